//! libpq's three ways to write down a connection: a URL, a keyword string, a service file.
//!
//! Errors never repeat the invalid text: it may be part of a password.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parameters::{Handling, PARAMETERS, Parameter};

/// What is wrong with a written connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It is neither a URL nor a keyword string.
    #[error("it is neither a postgresql:// URL nor a string of keywords such as host=… dbname=…")]
    NeitherForm,
    /// A `%` is not followed by two hexadecimal digits, or what they say is not text.
    #[error("a percent sign is not followed by the code of a character")]
    Percent,
    /// There is an `@` after the host.
    #[error("unexpected @ after the host")]
    StrayAt,
    /// The port is not a number between 1 and 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// Host names, addresses and ports are not as many as each other.
    #[error("it has {hosts} hosts and {others} values of {keyword}")]
    Unequal {
        /// How many hosts there are.
        hosts: usize,
        /// How many values of the other parameter there are.
        others: usize,
        /// The other parameter.
        keyword: &'static str,
    },
    /// A parameter is unknown.
    #[error("it has an unknown parameter")]
    UnknownParameter,
    /// A parameter has no value.
    #[error("a parameter has no value")]
    NoValue,
    /// A quotation mark is not closed.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// The value of this parameter is invalid.
    #[error("the value of {0} is invalid")]
    Value(&'static str),
    /// What this parameter asks for is not supported; ignoring it could make a connection that it
    /// forbids.
    #[error("{name} is not supported: {why}")]
    Refused {
        /// The parameter, and what it has been set to if that is no secret.
        name: &'static str,
        /// Why.
        why: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Two parameters exclude each other.
    #[error("{0}")]
    Contradiction(&'static str),
}

/// Connection parameters from any source; empty values count as not given, as in libpq.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    values: BTreeMap<&'static str, Value>,
}

#[derive(Clone, PartialEq, Eq)]
struct Value {
    text: String,
    /// Where it was given, for errors.
    origin: Arc<str>,
}

/// An older name of a parameter, and what its value `1` means.
const REQUIRE_SSL: (&str, &str) = ("requiressl", "PGREQUIRESSL");

impl Settings {
    /// Reads a URL or a keyword string.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        for scheme in ["postgresql://", "postgres://"] {
            if let Some(rest) = text.strip_prefix(scheme) {
                return parse_url(rest);
            }
        }
        parse_keywords(text)
    }

    /// Reads the variables of the environment.
    pub(super) fn from_environment(env: &impl Fn(&str) -> Option<String>) -> Self {
        let mut settings = Self::default();
        for parameter in PARAMETERS {
            if let Some(variable) = parameter.variable
                && let Some(value) = env(variable)
            {
                settings.put(parameter.name, value);
                settings.mark(parameter.name, variable);
            }
        }
        let (_, variable) = REQUIRE_SSL;
        if settings.get("sslmode").is_none()
            && env(variable).is_some_and(|value| value.starts_with('1'))
        {
            settings.put("sslmode", "require".to_owned());
            settings.mark("sslmode", variable);
        }
        settings
    }

    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.values.get(keyword).map(|value| value.text.as_str())
    }

    /// Where a parameter was given.
    pub(super) fn origin(&self, keyword: &str) -> Option<&str> {
        self.values.get(keyword).map(|value| &*value.origin)
    }

    /// Says where all of them were given.
    pub(super) fn from(mut self, origin: &str) -> Self {
        let origin: Arc<str> = origin.into();
        for value in self.values.values_mut() {
            value.origin = Arc::clone(&origin);
        }
        self
    }

    fn mark(&mut self, keyword: &str, origin: &str) {
        if let Some(value) = self.values.get_mut(keyword) {
            value.origin = origin.into();
        }
    }

    /// Fills in what is not given here. A host and its address belong together: if one is given
    /// here, the other is not filled in.
    pub(super) fn fill_from(&mut self, other: Self) {
        const HOST: [&str; 2] = ["host", "hostaddr"];
        let has_host = HOST.iter().any(|keyword| self.values.contains_key(keyword));
        for (keyword, value) in other.values {
            if has_host && HOST.contains(&keyword) {
                continue;
            }
            self.values.entry(keyword).or_insert(value);
        }
    }

    /// Returns the first parameter that is refused, and why.
    pub(super) fn refused(&self) -> Option<(&'static str, Malformed)> {
        self.values.iter().find_map(|(name, value)| {
            let parameter = Parameter::named(name)?;
            let Handling::Refused { harmless, remedy } = parameter.handling else {
                return None;
            };
            let refused = Malformed::Refused {
                name: parameter.name,
                why: parameter.note,
                remedy,
            };
            (!harmless.contains(&value.text.as_str())).then_some((parameter.name, refused))
        })
    }

    /// Sets a parameter by its name in libpq.
    pub(super) fn set(&mut self, keyword: &str, value: String) -> Result<(), Malformed> {
        if keyword == REQUIRE_SSL.0 {
            let mode = if value.starts_with('1') {
                "require"
            } else {
                "prefer"
            };
            self.put("sslmode", mode.to_owned());
            return Ok(());
        }
        let parameter = Parameter::named(keyword).ok_or(Malformed::UnknownParameter)?;
        if parameter.handling == Handling::Ignored {
            tracing::debug!(keyword, "connection parameter without effect");
        }
        self.put(parameter.name, value);
        Ok(())
    }

    fn put(&mut self, keyword: &'static str, text: String) {
        if !text.is_empty() {
            let origin = Arc::from("");
            self.values.insert(keyword, Value { text, origin });
        }
    }
}

/// Reads what follows `postgresql://`.
fn parse_url(rest: &str) -> Result<Settings, Malformed> {
    let mut settings = Settings::default();
    // The last @ before the first slash, so that a bare @ in a password does not end up, with
    // the rest of that password, in the name of a host that is shown.
    let head = rest.split_once('/').map_or(rest, |(head, _)| head);
    let place = match head.rsplit_once('@') {
        Some((credentials, _)) => {
            read_credentials(&mut settings, credentials)?;
            rest.get(credentials.len() + 1..).unwrap_or_default()
        }
        None => rest,
    };
    let (place, query) = match place.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (place, None),
    };
    let (server, database) = place.split_once('/').unwrap_or((place, ""));
    read_server(&mut settings, server)?;
    if database.contains('@') {
        return Err(Malformed::StrayAt);
    }
    settings.put("dbname", decoded(database)?);
    if let Some(query) = query {
        read_query(&mut settings, query)?;
    }
    Ok(settings)
}

fn read_credentials(settings: &mut Settings, credentials: &str) -> Result<(), Malformed> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    settings.put("user", decoded(user)?);
    settings.put("password", decoded(password)?);
    Ok(())
}

/// Reads `HOST:PORT,HOST:PORT`.
fn read_server(settings: &mut Settings, servers: &str) -> Result<(), Malformed> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for server in servers.split(',') {
        let (host, port) = match server.strip_prefix('[') {
            Some(bracketed) => {
                let (host, rest) = bracketed.split_once(']').ok_or(Malformed::NeitherForm)?;
                (host, rest.strip_prefix(':').unwrap_or(rest))
            }
            None => server.split_once(':').unwrap_or((server, "")),
        };
        hosts.push(decoded(host)?);
        ports.push(decoded(port)?);
    }
    let joined = |parts: &[String]| {
        let is_empty = parts.iter().all(String::is_empty);
        if is_empty {
            String::new()
        } else {
            parts.join(",")
        }
    };
    settings.put("host", joined(&hosts));
    settings.put("port", joined(&ports));
    Ok(())
}

fn read_query(settings: &mut Settings, query: &str) -> Result<(), Malformed> {
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair.split_once('=').ok_or(Malformed::NoValue)?;
        let keyword = decoded(keyword)?;
        let value = decoded(value)?;
        // As JDBC writes it, and libpq reads it.
        if keyword == "ssl" && value == "true" {
            settings.put("sslmode", "require".to_owned());
        } else {
            settings.set(&keyword, value)?;
        }
    }
    Ok(())
}

fn decoded(text: &str) -> Result<String, Malformed> {
    let mut bytes = text.bytes();
    let mut found = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            found.push(byte);
            continue;
        }
        let high = bytes.next().and_then(hexadecimal);
        let low = bytes.next().and_then(hexadecimal);
        match (high, low) {
            (Some(0), Some(0)) => return Err(Malformed::Percent),
            (Some(high), Some(low)) => found.push(high << 4 | low),
            _ => return Err(Malformed::Percent),
        }
    }
    String::from_utf8(found).map_err(|_| Malformed::Percent)
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Reads `host=localhost dbname='my db'`.
fn parse_keywords(text: &str) -> Result<Settings, Malformed> {
    let mut settings = Settings::default();
    let mut rest = text.trim_start();
    if !rest.contains('=') {
        return Err(Malformed::NeitherForm);
    }
    while !rest.is_empty() {
        let (keyword, after) = rest.split_once('=').ok_or(Malformed::NoValue)?;
        let (value, after) = keyword_value(after.trim_start())?;
        let keyword = keyword.trim_end();
        settings.set(keyword, value)?;
        rest = after.trim_start();
    }
    Ok(settings)
}

/// Splits a value from what follows it. A backslash protects the next character.
fn keyword_value(text: &str) -> Result<(String, &str), Malformed> {
    let (quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((offset, character)) = characters.next() {
        let ends = if quoted {
            character == '\''
        } else {
            character.is_whitespace()
        };
        if ends {
            let rest = body
                .get(offset + character.len_utf8()..)
                .unwrap_or_default();
            return Ok((value, rest));
        }
        if character == '\\' {
            value.extend(characters.next().map(|(_, protected)| protected));
        } else {
            value.push(character);
        }
    }
    if quoted {
        return Err(Malformed::OpenQuote);
    }
    Ok((value, ""))
}

/// Reads one section of a service file. `None` if the file has no such section; an error names
/// the line.
pub(super) fn service(text: &str, wanted: &str) -> Result<Option<Settings>, (usize, Malformed)> {
    let mut found: Option<Settings> = None;
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            if found.is_some() {
                break;
            }
            inside = name == wanted;
            if inside {
                found = Some(Settings::default());
            }
        } else if let Some(settings) = found.as_mut().filter(|_| inside) {
            let at = |problem| (number + 1, problem);
            let (keyword, value) = line.split_once('=').ok_or(at(Malformed::NoValue))?;
            let keyword = keyword.trim_end();
            if keyword == "service" {
                return Err(at(Malformed::UnknownParameter));
            }
            // The first of two wins, as in libpq.
            if settings.get(keyword).is_none() {
                settings
                    .set(keyword, value.trim_start().to_owned())
                    .map_err(at)?;
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let settings = Settings::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        settings
            .values
            .into_iter()
            .map(|(keyword, value)| (keyword.to_owned(), value.text))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(keyword, value)| ((*keyword).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn problem(text: &str) -> Malformed {
        Settings::parse(text)
            .err()
            .unwrap_or_else(|| panic!("{text} was read"))
    }

    #[test]
    fn reads_urls() {
        assert_eq!(
            read(
                "postgresql://me:se%20cret@db.example:6432/my%2Fdb?sslmode=require&connect_timeout=3"
            ),
            pairs(&[
                ("connect_timeout", "3"),
                ("dbname", "my/db"),
                ("host", "db.example"),
                ("password", "se cret"),
                ("port", "6432"),
                ("sslmode", "require"),
                ("user", "me"),
            ])
        );
        assert_eq!(read("postgres://"), pairs(&[]));
        assert_eq!(read("postgres://h"), pairs(&[("host", "h")]));
        assert_eq!(read("postgres:///d"), pairs(&[("dbname", "d")]));
        assert_eq!(
            read("postgres://h?ssl=true"),
            pairs(&[("host", "h"), ("sslmode", "require")])
        );
    }

    #[test]
    fn reads_socket_directories_and_addresses_in_urls() {
        assert_eq!(
            read("postgresql://%2Ftmp%2Fx:5433/d"),
            pairs(&[("dbname", "d"), ("host", "/tmp/x"), ("port", "5433")])
        );
        assert_eq!(
            read("postgresql:///d?host=/tmp/x&user=me@server"),
            pairs(&[("dbname", "d"), ("host", "/tmp/x"), ("user", "me@server")])
        );
        assert_eq!(
            read("postgresql://me@[::1]:5433/d"),
            pairs(&[
                ("dbname", "d"),
                ("host", "::1"),
                ("port", "5433"),
                ("user", "me")
            ])
        );
    }

    #[test]
    fn takes_a_bare_at_as_part_of_the_password() {
        assert_eq!(
            read("postgres://me:p@ss?w@h/d"),
            pairs(&[
                ("dbname", "d"),
                ("host", "h"),
                ("password", "p@ss?w"),
                ("user", "me")
            ])
        );
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        assert_eq!(problem("postgres://me:12/cret@h/d"), Malformed::StrayAt);
        assert_eq!(
            problem("postgres://h/d?nonsense=1"),
            Malformed::UnknownParameter
        );
        assert_eq!(problem("postgres://h/d?sslmode"), Malformed::NoValue);
        assert_eq!(problem("postgres://h/%zz"), Malformed::Percent);
        assert_eq!(problem("postgres://h/%00"), Malformed::Percent);
        assert_eq!(problem("postgres://h/%ff"), Malformed::Percent);
        assert_eq!(problem("mysql://h/d"), Malformed::NeitherForm);
        assert_eq!(problem("mydb"), Malformed::NeitherForm);
        assert_eq!(problem("host=a dbname='b"), Malformed::OpenQuote);
        assert_eq!(problem("host=a b"), Malformed::NoValue);
    }

    #[test]
    fn reads_keyword_strings() {
        assert_eq!(
            read(r" host = /tmp/x  dbname='my \'db\\ '  password=a\ b user='' "),
            pairs(&[
                ("dbname", r"my 'db\ "),
                ("host", "/tmp/x"),
                ("password", "a b")
            ])
        );
    }

    #[test]
    fn reads_several_hosts_with_their_ports() {
        assert_eq!(
            read("postgres://a:1,[::1],c:3/d"),
            pairs(&[("dbname", "d"), ("host", "a,::1,c"), ("port", "1,,3")])
        );
        assert_eq!(read("postgres://a,b"), pairs(&[("host", "a,b")]));
    }

    #[test]
    fn an_older_name_of_a_tls_mode_is_read() {
        assert_eq!(read("requiressl=1"), pairs(&[("sslmode", "require")]));
        assert_eq!(read("requiressl=0"), pairs(&[("sslmode", "prefer")]));
    }

    #[test]
    fn what_is_missing_here_is_refused_by_its_name_unless_the_value_asks_for_nothing() {
        for (text, name) in [
            ("gssencmode=require", Some("gssencmode")),
            ("gssencmode=prefer", None),
            ("sslpassword=canary7f3a", Some("sslpassword")),
            ("min_protocol_version=3.2", Some("min_protocol_version")),
            ("replication=database", Some("replication")),
            ("replication=off krbsrvname=x sslcompression=1", None),
        ] {
            let settings = Settings::parse(text).unwrap_or_else(|problem| panic!("{problem}"));
            let refused = settings.refused();
            assert_eq!(refused.as_ref().map(|(name, _)| *name), name, "{text}");
            assert!(!format!("{refused:?}").contains("canary7f3a"));
        }
    }

    const SERVICES: &str = "# mine\n[first]\nhost=a\n\n[second]\nhost = b\n host=c\ndbname= d\n[third]\nnonsense=1\n[fourth]\nservice=first\n";

    #[test]
    fn reads_one_section_of_a_service_file() {
        let second = service(SERVICES, "second").ok().flatten().unwrap();
        assert_eq!(second.get("host"), Some("b"));
        assert_eq!(second.get("dbname"), Some("d"));
        assert!(service(SERVICES, "none").is_ok_and(|found| found.is_none()));
    }

    #[test]
    fn names_the_line_of_a_service_file() {
        assert_eq!(
            service(SERVICES, "third").err(),
            Some((10, Malformed::UnknownParameter))
        );
        assert_eq!(
            service(SERVICES, "fourth").err(),
            Some((12, Malformed::UnknownParameter))
        );
    }
}
