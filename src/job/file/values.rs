//! What the rules of an environment put in the place of values: from its variables and files.

use std::borrow::Cow;

use super::read::read_file;
use crate::engine::rule::{Replacement, RuleError, ValueRule};
use crate::job::failure::{Failure, FailureKind};
use crate::platform::ImportOptions;

/// The largest file that is put in the place of a value.
const LARGEST: u64 = 1 << 20;

/// Returns the options with `${env:NAME}` and `${file:PATH}` replaced in their values: these may
/// hold secrets then, and are nowhere recorded. Blocks.
///
/// # Errors
///
/// Fails with the place of the rule if there is no such variable or file.
pub(super) fn resolved(options: &ImportOptions) -> Result<Cow<'_, ImportOptions>, Failure> {
    if options.values.is_empty() {
        return Ok(Cow::Borrowed(options));
    }
    let rule = |rule: &ValueRule| {
        let filled = |text: &str| {
            fill(text, &environment, &file)
                .map_err(|why| failed(&rule.scope.origin, &why, "set it, or correct the rule"))
        };
        let replacement = match &rule.replacement {
            Replacement::Value(value) => Replacement::Value(in_value(value, &filled)?),
            Replacement::Text { from, to } => Replacement::Text {
                from: from.clone(),
                to: filled(to)?,
            },
        };
        Ok(ValueRule {
            scope: rule.scope.clone(),
            is_filled: replacement != rule.replacement,
            replacement,
        })
    };
    let values: Result<Vec<ValueRule>, Failure> = options.values.iter().map(rule).collect();
    Ok(Cow::Owned(ImportOptions {
        values: values?,
        ..options.clone()
    }))
}

/// Checks that every rule could be used.
///
/// # Errors
///
/// Fails with the place of the first one that could not.
pub(crate) fn check_rules(errors: &[RuleError]) -> Result<(), Failure> {
    let Some((first, others)) = errors.split_first() else {
        return Ok(());
    };
    let more = others
        .iter()
        .map(|error| format!("; {}: {}", error.origin, error.message));
    let why = format!("{}{}", first.message, more.collect::<String>());
    Err(failed(
        &first.origin,
        &why,
        "correct the rule, or remove it; `gatediff plan` shows kinds, keys and paths",
    ))
}

fn failed(origin: &str, why: &str, hint: &str) -> Failure {
    Failure::new(
        FailureKind::Usage,
        "a rule for this environment cannot be used",
    )
    .at(origin)
    .because(why)
    .hint(hint)
}

fn environment(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => {
            format!("the environment variable {name} is not set")
        }
        std::env::VarError::NotUnicode(_) => {
            format!("the environment variable {name} is not UTF-8 text")
        }
    })
}

fn file(path: &str) -> Result<String, String> {
    let bytes = read_file(path, LARGEST)
        .map_err(|failure| format!("{path}: {}", failure.why.unwrap_or(failure.what)))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("{path} is not UTF-8 text"))?;
    // Editors end the last line.
    let text = text
        .strip_suffix('\n')
        .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}

/// Returns a value with the texts in it filled.
fn in_value(
    value: &serde_json::Value,
    filled: &impl Fn(&str) -> Result<String, Failure>,
) -> Result<serde_json::Value, Failure> {
    use serde_json::Value;
    Ok(match value {
        Value::String(text) => Value::String(filled(text)?),
        Value::Array(values) => {
            let values = values.iter().map(|value| in_value(value, filled));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| Ok((name.clone(), in_value(value, filled)?)));
            Value::Object(members.collect::<Result<_, Failure>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// Replaces `${env:NAME}` and `${file:PATH}` in a text; `$${` is `${`.
fn fill(
    text: &str,
    environment: &impl Fn(&str) -> Result<String, String>,
    file: &impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = after;
            continue;
        }
        filled.push_str(before);
        let (name, after) = after
            .split_once('}')
            .ok_or("'${' has no '}': write '$${' for the text itself")?;
        let value = match name.split_once(':') {
            Some(("env", name)) => environment(name)?,
            Some(("file", path)) => file(path)?,
            _ => {
                return Err(
                    "only ${env:NAME} and ${file:PATH} are known: write '$${' for the \
                            text itself"
                        .to_owned(),
                );
            }
        };
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let known = |name: &str| match name {
            "A" => Ok("${env:B}".to_owned()),
            name => Err(format!("{name} is not set")),
        };
        let file = |path: &str| Ok(format!("<{path}>"));
        fill(text, &known, &file)
    }

    #[test]
    fn variables_and_files_are_filled_in_once() {
        assert_eq!(filled("a${env:A}b").unwrap(), "a${env:B}b");
        assert_eq!(filled("${file:/run/x}$").unwrap(), "</run/x>$");
        assert_eq!(filled("$${env:A} ${env:A}").unwrap(), "${env:A} ${env:B}");
        assert_eq!(filled("").unwrap(), "");
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        assert_eq!(filled("${env:NO}").unwrap_err(), "NO is not set");
        for text in ["${A}", "${env:A", "${}"] {
            assert!(filled(text).unwrap_err().contains("'$${'"), "{text}");
        }
    }

    #[test]
    fn texts_inside_of_a_value_are_filled_in() {
        let value = serde_json::json!({"a": ["${env:A}", 1, true], "b": null});
        let done = in_value(&value, &|text| {
            filled(text).map_err(|why| failed("x:1", &why, ""))
        });
        assert_eq!(
            done.unwrap(),
            serde_json::json!({"a": ["${env:B}", 1, true], "b": null})
        );
    }
}
