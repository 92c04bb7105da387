//! Tables in the target's catalog: column defaults, and what else may write to
//! them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::bulk::text_literal;

use super::error::{Operation, StoreError};
use crate::engine::promise::{Fill, TableShape};

/// What may write to a table, or from it to others, in addition to a job's own
/// statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// The table.
    pub table: String,
    /// What it is, such as `trigger audit` or `rule keep_out`.
    pub name: String,
    /// What it does.
    pub sort: HazardSort,
}

/// What a [`Hazard`] does, as far as the catalog shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HazardSort {
    /// It runs before a row is written, may change it or leave it out, and may write elsewhere.
    Before,
    /// It may write elsewhere.
    Elsewhere,
    /// It deletes or changes the rows of this table that refer to deleted ones.
    Referring(String),
}

impl Hazard {
    /// Says what gatediff cannot see of it.
    pub fn warning(&self) -> String {
        let Self { table, name, sort } = self;
        match sort {
            HazardSort::Before => format!(
                "{name} on table {table} may write elsewhere; gatediff cannot see that; an import, or \
                 an undo, whose rows it changes needs --accept-server-changes"
            ),
            HazardSort::Elsewhere => {
                format!("{name} on table {table} may write elsewhere; gatediff cannot see that")
            }
            HazardSort::Referring(from) => format!(
                "{name} of table {from} deletes or changes its rows with the rows of table {table} \
                 that they refer to; gatediff cannot see that, and an undo does not restore them"
            ),
        }
    }

    /// Says whether it acts only if rows are deleted.
    pub const fn needs_deletion(&self) -> bool {
        matches!(self.sort, HazardSort::Referring(_))
    }
}

/// Tables as the catalog describes them.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The existing tables.
    pub shapes: Vec<TableShape>,
    /// What else may write.
    pub hazards: Vec<Hazard>,
    /// The columns of each table with their types, in the table's order.
    columns: HashMap<String, Vec<(String, String)>>,
    /// The size of each table in bytes.
    sizes: HashMap<String, u64>,
    /// The identity columns that an update cannot set, by table and column.
    always: BTreeSet<(String, String)>,
    /// Tables that are not plain: partitioned ones, views, those with row level security.
    special: Vec<String>,
}

impl Catalog {
    /// Returns a plain table of columns without defaults, by name and type.
    #[cfg(test)]
    pub(super) fn sample(table: &str, columns: &[(&str, &str)]) -> Self {
        let own = |(name, ty): &(&str, &str)| ((*name).to_owned(), (*ty).to_owned());
        Self {
            columns: HashMap::from([(table.to_owned(), columns.iter().map(own).collect())]),
            ..Self::default()
        }
    }

    /// Says whether anything but the job's own statements may change a table's
    /// rows.
    pub(super) fn is_quiet(&self) -> bool {
        self.hazards.is_empty()
    }

    /// Says whether a table is plain, and only the job's own statements change its rows.
    pub fn is_plain(&self, table: &str) -> bool {
        !self.special.iter().any(|special| special == table)
            && !self.hazards.iter().any(|hazard| hazard.table == table)
    }

    /// Returns the columns of a table with the names of their types, in the table's order.
    pub(super) fn columns(&self, table: &str) -> &[(String, String)] {
        self.columns.get(table).map_or(&[], Vec::as_slice)
    }

    /// Returns the size of a table in bytes.
    pub(super) fn size(&self, table: &str) -> u64 {
        self.sizes.get(table).copied().unwrap_or_default()
    }

    /// Returns the value that a column of a table has in new rows which do not name it.
    pub(super) fn fill(&self, table: &str, column: &str) -> Option<&Fill> {
        let shape = self.shapes.iter().find(|shape| shape.name == table)?;
        shape.columns.get(column)
    }

    /// Says whether an update may set a column: it is neither generated nor an identity that is
    /// always the server's.
    pub(super) fn is_settable(&self, table: &str, column: &str) -> bool {
        self.is_insertable(table, column) && !self.is_identity(table, column)
    }

    /// Says whether an insert may contain a column, if it overrides identities.
    pub(super) fn is_insertable(&self, table: &str, column: &str) -> bool {
        self.fill(table, column) != Some(&Fill::Generated)
    }

    /// Says whether only an insert that overrides it gives a column a value: `GENERATED ALWAYS AS
    /// IDENTITY`.
    pub(super) fn is_identity(&self, table: &str, column: &str) -> bool {
        let named = |(other, name): &(String, String)| other == table && name == column;
        self.always.iter().any(named)
    }

    /// Says whether a table has triggers or rules of its own.
    pub(super) fn may_redirect(&self, table: &str) -> bool {
        self.shapes
            .iter()
            .any(|shape| shape.name == table && !shape.triggers.is_empty())
    }
}

/// One statement for all tables. Looks tables up in `pg_class`, not with
/// `to_regclass`, which fails without USAGE on a schema; columns by `to_jsonb`,
/// since older servers do not have generated columns.
const DESCRIBE: &str = "\
WITH wanted AS (SELECT name, CASE WHEN name LIKE '%.%' THEN split_part(name, '.', 1) END AS schema, \
  regexp_replace(name, '^.*[.]', '') AS relname FROM unnest($names) AS u(name)), \
tables AS (SELECT w.name, c.oid FROM wanted AS w JOIN pg_catalog.pg_class AS c ON c.relname = w.relname \
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
  WHERE CASE WHEN w.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = w.schema END) \
SELECT t.name, 'column' AS what, a.attname::text AS called, CASE \
    WHEN coalesce(to_jsonb(a)->>'attgenerated', '') <> '' THEN 'generated' \
    WHEN coalesce(to_jsonb(a)->>'attidentity', '') = 'a' THEN 'always' \
    WHEN coalesce(to_jsonb(a)->>'attidentity', '') <> '' THEN 'identity' END AS sort, \
    pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS rest, y.typname::text AS type, a.attnum::int8 AS number \
  FROM tables AS t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
  JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid \
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
UNION ALL SELECT t.name, 'trigger', g.tgname::text, CASE WHEN g.tgtype & 3 = 3 THEN 'before' END, NULL, NULL, 0 \
  FROM tables AS t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') \
UNION ALL SELECT t.name, 'rule', r.rulename::text, NULL, NULL, NULL, 0 \
  FROM tables AS t JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = t.oid AND r.ev_type <> '1' AND r.ev_enabled IN ('O', 'A') \
UNION ALL SELECT t.name, 'cascade', c.conname::text, NULL, c.conrelid::regclass::text, NULL, 0 \
  FROM tables AS t JOIN pg_catalog.pg_constraint AS c ON c.confrelid = t.oid AND c.contype = 'f' \
  AND (c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd')) \
UNION ALL SELECT t.name, 'special', '', NULL, NULL, NULL, 0 \
  FROM tables AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.oid AND (c.relkind <> 'r' OR c.relrowsecurity OR c.relispartition) \
UNION ALL SELECT t.name, 'size', '', NULL, NULL, NULL, pg_catalog.pg_relation_size(t.oid) FROM tables AS t \
ORDER BY 1, 2, 7, 3";

/// Describes the existing ones of some tables.
///
/// # Errors
///
/// Fails if the connection is lost.
pub async fn describe(
    connection: &mut PgConnection,
    tables: &[&str],
) -> Result<Catalog, StoreError> {
    let found = sqlx::raw_sql(AssertSqlSafe(describing(tables)))
        .fetch_all(connection)
        .await;
    found
        .and_then(described)
        .map_err(|error| StoreError::new(Operation::Read, "pg_catalog", &error))
}

/// Returns the statement that describes tables.
pub(super) fn describing(tables: &[&str]) -> String {
    let names = text_literal(tables.iter().map(|name| Some(*name)));
    DESCRIBE.replace("$names", &names)
}

/// Returns what the rows of that statement say.
pub(super) fn described(found: Vec<PgRow>) -> Result<Catalog, sqlx::Error> {
    let mut shapes: BTreeMap<String, TableShape> = BTreeMap::new();
    let mut hazards = Vec::new();
    let mut special = Vec::new();
    let mut always = BTreeSet::new();
    let mut sizes = HashMap::new();
    let mut columns: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for row in found {
        let text = |index: usize| row.try_get::<Option<String>, _>(index);
        let (table, what, called) = (
            text(0)?.unwrap_or_default(),
            text(1)?.unwrap_or_default(),
            text(2)?.unwrap_or_default(),
        );
        let (sort, rest) = (text(3)?, text(4)?);
        let shape = shapes.entry(table.clone()).or_insert_with(|| TableShape {
            name: table.clone(),
            ..TableShape::default()
        });
        match what.as_str() {
            "column" => {
                let ty = text(5)?.unwrap_or_default();
                let fill = fill(sort.as_deref(), rest.as_deref());
                if sort.as_deref() == Some("always") {
                    always.insert((table.clone(), called.clone()));
                }
                columns.entry(table).or_default().push((called.clone(), ty));
                shape.columns.insert(called, fill);
            }
            "special" => special.push(table),
            "size" => {
                let size: i64 = row.try_get(6)?;
                sizes.insert(table, size.unsigned_abs());
            }
            "cascade" => {
                hazards.push(Hazard {
                    table,
                    name: format!("foreign key {called}"),
                    sort: HazardSort::Referring(rest.unwrap_or_default()),
                });
            }
            what => {
                let name = format!("{what} {called}");
                shape.triggers.push(name.clone());
                hazards.push(Hazard {
                    table,
                    name,
                    sort: match sort.as_deref() {
                        Some("before") => HazardSort::Before,
                        _ => HazardSort::Elsewhere,
                    },
                });
            }
        }
    }
    Ok(Catalog {
        shapes: shapes.into_values().collect(),
        hazards,
        columns,
        sizes,
        always,
        special,
    })
}

/// The columns of a table, and whether the role may read it.
pub(super) type Readable = (Vec<String>, bool);

/// Returns the columns of the existing tables, and whether the role may read
/// them.
///
/// # Errors
///
/// Fails if the connection is lost.
pub(super) async fn columns(
    connection: &mut PgConnection,
    tables: &[&str],
) -> Result<BTreeMap<String, Readable>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, "pg_catalog", &error);
    let sql = "SELECT c.relname::text, has_table_privilege(c.oid, 'SELECT'), array_agg(a.attname::text) \
               FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a \
               ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
               WHERE c.relname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
               AND pg_catalog.pg_table_is_visible(c.oid) GROUP BY c.oid, c.relname";
    let found: Vec<(String, bool, Vec<String>)> = sqlx::query_as(sql)
        .bind(tables)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    Ok(found
        .into_iter()
        .map(|(table, may_read, columns)| (table, (columns, may_read)))
        .collect())
}

fn fill(sort: Option<&str>, default: Option<&str>) -> Fill {
    match (sort, default) {
        (Some("generated"), _) => Fill::Generated,
        (Some(_), _) => Fill::Computed,
        (None, None) => Fill::Null,
        (None, Some(expression)) => constant(expression).map_or(Fill::Computed, Fill::Constant),
    }
}

/// Returns the JSON text of a default that is a constant of a simple type.
fn constant(expression: &str) -> Option<String> {
    if expression.starts_with("NULL::") || expression == "NULL" {
        return Some("null".to_owned());
    }
    if matches!(expression, "true" | "false") || expression.parse::<i64>().is_ok() {
        return Some(expression.to_owned());
    }
    let (quoted, cast) = expression.rsplit_once("::")?;
    let text = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
    if text.replace("''", "").contains('\'') {
        return None;
    }
    let text = text.replace("''", "'");
    match cast {
        "text" | "character varying" => serde_json::to_string(&text).ok(),
        "integer" | "bigint" | "smallint" => {
            text.parse::<i64>().ok().map(|number| number.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_defaults_are_known_by_value_others_are_computed() {
        assert_eq!(
            constant("'SYSTEM'::character varying").as_deref(),
            Some("\"SYSTEM\"")
        );
        assert_eq!(constant("'it''s'::text").as_deref(), Some("\"it's\""));
        assert_eq!(constant("'-1'::integer").as_deref(), Some("-1"));
        assert_eq!(constant("5").as_deref(), Some("5"));
        assert_eq!(constant("false").as_deref(), Some("false"));
        assert_eq!(constant("NULL::character varying").as_deref(), Some("null"));
        for computed in [
            "CURRENT_TIMESTAMP",
            "'0'::bpchar",
            "nextval('s'::regclass)",
            "now()",
            "('a'::text || 'b'::text)",
        ] {
            assert_eq!(constant(computed), None, "{computed}");
        }
    }

    #[test]
    fn a_concatenation_is_no_constant() {
        assert_eq!(fill(None, Some("'a'::text || 'b'::text")), Fill::Computed);
        assert_eq!(fill(Some("generated"), Some("(a + 1)")), Fill::Generated);
        assert_eq!(fill(Some("identity"), None), Fill::Computed);
    }
}
