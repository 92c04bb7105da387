//! A file of few objects is compared with the documents that decide about it,
//! and not with the store: the plan is the same.

use gatediff::job::{self, ImportOptions};
use gatediff::platform::tyk::TYK;
use gatediff::store::{Timeouts, transaction};
use serde_json::{Value, json};

use crate::support::needs::{Draw, assert_same_either_way, compared, store};
use crate::support::pg::TestDb;

fn organisation_id(n: usize) -> String {
    format!("{:024x}", 0xa0 + n)
}

fn database_id(n: usize) -> String {
    format!("{:024x}", 0xf0 + n)
}

/// Names that are equal, look alike, or begin alike.
fn name(draw: &mut Draw<'_>) -> String {
    let long = "x".repeat(300);
    let names = ["a", "b", "A", "\u{430}", "a b", "a-b", "", "客", "rn", "m"];
    match draw.pick(14) {
        n if n < names.len() => names[n].to_owned(),
        12 => long,
        13 => format!("{long}y"),
        _ => "a".to_owned(),
    }
}

fn organisation(draw: &mut Draw<'_>) -> Value {
    let listed =
        (0..draw.pick(3)).map(|_| json!({"api_id": api_id(draw), "api_human_name": name(draw)}));
    let listed: Vec<Value> = listed.collect();
    json!({"id": organisation_id(draw.pick(3)), "owner_name": name(draw), "apis": listed})
}

/// The ids of APIs: one is also the id of a policy.
fn api_id(draw: &mut Draw<'_>) -> String {
    let long = format!("{}1", "0".repeat(31));
    draw.one_of(&[
        "1".to_owned(),
        "2".to_owned(),
        long,
        database_id(1),
        "4".to_owned(),
    ])
}

fn api(draw: &mut Draw<'_>) -> Value {
    let id = api_id(draw);
    let path = draw.one_of(&["/a/", "/b/", "/a' of 'd", "/a/x", "", "/c/"]);
    let domain = draw.one_of(&["", "", "d", "d' at port '8"]);
    let protocol = if draw.pick(9) == 1 { "tcp" } else { "" };
    let internal = draw.one_of(&["tyk://2/x", "tyk://a-b", "tyk://self"]);
    let target = if draw.pick(9) == 1 {
        internal
    } else {
        "http://u/"
    };
    let mut policies: Vec<String> = Vec::new();
    for _ in 0..draw.pick(3) {
        policies.push(policy_id(draw));
    }
    let owner = organisation_id(draw.pick(3));
    let (active, tags) = (
        draw.pick(4) > 0,
        draw.one_of(&[json!([]), json!(["s"]), json!(["t"])]),
    );
    let versioned = draw.pick(3) == 1;
    let definition = json!({
        "id": database_id(draw.pick(5)), "api_id": id, "org_id": owner, "name": name(draw),
        "slug": draw.one_of(&["", "a", "b c"]), "active": active, "tags": tags, "domain": domain,
        "protocol": protocol, "listen_port": if protocol.is_empty() { 0 } else { 7 },
        "proxy": {"listen_path": path, "target_url": target}, "jwt_default_policies": policies,
        "definition": {"versions": if draw.pick(4) == 1 { json!({"v": api_id(draw)}) } else { json!({}) }},
        "version_data": {"not_versioned": !versioned, "versions": {"v1": {"name": "v1"}}},
    });
    let oas = json!({"info": {"id": id, "dbId": database_id(draw.pick(5)), "orgId": owner, "name": name(draw)},
        "server": {"listenPath": {"value": draw.one_of(&["/a/", "/b/", "/c/"])},
            "customDomain": {"enabled": draw.pick(2) == 0, "name": "d"}}});
    match draw.pick(5) {
        0 | 1 => json!({"api_definition": definition}),
        2 => definition,
        3 => json!({"api_definition": definition, "oas": {"x-tyk-api-gateway": oas}}),
        _ => json!({"oas": {"x-tyk-api-gateway": oas}}),
    }
}

fn policy_id(draw: &mut Draw<'_>) -> String {
    draw.one_of(&[
        database_id(1),
        database_id(2),
        "gold".to_owned(),
        String::new(),
    ])
}

fn policy(draw: &mut Draw<'_>) -> Value {
    let mut rights = serde_json::Map::new();
    for _ in 0..draw.pick(3) {
        let id = api_id(draw);
        let versions = draw.one_of(&[json!(["Default"]), json!(["v1", "v2"]), json!([])]);
        let right = json!({"api_id": id, "api_name": name(draw), "versions": versions});
        rights.insert(id, right);
    }
    json!({"_id": database_id(draw.pick(4)), "id": policy_id(draw), "name": name(draw),
        "org_id": organisation_id(draw.pick(3)), "rate": draw.pick(2), "access_rights": rights})
}

/// Draws a file with up to so many objects of each kind.
fn file(draw: &mut Draw<'_>, limits: [usize; 3]) -> Value {
    let [organisations, apis, policies] = limits.map(|limit| draw.pick(limit + 1));
    json!({
        "organisations": (0..organisations).map(|_| organisation(draw)).collect::<Vec<_>>(),
        "apis": (0..apis).map(|_| api(draw)).collect::<Vec<_>>(),
        "Data": (0..policies).map(|_| policy(draw)).collect::<Vec<_>>(),
    })
}

#[test]
fn what_decides_about_a_file_gives_the_plan_that_everything_gives() {
    let drawn = |draw: &mut Draw<'_>, times| {
        let limits = if times == 1 { [1, 3, 2] } else { [3, 7, 6] };
        file(draw, limits)
    };
    assert_same_either_way(TYK, drawn, 30);
}

#[tokio::test]
async fn each_part_of_what_is_read_uses_an_index() {
    let db = TestDb::new().await;
    job::init(&db.target(), Timeouts::default()).await.unwrap();
    let mut connection = db.connect().await;
    let apis: Vec<Value> = (0..200)
        .map(|n| json!({"api_definition": {"api_id": format!("{n}"), "org_id": organisation_id(0), "name": format!("n{n}"),
            "id": database_id(n), "proxy": {"listen_path": format!("/{n}/")}}}))
        .collect();
    store(&mut connection, TYK, &json!({"apis": apis})).await;
    let one = json!({"apis": [{"api_definition": {"api_id": "new", "org_id": organisation_id(0), "name": "n",
        "proxy": {"listen_path": "/7/"}}}]});
    let comparison = compared(&mut connection, TYK, &one, &ImportOptions::default()).await;
    assert!(!comparison.is_whole(), "the store is not read");
    let codes: Vec<String> = comparison.plan().entries()[0]
        .verdict
        .reasons
        .iter()
        .map(|reason| reason.code.to_string())
        .collect();
    assert_eq!(codes[0], "listen-path-taken");
    transaction::script(
        &mut connection,
        "documents",
        "ANALYZE gatediff.documents; SET enable_seqscan TO off".to_owned(),
    )
    .await
    .unwrap();
    for (condition, index) in [
        (
            "platform = 'tyk' AND pair_id = ANY('{x}')",
            "documents_pair_id",
        ),
        (
            "platform = 'tyk' AND kind = 'api' AND left(name, 255) = ANY('{x}')",
            "documents_name",
        ),
        (
            "platform = 'tyk' AND kind = 'api' AND left(coalesce(content #>> '{api_definition,proxy,listen_path}', \
             content #>> '{proxy,listen_path}'), 255) = ANY('{x}')",
            "documents_listen_path",
        ),
        (
            "platform = 'tyk' AND kind = 'api' AND left(coalesce(content #>> \
             '{oas,x-tyk-api-gateway,server,listenPath,value}', \
             content #>> '{x-tyk-api-gateway,server,listenPath,value}'), 255) = ANY('{x}')",
            "documents_oas_listen_path",
        ),
    ] {
        let sql = format!("EXPLAIN SELECT body FROM gatediff.documents WHERE {condition}");
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(plan.concat().contains(index), "{plan:#?}");
    }
}
