//! Differences, field by field: what counts as one, and what never does.

use serde_json::{Value, json};

use super::sample::{Sample, sample};
use super::{changes, outcome, plan, status};
use crate::engine::Outcome;
use crate::store::Zone;

/// Returns the paths and operations of an item's differences.
fn describe(from: &Sample, to: &Sample, item: &str) -> Vec<String> {
    changes(&plan(from, to), item)
        .iter()
        .map(|change| {
            let change: Value = serde_json::from_str(change).unwrap();
            format!(
                "{} {}",
                change["op"].as_str().unwrap(),
                change["path"].as_str().unwrap()
            )
        })
        .collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_field_that_differs_is_reported_with_both_values() {
    let plan = plan(
        &sample().client("a", json!({"tps": 50})),
        &sample().client("a", json!({})),
    );
    assert_eq!(
        changes(&plan, "client:a"),
        [r#"{"path":"/tps","op":"replace","before":10,"after":50}"#]
    );
}

#[test]
fn empty_text_and_null_are_the_same() {
    let from = sample().client("a", json!({"remark": "", "emails": null}));
    let to = sample().client("a", json!({"remark": null, "emails": ""}));
    assert_eq!(status(&plan(&from, &to), "client:a"), "Repeat unchanged");
}

#[test]
fn a_value_that_the_file_lacks_is_replaced_by_none() {
    let from = sample().client("a", json!({"remark": ""}));
    assert_eq!(
        describe(
            &from,
            &sample().client("a", json!({"remark": "x"})),
            "client:a"
        ),
        ["replace /remark"]
    );
}

#[test]
fn counters_of_the_running_system_are_no_difference() {
    let with = |used, fails| sample().client("a", json!({"apiUsed": used, "pwdFailTimes": fails}));
    assert_eq!(
        status(&plan(&with(1, 0), &with(9, 3)), "client:a"),
        "Repeat unchanged"
    );
}

#[test]
fn local_ids_and_the_oauth_scope_are_no_difference() {
    let with = |id: &str, seq, scope: &str| {
        sample()
            .client("a", json!({}))
            .group(id, "g", json!({}))
            .client_group("a", id)
            .host(seq, "a", "h", "1.1.1.1")
            .clientext("a", seq, json!({}))
            .oauth("a", json!({"scope": scope}))
            .x_key(seq, "a", "EN", json!({}))
            .x_map(seq, seq, id)
            .open_key(seq, "a", "key", json!({}))
            .dp_app(seq, "a", json!({}))
    };
    let plan = plan(&with("1", 1, "1"), &with("2", 2, "2"));
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
    assert_eq!(changes(&plan, "client:a"), NONE);
}

#[test]
fn audit_columns_are_no_difference() {
    let now = json!({"createTime": "2024-01-01 00:00:00", "createUser": "x", "updateTime": "2024-01-01 00:00:00"});
    let plan = plan(&sample().client("a", json!({})), &sample().client("a", now));
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
}

#[test]
fn passwords_that_a_cover_keeps_are_reported_and_are_nothing_to_do() {
    let with = |secret: &str| {
        sample()
            .client(
                "a",
                json!({"clientSecret": secret, "dpClientEntry": secret}),
            )
            .oauth("a", json!({"clientSecret": secret}))
    };
    let plan = plan(&with("one"), &with("two"));
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
    assert_eq!(
        changes(&plan, "client:a"),
        [
            r#"{"path":"/clientSecret","op":"keep","secret":true}"#,
            r#"{"path":"/dpClientEntry","op":"keep","secret":true}"#,
            r#"{"path":"/oauth/clientSecret","op":"keep","secret":true}"#,
        ]
    );
}

#[test]
fn what_the_target_has_more_is_kept() {
    let small = sample().client("a", json!({})).host(1, "a", "h", "1.1.1.1");
    let large = small
        .clone()
        .host(2, "a", "h2", "2.2.2.2")
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .scope("2", "s", json!({}))
        .client_scope("a", "2")
        .oauth("a", json!({"authorities": "client"}))
        .clientext("a", 1, json!({}))
        .x_key(1, "a", "EN", json!({}))
        .open_key(1, "a", "key", json!({}))
        .dp_app(1, "a", json!({}))
        .idp_o(1, "a", "GOOGLE", json!({}));
    let described = describe(&small, &large, "client:a");
    assert_eq!(
        described,
        [
            "keep /hosts/2.2.2.2",
            "keep /groups/g",
            "keep /scopes/s",
            "keep /oauth",
            "keep /extension",
            "keep /xApiKeys/alias-EN",
            "keep /openApiKeys/alias-key",
            "keep /dpApp",
            "keep /idpOAuth/GOOGLE 1"
        ]
    );
    assert_eq!(
        status(&plan(&small, &large), "client:a"),
        "Repeat unchanged"
    );
}

#[test]
fn what_the_file_has_more_is_added() {
    let base = |sample: Sample| {
        sample
            .client("a", json!({}))
            .group("1", "g", json!({}))
            .scope("2", "s", json!({}))
    };
    let from = base(sample())
        .host(1, "a", "h", "1.1.1.1")
        .client_group("a", "1")
        .client_scope("a", "2")
        .x_key(1, "a", "EN", json!({}))
        .open_key(1, "a", "key", json!({}))
        .idp_l(1, "a", json!({}));
    let described = describe(&from, &base(sample()), "client:a");
    assert_eq!(
        described,
        [
            "add /hosts/1.1.1.1",
            "add /groups/g",
            "add /scopes/s",
            "add /xApiKeys/alias-EN",
            "add /openApiKeys/alias-key",
            "add /idpLdap/LDAP 1"
        ]
    );
}

#[test]
fn a_host_is_the_same_by_ip() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "new", "1.1.1.1");
    let to = sample()
        .client("a", json!({}))
        .host(5, "a", "old", "1.1.1.1");
    assert_eq!(
        changes(&plan(&from, &to), "client:a"),
        [r#"{"path":"/hosts/1.1.1.1/hostName","op":"replace","before":"old","after":"new"}"#]
    );
}

#[test]
fn a_host_is_the_same_by_name_without_regard_to_case() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "Web-01", "2.2.2.2");
    let to = sample()
        .client("a", json!({}))
        .host(5, "a", "web-01", "1.1.1.1");
    assert_eq!(
        describe(&from, &to, "client:a"),
        [
            "replace /hosts/2.2.2.2/hostName",
            "replace /hosts/2.2.2.2/hostIp"
        ]
    );
}

#[test]
fn a_host_is_the_same_by_address_without_regard_to_case() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "H.Example");
    let to = sample()
        .client("a", json!({}))
        .host(5, "a", "two", "h.example");
    assert_eq!(
        describe(&from, &to, "client:a"),
        ["replace /hosts/H.Example/hostName"]
    );
}

#[test]
fn a_host_that_differs_in_its_name_and_in_the_case_of_its_address_is_one_change() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "edge", "FD00::AB");
    let to = sample()
        .client("a", json!({}))
        .host(5, "a", "old", "fd00::ab")
        .host(6, "a", "other", "10.1.1.1");
    assert_eq!(
        changes(&plan(&from, &to), "client:a"),
        [
            r#"{"path":"/hosts/FD00::AB/hostName","op":"replace","before":"old","after":"edge"}"#,
            r#"{"path":"/hosts/10.1.1.1","op":"keep"}"#,
        ]
    );
    let same = sample()
        .client("a", json!({}))
        .host(1, "a", "old", "FD00::AB");
    assert_eq!(status(&plan(&same, &to), "client:a"), "Repeat unchanged");
}

#[test]
fn letters_of_every_script_are_matched_without_regard_to_case() {
    for (here, there) in [
        ("ÜBER.example", "über.EXAMPLE"),
        ("Σίτος", "ΣΊΤΟΣ"),
        ("İstanbul", "istanbul"),
    ] {
        let from = sample().client("a", json!({})).host(1, "a", "new", here);
        let to = sample().client("a", json!({})).host(5, "a", "old", there);
        assert_eq!(
            describe(&from, &to, "client:a"),
            [format!("replace /hosts/{here}/hostName")]
        );
    }
}

/// Searched through pair by pair, this takes minutes.
#[test]
fn ten_thousand_hosts_of_a_client_are_matched_one_by_one() {
    let with = |name: &str| {
        (0..10_000).fold(sample().client("a", json!({})), |sample, index| {
            sample.host(
                index,
                "a",
                &format!("{name}-{index}"),
                &format!("{name:.1}::{index:x}"),
            )
        })
    };
    let plan = plan(&with("H"), &with("h"));
    assert_eq!(status(&plan, "client:a"), "Repeat");
    let changes = changes(&plan, "client:a");
    assert_eq!(changes.len(), 10_000, "the names differ in their case");
    assert!(
        changes[0].contains(r#""path":"/hosts/H::0/hostName","op":"replace""#),
        "{}",
        changes[0]
    );
}

#[test]
fn a_hidden_groups_random_text_is_never_compared() {
    let with = |id: &str, text: &str| {
        let more =
            json!({"groupName": text, "groupAlias": text, "groupDesc": text, "vgroupName": text});
        sample()
            .api(("m", "k"))
            .scope("1", "s", json!({}))
            .hidden(id, "1", ("m", "k"), more)
    };
    let plan = plan(&with("2", "one"), &with("3", "two"));
    assert_eq!(status(&plan, "scope:s"), "Repeat unchanged");
}

#[test]
fn a_hidden_groups_rights_are_compared() {
    let with = |more: Value| {
        sample()
            .level("A", "A")
            .api(("m", "k"))
            .scope("1", "s", json!({}))
            .hidden("2", "1", ("m", "k"), more)
    };
    let from =
        with(json!({"groupAccess": "x", "securityLevelId": "A", "allowDays": 1, "allowTimes": 2}))
            .authentication("OTP", "otp")
            .group_authentication("2", "OTP");
    assert_eq!(
        describe(&from, &with(json!({})), "scope:s"),
        [
            "replace /apis/m~1k/groupAccess",
            "replace /apis/m~1k/securityLevelId",
            "replace /apis/m~1k/allowDays",
            "replace /apis/m~1k/allowTimes",
            "add /apis/m~1k/authentications/OTP",
        ]
    );
}

#[test]
fn a_groups_apis_and_authentication_types_are_sets() {
    let apis = |sample: Sample| {
        sample
            .apis(&[("m", "a"), ("m", "b"), ("m", "c")])
            .authentication("X", "x")
            .authentication("Y", "y")
    };
    let from = apis(sample())
        .group("1", "g", json!({}))
        .group_api("1", ("m", "a"), json!({}))
        .group_api("1", ("m", "b"), json!({"moduleVer": "2"}))
        .group_authentication("1", "X");
    let to = apis(sample())
        .group("9", "g", json!({}))
        .group_api("9", ("m", "b"), json!({"moduleVer": "1"}))
        .group_api("9", ("m", "c"), json!({}))
        .group_authentication("9", "Y");
    assert_eq!(
        describe(&from, &to, "group:g"),
        [
            "add /apis/m~1a",
            "replace /apis/m~1b/moduleVer",
            "keep /apis/m~1c",
            "add /authentications/X",
            "keep /authentications/Y"
        ]
    );
}

#[test]
fn links_to_missing_apis_are_no_difference() {
    let from = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("m", "lacking"), json!({}))
        .scope("2", "s", json!({}))
        .hidden("3", "2", ("m", "lacking"), json!({}))
        .client("a", json!({}))
        .client_scope("a", "2")
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "u")
        .api_use("u", ("m", "lacking"));
    let to = sample()
        .group("1", "g", json!({}))
        .scope("2", "s", json!({}))
        .client("a", json!({}))
        .client_scope("a", "2")
        .open_key(1, "a", "key", json!({}));
    let plan = plan(&from, &to);
    for item in ["group:g", "scope:s", "client:a"] {
        assert_eq!(status(&plan, item), "Repeat unchanged", "{item}");
    }
}

#[test]
fn a_resubmit_date_is_compared_by_its_day() {
    let from = sample().client("a", json!({})).clientext(
        "a",
        1,
        json!({"resubmitDateTimeForLongTime": "1709164800000"}),
    );
    let day = super::super::tables::local_day("1709164800000", Zone::UTC).unwrap();
    let with = |time: String| {
        sample()
            .client("a", json!({}))
            .clientext("a", 7, json!({"resubmitDateTime": time}))
    };
    assert_eq!(
        status(&plan(&from, &with(day.to_string())), "client:a"),
        "Repeat unchanged"
    );
    let described = describe(&from, &with("1999-01-01 00:00:00".to_owned()), "client:a");
    assert_eq!(described, ["replace /extension/resubmitDateTime"]);
}

#[test]
fn dgrk_maps_are_compared_by_what_their_uids_mean() {
    let from = sample()
        .client("a", json!({}))
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "source-uid")
        .api_use("source-uid", ("m", "k"));
    let to = |uid| {
        sample()
            .api(("m", "k"))
            .client("a", json!({}))
            .open_key(4, "a", "key", json!({}))
            .open_map(9, 4, uid)
    };
    assert_eq!(
        status(&plan(&from, &to("uid-m-k")), "client:a"),
        "Repeat unchanged"
    );
    assert_eq!(
        describe(&from, &to("source-uid"), "client:a"),
        [
            "add /openApiKeys/alias-key/apis/m~1k",
            "keep /openApiKeys/alias-key/apis/source-uid"
        ]
    );
}

#[test]
fn of_two_meanings_of_a_uid_the_first_counts() {
    let from = sample()
        .client("a", json!({}))
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "u")
        .api_use("u", ("m", "first"))
        .api_use("u", ("m", "second"));
    let to = sample()
        .apis(&[("m", "first"), ("m", "second")])
        .client("a", json!({}))
        .open_key(4, "a", "key", json!({}));
    assert_eq!(
        describe(&from, &to, "client:a"),
        ["add /openApiKeys/alias-key/apis/m~1first"]
    );
}

#[test]
fn key_maps_are_compared_by_the_names_of_groups() {
    let from = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .x_key(1, "a", "EN", json!({}))
        .x_map(1, 1, "1");
    let to = |group: &str| {
        sample()
            .client("a", json!({}))
            .group("1", "other", json!({}))
            .group("2", "g", json!({}))
            .x_key(1, "a", "EN", json!({}))
            .x_map(1, 1, group)
    };
    assert_eq!(
        status(&plan(&from, &to("2")), "client:a"),
        "Repeat unchanged"
    );
    assert_eq!(
        describe(&from, &to("1"), "client:a"),
        [
            "add /xApiKeys/alias-EN/groups/g",
            "keep /xApiKeys/alias-EN/groups/other"
        ]
    );
}

#[test]
fn the_idp_rows_of_a_portal_client_are_replaced_by_type_and_sort() {
    let from = sample()
        .client("a", json!({}))
        .dp_app(1, "a", json!({}))
        .idp_o(1, "a", "GOOGLE", json!({}))
        .idp_l(1, "a", json!({}));
    let to = sample()
        .client("a", json!({}))
        .dp_app(1, "a", json!({}))
        .idp_o(2, "a", "GOOGLE", json!({}))
        .idp_o(3, "a", "MS", json!({}))
        .idp_l(2, "a", json!({}))
        .idp_a(2, "a", json!({}));
    assert_eq!(
        describe(&from, &to, "client:a"),
        [
            "add /idpOAuth/GOOGLE 1",
            "remove /idpOAuth/GOOGLE 2",
            "keep /idpOAuth/MS 3",
            "add /idpLdap/LDAP 1",
            "remove /idpLdap/LDAP 2",
            "keep /idpApi/API 2",
        ]
    );
}

#[test]
fn without_a_portal_application_idp_rows_are_matched_by_id_and_others_stay() {
    let from = sample()
        .client("a", json!({}))
        .idp_o(1, "a", "GOOGLE", json!({"remark": "new"}));
    let to = sample()
        .client("a", json!({}))
        .dp_app(1, "a", json!({}))
        .idp_o(1, "a", "GOOGLE", json!({}))
        .idp_o(2, "a", "GOOGLE", json!({}));
    assert_eq!(
        describe(&from, &to, "client:a"),
        [
            "keep /dpApp",
            "replace /idpOAuth/GOOGLE 1/remark",
            "keep /idpOAuth/GOOGLE 2"
        ]
    );
}

#[test]
fn the_password_inside_a_jdbc_url_is_masked() {
    let with = |url: &str| sample().connection("c", json!({"jdbcUrl": url}));
    let plan = plan(
        &with("jdbc:mysql://h2/db?user=u&password=pw2"),
        &with("jdbc:mysql://h1/db?user=u&password=pw1"),
    );
    assert_eq!(
        changes(&plan, "rdb-connection:c"),
        [
            r#"{"path":"/jdbcUrl","op":"replace","before":"jdbc:mysql://h1/db?user=u&password=***","after":"jdbc:mysql://h2/db?user=u&password=*** (differs)"}"#
        ]
    );
}

#[test]
fn asterisks_in_a_jdbc_url_do_not_take_the_place_of_its_password() {
    let with = |url: &str| sample().connection("c", json!({"jdbcUrl": url}));
    let plan = plan(
        &with("jdbc:mysql://h2/db?user=u&password=***"),
        &with("jdbc:mysql://h1/db?user=u&password=pw1"),
    );
    assert_eq!(
        status(&plan, "rdb-connection:c"),
        "Cannot cover: secret-masked"
    );
}

// ---- changes that depend on another item

/// A client that holds a scope, which gets a new API.
fn with_new_api() -> (Sample, Sample) {
    let base = |sample: Sample| {
        sample
            .apis(&[("m", "old"), ("m", "new")])
            .client("a", json!({}))
            .scope("1", "s", json!({}))
            .hidden("11", "1", ("m", "old"), json!({}))
            .client_scope("a", "1")
            .client_group("a", "11")
    };
    (
        base(sample())
            .hidden("12", "1", ("m", "new"), json!({}))
            .client_group("a", "12"),
        base(sample()),
    )
}

#[test]
fn a_holder_of_a_scope_differs_where_the_scope_gets_an_api() {
    let (from, to) = with_new_api();
    let plan = plan(&from, &to);
    assert_eq!(status(&plan, "client:a"), "Repeat");
    assert_eq!(
        changes(&plan, "client:a"),
        [r#"{"path":"/scopes/s/apis/m~1new","op":"add","needs":"scope:s"}"#]
    );
}

#[test]
fn covering_the_holder_alone_has_no_effect() {
    let (from, to) = with_new_api();
    let plan = plan(&from, &to);
    assert_eq!(
        outcome(&plan, &["client:a"], &[], "client:a"),
        ("Repeat".to_owned(), Outcome::Skipped)
    );
    assert_eq!(
        outcome(&plan, &["client:a", "scope:s"], &[], "client:a"),
        ("Cover".to_owned(), Outcome::Covered)
    );
}

#[test]
fn a_holder_is_unchanged_where_the_scope_cannot_be_covered() {
    let (from, to) = with_new_api();
    let from = from.change("tsmpVgroupList", |row| {
        row.insert("vgroupAlias".to_owned(), json!("taken"));
    });
    let plan = plan(&from, &to.scope("2", "t", json!({"vgroupAlias": "taken"})));
    assert_eq!(status(&plan, "scope:s"), "Cannot cover: alias-taken");
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
    assert_eq!(changes(&plan, "client:a"), NONE);
}

/// A client that holds a scope without the row of its only hidden group.
fn partial_holder(more: Value) -> Sample {
    sample()
        .api(("m", "k"))
        .client("a", more)
        .scope("1", "s", json!({}))
        .hidden("11", "1", ("m", "k"), json!({}))
        .client_scope("a", "1")
}

#[test]
fn a_holder_without_the_hidden_groups_rows_gets_those_that_the_file_has() {
    let (partial, complete) = (
        partial_holder(json!({})),
        partial_holder(json!({})).client_group("a", "11"),
    );
    assert_eq!(
        describe(&complete, &partial, "client:a"),
        ["add /scopes/s/apis/m~1k"]
    );
    assert_eq!(
        status(&plan(&partial, &complete), "client:a"),
        "Repeat unchanged"
    );
}

#[test]
fn a_holder_without_the_hidden_groups_rows_on_both_sides_is_no_difference() {
    let partial = partial_holder(json!({}));
    assert_eq!(
        status(&plan(&partial, &partial), "client:a"),
        "Repeat unchanged"
    );
}

#[test]
fn a_holder_that_is_written_anyway_gets_the_hidden_groups_rows() {
    let changes = describe(
        &partial_holder(json!({"tps": 99})),
        &partial_holder(json!({})),
        "client:a",
    );
    assert_eq!(changes, ["replace /tps", "add /scopes/s/apis/m~1k"]);
}

#[test]
fn a_key_map_to_a_new_hidden_group_waits_for_its_scope() {
    let base = |sample: Sample| {
        sample
            .api(("m", "k"))
            .client("a", json!({}))
            .scope("1", "s", json!({}))
            .x_key(1, "a", "EN", json!({}))
    };
    let from = base(sample())
        .hidden("11", "1", ("m", "k"), json!({"groupName": "h"}))
        .x_map(1, 1, "11");
    let plan = plan(&from, &base(sample()));
    assert_eq!(
        changes(&plan, "client:a"),
        [r#"{"path":"/xApiKeys/alias-EN/groups/h","op":"add","needs":"scope:s"}"#]
    );
}

#[test]
fn a_key_map_to_a_hidden_group_of_a_missing_api_is_no_difference() {
    let base = |sample: Sample| sample.client("a", json!({})).x_key(1, "a", "EN", json!({}));
    let from = base(sample())
        .scope("1", "s", json!({"vgroupDesc": "new"}))
        .hidden("11", "1", ("m", "lacking"), json!({"groupName": "h"}))
        .x_map(1, 1, "11");
    let plan = plan(&from, &base(sample()).scope("1", "s", json!({})));
    assert_eq!(status(&plan, "scope:s"), "Repeat");
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
}

#[test]
fn covering_all_leaves_unchanged_items_alone() {
    let both = |sample: Sample, tps| {
        sample
            .client("a", json!({"tps": tps}))
            .client("b", json!({}))
    };
    let plan = plan(&both(sample(), 1), &both(sample(), 2));
    let mut choices = crate::engine::Choices::new(&plan);
    assert_eq!(choices.cover_all(&plan), 1);
    let approved = plan.approve(&choices).unwrap();
    assert_eq!(approved.steps().len(), 1);
    assert!(!choices.set(&plan, super::at(&plan, "client:b"), true));
}
