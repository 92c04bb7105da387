//! All output of the command line.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::args::{Color, Global, Output};
use super::session::is_interrupted;
use super::value::shown;
use crate::engine::Violation;
use crate::engine::display::safe;
use crate::engine::text::apart;
use crate::engine::{Status, Value};
use crate::job::{Failure, FailureKind, StaleField};

/// Where text goes, and how it is formatted there.
pub(crate) struct Printer {
    /// What goes to stdout.
    pub(crate) output: Output,
    /// Whether only ASCII may be printed.
    pub(crate) ascii: bool,
    /// The width of the terminal on stdout; lines are broken only there.
    width: Option<usize>,
    /// Why a result could not be written.
    lost: Option<io::Error>,
    /// Whether lines go to stderr instead of the result.
    is_aside: bool,
    /// The documents that become parts of one, while they are gathered.
    gathered: Option<Vec<serde_json::Value>>,
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
}

impl Printer {
    /// Returns a printer for these options.
    pub(crate) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            output: global.output,
            ascii: global.ascii || !is_utf8_locale(),
            width: width(rustix::stdio::stdout()),
            lost: None,
            is_aside: false,
            gathered: None,
            out: AutoStream::new(io::stdout(), choice),
            err: AutoStream::new(io::stderr(), choice),
        }
    }

    /// Returns a printer for when the options could not be read.
    pub(crate) fn plain(json: bool) -> Self {
        Self {
            output: if json { Output::Json } else { Output::Text },
            ascii: !is_utf8_locale(),
            width: None,
            lost: None,
            is_aside: false,
            gathered: None,
            out: AutoStream::new(io::stdout(), ColorChoice::Auto),
            err: AutoStream::new(io::stderr(), ColorChoice::Auto),
        }
    }

    /// Makes the documents that follow parts of one that is printed later.
    pub(crate) fn gather(&mut self) {
        self.gathered = Some(Vec::new());
    }

    /// Ends [`gather`](Self::gather), and returns the documents.
    pub(crate) fn gathered(&mut self) -> Vec<serde_json::Value> {
        self.gathered.take().unwrap_or_default()
    }

    /// Runs `print` with its output on stderr instead of the result.
    pub(crate) fn aside(&mut self, print: impl FnOnce(&mut Self)) {
        self.is_aside = true;
        print(self);
        self.is_aside = false;
    }

    /// Prints a line of the result, without trailing blanks.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        if self.is_aside {
            return self.message(text);
        }
        let written = writeln!(self.out, "{}", text.as_ref().trim_end());
        self.note(written);
    }

    /// Returns the width of the terminal on stdout, if it is one.
    pub(crate) const fn width(&self) -> Option<usize> {
        self.width
    }

    /// Prints a line of the result; on a terminal, what does not fit is wrapped
    /// and indented.
    pub(crate) fn folded(&mut self, text: &str, indent: usize) {
        match self.width.filter(|width| *width > indent + NARROWEST) {
            Some(width) => fold(text, width, indent)
                .iter()
                .for_each(|part| self.line(part)),
            None => self.line(text),
        }
    }

    /// Prints bytes as they are, without interpreting styles.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        self.note(written);
    }

    /// Prints the one JSON document.
    pub(crate) fn json(&mut self, document: &impl Serialize) {
        if let Some(gathered) = &mut self.gathered {
            let made = serde_json::to_value(document).map_err(io::Error::from);
            let made = made.map(|document| gathered.push(document));
            return self.note(made);
        }
        let mut out = io::stdout().lock();
        let written = serde_json::to_writer(&mut out, document).map_err(io::Error::from);
        let written = written
            .and_then(|()| writeln!(out))
            .and_then(|()| out.flush());
        self.note(written);
    }

    /// Returns why the result could not be written, if so. A reader that closed
    /// the pipe (`| head`) is no error.
    pub(crate) fn lost(&mut self) -> Option<io::Error> {
        self.lost
            .take()
            .filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    fn note(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.lost.get_or_insert(error);
        }
    }

    /// Prints a message to stderr, which is not part of the result.
    pub(crate) fn message(&mut self, text: impl AsRef<str>) {
        writeln!(self.err, "{}", text.as_ref().trim_end()).ok();
    }

    /// Prints help or a parser error, without trailing blanks.
    pub(crate) fn help(&mut self, error: &clap::Error) {
        let text = error.render().ansi().to_string();
        for line in text.trim_end().lines() {
            if error.use_stderr() {
                self.message(line);
            } else {
                self.line(line);
            }
        }
    }

    /// Asks on stderr and returns the line that was typed; fails if the process
    /// receives a signal to stop meanwhile.
    pub(crate) fn ask(&mut self, prompt: &str) -> io::Result<String> {
        write!(self.err, "{prompt} ")?;
        self.err.flush()?;
        while !has_input()? {
            if is_interrupted() {
                writeln!(self.err)?;
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Prints a failure: what, where, why, and the next step.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        let bold = Style::new().bold();
        let red = AnsiColor::Red.on_default().bold();
        self.message(format!(
            "{red}error{red:#}: {bold}{}{bold:#}",
            safe(&failure.what)
        ));
        // Our own lines; a line feed in one of them is data, and shown.
        for line in &failure.details {
            self.message(format!("  {}", safe(line)));
        }
        if let Some(place) = &failure.place {
            self.message(format!("  where:     {}", safe(place)));
        }
        if let Some(why) = &failure.why {
            self.message(format!("  why:       {}", safe(why)));
        }
        self.violations(&failure.violations);
        let label = if failure.kind == FailureKind::Stale {
            "stale:    "
        } else {
            "item:     "
        };
        for stale in &failure.stale {
            self.message(format!(
                "  {label} {} {}",
                safe(&stale.item.to_string()),
                safe(&stale.why)
            ));
            stale
                .fields
                .iter()
                .for_each(|field| self.message(self.stale_field(field)));
        }
        let describe = |hint: &String| {
            failure
                .violations
                .iter()
                .take(MAX_LISTED)
                .any(|other| other.hint == *hint)
        };
        for hint in failure.hints.iter().filter(|hint| !describe(hint)) {
            self.message(format!("  next step: {}", safe(hint)));
        }
    }

    /// Prints broken rules of the product, the first of which is the failure
    /// itself: the items concerned, and the next step.
    fn violations(&mut self, violations: &[Violation]) {
        for (index, violation) in violations.iter().take(MAX_LISTED).enumerate() {
            if index > 0 {
                self.message(format!("  also:      {}", safe(&violation.to_string())));
            }
            for item in violation.about.iter().take(MAX_LISTED) {
                self.message(format!("  item:      {}", safe(&item.to_string())));
            }
            if let Some(more) = violation
                .about
                .len()
                .checked_sub(MAX_LISTED)
                .filter(|more| *more > 0)
            {
                self.message(format!("             and {more} more"));
            }
            let next = violations.get(index + 1).filter(|_| index + 1 < MAX_LISTED);
            let is_last = next.is_none_or(|next| next.hint != violation.hint);
            if is_last && !violation.hint.is_empty() {
                self.message(format!("  next step: {}", safe(&violation.hint)));
            }
        }
        if let Some(more) = violations
            .len()
            .checked_sub(MAX_LISTED)
            .filter(|more| *more > 0)
        {
            self.message(format!("  also:      {more} more; --output json lists all"));
        }
    }

    /// Returns the sign of a status.
    pub(crate) const fn glyph(&self, status: Status, unchanged: bool) -> &'static str {
        match (status, self.ascii) {
            (Status::Add, _) => "+",
            (Status::Cover, _) => "~",
            (Status::Repeat, _) if unchanged => "=",
            (Status::Repeat, false) => "≠",
            (Status::Repeat, true) => "#",
            (Status::CannotAdd | Status::CannotCover, false) => "✗",
            (Status::CannotAdd | Status::CannotCover, true) => "x",
        }
    }

    /// Returns a field that the target changed, in its three states: long values
    /// as excerpts where they differ, look-alikes made distinguishable.
    fn stale_field(&self, field: &StaleField) -> String {
        let path = safe(&field.path);
        if field.secret {
            return format!("             {path}: differs");
        }
        let states = [&field.then, &field.now, &field.wanted];
        let texts = states.map(|value| match value {
            Value::Null => Cow::Borrowed(""),
            Value::Text(text) => Cow::Borrowed(&**text),
            other => Cow::Owned(shown(other)),
        });
        let texts = apart(
            texts.each_ref().map(|text| &**text),
            self.ellipsis(),
            self.ascii,
        );
        let [then, now, wanted] = texts.map(|text| {
            if text.is_empty() {
                shown(&Value::Null)
            } else {
                text
            }
        });
        format!("             {path}: was {then}, now {now}, wanted {wanted}")
    }

    /// Returns the ellipsis.
    pub(crate) const fn ellipsis(&self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }

    /// Returns the arrow between before and after.
    pub(crate) const fn arrow(&self) -> &'static str {
        if self.ascii { "->" } else { "→" }
    }
}

/// The maximum number of entries listed on stderr.
pub(crate) const MAX_LISTED: usize = 20;

/// Returns the style of a status: red until decided, plain after.
pub(crate) const fn style(status: Status, unchanged: bool) -> Style {
    match status {
        Status::Add | Status::Cover => Style::new().bold(),
        Status::Repeat if unchanged => Style::new().dimmed(),
        Status::Repeat | Status::CannotAdd | Status::CannotCover => AnsiColor::Red.on_default(),
    }
}

/// Lines narrower than this are not broken.
const NARROWEST: usize = 20;

/// Returns the width of the terminal, if there is one.
pub(crate) fn width(fd: rustix::fd::BorrowedFd<'_>) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(fd).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Breaks a line at spaces, and inside words wider than a line. Styles have no
/// width.
fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    let space = width - indent;
    for word in text.split_inclusive(' ') {
        let parts: Vec<&str> = if seen(word.trim_end()) > space {
            parts(word)
        } else {
            vec![word]
        };
        for part in parts {
            let wide = seen(part.trim_end());
            if used + wide > width && used > indent {
                lines.push(" ".repeat(indent));
                used = indent;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(part);
                used += seen(part);
            }
        }
    }
    lines
}

/// Returns the width of a text that may contain styles.
fn seen(text: &str) -> usize {
    if !text.contains(ESCAPE) {
        return cells(text);
    }
    parts(text)
        .iter()
        .filter(|part| !part.starts_with(ESCAPE))
        .map(|part| cells(part))
        .sum()
}

/// The start of a style; data never contains it, since it is made safe.
const ESCAPE: char = '\u{1b}';

/// Splits a text where it may be broken: into characters and whole styles.
fn parts(text: &str) -> Vec<&str> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(offset) = rest.find(ESCAPE) {
        let (plain, styled) = rest.split_at(offset);
        let (style, after) = styled.split_at(styled.find('m').map_or(styled.len(), |end| end + 1));
        parts.extend(plain.graphemes(true));
        parts.push(style);
        rest = after;
    }
    parts.extend(rest.graphemes(true));
    parts
}

/// Waits a moment for input; returns whether there is some, or the input ended.
fn has_input() -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let moment = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    let mut input = [PollFd::from_borrowed_fd(
        rustix::stdio::stdin(),
        PollFlags::IN,
    )];
    match poll(&mut input, Some(&moment)) {
        Ok(ready) => Ok(ready > 0),
        // A signal arrived.
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether the operator can answer: stdin and stderr are terminals.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Returns whether stdout is a terminal.
pub(crate) fn is_shown() -> bool {
    io::stdout().is_terminal()
}

/// Returns whether a screen can be drawn.
pub(crate) fn has_screen() -> bool {
    io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

/// Returns whether the locale's characters are UTF-8; the first set variable counts.
pub(crate) fn is_utf8_locale() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"))
        .unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Returns text in a column of this width, cut if it is longer.
pub(crate) fn column(text: &str, width: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    use unicode_width::UnicodeWidthStr as _;
    let text = safe(text);
    let mut cut = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide > width {
            break;
        }
        cut.push_str(grapheme);
        used += wide;
    }
    cut.push_str(&" ".repeat(width - used));
    cut
}

/// Returns text in a column of at least this width: text that people copy is
/// never cut.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let text = safe(text);
    let missing = width.saturating_sub(cells(&text));
    format!("{text}{}", " ".repeat(missing))
}

/// Returns the width of a text.
pub(crate) fn cells(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Returns a count with its noun, singular or plural.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_at_spaces_and_never_too_wide() {
        let folded = fold(
            "  ~ url  jdbc:sqlserver://core-db.example → 信用卡信用卡信用卡信用卡",
            30,
            8,
        );
        assert_eq!(
            folded,
            [
                "  ~ url  jdbc:sqlserver://core",
                "        -db.example → 信用卡信",
                "        用卡信用卡信用卡"
            ]
        );
        let folded = fold("  code: one two three", 14, 4);
        assert_eq!(folded, ["  code: one ", "    two three"]);
    }

    #[test]
    fn styles_take_no_room_and_are_not_broken() {
        let bold = Style::new().bold();
        let folded = fold(&format!("  a {bold}bcdefghijkl{bold:#} m"), 14, 4);
        assert_eq!(
            folded,
            [format!("  a {bold}bcdefghijk"), format!("    l{bold:#} m")]
        );
    }

    #[test]
    fn a_wide_character_is_not_cut_in_half() {
        assert_eq!(column("信用卡", 5), "信用 ");
        assert_eq!(column("ab", 4), "ab  ");
    }

    #[test]
    fn what_is_padded_is_never_cut() {
        assert_eq!(padded("信用卡", 5), "信用卡");
        assert_eq!(padded("信用卡", 8), "信用卡  ");
    }
}
