//! Where in a document the values are that a path names, as a plan shows it.

use std::sync::Arc;

use super::look::{self, Look, Scope};
use crate::engine::diff::push_segment;
use crate::engine::json::{Json, Object};
use crate::engine::rule::PathPattern;
use crate::engine::schema::{DocumentSchema, ListRule};

/// A value of a document that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// JSON pointer to it.
    pub pointer: String,
    /// Its path as it is shown: elements of lists by what identifies them.
    pub shown: String,
    /// The same with the positions of elements instead, as it is shown where
    /// nothing identifies them.
    pub numbered: String,
    /// Whether it is a credential.
    pub is_secret: bool,
}

/// Finds the values that a path names. An element of a list is named by what
/// identifies it, or by its position.
pub fn locate(json: &Json, schema: &DocumentSchema, pattern: &PathPattern) -> Vec<Located> {
    let mut locator = Locator {
        look: Look::new(schema, false),
        root: json.as_object(),
        pattern,
        path: Vec::new(),
        pointer: String::new(),
        shown: Vec::new(),
        numbered: Vec::new(),
        found: Vec::new(),
    };
    locator.children(json, &Scope::new(schema));
    locator.found
}

struct Locator<'a> {
    look: Look<'a>,
    root: Option<&'a Object>,
    pattern: &'a PathPattern,
    /// The path for the schema's rules; `*` for elements of lists.
    path: Vec<&'a str>,
    pointer: String,
    shown: Vec<Arc<str>>,
    numbered: Vec<Arc<str>>,
    found: Vec<Located>,
}

impl<'a> Locator<'a> {
    fn children(&mut self, json: &'a Json, scope: &Scope) {
        match json {
            Json::Object(object) => {
                let scope = &scope.inside([object], self.look.rules(), &mut self.path);
                for (name, json) in object.members() {
                    self.child(name, (name.into(), name.into()), name, (json, scope));
                }
            }
            Json::List(elements) => {
                let labels = self.labels(json, elements);
                for (index, (json, label)) in elements.iter().zip(labels).enumerate() {
                    let place = index.to_string();
                    let number: Arc<str> = place.as_str().into();
                    let label = label.unwrap_or_else(|| Arc::clone(&number));
                    self.child("*", (label, number), &place, (json, scope));
                }
            }
            _ => {}
        }
    }

    fn child(
        &mut self,
        name: &'a str,
        (label, number): (Arc<str>, Arc<str>),
        segment: &str,
        (json, scope): (&'a Json, &Scope),
    ) {
        let length = self.pointer.len();
        self.pointer.push('/');
        push_segment(&mut self.pointer, segment);
        // Members of the inner object are shown as the object's own, unless it has such ones.
        let is_inner = self.path.is_empty() && self.look.is_inner(name);
        let is_beside = match (self.path.as_slice(), self.root) {
            ([inner], Some(root)) if self.look.is_inner(inner) => root.get(name).is_some(),
            _ => false,
        };
        let depth = self.shown.len();
        if is_beside && let Some(inner) = self.path.first() {
            self.shown.push((*inner).into());
            self.numbered.push((*inner).into());
        }
        if !is_inner {
            self.shown.push(label);
            self.numbered.push(number);
        }
        self.path.push(name);
        let scope = &scope.at(&self.look.rules().at(&self.path), &self.path);
        if !self.shown.is_empty()
            && (self.pattern.names(&self.shown) || self.pattern.names(&self.numbered))
        {
            self.found.push(Located {
                pointer: self.pointer.clone(),
                shown: pointer_of(&self.shown),
                numbered: pointer_of(&self.numbered),
                is_secret: scope.is_secret(),
            });
        }
        self.children(json, scope);
        self.path.pop();
        self.shown.truncate(depth);
        self.numbered.truncate(depth);
        self.pointer.truncate(length);
    }

    /// Returns what identifies the elements of a list, as it is shown.
    fn labels(&self, json: &Json, elements: &[Json]) -> Vec<Option<Arc<str>>> {
        let none = || vec![None; elements.len()];
        let rule = self.look.rules().at(&self.path).list;
        if json.is_plain() {
            let text = |json: &Json| json.as_text().map(|text| look::label("", text));
            return match rule {
                Some(ListRule::Set) => elements.iter().map(text).collect(),
                _ => none(),
            };
        }
        let Some(key) = look::fitting_key(self.look.list_keys(rule), &[], elements) else {
            return none();
        };
        key.file.iter().map(|id| Some(key.label(id))).collect()
    }
}

/// Returns segments as a JSON pointer.
fn pointer_of(segments: &[Arc<str>]) -> String {
    let mut pointer = String::new();
    for segment in segments {
        pointer.push('/');
        push_segment(&mut pointer, segment);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rule::Replacement;
    use crate::engine::schema::{Cover, Empty, Rule, Rules};

    fn schema() -> DocumentSchema {
        let rules: &[(&'static str, Rule)] = &[("def/tags", Rule::Set)];
        DocumentSchema {
            cover: Cover::Replace,
            empty: Empty::Nothing,
            inner: "def",
            list_keys: &["name"],
            rules: Rules::new([rules]),
        }
    }

    fn found(path: &str, text: &str) -> Vec<(String, String)> {
        let json = serde_json::from_str::<serde_json::Value>(text).unwrap();
        let json = Replacement::Value(json).of(&Json::Null).unwrap().unwrap();
        let pattern = PathPattern::parse(path).unwrap();
        let found = locate(&json, &schema(), &pattern).into_iter();
        found.map(|found| (found.pointer, found.shown)).collect()
    }

    fn one(pointer: &str, shown: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), shown.to_owned())]
    }

    #[test]
    fn an_element_is_named_by_what_identifies_it_or_by_its_place() {
        let text = r#"{"list":[{"name":"a/b","x":1},{"name":"c","x":2}]}"#;
        let a = one("/list/0/x", "/list/a~1b/x");
        assert_eq!(found("/list/a~1b/x", text), a);
        assert_eq!(found("/list/0/x", text), a);
        assert_eq!(found("/list/*/x", text).len(), 2);
        assert_eq!(found("/list/d/x", text), []);
        let text = r#"{"list":[{"x":1},{"x":2}]}"#;
        assert_eq!(found("/list/1/x", text), one("/list/1/x", "/list/1/x"));
    }

    #[test]
    fn members_of_the_inner_object_are_named_as_they_are_shown() {
        let text = r#"{"def":{"x":1,"y":2,"tags":["t"]},"y":3}"#;
        assert_eq!(found("/x", text), one("/def/x", "/x"));
        assert_eq!(found("/y", text), one("/y", "/y"));
        assert_eq!(found("/def/y", text), one("/def/y", "/def/y"));
        assert_eq!(found("/tags/t", text), one("/def/tags/0", "/tags/t"));
    }
}
