//! Secrets inside two values, shown so that different ones can be distinguished.

use std::collections::HashMap;

use super::text::{MASK, mask_text};
use crate::engine::item::{Element, Field, Value};
use crate::engine::text::differing;

/// Shown for a secret that differs from the one in the other text.
const DIFFERS: &str = "*** (differs)";

/// Shown if that is unknown.
const MAY_DIFFER: &str = "*** (may differ)";

/// Replaces asterisks to find out whether a secret is expected there.
const PROBE: &str = "Zx9qProbe7";

/// How a text of the file treats the secrets inside the target's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masked {
    /// It has its own secrets, or there are none.
    No,
    /// It is the target's text with its secrets masked: nothing else differs.
    Whole,
    /// It has asterisks instead of secrets, and differs in other parts too.
    Partly,
}

/// Returns whether the file's text has asterisks where the target's has secrets.
pub fn masked(name: &str, target: &str, file: &str) -> Masked {
    if !file.contains(MASK) {
        return Masked::No;
    }
    let Some(shown) = mask_text(name, target) else {
        return Masked::No;
    };
    let file_shown = mask_text(name, file);
    let file_shown = file_shown.as_deref().unwrap_or(file);
    let (Some(there), Some(here)) = (hidden(target, &shown), hidden(file, file_shown)) else {
        return Masked::No;
    };
    if shown == file_shown {
        let mut pairs = there.iter().zip(&here);
        return if pairs.all(|(there, here)| *here == MASK || here == there) {
            Masked::Whole
        } else {
            Masked::Partly
        };
    }
    let probe = file.replace(MASK, PROBE);
    let expected = mask_text(name, &probe)
        .is_some_and(|shown| shown.matches(PROBE).count() < probe.matches(PROBE).count());
    let is_lost = there
        .iter()
        .any(|secret| *secret != MASK && !here.contains(secret));
    if expected && is_lost {
        Masked::Partly
    } else {
        Masked::No
    }
}

/// Shows the secrets inside `after` that are not those of `before` as such.
pub(in crate::engine) fn mark_differing(before: &Value, after: &mut Value) {
    if holds_secret(after) {
        mark(before, after, false);
    }
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
            let known: HashMap<&str, &Field> =
                before.iter().map(|field| (&*field.name, field)).collect();
            for field in after {
                if let Some(before) = known.get(&*field.name) {
                    mark(&before.value, &mut field.value, in_list);
                }
            }
        }
        (Value::Set(before), Value::Set(after))
        | (Value::Sequence(before), Value::Sequence(after)) => {
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
        (Value::Secret(before), Value::Secret(after)) if before != after => {
            let shown = match (before.shown(), after.shown()) {
                // The field shows that only the secrets differ.
                (Some(old), Some(new)) if old == new && !in_list => None,
                (Some(old), Some(new)) => distinguish((before.key(), old), (after.key(), new)),
                (None, None) if in_list => Some(DIFFERS.to_owned()),
                _ => None,
            };
            if let Some(shown) = shown {
                *after = super::Secret::with_mask(after.shared(), shown);
            }
        }
        _ => {}
    }
}

/// Returns the second of two masked texts with each of its secrets that differs
/// from the first's marked; `None` if there is none.
fn distinguish(before: (&str, &str), after: (&str, &str)) -> Option<String> {
    let (Some(old), Some(new)) = (hidden(before.0, before.1), hidden(after.0, after.1)) else {
        let can_differ = before.1.contains(MASK) && after.1.contains(MASK);
        return can_differ.then(|| after.1.replace(MASK, MAY_DIFFER));
    };
    let (old_lines, new_lines) = (lines(before.1, &old), lines(after.1, &new));
    let mut differs = vec![false; new.len()];
    for (gone, come) in differing(&texts(&old_lines), &texts(&new_lines)) {
        let secrets = |lines: &[Line], all: &std::ops::Range<usize>| {
            let first = lines.get(all.start).map_or(0, |line| line.first);
            let last = lines.get(all.end).map_or(usize::MAX, |line| line.first);
            first..last
        };
        let (gone, come) = (secrets(&old_lines, &gone), secrets(&new_lines, &come));
        let gone = old
            .get(gone.start..gone.end.min(old.len()))
            .unwrap_or_default();
        if gone.is_empty() {
            continue;
        }
        for (nth, index) in (come.start..come.end.min(new.len())).enumerate() {
            if let (Some(differs), Some(secret)) = (differs.get_mut(index), new.get(index)) {
                *differs = gone.get(nth) != Some(secret);
            }
        }
    }
    differs.contains(&true).then(|| {
        let mut pieces = after.1.split(MASK);
        let mut shown = pieces.next().unwrap_or_default().to_owned();
        for (piece, differs) in pieces.zip(&differs) {
            shown.push_str(if *differs { DIFFERS } else { MASK });
            shown.push_str(piece);
        }
        shown
    })
}

/// Returns what a masked text hides, in order: the text where the mask has
/// asterisks. `None` if the text does not match the mask.
fn hidden<'t>(text: &'t str, shown: &str) -> Option<Vec<&'t str>> {
    let trimmed = text.trim();
    let text = if shown.trim().len() == shown.len() {
        trimmed
    } else {
        text
    };
    let mut pieces = shown.split(MASK);
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut hidden = Vec::new();
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_none() {
            rest.len() - rest.strip_suffix(piece).map(|_| piece.len())?
        } else {
            rest.find(piece)?
        };
        hidden.push(rest.get(..end)?);
        rest = rest.get(end + piece.len()..)?;
    }
    Some(hidden)
}

/// A line of a masked text, with its secrets in it.
struct Line {
    text: String,
    /// The number of preceding secrets.
    first: usize,
}

fn lines(shown: &str, hidden: &[&str]) -> Vec<Line> {
    let mut count = 0;
    let line = |line: &str| {
        let first = count;
        let mut pieces = line.split(MASK);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            // Control characters separate hidden from visible parts.
            text.push('\u{1}');
            text.push_str(hidden.get(count).copied().unwrap_or_default());
            text.push('\u{2}');
            text.push_str(piece);
            count += 1;
        }
        Line { text, first }
    };
    shown.split_inclusive('\n').map(line).collect()
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| &*line.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::secret::Secret;

    fn value(text: &str) -> Value {
        match mask_text("notes", text) {
            Some(shown) => Value::Secret(Secret::with_mask(text, shown)),
            None => Value::Text(text.into()),
        }
    }

    /// What is shown of the second text next to the first.
    fn shown(before: &str, after: &str) -> String {
        let mut value_after = value(after);
        mark_differing(&value(before), &mut value_after);
        match value_after {
            Value::Secret(secret) => secret.shown().unwrap_or_default().to_owned(),
            _ => after.to_owned(),
        }
    }

    #[test]
    fn a_secret_that_differs_beside_other_text_is_marked() {
        assert_eq!(
            shown(
                "[a]\npassword=fake-1\nuser=x\n",
                "[a]\npassword=fake-2\nuser=y\n"
            ),
            "[a]\npassword=*** (differs)\nuser=y\n"
        );
        assert_eq!(
            shown("https://bob:fake-1@host/x", "https://bob:fake-2@host/y"),
            "https://bob:*** (differs)@host/y"
        );
    }

    #[test]
    fn a_secret_that_stays_is_not_marked() {
        assert_eq!(
            shown("password=fake-1\nuser=x\n", "user=y\npassword=fake-1\n"),
            "user=y\npassword=***\n"
        );
        assert_eq!(
            shown(
                "user=x\npassword=fake-1\n",
                "token=fake-0\nuser=x\npassword=fake-1\n"
            ),
            "token=***\nuser=x\npassword=***\n"
        );
    }

    #[test]
    fn secrets_that_change_places_are_marked() {
        assert_eq!(
            shown(
                "password=fake-1\ntoken=fake-2\nx=1",
                "password=fake-2\ntoken=fake-1\nx=2"
            ),
            "password=*** (differs)\ntoken=*** (differs)\nx=2"
        );
    }

    #[test]
    fn secrets_in_a_list_that_is_one_value_are_marked() {
        let list =
            |secret: &str, n| Value::List(vec![Value::Secret(Secret::new(secret)), Value::Int(n)]);
        let mut after = list("fake-2", 2);
        mark_differing(&list("fake-1", 1), &mut after);
        let Value::List(values) = after else {
            unreachable!()
        };
        assert_eq!(format!("{:?}", values[0]), "Secret(*** (differs))");
    }

    #[test]
    fn asterisks_in_the_place_of_a_secret_are_seen() {
        let of = |target, file| masked("notes", target, file);
        assert_eq!(
            of("password=fake-1\nx=1", "password=***\nx=1"),
            Masked::Whole
        );
        assert_eq!(
            of("password=fake-1\nx=1", "password=***\nx=2"),
            Masked::Partly
        );
        assert_eq!(
            of("password=fake-1\nx=1", "password=fake-2\nx=2"),
            Masked::No
        );
        assert_eq!(of("/*** note ***/ a=1", "/*** note ***/ a=2"), Masked::No);
        assert_eq!(
            of(
                "/*** note ***/ password=fake-1",
                "/*** n ***/ password=fake-1"
            ),
            Masked::No
        );
    }
}
