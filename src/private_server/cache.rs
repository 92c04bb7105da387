//! Where fetched programs are kept.

use std::ffi::OsString;
use std::path::PathBuf;

/// The directory fetched programs go to, and are found in.
///
/// It is `gatediff/postgresql` in `XDG_CACHE_HOME` or `~/.cache`. For root it is in
/// `/var/cache`: the server runs as another user, who cannot enter root's home.
#[cfg(feature = "fetch-postgres")]
#[must_use]
pub fn directory() -> Option<PathBuf> {
    directory_with(&|name: &str| std::env::var_os(name))
}

pub(super) fn directory_with(env: &impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = if rustix::process::geteuid().is_root() {
        PathBuf::from("/var/cache")
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?
    };
    Some(cache.join("gatediff/postgresql"))
}
