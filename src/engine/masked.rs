//! Values that have masks in place of secrets: to write them would lose a secret, or make one of
//! asterisks.

use std::collections::HashMap;

use super::diff::Named;
use super::item::{Element, Value};
use super::secret::{self, Masked};

/// Returns the paths of what a writing of `after` over `before` would store with a mask in place of
/// a secret. What is as in `before` is not written, nor is a field that a cover keeps.
/// `is_free` says of the name of a field whether it holds any text, in which only addresses count.
pub fn masked_places(
    before: Option<&Value>,
    after: &Value,
    is_free: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut search = Search {
        is_free,
        path: Vec::new(),
        found: Vec::new(),
    };
    search.value("", before, after);
    search.found
}

struct Search<'s> {
    is_free: &'s dyn Fn(&str) -> bool,
    path: Vec<String>,
    found: Vec<String>,
}

impl Search<'_> {
    fn value(&mut self, name: &str, before: Option<&Value>, after: &Value) {
        match after {
            Value::Record(fields) => {
                let known = Named::new(before.map_or(&[], Value::fields));
                for field in fields {
                    let there = known.get(&field.name).map(|field| &field.value);
                    let has = there.is_some_and(|value| *value != Value::Null);
                    if field.kept && has {
                        continue;
                    }
                    self.below(&field.name, |this| {
                        this.value(&field.name, there, &field.value);
                    });
                }
            }
            Value::Set(elements) | Value::Sequence(elements) => {
                let known: HashMap<&str, &Element> = elements_of(before)
                    .iter()
                    .map(|element| (element.id.key(), element))
                    .collect();
                for element in elements {
                    let there = known.get(element.id.key()).map(|element| &element.value);
                    self.below(&element.label, |this| {
                        this.value(name, there, &element.value);
                    });
                }
            }
            Value::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    self.below(&place.to_string(), |this| this.value(name, None, value));
                }
            }
            after => {
                if before != Some(after) && self.is_masked(name, before, after) {
                    self.found.push(self.path.join("/"));
                }
            }
        }
    }

    fn below(&mut self, segment: &str, then: impl FnOnce(&mut Self)) {
        self.path.push(segment.to_owned());
        then(self);
        self.path.pop();
    }

    /// Returns whether a value that differs has a mask that the other one has not.
    fn is_masked(&self, name: &str, before: Option<&Value>, after: &Value) -> bool {
        match after {
            // Nothing of it is shown: it is a secret as a whole.
            Value::Secret(secret) if secret.shown().is_none() => {
                secret::is_masked(secret.key()) || secret::masks("", secret.key()) > 0
            }
            after => {
                let Some(wanted) = text(after) else {
                    return false;
                };
                let there = before.and_then(text).unwrap_or_default();
                if (self.is_free)(name) && secret::masks_of_addresses(name, wanted) == 0 {
                    return false;
                }
                secret::masked(name, there, wanted) != Masked::No
            }
        }
    }
}

fn elements_of(value: Option<&Value>) -> &[Element] {
    match value {
        Some(Value::Set(elements) | Value::Sequence(elements)) => elements,
        _ => &[],
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Secret(secret) => Some(secret.key()),
        _ => None,
    }
}
