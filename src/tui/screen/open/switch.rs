//! Leaving a file and a target for others.

use crate::job::{Failure, Opened, Sides};
use crate::scopes::screen::update::load;
use crate::tui::effect::EffectId;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::leave::choices;
use crate::tui::{App, Effect};

/// Opens other sides; asks first if choices would be lost.
pub(crate) fn ask(app: &mut App, sides: Sides) -> Vec<Effect> {
    if !app.has_choices() {
        return go(app, sides);
    }
    let body = choices(app);
    let dialog = Dialog::Switch(Box::new(sides));
    app.modals
        .push(Modal::new(dialog, "Open without importing?", body));
    Vec::new()
}

/// Opens other sides. What still runs for the former ones is no longer waited for.
pub(crate) fn go(app: &mut App, sides: Sides) -> Vec<Effect> {
    vec![Effect::Open(job::begin(app, JobKind::Open), sides)]
}

/// Handles the session on other sides: nothing of the former one stays.
pub(crate) fn opened(app: &mut App, id: EffectId, outcome: Result<Opened, Failure>) -> Vec<Effect> {
    if !job::end(app, id) {
        return Vec::new();
    }
    let opened = match outcome {
        Ok(opened) => opened,
        Err(failure) => {
            job::fail(app, &failure);
            return Vec::new();
        }
    };
    app.begin_anew(&opened.file, opened.sides, opened.theme);
    let mut effects = vec![Effect::Use(Box::new(opened.session))];
    effects.extend(if app.scopes.is_some() {
        load::read(app)
    } else {
        job::compare(app)
    });
    effects
}
