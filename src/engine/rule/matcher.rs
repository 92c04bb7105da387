//! What a rule is about, and whether anything matched it.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::{Deserialize, Serialize};

use super::path::PathPattern;
use super::replacement::Replacement;
use crate::engine::diff::segments;
use crate::engine::item::ItemId;
use crate::engine::schema::KindInfo;
use crate::engine::selector::Selector;

/// What a rule is about: values at a path in the items of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// The kind of the items.
    pub kind: String,
    /// The pattern of their keys: `*` stands for any run of characters.
    pub key: String,
    /// The path of the values, as a plan shows it: `*` stands for one segment.
    pub path: String,
    /// Where the rule stands: a file and a line.
    pub origin: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.kind, self.key, self.path)
    }
}

/// A value of the file that is replaced before anything is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueRule {
    /// Which values.
    pub scope: Scope,
    /// What takes their place.
    pub replacement: Replacement,
    /// Whether it was filled from a variable or a file, so that the rule itself does not hold what
    /// takes the place of a value.
    #[serde(skip)]
    pub is_filled: bool,
}

impl ValueRule {
    /// Fails if the rule holds a credential itself: rules are recorded with jobs and saved plans.
    /// `is_secret` says whether the value in that place is one.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn check_secret(&self, is_secret: bool) -> Result<(), String> {
        let name = segments(&self.scope.path).last().unwrap_or_default();
        if !self.is_filled && (is_secret || self.replacement.holds_secret(&name)) {
            return Err(
                "it is a secret: use ${env:NAME} or ${file:PATH}, so that the rule does not hold it"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// Why a rule cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Where the rule stands.
    pub origin: String,
    /// What is wrong, as a sentence without an end. Never contains a value.
    pub message: String,
}

/// How much of a rule was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Nothing,
    Item,
    Path,
    Value,
}

/// A rule, ready to be compared with items; it remembers what matched it.
#[derive(Debug)]
pub struct Matcher {
    /// The paths of the values.
    pub path: PathPattern,
    scope: Scope,
    selector: Selector,
    met: AtomicU8,
}

impl Matcher {
    /// Returns the matcher of a rule; `kinds` are those of the platform.
    ///
    /// # Errors
    ///
    /// Fails if there is no such kind, or the path is not one.
    pub fn new(scope: &Scope, kinds: &[KindInfo]) -> Result<Self, RuleError> {
        let wrong = |message: String| RuleError {
            origin: scope.origin.clone(),
            message,
        };
        let selector = Selector::parse(&format!("{}:{}", scope.kind, scope.key), kinds);
        let selector = selector.map_err(|error| wrong(error.to_string()))?;
        let path = PathPattern::parse(&scope.path).ok_or_else(|| {
            wrong(format!(
                "'{}' is not a path such as /tps or /hosts/*/hostIp",
                scope.path
            ))
        })?;
        Ok(Self {
            path,
            scope: scope.clone(),
            selector,
            met: AtomicU8::new(Met::Nothing as u8),
        })
    }

    /// Returns whether the rule is about an item, which then matched it.
    pub fn is_about(&self, id: &ItemId) -> bool {
        let is_about = self.selector.matches(id);
        if is_about {
            self.raise(Met::Item);
        }
        is_about
    }

    /// Records that an item has a value at the path.
    pub fn found(&self) {
        self.raise(Met::Path);
    }

    /// Records that a value was replaced or ignored.
    pub fn met(&self) {
        self.raise(Met::Value);
    }

    fn raise(&self, met: Met) {
        self.met.fetch_max(met as u8, Ordering::Relaxed);
    }

    /// Returns an error about the rule.
    pub fn error(&self, message: impl Into<String>) -> RuleError {
        RuleError {
            origin: self.scope.origin.clone(),
            message: message.into(),
        }
    }

    /// Returns where the rule stands.
    pub fn origin(&self) -> &str {
        &self.scope.origin
    }

    /// Returns why the rule had no effect, if it had none.
    pub fn unmet(&self) -> Option<RuleError> {
        let Scope {
            kind, key, path, ..
        } = &self.scope;
        let met = self.met.load(Ordering::Relaxed);
        let message = match met {
            met if met >= Met::Value as u8 => return None,
            met if met == Met::Nothing as u8 => {
                format!("matches no item: the file has no {kind} with the key '{key}'")
            }
            met if met == Met::Item as u8 => {
                format!("matches no value: no {kind} with the key '{key}' has {path}")
            }
            _ => format!("replaces nothing: no text at {path} contains the text to replace"),
        };
        Some(self.error(message))
    }
}

/// Returns the matchers of rules, and what is wrong with those that have none.
pub fn matchers(scopes: &[Scope], kinds: &[KindInfo]) -> (Vec<Matcher>, Vec<RuleError>) {
    let mut errors = Vec::new();
    let mut known = Vec::with_capacity(scopes.len());
    for scope in scopes {
        match Matcher::new(scope, kinds) {
            Ok(matcher) => known.push(matcher),
            Err(error) => errors.push(error),
        }
    }
    (known, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Kind;

    const KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("client"),
        title: "Clients",
    }];

    fn scope(kind: &str, key: &str, path: &str) -> Scope {
        let [kind, key, path] = [kind, key, path].map(ToOwned::to_owned);
        Scope {
            kind,
            key,
            path,
            origin: "uat.toml:3".to_owned(),
        }
    }

    #[test]
    fn a_rule_says_what_it_did_not_match() {
        let rule = Matcher::new(&scope("client", "crm*", "/tps"), &KINDS).unwrap();
        let why = |rule: &Matcher| rule.unmet().map(|error| error.message);
        assert_eq!(
            why(&rule).unwrap(),
            "matches no item: the file has no client with the key 'crm*'"
        );
        assert!(!rule.is_about(&ItemId::new(Kind::of("client"), "erp")));
        assert!(rule.is_about(&ItemId::new(Kind::of("client"), "crm-2")));
        assert_eq!(
            why(&rule).unwrap(),
            "matches no value: no client with the key 'crm*' has /tps"
        );
        rule.found();
        assert!(why(&rule).unwrap().starts_with("replaces nothing"));
        rule.met();
        assert_eq!(why(&rule), None);
    }

    #[test]
    fn a_rule_of_an_unknown_kind_or_without_a_path_is_refused_with_its_place() {
        let error = Matcher::new(&scope("clients", "*", "/tps"), &KINDS).unwrap_err();
        assert_eq!(error.origin, "uat.toml:3");
        assert!(
            error.message.contains("unknown kind 'clients'"),
            "{error:?}"
        );
        let error = Matcher::new(&scope("client", "*", "tps"), &KINDS).unwrap_err();
        assert!(error.message.contains("'tps' is not a path"), "{error:?}");
    }
}
