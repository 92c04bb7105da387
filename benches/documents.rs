//! What an import of documents costs: thousands of Tyk's APIs with their
//! policies, read, compared, applied, exported. `cargo bench --bench documents`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run has nothing to tell")]

use std::sync::OnceLock;

use divan::{AllocProfiler, Bencher};
use gatediff::engine::Choices;
use gatediff::job::{self, ApplyOptions, Cancel, ExportOptions, ImportOptions, Loaded, Reporter};
use gatediff::store::{LocalOptions, LocalServer, Target, Timeouts, transaction};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 2] = [100, 10_000];

fn main() {
    divan::main();
}

/// Returns a bundle: an organisation, so many APIs, and a policy for each five
/// of them.
fn bundle(apis: usize) -> String {
    let organisation = r#"{"id":"53ac07777cbb8c2d53000002","owner_name":"Bank","owner_slug":"bank"}"#;
    let api = |n: usize| {
        format!(
            r#"{{"api_model":{{}},"api_definition":{{"id":"{n:024x}","api_id":"{n:032x}","name":"API {n} 帳戶","org_id":"53ac07777cbb8c2d53000002","active":true,"auth_configs":{{"authToken":{{"signature":{{"secret":"s{n}"}}}}}},"jwt_default_policies":["{p:024x}"],"proxy":{{"listen_path":"/api-{n}/","target_url":"http://upstream-{n}:8080/"}},"version_data":{{"not_versioned":true,"versions":{{"Default":{{"name":"Default","use_extended_paths":true,"extended_paths":{{"ignored":[],"white_list":[]}}}}}}}},"tags":["a","b"]}},"hook_references":[],"is_site":false,"sort_by":0}}"#,
            p = 0x5000_0000 + n / 5
        )
    };
    let policy = |n: usize| {
        let rights: Vec<String> = (n * 5..(n * 5 + 5).min(apis))
            .map(|api| format!(r#""{api:032x}":{{"api_id":"{api:032x}","api_name":"API {api} 帳戶","versions":["Default"],"allowed_urls":[]}}"#))
            .collect();
        format!(
            r#"{{"_id":"{id:024x}","name":"Policy {n}","org_id":"53ac07777cbb8c2d53000002","rate":10,"per":60,"access_rights":{{{rights}}}}}"#,
            id = 0x5000_0000 + n,
            rights = rights.join(",")
        )
    };
    let lists = [(0..apis).map(api).collect::<Vec<_>>(), (0..apis.div_ceil(5)).map(policy).collect()];
    let [apis, policies] = lists.map(|list| list.join(",\n"));
    format!(r#"{{"organisations":[{organisation}],"apis":[{apis}],"Data":[{policies}]}}"#)
}

fn load(text: &str) -> Loaded {
    job::load_bytes("bench.json", text.as_bytes(), None, &ImportOptions::default()).unwrap()
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Makes an empty database.
fn database(name: &str) -> Target {
    static SERVER: OnceLock<LocalServer> = OnceLock::new();
    let server =
        SERVER.get_or_init(|| LocalServer::start(LocalOptions::default()).expect("a private server"));
    runtime().block_on(async {
        let mut admin = server.target("postgres").connect(Timeouts::default()).await.unwrap();
        for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            transaction::script(&mut admin, name, sql).await.unwrap();
        }
        server.target(name)
    })
}

fn plan(loaded: &Loaded, target: &Target) -> job::Review {
    runtime().block_on(job::plan(loaded, target, Timeouts::default(), &Reporter::silent())).unwrap()
}

fn apply(review: &job::Review, target: &Target) {
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let options = ApplyOptions::new("bench", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    runtime().block_on(job::apply(review, approved, target, &options, &reporter, &cancel)).unwrap();
}

#[divan::bench(args = SIZES)]
fn read_the_file(bencher: Bencher<'_, '_>, apis: usize) {
    let text = bundle(apis);
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| load(&text));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn plan_against_an_empty_target(bencher: Bencher<'_, '_>, apis: usize) {
    let target = database("bench_empty");
    let loaded = load(&bundle(apis));
    bencher.counter(apis).bench(|| plan(&loaded, &target));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn plan_against_an_equal_target(bencher: Bencher<'_, '_>, apis: usize) {
    let target = database("bench_equal");
    let loaded = load(&bundle(apis));
    apply(&plan(&loaded, &target), &target);
    bencher.counter(apis).bench(|| plan(&loaded, &target));
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn apply_adds(bencher: Bencher<'_, '_>, apis: usize) {
    let loaded = load(&bundle(apis));
    bencher
        .counter(apis)
        .with_inputs(|| {
            let target = database("bench_apply");
            (plan(&loaded, &target), target)
        })
        .bench_values(|(review, target)| apply(&review, &target));
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn export(bencher: Bencher<'_, '_>, apis: usize) {
    let target = database("bench_export");
    apply(&plan(&load(&bundle(apis)), &target), &target);
    let options = ExportOptions::default();
    bencher.counter(apis).bench(|| {
        let reporter = Reporter::silent();
        let export = job::export(Some("tyk"), &options, &target, Timeouts::default(), &reporter);
        runtime().block_on(export).map(|export| export.bytes.len()).unwrap()
    });
}
