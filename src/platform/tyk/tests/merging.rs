//! Covers: an organisation is merged, everything else is replaced as received.

use serde_json::{Value as Json, json};

use super::super::Tyk;
use super::super::schema::ORGANISATION;
use super::{
    BANK, api, api_id, bundle, changes, object_id, organisation, plan, policy, policy_with, saves,
    target,
};
use crate::engine::align::align;
use crate::platform::document::tests::Target;
use crate::source::Source;

fn merge(there: &str, file: &str) -> String {
    let read = |text: &str| Source::read(text.as_bytes()).unwrap().root;
    align(Some(&read(there)), &read(file), &ORGANISATION)
        .result()
        .print()
}

#[test]
fn a_short_organisation_blanks_nothing() {
    let there = r#"{"owner_name":"A","ui":{"nav":{"x":1}},"id":"1","cname":"c","developer_count":7,"n":1.0,"event_options":{"k":{"webhook":"w","redis":true}}}"#;
    let file = r#"{"id":"1","owner_name":"B","owner_slug":"","cname":"","apis":[],"ui":null,"developer_count":0,"event_options":{"k":{"redis":false},"h":{"redis":true}},"sso_enabled":true}"#;
    assert_eq!(
        merge(there, file),
        r#"{"owner_name":"B","ui":{"nav":{"x":1}},"id":"1","cname":"c","developer_count":7,"n":1.0,"event_options":{"k":{"webhook":"w","redis":false},"h":{"redis":true}},"sso_enabled":true}"#
    );
}

#[test]
fn the_list_of_an_organisation_gets_what_is_new_and_keeps_the_rest() {
    let there =
        r#"{"apis":[{"api_id":"1","api_human_name":"A"},{"api_id":"2","api_human_name":"B"}]}"#;
    let file =
        r#"{"apis":[{"api_id":"3","api_human_name":"C"},{"api_id":"1","api_human_name":"A2"}]}"#;
    assert_eq!(
        merge(there, file),
        r#"{"apis":[{"api_id":"1","api_human_name":"A2"},{"api_id":"2","api_human_name":"B"},{"api_id":"3","api_human_name":"C"}]}"#
    );
}

#[test]
fn after_a_merge_the_same_file_finds_nothing_more_to_do() {
    let mut there = organisation(BANK);
    super::merge(
        &mut there,
        json!({"cname": "a", "ui": {"x": 1}, "apis": [{"api_id": "1", "api_human_name": "A"}], "list": [1, 2]}),
    );
    let mut file = organisation(BANK);
    super::merge(
        &mut file,
        json!({"cname": "b", "ui": {"y": 2}, "apis": [{"api_id": "2", "api_human_name": "B"}], "list": [2], "x": {"z": null}}),
    );
    let described = changes(&plan(&file, &there), "organisation", BANK);
    assert!(
        described.iter().all(|change| !change.contains("remove")),
        "{described:?}"
    );
    let (covers, adds) = saves(&file, target(&there));
    assert!(adds.is_empty());
    let merged: Json = serde_json::from_str(&covers[0].body).unwrap();
    let again = plan(&file, &merged);
    assert_eq!(
        again.summary().unchanged,
        1,
        "{:?}",
        changes(&again, "organisation", BANK)
    );
}

#[test]
fn a_bare_definition_covers_a_wrapped_one_which_keeps_its_wrapper_and_its_database_id() {
    let there = bundle(&[api(1)], &[]);
    let mut bare = api(1)["api_definition"].clone();
    bare["rate"] = json!(7);
    bare.as_object_mut().unwrap().remove("id");
    let (covers, _) = saves(&json!({"apis": [bare]}), target(&there));
    let document = &covers[0];
    let mut wanted = api(1);
    wanted["api_definition"]["rate"] = json!(7);
    assert_eq!(
        serde_json::from_str::<Json>(&document.body).unwrap(),
        wanted
    );
    assert_eq!(
        (&*document.id, document.pair_id.as_deref()),
        (&*api_id(1), Some(&*object_id(1)))
    );
}

#[test]
fn additions_are_what_was_received() {
    let file = bundle(
        &[api(1)],
        &[policy(1, &[1]), policy_with(2, &[], json!({"id": "gold"}))],
    );
    let (covers, adds) = saves(&file, Target::empty(&Tyk));
    assert!(covers.is_empty());
    let described: Vec<(String, Option<&str>, &str)> = adds
        .iter()
        .map(|save| {
            (
                format!("{}:{}", save.kind, save.id),
                save.pair_id.as_deref(),
                &*save.owner,
            )
        })
        .collect();
    let (one, two) = (super::policy_id(1), super::policy_id(2));
    assert_eq!(
        described,
        [
            (format!("organisation:{BANK}"), None, ""),
            (format!("api:{}", api_id(1)), Some(&*object_id(1)), BANK),
            (format!("policy:{one}"), Some(&*one), BANK),
            (format!("policy:{two}"), Some("gold"), BANK),
        ]
    );
    assert_eq!(&*adds[1].body, file["apis"][0].to_string());
}

#[test]
fn an_organisation_that_lists_an_api_twice_is_added_and_shown_as_it_is() {
    let mut twice = organisation(BANK);
    let listed = json!({"api_id": api_id(1), "api_human_name": "API 1"});
    twice["apis"] = json!([listed, listed]);
    let file = json!({"organisations": [twice]});
    let shown = changes(&plan(&file, &json!({"apis": []})), "organisation", BANK);
    assert_eq!(
        shown
            .iter()
            .filter(|change| change.contains(&api_id(1)))
            .count(),
        2,
        "{shown:?}"
    );
    let (_, adds) = saves(&file, Target::empty(&Tyk));
    assert_eq!(adds[0].body.matches(&api_id(1)).count(), 2);
}
