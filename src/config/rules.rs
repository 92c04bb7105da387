//! The rules of a profile: values that replace those of a file, and differences that are ignored.
//! Read here, understood by the engine.

use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The kind of the items.
    pub kind: String,
    /// The pattern of their keys; `None` for any.
    pub key: Option<String>,
    /// The path of the values.
    pub path: String,
    /// What takes the place of a value, or of a text in it.
    pub replacement: Option<Replacement>,
    /// The file and the line.
    pub place: String,
    start: usize,
}

/// What takes the place of a value.
#[derive(Clone, PartialEq)]
pub enum Replacement {
    /// Another value.
    Value(serde_json::Value),
    /// A text in it, and another one.
    Text(String, String),
}

/// It may hold a secret.
impl std::fmt::Debug for Replacement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Replacement")
    }
}

impl Rule {
    /// Sets where it stands; `place` maps an offset to a location.
    pub(super) fn placed(&mut self, place: impl Fn(usize) -> String) {
        self.place = place(self.start);
    }
}

/// Returns the lines of the configuration file that ignore a difference: kind, key and path of the
/// value.
pub fn ignore_lines(profile: &str, [kind, key, path]: [&str; 3]) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let profile = match !profile.is_empty() && profile.chars().all(is_bare) {
        true => profile.to_owned(),
        false => quoted(profile),
    };
    format!(
        "[[profile.{profile}.ignore]]\nkind = {}\nkey = {}\npath = {}\n",
        quoted(kind),
        quoted(key),
        quoted(path)
    )
}

/// A file of values.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValuesFile {
    #[serde(default, deserialize_with = "values")]
    pub(super) values: Vec<Rule>,
}

/// The table of a value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueTable {
    kind: String,
    key: Option<String>,
    path: String,
    value: Option<serde_json::Value>,
    from: Option<String>,
    to: Option<String>,
}

/// The table of a difference to ignore.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreTable {
    kind: String,
    key: Option<String>,
    path: String,
}

/// Reads the tables of values.
pub(super) fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    let tables = Vec::<Spanned<ValueTable>>::deserialize(deserializer)?;
    let rule = |table: Spanned<ValueTable>| {
        let start = table.span().start;
        let ValueTable {
            kind,
            key,
            path,
            value,
            from,
            to,
        } = table.into_inner();
        let replacement = match (value, from, to) {
            (Some(value), None, None) => Replacement::Value(value),
            (None, Some(from), Some(to)) if !from.is_empty() => Replacement::Text(from, to),
            _ => {
                let message =
                    format!("a rule for values needs 'value', or 'from' and 'to' ({path})");
                return Err(serde::de::Error::custom(message));
            }
        };
        Ok(Rule {
            kind,
            key,
            path,
            replacement: Some(replacement),
            place: String::new(),
            start,
        })
    };
    tables.into_iter().map(rule).collect()
}

/// Reads the tables of differences to ignore.
pub(super) fn ignore<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    let tables = Vec::<Spanned<IgnoreTable>>::deserialize(deserializer)?;
    let rule = |table: Spanned<IgnoreTable>| {
        let start = table.span().start;
        let IgnoreTable { kind, key, path } = table.into_inner();
        Rule {
            kind,
            key,
            path,
            replacement: None,
            place: String::new(),
            start,
        }
    };
    Ok(tables.into_iter().map(rule).collect())
}
