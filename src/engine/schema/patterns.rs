//! What is said of places in a document, found by the names that lead there.

use std::collections::HashMap;

/// What is said of places, by patterns.
///
/// A pattern is a path of names with `/` between them: `*` stands for any one
/// name or place of a list, `*x` for any name that ends with x, `**` at the
/// beginning or at the end for any path, and alone for every place.
#[derive(Debug)]
pub struct Patterns<T> {
    /// By the last name; '' for those whose last name stands for several.
    by_name: HashMap<String, Vec<Pattern<T>>>,
}

#[derive(Debug)]
struct Pattern<T> {
    /// From the last name to the first one.
    backwards: Vec<String>,
    /// Whether the path begins anywhere.
    begins_anywhere: bool,
    /// Whether the path goes on to anywhere.
    goes_on: bool,
    says: T,
    rank: usize,
}

impl<T> Patterns<T> {
    /// Returns patterns, those that go before others first.
    pub fn new<P: AsRef<str>>(all: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut by_name: HashMap<String, Vec<Pattern<T>>> = HashMap::new();
        for (rank, (path, says)) in all.into_iter().enumerate() {
            let mut backwards: Vec<String> = path.as_ref().split('/').rev().map(str::to_owned).collect();
            let begins_anywhere = backwards.pop_if(|first| first == "**").is_some();
            let goes_on = backwards.first().is_some_and(|last| last == "**");
            if goes_on {
                backwards.remove(0);
            }
            let last = backwards.first().cloned().unwrap_or_default();
            let key = if last.starts_with('*') || goes_on { String::new() } else { last };
            let pattern = Pattern { backwards, begins_anywhere, goes_on, says, rank };
            by_name.entry(key).or_default().push(pattern);
        }
        Self { by_name }
    }

    /// Returns what is said of a place, in order; list elements are `*` in its
    /// path.
    pub fn at(&self, path: &[&str]) -> impl DoubleEndedIterator<Item = &T> {
        let last = path.last().copied().unwrap_or_default();
        let general = if last.is_empty() { None } else { Some("") };
        let found = [Some(last), general].into_iter().flatten().filter_map(|key| self.by_name.get(key));
        let mut found: Vec<&Pattern<T>> = found.flatten().filter(|pattern| pattern.matches(path)).collect();
        found.sort_by_key(|pattern| pattern.rank);
        found.into_iter().map(|pattern| &pattern.says)
    }
}

impl<T> Pattern<T> {
    fn matches(&self, path: &[&str]) -> bool {
        let path = match path.get(..self.backwards.len()) {
            Some(beginning) if self.goes_on => beginning,
            None => return false,
            Some(_) => path,
        };
        let is_same = |(wanted, name): (&String, &&str)| {
            wanted == name || wanted.strip_prefix('*').is_some_and(|end| name.ends_with(end))
        };
        (self.begins_anywhere || path.len() == self.backwards.len())
            && self.backwards.iter().zip(path.iter().rev()).all(is_same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_in_their_order() {
        let patterns =
            Patterns::new([("**", 0), ("a/**", 1), ("a/*/c", 2), ("**/c", 3), ("a", 4), ("*x", 5)]);
        let at = |path: &[&str]| patterns.at(path).copied().collect::<Vec<i32>>();
        assert_eq!(at(&[]), [0]);
        assert_eq!(at(&["a"]), [0, 1, 4]);
        assert_eq!(at(&["a", "*", "c"]), [0, 1, 2, 3]);
        assert_eq!(at(&["b", "c"]), [0, 3]);
        assert_eq!(at(&["box"]), [0, 5]);
        assert_eq!(at(&["b", "box"]), [0]);
        assert_eq!(at(&[""]), [0]);
    }
}
