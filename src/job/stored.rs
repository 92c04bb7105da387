//! One object of a target, at the cost of one object.

use super::failure::{Failure, FailureKind};
use super::file::unknown_format;
use super::monitor::ConnectionMonitor;
use super::progress::Reporter;
use crate::engine::Kind;
use crate::platform::{self, document};
use crate::store::{Connection, Target, Timeouts, Zone};

/// Returns an object as it was received, by its id or, for kinds that have one,
/// its second id. It may hold secrets.
///
/// # Errors
///
/// Fails if the target cannot be reached or read, or the platform does not keep
/// its objects as documents.
pub async fn stored(
    format: &str,
    kind: Kind,
    id: &str,
    target: &Target,
    timeouts: Timeouts,
) -> Result<Option<String>, Failure> {
    let platform = platform::named(format).ok_or_else(|| unknown_format(format))?;
    if !platform.keeps_documents() {
        let what = "the platform's objects are not documents";
        return Err(Failure::new(FailureKind::Usage, what).at(format));
    }
    let (id, kind) = (id.to_owned(), kind.to_string());
    let find = async |connection: &mut Connection, _: Zone| {
        document::rows::find(connection, (platform.name(), &kind), &id).await
    };
    ConnectionMonitor::read(target, timeouts, &Reporter::silent(), find).await
}
