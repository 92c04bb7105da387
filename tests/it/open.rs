//! Choosing what to compare, on the screen of the real binary.

use std::path::Path;

use tempfile::TempDir;

use crate::digirunner::demo;
use crate::review::import_everything;
use crate::support::gatediff::{Ran, command, fixture};
use crate::support::pg::TestDb;
use crate::support::pty::{Pty, PtyCommand};

/// A home directory with exports of two environments, and other files.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let exports = home.path().join("exports");
    std::fs::create_dir(&exports).unwrap();
    for (from, to) in [
        ("digirunner/export.json", "匯出.json"),
        ("digirunner/export.json", "same.json"),
        ("digirunner/target.json", "uat.json"),
    ] {
        std::fs::copy(fixture(from), exports.join(to)).unwrap();
    }
    std::fs::write(exports.join("notes.txt"), "not an export").unwrap();
    home
}

/// Names databases by profiles.
fn configure(home: &Path, uat: &TestDb, live: &TestDb) {
    let config = home.join(".config/gatediff");
    std::fs::create_dir_all(&config).unwrap();
    let text = format!(
        "[profile.uat]\ndatabase_url = '{}'\n[profile.live]\ndatabase_url = '{}'\n\
         production = true\ntheme = 'light'\n",
        uat.url(),
        live.url()
    );
    std::fs::write(config.join("config.toml"), text).unwrap();
}

fn started(home: &Path, (columns, rows): (u16, u16), args: &[&str]) -> Pty {
    PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(args)
        .env("HOME", home.as_os_str())
        .env("USER", "tester")
        .size(columns, rows)
        .spawn()
}

/// Types the directory, with completion, and filters its list to one file, which is opened.
fn choose_file(pty: &mut Pty, typed: &str) {
    pty.wait_for("File to import");
    pty.send("p");
    pty.wait_for("Path:");
    pty.send("\u{15}~/exp\t");
    pty.wait_for("~/exports/");
    pty.send("\r");
    pty.wait_for("notes.txt");
    filter(pty, typed);
    pty.wait_for("Compare with");
}

fn filter(pty: &mut Pty, typed: &str) {
    pty.send(format!("/{typed}"));
    pty.wait_until("no other file is listed", |screen| {
        !screen.contents().contains("notes.txt")
    });
    pty.send("\r");
}

#[test]
fn two_files_and_then_another_are_compared_by_keyboard_alone_at_any_size() {
    for size in [(80, 24), (40, 12)] {
        let home = home();
        let mut pty = started(home.path(), size, &[]);
        choose_file(&mut pty, "匯");
        pty.send("\t");
        pty.wait_for("[Files]");
        filter(&mut pty, "uat");
        pty.wait_for("Clients · 68");
        pty.wait_for("≠ Repeat");
        // Another file in place of the target, without leaving.
        pty.send(":target\r");
        pty.wait_for("Compare with");
        pty.send("\t");
        pty.wait_for("notes.txt");
        filter(&mut pty, "same");
        pty.wait_for("141 unchanged");
        // And another file against it.
        pty.send(":open\r");
        pty.wait_for("File to import");
        pty.wait_for("notes.txt");
        filter(&mut pty, "uat");
        pty.wait_for("≠ Repeat");
        pty.send("q");
        assert_eq!(pty.wait_exit(), Ok(0));
        pty.wait_for("nothing was written");
        // The files of this session are the recent ones of the next.
        let mut pty = started(home.path(), size, &["review"]);
        pty.wait_for("File to import");
        pty.send("\t");
        pty.wait_for("uat.json");
        pty.send("q");
        assert_eq!(pty.wait_exit(), Ok(0));
        let state = home.path().join(".local/state/gatediff/recent.json");
        let kept = std::fs::read_to_string(state).unwrap();
        assert!(
            kept.contains("uat.json") && kept.contains("匯出.json"),
            "{kept}"
        );
        assert_eq!(kept.matches("uat.json").count(), 1, "{kept}");
    }
}

#[tokio::test]
async fn a_second_target_is_opened_and_everything_follows_it() {
    let (uat, live) = (demo().await, demo().await);
    let home = home();
    configure(home.path(), &uat, &live);
    let mut pty = started(home.path(), (80, 24), &[]);
    choose_file(&mut pty, "匯");
    pty.wait_for("PRODUCTION");
    pty.wait_for("no jobs yet");
    filter_target(&mut pty, "uat");
    import_everything(&mut pty, uat.name());
    pty.wait_for("Imported: job 1");
    pty.send("q");
    pty.wait_for("compared again");

    // What was chosen would be lost.
    pty.send("jjjjj");
    pty.send("\u{14}");
    pty.wait_for("Compare with");
    pty.wait_for("job 1 ");
    filter_target(&mut pty, "live");
    pty.wait_for("≠ Repeat");
    pty.wait_for("PRODUCTION");
    pty.send("H");
    pty.wait_for("No jobs in this target yet.");
    pty.send("q");
    pty.send("C");
    pty.wait_for("Confirm cover all");
    pty.send("\t\r");
    pty.wait_for("~ Cover");
    pty.send(":target\r");
    pty.wait_for("Compare with");
    filter_target(&mut pty, "uat");
    pty.wait_for("Your choices would be lost.");
    pty.send("\t\r");
    pty.wait_for("= Repeat");
    pty.wait_until("the mark of production is gone", |screen| {
        !screen.contents().contains("PRODUCTION")
    });
    pty.send("H");
    pty.wait_for("History: 1 job");
    pty.send("q");
    pty.send("S");
    pty.wait_for("Scopes");
    // From the scopes, too.
    pty.send("\u{14}");
    pty.wait_for("Compare with");
    filter_target(&mut pty, "live");
    pty.wait_for("PRODUCTION");
    pty.wait_for("Clients · 68");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
    pty.wait_for("job 1: 23 added, 29 covered");
}

fn filter_target(pty: &mut Pty, name: &str) {
    pty.wait_for("default");
    pty.send(format!("/{name}"));
    pty.wait_until("no other target is listed", |screen| {
        !screen.contents().contains("default")
    });
    pty.send("\r");
}

#[tokio::test]
async fn a_target_that_is_gone_is_said_and_another_is_chosen() {
    let (uat, live) = (demo().await, demo().await);
    let home = home();
    configure(home.path(), &uat, &live);
    let mut pty = started(home.path(), (120, 40), &[]);
    choose_file(&mut pty, "匯");
    pty.send("p");
    pty.wait_for("Path:");
    pty.send("\u{15}postgresql:///gone?host=/nonexistent&user=me\r");
    pty.wait_for("cannot reach the database server");
    pty.wait_for("opens another file");
    pty.send("q");
    pty.wait_for("notes.txt");
    filter(&mut pty, "匯");
    filter_target(&mut pty, "uat");
    pty.wait_for("Clients · 68");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn the_path_of_a_file_that_is_written_is_completed() {
    let home = home();
    let exports = home.path().join("exports");
    let file = |name: &str| exports.join(name).to_str().unwrap().to_owned();
    let args = ["review", &file("匯出.json"), "--against", &file("uat.json")];
    let mut pty = started(home.path(), (80, 24), &args);
    pty.wait_for("Clients · 68");
    pty.send("w");
    pty.wait_for("Save the plan");
    pty.send("\u{15}~/exp\t");
    pty.wait_for("~/exports/");
    pty.send("plan.json\r");
    pty.wait_for("saved: ");
    let plan = std::fs::read_to_string(exports.join("plan.json")).unwrap();
    assert!(plan.contains("gatediff-plan"), "{plan}");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn a_given_target_is_kept_while_the_file_is_chosen() {
    let home = home();
    let target = home.path().join("exports/uat.json");
    let args = ["review", "--against", target.to_str().unwrap()];
    let mut pty = started(home.path(), (80, 24), &args);
    pty.wait_for("File to import");
    pty.send("p");
    pty.wait_for("Path:");
    pty.send("\u{15}~/exports/same.json\r");
    pty.wait_for("Clients · 68");
    pty.wait_for("≠ Repeat");
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}

#[test]
fn without_a_terminal_there_is_help_and_nothing_to_choose() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| Ran::of(command(home.path()).args(args));
    let alone = run(&[]);
    assert_eq!(alone.code, Some(64));
    assert!(alone.stderr.contains("Usage: gatediff"), "{alone:?}");
    let only_options = run(&["--profile", "uat"]);
    assert_eq!(only_options.code, Some(64), "{only_options:?}");
    let review = run(&["review"]);
    assert_eq!(review.code, Some(64));
    assert!(review.stderr.contains("requires a terminal"), "{review:?}");
    let format = run(&["review", "--format", "digirunner"]);
    assert_eq!(format.code, Some(64));
    assert!(format.stderr.contains("and no file"), "{format:?}");
}
