//! Values as text.

use crate::engine::Value;
use crate::engine::display::safe;

/// Returns a value as text on one line.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(text) => text.to_string(),
        Value::Text(text) => safe(text).into_owned(),
        Value::Secret(secret) => format!("{secret:?}"),
        Value::List(values) => {
            let shown: Vec<String> = values.iter().map(shown).collect();
            format!("[{}]", shown.join(", "))
        }
        // As in JSON, secrets masked.
        Value::Record(_) | Value::Set(_) | Value::Sequence(_) => {
            safe(&serde_json::to_string(value).unwrap_or_default()).into_owned()
        }
    }
}
