//! The checks and their messages.

/// A check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Check {
    StaleOauthIds,
    StrayHiddenGroups,
    MissingHiddenGroups,
    HeldScopeGone,
    HeldGroupGone,
    ClientGone,
    ClientLevelDiffers,
    TooManyGroups,
    NoOauthRow,
    LevelGone,
    NameTwice,
    AliasTwice,
    NameTooLong,
    NegativeDuration,
    ApiGone,
    ApiTwice,
    HiddenGroupWithoutApi,
    HiddenGroupWithoutScope,
    HiddenGroupWithoutOwner,
    HiddenGroupUnlinked,
    HiddenGroupOfTwo,
    HiddenGroupDiffers,
    LinkedScopeGone,
    LinkedGroupGone,
    PlainGroupLinked,
    AuthenticationGone,
    AuthenticationOfNothing,
    ApiOfNothing,
}

impl Check {
    /// All of them, in reporting order.
    pub(in super::super) const ALL: [Self; 28] = [
        Self::StaleOauthIds,
        Self::StrayHiddenGroups,
        Self::MissingHiddenGroups,
        Self::HeldScopeGone,
        Self::HeldGroupGone,
        Self::ClientGone,
        Self::ClientLevelDiffers,
        Self::TooManyGroups,
        Self::NoOauthRow,
        Self::LevelGone,
        Self::NameTwice,
        Self::AliasTwice,
        Self::NameTooLong,
        Self::NegativeDuration,
        Self::ApiGone,
        Self::ApiTwice,
        Self::HiddenGroupWithoutApi,
        Self::HiddenGroupWithoutScope,
        Self::HiddenGroupWithoutOwner,
        Self::HiddenGroupUnlinked,
        Self::HiddenGroupOfTwo,
        Self::HiddenGroupDiffers,
        Self::LinkedScopeGone,
        Self::LinkedGroupGone,
        Self::PlainGroupLinked,
        Self::AuthenticationGone,
        Self::AuthenticationOfNothing,
        Self::ApiOfNothing,
    ];

    /// Returns its code.
    pub(in super::super) const fn code(self) -> &'static str {
        self.words().0
    }

    /// Says what is wrong.
    pub(in super::super) const fn message(self) -> &'static str {
        self.words().1
    }

    /// Says what its repair does; empty if there is none.
    pub(in super::super) const fn repair(self) -> &'static str {
        self.words().2
    }

    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::StaleOauthIds => (
                "stale-oauth-ids",
                "the oauth scope does not name the groups that the client holds",
                "rewrites the oauth scope from the groups that the client holds",
            ),
            Self::StrayHiddenGroups => (
                "stray-hidden-groups",
                "holds hidden groups of scopes that it does not hold",
                "deletes their rows and rewrites the oauth scope",
            ),
            Self::MissingHiddenGroups => (
                "lacking-hidden-groups",
                "holds scopes without all of their hidden groups",
                "inserts the missing rows and rewrites the oauth scope",
            ),
            Self::HeldScopeGone => (
                "held-scope-gone",
                "holds scopes that do not exist, by their ids",
                "deletes their rows",
            ),
            Self::HeldGroupGone => (
                "held-group-gone",
                "holds groups that do not exist, by their ids",
                "deletes their rows and rewrites the oauth scope",
            ),
            Self::ClientGone => (
                "client-gone",
                "the client does not exist, but it holds scopes or hidden groups",
                "deletes the rows, which prevent scopes from being deleted (1403)",
            ),
            Self::ClientLevelDiffers => (
                "client-level-differs",
                "holds scopes of another security level than its own",
                "",
            ),
            Self::TooManyGroups => (
                "too-many-groups",
                "holds more groups than fit into its oauth scope",
                "",
            ),
            Self::NoOauthRow => (
                "no-oauth-row",
                "holds groups or scopes, but has no row in",
                "",
            ),
            Self::LevelGone => ("level-gone", "its security level does not exist", ""),
            Self::NameTwice => (
                "name-twice",
                "several scopes have this name, by their ids",
                "",
            ),
            Self::AliasTwice => ("alias-twice", "other scopes have the same alias", ""),
            Self::NameTooLong => (
                "name-too-long",
                "its name is too long for a scope that has APIs",
                "",
            ),
            Self::NegativeDuration => (
                "negative-duration",
                "its allowed access duration is negative, which the product cannot show (1297)",
                "",
            ),
            Self::ApiGone => (
                "api-gone",
                "has APIs that do not exist, which breaks the consent page",
                "removes them from the scope, as deleting an API does, and rewrites the oauth scopes",
            ),
            Self::ApiTwice => ("api-twice", "has the same API several times", ""),
            Self::HiddenGroupWithoutApi => (
                "hidden-group-without-api",
                "has hidden groups that stand for no API, by their ids",
                "removes them and rewrites the oauth scopes",
            ),
            Self::HiddenGroupWithoutScope => (
                "hidden-group-without-scope",
                "hidden groups whose scope does not exist",
                "removes them and rewrites the oauth scopes",
            ),
            Self::HiddenGroupWithoutOwner => (
                "hidden-group-without-owner",
                "links hidden groups without an owning scope",
                "assigns them to the scope",
            ),
            Self::HiddenGroupUnlinked => (
                "hidden-group-unlinked",
                "has hidden groups that it does not link",
                "links those that all its clients hold, and removes those that no client holds",
            ),
            Self::HiddenGroupOfTwo => (
                "hidden-group-of-two",
                "shares hidden groups with another scope",
                "",
            ),
            Self::HiddenGroupDiffers => (
                "hidden-group-differs",
                "has hidden groups that differ from the scope",
                "updates them from the scope",
            ),
            Self::LinkedScopeGone => (
                "linked-scope-gone",
                "the scope does not exist, but it links groups, by their ids",
                "deletes the links",
            ),
            Self::LinkedGroupGone => (
                "linked-group-gone",
                "links groups that do not exist, so the product cannot delete it (1287)",
                "deletes the links",
            ),
            Self::PlainGroupLinked => (
                "plain-group-linked",
                "links plain groups, which the product deletes with the scope",
                "",
            ),
            Self::AuthenticationGone => (
                "authentication-gone",
                "has authentication types that do not exist",
                "removes them",
            ),
            Self::AuthenticationOfNothing => (
                "authentication-of-nothing",
                "the item does not exist, but it has authentication types",
                "deletes the rows",
            ),
            Self::ApiOfNothing => (
                "api-of-nothing",
                "the group does not exist, but it has APIs",
                "deletes the rows",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_reported_in_their_own_order_by_words_of_their_own() {
        assert!(
            Check::ALL.is_sorted_by(|a, b| a < b),
            "also: none is there twice"
        );
        let mut codes = Check::ALL.map(Check::code);
        codes.sort_unstable();
        assert!(codes.is_sorted_by(|a, b| a < b));
    }
}
