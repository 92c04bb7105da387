use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::address::NAMING;
use super::parameters::PARAMETERS;
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

/// The password of the first host.
fn password(target: &Target) -> &str {
    let first = target.hosts.first();
    first
        .and_then(|host| host.password.as_deref())
        .unwrap_or_default()
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
fn options_reach_the_server() {
    let target = Target::resolve(None, env(&[("PGOPTIONS", "-c search_path=a,b")])).unwrap();
    assert_eq!(target.options.as_deref(), Some("-c search_path=a,b"));
}

#[test]
fn several_hosts_are_shown_and_located_each() {
    let url = "postgres://me@one:1,two:2/d";
    assert_eq!(shown(Some(url), &[]), "me@one:1,two:2/d");
    let target = Target::resolve(Some(url), env(&[])).unwrap();
    for (host, port) in [("one", 1), ("two", 2)] {
        assert!(target.location().is_same(&Location::new(host, port, "d")));
    }
    assert!(!target.location().is_same(&Location::new("three", 1, "d")));
}

#[test]
fn each_host_has_its_own_password() {
    let file = secret_file("one:*:*:*:first\ntwo:*:*:*:second\n", 0o600);
    let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
    let target = Target::resolve(Some("host=one,two,three user=me"), env(&pairs)).unwrap();
    let passwords: Vec<_> = target
        .hosts
        .iter()
        .map(|host| host.password.as_deref())
        .collect();
    assert_eq!(passwords, [Some("first"), Some("second"), None]);
}

#[test]
fn the_password_file_knows_a_host_by_its_name() {
    let file = secret_file(&format!("db.example:*:*:*:{CANARY}\n"), 0o600);
    let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
    let url = "host=db.example hostaddr=192.0.2.7 user=me";
    assert_eq!(
        password(&Target::resolve(Some(url), env(&pairs)).unwrap()),
        CANARY
    );
}

/// What a parameter is set to, in a way that can be told from its absence: refused, or not.
fn resolved(url: Option<&str>, pairs: &[(&str, &str)]) -> Result<Target, String> {
    Target::resolve(url, env(pairs)).map_err(|error| error.to_string())
}

#[test]
fn a_parameter_means_the_same_wherever_it_is_given() {
    // A value that each checks, or refuses.
    for parameter in PARAMETERS {
        let (name, value) = match parameter.name {
            "host"
            | "dbname"
            | "user"
            | "password"
            | "passfile"
            | "options"
            | "sslcompression"
            | "client_encoding"
            | "application_name"
            | "fallback_application_name"
            | "krbsrvname"
            | "gsslib"
            | "gssdelegation"
            | "sslcert"
            | "sslkey"
            | "sslrootcert"
            | "sslcrl"
            | "sslcrldir"
            | "sslsni"
            | "requirepeer"
            | "max_protocol_version"
            | "servicefile" => {
                assert!(resolved(Some(&format!("host=h {}=x", parameter.name)), &[]).is_ok());
                continue;
            }
            "service" => continue,
            name => (name, "nonsense"),
        };
        let by_url = resolved(Some(&format!("postgres://h/d?{name}={value}")), &[]).unwrap_err();
        let by_keyword = resolved(Some(&format!("host=h {name}={value}")), &[]).unwrap_err();
        assert_eq!(by_url, by_keyword);
        assert!(by_url.contains(name) || name == "port", "{name}: {by_url}");
        let file = secret_file(&format!("[gate]\nhost=h\n{name}={value}\n"), 0o600);
        let path = file.path().to_str().unwrap();
        let by_service = resolved(Some("service=gate"), &[("PGSERVICEFILE", path)]).unwrap_err();
        assert_eq!(by_service.replace(path, "--database-url"), by_url);
        if let Some(variable) = parameter.variable {
            let by_variable = resolved(None, &[(variable, value)]).unwrap_err();
            assert_eq!(by_variable.replace(variable, "--database-url"), by_url);
        }
    }
}

#[test]
fn what_the_address_says_goes_before_what_a_variable_demands() {
    let pairs = [("PGGSSENCMODE", "require"), ("PGHOST", "h")];
    let error = resolved(None, &pairs).unwrap_err();
    assert!(
        error.contains("PGGSSENCMODE") && error.contains("GSSAPI"),
        "{error}"
    );
    assert!(resolved(Some("gssencmode=disable"), &pairs).is_ok());
}

#[test]
fn a_service_file_is_named_by_a_parameter_too() {
    let file = secret_file("[gate]\nhost=s\n", 0o644);
    let address = format!("service=gate user=me servicefile={}", file.path().display());
    assert_eq!(shown(Some(&address), &[]), "me@s:5432/me");
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
    let sql = session_sql(Timeouts::default(), false, None);
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
        None,
    );
    assert!(sql.contains("'lock_timeout', '1'"), "{sql}");
}
