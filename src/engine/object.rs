//! Objects of files and targets: what each is known by, which is which, and
//! what they refer to.
//!
//! All of it reads what is said of their kinds, as data ([`KindSchema`]).

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

/// What is said of a product's kinds to whoever looks objects up.
pub trait Kinds: Send + Sync {
    /// Returns what is said of a kind.
    fn schema(&self, kind: &str) -> Option<&'static KindSchema>;

    /// Returns what is known of kinds of which nothing but references tell.
    fn outside(&self) -> &'static Known {
        &Known {
            kinds: &[],
            kind: "",
            id: "",
            name: "",
        }
    }

    /// Says whether references name a kind of which there is no schema.
    fn is_referred_to(&self, kind: &str) -> bool {
        self.outside().kinds.contains(&kind)
    }

    /// Returns what stands in the way of an object whatever else there is.
    fn blocks_alone(&self, object: &Object) -> Vec<Reason> {
        let _ = object;
        Vec::new()
    }
}

/// An object as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// What it is known by among those of its kind.
    pub id: Arc<str>,
    /// A second id, which no other one of its kind and owner has.
    pub pair_id: Option<Arc<str>>,
    /// The organisation that it belongs to; '' for none.
    pub owner: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Its JSON text. May hold secrets.
    pub body: Arc<str>,
}

/// Bodies may hold secrets: they are not printed.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({} bytes)", self.kind, self.id, self.body.len())
    }
}

/// An object, and what it is known by.
#[derive(Clone, Debug)]
pub struct Object {
    /// What is said of its kind.
    pub schema: &'static KindSchema,
    /// Which item it is.
    pub item: ItemId,
    /// To whom it belongs; '' for nobody.
    pub owner: Arc<str>,
    /// What people call it; '' for nothing.
    pub name: Arc<str>,
    /// Its text, byte for byte.
    pub text: Arc<str>,
    /// What the text means, in the form that the schema speaks of.
    pub body: Json,
    /// Where in that form the text stands, if it is but a part of it.
    pub wrapper: Option<&'static str>,
    /// JSON pointer to it in its file.
    pub path: Arc<str>,
    /// What it is kept under in the target; nothing of a file's.
    pub row: Option<Arc<str>>,
    /// JSON pointers into the body to what the operator mapped.
    pub mapped: Vec<String>,
    /// What was noticed about it when it was read.
    pub findings: Vec<Finding>,
    /// What it is known by: the places of the keys in its schema, and values.
    keys: Vec<(usize, Arc<str>)>,
}

/// Kinds of which nothing but references tell, and how these look: objects of a
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
    /// Returns an object that was read; `wrapper` is where in the form that
    /// the schema speaks of `body` stands.
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
            findings: Vec::new(),
            keys: Vec::new(),
            body,
        };
        object.read_keys();
        object.item.key = Arc::clone(object.id());
        object
    }

    /// Returns an object as the target keeps it; `body` is what its text means.
    /// Of one that somebody else made unreadable, the columns beside it tell
    /// what it is.
    pub fn kept(
        document: &Document,
        schema: &'static KindSchema,
        body: Json,
        wrapper: Option<&'static str>,
    ) -> Self {
        let mut object = Self::new(schema, body, wrapper, Arc::clone(&document.body), "");
        object.item = ItemId::new(document.kind.clone(), Arc::clone(&document.id));
        object.row = Some(Arc::clone(&document.id));
        if object.body == Json::Null {
            object.owner = Arc::clone(&document.owner);
            object.name = Arc::clone(&document.name);
        }
        // What the columns say goes first.
        let mut keys = Vec::with_capacity(object.keys.len() + 1);
        for (at, key) in schema.keys.iter().enumerate() {
            let columns = match key.column {
                Column::None => [None, None],
                Column::Id => [Some(&document.id), None],
                Column::Second => [document.pair_id.as_ref(), None],
                Column::Either => [Some(&document.id), document.pair_id.as_ref()],
            };
            let own = object
                .keys
                .iter()
                .filter(|(other, _)| *other == at)
                .map(|(_, value)| value);
            for value in columns.into_iter().flatten().chain(own) {
                if !keys.contains(&(at, Arc::clone(value))) {
                    keys.push((at, Arc::clone(value)));
                }
            }
        }
        object.keys = keys;
        object
    }

    fn read_keys(&mut self) {
        let keys = self.schema.keys.iter().enumerate();
        let values = keys.flat_map(|(at, key)| {
            key.values(&self.body)
                .into_iter()
                .map(move |value| (at, value))
        });
        self.keys = values.collect();
    }

    /// Returns the object with another body and the text that means it, as the
    /// operator asked; `mapped` are JSON pointers to what changed.
    #[must_use]
    pub fn changed(&self, body: &Json, text: impl Into<Arc<str>>, mapped: Vec<String>) -> Self {
        let raw = self.raw(body).clone();
        let changed = Self::new(self.schema, raw, self.wrapper, text, Arc::clone(&self.path));
        Self {
            mapped,
            findings: self.findings.clone(),
            ..changed
        }
    }

    /// Returns the part of a body that its text is.
    pub fn raw<'j>(&self, body: &'j Json) -> &'j Json {
        self.wrapper.and_then(|name| body.get(name)).unwrap_or(body)
    }

    /// Returns where in the file a place of the body stands.
    pub fn place(&self, pointer: &str) -> String {
        let inside = self.wrapper.and_then(|name| within(pointer, name));
        format!("{}{}", self.path, inside.unwrap_or(pointer))
    }

    /// Returns a place of the body as it is shown.
    pub fn shown<'p>(&self, pointer: &'p str) -> &'p str {
        within(pointer, self.schema.document.inner).unwrap_or(pointer)
    }

    /// Returns its kind.
    pub fn kind(&self) -> &Kind {
        &self.schema.info.kind
    }

    /// Returns everything that it is known by: places of the schema's keys, and
    /// values.
    pub fn keys(&self) -> impl Iterator<Item = (usize, &Arc<str>)> {
        self.keys.iter().map(|(at, value)| (*at, value))
    }

    /// Returns the values of one of its schema's keys; the first one counts.
    pub fn values(&self, key: usize) -> impl Iterator<Item = &Arc<str>> {
        self.keys
            .iter()
            .filter(move |(at, _)| *at == key)
            .map(|(_, value)| value)
    }

    /// Returns the value of the key of that name; '' for none.
    pub fn key(&self, name: &str) -> &str {
        let at = self.schema.keys.iter().position(|key| key.name == name);
        at.and_then(|at| self.values(at).next())
            .map(|value| &**value)
            .unwrap_or_default()
    }

    /// Returns the value that its row is kept under; '' for none.
    pub fn id(&self) -> &Arc<str> {
        static NONE: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
        let is_id = |column| matches!(column, Column::Id | Column::Either);
        let at = self.schema.keys.iter().position(|key| is_id(key.column));
        at.and_then(|at| self.values(at).next()).unwrap_or(&NONE)
    }

    /// Returns what it is called where others refer to it.
    pub fn called(&self) -> &str {
        let called = self
            .schema
            .called
            .iter()
            .find_map(|place| text_at(&self.body, place));
        called.unwrap_or(&self.name)
    }

    /// Says whether nobody may change its text.
    pub fn is_signed(&self) -> bool {
        let is_there = |place: &&str| text_at(&self.body, place).is_some();
        self.schema
            .signature
            .is_some_and(|signature| signature.at.iter().all(is_there))
    }

    /// Says whether each target has one such object.
    pub fn is_only(&self) -> bool {
        self.schema.keys.iter().any(|key| key.role == Role::Only)
    }

    /// Returns to whom what it refers to should belong: its owner, or itself
    /// where it is one.
    pub fn side(&self) -> &str {
        if self.schema.owner.is_some() {
            &self.owner
        } else {
            &self.item.key
        }
    }

    /// Returns what it is as a row: in the place of another one, whose id stays.
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
        let other = either.and_then(|(at, key)| {
            self.values(at)
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

/// Returns where in a member a place is that a JSON pointer names.
fn within<'p>(pointer: &'p str, name: &str) -> Option<&'p str> {
    let rest = pointer
        .strip_prefix('/')?
        .strip_prefix(name)
        .filter(|_| !name.is_empty())?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}
