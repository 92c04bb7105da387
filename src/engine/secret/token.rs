//! Credentials that are recognised by their form, at any position.

use super::hider::Hider;

/// The prefixes of well-known services' tokens, and the minimum length of the rest.
const PREFIXES: &[(&str, usize)] = &[
    ("ghp_", 8),
    ("gho_", 8),
    ("ghu_", 8),
    ("ghs_", 8),
    ("ghr_", 8),
    ("github_pat_", 8),
    ("glpat-", 8),
    ("xoxa-", 8),
    ("xoxb-", 8),
    ("xoxe-", 8),
    ("xoxo-", 8),
    ("xoxp-", 8),
    ("xoxr-", 8),
    ("xoxs-", 8),
    ("xapp-", 8),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("whsec_", 8),
    ("SG.", 16),
    ("AIza", 20),
    ("ya29.", 8),
    ("hvs.", 16),
    ("npm_", 20),
    ("dop_v1_", 16),
    ("shpat_", 16),
    ("pypi-", 32),
];

/// Returns whether a word is a credential by its form alone.
pub(super) fn is_token(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let known = PREFIXES.iter().any(|(prefix, length)| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= *length && has(u8::is_ascii_alphanumeric))
    });
    known || is_jwt(word) || is_aws_key(word) || is_secret_key(word)
}

/// A JSON Web Token: three parts or more, the first a JSON object. Its header
/// alone, as next to a detached signature, is public.
fn is_jwt(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
    word.starts_with("eyJ")
        && word.split_once('.').is_some_and(|(head, rest)| {
            head.len() >= 8 && rest.len() >= 8 && head.bytes().all(is_part)
        })
}

fn is_aws_key(word: &str) -> bool {
    let rest = ["AKIA", "ASIA"]
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix));
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    rest.is_some_and(|rest| rest.len() >= 12 && rest.bytes().all(is_part))
}

/// `sk-…`, but no words such as `sk-learn-pipeline`.
fn is_secret_key(word: &str) -> bool {
    word.strip_prefix("sk-")
        .is_some_and(|rest| rest.len() >= 12 && rest.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Hides tokens in text that is not searched for anything else.
pub(super) fn hide_tokens(text: &str) -> Option<String> {
    let mut hider = Hider::new(text);
    let mut start = 0;
    for part in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))) {
        let word =
            part.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        if is_token(word) {
            hider.hide(start..start + word.len());
        }
        start += part.len();
    }
    hider.finish()
}
