//! An object of a platform in portable, canonical form.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::content::Content;
use super::secret::Secret;

/// The word for a kind of object, such as `client` or `security-level`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// Returns a kind that a platform knows at compile time.
    pub const fn of(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// Returns a kind of any name, as found in a stored record.
    pub fn named(word: impl Into<Cow<'static, str>>) -> Self {
        Self(word.into())
    }

    /// Returns the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The identity of an item: its kind and its portable key. Written `client:crm`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId {
    /// The kind.
    pub kind: Kind,
    /// The key, the same in every environment. May be hostile text.
    pub key: Arc<str>,
}

impl ItemId {
    /// Returns an item's identity.
    pub fn new(kind: Kind, key: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            key: key.into(),
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.key)
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An object, and its path in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its identity.
    pub id: ItemId,
    /// Its display name; may be empty or hostile.
    pub name: Arc<str>,
    /// Its fields; always a [`Value::Record`].
    pub value: Content<Value>,
    /// Its JSON pointer in the file; empty for an object of the target.
    pub path: Arc<str>,
}

/// A canonical value.
///
/// Canonical means: ids of the environment are replaced by names, empty text is
/// [`Value::Null`], and what never counts as a difference is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, as canonical JSON text: whole numbers of 64 bits are
    /// [`Value::Int`], however they were written.
    Number(Arc<str>),
    /// Text; never empty, may be hostile.
    Text(Arc<str>),
    /// Text that is compared and never shown.
    Secret(Secret),
    /// Named fields in their display order.
    Record(Vec<Field>),
    /// Unordered elements, matched by identity.
    Set(Vec<Element>),
    /// Ordered elements, matched by identity.
    Sequence(Vec<Element>),
    /// Ordered values, compared and shown as one value.
    List(Vec<Self>),
}

/// A named value of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, as in the platform's file.
    pub name: Cow<'static, str>,
    /// The value.
    pub value: Value,
    /// Whether a cover keeps the target's value: a difference is shown but
    /// needs no action.
    pub kept: bool,
    /// Whether a kept difference is shown only with all fields.
    pub quiet: bool,
    /// Whether a cover removes it where only the target has it. Otherwise
    /// fields that the file does not have are kept.
    pub replaced: bool,
}

impl Field {
    /// Returns a field.
    pub fn new(name: impl Into<Cow<'static, str>>, value: Value) -> Self {
        Self {
            name: name.into(),
            value,
            kept: false,
            quiet: false,
            replaced: false,
        }
    }

    /// Returns a field whose value in the target is kept by a cover.
    pub fn kept(name: impl Into<Cow<'static, str>>, value: Value) -> Self {
        Self {
            kept: true,
            ..Self::new(name, value)
        }
    }

    /// Returns a field of the target that a cover removes if the file does not
    /// have it.
    pub fn replaced(name: impl Into<Cow<'static, str>>, value: Value) -> Self {
        Self {
            replaced: true,
            ..Self::new(name, value)
        }
    }
}

/// A member of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The identity that it is matched by; may be a secret, so it is never shown.
    pub id: Secret,
    /// Its label in paths and on the screen.
    pub label: Arc<str>,
    /// Its content; [`Value::Null`] for mere membership.
    pub value: Value,
    /// The item that must be written before this element can be, if any (a new
    /// API of a scope requires that the scope is covered).
    pub needs: Option<ItemId>,
    /// Whether a cover removes the element where only the target has it.
    /// Otherwise elements are kept: an import does not delete.
    pub replaced: bool,
}

impl Element {
    /// Returns an element that is matched by its label.
    pub fn named(label: impl Into<Arc<str>>, value: Value) -> Self {
        let label = label.into();
        Self {
            id: Secret::new(Arc::clone(&label)),
            label,
            value,
            needs: None,
            replaced: false,
        }
    }

    /// Returns an element that is matched by an identity other than its label.
    pub fn matched(id: impl Into<Arc<str>>, label: impl Into<Arc<str>>, value: Value) -> Self {
        Self {
            id: Secret::new(id),
            ..Self::named(label, value)
        }
    }
}

impl Value {
    /// Returns text, or [`Value::Null`] if it is empty: '' and NULL both mean none.
    pub fn text(text: Option<&Arc<str>>) -> Self {
        match text {
            Some(text) if !text.is_empty() => Self::Text(Arc::clone(text)),
            _ => Self::Null,
        }
    }

    /// Returns a set; of elements with the same identity the first counts.
    pub fn set(elements: impl IntoIterator<Item = Element>) -> Self {
        let mut kept: Vec<Element> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for element in elements {
            if seen.insert(element.id.shared()) {
                kept.push(element);
            }
        }
        Self::Set(kept)
    }

    /// Returns whether it contains no fields, elements or secrets. A list is
    /// plain if all of its values are.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Number(_) | Self::Text(_) => true,
            Self::List(values) => values.iter().all(Self::is_plain),
            Self::Secret(_) | Self::Record(_) | Self::Set(_) | Self::Sequence(_) => false,
        }
    }

    /// Returns the elements of a set or a sequence; empty for other values.
    pub fn elements(&self) -> &[Element] {
        match self {
            Self::Set(elements) | Self::Sequence(elements) => elements,
            _ => &[],
        }
    }

    /// Returns the fields of a record; empty for other values.
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Record(fields) => fields,
            _ => &[],
        }
    }

    /// Returns the value of a field of a record.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields()
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.value)
    }
}

/// JSON for people and scripts: secrets become `{"secret":true}`.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Number(text) => number(text, serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Secret(secret) => match secret.shown() {
                Some(shown) => serializer.serialize_str(shown),
                None => {
                    let mut map = serializer.serialize_map(Some(1))?;
                    map.serialize_entry("secret", &true)?;
                    map.end()
                }
            },
            Self::Record(fields) => {
                let mut map = serializer.serialize_map(None)?;
                for field in fields.iter().filter(|field| field.value != Self::Null) {
                    map.serialize_entry(&field.name, &field.value)?;
                }
                map.end()
            }
            Self::Set(elements) | Self::Sequence(elements) => {
                let mut map = serializer.serialize_map(None)?;
                for element in elements {
                    map.serialize_entry(&*element.label, &element.value)?;
                }
                map.end()
            }
            Self::List(values) => serializer.collect_seq(values),
        }
    }
}

/// Writes a number as it is, digit by digit.
fn number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::value::RawValue::from_string(text.to_owned()) {
        Ok(raw) => raw.serialize(serializer),
        // Not a JSON number: only this crate creates them, so this does not happen.
        Err(_) => serializer.serialize_str(text),
    }
}
