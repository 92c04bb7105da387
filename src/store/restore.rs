//! Restoring rows from the journal.
//!
//! Generic: whole rows are passed as JSON, so that columns which this program
//! does not know are restored too. Values are compared as PostgreSQL's own
//! texts, so that no number loses a digit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, Row as _};

use super::catalog;
use super::ledger::JournalRow;
use super::sql::{Operation, StoreError, StoreErrorKind};
use super::writer::{ItemRef, Writer, quoted};
use crate::engine::promise::{Promised, RowPromise};

/// A platform's description of one of its tables.
#[derive(Clone, Debug, Default)]
pub struct TableInfo {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key.
    pub key: Vec<&'static str>,
    /// Columns whose values may be shown. Others are only reported as
    /// different.
    pub shown: Vec<&'static str>,
    /// Columns that the running system itself writes: they do not count as
    /// changes, and keep their current values.
    pub live: Vec<&'static str>,
    /// Whether its rows are id counters. A counter that has advanced is left
    /// alone.
    pub is_counter: bool,
    /// The rows of other tables that it refers to.
    pub references: Vec<Reference>,
    /// Columns with names that the system requires to be unique. The database
    /// does not enforce that.
    pub names: Vec<&'static str>,
    /// Whether it belongs to another part of the product: never written, only
    /// searched for rows that refer to ours, and missing in some targets. Its
    /// key identifies a row for people, and need not be the primary key.
    pub is_external: bool,
}

/// A column that contains another table's key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference {
    /// The column.
    pub column: &'static str,
    /// The table referred to.
    pub table: &'static str,
    /// The column of that table; one of its primary key.
    pub to: &'static str,
    /// Whether the column contains a JSON list of keys, as text.
    pub is_list: bool,
}

/// The columns of a row, each as PostgreSQL's JSON text.
type Cells = BTreeMap<String, Box<RawValue>>;

/// What a job did to one row, first to last.
struct Net {
    owner: ItemRef,
    key: String,
    before: Option<String>,
    after: Option<String>,
}

/// Why a row cannot be restored.
#[derive(Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The item that the row belongs to.
    pub owner: ItemRef,
    /// The table.
    pub table: &'static str,
    /// The row's key, such as `client_id "crm"`.
    pub key: String,
    /// The conflict.
    pub kind: ConflictKind,
}

/// The kind of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// It has changed since the job, in these columns.
    Changed(Vec<CellChange>),
    /// The job left it, and it no longer exists.
    Gone,
    /// The job deleted it, and its key exists again.
    Taken,
    /// The job added it, and another row refers to it now.
    NeededBy(String),
    /// The job deleted it, and a row that it refers to no longer exists.
    Needs(String),
    /// The job deleted or renamed it, and another row has its name now.
    NameTaken(String),
    /// It counts ids, and has since advanced.
    CountedOn,
}

/// A column that has changed since the job. Values are given for columns that
/// may be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The column.
    pub column: String,
    /// As the job left it, as it is now, as it was before the job; none if they
    /// must not be shown.
    pub values: Option<[serde_json::Value; 3]>,
}

impl fmt::Debug for CellChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)
    }
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {:?}", self.table, self.key, self.kind)
    }
}

/// The planned changes of the rows of one table.
struct Restoration<'t> {
    info: &'t TableInfo,
    deletes: Vec<Whole>,
    /// Owner, key, row now, row to be.
    updates: Vec<(ItemRef, String, String, Cells)>,
    inserts: Vec<Whole>,
}

/// Undoes rows: removes what was added, restores the rest. Checks all of them
/// first; if there are conflicts, reports all of them and writes nothing. (What
/// refers to an added row, what a restored one refers to, and who has its name
/// shows only after writing: the caller rolls back then.)
///
/// # Errors
///
/// Fails if a table of the journal is not one of the platform's, or the journal
/// cannot be read; and as writing does.
pub async fn restore(
    writer: &mut Writer<'_>,
    tables: &[TableInfo],
    journal: &[JournalRow],
) -> Result<Vec<Conflict>, StoreError> {
    let mut conflicts = Vec::new();
    let mut restorations = Vec::new();
    for (table, rows) in net(journal) {
        let info = tables.iter().find(|info| info.name == &*table);
        if info.is_some_and(|info| info.is_external) {
            continue;
        }
        let Some(info) = info else {
            return Err(StoreError {
                kind: StoreErrorKind::Schema,
                ..StoreError::other(Operation::Read, &*table, "not a table of this product")
            });
        };
        restorations.push(inspect(writer, info, rows, &mut conflicts).await?);
    }
    if !conflicts.is_empty() {
        return Ok(conflicts);
    }
    // What was written first may be referred to by what was written later.
    for (index, restoration) in restorations.iter().rev().enumerate() {
        writer.report(restoration.info.name, index, restorations.len());
        restoration.write(writer).await?;
    }
    let known: BTreeSet<(&str, &str)> = journal
        .iter()
        .map(|row| (&*row.table, row.key.as_str()))
        .collect();
    let tables = those_there(writer, tables, Unreadable::Asked).await?;
    for Restoration { info, deletes, .. } in &restorations {
        for found in dependents(writer, &tables, info, deletes).await? {
            // What referred to it before the job does so again.
            if !known.contains(&(found.table, found.key.as_str())) {
                conflicts.push(found.conflict(info, ConflictKind::NeededBy)?);
            }
        }
    }
    for restoration in &restorations {
        conflicts.extend(restoration.conflicts_of(writer, journal).await?);
    }
    Ok(conflicts)
}

/// Returns the promise of an undo for each row: its previous values, except
/// those that the running system itself writes.
///
/// # Errors
///
/// Fails if the journal cannot be read.
pub fn promises(
    tables: &[TableInfo],
    journal: &[JournalRow],
) -> Result<Vec<RowPromise>, StoreError> {
    let mut promises = Vec::new();
    for (table, rows) in net(journal) {
        let info = tables.iter().find(|info| info.name == &*table);
        let is_live =
            |column: &str| info.is_some_and(|info| !info.is_counter && info.live.contains(&column));
        for net in rows.into_iter().filter(|net| net.before != net.after) {
            let before = net.before.as_deref().map(cells).transpose()?;
            let values = before.iter().flatten();
            let values = values.filter(|(column, _)| net.after.is_none() || !is_live(column));
            promises.push(RowPromise {
                table: table.to_string().into(),
                key: net.key,
                remains: before.is_some(),
                // A counter that has advanced is left alone.
                required: !info.is_some_and(|info| info.is_counter),
                columns: values
                    .map(|(column, value)| {
                        (column.clone(), Promised::Value(value.get().to_owned()))
                    })
                    .collect(),
            });
        }
    }
    Ok(promises)
}

/// Journals the unchanged rows around the written rows: those that already
/// referred to added rows, those that had a name of a removed or renamed row,
/// and the absence of rows that removed ones referred to. An undo must not
/// treat them as later changes.
///
/// # Errors
///
/// As reading does.
pub async fn journal_dependents(
    writer: &mut Writer<'_>,
    tables: &[TableInfo],
) -> Result<(), StoreError> {
    let known: BTreeSet<(Arc<str>, String)> = writer
        .journal()
        .iter()
        .map(|row| (Arc::clone(&row.table), row.key.clone()))
        .collect();
    let mut dependents_found = Vec::new();
    let there = those_there(writer, tables, Unreadable::LeftOut).await?;
    for info in tables.iter().filter(|info| !info.is_external) {
        let added = writer
            .journal()
            .iter()
            .filter(|row| *row.table == *info.name && row.before.is_none());
        let added: Vec<Whole> = added
            .filter_map(|row| Some((Arc::clone(&row.item), row.key.clone(), row.after.clone()?)))
            .collect();
        let mut around = dependents(writer, &there, info, &added).await?;
        around.extend(former(writer, info).await?);
        for found in around {
            if !known.contains(&(Arc::from(found.table), found.key.clone())) {
                dependents_found.push(JournalRow {
                    table: found.table.into(),
                    item: found.owner,
                    key: found.key,
                    before: Some(found.row.clone()),
                    after: Some(found.row),
                });
            }
        }
    }
    writer.journal_untouched(dependents_found);
    Ok(())
}

/// The journal's value for a nonexistent row that others referred to.
const ABSENT: &str = "{}";

/// Finds the rows around the removed or renamed rows of a table.
async fn former(writer: &mut Writer<'_>, info: &TableInfo) -> Result<Vec<Dependent>, StoreError> {
    let of = |row: &JournalRow| Some((Arc::clone(&row.item), row.key.clone(), row.before.clone()?));
    let ours = |row: &&JournalRow| *row.table == *info.name;
    let removed = |row: &&JournalRow| row.after.is_none();
    let changed = |row: &&JournalRow| row.before != row.after;
    let removed: Vec<Whole> = writer
        .journal()
        .iter()
        .filter(ours)
        .filter(removed)
        .filter_map(of)
        .collect();
    let changed: Vec<Whole> = match info.names.as_slice() {
        [] => Vec::new(),
        _ => writer
            .journal()
            .iter()
            .filter(ours)
            .filter(changed)
            .filter_map(of)
            .collect(),
    };
    let mut found = missing(writer, info, &removed).await?;
    for column in &info.names {
        found.extend(namesakes(writer, info, column, &changed).await?);
    }
    Ok(found)
}

/// Finds the nonexistent rows to which rows of a table refer.
async fn missing(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let mut missing = Vec::new();
    if rows.is_empty() {
        return Ok(missing);
    }
    let json = array(rows.iter().map(|(_, _, row)| row.as_str()));
    for Reference {
        column, table, to, ..
    } in &info.references
    {
        let sql = format!(
            "SELECT k.ordinality, jsonb_build_object('{to}', k.{column})::text, '{ABSENT}'::text \
             FROM jsonb_populate_recordset(NULL::{0}, $1::jsonb) WITH ORDINALITY AS k \
             WHERE k.{column} IS NOT NULL \
             AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.{to} = k.{column}) ORDER BY 1",
            info.name
        );
        missing.extend(around(writer, table, sql, &json, rows).await?);
    }
    Ok(missing)
}

/// Finds the rows of a table that have a name of one of these.
async fn namesakes(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    column: &str,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key: Vec<String> = info
        .key
        .iter()
        .map(|column| format!("'{column}', t.{column}"))
        .collect();
    let sql = format!(
        "SELECT k.ordinality, jsonb_build_object({})::text, to_jsonb(t)::text \
         FROM jsonb_populate_recordset(NULL::{1}, $1::jsonb) WITH ORDINALITY AS k \
         JOIN {1} AS t ON t.{column} = k.{column} AND t.{column} <> '' AND NOT ({2}) ORDER BY 1, 2",
        key.join(", "),
        info.name,
        matched(&info.key)
    );
    let json = array(rows.iter().map(|(_, _, row)| row.as_str()));
    around(writer, info.name, sql, &json, rows).await
}

/// A row with its item and its key.
type Whole = (ItemRef, String, String);

/// A row that refers to one of ours, or that one of ours refers to, or that has
/// its name.
struct Dependent {
    /// The item of our row, and its key.
    owner: ItemRef,
    to: String,
    /// The row itself; [`ABSENT`] if it does not exist.
    table: &'static str,
    key: String,
    row: String,
}

impl Dependent {
    fn conflict(
        self,
        info: &TableInfo,
        job_error: fn(String) -> ConflictKind,
    ) -> Result<Conflict, StoreError> {
        Ok(Conflict {
            owner: self.owner,
            table: info.name,
            key: format_key(&self.to)?,
            kind: job_error(format!("{} ({})", self.table, format_key(&self.key)?)),
        })
    }
}

/// How to treat tables of other parts of the product that the role may not
/// read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    /// They are still read, and the server refuses.
    Asked,
    /// They are left out: an undo treats their existing rows as new.
    LeftOut,
}

/// Returns the tables without those of other parts of the product that are
/// missing in the target, or are missing the columns that refer to ours.
async fn those_there<'t>(
    writer: &mut Writer<'_>,
    tables: &'t [TableInfo],
    unreadable: Unreadable,
) -> Result<Vec<&'t TableInfo>, StoreError> {
    let external: Vec<&str> = tables
        .iter()
        .filter(|info| info.is_external)
        .map(|info| info.name)
        .collect();
    if external.is_empty() {
        return Ok(tables.iter().collect());
    }
    let found = catalog::columns(writer.connection(), &external).await?;
    let is_there = |info: &&TableInfo| {
        !info.is_external
            || found.get(info.name).is_some_and(|(columns, may_read)| {
                let referring = info.references.iter().map(|by| by.column);
                let mut wanted = info.key.iter().copied().chain(referring);
                wanted.all(|column| columns.iter().any(|other| other == column))
                    && (*may_read || unreadable == Unreadable::Asked)
            })
    };
    Ok(tables.iter().filter(is_there).collect())
}

/// Finds the rows that refer to rows of a table.
async fn dependents(
    writer: &mut Writer<'_>,
    tables: &[&TableInfo],
    info: &TableInfo,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let mut dependents = Vec::new();
    if rows.is_empty() {
        return Ok(dependents);
    }
    // References name keys: the rest of a row is not sent once per reference.
    let json = array(rows.iter().map(|(_, key, _)| key.as_str()));
    let referring: Vec<(&TableInfo, &Reference)> = tables
        .iter()
        .flat_map(|table| table.references.iter().map(move |by| (*table, by)))
        .filter(|(_, by)| by.table == info.name)
        .collect();
    for (table, by) in referring {
        let key: Vec<String> = table
            .key
            .iter()
            .map(|column| format!("'{column}', t.{column}"))
            .collect();
        let refers = match by.is_list {
            false => format!("t.{} = k.{}", by.column, by.to),
            // Not parsed as JSON: invalid JSON must not fail the undo.
            true => format!("strpos(t.{}, to_jsonb(k.{})::text) > 0", by.column, by.to),
        };
        // Rows of other parts are not journalled as a whole.
        let row = if table.is_external {
            format!("'{ABSENT}'")
        } else {
            "to_jsonb(t)::text".to_owned()
        };
        let sql = format!(
            "SELECT DISTINCT k.ordinality, jsonb_build_object({key})::text, {row} \
             FROM jsonb_populate_recordset(NULL::{to}, $1::jsonb) WITH ORDINALITY AS k \
             JOIN {from} AS t ON {refers} ORDER BY 1, 2",
            key = key.join(", "),
            to = info.name,
            from = table.name,
        );
        dependents.extend(around(writer, table.name, sql, &json, rows).await?);
    }
    Ok(dependents)
}

/// Reads rows of a table around these: the index of one of these, the key and
/// the row found.
async fn around(
    writer: &mut Writer<'_>,
    table: &'static str,
    sql: String,
    json: &str,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table, &error);
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(json);
    let found: Vec<(i64, String, String)> =
        query.fetch_all(writer.connection()).await.map_err(failed)?;
    let dependent = |(index, key, row): (i64, String, String)| {
        let (owner, to, _) = rows.get(usize::try_from(index - 1).ok()?)?;
        Some(Dependent {
            owner: Arc::clone(owner),
            to: to.clone(),
            table,
            key,
            row,
        })
    };
    Ok(found.into_iter().filter_map(dependent).collect())
}

/// Sums up what was done to each row, table by table in the order of writing.
fn net(journal: &[JournalRow]) -> Vec<(Arc<str>, Vec<Net>)> {
    let mut tables: Vec<(Arc<str>, Vec<Net>)> = Vec::new();
    let mut places: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for row in journal {
        if let Some((table, index)) = places.get(&(&*row.table, row.key.as_str())) {
            if let Some(net) = tables
                .get_mut(*table)
                .and_then(|(_, rows)| rows.get_mut(*index))
            {
                net.after.clone_from(&row.after);
            }
            continue;
        }
        let table = tables
            .iter()
            .position(|(name, _)| *name == row.table)
            .unwrap_or_else(|| {
                tables.push((Arc::clone(&row.table), Vec::new()));
                tables.len() - 1
            });
        if let Some((_, rows)) = tables.get_mut(table) {
            places.insert((&row.table, &row.key), (table, rows.len()));
            rows.push(Net {
                owner: Arc::clone(&row.item),
                key: row.key.clone(),
                before: row.before.clone(),
                after: row.after.clone(),
            });
        }
    }
    tables
}

/// Reads the rows as they are, locks them, and decides about each.
async fn inspect<'t>(
    writer: &mut Writer<'_>,
    info: &'t TableInfo,
    rows: Vec<Net>,
    conflicts: &mut Vec<Conflict>,
) -> Result<Restoration<'t>, StoreError> {
    let mut found = read(writer, info, array(rows.iter().map(|row| row.key.as_str()))).await?;
    let mut restoration = Restoration {
        info,
        deletes: Vec::new(),
        updates: Vec::new(),
        inserts: Vec::new(),
    };
    for (index, net) in rows.into_iter().enumerate() {
        let now = found.remove(&index);
        let job_error = match (net.before, net.after, now) {
            (None, None, _) => None,
            // It was only read, or has its old values again.
            (Some(before), Some(after), _) if before == after => None,
            (_, Some(_), None) => Some(ConflictKind::Gone),
            (Some(_), None, Some(_)) if info.is_counter => Some(ConflictKind::CountedOn),
            (Some(_), None, Some(_)) => Some(ConflictKind::Taken),
            (Some(before), None, None) => {
                restoration
                    .inserts
                    .push((Arc::clone(&net.owner), net.key.clone(), before));
                None
            }
            (before, Some(after), Some(now)) => {
                let is_addition = before.is_none();
                let change = compare(info, before.as_deref(), &after, &now)?;
                match change {
                    Compared::Same(_) if is_addition => {
                        restoration
                            .deletes
                            .push((Arc::clone(&net.owner), net.key.clone(), now));
                        None
                    }
                    Compared::Same(wanted) => {
                        restoration.updates.push((
                            Arc::clone(&net.owner),
                            net.key.clone(),
                            now,
                            wanted,
                        ));
                        None
                    }
                    Compared::CountedOn { forward: true } => Some(ConflictKind::CountedOn),
                    Compared::CountedOn { forward: false } => None,
                    Compared::Changed(columns) => Some(ConflictKind::Changed(columns)),
                }
            }
        };
        if let Some(job_error) = job_error {
            let key = format_key(&net.key)?;
            conflicts.push(Conflict {
                owner: net.owner,
                table: info.name,
                key,
                kind: job_error,
            });
        }
    }
    Ok(restoration)
}

enum Compared {
    /// It is unchanged since the job; this is its value to restore.
    Same(Cells),
    Changed(Vec<CellChange>),
    /// A counter that has changed since the job; `forward` if restoring it
    /// would advance it.
    CountedOn {
        forward: bool,
    },
}

fn compare(
    info: &TableInfo,
    before: Option<&str>,
    after: &str,
    now: &str,
) -> Result<Compared, StoreError> {
    let (after, now) = (cells(after)?, cells(now)?);
    let before = before.map(cells).transpose()?;
    let is_live = |column: &str| info.live.contains(&column);
    let same = |column: &str| text(&after, column) == text(&now, column);
    if info.is_counter && info.live.iter().any(|column| !same(column)) {
        let count = |cells: &Cells| {
            info.live
                .first()
                .and_then(|column| text(cells, column))
                .and_then(|text| text.parse::<i64>().ok())
        };
        let forward = before
            .as_ref()
            .is_some_and(|before| count(before) > count(&after));
        return Ok(Compared::CountedOn { forward });
    }
    let mut columns: Vec<&String> = after.keys().chain(now.keys()).collect();
    columns.sort();
    columns.dedup();
    let changed: Vec<CellChange> = columns
        .into_iter()
        .filter(|column| !is_live(column) && !same(column))
        .map(|column| CellChange {
            column: column.clone(),
            values: info.shown.contains(&column.as_str()).then(|| {
                let value = |cells: Option<&Cells>| {
                    let text = cells.and_then(|cells| text(cells, column));
                    text.and_then(|text| serde_json::from_str(text).ok())
                        .unwrap_or_default()
                };
                [
                    value(Some(&after)),
                    value(Some(&now)),
                    value(before.as_ref()),
                ]
            }),
        })
        .collect();
    if !changed.is_empty() {
        return Ok(Compared::Changed(changed));
    }
    let mut wanted = before.unwrap_or_default();
    for column in &info.live {
        if !same(column)
            && let (Some(slot), Some(value)) = (wanted.get_mut(*column), now.get(*column))
        {
            *slot = value.clone();
        }
    }
    Ok(Compared::Same(wanted))
}

fn text<'c>(cells: &'c Cells, column: &str) -> Option<&'c str> {
    cells.get(column).map(|value| value.get())
}

fn cells(row: &str) -> Result<Cells, StoreError> {
    serde_json::from_str(row).map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError {
        kind: StoreErrorKind::Schema,
        ..StoreError::other(Operation::Read, "the journal", "a row of it cannot be read")
    }
}

/// Formats a key for people.
fn format_key(key: &str) -> Result<String, StoreError> {
    let parts = cells(key)?;
    let parts = parts
        .iter()
        .map(|(column, value)| format!("{column} {}", value.get()));
    Ok(parts.collect::<Vec<_>>().join(", "))
}

/// Returns a relation `k` of the table's own row type, of JSON rows in `$1`.
fn relation(table: &str) -> String {
    format!("jsonb_populate_recordset(NULL::{table}, $1::jsonb) AS k")
}

fn matched(key: &[&str]) -> String {
    key.iter()
        .map(|column| format!("t.{column} = k.{column}"))
        .collect::<Vec<_>>()
        .join(" AND ")
}

fn array<'r>(rows: impl IntoIterator<Item = &'r str>) -> String {
    let rows: Vec<&str> = rows.into_iter().collect();
    format!("[{}]", rows.join(","))
}

/// Reads and locks the rows of these keys (a JSON array), by the index of the
/// key.
async fn read(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    keys: String,
) -> Result<BTreeMap<usize, String>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, info.name, &error);
    let sql = format!(
        "SELECT k.ordinality, to_jsonb(t)::text \
         FROM jsonb_populate_recordset(NULL::{0}, $1::jsonb) WITH ORDINALITY AS k \
         JOIN {0} AS t ON {1} FOR UPDATE OF t",
        info.name,
        matched(&info.key)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(keys);
    let rows = query.fetch_all(writer.connection()).await.map_err(failed)?;
    let decode = |row: &sqlx::postgres::PgRow| {
        let index: i64 = row.try_get(0)?;
        Ok((
            usize::try_from(index - 1).unwrap_or_default(),
            row.try_get(1)?,
        ))
    };
    rows.iter()
        .map(decode)
        .collect::<Result<_, _>>()
        .map_err(failed)
}

impl Restoration<'_> {
    async fn write(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        if !self.deletes.is_empty() {
            self.delete(writer).await?;
        }
        if !self.updates.is_empty() {
            self.update(writer).await?;
        }
        if !self.inserts.is_empty() {
            self.insert(writer).await?;
        }
        Ok(())
    }

    /// Returns the restored rows that conflict with the current rows: a row
    /// that one refers to no longer exists, or another has its name. A conflict
    /// that existed before the job is allowed.
    async fn conflicts_of(
        &self,
        writer: &mut Writer<'_>,
        journal: &[JournalRow],
    ) -> Result<Vec<Conflict>, StoreError> {
        let mut conflicts = Vec::new();
        // As it was before the job: none if it was not journalled.
        let before = |found: &Dependent| {
            let is_found = |row: &&JournalRow| *row.table == *found.table && row.key == found.key;
            journal
                .iter()
                .find(is_found)
                .map(|row| row.before.as_deref())
        };
        for found in missing(writer, self.info, &self.inserts).await? {
            if !matches!(before(&found), Some(None | Some(ABSENT))) {
                conflicts.push(found.conflict(self.info, ConflictKind::Needs)?);
            }
        }
        for column in &self.info.names {
            let mut rows = self.inserts.clone();
            for (owner, key, now, wanted) in &self.updates {
                if text(&cells(now)?, column) != text(wanted, column) {
                    rows.push((Arc::clone(owner), key.clone(), json(wanted)?));
                }
            }
            for found in namesakes(writer, self.info, column, &rows).await? {
                if before(&found).is_none() {
                    conflicts.push(found.conflict(self.info, ConflictKind::NameTaken)?);
                }
            }
        }
        Ok(conflicts)
    }

    async fn delete(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let sql = format!(
            "DELETE FROM {table} AS t USING {} WHERE {}",
            relation(table),
            matched(&self.info.key)
        );
        let rows = array(self.deletes.iter().map(|(_, key, _)| key.as_str()));
        self.run(writer, Operation::Delete, sql, rows, self.deletes.len())
            .await?;
        for (owner, key, now) in &self.deletes {
            self.note(writer, owner, key, Some(now.clone()), None);
        }
        Ok(())
    }

    async fn update(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: Vec<&String> = Vec::new();
        for (_, _, now, wanted) in &self.updates {
            let now = cells(now)?;
            let differs = |column: &&String| text(&now, column) != text(wanted, column);
            columns.extend(wanted.keys().filter(differs));
        }
        columns.sort();
        columns.dedup();
        if !columns.is_empty() {
            let set: Vec<String> = columns
                .iter()
                .map(|column| format!("{0} = k.{0}", quoted(column)))
                .collect();
            let sql = format!(
                "UPDATE {table} AS t SET {} FROM {} WHERE {}",
                set.join(", "),
                relation(table),
                matched(&self.info.key)
            );
            let rows = self
                .updates
                .iter()
                .map(|(_, _, _, wanted)| json(wanted))
                .collect::<Result<Vec<_>, _>>()?;
            let rows = array(rows.iter().map(String::as_str));
            self.run(writer, Operation::Update, sql, rows, self.updates.len())
                .await?;
        }
        let mut after = read(
            writer,
            self.info,
            array(self.updates.iter().map(|(_, key, ..)| key.as_str())),
        )
        .await?;
        for (index, (owner, key, now, _)) in self.updates.iter().enumerate() {
            self.note(writer, owner, key, Some(now.clone()), after.remove(&index));
        }
        Ok(())
    }

    async fn insert(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: Vec<String> = Vec::new();
        for (_, _, row) in &self.inserts {
            columns.extend(cells(row)?.into_keys());
            columns.sort();
            columns.dedup();
        }
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let columns = columns.join(", ");
        let sql = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {}",
            relation(table)
        );
        let rows = array(self.inserts.iter().map(|(_, _, row)| row.as_str()));
        self.run(writer, Operation::Insert, sql, rows, self.inserts.len())
            .await?;
        let mut after = read(
            writer,
            self.info,
            array(self.inserts.iter().map(|(_, key, _)| key.as_str())),
        )
        .await?;
        for (index, (owner, key, _)) in self.inserts.iter().enumerate() {
            self.note(writer, owner, key, None, after.remove(&index));
        }
        Ok(())
    }

    fn note(
        &self,
        writer: &mut Writer<'_>,
        owner: &ItemRef,
        key: &str,
        before: Option<String>,
        after: Option<String>,
    ) {
        let row = JournalRow {
            table: self.info.name.into(),
            item: Arc::clone(owner),
            key: key.to_owned(),
            before,
            after,
        };
        writer.note(self.info.name, row);
    }

    async fn run(
        &self,
        writer: &mut Writer<'_>,
        operation: Operation,
        sql: String,
        rows: String,
        count: usize,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(rows)
            .execute(writer.connection())
            .await;
        let met = done
            .map_err(|error| StoreError::new(operation, self.info.name, &error))?
            .rows_affected();
        writer.expect(operation, self.info.name, count, met);
        Ok(())
    }
}

fn json(cells: &Cells) -> Result<String, StoreError> {
    serde_json::to_string(cells).map_err(|_| unreadable())
}
