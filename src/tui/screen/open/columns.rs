//! The rows of the lists, in columns that fit.

use super::model::{Chooser, Row};
use crate::engine::display::safe;
use crate::job::{Content, JobState, KnownTarget, Look};
use crate::tui::screen::history::record;
use crate::tui::{App, Line, Role, count, cut, width};

/// Lists narrower than this have names and products only.
const NARROW: usize = 50;

/// Lists narrower than this show no sizes and no times.
const MEDIUM: usize = 70;

/// The widest product, size and date.
const PRODUCT: usize = 11;
const SIZE: usize = 8;
const DATE: usize = 10;

/// Lays out a row.
pub(super) fn row(app: &App, chooser: &Chooser, row: Row, space: usize) -> Line {
    if let Some(target) = chooser.target(row) {
        return target_row(app, chooser, target, space);
    }
    let entry = chooser.entry(row);
    match entry {
        _ if row == Row::Parent => Line::of(Role::Heading, "../"),
        Some(entry) if entry.is_directory => {
            let name = format!("{}/", safe(&entry.name));
            Line::of(Role::Heading, &cut(&name, space, app.theme.glyphs.ellipsis))
        }
        Some(entry) if !entry.is_text => {
            Line::of(Role::Dim, &entry.name).and(Role::Dim, "  the file name is not UTF-8 text")
        }
        _ => {
            let path = chooser.path(row).unwrap_or_default();
            let name = match entry {
                Some(entry) => entry.name.clone(),
                None => path.display().to_string(),
            };
            file(
                app,
                (&name, entry.is_some()),
                chooser.looks.get(&path),
                space,
            )
        }
    }
}

/// A file: its name, and what it is.
fn file(app: &App, (name, is_short): (&str, bool), look: Option<&Look>, space: usize) -> Line {
    let ellipsis = app.theme.glyphs.ellipsis;
    let wide = match space {
        ..NARROW => space.saturating_sub(PRODUCT + 1),
        // Paths are longer than names.
        _ if is_short => space * 2 / 5,
        _ => space / 2,
    };
    let what = what(look);
    let name = if is_short {
        cut(&safe(name), wide, ellipsis)
    } else {
        ending(&safe(name), wide, ellipsis)
    };
    let mut line = Line::of(what.name, &name);
    line.pad_to(wide + 1);
    line.push(what.role, &cut(&safe(what.product), PRODUCT, ellipsis));
    if space < NARROW {
        return line;
    }
    line.pad_to(wide + PRODUCT + 2);
    let rest = space.saturating_sub(wide + PRODUCT + 2);
    if space < MEDIUM {
        line.push(what.role, &cut(&safe(&what.text), rest, ellipsis));
        return line;
    }
    let rest = rest.saturating_sub(SIZE + DATE + 2);
    line.push(what.role, &cut(&safe(&what.text), rest, ellipsis));
    line.pad_to(space.saturating_sub(SIZE + DATE + 1));
    if let Some(look) = look.filter(|look| !matches!(look.content, Content::Unreadable(_))) {
        line.push(Role::Dim, &format!("{:>SIZE$}", size(look.bytes)));
        let date = look
            .modified
            .map(|time| time.format(" %Y-%m-%d").to_string());
        line.push(Role::Dim, &date.unwrap_or_default());
    }
    line
}

/// What a file is, in words; what can be imported stands out.
struct What<'l> {
    name: Role,
    role: Role,
    product: &'l str,
    text: String,
}

fn what(look: Option<&Look>) -> What<'_> {
    let dim = |product, text: &str| What {
        name: Role::Dim,
        role: Role::Dim,
        product,
        text: text.to_owned(),
    };
    let Some(look) = look else {
        return What {
            name: Role::Text,
            ..dim("", "")
        };
    };
    match &look.content {
        Content::Export { platform, counts } => What {
            name: Role::Title,
            role: Role::Text,
            product: platform,
            text: counts.as_ref().map_or_else(String::new, |counts| {
                let counts = counts.iter().map(|(title, n)| format!("{title} {n}"));
                counts.collect::<Vec<_>>().join(", ")
            }),
        },
        Content::Invalid { platform, why } => What {
            name: Role::Text,
            role: Role::Warning,
            product: platform,
            text: why.clone(),
        },
        Content::Plan => dim("saved plan", "apply it with `gatediff apply`"),
        Content::Other => dim("", ""),
        Content::Unreadable(why) => dim("unreadable", why),
    }
}

/// Formats a size as `ls -h` does.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1000.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while amount >= 999.5 {
        match units.next() {
            Some(next) => unit = Some(next),
            None => break,
        }
        amount /= 1000.0;
    }
    let digits = usize::from(amount < 9.95);
    format!("{amount:.digits$} {}", unit.copied().unwrap_or_default())
}

/// Cuts a path at its start: the end is more informative.
pub(super) fn ending(path: &str, space: usize, ellipsis: &str) -> String {
    if width(path) <= space {
        return path.to_owned();
    }
    let parts = path
        .match_indices('/')
        .map(|(at, _)| path.get(at..).unwrap_or_default());
    let fits = |end: &&str| width(end) + width(ellipsis) <= space;
    let end = parts.into_iter().find(fits);
    end.map_or_else(
        || cut(path.rsplit('/').next().unwrap_or_default(), space, ellipsis),
        |end| format!("{ellipsis}{end}"),
    )
}

/// A target: its name, marks, location, and its last job.
fn target_row(app: &App, chooser: &Chooser, target: &KnownTarget, space: usize) -> Line {
    let ellipsis = app.theme.glyphs.ellipsis;
    let wide = (space / 4).clamp(10, 24);
    let mut line = Line::of(Role::Title, &cut(&safe(&target.name), wide, ellipsis));
    line.pad_to(wide + 1);
    let badges = [
        (target.production, " PRODUCTION "),
        (target.read_only, " READ-ONLY "),
    ];
    for (_, badge) in badges.into_iter().filter(|(is_marked, _)| *is_marked) {
        line.push(Role::Production, badge);
        line.push(Role::Text, " ");
    }
    let rest = space.saturating_sub(line.width());
    if let Some(problem) = &target.problem {
        line.push(Role::Warning, &cut(&safe(problem), rest, ellipsis));
        return line;
    }
    let (role, job) = last_job(app, chooser, target);
    let place = safe(&target.place);
    if space < NARROW {
        line.push(Role::Text, &cut(&place, rest, ellipsis));
        return line;
    }
    // Of a narrow list the job matters more than where the target is.
    let needed = width(&job) + 2;
    line.push(
        Role::Text,
        &cut(&place, rest.saturating_sub(needed).max(rest / 2), ellipsis),
    );
    line.push(Role::Text, "  ");
    let rest = space.saturating_sub(line.width());
    line.push(role, &cut(&job, rest, ellipsis));
    line
}

fn last_job(app: &App, chooser: &Chooser, target: &KnownTarget) -> (Role, String) {
    match chooser.jobs.get(&target.notation) {
        None => (Role::Dim, app.theme.glyphs.ellipsis.to_owned()),
        Some(Ok(None)) => (Role::Dim, "no jobs yet".to_owned()),
        Some(Ok(Some(job))) => {
            let time = job.started_at.format("%Y-%m-%d %H:%M");
            let state = match job.state {
                JobState::Done => String::new(),
                state => format!("{} ", record::word(state)),
            };
            let text = format!("job {} {state}{time} {}", job.job, safe(&job.operator));
            (record::role(job.state), text)
        }
        Some(Err(failure)) => (Role::Warning, safe(&failure.what).into_owned()),
    }
}

/// Returns how many entries are not listed.
pub(super) fn more(chooser: &Chooser) -> Option<String> {
    let more = chooser.listing.more;
    (more > 0).then(|| format!("{} not listed", count(more, "entry is", "entries are")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let sizes = [
            0,
            999,
            1_000,
            9_949,
            9_950,
            999_499,
            999_500,
            12_300_000,
            5_000_000_000_000_000,
        ];
        let shown = sizes.map(size);
        assert_eq!(
            shown,
            [
                "0 B", "999 B", "1.0 KB", "9.9 KB", "10 KB", "999 KB", "1.0 MB", "12 MB", "5000 TB"
            ]
        );
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(ending("/a/b.json", 9, "…"), "/a/b.json");
        assert_eq!(
            ending("/home/op/exports/a.json", 16, "…"),
            "…/exports/a.json"
        );
        assert_eq!(ending("/home/匯出匯出.json", 10, "…"), "匯出匯出.…");
    }
}
