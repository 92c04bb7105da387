//! TLS as libpq has it: whom it trusts, which names it accepts, and what its errors say.

mod certificate;
mod files;
mod handshake;
mod identity;
mod problem;
mod verifier;

pub(super) use handshake::Handshake;
pub(super) use problem::TlsProblem;
