//! Stale fields: each as it was, as it is now, and as wanted.

use crate::engine::diff::segments;
use crate::engine::display::safe;
use crate::engine::text::apart;
use crate::job::{Stale, StaleField};
use crate::tui::screen::review::detail::brief;
use crate::tui::{Glyphs, Line, Role, cut, width, wrap};

/// Narrower dialogs have the three states below each other.
pub(crate) const THREE_COLUMNS: usize = 92;

/// The most lines that one value takes.
const MAX_LINES: usize = 8;

/// Shown for a secret, instead of its values.
const SECRET: &str = "secret, differs";

/// The labels of the three states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct States {
    then: &'static str,
    now: &'static str,
    wanted: &'static str,
}

/// Of an import: the plan, the target, the file.
pub(crate) const IMPORT_STATES: States = States {
    then: "when compared",
    now: "now",
    wanted: "in the file",
};

/// Of an undo.
pub(crate) const UNDO_STATES: States = States {
    then: "as the job left it",
    now: "now",
    wanted: "to restore",
};

/// Items with the fields that changed, to be laid out for a width.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    stale: Vec<Stale>,
    states: States,
}

impl Changed {
    /// Returns the stale items with their labels.
    pub(crate) fn new(stale: &[Stale], states: States) -> Self {
        Self {
            stale: stale.to_vec(),
            states,
        }
    }

    /// Returns whether there is any field.
    pub(crate) fn has_fields(&self) -> bool {
        self.stale.iter().any(|stale| !stale.fields.is_empty())
    }

    /// Lays it out: three columns if they fit, else, or for a screen reader, one
    /// state below the other.
    pub(crate) fn lay(&self, width: usize, accessible: bool, glyphs: &'static Glyphs) -> Vec<Line> {
        let layout = StaleLayout {
            states: self.states,
            width: width.max(8),
            glyphs,
        };
        let mut lines = Vec::new();
        for stale in &self.stale {
            if !lines.is_empty() && self.has_fields() {
                lines.push(Line::new());
            }
            layout.heading(stale, &mut lines);
            if accessible || width < THREE_COLUMNS {
                stale
                    .fields
                    .iter()
                    .for_each(|field| layout.below(field, &mut lines));
            } else {
                layout.beside(&stale.fields, &mut lines);
            }
        }
        lines
    }
}

struct StaleLayout {
    states: States,
    width: usize,
    glyphs: &'static Glyphs,
}

impl StaleLayout {
    fn heading(&self, stale: &Stale, lines: &mut Vec<Line>) {
        let name = format!("{} {}: ", stale.item.kind, stale.item.key);
        let head = Line::of(Role::Title, &name);
        if head.width() * 2 <= self.width {
            lines.extend(head.and(Role::Text, &stale.why).fold(self.width));
            return;
        }
        // A name that leaves no room for the reason has lines of its own.
        lines.extend(
            self.wrapped(name.trim_end(), self.width)
                .map(|part| Line::of(Role::Title, &part)),
        );
        let reason = self.wrapped(&stale.why, self.width - 2);
        lines.extend(reason.map(|part| Line::of(Role::Text, "  ").and(Role::Text, &part)));
    }

    fn below(&self, field: &StaleField, lines: &mut Vec<Line>) {
        let indent = if self.width < 60 { 2 } else { 4 };
        lines.extend(
            self.wrapped(&name(field), self.width - 2)
                .map(|part| Line::of(Role::Text, "  ").and(Role::Heading, &part)),
        );
        if field.secret {
            for part in self.wrapped(SECRET, self.width - indent) {
                let mut line = Line::new();
                line.pad_to(indent);
                lines.push(line.and(Role::Kept, &part));
            }
            return;
        }
        let labels = self.labels();
        let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
        // A label that leaves no room for its value has a line of its own.
        let is_apart = (indent + widest + 2) * 3 > self.width * 2;
        for (label, (role, value)) in labels.into_iter().zip(values(field, self.glyphs)) {
            let mut line = Line::new();
            let column = if is_apart {
                indent + 2
            } else {
                indent + widest + 2
            };
            for part in self.wrapped(label, self.width - indent) {
                line.pad_to(indent);
                line.push(Role::Dim, &part);
                if is_apart {
                    lines.push(std::mem::take(&mut line));
                }
            }
            for part in self.wrapped(&value, self.width.saturating_sub(column)) {
                line.pad_to(column);
                lines.push(std::mem::take(&mut line).and(role, &part));
            }
        }
    }

    const fn labels(&self) -> [&'static str; 3] {
        [self.states.then, self.states.now, self.states.wanted]
    }

    fn beside(&self, fields: &[StaleField], lines: &mut Vec<Line>) {
        if fields.is_empty() {
            return;
        }
        let names: Vec<String> = fields.iter().map(name).collect();
        let widest = names
            .iter()
            .map(|name| width(&safe(name)))
            .max()
            .unwrap_or(0);
        let first = widest.clamp(5, self.width / 4);
        let each = (self.width - 2 - first) / 3 - 2;
        let start = |column: usize| 2 + first + 2 + column * (each + 2);
        let mut head = Line::of(Role::Dim, "  field");
        for (n, label) in self.labels().into_iter().enumerate() {
            head.pad_to(start(n));
            head.push(Role::Dim, label);
        }
        lines.push(head);
        for (field, name) in fields.iter().zip(&names) {
            let described: Vec<(Role, String)> = if field.secret {
                vec![(Role::Kept, SECRET.to_owned())]
            } else {
                values(field, self.glyphs).into()
            };
            let name: Vec<String> = self.wrapped(name, first).collect();
            let columns: Vec<(Role, Vec<String>)> = described
                .iter()
                .map(|(role, text)| (*role, self.wrapped(text, each).collect()))
                .collect();
            let tall = columns
                .iter()
                .map(|(_, parts)| parts.len())
                .chain([name.len()])
                .max()
                .unwrap_or(0);
            for row in 0..tall {
                let mut line = Line::of(Role::Text, "  ");
                line.push(Role::Heading, name.get(row).map_or("", String::as_str));
                for (n, (role, parts)) in columns.iter().enumerate() {
                    if let Some(part) = parts.get(row) {
                        line.pad_to(start(n));
                        line.push(*role, part);
                    }
                }
                lines.push(line);
            }
        }
    }

    /// Breaks a text; of a very long one the beginning is enough.
    fn wrapped(&self, text: &str, columns: usize) -> impl Iterator<Item = String> + use<> {
        let columns = columns.max(2);
        let text = cut(&safe(text), columns * MAX_LINES, self.glyphs.ellipsis);
        wrap(&text, columns).into_iter()
    }
}

/// Returns the label of a field.
fn name(field: &StaleField) -> String {
    let path: Vec<String> = segments(&field.path).collect();
    if path.is_empty() {
        field.path.clone()
    } else {
        path.join("/")
    }
}

/// Returns the three values, with their roles: the present value is highlighted.
/// Long values are excerpts where they differ, look-alikes are made
/// distinguishable.
fn values(field: &StaleField, glyphs: &Glyphs) -> [(Role, String); 3] {
    let described = [&field.then, &field.now, &field.wanted].map(brief);
    let described = apart(
        described.each_ref().map(String::as_str),
        glyphs.ellipsis,
        glyphs.is_ascii(),
    );
    let [then, now, wanted] = described.map(|text| {
        if text.is_empty() {
            "none".to_owned()
        } else {
            text
        }
    });
    [(Role::Text, then), (Role::Old, now), (Role::New, wanted)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Secret, Value};
    use crate::tui::tests::support::{id, text};
    use crate::tui::theme::{ASCII, UNICODE};
    use proptest::prelude::*;

    fn field(path: &str, [then, now, wanted]: [Value; 3]) -> StaleField {
        StaleField {
            path: path.to_owned(),
            then,
            now,
            wanted,
            secret: false,
        }
    }

    fn stale(fields: Vec<StaleField>) -> Vec<Stale> {
        vec![Stale {
            fields,
            ..Stale::new(id("client", "crm"), "has since changed in the target")
        }]
    }

    fn describe(stale: &[Stale], states: States, width: usize, accessible: bool) -> Vec<String> {
        Changed::new(stale, states)
            .lay(width, accessible, &UNICODE)
            .iter()
            .map(Line::plain)
            .collect()
    }

    #[test]
    fn three_columns_where_they_fit_and_lines_where_they_do_not() {
        let stale = stale(vec![field(
            "/tps",
            [Value::Int(10), Value::Int(20), Value::Null],
        )]);
        assert_eq!(
            describe(&stale, IMPORT_STATES, 100, false),
            [
                "client crm: has since changed in the target",
                "  field  when compared                  now                            in the file",
                "  tps    10                             20                             none",
            ]
        );
        let below = [
            "  tps",
            "    when compared  10",
            "    now            20",
            "    in the file    none",
        ];
        assert_eq!(describe(&stale, IMPORT_STATES, 60, false)[1..], below);
        assert_eq!(describe(&stale, IMPORT_STATES, 200, true)[1..], below);
    }

    #[test]
    fn a_label_that_leaves_no_room_stands_alone() {
        let stale = stale(vec![field(
            "/tps",
            [Value::Int(10), Value::Int(20), Value::Int(30)],
        )]);
        assert_eq!(
            describe(&stale, UNDO_STATES, 30, false)[2..],
            [
                "  tps",
                "  as the job left it",
                "    10",
                "  now",
                "    20",
                "  to restore",
                "    30"
            ]
        );
    }

    #[test]
    fn of_a_secret_nothing_is_reported_but_that_it_differs() {
        let canary = || text("canary");
        let open = field("/a/b~1c", [canary(), canary(), canary()]);
        let described = describe(
            &stale(vec![StaleField {
                secret: true,
                ..open
            }]),
            IMPORT_STATES,
            100,
            false,
        );
        assert_eq!(described[2..], ["  a/b/c  secret, differs"]);
        let kept = Value::Secret(Secret::new("canary"));
        let inner = stale(vec![field("/a", [kept.clone(), kept, Value::Null])]);
        for width in [30, 100] {
            for line in Changed::new(&inner, IMPORT_STATES).lay(width, false, &UNICODE) {
                assert!(!line.plain().contains("canary"), "{}", line.plain());
            }
        }
    }

    #[test]
    fn of_long_values_the_part_is_shown_in_which_they_differ() {
        let script = |limit: &str| {
            text(&format!(
                "{}limit = {limit};\n{}",
                "line\n".repeat(90),
                "end\n".repeat(90)
            ))
        };
        let lines = describe(
            &stale(vec![field("/a", [script("1"), script("2"), script("1 ")])]),
            IMPORT_STATES,
            60,
            false,
        );
        let described = lines.join("\n");
        for part in ["1;⏎end", "2;⏎end", "1·;⏎end"] {
            assert!(described.contains(part), "{part}: {described}");
        }
    }

    #[test]
    fn a_very_long_value_is_cut() {
        let long = || text(&"x".repeat(100_000));
        let lines = describe(
            &stale(vec![field("/a", [long(), text("y"), long()])]),
            IMPORT_STATES,
            120,
            false,
        );
        assert_eq!(lines.len(), 2 + MAX_LINES);
        assert!(lines[1 + MAX_LINES].ends_with('…'));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(value in ".{0,60}", path in ".{0,30}", width in 8_usize..150, accessible: bool) {
            let value = || Value::Text(value.as_str().into());
            let fields = vec![field(&format!("/{path}"), [value(), value(), value()])];
            for line in Changed::new(&stale(fields), UNDO_STATES).lay(width, accessible, &ASCII) {
                prop_assert!(line.width() <= width, "{} > {width}: {}", line.width(), line.plain());
            }
        }
    }
}
