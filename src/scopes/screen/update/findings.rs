//! The findings about the scopes: checking, one in detail, repairing them.

use super::condition::with_scopes;
use super::edit;
use crate::engine::ItemId;
use crate::job::Failure;
use crate::scopes::{Edit, ScopeFinding};
use crate::tui::condition::{can_write, idle, require};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::{
    Act, Action, App, Availability, Context, Effect, EffectId, Line, Role, Run, count,
};

pub(crate) const CHECK: Action = Action {
    act: Act::CheckScopes,
    name: "check-scopes",
    sentence: "Check the scopes for problems, and repair them",
    contexts: &[Context::Scopes],
    keys: &["K"],
    footer: Some("check"),
    condition: |app| with_scopes(app, |_| idle(app)),
    run: Run::Effects(|app| vec![Effect::CheckScopes(job::begin(app, JobKind::Check))]),
};

pub(crate) const OPEN_FINDING: Action = Action {
    act: Act::OpenFinding,
    name: "open-finding",
    sentence: "Show the finding in detail",
    contexts: &[Context::Findings],
    keys: &["enter"],
    footer: Some("open"),
    condition: has_findings,
    run: Run::Update(open),
};

pub(crate) const REPAIR: Action = Action {
    act: Act::Repair,
    name: "repair-scopes",
    sentence: "Repair everything that can be repaired safely, after confirmation",
    contexts: &[Context::Findings],
    keys: &["F"],
    footer: Some("repair all"),
    condition: can_repair,
    run: Run::Effects(|app| edit::submit(app, Edit::Repair { codes: Vec::new() })),
};

fn has_findings(app: &App) -> Availability {
    with_scopes(app, |scopes| {
        require(!scopes.findings.is_empty(), "no problems found")
    })
}

fn can_repair(app: &App) -> Availability {
    with_scopes(app, |scopes| {
        let mut findings = scopes.findings.iter();
        let can = findings.any(|finding| finding.repair.is_some());
        require(can, "no finding can be repaired safely")?;
        can_write(app)
    })
}

/// Handles the findings.
pub(crate) fn checked(app: &mut App, id: EffectId, outcome: Result<Vec<ScopeFinding>, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    match outcome {
        Ok(findings) => {
            let found = findings.len();
            let can = findings
                .iter()
                .filter(|finding| finding.repair.is_some())
                .count();
            scopes.findings = findings;
            if found == 0 {
                app.say("no problems found");
                return;
            }
            let title = format!(
                "{}, {can} can be repaired",
                count(found, "finding", "findings")
            );
            let mut modal = Modal::new(Dialog::Findings, &title, Vec::new());
            modal.more = found;
            app.modals.push(modal);
        }
        Err(failure) => job::fail(app, &failure),
    }
}

/// Shows the selected finding in detail.
fn open(app: &mut App) {
    let (Some(scopes), Some(modal)) = (&app.scopes, app.modals.last()) else {
        return;
    };
    let Some(finding) = scopes.findings.get(modal.selected) else {
        return;
    };
    let pair = |label: &str, text: &str| Line::pair(label, 11, text);
    let mut body = vec![
        Line::of(Role::Warning, &finding.message),
        Line::new(),
        pair("code", &finding.code),
        pair("item", &describe(&finding.item)),
    ];
    match &finding.repair {
        Some(repair) => body.push(pair("repair", repair)),
        None => body.push(pair("repair", "not automatic: your decision")),
    }
    if !finding.hint.is_empty() {
        body.push(pair("next step", &finding.hint));
    }
    app.modals
        .push(Modal::new(Dialog::Finding, "Finding", body).confirming_nothing());
}

fn describe(id: &ItemId) -> String {
    format!("{} {}", id.kind, id.key)
}
