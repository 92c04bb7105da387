//! Scopes with the keyboard alone, in a real terminal of 80×24, by the real
//! binary against the private server.

use std::path::Path;

use gatediff::store::Timeouts;
use serde_json::json;

use crate::digirunner::demo;
use crate::support::pg::TestDb;
use crate::support::pty::{Pty, PtyCommand};
use crate::support::site::Site;

fn scopes(db: &TestDb, home: &Path) -> PtyCommand {
    PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(["scope", "--database-url", &db.url(), "--operator", "小美"])
        .env("HOME", home.as_os_str())
}

/// Sends keys, one after the other, each after what was to be seen before it.
fn run_script(pty: &mut Pty, script: &[(&str, &str)]) {
    for (seen, keys) in script {
        pty.wait_for(seen);
        pty.send(keys);
    }
}

/// Waits until the scopes were read again, which begins with the result of an
/// edit: until then, nothing that writes is begun.
fn settle(pty: &Pty) {
    pty.wait_until("the scopes as they are", |screen| {
        !screen.contents().contains("being read")
    });
}

/// Closes a result, and waits for the scopes to be read again.
fn close(pty: &mut Pty, gone: &str, listed: &str) {
    pty.send("q");
    pty.wait_until(&format!("no {gone:?}"), |screen| {
        !screen.contents().contains(gone)
    });
    pty.wait_for(listed);
    settle(pty);
}

/// Fills in a new scope: the modules by search, the APIs of one of them.
fn create(pty: &mut Pty) {
    run_script(
        pty,
        &[
            ("17 scopes", "a"),
            ("Create API scope", "vendor\t"),
            ("6/30", "外部廠商\t"),
            ("4/85", "\u{7f}30\t"),
            ("30 ", "   "),
            ("day", "\t\u{7f}5\t\r"),
            ("Authentication types", " \r"),
            ("CERT", "\t\tfor vendors\t\r"),
            ("Modules", "/cards\r"),
            ("1 of 12 listed", " \r"),
            ("no APIs selected", "\r"),
            ("0 of 7 selected", "/freeze\r"),
            ("1 of 7 listed", "a"),
            ("1 of 7 selected", "\r"),
            ("(maximum 186) in 1 module", "\u{f}"),
            ("job 1: scope vendor created", ""),
        ],
    );
    close(pty, "Done: job 1", "18 scopes");
}

/// Takes the module out, changes the alias, looks at what differs, saves.
fn update(pty: &mut Pty) {
    pty.send("e");
    run_script(
        pty,
        &[
            ("Update API scope vendor", "\t\u{15}新別名"),
            // Eight fields on, the module.
            ("3/85", "\t\t\t\t\t\t\t"),
            ("▸   cards", "D"),
            ("0 APIs (maximum 186) in 0", "\u{f}"),
            ("外部廠商 → 新別名", "\t\r"),
            ("job 2: scope vendor updated", ""),
        ],
    );
    close(pty, "Done: job 2", "18 scopes");
}

/// Undoes the job that stands so many rows down the history.
fn undo(pty: &mut Pty, db: &TestDb, (job, down): (i64, usize), listed: &str) {
    pty.send("H");
    pty.wait_for("History:");
    pty.wait_until("the jobs", |screen| {
        !screen.contents().contains("Reading the ledger.")
    });
    pty.send("j".repeat(down));
    pty.send("U");
    pty.wait_for(&format!("Undo job {job}"));
    pty.send(db.name());
    pty.wait_for(&format!(": {}", db.name()));
    pty.send("\t\r");
    pty.wait_for(&format!("undid job {job}"));
    close(pty, &format!("Undone: job {job}"), listed);
}

#[tokio::test]
async fn a_scope_is_created_updated_deleted_and_each_undone_with_the_keyboard_alone_at_80x24() {
    let site = Site { db: demo().await };
    let home = tempfile::tempdir().unwrap();
    let before = site.dump().await;
    let mut pty = scopes(&site.db, home.path()).spawn();

    create(&mut pty);
    let row = site.row("tsmp_vgroup", "vgroup_name = 'vendor'").await;
    let of = |columns: &[&str]| {
        columns
            .iter()
            .map(|column| row[*column].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&[
            "vgroup_alias",
            "vgroup_desc",
            "security_level_id",
            "allow_days",
            "allow_times",
            "create_user"
        ]),
        [
            json!("外部廠商"),
            json!("for vendors"),
            json!("SYSTEM"),
            json!(2_592_000),
            json!(5),
            json!("小美")
        ]
    );
    let linked = site.rows("tsmp_group", "vgroup_name = 'vendor'").await;
    assert!(!linked.is_empty());
    let created = site.dump().await;

    update(&mut pty);
    let row = site.row("tsmp_vgroup", "vgroup_name = 'vendor'").await;
    assert_eq!(
        (&row["vgroup_alias"], &row["update_user"]),
        (&json!("新別名"), &json!("小美"))
    );
    assert_eq!(
        site.rows("tsmp_group", "vgroup_name = 'vendor'").await,
        [json!(null); 0]
    );
    let updated = site.dump().await;

    // No question, as the product has none.
    pty.send("D");
    pty.wait_for("job 3: scope vendor deleted");
    close(&mut pty, "Done: job 3", "17 scopes");
    assert_eq!(site.dump().await, before);

    undo(&mut pty, &site.db, (3, 0), "18 scopes");
    assert_eq!(site.dump().await, updated);
    undo(&mut pty, &site.db, (2, 2), "18 scopes");
    assert_eq!(site.dump().await, created);
    undo(&mut pty, &site.db, (1, 4), "17 scopes");
    assert_eq!(site.dump().await, before);

    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    // What it says at last is still on its way.
    pty.wait_for("scope vendor deleted");
}

#[tokio::test]
async fn deleting_a_scope_that_clients_hold_names_them_and_taking_it_away_lets_it_go() {
    let site = Site { db: demo().await };
    let home = tempfile::tempdir().unwrap();
    let mut pty = scopes(&site.db, home.path()).spawn();
    run_script(
        &mut pty,
        &[
            ("17 scopes", "/corp-treasury\r"),
            ("1 of 17 scopes", "D"),
            (
                "1403 Failed to remove. This virtual group is being used.",
                "q",
            ),
        ],
    );
    let clients =
        "vgroup_id = (SELECT vgroup_id FROM tsmp_vgroup WHERE vgroup_name = 'scp-corp-treasury')";
    let held = site.rows("tsmp_client_vgroup", clients).await;
    assert_eq!(held.len(), 1);
    pty.wait_until("no failure", |screen| !screen.contents().contains("1403"));
    settle(&pty);
    run_script(
        &mut pty,
        &[
            ("1 of 17 scopes", "c"),
            ("assigned to 1 client", "D"),
            ("taken away from client", "q"),
        ],
    );
    pty.wait_for("Not assigned to any client.");
    pty.send("q");
    settle(&pty);
    pty.wait_until("no clients", |screen| {
        !screen.contents().contains("Not assigned to any client.")
    });
    run_script(
        &mut pty,
        &[
            ("scp-corp-treasury", "D"),
            ("scope scp-corp-treasury deleted", "q"),
        ],
    );
    pty.wait_for("0 of 16 scopes");
    assert!(site.rows("tsmp_client_vgroup", clients).await.is_empty());
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[tokio::test]
async fn a_name_that_somebody_took_meanwhile_is_reported_in_the_form_with_all_that_was_typed() {
    let site = Site { db: demo().await };
    let home = tempfile::tempdir().unwrap();
    let mut pty = scopes(&site.db, home.path()).spawn();
    run_script(
        &mut pty,
        &[
            ("17 scopes", "a"),
            ("Create API scope", "vendor\t小美的"),
            ("3/85", ""),
        ],
    );
    site.run(
        "INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, allow_days, allow_times, create_user, create_time) \
         VALUES ('1', 'vendor', 0, 0, 'somebody', now())",
    )
    .await;
    pty.send("\u{f}");
    pty.wait_for("1353 [API scope name] already exists: vendor");
    pty.wait_for("小美的");
    // The focus is where something is wrong.
    pty.send("2");
    pty.wait_for("vendor2");
    settle(&pty);
    pty.send("\u{f}");
    pty.wait_for("scope vendor2 created");
    let rows = site.rows("tsmp_vgroup", "vgroup_alias = '小美的'").await;
    assert_eq!(rows.len(), 1);
    drop(pty);
    // Nothing is left open behind it.
    drop(site.target().connect(Timeouts::default()).await.unwrap());
}
