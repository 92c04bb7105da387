//! Tables of other parts of the product that refer to clients: an undo does not take a client away
//! from under them, whichever of them the target has.

use gatediff::job::{self, Cancel, Failure, FailureKind, Reporter, UndoOptions, Undone};
use gatediff::store::Timeouts;
use serde_json::json;

use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site};

async fn undo(site: &Site, job: i64) -> Result<Undone, Failure> {
    let options = UndoOptions::new(OPERATOR, Timeouts::default());
    job::undo(
        job,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
}

/// The tables, with a row that refers to the client `new`, and how the refusal names that row.
const TABLES: [(&str, &str, &str, &str); 9] = [
    (
        "tsmp_client_cert",
        "client_cert_id int8 PRIMARY KEY, client_id varchar(40) NOT NULL, pub_key varchar",
        "7, 'new', 'canary-key'",
        "tsmp_client_cert (client_cert_id 7)",
    ),
    (
        "tsmp_client_cert2",
        "client_cert2_id int8 PRIMARY KEY, client_id varchar(40) NOT NULL",
        "8, 'new'",
        "tsmp_client_cert2 (client_cert2_id 8)",
    ),
    (
        "tsmp_dp_api_auth2",
        "api_auth_id int8 PRIMARY KEY, ref_client_id varchar(40) NOT NULL",
        "9, 'new'",
        "tsmp_dp_api_auth2 (api_auth_id 9)",
    ),
    (
        "dgr_gtw_idp_info_cus",
        "gtw_idp_info_cus_id int8 PRIMARY KEY, client_id varchar(40) NOT NULL",
        "10, 'new'",
        "dgr_gtw_idp_info_cus (gtw_idp_info_cus_id 10)",
    ),
    (
        "dgr_smart_client",
        "smart_client_id int8 PRIMARY KEY, client_id varchar(200) NOT NULL, idp_client_id varchar(200) NOT NULL",
        "11, 'new', 'other'",
        "dgr_smart_client (smart_client_id 11)",
    ),
    (
        "dgr_smart_client",
        "smart_client_id int8 PRIMARY KEY, client_id varchar(200) NOT NULL, idp_client_id varchar(200) NOT NULL",
        "12, 'other', 'new'",
        "dgr_smart_client (smart_client_id 12)",
    ),
    (
        "dgr_smart_auth_session",
        "session_id int8 PRIMARY KEY, client_id varchar(200) NOT NULL, auth_code varchar(200)",
        "13, 'new', 'canary-code'",
        "dgr_smart_auth_session (session_id 13)",
    ),
    (
        "dgr_smart_launch_context",
        "launch_token varchar(100) PRIMARY KEY, client_id varchar(200) NOT NULL",
        "'canary-token', 'new'",
        "dgr_smart_launch_context (client_id \"new\")",
    ),
    (
        "dgr_smart_on_fhir_proxy",
        "sof_proxy_id int8 PRIMARY KEY, sof_proxy_client_id varchar(4000)",
        "14, '[\"old\",\"new\"]'",
        "dgr_smart_on_fhir_proxy (sof_proxy_id 14)",
    ),
];

fn file() -> Sample {
    sample()
        .client("new", json!({}))
        .client("newer", json!({}))
        .client("old", json!({"tps": 2}))
}

async fn site_with(table: &str, columns: &str) -> Site {
    let site = Site::new(&sample().client("old", json!({"tps": 1}))).await;
    site.run(&format!("CREATE TABLE {table} ({columns})")).await;
    site
}

#[tokio::test]
async fn an_added_client_that_something_refers_to_stays() {
    for (table, columns, row, named) in TABLES {
        let site = site_with(table, columns).await;
        let before = site.dump().await;
        let job = site.import(&file()).await.job;
        site.run(&format!("INSERT INTO {table} VALUES ({row})"))
            .await;
        let after = site.dump().await;
        let failure = undo(&site, job).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Blocked, "{table}: {failure:?}");
        let [stale] = failure.stale.as_slice() else {
            panic!("{table}: {failure:?}")
        };
        assert_eq!(stale.item.to_string(), "client:new");
        assert_eq!(
            stale.why,
            format!("tsmp_client (client_id \"new\") is required by {named}")
        );
        assert!(
            !format!("{failure:?} {}", json!(failure)).contains("canary"),
            "{failure:?}"
        );
        assert_eq!(site.dump().await, after, "nothing was written");
        site.run(&format!("DELETE FROM {table}")).await;
        undo(&site, job).await.unwrap();
        assert_eq!(site.dump().await, before, "{table}");
    }
}

#[tokio::test]
async fn what_referred_to_the_client_before_it_was_added_does_so_again() {
    for (table, columns, row, _) in TABLES {
        let site = site_with(table, columns).await;
        site.run(&format!("INSERT INTO {table} VALUES ({row})"))
            .await;
        let before = site.dump().await;
        let job = site.import(&file()).await.job;
        undo(&site, job).await.unwrap();
        assert_eq!(site.dump().await, before, "{table}");
        // The journal keeps no value of a table that is not ours.
        let kept = site
            .rows("gatediff.journal", &format!("table_name = '{table}'"))
            .await;
        assert_eq!(kept.len(), 1, "{table}: {kept:?}");
        assert!(
            !json!(kept).to_string().contains("canary"),
            "{table}: {kept:?}"
        );
    }
}

#[tokio::test]
async fn a_table_of_other_columns_than_the_products_is_left_alone() {
    let site = site_with("tsmp_client_cert", "id int8 PRIMARY KEY, owner varchar(40)").await;
    let job = site.import(&file()).await.job;
    site.run("INSERT INTO tsmp_client_cert VALUES (1, 'new')")
        .await;
    undo(&site, job).await.unwrap();
}
