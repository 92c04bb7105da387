//! The declarations of organisations, APIs and policies: their identifiers,
//! owners and references.
//!
//! Paths are those of an API in its wrapper, whether the file has one or not.

use std::sync::LazyLock;

use super::{listen, schema};
use crate::engine::schema::{
    Column, Form, IfMissing, Key, KindSchema, Others, OwnerRule, Part, Patterns, ReferenceRule,
    Role, Stands, Unique, Within,
};
use crate::engine::{Kind, KindInfo};
use crate::platform::document::{Json, Object};

const ORGANISATION: &str = "organisation";
const API: &str = "api";
const POLICY: &str = "policy";

/// The kinds in the order of display and writing.
pub(super) static KINDS: [KindInfo; 3] = [
    KindInfo {
        kind: Kind::of(ORGANISATION),
        title: "Organisations",
    },
    KindInfo {
        kind: Kind::of(API),
        title: "APIs",
    },
    KindInfo {
        kind: Kind::of(POLICY),
        title: "Policies",
    },
];

/// The path of the gateway's part of an OAS document.
pub(super) const GATEWAY: &str = "x-tyk-api-gateway";

/// The sort of an object, in the order of [`KINDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Sort {
    Organisation,
    Api,
    Policy,
}

impl Sort {
    /// Returns the sort of a kind.
    pub(super) fn of_kind(kind: &str) -> Option<Self> {
        match kind {
            ORGANISATION => Some(Self::Organisation),
            API => Some(Self::Api),
            POLICY => Some(Self::Policy),
            _ => None,
        }
    }

    /// Returns the sort of an object.
    pub(super) fn of(object: &Object) -> Self {
        Self::of_kind(object.kind().as_str()).unwrap_or(Self::Organisation)
    }

    /// Returns its word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Organisation => ORGANISATION,
            Self::Api => API,
            Self::Policy => POLICY,
        }
    }

    /// Returns its declaration.
    pub(super) fn schema(self) -> &'static KindSchema {
        match self {
            Self::Organisation => &OF_ORGANISATIONS,
            Self::Api => &OF_APIS,
            Self::Policy => &OF_POLICIES,
        }
    }
}

const KEYS_OF_ORGANISATIONS: &[Key] = &[Key {
    column: Column::Id,
    ..Key::new("id", Role::Id, Stands::First(&["id", "_id"]))
}];

const KEYS_OF_APIS: &[Key] = &[
    Key {
        column: Column::Id,
        ..Key::new(
            "api_id",
            Role::Id,
            Stands::First(&["api_definition/api_id", "oas/x-tyk-api-gateway/info/id"]),
        )
    },
    Key {
        column: Column::Second,
        unique: Some(Unique {
            kept: true,
            ..unique("id-pairing", "database id")
        }),
        ..Key::new(
            DATABASE_ID,
            Role::Alias,
            Stands::First(&["api_definition/id", "oas/x-tyk-api-gateway/info/dbId"]),
        )
    },
    Key {
        form: Form::Address,
        per_owner: true,
        ..Key::new(
            "name",
            Role::Alias,
            Stands::Each(&[
                "api_definition/name",
                "oas/x-tyk-api-gateway/info/name",
                "api_definition/slug",
            ]),
        )
    },
    Key {
        unique: Some(Unique {
            clash: Some(listen::meet),
            because: ": the gateway would serve only one of them, or use another path",
            ..unique("listen-path-taken", "")
        }),
        ..Key::new(LISTENS, Role::Alias, Stands::Of(listen::listens))
    },
    Key::new(WOULD_LISTEN, Role::Alias, Stands::Of(listen::would_listen)),
];

const KEYS_OF_POLICIES: &[Key] = &[
    // It stays the same between environments; `_id` does not.
    Key {
        per_owner: true,
        column: Column::Second,
        unique: Some(unique("id-pairing", "id")),
        ..Key::new("id", Role::Id, Stands::First(&["id", "_id"]))
    },
    Key {
        column: Column::Id,
        ..Key::new(POLICY_DATABASE_ID, Role::Id, Stands::First(&["_id", "id"]))
    },
    Key {
        per_owner: true,
        unique: Some(unique("name-taken", "name")),
        ..Key::new("name", Role::Alias, Stands::First(&["name"]))
    },
];

static OF_ORGANISATIONS: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[0].clone(),
    keys: KEYS_OF_ORGANISATIONS,
    owner: None,
    name: &["owner_name"],
    called: &[],
    references: Patterns::new([("apis/*/api_id", LISTED)]),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::ORGANISATION,
});

static OF_APIS: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[1].clone(),
    keys: KEYS_OF_APIS,
    owner: Some(OwnerRule {
        word: ORGANISATION,
        at: &["api_definition/org_id", "oas/x-tyk-api-gateway/info/orgId"],
    }),
    name: &["api_definition/name", "oas/x-tyk-api-gateway/info/name"],
    called: &[],
    references: Patterns::new(references_of_apis()),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::API,
});

static OF_POLICIES: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[2].clone(),
    keys: KEYS_OF_POLICIES,
    owner: Some(OwnerRule {
        word: ORGANISATION,
        at: &["org_id"],
    }),
    name: &["name"],
    called: &[],
    references: Patterns::new([
        ("org_id", ReferenceRule::to(ORGANISATION)),
        ("access_rights/*", GRANTS),
        // Without other grants, the array applies.
        (
            "access_rights_array/*",
            ReferenceRule {
                id: Part::Member(&["api_id", "apiid"]),
                unless: Some("access_rights"),
                ..GRANTS
            },
        ),
    ]),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::POLICY,
});

/// The keys by which rules look up an object's ids.
pub(super) const DATABASE_ID: &str = "database id";
pub(super) const POLICY_DATABASE_ID: &str = "_id";
pub(super) const LISTENS: &str = "listen path";
pub(super) const WOULD_LISTEN: &str = "listen path if active";

const fn unique(code: &'static str, what: &'static str) -> Unique {
    Unique {
        code,
        what,
        clash: None,
        kept: false,
        in_file: true,
        because: "",
    }
}

/// The list of an organisation is only a copy: an export of an API does not
/// include what its organisation lists.
const LISTED: ReferenceRule = ReferenceRule {
    along: false,
    others: Others::Warn,
    ..ReferenceRule::to(API)
        .by(Part::Itself, Part::Beside("api_human_name"))
        .if_missing(IfMissing::Warns("api-stale"), "its list of APIs names")
};

/// The gateway does not let organisations share APIs.
const GRANTS: ReferenceRule = ReferenceRule {
    others: Others::Block,
    ..ReferenceRule::to(API)
        .by(Part::Entry, Part::Member(&["api_name", "apiname"]))
        .if_missing(IfMissing::Confirm("api-dangling"), "grants")
};

const USES: ReferenceRule = ReferenceRule {
    others: Others::Block,
    is_none: is_blanked,
    ..ReferenceRule::to(POLICY).if_missing(IfMissing::Confirm("policy-dangling"), "uses")
};

/// A version or a subgraph: without it the API works partly.
const POINTS: ReferenceRule = ReferenceRule {
    others: Others::Warn,
    is_none: is_blanked,
    ..ReferenceRule::to(API).if_missing(IfMissing::Warns("api-dangling"), "points to")
};

/// An address within the gateway, which resolves it by id and by name.
const INTERNAL: ReferenceRule = ReferenceRule {
    within: Some(Within {
        before: "tyk://",
        at_start: true,
        ends: &['/', '?', '#'],
    }),
    is_none: is_no_host,
    aliases: &[DATABASE_ID, "name"],
    ..POINTS
};

const fn external(kind: &'static str) -> ReferenceRule {
    ReferenceRule {
        is_none: is_blanked,
        ..ReferenceRule::to(kind).if_missing(IfMissing::External, "")
    }
}

/// Texts in an API that name policies.
const POLICIES: [&str; 8] = [
    "api_definition/jwt_default_policies/*",
    "api_definition/jwt_scope_to_policy_mapping/*",
    "api_definition/scopes/*/scope_to_policy/*",
    "api_definition/openid_options/providers/*/client_ids/*",
    "oas/x-tyk-api-gateway/server/authentication/securitySchemes/*/defaultPolicies/*",
    "oas/x-tyk-api-gateway/server/authentication/securitySchemes/*/scopes/scopeToPolicyMapping/*/policyId",
    "oas/x-tyk-api-gateway/server/authentication/oidc/providers/*/clientToPolicyMapping/*/policyId",
    "oas/x-tyk-api-gateway/server/authentication/oidc/scopes/scopeToPolicyMapping/*/policyId",
];

/// Texts in an API that name other APIs.
const APIS: [&str; 3] = [
    "api_definition/definition/versions/*",
    "api_definition/graphql/supergraph/subgraphs/*/api_id",
    "oas/x-tyk-api-gateway/info/versioning/versions/*/id",
];

/// Texts in an API that name objects that are managed elsewhere and never imported.
const EXTERNALS: [(&str, &[&str]); 5] = [
    (
        "webhook",
        &[
            "api_definition/event_handlers/events/*/*/handler_meta/id",
            "api_definition/event_handlers/events/*/*/handler_meta/webhook_id",
            "oas/x-tyk-api-gateway/server/eventHandlers/*/id",
            "hook_references/*/hook/id",
        ],
    ),
    (
        "certificate",
        &[
            "api_definition/certificates/*",
            "api_definition/client_certificates/*",
            "api_definition/upstream_certificates/*",
            "api_definition/pinned_public_keys/*",
            "api_definition/request_signing/certificate_id",
            "oas/x-tyk-api-gateway/server/clientCertificates/allowlist/*",
            "oas/x-tyk-api-gateway/server/customDomain/certificates/*",
            "oas/x-tyk-api-gateway/upstream/mutualTLS/domainToCertificateMapping/*/certificate",
            "oas/x-tyk-api-gateway/upstream/certificatePinning/domainToPublicKeysMapping/*/publicKeys/*",
            "oas/x-tyk-api-gateway/upstream/authentication/requestSigning/certificateId",
        ],
    ),
    (
        "plugin-bundle",
        &[
            "api_definition/custom_middleware_bundle",
            "oas/x-tyk-api-gateway/middleware/global/pluginConfig/bundle/path",
        ],
    ),
    ("user", &["user_owners/*"]),
    ("user-group", &["user_group_owners/*"]),
];

fn references_of_apis() -> Vec<(&'static str, ReferenceRule)> {
    let owner = ReferenceRule::to(ORGANISATION);
    let mut all = vec![
        ("api_definition/org_id", owner),
        (
            "oas/x-tyk-api-gateway/info/orgId",
            ReferenceRule {
                unless: Some("api_definition/org_id"),
                ..owner
            },
        ),
    ];
    all.extend(POLICIES.map(|place| (place, USES)));
    all.extend(APIS.map(|place| (place, POINTS)));
    for (kind, places) in EXTERNALS {
        all.extend(places.iter().map(|place| (*place, external(kind))));
    }
    all.push(("**", INTERNAL));
    all
}

/// An id of zeros was blanked by Tyk's own exporter.
fn is_blanked(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// `self` is the API itself; a value with a variable is resolved at run time.
fn is_no_host(host: &str) -> bool {
    host.is_empty() || host == "self" || host.contains(['$', '{', '@'])
}

/// Returns the path of a bare definition in the wrapper.
pub(super) fn wrapper(sort: Sort, body: &Json) -> Option<&'static str> {
    let is_bare = sort == Sort::Api
        && body.as_object().is_some()
        && body.get("api_definition").is_none()
        && body.get("oas").is_none();
    is_bare.then(|| {
        if body.get(GATEWAY).is_some() {
            "oas"
        } else {
            "api_definition"
        }
    })
}

/// Returns the definition of an API; null if it has only its OAS document.
pub(super) fn definition(api: &Json) -> &Json {
    api.get("api_definition").unwrap_or(&Json::Null)
}

/// Returns the gateway's part of an API's OAS document.
pub(super) fn gateway(api: &Json) -> Option<&Json> {
    api.get("oas").and_then(|oas| oas.get(GATEWAY))
}
