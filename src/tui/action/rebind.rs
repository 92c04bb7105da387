//! Custom keys from the configuration file.

use super::context::Context;
use super::entry::Action;
use super::keymap::KeyMap;
use crate::config::Binding;
use crate::engine::selector::{meant, nearest};
use crate::tui::keys::{Key, Sequence, show};

/// Why custom keys cannot be used: where, what, and the next step.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum RebindError {
    /// An unknown action.
    #[error("{place}: unknown action '{action}'{}", meant(*near))]
    UnknownAction {
        place: String,
        action: String,
        near: Option<&'static str>,
    },
    /// The text is not a key.
    #[error(
        "{place}: '{word}' is not a key: write c, P, space, S-Tab, ctrl-p, or 'g x' for a sequence"
    )]
    UnknownKey { place: String, word: String },
    /// Terminals do not send it.
    #[error("{place}: terminals send {sent} instead of {key}: choose another key for {action}")]
    NeverArrives {
        place: String,
        key: String,
        sent: &'static str,
        action: &'static str,
    },
    /// It is already used in a common context.
    #[error(
        "{place}: {key} for {action} is already used by {other}: give {other} another key, too"
    )]
    Clash {
        place: String,
        key: String,
        action: &'static str,
        other: &'static str,
    },
    /// An action without a key.
    #[error("{place}: {action} would have no key: name one, or remove the line")]
    NoKey { place: String, action: &'static str },
    /// It would be typed as text where the action is needed.
    #[error("{place}: {action} requires a key that is not typed as text, such as {such}: add one")]
    Typed {
        place: String,
        action: &'static str,
        such: &'static str,
    },
}

/// An action's keys with their position in the configuration file.
struct Wish<'a, M: 'static> {
    action: &'static Action<M>,
    place: &'a str,
    keys: Vec<Sequence>,
}

impl<M> KeyMap<M> {
    /// Returns the default keys with the custom ones in place of those of the same
    /// action. All or nothing: a partly applied key map would be confusing.
    pub(crate) fn with(
        actions: &'static [Action<M>],
        bindings: &[Binding],
    ) -> Result<Self, RebindError> {
        let wishes = bindings
            .iter()
            .map(|binding| wish(actions, binding))
            .collect::<Result<Vec<_>, _>>()?;
        let mut map = Self::new(actions);
        for wish in &wishes {
            let index = map
                .bindings
                .iter()
                .position(|(_, action)| action.name == wish.action.name);
            let index = index.unwrap_or(map.bindings.len());
            map.bindings
                .retain(|(_, action)| action.name != wish.action.name);
            let keys = wish.keys.iter().map(|keys| (keys.clone(), wish.action));
            map.bindings.splice(index..index, keys);
        }
        wishes.iter().try_for_each(|wish| map.clash(wish))?;
        Ok(map)
    }

    /// Fails on keys that cannot be used.
    fn clash(&self, wish: &Wish<'_, M>) -> Result<(), RebindError> {
        let meet = |other: &Action<M>| {
            wish.action
                .contexts
                .iter()
                .any(|here| other.contexts.contains(here))
        };
        for keys in &wish.keys {
            let mut same_own = wish.keys.iter().filter(|own| begins(keys, own));
            let other = self
                .bindings
                .iter()
                .find(|(others, other)| {
                    other.name != wish.action.name && meet(other) && begins(keys, others)
                })
                .map(|(_, other)| other.name)
                .or_else(|| same_own.nth(1).map(|_| wish.action.name));
            if let Some(other) = other {
                let (place, key) = (wish.place.to_owned(), show(keys));
                return Err(RebindError::Clash {
                    place,
                    key,
                    action: wish.action.name,
                    other,
                });
            }
        }
        Ok(())
    }
}

/// Returns whether one sequence is a prefix of the other.
fn begins(one: &[Key], other: &[Key]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn wish<'a, M>(
    actions: &'static [Action<M>],
    binding: &'a Binding,
) -> Result<Wish<'a, M>, RebindError> {
    let place = || binding.place.clone();
    let Some(action) = actions.iter().find(|action| action.name == binding.action) else {
        let near = nearest(&binding.action, actions.iter().map(|action| action.name));
        return Err(RebindError::UnknownAction {
            place: place(),
            action: binding.action.clone(),
            near,
        });
    };
    let mut sequences = Vec::with_capacity(binding.keys.len());
    for word in &binding.keys {
        let keys = Key::parse_all(word).ok().filter(|keys| !keys.is_empty());
        let keys = keys.ok_or_else(|| RebindError::UnknownKey {
            place: place(),
            word: word.clone(),
        })?;
        if let Some((key, sent)) = keys.iter().find_map(|key| Some((key, key.stand_in()?))) {
            let key = key.to_string();
            return Err(RebindError::NeverArrives {
                place: place(),
                key,
                sent,
                action: action.name,
            });
        }
        sequences.push(keys);
    }
    if sequences.is_empty() {
        return Err(RebindError::NoKey {
            place: place(),
            action: action.name,
        });
    }
    let is_typed = |keys: &Sequence| keys.first().is_some_and(|key| key.request().is_some());
    let in_a_line =
        |here: &Context| matches!(here, Context::Search | Context::Palette | Context::Filter);
    // Form actions that work in an input have such a key by default.
    let from_a_line = action.contexts == [Context::Form]
        && !action
            .keys
            .iter()
            .all(|keys| Key::parse_all(keys).is_ok_and(|keys| is_typed(&keys)));
    let in_a_line = action.contexts.iter().any(in_a_line) || from_a_line;
    if in_a_line && sequences.iter().all(is_typed) {
        let such = action.keys.first().copied().unwrap_or_default();
        return Err(RebindError::Typed {
            place: place(),
            action: action.name,
            such,
        });
    }
    Ok(Wish {
        action,
        place: &binding.place,
        keys: sequences,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{Act, Lookup};
    use crate::tui::app::KeyMap;
    use crate::tui::catalogue::CATALOGUE;

    fn bindings(table: &[(&str, &[&str])]) -> Vec<Binding> {
        let binding = |(line, (action, keys)): (usize, &(&str, &[&str]))| Binding {
            action: (*action).to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            place: format!("config.toml:{}", line + 2),
        };
        table.iter().enumerate().map(binding).collect()
    }

    fn refused(table: &[(&str, &[&str])]) -> String {
        KeyMap::with(CATALOGUE, &bindings(table))
            .unwrap_err()
            .to_string()
    }

    fn act(map: &KeyMap, keys: &str) -> Option<Act> {
        match map.find(Context::Review, &Key::parse_all(keys).unwrap()) {
            Lookup::Action(action) => Some(action.act),
            Lookup::Beginning | Lookup::Nothing => None,
        }
    }

    #[test]
    fn keys_of_ones_own_take_the_place_of_the_defaults() {
        let map = KeyMap::with(
            CATALOGUE,
            &bindings(&[("cover", &["v"]), ("import", &["P", "ctrl-p", "g i"])]),
        )
        .unwrap();
        assert_eq!(act(&map, "v"), Some(Act::Cover));
        assert_eq!(act(&map, "c"), None);
        assert_eq!(act(&map, "ctrl-p"), Some(Act::Import));
        assert_eq!(act(&map, "g i"), Some(Act::Import));
        assert_eq!(act(&map, "g g"), Some(Act::Top));
        assert_eq!(map.key(Context::Review, Act::Cover).as_deref(), Some("v"));
    }

    #[test]
    fn two_actions_can_change_places() {
        let map = KeyMap::with(
            CATALOGUE,
            &bindings(&[("cover", &["C"]), ("cover-all", &["c"])]),
        )
        .unwrap();
        assert_eq!(act(&map, "C"), Some(Act::Cover));
    }

    #[test]
    fn an_unknown_action_is_refused_with_the_nearest_one() {
        assert_eq!(
            refused(&[("covr", &["v"])]),
            "config.toml:2: unknown action 'covr'; did you mean 'cover'?"
        );
    }

    #[test]
    fn what_is_no_key_is_refused_with_examples() {
        let described = refused(&[("cover", &["v"]), ("import", &["meta-p"])]);
        assert!(
            described.starts_with("config.toml:3: 'meta-p' is not a key: write c, P,"),
            "{described}"
        );
        assert!(refused(&[("cover", &[" "])]).contains("is not a key"));
    }

    #[test]
    fn a_clash_is_refused_in_one_context_and_not_across_two() {
        assert_eq!(
            refused(&[("import", &["c"])]),
            "config.toml:2: c for import is already used by cover: give cover another key, too"
        );
        assert!(refused(&[("import", &["g"])]).contains("g for import is already used by "));
        assert!(
            refused(&[("import", &["p", "p"])]).contains("p for import is already used by import")
        );
        assert!(KeyMap::with(CATALOGUE, &bindings(&[("next-button", &["c"])])).is_ok());
    }

    #[test]
    fn a_key_that_cannot_arrive_is_refused_with_what_comes_instead() {
        for (key, shown, sent) in [
            ("ctrl-i", "^I", "Tab"),
            ("ctrl-m", "^M", "Enter"),
            ("ctrl-h", "^H", "Backspace"),
            ("ctrl-[", "^[", "Esc"),
        ] {
            assert_eq!(
                refused(&[("cover", &[key])]),
                format!(
                    "config.toml:2: terminals send {sent} instead of {shown}: choose another key for cover"
                )
            );
        }
    }

    #[test]
    fn an_action_keeps_a_key_and_typing_its_letters() {
        assert_eq!(
            refused(&[("cover", &[])]),
            "config.toml:2: cover would have no key: name one, or remove the line"
        );
        assert!(refused(&[("press", &["x"])]).contains("such as enter"));
        assert!(KeyMap::with(CATALOGUE, &bindings(&[("press", &["x", "enter"])])).is_ok());
        assert!(refused(&[("save-scope", &["w"])]).contains("such as ctrl-o"));
        assert!(KeyMap::with(CATALOGUE, &bindings(&[("remove-module", &["x"])])).is_ok());
    }
}
