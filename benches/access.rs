//! What it costs to say who can call what: 100,000 clients hold a group that is
//! covered, against the plan that it is part of, in one run.
//! `cargo bench --bench access`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that cannot run has nothing to tell, and prints what it has"
)]

#[path = "support/target.rs"]
mod target;

use std::time::{Duration, Instant};

use gatediff::engine::Choices;
use gatediff::job::{self, ImportOptions, Loaded, Reporter, Review};
use gatediff::store::{Target, Timeouts};
use tokio::runtime::Runtime;

const CLIENTS: usize = 100_000;

/// The most that evaluating the choices may cost, in plans.
const MAX_RATIO: f64 = 1.0;

/// Clients that hold six groups with 20 APIs each.
const SEED: &str = "
    INSERT INTO tsmp_security_level (security_level_id, security_level_name) VALUES ('SYSTEM', 'System');
    INSERT INTO tsmp_api (api_key, module_name, api_name, api_status, api_src, create_time, create_user)
        SELECT 'k' || n, 'm', 'k' || n, '1', 'R', now(), 'bench' FROM generate_series(1, 140) n;
    INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, security_level_id, vgroup_flag)
        SELECT g::text, 'g' || g, now(), 'bench', 'SYSTEM', '0' FROM generate_series(1, 6) g;
    INSERT INTO tsmp_group_api (group_id, api_key, module_name, create_time)
        SELECT g::text, 'k' || (g * 20 + n), 'm', now() FROM generate_series(1, 6) g, generate_series(1, 20) n
        WHERE g * 20 + n <= 140;
    INSERT INTO tsmp_client (client_id, client_name, client_status, tps, owner, create_time, create_user,
            security_level_id)
        SELECT 'c' || n, 'client-' || n, '1', 10, 'o', now(), 'bench', 'SYSTEM' FROM generate_series(1, {n}) n;
    INSERT INTO tsmp_client_group (client_id, group_id)
        SELECT 'c' || n, g::text FROM generate_series(1, {n}) n, generate_series(1, 6) g;
";

fn main() {
    let runtime = Runtime::new().unwrap();
    let seed = SEED.replace("{n}", &CLIENTS.to_string());
    let target = target::digirunner(&runtime, "bench_access", &seed);
    let loaded = load();
    let (review, planned) = timed(|| plan(&runtime, &loaded, &target));
    let choices = Choices::everything(&review.plan);
    let (access, evaluated) = timed(|| review.access(&choices).unwrap());
    let gained = access.summary().gained;
    assert_eq!(
        (gained.subjects, gained.objects, gained.pairs),
        (CLIENTS, 10, CLIENTS * 10)
    );
    let ratio = evaluated.as_secs_f64() / planned.as_secs_f64();
    println!("{access}");
    println!("plan {planned:.2?}, access {evaluated:.2?}: {ratio:.2} of the plan");
    assert!(ratio <= MAX_RATIO, "access costs more than the plan");
}

fn timed<R>(what: impl FnOnce() -> R) -> (R, Duration) {
    let begun = Instant::now();
    let done = what();
    (done, begun.elapsed())
}

/// Returns a file that gives ten APIs more to the first group.
fn load() -> Loaded {
    let links: Vec<String> = (1..=10)
        .map(|n| format!(r#"{{"groupId":"9","apiKey":"k{n}","moduleName":"m"}}"#))
        .collect();
    let text = format!(
        r#"{{"importClientRelated":{{"tsmpGroupList":[{{"groupId":"9","groupName":"g1","vgroupFlag":"0",
            "securityLevelId":"SYSTEM"}}],"tsmpGroupApiList":[{}]}}}}"#,
        links.join(",")
    );
    job::load_bytes(
        "bench.json",
        text.as_bytes(),
        None,
        &ImportOptions::default(),
    )
    .unwrap()
}

fn plan(runtime: &Runtime, loaded: &Loaded, target: &Target) -> Review {
    runtime
        .block_on(job::plan(
            loaded,
            target,
            Timeouts::default(),
            &Reporter::silent(),
        ))
        .unwrap()
}
