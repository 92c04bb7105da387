//! The backend of a session: the screen's work is that of the jobs.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use super::effect::{ApplyHow, Backend};
use super::subject::{Location, Reviewed, Scoped};
use crate::engine::rule::Scope;
use crate::engine::{Approved, Choices, ItemId, TargetItem};
use crate::job::{
    self, ApplyOptions, Cancel, Compared, Failure, JobRecord, Loaded, Output, Receipt, Rehearsal,
    Reporter, Review, Session, Undone,
};
use crate::scopes::{self, Edit, EditOptions, Edited, ScopeFinding};

fn reviewed(session: &Session, review: &Review, loaded: &Loaded) -> Reviewed {
    Reviewed {
        file: review.file.path.clone(),
        sha256: review.file.sha256.clone(),
        platform: review.file.platform.to_owned(),
        is_file: review.is_against_file,
        target: review.target.clone(),
        database: review.database.clone(),
        production: review.policy.production.is_some(),
        read_only: review.policy.read_only.as_ref().map(ToString::to_string),
        operator: session.operator.clone(),
        directory: session.directory.display().to_string(),
        backup: session.apply_options().backup,
        export_kind: loaded.platform.export_root(),
        has_scopes: loaded.platform.has_scopes(),
        plan: Arc::clone(&review.plan),
    }
}

impl Backend for Session {
    fn compare(&self, report: Reporter) -> BoxFuture<'static, Result<Reviewed, Failure>> {
        let session = self.clone();
        async move {
            let (review, loaded) = session.compare(&report).await?;
            Ok(reviewed(&session, &review, &loaded))
        }
        .boxed()
    }

    fn ignore(&self, rules: Vec<Scope>) {
        Self::ignore(self, rules);
    }

    fn compare_all(&self, report: Reporter) -> BoxFuture<'static, Result<Compared, Failure>> {
        let session = self.clone();
        async move { session.compare_all(&report).await }.boxed()
    }

    fn review_target(
        &self,
        target: usize,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Reviewed, Failure>> {
        let session = self.clone();
        async move {
            let (review, loaded) = session.review_target(target, &report).await?;
            Ok(reviewed(&session, &review, &loaded))
        }
        .boxed()
    }

    fn only_in_target(
        &self,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Vec<TargetItem>, Failure>> {
        let session = self.clone();
        async move { session.only_in_target(&report).await }.boxed()
    }

    fn apply(
        &self,
        approved: Approved,
        how: ApplyHow,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>> {
        let session = self.clone();
        async move {
            let ApplyHow {
                backup,
                fix_counters,
                output,
            } = how;
            let options = ApplyOptions {
                backup,
                fix_counters,
                ..session.apply_options()
            };
            session
                .apply(approved, (options, output), &report, &cancel)
                .await
        }
        .boxed()
    }

    fn rehearse(
        &self,
        approved: Approved,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Rehearsal, Failure>> {
        let session = self.clone();
        async move { session.rehearse(approved, &report, &cancel).await }.boxed()
    }

    fn save_plan(
        &self,
        choices: Choices,
        path: String,
    ) -> BoxFuture<'static, Result<String, Failure>> {
        let session = self.clone();
        async move { session.save_plan(&choices, path).await }.boxed()
    }

    fn history(&self) -> BoxFuture<'static, Result<Vec<JobRecord>, Failure>> {
        let session = self.clone();
        async move { session.history().await }.boxed()
    }

    fn undo(
        &self,
        job: i64,
        output: Option<Output>,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Undone, Failure>> {
        let session = self.clone();
        async move { session.undo(job, output, &report, &cancel).await }.boxed()
    }

    fn save_backup(&self, job: i64, path: String) -> BoxFuture<'static, Result<String, Failure>> {
        let session = self.clone();
        async move { session.save_backup(job, path).await }.boxed()
    }

    fn export(
        &self,
        roots: Vec<ItemId>,
        path: String,
        report: Reporter,
    ) -> BoxFuture<'static, Result<String, Failure>> {
        let session = self.clone();
        async move { session.export(roots, path, &report).await }.boxed()
    }

    fn scopes(&self, report: Reporter) -> BoxFuture<'static, Result<Scoped, Failure>> {
        let session = self.clone();
        async move {
            let against = session.target(&report).await?;
            let target = against.database("editing scopes")?;
            let catalogue = scopes::catalogue(target, session.timeouts(), &report).await?;
            let policy = job::policy(target, session.timeouts()).await?;
            Ok(Scoped {
                place: Location {
                    target: target.display(),
                    is_file: false,
                    database: target.database().to_owned(),
                    production: policy.production.is_some(),
                    read_only: policy.read_only.as_ref().map(ToString::to_string),
                    operator: session.operator.clone(),
                    directory: session.directory.display().to_string(),
                },
                catalogue: Arc::new(catalogue),
            })
        }
        .boxed()
    }

    fn edit(
        &self,
        edit: Edit,
        fix_counters: bool,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Edited, Failure>> {
        let session = self.clone();
        async move {
            let against = session.target(&report).await?;
            let target = against.database("editing scopes")?;
            let options = EditOptions {
                operator: session.operator.clone(),
                timeouts: session.timeouts(),
                ledger: session.ledger(),
                accept_server_changes: false,
                fix_counters,
            };
            scopes::edit(edit, target, &options, &report, &cancel).await
        }
        .boxed()
    }

    fn check_scopes(
        &self,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Vec<ScopeFinding>, Failure>> {
        let session = self.clone();
        async move {
            let against = session.target(&report).await?;
            let target = against.database("checking scopes")?;
            scopes::check(target, session.timeouts(), &report).await
        }
        .boxed()
    }
}
