//! The nodes of the aligned tree, and their two readings.

use std::sync::Arc;

use super::look;
use crate::engine::item::{Element, Field, Value};
use crate::engine::json::{Json, Object, Span};
use crate::engine::schema::Cover;

/// Which value results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The target's value, which means the same as the file's.
    Same,
    /// The target's value, whatever the file has.
    Kept,
    /// The same, because a rule says so.
    Ignored,
    /// The file's value: a difference.
    File,
    /// The file's value, which is derived from the rest and not a difference.
    Along,
}

#[derive(Debug)]
pub(super) enum Node<'a> {
    /// One value, or a list that is compared as one.
    Leaf(Box<Leaf<'a>>),
    /// Both sides have an object.
    Object(Vec<Member<'a>>),
    /// Both sides have an object of entries, known by their names.
    Entries(Vec<Member<'a>>),
    /// Both sides have a list; the elements are in their resulting order, with
    /// removed elements in between.
    List { ordered: bool, parts: Vec<Part<'a>> },
    /// Both sides have an unordered list of plain values.
    Set(Vec<(Option<&'a Json>, Option<&'a Json>, Value)>),
}

#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) target: Option<&'a Json>,
    pub(super) file: Option<&'a Json>,
    pub(super) take: Take,
    pub(super) before: Value,
    pub(super) after: Value,
}

#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
}

#[derive(Debug)]
pub(super) struct Part<'a> {
    /// The identity that it is matched by: the same on both sides.
    pub(super) id: Arc<str>,
    pub(super) label: Arc<str>,
    /// Its index in the target.
    pub(super) target: Option<usize>,
    /// Whether it remains in the result.
    pub(super) stays: bool,
    pub(super) node: Node<'a>,
}

impl Node<'_> {
    pub(super) fn sides(&self, cover: Cover) -> (Value, Value) {
        match self {
            Self::Leaf(leaf) => (leaf.before.clone(), leaf.after.clone()),
            Self::Object(members) => {
                let mut sides = (Vec::new(), Vec::new());
                for Member { name, node } in members {
                    let (before, after) = node.sides(cover);
                    let (kept, quiet) = (node.is_kept(), node.is_kept());
                    let replaced = cover == Cover::Replace && !kept;
                    let field = |value| Field {
                        name: (*name).to_owned().into(),
                        value,
                        kept,
                        quiet,
                        replaced,
                    };
                    if before != Value::Null {
                        sides.0.push(field(before));
                    }
                    if after != Value::Null {
                        sides.1.push(field(after));
                    }
                }
                if sides.0.is_empty() && sides.1.is_empty() {
                    return (Value::Null, Value::Null);
                }
                let record = |mut fields: Vec<Field>| {
                    fields.sort_by(|one, other| one.name.cmp(&other.name));
                    Value::Record(fields)
                };
                (record(sides.0), record(sides.1))
            }
            Self::Entries(members) => {
                let mut sides = (Vec::new(), Vec::new());
                for Member { name, node } in members {
                    let (before, after) = node.sides(cover);
                    let element = |value| Element {
                        replaced: cover == Cover::Replace,
                        ..Element::matched(*name, look::label("", name), value)
                    };
                    if matches!(node, Node::Leaf(leaf) if matches!(leaf.take, Take::Same | Take::Kept | Take::Ignored))
                    {
                        sides
                            .0
                            .extend(node.stands_in_target().then(|| element(before.clone())));
                        sides
                            .1
                            .extend(node.stands_in_target().then(|| element(before)));
                        continue;
                    }
                    sides
                        .0
                        .extend(node.stands_in_target().then(|| element(before)));
                    sides
                        .1
                        .extend(node.stands_in_file().then(|| element(after)));
                }
                (Value::Set(sides.0), Value::Set(sides.1))
            }
            Self::List { ordered, parts } => {
                let mut sides = (Vec::new(), Vec::new());
                for part in parts {
                    let (before, after) = part.node.sides(cover);
                    let element = |value| Element {
                        replaced: cover == Cover::Replace,
                        ..Element::matched(Arc::clone(&part.id), Arc::clone(&part.label), value)
                    };
                    if let Some(place) = part.target {
                        sides.0.push((place, element(before)));
                    }
                    if part.stays && part.node.stands_in_file() {
                        sides.1.push(element(after));
                    }
                }
                sides.0.sort_by_key(|(place, _)| *place);
                let before = sides.0.into_iter().map(|(_, element)| element).collect();
                let list = |elements| {
                    if *ordered {
                        Value::Sequence(elements)
                    } else {
                        Value::Set(elements)
                    }
                };
                (list(before), list(sides.1))
            }
            Self::Set(elements) => {
                let mut sides = (Vec::new(), Vec::new());
                for (there, here, value) in elements {
                    let Some(json) = there.or(*here) else {
                        continue;
                    };
                    let (id, label) = look::known_by(json, value);
                    let element = || Element {
                        replaced: cover == Cover::Replace,
                        ..Element::matched(Arc::clone(&id), Arc::clone(&label), Value::Null)
                    };
                    if there.is_some() {
                        sides.0.push(element());
                    }
                    if here.is_some() {
                        sides.1.push(element());
                    }
                }
                (Value::set(sides.0), Value::set(sides.1))
            }
        }
    }

    /// Returns whether the target's value is kept whatever the file has.
    fn is_kept(&self) -> bool {
        matches!(self, Self::Leaf(leaf) if matches!(leaf.take, Take::Kept | Take::Ignored))
    }

    /// Returns whether the target's value is kept because a rule says so.
    pub(super) fn is_ignored(&self) -> bool {
        matches!(self, Self::Leaf(leaf) if leaf.take == Take::Ignored)
    }

    fn stands_in_target(&self) -> bool {
        !matches!(self, Self::Leaf(leaf) if leaf.target.is_none())
    }

    fn stands_in_file(&self) -> bool {
        !matches!(self, Self::Leaf(leaf) if leaf.file.is_none())
    }

    /// Returns the file's value, with that of the target wherever a rule says so.
    pub(super) fn file(&self) -> Option<Json> {
        match self {
            Self::Leaf(leaf) if leaf.take == Take::Ignored => leaf.target.cloned(),
            Self::Leaf(leaf) => leaf.file.cloned(),
            Self::Object(members) | Self::Entries(members) => {
                let members = members.iter();
                let members =
                    members.filter_map(|member| Some((member.name.into(), member.node.file()?)));
                Some(Json::Object(Object::read(
                    members.collect(),
                    Span::default(),
                )))
            }
            Self::List { parts, .. } => {
                let nodes = parts.iter().filter_map(|part| part.node.file());
                Some(Json::List(nodes.collect()))
            }
            Self::Set(elements) => Some(set_of(elements)),
        }
    }

    pub(super) fn result(&self) -> Option<Json> {
        match self {
            Self::Leaf(leaf) => match leaf.take {
                Take::Same | Take::Kept | Take::Ignored => leaf.target.cloned(),
                Take::File | Take::Along => leaf.file.cloned(),
            },
            Self::Object(members) | Self::Entries(members) => {
                let stay = members
                    .iter()
                    .filter_map(|member| Some((member.name.into(), member.node.result()?)));
                // The names of both objects, each once, so none has to be looked up.
                Some(Json::Object(Object::read(stay.collect(), Span::default())))
            }
            Self::List { parts, .. } => {
                let stay = parts.iter().filter(|part| part.stays);
                Some(Json::List(
                    stay.filter_map(|part| part.node.result()).collect(),
                ))
            }
            Self::Set(elements) => Some(set_of(elements)),
        }
    }
}

/// Returns the resulting elements of a set.
fn set_of(elements: &[(Option<&Json>, Option<&Json>, Value)]) -> Json {
    let here = elements.iter().filter_map(|(_, here, _)| here.cloned());
    Json::List(here.collect())
}
