//! Files of few objects, and the documents of a target that decide about them.

use std::cell::Cell;
use std::sync::Arc;

use gatediff::engine::{DefaultReference, Plan};
use gatediff::job::{self, ExportOptions, ImportOptions};
use gatediff::platform::document::{Document, Documents};
use gatediff::platform::{Comparison, Platform as _};
use gatediff::store::ledger::BackupWriter;
use gatediff::store::{Reading, Timeouts, Zone};
use proptest::collection::vec;
use proptest::prelude::any;
use serde_json::Value;
use sqlx::PgConnection;

use super::pg::TestDb;
use super::property::for_all;

/// Numbers as choices; 0 is the plainest one.
pub(crate) struct Draw<'v>(std::slice::Iter<'v, u8>);

impl Draw<'_> {
    pub(crate) fn pick(&mut self, below: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % below
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.pick(all.len())].clone()
    }
}

/// Stores the objects of a file as they are, whatever would block them.
pub(crate) async fn store(connection: &mut PgConnection, platform: Documents, file: &Value) {
    sqlx::query("TRUNCATE gatediff.documents")
        .execute(&mut *connection)
        .await
        .unwrap();
    let file = file.to_string();
    let read = platform.0.read(file.as_bytes(), &ImportOptions::default());
    let read = read.unwrap();
    for object in &read.objects {
        let Document {
            kind,
            id,
            pair_id,
            owner,
            name,
            body,
        } = object.document(None);
        let sql = "INSERT INTO gatediff.documents SELECT $7, $1, $2, $3, $4, $5, $6, $6::jsonb, \
                   now(), 'x', now(), 'x' WHERE NOT EXISTS (SELECT FROM gatediff.documents \
                   WHERE kind = $1 AND (id = $2 OR owner = $4 AND pair_id = $3))";
        sqlx::query(sql)
            .bind(kind.as_str())
            .bind(&*id)
            .bind(pair_id.as_deref())
            .bind(&*owner)
            .bind(&*name)
            .bind(&*body)
            .bind(platform.name())
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

/// Compares a file with the store.
pub(crate) async fn compared(
    connection: &mut PgConnection,
    platform: Documents,
    file: &Value,
    options: &ImportOptions,
) -> Box<dyn Comparison> {
    let bundle = platform
        .parse(file.to_string().as_bytes(), options)
        .unwrap();
    let reading = Reading {
        report: &|_, _, _| {},
        zone: Zone::UTC,
    };
    Arc::clone(&bundle)
        .read_target(connection, reading)
        .await
        .unwrap()
}

/// Returns the backup of the store.
async fn backed_up(comparison: &dyn Comparison, connection: &mut PgConnection) -> String {
    let mut backup = BackupWriter::default();
    let reading = Reading {
        report: &|_, _, _| {},
        zone: Zone::UTC,
    };
    comparison
        .back_up(connection, reading, &ExportOptions::default(), &mut backup)
        .await
        .unwrap();
    let backup = backup.finish("backup.json".to_owned()).unwrap();
    String::from_utf8(backup.content().unwrap()).unwrap()
}

/// Returns options that change nothing, and with which everything is read.
fn of_everything() -> ImportOptions {
    ImportOptions {
        default_references: vec![DefaultReference {
            kind: "none".to_owned(),
            id: Some("x".to_owned()),
            name: None,
        }],
        ..ImportOptions::default()
    }
}

/// Says all that a plan does, item by item.
fn described(plan: &Plan) -> Vec<String> {
    let entries = plan.entries().iter().map(|entry| format!("{entry:?}"));
    let rest = [
        format!("{:?}", plan.missing()),
        format!("{:?}", plan.warnings()),
    ];
    let access = plan.access(|_| true);
    let only_in_target = plan.only_in_target();
    let more = [format!("{access:?}"), format!("{only_in_target:?}")];
    entries.chain(rest).chain(more).collect()
}

/// Asserts that files of up to a few objects have the plan that they have where everything is
/// read, in targets of more, and so has the backup; `least` of them must be read narrowly.
pub(crate) fn assert_same_either_way(
    platform: Documents,
    drawn: impl Fn(&mut Draw<'_>, usize) -> Value,
    least: u32,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let db = runtime.block_on(async {
        let db = TestDb::new().await;
        job::init(&db.target(), Timeouts::default()).await.unwrap();
        db
    });
    let narrow = Cell::new(0);
    for_all(150, vec(any::<u8>(), 0..400), |numbers| {
        let mut draw = Draw(numbers.iter());
        let [imported, stored] = [1, 3].map(|times| drawn(&mut draw, times));
        let (db, narrow) = (&db, &narrow);
        (format!("\n{stored}\n{imported}"), async move {
            let mut connection = db.connect().await;
            store(&mut connection, platform, &stored).await;
            let options = [ImportOptions::default(), of_everything()];
            let few = compared(&mut connection, platform, &imported, &options[0]).await;
            let all = compared(&mut connection, platform, &imported, &options[1]).await;
            assert!(all.is_whole());
            narrow.set(narrow.get() + u32::from(!few.is_whole()));
            let mut backups = Vec::new();
            for comparison in [&few, &all] {
                backups.push(backed_up(&**comparison, &mut connection).await);
            }
            if backups[0] != backups[1] {
                return Err(format!("{backups:#?}"));
            }
            let listed = few.read_only_in_target(&mut connection).await.unwrap();
            if Some(&listed) != all.only_in_target().as_ref() {
                return Err(format!("{listed:#?}"));
            }
            let (few, all) = (described(&few.plan()), described(&all.plan()));
            match few.iter().zip(&all).find(|(one, other)| one != other) {
                None if few.len() == all.len() => Ok(()),
                found => Err(format!("{found:#?}")),
            }
        })
    });
    let narrow = narrow.get();
    assert!(narrow > least, "{narrow} of the files need not everything");
}
