//! Lack API: what is in the list, in which order, and who uses it.

use serde_json::json;

use super::plan;
use super::sample::{Sample, sample};
use crate::engine::{Choices, MissingCount, Refusal};

fn missing(from: &Sample, to: &Sample) -> Vec<String> {
    plan(from, to)
        .missing()
        .iter()
        .map(|missing| {
            let users: Vec<String> = missing.used_by.iter().map(ToString::to_string).collect();
            format!("{}/{} {}", missing.module, missing.key, users.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect()
}

#[test]
fn holds_apis_of_groups_scopes_and_dgrk_keys() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("a", "1"), json!({}))
        .scope("2", "s", json!({}))
        .hidden("3", "2", ("b", "1"), json!({}))
        .client("c", json!({}))
        .open_key(1, "c", "key", json!({}))
        .open_map(1, 1, "u")
        .api_use("u", ("c", "1"));
    assert_eq!(
        missing(&from, &sample()),
        ["a/1 group:g", "b/1 scope:s", "c/1 client:c"]
    );
}

#[test]
fn holds_nothing_that_the_target_has() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("a", "1"), json!({}));
    assert_eq!(missing(&from, &sample().api(("a", "1"))), [""; 0]);
}

#[test]
fn compares_exactly() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("Accounts", "get"), json!({}));
    assert_eq!(
        missing(
            &from,
            &sample().apis(&[("accounts", "get"), ("Accounts", "Get")])
        ),
        ["Accounts/get group:g"]
    );
}

#[test]
fn lists_each_api_once_with_all_its_users() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("a", "1"), json!({}))
        .group("2", "h", json!({}))
        .group_api("2", ("a", "1"), json!({}))
        .scope("3", "s", json!({}))
        .hidden("4", "3", ("a", "1"), json!({}))
        .api_use("u", ("a", "1"));
    assert_eq!(missing(&from, &sample()), ["a/1 group:g group:h scope:s"]);
}

#[test]
fn is_sorted_by_module_without_regard_to_case_then_by_key() {
    let from = [
        ("b", "1"),
        ("A", "2"),
        ("a", "10"),
        ("B", "0"),
        ("A", "1"),
        ("a", "B"),
        ("a", "a"),
    ]
    .iter()
    .fold(sample().group("1", "g", json!({})), |sample, api| {
        sample.group_api("1", *api, json!({}))
    });
    let described: Vec<String> = missing(&from, &sample())
        .iter()
        .map(|line| line.replace(" group:g", ""))
        .collect();
    assert_eq!(
        described,
        ["A/1", "a/10", "A/2", "a/B", "a/a", "B/0", "b/1"]
    );
}

#[test]
fn holds_an_api_that_no_key_uses() {
    assert_eq!(
        missing(&sample().api_use("u", ("a", "1")), &sample()),
        ["a/1"]
    );
}

#[test]
fn holds_an_api_of_a_link_without_a_group() {
    assert_eq!(
        missing(&sample().group_api("404", ("a", "1"), json!({})), &sample()),
        ["a/1"]
    );
}

#[test]
fn refuses_the_import_until_it_is_confirmed() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("a", "1"), json!({}));
    let plan = plan(&from, &sample());
    let mut choices = Choices::new(&plan);
    assert_eq!(
        plan.approve(&choices).unwrap_err(),
        Refusal::MissingUnconfirmed(MissingCount {
            apis: 1,
            others: 0,
            is_unknown: false
        })
    );
    choices.missing_confirmed = true;
    assert!(plan.approve(&choices).is_ok());
}
