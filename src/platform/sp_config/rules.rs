//! What blocks an entry by itself, and its findings: what no schema can
//! express.

use std::collections::{HashMap, HashSet};

use super::file::word;
use super::types::{self, CONNECTOR_SCHEMA, IDENTITY_OBJECT_CONFIG, IDENTITY_PROFILE, SOURCE};
use crate::engine::display::some_of;
use crate::engine::{Finding, Reason};
use crate::platform::document::{Json, Members, Object, Prepared, Sides};

/// The maximum length of an id in bytes: it is part of a key of the table.
const MAX_ID: usize = 1000;

/// Returns what blocks an entry regardless of the others.
pub(super) fn blocks(entry: &Object) -> Option<Reason> {
    let word = word(&entry.body);
    let inner = entry.body.get("object");
    if word.is_empty() {
        return Some(Reason::new("missing-type", "its self.type is missing"));
    }
    if entry.id().is_empty() {
        let message = "its self.id is missing: the object cannot be identified";
        return Some(Reason::new("missing-id", message));
    }
    if entry.id().len() > MAX_ID {
        let message = format!(
            "its self.id has {} bytes; the limit is {MAX_ID}",
            entry.id().len()
        );
        return Some(Reason::new("not-storable", message));
    }
    if inner.and_then(Json::as_object).is_none() {
        let found = inner.map_or("missing", Json::type_word);
        let message = format!("its object is {found}, not an object");
        return Some(Reason::new("missing-object", message));
    }
    if types::named(word).is_some_and(|known| known.signed) && !entry.is_signed() {
        let message = "it must have both jwsHeader and jwsSignature, as exported: rules without a \
                       signature are rejected";
        return Some(Reason::new("signature-missing", message));
    }
    if word == SOURCE && inner.is_some_and(is_non_employee) {
        let message = "it is a source of Non-Employee Lifecycle Management, which cannot be imported: an import \
                       would leave a broken source";
        return Some(Reason::new("non-employee-source", message));
    }
    None
}

/// Returns the type of an entry that can be exported but not imported. An entry
/// without a type is an error of the file instead.
pub(super) fn only_exported(entry: &Object) -> Option<String> {
    let word = word(&entry.body);
    match types::named(word) {
        None if word.is_empty() => None,
        None => Some(format!("{word} (unknown type)")),
        Some(known) => (!known.importable).then(|| word.to_owned()),
    }
}

/// The paths of a source's sort.
const SORT_OF_SOURCE: [&str; 12] = [
    "/type",
    "/connector",
    "/connectorName",
    "/connectorClass",
    "/connectorImplementationId",
    "/connectorScriptName",
    "/category",
    "/connectorAttributes/connectorName",
    "/connectorAttributes/connectorScriptName",
    "/connectorAttributes/cloudOriginalApplicationType",
    "/connectorAttributes/applicationType",
    "/connectorAttributes/templateApplication",
];

/// Returns whether a source is one of Non-Employee Lifecycle Management.
fn is_non_employee(source: &Json) -> bool {
    let says = |text: &str| {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        // Non-Employee Risk Management is another product, with a connector of its own.
        let is_other = plain.contains("risk");
        (plain.starts_with("nonemployee") && !is_other) || plain == "nelm" || plain == "nelmsource"
    };
    let is_true = |json: &Json| match json {
        Json::Bool(truth) => *truth,
        Json::Text(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    let is_set = |json: Option<&Json>| {
        let members = json
            .and_then(Json::as_object)
            .into_iter()
            .flat_map(Members::members);
        members
            .filter(|(_, value)| is_true(value))
            .any(|(name, _)| {
                let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                [
                    "nonemployee",
                    "isnonemployee",
                    "nonemployeesource",
                    "isnonemployeesource",
                ]
                .contains(&plain.to_ascii_lowercase().as_str())
            })
    };
    SORT_OF_SOURCE.iter().any(|place| {
        source
            .pointer(place)
            .and_then(Json::as_text)
            .is_some_and(says)
    }) || is_set(Some(source))
        || is_set(source.get("connectorAttributes"))
}

/// Reports which identity attributes a profile fills that neither the file nor
/// the target declares.
pub(super) fn unknown_attributes(entry: &Object, sides: &Sides<'_>) -> Option<Finding> {
    if entry.kind().as_str() != IDENTITY_PROFILE {
        return None;
    }
    let configs = [&sides.file, &sides.target].into_iter().flat_map(|side| {
        side.of(IDENTITY_OBJECT_CONFIG)
            .iter()
            .filter_map(|index| side.get(*index)?.body.get("object"))
    });
    let details = configs.filter_map(|config| config.get("objectAttributeDetails"));
    let known: HashSet<&str> = details
        .flat_map(Json::elements)
        .map(|attribute| attribute.text_of("name"))
        .collect();
    // The declared attributes are unknown.
    if known.is_empty() {
        return None;
    }
    let transforms = entry
        .body
        .pointer("/object/identityAttributeConfig/attributeTransforms")?
        .elements();
    let names = transforms
        .iter()
        .map(|transform| transform.text_of("identityAttributeName"));
    let unknown: Vec<String> = names
        .filter(|name| !name.is_empty() && !known.contains(name))
        .map(|name| format!("'{name}'"))
        .collect();
    (!unknown.is_empty()).then(|| {
        let message = format!(
            "fills identity attributes that the target does not have: {}",
            some_of(unknown, 5)
        );
        Finding::warning("identity-attribute-missing", message)
    })
}

/// Returns the names of values that the connector encrypts and neither side has.
pub(super) fn missing_secrets(result: &Json) -> Vec<String> {
    let Some(attributes) = result
        .get("object")
        .and_then(|object| object.get("connectorAttributes"))
    else {
        return Vec::new();
    };
    let has = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        let mut found = false;
        attributes.walk(&mut |_, json| {
            found |= [name, last]
                .into_iter()
                .any(|name| json.get(name).is_some());
        });
        found
    };
    let names = attributes
        .text_of("encrypted")
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names.filter(|name| !has(name)).map(str::to_owned).collect()
}

/// Points attributes of a source's schemas to the target's schema of that name.
pub(super) fn point_to_schemas(prepared: &mut Prepared<'_>) {
    let Some(target) = prepared
        .target
        .and_then(|target| target.pointer("/object/schemas"))
    else {
        return;
    };
    let ids: HashMap<&str, &str> = target
        .elements()
        .iter()
        .map(|schema| (schema.text_of("name"), schema.text_of("id")))
        .collect();
    let mut places = Vec::new();
    prepared.file.walk(&mut |path, value| {
        if value.text_of("type") == CONNECTOR_SCHEMA
            && let Some(id) = ids.get(value.text_of("name")).filter(|id| !id.is_empty())
            && value
                .get("id")
                .is_some_and(|there| there.as_text() != Some(id))
        {
            places.push((format!("{path}/id"), *id));
        }
    });
    for (place, id) in places {
        if let Some(slot) = prepared.file.to_mut().pointer_mut(&place) {
            *slot = Json::text(id);
        }
    }
}
