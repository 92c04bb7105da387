//! Files with secrets.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::job::{Failure, FailureKind};

/// What others than the owner may not do with such a file.
const OTHERS: u32 = 0o077;

/// Reads a file that only its owner may read.
///
/// # Errors
///
/// Fails if it cannot be read, or others may read or write it.
pub fn read(path: &Path, what: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(FailureKind::File, format!("cannot read {what}"))
            .at(path.display().to_string())
            .because(error)
            .hint("check the path and its permissions")
    };
    check(path, what)?;
    std::fs::read_to_string(path).map_err(failed)
}

/// Refuses a file that others than its owner may read or write.
///
/// # Errors
///
/// Fails if they may, or the file cannot be found.
pub fn check(path: &Path, what: &str) -> Result<(), Failure> {
    let place = path.display().to_string();
    let metadata = std::fs::metadata(path).map_err(|error| {
        Failure::new(FailureKind::File, format!("cannot read {what}"))
            .at(&place)
            .because(error)
            .hint("check the path and its permissions")
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if !metadata.is_file() || mode & OTHERS == 0 {
        return Ok(());
    }
    let text = format!("other users may read or write the file with {what}");
    Err(Failure::new(FailureKind::Usage, text)
        .at(&place)
        .because(format!("its mode is {mode:04o}"))
        .hint(format!("restrict it with: chmod 600 {place}")))
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_refused_and_not_quoted() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"CANARY").unwrap();
        for (mode, is_fine) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o620, false),
        ] {
            set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
            let read = read(file.path(), "a secret");
            match read {
                Ok(text) => assert!(is_fine && text == "CANARY", "{mode:o}"),
                Err(failure) => {
                    assert!(!is_fine, "{mode:o}: {failure}");
                    assert!(failure.hints.iter().any(|hint| hint.contains("chmod 600")));
                    assert!(!failure.to_string().contains("CANARY"));
                }
            }
        }
    }
}
