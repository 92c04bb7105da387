//! A target of a bench that calls the library.

#[path = "server.rs"]
mod server;

use gatediff::store::{Target, Timeouts, transaction};
use tokio::runtime::Runtime;

use server::server;

/// Makes a database with digiRunner's tables, and runs more SQL in it.
pub(crate) fn digirunner(runtime: &Runtime, name: &str, rows: &str) -> Target {
    let target = server().target(name);
    runtime.block_on(async {
        let admin = server().target("postgres");
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        run(
            &target,
            include_str!("../../fixtures/digirunner/schema.sql"),
        )
        .await;
        run(&target, rows).await;
    });
    target
}

async fn run(target: &Target, sql: &str) {
    let mut connection = target.connect(Timeouts::default()).await.unwrap();
    transaction::script(&mut connection, "the bench", sql.to_owned())
        .await
        .unwrap();
}
