//! The keys that sign tokens: in a file, or in the target for every server.

use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::http::secret_file;
use crate::job::token_keys::{TokenKey, token_key, token_keys};
use crate::job::{Failure, FailureKind};
use crate::store::{Target, Timeouts};

/// The minimum length of a key in a file, in characters.
const SHORTEST: usize = 32;

/// The minimum time between two looks for a key that is not known: anybody may
/// name one.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the keys are.
pub(in crate::http) enum Source {
    /// In a file, one on each line: the first signs, all are accepted.
    File(PathBuf),
    /// In the target, where they are made and replaced by themselves.
    Target(Box<Target>, Timeouts),
}

/// The keys, as they were read last.
pub(in crate::http) struct Keys {
    source: Source,
    known: RwLock<Vec<TokenKey>>,
    looked: Mutex<Option<Instant>>,
}

impl Keys {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, may be read by others or has no good
    /// key, or the target cannot be reached.
    pub(in crate::http) async fn read(source: Source) -> Result<Self, Failure> {
        let known = RwLock::new(read(&source).await?);
        Ok(Self {
            source,
            known,
            looked: Mutex::new(None),
        })
    }

    /// Reads the keys again.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); the keys stay as they were.
    pub(super) async fn reload(&self) -> Result<(), Failure> {
        let keys = read(&self.source).await?;
        if let Ok(mut known) = self.known.write() {
            *known = keys;
        }
        Ok(())
    }

    /// Does something with the key that signs.
    pub(super) fn with_newest<T>(&self, work: impl FnOnce(&TokenKey) -> T) -> Option<T> {
        self.known.read().ok()?.first().map(work)
    }

    fn known(&self, kid: &str) -> Option<TokenKey> {
        let known = self.known.read().ok()?;
        known.iter().find(|key| key.kid == kid).cloned()
    }

    /// Finds a key, which another server may just have made.
    pub(super) async fn find(&self, kid: &str) -> Option<TokenKey> {
        if let Some(key) = self.known(kid) {
            return Some(key);
        }
        let mut looked = self.looked.lock().await;
        let is_time = looked.is_none_or(|looked| looked.elapsed() >= PAUSE);
        if is_time {
            *looked = Some(Instant::now());
            if let Err(failure) = self.reload().await {
                tracing::warn!(%failure, "cannot read the keys of tokens");
            }
        }
        drop(looked);
        self.known(kid)
    }
}

async fn read(source: &Source) -> Result<Vec<TokenKey>, Failure> {
    match source {
        Source::File(path) => from_file(path),
        Source::Target(target, timeouts) => token_keys(target, *timeouts).await,
    }
}

fn from_file(path: &Path) -> Result<Vec<TokenKey>, Failure> {
    let text = secret_file::read(path, "the keys of tokens")?;
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_good = |line: &&str| line.chars().count() >= SHORTEST;
    if lines.is_empty() || !lines.iter().all(is_good) {
        let what =
            format!("a key of tokens has at least {SHORTEST} characters, one key on each line");
        return Err(Failure::new(FailureKind::Usage, what)
            .at(path.display().to_string())
            .hint("generate one with: openssl rand -hex 32")
            .hint("to replace a key, put the new one on a line before it, and send SIGHUP"));
    }
    Ok(lines
        .into_iter()
        .map(|line| token_key(line.as_bytes().to_vec()))
        .collect())
}

#[cfg(test)]
impl Keys {
    /// Returns keys that are read from nowhere.
    pub(super) fn of(keys: &[&[u8]]) -> Self {
        Self {
            source: Source::File(PathBuf::from("/nonexistent")),
            known: RwLock::new(keys.iter().map(|key| token_key(key.to_vec())).collect()),
            looked: Mutex::new(None),
        }
    }
}
