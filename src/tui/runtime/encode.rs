//! Changed cells as bytes, as few as the link needs.
//!
//! crossterm's backend sets both colours whenever one changes, colours blanks,
//! moves to absolute positions, and resets what was never set: that is half of a
//! frame.

use std::io::{self, Write};

use crossterm::cursor::{MoveRight, MoveTo};
use crossterm::queue;
use crossterm::style::Colored;
use ratatui::backend::IntoCrossterm as _;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// What is seen of a blank.
const ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// The parameters that set an attribute, and that end it.
const ATTRIBUTES: &[(Modifier, &str, &str)] = &[
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

/// Takes from blanks what cannot be seen of them, so that it is no difference.
pub(super) fn bleach(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol() == " " && !cell.modifier.intersects(ON_BLANKS) {
            cell.fg = Color::Reset;
            cell.modifier = Modifier::empty();
        }
    }
}

/// Writes cells, each with its column and row. The terminal's attributes are
/// reset before and after.
pub(super) fn encode<'a>(
    out: &mut Vec<u8>,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut pen = Pen::default();
    let mut cursor: Option<Cursor> = None;
    for (x, y, cell) in cells {
        let is_sure = match cursor {
            Some(cursor) if (cursor.x, cursor.y) == (x, y) => cursor.is_sure,
            Some(cursor) if cursor.is_sure && cursor.y == y && cursor.x < x => {
                queue!(out, MoveRight(x - cursor.x))?;
                true
            }
            _ => {
                queue!(out, MoveTo(x, y))?;
                true
            }
        };
        pen.turn_to(out, cell)?;
        out.write_all(cell.symbol().as_bytes())?;
        cursor = Some(Cursor {
            x: x.saturating_add(1),
            y,
            is_sure: is_sure && cell.symbol().is_ascii(),
        });
    }
    if pen != Pen::default() {
        out.write_all(b"\x1b[0m")?;
    }
    Ok(())
}

/// Where the terminal's cursor is. After what terminals hold for more or less
/// wide than we do it is not sure: the next position is an absolute one.
#[derive(Clone, Copy)]
struct Cursor {
    x: u16,
    y: u16,
    is_sure: bool,
}

/// The terminal's attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            fg: Color::Reset,
            bg: Color::Reset,
            modifier: Modifier::empty(),
        }
    }
}

impl Pen {
    /// Sets the attributes that are seen of a cell.
    fn turn_to(&mut self, out: &mut Vec<u8>, cell: &Cell) -> io::Result<()> {
        let mut wanted = Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        };
        let seen = (self.modifier | wanted.modifier).intersection(ON_BLANKS);
        if cell.symbol() == " " && seen.is_empty() {
            (wanted.fg, wanted.modifier) = (self.fg, self.modifier);
        }
        if wanted == *self {
            return Ok(());
        }
        let (by_change, anew) = (self.changes(wanted), Self::default().changes(wanted));
        let codes = if anew.len() + "0;".len() < by_change.len() {
            ["0", &anew].join(if anew.is_empty() { "" } else { ";" })
        } else {
            by_change
        };
        *self = wanted;
        write!(out, "\x1b[{codes}m")
    }

    /// Returns the parameters that lead to other attributes.
    fn changes(self, to: Self) -> String {
        let mut codes: Vec<String> = Vec::new();
        let mut kept = self.modifier;
        for (modifier, _, end) in ATTRIBUTES {
            if kept.contains(*modifier) && !to.modifier.contains(*modifier) {
                // One code may end two attributes.
                let ended = ATTRIBUTES.iter().filter(|(_, _, other)| other == end);
                ended.for_each(|(other, _, _)| kept.remove(*other));
                codes.push((*end).to_owned());
            }
        }
        for (modifier, begin, _) in ATTRIBUTES {
            if to.modifier.contains(*modifier) && !kept.contains(*modifier) {
                codes.push((*begin).to_owned());
            }
        }
        if self.fg != to.fg {
            codes.push(Colored::ForegroundColor(to.fg.into_crossterm()).to_string());
        }
        if self.bg != to.bg {
            codes.push(Colored::BackgroundColor(to.bg.into_crossterm()).to_string());
        }
        codes.join(";")
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const SIZE: (u16, u16) = (12, 3);

    /// Colours, and how the parser calls them.
    fn colours() -> Vec<(Color, vt100::Color)> {
        let parsed = |text: &str| text.parse().unwrap();
        vec![
            (Color::Reset, vt100::Color::Default),
            (Color::Red, vt100::Color::Idx(1)),
            (Color::Gray, vt100::Color::Idx(7)),
            (Color::LightBlue, vt100::Color::Idx(12)),
            (parsed("200"), vt100::Color::Idx(200)),
            (parsed("#010203"), vt100::Color::Rgb(1, 2, 3)),
        ]
    }

    fn colour() -> impl Strategy<Value = Color> {
        (0..colours().len()).prop_map(|index| colours()[index].0)
    }

    /// A text somewhere, in some style.
    fn texts() -> impl Strategy<Value = (u16, u16, String, Style)> {
        let modifiers = prop_oneof![
            Just(Modifier::empty()),
            Just(Modifier::BOLD),
            Just(Modifier::DIM),
            Just(Modifier::BOLD | Modifier::DIM),
            Just(Modifier::REVERSED),
            Just(Modifier::UNDERLINED | Modifier::ITALIC),
        ];
        let style = (colour(), colour(), modifiers)
            .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier));
        (0..SIZE.0, 0..SIZE.1, "[a-c \u{e9}\u{2500}]{0,12}", style)
    }

    fn shown(colour: Color) -> vt100::Color {
        let all = colours();
        all.iter().find(|(one, _)| *one == colour).unwrap().1
    }

    /// Returns the bytes of what differs between two frames.
    fn bytes(before: &Buffer, after: &Buffer) -> Vec<u8> {
        // As the terminal does.
        crossterm::style::force_color_output(true);
        let mut bytes = Vec::new();
        encode(&mut bytes, before.diff(after).into_iter()).unwrap();
        bytes
    }

    #[test]
    fn after_what_may_be_wider_than_we_hold_it_for_the_position_is_absolute() {
        let written = |text: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, 1));
            buffer.set_string(0, 0, text, Style::new().fg(Color::Red));
            bleach(&mut buffer);
            let empty = Buffer::empty(buffer.area);
            String::from_utf8(bytes(&empty, &buffer)).unwrap()
        };
        assert_eq!(
            written("ab   c"),
            "\u{1b}[1;1H\u{1b}[38;5;1mab\u{1b}[3Cc\u{1b}[0m"
        );
        assert_eq!(
            written("a\u{4fe1}b  c"),
            "\u{1b}[1;1H\u{1b}[38;5;1ma\u{4fe1}\u{1b}[1;4Hb\u{1b}[2Cc\u{1b}[0m"
        );
        assert_eq!(
            written("\u{2500}a  c"),
            "\u{1b}[1;1H\u{1b}[38;5;1m\u{2500}a\u{1b}[1;5Hc\u{1b}[0m"
        );
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_each_frame_holds(frames in vec(vec(texts(), 0..5), 1..5)) {
            let area = Rect::new(0, 0, SIZE.0, SIZE.1);
            let side = |side| NonZeroU16::new(side).unwrap();
            let mut terminal = vt100::Parser::new(side(SIZE.1), side(SIZE.0), 0);
            let mut before = Buffer::empty(area);
            for texts in frames {
                let mut wanted = Buffer::empty(area);
                for (x, y, text, style) in texts {
                    wanted.set_stringn(x, y, text, usize::from(SIZE.0 - x), style);
                }
                let mut frame = wanted.clone();
                bleach(&mut frame);
                terminal.process(&bytes(&before, &frame));
                before = frame;
                for (index, cell) in wanted.content.iter().enumerate() {
                    let (x, y) = wanted.pos_of(index);
                    let seen = terminal.screen().cell(y, x).unwrap();
                    if seen.is_wide_continuation() {
                        continue;
                    }
                    let text = if seen.has_contents() { seen.contents() } else { " " };
                    prop_assert_eq!(text, cell.symbol());
                    prop_assert_eq!(seen.bgcolor(), shown(cell.bg));
                    let is = |modifier| cell.modifier.contains(modifier);
                    prop_assert_eq!(seen.inverse(), is(Modifier::REVERSED));
                    prop_assert_eq!(seen.underline(), is(Modifier::UNDERLINED));
                    if text != " " || is(Modifier::REVERSED) {
                        prop_assert_eq!(seen.fgcolor(), shown(cell.fg));
                    }
                    if text != " " {
                        prop_assert_eq!(seen.italic(), is(Modifier::ITALIC));
                        // The parser has one intensity.
                        prop_assert_eq!(seen.bold() || seen.dim(), is(Modifier::BOLD) || is(Modifier::DIM));
                    }
                }
            }
        }
    }
}
