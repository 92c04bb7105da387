//! Texts that differ, from a database to the plan: lines and words, documents in
//! strings, and what looks alike.

use serde_json::{Value, json};

use crate::support::gatediff::{Ran, command, gatediff};
use crate::support::keeper::Keeper;
use crate::support::pg::TestDb;
use crate::support::sample::sample;

/// An API of Tyk with these fields of its own.
fn bundle(fields: &Value) -> String {
    let mut api = json!({
        "id": "5fa2db834e07444f760b7ced", "api_id": "script-api", "name": "Script", "active": true,
        "org_id": "53ac07777cbb8c2d53000002",
        "proxy": {"listen_path": "/script/", "target_url": "http://upstream.example/"},
    });
    api.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    json!({
        "organization": {"id": "53ac07777cbb8c2d53000002", "owner_name": "Bank", "owner_slug": "bank"},
        "apis": [{"api_model": {}, "api_definition": api}],
    })
    .to_string()
}

/// Writes a file beside others that go away with it.
fn written(directory: &tempfile::TempDir, text: &str) -> String {
    let path = directory.path().join("file.json");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_plan_shows_the_lines_and_words_of_texts_and_the_members_of_documents() {
    let db = TestDb::new().await;
    let url = db.url();
    let keeper = Keeper::of("tyk", db);
    let script: String = (1..=60)
        .map(|n| format!("步驟 {n}: check the balance\n"))
        .collect();
    let rules = |limit: u32| {
        format!(
            r#"{{"limit":{limit},"apiKey":"fake-key-{limit}","hosts":["a.example","b.example"]}}"#
        )
    };
    let organisation =
        r#"{"id":"53ac07777cbb8c2d53000002","owner_name":"Bank","owner_slug":"bank"}"#;
    keeper.import(organisation).await;
    let there = json!({"notes": script, "x_rules": rules(10), "x_end": "a\r\nb\r\n"});
    let there: Value = serde_json::from_str(&bundle(&there)).unwrap();
    keeper.import(&there["apis"].to_string()).await;
    let changed = script.replace("步驟 41: check the balance", "步驟 41: check the limit");
    let file: Value = serde_json::from_str(&bundle(
        &json!({"notes": changed, "x_rules": rules(50), "x_end": "a\nb\n"}),
    ))
    .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = written(&directory, &file["apis"].to_string());

    let ran = gatediff(&["plan", &path, "--database-url", &url]);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim_end).collect();
    let described = ran.stdout.as_str();
    for line in [
        "      ~ api_definition / notes  1 line changed",
        "        @@ -38,7 +38,7 @@",
        "        - 步驟 41: check the balance",
        "        + 步驟 41: check the limit",
        "      ~ api_definition / x_end  line endings: CRLF to LF",
        "      ~ api_definition / x_rules  JSON: 2 lines changed",
        "        -   \"limit\": 10",
        "        +   \"limit\": 50",
        "        +   \"apiKey\": \"*** (differs)\"",
    ] {
        assert!(lines.contains(&line), "{line}\n{described}");
    }
    assert!(
        !described.contains("步驟 20") && !described.contains("fake-key"),
        "{described}"
    );

    let ran = gatediff(&["plan", &path, "--database-url", &url, "--output", "json"]);
    assert!(!ran.stdout.contains("fake-key"));
    let items = ran.json()["items"].clone();
    let changes = items
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|item| item["changes"].as_array().unwrap().clone());
    let notes = changes
        .into_iter()
        .find(|change| change["path"] == "/api_definition/notes")
        .unwrap();
    let hunk = &notes["diff"]["hunks"][0];
    assert_eq!(hunk["before_start"], 38);
    assert_eq!(
        hunk["lines"][4],
        json!({"op": "add", "text": "步驟 41: check the limit", "newline": true, "words": [[17, 22]]})
    );
}

#[tokio::test]
async fn what_looks_alike_is_shown_apart() {
    let db = TestDb::from_template(
        "empty_for_texts",
        include_str!("../../fixtures/digirunner/schema.sql"),
    )
    .await;
    let client = |alias: &str, owner: &str, remark: &str, emails: &str| {
        let fields =
            json!({"clientAlias": alias, "owner": owner, "remark": remark, "emails": emails});
        sample()
            .group("1", "g", json!({}))
            .client("crm", fields)
            .client_group("crm", "1")
            .export()
    };
    let directory = tempfile::tempdir().unwrap();
    let path = written(
        &directory,
        &client(
            "Jos\u{e9} N\u{fa}\u{f1}ez",
            "Ops Team",
            "trailing",
            "ops@bank.example",
        ),
    );
    let home = tempfile::tempdir().unwrap();
    let url = db.url();
    let args = [
        "apply",
        &path,
        "--cover",
        "all",
        "--yes",
        "--database-url",
        &url,
    ];
    let ran = Ran::of(command(home.path()).args(args));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let file = client(
        "Jose\u{301} Nu\u{301}n\u{303}ez",
        "Ops\u{a0}Team",
        "trailing ",
        "\u{43e}ps@bank.example",
    );
    let path = written(&directory, &file);
    for (locale, blank, arrow) in [("C.UTF-8", "·", "→"), ("C", "\\u{20}", "->")] {
        let args = ["plan", &path, "--database-url", &url];
        let described = Ran::of(command(home.path()).env("LC_ALL", locale).args(args)).stdout;
        for line in [
            format!(
                "clientAlias  Jos\\u{{e9}} N\\u{{fa}}\\u{{f1}}ez {arrow} Jose\\u{{301}} Nu\\u{{301}}n\\u{{303}}ez  (only the normalization differs: NFC to NFD)"
            ),
            format!("owner  Ops{blank}Team {arrow} Ops\\u{{a0}}Team  (only whitespace differs)"),
            format!("remark  trailing {arrow} trailing{blank}  (only whitespace differs)"),
            format!(
                "emails  ops@bank.example {arrow} \\u{{43e}}ps@bank.example  (look alike: U+006F Latin, U+043E Cyrillic)"
            ),
        ] {
            assert!(described.contains(&line), "{line}\n{described}");
        }
    }
}
