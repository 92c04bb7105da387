//! What an import of documents costs: thousands of Tyk's APIs with their
//! policies, thousands of sp-config's objects, read, compared, applied,
//! exported. `cargo bench --bench documents`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that cannot run has nothing to tell"
)]

use std::sync::OnceLock;

use divan::{AllocProfiler, Bencher};
use gatediff::engine::Choices;
use gatediff::job::{self, ApplyOptions, Cancel, ExportOptions, ImportOptions, Loaded, Reporter};
use gatediff::private_server::{LocalOptions, LocalServer};
use gatediff::store::{Target, Timeouts, transaction};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// A product, and how many APIs or objects of it.
#[derive(Clone, Copy, Debug)]
enum Case {
    Tyk(usize),
    SpConfig(usize),
}

const CASES: [Case; 3] = [Case::Tyk(100), Case::Tyk(10_000), Case::SpConfig(10_000)];

impl Case {
    const fn size(self) -> usize {
        match self {
            Self::Tyk(size) | Self::SpConfig(size) => size,
        }
    }

    const fn format(self) -> &'static str {
        match self {
            Self::Tyk(_) => "tyk",
            Self::SpConfig(_) => "sp-config",
        }
    }

    /// Returns its file; another `edition` differs in every object.
    fn file(self, edition: u8) -> String {
        match self {
            Self::Tyk(apis) => bundle(apis, edition),
            Self::SpConfig(objects) => entries(objects, edition),
        }
    }
}

fn main() {
    divan::main();
}

/// Returns a bundle: an organisation, so many APIs, and a policy for each five
/// of them.
fn bundle(apis: usize, edition: u8) -> String {
    let organisation =
        r#"{"id":"53ac07777cbb8c2d53000002","owner_name":"Bank","owner_slug":"bank"}"#;
    let api = |n: usize| {
        format!(
            r#"{{"api_model":{{}},"api_definition":{{"id":"{n:024x}","api_id":"{n:032x}","name":"API {n} 帳戶","org_id":"53ac07777cbb8c2d53000002","active":true,"auth_configs":{{"authToken":{{"signature":{{"secret":"s{n}"}}}}}},"jwt_default_policies":["{p:024x}"],"proxy":{{"listen_path":"/api-{n}/","target_url":"http://upstream-{n}:8080/{edition}"}},"version_data":{{"not_versioned":true,"versions":{{"Default":{{"name":"Default","use_extended_paths":true,"extended_paths":{{"ignored":[],"white_list":[]}}}}}}}},"tags":["a","b"]}},"hook_references":[],"is_site":false,"sort_by":0}}"#,
            p = 0x5000_0000 + n / 5
        )
    };
    let policy = |n: usize| {
        let rights: Vec<String> = (n * 5..(n * 5 + 5).min(apis))
            .map(|api| format!(r#""{api:032x}":{{"api_id":"{api:032x}","api_name":"API {api} 帳戶","versions":["Default"],"allowed_urls":[]}}"#))
            .collect();
        format!(
            r#"{{"_id":"{id:024x}","name":"Policy {n}","org_id":"53ac07777cbb8c2d53000002","rate":{edition}0,"per":60,"access_rights":{{{rights}}}}}"#,
            id = 0x5000_0000 + n,
            rights = rights.join(",")
        )
    };
    let lists = [
        (0..apis).map(api).collect::<Vec<_>>(),
        (0..apis.div_ceil(5)).map(policy).collect(),
    ];
    let [apis, policies] = lists.map(|list| list.join(",\n"));
    format!(r#"{{"organisations":[{organisation}],"apis":[{apis}],"Data":[{policies}]}}"#)
}

/// Returns an export of so many objects of four types: half of them refer to
/// others.
fn entries(objects: usize, edition: u8) -> String {
    let entry = |n: usize| {
        let (kind, object) = match n % 4 {
            0 => (
                "TRANSFORM",
                format!(
                    r#""type":"concat","attributes":{{"values":["{edition}",{{"type":"accountAttribute","attributes":{{"sourceName":"O {s}","attributeName":"x"}}}}]}}"#,
                    s = n + 1
                ),
            ),
            1 => {
                let attributes: Vec<String> = (0..10)
                    .map(|index| format!(r#"{{"name":"a{index}","type":"STRING"}}"#))
                    .collect();
                let domains: Vec<String> = (0..3)
                    .map(|index| {
                        format!(r#"{{"domainDN":"DC={index}","user":"u","password":"q{index}"}}"#)
                    })
                    .collect();
                (
                    "SOURCE",
                    format!(
                        r#""type":"Delimited","description":"{edition}","owner":{{"type":"IDENTITY","id":"{o:032x}","name":"owner {o}"}},"features":["A","B","C"],"schemas":[{{"id":"s{n}","name":"account","attributes":[{}]}}],"connectorAttributes":{{"host":"h{edition}","encrypted":"password","password":"p{n}","domainSettings":[{}]}}"#,
                        attributes.join(","),
                        domains.join(","),
                        o = n % 50
                    ),
                )
            }
            2 => {
                let script = "return 1;\n".repeat(20);
                (
                    "CONNECTOR_RULE",
                    format!(
                        r#""type":"BuildMap","sourceCode":{{"version":"1.0","script":"{script}return {edition};"}}"#
                    ),
                )
            }
            _ => (
                "TRIGGER_SUBSCRIPTION",
                format!(
                    r#""triggerId":"idn:x","type":"HTTP","retries":{edition},"httpConfig":{{"url":"https://h{n}.example/x","basicAuthConfig":{{"userName":"u","password":"p{n}"}}}}"#
                ),
            ),
        };
        format!(
            r#"{{"version":1,"self":{{"type":"{kind}","id":"{n:032x}","name":"O {n}"}},"object":{{"id":"{n:032x}","name":"O {n}",{object}}}}}"#
        )
    };
    format!(
        r#"{{"version":1,"objects":[{}]}}"#,
        (0..objects).map(entry).collect::<Vec<_>>().join(",\n")
    )
}

fn load(text: &str) -> Loaded {
    job::load_bytes(
        "bench.json",
        text.as_bytes(),
        None,
        &ImportOptions::default(),
    )
    .unwrap()
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Makes an empty database.
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
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            transaction::script(&mut admin, name, sql).await.unwrap();
        }
        server.target(name)
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
    let mut choices = Choices::new(&review.plan);
    choices.cover_all(&review.plan);
    let approved = review.plan.approve(&choices).unwrap();
    let options = ApplyOptions::new("bench", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    runtime()
        .block_on(job::apply(
            review, approved, target, &options, &reporter, &cancel,
        ))
        .unwrap();
}

/// Makes a database that holds the first edition.
fn filled(name: &str, case: Case) -> Target {
    let target = database(name);
    apply(&plan(&load(&case.file(1)), &target), &target);
    target
}

#[divan::bench(args = CASES)]
fn read_the_file(bencher: Bencher<'_, '_>, case: Case) {
    let text = case.file(1);
    bencher
        .counter(divan::counter::BytesCount::of_str(&text))
        .bench(|| load(&text));
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn plan_against_an_empty_target(bencher: Bencher<'_, '_>, case: Case) {
    let target = database("bench_empty");
    let loaded = load(&case.file(1));
    bencher
        .counter(case.size())
        .bench(|| plan(&loaded, &target));
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn plan_against_an_equal_target(bencher: Bencher<'_, '_>, case: Case) {
    let target = filled("bench_equal", case);
    let loaded = load(&case.file(1));
    bencher
        .counter(case.size())
        .bench(|| plan(&loaded, &target));
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn plan_against_another_edition(bencher: Bencher<'_, '_>, case: Case) {
    let target = filled("bench_other", case);
    let loaded = load(&case.file(2));
    bencher
        .counter(case.size())
        .bench(|| plan(&loaded, &target));
}

#[divan::bench(args = CASES, sample_count = 3, sample_size = 1)]
fn apply_adds(bencher: Bencher<'_, '_>, case: Case) {
    let loaded = load(&case.file(1));
    bencher
        .counter(case.size())
        .with_inputs(|| {
            let target = database("bench_apply");
            (plan(&loaded, &target), target)
        })
        .bench_values(|(review, target)| apply(&review, &target));
}

#[divan::bench(args = CASES, sample_count = 3, sample_size = 1)]
fn apply_covers(bencher: Bencher<'_, '_>, case: Case) {
    let loaded = load(&case.file(2));
    bencher
        .counter(case.size())
        .with_inputs(|| {
            let target = filled("bench_cover", case);
            (plan(&loaded, &target), target)
        })
        .bench_values(|(review, target)| apply(&review, &target));
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn export(bencher: Bencher<'_, '_>, case: Case) {
    let target = filled("bench_export", case);
    let options = ExportOptions::default();
    bencher.counter(case.size()).bench(|| {
        let reporter = Reporter::silent();
        let export = job::export(
            Some(case.format()),
            &options,
            &target,
            Timeouts::default(),
            &reporter,
        );
        runtime()
            .block_on(export)
            .map(|export| export.bytes.len())
            .unwrap()
    });
}
