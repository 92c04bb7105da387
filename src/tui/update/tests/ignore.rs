//! Differences are ignored from the screen, until the end of the session.

use super::*;
use crate::engine::Marks;
use crate::engine::rule::Scope;
use crate::tui::subject::Reviewed;

const BILLING: &str = "client:billing";

/// Moves to the first difference of an item, in the detail.
fn at_difference(app: &mut App, id: &str) {
    keys(app, "2 g g");
    let is_there = |app: &App| {
        let index = app.node().and_then(Node::item);
        let entry = index.and_then(|index| app.review.as_ref().unwrap().entry(index));
        entry.is_some_and(|entry| entry.item.id.to_string() == id)
    };
    for _ in 0..50 {
        if is_there(app) {
            break;
        }
        keys(app, "j");
    }
    assert!(is_there(app), "{id} is listed");
    keys(app, "3 g g");
    for _ in 0..50 {
        if app.detail.current().is_some_and(|row| row.change.is_some()) {
            return;
        }
        keys(app, "j");
    }
    panic!("no difference of {id}");
}

/// Returns the rules that an effect sets.
fn rules(effects: &[Effect]) -> Option<Vec<String>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ignore(rules) => Some(rules.iter().map(Scope::to_string).collect()),
        _ => None,
    })
}

/// The sample with one difference of the item ignored.
fn ignoring(path: &str) -> Reviewed {
    let mut drafts = sample_drafts(10);
    for draft in &mut drafts {
        if draft.0.item.id.to_string() == BILLING {
            draft.0.marks = Marks::new(Vec::new(), vec![path.to_owned()]);
        }
    }
    reviewed(plan(drafts, Vec::new(), Vec::new()))
}

#[test]
fn a_difference_is_ignored_with_the_lines_for_the_configuration_and_again_not() {
    let mut app = sampled(100, 40);
    app.profile = Some("uat".to_owned());
    at_difference(&mut app, BILLING);
    assert!(keys(&mut app, "i").is_empty());
    let shown: Vec<String> = app
        .modals
        .last()
        .unwrap()
        .lines()
        .iter()
        .map(Line::plain)
        .collect();
    for line in [
        "[[profile.uat.ignore]]",
        "kind = \"client\"",
        "key = \"billing\"",
        "path = \"/tps\"",
    ] {
        assert!(
            shown.iter().any(|shown| shown.trim() == line),
            "{line}: {shown:#?}"
        );
    }
    let copied = keys(&mut app, "y");
    assert!(
        matches!(&*copied, [Effect::Copy(text)] if text.starts_with("[[profile.uat.ignore]]\nkind = ")),
        "{copied:?}"
    );
    let effects = keys(&mut app, "tab enter");
    assert_eq!(
        rules(&effects),
        Some(vec!["client:billing /tps".to_owned()])
    );
    let id = compare_id(&effects);
    update(&mut app, Msg::Compared(id, Ok(ignoring("/tps"))));
    // Without the unchanged fields the ignored one is not listed.
    keys(&mut app, "u");
    at_difference(&mut app, BILLING);
    let effects = keys(&mut app, "i");
    assert_eq!(rules(&effects), Some(Vec::new()));
    compare_id(&effects);
}

#[test]
fn what_cannot_be_ignored_says_why() {
    let refused = |app: &mut App| {
        let effects = keys(app, "i");
        assert!(effects.is_empty() && app.modals.is_empty(), "{effects:?}");
        app.notice.as_ref().unwrap().text.clone()
    };
    let mut app = sampled(100, 40);
    assert!(refused(&mut app).starts_with("select a difference in the detail"));
    at_difference(&mut app, "client:crm");
    assert!(refused(&mut app).contains("does not have the item"));
    let mut app = open(ignoring("/tps"), 100, 40);
    keys(&mut app, "u");
    at_difference(&mut app, BILLING);
    assert!(refused(&mut app).contains("a rule of the profile ignores it"));
}
