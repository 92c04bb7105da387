//! What the target's triggers and rules change beside what was planned: it is
//! noticed before the commit, named, and refused unless it is accepted.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use gatediff::engine::promise::Deviation;
use gatediff::engine::rule::{RuleError, Scope};
use gatediff::engine::{Approved, Finding, Kind, Plan, TargetItem, Unpromised};
use gatediff::job::{
    self, ApplyOptions, Cancel, ExportOptions, Failure, FailureKind, Receipt, Reporter, UndoOptions,
};
use gatediff::platform::{Bundle, Comparison};
use gatediff::scopes;
use gatediff::scopes::Edit;
use gatediff::store::bulk::{Column, Values};
use gatediff::store::ledger::BackupWriter;
use gatediff::store::{
    Connection, ItemRef, LedgerPlace, Queued, Reading, Rows, StoreError, Timeouts, Touched, Writer,
};
use serde_json::json;

use crate::support::keeper::Keeper;
use crate::support::sample::{Sample, sample};
use crate::support::scopes::{draft, options};
use crate::support::site::{OPERATOR, Site, cover_all, load};

const BANK: &str = "5e9d9544a1dcd60001d0ed20";

/// Makes a function of a trigger that assigns to `NEW`, or runs what it is told.
fn function(name: &str, body: &str) -> String {
    format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;"
    )
}

/// A target with one client, which the file covers with another remark.
async fn setup() -> (Site, Sample) {
    let with = |remark: &str| {
        sample()
            .client("crm", json!({"remark": remark, "emails": "a@b"}))
            .oauth("crm", json!({}))
            .clientext("crm", 7, json!({}))
    };
    (Site::new(&with("old")).await, with("new"))
}

async fn apply(
    site: &Site,
    file: &Sample,
    accept_server_changes: bool,
) -> Result<Receipt, Failure> {
    let review = site.review(file).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions {
        accept_server_changes,
        ..ApplyOptions::new(OPERATOR, Timeouts::default())
    };
    job::apply(
        &review,
        approved,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
}

/// Imports without the option, then with it; returns the changes of the server.
async fn refused_then_accepted(site: &Site, file: &Sample) -> (Failure, Receipt) {
    let before = site.dump().await;
    let failure = apply(site, file, false).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure:?}");
    assert_eq!(site.dump().await, before, "nothing was written");
    let receipt = apply(site, file, true).await.unwrap();
    assert_eq!(receipt.server_changes, failure.server_changes);
    (failure, receipt)
}

fn describe(changes: &[Unpromised]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_trigger_that_changes_a_column_is_named_and_refused() {
    let (site, file) = setup().await;
    site.run(&function("f", "NEW.emails := NEW.emails || '!';"))
        .await;
    site.run("CREATE TRIGGER shout BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let (failure, receipt) = refused_then_accepted(&site, &file).await;
    assert_eq!(
        failure.to_string(),
        "the server changed 1 value or row that is not part of the plan; nothing was written: \
         tsmp_client (client_id \"crm\"): emails is \"a@b!\" instead of \"a@b\""
    );
    assert_eq!(
        failure.hints,
        [
            "table tsmp_client has trigger shout",
            "use --accept-server-changes to accept these changes and list them in the receipt"
        ]
    );
    assert_eq!(site.row("tsmp_client", "true").await["emails"], "a@b!");
    assert!(
        receipt.notes.contains(
            &"trigger shout on table tsmp_client may write elsewhere; gatediff cannot see that; an \
              import, or an undo, whose rows it changes needs --accept-server-changes"
                .to_owned()
        ),
        "{:?}",
        receipt.notes
    );
    let undone = undo(&site, receipt.job, true).await.unwrap();
    assert_eq!(
        describe(&undone.server_changes),
        ["tsmp_client (client_id \"crm\"): emails is \"a@b!\" instead of \"a@b\""]
    );
}

#[tokio::test]
async fn a_shown_column_that_a_trigger_overrules_is_refused_too() {
    let (site, file) = setup().await;
    site.run(&function("f", "NEW.remark := 'mine';")).await;
    site.run("CREATE TRIGGER t BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    assert_eq!(
        describe(&failure.server_changes),
        ["tsmp_client (client_id \"crm\"): remark is \"mine\" instead of \"new\""]
    );
}

#[tokio::test]
async fn a_secret_that_a_trigger_changes_is_not_printed() {
    let (site, file) = setup().await;
    site.run(&function("f", "NEW.client_secret := 'canary';"))
        .await;
    site.run("CREATE TRIGGER t BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    let json = serde_json::to_string(&failure).unwrap();
    assert!(!json.contains("canary"), "{json}");
    assert!(
        failure
            .server_changes
            .iter()
            .all(|change| change.column.as_deref() == Some("client_secret"))
    );
}

#[tokio::test]
async fn a_trigger_that_updates_the_row_afterwards_is_seen() {
    let (site, file) = setup().await;
    let update = "UPDATE tsmp_client SET svc_st = '0815' WHERE client_id = NEW.client_id;";
    site.run(&function(
        "f",
        &format!("IF pg_trigger_depth() = 1 THEN {update} END IF;"),
    ))
    .await;
    site.run("CREATE TRIGGER after AFTER UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    assert_eq!(failure.server_changes.len(), 1);
    assert_eq!(failure.server_changes[0].column.as_deref(), Some("svc_st"));
    assert_eq!(failure.server_changes[0].triggers, ["trigger after"]);
}

#[tokio::test]
async fn a_trigger_of_one_table_that_writes_another_written_one_is_seen() {
    let (site, file) = setup().await;
    site.run(&function(
        "f",
        "UPDATE tsmp_dp_clientext SET pwd_reset_key = 'x';",
    ))
    .await;
    site.run(
        "CREATE TRIGGER t AFTER UPDATE ON oauth_client_details FOR EACH ROW EXECUTE FUNCTION f()",
    )
    .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    assert_eq!(failure.server_changes[0].table, "tsmp_dp_clientext");
    assert_eq!(
        failure.server_changes[0].column.as_deref(),
        Some("pwd_reset_key")
    );
}

#[tokio::test]
async fn a_trigger_that_waits_for_the_commit_is_seen() {
    let (site, file) = setup().await;
    let update = "UPDATE tsmp_client SET svc_st = '0815' WHERE client_id = NEW.client_id;";
    site.run(&function(
        "f",
        &format!("IF pg_trigger_depth() = 1 THEN {update} END IF;"),
    ))
    .await;
    site.run(
        "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON tsmp_client DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION f()",
    )
    .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    assert_eq!(failure.server_changes[0].column.as_deref(), Some("svc_st"));
}

#[tokio::test]
async fn a_rule_that_writes_beside_or_instead_is_seen() {
    let (site, file) = setup().await;
    site.run("CREATE RULE instead AS ON UPDATE TO tsmp_client DO INSTEAD NOTHING")
        .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    let columns: Vec<&str> = failure
        .server_changes
        .iter()
        .filter_map(|change| change.column.as_deref())
        .collect();
    assert_eq!(columns, ["remark"], "{:?}", failure.server_changes);
    assert_eq!(failure.server_changes[0].triggers, ["rule instead"]);
    site.run("DROP RULE instead ON tsmp_client").await;
    site.run(
        "CREATE RULE also AS ON UPDATE TO oauth_client_details DO ALSO \
         UPDATE tsmp_client SET svc_et = '2359' WHERE client_id = new.client_id",
    )
    .await;
    let (failure, _) = refused_then_accepted(&site, &file).await;
    assert_eq!(failure.server_changes[0].table, "tsmp_client");
    assert_eq!(failure.server_changes[0].column.as_deref(), Some("svc_et"));
}

#[tokio::test]
async fn a_rule_that_swallows_a_new_row_is_seen() {
    let (site, _) = setup().await;
    site.run("CREATE RULE instead AS ON INSERT TO tsmp_security_level DO INSTEAD NOTHING")
        .await;
    let file = sample().level("L", "level L");
    let failure = apply(&site, &file, false).await.unwrap_err();
    let change = &failure.server_changes[0];
    assert_eq!(
        (&*change.table, change.what),
        ("tsmp_security_level", Deviation::MissingRow),
        "{failure:?}"
    );
    let receipt = apply(&site, &file, true).await.unwrap();
    assert_eq!(receipt.server_changes[0].what, Deviation::MissingRow);
}

#[tokio::test]
async fn generated_columns_and_defaults_of_a_newer_version_are_part_of_the_promise() {
    let (site, file) = setup().await;
    site.run(
        "ALTER TABLE tsmp_client ADD COLUMN loud text GENERATED ALWAYS AS (upper(remark)) STORED",
    )
    .await;
    site.run("ALTER TABLE tsmp_client ADD COLUMN sort integer NOT NULL DEFAULT 7")
        .await;
    site.run("ALTER TABLE tsmp_client ADD COLUMN since timestamp DEFAULT now()")
        .await;
    site.run("ALTER TABLE tsmp_client ADD COLUMN number bigint GENERATED BY DEFAULT AS IDENTITY")
        .await;
    let file = file
        .client("new", json!({}))
        .oauth("new", json!({}))
        .clientext("new", 8, json!({}));
    let receipt = apply(&site, &file, false).await.unwrap();
    assert_eq!(receipt.server_changes, []);
    assert_eq!(
        site.row("tsmp_client", "client_id = 'crm'").await["loud"],
        "NEW"
    );
    assert_eq!(
        site.row("tsmp_client", "client_id = 'new'").await["sort"],
        7
    );
}

#[tokio::test]
async fn a_new_row_has_the_defaults_of_columns_that_nobody_named() {
    let (site, file) = setup().await;
    site.run("ALTER TABLE tsmp_client ADD COLUMN sort integer NOT NULL DEFAULT 7")
        .await;
    site.run(&function("f", "NEW.sort := 8;")).await;
    site.run("CREATE TRIGGER t BEFORE INSERT ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let file = file
        .client("new", json!({}))
        .oauth("new", json!({}))
        .clientext("new", 8, json!({}));
    let failure = apply(&site, &file, false).await.unwrap_err();
    assert_eq!(failure.server_changes.len(), 1);
    assert_eq!(failure.server_changes[0].column.as_deref(), Some("sort"));
}

#[tokio::test]
async fn triggers_that_only_stamp_or_log_are_in_nobodys_way() {
    let (site, file) = setup().await;
    site.run("CREATE TABLE audit (at timestamptz DEFAULT now())")
        .await;
    site.run(&function(
        "f",
        "NEW.update_time := now(); INSERT INTO audit DEFAULT VALUES;",
    ))
    .await;
    site.run("CREATE TRIGGER log BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let receipt = apply(&site, &file, false).await.unwrap();
    assert_eq!(receipt.server_changes, []);
    let described = "trigger log on table tsmp_client may write elsewhere; gatediff cannot see that; an \
                     import, or an undo, whose rows it changes needs --accept-server-changes";
    assert!(
        receipt.notes.iter().any(|note| note == described),
        "{:?}",
        receipt.notes
    );
}

#[tokio::test]
async fn a_rehearsal_reports_what_the_server_would_change() {
    let (site, file) = setup().await;
    site.run(&function("f", "NEW.emails := 'x';")).await;
    site.run("CREATE TRIGGER t BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let review = site.review(&file).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions::new(OPERATOR, Timeouts::default());
    let rehearsal = job::rehearse(
        &review,
        approved,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    );
    let rehearsal = rehearsal.await.unwrap();
    assert_eq!(rehearsal.problems.len(), 1);
    assert!(
        rehearsal.problems[0]
            .message
            .contains("emails is \"x\" instead of \"a@b\"")
    );
    assert!(rehearsal.notes[0].starts_with("trigger t on table tsmp_client"));
}

async fn undo(site: &Site, job: i64, accept_server_changes: bool) -> Result<job::Undone, Failure> {
    let options = UndoOptions {
        operator: OPERATOR.to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        only: Vec::new(),
        accept_server_changes,
    };
    job::undo(
        job,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
}

#[tokio::test]
async fn an_undo_is_held_against_what_stood_before() {
    let (site, file) = setup().await;
    let receipt = apply(&site, &file, false).await.unwrap();
    site.run(&function("f", "NEW.emails := 'x';")).await;
    site.run("CREATE TRIGGER t BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let before = site.dump().await;
    let failure = undo(&site, receipt.job, false).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.server_changes[0].column.as_deref(), Some("emails"));
    assert_eq!(site.dump().await, before);
    let undone = undo(&site, receipt.job, true).await.unwrap();
    assert_eq!(undone.server_changes, failure.server_changes);
    assert_eq!(site.row("tsmp_client", "true").await["remark"], "old");
}

#[tokio::test]
async fn an_edit_of_a_scope_is_held_against_what_was_shown() {
    let site = Site::new(&sample().api(("m", "1"))).await;
    site.run(&function("f", "NEW.vgroup_desc := 'x';")).await;
    site.run("CREATE TRIGGER t BEFORE INSERT ON tsmp_vgroup FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let edit = || Edit::Create(draft("s", &[("m", "1")]));
    let failure = site.edit(edit()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure:?}");
    assert_eq!(
        failure.server_changes[0].column.as_deref(),
        Some("vgroup_desc")
    );
    assert_eq!(site.rows("tsmp_vgroup", "true").await.len(), 0);
    let accepting = scopes::EditOptions {
        accept_server_changes: true,
        ..options()
    };
    let edited = scopes::edit(
        edit(),
        &site.target(),
        &accepting,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await;
    assert_eq!(edited.unwrap().server_changes.len(), 1);
}

#[tokio::test]
async fn documents_are_held_against_what_the_product_says() {
    let keeper = Keeper::new("tyk").await;
    let file = |name: &str| {
        let proxy = json!({"listen_path": "/a/", "target_url": "http://x"});
        let api = json!({"id": "5e9d9544a1dcd60001d0ed99", "api_id": "a", "org_id": BANK, "name": name, "proxy": proxy});
        json!({"organisations": [{"id": BANK, "owner_name": "b"}], "apis": [{"api_definition": api}]})
            .to_string()
    };
    keeper.import(&file("one")).await;
    keeper.db.run(&function("f", "NEW.owner := 'x';")).await;
    keeper
        .db
        .run("CREATE TRIGGER t BEFORE UPDATE ON gatediff.documents FOR EACH ROW EXECUTE FUNCTION f()")
        .await;
    let before = keeper.documents().await;
    let review = keeper.review(&file("two")).await;
    let failure = keeper
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(
        describe(&failure.server_changes),
        [
            "gatediff.documents (id \"a\", kind \"api\", platform \"tyk\"): owner is \"x\" instead of \"5e9d9544a1dcd60001d0ed20\""
        ]
    );
    assert_eq!(keeper.documents().await, before);
}

/// A file whose writer does more than was approved.
struct Wrong {
    bundle: Arc<dyn Bundle>,
    column: &'static str,
}

struct WrongComparison {
    comparison: Box<dyn Comparison>,
    column: &'static str,
}

impl Bundle for Wrong {
    fn findings(&self) -> &[Finding] {
        self.bundle.findings()
    }

    fn blocking_findings(&self) -> Vec<Finding> {
        self.bundle.blocking_findings()
    }

    fn counts(&self) -> Vec<(Kind, usize)> {
        self.bundle.counts()
    }

    fn against(self: Arc<Self>, target: &dyn Bundle) -> Option<Box<dyn Comparison>> {
        Arc::clone(&self.bundle).against(target)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn rule_errors(&self) -> Vec<RuleError> {
        self.bundle.rule_errors()
    }

    fn ignoring(self: Arc<Self>, rules: &[Scope]) -> Arc<dyn Bundle> {
        Arc::new(Self {
            bundle: Arc::clone(&self.bundle).ignoring(rules),
            column: self.column,
        })
    }

    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>> {
        async move {
            let comparison = Arc::clone(&self.bundle)
                .read_target(connection, reading)
                .await?;
            Ok(Box::new(WrongComparison {
                comparison,
                column: self.column,
            }) as Box<dyn Comparison>)
        }
        .boxed()
    }
}

impl Comparison for WrongComparison {
    fn plan(&self) -> Plan {
        self.comparison.plan()
    }

    fn only_in_target(&self) -> Option<Vec<TargetItem>> {
        self.comparison.only_in_target()
    }

    fn back_up<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
        options: &'a ExportOptions,
        backup: &'a mut BackupWriter,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.comparison
            .back_up(connection, reading, options, backup)
    }

    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.comparison.write(writer, approved).await?;
            let text = |text: &str| Values::Text(vec![Some(text.into())]);
            let rows = Rows {
                table: "tsmp_client",
                keys: vec![Column {
                    name: "client_id",
                    values: text("crm"),
                }],
                owners: vec![ItemRef::from("client:crm")],
            };
            let set = vec![Column {
                name: self.column,
                values: text("x"),
            }];
            writer.update(rows, set).await
        }
        .boxed()
    }

    fn checks_queued(&self) -> bool {
        self.comparison.checks_queued()
    }

    fn is_shown(&self, approved: &Approved, writes: &[Queued]) -> bool {
        let is_shown = self.comparison.is_shown(approved, writes);
        assert_eq!(is_shown, self.column == "update_user", "{}", self.column);
        is_shown
    }

    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised> {
        self.comparison.verify(approved, touched)
    }
}

#[tokio::test]
async fn a_writer_that_writes_more_than_was_shown_is_caught() {
    let (site, file) = setup().await;
    for (column, is_caught) in [
        ("emails", true),
        ("client_secret", true),
        ("svc_st", true),
        ("create_user", true),
        ("owner", true),
        ("update_user", false),
    ] {
        let mut loaded = load(&file);
        loaded.bundle = Arc::new(Wrong {
            bundle: Arc::clone(&loaded.bundle),
            column,
        });
        let review = job::plan(
            &loaded,
            &site.target(),
            Timeouts::default(),
            &Reporter::silent(),
        )
        .await
        .unwrap();
        let applied = site.apply(&review, &cover_all(&review.plan)).await;
        if is_caught {
            let failure = applied.unwrap_err();
            assert_eq!(failure.server_changes.len(), 1, "{column}: {failure:?}");
            assert_eq!(failure.server_changes[0].column.as_deref(), Some(column));
            assert!(
                failure.hints[0].contains("report this as a bug in gatediff"),
                "{failure:?}"
            );
            assert_eq!(site.row("tsmp_client", "true").await["remark"], "old");
        } else {
            assert_eq!(applied.unwrap().server_changes, []);
        }
    }
}
