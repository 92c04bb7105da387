//! Every scope of a target, and everything that a scope can refer to.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::engine::ItemId;
use crate::platform::digirunner::kinds::{CLIENT, SCOPE};

/// An API by module and key: both are required.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiName {
    /// The module.
    pub module: Arc<str>,
    /// The API's key within it.
    pub key: Arc<str>,
}

impl ApiName {
    /// Returns the name of an API.
    pub fn new(module: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Self {
        Self {
            module: module.into(),
            key: key.into(),
        }
    }
}

impl std::fmt::Display for ApiName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.module, self.key)
    }
}

/// An API of the target, or a missing one that scopes link.
#[derive(Clone, Debug)]
pub struct ApiInfo {
    /// Its names.
    pub name: ApiName,
    /// Its title; none if the target does not have it.
    pub title: Option<Arc<str>>,
    /// Module, key and title in lower case, for searching.
    pub(super) folded: Box<str>,
}

impl ApiInfo {
    /// Says whether scopes link it although the target does not have it.
    pub const fn is_missing(&self) -> bool {
        self.title.is_none()
    }

    /// Says whether all of these words, in lower case, occur in its module, key
    /// or title.
    pub fn has(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.folded.contains(word.as_str()))
    }
}

/// A module, and its APIs in the catalogue.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: Arc<str>,
    /// The positions of its APIs in [`Catalogue::apis`].
    pub apis: Range<usize>,
}

/// A security level, or an authentication type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its description.
    pub description: Option<Arc<str>>,
}

/// A client, as far as scopes concern it.
#[derive(Clone, Debug)]
pub struct ClientInfo {
    /// Its id.
    pub id: Arc<str>,
    /// Its name; empty if a scope's client does not exist.
    pub name: Arc<str>,
    /// Its alias.
    pub alias: Option<Arc<str>>,
    /// Its security level.
    pub level: Option<Arc<str>>,
    /// How many groups it holds, including hidden ones.
    pub groups: usize,
    /// Whether the client exists.
    pub exists: bool,
}

impl ClientInfo {
    /// Returns the item that it is.
    pub fn item(&self) -> ItemId {
        ItemId::new(CLIENT, Arc::clone(&self.id))
    }
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its id, which differs between environments.
    pub id: Arc<str>,
    /// Its name. The database does not enforce that it is unique.
    pub name: Arc<str>,
    /// Its alias.
    pub alias: Option<Arc<str>>,
    /// Its description.
    pub description: Option<Arc<str>>,
    /// The id of its security level.
    pub level: Option<Arc<str>>,
    /// How long it is valid, in seconds; 0 means no limit.
    pub seconds: i64,
    /// How often it may be authorized; 0 means no limit.
    pub times: i64,
    /// The ids of its authentication types, in order.
    pub authentications: Vec<Arc<str>>,
    /// The positions of its APIs in [`Catalogue::apis`], in order, each once.
    pub apis: Vec<usize>,
    /// The positions of its clients in [`Catalogue::clients`], in order.
    pub holders: Vec<usize>,
    /// When it was created.
    pub created_at: Option<NaiveDateTime>,
    /// By whom.
    pub created_by: Arc<str>,
    /// When it was updated last.
    pub updated_at: Option<NaiveDateTime>,
    /// By whom.
    pub updated_by: Option<Arc<str>>,
    /// Name, alias and description in lower case, for searching.
    pub(super) folded: Box<str>,
}

impl Scope {
    /// Returns the item that it is.
    pub fn item(&self) -> ItemId {
        ItemId::new(SCOPE, Arc::clone(&self.name))
    }
}

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

/// Says whether levels allow a client to hold a scope: they are labels that
/// must be equal; a client without one is not checked.
pub(super) fn is_of_level(client: &ClientInfo, scope: &Scope) -> bool {
    client.level.is_none() || client.level == scope.level
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

/// Returns the searched text of a scope: name, alias and description.
pub(super) fn folded(name: &str, alias: Option<&str>, description: Option<&str>) -> Box<str> {
    let text = format!(
        "{name}\n{}\n{}",
        alias.unwrap_or_default(),
        description.unwrap_or_default()
    );
    text.to_lowercase().into()
}

#[cfg(test)]
impl Catalogue {
    /// Returns one module of so many APIs, for tests.
    pub(crate) fn vast(apis: usize) -> Self {
        let api = |index: usize| {
            (
                ApiName::new("vast", format!("api-{index:06}")),
                format!("No. {index}").into(),
            )
        };
        let level = Label {
            id: "SYSTEM".into(),
            name: "System Security".into(),
            description: None,
        };
        Self::new(Parts {
            apis: (0..apis).map(api).collect(),
            levels: vec![level],
            ..Parts::default()
        })
    }

    /// Returns [`sample`](Self::sample) with each scope changed, as if it were
    /// read again after another session's changes.
    pub(crate) fn sample_with(change: impl Fn(&mut Scope)) -> Self {
        let mut sample = Self::sample();
        sample.scopes.iter_mut().for_each(change);
        sample
            .scopes
            .sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let places = sample.scopes.iter().enumerate();
        sample.by_id = places
            .map(|(index, scope)| (Arc::clone(&scope.id), index))
            .collect();
        sample
    }

    /// Returns so many scopes for tests, each with so many APIs of its own.
    pub(crate) fn of_size(scopes: usize, apis: usize) -> Self {
        let Self {
            scopes: mut samples,
            levels,
            ..
        } = Self::sample();
        let template = Scope {
            alias: None,
            authentications: Vec::new(),
            ..samples.remove(0)
        };
        let mut parts = Parts {
            levels,
            ..Parts::default()
        };
        for index in 0..scopes {
            let id: Arc<str> = format!("{}", 2_000_000_000 + index).into();
            let name: Arc<str> = format!("scope-{index:05}").into();
            let folded = folded(&name, None, None);
            for api in 0..apis {
                let api = ApiName::new(
                    format!("module-{}", index % 100),
                    format!("api-{index}-{api}"),
                );
                parts.apis.push((api.clone(), "an API".into()));
                parts.links.push((Arc::clone(&id), api));
            }
            let (apis, holders) = (Vec::new(), Vec::new());
            parts.scopes.push(Scope {
                id,
                name,
                folded,
                apis,
                holders,
                ..template.clone()
            });
        }
        Self::new(parts)
    }

    /// Returns scopes for tests: plain ones, Chinese and hostile text, a
    /// duplicate one, a missing API, a client that no longer exists.
    pub(crate) fn sample() -> Self {
        type Row<'r> = (&'r str, &'r str, &'r str, &'r str, &'r str, i64, i64);
        let scope = |(id, name, alias, description, level, seconds, times): Row<'_>| {
            let optional = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
            Scope {
                id: id.into(),
                name: name.into(),
                alias: optional(alias),
                description: optional(description),
                level: optional(level),
                seconds,
                times,
                authentications: Vec::new(),
                apis: Vec::new(),
                holders: Vec::new(),
                created_at: chrono::DateTime::from_timestamp(1_600_000_000 + seconds, 0)
                    .map(|time| time.naive_utc()),
                created_by: "manager".into(),
                updated_at: None,
                updated_by: None,
                folded: folded(name, Some(alias), Some(description)),
            }
        };
        let label = |(id, name): (&str, &str)| Label {
            id: id.into(),
            name: name.into(),
            description: None,
        };
        let client = |(id, name, level, groups): (&str, &str, &str, usize)| ClientInfo {
            id: id.into(),
            name: name.into(),
            alias: None,
            level: (!level.is_empty()).then(|| level.into()),
            groups,
            exists: true,
        };
        let api =
            |(module, key, title): (&str, &str, &str)| (ApiName::new(module, key), title.into());
        let link =
            |(scope, module, key): (&str, &str, &str)| (scope.into(), ApiName::new(module, key));
        let sides = |(one, other): (&str, &str)| (one.into(), other.into());
        Self::new(Parts {
            scopes: [
                (
                    "2000000001",
                    "accounts",
                    "帳戶查詢",
                    "Balances of accounts",
                    "A",
                    86_400,
                    0,
                ),
                ("2000000002", "cards", "Cards", "", "SYSTEM", 90_000, 5),
                (
                    "2000000003",
                    "empty",
                    "",
                    "\u{1b}[31mred\u{202e}",
                    "SYSTEM",
                    0,
                    0,
                ),
                ("2000000004", "twice", "", "", "B", 0, 0),
                ("2000000005", "twice", "", "", "C", 3_600, 1),
            ]
            .map(scope)
            .into(),
            links: [
                ("2000000001", "bank", "balance"),
                ("2000000001", "bank", "history"),
                ("2000000001", "crm", "lookup"),
                ("2000000002", "cards", "list"),
                ("2000000002", "gone", "nothing"),
            ]
            .map(link)
            .into(),
            scope_authentications: [
                ("2000000001", "OTP"),
                ("2000000001", "PIN"),
                ("2000000002", "PIN"),
            ]
            .map(sides)
            .into(),
            holders: [
                ("2000000001", "crm"),
                ("2000000001", "portal"),
                ("2000000002", "ghost"),
            ]
            .map(sides)
            .into(),
            apis: [
                ("bank", "balance", "帳戶餘額"),
                ("bank", "history", "Account history"),
                ("bank", "transfer", "Transfer"),
                ("cards", "list", "Cards"),
                ("crm", "lookup", "Look up a customer"),
            ]
            .map(api)
            .into(),
            levels: [
                ("A", "A"),
                ("B", "B"),
                ("C", "C"),
                ("SYSTEM", "System Security"),
            ]
            .map(label)
            .into(),
            authentications: [("OTP", "One-time password"), ("PIN", "密碼")]
                .map(label)
                .into(),
            clients: [
                ("crm", "CRM", "A", 4),
                ("portal", "Portal", "A", 185),
                ("risk", "Risk", "SYSTEM", 0),
                ("anyone", "Anyone", "", 0),
            ]
            .map(client)
            .into(),
        })
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
