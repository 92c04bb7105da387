//! JSON inside strings, compared by its members.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::IgnoredAny;

use super::TextDiff;
use crate::engine::json::token::{Token, TokenKind, tokens};

/// The maximum length of a document that is laid out.
const MAX_BYTES: usize = 1 << 20;

/// The maximum number of indented levels, so that the document's size stays
/// bounded.
const MAX_INDENT: usize = 16;

/// How two documents inside strings differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The difference between both, laid out with one member per line, in their
    /// order, without the commas between them.
    pub diff: TextDiff,
    /// Whether the whitespace between members differs, too.
    pub is_reformatted: bool,
}

impl Members {
    /// Summarises the difference in a few words.
    pub fn summary(&self) -> String {
        let summary = self.diff.summary();
        match (summary.is_empty(), self.is_reformatted) {
            (true, _) => "only the formatting of the JSON differs".to_owned(),
            (false, true) => format!("JSON: {summary}, and its formatting differs"),
            (false, false) => format!("JSON: {summary}"),
        }
    }
}

/// Compares two strings that each contain an object or a list; `None` if either
/// does not, or is too long to be laid out.
///
/// ```
/// use gatediff::engine::text::members;
/// let members = members(r#"{"a":1,"b":[2]}"#, r#"{"a":1,"b":[3]}"#).unwrap();
/// assert_eq!(members.summary(), "JSON: 1 line changed");
/// assert!(!members.is_reformatted);
/// ```
pub fn members(before: &str, after: &str) -> Option<Members> {
    let (old, new) = (Layout::of(before)?, Layout::of(after)?);
    let diff = TextDiff::new(&old.text, &new.text);
    let is_reformatted = diff.hunks.is_empty() || old.differs_in_style(&new);
    Some(Members {
        diff,
        is_reformatted,
    })
}

/// A document with one member a line.
struct Layout<'t> {
    text: String,
    /// The text between tokens of these kinds, by depth.
    styles: BTreeMap<(Option<TokenKind>, TokenKind, usize), BTreeSet<&'t str>>,
}

impl<'t> Layout<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let is_document = text.trim_start().starts_with(['{', '[']) && text.len() <= MAX_BYTES;
        if !is_document || serde_json::from_str::<IgnoredAny>(text).is_err() {
            return None;
        }
        let mut layout = Self {
            text: String::with_capacity(text.len() * 2),
            styles: BTreeMap::new(),
        };
        let (mut depth, mut end) = (0_usize, 0);
        let mut last = None;
        for token in tokens(text) {
            if token.kind == TokenKind::Close {
                depth = depth.saturating_sub(1);
            }
            // A value follows its name on the line, an empty list is closed where it is opened.
            let stays = matches!(
                (last, token.kind),
                (None | Some(TokenKind::Name), _) | (Some(TokenKind::Open), TokenKind::Close)
            );
            if !stays {
                layout.begin(depth);
            }
            let between = text.get(end..token.start).unwrap_or_default();
            layout
                .styles
                .entry((last, token.kind, depth))
                .or_default()
                .insert(between);
            layout.push(text, &token);
            if token.kind == TokenKind::Open {
                depth += 1;
            }
            (last, end) = (Some(token.kind), token.end);
        }
        Some(layout)
    }

    fn begin(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(depth.min(MAX_INDENT)));
    }

    fn push(&mut self, text: &str, token: &Token) {
        self.text
            .push_str(text.get(token.start..token.end).unwrap_or_default());
        if token.kind == TokenKind::Name {
            self.text.push_str(": ");
        }
    }

    /// Returns whether the text between tokens differs where both have such tokens.
    fn differs_in_style(&self, other: &Self) -> bool {
        self.styles
            .iter()
            .any(|(place, here)| other.styles.get(place).is_some_and(|there| here != there))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_by_their_members() {
        let members = members(
            r#"{"name":"a","list":[1,{"x":true}],"none":{}}"#,
            r#"{"name":"a","list":[1,{"x":false}],"none":{}}"#,
        )
        .unwrap();
        let lines: Vec<&str> = members.diff.hunks[0]
            .lines
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(
            lines,
            [
                "  \"list\": [",
                "    1",
                "    {",
                "      \"x\": true",
                "      \"x\": false",
                "    }",
                "  ]",
                "  \"none\": {}"
            ]
        );
        assert!(!members.is_reformatted);
    }

    #[test]
    fn formatting_alone_is_reported_as_such() {
        let describe = |before, after| members(before, after).unwrap().summary();
        assert_eq!(
            describe(r#"{"a":1}"#, r#"{ "a": 1 }"#),
            "only the formatting of the JSON differs"
        );
        assert_eq!(
            describe(r#"{"a":1}"#, "{\"a\":1}\n"),
            "only the formatting of the JSON differs"
        );
        let both = describe(r#"{"a":1,"b":2}"#, r#"{"a": 1,"b":3}"#);
        assert_eq!(both, "JSON: 1 line changed, and its formatting differs");
        assert_eq!(
            describe(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#),
            "JSON: 1 line removed, 1 added"
        );
        assert_eq!(
            describe(r#"{"a": 1, "b": 2}"#, r#"{"b": 2}"#),
            "JSON: 1 line removed"
        );
    }

    #[test]
    fn what_is_no_document_has_no_members() {
        for text in ["", "true", "{\"a\":}", "[1", "{} {}"] {
            assert!(members(text, "{}").is_none(), "{text}");
        }
        assert!(members(&"[".repeat(100_000), "[]").is_none());
    }
}
