//! digiRunner end to end on the private server: the demo's export against the
//! demo's database.

use std::sync::Arc;

use gatediff::engine::{Choices, Outcome, Plan, Status};
use gatediff::job::{self, ApplyOptions, Cancel, Loaded, Receipt, Reporter, Review};
use gatediff::store::{Target, Timeouts};

use crate::support::pg::TestDb;

const SCHEMA: &str = include_str!("../../fixtures/digirunner/schema.sql");
const SEED: &str = include_str!("../../fixtures/digirunner/seed.sql");
const EXPORT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/digirunner/export.json"
);

/// The demo's target.
pub(crate) async fn demo() -> TestDb {
    TestDb::from_template("digirunner_demo", &format!("{SCHEMA}\n{SEED}")).await
}

/// A database of something else.
pub(crate) async fn empty() -> TestDb {
    TestDb::new().await
}

fn load() -> Loaded {
    job::load(EXPORT, None, &job::ImportOptions::default()).unwrap()
}

async fn plan(loaded: &Loaded, target: &Target) -> Review {
    job::plan(loaded, target, Timeouts::default(), &Reporter::silent())
        .await
        .unwrap()
}

async fn apply(review: &Review, choices: &Choices, target: &Target) -> Receipt {
    let approved = review.plan.approve(choices).unwrap();
    let options = ApplyOptions::new("tester", Timeouts::default());
    job::apply(
        review,
        approved,
        target,
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
    .unwrap()
}

/// Every item as `kind key status reasons`, for comparing by eye.
fn describe(plan: &Plan) -> String {
    let mut lines = String::new();
    for entry in plan.entries() {
        let codes: Vec<&str> = entry
            .verdict
            .reasons
            .iter()
            .map(|reason| &*reason.code)
            .collect();
        let unchanged = if entry.is_unchanged() {
            " unchanged"
        } else {
            ""
        };
        lines.push_str(&format!(
            "{} {}{unchanged} {}\n",
            entry.item.id,
            entry.verdict.status,
            codes.join(",")
        ));
    }
    lines
}

#[tokio::test]
async fn the_demos_export_shows_every_status_and_reason() {
    let db = demo().await;
    let review = plan(&load(), &db.target()).await;
    let mut lines = String::new();
    for info in review.plan.kinds() {
        let of = |test: &dyn Fn(&gatediff::engine::Entry) -> bool| {
            review
                .plan
                .entries()
                .iter()
                .filter(|entry| entry.item.id.kind == info.kind && test(entry))
                .count()
        };
        let status = |status: Status| of(&move |entry| entry.verdict.status == status);
        lines.push_str(&format!(
            "{}: {} add, {} changed, {} unchanged, {} cannot add, {} cannot cover\n",
            info.kind,
            status(Status::Add),
            of(&|entry| entry.verdict.status == Status::Repeat && entry.changed),
            of(&|entry| entry.verdict.status == Status::Repeat && !entry.changed),
            status(Status::CannotAdd),
            status(Status::CannotCover),
        ));
    }
    insta::assert_snapshot!(lines);
    insta::assert_snapshot!("demo_items", describe(&review.plan));
    let warnings: Vec<String> = review
        .plan
        .all_warnings()
        .map(|warning| {
            let place = warning
                .item
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| warning.path.clone());
            format!("{} {}", warning.code, place.unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!("demo_warnings", warnings.join("\n"));
    let missing: Vec<String> = review
        .plan
        .missing()
        .iter()
        .map(|missing| {
            let users: Vec<String> = missing.used_by.iter().map(ToString::to_string).collect();
            format!("{}/{} {}", missing.module, missing.key, users.join(" "))
        })
        .collect();
    insta::assert_snapshot!("demo_missing", missing.join("\n"));
}

#[tokio::test]
async fn after_covering_all_every_applied_item_is_unchanged_and_blocked_ones_still_are() {
    let db = demo().await;
    let loaded = load();
    let before = plan(&loaded, &db.target()).await;
    let mut choices = Choices::new(&before.plan);
    choices.cover_all(&before.plan);
    choices.missing_confirmed = true;
    let receipt = apply(&before, &choices, &db.target()).await;
    let after = plan(&loaded, &db.target()).await;
    let mut wrong = Vec::new();
    for ((then, now), outcome) in before
        .plan
        .entries()
        .iter()
        .zip(after.plan.entries())
        .zip(&receipt.outcomes)
    {
        let fine = match outcome {
            Outcome::Added | Outcome::Covered | Outcome::Unchanged => {
                now.verdict.status == Status::Repeat && !now.changed
            }
            Outcome::Blocked => now.verdict == then.verdict,
            Outcome::Skipped => false,
        };
        if !fine {
            let index = after.plan.position(&now.item.id).unwrap();
            let changes = after
                .plan
                .changes(index, gatediff::engine::diff::Show::Differences);
            wrong.push(format!(
                "{} {outcome:?} -> {} {:?} {changes:?}",
                now.item.id, now.verdict.status, now.verdict.reasons
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(Arc::strong_count(&before.plan), 1);
}
