//! An export stands for what it was taken from: compared with it nothing differs, and imported
//! elsewhere it makes the same again.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use gatediff::engine::diff::Show;
use gatediff::engine::{Finding, Plan, Status};
use gatediff::job::Exported;
use serde_json::{Value, json};

use crate::digirunner::demo;
use crate::support::draw::{Draw, Side, environment};
use crate::support::gatediff::{Ran, gatediff};
use crate::support::pg::TestDb;
use crate::support::portable::{Portable, portable};
use crate::support::property::for_any;
use crate::support::pty::PtyCommand;
use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

// ---- the properties

#[test]
fn an_export_compared_with_its_own_source_is_unchanged_through_and_through() {
    for_any(4, |numbers| {
        let source = environment(&mut Draw::new(numbers), Side::Source);
        (source.clone(), async move {
            let site = Site::new(&source).await;
            let review = site.review_bytes(&site.export(&[]).await.bytes).await;
            all_unchanged(&review.plan)
        })
    });
}

/// A target may contradict itself: two clients of one name block each other in any file.
#[test]
fn an_export_compared_with_a_source_that_contradicts_itself_differs_nowhere() {
    for_any(4, |numbers| {
        let source = environment(&mut Draw::new(numbers), Side::Target);
        (source.clone(), async move {
            let site = Site::new(&source).await;
            let review = site.review_bytes(&site.export(&[]).await.bytes).await;
            let plan = &review.plan;
            if !plan.missing().is_empty() {
                return Err(format!("lacks {:?}", plan.missing()));
            }
            let differs = |status, changed| {
                matches!((status, changed), (Status::Add, _) | (Status::Repeat, true))
            };
            let wrong = plan
                .entries()
                .iter()
                .find(|entry| differs(entry.verdict.status, entry.changed));
            wrong.map_or(Ok(()), |entry| {
                Err(describe(plan, &entry.item.id.to_string()))
            })
        })
    });
}

#[test]
fn an_export_imported_where_there_is_nothing_makes_the_same_again() {
    for_any(4, |numbers| {
        let source = environment(&mut Draw::new(numbers), Side::Source);
        (source.clone(), async move {
            let site = Site::new(&source).await;
            imports_alone(&source, &site.export(&[]).await).await
        })
    });
}

#[test]
fn a_client_exported_alone_has_all_that_it_needs() {
    for_any(2, |numbers| {
        let source = environment(&mut Draw::new(numbers), Side::Source);
        (source.clone(), async move {
            let site = Site::new(&source).await;
            let whole = portable(&site.export(&[]).await.bytes);
            for row in source.rows("tsmpClientList") {
                let client = row["clientId"].as_str().unwrap();
                let alone = site.export(&[client]).await;
                let review = site.review_bytes(&alone.bytes).await;
                all_unchanged(&review.plan)?;
                all_of_client(&whole, &portable(&alone.bytes), client)?;
                imports_alone(&source, &alone)
                    .await
                    .map_err(|why| format!("client {client}: {why}"))?;
            }
            Ok(())
        })
    });
}

/// Everything is there, and equal.
fn all_unchanged(plan: &Plan) -> Result<(), String> {
    if !plan.missing().is_empty() {
        return Err(format!("lacks {:?}", plan.missing()));
    }
    let changed = plan
        .entries()
        .iter()
        .find(|entry| entry.verdict.status != Status::Repeat || entry.changed);
    changed.map_or(Ok(()), |entry| {
        Err(describe(plan, &entry.item.id.to_string()))
    })
}

fn describe(plan: &Plan, item: &str) -> String {
    let index = plan
        .entries()
        .iter()
        .position(|entry| entry.item.id.to_string() == item)
        .unwrap();
    let verdict = &plan.entries()[index].verdict;
    format!(
        "{item} is {} {:?}: {:?}",
        verdict.status,
        verdict.reasons,
        plan.changes(index, Show::Differences)
    )
}

/// The export can be imported into a database that has the same APIs and nothing else: all of it is
/// added, and what is exported from there is the same.
async fn imports_alone(source: &Sample, exported: &Exported) -> Result<(), String> {
    let mut empty = Sample::default();
    empty.apis.clone_from(&source.apis);
    let site = Site::new(&empty).await;
    let review = site.review_bytes(&exported.bytes).await;
    // Maps of keys to groups that are gone are exported, and skipped by every import.
    let skipped = |finding: &&Finding| !finding.message.ends_with("an import skips it");
    if let Some(finding) = review.plan.warnings().iter().find(skipped) {
        return Err(format!("the file is told: {finding:?}"));
    }
    if !review.plan.missing().is_empty() {
        return Err(format!("lacks {:?}", review.plan.missing()));
    }
    if let Some(entry) = review
        .plan
        .entries()
        .iter()
        .find(|entry| entry.verdict.status != Status::Add)
    {
        return Err(describe(&review.plan, &entry.item.id.to_string()));
    }
    site.apply(&review, &cover_all(&review.plan))
        .await
        .map_err(|failure| format!("{failure:?}"))?;
    all_unchanged(&site.review_bytes(&exported.bytes).await.plan)?;
    let again = site.export(&[]).await;
    // The product itself leaves keys without maps, and refuses them; the source may lack rows.
    let known = ["key-without-maps", "client-incomplete"];
    if let Some(finding) = again
        .findings
        .iter()
        .find(|finding| !known.contains(&&*finding.code))
    {
        return Err(format!("the import left {finding:?}"));
    }
    same(&portable(&exported.bytes), &portable(&again.bytes))
}

fn same(one: &Portable, other: &Portable) -> Result<(), String> {
    match one.iter().find(|(list, rows)| other[*list] != **rows) {
        Some((list, rows)) => Err(format!(
            "{list} was\n{}\nand is\n{}",
            rows.join("\n"),
            other[list].join("\n")
        )),
        None => Ok(()),
    }
}

/// By what the rows of a list belong to a row of another one.
const OWNERS: [(&str, &str, &str, &str); 6] = [
    ("tsmpGroupApiList", "groupId", "tsmpGroupList", "groupId"),
    (
        "tsmpGroupAuthoritiesMapList",
        "groupId",
        "tsmpGroupList",
        "groupId",
    ),
    (
        "tsmpVgroupGroupList",
        "vgroupId",
        "tsmpVgroupList",
        "vgroupId",
    ),
    (
        "tsmpVgroupAuthoritiesMapList",
        "vgroupId",
        "tsmpVgroupList",
        "vgroupId",
    ),
    (
        "dgrXApiKeyMapList",
        "refApiKeyId",
        "dgrXApiKeyList",
        "apiKeyId",
    ),
    (
        "tsmpOpenApiKeyMapList",
        "refOpenApiKeyId",
        "tsmpOpenApiKeyList",
        "openApiKeyId",
    ),
];

/// What belongs to the client, and to what came with it, is the same as in the whole export.
fn all_of_client(whole: &Portable, alone: &Portable, client: &str) -> Result<(), String> {
    let of = |rows: &[String], property: &str, owners: &[Value]| -> Vec<String> {
        let is_owned = |row: &&String| owners.contains(&cell(row, property));
        rows.iter().filter(is_owned).cloned().collect()
    };
    let clients = [json!(client)];
    for (list, rows) in alone {
        if let Some(other) = rows.iter().find(|row| !whole[list].contains(row)) {
            return Err(format!(
                "{list} has {other}, which the whole export has not"
            ));
        }
        let owner = OWNERS.iter().find(|(of, ..)| of == list);
        let (property, owners) = match owner {
            Some((_, property, owner, id)) => (
                *property,
                alone[*owner].iter().map(|row| cell(row, id)).collect(),
            ),
            None if rows
                .first()
                .or(whole[list].first())
                .is_some_and(|row| row.contains("\"clientId\":")) =>
            {
                ("clientId", clients.to_vec())
            }
            None => continue,
        };
        let wanted = of(&whole[list], property, &owners);
        if *rows != wanted {
            return Err(format!(
                "{list} is\n{}\nand not\n{}",
                rows.join("\n"),
                wanted.join("\n")
            ));
        }
    }
    Ok(())
}

fn cell(row: &str, property: &str) -> Value {
    serde_json::from_str::<Value>(row).unwrap()[property].clone()
}

// ---- the demo

#[tokio::test]
async fn the_demos_own_export_is_unchanged_through_and_through() {
    let site = Site { db: demo().await };
    let exported = site.export(&[]).await;
    all_unchanged(&site.review_bytes(&exported.bytes).await.plan).unwrap();
    assert_eq!(
        serde_json::to_value(&exported.counts).unwrap(),
        json!([
            ["client", 53],
            ["group", 25],
            ["scope", 17],
            ["authentication", 10],
            ["security-level", 9],
            ["rdb-connection", 6]
        ])
    );
    let described: Vec<&str> = exported
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        described,
        [
            "1 row of oauth_client_details is left out: clientId 'ubike-pay' names a clientId that does not exist",
            "1 row of tsmp_dp_clientext is left out: clientId 'ubike-pay' names a clientId that does not exist",
            "2 rows of tsmp_client_group are left out: for example clientId 'ubike-pay', groupId '2000000012' \
             names a clientId that does not exist",
        ]
    );
}

// ---- the command line

fn run(db: &TestDb, args: &[&str]) -> Ran {
    let url = db.url();
    let mut all = vec!["export", "--database-url", &url];
    all.extend(args);
    gatediff(&all)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

async fn small() -> Site {
    let source = sample()
        .client("crm", json!({"clientSecret": "canary-secret"}))
        .client("erp", json!({"clientSecret": "canary-other"}))
        .client_group("crm", "404");
    Site::new(&source).await
}

#[tokio::test]
async fn without_a_file_the_export_goes_to_stdout_and_what_is_reported_to_stderr() {
    let site = small().await;
    let ran = run(&site.db, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.json()["importClientRelated"]["tsmpClientList"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(ran.json()["analyzeClientRelated"], Value::Null);
    assert_eq!(run(&site.db, &["--out", "-"]).stdout, ran.stdout);
    let sha256 = site.export(&[]).await.sha256;
    for described in [
        "     2  client",
        &sha256,
        "row-left-out: 1 row of tsmp_client_group",
        "the file contains secrets",
    ] {
        assert!(
            ran.stderr.contains(described),
            "{described} is not in {}",
            ran.stderr
        );
    }
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_terminal_does_not_get_the_secrets_unasked() {
    let site = small().await;
    let home = tempfile::tempdir().unwrap();
    for (args, shown, code) in [
        (&[][..], "stdout is a terminal", 64),
        (&["--out", "-"], "canary-secret", 0),
    ] {
        let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .args(
                ["export", "--database-url", &site.db.url()]
                    .iter()
                    .chain(args),
            )
            .env("HOME", home.path().as_os_str())
            .spawn();
        assert_eq!(pty.wait_exit(), Ok(code));
        // What was written last may still be on its way to us.
        pty.wait_until_written(shown, |bytes| {
            String::from_utf8_lossy(bytes).contains(shown)
        });
        let bytes = String::from_utf8(pty.bytes()).unwrap();
        assert_eq!(bytes.contains("canary"), code == 0, "{bytes}");
    }
}

#[tokio::test]
async fn a_file_is_its_owners_alone_and_is_not_overwritten_unasked() {
    let site = small().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("export.json");
    let out = path.to_str().unwrap();
    assert_eq!(run(&site.db, &["--out", out]).code, Some(0));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let whole = std::fs::read(&path).unwrap();

    let again = run(&site.db, &["--out", out, "--client", "crm"]);
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert!(again.stderr.contains("file already exists") && again.stderr.contains("--force"));
    assert_eq!(std::fs::read(&path).unwrap(), whole);

    assert_eq!(
        run(&site.db, &["--out", out, "--client", "crm", "--force"]).code,
        Some(0)
    );
    let clients = read(&path)["importClientRelated"]["tsmpClientList"].clone();
    assert_eq!(clients.as_array().unwrap().len(), 1);
    assert_eq!(clients[0]["clientId"], "crm");
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        1,
        "nothing else was left"
    );
}

#[tokio::test]
async fn an_export_goes_through_standard_output_by_any_name_and_through_pipes() {
    let site = small().await;
    let plain = run(&site.db, &["--out", "-"]);
    assert_eq!(plain.code, Some(0), "{}", plain.stderr);
    for more in [
        &["--out", "/dev/stdout"][..],
        &["--out", "/dev/fd/1", "--force"],
    ] {
        let ran = run(&site.db, more);
        assert_eq!(
            (ran.code, &ran.stdout),
            (Some(0), &plain.stdout),
            "{}",
            ran.stderr
        );
    }
    let refused = run(&site.db, &["--out", "/dev/stdout", "--output", "json"]);
    assert_eq!(refused.code, Some(64), "{}", refused.stdout);

    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let from = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read_to_string(from).unwrap());
    let ran = run(&site.db, &["--out", pipe.to_str().unwrap(), "--force"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(reader.join().unwrap(), plain.stdout);
    let made = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(made, 1, "the pipe is still the only one there");

    let missing = directory.path().join("new");
    let ran = run(
        &site.db,
        &["--out", missing.join("x.json").to_str().unwrap()],
    );
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("mkdir -p") && !missing.exists(),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn in_a_directory_the_file_gets_the_products_name() {
    let site = small().await;
    let directory = tempfile::tempdir().unwrap();
    let ran = run(&site.db, &["--out", directory.path().to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let files: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .collect();
    let name = files[0].file_name().into_string().unwrap();
    let digits = name
        .strip_prefix("exportClientRelated_")
        .unwrap()
        .strip_suffix(".json")
        .unwrap();
    assert!(
        digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit()),
        "{name}"
    );
}

#[tokio::test]
async fn json_reports_of_the_file_and_holds_no_secret() {
    let site = small().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("export.json");
    let out = path.to_str().unwrap();
    let ran = run(
        &site.db,
        &[
            "--out", out, "--client", "crm", "--client", "erp", "--output", "json",
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["command"], "export");
    assert_eq!(document["status"], "ok");
    assert_eq!(document["platform"], "digirunner");
    assert_eq!(document["target"], site.target().display());
    assert_eq!(document["file"]["path"], out);
    assert_eq!(
        document["file"]["sha256"],
        site.export(&["crm", "erp"]).await.sha256
    );
    assert_eq!(document["counts"][0], json!({"kind": "client", "items": 2}));
    assert_eq!(document["warnings"][0]["code"], "row-left-out");
    assert!(!ran.stdout.contains("canary"));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("canary-secret"),
        "the file holds it"
    );
}

#[tokio::test]
async fn json_needs_a_file_of_its_own() {
    let site = small().await;
    for args in [
        &["--output", "json"][..],
        &["--output", "json", "--out", "-"],
    ] {
        let ran = run(&site.db, args);
        assert_eq!(ran.code, Some(64));
        assert_eq!(ran.json()["command"], "export");
        assert_eq!(ran.json()["error"]["kind"], "usage");
    }
}

#[tokio::test]
async fn an_unknown_client_is_named_and_nothing_is_written() {
    let site = small().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("export.json");
    let ran = run(
        &site.db,
        &[
            "--client",
            "crm",
            "--client",
            "CRM",
            "--out",
            path.to_str().unwrap(),
        ],
    );
    assert_eq!(ran.code, Some(64));
    assert!(
        ran.stderr
            .contains("the target has no client 'CRM'; nothing was exported"),
        "{}",
        ran.stderr
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn an_unknown_format_and_a_target_of_another_product_are_reported() {
    let site = small().await;
    let ran = run(&site.db, &["--format", "nothing"]);
    assert_eq!(ran.code, Some(64));
    assert!(
        ran.stderr.contains("unknown format 'nothing'"),
        "{}",
        ran.stderr
    );
    let ran = run(&crate::digirunner::empty().await, &[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains("the target has no objects of any known product"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("--format") && ran.stdout.is_empty(),
        "{}",
        ran.stderr
    );
    let ran = run(
        &crate::digirunner::empty().await,
        &["--format", "digirunner"],
    );
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("tsmp_client") && ran.stdout.is_empty(),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_role_that_can_only_read_can_export() {
    let site = small().await;
    site.run("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        .await;
    let url = site.db.url().replace("user=postgres", "user=reader");
    let ran = gatediff(&["export", "--database-url", &url]);
    site.run("DROP OWNED BY reader; DROP ROLE reader").await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.as_bytes(), site.export(&[]).await.bytes);
}
