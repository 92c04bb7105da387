//! New ids, from the product's own sequences: one message for those of the database, and at most
//! two statements per counter, whatever the number of ids.
//!
//! `seq_store` contains two kinds of counters: rows of the product's own DAO
//! hold the *next* id, rows of Hibernate's table generator hold the end of the
//! last block of 50 (`pooled`).

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, FromRow, PgConnection, Row as _};

use super::changes::Sequence;
use crate::store::ledger::JournalRow;
use crate::store::{ItemRef, Operation, StoreError, Writer};

/// The product's table of counters.
pub(crate) const COUNTERS: &str = "seq_store";

/// Where the counters of `seq_store` begin.
const INITIAL: i64 = 2_000_000_000;

/// How many ids Hibernate's generator reserves at once.
const BLOCK: i64 = 50;

/// Takes the ids that are needed.
pub(crate) async fn take(
    writer: &mut Writer<'_>,
    counts: &HashMap<Sequence, usize>,
) -> Result<HashMap<Sequence, Vec<i64>>, StoreError> {
    let wanted: Vec<(Sequence, i64)> = Sequence::ALL
        .into_iter()
        .filter_map(|sequence| {
            let count = i64::try_from(*counts.get(&sequence)?).ok()?;
            (count > 0).then_some((sequence, count))
        })
        .collect();
    let mut given = native(writer.connection(), &wanted).await?;
    for (sequence, count) in wanted {
        let ids = match sequence {
            Sequence::Group | Sequence::Vgroup | Sequence::Host => continue,
            Sequence::ClientExt => plain(writer, "tsmp_dp_clientext", count).await?,
            Sequence::OpenKey => pooled(writer, "tsmp_open_apikey", count).await?,
            Sequence::OpenMap => pooled(writer, "tsmp_open_apikey_map", count).await?,
        };
        given.insert(sequence, ids);
    }
    Ok(given)
}

/// Returns the name of a sequence of the database; none for a counter.
const fn native_name(sequence: Sequence) -> Option<&'static str> {
    match sequence {
        Sequence::Group => Some("seq_tsmp_group_pk"),
        Sequence::Vgroup => Some("seq_tsmp_vgroup_pk"),
        Sequence::Host => Some("seq_tsmp_client_host_pk"),
        Sequence::ClientExt | Sequence::OpenKey | Sequence::OpenMap => None,
    }
}

/// Takes ids of sequences of the database, in one message.
async fn native(
    connection: &mut PgConnection,
    wanted: &[(Sequence, i64)],
) -> Result<HashMap<Sequence, Vec<i64>>, StoreError> {
    let wanted: Vec<(Sequence, &str, i64)> = wanted
        .iter()
        .filter_map(|(sequence, count)| Some((*sequence, native_name(*sequence)?, *count)))
        .collect();
    let mut given: HashMap<Sequence, Vec<i64>> = HashMap::new();
    let Some((_, first, _)) = wanted.first() else {
        return Ok(given);
    };
    let takes = wanted.iter().map(|(_, name, count)| {
        format!("SELECT nextval('{name}'::regclass) FROM generate_series(1, {count})")
    });
    let sql = takes.collect::<Vec<_>>().join("; ");
    let mut rest = wanted.iter();
    let mut current = rest.next();
    let mut ids = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(connection);
    loop {
        let name = current.map_or(*first, |(_, name, _)| *name);
        let failed = |error: sqlx::Error| StoreError::new(Operation::Allocate, name, &error);
        match (ids.try_next().await.map_err(failed)?, current) {
            (None, _) => return Ok(given),
            (Some(Either::Left(_)), _) => current = rest.next(),
            (Some(Either::Right(row)), Some((sequence, ..))) => {
                let id = row.try_get(0).map_err(failed)?;
                given.entry(*sequence).or_default().push(id);
            }
            (Some(Either::Right(_)), None) => {}
        }
    }
}

/// Takes ids of a counter whose row holds the next id to hand out.
async fn plain(writer: &mut Writer<'_>, name: &str, count: i64) -> Result<Vec<i64>, StoreError> {
    let first = advance(writer, name, (count, count)).await?;
    Ok((first..first + count).collect())
}

/// Takes ids of a counter whose row holds the end of the last reserved block:
/// a fetch that reads N owns N-48 to N+1, and nothing is below the first id.
async fn pooled(writer: &mut Writer<'_>, name: &str, count: i64) -> Result<Vec<i64>, StoreError> {
    let blocks = |ids: i64| (ids + BLOCK - 1) / BLOCK;
    // The very first block has a single id, its last one.
    let first = BLOCK * (1 + blocks(count - 1));
    let read = advance(writer, name, (first, BLOCK * blocks(count))).await?;
    Ok(pooled_ids(read)
        .take(usize::try_from(count).unwrap_or_default())
        .collect())
}

/// Returns the ids that a fetch owns that read `read`.
fn pooled_ids(read: i64) -> impl Iterator<Item = i64> {
    (read - 48).max(INITIAL + 1)..
}

/// Advances a counter, by the first number if it is at its start or missing,
/// else by the second; returns its previous value.
async fn advance(
    writer: &mut Writer<'_>,
    name: &str,
    (first, later): (i64, i64),
) -> Result<i64, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Allocate, COUNTERS, &error);
    // Names and numbers are ours.
    let sql = format!(
        "UPDATE seq_store AS s SET next_val = old.next_val + CASE old.next_val WHEN {INITIAL} THEN {first} ELSE {later} END \
         FROM (SELECT next_val, to_jsonb(q)::text AS row FROM seq_store q WHERE sequence_name = '{name}' FOR UPDATE) AS old \
         WHERE s.sequence_name = '{name}' RETURNING old.next_val, old.row, to_jsonb(s)::text"
    );
    let moved = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_optional(writer.connection())
        .await
        .map_err(failed)?;
    let moved: Option<(i64, String, String)> = match moved {
        Some(row) => Some(FromRow::from_row(&row).map_err(failed)?),
        None => None,
    };
    let (stood, before, after) = match moved {
        Some((stood, before, after)) => (stood, Some(before), after),
        None => {
            let after: String = sqlx::query_scalar(
                "INSERT INTO seq_store AS s (sequence_name, next_val) VALUES ($1, $2) RETURNING to_jsonb(s)::text",
            )
            .bind(name)
            .bind(INITIAL + first)
            .fetch_one(writer.connection())
            .await
            .map_err(failed)?;
            (INITIAL, None, after)
        }
    };
    let key = serde_json::json!({ "sequence_name": name }).to_string();
    let row = JournalRow {
        table: COUNTERS.into(),
        item: ItemRef::default(),
        key,
        before,
        after: Some(after),
    };
    writer.note(COUNTERS, row);
    Ok(stood)
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
