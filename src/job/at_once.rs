//! Whether the server may do all writes of a job at once.

use std::sync::Arc;

use super::run::{JobError, JobTransaction};
use crate::store::Catalog;
use crate::store::catalog::describe;
use crate::store::restore::TableInfo;

/// What writing all at once takes.
pub(super) struct AtOnce {
    /// The reserved number of the job.
    pub(super) number: i64,
    /// The product's tables.
    pub(super) catalog: Arc<Catalog>,
}

impl AtOnce {
    /// Prepares writing all at once, if that is possible: only the job's own statements change the
    /// product's tables, and the journal is on the server.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost.
    pub(super) async fn prepare(
        open: &mut JobTransaction<'_>,
        tables: &[TableInfo],
    ) -> Result<Option<Self>, JobError> {
        let Some(ledger) = open.ledger.as_deref_mut() else {
            return Ok(None);
        };
        if !(open.at_once && ledger.is_on_the_server()) {
            return Ok(None);
        }
        let failed = |error| open.run.at_once_error(error);
        let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
        let catalog = describe(open.connection, &names).await.map_err(failed)?;
        let mut own = tables.iter().filter(|table| !table.is_external);
        if !own.all(|table| catalog.is_plain(table.name)) {
            return Ok(None);
        }
        let number = ledger.reserve(open.connection, *open.number).await;
        let number = number.map_err(failed)?;
        *open.number = number.or(*open.number);
        Ok(number.map(|number| Self {
            number,
            catalog: Arc::new(catalog),
        }))
    }
}
