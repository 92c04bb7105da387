//! Secrets: kept if the file has none, and never shown.

use serde_json::json;

use super::*;

fn with(attributes: &Any) -> Any {
    entry(
        "SOURCE",
        "1",
        "s",
        json!({"connectorAttributes": attributes}),
    )
}

fn kept(file: &Any, there: &Any) -> Any {
    let body = body(
        &[with(file)],
        &[with(there)],
        &ImportOptions::default(),
        "SOURCE:1",
    );
    body["object"]["connectorAttributes"].clone()
}

#[test]
fn what_the_connector_encrypts_and_the_file_lacks_is_kept() {
    let there =
        json!({"encrypted": "sapPin, other", "sapPin": "canary", "other": "canary-2", "host": "a"});
    assert_eq!(
        kept(
            &json!({"encrypted": "sapPin, other", "other": "", "host": "b"}),
            &there
        ),
        json!({"encrypted": "sapPin, other", "other": "canary-2", "host": "b", "sapPin": "canary"})
    );
    // The target's own list applies if the file has none.
    let named = json!({"encrypted": "sapPin, other", "sapPin": "canary", "other": "canary-2"});
    assert_eq!(
        kept(&json!({}), &there),
        named,
        "and stays, so that it does the next time"
    );
    // A list in the file is complete: what it does not name is removed.
    let fewer = json!({"encrypted": "sapPin", "host": "b"});
    assert_eq!(
        kept(&fewer, &there),
        json!({"encrypted": "sapPin", "sapPin": "canary", "host": "b"})
    );
}

#[test]
fn well_known_secrets_are_kept_where_the_file_has_none() {
    for name in [
        "password",
        "clientSecret",
        "client_secret",
        "refreshToken",
        "api-key",
        "privateKey",
    ] {
        for missing in [
            json!({}),
            json!({name: null}),
            json!({name: ""}),
            json!({name: "********"}),
            json!({name: "*"}),
            json!({name: "<redacted>"}),
        ] {
            assert_eq!(
                kept(&missing, &json!({name: "canary"}))[name],
                "canary",
                "{name}"
            );
        }
        assert_eq!(
            kept(&json!({name: "new"}), &json!({name: "canary"}))[name],
            "new",
            "{name}"
        );
    }
}

#[test]
fn other_values_that_the_file_lacks_go() {
    assert_eq!(
        kept(
            &json!({"a": 1}),
            &json!({"host": "h", "tokenUrl": "u", "resetPassword": "true"})
        ),
        json!({"a": 1})
    );
}

#[test]
fn secrets_within_lists_are_kept_with_the_element_that_they_belong_to() {
    let there = json!({"forests": [{"name": "a", "password": "canary-a"}, {"name": "b", "password": "canary-b"}]});
    assert_eq!(
        kept(&json!({"forests": [{"name": "b"}, {"name": "c"}]}), &there),
        json!({"forests": [{"name": "b", "password": "canary-b"}, {"name": "c"}]})
    );
    let there = json!({"forests": [{"server": "x", "password": "canary-x"}, {"server": "y"}]});
    assert_eq!(
        kept(&json!({"forests": [{"server": "x"}]}), &there),
        json!({"forests": [{"server": "x", "password": "canary-x"}]}),
        "all but the secret is the same"
    );
    assert_eq!(
        kept(&json!({"forests": [{"server": "z"}]}), &there),
        json!({"forests": [{"server": "z"}]}),
        "the element is unknown"
    );
}

#[test]
fn a_secret_goes_with_the_part_that_held_it() {
    let subscription = |config: Any| {
        entry(
            "TRIGGER_SUBSCRIPTION",
            "1",
            "t",
            json!({"httpConfig": config}),
        )
    };
    let there = subscription(json!({"basicAuthConfig": {"userName": "u", "password": "canary"}}));
    let file = subscription(json!({"basicAuthConfig": null}));
    let body = body(
        &[file],
        &[there],
        &ImportOptions::default(),
        "TRIGGER_SUBSCRIPTION:1",
    );
    assert_eq!(
        body["object"]["httpConfig"],
        json!({"basicAuthConfig": null})
    );
}

#[test]
fn a_kept_secret_is_no_difference_and_a_new_one_is_reported_only_as_one() {
    let there = with(&json!({"password": "canary-1", "host": "a"}));
    let plan = plan(&[with(&json!({"host": "a"}))], std::slice::from_ref(&there));
    assert_eq!(status(&plan, "SOURCE:1"), "Repeat unchanged");
    let plan = super::plan(
        &[with(&json!({"host": "a", "password": "canary-2"}))],
        &[there],
    );
    assert_eq!(
        changes(&plan, "SOURCE:1"),
        [r#"{"path":"/connectorAttributes/password","op":"replace","secret":true}"#]
    );
}

#[test]
fn no_secret_is_reported_wherever_it_stands() {
    let object = |suffix: &str| {
        let secret = format!("canary-{suffix}");
        json!({
            "connectorAttributes": {
                "encrypted": "pin,deep", "pin": secret, "password": secret, "x": {"deep": secret},
                "apiKeys": [{"name": "password", "value": secret}, {"key": "Authorization", "value": secret}],
                "credentials": {"user": secret, "list": [secret]},
                "url": format!("jdbc:oracle:thin:u/{secret}@h:1521:sid"),
                "hook": format!("https://u:{secret}@h/x?token={secret}"),
                "headers": {"Authorization": secret, "authorization": [secret], "X-Api-Key": secret},
                "body": {"jsonBody": format!("{{\"user\":\"u\",\"password\":\"{secret}\"}}")},
                "key": format!("{{\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n{secret}\"}}"),
                "serviceAccountKey": secret,
                "oauth_info": format!("access_token={secret}"),
                "hooks": [format!("https://hooks.slack.com/services/T1/B1/{secret}"), format!("https://p.logic.azure.com/workflows/1/triggers?sig={secret}")]
            },
            "bearerToken": secret, "passphrase": 7007
        })
    };
    for (file, there) in [
        ("a", vec![]),
        ("a", vec![entry("SOURCE", "1", "s", object("b"))]),
    ] {
        let plan = Arc::new(plan(&[entry("SOURCE", "1", "s", object(file))], &there));
        let described = everything(&plan);
        assert!(
            !described.contains("canary") && !described.contains("7007"),
            "{described}"
        );
        assert!(
            described.contains("jdbc:oracle:thin:u/***@h:1521:sid"),
            "{described}"
        );
    }
}

#[test]
fn truths_and_handles_are_shown_although_they_are_called_secrets() {
    let file = with(&json!({"password": "true", "oAuthClientSecret": "$.secrets.1c0ffee0"}));
    let plan = plan(&[file], &[]);
    let described = changes(&plan, "SOURCE:1").join("\n");
    assert!(
        described.contains("$.secrets.1c0ffee0") && described.contains(r#""after":"true""#),
        "{described}"
    );
}

#[test]
fn secrets_that_neither_side_has_are_reported() {
    let file = with(&json!({"encrypted": "password,pin", "pin": "x"}));
    let plan = plan(&[file], &[]);
    assert_eq!(warnings(&plan, "SOURCE:1"), ["secret-missing"]);
    assert!(
        of(&plan, "SOURCE:1").warnings[0]
            .message
            .contains(": password;")
    );
}

#[test]
fn the_cluster_of_a_source_is_kept_as_no_export_holds_it() {
    let cluster = triple("CLUSTER", "9", "va-1");
    let there = entry("SOURCE", "1", "s", json!({"cluster": cluster}));
    let body = body(
        &[entry("SOURCE", "1", "s", json!({}))],
        &[there],
        &ImportOptions::default(),
        "SOURCE:1",
    );
    assert_eq!(body["object"]["cluster"], cluster);
}

#[test]
fn a_masked_secret_that_the_target_does_not_have_is_not_written() {
    let source = |password: &str| {
        with(&json!({
            "password": password, "url": format!("jdbc:oracle:thin:u/{password}@h:1521:sid"),
            "hook": format!("https://u:{password}@h/x"),
            "forests": [{"name": "a", "password": password}],
        }))
    };
    let codes = |file: &Any, there: &[Any]| -> Vec<String> {
        let plan = plan(std::slice::from_ref(file), there);
        let reasons = &of(&plan, "SOURCE:1").verdict.reasons;
        let of = |message: &str| message.split(" has asterisks").next().unwrap().to_owned();
        let mut places: Vec<String> = reasons.iter().map(|reason| of(&reason.message)).collect();
        places.sort();
        places
    };
    let file = source("********");
    let places = [
        "connectorAttributes/forests/0/password",
        "connectorAttributes/hook",
        "connectorAttributes/password",
        "connectorAttributes/url",
    ];
    assert_eq!(codes(&file, &[]), places, "an add");
    let there = with(&json!({"url": "jdbc:oracle:thin:@h:1521:sid"}));
    assert_eq!(codes(&file, &[there]), [places[0], places[1], places[3]]);
    assert_eq!(
        codes(&file, &[source("canary")]),
        [""; 0],
        "the target keeps its own"
    );
    let plan = plan(&[source("")], &[]);
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
}
