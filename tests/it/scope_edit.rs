//! Scopes from their making to their end, on the demo's database; and back.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use gatediff::job::{self, Cancel, Failure, FailureKind, Phase, Progress, Reporter, UndoOptions};
use gatediff::scopes;
use gatediff::scopes::{Catalogue, Draft, Edit, EditOptions, Edited, Scope};
use gatediff::store::{LedgerPlace, Timeouts};
use serde_json::Value;

use crate::digirunner::demo;
use crate::support::cases::cases;
use crate::support::gatediff::command;
use crate::support::jobs::{chance, wait_until_left_alone};
use crate::support::scopes::{BALANCE, BLOCK, TRANSFER, bank, draft, with_holders};
use crate::support::site::Site;

async fn catalogue(site: &Site) -> Catalogue {
    scopes::catalogue(&site.target(), Timeouts::default(), &Reporter::silent())
        .await
        .unwrap()
}

async fn edit(site: &Site, edit: Edit) -> Result<Edited, Failure> {
    let options = EditOptions {
        operator: "tester".to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        accept_server_changes: false,
        fix_counters: false,
    };
    scopes::edit(
        edit,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
}

async fn undo(site: &Site, job: i64) {
    let options = UndoOptions::new("tester", Timeouts::default());
    job::undo(
        job,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
    .unwrap();
}

fn named<'c>(catalogue: &'c Catalogue, name: &str) -> &'c Scope {
    catalogue.named(name).first().unwrap()
}

#[tokio::test]
async fn a_scope_is_made_given_updated_taken_and_deleted_and_all_of_it_undone() {
    let site = Site { db: demo().await };
    let mut dumps: Vec<BTreeMap<String, Vec<Value>>> = vec![site.dump().await];
    let mut jobs = Vec::new();
    let all = catalogue(&site).await;
    let apis: Vec<_> = all
        .apis()
        .iter()
        .filter(|api| !api.is_missing())
        .map(|api| api.name.clone())
        .collect();
    let draft = Draft {
        name: "made".to_owned(),
        alias: "做".to_owned(),
        seconds: 3_600,
        apis: apis.iter().take(3).cloned().collect(),
        authentications: all
            .authentications()
            .iter()
            .take(1)
            .map(|label| label.id.to_string())
            .collect(),
        ..Draft::default()
    };
    let made = edit(&site, Edit::Create(draft.clone())).await.unwrap();
    jobs.push(made.job.unwrap());
    dumps.push(site.dump().await);

    let all = catalogue(&site).await;
    let scope = named(&all, "made");
    assert_eq!(Draft::of(&all, scope), draft);
    let (id, name) = (scope.id.clone(), scope.name.clone());
    let clients: Vec<_> = all
        .takers(scope)
        .map(|client| client.id.clone())
        .take(2)
        .collect();
    assert_eq!(clients.len(), 2, "the demo has clients of the level SYSTEM");
    let given = Edit::Give {
        id: id.clone(),
        name: name.clone(),
        clients: clients.clone(),
    };
    jobs.push(edit(&site, given).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);

    let refused = edit(
        &site,
        Edit::Delete {
            id: id.clone(),
            name: name.clone(),
        },
    )
    .await
    .unwrap_err();
    assert_eq!(
        refused.what,
        "1403 Failed to remove. This virtual group is being used."
    );
    assert_eq!(refused.violations[0].about.len(), 2);

    let mut wanted = draft.clone();
    wanted.name = "remade".to_owned();
    wanted.alias.clear();
    wanted.apis = apis.iter().skip(1).take(4).cloned().collect();
    wanted.authentications.clear();
    let update = Edit::Update {
        id: id.clone(),
        seen: Box::new(draft.clone()),
        draft: Box::new(wanted.clone()),
    };
    jobs.push(edit(&site, update.clone()).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);
    let all = catalogue(&site).await;
    assert_eq!(Draft::of(&all, named(&all, "remade")), wanted);
    let stale = edit(&site, update).await.unwrap_err();
    assert_eq!(stale.what, "1286 Update failed");

    let name = named(&all, "remade").name.clone();
    let taken = Edit::Take {
        id: id.clone(),
        name: name.clone(),
        clients,
    };
    jobs.push(edit(&site, taken).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);

    jobs.push(
        edit(&site, Edit::Delete { id, name })
            .await
            .unwrap()
            .job
            .unwrap(),
    );
    let all = catalogue(&site).await;
    assert!(all.named("remade").is_empty());

    while let Some(job) = jobs.pop() {
        undo(&site, job).await;
        let (now, before) = (site.dump().await, dumps.pop().unwrap());
        for (table, rows) in &before {
            assert_eq!(&now[table], rows, "{table} after the undo of job {job}");
        }
    }
}

#[tokio::test]
async fn an_edit_is_recorded_in_a_ledger_file_and_undone_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = LedgerPlace::File(directory.path().join("ledger.db"));
    let site = Site::new(&bank()).await;
    let before = site.dump().await;
    let options = EditOptions {
        operator: "tester".to_owned(),
        timeouts: Timeouts::default(),
        ledger,
        accept_server_changes: false,
        fix_counters: false,
    };
    let (target, reporter, cancel) = (site.target(), Reporter::silent(), Cancel::new());
    let edit = Edit::Create(draft("acct", &[BALANCE, TRANSFER]));
    let made = scopes::edit(edit, &target, &options, &reporter, &cancel)
        .await
        .unwrap();
    let jobs = job::history(&target, options.timeouts, &options.ledger)
        .await
        .unwrap();
    assert_eq!(
        (jobs[0].command.as_str(), jobs[0].file_path.as_str()),
        ("scope create", "scope:acct")
    );
    let undo = UndoOptions {
        operator: options.operator.clone(),
        timeouts: options.timeouts,
        ledger: options.ledger.clone(),
        only: Vec::new(),
        accept_server_changes: false,
    };
    job::undo(made.job.unwrap(), &target, &undo, &reporter, &cancel)
        .await
        .unwrap();
    assert_eq!(site.dump().await, before);
    let ours = site
        .rows(
            "(SELECT nspname::text FROM pg_namespace)",
            "nspname = 'gatediff'",
        )
        .await;
    assert!(ours.is_empty(), "nothing of ours is in the target");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_is_cancelled_before_its_commit_writes_nothing_and_leaves_no_job() {
    let site = Site::new(&with_holders()).await;
    let before = site.dump().await;
    for phase in [Phase::Connect, Phase::Check, Phase::Write, Phase::Record] {
        let cancel = Cancel::new();
        let pulled = cancel.clone();
        let reporter = Reporter::new(move |progress: Progress| {
            if progress.phase == phase {
                pulled.cancel("the operator");
            }
        });
        let options = EditOptions {
            operator: "tester".to_owned(),
            timeouts: Timeouts::default(),
            ledger: LedgerPlace::Target,
            accept_server_changes: false,
            fix_counters: false,
        };
        let edit = Edit::Create(draft("made", &[BLOCK]));
        let failure = scopes::edit(edit, &site.target(), &options, &reporter, &cancel)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Cancelled, "{phase:?}");
        assert_eq!(site.dump().await, before, "{phase:?}");
    }
    let done = "state <> 'failed'";
    assert!(site.rows("gatediff.jobs", done).await.is_empty());
}

/// The real program is killed in the middle of creating, updating and deleting.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_an_edit_is_done_whole_with_its_job_or_not_at_all() {
    let mut chance = chance("kill -9 of edits");
    let home = tempfile::tempdir().unwrap();
    let edits: [&[&str]; 3] = [
        &[
            "scope", "create", "made", "--api", "bank/*", "--api", "cards/*",
        ],
        &[
            "scope",
            "update",
            "held",
            "--add-api",
            "cards/block",
            "--times",
            "7",
            "--yes",
        ],
        &["scope", "delete", "idle"],
    ];
    for number in 0..cases(12) {
        let site = Site::new(&with_holders()).await;
        site.create(&draft("held", &[BALANCE])).await.unwrap();
        site.create(&draft("idle", &[BALANCE, TRANSFER]))
            .await
            .unwrap();
        let clients: Vec<Arc<str>> = {
            let all = site.catalogue().await;
            all.takers(named(&all, "held"))
                .map(|client| Arc::clone(&client.id))
                .collect()
        };
        let clients: Vec<&str> = clients.iter().map(|client| &**client).collect();
        site.give("held", &clients).await.unwrap();
        let before = (site.dump().await, site.history().await.len());
        let args = edits[number % edits.len()];
        let moment = Duration::from_micros(chance.u64(0..250_000));
        let mut command = command(home.path());
        command
            .args(args)
            .env("DATABASE_URL", site.db.url())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < moment && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        wait_until_left_alone(&site.db);
        let jobs = site.history().await;
        if jobs.len() == before.1 {
            assert_eq!(site.dump().await, before.0, "{args:?} after {moment:?}");
        } else {
            site.undo(jobs[0].job).await.unwrap();
            assert_eq!(
                site.dump().await,
                before.0,
                "{args:?} after {moment:?}, undone"
            );
        }
    }
}

#[tokio::test]
async fn a_text_that_no_database_stores_breaks_a_rule_and_reaches_none() {
    let site = Site::new(&bank()).await;
    let zero = "a\0b".to_owned();
    let made = Draft {
        alias: zero.clone(),
        description: zero.clone(),
        ..draft("acct", &[("bank", "\0")])
    };
    let failure = site.create(&made).await.unwrap_err();
    let codes: Vec<u16> = failure
        .violations
        .iter()
        .map(|violation| violation.code)
        .collect();
    assert_eq!(codes, [1352, 1352, 1400]);
    let named = Draft {
        name: zero,
        ..draft("acct", &[])
    };
    assert_eq!(
        site.create(&named).await.unwrap_err().violations[0].code,
        1352
    );
}
