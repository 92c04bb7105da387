//! The rules for organisations, APIs and policies: which values belong to the
//! target, what identifies list elements, what is secret by its path.

use std::sync::LazyLock;

use crate::engine::DocumentSchema;
use crate::engine::schema::{Cover, Empty, Rule, Rules};

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
pub(super) static POLICY_BY_ARRAY: LazyLock<DocumentSchema> =
    LazyLock::new(|| policies([RIGHTS, SCREENS]));

/// Members derived from the rest of a policy, by name.
pub(super) static DERIVED: [&str; 5] = [
    "access_rights_array",
    "auth_type",
    "auth_types",
    "state",
    "graphql_enabled",
];
