//! Placeholders: text instead of a secret.

/// Prefixes of texts that only name where a value is stored.
const KEPT_AT: &[&str] = &[
    "env://",
    "secrets://",
    "secret://",
    "vault://",
    "consul://",
    "file://",
    "kv://",
    "$secret_env.",
    "$secret_conf.",
    "$secret_vault.",
    "$secret_consul.",
    "$secret_kv.",
    "$.secrets.",
];

/// What precedes a credential in a header.
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "token", "apikey", "negotiate"];

/// Words in brackets for an omitted secret.
const LEFT_OUT: &[&str] = &[
    "redacted",
    "hidden",
    "masked",
    "removed",
    "omitted",
    "secret",
    "sensitive",
    "password",
    "token",
    "your",
    "encrypted",
    "confidential",
    "filtered",
    "not exported",
];

/// Returns whether a secret's text is a placeholder: empty, asterisks,
/// `<redacted>`. The file does not have the secret then.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = || text.to_lowercase();
    let stars = text.trim_start_matches(is_filler);
    let hidden = text.chars().count() - stars.chars().count();
    if stars.is_empty() {
        return true;
    }
    // The end may be readable, as the last digits of a card.
    if hidden >= 4 && stars.len() <= 4 && stars.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return true;
    }
    if text.len() >= 3 && text.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
        return true;
    }
    if text.len() > 40 {
        return false;
    }
    let inner = [('<', '>'), ('[', ']'), ('(', ')')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let is_plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '_');
    match inner {
        Some(inner) if inner.chars().all(is_plain) => {
            let inner = inner.to_lowercase();
            LEFT_OUT.iter().any(|word| inner.contains(word))
        }
        Some(_) => false,
        None => matches!(lower().as_str(), "redacted" | "null" | "none" | "undefined"),
    }
}

/// Returns whether a character stands for hidden ones.
pub(super) const fn is_filler(c: char) -> bool {
    matches!(c, '*' | '•' | '●' | '…' | '█')
}

/// Returns whether text only names where a secret is stored, or is filled in
/// later: `env://…`, `$.secrets.…`, `{{token}}`, `${secrets.x}`; so that it may
/// be shown. A boolean instead of a secret counts, too.
pub fn is_indirection(text: &str) -> bool {
    let text = text.trim();
    match text.split_once(' ') {
        Some((scheme, rest)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => {
            is_pointer(rest.trim())
        }
        _ => is_pointer(text),
    }
}

fn is_pointer(text: &str) -> bool {
    text == "true"
        || text == "false"
        || is_kept_elsewhere(text)
        || is_template(text)
        || is_json_path(text)
}

fn is_kept_elsewhere(text: &str) -> bool {
    let rest = KEPT_AT.iter().find_map(|prefix| text.strip_prefix(prefix));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.contains(char::is_whitespace)
            && !rest.contains(['@', '?', '=', ';'])
    })
}

/// Returns whether text is exactly one expression of a template.
fn is_template(text: &str) -> bool {
    const BRACKETS: [(&str, &str); 7] = [
        ("{{{", "}}}"),
        ("{{", "}}"),
        ("${", "}"),
        ("#{", "}"),
        ("<%=", "%>"),
        ("$(", ")"),
        ("%{", "}"),
    ];
    let inner = BRACKETS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let is_part = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$' | '[' | ']' | ' ' | '/' | ':')
    };
    match inner {
        Some(inner) => !inner.trim().is_empty() && inner.chars().all(is_part),
        // An environment variable.
        None => text.strip_prefix('$').is_some_and(|name| {
            name.len() > 1
                && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        }),
    }
}

/// Returns whether text is a path into the output of an earlier step, as `$.trigger.token`.
fn is_json_path(text: &str) -> bool {
    let Some(path) = text.strip_prefix("$.") else {
        return false;
    };
    let is_step = |step: &str| {
        step.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && step
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_[]*-".contains(&byte))
    };
    path.contains('.') && path.split('.').all(is_step)
}

/// Returns whether text is only what precedes a credential.
pub(super) fn is_scheme(text: &str) -> bool {
    SCHEMES.contains(&text.trim().to_ascii_lowercase().as_str())
}

/// Returns whether no part of a secret's text has to be hidden.
pub(super) fn is_none(text: &str) -> bool {
    is_placeholder(text) || is_indirection(text) || is_scheme(text) || is_masked_header(text)
}

/// Returns whether a header's credential is hidden already, or omitted.
fn is_masked_header(text: &str) -> bool {
    text.trim()
        .split_once(' ')
        .is_some_and(|(scheme, rest)| is_scheme(scheme) && is_placeholder(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exports_leave_in_the_place_of_a_secret_is_none() {
        for text in [
            "",
            " ",
            "*",
            "**",
            "***",
            "********",
            "••••••",
            "<redacted>",
            "[REDACTED]",
            "(hidden)",
            "REDACTED",
            "<your-api-key>",
            "xxxxx",
            "XXXX",
            "****9f3a",
            "****…",
            "null",
            "(sensitive value)",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "a",
            "hunter2",
            "*a",
            "***abc",
            "****abcdef",
            "****a-b",
            "x",
            "xy",
            "<a>",
            "<p4ss>",
            "(abc)",
            "[1]",
            "changeme",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn what_reports_where_a_secret_is_kept_may_be_shown() {
        for text in [
            "env://KEY",
            "secrets://key",
            "vault://a/b.c",
            "consul://a",
            "file://a",
            "$secret_env.KEY",
            "$secret_conf.key",
            "$.secrets.1c0ffee0-1",
            "true",
            "false",
            "{{token}}",
            "{{ .Values.token }}",
            "${secrets.x}",
            "${DB_PASSWORD}",
            "$.trigger.token",
            "$.getToken.body.access_token",
            "Bearer {{token}}",
            "Bearer ${TOKEN}",
            "Bearer $secret_env.TOKEN",
            "$TOKEN",
        ] {
            assert!(is_indirection(text), "{text}");
        }
        for text in [
            "env://",
            "",
            "x",
            "{{token}}x",
            "x${a}",
            "Bearer abc",
            "consul://u:p@h",
            "$.a",
            "$2a$10$N9qo8uLOickgx",
            "${'literal'}",
            "{{}}",
            "$1",
            "vault://x?token=y",
            "$Passw0rd",
        ] {
            assert!(!is_indirection(text), "{text}");
        }
    }
}
