//! Figures beside their goals.

use std::time::Duration;

/// What a figure is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Ratio,
    Milliseconds,
    Seconds,
    /// Bytes, messages, instructions.
    Count,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Ratio => format!("{value:.2}×"),
            Self::Milliseconds => format!("{value:.1} ms"),
            Self::Seconds => format!("{value:.2} s"),
            Self::Count if value >= 1e6 => format!("{:.2} M", value / 1e6),
            Self::Count => format!("{value:.0}"),
        }
    }
}

/// One row: what is measured, and the most that it may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) goal: Option<f64>,
}

impl Row {
    pub(crate) const fn new(name: &'static str, unit: Unit, goal: f64) -> Self {
        Self {
            name,
            unit,
            goal: Some(goal),
        }
    }

    /// A row to look at, without a goal.
    pub(crate) const fn beside(name: &'static str, unit: Unit) -> Self {
        Self {
            name,
            unit,
            goal: None,
        }
    }
}

/// What one row showed, run by run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    values: Vec<f64>,
    over: Vec<f64>,
    under: Vec<f64>,
}

impl Values {
    pub(crate) fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// Adds a ratio of times; their medians are shown too.
    pub(crate) fn ratio(&mut self, over: Duration, under: Duration) {
        let (over, under) = (over.as_secs_f64(), under.as_secs_f64());
        self.over.push(over);
        self.under.push(under);
        self.push(over / under);
    }

    fn note(&self) -> String {
        match (median(&self.over), median(&self.under)) {
            (Some(over), Some(under)) => format!("{over:.2} s ÷ {under:.2} s"),
            _ => String::new(),
        }
    }
}

/// Returns the value in the middle.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Returns the value that a share of all is not above.
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

/// The table, printed row by row.
pub(crate) struct Report {
    only: Option<String>,
    has_head: bool,
    missed: usize,
}

impl Report {
    pub(crate) const fn new(only: Option<String>) -> Self {
        Self {
            only,
            has_head: false,
            missed: 0,
        }
    }

    /// Returns whether any of these rows was asked for.
    pub(crate) fn wants(&self, rows: &[Row]) -> bool {
        rows.iter().any(|row| self.wants_row(row))
    }

    fn wants_row(&self, row: &Row) -> bool {
        self.only
            .as_ref()
            .is_none_or(|part| row.name.contains(part.as_str()))
    }

    /// Prints a row.
    pub(crate) fn add(&mut self, row: &Row, values: &Values) {
        self.add_with(row, values, &values.note());
    }

    /// Prints a row with something to know about it.
    pub(crate) fn add_with(&mut self, row: &Row, values: &Values, note: &str) {
        let Some(middle) = median(&values.values).filter(|_| self.wants_row(row)) else {
            return;
        };
        self.head();
        let show = |share| {
            row.unit
                .show(quantile(&values.values, share).unwrap_or(middle))
        };
        let goal = row.goal.map_or_else(
            || "–".to_owned(),
            |goal| format!("≤ {}", row.unit.show(goal)),
        );
        let is_missed = row.goal.is_some_and(|goal| middle > goal);
        self.missed += usize::from(is_missed);
        let mark = match row.goal {
            None => " ",
            Some(_) if is_missed => "✗",
            Some(_) => "✓",
        };
        println!(
            "| {:<58} | {:>10} | {:>21} | {:>11} | {mark} | {note} |",
            row.name,
            row.unit.show(middle),
            format!("{} – {}", show(0.0), show(1.0)),
            goal
        );
    }

    /// Prints why rows cannot be measured here.
    pub(crate) fn skip(&mut self, rows: &[Row], why: &str) {
        for row in rows
            .iter()
            .filter(|row| self.wants_row(row))
            .collect::<Vec<_>>()
        {
            self.head();
            println!(
                "| {:<58} | {:>10} | {:>21} | {:>11} |   | {why} |",
                row.name, "–", "–", "–"
            );
        }
    }

    /// Prints the end.
    pub(crate) fn end(&self) {
        if self.has_head {
            println!("\n{} missed.", self.missed);
        } else {
            println!("No row of that name.");
        }
    }

    fn head(&mut self) {
        if !std::mem::replace(&mut self.has_head, true) {
            println!(
                "| {:<58} | {:>10} | {:>21} | {:>11} |   | |",
                "what", "median", "spread", "goal"
            );
            println!("|---|---:|---:|---:|---|---|");
        }
    }
}
