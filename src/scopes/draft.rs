//! The draft of a scope: its values before they are saved.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::limits::DEFAULT_LEVEL;
use super::part::Part;
use super::scope::{ApiName, Scope};
use crate::engine::diff::{Show, compare};
use crate::engine::{Change, Element, Field, ItemId, Value};
use crate::platform::digirunner::kinds::SCOPE;

/// The draft of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// Its alias; empty for none.
    pub alias: String,
    /// Its description; may be empty.
    pub description: String,
    /// The id of its security level; empty for none, which no rule allows.
    pub level: String,
    /// How long it is valid, in seconds; 0 means no limit.
    pub seconds: i64,
    /// How often it may be authorized; 0 means no limit.
    pub times: i64,
    /// The ids of its authentication types.
    pub authentications: BTreeSet<String>,
    /// Its APIs.
    pub apis: BTreeSet<ApiName>,
}

impl Default for Draft {
    /// Returns the initial values of the product's page.
    fn default() -> Self {
        Self {
            name: String::new(),
            alias: String::new(),
            description: String::new(),
            level: DEFAULT_LEVEL.to_owned(),
            seconds: 0,
            times: 0,
            authentications: BTreeSet::new(),
            apis: BTreeSet::new(),
        }
    }
}

impl Draft {
    /// Returns the current values of a scope.
    pub fn of(catalogue: &Catalogue, scope: &Scope) -> Self {
        let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        Self {
            name: scope.name.to_string(),
            alias: text(&scope.alias),
            description: text(&scope.description),
            level: text(&scope.level),
            seconds: scope.seconds,
            times: scope.times,
            authentications: scope
                .authentications
                .iter()
                .map(ToString::to_string)
                .collect(),
            apis: catalogue
                .apis_of(scope)
                .map(|api| api.name.clone())
                .collect(),
        }
    }

    /// Returns the item that it will be.
    pub fn item(&self) -> ItemId {
        ItemId::new(SCOPE, self.name.as_str())
    }

    /// Returns the differences from `before`, field by field; for a new scope, everything. Values
    /// that a scope loses are `remove`.
    pub fn changes(&self, before: Option<&Self>) -> Vec<Change> {
        compare(
            before.map(Self::value).as_ref(),
            &self.value(),
            Show::Differences,
        )
    }

    /// Returns it as the engine compares it, with the names that an export
    /// file has for its fields.
    pub(super) fn value(&self) -> Value {
        let text = |text: &str| {
            let text: Arc<str> = text.into();
            Value::text(Some(&text))
        };
        let element = |label: String| Element {
            replaced: true,
            ..Element::named(label, Value::Null)
        };
        Value::Record(vec![
            Field::new(Part::Name.field(), text(&self.name)),
            Field::new(Part::Alias.field(), text(&self.alias)),
            Field::new(Part::Description.field(), text(&self.description)),
            Field::new(Part::Level.field(), text(&self.level)),
            Field::new(Part::Duration.field(), Value::Int(self.seconds)),
            Field::new(Part::Times.field(), Value::Int(self.times)),
            Field::new(
                Part::Apis.field(),
                Value::set(self.apis.iter().map(|api| element(api.to_string()))),
            ),
            Field::new(
                Part::Authentications.field(),
                Value::set(self.authentications.iter().cloned().map(element)),
            ),
        ])
    }
}
