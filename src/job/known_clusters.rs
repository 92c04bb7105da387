//! The clusters behind the addresses of profiles, kept in a file.

use std::io;
use std::path::Path;

use super::failure::{Failure, FailureKind};
use super::output::write_own_file;
use crate::store::{Cluster, Connection, MetClusters, StoreError, Target, transaction};

/// The name of the file with the known clusters behind the addresses of profiles.
const FILE: &str = "targets.json";

/// Records which cluster a new connection leads to, and saves it if a profile's address led there.
pub(super) async fn meet(target: &Target, connection: &mut Connection) -> Result<(), Failure> {
    if !target.has_policy_profiles() {
        return Ok(());
    }
    let was_read_only = target.policy().read_only.is_some();
    let cluster = Cluster::read(connection).await?;
    let path = target
        .clusters_directory()
        .map(|directory| directory.join(FILE));
    let met = match path.clone() {
        Some(path) => on_a_thread(move || read(&path)).await?,
        None => MetClusters::default(),
    };
    if let (Some(met), Some(path)) = (target.meet(cluster.as_ref(), &met), path) {
        // Needed only later, when another address is used.
        if let Err(failure) = on_a_thread(move || write(&path, &met)).await {
            tracing::warn!(%failure, "cannot save the identity of the cluster");
        }
    }
    if !was_read_only && target.policy().read_only.is_some() {
        transaction::make_read_only(connection)
            .await
            .map_err(|error: StoreError| Failure::from(error))?;
    }
    Ok(())
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::internal("saving the known clusters", error))
        .flatten()
}

/// Reads the file. An unreadable file is a failure: it could say production.
fn read(path: &Path) -> Result<MetClusters, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(
            FailureKind::File,
            "cannot read the known clusters of the profiles",
        )
        .at(path.display().to_string())
        .because(why)
        .hint("correct the file, or remove it: it is recreated as profiles are used")
    };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(MetClusters::default()),
        Err(error) => Err(failed(&error)),
    }
}

/// Replaces the whole file. If two programs do so at once, one update is lost and written the next
/// time.
fn write(path: &Path, met: &MetClusters) -> Result<(), Failure> {
    let text =
        serde_json::to_vec_pretty(met).map_err(|error| Failure::internal("writing JSON", error))?;
    write_own_file(path, &text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_broken_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state").join(FILE);
        assert_eq!(read(&path).unwrap(), MetClusters::default());
        write(&path, &MetClusters::default()).unwrap();
        assert_eq!(read(&path).unwrap(), MetClusters::default());
        std::fs::write(&path, "{\"clusters\": [{}]}").unwrap();
        let failure = read(&path).unwrap_err();
        assert_eq!(failure.place.as_deref(), path.to_str());
    }
}
