//! Worlds drawn from a row of numbers, as nasty as an environment may be.
//!
//! Every number is a choice and 0 is the plainest one, so that proptest's shrinking, which makes
//! numbers small, makes worlds small.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::sample::{Api, Sample, sample};

const APIS: [Api; 6] = [
    ("m", "k1"),
    ("m", "k2"),
    ("M", "k1"),
    ("m", "K2"),
    ("n", "k1"),
    ("n", "k3"),
];
const CLIENTS: [&str; 5] = ["a", "b", "c", "A", "d"];

/// The choices.
pub(crate) struct Draw<'v> {
    values: std::slice::Iter<'v, u16>,
}

impl<'v> Draw<'v> {
    pub(crate) fn new(values: &'v [u16]) -> Self {
        Self {
            values: values.iter(),
        }
    }

    fn pick(&mut self, below: usize) -> usize {
        usize::from(self.values.next().copied().unwrap_or_default()) % below
    }

    /// Says yes once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.pick(times) == times - 1
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.pick(all.len())].clone()
    }

    /// Returns text, none, or nothing but quotes.
    fn text(&mut self) -> Value {
        self.one_of(&[json!(null), json!(""), json!("x"), json!("Y"), json!("客")])
    }
}

/// Which side of an import a world is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The file may contradict itself.
    File,
    /// The target keeps to its constraints, and has rows that nothing refers to.
    Target,
    /// The target of which an export is taken keeps to the product's rules as well, so that nothing
    /// blocks what it holds. Rows that refer to nothing it may have.
    Source,
}

/// What is known while a world is being drawn.
struct Drawing<'d, 'v> {
    draw: &'d mut Draw<'v>,
    side: Side,
    /// Whether things clash that should not, one in a few worlds: most worlds can be imported.
    is_messy: bool,
    next: i64,
    used: HashSet<String>,
    /// The levels, authentication types and connections that there are.
    names: Vec<String>,
    groups: Vec<String>,
    scopes: Vec<(String, Vec<String>)>,
}

/// Draws an environment.
pub(crate) fn environment(draw: &mut Draw, side: Side) -> Sample {
    let is_messy = draw.once_in(4) && side != Side::Source;
    let mut drawing = Drawing {
        draw,
        side,
        is_messy,
        next: 100,
        used: HashSet::new(),
        names: vec!["level SYSTEM".to_owned()],
        groups: Vec::new(),
        scopes: Vec::new(),
    };
    let mut sample = drawing.names(sample());
    for _ in 0..drawing.draw.pick(5) {
        sample = drawing.group(sample);
    }
    for _ in 0..drawing.draw.pick(4) {
        sample = drawing.scope(sample);
    }
    for client in CLIENTS {
        if drawing.draw.pick(4) > 0 {
            sample = drawing.client(sample, client);
            sample = drawing.parts(sample, client);
            sample = drawing.idps(sample, client);
        } else if side != Side::File && drawing.draw.once_in(5) {
            sample = drawing.parts(sample, client);
        }
    }
    sample
}

impl Drawing<'_, '_> {
    fn is_target(&self) -> bool {
        self.side != Side::File
    }

    fn is_source(&self) -> bool {
        self.side == Side::Source
    }

    /// Says whether a level, authentication type or connection may be named.
    fn may_name(&self, sort: &str, id: &str) -> bool {
        !self.is_source() || self.names.contains(&format!("{sort} {id}"))
    }

    fn next(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    fn next_text(&mut self) -> String {
        self.next().to_string()
    }

    /// Says whether a value may stand once more: a target keeps to its constraints.
    fn is_free(&mut self, value: &str) -> bool {
        self.used.insert(value.to_owned()) || (self.is_messy && !self.is_target())
    }

    /// Returns one of the words that differ, rarely one of those that clash.
    fn word(&mut self, own: &str, shared: &[&str]) -> String {
        let times = if self.is_messy { 3 } else { 25 };
        let clashes = self.draw.once_in(times) && !self.is_source();
        if clashes {
            self.draw.one_of(shared).to_owned()
        } else {
            own.to_owned()
        }
    }

    fn level(&mut self) -> Value {
        let times = if self.is_messy { 4 } else { 30 };
        let other = self
            .draw
            .once_in(times)
            .then(|| self.draw.one_of(&["A", "a", "B"]));
        json!(
            other
                .filter(|id| self.may_name("level", id))
                .unwrap_or("SYSTEM")
        )
    }

    fn names(&mut self, mut sample: Sample) -> Sample {
        for id in ["A", "B", "a"] {
            let name = self.word(&format!("level {id}"), &["one", "two", "three"]);
            if self.draw.pick(4) > 0 && self.is_free(&format!("level {name}")) {
                sample = sample.level(id, &name);
                self.names.push(format!("level {id}"));
            }
        }
        for id in ["X", "Y"] {
            let name = self.word(&format!("type {id}"), &["one", "two", "three"]);
            if self.draw.pick(4) > 0 && self.is_free(&format!("authentication {name}")) {
                sample = sample.authentication(id, &name);
                self.names.push(format!("authentication {id}"));
            }
        }
        for name in ["c", "d"] {
            if self.draw.pick(4) > 0 {
                let user = self.draw.one_of(&["u", "v"]);
                let url =
                    self.draw
                        .one_of(&["jdbc:x://h?password=p", "jdbc:x://h?password=q", "jdbc:x"]);
                let more = json!({"userName": user, "jdbcUrl": url, "dataSourceProperty": self.draw.text()});
                sample = sample.connection(name, more);
                self.names.push(format!("connection {name}"));
            }
        }
        for (module, key) in APIS {
            let use_uid = format!("source-{module}-{key}");
            if self.is_target() {
                if self.draw.pick(4) != 1 {
                    sample = sample.api((module, key));
                    if self.draw.once_in(8) {
                        sample.apis.last_mut().unwrap()[2].clear();
                    }
                }
            } else if self.draw.once_in(2) {
                sample = sample.api_use(&use_uid, (module, key));
                if self.draw.once_in(8) {
                    sample = sample.api_use(&use_uid, APIS[0]);
                }
            }
        }
        sample
    }

    fn group(&mut self, mut sample: Sample) -> Sample {
        let id = self.next_text();
        let name = self.draw.one_of(&["g1", "g2", "G1", "g3"]);
        if !self.is_free(&format!("group {name}")) {
            return sample;
        }
        let alias = self.draw.one_of(&["", "al1", name, "AL1"]);
        let alias = if self.is_free(&format!("group alias {alias}")) {
            alias
        } else {
            ""
        };
        let more = json!({"groupAlias": alias, "groupDesc": self.draw.text(), "groupAccess": self.draw.text(),
            "securityLevelId": self.level(), "allowDays": self.draw.pick(3)});
        sample = sample.group(&id, name, more);
        sample = self.links(sample, &id);
        self.groups.push(id);
        sample
    }

    fn links(&mut self, mut sample: Sample, group: &str) -> Sample {
        for api in APIS {
            if self.draw.once_in(4) {
                let version = self.draw.one_of(&[json!(null), json!("1"), json!("2")]);
                sample = sample.group_api(group, api, json!({"moduleVer": version}));
            }
        }
        self.authentications(sample, group)
    }

    fn authentications(&mut self, mut sample: Sample, group: &str) -> Sample {
        for authentication in ["X", "Y"] {
            if self.draw.once_in(5) {
                sample = sample.group_authentication(group, authentication);
            }
        }
        sample
    }

    fn scope(&mut self, mut sample: Sample) -> Sample {
        let id = self.next_text();
        let name = self.draw.one_of(&["s1", "s2", "S1"]);
        if !self.is_free(&format!("scope {name}")) {
            return sample;
        }
        let alias = self.draw.one_of(&["", "al1", name, name]);
        let alias = if self.is_free(&format!("scope alias {alias}")) {
            alias
        } else {
            ""
        };
        let more = json!({"vgroupAlias": alias, "vgroupDesc": self.draw.text(),
            "securityLevelId": self.level(), "allowTimes": self.draw.pick(3)});
        sample = sample.scope(&id, name, more);
        for authentication in ["X", "Y"] {
            if self.draw.once_in(5) {
                sample = sample.scope_authentication(&id, authentication);
            }
        }
        let mut hidden = Vec::new();
        for api in APIS {
            // The product makes two for one API where it is asked for it twice; an import makes one.
            let max = if self.is_source() { 1 } else { 2 };
            for _ in 0..self.draw.one_of(&[0, 1, 0, 1, 2]).min(max) {
                let group = self.next_text();
                let own = format!("h{group}");
                let name = self
                    .draw
                    .one_of(&[own.as_str(), "h1", "h2", "g1"])
                    .to_owned();
                let more = json!({"groupName": name, "groupAlias": self.draw.text(),
                    "groupAccess": self.draw.text(), "allowDays": self.draw.pick(2),
                    "securityLevelId": self.level()});
                sample = sample.hidden(&group, &id, api, more);
                sample = self.authentications(sample, &group);
                if self.is_target() && self.draw.once_in(12) {
                    sample = sample.group_api(&group, ("old", "old"), json!({}));
                }
                hidden.push(group);
            }
        }
        self.scopes.push((id, hidden));
        sample
    }

    fn client(&mut self, sample: Sample, id: &str) -> Sample {
        let name = self.word(&format!("{id}-name"), &["shared", "other"]);
        let alias = self.word(&format!("al-{id}"), &["", "al1", "al2", "al-a"]);
        let mut level = self.level();
        if self.is_target() && self.draw.once_in(12) {
            level = json!(null);
        }
        let more = json!({"clientName": name, "clientAlias": alias, "securityLevelId": level,
            "tps": self.draw.pick(3), "remark": self.draw.text(), "apiUsed": self.draw.pick(3),
            "pwdFailTimes": self.draw.pick(3), "clientSecret": self.draw.text(), "dpClientEntry": self.draw.text()});
        sample.client(id, more)
    }

    /// What belongs to a client, whether the client is there or not.
    fn parts(&mut self, mut sample: Sample, client: &str) -> Sample {
        sample = self.hosts(sample, client);
        for group in self.groups.clone() {
            if self.draw.once_in(3) {
                sample = sample.client_group(client, &group);
            }
        }
        for (scope, hidden) in self.scopes.clone() {
            if self.draw.once_in(2) {
                // What an import makes of a client is never half a scope.
                if self.draw.pick(6) != 1 || self.is_source() {
                    sample = sample.client_scope(client, &scope);
                }
                for group in hidden {
                    if self.draw.pick(4) != 1 || self.is_source() {
                        sample = sample.client_group(client, &group);
                    }
                }
            }
        }
        if self.draw.once_in(20) {
            sample = sample.client_group(client, "404");
        }
        if self.draw.once_in(2) {
            let more = json!({"clientSecret": self.draw.text(), "authorities": self.draw.text(),
                "scope": "select", "accessTokenValidity": self.draw.pick(3)});
            sample = sample.oauth(client, more);
        }
        if self.draw.once_in(2) {
            let (day, time) = self.draw.one_of(&[
                (json!(null), json!(null)),
                (json!("1709164800000"), json!("2024-02-29T00:00:00")),
                (json!("1709251200000"), json!("2024-03-01T23:30:00")),
            ]);
            let mut more =
                json!({"reviewRemark": self.draw.text(), "pwdResetKey": self.draw.text()});
            // The file has the one, the table the other.
            let name = if self.is_target() {
                "resubmitDateTime"
            } else {
                "resubmitDateTimeForLongTime"
            };
            more[name] = if self.is_target() { time } else { day };
            let seq = self.next();
            sample = sample.clientext(client, seq, more);
        }
        sample = self.keys(sample, client);
        // Of two an import takes the first.
        let max = if self.is_source() { 1 } else { 2 };
        for _ in 0..self.draw.one_of(&[0, 0, 0, 1, 2]).min(max) {
            let id = self.next();
            sample = sample.dp_app(id, client, json!({"applicationDesc": self.draw.text()}));
        }
        sample
    }

    /// Hosts of a file differ from each other in name and address, as the product sees to.
    fn hosts(&mut self, mut sample: Sample, client: &str) -> Sample {
        let mut taken: HashSet<String> = HashSet::new();
        for _ in 0..self.draw.pick(4) {
            let name = self.draw.one_of(&["h1", "H1", "h2", "h3"]);
            let ip = self
                .draw
                .one_of(&["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"]);
            let is_new = taken.insert(name.to_lowercase()) & taken.insert(ip.to_owned());
            if is_new || self.side == Side::Target {
                let seq = self.next();
                sample = sample.host(seq, client, name, ip);
            }
        }
        sample
    }

    fn keys(&mut self, mut sample: Sample, client: &str) -> Sample {
        let all_groups: Vec<String> = self
            .groups
            .iter()
            .chain(self.scopes.iter().flat_map(|(_, hidden)| hidden))
            .cloned()
            .collect();
        for en in ["E1", "E2", "E3", "E4", "E5"] {
            if self.draw.once_in(6) {
                let id = self.next();
                let alias = self.draw.one_of(&["alias", "other"]);
                let en = &self.word(&format!("{en}-{client}"), &[en]);
                sample = sample.x_key(
                    id,
                    client,
                    en,
                    json!({"apiKeyAlias": alias, "expiredAt": self.draw.pick(3)}),
                );
                for group in &all_groups {
                    if self.draw.once_in(4) {
                        let map = self.next();
                        sample = sample.x_map(map, id, group);
                    }
                }
            }
        }
        for key in ["K1", "K2", "K3", "K4"] {
            let key = &self.word(&format!("{key}-{client}"), &[key]);
            if self.draw.once_in(6) && self.is_free(&format!("key {key}")) {
                let id = self.next();
                sample = sample.open_key(id, client, key, json!({"timesQuota": self.draw.pick(3)}));
                for (module, key) in APIS {
                    if self.draw.once_in(4) {
                        let map = self.next();
                        let side = if self.is_target() { "uid" } else { "source" };
                        sample = sample.open_map(map, id, &format!("{side}-{module}-{key}"));
                    }
                }
            }
        }
        sample
    }

    /// Not for a client that is absent: an Add keeps leftover rows that a cover would replace.
    fn idps(&mut self, mut sample: Sample, client: &str) -> Sample {
        let own =
            100 * i64::try_from(CLIENTS.iter().position(|id| *id == client).unwrap()).unwrap();
        for id in own..own + 4 {
            let id = if self.is_messy && self.draw.once_in(4) {
                id % 100
            } else {
                id
            };
            for sort in ["o", "l", "a", "j"] {
                if !self.draw.once_in(6) || !self.is_free(&format!("idp {sort} {id}")) {
                    continue;
                }
                let more = json!({"remark": self.draw.text()});
                sample = match sort {
                    "o" => {
                        let idp_type = self.draw.one_of(&["GOOGLE", "MS", "OIDC"]);
                        sample.idp_o(id, client, idp_type, more)
                    }
                    "l" => sample.idp_l(id, client, more),
                    "a" => sample.idp_a(id, client, more),
                    _ => {
                        let connection = self.draw.one_of(&["c", "d"]);
                        if !self.may_name("connection", connection) {
                            continue;
                        }
                        sample.idp_jdbc(id, client, connection, more)
                    }
                };
            }
        }
        sample
    }
}
