//! Listing what only a target has. Nothing is written.

use super::against::Against;
use super::failure::Failure;
use super::monitor::ConnectionMonitor;
use super::plan::Review;
use super::progress::Reporter;
use crate::engine::TargetItem;
use crate::store::{Connection, Timeouts};

/// Returns the items that only the target has, kind by kind in the product's order. If they were
/// not read for the comparison, their names are read now.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn only_in_target(
    review: &Review,
    against: &Against,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Vec<TargetItem>, Failure> {
    let known = review.comparison.only_in_target();
    if let Some(items) = known {
        return Ok(items);
    }
    let reading = async |connection: &mut Connection, _| {
        review.comparison.read_only_in_target(connection).await
    };
    let target = against.database("reading a store")?;
    ConnectionMonitor::read(target, timeouts, reporter, reading).await
}
