//! A file in place of a database: it is compared with, and another file is written instead of it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diff::different_products;
use super::failure::{Failure, FailureKind};
use super::file::{FileBytes, Loaded, is_directory, load, load_bytes, read};
use super::output::STANDARD;
use super::plan::{Review, compare};
use super::progress::{Phase, Reporter};
use crate::platform::{Comparison, Emit, ImportOptions};
use crate::store::TargetPolicy;

mod apply;
mod jobs;
mod past;

pub(super) use self::jobs::FILE_JOBS;

/// A file that stands for a database.
pub struct FileTarget {
    loaded: Loaded,
    /// Its path from the root: jobs are recorded under it.
    path: String,
    /// Its bytes; of a directory none.
    bytes: Option<FileBytes>,
}

/// The file that is written instead of a target.
#[derive(Clone, Debug)]
pub struct Output {
    /// Where it is written.
    pub path: PathBuf,
    /// What it holds.
    pub emit: Emit,
    /// Whether a file that is there is overwritten.
    pub overwrite: bool,
}

/// A file that was written instead of a target.
#[derive(Clone)]
pub struct WrittenFile {
    /// Its path, `-` for standard output.
    pub path: String,
    /// Its bytes, still to be printed if that is standard output. They contain secrets.
    pub printed: Option<Vec<u8>>,
}

impl fmt::Debug for WrittenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrittenFile {}", self.path)
    }
}

impl FileTarget {
    /// Reads a file that stands for a target; `-` is standard input. Blocks.
    ///
    /// # Errors
    ///
    /// As [`load`].
    pub fn load(path: &str, format: Option<&str>) -> Result<Self, Failure> {
        let options = ImportOptions::default();
        let (loaded, bytes) = match is_directory(path) {
            true => (load(path, format, &options)?, None),
            false => {
                let bytes = read(path)?;
                (load_bytes(path, &bytes, format, &options)?, Some(bytes))
            }
        };
        let path = match path {
            STANDARD => STANDARD.to_owned(),
            path => std::path::absolute(path).map_or_else(
                |_| path.to_owned(),
                |path| path.to_string_lossy().into_owned(),
            ),
        };
        Ok(Self {
            loaded,
            path,
            bytes,
        })
    }

    /// Returns a file that was built in; its path is only a name.
    pub(super) fn built_in(loaded: Loaded, bytes: Vec<u8>) -> Self {
        Self {
            path: loaded.file.path.clone(),
            loaded,
            bytes: Some(FileBytes::Grown(bytes)),
        }
    }

    /// Returns its path from the root.
    pub fn display(&self) -> &str {
        &self.path
    }

    /// Returns the name of its platform.
    pub fn platform(&self) -> &'static str {
        self.loaded.platform.name()
    }

    /// Returns the failure of something that takes a database.
    pub(super) fn refuse(&self, what: &str) -> Failure {
        Failure::new(FailureKind::Usage, format!("{what} requires a database"))
            .at(&self.path)
            .because("the target is a file")
            .hint("name a database with --database-url or --profile")
    }

    /// Compares a file with it.
    ///
    /// # Errors
    ///
    /// Fails if they are not of the same product.
    pub(super) async fn plan(
        &self,
        loaded: &Loaded,
        reporter: &Reporter,
    ) -> Result<Review, Failure> {
        reporter.phase(Phase::Compare);
        let comparison = Arc::clone(&loaded.bundle).against(&*self.loaded.bundle);
        let comparison: Arc<dyn Comparison> = comparison
            .map(Arc::from)
            .ok_or_else(|| different_products([loaded.platform.name(), self.platform()]))?;
        let plan = compare(&comparison).await?;
        let name = Path::new(&self.path).file_name();
        Ok(Review {
            file: loaded.file.clone(),
            target: self.path.clone(),
            database: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            is_against_file: true,
            policy: TargetPolicy::NONE,
            plan: Arc::new(plan),
            platform: loaded.platform,
            bundle: Arc::clone(&loaded.bundle),
            comparison,
        })
    }

    /// Refuses to write over this file.
    fn check_other(&self, output: &Path) -> Result<(), Failure> {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let is_this = real(Path::new(&self.path)).is_some_and(|this| real(output) == Some(this));
        if !is_this {
            return Ok(());
        }
        let what = "the file that stands for the target is never overwritten";
        Err(Failure::new(FailureKind::Usage, what)
            .at(output.display().to_string())
            .hint("name another file with --out"))
    }
}
