//! Who can call what, as choices change.

use super::*;

fn granted(more: usize) -> App {
    open(reviewed(granting(more)), 120, 40)
}

fn said(app: &App) -> String {
    app.review.as_ref().unwrap().access().unwrap().to_string()
}

#[test]
fn access_follows_every_choice_at_once() {
    let mut app = granted(0);
    assert_eq!(said(&app), "no client gains or loses any API");
    keys(&mut app, "c");
    assert_eq!(status(&app, "client:kiosk"), ItemStatus::Cover);
    assert_eq!(said(&app), "1 client gains 1 API, none loses any");
    keys(&mut app, "C Tab Enter");
    assert_eq!(said(&app), "2 clients gain 2 APIs, none loses any");
    keys(&mut app, "c");
    assert_eq!(
        said(&app),
        "1 client gains 1 API, none loses any",
        "crm by the group alone"
    );
}

#[test]
fn the_list_is_read_to_its_end_turned_and_closed() {
    let mut app = granted(20_000);
    keys(&mut app, "C Tab Enter A");
    assert_eq!(open_dialog(&app), Some(&Dialog::Access));
    let list = |app: &App| {
        (
            app.modals.last().unwrap().more,
            app.modals.last().unwrap().selected,
        )
    };
    // A heading and a change of each client, and one more change of kiosk.
    assert_eq!(list(&app), (2 * 20_002 + 1, 0));
    keys(&mut app, "G");
    assert_eq!(list(&app).1, 2 * 20_002);
    keys(&mut app, "t");
    assert_eq!(list(&app), (2 + 20_002 + 1, 0), "two APIs");
    keys(&mut app, "q");
    assert_eq!(open_dialog(&app), None);
    assert!(app.access.rows().is_empty());
}

#[test]
fn a_product_that_grants_no_access_says_so() {
    let mut app = sampled(80, 24);
    keys(&mut app, "A");
    assert_eq!(notice(&app), "sample grants no access");
    assert_eq!(open_dialog(&app), None);
}

#[test]
fn where_nothing_changes_the_list_says_so() {
    let mut app = granted(0);
    keys(&mut app, "A");
    let modal = app.modals.last().unwrap();
    assert_eq!(
        (modal.more, modal.lines()[0].plain().as_str()),
        (0, "no client gains or loses any API")
    );
}
