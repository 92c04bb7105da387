//! Item against item, down to the field.

use std::collections::HashMap;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::item::{Element, Field, ItemId, Value};

/// What a change does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// The target gets something that it does not have.
    Add,
    /// The target's value gives way to the file's.
    Replace,
    /// The target loses something.
    Remove,
    /// The target has something else or more, and keeps it.
    Keep,
    /// Both have the same.
    Same,
}

impl Op {
    /// Says whether the target would be written.
    pub const fn is_effective(self) -> bool {
        matches!(self, Self::Add | Self::Replace | Self::Remove)
    }
}

/// One difference between the target and the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// JSON pointer into the item, with labels for the members of sets.
    pub path: String,
    /// What happens to the target.
    pub op: Op,
    /// What the target has; [`Value::Null`] for none, and for secrets.
    pub before: Value,
    /// What the file has; [`Value::Null`] for none, and for secrets.
    pub after: Value,
    /// Whether the values are secret: only that they differ is told.
    pub secret: bool,
    /// The item that has to be written for this change to take effect.
    pub needs: Option<ItemId>,
}

/// JSON as the command line's contract has it: no values for what is kept,
/// none for secrets, no `null` for an addition.
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Change", 6)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("op", &self.op)?;
        if self.secret {
            out.serialize_field("secret", &true)?;
        } else if !matches!(self.op, Op::Keep | Op::Same) {
            if self.op != Op::Add {
                out.serialize_field("before", &self.before)?;
            }
            if self.op != Op::Remove && (self.op == Op::Replace || self.after != Value::Null) {
                out.serialize_field("after", &self.after)?;
            }
        }
        if let Some(needs) = &self.needs {
            out.serialize_field("needs", needs)?;
        }
        out.end()
    }
}

/// Which rows a comparison reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// What differs, kept things included.
    Differences,
    /// Equal fields too.
    Everything,
}

/// Compares what the target has (`base`, `None` for an absent item) with what
/// the file wants.
///
/// Members of sets are matched by identity; what only the target has is kept
/// unless its element says [`replaced`](Element::replaced).
pub fn compare(base: Option<&Value>, wanted: &Value, show: Show) -> Vec<Change> {
    let mut comparison = Comparison { changes: Vec::new(), path: String::new(), show };
    match base {
        Some(base) => comparison.values(base, wanted, &Context::default()),
        None => comparison.additions(wanted, &Context::default()),
    }
    comparison.changes
}

/// What an enclosing field or element says of everything below it.
#[derive(Clone, Default)]
struct Context {
    kept: bool,
    needs: Option<ItemId>,
}

struct Comparison {
    changes: Vec<Change>,
    path: String,
    show: Show,
}

impl Comparison {
    fn values(&mut self, base: &Value, wanted: &Value, context: &Context) {
        match (base, wanted) {
            (Value::Record(base), Value::Record(wanted)) => self.records(base, wanted, context),
            (Value::Set(base), Value::Set(wanted)) => self.sets(base, wanted, context),
            (Value::List(before), Value::List(after)) if !(base.is_plain() && wanted.is_plain()) => {
                self.lists(before, after, context);
            }
            (Value::Null, Value::Record(_) | Value::Set(_)) => self.additions(wanted, context),
            // The file says nothing of a whole record: the target keeps its own.
            (Value::Record(_) | Value::Set(_), Value::Null) => {
                self.leaf(Op::Keep, &Value::Null, &Value::Null, context);
            }
            _ if base == wanted => self.leaf(Op::Same, base, wanted, context),
            _ if context.kept => self.leaf(Op::Keep, base, wanted, context),
            _ => self.leaf(Op::Replace, base, wanted, context),
        }
    }

    fn records(&mut self, base: &[Field], wanted: &[Field], context: &Context) {
        for field in wanted {
            let before =
                base.iter().find(|other| other.name == field.name).map_or(&Value::Null, |other| &other.value);
            let context = Context { kept: context.kept || field.kept, needs: context.needs.clone() };
            self.below(&field.name, |this| this.values(before, &field.value, &context));
        }
        for field in base.iter().filter(|field| field.replaced && field.value != Value::Null) {
            if !context.kept && !wanted.iter().any(|other| other.name == field.name) {
                self.below(&field.name, |this| this.leaf(Op::Remove, &field.value, &Value::Null, context));
            }
        }
    }

    /// Lists of which an element is more than a plain value: place by place.
    fn lists(&mut self, base: &[Value], wanted: &[Value], context: &Context) {
        for at in 0..base.len().max(wanted.len()) {
            self.below(&at.to_string(), |this| match (base.get(at), wanted.get(at)) {
                (Some(before), Some(after)) => this.values(before, after, context),
                (None, Some(after)) => this.leaf(Op::Add, &Value::Null, after, context),
                (Some(before), None) if context.kept => this.leaf(Op::Keep, before, &Value::Null, context),
                (Some(before), None) => this.leaf(Op::Remove, before, &Value::Null, context),
                (None, None) => {}
            });
        }
    }

    fn sets(&mut self, base: &[Element], wanted: &[Element], context: &Context) {
        let before: HashMap<&str, &Element> =
            base.iter().map(|element| (element.id.key(), element)).collect();
        let after: HashMap<&str, &Element> =
            wanted.iter().map(|element| (element.id.key(), element)).collect();
        let mut labels = Labels::default();
        for element in wanted {
            let label = labels.unique(&element.label);
            let context = element.context(context);
            self.below(&label, |this| match before.get(element.id.key()) {
                Some(other) => this.values(&other.value, &element.value, &context),
                None => this.leaf(Op::Add, &Value::Null, &element.value, &context),
            });
        }
        for element in base.iter().filter(|element| !after.contains_key(element.id.key())) {
            let label = labels.unique(&element.label);
            let op = if element.replaced { Op::Remove } else { Op::Keep };
            self.below(&label, |this| this.leaf(op, &element.value, &Value::Null, context));
        }
    }

    /// Everything of an item, a record or a set that the target does not have.
    fn additions(&mut self, wanted: &Value, context: &Context) {
        match wanted {
            Value::Record(fields) => {
                for field in fields {
                    self.below(&field.name, |this| this.additions(&field.value, context));
                }
            }
            Value::Set(elements) => self.sets(&[], elements, context),
            Value::List(values) if !wanted.is_plain() => self.lists(&[], values, context),
            Value::Null if self.show == Show::Differences => {}
            _ => self.leaf(Op::Add, &Value::Null, wanted, context),
        }
    }

    fn leaf(&mut self, op: Op, before: &Value, after: &Value, context: &Context) {
        if op == Op::Same && self.show == Show::Differences {
            return;
        }
        let (before, hidden_before) = disclose(before);
        let (after, hidden_after) = disclose(after);
        // A masked URL that differs only in its password differs in secret.
        let secret = hidden_before || hidden_after || (op == Op::Replace && before == after);
        self.changes.push(Change {
            path: self.path.clone(),
            op,
            before: if secret { Value::Null } else { before },
            after: if secret { Value::Null } else { after },
            secret,
            needs: context.needs.clone(),
        });
    }

    fn below(&mut self, segment: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        push_segment(&mut self.path, segment);
        then(self);
        self.path.truncate(length);
    }
}

impl Element {
    fn context(&self, outer: &Context) -> Context {
        Context { kept: outer.kept, needs: self.needs.clone().or_else(|| outer.needs.clone()) }
    }
}

/// Returns what may be shown of a value, and whether it was wholly hidden.
pub(super) fn disclose(value: &Value) -> (Value, bool) {
    match value {
        Value::Secret(secret) => match secret.shown() {
            Some(shown) => (Value::Text(shown.into()), false),
            None => (Value::Null, true),
        },
        other => (other.clone(), false),
    }
}

/// Appends one segment of a JSON pointer (RFC 6901), escaped.
pub fn push_segment(path: &mut String, segment: &str) {
    for c in segment.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}

/// Returns the segments of a JSON pointer, unescaped.
pub fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// Keeps labels of one set apart: two keys may have the same alias.
#[derive(Default)]
pub(super) struct Labels {
    seen: HashMap<std::sync::Arc<str>, usize>,
}

impl Labels {
    /// Returns the label, numbered where it was given before.
    pub(super) fn unique(&mut self, label: &std::sync::Arc<str>) -> std::sync::Arc<str> {
        let times = self.seen.entry(std::sync::Arc::clone(label)).or_insert(0);
        *times += 1;
        match *times {
            1 => std::sync::Arc::clone(label),
            n => format!("{label} ({n})").into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Secret;

    fn record(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Value::Record(fields.into_iter().map(|(name, value)| Field::new(name, value)).collect())
    }

    fn set<const N: usize>(labels: [&str; N]) -> Value {
        Value::Set(labels.iter().map(|label| Element::named(*label, Value::Null)).collect())
    }

    fn told(base: Option<&Value>, wanted: &Value) -> Vec<String> {
        compare(base, wanted, Show::Differences)
            .iter()
            .map(|change| serde_json::to_string(change).unwrap())
            .collect()
    }

    #[test]
    fn equal_records_differ_in_nothing() {
        let value = record([("tps", Value::Int(10)), ("hosts", set(["a"]))]);
        assert!(compare(Some(&value), &value, Show::Differences).is_empty());
        assert_eq!(compare(Some(&value), &value, Show::Everything).len(), 2);
    }

    #[test]
    fn a_field_that_differs_is_replaced() {
        let told = told(Some(&record([("tps", Value::Int(10))])), &record([("tps", Value::Int(50))]));
        assert_eq!(told, [r#"{"path":"/tps","op":"replace","before":10,"after":50}"#]);
    }

    #[test]
    fn a_secret_that_differs_says_only_that() {
        let secret = |text: &str| record([("mima", Value::Secret(Secret::new(text)))]);
        assert_eq!(
            told(Some(&secret("canary-a")), &secret("canary-b")),
            [r#"{"path":"/mima","op":"replace","secret":true}"#]
        );
        assert_eq!(told(None, &secret("canary-a")), [r#"{"path":"/mima","op":"add","secret":true}"#]);
    }

    #[test]
    fn a_masked_url_that_differs_in_its_password_alone_is_a_secret_difference() {
        let url = |password: &str| {
            record([("jdbcUrl", Value::Secret(Secret::with_mask(password, "jdbc:x?password=***")))])
        };
        assert_eq!(told(Some(&url("a")), &url("b")), [r#"{"path":"/jdbcUrl","op":"replace","secret":true}"#]);
    }

    #[test]
    fn a_kept_secret_is_no_difference_to_act_on() {
        let value =
            |text: &str| Value::Record(vec![Field::kept("clientSecret", Value::Secret(Secret::new(text)))]);
        let changes = compare(Some(&value("a")), &value("b"), Show::Differences);
        assert_eq!(changes.len(), 1);
        assert!(!changes[0].op.is_effective());
        assert!(changes[0].secret);
    }

    #[test]
    fn what_only_the_target_has_in_a_set_is_kept() {
        let told =
            told(Some(&record([("hosts", set(["h/1", "h2"]))])), &record([("hosts", set(["h2", "h3"]))]));
        assert_eq!(told, [r#"{"path":"/hosts/h3","op":"add"}"#, r#"{"path":"/hosts/h~11","op":"keep"}"#]);
    }

    #[test]
    fn a_replaced_element_is_removed() {
        let mut gone = Element::named("GOOGLE", Value::Null);
        gone.replaced = true;
        let base = record([("idpO", Value::Set(vec![gone]))]);
        assert_eq!(
            told(Some(&base), &record([("idpO", set([]))])),
            [r#"{"path":"/idpO/GOOGLE","op":"remove","before":null}"#]
        );
    }

    #[test]
    fn elements_with_the_same_label_are_told_apart() {
        let keys = Value::Set(vec![
            Element::matched("id-1", "alias", Value::Null),
            Element::matched("id-2", "alias", Value::Null),
        ]);
        let paths: Vec<_> =
            compare(None, &record([("keys", keys)]), Show::Differences).into_iter().map(|c| c.path).collect();
        assert_eq!(paths, ["/keys/alias", "/keys/alias (2)"]);
    }

    #[test]
    fn an_absent_item_is_added_field_by_field_without_its_nulls() {
        let wanted = record([
            ("a", Value::Null),
            ("b", Value::Int(1)),
            ("oauth", record([("c", Value::Text("x".into()))])),
        ]);
        assert_eq!(
            told(None, &wanted),
            [r#"{"path":"/b","op":"add","after":1}"#, r#"{"path":"/oauth/c","op":"add","after":"x"}"#]
        );
    }

    #[test]
    fn secrets_inside_an_added_element_are_not_told() {
        let keys = Value::Set(vec![Element::named(
            "k",
            record([("secretKey", Value::Secret(Secret::new("canary")))]),
        )]);
        assert_eq!(
            told(None, &record([("keys", keys)])),
            [r#"{"path":"/keys/k","op":"add","after":{"secretKey":{"secret":true}}}"#]
        );
    }
}
