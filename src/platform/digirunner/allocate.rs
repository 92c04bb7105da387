//! New ids, from the product's own sequences and counters: one message, whatever the number of ids.
//!
//! `seq_store` contains two kinds of counters: rows of the product's own DAO
//! hold the *next* id, rows of Hibernate's table generator hold the end of the
//! last block of 50 (`pooled`).

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, FromRow, Row as _};

use super::changes::Sequence;
use crate::store::ledger::JournalRow;
use crate::store::{ItemRef, Operation, StoreError, Writer};

/// The product's table of counters.
pub(crate) const COUNTERS: &str = "seq_store";

/// Where the counters of `seq_store` begin.
const INITIAL: i64 = 2_000_000_000;

/// How many ids Hibernate's generator reserves at once.
const BLOCK: i64 = 50;

/// Takes the ids that are needed, in one message.
pub(crate) async fn take(
    writer: &mut Writer<'_>,
    counts: &HashMap<Sequence, usize>,
) -> Result<HashMap<Sequence, Vec<i64>>, StoreError> {
    let wanted: Vec<Wanted> = Sequence::ALL
        .into_iter()
        .filter_map(|sequence| {
            let count = i64::try_from(*counts.get(&sequence)?).ok()?;
            (count > 0).then_some(Wanted { sequence, count })
        })
        .collect();
    let mut given: HashMap<Sequence, Vec<i64>> = HashMap::new();
    if wanted.is_empty() {
        return Ok(given);
    }
    let sql: Vec<String> = wanted.iter().map(Wanted::sql).collect();
    let mut noted = Vec::new();
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
                        noted.push(counter.journalled(moved));
                    }
                }
            }
            (Some(Either::Right(_)), None) => {}
        }
    }
    drop(rows);
    for row in noted {
        writer.note(COUNTERS, row);
    }
    Ok(given)
}

/// So many ids of a sequence.
struct Wanted {
    sequence: Sequence,
    count: i64,
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

    /// Returns the statement: of a sequence it returns each id, of a counter what it was, and its
    /// row before and after. Names and numbers are ours.
    fn sql(&self) -> String {
        let count = self.count;
        let Some(Counter { name, is_pooled }) = self.counter() else {
            let place = self.place();
            return format!("SELECT nextval('{place}'::regclass) FROM generate_series(1, {count})");
        };
        let blocks = |ids: i64| BLOCK * ((ids + BLOCK - 1) / BLOCK);
        let (first, later) = match is_pooled {
            // The very first block has a single id, its last one.
            true => (BLOCK + blocks(count - 1), blocks(count)),
            false => (count, count),
        };
        format!(
            "WITH moved AS (UPDATE seq_store AS s \
             SET next_val = old.next_val + CASE old.next_val WHEN {INITIAL} THEN {first} ELSE {later} END \
             FROM (SELECT next_val, to_jsonb(q)::text AS row FROM seq_store q WHERE sequence_name = '{name}' FOR UPDATE) AS old \
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
