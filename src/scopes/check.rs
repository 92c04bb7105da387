//! Inconsistent scopes of a target: states that the product itself leaves
//! behind, and their repairs.
//!
//! A repair is safe if it removes no access at run time. A call is authorised
//! by a group's `tsmp_group_api`, reached by a client's plain groups, by an
//! X-API key's map, or by a scope with a user's consent, whose page goes from
//! `tsmp_client_vgroup` by `tsmp_vgroup_group` to `tsmp_group_api`. Clients'
//! rows of hidden groups, the oauth scope, levels, durations and authentication
//! types are never read.

mod clients;
mod codes;
mod groups;
mod index;
mod report;
mod scopes;
#[cfg(test)]
mod tests;

pub(super) use self::clients::oauth_scope;
pub(super) use self::index::CheckIndex;
use self::report::Report;
pub use self::report::ScopeFinding;
pub(super) use self::report::{Repair, Violation};
use crate::platform::digirunner::schema::{Table, TableId};
use crate::platform::digirunner::tables::Tables;

/// The tables that the report reads.
pub(super) fn tables() -> [&'static Table; 13] {
    [
        TableId::Client,
        TableId::Oauth,
        TableId::Group,
        TableId::ClientGroup,
        TableId::Vgroup,
        TableId::ClientVgroup,
        TableId::VgroupGroup,
        TableId::GroupApi,
        TableId::XMap,
        TableId::Authority,
        TableId::GroupAuthority,
        TableId::VgroupAuthority,
        TableId::Level,
    ]
    .map(TableId::table)
}

/// Returns all findings, by check and then by item.
pub(super) fn find(tables: &Tables) -> Vec<Violation<'_>> {
    let index = CheckIndex::new(tables);
    let mut report = Report::default();
    clients::check(&index, &mut report);
    scopes::check(&index, &mut report);
    groups::check(&index, &mut report);
    report.into_violations()
}

/// Reports everything that is wrong with the scopes of a target, by check and
/// then by item.
pub(super) fn findings(tables: &Tables) -> Vec<ScopeFinding> {
    find(tables).iter().map(Violation::finding).collect()
}
