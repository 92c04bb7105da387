//! The rules for organisations, APIs and policies: which values belong to the
//! target, what identifies list elements, what is secret by its path.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use super::kinds::Sort;
use super::rules;
use crate::engine::DocumentSchema;
use crate::engine::schema::{Cover, Empty, Rule, Rules};
use crate::platform::document::{Json, Members, Object, Prepared, Sides};

/// The version that an API without versions has.
const DEFAULT_VERSION: &str = "Default";

/// What identifies elements of lists without a rule of their own.
const LIST_KEYS: &[&str] = &[
    "path+method",
    "path",
    "url",
    "domain",
    "scope",
    "clientId",
    "issuer",
    "name",
    "key",
    "api_id",
    "id",
];

pub(super) static ORGANISATION: LazyLock<DocumentSchema> = LazyLock::new(|| DocumentSchema {
    cover: Cover::Merge,
    empty: Empty::Zero,
    inner: "",
    list_keys: LIST_KEYS,
    rules: Rules::new([&[
        ("id", Rule::Local),
        ("_id", Rule::Local),
        ("developer_count", Rule::Volatile),
        ("apis", Rule::Map(&["api_id"])),
        ("event_options", Rule::Entries),
        ("event_options/*/email", Rule::Secret),
        ("event_options/*/webhook", Rule::Secret),
        ("open_policy/rules", Rule::Secret),
        ("org_options_meta", Rule::SecretsBelow),
        ("org_options_meta", Rule::Exact),
    ][..]]),
});

pub(super) static API: LazyLock<DocumentSchema> = LazyLock::new(|| DocumentSchema {
    cover: Cover::Replace,
    empty: Empty::Zero,
    inner: "",
    list_keys: LIST_KEYS,
    rules: Rules::new([OWN, EXTERNAL, FREE, UNORDERED, SECRETS]),
});

/// Values that belong to the Dashboard.
const OWN: &[(&str, Rule)] = &[
    ("created_at", Rule::Volatile),
    ("updated_at", Rule::Volatile),
    ("api_definition/id", Rule::Local),
    ("api_definition/graphql/last_schema_update", Rule::Volatile),
    ("oas/x-tyk-api-gateway/info/dbId", Rule::Local),
];

/// Webhooks, which are never imported: their ids differ everywhere.
const EXTERNAL: &[(&str, Rule)] = &[
    (
        "hook_references",
        Rule::Map(&["event_name+hook.name", "hook.name", "event_name"]),
    ),
    ("hook_references/*/hook/id", Rule::Local),
    (
        "**/event_handlers/events/*",
        Rule::Map(&[
            "handler_meta.name",
            "handler_name+handler_meta.target_path",
            "handler_name",
        ]),
    ),
    ("**/handler_meta/id", Rule::Local),
    ("**/handler_meta/webhook_id", Rule::Local),
    (
        "**/eventHandlers",
        Rule::Map(&["trigger+name", "name", "trigger+url"]),
    ),
    ("**/eventHandlers/*/id", Rule::Local),
];

/// Content that is not Tyk's own: false and 0 are values.
const FREE: &[(&str, Rule)] = &[
    ("oas", Rule::Exact),
    ("oas/x-tyk-api-gateway", Rule::Zeroed),
    ("**/config_data", Rule::Exact),
    ("**/pluginConfig/data", Rule::Exact),
    ("**/x-tyk-streaming", Rule::Exact),
    ("**/meta", Rule::Exact),
    ("api_definition/version_data/versions", Rule::Entries),
    ("api_definition/definition/versions", Rule::Entries),
    ("**/event_handlers/events", Rule::Entries),
    ("**/scope_to_policy", Rule::Entries),
    ("**/jwt_scope_to_policy_mapping", Rule::Entries),
    ("**/client_ids", Rule::Entries),
];

const UNORDERED: &[(&str, Rule)] = &[
    ("user_owners", Rule::Set),
    ("user_group_owners", Rule::Set),
    ("categories", Rule::Set),
    ("api_definition/tags", Rule::Set),
    ("api_definition/jwt_default_policies", Rule::Set),
    ("api_definition/certificates", Rule::Set),
    ("api_definition/client_certificates", Rule::Set),
    ("api_definition/allowed_ips", Rule::Set),
    ("api_definition/blacklisted_ips", Rule::Set),
    ("api_definition/hmac_allowed_algorithms", Rule::Set),
    ("api_definition/CORS/allowed_origins", Rule::Set),
    ("api_definition/CORS/allowed_methods", Rule::Set),
    ("api_definition/CORS/allowed_headers", Rule::Set),
    ("**/gatewayTags/tags", Rule::Set),
    ("**/defaultPolicies", Rule::Set),
    ("**/clientCertificates/allowlist", Rule::Set),
    ("**/customDomain/certificates", Rule::Set),
    (
        "api_definition/graphql/supergraph/subgraphs",
        Rule::Map(&["api_id"]),
    ),
];

/// Secret by its path, in addition to what is by its name.
const SECRETS: &[(&str, Rule)] = &[
    // Not the password, but needed to log in with one.
    ("**/oauth/password", Rule::Shown),
    ("**/jwt_source", Rule::Secret),
    ("**/jwt/source", Rule::Secret),
    ("**/securitySchemes/*/source", Rule::Secret),
    ("**/request_signing/key_id", Rule::Secret),
    ("**/requestSigning/keyId", Rule::Secret),
    // Code may contain anything.
    ("**/template_source", Rule::Secret),
    ("**/function_source_uri", Rule::Secret),
    ("**/virtualEndpoint/body", Rule::Secret),
    ("**/transformRequestBody/body", Rule::Secret),
    ("**/transformResponseBody/body", Rule::Secret),
    ("**/check_list/*/body", Rule::Secret),
    ("**/check_list/*/headers", Rule::SecretsBelow),
    ("**/header_map", Rule::SecretsBelow),
    ("**/auth_headers", Rule::SecretsBelow),
    ("**/headers/*/value", Rule::SecretsBelow),
    ("**/config/headers", Rule::SecretsBelow),
    ("**/config/header", Rule::SecretsBelow),
    ("**/subgraphs/*/headers", Rule::SecretsBelow),
    ("**/mock_response/*/headers", Rule::SecretsBelow),
    ("**/http_client/headers", Rule::SecretsBelow),
    ("**/global_headers", Rule::SecretsBelow),
    ("**/global_response_headers", Rule::SecretsBelow),
    ("**/add_headers", Rule::SecretsBelow),
    ("**/request_headers", Rule::SecretsBelow),
    ("**/transformRequestHeaders/add", Rule::SecretsBelow),
    ("**/transformResponseHeaders/add", Rule::SecretsBelow),
    ("**/config_data", Rule::SecretsBelow),
    ("**/pluginConfig/data", Rule::SecretsBelow),
    ("**/auth_provider/meta", Rule::SecretsBelow),
    ("**/session_provider/meta", Rule::SecretsBelow),
];

const RIGHTS: &[(&str, Rule)] = &[
    ("_id", Rule::Local),
    ("id", Rule::Local),
    ("last_updated", Rule::Volatile),
    ("date_created", Rule::Volatile),
    ("tags", Rule::Set),
    ("access_rights", Rule::Entries),
    // The name of the entry is secret, too.
    ("access_rights/*/api_id", Rule::Local),
    ("access_rights/*/apiid", Rule::Local),
    ("access_rights/*/versions", Rule::Set),
    ("access_rights/*/allowed_urls", Rule::Map(&["url"])),
    ("access_rights/*/allowed_urls/*/methods", Rule::Set),
    ("access_rights_array", Rule::Map(&["api_id", "apiid"])),
    ("meta_data", Rule::SecretsBelow),
    ("meta_data", Rule::Exact),
];

/// Members that the Dashboard's own screens add to a policy.
const SCREENS: &[(&str, Rule)] = &[
    ("auth_type", Rule::Derived),
    ("auth_types", Rule::Derived),
    ("state", Rule::Derived),
    ("graphql_enabled", Rule::Derived),
];

fn policies<'r>(lists: impl IntoIterator<Item = &'r [(&'static str, Rule)]>) -> DocumentSchema {
    DocumentSchema {
        cover: Cover::Replace,
        empty: Empty::Zero,
        inner: "",
        list_keys: LIST_KEYS,
        rules: Rules::new(lists),
    }
}

pub(super) static POLICY: LazyLock<DocumentSchema> = LazyLock::new(|| {
    policies([
        &[("access_rights_array", Rule::Derived)][..],
        RIGHTS,
        SCREENS,
    ])
});

/// A policy that grants only by the array.
static POLICY_BY_ARRAY: LazyLock<DocumentSchema> = LazyLock::new(|| policies([RIGHTS, SCREENS]));

/// Members derived from the rest of a policy, by name.
pub(super) static DERIVED: [&str; 5] = [
    "access_rights_array",
    "auth_type",
    "auth_types",
    "state",
    "graphql_enabled",
];

/// Converts an object of the file into the form of the target's, where the two
/// forms mean the same.
pub(super) fn prepare<'o>(prepared: &mut Prepared<'o>, object: &'o Object, sides: &Sides<'o>) {
    let target = prepared.target;
    match Sort::of(object) {
        Sort::Organisation => {
            if !is_listed_once(&prepared.file) && target.is_some_and(is_listed_once) {
                prepared.file = Cow::Owned(listed_once(&prepared.file));
            }
        }
        Sort::Api => {
            if let (Some(target), Some(_)) = (target, object.wrapper) {
                in_wrapper(&mut prepared.file, target);
            }
        }
        Sort::Policy => {
            let has_rights = |json: &Json| {
                json.get("access_rights")
                    .is_some_and(|rights| !rights.is_empty())
            };
            let grants = has_rights(&object.body) && target.is_none_or(has_rights);
            if !grants {
                prepared.schema = &POLICY_BY_ARRAY;
            }
            if let Some(there) = target.and_then(|target| target.get("access_rights")) {
                let is_versioned = |api: &str| {
                    sides
                        .get(Sort::Api.word(), &object.owner, api)
                        .is_some_and(rules::is_versioned)
                };
                rights_alike(&mut prepared.file, there, &is_versioned);
            }
        }
    }
}

/// A bare definition has no wrapper: the target's wrapper stays.
fn in_wrapper(file: &mut Cow<'_, Json>, target: &Json) {
    let others = target.as_object().into_iter().flat_map(Members::members);
    for (name, value) in others.filter(|(name, _)| !["api_definition", "oas"].contains(name)) {
        if let Some(file) = file.to_mut().as_object_mut() {
            file.set(name, value.clone());
        }
    }
}

fn is_listed_once(body: &Json) -> bool {
    let mut seen = HashSet::new();
    let apis = body.get("apis").map(Json::elements).unwrap_or_default();
    apis.iter()
        .map(|entry| entry.text_of("api_id"))
        .all(|id| !id.is_empty() && seen.insert(id))
}

/// Returns an organisation with each API once in its list.
fn listed_once(body: &Json) -> Json {
    let mut body = body.clone();
    if let Some(Json::List(apis)) = body.pointer_mut("/apis") {
        let mut seen = HashSet::new();
        apis.retain(|entry| {
            let id = entry.text_of("api_id");
            !id.is_empty() && seen.insert(id.to_owned())
        });
    }
    body
}

/// Writes the access rights of a policy in the target's spelling.
fn rights_alike(file: &mut Cow<'_, Json>, there: &Json, is_versioned: &impl Fn(&str) -> bool) {
    let needs = |(id, right): (&str, &Json)| there.get(id).is_some_and(|there| *there != *right);
    let rights = file.get("access_rights").and_then(Json::as_object);
    if !rights.into_iter().flat_map(Members::members).any(needs) {
        return;
    }
    let rights = file
        .to_mut()
        .pointer_mut("/access_rights")
        .and_then(Json::as_object_mut);
    for (id, right) in rights.into_iter().flat_map(Members::members_mut) {
        let (Some(right), Some(there)) = (right.as_object_mut(), there.get(id)) else {
            continue;
        };
        for (old, new) in [("apiid", "api_id"), ("apiname", "api_name")] {
            let (from, to) = if there.get(old).is_some() {
                (new, old)
            } else {
                (old, new)
            };
            if right.get(to).is_none_or(Json::is_empty)
                && let Some(value) = right.remove(from)
            {
                right.set(to, value);
            }
        }
        let versions = there.get("versions");
        if !is_versioned(id) && is_default(right.get("versions")) && is_default(versions) {
            match versions {
                Some(versions) => right.set("versions", versions.clone()),
                None => drop(right.remove("versions")),
            }
        }
    }
}

/// Returns whether versions are those of an API without versions.
fn is_default(versions: Option<&Json>) -> bool {
    let names = versions
        .map(Json::elements)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::as_text);
    names
        .filter(|name| !name.is_empty())
        .all(|name| name == DEFAULT_VERSION)
}
