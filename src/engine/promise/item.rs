//! What was promised of an item, and where the target deviates from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::engine::diff::push_segment;
use crate::engine::item::{Element, Field, ItemId, Value};
use crate::engine::plan::Entry;

/// A path of an item where the target deviates from the promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDifference {
    /// JSON pointer into the item.
    pub path: String,
    /// What was promised.
    pub promised: Value,
    /// What the target has.
    pub found: Value,
}

impl Entry {
    /// Returns the promised content of the target once this item is written, by
    /// the changes that were shown; `is_written` says which others are written
    /// too.
    pub fn promised(&self, is_written: &dyn Fn(&ItemId) -> bool) -> Value {
        let reading = Reading {
            is_written,
            is_cover: self.base.is_some(),
        };
        let base = self.base.as_ref().map(|base| base.value.read());
        reading.result(
            base.as_deref().unwrap_or(&self.context),
            &self.item.value.read(),
        )
    }
}

/// Reads the result of an item, as [`compare`](crate::engine::diff::compare) reads its
/// changes.
struct Reading<'a> {
    is_written: &'a dyn Fn(&ItemId) -> bool,
    /// Adds take everything over; only covers keep or remove values.
    is_cover: bool,
}

impl Reading<'_> {
    fn result(&self, base: &Value, wanted: &Value) -> Value {
        match (base, wanted) {
            (Value::Record(base), Value::Record(wanted)) => {
                Value::Record(self.records(base, wanted))
            }
            (Value::Set(base), Value::Set(wanted)) => Value::Set(self.sets(base, wanted)),
            (_, Value::Record(wanted)) => Value::Record(self.records(&[], wanted)),
            (_, Value::Set(wanted)) => Value::Set(self.sets(&[], wanted)),
            (Value::Record(_) | Value::Set(_), Value::Null) => base.clone(),
            _ => wanted.clone(),
        }
    }

    fn records(&self, base: &[Field], wanted: &[Field]) -> Vec<Field> {
        let before = |name: &str| base.iter().find(|field| field.name == name);
        let mut fields: Vec<Field> = wanted
            .iter()
            .map(|field| {
                let value = match before(&field.name) {
                    Some(before) if field.kept && self.is_cover => before.value.clone(),
                    Some(before) if before.replaced && field.value == Value::Null => Value::Null,
                    Some(before) => self.result(&before.value, &field.value),
                    None => self.result(&Value::Null, &field.value),
                };
                Field::new(field.name.clone(), value)
            })
            .collect();
        let known: HashSet<&str> = wanted.iter().map(|field| &*field.name).collect();
        let others = base
            .iter()
            .filter(|field| !field.replaced && !known.contains(&*field.name));
        fields.extend(others.map(|field| Field::new(field.name.clone(), field.value.clone())));
        fields
    }

    fn sets(&self, base: &[Element], wanted: &[Element]) -> Vec<Element> {
        let before: HashMap<&str, &Element> = base
            .iter()
            .map(|element| (element.id.key(), element))
            .collect();
        let is_written = |element: &&Element| {
            element
                .needs
                .as_ref()
                .is_none_or(|on| (self.is_written)(on))
        };
        let wanted: Vec<&Element> = wanted.iter().filter(is_written).collect();
        let known: HashSet<&str> = wanted.iter().map(|element| element.id.key()).collect();
        let stays = |element: &&Element| {
            !(known.contains(element.id.key()) || element.replaced && self.is_cover)
        };
        let others = base.iter().filter(stays).cloned();
        let taken = wanted.iter().map(|element| {
            let before = before
                .get(element.id.key())
                .map_or(&Value::Null, |before| &before.value);
            Element {
                value: self.result(before, &element.value),
                ..(*element).clone()
            }
        });
        taken.chain(others).collect()
    }
}

/// Returns where the target deviates from the promise. New elements may have
/// another identity afterwards: they are found by their content.
pub fn differences(promised: &Value, found: &Value) -> Vec<ItemDifference> {
    let mut differences = Vec::new();
    differ(&mut String::new(), promised, found, &mut differences);
    differences
}

fn differ(path: &mut String, promised: &Value, found: &Value, out: &mut Vec<ItemDifference>) {
    match (promised, found) {
        (Value::Record(_), Value::Record(_) | Value::Null) | (Value::Null, Value::Record(_)) => {
            let names: HashSet<&str> = found.fields().iter().map(|field| &*field.name).collect();
            let here: HashSet<&str> = promised.fields().iter().map(|field| &*field.name).collect();
            for field in promised.fields() {
                let other = found.fields().iter().find(|other| other.name == field.name);
                let other = other.filter(|_| names.contains(&*field.name));
                below(path, &field.name, |path| {
                    differ(
                        path,
                        &field.value,
                        other.map_or(&Value::Null, |other| &other.value),
                        out,
                    );
                });
            }
            for field in found
                .fields()
                .iter()
                .filter(|field| !here.contains(&*field.name))
            {
                below(path, &field.name, |path| {
                    differ(path, &Value::Null, &field.value, out);
                });
            }
        }
        (Value::Set(promised), Value::Set(found)) => sets(path, promised, found, out),
        (Value::Set(promised), Value::Null) => sets(path, promised, &[], out),
        (Value::Null, Value::Set(found)) => sets(path, &[], found, out),
        _ if promised == found => {}
        _ => {
            out.push(ItemDifference {
                path: path.clone(),
                promised: promised.clone(),
                found: found.clone(),
            });
        }
    }
}

fn sets(path: &mut String, promised: &[Element], found: &[Element], out: &mut Vec<ItemDifference>) {
    let mut there: HashMap<&str, &Element> = found
        .iter()
        .map(|element| (element.id.key(), element))
        .collect();
    let mut missing: Vec<&Element> = Vec::new();
    // Of elements with the same identity the first counts.
    let mut seen: HashSet<&str> = HashSet::new();
    for element in promised
        .iter()
        .filter(|element| seen.insert(element.id.key()))
    {
        match there.remove(element.id.key()) {
            Some(other) => {
                below(path, &element.label, |path| {
                    differ(path, &element.value, &other.value, out);
                });
            }
            None => missing.push(element),
        }
    }
    let mut extra: Vec<&Element> = found
        .iter()
        .filter(|element| there.contains_key(element.id.key()))
        .collect();
    missing.retain(|element| {
        let is_same = |other: &&Element| differences(&element.value, &other.value).is_empty();
        // Mere membership does not identify an element.
        let index = extra
            .iter()
            .position(|other| element.value != Value::Null && is_same(other));
        index.map(|index| extra.remove(index)).is_none()
    });
    // A path with other values is reported value by value.
    missing.retain(|element| {
        let index = extra.iter().position(|other| other.label == element.label);
        let Some(other) = index.map(|index| extra.remove(index)) else {
            return true;
        };
        below(path, &element.label, |path| {
            differ(path, &element.value, &other.value, out);
        });
        false
    });
    let member = |element: &Element| match &element.value {
        Value::Null => Value::Text(Arc::clone(&element.label)),
        value => value.clone(),
    };
    for element in missing {
        below(path, &element.label, |path| {
            out.push(ItemDifference {
                path: path.clone(),
                promised: member(element),
                found: Value::Null,
            });
        });
    }
    for element in extra {
        below(path, &element.label, |path| {
            out.push(ItemDifference {
                path: path.clone(),
                promised: Value::Null,
                found: member(element),
            });
        });
    }
}

fn below(path: &mut String, segment: &str, then: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    push_segment(path, segment);
    then(path);
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::diff::{Show, compare};
    use crate::engine::{Item, Kind, Secret};

    const THING: Kind = Kind::of("thing");

    fn entry(base: Option<Value>, wanted: Value) -> Entry {
        let item = |value| Item {
            id: ItemId::new(THING, "a"),
            name: "".into(),
            value: Value::into(value),
            path: "".into(),
        };
        let candidate = crate::engine::Candidate::new(item(wanted), base.map(item));
        let plan = crate::engine::Plan::new(&[], vec![candidate], Vec::new(), Vec::new());
        plan.entries().first().cloned().unwrap()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn the_result_keeps_what_is_shown_as_kept_and_removes_what_is_shown_as_removed() {
        let base = Value::Record(vec![
            Field::new("plain", text("old")),
            Field::new("secret", Value::Secret(Secret::new("old"))),
            Field::new("only", text("here")),
            Field::replaced("gone", text("x")),
            Field::new(
                "set",
                Value::set([
                    Element::named("kept", Value::Null),
                    Element {
                        replaced: true,
                        ..Element::named("gone", Value::Null)
                    },
                ]),
            ),
        ]);
        let wanted = Value::Record(vec![
            Field::new("plain", text("new")),
            Field::kept("secret", Value::Secret(Secret::new("new"))),
            Field::new(
                "set",
                Value::set([
                    Element::named("added", Value::Null),
                    Element {
                        needs: Some(ItemId::new(THING, "b")),
                        ..Element::named("waits", Value::Null)
                    },
                ]),
            ),
        ]);
        let entry = entry(Some(base.clone()), wanted.clone());
        let promised = entry.promised(&|_| false);
        let described: Vec<String> = differences(&base, &promised)
            .into_iter()
            .map(|one| one.path)
            .collect();
        assert_eq!(described, ["/plain", "/gone", "/set/gone", "/set/added"]);
        let shown = compare(Some(&base), &wanted, Show::Differences);
        let shown = shown
            .iter()
            .filter(|change| change.op.is_effective() && change.needs.is_none());
        let mut shown: Vec<&str> = shown.map(|change| change.path.as_str()).collect();
        let mut described: Vec<&str> = described.iter().map(String::as_str).collect();
        shown.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, shown, "both read the same");
        let with = entry.promised(&|_| true);
        assert_eq!(
            differences(&promised, &with).len(),
            1,
            "what needs another item comes with it"
        );
    }

    #[test]
    fn a_new_element_may_have_another_identity_once_it_is_written() {
        let host = |id: &str, name: &str| {
            Element::matched(
                id,
                "1.1.1.1",
                Value::Record(vec![Field::new("name", text(name))]),
            )
        };
        let promised = Value::set([host("file 0", "a")]);
        assert!(differences(&promised, &Value::set([host("target 7", "a")])).is_empty());
        let other = differences(&promised, &Value::set([host("target 7", "b")]));
        assert_eq!(
            other
                .iter()
                .map(|one| one.path.as_str())
                .collect::<Vec<_>>(),
            ["/1.1.1.1/name"]
        );
    }

    #[test]
    fn order_and_emptiness_of_sets_are_no_difference() {
        let set = |names: &[&str]| {
            Value::set(names.iter().map(|name| Element::named(*name, Value::Null)))
        };
        assert!(differences(&set(&["a", "b"]), &set(&["b", "a"])).is_empty());
        assert!(differences(&Value::Null, &set(&[])).is_empty());
        assert_eq!(differences(&set(&["a"]), &Value::Null).len(), 1);
    }
}
