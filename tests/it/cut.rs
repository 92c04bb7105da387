//! The connection is cut at random moments: the database is as before or as
//! after, the ledger agrees, and the operator is told which.

use std::time::Duration;

use gatediff::job::{self, ApplyOptions, Cancel, Failure, FailureKind, Receipt, Reporter};
use gatediff::store::Timeouts;
use serde_json::{Value, json};

use crate::digirunner::demo;
use crate::review::import_everything;
use crate::support::cases::cases;
use crate::support::gatediff::fixture;
use crate::support::import::Import;
use crate::support::jobs::{chance, done, wait_until_left_alone};
use crate::support::proxy::{Fault, How, Later, Proxy, When};
use crate::support::pty::{Pty, PtyCommand};
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};

/// Tries in every run of the tests.
const TRIES: usize = 10;

/// Which connection of `apply` is which.
const APPLYING: usize = 1;

fn fault(when: When) -> Fault {
    Fault {
        connection: APPLYING,
        when,
        how: How::Closed,
        later: Later::Served,
    }
}

/// The text of a failure in a document.
fn describe(document: &Value) -> String {
    document["error"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_at_any_byte_the_database_is_as_before_or_as_after_and_the_message_says_which() {
    let mut chance = chance("cut");
    let mut import = Import::new(30).await;
    import.is_initialised = true;
    let proxy = Proxy::new();
    assert!(
        import
            .disturb(|db| proxy.url(db), |_| {})
            .await
            .came_through,
        "nothing was cut"
    );
    let whole = proxy.counts();
    assert_eq!(
        whole.len(),
        2,
        "one connection for the plan and one to apply"
    );
    let mut after = 0;
    for number in 0..cases(TRIES) {
        // The plan's connection now and then; both ways; the first and the last bytes too.
        let connection = if chance.u32(0..8) == 0 { 0 } else { APPLYING };
        let [sent, received] = whole[connection];
        let when = match number % 4 {
            0 | 2 => When::Sent(chance.usize(0..sent)),
            1 => When::Received(chance.usize(0..received)),
            // About the end, where it is decided.
            _ => When::Received(received - chance.usize(0..60)),
        };
        proxy.cut(Fault {
            connection,
            ..fault(when)
        });
        let end = import.disturb(|db| proxy.url(db), |_| {}).await;
        proxy.heal();
        after += usize::from(end.came_through);
        let document = end.document();
        if end.came_through {
            assert_eq!(
                (end.status.code(), &document["status"]),
                (Some(0), &json!("ok")),
                "{when:?}: {document}"
            );
        } else {
            assert_eq!(
                (end.status.code(), &document["status"]),
                (Some(1), &json!("error")),
                "{when:?}: {document}"
            );
            assert_eq!(
                document["error"]["kind"], "unreachable",
                "{when:?}: {document}"
            );
            // Who could not even connect knows that.
            let words = ["nothing was written", "cannot reach the database server"];
            let is_shown = connection == 0
                || words
                    .iter()
                    .any(|words| describe(&document).contains(words));
            assert!(
                is_shown && document["error"]["hints"].is_array(),
                "{when:?}: {document}"
            );
        }
    }
    println!(
        "cut at {} moments: {} ended before, {after} after",
        cases(TRIES),
        cases(TRIES) - after
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_found_out_to_be_done() {
    let mut import = Import::new(10).await;
    // Making our schema commits, too.
    import.is_initialised = true;
    let proxy = Proxy::new();
    for _ in 0..cases(TRIES).div_ceil(10) {
        proxy.cut(fault(When::CommitAnswer));
        let end = import.disturb(|db| proxy.url(db), |_| {}).await;
        assert!(end.came_through, "{}", end.document());
        assert_eq!(
            (end.status.code(), &end.document()["status"]),
            (Some(0), &json!("ok"))
        );
        assert!(end.document()["job"].is_number());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_lost_is_found_out_to_be_nothing() {
    let mut import = Import::new(10).await;
    // Making our schema commits, too.
    import.is_initialised = true;
    let proxy = Proxy::new();
    for _ in 0..cases(TRIES).div_ceil(10) {
        proxy.cut(fault(When::Commit));
        let end = import.disturb(|db| proxy.url(db), |_| {}).await;
        assert!(!end.came_through);
        assert_eq!(end.status.code(), Some(1));
        let what = "the connection broke while committing; nothing was written";
        assert_eq!(end.document()["error"]["message"], what);
    }
}

// ---- in this process, where waiting can be short

/// As the defaults, but for the waiting. That the server itself ends idle
/// sessions is no help: it does not know every silence as one.
pub(crate) fn impatient() -> Timeouts {
    let [short, long] = [100, 500].map(Duration::from_millis);
    Timeouts {
        connect: Some(long),
        heartbeat: short,
        probe: Duration::from_secs(2),
        cancel: long,
        close: long,
        commit_outcome: Duration::from_secs(4),
        commit_poll: short,
        commit_leave: short,
        session: Duration::from_secs(5),
        ..Timeouts::SHIPPED
    }
}

fn file() -> Sample {
    sample()
        .group("1", "g", json!({}))
        .client("a", json!({}))
        .client_group("a", "1")
}

/// A target with our schema: making that commits, too.
async fn ready() -> Site {
    let site = Site::new(&sample()).await;
    job::init(&site.target(), Timeouts::default())
        .await
        .unwrap();
    site
}

/// Applies through a network in which something is going to happen.
async fn apply(site: &Site, proxy: &Proxy, cancel: &Cancel) -> Result<Receipt, Failure> {
    let review = site.review(&file()).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions::new(OPERATOR, impatient());
    let target = proxy.target(&site.db);
    job::apply(
        &review,
        approved,
        &target,
        &options,
        &Reporter::silent(),
        cancel,
    )
    .await
}

async fn clients_of(site: &Site) -> usize {
    tokio::task::block_in_place(|| wait_until_left_alone(&site.db));
    let clients = site.rows("tsmp_client", "true").await.len();
    assert_eq!(
        done(&site.db).await.len(),
        clients,
        "the ledger does not agree"
    );
    clients
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_answer_is_reported_as_unknown_with_how_to_find_out() {
    let site = ready().await;
    for (when, clients) in [(When::Commit, 0), (When::CommitAnswer, 1)] {
        let proxy = Proxy::new();
        proxy.cut(Fault {
            connection: 0,
            later: Later::Refused,
            ..fault(when)
        });
        let failure = apply(&site, &proxy, &Cancel::new()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreachable);
        let job = failure.unknown_job.unwrap();
        assert!(
            failure
                .what
                .ends_with(&format!("the outcome of job {job} is unknown")),
            "{failure}"
        );
        assert!(
            failure.hints[0].contains(&format!("`gatediff history {job}`")),
            "{failure:?}"
        );
        assert_eq!(clients_of(&site).await, clients);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_swallows_everything_is_noticed_and_nothing_hangs() {
    let mut chance = chance("silence");
    let site = ready().await;
    let proxy = Proxy::new();
    apply(&site, &proxy, &Cancel::new()).await.unwrap();
    let whole = proxy.counts()[0];
    for number in 0..cases(TRIES).div_ceil(5) {
        let site = ready().await;
        let when = match number % 2 {
            0 => When::Sent(chance.usize(0..whole[0])),
            _ => When::Received(chance.usize(0..whole[1])),
        };
        proxy.cut(Fault {
            connection: 0,
            how: How::Silent,
            ..fault(when)
        });
        let applied = apply(&site, &proxy, &Cancel::new()).await;
        proxy.heal();
        let clients = clients_of(&site).await;
        assert_eq!(applied.is_ok(), clients == 1, "{when:?}: {applied:?}");
        if let Err(failure) = applied {
            assert_eq!(
                failure.kind,
                FailureKind::Unreachable,
                "{when:?}: {failure:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_commit_that_never_comes_is_asked_for_elsewhere() {
    let site = ready().await;
    let proxy = Proxy::new();
    proxy.cut(Fault {
        connection: 0,
        how: How::Silent,
        ..fault(When::CommitAnswer)
    });
    apply(&site, &proxy, &Cancel::new()).await.unwrap();
    assert_eq!(clients_of(&site).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_ends_it_even_if_the_server_cannot_be_asked() {
    let site = ready().await;
    let before = site.dump().await;
    let cancel = Cancel::new();
    cancel.cancel("early");
    let failure = apply(&site, &Proxy::new(), &cancel).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Cancelled);
    // A network of its own: that the first one was cancelled went into the ledger.
    let proxy = Proxy::new();
    proxy.cut(Fault {
        connection: 0,
        how: How::Silent,
        later: Later::Refused,
        ..fault(When::Sent(1000))
    });
    let cancel = Cancel::new();
    let pulled = cancel.clone();
    let pulling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        pulled.cancel("once");
        pulled.cancel("twice");
    });
    let failure = apply(&site, &proxy, &cancel).await.unwrap_err();
    pulling.await.unwrap();
    assert_eq!(failure.kind, FailureKind::Cancelled, "{failure:?}");
    drop(proxy);
    tokio::task::block_in_place(|| wait_until_left_alone(&site.db));
    assert_eq!(site.dump().await, before);
}

// ---- the screen

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_reports_of_the_cut_lives_on_and_imports_when_the_network_is_back() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let proxy = Proxy::new();
    let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args([
            "review",
            &fixture("digirunner/export.json"),
            "--operator",
            "mei",
        ])
        .args(["--database-url", &proxy.url(&db)])
        .env("HOME", home.path().as_os_str())
        .size(120, 40)
        .spawn();
    pty.wait_for("Clients · 68");
    // The target is read again, of which this is about the middle; then nobody is there.
    let when = When::Received(proxy.counts()[0][1] / 2);
    proxy.cut(Fault {
        connection: 0,
        later: Later::Refused,
        ..fault(when)
    });
    import_everything(&mut pty, db.name());
    pty.wait_for("the connection to the database broke; nothing was written");
    pty.wait_for("check the server and the network");
    assert!(done(&db).await.is_empty());
    pty.send("\r");
    import(&mut pty, db.name());
    pty.wait_for("cannot reach the database server");
    pty.send("\r");
    proxy.heal();
    import(&mut pty, db.name());
    pty.wait_for("Imported: job ");
    assert_eq!(done(&db).await.len(), 1);
    pty.send("q");
    pty.wait_for("compared again");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

/// Imports again what was chosen before, by keys.
fn import(pty: &mut Pty, database: &str) {
    pty.wait_until("the failure closes", |screen| {
        !screen.contents().contains("Failed")
    });
    pty.send("P");
    pty.wait_for("Confirm import");
    pty.send(database);
    pty.wait_for(database);
    pty.send("\t\r");
}
