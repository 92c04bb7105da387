//! Who can call what: what is promised is what SQL finds after the import, and an undo takes it back.

use std::collections::{BTreeMap, BTreeSet};

use gatediff::engine::{Access, Choices, Refusal};
use gatediff::job::{self, Cancel, Reporter, UndoOptions};
use gatediff::store::Timeouts;
use proptest::collection::vec;
use proptest::prelude::any;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::draw::{Draw, Side, environment};
use crate::support::gatediff::{Ran, command};
use crate::support::keeper::Keeper;
use crate::support::property::{for_all, numbers, short};
use crate::support::sample::{Api, Sample, sample};
use crate::support::site::{OPERATOR, Site};

/// Who can call what, and by what: client, API, the ways.
type Pairs = BTreeMap<(String, String), BTreeSet<String>>;

/// What a gateway asks at run time: each way from a client to an API.
const WAYS: &str = "
    WITH ways AS (
        SELECT l.client_id, a.module_name, a.api_key, 'group:' || g.group_name AS way
          FROM tsmp_client_group l
          JOIN tsmp_group g ON g.group_id = l.group_id AND g.vgroup_flag = '0'
          JOIN tsmp_group_api a ON a.group_id = g.group_id
        UNION
        SELECT l.client_id, a.module_name, a.api_key, 'scope:' || s.vgroup_name
          FROM tsmp_client_vgroup l
          JOIN tsmp_vgroup s ON s.vgroup_id = l.vgroup_id
          JOIN tsmp_vgroup_group m ON m.vgroup_id = s.vgroup_id
          JOIN tsmp_group_api a ON a.group_id = m.group_id
        UNION
        SELECT k.client_id, a.module_name, a.api_key, 'x-api-key:' || k.api_key_alias
          FROM dgr_x_api_key k
          JOIN dgr_x_api_key_map m ON m.ref_api_key_id = k.api_key_id
          JOIN tsmp_group_api a ON a.group_id = m.group_id
        UNION
        SELECT k.client_id, a.module_name, a.api_key, 'dgrk:' || k.open_apikey_alias
          FROM tsmp_open_apikey k
          JOIN tsmp_open_apikey_map m ON m.ref_open_apikey_id = k.open_apikey_id
          JOIN tsmp_api a ON a.api_uid = m.ref_api_uid
    )
    SELECT coalesce(jsonb_agg(jsonb_build_array(w.client_id, w.module_name || '/' || w.api_key, w.way)), '[]')
      FROM ways w
      JOIN tsmp_client c ON c.client_id = w.client_id
      JOIN tsmp_api a ON a.module_name = w.module_name AND a.api_key = w.api_key";

async fn pairs(site: &Site) -> Pairs {
    let rows: Value = sqlx::query_scalar(WAYS)
        .fetch_one(&mut site.db.connect().await)
        .await
        .unwrap();
    let mut pairs = Pairs::new();
    for row in rows.as_array().unwrap() {
        let [client, api, way] = [0, 1, 2].map(|index| row[index].as_str().unwrap().to_owned());
        pairs.entry((client, api)).or_default().insert(way);
    }
    pairs
}

fn promised(access: &Access, word: &str) -> Pairs {
    let grants = access
        .grants()
        .iter()
        .filter(|grant| grant.shift.word() == word);
    let pair = |grant: &gatediff::engine::access::Grant| {
        let api = grant.object.as_ref().unwrap();
        let pair = (grant.subject.id.key.to_string(), api.id.key.to_string());
        (pair, grant.by.iter().map(|by| by.id.to_string()).collect())
    };
    grants.map(pair).collect()
}

fn less(one: &Pairs, other: &Pairs) -> Pairs {
    let left = one.iter().filter(|(pair, _)| !other.contains_key(*pair));
    left.map(|(pair, by)| (pair.clone(), by.clone())).collect()
}

async fn undo(site: &Site, job: i64) {
    let options = UndoOptions::new(OPERATOR, Timeouts::default());
    job::undo(
        job,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
    .unwrap();
}

#[test]
fn what_is_promised_is_what_the_rows_grant_after_the_import_and_an_undo_restores_it() {
    let values = (numbers(), numbers(), vec(any::<bool>(), 0..40));
    for_all(6, values, |(file, target, chosen)| {
        let file = environment(&mut Draw::new(file), Side::File);
        let target = environment(&mut Draw::new(target), Side::Target);
        let chosen = chosen.clone();
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        (samples, async move { holds(&file, &target, &chosen).await })
    });
}

async fn holds(file: &Sample, target: &Sample, chosen: &[bool]) -> Result<(), String> {
    let site = Site::new(target).await;
    let before = pairs(&site).await;
    let review = site.review(file).await;
    let mut choices = Choices::everything(&review.plan);
    for index in 0..review.plan.entries().len() {
        choices.set(
            &review.plan,
            index,
            chosen.get(index).copied().unwrap_or(true),
        );
    }
    let access = review.access(&choices).unwrap();
    if let Err(Refusal::NothingToWrite { .. }) = review.plan.approve(&choices) {
        return if access.is_empty() {
            Ok(())
        } else {
            Err(format!("nothing is written: {access}"))
        };
    }
    let receipt = site
        .apply(&review, &choices)
        .await
        .map_err(|failure| format!("{failure:?}"))?;
    let after = pairs(&site).await;
    for (word, promised, found) in [
        ("gained", promised(&access, "gained"), less(&after, &before)),
        ("lost", promised(&access, "lost"), less(&before, &after)),
    ] {
        if promised != found {
            return Err(format!(
                "{word}: promised {promised:?}, found {found:?}\n{}",
                file.export()
            ));
        }
    }
    if receipt.access.as_ref() != Some(&access) {
        return Err(format!("the receipt says {:?}", receipt.access));
    }
    undo(&site, receipt.job).await;
    let restored = pairs(&site).await;
    if restored == before {
        Ok(())
    } else {
        Err(format!("the undo left {restored:?} of {before:?}"))
    }
}

// ---- what is told

const PAY: Api = ("pay", "transfer");
const LOAN: Api = ("loan", "offer");

/// A group that a client holds whom the file does not have, and a new client.
fn there() -> Sample {
    sample()
        .apis(&[PAY, LOAN])
        .client("old", json!({"clientAlias": "Old One"}))
        .group("1", "core", json!({}))
        .group_api("1", PAY, json!({}))
        .client_group("old", "1")
}

fn here() -> Sample {
    sample()
        .client("new", json!({}))
        .oauth("new", json!({}))
        .clientext("new", 1, json!({}))
        .group("7", "core", json!({}))
        .group_api("7", PAY, json!({}))
        .group_api("7", LOAN, json!({}))
        .client_group("new", "7")
}

struct Desk {
    site: Site,
    home: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let desk = Self {
            site: Site::new(&there()).await,
            home: tempfile::tempdir().unwrap(),
        };
        std::fs::write(desk.home.path().join("export.json"), here().export()).unwrap();
        desk
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = command(self.home.path());
        command
            .current_dir(self.home.path())
            .env("DATABASE_URL", self.site.db.url());
        Ran::of(command.args(args))
    }
}

#[tokio::test]
async fn a_plan_reports_what_all_of_it_grants_and_a_saved_one_what_its_choices_grant() {
    let desk = Desk::new().await;
    let text = desk.run(&["plan", "export.json"]).stdout;
    let wanted = "Access: 2 clients gain 2 APIs, none loses any\n  client new (new-name)\n      + loan/offer by group \
                  core\n      + pay/transfer by group core\n  client old (Old One)\n      + loan/offer by group core\n";
    assert!(text.contains(wanted), "{text}");
    let whole = desk
        .run(&["plan", "export.json", "--output", "json"])
        .json();
    assert_eq!(
        whole["access"]["summary"]["gained"],
        json!({"subjects": 2, "objects": 2, "pairs": 3})
    );
    let saved = desk
        .run(&[
            "plan",
            "export.json",
            "--out",
            "plan.json",
            "--output",
            "json",
        ])
        .json();
    let list = json!([{"subject": "client:new", "subject_name": "new-name", "object": "api:pay/transfer",
        "change": "gained", "by": ["group:core"]}]);
    assert_eq!(
        saved["access"]["list"], list,
        "the group is not covered unless it is chosen"
    );
    let shown = desk.run(&["show", "plan.json", "--output", "json"]).json();
    assert_eq!(shown["access"], saved["access"]);
    let shown = desk.run(&["show", "plan.json"]).stdout;
    assert!(
        shown.contains("Access: 1 client gains 1 API, none loses any"),
        "{shown}"
    );
    let applied = desk
        .run(&["apply", "plan.json", "--yes", "--output", "json"])
        .json();
    assert_eq!(applied["access"], saved["access"]);
}

#[tokio::test]
async fn an_apply_reports_what_it_grants_before_and_after_and_the_ledger_keeps_the_sum() {
    let desk = Desk::new().await;
    let rehearsed = desk
        .run(&["apply", "export.json", "--cover", "all", "--rehearse"])
        .stdout;
    assert!(
        rehearsed.contains("Access: 2 clients gain 2 APIs, none loses any"),
        "{rehearsed}"
    );
    let ran = desk.run(&["apply", "export.json", "--cover", "all", "--yes"]);
    let described = "access: 2 clients gain 2 APIs, none loses any";
    assert!(
        ran.stdout.contains(described),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(
        ran.stdout.contains("      + loan/offer by group core"),
        "{}",
        ran.stdout
    );
    let history = desk.run(&["history", "1", "--output", "json"]).json();
    let kept = &history["jobs"][0]["choices"]["access"];
    assert_eq!(
        kept["sentence"], "2 clients gain 2 APIs, none loses any",
        "{history}"
    );
    assert_eq!(kept["gained"]["pairs"], 3);
}

#[tokio::test]
async fn what_others_were_given_since_the_plan_is_in_the_receipt() {
    let desk = Desk::new().await;
    let review = desk.site.review(&here()).await;
    let choices = Choices::everything(&review.plan);
    assert_eq!(
        review.access(&choices).unwrap().summary().gained.subjects,
        2
    );
    desk.site
        .run(
            "INSERT INTO tsmp_client SELECT (jsonb_populate_record(c, '{\"client_id\": \"late\", \
             \"client_name\": \"late\", \"client_alias\": \"late\"}')).* FROM tsmp_client c; \
             INSERT INTO tsmp_client_group VALUES ('late', '1')",
        )
        .await;
    let receipt = desk.site.apply(&review, &choices).await.unwrap();
    assert_eq!(receipt.access.unwrap().summary().gained.subjects, 3);
}

// ---- policies

/// A bundle with one policy that grants these APIs.
fn bundle(apis: &[&str], rate: u32) -> String {
    let rights: serde_json::Map<String, Value> = apis
        .iter()
        .map(|api| ((*api).to_owned(), json!({"api_id": api, "api_name": api})))
        .collect();
    let owner = "5e9d9544a1dcd60001d0ed20";
    json!({
        "organisations": [{"id": owner, "owner_name": "Bank", "apis": []}],
        "Data": [{"_id": "5f0000000000000000000001", "name": "Gold", "org_id": owner, "rate": rate, "per": 60,
            "access_rights": rights}],
    })
    .to_string()
}

#[tokio::test]
async fn what_a_policy_is_promised_to_grant_is_what_its_document_grants_and_an_undo_restores_it() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(&bundle(&["a", "b"], 10)).await;
    let granted = async || -> BTreeSet<String> {
        let sql = "SELECT jsonb_object_keys(content -> 'access_rights') FROM gatediff.documents WHERE kind = 'policy'";
        let keys: Vec<String> = sqlx::query_scalar(sql)
            .fetch_all(&mut keeper.db.connect().await)
            .await
            .unwrap();
        keys.into_iter().collect()
    };
    let before = granted().await;
    let review = keeper.review(&bundle(&["b", "c"], 20)).await;
    let choices = Choices::everything(&review.plan);
    let access = review.access(&choices).unwrap();
    let receipt = keeper.apply(&review, &choices).await.unwrap();
    let after = granted().await;
    let promised = |word: &str| -> BTreeSet<String> {
        let grants = access
            .grants()
            .iter()
            .filter(|grant| grant.shift.word() == word);
        grants
            .filter_map(|grant| Some(grant.object.as_ref()?.id.key.to_string()))
            .collect()
    };
    assert_eq!(
        promised("gained"),
        after.difference(&before).cloned().collect()
    );
    assert_eq!(
        promised("lost"),
        before.difference(&after).cloned().collect()
    );
    assert_eq!(
        access.to_string(),
        "1 policy gains 1 API, 1 policy loses 1 API; the terms of 1 policy change"
    );
    assert_eq!(receipt.access, Some(access));
    keeper.undo(receipt.job).await.unwrap();
    assert_eq!(granted().await, before);
}
