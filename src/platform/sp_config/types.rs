//! The object types: those that the service knows, and their properties.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::{references, schema};
use crate::engine::schema::{
    Column, Form, Key, KindSchema, Patterns, Role, Signature, Stands, Unique,
};
use crate::engine::{Kind, KindInfo};

pub(super) const CONNECTOR_RULE: &str = "CONNECTOR_RULE";
pub(super) const CONNECTOR_SCHEMA: &str = "CONNECTOR_SCHEMA";
pub(super) const FORM_DEFINITION: &str = "FORM_DEFINITION";
pub(super) const IDENTITY_OBJECT_CONFIG: &str = "IDENTITY_OBJECT_CONFIG";
pub(super) const IDENTITY_PROFILE: &str = "IDENTITY_PROFILE";
pub(super) const LIFECYCLE_STATE: &str = "LIFECYCLE_STATE";
pub(super) const RULE: &str = "RULE";
pub(super) const SOURCE: &str = "SOURCE";
pub(super) const TRANSFORM: &str = "TRANSFORM";
pub(super) const TRIGGER_SUBSCRIPTION: &str = "TRIGGER_SUBSCRIPTION";
pub(super) const WORKFLOW: &str = "WORKFLOW";

/// The kind of objects of any other type.
pub(super) const OTHER: Kind = Kind::of("OTHER");

/// An object type.
#[derive(Debug)]
pub(super) struct Type {
    /// Its word, as in files.
    pub(super) word: &'static str,
    /// The heading of its objects.
    title: &'static str,
    /// Whether its objects can be imported.
    pub(super) importable: bool,
    /// Whether its objects are signed, so that their text must not change.
    pub(super) signed: bool,
    /// Whether a tenant has exactly one.
    pub(super) one_per_tenant: bool,
    /// Where its objects refer to others, as JSONPaths.
    pub(super) references: &'static [&'static str],
    /// Those references without which an object is useless.
    pub(super) needs: &'static [&'static str],
}

impl Type {
    const fn of(word: &'static str, title: &'static str) -> Self {
        Self {
            word,
            title,
            importable: false,
            signed: false,
            one_per_tenant: false,
            references: &[],
            needs: &[],
        }
    }

    const fn importable(self) -> Self {
        Self {
            importable: true,
            ..self
        }
    }

    const fn signed(self) -> Self {
        Self {
            signed: true,
            ..self
        }
    }

    const fn one_per_tenant(self) -> Self {
        Self {
            one_per_tenant: true,
            ..self
        }
    }

    const fn refers(self, references: &'static [&'static str]) -> Self {
        Self { references, ..self }
    }

    const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }
}

/// The types with objects in files: those that can be imported first, each part
/// in dependency order.
pub(super) static TYPES: [Type; 25] = [
    Type::of(TRANSFORM, "Transforms").importable().refers(&[
        "$..attributes.sourceId",
        "$..attributes.sourceName",
        "$..attributes.id",
    ]),
    Type::of(CONNECTOR_RULE, "Connector rules").importable(),
    Type::of(RULE, "Rules").importable().signed(),
    Type::of(IDENTITY_OBJECT_CONFIG, "Identity object configuration")
        .importable()
        .one_per_tenant()
        .refers(&[
            "$.objectAttributeDetails[*].attributeSources[*].ruleRef",
            "$.objectAttributeDetails[*].attributeTargets[*].applicationRef",
        ]),
    Type::of(SOURCE, "Sources").importable().refers(&[
        "$.owner",
        "$.cluster",
        "$.managementWorkgroup",
        "$.accountCorrelationRule",
        "$.managerCorrelationRule",
        "$.beforeProvisioningRule",
        "$.passwordPolicies[*]",
        "$.schemas[*]",
        "$.schemas[*].attributes[*].schema",
    ]),
    Type::of(IDENTITY_PROFILE, "Identity profiles")
        .importable()
        .refers(&[
            "$.owner",
            "$.authoritativeSource",
            "$..attributes.sourceId",
            "$..attributes.sourceName",
            "$..attributes.id",
        ])
        .needs(&["$.authoritativeSource"]),
    Type::of(TRIGGER_SUBSCRIPTION, "Trigger subscriptions")
        .importable()
        .refers(&["$.workflowConfig.workflowId", "$.filter"]),
    Type::of("GOVERNANCE_GROUP", "Governance groups").refers(&["$.owner"]),
    Type::of("PASSWORD_POLICY", "Password policies"),
    Type::of("PASSWORD_SYNC_GROUP", "Password sync groups"),
    Type::of("ATTR_SYNC_SOURCE_CONFIG", "Attribute sync configurations").refers(&["$.source"]),
    Type::of("ACCESS_PROFILE", "Access profiles").refers(&["$.owner", "$.source"]),
    Type::of("ROLE", "Roles").refers(&["$.owner", "$.accessProfiles[*]"]),
    Type::of("SEGMENT", "Segments").refers(&["$.owner"]),
    Type::of("SOD_POLICY", "Separation of duties policies").refers(&["$.ownerRef"]),
    Type::of("CAMPAIGN_FILTER", "Campaign filters").refers(&["$.owner"]),
    Type::of(FORM_DEFINITION, "Forms").refers(&["$.owner"]),
    Type::of(WORKFLOW, "Workflows").refers(&[
        "$.owner",
        "$.definition.steps.*.attributes.formDefinitionId",
    ]),
    Type::of(LIFECYCLE_STATE, "Lifecycle states").refers(&[
        "$.identityProfileRef",
        "$.accountActionRefs[*].sourceIdsRefs[*]",
        "$.accountActions[*].sourceIds[*]",
    ]),
    Type::of("SERVICE_DESK_INTEGRATION", "Service desk integrations")
        .refers(&["$.ownerRef", "$.clusterRef"]),
    Type::of("NOTIFICATION_TEMPLATE", "Notification templates"),
    Type::of("TAG", "Tags"),
    Type::of("ACCESS_REQUEST_CONFIG", "Access request configuration").one_per_tenant(),
    Type::of(
        "PUBLIC_IDENTITIES_CONFIG",
        "Public identities configuration",
    )
    .one_per_tenant(),
    Type::of("AUTH_ORG", "Authentication of the organisation").one_per_tenant(),
];

/// Never in a file: known only from references.
pub(super) const OUTSIDE: [&str; 5] = [
    "IDENTITY",
    "ENTITLEMENT",
    "ACCOUNT",
    "CLUSTER",
    "ACCOUNT_CORRELATION_CONFIG",
];

/// Returns the type of that word.
pub(super) fn named(word: &str) -> Option<&'static Type> {
    TYPES.iter().find(|known| known.word == word)
}

/// The identifiers of entries of every type.
const KEYS: &[Key] = &[
    Key {
        form: Form::Plain,
        column: Column::Either,
        ..Key::new("id", Role::Id, Stands::First(&["self/id"]))
    },
    Key::new(
        "name",
        Role::Name,
        Stands::Each(&["self/name", "object/name"]),
    ),
    // The service rejects a second one.
    Key {
        unique: Some(Unique {
            code: "name-taken",
            what: "name",
            clash: None,
            kept: false,
            in_file: false,
            because: "",
        }),
        ..Key::new("object name", Role::Alias, Stands::First(&["object/name"]))
    },
    Key::new("type", Role::Only, Stands::First(&[])),
];

fn of_type(info: &KindInfo) -> KindSchema {
    let word = info.kind.as_str();
    let known = named(word);
    let is_only = known.is_some_and(|known| known.one_per_tenant);
    KindSchema {
        info: info.clone(),
        keys: if is_only {
            KEYS
        } else {
            KEYS.split_last().map_or(KEYS, |(_, others)| others)
        },
        owner: None,
        name: &["self/name", "object/name"],
        called: &["object/name", "self/name"],
        references: Patterns::new(references::of(known)),
        computed: &references::COMPUTED,
        importable: known.is_some_and(|known| known.importable),
        signature: Some(Signature {
            at: &["jwsHeader", "jwsSignature"],
            whole: schema::whole(),
        }),
        document: schema::of(word),
    }
}

static SCHEMAS: LazyLock<HashMap<&str, KindSchema>> = LazyLock::new(|| {
    kinds()
        .iter()
        .map(|info| (info.kind.as_str(), of_type(info)))
        .collect()
});

/// Returns the declaration of a kind.
pub(super) fn of_kind(kind: &str) -> Option<&'static KindSchema> {
    SCHEMAS.get(kind)
}

/// Returns the declaration of a type, known or not.
pub(super) fn schema(word: &str) -> &'static KindSchema {
    static OTHERS: LazyLock<KindSchema> = LazyLock::new(|| {
        of_type(&KindInfo {
            kind: OTHER,
            title: "Other types",
        })
    });
    SCHEMAS.get(word).unwrap_or(&OTHERS)
}

/// Returns the index of a kind in their order.
pub(super) fn rank(kind: &Kind) -> usize {
    kinds()
        .iter()
        .position(|info| info.kind == *kind)
        .unwrap_or(usize::MAX)
}

/// Returns the kinds in their order.
pub(super) fn kinds() -> &'static [KindInfo] {
    static KINDS: LazyLock<Vec<KindInfo>> = LazyLock::new(|| {
        let known = TYPES.iter().map(|known| KindInfo {
            kind: Kind::of(known.word),
            title: known.title,
        });
        known
            .chain([KindInfo {
                kind: OTHER,
                title: "Other types",
            }])
            .collect()
    });
    &KINDS
}

/// Returns whether a word is a type that objects refer to.
pub(super) fn is_referred_to(word: &str) -> bool {
    named(word).is_some() || word == CONNECTOR_SCHEMA || OUTSIDE.contains(&word)
}

/// Returns whether objects of a type can be imported.
pub fn is_importable(word: &str) -> bool {
    named(word).is_some_and(|known| known.importable)
}

/// Returns whether objects of a type can be exported.
pub fn is_exportable(word: &str) -> bool {
    named(word).is_some()
}

/// The service's description of an object type (`SpConfigObject`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigObject {
    /// Its word.
    pub object_type: &'static str,
    /// Where its objects refer to others, as JSONPaths.
    pub reference_extractors: &'static [&'static str],
    /// Whether an object without a signature is rejected.
    pub signature_required: bool,
    /// Whether references to it are resolved only by id.
    pub always_resolve_by_id: bool,
    /// Whether it is one of the service's older types.
    pub legacy_object: bool,
    /// Whether a tenant has exactly one.
    pub one_per_tenant: bool,
    /// Whether files contain such objects; the others are only referred to.
    pub exportable: bool,
    /// The effect of an import on its objects.
    pub rules: ConfigObjectRules,
}

/// The effect of an import on objects of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigObjectRules {
    /// Which values of the target stay if the file has none.
    pub take_from_target_rules: Vec<ConfigObjectRule>,
    /// Which values are set.
    pub default_rules: Vec<ConfigObjectRule>,
    /// Whether the rules can be changed.
    pub editable: bool,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigObjectRule {
    /// A JSONPath.
    pub path: &'static str,
    /// The value; `None` if the target's is taken.
    pub value: Option<&'static str>,
    /// The condition.
    pub modes: [&'static str; 3],
}

/// Returns the service's description of every object type: those with objects
/// in files, then those that are only referred to.
pub fn config_objects() -> Vec<ConfigObject> {
    let known = TYPES.iter().map(|known| ConfigObject {
        object_type: known.word,
        reference_extractors: known.references,
        signature_required: known.signed,
        always_resolve_by_id: false,
        legacy_object: false,
        one_per_tenant: known.one_per_tenant,
        exportable: true,
        rules: rules(known.word),
    });
    let mut outside = OUTSIDE.to_vec();
    outside.insert(3, CONNECTOR_SCHEMA);
    let outside = outside.into_iter().map(|word| ConfigObject {
        object_type: word,
        reference_extractors: &[],
        signature_required: false,
        always_resolve_by_id: false,
        legacy_object: false,
        one_per_tenant: false,
        exportable: false,
        rules: ConfigObjectRules::default(),
    });
    known.chain(outside).collect()
}

fn rules(word: &str) -> ConfigObjectRules {
    let paths: &[&str] = match word {
        SOURCE => &[
            "$.cluster",
            "$.connectorAttributes.password",
            "$.connectorAttributes.clientSecret",
            "$.connectorAttributes.token",
        ],
        TRIGGER_SUBSCRIPTION => &[
            "$.httpConfig.basicAuthConfig.password",
            "$.httpConfig.bearerTokenAuthConfig.bearerToken",
        ],
        _ => &[],
    };
    let rule = |path: &&'static str| ConfigObjectRule {
        path,
        value: None,
        modes: ["RESTORE", "PROMOTE", "UPLOAD"],
    };
    ConfigObjectRules {
        take_from_target_rules: paths.iter().map(rule).collect(),
        ..ConfigObjectRules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::sp_config::path::Path;

    #[test]
    fn there_are_twenty_five_types_and_seven_of_them_can_be_imported() {
        let importable: Vec<&str> = TYPES
            .iter()
            .filter(|known| known.importable)
            .map(|known| known.word)
            .collect();
        assert_eq!(
            importable,
            [
                "TRANSFORM",
                "CONNECTOR_RULE",
                "RULE",
                "IDENTITY_OBJECT_CONFIG",
                "SOURCE",
                "IDENTITY_PROFILE",
                "TRIGGER_SUBSCRIPTION"
            ]
        );
        let words: std::collections::BTreeSet<&str> =
            TYPES.iter().map(|known| known.word).collect();
        assert_eq!(words.len(), 25);
    }

    #[test]
    fn a_type_that_nobody_knows_has_a_kind_of_the_plan() {
        assert_eq!(schema("HOLOGRAM").info.kind, OTHER);
        assert_eq!(schema("source").info.kind, OTHER, "words are exact in case");
        assert!(kinds().iter().any(|info| info.kind == OTHER));
    }

    #[test]
    fn only_rules_need_a_signature() {
        let signed: Vec<ConfigObject> = config_objects()
            .into_iter()
            .filter(|known| known.signature_required)
            .collect();
        assert_eq!(signed.len(), 1);
        assert_eq!(signed[0].object_type, RULE);
    }

    #[test]
    fn what_is_only_referred_to_is_reported_and_not_exportable() {
        let objects = config_objects();
        assert_eq!(objects.iter().filter(|known| known.exportable).count(), 25);
        assert!(
            objects
                .iter()
                .any(|known| known.object_type == "IDENTITY" && !known.exportable)
        );
    }

    #[test]
    fn a_type_is_reported_in_the_words_of_the_service() {
        let described = serde_json::to_value(config_objects()).unwrap();
        let source = described
            .as_array()
            .unwrap()
            .iter()
            .find(|known| known["objectType"] == "SOURCE")
            .unwrap();
        assert_eq!(source["referenceExtractors"][0], "$.owner");
        assert_eq!(source["signatureRequired"], false);
        assert_eq!(
            source["rules"]["takeFromTargetRules"][0]["path"],
            "$.cluster"
        );
        assert_eq!(
            source["rules"]["takeFromTargetRules"][0]["modes"][1],
            "PROMOTE"
        );
    }

    #[test]
    fn every_path_of_a_type_can_be_read() {
        for known in &TYPES {
            for path in known.references.iter().chain(known.needs) {
                assert!(Path::parse(path).is_some(), "{}: {path}", known.word);
            }
            assert!(
                known
                    .needs
                    .iter()
                    .all(|path| known.references.contains(path)),
                "{}",
                known.word
            );
        }
    }
}
