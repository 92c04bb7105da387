//! The accepted forms of files, and the errors of others.

use serde_json::json;

use super::super::file;
use super::super::object_kind::Sort;
use super::{BANK, SECURITIES, api, api_id, object_id, organisation, policy, policy_id, read};
use crate::platform::document::Product as _;
use crate::platform::tyk::Tyk;
use crate::platform::{Platform, SourceFile, detect};
use crate::source::{ParseError, ParseErrorKind};

const ORGANISATION: &str = include_str!("../../../../fixtures/tyk/documentation/organisation.json");
const APIS: &str = include_str!("../../../../fixtures/tyk/documentation/apis.json");
const POLICIES: &str = include_str!("../../../../fixtures/tyk/documentation/policies.json");

fn keys(text: &str) -> Vec<(Sort, String)> {
    let file = file::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}"));
    file.objects
        .iter()
        .map(|object| (Sort::of(object), object.item.key.to_string()))
        .collect()
}

fn error(text: &str) -> ParseError {
    file::read(text.as_bytes()).unwrap_err()
}

#[test]
fn the_documentations_organisation_is_one_although_it_has_apis() {
    assert_eq!(
        keys(ORGANISATION),
        [(Sort::Organisation, "53ac07777cbb8c2d53000002".to_owned())]
    );
}

#[test]
fn the_documentations_policies_are_read_with_the_old_spelling() {
    let file = file::read(POLICIES.as_bytes()).unwrap();
    let keys: Vec<&str> = file
        .objects
        .iter()
        .map(|object| &*object.item.key)
        .collect();
    assert_eq!(
        keys,
        [
            "57ed12fc30c55e6b890d37d8",
            "5824343b30c55e52d5e6cfde",
            "58172a2330c55e22afcd59af"
        ]
    );
    assert!(
        file.objects
            .iter()
            .all(|policy| policy.key("id") == &*policy.item.key),
        "an id that is missing is the _id"
    );
    assert!(file.findings.is_empty());
}

#[test]
fn the_documentations_truncated_apis_are_refused_with_their_place() {
    let error = error(APIS);
    assert_eq!(error.kind, ParseErrorKind::Syntax);
    assert_eq!(
        error.position.map(|place| (place.line, place.column)),
        Some((4, 24))
    );
    assert_eq!(error.path, "/apis/0/api_definition");
}

#[test]
fn every_form_of_a_file_is_read() {
    let (organisation, api, policy) = (organisation(BANK), api(1), policy(1, &[1]));
    let bare = &api["api_definition"];
    let (o, a, p) = (
        (Sort::Organisation, BANK.to_owned()),
        (Sort::Api, api_id(1)),
        (Sort::Policy, policy_id(1)),
    );
    for (file, expected) in [
        (json!(organisation), vec![&o]),
        (
            json!({"organisations": [organisation], "pages": 0}),
            vec![&o],
        ),
        (json!([organisation]), vec![&o]),
        (json!(api), vec![&a]),
        (json!(bare), vec![&a]),
        (json!([api]), vec![&a]),
        (json!([bare]), vec![&a]),
        (json!({"apis": [api], "pages": -1}), vec![&a]),
        (json!({"apis": [bare]}), vec![&a]),
        (json!({"apis": []}), vec![]),
        (json!({"apis": null}), vec![]),
        (json!(policy), vec![&p]),
        (json!([policy]), vec![&p]),
        (json!({"Data": [policy], "Pages": 0}), vec![&p]),
        (json!([policy, api, organisation]), vec![&o, &a, &p]),
        (
            json!({"Data": [policy], "Pages": 1, "apis": [api], "pages": 1, "organisations": [organisation]}),
            vec![&o, &a, &p],
        ),
    ] {
        let text = file.to_string();
        assert_eq!(keys(&text).iter().collect::<Vec<_>>(), expected, "{text}");
        if !expected.is_empty() {
            assert_eq!(
                detect(text.as_bytes()).map(Platform::name),
                Ok("tyk"),
                "{text}"
            );
        }
    }
}

#[test]
fn an_organisation_says_something_that_only_organisations_say() {
    for body in [
        json!({"_id": BANK, "owner_name": "x"}),
        json!({"id": BANK, "apis": [{"api_human_name": "a", "api_id": "b"}]}),
    ] {
        assert_eq!(
            keys(&body.to_string()),
            [(Sort::Organisation, BANK.to_owned())]
        );
    }
    for body in [
        json!({"id": BANK}),
        json!([{"id": BANK, "name": "x"}]),
        json!({"organisations": [{"id": BANK, "apis": []}]}),
    ] {
        assert_eq!(
            error(&body.to_string()).kind,
            ParseErrorKind::Shape,
            "{body}"
        );
    }
}

/// Objects of the Dashboard, the gateway and the portal that are not imported.
fn others() -> Vec<(&'static str, serde_json::Value)> {
    let (id, org) = (object_id(7), BANK);
    vec![
        (
            "a webhook",
            json!({"api_model": {}, "id": id, "org_id": org, "name": "pager", "method": "PUT", "target_path": "https://h/", "header_map": {"A": "b"}, "event_timeout": 0}),
        ),
        (
            "a webhook",
            json!({"id": id, "org_id": org, "name": "n", "target_path": "https://h/"}),
        ),
        (
            "a user",
            json!({"id": id, "org_id": org, "first_name": "A", "last_name": "B", "email_address": "a@b.example", "active": true, "user_permissions": {"IsAdmin": "admin"}}),
        ),
        (
            "a user group",
            json!({"id": id, "org_id": org, "name": "ops", "description": "", "user_permissions": {"apis": "read"}, "password_max_days": 0}),
        ),
        (
            "a portal catalogue",
            json!({"id": id, "org_id": org, "email": "", "apis": []}),
        ),
        (
            "a portal catalogue",
            json!({"id": id, "apis": [{"name": "Pets", "policy_id": object_id(8), "show": true}]}),
        ),
        (
            "a portal developer",
            json!({"id": id, "org_id": org, "email": "d@e.example", "keys": {}, "subscriptions": {}, "date_created": "x"}),
        ),
        (
            "a portal documentation",
            json!({"id": id, "org_id": org, "api_id": "a", "doc_type": "swagger", "documentation": "e30="}),
        ),
        (
            "a portal page",
            json!({"id": id, "org_id": org, "title": "Home", "slug": "/", "is_homepage": true, "template_name": "", "fields": {}}),
        ),
        (
            "a key (session)",
            json!({"allowance": 5, "rate": 5, "per": 1, "quota_max": 1, "quota_renews": 1, "quota_remaining": 1, "access_rights": {}, "org_id": org}),
        ),
        (
            "a key (session)",
            json!({"rate": 1, "per": 1, "access_rights": {"a": {}}, "apply_policies": [object_id(8)], "org_id": org}),
        ),
        (
            "a key (session)",
            json!({"key_id": "abc", "data": {"rate": 1}}),
        ),
        (
            "a certificate",
            json!({"id": id, "fingerprint": "ab", "has_private": true, "subject": {}, "not_after": "x"}),
        ),
        (
            "an OAuth client",
            json!({"client_id": "a", "secret": "b", "redirect_uri": "https://r/", "policy_id": object_id(8)}),
        ),
        (
            "an identity broker (TIB) profile",
            json!({"ID": "1", "OrgID": org, "ActionType": "GenerateOrLoginUserProfile", "ProviderName": "SocialProvider", "ProviderConfig": {}}),
        ),
        (
            "a client identity provider",
            json!({"id": id, "org_id": org, "name": "Dex", "jwks_uri": "https://i/certs", "client_secret": "x"}),
        ),
        (
            "an asset of the portal (template)",
            json!({"id": "t9", "kind": "oas-template", "name": "T", "data": {}}),
        ),
        (
            "the index of tyk-sync",
            json!({"type": "apidef", "files": [{"file": "a.json"}], "policies": []}),
        ),
        (
            "an OAS document without Tyk's extension (x-tyk-api-gateway)",
            json!({"openapi": "3.0.3", "info": {}, "paths": {}}),
        ),
    ]
}

#[test]
fn what_is_not_imported_is_refused_for_what_it_is() {
    for (what, object) in others() {
        for (file, path) in [
            (object.clone(), ""),
            (json!([object]), "/0"),
            (json!({"Data": [object], "Pages": 1}), "/Data/0"),
            (json!({"apis": [object]}), "/apis/0"),
            (json!({"organisations": [object]}), "/organisations/0"),
        ] {
            let error = error(&file.to_string());
            assert_eq!(
                (error.kind, error.path.as_str()),
                (ParseErrorKind::Shape, path),
                "{file}"
            );
            assert!(
                error.message.starts_with(&format!("{what}, not ")),
                "{}",
                error.message
            );
        }
    }
    let session = json!({"quota_remaining": 1, "access_rights": {}});
    assert_eq!(
        error(&session.to_string()).message,
        "a key (session), not a policy"
    );
    assert!(
        error(r#"{"hooks":[{"id":"1"}],"pages":1}"#)
            .message
            .starts_with("webhooks, not ")
    );
}

#[test]
fn beside_what_is_imported_the_others_are_skipped_and_named() {
    for (what, object) in others() {
        let file = file::read(
            json!([object, policy(1, &[1]), object])
                .to_string()
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(file.objects.len(), 1);
        let [finding] = &file.findings[..] else {
            panic!("{:?}", file.findings)
        };
        assert_eq!(
            (&*finding.code, finding.path.as_deref()),
            ("object-skipped", Some("/0"))
        );
        let message = &finding.message;
        assert!(
            message.contains(what) && message.contains("2 objects") && message.contains("/2"),
            "{message}"
        );
        assert!(
            !message.contains("secret") && !message.contains("a@b.example"),
            "{message}"
        );
    }
}

#[test]
fn an_api_is_one_whatever_its_definition_is_called_like() {
    for file in [
        json!({"api_id": "a", "proxy": {"listen_path": "/"}, "target_path": "x", "email": "y", "kind": "z", "data": 1}),
        json!({"api_id": "a", "version_data": {}}),
        json!({"api_model": {}, "api_definition": {"api_id": "a"}, "user_owners": null}),
    ] {
        assert_eq!(
            keys(&file.to_string()),
            [(Sort::Api, "a".to_owned())],
            "{file}"
        );
    }
}

#[test]
fn an_oas_api_is_known_by_its_gateway_part_where_nothing_else_says() {
    let gateway =
        json!({"info": {"id": "oas-1", "dbId": object_id(9), "orgId": SECURITIES, "name": "OAS"}});
    let oas = json!({"openapi": "3.0.3", "paths": {}, "x-tyk-api-gateway": gateway});
    for file in [
        json!({"oas": oas, "categories": ["x"]}),
        json!({"api_definition": null, "oas": oas}),
        oas.clone(),
    ] {
        let read = read(&file);
        let object = &read.objects[0];
        assert_eq!(
            (&*object.item.key, &*object.owner, &*object.name),
            ("oas-1", SECURITIES, "OAS"),
            "{file}"
        );
        assert_eq!(object.key("database id"), object_id(9));
        assert_eq!(&*object.text, file.to_string(), "it is kept whole");
    }
}

#[test]
fn texts_are_kept_byte_for_byte() {
    let text = "{\"apis\" : [ {\"api_definition\" :\n {\"api_id\":\"\\u0061\" , \"x\":1.0e1,\"名\":\"中\"} } ] }";
    let file = file::read(text.as_bytes()).unwrap();
    assert_eq!(
        &*file.objects[0].text,
        "{\"api_definition\" :\n {\"api_id\":\"\\u0061\" , \"x\":1.0e1,\"名\":\"中\"} }"
    );
    assert_eq!(&*file.objects[0].item.key, "a");
    assert_eq!(&*file.objects[0].path, "/apis/0");
}

#[test]
fn what_has_no_shape_of_ours_is_reported_with_its_place() {
    for (text, line, path, message) in [
        (
            "{\"apis\":\n 5}",
            1,
            "/apis",
            "expected a list, found a number",
        ),
        (
            "{\"apis\":[\n {\"api_definition\":{\"api_id\":7}}]}",
            2,
            "/apis/0/api_definition/api_id",
            "expected text, found a number",
        ),
        (
            "{\"apis\":[\n {\"api_definition\":{}}]}",
            2,
            "/apis/0/api_definition/api_id",
            "an API must have an api_id",
        ),
        (
            "{\"apis\":[{\"api_definition\":{\"api_id\":\"a\",\"jwt_default_policies\":{\"x\":1}}}]}",
            1,
            "/apis/0/api_definition/jwt_default_policies",
            "expected a list, found an object",
        ),
        (
            "{\"Data\":[{\"_id\":\"a\",\n\"access_rights\":[]}]}",
            1,
            "/Data/0/access_rights",
            "expected an object, found a list",
        ),
        (
            "{\"Data\":[{\"_id\":\"a\",\"access_rights\":{\"k~/\":1}}]}",
            1,
            "/Data/0/access_rights/k~0~1",
            "expected an object, found a number",
        ),
        (
            "{\"Data\":[{\"name\":\"a\",\"quota_max\":1}]}",
            1,
            "/Data/0/_id",
            "a policy must have an _id or id",
        ),
        (
            "{\"organisations\":[{\"owner_name\":\"a\"}]}",
            1,
            "/organisations/0/id",
            "an organisation must have an id",
        ),
        (
            "{\"pages\":1}",
            1,
            "",
            "expected 'organisations', 'apis' or 'Data', or one object of these, found 'pages'",
        ),
        (
            "{\"apis\":[],\"pages\":\"x\"}",
            1,
            "/pages",
            "expected a number, found text",
        ),
        (
            "[{\"hello\":1}]",
            1,
            "/0",
            "it is not an organisation, an API or a policy",
        ),
        ("[7]", 1, "/0", "expected an object, found a number"),
        (
            "7",
            1,
            "",
            "expected an object or a list at the root, found a number",
        ),
        (
            "{\"apis\":[{\"access_rights\":{}}]}",
            1,
            "/apis/0",
            "expected an API, found what looks like a policy",
        ),
        (
            "{\"apis\":[{\"api_human_name\":\"x\",\"api_id\":\"a\"}]}",
            1,
            "/apis/0",
            "expected an API with its definition, found an entry of an organisation's list",
        ),
    ] {
        let error = error(text);
        assert_eq!(error.kind, ParseErrorKind::Shape, "{text}");
        assert_eq!(
            (error.path.as_str(), error.message.as_str()),
            (path, message),
            "{text}"
        );
        assert_eq!(error.position.unwrap().line, line, "{text}");
    }
}

#[test]
fn a_property_that_stands_twice_is_refused() {
    let error = error("{\"Data\":[{\"_id\":\"a\",\"rate\":1,\"rate\":2}]}");
    assert_eq!(
        (error.kind, error.path.as_str()),
        (ParseErrorKind::Shape, "/Data/0/rate")
    );
}

#[test]
fn what_an_envelope_has_beside_its_lists_is_reported() {
    let file = file::read(br#"{"apis":[],"Pages":0,"apes":[1]}"#).unwrap();
    assert_eq!(file.findings.len(), 1);
    assert_eq!(
        (&*file.findings[0].code, file.findings[0].path.as_deref()),
        ("unknown-property", Some("/apes"))
    );
}

#[test]
fn files_of_other_products_are_not_ours() {
    for key in [
        "objects",
        "self",
        "importClientRelated",
        "analysisClientRelated",
        "version",
        "options",
        "object",
    ] {
        assert!(!Tyk.recognises(key), "{key}");
    }
}

#[test]
fn a_directory_is_one_bundle_without_the_index_of_tyk_sync() {
    let (api, policy) = (
        api(1)["api_definition"].to_string(),
        policy(1, &[1]).to_string(),
    );
    let file = |name, bytes: &'static str| SourceFile {
        name,
        bytes: bytes.as_bytes(),
    };
    let files = [
        file(
            ".tyk.json",
            r#"{"type":"apidef","files":[{"file":"api-1.json"}]}"#,
        ),
        SourceFile {
            name: "policy-1.json",
            bytes: policy.as_bytes(),
        },
        SourceFile {
            name: "api-1.json",
            bytes: api.as_bytes(),
        },
        file("portal/asset-1.json", r#"{"id":"x","kind":"page"}"#),
        file("package.json", r#"{"private":true,"scripts":{}}"#),
        file("portal/list.json", r#"{"users":[{"id":"1"}]}"#),
    ];
    let all = file::read_all(&files).unwrap();
    let found: Vec<(Sort, &str)> = all
        .objects
        .iter()
        .map(|object| (Sort::of(object), &*object.path))
        .collect();
    assert_eq!(
        found,
        [(Sort::Api, "api-1.json#"), (Sort::Policy, "policy-1.json#")]
    );
    let codes: Vec<&str> = all.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!(
        codes,
        [
            "index-skipped",
            "object-skipped",
            "object-skipped",
            "object-skipped"
        ]
    );
    let skipped: Vec<_> = all
        .findings
        .iter()
        .filter_map(|finding| finding.path.as_deref())
        .collect();
    assert_eq!(
        skipped,
        [
            ".tyk.json",
            "portal/asset-1.json",
            "package.json",
            "portal/list.json#/users"
        ]
    );
    let refused = file::read_all(&files[3..]).unwrap_err();
    assert_eq!(refused.error.kind, ParseErrorKind::Shape);
    let broken = file::read_all(&[files[1], file("api-2.json", "{\"apis\":[{}]}")]).unwrap_err();
    assert_eq!((broken.file, broken.error.path.as_str()), (1, "/apis/0"));
}
