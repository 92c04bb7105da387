//! The checks and their messages.

/// Defines the checks: their names, codes, messages, and what their repairs do
/// (empty if there is none), in reporting order.
macro_rules! checks {
    ($($name:ident: $code:literal, $message:literal, $repair:literal;)*) => {
        /// A check.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(in super::super) enum Check {
            $($name),*
        }

        impl Check {
            /// All of them, in reporting order.
            pub(in super::super) const ALL: &[Self] = &[$(Self::$name),*];

            const fn words(self) -> (&'static str, &'static str, &'static str) {
                match self {
                    $(Self::$name => ($code, $message, $repair)),*
                }
            }
        }
    };
}

checks! {
    StaleOauthIds:
        "stale-oauth-ids",
        "the oauth scope does not name the groups that the client holds",
        "rewrites the oauth scope from the groups that the client holds";
    StrayHiddenGroups:
        "stray-hidden-groups",
        "holds hidden groups of scopes that it does not hold",
        "deletes their rows and rewrites the oauth scope";
    MissingHiddenGroups:
        "lacking-hidden-groups",
        "holds scopes without all of their hidden groups",
        "inserts the missing rows and rewrites the oauth scope";
    HeldScopeGone:
        "held-scope-gone",
        "holds scopes that do not exist, by their ids",
        "deletes their rows";
    HeldGroupGone:
        "held-group-gone",
        "holds groups that do not exist, by their ids",
        "deletes their rows and rewrites the oauth scope";
    ClientGone:
        "client-gone",
        "the client does not exist, but it holds scopes or hidden groups",
        "deletes the rows, which prevent scopes from being deleted (1403)";
    ClientLevelDiffers:
        "client-level-differs",
        "holds scopes of another security level than its own",
        "";
    TooManyGroups:
        "too-many-groups",
        "holds more groups than fit into its oauth scope",
        "";
    NoOauthRow:
        "no-oauth-row",
        "holds groups or scopes, but has no row in",
        "";
    LevelGone:
        "level-gone",
        "its security level does not exist",
        "";
    NameTwice:
        "name-twice",
        "several scopes have this name, by their ids",
        "";
    AliasTwice:
        "alias-twice",
        "other scopes have the same alias",
        "";
    NameTooLong:
        "name-too-long",
        "its name is too long for a scope that has APIs",
        "";
    NegativeDuration:
        "negative-duration",
        "its allowed access duration is negative, which the product cannot show (1297)",
        "";
    ApiGone:
        "api-gone",
        "has APIs that do not exist, which breaks the consent page",
        "removes them from the scope, as deleting an API does, and rewrites the oauth scopes";
    ApiTwice:
        "api-twice",
        "has the same API several times",
        "";
    HiddenGroupWithoutApi:
        "hidden-group-without-api",
        "has hidden groups that stand for no API, by their ids",
        "removes them and rewrites the oauth scopes";
    HiddenGroupWithoutScope:
        "hidden-group-without-scope",
        "hidden groups whose scope does not exist",
        "removes them and rewrites the oauth scopes";
    HiddenGroupWithoutOwner:
        "hidden-group-without-owner",
        "links hidden groups without an owning scope",
        "assigns them to the scope";
    HiddenGroupUnlinked:
        "hidden-group-unlinked",
        "has hidden groups that it does not link",
        "links those that all its clients hold, and removes those that no client holds";
    HiddenGroupOfTwo:
        "hidden-group-of-two",
        "shares hidden groups with another scope",
        "";
    HiddenGroupDiffers:
        "hidden-group-differs",
        "has hidden groups that differ from the scope",
        "updates them from the scope";
    LinkedScopeGone:
        "linked-scope-gone",
        "the scope does not exist, but it links groups, by their ids",
        "deletes the links";
    LinkedGroupGone:
        "linked-group-gone",
        "links groups that do not exist, so the product cannot delete it (1287)",
        "deletes the links";
    PlainGroupLinked:
        "plain-group-linked",
        "links plain groups, which the product deletes with the scope",
        "";
    AuthenticationGone:
        "authentication-gone",
        "has authentication types that do not exist",
        "removes them";
    AuthenticationOfNothing:
        "authentication-of-nothing",
        "the item does not exist, but it has authentication types",
        "deletes the rows";
    ApiOfNothing:
        "api-of-nothing",
        "the group does not exist, but it has APIs",
        "deletes the rows";
}

impl Check {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_code_of_its_own() {
        let mut codes: Vec<_> = Check::ALL.iter().map(|check| check.code()).collect();
        codes.sort_unstable();
        assert!(codes.is_sorted_by(|a, b| a < b));
    }
}
