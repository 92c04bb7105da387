//! Whether the server may do all writes of a job at once.

use std::sync::Arc;

use super::run::{JobError, JobTransaction};
use crate::store::Catalog;
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
        let Some(ledger) = open.ledger.as_deref_mut().filter(|_| open.at_once) else {
            return Ok(None);
        };
        let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
        let reserved = ledger.reserve(open.connection, *open.number, &names).await;
        let reserved = reserved.map_err(|error| open.run.at_once_error(error))?;
        let Some((catalog, number)) = reserved else {
            return Ok(None);
        };
        *open.number = number.or(*open.number);
        let mut own = tables.iter().filter(|table| !table.is_external);
        let is_plain = own.all(|table| catalog.is_plain(table.name));
        Ok(number.filter(|_| is_plain).map(|number| Self {
            number,
            catalog: Arc::new(catalog),
        }))
    }
}
