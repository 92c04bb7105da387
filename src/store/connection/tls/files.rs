//! Reads certificates, keys and revocation lists.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::error::TlsError;
use crate::store::connection::security::{Revoked, Roots, SslMode};

/// Reads the certificates that are trusted; none if nothing has to be verified.
pub(super) fn roots(
    roots: &Roots,
    mode: SslMode,
) -> Result<Option<Vec<CertificateDer<'static>>>, TlsError> {
    let verifies = mode >= SslMode::VerifyCa;
    match roots {
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            if found.certs.is_empty() {
                return Err(TlsError::new(
                    "this machine has no root certificates (sslrootcert=system)",
                    "install them (the package ca-certificates), or name a file in sslrootcert",
                ));
            }
            Ok(Some(found.certs))
        }
        Roots::File(path) if path.exists() => {
            let what = "the root certificates in";
            certificates(what, path, "sslrootcert (PGSSLROOTCERT)").map(Some)
        }
        // As in libpq: only what has to be verified needs them.
        Roots::File(path) if verifies => Err(TlsError::file(
            "the file of root certificates",
            path,
            "not found, and sslmode verifies the server's certificate",
            "name a file in sslrootcert (PGSSLROOTCERT), or use sslrootcert=system with sslmode=verify-full",
        )),
        Roots::None if verifies => Err(TlsError::new(
            "there is no file of root certificates, and sslmode verifies the server's certificate",
            "put the authority's certificate into ~/.postgresql/root.crt, name a file in sslrootcert (PGSSLROOTCERT), or use sslrootcert=system with sslmode=verify-full",
        )),
        Roots::File(_) | Roots::None => Ok(None),
    }
}

/// Reads the certificates of a file.
pub(super) fn certificates(
    what: &str,
    path: &Path,
    keyword: &str,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let hint = format!("check {keyword}: it needs a file in PEM format that you may read");
    let failed = |why: String| TlsError::file(what, path, why, &hint);
    let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| failed(invalid(&error)))?;
    if found.is_empty() {
        return Err(failed("it has no certificate".to_owned()));
    }
    Ok(found)
}

/// Says what is wrong, without the text: it may be part of a key.
fn invalid(error: &pem::Error) -> String {
    match error {
        pem::Error::NoItemsFound => "it has none".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        _ => "it is not in PEM format".to_owned(),
    }
}

/// Reads the key of a client certificate.
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    const HINT: &str =
        "check sslkey (PGSSLKEY): it needs an unencrypted key in PEM format that you may read";
    let failed = |why: &str, hint| TlsError::file("the key", path, why, hint);
    let found = path
        .metadata()
        .map_err(|error| failed(&error.to_string(), HINT))?;
    // As in libpq: a key of root may be readable for a group.
    let open = if found.uid() == 0 { 0o037 } else { 0o077 };
    if !found.is_file() || found.mode() & open != 0 {
        let hint = format!("run `chmod 600 {}`", path.display());
        return Err(failed("other users can read it", &hint));
    }
    let text = std::fs::read(path).map_err(|error| failed(&error.to_string(), HINT))?;
    let readable = String::from_utf8_lossy(&text);
    if readable.contains("BEGIN ENCRYPTED PRIVATE KEY")
        || readable.contains("Proc-Type: 4,ENCRYPTED")
    {
        let hint = format!(
            "decrypt it: openssl pkey -in {} -out NEW (mode 0600), and name the new file in sslkey",
            path.display()
        );
        return Err(failed(
            "it is encrypted, which gatediff does not read",
            &hint,
        ));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| failed(&invalid(&error), HINT))
}

/// Reads the lists of revoked certificates. Unlike in libpq, those that are named have to be there.
pub(super) fn revoked(
    revoked: &Revoked,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let mut files: Vec<PathBuf> = revoked.file.iter().cloned().collect();
    if let Some(directory) = &revoked.directory {
        let listed = list(directory).map_err(|error| {
            TlsError::file(
                "the directory of revocation lists",
                directory,
                error,
                "check sslcrldir (PGSSLCRLDIR)",
            )
        })?;
        files.extend(listed);
    }
    let mut lists = Vec::new();
    for file in files {
        let failed = |why: String| {
            TlsError::file(
                "the revocation list",
                &file,
                why,
                "check sslcrl (PGSSLCRL) and sslcrldir (PGSSLCRLDIR): they need lists in PEM format that you may read",
            )
        };
        let text = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
        for list in CertificateRevocationListDer::pem_slice_iter(&text) {
            lists.push(list.map_err(|error| failed(invalid(&error)))?);
        }
    }
    if lists.is_empty() && *revoked != Revoked::default() {
        return Err(TlsError::new(
            "there is no revocation list where sslcrl and sslcrldir say",
            "put the lists of the authorities there; in a directory, `openssl rehash` names them",
        ));
    }
    Ok(lists)
}

/// The files of a directory of revocation lists, named as OpenSSL looks for them: `1b2c3d4e.r0`.
fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in directory.read_dir()? {
        let path = entry?.path();
        let extension = path.extension().and_then(|it| it.to_str());
        let number = extension.and_then(|it| it.strip_prefix('r'));
        if number.is_some_and(|number| number.parse::<u32>().is_ok()) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
