//! What an object points to, looked up among the file's objects and the target's.

use std::sync::Arc;

use super::compare::Pair;
use super::links::{Link, Right, To, links};
use super::object::{API, ORGANISATION, Object, POLICY, Sort};
use super::rules::quoted;
use super::side;
use crate::engine::{Finding, ItemId, Kind, Missing, Reason, Reference, Requirement, Resolved};
use crate::platform::document::Json;

/// A link, and what became of it.
pub(super) struct Found<'o> {
    pub(super) link: Link<'o>,
    /// The same for people; its path is still the object's.
    pub(super) reference: Reference,
    /// What has to be in the target for the object to be written.
    pub(super) requires: Option<Requirement>,
    /// What about it blocks the object.
    pub(super) reasons: Vec<Reason>,
    /// What the operator should know.
    pub(super) findings: Vec<Finding>,
    /// The object that neither side has, and that the operator may ignore.
    pub(super) missing: Option<Missing>,
}

/// Looks up everything that an object points to.
pub(super) fn resolve<'o>(object: &'o Object, pair: &Pair<'o>) -> Vec<Found<'o>> {
    let resolver = Resolver { object, pair };
    links(object).into_iter().map(|link| resolver.resolve(link)).collect()
}

struct Resolver<'r, 'o> {
    object: &'o Object,
    pair: &'r Pair<'o>,
}

impl<'o> Resolver<'_, 'o> {
    fn resolve(&self, link: Link<'o>) -> Found<'o> {
        match link.to.clone() {
            To::Owner(id) => self.owner(link, id),
            To::Listed(id, name) => self.listed(link, id, name),
            To::Granted(id, right) => self.granted(link, id, right),
            To::Api(id) => self.api(link, self.pair.get(Sort::Api, id), id, Resolved::Id),
            To::Internal(host) => self.internal(link, host),
            To::Policy(id) => self.policy(link, id),
            To::External(kind, id) => found(link, kind, id, Resolved::External),
        }
    }

    fn owner(&self, link: Link<'o>, id: &str) -> Found<'o> {
        match self.pair.get(Sort::Organisation, id) {
            Some(organisation) => self.needed(link, organisation, Resolved::Id),
            None => Found { requires: Some(nowhere(ORGANISATION, id)), ..unresolved(link, ORGANISATION, id) },
        }
    }

    fn listed(&self, link: Link<'o>, id: &str, name: &str) -> Found<'o> {
        let Some(api) = self.pair.get(Sort::Api, id) else {
            let message = format!(
                "its list of APIs names '{id}' ({}), which is neither in the file nor in the target",
                quoted(name)
            );
            let finding = Finding::warning("api-stale", message);
            return Found { findings: vec![finding], ..unresolved(link, API, id) };
        };
        let mut findings = Vec::new();
        if *api.owner != *self.object.key {
            let message = format!(
                "its list of APIs names '{id}', which belongs to organisation {}",
                quoted(&api.owner)
            );
            findings.push(Finding::warning("other-organisation", message));
        }
        findings.extend(renamed("its list of APIs calls", api, name));
        Found { findings, ..to(link, api, Resolved::Id) }
    }

    fn granted(&self, link: Link<'o>, id: &str, right: Right<'o>) -> Found<'o> {
        let mut reasons = Vec::new();
        if !right.inner.is_empty() && right.inner != id {
            let message = format!("its access right '{id}' is for api '{}' inside", right.inner);
            reasons.push(Reason::new("id-mismatch", message));
        }
        let Some(api) = self.pair.get(Sort::Api, id) else {
            let findings = self.lacking(id, right);
            let missing = Some(Missing::api(Arc::clone(&self.object.owner), id, vec![self.object.id()]));
            return Found { reasons, findings, missing, ..unresolved(link, API, id) };
        };
        let mut findings: Vec<Finding> = renamed("it calls", api, right.name).into_iter().collect();
        findings.extend(unknown_versions(api, right));
        let mut found = self.needed(link, api, Resolved::Id);
        reasons.extend(self.foreign(api, "grants"));
        found.reasons = reasons;
        found.findings = findings;
        found
    }

    /// An API that neither side has: the list of its organisation may know it.
    fn lacking(&self, id: &str, right: Right<'_>) -> Vec<Finding> {
        let owner = self.pair.get(Sort::Organisation, &self.object.owner);
        let apis = owner.and_then(|owner| owner.body.get("apis"));
        let listed = apis.map(Json::elements).unwrap_or_default();
        let entry = listed.iter().find(|entry| entry.text_of("api_id") == id);
        let known =
            if entry.is_none() && !listed.is_empty() { ", nor does its organisation list it" } else { "" };
        let message = format!("grants api '{id}', which is neither in the file nor in the target{known}");
        let mut findings = vec![Finding::warning("api-dangling", message)];
        let name = entry.map(|entry| entry.text_of("api_human_name")).unwrap_or_default();
        if !name.is_empty() && !right.name.is_empty() && name != right.name {
            let message =
                format!("it calls api '{id}' '{}', and its organisation calls it '{name}'", right.name);
            findings.push(Finding::note("name-stale", message));
        }
        findings
    }

    /// A version or a subgraph: without it the API works in part.
    fn api(&self, link: Link<'o>, api: Option<&'o Object>, id: &str, how: Resolved) -> Found<'o> {
        let Some(api) = api else {
            let message = format!("points to api '{id}', which is neither in the file nor in the target");
            let finding = Finding::warning("api-dangling", message);
            return Found { findings: vec![finding], ..unresolved(link, API, id) };
        };
        if api.key == self.object.key {
            return to(link, api, how);
        }
        let mut found = self.needed(link, api, how);
        if api.owner != self.object.owner {
            let message = format!("points to api '{}' of organisation {}", api.key, quoted(&api.owner));
            found.findings.push(Finding::warning("other-organisation", message));
        }
        found
    }

    /// The gateway looks an address up by `api_id`, database id and name.
    fn internal(&self, link: Link<'o>, host: &str) -> Found<'o> {
        if let Some(api) = self.pair.get(Sort::Api, host) {
            return self.api(link, Some(api), host, Resolved::Id);
        }
        let mut by_id = [&self.pair.file, &self.pair.target].into_iter();
        if let Some(api) = by_id.find_map(|side| side.with_database_id(Sort::Api, host).next()) {
            return self.api(link, Some(api), host, Resolved::Id);
        }
        let owner = &*self.object.owner;
        let named = self.pair.file.called(owner, host).or_else(|| self.pair.target.called(owner, host));
        self.api(link, named, host, Resolved::Name)
    }

    fn policy(&self, link: Link<'o>, id: &str) -> Found<'o> {
        let owner = &*self.object.owner;
        let sides = [&self.pair.file, &self.pair.target];
        let mut found = sides
            .into_iter()
            .filter_map(|side| side.portable(owner, id).next().or_else(|| side.get(Sort::Policy, id)));
        let Some(policy) = found.next() else {
            let message = format!("uses policy '{id}', which is neither in the file nor in the target");
            let findings = vec![Finding::warning("policy-dangling", message)];
            let (key, used_by) = (id.into(), vec![self.object.id()]);
            let missing = Some(Missing { kind: POLICY, key, module: "".into(), used_by });
            return Found { findings, missing, ..unresolved(link, POLICY, id) };
        };
        let reasons = self.foreign(policy, "uses").into_iter().collect();
        Found { reasons, ..self.needed(link, policy, Resolved::Id) }
    }

    /// The gateway does not let organisations share.
    fn foreign(&self, other: &Object, verb: &str) -> Option<Reason> {
        let is_foreign = other.owner != self.object.owner && !self.object.owner.is_empty();
        is_foreign.then(|| {
            let message = format!(
                "belongs to organisation {} and {verb} {} '{}' of organisation {}",
                quoted(&self.object.owner),
                other.sort.kind(),
                other.key,
                quoted(&other.owner)
            );
            Reason::new("other-organisation", message).about(other.id())
        })
    }

    /// An object that has to be in the target, or to come along.
    fn needed(&self, link: Link<'o>, other: &'o Object, how: Resolved) -> Found<'o> {
        let present = match other.sort {
            Sort::Policy => self.pair.target.policy_like(other).is_some(),
            sort => self.pair.target.get(sort, &other.key).is_some(),
        };
        Found { requires: Some(Requirement { on: other.id(), present }), ..to(link, other, how) }
    }
}

fn found<'o>(link: Link<'o>, kind: Kind, key: &str, how: Resolved) -> Found<'o> {
    let reference = Reference { path: link.path.clone(), kind, key: key.into(), name: "".into(), how };
    Found { link, reference, requires: None, reasons: Vec::new(), findings: Vec::new(), missing: None }
}

fn to<'o>(link: Link<'o>, other: &Object, how: Resolved) -> Found<'o> {
    let mut found = found(link, other.sort.kind(), &other.key, how);
    found.reference.name = Arc::clone(&other.name);
    found
}

fn unresolved<'o>(link: Link<'o>, kind: Kind, key: &str) -> Found<'o> {
    found(link, kind, key, Resolved::Unresolved)
}

/// A requirement that nothing fulfils.
fn nowhere(kind: Kind, key: &str) -> Requirement {
    Requirement { on: ItemId::new(kind, key), present: false }
}

/// Tells that an API is called otherwise by now.
fn renamed(whose: &str, api: &Object, name: &str) -> Option<Finding> {
    (!name.is_empty() && *name != *api.name).then(|| {
        let message = format!("{whose} api '{}' '{name}', and it is called '{}'", api.key, api.name);
        Finding::note("name-stale", message)
    })
}

/// Tells which versions of an API a policy grants that it does not have.
fn unknown_versions(api: &Object, right: Right<'_>) -> Vec<Finding> {
    if !side::is_versioned(api) {
        return Vec::new();
    }
    let Some(versions) = side::versions(api) else { return Vec::new() };
    let unknown = right.versions().filter(|version| !versions.contains(version));
    unknown
        .map(|version| {
            let message =
                format!("grants version '{version}' of api '{}', which has none of that name", api.key);
            Finding::warning("version-missing", message)
        })
        .collect()
}
