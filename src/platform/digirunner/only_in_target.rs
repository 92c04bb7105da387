//! What only the target has: rows whose keys no row of the file has.

use super::index::{IDENTITIES, Identity, Sides};
use super::kinds::KINDS;
use super::tables::Row;
use crate::engine::{ItemId, OnlyInTarget, TargetItem};

/// Counts the items that only the target has.
pub(super) fn counts(sides: &Sides<'_>) -> OnlyInTarget {
    OnlyInTarget::new(&KINDS, |kind| rows(sides, Identity::of(kind)).count())
}

/// Returns the items that only the target has, kind by kind.
pub(super) fn items(sides: &Sides<'_>) -> Vec<TargetItem> {
    let of_kind = |identity: &'static Identity| {
        let called = identity
            .names
            .first()
            .map_or(identity.key, |(_, name)| *name);
        rows(sides, identity).map(move |row| TargetItem {
            id: ItemId::new(identity.kind.clone(), row.shared(identity.key)),
            name: row.shared(called),
        })
    };
    IDENTITIES.iter().flat_map(of_kind).collect()
}

fn rows<'s>(sides: &'s Sides<'_>, identity: &'static Identity) -> impl Iterator<Item = &'s Row> {
    let rows = sides.target.tables.rows(identity.table).iter();
    rows.filter(|row| {
        let in_file = || sides.file.item(&identity.kind, row.text(identity.key));
        (identity.is_one)(row) && in_file().is_none()
    })
}
