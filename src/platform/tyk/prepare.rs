//! Objects of the file in the form of the target's.

use std::borrow::Cow;
use std::collections::HashSet;

use super::api;
use super::object_kind::Sort;
use super::schema::POLICY_BY_ARRAY;
use crate::platform::document::{Json, Members, Object, Prepared, Sides};

/// The version that an API without versions has.
const DEFAULT_VERSION: &str = "Default";

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
                        .is_some_and(api::is_versioned)
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
