//! Documents as rows of `gatediff.documents`.
//!
//! A single statement reads a platform's documents, or those that a file is
//! compared with; one adds and one covers documents, whatever their number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::needs::Needs;
use super::product::Product;
use super::search::{INDEXED, SearchIndex};
use crate::engine::lookalike::Called;
use crate::engine::schema::KindSchema;
use crate::engine::{Document, ItemId, Kind, Verb};
use crate::store::bulk::{Column, Values};
use crate::store::restore::TableInfo;
use crate::store::{Change, ItemRef, Operation, Queued, Reading, Stamp, StoreError, Writer};

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
#[derive(PartialEq, Eq)]
pub(super) struct Documents {
    /// The documents.
    pub(super) documents: Vec<Document>,
    /// Whether these are all.
    pub(super) is_whole: bool,
}

/// How many documents of each kind a platform has.
pub(super) type Counts = HashMap<Kind, usize>;

/// What every statement reads of a document.
const COLUMNS: &str = "SELECT kind, id, pair_id, owner, name, body FROM gatediff.documents WHERE";

/// The same beside counts, which are rows of their own.
const BESIDE_COUNTS: &str =
    "SELECT kind, id, pair_id, owner, name, body, NULL::int8 FROM gatediff.documents WHERE";

/// Counts the documents of each kind.
const COUNTS: &str = "SELECT kind, '', NULL, '', '', '', count(*) FROM gatediff.documents \
                      WHERE platform = $1 GROUP BY kind";

/// Reads the documents of a platform: all of them, or those that `needs` returns
/// for a table of so many rows, and then how many of each kind there are, if that is to be
/// counted; none if our schema does not exist.
///
/// # Errors
///
/// Fails if the role may not read them.
pub(super) async fn read<'n>(
    connection: &mut PgConnection,
    product: &dyn Product,
    needs: impl FnOnce(usize) -> Option<&'n Needs>,
    is_counted: bool,
    reading: Reading<'_>,
) -> Result<(Documents, Option<Counts>), StoreError> {
    (reading.report)(TABLE, 0, 1);
    // Missing permission is reported by the server, in the next statement.
    let Some(table) = table_in(connection).await? else {
        let documents = Documents {
            documents: Vec::new(),
            is_whole: true,
        };
        return Ok((documents, None));
    };
    let needs = needs(table.rows);
    let read = match needs {
        Some(needs) => read_needed(connection, product, needs, is_counted).await,
        None => {
            let read = read_all(connection, product.about().name).await;
            read.map(|documents| (documents, None))
        }
    };
    let (documents, counts) =
        read.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))?;
    let documents = Documents {
        documents,
        is_whole: needs.is_none(),
    };
    Ok((documents, counts))
}

/// Returns one document as it was received, by its id or its second one.
///
/// # Errors
///
/// Fails if the role may not read it.
pub async fn find(
    connection: &mut PgConnection,
    (platform, kind): (&str, &str),
    id: &str,
) -> Result<Option<String>, StoreError> {
    // Text in PostgreSQL has no NUL: there is no such id.
    if id.contains('\0') {
        return Ok(None);
    }
    let sql = "SELECT body FROM gatediff.documents WHERE platform = $1 AND kind = $2 \
               AND (id = $3 OR pair_id = $3) ORDER BY id <> $3 LIMIT 1";
    sqlx::query_scalar(sql)
        .bind(platform)
        .bind(kind)
        .bind(id)
        .fetch_optional(connection)
        .await
        .map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
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

/// Reads the texts of all documents with the declarations of their kinds, in the order of exports,
/// and calls with each.
///
/// # Errors
///
/// As [`read`].
pub(super) async fn read_texts(
    connection: &mut PgConnection,
    product: &dyn Product,
    reading: Reading<'_>,
    mut each: impl FnMut(&'static KindSchema, &str),
) -> Result<(), StoreError> {
    (reading.report)(TABLE, 0, 1);
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, TABLE, &error);
    let kinds: Vec<&str> = product
        .kinds()
        .iter()
        .map(|info| info.kind.as_str())
        .collect();
    let sql = "SELECT kind, body FROM gatediff.documents WHERE platform = $1 AND kind = ANY($2) \
               ORDER BY array_position($2, kind), id COLLATE \"C\"";
    let query = sqlx::query(sql).persistent(false);
    let mut stream = query
        .bind(product.about().name)
        .bind(&kinds)
        .fetch(connection);
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        let kind: &str = row.try_get(0).map_err(failed)?;
        if let Some(schema) = product.schema(kind) {
            each(schema, row.try_get(1).map_err(failed)?);
        }
    }
    Ok(())
}

/// Reads documents in one statement, each part of which uses one index, and counts all if
/// asked to.
async fn read_needed(
    connection: &mut PgConnection,
    product: &dyn Product,
    needs: &Needs,
    is_counted: bool,
) -> Result<(Vec<Document>, Option<Counts>), sqlx::Error> {
    let mut parts = vec![
        // In pairs, so that the primary key finds them whatever the statistics say.
        "platform = $1 AND (kind, id) IN \
         (SELECT k, i FROM unnest($2::text[]) AS k, unnest($3::text[]) AS i)"
            .to_owned(),
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
        .map(|part| format!("{BESIDE_COUNTS} {part}"))
        .chain(is_counted.then(|| COUNTS.to_owned()))
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
    let mut counts = Counts::new();
    while let Some(row) = stream.try_next().await? {
        if let Some(count) = row.try_get::<Option<i64>, _>(6)? {
            counts.insert(kind(&row)?, usize::try_from(count).unwrap_or_default());
            continue;
        }
        let document = decode(&row)?;
        documents.insert((document.kind.clone(), Arc::clone(&document.id)), document);
    }
    let documents = documents.into_values().collect();
    Ok((documents, is_counted.then_some(counts)))
}

/// Reads the documents of a platform that mention one of some texts, without regard to case and
/// dashes; all of them, if no texts are given.
///
/// # Errors
///
/// As [`read`].
pub(super) async fn read_mentioning(
    connection: &mut PgConnection,
    platform: &str,
    texts: Option<Vec<&str>>,
) -> Result<Vec<Document>, StoreError> {
    let Some(texts) = texts else {
        let all = read_all(connection, platform).await;
        return all.map_err(|error| StoreError::new(Operation::Read, TABLE, &error));
    };
    // As they are written in JSON: the body's own form may have other escapes.
    let plain = |text: &str| format!("replace(lower({text}), '-', '')");
    let sql = format!(
        "{COLUMNS} platform = $1 AND EXISTS (SELECT FROM unnest($2::text[]) AS t (text) \
         WHERE strpos({}, {}) > 0) ORDER BY kind COLLATE \"C\", id COLLATE \"C\"",
        plain("content::text"),
        plain("substr(to_jsonb(text)::text, 2, length(to_jsonb(text)::text) - 2)"),
    );
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    let found = query.bind(platform).bind(texts).fetch_all(connection).await;
    let found = found.and_then(|rows| rows.iter().map(decode).collect());
    found.map_err(|error| StoreError::new(Operation::Read, TABLE, &error))
}

/// Returns the document of a row as JSON, as a journal has it; `None` if it is not one.
pub(super) fn from_json(row: &str) -> Option<Document> {
    let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(row).ok()?;
    let text = |field: Field| row.get(field.name())?.as_str().map(Arc::<str>::from);
    Some(Document {
        kind: Kind::named(text(Field::Kind)?.to_string()),
        id: text(Field::Id)?,
        pair_id: text(Field::PairId),
        owner: text(Field::Owner)?,
        name: text(Field::Name)?,
        body: text(Field::Body)?,
    })
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

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Platform,
    Kind,
    Id,
    PairId,
    Owner,
    Name,
    Body,
    Content,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
}

/// The primary key.
const KEY: [Field; 3] = [Field::Platform, Field::Kind, Field::Id];

impl Field {
    /// Returns the columns that are written.
    const fn written(verb: Verb) -> &'static [Self] {
        // What only an addition writes comes first.
        const ALL: [Field; 12] = [
            Field::Platform,
            Field::Kind,
            Field::Id,
            Field::CreatedAt,
            Field::CreatedBy,
            Field::PairId,
            Field::Owner,
            Field::Name,
            Field::Body,
            Field::Content,
            Field::UpdatedAt,
            Field::UpdatedBy,
        ];
        match verb {
            Verb::Add => &ALL,
            Verb::Cover => ALL.split_at(5).1,
        }
    }

    /// Returns its name.
    const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Kind => "kind",
            Self::Id => "id",
            Self::PairId => "pair_id",
            Self::Owner => "owner",
            Self::Name => "name",
            Self::Body => "body",
            Self::Content => "content",
            Self::CreatedAt => "created_at",
            Self::CreatedBy => "created_by",
            Self::UpdatedAt => "updated_at",
            Self::UpdatedBy => "updated_by",
        }
    }

    /// Returns the column of documents of a platform.
    fn column(self, platform: &Arc<str>, stamp: &Stamp, saves: &[Save]) -> Column {
        let texts = |text: &dyn Fn(&Document) -> Option<Arc<str>>| {
            saves.iter().map(|save| text(&save.document)).collect()
        };
        let values = match self {
            Self::Platform => Values::Text(vec![Some(Arc::clone(platform)); saves.len()]),
            Self::Kind => Values::Text(texts(&|document| Some(document.kind.as_str().into()))),
            Self::Id => Values::Text(texts(&|document| Some(Arc::clone(&document.id)))),
            Self::PairId => Values::Text(texts(&|document| document.pair_id.clone())),
            Self::Owner => Values::Text(texts(&|document| Some(Arc::clone(&document.owner)))),
            Self::Name => Values::Text(texts(&|document| Some(Arc::clone(&document.name)))),
            Self::Body => Values::Text(texts(&|document| Some(Arc::clone(&document.body)))),
            Self::Content => Values::Json(texts(&|document| Some(Arc::clone(&document.body)))),
            Self::CreatedAt | Self::UpdatedAt => Values::Time(vec![Some(stamp.now); saves.len()]),
            Self::CreatedBy | Self::UpdatedBy => {
                Values::Text(vec![Some(stamp.operator.as_str().into()); saves.len()])
            }
        };
        Column {
            name: self.name(),
            values,
        }
    }
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
    for write in writes(platform, writer.stamp(), covers, adds) {
        writer.write(write).await?;
    }
    Ok(())
}

/// Returns what covers documents, then adds some.
pub(super) fn writes(platform: &str, stamp: &Stamp, covers: &[Save], adds: &[Save]) -> Vec<Queued> {
    let platform: Arc<str> = platform.into();
    let write = |(verb, saves): (Verb, &[Save])| {
        let columns = |fields: &[Field]| -> Vec<Column> {
            let fields = fields.iter();
            fields
                .map(|field| field.column(&platform, stamp, saves))
                .collect()
        };
        let written = columns(Field::written(verb));
        Queued {
            table: TABLE,
            keys: columns(&KEY),
            owners: owners(saves),
            change: match verb {
                Verb::Cover => Change::Update(written),
                Verb::Add => Change::Insert(written),
            },
        }
    };
    [(Verb::Cover, covers), (Verb::Add, adds)]
        .into_iter()
        .filter(|(_, saves)| !saves.is_empty())
        .map(write)
        .collect()
}

/// Returns the documents of a queued write, and whether they are added or covered; none if it is
/// another write than [`write`]'s.
pub(super) fn queued(platform: &str, queued: &Queued) -> Option<(Verb, Vec<Document>)> {
    let (verb, columns) = match &queued.change {
        Change::Insert(columns) => (Verb::Add, columns),
        Change::Update(columns) => (Verb::Cover, columns),
        Change::Delete => return None,
    };
    let written = Field::written(verb).iter().map(|field| field.name());
    let names = columns.iter().map(|column| column.name);
    if queued.table != TABLE || !names.eq(written) {
        return None;
    }
    // What an insert writes are its columns; its keys only find the rows again.
    let named = match verb {
        Verb::Add => columns,
        Verb::Cover => &queued.keys,
    };
    let texts = |columns: &'_ [Column], field: Field| {
        let mut columns = columns.iter();
        match &columns.find(|column| column.name == field.name())?.values {
            Values::Text(values) | Values::Json(values) => Some(values.clone()),
            Values::Time(_) | Values::Cells(_) => None,
        }
    };
    let [platforms, kinds, ids] = KEY.map(|field| texts(named, field));
    let (platforms, kinds, ids) = (platforms?, kinds?, ids?);
    let pairs = texts(columns, Field::PairId)?;
    let owners = texts(columns, Field::Owner)?;
    let names = texts(columns, Field::Name)?;
    let bodies = texts(columns, Field::Body)?;
    let mut platforms = platforms.iter();
    if texts(columns, Field::Content)? != bodies
        || platforms.any(|name| name.as_deref() != Some(platform))
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
        key: KEY.map(Field::name).to_vec(),
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
        let stamp = Stamp {
            operator: "o".to_owned(),
            now: chrono::NaiveDateTime::default(),
        };
        let columns = |fields: &[Field], id: &str| -> Vec<Column> {
            let fields = fields.iter();
            fields
                .map(|field| field.column(&"p".into(), &stamp, &[save(id)]))
                .collect()
        };
        let write = Queued {
            table: TABLE,
            keys: columns(&KEY, "said"),
            owners: owners(&[save("said")]),
            change: Change::Insert(columns(Field::written(Verb::Add), "written")),
        };
        let (verb, documents) = queued("p", &write).unwrap();
        assert_eq!((verb, &*documents[0].id), (Verb::Add, "written"));
        assert!(queued("other", &write).is_none());
    }
}
