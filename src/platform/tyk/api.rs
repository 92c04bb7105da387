//! The parts of an API: its definition, and its OAS document.

use super::object_kind::Sort;
use crate::platform::document::{Json, Members, Object};

/// The key of an API in the database.
pub(super) const DATABASE_ID: &str = "database id";

/// The path of the gateway's part of an OAS document.
pub(super) const GATEWAY: &str = "x-tyk-api-gateway";

/// The members of the wrapper that a bare definition is without.
pub(super) const PARTS: [&str; 2] = ["api_definition", "oas"];

/// Returns the path of a bare definition in the wrapper.
pub(super) fn wrapper(sort: Sort, body: &Json) -> Option<&'static str> {
    let is_bare = sort == Sort::Api
        && body.as_object().is_some()
        && PARTS.iter().all(|part| body.get(part).is_none());
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

/// Returns whether an API has versions of its own.
pub(super) fn is_versioned(api: &Object) -> bool {
    let data = definition(&api.body).get("version_data");
    data.is_some_and(|data| data.get("not_versioned") == Some(&Json::Bool(false)))
}

/// Returns the names of an API's versions; `None` if unknown.
pub(super) fn versions(api: &Object) -> Option<Vec<&str>> {
    let definition = definition(&api.body);
    let inside = definition
        .pointer("/version_data/versions")
        .and_then(Json::as_object)?;
    let apart = definition
        .pointer("/definition/versions")
        .and_then(Json::as_object);
    let mut versions: Vec<&str> = inside.names().collect();
    versions.extend(apart.into_iter().flat_map(Members::names));
    versions.extend(
        definition
            .pointer("/definition/name")
            .and_then(Json::as_text),
    );
    Some(versions)
}
