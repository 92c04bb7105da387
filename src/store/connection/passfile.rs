//! libpq's password file.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::conninfo::Settings;

/// What a line of the file must match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Finds the password of the first line that matches, as in `host:port:database:user:password`.
pub(super) fn password(text: &str, wanted: Wanted<'_>) -> Option<String> {
    let host = if DEFAULT_SOCKETS.contains(&wanted.host) {
        "localhost"
    } else {
        wanted.host
    };
    let port = wanted.port.to_string();
    let fields = [host, &port, wanted.database, wanted.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| password_of_line(line, fields))
        .filter(|password| !password.is_empty())
}

/// In the file, these are written as `localhost`.
const DEFAULT_SOCKETS: &[&str] = &[
    "/var/run/postgresql",
    "/run/postgresql",
    "/tmp",
    "/private/tmp",
];

fn password_of_line(line: &str, wanted: [&str; 4]) -> Option<String> {
    let mut rest = line;
    for value in wanted {
        let (field, is_wildcard, after) = field(rest);
        if !is_wildcard && field != value {
            return None;
        }
        rest = after?;
    }
    Some(field(rest).0)
}

/// Splits off a field: its text without backslashes, whether it is a bare `*`, and what follows
/// its colon, if it has one.
fn field(text: &str) -> (String, bool, Option<&str>) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            ':' => {
                let raw = text.get(..offset).unwrap_or_default();
                return (value, raw == "*", text.get(offset + 1..));
            }
            '\\' => match characters.next() {
                Some((_, protected)) => value.push(protected),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    (value, text == "*", None)
}

/// Looks up a password in a file that no other user can read. Also returns a file that was skipped
/// for that reason.
pub(super) fn password_from_file(
    settings: &Settings,
    home: Option<&Path>,
    wanted: Wanted<'_>,
) -> (Option<String>, Option<PathBuf>) {
    let given = settings.get("passfile").map(PathBuf::from);
    let Some(file) = given.or_else(|| home.map(|home| home.join(".pgpass"))) else {
        return (None, None);
    };
    let Ok(found) = file.metadata() else {
        return (None, None);
    };
    if found.is_file() && found.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "password file not used: other users can read it");
        return (None, Some(file));
    }
    let password = std::fs::read_to_string(&file)
        .ok()
        .and_then(|text| password(&text, wanted));
    (password, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'static> = Wanted {
        host: "db.example",
        port: 5432,
        database: "gate",
        user: "me",
    };

    fn found(text: &str) -> Option<String> {
        password(text, WANTED)
    }

    #[test]
    fn takes_the_first_line_that_matches() {
        let text = "db.example:5432:other:me:no\n*:*:*:me:first\ndb.example:5432:gate:me:second\n";
        assert_eq!(found(text).as_deref(), Some("first"));
    }

    #[test]
    fn only_a_bare_star_matches_everything() {
        assert_eq!(found("*:*:*:*:yes").as_deref(), Some("yes"));
        assert_eq!(found(r"\*:*:*:*:no"), None);
        assert_eq!(found("db*:*:*:*:no"), None);
    }

    #[test]
    fn a_backslash_protects_colons_and_backslashes() {
        assert_eq!(found(r"*:*:*:me:a\:b\\c").as_deref(), Some(r"a:b\c"));
        let wanted = Wanted {
            user: "a:b",
            ..WANTED
        };
        assert_eq!(password(r"*:*:*:a\:b:yes", wanted).as_deref(), Some("yes"));
        let wanted = Wanted {
            host: "::1",
            ..WANTED
        };
        assert_eq!(password(r"\:\:1:*:*:*:six", wanted).as_deref(), Some("six"));
    }

    #[test]
    fn skips_comments_short_lines_and_empty_passwords() {
        assert_eq!(found("#*:*:*:*:no\n*:*:*\n\n*:*:*:*:"), None);
    }

    #[test]
    fn the_default_socket_is_called_localhost() {
        let wanted = Wanted {
            host: "/var/run/postgresql",
            ..WANTED
        };
        assert_eq!(
            password("localhost:*:*:*:yes", wanted).as_deref(),
            Some("yes")
        );
        let wanted = Wanted {
            host: "/srv/socket",
            ..WANTED
        };
        assert_eq!(
            password("localhost:*:*:*:no\n/srv/socket:*:*:*:yes", wanted).as_deref(),
            Some("yes")
        );
    }
}
