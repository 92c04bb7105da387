//! What changed in the target since a plan was made, down to the field.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::approval::Approved;
use super::diff::{Labels, Named, disclose, push_segment};
use super::display::some_of;
use super::item::{Element, Field, Item, ItemId, Value};
use super::missing::Missing;
use super::plan::{Entry, Plan};
use super::settlement::Settlement;
use super::verdict::Reason;

/// The maximum number of paths in a sentence.
const NAMED: usize = 4;

/// An item that changed since the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Its identity.
    pub item: ItemId,
    /// What changed.
    pub why: String,
    /// The changed fields, if the item still exists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<StaleField>,
}

impl Stale {
    /// Returns an item without further details.
    pub fn new(item: ItemId, why: impl Into<String>) -> Self {
        Self {
            item,
            why: why.into(),
            fields: Vec::new(),
        }
    }
}

/// A field that changed, in its three states.
///
/// A member of a set is shown by its value, or by its name if it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StaleField {
    /// Its path in the item, as in [`Change`](super::Change).
    pub path: String,
    /// The value when the plan was made.
    #[serde(skip_serializing_if = "is_null")]
    pub then: Value,
    /// The value now.
    #[serde(skip_serializing_if = "is_null")]
    pub now: Value,
    /// The value in the file.
    #[serde(skip_serializing_if = "is_null")]
    pub wanted: Value,
    /// Whether its values are secret: then none of the three is shown.
    pub secret: bool,
}

fn is_null(value: &Value) -> bool {
    *value == Value::Null
}

impl Approved {
    /// Returns the items that changed in the target, and what changed: `fresh`
    /// is the same file planned against the current target.
    ///
    /// Looks only at the items to be written and at what they require in the
    /// target: other changes do not make a plan stale.
    pub fn stale(&self, fresh: &Plan) -> Vec<Stale> {
        let comparison = Comparison::new(self, fresh);
        let relied_on = comparison.relied_on();
        let known: HashSet<&ItemId> = relied_on.iter().map(|stale| &stale.item).collect();
        let mut stale: Vec<Stale> = comparison
            .steps
            .iter()
            .filter_map(|entry| comparison.step(entry, &known))
            .collect();
        stale.extend(relied_on);
        stale
    }
}

/// A plan, and the current plan of the same file.
struct Comparison<'p> {
    then: &'p Plan,
    now: &'p Plan,
    /// The items to be written, as in the plan.
    steps: Vec<&'p Entry>,
    written: HashSet<&'p ItemId>,
    /// What blocks them now, given that the same items are written.
    blocked_by: Settlement,
    /// The messages for items whose missing objects appeared, or whose others vanished.
    missing: HashMap<&'p ItemId, Vec<String>>,
}

impl<'p> Comparison<'p> {
    fn new(approved: &'p Approved, now: &'p Plan) -> Self {
        let then: &Plan = approved.plan();
        let steps: Vec<&Entry> = approved
            .steps()
            .iter()
            .filter_map(|step| then.entry(step.index))
            .collect();
        let written: HashSet<&ItemId> = steps.iter().map(|entry| &entry.item.id).collect();
        let places: HashSet<usize> = written.iter().filter_map(|id| now.position(id)).collect();
        // An item that was in the target and not selected may be gone: it is
        // not a step, but an item that requires it may be.
        let blocked_by = now.settle(|index| places.contains(&index), |_| false);
        let missing = missing(then, now, &written);
        Self {
            then,
            now,
            steps,
            written,
            blocked_by,
            missing,
        }
    }

    /// Returns what changed of an item to be written, except what is already
    /// reported of an item that it requires.
    fn step(&self, then: &Entry, known: &HashSet<&ItemId>) -> Option<Stale> {
        let id = &then.item.id;
        let Some((index, now)) = self
            .now
            .position(id)
            .and_then(|index| Some((index, self.now.entry(index)?)))
        else {
            return Some(Stale::new(id.clone(), "is no longer in the plan"));
        };
        let Difference { mut why, fields } = differences(then, now);
        let is_news = |reason: &&Reason| {
            !then.verdict.reasons.contains(reason)
                && !reason.about.iter().any(|id| known.contains(id))
        };
        let own = now.verdict.reasons.iter().find(is_news);
        let block = || self.blocked_by.reason(index).filter(is_news);
        why.extend(
            own.or_else(block)
                .map(|reason| format!("is now blocked: {message}", message = reason.message)),
        );
        why.extend(self.missing.get(id).into_iter().flatten().cloned());
        if why.is_empty() {
            why.extend(self.written_otherwise(then, now));
        }
        (!why.is_empty()).then(|| Stale {
            item: id.clone(),
            why: why.join("; "),
            fields,
        })
    }

    /// Returns what else would be written although the item itself is
    /// unchanged: the file's item may depend on the target.
    fn written_otherwise(&self, then: &Entry, now: &Entry) -> Option<String> {
        let is_written = |id: &ItemId| self.written.contains(id);
        if then.item.value.is_same(&now.item.value) {
            return None;
        }
        let (then, now) = (then.item.value.read(), now.item.value.read());
        let changed = walk(&then, &now, &Value::Null, &is_written);
        (!changed.is_empty())
            .then(|| format!("would now be written differently: {}", paths(&changed)))
    }

    /// Returns the items that are required by those to be written, and that
    /// changed.
    fn relied_on(&self) -> Vec<Stale> {
        let mut needed: Vec<(&ItemId, Vec<&Entry>)> = Vec::new();
        let mut places: HashMap<&ItemId, usize> = HashMap::new();
        for entry in &self.steps {
            let there = entry
                .requires
                .iter()
                .filter(|requirement| requirement.present);
            for on in there
                .map(|requirement| &requirement.on)
                .filter(|on| !self.written.contains(on))
            {
                let index = *places.entry(on).or_insert(needed.len());
                match needed.get_mut(index) {
                    Some((_, users)) => users.push(entry),
                    None => needed.push((on, vec![entry])),
                }
            }
        }
        needed
            .into_iter()
            .filter_map(|(id, users)| self.needed(id, &users))
            .collect()
    }

    fn needed(&self, id: &ItemId, users: &[&Entry]) -> Option<Stale> {
        let user = users.first()?;
        let entry = |plan: &'p Plan| plan.position(id).and_then(|index| plan.entry(index));
        let Difference { why, fields } = match (
            entry(self.then).filter(|then| then.base.is_some()),
            entry(self.now),
        ) {
            (Some(then), Some(now)) => differences(then, now),
            _ if self.is_present(id, user) => return None,
            _ => Difference {
                why: vec![REMOVED.to_owned()],
                fields: Vec::new(),
            },
        };
        let more = match users.len() - 1 {
            0 => "requires".to_owned(),
            more => format!("and {more} more require"),
        };
        let why = why.first()?;
        Some(Stale {
            item: id.clone(),
            why: format!("{why} ({} {more} it)", user.item.id),
            fields,
        })
    }

    /// Returns whether the target still has what an item requires.
    fn is_present(&self, id: &ItemId, user: &Entry) -> bool {
        let now = self
            .now
            .position(&user.item.id)
            .and_then(|index| self.now.entry(index));
        // An item that does not require it any more is reported itself, if it matters.
        let found = now.and_then(|now| {
            now.requires
                .iter()
                .find(|requirement| requirement.on == *id)
        });
        found.is_none_or(|requirement| requirement.present)
    }
}

/// Reports which objects that the items to be written refer to are missing now,
/// or no longer missing.
fn missing<'p>(
    then: &'p Plan,
    now: &'p Plan,
    written: &HashSet<&ItemId>,
) -> HashMap<&'p ItemId, Vec<String>> {
    let mut described: HashMap<&ItemId, Vec<String>> = HashMap::new();
    let changed = [
        (now, then, "is now missing in the target"),
        (then, now, "now exists in the target"),
    ];
    for (here, there, what) in changed {
        let known: HashSet<_> = there.missing().iter().map(Missing::identity).collect();
        for missing in here
            .missing()
            .iter()
            .filter(|missing| !known.contains(&missing.identity()))
        {
            let word = if missing.is_api() { "API " } else { "" };
            for user in missing.used_by.iter().filter(|user| written.contains(user)) {
                described
                    .entry(user)
                    .or_default()
                    .push(format!("{word}{} {what}", missing.label()));
            }
        }
    }
    described
}

const REMOVED: &str = "has since been removed from the target";

/// What changed of one item in the target.
struct Difference {
    why: Vec<String>,
    fields: Vec<StaleField>,
}

/// Compares the target's earlier item with its current one.
fn differences(then: &Entry, now: &Entry) -> Difference {
    let all = |_: &ItemId| true;
    let is_same = |before: &Item, after: &Item| before.value.is_same(&after.value);
    let wanted = || then.item.value.read();
    let mut fields = match (&then.base, &now.base) {
        (Some(_), None) => {
            return Difference {
                why: vec![REMOVED.to_owned()],
                fields: Vec::new(),
            };
        }
        (None, Some(after)) => {
            let none = Value::Record(Vec::new());
            let fields = walk(&none, &after.value.read(), &wanted(), &all);
            return Difference {
                why: vec!["has since been added to the target".to_owned()],
                fields,
            };
        }
        (None, None) => Vec::new(),
        (Some(before), Some(after)) if is_same(before, after) => Vec::new(),
        (Some(before), Some(after)) => {
            let (before, after) = (before.value.read(), after.value.read());
            walk(&before, &after, &wanted(), &all)
        }
    };
    if then.context != now.context {
        fields.extend(walk(&then.context, &now.context, &wanted(), &all));
    }
    let why = (!fields.is_empty())
        .then(|| format!("has since changed in the target: {}", paths(&fields)));
    Difference {
        why: why.into_iter().collect(),
        fields,
    }
}

/// Names the fields, the first few by their paths.
fn paths(fields: &[StaleField]) -> String {
    some_of(fields.iter().map(|field| field.path.as_str()), NAMED)
}

/// Compares two states of a value, and reports the file's value with each
/// difference. Members that require an item count only if it `is_written`.
fn walk(
    then: &Value,
    now: &Value,
    wanted: &Value,
    is_written: &dyn Fn(&ItemId) -> bool,
) -> Vec<StaleField> {
    let mut walk = Walk {
        fields: Vec::new(),
        path: String::new(),
        is_written,
    };
    walk.values(then, now, wanted);
    walk.fields
}

struct Walk<'w> {
    fields: Vec<StaleField>,
    path: String,
    is_written: &'w dyn Fn(&ItemId) -> bool,
}

impl Walk<'_> {
    fn values(&mut self, then: &Value, now: &Value, wanted: &Value) {
        match (then, now) {
            _ if then == now => {}
            (Value::Record(_) | Value::Null, Value::Record(_) | Value::Null)
                if self.path.is_empty() =>
            {
                self.records(then.fields(), now.fields(), wanted);
            }
            (Value::Record(then), Value::Record(now)) => self.records(then, now, wanted),
            (Value::Set(_) | Value::Null, Value::Set(_)) | (Value::Set(_), Value::Null) => {
                self.sets(then.elements(), now.elements(), wanted.elements());
            }
            (Value::Sequence(_) | Value::Null, Value::Sequence(_))
            | (Value::Sequence(_), Value::Null) => {
                let described = self.fields.len();
                self.sets(then.elements(), now.elements(), wanted.elements());
                // Only their order.
                if self.fields.len() == described {
                    self.leaf(then, now, wanted);
                }
            }
            _ => self.leaf(then, now, wanted),
        }
    }

    fn records(&mut self, then: &[Field], now: &[Field], wanted: &Value) {
        let known = [then, now, wanted.fields()].map(Named::new);
        let is_new = |field: &&Field| {
            known
                .first()
                .is_none_or(|then| then.get(&field.name).is_none())
        };
        for field in then.iter().chain(now.iter().filter(is_new)) {
            let [then, now, wanted] = known.each_ref().map(|fields| {
                fields
                    .get(&field.name)
                    .map_or(&Value::Null, |found| &found.value)
            });
            self.below(&field.name, |this| this.values(then, now, wanted));
        }
    }

    fn sets(&mut self, then: &[Element], now: &[Element], wanted: &[Element]) {
        let is_written = self.is_written;
        let counts = |element: &&Element| element.needs.as_ref().is_none_or(is_written);
        let found = [then, now, wanted].map(|elements| {
            let elements = elements.iter().filter(counts);
            elements
                .map(|element| (element.id.key(), element))
                .collect::<HashMap<&str, &Element>>()
        });
        let is_new = |element: &&Element| {
            found
                .first()
                .is_none_or(|before| !before.contains_key(element.id.key()))
        };
        let new = now.iter().filter(counts).filter(is_new);
        let mut labels = Labels::default();
        for element in then.iter().filter(counts).chain(new) {
            let [then, now, wanted] = found
                .each_ref()
                .map(|found| found.get(element.id.key()).copied());
            let label = labels.unique(&element.label);
            self.below(&label, |this| this.elements(then, now, wanted));
        }
    }

    fn elements(
        &mut self,
        then: Option<&Element>,
        now: Option<&Element>,
        wanted: Option<&Element>,
    ) {
        let describe = |element: Option<&Element>| match element {
            Some(Element {
                value: Value::Null,
                label,
                ..
            }) => Value::Text(label.clone()),
            Some(element) => element.value.clone(),
            None => Value::Null,
        };
        match (then, now) {
            (Some(then), Some(now)) => {
                let wanted = wanted.map_or(&Value::Null, |wanted| &wanted.value);
                self.values(&then.value, &now.value, wanted);
            }
            _ => self.leaf(&describe(then), &describe(now), &describe(wanted)),
        }
    }

    fn leaf(&mut self, then: &Value, now: &Value, wanted: &Value) {
        let ((then, a), (now, b), (wanted, c)) = (disclose(then), disclose(now), disclose(wanted));
        // The passwords of masked URLs changed: the change is a secret.
        let secret = a || b || c || then == now;
        let describe = |value| if secret { Value::Null } else { value };
        self.fields.push(StaleField {
            path: self.path.clone(),
            then: describe(then),
            now: describe(now),
            wanted: describe(wanted),
            secret,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::choice::Choices;
    use crate::engine::item::{Item, Kind};
    use crate::engine::schema::KindInfo;
    use crate::engine::secret::Secret;
    use crate::engine::{Candidate, Requirement};

    const KIND: Kind = Kind::of("thing");
    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: KIND,
        title: "Things",
    }];

    fn record<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
        Value::Record(
            fields
                .into_iter()
                .map(|(name, value)| Field::new(name, value))
                .collect(),
        )
    }

    fn id(key: &str) -> ItemId {
        ItemId::new(KIND, key)
    }

    fn item(key: &str, base: Option<Value>, wanted: Value) -> Candidate {
        let item = |value| Item {
            id: id(key),
            name: "".into(),
            value: Value::into(value),
            path: "".into(),
        };
        Candidate::new(item(wanted), base.map(item))
    }

    fn plan(candidates: Vec<Candidate>, missing: Vec<Missing>) -> Arc<Plan> {
        Arc::new(Plan::new(&KINDS, candidates, missing, Vec::new()))
    }

    fn stale(then: &Arc<Plan>, now: &Plan) -> Vec<Stale> {
        let mut choices = Choices::new(then);
        choices.cover_all(then);
        choices.missing_confirmed = true;
        then.approve(&choices).unwrap().stale(now)
    }

    /// The changes of a covered item whose base was `then` and is `now`.
    fn fields(then: Value, now: Value, wanted: Value) -> serde_json::Value {
        let then = plan(vec![item("a", Some(then), wanted.clone())], Vec::new());
        let now = plan(vec![item("a", Some(now), wanted)], Vec::new());
        serde_json::json!(stale(&then, &now).first().map(|stale| stale.fields.clone()))
    }

    fn set<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Set(
            members
                .into_iter()
                .map(|(label, value)| Element::named(label, value))
                .collect(),
        )
    }

    #[test]
    fn a_field_is_reported_in_its_three_states() {
        let tps = |tps| record([("tps", Value::Int(tps)), ("same", Value::Int(0))]);
        assert_eq!(
            fields(tps(1), tps(2), tps(3)),
            serde_json::json!([{"path": "/tps", "then": 1, "now": 2, "wanted": 3, "secret": false}])
        );
        assert_eq!(fields(tps(1), tps(1), tps(3)), serde_json::json!(null));
    }

    #[test]
    fn a_member_that_came_or_went_is_reported_by_its_value_or_its_name() {
        let members = |members| record([("all", members)]);
        let one = || set([("a/b", Value::Null), ("kept", Value::Null)]);
        let other = || {
            set([
                ("kept", Value::Null),
                ("new", record([("x", Value::Int(1))])),
            ])
        };
        assert_eq!(
            fields(
                members(one()),
                members(other()),
                members(set([("wanted", Value::Null)]))
            ),
            serde_json::json!([
                {"path": "/all/a~1b", "then": "a/b", "secret": false},
                {"path": "/all/new", "now": {"x": 1}, "secret": false},
            ])
        );
    }

    #[test]
    fn a_secret_says_only_that_it_differs() {
        let secret = |secret| record([("mima", Value::Secret(secret))]);
        let differs = serde_json::json!([{"path": "/mima", "secret": true}]);
        let plain = |text: &str| secret(Secret::new(text));
        assert_eq!(fields(plain("a"), plain("b"), plain("c")), differs);
        assert_eq!(
            fields(plain("a"), record([("mima", Value::Null)]), plain("c")),
            differs
        );
        let masked = |text: &str, shown: &str| secret(Secret::with_mask(text, shown));
        assert_eq!(
            fields(
                masked("a", "x***"),
                masked("b", "x***"),
                masked("c", "z***")
            ),
            differs
        );
        assert_eq!(
            fields(
                masked("a", "x***"),
                masked("b", "y***"),
                masked("c", "z***")
            ),
            serde_json::json!([{"path": "/mima", "then": "x***", "now": "y***", "wanted": "z*** (may differ)", "secret": false}])
        );
    }

    #[test]
    fn what_the_file_says_nothing_of_counts_and_is_no_difference_of_the_plan() {
        let candidate = |context| Candidate {
            context: record([("links", context)]),
            ..item(
                "a",
                Some(record([("x", Value::Int(1))])),
                record([("x", Value::Int(2))]),
            )
        };
        let then = plan(vec![candidate(set([("l", Value::Null)]))], Vec::new());
        let now = plan(vec![candidate(set([]))], Vec::new());
        assert_eq!(
            then.changes(0, crate::engine::diff::Show::Everything).len(),
            1
        );
        let described = stale(&then, &now);
        assert_eq!(
            described[0].why,
            "has since changed in the target: /links/l"
        );
        assert_eq!(described[0].fields[0].wanted, Value::Null);
    }

    #[test]
    fn what_is_needed_counts_by_its_value_or_by_its_presence() {
        let user = |present| Candidate {
            requires: vec![
                Requirement {
                    on: id("there"),
                    present: true,
                },
                Requirement {
                    on: id("elsewhere"),
                    present,
                },
            ],
            ..item("user", None, record([]))
        };
        let there = |x| {
            item(
                "there",
                Some(record([("x", Value::Int(x))])),
                record([("x", Value::Int(0))]),
            )
        };
        let then = plan(vec![user(true), there(0)], Vec::new());
        assert_eq!(
            stale(&then, &plan(vec![user(true), there(0)], Vec::new())),
            []
        );
        let described = stale(&then, &plan(vec![user(false), there(7)], Vec::new()));
        let described: Vec<String> = described
            .iter()
            .map(|stale| format!("{} {}", stale.item, stale.why))
            .collect();
        assert_eq!(
            described,
            [
                "thing:there has since changed in the target: /x (thing:user requires it)",
                "thing:elsewhere has since been removed from the target (thing:user requires it)",
            ]
        );
    }

    #[test]
    fn a_missing_object_counts_where_an_item_that_is_written_uses_it() {
        let api = |user: &str| Missing::api("m", "k", vec![id(user)]);
        let other = |user: &str| Missing {
            kind: KIND,
            key: "k".into(),
            module: "".into(),
            used_by: vec![id(user)],
            is_unknown: false,
        };
        let items = || {
            vec![
                item("a", None, record([])),
                item("same", Some(record([])), record([])),
            ]
        };
        let then = plan(items(), Vec::new());
        assert_eq!(
            stale(&then, &plan(items(), vec![api("same"), other("same")])),
            []
        );
        assert_eq!(
            stale(&then, &plan(items(), vec![other("a"), api("a")]))[0].why,
            "API m/k is now missing in the target; thing k is now missing in the target"
        );
        let then = plan(items(), vec![api("a"), other("a")]);
        assert_eq!(
            stale(&then, &plan(items(), vec![other("a")]))[0].why,
            "API m/k now exists in the target"
        );
        assert_eq!(
            stale(&then, &plan(items(), vec![api("a")]))[0].why,
            "thing k now exists in the target"
        );
    }

    #[test]
    fn what_would_be_written_otherwise_is_reported_unless_it_needs_what_is_not_written() {
        let wanted = |needs: Option<&str>| {
            let member = Element {
                needs: needs.map(id),
                ..Element::named("m", Value::Null)
            };
            vec![item("a", None, record([("all", Value::Set(vec![member]))]))]
        };
        let then = plan(wanted(Some("left out")), Vec::new());
        let described = stale(&then, &plan(wanted(None), Vec::new()));
        assert_eq!(described[0].why, "would now be written differently: /all/m");
        assert_eq!(
            stale(&then, &plan(wanted(Some("also left out")), Vec::new())),
            []
        );
    }

    #[test]
    fn lists_are_reported_whole_and_sequences_by_element() {
        let of = |value| record([("x", value)]);
        let list = |values: Vec<Value>| Value::List(values);
        let (one, two) = (Value::Int(1), Value::Bool(true));
        assert_eq!(
            fields(
                of(list(vec![one.clone()])),
                of(list(vec![two.clone()])),
                of(list(vec![one, two]))
            ),
            serde_json::json!([
                {"path": "/x", "then": [1], "now": [true], "wanted": [1, true], "secret": false}
            ])
        );
        let sequence = |elements: &[(&str, i64)]| {
            let elements = elements
                .iter()
                .map(|(label, n)| Element::named(*label, Value::Int(*n)));
            of(Value::Sequence(elements.collect()))
        };
        let then = || sequence(&[("a", 1), ("b", 2)]);
        let wanted = || sequence(&[("a", 3)]);
        assert_eq!(
            fields(then(), sequence(&[("a", 7)]), wanted()),
            serde_json::json!([
                {"path": "/x/a", "then": 1, "now": 7, "wanted": 3, "secret": false},
                {"path": "/x/b", "then": 2, "secret": false},
            ])
        );
        let described = fields(then(), sequence(&[("b", 2), ("a", 1)]), wanted());
        assert_eq!(described[0]["path"], "/x", "its order");
    }

    #[test]
    fn a_field_that_came_or_went_is_reported_whichever_side_replaces_it() {
        let with = |value| Value::Record(vec![Field::replaced("x", value)]);
        assert_eq!(
            fields(
                record([]),
                with(Value::Bool(false)),
                record([("y", Value::Int(1))])
            ),
            serde_json::json!([{"path": "/x", "now": false, "secret": false}])
        );
        assert_eq!(
            fields(
                with(Value::Bool(false)),
                record([]),
                record([("y", Value::Int(1))])
            ),
            serde_json::json!([{"path": "/x", "then": false, "secret": false}])
        );
    }
}
