//! New ids, from the product's own sequences and counters: one message, whatever the number of ids.
//!
//! `seq_store` contains two kinds of counters: rows of the product's own DAO
//! hold the *next* id, rows of Hibernate's table generator hold the end of the
//! last block of 50 (`pooled`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, FromRow, Row as _};

use super::changes::Sequence;
use super::schema::{Table, TableId, clientext, group, host, open_key, open_map, vgroup};
use super::tables::{Cell, Tables};
use crate::store::ledger::JournalRow;
use crate::store::{ItemRef, Operation, StoreError, StoreErrorKind, Writer};

/// The product's table of counters.
pub(crate) const COUNTERS: &str = "seq_store";

/// Where the counters of `seq_store` begin.
const INITIAL: i64 = 2_000_000_000;

/// How many ids Hibernate's generator reserves at once.
const BLOCK: i64 = 50;

/// Which rows of the target are known to have ids.
#[derive(Clone, Copy)]
pub(crate) enum Known<'t> {
    /// All of them.
    All(&'t Tables),
    /// Only some: the target is asked about the ids that were taken.
    Some,
}

/// Takes the ids that are needed, in one message, and asks in another one whether rows have them if
/// not all are known.
///
/// # Errors
///
/// Fails if a counter gives ids that rows of the target have, unless the writer may move it.
pub(crate) async fn take(
    writer: &mut Writer<'_>,
    counts: &HashMap<Sequence, usize>,
    known: Known<'_>,
) -> Result<HashMap<Sequence, Vec<i64>>, StoreError> {
    let wanted: Vec<Wanted> = Sequence::ALL
        .into_iter()
        .filter_map(|sequence| {
            let count = i64::try_from(*counts.get(&sequence)?).ok()?;
            (count > 0).then_some(Wanted {
                sequence,
                count,
                above: None,
            })
        })
        .collect();
    let (mut given, mut noted) = take_all(writer, &wanted).await?;
    let used: HashMap<Sequence, BTreeSet<i64>> = match known {
        Known::All(target) => {
            let used = wanted
                .iter()
                .map(|wanted| (wanted.sequence, wanted.used(target)));
            used.collect()
        }
        Known::Some => used_of(writer, &wanted, &given).await?,
    };
    let behind: Vec<Wanted> = wanted
        .iter()
        .filter_map(|wanted| {
            let (used, given) = (used.get(&wanted.sequence)?, given.get(&wanted.sequence)?);
            let is_behind = given.iter().any(|id| used.contains(id));
            let above = used.last().copied();
            is_behind.then_some(Wanted { above, ..*wanted })
        })
        .collect();
    if !behind.is_empty() {
        if !writer.fixes_counters() {
            return Err(behind_rows(&behind));
        }
        let (again, moved) = take_all(writer, &behind).await?;
        given.extend(again);
        for (name, row) in moved {
            // As it was before both.
            let before = noted.remove(name).and_then(|first| first.before);
            noted.insert(name, JournalRow { before, ..row });
        }
        behind
            .iter()
            .for_each(|wanted| writer.report_note(wanted.moved()));
    }
    for (_, row) in noted {
        writer.note(COUNTERS, row);
    }
    Ok(given)
}

/// Returns the ids that follow those of the target's rows, where no sequence gives any.
pub(super) fn next(
    counts: &HashMap<Sequence, usize>,
    target: &Tables,
) -> HashMap<Sequence, Vec<i64>> {
    let next = |(sequence, count): (&Sequence, &usize)| {
        let wanted = Wanted {
            sequence: *sequence,
            count: i64::try_from(*count).unwrap_or(i64::MAX),
            above: None,
        };
        let first = match wanted.counter() {
            Some(_) => INITIAL + 1,
            None => 1,
        };
        let highest = wanted.used(target).last().copied();
        let first = highest.map_or(first, |id| first.max(id.saturating_add(1)));
        (*sequence, (first..).take(*count).collect())
    };
    counts.iter().map(next).collect()
}

/// Asks the target which of the ids that were taken rows have, and for the highest ids.
async fn used_of(
    writer: &mut Writer<'_>,
    wanted: &[Wanted],
    given: &HashMap<Sequence, Vec<i64>>,
) -> Result<HashMap<Sequence, BTreeSet<i64>>, StoreError> {
    let mut used: HashMap<Sequence, BTreeSet<i64>> = HashMap::new();
    let asked: Vec<&Wanted> = wanted
        .iter()
        .filter(|wanted| given.contains_key(&wanted.sequence))
        .collect();
    if asked.is_empty() {
        return Ok(used);
    }
    let questions = asked.iter().filter_map(|wanted| {
        let ids = given.get(&wanted.sequence)?;
        Some(wanted.question(ids))
    });
    let sql: Vec<String> = questions.collect();
    let mut rest = asked.iter();
    let mut current = rest.next();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.join("; "))).fetch_many(writer.connection());
    loop {
        let place = current.map_or(COUNTERS, |wanted| wanted.column().0.table().name);
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, place, &error);
        match (rows.try_next().await.map_err(failed)?, current) {
            (None, _) => return Ok(used),
            (Some(Either::Left(_)), _) => current = rest.next(),
            (Some(Either::Right(row)), Some(wanted)) => {
                let id: Option<i64> = row.try_get(0).map_err(failed)?;
                used.entry(wanted.sequence).or_default().extend(id);
            }
            (Some(Either::Right(_)), None) => {}
        }
    }
}

/// Returns the error of counters that are behind their rows.
fn behind_rows(behind: &[Wanted]) -> StoreError {
    let each = |text: fn(&Wanted) -> String| behind.iter().map(text).collect::<Vec<_>>();
    let place = behind.first().map_or(COUNTERS, Wanted::place);
    StoreError {
        kind: StoreErrorKind::Counter,
        remedy: Some(each(Wanted::remedy).join(" ")),
        ..StoreError::other(
            Operation::Allocate,
            place,
            each(Wanted::is_behind).join("; "),
        )
    }
}

/// The ids of each sequence, and the rows of the counters, by their names, in the order of taking.
type Taken = (
    HashMap<Sequence, Vec<i64>>,
    BTreeMap<&'static str, JournalRow>,
);

async fn take_all(writer: &mut Writer<'_>, wanted: &[Wanted]) -> Result<Taken, StoreError> {
    let mut given: HashMap<Sequence, Vec<i64>> = HashMap::new();
    let mut noted = BTreeMap::new();
    if wanted.is_empty() {
        return Ok((given, noted));
    }
    let sql: Vec<String> = wanted.iter().map(Wanted::sql).collect();
    let mut rest = wanted.iter();
    let mut current = rest.next();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.join("; "))).fetch_many(writer.connection());
    loop {
        let place = current.map_or(COUNTERS, Wanted::place);
        let failed = |error: sqlx::Error| StoreError::new(Operation::Allocate, place, &error);
        match (rows.try_next().await.map_err(failed)?, current) {
            (None, _) => break,
            (Some(Either::Left(_)), _) => current = rest.next(),
            (Some(Either::Right(row)), Some(wanted)) => {
                let ids = given.entry(wanted.sequence).or_default();
                match wanted.counter() {
                    None => ids.push(row.try_get(0).map_err(failed)?),
                    Some(counter) => {
                        let moved: Moved = FromRow::from_row(&row).map_err(failed)?;
                        ids.extend(wanted.ids(counter, moved.0));
                        noted.insert(counter.name, counter.journalled(moved));
                    }
                }
            }
            (Some(Either::Right(_)), None) => {}
        }
    }
    drop(rows);
    Ok((given, noted))
}

/// So many ids of a sequence.
#[derive(Clone, Copy)]
struct Wanted {
    sequence: Sequence,
    count: i64,
    /// The highest id of a row, if the sequence is behind it and moved past it first.
    above: Option<i64>,
}

/// A counter in [`COUNTERS`].
#[derive(Clone, Copy)]
struct Counter {
    name: &'static str,
    /// Whether its row holds the end of the last reserved block, instead of the next id.
    is_pooled: bool,
}

/// What a counter was, and its row before and after.
type Moved = (i64, Option<String>, String);

impl Wanted {
    /// Returns the counter; none for a sequence of the database.
    const fn counter(&self) -> Option<Counter> {
        let (name, is_pooled) = match self.sequence {
            Sequence::Group | Sequence::Vgroup | Sequence::Host => return None,
            Sequence::ClientExt => ("tsmp_dp_clientext", false),
            Sequence::OpenKey => ("tsmp_open_apikey", true),
            Sequence::OpenMap => ("tsmp_open_apikey_map", true),
        };
        Some(Counter { name, is_pooled })
    }

    /// Returns where the ids come from.
    const fn place(&self) -> &'static str {
        match self.sequence {
            Sequence::Group => "seq_tsmp_group_pk",
            Sequence::Vgroup => "seq_tsmp_vgroup_pk",
            Sequence::Host => "seq_tsmp_client_host_pk",
            Sequence::ClientExt | Sequence::OpenKey | Sequence::OpenMap => COUNTERS,
        }
    }

    /// Returns the table and column of its ids.
    const fn column(&self) -> (TableId, usize) {
        match self.sequence {
            Sequence::Group => (TableId::Group, group::GROUP_ID),
            Sequence::Vgroup => (TableId::Vgroup, vgroup::VGROUP_ID),
            Sequence::Host => (TableId::Host, host::HOST_SEQ),
            Sequence::ClientExt => (TableId::Clientext, clientext::CLIENT_SEQ_ID),
            Sequence::OpenKey => (TableId::OpenKey, open_key::OPEN_API_KEY_ID),
            Sequence::OpenMap => (TableId::OpenMap, open_map::OPEN_API_KEY_MAP_ID),
        }
    }

    /// Returns the ids that rows have.
    fn used(&self, target: &Tables) -> BTreeSet<i64> {
        let (table, column) = self.column();
        let rows = target.rows(table).iter();
        rows.filter_map(|row| match row.cell(column) {
            Cell::Int(id) => Some(id),
            Cell::Text(id) => id.parse().ok(),
            _ => None,
        })
        .collect()
    }

    /// Returns the query for those of some ids that rows have, and for the highest id. Names and
    /// numbers are ours.
    fn question(&self, ids: &[i64]) -> String {
        let (table, column) = self.column();
        let Table { name, fields, .. } = table.table();
        let column = fields.get(column).map_or("", |field| field.column);
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let ids = ids.join(", ");
        // Ids of groups and scopes are text, and may be anything.
        format!(
            "WITH ids AS (SELECT CASE WHEN {column}::text ~ '^[0-9]{{1,18}}$' THEN {column}::text::bigint END AS id \
             FROM {name}) \
             SELECT id FROM ids WHERE id = ANY('{{{ids}}}'::bigint[]) UNION ALL SELECT max(id) FROM ids"
        )
    }

    /// Says which counter is behind which rows.
    fn is_behind(&self) -> String {
        let (table, column) = self.column();
        let Table { name, fields, .. } = table.table();
        let column = fields.get(column).map_or("", |field| field.column);
        format!(
            "{} is behind: the highest {column} of {name} is {}",
            self.subject(),
            self.above.unwrap_or_default()
        )
    }

    /// Says what was moved, and whether an undo moves it back.
    fn moved(&self) -> String {
        let above = self.above.unwrap_or_default();
        let subject = self.subject();
        match self.counter() {
            Some(_) => format!("{subject} was behind its rows, and moved past {above}"),
            None => format!(
                "{subject} was behind its rows, and moved past {above}; PostgreSQL's sequences are \
                 outside of transactions: neither a rollback nor an undo moves it back"
            ),
        }
    }

    fn subject(&self) -> String {
        match self.counter() {
            Some(Counter { name, .. }) => format!("the counter '{name}' in {COUNTERS}"),
            None => format!("the sequence {}", self.place()),
        }
    }

    /// Returns the statement that moves the counter past its rows.
    fn remedy(&self) -> String {
        let above = self.above.unwrap_or_default();
        match self.counter() {
            None => format!("SELECT setval('{}', {above});", self.place()),
            Some(counter) => {
                let (name, next) = (counter.name, counter.past(above));
                format!(
                    "INSERT INTO {COUNTERS} (sequence_name, next_val) VALUES ('{name}', {next}) \
                     ON CONFLICT (sequence_name) DO UPDATE SET next_val = {next};"
                )
            }
        }
    }

    /// Returns the statement: of a sequence it returns each id, of a counter what it was, and its
    /// row before and after. Names and numbers are ours.
    fn sql(&self) -> String {
        let count = self.count;
        let Some(counter) = self.counter() else {
            let place = self.place();
            let from = match self.above {
                None => String::new(),
                // Another session may have moved it on in the meantime.
                Some(above) => format!(
                    "(SELECT CASE WHEN n <= {above} THEN setval('{place}'::regclass, {above}) ELSE n END \
                     FROM nextval('{place}'::regclass) AS n OFFSET 0) AS moved, "
                ),
            };
            return format!(
                "SELECT nextval('{place}'::regclass) FROM {from}generate_series(1, {count})"
            );
        };
        let Counter { name, is_pooled } = counter;
        let least = self.above.map_or(INITIAL, |above| counter.past(above));
        let blocks = |ids: i64| BLOCK * ((ids + BLOCK - 1) / BLOCK);
        let (first, later) = match is_pooled {
            // The very first block has a single id, its last one.
            true => (BLOCK + blocks(count - 1), blocks(count)),
            false => (count, count),
        };
        format!(
            "WITH moved AS (UPDATE seq_store AS s \
             SET next_val = old.next_val + CASE old.next_val WHEN {INITIAL} THEN {first} ELSE {later} END \
             FROM (SELECT greatest(next_val, {least}) AS next_val, to_jsonb(q)::text AS row FROM seq_store q WHERE sequence_name = '{name}' FOR UPDATE) AS old \
             WHERE s.sequence_name = '{name}' RETURNING old.next_val, old.row, to_jsonb(s)::text AS after), \
             made AS (INSERT INTO seq_store AS s (sequence_name, next_val) SELECT '{name}', {INITIAL} + {first} \
             WHERE NOT EXISTS (SELECT FROM moved) RETURNING to_jsonb(s)::text AS after) \
             SELECT next_val, row, after FROM moved UNION ALL SELECT {INITIAL}, NULL, after FROM made"
        )
    }

    /// Returns the ids that a counter gives which was at `stood`.
    fn ids(&self, counter: Counter, stood: i64) -> Vec<i64> {
        let count = usize::try_from(self.count).unwrap_or_default();
        match counter.is_pooled {
            true => pooled_ids(stood).take(count).collect(),
            false => (stood..).take(count).collect(),
        }
    }
}

/// Returns the ids that a fetch owns that read `read`: N-48 to N+1, and nothing below the first id.
fn pooled_ids(read: i64) -> impl Iterator<Item = i64> {
    (read - 48).max(INITIAL + 1)..
}

impl Counter {
    /// Returns what it holds if the next id is the one after another.
    const fn past(self, id: i64) -> i64 {
        match self.is_pooled {
            true => id + 49,
            false => id + 1,
        }
    }

    fn journalled(self, (_, before, after): Moved) -> JournalRow {
        JournalRow {
            table: COUNTERS.into(),
            item: ItemRef::default(),
            key: serde_json::json!({ "sequence_name": self.name }).to_string(),
            before,
            after: Some(after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fetch_owns_the_block_that_hibernate_would_give_out() {
        let ids: Vec<i64> = pooled_ids(2_000_000_050).take(50).collect();
        assert_eq!(
            (ids.first(), ids.last()),
            (Some(&2_000_000_002), Some(&2_000_000_051))
        );
    }

    #[test]
    fn the_first_fetch_begins_at_the_first_id() {
        assert_eq!(pooled_ids(INITIAL).next(), Some(2_000_000_001));
    }
}
