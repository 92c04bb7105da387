//! Objects of files and targets: how each is identified, which ones correspond,
//! and what they refer to.
//!
//! All of it is driven by the declarations of their kinds ([`KindSchema`]).

use std::sync::{Arc, LazyLock};

pub use index::Index;
pub use links::{Link, links};
pub use resolve::{Hit, ResolvedReference, resolve, write};
pub use sides::{Base, Sides, quoted};

use super::finding::Finding;
use super::item::{ItemId, Kind};
use super::json::Json;
use super::schema::{Column, KindSchema, Role, text_at};
use super::verdict::Reason;

mod index;
mod links;
mod resolve;
mod sides;

/// The declarations of a product's kinds, as used to look objects up.
pub trait Kinds: Send + Sync {
    /// Returns the declaration of a kind.
    fn schema(&self, kind: &str) -> Option<&'static KindSchema>;

    /// Returns the kinds that are known only from references to them.
    fn outside(&self) -> &'static Known {
        &Known {
            kinds: &[],
            kind: "",
            id: "",
            name: "",
        }
    }

    /// Returns whether references name a kind without a schema.
    fn is_referred_to(&self, kind: &str) -> bool {
        self.outside().kinds.contains(&kind)
    }

    /// Returns what blocks an object regardless of the others.
    fn blocks_alone(&self, object: &Object) -> Vec<Reason> {
        let _ = object;
        Vec::new()
    }
}

/// An object as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// Its identity among the objects of its kind.
    pub id: Arc<str>,
    /// A second id, unique within its kind and owner.
    pub pair_id: Option<Arc<str>>,
    /// The organisation that owns it; '' for none.
    pub owner: Arc<str>,
    /// Its display name.
    pub name: Arc<str>,
    /// Its JSON text. May hold secrets.
    pub body: Arc<str>,
}

/// Bodies may contain secrets: they are not printed.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({} bytes)", self.kind, self.id, self.body.len())
    }
}

/// An object and its identifiers.
#[derive(Clone, Debug)]
pub struct Object {
    /// The declaration of its kind.
    pub schema: &'static KindSchema,
    /// Its identity.
    pub item: ItemId,
    /// Its owner; '' for none.
    pub owner: Arc<str>,
    /// Its display name; '' for none.
    pub name: Arc<str>,
    /// Its text, byte for byte.
    pub text: Arc<str>,
    /// The meaning of the text, in the form that the schema describes. Objects of the same text
    /// may share it.
    pub body: Arc<Json>,
    /// The path of the text in that form, if it is only a part of it.
    pub wrapper: Option<&'static str>,
    /// JSON pointer to it in its file.
    pub path: Arc<str>,
    /// The id under which the target stores it; `None` for an object of a file.
    pub row: Option<Arc<str>>,
    /// JSON pointers into the body to the values that the operator mapped.
    pub mapped: Vec<String>,
    /// The paths, as they are shown, of the values that rules set.
    pub set_by_values: Vec<String>,
    /// The findings made when it was read.
    pub findings: Vec<Finding>,
    /// Its identifiers: the indices of the keys in its schema, and values.
    keys: Vec<(usize, Arc<str>)>,
}

/// Kinds that are known only from references, and how those look: objects of a
/// kind, an id and a name.
#[derive(Debug)]
pub struct Known {
    /// The kinds.
    pub kinds: &'static [&'static str],
    /// The member that names the kind.
    pub kind: &'static str,
    /// The member that is the id.
    pub id: &'static str,
    /// The member that is the name.
    pub name: &'static str,
}

impl Object {
    /// Returns an object that was read; `wrapper` is the path of `body` in the
    /// form that the schema describes.
    pub fn new(
        schema: &'static KindSchema,
        body: Json,
        wrapper: Option<&'static str>,
        text: impl Into<Arc<str>>,
        path: impl Into<Arc<str>>,
    ) -> Self {
        let body = match wrapper {
            Some(name) => Json::Object([(name.into(), body)].into_iter().collect()),
            None => body,
        };
        let first = |places: &[&str]| {
            places
                .iter()
                .find_map(|place| text_at(&body, place))
                .cloned()
        };
        let mut object = Self {
            schema,
            item: ItemId::new(schema.info.kind.clone(), ""),
            owner: schema
                .owner
                .and_then(|owner| first(owner.at))
                .unwrap_or_default(),
            name: first(schema.name).unwrap_or_default(),
            text: text.into(),
            wrapper,
            path: path.into(),
            row: None,
            mapped: Vec::new(),
            set_by_values: Vec::new(),
            findings: Vec::new(),
            keys: Vec::new(),
            body: Arc::new(body),
        };
        object.read_keys();
        object.item.key = Arc::clone(object.id());
        object
    }

    /// Returns an object as the target stores it; `body` is the meaning of its
    /// text. If somebody else made the text unreadable, the other columns
    /// identify the object.
    pub fn kept(
        document: &Document,
        schema: &'static KindSchema,
        body: Json,
        wrapper: Option<&'static str>,
    ) -> Self {
        let object = Self::new(schema, body, wrapper, Arc::clone(&document.body), "");
        object.of_row(document)
    }

    /// Returns an object as the target stores it, where its text is that of an object of a file of
    /// the same kind.
    pub fn kept_as(document: &Document, file: &Self) -> Self {
        let object = Self {
            path: "".into(),
            mapped: Vec::new(),
            set_by_values: Vec::new(),
            findings: Vec::new(),
            ..file.clone()
        };
        object.of_row(document)
    }

    /// Returns it as the object of a row.
    fn of_row(mut self, document: &Document) -> Self {
        let object = &mut self;
        object.item = ItemId::new(document.kind.clone(), Arc::clone(&document.id));
        object.row = Some(Arc::clone(&document.id));
        if *object.body == Json::Null {
            object.owner = Arc::clone(&document.owner);
            object.name = Arc::clone(&document.name);
        }
        // The columns take precedence.
        let mut keys = Vec::with_capacity(object.keys.len() + 1);
        for (index, key) in object.schema.keys.iter().enumerate() {
            let columns = match key.column {
                Column::None => [None, None],
                Column::Id => [Some(&document.id), None],
                Column::Second => [document.pair_id.as_ref(), None],
                Column::Either => [Some(&document.id), document.pair_id.as_ref()],
            };
            let own = object
                .keys
                .iter()
                .filter(|(other, _)| *other == index)
                .map(|(_, value)| value);
            for value in columns.into_iter().flatten().chain(own) {
                if !keys.contains(&(index, Arc::clone(value))) {
                    keys.push((index, Arc::clone(value)));
                }
            }
        }
        object.keys = keys;
        self
    }

    fn read_keys(&mut self) {
        let keys = self.schema.keys.iter().enumerate();
        let values = keys.flat_map(|(index, key)| {
            key.values(&self.body)
                .into_iter()
                .map(move |value| (index, value))
        });
        self.keys = values.collect();
    }

    /// Returns the object with another body and the text that means it, as the
    /// operator requested; `mapped` are JSON pointers to the changes.
    #[must_use]
    pub fn changed(&self, body: &Json, text: impl Into<Arc<str>>, mapped: Vec<String>) -> Self {
        let raw = self.raw(body).clone();
        let changed = Self::new(self.schema, raw, self.wrapper, text, Arc::clone(&self.path));
        Self {
            mapped,
            set_by_values: self.set_by_values.clone(),
            findings: self.findings.clone(),
            ..changed
        }
    }

    /// Returns the part of a body that is its text.
    pub fn raw<'j>(&self, body: &'j Json) -> &'j Json {
        self.wrapper.and_then(|name| body.get(name)).unwrap_or(body)
    }

    /// Returns the path in the file of a path in the body.
    pub fn place(&self, pointer: &str) -> String {
        let inside = self.wrapper.and_then(|name| within(pointer, name));
        format!("{}{}", self.path, inside.unwrap_or(pointer))
    }

    /// Returns a path in the body as it is shown.
    pub fn shown<'p>(&self, pointer: &'p str) -> &'p str {
        within(pointer, self.schema.document.inner).unwrap_or(pointer)
    }

    /// Returns its kind.
    pub fn kind(&self) -> &Kind {
        &self.schema.info.kind
    }

    /// Returns all its identifiers: indices of the schema's keys, and values.
    pub fn keys(&self) -> impl Iterator<Item = (usize, &Arc<str>)> {
        self.keys.iter().map(|(index, value)| (*index, value))
    }

    /// Returns the values of one of its schema's keys; the first one counts.
    pub fn values(&self, key: usize) -> impl Iterator<Item = &Arc<str>> {
        self.keys
            .iter()
            .filter(move |(index, _)| *index == key)
            .map(|(_, value)| value)
    }

    /// Returns the value of the key of that name; '' for none.
    pub fn key(&self, name: &str) -> &str {
        let index = self.schema.keys.iter().position(|key| key.name == name);
        index
            .and_then(|index| self.values(index).next())
            .map(|value| &**value)
            .unwrap_or_default()
    }

    /// Returns the id that its row is stored under; '' for none.
    pub fn id(&self) -> &Arc<str> {
        static NONE: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
        let is_id = |column| matches!(column, Column::Id | Column::Either);
        let index = self.schema.keys.iter().position(|key| is_id(key.column));
        index
            .and_then(|index| self.values(index).next())
            .unwrap_or(&NONE)
    }

    /// Returns the name by which others refer to it.
    pub fn called(&self) -> &str {
        let called = self
            .schema
            .called
            .iter()
            .find_map(|place| text_at(&self.body, place));
        called.unwrap_or(&self.name)
    }

    /// Returns whether its text must not change.
    pub fn is_signed(&self) -> bool {
        let is_there = |place: &&str| text_at(&self.body, place).is_some();
        self.schema
            .signature
            .is_some_and(|signature| signature.at.iter().all(is_there))
    }

    /// Returns whether each target has exactly one such object.
    pub fn is_only(&self) -> bool {
        self.schema.keys.iter().any(|key| key.role == Role::Only)
    }

    /// Returns the owner that its references should belong to: its own owner,
    /// or itself if it is one.
    pub fn side(&self) -> &str {
        if self.schema.owner.is_some() {
            &self.owner
        } else {
            &self.item.key
        }
    }

    /// Returns its row: in the place of another one, whose id stays.
    pub fn document(&self, base: Option<&Self>) -> Document {
        let id = base
            .and_then(|base| base.row.as_ref())
            .unwrap_or_else(|| self.id());
        let of = |column| {
            let key = self
                .schema
                .keys
                .iter()
                .position(|key| key.column == column)?;
            let own = self.values(key).next();
            own.or_else(|| base.and_then(|base| base.values(key).next()))
        };
        let either = self
            .schema
            .keys
            .iter()
            .enumerate()
            .find(|(_, key)| key.column == Column::Either);
        let other = either.and_then(|(index, key)| {
            self.values(index)
                .find(|value| key.form.of(value) != key.form.of(id))
        });
        Document {
            kind: self.item.kind.clone(),
            id: Arc::clone(id),
            pair_id: of(Column::Second).or(other).cloned(),
            owner: Arc::clone(&self.owner),
            name: Arc::clone(&self.name),
            body: Arc::clone(&self.text),
        }
    }
}

/// Returns the path within a member of a path that a JSON pointer names.
fn within<'p>(pointer: &'p str, name: &str) -> Option<&'p str> {
    let rest = pointer
        .strip_prefix('/')?
        .strip_prefix(name)
        .filter(|_| !name.is_empty())?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}
