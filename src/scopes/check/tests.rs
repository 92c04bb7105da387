//! Each state on its own, in small tables: what is reported, and what a repair
//! leaves.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::repair::{Repaired, repair};
use super::findings;
use crate::platform::digirunner::changes::Changes;
use crate::platform::digirunner::schema::{
    TABLES, Table, TableId, client_group, group, oauth, vgroup,
};
use crate::platform::digirunner::tables::{Row, Tables};
use crate::platform::digirunner::tests::sample::{Sample as Lists, sample};
use crate::platform::digirunner::tests::target;
use crate::store::Stamp;

/// The client `a` holds the scope `crm`, of level A, and a plain group.
fn healthy() -> Lists {
    held(scoped(), "a", "1,21,22").client_group("a", "1")
}

fn scoped() -> Lists {
    let like_crm =
        json!({"vgroupName": "crm", "securityLevelId": "A", "allowDays": 60, "allowTimes": 3});
    sample()
        .level("A", "a")
        .authentication("X", "x")
        .apis(&[("m", "1"), ("m", "2")])
        .group("1", "plain", json!({}))
        .group_api("1", ("m", "1"), json!({}))
        .scope(
            "10",
            "crm",
            json!({"securityLevelId": "A", "allowDays": 60, "allowTimes": 3}),
        )
        .scope_authentication("10", "X")
        .hidden("21", "10", ("m", "1"), like_crm.clone())
        .group_authentication("21", "X")
        .hidden("22", "10", ("m", "2"), like_crm)
        .group_authentication("22", "X")
}

/// Adds a client that holds the scope.
fn held(lists: Lists, client: &str, oauth: &str) -> Lists {
    lists
        .client(client, json!({"securityLevelId": "A"}))
        .oauth(client, json!({"scope": oauth}))
        .client_scope(client, "10")
        .client_group(client, "21")
        .client_group(client, "22")
}

/// Leaves out the rows of a list in which properties have these values.
fn without(lists: &Lists, list: &'static str, like: &Value) -> Lists {
    let is_like = |row: &Value| {
        like.as_object()
            .unwrap()
            .iter()
            .all(|(name, value)| row[name] == *value)
    };
    let kept: Vec<Value> = lists
        .rows(list)
        .iter()
        .filter(|row| !is_like(row))
        .cloned()
        .collect();
    kept.into_iter()
        .fold(lists.clone().cleared(list), |lists, row| {
            lists.row(list, row)
        })
}

fn stamp() -> Stamp {
    let now = NaiveDate::from_ymd_opt(2026, 1, 31)
        .unwrap()
        .and_hms_opt(1, 2, 3)
        .unwrap();
    Stamp {
        operator: "tester".to_owned(),
        now,
    }
}

/// Reports what is wrong; what cannot be repaired ends with `!`.
fn describe(sample: &Tables) -> Vec<String> {
    let describe = |finding: super::ScopeFinding| {
        assert!(
            finding.repair.is_some() || !finding.hint.is_empty(),
            "{finding:?}: what now?"
        );
        let sign = if finding.repair.is_some() { "" } else { " !" };
        format!(
            "{} {} {}{sign}",
            finding.code,
            finding.item,
            finding.message.split_once(": ").unwrap().1
        )
    };
    findings(sample).into_iter().map(describe).collect()
}

fn key(table: &Table, row: &Row) -> Vec<String> {
    table
        .key()
        .map(|(index, _)| row.text(index).to_owned())
        .collect()
}

/// Does to the tables what would be done to the target.
fn after(sample: &Tables, changes: &Changes) -> Tables {
    let mut after = Tables::default();
    after.apis.clone_from(&sample.apis);
    for table in TABLES {
        let mut rows = sample.rows(table.id).to_vec();
        if let Some(changes) = changes.of(table.id) {
            for row in &changes.deletes.rows {
                let there = rows.len();
                rows.retain(|other| key(table, other) != key(table, row));
                assert_eq!(
                    rows.len(),
                    there - 1,
                    "one row of {} is deleted",
                    table.name
                );
            }
            for row in &changes.updates.rows {
                let index = rows
                    .iter()
                    .position(|other| key(table, other) == key(table, row))
                    .unwrap();
                rows[index] = row.clone();
            }
            for row in &changes.inserts.rows {
                assert!(
                    rows.iter()
                        .all(|other| key(table, other) != key(table, row)),
                    "{}",
                    table.name
                );
                rows.push(row.clone());
            }
        }
        after.set_rows(table.id, rows);
    }
    after
}

/// Reports what is wrong before, and what is wrong after a repair.
#[track_caller]
fn assert_repaired(lists: &Lists, before: &[&str], left: &[&str]) -> Tables {
    let sample = target(lists);
    assert_eq!(describe(&sample), before);
    let Repaired {
        changes,
        left: count,
        ..
    } = repair(&sample, &[], &stamp());
    let repaired = after(&sample, &changes);
    assert_eq!(describe(&repaired), left);
    assert_eq!(count, left.len());
    repaired
}

/// Asserts that a state is reported, and that nothing is done about it.
#[track_caller]
fn assert_asked(lists: &Lists, described: &[&str]) {
    let repaired = assert_repaired(lists, described, described);
    let sample = target(lists);
    assert!(
        TABLES
            .iter()
            .all(|table| repaired.rows(table.id) == sample.rows(table.id))
    );
}

fn oauth_of(sample: &Tables, client: &str) -> String {
    let rows = sample.rows(TableId::Oauth);
    let row = rows
        .iter()
        .find(|row| row.text(oauth::CLIENT_ID) == client)
        .unwrap();
    row.text(oauth::SCOPE).to_owned()
}

/// The keys of a table's rows, as `a/21`.
fn keys(sample: &Tables, table: TableId) -> Vec<String> {
    let mut keys: Vec<String> = sample
        .rows(table)
        .iter()
        .map(|row| key(table.table(), row).join("/"))
        .collect();
    keys.sort();
    keys
}

#[test]
fn nothing_is_wrong_with_what_the_product_makes() {
    assert_asked(&healthy(), &[]);
    let in_another_order = healthy().change("oauthClientDetailsList", |row| {
        row.insert("scope".to_owned(), json!("22,1,21"));
    });
    assert_asked(&in_another_order, &[]);
    let without_groups = scoped()
        .client("b", json!({}))
        .oauth("b", json!({"scope": "select"}));
    assert_asked(&without_groups, &[]);
    assert_asked(
        &scoped()
            .client("b", json!({}))
            .oauth("b", json!({"scope": ""})),
        &[],
    );
    assert_asked(&scoped().client("b", json!({})).oauth("b", json!({})), &[]);
}

#[test]
fn the_oauth_scope_names_what_the_client_holds() {
    let lists = healthy().change("oauthClientDetailsList", |row| {
        row.insert("scope".to_owned(), json!("1,21,99"));
    });
    let described = ["stale-oauth-ids client:a 99 is not held, 22 is not named"];
    assert_eq!(
        oauth_of(&assert_repaired(&lists, &described, &[]), "a"),
        "1,21,22"
    );
}

#[test]
fn an_oauth_scope_of_no_groups_is_empty() {
    let lists = scoped()
        .client("b", json!({}))
        .oauth("b", json!({"scope": "99"}));
    let repaired = assert_repaired(&lists, &["stale-oauth-ids client:b 99 is not held"], &[]);
    assert_eq!(oauth_of(&repaired, "b"), "");
}

#[test]
fn a_placeholder_is_no_name_of_a_group() {
    let lists = healthy().change("oauthClientDetailsList", |row| {
        row.insert("scope".to_owned(), json!("select"));
    });
    let described = ["stale-oauth-ids client:a 21 is not named, 22 is not named, 1 is not named"];
    assert_repaired(&lists, &described, &[]);
}

#[test]
fn an_oauth_scope_without_room_for_all_groups_is_left_alone() {
    let lists = (0..200).fold(
        scoped().client("b", json!({})).oauth("b", json!({})),
        |lists, index| {
            let id = format!("{}", 2_000_000_000_u64 + index);
            lists
                .group(&id, &format!("g{index}"), json!({}))
                .client_group("b", &id)
        },
    );
    let found = findings(&target(&lists));
    let codes: Vec<&str> = found.iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["stale-oauth-ids", "too-many-groups"]);
    assert!(
        found[0].message.ends_with("and 192 more"),
        "{}",
        found[0].message
    );
    assert!(found.iter().all(|finding| finding.repair.is_none()));
}

#[test]
fn a_holder_without_all_hidden_groups_gets_them() {
    let lists = without(
        &healthy(),
        "tsmpClientGroupList",
        &json!({"clientId": "a", "groupId": "22"}),
    );
    let lists = lists.change("oauthClientDetailsList", |row| {
        row.insert("scope".to_owned(), json!("1,21"));
    });
    let repaired = assert_repaired(
        &lists,
        &["lacking-hidden-groups client:a m/2 of scope:crm"],
        &[],
    );
    assert_eq!(
        keys(&repaired, TableId::ClientGroup),
        ["a/1", "a/21", "a/22"]
    );
    assert_eq!(oauth_of(&repaired, "a"), "1,21,22");
}

#[test]
fn a_holder_gets_no_more_groups_than_there_is_room_for() {
    let full = |count: u32| {
        let client = healthy().change("oauthClientDetailsList", |row| {
            row.insert("scope".to_owned(), json!("1,21"));
        });
        let client = without(&client, "tsmpClientGroupList", &json!({"groupId": "22"}));
        (100..100 + count).fold(client, |lists, index| {
            lists
                .group(&index.to_string(), &format!("g{index}"), json!({}))
                .client_group("a", &index.to_string())
        })
    };
    let found = |lists: &Lists| {
        let found = findings(&target(lists));
        found
            .into_iter()
            .find(|finding| finding.code == "lacking-hidden-groups")
            .unwrap()
    };
    assert!(found(&full(183)).repair.is_some());
    let too_many = found(&full(184));
    assert!(too_many.repair.is_none());
    assert!(too_many.hint.contains("186"), "{}", too_many.hint);
}

#[test]
fn a_holder_of_another_level_gets_nothing() {
    let lists = without(&healthy(), "tsmpClientGroupList", &json!({"groupId": "22"}));
    let lists = lists
        .change("tsmpClientList", |row| {
            row.insert("securityLevelId".to_owned(), json!("SYSTEM"));
        })
        .change("oauthClientDetailsList", |row| {
            row.insert("scope".to_owned(), json!("1,21"));
        });
    let described = [
        "lacking-hidden-groups client:a m/2 of scope:crm !",
        "client-level-differs client:a crm has level 'A', the client has 'SYSTEM' !",
    ];
    assert_asked(&lists, &described);
}

#[test]
fn a_client_without_a_level_may_hold_any_scope() {
    let lists = healthy().change("tsmpClientList", |row| {
        row.insert("securityLevelId".to_owned(), json!(null));
    });
    assert_asked(&lists, &[]);
}

#[test]
fn hidden_groups_of_scopes_that_nobody_gave_go() {
    let lists = healthy()
        .client("b", json!({}))
        .oauth("b", json!({"scope": "1,21"}))
        .client_group("b", "1")
        .client_group("b", "21");
    let repaired = assert_repaired(
        &lists,
        &["stray-hidden-groups client:b m/1 of scope:crm"],
        &[],
    );
    assert_eq!(
        keys(&repaired, TableId::ClientGroup),
        ["a/1", "a/21", "a/22", "b/1"]
    );
    assert_eq!(oauth_of(&repaired, "b"), "1");
    assert_eq!(oauth_of(&repaired, "a"), "1,21,22");
}

#[test]
fn what_is_held_and_does_not_exist_goes() {
    let lists = healthy().client_scope("a", "404").client_group("a", "405");
    let described = [
        "stale-oauth-ids client:a 405 is not named",
        "held-scope-gone client:a 404",
        "held-group-gone client:a 405",
    ];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::ClientVgroup), ["a/10"]);
    assert_eq!(oauth_of(&repaired, "a"), "1,21,22");
}

#[test]
fn a_client_that_does_not_exist_holds_no_scope() {
    let lists = healthy()
        .client_scope("gone", "10")
        .client_group("gone", "21")
        .client_group("gone", "1")
        .client_group("gone", "404");
    let described = ["client-gone client:gone scope:crm, group 21, group 404"];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::ClientVgroup), ["a/10"]);
    assert_eq!(
        keys(&repaired, TableId::ClientGroup),
        ["a/1", "a/21", "a/22", "gone/1"],
        "plain ones stay"
    );
}

#[test]
fn a_client_that_holds_something_has_an_oauth_row() {
    assert_asked(&scoped().client("b", json!({})), &[]);
    let lists = scoped().client("b", json!({})).client_group("b", "1");
    assert_asked(&lists, &["no-oauth-row client:b oauth_client_details !"]);
}

#[test]
fn limits_of_a_scope_are_reported() {
    let name = "n".repeat(31);
    let lists = sample()
        .scope(
            "10",
            &name,
            json!({"securityLevelId": "Z", "allowDays": -86_400}),
        )
        .scope("11", "twice", json!({"vgroupAlias": "same"}))
        .scope("12", "twice", json!({"vgroupAlias": ""}))
        .scope("13", "other", json!({"vgroupAlias": "same"}))
        .scope(
            "14",
            "no level",
            json!({"securityLevelId": null, "vgroupAlias": ""}),
        );
    let described = [
        "level-gone scope:no level '' !",
        &format!("level-gone scope:{name} 'Z' !"),
        "name-twice scope:twice 11, 12 !",
        "alias-twice scope:other 'same' of scope:twice !",
        "alias-twice scope:twice 'same' of scope:other !",
        &format!("name-too-long scope:{name} 31 characters, of at most 30 !"),
        &format!("negative-duration scope:{name} -86400 seconds !"),
    ];
    let mut sorted = described.map(str::to_owned);
    sorted[..2].sort();
    assert_asked(&lists, &sorted.each_ref().map(String::as_str));
}

#[test]
fn an_api_that_does_not_exist_goes_as_with_the_products_deletion() {
    let mut lists = healthy();
    lists.apis.retain(|[_, key, _]| key != "2");
    let repaired = assert_repaired(&lists, &["api-gone scope:crm m/2"], &[]);
    assert_eq!(keys(&repaired, TableId::Group), ["1", "21"]);
    assert_eq!(keys(&repaired, TableId::GroupApi), ["1/1/m", "21/1/m"]);
    assert_eq!(keys(&repaired, TableId::GroupAuthority), ["21/X"]);
    assert_eq!(keys(&repaired, TableId::VgroupGroup), ["10/21"]);
    assert_eq!(keys(&repaired, TableId::ClientGroup), ["a/1", "a/21"]);
    assert_eq!(oauth_of(&repaired, "a"), "1,21");
}

#[test]
fn a_hidden_group_of_two_apis_keeps_the_one_that_exists() {
    let lists = healthy().group_api("22", ("old", "x"), json!({}));
    let repaired = assert_repaired(&lists, &["api-gone scope:crm old/x"], &[]);
    assert_eq!(
        keys(&repaired, TableId::GroupApi),
        ["1/1/m", "21/1/m", "22/2/m"]
    );
    assert_eq!(
        keys(&repaired, TableId::ClientGroup),
        ["a/1", "a/21", "a/22"]
    );
}

#[test]
fn a_hidden_group_that_keys_map_to_stays() {
    let mut lists = healthy().x_key(1, "a", "E", json!({})).x_map(2, 1, "22");
    assert_asked(&lists, &[]);
    lists.apis.retain(|[_, key, _]| key != "2");
    assert_asked(&lists, &["api-gone scope:crm m/2 !"]);
}

#[test]
fn a_hidden_group_without_an_api_goes() {
    let lists = without(&healthy(), "tsmpGroupApiList", &json!({"groupId": "22"}));
    let repaired = assert_repaired(&lists, &["hidden-group-without-api scope:crm 22"], &[]);
    assert_eq!(keys(&repaired, TableId::Group), ["1", "21"]);
    assert_eq!(oauth_of(&repaired, "a"), "1,21");
}

#[test]
fn hidden_groups_of_no_scope_go_unless_keys_map_to_them() {
    let no_scope = json!({"vgroupName": "old", "vgroupId": "404", "vgroupFlag": "1"});
    let nothing = json!({"vgroupFlag": "1"});
    let lists = healthy()
        .group("31", "h31", no_scope.clone())
        .group_api("31", ("m", "1"), json!({}))
        .group_authentication("31", "X")
        .client_group("a", "31")
        .group("32", "h32", no_scope)
        .group("33", "h33", nothing)
        .x_key(1, "a", "E", json!({}))
        .x_map(2, 1, "32");
    let described = [
        "stale-oauth-ids client:a 31 is not named",
        "hidden-group-without-scope group:33 group 33",
        "hidden-group-without-scope scope:old m/1, group 32",
    ];
    let left = ["hidden-group-without-scope scope:old group 32 !"];
    let repaired = assert_repaired(&lists, &described, &left);
    assert_eq!(keys(&repaired, TableId::Group), ["1", "21", "22", "32"]);
    assert_eq!(keys(&repaired, TableId::GroupAuthority), ["21/X", "22/X"]);
    assert_eq!(oauth_of(&repaired, "a"), "1,21,22");
}

#[test]
fn a_hidden_group_that_only_a_link_knows_becomes_the_scopes() {
    for gone in [json!(null), json!("404")] {
        let lists = healthy().change("tsmpGroupList", |row| {
            if row["groupId"] == "22" {
                row.insert("vgroupId".to_owned(), gone.clone());
                row.insert("securityLevelId".to_owned(), json!("SYSTEM"));
            }
        });
        let repaired = assert_repaired(&lists, &["hidden-group-without-owner scope:crm m/2"], &[]);
        let rows = repaired.rows(TableId::Group);
        let row = rows
            .iter()
            .find(|row| row.text(group::GROUP_ID) == "22")
            .unwrap();
        let cells = [
            group::VGROUP_ID,
            group::SECURITY_LEVEL_ID,
            group::UPDATE_USER,
        ]
        .map(|index| row.text(index));
        assert_eq!(cells, ["10", "A", "tester"]);
    }
}

#[test]
fn a_hidden_group_that_all_holders_hold_is_linked_again() {
    let lists = without(&healthy(), "tsmpVgroupGroupList", &json!({"groupId": "22"}));
    let repaired = assert_repaired(&lists, &["hidden-group-unlinked scope:crm m/2"], &[]);
    assert_eq!(keys(&repaired, TableId::VgroupGroup), ["10/21", "10/22"]);
}

#[test]
fn a_hidden_group_that_nobody_holds_and_nothing_links_goes() {
    let lists = without(&scoped(), "tsmpVgroupGroupList", &json!({"groupId": "22"}));
    let repaired = assert_repaired(&lists, &["hidden-group-unlinked scope:crm m/2"], &[]);
    assert_eq!(keys(&repaired, TableId::Group), ["1", "21"]);
    assert_eq!(keys(&repaired, TableId::GroupApi), ["1/1/m", "21/1/m"]);
}

#[test]
fn a_hidden_group_that_only_some_holders_hold_is_for_the_operator() {
    let lists = without(
        &held(healthy(), "b", "21"),
        "tsmpVgroupGroupList",
        &json!({"groupId": "22"}),
    );
    let lists = without(
        &lists,
        "tsmpClientGroupList",
        &json!({"clientId": "b", "groupId": "22"}),
    );
    assert_asked(
        &lists.change("oauthClientDetailsList", |row| {
            let scope = if row["clientId"] == "b" {
                "21"
            } else {
                "1,21,22"
            };
            row.insert("scope".to_owned(), json!(scope));
        }),
        &["hidden-group-unlinked scope:crm m/2 !"],
    );
}

#[test]
fn what_a_stray_alone_holds_goes_with_the_stray() {
    let lists = without(&scoped(), "tsmpVgroupGroupList", &json!({"groupId": "22"}))
        .client("b", json!({}))
        .oauth("b", json!({"scope": "22"}))
        .client_group("b", "22");
    let described = [
        "stray-hidden-groups client:b m/2 of scope:crm",
        "hidden-group-unlinked scope:crm m/2 !",
    ];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::Group), ["1", "21"]);
}

#[test]
fn two_unlinked_groups_of_one_api_are_not_both_linked() {
    let like_crm =
        json!({"vgroupName": "crm", "securityLevelId": "A", "allowDays": 60, "allowTimes": 3});
    let lists = healthy()
        .hidden("23", "10", ("m", "2"), like_crm)
        .group_authentication("23", "X");
    let lists = without(&lists, "tsmpVgroupGroupList", &json!({"groupId": "22"}));
    let lists =
        without(&lists, "tsmpVgroupGroupList", &json!({"groupId": "23"})).client_group("a", "23");
    let lists = lists.change("oauthClientDetailsList", |row| {
        row.insert("scope".to_owned(), json!("1,21,22,23"));
    });
    assert_asked(&lists, &["hidden-group-unlinked scope:crm m/2 !"]);
}

#[test]
fn one_api_twice_is_for_the_operator() {
    let like_crm =
        json!({"vgroupName": "crm", "securityLevelId": "A", "allowDays": 60, "allowTimes": 3});
    let lists = scoped()
        .hidden("23", "10", ("m", "2"), like_crm)
        .group_authentication("23", "X");
    assert_asked(&lists, &["api-twice scope:crm m/2 !"]);
}

#[test]
fn a_hidden_group_of_two_scopes_is_for_the_operator() {
    let lists = healthy().scope("11", "other", json!({})).row(
        "tsmpVgroupGroupList",
        json!({"vgroupId": "11", "groupId": "22"}),
    );
    let described = [
        "hidden-group-of-two scope:crm m/2 !",
        "hidden-group-of-two scope:other m/2 !",
    ];
    assert_asked(&lists, &described);
}

#[test]
fn hidden_groups_follow_their_scope() {
    let lists = healthy()
        .authentication("Y", "y")
        .change("tsmpVgroupList", |row| {
            row.insert("vgroupName".to_owned(), json!("renamed"));
            row.insert("allowDays".to_owned(), json!(120));
            row.insert("allowTimes".to_owned(), json!(4));
        })
        .change("tsmpVgroupAuthoritiesMapList", |row| {
            row.insert("vgroupAuthoritieId".to_owned(), json!("Y"));
        })
        .change("tsmpGroupList", |row| {
            if row["groupId"] == "22" {
                row.insert("securityLevelId".to_owned(), json!("SYSTEM"));
            }
        });
    let described = [
        "hidden-group-differs scope:renamed m/1 (duration, times, name, authentication types), \
                 m/2 (level, duration, times, name, authentication types)",
    ];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::GroupAuthority), ["21/Y", "22/Y"]);
    let row = repaired
        .rows(TableId::Group)
        .iter()
        .find(|row| row.text(group::GROUP_ID) == "22")
        .unwrap();
    assert_eq!(row.text(group::VGROUP_NAME), "renamed");
    assert_eq!(
        [row.int(group::ALLOW_DAYS), row.int(group::ALLOW_TIMES)],
        [Some(120), Some(4)]
    );
    assert_eq!(row.text(group::SECURITY_LEVEL_ID), "A");
}

#[test]
fn hidden_groups_do_not_follow_a_scope_into_what_is_wrong() {
    let name = "n".repeat(31);
    let lists = scoped().change("tsmpVgroupList", |row| {
        row.insert("vgroupName".to_owned(), json!(name));
        row.insert("allowDays".to_owned(), json!(-1));
        row.insert("securityLevelId".to_owned(), json!("Z"));
    });
    let described = [
        &format!("level-gone scope:{name} 'Z' !"),
        &format!("name-too-long scope:{name} 31 characters, of at most 30 !"),
        &format!("negative-duration scope:{name} -1 seconds !"),
    ];
    assert_asked(&lists, &described.map(String::as_str));
}

#[test]
fn links_of_nothing_and_to_nothing_go() {
    let lists = healthy()
        .row(
            "tsmpVgroupGroupList",
            json!({"vgroupId": "404", "groupId": "21"}),
        )
        .row(
            "tsmpVgroupGroupList",
            json!({"vgroupId": "10", "groupId": "405"}),
        );
    let described = [
        "linked-scope-gone scope:404 21",
        "linked-group-gone scope:crm 405",
    ];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::VgroupGroup), ["10/21", "10/22"]);
}

#[test]
fn a_link_by_which_apis_can_be_called_stays() {
    let lists = healthy()
        .row(
            "tsmpVgroupGroupList",
            json!({"vgroupId": "10", "groupId": "405"}),
        )
        .group_api("405", ("m", "2"), json!({}));
    let described = [
        "linked-group-gone scope:crm 405 !",
        "api-of-nothing group:405 m/2 !",
    ];
    assert_asked(&lists, &described);
}

#[test]
fn a_link_to_a_plain_group_stays() {
    let lists = healthy().row(
        "tsmpVgroupGroupList",
        json!({"vgroupId": "10", "groupId": "1"}),
    );
    assert_asked(&lists, &["plain-group-linked scope:crm plain !"]);
}

#[test]
fn authentication_types_that_do_not_exist_go() {
    let lists = healthy()
        .scope_authentication("10", "Z")
        .group_authentication("21", "Z")
        .group_authentication("1", "Z")
        .scope_authentication("404", "X")
        .group_authentication("405", "X");
    let described = [
        "authentication-gone group:plain Z",
        "authentication-gone scope:crm Z",
        "authentication-of-nothing group:405 X",
        "authentication-of-nothing scope:404 X",
    ];
    let repaired = assert_repaired(&lists, &described, &[]);
    assert_eq!(keys(&repaired, TableId::VgroupAuthority), ["10/X"]);
    assert_eq!(keys(&repaired, TableId::GroupAuthority), ["21/X", "22/X"]);
}

#[test]
fn apis_of_groups_that_do_not_exist_go_unless_keys_can_call_them() {
    let lists = healthy()
        .group_api("404", ("m", "1"), json!({}))
        .group_api("405", ("m", "1"), json!({}))
        .group_api("405", ("old", "x"), json!({}))
        .x_key(1, "a", "E", json!({}))
        .x_map(2, 1, "405");
    let described = [
        "api-of-nothing group:404 m/1",
        "api-of-nothing group:405 m/1, old/x",
    ];
    let repaired = assert_repaired(&lists, &described, &["api-of-nothing group:405 m/1 !"]);
    assert_eq!(
        keys(&repaired, TableId::GroupApi),
        ["1/1/m", "21/1/m", "22/2/m", "405/1/m"]
    );
}

#[test]
fn only_what_was_asked_for_is_repaired() {
    let lists = healthy()
        .client_scope("a", "404")
        .scope_authentication("10", "Z")
        .client_group("a", "405");
    let sample = target(&lists);
    let Repaired {
        changes,
        findings,
        left,
    } = repair(&sample, &["held-group-gone".to_owned()], &stamp());
    assert_eq!(findings.len(), 1);
    assert_eq!(left, 2);
    let repaired = after(&sample, &changes);
    assert_eq!(
        describe(&repaired),
        [
            "held-scope-gone client:a 404",
            "authentication-gone scope:crm Z"
        ]
    );
}

#[test]
fn what_a_client_holds_belongs_to_the_client() {
    let mut lists = healthy();
    lists.apis.retain(|[_, key, _]| key != "2");
    let sample = target(&lists);
    let changes = repair(&sample, &[], &stamp()).changes;
    let owners = |table: TableId| {
        let changes = changes.of(table).unwrap();
        let owners = changes.deletes.owners.iter().chain(&changes.updates.owners);
        owners.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(owners(TableId::ClientGroup), ["client:a"]);
    assert_eq!(owners(TableId::Oauth), ["client:a"]);
    assert_eq!(owners(TableId::Group), ["scope:crm"]);
    assert_eq!(
        changes.of(TableId::ClientGroup).unwrap().deletes.rows[0].text(client_group::GROUP_ID),
        "22"
    );
}

#[test]
fn two_scopes_of_one_name_are_reported_as_one_item() {
    let lists = sample().scope("10", "s", json!({"allowDays": -1})).scope(
        "11",
        "s",
        json!({"allowDays": -2}),
    );
    assert_asked(
        &lists,
        &[
            "name-twice scope:s 10, 11 !",
            "negative-duration scope:s -1 seconds, -2 seconds !",
        ],
    );
    assert_eq!(
        target(&lists).rows(TableId::Vgroup)[0].text(vgroup::VGROUP_NAME),
        "s"
    );
}
