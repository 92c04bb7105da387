//! The right target, through the real binary: whose address counts, what is production however it
//! is addressed, what confirms, and what a read-only profile refuses.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;

use gatediff::job::policy;
use gatediff::store::{LedgerPlace, MatchedBy, PolicyProfile, Target, Timeouts};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::digirunner_statements::{clients, shared};
use crate::support::gatediff::{Ran, command};
use crate::support::pg::{TestDb, server};
use crate::support::proxy::Proxy;
use crate::support::sample::Sample;
use crate::support::site::Site;

/// A home directory with a configuration file.
struct Home(TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.configure(config);
        home
    }

    fn configure(&self, config: &str) {
        let path = self.path(".config/gatediff/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, config).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.0.path());
        command.current_dir(self.0.path()).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Runs it for JSON on a target.
    fn on(&self, url: &str, args: &[&str]) -> (Option<i32>, Value) {
        let mut all = args.to_vec();
        all.extend(["--database-url", url, "--output", "json"]);
        let ran = self.run(&all);
        (ran.code, ran.json())
    }

    /// Says whether a target that can be reached is called production.
    fn is_production(&self, url: &str) -> bool {
        let (code, document) = self.on(url, &["history"]);
        assert_eq!(code, Some(0), "{url}: {document:#}");
        document["production"] == true
    }
}

fn ran(command: &mut Command) -> Ran {
    Ran::of(command)
}

fn profile(name: &str, url: &str, more: &str) -> String {
    format!("[profile.{name}]\ndatabase_url = \"{url}\"\n{more}\n")
}

/// What stands in the target, and a file that adds a client and changes another one.
fn example() -> (Sample, Sample) {
    (
        clients(shared(), 1, 1, "old"),
        clients(shared(), 1, 2, "new"),
    )
}

/// A rule, the options and the variables that it is about, and the database that is meant.
type Case<'a> = (
    &'a str,
    &'a [&'a str],
    &'a [&'a [(&'a str, String)]],
    &'a TestDb,
);

#[tokio::test]
async fn whose_address_counts() {
    let (option, asked, shell, usual) = (
        TestDb::new().await,
        TestDb::new().await,
        TestDb::new().await,
        TestDb::new().await,
    );
    let home = Home::new(&format!(
        "{}{}[profile.bare]\ntheme = \"dark\"\n",
        profile("default", &usual.url(), ""),
        profile("asked", &asked.url(), "")
    ));
    let url = |db: &TestDb| db.url();
    let host = server().target("postgres").host().to_owned();
    let parts = [
        ("PGHOST", host),
        ("PGUSER", "postgres".to_owned()),
        ("PGDATABASE", shell.name().to_owned()),
    ];
    let whole = [("DATABASE_URL", url(&shell))];
    let named = [("GATEDIFF_PROFILE", "asked".to_owned())];
    let harmless = [
        ("PGPASSWORD", "x".to_owned()),
        ("PGSSLMODE", "prefer".to_owned()),
    ];
    let cases: [Case<'_>; 14] = [
        (
            "the default profile where nothing else names a target",
            &[],
            &[],
            &usual,
        ),
        (
            "a password or a TLS mode names no target",
            &[],
            &[&harmless],
            &usual,
        ),
        (
            "DATABASE_URL goes before the default profile",
            &[],
            &[&whole],
            &shell,
        ),
        (
            "PGHOST and its like go before the default profile",
            &[],
            &[&parts],
            &shell,
        ),
        (
            "a profile that is asked for goes before the default profile",
            &["--profile", "asked"],
            &[],
            &asked,
        ),
        (
            "a profile that is asked for goes before DATABASE_URL",
            &["--profile", "asked"],
            &[&whole],
            &asked,
        ),
        (
            "a profile that is asked for goes before PGHOST",
            &["--profile", "asked"],
            &[&parts],
            &asked,
        ),
        (
            "GATEDIFF_PROFILE asks for a profile",
            &[],
            &[&named],
            &asked,
        ),
        (
            "GATEDIFF_PROFILE goes before DATABASE_URL",
            &[],
            &[&named, &whole],
            &asked,
        ),
        (
            "--profile goes before GATEDIFF_PROFILE",
            &["--profile", "default"],
            &[&named],
            &usual,
        ),
        (
            "a profile without an address leaves that to the shell",
            &["--profile", "bare"],
            &[&whole],
            &shell,
        ),
        (
            "--database-url goes before the default profile",
            &["--database-url", &url(&option)],
            &[],
            &option,
        ),
        (
            "--database-url goes before the shell",
            &["--database-url", &url(&option)],
            &[&whole, &parts],
            &option,
        ),
        (
            "--database-url goes before everything",
            &["--database-url", &url(&option), "--profile", "asked"],
            &[&whole, &named],
            &option,
        ),
    ];
    for (sentence, args, environment, wanted) in cases {
        let mut command = home.command(&["history", "--output", "json"]);
        command.args(args).envs(
            environment
                .iter()
                .copied()
                .flatten()
                .map(|(name, value)| (name, value)),
        );
        let ran = ran(&mut command);
        assert_eq!(ran.code, Some(0), "{sentence}: {}", ran.stdout);
        let target = ran.json()["target"].as_str().unwrap().to_owned();
        assert!(
            target.ends_with(&format!("/{}", wanted.name())),
            "{sentence}: {target}"
        );
    }
}

#[tokio::test]
async fn the_default_profiles_settings_count_only_with_its_own_address() {
    let (usual, other) = (TestDb::new().await, TestDb::new().await);
    let home = Home::new(&profile(
        "default",
        &usual.url(),
        "ledger = \"/nonexistent/ledger.db\"",
    ));
    let refused = home.run(&["serve"]);
    assert!(
        refused
            .stderr
            .contains("serve requires its ledger in the target"),
        "{}",
        refused.stderr
    );
    let (_, document) = home.on(&other.url(), &["serve"]);
    assert!(
        document["error"]["message"]
            .as_str()
            .unwrap()
            .contains("nobody could use"),
        "{document:#}"
    );
}

#[tokio::test]
async fn production_is_production_by_whichever_address() {
    let (db, proxy) = (TestDb::new().await, Proxy::new());
    let (name, port) = (db.name(), proxy.port());
    // The socket of the same server, as one that listens on this port would have it.
    let sockets = tempfile::tempdir().unwrap();
    let real = PathBuf::from(server().target(name).host()).join(".s.PGSQL.5432");
    symlink(real, sockets.path().join(format!(".s.PGSQL.{port}"))).unwrap();
    let socket = format!(
        "host={} port={port} dbname={name} user=postgres",
        sockets.path().display()
    );
    let own_name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let by_host =
        |host: &str| format!("host={host} port={port} dbname={name} user=postgres sslmode=disable");
    let by_url = |host: &str| format!("postgresql://somebody@{host}:{port}/{name}?sslmode=disable");

    let mut reached = vec![socket.clone(), by_host("127.0.0.1"), by_host("localhost")];
    let mut named = vec![
        by_url("127.0.0.1"),
        by_url("localhost"),
        by_url("[::1]"),
        by_url("127.1"),
        by_url("LOCALHOST."),
        socket,
    ];
    // Not every machine knows its own name.
    if std::net::ToSocketAddrs::to_socket_addrs(&(own_name.as_str(), port)).is_ok() {
        reached.push(by_host(&own_name));
        named.push(by_url(&own_name));
    }
    for written in &named {
        let home = Home::new(&profile("live", written, "production = true"));
        for url in &reached {
            assert!(home.is_production(url), "{url} of {written}");
        }
        for url in &named {
            let (code, document) = home.on(url, &["undo", "1", "--yes"]);
            assert_eq!(code, Some(64), "{url} of {written}: {document:#}");
            assert_eq!(
                document["error"]["why"],
                "profile 'live' names this database"
            );
        }
        let other = TestDb::new().await;
        assert!(
            !home.is_production(&proxy.url(&other)),
            "another database of {written}"
        );
    }
}

#[tokio::test]
async fn services_and_variables_are_compared_as_what_they_stand_for() {
    let db = TestDb::new().await;
    let target = server().target(db.name());
    let home = Home::new(&profile("live", "service=gateway", "production = true"));
    let service = format!(
        "[gateway]\nhost={}\ndbname={}\nuser=postgres\n",
        target.host(),
        target.database()
    );
    let (_, document) = home.on(&db.url(), &["undo", "1", "--yes"]);
    let why = document["error"]["why"].as_str().unwrap();
    assert!(
        why.contains("'live' may name this database") && why.contains("`gateway`"),
        "{why}"
    );
    std::fs::write(home.path(".pg_service.conf"), service).unwrap();
    assert!(home.is_production(&db.url()));
    let mut command = home.command(&["undo", "1", "--yes"]);
    command
        .env("PGHOST", target.host())
        .env("PGDATABASE", db.name())
        .env("PGUSER", "postgres");
    let ran = ran(&mut command);
    assert_eq!(ran.code, Some(64));
    assert!(
        ran.stderr.contains("profile 'live' names this database"),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_cluster_that_was_met_behind_a_production_profile_is_known_behind_a_tunnel() {
    let (target, file) = example();
    let (site, direct, tunnel) = (Site::new(&target).await, Proxy::new(), Proxy::new());
    let address = direct
        .url(&site.db)
        .replace("postgres@", "postgres:CANARY-7@");
    let home = Home::new(&profile("live", &address, "production = true"));
    std::fs::write(home.path("export.json"), file.export()).unwrap();
    let state = home.path(".local/state/gatediff/targets.json");
    assert!(
        !home.is_production(&tunnel.url(&site.db)),
        "nothing tells yet"
    );
    assert!(!state.exists());

    let ran = home.run(&["history", "--profile", "live"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("PRODUCTION"), "{}", ran.stdout);
    assert_eq!(
        state.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let kept = std::fs::read_to_string(&state).unwrap();
    assert!(
        kept.contains("system_identifier") && !kept.contains("CANARY"),
        "{kept}"
    );

    let before = site.dump().await;
    let url = tunnel.url(&site.db);
    let (code, document) = home.on(&url, &["apply", "export.json", "--yes"]);
    assert_eq!(code, Some(64), "{document:#}");
    let why = "profile 'live' names this database, at another address of the same cluster";
    assert_eq!(
        (&document["error"]["why"], &document["production"]),
        (&json!(why), &json!(true))
    );
    assert_eq!(site.dump().await, before);
    let planned = home.run(&["plan", "export.json", "--database-url", &url]);
    assert!(
        planned.stdout.contains(" PRODUCTION\n"),
        "{}",
        planned.stdout
    );
    let (code, _) = home.on(&url, &["init"]);
    assert_eq!(code, Some(64), "init asks, too");
    assert!(
        !home.is_production(&tunnel.url(&TestDb::new().await)),
        "another database of the cluster"
    );
    let (code, document) = home.on(&url, &["apply", "export.json", "--confirm", site.db.name()]);
    assert_eq!(
        (code, &document["production"]),
        (Some(0), &json!(true)),
        "{document:#}"
    );

    std::fs::write(&state, "{").unwrap();
    let (code, document) = home.on(&url, &["history"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        document["error"]["where"],
        json!(state),
        "production could be hidden in it"
    );
}

#[tokio::test]
async fn a_role_that_may_not_read_the_system_identifier_goes_without() {
    let (db, direct, tunnel) = (TestDb::new().await, Proxy::new(), Proxy::new());
    let role = format!("plain_{}", db.name());
    db.run(&format!(
        "CREATE ROLE {role} LOGIN; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public"
    ))
    .await;
    let as_role = |proxy: &Proxy| proxy.url(&db).replace("postgres@", &format!("{role}@"));
    let home = Home::new(&profile("live", &as_role(&direct), "production = true"));
    assert!(home.is_production(&as_role(&direct)));
    assert!(!home.is_production(&as_role(&tunnel)));
    assert!(!home.path(".local/state/gatediff/targets.json").exists());
    db.run(&format!("DROP ROLE {role}")).await;
}

#[tokio::test]
async fn the_name_of_the_database_confirms_alone_and_another_one_never() {
    let (target, file) = example();
    let site = Site::new(&target).await;
    let name = site.db.name().to_owned();
    let home = Home::new("");
    std::fs::write(home.path("export.json"), file.export()).unwrap();
    let before = site.dump().await;
    let on = |args: &[&str]| home.on(&site.db.url(), args);
    for args in [
        &["apply", "nothing.json", "--confirm", "CANARY-9"][..],
        &["apply", "nothing.json", "--yes", "--confirm", "CANARY-9"],
        &["undo", "1", "--confirm", "CANARY-9"],
        &["init", "--confirm", "CANARY-9"],
        &["scope", "create", "loans", "--confirm", "CANARY-9"],
        &["scope", "update", "none", "--confirm", "CANARY-9"],
        &["serve", "--confirm", "CANARY-9"],
    ] {
        let (code, document) = on(args);
        assert_eq!(code, Some(64), "{args:?} {document:#}");
        assert!(
            document["error"]["message"]
                .as_str()
                .unwrap()
                .contains("--confirm does not name"),
            "{args:?}"
        );
        assert!(!document.to_string().contains("CANARY"), "{document:#}");
    }
    assert_eq!(site.dump().await, before);

    let (code, document) = on(&["apply", "export.json", "--cover", "all"]);
    assert_eq!(code, Some(64), "{document:#}");
    assert!(
        document["error"]["hints"]
            .to_string()
            .contains(&format!("--confirm {name}"))
    );
    let (code, document) = on(&["apply", "export.json", "--cover", "all", "--confirm", &name]);
    assert_eq!(code, Some(0), "{document:#}");
    let (code, document) = on(&["undo", "1", "--confirm", &name]);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(site.dump().await, before);
}

/// Everything that writes.
const WRITING: [&[&str]; 11] = [
    &["apply", "export.json", "--yes"],
    &["apply", "export.json", "--rehearse"],
    &["undo", "1", "--yes"],
    &["init"],
    &["serve"],
    &["scope", "create", "loans"],
    &["scope", "update", "s1", "--times", "1", "--yes"],
    &["scope", "delete", "s1"],
    &["scope", "give", "s1", "client1"],
    &["scope", "take", "s1", "client1"],
    &["scope", "check", "--repair", "--yes"],
];

#[tokio::test]
async fn a_read_only_profile_refuses_every_command_that_writes_before_it_connects() {
    // Nobody listens there.
    let nowhere = "postgresql://me@127.0.0.1:1/gate";
    let home = Home::new(&profile("audit", nowhere, "read_only = true"));
    for args in WRITING {
        for (url, why) in [
            (
                "postgresql://other@localhost:1/gate",
                "profile 'audit' names this database",
            ),
            (
                "postgresql://me@127.0.0.1:1/other",
                "profile 'audit' is used",
            ),
        ] {
            let mut all = args.to_vec();
            if why.ends_with("used") {
                all.extend(["--profile", "audit"]);
            }
            let (code, document) = home.on(url, &all);
            assert_eq!(code, Some(1), "{args:?} {document:#}");
            let error = &document["error"];
            assert_eq!(
                error["message"], "the target is read-only; nothing was written",
                "{args:?}"
            );
            assert_eq!(
                error["why"],
                format!("{why}, and has read_only = true"),
                "{args:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_read_only_target_is_read_and_nothing_is_written_to_it_at_any_address() {
    let (target, file) = example();
    let (site, direct, tunnel) = (Site::new(&target).await, Proxy::new(), Proxy::new());
    let home = Home::new(&profile("audit", &direct.url(&site.db), "read_only = true"));
    std::fs::write(home.path("export.json"), file.export()).unwrap();
    let before = site.dump().await;
    for (args, code) in [
        (&["plan", "export.json"][..], 2),
        (&["plan", "export.json", "--out", "plan.json"], 2),
        (&["show", "plan.json"], 0),
        (&["export", "--out", "all.json"], 0),
        (&["history"], 0),
        (&["validate", "export.json"], 0),
        (&["scope", "list"], 0),
    ] {
        let mut all = args.to_vec();
        all.extend(["--profile", "audit", "--output", "json"]);
        let ran = home.run(&all);
        assert_eq!(ran.code, Some(code), "{args:?} {}", ran.stdout);
        let has_policy = !matches!(args[0], "validate" | "scope");
        assert_eq!(ran.json()["read_only"] == true, has_policy, "{args:?}");
    }
    for args in WRITING {
        let (code, document) = home.on(&tunnel.url(&site.db), args);
        assert_eq!(code, Some(1), "{args:?} {document:#}");
        let error = &document["error"];
        assert_eq!(
            error["message"], "the target is read-only; nothing was written",
            "{args:?} {document:#}"
        );
    }
    assert_eq!(site.dump().await, before);
    let own = "SELECT count(*) FROM pg_namespace WHERE nspname = 'gatediff'";
    let schemas: i64 = sqlx::query_scalar(own)
        .fetch_one(&mut site.db.connect().await)
        .await
        .unwrap();
    assert_eq!(schemas, 0, "not even its own schema");
}

#[tokio::test]
async fn a_session_with_a_read_only_target_cannot_write_whoever_tries() {
    let db = TestDb::new().await;
    let state = tempfile::tempdir().unwrap();
    let audit = |target: &Target| PolicyProfile {
        name: "audit".to_owned(),
        production: false,
        read_only: true,
        is_used: false,
        named: Ok(vec![target.clone()]),
    };
    let with_profiles = async |target: Target, named: &Target| {
        target
            .with_profiles(vec![audit(named)], Some(state.path().to_owned()))
            .await
    };
    let target = with_profiles(db.target(), &db.target()).await;
    let mut connection = target.connect(Timeouts::default()).await.unwrap();
    let created = sqlx::query("CREATE TABLE t ()")
        .execute(&mut connection)
        .await;
    assert_eq!(
        created
            .unwrap_err()
            .as_database_error()
            .unwrap()
            .code()
            .as_deref(),
        Some("25006")
    );

    // The cluster is known from now on: at another address, the job finds out itself.
    policy(&target, Timeouts::default()).await.unwrap();
    let proxy = Proxy::new();
    let tunnel = with_profiles(proxy.target(&db), &db.target()).await;
    assert_eq!(tunnel.policy().read_only, None);
    let failure = gatediff::job::init(&tunnel, Timeouts::default())
        .await
        .unwrap_err();
    assert_eq!(failure.what, "the target is read-only; nothing was written");
    assert_eq!(tunnel.policy().read_only.unwrap().by, MatchedBy::Cluster);
    let history = gatediff::job::history(&tunnel, Timeouts::default(), &LedgerPlace::Target).await;
    assert!(history.unwrap().is_empty());
}
