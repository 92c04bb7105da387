//! A file and a target: which objects correspond, and which block each other.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::index::{Index, Outside};
use super::{Kinds, Object};
use crate::engine::display::some_of;
use crate::engine::schema::{Column, Key, Role, Unique, text_at};
use crate::engine::{DefaultReference, Matched, Reason};

/// The maximum number of objects named in a message.
const MAX_LISTED: usize = 3;

/// The code of the reason that a name is ambiguous.
const AMBIGUOUS: &str = "ambiguous-name";

/// A file and a target.
pub struct Sides<'o> {
    /// The declarations of their kinds.
    pub kinds: &'o dyn Kinds,
    /// The file's objects.
    pub file: Index<'o>,
    /// The target's.
    pub target: Index<'o>,
    pub(super) defaults: &'o [DefaultReference],
    pub(super) outside: Outside<'o>,
    /// For each object of the file, its counterpart in the target.
    bases: Vec<Option<Base>>,
    /// For each object of the file, its blocking reasons.
    blocks: Vec<Vec<Reason>>,
    /// For objects of the target, their counterparts in the file.
    sharing: HashMap<usize, Vec<usize>>,
}

/// The counterpart of an object of the file in the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Its index.
    pub index: usize,
    /// The key of the kind by which it was found.
    pub key: usize,
}

impl<'o> Sides<'o> {
    /// Matches the objects. References that resolve to nothing resolve to
    /// `defaults`.
    pub fn new(
        kinds: &'o dyn Kinds,
        file: &'o [Object],
        target: &'o [Object],
        defaults: &'o [DefaultReference],
    ) -> Self {
        let mut sides = Self {
            kinds,
            file: Index::new(file),
            target: Index::new(target),
            defaults,
            outside: Outside::new(target, kinds.outside()),
            bases: vec![None; file.len()],
            blocks: vec![Vec::new(); file.len()],
            sharing: HashMap::new(),
        };
        for (index, object) in file.iter().enumerate() {
            let alone = kinds.blocks_alone(object);
            sides.block(index, alone);
        }
        sides.find_twice();
        sides.match_by_id();
        sides.match_by_name();
        sides.match_the_only_ones();
        for (index, base) in sides.bases.iter().enumerate() {
            if let Some(base) = base {
                sides.sharing.entry(base.index).or_default().push(index);
            }
        }
        sides.find_contradictions();
        sides.find_shared();
        sides.find_taken();
        sides
    }

    /// Returns the target's counterpart of an object of the file.
    pub fn base(&self, index: usize) -> Option<&'o Object> {
        self.target.get(self.found(index)?.index)
    }

    /// Returns the same, and how it was found.
    pub fn found(&self, index: usize) -> Option<Base> {
        self.bases.get(index).copied().flatten()
    }

    /// Returns the file's first counterpart of an object of the target.
    pub fn sharing(&self, target: usize) -> Option<usize> {
        self.sharing
            .get(&target)
            .and_then(|sharing| sharing.first())
            .copied()
    }

    /// Returns what blocks an object of the file.
    pub fn blocks(&self, index: usize) -> &[Reason] {
        self.blocks.get(index).map_or(&[], Vec::as_slice)
    }

    fn block(&mut self, index: usize, reasons: impl IntoIterator<Item = Reason>) {
        if let Some(blocks) = self.blocks.get_mut(index) {
            for reason in reasons {
                if !blocks.contains(&reason) {
                    blocks.push(reason);
                }
            }
        }
    }

    /// Returns the objects of the file that may correspond to an object of the target.
    fn matchable(&self) -> impl Iterator<Item = (usize, &'o Object)> + use<'o> {
        let objects = self.file.objects.iter().enumerate();
        objects.filter(|(_, object)| object.schema.importable && !object.id().is_empty())
    }

    /// Blocks objects with the same id.
    fn find_twice(&mut self) {
        let mut holders: HashMap<(&str, Cow<'_, str>), Vec<usize>> = HashMap::new();
        for (index, object) in self.matchable() {
            let id = object.schema.id_form().of(&object.item.key);
            holders
                .entry((object.kind().as_str(), id))
                .or_default()
                .push(index);
        }
        for holders in holders.into_values().filter(|holders| holders.len() > 1) {
            let Some(object) = holders.first().and_then(|index| self.file.get(*index)) else {
                continue;
            };
            // The same for all of them: what is found of each is then one finding.
            let paths = holders.iter().filter_map(|index| self.file.get(*index));
            let places = some_of(paths.map(|object| &object.path), MAX_LISTED);
            let message = format!(
                "{} '{}' occurs {} times in the file: at {places}",
                object.kind(),
                object.item.key,
                holders.len()
            );
            let reason = Reason::new("duplicate-in-file", message);
            for index in holders {
                self.block(index, [reason.clone()]);
            }
        }
    }

    /// Names the first few other objects of the file; of thousands no more are
    /// examined.
    fn others(
        &self,
        holders: &[usize],
        index: usize,
        named: impl Fn(&Object) -> Option<String>,
    ) -> String {
        let others = holders
            .iter()
            .filter(|other| **other != index)
            .take(MAX_LISTED + 1);
        let named: Vec<String> = others
            .filter_map(|other| named(self.file.get(*other)?))
            .collect();
        match holders.len() - 1 {
            count if count > MAX_LISTED && named.len() > MAX_LISTED => {
                let first = named.get(..MAX_LISTED).unwrap_or_default().join(", ");
                format!("{first} and {} more", count - MAX_LISTED)
            }
            _ => named.join(", "),
        }
    }

    fn match_by_id(&mut self) {
        for (index, object) in self.matchable() {
            let keys = object
                .schema
                .keys
                .iter()
                .enumerate()
                .filter(|(_, key)| key.role == Role::Id);
            let mut found = keys.filter_map(|(key, _)| {
                let value = object.values(key).next()?;
                let first = self
                    .target
                    .with(object.schema, key, &object.owner, value)
                    .first();
                first.map(|index| Base { index: *index, key })
            });
            let base = found.next();
            self.set_base(index, base);
        }
    }

    fn set_base(&mut self, index: usize, base: Option<Base>) {
        if let Some(slot) = self.bases.get_mut(index) {
            *slot = base;
        }
    }

    /// Matches objects without a matching id by name, exactly.
    fn match_by_name(&mut self) {
        let taken: HashSet<usize> = self.bases.iter().flatten().map(|base| base.index).collect();
        let mut by_name: HashMap<(&str, usize, &str, &str), Vec<usize>> = HashMap::new();
        let mut order = Vec::new();
        for (index, object) in self
            .matchable()
            .filter(|(index, _)| self.found(*index).is_none())
        {
            let names = object
                .schema
                .keys
                .iter()
                .enumerate()
                .filter(|(_, key)| key.role == Role::Name);
            for (key, said) in names {
                let Some(name) = object.values(key).next() else {
                    continue;
                };
                let owner = if said.per_owner { &*object.owner } else { "" };
                let id = (object.kind().as_str(), key, owner, &**name);
                let holders = by_name.entry(id).or_default();
                if holders.is_empty() {
                    order.push(id);
                }
                holders.push(index);
            }
        }
        for id in order {
            let (Some(holders), (_, key, owner, name)) = (by_name.remove(&id), id) else {
                continue;
            };
            let Some(first) = holders.first().and_then(|index| self.file.get(*index)) else {
                continue;
            };
            let is_free = |index: &usize| {
                let values = self
                    .target
                    .get(*index)
                    .and_then(|object| object.values(key).next());
                !taken.contains(index) && values.is_some_and(|value| **value == *name)
            };
            let found: Vec<usize> = self
                .target
                .with(first.schema, key, owner, name)
                .iter()
                .copied()
                .filter(is_free)
                .collect();
            match (holders.as_slice(), found.as_slice()) {
                (_, []) => {}
                ([only], [index]) => self.set_base(*only, Some(Base { index: *index, key })),
                _ => {
                    let reason = self.ambiguous(name, &holders, &found);
                    holders
                        .iter()
                        .for_each(|index| self.block(*index, [reason.clone()]));
                }
            }
        }
    }

    fn ambiguous(&self, name: &str, here: &[usize], there: &[usize]) -> Reason {
        let describe = |side: &Index<'o>, all: &[usize]| {
            some_of(
                all.iter()
                    .filter_map(|index| Some(format!("'{}'", side.get(*index)?.item.key))),
                MAX_LISTED,
            )
        };
        let message = format!(
            "the target does not have its id, and the name '{name}' means more than one object: {} in the \
             file, {} in the target",
            describe(&self.file, here),
            describe(&self.target, there)
        );
        let about = there
            .iter()
            .take(MAX_LISTED)
            .filter_map(|index| Some(self.target.get(*index)?.item.clone()));
        about.fold(Reason::new(AMBIGUOUS, message), Reason::about)
    }

    /// Matches the only object of a kind with the target's only one.
    fn match_the_only_ones(&mut self) {
        let taken: HashSet<usize> = self.bases.iter().flatten().map(|base| base.index).collect();
        let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, object) in self
            .matchable()
            .filter(|(index, _)| self.found(*index).is_none())
        {
            if object.is_only() {
                open.entry(object.kind().as_str()).or_default().push(index);
            }
        }
        for (kind, holders) in open {
            let free = self
                .target
                .of(kind)
                .iter()
                .find(|index| !taken.contains(index));
            if let ([only], Some(index)) = (holders.as_slice(), free) {
                let keys = self
                    .file
                    .get(*only)
                    .map_or(&[][..], |object| object.schema.keys);
                let key = keys
                    .iter()
                    .position(|key| key.role == Role::Only)
                    .unwrap_or_default();
                self.set_base(*only, Some(Base { index: *index, key }));
            }
        }
    }

    /// Blocks objects whose ids match different objects of the target.
    fn find_contradictions(&mut self) {
        let mut all = Vec::new();
        for (index, object) in self.matchable() {
            let (Some(found), Some(base)) = (self.found(index), self.base(index)) else {
                continue;
            };
            let before = object
                .schema
                .keys
                .iter()
                .take(found.key)
                .filter(|key| key.role == Role::Id);
            for (key, place) in before.filter_map(|key| Some((key, key.at.first()?))) {
                if let (Some(here), Some(there)) =
                    (text_at(&object.body, place), text_at(&base.body, place))
                    && key.form.of(here) != key.form.of(there)
                    && object
                        .schema
                        .keys
                        .get(found.key)
                        .is_some_and(|key| key.role == Role::Id)
                {
                    let (kind, id, name) = (object.kind(), &object.item.key, key.name);
                    let message = format!(
                        "{kind} '{id}' has {name} '{there}' in the target and '{here}' in the file"
                    );
                    all.push((index, Reason::new("id-pairing", message)));
                }
            }
        }
        for (index, reason) in all {
            self.block(index, [reason]);
        }
    }

    /// Blocks several objects of the file that match one of the target, except
    /// the one that has all of its ids.
    fn find_shared(&mut self) {
        let shared = self.sharing.iter().filter(|(_, holders)| holders.len() > 1);
        let shared: Vec<(usize, Vec<usize>)> = shared
            .map(|(index, holders)| (*index, holders.clone()))
            .collect();
        for (base, holders) in shared {
            let Some(base) = self.target.get(base) else {
                continue;
            };
            for index in &holders {
                let Some(object) = self
                    .file
                    .get(*index)
                    .filter(|object| !has_all_ids(object, base))
                else {
                    continue;
                };
                let named = |other: &Object| {
                    (other.item != object.item).then(|| format!("'{}'", other.item.key))
                };
                let others = self.others(&holders, *index, named);
                if others.is_empty() || !self.blocks(*index).is_empty() {
                    continue;
                }
                let message = format!(
                    "matches {} '{}' in the target, and so does {} in the file",
                    base.kind(),
                    base.item.key,
                    others
                );
                self.block(
                    *index,
                    [Reason::new("duplicate-in-file", message).about(base.item.clone())],
                );
            }
        }
    }

    /// Blocks objects with a unique value that another object has.
    fn find_taken(&mut self) {
        let mut all = Vec::new();
        for (key, holders) in self.file.groups() {
            let Some(first) = holders.first().and_then(|index| self.file.get(*index)) else {
                continue;
            };
            let said = first.schema.keys.get(key);
            let (Some(said), Some(unique)) = (said, said.and_then(|said| said.unique.as_ref()))
            else {
                continue;
            };
            let Some(value) = first.values(key).next() else {
                continue;
            };
            if said.per_owner && first.owner.is_empty() {
                continue;
            }
            let there = self.target.with(first.schema, key, &first.owner, value);
            // Most objects share it with nobody but themselves.
            if let [only] = holders
                && there.iter().all(|index| self.is_base_of(*index, *only))
            {
                continue;
            }
            let there = there
                .iter()
                .copied()
                .filter(|index| !self.gives_up(*index, key, value));
            let there = Rivals::new(&self.target, there, unique);
            let here = holders.iter().copied().filter(|_| unique.in_file);
            let here = Rivals::new(&self.file, here, unique);
            for index in holders {
                let reasons = self.taken(*index, (key, said, unique), &here, &there);
                all.extend(reasons.into_iter().map(|reason| (*index, key, reason)));
            }
        }
        all.sort_by_key(|(index, key, _)| (*index, *key));
        for (index, _, reason) in all {
            self.block(index, [reason]);
        }
    }

    fn is_base_of(&self, target: usize, file: usize) -> bool {
        self.found(file).is_some_and(|base| base.index == target)
    }

    /// Returns who else has the value of a key, among the distinct holders of
    /// either side.
    fn taken(
        &self,
        index: usize,
        (key, said, unique): (usize, &Key, &Unique),
        here: &Rivals<'o>,
        there: &Rivals<'o>,
    ) -> Vec<Reason> {
        let Some(object) = self
            .file
            .get(index)
            .filter(|object| object.schema.importable)
        else {
            return Vec::new();
        };
        let Some(value) = object
            .values(key)
            .next()
            .filter(|_| !object.id().is_empty())
        else {
            return Vec::new();
        };
        // An ambiguous match does not block another object yet.
        if self
            .blocks(index)
            .iter()
            .any(|reason| reason.code == AMBIGUOUS)
        {
            return Vec::new();
        }
        let base = self.base(index);
        // An object does not conflict with others if the target has it that way
        // already; one that is blocked itself does not block others.
        let is_own = base.is_some_and(|base| {
            let is_same = |other: &Arc<str>| said.form.of(other) == said.form.of(value);
            base.values(key).next().is_some_and(is_same)
                && base.owner == object.owner
                && unique.conflict(&object.body, &base.body)
        });
        if is_own {
            return Vec::new();
        }
        let is_other = |other: &Object| other.item != object.item;
        let is_base = |other: &Object| base.is_some_and(|base| base.item == other.item);
        let is_kept = unique.kept && base.is_some();
        let target = there
            .of(object, unique, |other| is_other(other) && !is_base(other))
            .filter(|_| !is_kept);
        let is_news = |other: &&Object| target.is_none_or(|known| known.item != other.item);
        let file = here.of(object, unique, is_other).filter(is_news);
        let what = match unique.what {
            "" => value.to_string(),
            what => format!("{what} '{value}'"),
        };
        let describe = |other: &Object, code, words, place| {
            let message = format!(
                "{what} {words} {} '{}'{} in the {place}{}",
                other.kind(),
                other.item.key,
                of_owner(other),
                unique.because
            );
            Reason::new(code, message).about(other.item.clone())
        };
        let target = target.map(|other| describe(other, unique.code, "belongs to", "target"));
        let file =
            file.map(|other| describe(other, "duplicate-in-file", "is also used by", "file"));
        target.into_iter().chain(file).collect()
    }

    /// Returns whether the file gives an object of the target another value of a key.
    fn gives_up(&self, target: usize, key: usize, value: &str) -> bool {
        let Some(object) = self.sharing(target).and_then(|index| self.file.get(index)) else {
            return false;
        };
        let is_kept = object
            .schema
            .keys
            .get(key)
            .is_none_or(|key| key.unique.is_some_and(|unique| unique.kept));
        !is_kept
            && object
                .values(key)
                .next()
                .is_some_and(|other| **other != *value)
    }

    /// Describes how an object was matched, if one of its ids differs in the
    /// target.
    pub fn matched(&self, index: usize) -> Option<Matched> {
        let (object, found) = (self.file.get(index)?, self.found(index)?);
        let base = self.target.get(found.index)?;
        let by = object.schema.keys.get(found.key)?.name;
        let other = ids(object).find_map(|(key, said)| {
            let (here, there) = (object.values(key).next()?, base.values(key).next()?);
            (said.form.of(here) != said.form.of(there)).then_some(there)
        })?;
        Some(Matched {
            by: by.into(),
            target: Arc::clone(other),
        })
    }
}

/// How many holders of one value are kept: of three different ones, one is neither
/// an object itself nor its counterpart.
const MAX_RIVALS: usize = 3;

/// Objects of different items, by their position among those with one value.
type Holders<'o> = Vec<(usize, &'o Object)>;

/// The first holders of one value of a key that must be unique, so that thousands
/// of them are not compared with one another.
#[derive(Default)]
struct Rivals<'o> {
    all: Holders<'o>,
    /// Those without a group.
    everywhere: Holders<'o>,
    by_group: HashMap<&'o str, Holders<'o>>,
}

impl<'o> Rivals<'o> {
    fn new(side: &Index<'o>, holders: impl Iterator<Item = usize>, unique: &Unique) -> Self {
        let mut rivals = Self::default();
        let objects = holders.filter_map(|index| side.get(index));
        for (place, object) in objects.enumerate() {
            if !object.schema.importable {
                continue;
            }
            let holder = (place, object);
            add_holder(&mut rivals.all, holder);
            let groups = unique.groups(&object.body);
            if groups.is_empty() {
                add_holder(&mut rivals.everywhere, holder);
            }
            for group in groups {
                add_holder(rivals.by_group.entry(group).or_default(), holder);
            }
        }
        rivals
    }

    /// Returns the first with which an object conflicts, of those that may count.
    fn of(
        &self,
        object: &Object,
        unique: &Unique,
        may_count: impl Fn(&Object) -> bool,
    ) -> Option<&'o Object> {
        let first = |holders: &Holders<'o>| {
            let mut holders = holders.iter();
            holders.find(|(_, other)| may_count(other)).copied()
        };
        let groups = unique.groups(&object.body);
        let found = if groups.is_empty() {
            first(&self.all)
        } else {
            let lists = groups.iter().filter_map(|group| self.by_group.get(group));
            let lists = lists.chain([&self.everywhere]);
            lists.filter_map(first).min_by_key(|(place, _)| *place)
        };
        found.map(|(_, object)| object)
    }
}

fn add_holder<'o>(holders: &mut Holders<'o>, holder: (usize, &'o Object)) {
    let is_known = |(_, known): &(usize, &Object)| known.item == holder.1.item;
    if holders.len() < MAX_RIVALS && !holders.iter().any(is_known) {
        holders.push(holder);
    }
}

/// Returns the keys of an object that are ids, including those not used for matching.
fn ids(object: &Object) -> impl Iterator<Item = (usize, &'static Key)> {
    let keys: &'static [Key] = object.schema.keys;
    keys.iter()
        .enumerate()
        .filter(|(_, key)| key.role == Role::Id || key.column != Column::None)
}

/// Returns whether an object has all ids of one of the target.
fn has_all_ids(object: &Object, base: &Object) -> bool {
    ids(object).all(
        |(key, said)| match (object.values(key).next(), base.values(key).next()) {
            (Some(here), Some(there)) => said.form.of(here) == said.form.of(there),
            _ => false,
        },
    )
}

/// Returns ` of organisation 'x'` for an object with an owner.
pub(super) fn of_owner(object: &Object) -> String {
    object.schema.owner.map_or_else(String::new, |owner| {
        format!(" of {} {}", owner.word, quoted(&object.owner))
    })
}

/// Returns an id in quotes, or words for a missing one.
pub fn quoted(id: &str) -> String {
    if id.is_empty() {
        "none".to_owned()
    } else {
        format!("'{id}'")
    }
}
