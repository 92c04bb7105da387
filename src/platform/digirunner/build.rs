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
use super::index::Sides;
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::schema::{TableId, authority, level, rdb};
use crate::engine::{Approved, Verb};
use crate::store::Stamp;

/// Computes the rows of everything approved.
pub(super) fn changes(
    sides: &Sides<'_>,
    approved: &Approved,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Changes {
    let mut builder = Builder::new(sides, stamp, ids);
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
            builder.item(kind.as_str(), &entry.item.id.key, step.verb);
        }
    }
    builder.changes
}

impl<'w> Builder<'_, 'w> {
    fn item(&mut self, kind: &str, key: &str, verb: Verb) {
        let sides = self.sides;
        match kind {
            "rdb-connection" => self.simple(TableId::Rdb, rdb::CONNECTION_NAME, key, verb),
            "authentication" => {
                self.simple(
                    TableId::Authority,
                    authority::GROUP_AUTHORITIE_ID,
                    key,
                    verb,
                );
            }
            "security-level" => self.simple(TableId::Level, level::SECURITY_LEVEL_ID, key, verb),
            "group" => {
                if let Some(row) = sides.file.plain_named(key) {
                    self.group(
                        row,
                        sides
                            .target
                            .plain_named(key)
                            .filter(|_| verb == Verb::Cover),
                    );
                }
            }
            "scope" => {
                if let Some(row) = sides.file.scope_named(key) {
                    self.scope(
                        row,
                        sides
                            .target
                            .scope_named(key)
                            .filter(|_| verb == Verb::Cover),
                    );
                }
            }
            _ => {
                if let Some(row) = sides.file.client(key) {
                    self.client(
                        key,
                        row,
                        sides.target.client(key).filter(|_| verb == Verb::Cover),
                    );
                }
            }
        }
    }
}
