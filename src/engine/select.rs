//! `KIND` and `KIND:KEY` with `*` globs, as typed on the command line.

use globset::{GlobBuilder, GlobMatcher};

use super::item::ItemId;
use super::schema::KindInfo;

/// Which items a word of the command line means.
#[derive(Clone, Debug)]
pub enum Selector {
    /// All of them.
    All,
    /// Those of a kind.
    Kind(String),
    /// Those of a kind whose key matches.
    Key {
        /// The kind.
        kind: String,
        /// The key's pattern, `*` for any run of characters.
        pattern: GlobMatcher,
        /// Whether the pattern names one item, without a `*`.
        exact: bool,
    },
}

/// Why a selector was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// The kind is unknown.
    #[error("unknown kind '{word}' (known: {known})")]
    UnknownKind {
        /// What was typed.
        word: String,
        /// The kinds there are.
        known: String,
    },
    /// The pattern cannot be compiled.
    #[error("cannot use the pattern '{pattern}': {why}")]
    BadPattern {
        /// What was typed.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Selector {
    /// Reads `all`, `KIND` or `KIND:KEY`.
    ///
    /// # Errors
    ///
    /// Fails on a kind that is not in `kinds`.
    pub fn parse(word: &str, kinds: &[KindInfo]) -> Result<Self, SelectorError> {
        if word == "all" {
            return Ok(Self::All);
        }
        let (kind, key) = word.split_once(':').map_or((word, None), |(kind, key)| (kind, Some(key)));
        if !kinds.iter().any(|info| info.kind.as_str() == kind) {
            let known: Vec<&str> = kinds.iter().map(|info| info.kind.as_str()).collect();
            return Err(SelectorError::UnknownKind { word: kind.to_owned(), known: known.join(", ") });
        }
        match key {
            None => Ok(Self::Kind(kind.to_owned())),
            Some(key) => {
                Ok(Self::Key { kind: kind.to_owned(), pattern: pattern(key)?, exact: !key.contains('*') })
            }
        }
    }

    /// Says whether an item is meant.
    pub fn matches(&self, id: &ItemId) -> bool {
        match self {
            Self::All => true,
            Self::Kind(kind) => id.kind.as_str() == kind,
            Self::Key { kind, pattern, .. } => id.kind.as_str() == kind && pattern.is_match(&*id.key),
        }
    }

    /// Says whether one item was named, so that its absence is a mistake.
    pub const fn is_exact(&self) -> bool {
        matches!(self, Self::Key { exact: true, .. })
    }
}

/// Compiles a key where only `*` is special: keys may hold `[` and `{`.
fn pattern(key: &str) -> Result<GlobMatcher, SelectorError> {
    let escaped: Vec<String> = key.split('*').map(globset::escape).collect();
    GlobBuilder::new(&escaped.join("*"))
        .literal_separator(false)
        .backslash_escape(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| SelectorError::BadPattern { pattern: key.to_owned(), why: error.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Kind;

    const KINDS: [KindInfo; 1] = [KindInfo { kind: Kind::of("client"), title: "Clients" }];

    fn matches(word: &str, key: &str) -> bool {
        Selector::parse(word, &KINDS).unwrap().matches(&ItemId::new(Kind::of("client"), key))
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(matches("client:crm*", "crm-a/b"));
        assert!(matches("client:*", ""));
        assert!(!matches("client:crm", "crm2"));
    }

    #[test]
    fn other_glob_characters_are_ordinary() {
        assert!(matches("client:a[1]{b}?\\", "a[1]{b}?\\"));
        assert!(!matches("client:a?", "ab"));
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_known_ones() {
        let error = Selector::parse("clients", &KINDS).unwrap_err();
        assert_eq!(error.to_string(), "unknown kind 'clients' (known: client)");
    }
}
