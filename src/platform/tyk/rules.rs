//! What blocks an object by itself or beside the others, and the words for it.

use super::compare::Pair;
use super::object::{Object, Sort};
use super::side::{is_active, listens, may_meet};
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

/// The two ids of an object are for ever one pair.
fn paired_otherwise(object: &Object, base: &Object) -> Option<Reason> {
    let (what, there, here) = match object.sort {
        Sort::Organisation => return None,
        Sort::Api => ("database id", base.database_id.as_deref()?, object.database_id.as_deref()?),
        Sort::Policy => ("id", &*base.portable, &*object.portable),
    };
    (there != here).then(|| {
        let message = format!(
            "{} '{}' has {what} '{there}' in the target and '{here}' in the file",
            object.sort.kind(),
            object.key
        );
        Reason::new("id-pairing", message)
    })
}

/// Returns whose its ids are else.
fn taken_ids(object: &Object, base: Option<&Object>, pair: &Pair<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut note = |what: String, target: Option<&Object>, file: Option<&Object>| {
        let kind = object.sort.kind();
        if let Some(other) = target {
            let message = format!("{what} belongs to {kind} '{}' in the target", other.key);
            reasons.push(Reason::new("id-pairing", message).about(other.id()));
        }
        if let Some(other) = file {
            let message = format!("{what} is also that of {kind} '{}' in the file", other.key);
            reasons.push(Reason::new("duplicate-in-file", message).about(other.id()));
        }
    };
    let is_other = |other: &&Object| other.key != object.key && base.is_none_or(|base| base.key != other.key);
    if let (Sort::Api, Some(id)) = (object.sort, &object.database_id) {
        let target = pair.target.with_database_id(Sort::Api, id).find(is_other);
        let file = pair.file.with_database_id(Sort::Api, id).find(is_other);
        note(format!("database id '{id}'"), target, file);
    }
    if object.sort == Sort::Policy {
        let target = pair.target.portable(&object.owner, &object.portable).find(is_other);
        let file = pair.file.portable(&object.owner, &object.portable).find(is_other);
        note(format!("id '{}' of organisation {}", object.portable, quoted(&object.owner)), target, file);
    }
    reasons
}

/// Returns what is wrong with what an object says; told of what would be
/// written alone.
pub(super) fn content(object: &Object, pair: &Pair<'_>) -> Vec<Reason> {
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
        Sort::Api => reasons.extend(listens_alike(object, pair)),
        Sort::Policy => reasons.extend(named_alike(object, pair)),
    }
    reasons
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
    let is_custom = object.sort == Sort::Policy && object.database_id.as_ref() != Some(&object.portable);
    if let Some(bad) = object.portable.chars().find(|c| !is_of_policy_id(*c)).filter(|_| is_custom) {
        let message = format!(
            "id '{}' holds '{bad}': allowed are a-z, A-Z, 0-9, '.', '_', '-' and '~'",
            object.portable
        );
        reasons.push(Reason::new("invalid-policy-id", message));
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
fn listens_alike(object: &Object, pair: &Pair<'_>) -> Vec<Reason> {
    let Some(place) = listens(object) else { return Vec::new() };
    let is_rival = |other: &&Object| other.key != object.key && meets(object, other);
    let told = |other: &Object, words: &str, code: &'static str| {
        let message = format!(
            "{} {words} api '{}' of organisation {}: the gateway would serve one of the two at another path",
            shown(place),
            other.key,
            quoted(&other.owner)
        );
        Reason::new(code, message).about(other.id())
    };
    let target = pair.target.listeners(place).find(is_rival);
    let file = pair.file.listeners(place).find(is_rival);
    let target = target.map(|other| told(other, "in the target is that of", "listen-path-taken"));
    let file = file.map(|other| told(other, "in the file is also that of", "duplicate-in-file"));
    target.into_iter().chain(file).collect()
}

/// Says whether a gateway would load both at once.
fn meets(one: &Object, other: &Object) -> bool {
    is_active(one) && is_active(other) && may_meet(one, other)
}

fn shown((domain, path): (&str, &str)) -> String {
    if domain.is_empty() {
        format!("listen path '{path}'")
    } else {
        format!("listen path '{path}' of '{domain}'")
    }
}

/// Two policies of one organisation with one name, which the Dashboard refuses.
fn named_alike(object: &Object, pair: &Pair<'_>) -> Vec<Reason> {
    if object.name.is_empty() || object.owner.is_empty() {
        return Vec::new();
    }
    let base = pair.base(object);
    let is_other = |other: &&Object| other.key != object.key && base.is_none_or(|base| base.key != other.key);
    let target = pair.target.named(&object.owner, &object.name).find(is_other).map(|other| {
        let message = format!("name '{}' belongs to policy '{}' in the target", object.name, other.key);
        Reason::new("name-taken", message).about(other.id())
    });
    let file = pair.file.named(&object.owner, &object.name).find(is_other).map(|other| {
        let message = format!("name '{}' is also that of policy '{}' in the file", object.name, other.key);
        Reason::new("duplicate-in-file", message).about(other.id())
    });
    target.into_iter().chain(file).collect()
}

/// Returns what the operator should know of an object beside the others.
pub(super) fn warnings(object: &Object, pair: &Pair<'_>) -> Vec<Finding> {
    match object.sort {
        Sort::Organisation => unlisted(object, pair).into_iter().collect(),
        Sort::Api => might_listen_alike(object, pair).into_iter().collect(),
        Sort::Policy => Vec::new(),
    }
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
    let listed: Vec<&str> =
        object.body.get("apis")?.elements().iter().map(|entry| entry.text_of("api_id")).collect();
    if listed.is_empty() {
        return None;
    }
    let mut missing: Vec<&str> = pair.file.apis_of(&object.key).map(|api| &*api.key).collect();
    let known = missing.clone();
    missing.extend(pair.target.apis_of(&object.key).map(|api| &*api.key).filter(|key| !known.contains(key)));
    missing.retain(|key| !listed.contains(key));
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
