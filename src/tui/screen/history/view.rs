//! The list of the target's jobs: the visible ones, in columns that fit.

use std::ops::Range;

use crate::engine::display::safe;
use crate::job::JobRecord;
use crate::tui::screen::history::record;
use crate::tui::{App, Glyphs, Line, Role, cut, width};

/// Lists narrower than this show no year.
const LONG_TIME: usize = 90;

/// How a time is shown, and how wide that is.
const LONG: (&str, usize) = ("%Y-%m-%d %H:%M", 16);
const SHORT: (&str, usize) = ("%m-%d %H:%M", 11);

/// The minimum width of operator, counts and file.
const USE: usize = 8;

/// Lays out the visible jobs below their heads.
pub(crate) fn rows(app: &App, visible: Range<usize>, space: usize) -> Vec<Line> {
    let jobs = app.history.get(visible).unwrap_or_default();
    let columns = Columns::new(app, jobs, space);
    let rows = jobs.iter().map(|job| columns.row(job));
    std::iter::once(columns.head()).chain(rows).collect()
}

/// The widths of the columns for the visible jobs; zero is not shown.
struct Columns {
    job: usize,
    command: usize,
    state: usize,
    time: (&'static str, usize),
    operator: usize,
    file: usize,
    counts: usize,
    glyphs: &'static Glyphs,
}

impl Columns {
    /// Returns the columns for the visible jobs.
    fn new(app: &App, visible: &[JobRecord], space: usize) -> Self {
        let glyphs = app.theme.glyphs;
        let widest = |text: &dyn Fn(&JobRecord) -> String, least: usize| {
            visible
                .iter()
                .map(|job| width(&safe(&text(job))))
                .max()
                .unwrap_or(0)
                .max(least)
        };
        let is_long = space >= LONG_TIME;
        let mut columns = Self {
            // Numbers fall, so that the first one is as wide as any.
            job: app
                .history
                .first()
                .map_or(0, |job| job.job.to_string().len())
                .max(3),
            command: widest(&|job| job.command.clone(), 5).min(13),
            state: widest(&|job| state(job, glyphs), 6),
            time: if is_long { LONG } else { SHORT },
            operator: 0,
            file: 0,
            counts: 0,
            glyphs,
        };
        let mut rest = space.saturating_sub(columns.job + columns.state + columns.time.1 + 4);
        if rest < columns.command + 2 {
            columns.command = 0;
        } else {
            rest -= columns.command + 2;
        }
        let mut take = |wanted: usize, most: usize| {
            let taken = wanted.min(most).min(rest.saturating_sub(2));
            if taken < USE.min(wanted) {
                return 0;
            }
            rest -= taken + 2;
            taken
        };
        columns.operator = take(
            widest(&|job| job.operator.clone(), 8),
            if is_long { 16 } else { 10 },
        );
        columns.counts = take(widest(&record::written, 7), (space / 3).max(USE));
        columns.file = take(widest(&file, 4), space);
        columns
    }

    /// Returns the headings.
    fn head(&self) -> Line {
        let cells = [
            "job",
            "what",
            "state",
            "started UTC",
            "operator",
            "file",
            "written",
        ];
        self.line(cells.map(|cell| (Role::Dim, cell.to_owned())), Role::Dim)
    }

    /// Lays a job out.
    fn row(&self, job: &JobRecord) -> Line {
        let role = record::role(job.state);
        let cells = [
            (Role::Text, job.job.to_string()),
            (Role::Text, job.command.clone()),
            (role, state(job, self.glyphs)),
            (Role::Text, job.started_at.format(self.time.0).to_string()),
            (Role::Text, job.operator.clone()),
            (Role::Text, file(job)),
            (Role::Text, record::written(job)),
        ];
        self.line(cells, Role::Text)
    }

    fn line(&self, cells: [(Role, String); 7], number: Role) -> Line {
        let [job, command, state, time, operator, file, counts] = cells;
        let mut line = Line::of(number, &format!("{:>1$}", job.1, self.job));
        let mut next = self.job + 2;
        for ((role, text), wide) in [
            (command, self.command),
            (state, self.state),
            (time, self.time.1),
            (operator, self.operator),
            (file, self.file),
            (counts, self.counts),
        ] {
            if wide > 0 {
                line.pad_to(next);
                line.push(role, &cut(&safe(&text), wide, self.glyphs.ellipsis));
                next += wide + 2;
            }
        }
        line
    }
}

fn state(job: &JobRecord, glyphs: &'static Glyphs) -> String {
    format!(
        "{} {}",
        record::glyph(job.state, glyphs),
        record::word(job.state)
    )
}

/// Returns the imported file's name, or the undone job.
fn file(job: &JobRecord) -> String {
    match job.undoes {
        Some(undone) => format!("job {undone}"),
        None => job
            .file_path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}
