//! Every scope of a target, and everything that a scope can refer to.

#[cfg(test)]
mod sample;

use std::collections::HashMap;
use std::sync::Arc;

use super::scope::{ApiInfo, ApiName, ClientInfo, Label, Module, Scope, is_of_level};

/// Every scope of a target, and everything that a scope can refer to, at one
/// moment.
#[derive(Debug, Default)]
pub struct Catalogue {
    scopes: Vec<Scope>,
    apis: Vec<ApiInfo>,
    modules: Vec<Module>,
    levels: Vec<Label>,
    authentications: Vec<Label>,
    clients: Vec<ClientInfo>,
    by_id: HashMap<Arc<str>, usize>,
    clients_by_id: HashMap<Arc<str>, usize>,
}

/// The rows of a catalogue, in any order.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Scopes without what is linked to them.
    pub(super) scopes: Vec<Scope>,
    /// Scope id and API.
    pub(super) links: Vec<(Arc<str>, ApiName)>,
    /// Scope id and authentication type.
    pub(super) scope_authentications: Vec<(Arc<str>, Arc<str>)>,
    /// Scope id and client id.
    pub(super) holders: Vec<(Arc<str>, Arc<str>)>,
    /// The target's APIs, with their titles.
    pub(super) apis: Vec<(ApiName, Arc<str>)>,
    pub(super) levels: Vec<Label>,
    pub(super) authentications: Vec<Label>,
    pub(super) clients: Vec<ClientInfo>,
}

impl Catalogue {
    /// Builds the catalogue.
    pub(super) fn new(parts: Parts) -> Self {
        let Parts {
            mut scopes,
            links,
            scope_authentications,
            holders,
            apis,
            levels,
            authentications,
            clients,
        } = parts;
        scopes.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let mut catalogue = Self {
            by_id: scopes
                .iter()
                .enumerate()
                .map(|(index, scope)| (Arc::clone(&scope.id), index))
                .collect(),
            scopes,
            levels,
            authentications,
            clients,
            ..Self::default()
        };
        catalogue.levels.sort_by(|a, b| a.id.cmp(&b.id));
        catalogue.authentications.sort_by(|a, b| a.id.cmp(&b.id));
        catalogue.set_apis(apis, &links);
        catalogue.link_apis(links);
        for (scope, authentication) in scope_authentications {
            if let Some(scope) = catalogue.scope_mut(&scope) {
                scope.authentications.push(authentication);
            }
        }
        catalogue.add_holders(holders);
        for scope in &mut catalogue.scopes {
            scope.authentications.sort();
            scope.authentications.dedup();
            scope.apis.sort_unstable();
            scope.apis.dedup();
            scope.holders.sort_unstable();
            scope.holders.dedup();
        }
        catalogue
    }

    /// Sets the APIs, including missing ones that scopes link.
    fn set_apis(&mut self, apis: Vec<(ApiName, Arc<str>)>, links: &[(Arc<str>, ApiName)]) {
        let mut all: Vec<(ApiName, Option<Arc<str>>)> = apis
            .into_iter()
            .map(|(name, title)| (name, Some(title)))
            .collect();
        all.extend(links.iter().map(|(_, name)| (name.clone(), None)));
        // Among equal ones, those of the target come first and are kept.
        all.sort_by(|a, b| (&a.0, a.1.is_none()).cmp(&(&b.0, b.1.is_none())));
        all.dedup_by(|later, first| later.0 == first.0);
        self.apis = all
            .into_iter()
            .map(|(name, title)| api(name, title))
            .collect();
        for (index, api) in self.apis.iter().enumerate() {
            match self
                .modules
                .last_mut()
                .filter(|module| module.name == api.name.module)
            {
                Some(module) => module.apis.end = index + 1,
                None => self.modules.push(Module {
                    name: Arc::clone(&api.name.module),
                    apis: index..index + 1,
                }),
            }
        }
    }

    fn link_apis(&mut self, links: Vec<(Arc<str>, ApiName)>) {
        for (scope, name) in links {
            let index = self.apis.binary_search_by(|api| api.name.cmp(&name));
            if let (Ok(index), Some(scope)) = (index, self.scope_mut(&scope)) {
                scope.apis.push(index);
            }
        }
    }

    /// Sets the clients of scopes, including clients that do not exist.
    fn add_holders(&mut self, holders: Vec<(Arc<str>, Arc<str>)>) {
        self.clients.sort_by(|a, b| a.id.cmp(&b.id));
        let known = self.clients.len();
        let is_known = |clients: &[ClientInfo], id: &Arc<str>| {
            clients
                .get(..known)
                .is_some_and(|known| known.binary_search_by(|client| client.id.cmp(id)).is_ok())
        };
        let strangers = holders.iter().map(|(_, client)| client);
        let mut strangers: Vec<Arc<str>> = strangers
            .filter(|id| !is_known(&self.clients, id))
            .cloned()
            .collect();
        strangers.sort();
        strangers.dedup();
        self.clients
            .extend(strangers.into_iter().map(|id| ClientInfo {
                id,
                name: "".into(),
                alias: None,
                level: None,
                groups: 0,
                exists: false,
            }));
        self.clients.sort_by(|a, b| a.id.cmp(&b.id));
        self.clients_by_id = self
            .clients
            .iter()
            .enumerate()
            .map(|(index, client)| (Arc::clone(&client.id), index))
            .collect();
        for (scope, client) in holders {
            let index = self.clients_by_id.get(&client).copied();
            if let (Some(index), Some(scope)) = (index, self.scope_mut(&scope)) {
                scope.holders.push(index);
            }
        }
    }

    fn scope_mut(&mut self, id: &str) -> Option<&mut Scope> {
        self.scopes.get_mut(*self.by_id.get(id)?)
    }

    /// Returns the scopes, by name and id.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Returns the APIs by module and key, including missing ones.
    pub fn apis(&self) -> &[ApiInfo] {
        &self.apis
    }

    /// Returns the modules, by name.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Returns the security levels, by id.
    pub fn levels(&self) -> &[Label] {
        &self.levels
    }

    /// Returns the authentication types, by id.
    pub fn authentications(&self) -> &[Label] {
        &self.authentications
    }

    /// Returns the clients by id, including nonexistent ones that hold scopes.
    pub fn clients(&self) -> &[ClientInfo] {
        &self.clients
    }

    /// Returns the scope of an id.
    pub fn scope(&self, id: &str) -> Option<&Scope> {
        self.scopes.get(*self.by_id.get(id)?)
    }

    /// Returns the scopes with a name: the product may have allowed more than
    /// one.
    pub fn named(&self, name: &str) -> &[Scope] {
        let from = self.scopes.partition_point(|scope| &*scope.name < name);
        let to = self.scopes.partition_point(|scope| &*scope.name <= name);
        self.scopes.get(from..to).unwrap_or_default()
    }

    /// Returns an API, if the target has it.
    pub fn api(&self, name: &ApiName) -> Option<&ApiInfo> {
        let index = self.apis.binary_search_by(|api| api.name.cmp(name)).ok()?;
        self.apis.get(index).filter(|api| !api.is_missing())
    }

    /// Returns the APIs of a scope, by module and key.
    pub fn apis_of<'c>(&'c self, scope: &'c Scope) -> impl Iterator<Item = &'c ApiInfo> {
        scope.apis.iter().filter_map(|index| self.apis.get(*index))
    }

    /// Returns the clients that hold a scope, by id.
    pub fn holders_of<'c>(&'c self, scope: &'c Scope) -> impl Iterator<Item = &'c ClientInfo> {
        scope
            .holders
            .iter()
            .filter_map(|index| self.clients.get(*index))
    }

    /// Returns the client with this id, if it exists.
    pub fn client(&self, id: &str) -> Option<&ClientInfo> {
        self.clients
            .get(*self.clients_by_id.get(id)?)
            .filter(|client| client.exists)
    }

    /// Says whether a client holds a scope.
    pub fn holds(&self, client: &str, scope: &Scope) -> bool {
        self.clients_by_id
            .get(client)
            .is_some_and(|index| scope.holders.binary_search(index).is_ok())
    }

    /// Returns a security level.
    pub fn level(&self, id: &str) -> Option<&Label> {
        self.levels.iter().find(|level| &*level.id == id)
    }

    /// Returns an authentication type.
    pub fn authentication(&self, id: &str) -> Option<&Label> {
        self.authentications
            .iter()
            .find(|authentication| &*authentication.id == id)
    }

    /// Returns the clients to which a scope can be given: they do not hold it
    /// and have its level. A client without a level matches any.
    pub fn takers<'c>(&'c self, scope: &'c Scope) -> impl Iterator<Item = &'c ClientInfo> {
        self.clients
            .iter()
            .enumerate()
            .filter_map(|(index, client)| {
                let fits = client.exists && is_of_level(client, scope);
                (fits && scope.holders.binary_search(&index).is_err()).then_some(client)
            })
    }
}

/// Returns an API of a catalogue.
fn api(name: ApiName, title: Option<Arc<str>>) -> ApiInfo {
    let folded = format!(
        "{}\n{}\n{}",
        name.module,
        name.key,
        title.as_deref().unwrap_or_default()
    );
    ApiInfo {
        folded: folded.to_lowercase().into(),
        name,
        title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_scope_are_found_in_order() {
        let catalogue = Catalogue::sample();
        let scope = catalogue.scope("2000000001").unwrap();
        let apis: Vec<String> = catalogue
            .apis_of(scope)
            .map(|api| api.name.to_string())
            .collect();
        assert_eq!(apis, ["bank/balance", "bank/history", "crm/lookup"]);
        let holders: Vec<&str> = catalogue
            .holders_of(scope)
            .map(|client| &*client.id)
            .collect();
        assert_eq!(holders, ["crm", "portal"]);
    }

    #[test]
    fn modules_are_those_of_their_apis() {
        let catalogue = Catalogue::sample();
        let described: Vec<(&str, usize)> = catalogue
            .modules()
            .iter()
            .map(|module| (&*module.name, module.apis.len()))
            .collect();
        assert_eq!(
            described,
            [("bank", 3), ("cards", 1), ("crm", 1), ("gone", 1)]
        );
    }

    #[test]
    fn an_api_that_the_target_lacks_is_listed_and_not_to_be_had() {
        let catalogue = Catalogue::sample();
        let gone = ApiName::new("gone", "nothing");
        assert!(
            catalogue
                .apis()
                .iter()
                .any(|api| api.name == gone && api.is_missing())
        );
        assert!(catalogue.api(&gone).is_none());
    }

    #[test]
    fn a_holder_that_does_not_exist_is_listed_as_such() {
        let catalogue = Catalogue::sample();
        let scope = catalogue.scope("2000000002").unwrap();
        assert!(catalogue.holders_of(scope).all(|client| !client.exists));
        assert!(catalogue.client("ghost").is_none());
    }

    #[test]
    fn a_name_may_be_there_twice() {
        assert_eq!(Catalogue::sample().named("twice").len(), 2);
        assert_eq!(Catalogue::sample().named("no").len(), 0);
    }

    #[test]
    fn a_scope_can_be_given_to_clients_of_its_level_that_do_not_hold_it() {
        let catalogue = Catalogue::sample();
        let takers = |id: &str| -> Vec<&str> {
            catalogue
                .takers(catalogue.scope(id).unwrap())
                .map(|client| &*client.id)
                .collect()
        };
        assert_eq!(takers("2000000001"), ["anyone"]);
        assert_eq!(takers("2000000002"), ["anyone", "risk"]);
        // Of level C: A and B cannot be found.
        assert_eq!(takers("2000000005"), ["anyone"]);
    }
}
