//! The kinds of objects, one for each type: their identifiers and references.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::types::{OTHER, TYPES, named};
use super::{references, schema};
use crate::engine::schema::{
    Column, Form, Key, KindSchema, Patterns, Role, Signature, Stands, Unique,
};
use crate::engine::{Kind, KindInfo};
use crate::platform::document::SearchIndex;

/// The identifiers of entries of every type.
const KEYS: &[Key] = &[
    Key {
        form: Form::Plain,
        column: Column::Either,
        ..Key::new("id", Role::Id, Stands::First(&["self/id"]))
    },
    Key::new(
        "name",
        Role::Name,
        Stands::Each(&["self/name", "object/name"]),
    ),
    // The service rejects a second one.
    Key {
        unique: Some(Unique {
            code: "name-taken",
            what: "name",
            among: None,
            kept: false,
            in_file: false,
            because: "",
        }),
        ..Key::new("object name", Role::Alias, Stands::First(&["object/name"]))
    },
    Key::new("type", Role::Only, Stands::First(&[])),
];

/// The condition of every index.
const OWN: &str = "platform = 'sp-config'";

/// The indexes over ids in their plain form, as a migration creates them.
static IDS: [SearchIndex; 2] = [
    SearchIndex {
        condition: OWN,
        expression: "replace(lower(id COLLATE \"C\"), '-', '')",
    },
    SearchIndex {
        condition: OWN,
        expression: "replace(lower(pair_id COLLATE \"C\"), '-', '')",
    },
];

/// Those over names.
static NAMES: [SearchIndex; 2] = [
    SearchIndex {
        condition: OWN,
        expression: "content #>> '{self,name}'",
    },
    SearchIndex {
        condition: OWN,
        expression: "content #>> '{object,name}'",
    },
];

/// Returns the indexes that together hold the values of a key.
pub(super) fn indexes(key: &Key) -> &'static [SearchIndex] {
    match key.role {
        Role::Id => &IDS,
        Role::Name => &NAMES,
        Role::Alias => NAMES.get(1..).unwrap_or_default(),
        Role::Only => &[],
    }
}

fn of_type(info: &KindInfo) -> KindSchema {
    let word = info.kind.as_str();
    let known = named(word);
    let is_only = known.is_some_and(|known| known.one_per_tenant);
    KindSchema {
        info: info.clone(),
        keys: if is_only {
            KEYS
        } else {
            KEYS.split_last().map_or(KEYS, |(_, others)| others)
        },
        owner: None,
        name: &["self/name", "object/name"],
        called: &["object/name", "self/name"],
        references: Patterns::new(references::of(known)),
        computed: &references::COMPUTED,
        importable: known.is_some_and(|known| known.importable),
        signature: Some(Signature {
            at: &["jwsHeader", "jwsSignature"],
            whole: schema::whole(),
        }),
        document: schema::of(word),
    }
}

static SCHEMAS: LazyLock<HashMap<&str, KindSchema>> = LazyLock::new(|| {
    kinds()
        .iter()
        .map(|info| (info.kind.as_str(), of_type(info)))
        .collect()
});

/// Returns the declaration of a kind.
pub(super) fn of_kind(kind: &str) -> Option<&'static KindSchema> {
    SCHEMAS.get(kind)
}

/// Returns the declaration of a type, known or not.
pub(super) fn schema(word: &str) -> &'static KindSchema {
    static OTHERS: LazyLock<KindSchema> = LazyLock::new(|| {
        of_type(&KindInfo {
            kind: OTHER,
            title: "Other types",
        })
    });
    SCHEMAS.get(word).unwrap_or(&OTHERS)
}

/// Returns the index of a kind in their order.
pub(super) fn rank(kind: &Kind) -> usize {
    kinds()
        .iter()
        .position(|info| info.kind == *kind)
        .unwrap_or(usize::MAX)
}

/// Returns the kinds in their order.
pub(super) fn kinds() -> &'static [KindInfo] {
    static KINDS: LazyLock<Vec<KindInfo>> = LazyLock::new(|| {
        let known = TYPES.iter().map(|known| KindInfo {
            kind: Kind::of(known.word),
            title: known.title,
        });
        known
            .chain([KindInfo {
                kind: OTHER,
                title: "Other types",
            }])
            .collect()
    });
    &KINDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_nobody_knows_has_a_kind_of_the_plan() {
        assert_eq!(schema("HOLOGRAM").info.kind, OTHER);
        assert_eq!(schema("source").info.kind, OTHER, "words are exact in case");
        assert!(kinds().iter().any(|info| info.kind == OTHER));
    }
}
