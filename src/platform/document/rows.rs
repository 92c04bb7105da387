//! Documents as rows of `gatediff.documents`.
//!
//! A single statement reads a platform's documents, or those that a file is
//! compared with; one adds and one covers documents, whatever their number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::needs::Needs;
use super::product::Product;
use super::search::{INDEXED, SearchIndex};
use crate::engine::lookalike::Called;
use crate::engine::{Document, ItemId, Kind, Verb};
use crate::store::bulk::{Column, Values};
use crate::store::restore::TableInfo;
use crate::store::{Change, ItemRef, Operation, Queued, Reading, Rows, StoreError, Writer};

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
    let table = table_in(connection).await?;
    if !table.is_some_and(|table| table.may_read) {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT FROM gatediff.documents WHERE platform = $1)";
    let found = sqlx::query_scalar(sql)
        .bind(platform)
        .fetch_one(connection)
        .await;
    found.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
}

/// Documents of a platform that were read, ordered by kind and id.
pub(super) struct Documents {
    /// The documents.
    pub(super) documents: Vec<Document>,
    /// Whether these are all.
    pub(super) is_whole: bool,
}

/// What every statement reads of a document.
const COLUMNS: &str = "SELECT kind, id, pair_id, owner, name, body FROM gatediff.documents WHERE";

/// Reads the documents of a platform: all of them, or those that `needs` returns
/// for a table of so many rows; none if our schema does not exist.
///
/// # Errors
///
/// Fails if the role may not read them.
pub(super) async fn read<'n>(
    connection: &mut PgConnection,
    product: &dyn Product,
    needs: impl FnOnce(usize) -> Option<&'n Needs>,
    reading: Reading<'_>,
) -> Result<Documents, StoreError> {
    (reading.report)(TABLE, 0, 1);
    // Missing permission is reported by the server, in the next statement.
    let Some(table) = table_in(connection).await? else {
        return Ok(Documents {
            documents: Vec::new(),
            is_whole: true,
        });
    };
    let needs = needs(table.rows);
    let documents = match needs {
        Some(needs) => read_needed(connection, product, needs).await,
        None => read_all(connection, product.about().name).await,
    };
    Ok(Documents {
        documents: documents.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))?,
        is_whole: needs.is_none(),
    })
}

async fn read_all(
    connection: &mut PgConnection,
    platform: &str,
) -> Result<Vec<Document>, sqlx::Error> {
    let sql = format!("{COLUMNS} platform = $1 ORDER BY kind COLLATE \"C\", id COLLATE \"C\"");
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    let mut stream = query.bind(platform).fetch(connection);
    let mut documents = Vec::new();
    while let Some(row) = stream.try_next().await? {
        documents.push(decode(&row)?);
    }
    Ok(documents)
}

/// Reads documents in one statement: each part of it uses one index.
async fn read_needed(
    connection: &mut PgConnection,
    product: &dyn Product,
    needs: &Needs,
) -> Result<Vec<Document>, sqlx::Error> {
    let mut parts = vec![
        "platform = $1 AND kind = ANY($2) AND id = ANY($3)".to_owned(),
        "platform = $1 AND pair_id = ANY($3)".to_owned(),
    ];
    let named = needs.names.iter().map(|(kind, names)| {
        let condition = format!("platform = $1 AND kind = '{kind}'");
        (condition, "name", names)
    });
    // The condition names the platform, as the index does.
    let found = needs.found.iter().map(|(index, texts)| {
        let SearchIndex {
            condition,
            expression,
        } = index;
        ((*condition).to_owned(), *expression, texts)
    });
    let mut lists: Vec<&BTreeSet<Arc<str>>> = vec![&needs.ids];
    for (condition, expression, texts) in named.chain(found) {
        lists.push(texts);
        let list = lists.len() + 2;
        parts.push(format!(
            "{condition} AND left({expression}, {INDEXED}) = ANY(${list})"
        ));
    }
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("{COLUMNS} {part}"))
        .collect();
    let kinds = product.kinds().iter().map(|info| info.kind.as_str());
    let query = sqlx::query(AssertSqlSafe(parts.join(" UNION ALL ")))
        .persistent(false)
        .bind(product.about().name)
        .bind(kinds.collect::<Vec<_>>());
    let query = lists.into_iter().fold(query, |query, texts| {
        query.bind(texts.iter().map(|text| &**text).collect::<Vec<&str>>())
    });
    let mut stream = query.fetch(connection);
    let mut documents = BTreeMap::new();
    while let Some(row) = stream.try_next().await? {
        let document = decode(&row)?;
        documents.insert((document.kind.clone(), Arc::clone(&document.id)), document);
    }
    Ok(documents.into_values().collect())
}

/// Reads what the documents of some kinds are called, ordered by kind and id.
///
/// # Errors
///
/// As [`read`].
pub(super) async fn read_names(
    connection: &mut PgConnection,
    platform: &str,
    kinds: &[&str],
) -> Result<Vec<Called>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TABLE, &error);
    let sql =
        "SELECT kind, id, name FROM gatediff.documents WHERE platform = $1 AND kind = ANY($2)";
    let query = sqlx::query(sql).persistent(false).bind(platform);
    let mut stream = query.bind(kinds).fetch(connection);
    let called = |row: &PgRow| {
        Ok(Called {
            id: ItemId::new(kind(row)?, row.try_get::<&str, _>(1)?),
            names: vec![("name", row.try_get::<&str, _>(2)?.into())],
        })
    };
    let mut names = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        names.push(called(&row).map_err(failed)?);
    }
    names.sort_unstable_by(|one: &Called, other| one.id.cmp(&other.id));
    Ok(names)
}

/// What the catalog says of our table.
struct Table {
    /// Whether the role may read it.
    may_read: bool,
    /// How many rows it has, roughly; 0 if unknown.
    rows: usize,
}

/// Describes our table; `None` if it does not exist.
async fn table_in(connection: &mut PgConnection) -> Result<Option<Table>, StoreError> {
    // Not `to_regclass`, which fails without access to the schema.
    let sql = "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), \
               greatest(c.reltuples, 0)::int8 \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE n.nspname = 'gatediff' AND c.relname = 'documents'";
    let found = sqlx::raw_sql(sql).fetch_optional(connection).await;
    let table = |row: &PgRow| {
        Ok(Table {
            may_read: row.try_get(0)?,
            rows: usize::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default(),
        })
    };
    let found = found.and_then(|row| row.as_ref().map(table).transpose());
    found.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
}

fn decode(row: &PgRow) -> Result<Document, sqlx::Error> {
    let text = |index: usize| row.try_get::<&str, _>(index).map(Arc::<str>::from);
    Ok(Document {
        kind: kind(row)?,
        id: text(1)?,
        pair_id: row.try_get::<Option<&str>, _>(2)?.map(Arc::from),
        owner: text(3)?,
        name: text(4)?,
        body: text(5)?,
    })
}

fn kind(row: &PgRow) -> Result<Kind, sqlx::Error> {
    row.try_get::<String, _>(0).map(Kind::named)
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

/// Returns the documents of a queued write, and whether they are added or covered; none if it is
/// another write than [`write`]'s.
pub(super) fn queued(platform: &str, queued: &Queued) -> Option<(Verb, Vec<Document>)> {
    let (verb, columns) = match &queued.change {
        Change::Insert(columns) => (Verb::Add, columns),
        Change::Update(columns) => (Verb::Cover, columns),
        Change::Delete => return None,
    };
    let stamps: &[&str] = match verb {
        Verb::Add => &["created_at", "created_by", "updated_at", "updated_by"],
        Verb::Cover => &["updated_at", "updated_by"],
    };
    let contents = ["pair_id", "owner", "name", "body", "content"];
    let keys: &[&str] = match verb {
        Verb::Add => &["platform", "kind", "id"],
        Verb::Cover => &[],
    };
    let is_known = |column: &Column| {
        let mut known = keys.iter().chain(&contents).chain(stamps);
        known.any(|name| *name == column.name)
    };
    if queued.table != TABLE || !columns.iter().all(is_known) {
        return None;
    }
    let texts = |columns: &'_ [Column], name: &str| {
        let column = columns.iter().find(|column| column.name == name)?;
        match &column.values {
            Values::Text(values) | Values::Json(values) => Some(values.clone()),
            Values::Packed(_) | Values::Int(_) | Values::Time(_) => None,
        }
    };
    // What an insert writes are its columns; its keys only find the rows again.
    let named: &[Column] = match verb {
        Verb::Add => columns,
        Verb::Cover => &queued.keys,
    };
    let [platforms, kinds, ids] = ["platform", "kind", "id"].map(|name| texts(named, name));
    let [pairs, owners, names, bodies, contents] = contents.map(|name| texts(columns, name));
    let (platforms, kinds, ids) = (platforms?, kinds?, ids?);
    let (pairs, owners, names, bodies) = (pairs?, owners?, names?, bodies?);
    if contents? != bodies
        || platforms
            .iter()
            .any(|name| name.as_deref() != Some(platform))
    {
        return None;
    }
    let document = |index: usize| {
        let of = |values: &[Option<Arc<str>>]| values.get(index)?.clone();
        Some(Document {
            kind: Kind::named(of(&kinds)?.to_string()),
            id: of(&ids)?,
            pair_id: of(&pairs),
            owner: of(&owners)?,
            name: of(&names)?,
            body: of(&bodies)?,
        })
    };
    let documents: Option<Vec<_>> = (0..queued.owners.len()).map(document).collect();
    Some((verb, documents?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queued_insert_is_read_from_what_it_writes() {
        let save = |id: &str| Save {
            item: ItemId::new(Kind::of("api"), id),
            document: Document {
                kind: Kind::of("api"),
                id: id.into(),
                pair_id: None,
                owner: "".into(),
                name: "n".into(),
                body: "{}".into(),
            },
        };
        let mut columns = keys("p", &[save("written")]);
        columns.extend(contents(&[save("written")]));
        let write = Queued {
            table: TABLE,
            keys: keys("p", &[save("said")]),
            owners: owners(&[save("said")]),
            change: Change::Insert(columns),
        };
        let (verb, documents) = queued("p", &write).unwrap();
        assert_eq!((verb, &*documents[0].id), (Verb::Add, "written"));
        assert!(queued("other", &write).is_none());
    }
}
