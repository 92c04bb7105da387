//! Resolves the references of an object, among the file's objects and the target's.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Object;
use super::links::{Link, links};
use super::sides::{Sides, of_owner, quoted};
use crate::engine::json::Json;
use crate::engine::schema::{Column, Form, IfMissing, KindSchema, Others, Role};
use crate::engine::{
    DefaultReference, Finding, ItemId, Kind, Missing, Reason, Reference, Requirement, Resolved,
};

/// The object that a reference points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hit {
    /// An object of the file, which may be in the target too.
    File(usize),
    /// An object that only the target has.
    Target(usize),
}

/// The resolution of a reference.
#[derive(Clone, Debug)]
struct Resolution<'o> {
    how: Resolved,
    /// The object, if it is in the file or in the target.
    hit: Option<Hit>,
    /// The id to write; `None` to leave the current one.
    id: Option<&'o str>,
    /// The name to write; `None` to leave the current one.
    name: Option<&'o str>,
    /// Why it was not found, as the end of a sentence.
    why: &'static str,
}

/// A resolved reference.
pub struct ResolvedReference<'o> {
    /// The reference as it is written.
    pub link: Link<'o>,
    /// The same for people.
    pub reference: Reference,
    /// Which side has the referenced object, if any.
    pub hit: Option<Hit>,
    /// That object.
    pub to: Option<&'o Object>,
    /// What must be in the target for the object to be written.
    pub requires: Option<Requirement>,
    /// The object that neither side has, and that the operator may ignore.
    pub missing: Option<Missing>,
    /// The reasons that block the object.
    pub reasons: Vec<Reason>,
    /// The findings for the operator.
    pub findings: Vec<Finding>,
    /// The id and the name to write; `None` to leave the current ones.
    pub writes: [Option<&'o str>; 2],
}

const NOWHERE: &str = "which is neither in the file nor in the target";
const REFUSED: &str = "which is not in the target and cannot be imported";
const SEVERAL: &str = "but several objects have that name";

/// Resolves all references of an object.
pub fn resolve<'o>(sides: &Sides<'o>, object: &'o Object) -> Vec<ResolvedReference<'o>> {
    let is_kind =
        |word: &str| sides.kinds.schema(word).is_some() || sides.kinds.is_referred_to(word);
    let resolver = Resolver { sides, object };
    links(object, &is_kind)
        .into_iter()
        .map(|link| resolver.found(link))
        .collect()
}

struct Resolver<'p, 'o> {
    sides: &'p Sides<'o>,
    object: &'o Object,
}

impl<'o> Resolver<'_, 'o> {
    fn found(&self, link: Link<'o>) -> ResolvedReference<'o> {
        let sides = self.sides;
        let resolution = self.resolve(&link);
        let to = resolution.hit.and_then(|hit| sides.object(hit));
        let mut found = ResolvedReference {
            reference: self.reference(&link, &resolution),
            hit: resolution.hit,
            to,
            requires: None,
            missing: None,
            reasons: Vec::new(),
            findings: Vec::new(),
            writes: [resolution.id, resolution.name],
            link,
        };
        match resolution.hit.zip(to) {
            Some((hit, to)) => self.note_object(&mut found, hit, to),
            None if resolution.how == Resolved::Unresolved => {
                self.note_missing(&mut found, resolution.why);
            }
            None => {}
        }
        self.note_half(&mut found);
        found
    }

    /// Determines what must be in the target, and checks its owner.
    fn note_object(&self, found: &mut ResolvedReference<'o>, hit: Hit, to: &'o Object) {
        let (rule, own) = (found.link.rule, self.object.side());
        // Requirements are between items: objects of the file have the file's id.
        if rule.along && to.item != self.object.item {
            found.requires = self
                .sides
                .item(hit)
                .map(|(on, present)| Requirement { on, present });
        }
        if to.schema.owner.is_some()
            && *to.owner != *own
            && !own.is_empty()
            && to.item != self.object.item
        {
            let verb = if rule.verb.is_empty() {
                "refers to"
            } else {
                rule.verb
            };
            let what = format!("{verb} {} '{}'{}", to.kind(), to.item.key, of_owner(to));
            let of = self.object.schema.owner.map_or("", |owner| owner.word);
            match rule.others {
                Others::Free => {}
                Others::Warn => found
                    .findings
                    .push(Finding::warning("other-organisation", what)),
                Others::Block => {
                    let message = format!("belongs to {of} {} and {what}", quoted(own));
                    found
                        .reasons
                        .push(Reason::new("other-organisation", message).about(to.item.clone()));
                }
            }
        }
    }

    /// Records the consequence of a reference that was not found.
    fn note_missing(&self, found: &mut ResolvedReference<'o>, why: &str) {
        let link = &found.link;
        let key = if link.id.is_empty() {
            link.name
        } else {
            link.id
        };
        let kind = Kind::named(link.kind.to_owned());
        let subject = match link.rule.verb {
            "" => format!("{} refers to", self.object.shown(&link.path)),
            verb => verb.to_owned(),
        };
        let message = || {
            format!(
                "{subject} {}, {why}",
                describe(link.kind, link.id, link.name)
            )
        };
        match link.rule.if_missing {
            IfMissing::External => {}
            IfMissing::Warns(code) => found.findings.push(Finding::warning(code, message())),
            IfMissing::Confirm(code) => {
                found.findings.push(Finding::warning(code, message()));
                let used_by = vec![self.object.item.clone()];
                let missing = Missing {
                    kind,
                    key: key.into(),
                    module: "".into(),
                    used_by,
                    is_unknown: false,
                };
                let module = if missing.is_api() {
                    Arc::clone(&self.object.owner)
                } else {
                    "".into()
                };
                found.missing = Some(Missing { module, ..missing });
            }
            IfMissing::Blocks => {
                found.requires = Some(Requirement {
                    on: ItemId::new(kind, key),
                    present: false,
                });
            }
        }
    }

    /// Reports that half of a reference is dropped: the operator mapped the
    /// other half, and the matching half is unknown.
    fn note_half(&self, found: &mut ResolvedReference<'o>) {
        let (half, dropped) = match found.writes {
            [Some(""), _] => ("name", found.link.id),
            [_, Some("")] => ("id", found.link.name),
            _ => return,
        };
        if !dropped.is_empty() {
            let path = self.object.shown(&found.link.path);
            let message = format!(
                "{path} has a mapped {half} that is not in the target: '{dropped}' next to it is dropped"
            );
            found
                .findings
                .push(Finding::warning("reference-half-dropped", message));
        }
    }

    fn reference(&self, link: &Link<'o>, resolution: &Resolution<'o>) -> Reference {
        let (id, name) = match resolution.hit {
            Some(hit) => self.sides.identity(hit),
            None => (
                resolution.id.unwrap_or(link.id),
                resolution.name.unwrap_or(link.name),
            ),
        };
        let (key, name) = if id.is_empty() {
            (name, "")
        } else {
            (id, name)
        };
        Reference {
            path: self.object.shown(&link.path).to_owned(),
            kind: Kind::named(link.kind.to_owned()),
            key: key.into(),
            name: if name.is_empty() {
                link.name.into()
            } else {
                name.into()
            },
            how: resolution.how,
        }
    }

    /// Returns the resolution of a reference.
    fn resolve(&self, link: &Link<'o>) -> Resolution<'o> {
        if link.rule.if_missing == IfMissing::External {
            return nothing(NOWHERE, Resolved::External);
        }
        let mapped = &self.object.mapped;
        let is_mapped = link.is_touched(mapped);
        if let Some(resolution) = self.outside(link, mapped) {
            let how = if is_mapped {
                Resolved::Mapping
            } else {
                resolution.how
            };
            return Resolution { how, ..resolution };
        }
        let schema = self
            .sides
            .kinds
            .schema(link.kind)
            .filter(|schema| schema.importable);
        let resolution = match self.find(link, schema) {
            Ok(resolution) => resolution,
            Err(why) => match self.sides.default_for(link.kind, schema) {
                Some(resolution) => resolution,
                None if schema.is_none() => nothing(why, Resolved::External),
                None => nothing(why, Resolved::Unresolved),
            },
        };
        match resolution.how {
            Resolved::Unresolved | Resolved::Default => resolution,
            _ if is_mapped => Resolution {
                how: Resolved::Mapping,
                ..resolution
            },
            _ => resolution,
        }
    }

    /// Resolves objects that no file contains, by the references of the
    /// target's own objects: id and name belong together, so a half that the
    /// operator mapped brings the other along, or drops it.
    fn outside(&self, link: &Link<'o>, mapped: &[String]) -> Option<Resolution<'o>> {
        if !self.sides.kinds.outside().kinds.contains(&link.kind) {
            return None;
        }
        let outside = &self.sides.outside;
        let is_mapped = |pointer: &Option<String>| {
            pointer
                .as_ref()
                .is_some_and(|pointer| mapped.contains(pointer))
        };
        let (id_is_mapped, name_is_mapped) = (is_mapped(&link.id_at), is_mapped(&link.name_at));
        let some = |text: &'o str, old: &str| (text != old).then_some(text);
        let found = |how, id: Option<&'o str>, name: Option<&'o str>| Resolution {
            id,
            name,
            ..nothing(NOWHERE, how)
        };
        let by_name = || {
            outside
                .named(link.kind, link.name)
                .filter(|_| !link.name.is_empty())
        };
        if name_is_mapped && !id_is_mapped {
            // Without its own id, another object's id must not be next to the name.
            return Some(found(
                Resolved::Name,
                some(by_name().unwrap_or_default(), link.id),
                None,
            ));
        }
        if !link.id.is_empty() {
            if let Some((id, name)) = outside.with_id(link.kind, link.id) {
                let id = Some(id).filter(|id| Form::Plain.of(id) != Form::Plain.of(link.id));
                return Some(found(Resolved::Id, id, some(name, link.name)));
            }
            if id_is_mapped && !name_is_mapped {
                return Some(found(Resolved::Id, None, some("", link.name)));
            }
        }
        by_name().map(|id| found(Resolved::Name, some(id, link.id), None))
    }

    /// Finds by id, then by name; a name that the operator mapped takes precedence.
    fn find(
        &self,
        link: &Link<'o>,
        schema: Option<&'static KindSchema>,
    ) -> Result<Resolution<'o>, &'static str> {
        let schema = match schema.or_else(|| self.sides.kinds.schema(link.kind)) {
            Some(schema) => schema,
            None => return Err(NOWHERE),
        };
        let is_mapped = |pointer: &Option<String>| {
            pointer
                .as_ref()
                .is_some_and(|pointer| self.object.mapped.contains(pointer))
        };
        let (id_is_mapped, name_is_mapped) = (is_mapped(&link.id_at), is_mapped(&link.name_at));
        let owner = self.object.side();
        let sides = self.sides;
        let by_name = || sides.named(schema, owner, link.name);
        if name_is_mapped && !id_is_mapped && !link.name.is_empty() {
            let (hit, key) = by_name()?;
            return Ok(sides.resolution(link, hit, key, Resolved::Name, false));
        }
        let refused = |hit: &Hit| {
            matches!(link.rule.if_missing, IfMissing::Warns(_)) && sides.is_refused(*hit)
        };
        let is_by = |name: &str, role: Role| role == Role::Id || link.rule.aliases.contains(&name);
        let identified = sides.identified(schema, owner, link.id, is_by);
        let is_there = identified.filter(|(hit, _)| !refused(hit));
        if let Some((hit, key)) = is_there {
            // Objects that are referred to by a name other than an id are found by that name.
            let said = schema.keys.get(key);
            let is_id = said.is_none_or(|key| key.role == Role::Id || key.column != Column::None);
            let how = if is_id { Resolved::Id } else { Resolved::Name };
            return Ok(sides.resolution(link, hit, key, how, id_is_mapped));
        }
        let or_refused = |why| if identified.is_some() { REFUSED } else { why };
        match by_name() {
            Ok((hit, _)) if refused(&hit) => Err(REFUSED),
            Ok((hit, key)) => Ok(sides.resolution(link, hit, key, Resolved::Name, id_is_mapped)),
            Err(why) => Err(or_refused(why)),
        }
    }
}

impl<'o> Sides<'o> {
    /// Returns the object that was found.
    pub fn object(&self, hit: Hit) -> Option<&'o Object> {
        match hit {
            Hit::File(index) => self.file.get(index),
            Hit::Target(index) => self.target.get(index),
        }
    }

    /// Returns the object of either side with an id, the file's first.
    pub fn get(&self, kind: &str, owner: &str, id: &str) -> Option<&'o Object> {
        let schema = self.kinds.schema(kind)?;
        let (hit, _) = self.identified(schema, owner, id, |_, role| role == Role::Id)?;
        self.object(hit)
    }

    /// Finds an object by an id, among the file's objects and then the target's.
    fn identified(
        &self,
        schema: &'static KindSchema,
        owner: &str,
        id: &str,
        is_by: impl Fn(&str, Role) -> bool,
    ) -> Option<(Hit, usize)> {
        if id.is_empty() {
            return None;
        }
        let keys = schema.keys.iter().enumerate();
        let mut keys = keys.filter(|(_, key)| key.role != Role::Name && is_by(key.name, key.role));
        keys.find_map(|(key, _)| {
            let here = self
                .file
                .with(schema, key, owner, id)
                .iter()
                .find(|index| self.is_importable(**index));
            let here = here.map(|index| Hit::File(*index));
            let there = || {
                self.target
                    .with(schema, key, owner, id)
                    .first()
                    .map(|index| self.hit(*index))
            };
            here.or_else(there).map(|hit| (hit, key))
        })
    }

    /// Finds the only object of a name, on either side.
    fn named(
        &self,
        schema: &'static KindSchema,
        owner: &str,
        name: &str,
    ) -> Result<(Hit, usize), &'static str> {
        let mut hits: BTreeSet<Hit> = BTreeSet::new();
        let mut by = 0;
        let keys = schema
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.role == Role::Name);
        for (key, _) in keys.filter(|_| !name.is_empty()) {
            let here = self.file.with(schema, key, owner, name).iter();
            let here = here
                .filter(|index| self.is_importable(**index))
                .map(|index| Hit::File(*index));
            let there = self
                .target
                .with(schema, key, owner, name)
                .iter()
                .map(|index| self.hit(*index));
            hits.extend(here.chain(there));
            by = key;
        }
        // An object that will not be in the target is not found by name, except by itself.
        let sound: Vec<Hit> = hits
            .iter()
            .copied()
            .filter(|hit| !self.is_refused(*hit))
            .collect();
        match (sound.as_slice(), hits.len()) {
            ([hit], _) => Ok((*hit, by)),
            ([], 0) => Err(NOWHERE),
            ([], _) => hits.first().map(|hit| (*hit, by)).ok_or(NOWHERE),
            _ => Err(SEVERAL),
        }
    }

    fn is_importable(&self, index: usize) -> bool {
        self.file
            .get(index)
            .is_some_and(|object| object.schema.importable)
    }

    /// Returns whether an object of the file will not be in the target.
    fn is_refused(&self, hit: Hit) -> bool {
        match hit {
            Hit::File(index) => self.found(index).is_none() && !self.blocks(index).is_empty(),
            Hit::Target(_) => false,
        }
    }

    /// Returns an object of the target, as its counterpart of the file if there
    /// is one.
    fn hit(&self, index: usize) -> Hit {
        self.sharing(index).map_or(Hit::Target(index), Hit::File)
    }

    /// Returns the operator's default for a reference that resolves to nothing.
    fn default_for(
        &self,
        kind: &str,
        schema: Option<&'static KindSchema>,
    ) -> Option<Resolution<'o>> {
        let given: &'o [DefaultReference] = self.defaults;
        given
            .iter()
            .filter(|default| default.kind == kind)
            .find_map(|default| {
                let [id, name] =
                    [&default.id, &default.name].map(|text| text.as_deref().unwrap_or_default());
                let Some(schema) = schema else {
                    let some = |text: &'o str| (!text.is_empty()).then_some(text);
                    let resolution = Resolution {
                        id: some(id),
                        name: some(name),
                        ..nothing(NOWHERE, Resolved::Default)
                    };
                    return (!(id.is_empty() && name.is_empty())).then_some(resolution);
                };
                let hit = self.default_hit(schema, id, name)?;
                let (id, name) = self.identity(hit);
                let some = |text: &'o str| (!text.is_empty()).then_some(text);
                Some(Resolution {
                    how: Resolved::Default,
                    hit: Some(hit),
                    id: some(id),
                    name: some(name),
                    why: NOWHERE,
                })
            })
    }

    fn default_hit(&self, schema: &'static KindSchema, id: &str, name: &str) -> Option<Hit> {
        if id.is_empty() && name.is_empty() {
            return match self.target.of(schema.info.kind.as_str()) {
                [only] => Some(self.hit(*only)),
                _ => None,
            };
        }
        let by_id = self.identified(schema, "", id, |_, role| role == Role::Id);
        by_id
            .or_else(|| self.named(schema, "", name).ok())
            .map(|(hit, _)| hit)
    }

    /// Returns the defaults that match no object.
    pub fn unmet_defaults(&self) -> impl Iterator<Item = Finding> {
        let defaults = self.defaults.iter();
        defaults.filter_map(|default| {
            let schema = self
                .kinds
                .schema(&default.kind)
                .filter(|schema| schema.importable)?;
            let [id, name] =
                [&default.id, &default.name].map(|text| text.as_deref().unwrap_or_default());
            if self.default_hit(schema, id, name).is_some() {
                return None;
            }
            let what = match (id, name) {
                ("", "") => format!("the only {}", default.kind),
                _ => describe(&default.kind, id, name),
            };
            let message = format!(
                "the default reference names {what}, which is neither in the file nor in the target"
            );
            Some(Finding::warning("default-unmet", message))
        })
    }

    /// Returns what to write for a reference to an object: the target's id, and
    /// the matching name if it is another object now.
    fn resolution(
        &self,
        link: &Link<'o>,
        hit: Hit,
        key: usize,
        how: Resolved,
        renamed: bool,
    ) -> Resolution<'o> {
        let (_, name) = self.identity(hit);
        let id = self
            .written_id(hit, key)
            .filter(|(id, form)| form.of(id) != form.of(link.id));
        let id = id.map(|(id, _)| id);
        // The target has the object under another id: it was matched by its name.
        let how = if how == Resolved::Id && id.is_some() {
            Resolved::Name
        } else {
            how
        };
        let name = Some(name).filter(|name| renamed && !name.is_empty());
        Resolution {
            how,
            hit: Some(hit),
            id,
            name,
            why: NOWHERE,
        }
    }

    /// Returns the id to refer to an object that was found by a key: the
    /// target's own if it has the object.
    fn written_id(&self, hit: Hit, key: usize) -> Option<(&'o str, Form)> {
        let object = self.object(hit)?;
        let keys = object.schema.keys;
        // The name is next to an id.
        let is_id = |index: &usize| keys.get(*index).is_some_and(|key| key.role == Role::Id);
        let by_name = keys.get(key).is_some_and(|key| key.role == Role::Name);
        let key = if by_name {
            (0..keys.len()).find(is_id)?
        } else {
            key
        };
        let base = match hit {
            Hit::File(index) => self.base(index),
            Hit::Target(_) => None,
        };
        let value = base.unwrap_or(object).values(key).next()?;
        Some((value, keys.get(key)?.form))
    }

    /// Returns the id that an object has or will have in the target, and its
    /// name for references.
    pub fn identity(&self, hit: Hit) -> (&'o str, &'o str) {
        let id = |object: &'o Object| object.row.as_deref().unwrap_or_else(|| object.id());
        match hit {
            Hit::Target(index) => self
                .target
                .get(index)
                .map_or(("", ""), |object| (id(object), object.called())),
            Hit::File(index) => {
                let Some(object) = self.file.get(index) else {
                    return ("", "");
                };
                (id(self.base(index).unwrap_or(object)), object.called())
            }
        }
    }

    /// Returns the item of an object, and whether the target has it.
    pub fn item(&self, hit: Hit) -> Option<(ItemId, bool)> {
        match hit {
            Hit::Target(index) => Some((self.target.get(index)?.item.clone(), true)),
            Hit::File(index) => Some((
                self.file.get(index)?.item.clone(),
                self.base(index).is_some(),
            )),
        }
    }
}

fn nothing(why: &'static str, how: Resolved) -> Resolution<'static> {
    Resolution {
        how,
        hit: None,
        id: None,
        name: None,
        why,
    }
}

/// Describes an object: its kind, its name, its id.
pub(super) fn describe(kind: &str, id: &str, name: &str) -> String {
    match (id, name) {
        ("", name) => format!("{kind} '{name}'"),
        (id, "") => format!("{kind} '{id}'"),
        (id, name) => format!("{kind} '{name}' ({id})"),
    }
}

impl ResolvedReference<'_> {
    /// Returns whether neither side has the referenced object.
    pub fn is_unresolved(&self) -> bool {
        self.reference.how == Resolved::Unresolved
    }
}

/// Writes resolved references into a body.
pub fn write(found: &[ResolvedReference<'_>], body: &mut Json) {
    for ResolvedReference {
        link,
        writes: [id, name],
        ..
    } in found
    {
        link.write(body, *id, *name);
    }
}
