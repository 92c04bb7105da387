//! The key that signs saved plans.

use std::io;
use std::path::{Path, PathBuf};

use super::against::Against;
use super::failure::{Failure, FailureKind};
use super::monitor::ConnectionMonitor;
use super::output::write_own_file;
use super::progress::Cancel;
use crate::engine::SignatureKey;
use crate::store::{Ledger, LedgerPlace, StoreErrorKind, Timeouts};

/// The name of the key's file.
const FILE: &str = "plan.key";

/// Where the keys of saved plans are: in the ledger, so that any operator who
/// may apply can verify them on any machine; else in a directory of this
/// machine.
#[derive(Clone)]
pub struct PlanKeys {
    /// The target.
    pub target: Against,
    /// The timeouts.
    pub timeouts: Timeouts,
    /// Where the ledger is.
    pub ledger: LedgerPlace,
    /// The directory of this machine.
    pub directory: PathBuf,
}

impl PlanKeys {
    /// Returns the key to sign a new plan with: the ledger's, if this role may
    /// read a ledger; else this machine's.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached, or neither key is available.
    pub async fn to_save(&self) -> Result<SignatureKey, Failure> {
        match self.of_ledger().await? {
            Some(key) => Ok(key),
            None => plan_key(&self.directory),
        }
    }

    /// Returns the key with this id, if it is available here.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached, or a key cannot be read.
    pub async fn find(&self, id: &str) -> Result<Option<SignatureKey>, Failure> {
        let here = known_plan_key(&self.directory)?.filter(|key| key.id() == id);
        match here {
            Some(key) => Ok(Some(key)),
            None => Ok(self.of_ledger().await?.filter(|key| key.id() == id)),
        }
    }

    async fn of_ledger(&self) -> Result<Option<SignatureKey>, Failure> {
        // A file has no ledger that other machines know.
        let Against::Database(target) = &self.target else {
            return Ok(None);
        };
        let (mut connection, monitor) =
            ConnectionMonitor::connect(target, self.timeouts, &Cancel::new()).await?;
        let reading = async {
            match Ledger::find(&self.ledger, &mut connection).await? {
                Some(mut ledger) => ledger.plan_key(&mut connection).await.map(Some),
                None => Ok(None),
            }
        };
        let key = monitor.run(reading).await.flatten();
        monitor.close(connection).await;
        match key {
            Ok(key) => {
                Ok(key.and_then(|key| Some(SignatureKey::from_bytes(&key.try_into().ok()?))))
            }
            // A role that only reads the product's tables can still save plans.
            Err(error) if matches!(error.kind, StoreErrorKind::Denied | StoreErrorKind::Older) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the key in a directory, and creates one if there is none: 32 random
/// bytes in a file that only its owner may read. Blocks.
///
/// # Errors
///
/// Fails if the file cannot be read or written, or is not a key.
fn plan_key(directory: &Path) -> Result<SignatureKey, Failure> {
    if let Some(key) = known_plan_key(directory)? {
        return Ok(key);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::internal("making a key for saved plans", error))?;
    match write_own_file(&path(directory), &bytes, false) {
        Ok(()) => Ok(SignatureKey::from_bytes(&bytes)),
        // Another process was faster: its key is used.
        Err(failure) => known_plan_key(directory)?.ok_or(failure),
    }
}

/// Returns the key in a directory, if there is one. Blocks.
///
/// # Errors
///
/// Fails if its file cannot be read, or is not a key.
pub fn known_plan_key(directory: &Path) -> Result<Option<SignatureKey>, Failure> {
    let path = path(directory);
    let failed = |why: &dyn std::fmt::Display, hint: &str| {
        Failure::new(FailureKind::File, "cannot use the key for saved plans")
            .at(path.display().to_string())
            .because(why)
            .hint(hint)
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error, "check that you may read it")),
    };
    let key: [u8; 32] = bytes.try_into().map_err(|_| {
        let hint =
            "restore the previous key, or remove it: plans signed with it can then no longer be applied";
        failed(&"it is not 32 bytes long", hint)
    })?;
    Ok(Some(SignatureKey::from_bytes(&key)))
}

fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        assert!(known_plan_key(&state).unwrap().is_none());
        let key = plan_key(&state).unwrap();
        assert_eq!(
            state.join(FILE).metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(plan_key(&state).unwrap().id(), key.id());
        assert_eq!(known_plan_key(&state).unwrap().unwrap().id(), key.id());
        let other = plan_key(&directory.path().join("other")).unwrap();
        assert_ne!(other.id(), key.id());
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), "short").unwrap();
        let failure = plan_key(directory.path()).unwrap_err();
        assert!(failure.why.unwrap().contains("32 bytes"));
    }
}
