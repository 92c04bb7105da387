//! What entries refer to: triples of type, id and name anywhere, and bare ids
//! and names where the service is known to store them.

use super::types::{
    CONNECTOR_RULE, FORM_DEFINITION, IDENTITY_PROFILE, LIFECYCLE_STATE, RULE, SOURCE, TRANSFORM,
    TRIGGER_SUBSCRIPTION, Type, WORKFLOW,
};
use crate::engine::schema::{IfMissing, Part, ReferenceRule, To, Within};

/// Derived from other objects, or audit data: not references.
pub(super) const COMPUTED: [&str; 3] = ["usedBy", "creator", "modifiedBy"];

/// Rules that every tenant has: transforms name them, and no file contains them.
const BUILT_IN_RULES: [&str; 2] = [
    "Cloud Services Deployment Utility",
    "Cloud Correlate Manager by AccountId",
];

/// A missing object is reported: the service imports the object without it.
const fn to(kind: &'static str) -> ReferenceRule {
    ReferenceRule::to(kind).if_missing(IfMissing::Warns("unresolved-reference"), "")
}

/// An object of type, id and name, where one is expected.
const TRIPLE: ReferenceRule = ReferenceRule {
    to: To::Member("type"),
    ..to("").by(Part::Member(&["id"]), Part::Member(&["name"]))
};

const fn named(kind: &'static str, name: &'static [&'static str]) -> ReferenceRule {
    to(kind).by(Part::None, Part::Member(name))
}

/// What transforms refer to: a rule by its name, another transform, whose "id"
/// is its name, and a source by id, by name or by both.
const OF_TRANSFORMS: [ReferenceRule; 4] = [
    ReferenceRule {
        when: Some(("type", "rule")),
        is_none: is_built_in,
        ..named(RULE, &["attributes/name"])
    },
    ReferenceRule {
        when: Some(("type", "reference")),
        ..named(TRANSFORM, &["attributes/id"])
    },
    to(SOURCE).by(Part::Member(&["sourceId"]), Part::Member(&["sourceName"])),
    to(SOURCE).by(
        Part::Member(&["applicationId"]),
        Part::Member(&["applicationName"]),
    ),
];

/// The paths of transforms.
const TRANSFORMS: [(&str, &str); 3] = [
    (TRANSFORM, "object/**"),
    (IDENTITY_PROFILE, "object/**"),
    (SOURCE, "object/provisioningPolicies/**"),
];

/// Ids and names that stand alone, by type.
const BARE: [(&str, &str, ReferenceRule); 6] = [
    (
        SOURCE,
        "object/connectorAttributes/connectionParameters/*/beforeRule",
        to(CONNECTOR_RULE).by(Part::None, Part::Itself),
    ),
    (
        SOURCE,
        "object/connectorAttributes/connectionParameters/*/afterRule",
        to(CONNECTOR_RULE).by(Part::None, Part::Itself),
    ),
    (
        TRIGGER_SUBSCRIPTION,
        "object/workflowConfig/workflowId",
        to(WORKFLOW),
    ),
    (
        TRIGGER_SUBSCRIPTION,
        "object/filter",
        ReferenceRule {
            within: Some(Within {
                before: "formDefinitionId == '",
                at_start: false,
                ends: &['\''],
            }),
            ..to(FORM_DEFINITION)
        },
    ),
    (
        WORKFLOW,
        "object/definition/steps/*/attributes/formDefinitionId",
        to(FORM_DEFINITION),
    ),
    (
        LIFECYCLE_STATE,
        "object/accountActions/*/sourceIds/*",
        to(SOURCE),
    ),
];

/// Returns what entries of a type refer to, and the paths.
pub(super) fn of(known: Option<&Type>) -> Vec<(String, ReferenceRule)> {
    let mut all = Vec::new();
    for path in known.into_iter().flat_map(|known| known.references) {
        let needed = known.is_some_and(|known| known.needs.contains(path));
        let if_missing = if needed {
            IfMissing::Blocks
        } else {
            TRIPLE.if_missing
        };
        all.push((
            pattern(path),
            ReferenceRule {
                if_missing,
                ..TRIPLE
            },
        ));
    }
    // Anywhere else only an object with nothing else is a reference.
    all.push((
        "object/**".to_owned(),
        ReferenceRule {
            exact: true,
            ..TRIPLE
        },
    ));
    let is_own = |word: &str| known.is_some_and(|known| known.word == word);
    for (_, place) in TRANSFORMS.iter().filter(|(word, _)| is_own(word)) {
        all.extend(OF_TRANSFORMS.map(|rule| ((*place).to_owned(), rule)));
    }
    let bare = BARE.iter().filter(|(word, ..)| is_own(word));
    all.extend(bare.map(|(_, place, rule)| ((*place).to_owned(), *rule)));
    all
}

fn is_built_in(name: &str) -> bool {
    name.is_empty() || BUILT_IN_RULES.contains(&name)
}

/// Returns the pattern of a JSONPath of the service.
fn pattern(path: &str) -> String {
    let path = path.replace("[*]", ".*");
    match path.strip_prefix("$..") {
        Some(anywhere) => format!("**/{}", anywhere.replace('.', "/")),
        None => format!("object/{}", path.trim_start_matches("$.").replace('.', "/")),
    }
}
