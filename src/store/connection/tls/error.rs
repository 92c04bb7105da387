//! What is wrong with an encrypted connection, a certificate or its file.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::{AlertDescription, CertificateError, OtherError};

/// Why a connection could not be encrypted, and what to do.
#[derive(Clone, Debug)]
pub struct TlsError {
    message: String,
    hint: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TlsError {}

impl TlsError {
    pub(in crate::store::connection) fn new(
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// A file that cannot be used.
    pub(super) fn file(what: &str, path: &Path, why: impl fmt::Display, hint: &str) -> Self {
        Self::new(format!("{what} {}: {why}", path.display()), hint)
    }

    /// What to do.
    pub(in crate::store::connection) fn hint(&self) -> &str {
        &self.hint
    }

    /// Finds what TLS has found out inside of an error of its stream.
    pub(in crate::store::connection) fn inside(error: &io::Error) -> Option<Self> {
        let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
        Some(Self::of(error))
    }

    /// Carries a problem through TLS.
    pub(super) fn into_tls(self) -> rustls::Error {
        CertificateError::Other(OtherError(Arc::new(self))).into()
    }

    fn of(error: &rustls::Error) -> Self {
        use rustls::Error as E;
        match error {
            E::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
                match inner.downcast_ref::<Self>() {
                    Some(problem) => problem.clone(),
                    None => Self::new(inner.to_string(), CHECK_SERVER),
                }
            }
            E::InvalidCertificate(error) => Self::new(error.to_string(), CHECK_SERVER),
            E::AlertReceived(alert) => Self::alert(*alert),
            E::PeerIncompatible(why) => Self::new(
                format!(
                    "gatediff and the server have no version or cipher of TLS in common ({why:?})"
                ),
                "gatediff has TLS 1.2 and 1.3: see ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers of the server, and those of the address.",
            ),
            E::NoApplicationProtocol => Self::direct(),
            E::InvalidMessage(_) | E::InappropriateMessage { .. } => Self::new(
                "what the server answers is not TLS",
                "check host and port: another service may be listening there",
            ),
            other => Self::new(other.to_string(), CHECK_SERVER),
        }
    }

    /// The server speaks TLS, but not PostgreSQL's protocol inside of it.
    pub(super) fn direct() -> Self {
        Self::new(
            "the server does not take connections that begin with TLS",
            "sslnegotiation=direct needs PostgreSQL 17: use sslnegotiation=postgres.",
        )
    }

    /// What a server says when it ends the handshake.
    fn alert(alert: AlertDescription) -> Self {
        use AlertDescription as A;
        match alert {
            A::CertificateRequired => Self::new(
                "the server requires a client certificate, and none was sent",
                "name it and its key: sslcert and sslkey (PGSSLCERT, PGSSLKEY), or ~/.postgresql/postgresql.crt and postgresql.key",
            ),
            A::UnknownCA
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::DecryptError
            | A::AccessDenied => Self::new(
                format!("the server refused the client certificate ({alert:?})"),
                "check sslcert (PGSSLCERT): the server's ssl_ca_file must have the authority that issued it, and it must be current",
            ),
            A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity => Self::new(
                format!(
                    "the server refused the versions and ciphers of TLS that gatediff has ({alert:?})"
                ),
                "gatediff has TLS 1.2 and 1.3: see ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers of the server, and those of the address.",
            ),
            A::NoApplicationProtocol => Self::direct(),
            other => Self::new(
                format!("the server ended the handshake ({other:?})"),
                "the server's log says why",
            ),
        }
    }
}

pub(super) const CHECK_SERVER: &str = "check the server's certificate (ssl_cert_file) and its log";
