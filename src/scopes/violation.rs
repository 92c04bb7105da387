//! Violated rules of the product, with the product's own codes and texts.

use crate::engine::Violation;
use crate::job::{Failure, FailureKind};

/// Returns a violation with the product's text, in which `{0}`, `{1}` … become
/// the arguments.
pub(super) fn violation(code: u16, arguments: &[&str]) -> Violation {
    let text = TEXTS
        .iter()
        .find(|(other, _)| *other == code)
        .map_or("Execution error", |(_, text)| text);
    Violation::new(code, filled(text, arguments))
}

/// Returns the violation of an unknown scope.
pub(super) fn no_scope(scope: &str) -> Violation {
    violation(1298, &[]).hint(format!("scope '{scope}' not found: check its name"))
}

/// Returns the failure of rules of the product that are broken: the first one is
/// what failed, and each says what to do.
pub(crate) fn violated(violations: Vec<Violation>) -> Failure {
    let first = violations.first();
    let kind = match first.map(|first| first.code) {
        Some(1286) => FailureKind::Stale,
        Some(1298 | 1344) => FailureKind::Refused,
        _ => FailureKind::Blocked,
    };
    let what = first.map_or_else(String::new, ToString::to_string);
    let mut failure = Failure::new(kind, what);
    for violation in &violations {
        if !violation.hint.is_empty() && !failure.hints.contains(&violation.hint) {
            failure.hints.push(violation.hint.clone());
        }
    }
    failure.violations = violations;
    failure
}

/// The product's English texts (`TsmpRtnCodeTableInitializer`). 1358 says 205
/// there, for nine-digit ids; with ten-digit ids only 186 fit.
const TEXTS: [(u16, &str); 20] = [
    (1286, "Update failed"),
    (1287, "Delete failed"),
    (1298, "No information found"),
    (1299, "Parameter validation error"),
    (1344, "Client does not exist"),
    (1350, "Required field: [{0}]"),
    (1351, "[{0}] is no more than [{1}] characters [{2}]"),
    (1352, "String pattern is not matched: [{0}]"),
    (1353, "[{0}] already exists: {1}"),
    (1355, "[{0}] shall not be less than {1} {2}"),
    (1356, "[{0}] shall not be greater than {1} {2}"),
    (1358, "Upper limit of {0} Groups per Group List"),
    (1364, "Security Level not found"),
    (
        1365,
        "The SECURITY LEVEL ID of the client does not match the SECURITY LEVEL ID of the group. The group ID is [{0}]",
    ),
    (1397, "Authorized verification type: [{0}] does not exist"),
    (1400, "API: [{0}] does not found"),
    (
        1402,
        "The amount of API can be up to a maximum of [{0}], you selected [{1}]",
    ),
    (1403, "Failed to remove. This virtual group is being used."),
    (1410, "Group [{0}] does not exist"),
    (
        1547,
        "[Client Id:{0}]The total number of APIs set with API Scope and API Group settings exceeds {1}",
    ),
];

/// Replaces each placeholder once, so that data is never treated as one.
fn filled(text: &str, arguments: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((place, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let argument = place
            .parse::<usize>()
            .ok()
            .and_then(|index| arguments.get(index));
        filled.push_str(argument.copied().unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_take_the_places_of_their_numbers() {
        assert_eq!(
            violation(1353, &["API scope name", "crm"]).to_string(),
            "1353 [API scope name] already exists: crm"
        );
    }

    #[test]
    fn data_that_looks_like_a_placeholder_is_data() {
        assert_eq!(
            violation(1353, &["name", "{0}"]).message,
            "[name] already exists: {0}"
        );
    }

    #[test]
    fn the_code_is_text_in_json() {
        let json = serde_json::to_value(violation(1403, &[])).unwrap();
        assert_eq!(json["code"], "1403");
        assert_eq!(
            json["message"],
            "Failed to remove. This virtual group is being used."
        );
    }
}
