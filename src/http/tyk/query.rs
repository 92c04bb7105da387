//! The parameters of a query.

/// Returns the value of a parameter of a query, if it is there.
pub(super) fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?
        .split('&')
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
}
