//! How many statements an import takes: as many for a thousand clients as for ten.

use serde_json::json;
use tokio::sync::Mutex;

use crate::support::pg::server;
use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

/// Who reads the server's log: one test at a time, as it tells sessions apart but
/// not databases.
pub(crate) static LOGGING: Mutex<()> = Mutex::const_new(());

/// What every environment of this test has besides clients.
pub(crate) fn shared() -> Sample {
    sample()
        .apis(&[("m", "1"), ("m", "2")])
        .connection("c", json!({}))
        .authentication("X", "x")
        .group("1", "g", json!({}))
        .group_api("1", ("m", "1"), json!({}))
        .group_authentication("1", "X")
        .scope("2", "s", json!({}))
        .scope_authentication("2", "X")
        .hidden("3", "2", ("m", "1"), json!({}))
        .api_use("uid-m-1", ("m", "1"))
}

/// Clients with a row in every table, and with a group and a scope of their own.
pub(crate) fn clients(mut sample: Sample, from: i64, count: i64, word: &str) -> Sample {
    for index in from..from + count {
        let id = format!("client{index}");
        let (group, scope, hidden) = (
            format!("{}", 10_000 + index),
            format!("{}", 20_000 + index),
            format!("{}", 30_000 + index),
        );
        sample = sample
            .client(&id, json!({"remark": word}))
            .host(
                index,
                &id,
                "h",
                &format!("10.0.{}.{}", index / 250, index % 250),
            )
            .oauth(&id, json!({"authorities": word}))
            .clientext(&id, index, json!({"reviewRemark": word}))
            .group(&group, &format!("g{index}"), json!({"groupDesc": word}))
            .group_api(&group, ("m", "2"), json!({"moduleVer": word}))
            .client_group(&id, &group)
            .client_group(&id, "1")
            .scope(&scope, &format!("s{index}"), json!({"vgroupDesc": word}))
            .hidden(&hidden, &scope, ("m", "2"), json!({"groupAccess": word}))
            .client_scope(&id, &scope)
            .client_scope(&id, "2")
            .x_key(
                index,
                &id,
                &format!("EN{index}"),
                json!({"apiKeyMask": word}),
            )
            .x_map(index, index, &group)
            .open_key(
                index,
                &id,
                &format!("key{index}"),
                json!({"secretKey": word}),
            )
            .open_map(index, index, "uid-m-1")
            .dp_app(index, &id, json!({"applicationDesc": word}))
            .idp_o(index, &id, "GOOGLE", json!({"remark": word}))
            .idp_l(index, &id, json!({"remark": word}))
            .idp_a(index, &id, json!({"remark": word}))
            .idp_jdbc(index, &id, "c", json!({"remark": word}));
    }
    sample
}

/// Plans and applies half Adds and half Covers; returns the statements that the server executed
/// and how many rows were written.
async fn statements(count: i64) -> (Vec<String>, u64) {
    let _alone = LOGGING.lock().await;
    let site = Site::new(&clients(shared(), 0, count / 2, "old")).await;
    let file = clients(shared(), 0, count, "new");
    gatediff::job::init(&site.target(), gatediff::store::Timeouts::default())
        .await
        .unwrap();
    // Of the databases on this server, only those of this test have their statements logged.
    site.run(&format!(
        "ALTER DATABASE {} SET log_statement = 'all'",
        site.db.name()
    ))
    .await;
    let marker = format!("SELECT 'before {}'", site.db.name());
    site.run(&marker).await;
    let review = site.review(&file).await;
    let receipt = site.apply(&review, &cover_all(&review.plan)).await.unwrap();
    let executed = executed_since(&marker);
    let rows = receipt
        .tables
        .iter()
        .map(|rows| rows.inserted + rows.updated + rows.deleted)
        .sum();
    (executed, rows)
}

/// The statements that the server executed since a marker.
pub(crate) fn executed_since(marker: &str) -> Vec<String> {
    let log = std::fs::read_to_string(server().log_path()).unwrap();
    executed(log.split(marker).last().unwrap())
}

/// The statements in a part of the server's log, of the sessions that began a transaction: a job
/// that takes its time is looked at from beside, now and then.
pub(crate) fn executed(log: &str) -> Vec<String> {
    let logged: Vec<(&str, String)> = log.lines().filter_map(statement).collect();
    let works = |session: &str| {
        logged
            .iter()
            .any(|(other, text)| *other == session && text.starts_with("BEGIN"))
    };
    logged
        .iter()
        .filter(|(session, _)| works(session))
        .map(|(_, text)| text.clone())
        .collect()
}

/// A logged statement, with its session: `2024-01-31 01:02:03.004 UTC [4711] LOG:  statement: …`.
fn statement(line: &str) -> Option<(&str, String)> {
    let (prefix, logged) = line.split_once("LOG:  ")?;
    let session = prefix.split_once('[')?.1.split_once(']')?.0;
    let (how, text) = logged.split_once(": ")?;
    (how == "statement" || how.starts_with("execute ")).then(|| (session, text.to_owned()))
}

#[tokio::test]
async fn a_thousand_clients_take_as_many_statements_as_ten() {
    let (few, few_rows) = statements(10).await;
    let (many, many_rows) = statements(1000).await;
    let described = format!(
        "10 clients: {} statements for {few_rows} rows; 1000 clients: {} statements for {many_rows} rows",
        few.len(),
        many.len()
    );
    println!("{described}");
    assert_eq!(shapes(&few), shapes(&many), "{described}");
    assert!(
        (10..=20).contains(&few.len()) && many_rows > 20_000,
        "{described}"
    );
}

/// Statements without numbers and texts.
pub(crate) fn shapes(statements: &[String]) -> Vec<String> {
    let shape = |statement: &String| {
        let parts = statement.split('\'').step_by(2);
        let rest: String = parts.collect::<Vec<_>>().join("''");
        rest.split(|c: char| c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("#")
    };
    statements.iter().map(shape).collect()
}
