//! Scopes in the tests: a bank that has some, what is done to them, and what
//! every table is to hold afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatediff::engine::Violation;
use gatediff::job::{self, Cancel, Failure, JobRecord, Reporter, UndoOptions, Undone};
use gatediff::scopes;
use gatediff::scopes::{ApiName, Catalogue, Draft, Edit, EditOptions, Edited};
use gatediff::store::{LedgerPlace, Timeouts};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::sample::{Api, Sample, sample};
use super::site::{BEFORE, OPERATOR, Site, tables};

/// Every row of every table of the product.
pub(crate) type Dump = BTreeMap<String, Vec<Value>>;

pub(crate) const BALANCE: Api = ("bank", "balance");
pub(crate) const TRANSFER: Api = ("bank", "transfer");
pub(crate) const BLOCK: Api = ("cards", "block");
pub(crate) const LIST: Api = ("cards", "list");

/// What is there in every test and concerns no scope that is edited: levels,
/// authentication types, APIs, a plain group and who holds it, a scope of
/// level A and who holds that, with an API key for either's group.
pub(crate) fn bank() -> Sample {
    let of_a =
        json!({"securityLevelId": "A", "allowDays": 60, "allowTimes": 3, "vgroupAlias": "Other"});
    sample()
        .level("A", "Level A")
        .level("B", "Level B")
        .level("C", "Level C")
        .authentication("PIN", "Personal number")
        .authentication("OTP", "One-time password")
        .authentication("FACE", "Face")
        .apis(&[BALANCE, TRANSFER, BLOCK, LIST])
        .group("100", "bank-a-app", json!({}))
        .group_api("100", BALANCE, json!({}))
        .group_authentication("100", "PIN")
        .client("app", json!({}))
        .client_group("app", "100")
        .oauth("app", json!({"scope": "100"}))
        .scope("500", "other", of_a)
        .scope_authentication("500", "OTP")
        .hidden("501", "500", BALANCE, hidden("A", 60, 3, "other"))
        .group_authentication("501", "OTP")
        .client("vendor", json!({"securityLevelId": "A"}))
        .client_scope("vendor", "500")
        .client_group("vendor", "501")
        .oauth("vendor", json!({"scope": "501"}))
        .x_key(9, "vendor", "EN9", json!({}))
        .x_map(91, 9, "100")
        .x_map(92, 9, "501")
}

/// The bank with the scope `crm` (600) of two APIs, each with an authentication
/// type; `one` holds it besides a plain group, `two` alone, `none` nothing.
pub(crate) fn with_crm() -> Sample {
    bank()
        .scope("600", "crm", json!({}))
        .scope_authentication("600", "PIN")
        .hidden("601", "600", BALANCE, hidden("SYSTEM", 0, 0, "crm"))
        .group_authentication("601", "PIN")
        .hidden("602", "600", LIST, hidden("SYSTEM", 0, 0, "crm"))
        .group_authentication("602", "PIN")
        .client("none", json!({}))
        .oauth("none", json!({"scope": "select"}))
}

/// The same, with its holders.
pub(crate) fn with_holders() -> Sample {
    with_crm()
        .client("one", json!({}))
        .client_group("one", "100")
        .holder("one", "600", &["601", "602"])
        .oauth("one", json!({"scope": "100,601,602"}))
        .client("two", json!({}))
        .holder("two", "600", &["601", "602"])
        .oauth("two", json!({"scope": "601,602"}))
}

impl Sample {
    /// Makes a client hold a scope: its own row, and one per hidden group.
    pub(crate) fn holder(self, client: &str, scope: &str, groups: &[&str]) -> Self {
        let sample = self.client_scope(client, scope);
        groups
            .iter()
            .fold(sample, |sample, group| sample.client_group(client, group))
    }
}

/// The properties of a hidden group that come from its scope.
pub(crate) fn hidden(level: &str, seconds: i64, times: i64, scope: &str) -> Value {
    json!({"securityLevelId": level, "allowDays": seconds, "allowTimes": times, "vgroupName": scope,
        "groupAlias": "A0221Alias20200101000000", "groupDesc": "A0221Desc20200101000000", "groupAccess": "[]"})
}

pub(crate) fn api((module, key): Api) -> ApiName {
    ApiName::new(module, key)
}

/// A scope of a name and APIs, without anything else.
pub(crate) fn draft(name: &str, apis: &[Api]) -> Draft {
    Draft {
        name: name.to_owned(),
        apis: apis.iter().map(|name| api(*name)).collect(),
        ..Draft::default()
    }
}

/// Words as a draft has them.
pub(crate) fn words<C: FromIterator<String>>(words: &[&str]) -> C {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn shared(words: &[&str]) -> Vec<Arc<str>> {
    words.iter().map(|word| Arc::from(*word)).collect()
}

pub(crate) fn options() -> EditOptions {
    EditOptions {
        operator: OPERATOR.to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        accept_server_changes: false,
        fix_counters: false,
    }
}

/// The edits, by the names of scopes that there is one of.
impl Site {
    pub(crate) async fn catalogue(&self) -> Catalogue {
        scopes::catalogue(&self.target(), Timeouts::default(), &Reporter::silent())
            .await
            .unwrap()
    }

    pub(crate) async fn edit(&self, edit: Edit) -> Result<Edited, Failure> {
        scopes::edit(
            edit,
            &self.target(),
            &options(),
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
    }

    pub(crate) async fn create(&self, draft: &Draft) -> Result<Edited, Failure> {
        self.edit(Edit::Create(draft.clone())).await
    }

    /// Returns the edit that makes a scope another one.
    pub(crate) async fn updating(&self, name: &str, change: impl FnOnce(&mut Draft)) -> Edit {
        let catalogue = self.catalogue().await;
        let [scope] = catalogue.named(name) else {
            panic!("one scope {name}")
        };
        let seen = Box::new(Draft::of(&catalogue, scope));
        let mut draft = seen.clone();
        change(&mut draft);
        Edit::Update {
            id: Arc::clone(&scope.id),
            seen,
            draft,
        }
    }

    pub(crate) async fn update(
        &self,
        name: &str,
        change: impl FnOnce(&mut Draft),
    ) -> Result<Edited, Failure> {
        self.edit(self.updating(name, change).await).await
    }

    pub(crate) async fn id(&self, name: &str) -> Arc<str> {
        let catalogue = self.catalogue().await;
        let [scope] = catalogue.named(name) else {
            panic!("one scope {name}")
        };
        Arc::clone(&scope.id)
    }

    pub(crate) async fn deleting(&self, name: &str) -> Edit {
        Edit::Delete {
            id: self.id(name).await,
            name: name.into(),
        }
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<Edited, Failure> {
        self.edit(self.deleting(name).await).await
    }

    pub(crate) async fn giving(&self, name: &str, clients: &[&str]) -> Edit {
        Edit::Give {
            id: self.id(name).await,
            name: name.into(),
            clients: shared(clients),
        }
    }

    pub(crate) async fn give(&self, name: &str, clients: &[&str]) -> Result<Edited, Failure> {
        self.edit(self.giving(name, clients).await).await
    }

    pub(crate) async fn taking(&self, name: &str, clients: &[&str]) -> Edit {
        Edit::Take {
            id: self.id(name).await,
            name: name.into(),
            clients: shared(clients),
        }
    }

    pub(crate) async fn take(&self, name: &str, clients: &[&str]) -> Result<Edited, Failure> {
        self.edit(self.taking(name, clients).await).await
    }

    pub(crate) async fn undo(&self, job: i64) -> Result<Undone, Failure> {
        let options = UndoOptions::new(OPERATOR, Timeouts::default());
        job::undo(
            job,
            &self.target(),
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
    }

    pub(crate) async fn history(&self) -> Vec<JobRecord> {
        job::history(&self.target(), Timeouts::default(), &LedgerPlace::Target)
            .await
            .unwrap()
    }

    /// Returns every row to the last bit.
    pub(crate) async fn exact(&self) -> Dump {
        let mut connection = self.db.connect().await;
        let mut all = Dump::new();
        for table in tables()
            .into_iter()
            .chain(["tsmp_api".to_owned(), "seq_store".to_owned()])
        {
            let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY t");
            let rows = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            all.insert(table, rows);
        }
        all
    }

    /// Tries an edit that breaks rules: these codes, and no row of any table
    /// is another one. Returns the failure.
    pub(crate) async fn refused(&self, edit: Edit, codes: &[u16]) -> Failure {
        let before = self.exact().await;
        let failure = self.edit(edit.clone()).await.unwrap_err();
        let found: Vec<u16> = failure
            .violations
            .iter()
            .map(|violation| violation.code)
            .collect();
        assert_eq!(found, codes, "{edit:?}: {failure:?}");
        assert!(failure.violations.iter().all(is_shown), "{failure:?}");
        same("refused", &before, &self.exact().await);
        failure
    }

    /// Edits, undoes, undoes the undo, undoes that: every row is as it was each
    /// time. Returns what was done.
    pub(crate) async fn there_and_back(&self, edit: Edit) -> Edited {
        let before = self.exact().await;
        let edited = self
            .edit(edit)
            .await
            .unwrap_or_else(|failure| panic!("{failure:?}"));
        let after = self.exact().await;
        assert_ne!(before, after, "nothing was written");
        let mut job = edited.job.unwrap();
        for (step, wanted) in [("undo", &before), ("redo", &after), ("undo again", &before)] {
            let undone = self
                .undo(job)
                .await
                .unwrap_or_else(|failure| panic!("{step}: {failure:?}"));
            job = undone.job;
            same(step, wanted, &self.exact().await);
        }
        edited
    }
}

/// Says whether a violation says what to do.
fn is_shown(violation: &Violation) -> bool {
    !violation.message.is_empty() && !violation.hint.is_empty()
}

/// Returns the clients and others that a failure names.
pub(crate) fn about(failure: &Failure) -> Vec<String> {
    failure
        .violations
        .iter()
        .flat_map(|violation| &violation.about)
        .map(ToString::to_string)
        .collect()
}

/// Fails if a table does not hold the same rows, and says which.
#[track_caller]
pub(crate) fn same(step: &str, wanted: &Dump, found: &Dump) {
    let mut described = String::new();
    for (table, rows) in wanted {
        let sorted = |rows: &[Value]| {
            let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
            rows.sort();
            rows
        };
        let (wanted, found) = (sorted(rows), sorted(&found[table]));
        if wanted != found {
            let less = |all: &[String], of: &[String]| -> String {
                all.iter()
                    .filter(|row| !of.contains(row))
                    .map(|row| format!("\n    {row}"))
                    .collect()
            };
            described += &format!("\n  {table} lacks{}\n  and has", less(&wanted, &found));
            described += &less(&found, &wanted);
        }
    }
    assert!(described.is_empty(), "{step}:{described}");
}

/// What every table is to hold: what it held, but for what a test says.
#[derive(Clone)]
pub(crate) struct Expected(Dump);

#[expect(
    clippy::needless_pass_by_value,
    reason = "cells are written where they are used"
)]
impl Expected {
    /// Begins with what there is.
    pub(crate) async fn of(site: &Site) -> Self {
        Self(describe(site.dump().await))
    }

    pub(crate) fn added(mut self, table: &str, row: Value) -> Self {
        self.0.get_mut(table).unwrap().push(row);
        self
    }

    /// Removes the rows that have these cells: there has to be one.
    pub(crate) fn removed(mut self, table: &str, cells: Value) -> Self {
        let rows = self.0.get_mut(table).unwrap();
        let count = rows.len();
        rows.retain(|row| !has(row, &cells));
        assert!(rows.len() < count, "no {table} row has {cells}");
        self
    }

    /// Changes the rows that have these cells: there has to be one.
    pub(crate) fn changed(mut self, table: &str, cells: Value, to: Value) -> Self {
        let rows = self.0.get_mut(table).unwrap();
        let mut count = 0;
        for row in rows.iter_mut().filter(|row| has(row, &cells)) {
            count += 1;
            for (column, cell) in to.as_object().unwrap() {
                let old = row
                    .as_object_mut()
                    .unwrap()
                    .insert(column.clone(), cell.clone());
                assert!(old.is_some(), "no column {column}");
            }
        }
        assert!(count > 0, "no {table} row has {cells}");
        self
    }

    /// Changes a client's oauth scope.
    pub(crate) fn oauth(self, client: &str, scope: &str) -> Self {
        self.changed(
            "oauth_client_details",
            json!({"client_id": client}),
            json!({"scope": scope}),
        )
    }

    /// Adds a hidden group with its links, as creating (`A0221`) or updating
    /// (`A0224`) makes it of a scope's row.
    pub(crate) fn hidden(self, by: &str, id: &str, scope: &Value, (module, key): Api) -> Self {
        let row = json!({"group_id": id, "group_name": "<random>", "create_time": "now", "update_time": null,
            "create_user": OPERATOR, "update_user": null, "group_alias": format!("{by}Alias<now>"),
            "group_desc": format!("{by}Desc<now>"), "group_access": "[]",
            "security_level_id": scope["security_level_id"], "allow_days": scope["allow_days"],
            "allow_times": scope["allow_times"], "vgroup_flag": "1", "vgroup_id": scope["vgroup_id"],
            "vgroup_name": scope["vgroup_name"]});
        let link = json!({"group_id": id, "api_key": key, "module_name": module, "module_version": "0",
            "create_time": "now"});
        let of_scope =
            json!({"vgroup_id": scope["vgroup_id"], "group_id": id, "create_time": "now"});
        self.added("tsmp_group", row)
            .added("tsmp_group_api", link)
            .added("tsmp_vgroup_group", of_scope)
    }

    /// Removes a hidden group with its links.
    pub(crate) fn without_hidden(self, id: &str) -> Self {
        ["tsmp_group", "tsmp_group_api", "tsmp_vgroup_group"]
            .into_iter()
            .fold(self, |expected, table| {
                expected.removed(table, json!({"group_id": id}))
            })
    }

    pub(crate) fn group_authentication(self, group: &str, id: &str) -> Self {
        self.added(
            "tsmp_group_authorities_map",
            json!({"group_id": group, "group_authoritie_id": id}),
        )
    }

    pub(crate) fn scope_authentication(self, scope: &str, id: &str) -> Self {
        self.added(
            "tsmp_vgroup_authorities_map",
            json!({"vgroup_id": scope, "vgroup_authoritie_id": id}),
        )
    }

    pub(crate) fn client_group(self, client: &str, group: &str) -> Self {
        self.added(
            "tsmp_client_group",
            json!({"client_id": client, "group_id": group}),
        )
    }

    pub(crate) fn without_client_group(self, client: &str, group: &str) -> Self {
        self.removed(
            "tsmp_client_group",
            json!({"client_id": client, "group_id": group}),
        )
    }

    /// Says that what was written was written by whoever edits, now.
    pub(crate) fn updated(self, table: &str, cells: Value) -> Self {
        self.changed(
            table,
            cells,
            json!({"update_time": "now", "update_user": OPERATOR}),
        )
    }

    /// Compares it with every table.
    pub(crate) async fn is_there(&self, site: &Site) {
        same("what is there", &self.0, &describe(site.dump().await));
    }
}

/// The row of a new scope, with other cells than it has by itself.
#[expect(
    clippy::needless_pass_by_value,
    reason = "cells are written where they are used"
)]
pub(crate) fn new_scope(id: &str, name: &str, cells: Value) -> Value {
    let mut row = json!({"vgroup_id": id, "vgroup_name": name, "vgroup_alias": null, "vgroup_desc": null,
        "vgroup_access": "[]", "security_level_id": "SYSTEM", "allow_days": 0, "allow_times": 0,
        "create_user": OPERATOR, "create_time": "now", "update_time": null, "update_user": null});
    for (column, cell) in cells.as_object().unwrap() {
        row[column] = cell.clone();
    }
    row
}

/// The row of a scope that was there before.
pub(crate) async fn scope_row(site: &Site, id: &str) -> Value {
    site.row("tsmp_vgroup", &format!("vgroup_id = '{id}'"))
        .await
}

fn has(row: &Value, cells: &Value) -> bool {
    cells
        .as_object()
        .unwrap()
        .iter()
        .all(|(column, cell)| row[column] == *cell)
}

/// Makes new hidden groups comparable: their names are chance, and their
/// aliases and descriptions hold the time. They have to look as they should.
fn describe(mut dump: Dump) -> Dump {
    for row in dump.get_mut("tsmp_group").unwrap() {
        let is_new = row["vgroup_flag"] == "1"
            && row["create_time"] == "now"
            && row["create_time"] != BEFORE;
        if !is_new {
            continue;
        }
        let name = row["group_name"].as_str().unwrap();
        let is_base_36 =
            |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'-';
        assert!(
            (10..=30).contains(&name.len()) && name.bytes().all(is_base_36),
            "{name}"
        );
        row["group_name"] = json!("<random>");
        for column in ["group_alias", "group_desc"] {
            let text = row[column].as_str().unwrap().to_owned();
            let (word, stamp) = text.split_at(text.len() - 14);
            assert!(
                chrono::NaiveDateTime::parse_from_str(stamp, "%Y%m%d%H%M%S").is_ok(),
                "{text}"
            );
            row[column] = json!(format!("{word}<now>"));
        }
    }
    dump
}
