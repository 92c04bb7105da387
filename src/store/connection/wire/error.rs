//! Why a connection could not be opened.

use std::io;

use crate::store::connection::tls::TlsError;

/// Why a connection could not be opened. Never contains a password.
#[derive(Debug)]
pub(in crate::store::connection) enum OpenError {
    /// Nothing answers there.
    Unreachable(io::Error),
    /// The connection broke before the session began.
    Broken(io::Error),
    /// Encryption failed, or a certificate.
    Tls(TlsError),
    /// The server refused.
    Refused {
        /// The SQLSTATE.
        code: String,
        /// Its message.
        message: String,
        /// Whether it refused before it requested authentication.
        at_once: bool,
    },
    /// A parameter of the connection forbids it.
    Forbidden {
        /// What the server is or asks for.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// It is not such a server as `target_session_attrs` asks for.
    OtherServer(&'static str),
    /// It does not speak the protocol.
    Protocol(String),
    /// This machine cannot pass the connection on.
    Local(io::Error),
}

impl OpenError {
    /// Says whether the next host is tried, as libpq does: not after a server has refused.
    pub(in crate::store::connection) fn tries_next(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::OtherServer(_) => true,
            // It starts up, or is a standby that takes no sessions.
            Self::Refused { code, .. } => code == "57P03",
            Self::Broken(_)
            | Self::Tls(_)
            | Self::Forbidden { .. }
            | Self::Protocol(_)
            | Self::Local(_) => false,
        }
    }

    pub(super) fn forbidden(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Forbidden {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// An error of a stream that is encrypted or not: what TLS found out is inside of it.
impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        match TlsError::inside(&error) {
            Some(problem) => Self::Tls(problem),
            None => Self::Broken(error),
        }
    }
}
