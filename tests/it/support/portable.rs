//! An export without what differs between environments: local ids are replaced by what they name,
//! what an import computes anew is left out, rows are sorted.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Local};
use serde_json::{Map, Value, json};

/// The rows of each list.
pub(crate) type Portable = BTreeMap<String, Vec<String>>;

/// Ids that are another one everywhere and that nothing refers to; and what an import computes.
const LEFT_OUT: [(&str, &str); 9] = [
    ("tsmpClientHostList", "hostSeq"),
    ("tsmpDpClientextList", "clientSeqId"),
    ("dgrXApiKeyMapList", "apiKeyMapId"),
    ("tsmpOpenApiKeyMapList", "openApiKeyMapId"),
    ("dpAppList", "dpApplicationId"),
    ("tsmpClientList", "pwdFailTimes"),
    ("tsmpDpClientextList", "keywordSearch"),
    ("oauthClientDetailsList", "scope"),
    ("dgrApikeyUseApiList", "apiUid"),
];

/// Returns the portable form of an export.
pub(crate) fn portable(export: &[u8]) -> Portable {
    let root: Value = serde_json::from_slice(export).unwrap();
    let lists = root["importClientRelated"].as_object().unwrap();
    let names = Names::new(lists);
    let describe = |list: &String, rows: &Value| {
        // The product keeps maps of keys to groups that are gone; every import skips them.
        let is_skipped = |row: &Value| {
            list == "dgrXApiKeyMapList"
                && !names.group_names.contains_key(&row["groupId"].to_string())
        };
        let rows = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| !is_skipped(row));
        let mut rows: Vec<String> = rows
            .map(|row| names.describe(list, row.as_object().unwrap()))
            .collect();
        rows.sort();
        // An import makes one map of several to hidden groups of one name.
        if list == "dgrXApiKeyMapList" {
            rows.dedup();
        }
        (list.clone(), rows)
    };
    lists
        .iter()
        .map(|(list, rows)| describe(list, rows))
        .collect()
}

/// What local ids name.
struct Names {
    groups: HashMap<String, Value>,
    group_names: HashMap<String, Value>,
    scopes: HashMap<String, Value>,
    x_keys: HashMap<String, Value>,
    open_keys: HashMap<String, Value>,
    apis: HashMap<String, Value>,
}

impl Names {
    fn new(lists: &Map<String, Value>) -> Self {
        let index = |list: &str, id: &str, name: &dyn Fn(&Value) -> Value| {
            let rows = lists[list].as_array().unwrap().iter();
            rows.map(|row| (row[id].to_string(), name(row)))
                .collect::<HashMap<_, _>>()
        };
        let scopes = index("tsmpVgroupList", "vgroupId", &|row| {
            row["vgroupName"].clone()
        });
        let apis = |group: &Value| {
            let links = lists["tsmpGroupApiList"].as_array().unwrap().iter();
            let mut apis: Vec<String> = links
                .filter(|link| link["groupId"] == *group)
                .map(|link| format!("{}/{}", link["moduleName"], link["apiKey"]))
                .collect();
            apis.sort();
            apis
        };
        let group = |row: &Value| match row["vgroupFlag"].as_str() {
            Some("1") => json!([scopes[&row["vgroupId"].to_string()], apis(&row["groupId"])]),
            _ => row["groupName"].clone(),
        };
        Self {
            groups: index("tsmpGroupList", "groupId", &group),
            group_names: index("tsmpGroupList", "groupId", &|row| {
                json!([row["vgroupFlag"], row["groupName"]])
            }),
            x_keys: index("dgrXApiKeyList", "apiKeyId", &|row| row["apiKeyEn"].clone()),
            open_keys: index("tsmpOpenApiKeyList", "openApiKeyId", &|row| {
                row["openApiKey"].clone()
            }),
            apis: index("dgrApikeyUseApiList", "apiUid", &|row| {
                json!([row["moduleName"], row["apiId"]])
            }),
            scopes,
        }
    }

    fn describe(&self, list: &str, row: &Map<String, Value>) -> String {
        let mut cells = row.clone();
        for (property, cell) in &mut cells {
            // An id that names nothing is no dangling row: it must not be there at all.
            let named = |names: &HashMap<String, Value>, id: &Value| {
                names
                    .get(&id.to_string())
                    .unwrap_or_else(|| panic!("{list} names no {property} {id}"))
                    .clone()
            };
            let described = match (list, property.as_str()) {
                _ if LEFT_OUT.contains(&(list, property)) => json!(null),
                ("dgrXApiKeyMapList", "groupId") => named(&self.group_names, cell),
                (_, "groupId") => named(&self.groups, cell),
                (_, "vgroupId") if !cell.is_null() => named(&self.scopes, cell),
                (_, "apiKeyId" | "refApiKeyId") => named(&self.x_keys, cell),
                (_, "openApiKeyId" | "refOpenApiKeyId") => named(&self.open_keys, cell),
                (_, "refApiUid") => named(&self.apis, cell),
                (_, "resubmitDateTimeForLongTime") => day(cell),
                _ => continue,
            };
            *cell = described;
        }
        Value::Object(cells).to_string()
    }
}

/// Returns the local day of epoch milliseconds.
fn day(millis: &Value) -> Value {
    let Some(text) = millis.as_str() else {
        return json!(null);
    };
    let time = DateTime::from_timestamp_millis(text.parse().unwrap())
        .unwrap()
        .with_timezone(&Local);
    json!(time.date_naive().to_string())
}
