use std::collections::HashSet;

use super::*;
use crate::tui::action::{Act, Context};
use crate::tui::keys::Key;

/// Every key sequence of a context with its action's name.
fn bound(context: Context) -> Vec<(Vec<Key>, &'static str)> {
    let here = CATALOGUE
        .iter()
        .filter(|action| action.contexts.contains(&context));
    here.flat_map(|action| {
        action
            .keys
            .iter()
            .map(|keys| (Key::parse_all(keys).unwrap(), action.name))
    })
    .collect()
}

#[test]
fn no_two_keys_clash_in_a_context() {
    for context in Context::ALL.iter().copied() {
        let bound = bound(context);
        for (n, (keys, name)) in bound.iter().enumerate() {
            for (others, other) in bound.iter().skip(n + 1) {
                let clash = keys.starts_with(others) || others.starts_with(keys);
                assert!(!clash, "{context:?}: {name} and {other}");
            }
        }
    }
}

#[test]
fn every_action_has_a_name_of_its_own_a_sentence_and_a_key() {
    let names: HashSet<_> = CATALOGUE.iter().map(|action| action.name).collect();
    assert_eq!(names.len(), CATALOGUE.len());
    for action in CATALOGUE {
        assert!(
            !action.sentence.ends_with('.') && action.sentence.len() > 5,
            "{}",
            action.name
        );
        assert!(
            !action.keys.is_empty() && !action.contexts.is_empty(),
            "{}",
            action.name
        );
    }
}

#[test]
fn forbidden_keys_are_not_used() {
    for action in CATALOGUE {
        for key in action
            .keys
            .iter()
            .flat_map(|keys| Key::parse_all(keys).unwrap())
        {
            let forbidden = matches!(key.code, crossterm::event::KeyCode::Char(c)
                if key.ctrl && "absqhim[".contains(c));
            let forbidden = forbidden
                || key.alt
                || matches!(
                    key.code,
                    crossterm::event::KeyCode::F(_)
                        | crossterm::event::KeyCode::Delete
                        | crossterm::event::KeyCode::Backspace
                );
            assert!(!forbidden, "{}: {key}", action.name);
        }
    }
}

#[test]
fn nothing_needs_esc_alone_but_leaving_a_line_or_a_search() {
    // A search, a filter and a zoom have keys of their own.
    let is_esc = |action: &&Action| action.keys == ["esc"] && action.act != Act::Escape;
    for action in CATALOGUE.iter().filter(is_esc) {
        assert!(action.contexts.iter().all(|context| matches!(
            context,
            Context::Search | Context::Palette | Context::Filter
        )));
    }
}

#[test]
fn the_table_of_keys_names_every_action() {
    let table = keys_markdown();
    for action in CATALOGUE {
        assert!(table.contains(action.sentence));
    }
    assert!(table.contains("| `gg` `Home` | top | Move to the first row |"));
}
