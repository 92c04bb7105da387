//! What blocks an object by itself or together with others, and its findings:
//! what no schema can express.

use std::collections::HashSet;

use super::api::{DATABASE_ID, definition, gateway, is_versioned, versions};
use super::kinds::POLICY_DATABASE_ID;
use super::listen::{self, LISTENS, WOULD_LISTEN};
use super::object_kind::Sort;
use crate::engine::display::some_of;
use crate::engine::{Finding, Reason};
use crate::platform::document::{Json, Members, Object, ResolvedReference, Sides};

/// The maximum length of a stored id: the limit of an index.
const MAX_ID: usize = 1000;

/// How many of the APIs with one address are looked at to warn of one of them.
const MAX_RIVALS: usize = 100;

/// Returns the errors in an object's content.
pub(super) fn blocks(object: &Object) -> Vec<Reason> {
    let mut reasons = bad_ids(object);
    if object.schema.owner.is_some() && object.owner.is_empty() {
        let message = format!(
            "{} '{}' has no organisation (org_id)",
            object.kind(),
            object.item.key
        );
        reasons.push(Reason::new("organisation-missing", message));
    }
    match Sort::of(object) {
        Sort::Organisation => {}
        Sort::Api => reasons.extend(halves_differ(object)),
        Sort::Policy => reasons.extend(rights_differ(object)),
    }
    reasons
}

/// A definition and its OAS document that belong to two APIs.
fn halves_differ(api: &Object) -> Vec<Reason> {
    let definition = definition(&api.body);
    let Some(info) = gateway(&api.body).and_then(|gateway| gateway.get("info")) else {
        return Vec::new();
    };
    let pairs = [("api_id", "id"), ("org_id", "orgId")];
    let differ = pairs.into_iter().filter_map(|(one, other)| {
        let (here, there) = (definition.text_of(one), info.text_of(other));
        let is_another = !here.is_empty() && !there.is_empty() && here != there;
        is_another.then(|| {
            let message = format!(
                "its definition has {one} '{here}', and its OAS document has {other} '{there}'"
            );
            Reason::new("id-mismatch", message)
        })
    });
    differ.collect()
}

/// Access rights whose content names another API.
fn rights_differ(policy: &Object) -> Vec<Reason> {
    let rights = policy.body.get("access_rights").and_then(Json::as_object);
    let differ = rights
        .into_iter()
        .flat_map(Members::members)
        .filter_map(|(id, right)| {
            let inner = ["api_id", "apiid"].map(|name| right.text_of(name));
            let inner = inner
                .into_iter()
                .find(|inner| !inner.is_empty())
                .filter(|inner| *inner != id)?;
            let message = format!("its access right '{id}' contains the id of api '{inner}'");
            Some(Reason::new("id-mismatch", message))
        });
    differ.collect()
}

/// Ids that Tyk's database does not accept.
fn bad_ids(object: &Object) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let (id, what) = match Sort::of(object) {
        Sort::Organisation => (&**object.id(), "id"),
        Sort::Api => (object.key(DATABASE_ID), "database id"),
        Sort::Policy => (object.body.text_of("_id"), POLICY_DATABASE_ID),
    };
    if !id.is_empty() && !is_object_id(id) {
        let message = format!("{what} '{id}' is not an ObjectID (24 hexadecimal digits)");
        reasons.push(Reason::new("invalid-object-id", message));
    }
    if [&**object.id(), object.key("id"), &object.owner]
        .into_iter()
        .any(|id| id.len() > MAX_ID)
    {
        let message = format!("one of its ids is longer than {MAX_ID} bytes");
        reasons.push(Reason::new("not-storable", message));
    }
    reasons
}

fn is_object_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const fn is_of_policy_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~')
}

/// Returns the findings about an object together with the others.
pub(super) fn findings(index: usize, object: &Object, sides: &Sides<'_>) -> Vec<Finding> {
    let finding = match Sort::of(object) {
        Sort::Organisation => unlisted(object, sides),
        Sort::Api => might_listen_alike(index, object, sides),
        Sort::Policy => unusual_id(object),
    };
    finding.into_iter().collect()
}

/// Ids with characters that Dashboard 5.13 and later reject, but older ones
/// accept.
fn unusual_id(policy: &Object) -> Option<Finding> {
    let id = policy.key("id");
    let bad = id
        .chars()
        .find(|c| !is_of_policy_id(*c))
        .filter(|_| id != policy.body.text_of("_id"))?;
    let message = format!(
        "id '{id}' contains '{bad}': Dashboard 5.13 and later accept only a-z, A-Z, 0-9, '.', '_', '-' and '~', unless \
         allow_unsafe_policy_ids is set"
    );
    Some(Finding::warning("invalid-policy-id", message))
}

/// APIs with the same address, not both loaded by one gateway at present.
fn might_listen_alike(index: usize, api: &Object, sides: &Sides<'_>) -> Option<Finding> {
    let place = [LISTENS, WOULD_LISTEN]
        .map(|key| api.key(key))
        .into_iter()
        .find(|place| !place.is_empty())?;
    let is_active = !api.key(LISTENS).is_empty();
    let other_at = |name: &str, is_rival: &dyn Fn(&Object) -> bool| {
        let key = api.schema.keys.iter().position(|key| key.name == name)?;
        let of = [&sides.file, &sides.target].into_iter().flat_map(|side| {
            side.with(api.schema, key, "", place)
                .iter()
                .filter_map(|index| side.get(*index))
        });
        of.filter(|other| other.item != api.item)
            .take(MAX_RIVALS)
            .find(|other| is_rival(other))
    };
    let (other, why) = if let Some(other) = other_at(WOULD_LISTEN, &|_| true) {
        (other, "if both were active")
    } else if !is_active {
        (other_at(LISTENS, &|_| true)?, "if both were active")
    } else {
        // APIs that block each other need no such warning.
        if !sides.blocks(index).is_empty() {
            return None;
        }
        let is_apart = |other: &Object| !listen::meet(&api.body, &other.body);
        (
            other_at(LISTENS, &is_apart)?,
            "on a gateway without segments",
        )
    };
    let message = format!(
        "{place} is also used by api '{}': they would conflict {why}",
        other.item.key
    );
    Some(Finding::warning("listen-path-shared", message))
}

/// APIs of an organisation that its own list omits. An empty list does not count.
fn unlisted(organisation: &Object, sides: &Sides<'_>) -> Option<Finding> {
    const MAX_LISTED: usize = 3;
    let entries = organisation.body.get("apis")?.elements();
    if entries.is_empty() {
        return None;
    }
    let mut described: HashSet<&str> = entries
        .iter()
        .map(|entry| entry.text_of("api_id"))
        .collect();
    let apis = [&sides.file, &sides.target].into_iter().flat_map(|side| {
        side.of(Sort::Api.word())
            .iter()
            .filter_map(|index| side.get(*index))
    });
    let own = apis.filter(|api| *api.owner == *organisation.item.key);
    let missing: Vec<&str> = own
        .map(|api| &*api.item.key)
        .filter(|key| described.insert(key))
        .collect();
    (!missing.is_empty()).then(|| {
        let count = missing.len();
        let named = some_of(
            missing.into_iter().map(|key| format!("'{key}'")),
            MAX_LISTED,
        );
        let message = format!("its list of APIs omits {count} of its own: {named}");
        Finding::note("api-unlisted", message).at(organisation.place("/apis"))
    })
}

/// Reports names and versions of an API that differ from those in an object.
pub(super) fn notice(found: &mut ResolvedReference<'_>, object: &Object, sides: &Sides<'_>) {
    let link = &found.link;
    if link.kind != Sort::Api.word() || link.name.is_empty() {
        return;
    }
    let (calls, id) = (link.name, link.id);
    let Some(api) = found.to else {
        // The list of its organisation may contain it.
        let owner = sides.get(Sort::Organisation.word(), "", &object.owner);
        let listed = owner
            .and_then(|owner| owner.body.get("apis"))
            .map(Json::elements)
            .unwrap_or_default();
        let entry = listed.iter().find(|entry| entry.text_of("api_id") == id);
        let name = entry
            .map(|entry| entry.text_of("api_human_name"))
            .unwrap_or_default();
        if entry.is_none() && !listed.is_empty() {
            let missing = found
                .findings
                .iter_mut()
                .filter(|finding| finding.code == "api-dangling");
            missing.for_each(|finding| {
                finding
                    .message
                    .push_str(", nor does its organisation list it");
            });
        }
        if !name.is_empty() && name != calls {
            let message =
                format!("it calls api '{id}' '{calls}', but its organisation calls it '{name}'");
            found.findings.push(Finding::note("name-stale", message));
        }
        return;
    };
    if calls != &*api.name {
        let message = format!(
            "calls api '{}' '{calls}', but its name is '{}'",
            api.item.key, api.name
        );
        found.findings.push(Finding::note("name-stale", message));
    }
}

/// Reports versions of an API that a policy grants and the API does not have.
pub(super) fn unknown_versions(found: &mut ResolvedReference<'_>) {
    let Some(api) = found.to.filter(|api| is_versioned(api)) else {
        return;
    };
    let Some(versions) = versions(api) else {
        return;
    };
    let named = found
        .link
        .value
        .get("versions")
        .map(Json::elements)
        .unwrap_or_default();
    let named = named
        .iter()
        .filter_map(Json::as_text)
        .filter(|version| !version.is_empty());
    found.findings.extend(
        named
            .filter(|version| !versions.contains(version))
            .map(|version| {
                let message = format!(
                    "grants version '{version}' of api '{}', which has no such version",
                    api.item.key
                );
                Finding::warning("version-missing", message)
            }),
    );
}
