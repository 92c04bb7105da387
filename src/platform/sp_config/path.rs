//! JSONPaths, as far as mappings and the types use them: names, indices, `*`
//! and `..`; no filters.

use crate::engine::diff::{push_segment, segments};
use crate::engine::json::Json;
use crate::engine::rule::{PathPattern, Step};

/// A JSONPath. Its root is the object of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(PathPattern);

/// The maximum number of `..` in a path.
const MAX_PARENTS: usize = 2;

impl Path {
    /// Parses a path such as `$.a['b'][*]..c`; `None` if it is invalid or not
    /// supported.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim().strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("..") {
                steps.push(Step::Deep);
                rest = after;
                if !rest.starts_with('[') {
                    rest = named(rest, &mut steps)?;
                }
            } else if let Some(after) = rest.strip_prefix('.') {
                rest = named(after, &mut steps)?;
            } else {
                rest = bracketed(rest.strip_prefix('[')?, &mut steps)?;
            }
        }
        // Each of them may match anywhere: paths with several of them are too slow.
        (steps.iter().filter(|step| **step == Step::Deep).count() <= MAX_PARENTS)
            .then(|| Self(PathPattern::new(steps)))
    }

    /// Returns JSON pointers to its matches, each once.
    pub(super) fn find(&self, value: &Json) -> Vec<String> {
        let mut found = Vec::new();
        value.walk(&mut |pointer, _| {
            let place: Vec<String> = segments(pointer).collect();
            if self.0.names(&place) {
                found.push(pointer.to_owned());
            }
        });
        found
    }
}

/// Parses `name` or `*`, and returns the rest.
fn named<'t>(text: &'t str, steps: &mut Vec<Step>) -> Option<&'t str> {
    let (name, rest) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
    match name {
        "" => return None,
        "*" => steps.push(Step::Any),
        name => steps.push(Step::Name(name.to_owned())),
    }
    Some(rest)
}

/// Parses `*]`, `'name']` or `7]`, and returns the rest.
fn bracketed<'t>(text: &'t str, steps: &mut Vec<Step>) -> Option<&'t str> {
    if let Some(quote) = text
        .chars()
        .next()
        .filter(|quote| matches!(quote, '\'' | '"'))
    {
        let (name, rest) = text.get(1..)?.split_once(quote)?;
        steps.push(Step::Name(name.to_owned()));
        return rest.strip_prefix(']');
    }
    let (inner, rest) = text.split_once(']')?;
    match inner.trim() {
        "*" => steps.push(Step::Any),
        number if number.parse::<usize>().is_ok() => steps.push(Step::Name(number.to_owned())),
        _ => return None,
    }
    Some(rest)
}

/// Returns a pointer with one more segment.
pub(super) fn below(pointer: &str, segment: &str) -> String {
    let mut longer = pointer.to_owned();
    longer.push('/');
    push_segment(&mut longer, segment);
    longer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn found(path: &str, json: &str) -> Vec<String> {
        Path::parse(path)
            .unwrap()
            .find(&Source::read(json.as_bytes()).unwrap().root)
    }

    #[test]
    fn names_places_and_wildcards_are_understood() {
        let json = r#"{"owner":{"name":"a"},"list":[{"x":1},{"x":2,"y/z":3}]}"#;
        assert_eq!(found("$.owner.name", json), ["/owner/name"]);
        assert_eq!(found("$['owner']['name']", json), ["/owner/name"]);
        assert_eq!(found("$.list[1].x", json), ["/list/1/x"]);
        assert_eq!(found("$.list[*].x", json), ["/list/0/x", "/list/1/x"]);
        assert_eq!(found("$..x", json), ["/list/0/x", "/list/1/x"]);
        assert_eq!(found("$.list[1]['y/z']", json), ["/list/1/y~1z"]);
        assert_eq!(found("$.*.name", json), ["/owner/name"]);
        assert_eq!(found("$", json), [""]);
    }

    #[test]
    fn what_is_met_on_two_ways_is_found_once() {
        assert_eq!(found("$..a..b", r#"{"a":{"a":{"b":1}}}"#), ["/a/a/b"]);
    }

    #[test]
    fn what_is_no_path_or_holds_a_filter_is_not_understood() {
        for path in [
            "",
            "owner",
            "$owner",
            "$.",
            "$..",
            "$[?(@.x == 1)]",
            "$.a[",
            "$.a['b]",
            "$.a[b]",
            "$.a[-1]",
            "$..a..b..c",
        ] {
            assert_eq!(Path::parse(path), None, "{path}");
        }
    }
}
