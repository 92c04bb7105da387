//! What only the target has, listed below its kind.

use super::*;

fn rows(app: &App) -> Vec<Node> {
    let review = app.review.as_ref().unwrap();
    review.items.rows().iter().map(|row| row.node).collect()
}

/// The sample, with what only the target has listed.
fn listed() -> App {
    let mut app = sampled(120, 40);
    let id = effect_id(&keys(&mut app, "t"));
    update(&mut app, Msg::OnlyInTarget(id, Ok(target_items())));
    app
}

#[test]
fn they_are_listed_after_the_items_of_their_kind_and_hidden_again() {
    let app = sampled(120, 40);
    let before = rows(&app);
    let mut app = listed();
    assert_eq!(
        notice(&app),
        "3 items only in the target, below their kind: an import never deletes them"
    );
    let shown = rows(&app);
    assert_eq!(shown[..before.len()], before);
    assert_eq!(
        shown[before.len()..],
        [Node::TargetItem(0, 0), Node::TargetItem(0, 1)]
    );
    assert!(keys(&mut app, "t").is_empty());
    assert_eq!(rows(&app), before);
}

#[test]
fn they_cannot_be_chosen_and_no_filter_lists_them() {
    let mut app = listed();
    keys(&mut app, "2 G");
    assert_eq!(app.node(), Some(Node::TargetItem(0, 1)));
    let before = statuses(&app);
    for key in ["Space", "c"] {
        keys(&mut app, key);
        assert_eq!(
            notice(&app),
            "only in the target: an import never deletes or changes it"
        );
    }
    assert_eq!(statuses(&app), before);
    keys(&mut app, "f");
    assert!(
        !rows(&app)
            .iter()
            .any(|node| matches!(node, Node::TargetItem(..)))
    );
    keys(&mut app, "f f f");
    assert!(rows(&app).contains(&Node::TargetItem(0, 1)));
}

#[test]
fn a_kind_that_only_the_target_has_gets_a_row_and_comparing_again_lists_them_again() {
    let only = vec![item("client", "crm", "CRM")];
    let mut app = open(reviewed(plan(only, Vec::new(), Vec::new())), 120, 40);
    let id = effect_id(&keys(&mut app, "t"));
    update(&mut app, Msg::OnlyInTarget(id, Ok(target_items())));
    keys(&mut app, "1 j 2");
    assert_eq!(rows(&app), [Node::TargetItem(2, 0)]);
    let id = compare_id(&keys(&mut app, "R"));
    let again = reviewed(plan(
        vec![item("client", "crm", "CRM")],
        Vec::new(),
        Vec::new(),
    ));
    let effects = update(&mut app, Msg::Compared(id, Ok(again)));
    assert!(
        matches!(effects[..], [Effect::OnlyInTarget(_)]),
        "{effects:?}"
    );
}

#[test]
fn where_the_target_has_none_the_key_says_so() {
    let none = Plan::clone(&sample()).with_only_in_target(crate::engine::OnlyInTarget::default());
    let mut app = open(reviewed(Arc::new(none)), 80, 24);
    assert!(keys(&mut app, "t").is_empty());
    assert_eq!(
        notice(&app),
        "the target has no items besides those of the file"
    );
}
