//! Objects in the form that is compared and shown: what changes by itself is
//! left out, equal forms are one, secrets are masked.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use super::object::{GATEWAY, Object, Sort};
use crate::engine::secret::{announces_secret, is_indirection, is_secret_name, mask_text};
use crate::engine::{Field, Secret, Value};
use crate::platform::document::canonical::{self, Side};
use crate::platform::document::{Json, Object as Members, Rules, Treat};

/// The version that an API without versions has.
const DEFAULT_VERSION: &str = "Default";

static ORGANISATION: LazyLock<Rules> = LazyLock::new(|| {
    let rules = [
        ("id", Treat::Noise),
        ("_id", Treat::Noise),
        ("developer_count", Treat::Noise),
        ("apis", Treat::SetBy("api_id")),
        ("apis/*/api_id", Treat::Noise),
        ("event_options/*/email", Treat::Secret),
        ("event_options/*/webhook", Treat::Secret),
        ("open_policy/rules", Treat::Secret),
        ("org_options_meta", Treat::SecretsBelow),
    ];
    Rules::new(&rules, is_indirection)
});

static API: LazyLock<Rules> = LazyLock::new(|| {
    let rules = [
        ("created_at", Treat::Noise),
        ("updated_at", Treat::Noise),
        ("api_model", Treat::Noise),
        ("api_definition/id", Treat::Noise),
        ("api_definition/api_id", Treat::Noise),
        ("api_definition/graphql/last_schema_update", Treat::Noise),
        ("oas/x-tyk-api-gateway/info/id", Treat::Noise),
        ("oas/x-tyk-api-gateway/info/dbId", Treat::Noise),
        // An import brings no webhooks along: their ids are others everywhere.
        ("hook_references/*/hook/id", Treat::Noise),
        ("**/handler_meta/id", Treat::Noise),
        ("**/handler_meta/webhook_id", Treat::Noise),
        ("user_owners", Treat::Unordered),
        ("user_group_owners", Treat::Unordered),
        ("categories", Treat::Unordered),
        ("api_definition/tags", Treat::Unordered),
        ("api_definition/jwt_default_policies", Treat::Unordered),
        ("api_definition/certificates", Treat::Unordered),
        ("api_definition/client_certificates", Treat::Unordered),
        ("api_definition/allowed_ips", Treat::Unordered),
        ("api_definition/blacklisted_ips", Treat::Unordered),
        ("api_definition/hmac_allowed_algorithms", Treat::Unordered),
        ("api_definition/CORS/allowed_origins", Treat::Unordered),
        ("api_definition/CORS/allowed_methods", Treat::Unordered),
        ("api_definition/CORS/allowed_headers", Treat::Unordered),
        ("api_definition/graphql/supergraph/subgraphs", Treat::SetBy("api_id")),
        // Not the password, but what is needed to get in by one.
        ("**/oauth/password", Treat::Map),
        ("**/jwt_source", Treat::Secret),
        ("**/jwt/source", Treat::Secret),
        ("**/securitySchemes/*/source", Treat::Secret),
        ("**/request_signing/key_id", Treat::Secret),
        ("**/requestSigning/keyId", Treat::Secret),
        // Code may have anything in it.
        ("**/template_source", Treat::Secret),
        ("**/function_source_uri", Treat::Secret),
        ("**/virtualEndpoint/body", Treat::Secret),
        ("**/transformRequestBody/body", Treat::Secret),
        ("**/transformResponseBody/body", Treat::Secret),
        ("**/check_list/*/body", Treat::Secret),
        ("**/check_list/*/headers", Treat::SecretsBelow),
        ("**/header_map", Treat::SecretsBelow),
        ("**/headers/*/value", Treat::SecretsBelow),
        ("**/config/headers", Treat::SecretsBelow),
        ("**/config/header", Treat::SecretsBelow),
        ("**/subgraphs/*/headers", Treat::SecretsBelow),
        ("**/global_headers", Treat::SecretsBelow),
        ("**/global_response_headers", Treat::SecretsBelow),
        ("**/add_headers", Treat::SecretsBelow),
        ("**/request_headers", Treat::SecretsBelow),
        ("**/transformRequestHeaders/add", Treat::SecretsBelow),
        ("**/transformResponseHeaders/add", Treat::SecretsBelow),
        ("**/config_data", Treat::SecretsBelow),
        ("**/pluginConfig/data", Treat::SecretsBelow),
        ("**/mock_response/*/headers", Treat::SecretsBelow),
        ("**/auth_headers", Treat::SecretsBelow),
        ("**/credentials", Treat::SecretsBelow),
        ("**/auth_provider/meta", Treat::SecretsBelow),
        ("**/session_provider/meta", Treat::SecretsBelow),
    ];
    Rules::new(&rules, is_indirection)
});

static POLICY: LazyLock<Rules> = LazyLock::new(|| {
    let rules = [
        ("_id", Treat::Noise),
        ("id", Treat::Noise),
        ("last_updated", Treat::Noise),
        ("date_created", Treat::Noise),
        ("access_rights_array", Treat::Noise),
        ("auth_type", Treat::Noise),
        ("auth_types", Treat::Noise),
        ("state", Treat::Noise),
        ("graphql_enabled", Treat::Noise),
        ("tags", Treat::Unordered),
        ("access_rights", Treat::Map),
        ("access_rights/*/api_id", Treat::Noise),
        ("access_rights/*/versions", Treat::Unordered),
        ("access_rights/*/allowed_urls", Treat::SetBy("url")),
        ("access_rights/*/allowed_urls/*/methods", Treat::Unordered),
        ("meta_data", Treat::SecretsBelow),
    ];
    Rules::new(&rules, is_indirection)
});

/// Returns an object in the form that is compared. `is_versioned` says of an
/// `api_id` whether that API has versions of its own.
pub(super) fn value(object: &Object, is_target: bool, is_versioned: &impl Fn(&str) -> bool) -> Value {
    let side = match (is_target, object.sort) {
        (false, _) => Side::File,
        (true, Sort::Organisation) => Side::Merged,
        (true, Sort::Api | Sort::Policy) => Side::Replaced,
    };
    let value = match object.sort {
        Sort::Organisation => ORGANISATION.canonical(&organisation(&object.body), side),
        Sort::Api => API.canonical(&wrapped(object), side),
        Sort::Policy => POLICY.canonical(&policy(&object.body, is_versioned), side),
    };
    masked("", value)
}

/// Returns where a bare definition stands in the form that is compared, before
/// all paths into it.
pub(super) fn prefix(object: &Object) -> &'static str {
    let body = &object.body;
    let is_bare =
        object.sort == Sort::Api && body.get("api_definition").is_none() && body.get("oas").is_none();
    match (is_bare, body.get(GATEWAY).is_some()) {
        (false, _) => "",
        (true, false) => "/api_definition",
        (true, true) => "/oas",
    }
}

/// Returns an API in its wrapper, without what a wrapper says by default.
fn wrapped(object: &Object) -> Json {
    let name = prefix(object).trim_start_matches('/');
    if !name.is_empty() {
        return Json::Object([(name.into(), object.body.clone())].into_iter().collect());
    }
    let mut body = object.body.clone();
    if let Some(wrapper) = body.as_object_mut() {
        for name in ["is_site", "sort_by", "is_streams"] {
            if wrapper.get(name).is_some_and(is_zero) {
                wrapper.remove(name);
            }
        }
    }
    body
}

/// Returns an organisation with each API once in its list.
fn organisation(body: &Json) -> Json {
    let mut body = body.clone();
    if let Some(Json::List(apis)) = body.pointer_mut("/apis") {
        let mut seen = HashSet::new();
        apis.retain(|entry| is_news(entry, &mut seen));
    }
    body
}

/// Says whether an entry of a list of APIs names one that none named before.
fn is_news(entry: &Json, seen: &mut HashSet<String>) -> bool {
    let id = entry.text_of("api_id");
    !id.is_empty() && seen.insert(id.to_owned())
}

/// Returns a policy with its access rights in one form.
fn policy(body: &Json, is_versioned: &impl Fn(&str) -> bool) -> Json {
    let mut body = body.clone();
    let rights = body.pointer_mut("/access_rights").and_then(Json::as_object_mut);
    for (id, right) in rights.into_iter().flat_map(Members::members_mut) {
        let Some(right) = right.as_object_mut() else { continue };
        for (old, new) in [("apiid", "api_id"), ("apiname", "api_name")] {
            if let Some(value) = right.remove(old).filter(|_| right.get(new).is_none_or(Json::is_empty)) {
                right.set(new, value);
            }
        }
        if right.get("limit").is_some_and(is_zero) {
            right.remove("limit");
        }
        if right.get("versions").is_some_and(|versions| !is_versioned(id) && is_default(versions)) {
            right.remove("versions");
        }
    }
    body
}

fn is_default(versions: &Json) -> bool {
    let names = versions.elements().iter().filter_map(Json::as_text);
    names.filter(|name| !name.is_empty()).all(|name| name == DEFAULT_VERSION)
}

/// Says whether a value is what stands there when nobody said anything.
fn is_zero(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(text) => canonical::number(text) == Value::Int(0),
        Json::Text(text) => text.is_empty(),
        Json::List(elements) => elements.iter().all(is_zero),
        Json::Object(object) => object.members().all(|(_, value)| is_zero(value)),
    }
}

/// Masks what is secret by its name or its form, wherever it stands.
fn masked(name: &str, value: Value) -> Value {
    match value {
        Value::Text(text) if is_indirection(&text) || text.is_empty() => Value::Text(text),
        Value::Text(text) => match mask_text(name, &text) {
            Some(shown) if &*shown == "***" => Value::Secret(Secret::new(text)),
            Some(shown) => Value::Secret(Secret::with_mask(text, shown)),
            None => Value::Text(text),
        },
        Value::Int(number) if is_secret_name(name) => Value::Secret(Secret::new(number.to_string())),
        Value::Number(text) if is_secret_name(name) => Value::Secret(Secret::new(text)),
        Value::Record(mut fields) => {
            let says = |field: &Field| matches!(&field.value, Value::Text(text) if announces_secret(&field.name, text));
            let announces = fields.iter().any(says);
            for field in &mut fields {
                let value = std::mem::replace(&mut field.value, Value::Null);
                let name = if announces && field.name == "value" { "secret" } else { &*field.name };
                field.value = masked(name, value);
            }
            Value::Record(fields)
        }
        Value::Set(mut elements) => {
            for element in &mut elements {
                element.value = masked(name, std::mem::replace(&mut element.value, Value::Null));
            }
            Value::Set(elements)
        }
        Value::List(values) => Value::List(values.into_iter().map(|value| masked(name, value)).collect()),
        other => other,
    }
}

/// Returns what an organisation becomes: as the target has it, with what the
/// file says. What is empty in the file says nothing.
pub(super) fn merged(target: &Json, file: &Json) -> Arc<str> {
    let mut merged = target.clone();
    merge(&mut merged, file, true);
    merged.print().into()
}

fn merge(target: &mut Json, file: &Json, is_root: bool) {
    let (Json::Object(target), Json::Object(file)) = (target, file) else { return };
    for (name, value) in file.members().filter(|(_, value)| !value.is_empty()) {
        match (target.get_mut(name), value) {
            (Some(_), _) if is_root && ["id", "_id", "developer_count"].contains(&name) => {}
            (Some(Json::List(there)), Json::List(listed)) if is_root && name == "apis" => list(there, listed),
            (Some(there @ Json::Object(_)), Json::Object(_)) => merge(there, value, false),
            _ => target.set(name, value.clone()),
        }
    }
}

/// Lists APIs: those that are listed there already stay in their places.
fn list(there: &mut Vec<Json>, listed: &[Json]) {
    let mut seen = HashSet::new();
    for entry in listed.iter().filter(|entry| is_news(entry, &mut seen)) {
        let id = entry.text_of("api_id");
        match there.iter_mut().find(|other| other.text_of("api_id") == id) {
            Some(other) => merge(other, entry, false),
            None => there.push(entry.clone()),
        }
    }
}
