//! From the target's rows to the file that the product would export.
//!
//! Pure: the rows were read before. Which rows go into the file is decided in
//! `kept`, how they are written in `json`.

mod apis;
mod json;
mod kept;

use std::collections::HashSet;

use self::apis::Apis;
use self::kept::Kept;
use super::field::{FieldDef, Role, Type};
use super::file::{ANALYSIS, ROOT};
use super::index::counts;
use super::kinds::CLIENT;
use super::schema::{API_USE, API_USE_LIST, TABLES, TableId, client, clientext, open_map};
use super::tables::{Api, Cell, Row, Tables, epoch_millis};
use crate::engine::{Finding, ItemId};
use crate::platform::{Export, MissingRoots};
use crate::store::Zone;

/// Exports everything, or some clients with what they require.
///
/// # Errors
///
/// Fails if a root is not a client of the target.
pub(super) fn export(tables: &Tables, roots: &[ItemId]) -> Result<Export, MissingRoots> {
    let known: HashSet<&str> = tables
        .rows(TableId::Client)
        .iter()
        .map(|row| row.text(client::CLIENT_ID))
        .collect();
    let is_missing = |root: &&ItemId| root.kind != CLIENT || !known.contains(&*root.key);
    let missing: Vec<ItemId> = roots.iter().filter(is_missing).cloned().collect();
    if !missing.is_empty() {
        return Err(MissingRoots(missing));
    }
    let apis = Apis::new(tables);
    let mut kept = if roots.is_empty() {
        Kept::all(tables)
    } else {
        Kept::items(tables, roots)
    };
    let mut findings = kept.drop_dangling(&apis);
    findings.extend(kept.missing_values());
    findings.extend(kept.clients_without_parts());
    findings.extend(kept.keys_without_maps());
    findings.extend(tables.zone_finding());
    Ok(Export {
        bytes: write(&kept, &apis, tables.zone),
        counts: counts(|table, count| kept.rows(table).filter(|row| count(row)).count()),
        findings,
    })
}

/// Returns the file of everything; nobody reads the findings about a backup.
pub(super) fn everything(tables: &Tables) -> Vec<u8> {
    let apis = Apis::new(tables);
    let mut kept = Kept::all(tables);
    drop(kept.drop_dangling(&apis));
    write(&kept, &apis, tables.zone)
}

/// Returns the file of some items and what they require, which the product reads whole.
pub(super) fn part<'i>(
    tables: &Tables,
    items: impl IntoIterator<Item = &'i ItemId>,
) -> (Vec<u8>, Vec<Finding>) {
    let apis = Apis::new(tables);
    let mut kept = Kept::items(tables, items);
    let findings = kept.drop_dangling(&apis);
    (write(&kept, &apis, tables.zone), findings)
}

/// Returns the file of everything as it is, dangling references included.
pub(super) fn as_it_is(tables: &Tables) -> Vec<u8> {
    write(&Kept::all(tables), &Apis::new(tables), tables.zone)
}

/// Writes the file: all 25 lists, every property of every row, in order.
fn write(kept: &Kept<'_>, apis: &Apis<'_>, zone: Zone) -> Vec<u8> {
    let mut json = json::Writer::default();
    json.object(|json| {
        json.key(ROOT);
        json.object(|json| {
            for table in TABLES {
                json.key(table.list);
                json.list(kept.rows(table.id), |json, row| {
                    self::row(json, table.fields, row, zone);
                });
            }
            json.key(API_USE_LIST);
            json.list(uses(kept, apis), use_of);
        });
        json.key(ANALYSIS);
        json.null();
    });
    json.finish()
}

fn row(json: &mut json::Writer, fields: &[FieldDef], row: &Row, zone: Zone) {
    for (index, field) in fields.iter().enumerate() {
        json.key(field.json);
        match (field.ty, field.role, row.cell(index)) {
            (Type::Epoch, ..) => match resubmitted(row, zone) {
                Some(millis) => json.text(&millis),
                None => json.null(),
            },
            (Type::Time, ..) => json.null(),
            (_, Role::Stamped, _) if field.column == "version" => json.int(1),
            (_, Role::Stamped, _) if matches!(field.column, "create_user" | "update_user") => {
                json.null();
            }
            (.., Cell::Int(number)) => json.int(number),
            (.., Cell::Text(text)) => json.text(text),
            (.., Cell::Null | Cell::Time(_)) => json.null(),
        }
    }
}

/// Returns the only exported date, as epoch milliseconds.
fn resubmitted(row: &Row, zone: Zone) -> Option<String> {
    match row.cell(clientext::RESUBMIT_DATE_TIME) {
        Cell::Time(time) => epoch_millis(time, zone),
        _ => None,
    }
}

fn use_of(json: &mut json::Writer, api: &Api) {
    let values = [
        api.uid.as_deref().unwrap_or_default(),
        &api.module,
        &api.api,
    ];
    for (field, value) in API_USE.iter().zip(values) {
        json.key(field.json);
        json.text(value);
    }
}

/// Returns the APIs that the kept DGRK keys refer to, each once, in order.
fn uses<'w>(kept: &Kept<'w>, apis: &Apis<'w>) -> Vec<&'w Api> {
    let mut seen = HashSet::new();
    kept.rows(TableId::OpenMap)
        .map(|row| row.text(open_map::REF_API_UID))
        .filter(|uid| seen.insert(*uid))
        .filter_map(|uid| apis.uids.get(uid).copied())
        .collect()
}
