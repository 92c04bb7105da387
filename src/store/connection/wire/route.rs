//! Where a connection goes to, and how.

use std::net::SocketAddr;
use std::sync::Arc;

use super::network::Network;
use crate::store::connection::hosts::Host;
use crate::store::connection::security::Security;

/// What a connection needs to know of its target.
#[derive(Clone)]
pub(in crate::store::connection) struct Route {
    pub(in crate::store::connection) host: Host,
    /// The address of the host that was used before; none looks it up.
    pub(in crate::store::connection) known: Option<SocketAddr>,
    pub(in crate::store::connection) user: String,
    pub(in crate::store::connection) database: String,
    pub(in crate::store::connection) application_name: String,
    /// Options of the session, as `PGOPTIONS` has them.
    pub(in crate::store::connection) options: Option<String>,
    pub(in crate::store::connection) security: Arc<Security>,
    pub(in crate::store::connection) network: Network,
    pub(in crate::store::connection) attributes: SessionAttributes,
}

/// Whether TLS is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Plain,
    /// If the server has it.
    Offered,
    Demanded,
}

/// `target_session_attrs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store::connection) enum SessionAttributes {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    /// Any, if no host is a standby.
    PreferStandby,
}

impl SessionAttributes {
    pub(in crate::store::connection) const WORDS: [(&'static str, Self); 6] = [
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];
}
