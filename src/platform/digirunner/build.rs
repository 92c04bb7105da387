//! From approved items to rows: what is inserted, updated and deleted.
//!
//! Pure. The order of items decides the order of ids: kinds as the product
//! writes them, Adds before Covers, in file order.

mod builder;
mod clients;
mod groups;
mod keys;
mod scopes;

use self::builder::Builder;
use super::changes::{Changes, Ids};
use super::index::{Identity, Sides};
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use crate::engine::{Approved, ItemId, Verb};
use crate::store::Stamp;

/// Computes the rows of everything approved.
pub(super) fn changes(
    sides: &Sides<'_>,
    approved: &Approved,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Changes {
    built(Builder::new(sides, stamp, ids), approved).changes
}

/// Counts the ids that the rows of everything approved need.
pub(super) fn count(sides: &Sides<'_>, approved: &Approved, stamp: &Stamp, ids: &mut Ids) {
    let mut builder = Builder::new(sides, stamp, ids);
    builder.changes = Changes::none();
    built(builder, approved);
}

fn built<'b, 'w>(mut builder: Builder<'b, 'w>, approved: &Approved) -> Builder<'b, 'w> {
    let order = [RDB, AUTHENTICATION, LEVEL, GROUP, SCOPE, CLIENT];
    for kind in &order {
        for step in approved.steps() {
            let Some(entry) = approved
                .plan()
                .entry(step.index)
                .filter(|entry| entry.item.id.kind == *kind)
            else {
                continue;
            };
            builder.changes.belong_to(&entry.item.id);
            builder.item(&entry.item.id, step.verb);
        }
    }
    builder
}

impl Builder<'_, '_> {
    fn item(&mut self, id: &ItemId, verb: Verb) {
        let Some(row) = self.sides.file.item(&id.kind, &id.key) else {
            return;
        };
        let base = self.sides.target.item(&id.kind, &id.key);
        let base = base.filter(|_| verb == Verb::Cover);
        if id.kind == GROUP {
            self.group(row, base);
        } else if id.kind == SCOPE {
            self.scope(row, base);
        } else if id.kind == CLIENT {
            self.client(&id.key, row, base);
        } else {
            self.simple(Identity::of(&id.kind).table, row, base);
        }
    }
}
