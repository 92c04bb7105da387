//! Properties of any two documents, and single cases.

use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::cases::config;
use crate::engine::diff::{Change, Op, Show, compare};
use crate::engine::schema::{Empty, Rule, Rules};

static SCHEMA: LazyLock<DocumentSchema> = LazyLock::new(|| schema(Cover::Replace));
static MERGED: LazyLock<DocumentSchema> = LazyLock::new(|| schema(Cover::Merge));

fn schema(cover: Cover) -> DocumentSchema {
    let rules: &[(&'static str, Rule)] = &[
        ("**/id", Rule::Local),
        ("**/status", Rule::Volatile),
        ("copy", Rule::Derived),
        ("kind", Rule::Immutable),
        ("**/tags", Rule::Set),
        ("**/hosts", Rule::Map(&["name", "place+port"])),
        ("**/rights", Rule::Entries),
        ("**/free", Rule::Exact),
        ("on", Rule::Default("true")),
        ("encrypted", Rule::NamesSecrets),
    ];
    DocumentSchema {
        cover,
        empty: Empty::Zero,
        inner: "",
        list_keys: &["path", "name"],
        rules: Rules::new([rules]),
    }
}

fn json(text: &str) -> Json {
    serde_json::from_str::<Read>(text).unwrap().0
}

/// A value read in its written order.
struct Read(Json);

impl<'de> serde::Deserialize<'de> for Read {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Read;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
                let mut elements = Vec::new();
                while let Some(Read(element)) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(Read(Json::List(elements)))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
                let mut members = Vec::new();
                while let Some((name, Read(value))) = map.next_entry::<String, Read>()? {
                    members.push((name.into(), value));
                }
                Ok(Read(Json::Object(members.into_iter().collect())))
            }

            fn visit_unit<E>(self) -> Result<Read, E> {
                Ok(Read(Json::Null))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Read, E> {
                Ok(Read(Json::Bool(truth)))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Read, E> {
                Ok(Read(Json::Number(number.to_string().into())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Read, E> {
                Ok(Read(Json::Number(format!("{number:?}").into())))
            }

            fn visit_str<E>(self, text: &str) -> Result<Read, E> {
                Ok(Read(Json::text(text)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn changes(aligned: &Aligned<'_>) -> Vec<Change> {
    let (before, after) = aligned.sides();
    compare(Some(&before), &after, Show::Differences)
}

fn describe(target: &str, file: &str) -> (Vec<String>, String, Vec<String>) {
    let (target, file) = (json(target), json(file));
    let aligned = align(Some(&target), &file, &SCHEMA);
    let described = changes(&aligned)
        .iter()
        .map(|change| serde_json::to_string(change).unwrap())
        .collect();
    (
        described,
        aligned.result().print(),
        aligned.missing_secrets().to_vec(),
    )
}

/// The parts of a document that were not shown as a difference: on both sides.
fn hidden(
    node: &Node<'_>,
    pointer: &str,
    shown: &[(String, Op)],
    rest: &mut Vec<(Option<Json>, Option<Json>)>,
) -> (Option<Json>, Option<Json>) {
    let is_shown = |pointer: &str| {
        shown
            .iter()
            .any(|(path, _)| path == pointer || path.starts_with(&format!("{pointer}/")))
    };
    let below = |label: &str| {
        let mut below = pointer.to_owned();
        below.push('/');
        push_segment(&mut below, label);
        below
    };
    match node {
        // What is added or removed as a whole.
        _ if shown
            .iter()
            .any(|(path, op)| path == pointer && *op != Op::Move) =>
        {
            (None, None)
        }
        Node::Leaf(_) if is_shown(pointer) => (None, None),
        Node::Leaf(leaf) if leaf.take == Take::Along => (None, None),
        Node::Leaf(leaf) => (leaf.target.cloned(), node.result()),
        Node::Object(members) | Node::Entries(members) => {
            let mut sides: (Vec<_>, Vec<_>) = Default::default();
            for Member { name, node } in members {
                let (before, after) = hidden(node, &below(name), shown, rest);
                sides.0.extend(before.map(|json| (Arc::from(*name), json)));
                sides.1.extend(after.map(|json| (Arc::from(*name), json)));
            }
            let object =
                |members: Vec<(Arc<str>, Json)>| Some(Json::Object(members.into_iter().collect()));
            (object(sides.0), object(sides.1))
        }
        Node::List { parts, .. } => {
            let mut sides: (Vec<(usize, Json)>, Vec<Json>) = Default::default();
            for part in parts {
                let pointer = below(&part.label);
                let has = |wanted: Op| {
                    shown
                        .iter()
                        .any(|(path, op)| *path == pointer && *op == wanted)
                };
                if has(Op::Add) || has(Op::Remove) {
                    continue;
                }
                let (before, after) = hidden(&part.node, &pointer, shown, rest);
                if has(Op::Move) {
                    rest.push((before, after));
                    continue;
                }
                sides.0.extend(part.target.zip(before));
                sides.1.extend(after.filter(|_| part.stays));
            }
            sides.0.sort_by_key(|(place, _)| *place);
            let before = sides.0.into_iter().map(|(_, json)| json).collect();
            (Some(Json::List(before)), Some(Json::List(sides.1)))
        }
        Node::Set(elements) => {
            let stays = |(there, here, value): &&(Option<&Json>, Option<&Json>, Value)| {
                let Some(json) = there.or(*here) else {
                    return false;
                };
                let (_, label) = look::known_by(json, value);
                (there.is_some() || here.is_some())
                    && !shown.iter().any(|(path, _)| *path == below(&label))
            };
            let both: Vec<_> = elements.iter().filter(stays).collect();
            let list = |side: Vec<Json>| Some(Json::List(side));
            (
                list(
                    both.iter()
                        .filter_map(|(there, ..)| there.cloned())
                        .collect(),
                ),
                list(
                    both.iter()
                        .filter_map(|(_, here, _)| here.cloned())
                        .collect(),
                ),
            )
        }
    }
}

/// The law: what was not shown is unchanged, bit for bit.
fn check_law(target: &Json, file: &Json, schema: &DocumentSchema) {
    let aligned = align(Some(target), file, schema);
    let shown: Vec<(String, Op)> = changes(&aligned)
        .into_iter()
        .filter(|change| change.op.is_effective())
        .map(|change| (change.path, change.op))
        .collect();
    let mut rest = Vec::new();
    let (before, after) = hidden(&aligned.root, "", &shown, &mut rest);
    let context = || {
        format!(
            "{}\n{}\n{}\n{shown:?}",
            target.print(),
            file.print(),
            aligned.result().print()
        )
    };
    let text = |json: &Option<Json>| json.as_ref().map(Json::print);
    for (before, after) in std::iter::once((before, after)).chain(rest) {
        assert!(
            before == after,
            "{:?}\n{:?}\n{}",
            text(&before),
            text(&after),
            context()
        );
    }
    // Nothing shown, nothing written.
    if shown.is_empty() {
        assert_eq!(
            canonical_but_derived(target),
            canonical_but_derived(&aligned.result()),
            "{}",
            context()
        );
    }
}

fn canonical_but_derived(json: &Json) -> Option<String> {
    let mut json = json.clone();
    json.as_object_mut()?.remove("copy");
    Some(json.print())
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "id", "status", "copy", "kind", "password", "token", "on", "flag", "n", "text", "free",
        "deep", "rights", "name", "path",
    ])
    .prop_map(str::to_owned)
}

fn plain() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        prop::sample::select(vec!["0", "1", "1.0", "2", "2e0"])
            .prop_map(|text| Json::Number(text.into())),
        prop::sample::select(vec!["", "a", "b", "***", "env://X"]).prop_map(Json::text),
    ]
}

fn element() -> impl Strategy<Value = Json> {
    let field = prop::sample::select(vec![
        "name", "place", "port", "path", "x", "y", "password", "id",
    ]);
    prop::collection::vec((field, plain()), 0..6).prop_map(|members| {
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    })
}

fn value() -> impl Strategy<Value = Json> {
    plain().prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            2 => prop::collection::vec((name(), inner.clone()), 0..6).prop_map(object),
            1 => prop::collection::vec(inner, 0..4).prop_map(Json::List),
            2 => prop::collection::vec(element(), 0..5).prop_map(Json::List),
        ]
    })
}

fn object(members: Vec<(String, Json)>) -> Json {
    Json::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}

fn document() -> impl Strategy<Value = Text> {
    let listed = prop::sample::select(vec!["hosts", "tags", "steps", "items", "encrypted"]);
    let lists = prop_oneof![
        prop::collection::vec(element(), 0..6).prop_map(Json::List),
        prop::collection::vec(plain(), 0..5).prop_map(Json::List),
        Just(Json::text("text,free.n")),
    ];
    let member = prop_oneof![(name(), value()), (listed.prop_map(str::to_owned), lists)];
    prop::collection::vec(member, 0..10).prop_map(|members| Text(object(members)))
}

/// A variation of a document: members changed, removed, added; lists shuffled.
fn alike() -> impl Strategy<Value = (Text, Text)> {
    (document(), document(), any::<u64>()).prop_map(|(one, other, seed)| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mutated = mutate(&one.0, &other.0, &mut random);
        (one, Text(mutated))
    })
}

fn mutate(one: &Json, other: &Json, random: &mut fastrand::Rng) -> Json {
    match one {
        Json::Object(members) => {
            let mut result: Vec<(String, Json)> = Vec::new();
            for (name, value) in members.members() {
                match random.u8(0..8) {
                    0 => {}
                    1 => result.push((
                        name.to_owned(),
                        other.get(name).cloned().unwrap_or(Json::Null),
                    )),
                    _ => result.push((name.to_owned(), mutate(value, other, random))),
                }
            }
            if random.bool() {
                result.extend(
                    other
                        .as_object()
                        .into_iter()
                        .flat_map(Object::members)
                        .take(2)
                        .map(|(name, value)| (name.to_owned(), value.clone())),
                );
            }
            object(result)
        }
        Json::List(elements) => {
            let mut elements: Vec<Json> = elements
                .iter()
                .map(|json| mutate(json, other, random))
                .collect();
            if random.u8(0..3) == 0 {
                random.shuffle(&mut elements);
            }
            if random.u8(0..3) == 0 && !elements.is_empty() {
                elements.remove(random.usize(0..elements.len()));
            }
            if random.u8(0..3) == 0 {
                let index = random.usize(0..=elements.len());
                elements.insert(
                    index,
                    object(vec![
                        ("path".into(), Json::text("new")),
                        ("x".into(), Json::Bool(true)),
                    ]),
                );
            }
            Json::List(elements)
        }
        plain => match random.u8(0..6) {
            0 => Json::text("changed"),
            _ => plain.clone(),
        },
    }
}

/// A document that is printed as its text when a property fails.
#[derive(Clone)]
struct Text(Json);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.print())
    }
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn what_is_shown_is_what_is_written((Text(target), Text(file)) in alike()) {
        check_law(&target, &file, &SCHEMA);
        check_law(&target, &file, &MERGED);
    }

    #[test]
    fn two_documents_that_have_nothing_to_do_with_each_other(Text(target) in document(), Text(file) in document()) {
        check_law(&target, &file, &SCHEMA);
        check_law(&target, &file, &MERGED);
    }

    #[test]
    fn applying_twice_changes_nothing((Text(target), Text(file)) in alike()) {
        // What is no longer a secret is no longer kept as one.
        prop_assume!(target.get("encrypted") == file.get("encrypted"));
        for schema in [&*SCHEMA, &*MERGED] {
            let first = align(Some(&target), &file, schema).result();
            let again = align(Some(&first), &file, schema);
            let shown: Vec<Change> = changes(&again).into_iter().filter(|change| change.op.is_effective()).collect();
            prop_assert!(shown.is_empty(), "{}\n{}\n{}\n{shown:?}", target.print(), file.print(), first.print());
            prop_assert_eq!(again.result().print(), first.print());
        }
    }

    #[test]
    fn a_document_equals_itself(Text(document) in document()) {
        let aligned = align(Some(&document), &document, &SCHEMA);
        prop_assert!(changes(&aligned).iter().all(|change| !change.op.is_effective()));
        prop_assert_eq!(aligned.result().print(), document.print());
    }

    #[test]
    fn masked_output_holds_no_secret((Text(target), Text(file)) in alike()) {
        let replaced = |json: &Json| json::with_canaries(json);
        let (target, file) = (replaced(&target), replaced(&file));
        let aligned = align(Some(&target), &file, &SCHEMA);
        let shown = serde_json::to_string(&changes(&aligned)).unwrap();
        prop_assert!(!shown.contains("canary"), "{shown}");
    }
}

mod json {
    use super::*;

    /// Puts a canary at each path that is secret by its name.
    pub(super) fn with_canaries(json: &Json) -> Json {
        match json {
            Json::Object(members) => object(
                members
                    .members()
                    .map(|(name, value)| {
                        let is_secret = ["password", "token"].contains(&name) && value.is_plain();
                        let value = if is_secret && !matches!(value, Json::Bool(_)) {
                            Json::text(format!("canary-{}", value.print().len()))
                        } else {
                            with_canaries(value)
                        };
                        (name.to_owned(), value)
                    })
                    .collect(),
            ),
            Json::List(elements) => Json::List(elements.iter().map(with_canaries).collect()),
            other => other.clone(),
        }
    }
}

#[test]
fn what_is_the_targets_own_is_kept_and_taken_on_an_add() {
    let (described, result, _) = describe(
        r#"{"id":1,"status":"up","n":1}"#,
        r#"{"id":2,"status":"down","n":2}"#,
    );
    assert_eq!(
        described,
        [r#"{"path":"/n","op":"replace","before":1,"after":2}"#]
    );
    assert_eq!(result, r#"{"id":1,"status":"up","n":2}"#);
    let file = json(r#"{"id":2}"#);
    assert_eq!(align(None, &file, &SCHEMA).result(), file);
    let (described, result, _) = describe(r#"{"n":1}"#, r#"{"id":2,"n":1}"#);
    assert!(
        described.is_empty() && result == r#"{"n":1}"#,
        "{described:?} {result}"
    );
}

#[test]
fn values_that_say_nothing_keep_the_form_that_the_target_has() {
    let target = r#"{"a":null,"b":false,"c":0,"d":{"x":false,"y":{"z":0}},"n":10.0,"on":true}"#;
    let (described, result, _) = describe(target, r#"{"d":{},"e":"","f":[],"n":1e1}"#);
    assert!(described.is_empty(), "{described:?}");
    assert_eq!(result, target);
    let (described, ..) = describe(r#"{"free":{"x":false}}"#, r#"{"free":{}}"#);
    assert_eq!(
        described,
        [r#"{"path":"/free/x","op":"remove","before":false}"#]
    );
    let (described, ..) = describe(r#"{"rights":{"a":{},"b":{}}}"#, r#"{"rights":{"a":{}}}"#);
    assert_eq!(
        described,
        [r#"{"path":"/rights/b","op":"remove","before":null}"#]
    );
}

#[test]
fn one_insertion_is_one_change_with_its_content() {
    let step = |path: &str, x: u8| format!(r#"{{"path":"{path}","x":{x},"y":[1]}}"#);
    let list = |steps: &[String]| format!(r#"{{"steps":[{}]}}"#, steps.join(","));
    let three = [step("/a", 1), step("/b", 2), step("/c", 3)];
    let four = [step("/a", 1), step("/new", 9), step("/b", 2), step("/c", 3)];
    let (described, result, _) = describe(&list(&three), &list(&four));
    assert_eq!(
        described,
        [r#"{"path":"/steps/~1new","op":"add","after":{"path":"/new","x":9,"y":[1]}}"#]
    );
    assert_eq!(result, list(&four));
    let (described, ..) = describe(&list(&four), &list(&three));
    assert_eq!(
        described,
        [r#"{"path":"/steps/~1new","op":"remove","before":{"path":"/new","x":9,"y":[1]}}"#]
    );
}

#[test]
fn elements_without_a_key_are_reported_apart_by_what_they_hold() {
    let target = r#"{"items":[{"k":"a","v":1,"w":1},{"k":"b","v":2,"w":2},{"k":"c","v":3,"w":3}]}"#;
    let file =
        r#"{"items":[{"k":"a","v":1,"w":7},{"q":1},{"k":"b","v":2,"w":2},{"k":"c","v":3,"w":3}]}"#;
    let (described, result, _) = describe(target, file);
    assert_eq!(
        described,
        [
            r#"{"path":"/items/0/w","op":"replace","before":1,"after":7}"#,
            r#"{"path":"/items/1","op":"add","after":{"q":1}}"#
        ]
    );
    assert_eq!(result, file);
}

#[test]
fn an_element_in_another_place_is_moved_where_order_counts_and_only_there() {
    let target = r#"{"items":[{"k":"a"},{"k":"b"},{"k":"c"}],"hosts":[{"name":"x"},{"name":"y"}]}"#;
    let file = r#"{"items":[{"k":"c"},{"k":"a"},{"k":"b"}],"hosts":[{"name":"y"},{"name":"x"}]}"#;
    let (described, result, _) = describe(target, file);
    assert_eq!(
        described,
        [r#"{"path":"/items/0","op":"move","before":2,"after":0}"#]
    );
    assert_eq!(
        result,
        r#"{"items":[{"k":"c"},{"k":"a"},{"k":"b"}],"hosts":[{"name":"x"},{"name":"y"}]}"#
    );
}

#[test]
fn a_secret_stays_with_the_element_that_it_belongs_to() {
    let target =
        r#"{"hosts":[{"name":"a","password":"canary-a"},{"name":"b","password":"canary-b"}]}"#;
    let (described, result, missing) = describe(
        target,
        r#"{"hosts":[{"name":"b"},{"name":"a","password":"***"}]}"#,
    );
    assert!(
        described.is_empty() && missing.is_empty(),
        "{described:?} {missing:?}"
    );
    assert_eq!(result, target);
    let (described, result, missing) = describe(target, r#"{"hosts":[{"name":"b"},{"name":"c"}]}"#);
    assert_eq!(
        described,
        [
            r#"{"path":"/hosts/c","op":"add","after":{"name":"c"}}"#,
            r#"{"path":"/hosts/a","op":"remove","before":{"name":"a","password":{"secret":true}}}"#,
        ]
    );
    assert_eq!(missing, ["/hosts/c/password"]);
    assert_eq!(
        result,
        r#"{"hosts":[{"name":"b","password":"canary-b"},{"name":"c"}]}"#
    );
}

#[test]
fn a_secret_is_not_carried_to_an_element_that_is_only_alike() {
    let target = r#"{"items":[{"k":"a","v":1,"w":1,"password":"canary-a"}]}"#;
    let (described, result, missing) = describe(target, r#"{"items":[{"k":"z","v":1,"w":1}]}"#);
    assert_eq!(missing, ["/items/0/password"]);
    assert!(!result.contains("canary"), "{result}");
    assert!(
        described
            .iter()
            .any(|line| line.contains(r#""op":"remove","secret":true"#)),
        "{described:?}"
    );
    // Only the secret is missing: it is the same one, at any position.
    let target = r#"{"items":[{"k":"a","password":"canary-a"},{"k":"b","password":"canary-b"}]}"#;
    let (described, result, missing) = describe(target, r#"{"items":[{"k":"b"},{"k":"a"}]}"#);
    assert_eq!(
        described,
        [r#"{"path":"/items/0","op":"move","before":1,"after":0}"#]
    );
    assert_eq!(
        result,
        r#"{"items":[{"k":"b","password":"canary-b"},{"k":"a","password":"canary-a"}]}"#
    );
    assert!(missing.is_empty());
}

#[test]
fn what_cannot_change_is_reported() {
    let (target, file) = (json(r#"{"kind":"a"}"#), json(r#"{"kind":"b"}"#));
    let aligned = align(Some(&target), &file, &SCHEMA);
    assert_eq!(aligned.immutable().len(), 1);
    assert_eq!(aligned.immutable()[0].path, "/kind");
    assert!(align(None, &file, &SCHEMA).immutable().is_empty());
}

#[test]
fn a_document_names_its_own_secrets() {
    let target = r#"{"encrypted":"text,free.n","text":"canary-1","free":{"n":"canary-2"}}"#;
    let (described, result, _) = describe(target, r#"{"encrypted":"text,free.n","flag":true}"#);
    assert_eq!(
        described[0],
        r#"{"path":"/flag","op":"replace","before":null,"after":true}"#
    );
    assert!(
        described.iter().all(|line| !line.contains("canary")),
        "{described:?}"
    );
    assert!(result.contains("canary-1"), "{result}");
}

#[test]
fn a_long_list_is_aligned_in_time_and_one_without_any_likeness_is_one_value() {
    let list = |from: usize, to: usize| {
        let items: Vec<String> = (from..to)
            .map(|n| format!(r#"{{"k":{n},"v":{n}}}"#))
            .collect();
        format!(r#"{{"items":[{}]}}"#, items.join(","))
    };
    let (described, ..) = describe(&list(0, 5000), &list(1, 5001));
    assert_eq!(described.len(), 2, "{described:?}");
    let (target, file) = (json(&list(0, 2000)), json(&list(5000, 7000)));
    let aligned = align(Some(&target), &file, &SCHEMA);
    assert_eq!(aligned.unaligned().len(), 1);
    assert!(!aligned.unaligned()[0].loses_secrets);
}

#[test]
fn merging_keeps_what_the_file_says_nothing_of() {
    let target = json(r#"{"a":1,"deep":{"x":1,"y":2},"hosts":[{"name":"a"}]}"#);
    let file = json(r#"{"a":"","deep":{"x":2},"hosts":[{"name":"b"}]}"#);
    let aligned = align(Some(&target), &file, &MERGED);
    assert_eq!(
        aligned.result().print(),
        r#"{"a":1,"deep":{"x":2,"y":2},"hosts":[{"name":"a"},{"name":"b"}]}"#
    );
    let paths: HashSet<String> = changes(&aligned)
        .into_iter()
        .filter(|change| change.op.is_effective())
        .map(|change| change.path)
        .collect();
    assert_eq!(
        paths,
        HashSet::from(["/deep/x".to_owned(), "/hosts/b".to_owned()])
    );
}
