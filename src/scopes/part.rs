//! The fields of a scope.

use crate::engine::Violation;

/// A field of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its name.
    Name,
    /// Its alias.
    Alias,
    /// How long it is valid.
    Duration,
    /// How often it may be authorized.
    Times,
    /// Its authentication types.
    Authentications,
    /// Its security level.
    Level,
    /// Its description.
    Description,
    /// Its APIs.
    Apis,
}

impl Part {
    /// All of them, in the order of the product's page.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Alias,
        Self::Duration,
        Self::Times,
        Self::Authentications,
        Self::Level,
        Self::Description,
        Self::Apis,
    ];

    /// Returns its label on the product's page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "API scope name",
            Self::Alias => "API scope alias",
            Self::Duration => "Allowed access duration",
            Self::Times => "Number of allowed access times",
            Self::Authentications => "Authentication type",
            Self::Level => "Security level",
            Self::Description => "Description",
            Self::Apis => "API Module",
        }
    }

    /// Returns its name in a [`Violation`].
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Alias => "alias",
            Self::Duration => "duration",
            Self::Times => "times",
            Self::Authentications => "authentications",
            Self::Level => "level",
            Self::Description => "description",
            Self::Apis => "apis",
        }
    }

    /// Returns the field that a violation is about, if it is about one.
    pub fn of(violation: &Violation) -> Option<Self> {
        let field = violation.field?;
        Self::ALL.into_iter().find(|part| part.word() == field)
    }

    /// Returns its name in an export file, as [`Draft::changes`](super::Draft::changes) does.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "vgroupName",
            Self::Alias => "vgroupAlias",
            Self::Duration => "allowDays",
            Self::Times => "allowTimes",
            Self::Authentications => "authentications",
            Self::Level => "securityLevelId",
            Self::Description => "vgroupDesc",
            Self::Apis => "apis",
        }
    }

    /// Says whether it is required.
    pub const fn is_required(self) -> bool {
        matches!(
            self,
            Self::Name | Self::Duration | Self::Times | Self::Level
        )
    }
}
