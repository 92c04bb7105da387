//! How often a job waits for an answer of the server: over a slow link, that is its time.

use std::time::{Duration, Instant};

use gatediff::engine::Approved;
use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, Loaded, Receipt, Reporter, Review, UndoOptions, Undone,
};
use gatediff::store::{Target, Timeouts};

use crate::digirunner_statements::{clients, shared};
use crate::support::link::Link;
use crate::support::proxy::Proxy;
use crate::support::site::{Site, cover_all, load};

/// The type of the message that says that the server waits for the client.
const READY_FOR_QUERY: u8 = b'Z';

/// How often something that may take so long is tried: the machine may be busy.
const TRIES: usize = 5;

/// A target to which a hundred clients are added.
async fn site() -> Result<(Site, Loaded), Failure> {
    let site = Site::new(&shared()).await;
    job::init(&site.target(), Timeouts::default()).await?;
    Ok((site, load(&clients(shared(), 0, 100, "new"))))
}

async fn plan(file: &Loaded, target: &Target) -> Result<Review, Failure> {
    job::plan(file, target, Timeouts::default(), &Reporter::silent()).await
}

async fn apply(review: &Review, approved: Approved, target: &Target) -> Result<Receipt, Failure> {
    let options = ApplyOptions::new("tester", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::apply(review, approved, target, &options, &reporter, &cancel).await
}

async fn undo(job: i64, target: &Target) -> Result<Undone, Failure> {
    let options = UndoOptions::new("tester", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::undo(job, target, &options, &reporter, &cancel).await
}

/// Counts the answers that were waited for since it was asked last; those of the monitor's
/// connections, which only look after others, do not count.
fn answers(proxy: &Proxy) -> usize {
    let messages = proxy.messages();
    proxy.heal();
    let received = messages.iter().flat_map(|[_, to_client]| to_client);
    received.filter(|kind| **kind == READY_FOR_QUERY).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clients_are_planned_applied_and_undone_in_few_round_trips() {
    let (site, file) = site().await.unwrap();
    let proxy = Proxy::new();
    let target = proxy.target(&site.db);
    proxy.heal();
    let review = plan(&file, &target).await.unwrap();
    let planned = answers(&proxy);
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let receipt = apply(&review, approved, &target).await.unwrap();
    let applied = answers(&proxy);
    undo(receipt.job, &target).await.unwrap();
    let undone = answers(&proxy);
    let counts = format!("plan {planned}, apply {applied} after it, undo {undone}");
    println!("{counts}");
    assert!(planned <= 6 && applied <= 15 && undone <= 16, "{counts}");
    assert!(planned.min(applied).min(undone) > 3, "{counts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_link_with_100_ms_a_hundred_clients_are_planned_and_applied_within_seconds() {
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let (site, file) = site().await.unwrap();
        let proxy = Proxy::new();
        let link = Link::new(proxy.port(), Duration::from_millis(100));
        let port = |port: u16| format!(":{port}/");
        let url = proxy
            .url(&site.db)
            .replace(&port(proxy.port()), &port(link.port()));
        let target = Target::resolve(Some(&url), |_| None).unwrap();
        let begun = Instant::now();
        let review = plan(&file, &target).await.unwrap();
        let planned = begun.elapsed();
        assert!(
            planned > Duration::from_millis(500),
            "the link takes its time"
        );
        let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
        apply(&review, approved, &target).await.unwrap();
        let applied = begun.elapsed();
        if planned < Duration::from_secs(2) && applied < Duration::from_secs(4) {
            return;
        }
        took.push((planned, applied));
    }
    panic!("plan, and apply with it: {took:?}");
}
