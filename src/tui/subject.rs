//! What a screen is about: a file against a target, or the target's scopes.

use std::sync::Arc;

use crate::engine::{Kind, Plan};
use crate::scopes::Catalogue;

/// What is reviewed: a file against a target.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The file, as given.
    pub file: String,
    /// Its checksum, in hexadecimal.
    pub sha256: String,
    /// Its platform's name.
    pub platform: String,
    /// The target, `user@host:port/database`, or the path of a file in its place.
    pub target: String,
    /// Whether the target is a file, which stays as it is: another one is written.
    pub is_file: bool,
    /// The target database's name, which has to be typed before anything is overwritten.
    pub database: String,
    /// Whether the target is production.
    pub production: bool,
    /// Why nothing may be written to the target, if a profile says so.
    pub read_only: Option<String>,
    /// Who is recorded as having imported.
    pub operator: String,
    /// Where files go unless the operator types another path.
    pub directory: String,
    /// Whether an import keeps a backup.
    pub backup: bool,
    /// The kind whose items can be exported alone.
    pub export_kind: Kind,
    /// Whether the platform has scopes.
    pub has_scopes: bool,
    /// The plan.
    pub plan: Arc<Plan>,
}

impl Reviewed {
    /// Returns the location it was compared with.
    pub(crate) fn location(&self) -> Location {
        Location {
            target: self.target.clone(),
            is_file: self.is_file,
            database: self.database.clone(),
            production: self.production,
            read_only: self.read_only.clone(),
            operator: self.operator.clone(),
            directory: self.directory.clone(),
        }
    }
}

/// A target and its operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The target, `user@host:port/database`, or the path of a file in its place.
    pub target: String,
    /// Whether the target is a file, which stays as it is: another one is written.
    pub is_file: bool,
    /// The target database's name, which has to be typed before anything is undone.
    pub database: String,
    /// Whether the target is production.
    pub production: bool,
    /// Why nothing may be written to the target, if a profile says so.
    pub read_only: Option<String>,
    /// Who is recorded as having written.
    pub operator: String,
    /// Where files go unless the operator types another path.
    pub directory: String,
}

/// The scopes of a target, with everything that a scope can be made of.
#[derive(Clone, Debug)]
pub struct Scoped {
    /// The target.
    pub place: Location,
    /// The scopes.
    pub catalogue: Arc<Catalogue>,
}
