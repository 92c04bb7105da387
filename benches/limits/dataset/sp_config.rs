//! An export of SailPoint's sp-config: objects of four types, half of which refer to others; some
//! 0.6 kB for each.

use serde_json::{Value, json};

use super::{Class, Dataset, Edition, Object};

/// Returns one edition of a dataset's export.
pub(crate) fn file(dataset: &Dataset, edition: Edition) -> String {
    let entries: Vec<String> = dataset
        .objects(edition)
        .map(|object| entry(object).to_string())
        .collect();
    format!("{{\"version\":1,\"objects\":[{}]}}", entries.join(",\n"))
}

fn entry(mut object: Object) -> Value {
    let (index, word) = (object.index, object.word());
    let token = object.token(20);
    let (mut kind, mut content) = match index % 4 {
        0 => (
            "TRANSFORM",
            json!({"type": "concat", "attributes": {"values": [word, {"type": "accountAttribute",
                "attributes": {"sourceName": format!("Object {}", index + 1), "attributeName": "mail"}}]}}),
        ),
        1 => ("SOURCE", source(index, word, &token)),
        2 => (
            "CONNECTOR_RULE",
            json!({"type": "BuildMap", "sourceCode": {"version": "1.0",
                "script": format!("{}return \"{word}\";", "map.put(\"key\", value);\n".repeat(20))}}),
        ),
        _ => (
            "TRIGGER_SUBSCRIPTION",
            json!({"triggerId": "idn:event", "type": "HTTP", "description": word, "httpConfig": {
                "url": format!("https://hook-{index}.example/x"),
                "basicAuthConfig": {"userName": "user", "password": token}}}),
        ),
    };
    if object.class == Class::Blocked && object.edition == Edition::After {
        kind = "WORKFLOW";
    }
    content["id"] = json!(format!("{index:032x}"));
    content["name"] = json!(format!("Object {index}"));
    json!({"version": 1, "self": {"type": kind, "id": content["id"], "name": content["name"]}, "object": content})
}

fn source(index: usize, word: &str, token: &str) -> Value {
    let attributes: Vec<Value> = (0..10)
        .map(|number| json!({"name": format!("attribute{number}"), "type": "STRING"}))
        .collect();
    let domains: Vec<Value> = (0..3)
        .map(|number| json!({"domainDN": format!("DC={number}"), "user": "u", "password": token}))
        .collect();
    let owner = index % 50;
    json!({"type": "Delimited", "description": word,
        "owner": {"type": "IDENTITY", "id": format!("{owner:032x}"), "name": format!("owner {owner}")},
        "features": ["SYNC", "PROVISIONING"], "schemas": [{"id": format!("schema-{index}"), "name": "account",
            "attributes": attributes}],
        "connectorAttributes": {"host": format!("{word}.example"), "encrypted": "password", "password": token,
            "domainSettings": domains}})
}
