//! What the target's own catalog has to do with an undo: foreign keys of tables that nobody here
//! knows, generated and identity columns, triggers.

use std::collections::BTreeMap;

use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Receipt, Reporter, UndoOptions, Undone,
};
use gatediff::store::{LedgerPlace, Target, Timeouts};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, tables};

async fn undo(site: &Site, job: i64, ledger: &LedgerPlace) -> Result<Undone, Failure> {
    let options = UndoOptions {
        ledger: ledger.clone(),
        ..UndoOptions::new(OPERATOR, Timeouts::default())
    };
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::undo(job, &site.target(), &options, &reporter, &cancel).await
}

async fn apply(site: &Site, file: &Sample, ledger: &LedgerPlace) -> Result<Receipt, Failure> {
    let options = ApplyOptions {
        ledger: ledger.clone(),
        ..ApplyOptions::new(OPERATOR, Timeouts::default())
    };
    site.import_with(file, &options).await
}

/// Returns every row of the product's tables, to the last bit.
async fn exact(site: &Site) -> Result<BTreeMap<String, Vec<Value>>, sqlx::Error> {
    let mut connection = site.db.connect().await;
    let mut all = BTreeMap::new();
    for table in tables() {
        let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY t::text");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql));
        all.insert(table, rows.fetch_all(&mut connection).await?);
    }
    Ok(all)
}

/// Imports a client into a target with tables of somebody else's, and has somebody refer to it.
async fn referred_to(schema: &str, then: &str) -> Result<(Site, Receipt), Failure> {
    let site = Site::new(&sample().client("old", json!({}))).await;
    site.run(schema).await;
    let file = sample()
        .client("old", json!({"tps": 7}))
        .client("new", json!({}));
    let receipt = apply(&site, &file, &LedgerPlace::Target).await?;
    site.run(then).await;
    Ok((site, receipt))
}

fn whys(failure: &Failure) -> Vec<&str> {
    let stale = failure.stale.iter();
    stale.map(|stale| stale.why.as_str()).collect()
}

// ---- foreign keys

#[tokio::test]
async fn a_row_that_a_foreign_key_would_delete_or_change_is_named_and_stays() {
    for action in [
        "ON DELETE CASCADE",
        "ON DELETE SET NULL",
        "ON DELETE SET DEFAULT",
        "",
        "DEFERRABLE INITIALLY DEFERRED",
    ] {
        let schema = format!(
            "CREATE TABLE ext (id serial PRIMARY KEY, v text, \
             client_id varchar(40) REFERENCES tsmp_client (client_id) {action})"
        );
        let then = "INSERT INTO ext (client_id, v) VALUES ('old', 'x'), ('new', 'precious')";
        let (site, receipt) = referred_to(&schema, then).await.unwrap();
        let before = exact(&site).await.unwrap();
        let failure = undo(&site, receipt.job, &LedgerPlace::Target).await;
        let failure = failure.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Blocked, "{action}: {failure}");
        assert_eq!(
            whys(&failure),
            ["tsmp_client (client_id \"new\") is required by ext (id 2)"],
            "{action}"
        );
        assert_eq!(exact(&site).await.unwrap(), before, "{action}");
        let kept = site.column("ext", "client_id", "true").await;
        assert_eq!(kept, ["old", "new"], "{action}");
        site.run("DELETE FROM ext WHERE client_id = 'new'").await;
        undo(&site, receipt.job, &LedgerPlace::Target)
            .await
            .unwrap();
        assert_eq!(site.column("ext", "client_id", "true").await, ["old"]);
    }
}

#[tokio::test]
async fn rows_of_a_table_without_a_primary_key_and_with_odd_names_are_named_by_what_refers() {
    let schema = "CREATE SCHEMA \"Else Where\"; \
                  CREATE TABLE \"Else Where\".\"a\"\"b\" (\"It's\" varchar(40) \
                  REFERENCES tsmp_client (client_id) ON DELETE CASCADE, v text)";
    let then = "INSERT INTO \"Else Where\".\"a\"\"b\" VALUES ('new', 'x'), ('new', 'y')";
    let (site, receipt) = referred_to(schema, then).await.unwrap();
    let failure = undo(&site, receipt.job, &LedgerPlace::Target).await;
    assert_eq!(
        whys(&failure.unwrap_err()),
        ["tsmp_client (client_id \"new\") is required by \
             \"Else Where\".\"a\"\"b\" (It's \"new\")"]
    );
}

#[tokio::test]
async fn a_foreign_key_between_the_products_own_tables_is_no_way_around() {
    let schema = "ALTER TABLE tsmp_client_host ADD FOREIGN KEY (client_id) \
                  REFERENCES tsmp_client (client_id) ON DELETE CASCADE";
    let site = Site::new(&sample()).await;
    site.run(schema).await;
    let file = sample()
        .client("new", json!({}))
        .host(1, "new", "10.0.0.1", "h");
    let receipt = apply(&site, &file, &LedgerPlace::Target).await.unwrap();
    // What the job added itself goes with it.
    let undone = undo(&site, receipt.job, &LedgerPlace::Target)
        .await
        .unwrap();
    let again = undo(&site, undone.job, &LedgerPlace::Target).await.unwrap();
    site.run(
        "INSERT INTO tsmp_client_host (host_seq, client_id, host_name, host_ip, create_time) \
         VALUES (99, 'new', 'mine', '10.9.9.9', now())",
    )
    .await;
    let failure = undo(&site, again.job, &LedgerPlace::Target).await;
    assert_eq!(
        whys(&failure.unwrap_err()),
        ["tsmp_client (client_id \"new\") is required by tsmp_client_host (host_seq 99)"]
    );
}

#[tokio::test]
async fn a_table_that_the_role_may_not_read_and_the_server_would_empty_is_in_the_way() {
    let schema = "CREATE TABLE ext (id serial PRIMARY KEY, \
                  client_id varchar(40) REFERENCES tsmp_client (client_id) ON DELETE CASCADE)";
    let then = "INSERT INTO ext (client_id) VALUES ('new'); \
                ALTER TABLE ext ENABLE ROW LEVEL SECURITY; ALTER TABLE ext FORCE ROW LEVEL SECURITY; \
                REVOKE ALL ON ext FROM PUBLIC";
    let (site, receipt) = referred_to(schema, then).await.unwrap();
    let role = format!("undoer_{}", site.db.name());
    site.run(&format!(
        "CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public, gatediff TO {role}; \
         GRANT USAGE ON SCHEMA gatediff TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA gatediff TO {role}; \
         REVOKE ALL ON ext FROM {role}"
    ))
    .await;
    let url = site.db.url();
    let url = url.replace("user=postgres", &format!("user={role}"));
    let target = Target::resolve(Some(&url), |_| None).unwrap();
    let options = UndoOptions::new(OPERATOR, Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    let failure = job::undo(receipt.job, &target, &options, &reporter, &cancel).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure}");
    assert!(failure.to_string().contains("ext"), "{failure}");
    assert_eq!(site.rows("ext", "true").await.len(), 1);
    site.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}

// ---- generated and identity columns

/// A portal client with its identity provider, which a cover replaces.
fn portal(more: Value) -> Sample {
    sample()
        .client("a", json!({}))
        .client("portal", json!({}))
        .dp_app(1, "portal", json!({}))
        .idp_o(7, "portal", "GOOGLE", more)
}

const COMPUTED: &str = "\
    ALTER TABLE tsmp_client ADD COLUMN xg text GENERATED ALWAYS AS ('x' || coalesce(create_user, '')) STORED; \
    ALTER TABLE dgr_gtw_idp_info_o ADD COLUMN xg text GENERATED ALWAYS AS ('x' || coalesce(status, '')) STORED; \
    ALTER TABLE dgr_gtw_idp_info_o ADD COLUMN xi bigint GENERATED ALWAYS AS IDENTITY; \
    ALTER TABLE tsmp_group ADD COLUMN xd bigint GENERATED BY DEFAULT AS IDENTITY";

/// Applies, undoes, undoes the undo, undoes that.
async fn there_and_back(trigger: &str, ledger: &LedgerPlace) -> Result<(), Failure> {
    let site = Site::new(&portal(json!({})).group("1", "g", json!({}))).await;
    site.run(COMPUTED).await;
    site.run(trigger).await;
    let row = async || {
        let rows = exact(&site).await;
        rows.map_err(|error| Failure::new(FailureKind::Schema, error.to_string()))
    };
    let before = row().await?;
    let file = portal(json!({"status": "N"}))
        .client("new", json!({}))
        .group("1", "g", json!({"groupDesc": "changed"}))
        .group("2", "h", json!({}));
    let receipt = apply(&site, &file, ledger).await?;
    let after = row().await?;
    assert_ne!(before, after);
    let mut job = receipt.job;
    for (step, wanted) in [("undo", &before), ("redo", &after), ("undo again", &before)] {
        job = undo(&site, job, ledger).await?.job;
        assert_eq!(&row().await?, wanted, "{step}");
    }
    Ok(())
}

#[tokio::test]
async fn generated_and_identity_columns_come_back_with_what_they_belong_to() {
    there_and_back("", &LedgerPlace::Target).await.unwrap();
}

#[tokio::test]
async fn they_do_so_row_by_row_too() {
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
                   CREATE TRIGGER t BEFORE INSERT OR UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f()";
    there_and_back(trigger, &LedgerPlace::Target).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ledger = LedgerPlace::File(directory.path().join("ledger.db"));
    there_and_back("", &ledger).await.unwrap();
}

#[tokio::test]
async fn keys_of_the_product_that_a_target_made_identities_are_written_as_they_are_in_the_file() {
    for trigger in [
        "",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
         CREATE TRIGGER t BEFORE INSERT ON dp_app FOR EACH ROW EXECUTE FUNCTION f()",
    ] {
        let site = Site::new(&sample()).await;
        site.run(
            "ALTER TABLE dp_app ALTER COLUMN dp_application_id ADD GENERATED ALWAYS AS IDENTITY; \
             ALTER TABLE dgr_gtw_idp_info_o ALTER COLUMN gtw_idp_info_o_id ADD GENERATED ALWAYS AS IDENTITY",
        )
        .await;
        site.run(trigger).await;
        let before = exact(&site).await.unwrap();
        let receipt = apply(&site, &portal(json!({})), &LedgerPlace::Target).await;
        let receipt = receipt.unwrap();
        let after = exact(&site).await.unwrap();
        let undone = undo(&site, receipt.job, &LedgerPlace::Target)
            .await
            .unwrap();
        assert_eq!(exact(&site).await.unwrap(), before);
        undo(&site, undone.job, &LedgerPlace::Target).await.unwrap();
        assert_eq!(exact(&site).await.unwrap(), after);
    }
}

// ---- what is told before the import

async fn warnings(site: &Site, file: &Sample) -> Vec<String> {
    let review = site.review(file).await;
    let findings = review.plan.warnings().iter();
    let findings = findings.filter(|finding| finding.code == "target-trigger");
    findings.map(|finding| finding.message.clone()).collect()
}

#[tokio::test]
async fn what_could_not_be_undone_is_told_before_the_import() {
    let site = Site::new(&portal(json!({}))).await;
    site.run(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
         CREATE TRIGGER b BEFORE UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f(); \
         CREATE TRIGGER a AFTER UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION f(); \
         CREATE TABLE ext (id serial PRIMARY KEY, idp bigint CONSTRAINT e REFERENCES dgr_gtw_idp_info_o ON DELETE CASCADE, \
         client varchar(40) CONSTRAINT c REFERENCES tsmp_client ON DELETE CASCADE)",
    )
    .await;
    // No import deletes a client.
    assert_eq!(
        warnings(&site, &portal(json!({"status": "N"}))).await,
        [
            "foreign key e of table ext deletes or changes its rows with the rows of table dgr_gtw_idp_info_o \
             that they refer to; gatediff cannot see that, and an undo does not restore them",
            "trigger a on table tsmp_client may write elsewhere; gatediff cannot see that",
            "trigger b on table tsmp_client may write elsewhere; gatediff cannot see that; an import, or \
             an undo, whose rows it changes needs --accept-server-changes",
        ]
    );
}
