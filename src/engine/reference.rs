//! What an item refers to, and how that was found.

use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::item::{ItemId, Kind};

/// How a reference was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolved {
    /// By its id.
    Id,
    /// By its name: the target has another id for it.
    Name,
    /// By a mapping of the operator.
    Mapping,
    /// By a default of the operator.
    Default,
    /// Not at all: the referenced object is managed elsewhere.
    External,
    /// Not at all: neither the file nor the target has it.
    Unresolved,
}

impl Resolved {
    /// Returns the words for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Id => "by id",
            Self::Name => "by name",
            Self::Mapping => "by mapping",
            Self::Default => "by default",
            Self::External => "external",
            Self::Unresolved => "unresolved",
        }
    }
}

/// A reference of an item to another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// JSON pointer into the item. May be hostile.
    pub path: String,
    /// The kind of the referenced object; may be none of the platform's.
    pub kind: Kind,
    /// The key of the referenced object, as it will be written.
    pub key: Arc<str>,
    /// Its name; empty if unknown. May be hostile.
    pub name: Arc<str>,
    /// How it was resolved.
    pub how: Resolved,
}

impl Reference {
    /// Returns the item that it refers to.
    pub fn to(&self) -> ItemId {
        ItemId::new(self.kind.clone(), Arc::clone(&self.key))
    }
}

/// JSON: `{"path","to":"KIND:KEY","name","how"}`, without an empty name.
impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Reference", 4)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("to", &self.to())?;
        if !self.name.is_empty() {
            out.serialize_field("name", &self.name)?;
        }
        out.serialize_field("how", &self.how)?;
        out.end()
    }
}

/// An object that references may fall back to; without id and name, the only
/// object of its kind in the target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefaultReference {
    /// Its kind.
    pub kind: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
