//! The three endpoints and their differences.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::Kind;

/// The platform.
pub(super) const PLATFORM: &str = "tyk";

/// An import endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// One organisation.
    Organisations,
    /// `{"apis": […]}`.
    Apis,
    /// `{"Data": […]}`.
    Policies,
}

/// The properties that distinguish the formats.
const APIS: &str = "apis";
const POLICIES: &str = "Data";
const ORGANISATIONS: &str = "organisations";

impl Endpoint {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Organisations, Self::Apis, Self::Policies];

    /// Returns its path.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Organisations => "/admin/organisations/import",
            Self::Apis => "/admin/apis/import",
            Self::Policies => "/admin/policies/import",
        }
    }

    /// Says what it does.
    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::Organisations => "Import an organisation",
            Self::Apis => "Import APIs, all of them or none",
            Self::Policies => "Import policies, all of them or none",
        }
    }

    /// Returns the kind of its objects.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Organisations => Kind::of("organisation"),
            Self::Apis => Kind::of("api"),
            Self::Policies => Kind::of("policy"),
        }
    }

    /// Returns its message for a completed import.
    pub(super) const fn done(self) -> &'static str {
        match self {
            Self::Organisations => "Org imported",
            Self::Apis => "APIs imported",
            Self::Policies => "Policies imported",
        }
    }

    /// Returns its message for a refused import, before the reason.
    pub(super) const fn refused(self) -> &'static str {
        match self {
            Self::Organisations => "Failed to save new Org object to DB",
            Self::Apis => "Failed to save API objects to DB",
            Self::Policies => "Failed to save policy objects to DB",
        }
    }

    /// Says whether a body has the outer shape of its format. The platform checks the objects in
    /// it.
    pub(super) fn takes(self, body: &[u8]) -> bool {
        let Ok(root) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(body) else {
            return false;
        };
        let has = |name| root.contains_key(name);
        let is_list = |name| {
            root.get(name)
                .is_some_and(|value| value.get().starts_with('['))
        };
        match self {
            Self::Organisations => !has(ORGANISATIONS) && !has(POLICIES),
            Self::Apis => is_list(APIS) && !has(POLICIES) && !has(ORGANISATIONS),
            Self::Policies => is_list(POLICIES) && !has(APIS) && !has(ORGANISATIONS),
        }
    }

    /// Returns the answer's `Meta`, by id: for an organisation its id, for the others whether each
    /// was imported.
    pub(super) fn meta<'a>(self, ids: impl Iterator<Item = &'a str>) -> Value {
        match self {
            Self::Organisations => ids.last().map_or(Value::Null, Value::from),
            Self::Apis | Self::Policies => describe(ids, true),
        }
    }
}

/// Returns `{"id": whether it was imported}`.
pub(super) fn describe<'a>(ids: impl Iterator<Item = &'a str>, imported: bool) -> Value {
    Value::Object(
        ids.map(|id| (id.to_owned(), Value::Bool(imported)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_takes_the_outer_shape_of_its_own_format_only() {
        let takers = |body: &str| {
            let takes = |endpoint: &Endpoint| endpoint.takes(body.as_bytes());
            Endpoint::ALL.into_iter().filter(takes).collect::<Vec<_>>()
        };
        assert_eq!(
            takers(r#"{"id":"53ac","owner_name":"Jively"}"#),
            [Endpoint::Organisations]
        );
        // An organisation has a list of the same name; the platform distinguishes them.
        assert_eq!(
            takers(r#"{"apis":[],"pages":1}"#),
            [Endpoint::Organisations, Endpoint::Apis]
        );
        assert_eq!(takers(r#"{"Data":[],"Pages":1}"#), [Endpoint::Policies]);
        for body in [
            "[]",
            "null",
            "7",
            "\"apis\"",
            "{",
            "",
            r#"{"organisations":[],"apis":[],"Data":[]}"#,
        ] {
            assert_eq!(takers(body), [], "{body}");
        }
        assert_eq!(takers(r#"{"Data":{}}"#), []);
    }
}
