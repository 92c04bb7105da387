//! Checks whether an object has the shape of its sort, as far as this program
//! reads it. Other content may be anything, and is kept.

use super::object_kind::Sort;
use crate::engine::diff::{push_segment, segments};
use crate::platform::document::{Json, Object, Span};
use crate::source::{ParseError, ParseErrorKind};

/// A value of the wrong shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShapeError {
    /// JSON pointer into the object.
    path: String,
    /// The error, as a fragment.
    message: String,
}

impl ShapeError {
    fn wrong(path: &str, expected: &str, found: &Json) -> Self {
        let message = format!("expected {expected}, found {}", found.type_word());
        Self {
            path: path.to_owned(),
            message,
        }
    }

    /// Returns the error with its path; `pointer` is the path of the object.
    pub(super) fn into_error(self, pointer: &str) -> ParseError {
        ParseError {
            kind: ParseErrorKind::Shape,
            position: None,
            path: format!("{pointer}{}", self.path),
            message: self.message,
        }
    }
}

/// Returns the span of the innermost object around a path.
pub(super) fn around(root: &Json, path: &str) -> Span {
    let mut span = Span::default();
    let mut value = Some(root);
    let mut rest = segments(path);
    while let Some(json) = value {
        if let Json::Object(object) = json {
            span = object.span();
        }
        let Some(segment) = rest.next() else { break };
        value = match json {
            Json::Object(object) => object.get(&segment),
            Json::List(elements) => segment
                .parse::<usize>()
                .ok()
                .and_then(|index| elements.get(index)),
            _ => None,
        };
    }
    span
}

/// Returns the error of an object that cannot be identified.
pub(super) fn without_id(sort: Sort, object: &Object) -> ShapeError {
    let (path, message) = match sort {
        Sort::Organisation => ("/id", "an organisation must have an id"),
        Sort::Api => ("/api_definition/api_id", "an API must have an api_id"),
        Sort::Policy => ("/_id", "a policy must have an _id or id"),
    };
    let bare = object.wrapper.map_or(path, |_| "/api_id");
    ShapeError {
        path: bare.to_owned(),
        message: message.to_owned(),
    }
}

/// The expected type at a path, unless the value is null or absent.
#[derive(Clone, Copy)]
enum Type {
    Truth,
    Text,
    List,
    Object,
}

impl Type {
    const fn word(self) -> &'static str {
        match self {
            Self::Truth => "true or false",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }

    const fn is(self, json: &Json) -> bool {
        matches!(
            (self, json),
            (_, Json::Null)
                | (Self::Truth, Json::Bool(_))
                | (Self::Text, Json::Text(_))
                | (Self::List, Json::List(_))
                | (Self::Object, Json::Object(_))
        )
    }
}

/// The expected types by path; `*` is any member or element.
type Places = [(&'static str, Type)];

const ORGANISATION: &Places = &[
    ("/id", Type::Text),
    ("/_id", Type::Text),
    ("/owner_name", Type::Text),
    ("/cname", Type::Text),
    ("/owner_slug", Type::Text),
    ("/apis", Type::List),
    ("/apis/*", Type::Object),
    ("/apis/*/api_id", Type::Text),
    ("/apis/*/api_human_name", Type::Text),
];

const WRAPPER: &Places = &[
    ("/api_definition", Type::Object),
    ("/oas", Type::Object),
    ("/oas/x-tyk-api-gateway/info/id", Type::Text),
    ("/oas/x-tyk-api-gateway/info/dbId", Type::Text),
    ("/oas/x-tyk-api-gateway/info/orgId", Type::Text),
    ("/oas/x-tyk-api-gateway/info/name", Type::Text),
    ("/hook_references", Type::List),
    ("/hook_references/*", Type::Object),
    ("/hook_references/*/hook", Type::Object),
    ("/hook_references/*/hook/id", Type::Text),
    ("/user_owners", Type::List),
    ("/user_owners/*", Type::Text),
    ("/user_group_owners", Type::List),
    ("/user_group_owners/*", Type::Text),
];

const DEFINITION: &Places = &[
    ("/api_id", Type::Text),
    ("/id", Type::Text),
    ("/org_id", Type::Text),
    ("/name", Type::Text),
    ("/x-tyk-api-gateway/info/id", Type::Text),
    ("/x-tyk-api-gateway/info/dbId", Type::Text),
    ("/x-tyk-api-gateway/info/orgId", Type::Text),
    ("/x-tyk-api-gateway/info/name", Type::Text),
    ("/active", Type::Truth),
    ("/domain", Type::Text),
    ("/domain_disabled", Type::Truth),
    ("/proxy", Type::Object),
    ("/proxy/listen_path", Type::Text),
    ("/proxy/target_url", Type::Text),
    ("/tags", Type::List),
    ("/tags/*", Type::Text),
    ("/jwt_source", Type::Text),
    ("/jwt_default_policies", Type::List),
    ("/jwt_default_policies/*", Type::Text),
    ("/jwt_scope_to_policy_mapping", Type::Object),
    ("/jwt_scope_to_policy_mapping/*", Type::Text),
    ("/scopes", Type::Object),
    ("/scopes/*", Type::Object),
    ("/scopes/*/scope_to_policy", Type::Object),
    ("/scopes/*/scope_to_policy/*", Type::Text),
    ("/openid_options", Type::Object),
    ("/openid_options/providers", Type::List),
    ("/openid_options/providers/*", Type::Object),
    ("/openid_options/providers/*/client_ids", Type::Object),
    ("/openid_options/providers/*/client_ids/*", Type::Text),
    ("/version_data", Type::Object),
    ("/version_data/not_versioned", Type::Truth),
    ("/version_data/versions", Type::Object),
    ("/version_data/versions/*", Type::Object),
    ("/definition", Type::Object),
    ("/definition/versions", Type::Object),
    ("/definition/versions/*", Type::Text),
    ("/graphql", Type::Object),
    ("/graphql/supergraph", Type::Object),
    ("/graphql/supergraph/subgraphs", Type::List),
    ("/graphql/supergraph/subgraphs/*", Type::Object),
    ("/graphql/supergraph/subgraphs/*/api_id", Type::Text),
    ("/event_handlers", Type::Object),
    ("/event_handlers/events", Type::Object),
    ("/event_handlers/events/*", Type::List),
    ("/certificates", Type::List),
    ("/certificates/*", Type::Text),
    ("/client_certificates", Type::List),
    ("/client_certificates/*", Type::Text),
    ("/upstream_certificates", Type::Object),
    ("/upstream_certificates/*", Type::Text),
    ("/pinned_public_keys", Type::Object),
    ("/pinned_public_keys/*", Type::Text),
];

const POLICY: &Places = &[
    ("/_id", Type::Text),
    ("/id", Type::Text),
    ("/org_id", Type::Text),
    ("/name", Type::Text),
    ("/access_rights", Type::Object),
    ("/access_rights/*", Type::Object),
    ("/access_rights/*/api_id", Type::Text),
    ("/access_rights/*/apiid", Type::Text),
    ("/access_rights/*/api_name", Type::Text),
    ("/access_rights/*/apiname", Type::Text),
    ("/access_rights/*/versions", Type::List),
    ("/access_rights/*/versions/*", Type::Text),
    ("/access_rights/*/limit", Type::Object),
    ("/tags", Type::List),
    ("/tags/*", Type::Text),
    ("/partitions", Type::Object),
    ("/meta_data", Type::Object),
];

/// Checks what this program reads of an object.
///
/// # Errors
///
/// Fails with the first value of a wrong type.
pub(super) fn check(sort: Sort, json: &Json) -> Result<(), ShapeError> {
    match sort {
        Sort::Organisation => places(json, ORGANISATION, ""),
        Sort::Api => {
            places(json, WRAPPER, "")?;
            match json.get("api_definition") {
                Some(definition) => places(definition, DEFINITION, "/api_definition"),
                None => places(json, DEFINITION, ""),
            }
        }
        Sort::Policy => places(json, POLICY, ""),
    }
}

fn places(json: &Json, places: &Places, pointer: &str) -> Result<(), ShapeError> {
    for (pattern, wanted) in places {
        let first = pattern.split('/').nth(1).unwrap_or_default();
        if json.get(first).is_none() {
            continue;
        }
        let pattern: Vec<&str> = pattern.split('/').skip(1).collect();
        let mut wrong = None;
        matching(
            json,
            &pattern,
            &mut pointer.to_owned(),
            &mut |path, value| {
                if wrong.is_none() && !wanted.is(value) {
                    wrong = Some(ShapeError::wrong(path, wanted.word(), value));
                }
            },
        );
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
    }
    Ok(())
}

/// Calls with every value at the paths of a pattern, and its JSON pointer; `*`
/// is any member or element.
pub(super) fn matching<'j>(
    json: &'j Json,
    pattern: &[&str],
    path: &mut String,
    visit: &mut impl FnMut(&str, &'j Json),
) {
    let Some((segment, rest)) = pattern.split_first() else {
        return visit(path, json);
    };
    let length = path.len();
    let mut below = |name: &str, value: &'j Json| {
        path.push('/');
        push_segment(path, name);
        matching(value, rest, path, visit);
        path.truncate(length);
    };
    match (json, *segment) {
        (Json::Object(object), "*") => object
            .members()
            .for_each(|(name, value)| below(name, value)),
        (Json::List(elements), "*") => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, value)| below(&index.to_string(), value));
        }
        (json, name) => {
            if let Some(value) = json.get(name) {
                below(name, value);
            }
        }
    }
}
