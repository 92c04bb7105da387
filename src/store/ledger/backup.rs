//! The backup of a job: compressed while it is made, so that it is never whole in memory.

use std::fmt;
use std::io::{self, Write as _};

use sha2::{Digest as _, Sha256};
use zstd::{Decoder, Encoder};

/// The fastest level takes a tenth of JSON, and less time than sending it all would.
const LEVEL: i32 = 1;

/// How the compressed ones begin; JSON does not, which is what others are.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A full export in the product's own format. Contains secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Backup {
    /// The name that the product would give the file.
    pub name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The file as a ledger stores it.
    pub stored: Vec<u8>,
}

impl Backup {
    /// Returns the file.
    ///
    /// # Errors
    ///
    /// Fails if what is stored is damaged: it cannot be read, or its hash is another.
    pub fn content(&self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        if self.stored.starts_with(&MAGIC) {
            io::copy(&mut Decoder::with_buffer(&*self.stored)?, &mut content)?;
        } else {
            content.clone_from(&self.stored);
        }
        let found = hex::encode(Sha256::digest(&content));
        if found == self.sha256 {
            return Ok(content);
        }
        let what = format!("its SHA-256 is {found}, and was {}", self.sha256);
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backup {} of {} bytes", self.name, self.stored.len())
    }
}

/// Makes a backup of parts of a file.
pub struct BackupWriter {
    encoder: io::Result<Encoder<'static, Vec<u8>>>,
    hash: Sha256,
}

impl Default for BackupWriter {
    fn default() -> Self {
        Self {
            encoder: Encoder::new(Vec::new(), LEVEL),
            hash: Sha256::new(),
        }
    }
}

impl BackupWriter {
    /// Appends a part.
    pub fn write(&mut self, part: &[u8]) {
        self.hash.update(part);
        if let Ok(encoder) = &mut self.encoder
            && let Err(error) = encoder.write_all(part)
        {
            self.encoder = Err(error);
        }
    }

    /// Returns the backup, under the name that the product would give the file.
    ///
    /// # Errors
    ///
    /// Fails if a part could not be compressed.
    pub fn finish(self, name: String) -> io::Result<Backup> {
        Ok(Backup {
            name,
            sha256: hex::encode(self.hash.finalize()),
            stored: self.encoder?.finish()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_stored_compressed_and_known_by_the_hash_of_its_file() {
        let part = "{\"secret\":\"CANARY\"}\n".repeat(1_000);
        let mut writer = BackupWriter::default();
        writer.write(part.as_bytes());
        writer.write(part.as_bytes());
        let backup = writer.finish("f.json".to_owned()).unwrap();
        let file = part.repeat(2).into_bytes();
        assert_eq!(backup.content().unwrap(), file);
        assert_eq!(backup.sha256, hex::encode(Sha256::digest(&file)));
        assert!(backup.stored.len() * 10 < file.len());
        assert!(!format!("{backup:?}").contains("CANARY"));
    }

    #[test]
    fn a_file_that_was_stored_as_it_is_is_read_as_it_is() {
        let backup = |stored: &[u8]| Backup {
            name: "f.json".to_owned(),
            sha256: hex::encode(Sha256::digest(stored)),
            stored: stored.to_vec(),
        };
        assert_eq!(backup(b"{}").content().unwrap(), b"{}");
        assert_eq!(backup(b"").content().unwrap(), b"");
        let cut = [MAGIC.as_slice(), b"x"].concat();
        assert!(backup(&cut).content().is_err(), "damaged");
        let other = Backup {
            sha256: backup(b"[]").sha256,
            ..backup(b"{}")
        };
        assert!(other.content().is_err(), "another file");
    }
}
