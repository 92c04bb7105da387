//! Whatever an import deletes is in the list that is shown before.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::draw::{Draw, Side as DrawSide, environment};
use super::{compared, file, target};
use crate::cases::config;
use crate::engine::Choices;
use crate::platform::digirunner::changes::{Changes, Ids, key_of};
use crate::platform::digirunner::schema::TABLES;
use crate::platform::digirunner::{build, compare};
use crate::store::Stamp;

/// Counts the rows of each item that are deleted and not rewritten.
fn deleted(changes: &Changes) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for table in TABLES {
        let Some(of) = changes.of(table.id) else {
            continue;
        };
        let key: Vec<usize> = table.key().map(|(index, _)| index).collect();
        let again: Vec<_> = of
            .inserts
            .rows
            .iter()
            .map(|row| key_of(row, &key))
            .collect();
        let gone = of.deletes.rows.iter().zip(&of.deletes.owners);
        for (_, owner) in gone.filter(|(row, _)| !again.contains(&key_of(row, &key))) {
            *counts.entry(owner.to_string()).or_default() += 1;
        }
    }
    counts
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn every_row_that_is_deleted_is_listed_with_its_item(
        (from, to) in (vec(any::<u16>(), 0..1200), vec(any::<u16>(), 0..1200)),
        chosen in vec(any::<bool>(), 0..40),
    ) {
        let from = file(&environment(&mut Draw::new(&from), DrawSide::File));
        let to = target(&environment(&mut Draw::new(&to), DrawSide::Target));
        let compared = compared(from, to);
        let plan = Arc::new(compare::plan(&compared));
        let mut choices = Choices::everything(&plan);
        for (item, _) in plan.entries().iter().enumerate() {
            choices.set(&plan, item, chosen.get(item).copied().unwrap_or(true));
        }
        let mut listed = BTreeMap::new();
        for (index, _) in plan.removals(&plan.resolve(&choices)) {
            *listed.entry(plan.entry(index).unwrap().item.id.to_string()).or_insert(0_usize) += 1;
        }
        let Ok(approved) = plan.approve(&choices) else {
            prop_assert!(listed.is_empty());
            return Ok(());
        };
        let stamp = Stamp { operator: "o".to_owned(), now: super::time("2026-01-01 00:00:00") };
        let changes = build::changes(&compared.sides(), &approved, &stamp, &mut Ids::counting([].into()));
        prop_assert_eq!(deleted(&changes), listed);
    }
}
