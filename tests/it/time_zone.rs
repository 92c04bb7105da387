//! The product's wall clocks are the target's, whatever `TZ` the operator has.

use std::path::Path;

use gatediff::job::{self, Failure, Reporter, Review};
use gatediff::store::{Target, Timeouts, Zone};
use serde_json::{Value, json};

use crate::support::gatediff::{Ran, command};
use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, load};

/// 2023-11-14 16:00 UTC, when it is the next day in Taipei.
const MILLIS: &str = "1699977600000";

fn world() -> Sample {
    let date = json!({ "resubmitDateTimeForLongTime": MILLIS });
    sample()
        .client("tz", json!({}))
        .oauth("tz", json!({}))
        .clientext("tz", 2_000_000_900, date)
}

/// A target with a time zone of its own, and a directory with the file.
async fn site(zone: &str) -> (Site, tempfile::TempDir) {
    let site = Site::new(&sample()).await;
    if !zone.is_empty() {
        let name = site.db.name();
        let sql = format!("ALTER DATABASE {name} SET timezone TO '{zone}'");
        site.run(&sql).await;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file.json"), world().export()).unwrap();
    (site, home)
}

fn run(site: &Site, home: &Path, zone: &str, args: &[&str]) -> Ran {
    let mut command = command(home);
    let command = command.current_dir(home).args(args);
    Ran::of(command.env("DATABASE_URL", site.db.url()).env("TZ", zone))
}

async fn days(site: &Site) -> Vec<Value> {
    site.column("tsmp_dp_clientext", "resubmit_date_time", "true")
        .await
}

async fn plan(target: &Target) -> Result<Review, Failure> {
    let file = load(&world());
    job::plan(&file, target, Timeouts::default(), &Reporter::silent()).await
}

fn warnings(review: &Review) -> Vec<&str> {
    let found = review.plan.warnings().iter();
    let found = found.filter(|finding| finding.code == "time-zone");
    found.map(|finding| finding.message.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_imported_in_one_time_zone_is_unchanged_in_another() {
    for (own, day) in [
        ("Asia/Taipei", "2023-11-15T00:00:00"),
        ("America/Lima", "2023-11-14T00:00:00"),
        ("<+08>-08", "2023-11-15T00:00:00"),
    ] {
        let (site, home) = site(own).await;
        let applied = run(
            &site,
            home.path(),
            "Asia/Taipei",
            &["apply", "file.json", "--yes"],
        );
        assert_eq!(
            applied.code,
            Some(0),
            "{}{}",
            applied.stdout,
            applied.stderr
        );
        assert_eq!(days(&site).await, [day], "{own}");
        for zone in ["UTC", "America/Lima", "Pacific/Apia"] {
            let plan = run(
                &site,
                home.path(),
                zone,
                &["plan", "file.json", "--output", "json"],
            );
            let summary = &plan.json()["summary"];
            assert_eq!(summary["add"], 0, "{own} {zone}: {summary}");
            assert_eq!(
                summary["unchanged"], summary["repeat"],
                "{own} {zone}: {summary}"
            );
        }
        let exported = run(
            &site,
            home.path(),
            "Pacific/Apia",
            &["export", "--out", "-"],
        );
        let exported: Value = serde_json::from_str(&exported.stdout).unwrap();
        let exported = &exported["importClientRelated"]["tsmpDpClientextList"][0];
        let millis = exported["resubmitDateTimeForLongTime"].as_str().unwrap();
        let wanted = match own {
            "America/Lima" => "1699938000000",
            _ => MILLIS,
        };
        assert_eq!(millis, wanted, "{own}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_columns_have_the_targets_time() {
    let (site, home) = site("Pacific/Kiritimati").await;
    let args = ["apply", "file.json", "--yes"];
    let applied = run(&site, home.path(), "Pacific/Pago_Pago", &args);
    assert_eq!(
        applied.code,
        Some(0),
        "{}{}",
        applied.stdout,
        applied.stderr
    );
    let sql = "SELECT abs(extract(epoch FROM create_time - (now() AT TIME ZONE 'Pacific/Kiritimati'))) < 600 \
               FROM tsmp_client";
    let is_now: bool = sqlx::query_scalar(sql)
        .fetch_one(&mut site.db.connect().await)
        .await
        .unwrap();
    assert!(is_now);
}

#[tokio::test]
async fn the_roles_setting_comes_before_the_databases_and_the_profiles_after_both() {
    let (site, _home) = site("").await;
    let name = site.db.name();
    let role = format!("zoned_{name}");
    site.run(&format!(
        "CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ))
    .await;
    let url = site.db.url();
    let url = url.replace("user=postgres", &format!("user={role}"));
    let target = Target::resolve(Some(&url), |_| None).unwrap();
    let zone = async |target: &Target| {
        let session = target.connect_session(Timeouts::default()).await;
        session.map(|(_, info)| info.zone)
    };
    // The role may not read the server's configuration.
    let review = plan(&target).await.unwrap();
    assert_eq!(warnings(&review).len(), 1);
    assert!(warnings(&review)[0].contains("`time_zone`"));
    assert!(warnings(&plan(&site.target()).await.unwrap()).is_empty());
    let target = target.in_zone(Zone::named("Asia/Tokyo"));
    assert_eq!(
        zone(&target).await.unwrap(),
        Zone::named("Asia/Tokyo").unwrap()
    );
    assert!(warnings(&plan(&target).await.unwrap()).is_empty());
    for (sql, wanted) in [
        (
            format!("ALTER DATABASE {name} SET timezone TO 'Asia/Seoul'"),
            "Asia/Seoul",
        ),
        (
            format!("ALTER ROLE {role} SET TimeZone TO 'europe/berlin'"),
            "Europe/Berlin",
        ),
        (
            format!("ALTER ROLE {role} IN DATABASE {name} SET timezone TO 'America/Lima'"),
            "America/Lima",
        ),
    ] {
        site.run(&sql).await;
        assert_eq!(
            zone(&target).await.unwrap(),
            Zone::named(wanted).unwrap(),
            "{sql}"
        );
    }
    site.run(&format!(
        "ALTER ROLE {role} IN DATABASE {name} RESET ALL; DROP OWNED BY {role}; DROP ROLE {role}"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_names_the_time_zone_of_its_database() {
    let (site, home) = site("").await;
    let directory = home.path().join(".config/gatediff");
    std::fs::create_dir_all(&directory).unwrap();
    let url = site.db.url();
    let profile = |zone: &str| {
        let text = format!("[profile.there]\ndatabase_url = {url:?}\ntime_zone = {zone:?}\n");
        std::fs::write(directory.join("config.toml"), text).unwrap();
    };
    profile("Asia/Taipei");
    let run = |args: &[&str]| {
        let mut command = command(home.path());
        let command = command.current_dir(home.path()).env("TZ", "America/Lima");
        Ran::of(command.args(["--profile", "there"]).args(args))
    };
    let applied = run(&["apply", "file.json", "--yes"]);
    assert_eq!(
        applied.code,
        Some(0),
        "{}{}",
        applied.stdout,
        applied.stderr
    );
    assert_eq!(days(&site).await, ["2023-11-15T00:00:00"]);
    profile("Mars/Olympus");
    let refused = run(&["plan", "file.json"]);
    assert!(refused.stderr.contains("time_zone"), "{}", refused.stderr);
}
