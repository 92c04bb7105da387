//! Which clients can call which APIs: promised item by item, and read from the
//! rows that an import writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::draw::{Draw, Side as DrawSide, environment};
use super::sample::{Api as ApiOf, Sample as Lists, sample};
use super::{at, compared, file, target};
use crate::cases::config;
use crate::engine::{Access, Choices, Plan};
use crate::platform::digirunner::build;
use crate::platform::digirunner::changes::{Changes, Ids, key_of};
use crate::platform::digirunner::compare;
use crate::platform::digirunner::schema::{
    TABLES, TableId, client, client_group, client_vgroup, group, group_api, open_key, open_map,
    vgroup, vgroup_group, x_key, x_map,
};
use crate::platform::digirunner::tables::{Row, Tables};
use crate::store::Stamp;

const PAY: ApiOf = ("pay", "transfer");
const LOAN: ApiOf = ("loan", "offer");

fn planned(from: &Lists, to: &Lists) -> Arc<Plan> {
    Arc::new(compare::plan_with_access(&compared(file(from), target(to))))
}

/// Returns the changes of access where these items are written, and no others.
fn access(from: &Lists, to: &Lists, items: &[&str]) -> Vec<String> {
    let plan = planned(from, to);
    let mut choices = Choices::of(&plan, |id| items.contains(&id.to_string().as_str()), true);
    for item in items {
        choices.set(&plan, at(&plan, item), true);
    }
    let resolution = plan.resolve(&choices);
    describe(&plan.access(|index| resolution.is_written(index)).unwrap())
}

fn describe(access: &Access) -> Vec<String> {
    let line = |grant: &crate::engine::access::Grant| {
        format!(
            "{} {} {} {}",
            grant.shift.sign(),
            grant.subject.id.key,
            grant.what(),
            grant.means()
        )
    };
    access.grants().iter().map(line).collect()
}

/// A target with both APIs, a group `g` that has one of them, and a client `a`.
fn base() -> Lists {
    sample()
        .apis(&[PAY, LOAN])
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .group_api("1", PAY, json!({}))
}

#[test]
fn who_holds_a_covered_group_gains_its_new_apis_also_where_the_file_has_no_such_client() {
    let there = base().client_group("a", "1");
    let here = sample()
        .group("7", "g", json!({}))
        .group_api("7", LOAN, json!({}));
    assert_eq!(
        access(&here, &there, &["group:g"]),
        ["+ a loan/offer by group g"]
    );
    assert_eq!(access(&here, &there, &[]), [] as [&str; 0]);
}

#[test]
fn an_api_that_the_target_lacks_is_granted_to_nobody() {
    let there = sample()
        .client("a", json!({}))
        .group("1", "g", json!({}))
        .client_group("a", "1");
    let here = sample()
        .group("7", "g", json!({"groupDesc": "new"}))
        .group_api("7", PAY, json!({}));
    assert_eq!(access(&here, &there, &["group:g"]), [] as [&str; 0]);
}

#[test]
fn users_of_every_client_that_holds_a_covered_scope_are_asked_for_its_new_apis() {
    let there = base()
        .scope("5", "s", json!({}))
        .hidden("6", "5", PAY, json!({}))
        .client_scope("a", "5");
    let here = sample()
        .scope("7", "s", json!({}))
        .hidden("8", "7", PAY, json!({}))
        .hidden("9", "7", LOAN, json!({}));
    assert_eq!(
        access(&here, &there, &["scope:s"]),
        ["+ a loan/offer by scope s"]
    );
}

#[test]
fn a_link_to_a_hidden_group_grants_nothing_by_itself() {
    let there = base()
        .scope("5", "s", json!({}))
        .hidden("6", "5", LOAN, json!({}))
        .client_group("a", "6");
    let here = sample()
        .client("a", json!({"tps": 11}))
        .group("7", "g", json!({}))
        .client_group("a", "7");
    assert_eq!(
        access(&here, &there, &["client:a"]),
        ["+ a pay/transfer by group g"]
    );
}

#[test]
fn another_way_to_an_api_that_a_client_calls_already_is_no_gain() {
    let there = base()
        .client_group("a", "1")
        .scope("5", "s", json!({}))
        .hidden("6", "5", PAY, json!({}));
    let here = sample()
        .client("a", json!({}))
        .scope("7", "s", json!({}))
        .hidden("8", "7", PAY, json!({}))
        .client_scope("a", "7");
    assert_eq!(access(&here, &there, &["client:a"]), [] as [&str; 0]);
}

#[test]
fn an_x_api_key_calls_what_its_groups_have_and_follows_them() {
    let there = base().x_key(1, "a", "E", json!({})).x_map(2, 1, "1");
    let here = sample()
        .group("7", "g", json!({}))
        .group_api("7", LOAN, json!({}));
    assert_eq!(
        access(&here, &there, &["group:g"]),
        ["+ a loan/offer by x-api-key alias-E"]
    );
    let here = sample()
        .client("a", json!({}))
        .group("7", "g", json!({}))
        .x_key(3, "a", "F", json!({}))
        .x_map(4, 3, "7");
    assert_eq!(
        access(&here, &base(), &["client:a"]),
        ["+ a pay/transfer by x-api-key alias-F"]
    );
}

#[test]
fn a_key_that_is_covered_is_called_as_in_the_file() {
    let there = base()
        .x_key(1, "a", "E", json!({"apiKeyAlias": "old"}))
        .x_map(2, 1, "1");
    let here = sample()
        .client("a", json!({}))
        .group("7", "g", json!({}))
        .group_api("7", LOAN, json!({}))
        .x_key(3, "a", "E", json!({"apiKeyAlias": "new"}));
    assert_eq!(
        access(&here, &there, &["group:g"]),
        ["+ a loan/offer by x-api-key old"]
    );
    assert_eq!(
        access(&here, &there, &["group:g", "client:a"]),
        ["+ a loan/offer by x-api-key new"]
    );
}

#[test]
fn a_dgrk_key_calls_the_apis_that_it_is_mapped_to() {
    let here = sample()
        .client("a", json!({}))
        .open_key(3, "a", "K", json!({}))
        .open_map(4, 3, "u1")
        .open_map(5, 3, "u2")
        .api_use("u1", LOAN)
        .api_use("u2", ("no", "where"));
    assert_eq!(
        access(&here, &base(), &["client:a"]),
        ["+ a loan/offer by dgrk alias-K"]
    );
}

#[test]
fn a_client_that_is_added_gains_what_rows_of_an_absent_one_of_its_id_grant() {
    let there = base().client_group("b", "1");
    let here = sample().client("b", json!({}));
    assert_eq!(
        access(&here, &there, &["client:b"]),
        ["+ b pay/transfer by group g"]
    );
    assert_eq!(access(&here, &there, &[]), [] as [&str; 0]);
}

#[test]
fn what_a_new_client_gets_by_a_new_group_hangs_on_both() {
    let here = sample()
        .client("b", json!({}))
        .group("7", "new", json!({}))
        .group_api("7", LOAN, json!({}))
        .client_group("b", "7");
    assert_eq!(
        access(&here, &base(), &["client:b", "group:new"]),
        ["+ b loan/offer by group new"]
    );
    assert_eq!(access(&here, &base(), &["group:new"]), [] as [&str; 0]);
    assert_eq!(access(&here, &base(), &["client:b"]), [] as [&str; 0]);
}

/// What can be called with some tables: client, API, and by what.
type Pairs = BTreeMap<(String, String), BTreeSet<String>>;

/// Reads that from the rows, table by table.
fn pairs(sample: &Tables) -> Pairs {
    let text = |row: &Row, column| row.text(column).to_owned();
    let clients: BTreeSet<String> = sample
        .rows(TableId::Client)
        .iter()
        .map(|row| text(row, client::CLIENT_ID))
        .collect();
    let known: BTreeSet<String> = sample
        .apis
        .iter()
        .map(|api| format!("{}/{}", api.module, api.api))
        .collect();
    let apis_of = |id: &str| -> Vec<String> {
        let rows = sample
            .rows(TableId::GroupApi)
            .iter()
            .filter(|row| row.text(group_api::GROUP_ID) == id);
        let apis = rows.map(|row| {
            format!(
                "{}/{}",
                row.text(group_api::MODULE_NAME),
                row.text(group_api::API_KEY)
            )
        });
        apis.filter(|api| known.contains(api)).collect()
    };
    let mut pairs = Pairs::new();
    let mut grant = |client: &str, apis: Vec<String>, by: String| {
        for api in apis.into_iter().filter(|_| clients.contains(client)) {
            pairs
                .entry((client.to_owned(), api))
                .or_default()
                .insert(by.clone());
        }
    };
    for row in sample.rows(TableId::ClientGroup) {
        let id = row.text(client_group::GROUP_ID);
        let groups = sample.rows(TableId::Group).iter();
        for plain in groups
            .filter(|row| row.text(group::GROUP_ID) == id && row.text(group::VGROUP_FLAG) == "0")
        {
            let by = format!("group:{}", plain.text(group::GROUP_NAME));
            grant(row.text(client_group::CLIENT_ID), apis_of(id), by);
        }
    }
    for row in sample.rows(TableId::ClientVgroup) {
        let id = row.text(client_vgroup::VGROUP_ID);
        for scope in sample
            .rows(TableId::Vgroup)
            .iter()
            .filter(|row| row.text(vgroup::VGROUP_ID) == id)
        {
            let links = sample.rows(TableId::VgroupGroup).iter();
            for link in links.filter(|row| row.text(vgroup_group::VGROUP_ID) == id) {
                let by = format!("scope:{}", scope.text(vgroup::VGROUP_NAME));
                let apis = apis_of(link.text(vgroup_group::GROUP_ID));
                grant(row.text(client_vgroup::CLIENT_ID), apis, by);
            }
        }
    }
    for key in sample.rows(TableId::XKey) {
        let id = key.int(x_key::API_KEY_ID);
        for map in sample
            .rows(TableId::XMap)
            .iter()
            .filter(|row| row.int(x_map::REF_API_KEY_ID) == id)
        {
            let by = format!("x-api-key:{}", key.text(x_key::API_KEY_ALIAS));
            grant(
                key.text(x_key::CLIENT_ID),
                apis_of(map.text(x_map::GROUP_ID)),
                by,
            );
        }
    }
    for key in sample.rows(TableId::OpenKey) {
        let id = key.int(open_key::OPEN_API_KEY_ID);
        for map in sample
            .rows(TableId::OpenMap)
            .iter()
            .filter(|row| row.int(open_map::REF_OPEN_API_KEY_ID) == id)
        {
            let apis = sample
                .apis
                .iter()
                .filter(|api| api.uid.as_deref() == Some(map.text(open_map::REF_API_UID)));
            let apis = apis
                .map(|api| format!("{}/{}", api.module, api.api))
                .collect();
            let by = format!("dgrk:{}", key.text(open_key::OPEN_API_KEY_ALIAS));
            grant(key.text(open_key::CLIENT_ID), apis, by);
        }
    }
    pairs
}

/// Returns the tables after writing.
fn written(sample: &Tables, changes: &Changes) -> Tables {
    let mut after = sample.clone();
    for table in TABLES {
        let Some(changes) = changes.of(table.id) else {
            continue;
        };
        let key: Vec<usize> = table.key().map(|(index, _)| index).collect();
        let updates: HashMap<_, &Row> = changes
            .updates
            .rows
            .iter()
            .map(|row| (key_of(row, &key), row))
            .collect();
        let deletes: HashMap<_, &Row> = changes
            .deletes
            .rows
            .iter()
            .map(|row| (key_of(row, &key), row))
            .collect();
        let rows = sample
            .rows(table.id)
            .iter()
            .filter(|row| !deletes.contains_key(&key_of(row, &key)));
        let rows = rows.map(|row| {
            updates
                .get(&key_of(row, &key))
                .copied()
                .unwrap_or(row)
                .clone()
        });
        let rows = rows.chain(changes.inserts.rows.iter().cloned()).collect();
        after.set_rows(table.id, rows);
    }
    after
}

fn less(one: &Pairs, other: &Pairs) -> Pairs {
    one.iter()
        .filter(|(sides, _)| !other.contains_key(*sides))
        .map(|(sides, by)| (sides.clone(), by.clone()))
        .collect()
}

/// Returns what is promised, in one way.
fn promised(access: &Access, word: &str) -> Pairs {
    let grants = access
        .grants()
        .iter()
        .filter(|grant| grant.shift.word() == word);
    grants
        .map(|grant| {
            let api = grant.object.as_ref().unwrap();
            let sides = (grant.subject.id.key.to_string(), api.id.key.to_string());
            (sides, grant.by.iter().map(|by| by.id.to_string()).collect())
        })
        .collect()
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn what_is_promised_is_what_the_rows_say_that_an_import_writes(
        (from, to) in (vec(any::<u16>(), 0..1200), vec(any::<u16>(), 0..1200)),
        chosen in vec(any::<bool>(), 0..40),
    ) {
        let from = file(&environment(&mut Draw::new(&from), DrawSide::File));
        let to = target(&environment(&mut Draw::new(&to), DrawSide::Target));
        let compared = compared(from, to.clone());
        let plan = Arc::new(compare::plan_with_access(&compared));
        let mut choices = Choices::everything(&plan);
        for (item, _) in plan.entries().iter().enumerate() {
            choices.set(&plan, item, chosen.get(item).copied().unwrap_or(true));
        }
        let resolution = plan.resolve(&choices);
        let access = plan.access(|index| resolution.is_written(index)).unwrap();
        let Ok(approved) = plan.approve(&choices) else {
            prop_assert!(access.is_empty());
            return Ok(());
        };
        let stamp = Stamp { operator: "o".to_owned(), now: super::time("2026-01-01 00:00:00") };
        let changes = build::changes(&compared.sides(), &approved, &stamp, &mut Ids::counting([].into()));
        let (before, after) = (pairs(&to), pairs(&written(&to, &changes)));
        prop_assert_eq!(promised(&access, "gained"), less(&after, &before));
        prop_assert_eq!(promised(&access, "lost"), less(&before, &after));
    }
}
