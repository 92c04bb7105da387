//! What an object refers to: triples of type, id and name wherever they stand,
//! and bare ids and names where the service is known to keep them.

use std::collections::HashSet;

use super::path::{Path, below};
use super::types::{
    self, CONNECTOR_RULE, FORM_DEFINITION, IDENTITY_PROFILE, LIFECYCLE_STATE, RULE, SOURCE, TRANSFORM,
    TRIGGER_SUBSCRIPTION, Type, WORKFLOW,
};
use crate::engine::diff::segments;
use crate::platform::document::Json;

/// A reference as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// JSON pointer to it, into the object.
    pub(super) path: String,
    /// The type of what it points to.
    pub(super) word: String,
    /// The id that it names; empty for none.
    pub(super) id: String,
    /// The name that it names; empty for none.
    pub(super) name: String,
    /// Where its id stands, if it has a place for one.
    pub(super) id_at: Option<String>,
    /// Where its name stands, if it has a place for one.
    pub(super) name_at: Option<String>,
    /// Whether the object is of no use without it.
    pub(super) is_needed: bool,
}

/// What follows from other objects, or tells who did what: no references.
const COMPUTED: [&str; 3] = ["usedBy", "creator", "modifiedBy"];

/// Rules that every tenant has: transforms name them, and no file holds them.
const BUILT_IN_RULES: [&str; 2] =
    ["Cloud Services Deployment Utility", "Cloud Correlate Manager by AccountId"];

/// The rules of an operation of a web service, each by its name.
const OPERATION_RULES: [&str; 2] = ["beforeRule", "afterRule"];

/// Where transforms stand in objects of a type; everywhere in the others.
const POLICIES_OF_SOURCES: &str = "provisioningPolicies";

/// How an id stands within the text of a filter.
const IN_FILTER: &str = "formDefinitionId == '";

/// Finds the references of an object, each once, in the order in which they stand.
pub(super) fn links(word: &str, object: &Json) -> Vec<Link> {
    let known = types::named(word);
    let needs: Vec<Path> =
        known.into_iter().flat_map(|known| known.needs).filter_map(|path| Path::parse(path)).collect();
    let places = places(known);
    let transforms = [TRANSFORM, IDENTITY_PROFILE, SOURCE].contains(&word);
    let mut links = Vec::new();
    let mut seen = HashSet::new();
    object.walk(&mut |path, value| {
        if segments(path).next().is_some_and(|first| COMPUTED.contains(&first.as_str())) {
            return;
        }
        let may_transform = transforms
            && (word != SOURCE || segments(path).next().is_some_and(|first| first == POLICIES_OF_SOURCES));
        let is_known = || places.iter().any(|place| place.meets(path));
        let found = triple(path, value, is_known)
            .or_else(|| if may_transform { of_transform(path, value) } else { None })
            .or_else(|| bare(word, path, value));
        for mut link in found.into_iter().filter(|link| seen.insert(link.path.clone())) {
            link.is_needed = needs.iter().any(|place| place.meets(path));
            links.push(link);
        }
    });
    links
}

fn places(known: Option<&'static Type>) -> Vec<Path> {
    known.into_iter().flat_map(|known| known.references).filter_map(|path| Path::parse(path)).collect()
}

/// Reads an object of type, id and name: of a known type and with nothing else
/// in it, or where a reference is known to stand.
fn triple(path: &str, value: &Json, is_known: impl Fn() -> bool) -> Option<Link> {
    let object = value.as_object().filter(|_| !path.is_empty())?;
    let is_exact =
        object.names().count() == 3 && ["type", "id", "name"].iter().all(|name| object.get(name).is_some());
    let word = value.text_of("type");
    if word.is_empty() || !((is_exact && types::is_referred_to(word)) || is_known()) {
        return None;
    }
    let slot = |name: &str| object.get(name).map(|_| below(path, name));
    Some(Link {
        path: path.to_owned(),
        word: word.to_owned(),
        id: value.text_of("id").to_owned(),
        name: value.text_of("name").to_owned(),
        id_at: slot("id"),
        name_at: slot("name"),
        is_needed: false,
    })
    .filter(|link| !(link.id.is_empty() && link.name.is_empty()))
}

/// Reads what transforms refer to: a source by id, by name or by both, a rule by
/// its name, and another transform, whose "id" is its name.
fn of_transform(path: &str, value: &Json) -> Option<Link> {
    let object = value.as_object()?;
    if let (Some(attributes), "rule") = (object.get("attributes"), value.text_of("type")) {
        let name = attributes.text_of("name");
        let at = below(&below(path, "attributes"), "name");
        return (!name.is_empty() && !BUILT_IN_RULES.contains(&name)).then(|| by_name(RULE, name, at));
    }
    if let (Some(attributes), "reference") = (object.get("attributes"), value.text_of("type")) {
        let name = attributes.text_of("id");
        let at = below(&below(path, "attributes"), "id");
        return (!name.is_empty()).then(|| by_name(TRANSFORM, name, at));
    }
    let slot = |name: &str| object.get(name).map(|_| below(path, name));
    [("sourceId", "sourceName"), ("applicationId", "applicationName")].into_iter().find_map(
        |(id_at, name_at)| {
            let [id, name] = [id_at, name_at].map(|field| value.text_of(field));
            (!id.is_empty() || !name.is_empty()).then(|| Link {
                path: path.to_owned(),
                word: SOURCE.to_owned(),
                id: id.to_owned(),
                name: name.to_owned(),
                id_at: slot(id_at),
                name_at: slot(name_at),
                is_needed: false,
            })
        },
    )
}

/// A reference by a name alone.
fn by_name(word: &str, name: &str, at: String) -> Link {
    Link {
        path: at.clone(),
        word: word.to_owned(),
        id: String::new(),
        name: name.to_owned(),
        id_at: None,
        name_at: Some(at),
        is_needed: false,
    }
}

/// Reads an id that stands alone.
fn bare(word: &str, path: &str, value: &Json) -> Option<Link> {
    let text = value.as_text().filter(|text| !text.is_empty())?;
    let place: Vec<String> = segments(path).collect();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    if let (SOURCE, ["connectorAttributes", "connectionParameters", _, name]) = (word, place.as_slice())
        && OPERATION_RULES.contains(name)
    {
        return Some(by_name(CONNECTOR_RULE, text, path.to_owned()));
    }
    let (to, id) = match (word, place.as_slice()) {
        (TRIGGER_SUBSCRIPTION, ["workflowConfig", "workflowId"]) => (WORKFLOW, text),
        (TRIGGER_SUBSCRIPTION, ["filter"]) => {
            (FORM_DEFINITION, text.split_once(IN_FILTER)?.1.split_once('\'')?.0)
        }
        (WORKFLOW, ["definition", "steps", _, "attributes", "formDefinitionId"]) => (FORM_DEFINITION, text),
        (LIFECYCLE_STATE, ["accountActions", _, "sourceIds", _]) => (SOURCE, text),
        _ => return None,
    };
    Some(Link {
        path: path.to_owned(),
        word: to.to_owned(),
        id: id.to_owned(),
        name: String::new(),
        id_at: Some(path.to_owned()),
        name_at: None,
        is_needed: false,
    })
    .filter(|link| !link.id.is_empty())
}

impl Link {
    /// Says whether something at one of these places is part of it.
    pub(super) fn is_touched(&self, places: &[String]) -> bool {
        let own = [Some(&self.path), self.id_at.as_ref(), self.name_at.as_ref()];
        places.iter().any(|place| own.contains(&Some(place)))
    }

    /// Writes an id and a name in its places; says whether that changed anything.
    pub(super) fn write(&self, object: &mut Json, id: Option<&str>, name: Option<&str>) -> bool {
        let mut changed = false;
        for (at, before, after) in [(&self.id_at, &self.id, id), (&self.name_at, &self.name, name)] {
            let (Some(at), Some(after)) = (at, after.filter(|after| after != before)) else { continue };
            let Some(value) = object.pointer_mut(at) else { continue };
            *value = match value.as_text() {
                // Within the text of a filter.
                Some(text) if text != before && !before.is_empty() => {
                    Json::text(text.replace(before.as_str(), after))
                }
                _ => Json::text(after),
            };
            changed = true;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::document::Source;

    fn found(word: &str, object: &str) -> Vec<String> {
        let object = Source::read(object.as_bytes()).unwrap().root;
        links(word, &object)
            .iter()
            .map(|link| format!("{} {}:{}:{}", link.path, link.word, link.id, link.name))
            .collect()
    }

    #[test]
    fn a_triple_is_a_reference_wherever_it_stands() {
        let object =
            r#"{"type":"X","id":"1","name":"own","deep":[{"x":{"name":"HR","type":"SOURCE","id":null}}]}"#;
        assert_eq!(found("SOURCE", object), ["/deep/0/x SOURCE::HR"]);
    }

    #[test]
    fn more_than_a_triple_is_a_reference_where_one_is_known_to_stand() {
        let owner = r#"{"type":"IDENTITY","id":"7","name":"Ann","email":"a@x"}"#;
        assert_eq!(found("SOURCE", &format!(r#"{{"owner":{owner}}}"#)), ["/owner IDENTITY:7:Ann"]);
        assert!(found("SOURCE", &format!(r#"{{"elsewhere":{owner}}}"#)).is_empty());
    }

    #[test]
    fn other_things_of_a_type_an_id_and_a_name_are_no_references() {
        let operation = r#"{"type":"GET","id":"1","name":"Test"}"#;
        assert!(found("SOURCE", &format!(r#"{{"connectorAttributes":{{"x":[{operation}]}}}}"#)).is_empty());
    }

    #[test]
    fn what_names_nothing_is_no_reference() {
        assert!(found("SOURCE", r#"{"owner":{"type":"IDENTITY","id":null,"name":""}}"#).is_empty());
        assert!(found("SOURCE", r#"{"owner":null,"owner2":{"type":"","id":"1","name":"n"}}"#).is_empty());
    }

    #[test]
    fn what_points_back_and_who_did_it_are_no_references() {
        let by = r#"{"type":"WORKFLOW","id":"1","name":"n"}"#;
        let object = format!(r#"{{"usedBy":[{by}],"creator":{by},"modifiedBy":{by}}}"#);
        assert!(found("FORM_DEFINITION", &object).is_empty());
    }

    #[test]
    fn transforms_refer_to_sources_by_id_and_name_and_to_others_by_name() {
        let object = r#"{"a":{"type":"reference","attributes":{"id":"To Upper"}},
            "b":{"type":"accountAttribute","attributes":{"sourceId":"9","sourceName":"HR","attributeName":"x"}},
            "c":{"attributes":{"sourceName":"AD"}}}"#;
        let wanted =
            ["/a/attributes/id TRANSFORM::To Upper", "/b/attributes SOURCE:9:HR", "/c/attributes SOURCE::AD"];
        assert_eq!(found("IDENTITY_PROFILE", object), wanted);
        assert_eq!(found("TRANSFORM", object), wanted);
        assert!(found("ROLE", object).is_empty());
    }

    #[test]
    fn bare_ids_are_found_where_they_are_known_to_stand() {
        assert_eq!(
            found(
                "TRIGGER_SUBSCRIPTION",
                r#"{"workflowConfig":{"workflowId":"w"},"filter":"$[?(@.formDefinitionId == 'f-1')]"}"#
            ),
            ["/workflowConfig/workflowId WORKFLOW:w:", "/filter FORM_DEFINITION:f-1:"]
        );
        assert_eq!(
            found("LIFECYCLE_STATE", r#"{"accountActions":[{"sourceIds":["a","b"]}]}"#),
            ["/accountActions/0/sourceIds/0 SOURCE:a:", "/accountActions/0/sourceIds/1 SOURCE:b:"]
        );
        assert_eq!(
            found("WORKFLOW", r#"{"definition":{"steps":{"Form":{"attributes":{"formDefinitionId":"f"}}}}}"#),
            ["/definition/steps/Form/attributes/formDefinitionId FORM_DEFINITION:f:"]
        );
    }

    #[test]
    fn an_id_within_a_filter_is_replaced_and_nothing_around_it() {
        let mut object = Source::read(br#"{"filter":"$[?(@.formDefinitionId == 'f-1')]"}"#).unwrap().root;
        let link = links("TRIGGER_SUBSCRIPTION", &object).remove(0);
        assert!(link.write(&mut object, Some("f-2"), Some("unused")));
        assert_eq!(object.text_of("filter"), "$[?(@.formDefinitionId == 'f-2')]");
    }

    #[test]
    fn a_profile_needs_its_source_and_nothing_else() {
        let triple = |word: &str| format!(r#"{{"type":"{word}","id":"1","name":"n"}}"#);
        let object =
            format!(r#"{{"owner":{},"authoritativeSource":{}}}"#, triple("IDENTITY"), triple("SOURCE"));
        let links = links("IDENTITY_PROFILE", &Source::read(object.as_bytes()).unwrap().root);
        assert_eq!(links.iter().map(|link| link.is_needed).collect::<Vec<_>>(), [false, true]);
    }
}
