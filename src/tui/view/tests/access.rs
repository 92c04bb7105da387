//! Who can call what: in the detail, in a list of its own, in the import dialog.

use insta::assert_snapshot;

use super::*;

fn granted(size: (u16, u16), more: usize) -> App {
    open(reviewed(granting(more)), size.0, size.1)
}

#[test]
fn the_list_by_client_and_by_api_at_80x24() {
    let mut app = granted((80, 24), 1);
    keys(&mut app, "C Tab Enter A");
    let by_client = shot(&app);
    keys(&mut app, "Tab");
    assert_snapshot!(format!("{by_client}\n{}", shot(&app)));
}

#[test]
fn the_detail_of_a_client_and_of_a_group_at_120x40() {
    let mut app = granted((120, 40), 1);
    let undecided = shot(&app);
    assert!(undecided.contains("access if covered"), "{undecided}");
    keys(&mut app, "C Tab Enter");
    let client = shot(&app);
    keys(&mut app, "1 j 2");
    assert_snapshot!(format!("{client}\n{}", shot(&app)));
}

#[test]
fn the_dialog_says_who_gains_what() {
    let mut app = granted((80, 24), 0);
    keys(&mut app, "c P");
    let shown = shot(&app);
    assert!(
        shown.contains("Access: 1 client gains 1 API, none loses any."),
        "{shown}"
    );
}
