//! The screen with products of whole documents: the same keys as ever.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sqlx::Row as _;

use crate::platforms::{Product, SP_CONFIG, TYK};
use crate::support::pg::TestDb;
use crate::support::pty::{Pty, PtyCommand};

fn review(product: &Product, db: &TestDb, home: &Path) -> Pty {
    PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args([
            "review",
            &product.export(),
            "--database-url",
            &db.url(),
            "--operator",
            "小美",
        ])
        .env("HOME", home.as_os_str())
        .size(120, 40)
        .spawn()
}

/// Every row of every table but the ledger's, by table.
async fn rows(db: &TestDb) -> BTreeMap<String, Vec<Value>> {
    let mut connection = db.connect().await;
    let names = "SELECT schemaname || '.' || tablename FROM pg_tables \
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let names = sqlx::query(names).fetch_all(&mut connection).await.unwrap();
    let mut all = BTreeMap::new();
    for name in names.iter().map(|row| row.get::<String, _>(0)) {
        if name.starts_with("gatediff.") && name != "gatediff.documents" {
            continue;
        }
        let sql = format!("SELECT to_jsonb(t) FROM {name} t ORDER BY to_jsonb(t)::text");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        all.insert(name, found.iter().map(|row| row.get(0)).collect());
    }
    all
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    sqlx::query(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap()
        .get(0)
}

/// Types the database's name into the question that is open, and confirms it.
fn confirm_by_name(pty: &mut Pty, database: &str) {
    pty.send(database);
    pty.wait_for(&format!(": {database}"));
    pty.send("\t\r");
}

/// Reviews, rehearses, imports without a backup, looks at it, undoes it.
async fn drive(product: &Product, first: &str, has_missing: bool) {
    let db = product.demo().await;
    let before = rows(&db).await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(product, &db, home.path());
    pty.wait_for(first);
    pty.send("C");
    pty.wait_for("Confirm cover all");
    pty.send("\t\r");
    pty.wait_for("~ Cover");
    if has_missing {
        pty.send("m");
        pty.wait_for("will be ignored");
        pty.send("\t\r");
        pty.wait_for("confirmed: Objects that are missing");
    }
    pty.send("X");
    pty.wait_for("Rolled back: nothing was written.");
    assert_eq!(rows(&db).await, before);
    pty.send("q");

    pty.send("P");
    pty.wait_for("A backup will be saved");
    pty.send("\tB");
    pty.wait_for("No backup will be saved");
    pty.send("\t\t");
    confirm_by_name(&mut pty, db.name());
    pty.wait_for("Imported: job 2");
    assert_ne!(rows(&db).await, before);
    let written = "SELECT count(*) FROM gatediff.documents WHERE updated_by = '小美'";
    assert!(count(&db, written).await > 0);
    assert_eq!(
        count(
            &db,
            "SELECT count(*) FROM gatediff.backups WHERE job_id = 2"
        )
        .await,
        0
    );
    pty.send("q");
    pty.wait_for("compared again");
    pty.wait_for("unchanged");

    pty.send("H");
    pty.wait_for("History: 2 jobs");
    pty.send("b");
    pty.wait_for("job 2 kept no backup");
    pty.send("U");
    pty.wait_for("Undo job 2");
    confirm_by_name(&mut pty, db.name());
    pty.wait_for("job 3 undid job 2");
    assert_eq!(rows(&db).await, before);
    pty.send("q");
    pty.wait_for("compared again");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[tokio::test]
async fn tyk_is_reviewed_imported_and_undone_with_the_keyboard_alone() {
    drive(&TYK, "Organisations · ", true).await;
}

#[tokio::test]
async fn sp_config_is_reviewed_imported_and_undone_with_the_keyboard_alone() {
    drive(&SP_CONFIG, "Transforms · ", false).await;
}

#[tokio::test]
async fn one_item_of_many_is_chosen_and_nothing_else_is_written() {
    let db = SP_CONFIG.demo().await;
    let before = count(&db, "SELECT count(*) FROM gatediff.documents").await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(&SP_CONFIG, &db, home.path());
    pty.wait_for("Transforms · ");
    // Kinds that the file has nothing of are not there, and neither are those that can only be exported.
    for title in ["Access profiles", "Other types"] {
        assert!(!pty.text().contains(title), "{}", pty.text());
    }
    pty.send("!");
    pty.wait_for("Cannot");
    // Leave all that is new out, then choose one.
    pty.send("/");
    pty.send("離職人員");
    pty.send("\r");
    pty.wait_for("will be added");
    pty.send(" ");
    pty.wait_for("left out");
    pty.send(" ");
    pty.wait_for("will be added");
    pty.send("3");
    pty.wait_for("ManagerCorrelation");
    pty.send("q");
    pty.wait_exit().ok();
    assert_eq!(
        count(&db, "SELECT count(*) FROM gatediff.documents").await,
        before
    );
}
