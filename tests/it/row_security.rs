//! A role from which row level security hides rows: it is told so, by name, before anything is
//! compared with what is only a part of the target.

use gatediff::job::{
    self, ApplyOptions, Cancel, ExportOptions, Failure, FailureKind, Reporter, UndoOptions,
};
use gatediff::store::{Target, Timeouts};
use serde_json::json;

use crate::support::sample::{Sample, sample};
use crate::support::scopes::options;
use crate::support::site::{OPERATOR, Site, cover_all, load};

/// A target with two clients, and a role from which a policy hides rows of a table.
struct Hidden {
    site: Site,
    role: String,
    target: Target,
}

fn world() -> Sample {
    sample()
        .client("a", json!({}))
        .client("b", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .client_group("b", "1")
}

impl Hidden {
    async fn new() -> Result<Self, Failure> {
        let site = Site::new(&world()).await;
        job::init(&site.target(), Timeouts::default()).await?;
        let role = format!("filtered_{}", site.db.name());
        site.run(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA gatediff TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, gatediff TO {role}; \
             GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public, gatediff TO {role}"
        ))
        .await;
        let url = site.db.url();
        let url = url.replace("user=postgres", &format!("user={role}"));
        let target = Target::resolve(Some(&url), |_| None)?;
        Ok(Self { site, role, target })
    }

    /// Hides client b's row of a table.
    async fn hide(&self, table: &str) {
        self.site
            .run(&format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY p ON {table} USING (client_id <> 'b')"
            ))
            .await;
    }

    async fn plan(&self, file: &Sample) -> Result<job::Review, Failure> {
        let reporter = Reporter::silent();
        job::plan(&load(file), &self.target, Timeouts::default(), &reporter).await
    }

    async fn end(self) {
        let role = &self.role;
        let sql = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        self.site.run(&sql).await;
    }
}

/// Says what is wrong with a refusal, if anything.
fn says(failure: &Failure, table: &str) -> Result<(), String> {
    let hints = failure.hints.join("\n");
    let is_right = failure.kind == FailureKind::Denied
        && failure.what.contains("row level security")
        && failure.what.contains(table)
        && hints.contains("BYPASSRLS");
    match is_right {
        true => Ok(()),
        false => Err(format!("{:?}: {failure}\n{hints}", failure.kind)),
    }
}

#[tokio::test]
async fn plan_export_and_scope_check_name_the_table_and_the_remedy() {
    let hidden = Hidden::new().await.unwrap();
    hidden.plan(&world()).await.unwrap();
    hidden.hide("tsmp_client").await;
    let failure = hidden.plan(&world()).await.err().unwrap();
    says(&failure, "tsmp_client").unwrap();
    let (timeouts, reporter) = (Timeouts::default(), Reporter::silent());
    let (format, all) = (Some("digirunner"), ExportOptions::default());
    let exported = job::export(format, &all, &hidden.target, timeouts, &reporter);
    says(&exported.await.err().unwrap(), "tsmp_client").unwrap();
    let checked = gatediff::scopes::check(&hidden.target, timeouts, &reporter).await;
    says(&checked.err().unwrap(), "tsmp_client").unwrap();
    hidden.end().await;
}

#[tokio::test]
async fn a_repair_does_not_delete_links_of_clients_that_are_hidden() {
    let hidden = Hidden::new().await.unwrap();
    hidden.hide("tsmp_client").await;
    let before = hidden.site.dump().await;
    let edit = gatediff::scopes::Edit::Repair { codes: Vec::new() };
    let (options, reporter, cancel) = (options(), Reporter::silent(), Cancel::new());
    let edited = gatediff::scopes::edit(edit, &hidden.target, &options, &reporter, &cancel);
    says(&edited.await.err().unwrap(), "tsmp_client").unwrap();
    assert_eq!(hidden.site.dump().await, before);
    hidden.end().await;
}

#[tokio::test]
async fn apply_and_undo_write_nothing() {
    let hidden = Hidden::new().await.unwrap();
    let file = world()
        .client("a", json!({"tps": 9}))
        .client("c", json!({}));
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    let apply = async || {
        let review = hidden.plan(&file).await?;
        let approved = review.plan.approve(&cover_all(&review.plan));
        Ok::<_, Failure>((review, approved.unwrap()))
    };
    let (review, approved) = apply().await.unwrap();
    hidden.hide("tsmp_client").await;
    let before = hidden.site.dump().await;
    let options = ApplyOptions::new(OPERATOR, Timeouts::default());
    let applied = job::apply(
        &review,
        approved.clone(),
        &hidden.target,
        &options,
        &reporter,
        &cancel,
    );
    says(&applied.await.err().unwrap(), "tsmp_client").unwrap();
    assert_eq!(hidden.site.dump().await, before);
    // Whom the policy does not concern writes as ever; who undoes it must not be one of the others.
    let target = hidden.site.target();
    let receipt = job::apply(&review, approved, &target, &options, &reporter, &cancel);
    let receipt = receipt.await.unwrap();
    let before = hidden.site.dump().await;
    let options = UndoOptions::new(OPERATOR, Timeouts::default());
    let undone = job::undo(receipt.job, &hidden.target, &options, &reporter, &cancel);
    says(&undone.await.err().unwrap(), "tsmp_client").unwrap();
    assert_eq!(hidden.site.dump().await, before);
    hidden.end().await;
}

#[tokio::test]
async fn who_bypasses_it_sees_all_as_ever() {
    let hidden = Hidden::new().await.unwrap();
    hidden.hide("tsmp_client").await;
    let role = &hidden.role;
    let sql = format!("ALTER ROLE {role} BYPASSRLS");
    hidden.site.run(&sql).await;
    let review = hidden.plan(&world()).await.unwrap();
    assert!(!review.plan.entries().is_empty());
    hidden.end().await;
}
