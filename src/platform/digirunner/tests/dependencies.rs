//! Requirements of items, and what happens if they are missing, blocked or left out.

use serde_json::json;

use super::sample::{Sample, sample};
use super::statuses::{numbered, scope_of, with_apis};
use super::{at, id, message, outcome, plan, status};
use crate::engine::{Choices, Outcome};

#[test]
fn what_does_not_differ_needs_nothing() {
    let bare = sample()
        .client("a", json!({"securityLevelId": "Z"}))
        .group("1", "g", json!({"securityLevelId": "Z"}))
        .scope("2", "s", json!({"securityLevelId": "Z"}))
        .idp_jdbc(1, "a", "nowhere", json!({}));
    let many = (0..187).fold(bare, |sample, index| {
        let id = format!("3{index:03}");
        sample
            .group(&id, &format!("g{id}"), json!({}))
            .client_group("a", &id)
    });
    let same = plan(&many, &many);
    for item in ["client:a", "group:g", "scope:s"] {
        assert_eq!(status(&same, item), "Repeat unchanged", "{item}");
    }
    let other = many.clone().change("tsmpClientList", |row| {
        row.insert("tps".to_owned(), json!(99));
    });
    assert!(status(&plan(&other, &many), "client:a").starts_with("Cannot cover"));
}

#[test]
fn what_needs_something_that_is_nowhere_is_blocked() {
    for (from, item) in [
        (
            sample().client("a", json!({"securityLevelId": "Z"})),
            "client:a",
        ),
        (
            sample().group("1", "g", json!({"securityLevelId": "Z"})),
            "group:g",
        ),
        (
            sample().scope("1", "s", json!({"securityLevelId": "Z"})),
            "scope:s",
        ),
        (
            sample()
                .group("1", "g", json!({}))
                .group_authentication("1", "Z"),
            "group:g",
        ),
        (
            sample()
                .scope("1", "s", json!({}))
                .scope_authentication("1", "Z"),
            "scope:s",
        ),
        (
            sample().scope("1", "s", json!({})).hidden(
                "2",
                "1",
                ("m", "k"),
                json!({"securityLevelId": "Z"}),
            ),
            "scope:s",
        ),
        (
            sample()
                .scope("1", "s", json!({}))
                .hidden("2", "1", ("m", "k"), json!({}))
                .group_authentication("2", "Z"),
            "scope:s",
        ),
        (
            sample()
                .client("a", json!({}))
                .idp_jdbc(1, "a", "Z", json!({})),
            "client:a",
        ),
    ] {
        let plan = plan(&from, &sample().api(("m", "k")));
        assert_eq!(
            status(&plan, item),
            "Cannot add: prerequisite-missing",
            "{from:?}"
        );
        assert!(message(&plan, item).contains("'Z'"));
    }
}

#[test]
fn what_needs_something_of_the_target_is_fine() {
    let from = sample()
        .client("a", json!({"securityLevelId": "Z"}))
        .group("1", "g", json!({}))
        .group_authentication("1", "Y")
        .idp_jdbc(1, "a", "X", json!({}));
    let to = sample()
        .level("Z", "z")
        .authentication("Y", "y")
        .connection("X", json!({}));
    let plan = plan(&from, &to);
    assert_eq!(status(&plan, "client:a"), "Add");
    assert_eq!(status(&plan, "group:g"), "Add");
}

#[test]
fn what_needs_something_that_is_added_with_it_is_fine() {
    let from = sample()
        .level("Z", "z")
        .authentication("Y", "y")
        .connection("X", json!({}))
        .group("1", "g", json!({"securityLevelId": "Z"}))
        .group_authentication("1", "Y")
        .client("a", json!({}))
        .client_group("a", "1")
        .idp_jdbc(1, "a", "X", json!({}));
    let plan = plan(&from, &sample());
    assert_eq!(status(&plan, "group:g"), "Add");
    assert_eq!(status(&plan, "client:a"), "Add");
}

#[test]
fn a_covered_item_needs_its_prerequisites_too() {
    let from = sample()
        .client("a", json!({"tps": 5}))
        .group("1", "g", json!({"securityLevelId": "Z"}))
        .client_group("a", "1");
    let plan = plan(&from, &sample().client("a", json!({})));
    assert_eq!(
        status(&plan, "client:a"),
        "Cannot cover: prerequisite-blocked"
    );
}

#[test]
fn a_blocked_prerequisite_blocks_along_the_chain_and_says_why() {
    let from = sample()
        .level("L", "taken")
        .group("1", "g", json!({"securityLevelId": "L"}))
        .client("a", json!({}))
        .client_group("a", "1");
    let plan = plan(&from, &sample().level("M", "taken"));
    assert_eq!(status(&plan, "security-level:L"), "Cannot add: name-taken");
    assert_eq!(status(&plan, "group:g"), "Cannot add: prerequisite-blocked");
    assert_eq!(
        status(&plan, "client:a"),
        "Cannot add: prerequisite-blocked"
    );
    let described = message(&plan, "client:a");
    for part in [
        "group 'g'",
        "security-level 'L'",
        "name 'taken' belongs to security-level 'M'",
    ] {
        assert!(described.contains(part), "{described}");
    }
    let reason = &super::entry(&plan, "client:a").verdict.reasons[0];
    assert_eq!(reason.about, [id("group:g")]);
}

#[test]
fn a_group_that_cannot_be_covered_is_no_hindrance() {
    let from = sample()
        .group("1", "g", json!({"groupAlias": "taken"}))
        .client("a", json!({}))
        .client_group("a", "1");
    let to = sample()
        .group("1", "g", json!({}))
        .group("2", "h", json!({"groupAlias": "taken"}));
    let plan = plan(&from, &to);
    assert_eq!(status(&plan, "group:g"), "Cannot cover: alias-taken");
    assert_eq!(status(&plan, "client:a"), "Add");
}

#[test]
fn leaving_out_a_prerequisite_blocks_what_needs_it() {
    let from = sample()
        .level("Z", "z")
        .scope("1", "s", json!({"securityLevelId": "Z"}))
        .client("a", json!({}))
        .client_scope("a", "1");
    let plan = plan(&from, &sample());
    assert_eq!(
        outcome(&plan, &[], &["scope:s"], "client:a"),
        (
            "Cannot add prerequisite-left-out".to_owned(),
            Outcome::Blocked
        )
    );
    assert_eq!(
        outcome(&plan, &[], &["security-level:Z"], "client:a"),
        (
            "Cannot add prerequisite-blocked".to_owned(),
            Outcome::Blocked
        )
    );
    assert_eq!(
        outcome(&plan, &[], &["security-level:Z"], "scope:s"),
        (
            "Cannot add prerequisite-left-out".to_owned(),
            Outcome::Blocked
        )
    );
    assert_eq!(
        outcome(&plan, &[], &["client:a"], "scope:s"),
        ("Add".to_owned(), Outcome::Added)
    );
}

#[test]
fn choosing_an_item_can_bring_what_it_needs() {
    let from = sample()
        .level("Z", "z")
        .group("1", "g", json!({"securityLevelId": "Z"}))
        .client("a", json!({}))
        .client_group("a", "1");
    let plan = plan(&from, &sample());
    let mut choices = Choices::new(&plan);
    for item in ["client:a", "group:g", "security-level:Z"] {
        choices.set(&plan, at(&plan, item), false);
    }
    let along = choices.choose_with_prerequisites(&plan, at(&plan, "client:a"));
    assert_eq!(along, [at(&plan, "group:g"), at(&plan, "security-level:Z")]);
}

#[test]
fn a_key_map_to_a_group_that_cannot_be_added_does_not_block_the_client() {
    let from = sample()
        .group("1", "g", json!({"securityLevelId": "Z"}))
        .client("a", json!({}))
        .x_key(1, "a", "EN", json!({}))
        .x_map(1, 1, "1");
    assert_eq!(status(&plan(&from, &sample()), "client:a"), "Add");
}

// ---- the limit of groups

#[test]
fn a_client_has_at_most_186_groups() {
    let to = with_apis(sample(), 200);
    let with = |count| {
        scope_of(sample().scope("1", "s", json!({})), "1", 0..count)
            .group("9", "g", json!({}))
            .client("a", json!({}))
            .client_group("a", "9")
            .client_scope("a", "1")
    };
    assert_eq!(status(&plan(&with(185), &to), "client:a"), "Add");
    let over = plan(&with(186), &to);
    assert_eq!(status(&over, "scope:s"), "Add");
    assert_eq!(status(&over, "client:a"), "Cannot add: too-many-groups");
}

#[test]
fn groups_of_the_target_count_and_are_not_counted_twice() {
    let base = |sample: Sample| {
        scope_of(
            with_apis(sample, 200).scope("1", "s", json!({})),
            "1",
            0..186,
        )
        .client("a", json!({"tps": 1}))
        .client_scope("a", "1")
    };
    let to = (0..186).fold(base(sample()), |sample, index| {
        sample.client_group("a", &format!("1{index:03}"))
    });
    let from = base(sample()).change("tsmpClientList", |row| {
        row.insert("tps".to_owned(), json!(2));
    });
    assert_eq!(status(&plan(&from, &to), "client:a"), "Repeat");
    let more = from.group("9", "g", json!({})).client_group("a", "9");
    assert_eq!(
        status(&plan(&more, &to), "client:a"),
        "Cannot cover: too-many-groups"
    );
}

#[test]
fn one_group_under_two_ids_counts_once() {
    let from = scope_of(sample().scope("1", "s", json!({})), "1", 0..185)
        .group("8", "g", json!({}))
        .group("9", "g", json!({}))
        .client("a", json!({}))
        .client_group("a", "8")
        .client_group("a", "9")
        .client_scope("a", "1");
    let to = with_apis(sample(), 200).group("7", "g", json!({}));
    assert_eq!(status(&plan(&from, &to), "client:a"), "Add");
}

#[test]
fn covering_a_scope_may_take_its_holder_over_the_limit() {
    let base = |sample: Sample| {
        scope_of(
            with_apis(sample, 200).scope("1", "s", json!({})),
            "1",
            0..100,
        )
    };
    let extra = |sample: Sample| scope_of(sample.scope("2", "t", json!({})), "2", 100..180);
    let from = extra(scope_of(base(sample()), "1", 180..187))
        .client("a", json!({}))
        .client_scope("a", "1")
        .client_scope("a", "2");
    let to = extra(base(sample()));
    let plan = plan(&from, &to);
    assert_eq!(status(&plan, "scope:s"), "Repeat");
    assert_eq!(status(&plan, "client:a"), "Add");
    assert_eq!(
        outcome(&plan, &[], &[], "client:a"),
        ("Add".to_owned(), Outcome::Added)
    );
    assert_eq!(
        outcome(&plan, &["scope:s"], &[], "client:a"),
        ("Cannot add too-many-groups".to_owned(), Outcome::Blocked)
    );
    assert_eq!(numbered(1), ("m", "k001"));
}
