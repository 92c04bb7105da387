//! Searching and sorting scopes.

use std::sync::Arc;

use super::catalogue::Catalogue;
use super::rules::{levels, unknown_authentication};
use super::scope::{Scope, is_of_level};
use super::violation::violation;
use crate::engine::Violation;

/// A filter of scopes. All of its conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of which one must occur in a scope's name, alias or description,
    /// or in the module, key or name of one of its APIs, ignoring case.
    pub words: Vec<String>,
    /// Authentication types of which the scope must have one; any if empty.
    pub authentications: Vec<String>,
    /// The required level.
    pub level: Option<String>,
    /// A client to which it can be given: one that does not hold it and has its
    /// level.
    pub client: Option<String>,
}

impl Filter {
    /// Returns the filter of a search text: words separated by whitespace.
    pub fn keyword(text: &str) -> Self {
        let words = text.split_whitespace().map(str::to_lowercase).collect();
        Self {
            words,
            ..Self::default()
        }
    }

    /// Returns the first unknown value that it names.
    pub fn check(&self, catalogue: &Catalogue) -> Option<Violation> {
        let level = self
            .level
            .as_deref()
            .filter(|level| catalogue.level(level).is_none());
        if level.is_some() {
            return Some(violation(1364, &[]).hint(levels(catalogue)));
        }
        let unknown = self
            .authentications
            .iter()
            .find(|id| catalogue.authentication(id).is_none());
        if let Some(id) = unknown {
            return Some(unknown_authentication(id, catalogue));
        }
        let client = self
            .client
            .as_deref()
            .filter(|id| catalogue.client(id).is_none())?;
        Some(violation(1344, &[]).hint(format!("client '{client}' not found: check its id")))
    }
}

/// The sort key of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Their names.
    #[default]
    Name,
    /// Their aliases.
    Alias,
    /// Their levels.
    Level,
    /// How long they are valid; no limit is longest.
    Duration,
    /// How often they may be authorized; no limit is most.
    Times,
    /// How many APIs they have.
    Apis,
    /// How many clients hold them.
    Holders,
    /// When they were created.
    Created,
}

impl SortKey {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Alias,
        Self::Level,
        Self::Duration,
        Self::Times,
        Self::Apis,
        Self::Holders,
        Self::Created,
    ];

    /// Returns its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Alias => "alias",
            Self::Level => "level",
            Self::Duration => "duration",
            Self::Times => "times",
            Self::Apis => "apis",
            Self::Holders => "holders",
            Self::Created => "created",
        }
    }
}

/// How scopes are sorted; equal ones by name and id, as the product does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// The sort key.
    pub key: SortKey,
    /// Whether the largest come first.
    pub descending: bool,
}

impl Catalogue {
    /// Returns the positions of the matching scopes in
    /// [`scopes`](Self::scopes), sorted.
    pub fn search(&self, filter: &Filter, sort: Sort) -> Vec<usize> {
        let matched = self.matched_apis(&filter.words);
        let taker = filter.client.as_deref().map(|id| (id, self.client(id)));
        let is_wanted = |scope: &Scope| {
            filter
                .level
                .as_ref()
                .is_none_or(|level| scope.level.as_deref() == Some(level))
                && (filter.authentications.is_empty()
                    || scope
                        .authentications
                        .iter()
                        .any(|id| filter.authentications.iter().any(|wanted| **wanted == **id)))
                && taker.is_none_or(|(id, client)| {
                    client.is_some_and(|client| is_of_level(client, scope))
                        && !self.holds(id, scope)
                })
                && (filter.words.is_empty()
                    || filter
                        .words
                        .iter()
                        .any(|word| scope.folded.contains(word.as_str()))
                    || scope
                        .apis
                        .iter()
                        .any(|index| matched.get(*index).copied().unwrap_or_default()))
        };
        let mut found: Vec<usize> = self
            .scopes()
            .iter()
            .enumerate()
            .filter(|(_, scope)| is_wanted(scope))
            .map(|(index, _)| index)
            .collect();
        self.sort(&mut found, sort);
        found
    }

    /// Returns for each API whether one of the words occurs in it.
    fn matched_apis(&self, words: &[String]) -> Vec<bool> {
        if words.is_empty() {
            return Vec::new();
        }
        let is_matched = |folded: &str| words.iter().any(|word| folded.contains(word.as_str()));
        self.apis()
            .iter()
            .map(|api| is_matched(&api.folded))
            .collect()
    }

    /// Sorts positions in the list of scopes, which is itself sorted by name
    /// and id.
    fn sort(&self, found: &mut [usize], sort: Sort) {
        if sort.key != SortKey::Name {
            let endless = |number: i64| if number == 0 { i64::MAX } else { number };
            let text = |text: &Option<Arc<str>>| text.clone().unwrap_or_else(|| "".into());
            let number =
                |of: &dyn Fn(&Scope) -> i64, index: &usize| self.scopes().get(*index).map_or(0, of);
            match sort.key {
                SortKey::Alias => {
                    found.sort_by_cached_key(|index| {
                        self.scopes().get(*index).map(|s| text(&s.alias))
                    });
                }
                SortKey::Level => {
                    found.sort_by_cached_key(|index| {
                        self.scopes().get(*index).map(|s| text(&s.level))
                    });
                }
                SortKey::Created => {
                    found.sort_by_key(|index| {
                        self.scopes().get(*index).map(|scope| scope.created_at)
                    });
                }
                SortKey::Duration => {
                    found.sort_by_key(|index| number(&|scope| endless(scope.seconds), index));
                }
                SortKey::Times => {
                    found.sort_by_key(|index| number(&|scope| endless(scope.times), index));
                }
                SortKey::Apis => {
                    found.sort_by_key(|index| number(&|scope| count(&scope.apis), index));
                }
                SortKey::Holders => {
                    found.sort_by_key(|index| number(&|scope| count(&scope.holders), index));
                }
                SortKey::Name => {}
            }
        }
        if sort.descending {
            found.reverse();
        }
    }
}

fn count(places: &[usize]) -> i64 {
    i64::try_from(places.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(filter: &Filter, sort: Sort) -> Vec<String> {
        let catalogue = Catalogue::sample();
        let found = catalogue.search(filter, sort);
        let last_two = |index: usize| {
            catalogue.scopes()[index]
                .id
                .trim_start_matches("20000000")
                .to_owned()
        };
        found.into_iter().map(last_two).collect()
    }

    fn by_keyword(text: &str) -> Vec<String> {
        found(&Filter::keyword(text), Sort::default())
    }

    #[test]
    fn every_scope_is_found_without_a_filter_by_name_and_id() {
        assert_eq!(by_keyword("  "), ["01", "02", "03", "04", "05"]);
    }

    #[test]
    fn a_keyword_is_part_of_name_alias_or_description_whatever_its_case() {
        assert_eq!(by_keyword("ACC"), ["01"]);
        assert_eq!(by_keyword("帳戶"), ["01"]);
        assert_eq!(by_keyword("balances"), ["01"]);
        assert_eq!(by_keyword("nothing at"), ["02"]);
    }

    #[test]
    fn a_keyword_is_part_of_an_api_that_the_scope_has() {
        assert_eq!(by_keyword("lookup"), ["01"]);
        assert_eq!(by_keyword("look up a"), ["01", "02"], "a is in cards, too");
        assert_eq!(by_keyword("餘額"), ["01"]);
        assert_eq!(by_keyword("transfer"), [""; 0]);
    }

    #[test]
    fn one_word_of_several_is_enough() {
        assert_eq!(by_keyword("empty twice"), ["03", "04", "05"]);
    }

    #[test]
    fn percent_and_underscore_are_plain_characters() {
        assert_eq!(by_keyword("%"), [""; 0]);
        assert_eq!(by_keyword("_"), [""; 0]);
    }

    #[test]
    fn one_of_the_authentication_types_is_enough() {
        let with = |ids: &[&str]| {
            let authentications = ids.iter().map(|id| (*id).to_owned()).collect();
            found(
                &Filter {
                    authentications,
                    ..Filter::default()
                },
                Sort::default(),
            )
        };
        assert_eq!(with(&["OTP"]), ["01"]);
        assert_eq!(with(&["OTP", "PIN"]), ["01", "02"]);
    }

    #[test]
    fn conditions_have_to_be_met_together() {
        let filter = Filter {
            level: Some("A".to_owned()),
            ..Filter::keyword("a")
        };
        assert_eq!(found(&filter, Sort::default()), ["01"]);
        let filter = Filter {
            level: Some("B".to_owned()),
            ..Filter::keyword("a")
        };
        assert_eq!(found(&filter, Sort::default()), [""; 0]);
    }

    #[test]
    fn for_a_client_of_a_level_the_scopes_of_others_cannot_be_found() {
        let of = |client: &str| {
            found(
                &Filter {
                    client: Some(client.to_owned()),
                    ..Filter::default()
                },
                Sort::default(),
            )
        };
        assert_eq!(of("risk"), ["02", "03"]);
        assert_eq!(of("crm"), [""; 0], "it holds the only one of level A");
        assert_eq!(of("anyone"), ["01", "02", "03", "04", "05"]);
    }

    #[test]
    fn what_is_not_there_cannot_be_searched_for() {
        let catalogue = Catalogue::sample();
        let code = |filter: Filter| filter.check(&catalogue).map(|violation| violation.code);
        assert_eq!(
            code(Filter {
                level: Some("Z".to_owned()),
                ..Filter::default()
            }),
            Some(1364)
        );
        assert_eq!(
            code(Filter {
                authentications: vec!["Z".to_owned()],
                ..Filter::default()
            }),
            Some(1397)
        );
        assert_eq!(
            code(Filter {
                client: Some("ghost".to_owned()),
                ..Filter::default()
            }),
            Some(1344)
        );
        assert_eq!(code(Filter::keyword("whatever")), None);
    }

    #[test]
    fn scopes_are_sorted_by_each_column_and_backwards() {
        let by =
            |key: SortKey, descending: bool| found(&Filter::default(), Sort { key, descending });
        assert_eq!(by(SortKey::Name, true), ["05", "04", "03", "02", "01"]);
        assert_eq!(by(SortKey::Level, false), ["01", "04", "05", "02", "03"]);
        assert_eq!(by(SortKey::Apis, true)[..2], ["01", "02"]);
        assert_eq!(by(SortKey::Holders, true)[..2], ["01", "02"]);
        assert_eq!(by(SortKey::Duration, false), ["05", "01", "02", "03", "04"]);
        assert_eq!(by(SortKey::Times, false)[..2], ["05", "02"]);
        assert_eq!(by(SortKey::Alias, true)[..2], ["01", "02"]);
        assert_eq!(by(SortKey::Created, true)[..2], ["02", "01"]);
    }
}
