//! What the database refuses is named: whose rows, by which constraint, and no value of theirs. In an
//! apply, which leaves nothing behind, and in a rehearsal.

use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Problem, Rehearsal, Reporter, Review,
};
use gatediff::store::Timeouts;
use serde_json::{Value, json};

use crate::support::keeper::Keeper;
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};

/// Nine clients on either side of one that a test makes bad; each holds a secret.
fn clients(tps: i64, bad: &Value) -> Sample {
    (0..19).fold(sample(), |sample, index| {
        let secret = format!("canary-{index}");
        if index == 9 {
            let mut row = json!({"tps": tps + index, "remark": "r9", "clientSecret": secret});
            for (name, value) in bad.as_object().unwrap() {
                row[name] = value.clone();
            }
            return sample.client("bad", row);
        }
        let row =
            json!({"tps": tps + index, "remark": format!("r{index}"), "clientSecret": secret});
        sample.client(&format!("good-{index}"), row)
    })
}

async fn rehearse(site: &Site, review: &Review) -> Rehearsal {
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions::new(OPERATOR, Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::rehearse(
        review,
        approved,
        &site.target(),
        &options,
        &reporter,
        &cancel,
    )
    .await
    .unwrap()
}

/// Applies and rehearses what is refused; returns what both say.
async fn refused(site: &Site, file: &Sample) -> (Failure, Vec<Problem>) {
    let review = site.review(file).await;
    let before = site.dump().await;
    let rehearsed = rehearse(site, &review).await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(site.dump().await, before, "nothing is left behind");
    let described = format!(
        "{failure:?} {failure} {} {:?}",
        json!(failure),
        rehearsed.problems
    );
    assert!(!described.contains("canary"), "{described}");
    (failure, rehearsed.problems)
}

/// A way of refusing one row: what makes the database do so, what is bad of the client, the constraint
/// that is named, and words of the message.
type Case = (&'static str, Value, Option<&'static str>, &'static str);

fn cases() -> Vec<Case> {
    vec![
        (
            "ALTER TABLE tsmp_client ADD CONSTRAINT few CHECK (tps < 500)",
            json!({"tps": 501}),
            Some("few"),
            "check constraint \"few\"",
        ),
        (
            "CREATE UNIQUE INDEX once ON tsmp_client (remark)",
            json!({"remark": "r3"}),
            Some("once"),
            "unique constraint \"once\"",
        ),
        (
            "CREATE TABLE people (name varchar PRIMARY KEY); INSERT INTO people VALUES ('owner'); \
             ALTER TABLE tsmp_client ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people",
            json!({"owner": "nobody"}),
            Some("owned"),
            "foreign key constraint \"owned\"",
        ),
        (
            "ALTER TABLE tsmp_client ALTER remark SET NOT NULL",
            json!({"remark": null}),
            None,
            "column \"remark\"",
        ),
        (
            "ALTER TABLE tsmp_client ADD CONSTRAINT apart EXCLUDE USING btree (remark WITH =)",
            json!({"remark": "r3"}),
            Some("apart"),
            "exclusion constraint \"apart\"",
        ),
        (
            "ALTER TABLE tsmp_client ALTER remark TYPE varchar(3)",
            json!({"remark": "long"}),
            None,
            "character varying(3)",
        ),
        (
            "CREATE DOMAIN small AS int4 CONSTRAINT limited CHECK (VALUE < 500); \
             ALTER TABLE tsmp_client ALTER tps TYPE small",
            json!({"tps": 501}),
            Some("limited"),
            "check constraint \"limited\"",
        ),
        (
            "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.tps > 500 THEN \
             RAISE EXCEPTION 'no %', NEW.client_secret USING CONSTRAINT = NEW.client_secret; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON tsmp_client FOR EACH ROW EXECUTE FUNCTION guard()",
            json!({"tps": 501}),
            None,
            "a function of the target raised an error",
        ),
        (
            "ALTER TABLE tsmp_client ADD CONSTRAINT later UNIQUE (remark) DEFERRABLE INITIALLY DEFERRED",
            json!({"remark": "r3"}),
            Some("later"),
            "unique constraint \"later\"",
        ),
        (
            "CREATE TABLE people (name varchar PRIMARY KEY); INSERT INTO people VALUES ('owner'); \
             ALTER TABLE tsmp_client ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people \
             DEFERRABLE INITIALLY DEFERRED",
            json!({"owner": "nobody"}),
            Some("owned"),
            "foreign key constraint \"owned\"",
        ),
    ]
}

async fn names_the_client(target: &Sample, (breaking, bad, constraint, words): Case) {
    let site = Site::new(target).await;
    site.run(breaking).await;
    let (failure, problems) = refused(&site, &clients(1, &bad)).await;
    let [problem] = problems.as_slice() else {
        panic!("{breaking}: {problems:?}")
    };
    // Of two rows with one key each has it, when that is looked for at last.
    let items: &[&str] = match constraint {
        Some("later") => &["client:good-3", "client:bad"],
        _ => &["client:bad"],
    };
    assert_eq!(problem.table, "tsmp_client");
    assert_eq!(problem.items, items, "{breaking}");
    assert_eq!(problem.constraint.as_deref(), constraint, "{breaking}");
    assert!(problem.message.contains(words), "{breaking}: {problem:?}");
    assert_eq!(failure.kind, FailureKind::Refused);
    let [described] = failure.refused.as_slice() else {
        panic!("{breaking}: {failure:?}")
    };
    assert_eq!(
        (described.table.as_str(), described.constraint.as_deref()),
        ("tsmp_client", constraint),
        "{breaking}"
    );
    assert_eq!(
        described
            .items
            .iter()
            .map(|item| &**item)
            .collect::<Vec<_>>(),
        items,
        "{breaking}"
    );
    let why = failure.why.unwrap();
    assert!(
        why.contains("client 'bad'") && why.contains(words),
        "{breaking}: {why}"
    );
}

#[tokio::test]
async fn the_added_client_that_is_refused_is_named_with_the_constraint() {
    for case in cases() {
        names_the_client(&sample(), case).await;
    }
}

#[tokio::test]
async fn the_covered_client_that_is_refused_is_named_with_the_constraint() {
    for case in cases() {
        names_the_client(&clients(100, &json!({})), case).await;
    }
}

#[tokio::test]
async fn twenty_items_are_named_of_many_and_five_in_a_sentence() {
    let file = (0..300).fold(sample(), |sample, index| {
        sample.client(&format!("c{index}"), json!({"tps": index}))
    });
    let site = Site::new(&sample()).await;
    site.run("ALTER TABLE tsmp_client ADD CONSTRAINT few CHECK (tps < 50)")
        .await;
    let (failure, problems) = refused(&site, &file).await;
    let wanted: Vec<String> = (50..70).map(|index| format!("client:c{index}")).collect();
    assert_eq!(problems[0].items, wanted);
    assert_eq!(
        failure.refused[0]
            .items
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        wanted
    );
    let why = failure.why.unwrap();
    assert!(
        why.starts_with(
            "client 'c50', client 'c51', client 'c52', client 'c53', client 'c54' and 15 more: new row"
        ),
        "{why}"
    );
}

/// The rows of one item are looked for up to a limit: there may be any number.
#[tokio::test]
async fn a_client_with_a_thousand_refused_hosts_is_named_at_once() {
    let file = (0..1000).fold(sample().client("a", json!({})), |sample, index| {
        sample.host(
            index,
            "a",
            &format!("h{index}"),
            &format!("10.0.{}.{}", index / 250, index % 250),
        )
    });
    let site = Site::new(&sample()).await;
    site.run("ALTER TABLE tsmp_client_host ADD CONSTRAINT outside CHECK (host_ip NOT LIKE '10.%')")
        .await;
    let started = std::time::Instant::now();
    let (failure, _) = refused(&site, &file).await;
    assert_eq!(failure.refused[0].items.len(), 1);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[tokio::test]
async fn each_reason_is_reported_apart_and_parts_of_a_client_are_the_clients() {
    let file = clients(1, &json!({"tps": 700}))
        .client("worse", json!({"tps": 5, "remark": null}))
        .host(1, "good-1", "h1", "10.0.0.1")
        .host(2, "worse", "h2", "192.168.0.1");
    let site = Site::new(&sample()).await;
    site.run(
        "ALTER TABLE tsmp_client ADD CONSTRAINT few CHECK (tps < 500), ALTER remark SET NOT NULL",
    )
    .await;
    site.run("ALTER TABLE tsmp_client_host ADD CONSTRAINT inside CHECK (host_ip LIKE '10.%')")
        .await;
    let (failure, problems) = refused(&site, &file).await;
    let described: Vec<(&str, Option<&str>, Vec<&str>)> = problems
        .iter()
        .map(|problem| {
            (
                problem.table.as_str(),
                problem.constraint.as_deref(),
                problem.items.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            ("tsmp_client", Some("few"), vec!["client:bad"]),
            ("tsmp_client", None, vec!["client:worse"]),
            ("tsmp_client_host", Some("inside"), vec!["client:worse"]),
        ]
    );
    assert_eq!(
        failure.refused.len(),
        2,
        "an apply ends with the first table: {failure:?}"
    );
}

#[tokio::test]
async fn documents_that_are_refused_are_named_too() {
    let keeper = Keeper::new("tyk").await;
    keeper
        .import(include_str!(
            "../../fixtures/tyk/documentation/organisation.json"
        ))
        .await;
    let policies = |names: [&str; 3]| {
        let policy = |(index, name): (usize, &&str)| {
            json!({"_id": format!("5ead7120575961000181867{index}"), "id": format!("p{index}"), "name": name,
                "org_id": "53ac07777cbb8c2d53000002", "active": true, "access_rights": {}})
        };
        json!(names.iter().enumerate().map(policy).collect::<Vec<_>>()).to_string()
    };
    keeper.import(&policies(["one", "two", "three"])).await;
    keeper
        .db
        .run("ALTER TABLE gatediff.documents ADD CONSTRAINT kind_words CHECK (name <> 'rude')")
        .await;
    let review = keeper.review(&policies(["one", "rude", "four"])).await;
    let failure = keeper
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    let [described] = failure.refused.as_slice() else {
        panic!("{failure:?}")
    };
    assert_eq!(
        (described.table.as_str(), described.constraint.as_deref()),
        ("gatediff.documents", Some("kind_words"))
    );
    assert_eq!(described.items.len(), 1, "{described:?}");
    assert!(described.items[0].starts_with("policy:"), "{described:?}");
    assert!(failure.to_string().contains("kind_words"), "{failure}");
}
