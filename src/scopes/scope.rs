//! A scope, and what it refers to.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::engine::ItemId;
use crate::platform::digirunner::kinds::{CLIENT, SCOPE};

/// An API by module and key: both are required.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiName {
    /// The module.
    pub module: Arc<str>,
    /// The API's key within it.
    pub key: Arc<str>,
}

impl ApiName {
    /// Returns the name of an API.
    pub fn new(module: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Self {
        Self {
            module: module.into(),
            key: key.into(),
        }
    }
}

impl std::fmt::Display for ApiName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.module, self.key)
    }
}

/// An API of the target, or a missing one that scopes link.
#[derive(Clone, Debug)]
pub struct ApiInfo {
    /// Its names.
    pub name: ApiName,
    /// Its title; none if the target does not have it.
    pub title: Option<Arc<str>>,
    /// Module, key and title in lower case, for searching.
    pub(super) folded: Box<str>,
}

impl ApiInfo {
    /// Says whether scopes link it although the target does not have it.
    pub const fn is_missing(&self) -> bool {
        self.title.is_none()
    }

    /// Says whether all of these words, in lower case, occur in its module, key
    /// or title.
    pub fn has(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.folded.contains(word.as_str()))
    }
}

/// A module, and its APIs in the catalogue.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: Arc<str>,
    /// The positions of its APIs in [`Catalogue::apis`](super::Catalogue::apis).
    pub apis: Range<usize>,
}

/// A security level, or an authentication type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its description.
    pub description: Option<Arc<str>>,
}

/// A client, as far as scopes concern it.
#[derive(Clone, Debug)]
pub struct ClientInfo {
    /// Its id.
    pub id: Arc<str>,
    /// Its name; empty if a scope's client does not exist.
    pub name: Arc<str>,
    /// Its alias.
    pub alias: Option<Arc<str>>,
    /// Its security level.
    pub level: Option<Arc<str>>,
    /// How many groups it holds, including hidden ones.
    pub groups: usize,
    /// Whether the client exists.
    pub exists: bool,
}

impl ClientInfo {
    /// Returns the item that it is.
    pub fn item(&self) -> ItemId {
        ItemId::new(CLIENT, Arc::clone(&self.id))
    }
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its id, which differs between environments.
    pub id: Arc<str>,
    /// Its name. The database does not enforce that it is unique.
    pub name: Arc<str>,
    /// Its alias.
    pub alias: Option<Arc<str>>,
    /// Its description.
    pub description: Option<Arc<str>>,
    /// The id of its security level.
    pub level: Option<Arc<str>>,
    /// How long it is valid, in seconds; 0 means no limit.
    pub seconds: i64,
    /// How often it may be authorized; 0 means no limit.
    pub times: i64,
    /// The ids of its authentication types, in order.
    pub authentications: Vec<Arc<str>>,
    /// The positions of its APIs in [`Catalogue::apis`](super::Catalogue::apis), in order, each once.
    pub apis: Vec<usize>,
    /// The positions of its clients in [`Catalogue::clients`](super::Catalogue::clients), in order.
    pub holders: Vec<usize>,
    /// When it was created.
    pub created_at: Option<NaiveDateTime>,
    /// By whom.
    pub created_by: Arc<str>,
    /// When it was updated last.
    pub updated_at: Option<NaiveDateTime>,
    /// By whom.
    pub updated_by: Option<Arc<str>>,
    /// Name, alias and description in lower case, for searching.
    pub(super) folded: Box<str>,
}

impl Scope {
    /// Returns the item that it is.
    pub fn item(&self) -> ItemId {
        ItemId::new(SCOPE, Arc::clone(&self.name))
    }
}

/// Says whether levels allow a client to hold a scope: they are labels that
/// must be equal; a client without one is not checked.
pub(super) fn is_of_level(client: &ClientInfo, scope: &Scope) -> bool {
    client.level.is_none() || client.level == scope.level
}

/// Returns the searched text of a scope: name, alias and description.
pub(super) fn folded(name: &str, alias: Option<&str>, description: Option<&str>) -> Box<str> {
    let text = format!(
        "{name}\n{}\n{}",
        alias.unwrap_or_default(),
        description.unwrap_or_default()
    );
    text.to_lowercase().into()
}
