//! New ids, from the product's own sequences: at most two statements per
//! sequence, whatever the number of ids.
//!
//! `seq_store` contains two kinds of counters: rows of the product's own DAO
//! hold the *next* id, rows of Hibernate's table generator hold the end of the
//! last block of 50 (`pooled`).

use std::collections::HashMap;

use sqlx::PgConnection;

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
    let mut given = HashMap::new();
    for sequence in Sequence::ALL {
        let count = counts
            .get(&sequence)
            .copied()
            .and_then(|count| i64::try_from(count).ok())
            .unwrap_or_default();
        if count == 0 {
            continue;
        }
        let ids = match sequence {
            Sequence::Group => native(writer.connection(), "seq_tsmp_group_pk", count).await?,
            Sequence::Vgroup => native(writer.connection(), "seq_tsmp_vgroup_pk", count).await?,
            Sequence::Host => native(writer.connection(), "seq_tsmp_client_host_pk", count).await?,
            Sequence::ClientExt => plain(writer, "tsmp_dp_clientext", count).await?,
            Sequence::OpenKey => pooled(writer, "tsmp_open_apikey", count).await?,
            Sequence::OpenMap => pooled(writer, "tsmp_open_apikey_map", count).await?,
        };
        given.insert(sequence, ids);
    }
    Ok(given)
}

/// Takes ids of a sequence of the database.
async fn native(
    connection: &mut PgConnection,
    sequence: &str,
    count: i64,
) -> Result<Vec<i64>, StoreError> {
    sqlx::query_scalar("SELECT nextval($1::regclass) FROM generate_series(1, $2)")
        .bind(sequence)
        .bind(count)
        .fetch_all(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Allocate, sequence, &error))
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
    let moved: Option<(i64, String, String)> = sqlx::query_as(
        "UPDATE seq_store AS s SET next_val = old.next_val + CASE old.next_val WHEN $2 THEN $3 ELSE $4 END \
         FROM (SELECT next_val, to_jsonb(q)::text AS row FROM seq_store q WHERE sequence_name = $1 FOR UPDATE) AS old \
         WHERE s.sequence_name = $1 RETURNING old.next_val, old.row, to_jsonb(s)::text",
    )
    .bind(name)
    .bind(INITIAL)
    .bind(first)
    .bind(later)
    .fetch_optional(writer.connection())
    .await
    .map_err(failed)?;
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
