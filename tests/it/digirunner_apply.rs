//! What an import writes: the rows before and after, column by column.
//!
//! Rows that were there before are from 2020 and from `seeder`; `now` is the time of the import.

use gatediff::engine::{Outcome, Refusal};
use serde_json::{Map, Value, json};

use crate::support::sample::{Sample, sample};
use crate::support::site::{BEFORE, OPERATOR, Site, count, cover_all};

/// Returns a row with other cells in some columns.
fn with(row: &Value, cells: Value) -> Value {
    let mut changed = row.as_object().unwrap().clone();
    let Value::Object(cells) = cells else {
        panic!("cells are an object")
    };
    for (column, cell) in cells {
        assert!(
            changed.insert(column.clone(), cell).is_some(),
            "no column {column}"
        );
    }
    Value::Object(changed)
}

/// What a cover does to the audit columns of most tables.
fn covered(row: &Value, version: i64, cells: Value) -> Value {
    let audited = with(
        row,
        json!({"update_date_time": "now", "update_user": OPERATOR, "version": version}),
    );
    with(&audited, cells)
}

// ---- RDB connections

fn connection(word: &str, number: i64) -> Value {
    json!({"jdbcUrl": format!("jdbc:{word}"), "userName": word, "mima": format!("ENC({word})"),
        "maxPoolSize": number, "connectionTimeout": number + 1, "idleTimeout": number + 2,
        "maxLifetime": number + 3, "dataSourceProperty": format!("p={word}")})
}

#[tokio::test]
async fn adds_a_connection() {
    let site = Site::new(&sample()).await;
    site.import(&sample().connection("c", connection("new", 1)))
        .await;
    assert_eq!(
        site.row("dgr_rdb_connection", "true").await,
        json!({"connection_name": "c", "jdbc_url": "jdbc:new", "user_name": "new", "mima": "ENC(new)",
            "max_pool_size": 1, "connection_timeout": 2, "idle_timeout": 3, "max_lifetime": 4,
            "data_source_property": "p=new", "create_date_time": "now", "create_user": OPERATOR,
            "update_date_time": null, "update_user": null, "version": 1})
    );
}

#[tokio::test]
async fn covers_a_connection_with_all_it_has() {
    let site = Site::new(&sample().connection("c", connection("old", 7))).await;
    let before = site.row("dgr_rdb_connection", "true").await;
    site.import(&sample().connection("c", connection("new", 1)))
        .await;
    let after = covered(
        &before,
        2,
        json!({"jdbc_url": "jdbc:new", "user_name": "new", "mima": "ENC(new)", "max_pool_size": 1,
            "connection_timeout": 2, "idle_timeout": 3, "max_lifetime": 4, "data_source_property": "p=new"}),
    );
    assert_eq!(site.row("dgr_rdb_connection", "true").await, after);
}

#[tokio::test]
async fn a_version_of_null_counts_as_one() {
    let site = Site::new(&sample().connection("c", json!({}))).await;
    site.run("UPDATE dgr_rdb_connection SET version = NULL")
        .await;
    site.import(&sample().connection("c", json!({"userName": "new"})))
        .await;
    assert_eq!(
        site.column("dgr_rdb_connection", "version", "true").await,
        [2]
    );
}

// ---- authentication types and security levels

#[tokio::test]
async fn adds_and_covers_authentication_types() {
    let full = |sample: Sample, id: &str, word: &str| {
        let row = json!({"groupAuthoritieId": id, "groupAuthoritieName": format!("{word} {id}"),
            "groupAuthoritieLevel": word, "groupAuthoritieDesc": word});
        sample.row("tsmpGroupAuthoritiesList", row)
    };
    let site = Site::new(&full(sample(), "A", "old")).await;
    site.import(&full(full(sample(), "A", "new"), "B", "new"))
        .await;
    let row = |id: &str| {
        json!({"group_authoritie_id": id, "group_authoritie_name": format!("new {id}"),
            "group_authoritie_level": "new", "group_authoritie_desc": "new"})
    };
    assert_eq!(
        site.rows("tsmp_group_authorities", "true").await,
        [row("A"), row("B")]
    );
}

#[tokio::test]
async fn adds_and_covers_security_levels() {
    let full = |sample: Sample, id: &str, word: &str| {
        let row = json!({"securityLevelId": id, "securityLevelName": format!("{word} {id}"),
            "securityLevelDesc": word});
        sample.row("tsmpSecurityLevelList", row)
    };
    let site = Site::new(&full(sample(), "A", "old")).await;
    site.import(&full(full(sample(), "A", "new"), "B", "new"))
        .await;
    let row = |id: &str| json!({"security_level_id": id, "security_level_name": format!("new {id}"), "security_level_desc": "new"});
    let condition = "security_level_id <> 'SYSTEM'";
    assert_eq!(
        site.rows("tsmp_security_level", condition).await,
        [row("A"), row("B")]
    );
}

// ---- groups

/// A group with every property, an API and an authentication type.
fn group(sample: Sample, id: &str, word: &str, number: i64) -> Sample {
    let more = json!({"groupAlias": word, "groupDesc": word, "groupAccess": word, "securityLevelId": word,
        "allowDays": number, "allowTimes": number + 1});
    sample
        .apis(&[("m", "1"), ("m", "2")])
        .level("old", "old level")
        .level("new", "new level")
        .authentication("X", "x")
        .authentication("Y", "y")
        .group(id, "g", more)
}

#[tokio::test]
async fn adds_a_group_with_an_id_of_its_sequence() {
    let site = Site::new(&sample().apis(&[("m", "1")])).await;
    let file = group(sample(), "55", "new", 3)
        .group_api("55", ("m", "1"), json!({"moduleVer": "v1"}))
        .group_api("55", ("m", "lacking"), json!({}))
        .group_authentication("55", "X");
    site.import(&file).await;
    assert_eq!(
        site.row("tsmp_group", "true").await,
        json!({"group_id": "2000000000", "group_name": "g", "create_time": "now", "update_time": null,
            "create_user": OPERATOR, "update_user": null, "group_alias": "new", "group_desc": "new",
            "group_access": "new", "security_level_id": "new", "allow_days": 3, "allow_times": 4,
            "vgroup_flag": "0", "vgroup_id": null, "vgroup_name": null})
    );
    assert_eq!(
        site.rows("tsmp_group_api", "true").await,
        [
            json!({"group_id": "2000000000", "api_key": "1", "module_name": "m", "module_version": "v1",
            "create_time": "now"})
        ]
    );
    assert_eq!(
        site.rows("tsmp_group_authorities_map", "true").await,
        [json!({"group_id": "2000000000", "group_authoritie_id": "X"})]
    );
}

#[tokio::test]
async fn covers_a_group_and_only_adds_links() {
    let target = group(sample(), "7", "old", 8)
        .group_api("7", ("m", "1"), json!({"moduleVer": "old"}))
        .group_api("7", ("m", "gone"), json!({"moduleVer": "old"}))
        .group_authentication("7", "Y");
    let site = Site::new(&target).await;
    let before = site.row("tsmp_group", "true").await;
    let file = group(sample(), "55", "new", 3)
        .group_api("55", ("m", "1"), json!({"moduleVer": "new"}))
        .group_api("55", ("m", "2"), json!({}))
        .group_authentication("55", "X");
    site.import(&file).await;
    assert_eq!(
        site.row("tsmp_group", "true").await,
        with(
            &before,
            json!({"update_time": "now", "update_user": OPERATOR, "group_alias": "new", "group_desc": "new",
                "group_access": "new", "security_level_id": "new", "allow_days": 3, "allow_times": 4})
        )
    );
    let link = |key: &str, version: Value, time: &str| json!({"group_id": "7", "api_key": key, "module_name": "m", "module_version": version, "create_time": time});
    assert_eq!(
        site.rows("tsmp_group_api", "true").await,
        [
            link("1", json!("new"), "now"),
            link("2", json!(null), "now"),
            link("gone", json!("old"), BEFORE)
        ]
    );
    assert_eq!(
        site.column("tsmp_group_authorities_map", "group_authoritie_id", "true")
            .await,
        ["X", "Y"]
    );
}

// ---- scopes

fn scope_row(id: &str, word: &str) -> Sample {
    sample()
        .level("old", "old level")
        .level("new", "new level")
        .authentication("X", "x")
        .authentication("Y", "y")
        .scope(
            id,
            "s",
            json!({"vgroupAlias": word, "vgroupDesc": word, "vgroupAccess": word, "securityLevelId": word,
            "allowDays": 1, "allowTimes": 2}),
        )
}

fn hidden_group(word: &str) -> Value {
    json!({"groupName": format!("{word} name"), "groupAlias": word, "groupDesc": word, "groupAccess": word,
        "securityLevelId": word, "allowDays": 5, "allowTimes": 6, "vgroupName": "s"})
}

#[tokio::test]
async fn adds_a_scope_with_a_hidden_group_for_each_api() {
    let site = Site::new(&sample().api(("m", "1"))).await;
    let file = scope_row("55", "new")
        .scope_authentication("55", "X")
        .hidden("66", "55", ("m", "1"), hidden_group("new"))
        .group_authentication("66", "Y")
        .hidden("67", "55", ("m", "lacking"), hidden_group("new"));
    site.import(&file).await;
    assert_eq!(
        site.row("tsmp_vgroup", "true").await,
        json!({"vgroup_id": "2000000000", "vgroup_name": "s", "vgroup_alias": "new", "vgroup_desc": "new",
            "vgroup_access": "new", "security_level_id": "new", "allow_days": 1, "allow_times": 2,
            "create_user": OPERATOR, "create_time": "now", "update_time": null, "update_user": null})
    );
    assert_eq!(
        site.row("tsmp_group", "true").await,
        json!({"group_id": "2000000000", "group_name": "new name", "create_time": "now", "update_time": null,
            "create_user": OPERATOR, "update_user": null, "group_alias": "new", "group_desc": "new",
            "group_access": "new", "security_level_id": "new", "allow_days": 5, "allow_times": 6,
            "vgroup_flag": "1", "vgroup_id": "2000000000", "vgroup_name": "s"})
    );
    let id = json!("2000000000");
    assert_eq!(
        site.rows("tsmp_vgroup_authorities_map", "true").await,
        [json!({"vgroup_id": id, "vgroup_authoritie_id": "X"})]
    );
    assert_eq!(
        site.rows("tsmp_group_api", "true").await,
        [
            json!({"group_id": id, "api_key": "1", "module_name": "m", "module_version": null, "create_time": "now"})
        ]
    );
    assert_eq!(
        site.rows("tsmp_group_authorities_map", "true").await,
        [json!({"group_id": id, "group_authoritie_id": "Y"})]
    );
    assert_eq!(
        site.rows("tsmp_vgroup_group", "true").await,
        [json!({"vgroup_id": id, "group_id": id, "create_time": "now"})]
    );
}

#[tokio::test]
async fn covers_a_scope_refreshing_old_hidden_groups_and_making_new_ones() {
    let target = scope_row("9", "old")
        .apis(&[("m", "1"), ("m", "2"), ("m", "kept")])
        .scope_authentication("9", "Y")
        .hidden("91", "9", ("m", "1"), hidden_group("old"))
        .change("tsmpGroupApiList", |row| {
            drop(row.insert("moduleVer".to_owned(), json!("old")));
        })
        .group_authentication("91", "Y")
        .hidden("92", "9", ("m", "kept"), hidden_group("old"));
    let site = Site::new(&target).await;
    let [scope, refreshed, kept] = [
        site.row("tsmp_vgroup", "true").await,
        site.row("tsmp_group", "group_id = '91'").await,
        site.row("tsmp_group", "group_id = '92'").await,
    ];
    let file = scope_row("55", "new")
        .scope_authentication("55", "X")
        .hidden("66", "55", ("m", "1"), hidden_group("new"))
        .group_authentication("66", "X")
        .hidden("67", "55", ("m", "2"), hidden_group("new"))
        .change("tsmpGroupList", |row| {
            drop(row.insert("vgroupName".to_owned(), json!("other")));
        })
        .change("tsmpGroupApiList", |row| {
            drop(row.insert("moduleVer".to_owned(), json!("new")));
        });
    site.import(&file).await;
    let audit = json!({"update_time": "now", "update_user": OPERATOR});
    assert_eq!(
        site.row("tsmp_vgroup", "true").await,
        with(
            &with(&scope, audit.clone()),
            json!({"vgroup_alias": "new", "vgroup_desc": "new", "vgroup_access": "new", "security_level_id": "new"})
        )
    );
    assert_eq!(
        site.row("tsmp_group", "group_id = '91'").await,
        with(
            &with(&refreshed, audit),
            json!({"group_name": "new name", "group_alias": "new", "group_desc": "new", "group_access": "new",
                "security_level_id": "new"})
        )
    );
    assert_eq!(site.row("tsmp_group", "group_id = '92'").await, kept);
    let new = site.row("tsmp_group", "group_id = '2000000000'").await;
    assert_eq!(
        [
            &new["vgroup_id"],
            &new["vgroup_name"],
            &new["group_name"],
            &new["create_time"]
        ],
        ["9", "other", "new name", "now"]
    );
    let link = |group: &str, key: &str, version: Value, time: &str| {
        json!({"group_id": group, "api_key": key, "module_name": "m", "module_version": version,
            "create_time": time})
    };
    assert_eq!(
        site.rows("tsmp_group_api", "true").await,
        [
            link("2000000000", "2", json!("new"), "now"),
            link("91", "1", json!("old"), "now"),
            link("92", "kept", json!(null), BEFORE),
        ]
    );
    assert_eq!(
        site.column(
            "tsmp_vgroup_authorities_map",
            "vgroup_authoritie_id",
            "true"
        )
        .await,
        ["X", "Y"]
    );
    assert_eq!(
        site.column(
            "tsmp_group_authorities_map",
            "group_authoritie_id",
            "group_id = '91'"
        )
        .await,
        ["X", "Y"]
    );
    assert_eq!(
        site.rows("tsmp_vgroup_group", "true").await,
        [
            json!({"vgroup_id": "9", "group_id": "2000000000", "create_time": "now"}),
            json!({"vgroup_id": "9", "group_id": "91", "create_time": BEFORE}),
            json!({"vgroup_id": "9", "group_id": "92", "create_time": BEFORE}),
        ]
    );
}

#[tokio::test]
async fn a_hidden_group_that_stands_for_two_apis_is_refreshed_once() {
    let target = sample()
        .apis(&[("m", "1"), ("m", "2")])
        .scope("9", "s", json!({}))
        .hidden("91", "9", ("m", "1"), json!({}))
        .group_api("91", ("m", "2"), json!({}));
    let site = Site::new(&target).await;
    let file = sample()
        .scope("55", "s", json!({"vgroupDesc": "new"}))
        .hidden("66", "55", ("m", "1"), json!({}))
        .hidden("67", "55", ("m", "2"), json!({}));
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_group", "update_user", "true").await,
        [OPERATOR]
    );
}

#[tokio::test]
async fn a_hidden_group_that_stands_for_two_apis_gets_an_authentication_type_once() {
    let target = sample()
        .apis(&[("m", "1"), ("m", "2")])
        .authentication("PIN", "pin")
        .scope("9", "s", json!({}))
        .hidden("91", "9", ("m", "1"), json!({}))
        .group_api("91", ("m", "2"), json!({}));
    let site = Site::new(&target).await;
    let file = sample()
        .authentication("PIN", "pin")
        .scope("55", "s", json!({}))
        .hidden("66", "55", ("m", "1"), json!({}))
        .hidden("67", "55", ("m", "2"), json!({}))
        .group_authentication("66", "PIN")
        .group_authentication("67", "PIN");
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_group_authorities_map", "group_id", "true")
            .await,
        ["91"]
    );
}

// ---- clients

/// Every property of a client that has a type of its own, told by a word and a number.
fn client(word: &str, number: i64) -> Value {
    json!({"clientName": format!("{word}-name"), "clientAlias": word, "clientStatus": number % 3, "tps": number,
        "emails": word, "apiQuota": number + 1, "apiUsed": number + 2, "cPriority": number + 3, "owner": word,
        "remark": word, "signupNum": word, "pwdFailTimes": number + 4, "failTreshhold": number + 5,
        "accessTokenQuota": number + 6, "refreshTokenQuota": number + 7, "clientSecret": format!("{word}-1"),
        "startDate": number + 8, "endDate": number + 9, "startTimePerDay": number + 10,
        "endTimePerDay": number + 11, "timeZone": word, "dpClientEntry": format!("{word}-2")})
}

fn status(row: &mut Map<String, Value>) {
    let status = row["clientStatus"].to_string();
    row.insert("clientStatus".to_owned(), json!(status));
}

#[tokio::test]
async fn adds_a_client_with_every_column() {
    let site = Site::new(&sample()).await;
    site.import(
        &sample()
            .client("a", client("new", 10))
            .change("tsmpClientList", status),
    )
    .await;
    assert_eq!(
        site.row("tsmp_client", "true").await,
        json!({"client_id": "a", "client_name": "new-name", "client_status": "1", "tps": 10, "emails": "new",
            "create_time": "now", "update_time": null, "owner": "new", "remark": "new",
            "create_user": OPERATOR, "update_user": null, "client_sd": null, "client_ed": null,
            "svc_st": null, "svc_et": null, "api_quota": 11, "api_used": 12, "c_priority": 13,
            "client_alias": "new", "pwd_fail_times": 0, "fail_treshhold": 15, "security_level_id": "SYSTEM",
            "signup_num": "new", "access_token_quota": 16, "refresh_token_quota": 17,
            "client_secret": "new-1", "start_date": 18, "end_date": 19, "start_time_per_day": 20,
            "end_time_per_day": 21, "time_zone": "new", "dp_client_entry": "new-2"})
    );
}

#[tokio::test]
async fn covers_a_client_without_touching_its_passwords_and_its_counter() {
    let site = Site::new(
        &sample()
            .client("a", client("old", 50))
            .change("tsmpClientList", status),
    )
    .await;
    site.run("UPDATE tsmp_client SET client_sd = '2019-01-01', client_ed = '2019-01-02', svc_st = '0800', svc_et = '1700'")
        .await;
    let before = site.row("tsmp_client", "true").await;
    site.import(
        &sample()
            .client("a", client("new", 10))
            .change("tsmpClientList", status),
    )
    .await;
    // As before: client_id, create_*, client_sd, client_ed, svc_st, svc_et, security_level_id,
    // api_used, pwd_fail_times, client_secret, dp_client_entry.
    assert_eq!(
        site.row("tsmp_client", "true").await,
        with(
            &before,
            json!({"client_name": "new-name", "client_status": "1", "tps": 10, "emails": "new",
                "update_time": "now", "owner": "new", "remark": "new", "update_user": OPERATOR,
                "api_quota": 11, "c_priority": 13, "client_alias": "new",
                "fail_treshhold": 15, "signup_num": "new", "access_token_quota": 16,
                "refresh_token_quota": 17, "start_date": 18, "end_date": 19, "start_time_per_day": 20,
                "end_time_per_day": 21, "time_zone": "new"})
        )
    );
    assert_eq!(
        [&before["client_secret"], &before["dp_client_entry"]],
        ["old-1", "old-2"]
    );
    assert_eq!(before["pwd_fail_times"], 54);
}

#[tokio::test]
async fn a_cover_writes_empty_text_and_null_as_the_file_has_them() {
    let site = Site::new(&sample().client("a", json!({"remark": "x", "emails": "x"}))).await;
    site.import(&sample().client("a", json!({"remark": "", "emails": null})))
        .await;
    let after = site.row("tsmp_client", "true").await;
    assert_eq!(
        [&after["remark"], &after["emails"]],
        [&json!(""), &json!(null)]
    );
}

fn oauth(word: &str, number: i64) -> Value {
    json!({"resourceIds": word, "clientSecret": format!("{word}-secret"), "scope": "1,2",
        "authorizedGrantTypes": word, "webServerRedirectUri": word, "authorities": word,
        "accessTokenValidity": number, "refreshTokenValidity": number + 1, "additionalInformation": word,
        "autoapprove": word, "webServerRedirectUri1": format!("{word}1"), "webServerRedirectUri2": format!("{word}2"),
        "webServerRedirectUri3": format!("{word}3"), "webServerRedirectUri4": format!("{word}4"),
        "webServerRedirectUri5": format!("{word}5")})
}

fn oauth_row(secret: &str, scope: &str) -> Value {
    json!({"client_id": "a", "resource_ids": "new", "client_secret": secret, "scope": scope,
        "authorized_grant_types": "new", "web_server_redirect_uri": "new", "authorities": "new",
        "access_token_validity": 1, "refresh_token_validity": 2, "additional_information": "new",
        "autoapprove": "new", "web_server_redirect_uri1": "new1", "web_server_redirect_uri2": "new2",
        "web_server_redirect_uri3": "new3", "web_server_redirect_uri4": "new4",
        "web_server_redirect_uri5": "new5"})
}

#[tokio::test]
async fn adds_the_oauth_row_of_a_client_without_groups() {
    let site = Site::new(&sample()).await;
    site.import(&sample().client("a", json!({})).oauth("a", oauth("new", 1)))
        .await;
    assert_eq!(
        site.row("oauth_client_details", "true").await,
        oauth_row("new-secret", "select")
    );
}

#[tokio::test]
async fn covers_the_oauth_row_keeping_its_password_and_recomputing_its_scope() {
    let target = sample()
        .client("a", json!({}))
        .group("5", "other", json!({}))
        .client_group("a", "5")
        .oauth("a", oauth("old", 70));
    let site = Site::new(&target).await;
    let file = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .oauth("a", oauth("new", 1));
    site.import(&file).await;
    assert_eq!(
        site.row("oauth_client_details", "true").await,
        oauth_row("old-secret", "2000000000,5")
    );
}

#[tokio::test]
async fn the_oauth_scope_holds_hidden_groups_too() {
    let file = sample()
        .client("a", json!({}))
        .oauth("a", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .scope("2", "s", json!({}))
        .hidden("3", "2", ("m", "k"), json!({}))
        .client_scope("a", "2");
    let site = Site::new(&sample().api(("m", "k"))).await;
    site.import(&file).await;
    assert_eq!(
        site.column("oauth_client_details", "scope", "true").await,
        ["2000000000,2000000001"]
    );
}

#[tokio::test]
async fn covering_a_client_without_an_oauth_row_in_the_file_recomputes_the_scope_alone() {
    let target = sample().client("a", json!({})).oauth("a", oauth("old", 7));
    let site = Site::new(&target).await;
    let before = site.row("oauth_client_details", "true").await;
    site.import(
        &sample()
            .client("a", json!({}))
            .group("1", "g", json!({}))
            .client_group("a", "1"),
    )
    .await;
    assert_eq!(
        site.row("oauth_client_details", "true").await,
        with(&before, json!({"scope": "2000000000"}))
    );
}

fn extension(word: &str, millis: &Value) -> Value {
    json!({"contentTxt": word, "regStatus": "3", "pwdStatus": "2", "pwdResetKey": word, "reviewRemark": "remark",
        "refReviewUser": word, "publicFlag": "1", "resubmitDateTimeForLongTime": millis, "keywordSearch": "ignored"})
}

/// 2024-02-29 00:00 UTC, as the day it is where the test runs.
fn day() -> String {
    let time = chrono::DateTime::from_timestamp_millis(1_709_164_800_000).unwrap();
    time.with_timezone(&chrono::Local)
        .format("%Y-%m-%dT00:00:00")
        .to_string()
}

#[tokio::test]
async fn adds_the_extension_with_the_next_number_of_its_counter() {
    let site = Site::new(&sample()).await;
    site.run("INSERT INTO seq_store VALUES ('tsmp_dp_clientext', 2000000077)")
        .await;
    let file = sample().client("a", json!({})).clientext(
        "a",
        5,
        extension("new", &json!("1709164800000")),
    );
    site.import(&file).await;
    assert_eq!(
        site.row("tsmp_dp_clientext", "true").await,
        json!({"client_id": "a", "client_seq_id": 2_000_000_077, "content_txt": "new", "reg_status": "3",
            "pwd_status": "2", "pwd_reset_key": "new", "review_remark": "remark", "ref_review_user": "new",
            "resubmit_date_time": day(), "public_flag": "1", "create_date_time": "now",
            "create_user": OPERATOR, "update_date_time": null, "update_user": null, "version": 1,
            "keyword_search": "new|remark"})
    );
    assert_eq!(
        site.column("seq_store", "next_val", "true").await,
        [2_000_000_078_i64]
    );
}

#[tokio::test]
async fn covers_the_extension_keeping_its_number() {
    let target = sample()
        .client("a", json!({}))
        .clientext("a", 5, extension("old", &json!(null)));
    let site = Site::new(&target).await;
    site.run(
        "UPDATE tsmp_dp_clientext SET resubmit_date_time = '2001-01-01', version = 4, public_flag = '2'",
    )
    .await;
    let before = site.row("tsmp_dp_clientext", "true").await;
    let file = sample().client("a", json!({})).clientext(
        "a",
        99,
        extension("new", &json!("1709164800000")),
    );
    site.import(&file).await;
    let after = covered(
        &before,
        5,
        json!({"content_txt": "new", "pwd_reset_key": "new", "ref_review_user": "new", "public_flag": "1",
            "resubmit_date_time": day(), "keyword_search": "new|remark"}),
    );
    assert_eq!(site.row("tsmp_dp_clientext", "true").await, after);
    site.import(&sample().client("a", json!({})).clientext(
        "a",
        99,
        extension("newer", &json!(null)),
    ))
    .await;
    assert_eq!(
        site.column("tsmp_dp_clientext", "resubmit_date_time", "true")
            .await,
        [Value::Null]
    );
}

#[tokio::test]
async fn the_search_text_leaves_nulls_out() {
    let site = Site::new(&sample()).await;
    let file = sample()
        .client("a", json!({}))
        .clientext("a", 5, json!({"contentTxt": "content"}))
        .client("b", json!({}))
        .clientext("b", 6, json!({"contentTxt": "content", "reviewRemark": ""}));
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_dp_clientext", "keyword_search", "true")
            .await,
        ["content", "content|"]
    );
    assert_eq!(
        site.column("tsmp_dp_clientext", "client_seq_id", "true")
            .await,
        [2_000_000_000_i64, 2_000_000_001]
    );
    assert_eq!(
        site.column("seq_store", "next_val", "true").await,
        [2_000_000_002_i64]
    );
}

// ---- hosts

#[tokio::test]
async fn adds_the_hosts_of_a_new_client() {
    let site = Site::new(&sample()).await;
    site.import(
        &sample()
            .client("a", json!({}))
            .host(7, "a", "h1", "1.1.1.1")
            .host(8, "a", "h2", "2.2.2.2"),
    )
    .await;
    let row = |seq: i64, name: &str, ip: &str| json!({"host_seq": seq, "client_id": "a", "host_name": name, "host_ip": ip, "create_time": "now"});
    assert_eq!(
        site.rows("tsmp_client_host", "true").await,
        [
            row(2_000_000_000, "h1", "1.1.1.1"),
            row(2_000_000_001, "h2", "2.2.2.2")
        ]
    );
}

#[tokio::test]
async fn covers_hosts_by_ip_or_name_adds_others_and_keeps_the_rest() {
    let target = sample()
        .client("a", json!({}))
        .host(1, "a", "by-ip-old", "1.1.1.1")
        .host(2, "a", "BY-NAME", "2.2.2.2")
        .host(3, "a", "same", "3.3.3.3")
        .host(4, "a", "kept", "4.4.4.4")
        .client("b", json!({}))
        .host(5, "b", "new", "5.5.5.5");
    let site = Site::new(&target).await;
    let file = sample()
        .client("a", json!({}))
        .host(50, "a", "by-ip-new", "1.1.1.1")
        .host(51, "a", "by-name", "2.2.2.3")
        .host(52, "a", "same", "3.3.3.3")
        .host(53, "a", "new", "5.5.5.5");
    site.import(&file).await;
    let row = |seq: i64, client: &str, name: &str, ip: &str, time: &str| json!({"host_seq": seq, "client_id": client, "host_name": name, "host_ip": ip, "create_time": time});
    assert_eq!(
        site.rows("tsmp_client_host", "true").await,
        [
            row(1, "a", "by-ip-new", "1.1.1.1", "now"),
            row(2, "a", "by-name", "2.2.2.3", "now"),
            row(3, "a", "same", "3.3.3.3", BEFORE),
            row(4, "a", "kept", "4.4.4.4", BEFORE),
            row(5, "b", "new", "5.5.5.5", BEFORE),
            row(2_000_000_000, "a", "new", "5.5.5.5", "now"),
        ]
    );
}

// ---- links

#[tokio::test]
async fn links_a_client_to_groups_by_name_and_removes_none() {
    let target = sample()
        .client("a", json!({}))
        .group("5", "g", json!({}))
        .group("6", "h", json!({}))
        .client_group("a", "6");
    let site = Site::new(&target).await;
    let file = sample()
        .client("a", json!({}))
        .group("6", "g", json!({}))
        .client_group("a", "6");
    site.import(&file).await;
    let link = |group: &str| json!({"client_id": "a", "group_id": group});
    assert_eq!(
        site.rows("tsmp_client_group", "true").await,
        [link("5"), link("6")]
    );
}

/// A scope of the target with two APIs, of which the file knows one.
fn scope_of_two() -> Sample {
    sample()
        .apis(&[("m", "1"), ("m", "2")])
        .scope("9", "s", json!({}))
        .hidden("91", "9", ("m", "1"), json!({}))
        .hidden("92", "9", ("m", "2"), json!({}))
}

fn holder_in_file() -> Sample {
    sample()
        .client("a", json!({}))
        .scope("55", "s", json!({}))
        .hidden("66", "55", ("m", "1"), json!({}))
        .client_scope("a", "55")
}

#[tokio::test]
async fn a_client_gets_a_row_for_each_hidden_group_that_the_targets_scope_has() {
    for target in [scope_of_two(), scope_of_two().client("a", json!({}))] {
        let site = Site::new(&target).await;
        site.import(&holder_in_file()).await;
        assert_eq!(
            site.rows("tsmp_client_vgroup", "true").await,
            [json!({"client_id": "a", "vgroup_id": "9"})]
        );
        assert_eq!(
            site.column("tsmp_client_group", "group_id", "true").await,
            ["91", "92"]
        );
    }
}

#[tokio::test]
async fn a_holder_gets_the_rows_that_it_lacks_and_those_of_new_apis() {
    let target = scope_of_two()
        .client("a", json!({}))
        .client_scope("a", "9")
        .client_group("a", "91")
        .api(("m", "3"));
    let site = Site::new(&target).await;
    site.import(&holder_in_file().hidden("67", "55", ("m", "3"), json!({})))
        .await;
    assert_eq!(
        site.rows("tsmp_client_vgroup", "true").await,
        [json!({"client_id": "a", "vgroup_id": "9"})]
    );
    assert_eq!(
        site.column("tsmp_client_group", "group_id", "true").await,
        ["2000000000", "91", "92"]
    );
}

#[tokio::test]
async fn a_scope_without_apis_is_linked_too() {
    let site = Site::new(&sample()).await;
    site.import(
        &sample()
            .client("a", json!({}))
            .scope("55", "s", json!({}))
            .client_scope("a", "55"),
    )
    .await;
    assert_eq!(
        site.rows("tsmp_client_vgroup", "true").await,
        [json!({"client_id": "a", "vgroup_id": "2000000000"})]
    );
    assert_eq!(
        site.rows("tsmp_client_group", "true").await,
        [json!(null); 0]
    );
}

#[tokio::test]
async fn two_scopes_of_the_file_that_are_one_of_the_target_are_linked_once() {
    let site = Site::new(
        &sample()
            .scope("9", "s", json!({}))
            .group("8", "g", json!({})),
    )
    .await;
    let file = sample()
        .client("a", json!({}))
        .scope("55", "s", json!({}))
        .scope("56", "s", json!({}))
        .client_scope("a", "55")
        .client_scope("a", "56")
        .group("57", "g", json!({}))
        .group("58", "g", json!({}))
        .client_group("a", "57")
        .client_group("a", "58");
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_client_vgroup", "vgroup_id", "true").await,
        ["9"]
    );
    assert_eq!(
        site.column("tsmp_client_group", "group_id", "true").await,
        ["8"]
    );
}

#[tokio::test]
async fn links_of_the_file_to_hidden_groups_alone_give_nothing() {
    let site = Site::new(&scope_of_two()).await;
    let file = sample()
        .client("a", json!({}))
        .scope("55", "s", json!({}))
        .hidden("66", "55", ("m", "1"), json!({}))
        .client_group("a", "66");
    site.import(&file).await;
    assert_eq!(
        site.rows("tsmp_client_group", "true").await,
        [json!(null); 0]
    );
}

#[tokio::test]
async fn another_holder_of_a_covered_scope_gets_nothing() {
    let target = scope_of_two()
        .client("b", json!({}))
        .client_scope("b", "9")
        .client_group("b", "91")
        .api(("m", "3"));
    let site = Site::new(&target).await;
    let file = sample()
        .scope("55", "s", json!({}))
        .hidden("67", "55", ("m", "3"), json!({}));
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_client_group", "group_id", "true").await,
        ["91"]
    );
    assert_eq!(
        site.column("tsmp_vgroup_group", "group_id", "true").await,
        ["2000000000", "91", "92"]
    );
}

// ---- X-API keys

fn x_key(word: &str, number: i64) -> Value {
    json!({"apiKeyAlias": word, "effectiveAt": number, "expiredAt": number + 1, "apiKey": word, "apiKeyMask": word})
}

fn x_key_row(id: &Value) -> Value {
    json!({"api_key_id": id, "client_id": "a", "api_key_alias": "new", "effective_at": 1, "expired_at": 2,
        "api_key": "new", "api_key_mask": "new", "api_key_en": "EN", "create_date_time": "now",
        "create_user": OPERATOR, "update_date_time": null, "update_user": null, "version": 1})
}

#[tokio::test]
async fn adds_an_x_api_key_with_its_maps_by_group_name() {
    let site = Site::new(&sample().group("5", "g", json!({}))).await;
    let file = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .group("2", "new", json!({}))
        .x_key(7, "a", "EN", x_key("new", 1))
        .x_map(1, 7, "1")
        .x_map(2, 7, "2")
        .x_map(3, 7, "404");
    site.import(&file).await;
    assert_eq!(
        site.row("dgr_x_api_key", "true").await,
        x_key_row(&json!("date-hex"))
    );
    let maps = site.rows("dgr_x_api_key_map", "true").await;
    let mut groups: Vec<&str> = maps
        .iter()
        .map(|map| map["group_id"].as_str().unwrap())
        .collect();
    groups.sort_unstable();
    assert_eq!(groups, ["2000000000", "5"]);
    for map in &maps {
        assert_eq!(
            with(map, json!({"group_id": "-"})),
            json!({"api_key_map_id": "date-hex", "ref_api_key_id": "date-hex", "group_id": "-",
                "create_date_time": "now", "create_user": OPERATOR, "update_date_time": null,
                "update_user": null, "version": 1})
        );
    }
    let joined = "api_key_id IN (SELECT ref_api_key_id FROM dgr_x_api_key_map)";
    assert_eq!(site.rows("dgr_x_api_key", joined).await.len(), 1);
}

#[tokio::test]
async fn covers_an_x_api_key_and_adds_the_maps_it_lacks() {
    let target = sample()
        .client("a", json!({}))
        .group("5", "g", json!({}))
        .group("6", "h", json!({}))
        .group("8", "i", json!({}))
        .x_key(3, "a", "EN", x_key("old", 70))
        .x_map(1, 3, "5")
        .x_map(2, 3, "6");
    let site = Site::new(&target).await;
    let file = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .group("2", "i", json!({}))
        .x_key(7, "a", "EN", x_key("new", 1))
        .x_map(1, 7, "1")
        .x_map(2, 7, "2");
    site.import(&file).await;
    assert_eq!(
        site.row("dgr_x_api_key", "true").await,
        with(
            &x_key_row(&json!(3)),
            json!({"create_date_time": BEFORE, "create_user": "seeder", "update_date_time": "now",
                "update_user": OPERATOR, "version": 2})
        )
    );
    let maps = site.rows("dgr_x_api_key_map", "true").await;
    let described: Vec<_> = maps
        .iter()
        .map(|map| (&map["api_key_map_id"], &map["group_id"], &map["version"]))
        .collect();
    assert_eq!(
        described,
        [
            (&json!(1), &json!("5"), &json!(1)),
            (&json!(2), &json!("6"), &json!(1)),
            (&json!("date-hex"), &json!("8"), &json!(1))
        ]
    );
}

#[tokio::test]
async fn a_key_without_maps_is_imported() {
    let site = Site::new(&sample()).await;
    site.import(
        &sample()
            .client("a", json!({}))
            .x_key(7, "a", "EN", x_key("new", 1)),
    )
    .await;
    assert_eq!(
        site.row("dgr_x_api_key", "true").await,
        x_key_row(&json!("date-hex"))
    );
    assert_eq!(site.rows("dgr_x_api_key_map", "true").await.len(), 0);
}

/// A client with a key that leads to the hidden group of a scope's API.
fn key_to_hidden(name: &str) -> Sample {
    sample()
        .client("a", json!({}))
        .scope("55", "s", json!({"vgroupDesc": "new"}))
        .hidden("66", "55", ("m", "1"), json!({"groupName": name}))
        .x_key(7, "a", "EN", x_key("new", 1))
        .x_map(1, 7, "66")
}

#[tokio::test]
async fn a_map_to_a_hidden_group_is_found_by_its_name() {
    let target = sample()
        .apis(&[("m", "1")])
        .scope("9", "s", json!({}))
        .hidden("91", "9", ("m", "1"), json!({"groupName": "old name"}))
        .scope("8", "t", json!({}))
        .hidden("81", "8", ("m", "1"), json!({"groupName": "elsewhere"}));
    // The covered scope's hidden group takes the name of the file.
    let site = Site::new(&target).await;
    site.import(&key_to_hidden("new name")).await;
    assert_eq!(
        site.column("dgr_x_api_key_map", "group_id", "true").await,
        ["91"]
    );
    // A name that another scope's hidden group has.
    let site = Site::new(&target).await;
    let file = key_to_hidden("elsewhere").change("tsmpGroupApiList", |row| {
        row.insert("apiKey".to_owned(), json!("lacking"));
    });
    site.import(&file).await;
    assert_eq!(
        site.column("dgr_x_api_key_map", "group_id", "true").await,
        ["81"]
    );
    // A name that nobody has.
    let site = Site::new(&target).await;
    let file = key_to_hidden("nobody").change("tsmpGroupApiList", |row| {
        row.insert("apiKey".to_owned(), json!("lacking"));
    });
    site.import(&file).await;
    assert_eq!(site.rows("dgr_x_api_key_map", "true").await.len(), 0);
}

#[tokio::test]
async fn a_map_to_a_new_hidden_group_gets_its_new_id() {
    let site = Site::new(&sample().api(("m", "1"))).await;
    site.import(&key_to_hidden("new name")).await;
    assert_eq!(
        site.column("dgr_x_api_key_map", "group_id", "true").await,
        ["2000000000"]
    );
}

#[tokio::test]
async fn a_map_is_not_made_anew_where_one_of_equally_named_groups_has_it() {
    let target = sample()
        .apis(&[("m", "1")])
        .scope("8", "t", json!({}))
        .hidden("81", "8", ("m", "1"), json!({"groupName": "name"}))
        .scope("9", "s", json!({"vgroupDesc": "new"}))
        .hidden("91", "9", ("m", "1"), json!({"groupName": "name"}))
        .client("a", json!({}))
        .x_key(3, "a", "EN", x_key("old", 1))
        .x_map(1, 3, "91");
    let site = Site::new(&target).await;
    site.import(&key_to_hidden("name")).await;
    assert_eq!(
        site.column("dgr_x_api_key_map", "group_id", "true").await,
        ["91"]
    );
}

#[tokio::test]
async fn a_map_does_not_follow_a_name_that_the_hidden_group_has_lost() {
    let target = sample()
        .apis(&[("m", "1")])
        .scope("9", "s", json!({}))
        .hidden("91", "9", ("m", "1"), json!({"groupName": "lost"}));
    let site = Site::new(&target).await;
    // The file's key leads to a hidden group of that name whose API is lacking.
    let file = key_to_hidden("kept")
        .hidden("67", "55", ("m", "lacking"), json!({"groupName": "lost"}))
        .change("dgrXApiKeyMapList", |row| {
            drop(row.insert("groupId".to_owned(), json!("67")));
        });
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_group", "group_name", "true").await,
        ["kept"]
    );
    assert_eq!(site.rows("dgr_x_api_key_map", "true").await.len(), 0);
}

// ---- DGRK keys

fn open_key(word: &str, number: i64) -> Value {
    json!({"secretKey": word, "openApiKeyAlias": word, "timesQuota": number, "timesThreshold": number + 1,
        "expiredAt": number + 2, "revokedAt": number + 3, "openApiKeyStatus": "0", "rolloverFlag": "Y"})
}

fn open_key_row(id: i64) -> Value {
    json!({"open_apikey_id": id, "client_id": "a", "open_apikey": "key", "secret_key": "new",
        "open_apikey_alias": "new", "times_quota": 1, "times_threshold": 2, "expired_at": 3,
        "revoked_at": 4, "open_apikey_status": "0", "create_date_time": "now", "create_user": OPERATOR,
        "update_date_time": null, "update_user": null, "version": 1, "rollover_flag": "Y"})
}

fn dgrk_file() -> Sample {
    sample()
        .client("a", json!({}))
        .open_key(7, "a", "key", open_key("new", 1))
        .open_map(1, 7, "source-1")
        .open_map(2, 7, "source-2")
        .open_map(3, 7, "source-lacking")
        .open_map(4, 7, "source-unknown")
        .api_use("source-1", ("m", "1"))
        .api_use("source-2", ("m", "2"))
        .api_use("source-lacking", ("m", "lacking"))
}

#[tokio::test]
async fn adds_a_dgrk_key_with_maps_to_the_targets_uids() {
    let site = Site::new(&sample().apis(&[("m", "1"), ("m", "2")])).await;
    site.import(&dgrk_file()).await;
    assert_eq!(
        site.row("tsmp_open_apikey", "true").await,
        open_key_row(2_000_000_001)
    );
    let map = |id: i64, uid: &str| {
        json!({"open_apikey_map_id": id, "ref_open_apikey_id": 2_000_000_001, "ref_api_uid": uid,
            "create_date_time": "now", "create_user": OPERATOR, "update_date_time": null,
            "update_user": null, "version": 1})
    };
    assert_eq!(
        site.rows("tsmp_open_apikey_map", "true").await,
        [map(2_000_000_001, "uid-m-1"), map(2_000_000_002, "uid-m-2")]
    );
}

#[tokio::test]
async fn covers_a_dgrk_key_and_adds_the_maps_it_lacks() {
    let target = sample()
        .apis(&[("m", "1"), ("m", "2"), ("m", "3")])
        .client("a", json!({}))
        .open_key(3, "a", "key", open_key("old", 70))
        .open_map(11, 3, "uid-m-1")
        .open_map(12, 3, "uid-m-3");
    let site = Site::new(&target).await;
    site.import(&dgrk_file()).await;
    assert_eq!(
        site.row("tsmp_open_apikey", "true").await,
        with(
            &open_key_row(3),
            json!({"create_date_time": BEFORE, "create_user": "seeder", "update_date_time": "now",
                "update_user": OPERATOR, "version": 2})
        )
    );
    assert_eq!(
        site.column("tsmp_open_apikey_map", "ref_api_uid", "true")
            .await,
        ["uid-m-1", "uid-m-3", "uid-m-2"]
    );
}

/// Returns a client with this many DGRK keys.
fn keys(count: i64) -> Sample {
    (0..count).fold(sample().client("a", json!({})), |sample, index| {
        sample.open_key(index, "a", &format!("key{index:03}"), json!({}))
    })
}

/// Imports DGRK keys where the counter stands so; returns their ids and where it stands then.
async fn pooled(next_val: Option<i64>, count: i64) -> (Vec<i64>, i64) {
    let site = Site::new(&sample()).await;
    if let Some(next_val) = next_val {
        site.run(&format!(
            "INSERT INTO seq_store VALUES ('tsmp_open_apikey', {next_val})"
        ))
        .await;
    }
    site.import(&keys(count)).await;
    let ids = site
        .column("tsmp_open_apikey", "open_apikey_id", "true")
        .await;
    let stands = site
        .column(
            "seq_store",
            "next_val",
            "sequence_name = 'tsmp_open_apikey'",
        )
        .await;
    (
        ids.iter().map(|id| id.as_i64().unwrap()).collect(),
        stands[0].as_i64().unwrap(),
    )
}

#[tokio::test]
async fn the_first_block_of_a_pooled_counter_holds_one_id() {
    for next_val in [None, Some(2_000_000_000)] {
        assert_eq!(
            pooled(next_val, 1).await,
            (vec![2_000_000_001], 2_000_000_050),
            "{next_val:?}"
        );
        assert_eq!(
            pooled(next_val, 2).await,
            (vec![2_000_000_001, 2_000_000_002], 2_000_000_100),
            "{next_val:?}"
        );
    }
    let (ids, stands) = pooled(None, 51).await;
    assert_eq!(
        (ids.len(), ids[50], stands),
        (51, 2_000_000_051, 2_000_000_100)
    );
    let (ids, stands) = pooled(None, 52).await;
    assert_eq!(
        (ids.len(), ids[51], stands),
        (52, 2_000_000_052, 2_000_000_150)
    );
}

#[tokio::test]
async fn a_later_block_of_a_pooled_counter_holds_fifty() {
    assert_eq!(
        pooled(Some(2_000_000_050), 1).await,
        (vec![2_000_000_002], 2_000_000_100)
    );
    let (ids, stands) = pooled(Some(2_000_000_050), 50).await;
    assert_eq!(
        (ids[0], ids[49], stands),
        (2_000_000_002, 2_000_000_051, 2_000_000_100)
    );
    let (ids, stands) = pooled(Some(2_000_000_050), 51).await;
    assert_eq!(
        (ids[0], ids[50], stands),
        (2_000_000_002, 2_000_000_052, 2_000_000_150)
    );
}

// ---- the portal's application and identity providers

fn application(word: &str) -> Value {
    json!({"applicationName": word, "applicationDesc": word, "dpUserName": word, "idTokenJwtstr": word,
        "keywordSearch": format!("search {word}"), "iss": word})
}

fn application_row(id: &Value) -> Value {
    json!({"dp_application_id": id, "application_name": "new", "application_desc": "new", "client_id": "a",
        "dp_user_name": "new", "id_token_jwtstr": "new", "create_date_time": "now", "create_user": OPERATOR,
        "update_date_time": null, "update_user": null, "version": 1, "keyword_search": "search new",
        "iss": "new"})
}

#[tokio::test]
async fn adds_the_first_of_a_clients_portal_applications() {
    let site = Site::new(&sample()).await;
    let file = sample()
        .client("a", json!({}))
        .dp_app(7, "a", application("new"))
        .dp_app(8, "a", application("other"));
    site.import(&file).await;
    assert_eq!(
        site.row("dp_app", "true").await,
        application_row(&json!("date-hex"))
    );
}

#[tokio::test]
async fn covers_a_clients_portal_application() {
    let site = Site::new(
        &sample()
            .client("a", json!({}))
            .dp_app(3, "a", application("old")),
    )
    .await;
    site.import(
        &sample()
            .client("a", json!({}))
            .dp_app(7, "a", application("new")),
    )
    .await;
    assert_eq!(
        site.row("dp_app", "true").await,
        with(
            &application_row(&json!(3)),
            json!({"create_date_time": BEFORE, "create_user": "seeder", "update_date_time": "now",
                "update_user": OPERATOR, "version": 2})
        )
    );
}

const IDPS: [(&str, &str); 4] = [
    ("dgr_gtw_idp_info_o", "gtw_idp_info_o_id"),
    ("dgr_gtw_idp_info_l", "gtw_idp_info_l_id"),
    ("dgr_gtw_idp_info_a", "gtw_idp_info_a_id"),
    ("dgr_gtw_idp_info_jdbc", "gtw_idp_info_jdbc_id"),
];

/// A client with an IdP row of each sort.
fn with_idps(id: i64, word: &str) -> Sample {
    sample()
        .connection("c", json!({}))
        .client("a", json!({}))
        .idp_o(
            id,
            "a",
            "GOOGLE",
            json!({"status": "N", "remark": word, "idpClientId": word, "idpClientMima": word,
            "idpClientName": word, "wellKnownUrl": word, "callbackUrl": word, "authUrl": word,
            "accessTokenUrl": word, "scope": word}),
        )
        .idp_l(
            id,
            "a",
            json!({"status": "N", "remark": word, "ldapUrl": word, "ldapDn": word, "ldapTimeout": id,
            "iconFile": word, "pageTitle": word, "ldapBaseDn": word}),
        )
        .idp_a(
            id,
            "a",
            json!({"status": "N", "remark": word, "apiUrl": word, "apiMethod": word, "reqHeader": word,
            "reqBodyType": "J", "reqBody": word, "sucByType": "R", "sucByField": word, "sucByValue": word,
            "idtName": word, "idtEmail": word, "idtPicture": word, "iconFile": word, "pageTitle": word,
            "idtLightId": word, "idtRoleName": word}),
        )
        .idp_jdbc(
            id,
            "a",
            "c",
            json!({"status": "N", "remark": word, "sqlPtmt": word, "sqlParams": word,
            "userMimaAlg": word, "userMimaColName": word, "idtSub": word, "idtName": word, "idtEmail": word,
            "idtPicture": word, "iconFile": word, "pageTitle": word}),
        )
}

/// Cells of an IdP row that are neither text of the client nor audit.
const OTHERS: [(&str, &[&str]); 4] = [
    ("dgr_gtw_idp_info_o", &["idp_type", "status"]),
    ("dgr_gtw_idp_info_l", &["status", "ldap_timeout"]),
    (
        "dgr_gtw_idp_info_a",
        &["status", "req_body_type", "suc_by_type"],
    ),
    ("dgr_gtw_idp_info_jdbc", &["status", "connection_name"]),
];

/// Says that every column of an IdP row is as the file has it, and the audit columns are as said.
async fn assert_idp_rows(site: &Site, id: i64, word: &str, audit: &Value) {
    for ((table, own_id), (_, others)) in IDPS.into_iter().zip(OTHERS) {
        let row = site.row(table, &format!("{own_id} = {id}")).await;
        for (column, cell) in row.as_object().unwrap() {
            let expected = match column.as_str() {
                "client_id" => json!("a"),
                "status" => json!("N"),
                "idp_type" => json!("GOOGLE"),
                "connection_name" => json!("c"),
                "req_body_type" => json!("J"),
                "suc_by_type" => json!("R"),
                "ldap_timeout" => json!(id),
                other if other == own_id => json!(id),
                other if audit.get(other).is_some() => audit[other].clone(),
                _ => json!(word),
            };
            assert_eq!(*cell, expected, "{table}.{column}");
        }
        assert!(others.iter().all(|column| row.get(column).is_some()));
    }
}

fn fresh() -> Value {
    json!({"create_date_time": "now", "create_user": OPERATOR, "update_date_time": null, "update_user": null,
        "version": 1})
}

#[tokio::test]
async fn adds_idp_rows_with_their_own_ids() {
    let site = Site::new(&sample()).await;
    site.import(&with_idps(7, "new")).await;
    assert_idp_rows(&site, 7, "new", &fresh()).await;
}

#[tokio::test]
async fn covers_idp_rows_by_id_without_a_portal_application() {
    let site = Site::new(
        &with_idps(7, "old")
            .idp_o(9, "a", "GOOGLE", json!({}))
            .dp_app(1, "a", json!({})),
    )
    .await;
    site.import(&with_idps(7, "new")).await;
    let audit = json!({"create_date_time": BEFORE, "create_user": "seeder", "update_date_time": "now",
        "update_user": OPERATOR, "version": 2});
    assert_idp_rows(&site, 7, "new", &audit).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "gtw_idp_info_o_id", "true")
            .await,
        [7, 9]
    );
}

#[tokio::test]
async fn replaces_the_idp_rows_of_a_portal_client_by_fresh_ones() {
    let target = with_idps(7, "old")
        .idp_o(8, "a", "GOOGLE", json!({}))
        .idp_o(9, "a", "MS", json!({}))
        .idp_l(8, "a", json!({}))
        .idp_a(8, "a", json!({}))
        .idp_jdbc(8, "a", "c", json!({}))
        .client("b", json!({}))
        .idp_o(20, "b", "GOOGLE", json!({}))
        .dp_app(1, "a", json!({}));
    let site = Site::new(&target).await;
    site.import(&with_idps(7, "new").dp_app(2, "a", application("new")))
        .await;
    assert_idp_rows(&site, 7, "new", &fresh()).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "gtw_idp_info_o_id", "true")
            .await,
        [7, 9, 20]
    );
    for (table, own_id) in &IDPS[1..] {
        assert_eq!(site.column(table, own_id, "true").await, [7], "{table}");
    }
}

#[tokio::test]
async fn a_portal_client_keeps_the_sorts_of_idp_rows_that_the_file_has_none_of() {
    let site = Site::new(&with_idps(7, "old")).await;
    let before = site.dump().await;
    let file = sample()
        .client("a", json!({}))
        .dp_app(2, "a", json!({}))
        .idp_o(5, "a", "MS", json!({}));
    site.import(&file).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "gtw_idp_info_o_id", "true")
            .await,
        [5, 7]
    );
    for (table, _) in &IDPS[1..] {
        assert_eq!(site.rows(table, "true").await, before[*table], "{table}");
    }
}

#[tokio::test]
async fn a_fresh_idp_row_may_have_the_id_of_one_of_another_type() {
    let site = Site::new(
        &sample()
            .client("a", json!({}))
            .idp_o(7, "a", "MS", json!({})),
    )
    .await;
    let file = sample()
        .client("a", json!({}))
        .dp_app(2, "a", json!({}))
        .idp_o(7, "a", "GOOGLE", json!({}));
    site.import(&file).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "idp_type", "true").await,
        ["GOOGLE"]
    );
}

#[tokio::test]
async fn adding_a_portal_client_matches_leftover_idp_rows_by_id_and_keeps_others() {
    let site = Site::new(&sample().idp_o(7, "a", "GOOGLE", json!({})).idp_o(
        8,
        "a",
        "GOOGLE",
        json!({}),
    ))
    .await;
    let file = sample()
        .client("a", json!({}))
        .dp_app(2, "a", json!({}))
        .idp_o(7, "a", "GOOGLE", json!({"remark": "new"}));
    site.import(&file).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "gtw_idp_info_o_id", "true")
            .await,
        [7, 8]
    );
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "version", "true").await,
        [2, 1]
    );
}

// ---- leftovers, and what stays as it is

#[tokio::test]
async fn leftover_rows_of_an_absent_client_are_taken_over() {
    let target = sample()
        .client("z", json!({}))
        .group("5", "g", json!({}))
        .client_group("a", "5")
        .client_group("a", "404")
        .clientext("a", 3, extension("old", &json!(null)))
        .oauth("a", oauth("old", 7))
        .host(4, "a", "h", "1.1.1.1")
        .x_key(6, "a", "EN", x_key("old", 1))
        .dp_app(8, "a", application("old"));
    let site = Site::new(&target).await;
    let file = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1")
        .clientext("a", 99, extension("new", &json!(null)))
        .oauth("a", oauth("new", 1))
        .host(99, "a", "h", "2.2.2.2")
        .x_key(99, "a", "EN", x_key("new", 1))
        .dp_app(99, "a", application("new"));
    let receipt = site.import(&file).await;
    assert_eq!(count(&receipt, Outcome::Added), 1);
    assert_eq!(
        site.column("tsmp_dp_clientext", "client_seq_id", "true")
            .await,
        [3]
    );
    assert_eq!(
        site.column("tsmp_dp_clientext", "content_txt", "true")
            .await,
        ["new"]
    );
    // Nobody's password is lost: the one that was left over is replaced by the file's.
    assert_eq!(
        site.row("oauth_client_details", "true").await,
        oauth_row("new-secret", "404,5")
    );
    assert_eq!(
        site.column("tsmp_client_host", "host_seq", "true").await,
        [4]
    );
    assert_eq!(
        site.column("tsmp_client_host", "host_ip", "true").await,
        ["2.2.2.2"]
    );
    assert_eq!(
        site.column("dgr_x_api_key", "api_key_id", "true").await,
        [6]
    );
    assert_eq!(
        site.column("dp_app", "application_name", "true").await,
        ["new"]
    );
    assert_eq!(
        site.column("tsmp_client_group", "group_id", "true").await,
        ["404", "5"]
    );
}

/// An environment in which every table has a row.
fn everything() -> Sample {
    with_idps(7, "same")
        .api(("m", "1"))
        .authentication("X", "x")
        .group("1", "g", json!({}))
        .group_api("1", ("m", "1"), json!({}))
        .group_authentication("1", "X")
        .scope("2", "s", json!({}))
        .scope_authentication("2", "X")
        .hidden("3", "2", ("m", "1"), json!({}))
        .client_group("a", "1")
        .client_group("a", "3")
        .client_scope("a", "2")
        .host(1, "a", "h", "1.1.1.1")
        .oauth("a", json!({"scope": "1,3"}))
        .clientext("a", 1, json!({}))
        .x_key(1, "a", "EN", json!({}))
        .x_map(1, 1, "1")
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "uid-m-1")
        .api_use("uid-m-1", ("m", "1"))
        .dp_app(1, "a", json!({}))
}

#[tokio::test]
async fn an_equal_environment_is_unchanged_in_every_item_and_nothing_can_be_written() {
    let site = Site::new(&everything()).await;
    let review = site.review(&everything()).await;
    for entry in review.plan.entries() {
        assert!(entry.is_unchanged(), "{}", entry.item.id);
    }
    let refused = review.plan.approve(&cover_all(&review.plan)).unwrap_err();
    assert_eq!(refused, Refusal::NothingToWrite { blocked: 0 });
}

#[tokio::test]
async fn a_second_import_finds_nothing_to_write() {
    let target = sample().api(("m", "1")).client("z", json!({}));
    let site = Site::new(&target).await;
    site.import(&everything()).await;
    let review = site.review(&everything()).await;
    for entry in review.plan.entries() {
        assert!(entry.is_unchanged(), "{}", entry.item.id);
    }
}

#[tokio::test]
async fn what_is_not_chosen_is_left_as_it_is() {
    let other = everything()
        .change("tsmpClientList", |row| {
            drop(row.insert("tps".to_owned(), json!(99)));
        })
        .change("tsmpGroupList", |row| {
            drop(row.insert("allowDays".to_owned(), json!(99)));
        });
    let site = Site::new(&everything()).await;
    let before = site.dump().await;
    let review = site.review(&other.connection("new", json!({}))).await;
    let choices = gatediff::engine::Choices::new(&review.plan);
    let receipt = site.apply(&review, &choices).await.unwrap();
    assert_eq!(
        [Outcome::Added, Outcome::Covered].map(|outcome| count(&receipt, outcome)),
        [1, 0]
    );
    let mut after = site.dump().await;
    let connections = after.get_mut("dgr_rdb_connection").unwrap();
    connections.retain(|row| row["connection_name"] != "new");
    assert_eq!(after, before);
}

// ---- the order of ids

#[tokio::test]
async fn ids_follow_adds_before_covers_in_file_order_kind_by_kind() {
    let target = sample()
        .apis(&[("m", "1"), ("m", "2")])
        .scope("9", "covered", json!({}))
        .client("b", json!({}));
    let site = Site::new(&target).await;
    let file = sample()
        .client("b", json!({}))
        .host(1, "b", "covered", "1.1.1.1")
        .client("c", json!({}))
        .host(2, "c", "first", "1.1.1.1")
        .client("a", json!({}))
        .host(3, "a", "second", "1.1.1.1")
        .scope("55", "covered", json!({}))
        .hidden("1", "55", ("m", "1"), json!({"groupName": "third"}))
        .scope("54", "added", json!({}))
        .hidden("2", "54", ("m", "2"), json!({"groupName": "second"}))
        .group("3", "first", json!({}));
    site.import(&file).await;
    assert_eq!(
        site.column("tsmp_group", "group_name", "true").await,
        ["first", "second", "third"]
    );
    assert_eq!(
        site.column("tsmp_client_host", "host_name", "true").await,
        ["first", "second", "covered"]
    );
}

// ---- the schema that all this runs on

#[tokio::test]
async fn the_schema_is_the_products_column_by_column() {
    let site = Site::new(&sample()).await;
    let mut connection = site.db.connect().await;
    let sql = "SELECT a.attrelid::regclass::text, a.attname::text, a.attnotnull, \
               replace(replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'), \
               'character', 'char'), ' without time zone', ''), \
               coalesce(pg_get_expr(d.adbin, d.adrelid), '') \
               FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
               JOIN pg_class c ON c.oid = a.attrelid \
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 \
               ORDER BY c.relname, a.attnum";
    let rows: Vec<(String, String, bool, String, String)> = sqlx::query_as(sql)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let ours: Vec<String> = rows
        .into_iter()
        .map(|(table, column, required, ty, default)| {
            let null = if required { "not null" } else { "" };
            // The same literal, whatever type PostgreSQL says that it has.
            let default = default
                .split("::")
                .next()
                .unwrap()
                .trim_matches(['\'', '(', ')'])
                .to_owned();
            format!("{table},{column},{ty},{null},{default}")
        })
        .collect();
    let columns = include_str!("../../fixtures/digirunner/columns.csv");
    let expected: Vec<String> = csv::Reader::from_reader(columns.as_bytes())
        .records()
        .map(Result::unwrap)
        .map(|column| {
            let default = column[5]
                .split("::")
                .next()
                .unwrap()
                .trim_matches('\'')
                .to_owned();
            format!(
                "{},{},{},{},{default}",
                &column[0], &column[2], &column[3], &column[4]
            )
        })
        .collect();
    assert_eq!(ours, expected);
}
