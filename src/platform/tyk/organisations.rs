//! Maps an organisation of the file to another one, as the operator requested:
//! its objects, and the organisation itself.

use std::collections::{BTreeMap, BTreeSet};

use super::api::GATEWAY;
use super::object_kind::Sort;
use super::shape::matching;
use crate::engine::Finding;
use crate::platform::document::{File, Json, change};

/// The path of an organisation's own id.
const OWN: &[&[&str]] = &[&["id"], &["_id"]];

/// The path of an API's organisation.
const OF_API: &[&[&str]] = &[
    &["api_definition", "org_id"],
    &["oas", GATEWAY, "info", "orgId"],
    &["hook_references", "*", "hook", "org_id"],
];

/// The path of a policy's organisation.
const OF_POLICY: &[&[&str]] = &[&["org_id"]];

/// Maps some organisations of the file to others, and reports those that it
/// does not have. Apart from these ids, texts stay byte for byte.
pub(super) fn map(file: &mut File, organisations: &BTreeMap<String, String>) {
    let mut met = BTreeSet::new();
    for object in file
        .objects
        .iter_mut()
        .filter(|_| !organisations.is_empty())
    {
        let patterns = match Sort::of(object) {
            Sort::Organisation => OWN,
            Sort::Api => OF_API,
            Sort::Policy => OF_POLICY,
        };
        let mut places: Vec<(String, &str)> = Vec::new();
        for pattern in patterns {
            matching(
                &object.body,
                pattern,
                &mut String::new(),
                &mut |path, value| {
                    if let Some((from, to)) = value
                        .as_text()
                        .and_then(|id| organisations.get_key_value(id))
                    {
                        met.insert(from);
                        places.push((path.to_owned(), to));
                    }
                },
            );
        }
        if places.is_empty() {
            continue;
        }
        let mut body = Json::clone(&object.body);
        for (path, to) in places {
            if let Some(value) = body.pointer_mut(&path) {
                *value = Json::text(to);
            }
        }
        change(object, &body, Vec::new());
    }
    let unmet = organisations.iter().filter(|(from, _)| !met.contains(from));
    file.findings.extend(unmet.map(|(from, to)| {
        let message =
            format!("the mapping of organisation '{from}' to '{to}' matches nothing in the file");
        Finding::warning("mapping-unmet", message)
    }));
}

#[cfg(test)]
mod tests {
    use super::super::{api::wrapper, kinds};
    use super::*;
    use crate::engine::finding::Findings;
    use crate::platform::document::Object;
    use crate::source::Source;

    const WRAPPED: &str = r#"{"api_definition":{"api_id":"1","org_id":"a","name":"a"},
        "hook_references":[{"hook":{"org_id":"x"}}, {"hook":{"org_id":"a"}}],
        "oas":{"x-tyk-api-gateway":{"info":{"orgId":"a","name":"a"}}}}"#;

    /// Maps `a` to `b"` and `b"` to `c` in an object; returns its text and
    /// owner, and which mappings had no effect.
    fn mapped(sort: Sort, text: &str) -> (String, String, Vec<String>) {
        let sides = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let organisations = BTreeMap::from([sides("a", "b\""), sides("b\"", "c")]);
        let json = Source::read(text.as_bytes()).unwrap().root;
        let wrapper = wrapper(sort, &json);
        let object = Object::new(kinds::schema(sort), json, wrapper, text, "");
        let mut file = File {
            objects: vec![object],
            findings: Findings::default(),
        };
        map(&mut file, &organisations);
        let object = &file.objects[0];
        let read = Source::read(object.text.as_bytes()).unwrap().root;
        assert_eq!(
            read,
            *object.raw(&object.body),
            "text and tree say the same"
        );
        let owner = if sort == Sort::Organisation {
            &object.item.key
        } else {
            &object.owner
        };
        let unmet = file
            .findings
            .iter()
            .map(|finding| finding.message.clone())
            .collect();
        (object.text.to_string(), owner.to_string(), unmet)
    }

    #[test]
    fn an_organisation_is_mapped_once_and_the_rest_stays_byte_for_byte() {
        let text = "{ \"id\" :\t\"\\u0061\", \"owner_name\":\"a\", \"n\": 1.0 }";
        let (text, key, unmet) = mapped(Sort::Organisation, text);
        assert_eq!(
            text,
            "{ \"id\" :\t\"b\\\"\", \"owner_name\":\"a\", \"n\": 1.0 }"
        );
        assert_eq!(key, "b\"");
        assert_eq!(
            unmet,
            ["the mapping of organisation 'b\"' to 'c' matches nothing in the file"]
        );
        assert_eq!(
            mapped(Sort::Organisation, r#"{"_id":"b\""}"#).0,
            r#"{"_id":"c"}"#
        );
    }

    #[test]
    fn an_api_is_mapped_in_both_its_halves_and_in_its_webhooks() {
        let wanted = WRAPPED.replace(r#""org_id":"a""#, r#""org_id":"b\"""#);
        let wanted = wanted.replace(r#""orgId":"a""#, r#""orgId":"b\"""#);
        let (text, owner, _) = mapped(Sort::Api, WRAPPED);
        assert_eq!((text, &*owner), (wanted, "b\""));
        for (text, wanted) in [
            (
                r#"{"org_id":"a","api_id":"1"}"#,
                r#"{"org_id":"b\"","api_id":"1"}"#,
            ),
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
            let (same, _, described) = mapped(sort, text);
            assert_eq!(
                (&*same, described),
                (text, vec![unmet("a", "b\""), unmet("b\"", "c")])
            );
        }
    }

    fn unmet(from: &str, to: &str) -> String {
        format!("the mapping of organisation '{from}' to '{to}' matches nothing in the file")
    }
}
