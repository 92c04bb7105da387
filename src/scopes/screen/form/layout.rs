//! The rows of a form, laid out for a width: used both for scrolling and for
//! drawing.

use tui_input::Input;

use super::focus::Focus;
use super::model::Form;
use crate::engine::display::safe;
use crate::scopes::{MAX_ALIAS, MAX_APIS, MAX_DESCRIPTION, MAX_NAME, Part, Span};
use crate::tui::{Glyphs, Line, Role, count, cut, width, window, wrap};

/// Forms narrower than this have short labels.
const SHORT: usize = 70;

/// Forms narrower than this have no character counts.
const NARROW: usize = 44;

/// Values are no wider than this, however wide the screen is.
const WIDEST: usize = 72;

/// The width of a number field.
const NUMBER: usize = 11;

/// The width of the focus marker.
const FOCUS_WIDTH: usize = 2;

/// The area for rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Area {
    /// Returns the area on a screen: between header and footer, in a box.
    pub(crate) fn new(size: (u16, u16), accessible: bool) -> Self {
        let (beside, above) = if accessible { (2, 1) } else { (4, 2) };
        Self {
            width: usize::from(size.0.saturating_sub(beside)),
            height: usize::from(size.1.saturating_sub(3 + above)),
        }
    }
}

/// A row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) line: Line,
    pub(crate) has_focus: bool,
    /// Whether it belongs to the row above.
    pub(crate) belongs: bool,
    /// The column of the cursor, in an input.
    pub(crate) cursor: Option<usize>,
}

impl Row {
    fn of(line: Line) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }
}

/// Collects rows.
struct FormLayout<'f> {
    form: &'f Form,
    rows: Vec<Row>,
    width: usize,
    /// The column at which values start.
    column: usize,
    is_short: bool,
    glyphs: &'static Glyphs,
}

/// Lays a form out.
pub(crate) fn lay(form: &Form, width: usize, glyphs: &'static Glyphs) -> Vec<Row> {
    let is_short = width < SHORT;
    let widest = Part::ALL
        .iter()
        .map(|part| label(*part, is_short).len())
        .max()
        .unwrap_or(0);
    let column = FOCUS_WIDTH + widest + if is_short { 3 } else { 4 };
    let mut layout = FormLayout {
        form,
        rows: Vec::new(),
        width,
        column,
        is_short,
        glyphs,
    };
    layout
        .rows
        .extend(message(&form.message, width).into_iter().map(Row::of));
    layout.text(
        Focus::Name,
        &form.lines.name,
        Some((&form.draft.name, MAX_NAME)),
    );
    layout.text(
        Focus::Alias,
        &form.lines.alias,
        Some((&form.draft.alias, MAX_ALIAS)),
    );
    layout.duration();
    layout.times();
    layout.authentications();
    layout.level();
    layout.text(
        Focus::Description,
        &form.lines.description,
        Some((&form.draft.description, MAX_DESCRIPTION)),
    );
    layout.modules();
    layout.buttons();
    layout.rows
}

impl Form {
    /// Keeps the focus and the picker's cursor within the window.
    pub(crate) fn settle(
        &mut self,
        size: (u16, u16),
        accessible: bool,
        jump: bool,
        glyphs: &'static Glyphs,
    ) {
        let space = Area::new(size, accessible);
        if let Some(picker) = &mut self.picker {
            let message = message(&self.message, space.width).len();
            picker
                .list
                .follow(space.height.saturating_sub(message + 1), jump);
            return;
        }
        let rows = lay(self, space.width, glyphs);
        let focus = rows.iter().position(|row| row.has_focus).unwrap_or(0);
        // Broken rules of a field are shown below it.
        let below = rows
            .iter()
            .skip(focus + 1)
            .take_while(|row| row.belongs)
            .count();
        self.top = window(rows.len(), focus + below, self.top, space.height).start;
        self.top = window(rows.len(), focus, self.top, space.height).start;
        // The rows above the first field scroll with it.
        if self.focus == Focus::Name && focus < space.height {
            self.top = 0;
        }
    }
}

/// Lays out the failure, with an empty row below.
pub(crate) fn message(lines: &[Line], width: usize) -> Vec<Line> {
    let mut laid: Vec<Line> = lines.iter().flat_map(|line| line.fold(width)).collect();
    if !laid.is_empty() {
        laid.push(Line::new());
    }
    laid
}

impl FormLayout<'_> {
    fn has_focus(&self, focus: Focus) -> bool {
        self.form.focus == focus
    }

    /// Starts a row: the focus marker and the label.
    fn labelled(&self, part: Part, has_focus: bool) -> Line {
        let role = if has_focus { Role::Title } else { Role::Text };
        let mut line = self.with_focus_sign(has_focus);
        line.push(role, label(part, self.is_short));
        line.push(Role::Warning, if part.is_required() { " *" } else { "" });
        line.pad_to(self.column);
        line
    }

    fn with_focus_sign(&self, has_focus: bool) -> Line {
        let mut line = Line::of(Role::Key, if has_focus { self.glyphs.closed } else { "" });
        line.pad_to(FOCUS_WIDTH);
        line
    }

    fn push(&mut self, line: Line, has_focus: bool, cursor: Option<usize>) {
        self.rows.push(Row {
            line,
            has_focus,
            belongs: false,
            cursor,
        });
    }

    /// A line of text, with its count where there is a limit.
    fn text(&mut self, focus: Focus, input: &Input, limit: Option<(&String, usize)>) {
        let Some(part) = focus.part() else { return };
        let has_focus = self.has_focus(focus);
        let tally = limit.map_or_else(Line::new, |(text, max)| {
            // As the product counts, and Java does.
            let units = text.encode_utf16().count();
            let role = if units > max {
                Role::Blocked
            } else {
                Role::Dim
            };
            Line::of(role, &format!("  {units}/{max}"))
        });
        let mut line = self.labelled(part, has_focus);
        // The counts are aligned.
        let beside = if self.width < NARROW { 0 } else { 9 };
        let space = self
            .width
            .saturating_sub(self.column + beside)
            .clamp(1, WIDEST);
        let cursor = typed(&mut line, input, space, has_focus, self.glyphs);
        line.pad_to(self.column + space);
        for piece in tally.pieces().iter().filter(|_| beside > 0) {
            line.push(piece.role, piece.text());
        }
        self.push(line, has_focus, cursor);
        self.broken(part);
    }

    fn duration(&mut self) {
        let form = self.form;
        let (amount, unit) = (self.has_focus(Focus::Amount), self.has_focus(Focus::Unit));
        let mut line = self.labelled(Part::Duration, amount || unit);
        let cursor = typed(&mut line, &form.lines.amount, NUMBER, amount, self.glyphs);
        line.pad_to(self.column + NUMBER);
        line.push(Role::Text, "  ");
        turning(&mut line, form.unit.word(), unit);
        line.push(Role::Dim, &format!("  {}", seconds(form)));
        self.push(line, amount || unit, cursor);
        self.broken(Part::Duration);
    }

    fn times(&mut self) {
        let has_focus = self.has_focus(Focus::Times);
        let mut line = self.labelled(Part::Times, has_focus);
        let cursor = typed(
            &mut line,
            &self.form.lines.times,
            NUMBER,
            has_focus,
            self.glyphs,
        );
        line.pad_to(self.column + NUMBER);
        if self.form.lines.times.value().trim() == "0" {
            line.push(Role::Dim, "  no limit");
        }
        self.push(line, has_focus, cursor);
        self.broken(Part::Times);
    }

    fn authentications(&mut self) {
        let has_focus = self.has_focus(Focus::Authentications);
        let mut line = self.labelled(Part::Authentications, has_focus);
        let chosen = &self.form.draft.authentications;
        let described: Vec<String> = chosen
            .iter()
            .map(|id| match self.form.catalogue.authentication(id) {
                Some(label) if *label.name != **id => format!("{id} {}", label.name),
                _ => id.clone(),
            })
            .collect();
        let text = if described.is_empty() {
            "none".to_owned()
        } else {
            described.join(", ")
        };
        chooser(&mut line, &text, described.is_empty(), has_focus);
        self.push(line, has_focus, None);
        self.broken(Part::Authentications);
    }

    fn level(&mut self) {
        let has_focus = self.has_focus(Focus::Level);
        let mut line = self.labelled(Part::Level, has_focus);
        let id = &self.form.draft.level;
        let text = match self.form.catalogue.level(id) {
            Some(label) if *label.name != **id => format!("{id}  {}", label.name),
            _ if id.is_empty() => "none".to_owned(),
            _ => id.clone(),
        };
        turning(&mut line, &text, has_focus);
        self.push(line, has_focus, None);
        self.broken(Part::Level);
    }

    fn modules(&mut self) {
        let form = self.form;
        let mut line = Line::new();
        line.pad_to(FOCUS_WIDTH);
        line.push(Role::Text, label(Part::Apis, self.is_short));
        line.pad_to(self.column);
        let total = form.draft.apis.len();
        let role = if total > MAX_APIS {
            Role::Blocked
        } else {
            Role::Dim
        };
        let apis = count(total, "API", "APIs");
        let modules = count(form.modules.len(), "module", "modules");
        let text = if self.is_short {
            format!("{total}/{MAX_APIS}")
        } else {
            format!("{apis} (maximum {MAX_APIS}) in {modules}")
        };
        line.push(role, &text);
        self.rows.push(Row::default());
        self.push(line, false, None);
        self.broken(Part::Apis);
        // There may be many modules: each count is computed once.
        for (index, module) in form.modules.iter().enumerate() {
            let has_focus = self.has_focus(Focus::Module(index));
            let space = if self.is_short {
                self.width / 2
            } else {
                self.column
            };
            let name = space.saturating_sub(FOCUS_WIDTH + 3);
            let mut line = self.with_focus_sign(has_focus);
            line.push(Role::Text, "  ");
            let role = if has_focus { Role::Title } else { Role::Text };
            line.push(role, &cut(&safe(module), name, self.glyphs.ellipsis));
            line.pad_to(space.max(self.column));
            match form.chosen_of(module) {
                0 if self.is_short => line.push(Role::Warning, "no APIs: not saved"),
                0 => line.push(
                    Role::Warning,
                    "no APIs selected: the module will not be saved",
                ),
                chosen => line.push(Role::Dim, &format!("{chosen} of {}", all_of(form, module))),
            }
            self.push(line, has_focus, None);
        }
        let has_focus = self.has_focus(Focus::AddModule);
        let mut line = self.with_focus_sign(has_focus);
        let role = if has_focus { Role::Title } else { Role::Text };
        line.push(
            role,
            &format!("  {} add or remove modules", self.glyphs.add),
        );
        self.push(line, has_focus, None);
    }

    fn buttons(&mut self) {
        self.rows.push(Row::default());
        let mut line = Line::new();
        line.pad_to(FOCUS_WIDTH);
        for (focus, word) in [(Focus::Save, "Save"), (Focus::Cancel, "Cancel")] {
            let has_focus = self.has_focus(focus);
            let role = if has_focus {
                Role::ButtonFocus
            } else {
                Role::Button
            };
            let shown = if has_focus {
                format!("[ {word} ]")
            } else {
                format!("  {word}  ")
            };
            line.push(role, &shown);
            line.push(Role::Text, "   ");
        }
        let has_focus = self.has_focus(Focus::Save) || self.has_focus(Focus::Cancel);
        self.push(line, has_focus, None);
    }

    /// Lays out the broken rules of the field above, and the next step.
    fn broken(&mut self, part: Part) {
        let indent = if self.is_short {
            FOCUS_WIDTH + 2
        } else {
            self.column.min(self.width / 3)
        };
        let space = self.width.saturating_sub(indent);
        let mut rows = Vec::new();
        for violation in self.form.describe(part) {
            let text = format!("{} {violation}", self.glyphs.blocked);
            let mut pieces: Vec<(Role, String)> = parts(&text, space, Role::Blocked);
            pieces.extend(parts(&violation.hint, space, Role::Dim));
            for (role, text) in pieces {
                let mut line = Line::new();
                line.pad_to(indent);
                rows.push(Row {
                    belongs: true,
                    ..Row::of(line.and(role, &text))
                });
            }
        }
        self.rows.extend(rows);
    }
}

fn parts(text: &str, space: usize, role: Role) -> Vec<(Role, String)> {
    if text.is_empty() {
        return Vec::new();
    }
    wrap(&safe(text), space)
        .into_iter()
        .map(|part| (role, part))
        .collect()
}

/// Returns the label of a field: that of the product's page, if it fits.
const fn label(part: Part, is_short: bool) -> &'static str {
    match part {
        _ if !is_short => part.label(),
        Part::Name => "Name",
        Part::Alias => "Alias",
        Part::Duration => "Duration",
        Part::Times => "Times",
        Part::Authentications => "Auth. types",
        Part::Level => "Level",
        Part::Description => "Description",
        Part::Apis => "APIs",
    }
}

/// Counts all APIs of a module.
fn all_of(form: &Form, module: &str) -> String {
    let modules = form.catalogue.modules();
    let index = modules
        .binary_search_by(|other| (*other.name).cmp(module))
        .ok();
    let all = index
        .and_then(|index| modules.get(index))
        .map_or(0, |module| module.apis.len());
    count(all, "API", "APIs")
}

/// Returns how long the typed duration is, if its unit does not show it.
fn seconds(form: &Form) -> String {
    let text = form.lines.amount.value().trim();
    let is_read = text
        .parse::<i64>()
        .ok()
        .and_then(|amount| amount.checked_mul(form.unit.seconds()));
    match is_read {
        Some(0) => "no limit".to_owned(),
        Some(seconds) if seconds == form.draft.seconds => {
            let span = Span::new(seconds);
            match span.about {
                _ if span.unit != form.unit => span.unit.count(span.amount),
                Some((amount, unit)) => format!("about {}", unit.count(amount)),
                None => String::new(),
            }
        }
        _ => String::new(),
    }
}

/// A value that is cycled through.
fn turning(line: &mut Line, text: &str, has_focus: bool) {
    line.push(
        if has_focus {
            Role::ButtonFocus
        } else {
            Role::Text
        },
        text,
    );
    line.push(Role::Dim, " < >");
}

/// A value that is chosen from a list.
fn chooser(line: &mut Line, text: &str, is_none: bool, has_focus: bool) {
    let role = match (has_focus, is_none) {
        (true, _) => Role::ButtonFocus,
        (false, true) => Role::Dim,
        (false, false) => Role::Text,
    };
    line.push(role, text);
}

/// Adds the input, made safe, in this width; returns the cursor's column if it
/// has the focus. What does not fit is scrolled out.
pub(crate) fn typed(
    line: &mut Line,
    input: &Input,
    space: usize,
    has_focus: bool,
    glyphs: &'static Glyphs,
) -> Option<usize> {
    let start = line.width();
    let value = input.value();
    if !has_focus {
        let shown = cut(&safe(value), space, glyphs.ellipsis);
        line.push(Role::Input, &shown);
        line.push(
            Role::Input,
            &" ".repeat(space.saturating_sub(width(&shown))),
        );
        return None;
    }
    let split = value
        .char_indices()
        .nth(input.cursor())
        .map_or(value.len(), |(offset, _)| offset);
    let (before, after) = value.split_at(split);
    // The cursor needs a column of its own, and the next character is visible.
    let behind = width(&safe(after)).min(space / 4).max(1);
    let before = tail(&safe(before), space.saturating_sub(behind));
    let column = width(&before);
    let after = cut(&safe(after), space.saturating_sub(column), "");
    let shown = format!("{before}{after}");
    line.push(Role::Input, &shown);
    line.push(
        Role::Input,
        &" ".repeat(space.saturating_sub(width(&shown))),
    );
    Some(start + column)
}

/// Returns the end of a text that fits into so many columns.
fn tail(text: &str, columns: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    let mut taken = 0;
    let mut kept: Vec<&str> = Vec::new();
    for grapheme in text.graphemes(true).rev() {
        taken += width(grapheme);
        if taken > columns {
            break;
        }
        kept.push(grapheme);
    }
    kept.into_iter().rev().collect()
}
