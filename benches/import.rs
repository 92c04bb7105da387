//! What an import costs: reading the file, comparing it with a target, and a
//! key press's worth of resolving choices. `cargo bench`.
//!
//! The target is a private PostgreSQL with the product's tables; allocations
//! are counted beside the time.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that cannot run has nothing to tell"
)]

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use divan::{AllocProfiler, Bencher};
use gatediff::engine::diff::Show;
use gatediff::engine::{Choices, Plan};
use gatediff::job::{self, ApplyOptions, Cancel, Loaded, Reporter};
use gatediff::private_server::{LocalOptions, LocalServer};
use gatediff::store::{Target, Timeouts, transaction};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// Returns an export of so many clients, each with a host, a group, an oauth
/// row and a clientext row.
fn export(clients: usize) -> String {
    let mut lists: [Vec<String>; 6] = Default::default();
    for n in 0..clients {
        let [client, host, oauth, extension, groups, links] = &mut lists;
        client.push(format!(
            r#"{{"clientId":"c{n}","clientName":"client-{n}","clientAlias":"客戶 {n}","clientStatus":"1","tps":10,"owner":"o","securityLevelId":"SYSTEM","clientSecret":"s{n}"}}"#
        ));
        host.push(format!(
            r#"{{"hostSeq":{n},"clientId":"c{n}","hostName":"h{n}","hostIp":"10.0.0.1"}}"#
        ));
        oauth.push(format!(
            r#"{{"clientId":"c{n}","scope":"x","authorities":"client"}}"#
        ));
        extension.push(format!(
            r#"{{"clientId":"c{n}","clientSeqId":{n},"contentTxt":"t","regStatus":"2"}}"#
        ));
        groups.push(format!(
            r#"{{"groupId":"{n}","groupName":"group-{n}","vgroupFlag":"0","securityLevelId":"SYSTEM"}}"#
        ));
        links.push(format!(r#"{{"clientId":"c{n}","groupId":"{n}"}}"#));
    }
    let names = [
        "tsmpClientList",
        "tsmpClientHostList",
        "oauthClientDetailsList",
        "tsmpDpClientextList",
        "tsmpGroupList",
        "tsmpClientGroupList",
    ];
    let mut text = String::from(r#"{"importClientRelated":{"#);
    for (name, rows) in names.iter().zip(&lists) {
        write!(text, "\"{name}\":[{}],", rows.join(",")).unwrap();
    }
    text.push_str(
        r#""tsmpSecurityLevelList":[{"securityLevelId":"SYSTEM","securityLevelName":"System"}]}}"#,
    );
    text
}

fn load(text: &str) -> Loaded {
    job::load_bytes(
        "bench.json",
        text.as_bytes(),
        None,
        &job::ImportOptions::default(),
    )
    .unwrap()
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Makes a database with the product's tables.
fn database(name: &str) -> Target {
    static SERVER: OnceLock<LocalServer> = OnceLock::new();
    let server = SERVER
        .get_or_init(|| LocalServer::start(LocalOptions::default()).expect("a private server"));
    runtime().block_on(async {
        let mut admin = server
            .target("postgres")
            .connect(Timeouts::default())
            .await
            .unwrap();
        let sql = format!("DROP DATABASE IF EXISTS {name}");
        transaction::script(&mut admin, name, sql).await.unwrap();
        transaction::script(&mut admin, name, format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        let target = server.target(name);
        let mut connection = target.connect(Timeouts::default()).await.unwrap();
        let schema = include_str!("../fixtures/digirunner/schema.sql").to_owned();
        transaction::script(&mut connection, name, schema)
            .await
            .unwrap();
        target
    })
}

fn plan(loaded: &Loaded, target: &Target) -> job::Review {
    runtime()
        .block_on(job::plan(
            loaded,
            target,
            Timeouts::default(),
            &Reporter::silent(),
        ))
        .unwrap()
}

fn apply(review: &job::Review, target: &Target) {
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let options = ApplyOptions::new("bench", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    runtime()
        .block_on(job::apply(
            review, approved, target, &options, &reporter, &cancel,
        ))
        .unwrap();
}

#[divan::bench(args = SIZES)]
fn read_the_file(bencher: Bencher<'_, '_>, clients: usize) {
    let text = export(clients);
    bencher
        .counter(divan::counter::BytesCount::of_str(&text))
        .bench(|| load(&text));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn plan_against_an_empty_target(bencher: Bencher<'_, '_>, clients: usize) {
    let target = database("bench_empty");
    let loaded = load(&export(clients));
    bencher.counter(clients).bench(|| plan(&loaded, &target));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn plan_against_an_equal_target(bencher: Bencher<'_, '_>, clients: usize) {
    let target = database("bench_equal");
    let loaded = load(&export(clients));
    apply(&plan(&loaded, &target), &target);
    bencher.counter(clients).bench(|| plan(&loaded, &target));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn apply_adds(bencher: Bencher<'_, '_>, clients: usize) {
    let loaded = load(&export(clients));
    bencher
        .counter(clients)
        .with_inputs(|| {
            let target = database("bench_apply");
            (plan(&loaded, &target), target)
        })
        .bench_values(|(review, target)| apply(&review, &target));
}

fn planned(clients: usize) -> Arc<Plan> {
    let target = database("bench_choices");
    plan(&load(&export(clients)), &target).plan
}

#[divan::bench(args = SIZES)]
fn resolve_the_choices(bencher: Bencher<'_, '_>, clients: usize) {
    let plan = planned(clients);
    let choices = Choices::new(&plan);
    bencher.counter(clients).bench(|| plan.resolve(&choices));
}

#[divan::bench]
fn the_differences_of_one_item(bencher: Bencher<'_, '_>) {
    let plan = planned(100);
    bencher.bench(|| plan.changes(0, Show::Everything));
}
