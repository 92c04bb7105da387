//! One object of a file or of the target, and what it is known by.

use std::sync::Arc;

use super::shape::{Misshape, optional_text};
use crate::engine::{ItemId, Kind, KindInfo};
use crate::platform::document::{Document, Json, Source};

/// The kinds, by their words on the command line.
pub(super) const ORGANISATION: Kind = Kind::of("organisation");
pub(super) const API: Kind = Kind::of("api");
pub(super) const POLICY: Kind = Kind::of("policy");

/// The kinds in the order in which they are shown and written.
pub(super) static KINDS: [KindInfo; 3] = [
    KindInfo { kind: ORGANISATION, title: "Organisations" },
    KindInfo { kind: API, title: "APIs" },
    KindInfo { kind: POLICY, title: "Policies" },
];

/// Where the gateway's part of an OAS document stands.
pub(super) const GATEWAY: &str = "x-tyk-api-gateway";

/// What sort of object it is, in the order of [`KINDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Sort {
    Organisation,
    Api,
    Policy,
}

impl Sort {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Organisation, Self::Api, Self::Policy];

    /// Returns the kind.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Organisation => ORGANISATION,
            Self::Api => API,
            Self::Policy => POLICY,
        }
    }

    /// Returns the sort of a kind, as a stored document names it.
    pub(super) fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.kind().as_str() == kind)
    }
}

/// An object, and what it is known by.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// What it is.
    pub(super) sort: Sort,
    /// An organisation's `id`, an API's `api_id`, a policy's `_id` or, where it
    /// has none, its `id`.
    pub(super) key: Arc<str>,
    /// An API's or a policy's id in the source's database.
    pub(super) database_id: Option<Arc<str>>,
    /// What a policy is called by in keys: its `id` or, where that is empty, its
    /// `_id`. Empty for others.
    pub(super) portable: Arc<str>,
    /// The organisation that it belongs to; empty for none.
    pub(super) owner: Arc<str>,
    /// What people call it.
    pub(super) name: Arc<str>,
    /// Its text, byte for byte.
    pub(super) text: Arc<str>,
    /// The same, read.
    pub(super) body: Json,
    /// Where it stood in the file.
    pub(super) path: String,
    /// What it is kept under in the target.
    pub(super) row: Option<Arc<str>>,
}

impl Object {
    /// Reads what an object is known by.
    ///
    /// # Errors
    ///
    /// Fails if that is of a wrong type, or if there is nothing.
    pub(super) fn read(sort: Sort, body: Json, text: Arc<str>, path: String) -> Result<Self, Misshape> {
        let names = match sort {
            Sort::Organisation => organisation(&body),
            Sort::Api => api(&body),
            Sort::Policy => policy(&body),
        }?;
        Ok(Self {
            sort,
            key: names.key,
            database_id: names.database_id,
            portable: names.portable,
            owner: names.owner.unwrap_or_default(),
            name: names.name.unwrap_or_default(),
            text,
            body,
            path,
            row: None,
        })
    }

    /// Returns an object as the target keeps it. Of a body that somebody else
    /// made unreadable, the columns beside it tell what it is.
    pub(super) fn kept(document: &Document) -> Option<Self> {
        let sort = Sort::of_kind(document.kind.as_str())?;
        let text = Arc::clone(&document.body);
        let body = Source::read(text.as_bytes()).map_or(Json::Null, |source| source.root);
        let read = Self::read(sort, body, Arc::clone(&text), String::new());
        let mut object = read.unwrap_or_else(|_| Self {
            sort,
            key: Arc::clone(&document.id),
            database_id: None,
            portable: document.pair_id.clone().unwrap_or_else(|| "".into()),
            owner: Arc::clone(&document.owner),
            name: Arc::clone(&document.name),
            text,
            body: Json::Null,
            path: String::new(),
            row: None,
        });
        if sort == Sort::Api && object.database_id.is_none() {
            object.database_id.clone_from(&document.pair_id);
        }
        object.row = Some(Arc::clone(&document.id));
        Some(object)
    }

    /// Returns which item it is.
    pub(super) fn id(&self) -> ItemId {
        ItemId::new(self.sort.kind(), Arc::clone(&self.key))
    }

    /// Returns where an API's definition stands in it, as a JSON pointer.
    pub(super) fn definition_path(&self) -> &'static str {
        definition_path(&self.body)
    }

    /// Returns the definition of an API, classic or nothing but OAS.
    pub(super) fn definition(&self) -> &Json {
        self.body.get("api_definition").unwrap_or(&self.body)
    }

    /// Returns the gateway's part of an OAS document, and where it stands.
    pub(super) fn gateway(&self) -> Option<(&Json, &'static str)> {
        gateway(&self.body)
    }

    /// Returns the id that no other object of its organisation may have.
    pub(super) fn pair_id(&self) -> Option<Arc<str>> {
        match self.sort {
            Sort::Organisation => None,
            Sort::Api => self.database_id.clone(),
            Sort::Policy => Some(Arc::clone(&self.portable)),
        }
    }
}

/// What an object is known by.
struct Names {
    key: Arc<str>,
    database_id: Option<Arc<str>>,
    portable: Arc<str>,
    owner: Option<Arc<str>>,
    name: Option<Arc<str>>,
}

fn definition_path(body: &Json) -> &'static str {
    if body.get("api_definition").is_some() { "/api_definition" } else { "" }
}

fn gateway(body: &Json) -> Option<(&Json, &'static str)> {
    let inside =
        body.get("oas").and_then(|oas| oas.get(GATEWAY)).map(|json| (json, "/oas/x-tyk-api-gateway"));
    inside.or_else(|| body.get(GATEWAY).map(|json| (json, "/x-tyk-api-gateway")))
}

fn organisation(body: &Json) -> Result<Names, Misshape> {
    let key = match optional_text(body, "/id")? {
        Some(key) => Some(key),
        None => optional_text(body, "/_id")?,
    };
    let key = key.ok_or_else(|| Misshape::missing("/id", "an organisation has to have its id"))?;
    let name = optional_text(body, "/owner_name")?;
    Ok(Names { key, database_id: None, portable: "".into(), owner: None, name })
}

fn api(body: &Json) -> Result<Names, Misshape> {
    let classic = definition_path(body);
    let info = gateway(body).map(|(_, path)| format!("{path}/info"));
    let read = |name: &str, oas: &str| match optional_text(body, &format!("{classic}/{name}"))? {
        Some(text) => Ok(Some(text)),
        None => match &info {
            Some(info) => optional_text(body, &format!("{info}/{oas}")),
            None => Ok(None),
        },
    };
    let path = format!("{classic}/api_id");
    let key =
        read("api_id", "id")?.ok_or_else(|| Misshape::missing(&path, "an API has to have its api_id"))?;
    Ok(Names {
        key,
        database_id: read("id", "dbId")?,
        portable: "".into(),
        owner: read("org_id", "orgId")?,
        name: read("name", "name")?,
    })
}

fn policy(body: &Json) -> Result<Names, Misshape> {
    let database_id = optional_text(body, "/_id")?;
    let portable = optional_text(body, "/id")?.or_else(|| database_id.clone());
    let portable = portable.ok_or_else(|| Misshape::missing("/_id", "a policy has to have its _id or id"))?;
    Ok(Names {
        key: database_id.clone().unwrap_or_else(|| Arc::clone(&portable)),
        database_id,
        portable,
        owner: optional_text(body, "/org_id")?,
        name: optional_text(body, "/name")?,
    })
}
