//! Executing an edit: reading its rows, allocating ids, writing rows; a
//! constant number of statements, whatever the number of rows.

use std::collections::HashSet;
use std::sync::Arc;

use super::check::{self, ScopeFinding};
use super::edit::Edit;
use super::planned::{Planned, Refused};
use super::rows::ScopeRows;
use super::{plan, repair};
use crate::platform::digirunner::allocate;
use crate::platform::digirunner::changes::Ids;
use crate::platform::digirunner::schema::TableId;
use crate::platform::digirunner::snapshot::read_tables;
use crate::platform::digirunner::tables::Row;
use crate::platform::digirunner::write::{execute, key_row, lock_for_share};
use crate::store::{Connection, Reading, StoreError, Writer};

/// The tables that others must not write while scopes are edited, locked before
/// the transaction takes its snapshot: no index enforces unique names, and no
/// foreign key protects a scope that is being given to a client.
pub(crate) const LOCKED: [&str; 3] = ["tsmp_vgroup", "tsmp_client_vgroup", "tsmp_client_group"];

/// Those that others must not write while scopes are repaired: findings about a
/// hidden group must still be true when it is removed.
pub(crate) const LOCKED_BY_REPAIR: [&str; 7] = [
    "tsmp_vgroup",
    "tsmp_client_vgroup",
    "tsmp_client_group",
    "tsmp_group",
    "tsmp_vgroup_group",
    "tsmp_group_api",
    "dgr_x_api_key_map",
];

/// Executes an edit in the open transaction, or returns why it is refused.
///
/// # Errors
///
/// Fails if the database refuses a statement.
pub(crate) async fn write(
    writer: &mut Writer<'_>,
    reading: Reading<'_>,
    edit: &Edit,
) -> Result<Result<Planned, Refused>, StoreError> {
    if let Edit::Repair { codes } = edit {
        return repaired(writer, reading, codes).await.map(Ok);
    }
    let scope_rows = ScopeRows::read(writer.connection(), reading, edit).await?;
    let stamp = writer.stamp();
    let mut counting = Ids::counting(HashSet::new());
    if let Err(refused) = plan::plan(&scope_rows, edit, stamp, &mut counting) {
        return Ok(Err(refused));
    }
    let known = allocate::Known::Some;
    let given = allocate::take(writer, counting.counts(), known).await?;
    let mut ids = Ids::given(given, HashSet::new());
    let planned = match plan::plan(&scope_rows, edit, stamp, &mut ids) {
        Ok(planned) => Planned {
            before: scope_rows.tables.clone(),
            ..planned
        },
        Err(refused) => return Ok(Err(refused)),
    };
    for table in [TableId::Level, TableId::Authority] {
        let relied_on = planned.relied_on.iter().filter(|(on, ..)| *on == table);
        let rows: Arc<[Row]> = relied_on
            .map(|(on, column, key)| key_row(on.table(), *column, key))
            .collect();
        if !rows.is_empty() {
            lock_for_share(writer, table.table(), &rows).await?;
        }
    }
    execute(writer, &planned.changes, &scope_rows.tables).await?;
    Ok(Ok(planned))
}

/// Repairs what can be repaired: findings of these codes, or all.
async fn repaired(
    writer: &mut Writer<'_>,
    reading: Reading<'_>,
    codes: &[String],
) -> Result<Planned, StoreError> {
    let tables = read_tables(writer.connection(), reading, &check::tables()).await?;
    let planned = repair::repair(&tables, codes, writer.stamp()).planned();
    execute(writer, &planned.changes, &tables).await?;
    Ok(Planned {
        before: tables,
        ..planned
    })
}

/// Reports what is wrong with the scopes of a target, by check and then by
/// item. The caller ensures that all statements see the same state.
///
/// # Errors
///
/// Fails if a table cannot be read.
pub(crate) async fn findings(
    connection: &mut Connection,
    reading: Reading<'_>,
) -> Result<Vec<ScopeFinding>, StoreError> {
    Ok(check::findings(
        &read_tables(connection, reading, &check::tables()).await?,
    ))
}
