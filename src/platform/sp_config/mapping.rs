//! Replaces values before references are resolved, as the operator requested.

use super::path::Path;
use crate::engine::Finding;
use crate::engine::finding::Findings;
use crate::platform::Mapping;
use crate::platform::document::Json;

/// Applies mappings to one entry after the other, and counts their matches.
pub(super) struct Mapper<'o> {
    mappings: Vec<(&'o Mapping, Path, Met)>,
}

/// The matches of a mapping so far.
#[derive(Clone, Copy, Default)]
struct Met {
    /// Whether its path matched anything.
    place: bool,
    /// Whether a match had the value to replace.
    value: bool,
}

impl<'o> Mapper<'o> {
    /// Takes the mappings to apply; reports the paths that are invalid.
    pub(super) fn new(mappings: &'o [Mapping], findings: &mut Findings) -> Self {
        let enabled = mappings.iter().filter(|mapping| mapping.enabled);
        let readable = enabled.filter_map(|mapping| match Path::parse(&mapping.path) {
            Some(path) => Some((mapping, path, Met::default())),
            None => {
                let message = format!(
                    "cannot map {}: '{}' is not a path such as $.owner.name",
                    mapping.kind, mapping.path
                );
                findings.push(Finding::warning("mapping-path", message));
                None
            }
        });
        Self {
            mappings: readable.collect(),
        }
    }

    /// Maps the object of an entry, and returns JSON pointers into it to the
    /// changes.
    pub(super) fn apply(&mut self, word: &str, entry: &mut Json) -> Vec<String> {
        let mut changed = Vec::new();
        let Some(object) = entry
            .as_object_mut()
            .and_then(|entry| entry.get_mut("object"))
        else {
            return changed;
        };
        for (mapping, path, met) in self
            .mappings
            .iter_mut()
            .filter(|(mapping, ..)| mapping.kind == word)
        {
            for place in path.find(object) {
                met.place = true;
                let Some(value) = object
                    .pointer_mut(&place)
                    .filter(|value| is(value, &mapping.from))
                else {
                    continue;
                };
                met.value = true;
                *value = like(value, &mapping.to);
                changed.push(place);
            }
        }
        changed
    }

    /// Reports that a signed entry is not mapped, if it would be.
    pub(super) fn refused(&mut self, word: &str, entry: &Json) -> Option<Finding> {
        let object = entry.get("object")?;
        let mut refused = None;
        for (mapping, path, met) in self
            .mappings
            .iter_mut()
            .filter(|(mapping, ..)| mapping.kind == word)
        {
            for place in path.find(object) {
                met.place = true;
                if object
                    .pointer(&place)
                    .is_some_and(|value| is(value, &mapping.from))
                {
                    met.value = true;
                    let message = format!("it is signed, so {} is not mapped", mapping.path);
                    refused = Some(Finding::warning("signed-unmapped", message));
                }
            }
        }
        refused
    }

    /// Reports the mappings that had no effect.
    pub(super) fn unmet(self) -> Vec<Finding> {
        let unmet = self.mappings.into_iter().filter(|(.., met)| !met.value);
        unmet
            .map(|(mapping, _, met)| {
                let Mapping { kind, path, .. } = mapping;
                let what = if met.place {
                    "only values other than the one to replace"
                } else {
                    "nothing"
                };
                Finding::warning(
                    "mapping-unmet",
                    format!("the mapping of {kind} {path} matches {what} in the file"),
                )
            })
            .collect()
    }
}

/// Returns whether a value is the one that a mapping replaces.
fn is(value: &Json, from: &str) -> bool {
    match value {
        Json::Text(text) => **text == *from,
        Json::Number(text) => **text == *from,
        Json::Bool(truth) => truth.to_string() == from,
        Json::Null => from.is_empty(),
        Json::List(_) | Json::Object(_) => false,
    }
}

/// Returns the new value, in the form of the one it replaces if that has one.
fn like(value: &Json, to: &str) -> Json {
    match (value, to) {
        (Json::Bool(_), "true") => Json::Bool(true),
        (Json::Bool(_), "false") => Json::Bool(false),
        (Json::Number(_), number) if serde_json::from_str::<serde_json::Number>(number).is_ok() => {
            Json::Number(number.trim().into())
        }
        (_, text) => Json::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn mapping(path: &str, from: &str, to: &str) -> Mapping {
        Mapping {
            kind: "SOURCE".into(),
            path: path.into(),
            from: from.into(),
            to: to.into(),
            enabled: true,
        }
    }

    fn mapped(mappings: &[Mapping], object: &str) -> (String, Vec<String>, Vec<String>) {
        let mut entry = Source::read(format!(r#"{{"object":{object}}}"#).as_bytes())
            .unwrap()
            .root;
        let mut findings = Findings::default();
        let mut mapper = Mapper::new(mappings, &mut findings);
        let changed = mapper.apply("SOURCE", &mut entry);
        findings.extend(mapper.unmet());
        let codes = findings
            .iter()
            .map(|finding| finding.code.to_string())
            .collect();
        (entry.get("object").unwrap().print(), changed, codes)
    }

    #[test]
    fn a_value_is_replaced_where_it_is_the_one_meant() {
        let owner = mapping("$.owners[*].name", "Ann", "Bob");
        let (json, changed, codes) =
            mapped(&[owner], r#"{"owners":[{"name":"Ann"},{"name":"Eve"}]}"#);
        assert_eq!(json, r#"{"owners":[{"name":"Bob"},{"name":"Eve"}]}"#);
        assert_eq!(changed, ["/owners/0/name"]);
        assert!(codes.is_empty());
    }

    #[test]
    fn truths_and_numbers_keep_their_form() {
        let mappings = [
            mapping("$.enabled", "true", "false"),
            mapping("$.th", "10.0", "20"),
        ];
        assert_eq!(
            mapped(&mappings, r#"{"enabled":true,"th":10.0}"#).0,
            r#"{"enabled":false,"th":20}"#
        );
    }

    #[test]
    fn mappings_that_do_nothing_are_reported() {
        let mappings = [
            mapping("$.nowhere", "a", "b"),
            mapping("$.name", "a", "b"),
            mapping("name", "a", "b"),
        ];
        let (json, changed, codes) = mapped(&mappings, r#"{"name":"x"}"#);
        assert_eq!(json, r#"{"name":"x"}"#);
        assert!(changed.is_empty());
        assert_eq!(codes, ["mapping-path", "mapping-unmet", "mapping-unmet"]);
    }

    #[test]
    fn a_mapping_that_is_off_and_one_of_another_type_do_nothing() {
        let off = Mapping {
            enabled: false,
            ..mapping("$.name", "x", "y")
        };
        let other = Mapping {
            kind: "RULE".into(),
            ..mapping("$.name", "x", "y")
        };
        assert_eq!(
            mapped(&[off, other], r#"{"name":"x"}"#).0,
            r#"{"name":"x"}"#
        );
    }
}
