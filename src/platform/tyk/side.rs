//! The objects of one side, by everything that they are known by.

use std::collections::HashMap;

use super::object::{Object, Sort};
use crate::platform::document::{Json, Object as Members};

/// The objects of a file, or of a target.
#[derive(Default)]
pub(super) struct Side<'o> {
    objects: Vec<&'o Object>,
    keys: HashMap<(Sort, &'o str), usize>,
    /// Policies by organisation and `id`.
    portable: HashMap<(&'o str, &'o str), Vec<usize>>,
    database_ids: HashMap<(Sort, &'o str), Vec<usize>>,
    /// Policies by organisation and name.
    names: HashMap<(&'o str, &'o str), Vec<usize>>,
    listeners: HashMap<Place<'o>, Vec<usize>>,
    /// APIs by organisation and by what they are called in addresses.
    called: HashMap<(&'o str, String), usize>,
    /// APIs by organisation.
    owned: HashMap<&'o str, Vec<usize>>,
    /// How often an identity stands there.
    times: HashMap<(Sort, &'o str), usize>,
}

impl<'o> Side<'o> {
    /// Indexes objects.
    pub(super) fn new(objects: &'o [Object]) -> Self {
        let mut side = Self::default();
        for object in objects {
            side.push(object);
        }
        side
    }

    fn push(&mut self, object: &'o Object) {
        let at = self.objects.len();
        self.objects.push(object);
        let sort = object.sort;
        *self.times.entry((sort, &object.key)).or_insert(0) += 1;
        for key in [Some(&*object.key), object.row.as_deref()].into_iter().flatten() {
            self.keys.entry((sort, key)).or_insert(at);
        }
        if let Some(id) = &object.database_id {
            self.database_ids.entry((sort, id)).or_default().push(at);
        }
        match sort {
            Sort::Organisation => {}
            Sort::Api => {
                self.owned.entry(&object.owner).or_default().push(at);
                for name in [&object.name, object.definition().text_of("slug")] {
                    self.called.entry((&object.owner, addressed(name))).or_insert(at);
                }
                if let Some(place) = listens(object) {
                    self.listeners.entry(place).or_default().push(at);
                }
            }
            Sort::Policy => {
                self.portable.entry((&object.owner, &object.portable)).or_default().push(at);
                self.names.entry((&object.owner, &object.name)).or_default().push(at);
            }
        }
    }

    /// Returns an object by its key.
    pub(super) fn get(&self, sort: Sort, key: &str) -> Option<&'o Object> {
        self.keys.get(&(sort, key)).and_then(|at| self.objects.get(*at)).copied()
    }

    /// Returns how many objects have a key.
    pub(super) fn times(&self, object: &Object) -> usize {
        self.times.get(&(object.sort, &*object.key)).copied().unwrap_or_default()
    }

    /// Returns the policies of an organisation that have this `id`.
    pub(super) fn portable<'s>(
        &'s self,
        owner: &'s str,
        id: &'s str,
    ) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.all(self.portable.get(&(owner, id)))
    }

    /// Returns the objects of a sort with an id of the database.
    pub(super) fn with_database_id<'s>(
        &'s self,
        sort: Sort,
        id: &'s str,
    ) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.all(self.database_ids.get(&(sort, id)))
    }

    /// Returns the policies of an organisation that have this name.
    pub(super) fn named<'s>(
        &'s self,
        owner: &'s str,
        name: &'s str,
    ) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.all(self.names.get(&(owner, name)))
    }

    /// Returns the APIs that listen at a place.
    pub(super) fn listeners<'s>(
        &'s self,
        place: Place<'s>,
    ) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.all(self.listeners.get(&place))
    }

    /// Returns the APIs of an organisation.
    pub(super) fn apis_of<'s>(&'s self, owner: &'s str) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        self.all(self.owned.get(owner))
    }

    /// Returns the API of an organisation that has this name in addresses.
    pub(super) fn called(&self, owner: &'o str, host: &str) -> Option<&'o Object> {
        self.called.get(&(owner, addressed(host))).and_then(|at| self.objects.get(*at)).copied()
    }

    /// Returns the object that a policy is in this side: by organisation and
    /// `id`, which go along from one environment to the next, else by `_id`.
    pub(super) fn policy_like(&self, policy: &Object) -> Option<&'o Object> {
        let by_id = self.portable(&policy.owner, &policy.portable).next();
        by_id.or_else(|| self.get(Sort::Policy, &policy.key))
    }

    fn all<'s>(&'s self, found: Option<&'s Vec<usize>>) -> impl Iterator<Item = &'o Object> + use<'s, 'o> {
        found.into_iter().flatten().filter_map(|at| self.objects.get(*at).copied())
    }
}

/// Returns a name as addresses have it: without case, and with `-` for what no
/// address holds.
fn addressed(name: &str) -> String {
    name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}

/// Where an API listens: no gateway has two at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place<'o> {
    /// The port; empty for the gateway's own.
    pub(super) port: &'o str,
    /// The domain; empty for any, and where the port is all there is.
    pub(super) domain: &'o str,
    /// The path; empty where the port is all there is.
    pub(super) path: &'o str,
}

/// Returns where an API listens. The gateway joins domain and path as they are,
/// case and all; what is not HTTP has no path, and is known by its port.
pub(super) fn listens(api: &Object) -> Option<Place<'_>> {
    let definition = api.definition();
    let server = api.gateway().and_then(|(gateway, _)| gateway.get("server"));
    let ports = [definition.get("listen_port"), server.and_then(|server| server.get("port"))];
    let port = ports.into_iter().flatten().find_map(|port| match port {
        Json::Number(number) if &**number != "0" => Some(&**number),
        _ => None,
    });
    let port = port.unwrap_or_default();
    let protocol = match definition.text_of("protocol") {
        "" => server.map(|server| server.text_of("protocol")).unwrap_or_default(),
        protocol => protocol,
    };
    if ["tcp", "tls"].iter().any(|word| protocol.eq_ignore_ascii_case(word)) {
        return (!port.is_empty()).then_some(Place { port, domain: "", path: "" });
    }
    let flag = |name: &str| definition.get(name) == Some(&Json::Bool(true));
    let classic = definition.get("proxy").map(|proxy| proxy.text_of("listen_path")).unwrap_or_default();
    if !classic.is_empty() {
        let domain = if flag("domain_disabled") { "" } else { definition.text_of("domain") };
        return Some(Place { port, domain, path: classic });
    }
    let server = server?;
    let path = server.pointer("/listenPath/value").and_then(Json::as_text).filter(|path| !path.is_empty())?;
    let domain =
        server.get("customDomain").filter(|domain| domain.get("enabled") != Some(&Json::Bool(false)));
    Some(Place { port, domain: domain.map(|domain| domain.text_of("name")).unwrap_or_default(), path })
}

/// Says whether a gateway loads an API at all.
pub(super) fn is_active(api: &Object) -> bool {
    let definition = api.definition().get("active");
    let state = || api.gateway().and_then(|(gateway, _)| gateway.pointer("/info/state/active"));
    definition.or_else(state) != Some(&Json::Bool(false))
}

/// Says whether there may be a gateway that loads both: one without segments,
/// or one of a segment that both have.
pub(super) fn may_meet(one: &Object, other: &Object) -> bool {
    let (one, other) = (segments(one), segments(other));
    one.is_empty() || other.is_empty() || one.iter().any(|tag| other.contains(tag))
}

fn segments(api: &Object) -> Vec<&str> {
    let definition = api.definition();
    let tags = if definition.get("tags_disabled") == Some(&Json::Bool(true)) {
        None
    } else {
        let oas = || api.gateway().and_then(|(gateway, _)| gateway.pointer("/server/gatewayTags/tags"));
        definition.get("tags").or_else(oas)
    };
    tags.map(Json::elements).unwrap_or_default().iter().filter_map(Json::as_text).collect()
}

/// Says whether an API has versions of its own.
pub(super) fn is_versioned(api: &Object) -> bool {
    let data = api.definition().get("version_data");
    data.is_some_and(|data| data.get("not_versioned") == Some(&Json::Bool(false)))
}

/// Returns the names of an API's versions; nothing where it does not say.
pub(super) fn versions(api: &Object) -> Option<Vec<&str>> {
    let definition = api.definition();
    let inside = definition.pointer("/version_data/versions").and_then(Json::as_object)?;
    let apart = definition.pointer("/definition/versions").and_then(Json::as_object);
    let mut versions: Vec<&str> = inside.names().collect();
    versions.extend(apart.into_iter().flat_map(Members::names));
    versions.extend(definition.pointer("/definition/name").and_then(Json::as_text));
    Some(versions)
}
