//! What a misspelt name was meant to be.

/// Returns the name that shares the longest beginning or end with a wrong one.
pub(super) fn nearest(wrong: &str, names: impl Iterator<Item = &'static str>) -> &'static str {
    let likeness = |name: &str| {
        let start = name.chars().zip(wrong.chars()).take_while(|(a, b)| a == b).count();
        let end = name.chars().rev().zip(wrong.chars().rev()).take_while(|(a, b)| a == b).count();
        // Of two that begin alike, the shorter one has less that is not meant.
        (start.max(end), usize::MAX - name.len())
    };
    names.max_by_key(|name| likeness(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_common_beginning_or_end_is_meant() {
        let near = |wrong| nearest(wrong, ["cover", "cover-all", "confirm-lack-api", "import"].into_iter());
        assert_eq!(near("covr"), "cover");
        assert_eq!(near("lack-api"), "confirm-lack-api");
        assert_eq!(near("Import"), "import");
    }
}
