//! The target's value and the file's value, aligned as one tree.
//!
//! Each node holds both values, the schema's rule for its path, and therefore
//! the resulting value. The changes that are shown ([`Aligned::sides`]) and the
//! value that is written ([`Aligned::result`]) are two readings of the same
//! nodes; nothing else computes either.

mod locate;
mod look;
mod node;
mod sequence;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

pub use self::locate::{Located, locate};
use self::look::{Look, Scope};
use self::node::{Leaf, Member, Node, Part, Take};
use super::diff::{push_segment, segments};
use super::item::{Field, Value};
use super::json::{Json, Object};
use super::rule::PathPattern;
use super::schema::{Class, Cover, DocumentSchema, ListRule};
use super::secret::{self, Masked};

/// A target's document and a file's, aligned.
#[derive(Debug)]
pub struct Aligned<'a> {
    root: Node<'a>,
    schema: &'a DocumentSchema,
    /// Paths of credentials that neither side has.
    missing_secrets: Vec<String>,
    /// Paths of values with masks in place of secrets, which would be written
    /// over the target's, or as secrets.
    masked: Vec<String>,
    /// Paths of differences that the system rejects.
    immutable: Vec<Refused>,
    /// Lists that are too long to align, and whether that would lose a
    /// credential of the target.
    unaligned: Vec<Unaligned>,
    /// What rules say to ignore.
    ignored: Ignored,
}

/// What the rules of an alignment ignore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// The paths of the differences.
    pub paths: Vec<String>,
    /// The rules that name a value of either side, by their index.
    pub rules: HashSet<usize>,
}

/// A difference that the system rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// JSON pointer to it.
    pub path: String,
    /// The target's value, as it may be shown.
    pub before: Value,
    /// The file's value, as it may be shown.
    pub after: Value,
}

/// A list that is compared as one value because it is too long to align.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unaligned {
    /// JSON pointer to it.
    pub path: String,
    /// Whether a cover would lose credentials that only the target has.
    pub loses_secrets: bool,
}

/// Returns whether [aligning](align) a document with itself has nothing to
/// report: no secret is a placeholder, and no element of a list is without a
/// member that others have.
pub fn is_silent(json: &Json) -> bool {
    match json {
        Json::Object(object) => object.members().all(|(_, json)| is_silent(json)),
        Json::List(elements) => elements.iter().all(is_silent) && is_uniform(elements),
        plain => !look::is_placeholder(plain),
    }
}

/// Returns whether all objects of a list have the same members.
fn is_uniform(elements: &[Json]) -> bool {
    let mut objects = elements.iter().filter_map(Json::as_object);
    let Some(first) = objects.next() else {
        return true;
    };
    objects.all(|object| {
        object.len() == first.len() && object.names().all(|name| first.get(name).is_some())
    })
}

/// Aligns a document of the file with the target's document.
pub fn align<'a>(
    target: Option<&'a Json>,
    file: &'a Json,
    schema: &'a DocumentSchema,
) -> Aligned<'a> {
    align_ignoring(target, file, schema, &[])
}

/// Aligns a document of the file with the target's document, whose values at
/// some paths are kept, as they are shown.
///
/// A value is kept where the elements around it are certainly the same on both
/// sides: elsewhere the file's results, and is shown.
pub fn align_ignoring<'a>(
    target: Option<&'a Json>,
    file: &'a Json,
    schema: &'a DocumentSchema,
    ignore: &'a [&'a PathPattern],
) -> Aligned<'a> {
    let mut aligner = Aligner {
        look: Look::new(schema, target.is_some()),
        path: Vec::new(),
        pointer: String::new(),
        missing_secrets: Vec::new(),
        masked: Vec::new(),
        immutable: Vec::new(),
        unaligned: Vec::new(),
        ignore,
        ignored: Ignored::default(),
    };
    let scope = Scope::new(schema);
    let root = aligner.values(target, Some(file), &scope);
    let Aligner {
        mut missing_secrets,
        masked,
        immutable,
        unaligned,
        ignored,
        ..
    } = aligner;
    let mut seen = HashSet::new();
    missing_secrets.retain(|place| seen.insert(place.clone()));
    Aligned {
        root,
        schema,
        missing_secrets,
        masked,
        immutable,
        unaligned,
        ignored,
    }
}

struct Aligner<'a> {
    look: Look<'a>,
    /// The path down to here; `*` for elements of lists.
    path: Vec<&'a str>,
    /// The same path for people.
    pointer: String,
    missing_secrets: Vec<String>,
    masked: Vec<String>,
    immutable: Vec<Refused>,
    unaligned: Vec<Unaligned>,
    ignore: &'a [&'a PathPattern],
    ignored: Ignored,
}

impl<'a> Aligner<'a> {
    /// Aligns the values at one path.
    fn values(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        scope: &Scope,
    ) -> Node<'a> {
        let place = self.look.rules().at(&self.path);
        let scope = scope.at(&place, &self.path);
        if scope.carries && self.look.is_cover && self.is_ignored() {
            return self.ignored(target, file, &scope);
        }
        match place.class {
            Class::Local if scope.carries && !self.path.is_empty() => {
                return self.kept(target, file, &scope);
            }
            Class::Kept
                if scope.carries && self.look.is_cover && self.says_nothing(file, &scope) =>
            {
                return self.leaf(target, file, Take::Kept, &scope);
            }
            Class::Derived => return self.leaf(target, file, Take::Along, &scope),
            // The member that names the target's credentials stays with them.
            _ if place.names_secrets && file.is_none() && scope.carries && self.look.is_cover => {
                return self.leaf(target, file, Take::Kept, &scope);
            }
            _ => {}
        }
        if scope.is_secret() && ![target, file].into_iter().flatten().any(look::is_container) {
            return self.secret(target, file, &scope);
        }
        let node = match (target, file) {
            (Some(Json::Object(target)), Some(Json::Object(file))) => {
                self.objects(target, file, &scope, place.entries)
            }
            (Some(there @ Json::List(target)), Some(here @ Json::List(file))) => {
                self.lists([there, here], target, file, &scope, place.list)
            }
            _ => self.plain(target, file, &scope),
        };
        if place.class == Class::Immutable
            && target.is_some()
            && let Node::Leaf(leaf) = &node
            && leaf.take == Take::File
        {
            let (before, after) = (leaf.before.clone(), leaf.after.clone());
            self.immutable.push(Refused {
                path: self.pointer.clone(),
                before,
                after,
            });
        }
        node
    }

    /// Values of which at least one is not an object or a list.
    fn plain(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        scope: &Scope,
    ) -> Node<'a> {
        let is_same = self.look.is_same(target, file, scope)
            || (scope.is_valued
                && self.says_nothing(target, scope)
                && self.says_nothing(file, scope));
        let masked = if is_same {
            Masked::No
        } else {
            self.masked_by(target, file)
        };
        let take = match scope.cover {
            _ if is_same => Take::Same,
            _ if masked == Masked::Whole && scope.carries => Take::Kept,
            _ if masked != Masked::No => {
                self.masked.push(self.pointer.clone());
                Take::File
            }
            // A member that the file does not mention stays.
            Cover::Merge if target.is_some() && self.shown(file, scope) == Value::Null => {
                Take::Same
            }
            _ => Take::File,
        };
        if take == Take::File && !is_text_or_list(target, file) {
            self.note_missing(target, file, scope);
        }
        self.leaf(target, file, take, scope)
    }

    /// Returns whether the file's value has masks where the target's has secrets,
    /// or where it has nothing.
    fn masked_by(&self, target: Option<&Json>, file: Option<&Json>) -> Masked {
        let name = self.path.last().copied().unwrap_or_default();
        match (target, file) {
            (Some(Json::Text(there)), Some(Json::Text(here))) => secret::masked(name, there, here),
            // A list that is one value: its texts, and those of its elements.
            (Some(there @ Json::List(_)), Some(here @ Json::List(_))) => {
                secret::masked(name, &there.print(), &here.print())
            }
            _ => Masked::No,
        }
    }

    fn says_nothing(&mut self, json: Option<&'a Json>, scope: &Scope) -> bool {
        json.is_none_or(|json| self.look.says_nothing(json, &mut self.path, scope))
    }

    /// Returns whether a rule says to ignore the value at the path.
    fn is_ignored(&mut self) -> bool {
        if self.ignore.is_empty() || self.path.is_empty() {
            return false;
        }
        let path: Vec<String> = segments(&self.pointer).collect();
        let rules = self.ignore.iter().enumerate();
        let named = rules.filter(|(_, pattern)| pattern.names(&path));
        let named: Vec<usize> = named.map(|(index, _)| index).collect();
        self.ignored.rules.extend(&named);
        !named.is_empty()
    }

    /// A value whose difference is ignored: the target's stays, also where it
    /// has none.
    fn ignored(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        scope: &Scope,
    ) -> Node<'a> {
        if self.shown(target, scope) != self.shown(file, scope) {
            self.ignored.paths.push(self.pointer.clone());
        }
        self.leaf(target, file, Take::Ignored, scope)
    }

    /// A value that belongs to the target.
    fn kept(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        scope: &Scope,
    ) -> Node<'a> {
        let is_cover = self.look.is_cover;
        self.leaf(
            target,
            file,
            if is_cover { Take::Kept } else { Take::File },
            scope,
        )
    }

    /// A credential: the target's is kept where the file has none.
    fn secret(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        scope: &Scope,
    ) -> Node<'a> {
        let has = |json: Option<&Json>| json.is_some_and(|json| !look::lacks_secret(json));
        let take = match (has(target), has(file)) {
            (true, false) if file.is_none() && !scope.is_own_secret() => match scope.cover {
                Cover::Replace => Take::File,
                Cover::Merge => Take::Kept,
            },
            (true, false) if scope.carries => Take::Kept,
            (true, false) => {
                self.note_lacking(file);
                Take::File
            }
            (false, false) if file.is_some_and(look::is_placeholder) => {
                if self.look.is_cover {
                    self.missing_secrets.push(self.pointer.clone());
                    Take::Same
                } else {
                    self.note_lacking(file);
                    Take::File
                }
            }
            (false, false) => return self.plain(target, file, scope),
            _ if self.look.is_same(target, file, scope) => Take::Same,
            _ if scope.carries && self.masked_by(target, file) == Masked::Whole => Take::Kept,
            _ => {
                if file.is_some_and(look::is_masked) {
                    self.masked.push(self.pointer.clone());
                }
                Take::File
            }
        };
        self.leaf(target, file, take, scope)
    }

    fn leaf(
        &mut self,
        target: Option<&'a Json>,
        file: Option<&'a Json>,
        take: Take,
        scope: &Scope,
    ) -> Node<'a> {
        let before = self.shown(target, scope);
        let (before, after) = match take {
            Take::Same if target.is_some() => (before.clone(), before),
            // Neither side has a value, or the difference does not count.
            Take::Same | Take::Along => {
                let after = self.shown(file, scope);
                (after.clone(), after)
            }
            Take::File if target.is_some() && file.is_some() => {
                (one_value(before), one_value(self.shown(file, scope)))
            }
            Take::Kept | Take::Ignored | Take::File => (before, self.shown(file, scope)),
        };
        // Only what can be shown counts as a difference.
        let is_same = take == Take::File && target.is_some() && file.is_some() && before == after;
        let take = if is_same { Take::Same } else { take };
        Node::Leaf(Box::new(Leaf {
            target,
            file,
            take,
            before,
            after,
        }))
    }

    fn shown(&mut self, json: Option<&'a Json>, scope: &Scope) -> Value {
        json.map_or(Value::Null, |json| {
            self.look.value(json, &mut self.path, scope)
        })
    }

    fn objects(
        &mut self,
        target: &'a Object,
        file: &'a Object,
        scope: &Scope,
        entries: bool,
    ) -> Node<'a> {
        let scope = &scope
            .inside([target, file], self.look.rules(), &mut self.path)
            .valued(!entries);
        let mut members: Vec<Member<'a>> = Vec::with_capacity(target.len().max(file.len()));
        let known = Names::new(file);
        for (name, there) in target.members() {
            let here = known.get(name);
            let node = self.below(name, name, |this| this.values(Some(there), here, scope));
            members.push(Member { name, node });
        }
        let known = Names::new(target);
        for (name, here) in file.members().filter(|(name, _)| known.get(name).is_none()) {
            let node = self.below(name, name, |this| this.values(None, Some(here), scope));
            members.push(Member { name, node });
        }
        if entries {
            Node::Entries(members)
        } else {
            Node::Object(members)
        }
    }

    fn lists(
        &mut self,
        [there, here]: [&'a Json; 2],
        target: &'a [Json],
        file: &'a [Json],
        scope: &Scope,
        rule: Option<ListRule>,
    ) -> Node<'a> {
        let are_plain = [target, file].into_iter().flatten().all(Json::is_plain);
        match rule {
            Some(ListRule::Atomic) => self.plain(Some(there), Some(here), scope),
            Some(ListRule::Set) if are_plain => self.set(target, file, scope),
            _ if are_plain => self.plain(Some(there), Some(here), scope),
            rule => {
                let (keys, ordered) = self.look.keys(rule, scope);
                match look::fitting_key(keys, target, file) {
                    Some(key) => self.keyed(target, file, scope, &key, ordered),
                    // The elements cannot be matched.
                    None if scope.cover == Cover::Merge => {
                        self.plain(Some(there), Some(here), scope)
                    }
                    None => self.sequence([there, here], target, file, scope),
                }
            }
        }
    }

    fn set(&mut self, target: &'a [Json], file: &'a [Json], scope: &Scope) -> Node<'a> {
        let canonical = |json: &Json| super::json::canonical(json);
        let wanted: HashSet<String> = file.iter().map(canonical).collect();
        let mut there: HashSet<String> = HashSet::with_capacity(target.len());
        let mut elements = Vec::with_capacity(target.len());
        self.path.push("*");
        for json in target {
            let text = canonical(json);
            let is_wanted = wanted.contains(&text) || scope.cover == Cover::Merge;
            there.insert(text);
            let value = self.look.value(json, &mut self.path, scope);
            let stays = is_wanted || self.leaves_alone(json, &value, scope);
            elements.push((Some(json), stays.then_some(json), value));
        }
        for json in file {
            if there.insert(canonical(json)) {
                self.note_missing(None, Some(json), scope);
                let value = self.look.value(json, &mut self.path, scope);
                if !self.leaves_alone(json, &value, scope) {
                    elements.push((None, Some(json), value));
                }
            }
        }
        self.path.pop();
        Node::Set(elements)
    }

    /// Returns whether an element that only one side has is ignored.
    fn leaves_alone(&mut self, json: &Json, value: &Value, scope: &Scope) -> bool {
        if self.ignore.is_empty() || !scope.carries || !self.look.is_cover {
            return false;
        }
        let length = self.pointer.len();
        self.pointer.push('/');
        push_segment(&mut self.pointer, &look::known_by(json, value).1);
        let is_ignored = self.is_ignored();
        if is_ignored {
            self.ignored.paths.push(self.pointer.clone());
        }
        self.pointer.truncate(length);
        is_ignored
    }

    /// Elements that are identified by a key.
    fn keyed(
        &mut self,
        target: &'a [Json],
        file: &'a [Json],
        scope: &Scope,
        key: &look::Key,
        ordered: bool,
    ) -> Node<'a> {
        let mut pairs = Vec::with_capacity(target.len().max(file.len()));
        for (index, id) in key.file.iter().enumerate() {
            pairs.push(sequence::Match {
                target: key.target_place(id),
                file: Some(index),
                sure: true,
            });
        }
        let gone = key
            .target
            .iter()
            .enumerate()
            .filter(|(_, id)| key.file_place(id).is_none());
        pairs.extend(gone.map(|(index, _)| sequence::Match {
            target: Some(index),
            file: None,
            sure: true,
        }));
        let label = |pair: &sequence::Match| {
            let of = pair
                .file
                .and_then(|index| key.file.get(index))
                .or_else(|| key.target.get(pair.target?));
            of.cloned().unwrap_or_default()
        };
        let named: Vec<(sequence::Match, Arc<str>, Arc<str>)> = pairs
            .into_iter()
            .map(|pair| (pair, label(&pair), key.label(&label(&pair))))
            .collect();
        self.parts(target, file, scope, named, ordered)
    }

    /// Elements that are identified only by their content.
    fn sequence(
        &mut self,
        [there, here]: [&'a Json; 2],
        target: &'a [Json],
        file: &'a [Json],
        scope: &Scope,
    ) -> Node<'a> {
        self.path.push("*");
        let mut prints = |list: &'a [Json]| -> Vec<sequence::Print> {
            list.iter()
                .map(|json| self.look.print(json, &mut self.path, scope))
                .collect()
        };
        let pairs = sequence::align(&prints(target), &prints(file));
        self.path.pop();
        let Some(pairs) = pairs else {
            let loses_secrets =
                scope.carries && self.look.holds_secret(there, &mut self.path, scope);
            self.unaligned.push(Unaligned {
                path: self.pointer.clone(),
                loses_secrets,
            });
            return self.plain(Some(there), Some(here), scope);
        };
        // Paths of the file, since its order results; removed elements use
        // paths of the target, marked as such.
        let named =
            pairs
                .into_iter()
                .map(|pair| match (pair.file, pair.target.unwrap_or_default()) {
                    (Some(index), _) => (
                        pair,
                        Arc::from(format!("f{index}")),
                        Arc::from(index.to_string()),
                    ),
                    (None, index) if index < file.len() => (
                        pair,
                        Arc::from(format!("t{index}")),
                        Arc::from(format!("{index} (before)")),
                    ),
                    (None, index) => (
                        pair,
                        Arc::from(format!("t{index}")),
                        Arc::from(index.to_string()),
                    ),
                });
        self.parts(target, file, scope, named.collect(), true)
    }

    fn parts(
        &mut self,
        target: &'a [Json],
        file: &'a [Json],
        scope: &Scope,
        named: Vec<(sequence::Match, Arc<str>, Arc<str>)>,
        ordered: bool,
    ) -> Node<'a> {
        // On a merge the target's elements keep their places.
        let ordered = ordered && scope.cover == Cover::Replace;
        let (scope, usual) = (
            &scope.valued(false),
            self.usual_secrets(target, file, scope),
        );
        let mut parts: Vec<Part<'a>> = Vec::with_capacity(named.len());
        for (pair, id, label) in named {
            let there = pair.target.and_then(|index| target.get(index));
            let here = pair.file.and_then(|index| file.get(index));
            let carries = scope.carries && self.look.is_cover;
            let scope = &scope.carrying(pair.sure);
            let node = self.below("*", &label, |this| {
                // Nothing moves between elements, so that none has to be surely the same.
                if carries && there.is_some() != here.is_some() && this.is_ignored() {
                    return this.ignored(there, here, scope);
                }
                if there.is_none() || !pair.sure {
                    this.note_unusual(here, &usual);
                }
                match there {
                    Some(_) => this.values(there, here, scope),
                    None => this.inserted(here, scope),
                }
            });
            let stays = match node.is_ignored() {
                true => there.is_some(),
                false => here.is_some() || scope.cover == Cover::Merge,
            };
            parts.push(Part {
                id,
                label,
                target: pair.target,
                stays,
                node,
            });
        }
        if !ordered {
            // The target's order, then the new elements.
            parts.sort_by_key(|part| part.target.unwrap_or(usize::MAX));
        }
        Node::List { ordered, parts }
    }

    /// A new element, which is added as a whole.
    fn inserted(&mut self, file: Option<&'a Json>, scope: &Scope) -> Node<'a> {
        let scope = scope.at(&self.look.rules().at(&self.path), &self.path);
        self.note_missing(None, file, &scope);
        self.leaf(None, file, Take::File, &scope)
    }

    /// Returns the names of the credentials of a list's elements.
    fn usual_secrets(
        &mut self,
        target: &'a [Json],
        file: &'a [Json],
        scope: &Scope,
    ) -> Vec<&'a str> {
        let mut names: Vec<&'a str> = Vec::new();
        self.path.push("*");
        for (name, json) in target
            .iter()
            .chain(file)
            .filter_map(Json::as_object)
            .flat_map(Object::members)
        {
            if names.contains(&name) || !json.is_plain() || look::lacks_secret(json) {
                continue;
            }
            self.path.push(name);
            if scope
                .at(&self.look.rules().at(&self.path), &self.path)
                .is_secret()
            {
                names.push(name);
            }
            self.path.pop();
        }
        self.path.pop();
        names
    }

    /// Records the credentials that a new element is missing and others of its list have.
    fn note_unusual(&mut self, json: Option<&Json>, usual: &[&str]) {
        let Some(object) = json.and_then(Json::as_object) else {
            return;
        };
        for name in usual.iter().filter(|name| object.get(name).is_none()) {
            let mut pointer = self.pointer.clone();
            pointer.push('/');
            push_segment(&mut pointer, name);
            self.missing_secrets.push(pointer);
        }
    }

    /// Records a credential that the file does not have, or only as a mask.
    fn note_lacking(&mut self, file: Option<&Json>) {
        let lacking = match file.is_some_and(look::is_masked) {
            true => &mut self.masked,
            false => &mut self.missing_secrets,
        };
        lacking.push(self.pointer.clone());
    }

    /// Records the placeholders of credentials in new values, and the masks.
    fn note_missing(&mut self, target: Option<&'a Json>, file: Option<&'a Json>, scope: &Scope) {
        let Some(file) = file.filter(|file| look::holds_placeholder(file)) else {
            return;
        };
        let mut lacking = look::Lacking::default();
        let pointer = &self.pointer;
        self.look
            .placeholders(file, &mut self.path, scope, pointer, &mut lacking);
        self.masked.extend(lacking.masked);
        if target.is_none() && look::is_container(file) {
            self.missing_secrets.extend(lacking.missing);
        }
    }

    fn below<R>(&mut self, name: &'a str, label: &str, then: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.pointer.len();
        // Members that are shown as the object's own have no path segment of their own.
        if !(self.path.is_empty() && self.look.is_inner(name)) {
            self.pointer.push('/');
            push_segment(&mut self.pointer, label);
        }
        self.path.push(name);
        let done = then(self);
        self.path.pop();
        self.pointer.truncate(length);
        done
    }
}

/// Returns whether both values are texts or both are lists, which are compared with
/// what they hide.
const fn is_text_or_list(target: Option<&Json>, file: Option<&Json>) -> bool {
    matches!(
        (target, file),
        (Some(Json::Text(_)), Some(Json::Text(_))) | (Some(Json::List(_)), Some(Json::List(_)))
    )
}

/// Returns a list that replaces another one as a whole.
fn one_value(value: Value) -> Value {
    match value {
        Value::Set(elements) | Value::Sequence(elements) => {
            Value::List(elements.into_iter().map(|element| element.value).collect())
        }
        other => other,
    }
}

/// The members of an object by their names.
enum Names<'a> {
    Few(&'a Object),
    Many(std::collections::HashMap<&'a str, &'a Json>),
}

impl<'a> Names<'a> {
    /// Up to this many members a linear search is faster.
    const FEW: usize = 16;

    fn new(object: &'a Object) -> Self {
        if object.len() <= Self::FEW {
            Self::Few(object)
        } else {
            Self::Many(object.members().collect())
        }
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        match self {
            Self::Few(object) => object.get(name),
            Self::Many(members) => members.get(name).copied(),
        }
    }
}

impl Aligned<'_> {
    /// Returns what is shown of the target, if it has the object, and of the
    /// file: [`compare`](super::diff::compare) finds the changes between them.
    pub fn sides(&self) -> (Value, Value) {
        let (before, after) = self.root.sides(self.schema.cover);
        let inner = self.schema.inner;
        let beside: HashSet<String> = [&before, &after]
            .into_iter()
            .flat_map(Value::fields)
            .map(|field| field.name.to_string())
            .filter(|name| !inner.is_empty() && name != inner)
            .collect();
        (lift(before, inner, &beside), lift(after, inner, &beside))
    }

    /// Returns the file's value, with that of the target wherever the difference
    /// is ignored.
    pub fn file(&self) -> Json {
        self.root.file().unwrap_or(Json::Null)
    }

    /// Returns what is ignored.
    pub const fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// Returns the resulting value.
    pub fn result(&self) -> Json {
        self.root.result().unwrap_or(Json::Null)
    }

    /// Returns the paths of the credentials that neither side has.
    pub fn missing_secrets(&self) -> &[String] {
        &self.missing_secrets
    }

    /// Returns the paths of the values that would be written with masks in place
    /// of secrets.
    pub fn masked(&self) -> &[String] {
        &self.masked
    }

    /// Returns the differences that the system rejects.
    pub fn immutable(&self) -> &[Refused] {
        &self.immutable
    }

    /// Returns the lists that are too long to align.
    pub fn unaligned(&self) -> &[Unaligned] {
        &self.unaligned
    }
}

/// Shows the members of the inner object as the object's own, except those that
/// share a name with a member next to it.
fn lift(value: Value, inner: &str, beside: &HashSet<String>) -> Value {
    match value {
        Value::Record(mut fields) if !inner.is_empty() => {
            let found = fields.iter_mut().find(|field| field.name == inner);
            if let Some(Field {
                value: Value::Record(members),
                ..
            }) = found
            {
                let (stay, lifted) = std::mem::take(members)
                    .into_iter()
                    .partition(|field| beside.contains(&*field.name));
                *members = stay;
                fields.extend::<Vec<Field>>(lifted);
            }
            fields.retain(|field| field.name != inner || field.value != Value::Record(Vec::new()));
            fields.sort_by(|one, other| one.name.cmp(&other.name));
            Value::Record(fields)
        }
        Value::Null => Value::Record(Vec::new()),
        other => other,
    }
}
