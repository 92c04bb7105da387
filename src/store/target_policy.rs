//! The policy of a target, by profiles of the configuration: production, or read-only.
//!
//! A policy belongs to the database, not to the profile's name. A target has it if the profile is
//! used, if the profile's address means the same location, if the cluster was seen behind the
//! profile's address before, or if that address cannot be read: then it may mean any database.

use std::fmt;

/// The policy of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetPolicy {
    /// Every write asks for the database's name.
    pub production: Option<ProfileMatch>,
    /// Nothing is written.
    pub read_only: Option<ProfileMatch>,
}

impl TargetPolicy {
    /// The policy of a target to which no profile applies.
    pub const NONE: Self = Self {
        production: None,
        read_only: None,
    };

    /// Adds what a profile says of the target, if it was recognised: the surest of each kind counts.
    pub(super) fn add(
        &mut self,
        profile: &str,
        [production, read_only]: [bool; 2],
        by: Option<MatchedBy>,
    ) {
        let Some(by) = by else { return };
        let found = ProfileMatch {
            by,
            profile: profile.to_owned(),
        };
        let known = [
            (production, &mut self.production),
            (read_only, &mut self.read_only),
        ];
        for (_, known) in known.into_iter().filter(|(is_said, _)| *is_said) {
            if known.as_ref().is_none_or(|known| found < *known) {
                *known = Some(found.clone());
            }
        }
    }
}

/// The profile that applies to a target, and how the target was recognised. Displays as a clause such
/// as `profile 'live' names this database`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProfileMatch {
    /// How.
    pub by: MatchedBy,
    /// The profile's name.
    pub profile: String,
}

/// How a profile's target was recognised, the surest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedBy {
    /// The profile is used.
    Use,
    /// Its address means the same location.
    Address,
    /// The same database of a cluster that was seen behind its address.
    Cluster,
    /// Its address cannot be read, for this reason.
    Unreadable(String),
}

impl fmt::Display for ProfileMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = &self.profile;
        match &self.by {
            MatchedBy::Use => write!(f, "profile '{profile}' is used"),
            MatchedBy::Address => write!(f, "profile '{profile}' names this database"),
            MatchedBy::Cluster => {
                write!(
                    f,
                    "profile '{profile}' names this database, at another address of the same cluster"
                )
            }
            MatchedBy::Unreadable(why) => {
                write!(
                    f,
                    "profile '{profile}' may name this database: its address is invalid: {why}"
                )
            }
        }
    }
}
