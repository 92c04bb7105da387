//! What scope management costs where there are 10,000 scopes of 100,000 APIs:
//! reading them, searching, opening one, and editing one. `cargo bench`.
//!
//! The target is a private PostgreSQL with the product's tables; allocations
//! are counted beside the time.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that cannot run has nothing to tell"
)]

#[path = "support/target.rs"]
mod target;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use divan::{AllocProfiler, Bencher};
use gatediff::job::{Cancel, Reporter};
use gatediff::scopes::{
    self, ApiName, Catalogue, Draft, Edit, EditOptions, Edited, Filter, Sort, SortKey,
};
use gatediff::store::{LedgerPlace, Target, Timeouts};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// 1,000 modules of 100 APIs; 10,000 scopes of 10 APIs, each held by one of
/// 2,000 clients, that is five by each.
const ROWS: &str = "
INSERT INTO tsmp_security_level VALUES ('SYSTEM', 'System Security', NULL);
INSERT INTO tsmp_group_authorities (group_authoritie_id, group_authoritie_name)
    SELECT 'T' || n, 'Type ' || n FROM generate_series(1, 5) AS n;
INSERT INTO tsmp_api (api_key, module_name, api_name, api_status, api_src, create_time, create_user)
    SELECT 'api-' || n, 'module-' || n / 100, '查詢 ' || n, '1', 'R', now(), 'bench'
    FROM generate_series(0, 99999) AS n;
INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, vgroup_alias, vgroup_desc, vgroup_access, security_level_id,
    allow_days, allow_times, create_user, create_time)
    SELECT 2000000000 + n, 'scope-' || n, '範圍 ' || n, 'Scope number ' || n, '[]', 'SYSTEM', 86400, 0, 'bench', now()
    FROM generate_series(0, 9999) AS n;
INSERT INTO tsmp_vgroup_authorities_map
    SELECT 2000000000 + n, 'T' || 1 + n % 5 FROM generate_series(0, 9999) AS n;
INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, group_access, security_level_id,
    allow_days, allow_times, vgroup_flag, vgroup_id, vgroup_name)
    SELECT 2000000000 + n, md5(n::text), now(), 'bench', '[]', 'SYSTEM', 86400, 0, '1', 2000000000 + n / 10,
    'scope-' || n / 10 FROM generate_series(0, 99999) AS n;
INSERT INTO tsmp_vgroup_group (vgroup_id, group_id, create_time)
    SELECT 2000000000 + n / 10, 2000000000 + n, now() FROM generate_series(0, 99999) AS n;
INSERT INTO tsmp_group_api (group_id, api_key, module_name, module_version, create_time)
    SELECT 2000000000 + n, 'api-' || n, 'module-' || n / 100, '0', now() FROM generate_series(0, 99999) AS n;
INSERT INTO tsmp_group_authorities_map
    SELECT 2000000000 + n, 'T' || 1 + (n / 10) % 5 FROM generate_series(0, 99999) AS n;
INSERT INTO tsmp_client (client_id, client_name, client_status, tps, create_time, owner, create_user, security_level_id)
    SELECT 'c' || n, 'client-' || n, '1', 10, now(), 'o', 'bench', 'SYSTEM' FROM generate_series(0, 1999) AS n;
INSERT INTO tsmp_client_vgroup SELECT 'c' || n % 2000, 2000000000 + n FROM generate_series(0, 9999) AS n;
INSERT INTO tsmp_client_group SELECT 'c' || (n / 10) % 2000, 2000000000 + n FROM generate_series(0, 99999) AS n;
INSERT INTO oauth_client_details (client_id, scope)
    SELECT client_id, string_agg(group_id, ',' ORDER BY group_id) FROM tsmp_client_group GROUP BY client_id;
SELECT setval('seq_tsmp_vgroup_pk', 2000010000), setval('seq_tsmp_group_pk', 2000100000);
ANALYZE";

fn main() {
    divan::main();
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// The target; made once.
fn target() -> &'static Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    TARGET.get_or_init(|| target::digirunner(runtime(), "bench_scopes", ROWS))
}

fn read() -> Catalogue {
    runtime()
        .block_on(scopes::catalogue(
            target(),
            Timeouts::default(),
            &Reporter::silent(),
        ))
        .unwrap()
}

fn catalogue() -> &'static Arc<Catalogue> {
    static CATALOGUE: OnceLock<Arc<Catalogue>> = OnceLock::new();
    CATALOGUE.get_or_init(|| Arc::new(read()))
}

fn edit(edit: Edit) -> Edited {
    let options = EditOptions {
        operator: "bench".to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        fix_counters: false,
        accept_server_changes: false,
    };
    runtime()
        .block_on(scopes::edit(
            edit,
            target(),
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        ))
        .unwrap()
}

/// A draft that nobody had before, of ten APIs.
fn draft() -> Draft {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("new-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let apis = (0..10)
        .map(|n| ApiName::new(format!("module-{n}"), format!("api-{}", n * 100)))
        .collect();
    Draft {
        name,
        apis,
        ..Draft::default()
    }
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn reading_10000_scopes() -> Catalogue {
    target();
    read()
}

#[divan::bench(args = ["scope-77", "api-4711", "範圍", "nothing like it"])]
fn searching_by_keyword(bencher: Bencher<'_, '_>, keyword: &str) {
    let filter = Filter::keyword(keyword);
    bencher.bench(|| catalogue().search(&filter, Sort::default()));
}

#[divan::bench(args = ["alias", "holders", "created"])]
fn sorting(bencher: Bencher<'_, '_>, by: &str) {
    let key = SortKey::ALL
        .into_iter()
        .find(|key| key.word() == by)
        .unwrap_or_default();
    bencher.bench(|| {
        catalogue().search(
            &Filter::default(),
            Sort {
                key,
                descending: true,
            },
        )
    });
}

#[divan::bench]
fn opening_and_checking_one(bencher: Bencher<'_, '_>) {
    let catalogue = catalogue();
    let scope = catalogue.named("scope-5000").first().unwrap();
    bencher.bench(|| Draft::of(catalogue, scope).check(catalogue, Some(scope)));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn creating_one_of_10_apis(bencher: Bencher<'_, '_>) {
    target();
    bencher
        .with_inputs(draft)
        .bench_values(|draft| edit(Edit::Create(draft)));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn adding_an_api_to_one_that_is_held(bencher: Bencher<'_, '_>) {
    static NEXT: AtomicUsize = AtomicUsize::new(100);
    let input = || {
        let catalogue = catalogue();
        let scope = catalogue.named(&format!("scope-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let scope = scope.first().unwrap();
        let seen = Draft::of(catalogue, scope);
        let mut draft = seen.clone();
        draft.apis.insert(ApiName::new("module-999", "api-99999"));
        Edit::Update {
            id: Arc::clone(&scope.id),
            seen: Box::new(seen),
            draft: Box::new(draft),
        }
    };
    bencher.with_inputs(input).bench_values(edit);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn deleting_one_of_10_apis(bencher: Bencher<'_, '_>) {
    let input = || {
        let draft = draft();
        let name = draft.name.as_str().into();
        let made = edit(Edit::Create(draft));
        Edit::Delete {
            id: made.id.unwrap(),
            name,
        }
    };
    bencher.with_inputs(input).bench_values(edit);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn checking_10000_scopes() -> usize {
    runtime()
        .block_on(scopes::check(
            target(),
            Timeouts::default(),
            &Reporter::silent(),
        ))
        .map_or(0, |found| found.len())
}
