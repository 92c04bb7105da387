//! Paths of fields, as JSON pointers.

/// Appends one segment of a JSON pointer (RFC 6901), escaped.
pub fn push_segment(path: &mut String, segment: &str) {
    for c in segment.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}

/// Returns the segments of a JSON pointer, unescaped.
pub fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split('/')
        .skip(1)
        .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}
