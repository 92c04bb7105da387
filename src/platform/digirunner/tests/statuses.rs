//! Every status and every reason that blocks an item by itself.

use serde_json::{Value, json};

use super::sample::{Api, Sample, sample};
use super::{entry, message, plan, status, warnings};

// ---- clients

#[test]
fn a_client_that_the_target_lacks_is_added() {
    assert_eq!(
        status(
            &plan(&sample().client("a", json!({})), &sample()),
            "client:a"
        ),
        "Add"
    );
}

#[test]
fn a_client_that_is_there_is_a_repeat() {
    let to = sample().client("a", json!({"tps": 20}));
    assert_eq!(
        status(&plan(&sample().client("a", json!({})), &to), "client:a"),
        "Repeat"
    );
    assert_eq!(status(&plan(&to, &to), "client:a"), "Repeat unchanged");
}

#[test]
fn a_client_is_matched_by_its_id_exactly() {
    let from = sample().client("A", json!({"clientName": "A"}));
    assert_eq!(
        status(
            &plan(&from, &sample().client("a", json!({"clientName": "a"}))),
            "client:A"
        ),
        "Add"
    );
}

#[test]
fn a_new_client_must_not_have_the_name_of_another_one() {
    let from = sample().client("a", json!({"clientName": "same"}));
    let plan = plan(&from, &sample().client("b", json!({"clientName": "same"})));
    assert_eq!(status(&plan, "client:a"), "Cannot add: name-taken");
    assert_eq!(
        message(&plan, "client:a"),
        "name 'same' belongs to client 'b' in the target"
    );
}

#[test]
fn a_new_client_must_not_have_the_alias_of_another_one() {
    let from = sample().client("a", json!({"clientAlias": "same"}));
    let plan = plan(&from, &sample().client("b", json!({"clientAlias": "same"})));
    assert_eq!(status(&plan, "client:a"), "Cannot add: alias-taken");
}

#[test]
fn a_covered_client_must_not_take_the_name_of_another_one() {
    let from = sample().client("a", json!({"clientName": "same"}));
    let to = sample()
        .client("a", json!({}))
        .client("b", json!({"clientName": "same"}));
    assert_eq!(
        status(&plan(&from, &to), "client:a"),
        "Cannot cover: name-taken"
    );
}

#[test]
fn a_covered_client_must_not_take_the_alias_of_another_one() {
    let from = sample().client("a", json!({"clientAlias": "same"}));
    let to = sample()
        .client("a", json!({}))
        .client("b", json!({"clientAlias": "same"}));
    assert_eq!(
        status(&plan(&from, &to), "client:a"),
        "Cannot cover: alias-taken"
    );
}

#[test]
fn a_name_is_taken_where_two_clients_of_the_target_have_it() {
    let to = sample()
        .client("a", json!({"clientAlias": "same"}))
        .client("b", json!({"clientAlias": "same"}));
    let plan = plan(&to.clone().change("tsmpClientList", only("a")), &to);
    assert_eq!(
        status(&plan, "client:a"),
        "Cannot cover unchanged: alias-taken"
    );
}

/// Renames the clients other than one out of the way.
fn only(id: &'static str) -> impl Fn(&mut serde_json::Map<String, Value>) {
    move |row| {
        if row["clientId"] != id {
            row.insert("clientId".to_owned(), json!("z"));
            row.insert("clientAlias".to_owned(), json!("other"));
        }
    }
}

#[test]
fn an_empty_alias_belongs_to_nobody() {
    let from = sample()
        .client("a", json!({"clientAlias": ""}))
        .client("b", json!({"clientAlias": ""}));
    let plan = plan(&from, &sample().client("c", json!({"clientAlias": ""})));
    assert_eq!(status(&plan, "client:a"), "Add");
}

#[test]
fn a_name_and_an_alias_are_two_things_and_case_counts() {
    let from = sample().client("a", json!({"clientName": "one", "clientAlias": "TWO"}));
    let to = sample().client("b", json!({"clientName": "two", "clientAlias": "one"}));
    assert_eq!(status(&plan(&from, &to), "client:a"), "Add");
}

#[test]
fn names_that_clash_inside_the_file_block_both_clients() {
    let from = sample()
        .client("a", json!({"clientAlias": "same"}))
        .client("b", json!({"clientAlias": "same"}))
        .client("c", json!({"clientName": "n"}))
        .client("d", json!({"clientName": "n"}));
    let plan = plan(&from, &sample().client("b", json!({})));
    assert_eq!(status(&plan, "client:a"), "Cannot add: duplicate-in-file");
    assert_eq!(status(&plan, "client:b"), "Cannot cover: duplicate-in-file");
    assert_eq!(status(&plan, "client:c"), "Cannot add: duplicate-in-file");
    assert_eq!(status(&plan, "client:d"), "Cannot add: duplicate-in-file");
}

#[test]
fn an_identity_that_stands_twice_blocks_both_rows() {
    let from = sample()
        .client("a", json!({}))
        .client("a", json!({"clientName": "other"}));
    let plan = plan(&from, &sample());
    let statuses: Vec<_> = plan
        .entries()
        .iter()
        .filter(|entry| &*entry.item.id.key == "a")
        .collect();
    assert_eq!(statuses.len(), 2);
    for entry in statuses {
        assert_eq!(entry.verdict.reasons[0].code, "duplicate-in-file");
    }
}

#[test]
fn a_client_whose_level_differs_cannot_be_covered() {
    let from = sample()
        .level("A", "A")
        .client("a", json!({"securityLevelId": "A"}));
    let plan = plan(&from, &sample().level("A", "A").client("a", json!({})));
    assert_eq!(
        status(&plan, "client:a"),
        "Cannot cover: security-level-differs"
    );
}

#[test]
fn a_level_that_differs_in_case_alone_is_the_same() {
    let levels = sample().level("Gold", "G").level("GOLD", "G2");
    let from = levels
        .clone()
        .client("a", json!({"securityLevelId": "GOLD"}));
    let plan = plan(
        &from,
        &levels.client("a", json!({"securityLevelId": "Gold"})),
    );
    assert_eq!(status(&plan, "client:a"), "Repeat");
}

#[test]
fn a_client_without_a_level_on_either_side_cannot_be_covered() {
    let none = sample().client("a", json!({"securityLevelId": null}));
    let some = sample().client("a", json!({}));
    assert_eq!(
        status(&plan(&none, &some), "client:a"),
        "Cannot cover: security-level-differs"
    );
    assert_eq!(
        status(&plan(&some, &none), "client:a"),
        "Cannot cover: security-level-differs"
    );
    let changed = none.clone().host(1, "a", "h", "1.1.1.1");
    assert_eq!(
        status(&plan(&changed, &none), "client:a"),
        "Cannot cover: security-level-differs"
    );
}

#[test]
fn a_client_without_a_level_is_unchanged_where_nothing_differs() {
    let none = sample().client("a", json!({"securityLevelId": null}));
    assert_eq!(status(&plan(&none, &none), "client:a"), "Repeat unchanged");
}

#[test]
fn a_new_client_may_have_any_level_or_none() {
    let from = sample().client("a", json!({"securityLevelId": null}));
    assert_eq!(status(&plan(&from, &sample()), "client:a"), "Add");
}

#[test]
fn a_host_that_matches_two_of_the_client_cannot_be_distinguished() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.2");
    let to = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.1")
        .host(2, "a", "two", "10.0.0.2");
    assert_eq!(
        status(&plan(&from, &to), "client:a"),
        "Cannot cover: host-ambiguous"
    );
}

#[test]
fn two_hosts_that_match_the_same_one_clash() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.9")
        .host(2, "a", "two", "10.0.0.1");
    let to = sample()
        .client("a", json!({}))
        .host(1, "a", "ONE", "10.0.0.1");
    assert_eq!(
        status(&plan(&from, &to), "client:a"),
        "Cannot cover: host-clash"
    );
}

#[test]
fn two_hosts_of_the_file_with_one_name_or_one_ip_clash() {
    for (name, ip) in [("ONÉ", "10.0.0.2"), ("two", "FD00::1")] {
        let from = sample()
            .client("a", json!({}))
            .host(1, "a", "oné", "fd00::1")
            .host(2, "a", name, ip);
        assert_eq!(
            status(&plan(&from, &sample()), "client:a"),
            "Cannot add: host-clash",
            "{name} {ip}"
        );
    }
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.1")
        .host(2, "a", "two", "10.0.0.2");
    assert_eq!(status(&plan(&from, &sample()), "client:a"), "Add");
}

#[test]
fn leftover_hosts_of_an_absent_client_that_cannot_be_reported_apart_block_it_too() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.2");
    let to = sample()
        .host(1, "a", "one", "10.0.0.1")
        .host(2, "a", "two", "10.0.0.2");
    assert_eq!(
        status(&plan(&from, &to), "client:a"),
        "Cannot add: host-ambiguous"
    );
}

#[test]
fn the_hosts_of_another_client_do_not_matter() {
    let from = sample()
        .client("a", json!({}))
        .host(1, "a", "one", "10.0.0.2");
    let to = sample()
        .client("a", json!({}))
        .client("b", json!({}))
        .host(1, "b", "one", "10.0.0.1")
        .host(2, "b", "two", "10.0.0.2");
    assert_eq!(status(&plan(&from, &to), "client:a"), "Repeat");
}

// ---- what belongs to one client

#[test]
fn a_key_or_idp_row_of_another_client_is_not_taken_from_it() {
    type Give = fn(Sample, &str) -> Sample;
    let own: [(&str, Give); 6] = [
        ("an X-API key", |sample, client| {
            sample.x_key(1, client, "EN", json!({}))
        }),
        ("a DGRK key", |sample, client| {
            sample.open_key(1, client, "key", json!({}))
        }),
        ("an OAuth 2.0 IdP row", |sample, client| {
            sample.idp_o(1, client, "GOOGLE", json!({}))
        }),
        ("an LDAP IdP row", |sample, client| {
            sample.idp_l(1, client, json!({}))
        }),
        ("an API IdP row", |sample, client| {
            sample.idp_a(1, client, json!({}))
        }),
        ("a JDBC IdP row", |sample, client| {
            sample
                .connection("c", json!({}))
                .idp_jdbc(1, client, "c", json!({}))
        }),
    ];
    for (what, give) in own {
        let both = |sample: Sample| sample.client("a", json!({})).client("b", json!({}));
        let to = give(both(sample()), "b");
        let covered = plan(&give(both(sample()), "a"), &to);
        assert_eq!(
            status(&covered, "client:a"),
            "Cannot cover: key-taken",
            "{what}"
        );
        let described = message(&covered, "client:a");
        assert!(
            described.contains(what) && described.contains("'a'") && described.contains("'b'"),
            "{described}"
        );
        let added = plan(
            &give(sample().client("a", json!({})), "a"),
            &give(sample().client("b", json!({})), "b"),
        );
        assert_eq!(
            status(&added, "client:a"),
            "Cannot add: key-taken",
            "{what}"
        );
    }
}

#[test]
fn a_key_of_two_clients_of_the_file_blocks_both() {
    let from = sample()
        .client("a", json!({}))
        .client("b", json!({}))
        .open_key(1, "a", "key", json!({}))
        .open_key(2, "b", "key", json!({}));
    let plan = plan(&from, &sample());
    assert_eq!(status(&plan, "client:a"), "Cannot add: duplicate-in-file");
    assert_eq!(status(&plan, "client:b"), "Cannot add: duplicate-in-file");
}

#[test]
fn a_key_that_stands_twice_with_its_client_blocks_it() {
    let from = sample()
        .client("a", json!({}))
        .x_key(1, "a", "EN", json!({}))
        .x_key(2, "a", "EN", json!({}));
    assert_eq!(
        status(&plan(&from, &sample()), "client:a"),
        "Cannot add: duplicate-in-file"
    );
}

// ---- groups

#[test]
fn a_group_is_matched_by_its_name_among_plain_ones() {
    let from = sample().group("7", "g", json!({}));
    assert_eq!(
        status(
            &plan(&from, &sample().group("9", "g", json!({}))),
            "group:g"
        ),
        "Repeat unchanged"
    );
    let hidden =
        sample()
            .scope("1", "s", json!({}))
            .hidden("9", "1", ("m", "k"), json!({"groupName": "g"}));
    assert_eq!(status(&plan(&from, &hidden), "group:g"), "Add");
}

#[test]
fn a_group_must_not_take_the_alias_of_another_plain_one() {
    let from = sample().group("1", "g", json!({"groupAlias": "same"}));
    let other = sample().group("2", "h", json!({"groupAlias": "same"}));
    assert_eq!(
        status(&plan(&from, &other), "group:g"),
        "Cannot add: alias-taken"
    );
    let to = other.group("1", "g", json!({}));
    assert_eq!(
        status(&plan(&from, &to), "group:g"),
        "Cannot cover: alias-taken"
    );
}

#[test]
fn the_alias_of_a_hidden_group_is_free() {
    let from = sample().group("1", "g", json!({"groupAlias": "same"}));
    let to = sample().scope("1", "s", json!({})).hidden(
        "9",
        "1",
        ("m", "k"),
        json!({"groupAlias": "same"}),
    );
    assert_eq!(status(&plan(&from, &to), "group:g"), "Add");
}

#[test]
fn groups_that_clash_inside_the_file_are_blocked() {
    let from = sample()
        .group("1", "g", json!({"groupAlias": "same"}))
        .group("2", "h", json!({"groupAlias": "same"}))
        .group("3", "twice", json!({}))
        .group("4", "twice", json!({}));
    let plan = plan(&from, &sample());
    for item in ["group:g", "group:h", "group:twice"] {
        assert_eq!(status(&plan, item), "Cannot add: duplicate-in-file");
    }
}

#[test]
fn a_group_with_an_unknown_flag_is_blocked_and_not_lost() {
    for flag in [json!(null), json!("2"), json!("")] {
        let from = sample()
            .client("a", json!({}))
            .group("1", "g", json!({"vgroupFlag": flag}))
            .client_group("a", "1");
        let plan = plan(&from, &sample());
        assert!(
            status(&plan, "group:g").starts_with("Cannot add: "),
            "{flag}: {}",
            status(&plan, "group:g")
        );
        assert_eq!(
            status(&plan, "client:a"),
            "Cannot add: prerequisite-blocked",
            "{flag}"
        );
    }
}

// ---- scopes

#[test]
fn a_scope_is_matched_by_its_name() {
    let from = sample().scope("7", "s", json!({}));
    assert_eq!(status(&plan(&from, &sample()), "scope:s"), "Add");
    assert_eq!(
        status(
            &plan(&from, &sample().scope("9", "s", json!({}))),
            "scope:s"
        ),
        "Repeat unchanged"
    );
}

#[test]
fn a_scope_must_not_take_the_alias_of_another_one() {
    let from = sample().scope("1", "s", json!({"vgroupAlias": "same"}));
    let other = sample().scope("2", "t", json!({"vgroupAlias": "same"}));
    assert_eq!(
        status(&plan(&from, &other), "scope:s"),
        "Cannot add: alias-taken"
    );
    assert_eq!(
        status(&plan(&from, &other.scope("1", "s", json!({}))), "scope:s"),
        "Cannot cover: alias-taken"
    );
}

#[test]
fn scopes_that_clash_inside_the_file_are_blocked() {
    let from = sample()
        .scope("1", "s", json!({"vgroupAlias": "same"}))
        .scope("2", "t", json!({"vgroupAlias": "same"}))
        .scope("3", "twice", json!({}))
        .scope("4", "twice", json!({}));
    let plan = plan(&from, &sample());
    for item in ["scope:s", "scope:t", "scope:twice"] {
        assert_eq!(status(&plan, item), "Cannot add: duplicate-in-file");
    }
}

/// Returns the API with a number.
pub(super) fn numbered(index: usize) -> Api {
    ("m", format!("k{index:03}").leak())
}

/// Gives a scope these APIs.
pub(super) fn scope_of(sample: Sample, id: &str, apis: std::ops::Range<usize>) -> Sample {
    apis.fold(sample, |sample, index| {
        sample.hidden(&format!("{id}{index:03}"), id, numbered(index), json!({}))
    })
}

pub(super) fn with_apis(sample: Sample, max: usize) -> Sample {
    (0..max).fold(sample, |sample, index| sample.api(numbered(index)))
}

#[test]
fn a_new_scope_has_at_most_186_apis() {
    let to = with_apis(sample(), 200);
    let with = |count| scope_of(sample().scope("1", "s", json!({})), "1", 0..count);
    assert_eq!(status(&plan(&with(186), &to), "scope:s"), "Add");
    assert_eq!(
        status(&plan(&with(187), &to), "scope:s"),
        "Cannot add: too-many-apis"
    );
}

#[test]
fn missing_apis_do_not_count_against_a_scope() {
    let from = scope_of(sample().scope("1", "s", json!({})), "1", 0..187);
    assert_eq!(
        status(&plan(&from, &with_apis(sample(), 186)), "scope:s"),
        "Add"
    );
}

#[test]
fn a_covered_scope_has_at_most_186_apis_of_both_sides() {
    let to = scope_of(
        with_apis(sample(), 200).scope("1", "s", json!({})),
        "1",
        0..100,
    );
    let with = |apis| scope_of(sample().scope("2", "s", json!({})), "2", apis);
    assert_eq!(status(&plan(&with(50..186), &to), "scope:s"), "Repeat");
    assert_eq!(
        status(&plan(&with(50..187), &to), "scope:s"),
        "Cannot cover: too-many-apis"
    );
}

// ---- authentication types, security levels, connections

#[test]
fn an_authentication_type_must_not_take_the_name_of_another_one() {
    let from = sample().authentication("A", "same");
    let other = sample().authentication("B", "same");
    assert_eq!(status(&plan(&from, &sample()), "authentication:A"), "Add");
    assert_eq!(
        status(&plan(&from, &other), "authentication:A"),
        "Cannot add: name-taken"
    );
    let to = other.authentication("A", "old");
    assert_eq!(
        status(&plan(&from, &to), "authentication:A"),
        "Cannot cover: name-taken"
    );
}

#[test]
fn a_security_level_must_not_take_the_name_of_another_one() {
    let from = sample().level("A", "same");
    let other = sample().level("B", "same");
    assert_eq!(status(&plan(&from, &sample()), "security-level:A"), "Add");
    assert_eq!(
        status(&plan(&from, &other), "security-level:A"),
        "Cannot add: name-taken"
    );
    assert_eq!(
        status(&plan(&from, &other.level("A", "old")), "security-level:A"),
        "Cannot cover: name-taken"
    );
}

#[test]
fn a_connection_is_never_blocked_by_another_one() {
    let from = sample()
        .connection("c", json!({}))
        .connection("d", json!({"userName": "v"}));
    let plan = plan(&from, &sample().connection("d", json!({})));
    assert_eq!(status(&plan, "rdb-connection:c"), "Add");
    assert_eq!(status(&plan, "rdb-connection:d"), "Repeat");
}

#[test]
fn names_of_simple_kinds_that_clash_inside_the_file_are_blocked() {
    let from = sample()
        .authentication("A", "same")
        .authentication("B", "same")
        .level("C", "n")
        .level("D", "n")
        .connection("c", json!({}))
        .connection("c", json!({}));
    let plan = plan(&from, &sample());
    for item in [
        "authentication:A",
        "authentication:B",
        "security-level:C",
        "security-level:D",
        "rdb-connection:c",
    ] {
        assert_eq!(
            status(&plan, item),
            "Cannot add: duplicate-in-file",
            "{item}"
        );
    }
}

// ---- warnings

#[test]
fn the_built_in_client_and_group_deserve_a_warning_where_they_differ() {
    let admin = |tps| sample().client("YWRtaW5Db25zb2xl", json!({"tps": tps}));
    let same = plan(&admin(1), &admin(1));
    assert_eq!(warnings(&same, "client:YWRtaW5Db25zb2xl"), [""; 0]);
    assert_eq!(
        warnings(&plan(&admin(2), &admin(1)), "client:YWRtaW5Db25zb2xl"),
        ["built-in"]
    );
    let group = |desc| sample().group("1000", "SMS", json!({"groupDesc": desc}));
    assert_eq!(
        warnings(&plan(&group("a"), &group("b")), "group:SMS"),
        ["built-in"]
    );
    assert_eq!(
        warnings(&plan(&group("a"), &group("a")), "group:SMS"),
        [""; 0]
    );
}

#[test]
fn a_covered_scope_reports_how_many_other_clients_do_not_get_its_new_apis() {
    let from = sample()
        .client("a", json!({}))
        .scope("1", "s", json!({}))
        .hidden("2", "1", ("m", "new"), json!({}))
        .client_scope("a", "1");
    let to = sample()
        .api(("m", "new"))
        .client("a", json!({}))
        .client("b", json!({}))
        .client("c", json!({}))
        .scope("9", "s", json!({}))
        .client_scope("a", "9");
    assert_eq!(warnings(&plan(&from, &to), "scope:s"), [""; 0]);
    let held = plan(&from, &to.client_scope("b", "9").client_scope("c", "9"));
    assert_eq!(warnings(&held, "scope:s"), ["other-holders"]);
    let described = &entry(&held, "scope:s").warnings[0].message;
    assert!(
        described.starts_with("assigned to 2 other clients"),
        "{described}"
    );
}

#[test]
fn a_covered_scope_without_new_apis_reports_whom_else_it_changes_and_names_three() {
    let scope = |alias| sample().scope("1", "s", json!({"vgroupAlias": alias}));
    let held = |count: usize| {
        ["e", "d", "c", "b"]
            .into_iter()
            .take(count)
            .fold(scope("old"), |sample, client| {
                sample.client(client, json!({})).client_scope(client, "1")
            })
    };
    let describe = |count| {
        let plan = plan(&scope("new"), &held(count));
        entry(&plan, "scope:s")
            .warnings
            .iter()
            .map(|described| described.message.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(describe(0), [""; 0]);
    assert_eq!(
        describe(1),
        ["assigned to 1 other client (e); covering it changes what it gives it"]
    );
    assert_eq!(
        describe(4),
        [
            "assigned to 4 other clients (b, c, d and 1 more); covering it changes what it gives them"
        ]
    );
    let same = plan(&scope("old"), &held(4));
    assert_eq!(
        warnings(&same, "scope:s"),
        [""; 0],
        "covering it changes nothing"
    );
}

#[test]
fn what_digirunner_comes_with_deserves_a_warning_of_what_covering_does() {
    let describe = |from: &Sample, to: &Sample, item: &str| {
        let plan = plan(from, to);
        entry(&plan, item)
            .warnings
            .iter()
            .map(|described| described.message.clone())
            .collect::<Vec<_>>()
    };
    let connection =
        |user: &str| sample().connection("APIM-default-DB", json!({"userName": user, "mima": "x"}));
    assert_eq!(
        describe(
            &connection("a"),
            &connection("b"),
            "rdb-connection:APIM-default-DB"
        ),
        ["is built into digiRunner: covering it changes how the gateway reaches its own database"]
    );
    assert_eq!(
        describe(
            &connection("a"),
            &connection("a"),
            "rdb-connection:APIM-default-DB"
        ),
        [""; 0]
    );
    assert_eq!(
        describe(
            &connection("a"),
            &sample(),
            "rdb-connection:APIM-default-DB"
        ),
        [""; 0],
        "it is added"
    );
    // The group is known by its id in the target, whatever it is called there.
    let group = |id: &str, text: &str| sample().group(id, "renamed", json!({"groupDesc": text}));
    assert_eq!(
        describe(&group("7", "a"), &group("1000", "b"), "group:renamed"),
        ["is built into digiRunner: covering it changes the admin console's own access"]
    );
    assert_eq!(
        describe(&group("1000", "a"), &group("7", "b"), "group:renamed"),
        [""; 0]
    );
    let blocked = sample().client("DpClient", json!({"clientAlias": "taken", "tps": 1}));
    let to = sample()
        .client("DpClient", json!({}))
        .client("other", json!({"clientAlias": "taken"}));
    assert_eq!(
        describe(&blocked, &to, "client:DpClient"),
        [""; 0],
        "it cannot be covered"
    );
}

#[test]
fn covering_reports_what_becomes_of_a_client_that_the_gateway_refuses() {
    let client = |status: &str, failed: i64, tps: i64| {
        sample().client(
            "a",
            json!({"clientStatus": status, "pwdFailTimes": failed, "tps": tps}),
        )
    };
    for (there, wanted, failed, message) in [
        (
            "3",
            "1",
            3,
            "is locked in the target; covering it unlocks it and keeps its 3 failed logins",
        ),
        (
            "3",
            "1",
            0,
            "is locked in the target; covering it unlocks it",
        ),
        (
            "3",
            "2",
            3,
            "is locked in the target; covering it disables it",
        ),
        (
            "3",
            "3",
            3,
            "is locked in the target; covering it leaves it locked",
        ),
        (
            "2",
            "1",
            3,
            "is disabled in the target; covering it enables it",
        ),
        (
            "2",
            "2",
            0,
            "is disabled in the target; covering it leaves it disabled",
        ),
        ("1", "3", 0, "is active in the target; covering it locks it"),
        (
            "1",
            "2",
            0,
            "is active in the target; covering it disables it",
        ),
        ("1", "1", 2, ""),
    ] {
        let plan = plan(&client(wanted, 0, 1), &client(there, failed, 2));
        let described: Vec<&str> = entry(&plan, "client:a")
            .warnings
            .iter()
            .map(|described| described.message.as_str())
            .collect();
        assert_eq!(
            described,
            Vec::from_iter((!message.is_empty()).then_some(message)),
            "{there} {wanted}"
        );
    }
    let same = plan(&client("3", 0, 1), &client("3", 3, 1));
    assert_eq!(
        warnings(&same, "client:a"),
        [""; 0],
        "covering it changes nothing"
    );
    let new = plan(&client("3", 0, 1), &sample());
    assert_eq!(warnings(&new, "client:a"), [""; 0], "it is added");
}

#[test]
fn an_added_item_that_looks_like_one_of_the_target_is_reported() {
    let from = sample()
        .client("gate", json!({}))
        .client("GATE", json!({}))
        .client("mobile\u{200b}", json!({}))
        .group("1", " readers", json!({}))
        .scope("2", "\u{440}ay", json!({"vgroupAlias": "Payments"}))
        .level("A", "Inner")
        .connection("Db", json!({}));
    let to = sample()
        .client("gate", json!({}))
        .client("mobile", json!({}))
        .group("5", "readers", json!({}))
        .scope("6", "pay", json!({}))
        .level("B", "inner ")
        .connection("db", json!({}));
    let plan = plan(&from, &to);
    let described: Vec<(String, &str)> = plan
        .entries()
        .iter()
        .flat_map(|entry| &entry.warnings)
        .filter(|warning| warning.code == "look-alike")
        .map(|warning| {
            (
                warning.item.as_ref().unwrap().to_string(),
                warning.message.as_str(),
            )
        })
        .collect();
    let wanted = [
        ("client:GATE", "looks like client 'gate' of the target"),
        (
            "client:mobile\u{200b}",
            "looks like client 'mobile' of the target",
        ),
        ("group: readers", "looks like group 'readers' of the target"),
        ("scope:\u{440}ay", "looks like scope 'pay' of the target"),
        (
            "security-level:A",
            "its name looks like 'inner ', the name of security-level 'B' of the target",
        ),
        (
            "rdb-connection:Db",
            "looks like rdb-connection 'db' of the target",
        ),
    ];
    assert_eq!(
        described,
        wanted.map(|(item, message)| (item.to_owned(), message))
    );
    assert_eq!(status(&plan, "client:GATE"), "Add", "it may be meant");
}

#[test]
fn an_encrypted_password_that_would_be_written_deserves_a_warning() {
    let with = |mima: &str| sample().connection("c", json!({"mima": mima}));
    let warned = |from: &str, to: Option<&str>| {
        let to = to.map_or_else(sample, with);
        warnings(&plan(&with(from), &to), "rdb-connection:c")
    };
    assert_eq!(warned("ENC(a)", None), ["foreign-encryption"]);
    assert_eq!(warned("ENC(a)", Some("ENC(b)")), ["foreign-encryption"]);
    assert_eq!(warned("ENC(a)", Some("ENC(a)")), [""; 0]);
    assert_eq!(warned("plain", None), [""; 0]);
}

#[test]
fn leftover_rows_of_an_absent_client_are_reported_by_table() {
    let from = sample().client("a", json!({}));
    let to = sample().clientext("a", 1, json!({})).client_group("a", "5");
    let plan = plan(&from, &to);
    assert_eq!(status(&plan, "client:a"), "Add");
    assert_eq!(warnings(&plan, "client:a"), ["leftover-rows"]);
    let described = &entry(&plan, "client:a").warnings[0].message;
    assert!(
        described.contains("tsmp_dp_clientext, tsmp_client_group"),
        "{described}"
    );
}

#[test]
fn an_x_api_key_without_maps_is_imported_with_a_warning() {
    let plan = plan(
        &sample()
            .client("a", json!({}))
            .x_key(1, "a", "EN", json!({})),
        &sample(),
    );
    assert_eq!(status(&plan, "client:a"), "Add");
    assert_eq!(warnings(&plan, "client:a"), ["key-without-maps"]);
}

#[test]
fn maps_that_name_nothing_known_are_skipped_with_a_warning() {
    let from = sample()
        .client("a", json!({}))
        .x_key(1, "a", "EN", json!({}))
        .x_map(1, 1, "404")
        .open_key(2, "a", "key", json!({}))
        .open_map(1, 2, "no-such-uid");
    let plan = plan(&from, &sample());
    assert_eq!(status(&plan, "client:a"), "Add");
    assert_eq!(warnings(&plan, "client:a"), ["map-skipped", "map-skipped"]);
}

#[test]
fn a_link_to_a_group_that_the_file_does_not_hold_blocks_the_client() {
    let plan = plan(
        &sample().client("a", json!({})).client_group("a", "404"),
        &sample(),
    );
    assert_eq!(status(&plan, "client:a"), "Cannot add: broken-reference");
    let described = message(&plan, "client:a");
    assert!(
        described.contains("/importClientRelated/tsmpClientGroupList/0"),
        "{described}"
    );
}
