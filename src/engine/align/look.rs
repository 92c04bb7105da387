//! How a value is treated at its path: whether it is empty, what may be shown
//! of it, and what identifies an element of a list.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::rc::Rc;
use std::sync::Arc;

use super::sequence::Print;
use crate::engine::diff::push_segment;
use crate::engine::item::{Element, Field, Value};
use crate::engine::json::{self, Json, Object, canonical};
use crate::engine::schema::{
    Class, Cover, DocumentSchema, Empty, ListRule, PlaceRules, Rules, Secrecy,
};
use crate::engine::secret::{self, Secret};

/// The members whose values are secret if another member announces it.
const ANNOUNCED: [&str; 3] = ["value", "values", "content"];

/// The context of a value, from the paths around it.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) cover: Cover,
    /// Whether the target's own values and credentials may be kept here: not in
    /// an element that is not certainly the same.
    pub(super) carries: bool,
    /// Whether an empty value equals an absent one.
    pub(super) is_valued: bool,
    empty: Empty,
    default: Option<&'static str>,
    secret: bool,
    /// Whether it is secret by its own name or path, and not by its context.
    is_own_secret: bool,
    /// Whether the order of objects in lists does not count.
    unordered: bool,
    are_members_valued: bool,
    /// Whether a member announces that the value next to it is secret.
    announced: bool,
    /// The credentials that the document itself names.
    named: Option<Rc<Vec<Named>>>,
}

/// A credential that a document itself names.
#[derive(Clone)]
struct Named {
    /// Its path, from the end.
    path: Vec<String>,
    /// Whether it is kept: not if only the target names it, and the file names
    /// others.
    is_kept: bool,
}

impl Scope {
    pub(super) const fn new(schema: &DocumentSchema) -> Self {
        Self {
            cover: schema.cover,
            carries: true,
            is_valued: true,
            empty: schema.empty,
            default: None,
            secret: false,
            is_own_secret: false,
            unordered: false,
            are_members_valued: true,
            announced: false,
            named: None,
        }
    }

    /// Returns the scope of a path within this one.
    pub(super) fn at(&self, place: &PlaceRules, path: &[&str]) -> Self {
        let name = path.last().copied().unwrap_or_default();
        let is_own_secret = match place.secrecy {
            Some(Secrecy::Secret | Secrecy::Below) => true,
            Some(Secrecy::Shown) => false,
            None => {
                (self.announced && ANNOUNCED.contains(&name))
                    || secret::is_secret_name(name)
                    || self.named(path).any(|named| named.is_kept)
            }
        };
        let is_named = || place.secrecy.is_none() && self.named(path).next().is_some();
        let secret = is_own_secret || (self.secret && place.secrecy.is_none()) || is_named();
        Self {
            empty: place.empty.unwrap_or(self.empty),
            default: place.default,
            unordered: self.unordered || place.unordered,
            secret,
            is_own_secret,
            is_valued: self.are_members_valued,
            are_members_valued: true,
            announced: false,
            ..self.clone()
        }
    }

    /// Returns the names for a path.
    fn named<'s>(&'s self, path: &'s [&'s str]) -> impl Iterator<Item = &'s Named> {
        let last = path.last().copied().unwrap_or_default();
        self.named.iter().flat_map(|named| named.iter()).filter(
            move |Named { path: name, .. }| {
                let mut names = path.iter().rev().filter(|segment| **segment != "*");
                name.iter()
                    .all(|wanted| names.next().is_some_and(|found| wanted == found))
                    || (name.len() > 1
                        && last == name.iter().rev().cloned().collect::<Vec<_>>().join("."))
            },
        )
    }

    /// Returns the same, with what an object says about its members.
    pub(super) fn inside<'a>(
        &self,
        objects: impl IntoIterator<Item = &'a Object> + Clone,
        rules: &Rules,
        path: &mut Vec<&'a str>,
    ) -> Self {
        let mut scope = self.clone();
        scope.announced = objects.clone().into_iter().any(|object| {
            object.members().any(|(name, value)| {
                value
                    .as_text()
                    .is_some_and(|text| secret::announces_secret(name, text))
            })
        });
        if rules.may_name_secrets() {
            scope.name_secrets(objects, rules, path);
        }
        scope
    }

    fn name_secrets<'a>(
        &mut self,
        objects: impl IntoIterator<Item = &'a Object>,
        rules: &Rules,
        path: &mut Vec<&'a str>,
    ) {
        let mut named: Vec<Named> = Vec::new();
        for object in objects {
            let before = named.len();
            for (name, value) in object.members() {
                let Some(text) = value.as_text() else {
                    continue;
                };
                path.push(name);
                if rules.at(path).names_secrets {
                    let names = text
                        .split(',')
                        .map(str::trim)
                        .filter(|name| !name.is_empty());
                    let paths = names.map(|name| name.rsplit('.').map(str::to_owned).collect());
                    named.extend(paths.map(|path| Named {
                        path,
                        is_kept: true,
                    }));
                }
                path.pop();
            }
            // The file comes last: its list is the current one.
            if named.len() > before {
                named
                    .iter_mut()
                    .take(before)
                    .for_each(|other| other.is_kept = false);
            }
        }
        if !named.is_empty() {
            named.extend(self.named.iter().flat_map(|known| known.iter().cloned()));
            self.named = Some(Rc::new(named));
        }
    }

    /// Returns the same, where the presence of members or elements counts.
    pub(super) fn valued(&self, are_members_valued: bool) -> Self {
        Self {
            are_members_valued,
            ..self.clone()
        }
    }

    /// Returns the same for an element that is certainly the same, or is not.
    pub(super) fn carrying(&self, sure: bool) -> Self {
        Self {
            carries: self.carries && sure,
            ..self.clone()
        }
    }

    pub(super) const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns whether a secret stands alone: without one the file does not
    /// mention it. One of several secrets that is absent is removed.
    pub(super) const fn is_own_secret(&self) -> bool {
        self.is_own_secret
    }
}

/// The rules of a kind, and whether there is a target.
#[derive(Debug)]
pub(super) struct Look<'a> {
    schema: &'a DocumentSchema,
    pub(super) is_cover: bool,
}

impl<'a> Look<'a> {
    pub(super) const fn new(schema: &'a DocumentSchema, is_cover: bool) -> Self {
        Self { schema, is_cover }
    }

    pub(super) const fn rules(&self) -> &'a Rules {
        &self.schema.rules
    }

    /// Returns what identifies elements of a list, and whether their order counts.
    pub(super) const fn keys(
        &self,
        rule: Option<ListRule>,
        scope: &Scope,
    ) -> (&'static [&'static str], bool) {
        let ordered = match rule {
            Some(ListRule::Map(_)) => false,
            Some(ListRule::Sequence(_)) => true,
            _ => !scope.unordered,
        };
        (self.list_keys(rule), ordered)
    }

    /// Returns what identifies elements of a list.
    pub(super) const fn list_keys(&self, rule: Option<ListRule>) -> &'static [&'static str] {
        match rule {
            Some(ListRule::Map(keys) | ListRule::Sequence(keys)) => keys,
            _ => self.schema.list_keys,
        }
    }

    pub(super) fn is_inner(&self, name: &str) -> bool {
        !self.schema.inner.is_empty() && self.schema.inner == name
    }

    /// Returns whether two values mean the same, each as one value.
    pub(super) fn is_same(
        &self,
        target: Option<&Json>,
        file: Option<&Json>,
        scope: &Scope,
    ) -> bool {
        match (target, file) {
            (Some(target), Some(file)) => target == file || canonical(target) == canonical(file),
            (None, Some(json)) | (Some(json), None) => scope
                .default
                .is_some_and(|default| canonical(json) == default),
            (None, None) => true,
        }
    }

    /// Returns whether a value is equivalent to an absent one.
    pub(super) fn says_nothing<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> bool {
        let zero = scope.empty == Empty::Zero;
        match json {
            Json::Null => true,
            Json::Bool(truth) => zero && !*truth,
            Json::Number(text) => zero && json::number(text) == Value::Int(0),
            Json::Text(text) => text.is_empty(),
            Json::List(elements) => elements.is_empty(),
            Json::Object(object) => {
                object.is_empty()
                    || (!self.rules().at(path).entries
                        && object.members().all(|(name, value)| {
                            path.push(name);
                            let scope = scope.at(&self.rules().at(path), path);
                            let nothing = self.says_nothing(value, path, &scope);
                            path.pop();
                            nothing
                        }))
            }
        }
    }

    /// Returns what may be shown of a value; `scope` is that of its path.
    pub(super) fn value<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> Value {
        if scope.secret && !is_container(json) {
            return hidden(json);
        }
        match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(text) => json::number(text),
            Json::Text(text) => masked(path.last().copied().unwrap_or_default(), text),
            Json::List(elements) => self.list(json, elements, path, scope),
            Json::Object(object) => self.object(object, path, scope),
        }
    }

    fn object<'j>(&self, object: &'j Object, path: &mut Vec<&'j str>, scope: &Scope) -> Value {
        let entries = self.rules().at(path).entries;
        let scope = scope.inside([object], self.rules(), path);
        let mut fields: Vec<(&str, Value)> = Vec::with_capacity(object.len());
        for (name, json) in object.members() {
            let value = self.below(name, json, path, &scope);
            if entries || value != Value::Null {
                fields.push((name, value));
            }
        }
        if entries {
            let elements = fields
                .into_iter()
                .map(|(name, value)| Element::matched(name, label("", name), value));
            return Value::Set(elements.collect());
        }
        fields.sort_by_key(|(name, _)| *name);
        let record: Vec<Field> = fields
            .into_iter()
            .map(|(name, value)| Field::new(name.to_owned(), value))
            .collect();
        if record.is_empty() {
            Value::Null
        } else {
            Value::Record(record)
        }
    }

    fn list<'j>(
        &self,
        json: &Json,
        elements: &'j [Json],
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> Value {
        if elements.is_empty() {
            return Value::Null;
        }
        let rule = self.rules().at(path).list;
        let mut values: Vec<Value> = elements
            .iter()
            .map(|element| self.below("*", element, path, scope))
            .collect();
        match rule {
            Some(ListRule::Set) if json.is_plain() => {
                Value::set(elements.iter().zip(&values).map(|(json, value)| {
                    let (id, label) = known_by(json, value);
                    Element::matched(id, label, Value::Null)
                }))
            }
            Some(ListRule::Atomic) => Value::List(values),
            _ if json.is_plain() => plain_list(elements, values),
            rule => {
                let (keys, ordered) = self.keys(rule, scope);
                let key = fitting_key(keys, elements, &[]);
                let ordered = ordered || key.is_none();
                let parts = values.drain(..).enumerate().map(|(index, value)| {
                    match key.as_ref().and_then(|key| key.target.get(index)) {
                        Some(id) => {
                            let label = key
                                .as_ref()
                                .map_or_else(|| Arc::clone(id), |key| key.label(id));
                            Element::matched(Arc::clone(id), label, value)
                        }
                        None => Element::matched(format!("f{index}"), index.to_string(), value),
                    }
                });
                if ordered {
                    Value::Sequence(parts.collect())
                } else {
                    Value::Set(parts.collect())
                }
            }
        }
    }

    fn below<'j>(
        &self,
        name: &'j str,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> Value {
        path.push(name);
        let scope = scope.at(&self.rules().at(path), path);
        let value = self.value(json, path, &scope);
        path.pop();
        value
    }

    /// Returns the content of a list's element without its credentials and the
    /// values that belong to the target.
    pub(super) fn print<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> Print {
        let place = self.rules().at(path);
        let scope = scope.at(&place, path);
        let mut members = Vec::new();
        if let Json::Object(object) = json {
            self.members(object, path, &scope, |name, hash| {
                members.push(hashed(&(name, hash)));
            });
            members.sort_unstable();
        }
        let whole = self.hash(json, path, &scope, place.list);
        Print { whole, members }
    }

    fn members<'j>(
        &self,
        object: &'j Object,
        path: &mut Vec<&'j str>,
        scope: &Scope,
        mut each: impl FnMut(&str, u64),
    ) {
        let scope = scope.inside([object], self.rules(), path);
        for (name, json) in object.members() {
            path.push(name);
            let place = self.rules().at(path);
            let scope = scope.at(&place, path);
            let counts = matches!(
                place.class,
                Class::Compared | Class::Immutable | Class::Kept
            ) && (!scope.secret || is_container(json))
                && !self.says_nothing(json, path, &scope);
            if counts {
                each(name, self.hash(json, path, &scope, place.list));
            }
            path.pop();
        }
    }

    fn hash<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
        rule: Option<ListRule>,
    ) -> u64 {
        match json {
            Json::Object(object) => {
                let mut sum = 1_u64;
                self.members(object, path, scope, |name, hash| {
                    sum = sum.wrapping_add(hashed(&(name, hash)));
                });
                hashed(&("{}", sum))
            }
            Json::List(elements) => {
                path.push("*");
                let place = self.rules().at(path);
                let inner = scope.at(&place, path);
                let hashes = elements
                    .iter()
                    .map(|json| self.hash(json, path, &inner, place.list));
                let hash = match rule {
                    _ if scope.unordered => hashed(&("[]", hashes.fold(1_u64, u64::wrapping_add))),
                    Some(ListRule::Set | ListRule::Map(_)) => {
                        hashed(&("[]", hashes.fold(1_u64, u64::wrapping_add)))
                    }
                    _ => hashed(&("[]", hashes.collect::<Vec<u64>>())),
                };
                path.pop();
                hash
            }
            // A different credential inside does not make it another element.
            Json::Text(text) => {
                let name = path.last().copied().unwrap_or_default();
                match secret::mask_text(name, text) {
                    Some(shown) => hashed(&("***", shown)),
                    None => hashed(&canonical(json)),
                }
            }
            plain => hashed(&canonical(plain)),
        }
    }

    /// Returns whether a value contains a credential.
    pub(super) fn holds_secret<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
    ) -> bool {
        if scope.secret && !is_container(json) {
            return !lacks_secret(json);
        }
        self.any_below(json, path, scope, &mut |this, json, path, scope| {
            this.holds_secret(json, path, scope)
        })
    }

    fn any_below<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
        holds: &mut impl FnMut(&Self, &'j Json, &mut Vec<&'j str>, &Scope) -> bool,
    ) -> bool {
        let mut below = |name: &'j str, json: &'j Json, path: &mut Vec<&'j str>, scope: &Scope| {
            path.push(name);
            let scope = scope.at(&self.rules().at(path), path);
            let found = holds(self, json, path, &scope);
            path.pop();
            found
        };
        match json {
            Json::Object(object) => {
                let scope = scope.inside([object], self.rules(), path);
                object
                    .members()
                    .any(|(name, json)| below(name, json, path, &scope))
            }
            Json::List(elements) => elements.iter().any(|json| below("*", json, path, scope)),
            _ => false,
        }
    }

    /// Finds the placeholders of credentials, and the masks.
    pub(super) fn placeholders<'j>(
        &self,
        json: &'j Json,
        path: &mut Vec<&'j str>,
        scope: &Scope,
        pointer: &str,
        found: &mut Lacking,
    ) {
        if let Json::Text(text) = json {
            let name = path.last().copied().unwrap_or_default();
            let holds_mask = match scope.secret {
                true => is_masked(json),
                false => secret::masks(name, text) > 0,
            };
            if holds_mask {
                found.masked.push(pointer.to_owned());
            } else if scope.secret && is_placeholder(json) {
                found.missing.push(pointer.to_owned());
            }
            return;
        }
        let mut place = 0;
        self.any_below(json, path, scope, &mut |this, json, path, scope| {
            let name = path.last().copied().unwrap_or_default();
            let mut pointer = pointer.to_owned();
            if !(path.len() == 1 && this.is_inner(name)) {
                pointer.push('/');
                push_segment(&mut pointer, if name == "*" { "" } else { name });
                if name == "*" {
                    pointer.push_str(&place.to_string());
                }
            }
            place += 1;
            this.placeholders(json, path, scope, &pointer, found);
            false
        });
    }
}

/// Returns whether a value contains others that are shown one by one.
pub(super) fn is_container(json: &Json) -> bool {
    !json.is_plain()
}

/// Returns a credential: only its presence may be shown.
fn hidden(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Text(text) if text.is_empty() => Value::Null,
        Json::Text(text) if secret::is_indirection(text) => Value::Text(Arc::clone(text)),
        Json::Text(text) => Value::Secret(Secret::new(Arc::clone(text))),
        Json::List(elements) if elements.is_empty() => Value::Null,
        other => Value::Secret(Secret::new(other.print())),
    }
}

fn masked(name: &str, text: &Arc<str>) -> Value {
    match secret::mask_text(name, text) {
        Some(shown) => Value::Secret(Secret::with_mask(Arc::clone(text), shown)),
        None => Value::text(Some(text)),
    }
}

/// Returns a list of plain values as one value.
fn plain_list(elements: &[Json], values: Vec<Value>) -> Value {
    if values.iter().all(Value::is_plain) {
        return Value::List(values);
    }
    let shown: Vec<String> = values
        .iter()
        .map(|value| serde_json::to_string(value).unwrap_or_default())
        .collect();
    let whole: Vec<String> = elements.iter().map(Json::print).collect();
    Value::Secret(Secret::with_mask(
        format!("[{}]", whole.join(",")),
        format!("[{}]", shown.join(",")),
    ))
}

/// Returns the identity of a plain value of a set, and its label.
pub(super) fn known_by(json: &Json, value: &Value) -> (Arc<str>, Arc<str>) {
    match value {
        Value::Text(text) => (Arc::clone(text), Arc::clone(text)),
        Value::Secret(secret) => (secret.shared(), secret.shown().unwrap_or("(secret)").into()),
        _ => {
            let text: Arc<str> = canonical(json).into();
            (Arc::clone(&text), text)
        }
    }
}

/// Returns whether the value of a credential is a placeholder.
pub(super) fn lacks_secret(json: &Json) -> bool {
    match json {
        Json::Bool(_) => true,
        Json::Text(text) => {
            matches!(&**text, "" | "true" | "false") || secret::is_placeholder(text)
        }
        other => other.is_empty(),
    }
}

pub(super) fn is_placeholder(json: &Json) -> bool {
    json.as_text()
        .is_some_and(|text| !text.is_empty() && secret::is_placeholder(text))
}

/// Returns whether a credential is masked, or holds others that are.
pub(super) fn is_masked(json: &Json) -> bool {
    json.as_text()
        .is_some_and(|text| secret::is_masked(text) || secret::masks("", text) > 0)
}

/// Returns whether any text in a value is a placeholder or may hold a mask, at any path.
pub(super) fn holds_placeholder(json: &Json) -> bool {
    match json {
        Json::Object(object) => object.members().any(|(_, json)| holds_placeholder(json)),
        Json::List(elements) => elements.iter().any(holds_placeholder),
        Json::Text(text) => secret::may_hold_mask(text) || is_placeholder(json),
        _ => false,
    }
}

/// The paths of what a value lacks.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    /// Credentials of which it has a placeholder.
    pub(super) missing: Vec<String>,
    /// Values with masks in place of credentials.
    pub(super) masked: Vec<String>,
}

fn hashed(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the label of something that is identified by a text, which may
/// contain a credential.
pub(super) fn label(name: &str, id: &str) -> Arc<str> {
    secret::mask_text(name, id).map_or_else(|| id.into(), Arc::from)
}

/// What identifies elements of two lists.
pub(super) struct Key {
    name: String,
    pub(super) target: Vec<Arc<str>>,
    pub(super) file: Vec<Arc<str>>,
    target_places: HashMap<Arc<str>, usize>,
    file_places: HashMap<Arc<str>, usize>,
}

impl Key {
    /// Returns the label of an element.
    pub(super) fn label(&self, id: &Arc<str>) -> Arc<str> {
        label(&self.name, id)
    }

    pub(super) fn target_place(&self, id: &str) -> Option<usize> {
        self.target_places.get(id).copied()
    }

    pub(super) fn file_place(&self, id: &str) -> Option<usize> {
        self.file_places.get(id).copied()
    }
}

/// Returns the first key that every element of both lists has, not empty and
/// unique.
pub(super) fn fitting_key(keys: &[&str], target: &[Json], file: &[Json]) -> Option<Key> {
    keys.iter().find_map(|key| {
        let (target, target_places) = ids(key, target)?;
        let (file, file_places) = ids(key, file)?;
        Some(Key {
            name: (*key).to_owned(),
            target,
            file,
            target_places,
            file_places,
        })
    })
}

type Places = HashMap<Arc<str>, usize>;

fn ids(key: &str, list: &[Json]) -> Option<(Vec<Arc<str>>, Places)> {
    let mut ids = Vec::with_capacity(list.len());
    let mut places = HashMap::with_capacity(list.len());
    for (index, element) in list.iter().enumerate() {
        let id = id(key, element)?;
        if places.insert(Arc::clone(&id), index).is_some() {
            return None;
        }
        ids.push(id);
    }
    Some((ids, places))
}

/// Returns the identity of an element: the values of `a+b`, each a dotted path
/// of names.
fn id(key: &str, element: &Json) -> Option<Arc<str>> {
    let part = |part: &str| {
        let value = part
            .split('.')
            .try_fold(element, |json, name| json.get(name))?;
        match value {
            // The same address with another credential in it is the same element.
            Json::Text(text) if !text.is_empty() => Some(label(part, text)),
            Json::Number(_) => Some(canonical(value).into()),
            _ => None,
        }
    };
    if !key.contains('+') {
        return part(key);
    }
    let parts: Option<Vec<Arc<str>>> = key.split('+').map(part).collect();
    Some(parts?.join(" ").into())
}
