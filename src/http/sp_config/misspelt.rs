//! Options whose names are misspelt.

use super::wire::illegal;
use crate::engine::display::safe;
use crate::http::problem::Problem;

/// The options of both requests, and of the objects of a type.
const OPTIONS: [&str; 7] = [
    "excludeTypes",
    "includeTypes",
    "objectOptions",
    "description",
    "defaultReferences",
    "excludeBackup",
    "objectMappings",
];

const FILTERS: [&str; 2] = ["includedIds", "includedNames"];

/// Refuses names that are close to those of options: a misspelled restriction must not import
/// everything. Other unknown names may be new options of the service.
pub(super) fn misspelt(options: &serde_json::Value, what: &str) -> Result<(), Problem> {
    let check = |object: &serde_json::Value, known: &[&str], place: &str| {
        for name in object
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::keys)
        {
            let meant = known.iter().min_by_key(|known| apart(name, known));
            if let Some(meant) = meant
                .filter(|meant| (1..=2).contains(&apart(name, meant)) || is_other_case(name, meant))
            {
                let name = safe(name);
                return Err(illegal(format!(
                    "The {what} has the unknown option {place}{name}; did you mean {meant}?"
                )));
            }
        }
        Ok(())
    };
    check(options, &OPTIONS, "")?;
    let filters = options
        .get("objectOptions")
        .and_then(serde_json::Value::as_object);
    for (kind, filter) in filters.into_iter().flatten() {
        check(filter, &FILTERS, &format!("objectOptions.{}.", safe(kind)))?;
    }
    Ok(())
}

/// Says whether two names are equal except for case and word separators.
fn is_other_case(name: &str, known: &str) -> bool {
    name != known && apart(name, known) == 0
}

/// Returns the edit distance of two names, ignoring case and word separators. Names of very
/// different lengths are far apart.
fn apart(name: &str, known: &str) -> usize {
    if name.len() > 2 * known.len() {
        return name.len();
    }
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    strsim::levenshtein(&plain(name), &plain(known))
}
