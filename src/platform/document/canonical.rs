//! A document in the canonical form that the engine compares.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::json::{Json, Object};
use crate::engine::{Element, Field, Secret, Value};

/// What is special about a part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treat {
    /// It changes by itself, or follows from the rest: never compared.
    Noise,
    /// It is secret; what only says where a secret is may be shown.
    Secret,
    /// Everything below it is secret, value by value.
    SecretsBelow,
    /// A list whose order means nothing; of plain values.
    Unordered,
    /// A list of objects that are known by a field of theirs.
    SetBy(&'static str),
    /// An object whose members are known by their names.
    Map,
}

/// The rules for documents of one kind.
///
/// A rule is a path of names with `/` between them: `*` stands for any one
/// name or place of a list, `**` at the beginning for any path. Of several
/// rules for one place the first counts.
#[derive(Debug)]
pub struct Rules {
    /// By the last name; '' for those that end with `*`.
    by_name: HashMap<&'static str, Vec<Rule>>,
    is_shown: fn(&str) -> bool,
}

#[derive(Debug)]
struct Rule {
    /// From the last name to the first one.
    backwards: Vec<&'static str>,
    /// Whether the path begins anywhere.
    anywhere: bool,
    treat: Treat,
    rank: usize,
}

/// Whose document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The file's.
    File,
    /// The target's, which a cover replaces: what the file lacks is removed.
    Replaced,
    /// The target's, of which a cover keeps what the file does not mention.
    Merged,
}

impl Rules {
    /// Returns rules; `is_shown` says of the text of a secret whether it only
    /// tells where the secret is.
    pub fn new(rules: &[(&'static str, Treat)], is_shown: fn(&str) -> bool) -> Self {
        let mut by_name: HashMap<&'static str, Vec<Rule>> = HashMap::new();
        for (rank, (path, treat)) in rules.iter().enumerate() {
            let mut backwards: Vec<&'static str> = path.split('/').rev().collect();
            let anywhere = backwards.last() == Some(&"**");
            if anywhere {
                backwards.pop();
            }
            let last = backwards.first().copied().unwrap_or_default();
            let key = if last == "*" { "" } else { last };
            by_name.entry(key).or_default().push(Rule { backwards, anywhere, treat: *treat, rank });
        }
        Self { by_name, is_shown }
    }

    /// Returns a document in canonical form: fields sorted by name; null, '',
    /// [] and {} all left out.
    pub fn canonical(&self, document: &Json, side: Side) -> Value {
        let mut path = Vec::new();
        let canon = Canon { rules: self, side };
        match canon.value(document, &mut path, false) {
            Value::Null => Value::Record(Vec::new()),
            value => value,
        }
    }

    /// Returns the rule for a place.
    pub fn treat(&self, path: &[&str]) -> Option<Treat> {
        let last = path.last()?;
        let found = [*last, ""].into_iter().filter_map(|key| self.by_name.get(key)).flatten();
        found.filter(|rule| rule.matches(path)).min_by_key(|rule| rule.rank).map(|rule| rule.treat)
    }
}

impl Rule {
    fn matches(&self, path: &[&str]) -> bool {
        let fits = if self.anywhere {
            path.len() >= self.backwards.len()
        } else {
            path.len() == self.backwards.len()
        };
        let is_same = |(wanted, name): (&&str, &&str)| *wanted == "*" || wanted == name;
        fits && self.backwards.iter().zip(path.iter().rev()).all(is_same)
    }
}

struct Canon<'r> {
    rules: &'r Rules,
    side: Side,
}

impl Canon<'_> {
    fn value<'j>(&self, json: &'j Json, path: &mut Vec<&'j str>, secret: bool) -> Value {
        let treat = self.rules.treat(path);
        if treat == Some(Treat::Noise) || json.is_empty() {
            return Value::Null;
        }
        if treat == Some(Treat::Secret) {
            return self.secret(json);
        }
        let secret = secret || treat == Some(Treat::SecretsBelow);
        match (json, treat) {
            (Json::Object(object), Some(Treat::Map)) => self.map(object, path, secret),
            (Json::Object(object), _) => self.record(object, path, secret),
            (Json::List(elements), Some(Treat::SetBy(field))) => self.set(elements, field, path, secret),
            (Json::List(elements), treat) => self.list(elements, path, secret, treat),
            _ if secret => self.secret(json),
            _ => plain(json),
        }
    }

    fn record<'j>(&self, object: &'j Object, path: &mut Vec<&'j str>, secret: bool) -> Value {
        let mut fields: Vec<Field> = Vec::new();
        for (name, value) in object.members() {
            let value = self.below(name, value, path, secret);
            if value != Value::Null {
                let field = if self.side == Side::Replaced { Field::replaced } else { Field::new };
                fields.push(field(name.to_owned(), value));
            }
        }
        fields.sort_by(|one, other| one.name.cmp(&other.name));
        if fields.is_empty() { Value::Null } else { Value::Record(fields) }
    }

    fn map<'j>(&self, object: &'j Object, path: &mut Vec<&'j str>, secret: bool) -> Value {
        let elements = object.members().map(|(name, value)| {
            let value = self.below(name, value, path, secret);
            self.element(name.into(), name.into(), value)
        });
        Value::set(elements)
    }

    fn set<'j>(&self, elements: &'j [Json], by: &str, path: &mut Vec<&'j str>, secret: bool) -> Value {
        let known = |element: &Json| element.get(by).and_then(Json::as_text).map(Arc::<str>::from);
        let ids: Option<Vec<Arc<str>>> = elements.iter().map(known).collect();
        let Some(ids) = ids.filter(|ids| is_unique(ids)) else {
            // They cannot be told apart by it: their order is all there is.
            return self.list(elements, path, secret, None);
        };
        let elements = elements.iter().zip(ids).map(|(element, id)| {
            let value = self.below("*", element, path, secret);
            self.element(Arc::clone(&id), id, value)
        });
        Value::set(elements)
    }

    fn element(&self, id: Arc<str>, label: Arc<str>, value: Value) -> Element {
        Element { replaced: self.side == Side::Replaced, ..Element::matched(id, label, value) }
    }

    fn list<'j>(
        &self,
        elements: &'j [Json],
        path: &mut Vec<&'j str>,
        secret: bool,
        treat: Option<Treat>,
    ) -> Value {
        let mut values: Vec<Value> =
            elements.iter().map(|element| self.below("*", element, path, secret)).collect();
        if treat == Some(Treat::Unordered) && values.iter().all(Value::is_plain) {
            values.sort_by_cached_key(|value| serde_json::to_string(value).unwrap_or_default());
        }
        Value::List(values)
    }

    fn below<'j>(&self, name: &'j str, json: &'j Json, path: &mut Vec<&'j str>, secret: bool) -> Value {
        path.push(name);
        let value = self.value(json, path, secret);
        path.pop();
        value
    }

    fn secret(&self, json: &Json) -> Value {
        match json {
            Json::Text(text) if (self.rules.is_shown)(text) => Value::Text(Arc::clone(text)),
            Json::Text(text) => Value::Secret(Secret::new(Arc::clone(text))),
            other => Value::Secret(Secret::new(other.print())),
        }
    }
}

fn is_unique(ids: &[Arc<str>]) -> bool {
    let mut seen = std::collections::HashSet::new();
    ids.iter().all(|id| seen.insert(id))
}

/// Returns a value that is neither a list nor an object.
fn plain(json: &Json) -> Value {
    match json {
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(text) => number(text),
        Json::Text(text) => Value::text(Some(text)),
        Json::Null | Json::List(_) | Json::Object(_) => Value::Null,
    }
}

/// Returns a number in canonical form: 10, 10.0 and 1e1 are one.
pub fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse() {
        return Value::Int(whole);
    }
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (digits, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else {
        return Value::Number(text.into());
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // All digits as one whole number, times ten to the power of `scale`.
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Value::Int(0);
    }
    let scale = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
    let trimmed = significant.trim_end_matches('0');
    let cut = i64::try_from(significant.len() - trimmed.len()).unwrap_or_default();
    let scale = scale.saturating_add(cut);
    if (0..19).contains(&scale) {
        let zeros = "0".repeat(usize::try_from(scale).unwrap_or_default());
        if let Ok(whole) = format!("{sign}{trimmed}{zeros}").parse() {
            return Value::Int(whole);
        }
    }
    Value::Number(written(sign, trimmed, scale).into())
}

/// Writes digits times ten to the power of `scale`: without an exponent where
/// that is short.
fn written(sign: &str, digits: &str, scale: i64) -> String {
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let point = length.saturating_add(scale);
    if scale < 0 && point > 0 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        return format!("{sign}{whole}.{fraction}");
    }
    if scale < 0 && point > -6 {
        let zeros = "0".repeat(usize::try_from(-point).unwrap_or_default());
        return format!("{sign}0.{zeros}{digits}");
    }
    if scale == 0 { format!("{sign}{digits}") } else { format!("{sign}{digits}e{scale}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::diff::{Show, compare};
    use crate::platform::document::Source;

    fn rules() -> Rules {
        Rules::new(
            &[
                ("modified", Treat::Noise),
                ("**/password", Treat::Secret),
                ("headers", Treat::SecretsBelow),
                ("tags", Treat::Unordered),
                ("rights", Treat::Map),
                ("versions/*/at", Treat::Noise),
                ("hosts", Treat::SetBy("id")),
            ],
            |text| text.starts_with("env://"),
        )
    }

    fn canonical(text: &str, side: Side) -> Value {
        rules().canonical(&Source::read(text.as_bytes()).unwrap().root, side)
    }

    fn told(target: &str, file: &str, side: Side) -> Vec<String> {
        let (target, file) = (canonical(target, side), canonical(file, Side::File));
        compare(Some(&target), &file, Show::Differences)
            .iter()
            .map(|change| serde_json::to_string(change).unwrap())
            .collect()
    }

    #[test]
    fn null_and_empty_and_absent_are_the_same_and_so_are_forms_of_a_number() {
        let target = r#"{"a":null,"b":"","c":[],"d":{},"n":10.0,"e":{"x":null},"m":1e2,"f":0.50}"#;
        assert!(told(target, r#"{"f":5e-1,"m":100,"n":10}"#, Side::Replaced).is_empty());
    }

    #[test]
    fn what_only_the_target_has_goes_when_it_is_replaced_and_stays_when_merged() {
        let target = r#"{"a":{"x":1,"y":2},"b":3}"#;
        assert_eq!(
            told(target, r#"{"a":{"x":1}}"#, Side::Replaced),
            [r#"{"path":"/a/y","op":"remove","before":2}"#, r#"{"path":"/b","op":"remove","before":3}"#]
        );
        assert!(told(target, r#"{"a":{"x":1}}"#, Side::Merged).is_empty());
    }

    #[test]
    fn noise_is_never_a_difference() {
        let target = r#"{"modified":1,"versions":{"v1":{"at":1,"x":1}}}"#;
        assert!(
            told(target, r#"{"modified":2,"versions":{"v1":{"at":2,"x":1}}}"#, Side::Replaced).is_empty()
        );
    }

    #[test]
    fn secrets_are_compared_and_never_told_but_for_where_they_are() {
        let target = r#"{"deep":[{"password":"canary-a"}],"headers":{"x-key":"canary-b","n":[7]}}"#;
        let file = r#"{"deep":[{"password":"canary-c"}],"headers":{"x-key":"env://KEY","n":[8]}}"#;
        let told = told(target, file, Side::Replaced);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().all(|line| line.contains(r#""secret":true"#) && !line.contains("canary")));
        let shown = serde_json::to_string(&canonical(file, Side::File)).unwrap();
        assert!(shown.contains("env://KEY") && !shown.contains("canary"), "{shown}");
    }

    #[test]
    fn order_counts_where_no_rule_says_otherwise() {
        assert!(told(r#"{"tags":["b","a"]}"#, r#"{"tags":["a","b"]}"#, Side::Replaced).is_empty());
        assert_eq!(
            told(r#"{"inputs":["b","a"]}"#, r#"{"inputs":["a","b"]}"#, Side::Replaced),
            [r#"{"path":"/inputs","op":"replace","before":["b","a"],"after":["a","b"]}"#]
        );
    }

    #[test]
    fn members_of_maps_and_sets_are_matched_by_what_they_are_known_by() {
        let target = r#"{"rights":{"k1":{"a":1},"k2":{}},"hosts":[{"id":"x","p":1},{"id":"y"}]}"#;
        let file = r#"{"rights":{"k1":{"a":2}},"hosts":[{"id":"y"},{"id":"x","p":2}]}"#;
        assert_eq!(
            told(target, file, Side::Replaced),
            [
                r#"{"path":"/hosts/x/p","op":"replace","before":1,"after":2}"#,
                r#"{"path":"/rights/k1/a","op":"replace","before":1,"after":2}"#,
                r#"{"path":"/rights/k2","op":"remove","before":null}"#
            ]
        );
    }

    #[test]
    fn numbers_have_one_form() {
        let number = |text: &str| serde_json::to_string(&number(text)).unwrap();
        for (one, other) in [
            ("10", "10.0"),
            ("1e1", "10"),
            ("-0", "0"),
            ("0.0", "0"),
            ("1.50", "1.5"),
            ("15e-1", "1.5"),
            ("100E-2", "1"),
            ("0.0010", "1e-3"),
            ("123456789012345678901234567890", "123456789012345678901234567890.0"),
            ("1e400", "10e399"),
            ("9223372036854775807", "9223372036854775807.0"),
        ] {
            assert_eq!(number(one), number(other), "{one} {other}");
        }
        assert_eq!(number("0.001"), "0.001");
        assert_eq!(number("-1.25"), "-1.25");
        assert_ne!(number("1e400"), number("1e401"));
        assert_eq!(number("1e99999999999999999999"), "1e99999999999999999999");
    }
}
