//! A value that can be compared and never shown.

use std::fmt;
use std::sync::Arc;

/// A secret in comparable form.
///
/// It has no `Display`, its `Debug` says `***`, and there is no way to read
/// the value back: rows that are to be written travel another road (the
/// platform's own rows), not through items.
///
/// ```
/// use gatediff::engine::Secret;
/// let secret = Secret::new("s3cret");
/// assert_eq!(secret, Secret::new("s3cret"));
/// assert_eq!(format!("{secret:?}"), "***");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: Arc<str>,
    shown: Option<Arc<str>>,
}

impl Secret {
    /// Returns a secret of which nothing may be shown.
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self { value: value.into(), shown: None }
    }

    /// Returns a secret with a part that may be shown, such as a JDBC URL
    /// whose password is masked.
    pub fn with_mask(value: impl Into<Arc<str>>, shown: impl Into<Arc<str>>) -> Self {
        Self { value: value.into(), shown: Some(shown.into()) }
    }

    /// Returns the value to match elements by, for the comparison alone.
    pub(super) fn key(&self) -> &str {
        &self.value
    }

    /// Returns the value to tell elements of one identity by.
    pub(super) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.value)
    }

    /// Returns a secret that stands for this one, with the same part to show.
    pub(super) fn replaced(&self, value: impl Into<Arc<str>>) -> Self {
        Self { value: value.into(), shown: self.shown.clone() }
    }

    /// Returns the part that may be shown, if there is one.
    pub fn shown(&self) -> Option<&str> {
        self.shown.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown().unwrap_or("***"))
    }
}

/// Names of URL parameters whose values are credentials.
const CREDENTIALS: [&str; 7] = ["password", "passwd", "pwd", "secret", "token", "mima", "apikey"];

/// Returns `url` with credentials replaced by `***`, or `None` if it holds none.
///
/// Looks for `//user:password@` and for `password=…`-like parameters after
/// `?`, `&` or `;` (JDBC URLs of all the drivers use one of these).
pub fn mask_url(url: &str) -> Option<String> {
    let mut masked = String::with_capacity(url.len());
    let mut found = false;
    for piece in url.split_inclusive(['?', '&', ';']) {
        let (body, end) = match piece.char_indices().next_back() {
            Some((at, '?' | '&' | ';')) => piece.split_at(at),
            _ => (piece, ""),
        };
        match body.split_once('=') {
            Some((name, value)) if is_credential(name) && !value.is_empty() => {
                found = true;
                masked.push_str(name);
                masked.push_str("=***");
            }
            _ => match mask_userinfo(body) {
                Some(hidden) => {
                    found = true;
                    masked.push_str(&hidden);
                }
                None => masked.push_str(body),
            },
        }
        masked.push_str(end);
    }
    found.then_some(masked)
}

fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CREDENTIALS.iter().any(|word| name.contains(word))
}

fn mask_userinfo(text: &str) -> Option<String> {
    let (before, rest) = text.split_once("//")?;
    let (userinfo, host) = rest.split_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    (!password.is_empty() && !user.contains('/')).then(|| format!("{before}//{user}:***@{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_itself() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "***");
    }

    #[test]
    fn masks_the_password_of_a_url_in_each_place_it_may_stand() {
        for (url, shown) in [
            ("jdbc:postgresql://u:pw@h:5432/db", "jdbc:postgresql://u:***@h:5432/db"),
            ("jdbc:mysql://h/db?user=a&password=pw&x=1", "jdbc:mysql://h/db?user=a&password=***&x=1"),
            (
                "jdbc:sqlserver://h;databaseName=d;trustStorePassword=pw;",
                "jdbc:sqlserver://h;databaseName=d;trustStorePassword=***;",
            ),
        ] {
            assert_eq!(mask_url(url).as_deref(), Some(shown));
        }
        assert_eq!(mask_url("jdbc:postgresql://h:5432/db?ssl=true"), None);
    }
}
