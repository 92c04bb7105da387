//! Documents as rows of `gatediff.documents`.
//!
//! A single statement reads a platform's documents; one adds and one covers
//! documents, whatever their number.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::engine::{Document, ItemId, Kind};
use crate::store::bulk::{Column, Values};
use crate::store::restore::TableInfo;
use crate::store::{ItemRef, Operation, Reading, Rows, StoreError, Writer};

/// The table.
pub const TABLE: &str = "gatediff.documents";

/// A document to be written, and its item.
#[derive(Clone, Debug)]
pub struct Save {
    /// The item.
    pub item: ItemId,
    /// The document that the target will have.
    pub document: Document,
}

/// Returns whether a target stores any document of a platform.
///
/// # Errors
///
/// As reading does.
pub async fn stand_in(connection: &mut PgConnection, platform: &str) -> Result<bool, StoreError> {
    // A role without access to our schema has no documents in it.
    if may_read(connection).await? != Some(true) {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT FROM gatediff.documents WHERE platform = $1)";
    let found = sqlx::query_scalar(sql)
        .bind(platform)
        .fetch_one(connection)
        .await;
    found.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
}

/// Reads the documents of a platform, ordered by kind and id; empty if our
/// schema does not exist.
///
/// # Errors
///
/// Fails if the role may not read them.
pub async fn read(
    connection: &mut PgConnection,
    platform: &str,
    reading: Reading<'_>,
) -> Result<Vec<Document>, StoreError> {
    (reading.report)(TABLE, 0, 1);
    // Missing permission is reported by the server, in the next statement.
    if may_read(connection).await?.is_none() {
        return Ok(Vec::new());
    }
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TABLE, &error);
    let sql = "SELECT kind, id, pair_id, owner, name, body FROM gatediff.documents WHERE platform = $1 \
               ORDER BY kind COLLATE \"C\", id COLLATE \"C\"";
    let mut stream = sqlx::query(sql).bind(platform).fetch(connection);
    let mut documents = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        documents.push(decode(&row).map_err(failed)?);
    }
    Ok(documents)
}

/// Returns whether the role may read our table; `None` if it does not exist.
async fn may_read(connection: &mut PgConnection) -> Result<Option<bool>, StoreError> {
    // Not `to_regclass`, which fails without access to the schema.
    let sql = "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE n.nspname = 'gatediff' AND c.relname = 'documents'";
    let found = sqlx::query_scalar(sql).fetch_optional(connection).await;
    found.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
}

fn decode(row: &PgRow) -> Result<Document, sqlx::Error> {
    let text = |index: usize| row.try_get::<&str, _>(index).map(Arc::<str>::from);
    Ok(Document {
        kind: Kind::named(row.try_get::<String, _>(0)?),
        id: text(1)?,
        pair_id: row.try_get::<Option<&str>, _>(2)?.map(Arc::from),
        owner: text(3)?,
        name: text(4)?,
        body: text(5)?,
    })
}

/// Covers documents, then adds some: a second id is released before another
/// document takes it.
///
/// # Errors
///
/// A conflict if a document to cover does not exist, or one to add does; any
/// other error of the server.
pub async fn write(
    writer: &mut Writer<'_>,
    platform: &str,
    covers: &[Save],
    adds: &[Save],
) -> Result<(), StoreError> {
    writer.report(TABLE, 0, covers.len() + adds.len());
    if !covers.is_empty() {
        let (keys, owners) = (keys(platform, covers), owners(covers));
        let mut set = contents(covers);
        set.extend(stamps(writer, ["updated_at", "updated_by"], covers.len()));
        writer
            .update(
                Rows {
                    table: TABLE,
                    keys,
                    owners,
                },
                set,
            )
            .await?;
    }
    if !adds.is_empty() {
        let (keys, owners) = (keys(platform, adds), owners(adds));
        // The keys are among the columns, too.
        let mut columns = self::keys(platform, adds);
        columns.extend(contents(adds));
        columns.extend(stamps(writer, ["created_at", "created_by"], adds.len()));
        columns.extend(stamps(writer, ["updated_at", "updated_by"], adds.len()));
        writer
            .insert(
                Rows {
                    table: TABLE,
                    keys,
                    owners,
                },
                columns,
            )
            .await?;
    }
    Ok(())
}

fn keys(platform: &str, saves: &[Save]) -> Vec<Column> {
    let platform: Arc<str> = platform.into();
    vec![
        text("platform", saves, |_| Some(Arc::clone(&platform))),
        text("kind", saves, |document| {
            Some(document.kind.as_str().into())
        }),
        text("id", saves, |document| Some(Arc::clone(&document.id))),
    ]
}

fn contents(saves: &[Save]) -> Vec<Column> {
    let bodies = || {
        saves
            .iter()
            .map(|save| Some(Arc::clone(&save.document.body)))
            .collect()
    };
    vec![
        text("pair_id", saves, |document| document.pair_id.clone()),
        text("owner", saves, |document| Some(Arc::clone(&document.owner))),
        text("name", saves, |document| Some(Arc::clone(&document.name))),
        Column {
            name: "body",
            values: Values::Text(bodies()),
        },
        Column {
            name: "content",
            values: Values::Json(bodies()),
        },
    ]
}

fn text(
    name: &'static str,
    saves: &[Save],
    value: impl Fn(&Document) -> Option<Arc<str>>,
) -> Column {
    let values = saves.iter().map(|save| value(&save.document)).collect();
    Column {
        name,
        values: Values::Text(values),
    }
}

fn stamps(writer: &Writer<'_>, [time, user]: [&'static str; 2], rows: usize) -> [Column; 2] {
    let stamp = writer.stamp();
    let operator: Arc<str> = stamp.operator.as_str().into();
    [
        Column {
            name: time,
            values: Values::Time(vec![Some(stamp.now); rows]),
        },
        Column {
            name: user,
            values: Values::Text(vec![Some(operator); rows]),
        },
    ]
}

fn owners(saves: &[Save]) -> Vec<ItemRef> {
    saves
        .iter()
        .map(|save| save.item.to_string().into())
        .collect()
}

/// Returns a row's primary key, as a JSON object.
pub(super) fn key(platform: &str, kind: &str, id: &str) -> String {
    serde_json::json!({ "platform": platform, "kind": kind, "id": id }).to_string()
}

/// Describes the table, for undo.
pub fn table() -> TableInfo {
    TableInfo {
        name: TABLE,
        key: vec!["platform", "kind", "id"],
        shown: vec![
            "platform",
            "kind",
            "id",
            "pair_id",
            "owner",
            "name",
            "updated_at",
            "updated_by",
        ],
        ..TableInfo::default()
    }
}
