//! Recognises Tyk's objects: an object is identified by its content, never by
//! elimination.

use super::api::GATEWAY;
use super::object_kind::Sort;
use crate::platform::document::Json;

/// The sort of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Is {
    /// An imported sort.
    Ours(Sort),
    /// Another sort: its name, and the sort it could be mistaken for.
    Other(&'static str, &'static str),
}

/// The members that identify an object. A name with `/` is a path, in which `*`
/// is any element of a list.
struct Look {
    is: Is,
    /// All of these must be present,
    all: &'static [&'static str],
    /// one of these, if any is named,
    any: &'static [&'static str],
    /// and none of these.
    none: &'static [&'static str],
}

const fn ours(sort: Sort, any: &'static [&'static str]) -> Look {
    Look {
        is: Is::Ours(sort),
        all: &[],
        any,
        none: &[],
    }
}

const fn other(
    what: &'static str,
    all: &'static [&'static str],
    any: &'static [&'static str],
) -> Look {
    Look {
        is: Is::Other(what, "an organisation, an API or a policy"),
        all,
        any,
        none: &[],
    }
}

/// The first match counts.
static LOOKS: &[Look] = &[
    // An API with its definition is one, whatever else it contains.
    ours(
        Sort::Api,
        &[
            "api_definition",
            "oas",
            GATEWAY,
            "version_data",
            "hook_references",
        ],
    ),
    other(
        "a streams document without Tyk's extension",
        &["x-tyk-streaming"],
        &[],
    ),
    other(
        "an OAS document without Tyk's extension (x-tyk-api-gateway)",
        &["openapi"],
        &["paths", "info", "webhooks"],
    ),
    other(
        "an OAS document without Tyk's extension (x-tyk-api-gateway)",
        &["swagger"],
        &["paths", "info"],
    ),
    // Definitions of users' own are short.
    ours(Sort::Api, &["proxy", "listen_port"]),
    Look {
        is: Is::Other("a key (session)", "a policy"),
        all: &[],
        any: &[
            "quota_remaining",
            "quota_renews",
            "allowance",
            "last_check",
            "apply_policies",
            "apply_policy_id",
            "basic_auth_data",
            "session_lifetime",
            "key_hash",
        ],
        none: &["partitions"],
    },
    other("a key (session)", &["key_id", "data"], &[]),
    other(
        "an OAuth client",
        &["client_id"],
        &[
            "secret",
            "client_secret",
            "redirect_uri",
            "redirect_uris",
            "policy_id",
        ],
    ),
    ours(
        Sort::Policy,
        &[
            "access_rights",
            "access_rights_array",
            "quota_max",
            "quota_renewal_rate",
            "key_expires_in",
            "partitions",
            "throttle_interval",
            "rate",
        ],
    ),
    other("a webhook", &["target_path"], &[]),
    other("a webhook", &["header_map"], &["method", "template_path"]),
    other(
        "a user",
        &[],
        &[
            "email_address",
            "access_key",
            "first_name",
            "password_updated",
        ],
    ),
    other("a user group", &["user_permissions"], &[]),
    other("a portal catalogue", &["id", "apis/*/policy_id"], &[]),
    other("a portal catalogue", &["id", "apis/*/documentation"], &[]),
    Look {
        is: Is::Other("a portal catalogue", "an organisation"),
        all: &["org_id", "apis"],
        any: &[],
        none: &["owner_name", "owner_slug"],
    },
    other(
        "a portal developer",
        &["email"],
        &[
            "subscriptions",
            "keys",
            "api_keys",
            "oauth_clients",
            "fields",
            "inactive",
            "sso_key",
        ],
    ),
    other("a key request of the portal", &["for_plan"], &[]),
    other(
        "a portal documentation",
        &[],
        &["doc_type", "documentation"],
    ),
    other(
        "a portal page",
        &["slug", "fields"],
        &["is_homepage", "template_name"],
    ),
    other("the portal's menus", &["menus"], &[]),
    other("the portal's styles", &[], &["page_css", "email_css"]),
    other(
        "the portal's settings",
        &[],
        &[
            "signup_fields",
            "key_request_fields",
            "require_key_approval",
        ],
    ),
    other(
        "an identity broker (TIB) profile",
        &[],
        &[
            "IdentityHandlerConfig",
            "ProviderConfig",
            "ProviderName",
            "ProviderConstraints",
        ],
    ),
    other(
        "a client identity provider",
        &[],
        &["jwks_uri", "well_known_url", "issuer", "realm"],
    ),
    other(
        "a certificate",
        &[],
        &["fingerprint", "has_private", "not_after"],
    ),
    other(
        "the index of tyk-sync",
        &["files"],
        &["type", "policies", "assets", "client_idps"],
    ),
    other("an asset of the portal (template)", &["kind", "data"], &[]),
    other("an asset of the portal", &["kind", "id"], &[]),
    // Last: these require almost nothing.
    Look {
        is: Is::Ours(Sort::Organisation),
        all: &[],
        any: &[
            "owner_name",
            "owner_slug",
            "cname_enabled",
            "developer_quota",
            "developer_count",
            "event_options",
            "hybrid_enabled",
            "org_options_meta",
            "sso_enabled",
        ],
        none: &["org_id"],
    },
    Look {
        is: Is::Ours(Sort::Organisation),
        all: &["id", "apis/*/api_human_name"],
        any: &[],
        none: &["org_id"],
    },
];

/// Lists of other objects, as the Dashboard returns them.
pub(crate) const OTHER_LISTS: &[(&str, &str)] = &[
    ("hooks", "webhooks"),
    ("users", "users"),
    ("groups", "user groups"),
    ("keys", "keys"),
    ("certs", "certificates"),
    ("certificates", "certificates"),
    ("catalogues", "portal catalogues"),
    ("assets", "assets"),
    ("menus", "the portal's menus"),
];

/// Identifies an object by its content; `None` if it is ambiguous.
pub(crate) fn look(json: &Json) -> Option<Is> {
    LOOKS
        .iter()
        .find(|look| look.fits(json))
        .map(|look| look.is)
}

/// Returns whether a member with this name distinguishes an imported sort from
/// everything else.
pub(crate) fn is_telling(name: &str) -> bool {
    LOOKS
        .iter()
        .any(|look| matches!(look.is, Is::Ours(_)) && look.any.contains(&name))
}

impl Look {
    fn fits(&self, json: &Json) -> bool {
        self.all.iter().all(|path| has(json, path))
            && (self.any.is_empty() || self.any.iter().any(|path| has(json, path)))
            && !self.none.iter().any(|path| has(json, path))
    }
}

fn has(json: &Json, path: &str) -> bool {
    match path.split_once("/*/") {
        None => json.get(path).is_some(),
        Some((list, name)) => json.get(list).is_some_and(|list| {
            list.elements()
                .iter()
                .any(|element| element.get(name).is_some())
        }),
    }
}
