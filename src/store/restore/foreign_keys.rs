//! Foreign keys of the target's own catalog: rows, in tables that the product need not know, which
//! refer to those that an undo removes.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::cells::{cells, format_key, text};
use super::conflict::{Conflict, ConflictKind};
use super::restoration::Restoration;
use super::rows::{Whole, array};
use crate::store::bulk::text_literal;
use crate::store::error::{Operation, StoreError};
use crate::store::writer::{Writer, quoted};

/// A foreign key that refers to rows of a table of ours.
struct ForeignKey {
    /// The table that it refers to.
    to: String,
    /// The table that it belongs to, quoted.
    table: String,
    /// The columns by which rows of that table are named: its primary key, or those that refer.
    named_by: Vec<String>,
    /// Its columns, and the columns that they refer to.
    pairs: Vec<(String, String)>,
    /// Whether the server itself deletes or changes the rows that refer.
    acts: bool,
    /// Whether the role may read all rows of the table.
    may_read: bool,
}

/// The foreign keys that refer to some tables.
pub(super) struct ForeignKeys(Vec<ForeignKey>);

/// One statement for all tables. A partitioned table has the keys of its partitions.
const READ: &str = "\
SELECT w.name, c.conrelid::regclass::text, \
  ARRAY(SELECT a.attname::text FROM unnest(coalesce(p.conkey, c.conkey)) WITH ORDINALITY AS k (n, o) \
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY o), \
  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (n, o) \
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY o), \
  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (n, o) \
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY o), \
  c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd'), \
  pg_catalog.has_table_privilege(c.conrelid, 'SELECT') AND NOT pg_catalog.row_security_active(c.conrelid) \
FROM unnest($names) AS w (name) JOIN pg_catalog.pg_class AS r ON r.relname = regexp_replace(w.name, '^.*[.]', '') \
  JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace \
  JOIN pg_catalog.pg_constraint AS c ON c.confrelid = r.oid AND c.contype = 'f' AND c.conparentid = 0 \
  LEFT JOIN pg_catalog.pg_constraint AS p ON p.conrelid = c.conrelid AND p.contype = 'p' \
WHERE CASE WHEN w.name LIKE '%.%' THEN n.nspname = split_part(w.name, '.', 1) \
  ELSE pg_catalog.pg_table_is_visible(r.oid) END ORDER BY 1, 2, c.conname";

impl ForeignKeys {
    /// Reads the foreign keys that refer to some tables.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost.
    pub(super) async fn read(
        connection: &mut PgConnection,
        tables: &[&str],
    ) -> Result<Self, StoreError> {
        let names = text_literal(tables.iter().map(|name| Some(*name)));
        let found = sqlx::raw_sql(AssertSqlSafe(READ.replace("$names", &names)))
            .fetch_all(connection)
            .await;
        let decode = |row: &PgRow| {
            let from: Vec<String> = row.try_get(3)?;
            let to: Vec<String> = row.try_get(4)?;
            Ok(ForeignKey {
                to: row.try_get(0)?,
                table: row.try_get(1)?,
                named_by: row.try_get(2)?,
                pairs: from.into_iter().zip(to).collect(),
                acts: row.try_get(5)?,
                may_read: row.try_get(6)?,
            })
        };
        let found = found.and_then(|rows| rows.iter().map(decode).collect());
        found
            .map(Self)
            .map_err(|error| StoreError::new(Operation::Read, "pg_catalog", &error))
    }

    /// Finds the rows that refer to rows which a restoration removes, or whose referenced columns
    /// it changes; `own` are the rows that the undo itself writes, by table and key.
    ///
    /// # Errors
    ///
    /// Fails if the server would delete or change rows that the role may not read.
    pub(super) async fn referring(
        &self,
        writer: &mut Writer<'_>,
        restoration: &Restoration<'_>,
        own: &BTreeSet<(&str, &str)>,
    ) -> Result<Vec<Conflict>, StoreError> {
        let mut conflicts = Vec::new();
        let table = restoration.info.name;
        // What the role may not read, and the server does not change, the server refuses by itself.
        let of = |key: &&ForeignKey| key.to == table && (key.acts || key.may_read);
        for key in self.0.iter().filter(of) {
            let gone = key.gone(restoration)?;
            if gone.is_empty() {
                continue;
            }
            for (index, referring) in key.find(writer, table, &gone).await? {
                let (Some((owner, to, _)), false) = (
                    gone.get(index),
                    own.contains(&(key.table.as_str(), referring.as_str())),
                ) else {
                    continue;
                };
                conflicts.push(Conflict {
                    owner: Arc::clone(owner),
                    table,
                    key: format_key(to)?,
                    kind: ConflictKind::NeededBy(format!(
                        "{} ({})",
                        key.table,
                        format_key(&referring)?
                    )),
                });
            }
        }
        Ok(conflicts)
    }
}

impl ForeignKey {
    /// Returns the rows, as they are, to which nothing may refer.
    fn gone(&self, restoration: &Restoration<'_>) -> Result<Vec<Whole>, StoreError> {
        let mut gone = restoration.deletes.clone();
        let whole = |(owner, key, now): (&Arc<str>, &String, &String)| {
            (Arc::clone(owner), key.clone(), now.clone())
        };
        for (owner, key, now, wanted) in &restoration.updates {
            let cells = cells(now)?;
            let mut to = self.pairs.iter().map(|(_, to)| to);
            if to.any(|column| text(&cells, column) != text(wanted, column)) {
                gone.push(whole((owner, key, now)));
            }
        }
        let replaced = restoration.replacements.iter();
        gone.extend(replaced.map(|(owner, key, now, _)| whole((owner, key, now))));
        Ok(gone)
    }

    /// Finds the rows that refer to some: the index of the referenced one, and the key.
    async fn find(
        &self,
        writer: &mut Writer<'_>,
        to: &str,
        gone: &[Whole],
    ) -> Result<Vec<(usize, String)>, StoreError> {
        let named_by = self.named_by.iter();
        let named_by = named_by
            .map(|column| format!("'{}', t.{}", column.replace('\'', "''"), quoted(column)));
        let pairs = self.pairs.iter();
        let pairs = pairs.map(|(from, to)| format!("t.{} = k.{}", quoted(from), quoted(to)));
        let sql = format!(
            "SELECT DISTINCT k.ordinality, jsonb_build_object({})::text \
             FROM jsonb_populate_recordset(NULL::{to}, $1::jsonb) WITH ORDINALITY AS k \
             JOIN {} AS t ON {} ORDER BY 1, 2",
            named_by.collect::<Vec<_>>().join(", "),
            self.table,
            pairs.collect::<Vec<_>>().join(" AND "),
        );
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, &*self.table, &error);
        let query = sqlx::query_as(AssertSqlSafe(sql));
        let query = query.bind(array(gone.iter().map(|(_, _, row)| row.as_str())));
        let found: Vec<(i64, String)> =
            query.fetch_all(writer.connection()).await.map_err(failed)?;
        let index = |index: i64| usize::try_from(index - 1).unwrap_or(usize::MAX);
        Ok(found
            .into_iter()
            .map(|(number, key)| (index(number), key))
            .collect())
    }
}
