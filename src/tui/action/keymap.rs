//! Which keys do what, where.

use super::act::Act;
use super::context::Context;
use super::entry::Action;
use crate::tui::keys::{Key, Sequence, show};

/// Keys to actions, by context.
#[derive(Debug)]
pub(crate) struct KeyMap<M: 'static> {
    /// All actions, in the order of help and footer.
    actions: &'static [Action<M>],
    /// In the same order.
    pub(super) bindings: Vec<(Sequence, &'static Action<M>)>,
}

/// What a sequence of keys means.
#[derive(Debug)]
pub(crate) enum Lookup<M: 'static> {
    /// An action.
    Action(&'static Action<M>),
    /// A prefix of a longer sequence.
    Beginning,
    /// Nothing.
    Nothing,
}

impl<M> Clone for KeyMap<M> {
    fn clone(&self) -> Self {
        Self {
            actions: self.actions,
            bindings: self.bindings.clone(),
        }
    }
}

impl<M> KeyMap<M> {
    /// Returns the default keys.
    pub(crate) fn new(actions: &'static [Action<M>]) -> Self {
        let keys = |action: &'static Action<M>| action.keys.iter().map(move |keys| (*keys, action));
        let read = |(keys, action)| Some((Key::parse_all(keys).ok()?, action));
        Self {
            actions,
            bindings: actions.iter().flat_map(keys).filter_map(read).collect(),
        }
    }

    /// Returns the actions of a context.
    pub(crate) fn actions(&self, context: Context) -> impl Iterator<Item = &'static Action<M>> {
        let here = move |action: &&Action<M>| action.contexts.contains(&context);
        self.actions.iter().filter(here)
    }

    /// Returns what a sequence means in a context.
    pub(crate) fn find(&self, context: Context, keys: &[Key]) -> Lookup<M> {
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
    pub(crate) fn keys(&self, action: &Action<M>) -> Vec<String> {
        let own = self
            .bindings
            .iter()
            .filter(|(_, other)| other.name == action.name);
        own.map(|(sequence, _)| show(sequence)).collect()
    }
}

/// Returns an action's default keys, as displayed.
pub(crate) fn default_keys<M>(action: &Action<M>) -> Vec<String> {
    action
        .keys
        .iter()
        .filter_map(|keys| Key::parse_all(keys).ok())
        .map(|keys| show(&keys))
        .collect()
}
