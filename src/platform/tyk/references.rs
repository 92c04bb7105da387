//! What organisations, APIs and policies refer to.

use super::api::DATABASE_ID;
use super::object_kind::{API, ORGANISATION, POLICY};
use crate::engine::schema::{IfMissing, Others, Part, ReferenceRule, Within};

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

/// Returns what organisations refer to.
pub(super) const fn of_organisations() -> [(&'static str, ReferenceRule); 1] {
    [("apis/*/api_id", LISTED)]
}

/// Returns what policies refer to.
pub(super) const fn of_policies() -> [(&'static str, ReferenceRule); 3] {
    [
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
    ]
}

/// Returns what APIs refer to.
pub(super) fn of_apis() -> Vec<(&'static str, ReferenceRule)> {
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
