//! What makes a plan stale, table by table: one change from outside between
//! plan and apply, which is refused and named.

use gatediff::engine::{Choices, Stale};
use gatediff::job::FailureKind;
use serde_json::{Value, json};

use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all, tables};

/// The target: one item of each kind, and a row in each of the 24 tables.
fn target() -> Sample {
    sample()
        .apis(&[("m", "k"), ("m", "k2")])
        .level("L", "level")
        .authentication("X", "type")
        .authentication("Y", "other")
        .connection("c", json!({}))
        .group("5", "g", json!({"groupDesc": "then"}))
        .group_api("5", ("m", "k"), json!({"moduleVer": "1"}))
        .group_authentication("5", "X")
        .scope("6", "s", json!({"vgroupDesc": "then"}))
        .scope_authentication("6", "X")
        .hidden("7", "6", ("m", "k"), json!({"groupAlias": "local"}))
        .client("a", json!({"securityLevelId": "L"}))
        .host(1, "a", "h", "1.1.1.1")
        .oauth("a", json!({"authorizedGrantTypes": "password"}))
        .clientext("a", 1, json!({}))
        .client_group("a", "5")
        .client_group("a", "7")
        .client_scope("a", "6")
        .x_key(1, "a", "EN", json!({}))
        .x_map(1, 1, "5")
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "uid-m-k")
        .dp_app(1, "a", json!({"applicationDesc": "then"}))
        .idp_o(1, "a", "GOOGLE", json!({}))
        .idp_l(1, "a", json!({}))
        .idp_a(1, "a", json!({}))
        .idp_jdbc(1, "a", "c", json!({}))
}

/// The file: the same, but client, group, scope and connection differ, so that
/// they are covered; level and authentication type do not, and are relied on.
fn file() -> Sample {
    let set = |name: &'static str, value: Value| {
        move |row: &mut serde_json::Map<String, Value>| {
            row.insert(name.to_owned(), value.clone());
        }
    };
    target()
        .change("tsmpClientList", set("tps", json!(50)))
        .change("tsmpGroupList", set("groupDesc", json!("wanted")))
        .change("tsmpVgroupList", set("vgroupDesc", json!("wanted")))
        .change("dgrRdbConnectionList", set("userName", json!("wanted")))
        .change("dpAppList", set("applicationDesc", json!("wanted")))
        .api_use("uid-m-k", ("m", "k"))
}

/// Plans, lets something change, applies: nothing is written, and what is
/// stale is told.
async fn stale(target: &Sample, file: &Sample, meanwhile: &str) -> Vec<Stale> {
    let site = Site::new(target).await;
    let review = site.review(file).await;
    site.run(meanwhile).await;
    let before = site.dump().await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale, "{failure}");
    assert_eq!(site.dump().await, before, "nothing is written");
    failure.stale
}

/// Returns what is told of each item, without its fields.
async fn describe(target: &Sample, file: &Sample, meanwhile: &str) -> Vec<String> {
    let stale = stale(target, file, meanwhile).await;
    stale
        .iter()
        .map(|stale| format!("{} {}", stale.item, stale.why))
        .collect()
}

/// Applies after a change that does not matter.
async fn passes(target: &Sample, file: &Sample, meanwhile: &str) {
    let site = Site::new(target).await;
    let review = site.review(file).await;
    site.run(meanwhile).await;
    site.apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_or_else(|failure| {
            panic!(
                "{failure}: {}",
                serde_json::to_string(&failure.stale).unwrap()
            );
        });
}

/// Makes a test of each row: the table, what happens to one of its rows, the
/// item that it belongs to, and the field with its three states.
macro_rules! each_table {
    ($($table:ident: $sql:literal => $item:literal, $field:tt;)*) => {
        mod a_change_is_refused_and_named_in {
            $(
                #[tokio::test]
                async fn $table() {
                    super::is_named($sql, $item, &serde_json::json!($field)).await;
                }
            )*
        }

        const CHANGED: &[&str] = &[$(stringify!($table)),*];
    };
}

each_table! {
    tsmp_client: "UPDATE tsmp_client SET tps = 77" => "client:a",
        {"path": "/tps", "then": 10, "now": 77, "wanted": 50, "secret": false};
    tsmp_client_host: "UPDATE tsmp_client_host SET host_name = 'other'" => "client:a",
        {"path": "/hosts/1.1.1.1/hostName", "then": "h", "now": "other", "wanted": "h", "secret": false};
    oauth_client_details: "UPDATE oauth_client_details SET authorized_grant_types = 'other'" => "client:a",
        {"path": "/oauth/authorizedGrantTypes", "then": "password", "now": "other", "wanted": "password",
         "secret": false};
    tsmp_dp_clientext: "UPDATE tsmp_dp_clientext SET content_txt = 'other'" => "client:a",
        {"path": "/extension/contentTxt", "then": "content", "now": "other", "wanted": "content",
         "secret": false};
    tsmp_group: "UPDATE tsmp_group SET group_desc = 'other' WHERE group_id = '5'" => "group:g",
        {"path": "/groupDesc", "then": "then", "now": "other", "wanted": "wanted", "secret": false};
    tsmp_client_group: "DELETE FROM tsmp_client_group WHERE group_id = '5'" => "client:a",
        {"path": "/groups/g", "then": "g", "wanted": "g", "secret": false};
    tsmp_vgroup: "UPDATE tsmp_vgroup SET vgroup_desc = NULL" => "scope:s",
        {"path": "/vgroupDesc", "then": "then", "wanted": "wanted", "secret": false};
    tsmp_client_vgroup: "DELETE FROM tsmp_client_vgroup" => "client:a",
        {"path": "/scopes/s", "then": {"apis": {"m/k": null}}, "wanted": {"apis": {"m/k": null}},
         "secret": false};
    tsmp_vgroup_group: "DELETE FROM tsmp_vgroup_group" => "scope:s",
        {"path": "/linkedGroups/m~1k", "then": "m/k", "secret": false};
    tsmp_group_api: "INSERT INTO tsmp_group_api VALUES ('5', 'k2', 'm', '2', now())" => "group:g",
        {"path": "/apis/m~1k2", "now": {"moduleVer": "2"}, "secret": false};
    dgr_x_api_key: "UPDATE dgr_x_api_key SET expired_at = 77" => "client:a",
        {"path": "/xApiKeys/alias-EN/expiredAt", "then": 2, "now": 77, "wanted": 2, "secret": false};
    dgr_x_api_key_map: "DELETE FROM dgr_x_api_key_map" => "client:a",
        {"path": "/xApiKeys/alias-EN/groups/g", "then": "g", "wanted": "g", "secret": false};
    tsmp_group_authorities: "UPDATE tsmp_group_authorities SET group_authoritie_desc = 'other' \
                             WHERE group_authoritie_id = 'X'" => "authentication:X",
        {"path": "/groupAuthoritieDesc", "now": "other", "secret": false};
    tsmp_group_authorities_map: "INSERT INTO tsmp_group_authorities_map VALUES ('5', 'Y')" => "group:g",
        {"path": "/authentications/Y", "now": "Y", "secret": false};
    tsmp_vgroup_authorities_map: "DELETE FROM tsmp_vgroup_authorities_map" => "scope:s",
        {"path": "/authentications/X", "then": "X", "wanted": "X", "secret": false};
    tsmp_security_level: "UPDATE tsmp_security_level SET security_level_desc = 'other' \
                          WHERE security_level_id = 'L'" => "security-level:L",
        {"path": "/securityLevelDesc", "now": "other", "secret": false};
    dp_app: "UPDATE dp_app SET application_desc = 'other'" => "client:a",
        {"path": "/dpApp/applicationDesc", "then": "then", "now": "other", "wanted": "wanted",
         "secret": false};
    tsmp_open_apikey: "UPDATE tsmp_open_apikey SET secret_key = 'other'" => "client:a",
        {"path": "/openApiKeys/alias-key/secretKey", "secret": true};
    tsmp_open_apikey_map: "DELETE FROM tsmp_open_apikey_map" => "client:a",
        {"path": "/openApiKeys/alias-key/apis/m~1k", "then": "m/k", "wanted": "m/k", "secret": false};
    dgr_gtw_idp_info_o: "UPDATE dgr_gtw_idp_info_o SET callback_url = 'https://other'" => "client:a",
        {"path": "/idpOAuth/GOOGLE 1/callbackUrl", "then": "https://h/cb", "now": "https://other",
         "wanted": "https://h/cb", "secret": false};
    dgr_gtw_idp_info_l: "UPDATE dgr_gtw_idp_info_l SET ldap_timeout = 77" => "client:a",
        {"path": "/idpLdap/LDAP 1/ldapTimeout", "then": 3000, "now": 77, "wanted": 3000, "secret": false};
    dgr_gtw_idp_info_a: "UPDATE dgr_gtw_idp_info_a SET req_body = 'other'" => "client:a",
        {"path": "/idpApi/API 1/reqBody", "secret": true};
    dgr_gtw_idp_info_jdbc: "UPDATE dgr_gtw_idp_info_jdbc SET idt_name = 'other'" => "client:a",
        {"path": "/idpJdbc/c 1/idtName", "now": "other", "secret": false};
    dgr_rdb_connection: "UPDATE dgr_rdb_connection SET user_name = 'other'" => "rdb-connection:c",
        {"path": "/userName", "then": "u", "now": "other", "wanted": "wanted", "secret": false};
}

async fn is_named(meanwhile: &str, item: &str, field: &Value) {
    let stale = stale(&target(), &file(), meanwhile).await;
    let described = serde_json::to_value(&stale).unwrap();
    assert_eq!(stale.len(), 1, "{described:#}");
    assert_eq!(stale[0].item.to_string(), item);
    assert_eq!(described[0]["fields"], json!([field]));
    assert!(
        stale[0]
            .why
            .starts_with("has since changed in the target: "),
        "{}",
        stale[0].why
    );
    assert!(
        stale[0].why.contains(field["path"].as_str().unwrap()),
        "{}",
        stale[0].why
    );
}

#[test]
fn each_of_the_24_tables_has_its_change() {
    let mut changed: Vec<String> = CHANGED.iter().map(|table| (*table).to_owned()).collect();
    let mut all = tables();
    changed.sort();
    all.sort();
    assert_eq!(changed, all);
    assert_eq!(all.len(), 24);
}

// ---- more than one way per table

#[tokio::test]
async fn a_host_that_came_or_went_is_named_and_no_other() {
    let target = sample()
        .client("a", json!({}))
        .host(5, "a", "b", "2.2.2.2")
        .host(7, "a", "c", "3.3.3.3");
    let file = sample()
        .client("a", json!({"tps": 50}))
        .host(1, "a", "c", "3.3.3.3");
    let field = |stale: &[Stale]| serde_json::to_value(&stale[0].fields).unwrap();
    let came = stale(
        &target,
        &file,
        "INSERT INTO tsmp_client_host VALUES (1, 'a', 'n', '9.9.9.9', now())",
    )
    .await;
    let host = json!({"hostName": "n", "hostIp": "9.9.9.9"});
    assert_eq!(
        field(&came),
        json!([{"path": "/hosts/9.9.9.9", "now": host, "secret": false}])
    );
    let went = stale(
        &target,
        &file,
        "DELETE FROM tsmp_client_host WHERE host_seq = 5",
    )
    .await;
    let host = json!({"hostName": "b", "hostIp": "2.2.2.2"});
    assert_eq!(
        field(&went),
        json!([{"path": "/hosts/2.2.2.2", "then": host, "secret": false}])
    );
}

#[tokio::test]
async fn a_row_of_an_item_to_be_added_is_named() {
    let file = sample().client("a", json!({})).host(1, "a", "h", "1.1.1.1");
    let client = "INSERT INTO tsmp_client (client_id, client_name, client_status, tps, owner, create_time, create_user, \
                  security_level_id) VALUES ('a', 'n', '1', 77, 'o', now(), 'x', 'SYSTEM')";
    let added = stale(&sample(), &file, client).await;
    assert_eq!(added[0].why, "has since been added to the target");
    let fields = serde_json::to_value(&added[0].fields).unwrap();
    let tps = json!({"path": "/tps", "now": 77, "wanted": 10, "secret": false});
    assert!(fields.as_array().unwrap().contains(&tps), "{fields:#}");
    // Rows of a client that is not there are taken over: they count as well.
    let host = "INSERT INTO tsmp_client_host VALUES (1, 'a', 'left', '1.1.1.1', now())";
    let leftover = describe(&sample(), &file, host).await;
    assert_eq!(
        leftover,
        ["client:a has since changed in the target: /hosts/1.1.1.1"]
    );
    let there = sample().host(1, "a", "left", "1.1.1.1");
    let gone = describe(&there, &file, "DELETE FROM tsmp_client_host").await;
    assert_eq!(
        gone,
        ["client:a has since changed in the target: /hosts/1.1.1.1"]
    );
}

#[tokio::test]
async fn the_local_text_of_a_hidden_group_is_not_overwritten_unseen() {
    let described = describe(
        &target(),
        &file(),
        "UPDATE tsmp_group SET group_alias = 'mine' WHERE group_id = '7'",
    )
    .await;
    assert_eq!(
        described,
        ["scope:s has since changed in the target: /hiddenGroups/m~1k/groupAlias"]
    );
}

#[tokio::test]
async fn an_item_that_is_relied_on_and_left_out_of_the_import_is_named() {
    let target = sample().group("5", "g", json!({"groupDesc": "then"}));
    let file = sample()
        .group("1", "g", json!({"groupDesc": "wanted"}))
        .client("a", json!({}))
        .client_group("a", "1");
    let site = Site::new(&target).await;
    let review = site.review(&file).await;
    site.run("UPDATE tsmp_group SET group_desc = 'now'").await;
    let failure = site
        .apply(&review, &Choices::new(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(
        serde_json::to_value(&failure.stale).unwrap(),
        json!([{"item": "group:g", "why": "has since changed in the target: /groupDesc (client:a requires it)", "fields":
            [{"path": "/groupDesc", "then": "then", "now": "now", "wanted": "wanted", "secret": false}]}])
    );
}

#[tokio::test]
async fn an_api_that_vanished_or_came_back_is_named_where_it_is_used() {
    let target = target().api(("m", "unused"));
    let gone = describe(&target, &file(), "DELETE FROM tsmp_api WHERE api_key = 'k'").await;
    assert_eq!(
        gone,
        [
            "client:a has since changed in the target: /openApiKeys/alias-key/apis/m~1k, \
             /openApiKeys/alias-key/apis/uid-m-k; API m/k is now missing in the target",
            "group:g API m/k is now missing in the target",
            "scope:s API m/k is now missing in the target",
        ]
    );
    passes(
        &target,
        &file(),
        "DELETE FROM tsmp_api WHERE api_key = 'unused'",
    )
    .await;
    // Used by an item that is unchanged, before or after, and so not written.
    let file = file()
        .group("1", "left", json!({}))
        .group_api("1", ("m", "unused"), json!({}));
    let target = target
        .group("9", "left", json!({}))
        .group_api("9", ("m", "unused"), json!({}));
    passes(
        &target,
        &file,
        "DELETE FROM tsmp_api WHERE api_key = 'unused'",
    )
    .await;
    let target = sample().group("9", "g", json!({}));
    let file = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({}))
        .client("a", json!({}));
    let back = "INSERT INTO tsmp_api VALUES ('k', 'm', 'n', '1', 'R', null, now(), null, 'x')";
    passes(&target, &file, back).await;
    let described = describe(
        &target,
        &file
            .group("2", "new", json!({}))
            .group_api("2", ("m", "k"), json!({})),
        back,
    )
    .await;
    assert_eq!(described, ["group:new API m/k now exists in the target"]);
}

#[tokio::test]
async fn an_api_that_a_key_can_no_longer_name_is_reported() {
    let target = sample().api(("m", "k"));
    let file = sample()
        .client("a", json!({}))
        .open_key(1, "a", "key", json!({}))
        .open_map(1, 1, "source")
        .api_use("source", ("m", "k"));
    let described = describe(&target, &file, "UPDATE tsmp_api SET api_uid = NULL").await;
    assert_eq!(
        described,
        ["client:a would now be written differently: /openApiKeys/alias-key/apis/m~1k"]
    );
}

#[tokio::test]
async fn a_name_that_was_taken_and_a_level_that_changed_are_reported_with_the_reason() {
    let target = sample()
        .level("A", "one")
        .level("B", "two")
        .client("a", json!({"securityLevelId": "A"}));
    let file = sample()
        .level("A", "one")
        .client("a", json!({"securityLevelId": "A", "clientAlias": "al"}));
    let level = describe(
        &target,
        &file,
        "UPDATE tsmp_client SET security_level_id = 'B'",
    )
    .await;
    assert_eq!(
        level,
        [
            "client:a has since changed in the target: /securityLevelId; \
          is now blocked: security level is 'B' in the target and 'A' in the file"
        ]
    );
    let target = target.client("z", json!({}));
    let taken = describe(
        &target,
        &file,
        "UPDATE tsmp_client SET client_alias = 'al' WHERE client_id = 'z'",
    )
    .await;
    assert_eq!(
        taken,
        ["client:a is now blocked: alias 'al' belongs to client 'z' in the target"]
    );
}

// ---- what does not matter

#[tokio::test]
async fn audit_runtime_and_derived_columns_do_not_matter() {
    let meanwhile = "
        UPDATE tsmp_client SET api_used = 77, pwd_fail_times = 2, update_time = now(), update_user = 'x';
        UPDATE tsmp_client_host SET create_time = now();
        UPDATE oauth_client_details SET scope = 'other';
        UPDATE tsmp_dp_clientext SET update_date_time = now(), update_user = 'x', version = 9, keyword_search = 'x';
        UPDATE tsmp_group SET update_time = now(), update_user = 'x';
        UPDATE tsmp_vgroup SET update_time = now(), update_user = 'x';
        UPDATE tsmp_vgroup_group SET create_time = now();
        UPDATE tsmp_group_api SET create_time = now();
        UPDATE dgr_x_api_key SET update_date_time = now(), update_user = 'x', version = 9;
        UPDATE dgr_x_api_key_map SET version = 9;
        UPDATE dp_app SET keyword_search = 'x', version = 9;
        UPDATE tsmp_open_apikey SET version = 9;
        UPDATE dgr_gtw_idp_info_o SET version = 9, update_user = 'x';
        UPDATE dgr_rdb_connection SET version = 9, update_user = 'x';
        UPDATE tsmp_api SET update_time = now();";
    passes(&target(), &file(), meanwhile).await;
}

#[tokio::test]
async fn a_change_of_an_item_that_nobody_touches_or_needs_does_not_matter() {
    let others = |sample: Sample| {
        sample
            .level("Z", "other level")
            .authentication("Z", "other type")
            .connection("z", json!({}))
            .group("15", "z", json!({}))
            .scope("16", "z", json!({}))
            .hidden("17", "16", ("m", "k2"), json!({}))
            .client("z", json!({}))
            .host(9, "z", "z", "9.9.9.9")
    };
    let meanwhile = "
        UPDATE tsmp_client SET tps = 77 WHERE client_id = 'z';
        DELETE FROM tsmp_client_host WHERE client_id = 'z';
        UPDATE tsmp_group SET group_desc = 'x' WHERE group_id IN ('15', '17');
        UPDATE tsmp_vgroup SET vgroup_desc = 'x' WHERE vgroup_id = '16';
        UPDATE tsmp_security_level SET security_level_desc = 'x' WHERE security_level_id = 'Z';
        UPDATE tsmp_group_authorities SET group_authoritie_desc = 'x' WHERE group_authoritie_id = 'Z';
        UPDATE dgr_rdb_connection SET user_name = 'x' WHERE connection_name = 'z';";
    // Whether the file has them, unchanged, or does not.
    passes(&others(target()), &file(), meanwhile).await;
    passes(&others(target()), &others(file()), meanwhile).await;
}
