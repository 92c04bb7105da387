//! Secrets stay where they belong: a canary in every secret column of a target
//! and in every secret field of a file is found in the target, in backups and in
//! the journal, and nowhere else, whatever is done and whatever goes wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tempfile::TempDir;

use crate::support::gatediff::{Ran, command, log};
use crate::support::pty::{Pty, PtyCommand};
use crate::support::sample::{LISTS, Sample, sample};
use crate::support::site::Site;
use crate::support::wait::until;

const FIELDS: &str = include_str!("../../fixtures/digirunner/fields.csv");

/// What every canary begins with. Nothing else that is printed holds it, and no
/// more than this much of a value has to be shown to be found.
const MARK: &str = "Zqxj";

/// Values of which one begins so stand for the same canary on both sides: keys
/// are what two sides are matched by.
const SHARED: &str = "=";

// ---- planting

/// The secret fields: list and property, table and column.
fn secret_fields() -> Vec<[String; 4]> {
    let records =
        csv::Reader::from_reader(FIELDS.as_bytes()).into_deserialize::<BTreeMap<String, String>>();
    let secret = records
        .map(Result::unwrap)
        .filter(|field| field["role"] == "secret");
    secret
        .map(|field| ["json_list", "json_field", "table", "column"].map(|name| field[name].clone()))
        .collect()
}

/// The canaries that were planted.
#[derive(Default)]
struct Canaries(RefCell<Vec<String>>);

impl Canaries {
    /// Returns one that fits into the shortest column, and differs from all others.
    fn hatch(&self, side: &str) -> String {
        let mut planted = self.0.borrow_mut();
        let canary = format!("{MARK}{side}{:03}wv", planted.len());
        planted.push(canary.clone());
        canary
    }

    fn shared(&self, name: &str) -> String {
        let canary = format!("{MARK}K{}wv", name.trim_start_matches(SHARED));
        let mut planted = self.0.borrow_mut();
        if !planted.contains(&canary) {
            planted.push(canary.clone());
        }
        canary
    }

    /// Puts one into every secret field of every row, and into the passwords
    /// of addresses and DataSource properties.
    fn plant(&self, mut sample: Sample, side: &str) -> Sample {
        for [list, property, ..] in secret_fields() {
            let list = LISTS.into_iter().find(|known| *known == list).unwrap();
            assert!(
                !sample.rows(list).is_empty(),
                "{side}: {list} has no row for its secret"
            );
            sample = sample.change(list, |row| {
                let given = row
                    .get(&property)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let value = match (given.starts_with(SHARED), property.as_str()) {
                    (true, _) => self.shared(given),
                    (_, "mima") => format!("ENC({})", self.hatch(side)),
                    (_, "dataSourceProperty") => {
                        format!(
                            "{{\"sslpassword\":\"{}\",\"ssl\":\"true\"}}",
                            self.hatch(side)
                        )
                    }
                    _ => self.hatch(side),
                };
                row.insert(property.clone(), json!(value));
            });
        }
        for (list, property, text) in TEXTS {
            sample = sample.change(list, |row| {
                row.insert(property.to_owned(), json!(self.filled(text, side)));
            });
        }
        let turn = Cell::new(0);
        sample.change("dgrRdbConnectionList", |row| {
            let form = turn.replace(turn.get() + 1) % ADDRESSES.len();
            let url = self.filled(ADDRESSES[form], side);
            row.insert("jdbcUrl".to_owned(), json!(url));
        })
    }

    /// Returns a text with a canary wherever one belongs.
    fn filled(&self, text: &str, side: &str) -> String {
        let mut filled = text.to_owned();
        while filled.contains(HERE) {
            filled = filled.replacen(HERE, &self.hatch(side), 1);
        }
        filled
    }

    /// Fails if any of them is there, in any form that it could be read from.
    fn assert_absent(&self, what: &str, bytes: &[u8]) {
        if let Some(found) = self.find(bytes) {
            panic!("{what} tells a secret: {found}");
        }
    }

    /// Looks for them, and returns what is around the first: as they are, as hex
    /// or base64, and hashed without a key.
    fn find(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let mut forms = vec![MARK.to_owned()];
        for canary in self.0.borrow().iter() {
            let hash = Sha256::digest(canary);
            forms.extend([hex(canary.as_bytes()), hex(&hash)]);
            forms.extend(base64_inside(canary.as_bytes()));
            forms.extend(base64_inside(&hash));
        }
        let form = forms
            .iter()
            .find_map(|form| text.find(&form.to_lowercase()));
        form.map(|offset| String::from_utf8_lossy(around(text.as_bytes(), offset)).into_owned())
    }
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canaries = Canaries::default();
    let canary = canaries.hatch("T");
    assert_eq!(canaries.find(b"nothing of it"), None);
    let hash = Sha256::digest(&canary);
    for form in [
        canary.clone(),
        canary.to_uppercase(),
        hex(canary.as_bytes()),
        hex(&hash),
    ] {
        assert!(
            canaries.find(format!("a{form}b").as_bytes()).is_some(),
            "{form}"
        );
    }
    // `base64` of it alone, after one byte, after two; of its hash.
    for encoded in ["WnF4alQwMDB3dg==", "YVpxeGpUMDAwd3Y=", "YWFacXhqVDAwMHd2"] {
        assert!(canaries.find(encoded.as_bytes()).is_some(), "{encoded}");
    }
}

/// Where a canary goes.
const HERE: &str = "<canary>";

/// How drivers take a password in an address.
const ADDRESSES: [&str; 3] = [
    "jdbc:postgresql://u:<canary>@h:5432/db?password=<canary>&ssl=true",
    "jdbc:oracle:thin:u/<canary>@h:1521:sid",
    "jdbc:mysql://u:a@<canary>@h:3306,v:<canary>@i:3306/db?user=u",
];

/// Texts that are not secret as such, and hold a password in an address, or a
/// document with one.
const TEXTS: [(&str, &str, &str); 8] = [
    (
        "dgrGtwIdpInfoOList",
        "callbackUrl",
        "https://u:<canary>@h/cb?code=<canary>",
    ),
    ("dgrGtwIdpInfoOList", "authUrl", "https://u:<canary>@h/auth"),
    (
        "dgrGtwIdpInfoLList",
        "ldapUrl",
        "ldap://cn=u:<canary>@h:389",
    ),
    (
        "dgrGtwIdpInfoAList",
        "apiUrl",
        "https://u:<canary>@h/login?api_key=<canary>",
    ),
    (
        "oauthClientDetailsList",
        "additionalInformation",
        r#"{"home":"https://u:<canary>@h","inner":"{\"ldap\":\"ldap://u:<canary>@h\"}","clientSecret":"<canary>"}"#,
    ),
    (
        "oauthClientDetailsList",
        "webServerRedirectUri",
        "https://u:<canary>@h",
    ),
    (
        "tsmpClientList",
        "remark",
        "see https://u:<canary>@h/x, or jdbc:sqlserver://h;password=<canary>",
    ),
    (
        "tsmpDpClientextList",
        "reviewRemark",
        "asked at ftp://u:<canary>@h",
    ),
];

fn around(text: &[u8], offset: usize) -> &[u8] {
    &text[offset.saturating_sub(200)..text.len().min(offset + 100)]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// What of bytes stays the same in base64 wherever they stand: at each of three offsets, without
/// the characters that their neighbours share.
fn base64_inside(bytes: &[u8]) -> Vec<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |skip: usize| {
        let whole = bytes[skip..].chunks_exact(3);
        let letters = whole.flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
        });
        letters.collect()
    };
    (0..3).map(encode).collect()
}

/// What both sides share, but for every secret.
fn common() -> Sample {
    sample()
        .connection("c", json!({}))
        .connection("o", json!({}))
        .connection("m", json!({}))
        .group("5", "g", json!({}))
        .client("a", json!({}))
        .host(1, "a", "h", "1.1.1.1")
        .client_group("a", "5")
        .oauth("a", json!({}))
        .clientext("a", 1, json!({}))
        .x_key(1, "a", "EN", json!({"apiKeyEn": "=x1"}))
        .x_map(1, 1, "5")
        .open_key(1, "a", "key", json!({"openApiKey": "=d1"}))
        .dp_app(1, "a", json!({}))
        .idp_o(1, "a", "GOOGLE", json!({}))
        .idp_l(1, "a", json!({}))
        .idp_a(1, "a", json!({}))
        .idp_jdbc(1, "a", "c", json!({}))
}

/// The target: what is covered, kept, replaced, and stands in the way.
fn target() -> Sample {
    common()
        // Only here, and kept.
        .x_key(2, "a", "EN-kept", json!({"apiKeyEn": "=x2"}))
        .open_key(2, "a", "key-kept", json!({"openApiKey": "=d2"}))
        // Gives way to the file's rows: the client has an application.
        .idp_o(2, "a", "GOOGLE", json!({}))
        .idp_a(2, "a", json!({}))
        .client("same", json!({"clientAlias": "al"}))
        .connection("only-here", json!({}))
}

/// The file: what is added, covered, replaced, and blocked in each way that a
/// key can be in the way.
fn file() -> Sample {
    common()
        .connection("new", json!({}))
        .client("b", json!({}))
        .oauth("b", json!({}))
        .clientext("b", 2, json!({}))
        .x_key(3, "b", "EN-new", json!({}))
        .open_key(3, "b", "key-new", json!({}))
        .dp_app(2, "b", json!({}))
        .idp_o(3, "a", "GOOGLE", json!({}))
        .idp_o(4, "b", "GOOGLE", json!({}))
        .idp_a(3, "b", json!({}))
        // The alias is another's.
        .client("blocked", json!({"clientAlias": "al"}))
        .x_key(4, "blocked", "EN-blocked", json!({}))
        // The keys are another's in the target.
        .client("thief", json!({}))
        .x_key(5, "thief", "EN-stolen", json!({"apiKeyEn": "=x2"}))
        .open_key(5, "thief", "key-stolen", json!({"openApiKey": "=d2"}))
        // One key twice with one client, and once with another.
        .client("twice", json!({}))
        .open_key(6, "twice", "key-one", json!({"openApiKey": "=d9"}))
        .open_key(7, "twice", "key-two", json!({"openApiKey": "=d9"}))
        .client("third", json!({}))
        .open_key(8, "third", "key-three", json!({"openApiKey": "=d9"}))
}

// ---- looking

/// A database, an import file, a home directory, and what was planted.
struct Cage {
    site: Site,
    home: TempDir,
    canaries: Canaries,
}

impl Cage {
    async fn new() -> Self {
        let canaries = Canaries::default();
        let target = canaries.plant(target(), "T");
        let file = canaries.plant(file(), "F");
        let cage = Self {
            site: Site::new(&target).await,
            home: tempfile::tempdir().unwrap(),
            canaries,
        };
        std::fs::write(cage.path("export.json"), file.export()).unwrap();
        cage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs the binary with everything logged; nothing that it says may tell a secret.
    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(&[("DATABASE_URL", &self.site.db.url())], args)
    }

    fn run_with(&self, environment: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut command = command(self.home.path());
        command
            .current_dir(self.home.path())
            .env("GATEDIFF_LOG", "trace")
            .args(args);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        self.canaries
            .assert_absent(&format!("{args:?} on stdout"), &output.stdout);
        self.canaries
            .assert_absent(&format!("{args:?} on stderr"), &output.stderr);
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs it twice, for people and as a document, and returns the document.
    fn both(&self, code: i32, args: &[&str]) -> Ran {
        let text = self.run(args);
        assert_eq!(text.code, Some(code), "{args:?}: {text:?}");
        let document = self.run(&[args, &["--output", "json"]].concat());
        assert_eq!(document.code, Some(code), "{args:?}: {document:?}");
        document
    }

    /// Applies what the database refuses, in every manner; then lets it be.
    async fn refused(&self, breaking: &str, mending: &str, described: &str) {
        self.site.run(breaking).await;
        let all = ["apply", "export.json", "--cover", "all"];
        let rehearsed = self.both(1, &[&all[..], &["--rehearse"]].concat());
        let applied = self.run(&[&all[..], &["--yes"]].concat());
        let document = self.run(&[&all[..], &["--yes", "--output", "json"]].concat());
        self.site.run(mending).await;
        assert_ne!(applied.code, Some(0), "{breaking}: {applied:?}");
        assert_eq!(document.code, applied.code, "{breaking}: {document:?}");
        let problems = rehearsed.json()["problems"].to_string();
        assert!(problems.contains(described), "{breaking}: {problems}");
        let error = document.json()["error"].to_string();
        assert!(error.contains(described), "{breaking}: {error}");
    }

    async fn text(&self, sql: &str) -> String {
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.site.db.connect().await)
            .await
            .unwrap();
        rows.join("\n")
    }

    /// Fails if a file that was left behind, such as a log, tells a secret.
    fn assert_files_are_clean(&self) {
        let mut seen = Vec::new();
        walk(self.home.path(), &mut |path| {
            if path != self.path("export.json") {
                self.canaries
                    .assert_absent(&path.display().to_string(), &std::fs::read(path).unwrap());
                seen.push(path.to_owned());
            }
        });
        let logs = self.path(".local/state/gatediff/log");
        assert!(seen.iter().any(|path| path.starts_with(&logs)), "{seen:?}");
        let log = log(self.home.path());
        assert!(
            log.contains("TRACE") || log.contains("DEBUG"),
            "everything is logged"
        );
    }

    async fn assert_jobs_are_clean(&self) {
        let jobs = self
            .text("SELECT to_jsonb(j)::text FROM gatediff.jobs j")
            .await;
        assert!(
            jobs.contains("\"failed\""),
            "what was refused is a job too: {jobs}"
        );
        self.canaries
            .assert_absent("gatediff.jobs", jobs.as_bytes());
    }
}

fn walk(directory: &Path, look: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&entry.path(), look);
        } else if kind.is_file() {
            look(&entry.path());
        }
    }
}

// ---- from the file to the undo

#[tokio::test]
async fn no_secret_is_reported_from_the_file_to_the_undo() {
    let cage = Cage::new().await;
    cage.both(1, &["validate", "export.json"]);
    let plan = cage.both(2, &["plan", "export.json"]).json();
    cage.both(2, &["plan", "export.json", "--unchanged"]);
    let described = plan.to_string();
    for word in [
        "key-taken",
        "duplicate-in-file",
        "\"secret\":true",
        "jdbc:postgresql://u:***@",
    ] {
        assert!(described.contains(word), "{word} is not in {plan:#}");
    }
    cage.both(1, &["export", "--out", "export.json/export.json"]);
    assert_eq!(
        cage.run(&["export", "--output", "json"]).code,
        Some(64),
        "an export is no document"
    );

    let saved = cage.run(&[
        "plan",
        "export.json",
        "--out",
        "plan.json",
        "--cover",
        "all",
    ]);
    assert_eq!(saved.code, Some(2), "{saved:?}");
    cage.both(0, &["show", "plan.json"]);
    // Every secret column that is covered changes.
    let meddling = cage.canaries.plant(target(), "N");
    let then = cage.site.dump().await;
    for [list, property, table, column] in secret_fields() {
        let canary = meddling.rows(&list)[0][&property]
            .as_str()
            .unwrap()
            .to_owned();
        if !canary.starts_with(&format!("{MARK}K")) {
            cage.site
                .run(&format!("UPDATE {table} SET {column} = '{canary}'"))
                .await;
        }
    }
    let url = meddling.rows("dgrRdbConnectionList")[0]["jdbcUrl"]
        .as_str()
        .unwrap();
    cage.site
        .run(&format!("UPDATE dgr_rdb_connection SET jdbc_url = '{url}'"))
        .await;
    assert_ne!(cage.site.dump().await, then);
    let stale = cage.both(3, &["apply", "plan.json", "--yes"]).json();
    let fields = stale["stale"].to_string();
    for property in [
        "secretKey",
        "mima",
        "dataSourceProperty",
        "idTokenJwtstr",
        "idpClientMima",
        "reqBody",
    ] {
        assert!(fields.contains(property), "{property} is not in {stale:#}");
    }
    cage.both(0, &["show", "plan.json"]);

    let all = ["apply", "export.json", "--cover", "all"];
    cage.both(0, &[&all[..], &["--rehearse"]].concat());
    let applied = cage.run(&[&all[..], &["--yes", "--output", "json"]].concat());
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let job = applied.json()["job"].to_string();
    cage.both(0, &["history"]);
    cage.both(0, &["history", &job]);
    // An undo that is refused because of secrets.
    let secret = cage.canaries.hatch("U");
    cage.site
        .run(&format!(
            "UPDATE tsmp_open_apikey SET secret_key = secret_key || '{secret}'"
        ))
        .await;
    let refused = cage.both(3, &["undo", &job, "--yes"]).json();
    assert!(
        refused["stale"].to_string().contains("secret_key"),
        "{refused:#}"
    );
    let back =
        format!("UPDATE tsmp_open_apikey SET secret_key = replace(secret_key, '{secret}', '')");
    cage.site.run(&back).await;
    let undone = cage.run(&["undo", &job, "--yes"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    // The other way round: for people the apply, as a document the undo.
    let saved = cage.run(&[
        "plan",
        "export.json",
        "--out",
        "again.json",
        "--cover",
        "all",
        "--output",
        "json",
    ]);
    assert_eq!(saved.code, Some(2), "{saved:?}");
    let applied = cage.run(&["apply", "again.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let backup = cage.run(&["backup", "--out", "export.json/backup.json", &job]);
    assert_eq!(backup.code, Some(1), "{backup:?}");
    let jobs = cage.run(&["history", "--output", "json"]).json();
    let last = jobs["jobs"][0]["job"].to_string();
    let undone = cage.run(&["undo", &last, "--yes", "--output", "json"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    cage.both(0, &["history"]);

    cage.assert_jobs_are_clean().await;
    cage.assert_files_are_clean();
    assert_kept(&cage).await;
}

/// They are where they belong.
async fn assert_kept(cage: &Cage) {
    let target = format!("{:?}", cage.site.dump().await);
    let backups = sqlx::query_scalar("SELECT content FROM gatediff.backups")
        .fetch_all(&mut cage.site.db.connect().await)
        .await;
    let backups = files(backups.unwrap());
    let journal = cage
        .text("SELECT concat(row_before, row_after) FROM gatediff.journal")
        .await;
    for canary in cage
        .canaries
        .0
        .borrow()
        .iter()
        .filter(|canary| canary.contains("xjN"))
    {
        // One of each column was written over the others.
        let times = [&target, &backups, &journal].map(|place| place.contains(canary.as_str()));
        assert!(
            times == [true; 3] || times == [false; 3],
            "{canary}: {times:?}"
        );
    }
    assert!(journal.contains(&format!("{MARK}F")) && backups.contains(&format!("{MARK}N")));
    assert!(target.contains(&format!("{MARK}N")) && journal.contains(&format!("{MARK}Kd1")));
}

/// Returns the files of stored backups.
fn files(stored: Vec<Vec<u8>>) -> String {
    let file = |stored: Vec<u8>| {
        let content = zstd::stream::decode_all(&*stored).unwrap();
        String::from_utf8(content).unwrap()
    };
    stored.into_iter().map(file).collect()
}

#[tokio::test]
async fn no_secret_is_reported_where_a_file_keeps_the_ledger() {
    let cage = Cage::new().await;
    let ledger = ["--ledger", "ledger.db"];
    let apply = [
        &["apply", "export.json", "--cover", "all", "--yes"][..],
        &ledger,
    ]
    .concat();
    assert_eq!(cage.run(&apply).code, Some(0));
    cage.both(0, &[&["history"][..], &ledger].concat());
    cage.both(0, &[&["history", "1"][..], &ledger].concat());
    cage.site
        .run("ALTER TABLE tsmp_client ADD CONSTRAINT no CHECK (client_secret IS NULL) NOT VALID")
        .await;
    let refused = cage.run(&[&["undo", "1", "--yes"][..], &ledger].concat());
    assert_eq!(refused.code, Some(1), "{refused:?}");
    cage.site
        .run("ALTER TABLE tsmp_client DROP CONSTRAINT no")
        .await;
    assert_eq!(
        cage.run(&[&["undo", "1", "--yes"][..], &ledger].concat())
            .code,
        Some(0)
    );

    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(cage.path("ledger.db"));
    let mut file = options.connect().await.unwrap();
    let mut text = async |sql: &'static str| {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut file).await.unwrap();
        rows.join("\n")
    };
    let jobs = text(
        "SELECT concat_ws(' ', command, operator, target, file_path, file_sha256, counts, table_rows, state, error, \
         plan_id, choices, xid) FROM jobs",
    )
    .await;
    assert_eq!(jobs.lines().count(), 3, "{jobs}");
    cage.canaries
        .assert_absent("the jobs of the ledger file", jobs.as_bytes());
    let journal =
        text("SELECT coalesce(row_before, '') || coalesce(row_after, '') FROM journal").await;
    let backups = sqlx::query_scalar("SELECT content FROM backups")
        .fetch_all(&mut file)
        .await;
    let backups = files(backups.unwrap());
    for (place, side) in [(&journal, "F"), (&journal, "T"), (&backups, "T")] {
        assert!(place.contains(&format!("{MARK}{side}")), "{side}");
    }
    drop(file);
    std::fs::remove_file(cage.path("ledger.db")).unwrap();
    cage.assert_files_are_clean();
}

// ---- what goes wrong in the database

#[tokio::test]
async fn no_refusal_of_the_database_reports_a_secret() {
    let cage = Cage::new().await;
    gatediff::job::init(&cage.site.target(), gatediff::store::Timeouts::default())
        .await
        .unwrap();
    let table = "ALTER TABLE tsmp_open_apikey";
    let no = format!("{table} DROP CONSTRAINT no");
    // The whole row is in the detail.
    let check = format!("{table} ADD CONSTRAINT no CHECK (secret_key !~ 'F') NOT VALID");
    cage.refused(&check, &no, "check constraint \\\"no\\\"")
        .await;
    let required = format!(
        "{table} ADD COLUMN more integer NOT NULL DEFAULT 1; {table} ALTER more DROP DEFAULT"
    );
    cage.refused(
        &required,
        &format!("{table} DROP COLUMN more"),
        "column \\\"more\\\"",
    )
    .await;
    // The key is in the detail.
    let once = format!(
        "CREATE UNIQUE INDEX once ON dgr_x_api_key ((left(api_key, {}))) WHERE api_key ~ 'F'",
        5
    );
    cage.refused(&once, "DROP INDEX once", "unique constraint \\\"once\\\"")
        .await;
    let deferred = "ALTER TABLE dgr_rdb_connection ADD COLUMN same text GENERATED ALWAYS AS (left(mima, 9)) STORED; \
                    UPDATE dgr_rdb_connection SET mima = connection_name || mima; \
                    ALTER TABLE dgr_rdb_connection ADD CONSTRAINT later UNIQUE (same) DEFERRABLE INITIALLY DEFERRED";
    let kept = cage
        .text("SELECT connection_name || ' ' || mima FROM dgr_rdb_connection")
        .await;
    cage.refused(
        deferred,
        "ALTER TABLE dgr_rdb_connection DROP COLUMN same",
        "unique constraint \\\"later\\\"",
    )
    .await;
    for (name, mima) in kept.lines().map(|line| line.split_once(' ').unwrap()) {
        let back = format!(
            "UPDATE dgr_rdb_connection SET mima = '{mima}' WHERE connection_name = '{name}'"
        );
        cage.site.run(&back).await;
    }
    // The value is in the message itself.
    let converted = format!(
        "{table} ADD CONSTRAINT no CHECK (secret_key !~ 'F' OR secret_key::integer > 0) NOT VALID"
    );
    cage.refused(&converted, &no, "").await;
    for level in ["EXCEPTION", "WARNING", "NOTICE", "LOG", "INFO"] {
        let trigger = format!(
            "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE {level} 'no % here', NEW.secret_key USING DETAIL = NEW.secret_key, HINT = NEW.secret_key; \
             RAISE EXCEPTION 'not % either', NEW.open_apikey USING ERRCODE = 'check_violation'; END $$; \
             CREATE TRIGGER tell BEFORE INSERT OR UPDATE ON tsmp_open_apikey FOR EACH ROW EXECUTE FUNCTION tell(); \
             SET client_min_messages TO debug5"
        );
        let session = format!(
            "ALTER DATABASE {} SET client_min_messages TO debug5; ",
            cage.site.db.name()
        );
        cage.refused(
            &format!("{session}{trigger}"),
            "DROP FUNCTION tell CASCADE",
            "",
        )
        .await;
    }
    // What is too short, or of another type.
    let short = format!("{table} ALTER secret_key TYPE varchar(8) USING left(secret_key, 8)");
    let all = ["apply", "export.json", "--cover", "all", "--yes"];
    cage.site.run(&short).await;
    cage.both(1, &all);
    cage.site
        .run(&format!("{table} ALTER secret_key TYPE integer USING 1"))
        .await;
    cage.both(1, &all);
    cage.site
        .run("ALTER TABLE dgr_x_api_key DROP COLUMN api_key")
        .await;
    cage.both(1, &all);
    cage.assert_jobs_are_clean().await;
    cage.assert_files_are_clean();
}

// ---- what is wrong with the file

#[tokio::test]
async fn no_mistake_of_a_file_reports_a_secret() {
    let cage = Cage::new().await;
    let export = std::fs::read_to_string(cage.path("export.json")).unwrap();
    // What cannot be stored is found in all of them at once.
    for wrong in [
        |canary: &str| canary.repeat(1000),
        |canary: &str| format!("{canary}\0"),
        |canary: &str| format!("\u{1b}[31m{canary}\u{202e}"),
    ] {
        let mut sample = cage.canaries.plant(file(), "W");
        for [list, property, ..] in secret_fields() {
            let known = LISTS.into_iter().find(|known| *known == list).unwrap();
            sample = sample.change(known, |row| {
                let canary = row[&property].as_str().unwrap().to_owned();
                row.insert(property.clone(), json!(wrong(&canary)));
            });
        }
        cage.try_file(&sample.export());
    }
    // What cannot be read ends with the first.
    for (index, [list, property, ..]) in secret_fields().into_iter().enumerate() {
        let canary = cage.canaries.hatch("E");
        for value in [
            json!([canary]),
            json!({ "value": canary }),
            json!(4_711_471_147_i64),
            json!(true),
        ] {
            cage.try_row(&list, &format!("{{\"{property}\": {value}}}"));
        }
        // In the middle of the text: cut off, twice, badly escaped, in the wrong place.
        let row = format!("{{\"{property}\": \"{canary}");
        let broken = [
            row.clone(),
            format!("{row}\", \"{property}\": \"{canary}\"}}"),
            format!("{row}\\q\"}}"),
            format!("{row}\" \"{canary}\"}}"),
            format!("{{\"{property}\": {canary}}}"),
            format!("{row}\\ud800\"}}"),
            format!("{row}\u{1}\"}}"),
            format!("{row}\n\"}}"),
            format!("{row}\"}}, \"{canary}\""),
            format!("{row}\"}}]}}}} \"{canary}\""),
        ];
        cage.try_row(&list, &broken[index % broken.len()]);
    }
    // Rows that name what is not there, and keys as identity.
    let dangling =
        file()
            .open_map(9, 99, "uid")
            .x_map(9, 99, "nowhere")
            .x_key(9, "nobody", "EN", json!({}));
    let dangling = dangling.open_key(99, "nobody", "key", json!({"openApiKey": "=d9"}));
    cage.try_file(&cage.canaries.plant(dangling, "D").export());
    cage.try_file(export.split_at(export.len() / 2).0);
    cage.try_file(&export.replace("\"importClientRelated\"", "\"importedClientRelated\""));
    std::fs::remove_file(cage.path("wrong.json")).unwrap();
    cage.assert_files_are_clean();
}

impl Cage {
    /// Reads a file with this in the place of a list's rows.
    fn try_row(&self, list: &str, row: &str) {
        let text = format!(
            "{{\"importClientRelated\": {{\"{list}\": [{row}]}}, \"analyzeClientRelated\": null}}"
        );
        self.try_file(&text);
    }

    fn try_file(&self, text: &str) {
        std::fs::write(self.path("wrong.json"), text).unwrap();
        for args in [
            &["validate", "wrong.json"][..],
            &["plan", "wrong.json", "--output", "json"],
        ] {
            let ran = self.run(args);
            assert!(ran.code.is_some_and(|code| code <= 4), "{ran:?}");
        }
    }
}

// ---- the server's own password

#[tokio::test]
async fn the_password_of_the_server_is_reported_nowhere() {
    let cage = Cage::new().await;
    let password = cage.canaries.hatch("P");
    cage.site
        .run(&format!(
            "CREATE ROLE secretive LOGIN SUPERUSER PASSWORD '{password}'"
        ))
        .await;
    let url = cage
        .site
        .db
        .url()
        .replace("user=postgres", "user=secretive");
    let with = format!("{url}&password={password}");
    let plain = [
        ("DATABASE_URL", url.as_str()),
        ("PGPASSWORD", password.as_str()),
    ];
    let apply = ["apply", "export.json", "--cover", "all", "--yes"];
    for environment in [&[("DATABASE_URL", with.as_str())][..], &plain] {
        let applied = cage.run_with(environment, &apply);
        assert_eq!(applied.code, Some(0), "{applied:?}");
        assert!(applied.stdout.contains("secretive@"), "{applied:?}");
        assert_eq!(
            cage.run_with(environment, &["history", "--output", "json"])
                .code,
            Some(0)
        );
        let undone = cage.run_with(environment, &["undo", &cage.last_job().await, "--yes"]);
        assert_eq!(undone.code, Some(0), "{undone:?}");
    }
    let passfile = cage.path("passfile");
    std::fs::write(&passfile, format!("*:*:*:*:{password}\n{password}\n")).unwrap();
    let service = cage.path("service.conf");
    std::fs::write(
        &service,
        format!("[gate]\nhost=/nonexistent\npassword={password}\n"),
    )
    .unwrap();
    let paths = [&passfile, &service].map(|path| path.to_str().unwrap().to_owned());
    for address in [
        format!("postgres://u:{password}@localhost:1/db"),
        format!("postgres://u:{password}@nowhere.invalid/db"),
        format!("postgres://u:{password}@h:x/db"),
        format!("postgres://u:{password}/x@h/db"),
        format!("postgres:///db?host=/nonexistent&password={password}"),
        format!("postgres:///db?host=/nonexistent&{password}=1"),
        format!("host=/nonexistent password={password}"),
        format!("host=/nonexistent password='{password}"),
        format!("mysql://u:{password}@h/db"),
        "service=gate".to_owned(),
    ] {
        let environment = [
            ("DATABASE_URL", address.as_str()),
            ("PGPASSFILE", &paths[0]),
            ("PGSERVICEFILE", &paths[1]),
        ];
        for output in ["text", "json"] {
            let ran = cage.run_with(&environment, &["plan", "export.json", "--output", output]);
            assert!(matches!(ran.code, Some(1 | 64)), "{address}: {ran:?}");
        }
    }
    std::fs::remove_file(passfile).unwrap();
    std::fs::remove_file(service).unwrap();
    let jobs = cage
        .text("SELECT to_jsonb(j)::text FROM gatediff.jobs j")
        .await;
    // What it made, gatediff's schema too, goes with it.
    cage.site
        .run("DROP OWNED BY secretive; DROP ROLE secretive")
        .await;
    cage.canaries
        .assert_absent("gatediff.jobs", jobs.as_bytes());
    cage.assert_files_are_clean();
}

impl Cage {
    async fn last_job(&self) -> String {
        self.text("SELECT max(job_id)::text FROM gatediff.jobs")
            .await
    }
}

// ---- on the screen

impl Cage {
    fn review(&self) -> Pty {
        PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
            .args([
                "review",
                self.path("export.json").to_str().unwrap(),
                "--database-url",
                &self.site.db.url(),
            ])
            .args(["--operator", "mei"])
            .env("HOME", self.home.path().as_os_str())
            .env("GATEDIFF_LOG", "trace")
            .size(SIZE.0, SIZE.1)
            .spawn()
    }

    fn assert_screens_are_clean(&self, pty: &Pty) {
        self.canaries
            .assert_absent("what was written to the terminal", &pty.bytes());
        for screen in screens(pty) {
            assert!(
                !screen.contains(MARK),
                "the screen tells a secret:\n{screen}"
            );
            // Cut where a line ends.
            let joined = screen.replace(['\n', ' ', '│'], "");
            assert!(
                !joined.contains(MARK),
                "the screen tells a secret:\n{screen}"
            );
        }
    }
}

const SIZE: (u16, u16) = (180, 50);

/// Plays again what was written, and returns each screen that was drawn.
fn screens(pty: &Pty) -> Vec<String> {
    const DRAWN: &[u8] = b"\x1b[?2026l";
    let mut parser = vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0);
    let mut screens: Vec<String> = Vec::new();
    let bytes = pty.bytes();
    let mut rest = bytes.as_slice();
    while let Some(offset) = rest.windows(DRAWN.len()).position(|part| part == DRAWN) {
        let (frame, after) = rest.split_at(offset + DRAWN.len());
        parser.process(frame);
        screens.push(parser.screen().contents());
        rest = after;
    }
    assert!(screens.len() > 10, "every screen is drawn as one");
    screens
}

/// Types keys and waits until what they led to was drawn: the help comes after
/// them, and goes again.
fn press(pty: &mut Pty, keys: &str) {
    const HELP: &str = "Show the keys that work here";
    pty.send(keys);
    pty.send("?");
    pty.wait_for(HELP);
    pty.send("q");
    pty.wait_until("the help goes", |screen| !screen.contents().contains(HELP));
}

/// Unfolds the whole tree and goes through it: each detail with every field from
/// its beginning to its end, with both sides, copied too. Then reads why each
/// client is what it is.
fn walk_items(pty: &mut Pty) {
    press(pty, "u1ggl");
    let mut last = String::new();
    while last != pty.text() {
        last = pty.text();
        press(pty, "ys3Gy");
        press(pty, "s1jl");
    }
    // It ends with the tree's last row, which is none of the first.
    assert!(
        last.contains("Lack API") || last.contains("Warnings"),
        "{last}"
    );
    press(pty, "u1gg2gg");
    for _ in 0..6 {
        explain(pty);
        press(pty, "j");
    }
    press(pty, "1gg");
}

/// Reads why an item is what it is.
fn explain(pty: &mut Pty) {
    const WHY: &str = "by kind and key: ";
    pty.send("e");
    pty.wait_for(WHY);
    pty.send("q");
    pty.wait_until("the explanation goes", |screen| {
        !screen.contents().contains(WHY)
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_reported_on_the_screen() {
    let cage = Cage::new().await;
    let mut pty = cage.review();
    pty.wait_for("Clients · ");
    walk_items(&mut pty);
    let seen = screens(&pty).join("\n");
    for shown in [
        "secretKey",
        "idTokenJwtstr",
        "dataSourceProperty",
        "key taken",
        "jdbc:postgresql://u:***@h",
    ] {
        assert!(seen.contains(shown), "never saw {shown}");
    }
    pty.send("C");
    pty.wait_for("Confirm cover all");
    pty.send("\t\r");
    pty.wait_for("~ Cover");
    pty.send("w");
    pty.wait_for("Save the plan");
    pty.send("\r");
    until("the plan is saved", || {
        cage.path(".local/state/gatediff/plans").exists()
    });
    pty.wait_until("the question closes", |screen| {
        !screen.contents().contains("Save the plan")
    });
    // A row that is refused, first in a rehearsal.
    let table = "ALTER TABLE tsmp_open_apikey";
    cage.site
        .run(&format!(
            "{table} ADD CONSTRAINT no CHECK (secret_key::integer > 0) NOT VALID"
        ))
        .await;
    pty.send("X");
    pty.wait_for("Rehearsed: 2 problems");
    pty.send("q");
    import(&mut pty, cage.site.db.name());
    pty.wait_for("SQLSTATE 22P02");
    pty.send("q");
    cage.site.run(&format!("{table} DROP CONSTRAINT no")).await;
    // A secret that changed.
    let secret = cage.canaries.hatch("S");
    let meddle = format!("UPDATE tsmp_open_apikey SET secret_key = secret_key || '{secret}'");
    cage.site.run(&meddle).await;
    import(&mut pty, cage.site.db.name());
    pty.wait_for("secretKey");
    pty.wait_for("The target changed");
    pty.send("\t\r");
    pty.wait_until("it is compared again", |screen| {
        !screen.contents().contains("The target changed")
    });
    cage.assert_screens_are_clean(&pty);
    drop(pty);

    let all = ["apply", "export.json", "--cover", "all", "--yes"];
    assert_eq!(cage.run(&all).code, Some(0));
    cage.site.run(&meddle).await;
    let mut pty = cage.review();
    pty.wait_for("Clients · ");
    pty.send("H");
    pty.wait_for("History: 3 jobs");
    pty.send("\r");
    pty.wait_for("Job ");
    pty.send("q");
    pty.send("U");
    pty.wait_for("can be undone, too");
    confirm(&mut pty, cage.site.db.name());
    pty.wait_for("secret_key");
    pty.send("q");
    pty.wait_until("the refusal goes", |screen| {
        !screen.contents().contains("secret_key")
    });
    let back =
        format!("UPDATE tsmp_open_apikey SET secret_key = replace(secret_key, '{secret}', '')");
    cage.site.run(&back).await;
    pty.wait_for("History: ");
    pty.send("U");
    pty.wait_for("can be undone, too");
    confirm(&mut pty, cage.site.db.name());
    pty.wait_for("Undone");
    pty.send("q");
    cage.assert_screens_are_clean(&pty);
    drop(pty);
    cage.assert_jobs_are_clean().await;
    cage.assert_files_are_clean();
}

/// Asks for the import and confirms it.
fn import(pty: &mut Pty, database: &str) {
    pty.send("P");
    pty.wait_for("Confirm import");
    confirm(pty, database);
}

/// Types the database's name and presses the button.
fn confirm(pty: &mut Pty, database: &str) {
    pty.send(database);
    pty.wait_for(database);
    pty.send("\t\r");
}
