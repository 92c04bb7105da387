//! Detects files that are not JSON by their first bytes, to report that instead
//! of a syntax error.

/// The type of a file that is not JSON text in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Empty, or only whitespace.
    Empty,
    /// Only NUL bytes: the result of a crash or a full disk.
    Zeros,
    /// UTF-16, with or without a byte-order mark.
    Utf16,
    /// UTF-32, with or without a byte-order mark.
    Utf32,
    /// Compressed by gzip.
    Gzip,
    /// Compressed by bzip2.
    Bzip2,
    /// Compressed by xz.
    Xz,
    /// Compressed by Zstandard.
    Zstd,
    /// A zip archive, or a spreadsheet.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// A tar archive.
    Tar,
    /// A picture.
    Picture,
    /// A PDF document.
    Pdf,
    /// A dump of `pg_dump`, in its own format or as SQL.
    Dump,
    /// A database file of SQLite.
    Sqlite,
    /// An HTML page: often a login page instead of the file.
    Html,
    /// XML.
    Xml,
    /// A table of comma-separated values.
    Csv,
    /// YAML.
    Yaml,
    /// A script.
    Script,
}

/// Byte sequences with which no JSON text starts.
const BEGINNINGS: [(&[u8], Foreign); 19] = [
    (b"\x1f\x8b", Foreign::Gzip),
    (b"BZh", Foreign::Bzip2),
    (b"\xfd7zXZ\0", Foreign::Xz),
    (b"\x28\xb5\x2f\xfd", Foreign::Zstd),
    (b"PK\x03\x04", Foreign::Zip),
    (b"PK\x05\x06", Foreign::Zip),
    (b"7z\xbc\xaf\x27\x1c", Foreign::SevenZip),
    (b"\x89PNG", Foreign::Picture),
    (b"\xff\xd8\xff", Foreign::Picture),
    (b"GIF8", Foreign::Picture),
    (b"%PDF-", Foreign::Pdf),
    (b"PGDMP", Foreign::Dump),
    (b"SQLite format 3\0", Foreign::Sqlite),
    // Before UTF-16, whose mark is a prefix of this one.
    (b"\xff\xfe\0\0", Foreign::Utf32),
    (b"\0\0\xfe\xff", Foreign::Utf32),
    (b"\xff\xfe", Foreign::Utf16),
    (b"\xfe\xff", Foreign::Utf16),
    (b"#!", Foreign::Script),
    (b"---\n", Foreign::Yaml),
];

impl Foreign {
    /// Recognises files that are not JSON text; `bytes` come without a UTF-8
    /// byte-order mark. Possible JSON with a syntax error is none of these.
    pub(crate) fn recognise(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Some(Self::Empty);
        }
        let begun = BEGINNINGS
            .iter()
            .find(|(beginning, _)| bytes.starts_with(beginning));
        let tar = || (bytes.get(257..262) == Some(b"ustar")).then_some(Self::Tar);
        begun
            .map(|(_, foreign)| *foreign)
            .or_else(tar)
            .or_else(|| wide(bytes))
            .or_else(|| written(bytes))
    }

    /// Returns a sentence that describes the file.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty",
            Self::Zeros => "the file contains only NUL bytes",
            Self::Utf16 => "the file is UTF-16",
            Self::Utf32 => "the file is UTF-32",
            Self::Gzip => "the file is compressed (gzip)",
            Self::Bzip2 => "the file is compressed (bzip2)",
            Self::Xz => "the file is compressed (xz)",
            Self::Zstd => "the file is compressed (zstd)",
            Self::Zip => "the file is an archive (zip)",
            Self::SevenZip => "the file is an archive (7z)",
            Self::Tar => "the file is an archive (tar)",
            Self::Picture => "the file is a picture",
            Self::Pdf => "the file is a PDF document",
            Self::Dump => "the file is a database dump",
            Self::Sqlite => "the file is a SQLite database",
            Self::Html => "the file is an HTML page",
            Self::Xml => "the file is XML",
            Self::Csv => "the file is a table of comma-separated values (CSV)",
            Self::Yaml => "the file is YAML",
            Self::Script => "the file is a script",
        }
    }

    /// Returns what to do.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Empty | Self::Zeros => "export it again, and make sure that it is copied in full",
            Self::Utf16 => "convert it: iconv -f UTF-16 -t UTF-8",
            Self::Utf32 => "convert it: iconv -f UTF-32 -t UTF-8",
            Self::Gzip => "unpack it first: gunzip",
            Self::Bzip2 => "unpack it first: bunzip2",
            Self::Xz => "unpack it first: unxz",
            Self::Zstd => "unpack it first: unzstd",
            Self::Zip => "unpack it first: unzip; if it is a spreadsheet, name the export itself",
            Self::SevenZip => "unpack it first: 7z x",
            Self::Tar => "unpack it first: tar -xf",
            Self::Html => "open it in a browser: it may be a login page instead of the file",
            Self::Picture
            | Self::Pdf
            | Self::Dump
            | Self::Sqlite
            | Self::Xml
            | Self::Csv
            | Self::Yaml
            | Self::Script => "name the export file as the product wrote it",
        }
    }
}

/// Recognises characters of two or four bytes by the NULs in the first ones:
/// JSON starts with ASCII.
fn wide(bytes: &[u8]) -> Option<Foreign> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Some(Foreign::Zeros);
    }
    match bytes {
        [0, 0, 0, 1..=0x7f, ..] | [1..=0x7f, 0, 0, 0, ..] => Some(Foreign::Utf32),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some(Foreign::Utf16),
        [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..] => Some(Foreign::Utf16),
        _ => None,
    }
}

/// How many bytes of the first line are read.
const LINE: usize = 4096;

/// Recognises text formats by how they start.
fn written(bytes: &[u8]) -> Option<Foreign> {
    let begin = bytes.trim_ascii_start();
    let begin = begin.get(..LINE).unwrap_or(begin);
    let line = begin
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    let lower = |text: &[u8]| {
        text.iter()
            .take(14)
            .map(u8::to_ascii_lowercase)
            .collect::<Vec<u8>>()
    };
    match begin {
        [b'<', ..]
            if lower(begin).starts_with(b"<!doctype html")
                || lower(begin).starts_with(b"<html") =>
        {
            Some(Foreign::Html)
        }
        [b'<', ..] => Some(Foreign::Xml),
        [b'-', b'-', ..] if line == b"---" => Some(Foreign::Yaml),
        [b'-', b'-', ..] => Some(Foreign::Dump),
        [b'"', ..] => is_quoted_csv(line).then_some(Foreign::Csv),
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => named(line),
        _ => None,
    }
}

/// Says whether a line is a quoted word followed by a separator.
fn is_quoted_csv(line: &[u8]) -> bool {
    let after = line.iter().skip(1).skip_while(|byte| **byte != b'"').nth(1);
    after.is_some_and(|byte| matches!(byte, b',' | b';' | b'\t'))
}

/// Recognises what starts with a name: a column heading, or a key. More words
/// are a sentence.
fn named(line: &[u8]) -> Option<Foreign> {
    const WORDS: usize = 3;
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    let end = line.iter().position(|byte| !is_name(byte))?;
    let (name, after) = line.split_at_checked(end)?;
    if name.split(|byte| *byte == b' ').count() > WORDS {
        return None;
    }
    match after.first()? {
        b',' | b';' | b'\t' => Some(Foreign::Csv),
        b':' => Some(Foreign::Yaml),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_reported_by_its_beginning() {
        for (bytes, foreign) in [
            (&b""[..], Foreign::Empty),
            (b" \r\n\t", Foreign::Empty),
            (b"\0\0\0\0", Foreign::Zeros),
            (b"\0", Foreign::Zeros),
            (b"{\0\"\0", Foreign::Utf16),
            (b"\0{\0\n", Foreign::Utf16),
            (b"\0{\x4e\x00", Foreign::Utf16),
            (b"{\0\0\0", Foreign::Utf32),
            (b"\0\0\0{", Foreign::Utf32),
            (b"\xff\xfe{\0", Foreign::Utf16),
            (b"\xff\xfe\0\0{\0\0\0", Foreign::Utf32),
            (b"<!DOCTYPE html><html>", Foreign::Html),
            (b"\n <HTML lang=\"en\">", Foreign::Html),
            (b"<?xml version=\"1.0\"?>", Foreign::Xml),
            (b"clientId,clientName\n", Foreign::Csv),
            (b"\"clientId\";\"clientName\"\n", Foreign::Csv),
            (b"client id\tname", Foreign::Csv),
            (
                b"importClientRelated:\n  tsmpClientList: []\n",
                Foreign::Yaml,
            ),
            (b"---\nimport: 1", Foreign::Yaml),
            (b"---\r\nimport: 1", Foreign::Yaml),
            (b"--\n-- PostgreSQL database dump\n--", Foreign::Dump),
            (b"#!/bin/sh\n", Foreign::Script),
            (b"BZh91AY", Foreign::Bzip2),
            (b"PK\x03\x04", Foreign::Zip),
        ] {
            assert_eq!(
                Foreign::recognise(bytes),
                Some(foreign),
                "{}",
                bytes.escape_ascii()
            );
        }
        let mut tar = vec![b'x'; 512];
        tar.splice(257..262, *b"ustar");
        assert_eq!(Foreign::recognise(&tar), Some(Foreign::Tar));
    }

    #[test]
    fn json_with_a_mistake_is_still_json() {
        for text in [
            "{", "{'a': 1}", "[1,2]", "\"text\"", "7", "-1", "-1,5", "true", "null", "{]", "}",
            "word", "é",
        ] {
            assert_eq!(Foreign::recognise(text.as_bytes()), None, "{text}");
        }
    }
}
