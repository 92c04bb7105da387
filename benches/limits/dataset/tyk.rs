//! A bundle of Tyk's: one organisation, its APIs, and a policy for each five of them; some 1 kB
//! for each API.

use serde_json::{Map, Value, json};

use super::{Class, Dataset, Edition, Object};

/// The organisation of all objects.
const ORG: &str = "53ac07777cbb8c2d53000002";

/// How many APIs a policy grants.
const GRANTED: usize = 5;

/// Returns one edition of a dataset's bundle.
pub(crate) fn file(dataset: &Dataset, edition: Edition) -> String {
    let apis: Vec<Value> = dataset.objects(edition).map(api).collect();
    let granted: Vec<usize> = dataset
        .objects(edition)
        .filter(|object| object.class != Class::Blocked)
        .map(|object| object.index)
        .collect();
    let policies: Vec<Value> = granted
        .chunk_by(|one, other| one / GRANTED == other / GRANTED)
        .map(policy)
        .collect();
    let organisation = json!({"id": ORG, "owner_name": "Bank", "owner_slug": "bank", "cname_enabled": true, "apis": []});
    bundle(&[organisation], &apis, &policies)
}

/// Returns a bundle of nothing but the API after the last one of a dataset, counted from 0.
pub(crate) fn one_more(dataset: &Dataset, count: usize) -> String {
    let more = Dataset {
        size: dataset.size + count + 1,
        ..*dataset
    };
    let mut apis = more
        .objects(Edition::After)
        .skip(dataset.size + count)
        .map(api);
    bundle(&[], &[apis.next().expect("one API more")], &[])
}

fn bundle(organisations: &[Value], apis: &[Value], policies: &[Value]) -> String {
    let lines = |objects: &[Value]| {
        let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
        lines.join(",\n")
    };
    let mut lists = Vec::new();
    for (name, objects) in [
        ("organisations", organisations),
        ("apis", apis),
        ("Data", policies),
    ] {
        if !objects.is_empty() {
            lists.push(format!("\"{name}\":[{}]", lines(objects)));
        }
    }
    format!("{{{}}}", lists.join(",\n"))
}

fn api_id(index: usize) -> String {
    format!("{index:032x}")
}

fn policy_id(index: usize) -> String {
    format!("{:024x}", 0x5000_0000 + index / GRANTED)
}

fn api(mut object: Object) -> Value {
    let (index, word) = (object.index, object.word());
    let id = match object.class {
        Class::Blocked if object.edition == Edition::After => "not an id".to_owned(),
        _ => format!("{index:024x}"),
    };
    json!({"api_model": {}, "api_definition": {
        "id": id, "api_id": api_id(index), "name": format!("API {index} 帳戶"), "org_id": ORG, "active": true,
        "auth_configs": {"authToken": {"auth_header_name": "Authorization", "signature": {"secret": object.token(24)}}},
        "proxy": {"listen_path": format!("/api-{index}/"), "target_url": format!("http://upstream-{index}:8080/{word}"),
            "strip_listen_path": true},
        "version_data": {"not_versioned": true, "versions": {"Default": {"name": "Default", "use_extended_paths": true,
            "extended_paths": {"ignored": [], "white_list": []}}}},
        "config_data": {}, "tags": ["a", "b"], "use_keyless": false, "enable_batch_request_support": true,
        "custom_middleware": {"pre": [], "post": [], "driver": ""}, "response_processors": [], "cache_options": {"cache_timeout": 60}},
        "hook_references": [], "is_site": false, "sort_by": 0})
}

fn policy(apis: &[usize]) -> Value {
    let right = |index: &usize| {
        let right = json!({"api_id": api_id(*index), "api_name": format!("API {index} 帳戶"), "versions": ["Default"],
            "allowed_urls": []});
        (api_id(*index), right)
    };
    let id = policy_id(apis[0]);
    json!({"_id": id, "name": format!("Policy {id}"), "org_id": ORG, "rate": 100, "per": 60, "quota_max": -1,
        "access_rights": apis.iter().map(right).collect::<Map<_, _>>()})
}
