//! What is missing in the target: the list, and the confirmation.

use crate::engine::Missing;
use crate::engine::display::safe;
use crate::tui::condition::{require, with_review};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::import::confirm;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::label::called;
use crate::tui::{Act, Action, App, Availability, Context, Line, Role, Run, width};

/// The maximum width of a column of missing objects: a kind, and an ObjectID.
const WIDEST_NAME: usize = 34;

pub(crate) const CONFIRM_MISSING: Action = Action {
    act: Act::ConfirmMissing,
    name: "confirm-lack-api",
    sentence: "Show what is missing in the target, and confirm that it is ignored",
    contexts: &[Context::Review, Context::Dialog],
    keys: &["m"],
    footer: Some("lack API"),
    condition: |app| with_review(app, |review| can_confirm_missing(app, review)),
    run: Run::Update(ask_missing),
};

fn can_confirm_missing(app: &App, review: &Review) -> Availability {
    let here = app.dialog();
    let is_here = matches!(here, None | Some(Dialog::Import(_) | Dialog::WriteFile));
    require(is_here, "not here")?;
    let missing = review.plan().missing_count();
    require(missing.total() > 0, "nothing is missing in the target")?;
    let confirmed = format!(
        "already confirmed: missing {} will be ignored",
        missing.noun()
    );
    require(!review.choices.missing_confirmed, &confirmed)
}

/// Opens the list of missing objects.
pub(super) fn ask_missing(app: &mut App) {
    let Some(review) = &app.review else { return };
    let count = review.plan().missing_count();
    if review.unconfirmed().is_none() {
        app.say(count.consequence());
        return;
    }
    let mut body = vec![Line::of(Role::Text, &count.sentence()), Line::new()];
    // In a mixed list, APIs are labelled.
    let word = if count.others > 0 { "API " } else { "" };
    let name = |missing: &Missing| {
        if missing.is_api() {
            format!("{word}{}", missing.label())
        } else {
            missing.label()
        }
    };
    let missing = review.plan().missing();
    // One column for all, if it leaves room for the other.
    let widest = missing
        .iter()
        .map(|missing| width(&safe(&name(missing))))
        .max()
        .unwrap_or(0)
        .min(WIDEST_NAME);
    for missing in missing {
        let users: Vec<String> = missing
            .used_by
            .iter()
            .map(|id| called(review.plan(), id))
            .collect();
        let mut line = Line::of(Role::Text, &format!("  {}", name(missing)));
        if line.width() > widest + 2 {
            // Names too long for the column have a line of their own.
            body.push(std::mem::take(&mut line));
        }
        line.pad_to(widest + 2);
        body.push(
            line.and(Role::Text, "  ")
                .and(Role::Dim, &format!("used by {}", users.join(", "))),
        );
    }
    body.push(Line::new());
    body.push(Line::of(Role::Title, count.consequence()));
    app.modals
        .push(Modal::new(Dialog::Missing, confirm::title(count), body));
}

/// Confirms that missing objects are ignored.
pub(crate) fn confirm_missing(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    review.choices.missing_confirmed = true;
    review.choices_changed();
    let said = format!("confirmed: {}", review.plan().missing_count().consequence());
    confirm::refresh(app);
    app.say(said);
}
