//! The operating system user who runs a private server. PostgreSQL refuses to run as root.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::LocalError;

/// The user of the server: the user of gatediff, or an unprivileged user if that is root.
#[derive(Debug, Clone)]
pub(super) enum ServerUser {
    /// The user of this process.
    Own { uid: u32 },
    /// Another user, as this process is root.
    Other { name: String, uid: u32, gid: u32 },
}

impl ServerUser {
    /// Finds the user who is to run the server.
    pub(super) fn find() -> Result<Self, LocalError> {
        let uid = rustix::process::geteuid();
        if !uid.is_root() {
            return Ok(Self::Own { uid: uid.as_raw() });
        }
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| account(&accounts, name))
            .ok_or(LocalError::NoServerUser)
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Own { .. } => "you",
            Self::Other { name, .. } => name,
        }
    }

    /// Lets the command run as this user.
    pub(super) fn apply(&self, command: &mut Command) {
        if let Self::Other { uid, gid, .. } = self {
            // Setting a user as root also drops root's supplementary groups.
            command.uid(*uid).gid(*gid);
        }
    }

    /// Gives a file to this user.
    pub(super) fn own(&self, path: &Path) -> std::io::Result<()> {
        match self {
            Self::Own { .. } => Ok(()),
            Self::Other { uid, gid, .. } => std::os::unix::fs::chown(path, Some(*uid), Some(*gid)),
        }
    }

    /// Returns whether a directory of this owner may be one of ours. Root owns one only for the
    /// moment before it is given away.
    pub(super) fn may_own(&self, owner: u32) -> bool {
        match self {
            Self::Own { uid } => owner == *uid,
            Self::Other { uid, .. } => owner == *uid || owner == 0,
        }
    }

    /// Returns whether this user can enter a directory. If it is about to be given to the user,
    /// only the directories above it count.
    pub(super) fn can_enter(&self, path: &Path, given: bool) -> bool {
        path.ancestors()
            .skip(usize::from(given))
            .all(|directory| self.is_allowed(directory, 0o1))
    }

    /// Returns whether this user can make and remove entries of a directory.
    pub(super) fn can_write(&self, path: &Path) -> bool {
        self.is_allowed(path, 0o2)
    }

    /// Looks a permission up. For the user of this process the operating system will do that.
    fn is_allowed(&self, directory: &Path, permission: u32) -> bool {
        let Self::Other { uid, gid, .. } = self else {
            return true;
        };
        directory.metadata().is_ok_and(|found| {
            let class = if found.uid() == *uid {
                6
            } else if found.gid() == *gid {
                3
            } else {
                0
            };
            found.mode() & (permission << class) != 0
        })
    }
}

fn account(accounts: &str, wanted: &str) -> Option<ServerUser> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let _password = fields.next()?;
        let uid = number(fields.next()?).filter(|uid| *uid != 0)?;
        let gid = number(fields.next()?)?;
        Some(ServerUser::Other {
            name: name.to_owned(),
            uid,
            gid,
        })
    })
}

/// Reads a user or group number; macOS writes that of `nobody` as -2.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| {
        let signed: i32 = text.parse().ok()?;
        Some(signed.cast_unsigned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0::/root:/bin/sh\nnobody:*:-2:-2::/:/bin/false\npostgres:x:101:104::/:/bin/sh\nbad:x:0:0::/:/bin/sh\n";

    #[test]
    fn reads_accounts() {
        let found = account(ACCOUNTS, "postgres");
        assert!(
            matches!(
                found,
                Some(ServerUser::Other {
                    uid: 101,
                    gid: 104,
                    ..
                })
            ),
            "{found:?}"
        );
    }

    #[test]
    fn reads_negative_numbers_of_nobody() {
        let found = account(ACCOUNTS, "nobody");
        assert!(
            matches!(
                found,
                Some(ServerUser::Other {
                    uid: 4_294_967_294,
                    ..
                })
            ),
            "{found:?}"
        );
    }

    #[test]
    fn never_takes_an_account_that_is_root() {
        assert!(account(ACCOUNTS, "bad").is_none());
    }
}
