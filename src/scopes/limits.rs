//! The limits and defaults of a scope.

use crate::platform::digirunner::rules::MAX_GROUPS;

/// The maximum length of a scope's name: `tsmp_group.vgroup_name varchar(30)`
/// contains it too, in the row of every hidden group.
pub const MAX_NAME: usize = 30;

/// The maximum length of an alias.
pub const MAX_ALIAS: usize = 85;

/// The maximum length of a description.
pub const MAX_DESCRIPTION: usize = 500;

/// The maximum number of APIs of a scope and of groups of a client.
pub const MAX_APIS: usize = MAX_GROUPS;

/// The default level of a new scope.
pub const DEFAULT_LEVEL: &str = "SYSTEM";
