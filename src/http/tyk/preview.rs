//! What an import would do, item by item. The Dashboard has no equivalent.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::endpoint::Endpoint;
use super::envelope::Envelope;
use crate::engine::diff::Show;
use crate::engine::{Choices, Entry, Finding, Matched, Missing, Outcome, Plan, Reason, State};

/// The outcome of an item.
#[derive(Serialize)]
struct Previewed<'a> {
    id: &'a str,
    name: &'a str,
    /// `add`, `cover`, `none` for an item without a difference, or `blocked`.
    action: &'static str,
    /// How it was matched in the target, if not by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<&'a Matched>,
    /// How many fields would change.
    changes: usize,
    /// Why it is blocked.
    reasons: Vec<&'a Reason>,
    findings: &'a [Finding],
}

/// The preview of the whole import.
#[derive(Serialize)]
struct Preview<'a> {
    preview: bool,
    /// Whether an import would succeed: nothing is blocked.
    importable: bool,
    summary: Summary,
    items: Vec<Previewed<'a>>,
    /// APIs that policies grant and that neither the file nor the target has.
    lack_api: &'a [Missing],
    /// Other missing objects: policies that APIs name.
    missing: &'a [Missing],
    /// Findings about the whole import.
    findings: &'a [Finding],
}

/// How many items there are of each action.
#[derive(Default, Serialize)]
struct Summary {
    add: usize,
    cover: usize,
    none: usize,
    blocked: usize,
}

/// Reports what an import would do.
pub(super) fn respond(endpoint: Endpoint, plan: &Plan) -> Response {
    let resolution = plan.resolve(&Choices::everything(plan));
    let states = plan.entries().iter().zip(resolution.states()).enumerate();
    let items: Vec<_> = states
        .map(|(index, (entry, state))| item(plan, index, entry, state))
        .collect();
    let count = |action| items.iter().filter(|item| item.action == action).count();
    let summary = Summary {
        add: count("add"),
        cover: count("cover"),
        none: count("none"),
        blocked: count("blocked"),
    };
    let message = format!(
        "Preview of {}: {} to add, {} to cover, {} unchanged, {} blocked; nothing was imported",
        endpoint.path(),
        summary.add,
        summary.cover,
        summary.none,
        summary.blocked
    );
    let preview = Preview {
        preview: true,
        importable: summary.blocked == 0,
        summary,
        items,
        lack_api: plan.missing_apis(),
        missing: plan.missing_others(),
        findings: plan.warnings(),
    };
    let meta = serde_json::to_value(&preview).unwrap_or(Value::Null);
    Envelope::ok(&message, &meta).response(StatusCode::OK)
}

fn item<'a>(plan: &Plan, index: usize, entry: &'a Entry, state: &'a State) -> Previewed<'a> {
    let action = match state.outcome {
        Outcome::Added => "add",
        Outcome::Covered => "cover",
        Outcome::Unchanged | Outcome::Skipped => "none",
        Outcome::Blocked => "blocked",
    };
    Previewed {
        id: &entry.item.id.key,
        name: &entry.item.name,
        action,
        matched: entry.matched.as_ref(),
        changes: plan
            .changes(index, Show::Differences)
            .iter()
            .filter(|change| change.op.is_effective())
            .count(),
        reasons: entry
            .verdict
            .reasons
            .iter()
            .chain(&state.blocked_by)
            .collect(),
        findings: &entry.warnings,
    }
}
