//! Masks: what stands in a text in place of a secret that somebody hid.

use std::borrow::Cow;

use super::hider::MASK;
use super::name::is_secret_name;
use super::place::{is_filler, is_placeholder};
use super::text::{mask_text, may_hold_address};

/// What masks are made of, as text and as in an address.
const MARKS: [&str; 6] = ["*", "•", "●", "█", "%2A", "%2a"];

/// How many marks in a row are a mask: two asterisks are a power, or bold text.
const LEAST_MARKS: usize = 3;

/// A user's password in an address, as Go's `URL.Redacted` hides it.
const REDACTED: &str = ":xxxxx@";

/// Replaces a mask to find out whether a secret is expected there: as long and as mixed as the
/// tokens that are recognised by that.
const PROBE: &str = "Zx9qProbe7Kw3mProbe5Yv";

/// Returns whether a credential is masked, as a whole (`***`, `<redacted>`) or in part
/// (`abcde*****vwxyz`).
///
/// ```
/// use gatediff::engine::secret::is_masked;
/// assert!(is_masked("********") && is_masked("abcde*****vwxyz"));
/// assert!(!is_masked("") && !is_masked("hunter2") && !is_masked("null"));
/// ```
pub fn is_masked(text: &str) -> bool {
    let is_word = |text: &str| {
        text.chars()
            .all(|c| !c.is_whitespace() && !matches!(c, '{' | '[' | '<' | '"' | '\'' | '=' | ':'))
    };
    is_mask(text) || (is_word(text) && probed(text).is_some())
}

/// Returns whether a text is nothing but a mask. Nothing at all is none, nor is a word that says so.
pub(super) fn is_mask(text: &str) -> bool {
    let is_visible = |c: char| is_filler(c) || matches!(c, '<' | '[' | '(');
    is_placeholder(text)
        && (text.contains(is_visible) || text.trim().eq_ignore_ascii_case("redacted"))
}

/// Returns the number of masks in a text where secrets are expected; `name` is the name of the
/// field that contains it.
///
/// ```
/// use gatediff::engine::secret::masks;
/// assert_eq!(masks("apiUrl", "https://bob:***@h/x?sig=***"), 2);
/// assert_eq!(masks("remark", "*** new ***"), 0);
/// ```
pub fn masks(name: &str, text: &str) -> usize {
    if !may_hold_mask(text) {
        return 0;
    }
    if (is_secret_name(name) && is_masked(text)) || is_hidden_address(text) {
        return 1;
    }
    let Some(probed) = probed(text) else {
        return 0;
    };
    let name = if is_secret_name(name) { "" } else { name };
    let count = |text: &str| text.matches(PROBE).count();
    mask_text(name, &probed).map_or(0, |shown| count(&probed).saturating_sub(count(&shown)))
}

/// Returns whether a text may hold a mask: of most texts a search says no.
pub(in crate::engine) fn may_hold_mask(text: &str) -> bool {
    text.contains(|c: char| is_filler(c) || matches!(c, '%' | '<' | '[' | '('))
        || text.contains(REDACTED)
        || text.trim().eq_ignore_ascii_case("redacted")
}

/// The same for a text that is only looked at if it may hold an address: see
/// [`mask_addresses`](super::mask_addresses).
pub fn masks_of_addresses(name: &str, text: &str) -> usize {
    if may_hold_address(text) {
        masks(name, text)
    } else {
        0
    }
}

/// Returns whether a text is an address of which everything but the driver is hidden, as where it
/// is not certain which part is the password.
fn is_hidden_address(text: &str) -> bool {
    let head = text.trim().strip_suffix(MASK);
    head.is_some_and(|head| {
        head.starts_with("jdbc:") && (head.ends_with("//") || head.ends_with(':'))
    })
}

/// Returns a text with each mask replaced by a probe; `None` if it has none.
fn probed(text: &str) -> Option<String> {
    let mut probed = String::new();
    let mut copied = 0;
    for (place, _) in text
        .match_indices(|c: char| is_filler(c) || matches!(c, '%' | ':'))
        .filter(|(place, _)| text.is_char_boundary(*place))
    {
        let Some(length) = text
            .get(place..)
            .filter(|_| place >= copied)
            .and_then(mask_at)
        else {
            continue;
        };
        probed.push_str(text.get(copied..place).unwrap_or_default());
        if text
            .get(place..)
            .is_some_and(|rest| rest.starts_with(REDACTED))
        {
            probed.push(':');
            probed.push_str(PROBE);
            probed.push('@');
        } else {
            probed.push_str(PROBE);
        }
        copied = place + length;
    }
    if copied == 0 {
        return None;
    }
    probed.push_str(text.get(copied..).unwrap_or_default());
    Some(probed)
}

/// Returns a text with each mask as we write it.
pub(super) fn with_usual_masks(text: &str) -> Cow<'_, str> {
    match probed(text) {
        Some(probed) => probed.replace(PROBE, MASK).into(),
        None => text.into(),
    }
}

/// Returns the length of the mask at the beginning of a text.
fn mask_at(text: &str) -> Option<usize> {
    if text.starts_with(REDACTED) {
        return Some(REDACTED.len());
    }
    MARKS.iter().find_map(|mark| {
        let rest = text.trim_start_matches(mark);
        let length = text.len() - rest.len();
        (length >= LEAST_MARKS * mark.len()).then_some(length)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_left_of_a_hidden_secret_is_counted_wherever_secrets_are_looked_for() {
        for (name, text, count) in [
            ("apiUrl", "https://bob:***@h/x", 1),
            ("apiUrl", "https://bob:********@h/x", 1),
            ("apiUrl", "https://bob:%2A%2A%2A@h/x", 1),
            ("apiUrl", "https://bob:xxxxx@h/x", 1),
            ("apiUrl", "https://bob:•••@h/x", 1),
            ("apiUrl", "https://***@git.example/x.git", 1),
            ("apiUrl", "https://h/x?sig=***&page=2", 1),
            ("apiUrl", "https://hooks.slack.com/services/***", 1),
            ("apiUrl", "https://h/hooks/***", 1),
            ("jdbcUrl", "jdbc:mysql://h/db?user=a&password=***&x=1", 1),
            ("jdbcUrl", "jdbc:mysql://***", 1),
            (
                "additionalInformation",
                r#"{"callback":"ldap://cn:***@h","n":1}"#,
                1,
            ),
            (
                "additionalInformation",
                r#"{"password":"***","token":"****"}"#,
                2,
            ),
            ("reqHeader", "Authorization: Bearer ***", 1),
            ("remark", "moved from ldap://cn:***@h in May", 1),
            ("password", "***", 1),
            ("client_secret", "<redacted>", 1),
            ("secretKey", "abcde*****vwxyz", 1),
            ("credentials", r#"{"user":"u","password":"***"}"#, 1),
            ("remark", "*** new ***", 0),
            ("remark", "**bold**", 0),
            ("apiUrl", "https://h/***/x", 0),
            ("apiUrl", "https://bob:pw@h/***", 0),
            ("password", "", 0),
            ("password", "null", 0),
            ("password", "2 ** 8 = 256", 0),
            ("apiUrl", "https://{{user}}:{{password}}@h", 0),
        ] {
            assert_eq!(masks(name, text), count, "{name} {text}");
        }
    }

    #[test]
    fn a_free_text_counts_only_with_an_address() {
        assert_eq!(masks_of_addresses("remark", "password: ***"), 0);
        assert_eq!(masks_of_addresses("remark", "see https://bob:***@h/x"), 1);
    }

    proptest! {
        /// What we show of an address with a password is recognised when it comes back.
        #[test]
        fn what_is_shown_of_a_password_is_a_mask(
            user in "[a-z]{1,8}", password in "[A-Za-z0-9._~-]{1,20}", host in "[a-z]{1,8}",
        ) {
            let text = format!("https://{user}:{password}@{host}/x");
            let shown = mask_text("url", &text);
            // A placeholder or a template is not hidden.
            if let Some(shown) = shown {
                prop_assert_eq!(masks("url", &shown), 1, "{}", shown);
                prop_assert_eq!(masks("url", &text), 0, "{}", text);
            }
        }

        #[test]
        fn any_text_has_a_count(name in "[a-zA-Z]{0,12}", text in "(?s).{0,60}") {
            prop_assert!(masks(&name, &text) <= text.len());
        }
    }
}
