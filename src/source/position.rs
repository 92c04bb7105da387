//! Positions in a file, by line and column.

/// A position in a file, both counted from 1; columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// Returns the position of a byte.
    pub(super) fn of_byte(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count()
            + 1;
        Self { line, column }
    }

    /// Returns the position that the JSON reader reports; column 0 is the line
    /// break before.
    pub(super) fn of_reader(line: usize, column: usize, text: &[u8]) -> Self {
        let before = line.checked_sub(2).filter(|_| column == 0);
        let before = before.and_then(|index| text.split(|byte| *byte == b'\n').nth(index));
        before.map_or(Self { line, column }, |before| Self {
            line: line - 1,
            column: before.len() + 1,
        })
    }

    /// Returns the position of the first byte that is not valid UTF-8.
    pub(super) fn of_invalid_utf8(text: &[u8]) -> Option<Self> {
        let error = std::str::from_utf8(text).err()?;
        Some(Self::of_byte(text, error.valid_up_to()))
    }

    pub(super) const fn is_before(self, other: Self) -> bool {
        self.line < other.line || (self.line == other.line && self.column < other.column)
    }
}
