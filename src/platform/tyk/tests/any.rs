//! Properties of any file and any target: nothing panics, and after an import
//! the same file has no further changes.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use super::super::{Tyk, file};
use super::{BANK, SECURITIES, api_id, object_id, policy_id, read};
use crate::cases::config;
use crate::engine::diff::Show;
use crate::platform::document::tests::{Target, law};
use crate::platform::document::{blocking_findings, export};
use crate::platform::{ExportOptions, ImportOptions};

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

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn after_an_import_the_same_file_and_the_export_find_nothing_more_to_do(first in bundle(), second in bundle()) {
        let mut target = Target::empty(&Tyk);
        for file in [&first, &second] {
            let (described, _) = law(&mut target, &read(file));
            prop_assert!(described.is_empty(), "{:#?}", described);
        }
        let bytes = export(&Tyk, &target.objects, &ExportOptions::default()).unwrap().bytes;
        let plan = target.plan(&file::read(&bytes).unwrap(), &ImportOptions::default());
        for (index, entry) in plan.entries().iter().enumerate() {
            prop_assert!(entry.is_unchanged() && !entry.verdict.status.is_blocked(), "{} {:?} {:?}", entry.item.id, entry.verdict, plan.changes(index, Show::Differences));
        }
        prop_assert!(plan.missing().is_empty());
    }

    #[test]
    fn whatever_a_file_holds_it_is_read_or_refused(text in r#"[\[{]("(apis|Data|api_definition|access_rights|id|api_id|oas|org_id|_id)": ?([\[{"]|null|1|\[\]|\{\}|"x"),?|[\]}],?){0,12}"#) {
        if let Ok(read) = file::read(text.as_bytes()) {
            let plan = Target::empty(&Tyk).plan(&read, &ImportOptions::default());
            prop_assert_eq!(plan.entries().len(), read.objects.len());
            blocking_findings(&Tyk, &read, &ImportOptions::default());
        }
    }
}
