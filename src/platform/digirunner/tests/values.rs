//! What the database would refuse is found beforehand, and reported with its
//! position in the file; so is what blocks an item in any target.

use std::sync::Arc;

use serde_json::json;

use super::super::compare;
use super::super::index::Places;
use super::sample::{Sample, sample};
use super::{file, message, plan, status};
use crate::engine::Severity;

#[test]
fn a_value_that_does_not_fit_blocks_its_item() {
    let long = |count| "x".repeat(count);
    for (from, item, code) in [
        (
            sample().client("a", json!({"remark": long(301)})),
            "client:a",
            "value-too-long",
        ),
        (
            sample().client("a", json!({"clientStatus": "12"})),
            "client:a",
            "value-too-long",
        ),
        (
            sample().client("a", json!({"tps": null})),
            "client:a",
            "value-required",
        ),
        (
            sample().client("a", json!({"remark": "a\u{0}b"})),
            "client:a",
            "value-not-storable",
        ),
        (
            sample()
                .client("a", json!({}))
                .oauth("a", json!({"accessTokenValidity": 1_i64 << 31})),
            "client:a",
            "value-out-of-range",
        ),
        (
            sample()
                .client("a", json!({}))
                .clientext("a", 1, json!({"publicFlag": "-1"})),
            "client:a",
            "value-too-long",
        ),
        (
            sample().client("a", json!({})).clientext(
                "a",
                1,
                json!({"contentTxt": long(1000), "reviewRemark": long(3000)}),
            ),
            "client:a",
            "value-too-long",
        ),
        (
            sample()
                .client("a", json!({}))
                .dp_app(1, "a", json!({"keywordSearch": long(601)})),
            "client:a",
            "value-too-long",
        ),
        (
            sample()
                .client("a", json!({}))
                .idp_o(1, "a", "GOOGLE", json!({"status": null})),
            "client:a",
            "value-required",
        ),
        (
            sample()
                .client("a", json!({}))
                .idp_o(1, "a", "GOOGLE", json!({"gtwIdpInfoOId": null})),
            "client:a",
            "value-required",
        ),
        (
            sample().group("1", "g", json!({"groupDesc": long(1501)})),
            "group:g",
            "value-too-long",
        ),
        (
            sample().group("1", "g", json!({})).group_api(
                "1",
                ("m", "k"),
                json!({"moduleVer": long(21)}),
            ),
            "group:g",
            "value-too-long",
        ),
        (
            sample().scope("1", "s", json!({})).hidden(
                "2",
                "1",
                ("m", "k"),
                json!({"groupAlias": long(151)}),
            ),
            "scope:s",
            "value-too-long",
        ),
        (
            sample().scope("1", "s", json!({})).hidden(
                "2",
                "1",
                ("m", "k"),
                json!({"vgroupName": long(31)}),
            ),
            "scope:s",
            "value-too-long",
        ),
        (
            sample().authentication("ABCDEFGHIJK", "n"),
            "authentication:ABCDEFGHIJK",
            "value-too-long",
        ),
        (
            sample().connection("c", json!({"maxPoolSize": null})),
            "rdb-connection:c",
            "value-required",
        ),
    ] {
        let plan = plan(&from, &sample().api(("m", "k")));
        assert_eq!(status(&plan, item), format!("Cannot add: {code}"));
        let described = message(&plan, item);
        assert!(!described.contains("xxxx"), "{described}");
    }
}

#[test]
fn a_long_scope_name_matters_only_where_a_hidden_group_carries_it() {
    let name = "x".repeat(31);
    let scope = format!("scope:{name}");
    let with = |more| {
        sample()
            .scope("1", &name, json!({}))
            .hidden("2", "1", ("m", "k"), more)
    };
    let to = sample().api(("m", "k"));
    assert_eq!(status(&plan(&with(json!({})), &to), &scope), "Add");
    let carried = plan(&with(json!({"vgroupName": name})), &to);
    assert_eq!(status(&carried, &scope), "Cannot add: value-too-long");
    assert!(message(&carried, &scope).contains("tsmp_group.vgroup_name holds at most 30"));
}

#[test]
fn a_value_that_does_not_fit_is_reported_with_its_column_and_its_place_in_the_file() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "first", "1.1.1.1")
        .host(2, "a", &"x".repeat(51), "1.1.1.2")
        .host(3, "a", &"y".repeat(52), "1.1.1.3");
    assert_eq!(
        message(&plan(&from, &sample()), "client:a"),
        "hostName has 51 characters, but tsmp_client_host.host_name holds at most 50 \
         (/importClientRelated/tsmpClientHostList/1/hostName, and in one more row)"
    );
}

#[test]
fn a_value_that_does_not_fit_blocks_covering_too() {
    let from = sample().client("a", json!({"remark": "x".repeat(301)}));
    assert_eq!(
        status(&plan(&from, &sample().client("a", json!({}))), "client:a"),
        "Cannot cover: value-too-long"
    );
}

#[test]
fn a_hidden_group_of_a_missing_api_need_not_fit() {
    let from = sample().scope("1", "s", json!({})).hidden(
        "2",
        "1",
        ("m", "lacking"),
        json!({"groupAlias": "x".repeat(151)}),
    );
    assert_eq!(status(&plan(&from, &sample()), "scope:s"), "Add");
}

#[test]
fn a_resubmit_day_before_postgresqls_first_year_blocks_the_client() {
    let with = |millis: &str| {
        sample().client("a", json!({})).clientext(
            "a",
            1,
            json!({"resubmitDateTimeForLongTime": millis}),
        )
    };
    let blocked = plan(&with("-300000000000000"), &sample());
    assert_eq!(
        status(&blocked, "client:a"),
        "Cannot add: value-out-of-range"
    );
    assert_eq!(
        status(&plan(&with("-200000000000000"), &sample()), "client:a"),
        "Add"
    );
}

#[test]
fn an_id_that_stands_twice_blocks_what_has_it() {
    let api = ("m", "k");
    let to = sample().api(api);
    for (from, items) in [
        (
            sample()
                .group("1", "g", json!({}))
                .group("1", "h", json!({})),
            &["group:g", "group:h"][..],
        ),
        (
            sample()
                .scope("1", "s", json!({}))
                .scope("1", "t", json!({})),
            &["scope:s", "scope:t"],
        ),
        (
            sample()
                .scope("1", "s", json!({}))
                .hidden("5", "1", api, json!({}))
                .group("5", "g", json!({})),
            &["scope:s", "group:g"],
        ),
        (
            sample()
                .client("a", json!({}))
                .client("b", json!({}))
                .x_key(1, "a", "EN1", json!({}))
                .x_key(1, "b", "EN2", json!({})),
            &["client:a", "client:b"],
        ),
        (
            sample()
                .client("a", json!({}))
                .client("b", json!({}))
                .open_key(1, "a", "k1", json!({}))
                .open_key(1, "b", "k2", json!({})),
            &["client:a", "client:b"],
        ),
    ] {
        let plan = plan(&from, &to);
        for item in items {
            assert_eq!(
                status(&plan, item),
                "Cannot add: duplicate-in-file",
                "{item}"
            );
            assert!(message(&plan, item).ends_with("its links are ambiguous"));
        }
    }
}

#[test]
fn a_row_without_the_id_that_others_refer_to_is_blocked() {
    let from = sample().group("1", "g", json!({"groupId": null}));
    assert_eq!(
        status(&plan(&from, &sample()), "group:g"),
        "Cannot add: value-required"
    );
}

#[test]
fn a_row_that_belongs_to_no_item_only_warns() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "nobody", &"x".repeat(51), "1.1.1.1");
    let plan = plan(&from, &sample());
    assert_eq!(status(&plan, "client:a"), "Add");
    let described: Vec<_> = plan
        .warnings()
        .iter()
        .map(|found| (found.severity, &*found.code, found.path.as_deref()))
        .collect();
    assert_eq!(
        described,
        [
            (
                Severity::Error,
                "broken-reference",
                Some("/importClientRelated/tsmpClientHostList/0/clientId")
            ),
            (
                Severity::Warning,
                "value-too-long",
                Some("/importClientRelated/tsmpClientHostList/0/hostName")
            ),
        ]
    );
}

#[test]
fn a_link_to_no_group_at_all_blocks_the_client() {
    for nothing in [json!(null), json!("")] {
        let link = json!({"clientId": "a", "groupId": nothing});
        let from = sample()
            .client("a", json!({}))
            .row("tsmpClientGroupList", link);
        let plan = plan(&from, &sample());
        assert_eq!(status(&plan, "client:a"), "Cannot add: broken-reference");
        assert_eq!(
            message(&plan, "client:a"),
            "its link /importClientRelated/tsmpClientGroupList/0 names no group"
        );
    }
}

// ---- what is in the way whatever the target holds

/// Returns the blocking findings of a file as `severity item code`.
fn file_findings(from: &Sample) -> Vec<String> {
    let file = Arc::new(file(from));
    let places = Arc::new(Places::new(&file.tables));
    let described = compare::file_findings(&file, &places).into_iter();
    described
        .map(|found| {
            format!(
                "{:?} {} {}",
                found.severity,
                found.item.unwrap(),
                found.code
            )
        })
        .collect()
}

#[test]
fn a_file_alone_reports_what_blocks_its_items_everywhere() {
    let from = sample()
        .client("a", json!({"remark": "x".repeat(301)}))
        .client("b", json!({"clientName": "same"}))
        .client("c", json!({"clientName": "same"}))
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({"moduleVer": "x".repeat(21)}))
        .scope("2", "s", json!({}))
        .scope("3", "s", json!({}))
        .connection("r", json!({"mima": null}));
    assert_eq!(
        file_findings(&from),
        [
            "Error client:a value-too-long",
            "Error client:b duplicate-in-file",
            "Error client:c duplicate-in-file",
            "Error group:g value-too-long",
            "Error scope:s duplicate-in-file",
            "Error scope:s duplicate-in-file",
            "Error rdb-connection:r value-required",
        ]
    );
}

#[test]
fn what_a_target_may_hold_is_only_a_warning_of_a_file_alone() {
    let from = sample()
        .client("a", json!({"securityLevelId": "Z9"}))
        .dp_app(1, "a", json!({}))
        .idp_jdbc(1, "a", "R", json!({}));
    assert_eq!(
        file_findings(&from),
        [
            "Warning client:a not-in-file",
            "Warning client:a not-in-file"
        ]
    );
}

#[test]
fn a_sound_file_has_nothing_in_its_way() {
    let from = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .group_api("1", ("m", "k"), json!({}))
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "u")
        .api_use("u", ("m", "other"));
    assert_eq!(file_findings(&from), [""; 0]);
}

#[test]
fn text_is_measured_in_characters() {
    let plan = plan(
        &sample().client("a", json!({"clientAlias": "客".repeat(150)})),
        &sample(),
    );
    assert_eq!(status(&plan, "client:a"), "Add");
}
