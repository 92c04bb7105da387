//! What only the target has. An import never deletes it.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::item::{ItemId, Kind};
use super::schema::KindInfo;

/// An item that only the target has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetItem {
    /// Its identity.
    pub id: ItemId,
    /// Its display name; may be empty or hostile.
    pub name: Arc<str>,
}

impl Serialize for TargetItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            kind: &'a Kind,
            key: &'a str,
            name: &'a str,
        }
        let Self { id, name } = self;
        let fields = Fields {
            kind: &id.kind,
            key: &id.key,
            name,
        };
        fields.serialize(serializer)
    }
}

/// How many items only the target has, kind by kind in the product's order, without zeros.
/// Displays as `14 clients, 1 group`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnlyInTarget(Vec<(&'static KindInfo, usize)>);

impl OnlyInTarget {
    /// Counts by kind.
    pub fn new(kinds: &'static [KindInfo], count: impl Fn(&Kind) -> usize) -> Self {
        let counts = kinds.iter().map(|info| (info, count(&info.kind)));
        Self(counts.filter(|(_, items)| *items > 0).collect())
    }

    /// Counts items.
    pub fn of(kinds: &'static [KindInfo], items: &[TargetItem]) -> Self {
        Self::new(kinds, |kind| {
            let of_kind = items.iter().filter(|item| item.id.kind == *kind);
            of_kind.count()
        })
    }

    /// Returns the kinds with their counts.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static KindInfo, usize)> {
        self.0.iter().copied()
    }

    /// Returns the count of a kind.
    pub fn count(&self, kind: &Kind) -> usize {
        let mut kinds = self.0.iter();
        let found = kinds.find(|(info, _)| info.kind == *kind);
        found.map_or(0, |(_, items)| *items)
    }

    /// Returns how many there are.
    pub fn total(&self) -> usize {
        self.0.iter().map(|(_, items)| items).sum()
    }
}

impl Serialize for OnlyInTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Count<'a> {
            kind: &'a Kind,
            items: usize,
        }
        serializer.collect_seq(self.0.iter().map(|(info, items)| Count {
            kind: &info.kind,
            items: *items,
        }))
    }
}

impl fmt::Display for OnlyInTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (info, items)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{items} {}", noun(info, *items))?;
        }
        Ok(())
    }
}

/// Returns the word for so many items of a kind, within a sentence.
fn noun(info: &KindInfo, items: usize) -> String {
    if items == 1 {
        return info.kind.as_str().replace('-', " ");
    }
    let mut letters = info.title.chars();
    let (first, rest) = (letters.next(), letters.as_str());
    match first {
        // Not of an acronym, as in "RDB connections".
        Some(first) if rest.starts_with(char::is_lowercase) => {
            format!("{}{rest}", first.to_lowercase())
        }
        _ => info.title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static KINDS: [KindInfo; 3] = [
        KindInfo {
            kind: Kind::of("client"),
            title: "Clients",
        },
        KindInfo {
            kind: Kind::of("rdb-connection"),
            title: "RDB connections",
        },
        KindInfo {
            kind: Kind::of("group"),
            title: "Groups",
        },
    ];

    fn item(kind: &'static str, key: &str) -> TargetItem {
        TargetItem {
            id: ItemId::new(Kind::of(kind), key),
            name: "n".into(),
        }
    }

    #[test]
    fn items_are_counted_by_kind_in_words_without_zeros() {
        let items = [
            item("rdb-connection", "a"),
            item("client", "b"),
            item("rdb-connection", "c"),
        ];
        let counts = OnlyInTarget::of(&KINDS, &items);
        assert_eq!(counts.to_string(), "1 client, 2 RDB connections");
        assert_eq!(counts.total(), 3);
        assert_eq!(counts.count(&Kind::of("group")), 0);
        let many = OnlyInTarget::new(&KINDS, |_| 14);
        assert_eq!(
            many.to_string(),
            "14 clients, 14 RDB connections, 14 groups"
        );
        assert_eq!(OnlyInTarget::default().to_string(), "");
    }

    #[test]
    fn an_item_has_its_kind_key_and_name_in_json() {
        assert_eq!(
            json!(item("client", "crm")),
            json!({"kind": "client", "key": "crm", "name": "n"})
        );
    }
}
