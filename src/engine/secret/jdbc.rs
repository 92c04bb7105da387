//! JDBC addresses, which differ from driver to driver.

use super::name::is_secret_name;
use super::place::is_none;

/// Returns `url` with credentials replaced by `***`, or `None` if it holds none.
///
/// Knows `//user:password@`, Oracle's `user/password@`, and parameters such as
/// `password=…` wherever JDBC drivers accept them. A password may contain any
/// separator: in doubt everything is hidden.
pub(super) fn mask_url(url: &str) -> Option<String> {
    let (head, parameters) = url.split_at(url.find(['?', ';']).unwrap_or(url.len()));
    let (scheme, place) = split_scheme(url);
    let login = head
        .rsplit_once('@')
        .map(|(login, _)| login)
        .unwrap_or_default();
    let is_doubtful = login.contains(['=', '('])
        || (parameters.contains('@') && !(is_host(place) && are_plain(parameters)));
    if is_doubtful {
        return Some(format!("{scheme}***"));
    }
    let (shown, rest) = mask_login(scheme, login, url).unwrap_or_default();
    match (
        shown.is_empty(),
        mask_parameters(if shown.is_empty() { url } else { rest }),
    ) {
        (true, masked) => masked,
        (false, masked) => Some(shown + masked.as_deref().unwrap_or(rest)),
    }
}

/// Returns everything up to the host with the password replaced, and the rest;
/// `login` is everything before the `@`.
fn mask_login<'u>(scheme: &str, login: &str, url: &'u str) -> Option<(String, &'u str)> {
    let rest = url.get(login.len() + 1..)?;
    let login = login.get(scheme.len()..)?;
    // Without slashes it is Oracle's form, or something that only looks like it.
    let separator = if scheme.ends_with('/') { ':' } else { '/' };
    let (user, password) = match login.split_once(separator) {
        Some((user, password)) => (login.get(..=user.len())?, password),
        None if separator == ':' => return None,
        None => ("", login),
    };
    (!password.is_empty()).then(|| (format!("{scheme}{user}***@"), rest))
}

/// Splits `jdbc:driver:` and the slashes after it from the rest.
fn split_scheme(url: &str) -> (&str, &str) {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-_".contains(&byte);
    let mut length = 0;
    for part in url.split_inclusive(':') {
        match part.strip_suffix(':') {
            Some(name) if name.bytes().all(is_part) => length += part.len(),
            _ => break,
        }
    }
    let slashes = url.get(length..).is_some_and(|rest| rest.starts_with("//"));
    url.split_at(if slashes { length + 2 } else { length })
}

/// Returns whether an address starts with a host, not a user.
fn is_host(place: &str) -> bool {
    let host = place.split(['/', '?', ';']).next().unwrap_or_default();
    let has_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty() && host.split_once(':').is_none_or(|(_, port)| has_port(port))
}

/// Returns whether parameters consist only of names with values.
fn are_plain(parameters: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_part);
    let mut parts = parameters
        .split(['?', '&', ';'])
        .filter(|part| !part.is_empty());
    parts.all(|part| part.split_once('=').is_some_and(|(name, _)| is_name(name)))
}

/// Replaces the values of parameters that are credentials.
fn mask_parameters(text: &str) -> Option<String> {
    let lasts = CLOSES.map(|(_, close)| text.rfind(close));
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some((before, value)) = rest.split_once('=') {
        let name = before
            .rsplit(['?', '&', ';', ':', '/', '(', ','])
            .next()
            .unwrap_or_default();
        let separator = before
            .strip_suffix(name)
            .and_then(|before| before.chars().next_back());
        masked.push_str(before);
        masked.push('=');
        rest = value;
        if is_secret_name(name) {
            let (value, after) =
                value.split_at(length(value, separator, text.len() - value.len(), lasts));
            masked.push_str(if is_none(value) { value } else { "***" });
            found |= !is_none(value);
            rest = after;
        }
    }
    masked.push_str(rest);
    found.then_some(masked)
}

/// The quotes around values.
const CLOSES: [(char, char); 3] = [('{', '}'), ('"', '"'), ('\'', '\'')];

/// Returns the length of a value, by the text before its name; it starts at
/// `start`, and `lasts` has the last position of each of [`CLOSES`] in the
/// whole text.
fn length(value: &str, separator: Option<char>, start: usize, lasts: [Option<usize>; 3]) -> usize {
    let close = CLOSES
        .iter()
        .zip(lasts)
        .find(|((open, _), _)| value.starts_with(*open));
    // A quoted value ends at the last quote, as the quote may be part of it.
    let last = close
        .and_then(|(_, last)| last)
        .filter(|last| *last > start);
    let quoted = last.map_or(0, |last| last + 1 - start);
    let ends: &[char] = match separator {
        Some('(' | ',') => &[')', ','],
        Some('?' | '&') => &['&'],
        _ => &[';'],
    };
    let unquoted = value.get(quoted..).unwrap_or_default();
    quoted + unquoted.find(ends).unwrap_or(unquoted.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_the_password_of_a_url_in_each_place_it_may_stand() {
        for (url, shown) in [
            (
                "jdbc:postgresql://u:pw@h:5432/db",
                "jdbc:postgresql://u:***@h:5432/db",
            ),
            (
                "jdbc:mysql://h/db?user=a&password=pw&x=1",
                "jdbc:mysql://h/db?user=a&password=***&x=1",
            ),
            (
                "jdbc:sqlserver://h;databaseName=d;trustStorePassword=pw;",
                "jdbc:sqlserver://h;databaseName=d;trustStorePassword=***;",
            ),
        ] {
            assert_eq!(mask_url(url).as_deref(), Some(shown));
        }
    }

    #[test]
    fn masks_what_a_driver_takes_for_a_password_whatever_is_in_it() {
        for (url, shown) in [
            (
                "jdbc:oracle:thin:u/CANARY@h:1521:sid",
                "jdbc:oracle:thin:u/***@h:1521:sid",
            ),
            (
                "jdbc:oracle:thin:u/CAN//ARY@//h:1521/s",
                "jdbc:oracle:thin:u/***@//h:1521/s",
            ),
            (
                "jdbc:oracle:thin:u/\"CAN@ARY\"@h:1521:sid",
                "jdbc:oracle:thin:u/***@h:1521:sid",
            ),
            (
                "jdbc:oracle:thin:u/CANARY@(DESCRIPTION=(HOST=h))",
                "jdbc:oracle:thin:u/***@(DESCRIPTION=(HOST=h))",
            ),
            ("jdbc:other:u:CANARY@h", "jdbc:other:u:***@h"),
            (
                "jdbc:mysql://u:CAN@ARY@h:3306/db",
                "jdbc:mysql://u:***@h:3306/db",
            ),
            ("jdbc:mysql://u:CAN?ARY@h/db?ssl=true", "jdbc:mysql://***"),
            ("jdbc:mysql://u:CAN;A&R/Y@h/db", "jdbc:mysql://***"),
            ("jdbc:mysql://u:CAN&password=ARY@h/db", "jdbc:mysql://***"),
            (
                "jdbc:mysql://address=(host=::1)(password=CAN@ARY)/db",
                "jdbc:mysql://***",
            ),
            (
                "jdbc:postgresql://h:5432/db?ssl&password=CAN@ARY",
                "jdbc:postgresql://***",
            ),
            ("jdbc:db2://h:50000/db:password=CAN@ARY;", "jdbc:db2://***"),
            ("jdbc:mysql://:CANARY@h/db", "jdbc:mysql://:***@h/db"),
            (
                "jdbc:mysql://u:CANARY@h,v:CANARY@i/db",
                "jdbc:mysql://u:***@i/db",
            ),
            (
                "jdbc:mysql://(host=h,password=CANARY,user=u)/db",
                "jdbc:mysql://(host=h,password=***,user=u)/db",
            ),
            (
                "jdbc:mysql://address=(host=h)(password=CANARY)(user=u)/db",
                "jdbc:mysql://address=(host=h)(password=***)(user=u)/db",
            ),
            (
                "jdbc:db2://h:50000/db:password=CANARY;",
                "jdbc:db2://h:50000/db:password=***;",
            ),
            (
                "jdbc:sqlserver://h;password={CAN;AR}}Y};ssl=true",
                "jdbc:sqlserver://h;password=***;ssl=true",
            ),
            (
                "jdbc:h2:mem:x;USER=u;PASSWORD='CAN;ARY'",
                "jdbc:h2:mem:x;USER=u;PASSWORD=***",
            ),
            (
                "jdbc:postgresql://h/db?password=CAN=A;R,Y&ssl=true",
                "jdbc:postgresql://h/db?password=***&ssl=true",
            ),
            (
                "jdbc:postgresql://u:CANARY@h/db?sslpassword=CANARY",
                "jdbc:postgresql://u:***@h/db?sslpassword=***",
            ),
            (
                "jdbc:snowflake://h/?private_key_pwd=CANARY",
                "jdbc:snowflake://h/?private_key_pwd=***",
            ),
            (
                "jdbc:x://h/db?passphrase=CANARY",
                "jdbc:x://h/db?passphrase=***",
            ),
        ] {
            assert_eq!(mask_url(url).as_deref(), Some(shown));
        }
    }

    #[test]
    fn leaves_a_url_without_a_password_as_it_is() {
        for url in [
            "jdbc:postgresql://h:5432/db?ssl=true",
            "jdbc:postgresql://h:5432/db?user=me@server&ssl=true",
            "jdbc:sqlserver://h:1433;user=me@server;encrypt=true",
            "jdbc:postgresql://me@h/db",
            "jdbc:oracle:thin:@//h:1521/service",
            "jdbc:mysql://h/db?password=&x=1",
            "",
            "@",
            "//@",
            "=",
        ] {
            assert_eq!(mask_url(url), None, "{url}");
        }
    }
}
