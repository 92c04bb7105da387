//! The items by several targets, and what only a target has.

use insta::assert_snapshot;

use super::*;

const FIVE: [(&str, bool); 5] = [
    ("dev", false),
    ("uat", false),
    ("gone", false),
    ("prod-a", true),
    ("prod-somewhere-else", true),
];

#[test]
fn five_targets_at_80x24() {
    let mut app = matrix_at(80, 24, &FIVE);
    keys(&mut app, "j j l");
    let cell = shot(&app);
    keys(&mut app, "l f");
    assert_snapshot!(format!("{cell}\n{}", shot(&app)));
}

#[test]
fn two_targets_at_40x12_and_nine_at_120x40() {
    let small = matrix_at(40, 12, &FIVE[..2]);
    let many: Vec<String> = (1..10).map(|n| format!("tenant-{n}")).collect();
    let many: Vec<(&str, bool)> = many.iter().map(|name| (&**name, false)).collect();
    let mut large = matrix_at(120, 40, &many);
    keys(&mut large, "l l l l l l l l");
    assert_snapshot!(format!("{}\n{}", shot(&small), shot(&large)));
}

#[test]
fn no_size_panics() {
    for width in (1..130).step_by(7) {
        for height in 1..30 {
            let mut app = matrix_at(width, height, &FIVE);
            keys(&mut app, "j l G l l l");
            shot(&app);
        }
    }
}

#[test]
fn what_only_the_target_has_at_80x24_and_120x40() {
    let mut shots = String::new();
    for (width, height) in [(80, 24), (120, 40)] {
        let counts = crate::engine::OnlyInTarget::of(KINDS, &target_items());
        let counted = crate::engine::Plan::clone(&sample()).with_only_in_target(counts);
        let mut app = open(reviewed(std::sync::Arc::new(counted)), width, height);
        let id = effect_id(&keys(&mut app, "t"));
        update(&mut app, Msg::OnlyInTarget(id, Ok(target_items())));
        keys(&mut app, "2 G k");
        shots.push_str(&shot(&app));
        shots.push('\n');
    }
    assert_snapshot!(shots);
}
