//! Rules for paths in a document, found by their names.

use std::collections::HashMap;

/// Rules by pattern.
///
/// A pattern is a path of names with `/` between them: `*` stands for any one
/// name or place of a list, `*x` for any name that ends with x, `**` at the
/// beginning or at the end for any path, and alone for every place.
#[derive(Debug)]
pub struct Patterns<T> {
    /// By the last literal name, and its distance from the end.
    by_name: Vec<HashMap<String, Vec<Pattern<T>>>>,
    /// Patterns without a literal name, and those that continue with any path.
    general: Vec<Pattern<T>>,
}

#[derive(Debug)]
struct Pattern<T> {
    /// From the last name to the first one.
    backwards: Vec<String>,
    /// Whether the path may start anywhere.
    begins_anywhere: bool,
    /// Whether the path continues with any path.
    goes_on: bool,
    says: T,
    rank: usize,
}

impl<T> Patterns<T> {
    /// Returns patterns; earlier ones take precedence.
    pub fn new<P: AsRef<str>>(all: impl IntoIterator<Item = (P, T)>) -> Self {
        let mut patterns = Self {
            by_name: Vec::new(),
            general: Vec::new(),
        };
        for (rank, (path, says)) in all.into_iter().enumerate() {
            let mut backwards: Vec<String> =
                path.as_ref().split('/').rev().map(str::to_owned).collect();
            let begins_anywhere = backwards.pop_if(|first| first == "**").is_some();
            let goes_on = backwards.first().is_some_and(|last| last == "**");
            if goes_on {
                backwards.remove(0);
            }
            let own = backwards
                .iter()
                .position(|name| !name.starts_with('*'))
                .filter(|_| !goes_on);
            let name = own.and_then(|index| backwards.get(index)).cloned();
            let pattern = Pattern {
                backwards,
                begins_anywhere,
                goes_on,
                says,
                rank,
            };
            match own.zip(name) {
                Some((index, name)) => {
                    if patterns.by_name.len() <= index {
                        patterns.by_name.resize_with(index + 1, HashMap::new);
                    }
                    if let Some(names) = patterns.by_name.get_mut(index) {
                        names.entry(name).or_default().push(pattern);
                    }
                }
                None => patterns.general.push(pattern),
            }
        }
        patterns
    }

    /// Returns the rules for a path, in order; list elements are `*` in it.
    pub fn at(&self, path: &[&str]) -> impl DoubleEndedIterator<Item = &T> {
        let named = self
            .by_name
            .iter()
            .zip(path.iter().rev())
            .filter_map(|(names, name)| names.get(*name));
        let all = named.flatten().chain(&self.general);
        let mut found: Vec<&Pattern<T>> = all.filter(|pattern| pattern.matches(path)).collect();
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
            wanted == name
                || wanted
                    .strip_prefix('*')
                    .is_some_and(|end| name.ends_with(end))
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
        let patterns = Patterns::new([
            ("**", 0),
            ("a/**", 1),
            ("a/*/c", 2),
            ("**/c", 3),
            ("a", 4),
            ("*x", 5),
        ]);
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
