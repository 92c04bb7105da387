//! TLS as libpq has it: whom it trusts, which names it accepts, and what its errors say.

mod certificate;
mod error;
mod files;
mod handshake;
mod identity;
mod verifier;

pub use error::TlsError;
pub(super) use handshake::Handshake;
