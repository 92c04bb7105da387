//! The paths that rules name.

use crate::engine::diff::segments;

/// A pattern of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Vec<Step>);

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The member, element or field of that name.
    Name(String),
    /// Any one of them.
    Any,
    /// Any number of steps, also none.
    Deep,
}

impl PathPattern {
    /// Returns a pattern of steps.
    pub const fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// Parses a path as a plan shows it, such as `/hosts/*/hostIp`: `*` stands
    /// for any one segment. `None` if it is not one, or names the whole item.
    pub fn parse(text: &str) -> Option<Self> {
        let is_path = text.len() > 1 && text.starts_with('/');
        let step = |segment: String| match segment.as_str() {
            "*" => Step::Any,
            _ => Step::Name(segment),
        };
        is_path.then(|| Self(segments(text).map(step).collect()))
    }

    /// Returns whether it names the value at a path.
    pub fn names<S: AsRef<str>>(&self, path: &[S]) -> bool {
        meets(&self.0, path)
    }

    /// Returns whether it names the value at a path, or one that contains it.
    pub fn covers<S: AsRef<str>>(&self, path: &[S]) -> bool {
        (0..=path.len()).any(|end| path.get(..end).is_some_and(|path| self.names(path)))
    }

    /// Returns whether it names the value at a JSON pointer, or one that
    /// contains it.
    pub fn covers_pointer(&self, pointer: &str) -> bool {
        self.covers(&segments(pointer).collect::<Vec<_>>())
    }
}

fn meets<S: AsRef<str>>(steps: &[Step], path: &[S]) -> bool {
    match (steps, path) {
        ([], path) => path.is_empty(),
        ([Step::Deep, rest @ ..], _) => {
            (0..=path.len()).any(|index| meets(rest, path.get(index..).unwrap_or(&[])))
        }
        ([Step::Any, rest @ ..], [_, below @ ..]) => meets(rest, below),
        ([Step::Name(name), rest @ ..], [first, below @ ..]) => {
            *name == *first.as_ref() && meets(rest, below)
        }
        (_, []) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PathPattern {
        PathPattern::parse(text).unwrap()
    }

    #[test]
    fn a_star_stands_for_one_segment_and_names_are_unescaped() {
        assert!(pattern("/hosts/*/hostIp").names(&["hosts", "10.0.0.1", "hostIp"]));
        assert!(!pattern("/hosts/*").names(&["hosts", "10.0.0.1", "hostIp"]));
        assert!(pattern("/apis/m~1k").names(&["apis", "m/k"]));
        assert!(!pattern("/tps").names(&["TPS"]));
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        assert!(pattern("/hosts/*").covers(&["hosts", "a", "hostIp"]));
        assert!(pattern("/hosts").covers_pointer("/hosts/a~1b"));
        assert!(!pattern("/hosts/a").covers(&["hosts"]));
        assert!(!pattern("/hosts").covers_pointer("/hostsOther"));
    }

    #[test]
    fn what_is_no_path_of_a_value_is_refused() {
        for text in ["", "/", "tps", "$.tps"] {
            assert_eq!(PathPattern::parse(text), None, "{text}");
        }
    }
}
