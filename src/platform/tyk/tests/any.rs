//! What holds for any file and any target: nothing panics, and after an import
//! the same file finds nothing more to do.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::Config;
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use super::super::export::export;
use super::super::object::Object;
use super::super::{compare, file, write};
use super::{BANK, SECURITIES, api_id, object_id, policy_id, read};
use crate::engine::diff::Show;
use crate::engine::{Choices, Outcome};
use crate::platform::ExportOptions;
use crate::platform::document::Document;

/// How many are tried, unless the environment says otherwise.
fn cases() -> u32 {
    std::env::var("GATEDIFF_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

fn owner() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(BANK), 2 => Just(SECURITIES), 1 => Just("")]
}

fn organisation() -> impl Strategy<Value = Json> {
    (owner(), 0..3_u32, vec(0..3_u32, 0..3)).prop_map(|(id, n, apis)| {
        let apis: Vec<Json> = apis.iter().map(|n| json!({"api_id": api_id(*n), "api_human_name": format!("API {n}")})).collect();
        json!({"id": if id.is_empty() { "x" } else { id }, "owner_name": n.to_string(), "cname": if n == 0 { "" } else { "c" }, "apis": apis, "ui": {"n": n, "e": {}}})
    })
}

fn api() -> impl Strategy<Value = Json> {
    ((0..4_u32, 0..4_u32, owner(), 0..4_u32), (vec(0..4_u32, 0..2), vec(0..4_u32, 0..2), any::<bool>(), any::<bool>())).prop_map(
        |((n, id, owner, path), (policies, versions, active, bare))| {
            let versions: serde_json::Map<String, Json> = versions.iter().map(|n| (format!("v{n}"), json!(api_id(*n)))).collect();
            let definition = json!({
                "id": if id == 0 { json!(null) } else { json!(object_id(n)) }, "api_id": api_id(n), "org_id": owner, "name": format!("API {n}"),
                "active": active, "proxy": {"listen_path": format!("/{path}/"), "target_url": format!("tyk://api-{path}/")},
                "jwt_default_policies": policies.iter().map(|n| policy_id(*n)).collect::<Vec<_>>(), "definition": {"versions": versions},
            });
            if bare { definition } else { json!({"api_definition": definition, "sort_by": 0}) }
        },
    )
}

fn policy() -> impl Strategy<Value = Json> {
    ((0..4_u32, 0..4_u32, owner(), 0..3_u32), (vec(0..5_u32, 0..3), any::<bool>(), any::<bool>())).prop_map(
        |((n, id, owner, name), (grants, nameless, old))| {
            let spelling = if old { ["apiid", "apiname"] } else { ["api_id", "api_name"] };
            let rights = grants.iter().map(|n| (api_id(*n), json!({(spelling[0]): api_id(*n), (spelling[1]): format!("API {n}"), "versions": if old { json!(["Default"]) } else { json!(null) }})));
            let rights: serde_json::Map<String, Json> = rights.collect();
            let mut policy = json!({"_id": policy_id(n), "id": if id == 0 { String::new() } else { format!("p{id}") }, "org_id": owner, "name": format!("P{name}"), "access_rights": rights});
            if nameless && id != 0 {
                policy.as_object_mut().unwrap().remove("_id");
            }
            policy
        },
    )
}

fn bundle() -> impl Strategy<Value = Json> {
    (vec(organisation(), 0..3), vec(api(), 0..5), vec(policy(), 0..5))
        .prop_map(|(organisations, apis, policies)| json!({"organisations": organisations, "apis": apis, "Data": policies}))
}

/// Applies all of a file that can be, as the database would.
fn apply(file: &Json, there: &mut HashMap<(String, String), Document>) -> Result<(), String> {
    let target = objects(there);
    let read = read(file);
    let plan = Arc::new(compare::plan(&read, &target));
    let mut choices = Choices::new(&plan);
    choices.cover_all(&plan);
    choices.missing_confirmed = true;
    let Ok(approved) = plan.approve(&choices) else { return Ok(()) };
    let saves = write::saves(&read.objects, &target, &approved);
    let key = |document: &Document| (document.kind.to_string(), document.id.to_string());
    for save in saves.covers {
        let there = there.get_mut(&key(&save.document)).ok_or("a cover of what is not there")?;
        *there = save.document;
    }
    for save in saves.adds {
        if there.insert(key(&save.document), save.document).is_some() {
            return Err("an addition of what is there".to_owned());
        }
    }
    let mut pairs = std::collections::HashSet::new();
    for document in there.values().filter(|document| document.pair_id.is_some()) {
        if !pairs.insert((document.kind.clone(), document.owner.clone(), document.pair_id.clone())) {
            return Err(format!("two of one pair: {document:?}"));
        }
    }
    let again = Arc::new(compare::plan(&read, &objects(there)));
    for (at, outcome) in approved.outcomes().iter().enumerate() {
        let entry = again.entry(at).ok_or("an entry is gone")?;
        let is_done = matches!(outcome, Outcome::Added | Outcome::Covered | Outcome::Unchanged);
        if is_done && !entry.is_unchanged() {
            return Err(format!(
                "{} was {outcome:?} and differs: {:?}",
                entry.item.id,
                again.changes(at, Show::Differences)
            ));
        }
    }
    Ok(())
}

fn objects(there: &HashMap<(String, String), Document>) -> Vec<Object> {
    let mut documents: Vec<&Document> = there.values().collect();
    documents.sort_by_key(|document| (document.kind.to_string(), document.id.to_string()));
    documents.into_iter().filter_map(Object::kept).collect()
}

proptest! {
    #![proptest_config(Config { cases: cases(), failure_persistence: None, ..Config::default() })]

    #[test]
    fn after_an_import_the_same_file_and_the_export_find_nothing_more_to_do(first in bundle(), second in bundle()) {
        let mut there = HashMap::new();
        for file in [&first, &second] {
            let done = apply(file, &mut there);
            prop_assert_eq!(done, Ok(()));
        }
        let target = objects(&there);
        let bytes = export(&target, &ExportOptions::default()).unwrap().bytes;
        let plan = compare::plan(&file::read(&bytes).unwrap(), &target);
        for (at, entry) in plan.entries().iter().enumerate() {
            prop_assert!(entry.is_unchanged() && !entry.verdict.status.is_blocked(), "{} {:?} {:?}", entry.item.id, entry.verdict, plan.changes(at, Show::Differences));
        }
        prop_assert!(plan.missing().is_empty());
    }

    #[test]
    fn whatever_a_file_holds_it_is_read_or_refused(text in r#"[\[{]("(apis|Data|api_definition|access_rights|id|api_id|oas|org_id|_id)": ?([\[{"]|null|1|\[\]|\{\}|"x"),?|[\]}],?){0,12}"#) {
        if let Ok(read) = file::read(text.as_bytes()) {
            let plan = compare::plan(&read, &[]);
            prop_assert_eq!(plan.entries().len(), read.objects.len());
            compare::obstacles(&read);
        }
    }
}
