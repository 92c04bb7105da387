//! The target's APIs, for what refers to them.

use std::collections::{HashMap, HashSet};

use super::super::tables::{Api, Tables};

/// The target's APIs, by the names that rows use.
pub(super) struct Apis<'w> {
    pub(super) names: HashSet<(&'w str, &'w str)>,
    pub(super) uids: HashMap<&'w str, &'w Api>,
}

impl<'w> Apis<'w> {
    pub(super) fn new(tables: &'w Tables) -> Self {
        let uids = tables
            .apis
            .iter()
            .filter_map(|api| Some((api.uid.as_deref()?, api)));
        Self {
            names: tables
                .apis
                .iter()
                .map(|api| (&*api.module, &*api.api))
                .collect(),
            uids: uids.collect(),
        }
    }
}
