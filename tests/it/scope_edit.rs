//! Scopes from their making to their end, on the demo's database; and back.

use std::collections::BTreeMap;

use gatediff::job::scope::{self, Catalogue, Draft, Edit, EditOptions, Edited, Scope};
use gatediff::job::{self, Cancel, Failure, Reporter, UndoOptions};
use gatediff::store::{LedgerPlace, Timeouts};
use serde_json::Value;

use crate::digirunner::demo;
use crate::support::site::Site;

async fn catalogue(site: &Site) -> Catalogue {
    scope::catalogue(&site.target(), Timeouts::default(), &Reporter::silent()).await.unwrap()
}

async fn edit(site: &Site, edit: Edit) -> Result<Edited, Failure> {
    let options = EditOptions {
        operator: "tester".to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
    };
    scope::edit(edit, &site.target(), &options, &Reporter::silent(), &Cancel::new()).await
}

async fn undo(site: &Site, job: i64) {
    let options = UndoOptions {
        operator: "tester".to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        only: Vec::new(),
    };
    job::undo(job, &site.target(), &options, &Reporter::silent(), &Cancel::new()).await.unwrap();
}

fn named<'c>(catalogue: &'c Catalogue, name: &str) -> &'c Scope {
    catalogue.named(name).first().unwrap()
}

#[tokio::test]
async fn a_scope_is_made_given_updated_taken_and_deleted_and_all_of_it_undone() {
    let site = Site { db: demo().await };
    let mut dumps: Vec<BTreeMap<String, Vec<Value>>> = vec![site.dump().await];
    let mut jobs = Vec::new();
    let all = catalogue(&site).await;
    let apis: Vec<_> =
        all.apis().iter().filter(|api| !api.is_lacking()).map(|api| api.name.clone()).collect();
    let draft = Draft {
        name: "made".to_owned(),
        alias: "做".to_owned(),
        seconds: 3_600,
        apis: apis.iter().take(3).cloned().collect(),
        authentications: all.authentications().iter().take(1).map(|label| label.id.to_string()).collect(),
        ..Draft::default()
    };
    let made = edit(&site, Edit::Create(draft.clone())).await.unwrap();
    jobs.push(made.job.unwrap());
    dumps.push(site.dump().await);

    let all = catalogue(&site).await;
    let scope = named(&all, "made");
    assert_eq!(Draft::of(&all, scope), draft);
    let (id, name) = (scope.id.clone(), scope.name.clone());
    let clients: Vec<_> = all.takers(scope).map(|client| client.id.clone()).take(2).collect();
    assert_eq!(clients.len(), 2, "the demo has clients of the level SYSTEM");
    let given = Edit::Give { id: id.clone(), name: name.clone(), clients: clients.clone() };
    jobs.push(edit(&site, given).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);

    let refused = edit(&site, Edit::Delete { id: id.clone(), name: name.clone() }).await.unwrap_err();
    assert_eq!(refused.what, "1403 Failed to remove. This virtual group is being used.");
    assert_eq!(refused.violations[0].about.len(), 2);

    let mut wanted = draft.clone();
    wanted.name = "remade".to_owned();
    wanted.alias.clear();
    wanted.apis = apis.iter().skip(1).take(4).cloned().collect();
    wanted.authentications.clear();
    let update =
        Edit::Update { id: id.clone(), seen: Box::new(draft.clone()), draft: Box::new(wanted.clone()) };
    jobs.push(edit(&site, update.clone()).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);
    let all = catalogue(&site).await;
    assert_eq!(Draft::of(&all, named(&all, "remade")), wanted);
    let stale = edit(&site, update).await.unwrap_err();
    assert_eq!(stale.what, "1286 Update failed");

    let name = named(&all, "remade").name.clone();
    let taken = Edit::Take { id: id.clone(), name: name.clone(), clients };
    jobs.push(edit(&site, taken).await.unwrap().job.unwrap());
    dumps.push(site.dump().await);

    jobs.push(edit(&site, Edit::Delete { id, name }).await.unwrap().job.unwrap());
    let all = catalogue(&site).await;
    assert!(all.named("remade").is_empty());

    while let Some(job) = jobs.pop() {
        undo(&site, job).await;
        let (now, before) = (site.dump().await, dumps.pop().unwrap());
        for (table, rows) in &before {
            assert_eq!(&now[table], rows, "{table} after the undo of job {job}");
        }
    }
}
