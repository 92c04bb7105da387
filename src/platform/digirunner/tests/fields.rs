//! The description of the tables against the product's own, as listed in `fixtures/digirunner`.

use std::collections::BTreeMap;

use super::super::field::{FieldDef, Role, Type};
use super::super::schema::{API_USE, API_USE_LIST, TABLES};

const FIELDS: &str = include_str!("../../../../fixtures/digirunner/fields.csv");
const COLUMNS: &str = include_str!("../../../../fixtures/digirunner/columns.csv");

/// Columns that no export contains: columns that the schema does not list are kept.
const UNKNOWN: [&str; 4] = [
    "tsmp_client.client_sd",
    "tsmp_client.client_ed",
    "tsmp_client.svc_st",
    "tsmp_client.svc_et",
];

fn described(field: &FieldDef, list: &str, table: &str) -> String {
    let ty = match field.ty {
        Type::Text(_) | Type::Epoch => "String",
        Type::Int => "Integer",
        Type::IntAsLong | Type::Long => "Long",
        Type::Time => "Date",
    };
    let column = match field.ty {
        Type::Text(1) if TEXTS_OF_ONE.contains(&(table, field.column)) => "varchar(1)".to_owned(),
        Type::Text(1) => "char(1)".to_owned(),
        Type::Text(max) => format!("varchar({max})"),
        Type::Int | Type::IntAsLong => "integer".to_owned(),
        Type::Long => "bigint".to_owned(),
        Type::Time => "timestamp".to_owned(),
        Type::Epoch => "(not a column)".to_owned(),
    };
    let null = if field.required { "not null" } else { "" };
    let key = if field.is_key { "PRIMARY KEY" } else { "" };
    let role = match field.role {
        _ if field.is_secret => "secret",
        // The product's own sort of these; they follow from other columns.
        Role::Derived if field.column == "keyword_search" => "audit",
        Role::Compared | Role::Identity => "",
        Role::Stamped => "audit",
        Role::Local => "local-id",
        Role::Counter => "runtime",
        Role::Derived => "derived",
    };
    [
        list,
        field.json,
        ty,
        table,
        field.column,
        &column,
        null,
        key,
        role,
    ]
    .join(",")
}

/// Columns of one character that are `varchar(1)`; the others are `char(1)`.
const TEXTS_OF_ONE: [(&str, &str); 8] = [
    ("tsmp_open_apikey", "open_apikey_status"),
    ("tsmp_open_apikey", "rollover_flag"),
    ("dgr_gtw_idp_info_o", "status"),
    ("dgr_gtw_idp_info_l", "status"),
    ("dgr_gtw_idp_info_a", "status"),
    ("dgr_gtw_idp_info_a", "req_body_type"),
    ("dgr_gtw_idp_info_a", "suc_by_type"),
    ("dgr_gtw_idp_info_jdbc", "status"),
];

#[test]
fn every_field_has_the_products_name_column_type_and_role() {
    let mut expected = Vec::new();
    for record in csv::Reader::from_reader(FIELDS.as_bytes()).records() {
        let record = record.unwrap();
        let key = if &record[8] == "PRIMARY KEY" {
            "PRIMARY KEY"
        } else {
            ""
        };
        let column = if &record[5] == "(not a column)" {
            ""
        } else {
            &record[4]
        };
        let parts = [
            &record[0], &record[1], &record[2], &record[3], column, &record[5], &record[6], key,
            &record[9],
        ];
        expected.push(parts.join(","));
    }
    let ours: Vec<String> = TABLES
        .iter()
        .flat_map(|table| {
            table
                .fields
                .iter()
                .map(|field| described(field, table.list, table.name))
        })
        .collect();
    assert_eq!(ours, expected);
}

#[test]
fn every_column_of_every_table_has_one_role_or_is_kept() {
    let mut unknown = Vec::new();
    for record in csv::Reader::from_reader(COLUMNS.as_bytes()).into_deserialize() {
        let record: BTreeMap<String, String> = record.unwrap();
        let (name, column) = (&record["table"], &record["column"]);
        let Some(table) = TABLES.iter().find(|table| table.name == name) else {
            continue;
        };
        match table
            .columns()
            .filter(|(_, field)| field.column == column)
            .count()
        {
            0 => unknown.push(format!("{name}.{column}")),
            times => assert_eq!(times, 1, "{name}.{column}"),
        }
    }
    assert_eq!(unknown, UNKNOWN);
}

#[test]
fn what_is_compared_is_written_unless_it_is_declared_as_kept() {
    let kept = TABLES
        .iter()
        .flat_map(|table| table.columns().map(move |(_, field)| (table.name, field)));
    let kept: Vec<String> = kept
        .filter(|(_, field)| field.is_kept)
        .map(|(table, field)| format!("{table}.{}", field.column))
        .collect();
    let secrets = [
        "tsmp_client.client_secret",
        "tsmp_client.dp_client_entry",
        "oauth_client_details.client_secret",
    ];
    assert_eq!(kept, secrets);
}

#[test]
fn the_lists_are_the_25_of_an_export() {
    let mut ours: Vec<&str> = TABLES
        .iter()
        .map(|table| table.list)
        .chain([API_USE_LIST])
        .collect();
    let mut lists = super::sample::LISTS.to_vec();
    ours.sort_unstable();
    lists.sort_unstable();
    assert_eq!(ours, lists);
    assert_eq!(
        API_USE.map(|field| field.json),
        ["apiUid", "moduleName", "apiId"]
    );
}

#[test]
fn an_absent_property_has_the_products_default() {
    let mut defaults: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in TABLES {
        for field in table.fields {
            if field.absent != super::super::field::Absent::Null {
                let reported = format!("{} {:?}", field.json, field.absent);
                defaults.entry(table.list).or_default().push(reported);
            }
        }
    }
    let reported: Vec<String> = defaults
        .into_iter()
        .map(|(list, fields)| format!("{list}: {}", fields.join(", ")))
        .collect();
    assert_eq!(
        reported,
        [
            "dgrRdbConnectionList: maxPoolSize Int(10), connectionTimeout Int(30000), idleTimeout Int(600000), \
             maxLifetime Int(1800000)",
            "oauthClientDetailsList: accessTokenValidity Int(86400), refreshTokenValidity Int(86400)",
            "tsmpClientList: clientStatus Text(\"1\"), tps Int(10), cPriority Int(5), failTreshhold Int(3)",
            "tsmpDpClientextList: regStatus Text(\"0\"), pwdStatus Text(\"1\")",
            "tsmpGroupList: securityLevelId Text(\"SYSTEM\"), allowDays Int(0), allowTimes Int(0), \
             vgroupFlag Text(\"0\")",
            "tsmpOpenApiKeyList: timesQuota Int(-1), timesThreshold Int(-1), openApiKeyStatus Text(\"1\"), \
             rolloverFlag Text(\"N\")",
            "tsmpVgroupList: securityLevelId Text(\"SYSTEM\"), allowDays Int(0), allowTimes Int(0)",
        ]
    );
}
