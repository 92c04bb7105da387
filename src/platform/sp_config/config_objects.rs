//! The object types as the service describes them.

use serde::Serialize;

use super::types::{CONNECTOR_SCHEMA, OUTSIDE, SOURCE, TRIGGER_SUBSCRIPTION, TYPES};

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
    use super::super::path::Path;
    use super::super::types::RULE;
    use super::*;

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
