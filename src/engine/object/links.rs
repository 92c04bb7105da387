//! The references of an object, as they are written.

use super::Object;
use crate::engine::diff::push_segment;
use crate::engine::json::Json;
use crate::engine::schema::{Part, ReferenceRule, To, text_at};

/// A reference as it is written.
#[derive(Clone, Debug)]
pub struct Link<'o> {
    /// Its rule.
    pub rule: &'static ReferenceRule,
    /// JSON pointer to it, in the body.
    pub path: String,
    /// Its value.
    pub value: &'o Json,
    /// The kind of the referenced object.
    pub kind: &'o str,
    /// The id that it names; '' for none.
    pub id: &'o str,
    /// The name that it names; '' for none.
    pub name: &'o str,
    /// The path of its id, if it has one.
    pub id_at: Option<String>,
    /// The path of its name, if it has one.
    pub name_at: Option<String>,
}

/// Finds the references of an object, in order. `is_kind` says which words are
/// kinds that can be referred to.
pub fn links<'o>(object: &'o Object, is_kind: &dyn Fn(&str) -> bool) -> Vec<Link<'o>> {
    let mut finder = Finder {
        object,
        is_kind,
        steps: Vec::new(),
        path: Vec::new(),
        links: Vec::new(),
    };
    finder.value(&object.body, None);
    finder.links
}

#[derive(Clone, Copy)]
enum Step<'o> {
    Name(&'o str),
    At(usize),
}

struct Finder<'o, 'k> {
    object: &'o Object,
    is_kind: &'k dyn Fn(&str) -> bool,
    steps: Vec<Step<'o>>,
    /// The path down to here; `*` for elements of lists.
    path: Vec<&'o str>,
    links: Vec<Link<'o>>,
}

impl<'o> Finder<'o, '_> {
    fn value(&mut self, value: &'o Json, above: Option<&'o Json>) {
        let schema = self.object.schema;
        let own = match self.path.as_slice() {
            [inner, own @ ..] if *inner == schema.document.inner => own,
            own => own,
        };
        if matches!(own, [name] if schema.computed.contains(name)) {
            return;
        }
        let found = schema
            .references
            .at(&self.path)
            .find_map(|rule| self.link(rule, value, above));
        self.links.extend(found);
        match value {
            Json::Object(members) => {
                for (name, json) in members.members() {
                    self.below(Step::Name(name), name, json, value);
                }
            }
            Json::List(elements) => {
                for (index, json) in elements.iter().enumerate() {
                    self.below(Step::At(index), "*", json, value);
                }
            }
            _ => {}
        }
    }

    fn below(&mut self, step: Step<'o>, name: &'o str, json: &'o Json, above: &'o Json) {
        self.steps.push(step);
        self.path.push(name);
        self.value(json, Some(above));
        self.path.pop();
        self.steps.pop();
    }

    /// Reads a value as a reference.
    fn link(
        &self,
        rule: &'static ReferenceRule,
        value: &'o Json,
        above: Option<&'o Json>,
    ) -> Option<Link<'o>> {
        if value.as_object().is_none()
            && [rule.id, rule.name]
                .iter()
                .any(|part| matches!(part, Part::Member(_)))
        {
            return None;
        }
        if rule
            .when
            .is_some_and(|(member, text)| value.text_of(member) != text)
        {
            return None;
        }
        let kind = match rule.to {
            To::Kind(kind) => kind,
            To::Member(member) => Some(value.text_of(member)).filter(|kind| !kind.is_empty())?,
        };
        if rule.exact && !(is_exact(rule, value) && (self.is_kind)(kind) && !self.steps.is_empty())
        {
            return None;
        }
        let (id, id_at) = self.part(rule, rule.id, value, above);
        let (name, name_at) = self.part(rule, rule.name, value, above);
        if id.is_empty() && name.is_empty() {
            return None;
        }
        if rule
            .unless
            .is_some_and(|place| says(&self.object.body, place))
        {
            return None;
        }
        let path = match (rule.id, rule.name) {
            (Part::Member(_), Part::None) => id_at.clone(),
            (Part::None, Part::Member(_)) => name_at.clone(),
            _ => None,
        };
        let path = path.unwrap_or_else(|| self.pointer());
        Some(Link {
            rule,
            path,
            value,
            kind,
            id,
            name,
            id_at,
            name_at,
        })
    }

    fn part(
        &self,
        rule: &ReferenceRule,
        part: Part,
        value: &'o Json,
        above: Option<&'o Json>,
    ) -> (&'o str, Option<String>) {
        let below = |place: &str, mut pointer: String| {
            for name in place.split('/') {
                pointer.push('/');
                push_segment(&mut pointer, name);
            }
            pointer
        };
        let (text, pointer) = match part {
            Part::None => return ("", None),
            Part::Itself => {
                let text = value.as_text().unwrap_or_default();
                let text = rule.within.map_or(text, |within| within.find(text));
                if text.is_empty() {
                    return ("", None);
                }
                (text, Some(self.pointer()))
            }
            Part::Entry => (self.path.last().copied().unwrap_or_default(), None),
            Part::Beside(name) => {
                let last = self.steps.len().saturating_sub(1);
                (
                    above.map_or("", |above| above.text_of(name)),
                    Some(below(name, self.pointer_to(last))),
                )
            }
            Part::Member(places) => {
                let text = places
                    .iter()
                    .find_map(|place| text_at(value, place))
                    .map_or("", |text| &**text);
                let has = |place: &&&str| {
                    place
                        .split('/')
                        .try_fold(value, |json, name| json.get(name))
                        .is_some()
                };
                let named = places.iter().find(|place| text_at(value, place).is_some());
                let slot = named.or_else(|| places.iter().find(has));
                (text, slot.map(|place| below(place, self.pointer())))
            }
        };
        if (rule.is_none)(text) {
            ("", pointer)
        } else {
            (text, pointer)
        }
    }

    fn pointer(&self) -> String {
        self.pointer_to(self.steps.len())
    }

    fn pointer_to(&self, depth: usize) -> String {
        let mut pointer = String::new();
        for step in self.steps.iter().take(depth) {
            pointer.push('/');
            match step {
                Step::Name(name) => push_segment(&mut pointer, name),
                Step::At(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// Returns whether a value is a kind, an id and a name, and nothing else.
fn is_exact(rule: &ReferenceRule, value: &Json) -> bool {
    let names = |part| {
        if let Part::Member(names) = part {
            names
        } else {
            &[]
        }
    };
    let kind = if let To::Member(kind) = rule.to {
        Some(kind)
    } else {
        None
    };
    let mut parts = kind
        .into_iter()
        .chain(names(rule.id).iter().chain(names(rule.name)).copied());
    let is_all = value
        .as_object()
        .is_some_and(|object| object.len() == parts.clone().count());
    is_all && parts.all(|name| value.get(name).is_some())
}

/// Returns whether the value at a path is nonempty.
fn says(body: &Json, place: &str) -> bool {
    let found = place.split('/').try_fold(body, |json, name| json.get(name));
    found.is_some_and(|json| !json.is_empty())
}

impl Link<'_> {
    /// Returns whether one of these paths is part of it.
    pub fn is_touched(&self, places: &[String]) -> bool {
        let own = [Some(&self.path), self.id_at.as_ref(), self.name_at.as_ref()];
        places.iter().any(|place| own.contains(&Some(place)))
    }

    /// Writes an id and a name at its paths.
    pub fn write(&self, body: &mut Json, id: Option<&str>, name: Option<&str>) {
        for (pointer, before, after) in
            [(&self.id_at, self.id, id), (&self.name_at, self.name, name)]
        {
            let (Some(pointer), Some(after)) = (pointer, after.filter(|after| *after != before))
            else {
                continue;
            };
            let Some(value) = body.pointer_mut(pointer) else {
                continue;
            };
            *value = match (self.rule.within, value.as_text()) {
                (Some(within), Some(text)) => Json::text(within.replace(text, after)),
                _ => Json::text(after),
            };
        }
    }
}
