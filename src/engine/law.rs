//! Checks independently of the aligner that exactly the changes shown of a
//! document were written: every value that was added or removed is counted by
//! its name and its text, and each must be part of a change.

use std::collections::HashMap;

use serde_json::Value as Any;

use super::diff::{Change, Op, segments};
use super::item::Value;

/// Values that were added (+) or removed (-), by name and text.
type Ledger = HashMap<(String, String), i64>;

/// Returns what was written and not shown, or shown and not written. `derived`
/// are the names of members that are derived from the rest.
pub fn unexplained(before: &Any, after: &Any, changes: &[Change], derived: &[&str]) -> Vec<String> {
    let mut raw = Ledger::new();
    count("", before, -1, derived, &mut raw);
    count("", after, 1, derived, &mut raw);
    raw.retain(|_, times| *times != 0);
    let mut shown = Shown {
        raw,
        not_written: Ledger::new(),
        secrets: Vec::new(),
        unpaid: Vec::new(),
    };
    for change in changes
        .iter()
        .filter(|change| change.op.is_effective() && change.op != Op::Move)
    {
        let path: Vec<String> = segments(&change.path).collect();
        let name = path.last().cloned().unwrap_or_default();
        let above = path.iter().rev().nth(1).cloned().unwrap_or_default();
        if change.secret {
            for sign in [-1, 1] {
                let is_needed = matches!((change.op, sign), (Op::Add, 1) | (Op::Remove, -1));
                shown
                    .secrets
                    .push(([name.clone(), above.clone()], sign, is_needed));
            }
            continue;
        }
        if change.op != Op::Add {
            shown.take(&name, &above, &change.before, -1);
        }
        if change.op != Op::Remove {
            shown.take(&name, &above, &change.after, 1);
        }
    }
    for ([name, above], sign, is_needed) in std::mem::take(&mut shown.secrets) {
        shown.take_secret(&[&name, &above], sign, is_needed);
    }
    for (name, text, sign) in std::mem::take(&mut shown.unpaid) {
        if !shown.pay_any(&text, sign) {
            *shown.not_written.entry((name, text)).or_default() += sign;
        }
    }
    let left = shown.raw.iter().filter(|(_, times)| **times != 0);
    let mut described: Vec<String> = left
        .map(|((name, text), times)| format!("not shown: {name} {text} ({times:+})"))
        .collect();
    // A value that moved from one element to another is not a difference when counted.
    let not_written = shown
        .not_written
        .into_iter()
        .filter(|(_, times)| *times != 0);
    described.extend(
        not_written.map(|((name, text), times)| format!("not written: {name} {text} ({times:+})")),
    );
    described.sort();
    described
}

struct Shown {
    raw: Ledger,
    not_written: Ledger,
    /// Secrets by the names that they may have; the value may be any.
    secrets: Vec<([String; 2], i64, bool)>,
    /// Claims that no value of its own name meets: perhaps one in a nested list.
    unpaid: Vec<(String, String, i64)>,
}

impl Shown {
    /// Subtracts what a change shows from what was written.
    fn take(&mut self, name: &str, above: &str, value: &Value, sign: i64) {
        match value {
            // A member of a set is identified by its name.
            Value::Null if sign == 1 || !name.is_empty() => {
                let text = Any::String(name.to_owned()).to_string();
                // Otherwise it is an entry, or an element, that is empty.
                let _ = self.pay(above, &text, sign) || self.pay(above, name, sign);
            }
            Value::Null => {}
            Value::Record(fields) => {
                for field in fields {
                    self.take(&field.name, name, &field.value, sign);
                }
            }
            Value::Set(elements) | Value::Sequence(elements) => {
                for element in elements {
                    self.take(&element.label, name, &element.value, sign);
                }
            }
            Value::List(values) => {
                for value in values {
                    self.take(name, above, value, sign);
                }
            }
            // Part of it is masked: an address with a password in it.
            Value::Text(text) if text.contains("***") => {
                self.secrets
                    .push(([name.to_owned(), above.to_owned()], sign, true));
            }
            Value::Secret(_) => {
                self.secrets
                    .push(([name.to_owned(), above.to_owned()], sign, true));
            }
            plain => {
                let text = text_of(&serde_json::to_value(plain).unwrap_or_default());
                // Elements of lists go by the name of their list.
                if !self.pay(name, &text, sign) && !self.pay(above, &text, sign) {
                    self.unpaid.push((name.to_owned(), text, sign));
                }
            }
        }
    }

    /// Takes one value of a name, whichever it is.
    fn take_secret(&mut self, names: &[&str], sign: i64, is_needed: bool) {
        let found = self
            .raw
            .iter()
            .find(|((name, _), times)| names.contains(&name.as_str()) && times.signum() == sign);
        match found.map(|(key, _)| key.clone()) {
            Some((name, text)) => {
                self.pay(&name, &text, sign);
            }
            None if is_needed => {
                let name = names.first().copied().unwrap_or_default();
                *self
                    .not_written
                    .entry((name.to_owned(), "(secret)".to_owned()))
                    .or_default() += sign;
            }
            None => {}
        }
    }

    fn pay(&mut self, name: &str, text: &str, sign: i64) -> bool {
        match self.raw.get_mut(&(name.to_owned(), text.to_owned())) {
            Some(times) if times.signum() == sign => {
                *times -= sign;
                true
            }
            _ => false,
        }
    }

    fn pay_any(&mut self, text: &str, sign: i64) -> bool {
        let found = self
            .raw
            .iter_mut()
            .find(|((_, other), times)| other == text && times.signum() == sign);
        found.is_some_and(|(_, times)| {
            *times -= sign;
            true
        })
    }
}

/// Counts the nonempty values of a document.
fn count(name: &str, json: &Any, sign: i64, derived: &[&str], ledger: &mut Ledger) {
    match json {
        Any::Null => {}
        Any::String(text) if text.is_empty() => {}
        Any::Array(values) => values
            .iter()
            .for_each(|value| count(name, value, sign, derived, ledger)),
        Any::Object(members) => members
            .iter()
            .filter(|(name, _)| !derived.contains(&name.as_str()))
            .for_each(|(name, value)| count(name, value, sign, derived, ledger)),
        plain => *ledger.entry((name.to_owned(), text_of(plain))).or_default() += sign,
    }
}

fn text_of(plain: &Any) -> String {
    match plain {
        Any::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        other => other.to_string(),
    }
}
