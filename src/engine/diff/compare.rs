//! Compares two items, down to the field.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::change::{Change, Op};
use super::path::push_segment;
use crate::engine::increasing::rising;
use crate::engine::item::{Element, Field, ItemId, Value};

/// Which rows a comparison reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Differences, including kept values.
    Differences,
    /// Equal fields too.
    Everything,
    /// What differs between two sides of which none is imported into the other: nothing is kept.
    BothSides,
}

/// Compares the target's item (`base`, `None` for an absent item) with the
/// file's.
///
/// Members of sets and sequences are matched by identity; a list is one value.
/// What only the target has in a set or a record is kept, unless its element or
/// its field is marked as [`replaced`](Element::replaced).
pub fn compare(base: Option<&Value>, wanted: &Value, show: Show) -> Vec<Change> {
    let mut comparison = Comparison {
        changes: Vec::new(),
        path: String::new(),
        show,
    };
    match base {
        Some(base) => comparison.values(base, wanted, &Context::default()),
        None => comparison.additions(wanted, &Context::default()),
    }
    comparison.changes
}

/// Returns the changes that would be made to the target's item.
pub fn effective(base: Option<&Value>, wanted: &Value) -> Vec<Change> {
    let mut changes = compare(base, wanted, Show::Differences);
    changes.retain(|change| change.op.is_effective());
    changes
}

/// What an enclosing field or element determines for everything below it.
#[derive(Clone, Default)]
struct Context {
    kept: bool,
    quiet: bool,
    needs: Option<ItemId>,
}

struct Comparison {
    changes: Vec<Change>,
    path: String,
    show: Show,
}

impl Comparison {
    /// Returns whether the target keeps what an import does not take.
    fn keeps(&self) -> bool {
        self.show != Show::BothSides
    }

    fn values(&mut self, base: &Value, wanted: &Value, context: &Context) {
        match (base, wanted) {
            (Value::Record(base), Value::Record(wanted)) => self.records(base, wanted, context),
            (Value::Set(base), Value::Set(wanted)) => self.sets(base, wanted, context),
            (Value::Sequence(base), Value::Sequence(wanted)) => {
                self.sets(base, wanted, context);
                self.moves(base, wanted, context);
            }
            (Value::Null, Value::Sequence(_)) => self.additions(wanted, context),
            (Value::Null, Value::Record(_) | Value::Set(_)) => self.additions(wanted, context),
            // The file has no such record: the target keeps its own.
            (Value::Record(_) | Value::Set(_) | Value::Sequence(_), Value::Null)
                if self.keeps() =>
            {
                self.leaf(Op::Keep, &Value::Null, &Value::Null, context);
            }
            _ if base == wanted => self.leaf(Op::Same, base, wanted, context),
            (before, Value::Null) if !self.keeps() => {
                self.leaf(Op::Remove, before, wanted, context);
            }
            (Value::Null, after) if !self.keeps() => self.leaf(Op::Add, base, after, context),
            _ if context.kept && self.keeps() => self.leaf(Op::Keep, base, wanted, context),
            _ => self.leaf(Op::Replace, base, wanted, context),
        }
    }

    fn records(&mut self, base: &[Field], wanted: &[Field], context: &Context) {
        let before = Named::new(base);
        for field in wanted {
            let context = context.within(field);
            let before = before.get(&field.name);
            self.below(&field.name, |this| match before {
                Some(before) if before.replaced && field.value == Value::Null => {
                    this.removal(&before.value, &context);
                }
                Some(before) => this.values(&before.value, &field.value, &context),
                None => this.values(&Value::Null, &field.value, &context),
            });
        }
        let after = Named::new(wanted);
        let keeps = self.keeps();
        let is_shown = |field: &&Field| field.replaced || field.quiet || !keeps;
        for field in base
            .iter()
            .filter(is_shown)
            .filter(|field| after.get(&field.name).is_none())
        {
            let context = context.within(field);
            self.below(&field.name, |this| this.removal(&field.value, &context));
        }
    }

    /// Values that only the target has, and a cover removes.
    fn removal(&mut self, before: &Value, context: &Context) {
        let op = if context.kept && self.keeps() {
            Op::Keep
        } else {
            Op::Remove
        };
        let op = if *before == Value::Null { Op::Same } else { op };
        self.leaf(op, before, &Value::Null, context);
    }

    fn sets(&mut self, base: &[Element], wanted: &[Element], context: &Context) {
        let before: HashMap<&str, &Element> = base
            .iter()
            .map(|element| (element.id.key(), element))
            .collect();
        let after: HashMap<&str, &Element> = wanted
            .iter()
            .map(|element| (element.id.key(), element))
            .collect();
        let mut labels = Labels::default();
        for element in wanted {
            let label = labels.unique(&element.label);
            let context = element.context(context);
            self.below(&label, |this| match before.get(element.id.key()) {
                Some(other) if other.replaced && element.value == Value::Null => {
                    this.removal(&other.value, &context);
                }
                Some(other) => this.values(&other.value, &element.value, &context),
                None => this.addition(&element.value, &context),
            });
        }
        for element in base
            .iter()
            .filter(|element| !after.contains_key(element.id.key()))
        {
            let label = labels.unique(&element.label);
            let op = if element.replaced || !self.keeps() {
                Op::Remove
            } else {
                Op::Keep
            };
            self.below(&label, |this| {
                this.leaf(op, &element.value, &Value::Null, context);
            });
        }
    }

    /// Elements that both sides have in another order: the smallest set of
    /// moves.
    fn moves(&mut self, base: &[Element], wanted: &[Element], context: &Context) {
        let after: HashMap<&str, usize> = places(wanted, base);
        let before: HashMap<&str, usize> = places(base, wanted);
        let common: Vec<(&Element, usize)> = wanted
            .iter()
            .filter_map(|element| Some((element, *before.get(element.id.key())?)))
            .collect();
        let order: Vec<usize> = common.iter().map(|(_, place)| *place).collect();
        let stay: HashSet<usize> = rising(&order).into_iter().collect();
        let mut labels = Labels::default();
        let labels: HashMap<&str, Arc<str>> = wanted
            .iter()
            .map(|element| (element.id.key(), labels.unique(&element.label)))
            .collect();
        for (index, (element, from)) in common
            .into_iter()
            .enumerate()
            .filter(|(index, _)| !stay.contains(index))
        {
            let place = |place: Option<&usize>| {
                Value::Int(place.map_or(0, |place| i64::try_from(*place).unwrap_or(i64::MAX)))
            };
            let (from, to) = (
                place(Some(&from)),
                place(after.get(element.id.key()).or(Some(&index))),
            );
            let label = labels.get(element.id.key()).cloned().unwrap_or_default();
            self.below(&label, |this| this.leaf(Op::Move, &from, &to, context));
        }
    }

    /// Everything of an item, a record or a set that the target does not have.
    fn additions(&mut self, wanted: &Value, context: &Context) {
        match wanted {
            Value::Record(fields) => {
                for field in fields {
                    self.below(&field.name, |this| this.additions(&field.value, context));
                }
            }
            Value::Set(elements) | Value::Sequence(elements) => self.sets(&[], elements, context),
            Value::Null if self.show != Show::Everything => {}
            _ => self.addition(wanted, context),
        }
    }

    fn addition(&mut self, after: &Value, context: &Context) {
        let op = if context.kept && self.keeps() {
            Op::Keep
        } else {
            Op::Add
        };
        self.leaf(op, &Value::Null, after, context);
    }

    fn leaf(&mut self, op: Op, before: &Value, after: &Value, context: &Context) {
        let is_quiet = op == Op::Same || (context.quiet && (op == Op::Keep || !self.keeps()));
        if is_quiet && self.show != Show::Everything {
            return;
        }
        let (before, hidden_before) = disclose(before);
        let (after, hidden_after) = disclose(after);
        // The passwords of masked URLs differ: the difference is a secret.
        let secret = hidden_before || hidden_after || (op == Op::Replace && before == after);
        self.changes.push(Change {
            path: self.path.clone(),
            op,
            before: if secret { Value::Null } else { before },
            after: if secret { Value::Null } else { after },
            secret,
            needs: context.needs.clone(),
        });
    }

    fn below(&mut self, segment: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        push_segment(&mut self.path, segment);
        then(self);
        self.path.truncate(length);
    }
}

/// The fields of a record by name; of two with the same name, the first.
pub(in crate::engine) enum Named<'f> {
    Few(&'f [Field]),
    Many(HashMap<&'f str, &'f Field>),
}

impl<'f> Named<'f> {
    /// Up to this many fields a linear search is faster.
    const FEW: usize = 24;

    pub(in crate::engine) fn new(fields: &'f [Field]) -> Self {
        if fields.len() <= Self::FEW {
            return Self::Few(fields);
        }
        Self::Many(
            fields
                .iter()
                .rev()
                .map(|field| (&*field.name, field))
                .collect(),
        )
    }

    pub(in crate::engine) fn get(&self, name: &str) -> Option<&'f Field> {
        match self {
            Self::Few(fields) => fields.iter().find(|field| field.name == name),
            Self::Many(fields) => fields.get(name).copied(),
        }
    }
}

impl Element {
    fn context(&self, outer: &Context) -> Context {
        Context {
            needs: self.needs.clone().or_else(|| outer.needs.clone()),
            ..outer.clone()
        }
    }
}

impl Context {
    fn within(&self, field: &Field) -> Self {
        Self {
            kept: self.kept || field.kept,
            quiet: self.quiet || field.quiet,
            needs: self.needs.clone(),
        }
    }
}

/// Returns the positions of the elements of one list among those that the other
/// list has too.
fn places<'e>(elements: &'e [Element], others: &[Element]) -> HashMap<&'e str, usize> {
    let others: HashSet<&str> = others.iter().map(|element| element.id.key()).collect();
    let common = elements
        .iter()
        .map(|element| element.id.key())
        .filter(|key| others.contains(key));
    common
        .enumerate()
        .map(|(index, key)| (key, index))
        .collect()
}

/// Returns what may be shown of a value, and whether it is wholly hidden.
pub(in crate::engine) fn disclose(value: &Value) -> (Value, bool) {
    match value {
        Value::Secret(secret) => match secret.shown() {
            Some(shown) => (Value::Text(shown.into()), false),
            None => (Value::Null, true),
        },
        other => (other.clone(), false),
    }
}

/// Keeps the labels of one set distinct: two keys may have the same alias.
#[derive(Default)]
pub(in crate::engine) struct Labels {
    seen: HashMap<Arc<str>, usize>,
}

impl Labels {
    /// Returns the label, numbered if it was used before.
    pub(in crate::engine) fn unique(&mut self, label: &Arc<str>) -> Arc<str> {
        let times = self.seen.entry(Arc::clone(label)).or_insert(0);
        *times += 1;
        match *times {
            1 => Arc::clone(label),
            n => format!("{label} ({n})").into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Secret;

    fn record(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Value::Record(
            fields
                .into_iter()
                .map(|(name, value)| Field::new(name, value))
                .collect(),
        )
    }

    fn set<const N: usize>(labels: [&str; N]) -> Value {
        Value::Set(
            labels
                .iter()
                .map(|label| Element::named(*label, Value::Null))
                .collect(),
        )
    }

    fn describe(base: Option<&Value>, wanted: &Value) -> Vec<String> {
        compare(base, wanted, Show::Differences)
            .iter()
            .map(|change| serde_json::to_string(change).unwrap())
            .collect()
    }

    #[test]
    fn equal_records_differ_in_nothing() {
        let value = record([("tps", Value::Int(10)), ("hosts", set(["a"]))]);
        assert!(compare(Some(&value), &value, Show::Differences).is_empty());
        assert_eq!(compare(Some(&value), &value, Show::Everything).len(), 2);
    }

    #[test]
    fn a_field_that_differs_is_replaced() {
        let described = describe(
            Some(&record([("tps", Value::Int(10))])),
            &record([("tps", Value::Int(50))]),
        );
        assert_eq!(
            described,
            [r#"{"path":"/tps","op":"replace","before":10,"after":50}"#]
        );
    }

    #[test]
    fn a_secret_that_differs_says_only_that() {
        let secret = |text: &str| record([("mima", Value::Secret(Secret::new(text)))]);
        assert_eq!(
            describe(Some(&secret("canary-a")), &secret("canary-b")),
            [r#"{"path":"/mima","op":"replace","secret":true}"#]
        );
        assert_eq!(
            describe(None, &secret("canary-a")),
            [r#"{"path":"/mima","op":"add","secret":true}"#]
        );
    }

    #[test]
    fn a_masked_url_that_differs_in_its_password_alone_is_a_secret_difference() {
        let url = |password: &str| {
            record([(
                "jdbcUrl",
                Value::Secret(Secret::with_mask(password, "jdbc:x?password=***")),
            )])
        };
        assert_eq!(
            describe(Some(&url("a")), &url("b")),
            [r#"{"path":"/jdbcUrl","op":"replace","secret":true}"#]
        );
    }

    #[test]
    fn texts_of_lines_have_their_difference_beside_both() {
        assert_eq!(
            of(text("a\nb\n"), text("a\nc\n")),
            [concat!(
                r#"{"path":"/x","op":"replace","before":"a\nb\n","after":"a\nc\n","diff":{"hunks":["#,
                r#"{"before_start":1,"after_start":1,"lines":[{"op":"keep","text":"a","newline":true},"#,
                r#"{"op":"remove","text":"b","newline":true},{"op":"add","text":"c","newline":true}]}]}}"#
            )]
        );
        assert_eq!(
            of(text("ab"), text("ab ")),
            [
                r#"{"path":"/x","op":"replace","before":"ab","after":"ab ","note":"only whitespace differs"}"#
            ]
        );
    }

    #[test]
    fn a_document_in_a_string_has_the_difference_of_its_members_too() {
        let document = |limit: &str| {
            text(&format!(
                r#"{{"limit":{limit},"url":"http://upstream.example/v1","on":true}}"#
            ))
        };
        let described: serde_json::Value =
            serde_json::from_str(&of(document("1"), document("2"))[0]).unwrap();
        let lines = described["diff"]["json"]["hunks"][0]["lines"]
            .as_array()
            .unwrap();
        let texts: Vec<&str> = lines
            .iter()
            .filter(|line| line["op"] != "keep")
            .map(|line| line["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, [r#"  "limit": 1"#, r#"  "limit": 2"#]);
        assert_eq!(
            described["diff"]["hunks"][0]["lines"][0]["words"],
            serde_json::json!([[9, 10]])
        );
        let described: serde_json::Value =
            serde_json::from_str(&of(document("1"), document(" 1"))[0]).unwrap();
        assert_eq!(described["note"], "only the formatting of the JSON differs");
        assert_eq!(described["diff"].get("json"), None);
    }

    #[test]
    fn the_difference_of_a_text_with_secrets_is_that_of_its_shown_part() {
        let script = |password: &str, limit: u8| {
            let text = format!("login(password={password})\nlimit={limit}\n");
            record([(
                "x",
                Value::Secret(Secret::with_mask(
                    text.as_str(),
                    text.replace(password, "***"),
                )),
            )])
        };
        let changes = compare(
            Some(&script("canary-a", 1)),
            &script("canary-b", 2),
            Show::Differences,
        );
        let described = serde_json::to_string(&changes).unwrap();
        assert!(
            described.contains("\"diff\"")
                && described.contains("limit=2")
                && !described.contains("canary"),
            "{described}"
        );
        let whole = |text: &str| record([("x", Value::Secret(Secret::new(text)))]);
        let changes = compare(
            Some(&whole("canary\na")),
            &whole("canary\nb"),
            Show::Differences,
        );
        assert!(changes[0].block().is_none() && changes[0].note().is_none());
    }

    #[test]
    fn a_kept_secret_is_no_difference_to_act_on() {
        let value = |text: &str| {
            Value::Record(vec![Field::kept(
                "clientSecret",
                Value::Secret(Secret::new(text)),
            )])
        };
        let changes = compare(Some(&value("a")), &value("b"), Show::Differences);
        assert_eq!(changes.len(), 1);
        assert!(!changes[0].op.is_effective());
        assert!(changes[0].secret);
    }

    #[test]
    fn what_only_the_target_has_in_a_set_is_kept() {
        let described = describe(
            Some(&record([("hosts", set(["h/1", "h2"]))])),
            &record([("hosts", set(["h2", "h3"]))]),
        );
        assert_eq!(
            described,
            [
                r#"{"path":"/hosts/h3","op":"add"}"#,
                r#"{"path":"/hosts/h~11","op":"keep"}"#
            ]
        );
    }

    #[test]
    fn a_replaced_element_is_removed() {
        let mut gone = Element::named("GOOGLE", Value::Null);
        gone.replaced = true;
        let base = record([("idpO", Value::Set(vec![gone]))]);
        assert_eq!(
            describe(Some(&base), &record([("idpO", set([]))])),
            [r#"{"path":"/idpO/GOOGLE","op":"remove","before":null}"#]
        );
    }

    #[test]
    fn elements_with_the_same_label_are_distinguished() {
        let keys = Value::Set(vec![
            Element::matched("id-1", "alias", Value::Null),
            Element::matched("id-2", "alias", Value::Null),
        ]);
        let paths: Vec<_> = compare(None, &record([("keys", keys)]), Show::Differences)
            .into_iter()
            .map(|c| c.path)
            .collect();
        assert_eq!(paths, ["/keys/alias", "/keys/alias (2)"]);
    }

    #[test]
    fn an_absent_item_is_added_field_by_field_without_its_nulls() {
        let wanted = record([
            ("a", Value::Null),
            ("b", Value::Int(1)),
            ("oauth", record([("c", Value::Text("x".into()))])),
        ]);
        assert_eq!(
            describe(None, &wanted),
            [
                r#"{"path":"/b","op":"add","after":1}"#,
                r#"{"path":"/oauth/c","op":"add","after":"x"}"#
            ]
        );
    }

    #[test]
    fn secrets_inside_an_added_element_are_not_reported() {
        let keys = Value::Set(vec![Element::named(
            "k",
            record([("secretKey", Value::Secret(Secret::new("canary")))]),
        )]);
        assert_eq!(
            describe(None, &record([("keys", keys)])),
            [r#"{"path":"/keys/k","op":"add","after":{"secretKey":{"secret":true}}}"#]
        );
    }

    fn list<const N: usize>(values: [Value; N]) -> Value {
        Value::List(values.into())
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn secret(text: &str) -> Value {
        Value::Secret(Secret::new(text))
    }

    /// Describes the changes to a field that the target has as `base`.
    fn of(base: Value, wanted: Value) -> Vec<String> {
        describe(Some(&record([("x", base)])), &record([("x", wanted)]))
    }

    #[test]
    fn truths_and_fractions_are_reported_as_they_are() {
        assert_eq!(
            of(Value::Bool(false), Value::Bool(true)),
            [r#"{"path":"/x","op":"replace","before":false,"after":true}"#]
        );
        let number = |text: &str| Value::Number(text.into());
        assert_eq!(
            of(number("0.10"), number("1e400")),
            [r#"{"path":"/x","op":"replace","before":0.10,"after":1e400}"#]
        );
        assert_eq!(
            of(Value::Int(1), Value::Bool(true)),
            [r#"{"path":"/x","op":"replace","before":1,"after":true}"#]
        );
    }

    #[test]
    fn a_list_of_plain_values_is_one_value() {
        assert_eq!(
            of(
                list([text("a"), text("b")]),
                list([text("b"), text("a"), list([Value::Int(1)])])
            ),
            [r#"{"path":"/x","op":"replace","before":["a","b"],"after":["b","a",[1]]}"#]
        );
        assert_eq!(of(list([text("a")]), list([text("a")])), [""; 0]);
        assert_eq!(
            of(Value::Null, list([text("a")])),
            [r#"{"path":"/x","op":"replace","before":null,"after":["a"]}"#]
        );
        assert_eq!(
            describe(None, &record([("x", list([text("a")]))])),
            [r#"{"path":"/x","op":"add","after":["a"]}"#]
        );
    }

    fn sequence<const N: usize>(elements: [(&str, Value); N]) -> Value {
        Value::Sequence(
            elements
                .into_iter()
                .map(|(label, value)| Element {
                    replaced: true,
                    ..Element::named(label, value)
                })
                .collect(),
        )
    }

    #[test]
    fn elements_of_a_sequence_come_go_and_move() {
        let (one, two, three) = (Value::Int(1), Value::Int(2), Value::Int(3));
        let base = sequence([("a", one.clone()), ("b", two.clone()), ("c", three.clone())]);
        assert_eq!(
            of(
                base.clone(),
                sequence([
                    ("c", three.clone()),
                    ("a", one.clone()),
                    ("n", Value::Int(9))
                ])
            ),
            [
                r#"{"path":"/x/n","op":"add","after":9}"#,
                r#"{"path":"/x/b","op":"remove","before":2}"#,
                r#"{"path":"/x/c","op":"move","before":1,"after":0}"#,
            ]
        );
        assert_eq!(
            of(
                base.clone(),
                sequence([("a", one), ("b", Value::Int(7)), ("c", three)])
            ),
            [r#"{"path":"/x/b","op":"replace","before":2,"after":7}"#]
        );
        assert_eq!(of(base.clone(), base), [""; 0]);
    }

    #[test]
    fn what_is_quietly_kept_is_reported_where_everything_is() {
        let quiet = |value| {
            Value::Record(vec![Field {
                quiet: true,
                ..Field::kept("id", value)
            }])
        };
        let describe = |show| compare(Some(&quiet(Value::Int(1))), &quiet(Value::Int(2)), show);
        assert!(describe(Show::Differences).is_empty());
        assert_eq!(describe(Show::Everything)[0].op, Op::Keep);
        let alone = compare(Some(&quiet(Value::Int(1))), &record([]), Show::Everything);
        assert_eq!(alone[0].op, Op::Keep);
    }

    #[test]
    fn a_kept_list_loses_and_gains_nothing() {
        let kept = |value| Value::Record(vec![Field::kept("x", value)]);
        let port = |port| record([("port", Value::Int(port))]);
        for (base, wanted) in [
            (list([port(1)]), list([port(1), port(2)])),
            (list([port(1), port(2)]), list([port(1)])),
            (list([text("a")]), list([text("b")])),
        ] {
            let changes = compare(Some(&kept(base)), &kept(wanted), Show::Differences);
            assert_eq!(
                changes.iter().map(|change| change.op).collect::<Vec<_>>(),
                [Op::Keep]
            );
        }
    }

    #[test]
    fn a_field_that_a_cover_replaces_is_removed_where_the_file_has_none() {
        let base = Value::Record(vec![
            Field::replaced("gone", record([("key", secret("canary"))])),
            Field::replaced("mima", secret("canary")),
            Field::new("stays", Value::Int(1)),
            Field::replaced("here", Value::Int(1)),
            Field::replaced("none", Value::Null),
        ]);
        let removed = [
            r#"{"path":"/gone","op":"remove","before":{"key":{"secret":true}}}"#,
            r#"{"path":"/mima","op":"remove","secret":true}"#,
        ];
        assert_eq!(
            describe(Some(&base), &record([("here", Value::Int(1))])),
            removed
        );
        let nulls = record([
            ("gone", Value::Null),
            ("mima", Value::Null),
            ("here", Value::Int(1)),
        ]);
        assert_eq!(describe(Some(&base), &nulls), removed);
        let everything = compare(Some(&base), &nulls, Show::Everything);
        assert_eq!(everything.len(), 4, "each once, and what both do not have");
    }

    #[test]
    fn a_field_of_many_is_found_by_its_name() {
        let many = |shift: i64| {
            let fields = (0..100).map(|n| Field::replaced(format!("f{n}"), Value::Int(n + shift)));
            Value::Record(fields.collect())
        };
        assert!(compare(Some(&many(0)), &many(0), Show::Differences).is_empty());
        assert_eq!(
            compare(Some(&many(0)), &many(1), Show::Differences).len(),
            100
        );
        assert_eq!(
            compare(
                Some(&many(0)),
                &record([("f7", Value::Int(7))]),
                Show::Differences
            )
            .len(),
            99
        );
    }
}
