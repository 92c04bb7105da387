//! Violated rules of the product, with the product's own codes and texts.

use serde::{Serialize, Serializer};

use super::draft::Part;
use crate::engine::ItemId;

/// A violated rule of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The product's code, such as 1353.
    #[serde(serialize_with = "as_text")]
    pub code: u16,
    /// The field of the scope.
    #[serde(rename = "field", skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The product's message, in English, with its arguments. May contain
    /// hostile data.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The conflicting items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<ItemId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn as_text<S: Serializer>(code: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(code)
}

impl Violation {
    /// Returns a violation with the product's text, in which `{0}`, `{1}` …
    /// become the arguments.
    pub(super) fn new(code: u16, arguments: &[&str]) -> Self {
        let text = TEXTS
            .iter()
            .find(|(other, _)| *other == code)
            .map_or("Execution error", |(_, text)| text);
        Self {
            code,
            part: None,
            message: filled(text, arguments),
            hint: String::new(),
            about: Vec::new(),
        }
    }

    /// Returns the violation of an unknown scope.
    pub fn no_scope(scope: &str) -> Self {
        Self::new(1298, &[]).hint(format!("scope '{scope}' not found: check its name"))
    }

    /// Sets the field.
    pub(super) fn of(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Says what to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Sets the conflicting items.
    pub(super) fn about(mut self, items: impl IntoIterator<Item = ItemId>) -> Self {
        self.about.extend(items);
        self
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.message)
    }
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
        let argument = place.parse::<usize>().ok().and_then(|at| arguments.get(at));
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
            Violation::new(1353, &["API scope name", "crm"]).to_string(),
            "1353 [API scope name] already exists: crm"
        );
    }

    #[test]
    fn data_that_looks_like_a_placeholder_is_data() {
        assert_eq!(
            Violation::new(1353, &["name", "{0}"]).message,
            "[name] already exists: {0}"
        );
    }

    #[test]
    fn the_code_is_text_in_json() {
        let json = serde_json::to_value(Violation::new(1403, &[])).unwrap();
        assert_eq!(json["code"], "1403");
        assert_eq!(
            json["message"],
            "Failed to remove. This virtual group is being used."
        );
    }
}
