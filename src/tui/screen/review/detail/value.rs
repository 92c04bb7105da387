//! A value in a few words.

use crate::engine::Value;

/// Returns a value as one line of text. Secrets are shown as set.
pub(crate) fn brief(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(text) => text.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Secret(secret) => secret.shown().unwrap_or("set").to_owned(),
        Value::Record(fields) => {
            let set = fields.iter().filter(|field| field.value != Value::Null);
            let described: Vec<String> = set
                .map(|field| match &field.value {
                    nested @ (Value::Record(_) | Value::Set(_) | Value::Sequence(_)) => {
                        format!("{} {{{}}}", field.name, brief(nested))
                    }
                    plain => format!("{} {}", field.name, brief(plain)),
                })
                .collect();
            described.join(", ")
        }
        Value::Set(elements) | Value::Sequence(elements) => {
            let described: Vec<String> = elements
                .iter()
                .map(|element| match &element.value {
                    Value::Null => element.label.to_string(),
                    inside => format!("{} {{{}}}", element.label, brief(inside)),
                })
                .collect();
            described.join(", ")
        }
        Value::List(values) => {
            let described: Vec<String> = values.iter().map(brief).collect();
            format!("[{}]", described.join(", "))
        }
    }
}
