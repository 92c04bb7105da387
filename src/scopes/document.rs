//! A scope as JSON: what is printed can be read again.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDateTime;
use serde::de::{self, DeserializeOwned, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_path_to_error::{Path, Segment};

use super::catalogue::Catalogue;
use super::draft::Draft;
use super::duration::parse_duration;
use super::scope::{ApiInfo, ApiName, ClientInfo, Scope};
use crate::engine::diff::push_segment;
use crate::source::{self, ParseError, Root, RootKey, brief};

/// A scope as JSON. The fields of a [`Draft`] are read back; the rest is for
/// display.
#[derive(Debug, Serialize)]
pub struct ScopeDocument<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'c str>,
    name: &'c str,
    alias: Option<&'c str>,
    description: Option<&'c str>,
    /// In seconds.
    duration: i64,
    times: i64,
    level: Option<&'c str>,
    authentications: Vec<&'c str>,
    apis: Vec<Api<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holders: Option<Vec<Holder<'c>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<NaiveDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<NaiveDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<&'c str>,
}

#[derive(Debug, Serialize)]
struct Api<'c> {
    module: &'c str,
    api: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'c str>,
    /// Whether it is missing in the target.
    #[serde(rename = "lacking", skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
}

#[derive(Debug, Serialize)]
struct Holder<'c> {
    id: &'c str,
    name: &'c str,
    level: Option<&'c str>,
    /// Whether the client does not exist.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
}

impl<'c> ScopeDocument<'c> {
    /// Returns a scope with its context.
    pub fn new(catalogue: &'c Catalogue, scope: &'c Scope) -> Self {
        Self {
            id: Some(&scope.id),
            name: &scope.name,
            alias: scope.alias.as_deref(),
            description: scope.description.as_deref(),
            duration: scope.seconds,
            times: scope.times,
            level: scope.level.as_deref(),
            authentications: scope.authentications.iter().map(|id| &**id).collect(),
            apis: catalogue.apis_of(scope).map(Api::of).collect(),
            holders: Some(catalogue.holders_of(scope).map(Holder::of).collect()),
            created_at: scope.created_at,
            created_by: Some(&scope.created_by),
            updated_at: scope.updated_at,
            updated_by: scope.updated_by.as_deref(),
        }
    }

    /// Returns the draft of the scope.
    pub fn of_draft(draft: &'c Draft, id: Option<&'c str>) -> Self {
        let optional = |text: &'c str| Some(text).filter(|text| !text.is_empty());
        Self {
            id,
            name: &draft.name,
            alias: optional(&draft.alias),
            description: optional(&draft.description),
            duration: draft.seconds,
            times: draft.times,
            level: optional(&draft.level),
            authentications: draft.authentications.iter().map(String::as_str).collect(),
            apis: draft.apis.iter().map(Api::named).collect(),
            holders: None,
            created_at: None,
            created_by: None,
            updated_at: None,
            updated_by: None,
        }
    }

    /// Leaves out its clients.
    #[must_use]
    pub fn without_holders(self) -> Self {
        Self {
            holders: None,
            ..self
        }
    }
}

impl<'c> Api<'c> {
    fn of(api: &'c ApiInfo) -> Self {
        Self {
            name: api.title.as_deref(),
            missing: api.is_missing(),
            ..Self::named(&api.name)
        }
    }

    fn named(name: &'c ApiName) -> Self {
        Self {
            module: &name.module,
            api: &name.key,
            name: None,
            missing: false,
        }
    }
}

impl<'c> Holder<'c> {
    fn of(client: &'c ClientInfo) -> Self {
        Self {
            id: &client.id,
            name: &client.name,
            level: client.level.as_deref(),
            missing: !client.exists,
        }
    }
}

/// Reads a draft from JSON: an object of its fields, or the whole document that
/// `scope show` prints. Missing or null fields are as in a new scope, and a
/// missing name is empty. Display-only fields are ignored, unknown ones are
/// errors.
///
/// # Errors
///
/// Fails with line, column and JSON path. The message contains no text of the
/// file except names of properties.
pub fn parse_draft(bytes: &[u8]) -> Result<Draft, ParseError> {
    match source::find_root_key(bytes, Root::Object, |key| (key == "scope").then_some(()))? {
        RootKey::Known(()) => read::<Document>(bytes).map(|document| document.scope.draft()),
        RootKey::Unknown(_) => read::<Fields>(bytes).map(Fields::draft),
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParseError> {
    let text = source::text(bytes)?;
    let explain = |error: &serde_json::Error, path: String| {
        let mut error = ParseError::from_json(error, path, text);
        error.message = reworded(&error.message).into_owned();
        error
    };
    let mut json = serde_json::Deserializer::from_slice(text);
    let read: T = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| explain(error.inner(), pointer(error.path())))?;
    json.end().map_err(|error| explain(&error, String::new()))?;
    Ok(read)
}

/// Returns a path as a JSON pointer.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                push_segment(&mut pointer, &brief(key));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// Rephrases the JSON reader's message, without the value that it names.
fn reworded(described: &str) -> Cow<'_, str> {
    let wrong = described
        .strip_prefix("invalid type: ")
        .or_else(|| described.strip_prefix("invalid value: "));
    if let Some((found, expected)) = wrong.and_then(|wrong| wrong.rsplit_once(", expected ")) {
        let found = match found.split([' ', ',']).next().unwrap_or_default() {
            "string" => "text",
            "integer" if described.starts_with("invalid value") => "one that is too large",
            "integer" => "a whole number",
            "floating" => "a number with a fraction",
            "boolean" => "true or false",
            "map" => "an object",
            "sequence" => "a list",
            "null" => "null",
            _ => "something else",
        };
        let expected = match expected {
            "i64" => "a whole number",
            "a string" => "text",
            "a sequence" => "a list",
            expected => expected,
        };
        return format!("expected {expected}, found {found}").into();
    }
    if let Some((key, _)) = described
        .strip_prefix("unknown field `")
        .and_then(|key| key.split_once("`, "))
    {
        return format!("unknown property '{}'", brief(key)).into();
    }
    match described.split_once(" field `") {
        Some((how @ ("missing" | "duplicate"), key)) => {
            format!("{how} property '{}'", key.trim_end_matches('`')).into()
        }
        _ => described.into(),
    }
}

/// The context that `scope show` prints around a scope.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Document {
    scope: Fields,
    #[serde(default, rename = "format_version")]
    _format_version: IgnoredAny,
    #[serde(default, rename = "command")]
    _command: IgnoredAny,
    #[serde(default, rename = "status")]
    _status: IgnoredAny,
    #[serde(default, rename = "platform")]
    _platform: IgnoredAny,
    #[serde(default, rename = "target")]
    _target: IgnoredAny,
}

/// A scope's fields, including display-only ones.
#[derive(Default, Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "an object of a scope's fields"
)]
struct Fields {
    name: Option<String>,
    alias: Option<String>,
    description: Option<String>,
    duration: Option<Seconds>,
    times: Option<i64>,
    level: Option<String>,
    authentications: Option<Vec<String>>,
    apis: Option<Vec<ApiFields>>,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "holders")]
    _holders: IgnoredAny,
    #[serde(rename = "created_at")]
    _created_at: IgnoredAny,
    #[serde(rename = "created_by")]
    _created_by: IgnoredAny,
    #[serde(rename = "updated_at")]
    _updated_at: IgnoredAny,
    #[serde(rename = "updated_by")]
    _updated_by: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with module and api")]
struct ApiFields {
    module: String,
    api: String,
    #[serde(default, rename = "name")]
    _name: IgnoredAny,
    #[serde(default, rename = "lacking")]
    _missing: IgnoredAny,
}

impl Fields {
    fn draft(self) -> Draft {
        let new = Draft::default();
        let apis = self.apis.into_iter().flatten();
        Draft {
            name: self.name.unwrap_or_default(),
            alias: self.alias.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            level: self.level.unwrap_or(new.level),
            seconds: self.duration.map_or(new.seconds, |duration| duration.0),
            times: self.times.unwrap_or(new.times),
            authentications: self.authentications.into_iter().flatten().collect(),
            apis: apis.map(|api| ApiName::new(api.module, api.api)).collect(),
        }
    }
}

/// A duration: a number of seconds, or text with a unit.
struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Amount).map(Self)
    }
}

struct Amount;

impl Visitor<'_> for Amount {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of seconds, or text such as 30d")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        parse_duration(text)
            .map_err(|violation| E::custom(format_args!("{violation}; {}", violation.hint)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Draft {
        parse_draft(json.as_bytes()).unwrap()
    }

    fn refused(json: &str) -> (String, String) {
        let error = parse_draft(json.as_bytes()).unwrap_err();
        let place = error.position.map_or_else(String::new, |position| {
            format!("{}:{} ", position.line, position.column)
        });
        (format!("{place}{}", error.path), error.message)
    }

    #[test]
    fn what_is_printed_of_any_scope_reads_back_as_that_scope() {
        let catalogue = Catalogue::sample();
        for scope in catalogue.scopes() {
            let printed = serde_json::to_string(&ScopeDocument::new(&catalogue, scope)).unwrap();
            let seen = Draft::of(&catalogue, scope);
            assert_eq!(draft(&printed), seen);
            let wrapped =
                format!(r#"{{"format_version":"1.0","command":"scope show","scope":{printed}}}"#);
            assert_eq!(draft(&wrapped), seen);
            let printed = serde_json::to_string(&ScopeDocument::of_draft(&seen, None)).unwrap();
            assert_eq!(draft(&printed), seen);
        }
    }

    #[test]
    fn what_a_file_does_not_have_is_as_in_a_new_scope() {
        assert_eq!(draft("{}"), Draft::default());
        let nulls =
            r#"{"name": "n", "alias": null, "level": null, "apis": null, "duration": null}"#;
        assert_eq!(
            draft(nulls),
            Draft {
                name: "n".to_owned(),
                ..Draft::default()
            }
        );
    }

    #[test]
    fn a_duration_is_seconds_or_text_with_its_unit() {
        assert_eq!(draft(r#"{"duration": 90}"#).seconds, 90);
        assert_eq!(draft(r#"{"duration": "30d"}"#).seconds, 2_592_000);
        let (place, message) = refused(r#"{"duration": "3 weeks"}"#);
        assert_eq!(place, "1:22 /duration");
        assert!(message.starts_with("1352 "), "{message}");
        assert_eq!(
            refused(r#"{"duration": 1.5}"#).1.split(", found ").last(),
            Some("a number with a fraction")
        );
        assert!(
            refused(r#"{"duration": 99999999999999999999}"#)
                .1
                .starts_with("expected a whole number")
        );
    }

    #[test]
    fn a_mistake_is_reported_with_its_place_and_without_the_value() {
        let (place, message) = refused("{\n \"times\": \"hush\"}");
        assert_eq!(
            (place.as_str(), message.as_str()),
            ("2:16 /times", "expected a whole number, found text")
        );
        let (place, message) =
            refused(r#"{"apis": [{"module": "m", "api": "k"}, {"module": "m", "api": 7}]}"#);
        assert_eq!(
            (place.as_str(), message.as_str()),
            ("1:63 /apis/1/api", "expected text, found a whole number")
        );
        let (_, message) = refused(r#"{"apis": ["m/k"]}"#);
        assert_eq!(
            message,
            "expected an object with module and api, found text"
        );
        let (_, message) = refused(r#"{"apis": [{"module": "m"}]}"#);
        assert_eq!(message, "missing property 'api'");
        let (_, message) = refused(r#"{"times": 18446744073709551615}"#);
        assert_eq!(
            message,
            "expected a whole number, found one that is too large"
        );
        let (_, message) = refused(r#"{"name": "a", "name": "b"}"#);
        assert_eq!(message, "duplicate property 'name'");
        let (_, message) = refused(r#"{"duratoin": 5}"#);
        assert_eq!(message, "unknown property 'duratoin'");
        assert_eq!(
            refused("[]").1,
            "expected an object at the root, found a list"
        );
        assert_eq!(refused("{} {}").0, "1:4 ");
        assert!(parse_draft(b"").is_err() && parse_draft(b"PK\x03\x04").is_err());
    }
}
