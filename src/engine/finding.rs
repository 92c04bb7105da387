//! Findings: notes, warnings and errors that block nothing.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use super::display::some_of;
use super::item::ItemId;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// The result may not be what the operator expects.
    Warning,
    /// The file contradicts itself; `validate` fails on it.
    Error,
}

/// Something found in the file or about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word for scripts, such as `unknown-property`.
    pub code: Cow<'static, str>,
    /// One sentence for people. May hold data: show it through
    /// [`display::safe`](super::display::safe).
    pub message: String,
    /// Where in the file, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which item it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
}

impl Finding {
    /// Returns a warning.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Returns a note.
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Returns an error: the file contradicts itself.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    fn new(
        severity: Severity,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: code.into(),
            message: message.into(),
            path: None,
            item: None,
        }
    }

    /// Sets the path in the file where it was found (JSON pointer).
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Returns its subject: the item, else the path in the file.
    pub fn about_what(&self) -> Option<String> {
        self.item
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| self.path.clone())
            .filter(|what| !what.is_empty())
    }

    /// Returns its subject and its message.
    pub fn placed(&self) -> String {
        match self.about_what() {
            Some(what) => format!("{what}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// Sets the item that it is about.
    #[must_use]
    pub fn about(mut self, item: &ItemId) -> Self {
        self.item = Some(item.clone());
        self
    }
}

/// Findings of one severity and one code, which are reported together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingGroup<'f> {
    /// The findings, in their order; never empty.
    pub findings: Vec<&'f Finding>,
}

/// Groups findings by severity and code: the most severe first, then in the
/// order in which the codes first occur.
pub fn grouped<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<FindingGroup<'f>> {
    let mut groups: Vec<FindingGroup<'f>> = Vec::new();
    let mut known: HashMap<(Severity, &'f str), usize> = HashMap::new();
    for finding in findings {
        let index = *known
            .entry((finding.severity, &*finding.code))
            .or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.findings.push(finding),
            None => groups.push(FindingGroup {
                findings: vec![finding],
            }),
        }
    }
    groups.sort_by_key(|group| Reverse(group.severity()));
    groups
}

impl FindingGroup<'_> {
    /// Returns their severity.
    pub fn severity(&self) -> Severity {
        self.findings
            .first()
            .map_or(Severity::Note, |finding| finding.severity)
    }

    /// Returns the lines for people: one for a single finding, or for several
    /// with the same message; otherwise a heading, and below it, indented by
    /// two, the first `max` of them. May be hostile, as findings may.
    pub fn lines(&self, max: usize) -> Vec<String> {
        let Some((first, rest)) = self.findings.split_first() else {
            return Vec::new();
        };
        let code = &first.code;
        if rest.is_empty() {
            return vec![format!("{code}: {}", first.placed())];
        }
        let total = self.findings.len();
        if rest.iter().all(|finding| finding.message == first.message) {
            let places = self
                .findings
                .iter()
                .filter_map(|finding| finding.about_what());
            let places = some_of(places, max);
            let places = if places.is_empty() {
                places
            } else {
                format!(": {places}")
            };
            return vec![format!("{code}: {} ({total} times{places})", first.message)];
        }
        let mut lines = vec![format!("{code}: {total} of these")];
        lines.extend(
            self.findings
                .iter()
                .take(max)
                .map(|finding| format!("  {}", finding.placed())),
        );
        if let Some(more) = total.checked_sub(max).filter(|more| *more > 0) {
            lines.push(format!("  and {more} more"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Kind;

    fn about(code: &'static str, key: &str, message: &str) -> Finding {
        Finding::warning(code, message).about(&ItemId::new(Kind::of("thing"), key))
    }

    fn describe(findings: &[Finding]) -> Vec<String> {
        grouped(findings)
            .iter()
            .flat_map(|group| group.lines(2))
            .collect()
    }

    #[test]
    fn one_finding_is_one_line() {
        assert_eq!(
            describe(&[about("odd", "a", "is odd")]),
            ["odd: thing:a: is odd"]
        );
        assert_eq!(
            describe(&[Finding::note("odd", "is odd").at("/x")]),
            ["odd: /x: is odd"]
        );
        assert_eq!(describe(&[Finding::note("odd", "is odd")]), ["odd: is odd"]);
    }

    #[test]
    fn what_says_the_same_of_many_is_one_line() {
        let all: Vec<Finding> = ["a", "b", "c", "d"]
            .map(|key| about("odd", key, "is odd"))
            .into();
        assert_eq!(
            describe(&all),
            ["odd: is odd (4 times: thing:a, thing:b and 2 more)"]
        );
    }

    #[test]
    fn what_says_different_things_is_bounded() {
        let all: Vec<Finding> = ["a", "b", "c"]
            .map(|key| about("odd", key, &format!("lacks {key}")))
            .into();
        assert_eq!(
            describe(&all),
            [
                "odd: 3 of these",
                "  thing:a: lacks a",
                "  thing:b: lacks b",
                "  and 1 more"
            ]
        );
    }

    #[test]
    fn what_matters_most_comes_first() {
        let all = [
            Finding::note("n", "n"),
            about("w", "a", "w"),
            Finding::error("e", "e"),
        ];
        assert_eq!(describe(&all), ["e: e", "w: thing:a: w", "n: n"]);
    }
}
