//! The file that is written: its form, what is left out of it, and what chosen clients need.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::export::export;
use super::super::tables::{epoch_millis, local_day};
use super::sample::{LISTS, Sample, sample};
use super::{id, target, time};
use crate::platform::{Export, MissingRoots};
use crate::store::Zone;

const FIELDS: &str = include_str!("../../../../fixtures/digirunner/fields.csv");

/// Exports everything, or some clients.
fn exported(source: &Sample, clients: &[&str]) -> Export {
    let roots: Vec<_> = clients
        .iter()
        .map(|client| id(&format!("client:{client}")))
        .collect();
    export(&target(source), &roots).unwrap()
}

fn lists(export: &Export) -> Map<String, Value> {
    let root: Value = serde_json::from_slice(&export.bytes).unwrap();
    root["importClientRelated"].as_object().unwrap().clone()
}

/// Returns the lists that have rows, each row as its values joined, without nulls.
fn describe(export: &Export, lists_of: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
    let lists = lists(export);
    let key = |list: &str| {
        lists_of
            .iter()
            .find(|(name, _)| *name == list)
            .map(|(_, key)| *key)
    };
    let some = lists
        .iter()
        .filter(|(_, rows)| !rows.as_array().unwrap().is_empty());
    some.map(|(list, rows)| {
        let key = key(list).unwrap_or_else(|| panic!("{list} has rows"));
        let row = |row: &Value| {
            key.split(' ')
                .map(|part| row[part].to_string().replace('"', ""))
                .collect::<Vec<_>>()
                .join(" ")
        };
        (
            list.clone(),
            rows.as_array().unwrap().iter().map(row).collect(),
        )
    })
    .collect()
}

fn findings(export: &Export) -> Vec<&str> {
    export
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect()
}

/// The properties of a list, in the product's order.
fn properties(list: &str) -> Vec<String> {
    let records = csv::Reader::from_reader(FIELDS.as_bytes())
        .into_records()
        .map(Result::unwrap);
    records
        .filter(|record| &record[0] == list)
        .map(|record| record[1].to_owned())
        .collect()
}

/// Tables with one row in each list, which has a value in each column.
fn full() -> Sample {
    let records = csv::Reader::from_reader(FIELDS.as_bytes())
        .into_records()
        .map(Result::unwrap);
    let mut rows: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for record in records.filter(|record| &record[0] != "dgrApikeyUseApiList") {
        let (list, property, ty) = (&record[0], &record[1], &record[2]);
        let value = match (property, ty) {
            // What rows refer to each other by.
            ("vgroupFlag", _) => json!("1"),
            ("refApiUid", _) => json!("uid-m-k"),
            ("moduleName", _) => json!("m"),
            ("apiKey", _) if list == "tsmpGroupApiList" => json!("k"),
            ("clientId" | "groupId" | "vgroupId" | "securityLevelId" | "connectionName", _) => {
                json!("1")
            }
            ("groupAuthoritieId" | "vgroupAuthoritieId", _) => json!("1"),
            (_, "Date") => json!("2024-02-29 10:30:00"),
            ("resubmitDateTimeForLongTime", _) => json!(null),
            (_, "String") => json!(format!("{property} of {list}")),
            _ => json!(7),
        };
        rows.entry(list.to_owned())
            .or_default()
            .insert(property.to_owned(), value);
    }
    let lists = LISTS
        .iter()
        .filter_map(|list| Some((*list, rows.remove(*list)?)));
    lists
        .fold(Sample::default(), |sample, (list, row)| {
            sample.row(list, Value::Object(row))
        })
        .api(("m", "k"))
}

#[test]
fn every_list_has_every_property_in_the_products_order() {
    let export = exported(&full(), &[]);
    let text = String::from_utf8(export.bytes.clone()).unwrap();
    let mut names: Vec<String> = vec!["importClientRelated".to_owned()];
    for list in LISTS {
        names.push(list.to_owned());
        names.extend(properties(list));
    }
    // The 25th list is no table, and not among the fields.
    names.extend(["apiUid", "moduleName", "apiId"].map(str::to_owned));
    names.push("analyzeClientRelated".to_owned());
    let written: Vec<String> = text
        .lines()
        .filter_map(|line| Some(line.split_once(" : ")?.0.trim().replace('"', "")))
        .collect();
    assert_eq!(written, names);
    assert!(
        text.ends_with("    } ]\n  },\n  \"analyzeClientRelated\" : null\n}\n"),
        "{text}"
    );
    assert!(findings(&export).is_empty(), "{:?}", findings(&export));
}

/// Lists of the sample export in which every row refers to something.
#[test]
fn a_list_is_written_as_the_product_writes_it_to_the_byte() {
    let sample = super::super::DEMO.file;
    let file = super::super::file::read(sample.as_bytes()).unwrap();
    let written = String::from_utf8(export(&file.tables, &[]).unwrap().bytes).unwrap();
    for (list, next) in [
        ("oauthClientDetailsList", "tsmpDpClientextList"),
        ("dgrXApiKeyList", "dgrXApiKeyMapList"),
        ("tsmpGroupAuthoritiesList", "tsmpGroupAuthoritiesMapList"),
        ("tsmpSecurityLevelList", "dpAppList"),
        ("dpAppList", "tsmpOpenApiKeyList"),
        ("dgrGtwIdpInfoOList", "dgrGtwIdpInfoLList"),
        ("dgrRdbConnectionList", "dgrApikeyUseApiList"),
    ] {
        let lines = |text: &str| -> Vec<String> {
            let is = |list| move |line: &&str| !line.starts_with(&format!("    \"{list}\" : ["));
            text.lines()
                .skip_while(is(list))
                .take_while(is(next))
                .map(str::to_owned)
                .collect()
        };
        let wanted = lines(sample);
        assert!(wanted.len() > 3, "{list}");
        assert_eq!(lines(&written), wanted, "{list}");
    }
    assert_eq!(written.lines().next_back(), sample.lines().next_back());
}

#[test]
fn audit_fields_are_nulled_the_version_is_one_and_all_else_is_as_it_is() {
    let source = full();
    let lists = lists(&exported(&source, &[]));
    for list in LISTS.iter().filter(|list| **list != "dgrApikeyUseApiList") {
        let stored = &source.rows(list)[0];
        for property in properties(list) {
            let wanted = match property.as_str() {
                "createTime" | "updateTime" | "createDateTime" | "updateDateTime"
                | "createUser" | "updateUser" | "resubmitDateTime" => json!(null),
                "version" => json!(1),
                "resubmitDateTimeForLongTime" => {
                    json!(epoch_millis(time("2024-02-29 10:30:00"), Zone::UTC))
                }
                same => stored[same].clone(),
            };
            assert_eq!(lists[*list][0][&property], wanted, "{list} {property}");
        }
    }
    assert_eq!(
        lists["dgrApikeyUseApiList"],
        json!([{"apiUid": "uid-m-k", "moduleName": "m", "apiId": "k"}])
    );
}

#[test]
fn an_empty_target_gives_all_lists_empty() {
    let export = exported(&Sample::default(), &[]);
    let lines: Vec<String> = LISTS
        .iter()
        .map(|list| format!("    \"{list}\" : [ ]"))
        .collect();
    let text = format!(
        "{{\n  \"importClientRelated\" : {{\n{}\n  }},\n  \"analyzeClientRelated\" : null\n}}\n",
        lines.join(",\n")
    );
    assert_eq!(String::from_utf8(export.bytes).unwrap(), text);
}

#[test]
fn what_is_exported_is_read_without_a_remark() {
    let file = super::super::file::read(&exported(&full(), &[]).bytes).unwrap();
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    assert_eq!(file.tables.api_use.len(), 1);
}

#[test]
fn the_apis_of_dgrk_keys_are_listed_once_each_in_the_order_of_the_maps() {
    let source = sample()
        .apis(&[("m", "unused"), ("m", "b"), ("m", "a")])
        .client("c", json!({}))
        .open_key(1, "c", "one", json!({}))
        .open_key(2, "c", "two", json!({}))
        .open_map(1, 1, "uid-m-a")
        .open_map(2, 2, "uid-m-b")
        .open_map(3, 2, "uid-m-a");
    let described = describe(&exported(&source, &[]), &ALL);
    assert_eq!(
        described["dgrApikeyUseApiList"],
        ["uid-m-a m a", "uid-m-b m b"]
    );
}

/// What distinguishes the rows of a list.
const ALL: [(&str, &str); 25] = [
    ("tsmpClientList", "clientId"),
    ("tsmpClientHostList", "clientId hostName"),
    ("oauthClientDetailsList", "clientId"),
    ("tsmpDpClientextList", "clientId"),
    ("tsmpGroupList", "groupId"),
    ("tsmpClientGroupList", "clientId groupId"),
    ("tsmpVgroupList", "vgroupId"),
    ("tsmpClientVgroupList", "clientId vgroupId"),
    ("tsmpVgroupGroupList", "vgroupId groupId"),
    ("tsmpGroupApiList", "groupId apiKey"),
    ("dgrXApiKeyList", "clientId apiKeyEn"),
    ("dgrXApiKeyMapList", "refApiKeyId groupId"),
    ("tsmpGroupAuthoritiesList", "groupAuthoritieId"),
    ("tsmpGroupAuthoritiesMapList", "groupId groupAuthoritieId"),
    (
        "tsmpVgroupAuthoritiesMapList",
        "vgroupId vgroupAuthoritieId",
    ),
    ("tsmpSecurityLevelList", "securityLevelId"),
    ("dpAppList", "clientId"),
    ("tsmpOpenApiKeyList", "clientId openApiKey"),
    ("tsmpOpenApiKeyMapList", "refOpenApiKeyId refApiUid"),
    ("dgrGtwIdpInfoOList", "clientId gtwIdpInfoOId"),
    ("dgrGtwIdpInfoLList", "clientId gtwIdpInfoLId"),
    ("dgrGtwIdpInfoAList", "clientId gtwIdpInfoAId"),
    ("dgrGtwIdpInfoJdbcList", "clientId gtwIdpInfoJdbcId"),
    ("dgrRdbConnectionList", "connectionName"),
    ("dgrApikeyUseApiList", "apiUid moduleName apiId"),
];

/// Two clients with one of everything each, and things that are of use to neither.
fn two_clients() -> Sample {
    let one = |sample: Sample, client: &str, index: i64| {
        let id = |tens: i64| (10 * index + tens).to_string();
        let (group, keys, scope, hidden, held) = (id(1), id(2), id(3), id(4), id(5));
        let level = json!({"securityLevelId": format!("L{index}")});
        sample
            .level(&format!("L{index}"), &format!("level {index}"))
            .level(&format!("G{index}"), &format!("level of groups {index}"))
            .authentication(&format!("T{index}"), &format!("type {index}"))
            .authentication(&format!("U{index}"), &format!("another type {index}"))
            .connection(&format!("R{index}"), json!({}))
            .client(client, level.clone())
            .host(index, client, "host", "1.1.1.1")
            .oauth(client, json!({}))
            .clientext(client, index, json!({}))
            .group(
                &group,
                &format!("g{index}"),
                json!({"securityLevelId": format!("G{index}")}),
            )
            .group_api(&group, ("m", "k"), json!({}))
            .group_authentication(&group, &format!("T{index}"))
            .client_group(client, &group)
            // The key may use a group that the client does not hold.
            .group(&keys, &format!("k{index}"), json!({}))
            .scope(&scope, &format!("s{index}"), json!({}))
            .scope_authentication(&scope, &format!("U{index}"))
            .hidden(&hidden, &scope, ("m", "k"), json!({}))
            .hidden(&held, &scope, ("m", "l"), json!({}))
            .client_scope(client, &scope)
            .client_group(client, &held)
            .x_key(index, client, &format!("E{index}"), json!({}))
            .x_map(index, index, &keys)
            .open_key(index, client, &format!("K{index}"), json!({}))
            .open_map(index, index, &format!("uid-m-k{index}"))
            .dp_app(index, client, json!({}))
            .idp_o(index, client, "MS", json!({}))
            .idp_l(index, client, json!({}))
            .idp_a(index, client, json!({}))
            .idp_jdbc(index, client, &format!("R{index}"), json!({}))
    };
    let both = one(one(sample(), "a", 1), "b", 2);
    both.apis(&[("m", "k"), ("m", "l"), ("m", "k1"), ("m", "k2")])
        .group("99", "nobody's", json!({}))
}

#[test]
fn a_client_comes_with_exactly_what_it_needs() {
    let export = exported(&two_clients(), &["a"]);
    let wanted: [(&str, &[&str]); 25] = [
        ("tsmpClientList", &["a"]),
        ("tsmpClientHostList", &["a host"]),
        ("oauthClientDetailsList", &["a"]),
        ("tsmpDpClientextList", &["a"]),
        ("tsmpGroupList", &["11", "12", "14", "15"]),
        ("tsmpClientGroupList", &["a 11", "a 15"]),
        ("tsmpVgroupList", &["13"]),
        ("tsmpClientVgroupList", &["a 13"]),
        ("tsmpVgroupGroupList", &["13 14", "13 15"]),
        ("tsmpGroupApiList", &["11 k", "14 k", "15 l"]),
        ("dgrXApiKeyList", &["a E1"]),
        ("dgrXApiKeyMapList", &["1 12"]),
        ("tsmpGroupAuthoritiesList", &["T1", "U1"]),
        ("tsmpGroupAuthoritiesMapList", &["11 T1"]),
        ("tsmpVgroupAuthoritiesMapList", &["13 U1"]),
        ("tsmpSecurityLevelList", &["SYSTEM", "L1", "G1"]),
        ("dpAppList", &["a"]),
        ("tsmpOpenApiKeyList", &["a K1"]),
        ("tsmpOpenApiKeyMapList", &["1 uid-m-k1"]),
        ("dgrGtwIdpInfoOList", &["a 1"]),
        ("dgrGtwIdpInfoLList", &["a 1"]),
        ("dgrGtwIdpInfoAList", &["a 1"]),
        ("dgrGtwIdpInfoJdbcList", &["a 1"]),
        ("dgrRdbConnectionList", &["R1"]),
        ("dgrApikeyUseApiList", &["uid-m-k1 m k1"]),
    ];
    let wanted: BTreeMap<String, Vec<String>> = wanted
        .iter()
        .map(|(list, rows)| {
            (
                (*list).to_owned(),
                rows.iter().map(|row| (*row).to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(describe(&export, &ALL), wanted);
    let counts: Vec<usize> = export.counts.iter().map(|(_, count)| *count).collect();
    assert_eq!(
        counts,
        [1, 2, 1, 2, 3, 1],
        "clients, groups, scopes, authentications, levels, connections"
    );
    assert!(findings(&export).is_empty(), "{:?}", findings(&export));
}

#[test]
fn chosen_clients_together_are_no_more_than_each_alone() {
    let source = two_clients();
    let both = describe(&exported(&source, &["b", "a"]), &ALL);
    let whole = describe(&exported(&source, &[]), &ALL);
    for (list, rows) in &whole {
        let expected: Vec<&String> = rows.iter().filter(|row| *row != "99").collect();
        assert_eq!(
            both[list].iter().collect::<Vec<_>>(),
            expected,
            "{list}: all but nobody's group"
        );
    }
}

#[test]
fn an_x_api_key_to_a_hidden_group_brings_its_whole_scope() {
    let source = sample()
        .apis(&[("m", "k"), ("m", "l")])
        .client("a", json!({}))
        .scope("1", "s", json!({}))
        .hidden("11", "1", ("m", "k"), json!({}))
        .hidden("12", "1", ("m", "l"), json!({}))
        .x_key(1, "a", "E", json!({}))
        .x_map(1, 1, "12");
    let described = describe(&exported(&source, &["a"]), &ALL);
    assert_eq!(described["tsmpVgroupList"], ["1"]);
    assert_eq!(described["tsmpGroupList"], ["11", "12"]);
    assert!(
        !described.contains_key("tsmpClientVgroupList"),
        "the client holds it no more than before"
    );
}

#[test]
fn rows_that_refer_to_nothing_are_left_out_and_reported() {
    let source = sample()
        .api(("m", "k"))
        .client("a", json!({}))
        .host(1, "nobody", "h", "1.1.1.1")
        .client_group("a", "404")
        .client_group("a", "405")
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({}))
        .group_api("1", ("m", "gone"), json!({}))
        .scope("2", "s", json!({}))
        .hidden("21", "2", ("m", "gone"), json!({}))
        .hidden("22", "no scope", ("m", "k"), json!({}))
        .client_group("a", "21")
        .x_key(1, "a", "E", json!({}))
        .x_map(1, 1, "21")
        .open_key(5, "a", "K", json!({}))
        .open_map(6, 5, "no such uid");
    let export = exported(&source, &[]);
    assert_eq!(
        findings(&export),
        [
            "2 rows of tsmp_group_api are left out: for example groupId '1', apiKey 'gone', moduleName 'm' \
             names an API that is not registered",
            "1 row of tsmp_open_apikey_map is left out: openApiKeyMapId '6' names an API that is not registered",
            "2 rows of tsmp_group are left out: for example groupId '21' is a hidden group without a scope or an API",
            "1 row of tsmp_client_host is left out: hostSeq '1' names a clientId that does not exist",
            "3 rows of tsmp_client_group are left out: for example clientId 'a', groupId '404' names a groupId that does not exist",
            "1 row of tsmp_vgroup_group is left out: vgroupId 'no scope', groupId '22' names a vgroupId that does not exist",
            "1 row of tsmp_vgroup_group is left out: vgroupId '2', groupId '21' names a groupId that does not exist",
            "1 row of tsmp_group_api is left out: groupId '22', apiKey 'k', moduleName 'm' names a groupId that does not exist",
            "the product refuses this file, but gatediff accepts it: client 'a' has no row in tsmp_dp_clientext and in \
             oauth_client_details",
        ]
    );
    let described = describe(&export, &ALL);
    let left = [
        "tsmpClientList",
        "tsmpGroupList",
        "tsmpVgroupList",
        "tsmpGroupApiList",
        "dgrXApiKeyList",
        "dgrXApiKeyMapList",
        "tsmpOpenApiKeyList",
        "tsmpSecurityLevelList",
    ];
    assert!(described.keys().eq(BTreeSet::from(left)), "{described:?}");
    assert_eq!(described["tsmpGroupApiList"], ["1 k"]);
    let file = super::super::file::read(&export.bytes).unwrap();
    let broken = super::integrity::check(&super::Index::new(&file.tables)).findings;
    let described: Vec<&str> = broken
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    let map = "dgrXApiKeyMapList row 0 names groupId '21', which tsmpGroupList does not contain; an import skips it";
    assert_eq!(described, [map]);
}

#[test]
fn what_an_import_is_going_to_miss_is_reported_and_stays() {
    let source = sample()
        .client("a", json!({"securityLevelId": "Z"}))
        .client("b", json!({"securityLevelId": null}))
        .idp_jdbc(1, "a", "nowhere", json!({}));
    let export = exported(&source, &[]);
    assert_eq!(
        findings(&export),
        [
            "1 row of tsmp_client is blocked by an import until that exists: clientId 'a' names a securityLevelId that does not exist (Z)",
            "1 row of dgr_gtw_idp_info_jdbc is blocked by an import until that exists: gtwIdpInfoJdbcId '1' \
             names a connectionName that does not exist (nowhere)",
            "the product refuses this file, but gatediff accepts it: client 'a' has no row in tsmp_dp_clientext and in \
             oauth_client_details",
            "the product refuses this file, but gatediff accepts it: client 'b' has no row in tsmp_dp_clientext and in \
             oauth_client_details",
        ]
    );
    assert_eq!(describe(&export, &ALL)["dgrGtwIdpInfoJdbcList"], ["a 1"]);
}

#[test]
fn what_is_no_client_of_the_target_is_named() {
    let source = target(&sample().client("a", json!({})).group("1", "g", json!({})));
    let roots = ["client:A", "client:a", "group:g"].map(id);
    let missing = export(&source, &roots).err().unwrap();
    assert_eq!(missing, MissingRoots(vec![id("client:A"), id("group:g")]));
}

#[test]
fn a_local_day_travels_as_milliseconds() {
    for (zone, millis) in [
        ("UTC", "1709164800000"),
        ("Asia/Taipei", "1709136000000"),
        ("America/Sao_Paulo", "1709175600000"),
        ("Europe/Berlin", "1709161200000"),
        ("Pacific/Apia", "1709118000000"),
    ] {
        let zone = Zone::named(zone).unwrap();
        let day = time("2024-02-29 00:00:00");
        assert_eq!(epoch_millis(day, zone).as_deref(), Some(millis));
        assert_eq!(local_day(millis, zone), Some(day));
    }
}
