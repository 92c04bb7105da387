//! All rows of the 24 tables, from a file or from a database alike.

use std::sync::Arc;

use chrono::{DateTime, Local, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _};

use super::schema::TableId;
pub(crate) use crate::store::row::{Cell, Draft, Row};

/// An API that DGRK keys refer to, as the file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiUse {
    /// The source environment's uid.
    pub(crate) uid: Arc<str>,
    /// The module.
    pub(crate) module: Arc<str>,
    /// The API's key.
    pub(crate) api: Arc<str>,
}

/// An API of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Api {
    /// The module.
    pub(crate) module: Arc<str>,
    /// The API's key.
    pub(crate) api: Arc<str>,
    /// The uid that DGRK keys refer to.
    pub(crate) uid: Option<Arc<str>>,
}

/// All rows. Copies share the rows of the tables that do not differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    tables: [Arc<Vec<Row>>; 24],
    /// The positions of nulls, which are not rows, in the lists of the file.
    nulls: [Vec<usize>; 24],
    /// The file's 25th list.
    pub(crate) api_use: Vec<ApiUse>,
    /// The target's APIs.
    pub(crate) apis: Vec<Api>,
}

impl Tables {
    /// Returns a table's rows.
    pub(crate) fn rows(&self, table: TableId) -> &[Row] {
        self.tables
            .get(table as usize)
            .map_or(&[], |rows| rows.as_slice())
    }

    /// Sets a table's rows.
    pub(crate) fn set_rows(&mut self, table: TableId, rows: Vec<Row>) {
        if let Some(slot) = self.tables.get_mut(table as usize) {
            *slot = Arc::new(rows);
        }
    }

    /// Adds rows to a table's.
    pub(crate) fn add_rows(&mut self, table: TableId, rows: Vec<Row>) {
        if let Some(slot) = self.tables.get_mut(table as usize) {
            Arc::make_mut(slot).extend(rows);
        }
    }

    /// Sets the positions of nulls in a list of the file, in order.
    pub(crate) fn set_nulls(&mut self, table: TableId, nulls: Vec<usize>) {
        if let Some(slot) = self.nulls.get_mut(table as usize) {
            *slot = nulls;
        }
    }

    /// Returns the position of a row in its list of the file.
    pub(crate) fn place(&self, table: TableId, index: usize) -> usize {
        let nulls = self
            .nulls
            .get(table as usize)
            .map_or(&[][..], Vec::as_slice);
        nulls.iter().fold(
            index,
            |place, null| if *null <= place { place + 1 } else { place },
        )
    }

    /// Returns a row.
    pub(crate) fn row(&self, table: TableId, index: usize) -> Option<&Row> {
        self.rows(table).get(index)
    }
}

/// Returns the local day of epoch milliseconds, at 00:00:00.
pub(crate) fn local_day(epoch_millis: &str) -> Option<NaiveDateTime> {
    let millis: i64 = epoch_millis.trim().parse().ok()?;
    let local = DateTime::from_timestamp_millis(millis)?.with_timezone(&Local);
    Some(local.date_naive().and_time(NaiveTime::MIN))
}

/// Returns the epoch milliseconds of a local date and time, for which
/// [`local_day`] returns its day again.
///
/// A time that the clock passes twice is the first of the two; one that it
/// skips is the first one after it.
pub(crate) fn epoch_millis(local: NaiveDateTime) -> Option<String> {
    // The longest gap was a whole day, where an island moved across the date line.
    let quarters =
        (0..=96).filter_map(|quarters| local.checked_add_signed(TimeDelta::minutes(15 * quarters)));
    let instant = quarters
        .into_iter()
        .find_map(|time| Local.from_local_datetime(&time).earliest());
    instant.map(|instant| instant.timestamp_millis().to_string())
}
