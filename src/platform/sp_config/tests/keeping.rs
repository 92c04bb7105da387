//! What a cover keeps, and where a secret may go: files of another tenant.
#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written where they are used"
)]

use serde_json::json;

use super::*;

fn none() -> ImportOptions {
    ImportOptions::default()
}

fn connector(attributes: Any) -> Any {
    entry(
        "SOURCE",
        "7f01",
        "Directory",
        json!({"type": "LDAP", "connectorAttributes": attributes}),
    )
}

fn forests(list: Any) -> Any {
    connector(json!({"encrypted": "forestSettings.password", "forestSettings": list}))
}

fn forest(name: &str, password: Option<&str>) -> Any {
    let mut forest = json!({"forestName": name, "gcServer": format!("gc.{name}"), "port": 3268});
    if let Some(password) = password {
        forest["password"] = json!(password);
    }
    forest
}

fn passwords(body: &Any) -> Vec<(String, Option<String>)> {
    let list = body["object"]["connectorAttributes"]["forestSettings"]
        .as_array()
        .unwrap();
    let text = |value: &Any| value.as_str().map(str::to_owned);
    list.iter()
        .map(|forest| {
            (
                text(&forest["forestName"]).unwrap(),
                text(&forest["password"]),
            )
        })
        .collect()
}

fn sides(name: &str, password: Option<&str>) -> (String, Option<String>) {
    (name.to_owned(), password.map(str::to_owned))
}

#[test]
fn each_element_keeps_its_own_secret_and_order_is_no_change() {
    let there = [forests(json!([
        forest("north", Some("n-pass")),
        forest("south", Some("s-pass"))
    ]))];
    let reordered = [forests(json!([
        forest("south", None),
        forest("north", Some("****"))
    ]))];
    assert_eq!(
        status(&plan(&reordered, &there), "SOURCE:7f01"),
        "Repeat unchanged"
    );
    let more = [forests(json!([
        forest("west", None),
        forest("south", None),
        forest("north", None)
    ]))];
    let plan = plan(&more, &there);
    assert_eq!(changes(&plan, "SOURCE:7f01").len(), 1);
    assert_eq!(warnings(&plan, "SOURCE:7f01"), ["secret-missing"]);
    assert!(
        of(&plan, "SOURCE:7f01").warnings[0]
            .message
            .contains("forestSettings/west/password")
    );
    assert_eq!(
        passwords(&body(&more, &there, &none(), "SOURCE:7f01")),
        [
            sides("north", Some("n-pass")),
            sides("south", Some("s-pass")),
            sides("west", None)
        ]
    );
    let fewer = [forests(json!([forest("south", None)]))];
    assert_eq!(
        passwords(&body(&fewer, &there, &none(), "SOURCE:7f01")),
        [sides("south", Some("s-pass"))]
    );
    let another = [forests(json!([
        forest("east", None),
        forest("south", None)
    ]))];
    let written = body(&another, &there, &none(), "SOURCE:7f01");
    assert_eq!(
        passwords(&written),
        [sides("south", Some("s-pass")), sides("east", None)]
    );
}

#[test]
fn an_element_in_the_place_of_another_one_gets_none_of_its_secrets() {
    let settings = |host: &str, secret: Option<&str>| {
        let mut server = json!({"host": host, "port": 636, "ssl": true});
        if let Some(secret) = secret {
            server["bindPassword"] = json!(secret);
        }
        connector(json!({"servers": [server]}))
    };
    let written = body(
        &[settings("b", None)],
        &[settings("a", Some("a-pass"))],
        &none(),
        "SOURCE:7f01",
    );
    assert!(!written.to_string().contains("a-pass"), "{written}");
    let plan = plan(&[settings("b", None)], &[settings("a", Some("a-pass"))]);
    assert_eq!(warnings(&plan, "SOURCE:7f01"), ["secret-missing"]);
}

#[test]
fn what_changes_by_itself_keeps_the_targets_value_when_something_else_is_covered() {
    let source = |description: &str, token: &str, healthy: bool| {
        let mut source = connector(json!({
            "host": "ldap.corp", "groupDeltaToken": token, "status": "S", "healthy": healthy, "accounts.file": token,
        }));
        source["object"]["description"] = json!(description);
        source["object"]["modified"] = json!(token);
        source
    };
    let (there, file) = ([source("a", "PROD", true)], [source("b", "TEST", false)]);
    let plan = plan(&file, &there);
    assert_eq!(
        changes(&plan, "SOURCE:7f01"),
        [r#"{"path":"/description","op":"replace","before":"a","after":"b"}"#]
    );
    let mut wanted = there[0].clone();
    wanted["object"]["description"] = json!("b");
    assert_eq!(body(&file, &there, &none(), "SOURCE:7f01"), wanted);
    // They are shown with all fields.
    let all = plan.changes(at(&plan, "SOURCE:7f01"), Show::Everything);
    assert!(
        all.iter()
            .any(|change| change.op == crate::engine::Op::Keep),
        "{all:?}"
    );
}

#[test]
fn schemas_are_matched_by_name_and_keep_their_ids_and_what_points_to_them_follows() {
    let source = |tenant: &str| {
        entry(
            "SOURCE",
            &format!("{tenant}-source"),
            "Badges",
            json!({"schemas": [
                {"id": format!("{tenant}-1"), "name": "account", "created": tenant, "attributes": [
                    {"name": "floor", "schema": triple("CONNECTOR_SCHEMA", &format!("{tenant}-2"), "floor")}]},
                {"id": format!("{tenant}-2"), "name": "floor", "modified": tenant, "attributes": []},
            ]}),
        )
    };
    let plan = plan(&[source("test")], &[source("prod")]);
    assert_eq!(status(&plan, "SOURCE:test-source"), "Repeat unchanged");
    assert_eq!(
        of(&plan, "SOURCE:test-source")
            .matched
            .as_ref()
            .map(|matched| &*matched.target),
        Some("prod-source")
    );
}

#[test]
fn an_owner_is_found_by_its_name_and_id_and_name_are_one() {
    let owned = |id: &str, name: &str, owner: (&str, &str)| {
        entry(
            "SOURCE",
            id,
            name,
            json!({"owner": triple("IDENTITY", owner.0, owner.1)}),
        )
    };
    let there = [
        owned("1", "HR", ("prod-ann", "Ann")),
        owned("2", "AD", ("prod-bob", "Bob")),
    ];
    let plan = plan(&[owned("9", "HR", ("test-ann", "Ann"))], &there);
    assert_eq!(status(&plan, "SOURCE:9"), "Repeat unchanged");
    let file = [owned("9", "HR", ("test-bob", "Bob"))];
    let owner = |options: &ImportOptions| {
        body(&file, &there, options, "SOURCE:9")["object"]["owner"].clone()
    };
    assert_eq!(owner(&none()), triple("IDENTITY", "prod-bob", "Bob"));
    let map = |path: &str, from: &str, to: &str| ImportOptions {
        mappings: vec![crate::platform::Mapping {
            kind: "SOURCE".into(),
            path: path.into(),
            from: from.into(),
            to: to.into(),
            enabled: true,
        }],
        ..ImportOptions::default()
    };
    assert_eq!(
        owner(&map("$.owner.name", "Bob", "Ann")),
        triple("IDENTITY", "prod-ann", "Ann")
    );
    assert_eq!(
        owner(&map("$.owner.id", "test-bob", "prod-ann")),
        triple("IDENTITY", "prod-ann", "Ann")
    );
}

#[test]
fn one_operation_more_is_one_change_by_its_name() {
    let operation = |name: &str, url: &str| json!({"uniqueNameForEndPoint": name, "contextUrl": url, "header": {"Authorization": "Bearer canary"}});
    let service = |operations: Vec<Any>| connector(json!({"connectionParameters": operations}));
    let there = [service(vec![
        operation("Read", "/r"),
        operation("Write", "/w"),
    ])];
    let file = [service(vec![
        operation("Ping", "/p"),
        operation("Read", "/r"),
        operation("Write", "/w"),
    ])];
    let described = changes(&plan(&file, &there), "SOURCE:7f01");
    assert_eq!(described.len(), 1, "{described:?}");
    assert!(
        described[0]
            .starts_with(r#"{"path":"/connectorAttributes/connectionParameters/Ping","op":"add""#)
    );
    assert!(
        described[0].contains("/p") && !described[0].contains("canary"),
        "{described:?}"
    );
}

#[test]
fn fields_that_the_service_does_not_change_block() {
    for field in ["type", "connector", "connectorClass", "authoritative"] {
        let with = |value: Any| entry("SOURCE", "1", "s", json!({ field: value }));
        let plan = plan(&[with(json!("b"))], &[with(json!("a"))]);
        let code = if field == "type" {
            "type-immutable"
        } else {
            "immutable"
        };
        assert_eq!(
            status(&plan, "SOURCE:1"),
            format!("Cannot cover: {code}"),
            "{field}"
        );
    }
    let with = |trigger: &str| {
        entry(
            "TRIGGER_SUBSCRIPTION",
            "1",
            "t",
            json!({"triggerId": trigger}),
        )
    };
    let plan = plan(&[with("idn:b")], &[with("idn:a")]);
    assert_eq!(
        status(&plan, "TRIGGER_SUBSCRIPTION:1"),
        "Cannot cover: immutable"
    );
}

#[test]
fn a_name_that_another_object_has_blocks_an_add_whatever_the_entry_calls_it() {
    let mut there = source("1", "Payroll [source-7]");
    there["object"]["name"] = json!("Payroll");
    let mut file = source("2", "Payroll [source-90]");
    file["object"]["name"] = json!("Payroll");
    let plan = plan(&[file], &[there]);
    assert_eq!(status(&plan, "SOURCE:2"), "Cannot add: name-taken");
    assert!(message(&plan, "SOURCE:2").contains("'1'"));
}

#[test]
fn an_id_that_the_target_has_under_another_type_is_reported() {
    let there = entry(
        "CONNECTOR_RULE",
        "e1",
        "Before",
        json!({"sourceCode": {"script": "x"}}),
    );
    let plan = plan(&[rule("e1", "Before", "x")], &[there]);
    assert_eq!(warnings(&plan, "RULE:e1"), ["other-type"]);
}

#[test]
fn identity_attributes_that_nobody_declares_are_reported() {
    let config = entry(
        "IDENTITY_OBJECT_CONFIG",
        "c",
        "Identity",
        json!({"objectAttributeDetails": [{"name": "mail"}, {"name": "desk"}]}),
    );
    let profile = |name: &str| {
        entry(
            "IDENTITY_PROFILE",
            "p",
            "p",
            json!({"identityAttributeConfig": {"attributeTransforms": [{"identityAttributeName": name}]}}),
        )
    };
    let describe =
        |profile: Any, there: &[Any]| warnings(&plan(&[profile], there), "IDENTITY_PROFILE:p");
    assert_eq!(
        describe(profile("shoeSize"), std::slice::from_ref(&config)),
        ["identity-attribute-missing"]
    );
    assert!(describe(profile("desk"), &[config]).is_empty());
    assert!(
        describe(profile("shoeSize"), &[]).is_empty(),
        "nobody says which there are"
    );
}

#[test]
fn rules_applications_and_policies_of_sources_are_references_too() {
    let transform = |id: &str, object: Any| entry("TRANSFORM", id, id, object);
    let file = [
        transform(
            "a",
            json!({"type": "rule", "attributes": {"name": "Make Login"}}),
        ),
        transform(
            "b",
            json!({"type": "accountAttribute", "attributes": {"applicationName": "SAP"}}),
        ),
        transform(
            "c",
            json!({"type": "accountAttribute", "attributes": {"applicationId": "99"}}),
        ),
        transform(
            "d",
            json!({"type": "rule", "attributes": {"name": "Cloud Services Deployment Utility"}}),
        ),
        entry(
            "SOURCE",
            "s",
            "s",
            json!({
                "provisioningPolicies": [{"usageType": "CREATE", "fields": [
                    {"name": "mail", "transform": {"type": "reference", "attributes": {"id": "Lower"}}}]}],
                "connectorAttributes": {"connectionParameters": [{"uniqueNameForEndPoint": "x", "beforeRule": "WS"}]},
            }),
        ),
    ];
    let plan = plan(&file, &[]);
    assert_eq!(
        references(&plan, "TRANSFORM:a"),
        ["/attributes/name unresolved RULE:Make Login (Make Login)"]
    );
    assert_eq!(
        references(&plan, "TRANSFORM:b"),
        ["/attributes unresolved SOURCE:SAP (SAP)"]
    );
    assert_eq!(
        references(&plan, "TRANSFORM:c"),
        ["/attributes unresolved SOURCE:99 ()"]
    );
    assert!(
        references(&plan, "TRANSFORM:d").is_empty(),
        "every tenant has it"
    );
    assert_eq!(
        references(&plan, "SOURCE:s").len(),
        2,
        "{:?}",
        references(&plan, "SOURCE:s")
    );
}

#[test]
fn one_object_that_is_nested_too_deep_is_blocked_and_the_others_are_read() {
    let deep = (0..40).fold(json!("x"), |inner, _| json!({ "input": inner }));
    let file = [transform_of(deep), source("1", "HR")];
    let plan = plan(&file, &[]);
    assert_eq!(
        status(&plan, "TRANSFORM:deep"),
        "Cannot add: nested-too-deep"
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
}

fn transform_of(attributes: Any) -> Any {
    entry(
        "TRANSFORM",
        "deep",
        "deep",
        json!({"type": "chain", "attributes": attributes}),
    )
}

#[test]
fn what_is_signed_and_differs_is_taken_whole_and_every_difference_is_shown() {
    let there = [rule("prod", "Login", "return 1;")];
    let mut file = rule("test", "Login", "return 2;");
    file["jwsSignature"] = json!("bmV3");
    let described = changes(&plan(std::slice::from_ref(&file), &there), "RULE:test");
    for path in ["/id", "/self/id", "/jwsSignature", "/sourceCode/script"] {
        assert!(
            described
                .iter()
                .any(|line| line.starts_with(&format!(r#"{{"path":"{path}""#))),
            "{path}: {described:?}"
        );
    }
    assert_eq!(
        body(std::slice::from_ref(&file), &there, &none(), "RULE:test"),
        file
    );
    // Only the signature is new: the content is the same.
    let mut again = rule("test", "Login", "return 1;");
    again["jwsSignature"] = json!("YWdhaW4");
    assert_eq!(
        status(&plan(&[again], &there), "RULE:test"),
        "Repeat unchanged"
    );
}
