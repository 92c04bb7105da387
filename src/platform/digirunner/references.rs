//! Which rows refer to which others, and which columns may be shown: the
//! description of the tables for undo.

use super::allocate::COUNTERS;
use super::field::{FieldDef, Role};
use super::row_policy::is_idp;
use super::schema::{TABLES, Table};
use crate::store::restore::{Reference, TableInfo};

/// Every reference between the tables. The product declares none of them as
/// foreign keys.
const REFERENCES: [(&str, &str, &str, &str); 29] = [
    (
        "tsmp_client",
        "security_level_id",
        "tsmp_security_level",
        "security_level_id",
    ),
    ("tsmp_client_host", "client_id", "tsmp_client", "client_id"),
    (
        "oauth_client_details",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    ("tsmp_dp_clientext", "client_id", "tsmp_client", "client_id"),
    (
        "tsmp_group",
        "security_level_id",
        "tsmp_security_level",
        "security_level_id",
    ),
    ("tsmp_group", "vgroup_id", "tsmp_vgroup", "vgroup_id"),
    ("tsmp_client_group", "client_id", "tsmp_client", "client_id"),
    ("tsmp_client_group", "group_id", "tsmp_group", "group_id"),
    (
        "tsmp_vgroup",
        "security_level_id",
        "tsmp_security_level",
        "security_level_id",
    ),
    (
        "tsmp_client_vgroup",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    (
        "tsmp_client_vgroup",
        "vgroup_id",
        "tsmp_vgroup",
        "vgroup_id",
    ),
    ("tsmp_vgroup_group", "vgroup_id", "tsmp_vgroup", "vgroup_id"),
    ("tsmp_vgroup_group", "group_id", "tsmp_group", "group_id"),
    ("tsmp_group_api", "group_id", "tsmp_group", "group_id"),
    ("dgr_x_api_key", "client_id", "tsmp_client", "client_id"),
    (
        "dgr_x_api_key_map",
        "ref_api_key_id",
        "dgr_x_api_key",
        "api_key_id",
    ),
    ("dgr_x_api_key_map", "group_id", "tsmp_group", "group_id"),
    (
        "tsmp_group_authorities_map",
        "group_id",
        "tsmp_group",
        "group_id",
    ),
    (
        "tsmp_group_authorities_map",
        "group_authoritie_id",
        "tsmp_group_authorities",
        "group_authoritie_id",
    ),
    (
        "tsmp_vgroup_authorities_map",
        "vgroup_id",
        "tsmp_vgroup",
        "vgroup_id",
    ),
    (
        "tsmp_vgroup_authorities_map",
        "vgroup_authoritie_id",
        "tsmp_group_authorities",
        "group_authoritie_id",
    ),
    ("dp_app", "client_id", "tsmp_client", "client_id"),
    ("tsmp_open_apikey", "client_id", "tsmp_client", "client_id"),
    (
        "tsmp_open_apikey_map",
        "ref_open_apikey_id",
        "tsmp_open_apikey",
        "open_apikey_id",
    ),
    (
        "dgr_gtw_idp_info_o",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    (
        "dgr_gtw_idp_info_l",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    (
        "dgr_gtw_idp_info_a",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    (
        "dgr_gtw_idp_info_jdbc",
        "client_id",
        "tsmp_client",
        "client_id",
    ),
    (
        "dgr_gtw_idp_info_jdbc",
        "connection_name",
        "dgr_rdb_connection",
        "connection_name",
    ),
];

/// Columns of other parts of the product that refer to clients: the table, the
/// identifying column, the referring column, and whether that is a JSON list.
/// Not every version of the product has all of them. An undo must not delete a
/// client that they refer to; logs and expiring tokens may outlive it.
const EXTERNAL: [(&str, &str, &str, bool); 9] = [
    ("tsmp_client_cert", "client_cert_id", "client_id", false),
    ("tsmp_client_cert2", "client_cert2_id", "client_id", false),
    ("tsmp_dp_api_auth2", "api_auth_id", "ref_client_id", false),
    (
        "dgr_gtw_idp_info_cus",
        "gtw_idp_info_cus_id",
        "client_id",
        false,
    ),
    ("dgr_smart_client", "smart_client_id", "client_id", false),
    (
        "dgr_smart_client",
        "smart_client_id",
        "idp_client_id",
        false,
    ),
    ("dgr_smart_auth_session", "session_id", "client_id", false),
    // Its own key is a token, which must not be shown.
    ("dgr_smart_launch_context", "client_id", "client_id", false),
    (
        "dgr_smart_on_fhir_proxy",
        "sof_proxy_id",
        "sof_proxy_client_id",
        true,
    ),
];

/// Columns whose values the product requires to be unique: restoring a scope
/// must not duplicate a name.
const NAMES: [(&str, &str); 2] = [
    ("tsmp_vgroup", "vgroup_name"),
    ("tsmp_vgroup", "vgroup_alias"),
];

/// Describes the tables that an import writes, and those that refer to them.
pub(crate) fn tables() -> Vec<TableInfo> {
    let mut tables: Vec<TableInfo> = TABLES.into_iter().map(describe).collect();
    tables.push(TableInfo {
        name: COUNTERS,
        key: vec!["sequence_name"],
        shown: vec!["sequence_name", "next_val"],
        live: vec!["next_val"],
        is_counter: true,
        ..TableInfo::default()
    });
    for (name, key, column, is_list) in EXTERNAL {
        let reference = Reference {
            column,
            table: "tsmp_client",
            to: "client_id",
            is_list,
        };
        match tables.iter_mut().find(|info| info.name == name) {
            Some(info) => info.references.push(reference),
            None => tables.push(TableInfo {
                name,
                key: vec![key],
                references: vec![reference],
                is_external: true,
                ..TableInfo::default()
            }),
        }
    }
    tables
}

fn describe(table: &'static Table) -> TableInfo {
    let columns = |wanted: fn(&FieldDef) -> bool| {
        table
            .columns()
            .filter(|(_, field)| wanted(field))
            .map(|(_, field)| field.column)
            .collect()
    };
    TableInfo {
        name: table.name,
        key: columns(|field| field.is_key),
        shown: columns(|field| !field.is_secret && !field.is_url),
        live: columns(|field| field.role == Role::Counter),
        is_counter: false,
        references: REFERENCES
            .iter()
            .filter(|(from, ..)| *from == table.name)
            .map(|(_, column, table, to)| Reference {
                column,
                table,
                to,
                is_list: false,
            })
            .collect(),
        names: NAMES
            .iter()
            .filter(|(of, _)| *of == table.name)
            .map(|(_, column)| *column)
            .collect(),
        is_replaced: is_idp(table.id),
        is_external: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_names_columns_that_there_are() {
        let has = |table: &str, column: &str| {
            let table = TABLES.iter().find(|other| other.name == table);
            table.is_some_and(|table| table.columns().any(|(_, field)| field.column == column))
        };
        for (from, column, table, to) in REFERENCES {
            assert!(has(from, column), "{from}.{column}");
            let referred = TABLES.iter().find(|other| other.name == table).unwrap();
            assert!(
                referred.key().any(|(_, field)| field.column == to),
                "{table}.{to} is a key"
            );
        }
    }

    #[test]
    fn every_column_that_names_a_client_refers_to_it() {
        for table in TABLES.iter().filter(|table| table.name != "tsmp_client") {
            let names_client = table
                .columns()
                .any(|(_, field)| field.column == "client_id");
            let refers = REFERENCES
                .iter()
                .any(|(from, column, ..)| *from == table.name && *column == "client_id");
            assert_eq!(names_client, refers, "{}", table.name);
        }
    }

    #[test]
    fn no_secret_may_be_shown() {
        for table in tables() {
            for secret in [
                "client_secret",
                "mima",
                "idp_client_mima",
                "secret_key",
                "open_apikey",
                "jdbc_url",
            ] {
                assert!(!table.shown.contains(&secret), "{}.{secret}", table.name);
            }
        }
    }
}
