//! The files that were opened lately, kept in the state directory.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::job::failure::Failure;
use crate::job::output::write_own_file;

/// The name of the file in which they are kept.
const FILE: &str = "recent.json";

/// The maximum number of files that are kept.
const MAX_FILES: usize = 30;

/// The largest file that is read.
const LARGEST: u64 = 1 << 20;

/// The file as it is written: paths, and nothing of what is in the files.
#[derive(Default, Deserialize, Serialize)]
struct Kept {
    files: Vec<String>,
}

/// Returns the paths of the files that were opened lately, the last one first. Blocks.
pub fn recent(directory: &Path) -> Vec<String> {
    read(&directory.join(FILE)).unwrap_or_else(|error| {
        // A list of what can be typed as well: the next file that is opened replaces it.
        tracing::warn!(%error, "cannot read the recent files");
        Vec::new()
    })
}

/// Puts a file first. Two programs that do so at once keep the file of one of them. Blocks.
///
/// # Errors
///
/// Fails if the state directory cannot be written to.
pub fn add_recent(directory: &Path, path: &str) -> Result<(), Failure> {
    let Some(path) = std::path::absolute(path)
        .ok()
        .and_then(|path| path.into_os_string().into_string().ok())
    else {
        return Ok(());
    };
    let mut files = recent(directory);
    if files.first() == Some(&path) {
        return Ok(());
    }
    files.retain(|known| *known != path);
    files.insert(0, path);
    files.truncate(MAX_FILES);
    let text = serde_json::to_vec_pretty(&Kept { files })
        .map_err(|error| Failure::internal("writing JSON", error))?;
    write_own_file(&directory.join(FILE), &text, true)
}

fn read(path: &Path) -> io::Result<Vec<String>> {
    use io::Read as _;
    let file = match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text)?;
    let kept: Kept = serde_json::from_slice(&text)?;
    Ok(kept.files.into_iter().take(MAX_FILES).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_last_file_comes_first_and_is_listed_once() {
        let home = tempfile::tempdir().unwrap();
        let state = home.path().join("state");
        assert_eq!(recent(&state), Vec::<String>::new());
        for path in ["/a.json", "/匯出.json", "/a.json"] {
            add_recent(&state, path).unwrap();
        }
        assert_eq!(recent(&state), ["/a.json", "/匯出.json"]);
        let mode = state.join(FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        add_recent(&state, "relative.json").unwrap();
        assert!(recent(&state).first().unwrap().starts_with('/'));
    }

    #[test]
    fn only_so_many_are_kept_and_a_damaged_list_is_an_empty_one() {
        let home = tempfile::tempdir().unwrap();
        for n in 0..MAX_FILES + 5 {
            add_recent(home.path(), &format!("/{n}.json")).unwrap();
        }
        assert_eq!(recent(home.path()).len(), MAX_FILES);
        std::fs::write(home.path().join(FILE), "{").unwrap();
        assert_eq!(recent(home.path()), Vec::<String>::new());
        add_recent(home.path(), "/b.json").unwrap();
        assert_eq!(recent(home.path()), ["/b.json"]);
    }
}
