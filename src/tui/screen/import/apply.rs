//! The result of an import.

use crate::engine::display::safe;
use crate::job::{Failure, Receipt};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job;
use crate::tui::{App, Context, Effect, EffectId, Line, Role};

/// Handles the result of the import.
pub(crate) fn applied(
    app: &mut App,
    id: EffectId,
    outcome: Result<Receipt, Failure>,
) -> Vec<Effect> {
    if !job::end(app, id) {
        return Vec::new();
    }
    app.notice = None;
    match outcome {
        Ok(receipt) => {
            let modal = result(app, &receipt);
            app.modals.push(modal);
            app.written.push(describe(&receipt));
            app.receipt = Some(receipt);
        }
        Err(failure) if failure.can_fix_counters => job::counters(app, &failure, None),
        Err(failure) => job::fail(app, &failure),
    }
    job::leave(app)
}

fn result(app: &App, receipt: &Receipt) -> Modal {
    let mut body = vec![Line::of(Role::Title, &describe(receipt)), Line::new()];
    if let Some(file) = &receipt.file {
        body.extend([
            Line::of(Role::Dim, "written  ").and(Role::Text, &safe(&file.path)),
            Line::new(),
        ]);
    }
    body.extend(job::tables(&receipt.tables, app.size));
    if let Some(access) = &receipt.access {
        body.extend([
            Line::of(Role::Dim, "access  ").and(Role::Text, &access.to_string()),
            Line::new(),
        ]);
    }
    body.extend(job::notes(&receipt.notes));
    body.push(job::undo_hint(app, Context::Review, receipt.job));
    body.push(Line::new());
    body.push(Line::of(Role::Dim, "items"));
    let mut modal = Modal::new(
        Dialog::Result,
        &format!("Imported: job {}", receipt.job),
        body,
    );
    modal.more = receipt.outcomes.len();
    modal
}

/// Describes an import in one line.
fn describe(receipt: &Receipt) -> String {
    let sentence = job::counted(&receipt.outcomes);
    format!(
        "job {}: {sentence} ({})",
        receipt.job,
        job::written(&receipt.tables, receipt.seconds)
    )
}
