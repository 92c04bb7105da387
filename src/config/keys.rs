//! The table `[keys]`: read here, understood by the terminal interface.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

/// The keys to bind to an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The action's name.
    pub action: String,
    /// Its keys, as they are written.
    pub keys: Vec<String>,
    /// The file and the line.
    pub place: String,
}

/// The table as it is written.
pub(super) type Table = BTreeMap<String, Spanned<Words>>;

/// Turns the table into bindings; `place` maps an offset to a location.
pub(super) fn bindings(table: Table, place: impl Fn(usize) -> String) -> Vec<Binding> {
    let binding = |(action, words): (String, Spanned<Words>)| Binding {
        action,
        place: place(words.span().start),
        keys: words.into_inner().0,
    };
    table.into_iter().map(binding).collect()
}

/// One key, or a list of them.
pub(super) struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key or a list of keys, as text")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Words, E> {
        Ok(Words(vec![word.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = list.next_element()? {
            words.push(word);
        }
        Ok(Words(words))
    }
}
