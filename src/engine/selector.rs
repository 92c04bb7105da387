//! `KIND` and `KIND:KEY` with `*` globs, as typed on the command line; and
//! suggestions for misspelt words.

use globset::{GlobBuilder, GlobMatcher};

use super::item::ItemId;
use super::schema::KindInfo;

/// Which items a word of the command line selects.
#[derive(Clone, Debug)]
pub enum Selector {
    /// All of them.
    All,
    /// Those of a kind.
    Kind(String),
    /// Those of a kind with a matching key.
    Key {
        /// The kind.
        kind: String,
        /// The key's pattern, `*` for any run of characters.
        pattern: GlobMatcher,
        /// Whether the pattern names one item, without a `*`.
        exact: bool,
    },
}

/// Why a selector is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// The kind is unknown.
    #[error("unknown kind '{word}'{} (known: {known})", meant(near.as_deref()))]
    UnknownKind {
        /// What was typed.
        word: String,
        /// The kind that was probably meant.
        near: Option<String>,
        /// The known kinds.
        known: String,
    },
    /// Nothing is selected: a selector must match at least one item.
    #[error("'{word}' matches no item{}", meant(near.as_deref()))]
    NoMatch {
        /// What was typed. May be hostile.
        word: String,
        /// The probable meaning. May be hostile.
        near: Option<String>,
    },
    /// The pattern cannot be compiled.
    #[error("cannot use the pattern '{pattern}': {why}")]
    BadPattern {
        /// What was typed.
        pattern: String,
        /// The error.
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
        let (kind, key) = word
            .split_once(':')
            .map_or((word, None), |(kind, key)| (kind, Some(key)));
        if !kinds.iter().any(|info| info.kind.as_str() == kind) {
            let known: Vec<&str> = kinds.iter().map(|info| info.kind.as_str()).collect();
            let near = nearest(kind, known.iter().copied().chain(["all"])).map(str::to_owned);
            return Err(SelectorError::UnknownKind {
                word: kind.to_owned(),
                near,
                known: known.join(", "),
            });
        }
        match key {
            None => Ok(Self::Kind(kind.to_owned())),
            Some(key) => Ok(Self::Key {
                kind: kind.to_owned(),
                pattern: glob(key)?,
                exact: !key.contains('*'),
            }),
        }
    }

    /// Parses words, each of which must match at least one of `ids`; `all` may
    /// match none.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and on the first word that matches none: with
    /// the most similar one of the same kind, or one of that key if the kind
    /// has none.
    pub fn parse_all<'i>(
        words: &[String],
        kinds: &[KindInfo],
        ids: &(impl Iterator<Item = &'i ItemId> + Clone),
    ) -> Result<Vec<Self>, SelectorError> {
        let parse = |word: &String| {
            let selector = Self::parse(word, kinds)?;
            if matches!(selector, Self::All) || ids.clone().any(|id| selector.matches(id)) {
                return Ok(selector);
            }
            let near = selector.nearest(word, ids);
            Err(SelectorError::NoMatch {
                word: word.clone(),
                near,
            })
        };
        words.iter().map(parse).collect()
    }

    fn nearest<'i>(
        &self,
        word: &str,
        ids: &(impl Iterator<Item = &'i ItemId> + Clone),
    ) -> Option<String> {
        let Self::Key { kind, .. } = self else {
            return None;
        };
        let (_, typed) = word.split_once(':')?;
        let mut of_kind = ids.clone().filter(|id| id.kind.as_str() == kind).peekable();
        if of_kind.peek().is_none() {
            return ids
                .clone()
                .find(|id| *id.key == *typed)
                .map(ToString::to_string);
        }
        // A common prefix of all does not make names similar.
        let key = nearest(&typed.replace('*', ""), of_kind.map(|id| &*id.key))?;
        Some(format!("{kind}:{key}"))
    }

    /// Returns whether an item is selected.
    pub fn matches(&self, id: &ItemId) -> bool {
        match self {
            Self::All => true,
            Self::Kind(kind) => id.kind.as_str() == kind,
            Self::Key { kind, pattern, .. } => {
                id.kind.as_str() == kind && pattern.is_match(&*id.key)
            }
        }
    }

    /// Returns whether one item was named, so that its absence is an error.
    pub const fn is_exact(&self) -> bool {
        matches!(self, Self::Key { exact: true, .. })
    }
}

/// The minimum similarity, of 1, for a word to be suggested for another.
const ALIKE: f64 = 0.4;

/// Returns the name that a misspelt word probably means: the most similar one,
/// if any is similar, ignoring case.
///
/// ```
/// use gatediff::engine::selector::nearest;
/// assert_eq!(nearest("covr", ["cover", "import"]), Some("cover"));
/// assert_eq!(nearest("zzz", ["cover", "import"]), None);
/// ```
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    let likeness = |name: &'n str| {
        (
            strsim::normalized_damerau_levenshtein(&word, &name.to_lowercase()),
            name,
        )
    };
    let alike = names
        .into_iter()
        .map(likeness)
        .filter(|(likeness, _)| *likeness >= ALIKE);
    // Of several equally similar ones the first.
    alike
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, name)| name)
}

/// Returns the end of a sentence that suggests a name, if any.
pub fn meant(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean '{near}'?"))
}

/// Compiles a key in which only `*` is special: keys may contain `[` and `{`.
///
/// # Errors
///
/// Fails if it cannot be compiled.
pub fn glob(key: &str) -> Result<GlobMatcher, SelectorError> {
    let escaped: Vec<String> = key.split('*').map(globset::escape).collect();
    GlobBuilder::new(&escaped.join("*"))
        .literal_separator(false)
        .backslash_escape(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| SelectorError::BadPattern {
            pattern: key.to_owned(),
            why: error.kind().to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Kind;

    const KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("client"),
        title: "Clients",
    }];

    fn matches(word: &str, key: &str) -> bool {
        Selector::parse(word, &KINDS)
            .unwrap()
            .matches(&ItemId::new(Kind::of("client"), key))
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
        assert_eq!(
            error.to_string(),
            "unknown kind 'clients'; did you mean 'client'? (known: client)"
        );
        let error = Selector::parse("zz", &KINDS).unwrap_err();
        assert_eq!(error.to_string(), "unknown kind 'zz' (known: client)");
    }

    #[test]
    fn a_word_that_means_nothing_is_refused_with_the_nearest_name() {
        let ids = ["crm", "billing", "信用卡"].map(|key| ItemId::new(Kind::of("client"), key));
        let error = |word: &str| {
            let words = [word.to_owned()];
            let parsed = Selector::parse_all(&words, &KINDS, &ids.iter());
            parsed.map_or_else(|error| error.to_string(), |_| String::new())
        };
        assert_eq!(
            error("client:biling"),
            "'client:biling' matches no item; did you mean 'client:billing'?"
        );
        // Being clients both does not make them more similar.
        assert_eq!(error("client:zz"), "'client:zz' matches no item");
        assert!(
            Selector::parse("All", &KINDS)
                .unwrap_err()
                .to_string()
                .contains("did you mean 'all'?")
        );
        assert_eq!(
            error("client:CRM"),
            "'client:CRM' matches no item; did you mean 'client:crm'?"
        );
        assert_eq!(
            error("client:信用"),
            "'client:信用' matches no item; did you mean 'client:信用卡'?"
        );
        assert_eq!(
            error("client:bill?*"),
            "'client:bill?*' matches no item; did you mean 'client:billing'?"
        );
        for word in ["client:b*", "client", "all", "client:crm"] {
            assert_eq!(error(word), "", "{word}");
        }
        let none: [ItemId; 0] = [];
        let words = |word: &str| vec![word.to_owned()];
        assert!(Selector::parse_all(&words("all"), &KINDS, &none.iter()).is_ok());
        assert!(Selector::parse_all(&words("client"), &KINDS, &none.iter()).is_err());
    }

    #[test]
    fn a_name_is_found_by_a_part_of_it() {
        let names = ["cover", "cover-all", "confirm-lack-api", "import"];
        let near = |wrong| nearest(wrong, names);
        assert_eq!(near("covr"), Some("cover"));
        assert_eq!(near("lack-api"), Some("confirm-lack-api"));
        assert_eq!(near("Import"), Some("import"));
        assert_eq!(near("zzzzzz"), None);
    }
}
