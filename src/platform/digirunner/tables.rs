//! All rows of the 24 tables, from a file or from a database alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, NaiveTime};

use super::cells::CellRef;
use super::schema::{TableId, clientext};
use crate::engine::Finding;
use crate::store::Zone;
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
    /// Whether it is only assumed to be there: a file that stands for a target does not list its APIs.
    pub(crate) is_assumed: bool,
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
    /// The time zone of its wall clocks.
    pub(crate) zone: Zone,
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

    /// Sets a value of a row.
    pub(super) fn set_cell(&mut self, at: CellRef, cell: Cell<'_>) {
        let rows = self.tables.get_mut(at.table as usize).map(Arc::make_mut);
        if let Some(row) = rows.and_then(|rows| rows.get_mut(at.row)) {
            row.set(at.column, cell);
        }
    }

    /// Removes rows; the others keep their positions in the lists of the file.
    pub(crate) fn drop_rows(&mut self, dropped: &BTreeSet<(TableId, usize)>) {
        let places: Vec<(TableId, usize)> = dropped
            .iter()
            .map(|(table, row)| (*table, self.place(*table, *row)))
            .collect();
        for (table, place) in places {
            if let Some(nulls) = self.nulls.get_mut(table as usize) {
                let index = nulls.partition_point(|null| *null < place);
                nulls.insert(index, place);
            }
        }
        for table in dropped
            .iter()
            .map(|(table, _)| *table)
            .collect::<BTreeSet<_>>()
        {
            let rows = self.rows(table).iter().enumerate();
            let rows = rows.filter(|(index, _)| !dropped.contains(&(table, *index)));
            let rows = rows.map(|(_, row)| row.clone()).collect();
            self.set_rows(table, rows);
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

    /// Sets the date that a file has as epoch milliseconds: its day in a time zone, none if the file
    /// has none.
    pub(crate) fn set_zone(&mut self, zone: Zone) {
        self.zone = zone;
        let day = |row: &Row| {
            let millis = row.text(clientext::RESUBMIT_DATE_TIME_FOR_LONG_TIME);
            local_day(millis, zone).map_or(Cell::Null, Cell::Time)
        };
        let rows = self.rows(TableId::Clientext).iter().enumerate();
        let other = rows.filter(|(_, row)| row.cell(clientext::RESUBMIT_DATE_TIME) != day(row));
        let other: Vec<usize> = other.map(|(index, _)| index).collect();
        if other.is_empty() {
            return;
        }
        let mut rows = self.rows(TableId::Clientext).to_vec();
        for index in other {
            if let Some(row) = rows.get_mut(index) {
                let day = local_day(row.text(clientext::RESUBMIT_DATE_TIME_FOR_LONG_TIME), zone);
                row.set(
                    clientext::RESUBMIT_DATE_TIME,
                    day.map_or(Cell::Null, Cell::Time),
                );
            }
        }
        self.set_rows(TableId::Clientext, rows);
    }

    /// Returns what an operator must know of the time zone of its dates; `None` if it has no date,
    /// or its zone is sure.
    pub(crate) fn zone_finding(&self) -> Option<Finding> {
        let mut rows = self.rows(TableId::Clientext).iter();
        let has_date = rows.any(|row| row.cell(clientext::RESUBMIT_DATE_TIME) != Cell::Null);
        let warning = self.zone.warning().filter(|_| has_date)?;
        Some(Finding::warning("time-zone", warning))
    }

    /// Returns a row.
    pub(crate) fn row(&self, table: TableId, index: usize) -> Option<&Row> {
        self.rows(table).get(index)
    }
}

/// Returns the day of epoch milliseconds in a time zone, at 00:00:00.
pub(crate) fn local_day(epoch_millis: &str, zone: Zone) -> Option<NaiveDateTime> {
    let millis: i64 = epoch_millis.trim().parse().ok()?;
    let local = zone.clock(DateTime::from_timestamp_millis(millis)?);
    Some(local.date().and_time(NaiveTime::MIN))
}

/// Returns the epoch milliseconds of a date and time of a time zone, for which
/// [`local_day`] returns its day again.
pub(crate) fn epoch_millis(local: NaiveDateTime, zone: Zone) -> Option<String> {
    let time = zone.time(local)?;
    Some(time.timestamp_millis().to_string())
}
