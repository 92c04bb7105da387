//! What holds for every product, those that gatediff comes with and one that it
//! does not: what is shown is what is written, twice is once, order that means
//! nothing is no change, one insertion is one change, what is the target's own
//! stays, no secret is told, and undoing brings back the bytes.

use std::collections::BTreeMap;

use gatediff::engine::diff::Show;
use gatediff::engine::law::unexplained;
use gatediff::engine::{ItemId, Kind, Op, Outcome, Plan};
use gatediff::job::{ExportOptions, Receipt, Review};
use gatediff::platform;
use serde_json::{Value, json};

use crate::digirunner;
use crate::fourth::{self, FOURTH};
use crate::support::gatediff::fixture;
use crate::support::keeper::Keeper;
use crate::support::site::cover_all;

/// The rows of tables.
type Dump = BTreeMap<String, Vec<Value>>;

/// A product, and what there is to try with it.
struct Battery {
    format: &'static str,
    /// What stands in the target; for digiRunner its own tables.
    target: Option<String>,
    /// A file of another environment.
    file: String,
    /// Puts one element into a list whose elements are known by something;
    /// returns the item, and how many values the element has.
    insert: fn(&mut Value) -> (String, usize),
    /// Names of members that are the target's own.
    own: &'static [&'static str],
    /// Names of members that follow from the rest.
    derived: &'static [&'static str],
    /// What secrets begin with.
    secret: &'static str,
}

impl Battery {
    async fn keeper(&self) -> Keeper {
        let Some(target) = &self.target else {
            return Keeper::of(self.format, digirunner::demo().await);
        };
        let keeper = Keeper::new(self.format).await;
        self.import(&keeper, &keeper.review(target).await).await;
        keeper
    }

    /// Imports all that can be, whatever is missing.
    async fn import(&self, keeper: &Keeper, review: &Review) -> Receipt {
        let mut choices = cover_all(&review.plan);
        choices.missing_confirmed = true;
        keeper.apply(review, &choices).await.unwrap()
    }

    /// Every row of the product, by table.
    async fn dump(&self, keeper: &Keeper) -> Dump {
        let mut connection = keeper.db.connect().await;
        let tables = platform::named(self.format).unwrap().tables();
        let mut dump = Dump::new();
        for table in tables.into_iter().filter(|table| !table.is_external) {
            let sql = format!("SELECT to_jsonb(t) FROM {} t ORDER BY t::text", table.name);
            let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            dump.insert(table.name.to_owned(), rows);
        }
        dump
    }

    fn quiet(&self, what: &str, described: &str) {
        assert!(
            self.secret.is_empty() || !described.contains(self.secret),
            "{}: {what}: {described}",
            self.format
        );
    }

    async fn holds(&self) {
        let keeper = self.keeper().await;
        let before = self.dump(&keeper).await;
        let review = keeper.review(&self.file).await;
        for (index, entry) in review.plan.entries().iter().enumerate() {
            let changes = review.plan.changes(index, Show::Everything);
            self.quiet(
                "plan",
                &json!([changes, entry.references, entry.item.value]).to_string(),
            );
        }
        let receipt = self.import(&keeper, &review).await;
        let after = self.dump(&keeper).await;
        assert_ne!(before, after, "{}: nothing was written", self.format);
        self.law(&review.plan, &receipt.outcomes, &before, &after);

        // Twice is once, in any order.
        let entries = review.plan.entries().iter().zip(&receipt.outcomes);
        let written =
            entries.filter(|(_, outcome)| matches!(outcome, Outcome::Added | Outcome::Covered));
        let written: Vec<String> = written
            .map(|(entry, _)| entry.item.id.to_string())
            .collect();
        assert!(!written.is_empty());
        let mut permuted: Value = serde_json::from_str(&self.file).unwrap();
        permute(&mut permuted);
        for file in [&self.file, &permuted.to_string()] {
            let again = keeper.review(file).await;
            for entry in again
                .plan
                .entries()
                .iter()
                .filter(|entry| written.contains(&entry.item.id.to_string()))
            {
                let index = again.plan.position(&entry.item.id).unwrap();
                let changes = again.plan.changes(index, Show::Differences);
                assert!(
                    entry.is_unchanged(),
                    "{}: {}: {changes:?}",
                    self.format,
                    entry.item.id
                );
            }
        }

        keeper.undo(receipt.job).await.unwrap();
        assert_eq!(self.dump(&keeper).await, before, "{}: undo", self.format);
        self.insertion(&keeper).await;
    }

    /// One element more is one change, with its content.
    async fn insertion(&self, keeper: &Keeper) {
        let mut file: Value = serde_json::from_slice(&keeper.export().await.bytes).unwrap();
        let same = keeper.review(&file.to_string()).await;
        let differing = |plan: &Plan| -> Vec<String> {
            let changed = plan.entries().iter().filter(|entry| !entry.is_unchanged());
            changed.map(|entry| entry.item.id.to_string()).collect()
        };
        assert!(
            differing(&same.plan).is_empty(),
            "{}: {:?}",
            self.format,
            differing(&same.plan)
        );
        let (item, values) = (self.insert)(&mut file);
        let review = keeper.review(&file.to_string()).await;
        assert_eq!(differing(&review.plan), [item], "{}", self.format);
        let index = review
            .plan
            .entries()
            .iter()
            .position(|entry| !entry.is_unchanged())
            .unwrap();
        let changes = review.plan.changes(index, Show::Differences);
        let ops: Vec<Op> = changes.iter().map(|change| change.op).collect();
        assert_eq!(ops, vec![Op::Add; values], "{}: {changes:?}", self.format);
    }

    /// Every value that came or went is in what was shown, and nothing else; and
    /// what is the target's own is as it was.
    fn law(&self, plan: &Plan, outcomes: &[Outcome], before: &Dump, after: &Dump) {
        let Some(rows) = before.get("gatediff.documents") else {
            return;
        };
        let find = |rows: &[Value], kind: &str, id: &str| {
            let row = rows
                .iter()
                .find(|row| row["kind"] == kind && row["id"] == id)?;
            serde_json::from_str::<Value>(row["body"].as_str()?).ok()
        };
        let mut covers = 0;
        let covered: Vec<&ItemId> = plan
            .entries()
            .iter()
            .zip(outcomes)
            .filter(|(_, outcome)| **outcome == Outcome::Covered)
            .filter_map(|(entry, _)| Some(&entry.base.as_ref()?.id))
            .collect();
        for (index, entry) in plan.entries().iter().enumerate() {
            let Some(base) = &entry.base else { continue };
            let is_covered = outcomes.get(index) == Some(&Outcome::Covered);
            if !is_covered && covered.contains(&&base.id) {
                continue;
            }
            let (kind, id) = (base.id.kind.as_str(), &base.id.key);
            let there = find(rows, kind, id).unwrap();
            let here = find(&after["gatediff.documents"], kind, id).unwrap();
            let changes = if is_covered {
                plan.changes(index, Show::Differences)
            } else {
                Vec::new()
            };
            let left = unexplained(&there, &here, &changes, self.derived);
            assert!(
                left.is_empty(),
                "{}: {}: {left:#?}",
                self.format,
                entry.item.id
            );
            // What is signed is taken whole, or not at all.
            for name in self
                .own
                .iter()
                .filter(|_| here.get("jwsSignature").is_none())
            {
                assert_eq!(
                    there.pointer(name),
                    here.pointer(name),
                    "{}: {name}",
                    entry.item.id
                );
            }
            covers += usize::from(there != here);
        }
        assert!(covers > 1, "{}: {covers}", self.format);
    }
}

/// Turns the order of the objects of a file around.
fn permute(file: &mut Value) {
    match file {
        Value::Array(objects) if objects.iter().all(Value::is_object) => objects.reverse(),
        Value::Object(lists) => {
            let is_list = |list: &&mut Value| {
                list.as_array()
                    .is_some_and(|list| list.iter().all(Value::is_object))
            };
            lists
                .iter_mut()
                .map(|(_, list)| list)
                .filter(is_list)
                .for_each(permute);
            for (_, inner) in lists
                .iter_mut()
                .filter(|(name, _)| name.ends_with("ClientRelated"))
            {
                permute(inner);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn a_fourth_product_that_is_nothing_but_declared_holds_it() {
    platform::add(&FOURTH);
    let battery = Battery {
        format: "fleet",
        target: Some(fourth::TARGET.to_owned()),
        file: fourth::EXPORT.to_owned(),
        insert: |file| {
            let depot = &mut file["depots"][0];
            depot["doors"]
                .as_array_mut()
                .unwrap()
                .insert(0, json!({"code": "Z", "width": 1}));
            (format!("depot:{}", depot["id"].as_str().unwrap()), 1)
        },
        own: &["/id", "/opened", "/km"],
        derived: &[],
        secret: "canary",
    };
    battery.holds().await;

    // What is said of it is what happens: found by its name, it keeps its id,
    // its own values and its secrets, each with the door that it belongs to.
    let keeper = battery.keeper().await;
    let review = keeper.review(fourth::EXPORT).await;
    let described: Vec<String> = review
        .plan
        .entries()
        .iter()
        .map(|entry| {
            let codes: Vec<&str> = entry
                .verdict
                .reasons
                .iter()
                .map(|reason| &*reason.code)
                .collect();
            let matched = entry
                .matched
                .as_ref()
                .map_or(String::new(), |matched| format!(" ({matched})"));
            format!(
                "{} {}{matched} {}",
                entry.item.id,
                entry.verdict.status,
                codes.join(" ")
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            "depot:e-01 Repeat (matched by name: the target's id is d-7f) ",
            "depot:e-02 Repeat (matched by name: the target's id is d-80) ",
            "van:w-22 Repeat (matched by name: the target's id is v-02) ",
            "van:w-99 Add ",
            "van:w-00 Cannot add prerequisite-missing",
        ]
    );
    battery.import(&keeper, &review).await;
    let file: Value = serde_json::from_slice(&keeper.export().await.bytes).unwrap();
    let depot = &file["depots"][0];
    assert_eq!(
        (&depot["id"], &depot["pin"]),
        (&json!("d-7f"), &json!("canary-north"))
    );
    let doors: BTreeMap<&str, &Value> = depot["doors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|door| (door["code"].as_str().unwrap(), &door["pin"]))
        .collect();
    assert_eq!(
        doors,
        BTreeMap::from([
            ("A", &json!("canary-a")),
            ("B", &json!("canary-b")),
            ("C", &Value::Null)
        ])
    );
    let vans = file["vans"].as_array().unwrap();
    let van = vans.iter().find(|van| van["id"] == "v-02").unwrap();
    assert_eq!(
        van["depot"],
        json!({"id": "d-7f", "name": "North"}),
        "it refers to what the target has"
    );

    // A van is exported with its depot, and nothing else.
    let roots = vec![ItemId::new(Kind::of("van"), "v-02")];
    let options = ExportOptions {
        roots,
        ..ExportOptions::default()
    };
    let exported = keeper.export_with(&options).await.unwrap();
    let exported: Value = serde_json::from_slice(&exported.bytes).unwrap();
    let ids = |list: &str| -> Vec<&str> {
        exported[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|object| object["id"].as_str().unwrap())
            .collect()
    };
    assert_eq!((ids("depots"), ids("vans")), (vec!["d-7f"], vec!["v-02"]));
}

#[tokio::test]
async fn tyk_holds_it() {
    let battery = Battery {
        format: "tyk",
        target: Some(std::fs::read_to_string(fixture("tyk/target.json")).unwrap()),
        file: std::fs::read_to_string(fixture("tyk/export.json")).unwrap(),
        insert: |file| {
            let policy = &mut file["Data"][0];
            policy["tags"] = json!(["a tag that nobody has"]);
            (format!("policy:{}", policy["_id"].as_str().unwrap()), 1)
        },
        own: &[
            "/id",
            "/_id",
            "/api_definition/id",
            "/created_at",
            "/updated_at",
            "/last_updated",
        ],
        derived: &[
            "access_rights_array",
            "auth_type",
            "auth_types",
            "state",
            "graphql_enabled",
        ],
        secret: "fake-",
    };
    battery.holds().await;
}

#[tokio::test]
async fn sp_config_holds_it() {
    let battery = Battery {
        format: "sp-config",
        target: Some(std::fs::read_to_string(fixture("sp-config/target.json")).unwrap()),
        file: std::fs::read_to_string(fixture("sp-config/export.json")).unwrap(),
        insert: |file| {
            let objects = file["objects"].as_array_mut().unwrap();
            let is_profile = |object: &&mut Value| object["self"]["type"] == "IDENTITY_PROFILE";
            let profile = objects.iter_mut().find(is_profile).unwrap();
            let attributes =
                &mut profile["object"]["identityAttributeConfig"]["attributeTransforms"];
            let attribute =
                json!({"identityAttributeName": "that nobody has", "transformDefinition": {}});
            attributes.as_array_mut().unwrap().insert(0, attribute);
            (
                format!(
                    "IDENTITY_PROFILE:{}",
                    profile["self"]["id"].as_str().unwrap()
                ),
                1,
            )
        },
        own: &[
            "/self/id",
            "/object/id",
            "/object/created",
            "/object/modified",
        ],
        derived: &[],
        secret: "canary",
    };
    battery.holds().await;
}

#[tokio::test]
async fn digirunner_holds_it() {
    let battery = Battery {
        format: "digirunner",
        target: None,
        file: std::fs::read_to_string(fixture("digirunner/export.json")).unwrap(),
        insert: |file| {
            let hosts = file["importClientRelated"]["tsmpClientHostList"]
                .as_array_mut()
                .unwrap();
            let mut host = hosts[0].clone();
            host["hostSeq"] = json!(2_999_999_999_u32);
            host["hostName"] = json!("a host that nobody has");
            host["hostIp"] = json!("10.99.99.99");
            let client = host["clientId"].as_str().unwrap().to_owned();
            hosts.insert(0, host);
            (format!("client:{client}"), 1)
        },
        own: &[],
        derived: &[],
        secret: "",
    };
    battery.holds().await;
}
