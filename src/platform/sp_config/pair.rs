//! A file beside a target: which entry is which object, what stands in an
//! entry's way by itself, and what references resolve to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::file::{Entry, File, plain_id};
use super::references::Link;
use super::target::{Stored, Target, inner_name, names};
use super::types::{self, SOURCE};
use crate::engine::{ItemId, Reason, Resolved};
use crate::platform::DefaultReference;
use crate::platform::document::{Json, Object};

/// A file and a target.
pub(super) struct Pair<'w> {
    pub(super) file: &'w File,
    pub(super) target: &'w Target,
    /// Of each entry, the object that it is.
    bases: Vec<Option<Base>>,
    /// Of each entry, what stands in its way.
    blocks: Vec<Vec<Reason>>,
    by_id: HashMap<(&'w str, String), usize>,
    by_name: HashMap<(&'w str, &'w str), Vec<usize>>,
    /// Of objects of the target, the first entry that each is.
    entries: HashMap<usize, usize>,
    /// By id and by name, the entries that are not going to be in the target.
    refused: HashSet<(&'w str, String)>,
}

/// The object of the target that an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Which one.
    pub(super) at: usize,
    /// Whether it was found by its id, and not by its name.
    pub(super) by_id: bool,
}

/// What a reference resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolution<'w> {
    /// How.
    pub(super) how: Resolved,
    /// The object, where it is in the file or in the target.
    pub(super) hit: Option<Hit>,
    /// The id to write; none to leave what stands there.
    pub(super) id: Option<&'w str>,
    /// The name to write; none to leave what stands there.
    pub(super) name: Option<&'w str>,
    /// Why nothing was found, as the end of a sentence.
    pub(super) why: &'static str,
}

/// An object that a reference points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hit {
    /// An entry of the file, which may be in the target too.
    File(usize),
    /// An object that only the target has.
    Target(usize),
}

const NOWHERE: &str = "which is neither in the file nor in the target";
const REFUSED: &str = "which the target lacks and which cannot be imported";
const SEVERAL: &str = "and there are several of that name";

impl<'w> Pair<'w> {
    pub(super) fn new(file: &'w File, target: &'w Target) -> Self {
        let mut pair = Self {
            file,
            target,
            bases: vec![None; file.entries.len()],
            blocks: file.entries.iter().map(|entry| own_blocks(entry).into_iter().collect()).collect(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            entries: HashMap::new(),
            refused: HashSet::new(),
        };
        pair.find_twice();
        pair.match_by_id();
        pair.match_by_name();
        pair.index();
        pair.check_names();
        pair
    }

    /// Returns the object that an entry is.
    pub(super) fn base(&self, at: usize) -> Option<Base> {
        self.bases.get(at).copied().flatten()
    }

    /// Returns what stands in the way of an entry.
    pub(super) fn blocks(&self, at: usize) -> &[Reason] {
        self.blocks.get(at).map_or(&[], Vec::as_slice)
    }

    fn block(&mut self, at: usize, reason: Reason) {
        if let Some(blocks) = self.blocks.get_mut(at) {
            blocks.push(reason);
        }
    }

    /// Returns the entries that may be some object of the target.
    fn matchable(&self) -> impl Iterator<Item = (usize, &'w Entry)> {
        let is_importable = |entry: &Entry| types::is_importable(&entry.word);
        let entries: &'w [Entry] = &self.file.entries;
        entries.iter().enumerate().filter(move |(_, entry)| is_importable(entry))
    }

    /// Blocks entries with one id.
    fn find_twice(&mut self) {
        let mut holders: HashMap<(&str, String), Vec<usize>> = HashMap::new();
        for (at, entry) in self.matchable().filter(|(_, entry)| !entry.id.is_empty()) {
            holders.entry((&*entry.word, plain_id(&entry.id))).or_default().push(at);
        }
        for holders in holders.into_values().filter(|holders| holders.len() > 1) {
            for at in &holders {
                let others = holders.iter().filter(|other| *other != at);
                let places: Vec<&str> =
                    others.filter_map(|other| Some(&*self.file.entries.get(*other)?.place)).collect();
                let message = format!("the file holds its id more than once: also at {}", places.join(", "));
                self.block(*at, Reason::new("duplicate-in-file", message));
            }
        }
    }

    fn match_by_id(&mut self) {
        let found: Vec<(usize, usize)> = self
            .matchable()
            .filter(|(_, entry)| !entry.id.is_empty())
            .filter_map(|(at, entry)| Some((at, self.target.with_id(&entry.word, &entry.id)?)))
            .collect();
        let mut holders: HashMap<usize, Vec<usize>> = HashMap::new();
        for (entry, at) in found {
            self.set_base(entry, Base { at, by_id: true });
            holders.entry(at).or_default().push(entry);
        }
        // A signed rule goes by two ids, if it was found by its name once.
        for (at, holders) in holders.into_iter().filter(|(_, holders)| holders.len() > 1) {
            let Some(item) = self.target.document(at).map(Stored::item) else { continue };
            for entry in
                holders.into_iter().filter(|entry| self.blocks(*entry).is_empty()).collect::<Vec<_>>()
            {
                let message =
                    format!("the file holds more than one object that is '{}' in the target", item.key);
                self.block(entry, Reason::new("duplicate-in-file", message).about(item.clone()));
            }
        }
    }

    fn set_base(&mut self, entry: usize, base: Base) {
        if let Some(slot) = self.bases.get_mut(entry) {
            *slot = Some(base);
        }
    }

    /// Matches what no id matched by its name, exactly; where a tenant has one
    /// of a type, it is that.
    fn match_by_name(&mut self) {
        let taken: HashSet<usize> = self.bases.iter().flatten().map(|base| base.at).collect();
        let open = |this: &Self| -> Vec<(usize, &'w Entry)> {
            this.matchable().filter(|(at, entry)| this.base(*at).is_none() && !entry.id.is_empty()).collect()
        };
        let mut by_name: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (at, entry) in open(self).into_iter().filter(|(_, entry)| !entry.name.is_empty()) {
            by_name.entry((&entry.word, &entry.name)).or_default().push(at);
        }
        let is_free = |at: &usize| !taken.contains(at);
        for ((word, name), entries) in by_name {
            let is_named =
                |at: &usize| self.target.document(*at).is_some_and(|stored| *stored.document.name == *name);
            let found: Vec<usize> =
                self.target.called(word, name).iter().copied().filter(is_free).filter(is_named).collect();
            match (entries.as_slice(), found.as_slice()) {
                (_, []) => {}
                ([entry], [at]) => self.set_base(*entry, Base { at: *at, by_id: false }),
                _ => entries.iter().for_each(|at| self.block_ambiguous(*at, &entries, &found)),
            }
        }
        let lone: Vec<(usize, usize)> = open(self)
            .into_iter()
            .filter(|(_, entry)| entry.known().is_some_and(|known| known.one_per_tenant))
            .filter_map(|(at, entry)| Some((at, self.target.of(&entry.word).find(is_free)?)))
            .collect();
        if let [(entry, at)] = lone.as_slice() {
            self.set_base(*entry, Base { at: *at, by_id: false });
        }
    }

    fn block_ambiguous(&mut self, at: usize, entries: &[usize], found: &[usize]) {
        let Some(entry) = self.file.entries.get(at) else { return };
        let ids = |ids: Vec<&str>| ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
        let here = ids(entries.iter().filter_map(|at| Some(&*self.file.entries.get(*at)?.id)).collect());
        let there =
            ids(found.iter().filter_map(|at| Some(&*self.target.document(*at)?.document.id)).collect());
        let message = format!(
            "the target does not have its id, and the name '{}' means more than one object: {here} in the file, \
             {there} in the target",
            entry.name
        );
        let about: Vec<ItemId> =
            found.iter().filter_map(|at| Some(self.target.document(*at)?.item())).collect();
        let reason = Reason::new("ambiguous-name", message);
        self.block(at, about.into_iter().fold(reason, Reason::about));
    }

    /// Blocks entries whose object would have the name of another one of the
    /// target, as the service refuses that.
    fn check_names(&mut self) {
        let file: &'w File = self.file;
        // What an entry gives another name is free.
        let renamed: HashSet<usize> = (0..file.entries.len())
            .filter_map(|at| Some((at, self.base(at)?.at)))
            .filter(|(at, base)| {
                let entry = file.entries.get(*at).and_then(|entry| inner_name(&entry.json));
                self.target.document(*base).is_some_and(|stored| inner_name(&stored.entry) != entry)
            })
            .map(|(_, base)| base)
            .collect();
        let taken: Vec<(usize, Reason)> = self
            .matchable()
            .filter_map(|(at, entry)| {
                let name = inner_name(&entry.json)?;
                let base = self.base(at).map(|base| base.at);
                let holder = self.target.called(&entry.word, name).iter().find(|holder| {
                    let stored = self.target.document(**holder);
                    Some(**holder) != base
                        && !renamed.contains(holder)
                        && stored.is_some_and(|stored| inner_name(&stored.entry) == Some(name))
                })?;
                let is_unchanged = base
                    .and_then(|base| self.target.document(base))
                    .is_some_and(|stored| inner_name(&stored.entry) == Some(name));
                let holder = self.target.document(*holder).filter(|_| !is_unchanged)?;
                let message =
                    format!("its name '{name}' is taken by {} '{}'", entry.word, holder.document.id);
                Some((at, Reason::new("name-taken", message).about(holder.item())))
            })
            .collect();
        for (at, reason) in taken {
            if self.blocks(at).is_empty() {
                self.block(at, reason);
            }
        }
    }

    fn index(&mut self) {
        let file: &'w File = self.file;
        for (at, entry) in file.entries.iter().enumerate() {
            if let Some(base) = self.base(at) {
                self.entries.entry(base.at).or_insert(at);
            }
            if self.can_be_pointed_to(at) {
                self.by_id.entry((&entry.word, plain_id(&entry.id))).or_insert(at);
                for name in names(&entry.json) {
                    self.by_name.entry((&entry.word, name)).or_default().push(at);
                }
            } else {
                self.refused.insert((&entry.word, plain_id(&entry.id)));
                self.refused.insert((&entry.word, entry.name.to_string()));
            }
        }
    }

    /// Says whether the object of an entry is going to be in the target, or is.
    fn can_be_pointed_to(&self, at: usize) -> bool {
        let importable = self.file.entries.get(at).is_some_and(|entry| types::is_importable(&entry.word));
        importable && (self.base(at).is_some() || self.blocks(at).is_empty())
    }

    /// Returns what a reference resolves to; `mapped` says whether the operator's
    /// mappings touched its id, its name.
    pub(super) fn resolve(&self, link: &Link, mapped: &[String]) -> Resolution<'w> {
        let is_mapped = link.is_touched(mapped);
        if let Some(resolution) = self.outside(link, mapped) {
            let how = if is_mapped { Resolved::Mapping } else { resolution.how };
            return Resolution { how, ..resolution };
        }
        let id_is_mapped = link.id_at.as_ref().is_some_and(|at| mapped.contains(at));
        let resolution = match self.find(link, mapped) {
            // The operator gave its id alone: its name follows.
            Ok((hit, how)) => self.resolution(link, hit, how, id_is_mapped),
            Err(why) => match self.default_for(link) {
                Some(resolution) => resolution,
                None => nothing(
                    why,
                    if types::is_importable(&link.word) { Resolved::Unresolved } else { Resolved::External },
                ),
            },
        };
        match resolution.how {
            Resolved::Unresolved | Resolved::Default => resolution,
            _ if is_mapped => Resolution { how: Resolved::Mapping, ..resolution },
            _ => resolution,
        }
    }

    /// Resolves what no file holds, by what the target's own objects say of it:
    /// id and name are one, so that a half that the operator mapped brings the
    /// other along, or drops it.
    fn outside(&self, link: &Link, mapped: &[String]) -> Option<Resolution<'w>> {
        if !types::is_outside(&link.word) {
            return None;
        }
        let target: &'w Target = self.target;
        let is_mapped = |at: &Option<String>| at.as_ref().is_some_and(|at| mapped.contains(at));
        let (id_is_mapped, name_is_mapped) = (is_mapped(&link.id_at), is_mapped(&link.name_at));
        let some = |text: &'w str, old: &str| (text != old).then_some(text);
        let found = |how, id: Option<&'w str>, name: Option<&'w str>| Resolution {
            id,
            name,
            ..nothing(NOWHERE, how)
        };
        let by_name = || target.outside_called(&link.word, &link.name).filter(|_| !link.name.is_empty());
        if name_is_mapped && !id_is_mapped {
            // Without an id of its own nobody else's may stand beside the name.
            return Some(found(Resolved::Name, some(by_name().unwrap_or_default(), &link.id), None));
        }
        if !link.id.is_empty() {
            if let Some((id, name)) = target.outside_with_id(&link.word, &link.id) {
                let id = Some(id).filter(|id| plain_id(id) != plain_id(&link.id));
                return Some(found(Resolved::Id, id, some(name, &link.name)));
            }
            if id_is_mapped && !name_is_mapped {
                return Some(found(Resolved::Id, None, some("", &link.name)));
            }
        }
        by_name().map(|id| found(Resolved::Name, some(id, &link.id), None))
    }

    /// Finds by id, then by name; a name that the operator mapped goes first.
    fn find(&self, link: &Link, mapped: &[String]) -> Result<(Hit, Resolved), &'static str> {
        let is_mapped = |at: &Option<String>| at.as_ref().is_some_and(|at| mapped.contains(at));
        if is_mapped(&link.name_at) && !is_mapped(&link.id_at) && !link.name.is_empty() {
            return self.named(&link.word, &link.name).map(|hit| (hit, Resolved::Name));
        }
        if let Some(hit) = self.identified(&link.word, &link.id) {
            return Ok((hit, Resolved::Id));
        }
        self.named(&link.word, &link.name).map(|hit| (hit, Resolved::Name)).map_err(|why| {
            let refused = self.is_refused(&link.word, &link.id, &link.name);
            if refused { REFUSED } else { why }
        })
    }

    fn identified(&self, word: &str, id: &str) -> Option<Hit> {
        if id.is_empty() {
            return None;
        }
        let here = self.by_id.get(&(word, plain_id(id))).map(|at| Hit::File(*at));
        here.or_else(|| self.target.with_id(word, id).map(|at| self.hit(at)))
    }

    /// Finds the only object of a name, on either side.
    fn named(&self, word: &str, name: &str) -> Result<Hit, &'static str> {
        if name.is_empty() {
            return Err(NOWHERE);
        }
        let here = self.by_name.get(&(word, name)).into_iter().flatten().map(|at| Hit::File(*at));
        let there = self.target.called(word, name).iter().map(|at| self.hit(*at));
        let hits: HashSet<Hit> = here.chain(there).collect();
        match hits.len() {
            0 => Err(NOWHERE),
            1 => hits.into_iter().next().ok_or(NOWHERE),
            _ => Err(SEVERAL),
        }
    }

    /// Returns an object of the target; as the entry that it is, if there is one.
    fn hit(&self, at: usize) -> Hit {
        self.entries.get(&at).map_or(Hit::Target(at), |entry| Hit::File(*entry))
    }

    /// Says whether the file holds an object that is not going to be in the target.
    fn is_refused(&self, word: &str, id: &str, name: &str) -> bool {
        let has = |known: &str| !known.is_empty() && self.refused.contains(&(word, known.to_owned()));
        has(&plain_id(id)) || has(name)
    }

    /// Returns what the operator's defaults say of a reference that resolves to nothing.
    fn default_for(&self, link: &Link) -> Option<Resolution<'w>> {
        let given: &'w [DefaultReference] = &self.file.options.default_references;
        let mut defaults = given.iter().filter(|default| default.kind == link.word);
        defaults.find_map(|default| {
            let [id, name] = [&default.id, &default.name].map(|text| text.as_deref().unwrap_or_default());
            if !types::is_importable(&link.word) {
                let some = |text: &'w str| (!text.is_empty()).then_some(text);
                let resolution =
                    Resolution { id: some(id), name: some(name), ..nothing(NOWHERE, Resolved::Default) };
                return (!(id.is_empty() && name.is_empty())).then_some(resolution);
            }
            let hit = match (id, name) {
                ("", "") => self.only_one(&link.word),
                _ => self.identified(&link.word, id).or_else(|| self.named(&link.word, name).ok()),
            };
            hit.map(|hit| self.resolution(link, hit, Resolved::Default, true))
        })
    }

    /// Returns the only object of a type in the target.
    fn only_one(&self, word: &str) -> Option<Hit> {
        let mut of = self.target.of(word);
        let only = of.next().filter(|_| of.next().is_none());
        only.map(|at| self.hit(at))
    }

    fn resolution(&self, link: &Link, hit: Hit, how: Resolved, renamed: bool) -> Resolution<'w> {
        let (id, name) = self.identity(hit);
        // The same id in another form is left as it is written.
        let id = Some(id).filter(|id| plain_id(id) != plain_id(&link.id));
        // The target has the object under another id, as it was matched by its name.
        let how = if how == Resolved::Id && id.is_some() { Resolved::Name } else { how };
        let name = Some(name).filter(|name| renamed && !name.is_empty());
        Resolution { how, hit: Some(hit), id, name, why: NOWHERE }
    }

    /// Returns the id that an object has in the target, or is going to have, and
    /// its name for references.
    pub(super) fn identity(&self, hit: Hit) -> (&'w str, &'w str) {
        let stored = |at: usize| {
            let stored = self.target.document(at);
            stored.map_or(("", ""), |stored| (&*stored.document.id, stored.reference_name()))
        };
        match hit {
            Hit::Target(at) => stored(at),
            Hit::File(at) => {
                let file: &'w File = self.file;
                let Some(entry) = file.entries.get(at) else { return ("", "") };
                let name = inner_name(&entry.json).unwrap_or(&entry.name);
                (self.base(at).map_or(&*entry.id, |base| stored(base.at).0), name)
            }
        }
    }

    /// Returns the item of an object, and whether the target has it.
    pub(super) fn item(&self, hit: Hit) -> Option<(ItemId, bool)> {
        match hit {
            Hit::Target(at) => Some((self.target.document(at)?.item(), true)),
            Hit::File(at) => Some((self.file.entries.get(at)?.item.clone(), self.base(at).is_some())),
        }
    }

    /// Returns the defaults that name nothing.
    pub(super) fn unmet_defaults(&self) -> impl Iterator<Item = &'w DefaultReference> {
        let defaults: &'w [DefaultReference] = &self.file.options.default_references;
        defaults.iter().filter(|default| {
            let [id, name] = [&default.id, &default.name].map(|text| text.as_deref().unwrap_or_default());
            let found = match (id, name) {
                ("", "") => self.only_one(&default.kind).is_some(),
                _ => self.identified(&default.kind, id).is_some() || self.named(&default.kind, name).is_ok(),
            };
            types::is_importable(&default.kind) && !found
        })
    }
}

fn nothing(why: &'static str, how: Resolved) -> Resolution<'static> {
    Resolution { how, hit: None, id: None, name: None, why }
}

/// How many bytes an id may have: it is part of a key of the table.
const LONGEST: usize = 1000;

/// Returns what stands in the way of an entry whatever else there is.
pub(super) fn own_blocks(entry: &Entry) -> Option<Reason> {
    let word = &entry.word;
    let known = match entry.known() {
        None if word.is_empty() => return Some(Reason::new("missing-type", "its self.type is missing")),
        None => {
            let message = format!("its type {word} is not known; it cannot be imported");
            return Some(Reason::new("not-importable", message));
        }
        Some(known) if !known.importable => {
            let message = format!("objects of type {word} can be exported, but not imported");
            return Some(Reason::new("not-importable", message));
        }
        Some(known) => known,
    };
    if entry.id.is_empty() {
        let message = "its self.id is missing: nothing tells which object it is";
        return Some(Reason::new("missing-id", message));
    }
    if entry.id.len() > LONGEST {
        let message =
            format!("its self.id has {} bytes, more than the {LONGEST} that are stored", entry.id.len());
        return Some(Reason::new("not-storable", message));
    }
    if entry.object().as_object().is_none() {
        let message = format!("its object is {}, and not an object", found(entry.json.get("object")));
        return Some(Reason::new("missing-object", message));
    }
    if known.signed && !entry.is_signed() {
        let message = "it needs both jwsHeader and jwsSignature, as it was exported with: rules without a \
                       signature are refused";
        return Some(Reason::new("signature-missing", message));
    }
    if &**word == SOURCE && is_non_employee(entry.object()) {
        let message = "it is a source of Non-Employee Lifecycle Management, which cannot be imported: an import \
                       would leave a broken source";
        return Some(Reason::new("non-employee-source", message));
    }
    entry
        .json
        .unstorable()
        .map(|part| Reason::new("not-storable", format!("{} holds {}", part.path, part.what)))
}

fn found(json: Option<&Json>) -> &'static str {
    json.map_or("missing", Json::type_word)
}

/// Where a source says of which sort it is.
const SORT_OF_SOURCE: [&str; 12] = [
    "/type",
    "/connector",
    "/connectorName",
    "/connectorClass",
    "/connectorImplementationId",
    "/connectorScriptName",
    "/category",
    "/connectorAttributes/connectorName",
    "/connectorAttributes/connectorScriptName",
    "/connectorAttributes/cloudOriginalApplicationType",
    "/connectorAttributes/applicationType",
    "/connectorAttributes/templateApplication",
];

/// Says whether a source is one of Non-Employee Lifecycle Management.
fn is_non_employee(source: &Json) -> bool {
    let says = |text: &str| {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        // Non-Employee Risk Management is another product, with a connector of its own.
        let is_other = plain.contains("risk");
        (plain.starts_with("nonemployee") && !is_other) || plain == "nelm" || plain == "nelmsource"
    };
    let is_true = |json: &Json| match json {
        Json::Bool(truth) => *truth,
        Json::Text(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    let marks = |json: Option<&Json>| {
        let members = json.and_then(Json::as_object).into_iter().flat_map(Object::members);
        members.filter(|(_, value)| is_true(value)).any(|(name, _)| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            ["nonemployee", "isnonemployee", "nonemployeesource", "isnonemployeesource"]
                .contains(&plain.to_ascii_lowercase().as_str())
        })
    };
    SORT_OF_SOURCE.iter().any(|place| source.pointer(place).and_then(Json::as_text).is_some_and(says))
        || marks(Some(source))
        || marks(source.get("connectorAttributes"))
}

/// A word for an object of the target, for messages.
pub(super) fn told(word: &str, id: &str, name: &str) -> Arc<str> {
    match (id, name) {
        ("", name) => format!("{word} '{name}'").into(),
        (id, "") => format!("{word} '{id}'").into(),
        (id, name) => format!("{word} '{name}' ({id})").into(),
    }
}
