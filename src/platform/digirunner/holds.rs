//! What an import relies on that no row lock holds: names and aliases that nobody else has, and APIs
//! that are there.

use super::compared::Compared;
use super::kinds::{CLIENT, GROUP, SCOPE};
use super::schema::{TableId, client};
use crate::engine::{Approved, ItemId, Verb};
use crate::store::Holds;

/// The table of the APIs; importing roles commonly may only read it.
const APIS: &str = "tsmp_api";

/// Returns the tables that nobody else may write while approved items are written. A running
/// gateway counts in the table of clients: that is held only for new names.
pub(super) fn holds(compared: &Compared, approved: &Approved) -> Holds {
    let mut holds = Holds::default();
    let plan = approved.plan();
    let sides = compared.sides();
    let is_renamed = |id: &ItemId| {
        let [file, target] = [&sides.file, &sides.target].map(|side| side.item(&CLIENT, &id.key));
        let names = [client::CLIENT_NAME, client::CLIENT_ALIAS];
        match (file, target) {
            (Some(file), Some(target)) => names
                .into_iter()
                .any(|column| file.cell(column) != target.cell(column)),
            _ => true,
        }
    };
    for step in approved.steps() {
        let Some(entry) = plan.entry(step.index) else {
            continue;
        };
        let id = &entry.item.id;
        let tables: &[TableId] = match &id.kind {
            kind if *kind == CLIENT && (step.verb == Verb::Add || is_renamed(id)) => {
                &[TableId::Client]
            }
            kind if *kind == GROUP => &[TableId::Group],
            // A scope has hidden groups, whose names are groups' names.
            kind if *kind == SCOPE => &[TableId::Vgroup, TableId::Group],
            _ => &[],
        };
        holds
            .written
            .extend(tables.iter().map(|table| table.table().name));
        let names_apis = [GROUP, SCOPE].contains(&id.kind)
            || (id.kind == CLIENT && !compared.file.tables.api_use.is_empty());
        if names_apis {
            holds.read.insert(APIS);
        }
    }
    holds
}
