//! The content of the file, field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::reference::Resolved;

/// The content of a signed plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    pub(super) items: Vec<ItemDocument>,
    #[serde(rename = "lack")]
    pub(super) missing_apis: Vec<MissingApiDocument>,
    /// Missing objects other than APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<MissingDocument>,
    /// How many items only the target had, by kind, if they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only_in_target: Option<BTreeMap<String, usize>>,
    pub(super) warnings: Vec<FindingDocument>,
}

/// The access changes as plain data: each party once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessDocument {
    pub(super) subject: [String; 2],
    pub(super) object: [String; 2],
    pub(super) parties: Vec<PartyDocument>,
    pub(super) grants: Vec<GrantDocument>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyDocument {
    pub(super) kind: String,
    pub(super) key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub(super) name: Arc<str>,
}

/// A change of access: places of parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantDocument {
    pub(super) subject: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<u32>,
    pub(super) change: ShiftDocument,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    pub(super) before: ValueDocument,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    pub(super) after: ValueDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) by: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ShiftDocument {
    Gained,
    Lost,
    Changed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemDocument {
    pub(super) id: String,
    pub(super) name: Arc<str>,
    pub(super) path: Arc<str>,
    pub(super) value: ValueDocument,
    /// Shows whether two plans saw the same in the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base_fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<ValueDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) matched: Option<MatchedDocument>,
    #[serde(
        rename = "facts",
        default,
        skip_serializing_if = "ValueDocument::is_null"
    )]
    pub(super) context: ValueDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blocks: Vec<ReasonDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) requires: Vec<RequirementDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) quota: Option<QuotaDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) references: Vec<ReferenceDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<FindingDocument>,
    /// The paths of values that rules set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) set_by_values: Vec<String>,
    /// The paths of differences that are ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ignored: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ValueDocument {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Number(Arc<str>),
    Text(Arc<str>),
    Secret(SecretDocument),
    Record(Vec<FieldDocument>),
    Set(Vec<ElementDocument>),
    Sequence(Vec<ElementDocument>),
    List(Vec<Self>),
}

impl ValueDocument {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretDocument {
    pub(super) fingerprint: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shown: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldDocument {
    pub(super) name: String,
    pub(super) value: ValueDocument,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) kept: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) quiet: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ElementDocument {
    pub(super) fingerprint: Arc<str>,
    pub(super) label: Arc<str>,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    pub(super) value: ValueDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) needs: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonDocument {
    pub(super) code: String,
    pub(super) message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) about: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequirementDocument {
    pub(super) on: String,
    pub(super) present: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceDocument {
    pub(super) path: String,
    pub(super) kind: String,
    pub(super) key: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) how: Resolved,
}

/// Numbers are of 32 bits, so that no sum of them overflows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaDocument {
    pub(super) code: String,
    pub(super) of: String,
    pub(super) max: u32,
    pub(super) held: u32,
    pub(super) uses: Vec<UseDocument>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UseDocument {
    pub(super) on: String,
    pub(super) left: u32,
    pub(super) written: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingDocument {
    pub(super) severity: SeverityDocument,
    pub(super) code: String,
    pub(super) message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<String>,
    /// `None` for once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) also_at: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SeverityDocument {
    Note,
    Warning,
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingApiDocument {
    pub(super) module: Arc<str>,
    pub(super) api: Arc<str>,
    pub(super) used_by: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingDocument {
    pub(super) kind: String,
    pub(super) key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub(super) module: Arc<str>,
    pub(super) used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchedDocument {
    pub(super) by: String,
    pub(super) id: Arc<str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
