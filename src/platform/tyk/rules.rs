//! What blocks an object by itself or beside the others, and the words for it.

use std::collections::HashSet;

use super::compare::Pair;
use super::object::{Object, Sort};
use super::side::{Place, Side, is_active, listens, may_meet};
use crate::engine::display::some_of;
use crate::engine::{Finding, Reason};

/// The longest id that is kept: an index holds no more.
const LONGEST: usize = 1000;

/// Returns what is wrong with what an object is known by: it stays so whether
/// or not anything else of it differs.
pub(super) fn identity(object: &Object, base: Option<&Object>, pair: &Pair<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let (kind, key) = (object.sort.kind(), &object.key);
    let times = pair.file.times(object);
    if times > 1 {
        let message = format!("{kind} '{key}' stands {times} times in the file");
        reasons.push(Reason::new("duplicate-in-file", message));
    }
    if let Some(base) = base {
        reasons.extend(other_owner(object, base));
        reasons.extend(paired_otherwise(object, base));
        reasons.extend(shared_base(object, base, pair));
    }
    reasons.extend(taken_ids(object, base, pair));
    reasons
}

/// An object cannot move to another organisation: what points to it does not.
fn other_owner(object: &Object, base: &Object) -> Option<Reason> {
    (object.owner != base.owner && !object.owner.is_empty()).then(|| {
        let message = format!(
            "belongs to organisation {} in the target and to {} in the file",
            quoted(&base.owner),
            quoted(&object.owner)
        );
        Reason::new("other-organisation", message)
    })
}

/// The id of a policy is what keys and APIs know it by: it does not change.
fn paired_otherwise(object: &Object, base: &Object) -> Option<Reason> {
    let [there, here] = [base, object].map(|policy| policy.body.text_of("id"));
    let is_another = object.sort == Sort::Policy && ![there, here].contains(&"") && there != here;
    is_another.then(|| {
        let message =
            format!("policy '{}' has id '{there}' in the target and '{here}' in the file", object.key);
        Reason::new("id-pairing", message)
    })
}

/// Several objects of the file that are one of the target.
fn shared_base(object: &Object, base: &Object, pair: &Pair<'_>) -> Option<Reason> {
    // The one that has its database id, too, has it.
    let is_exact = |object: &Object| object.database_id.is_some() && object.database_id == base.database_id;
    let others: Vec<&str> =
        pair.sharing(base).map(|other| &*other.key).filter(|key| **key != *object.key).collect();
    (!others.is_empty() && !is_exact(object)).then(|| {
        let (kind, key) = (base.sort.kind(), &base.key);
        let named = some_of(others.into_iter().map(|key| format!("'{key}'")), 3);
        let message = format!("is {kind} '{key}' of the target, and so is {named} of the file");
        Reason::new("duplicate-in-file", message).about(base.id())
    })
}

/// Returns whose its ids are else.
fn taken_ids<'o>(object: &Object, base: Option<&Object>, pair: &Pair<'o>) -> Vec<Reason> {
    match (object.sort, &object.database_id) {
        (Sort::Organisation, _) | (Sort::Api, None) => Vec::new(),
        (Sort::Api, Some(id)) => {
            let is_own = base.is_some_and(|base| base.database_id.as_ref() == Some(id));
            let with =
                |side: &Side<'o>, base| first_rival(side.with_database_id(Sort::Api, id), object, base);
            // What is there keeps its own, whatever the file has.
            let target = if base.is_some() { None } else { with(&pair.target, None) };
            Rivals { is_own, target, file: with(&pair.file, None) }
                .reasons("id-pairing", &format!("database id '{id}'"))
        }
        (Sort::Policy, _) => {
            let (owner, id) = (&*object.owner, &*object.portable);
            let is_own = base.is_some_and(|base| *base.portable == *id && *base.owner == *owner);
            let with = |side: &Side<'o>, base| first_rival(side.portable(owner, id), object, base);
            Rivals { is_own, target: with(&pair.target, base), file: with(&pair.file, None) }
                .reasons("id-pairing", &format!("id '{id}' of organisation {}", quoted(owner)))
        }
    }
}

/// Returns what is wrong with what an object says; told of what would be
/// written alone.
pub(super) fn content(object: &Object, base: Option<&Object>, pair: &Pair<'_>) -> Vec<Reason> {
    let mut reasons = bad_ids(object);
    if object.sort != Sort::Organisation && object.owner.is_empty() {
        let message = format!("{} '{}' names no organisation (org_id)", object.sort.kind(), object.key);
        reasons.push(Reason::new("organisation-missing", message));
    }
    if let Some(unstorable) = object.body.unstorable() {
        let message = format!("{}{} holds {}", object.path, unstorable.path, unstorable.what);
        reasons.push(Reason::new("not-storable", message));
    }
    match object.sort {
        Sort::Organisation => {}
        Sort::Api => {
            reasons.extend(halves_differ(object));
            reasons.extend(listens_alike(object, base, pair));
        }
        Sort::Policy => reasons.extend(named_alike(object, base, pair)),
    }
    reasons
}

/// A definition and its OAS document that are of two APIs.
fn halves_differ(api: &Object) -> Vec<Reason> {
    let (Some(definition), Some((gateway, _))) = (api.body.get("api_definition"), api.gateway()) else {
        return Vec::new();
    };
    let Some(info) = gateway.get("info") else { return Vec::new() };
    let pairs = [("api_id", "id"), ("org_id", "orgId")];
    let differ = pairs.into_iter().filter_map(|(one, other)| {
        let (here, there) = (definition.text_of(one), info.text_of(other));
        let is_another = !here.is_empty() && !there.is_empty() && here != there;
        is_another.then(|| {
            let message =
                format!("its definition has {one} '{here}', and its OAS document has {other} '{there}'");
            Reason::new("id-mismatch", message)
        })
    });
    differ.collect()
}

/// Ids that Tyk's database does not take.
fn bad_ids(object: &Object) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let database_id = match object.sort {
        Sort::Organisation => Some((&object.key, "id")),
        Sort::Api => object.database_id.as_ref().map(|id| (id, "database id")),
        Sort::Policy => object.database_id.as_ref().map(|id| (id, "_id")),
    };
    if let Some((id, what)) = database_id.filter(|(id, _)| !is_object_id(id)) {
        let message = format!("{what} '{id}' is no ObjectID: these have 24 hexadecimal digits");
        reasons.push(Reason::new("invalid-object-id", message));
    }
    if [&object.key, &object.portable, &object.owner].into_iter().any(|id| id.len() > LONGEST) {
        let message = format!("an id of it is longer than {LONGEST} bytes");
        reasons.push(Reason::new("not-storable", message));
    }
    reasons
}

fn is_object_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const fn is_of_policy_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~')
}

/// Two APIs at one place: the gateway would give one of them another path.
fn listens_alike<'o>(object: &Object, base: Option<&Object>, pair: &Pair<'o>) -> Vec<Reason> {
    let Some(place) = listens(object) else { return Vec::new() };
    let is_own = base.is_some_and(|base| listens(base) == Some(place) && is_active(base));
    let with = |side: &Side<'o>, base| {
        first_rival(side.listeners(place).filter(|other| meets(object, other)), object, base)
    };
    let rivals = Rivals { is_own, target: with(&pair.target, base), file: with(&pair.file, None) };
    let mut reasons = rivals.reasons("listen-path-taken", &shown(place));
    for reason in &mut reasons {
        reason.message.push_str(match place.path {
            "" => ": the gateway would serve one of the two only",
            _ => ": the gateway would serve one of the two at another path",
        });
    }
    reasons
}

/// Says whether a gateway would load both at once.
fn meets(one: &Object, other: &Object) -> bool {
    is_active(one) && is_active(other) && may_meet(one, other)
}

fn shown(place: Place<'_>) -> String {
    let Place { port, domain, path } = place;
    let mut shown = match path {
        "" => return format!("port {port}"),
        path => format!("listen path '{path}'"),
    };
    if !domain.is_empty() {
        shown.push_str(&format!(" of '{domain}'"));
    }
    if !port.is_empty() {
        shown.push_str(&format!(" at port {port}"));
    }
    shown
}

/// Two policies of one organisation with one name, which the Dashboard refuses.
fn named_alike<'o>(object: &Object, base: Option<&Object>, pair: &Pair<'o>) -> Vec<Reason> {
    let (owner, name) = (&*object.owner, &*object.name);
    if name.is_empty() || owner.is_empty() {
        return Vec::new();
    }
    let is_own = base.is_some_and(|base| *base.name == *name && *base.owner == *owner);
    let with = |side: &Side<'o>, base| first_rival(side.named(owner, name), object, base);
    Rivals { is_own, target: with(&pair.target, base), file: with(&pair.file, None) }
        .reasons("name-taken", &format!("name '{name}'"))
}

/// Returns the first of some objects that is another one.
fn first_rival<'o>(
    mut holders: impl Iterator<Item = &'o Object>,
    object: &Object,
    base: Option<&Object>,
) -> Option<&'o Object> {
    holders.find(|other| other.key != object.key && base.is_none_or(|base| base.key != other.key))
}

/// Who else has what only one object may have.
struct Rivals<'o> {
    /// Whether the object itself has it in the target: who else wants it in the
    /// file is in the wrong.
    is_own: bool,
    target: Option<&'o Object>,
    file: Option<&'o Object>,
}

impl Rivals<'_> {
    /// Returns a reason for the rival of each side; `code` is for the target's.
    fn reasons(&self, code: &'static str, what: &str) -> Vec<Reason> {
        let told = |other: &Object, code: &'static str, words: &str, place: &str| {
            let (kind, of) = (other.sort.kind(), quoted(&other.owner));
            let message =
                format!("{what} {words} {kind} '{}' of organisation {of} in the {place}", other.key);
            Reason::new(code, message).about(other.id())
        };
        let is_news = |other: &&Object| self.target.is_none_or(|known| known.key != other.key);
        let file = self.file.filter(|_| !self.is_own).filter(is_news);
        let target = self.target.map(|other| told(other, code, "belongs to", "target"));
        let file = file.map(|other| told(other, "duplicate-in-file", "is also that of", "file"));
        target.into_iter().chain(file).collect()
    }
}

/// Returns what the operator should know of an object beside the others.
pub(super) fn warnings(object: &Object, pair: &Pair<'_>) -> Vec<Finding> {
    match object.sort {
        Sort::Organisation => unlisted(object, pair).into_iter().collect(),
        Sort::Api => might_listen_alike(object, pair).into_iter().collect(),
        Sort::Policy => unusual_id(object).into_iter().collect(),
    }
}

/// Ids with characters that the Dashboard has not taken since 5.13, but that
/// older ones and the operator made.
fn unusual_id(policy: &Object) -> Option<Finding> {
    let is_custom = policy.database_id.as_ref() != Some(&policy.portable);
    let bad = policy.portable.chars().find(|c| !is_of_policy_id(*c)).filter(|_| is_custom)?;
    let message = format!(
        "id '{}' holds '{bad}': Dashboards from 5.13 on take a-z, A-Z, 0-9, '.', '_', '-' and '~', unless \
         allow_unsafe_policy_ids is set",
        policy.portable
    );
    Some(Finding::warning("invalid-policy-id", message).at(&*policy.path).about(&policy.id()))
}

/// APIs at one place that no gateway loads both as they are.
fn might_listen_alike(object: &Object, pair: &Pair<'_>) -> Option<Finding> {
    let place = listens(object)?;
    let is_rival = |other: &&Object| other.key != object.key && !meets(object, other);
    let other = pair.file.listeners(place).chain(pair.target.listeners(place)).find(is_rival)?;
    let why = if is_active(object) && is_active(other) {
        "on a gateway without segments"
    } else {
        "if both were active"
    };
    let message = format!("{} is also that of api '{}': they would clash {why}", shown(place), other.key);
    Some(Finding::warning("listen-path-shared", message).at(&*object.path).about(&object.id()))
}

/// APIs of an organisation that its own list leaves out. An empty list is none.
fn unlisted(object: &Object, pair: &Pair<'_>) -> Option<Finding> {
    const TOLD: usize = 3;
    let entries = object.body.get("apis")?.elements();
    if entries.is_empty() {
        return None;
    }
    let mut told: HashSet<&str> = entries.iter().map(|entry| entry.text_of("api_id")).collect();
    let own = pair.file.apis_of(&object.key).chain(pair.target.apis_of(&object.key));
    let missing: Vec<&str> = own.map(|api| &*api.key).filter(|key| told.insert(key)).collect();
    (!missing.is_empty()).then(|| {
        let count = missing.len();
        let named = some_of(missing.into_iter().map(|key| format!("'{key}'")), TOLD);
        let message = format!("its list of APIs leaves out {count} of its own: {named}");
        Finding::note("api-unlisted", message).at(format!("{}/apis", object.path)).about(&object.id())
    })
}

/// Returns an id in quotes, or that there is none.
pub(super) fn quoted(id: &str) -> String {
    if id.is_empty() { "none".to_owned() } else { format!("'{id}'") }
}
