//! The product's rules for a scope, before it is saved.

use std::collections::BTreeSet;

use super::catalogue::Catalogue;
use super::draft::Draft;
use super::duration::{MAX_SECONDS, below};
use super::limits::{MAX_ALIAS, MAX_APIS, MAX_DESCRIPTION, MAX_NAME};
use super::part::Part;
use super::scope::{ApiName, Scope};
use super::violation::violation;
use crate::engine::display::some_of;
use crate::engine::{Finding, ItemId, Violation};

impl Draft {
    /// Returns every rule of the product that it violates; `scope` is the edited one, unless it is
    /// new. Existing values of a scope are never violations, except its level and authentication
    /// types.
    pub fn check(&self, catalogue: &Catalogue, scope: Option<&Scope>) -> Vec<Violation> {
        let mut violations = Vec::new();
        violations.extend(self.check_name(catalogue, scope));
        violations.extend(self.check_alias(catalogue, scope));
        violations.extend(check_number(self.seconds, MAX_SECONDS, Part::Duration));
        violations.extend(check_number(self.times, i64::from(i32::MAX), Part::Times));
        violations.extend(self.check_authentications(catalogue));
        violations.extend(self.check_level(catalogue));
        violations.extend(unfit(&self.description, MAX_DESCRIPTION, Part::Description));
        violations.extend(self.check_apis(catalogue, scope));
        violations
    }

    fn check_name(&self, catalogue: &Catalogue, scope: Option<&Scope>) -> Option<Violation> {
        let label = Part::Name.label();
        if self.name.is_empty() {
            return Some(
                violation(1350, &[label])
                    .of(Part::Name.word())
                    .hint("give the scope a name"),
            );
        }
        let is_kept = scope.is_some_and(|scope| *scope.name == self.name);
        // A name that is too long for hidden groups may stay while there are none.
        if !(is_kept && self.apis.is_empty())
            && let Some(violation) = too_long(&self.name, MAX_NAME, Part::Name)
        {
            return Some(violation.hint(format!(
                "the product's page accepts 50, but its table of groups holds {MAX_NAME}: a scope with a longer name cannot have APIs"
            )));
        }
        if is_kept {
            return None;
        }
        if !self
            .name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        {
            return Some(
                violation(1352, &[label])
                    .of(Part::Name.word())
                    .hint("only ASCII letters, digits, '_' and '-' are accepted"),
            );
        }
        let other = catalogue.named(&self.name).first()?;
        Some(taken(Part::Name, &self.name, other))
    }

    fn check_alias(&self, catalogue: &Catalogue, scope: Option<&Scope>) -> Option<Violation> {
        let is_kept =
            scope.is_some_and(|scope| scope.alias.as_deref().unwrap_or_default() == self.alias);
        if self.alias.is_empty() || is_kept {
            return None;
        }
        let other = || {
            catalogue
                .scopes()
                .iter()
                .find(|other| other.alias.as_deref() == Some(&self.alias))
        };
        unfit(&self.alias, MAX_ALIAS, Part::Alias)
            .or_else(|| other().map(|other| taken(Part::Alias, &self.alias, other)))
    }

    fn check_level(&self, catalogue: &Catalogue) -> Option<Violation> {
        if self.level.is_empty() {
            return Some(
                violation(1350, &[Part::Level.label()])
                    .of(Part::Level.word())
                    .hint(levels(catalogue)),
            );
        }
        let unknown = || {
            violation(1364, &[])
                .of(Part::Level.word())
                .hint(levels(catalogue))
        };
        catalogue.level(&self.level).is_none().then(unknown)
    }

    fn check_authentications(&self, catalogue: &Catalogue) -> Vec<Violation> {
        let unknown = self
            .authentications
            .iter()
            .filter(|id| catalogue.authentication(id).is_none());
        unknown
            .map(|id| unknown_authentication(id, catalogue))
            .collect()
    }

    fn check_apis(&self, catalogue: &Catalogue, scope: Option<&Scope>) -> Vec<Violation> {
        let count = self.apis.len();
        let mut violations = Vec::new();
        if count > MAX_APIS {
            violations.push(
                violation(1402, &[&MAX_APIS.to_string(), &count.to_string()])
                    .of(Part::Apis.word())
                    .hint("a client's oauth scope holds at most this many ids: split the scope in two"),
            );
        }
        let held: BTreeSet<&ApiName> = scope
            .into_iter()
            .flat_map(|scope| catalogue.apis_of(scope))
            .map(|api| &api.name)
            .collect();
        let missing = self
            .apis
            .iter()
            .filter(|api| !held.contains(api) && catalogue.api(api).is_none());
        violations.extend(missing.map(|api| {
            violation(1400, &[&api.to_string()])
                .of(Part::Apis.word())
                .hint("register the API first, or check its module and key")
        }));
        let too_long = self
            .apis
            .iter()
            .filter(|api| !held.contains(api) && api.module.chars().count() > 100);
        violations.extend(too_long.map(|api| {
            let length = api.module.chars().count().to_string();
            violation(1351, &[&api.module, "100", &length]).of(Part::Apis.word()).hint(
                "the name of the module is too long for the product's table of groups: its APIs cannot be added to a scope",
            )
        }));
        violations
    }

    /// Returns the violations of clients that hold the scope and would exceed the limit of groups.
    pub fn check_holders(&self, catalogue: &Catalogue, scope: &Scope) -> Vec<Violation> {
        let before = scope.apis.len();
        let kept = catalogue
            .apis_of(scope)
            .filter(|api| self.apis.contains(&api.name))
            .count();
        let added = self.apis.len() - kept;
        let after = |groups: usize| (groups + added).saturating_sub(before - kept);
        if added == 0 {
            return Vec::new();
        }
        let full = catalogue
            .holders_of(scope)
            .filter(|client| after(client.groups) > MAX_APIS);
        full.map(|client| too_many(client.item(), after(client.groups)))
            .collect()
    }

    /// Returns the warnings before it is saved.
    pub fn warnings(&self, catalogue: &Catalogue, scope: Option<&Scope>) -> Vec<Finding> {
        let Some(scope) = scope else {
            return Vec::new();
        };
        let mut warnings = Vec::new();
        let others: Vec<&str> = catalogue
            .holders_of(scope)
            .filter(|client| {
                client
                    .level
                    .as_deref()
                    .is_some_and(|level| level != self.level)
            })
            .map(|client| &*client.id)
            .collect();
        if scope.level.as_deref() != Some(&self.level) && !others.is_empty() {
            warnings.push(
                Finding::warning(
                    "level-of-holders",
                    format!(
                        "the scope changes to level {}, but clients it is assigned to have another one: {}",
                        self.level,
                        few(&others)
                    ),
                )
                .about(&scope.item()),
            );
        }
        let missing: Vec<String> = catalogue
            .apis_of(scope)
            .filter(|api| api.is_missing() && self.apis.contains(&api.name))
            .map(|api| api.name.to_string())
            .collect();
        if !missing.is_empty() {
            let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
            warnings.push(
                Finding::warning(
                    "lacking-api",
                    format!(
                        "the scope keeps APIs that the target does not have: {}",
                        few(&missing)
                    ),
                )
                .about(&scope.item()),
            );
        }
        warnings
    }
}

/// Returns the violation of an unknown authentication type.
pub(super) fn unknown_authentication(id: &str, catalogue: &Catalogue) -> Violation {
    let known: Vec<&str> = catalogue
        .authentications()
        .iter()
        .map(|known| &*known.id)
        .collect();
    let hint = match known.as_slice() {
        [] => "the target has no authentication types".to_owned(),
        known => format!("known: {}", few(known)),
    };
    violation(1397, &[id])
        .of(Part::Authentications.word())
        .hint(hint)
}

/// Returns the violation of a client that would hold too many groups.
pub(super) fn too_many(client: ItemId, groups: usize) -> Violation {
    violation(1547, &[&client.key.clone(), &MAX_APIS.to_string()])
        .of(Part::Apis.word())
        .hint(format!(
            "it would hold {groups}: take another scope or group away from it first"
        ))
        .about([client])
}

/// Returns the available levels.
pub(super) fn levels(catalogue: &Catalogue) -> String {
    let known: Vec<&str> = catalogue.levels().iter().map(|level| &*level.id).collect();
    match known.as_slice() {
        [] => "the target has no security levels".to_owned(),
        known => format!("known: {}", few(known)),
    }
}

/// Returns the violation of a name or an alias that another scope has.
fn taken(part: Part, text: &str, other: &Scope) -> Violation {
    violation(1353, &[part.label(), text])
        .of(part.word())
        .hint("choose another one, or update the scope that has it")
        .about([other.item()])
}

/// Says why a text cannot be stored, or is too long.
fn unfit(text: &str, max: usize, part: Part) -> Option<Violation> {
    let zero = text.contains('\0').then(|| {
        violation(1352, &[part.label()])
            .of(part.word())
            .hint("remove the NUL character: PostgreSQL cannot store it")
    });
    zero.or_else(|| too_long(text, max, part))
}

/// The product counts UTF-16 units, as Java does.
fn too_long(text: &str, max: usize, part: Part) -> Option<Violation> {
    let length = text.encode_utf16().count();
    (length > max).then(|| {
        violation(1351, &[part.label(), &max.to_string(), &length.to_string()])
            .of(part.word())
            .hint("shorten it")
    })
}

fn check_number(number: i64, max: i64, part: Part) -> Option<Violation> {
    let label = part.label();
    if number < 0 {
        return Some(below(label, &number.to_string()).of(part.word()));
    }
    (number > max).then(|| {
        violation(1356, &[label, &max.to_string(), &format!("[{number}]")])
            .of(part.word())
            .hint(format!("at most {max}; 0 means no limit"))
    })
}

/// Lists the first few of many.
pub(super) fn few(names: &[&str]) -> String {
    some_of(names, 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Op;

    fn named(name: &str) -> Draft {
        Draft {
            name: name.to_owned(),
            ..Draft::default()
        }
    }

    fn codes(draft: &Draft, of: Option<&str>) -> Vec<u16> {
        let catalogue = Catalogue::sample();
        let scope = of.and_then(|id| catalogue.scope(id));
        draft
            .check(&catalogue, scope)
            .iter()
            .map(|violation| violation.code)
            .collect()
    }

    #[test]
    fn a_name_is_all_that_a_new_scope_needs() {
        assert_eq!(codes(&named("new_scope-1"), None), [0; 0]);
        assert_eq!(Draft::default().level, "SYSTEM");
    }

    #[test]
    fn a_name_is_required_and_of_ascii_word_characters() {
        assert_eq!(codes(&named(""), None), [1350]);
        assert_eq!(codes(&named("new scope"), None), [1352]);
        assert_eq!(codes(&named("帳戶"), None), [1352]);
        assert_eq!(codes(&named(" new"), None), [1352]);
    }

    #[test]
    fn a_name_has_at_most_30_characters() {
        assert_eq!(codes(&named(&"n".repeat(30)), None), [0; 0]);
        assert_eq!(codes(&named(&"n".repeat(31)), None), [1351]);
    }

    #[test]
    fn a_name_belongs_to_one_scope_in_exactly_its_case() {
        assert_eq!(codes(&named("cards"), None), [1353]);
        assert_eq!(codes(&named("Cards"), None), [0; 0]);
    }

    #[test]
    fn a_scope_keeps_its_own_name_and_alias() {
        let catalogue = Catalogue::sample();
        let cards = Draft::of(&catalogue, catalogue.scope("2000000002").unwrap());
        assert_eq!(codes(&cards, Some("2000000002")), [0; 0]);
        assert_eq!(codes(&cards, Some("2000000001")), [1353, 1353, 1400]);
    }

    #[test]
    fn an_alias_has_at_most_85_utf_16_units() {
        let alias = |alias: String| Draft {
            alias,
            ..named("new")
        };
        assert_eq!(codes(&alias("戶".repeat(85)), None), [0; 0]);
        assert_eq!(codes(&alias("戶".repeat(86)), None), [1351]);
        assert_eq!(codes(&alias("😀".repeat(43)), None), [1351]);
    }

    #[test]
    fn no_text_has_a_zero_which_no_database_stores() {
        let zero = || "a\0b".to_owned();
        assert_eq!(
            codes(
                &Draft {
                    alias: zero(),
                    ..named("new")
                },
                None
            ),
            [1352]
        );
        assert_eq!(
            codes(
                &Draft {
                    description: zero(),
                    ..named("new")
                },
                None
            ),
            [1352]
        );
        let api = ApiName::new("bank", "\0");
        assert_eq!(
            codes(
                &Draft {
                    apis: [api].into(),
                    ..named("new")
                },
                None
            ),
            [1400]
        );
    }

    #[test]
    fn a_description_has_at_most_500() {
        let describe = |description: String| Draft {
            description,
            ..named("new")
        };
        assert_eq!(codes(&describe("d".repeat(500)), None), [0; 0]);
        assert_eq!(codes(&describe("d".repeat(501)), None), [1351]);
    }

    #[test]
    fn levels_and_authentication_types_have_to_exist() {
        assert_eq!(
            codes(
                &Draft {
                    level: "Z".to_owned(),
                    ..named("new")
                },
                None
            ),
            [1364]
        );
        assert_eq!(
            codes(
                &Draft {
                    level: String::new(),
                    ..named("new")
                },
                None
            ),
            [1350]
        );
        let with = |id: &str| Draft {
            authentications: [id.to_owned()].into(),
            ..named("new")
        };
        assert_eq!(codes(&with("PIN"), None), [0; 0]);
        assert_eq!(codes(&with("pin"), None), [1397]);
    }

    #[test]
    fn numbers_are_neither_below_nought_nor_beyond_32_bits() {
        assert_eq!(
            codes(
                &Draft {
                    seconds: -1,
                    times: -1,
                    ..named("new")
                },
                None
            ),
            [1355, 1355]
        );
        let max = MAX_SECONDS + 1;
        assert_eq!(
            codes(
                &Draft {
                    seconds: max,
                    times: max,
                    ..named("new")
                },
                None
            ),
            [1356, 1356]
        );
    }

    #[test]
    fn an_api_has_to_exist_unless_the_scope_has_it_already() {
        let with = |module: &str, key: &str| Draft {
            apis: [ApiName::new(module, key)].into(),
            ..named("new")
        };
        assert_eq!(codes(&with("bank", "balance"), None), [0; 0]);
        assert_eq!(codes(&with("bank", "lookup"), None), [1400]);
        assert_eq!(codes(&with("gone", "nothing"), None), [1400]);
        assert_eq!(codes(&with("gone", "nothing"), Some("2000000002")), [0; 0]);
    }

    #[test]
    fn a_scope_has_at_most_186_apis() {
        let apis = |count: usize| {
            (0..count)
                .map(|index| ApiName::new("m", format!("{index}")))
                .collect()
        };
        let codes = codes(
            &Draft {
                apis: apis(187),
                ..named("new")
            },
            None,
        );
        assert_eq!(codes.first(), Some(&1402));
    }

    #[test]
    fn no_holder_may_get_more_groups_than_there_is_room_for() {
        let catalogue = Catalogue::sample();
        let scope = catalogue.scope("2000000001").unwrap();
        let mut draft = Draft::of(&catalogue, scope);
        draft.apis.insert(ApiName::new("bank", "transfer"));
        assert_eq!(draft.check_holders(&catalogue, scope), []);
        draft.apis.insert(ApiName::new("cards", "list"));
        let violations = draft.check_holders(&catalogue, scope);
        assert_eq!(violations[0].code, 1547);
        assert_eq!(violations[0].about[0].to_string(), "client:portal");
        // One less allows one more.
        draft.apis.remove(&ApiName::new("crm", "lookup"));
        assert_eq!(draft.check_holders(&catalogue, scope), []);
    }

    #[test]
    fn a_level_that_leaves_its_holders_behind_is_warned_of() {
        let catalogue = Catalogue::sample();
        let scope = catalogue.scope("2000000001").unwrap();
        let mut draft = Draft::of(&catalogue, scope);
        assert!(draft.warnings(&catalogue, Some(scope)).is_empty());
        draft.level = "B".to_owned();
        let warnings = draft.warnings(&catalogue, Some(scope));
        assert!(
            warnings[0].message.ends_with("crm, portal"),
            "{}",
            warnings[0].message
        );
    }

    #[test]
    fn what_differs_is_reported_field_by_field() {
        let catalogue = Catalogue::sample();
        let before = Draft::of(&catalogue, catalogue.scope("2000000001").unwrap());
        let mut draft = before.clone();
        assert_eq!(draft.changes(Some(&before)), []);
        draft.alias = String::new();
        draft.times = 7;
        draft.apis.remove(&ApiName::new("crm", "lookup"));
        draft.apis.insert(ApiName::new("cards", "list"));
        draft.authentications.clear();
        let changes = draft.changes(Some(&before));
        let reported: Vec<(&str, Op)> = changes
            .iter()
            .map(|change| (&*change.path, change.op))
            .collect();
        assert_eq!(
            reported,
            [
                ("/vgroupAlias", Op::Replace),
                ("/allowTimes", Op::Replace),
                ("/apis/cards~1list", Op::Add),
                ("/apis/crm~1lookup", Op::Remove),
                ("/authentications/OTP", Op::Remove),
                ("/authentications/PIN", Op::Remove),
            ]
        );
    }
}
