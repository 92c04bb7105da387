//! Which object of the target an entry corresponds to.

use serde_json::json;

use super::*;

fn transform(id: &str, name: &str, word: &str) -> Any {
    entry(
        "TRANSFORM",
        id,
        name,
        json!({"type": word, "attributes": {}}),
    )
}

#[test]
fn an_object_is_found_by_its_id_whatever_its_dashes_and_case() {
    let there = source("2C918083-63DAE20E", "HR");
    let plan = plan(&[source("2c91808363dae20e", "HR")], &[there]);
    assert_eq!(status(&plan, "SOURCE:2c91808363dae20e"), "Repeat unchanged");
}

#[test]
fn an_id_goes_before_a_name() {
    let plan = plan(
        &[source("1", "AD")],
        &[source("1", "HR"), source("2", "AD")],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Cannot cover: name-taken");
    let plan = super::plan(
        &[source("1", "AD"), source("2", "HR")],
        &[source("1", "HR"), source("2", "AD")],
    );
    assert_eq!(
        status(&plan, "SOURCE:1"),
        "Repeat",
        "the other one gives its name away"
    );
    let renamed =
        |path: &str| format!(r#"{{"path":"{path}","op":"replace","before":"HR","after":"AD"}}"#);
    assert_eq!(
        changes(&plan, "SOURCE:1"),
        [renamed("/name"), renamed("/self/name")]
    );
}

#[test]
fn what_no_id_finds_is_found_by_its_name_and_keeps_the_targets_id() {
    let (file, there) = ([source("sandbox", "HR")], [source("production", "HR")]);
    let plan = plan(&file, &there);
    assert_eq!(status(&plan, "SOURCE:sandbox"), "Repeat unchanged");
    let body = body(&file, &there, &ImportOptions::default(), "SOURCE:sandbox");
    assert_eq!(
        (&body["self"]["id"], &body["object"]["id"]),
        (&json!("production"), &json!("production"))
    );
}

#[test]
fn names_are_exact_and_those_of_other_types_do_not_count() {
    let plan = plan(
        &[source("1", "HR")],
        &[source("2", "hr"), transform("3", "HR", "trim")],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
}

#[test]
fn a_name_that_two_objects_have_blocks_and_names_both_ids() {
    let plan = plan(
        &[source("1", "HR")],
        &[source("2", "HR"), source("3", "HR")],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Cannot add: ambiguous-name");
    let message = message(&plan, "SOURCE:1");
    assert!(
        message.contains("'1' in the file") && message.contains("'2', '3' in the target"),
        "{message}"
    );
}

#[test]
fn two_entries_that_would_be_one_object_by_name_are_blocked() {
    let plan = plan(
        &[source("1", "HR"), source("2", "HR")],
        &[source("3", "HR")],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Cannot add: ambiguous-name");
    assert_eq!(status(&plan, "SOURCE:2"), "Cannot add: ambiguous-name");
}

#[test]
fn an_object_that_an_id_found_is_nobody_elses_by_name() {
    let plan = plan(
        &[source("1", "HR"), source("2", "HR")],
        &[source("1", "HR")],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Repeat unchanged");
    assert_eq!(status(&plan, "SOURCE:2"), "Cannot add: name-taken");
}

#[test]
fn where_a_tenant_has_one_it_is_that_one() {
    let config = |id: &str, name: &str| entry("IDENTITY_OBJECT_CONFIG", id, name, json!({"x": 1}));
    let plan = plan(&[config("1", "ours")], &[config("2", "theirs")]);
    assert_eq!(
        changes(&plan, "IDENTITY_OBJECT_CONFIG:1"),
        [
            r#"{"path":"/name","op":"replace","before":"theirs","after":"ours"}"#,
            r#"{"path":"/self/name","op":"replace","before":"theirs","after":"ours"}"#
        ]
    );
}

#[test]
fn what_was_matched_by_something_else_than_its_id_says_so_with_the_targets_id() {
    let matched = |plan: &Plan, item: &str| {
        let entry = plan
            .entries()
            .iter()
            .find(|entry| entry.item.id.to_string() == item)
            .unwrap();
        entry
            .matched
            .as_ref()
            .map(|matched| format!("{} {}", matched.by, matched.target))
    };
    let (by_name, there) = (
        transform("new", "t", "lower"),
        transform("old", "t", "lower"),
    );
    assert_eq!(
        matched(&plan(&[by_name], &[there]), "TRANSFORM:new").unwrap(),
        "name old"
    );
    let config = |id: &str, name: &str| entry("IDENTITY_OBJECT_CONFIG", id, name, json!({"x": 1}));
    let lone = plan(&[config("1", "ours")], &[config("2", "theirs")]);
    assert_eq!(
        matched(&lone, "IDENTITY_OBJECT_CONFIG:1").unwrap(),
        "type 2"
    );
    for (here, there) in [("1", "1"), ("ab-c", "ABC"), ("1", "2")] {
        let plan = plan(
            &[transform(here, here, "lower")],
            &[transform(there, there, "lower")],
        );
        assert_eq!(
            matched(&plan, &format!("TRANSFORM:{here}")),
            None,
            "{here} {there}"
        );
    }
    // A signed rule keeps both its ids: the second time it is found by the file's.
    let file = read(&[rule("sandbox", "r", "b")], &ImportOptions::default());
    let after = written(&file, &target(&[rule("production", "r", "a")]));
    assert_eq!(
        matched(&compared(&file, &after), "RULE:sandbox").unwrap(),
        "id production"
    );
}

#[test]
fn the_type_of_a_transform_cannot_change() {
    let plan = plan(
        &[transform("1", "t", "lower")],
        &[transform("1", "t", "upper")],
    );
    assert_eq!(status(&plan, "TRANSFORM:1"), "Cannot cover: type-immutable");
    assert!(
        message(&plan, "TRANSFORM:1").contains("'upper' in the target and 'lower' in the file")
    );
}

#[test]
fn a_signed_rule_that_is_found_by_name_is_kept_as_it_is_and_known_by_both_ids() {
    let (file, there) = (
        read(&[rule("sandbox", "r", "b")], &ImportOptions::default()),
        target(&[rule("production", "r", "a")]),
    );
    let plan = compared(&file, &there);
    assert_eq!(status(&plan, "RULE:sandbox"), "Repeat");
    assert_eq!(warnings(&plan, "RULE:sandbox"), ["signed-other-id"]);
    let after = written(&file, &there);
    let [stored] = after.objects.as_slice() else {
        panic!("{:?}", after.objects)
    };
    assert_eq!(
        (
            stored.row.as_deref().unwrap(),
            stored.document(Some(stored)).pair_id.as_deref()
        ),
        ("production", Some("sandbox"))
    );
    assert_eq!(stored.text, file.objects[0].text);
    assert_eq!(
        status(&compared(&file, &after), "RULE:sandbox"),
        "Repeat unchanged"
    );
    let both = read(
        &[rule("sandbox", "r", "b"), rule("production", "r", "c")],
        &ImportOptions::default(),
    );
    let plan = compared(&both, &after);
    assert_eq!(
        status(&plan, "RULE:sandbox"),
        "Cannot cover unchanged: duplicate-in-file"
    );
    assert_eq!(
        status(&plan, "RULE:production"),
        "Repeat",
        "it has the target's own id"
    );
}

#[test]
fn what_changes_by_itself_is_no_difference() {
    let object = |time: &str, count: i64| {
        json!({"modified": time, "created": time, "creator": triple("IDENTITY", time, time), "identityCount": count,
               "identityRefreshRequired": count == 1})
    };
    let profile = |time: &str, count| entry("IDENTITY_PROFILE", "1", "p", object(time, count));
    assert_eq!(
        status(
            &plan(&[profile("a", 1)], &[profile("b", 2)]),
            "IDENTITY_PROFILE:1"
        ),
        "Repeat unchanged"
    );
    let attributes = |text: &str| {
        json!({"connectorAttributes": {"since": text, "status": text, "healthy": text, "file": text, "group.file": text,
               "accountDeltaToken": text, "sapDeltaToken": text, "subscribedSkus": [text], "host": "h"}})
    };
    let source = |text: &str| entry("SOURCE", "1", "s", attributes(text));
    assert_eq!(
        status(&plan(&[source("a")], &[source("b")]), "SOURCE:1"),
        "Repeat unchanged"
    );
}

#[test]
fn a_new_signature_of_the_same_rule_is_no_difference() {
    let mut signed_again = rule("1", "r", "x");
    signed_again["jwsSignature"] = json!("YW5vdGhlcg");
    assert_eq!(
        status(&plan(&[signed_again], &[rule("1", "r", "x")]), "RULE:1"),
        "Repeat unchanged"
    );
}

#[test]
fn ten_and_ten_point_zero_are_one_and_text_of_it_is_not() {
    let source = |threshold: &str| {
        let object = format!(r#"{{"id":"1","deleteThreshold":{threshold}}}"#);
        format!(r#"[{{"self":{{"type":"SOURCE","id":"1","name":"s"}},"object":{object}}}]"#)
    };
    let file = |threshold: &str| try_read(&source(threshold), &ImportOptions::default()).unwrap();
    let there = written(&file("10"), &nothing());
    assert_eq!(
        status(&compared(&file("10.0"), &there), "SOURCE:1"),
        "Repeat unchanged"
    );
    assert_eq!(
        status(&compared(&file("\"10\""), &there), "SOURCE:1"),
        "Repeat"
    );
}

#[test]
fn order_counts_but_where_it_means_nothing() {
    let source = |features: [&str; 2]| entry("SOURCE", "1", "s", json!({"features": features}));
    assert_eq!(
        status(
            &plan(&[source(["A", "B"])], &[source(["B", "A"])]),
            "SOURCE:1"
        ),
        "Repeat unchanged"
    );
    let concat = |values: [&str; 2]| {
        entry(
            "TRANSFORM",
            "1",
            "t",
            json!({"attributes": {"values": values}}),
        )
    };
    assert_eq!(
        status(
            &plan(&[concat(["a", "b"])], &[concat(["b", "a"])]),
            "TRANSFORM:1"
        ),
        "Repeat"
    );
    let schemas = |names: [&str; 2]| {
        let schemas: Vec<Any> = names
            .iter()
            .map(|name| json!({"name": name, "x": name}))
            .collect();
        entry("SOURCE", "1", "s", json!({"schemas": schemas}))
    };
    let plan = plan(
        &[schemas(["account", "group"])],
        &[schemas(["group", "role"])],
    );
    assert_eq!(
        changes(&plan, "SOURCE:1"),
        [
            r#"{"path":"/schemas/account","op":"add","after":{"name":"account","x":"account"}}"#,
            r#"{"path":"/schemas/role","op":"remove","before":{"name":"role","x":"role"}}"#
        ]
    );
}

#[test]
fn a_cover_replaces_and_what_only_the_target_has_is_shown_to_go() {
    let there = entry(
        "SOURCE",
        "1",
        "s",
        json!({"description": "old", "deleteThreshold": 5}),
    );
    let plan = plan(
        &[entry("SOURCE", "1", "s", json!({"description": "new"}))],
        &[there],
    );
    assert_eq!(
        changes(&plan, "SOURCE:1"),
        [
            r#"{"path":"/description","op":"replace","before":"old","after":"new"}"#,
            r#"{"path":"/deleteThreshold","op":"remove","before":5}"#
        ]
    );
}

#[test]
fn a_name_of_the_entry_beside_that_of_its_object_is_compared_too() {
    let named = |name: &str| {
        let mut entry = source("1", "Active Directory");
        entry["self"]["name"] = json!(name);
        entry
    };
    let plan = plan(
        &[named("Active Directory [source-2]")],
        &[named("Active Directory [source-1]")],
    );
    assert_eq!(
        changes(&plan, "SOURCE:1"),
        [
            r#"{"path":"/self/name","op":"replace","before":"Active Directory [source-1]","after":"Active Directory [source-2]"}"#
        ]
    );
}
