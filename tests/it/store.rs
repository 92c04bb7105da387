//! The private server, seen from outside.

use gatediff::store::Timeouts;
use sqlx::Row;

use crate::support::pg::{TestDb, server};

#[tokio::test]
async fn answers_with_the_session_as_asked() {
    let mut connection = server()
        .target("postgres")
        .connect(Timeouts::default())
        .await
        .unwrap();
    let row = sqlx::raw_sql(
        "SELECT current_setting('application_name'), current_setting('lock_timeout'),
                current_setting('statement_timeout'), current_setting('client_encoding'),
                current_setting('idle_in_transaction_session_timeout')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let seen: Vec<String> = (0..5).map(|at| row.get(at)).collect();
    let name = format!("gatediff/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen, [name.as_str(), "5s", "0", "UTF8", "1min"]);
}

#[tokio::test]
async fn gives_every_test_a_copy_of_the_template() {
    const SQL: &str = "CREATE TABLE seen (n int); INSERT INTO seen VALUES (1)";
    let (one, other) = tokio::join!(
        TestDb::from_template("harness", SQL),
        TestDb::from_template("harness", SQL)
    );
    one.run("INSERT INTO seen VALUES (2)").await;
    for (database, rows) in [(&one, 2), (&other, 1)] {
        let mut connection = database.connect().await;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM seen")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(count, rows, "{}", database.name());
    }
}

#[tokio::test]
async fn gives_an_empty_database_to_who_wants_one() {
    let database = TestDb::new().await;
    let mut connection = database.connect().await;
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(count, 0);
    assert!(database.url().starts_with("postgresql:///test_"));
}
