//! Several servers on one database are one service: whichever of them is killed, no import is
//! lost, none is done twice, and none fails because of it.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use sqlx::Row as _;

use crate::http_sp_config::{Api, file, transform};
use crate::support::cases::cases;
use crate::support::pg::TestDb;

/// How many clients import at once.
const CLIENTS: usize = 8;

/// How long a round may take; a lost server is noticed after 10 s.
const PATIENCE: Duration = Duration::from_secs(300);

/// What one round found.
struct Round {
    killed: usize,
    taken_over: i64,
    seconds: f64,
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_server_is_killed_no_import_is_lost_doubled_or_failed() {
    let rounds = cases(1_usize);
    let imports = if rounds > 1 { 200 } else { 24 };
    for number in 1..=rounds {
        let Round {
            killed,
            taken_over,
            seconds,
        } = round(imports).await;
        eprintln!(
            "round {number} of {rounds}: {imports} imports, {killed} kills, {taken_over} taken over, {seconds:.1} s"
        );
    }
}

async fn round(imports: usize) -> Round {
    let begun = Instant::now();
    let db = TestDb::new().await;
    let args = ["--lock-timeout", "60", "--queue", "1000"];
    let servers = [
        RwLock::new(Api::start(&db, &args)),
        RwLock::new(Api::start(&db, &args)),
    ];
    let next = AtomicUsize::new(0);
    let is_posted = AtomicBool::new(false);
    let mut accepted: Vec<(usize, String)> = Vec::new();
    let mut killed = 0;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let mut accepted = Vec::new();
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= imports {
                            return accepted;
                        }
                        accepted.push((n, import(&servers, n)));
                    }
                })
            })
            .collect();
        let killer = scope.spawn(|| {
            let mut killed = 0;
            while !is_posted.load(Ordering::Relaxed) || killed == 0 {
                std::thread::sleep(Duration::from_millis(fastrand::u64(100..2_500)));
                let server = &servers[fastrand::usize(0..servers.len())];
                server.read().unwrap().served.signal(Signal::KILL);
                killed += 1;
                // Meanwhile the other one is alone.
                std::thread::sleep(Duration::from_millis(fastrand::u64(0..1_000)));
                *server.write().unwrap() = Api::start(&db, &args);
            }
            killed
        });
        for client in clients {
            accepted.extend(client.join().unwrap());
        }
        is_posted.store(true, Ordering::Relaxed);
        killed = killer.join().unwrap();
    });
    settled(&db).await;
    let taken_over = check(&db, imports, &accepted).await;
    Round {
        killed,
        taken_over,
        seconds: begun.elapsed().as_secs_f64(),
    }
}

/// Imports an object of its own, and one that everybody changes, until a server accepts it.
fn import(servers: &[RwLock<Api>; 2], n: usize) -> String {
    let own = transform(&format!("own-{n}"), &format!("Own {n}"), "a");
    let options = json!({ "excludeBackup": n.is_multiple_of(2) });
    loop {
        // Each time another value: every task has something to write, also the one that was
        // accepted by a server that was killed before it answered.
        let shared = transform("shared", "Shared", &format!("{n}-{}", fastrand::u64(..)));
        let content = file(&[own.clone(), shared]);
        let server = &servers[fastrand::usize(0..servers.len())];
        let posted = server.read().unwrap().try_import(&content, Some(&options));
        if let Some(id) = posted {
            return id;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until no task is left to do.
async fn settled(db: &TestDb) {
    let begun = Instant::now();
    let mut connection = db.connect().await;
    loop {
        let sql =
            "SELECT count(*) FROM gatediff.tasks WHERE state IN ('NOT_STARTED', 'IN_PROGRESS')";
        let open: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if open == 0 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{open} tasks are left");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Checks what stands in the target and in the ledger; returns how many tasks were taken over.
async fn check(db: &TestDb, imports: usize, accepted: &[(usize, String)]) -> i64 {
    let mut connection = db.connect().await;
    let sql = "SELECT t.task_id::text, t.state, coalesce(t.message, ''), t.job_id, \
               (SELECT count(*) FROM gatediff.jobs j WHERE j.state = 'done' AND j.file_path = 'task ' || t.task_id), \
               (SELECT max(job_id) FROM gatediff.jobs j WHERE j.state = 'done' AND j.file_path = 'task ' || t.task_id) \
               FROM gatediff.tasks t WHERE type = 'IMPORT' ORDER BY position";
    let tasks = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    for task in &tasks {
        let (id, state, message): (String, String, String) =
            (task.get(0), task.get(1), task.get(2));
        let (told, jobs, job): (Option<i64>, i64, Option<i64>) =
            (task.get(3), task.get(4), task.get(5));
        assert_eq!(state, "COMPLETE", "{id}: {message}");
        assert_eq!(jobs, 1, "{id} was done {jobs} times");
        assert_eq!(told, job, "{id} says which job did it");
    }
    // A client whose server was killed before it answered has asked again.
    assert!(tasks.len() >= imports);
    for (n, id) in accepted {
        assert!(
            tasks.iter().any(|task| task.get::<String, _>(0) == *id),
            "import {n} was lost"
        );
    }
    let documents: Vec<String> =
        sqlx::query_scalar("SELECT id FROM gatediff.documents WHERE id LIKE 'own-%'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(documents.len(), imports);
    let uploads: i64 =
        sqlx::query_scalar("SELECT count(*) FROM gatediff.task_files WHERE part = 'upload'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(uploads, 0);
    sqlx::query_scalar("SELECT count(*) FROM gatediff.tasks WHERE type = 'IMPORT' AND attempts > 1")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
