//! The rules for each type's entries: which values belong to the target, what
//! cannot change, what identifies list elements.
//!
//! Paths start at the entry. Sources: the service's reference pages for what
//! cannot change, exports of two tenants for what changes by itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::types::{
    CONNECTOR_RULE, FORM_DEFINITION, IDENTITY_OBJECT_CONFIG, IDENTITY_PROFILE, LIFECYCLE_STATE,
    SOURCE, TRANSFORM, TRIGGER_SUBSCRIPTION, WORKFLOW,
};
use crate::engine::DocumentSchema;
use crate::engine::schema::{Cover, Empty, Rule, Rules};

/// Of every type: identifiers, and values that the writer sets.
const COMMON: &[(&str, Rule)] = &[
    ("self/id", Rule::Local),
    ("object/id", Rule::Local),
    ("object/created", Rule::Volatile),
    ("object/modified", Rule::Volatile),
    ("object/creator", Rule::Volatile),
    ("object/modifiedBy", Rule::Volatile),
    ("jwsHeader", Rule::Volatile),
    ("jwsSignature", Rule::Volatile),
];

const OF_TYPES: &[(&str, &[(&str, Rule)])] = &[
    (
        TRANSFORM,
        &[
            ("object/type", Rule::Immutable),
            ("object/name", Rule::Immutable),
        ],
    ),
    (
        CONNECTOR_RULE,
        &[
            ("object/type", Rule::Immutable),
            ("object/name", Rule::Immutable),
        ],
    ),
    (
        TRIGGER_SUBSCRIPTION,
        &[("object/triggerId", Rule::Immutable)],
    ),
    (
        SOURCE,
        &[
            ("object/type", Rule::Immutable),
            ("object/connector", Rule::Immutable),
            ("object/connectorClass", Rule::Immutable),
            ("object/authoritative", Rule::Immutable),
            // No export contains it: it belongs to the tenant.
            ("object/cluster", Rule::Kept),
            ("object/connectorAttributes", Rule::Unordered),
            ("object/connectorAttributes/encrypted", Rule::NamesSecrets),
            ("object/connectorAttributes/since", Rule::Volatile),
            ("object/connectorAttributes/status", Rule::Volatile),
            ("object/connectorAttributes/healthy", Rule::Volatile),
            ("object/connectorAttributes/sourceConnected", Rule::Volatile),
            (
                "object/connectorAttributes/cloudCacheUpdate",
                Rule::Volatile,
            ),
            (
                "object/connectorAttributes/hasFullAggregationCompleted",
                Rule::Volatile,
            ),
            ("object/connectorAttributes/subscribedSkus", Rule::Volatile),
            (
                "object/connectorAttributes/entitlementFiles",
                Rule::Volatile,
            ),
            ("object/connectorAttributes/file", Rule::Volatile),
            ("object/connectorAttributes/*.file", Rule::Volatile),
            ("object/connectorAttributes/*DeltaToken", Rule::Volatile),
            ("object/features", Rule::Set),
            ("object/schemas", Rule::Map(&["name"])),
            ("object/schemas/*/id", Rule::Local),
            ("object/schemas/*/created", Rule::Volatile),
            ("object/schemas/*/modified", Rule::Volatile),
            ("object/schemas/*/attributes", Rule::Map(&["name"])),
            ("object/passwordPolicies", Rule::Map(&["id", "name"])),
            (
                "object/provisioningPolicies",
                Rule::Map(&["usageType", "name"]),
            ),
            (
                "object/provisioningPolicies/*/fields",
                Rule::Sequence(&["name"]),
            ),
        ],
    ),
    (
        IDENTITY_PROFILE,
        &[
            ("object/identityCount", Rule::Volatile),
            ("object/identityRefreshRequired", Rule::Volatile),
            (
                "object/identityAttributeConfig/attributeTransforms",
                Rule::Map(&["identityAttributeName"]),
            ),
        ],
    ),
    (
        IDENTITY_OBJECT_CONFIG,
        &[("object/objectAttributeDetails", Rule::Map(&["name"]))],
    ),
    (LIFECYCLE_STATE, &[("object/identityCount", Rule::Volatile)]),
    (FORM_DEFINITION, &[("object/usedBy", Rule::Volatile)]),
    (
        WORKFLOW,
        &[
            ("object/executionCount", Rule::Volatile),
            ("object/failureCount", Rule::Volatile),
        ],
    ),
];

/// What identifies elements of lists without a rule of their own: settings of
/// connectors first, whose names differ between connectors.
const LIST_KEYS: &[&str] = &[
    "domainDN",
    "forestName",
    "uniqueNameForEndPoint",
    "identityAttributeName",
    "searchDN",
    "name",
    "key",
    "id",
];

fn schema<'r>(lists: impl IntoIterator<Item = &'r [(&'static str, Rule)]>) -> DocumentSchema {
    DocumentSchema {
        cover: Cover::Replace,
        empty: Empty::Nothing,
        inner: "object",
        list_keys: LIST_KEYS,
        rules: Rules::new(lists),
    }
}

/// Returns the schema of a type's entries.
pub(super) fn of(word: &str) -> &'static DocumentSchema {
    static OTHERS: LazyLock<DocumentSchema> = LazyLock::new(|| schema([COMMON]));
    static SCHEMAS: LazyLock<HashMap<&str, DocumentSchema>> = LazyLock::new(|| {
        OF_TYPES
            .iter()
            .map(|(word, own)| (*word, schema([*own, COMMON])))
            .collect()
    });
    SCHEMAS.get(word).unwrap_or(&OTHERS)
}

/// Returns the schema of signed entries that differ: the entry is taken as a
/// whole, so every difference counts.
pub(super) fn whole() -> &'static DocumentSchema {
    static WHOLE: LazyLock<DocumentSchema> = LazyLock::new(|| schema([]));
    &WHOLE
}
