//! Keys as text: `j`, `ctrl-d`, `space`, `S-Tab`, and sequences such as `g g`.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

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

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown key '{0}'")]
pub(crate) struct UnknownKey(String);

impl Key {
    /// Returns a key without modifiers.
    pub(crate) const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
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
        let shift =
            event.code == KeyCode::BackTab || (has(KeyModifiers::SHIFT) && !matches!(code, KeyCode::Char(_)));
        Some(Self { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT), shift })
    }

    /// Reads one key.
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut key = Self::plain(KeyCode::Null);
        let mut rest = text;
        loop {
            let (modifier, after) = match rest.split_once('-') {
                Some((modifier, after)) if !modifier.is_empty() && !after.is_empty() => (modifier, after),
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
        key.code = code(rest).ok_or_else(unknown)?;
        Ok(key)
    }

    /// Reads a sequence of keys with spaces between them.
    pub(crate) fn parse_all(text: &str) -> Result<Sequence, UnknownKey> {
        text.split_whitespace().map(Self::parse).collect()
    }
}

const NAMED: [(&str, KeyCode); 16] = [
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
    ("f1", KeyCode::F(1)),
];

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c));
    }
    let lower = name.to_ascii_lowercase();
    NAMED.iter().find(|(word, _)| *word == lower).map(|(_, code)| *code)
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
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl => write!(f, "^{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            code => {
                let name = NAMED.iter().find(|(_, named)| *named == code).map_or("?", |(name, _)| name);
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
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(show(&Key::parse_all("g g").unwrap()), "gg");
    }

    #[test]
    fn nonsense_is_no_key() {
        for text in ["", "hyper-x", "ctrl-", "pgupp"] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn events_become_the_same_keys() {
        let event = |code, modifiers| Key::of(&KeyEvent::new(code, modifiers)).unwrap();
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::SHIFT), Key::parse("S-Tab").unwrap());
        assert_eq!(event(KeyCode::Char('P'), KeyModifiers::SHIFT), Key::parse("P").unwrap());
        assert_eq!(event(KeyCode::Char('L'), KeyModifiers::CONTROL), Key::parse("ctrl-l").unwrap());
    }
}
