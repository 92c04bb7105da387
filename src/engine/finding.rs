//! Findings: notes, warnings and errors that block nothing.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Deref;

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
    /// How many times it was found: at `path`, and elsewhere.
    #[serde(skip_serializing_if = "is_once")]
    pub times: usize,
    /// The first few of the other places, as JSON pointers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_once(times: &usize) -> bool {
    *times == 1
}

/// How many findings of one severity and code are kept one by one: a file of a few
/// bytes per row has them by the million.
pub const MAX_OF_A_CODE: usize = 100;

/// How many places of a finding are kept.
const MAX_PLACES: usize = 3;

/// The message of those that are only counted.
const NOT_LISTED: &str = "more of these, which are not listed";

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
            times: 1,
            also_at: Vec::new(),
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

    /// Returns its message; with how often and where, if it was found several times.
    pub fn sentence(&self) -> Cow<'_, str> {
        let Self { message, times, .. } = self;
        if *times == 1 {
            return message.into();
        }
        if self.is_not_listed() {
            return format!("{times} {message}").into();
        }
        let places = self.path.iter().chain(&self.also_at);
        let places: Vec<&str> = places
            .map(String::as_str)
            .filter(|place| !place.is_empty())
            .take(MAX_PLACES)
            .collect();
        match (places.as_slice(), times.saturating_sub(places.len())) {
            ([], _) => format!("{message} ({times} times)"),
            // The message names them itself.
            ([first, ..], _) if message.contains(first) => return message.into(),
            (_, 0) => format!("{message} ({times} times: {})", places.join(", ")),
            (_, more) => {
                let places = places.join(", ");
                format!("{message} ({times} times: {places} and {more} more)")
            }
        }
        .into()
    }

    /// Says whether it stands for those that are only counted.
    fn is_not_listed(&self) -> bool {
        self.message == NOT_LISTED
    }

    /// Says whether another one says the same of the same.
    fn is_same(&self, other: &Self) -> bool {
        (self.severity, &self.code, &self.message, &self.item)
            == (other.severity, &other.code, &other.message, &other.item)
    }

    /// Returns its subject and its message.
    pub fn placed(&self) -> String {
        let sentence = self.sentence();
        // The places of several are in the sentence.
        let names_place = self.item.is_none() && self.times > 1;
        match self.about_what().filter(|_| !names_place) {
            Some(what) => format!("{what}: {sentence}"),
            None => sentence.into_owned(),
        }
    }

    /// Sets the item that it is about.
    #[must_use]
    pub fn about(mut self, item: &ItemId) -> Self {
        self.item = Some(item.clone());
        self
    }
}

/// Findings as they are collected: what says the same of the same is one, with how
/// often it was found and the first few places, and of one severity and code the
/// first [`MAX_OF_A_CODE`] are kept; the rest is counted.
///
/// ```
/// use gatediff::engine::Finding;
/// use gatediff::engine::finding::Findings;
/// let mut findings = Findings::default();
/// findings.extend((0..5).map(|row| Finding::warning("null-row", "is null").at(format!("/{row}"))));
/// assert_eq!(findings.len(), 1);
/// assert_eq!(findings[0].placed(), "is null (5 times: /0, /1, /2 and 2 more)");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    /// Where the one with a hash is.
    known: HashMap<u64, usize>,
    /// How many of a severity and code are in the list, and where the rest is counted.
    codes: HashMap<(Severity, Cow<'static, str>), (usize, Option<usize>)>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        let mut hasher = DefaultHasher::new();
        (
            finding.severity,
            &finding.code,
            &finding.message,
            &finding.item,
        )
            .hash(&mut hasher);
        let hash = hasher.finish();
        let known = self
            .known
            .get(&hash)
            .and_then(|index| self.list.get_mut(*index));
        if let Some(known) = known.filter(|known| known.is_same(&finding)) {
            known.times += finding.times;
            let places = finding.path.into_iter().chain(finding.also_at);
            let room = MAX_PLACES.saturating_sub(known.also_at.len());
            known.also_at.extend(places.take(room));
            return;
        }
        let code = (finding.severity, finding.code.clone());
        let (listed, rest) = self.codes.entry(code).or_default();
        if *listed < MAX_OF_A_CODE {
            *listed += 1;
            self.known.insert(hash, self.list.len());
            self.list.push(finding);
            return;
        }
        match rest.and_then(|index| self.list.get_mut(index)) {
            Some(rest) => rest.times += finding.times,
            None => {
                *rest = Some(self.list.len());
                self.list.push(Finding {
                    times: finding.times,
                    ..Finding::new(finding.severity, finding.code, NOT_LISTED)
                });
            }
        }
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}

impl Deref for Findings {
    type Target = [Finding];

    fn deref(&self) -> &[Finding] {
        &self.list
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'f> IntoIterator for &'f Findings {
    type Item = &'f Finding;
    type IntoIter = std::slice::Iter<'f, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl From<Findings> for Vec<Finding> {
    fn from(findings: Findings) -> Self {
        findings.list
    }
}

impl PartialEq for Findings {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
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
        let times =
            |findings: &[&Finding]| findings.iter().map(|finding| finding.times).sum::<usize>();
        let total = times(&self.findings);
        let is_same = |finding: &&Finding| finding.message == first.message && finding.times == 1;
        if rest.iter().all(is_same) && first.times == 1 {
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
        let shown = self
            .findings
            .get(..max.min(self.findings.len()))
            .unwrap_or_default();
        let mut lines = vec![format!("{code}: {total} of these")];
        lines.extend(
            shown
                .iter()
                .map(|finding| format!("  {}", finding.placed())),
        );
        if let Some(more) = total.checked_sub(times(shown)).filter(|more| *more > 0) {
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
    fn what_says_the_same_of_the_same_is_one_with_the_first_places() {
        let row = |row: usize| about("odd", "a", "is odd").at(format!("/{row}"));
        let findings: Findings = (0..8_000).map(row).collect();
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].times, findings[0].also_at.len()),
            (8_000, MAX_PLACES)
        );
        assert_eq!(
            describe(&findings),
            ["odd: thing:a: is odd (8000 times: /0, /1, /2 and 7997 more)"]
        );
    }

    #[test]
    fn of_a_code_so_many_are_kept_and_the_rest_is_counted() {
        let different = |index: usize| about("odd", &index.to_string(), &format!("has {index}"));
        let mut findings: Findings = (0..1_000).map(different).collect();
        findings.push(about("other", "a", "is odd"));
        assert_eq!(findings.len(), MAX_OF_A_CODE + 2);
        let all: usize = findings.iter().map(|finding| finding.times).sum();
        assert_eq!(all, 1_001, "none is lost");
        let lines = describe(&findings);
        assert_eq!(lines[0], "odd: 1000 of these");
        assert_eq!(lines[3], "  and 998 more");
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
