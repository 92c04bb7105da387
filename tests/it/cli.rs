//! The command line's contract: one JSON document and one exit code for every
//! outcome, results on stdout, everything else on stderr.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::digirunner::{demo, empty};
use crate::support::gatediff::{Ran, command, fixture, gatediff};
use crate::support::pg::TestDb;
use crate::support::pty::PtyCommand;

fn export() -> String {
    fixture("digirunner/export.json")
}

fn with_json(db: &TestDb, args: &[&str]) -> Ran {
    let url = db.url();
    let mut all = args.to_vec();
    all.extend(["--database-url", &url, "--output", "json"]);
    gatediff(&all)
}

fn item<'a>(document: &'a Value, kind: &str, key: &str) -> &'a Value {
    document["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["kind"] == kind && item["key"] == key)
        .unwrap_or_else(|| panic!("no {kind}:{key}"))
}

#[tokio::test]
async fn a_plan_with_differences_is_as_the_contract_says() {
    let db = demo().await;
    let ran = with_json(&db, &["plan", &export()]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let plan = ran.json();
    let head: Vec<&String> = plan.as_object().unwrap().keys().collect();
    assert_eq!(
        head,
        [
            "access",
            "command",
            "file",
            "format_version",
            "items",
            "lack_api",
            "missing",
            "only_in_target_counts",
            "platform",
            "status",
            "summary",
            "target",
            "warnings"
        ]
    );
    assert_eq!(plan["format_version"], "1.1");
    assert_eq!(plan["command"], "plan");
    assert_eq!(plan["status"], "changes");
    assert_eq!(plan["platform"], "digirunner");
    assert_eq!(plan["file"]["path"], export());
    assert_eq!(plan["file"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        plan["summary"],
        json!({"add": 23, "repeat": 87, "unchanged": 58, "cannot_add": 23, "cannot_cover": 16, "lack_api": 6, "missing": 0, "only_in_target": 17})
    );
    assert_eq!(
        plan["lack_api"][1],
        json!({"module": "fx", "api": "postForwardContract", "used_by": ["group:grp-fx-desk", "scope:scp-fx"]})
    );
}

#[tokio::test]
async fn an_item_of_a_plan_is_as_the_contract_says() {
    let db = demo().await;
    let plan = with_json(&db, &["plan", &export()]).json();
    let stm = item(&plan, "client", "branch-stm");
    assert_eq!(stm["status"], "repeat");
    assert_eq!(stm["unchanged"], false);
    assert_eq!(stm["reasons"], json!([]));
    assert_eq!(
        stm["changes"][0],
        json!({"path": "/tps", "op": "replace", "before": 10, "after": 15})
    );
    let broker = item(&plan, "client", "insurance-broker");
    assert_eq!(
        broker["changes"],
        json!([{"path": "/openApiKeys/保經平台 DGRK/secretKey", "op": "replace", "secret": true}])
    );
    let teller = item(&plan, "client", "branch-teller");
    assert_eq!(teller["unchanged"], true);
    assert!(
        teller["changes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|change| change["op"] == "keep")
    );
    let kyc = item(&plan, "client", "kyc-gateway");
    assert_eq!(kyc["status"], "cannot-cover");
    assert_eq!(kyc["reasons"][0]["code"], "security-level-differs");
}

#[tokio::test]
async fn applying_everything_and_planning_again_finds_only_what_is_blocked() {
    let db = demo().await;
    let applied = with_json(
        &db,
        &[
            "apply",
            &export(),
            "--cover",
            "all",
            "--ignore-lack-api",
            "--yes",
        ],
    );
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let applied = applied.json();
    assert_eq!(applied["status"], "partial");
    assert_eq!(applied["job"], 1);
    assert!(
        applied["backup"]
            .as_str()
            .unwrap()
            .starts_with("exportClientRelated_")
    );
    assert_eq!(
        item(&applied, "client", "bill-reminder")["outcome"],
        "added"
    );
    assert_eq!(item(&applied, "client", "branch-stm")["outcome"], "covered");
    assert_eq!(item(&applied, "client", "branch-stm")["status"], "cover");
    assert_eq!(
        item(&applied, "client", "branch-teller")["outcome"],
        "unchanged"
    );
    assert_eq!(
        item(&applied, "client", "kyc-gateway")["outcome"],
        "blocked"
    );
    let clients = applied["tables"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rows| rows["table"] == "tsmp_client")
        .unwrap();
    assert_eq!(
        *clients,
        json!({"table": "tsmp_client", "inserted": 12, "updated": 13, "deleted": 0})
    );

    let again = with_json(&db, &["plan", &export()]);
    assert_eq!(again.code, Some(4), "only blocked items are left");
    let again = again.json();
    assert_eq!(again["status"], "blocked");
    assert_eq!(
        again["summary"],
        json!({"add": 0, "repeat": 110, "unchanged": 110, "cannot_add": 23, "cannot_cover": 16, "lack_api": 6, "missing": 0, "only_in_target": 17})
    );

    let nothing = with_json(
        &db,
        &[
            "apply",
            &export(),
            "--cover",
            "all",
            "--ignore-lack-api",
            "--yes",
        ],
    );
    assert_eq!(nothing.code, Some(4));
    let nothing = nothing.json();
    assert_eq!(nothing["status"], "blocked");
    assert_eq!(nothing["error"]["kind"], "blocked");
    assert_eq!(nothing["tables"], json!([]));
}

#[tokio::test]
async fn missing_apis_have_to_be_confirmed() {
    let db = demo().await;
    let ran = with_json(&db, &["apply", &export(), "--yes"]);
    assert_eq!(ran.code, Some(4));
    let refused = ran.json();
    assert_eq!(refused["status"], "blocked");
    assert!(
        refused["error"]["hints"][0]
            .as_str()
            .unwrap()
            .contains("--ignore-lack-api")
    );
    assert_eq!(
        item(&refused, "client", "bill-reminder")["outcome"],
        "skipped",
        "nothing claims to be written"
    );
}

#[tokio::test]
async fn an_item_that_is_named_and_blocked_is_refused() {
    let db = demo().await;
    let ran = with_json(
        &db,
        &[
            "apply",
            &export(),
            "--cover",
            "client:kyc-gateway",
            "--ignore-lack-api",
            "--yes",
        ],
    );
    assert_eq!(ran.code, Some(4));
    assert!(
        ran.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("client:kyc-gateway")
    );
}

#[tokio::test]
async fn only_what_is_chosen_is_covered_and_what_is_skipped_is_left() {
    let db = demo().await;
    let args = [
        "apply",
        &export(),
        "--cover",
        "client:branch-*",
        "--skip",
        "group",
        "--ignore-lack-api",
        "--yes",
    ];
    let ran = with_json(&db, &args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let applied = ran.json();
    assert_eq!(item(&applied, "client", "branch-stm")["outcome"], "covered");
    assert_eq!(item(&applied, "client", "corp-ebank")["outcome"], "skipped");
    assert_eq!(
        item(&applied, "group", "grp-green-loan")["outcome"],
        "skipped"
    );
    // The client needs the group that was left out.
    let green = item(&applied, "client", "green-loan-app");
    assert_eq!(green["outcome"], "blocked");
    assert_eq!(green["reasons"][0]["code"], "prerequisite-left-out");
}

#[tokio::test]
async fn a_file_without_differences_is_done() {
    let db = demo().await;
    let ran = with_json(&db, &["plan", &fixture("digirunner/unchanged.json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(ran.json()["status"], "ok");
    let ran = with_json(
        &db,
        &["apply", &fixture("digirunner/unchanged.json"), "--yes"],
    );
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.json()["status"], "ok");
    assert_eq!(ran.json()["job"], Value::Null);
}

#[tokio::test]
async fn without_a_terminal_and_without_yes_apply_refuses_and_names_the_flag() {
    let db = demo().await;
    let ran = with_json(&db, &["apply", &export()]);
    assert_eq!(ran.code, Some(64));
    assert!(
        ran.json()["error"]["hints"][0]
            .as_str()
            .unwrap()
            .contains("--yes")
    );
}

#[test]
fn an_error_is_one_document_too() {
    let url = "postgresql:///gone?host=/nonexistent&user=tester";
    let ran = gatediff(&["plan", &export(), "--database-url", url, "--output", "json"]);
    assert_eq!(ran.code, Some(1));
    let error = ran.json();
    assert_eq!(error["status"], "error");
    assert_eq!(error["command"], "plan");
    assert_eq!(error["error"]["kind"], "unreachable");
}

#[test]
fn a_missing_file_is_reported_with_its_path() {
    let ran = gatediff(&["validate", "/nonexistent/export.json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.is_empty());
    assert!(
        ran.stderr.contains("/nonexistent/export.json"),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_database_of_something_else_is_reported() {
    let db = empty().await;
    let ran = with_json(&db, &["plan", &export()]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json()["error"]["kind"], "schema");
}

#[tokio::test]
async fn a_held_lock_is_reported_with_who_holds_it() {
    let db = demo().await;
    let mut holder = db.connect().await;
    gatediff::store::lock::take(&mut holder)
        .await
        .unwrap()
        .unwrap();
    let ran = with_json(&db, &["apply", &export(), "--ignore-lack-api", "--yes"]);
    assert_eq!(ran.code, Some(5), "{}", ran.stdout);
    let locked = ran.json();
    assert_eq!(locked["status"], "locked");
    assert!(
        locked["error"]["why"]
            .as_str()
            .unwrap()
            .contains("gatediff/"),
        "{locked}"
    );
}

#[test]
fn usage_errors_have_their_own_exit_code() {
    let ran = gatediff(&["plan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(64), ""));
    let ran = gatediff(&["plan", "--nonsense", "--output", "json"]);
    assert_eq!(ran.code, Some(64));
    assert_eq!(ran.json()["status"], "error");
    assert_eq!(gatediff(&["--help"]).code, Some(0));
    assert_eq!(
        gatediff(&["--version"]).stdout.trim(),
        concat!("gatediff ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn validate_counts_and_reports_contradictions() {
    let ran = gatediff(&["validate", &export(), "--output", "json"]);
    assert_eq!(
        ran.code,
        Some(1),
        "the demo's file contradicts itself on purpose"
    );
    let document = ran.json();
    assert_eq!(
        document["counts"][0],
        json!({"kind": "client", "items": 68})
    );
    let codes: Vec<&str> = document["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == "broken-reference")
            .count(),
        7
    );
    let text = gatediff(&["validate", &export()]).stdout;
    let heads = text
        .lines()
        .filter(|line| line.starts_with("  broken-reference: "));
    assert!(
        heads.count() < 3,
        "those of one sort stand together: {text}"
    );
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let ran = gatediff(&["demo"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("\\x1b"), "the escape is made visible");
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']));
    assert!(
        ran.stdout
            .contains("Run `gatediff demo digirunner` in a terminal")
    );
}

#[test]
fn our_own_lines_are_lines_and_those_of_data_are_not() {
    let bin = tempfile::tempdir().unwrap();
    let home = tempfile::tempdir().unwrap();
    let programs = format!("{}/a\nb", bin.path().display());
    let run = || {
        let mut demo = command(home.path());
        let demo = demo.args(["demo", "--print-url"]);
        Ran::of(demo.env("GATEDIFF_PG_BIN", &programs))
    };
    let missing = run();
    let lines: Vec<&str> = missing.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", missing.stderr);
    assert!(lines[0].ends_with("looked in"), "{}", missing.stderr);
    assert!(lines[1].starts_with("  GATEDIFF_PG_BIN=") && lines[1].ends_with("a⏎b: no initdb"));
    assert!(lines[2].starts_with("  next step: "), "{}", missing.stderr);

    std::fs::create_dir(&programs).unwrap();
    for (name, text) in [
        ("postgres", "echo 'postgres (PostgreSQL) 15.1'"),
        ("initdb", "printf 'no disk\\033[2J\\ntoday\\n'; exit 1"),
    ] {
        let path = std::path::Path::new(&programs).join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    for path in [bin.path(), std::path::Path::new(&programs)] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let failed = run();
    let shown = "a⏎b\n  no disk\\x1b[2J\n  today\n  next step: ";
    assert!(failed.stderr.contains(shown), "{}", failed.stderr);
}

#[test]
fn colour_follows_the_flag_and_the_environment() {
    let path = "/nonexistent/export.json";
    assert!(!gatediff(&["validate", path]).stderr.contains('\u{1b}'));
    assert!(
        gatediff(&["validate", path, "--color", "always"])
            .stderr
            .contains('\u{1b}')
    );
}

#[tokio::test]
async fn init_says_whether_there_was_anything_to_do() {
    let db = demo().await;
    let url = db.url();
    let first = gatediff(&["init", "--database-url", &url]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.contains("is ready"));
    assert!(
        gatediff(&["init", "--database-url", &url])
            .stdout
            .contains("already up to date")
    );
}

/// The rights that the README lists, and no others.
const RIGHTS: &str = "
    CREATE ROLE importer LOGIN;
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO importer;
    REVOKE INSERT, UPDATE ON tsmp_api FROM importer;
    REVOKE ALL ON tsmp_api_module FROM importer;
    GRANT DELETE ON dgr_gtw_idp_info_o, dgr_gtw_idp_info_l, dgr_gtw_idp_info_a, dgr_gtw_idp_info_jdbc TO importer;
    GRANT USAGE ON SEQUENCE seq_tsmp_group_pk, seq_tsmp_vgroup_pk, seq_tsmp_client_host_pk TO importer;
    GRANT USAGE ON SCHEMA gatediff TO importer;
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA gatediff TO importer;";

#[tokio::test]
async fn a_role_with_the_readmes_rights_can_apply_and_one_without_is_reported() {
    let db = demo().await;
    assert_eq!(
        gatediff(&["init", "--database-url", &db.url()]).code,
        Some(0)
    );
    db.run(RIGHTS).await;
    let url = db.url().replace("user=postgres", "user=importer");
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--database-url", &url, "--output", "json"]);
        gatediff(&all)
    };
    let ran = run(&[
        "apply",
        &export(),
        "--cover",
        "all",
        "--ignore-lack-api",
        "--yes",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    db.run("REVOKE UPDATE ON tsmp_client FROM importer; UPDATE tsmp_client SET tps = 1")
        .await;
    let ran = run(&[
        "apply",
        &export(),
        "--cover",
        "all",
        "--ignore-lack-api",
        "--yes",
    ]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json()["error"]["kind"], "denied");
    assert_eq!(ran.json()["error"]["where"], "tsmp_client");
    db.run("DROP OWNED BY importer; DROP ROLE importer").await;
}

#[tokio::test]
async fn a_file_can_come_from_standard_input() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let output = command(home.path())
        .args(["plan", "-", "--database-url", &db.url(), "--output", "json"])
        .stdin(std::fs::File::open(export()).unwrap())
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["file"]["path"], "-");
    assert_eq!(plan["summary"]["add"], 23);
}

#[tokio::test]
async fn a_plan_as_text_begins_with_decisions_and_has_no_trailing_blanks() {
    let db = demo().await;
    let ran = gatediff(&["plan", &export(), "--database-url", &db.url()]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stderr, "", "no progress where there is no terminal");
    for text in [&ran.stdout, &gatediff(&["--help"]).stdout] {
        let blank = text.lines().find(|line| line.ends_with(' '));
        assert_eq!(blank, None);
    }
    let at = |text: &str| {
        ran.stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text} in\n{}", ran.stdout))
    };
    assert!(at("\nLack API") < at("\nClients"));
    let clients = ran.stdout.get(at("\nClients")..at("\nGroups")).unwrap();
    let first = |status: &str| clients.find(status).unwrap();
    assert!(
        clients.rfind("≠ Repeat").unwrap() < first("✗ Cannot")
            && first("✗ Cannot") < first("+ Add")
    );
    assert!(
        ran.stdout
            .contains("+ apis / fx/getRates / authentications / MOTP"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.trim_end().ends_with(
        "apply adds 23 items; --cover all also overwrites 29 and deletes 2 existing entries; it requires --ignore-lack-api while 6 APIs are missing"
    ));
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let home = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(home.path())
        .arg("man")
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), b"".as_slice())
    );
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command(home.path())
        .arg("man")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let described = String::from_utf8(output.stderr).unwrap();
    assert!(
        described.contains("cannot write the result") && described.contains("No space left"),
        "{described}"
    );
}

#[test]
fn progress_is_one_line_on_a_terminal_and_gone_before_anything_is_printed() {
    // A server that says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "postgresql://me@127.0.0.1:{}/gone",
        silent.local_addr().unwrap().port()
    );
    let home = tempfile::tempdir().unwrap();
    for (term, is_shown) in [("xterm-256color", true), ("dumb", false)] {
        let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .args([
                "plan",
                &export(),
                "--database-url",
                &url,
                "--connect-timeout",
                "1",
            ])
            .env("HOME", home.path().as_os_str())
            .env("TERM", term)
            .spawn();
        pty.wait_for("error:");
        assert_eq!(pty.wait_exit(), Ok(1));
        let bytes = String::from_utf8(pty.bytes()).unwrap();
        assert_eq!(
            bytes.contains("\r\u{1b}[Kconnecting"),
            is_shown,
            "{bytes:?}"
        );
        assert_eq!(bytes.contains("\r\u{1b}[K\u{1b}[1m"), is_shown, "{bytes:?}");
        assert!(!pty.text().contains("connecting"), "{}", pty.text());
    }
}

#[test]
fn a_dumb_terminal_is_refused_with_another_way() {
    let home = tempfile::tempdir().unwrap();
    let url = "postgresql:///gone?host=/nonexistent&user=me";
    let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(["review", &export(), "--database-url", url])
        .env("HOME", home.path().as_os_str())
        .env("TERM", "dumb")
        .spawn();
    pty.wait_for("TERM=dumb");
    pty.wait_for("gatediff plan");
    assert_eq!(pty.wait_exit(), Ok(64));
}
