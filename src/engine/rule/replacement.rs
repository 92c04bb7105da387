//! What a rule puts in the place of a value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::json::{Json, Object};
use crate::engine::secret::{is_secret_name, mask_text};

/// What takes the place of a value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Replacement {
    /// Another value.
    Value(serde_json::Value),
    /// The same value with a text replaced, wherever it occurs in the texts of
    /// the value.
    Text {
        /// The text, literally.
        from: String,
        /// The text in its place.
        to: String,
    },
}

/// It may hold a secret.
impl fmt::Debug for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value",
            Self::Text { .. } => "Text",
        })
    }
}

impl Replacement {
    /// Returns whether it is another value, whatever was there.
    pub const fn is_literal(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// Returns whether what takes the place of a value holds a credential; `name` is that of the
    /// value.
    pub(super) fn holds_secret(&self, name: &str) -> bool {
        match self {
            Self::Value(value) => holds_secret(name, value, false),
            Self::Text { to, .. } => mask_text(name, to).is_some(),
        }
    }

    /// Returns the value in the place of another one; `None` if that stays.
    ///
    /// # Errors
    ///
    /// Fails if the two are of different types.
    pub fn of(&self, json: &Json) -> Result<Option<Json>, String> {
        match self {
            Self::Value(value) => {
                let value = json_of(value);
                let (here, there) = (value.type_word(), json.type_word());
                let fits = here == there || [&value, json].contains(&&Json::Null);
                match fits {
                    true => Ok(Some(value).filter(|value| value != json)),
                    false => Err(format!("it is {here}, and the file has {there} there")),
                }
            }
            Self::Text { from, to } => Ok(text_replaced(json, from, to)),
        }
    }
}

/// Returns whether a value holds a credential. What is called a secret is checked where it stands:
/// schemas know better than its name.
fn holds_secret(name: &str, value: &serde_json::Value, is_below: bool) -> bool {
    match value {
        serde_json::Value::String(text) => {
            let is_named = is_below && is_secret_name(name) && !text.is_empty();
            is_named || mask_text(name, text).is_some()
        }
        serde_json::Value::Array(values) => {
            let mut values = values.iter();
            values.any(|value| holds_secret(name, value, is_below))
        }
        serde_json::Value::Object(members) => members
            .iter()
            .any(|(name, value)| holds_secret(name, value, true)),
        _ => false,
    }
}

/// Returns a text in which another one is replaced; `None` if it does not
/// contain that.
pub fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    (!from.is_empty() && text.contains(from)).then(|| text.replace(from, to))
}

/// Returns a value in whose texts a text is replaced; `None` if none contains
/// it.
fn text_replaced(json: &Json, from: &str, to: &str) -> Option<Json> {
    let mut any = false;
    let mut below = |json: &Json| match text_replaced(json, from, to) {
        Some(new) => {
            any = true;
            new
        }
        None => json.clone(),
    };
    let new = match json {
        Json::Text(text) => return replaced(text, from, to).map(Json::text),
        Json::List(elements) => Json::List(elements.iter().map(below).collect()),
        Json::Object(object) => {
            let members = object.members();
            let members = members.map(|(name, json)| (name.into(), below(json)));
            Json::Object(Object::read(members.collect(), object.span()))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => return None,
    };
    any.then_some(new)
}

/// Returns a value as a document has it.
fn json_of(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(truth) => Json::Bool(*truth),
        serde_json::Value::Number(number) => Json::Number(number.to_string().into()),
        serde_json::Value::String(text) => Json::text(text.as_str()),
        serde_json::Value::Array(elements) => Json::List(elements.iter().map(json_of).collect()),
        serde_json::Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (name.as_str().into(), json_of(value)));
            Json::Object(members.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(replacement: &Replacement, value: &serde_json::Value) -> Result<String, String> {
        let json = json_of(value);
        let new = replacement.of(&json)?;
        Ok(new.map_or_else(|| "unchanged".to_owned(), |new| new.print()))
    }

    #[test]
    fn a_value_takes_the_place_of_one_of_its_type_or_of_none() {
        let value = |value| Replacement::Value(value);
        assert_eq!(after(&value(json!(5)), &json!(7)), Ok("5".to_owned()));
        assert_eq!(after(&value(json!(5)), &json!(null)), Ok("5".to_owned()));
        assert_eq!(
            after(&value(json!(5)), &json!(5)),
            Ok("unchanged".to_owned())
        );
        let list = value(json!([{"a": 1}]));
        assert_eq!(after(&list, &json!([])), Ok(r#"[{"a":1}]"#.to_owned()));
        assert_eq!(
            after(&value(json!("5")), &json!(7)),
            Err("it is text, and the file has a number there".to_owned())
        );
    }

    #[test]
    fn a_text_is_replaced_wherever_it_occurs_and_literally() {
        let dev = Replacement::Text {
            from: "dev.".to_owned(),
            to: "$1uat.".to_owned(),
        };
        let value = json!({"a": ["https://dev.x/dev.", "devx"], "n": 1});
        assert_eq!(
            after(&dev, &value),
            Ok(r#"{"a":["https://$1uat.x/$1uat.","devx"],"n":1}"#.to_owned())
        );
        assert_eq!(after(&dev, &json!("devx")), Ok("unchanged".to_owned()));
    }
}
