//! Which objects of a file or a target to use, and how.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::engine::DefaultReference;
use crate::engine::ItemId;
use crate::engine::rule::{Scope, ValueRule};

/// A selection of objects. By default, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selection {
    /// Only these kinds; empty for any. Takes precedence over `exclude`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// All kinds except these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// For a kind listed here, only these objects.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, ObjectFilter>,
}

/// Objects of one kind; all of them if both lists are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectFilter {
    /// Those with one of these ids.
    pub ids: Vec<String>,
    /// And those with one of these names, case-sensitive.
    pub names: Vec<String>,
}

impl Selection {
    /// Says whether it selects everything.
    pub fn is_all(&self) -> bool {
        self.include.is_empty()
            && self.exclude.is_empty()
            && self.objects.values().all(ObjectFilter::is_all)
    }

    /// Says whether any objects of a kind are selected.
    pub fn takes_kind(&self, kind: &str) -> bool {
        let is_kind = |word: &String| word == kind;
        if self.include.is_empty() {
            !self.exclude.iter().any(is_kind)
        } else {
            self.include.iter().any(is_kind)
        }
    }

    /// Says whether an object is selected.
    pub fn takes(&self, kind: &str, id: &str, name: &str) -> bool {
        self.takes_kind(kind)
            && self
                .objects
                .get(kind)
                .is_none_or(|filter| filter.takes(id, name))
    }
}

impl ObjectFilter {
    const fn is_all(&self) -> bool {
        self.ids.is_empty() && self.names.is_empty()
    }

    fn takes(&self, id: &str, name: &str) -> bool {
        self.is_all()
            || self.ids.iter().any(|other| other == id)
            || self.names.iter().any(|other| other == name)
    }
}

/// How to import a file, in addition to the choices of its plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImportOptions {
    /// The selected objects.
    pub selection: Selection,
    /// Default targets for references that resolve to nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_references: Vec<DefaultReference>,
    /// Values that are replaced before references are resolved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    /// The target's organisation for each organisation id of the file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub organisations: BTreeMap<String, String>,
    /// Values that are replaced before anything is compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueRule>,
    /// Differences that are ignored: the target's values stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Scope>,
}

impl ImportOptions {
    /// Says whether no option is set.
    pub fn is_none(&self) -> bool {
        let has_rules = !self.values.is_empty() || !self.ignore.is_empty();
        self.has_no_object_options() && self.organisations.is_empty() && !has_rules
    }

    /// Says whether no option except organisations and rules is set.
    pub fn has_no_object_options(&self) -> bool {
        self.selection.is_all() && self.default_references.is_empty() && self.mappings.is_empty()
    }
}

/// Reads mappings of organisations, each `FROM=TO`.
///
/// # Errors
///
/// Fails on any other form, and on an organisation that is mapped twice.
pub fn organisations<'w>(
    words: impl IntoIterator<Item = &'w str>,
) -> Result<BTreeMap<String, String>, OrganisationError> {
    let mut mapped = BTreeMap::new();
    for word in words {
        let pair = word
            .split_once('=')
            .map(|(from, to)| (from.trim(), to.trim()));
        let is_pair =
            |(from, to): &(&str, &str)| !from.is_empty() && !to.is_empty() && !to.contains('=');
        let Some((from, to)) = pair.filter(is_pair) else {
            return Err(OrganisationError::Malformed(word.to_owned()));
        };
        if mapped.insert(from.to_owned(), to.to_owned()).is_some() {
            return Err(OrganisationError::Twice(from.to_owned()));
        }
    }
    Ok(mapped)
}

/// Why mappings of organisations are invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationError {
    /// One has another form.
    #[error("expected FROM=TO, an organisation's ids in the file and in the target; found '{0}'")]
    Malformed(String),
    /// One is mapped to two others.
    #[error("organisation '{0}' is mapped twice")]
    Twice(String),
}

/// A value that is replaced in objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    /// The kind of the objects.
    pub kind: String,
    /// The path in them: a JSONPath such as `$.owner.name`.
    pub path: String,
    /// The current value.
    pub from: String,
    /// The new value.
    pub to: String,
    /// Whether it is enabled.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// What to export, and the metadata of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// If any, only these and exactly what they require.
    pub roots: Vec<ItemId>,
    /// The selected objects. Platforms without options export all.
    pub selection: Selection,
    /// A description, for formats that have one.
    pub description: String,
    /// The origin target, for formats that record it.
    pub origin: String,
    /// The time, for formats that record it; set by the exporter.
    pub now: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn nothing_said_means_everything() {
        let selection = Selection::default();
        assert!(selection.is_all());
        assert!(selection.takes("SOURCE", "1", "HR"));
    }

    #[test]
    fn organisations_are_mapped_in_pairs_and_once_each() {
        assert_eq!(organisations([]), Ok(BTreeMap::new()));
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let mapped = BTreeMap::from([pair("a", "b"), pair("b", "a"), pair("c", "b")]);
        assert_eq!(organisations(["a=b", "b=a", " c = b "]), Ok(mapped));
        for word in ["", "a", "=", "a=", "=b", "a=b=c", " = "] {
            assert_eq!(
                organisations([word]),
                Err(OrganisationError::Malformed(word.to_owned()))
            );
        }
        assert_eq!(
            organisations(["a=b", "a=b"]),
            Err(OrganisationError::Twice("a".to_owned()))
        );
    }

    #[test]
    fn included_kinds_go_before_excluded_ones() {
        let selection = Selection {
            include: words(&["RULE"]),
            exclude: words(&["RULE", "SOURCE"]),
            ..Selection::default()
        };
        assert!(selection.takes_kind("RULE"));
        assert!(!selection.takes_kind("SOURCE"));
        assert!(!selection.takes_kind("TRANSFORM"));
        let selection = Selection {
            exclude: words(&["SOURCE"]),
            ..Selection::default()
        };
        assert!(selection.takes_kind("RULE") && !selection.takes_kind("SOURCE"));
    }

    #[test]
    fn ids_and_names_are_a_union_and_restrict_their_own_kind_only() {
        let filter = ObjectFilter {
            ids: words(&["1"]),
            names: words(&["HR"]),
        };
        let selection = Selection {
            objects: BTreeMap::from([("SOURCE".to_owned(), filter)]),
            ..Selection::default()
        };
        assert!(selection.takes("SOURCE", "1", "other"));
        assert!(selection.takes("SOURCE", "2", "HR"));
        assert!(!selection.takes("SOURCE", "2", "hr"));
        assert!(selection.takes("RULE", "2", "x"));
    }

    #[test]
    fn empty_lists_of_ids_and_names_restrict_nothing() {
        let objects = BTreeMap::from([("SOURCE".to_owned(), ObjectFilter::default())]);
        let selection = Selection {
            objects,
            ..Selection::default()
        };
        assert!(selection.is_all() && selection.takes("SOURCE", "1", "x"));
    }
}
