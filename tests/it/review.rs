//! The real binary in a real terminal, against the private server.

use rustix::process::Signal;
use sqlx::Row as _;

use crate::digirunner::demo;
use crate::support::gatediff::fixture;
use crate::support::pg::TestDb;
use crate::support::pty::{Pty, PtyCommand};
use crate::support::wait::until;

fn review(db: &TestDb, home: &std::path::Path) -> PtyCommand {
    PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args([
            "review",
            &fixture("digirunner/export.json"),
            "--database-url",
            &db.url(),
            "--operator",
            "小美",
        ])
        .env("HOME", home.as_os_str())
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    sqlx::query(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap()
        .get(0)
}

/// Confirms the import of everything: covers all, confirms Lack API, types the
/// database's name.
pub(crate) fn import_everything(pty: &mut Pty, database: &str) {
    pty.wait_for("Clients · 68");
    pty.send("C");
    pty.wait_for("Confirm cover all");
    pty.send("\t\r");
    pty.wait_for("~ Cover");
    pty.send("m");
    pty.wait_for("will be ignored");
    pty.send("\t\r");
    pty.wait_for("lack API");
    pty.send("P");
    pty.wait_for("Confirm import");
    pty.send(database);
    pty.wait_for(database);
    pty.send("\t\r");
}

#[tokio::test]
async fn an_import_is_done_with_the_keyboard_alone_at_80x24() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(&db, home.path()).spawn();
    import_everything(&mut pty, db.name());
    pty.wait_for("Imported: job 1");
    let covered = "SELECT count(*) FROM tsmp_client WHERE update_user = '小美'";
    assert_eq!(count(&db, covered).await, 13);
    let added = "SELECT count(*) FROM tsmp_client WHERE create_user = '小美'";
    assert_eq!(count(&db, added).await, 12);
    assert_eq!(
        count(
            &db,
            "SELECT count(*) FROM gatediff.jobs WHERE operator = '小美'"
        )
        .await,
        1
    );
    pty.send("q");
    pty.wait_for("compared again");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    pty.wait_for("job 1: 23 added, 29 covered");
}

/// Closes what is there to be read or left.
fn close(pty: &mut Pty, gone: &str) {
    pty.send("q");
    pty.wait_until(&format!("no {gone:?}"), |screen| {
        !screen.contents().contains(gone)
    });
}

/// Asks for a file to be saved, takes the path that is proposed, and returns the file's content.
fn save(pty: &mut Pty, key: &str, title: &str, path: &std::path::Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    pty.send(key);
    pty.wait_for(title);
    pty.send("\t\r");
    pty.wait_for("saved: ");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::read_to_string(path).unwrap()
}

/// Types the database's name into the question that is open, and confirms it.
fn confirm_by_name(pty: &mut Pty, database: &str) {
    pty.send(database);
    pty.wait_for(&format!(": {database}"));
    pty.send("\t\r");
}

#[tokio::test]
async fn an_import_is_rehearsed_saved_and_undone_with_the_keyboard_alone_at_80x24() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join(".local/state/gatediff");
    let clients = "SELECT count(*) FROM tsmp_client";
    let before = count(&db, clients).await;
    let mut pty = review(&db, home.path()).spawn();

    pty.wait_for("Clients · 68");
    pty.send("C");
    pty.wait_for("Confirm cover all");
    pty.send("\t\r");
    pty.wait_for("~ Cover");
    pty.send("m");
    pty.wait_for("will be ignored");
    pty.send("\t\r");
    pty.wait_for("confirmed: APIs that are missing");
    pty.send("X");
    pty.wait_for("Rolled back: nothing was written.");
    pty.wait_for("23 added, 29 covered, 58 unchanged, 39 blocked");
    assert_eq!(count(&db, clients).await, before);
    close(&mut pty, "Rolled back");
    let plan = save(
        &mut pty,
        "w",
        "Save the plan",
        &state.join("plans/export-plan.json"),
    );
    assert!(plan.contains("小美") && plan.contains("branch-stm"));
    let exported = state.join(format!("exports/{}-export.json", db.name()));
    let exported = save(&mut pty, "E", "─ Export ─", &exported);

    pty.send("P");
    pty.wait_for("Confirm import");
    confirm_by_name(&mut pty, db.name());
    pty.wait_for("Imported: job 1");
    assert_eq!(count(&db, clients).await, before + 12);
    pty.send("q");
    pty.wait_for("compared again");
    pty.wait_for("= Repeat · unchanged");

    pty.send("H");
    pty.wait_for("History: 1 job");
    pty.wait_for("23 added, 29 covered");
    let backup = save(
        &mut pty,
        "b",
        "Save the backup of job 1",
        &state.join("backups/job-1.json"),
    );
    assert_eq!(backup, exported, "the backup is the export from before");
    pty.send("\r");
    pty.wait_for("started");
    pty.send("U");
    pty.wait_for("Undo job 1");
    // Not without the database's name.
    pty.send("\t\r");
    pty.wait_for("type the database name to undo");
    pty.send(db.name());
    pty.wait_for(&format!(": {}", db.name()));
    pty.send("\t\r");
    pty.wait_for("job 2 undid job 1: 52 items restored");
    assert_eq!(count(&db, clients).await, before);
    pty.send("q");
    pty.wait_for("compared again");
    // Everything on the screen is of the new comparison.
    pty.wait_for("12+ 13≠ 21✗");
    pty.wait_for("≠ Repeat · undecided");

    pty.send("H");
    pty.wait_for("History: 2 jobs");
    pty.wait_for("52 restored");
    pty.send("jU");
    pty.wait_for("already undone by job 2");
    close(&mut pty, "History: 2 jobs");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    let left = pty.text().replace('\n', "");
    for described in [
        "job 1: 23 added, 29 covered",
        "job 2 undid job 1: 52 items restored",
    ] {
        assert!(left.contains(described), "{left}");
    }
}

#[tokio::test]
async fn what_is_in_the_way_of_an_undo_is_named_on_the_screen() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(&db, home.path()).size(120, 40).spawn();
    import_everything(&mut pty, db.name());
    pty.wait_for("Imported: job 1");
    pty.send("q");
    pty.wait_for("compared again");
    db.run(
        "INSERT INTO tsmp_client_group SELECT 'edge-case', group_id FROM tsmp_group \
         WHERE create_user = '小美' LIMIT 1",
    )
    .await;
    pty.send("H");
    pty.wait_for("History: 1 job");
    pty.send("U");
    pty.wait_for("Undo job 1");
    confirm_by_name(&mut pty, db.name());
    pty.wait_for("It cannot be undone");
    pty.wait_for("is required by");
    pty.wait_for("edge-case");
    close(&mut pty, "It cannot be undone");
    close(&mut pty, "History: 1 job");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[tokio::test]
async fn cancelling_the_import_writes_nothing() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(&db, home.path()).size(120, 40).spawn();
    pty.wait_for("Clients · 68");
    pty.send("P");
    pty.wait_for("Confirm import");
    // The focus is on Cancel.
    pty.send("\r");
    pty.wait_until("the question closes", |screen| {
        !screen.contents().contains("Confirm import")
    });
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    assert_eq!(
        count(
            &db,
            "SELECT count(*) FROM tsmp_client WHERE create_user = '小美'"
        )
        .await,
        0
    );
}

#[tokio::test]
async fn a_target_that_is_gone_is_reported_on_the_screen_and_can_be_left() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(["review", &fixture("digirunner/export.json")])
        .args([
            "--database-url",
            "postgresql:///gone?host=/nonexistent&user=me",
        ])
        .env("HOME", home.path().as_os_str())
        .spawn();
    pty.wait_for("cannot reach the database server");
    pty.send("q");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(1));
}

#[tokio::test]
async fn a_hangup_ends_the_review() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = review(&db, home.path()).spawn();
    pty.wait_for("Clients · 68");
    pty.signal(Signal::HUP);
    assert_eq!(pty.wait_exit(), Ok(130));
}

#[test]
fn the_demo_leaves_no_process_and_no_directory_behind() {
    let home = tempfile::tempdir().unwrap();
    let temp = tempfile::Builder::new()
        .prefix("gd")
        .tempdir_in("/tmp")
        .unwrap();
    open_to_all(temp.path());
    for leave in [
        Leave::Key,
        Leave::Signal(Signal::TERM),
        Leave::Signal(Signal::KILL),
    ] {
        let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .arg("demo")
            .env("HOME", home.path().as_os_str())
            .env("TMPDIR", temp.path().as_os_str())
            .size(120, 40)
            .spawn();
        pty.wait_for("Clients · 68");
        assert_ne!(
            entries(temp.path()),
            0,
            "the server lives in a directory of its own"
        );
        match leave {
            Leave::Key => pty.send("q"),
            Leave::Signal(signal) => pty.signal(signal),
        }
        pty.wait_exit().ok();
        until("the directory is gone", || entries(temp.path()) == 0);
        until("the server is gone", || !is_running(temp.path()));
    }
}

enum Leave {
    Key,
    Signal(Signal),
}

/// The server runs as another user than root, and has to get in.
fn open_to_all(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}

fn entries(path: &std::path::Path) -> usize {
    std::fs::read_dir(path).unwrap().count()
}

/// Whether a process names the directory on its command line.
fn is_running(path: &std::path::Path) -> bool {
    let wanted = path.to_string_lossy().into_owned();
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        std::fs::read(entry.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&wanted))
    })
}

/// Writes a file below the home's configuration directory.
fn configure(home: &std::path::Path, name: &str, text: &str) {
    let path = home.join(".config/gatediff").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_reported_and_the_defaults_work() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    for (table, described) in [
        ("covr = \"v\"", "unknown action 'covr'"),
        ("cover = \"meta-v\"", "'meta-v' is not a key"),
        ("import = \"c\"", "c for import is already used by cover"),
        ("cover = \"ctrl-i\"", "terminals send"),
    ] {
        configure(
            home.path(),
            "config.toml",
            &format!("theme = \"dark\"\n[keys]\n{table}\n"),
        );
        let mut pty = review(&db, home.path()).size(200, 40).spawn();
        pty.wait_for("Clients · 68");
        pty.wait_for(&format!("config.toml:3: {described}"));
        pty.wait_for("(the default keys are used)");
        pty.send("?");
        pty.wait_for("c          Cover the item");
        pty.send("qq");
        assert_eq!(pty.wait_exit(), Ok(0));
    }
}

#[tokio::test]
async fn a_user_signal_reads_themes_and_keys_again() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    configure(home.path(), "config.toml", "theme = \"sea\"\n");
    configure(
        home.path(),
        "themes/sea.toml",
        "[roles]\ntitle = { bold = true }\n",
    );
    let mut pty = review(&db, home.path()).size(160, 40).spawn();
    let first = |look: fn(&vt100::Cell) -> bool| {
        move |screen: &vt100::Screen| screen.cell(0, 0).is_some_and(look)
    };
    pty.wait_for("Clients · 68");
    pty.wait_until(
        "a bold title",
        first(|cell| cell.bold() && !cell.underline()),
    );
    configure(
        home.path(),
        "config.toml",
        "theme = \"sea\"\n[keys]\nhelp = \"ctrl-x\"\n",
    );
    configure(
        home.path(),
        "themes/sea.toml",
        "[roles]\ntitle = { underlined = true }\n",
    );
    pty.signal(Signal::USR1);
    pty.wait_for("themes and keys were reloaded");
    pty.wait_until(
        "an underlined title",
        first(|cell| !cell.bold() && cell.underline()),
    );
    pty.wait_for("^X help");
    configure(home.path(), "themes/sea.toml", "[roles]\n\ntitel = {}\n");
    pty.signal(Signal::USR1);
    pty.wait_for("sea.toml:3: unknown role 'titel'; did you mean 'title'?");
    pty.wait_until("the title as it was", first(vt100::Cell::underline));
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}
