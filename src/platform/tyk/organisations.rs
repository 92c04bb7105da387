//! Taking an organisation of the file for another one, as the operator asked:
//! what belongs to it, and the organisation itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::file::File;
use super::object::{GATEWAY, Object, Sort};
use super::shape::matching;
use crate::engine::Finding;
use crate::platform::document::Json;

/// Where an organisation has its own id.
const OWN: &[&[&str]] = &[&["id"], &["_id"]];

/// Where an API names the organisation that it belongs to.
const OF_API: &[&[&str]] = &[
    &["api_definition", "org_id"],
    &["org_id"],
    &["oas", GATEWAY, "info", "orgId"],
    &[GATEWAY, "info", "orgId"],
    &["hook_references", "*", "hook", "org_id"],
];

/// Where a policy does.
const OF_POLICY: &[&[&str]] = &[&["org_id"]];

/// Takes what the file has of some organisations for that of others, and tells
/// which of them it does not have.
pub(super) fn map(file: &mut File, organisations: &BTreeMap<String, String>) {
    if organisations.is_empty() {
        return;
    }
    let mut met = BTreeSet::new();
    for object in &mut file.objects {
        let mapped = mapped(object, organisations, &mut met);
        // Only ids changed: what could be read before can be read now.
        let read =
            mapped.and_then(|(body, text)| Object::read(object.sort, body, text, object.path.clone()).ok());
        if let Some(read) = read {
            *object = read;
        }
    }
    let unmet = organisations.iter().filter(|(from, _)| !met.contains(&***from));
    file.findings.extend(unmet.map(|(from, to)| {
        let message = format!("the mapping of organisation '{from}' to '{to}' meets nothing in the file");
        Finding::warning("mapping-unmet", message)
    }));
}

/// Returns an object's tree and text as they are to be taken, where it names an
/// organisation that is mapped. The text stays byte for byte but for these ids.
fn mapped<'o>(
    object: &Object,
    organisations: &'o BTreeMap<String, String>,
    met: &mut BTreeSet<&'o str>,
) -> Option<(Json, Arc<str>)> {
    let patterns = match object.sort {
        Sort::Organisation => OWN,
        Sort::Api => OF_API,
        Sort::Policy => OF_POLICY,
    };
    let mut places: Vec<(String, &str)> = Vec::new();
    for pattern in patterns {
        matching(&object.body, pattern, &mut String::new(), &mut |path, value| {
            if let Some((from, to)) = value.as_text().and_then(|id| organisations.get_key_value(id)) {
                met.insert(from);
                places.push((path.to_owned(), to));
            }
        });
    }
    let mut body = object.body.clone();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::with_capacity(places.len());
    for (path, to) in &places {
        if let (Some(value), Some(span)) = (body.pointer_mut(path), span(&object.text, path)) {
            *value = Json::text(*to);
            edits.push((span, to));
        }
    }
    (!edits.is_empty()).then(|| (body, splice(&object.text, edits).into()))
}

/// Returns where the value of a JSON pointer stands in a text.
fn span(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        value = if value.get().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            elements.get(segment.parse::<usize>().ok()?).copied()?
        } else {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
            members.get(&segment).copied()?
        };
    }
    // A raw value is a part of the text that it was read from.
    let start = (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(start..start + value.get().len())
}

/// Returns a text with texts of JSON in place of some of its parts.
fn splice(text: &str, mut edits: Vec<(Range<usize>, &str)>) -> String {
    edits.sort_by_key(|(span, _)| span.start);
    let mut spliced = String::with_capacity(text.len());
    let mut end = 0;
    for (span, to) in edits {
        spliced.push_str(text.get(end..span.start).unwrap_or_default());
        spliced.push_str(&Json::text(to).print());
        end = span.end;
    }
    spliced.push_str(text.get(end..).unwrap_or_default());
    spliced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::document::Source;

    const WRAPPED: &str = r#"{"api_definition":{"api_id":"1","org_id":"a","name":"a"},
        "hook_references":[{"hook":{"org_id":"x"}}, {"hook":{"org_id":"a"}}],
        "oas":{"x-tyk-api-gateway":{"info":{"orgId":"a","name":"a"}}}}"#;

    /// Maps `a` to `b"` and `b"` to `c` in an object; returns its text and owner,
    /// and which mappings did nothing.
    fn mapped(sort: Sort, text: &str) -> (String, String, Vec<String>) {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let organisations = BTreeMap::from([pair("a", "b\""), pair("b\"", "c")]);
        let json = Source::read(text.as_bytes()).unwrap().root;
        let object = Object::read(sort, json, text.into(), String::new()).unwrap();
        let mut file = File { objects: vec![object], findings: Vec::new() };
        map(&mut file, &organisations);
        let object = &file.objects[0];
        let read = Source::read(object.text.as_bytes()).unwrap().root;
        assert_eq!(read, object.body, "text and tree say the same");
        let owner = if sort == Sort::Organisation { &object.key } else { &object.owner };
        let unmet = file.findings.iter().map(|finding| finding.message.clone()).collect();
        (object.text.to_string(), owner.to_string(), unmet)
    }

    #[test]
    fn an_organisation_is_mapped_once_and_the_rest_stays_byte_for_byte() {
        let text = "{ \"id\" :\t\"\\u0061\", \"owner_name\":\"a\", \"n\": 1.0 }";
        let (text, key, unmet) = mapped(Sort::Organisation, text);
        assert_eq!(text, "{ \"id\" :\t\"b\\\"\", \"owner_name\":\"a\", \"n\": 1.0 }");
        assert_eq!(key, "b\"");
        assert_eq!(unmet, ["the mapping of organisation 'b\"' to 'c' meets nothing in the file"]);
        assert_eq!(mapped(Sort::Organisation, r#"{"_id":"b\""}"#).0, r#"{"_id":"c"}"#);
    }

    #[test]
    fn an_api_is_mapped_in_both_its_halves_and_in_its_webhooks() {
        let wanted = WRAPPED.replace(r#""org_id":"a""#, r#""org_id":"b\"""#);
        let wanted = wanted.replace(r#""orgId":"a""#, r#""orgId":"b\"""#);
        let (text, owner, _) = mapped(Sort::Api, WRAPPED);
        assert_eq!((text, &*owner), (wanted, "b\""));
        for (text, wanted) in [
            (r#"{"org_id":"a","api_id":"1"}"#, r#"{"org_id":"b\"","api_id":"1"}"#),
            (
                r#"{"x-tyk-api-gateway":{"info":{"id":"1","orgId":"a"}}}"#,
                r#"{"x-tyk-api-gateway":{"info":{"id":"1","orgId":"b\""}}}"#,
            ),
        ] {
            assert_eq!(
                mapped(Sort::Api, text),
                (wanted.to_owned(), "b\"".to_owned(), vec![unmet("b\"", "c")])
            );
        }
    }

    #[test]
    fn what_names_no_mapped_organisation_stays_as_it_is() {
        for (sort, text) in [
            (Sort::Policy, r#"{"id":"a","org_id":"z"}"#),
            (Sort::Policy, r#"{"id":"a"}"#),
            (Sort::Organisation, r#"{"id":"z", "org_id":"a"}"#),
        ] {
            let (same, _, told) = mapped(sort, text);
            assert_eq!((&*same, told), (text, vec![unmet("a", "b\""), unmet("b\"", "c")]));
        }
    }

    fn unmet(from: &str, to: &str) -> String {
        format!("the mapping of organisation '{from}' to '{to}' meets nothing in the file")
    }
}
