//! The demo matches its README.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{DEMO, Tyk, file};
use crate::engine::{Missing, Plan, Status};
use crate::platform::ImportOptions;
use crate::platform::document::tests::Target;

const README: &str = include_str!("../../../../fixtures/tyk/README.md");

fn demo() -> Arc<Plan> {
    Target::demo(&Tyk).plan(
        &file::read(DEMO.file.as_bytes()).unwrap(),
        &ImportOptions::default(),
    )
}

/// Returns the rows of the table under a heading of the README.
fn table(heading: &str) -> Vec<Vec<String>> {
    let lines = README
        .lines()
        .skip_while(|line| *line != heading)
        .skip_while(|line| !line.starts_with('|'));
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace(['`', '*'], ""))
            .collect()
    };
    lines
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

#[test]
fn the_demo_has_as_many_of_each_status_as_its_readme_says() {
    let plan = demo();
    let mut found: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for entry in plan.entries() {
        let column = match (entry.verdict.status, entry.changed) {
            (Status::Add, _) => 0,
            (Status::Repeat | Status::Cover, true) => 1,
            (Status::Repeat | Status::Cover, false) => 2,
            (Status::CannotAdd, _) => 3,
            (Status::CannotCover, _) => 4,
        };
        found.entry(entry.item.id.kind.as_str()).or_default()[column] += 1;
    }
    let found: Vec<String> = found
        .into_iter()
        .map(|(kind, counts)| format!("{kind} {counts:?}"))
        .collect();
    let wanted: Vec<String> = table("## Expected totals")
        .into_iter()
        .map(|row| {
            format!(
                "{} {:?}",
                row[0],
                row[2..]
                    .iter()
                    .map(|cell| cell.parse().unwrap())
                    .collect::<Vec<usize>>()
            )
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_demos_blocked_items_have_the_reasons_that_its_readme_says() {
    let plan = demo();
    let found: Vec<[String; 4]> = plan
        .entries()
        .iter()
        .filter(|entry| entry.verdict.status.is_blocked())
        .map(|entry| {
            let codes: Vec<&str> = entry
                .verdict
                .reasons
                .iter()
                .map(|reason| &*reason.code)
                .collect();
            let status = entry.verdict.status.to_string();
            [
                entry.item.id.kind.to_string(),
                entry.item.name.to_string(),
                status,
                codes.join(", "),
            ]
        })
        .collect();
    let wanted: Vec<[String; 4]> = table("## Blocked items")
        .into_iter()
        .map(|row| [0, 1, 2, 3].map(|index| row[index].clone()))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_demo_lacks_what_its_readme_says() {
    let plan = demo();
    let users = |list: &[Missing]| -> Vec<String> {
        let users = list.iter().flat_map(|missing| &missing.used_by);
        users
            .map(|id| {
                plan.entry(plan.position(id).unwrap())
                    .unwrap()
                    .item
                    .name
                    .to_string()
            })
            .collect()
    };
    assert_eq!(users(plan.missing_apis()), ["缺 API Lacking"]);
    assert_eq!(users(plan.missing_others()), ["幽靈政策 Ghost policy"]);
}
