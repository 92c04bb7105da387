//! The object types: those that the service knows, and their properties.

use crate::engine::Kind;

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
    pub(super) title: &'static str,
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

    const fn importable(mut self) -> Self {
        self.importable = true;
        self
    }

    const fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    const fn one_per_tenant(mut self) -> Self {
        self.one_per_tenant = true;
        self
    }

    const fn refers(mut self, references: &'static [&'static str]) -> Self {
        self.references = references;
        self
    }

    const fn needs(mut self, needs: &'static [&'static str]) -> Self {
        self.needs = needs;
        self
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
