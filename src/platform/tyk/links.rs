//! What an object points to, as it is written in it.

use super::object::{Object, Sort};
use super::shape::matching;
use crate::engine::Kind;
use crate::engine::diff::push_segment;
use crate::platform::document::{Json, Object as Members};

/// Kinds of what is kept elsewhere.
pub(super) const WEBHOOK: Kind = Kind::of("webhook");
pub(super) const CERTIFICATE: Kind = Kind::of("certificate");
pub(super) const USER: Kind = Kind::of("user");
pub(super) const USER_GROUP: Kind = Kind::of("user-group");
pub(super) const PLUGIN_BUNDLE: Kind = Kind::of("plugin-bundle");

/// What an object points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link<'o> {
    /// JSON pointer into the object.
    pub(super) path: String,
    /// To what.
    pub(super) to: To<'o>,
}

/// To what something points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To<'o> {
    /// The organisation that the object belongs to.
    Owner(&'o str),
    /// An API by its `api_id`, in the list of its organisation; and its name there.
    Listed(&'o str, &'o str),
    /// An API by its `api_id`, to which a policy gives access.
    Granted(&'o str, Right<'o>),
    /// An API by its `api_id`: a version, a subgraph.
    Api(&'o str),
    /// An API by its `api_id` or its name: an address within the gateway.
    Internal(&'o str),
    /// A policy by its `id` or `_id`.
    Policy(&'o str),
    /// Something that no import brings along.
    External(Kind, &'o str),
}

/// One of a policy's access rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Right<'o> {
    /// The `api_id` inside; empty for none.
    pub(super) inner: &'o str,
    /// What the policy calls the API.
    pub(super) name: &'o str,
    /// The whole right.
    pub(super) json: &'o Json,
}

impl<'o> Right<'o> {
    fn new(json: &'o Json) -> Self {
        Self { inner: either(json, "api_id", "apiid"), name: either(json, "api_name", "apiname"), json }
    }

    /// Returns the versions that it names.
    pub(super) fn versions(&self) -> impl Iterator<Item = &'o str> {
        let versions = self.json.get("versions").map(Json::elements).unwrap_or_default();
        versions.iter().filter_map(Json::as_text).filter(|version| !version.is_empty())
    }
}

/// Returns text under one of two spellings.
fn either<'o>(json: &'o Json, name: &str, other: &str) -> &'o str {
    match json.text_of(name) {
        "" => json.text_of(other),
        text => text,
    }
}

/// Returns everything that an object points to, in the order of this program's lists.
pub(super) fn links(object: &Object) -> Vec<Link<'_>> {
    let mut links = Links { links: Vec::new() };
    match object.sort {
        Sort::Organisation => links.organisation(&object.body),
        Sort::Api => links.api(object),
        Sort::Policy => links.policy(&object.body),
    }
    links.links
}

/// Texts in an API's definition that name policies.
const POLICIES: [&[&str]; 4] = [
    &["jwt_default_policies", "*"],
    &["jwt_scope_to_policy_mapping", "*"],
    &["scopes", "*", "scope_to_policy", "*"],
    &["openid_options", "providers", "*", "client_ids", "*"],
];

/// Texts in the gateway's part of an OAS document that name policies.
const OAS_POLICIES: [&[&str]; 4] = [
    &["server", "authentication", "securitySchemes", "*", "defaultPolicies", "*"],
    &["server", "authentication", "securitySchemes", "*", "scopes", "scopeToPolicyMapping", "*", "policyId"],
    &["server", "authentication", "oidc", "providers", "*", "clientToPolicyMapping", "*", "policyId"],
    &["server", "authentication", "oidc", "scopes", "scopeToPolicyMapping", "*", "policyId"],
];

/// Texts there that name what is kept elsewhere.
const OAS_EXTERNALS: [(&[&str], Kind); 7] = [
    (&["server", "eventHandlers", "*", "id"], WEBHOOK),
    (&["server", "clientCertificates", "allowlist", "*"], CERTIFICATE),
    (&["server", "customDomain", "certificates", "*"], CERTIFICATE),
    (&["upstream", "mutualTLS", "domainToCertificateMapping", "*", "certificate"], CERTIFICATE),
    (&["upstream", "certificatePinning", "domainToPublicKeysMapping", "*", "publicKeys", "*"], CERTIFICATE),
    (&["upstream", "authentication", "requestSigning", "certificateId"], CERTIFICATE),
    (&["middleware", "global", "pluginConfig", "bundle", "path"], PLUGIN_BUNDLE),
];

/// Texts in an API's definition that name other APIs.
const APIS: [&[&str]; 2] =
    [&["definition", "versions", "*"], &["graphql", "supergraph", "subgraphs", "*", "api_id"]];

/// Texts in an API's definition that name what is kept elsewhere.
const EXTERNALS: [(&[&str], Kind); 8] = [
    (&["event_handlers", "events", "*", "*", "handler_meta", "id"], WEBHOOK),
    (&["event_handlers", "events", "*", "*", "handler_meta", "webhook_id"], WEBHOOK),
    (&["certificates", "*"], CERTIFICATE),
    (&["client_certificates", "*"], CERTIFICATE),
    (&["upstream_certificates", "*"], CERTIFICATE),
    (&["pinned_public_keys", "*"], CERTIFICATE),
    (&["request_signing", "certificate_id"], CERTIFICATE),
    (&["custom_middleware_bundle"], PLUGIN_BUNDLE),
];

/// The same in its wrapper.
const WRAPPED: [(&[&str], Kind); 3] = [
    (&["hook_references", "*", "hook", "id"], WEBHOOK),
    (&["user_owners", "*"], USER),
    (&["user_group_owners", "*"], USER_GROUP),
];

struct Links<'o> {
    links: Vec<Link<'o>>,
}

impl<'o> Links<'o> {
    fn organisation(&mut self, body: &'o Json) {
        let listed = body.get("apis").map(Json::elements).unwrap_or_default();
        for (at, entry) in listed.iter().enumerate() {
            let id = entry.text_of("api_id");
            if !id.is_empty() {
                let path = format!("/apis/{at}/api_id");
                self.push(path, To::Listed(id, entry.text_of("api_human_name")));
            }
        }
    }

    fn policy(&mut self, body: &'o Json) {
        self.owner(body, "/org_id");
        let rights = body.get("access_rights").and_then(Json::as_object);
        for (id, right) in rights.into_iter().flat_map(Members::members) {
            let mut path = "/access_rights/".to_owned();
            push_segment(&mut path, id);
            self.push(path, To::Granted(id, Right::new(right)));
        }
        // Where there is nothing else, the array is what grants.
        if body.get("access_rights").is_none_or(Json::is_empty) {
            let listed = body.get("access_rights_array").map(Json::elements).unwrap_or_default();
            for (at, right) in listed.iter().enumerate() {
                let right = Right::new(right);
                if !right.inner.is_empty() {
                    self.push(format!("/access_rights_array/{at}"), To::Granted(right.inner, right));
                }
            }
        }
    }

    fn api(&mut self, object: &'o Object) {
        let (definition, at) = (object.definition(), object.definition_path());
        let gateway = object.gateway();
        if definition.text_of("org_id").is_empty() {
            if let Some((gateway, at)) = gateway {
                self.owner_at(gateway, "/info/orgId", at);
            }
        } else {
            self.owner_at(definition, "/org_id", at);
        }
        for pattern in POLICIES {
            self.texts(definition, pattern, at, To::Policy);
        }
        for pattern in APIS {
            self.texts(definition, pattern, at, To::Api);
        }
        if let Some((gateway, at)) = gateway {
            self.texts(gateway, &["info", "versioning", "versions", "*", "id"], at, To::Api);
            for pattern in OAS_POLICIES {
                self.texts(gateway, pattern, at, To::Policy);
            }
            for (pattern, kind) in &OAS_EXTERNALS {
                self.texts(gateway, pattern, at, |id| To::External(kind.clone(), id));
            }
        }
        self.addresses(&object.body);
        for (pattern, kind) in &EXTERNALS {
            self.texts(definition, pattern, at, |id| To::External(kind.clone(), id));
        }
        for (pattern, kind) in &WRAPPED {
            self.texts(&object.body, pattern, "", |id| To::External(kind.clone(), id));
        }
    }

    fn owner(&mut self, body: &'o Json, pointer: &str) {
        self.owner_at(body, pointer, "");
    }

    fn owner_at(&mut self, json: &'o Json, pointer: &str, at: &str) {
        let owner = json.pointer(pointer).and_then(Json::as_text).unwrap_or_default();
        if !owner.is_empty() {
            self.push(format!("{at}{pointer}"), To::Owner(owner));
        }
    }

    /// Addresses within the gateway, wherever they stand.
    fn addresses(&mut self, body: &'o Json) {
        body.walk(&mut |path, value| {
            let address = value.as_text().and_then(|text| text.strip_prefix("tyk://"));
            let host = address.and_then(|address| address.split(['/', '?', '#']).next()).unwrap_or_default();
            // `self` is the API itself; what holds a variable is known at run time.
            if !host.is_empty() && host != "self" && !host.contains(['$', '{', '@']) {
                self.push(path.to_owned(), To::Internal(host));
            }
        });
    }

    fn texts(&mut self, json: &'o Json, pattern: &[&str], at: &str, to: impl Fn(&'o str) -> To<'o>) {
        let mut found = Vec::new();
        matching(json, pattern, &mut at.to_owned(), &mut |path, value| {
            // What is all zeros was blanked by Tyk's own exporter.
            if let Some(id) = value.as_text().filter(|id| !id.trim_matches('0').is_empty()) {
                found.push((path.to_owned(), id));
            }
        });
        for (path, id) in found {
            self.push(path, to(id));
        }
    }

    fn push(&mut self, path: String, to: To<'o>) {
        self.links.push(Link { path, to });
    }
}
