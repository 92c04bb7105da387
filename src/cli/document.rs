//! The JSON documents of the command line's contract.

use std::ops::Not;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::plan_output::PlanOutput;
use crate::engine::diff::Show;
use crate::engine::{
    Access, Change, Choices, Finding, ItemId, Kind, Matched, Missing, OnlyInTarget, Outcome, Plan,
    Reason, Reference, Resolution, Status, Summary, TargetItem, Unpromised,
};
use crate::job::{
    Exported, Failure, FailureKind, FileInfo, JobRecord, Problem, Receipt, Rehearsal, Review,
    SavedPlan, Stale, TargetPolicy, Undone,
};
use crate::store::TableRows;

/// The version of every document: additions raise the second number; a change of
/// name or meaning would raise the first.
pub(crate) const FORMAT: &str = "1.1";

/// One document; fields that do not apply to a command are left out.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    format_version: &'static str,
    command: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    #[serde(skip_serializing_if = "Not::not")]
    production: bool,
    #[serde(skip_serializing_if = "Not::not")]
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rehearsal: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<Value>,
    /// The file that was written instead of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<&'a [JobRecord]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<&'a [ItemId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<&'a [Problem]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<SavedDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<ChoicesDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_in_target_counts: Option<&'a OnlyInTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_in_target: Option<&'a [TargetItem]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Vec<Count<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<ItemDocument<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<&'a [TableRows]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<&'a Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lack_api: Option<&'a [Missing]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a [Missing]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<&'a Finding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    server_changes: &'a [Unpromised],
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<&'a [Stale]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// A file, by its path and checksum.
#[derive(Debug, Serialize)]
pub(super) struct FileDocument<'a> {
    path: &'a str,
    sha256: &'a str,
}

impl<'a> FileDocument<'a> {
    pub(super) fn new(file: &'a FileInfo) -> Self {
        Self {
            path: &file.path,
            sha256: &file.sha256,
        }
    }
}

/// A saved plan: where it was written to, or where it comes from.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum SavedDocument<'a> {
    To {
        path: &'a str,
    },
    From {
        id: &'a str,
        created_at: &'a DateTime<Utc>,
        operator: &'a str,
        host: &'a str,
        program: &'a str,
        /// Whether its signature was verified.
        verified: bool,
    },
}

/// What a saved plan writes.
#[derive(Debug, Serialize)]
struct ChoicesDocument<'a> {
    chosen: Vec<&'a ItemId>,
    ignore_lack_api: bool,
    ignore_missing: bool,
}

impl<'a> ChoicesDocument<'a> {
    fn new(choices: &Choices, plan: &'a Plan) -> Self {
        // One confirmation under two names: scripts know the older one.
        Self {
            chosen: choices.chosen(plan).collect(),
            ignore_lack_api: choices.missing_confirmed,
            ignore_missing: choices.missing_confirmed,
        }
    }
}

/// How many items of a kind a file holds.
#[derive(Debug, Serialize)]
pub(crate) struct Count<'a> {
    kind: &'a Kind,
    items: usize,
}

impl<'a> Count<'a> {
    fn all(counts: &'a [(Kind, usize)]) -> Vec<Self> {
        counts
            .iter()
            .map(|(kind, items)| Self {
                kind,
                items: *items,
            })
            .collect()
    }
}

#[derive(Debug, Serialize)]
struct ItemDocument<'a> {
    kind: &'a Kind,
    key: &'a str,
    name: &'a str,
    status: Status,
    unchanged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<&'a Matched>,
    reasons: Vec<&'a Reason>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    references: &'a [Reference],
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<ChangeDocument>>,
    /// The paths of the differences that are ignored.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignored: &'a [String],
}

/// A change, and whether a rule set the value.
#[derive(Debug, Serialize)]
struct ChangeDocument {
    #[serde(flatten)]
    change: Change,
    #[serde(skip_serializing_if = "Not::not")]
    set_by_values: bool,
}

impl<'a> Document<'a> {
    fn new(command: &'a str, status: &'static str) -> Self {
        Self {
            format_version: FORMAT,
            command,
            status,
            platform: None,
            target: None,
            production: false,
            read_only: false,
            url: None,
            secret_hash: None,
            file: None,
            job: None,
            undoes: None,
            rehearsal: None,
            backup: None,
            written: None,
            jobs: None,
            restored: None,
            problems: None,
            saved: None,
            choices: None,
            summary: None,
            only_in_target_counts: None,
            only_in_target: None,
            counts: None,
            items: None,
            tables: None,
            access: None,
            lack_api: None,
            missing: None,
            warnings: None,
            notes: None,
            server_changes: &[],
            stale: None,
            error: None,
        }
    }

    /// Adds what the profiles say about the target.
    pub(crate) const fn with_policy(mut self, policy: &TargetPolicy) -> Self {
        self.production = policy.production.is_some();
        self.read_only = policy.read_only.is_some();
        self
    }

    /// Adds the items that only the target has.
    pub(crate) const fn with_only_in_target(mut self, items: &'a [TargetItem]) -> Self {
        self.only_in_target = Some(items);
        self
    }

    /// Returns the document of a failure.
    pub(crate) fn failure(command: &'a str, failure: &'a Failure) -> Self {
        let status = Self::status(failure.kind);
        Self {
            stale: (failure.kind == FailureKind::Stale).then_some(failure.stale.as_slice()),
            error: Some(failure),
            ..Self::new(command, status)
        }
    }

    /// Returns the status word of a failure.
    pub(crate) const fn status(kind: FailureKind) -> &'static str {
        match kind {
            FailureKind::Stale => "stale",
            FailureKind::Locked => "locked",
            FailureKind::Blocked => "blocked",
            _ => "error",
        }
    }

    /// Returns the document of a plan; `status` matches the exit code, `access`
    /// is the change of who can call what.
    pub(crate) fn plan(
        status: &'static str,
        review: &'a Review,
        access: Option<&'a Access>,
    ) -> Self {
        Self {
            items: Some(planned(&review.plan)),
            access,
            ..Self::of("plan", status, review)
        }
    }

    /// Returns the document of a plan with its choices, saved or not.
    pub(crate) fn plan_saved(
        status: &'static str,
        review: &'a Review,
        access: Option<&'a Access>,
        saved: Option<(&'a str, &Choices)>,
    ) -> Self {
        Self {
            saved: saved.map(|(path, _)| SavedDocument::To { path }),
            choices: saved.map(|(_, choices)| ChoicesDocument::new(choices, &review.plan)),
            ..Self::plan(status, review, access)
        }
    }

    /// Returns the document of a saved plan: a plan's, with the outcome of each
    /// item under its choices.
    pub(crate) fn show(
        status: &'static str,
        saved: &'a SavedPlan,
        resolution: &'a Resolution,
        verified: bool,
    ) -> Self {
        let mut items = planned(saved.plan());
        for (item, state) in items.iter_mut().zip(resolution.states()) {
            item.status = state.status;
            item.outcome = Some(state.outcome);
            item.reasons.extend(&state.blocked_by);
        }
        Self {
            saved: Some(SavedDocument::From {
                id: &saved.id,
                created_at: &saved.created_at,
                operator: &saved.operator,
                host: &saved.host,
                program: &saved.program,
                verified,
            }),
            choices: Some(ChoicesDocument::new(saved.choices(), saved.plan())),
            items: Some(items),
            warnings: Some(saved.plan().warnings_under(resolution).collect()),
            access: saved.access(),
            ..Self::of("show", status, saved)
        }
    }

    /// Returns the document of an apply: the outcome of each item and, once it
    /// is done, the receipt.
    pub(crate) fn apply(
        status: &'static str,
        review: &'a Review,
        resolution: &'a Resolution,
        outcome: Result<Option<&'a Receipt>, &'a Failure>,
    ) -> Self {
        let mut document = Self {
            items: Some(applied(&review.plan, resolution, outcome.is_ok())),
            tables: Some(&[]),
            backup: Some(Value::Null),
            warnings: Some(review.plan.warnings_under(resolution).collect()),
            ..Self::of("apply", status, review)
        };
        match outcome {
            Ok(Some(receipt)) => {
                document.job = Some(receipt.job);
                document.backup = Some(json!(receipt.backup));
                document.written = receipt.file.as_ref().map(|file| &*file.path);
                document.tables = Some(&receipt.tables);
                document.notes = Some(&receipt.notes);
                document.server_changes = &receipt.server_changes;
                document.access = receipt.access.as_ref();
            }
            Ok(None) => {}
            Err(failure) => {
                document.stale =
                    (failure.kind == FailureKind::Stale).then_some(failure.stale.as_slice());
                document.error = Some(failure);
            }
        }
        document
    }

    fn of(command: &'a str, status: &'static str, of: impl Into<PlanOutput<'a>>) -> Self {
        let PlanOutput {
            file,
            target,
            policy,
            plan,
        } = of.into();
        Self {
            platform: Some(file.platform),
            target: Some(target),
            file: Some(FileDocument::new(file)),
            summary: Some(plan.summary()),
            only_in_target_counts: plan.only_in_target(),
            lack_api: Some(plan.missing_apis()),
            missing: Some(plan.missing_others()),
            warnings: Some(plan.all_warnings().collect()),
            ..Self::new(command, status).with_policy(policy)
        }
    }

    /// Returns the document of a file by itself.
    pub(crate) fn validate(
        status: &'static str,
        file: &'a FileInfo,
        counts: &'a [(Kind, usize)],
        findings: &'a [Finding],
    ) -> Self {
        Self {
            platform: Some(file.platform),
            file: Some(FileDocument::new(file)),
            counts: Some(Count::all(counts)),
            warnings: Some(findings.iter().collect()),
            ..Self::new("validate", status)
        }
    }

    /// Returns the document of an export that was written to a file.
    pub(crate) fn export(path: &'a str, exported: &'a Exported) -> Self {
        Self {
            platform: Some(exported.platform),
            target: Some(&exported.target),
            file: Some(FileDocument {
                path,
                sha256: &exported.sha256,
            }),
            counts: Some(Count::all(&exported.counts)),
            warnings: Some(exported.findings.iter().collect()),
            ..Self::new("export", "ok")
        }
    }

    /// Returns the document of a rehearsal: the outcome each item would have,
    /// and what the database refused.
    pub(crate) fn rehearsal(
        status: &'static str,
        review: &'a Review,
        resolution: &'a Resolution,
        outcome: Result<&'a Rehearsal, &'a Failure>,
    ) -> Self {
        let done = outcome.ok();
        Self {
            rehearsal: Some(true),
            tables: Some(done.map_or(&[], |done| &done.tables)),
            problems: Some(done.map_or(&[], |done| &done.problems)),
            notes: done.map(|done| done.notes.as_slice()),
            access: done.and_then(|done| done.access.as_ref()),
            ..Self::apply(status, review, resolution, outcome.map(|_| None))
        }
    }

    /// Returns the document of past jobs, newest first.
    pub(crate) fn history(target: &'a str, jobs: &'a [JobRecord]) -> Self {
        Self {
            target: Some(target),
            jobs: Some(jobs),
            ..Self::new("history", "ok")
        }
    }

    /// Returns the document of an undo.
    pub(crate) fn undo(target: &'a str, undone: &'a Undone) -> Self {
        Self {
            target: Some(target),
            job: Some(undone.job),
            undoes: Some(undone.undoes),
            restored: Some(&undone.items),
            tables: Some(&undone.tables),
            notes: Some(&undone.notes),
            server_changes: &undone.server_changes,
            ..Self::new("undo", "ok")
        }
    }

    /// Returns the document of a backup that was written to a file.
    pub(crate) fn backup(target: &'a str, job: i64, path: &'a str, sha256: &'a str) -> Self {
        Self {
            target: Some(target),
            job: Some(job),
            file: Some(FileDocument { path, sha256 }),
            ..Self::new("backup", "ok")
        }
    }

    /// Returns the document of a server that starts to answer.
    pub(crate) fn serve(target: &'a str, url: &'a str) -> Self {
        Self {
            target: Some(target),
            url: Some(url),
            ..Self::new("serve", "ok")
        }
    }

    /// Returns the document of a client's secret that was hashed.
    pub(crate) fn hashed(hash: &'a str) -> Self {
        Self {
            secret_hash: Some(hash),
            ..Self::new("serve hash-secret", "ok")
        }
    }

    /// Returns the document of a command that reports only its target.
    pub(crate) fn done(command: &'a str, target: &'a str) -> Self {
        Self {
            target: Some(target),
            ..Self::new(command, "ok")
        }
    }
}

/// Returns the items of a plan, with their changes.
fn planned(plan: &Plan) -> Vec<ItemDocument<'_>> {
    let items = plan.entries().iter().enumerate();
    let items = items.map(|(index, entry)| ItemDocument {
        kind: &entry.item.id.kind,
        key: &entry.item.id.key,
        name: &entry.item.name,
        status: entry.verdict.status,
        unchanged: entry.is_unchanged(),
        outcome: None,
        matched: entry.matched.as_ref(),
        reasons: entry.verdict.reasons.iter().collect(),
        references: &entry.references,
        changes: Some(changes(plan, index)),
        ignored: entry.ignored(),
    });
    items.collect()
}

/// Returns the changes of an item.
fn changes(plan: &Plan, index: usize) -> Vec<ChangeDocument> {
    let entry = plan.entry(index);
    let changes = plan.changes(index, Show::Differences).into_iter();
    let document = |change: Change| ChangeDocument {
        set_by_values: entry.is_some_and(|entry| entry.is_set_by_values(&change.path)),
        change,
    };
    changes.map(document).collect()
}

/// Returns the items of an apply, those that are written with their changes. A
/// blocked item keeps its reasons, and gets those that the choices gave it.
/// Where nothing was written, no item claims to have been.
fn applied<'a>(
    plan: &'a Plan,
    resolution: &'a Resolution,
    is_written: bool,
) -> Vec<ItemDocument<'a>> {
    let describe = |outcome: Outcome| {
        if outcome.is_written() && !is_written {
            Outcome::Skipped
        } else {
            outcome
        }
    };
    let entries = plan.entries().iter().zip(resolution.states()).enumerate();
    let items = entries.map(|(index, (entry, state))| ItemDocument {
        kind: &entry.item.id.kind,
        key: &entry.item.id.key,
        name: &entry.item.name,
        status: state.status,
        unchanged: entry.is_unchanged(),
        outcome: Some(describe(state.outcome)),
        matched: entry.matched.as_ref(),
        reasons: entry
            .verdict
            .reasons
            .iter()
            .chain(&state.blocked_by)
            .collect(),
        references: &entry.references,
        changes: state.outcome.is_written().then(|| changes(plan, index)),
        ignored: entry.ignored(),
    });
    items.collect()
}
