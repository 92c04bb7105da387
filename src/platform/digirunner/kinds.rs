//! The kinds of items.

use crate::engine::{Kind, KindInfo};

/// The kinds, by their names on the command line.
pub(crate) const CLIENT: Kind = Kind::of("client");
pub(crate) const GROUP: Kind = Kind::of("group");
pub(crate) const SCOPE: Kind = Kind::of("scope");
pub(crate) const AUTHENTICATION: Kind = Kind::of("authentication");
pub(crate) const LEVEL: Kind = Kind::of("security-level");
pub(crate) const RDB: Kind = Kind::of("rdb-connection");

/// The kinds in the order in which they are shown.
pub(crate) static KINDS: [KindInfo; 6] = [
    KindInfo {
        kind: CLIENT,
        title: "Clients",
    },
    KindInfo {
        kind: GROUP,
        title: "Groups",
    },
    KindInfo {
        kind: SCOPE,
        title: "Scopes",
    },
    KindInfo {
        kind: AUTHENTICATION,
        title: "Authentications",
    },
    KindInfo {
        kind: LEVEL,
        title: "Security levels",
    },
    KindInfo {
        kind: RDB,
        title: "RDB connections",
    },
];
