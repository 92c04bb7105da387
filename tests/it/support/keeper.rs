//! A database that a product's objects are kept in as documents.

use gatediff::engine::{Choices, ItemId, Kind, Plan};
use gatediff::job::{
    self, ApplyOptions, Cancel, ExportOptions, Exported, Failure, ImportOptions, Receipt, Reporter,
    Review, UndoOptions, Undone,
};
use gatediff::store::Timeouts;
use serde_json::Value;

use super::pg::TestDb;
use super::site::{OPERATOR, cover_all};

/// A database with documents of one product.
pub(crate) struct Keeper {
    /// The database.
    pub(crate) db: TestDb,
    format: &'static str,
}

impl Keeper {
    /// Makes an empty one.
    pub(crate) async fn new(format: &'static str) -> Self {
        Self {
            db: TestDb::new().await,
            format,
        }
    }

    /// Takes a database that holds something of the product.
    pub(crate) fn of(format: &'static str, db: TestDb) -> Self {
        Self { db, format }
    }

    pub(crate) async fn review(&self, file: &str) -> Review {
        self.review_with(file, &ImportOptions::default()).await
    }

    /// Compares a file that has to be recognised by itself.
    pub(crate) async fn review_with(&self, file: &str, options: &ImportOptions) -> Review {
        let name = format!("{}.json", self.format);
        let loaded = job::load_bytes(&name, file.as_bytes(), None, options).unwrap();
        assert_eq!(loaded.file.platform, self.format);
        job::plan(
            &loaded,
            &self.db.target(),
            Timeouts::default(),
            &Reporter::silent(),
        )
        .await
        .unwrap()
    }

    pub(crate) async fn apply(
        &self,
        review: &Review,
        choices: &Choices,
    ) -> Result<Receipt, Failure> {
        let approved = review.plan.approve(choices).unwrap();
        let options = ApplyOptions::new(OPERATOR, Timeouts::default());
        job::apply(
            review,
            approved,
            &self.db.target(),
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
    }

    /// Imports all that can be.
    pub(crate) async fn import(&self, file: &str) -> Receipt {
        self.import_with(file, &ImportOptions::default()).await
    }

    pub(crate) async fn import_with(&self, file: &str, options: &ImportOptions) -> Receipt {
        let review = self.review_with(file, options).await;
        self.apply(&review, &cover_all(&review.plan)).await.unwrap()
    }

    pub(crate) async fn export(&self) -> Exported {
        self.export_with(&ExportOptions::default()).await.unwrap()
    }

    pub(crate) async fn export_with(&self, options: &ExportOptions) -> Result<Exported, Failure> {
        let format = Some(self.format);
        job::export(
            format,
            options,
            &self.db.target(),
            Timeouts::default(),
            &Reporter::silent(),
        )
        .await
    }

    pub(crate) async fn undo(&self, job: i64) -> Result<Undone, Failure> {
        let options = UndoOptions::new(OPERATOR, Timeouts::default());
        job::undo(
            job,
            &self.db.target(),
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
    }

    /// Returns every document as it is kept.
    pub(crate) async fn documents(&self) -> Vec<Value> {
        let sql = "SELECT to_jsonb(d) FROM gatediff.documents d ORDER BY platform, kind, id";
        sqlx::query_scalar(sql)
            .fetch_all(&mut self.db.connect().await)
            .await
            .unwrap()
    }
}

/// Returns where an item stands in a plan.
pub(crate) fn at(plan: &Plan, kind: &'static str, key: &str) -> usize {
    plan.position(&ItemId::new(Kind::of(kind), key))
        .unwrap_or_else(|| panic!("{kind}:{key} is in the plan"))
}
