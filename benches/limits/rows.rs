//! The rows of tables in files, and PostgreSQL's own ways to write them: what the program is
//! measured by.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::pg::TestDb;

/// Tables of a database, with their columns.
#[derive(Clone, Debug)]
pub(crate) struct Tables(Vec<Table>);

#[derive(Clone, Debug)]
struct Table {
    name: String,
    keys: Vec<String>,
    others: Vec<String>,
}

/// The rows of some tables, one file for each.
pub(crate) struct Dump {
    tables: Tables,
    directory: TempDir,
}

impl Tables {
    /// Reads the tables that the condition on `t.oid::regclass::text` names.
    pub(crate) fn read(db: &TestDb, condition: &str) -> Self {
        let listed = db.psql(&format!(
            "SELECT t.oid::regclass, a.attname, a.attnum = ANY (i.indkey)
             FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE t.oid::regclass::text {condition} ORDER BY t.oid, a.attnum;"
        ));
        let mut tables: Vec<Table> = Vec::new();
        for line in listed.lines() {
            let mut parts = line.split('|').map(str::to_owned);
            let (Some(name), Some(column), Some(is_key)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            if tables.last().is_none_or(|table| table.name != name) {
                tables.push(Table {
                    name,
                    keys: Vec::new(),
                    others: Vec::new(),
                });
            }
            if let Some(table) = tables.last_mut() {
                let columns = if is_key == "t" {
                    &mut table.keys
                } else {
                    &mut table.others
                };
                columns.push(column);
            }
        }
        assert!(!tables.is_empty(), "no table {condition}");
        Self(tables)
    }

    /// The tables of digiRunner that an import writes.
    pub(crate) fn of_digirunner(db: &TestDb) -> Self {
        Self::read(db, "!~ '^(pg_|information_schema|gatediff|tsmp_api)'")
    }

    /// The documents of the products that are kept as such.
    pub(crate) fn of_documents(db: &TestDb) -> Self {
        Self::read(db, "= 'gatediff.documents'")
    }

    /// Reads all rows by COPY; returns the time of a process that does nothing else.
    pub(crate) fn copy_out(&self, db: &TestDb) -> Duration {
        let copies: Vec<String> = self
            .0
            .iter()
            .map(|table| format!("COPY {} TO STDOUT;\n", table.name))
            .collect();
        db.time(&copies.concat())
    }

    /// Writes all rows into files.
    pub(crate) fn dump(&self, db: &TestDb) -> Dump {
        let dump = Dump {
            tables: self.clone(),
            directory: tempfile::tempdir().expect("a temporary directory"),
        };
        let copies = self.0.iter().map(|table| {
            format!(
                "\\copy {} TO '{}'\n",
                table.name,
                dump.path(table).display()
            )
        });
        db.psql(&copies.collect::<String>());
        dump
    }
}

impl Dump {
    fn path(&self, table: &Table) -> PathBuf {
        self.directory.path().join(&table.name)
    }

    /// Counts its rows.
    pub(crate) fn rows(&self) -> usize {
        let lines = |table: &Table| {
            let text = std::fs::read(self.path(table)).expect("a dump is read");
            text.iter().filter(|byte| **byte == b'\n').count()
        };
        self.tables.0.iter().map(lines).sum()
    }

    /// Writes its rows into a database that has none of them: COPY, in one transaction.
    pub(crate) fn copy_in(&self, db: &TestDb) -> Duration {
        let copies = self
            .tables
            .0
            .iter()
            .map(|table| copy_from(&table.name, &self.path(table)));
        db.settle();
        db.time(&format!("BEGIN;\n{}COMMIT;\n", copies.collect::<String>()))
    }

    /// Brings a database to where these rows are, by one UPDATE … FROM and one INSERT … SELECT for
    /// each table, from temporary tables that hold what differs and what is new. Those are filled by
    /// COPY before, which is timed apart.
    pub(crate) fn update_from(&self, db: &TestDb) -> UpdateFrom {
        let (mut prepared, mut emptied) = (String::new(), String::new());
        let count = |table: &str| format!("(SELECT count(*) FROM {table})");
        let (mut updated, mut added) = (Vec::new(), Vec::new());
        let (mut fill, mut statements) = (String::new(), String::new());
        let mut keep = |table: &str| {
            let path = self.directory.path().join(table);
            fill.push_str(&copy_from(table, &path));
            format!(
                "\\copy {table} TO '{}'\nTRUNCATE {table};\n",
                path.display()
            )
        };
        for (number, table) in self.tables.0.iter().enumerate() {
            let Table { name, keys, others } = table;
            let keys: Vec<String> = keys
                .iter()
                .map(|key| format!("a.{key} = t.{key}"))
                .collect();
            let keys = keys.join(" AND ");
            prepared.push_str(&format!(
                "CREATE TEMP TABLE all_{number} (LIKE {name});\n{copy}ANALYZE all_{number};
                 CREATE TEMP TABLE new_{number} AS SELECT a.* FROM all_{number} a
                     WHERE NOT EXISTS (SELECT FROM {name} t WHERE {keys});
                 ANALYZE new_{number};\n",
                copy = copy_from(&format!("all_{number}"), &self.path(table)),
            ));
            let new = format!("new_{number}");
            added.push(count(&new));
            emptied.push_str(&keep(&new));
            if !others.is_empty() {
                let set: Vec<String> = others
                    .iter()
                    .map(|column| format!("{column} = a.{column}"))
                    .collect();
                prepared.push_str(&format!(
                    "CREATE TEMP TABLE changed_{number} AS SELECT a.* FROM all_{number} a JOIN {name} t ON {keys}
                         WHERE ROW(a.*) IS DISTINCT FROM ROW(t.*);
                     ANALYZE changed_{number};\n"
                ));
                let changed = format!("changed_{number}");
                updated.push(count(&changed));
                emptied.push_str(&keep(&changed));
                statements.push_str(&format!(
                    "UPDATE {name} t SET {set} FROM changed_{number} a WHERE {keys};\n",
                    set = set.join(", ")
                ));
            }
            statements.push_str(&format!("INSERT INTO {name} SELECT * FROM new_{number};\n"));
        }
        let clock = "SELECT extract(epoch FROM clock_timestamp());\n";
        let printed = db.psql(&format!(
            "{prepared}SELECT {updated};\nSELECT {added};\n{emptied}CHECKPOINT;
             {clock}BEGIN;\n{fill}{clock}{statements}COMMIT;\n{clock}",
            updated = updated.join(" + "),
            added = added.join(" + "),
        ));
        let numbers: Vec<f64> = printed
            .lines()
            .filter_map(|line| line.parse().ok())
            .collect();
        let [updated, added, begun, filled, ended] = numbers[..] else {
            panic!("psql printed {printed}")
        };
        UpdateFrom {
            updated,
            added,
            took: Duration::from_secs_f64(ended - filled),
            with_fill: Duration::from_secs_f64(ended - begun),
        }
    }
}

/// What writing the differences took.
pub(crate) struct UpdateFrom {
    pub(crate) updated: f64,
    pub(crate) added: f64,
    pub(crate) took: Duration,
    /// The same, with filling the temporary tables.
    pub(crate) with_fill: Duration,
}

fn copy_from(table: &str, path: &Path) -> String {
    format!("\\copy {table} FROM '{}'\n", path.display())
}
