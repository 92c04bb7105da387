//! Shared by the tests of products: targets to which plans are applied in
//! memory, as the database would, and files changed as another environment
//! would.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Any};

use super::matched::Matched;
use super::platform::saves;
use super::rows::{self, TABLE};
use super::values::set_values;
use super::verify::verify;
use super::{Document, File, Json, Members, Object, Product, Sides};
use crate::engine::diff::{Show, segments};
use crate::engine::finding::Findings;
use crate::engine::law::unexplained;
use crate::engine::rule::{Replacement, Scope, ValueRule, matchers};
use crate::engine::{Change, Choices, Op, Plan};
use crate::platform::document::candidates::{plan, plan as plan_of};
use crate::platform::{DemoTarget, ImportOptions};
use crate::store::Touched;
use crate::store::ledger::JournalRow;

/// What was written of an item: its index in the plan, and the document before
/// and after.
pub(crate) type Written = (usize, Option<Document>, Document);

/// Returns a file that a plan may keep.
pub(crate) fn kept(file: &File) -> Arc<File> {
    Arc::new(File {
        objects: file.objects.clone(),
        findings: file.findings.clone(),
    })
}

/// A target in memory.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) product: &'static dyn Product,
    pub(crate) objects: Vec<Object>,
}

impl Target {
    /// Returns an empty one.
    pub(crate) fn empty(product: &'static dyn Product) -> Self {
        Self {
            product,
            objects: Vec::new(),
        }
    }

    /// Returns the target of a product's sample.
    pub(crate) fn demo(product: &'static dyn Product) -> Self {
        let DemoTarget::Import { file, .. } = product.about().demo.target else {
            panic!("it is imported")
        };
        let file = product
            .read(file.as_bytes(), &ImportOptions::default())
            .unwrap();
        let mut target = Self::empty(product);
        let plan = target.plan(&file, &ImportOptions::default());
        let is_sound = |entry: &crate::engine::Entry| !entry.verdict.status.is_blocked();
        assert!(
            plan.entries().iter().all(is_sound),
            "all of it can be imported"
        );
        target.apply(&file, &ImportOptions::default());
        target
    }

    /// Returns the journal's row of a document that was written.
    fn row(&self, before: Option<&Document>, after: &Document) -> JournalRow {
        let platform = self.product.about().name;
        let row = |document: &Document| {
            let Document {
                kind,
                id,
                pair_id,
                owner,
                name,
                body,
            } = document;
            serde_json::json!({
                "platform": platform, "kind": kind.as_str(), "id": &**id, "pair_id": pair_id.as_deref(),
                "owner": &**owner, "name": &**name, "body": &**body,
            })
            .to_string()
        };
        JournalRow {
            table: TABLE.into(),
            item: "".into(),
            key: rows::key(platform, after.kind.as_str(), &after.id),
            before: before.map(row),
            after: Some(row(after)),
        }
    }

    /// Compares a file with it.
    pub(crate) fn plan(&self, file: &File, options: &ImportOptions) -> Arc<Plan> {
        let sides = Sides::new(
            self.product,
            &file.objects,
            &self.objects,
            &options.default_references,
        );
        let (ignore, _) = matchers(&options.ignore, self.product.kinds());
        let plan = |keeps| plan(self.product, &sides, &file.findings, keeps, None, &ignore).0;
        self.assert_shared_objects_are_the_same(file);
        let (later, now) = (plan(Some(&kept(file))), plan(None));
        // What is made when it is read is what is made at once.
        for (later, now) in later.entries().iter().zip(now.entries()) {
            assert_eq!(format!("{later:?}"), format!("{now:?}"));
            assert_eq!(later.item, now.item);
            assert_eq!(later.base, now.base);
        }
        Arc::new(later)
    }

    /// Asserts that an object that shares its text with one of a file is as it
    /// would be read by itself.
    fn assert_shared_objects_are_the_same(&self, file: &File) {
        for object in &self.objects {
            let is_same = |own: &&Object| own.item == object.item && own.text == object.text;
            let Some(own) = file.objects.iter().find(is_same) else {
                continue;
            };
            let document = object.document(Some(object));
            let said = |object: &Object| {
                let keys: Vec<_> = object
                    .keys()
                    .map(|(key, value)| (key, value.clone()))
                    .collect();
                let names = [&object.owner, &object.name, &object.text].map(Arc::clone);
                let rest = (object.row.clone(), object.wrapper, object.path.clone());
                (object.item.clone(), names, rest, object.body.clone(), keys)
            };
            let shared = Object::kept_as(&document, own);
            assert_eq!(said(&shared), said(&self.product.kept(&document).unwrap()));
        }
    }

    /// Writes everything possible of a file; returns the plan, and for each
    /// index the document before and after.
    pub(crate) fn apply(
        &mut self,
        file: &File,
        options: &ImportOptions,
    ) -> (Arc<Plan>, Vec<Written>) {
        self.apply_chosen(file, options, Choices::everything)
    }

    /// Writes the choices of a file, likewise.
    pub(crate) fn apply_chosen(
        &mut self,
        file: &File,
        options: &ImportOptions,
        choose: impl Fn(&Plan) -> Choices,
    ) -> (Arc<Plan>, Vec<Written>) {
        let plan = self.plan(file, options);
        let choices = choose(&plan);
        let Ok(approved) = plan.approve(&choices) else {
            return (plan, Vec::new());
        };
        let sides = Sides::new(
            self.product,
            &file.objects,
            &self.objects,
            &options.default_references,
        );
        let (ignore, _) = matchers(&options.ignore, self.product.kinds());
        let wanted = plan_of(self.product, &sides, &[], None, None, &ignore).1;
        let sides = Matched::new(&file.objects, move || sides);
        let (covers, adds) = saves(self.product, &sides, &approved, &wanted);
        let mut documents: BTreeMap<(String, String), Document> = BTreeMap::new();
        let key = |document: &Document| (document.kind.to_string(), document.id.to_string());
        for object in &self.objects {
            let document = object.document(Some(object));
            documents.insert(key(&document), document);
        }
        let mut written = Vec::new();
        for save in covers {
            let before = documents.insert(key(&save.document), save.document.clone());
            assert!(
                before.is_some(),
                "a cover of what is not there: {}",
                save.item
            );
            written.push((plan.position(&save.item).unwrap(), before, save.document));
        }
        for save in adds {
            let before = documents.insert(key(&save.document), save.document.clone());
            assert!(
                before.is_none(),
                "an addition of what is there: {}",
                save.item
            );
            written.push((plan.position(&save.item).unwrap(), None, save.document));
        }
        let mut pairs = std::collections::HashSet::new();
        for document in documents
            .values()
            .filter(|document| document.pair_id.is_some())
        {
            let sides = (
                document.kind.clone(),
                document.owner.clone(),
                document.pair_id.clone(),
            );
            assert!(pairs.insert(sides), "two of one pair: {document:?}");
        }
        // What was written matches what was shown, and any deviation is found.
        let verified = |change: &dyn Fn(&Document) -> Document| {
            let rows: Vec<JournalRow> = written
                .iter()
                .map(|(_, before, after)| self.row(before.as_ref(), &change(after)))
                .collect();
            verify(
                self.product,
                &sides,
                &approved,
                &wanted,
                Touched {
                    journal: &rows,
                    shapes: &[],
                },
            )
        };
        let found = verified(&Document::clone);
        assert!(found.is_empty(), "{found:#?}");
        let tampered = |document: &Document| {
            let (open, rest) = document.body.split_once('{').unwrap();
            let comma = if rest.trim_start().starts_with('}') {
                ""
            } else {
                ","
            };
            let body = format!("{open}{{\"tampered\":\"with\"{comma}{rest}").into();
            Document {
                body,
                ..document.clone()
            }
        };
        let found = verified(&tampered);
        assert!(
            found.len() >= written.len(),
            "{} of {}: {found:#?}",
            found.len(),
            written.len()
        );
        drop(sides);
        self.objects = documents
            .values()
            .filter_map(|document| self.product.kept(document))
            .collect();
        (plan, written)
    }
}

fn says_nothing(json: &Any) -> bool {
    match json {
        Any::Null | Any::Bool(false) => true,
        Any::Number(number) => number.as_f64() == Some(0.0),
        Any::String(text) => text.is_empty(),
        Any::Array(elements) => elements.is_empty(),
        Any::Object(members) => members.values().all(says_nothing),
        Any::Bool(true) => false,
    }
}

/// Returns the names of members that were not empty and were removed.
fn gone(before: &Any, after: &Any) -> Vec<String> {
    let (Any::Object(before), Any::Object(after)) = (before, after) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for (name, value) in before {
        match after.get(name) {
            Some(other) => names.extend(gone(value, other)),
            None if says_nothing(value) => {}
            None => names.push(name.clone()),
        }
    }
    names
}

/// Applies a file, and returns what was written and not shown, and the number
/// of covered documents.
pub(crate) fn law(target: &mut Target, file: &File) -> (Vec<String>, usize) {
    law_with(target, file, &ImportOptions::default())
}

/// Applies a file with options, and returns the same.
fn law_with(target: &mut Target, file: &File, options: &ImportOptions) -> (Vec<String>, usize) {
    let product = target.product;
    let (plan, written) = target.apply(file, options);
    let mut described = Vec::new();
    // The import is complete: the same file has no further changes.
    let again = target.plan(file, options);
    for (index, entry) in plan.entries().iter().enumerate() {
        let is_done = entry.is_unchanged() || written.iter().any(|(other, ..)| *other == index);
        if is_done && !again.entry(index).unwrap().is_unchanged() {
            described.push(format!(
                "{}: again {:?}",
                entry.item.id,
                again.changes(index, Show::Differences)
            ));
        }
    }
    let mut covers = 0;
    let removals = plan.removals(&plan.resolve(&Choices::everything(&plan)));
    for (index, before, after) in &written {
        let Some(before) = before else { continue };
        let read = |document: &Document| serde_json::from_str(&document.body).unwrap();
        let changes = plan.changes(*index, Show::Differences);
        // Exactly the deletions that are shown are listed, and nothing else is removed.
        let listed: Vec<&Change> = removals
            .iter()
            .filter(|(other, _)| other == index)
            .map(|(_, change)| change)
            .collect();
        let shown: Vec<&Change> = changes
            .iter()
            .filter(|change| change.op == Op::Remove)
            .collect();
        assert_eq!(listed, shown);
        let is_listed = |name: &String| {
            listed
                .iter()
                .any(|change| segments(&change.path).any(|segment| segment == *name))
        };
        let lost = gone(&read(before), &read(after));
        let item = &plan.entry(*index).unwrap().item.id;
        let is_shown =
            |name: &String| is_listed(name) || product.derived().contains(&name.as_str());
        described.extend(
            lost.iter()
                .filter(|name| !is_shown(name))
                .map(|name| format!("{item}: {name} is gone")),
        );
        assert!(!changes.is_empty(), "{item}: written without a change");
        let left = unexplained(&read(before), &read(after), &changes, product.derived());
        described.extend(left.into_iter().map(|line| format!("{item}: {line}")));
        let kept = |document: &Document| product.kept(document).unwrap();
        let (there, here) = (kept(before), kept(after));
        if !here.is_signed() {
            assert_own(&there, &there.body, &here.body, &mut Vec::new());
        }
        covers += 1;
    }
    (described, covers)
}

/// Checks the law for a product's sample, and for files like it.
pub(crate) fn holds(product: &'static dyn Product, known_by: &[&str], seeds: u64) {
    let DemoTarget::Import { file: there, .. } = product.about().demo.target else {
        panic!("it is imported")
    };
    let demo = Target::demo(product);
    let read = |text: &str| product.read(text.as_bytes(), &ImportOptions::default());
    for text in [there, product.about().demo.file] {
        assert_unordered(&demo, &read(text).unwrap());
    }
    let (described, covers) = law(&mut demo.clone(), &read(product.about().demo.file).unwrap());
    assert!(described.is_empty(), "{described:#?}");
    assert!(covers > 5, "{covers}");
    let mut all = 0;
    for seed in 0..seeds {
        let mut random = fastrand::Rng::with_seed(seed);
        let text = if seed % 2 == 0 {
            there
        } else {
            product.about().demo.file
        };
        let file = mutated(&serde_json::from_str(text).unwrap(), known_by, &mut random);
        let Ok(mut file) = read(&file.to_string()) else {
            continue;
        };
        let (described, covers) = law(&mut demo.clone(), &file);
        assert!(described.is_empty(), "seed {seed}: {described:#?}");
        all += covers;
        // Each of them plans eight times.
        if seed % 4 == 0 {
            holds_with_rules(&demo, &mut file, &mut random);
        }
    }
    assert!(all > 300, "{all}");
}

/// Checks the law for a file with some values replaced and some differences ignored.
fn holds_with_rules(demo: &Target, file: &mut File, random: &mut fastrand::Rng) {
    let none = ImportOptions::default();
    let values: Vec<ValueRule> = (0..3)
        .flat_map(|_| some_difference(&demo.plan(file, &none), random))
        .map(|scope| ValueRule {
            scope,
            replacement: Replacement::Text {
                from: "e".to_owned(),
                to: "é".to_owned(),
            },
            is_filled: true,
        })
        .collect();
    let ids = |file: &File| -> Vec<Arc<str>> {
        let objects = file.objects.iter();
        objects.map(|object| Arc::clone(object.id())).collect()
    };
    let before = ids(file);
    let errors = set_values(demo.product, &mut file.objects, &values);
    // A rule that changes an id is refused, and the import with it.
    if ids(file) != before {
        assert!(!errors.is_empty());
        return;
    }
    let plan = demo.plan(file, &none);
    let ignore: Vec<Scope> = (0..4)
        .flat_map(|_| some_difference(&plan, random))
        .collect();
    let options = ImportOptions { ignore, ..none };
    let (described, _) = law_with(&mut demo.clone(), file, &options);
    assert!(described.is_empty(), "{:?}: {described:#?}", options.ignore);
    let after = demo.plan(file, &options);
    for (index, entry) in after.entries().iter().enumerate() {
        let changes = after.changes(index, Show::Differences);
        let effective = changes.iter().filter(|change| change.op.is_effective());
        let is_both = |change: &&Change| entry.ignored().contains(&change.path);
        let both: Vec<&Change> = effective.filter(is_both).collect();
        assert!(both.is_empty(), "{}: {both:#?}", entry.item.id);
    }
}

/// Returns the rule about a difference of an item that both sides have, any of them.
fn some_difference(plan: &Plan, random: &mut fastrand::Rng) -> Option<Scope> {
    let mut all = Vec::new();
    for (index, entry) in plan.entries().iter().enumerate() {
        if entry.base.is_some() && entry.changed {
            let changes = plan.changes(index, Show::Differences).into_iter();
            let changes = changes.filter(|change| !change.path.is_empty());
            all.extend(changes.map(|change| (entry.item.id.clone(), change.path)));
        }
    }
    let (id, path) = random.choice(all)?;
    Some(Scope {
        kind: id.kind.as_str().to_owned(),
        key: id.key.to_string(),
        path,
        origin: "test:1".to_owned(),
    })
}

/// Fails unless a cover leaves the target's own values unchanged, where no list
/// is in between.
fn assert_own(object: &Object, before: &Json, after: &Json, path: &mut Vec<String>) {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    if !path.is_empty() && object.schema.document.rules.is_own(&names) {
        assert_eq!(before, after, "{}: {path:?}", object.item);
        return;
    }
    for (name, there) in before.as_object().into_iter().flat_map(Members::members) {
        path.push(name.to_owned());
        if let Some(here) = after.get(name) {
            assert_own(object, there, here, path);
        }
        path.pop();
    }
}

/// Reverses every list whose order does not count.
fn permuted(object: &Object, json: &Json, path: &mut Vec<String>) -> Json {
    let below = |name: &str, json: &Json, path: &mut Vec<String>| {
        path.push(name.to_owned());
        let json = permuted(object, json, path);
        path.pop();
        json
    };
    match json {
        Json::Object(members) => {
            let members = members
                .members()
                .map(|(name, json)| (name.into(), below(name, json, path)));
            Json::Object(members.collect())
        }
        Json::List(elements) => {
            let mut elements: Vec<Json> =
                elements.iter().map(|json| below("*", json, path)).collect();
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            if object.schema.document.rules.is_unordered(&names) {
                elements.reverse();
            }
            Json::List(elements)
        }
        plain => plain.clone(),
    }
}

/// Fails unless a file with its unordered lists reversed gives the same plan.
fn assert_unordered(target: &Target, file: &File) {
    let mut turned = File {
        objects: file.objects.clone(),
        findings: Findings::default(),
    };
    for object in &mut turned.objects {
        // In a signed one every byte counts.
        if !object.is_signed() {
            let body = permuted(object, &object.body, &mut Vec::new());
            let item = object.item.clone();
            super::change(object, &body, Vec::new());
            object.item = item;
        }
    }
    let none = ImportOptions::default();
    let (plan, other) = (target.plan(file, &none), target.plan(&turned, &none));
    for (index, entry) in plan
        .entries()
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.base.is_some())
    {
        let describe = |plan: &Plan| -> Vec<String> {
            let changes = plan.changes(index, Show::Differences).into_iter();
            let mut described: Vec<String> = changes
                .map(|change| format!("{:?} {}", change.op, change.path))
                .collect();
            described.sort();
            described
        };
        assert_eq!(describe(&plan), describe(&other), "{}", entry.item.id);
    }
}

/// Changes a file as another environment would: members removed, changed and
/// added, lists reordered, longer and shorter. The identifiers of objects stay.
pub(crate) fn mutated(file: &Any, known_by: &[&str], random: &mut fastrand::Rng) -> Any {
    match file {
        Any::Object(members) => {
            let mut result = Map::new();
            for (name, value) in members {
                let keep = known_by.contains(&name.as_str());
                match random.u8(0..40) {
                    0 if !keep => {}
                    1 if !keep && !value.is_object() && !value.is_array() => {
                        result.insert(name.clone(), changed(value, random));
                    }
                    2 if !keep && value.is_boolean() => {
                        result.insert(name.clone(), Any::Null);
                    }
                    _ => {
                        result.insert(name.clone(), mutated(value, known_by, random));
                    }
                }
            }
            Any::Object(result)
        }
        Any::Array(values) => {
            let mut values: Vec<Any> = values
                .iter()
                .map(|value| mutated(value, known_by, random))
                .collect();
            match random.u8(0..12) {
                0 => random.shuffle(&mut values),
                1 if !values.is_empty() => {
                    values.remove(random.usize(0..values.len()));
                }
                2 if !values.is_empty() => {
                    let value = values[random.usize(0..values.len())].clone();
                    if !value.is_object() {
                        values.insert(random.usize(0..=values.len()), changed(&value, random));
                    }
                }
                _ => {}
            }
            Any::Array(values)
        }
        other => other.clone(),
    }
}

fn changed(value: &Any, random: &mut fastrand::Rng) -> Any {
    match value {
        Any::Bool(truth) => Any::Bool(!truth),
        Any::Number(_) => Any::from(random.u16(1..9999)),
        Any::String(text) => Any::String(format!("{text}-{}", random.u16(..))),
        other => other.clone(),
    }
}
