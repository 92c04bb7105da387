//! The product's own reader accepts every export, also after the product deleted things in its own
//! way: the reader's rules and the deletions are written here once more, by the product's classes
//! (AA1121, AA1129; AA0214, AA0225, AA0303, AA0205, AA1104, AA1110).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use super::super::export::export;
use super::draw::{Draw, Side, environment};
use super::sample::{LISTS, Sample, sample};
use super::{id, target};
use crate::cases::config;
use crate::platform::Export;

const FIELDS: &str = include_str!("../../../../fixtures/digirunner/fields.csv");

/// The bean's properties of each list, with their Java types.
fn beans() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut beans: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for record in csv::Reader::from_reader(FIELDS.as_bytes())
        .into_records()
        .map(Result::unwrap)
    {
        let properties = beans.entry(record[0].to_owned()).or_default();
        properties.insert(record[1].to_owned(), record[2].to_owned());
    }
    let uses = ["apiUid", "moduleName", "apiId"].map(|name| (name.to_owned(), "String".to_owned()));
    beans.insert("dgrApikeyUseApiList".to_owned(), uses.into());
    beans
}

/// Checks what maps the file to beans (else 1291): 25 lists of beans, no other property, audit fields
/// as the product exports them.
fn is_mapped(root: &Value) -> Result<(), String> {
    let root = root.as_object().ok_or("the root is no object")?;
    let names: Vec<&str> = root.keys().map(String::as_str).collect();
    if names.iter().collect::<BTreeSet<_>>()
        != BTreeSet::from([&"analyzeClientRelated", &"importClientRelated"])
        || !root["analyzeClientRelated"].is_null()
    {
        return Err(format!("the root has {names:?}"));
    }
    let lists = root["importClientRelated"]
        .as_object()
        .ok_or("importClientRelated is no object")?;
    if lists.keys().map(String::as_str).collect::<BTreeSet<_>>() != BTreeSet::from(LISTS) {
        return Err(format!("the lists are {:?}", lists.keys()));
    }
    let beans = beans();
    for (list, rows) in lists {
        for row in rows
            .as_array()
            .ok_or_else(|| format!("{list} is no list"))?
        {
            let row = row
                .as_object()
                .ok_or_else(|| format!("{list} has a row that is no object"))?;
            let bean = &beans[list];
            if !row.keys().eq(bean.keys()) {
                return Err(format!("{list} has {:?}", row.keys()));
            }
            for (name, value) in row {
                let audit = [
                    "createTime",
                    "updateTime",
                    "createDateTime",
                    "updateDateTime",
                    "createUser",
                    "updateUser",
                    "resubmitDateTime",
                ];
                let fits = match (name.as_str(), bean[name].as_str()) {
                    (audited, _) if audit.contains(&audited) => value.is_null(),
                    ("version", _) => *value == json!(1),
                    (_, "String") => value.is_null() || value.is_string(),
                    (_, _) => value.is_null() || value.is_i64(),
                };
                if !fits {
                    return Err(format!("{list} has {name} = {value}"));
                }
            }
        }
    }
    Ok(())
}

/// Returns why the product refuses the whole file (1298): which clients are missing which rows.
fn refusals(root: &Value) -> BTreeSet<String> {
    let rows = |list: &str| root["importClientRelated"][list].as_array().unwrap();
    let has = |list: &str, property: &str, value: &Value| {
        rows(list).iter().any(|row| row[property] == *value)
    };
    let mut refused = BTreeSet::new();
    for client in rows("tsmpClientList") {
        let id = &client["clientId"];
        for list in ["tsmpDpClientextList", "oauthClientDetailsList"] {
            if !has(list, "clientId", id) {
                refused.insert(format!("client {id}"));
            }
        }
        for (links, property, list) in [
            ("tsmpClientGroupList", "groupId", "tsmpGroupList"),
            ("tsmpClientVgroupList", "vgroupId", "tsmpVgroupList"),
        ] {
            for link in rows(links).iter().filter(|link| link["clientId"] == *id) {
                if !has(list, property, &link[property]) {
                    refused.insert(format!("{links} {link}"));
                }
            }
        }
        for key in rows("dgrXApiKeyList")
            .iter()
            .filter(|key| key["clientId"] == *id)
        {
            if !has("dgrXApiKeyMapList", "refApiKeyId", &key["apiKeyId"]) {
                refused.insert("key".to_owned());
            }
        }
    }
    refused
}

/// Returns the same in the words of the export.
fn describe(export: &Export) -> BTreeSet<String> {
    let refuses = export
        .findings
        .iter()
        .filter(|finding| finding.message.starts_with("the product refuses this file"));
    refuses
        .map(|finding| match (&*finding.code, &finding.item) {
            ("client-incomplete", Some(item)) => format!("client \"{}\"", item.key),
            ("key-without-maps", _) => "key".to_owned(),
            other => panic!("{other:?}"),
        })
        .collect()
}

// ---- how the product deletes

/// Tables as the product itself creates them: every client has its two rows, every key a map.
fn made(mut sample: Sample) -> Sample {
    let mapped: HashSet<String> = sample
        .rows("dgrXApiKeyMapList")
        .iter()
        .map(|map| map["refApiKeyId"].to_string())
        .collect();
    sample = sample.without("dgrXApiKeyList", |key| {
        !mapped.contains(&key["apiKeyId"].to_string())
    });
    for (seq, client) in (1_000..).zip(sample.rows("tsmpClientList").to_vec()) {
        let id = client["clientId"].as_str().unwrap();
        let has = |list: &str| sample.rows(list).iter().any(|row| row["clientId"] == id);
        let (has_oauth, has_extension) =
            (has("oauthClientDetailsList"), has("tsmpDpClientextList"));
        if !has_oauth {
            sample = sample.oauth(id, json!({}));
        }
        if !has_extension {
            sample = sample.clientext(id, seq, json!({}));
        }
    }
    sample
}

/// Deletes one thing of a sort, if there is one and the product lets it go.
fn deleted(sample: Sample, sort: u8, index: u16) -> Sample {
    let pick = |list: &str, property: &str| {
        let rows = sample.rows(list);
        rows.get(usize::from(index) % rows.len().max(1))
            .map(|row| row[property].clone())
    };
    let names = |list: &str, property: &str, value: &Value| {
        sample.rows(list).iter().any(|row| row[property] == *value)
    };
    match sort % 6 {
        0 => {
            let Some(id) = pick("tsmpGroupList", "groupId") else {
                return sample;
            };
            let is_plain = sample
                .rows("tsmpGroupList")
                .iter()
                .any(|row| row["groupId"] == id && row["vgroupFlag"] == "0");
            if !is_plain || names("tsmpClientGroupList", "groupId", &id) {
                return sample;
            }
            without_groups(sample, &[id])
        }
        1 => {
            let Some(id) = pick("tsmpVgroupList", "vgroupId") else {
                return sample;
            };
            if names("tsmpClientVgroupList", "vgroupId", &id) {
                return sample;
            }
            let links = sample
                .rows("tsmpVgroupGroupList")
                .iter()
                .filter(|link| link["vgroupId"] == id);
            let hidden: Vec<Value> = links.map(|link| link["groupId"].clone()).collect();
            let mut sample = without_groups(sample, &hidden);
            for list in [
                "tsmpVgroupGroupList",
                "tsmpVgroupAuthoritiesMapList",
                "tsmpVgroupList",
            ] {
                sample = sample.without(list, |row| row["vgroupId"] == id);
            }
            sample
        }
        2 => {
            let mut sample = sample;
            if sample.apis.is_empty() {
                return sample;
            }
            let [module, key, _] = sample.apis.remove(usize::from(index) % sample.apis.len());
            let is_of = |link: &Value| {
                link["moduleName"] == module.as_str() && link["apiKey"] == key.as_str()
            };
            let linked: Vec<Value> = sample
                .rows("tsmpGroupApiList")
                .iter()
                .filter(|link| is_of(link))
                .map(|link| link["groupId"].clone())
                .collect();
            let is_hidden = |id: &Value| {
                sample
                    .rows("tsmpGroupList")
                    .iter()
                    .any(|row| row["groupId"] == *id && row["vgroupFlag"] == "1")
            };
            let hidden: Vec<Value> = linked.into_iter().filter(|id| is_hidden(id)).collect();
            let mut sample = sample.without("tsmpGroupApiList", is_of);
            for list in [
                "tsmpVgroupGroupList",
                "tsmpGroupAuthoritiesMapList",
                "tsmpClientGroupList",
                "tsmpGroupList",
            ] {
                sample = sample.without(list, |row| hidden.contains(&row["groupId"]));
            }
            sample
        }
        3 => {
            let Some(id) = pick("tsmpClientList", "clientId") else {
                return sample;
            };
            let lists = [
                "tsmpClientList",
                "tsmpClientHostList",
                "tsmpClientGroupList",
                "oauthClientDetailsList",
                "tsmpDpClientextList",
                "tsmpClientVgroupList",
            ];
            lists.into_iter().fold(sample, |sample, list| {
                sample.without(list, |row| row["clientId"] == id)
            })
        }
        4 => {
            let Some(id) = pick("tsmpGroupAuthoritiesList", "groupAuthoritieId") else {
                return sample;
            };
            if names("tsmpGroupAuthoritiesMapList", "groupAuthoritieId", &id) {
                return sample;
            }
            sample.without("tsmpGroupAuthoritiesList", |row| {
                row["groupAuthoritieId"] == id
            })
        }
        _ => {
            let Some(id) = pick("tsmpSecurityLevelList", "securityLevelId") else {
                return sample;
            };
            if names("tsmpGroupList", "securityLevelId", &id)
                || names("tsmpClientList", "securityLevelId", &id)
            {
                return sample;
            }
            sample.without("tsmpSecurityLevelList", |row| row["securityLevelId"] == id)
        }
    }
}

fn without_groups(sample: Sample, ids: &[Value]) -> Sample {
    let lists = [
        "tsmpGroupApiList",
        "tsmpGroupAuthoritiesMapList",
        "tsmpGroupList",
    ];
    lists.into_iter().fold(sample, |sample, list| {
        sample.without(list, |row| ids.contains(&row["groupId"]))
    })
}

/// Exports everything, each client alone, and all clients together.
fn exports(source: &Sample) -> Vec<(String, Export)> {
    let target = target(source);
    let clients = source.rows("tsmpClientList").iter();
    let clients: Vec<_> = clients
        .map(|row| id(&format!("client:{}", row["clientId"].as_str().unwrap())))
        .collect();
    let mut roots = vec![
        ("everything".to_owned(), Vec::new()),
        ("all clients".to_owned(), clients.clone()),
    ];
    roots.extend(
        clients
            .into_iter()
            .map(|client| (client.to_string(), vec![client])),
    );
    roots
        .into_iter()
        .map(|(what, roots)| (what, export(&target, &roots).unwrap()))
        .collect()
}

fn parsed(export: &Export) -> Value {
    serde_json::from_slice(&export.bytes).unwrap()
}

// ---- the properties

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn the_product_takes_every_export_of_what_it_made_and_deleted_in(
        numbers in vec(any::<u16>(), 0..600),
        deletions in vec(any::<(u8, u16)>(), 0..12),
    ) {
        let source = made(environment(&mut Draw::new(&numbers), Side::Source));
        let source = deletions.into_iter().fold(source, |sample, (sort, index)| deleted(sample, sort, index));
        for (what, export) in exports(&source) {
            let root = parsed(&export);
            prop_assert_eq!(is_mapped(&root), Ok(()), "{}", what);
            prop_assert_eq!(refusals(&root), BTreeSet::new(), "{}", what);
            prop_assert_eq!(describe(&export), BTreeSet::new(), "{}", what);
        }
    }

    #[test]
    fn what_the_product_refuses_of_any_export_is_reported(
        numbers in vec(any::<u16>(), 0..600),
        deletions in vec(any::<(u8, u16)>(), 0..6),
    ) {
        let source = environment(&mut Draw::new(&numbers), Side::Target);
        let source = deletions.into_iter().fold(source, |sample, (sort, index)| deleted(sample, sort, index));
        for (what, export) in exports(&source) {
            let root = parsed(&export);
            prop_assert_eq!(is_mapped(&root), Ok(()), "{}", what);
            prop_assert_eq!(describe(&export), refusals(&root), "{}", what);
        }
    }

    #[test]
    fn our_own_reader_finds_no_mistake_in_any_export(
        numbers in vec(any::<u16>(), 0..600),
        deletions in vec(any::<(u8, u16)>(), 0..6),
    ) {
        let source = environment(&mut Draw::new(&numbers), Side::Target);
        let source = deletions.into_iter().fold(source, |sample, (sort, index)| deleted(sample, sort, index));
        for (what, export) in exports(&source) {
            let file = super::super::file::read(&export.bytes).unwrap();
            let broken = super::integrity::check(&super::Index::new(&file.tables)).findings;
            let errors: Vec<_> =
                file.findings.iter().chain(&broken).filter(|finding| finding.severity == crate::engine::Severity::Error).collect();
            prop_assert!(errors.is_empty(), "{}: {:?}", what, errors);
        }
    }
}

// ---- by hand

#[test]
fn a_key_keeps_its_map_to_a_group_that_the_product_deleted() {
    let source = made(
        sample()
            .client("c", json!({}))
            .group("7", "readers", json!({}))
            .x_key(1, "c", "E", json!({}))
            .x_map(2, 1, "7"),
    );
    let source = deleted(source, 0, 0);
    assert_eq!(source.rows("tsmpGroupList").len(), 0);
    for (what, export) in exports(&source) {
        let root = parsed(&export);
        let maps = &root["importClientRelated"]["dgrXApiKeyMapList"];
        assert_eq!(
            (maps[0]["refApiKeyId"].clone(), maps[0]["groupId"].clone()),
            (json!(1), json!("7")),
            "{what}"
        );
        assert_eq!(refusals(&root), BTreeSet::new(), "{what}");
        assert!(export.findings.is_empty(), "{what}: {:?}", export.findings);
        let read = super::super::file::read(&export.bytes).unwrap();
        let notes = super::integrity::check(&super::Index::new(&read.tables)).findings;
        let [note] = &*notes else { panic!("{notes:?}") };
        assert_eq!(
            (note.severity, note.message.as_str()),
            (
                crate::engine::Severity::Note,
                "dgrXApiKeyMapList row 0 names groupId '7', which tsmpGroupList does not contain; an import skips it"
            )
        );
    }
}

#[test]
fn clients_without_their_rows_are_named_one_by_one() {
    let source = sample()
        .client("whole", json!({}))
        .oauth("whole", json!({}))
        .clientext("whole", 1, json!({}))
        .client("no-extension", json!({}))
        .oauth("no-extension", json!({}))
        .client("bare", json!({}));
    let export = export(&target(&source), &[]).unwrap();
    let messages: Vec<&str> = export
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the product refuses this file, but gatediff accepts it: client 'no-extension' has no row in tsmp_dp_clientext",
            "the product refuses this file, but gatediff accepts it: client 'bare' has no row in tsmp_dp_clientext and in \
             oauth_client_details",
        ]
    );
    let items: Vec<String> = export
        .findings
        .iter()
        .map(|finding| finding.item.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(items, ["client:no-extension", "client:bare"]);
}
