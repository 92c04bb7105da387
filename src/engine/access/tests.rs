use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::engine::diff::Op;
use crate::engine::item::{Field, Kind};
use crate::engine::{AccessDocument, Secret, SignatureKey};

const WORDS: Words = Words::of(["client", "clients"], ["API", "APIs"]);

fn party(kind: &'static str, key: &str) -> Arc<Party> {
    Arc::new(Party::new(ItemId::new(Kind::of(kind), key), ""))
}

fn terms(rate: i64) -> Terms {
    Arc::new(Value::Record(vec![Field::new("rate", Value::Int(rate))]))
}

/// Two clients: `a` holds group `g`, which item 0 gives API `new`; item 1 gives
/// `b` the group and, by scope `s`, the API `old`, which both have by `g`.
fn small() -> Model {
    let mut model = Model {
        words: WORDS,
        ..Model::default()
    };
    model.objects = vec![party("api", "old"), party("api", "new")];
    let mut group = Node::new(Some(party("group", "g")));
    group.rights = vec![
        Right::plain(0, When::ALWAYS),
        Right::plain(1, When::written(0)),
    ];
    let group = model.add_node(group);
    let mut hidden = Node::new(None);
    hidden.rights = vec![Right::plain(0, When::ALWAYS)];
    let hidden = model.add_node(hidden);
    let mut scope = Node::new(Some(party("scope", "s")));
    scope.nodes = vec![(hidden, When::ALWAYS)];
    let scope = model.add_node(scope);
    let mut a = Subject::new(party("client", "a"), When::ALWAYS);
    a.nodes = vec![(group, When::ALWAYS)];
    let mut b = Subject::new(party("client", "b"), When::ALWAYS);
    b.nodes = vec![(group, When::written(1)), (scope, When::written(1))];
    model.subjects = vec![a, b];
    model
}

/// Returns changes as `+ a new by group g`.
fn describe(access: &Access) -> Vec<String> {
    let line = |grant: &Grant| {
        format!(
            "{} {} {} {}",
            grant.shift.sign(),
            grant.subject.called(),
            grant.what(),
            grant.means()
        )
    };
    access
        .grants()
        .iter()
        .map(|grant| line(grant).trim_end().to_owned())
        .collect()
}

fn written(items: &[usize]) -> impl Fn(usize) -> bool {
    move |index| items.contains(&index)
}

#[test]
fn nothing_written_changes_nothing() {
    let access = small().evaluate(written(&[]));
    assert!(access.is_empty());
    assert_eq!(access.to_string(), "no client gains or loses any API");
}

#[test]
fn who_holds_a_covered_group_gains_its_new_apis_although_nobody_wrote_the_client() {
    let access = small().evaluate(written(&[0]));
    assert_eq!(describe(&access), ["+ a new by group g"]);
    assert_eq!(access.to_string(), "1 client gains 1 API, none loses any");
}

#[test]
fn every_means_of_what_is_gained_is_named_and_each_pair_counts_once() {
    let access = small().evaluate(written(&[0, 1]));
    assert_eq!(
        describe(&access),
        [
            "+ a new by group g",
            "+ b new by group g",
            "+ b old by group g and scope s"
        ]
    );
    assert_eq!(
        access.summary().gained,
        Tally {
            subjects: 2,
            objects: 2,
            pairs: 3
        }
    );
    let objects: Vec<_> = access
        .by_object()
        .iter()
        .map(|(api, grants)| (api.called(), grants.len()))
        .collect();
    assert_eq!(objects, [("new".into(), 2), ("old".into(), 1)]);
    assert_eq!(
        access
            .by_subject()
            .map(|(_, grants)| grants.len())
            .collect::<Vec<_>>(),
        [1, 2]
    );
    let group = ItemId::new(Kind::of("group"), "g");
    assert_eq!(access.about(&group).count(), 3);
}

#[test]
fn another_means_to_what_could_be_called_is_no_gain() {
    let mut model = small();
    model.subjects[0].nodes.push((2, When::written(1)));
    assert_eq!(
        describe(&model.evaluate(written(&[1]))),
        ["+ b old by group g and scope s"]
    );
}

#[test]
fn a_subject_that_is_added_gains_all_that_it_then_holds() {
    let mut model = small();
    model.subjects[0].is_there = When::written(2);
    assert!(model.evaluate(written(&[])).is_empty());
    assert_eq!(
        describe(&model.evaluate(written(&[2]))),
        ["+ a old by group g"]
    );
    assert_eq!(
        describe(&model.evaluate(written(&[0, 2]))),
        ["+ a new by group g", "+ a old by group g"]
    );
}

#[test]
fn a_draw_takes_the_first_of_its_pool_that_is_there_and_none_where_one_is_known() {
    let mut model = small();
    let mut other = Node::new(Some(party("group", "h")));
    other.rights = vec![Right::plain(1, When::ALWAYS)];
    let other = model.add_node(other);
    model.pools = vec![vec![(0, When::written(3)), (other, When::unless(4))]];
    let mut key = Node::new(Some(party("x-api-key", "k")));
    key.draws = vec![Draw {
        pool: 0,
        item: 2,
        known: Arc::from([]),
    }];
    let key = model.add_node(key);
    let mut c = Subject::new(party("client", "c"), When::ALWAYS);
    c.nodes = vec![(key, When::ALWAYS)];
    model.subjects.push(c);
    let of = |model: &Model, items: &[usize]| describe(&model.evaluate(written(items)));
    assert_eq!(of(&model, &[2]), ["+ c new by x-api-key k"]);
    assert_eq!(of(&model, &[2, 3]), ["+ c old by x-api-key k"]);
    assert_eq!(of(&model, &[2, 4]), [] as [&str; 0]);
    model.nodes[key].draws[0].known = Arc::from([other]);
    assert_eq!(of(&model, &[2, 3]), [] as [&str; 0]);
    assert_eq!(of(&model, &[2, 3, 4]), ["+ c old by x-api-key k"]);
}

#[test]
fn terms_that_change_are_reported_field_by_field_and_what_is_no_longer_granted_is_lost() {
    let mut model = Model {
        words: Words::of(["policy", "policies"], ["API", "APIs"]),
        ..Model::default()
    };
    model.objects = vec![party("api", "x"), party("api", "y")];
    let right = |object, before, after| Right {
        object,
        item: Some(0),
        before,
        after,
    };
    let mut own = Node::new(None);
    own.rights = vec![
        right(0, Some(terms(1)), Some(terms(2))),
        right(1, Some(terms(1)), None),
    ];
    let own = model.add_node(own);
    let mut gold = Subject::new(party("policy", "gold"), When::ALWAYS);
    gold.nodes = vec![(own, When::ALWAYS)];
    gold.terms = Some((0, [terms(5), terms(6)]));
    model.subjects = vec![gold];
    let access = model.evaluate(written(&[0]));
    assert_eq!(describe(&access), ["~ gold limits", "~ gold x", "- gold y"]);
    assert_eq!(
        access.to_string(),
        "1 policy loses 1 API, none gains any; the terms of 1 policy change"
    );
    let changes: Vec<_> = access.grants()[1]
        .shift
        .terms()
        .iter()
        .map(|change| change.path.clone())
        .collect();
    assert_eq!(changes, ["/rate"]);
    let lost = access.grants()[2].shift.terms();
    assert_eq!((lost[0].op, &lost[0].before), (Op::Remove, &Value::Int(1)));
    assert_eq!(
        json!(access)["list"],
        json!([
            {"subject": "policy:gold", "change": "changed", "before": {"rate": 5}, "after": {"rate": 6}},
            {"subject": "policy:gold", "object": "api:x", "change": "changed", "before": {"rate": 1},
             "after": {"rate": 2}},
            {"subject": "policy:gold", "object": "api:y", "change": "lost", "before": {"rate": 1}},
        ])
    );
}

#[test]
fn json_has_the_sentence_the_counts_and_every_pair() {
    assert_eq!(
        json!(small().evaluate(written(&[0]))),
        json!({
            "summary": {
                "sentence": "1 client gains 1 API, none loses any",
                "gained": {"subjects": 1, "objects": 1, "pairs": 1},
                "lost": {"subjects": 0, "objects": 0, "pairs": 0},
                "changed": {"subjects": 0, "objects": 0, "pairs": 0},
            },
            "list": [{"subject": "client:a", "object": "api:new", "change": "gained", "by": ["group:g"]}],
        })
    );
}

#[test]
fn what_a_saved_plan_keeps_of_it_is_the_same_again_without_secrets() {
    let mut model = small();
    let secret = Value::Secret(Secret::new("canary"));
    let terms = Arc::new(Value::Record(vec![
        Field::new("rate", Value::Int(1)),
        Field::new("token", secret),
    ]));
    model.subjects[0].terms = Some((0, [Arc::new(Value::Null), terms]));
    let access = model.evaluate(written(&[0, 1]));
    let text =
        serde_json::to_string(&access.to_document(&SignatureKey::from_bytes(&[7; 32]))).unwrap();
    assert!(!text.contains("canary"), "{text}");
    let read_back = serde_json::from_str::<AccessDocument>(&text)
        .unwrap()
        .from_document(&[])
        .unwrap();
    assert_eq!(describe(&read_back), describe(&access));
    assert_eq!(json!(read_back), json!(access));
    let broken = text.replacen("\"subject\":0", "\"subject\":77", 1);
    assert!(
        serde_json::from_str::<AccessDocument>(&broken)
            .unwrap()
            .from_document(&[])
            .is_err()
    );
}

/// A step of a generated model: in the target, once an item is written, or
/// unless it is.
fn when() -> impl Strategy<Value = When> {
    (0_usize..3, 0_usize..4).prop_map(|(sort, item)| match sort {
        0 => When::ALWAYS,
        1 => When::written(item),
        _ => When::unless(item),
    })
}

/// A model with objects 0..4, nodes 0..3 without nodes of their own, 3..6 with.
fn models() -> impl Strategy<Value = Model> {
    let links = |max: usize| vec((0..max, when()), 0..4);
    let subjects = vec((when(), links(6)), 0..4);
    (vec(links(4), 6), vec(links(3), 3), subjects).prop_map(|(rights, below, subjects)| {
        let name = |kind, index: usize| party(kind, &index.to_string());
        let nodes = rights.into_iter().enumerate().map(|(index, rights)| Node {
            rights: rights
                .into_iter()
                .map(|(object, when)| Right::plain(object, when))
                .collect(),
            nodes: index
                .checked_sub(3)
                .map_or_else(Vec::new, |index| below[index].clone()),
            ..Node::new(Some(name("group", index)))
        });
        let subjects = subjects
            .into_iter()
            .enumerate()
            .map(|(index, (is_there, nodes))| Subject {
                nodes,
                ..Subject::new(name("client", index), is_there)
            });
        Model {
            words: WORDS,
            objects: (0..4).map(|index| name("api", index)).collect(),
            nodes: nodes.collect(),
            pools: Vec::new(),
            subjects: subjects.collect(),
        }
    })
}

type Pairs = BTreeMap<(Arc<Party>, Arc<Party>), BTreeSet<Arc<Party>>>;

/// Returns what can be called and by what, step by step.
fn pairs(model: &Model, is_there: &dyn Fn(When) -> bool) -> Pairs {
    let mut pairs = Pairs::new();
    for subject in model
        .subjects
        .iter()
        .filter(|subject| is_there(subject.is_there))
    {
        for (node, _) in subject.nodes.iter().filter(|(_, when)| is_there(*when)) {
            let held = &model.nodes[*node];
            let below = held
                .nodes
                .iter()
                .filter(|(_, when)| is_there(*when))
                .map(|(index, _)| &model.nodes[*index]);
            for right in [held]
                .into_iter()
                .chain(below)
                .flat_map(|node| &node.rights)
            {
                let when = When {
                    now: right.before.is_some(),
                    item: right.item,
                };
                if is_there(when) {
                    let pair = (
                        Arc::clone(&subject.party),
                        Arc::clone(&model.objects[right.object]),
                    );
                    pairs.entry(pair).or_default().extend(held.by.clone());
                }
            }
        }
    }
    pairs
}

proptest! {
    #[test]
    fn what_is_gained_and_lost_is_what_can_be_called_after_less_what_could_before(
        model in models(), items in vec(any::<bool>(), 4)
    ) {
        let before = pairs(&model, &|when| when.now);
        let after = pairs(&model, &|when| when.now != when.item.is_some_and(|index| items[index]));
        let access = model.evaluate(|index| items[index]);
        let of = |word: &str| -> Pairs {
            let grants = access.grants().iter().filter(|grant| grant.shift.word() == word);
            grants.map(|grant| {
                let pair = (Arc::clone(&grant.subject), grant.object.clone().unwrap());
                (pair, grant.by.iter().cloned().collect())
            }).collect()
        };
        let less = |one: &Pairs, other: &Pairs| -> Pairs {
            one.iter().filter(|(pair, _)| !other.contains_key(*pair)).map(|(pair, by)| (pair.clone(), by.clone())).collect()
        };
        prop_assert_eq!(of("gained"), less(&after, &before));
        prop_assert_eq!(of("lost"), less(&before, &after));
        prop_assert!(of("changed").is_empty());
        let summary = access.summary();
        prop_assert_eq!(summary.gained.pairs + summary.lost.pairs, access.grants().len());
    }
}

/// A model whose nodes are drawn from pools, and renamed, by items.
fn drawn() -> impl Strategy<Value = Model> {
    let pools = vec(vec((0_usize..6, when()), 0..3), 2);
    let draws = vec((3_usize..6, 0_usize..2, 0_usize..4), 0..3);
    let renames = vec((0_usize..6, 0_usize..4), 0..3);
    let changed = vec((0_usize..4, 0_usize..4), 0..3);
    (models(), pools, draws, renames, changed).prop_map(
        |(mut model, pools, draws, renames, changed)| {
            model.pools = pools;
            for (node, pool, item) in draws {
                model.nodes[node].draws.push(Draw {
                    pool,
                    item,
                    known: Arc::from([]),
                });
            }
            for (node, item) in renames {
                let name = party("group", &(item + 6).to_string());
                model.nodes[node].renamed = Some((item, name));
            }
            for (subject, item) in changed {
                if let Some(subject) = model.subjects.get_mut(subject) {
                    subject.terms = Some((item, [terms(1), terms(2)]));
                }
            }
            model
        },
    )
}

proptest! {
    #[test]
    fn what_concerns_an_item_is_found_without_looking_at_the_others(
        model in drawn(), items in vec(any::<bool>(), 4), item in 0_usize..4, key in 0_usize..10
    ) {
        // Client, group and API of one number are one item, and so is a group's new name.
        let position = |id: &ItemId| id.key.parse::<usize>().ok().map(|key| key % 4);
        let concerns = Concerns::new(&model, position);
        let is_written = |index: usize| items[index];
        let also = |index: usize| index == item || items[index];
        let all = || 0..model.subjects.len();
        let by = |subjects: Vec<usize>| {
            model.between_of(subjects, [&is_written, &also], &|_| true, usize::MAX)
        };
        prop_assert_eq!(by(concerns.of(item)), by(all().collect()));
        for kind in ["client", "group", "api"] {
            let id = party(kind, &key.to_string()).id.clone();
            let found = model.between_of(
                concerns.of(key % 4),
                [&|_| false, &is_written],
                &|grant| grant.is_about(&id),
                usize::MAX,
            );
            let whole = model.evaluate(is_written);
            let about: Vec<&Grant> = whole.about(&id).collect();
            prop_assert_eq!(found.grants().iter().collect::<Vec<_>>(), about);
        }
    }
}
