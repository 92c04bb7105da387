//! What rules did to an item of the file, by the paths of its fields.

use super::diff::segments;

/// What rules did to an item of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The paths of the values that were set.
    pub set: Vec<String>,
    /// The paths of the differences that are ignored: the target's values stay.
    pub ignored: Vec<String>,
}

impl Marks {
    /// Returns marks; `None` if there are none, as for most items.
    pub fn new(mut set: Vec<String>, mut ignored: Vec<String>) -> Option<Box<Self>> {
        for paths in [&mut set, &mut ignored] {
            paths.sort_unstable();
            paths.dedup();
        }
        (!set.is_empty() || !ignored.is_empty()).then(|| Box::new(Self { set, ignored }))
    }

    /// Returns whether a rule set the value at a path, a part of it, or a value
    /// that contains it.
    pub fn is_set(&self, path: &str) -> bool {
        is_among(&self.set, path)
    }

    /// Returns whether the difference at a path is ignored.
    pub fn is_ignored(&self, path: &str) -> bool {
        is_among(&self.ignored, path)
    }
}

/// Returns whether a path, one below it, or one above it is among others.
fn is_among(paths: &[String], path: &str) -> bool {
    let path: Vec<String> = segments(path).collect();
    paths.iter().any(|other| {
        let other = segments(other);
        other.zip(&path).all(|(one, other)| one == *other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_on_the_path_and_on_those_around_it() {
        let marks = Marks::new(vec!["/a/b".to_owned()], vec!["/c".to_owned()]).unwrap();
        assert!(marks.is_set("/a/b") && marks.is_set("/a") && marks.is_set("/a/b/c"));
        assert!(!marks.is_set("/a/bc") && !marks.is_set("/c"));
        assert!(marks.is_ignored("/c/d") && !marks.is_ignored("/a"));
        assert_eq!(Marks::new(Vec::new(), Vec::new()), None);
    }
}
