//! Which keys do what, where.

use super::catalogue::{Act, Action, CATALOGUE, Context};
use crate::tui::keys::{Key, Sequence, show};

/// Keys to actions, by context.
#[derive(Clone, Debug)]
pub(crate) struct KeyMap {
    /// In the order of the catalogue.
    pub(super) bindings: Vec<(Sequence, &'static Action)>,
}

/// What a sequence of keys means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lookup {
    /// An action.
    Action(&'static Action),
    /// A prefix of a longer sequence.
    Beginning,
    /// Nothing.
    Nothing,
}

impl KeyMap {
    /// Returns the default keys.
    pub(crate) fn new() -> Self {
        let keys = |action: &'static Action| action.keys.iter().map(move |keys| (*keys, action));
        let read = |(keys, action)| Some((Key::parse_all(keys).ok()?, action));
        Self {
            bindings: CATALOGUE.iter().flat_map(keys).filter_map(read).collect(),
        }
    }

    /// Returns what a sequence means in a context.
    pub(crate) fn find(&self, context: Context, keys: &[Key]) -> Lookup {
        let mut here = self
            .bindings
            .iter()
            .filter(|(_, action)| action.contexts.contains(&context))
            .peekable();
        let exact = here.clone().find(|(sequence, _)| sequence == keys);
        match exact {
            Some((_, action)) => Lookup::Action(action),
            None if here.any(|(sequence, _)| sequence.starts_with(keys)) => Lookup::Beginning,
            None => Lookup::Nothing,
        }
    }

    /// Returns an action's first key in a context, as displayed.
    pub(crate) fn key(&self, context: Context, act: Act) -> Option<String> {
        let mut here = self
            .bindings
            .iter()
            .filter(|(_, action)| action.contexts.contains(&context));
        here.find(|(_, action)| action.act == act)
            .map(|(sequence, _)| show(sequence))
    }

    /// Returns an action's first key in a context that is not typed as text.
    pub(crate) fn key_untyped(&self, context: Context, act: Act) -> Option<String> {
        let is_typed = |keys: &Sequence| keys.first().is_some_and(|key| key.request().is_some());
        let mut here = self
            .bindings
            .iter()
            .filter(|(_, action)| action.contexts.contains(&context));
        here.find(|(keys, action)| action.act == act && !is_typed(keys))
            .map(|(keys, _)| show(keys))
    }

    /// Returns all of an action's keys, as displayed.
    pub(crate) fn keys(&self, action: &Action) -> Vec<String> {
        let own = self
            .bindings
            .iter()
            .filter(|(_, other)| other.name == action.name);
        own.map(|(sequence, _)| show(sequence)).collect()
    }
}

/// Returns an action's default keys, as displayed.
pub(super) fn default_keys(action: &Action) -> Vec<String> {
    action
        .keys
        .iter()
        .filter_map(|keys| Key::parse_all(keys).ok())
        .map(|keys| show(&keys))
        .collect()
}
