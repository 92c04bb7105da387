//! One notation for the sides of a comparison: a path, `-`, a database's URL, or a profile's name.

use std::path::Path;

use super::args::Global;
use super::session::{Profiles, Session};
use crate::engine::display::safe;
use crate::job::{self, Failure, FailureKind, ImportOptions, Loaded, Reporter, Side};

/// What marks a profile's name where it could be a path as well.
pub(super) const PROFILE: &str = "profile:";

/// What a side is, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Given<'g> {
    /// A path, or `-`.
    File(&'g str),
    /// The URL of a database.
    Url(&'g str),
    /// The name of a profile.
    Profile(&'g str),
}

/// Returns whether a word is the URL of a database.
pub(super) fn is_url(word: &str) -> bool {
    word.starts_with("postgres://") || word.starts_with("postgresql://")
}

/// Reads what a side is.
///
/// # Errors
///
/// Fails if it may be a file and a profile.
fn given<'g>(
    side: &'g str,
    is_profile: impl Fn(&str) -> bool,
    is_file: impl Fn(&str) -> bool,
) -> Result<Given<'g>, Failure> {
    if let Some(name) = side.strip_prefix(PROFILE) {
        return Ok(Given::Profile(name));
    }
    if is_url(side) {
        return Ok(Given::Url(side));
    }
    match (is_profile(side), is_file(side)) {
        (false, _) => Ok(Given::File(side)),
        (true, false) => Ok(Given::Profile(side)),
        (true, true) => {
            let name = safe(side);
            let what = format!("'{name}' is a file and a profile");
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("write ./{name} for the file, or {PROFILE}{name}")))
        }
    }
}

/// Where a side is.
pub(crate) enum Place<'g> {
    /// The path of a file, or `-`.
    File(&'g str),
    /// A database, with the options that name it.
    Database(Box<Global>),
}

/// Finds where a side is.
///
/// # Errors
///
/// Fails if it may be a file and a profile.
pub(crate) fn place<'g>(global: &Global, side: &'g str) -> Result<Place<'g>, Failure> {
    let profiles = Profiles::load()?;
    let is_profile = |name: &str| profiles.names().any(|profile| profile == name);
    let is_file = |path: &str| Path::new(path).exists();
    let (profile, database_url) = match given(side, is_profile, is_file)? {
        Given::File(path) => return Ok(Place::File(path)),
        Given::Url(url) => (None, Some(url.to_owned())),
        Given::Profile(name) => (Some(name.to_owned()), None),
    };
    Ok(Place::Database(Box::new(Global {
        profile,
        database_url,
        ..global.clone()
    })))
}

/// A side whose file was read, or whose target is known.
pub(crate) enum Opened {
    File(Box<Loaded>),
    Target(Box<Session>),
}

/// Reads the file of a side, or finds its target. Blocks while it reads.
///
/// # Errors
///
/// Fails if the file cannot be read, or the target cannot be found.
pub(crate) async fn open(
    global: &Global,
    side: &str,
    format: Option<&str>,
) -> Result<Opened, Failure> {
    match place(global, side)? {
        Place::File(path) => {
            let loaded = job::load(path, format, &ImportOptions::default())?;
            Ok(Opened::File(Box::new(loaded)))
        }
        Place::Database(global) => Ok(Opened::Target(Box::new(Session::new(&global).await?))),
    }
}

impl Opened {
    /// Returns the platform of a file.
    pub(crate) fn platform(&self) -> Option<&'static str> {
        match self {
            Self::File(loaded) => Some(loaded.platform.name()),
            Self::Target(_) => None,
        }
    }

    /// Reads the target, if it is one; `format` names its platform, if that is known.
    pub(crate) async fn read(
        self,
        format: Option<&str>,
        reporter: &Reporter,
    ) -> Result<Side, Failure> {
        match self {
            Self::File(loaded) => Ok((*loaded).into()),
            Self::Target(session) => {
                let timeouts = session.settings.timeouts;
                Side::of_target(&session.target, format, timeouts, reporter).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_a_file_a_url_or_a_profile_and_what_may_be_two_is_asked_about() {
        let is_profile = |name: &str| ["uat", "both"].contains(&name);
        let is_file = |path: &str| ["both", "a.json"].contains(&path);
        let read = |side| given(side, is_profile, is_file).map_err(|failure| failure.to_string());
        assert_eq!(read("a.json"), Ok(Given::File("a.json")));
        assert_eq!(read("-"), Ok(Given::File("-")));
        // Reading it says that it is not there.
        assert_eq!(read("b.json"), Ok(Given::File("b.json")));
        assert_eq!(read("uat"), Ok(Given::Profile("uat")));
        assert_eq!(read("./both"), Ok(Given::File("./both")));
        assert_eq!(read("profile:both"), Ok(Given::Profile("both")));
        let url = "postgres://ops@db/dgr";
        assert_eq!(read(url), Ok(Given::Url(url)));
        assert_eq!(
            read("both"),
            Err("'both' is a file and a profile".to_owned())
        );
    }
}
