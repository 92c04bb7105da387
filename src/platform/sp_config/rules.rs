//! What of an object is compared: what changes by itself is not, order counts
//! only where it means something, and secrets are hidden.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::file::name_of;
use super::target::inner_name;
use super::types::{
    FORM_DEFINITION, IDENTITY_OBJECT_CONFIG, IDENTITY_PROFILE, LIFECYCLE_STATE, SOURCE, WORKFLOW,
};
use crate::engine::secret::{announces_secret, is_indirection, is_placeholder, is_secret_name, mask_text};
use crate::engine::{Element, Field, Secret, Value};
use crate::platform::document::canonical::Side;
use crate::platform::document::{Json, Rules, Treat};

/// What of every type is set by whoever writes, and what an object is known by.
const COMMON: [(&str, Treat); 5] = [
    ("id", Treat::Noise),
    ("created", Treat::Noise),
    ("modified", Treat::Noise),
    ("creator", Treat::Noise),
    ("modifiedBy", Treat::Noise),
];

const OF_TYPES: [(&str, &[(&str, Treat)]); 6] = [
    (
        SOURCE,
        &[
            ("connectorAttributes/since", Treat::Noise),
            ("connectorAttributes/status", Treat::Noise),
            ("connectorAttributes/healthy", Treat::Noise),
            ("connectorAttributes/sourceConnected", Treat::Noise),
            ("connectorAttributes/cloudCacheUpdate", Treat::Noise),
            ("connectorAttributes/hasFullAggregationCompleted", Treat::Noise),
            ("connectorAttributes/subscribedSkus", Treat::Noise),
            ("connectorAttributes/entitlementFiles", Treat::Noise),
            ("connectorAttributes/file", Treat::Noise),
            ("features", Treat::Unordered),
            ("schemas", Treat::SetBy("name")),
            ("schemas/*/attributes", Treat::SetBy("name")),
            ("passwordPolicies", Treat::SetBy("id")),
        ],
    ),
    (
        IDENTITY_PROFILE,
        &[
            ("identityCount", Treat::Noise),
            ("identityRefreshRequired", Treat::Noise),
            ("identityAttributeConfig/attributeTransforms", Treat::SetBy("identityAttributeName")),
        ],
    ),
    (IDENTITY_OBJECT_CONFIG, &[("objectAttributeDetails", Treat::SetBy("name"))]),
    (LIFECYCLE_STATE, &[("identityCount", Treat::Noise)]),
    (FORM_DEFINITION, &[("usedBy", Treat::Noise)]),
    (WORKFLOW, &[("executionCount", Treat::Noise), ("failureCount", Treat::Noise)]),
];

/// Returns the rules for objects of a type.
fn rules(word: &str) -> &'static Rules {
    static OTHERS: LazyLock<Rules> = LazyLock::new(|| Rules::new(&COMMON, |_| false));
    static RULES: LazyLock<HashMap<&str, Rules>> = LazyLock::new(|| {
        let of = |own: &[(&'static str, Treat)]| {
            let all: Vec<(&'static str, Treat)> = COMMON.iter().chain(own).copied().collect();
            Rules::new(&all, |_| false)
        };
        OF_TYPES.iter().map(|(word, own)| (*word, of(own))).collect()
    });
    RULES.get(word).unwrap_or(&OTHERS)
}

/// Returns what is compared of an entry.
pub(super) fn canonical(word: &str, entry: &Json, secrets: &Secrets, side: Side) -> Value {
    let object = entry.get("object").unwrap_or(&Json::Null);
    let mut fields = match rules(word).canonical(object, side) {
        Value::Record(fields) => fields,
        _ => Vec::new(),
    };
    for field in &mut fields {
        let in_connector = word == SOURCE && field.name == CONNECTOR;
        if in_connector && let Value::Record(attributes) = &mut field.value {
            attributes.retain(|attribute| !is_noise(&attribute.name));
        }
        let secret = secrets.is_secret(&field.name, false);
        secrets.hide(&mut field.value, secret, in_connector);
    }
    // What the entry calls it, where the object calls itself otherwise.
    let name = name_of(entry);
    if !name.is_empty() && inner_name(entry) != Some(name) {
        let own = Value::Record(vec![Field::new("name", Value::Text(name.into()))]);
        let field = if side == Side::Replaced { Field::replaced } else { Field::new };
        fields.insert(0, field("self", own));
    }
    Value::Record(fields)
}

/// What holds the settings of a source's connector.
const CONNECTOR: &str = "connectorAttributes";

/// Says whether a setting of a connector changes by itself.
fn is_noise(name: &str) -> bool {
    name.ends_with("DeltaToken") || name.ends_with(".file")
}

/// Which values of an object are secret.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Those that the connector itself encrypts.
    encrypted: HashSet<String>,
}

impl Secrets {
    /// Reads what the connector encrypts, on either side.
    pub(super) fn of<'j>(entries: impl IntoIterator<Item = &'j Json>) -> Self {
        let lists = entries.into_iter().filter_map(|entry| entry.get("object")?.get(CONNECTOR));
        let names = lists.flat_map(|attributes| attributes.text_of("encrypted").split(','));
        let names = names.map(str::trim).filter(|name| !name.is_empty());
        Self { encrypted: names.map(str::to_owned).collect() }
    }

    fn is_secret(&self, name: &str, in_connector: bool) -> bool {
        (in_connector && self.encrypted.contains(name)) || is_secret_name(name)
    }

    /// Hides what is secret in a value.
    fn hide(&self, value: &mut Value, secret: bool, in_connector: bool) {
        match value {
            Value::Record(fields) => {
                let told = fields.iter().any(|field| names_secret(&field.name, &field.value));
                for field in fields {
                    let secret = secret
                        || self.is_secret(&field.name, in_connector)
                        || (told && field.name == "value");
                    self.hide(&mut field.value, secret, in_connector);
                }
            }
            Value::List(values) => values.iter_mut().for_each(|value| self.hide(value, secret, in_connector)),
            Value::Set(elements) => {
                let each = |Element { value, .. }: &mut Element| self.hide(value, secret, in_connector);
                elements.iter_mut().for_each(each);
            }
            Value::Text(text) if secret && !is_indirection(text) => {
                *value = Value::Secret(Secret::new(text.clone()));
            }
            Value::Text(text) => {
                if let Some(shown) = mask_text("", text) {
                    *value = Value::Secret(Secret::with_mask(text.clone(), shown));
                }
            }
            Value::Int(number) if secret => *value = Value::Secret(Secret::new(number.to_string())),
            Value::Number(text) if secret => *value = Value::Secret(Secret::new(text.clone())),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Number(_) | Value::Secret(_) => {}
        }
    }

    /// Puts the target's secrets into an object of the file that has none in
    /// their places; says whether there were any.
    pub(super) fn keep(&self, entry: &mut Json, base: &Json) -> bool {
        match (entry.as_object_mut().and_then(|entry| entry.get_mut("object")), base.get("object")) {
            (Some(object), Some(base)) => self.fill(object, base, false),
            _ => false,
        }
    }

    fn fill(&self, file: &mut Json, base: &Json, in_connector: bool) -> bool {
        match (file, base) {
            (Json::Object(file), Json::Object(base)) => {
                let told = base.members().any(|(name, value)| names_secret_json(name, value));
                let mut kept = false;
                for (name, there) in base.members() {
                    let secret = self.is_secret(name, in_connector) || (told && name == "value");
                    let is_missing = file.get(name).is_none_or(is_missing);
                    if secret && is_missing && is_value(there) {
                        file.set(name, there.clone());
                        kept = true;
                    } else if let Some(here) = file.get_mut(name) {
                        kept |= self.fill(here, there, in_connector || name == CONNECTOR);
                    }
                }
                kept
            }
            (Json::List(file), Json::List(base)) => {
                let same_length = file.len() == base.len();
                let mut kept = false;
                for (at, here) in file.iter_mut().enumerate() {
                    let there = match identity(here) {
                        Some(known) => base.iter().find(|there| identity(there) == Some(known.clone())),
                        None => base.get(at).filter(|there| same_length && identity(there).is_none()),
                    };
                    kept |= there.is_some_and(|there| self.fill(here, there, in_connector));
                }
                kept
            }
            _ => false,
        }
    }

    /// Returns what the connector encrypts and an entry does not have.
    pub(super) fn missing(&self, entry: &Json) -> Vec<&str> {
        let attributes = entry.get("object").and_then(|object| object.get(CONNECTOR));
        let has = |name: &str| {
            let mut found = false;
            if let Some(attributes) = attributes {
                attributes
                    .walk(&mut |_, value| found |= value.get(name).is_some_and(|value| !is_missing(value)));
            }
            found
        };
        let mut missing: Vec<&str> =
            self.encrypted.iter().map(String::as_str).filter(|name| !has(name)).collect();
        missing.sort_unstable();
        missing
    }
}

/// Says whether a field tells that the `value` beside it is a secret.
fn names_secret(name: &str, value: &Value) -> bool {
    matches!(value, Value::Text(text) if announces_secret(name, text))
}

fn names_secret_json(name: &str, value: &Json) -> bool {
    value.as_text().is_some_and(|text| announces_secret(name, text))
}

/// Says whether a secret is not in the file: exports leave them out, empty or
/// as asterisks.
fn is_missing(value: &Json) -> bool {
    value.is_empty() || value.as_text().is_some_and(is_placeholder)
}

/// Says whether what stands in the place of a secret is one.
fn is_value(value: &Json) -> bool {
    match value {
        Json::Text(text) => !text.is_empty() && !matches!(&**text, "true" | "false"),
        Json::Bool(_) | Json::Null => false,
        other => !other.is_empty(),
    }
}

/// Returns what an element of a list is known by.
fn identity(element: &Json) -> Option<(&'static str, String)> {
    let known = |field: &'static str| {
        let text = element.text_of(field);
        (!text.is_empty()).then(|| (field, text.to_owned()))
    };
    ["id", "name", "key", "uniqueNameForEndPoint"].into_iter().find_map(known)
}
