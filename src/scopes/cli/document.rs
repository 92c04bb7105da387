//! The JSON documents of the commands on scopes.

use serde::Serialize;

use crate::cli::document::FORMAT;
use crate::engine::{Change, Finding, ItemId, Unpromised};
use crate::job::TableRows;
use crate::scopes::{Edited, ScopeDocument, ScopeFinding};

/// The product that has scopes.
const PLATFORM: &str = "digirunner";

/// One document; fields that do not apply to a command are left out.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    format_version: &'static str,
    command: &'static str,
    status: &'static str,
    platform: &'static str,
    target: &'a str,
    /// What a list found.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<ScopeDocument<'a>>>,
    /// The scope concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<ScopeDocument<'a>>,
    /// What a check found.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<&'a [ScopeFinding]>,
    /// What the operator should know before a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<&'a [Finding]>,
    #[serde(flatten)]
    done: Option<Done<'a>>,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Done<'a> {
    /// None where nothing was written.
    job: Option<i64>,
    verb: &'static str,
    items: &'a [ItemId],
    changes: &'a [Change],
    tables: &'a [TableRows],
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    server_changes: &'a [Unpromised],
}

impl<'a> Document<'a> {
    pub(super) const fn new(command: &'static str, status: &'static str, target: &'a str) -> Self {
        Self {
            format_version: FORMAT,
            command,
            status,
            platform: PLATFORM,
            target,
            scopes: None,
            scope: None,
            findings: None,
            warnings: None,
            done: None,
        }
    }

    /// Adds what a list found.
    pub(super) fn scopes(self, scopes: Vec<ScopeDocument<'a>>) -> Self {
        Self {
            scopes: Some(scopes),
            ..self
        }
    }

    /// Sets the scope concerned.
    pub(super) fn scope(self, scope: ScopeDocument<'a>) -> Self {
        Self {
            scope: Some(scope),
            ..self
        }
    }

    /// Adds what a check found.
    pub(super) fn findings(self, findings: &'a [ScopeFinding]) -> Self {
        Self {
            findings: Some(findings),
            ..self
        }
    }

    /// Adds what the operator should know before a change.
    pub(super) fn warnings(self, warnings: &'a [Finding]) -> Self {
        Self {
            warnings: Some(warnings),
            ..self
        }
    }

    /// Adds what was written.
    pub(super) fn with(self, edited: &'a Edited) -> Self {
        let done = Done {
            job: edited.job,
            verb: edited.verb,
            items: &edited.items,
            changes: &edited.changes,
            tables: &edited.tables,
            notes: &edited.notes,
            server_changes: &edited.server_changes,
        };
        Self {
            done: Some(done),
            ..self
        }
    }
}
