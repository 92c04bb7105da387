//! The client certificate: sent when the server asks for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;

use super::certificate::Certificate;
use super::error::TlsError;
use super::files;
use crate::store::connection::security::{CertificateMode, Security};

/// The client certificate, and whether the server has asked for it.
#[derive(Debug, Default)]
pub(super) struct Identity {
    certified: Option<Arc<CertifiedKey>>,
    is_asked: AtomicBool,
}

impl Identity {
    /// Reads it. A certificate that is not there is none, as in libpq.
    pub(super) fn read(security: &Security, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let certificate = security.certificate.as_deref();
        let Some(path) = certificate
            .filter(|path| path.exists())
            .filter(|_| security.certificate_mode != CertificateMode::Disable)
        else {
            return Ok(Self::default());
        };
        let chain = files::certificates("the client certificate", path, "sslcert (PGSSLCERT)")?;
        let key = security.key.as_deref().filter(|key| key.exists());
        let key = key.ok_or_else(|| {
            TlsError::file(
                "the client certificate",
                path,
                "there is no key for it",
                "name its key in sslkey (PGSSLKEY), or put it into ~/.postgresql/postgresql.key",
            )
        })?;
        let unusable = |why: &str| {
            TlsError::file(
                "the key",
                key,
                why,
                "check sslkey (PGSSLKEY) and sslcert (PGSSLCERT): they need an RSA, ECDSA or Ed25519 key and its certificate",
            )
        };
        let signer = provider
            .key_provider
            .load_private_key(files::key(key)?)
            .map_err(|_| unusable("its sort is not supported"))?;
        let first = chain.first().map(Certificate::read).transpose()?;
        let fits = match (first, signer.public_key()) {
            (Some(first), Some(key)) => first.key() == key,
            _ => true,
        };
        if !fits {
            return Err(unusable("it is not the key of the client certificate"));
        }
        Ok(Self {
            certified: Some(Arc::new(CertifiedKey::new(chain, signer))),
            is_asked: AtomicBool::new(false),
        })
    }

    /// Says whether the server has asked.
    pub(super) fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed)
    }

    pub(super) fn is_sent(&self) -> bool {
        self.is_asked() && self.certified.is_some()
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        self.certified.is_some()
    }
}
