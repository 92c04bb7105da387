//! What is wrong with scopes, repaired and undone, on a database.

use std::collections::{BTreeMap, BTreeSet};

use gatediff::job::{self, Cancel, Failure, FailureKind, Reporter, UndoOptions};
use gatediff::scopes;
use gatediff::scopes::{Edit, EditOptions, Edited, ScopeFinding};
use gatediff::store::{LedgerPlace, Timeouts};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::digirunner::demo;
use crate::digirunner_statements::{executed_since, shapes};
use crate::support::draw::{Draw, Side, environment};
use crate::support::property::for_any;
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};

type Dump = BTreeMap<String, Vec<Value>>;

async fn check(site: &Site) -> Vec<ScopeFinding> {
    scopes::check(&site.target(), Timeouts::default(), &Reporter::silent())
        .await
        .unwrap()
}

async fn repair(site: &Site, codes: &[&str]) -> Result<Edited, Failure> {
    let codes = codes.iter().map(|code| (*code).to_owned()).collect();
    let options = EditOptions {
        operator: OPERATOR.to_owned(),
        timeouts: Timeouts::default(),
        ledger: LedgerPlace::Target,
        accept_server_changes: false,
        fix_counters: false,
    };
    let (target, silent) = (site.target(), Reporter::silent());
    scopes::edit(
        Edit::Repair { codes },
        &target,
        &options,
        &silent,
        &Cancel::new(),
    )
    .await
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

/// Tells findings as `code item`; what cannot be repaired ends with `!`.
fn describe(found: &[ScopeFinding]) -> Vec<String> {
    let describe = |finding: &ScopeFinding| {
        let sign = if finding.repair.is_some() { "" } else { " !" };
        format!("{} {}{sign}", finding.code, finding.item)
    };
    found.iter().map(describe).collect()
}

/// Two scopes of two APIs each, of which the client `a` holds one and `b`
/// both, with a plain group each.
fn healthy() -> Sample {
    let hidden = |name: &str| json!({"vgroupName": name, "groupAlias": "A0221Alias"});
    let mut sample = sample()
        .level("A", "a")
        .authentication("X", "x")
        .authentication("Y", "y")
        .apis(&[("m", "1"), ("m", "2"), ("m", "3")])
        .group("1", "plain", json!({}))
        .group_api("1", ("m", "1"), json!({}))
        .group_authentication("1", "X")
        .scope("10", "crm", json!({"vgroupAlias": "客"}))
        .scope_authentication("10", "X")
        .scope("11", "loans", json!({}));
    for (id, scope, name, key) in [
        ("21", "10", "crm", "1"),
        ("22", "10", "crm", "2"),
        ("23", "11", "loans", "2"),
        ("24", "11", "loans", "3"),
    ] {
        sample = sample.hidden(id, scope, ("m", key), hidden(name));
        if scope == "10" {
            sample = sample.group_authentication(id, "X");
        }
    }
    sample = sample
        .client("a", json!({}))
        .oauth("a", json!({"scope": "1,21,22", "clientSecret": "secret"}));
    sample = sample
        .client("b", json!({}))
        .oauth("b", json!({"scope": "21,1,22,24,23"}));
    for (client, scopes, groups) in [
        ("a", &["10"][..], &["1", "21", "22"][..]),
        ("b", &["10", "11"], &["1", "21", "22", "23", "24"]),
    ] {
        sample = scopes
            .iter()
            .fold(sample, |sample, scope| sample.client_scope(client, scope));
        sample = groups
            .iter()
            .fold(sample, |sample, group| sample.client_group(client, group));
    }
    sample.x_key(900, "a", "E", json!({})).x_map(901, 900, "1")
}

/// A state: how it comes about, how it is told, and what by hand would repair
/// it; empty where that is for the operator to decide.
struct State {
    damage: &'static str,
    described: &'static [&'static str],
    by_hand: &'static str,
}

/// Damages one database and repairs it; compares it with another one, which is
/// damaged and repaired by hand; undoes the repair.
async fn holds(state: &State) {
    let (site, twin) = (Site::new(&healthy()).await, Site::new(&healthy()).await);
    for site in [&site, &twin] {
        site.run(state.damage).await;
    }
    let damaged = site.dump().await;
    let found = check(&site).await;
    assert_eq!(describe(&found), state.described, "{}", state.damage);
    if !state.by_hand.is_empty() {
        twin.run(state.by_hand).await;
    }
    let edited = repair(&site, &[]).await.unwrap();
    assert_eq!(edited.verb, "repaired");
    assert_eq!(
        edited.job.is_some(),
        !state.by_hand.is_empty(),
        "{}",
        state.damage
    );
    assert_eq!(site.dump().await, twin.dump().await, "{}", state.damage);
    let left = check(&site).await;
    assert!(
        left.iter().all(|finding| finding.repair.is_none()),
        "{}: {left:?}",
        state.damage
    );
    let again = repair(&site, &[]).await.unwrap();
    assert_eq!(again.job, None, "{}", state.damage);
    if let Some(job) = edited.job {
        undo(&site, job).await;
        assert_eq!(site.dump().await, damaged, "{}", state.damage);
    }
}

#[tokio::test]
async fn nothing_is_wrong_with_what_the_product_makes() {
    let site = Site::new(&healthy()).await;
    let before = site.dump().await;
    assert_eq!(describe(&check(&site).await), [""; 0]);
    let edited = repair(&site, &[]).await.unwrap();
    assert_eq!(
        (edited.job, edited.items, edited.notes),
        (None, vec![], vec![])
    );
    assert_eq!(site.dump().await, before);
}

#[tokio::test]
async fn what_clients_hold_is_repaired() {
    let states = [
        State {
            damage: "UPDATE oauth_client_details SET scope = '1,21,99' WHERE client_id = 'a'",
            described: &["stale-oauth-ids client:a"],
            by_hand: "UPDATE oauth_client_details SET scope = '1,21,22' WHERE client_id = 'a'",
        },
        // Deleting the last API of a client in the product leaves this.
        State {
            damage: "DELETE FROM tsmp_client_group WHERE client_id = 'a'; \
                     DELETE FROM tsmp_client_vgroup WHERE client_id = 'a'",
            described: &["stale-oauth-ids client:a"],
            by_hand: "UPDATE oauth_client_details SET scope = '' WHERE client_id = 'a'",
        },
        // An import that covers a scope leaves its other holders behind.
        State {
            damage: "DELETE FROM tsmp_client_group WHERE client_id = 'a' AND group_id = '22'; \
                     UPDATE oauth_client_details SET scope = '21,1' WHERE client_id = 'a'",
            described: &["lacking-hidden-groups client:a"],
            by_hand: "INSERT INTO tsmp_client_group VALUES ('a', '22'); \
                      UPDATE oauth_client_details SET scope = '1,21,22' WHERE client_id = 'a'",
        },
        State {
            damage: "DELETE FROM tsmp_client_vgroup WHERE client_id = 'b' AND vgroup_id = '11'",
            described: &["stray-hidden-groups client:b"],
            by_hand: "DELETE FROM tsmp_client_group WHERE client_id = 'b' AND group_id IN ('23', '24'); \
                      UPDATE oauth_client_details SET scope = '1,21,22' WHERE client_id = 'b'",
        },
        State {
            damage: "INSERT INTO tsmp_client_vgroup VALUES ('a', '404'), ('gone', '10'); \
                     INSERT INTO tsmp_client_group VALUES ('a', '405'), ('gone', '21'), ('gone', '1')",
            described: &[
                "stale-oauth-ids client:a",
                "held-scope-gone client:a",
                "held-group-gone client:a",
                "client-gone client:gone",
            ],
            by_hand: "DELETE FROM tsmp_client_vgroup WHERE vgroup_id = '404' OR client_id = 'gone'; \
                      DELETE FROM tsmp_client_group WHERE group_id = '405' OR (client_id, group_id) = ('gone', '21')",
        },
        State {
            damage: "UPDATE tsmp_client SET security_level_id = 'A' WHERE client_id = 'a'; \
                     DELETE FROM tsmp_client_group WHERE client_id = 'a' AND group_id = '22'; \
                     UPDATE oauth_client_details SET scope = '1,21' WHERE client_id = 'a'",
            described: &[
                "lacking-hidden-groups client:a !",
                "client-level-differs client:a !",
            ],
            by_hand: "",
        },
        State {
            damage: "DELETE FROM oauth_client_details WHERE client_id = 'a'",
            described: &["no-oauth-row client:a !"],
            by_hand: "",
        },
        State {
            damage: "INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, security_level_id, \
                     allow_days, allow_times, vgroup_flag) SELECT n::text, 'g' || n, now(), 'x', 'SYSTEM', 0, 0, '0' \
                     FROM generate_series(2000000000, 2000000200) AS n; \
                     INSERT INTO tsmp_client_group SELECT 'a', n::text FROM generate_series(2000000000, 2000000200) AS n",
            described: &["stale-oauth-ids client:a !", "too-many-groups client:a !"],
            by_hand: "",
        },
    ];
    for state in states {
        holds(&state).await;
    }
}

#[tokio::test]
async fn what_scopes_are_made_of_is_repaired() {
    let states = [
        State {
            damage: "DELETE FROM tsmp_api WHERE api_key = '2'",
            described: &["api-gone scope:crm", "api-gone scope:loans"],
            by_hand: "DELETE FROM tsmp_group WHERE group_id IN ('22', '23'); \
                      DELETE FROM tsmp_group_api WHERE group_id IN ('22', '23'); \
                      DELETE FROM tsmp_group_authorities_map WHERE group_id IN ('22', '23'); \
                      DELETE FROM tsmp_vgroup_group WHERE group_id IN ('22', '23'); \
                      DELETE FROM tsmp_client_group WHERE group_id IN ('22', '23'); \
                      UPDATE oauth_client_details SET scope = '1,21' WHERE client_id = 'a'; \
                      UPDATE oauth_client_details SET scope = '1,21,24' WHERE client_id = 'b'",
        },
        State {
            damage: "DELETE FROM tsmp_api WHERE api_key = '2'; \
                     UPDATE dgr_x_api_key_map SET group_id = '22'; \
                     DELETE FROM tsmp_vgroup_group WHERE vgroup_id = '11'; \
                     DELETE FROM tsmp_client_group WHERE group_id IN ('23', '24'); \
                     DELETE FROM tsmp_group_api WHERE group_id IN ('23', '24'); \
                     DELETE FROM tsmp_group WHERE group_id IN ('23', '24'); \
                     UPDATE oauth_client_details SET scope = '1,21,22'",
            described: &["api-gone scope:crm !"],
            by_hand: "",
        },
        State {
            damage: "DELETE FROM tsmp_group_api WHERE group_id = '24'",
            described: &["hidden-group-without-api scope:loans"],
            by_hand: "DELETE FROM tsmp_group WHERE group_id = '24'; \
                      DELETE FROM tsmp_vgroup_group WHERE group_id = '24'; \
                      DELETE FROM tsmp_client_group WHERE group_id = '24'; \
                      UPDATE oauth_client_details SET scope = '1,21,22,23' WHERE client_id = 'b'",
        },
        State {
            damage: "DELETE FROM tsmp_vgroup WHERE vgroup_id = '11'",
            described: &[
                "held-scope-gone client:b",
                "hidden-group-without-scope scope:loans",
                "linked-scope-gone scope:11",
            ],
            by_hand: "DELETE FROM tsmp_group WHERE vgroup_id = '11'; \
                      DELETE FROM tsmp_group_api WHERE group_id IN ('23', '24'); \
                      DELETE FROM tsmp_vgroup_group WHERE vgroup_id = '11'; \
                      DELETE FROM tsmp_client_vgroup WHERE vgroup_id = '11'; \
                      DELETE FROM tsmp_client_group WHERE group_id IN ('23', '24'); \
                      UPDATE oauth_client_details SET scope = '1,21,22' WHERE client_id = 'b'",
        },
        State {
            damage: "UPDATE tsmp_group SET vgroup_id = NULL, allow_times = 9 WHERE group_id = '24'",
            described: &["hidden-group-without-owner scope:loans"],
            by_hand: "UPDATE tsmp_group SET vgroup_id = '11', allow_times = 0, update_time = now(), \
                      update_user = 'tester' WHERE group_id = '24'",
        },
        State {
            damage: "DELETE FROM tsmp_vgroup_group WHERE group_id = '24'",
            described: &["hidden-group-unlinked scope:loans"],
            by_hand: "INSERT INTO tsmp_vgroup_group VALUES ('11', '24', now())",
        },
        State {
            damage: "UPDATE tsmp_vgroup SET allow_days = 60, allow_times = 5, security_level_id = 'A', \
                     vgroup_name = 'credits' WHERE vgroup_id = '11'; \
                     UPDATE tsmp_client SET security_level_id = NULL; \
                     UPDATE tsmp_vgroup_authorities_map SET vgroup_authoritie_id = 'Y'",
            described: &[
                "hidden-group-differs scope:credits",
                "hidden-group-differs scope:crm",
            ],
            by_hand: "UPDATE tsmp_group SET allow_days = 60, allow_times = 5, security_level_id = 'A', \
                      vgroup_name = 'credits', update_time = now(), update_user = 'tester' WHERE vgroup_id = '11'; \
                      UPDATE tsmp_group_authorities_map SET group_authoritie_id = 'Y' WHERE group_id <> '1'",
        },
        State {
            damage: "INSERT INTO tsmp_vgroup_group VALUES ('404', '21', now()), ('10', '405', now())",
            described: &["linked-scope-gone scope:404", "linked-group-gone scope:crm"],
            by_hand: "DELETE FROM tsmp_vgroup_group WHERE vgroup_id = '404' OR group_id = '405'",
        },
        // The product deletes an authentication type that only scopes have.
        State {
            damage: "DELETE FROM tsmp_group_authorities WHERE group_authoritie_id = 'X'; \
                     INSERT INTO tsmp_group_authorities_map VALUES ('404', 'Y'); \
                     INSERT INTO tsmp_vgroup_authorities_map VALUES ('404', 'Y'); \
                     INSERT INTO tsmp_group_api VALUES ('404', '1', 'm', '0', now())",
            described: &[
                "authentication-gone group:plain",
                "authentication-gone scope:crm",
                "authentication-of-nothing group:404",
                "authentication-of-nothing scope:404",
                "api-of-nothing group:404",
            ],
            by_hand: "TRUNCATE tsmp_group_authorities_map, tsmp_vgroup_authorities_map; \
                      DELETE FROM tsmp_group_api WHERE group_id = '404'",
        },
    ];
    for state in states {
        holds(&state).await;
    }
}

#[tokio::test]
async fn what_is_for_the_operator_to_decide_is_left_alone() {
    let states = [
        State {
            damage: "UPDATE tsmp_vgroup SET security_level_id = 'Z', allow_days = -86400, \
                     vgroup_name = repeat('n', 31), vgroup_alias = '客' WHERE vgroup_id = '11'; \
                     UPDATE tsmp_client SET security_level_id = NULL",
            described: &[
                "level-gone scope:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn !",
                "alias-twice scope:crm !",
                "alias-twice scope:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn !",
                "name-too-long scope:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn !",
                "negative-duration scope:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn !",
            ],
            by_hand: "",
        },
        State {
            damage: "UPDATE tsmp_vgroup SET vgroup_name = 'crm'; UPDATE tsmp_group SET vgroup_name = 'crm' \
                     WHERE vgroup_id = '11'; UPDATE tsmp_group_api SET api_key = '2' WHERE group_id = '24'",
            described: &["name-twice scope:crm !", "api-twice scope:crm !"],
            by_hand: "",
        },
        State {
            damage: "INSERT INTO tsmp_vgroup_group VALUES ('11', '21', now()), ('11', '1', now()), \
                     ('10', '405', now()); INSERT INTO tsmp_group_api VALUES ('405', '3', 'm', '0', now())",
            described: &[
                "hidden-group-of-two scope:crm !",
                "hidden-group-of-two scope:loans !",
                "linked-group-gone scope:crm !",
                "plain-group-linked scope:loans !",
                "api-of-nothing group:405 !",
            ],
            by_hand: "",
        },
        State {
            damage: "DELETE FROM tsmp_vgroup_group WHERE group_id = '21'; \
                     DELETE FROM tsmp_client_group WHERE (client_id, group_id) = ('a', '21'); \
                     UPDATE oauth_client_details SET scope = '1,22' WHERE client_id = 'a'",
            described: &["hidden-group-unlinked scope:crm !"],
            by_hand: "",
        },
    ];
    for state in states {
        holds(&state).await;
    }
}

#[tokio::test]
async fn only_the_findings_that_were_asked_for_are_repaired() {
    let site = Site::new(&healthy()).await;
    site.run(
        "UPDATE oauth_client_details SET scope = '99'; INSERT INTO tsmp_vgroup_group VALUES ('404', '21', now())",
    )
    .await;
    let edited = repair(&site, &["linked-scope-gone"]).await.unwrap();
    let items: Vec<String> = edited.items.iter().map(ToString::to_string).collect();
    assert_eq!(items, ["scope:404"]);
    assert_eq!(edited.notes[0], "linked-scope-gone: repaired for 1 item");
    assert_eq!(
        describe(&check(&site).await),
        ["stale-oauth-ids client:a", "stale-oauth-ids client:b"]
    );
    let failure = repair(&site, &["linked-scope-gone", "no-such-finding"])
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Usage);
    assert!(failure.what.contains("no-such-finding"), "{}", failure.what);
}

#[tokio::test]
async fn an_import_leaves_holders_behind_and_a_repair_catches_up() {
    let site = Site { db: demo().await };
    assert_eq!(
        describe(&check(&site).await),
        [""; 0],
        "no problems in the demo"
    );
    let review = site
        .review_bytes(include_bytes!("../../fixtures/digirunner/export.json"))
        .await;
    site.apply(&review, &cover_all(&review.plan)).await.unwrap();
    let imported = site.dump().await;
    let found = check(&site).await;
    let codes: BTreeSet<&str> = found.iter().map(|finding| &*finding.code).collect();
    assert!(codes.contains("lacking-hidden-groups"), "{found:#?}");
    let job = repair(&site, &[]).await.unwrap().job.unwrap();
    let left = check(&site).await;
    assert!(
        left.iter().all(|finding| finding.repair.is_none()),
        "{left:#?}"
    );
    undo(&site, job).await;
    assert_eq!(site.dump().await, imported);
}

/// Who may call what at run time: clients by their plain groups, X-API keys by
/// their maps, clients' users by the consent page.
async fn callers(site: &Site) -> BTreeSet<(String, String, String)> {
    let sql = "WITH linked AS (SELECT g.group_id, a.module_name || '/' || a.api_key AS api FROM tsmp_group_api AS g \
                 JOIN tsmp_api AS a ON (a.module_name, a.api_key) = (g.module_name, g.api_key)) \
               SELECT 'plain', c.client_id::text, l.api FROM tsmp_client AS c JOIN tsmp_client_group AS g USING (client_id) \
                 JOIN tsmp_group AS p ON p.group_id = g.group_id AND p.vgroup_flag = '0' JOIN linked AS l ON l.group_id = g.group_id \
               UNION SELECT 'key', m.ref_api_key_id::text, l.api FROM dgr_x_api_key_map AS m JOIN linked AS l USING (group_id) \
               UNION SELECT 'scope', c.client_id::text, l.api FROM tsmp_client AS c JOIN tsmp_client_vgroup AS h USING (client_id) \
                 JOIN tsmp_vgroup AS v USING (vgroup_id) JOIN tsmp_vgroup_group AS g USING (vgroup_id) \
                 JOIN linked AS l ON l.group_id = g.group_id";
    let rows: Vec<(String, String, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(&mut site.db.connect().await)
        .await
        .unwrap();
    rows.into_iter().collect()
}

/// Damage to a few rows of every sort, which rows being up to chance.
fn damage(numbers: &[u16]) -> String {
    const DAMAGES: [&str; 14] = [
        "DELETE FROM tsmp_client_group WHERE {client_id || group_id}",
        "DELETE FROM tsmp_client_vgroup WHERE {client_id || vgroup_id}",
        "DELETE FROM tsmp_vgroup_group WHERE {vgroup_id || group_id}",
        "DELETE FROM tsmp_vgroup WHERE {vgroup_id}",
        "DELETE FROM tsmp_group WHERE {group_id}",
        "DELETE FROM tsmp_group_api WHERE {group_id || api_key}",
        "DELETE FROM tsmp_api WHERE {module_name || api_key}",
        "DELETE FROM tsmp_client WHERE {client_id}",
        "DELETE FROM tsmp_group_authorities WHERE {group_authoritie_id}",
        "UPDATE tsmp_group SET vgroup_id = NULL WHERE {group_id}",
        "UPDATE tsmp_group SET vgroup_flag = '0' WHERE {group_id}",
        "UPDATE tsmp_vgroup SET allow_days = -1, security_level_id = 'Z' WHERE {vgroup_id}",
        "INSERT INTO tsmp_vgroup_group SELECT v.vgroup_id, g.group_id, now() FROM tsmp_vgroup v, tsmp_group g \
         WHERE {v.vgroup_id || g.group_id} ON CONFLICT DO NOTHING",
        "UPDATE oauth_client_details SET scope = '1,2,3' WHERE {client_id}",
    ];
    let chosen = numbers.iter().rev().take(4);
    let statements = chosen.map(|number| {
        let damage = DAMAGES[usize::from(*number) % DAMAGES.len()];
        let (before, rest) = damage.split_once('{').unwrap();
        let (key, after) = rest.split_once('}').unwrap();
        format!("{before}abs(hashtext({key} || '{number}')) % 3 = 0{after}")
    });
    statements.collect::<Vec<_>>().join("; ")
}

#[test]
fn whatever_is_wrong_what_can_be_repaired_is_and_nobody_loses_anything() {
    for_any(4, |numbers| {
        let sample = environment(&mut Draw::new(numbers), Side::Target);
        let damage = damage(numbers);
        (
            sample.clone(),
            async move { repaired(&sample, &damage).await },
        )
    });
}

async fn repaired(sample: &Sample, damage: &str) -> Result<(), String> {
    let site = Site::new(sample).await;
    if !damage.is_empty() {
        site.run(damage).await;
    }
    let (before, callers_before) = (site.dump().await, callers(&site).await);
    let found = check(&site).await;
    let edited = repair(&site, &[])
        .await
        .map_err(|failure| format!("{failure:?} after {damage}"))?;
    let is_repairable = found.iter().any(|finding| finding.repair.is_some());
    let left = check(&site).await;
    if edited.job.is_some() != is_repairable {
        return Err(format!("job {:?} for {found:?}", edited.job));
    }
    let known: BTreeSet<_> = found
        .iter()
        .map(|finding| (&*finding.code, &finding.item))
        .collect();
    if let Some(new) = left.iter().find(|left| left.repair.is_some()) {
        return Err(format!("not repaired: {new:?} of {found:?} after {damage}"));
    }
    if let Some(new) = left
        .iter()
        .find(|left| !known.contains(&(&*left.code, &left.item)))
    {
        return Err(format!(
            "made by the repair: {new:?} of {found:?} after {damage}"
        ));
    }
    let callers_after = callers(&site).await;
    if let Some(lost) = callers_before.difference(&callers_after).next() {
        return Err(format!("{lost:?} is lost by {found:?} after {damage}"));
    }
    if let Some(job) = edited.job {
        undo(&site, job).await;
    }
    let after: Dump = site.dump().await;
    if before == after {
        Ok(())
    } else {
        Err(format!("not undone: {found:?} after {damage}"))
    }
}

/// Clients with a scope each, and something wrong with all of them.
fn with_findings(count: u32) -> Sample {
    (0..count).fold(sample().apis(&[("m", "1")]), |sample, index| {
        let (client, scope, hidden) = (
            format!("c{index}"),
            (10_000 + index).to_string(),
            (20_000 + index).to_string(),
        );
        sample
            .client(&client, json!({}))
            .oauth(&client, json!({"scope": "99"}))
            .scope(&scope, &format!("s{index}"), json!({}))
            .hidden(&hidden, &scope, ("m", "1"), json!({}))
            .client_scope(&client, &scope)
            .group_authentication(&hidden, "gone")
            .scope_authentication(&scope, "gone")
            .client_group(&client, "404")
            .row(
                "tsmpVgroupGroupList",
                json!({"vgroupId": scope, "groupId": "404"}),
            )
    })
}

async fn statements(count: u32) -> (Vec<String>, usize) {
    let site = Site::new(&with_findings(count)).await;
    job::init(&site.target(), Timeouts::default())
        .await
        .unwrap();
    site.run(&format!(
        "ALTER DATABASE {} SET log_statement = 'all'",
        site.db.name()
    ))
    .await;
    let marker = format!("SELECT 'before {}'", site.db.name());
    site.run(&marker).await;
    let found = check(&site).await.len();
    repair(&site, &[]).await.unwrap();
    (executed_since(&marker), found)
}

#[tokio::test]
async fn five_hundred_clients_with_findings_take_as_many_statements_as_five() {
    let ((few, few_found), (many, many_found)) = (statements(5).await, statements(500).await);
    assert_eq!((few_found, many_found), (30, 3000));
    assert_eq!(shapes(&few), shapes(&many));
}
