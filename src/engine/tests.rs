//! Properties of any two values, generated ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::diff::{Show, compare};
use super::*;
use crate::cases::config;

/// The prefix of every generated secret.
const CANARY: &str = "Zqxj";

const KIND: Kind = Kind::of("thing");
static KINDS: [KindInfo; 1] = [KindInfo {
    kind: KIND,
    title: "Things",
}];

/// Generates canonical values: nothing empty, fields sorted by name. Whatever
/// only one side has is replaced.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![Just("0.5"), Just("1e400"), Just("18446744073709551616")];
    let secret = (0..3_u8, any::<bool>()).prop_map(|(which, masked)| {
        let text = format!("{CANARY}{which}");
        Value::Secret(if masked {
            Secret::with_mask(text, "x***")
        } else {
            Secret::new(text)
        })
    });
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-2_i64..3).prop_map(Value::Int),
        number.prop_map(|text| Value::Number(text.into())),
        "[a-c/~名]{1,2}".prop_map(|text| Value::Text(text.into())),
        secret,
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            record(inner.clone()),
            vec(inner.clone(), 1..4).prop_map(Value::List),
            set(inner)
        ]
    })
}

fn record(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    btree_map("[a-d/]", inner, 1..4).prop_map(|fields: BTreeMap<String, Value>| {
        Value::Record(
            fields
                .into_iter()
                .map(|(name, value)| Field::replaced(name, value))
                .collect(),
        )
    })
}

fn set(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    btree_map(0..4_u8, prop_oneof![Just(Value::Null), inner], 1..4).prop_map(
        |elements: BTreeMap<u8, Value>| {
            let elements = elements.into_iter().map(|(which, value)| Element {
                replaced: true,
                ..Element::matched(
                    format!("{CANARY}id{which}"),
                    format!("label {}", which % 2),
                    value,
                )
            });
            Value::Set(elements.collect())
        },
    )
}

/// Generates an item of a target, and one of a file.
fn sides() -> impl Strategy<Value = (Value, Value)> {
    (record(value()), record(value()))
}

fn plan(base: Option<&Value>, wanted: &Value) -> Arc<Plan> {
    let item = |value: &Value| Item {
        id: ItemId::new(KIND, "a"),
        name: "".into(),
        value: value.clone().into(),
        path: "".into(),
    };
    let candidate = Candidate {
        context: wanted.clone(),
        ..Candidate::new(item(wanted), base.map(item))
    };
    Arc::new(Plan::new(&KINDS, vec![candidate], Vec::new(), Vec::new()))
}

fn stale(then: &Arc<Plan>, now: &Plan) -> Vec<Stale> {
    let mut choices = Choices::new(then);
    choices.cover_all(then);
    then.approve(&choices)
        .map(|approved| approved.stale(now))
        .unwrap_or_default()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn equal_values_differ_in_nothing(value in record(value())) {
        prop_assert_eq!(compare(Some(&value), &value, Show::Differences), []);
        let plan = plan(Some(&value), &value);
        prop_assert!(plan.entry(0).unwrap().is_unchanged());
    }

    #[test]
    fn where_the_file_replaces_all_there_is_a_change_for_every_difference((base, wanted) in sides()) {
        let changes = compare(Some(&base), &wanted, Show::Differences);
        prop_assert_eq!(changes.iter().any(|change| change.op.is_effective()), base != wanted);
        prop_assert!(changes.iter().all(|change| change.op.is_effective()));
        let mut paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        prop_assert_eq!(paths.len(), changes.len(), "each path is reported once");
    }

    #[test]
    fn no_change_reports_a_secret((base, wanted) in sides(), all: bool) {
        let show = if all { Show::Everything } else { Show::Differences };
        for described in [compare(Some(&base), &wanted, show), compare(None, &wanted, show)] {
            prop_assert!(!json(&described).contains(CANARY), "{}", json(&described));
            let debug = format!("{described:?}");
            prop_assert!(!debug.contains(CANARY));
        }
    }

    #[test]
    fn a_target_that_changed_is_stale_and_reports_no_secret((then, now) in sides(), wanted in record(value())) {
        let plans = [plan(Some(&then), &wanted), plan(Some(&now), &wanted)];
        let described = stale(&plans[0], &plans[1]);
        prop_assert_eq!(described.is_empty(), then == now || then == wanted);
        prop_assert!(!json(&described).contains(CANARY), "{}", json(&described));
        let key = SignatureKey::from_bytes(&[7; 32]);
        let signed = stale(plans[0].signed(&key).plan(), plans[1].signed(&key).plan());
        prop_assert_eq!(json(&signed), json(&described));
    }

    #[test]
    fn a_plan_is_the_same_signed_written_and_read_again((base, wanted) in sides()) {
        let key = SignatureKey::from_bytes(&[7; 32]);
        let plan = plan(Some(&base), &wanted);
        let document = plan.signed(&key).to_document(&key);
        let text = json(&document);
        prop_assert!(!text.contains(CANARY), "{text}");
        let read_back = serde_json::from_str::<PlanDocument>(&text).unwrap().from_document(&KINDS).unwrap();
        prop_assert_eq!(read_back.to_document(&key), document);
        let changes = |plan: &Plan| json(&plan.changes(0, Show::Everything));
        prop_assert_eq!(changes(read_back.plan()), changes(&plan));
    }
}
