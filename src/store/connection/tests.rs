use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use sqlx::postgres::PgSslMode;

use super::address::NAMING;
use super::session::session_sql;
use super::*;
use crate::store::Timeouts;

const CANARY: &str = "canary7f3a";

/// An environment of key-value pairs.
fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |wanted| {
        pairs
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| (*value).to_owned())
    }
}

fn shown(url: Option<&str>, pairs: &[(&str, &str)]) -> String {
    Target::resolve(url, env(pairs)).map_or_else(|error| panic!("{error}"), |it| it.display())
}

/// sqlx shows its password in `to_url_lossy`, and nowhere else.
fn password(target: &Target) -> String {
    use sqlx::ConnectOptions;
    let url = target.options.to_url_lossy();
    url.password().unwrap_or_default().to_owned()
}

fn secret_file(text: &str, mode: u32) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    std::fs::set_permissions(file.path(), PermissionsExt::from_mode(mode)).unwrap();
    file
}

#[test]
fn encodes_what_a_url_cannot_hold() {
    assert_eq!(percent_encoded("/tmp/a b"), "%2Ftmp%2Fa%20b");
    assert_eq!(percent_encoded("資料"), "%E8%B3%87%E6%96%99");
}

#[test]
fn the_parameter_goes_before_database_url() {
    let pairs = [("DATABASE_URL", "postgres://b@two/y"), ("PGHOST", "three")];
    assert_eq!(shown(Some("postgres://a@one/x"), &pairs), "a@one:5432/x");
    assert_eq!(shown(None, &pairs), "b@two:5432/y");
}

#[test]
fn variables_fill_what_the_url_leaves_open() {
    let pairs = [
        ("PGHOST", "h"),
        ("PGPORT", "6432"),
        ("PGUSER", "me"),
        ("PGDATABASE", "d"),
    ];
    assert_eq!(shown(None, &pairs), "me@h:6432/d");
    assert_eq!(shown(Some("postgres://other"), &pairs), "me@other:6432/d");
    assert_eq!(shown(Some("dbname=e user=you"), &pairs), "you@h:6432/e");
}

#[test]
fn an_address_from_farther_away_does_not_replace_a_host() {
    let pairs = [
        ("PGHOSTADDR", "192.0.2.7"),
        ("PGHOST", "h"),
        ("PGUSER", "me"),
    ];
    assert_eq!(shown(None, &pairs), "me@192.0.2.7:5432/me");
    assert_eq!(shown(Some("postgres://other"), &pairs), "me@other:5432/me");
    assert_eq!(shown(Some("dbname=d"), &pairs), "me@192.0.2.7:5432/d");
}

#[test]
fn what_names_no_database_is_no_target() {
    let names = |name: &str, value: &str| Target::is_named_by(env(&[(name, value)]));
    for name in NAMING {
        assert!(names(name, "x") && !names(name, ""), "{name}");
    }
    for name in [
        "PGPASSWORD",
        "PGPASSFILE",
        "PGSSLMODE",
        "PGSERVICEFILE",
        "PGCONNECT_TIMEOUT",
        "HOME",
    ] {
        assert!(!names(name, "x"), "{name}");
    }
}

#[test]
fn an_address_that_leaves_something_open_means_what_the_shell_and_what_the_defaults_fill_in() {
    let places = |pairs: &[(&str, &str)]| {
        let named = Target::all_named("postgres://me@/gate", env(pairs)).unwrap();
        named.iter().map(Target::place).collect::<Vec<_>>()
    };
    assert_eq!(places(&[("PGHOST", "h")]), ["h:5432/gate", &places(&[])[0]]);
    assert!(Target::all_named("service=none", env(&[])).is_err());
}

#[test]
fn empty_variables_count_as_unset() {
    let pairs = [
        ("PGHOST", "h"),
        ("PGPORT", ""),
        ("PGUSER", "me"),
        ("DATABASE_URL", ""),
    ];
    assert_eq!(shown(None, &pairs), "me@h:5432/me");
}

#[test]
fn the_database_is_named_like_the_user() {
    assert_eq!(shown(Some("postgres://me@h"), &[]), "me@h:5432/me");
}

#[test]
fn a_socket_directory_is_shown_as_the_host() {
    let target = Target::resolve(None, env(&[("PGHOST", "/tmp/x"), ("PGUSER", "me")])).unwrap();
    assert_eq!(target.display(), "me@/tmp/x:5432/me");
    assert_eq!(target.host(), "/tmp/x");
    assert!(matches!(target.options.get_ssl_mode(), PgSslMode::Disable));
    let url = "postgresql:///d?host=%2Ftmp%2Fx&user=me";
    assert_eq!(shown(Some(url), &[]), "me@/tmp/x:5432/d");
}

#[test]
fn an_address_of_version_six_is_shown_in_brackets() {
    assert_eq!(shown(Some("postgres://me@[::1]/d"), &[]), "me@[::1]:5432/d");
}

#[test]
fn a_service_goes_before_variables_and_after_the_url() {
    let file = secret_file("[gate]\nhost=s\nport=1111\nuser=svc\ndbname=sd\n", 0o644);
    let path = file.path().to_str().unwrap();
    let pairs = [
        ("PGSERVICE", "gate"),
        ("PGSERVICEFILE", path),
        ("PGHOST", "h"),
        ("PGUSER", "u"),
    ];
    assert_eq!(shown(None, &pairs), "svc@s:1111/sd");
    assert_eq!(
        shown(Some("postgres://me@other"), &pairs),
        "me@other:1111/sd"
    );
    let by_url = [("PGSERVICEFILE", path)];
    assert_eq!(
        shown(Some("service=gate dbname=x"), &by_url),
        "svc@s:1111/x"
    );
}

#[test]
fn service_files_are_searched_in_order() {
    let home = tempfile::tempdir().unwrap();
    let system = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".pg_service.conf"), "[a]\nhost=home\n").unwrap();
    std::fs::write(
        system.path().join("pg_service.conf"),
        "[a]\nhost=sys\n[b]\nhost=sys\n",
    )
    .unwrap();
    let pairs = [
        ("HOME", home.path().to_str().unwrap()),
        ("PGSYSCONFDIR", system.path().to_str().unwrap()),
        ("PGUSER", "me"),
    ];
    assert_eq!(shown(Some("service=a"), &pairs), "me@home:5432/me");
    assert_eq!(shown(Some("service=b"), &pairs), "me@sys:5432/me");
    let error = Target::resolve(Some("service=c"), env(&pairs)).unwrap_err();
    assert!(
        matches!(&error, ConnectError::NoService { files, .. } if files.len() == 2),
        "{error}"
    );
}

#[test]
fn a_broken_service_file_is_named_with_its_line() {
    let file = secret_file("[gate]\nhost=s\nhurz\n", 0o644);
    let pairs = [
        ("PGSERVICE", "gate"),
        ("PGSERVICEFILE", file.path().to_str().unwrap()),
    ];
    let error = Target::resolve(None, env(&pairs)).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn a_url_without_a_password_takes_it_from_the_password_file() {
    let file = secret_file(&format!("h:*:d:me:{CANARY}\n"), 0o600);
    let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
    let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
    assert_eq!(password(&target), CANARY);
    let target = Target::resolve(Some("postgres://me:own@h/d"), env(&pairs)).unwrap();
    assert_eq!(password(&target), "own");
    let target = Target::resolve(Some("postgres://you@h/d"), env(&pairs)).unwrap();
    assert_eq!(password(&target), "");
}

#[test]
fn the_password_file_is_in_the_home_directory() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    std::fs::write(&file, format!("*:*:*:*:{CANARY}\n")).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let pairs = [("HOME", home.path().to_str().unwrap())];
    let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
    assert_eq!(password(&target), CANARY);
}

#[test]
fn a_password_file_that_others_can_read_is_not_used() {
    let file = secret_file(&format!("*:*:*:*:{CANARY}\n"), 0o644);
    let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
    let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
    assert_eq!(password(&target), "");
    assert_eq!(target.open_passfile.as_deref(), Some(file.path()));
}

#[test]
fn naming_an_authority_means_verifying() {
    let mode = |url: &str| {
        Target::resolve(Some(url), |_| None)
            .unwrap()
            .options
            .get_ssl_mode()
    };
    assert!(matches!(mode("postgres://h"), PgSslMode::Prefer));
    assert!(matches!(
        mode("postgres://h?sslmode=require"),
        PgSslMode::Require
    ));
    assert!(matches!(
        mode("postgres://h?sslmode=require&sslrootcert=/ca"),
        PgSslMode::VerifyCa
    ));
    assert!(matches!(
        mode("postgres://h?sslrootcert=system"),
        PgSslMode::VerifyFull
    ));
}

#[test]
fn options_reach_the_server() {
    let target = Target::resolve(None, env(&[("PGOPTIONS", "-c search_path=a,b")])).unwrap();
    assert_eq!(target.options.get_options(), Some("-c search_path=a,b"));
}

#[test]
fn wrong_values_are_refused() {
    for url in [
        "postgres://h:0/d",
        "postgres://h:x/d",
        "port=99999",
        "sslmode=maybe",
        "connect_timeout=x",
    ] {
        let error = Target::resolve(Some(url), |_| None).unwrap_err();
        assert!(
            matches!(error, ConnectError::Address { .. }),
            "{url}: {error}"
        );
    }
}

#[test]
fn no_text_contains_the_password() {
    let good = [
        format!("postgres://me:{CANARY}@h/d"),
        format!("host=h password='{CANARY}'"),
        format!("postgres:///d?password={CANARY}"),
    ];
    for url in good {
        let target = Target::resolve(Some(&url), |_| None).unwrap();
        assert_eq!(password(&target), CANARY);
        assert!(!format!("{target:?}{}", target.display()).contains(CANARY));
    }
    let bad = [
        format!("postgres://me:{CANARY}/x@h/d"),
        format!("postgres://me:1/{CANARY}@h/d"),
        format!("postgres://me:{CANARY}%@h/d"),
        format!("postgres://me:1/2?{CANARY}=3@h/d"),
        format!("postgres://me:{CANARY}@h:x/d"),
        format!("host=h password='{CANARY}"),
        format!("host=h {CANARY}"),
        format!("{CANARY}=1"),
        CANARY.to_owned(),
    ];
    for url in bad {
        let error = Target::resolve(Some(&url), |_| None).unwrap_err();
        let text = format!("{error}{error:?}{}", error.hint());
        assert!(!text.contains(CANARY), "{url}: {text}");
    }
}

#[test]
fn limits_are_set_in_milliseconds() {
    let sql = session_sql(Timeouts::default(), false);
    assert!(sql.contains("'lock_timeout', '5000'"), "{sql}");
    assert!(
        sql.contains("'idle_in_transaction_session_timeout', '60000'"),
        "{sql}"
    );
    assert!(!sql.contains("statement_timeout"), "{sql}");
}

#[test]
fn a_lock_that_is_not_waited_for_is_no_lock_without_limit() {
    let sql = session_sql(
        Timeouts {
            lock: Some(Duration::ZERO),
            ..Timeouts::default()
        },
        false,
    );
    assert!(sql.contains("'lock_timeout', '1'"), "{sql}");
}
