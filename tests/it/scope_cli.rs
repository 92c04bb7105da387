//! `gatediff scope …` through the real binary: one document and one exit code
//! for every outcome, and the rows that it leaves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::gatediff::{Ran, command};
use crate::support::pty::PtyCommand;
use crate::support::sample::{Sample, sample};
use crate::support::site::Site;

/// A database and a home directory.
struct Desk {
    site: Site,
    home: TempDir,
}

impl Desk {
    async fn new(target: &Sample) -> Self {
        Self {
            site: Site::new(target).await,
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.home.path());
        command
            .current_dir(self.home.path())
            .env("DATABASE_URL", self.site.db.url())
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Runs it for JSON.
    fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let mut all = args.to_vec();
        all.extend(["--output", "json"]);
        let ran = self.run(&all);
        (ran.code, ran.json())
    }

    /// Runs it for JSON and returns what it did.
    fn done(&self, args: &[&str]) -> Value {
        let (code, document) = self.json(args);
        assert_eq!(
            (code, &document["status"]),
            (Some(0), &json!("ok")),
            "{document:#}"
        );
        document
    }

    /// Returns the names that a list finds.
    fn names(&self, args: &[&str]) -> Vec<String> {
        let mut all = vec!["scope", "list"];
        all.extend(args);
        let document = self.done(&all);
        let scopes = document["scopes"].as_array().unwrap().iter();
        scopes
            .map(|scope| scope["name"].as_str().unwrap().to_owned())
            .collect()
    }

    fn jobs(&self) -> usize {
        self.done(&["history"])["jobs"].as_array().unwrap().len()
    }

    /// Takes a job back and compares every row with what was there before.
    async fn undo(&self, document: &Value, before: &BTreeMap<String, Vec<Value>>) {
        let job = document["job"]
            .as_i64()
            .unwrap_or_else(|| panic!("{document:#}"))
            .to_string();
        self.done(&["undo", &job, "--yes"]);
        assert_eq!(self.site.dump().await, *before);
    }

    /// Runs it in a terminal.
    fn terminal(&self, args: &[&str]) -> PtyCommand {
        let terminal = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .args(args)
            .size(160, 40);
        terminal
            .env("HOME", self.home.path())
            .env("DATABASE_URL", self.site.db.url())
            .env("USER", "tester")
    }

    /// Makes `--profile live` a production one.
    fn production(&self) {
        let configuration = self.path(".config/gatediff/config.toml");
        std::fs::create_dir_all(configuration.parent().unwrap()).unwrap();
        let url = self.site.db.url();
        std::fs::write(
            &configuration,
            format!("[profile.live]\ndatabase_url = \"{url}\"\nproduction = true\n"),
        )
        .unwrap();
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Three scopes, of which two have a name in common, and who may hold them.
fn bank() -> Sample {
    sample()
        .level("A", "A")
        .authentication("PIN", "密碼")
        .authentication("OTP", "One-time password")
        .apis(&[("bank", "balance"), ("bank", "history"), ("bank", "transfer"), ("cards", "list")])
        .scope(
            "2000000101",
            "accounts",
            json!({"vgroupAlias": "帳戶查詢", "vgroupDesc": "Balances\u{1b}[2J", "securityLevelId": "A",
                "allowDays": 86_400, "allowTimes": 5}),
        )
        .scope_authentication("2000000101", "PIN")
        .hidden(
            "1000000101",
            "2000000101",
            ("bank", "balance"),
            json!({"securityLevelId": "A", "vgroupName": "accounts"}),
        )
        .hidden(
            "1000000102",
            "2000000101",
            ("gone", "nothing"),
            json!({"securityLevelId": "A", "vgroupName": "accounts"}),
        )
        .scope("2000000102", "twice", json!({}))
        .scope("2000000103", "twice", json!({}))
        .client("crm", json!({"securityLevelId": "A"}))
        .oauth("crm", json!({"scope": "1000000101,1000000102"}))
        .client_scope("crm", "2000000101")
        .client_group("crm", "1000000101")
        .client_group("crm", "1000000102")
        .client("portal", json!({"securityLevelId": "A"}))
        .oauth("portal", json!({"scope": "select"}))
        .client("risk", json!({}))
        .oauth("risk", json!({"scope": "select"}))
}

async fn desk() -> Desk {
    Desk::new(&bank()).await
}

fn codes(document: &Value) -> Vec<&str> {
    let violations = document["error"]["violations"]
        .as_array()
        .unwrap_or_else(|| panic!("{document:#}"));
    violations
        .iter()
        .map(|violation| violation["code"].as_str().unwrap())
        .collect()
}

// ---- list and show

#[tokio::test]
async fn a_list_is_searched_and_sorted() {
    let desk = desk().await;
    assert_eq!(desk.names(&[]), ["accounts", "twice", "twice"]);
    assert_eq!(desk.names(&["--reverse"]), ["twice", "twice", "accounts"]);
    assert_eq!(desk.names(&["帳戶"]), ["accounts"]);
    assert_eq!(desk.names(&["no-such", "BALANCE"]), ["accounts"]);
    assert_eq!(
        desk.names(&["--authentication", "OTP", "--authentication", "PIN"]),
        ["accounts"]
    );
    assert_eq!(desk.names(&["--level", "SYSTEM"]), ["twice", "twice"]);
    assert_eq!(desk.names(&["--for", "portal"]), ["accounts"]);
    assert_eq!(desk.names(&["--for", "crm"]), [""; 0]);
    assert_eq!(desk.names(&["--sort", "apis", "--reverse"])[0], "accounts");
    assert_eq!(desk.names(&["%"]), [""; 0]);
}

#[tokio::test]
async fn the_table_of_a_list_is_aligned_and_harmless() {
    let desk = desk().await;
    let ran = desk.run(&["scope", "list"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "name      alias     authentication  level   duration       times  APIs  clients  created     description",
            "accounts  帳戶查詢  PIN             A       1 day              5     2        1  2020-01-01  Balances\\x1b[2J",
            "twice                               SYSTEM  Unlimited  Unlimited     0        0  2020-01-01",
            "twice                               SYSTEM  Unlimited  Unlimited     0        0  2020-01-01",
        ]
    );
    assert_eq!(ran.stderr.trim(), "3 of 3 scopes");
    let none = desk.run(&["scope", "list", "nothing-of-it"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_list_of_nothing_is_no_failure() {
    let desk = Desk::new(&sample()).await;
    let document = desk.done(&["scope", "list"]);
    assert_eq!(document["scopes"], json!([]));
    assert!(
        desk.run(&["scope", "list"])
            .stdout
            .starts_with("no scopes in ")
    );
}

#[tokio::test]
async fn what_there_is_not_cannot_be_searched_for() {
    let desk = desk().await;
    for (args, code) in [
        (["--level", "Z"], "1364"),
        (["--authentication", "Z"], "1397"),
        (["--for", "ghost"], "1344"),
    ] {
        let (exit, document) = desk.json(&["scope", "list", args[0], args[1]]);
        assert_eq!(
            (exit, codes(&document)),
            (Some(1), vec![code]),
            "{document:#}"
        );
        assert_eq!(document["command"], "scope list");
    }
    let usage = desk.run(&["scope", "list", "--sort", "colour"]);
    assert_eq!(usage.code, Some(64));
}

#[tokio::test]
async fn a_scope_is_shown_in_full() {
    let desk = desk().await;
    let ran = desk.run(&["scope", "show", "accounts"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stdout.lines().collect::<Vec<_>>(),
        [
            "name            accounts",
            "id              2000000101",
            "alias           帳戶查詢",
            "description     Balances\\x1b[2J",
            "authentication  PIN (密碼)",
            "level           A",
            "duration        1 day",
            "times           5",
            "created         2020-01-01 00:00:00 by seeder",
            "APIs            2, 1 of them missing in the target",
            "  bank",
            "    balance(balance)",
            "  gone",
            "    nothing: missing in the target",
            "assigned to     1 client",
            "  crm (crm-name), level A",
        ]
    );
    let document = desk.done(&["scope", "show", "id:2000000101"]);
    assert_eq!(document["platform"], "digirunner");
    assert_eq!(
        document["scope"],
        json!({"id": "2000000101", "name": "accounts", "alias": "帳戶查詢",
            "description": "Balances\u{1b}[2J", "duration": 86_400, "times": 5, "level": "A",
            "authentications": ["PIN"],
            "apis": [{"module": "bank", "api": "balance", "name": "balance"},
                     {"module": "gone", "api": "nothing", "lacking": true}],
            "holders": [{"id": "crm", "name": "crm-name", "level": "A"}],
            "created_at": "2020-01-01T00:00:00", "created_by": "seeder"})
    );
}

#[tokio::test]
async fn a_scope_that_is_not_one_is_refused() {
    let desk = desk().await;
    for args in [["show", "nothing"], ["show", "id:7"], ["delete", "nothing"]] {
        let (exit, document) = desk.json(&["scope", args[0], args[1]]);
        assert_eq!(
            (exit, codes(&document)),
            (Some(1), vec!["1298"]),
            "{document:#}"
        );
    }
    let (exit, document) = desk.json(&["scope", "show", "twice"]);
    assert_eq!(exit, Some(64));
    let hints = document["error"]["hints"].to_string();
    assert!(hints.contains("id:2000000102 id:2000000103"), "{hints}");
    assert_eq!(desk.run(&["scope", "show", "id:2000000103"]).code, Some(0));
}

// ---- create

#[tokio::test]
async fn a_scope_is_created_from_options_and_undone() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let document = desk.done(&[
        "scope",
        "create",
        "loans",
        "--alias",
        "貸款",
        "--description",
        "Loans",
        "--duration",
        "30d",
        "--times",
        "9",
        "--level",
        "A",
        "--authentication",
        "OTP",
        "--authentication",
        "PIN",
        "--api",
        "bank/*",
        "--api",
        "cards/list",
        "--api",
        "empty/*",
        "--operator",
        "tester",
    ]);
    assert_eq!(document["command"], "scope create");
    assert_eq!(
        (&document["job"], &document["verb"]),
        (&json!(1), &json!("created"))
    );
    assert_eq!(document["items"], json!(["scope:loans"]));
    assert!(
        document["tables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rows| rows["table"] == "tsmp_vgroup")
    );
    assert!(!document["changes"].as_array().unwrap().is_empty());
    assert!(
        document["notes"].to_string().contains("within two minutes"),
        "{}",
        document["notes"]
    );
    let row = desk.site.row("tsmp_vgroup", "vgroup_name = 'loans'").await;
    assert_eq!(
        (
            &row["allow_days"],
            &row["allow_times"],
            &row["security_level_id"],
            &row["create_user"]
        ),
        (&json!(2_592_000), &json!(9), &json!("A"), &json!("tester"))
    );
    assert_eq!(document["scope"]["id"], row["vgroup_id"]);
    let shown = desk.done(&["scope", "show", "loans"]);
    assert_eq!(shown["scope"]["apis"].as_array().unwrap().len(), 4);
    assert_eq!(shown["scope"]["authentications"], json!(["OTP", "PIN"]));
    desk.undo(&document, &before).await;
}

#[tokio::test]
async fn what_was_created_is_reported_with_how_to_undo_it() {
    let desk = desk().await;
    let ran = desk.run(&[
        "scope",
        "create",
        "loans",
        "--api",
        "empty/*",
        "--operator",
        "小美",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("job 1: created scope:loans (id "),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("tsmp_vgroup                         1 inserted"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("note: the module empty has no APIs"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("note: `gatediff undo 1` undoes the job"),
        "{}",
        ran.stderr
    );
    let document = desk.done(&["history", "1"]);
    let job = &document["jobs"][0];
    assert_eq!(
        (&job["command"], &job["file_path"], &job["operator"]),
        (
            &json!("scope create"),
            &json!("scope:loans"),
            &json!("小美")
        )
    );
}

#[tokio::test]
async fn what_is_shown_of_a_scope_creates_it_again() {
    let desk = desk().await;
    desk.done(&[
        "scope",
        "create",
        "loans",
        "--alias",
        "貸款",
        "--duration",
        "36H",
        "--times",
        "2",
        "--level",
        "A",
        "--authentication",
        "PIN",
        "--api",
        "bank/history",
    ]);
    let shown = desk.done(&["scope", "show", "loans"]);
    std::fs::write(desk.path("whole.json"), shown.to_string()).unwrap();
    std::fs::write(desk.path("scope.json"), shown["scope"].to_string()).unwrap();
    let mut found = Vec::new();
    for file in ["whole.json", "scope.json"] {
        desk.done(&["scope", "delete", "loans"]);
        desk.done(&["scope", "create", "--file", file]);
        found.push(desk.done(&["scope", "show", "loans"]));
    }
    for document in &found {
        for field in [
            "name",
            "alias",
            "description",
            "duration",
            "times",
            "level",
            "authentications",
            "apis",
        ] {
            assert_eq!(document["scope"][field], shown["scope"][field], "{field}");
        }
        assert_ne!(document["scope"]["id"], shown["scope"]["id"]);
    }
    // Options win over the file.
    desk.done(&[
        "scope",
        "create",
        "other",
        "--file",
        "scope.json",
        "--alias",
        "",
        "--api",
        "cards/*",
    ]);
    let other = desk.done(&["scope", "show", "other"]);
    assert_eq!(
        (&other["scope"]["alias"], &other["scope"]["times"]),
        (&Value::Null, &json!(2))
    );
    assert_eq!(other["scope"]["apis"][0]["module"], "cards");
}

#[tokio::test]
async fn a_file_may_come_from_standard_input() {
    use std::io::Write as _;
    let desk = desk().await;
    let mut command = desk.command(&["scope", "create", "--file", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(br#"{"name": "loans", "duration": "2d", "apis": [{"module": "bank", "api": "history"}]}"#)
        .unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(
        desk.done(&["scope", "show", "loans"])["scope"]["duration"],
        172_800
    );
}

#[tokio::test]
async fn a_mistake_in_a_file_is_reported_with_its_place() {
    let desk = desk().await;
    let refused = |json: &str| {
        std::fs::write(desk.path("scope.json"), json).unwrap();
        let (exit, document) = desk.json(&["scope", "create", "loans", "--file", "scope.json"]);
        assert_eq!(exit, Some(1), "{document:#}");
        document["error"].clone()
    };
    let error = refused("{\n  \"apis\": [{\"module\": \"bank\", \"api\": 7}]\n}");
    assert_eq!(error["where"], "scope.json:2:38 (/apis/0/api)");
    assert_eq!(error["why"], "expected text, found a whole number");
    assert_eq!(
        refused("{\"nmae\": \"x\"}")["why"],
        "unknown property 'nmae'"
    );
    assert_eq!(refused("{\"name\": ")["message"], "the file ends too early");
    let missing = desk.run(&["scope", "create", "loans", "--file", "none.json"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("none.json"), "{}", missing.stderr);
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_created() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    for (args, code) in [
        (&["accounts"][..], "1353"),
        (&["loans", "--alias", "帳戶查詢"], "1353"),
        (&[""], "1350"),
        (&["two words"], "1352"),
        (&["loans", "--level", "Z"], "1364"),
        (&["loans", "--authentication", "Z"], "1397"),
        (&["loans", "--api", "bank/no"], "1400"),
        (&["loans", "--times", "-1"], "1355"),
        (&["loans", "--duration", "24856d"], "1356"),
        (&["loans", "--duration", "3 weeks"], "1352"),
        (&["nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"], "1351"),
    ] {
        let mut all = vec!["scope", "create"];
        all.extend(args);
        let (exit, document) = desk.json(&all);
        assert_eq!(
            (exit, codes(&document)),
            (Some(4), vec![code]),
            "{args:?} {document:#}"
        );
        assert_eq!(document["status"], "blocked");
        assert!(
            !document["error"]["hints"].as_array().unwrap().is_empty(),
            "{document:#}"
        );
    }
    let ran = desk.run(&[
        "scope", "create", "accounts", "--level", "Z", "--api", "a/b", "--api", "a/c",
    ]);
    assert_eq!(ran.code, Some(4));
    assert_eq!(
        ran.stderr.lines().collect::<Vec<_>>(),
        [
            "error: 1353 [API scope name] already exists: accounts",
            "  item:      scope:accounts",
            "  next step: choose another one, or update the scope that has it",
            "  also:      1364 Security Level not found",
            "  next step: known: A, SYSTEM",
            "  also:      1400 API: [a/b] does not found",
            "  also:      1400 API: [a/c] does not found",
            "  next step: register the API first, or check its module and key",
        ]
    );
    for usage in [
        &["scope", "create"][..],
        &["scope", "create", "loans", "--api", "balance"],
    ] {
        assert_eq!(desk.run(usage).code, Some(64), "{usage:?}");
    }
    assert_eq!(desk.site.dump().await, before);
}

#[tokio::test]
async fn of_two_operators_who_create_the_same_name_at_once_one_wins_and_the_other_is_reported() {
    let desk = desk().await;
    let at_once = |name: &str, more: &[&str]| -> Vec<(Option<i32>, Value)> {
        let spawn = |operator: &str| {
            let mut args = vec![
                "scope",
                "create",
                name,
                "--output",
                "json",
                "--operator",
                operator,
            ];
            args.extend(more);
            desk.command(&args)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        };
        let both = [spawn("one"), spawn("other")];
        let outputs = both.map(|child| child.wait_with_output().unwrap());
        let mut ends: Vec<(Option<i32>, Value)> = outputs
            .map(|output| {
                (
                    output.status.code(),
                    serde_json::from_slice(&output.stdout).unwrap(),
                )
            })
            .into();
        ends.sort_by_key(|(code, _)| *code);
        ends
    };
    for name in ["race-1", "race-2", "race-3"] {
        let ends = at_once(name, &["--lock-timeout", "60"]);
        assert_eq!((ends[0].0, ends[1].0), (Some(0), Some(4)), "{ends:#?}");
        assert_eq!(codes(&ends[1].1), ["1353"]);
        assert_eq!(desk.names(&[name]), [name]);
    }
    // Who does not wait may be told that the other is at it.
    let ends = at_once("race-4", &[]);
    assert_eq!(ends[0].0, Some(0), "{ends:#?}");
    match ends[1].0 {
        Some(4) => assert_eq!(codes(&ends[1].1), ["1353"]),
        other => assert_eq!((other, &ends[1].1["status"]), (Some(5), &json!("locked"))),
    }
    assert_eq!(desk.names(&["race-4"]), ["race-4"]);
}

// ---- update

#[tokio::test]
async fn an_update_reports_what_differs_and_the_holders_follow() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let ran = desk.run(&[
        "scope",
        "update",
        "accounts",
        "--alias",
        "",
        "--duration",
        "30d",
        "--times",
        "0",
        "--add-api",
        "bank/history",
        "--remove-api",
        "gone/*",
        "--add-authentication",
        "OTP",
        "--level",
        "SYSTEM",
        "--yes",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for line in [
        "scope:accounts",
        "      ~ vgroupAlias  帳戶查詢 → (none)",
        "      ~ securityLevelId  A → SYSTEM",
        "      ~ allowDays  1 day → 30 days",
        "      ~ allowTimes  5 → Unlimited",
        "      + apis / bank/history",
        "      - apis / gone/nothing  removed",
        "      + authentications / OTP",
        "  1 assigned client is updated too: client:crm",
    ] {
        assert!(
            ran.stdout.lines().any(|other| other == line),
            "{line} in\n{}",
            ran.stdout
        );
    }
    assert!(
        ran.stdout.contains("  level-of-holders: "),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("job 1: updated scope:accounts in "),
        "{}",
        ran.stdout
    );
    let group = desk
        .site
        .row(
            "tsmp_group",
            "vgroup_id = '2000000101' AND group_id <> '1000000101'",
        )
        .await;
    let held = desk
        .site
        .column("tsmp_client_group", "group_id", "client_id = 'crm'")
        .await;
    assert_eq!(held, [json!("1000000101"), group["group_id"].clone()]);
    let oauth = desk
        .site
        .row("oauth_client_details", "client_id = 'crm'")
        .await;
    assert_eq!(
        oauth["scope"],
        format!("1000000101,{}", group["group_id"].as_str().unwrap())
    );
    desk.undo(&json!({"job": 1}), &before).await;
}

#[tokio::test]
async fn an_update_is_reported_in_json() {
    let desk = desk().await;
    let document = desk.done(&["scope", "update", "accounts", "--name", "balances", "--yes"]);
    assert_eq!(
        document["changes"],
        json!([{"path": "/vgroupName", "op": "replace", "before": "accounts", "after": "balances"}])
    );
    assert_eq!(document["scope"]["name"], "balances");
    assert_eq!(document["warnings"][0]["code"], "lacking-api");
    assert_eq!(
        desk.site
            .column("tsmp_group", "vgroup_name", "vgroup_id = '2000000101'")
            .await,
        ["balances", "balances"]
    );
}

#[tokio::test]
async fn an_update_without_a_difference_writes_nothing() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let document = desk.done(&[
        "scope",
        "update",
        "accounts",
        "--times",
        "5",
        "--add-api",
        "bank/balance",
        "--yes",
    ]);
    assert_eq!(
        (&document["job"], &document["changes"]),
        (&Value::Null, &json!([]))
    );
    let ran = desk.run(&[
        "scope",
        "update",
        "accounts",
        "--remove-api",
        "bank/no",
        "--yes",
    ]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "nothing to do: scope:accounts is up to date\n")
    );
    assert!(ran.stderr.contains("nothing to remove"), "{}", ran.stderr);
    assert_eq!(desk.jobs(), 0);
    assert_eq!(desk.site.dump().await, before);
}

#[tokio::test]
async fn a_file_replaces_all_of_a_scope_but_a_name_that_it_does_not_have() {
    let desk = desk().await;
    std::fs::write(desk.path("scope.json"), r#"{"level": "A", "times": 3}"#).unwrap();
    desk.done(&[
        "scope",
        "update",
        "accounts",
        "--file",
        "scope.json",
        "--times",
        "4",
        "--yes",
    ]);
    let scope = &desk.done(&["scope", "show", "accounts"])["scope"];
    assert_eq!(
        (&scope["times"], &scope["duration"], &scope["level"]),
        (&json!(4), &json!(0), &json!("A"))
    );
    assert_eq!(
        (&scope["alias"], &scope["apis"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn nothing_is_updated_that_nobody_confirmed() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let (exit, document) = desk.json(&["scope", "update", "accounts", "--times", "1"]);
    assert_eq!(exit, Some(64), "{document:#}");
    assert!(document["error"]["hints"].to_string().contains("--yes"));
    let (exit, document) = desk.json(&["scope", "update", "accounts", "--name", "twice", "--yes"]);
    assert_eq!((exit, codes(&document)), (Some(4), vec!["1353"]));

    let asked = |answer: &str, described: &str, exit: u32| {
        let mut pty = desk
            .terminal(&["scope", "update", "accounts", "--times", "1"])
            .spawn();
        pty.wait_for("~ allowTimes  5 → 1");
        pty.wait_for("1 assigned client is updated too: client:crm");
        pty.wait_for("Type the database name to continue:");
        pty.send(answer);
        pty.wait_for(described);
        assert_eq!(pty.wait_exit(), Ok(exit));
    };
    asked("yes\r", "not confirmed; nothing was written", 130);
    asked("\u{3}", "nothing was written", 130);
    assert_eq!(desk.site.dump().await, before);
    asked(
        &format!("{}\r", desk.site.db.name()),
        "job 1: updated scope:accounts",
        0,
    );
}

#[tokio::test]
async fn a_scope_that_changed_while_somebody_was_asked_is_stale() {
    let desk = desk().await;
    let mut pty = desk
        .terminal(&["scope", "update", "accounts", "--times", "1"])
        .spawn();
    pty.wait_for("Type the database name to continue:");
    desk.site
        .run("UPDATE tsmp_vgroup SET allow_times = 7 WHERE vgroup_id = '2000000101'")
        .await;
    pty.send(format!("{}\r", desk.site.db.name()));
    pty.wait_for("1286 Update failed");
    assert_eq!(pty.wait_exit(), Ok(3));
    assert_eq!(
        desk.site
            .row("tsmp_vgroup", "vgroup_id = '2000000101'")
            .await["allow_times"],
        7
    );
}

#[tokio::test]
async fn a_holder_has_room_for_so_many_groups_only() {
    let mut sample = bank();
    for index in 0..184 {
        let id = format!("{}", 3_000_000_000_u64 + index);
        sample = sample
            .group(&id, &format!("g{index}"), json!({"securityLevelId": "A"}))
            .client_group("crm", &id);
    }
    let desk = Desk::new(&sample).await;
    let (exit, document) = desk.json(&[
        "scope",
        "update",
        "accounts",
        "--add-api",
        "cards/list",
        "--yes",
    ]);
    assert_eq!(
        (exit, codes(&document)),
        (Some(4), vec!["1547"]),
        "{document:#}"
    );
    assert_eq!(
        document["error"]["violations"][0]["about"],
        json!(["client:crm"])
    );
}

// ---- delete

#[tokio::test]
async fn a_scope_in_use_is_not_deleted_and_its_holders_are_named() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let (exit, document) = desk.json(&["scope", "delete", "accounts"]);
    assert_eq!((exit, &document["status"]), (Some(4), &json!("blocked")));
    assert_eq!(
        document["error"]["message"],
        "1403 Failed to remove. This virtual group is being used."
    );
    assert_eq!(
        document["error"]["violations"][0]["about"],
        json!(["client:crm"])
    );
    let ran = desk.run(&["scope", "delete", "accounts"]);
    assert_eq!(ran.code, Some(4));
    let mut lines = ran.stderr.lines();
    assert_eq!(
        lines.next(),
        Some("error: 1403 Failed to remove. This virtual group is being used.")
    );
    assert_eq!(lines.next(), Some("  item:      client:crm"));
    assert_eq!(desk.site.dump().await, before);
}

#[tokio::test]
async fn a_scope_that_nobody_holds_is_deleted_without_a_question_and_undone() {
    let desk = desk().await;
    let taken = desk.done(&["scope", "take", "accounts", "crm"]);
    assert_eq!(taken["items"], json!(["client:crm"]));
    let before = desk.site.dump().await;
    let deleted = desk.done(&["scope", "delete", "accounts"]);
    assert_eq!(
        (&deleted["verb"], &deleted["items"]),
        (&json!("deleted"), &json!(["scope:accounts"]))
    );
    assert_eq!(deleted["scope"]["apis"].as_array().unwrap().len(), 2);
    for table in [
        "tsmp_vgroup",
        "tsmp_vgroup_group",
        "tsmp_vgroup_authorities_map",
        "tsmp_group",
    ] {
        let column = if table == "tsmp_group" {
            "vgroup_name = 'accounts'"
        } else {
            "vgroup_id = '2000000101'"
        };
        assert!(desk.site.rows(table, column).await.is_empty(), "{table}");
    }
    desk.undo(&deleted, &before).await;
    let ran = desk.run(&["scope", "delete", "id:2000000102"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains(": deleted scope:twice (id 2000000102) in "),
        "{}",
        ran.stdout
    );
    assert_eq!(desk.names(&["twice"]), ["twice"]);
}

// ---- give and take

#[tokio::test]
async fn a_scope_is_given_and_taken_and_each_is_undone() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let given = desk.done(&["scope", "give", "accounts", "portal", "crm"]);
    assert_eq!(
        (&given["verb"], &given["items"]),
        (&json!("given"), &json!(["client:portal"]))
    );
    assert_eq!(given["scope"]["name"], "accounts");
    assert_eq!(
        desk.site
            .row("oauth_client_details", "client_id = 'portal'")
            .await["scope"],
        "1000000101,1000000102"
    );
    let after = desk.site.dump().await;
    let taken = desk.run(&["scope", "take", "accounts", "portal"]);
    assert_eq!(taken.code, Some(0), "{}", taken.stderr);
    assert!(
        taken
            .stdout
            .contains("job 2: took scope:accounts from client:portal in "),
        "{}",
        taken.stdout
    );
    assert!(
        taken.stderr.contains("`gatediff undo 2` undoes the job"),
        "{}",
        taken.stderr
    );
    desk.undo(&json!({"job": 2}), &after).await;
    desk.undo(&given, &before).await;
    let idle = desk.run(&["scope", "give", "accounts", "crm"]);
    assert_eq!(
        (idle.code, idle.stdout.as_str()),
        (Some(0), "nothing to do: already assigned\n")
    );
}

#[tokio::test]
async fn a_client_of_another_level_or_none_at_all_gets_no_scope() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let (exit, document) = desk.json(&["scope", "give", "accounts", "portal", "risk"]);
    assert_eq!(
        (exit, codes(&document)),
        (Some(4), vec!["1365"]),
        "{document:#}"
    );
    let (exit, document) = desk.json(&["scope", "give", "accounts", "ghost"]);
    assert_eq!(
        (exit, codes(&document)),
        (Some(1), vec!["1344"]),
        "{document:#}"
    );
    assert_eq!(desk.run(&["scope", "give", "accounts"]).code, Some(64));
    assert_eq!(desk.site.dump().await, before);
}

// ---- check

/// Returns the codes of what a check found, each once.
fn found(document: &Value) -> Vec<&str> {
    let findings = document["findings"]
        .as_array()
        .unwrap_or_else(|| panic!("{document:#}"));
    let mut codes: Vec<&str> = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[tokio::test]
async fn what_is_wrong_is_reported_and_ends_as_a_plan_with_differences_does() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let (exit, document) = desk.json(&["scope", "check"]);
    assert_eq!(
        (exit, &document["status"]),
        (Some(2), &json!("changes")),
        "{document:#}"
    );
    assert!(
        found(&document).contains(&"api-gone") && found(&document).contains(&"name-twice"),
        "{document:#}"
    );
    let (exit, document) = desk.json(&["scope", "check", "--only", "name-twice"]);
    assert_eq!((exit, found(&document)), (Some(2), vec!["name-twice"]));
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["item"], &finding["repair"]),
        (&json!("scope:twice"), &Value::Null)
    );
    let (exit, document) = desk.json(&["scope", "check", "--only", "level-gone"]);
    assert_eq!(
        (exit, &document["status"], found(&document).len()),
        (Some(0), &json!("ok"), 0)
    );
    let ran = desk.run(&["scope", "check", "--only", "level-gone"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "no problems found\n")
    );
    assert_eq!(
        desk.run(&["scope", "check", "--only", "no-such-code"]).code,
        Some(64)
    );
    let ran = desk.run(&["scope", "check"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stdout.contains("api-gone scope:accounts: "),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("  repair: removes them from the scope"),
        "{}",
        ran.stdout
    );
    assert_eq!(desk.site.dump().await, before);
}

#[tokio::test]
async fn what_can_be_repaired_is_shown_asked_for_repaired_and_undone() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let (exit, document) = desk.json(&["scope", "check", "--repair"]);
    assert_eq!(exit, Some(64));
    assert!(
        document["error"]["hints"].to_string().contains("--yes"),
        "{document:#}"
    );
    // What only the operator can decide is no repair.
    let (exit, document) = desk.json(&[
        "scope",
        "check",
        "--repair",
        "--only",
        "name-twice",
        "--yes",
    ]);
    assert_eq!((exit, &document["status"]), (Some(2), &json!("changes")));

    let mut pty = desk
        .terminal(&["scope", "check", "--repair", "--only", "api-gone"])
        .spawn();
    pty.wait_for("repair: removes them from the scope");
    pty.wait_for("Type the database name to continue:");
    pty.send("no\r");
    pty.wait_for("not confirmed; nothing was written");
    assert_eq!(pty.wait_exit(), Ok(130));
    assert_eq!(desk.site.dump().await, before);

    let repaired = desk.done(&["scope", "check", "--repair", "--only", "api-gone", "--yes"]);
    assert_eq!(
        (&repaired["verb"], &repaired["items"]),
        (&json!("repaired"), &json!(["scope:accounts"]))
    );
    assert_eq!(found(&repaired), ["api-gone"]);
    assert_eq!(
        desk.done(&["scope", "show", "accounts"])["scope"]["apis"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    desk.undo(&repaired, &before).await;

    let ran = desk.run(&["scope", "check", "--repair", "--yes"]);
    assert_eq!(ran.code, Some(2), "something is left: {}", ran.stderr);
    assert!(ran.stdout.contains(": repaired "), "{}", ran.stdout);
    assert!(ran.stderr.contains("manual repair"), "{}", ran.stderr);
    let (_, document) = desk.json(&["scope", "check"]);
    let findings = document["findings"].as_array().unwrap();
    assert!(
        findings.iter().all(|finding| finding["repair"].is_null()),
        "{document:#}"
    );
    desk.undo(&json!({"job": 3}), &before).await;
}

// ---- production, terminals, time

#[tokio::test]
async fn a_production_profile_asks_for_the_databases_name_before_every_write() {
    let desk = desk().await;
    desk.production();
    let before = desk.site.dump().await;
    let live = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--profile", "live"]);
        ran(desk.command(&all).env_remove("DATABASE_URL"))
    };
    for args in [
        &["scope", "create", "loans"][..],
        &["scope", "update", "accounts", "--times", "1"],
        &["scope", "delete", "id:2000000102"],
        &["scope", "give", "accounts", "portal"],
        &["scope", "take", "accounts", "crm"],
        &["scope", "check", "--repair"],
    ] {
        let unasked = live(args);
        assert_eq!(unasked.code, Some(64), "{args:?} {}", unasked.stderr);
        assert!(
            unasked
                .stderr
                .contains(&format!("--confirm {}", desk.site.db.name())),
            "{}",
            unasked.stderr
        );
        let unnamed = live(&[args, &["--yes"]].concat());
        assert_eq!(unnamed.code, Some(64), "{args:?} {}", unnamed.stderr);
        assert!(
            unnamed
                .stderr
                .contains(&format!("--confirm {}", desk.site.db.name())),
            "{}",
            unnamed.stderr
        );
    }
    assert_eq!(desk.site.dump().await, before);
    let confirmed = live(&["scope", "create", "loans", "--confirm", desk.site.db.name()]);
    assert_eq!(confirmed.code, Some(0), "{}", confirmed.stderr);
    assert_eq!(
        live(&["scope", "list"]).code,
        Some(0),
        "reading asks nobody"
    );

    let mut pty = desk
        .terminal(&["scope", "delete", "loans", "--profile", "live"])
        .spawn();
    pty.wait_for("delete scope:loans in ");
    pty.wait_for("Type the database name to continue:");
    pty.send(format!("{}\r", desk.site.db.name()));
    pty.wait_for("job 2: deleted scope:loans");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[tokio::test]
async fn without_a_command_there_is_a_screen_and_without_a_terminal_the_commands_are_named() {
    let desk = desk().await;
    let ran = desk.run(&["scope"]);
    assert_eq!(ran.code, Some(64));
    assert!(
        ran.stderr.contains("scope list, show, create"),
        "{}",
        ran.stderr
    );
    let (exit, document) = desk.json(&["scope"]);
    assert_eq!((exit, &document["command"]), (Some(64), &json!("scope")));
    let ran = desk.run(&["scope", "--operator", "小美", "list"]);
    assert_eq!(
        ran.code,
        Some(64),
        "an option that would be lost is refused"
    );
    let url = desk.site.db.url();
    let ran = desk.run(&["scope", "--database-url", &url, "list"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[tokio::test]
async fn on_a_narrow_terminal_the_list_is_folded_and_never_too_wide() {
    use unicode_width::UnicodeWidthStr as _;
    let desk = desk().await;
    let mut pty = desk.terminal(&["scope", "list"]).size(80, 24).spawn();
    pty.wait_for("3 of 3 scopes");
    assert_eq!(pty.wait_exit(), Ok(0));
    let bytes = String::from_utf8(pty.bytes()).unwrap();
    assert!(
        bytes.lines().all(|line| line.trim_end().width() <= 80),
        "{bytes}"
    );
}

/// The rights that the README lists for scopes, and no others.
#[tokio::test]
async fn a_role_with_the_readmes_rights_can_do_all_there_is_to_do_with_scopes() {
    let desk = desk().await;
    desk.done(&["init"]);
    let role = format!("{}_role", desk.site.db.name());
    let deletes = "tsmp_vgroup, tsmp_group, tsmp_client_vgroup, tsmp_client_group, tsmp_vgroup_group, \
                   tsmp_group_api, tsmp_group_authorities_map, tsmp_vgroup_authorities_map, dgr_x_api_key_map";
    desk.site
        .run(&format!(
            "CREATE ROLE {role} LOGIN;
             GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role};
             REVOKE INSERT, UPDATE ON tsmp_api FROM {role};
             GRANT DELETE ON {deletes} TO {role};
             GRANT USAGE ON SEQUENCE seq_tsmp_group_pk, seq_tsmp_vgroup_pk TO {role};
             GRANT USAGE ON SCHEMA gatediff TO {role};
             GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA gatediff TO {role}"
        ))
        .await;
    let url = desk
        .site
        .db
        .url()
        .replace("user=postgres", &format!("user={role}"));
    let run = |args: &[&str]| {
        let ran = ran(desk
            .command(args)
            .env("DATABASE_URL", &url)
            .args(["--output", "json"]));
        assert!(matches!(ran.code, Some(0 | 2)), "{args:?}: {}", ran.stdout);
        ran.json()
    };
    run(&[
        "scope",
        "create",
        "vendor",
        "--api",
        "bank/balance",
        "--level",
        "A",
    ]);
    run(&["scope", "give", "vendor", "crm"]);
    run(&[
        "scope",
        "update",
        "vendor",
        "--api",
        "bank/transfer",
        "--times",
        "2",
        "--yes",
    ]);
    assert_eq!(run(&["scope", "list", "vendor"])["scopes"][0]["times"], 2);
    run(&["scope", "take", "vendor", "crm"]);
    desk.site
        .run("UPDATE oauth_client_details SET scope = '99' WHERE client_id = 'crm'")
        .await;
    run(&["scope", "check"]);
    run(&["scope", "check", "--repair", "--yes"]);
    let deleted = run(&["scope", "delete", "vendor"]);
    run(&["undo", &deleted["job"].to_string(), "--yes"]);
    desk.site
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}
