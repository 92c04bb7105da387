//! Keys as text: `j`, `ctrl-d`, `space`, `S-Tab`, and sequences such as `g g`.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;

/// A key with its modifiers. Shift counts for keys without a letter only: `P`
/// is a character of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) code: KeyCode,
    pub(crate) ctrl: bool,
    pub(crate) alt: bool,
    pub(crate) shift: bool,
}

/// Keys that are pressed one after the other.
pub(crate) type Sequence = Vec<Key>;

/// A text that is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown key '{0}'")]
pub(crate) struct UnknownKey(String);

impl Key {
    /// Returns a key without modifiers.
    pub(crate) const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// Returns the key of an event, nothing for releases.
    pub(crate) fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has = |modifier| event.modifiers.contains(modifier);
        let code = match event.code {
            KeyCode::BackTab => KeyCode::Tab,
            // Terminals disagree on the case of letters under Ctrl.
            KeyCode::Char(c) if has(KeyModifiers::CONTROL) => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        let shift = event.code == KeyCode::BackTab
            || (has(KeyModifiers::SHIFT) && !matches!(code, KeyCode::Char(_)));
        Some(Self {
            code,
            ctrl: has(KeyModifiers::CONTROL),
            alt: has(KeyModifiers::ALT),
            shift,
        })
    }

    /// Reads one key.
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut key = Self::plain(KeyCode::Null);
        let mut rest = text;
        loop {
            let (modifier, after) = match rest.split_once('-') {
                Some((modifier, after)) if !modifier.is_empty() && !after.is_empty() => {
                    (modifier, after)
                }
                _ => break,
            };
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" | "c" => key.ctrl = true,
                "alt" | "a" => key.alt = true,
                "shift" | "s" => key.shift = true,
                _ => return Err(unknown()),
            }
            rest = after;
        }
        key.code = match code(rest).ok_or_else(unknown)? {
            // As they arrive: under Ctrl case is lost, Shift makes a letter another.
            KeyCode::Char(c) if key.ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Char(c) if key.shift && c.is_ascii_alphabetic() => {
                key.shift = false;
                KeyCode::Char(c.to_ascii_uppercase())
            }
            code => code,
        };
        Ok(key)
    }

    /// Returns what terminals send instead, for a key that never arrives as itself.
    pub(crate) fn stand_in(self) -> Option<&'static str> {
        match (self.code, self.ctrl, self.shift) {
            (KeyCode::Char('i'), true, _) => Some("Tab"),
            (KeyCode::Char('m'), true, _) => Some("Enter"),
            (KeyCode::Char('h'), true, _) => Some("Backspace"),
            (KeyCode::Char('['), true, _) => Some("Esc"),
            (KeyCode::Char('a'..='z' | ' ' | '4'..='7'), true, false) => None,
            (KeyCode::Char(_), true, _) | (KeyCode::Char(_), _, true) => {
                Some("another key or nothing")
            }
            (KeyCode::Char('['), _, _) if self.alt => Some("the start of another key's sequence"),
            (KeyCode::Char('O'), _, _) if self.alt => Some("the start of another key's sequence"),
            (KeyCode::Tab, true, _) => Some("Tab"),
            (KeyCode::Enter, true, _) | (KeyCode::Enter, _, true) => Some("Enter"),
            (KeyCode::Backspace, true, _) | (KeyCode::Backspace, _, true) => Some("Backspace"),
            (KeyCode::Esc, true, _) | (KeyCode::Esc, _, true) => Some("Esc"),
            (KeyCode::Esc, _, _) if self.alt => Some("Esc"),
            _ => None,
        }
    }

    /// Returns its edit of an input; `None` for keys that leave it.
    pub(crate) const fn request(self) -> Option<InputRequest> {
        if self.alt {
            return None;
        }
        match (self.code, self.ctrl) {
            (KeyCode::Char(c), false) => Some(InputRequest::InsertChar(c)),
            (KeyCode::Char('a'), true) | (KeyCode::Home, _) => Some(InputRequest::GoToStart),
            (KeyCode::Char('e'), true) | (KeyCode::End, _) => Some(InputRequest::GoToEnd),
            (KeyCode::Char('b'), true) | (KeyCode::Left, false) => Some(InputRequest::GoToPrevChar),
            (KeyCode::Char('f'), true) | (KeyCode::Right, false) => {
                Some(InputRequest::GoToNextChar)
            }
            (KeyCode::Char('k'), true) => Some(InputRequest::DeleteTillEnd),
            (KeyCode::Char('u'), true) => Some(InputRequest::DeleteFromStart),
            (KeyCode::Char('w'), true) => Some(InputRequest::DeletePrevWord),
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => {
                Some(InputRequest::DeletePrevChar)
            }
            (KeyCode::Delete, _) => Some(InputRequest::DeleteNextChar),
            _ => None,
        }
    }

    /// Reads a sequence of keys with spaces between them.
    pub(crate) fn parse_all(text: &str) -> Result<Sequence, UnknownKey> {
        text.split_whitespace().map(Self::parse).collect()
    }
}

const NAMED: [(&str, KeyCode); 15] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
];

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c));
    }
    let lower = name.to_ascii_lowercase();
    let function = lower
        .strip_prefix('f')
        .and_then(|number| number.parse().ok());
    if let Some(number @ 1..=12) = function {
        return Some(KeyCode::F(number));
    }
    NAMED
        .iter()
        .find(|(word, _)| *word == lower)
        .map(|(_, code)| *code)
}

/// As it is shown in the footer, in help and in the README: `^D`, `S-Tab`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alt {
            f.write_str("Alt-")?;
        }
        if self.shift {
            f.write_str("S-")?;
        }
        match self.code {
            KeyCode::Char(' ') if self.ctrl => f.write_str("^Space"),
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl => write!(f, "^{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => {
                if self.ctrl {
                    f.write_str("^")?;
                }
                let name = NAMED
                    .iter()
                    .find(|(_, named)| *named == code)
                    .map_or("?", |(name, _)| name);
                let mut chars = name.chars();
                let first = chars.next().into_iter().flat_map(char::to_uppercase);
                f.write_str(&first.chain(chars).collect::<String>())
            }
        }
    }
}

/// Shows a sequence: `gg`, `^D`.
pub(crate) fn show(sequence: &[Key]) -> String {
    sequence.iter().map(Key::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_shown() {
        for (text, shown) in [
            ("j", "j"),
            ("P", "P"),
            ("ctrl-d", "^D"),
            ("space", "Space"),
            ("S-Tab", "S-Tab"),
            ("pgdn", "PgDn"),
            ("esc", "Esc"),
            ("-", "-"),
            ("[", "["),
            ("alt-x", "Alt-x"),
            ("ctrl-P", "^P"),
            ("shift-p", "P"),
            ("f5", "F5"),
            ("ctrl-space", "^Space"),
            ("ctrl-up", "^Up"),
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(show(&Key::parse_all("g g").unwrap()), "gg");
    }

    #[test]
    fn nonsense_is_no_key() {
        for text in ["", "hyper-x", "ctrl-", "pgupp", "f13", "f0"] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_that_terminals_cannot_send_are_known() {
        for (text, sent) in [
            ("ctrl-i", "Tab"),
            ("ctrl-m", "Enter"),
            ("ctrl-h", "Backspace"),
            ("ctrl-[", "Esc"),
            ("ctrl-1", "another key or nothing"),
            ("shift-1", "another key or nothing"),
            ("shift-enter", "Enter"),
            ("alt-[", "the start of another key's sequence"),
        ] {
            assert_eq!(Key::parse(text).unwrap().stand_in(), Some(sent), "{text}");
        }
        for text in [
            "ctrl-p",
            "ctrl-s",
            "P",
            "!",
            "S-Tab",
            "ctrl-up",
            "alt-x",
            "f5",
            "esc",
            "ctrl-space",
        ] {
            assert_eq!(Key::parse(text).unwrap().stand_in(), None, "{text}");
        }
    }

    #[test]
    fn events_become_the_same_keys() {
        let event = |code, modifiers| Key::of(&KeyEvent::new(code, modifiers)).unwrap();
        assert_eq!(
            event(KeyCode::BackTab, KeyModifiers::SHIFT),
            Key::parse("S-Tab").unwrap()
        );
        assert_eq!(
            event(KeyCode::Char('P'), KeyModifiers::SHIFT),
            Key::parse("P").unwrap()
        );
        assert_eq!(
            event(KeyCode::Char('L'), KeyModifiers::CONTROL),
            Key::parse("ctrl-l").unwrap()
        );
    }
}
