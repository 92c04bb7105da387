//! The network swallows messages: from each one on that a job sends or gets, one
//! after the other. The operator is told what was written, in time; and no lost
//! session keeps the target's lock.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt as _};
use gatediff::config::Keep;
use gatediff::http::{Access, AdminSecret, Limits, Options, Server};
use gatediff::job::task::{Asked, TaskKind, TaskState, Tasks, ended};
use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Reporter, Review, UndoOptions,
};
use gatediff::scopes;
use gatediff::scopes::EditOptions;
use gatediff::store::{LedgerPlace, Target, Timeouts};
use rustix::process::Signal;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cut::impatient;
use crate::support::cases::cases as sized;
use crate::support::gatediff::command;
use crate::support::http::SECRET;
use crate::support::jobs::{chance, done};
use crate::support::keeper::Keeper;
use crate::support::pg::TestDb;
use crate::support::proxy::{Fault, How, Later, Proxy, Way, When};
use crate::support::pty::{Pty, PtyCommand};
use crate::support::scopes::{TRANSFER, bank, draft};
use crate::support::site::{OPERATOR, Site, cover_all};

/// How many cases run at once: most of the time each of them waits.
const WORKERS: usize = 16;

/// How many messages of a scenario are swallowed in a usual run: others in each.
const USUAL: usize = 40;

/// How often a message is tried to be swallowed: on a machine that is busy with
/// other things a job may give up before it.
const TRIES: usize = 4;

/// How long a case may take beyond its limits, on a machine that has other things to do.
const SLACK: Duration = Duration::from_secs(15);

/// What is done through the network.
trait Scenario: Sync {
    /// Whether it writes; if not, it is never done.
    const WRITES: bool = true;

    /// Whether it has so few messages that there is time to try more.
    const IS_SHORT: bool = true;

    /// A database before it is done.
    type Setup: HasDb;

    async fn setup(&self) -> Self::Setup;

    async fn run(
        &self,
        setup: &Self::Setup,
        target: &Target,
        timeouts: Timeouts,
    ) -> Result<(), Failure>;

    /// Says whether it has been done, and fails the test if it was by half.
    async fn is_done(&self, control: &mut PgConnection) -> bool;
}

/// Where a network begins to swallow.
#[derive(Clone, Copy, Debug)]
struct Case {
    connection: usize,
    way: Way,
    message: usize,
    how: How,
}

impl Case {
    fn fault(self, later: Later) -> Fault {
        let Self {
            connection,
            way,
            message,
            how,
        } = self;
        Fault {
            connection,
            when: When::Message(way, message),
            how,
            later,
        }
    }
}

/// Returns every message of a scenario, to be swallowed with all that comes after
/// it: those to the server in both directions, or if that is wanted also in this
/// one alone; those to the client in theirs, as nothing more is sent then anyway.
async fn cases<S: Scenario>(scenario: &S) -> Vec<Case> {
    let (setup, proxy) = (scenario.setup().await, Proxy::new());
    scenario
        .run(&setup, &proxy.target(setup.db()), Timeouts::SHIPPED)
        .await
        .unwrap();
    assert_eq!(
        scenario.is_done(&mut setup.db().connect().await).await,
        S::WRITES
    );
    let mut cases = Vec::new();
    for (connection, [sent, received]) in proxy.messages().iter().enumerate() {
        for (way, how, count) in [
            (Way::ToServer, How::Silent, sent.len()),
            (
                Way::ToServer,
                How::OneWay,
                if S::IS_SHORT { sent.len() } else { 0 },
            ),
            (Way::ToClient, How::OneWay, received.len()),
        ] {
            cases.extend((0..count).map(|message| Case {
                connection,
                way,
                message,
                how,
            }));
        }
    }
    cases
}

/// Tries every case, each on its own; several at once.
fn sweep<S: Scenario>(name: &str, scenario: &S, later: Later) {
    crate::support::deadline::begin();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let mut cases = runtime().block_on(cases(scenario));
    chance(name).shuffle(&mut cases);
    cases.truncate(sized(USUAL));
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    // How many struck, and how many of those ended as done.
    let counts = Mutex::new([0; 2]);
    thread::scope(|scope| {
        for _ in 0..WORKERS.min(cases.len()) {
            scope.spawn(|| {
                runtime().block_on(async {
                    let proxy = Proxy::new();
                    let mut setup = None;
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        for _ in 0..TRIES {
                            let on = match setup.take() {
                                Some(setup) => setup,
                                None => scenario.setup().await,
                            };
                            let (has_struck, is_done) =
                                swallow(scenario, &on, &proxy, *case, later).await;
                            setup = (!is_done).then_some(on);
                            if has_struck {
                                let mut counts = counts.lock().unwrap();
                                counts[0] += 1;
                                counts[1] += usize::from(is_done);
                                break;
                            }
                        }
                    }
                });
            });
        }
    });
    let ([struck, came_through], seconds) =
        (*counts.lock().unwrap(), begun.elapsed().as_secs_f32());
    let all = cases.len();
    println!(
        "{name}: {struck} of {all} messages swallowed, {came_through} ended as done, {seconds:.1} s"
    );
    // Not all of them come anew on a slow machine, where probes may come between.
    assert!(
        struck * 10 >= all * 9,
        "only {struck} of {all} messages were swallowed"
    );
}

async fn swallow<S: Scenario>(
    scenario: &S,
    setup: &S::Setup,
    proxy: &Proxy,
    case: Case,
    later: Later,
) -> (bool, bool) {
    let timeouts = match later {
        Later::Swallowed => Timeouts {
            probe: Duration::from_millis(300),
            ..impatient()
        },
        _ => impatient(),
    };
    let db = setup.db();
    proxy.cut(case.fault(later));
    let limit =
        Duration::from_secs(1) + timeouts.to_notice_a_loss() * 2 + timeouts.commit_outcome + SLACK;
    let target = proxy.target(db);
    let ended = tokio::time::timeout(limit, scenario.run(setup, &target, timeouts)).await;
    let ended = ended.unwrap_or_else(|_| panic!("{case:?}: hangs"));
    let has_struck = proxy.has_struck();
    let mut control = db.connect().await;
    if later == Later::Served {
        wait_until_released(&mut control, &format!("{case:?}")).await;
    }
    proxy.heal();
    // What was still under way is over now.
    wait_until_released(&mut control, &format!("{case:?}, healed")).await;
    let is_done = scenario.is_done(&mut control).await;
    match ended {
        Ok(()) => assert!(is_done || !S::WRITES, "{case:?}: said to be done"),
        Err(failure) => {
            // With limits as small as these, a machine that is busy looks like a network that is lost.
            assert_eq!(
                failure.kind,
                FailureKind::Unreachable,
                "{case:?}: {failure:?}"
            );
            assert!(!failure.hints.is_empty(), "{case:?}: {failure:?}");
            if failure.unknown_job.is_some() {
                assert_ne!(
                    later,
                    Later::Served,
                    "{case:?}: the server could be asked: {failure:?}"
                );
            } else {
                assert!(!is_done, "{case:?}: done all the same: {failure}");
                let words = ["nothing was written", "cannot reach", "did not answer"];
                let text = failure.to_string();
                assert!(
                    words.iter().any(|words| text.contains(words)),
                    "{case:?}: {text}"
                );
            }
        }
    }
    (has_struck, is_done)
}

/// Waits until no other session holds a lock on a table, or the target's.
async fn wait_until_released(control: &mut PgConnection, what: &str) {
    let sql = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid <> pg_backend_pid() \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
               AND (locktype = 'relation' OR locktype = 'advisory' AND objsubid = 1))";
    let deadline = Instant::now() + SLACK;
    while sqlx::query_scalar::<_, bool>(sql)
        .fetch_one(&mut *control)
        .await
        .unwrap()
    {
        assert!(Instant::now() < deadline, "{what}: a lost session lives on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn count(control: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(control)
        .await
        .unwrap()
}

// ---- what is done

const ORG: &str = "5e9d9544a1dcd60001d0ed20";

fn organisation() -> String {
    json!({ "id": ORG, "owner_name": "Owner", "owner_slug": "", "cname_enabled": true, "apis": [] })
        .to_string()
}

trait HasDb {
    fn db(&self) -> &TestDb;
}

impl HasDb for Keeper {
    fn db(&self) -> &TestDb {
        &self.db
    }
}

impl<T> HasDb for (Keeper, T) {
    fn db(&self) -> &TestDb {
        &self.0.db
    }
}

impl HasDb for Site {
    fn db(&self) -> &TestDb {
        &self.db
    }
}

impl HasDb for TestDb {
    fn db(&self) -> &TestDb {
        self
    }
}

/// Jobs are counted beside what they wrote: it has to be both or neither.
async fn both(control: &mut PgConnection, written: &str, command: &str) -> bool {
    let jobs = format!(
        "SELECT count(*) FROM gatediff.jobs WHERE command = '{command}' AND state = 'done'"
    );
    let (written, jobs) = (count(control, written).await, count(control, &jobs).await);
    assert_eq!(written, jobs, "the ledger does not agree");
    written == 1
}

/// An import; with `IS_SHORT`.
struct Applying<const IS_SHORT: bool>;

impl<const IS_SHORT: bool> Scenario for Applying<IS_SHORT> {
    const IS_SHORT: bool = IS_SHORT;

    type Setup = (Keeper, Review);

    async fn setup(&self) -> (Keeper, Review) {
        let keeper = Keeper::new("tyk").await;
        job::init(&keeper.db.target(), Timeouts::SHIPPED)
            .await
            .unwrap();
        let review = keeper.review(&organisation()).await;
        (keeper, review)
    }

    async fn run(
        &self,
        (_, review): &(Keeper, Review),
        target: &Target,
        timeouts: Timeouts,
    ) -> Result<(), Failure> {
        let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
        let options = ApplyOptions::new(OPERATOR, timeouts);
        job::apply(
            review,
            approved,
            target,
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
        .map(|_| ())
    }

    async fn is_done(&self, control: &mut PgConnection) -> bool {
        both(control, "SELECT count(*) FROM gatediff.documents", "apply").await
    }
}

#[test]
fn apply_loses_any_message_and_the_lock_is_free() {
    sweep("apply", &Applying::<true>, Later::Served);
}

#[test]
fn apply_loses_any_message_and_every_later_connection() {
    sweep(
        "apply, nothing afterwards",
        &Applying::<false>,
        Later::Swallowed,
    );
}

struct Undoing;

impl Scenario for Undoing {
    type Setup = Keeper;

    async fn setup(&self) -> Keeper {
        let keeper = Keeper::new("tyk").await;
        keeper.import(&organisation()).await;
        keeper
    }

    async fn run(
        &self,
        setup: &Keeper,
        target: &Target,
        timeouts: Timeouts,
    ) -> Result<(), Failure> {
        let job = done(&setup.db).await[0];
        let ledger = LedgerPlace::Target;
        let options = UndoOptions {
            operator: OPERATOR.to_owned(),
            timeouts,
            ledger,
            only: Vec::new(),
            accept_server_changes: false,
        };
        job::undo(job, target, &options, &Reporter::silent(), &Cancel::new())
            .await
            .map(|_| ())
    }

    async fn is_done(&self, control: &mut PgConnection) -> bool {
        both(
            control,
            "SELECT 1 - count(*) FROM gatediff.documents",
            "undo",
        )
        .await
    }
}

#[test]
fn undo_loses_any_message_and_the_lock_is_free() {
    sweep("undo", &Undoing, Later::Served);
}

struct Editing;

impl Scenario for Editing {
    const IS_SHORT: bool = false;

    type Setup = Site;

    async fn setup(&self) -> Site {
        let site = Site::new(&bank()).await;
        job::init(&site.target(), Timeouts::SHIPPED).await.unwrap();
        site
    }

    async fn run(&self, _: &Site, target: &Target, timeouts: Timeouts) -> Result<(), Failure> {
        let edit = scopes::Edit::Create(draft("new", &[TRANSFER]));
        let options = EditOptions {
            operator: OPERATOR.to_owned(),
            timeouts,
            ledger: LedgerPlace::Target,
            accept_server_changes: false,
            fix_counters: false,
        };
        scopes::edit(edit, target, &options, &Reporter::silent(), &Cancel::new())
            .await
            .map(|_| ())
    }

    async fn is_done(&self, control: &mut PgConnection) -> bool {
        let made = "SELECT count(*) FROM tsmp_vgroup WHERE vgroup_name = 'new'";
        let jobs = "SELECT count(*) FROM gatediff.jobs WHERE state = 'done'";
        let (made, jobs) = (count(control, made).await, count(control, jobs).await);
        assert_eq!(made, jobs, "the ledger does not agree");
        made == 1
    }
}

#[test]
fn a_scope_edit_loses_any_message_and_the_lock_is_free() {
    sweep("scope edit", &Editing, Later::Served);
}

struct Planning;

impl Scenario for Planning {
    const WRITES: bool = false;

    type Setup = Keeper;

    async fn setup(&self) -> Keeper {
        let keeper = Keeper::new("tyk").await;
        keeper.import(&organisation()).await;
        keeper
    }

    async fn run(&self, _: &Keeper, target: &Target, timeouts: Timeouts) -> Result<(), Failure> {
        let file = organisation();
        let loaded = job::load_bytes(
            "tyk.json",
            file.as_bytes(),
            None,
            &job::ImportOptions::default(),
        );
        job::plan(&loaded.unwrap(), target, timeouts, &Reporter::silent())
            .await
            .map(|_| ())
    }

    async fn is_done(&self, _: &mut PgConnection) -> bool {
        false
    }
}

#[test]
fn a_plan_loses_any_message_and_ends() {
    sweep("plan", &Planning, Later::Served);
}

/// A server that starts, imports and is stopped.
struct Serving;

impl Scenario for Serving {
    const IS_SHORT: bool = false;

    type Setup = TestDb;

    async fn setup(&self) -> TestDb {
        let db = TestDb::new().await;
        job::init(&db.target(), Timeouts::SHIPPED).await.unwrap();
        db
    }

    async fn run(&self, _: &TestDb, target: &Target, timeouts: Timeouts) -> Result<(), Failure> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let options = Options {
            target: target.clone(),
            timeouts: Timeouts {
                request_log: timeouts.close,
                ..timeouts
            },
            access: Access {
                admin: Some(AdminSecret::new(SECRET).unwrap()),
                clients: Vec::new(),
            },
            token_key_file: None,
            limits: Limits::default(),
            accept_server_changes: false,
            keep: Keep::default(),
        };
        let server = Server::start(options, listener).await?;
        let stop = Cancel::new();
        let posting = async {
            let answer = post(address, "/admin/organisations/import", &organisation()).await;
            stop.cancel("done");
            answer
        };
        let (ended, (status, body)) = tokio::join!(server.run(&stop), posting);
        ended.unwrap();
        match status {
            200 => Ok(()),
            503 => {
                Err(Failure::new(FailureKind::Unreachable, body).hint("as the server's log says"))
            }
            _ => panic!("{status}: {body}"),
        }
    }

    async fn is_done(&self, control: &mut PgConnection) -> bool {
        both(control, "SELECT count(*) FROM gatediff.documents", "apply").await
    }
}

/// Posts as the administrator; returns the status and the body of the answer.
async fn post(address: SocketAddr, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nadmin-auth: {SECRET}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        body.to_owned(),
    )
}

#[test]
fn serve_loses_any_message_and_the_lock_is_free() {
    sweep("serve", &Serving, Later::Served);
}

/// The sessions that a server keeps for its tasks: what is lost in one is done
/// again over another one.
struct Tasking;

impl Scenario for Tasking {
    type Setup = TestDb;

    async fn setup(&self) -> TestDb {
        Serving.setup().await
    }

    async fn run(&self, _: &TestDb, target: &Target, timeouts: Timeouts) -> Result<(), Failure> {
        let tasks = Tasks::open(target, timeouts, OPERATOR).await?;
        let asked = Asked {
            platform: "sp-config",
            kind: TaskKind::Export,
            preview: false,
            options: "{}".to_owned(),
            client: "client".to_owned(),
            upload: Some(b"upload".to_vec()),
        };
        let mut task = tasks
            .create(asked, usize::MAX)
            .await?
            .ok_or_else(|| Failure::new(FailureKind::Internal, "the task is not recorded"))?;
        // One that was taken already when the answer was lost is none the second time; an earlier
        // case may have left others.
        while let Some(claimed) = tasks.claim(false).await? {
            if claimed.id == task.id {
                assert_eq!(tasks.beat(vec![(claimed.id, 1)]).await?.len(), 1);
                break;
            }
        }
        task.attempts = 1;
        tasks.finish(&task, ended(TaskState::Complete)).await?;
        // Whatever is lost now, others take over.
        tasks.close().await.ok();
        Ok(())
    }

    async fn is_done(&self, control: &mut PgConnection) -> bool {
        count(
            control,
            "SELECT count(*) FROM gatediff.tasks WHERE state = 'COMPLETE'",
        )
        .await
            == 1
    }
}

#[test]
fn the_sessions_of_a_server_lose_any_message_and_are_replaced() {
    sweep("tasks", &Tasking, Later::Served);
}

// ---- with the limits that are shipped, by the real binary

/// An import that ends badly, and the messages of its second connection when nothing is lost.
struct Shipped {
    keeper: Keeper,
    proxy: Proxy,
    file: tempfile::NamedTempFile,
    home: tempfile::TempDir,
}

impl Shipped {
    async fn new() -> (Self, Vec<u8>) {
        let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
        std::fs::write(file.path(), organisation()).unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut shipped = Self {
            keeper: Keeper::new("tyk").await,
            proxy: Proxy::new(),
            file,
            home,
        };
        job::init(&shipped.keeper.db.target(), Timeouts::SHIPPED)
            .await
            .unwrap();
        let ran = shipped.command().output().unwrap();
        assert!(ran.status.success(), "{ran:?}");
        let [sent, _] = shipped.proxy.messages().swap_remove(1);
        shipped.keeper = Keeper::new("tyk").await;
        job::init(&shipped.keeper.db.target(), Timeouts::SHIPPED)
            .await
            .unwrap();
        (shipped, sent)
    }

    fn args(&self) -> [String; 5] {
        let url = self.proxy.url(&self.keeper.db);
        [
            "apply",
            self.file.path().to_str().unwrap(),
            "--yes",
            "--database-url",
            &url,
        ]
        .map(str::to_owned)
    }

    fn command(&self) -> std::process::Command {
        let mut command = command(self.home.path());
        command
            .args(self.args())
            .args(["--output", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it at a terminal, where the answer to COMMIT and all later connections are swallowed.
    fn without_answer(&self) -> Pty {
        self.proxy.cut(Fault {
            connection: 1,
            when: When::CommitAnswer,
            how: How::Silent,
            later: Later::Swallowed,
        });
        PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .args(self.args())
            .args(["--operator", "mei"])
            .env("HOME", self.home.path().as_os_str())
            .size(120, 40)
            .spawn()
    }
}

/// Returns the last Sync before COMMIT, which is the last simple query.
fn last_sync(sent: &[u8]) -> usize {
    let commit = sent.iter().rposition(|kind| *kind == b'Q').unwrap();
    sent[..commit]
        .iter()
        .rposition(|kind| *kind == b'S')
        .unwrap()
}

/// At once, as each of them waits most of the time.
#[test]
fn the_shipped_limits_keep_what_is_promised() {
    let run = |name: &str, test: fn() -> BoxFuture<'static, ()>| {
        let run = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(test());
        };
        // By its name it gets a deadline of its own.
        thread::Builder::new()
            .name(format!("cut_messages::{name}"))
            .spawn(run)
            .unwrap()
    };
    let threads = [
        run("lost_sync", || {
            a_lost_sync_is_reported_within_95_seconds().boxed()
        }),
        run("unknown", || {
            an_unknown_outcome_is_counted_and_reported_within_30_seconds().boxed()
        }),
        run("left", || {
            who_waits_for_an_outcome_can_leave_by_a_signal().boxed()
        }),
    ];
    assert!(
        threads
            .map(|thread| thread.join().is_ok())
            .iter()
            .all(|is_ok| *is_ok)
    );
}

async fn a_lost_sync_is_reported_within_95_seconds() {
    let (shipped, sent) = Shipped::new().await;
    let when = When::Message(Way::ToServer, last_sync(&sent));
    shipped.proxy.cut(Fault {
        connection: 1,
        when,
        how: How::Silent,
        later: Later::Served,
    });
    let begun = Instant::now();
    let ended = tokio::task::block_in_place(|| shipped.command().output().unwrap());
    let took = begun.elapsed();
    assert!(shipped.proxy.has_struck());
    println!("told after {:.1} s", took.as_secs_f32());
    assert!(took < Duration::from_secs(95), "{took:?}");
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let what = "the connection to the database broke; nothing was written";
    assert_eq!(document["error"]["message"], what, "{document}");
    wait_until_released(
        &mut shipped.keeper.db.connect().await,
        "the operator was told",
    )
    .await;
    assert!(done(&shipped.keeper.db).await.is_empty());
}

async fn an_unknown_outcome_is_counted_and_reported_within_30_seconds() {
    let (shipped, _) = Shipped::new().await;
    let mut pty = shipped.without_answer();
    pty.wait_for("seconds: no answer yet, asking for the outcome");
    let begun = Instant::now();
    pty.wait_for("no answer to COMMIT; the outcome of job 1 is unknown");
    println!(
        "told {:.1} s after the counter began",
        begun.elapsed().as_secs_f32()
    );
    assert!(begun.elapsed() < Duration::from_secs(30));
    pty.wait_for("gatediff history 1");
    assert_eq!(pty.wait_exit(), Ok(1));
}

async fn who_waits_for_an_outcome_can_leave_by_a_signal() {
    let (shipped, _) = Shipped::new().await;
    for how in ["Ctrl-C", "SIGTERM"] {
        let mut pty = shipped.without_answer();
        pty.wait_for("seconds: no answer yet, asking for the outcome");
        let begun = Instant::now();
        match how {
            "Ctrl-C" => pty.send("\u{3}"),
            _ => pty.signal(Signal::TERM),
        }
        pty.wait_for("the outcome of job");
        assert_eq!(pty.wait_exit(), Ok(1), "{how}");
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{how}: {:?}",
            begun.elapsed()
        );
        shipped.proxy.heal();
        wait_until_released(&mut shipped.keeper.db.connect().await, how).await;
        shipped
            .keeper
            .db
            .run("DELETE FROM gatediff.documents")
            .await;
    }
}
