//! The sorts of objects: organisations, APIs and policies.

use crate::engine::{Kind, KindInfo};
use crate::platform::document::Object;

pub(super) const ORGANISATION: &str = "organisation";
pub(super) const API: &str = "api";
pub(super) const POLICY: &str = "policy";

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
}
