//! A digiRunner database of one test: filled from a small world, read back as JSON.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use gatediff::engine::{Choices, ItemId, Kind, Outcome, Plan};
use gatediff::job::{
    self, ApplyOptions, Cancel, Exported, Failure, FailureKind, Loaded, Receipt, Reporter, Review,
};
use gatediff::store::{Target, Timeouts};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use tempfile::NamedTempFile;

use super::pg::TestDb;
use super::sample::Sample;

pub(crate) const SCHEMA: &str = include_str!("../../../fixtures/digirunner/schema.sql");
const FIELDS: &str = include_str!("../../../fixtures/digirunner/fields.csv");

/// Who and when the rows are from that were there before.
pub(crate) const BEFORE: &str = "2020-01-01T00:00:00";

/// Who imports in the tests.
pub(crate) const OPERATOR: &str = "tester";

/// A database with digiRunner's tables.
pub(crate) struct Site {
    /// The database.
    pub(crate) db: TestDb,
}

/// A property of a list and its column.
struct Field {
    list: String,
    property: String,
    column: String,
}

/// The properties by table, in the order of the file; read once.
static BY_TABLE: LazyLock<Vec<(String, Vec<Field>)>> = LazyLock::new(|| {
    let mut tables: Vec<(String, Vec<Field>)> = Vec::new();
    for record in csv::Reader::from_reader(FIELDS.as_bytes()).into_records() {
        let record = record.unwrap();
        if &record[5] == "(not a column)" {
            continue;
        }
        let field = Field {
            list: record[0].to_owned(),
            property: record[1].to_owned(),
            column: record[4].to_owned(),
        };
        match tables.last_mut() {
            Some((table, fields)) if *table == record[3] => fields.push(field),
            _ => tables.push((record[3].to_owned(), vec![field])),
        }
    }
    tables
});

/// The 24 tables.
pub(crate) fn tables() -> Vec<String> {
    BY_TABLE.iter().map(|(table, _)| table.clone()).collect()
}

impl Site {
    /// Makes a database of a world: its rows were created before, by `seeder`.
    pub(crate) async fn new(sample: &Sample) -> Self {
        let site = Self {
            db: TestDb::from_template("digirunner_schema", SCHEMA).await,
        };
        let mut connection = site.db.connect().await;
        for (table, columns) in BY_TABLE.iter() {
            let rows: Vec<Value> = sample
                .rows(&columns[0].list)
                .iter()
                .map(|row| as_columns(columns, row))
                .collect();
            let names: Vec<&str> = columns.iter().map(|field| field.column.as_str()).collect();
            let names = names.join(", ");
            let sql = format!(
                "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1)"
            );
            if !rows.is_empty() {
                let inserted = sqlx::query(AssertSqlSafe(sql))
                    .bind(json!(rows))
                    .execute(&mut connection);
                inserted
                    .await
                    .unwrap_or_else(|error| panic!("{table}: {error}"));
            }
        }
        let apis = |part: usize| -> Vec<&str> {
            sample.apis.iter().map(|api| api[part].as_ref()).collect()
        };
        let sql = "INSERT INTO tsmp_api (api_key, module_name, api_name, api_status, api_src, \
                   create_time, create_user, api_uid) \
                   SELECT key, module, key, '1', 'R', '2020-01-01', 'seeder', nullif(uid, '') \
                   FROM unnest($1::text[], $2::text[], $3::text[]) AS api (module, key, uid)";
        sqlx::query(sql)
            .bind(apis(0))
            .bind(apis(1))
            .bind(apis(2))
            .execute(&mut connection)
            .await
            .unwrap();
        site
    }

    pub(crate) fn target(&self) -> Target {
        self.db.target()
    }

    /// Runs SQL.
    pub(crate) async fn run(&self, sql: &str) {
        self.db.run(sql).await;
    }

    /// Returns the rows of a table that fulfil a condition, in the key's order.
    pub(crate) async fn rows(&self, table: &str, condition: &str) -> Vec<Value> {
        rows(&mut self.db.connect().await, table, condition).await
    }

    /// Returns the only row of a table that fulfils a condition.
    pub(crate) async fn row(&self, table: &str, condition: &str) -> Value {
        let rows = self.rows(table, condition).await;
        assert_eq!(rows.len(), 1, "{table} where {condition}: {rows:#?}");
        rows[0].clone()
    }

    /// Returns what one column holds in the rows that fulfil a condition.
    pub(crate) async fn column(&self, table: &str, column: &str, condition: &str) -> Vec<Value> {
        self.rows(table, condition)
            .await
            .into_iter()
            .map(|row| row[column].clone())
            .collect()
    }

    /// Returns every row of every table of the product, and where its counters stand.
    pub(crate) async fn dump(&self) -> BTreeMap<String, Vec<Value>> {
        let mut connection = self.db.connect().await;
        let mut dump = BTreeMap::new();
        for table in tables()
            .into_iter()
            .chain(["tsmp_api".to_owned(), "seq_store".to_owned()])
        {
            let rows = rows(&mut connection, &table, "true").await;
            dump.insert(table, rows);
        }
        dump
    }

    /// Compares a file with the database.
    pub(crate) async fn review(&self, file: &Sample) -> Review {
        self.review_loaded(&load(file)).await
    }

    /// Compares the bytes of a file with the database.
    pub(crate) async fn review_bytes(&self, file: &[u8]) -> Review {
        self.review_loaded(
            &job::load_bytes("export.json", file, None, &job::ImportOptions::default()).unwrap(),
        )
        .await
    }

    /// Compares with some differences ignored.
    pub(crate) async fn review_ignoring(&self, file: &Sample, rules: &[job::Scope]) -> Review {
        self.review_loaded(&load(file).ignoring(rules)).await
    }

    async fn review_loaded(&self, file: &Loaded) -> Review {
        job::plan(
            file,
            &self.target(),
            Timeouts::default(),
            &Reporter::silent(),
        )
        .await
        .unwrap()
    }

    /// Exports everything, or these clients with what they need.
    pub(crate) async fn export(&self, clients: &[&str]) -> Exported {
        let roots: Vec<ItemId> = clients
            .iter()
            .map(|id| ItemId::new(Kind::of("client"), *id))
            .collect();
        job::export(
            None,
            &job::ExportOptions {
                roots,
                ..Default::default()
            },
            &self.target(),
            Timeouts::default(),
            &Reporter::silent(),
        )
        .await
        .unwrap()
    }

    /// Compares, covers all, ignores lacking APIs, applies.
    pub(crate) async fn import(&self, file: &Sample) -> Receipt {
        let review = self.review(file).await;
        self.apply(&review, &cover_all(&review.plan)).await.unwrap()
    }

    /// Applies what was chosen.
    pub(crate) async fn apply(
        &self,
        review: &Review,
        choices: &Choices,
    ) -> Result<Receipt, Failure> {
        self.apply_telling(review, choices, &Reporter::silent())
            .await
    }

    /// Applies what was chosen, and tells its progress.
    pub(crate) async fn apply_telling(
        &self,
        review: &Review,
        choices: &Choices,
        reporter: &Reporter,
    ) -> Result<Receipt, Failure> {
        let approved = review.plan.approve(choices).unwrap();
        let options = ApplyOptions::new(OPERATOR, Timeouts::default());
        job::apply(
            review,
            approved,
            &self.target(),
            &options,
            reporter,
            &Cancel::new(),
        )
        .await
    }

    /// Compares, covers all, and applies with options; fails if there is nothing to write.
    pub(crate) async fn import_with(
        &self,
        file: &Sample,
        options: &ApplyOptions,
    ) -> Result<Receipt, Failure> {
        let review = self.review(file).await;
        let approved = review.plan.approve(&cover_all(&review.plan));
        let approved = approved.map_err(|refusal| {
            let what = format!("nothing to write: {refusal:?}");
            Failure::new(FailureKind::Refused, what)
        })?;
        let (reporter, cancel) = (Reporter::silent(), Cancel::new());
        job::apply(
            &review,
            approved,
            &self.target(),
            options,
            &reporter,
            &cancel,
        )
        .await
    }
}

/// Reads a world as a file.
pub(crate) fn load(file: &Sample) -> Loaded {
    let mut export = NamedTempFile::new().unwrap();
    export.write_all(file.export().as_bytes()).unwrap();
    job::load(
        export.path().to_str().unwrap(),
        None,
        &job::ImportOptions::default(),
    )
    .unwrap()
}

/// Returns the choices that write all that can be written.
pub(crate) fn cover_all(plan: &Arc<Plan>) -> Choices {
    Choices::everything(plan)
}

/// Returns how many items of a receipt have an outcome.
pub(crate) fn count(receipt: &Receipt, outcome: Outcome) -> usize {
    receipt.count(outcome)
}

async fn rows(connection: &mut PgConnection, table: &str, condition: &str) -> Vec<Value> {
    let sql = format!("SELECT to_jsonb(t) FROM {table} t WHERE {condition} ORDER BY t");
    let rows: Vec<Value> = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{table} where {condition}: {error}"));
    rows.into_iter().map(|row| describe(&row)).collect()
}

/// Makes a row comparable: `now` for the time of an import, `date-hex` for an id that begins with
/// today's date. What is from before stays as it is.
fn describe(row: &Value) -> Value {
    let Value::Object(cells) = row else {
        panic!("a row is an object")
    };
    let cells = cells.iter().map(|(column, cell)| {
        let is_time = column.starts_with("create_") || column.starts_with("update_");
        let cell = match cell {
            Value::String(text) if is_time && column.ends_with("time") && text != BEFORE => {
                json!("now")
            }
            Value::Number(number) if is_date_hex(number.as_i64()) => json!("date-hex"),
            other => other.clone(),
        };
        (column.clone(), cell)
    });
    Value::Object(cells.collect())
}

fn is_date_hex(number: Option<i64>) -> bool {
    let today = chrono::Local::now().format("%Y%m%d").to_string();
    number.is_some_and(|number| format!("{number:016x}").starts_with(&today))
}

fn as_columns(columns: &[Field], row: &Value) -> Value {
    let mut cells = Map::new();
    for field in columns {
        let cell = match (&row[&field.property], field.column.as_str()) {
            (Value::Null, "create_time" | "create_date_time") => json!(BEFORE),
            (Value::Null, "create_user") => json!("seeder"),
            (Value::Null, "version") => json!(1),
            (cell, _) => cell.clone(),
        };
        cells.insert(field.column.clone(), cell);
    }
    Value::Object(cells)
}
