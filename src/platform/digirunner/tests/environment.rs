//! Values and ignore rules of an environment.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::draw::{Draw, Side as DrawSide, environment};
use super::sample::sample;
use super::{Lists, at, changes, compared, entry, file, status, target};
use crate::cases::config;
use crate::engine::diff::Show;
use crate::engine::rule::{Matcher, Replacement, Scope, ValueRule, matchers};
use crate::engine::{Change, Op, Plan};
use crate::platform::digirunner::compare;
use crate::platform::digirunner::ignore::ignore;
use crate::platform::digirunner::index::Places;
use crate::platform::digirunner::kinds::KINDS;
use crate::platform::digirunner::set_values::set_values;

fn scope(kind: &str, key: &str, path: &str) -> Scope {
    let [kind, key, path] = [kind, key, path].map(ToOwned::to_owned);
    Scope {
        kind,
        key,
        path,
        origin: "uat.toml:1".to_owned(),
    }
}

fn value(scope: Scope, value: Json) -> ValueRule {
    ValueRule {
        scope,
        replacement: Replacement::Value(value),
        is_filled: false,
    }
}

fn text(scope: Scope, from: &str, to: &str) -> ValueRule {
    let (from, to) = (from.to_owned(), to.to_owned());
    ValueRule {
        scope,
        replacement: Replacement::Text { from, to },
        is_filled: false,
    }
}

/// Compares with values set and differences ignored; also returns what is wrong with the rules.
fn planned(
    from: &Lists,
    to: &Lists,
    values: &[ValueRule],
    ignored: &[Scope],
) -> (Arc<Plan>, Vec<String>) {
    let mut file = file(from);
    let places = Arc::new(Places::new(&file.tables));
    let (set, mut errors) = set_values(&mut file.tables, &places, values);
    file.set = set;
    let mut both = compared(file, target(to));
    let (rules, wrong) = matchers(ignored, &KINDS);
    errors.extend(wrong);
    if !rules.is_empty() {
        let (tables, found) = ignore(&both.sides(), &rules);
        errors.extend(rules.iter().filter_map(Matcher::unmet));
        both = Arc::new(both.ignoring(tables, found));
    }
    let errors = errors.into_iter();
    let errors = errors.map(|error| format!("{}: {}", error.origin, error.message));
    (Arc::new(compare::plan(&both)), errors.collect())
}

/// A client with hosts and a password.
fn client(tps: u32, host: &str, url: &str) -> Lists {
    sample()
        .client("a", json!({"tps": tps, "remark": "at dev.x, by dev.y"}))
        .host(1, "a", host, "10.0.0.1")
        .connection(
            "r",
            json!({"jdbcUrl": url, "userName": "u", "mima": "fake-1"}),
        )
}

#[test]
fn a_value_is_set_by_the_path_that_is_shown_and_marked() {
    let (from, to) = (client(10, "one", "jdbc:dev"), client(20, "two", "jdbc:uat"));
    let values = [
        value(scope("client", "a", "/tps"), json!(30)),
        value(scope("client", "*", "/hosts/*/hostName"), json!("two")),
        text(scope("rdb-connection", "r", "/jdbcUrl"), "dev", "uat"),
        text(scope("client", "a", "/remark"), "dev.", "uat."),
    ];
    let (plan, errors) = planned(&from, &to, &values, &[]);
    assert_eq!(errors, [""; 0]);
    let shown = changes(&plan, "client:a");
    assert_eq!(
        shown,
        [
            r#"{"path":"/tps","op":"replace","before":20,"after":30}"#,
            r#"{"path":"/remark","op":"replace","before":"at dev.x, by dev.y","after":"at uat.x, by uat.y"}"#,
        ]
    );
    let marks = entry(&plan, "client:a").marks.as_ref().unwrap();
    assert_eq!(marks.set, ["/hosts/10.0.0.1/hostName", "/remark", "/tps"]);
    assert_eq!(status(&plan, "rdb-connection:r"), "Repeat unchanged");
}

#[test]
fn a_value_that_names_its_element_is_marked_where_it_is_shown() {
    let (from, to) = (client(10, "one", "x"), client(10, "one", "x"));
    let path = "/hosts/10.0.0.1/hostIp";
    let values = [value(scope("client", "a", path), json!("10.0.0.2"))];
    let (plan, errors) = planned(&from, &to, &values, &[]);
    assert_eq!(errors, [""; 0]);
    let marks = entry(&plan, "client:a").marks.as_ref().unwrap();
    assert_eq!(marks.set, ["/hosts/10.0.0.2/hostIp"]);
    let shown = plan.changes(at(&plan, "client:a"), Show::Differences);
    assert!(
        shown.iter().all(|change| marks.is_set(&change.path)),
        "{shown:?}"
    );
}

#[test]
fn rules_that_match_nothing_or_do_not_fit_are_named() {
    let from = client(10, "one", "x");
    let of = |path: &str| scope("client", "a", path);
    let cases = [
        (
            value(scope("client", "b", "/tps"), json!(1)),
            "matches no item",
        ),
        (value(of("/tpss"), json!(1)), "matches no value"),
        (
            value(of("/tps"), json!("1")),
            "client:a: /tps: it takes a 32-bit whole number",
        ),
        (
            value(of("/tps"), json!(3_000_000_000_u32)),
            "it takes a 32-bit whole number",
        ),
        (value(of("/hosts"), json!("x")), "names several fields"),
        (text(of("/remark"), "nowhere", "x"), "replaces nothing"),
        (
            value(of("/clientSecret"), json!("fake-2")),
            "it is a secret",
        ),
        (
            value(of("/remark"), json!("postgres://u:fake-2@h/d")),
            "it is a secret",
        ),
        (value(of("/clientId"), json!("b")), "matches no value"),
        (
            value(scope("clients", "a", "/tps"), json!(1)),
            "unknown kind 'clients'",
        ),
    ];
    for (rule, why) in cases {
        let (plan, errors) = planned(&from, &from, std::slice::from_ref(&rule), &[]);
        assert_eq!(errors.len(), 1, "{rule:?}: {errors:?}");
        assert!(
            errors[0].starts_with("uat.toml:1: ") && errors[0].contains(why),
            "{errors:?}"
        );
        assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
    }
    for (rule, why) in [
        (scope("client", "b", "/tps"), "matches no item"),
        (scope("client", "a", "/tpss"), "matches no value"),
        (scope("client", "a", "tps"), "is not a path"),
    ] {
        let (_, errors) = planned(&from, &from, &[], &[rule]);
        assert!(errors.len() == 1 && errors[0].contains(why), "{errors:?}");
    }
}

#[test]
fn a_secret_from_elsewhere_is_set_and_never_shown() {
    let (from, to) = (client(10, "one", "x"), client(10, "one", "x"));
    let rule = ValueRule {
        is_filled: true,
        ..value(scope("rdb-connection", "r", "/mima"), json!("fake-2"))
    };
    let (plan, errors) = planned(&from, &to, &[rule], &[]);
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        changes(&plan, "rdb-connection:r"),
        [r#"{"path":"/mima","op":"replace","secret":true}"#]
    );
}

#[test]
fn an_ignored_difference_is_none_and_is_counted() {
    let (from, to) = (client(10, "one", "x"), client(20, "two", "x"));
    let rules = [
        scope("client", "*", "/tps"),
        scope("client", "a", "/hosts/*/hostName"),
    ];
    let (plan, errors) = planned(&from, &to, &[], &rules);
    assert_eq!(errors, [""; 0]);
    assert_eq!(status(&plan, "client:a"), "Repeat unchanged");
    assert_eq!(
        entry(&plan, "client:a").ignored(),
        ["/hosts/10.0.0.1/hostName", "/tps"]
    );
    assert_eq!(plan.summary().ignored, 2);
}

#[test]
fn what_only_the_file_has_is_left_out_or_the_item_is_blocked() {
    let from = client(10, "one", "x")
        .host(2, "a", "new", "10.0.0.9")
        .group("1", "g", json!({}))
        .client_group("a", "1");
    let to = client(10, "one", "x").group("1", "g", json!({}));
    let hosts = [
        scope("client", "a", "/hosts/10.0.0.9"),
        scope("client", "a", "/groups"),
    ];
    let (plan, errors) = planned(&from, &to, &[], &hosts[..1]);
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        changes(&plan, "client:a"),
        [r#"{"path":"/groups/g","op":"add"}"#]
    );
    assert_eq!(entry(&plan, "client:a").ignored(), ["/hosts/10.0.0.9"]);
    let (plan, _) = planned(&from, &to, &[], &hosts);
    assert_eq!(status(&plan, "client:a"), "Cannot cover: not-ignorable");
    // A field of a host that is added has no value to keep.
    let (plan, _) = planned(
        &from,
        &to,
        &[],
        &[scope("client", "a", "/hosts/*/hostName")],
    );
    assert!(
        changes(&plan, "client:a")
            .iter()
            .any(|change| change.contains("10.0.0.9"))
    );
}

#[test]
fn an_item_that_is_added_is_written_as_the_file_has_it() {
    let from = client(10, "one", "x");
    let (plan, errors) = planned(&from, &sample(), &[], &[scope("client", "a", "/tps")]);
    assert_eq!(errors, [""; 0]);
    assert_eq!(status(&plan, "client:a"), "Add");
    assert!(
        changes(&plan, "client:a").contains(&r#"{"path":"/tps","op":"add","after":10}"#.to_owned())
    );
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn ignoring_takes_exactly_the_named_differences_away(
        (from, to) in (vec(any::<u16>(), 0..1200), vec(any::<u16>(), 0..1200)),
        picks in vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let from = environment(&mut Draw::new(&from), DrawSide::File);
        let to = environment(&mut Draw::new(&to), DrawSide::Target);
        let (before, _) = planned(&from, &to, &[], &[]);
        let mut all = Vec::new();
        for (index, entry) in before.entries().iter().enumerate() {
            if entry.base.is_some() && !entry.verdict.status.is_blocked() {
                let changes = before.changes(index, Show::Differences).into_iter();
                let changes: Vec<Change> = changes.filter(|change| change.op.is_effective()).collect();
                // What an element is called by may be ignored, or the first of two of one name: then
                // others are called otherwise.
                let names = ["hostIp", "hostName", "Alias", "idpType", "pageTitle", "connectionName", ")"];
                let is_named = |change: &Change| names.iter().any(|name| change.path.ends_with(name));
                if !changes.iter().any(|change| change.path.contains(" (2)")) {
                    let plain = changes.into_iter().filter(|change| !is_named(change));
                    all.extend(plain.map(|change| (index, change.path)));
                }
            }
        }
        prop_assume!(!all.is_empty());
        let rules: Vec<Scope> = picks.iter().map(|pick| {
            let (index, path) = &all[pick.index(all.len())];
            let id = &before.entry(*index).unwrap().item.id;
            scope(id.kind.as_str(), &id.key, path)
        }).collect();
        let (after, errors) = planned(&from, &to, &[], &rules);
        prop_assert_eq!(errors, Vec::<String>::new());
        let (matchers, _) = matchers(&rules, &KINDS);
        for (index, entry) in before.entries().iter().enumerate() {
            let now = after.entry(index).unwrap();
            prop_assert_eq!(&now.item.id, &entry.item.id);
            let about: Vec<&Matcher> = matchers.iter().filter(|rule| rule.is_about(&entry.item.id)).collect();
            let is_refused = now.verdict.reasons.iter().any(|reason| reason.code == "not-ignorable");
            if is_refused {
                continue;
            }
            // A field of a row that the target does not have is written as the file has it.
            let is_new = |change: &Change| {
                let rows = ["/oauth/", "/extension/", "/dpApp/"];
                change.op == Op::Add && rows.iter().any(|row| change.path.starts_with(row))
            };
            let is_named = |change: &Change| {
                !is_new(change) && about.iter().any(|rule| rule.path.covers_pointer(&change.path))
            };
            let shown = after.changes(index, Show::Differences);
            let effective = shown.iter().filter(|change| change.op.is_effective());
            if entry.base.is_some() {
                for change in effective {
                    prop_assert!(!is_named(change), "{} {}", now.item.id, change.path);
                }
            }
            if about.is_empty() {
                prop_assert_eq!(now.ignored(), Vec::<String>::new());
                continue;
            }
            // A client completes its scopes only if something else of it changes.
            let counts = |path: &String| !path.starts_with("/scopes/");
            let left: Vec<String> = before.changes(index, Show::Differences).into_iter()
                .filter(|change| change.op.is_effective() && (entry.base.is_none() || !is_named(change)))
                .map(|change| change.path).filter(counts).collect();
            let now: Vec<String> = shown.into_iter()
                .filter(|change| change.op.is_effective())
                .map(|change| change.path).filter(counts).collect();
            prop_assert_eq!(now, left);
        }
    }
}
