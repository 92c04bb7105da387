//! Two values of one item, marked so that secrets that differ are shown to.

use std::collections::HashMap;

use super::diff::Named;
use super::item::{Element, Value};
use super::secret::{DIFFERS, Secret, distinguish};

/// Marks the secrets inside `after` that are not those of `before`.
pub(super) fn mark_differing(before: &Value, after: &mut Value) {
    mark(before, after, false);
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::Record(fields) => fields.iter().any(|field| holds_secret(&field.value)),
        Value::Set(elements) | Value::Sequence(elements) => {
            elements.iter().any(|element| holds_secret(&element.value))
        }
        Value::List(values) => values.iter().any(holds_secret),
        _ => false,
    }
}

/// In a list, which is shown as one value, a fully hidden secret is marked,
/// too; elsewhere its field shows that it differs.
fn mark(before: &Value, after: &mut Value, in_list: bool) {
    match (before, after) {
        (Value::Record(before), Value::Record(after)) => {
            let known = Named::new(before);
            for field in after {
                if let Some(before) = known.get(&field.name) {
                    mark(&before.value, &mut field.value, in_list);
                }
            }
        }
        (Value::Set(before), Value::Set(after))
        | (Value::Sequence(before), Value::Sequence(after))
            if after.iter().any(|element| holds_secret(&element.value)) =>
        {
            let known: HashMap<&str, &Element> = before
                .iter()
                .map(|element| (element.id.key(), element))
                .collect();
            for element in after {
                if let Some(before) = known.get(element.id.key()) {
                    mark(&before.value, &mut element.value, in_list);
                }
            }
        }
        (Value::List(before), Value::List(after)) => {
            for (before, after) in before.iter().zip(after) {
                mark(before, after, true);
            }
        }
        (before, after) => {
            if let Some(shown) = marked(before, after, in_list) {
                *after = shown;
            }
        }
    }
}

/// Returns a value of one line or one text as it is shown next to another one,
/// if a secret in it differs from the other's.
fn marked(before: &Value, after: &Value, in_list: bool) -> Option<Value> {
    if before == after {
        return None;
    }
    if let (Value::Secret(old), Value::Secret(new)) = (before, after)
        && (old.shown(), new.shown()) == (None, None)
    {
        return in_list.then(|| Value::Secret(Secret::with_mask(new.shared(), DIFFERS)));
    }
    let (old, new) = (masked(before)?, masked(after)?);
    // The field shows that only the secrets differ.
    if old.1 == new.1 && !in_list {
        return None;
    }
    let shown = distinguish(old, new)?;
    Some(Value::Secret(Secret::with_mask(new.0, shown)))
}

/// Returns a text with its mask; a text without secrets is its own.
fn masked(value: &Value) -> Option<(&str, &str)> {
    match value {
        Value::Text(text) => Some((text, text)),
        Value::Secret(secret) => Some((secret.key(), secret.shown()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str, shown: &str) -> Value {
        Value::Secret(Secret::with_mask(text, shown))
    }

    fn shown(before: &Value, mut after: Value) -> String {
        mark_differing(before, &mut after);
        serde_json::to_string(&after).unwrap()
    }

    #[test]
    fn texts_of_which_one_has_asterisks_for_a_secret_are_never_shown_alike() {
        let stars = Value::Text("password=***\nx=1".into());
        let real = || secret("password=fake-1\nx=2", "password=***\nx=2");
        let expected = r#""password=*** (differs)\nx=2""#;
        assert_eq!(shown(&stars, real()), expected);
        let stars = Value::Text("password=***\nx=2".into());
        let there = secret("password=fake-1\nx=1", "password=***\nx=1");
        assert_eq!(shown(&there, stars), expected);
    }

    #[test]
    fn secrets_in_a_list_that_is_one_value_are_marked() {
        let list =
            |text: &str, n| Value::List(vec![Value::Secret(Secret::new(text)), Value::Int(n)]);
        assert_eq!(
            shown(&list("fake-1", 1), list("fake-2", 2)),
            r#"["*** (differs)",2]"#
        );
        assert_eq!(
            shown(&list("fake-1", 1), list("fake-1", 2)),
            r#"[{"secret":true},2]"#
        );
    }
}
