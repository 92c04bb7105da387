//! Every column of every row that a cover writes, one by one: what it must
//! hold afterwards follows from its role, and every column has to have one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site};

const FIELDS: &str = include_str!("../../fixtures/digirunner/fields.csv");
const COLUMNS: &str = include_str!("../../fixtures/digirunner/columns.csv");

/// A day in local time, whatever the time zone.
const NOON: &str = "1709208000000";

/// The rows that are covered: list, table, and what both sides have in common.
fn covered() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "tsmpClientList",
            "tsmp_client",
            json!({"clientId": "c", "securityLevelId": "F"}),
        ),
        (
            "tsmpClientHostList",
            "tsmp_client_host",
            json!({"hostSeq": 1, "clientId": "c", "hostIp": "1.1.1.1"}),
        ),
        (
            "oauthClientDetailsList",
            "oauth_client_details",
            json!({"clientId": "c"}),
        ),
        (
            "tsmpDpClientextList",
            "tsmp_dp_clientext",
            json!({"clientId": "c"}),
        ),
        (
            "tsmpGroupList",
            "tsmp_group",
            json!({"groupId": "1", "groupName": "g", "vgroupFlag": "0"}),
        ),
        (
            "tsmpVgroupList",
            "tsmp_vgroup",
            json!({"vgroupId": "2", "vgroupName": "s"}),
        ),
        (
            "dgrXApiKeyList",
            "dgr_x_api_key",
            json!({"apiKeyId": 1, "clientId": "c", "apiKeyEn": "EN"}),
        ),
        (
            "tsmpOpenApiKeyList",
            "tsmp_open_apikey",
            json!({"openApiKeyId": 1, "clientId": "c", "openApiKey": "KEY"}),
        ),
        (
            "dgrGtwIdpInfoOList",
            "dgr_gtw_idp_info_o",
            json!({"gtwIdpInfoOId": 1, "clientId": "c"}),
        ),
        (
            "dgrGtwIdpInfoLList",
            "dgr_gtw_idp_info_l",
            json!({"gtwIdpInfoLId": 1, "clientId": "c"}),
        ),
        (
            "dgrGtwIdpInfoAList",
            "dgr_gtw_idp_info_a",
            json!({"gtwIdpInfoAId": 1, "clientId": "c"}),
        ),
        (
            "dgrGtwIdpInfoJdbcList",
            "dgr_gtw_idp_info_jdbc",
            json!({"gtwIdpInfoJdbcId": 1, "clientId": "c"}),
        ),
        (
            "tsmpGroupAuthoritiesList",
            "tsmp_group_authorities",
            json!({"groupAuthoritieId": "a"}),
        ),
        (
            "tsmpSecurityLevelList",
            "tsmp_security_level",
            json!({"securityLevelId": "l"}),
        ),
        (
            "dgrRdbConnectionList",
            "dgr_rdb_connection",
            json!({"connectionName": "r"}),
        ),
    ]
}

/// Columns that a cover keeps although the file has something else.
const KEPT: [(&str, &str); 5] = [
    ("tsmp_client", "client_secret"),
    ("tsmp_client", "dp_client_entry"),
    ("oauth_client_details", "client_secret"),
    ("tsmp_group", "vgroup_name"),
    ("tsmp_group", "vgroup_flag"),
];

type Record = BTreeMap<String, String>;

fn records(csv: &str) -> Vec<Record> {
    csv::Reader::from_reader(csv.as_bytes())
        .into_deserialize()
        .map(Result::unwrap)
        .collect()
}

/// Returns a row in which every property says which side it is from.
fn row(list: &str, side: &str, common: &Value) -> Value {
    let mut row = Map::new();
    for field in records(FIELDS)
        .iter()
        .filter(|field| field["json_list"] == list)
    {
        let number = if side == "F" { 2 } else { 1 };
        let value = match field["json_type"].as_str() {
            _ if field["json_field"] == "resubmitDateTimeForLongTime" => json!(NOON),
            "String" => json!(side),
            "Date" => Value::Null,
            _ => json!(number),
        };
        row.insert(field["json_field"].clone(), value);
    }
    row.extend(common.as_object().unwrap().clone());
    Value::Object(row)
}

/// Returns a side: the covered rows, and what they refer to.
fn side(word: &str) -> Sample {
    let mut side = sample().level("F", "level F").level("T", "level T");
    side = side.connection("F", json!({})).connection("T", json!({}));
    covered().into_iter().fold(side, |side, (list, _, common)| {
        let row = row(list, word, &common);
        side.row(list, row)
    })
}

/// Says what is wrong with a column after the cover.
fn complaint(
    table: &str,
    column: &str,
    before: &Value,
    after: &Value,
    file: &Value,
) -> Option<String> {
    let fields = records(FIELDS);
    let field = fields
        .iter()
        .find(|field| field["table"] == table && field["column"] == column);
    let (old, new) = (&before[column], &after[column]);
    let (rule, holds) = match field.map(|field| (field["role"].as_str(), field)) {
        None => ("no property: stays", new == old),
        Some(_) if KEPT.contains(&(table, column)) => ("stays", new == old && *new != file[column]),
        Some(("local-id", _)) => ("an id: stays", new == old),
        Some(("derived", _)) => ("recomputed: no groups", new == "select"),
        Some(("audit", _)) => match column {
            "create_time" if table == "tsmp_client_host" => ("now", new != old && !new.is_null()),
            "create_time" | "create_date_time" | "create_user" => {
                ("stays", new == old && !new.is_null())
            }
            "update_time" | "update_date_time" => ("now", new != old && !new.is_null()),
            "update_user" => ("the operator", new == OPERATOR),
            "version" => (
                "one more",
                new.as_i64() == old.as_i64().map(|version| version + 1),
            ),
            "keyword_search" => ("recomputed", new == "F|F"),
            _ => ("an audit column without a rule", false),
        },
        Some(_) if column == "resubmit_date_time" => (
            "the day",
            new.as_str()
                .is_some_and(|day| day.starts_with("2024-02-2") && day.ends_with("T00:00:00")),
        ),
        Some(("runtime", _)) => ("a count of the running system: stays", new == old),
        Some(("" | "secret", field)) => {
            let is_key = field["key"] == "PRIMARY KEY";
            (
                "from the file",
                *new == file[&field["json_field"]] && (is_key || !new.is_null()),
            )
        }
        Some(_) => ("a role without a rule", false),
    };
    (!holds).then(|| format!("{table}.{column} ({rule}): {old} became {new}"))
}

/// Whether a row of the database has the file's key.
fn is_the_same(list: &str, row: &Value, file: &Value) -> bool {
    let fields = records(FIELDS);
    let mut key = fields
        .iter()
        .filter(|field| field["json_list"] == list && field["key"] == "PRIMARY KEY");
    key.all(|field| row[&field["column"]] == file[&field["json_field"]])
}

#[tokio::test]
async fn each_column_of_a_covered_row_holds_what_its_role_says() {
    let (target, file) = (side("T"), side("F"));
    // The level of a client may not change.
    let target = target.change("tsmpClientList", |row| {
        row.insert("securityLevelId".to_owned(), json!("F"));
    });
    let site = Site::new(&target).await;
    site.run("UPDATE tsmp_client SET client_sd = '2020-01-01', client_ed = '2030-01-01', svc_st = '0800', svc_et = '1800'")
        .await;
    let mut before = Vec::new();
    for (_, table, _) in covered() {
        before.push(site.rows(table, "true").await);
    }
    let receipt = site.import(&file).await;
    let mut complaints = Vec::new();
    let mut checked = 0;
    for ((list, table, common), before) in covered().into_iter().zip(before) {
        let file = row(list, "F", &common);
        let after = site.rows(table, "true").await;
        assert_eq!(
            before.len(),
            after.len(),
            "{table}: a cover neither adds nor removes"
        );
        let index = before.iter().position(|row| is_the_same(list, row, &file));
        let index = index.unwrap_or_else(|| panic!("{table}: no row to cover"));
        for column in records(COLUMNS)
            .iter()
            .filter(|column| column["table"] == table)
        {
            checked += 1;
            complaints.extend(complaint(
                table,
                &column["column"],
                &before[index],
                &after[index],
                &file,
            ));
        }
    }
    assert!(
        complaints.is_empty(),
        "{receipt:#?}\n{}",
        complaints.join("\n")
    );
    assert_eq!(
        checked, 223,
        "every column of the covered tables has a rule"
    );
}
