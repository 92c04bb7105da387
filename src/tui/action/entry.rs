//! An action: everything about it in one place, beside its handler.

use super::act::Act;
use super::context::Context;
use crate::tui::effect::Effect;

/// Whether something can be done now; if not, the reason as a sentence.
pub(crate) type Availability = Result<(), String>;

/// What an action does to the model `M`.
#[derive(Debug)]
pub(crate) enum Run<M> {
    /// It changes the model.
    Update(fn(&mut M)),
    /// It has effects, too.
    Effects(fn(&mut M) -> Vec<Effect>),
}

/// An action on the model `M`. To add one, declare it beside its handler, add
/// an [`Act`], and list it in the catalogue.
#[derive(Debug)]
pub(crate) struct Action<M> {
    pub(crate) act: Act,
    /// Its name in the palette and in the configuration file.
    pub(crate) name: &'static str,
    /// What it does: imperative, sentence case, no final period.
    pub(crate) sentence: &'static str,
    pub(crate) contexts: &'static [Context],
    /// Its default keys; the keys of a sequence are separated by a space.
    pub(crate) keys: &'static [&'static str],
    /// Its label in the footer, if it is listed there.
    pub(crate) footer: Option<&'static str>,
    /// Whether it is available now.
    pub(crate) condition: fn(&M) -> Availability,
    pub(crate) run: Run<M>,
}

impl<M> Action<M> {
    /// Checks whether it is available now.
    ///
    /// # Errors
    ///
    /// Returns the reason as a sentence.
    pub(crate) fn check(&self, model: &M) -> Availability {
        (self.condition)(model)
    }

    /// Does it; it has to be available.
    pub(crate) fn run(&self, model: &mut M) -> Vec<Effect> {
        match self.run {
            Run::Update(update) => {
                update(model);
                Vec::new()
            }
            Run::Effects(run) => run(model),
        }
    }
}
