//! The nodes behind the rows of tree and list.

use crate::engine::{Entry, Missing, Plan, Value};

/// A list of objects missing in the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum MissingList {
    /// APIs.
    Apis,
    /// Everything else.
    Others,
}

impl MissingList {
    /// Both, in the order of rows.
    pub(crate) const ALL: [Self; 2] = [Self::Apis, Self::Others];

    /// Returns the list that an object is in.
    fn of(missing: &Missing) -> Self {
        if missing.is_api() {
            Self::Apis
        } else {
            Self::Others
        }
    }

    /// Returns its title.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Apis => "Lack API",
            Self::Others => "Missing objects",
        }
    }

    /// Returns the indices of its objects among all missing objects.
    pub(crate) fn places(self, plan: &Plan) -> std::ops::Range<usize> {
        let apis = plan.missing_apis().len();
        match self {
            Self::Apis => 0..apis,
            Self::Others => apis..plan.missing().len(),
        }
    }
}

/// Something that can be selected. Within one plan a node is its identity;
/// [`Node::carry`] finds the same node in another plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// All items of a kind, by its index among the plan's kinds.
    Kind(usize),
    /// An item, by its index in the plan.
    Item(usize),
    /// A set of an item, by its index among the item's sets.
    Branch(usize, usize),
    /// An element of a set.
    Element(usize, usize, usize),
    /// An item of a kind that only the target has, by its index among those.
    TargetItem(usize, usize),
    /// A list of objects missing in the target.
    Missing(MissingList),
    /// One of these, by its index among all missing objects.
    MissingObject(usize),
    /// The warnings.
    Warnings,
    /// One of them.
    Warning(usize),
}

/// A row: a node and its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) node: Node,
    pub(crate) depth: u16,
}

impl Node {
    /// Returns the item that the node is or belongs to.
    pub(crate) const fn item(self) -> Option<usize> {
        match self {
            Self::Item(index) | Self::Branch(index, _) | Self::Element(index, _, _) => Some(index),
            _ => None,
        }
    }

    /// Returns the node above.
    pub(crate) fn parent(self, plan: &Plan) -> Option<Self> {
        match self {
            Self::Kind(_) | Self::Missing(_) | Self::Warnings => None,
            Self::Item(index) => kind_of(plan, index).map(Self::Kind),
            Self::TargetItem(kind, _) => Some(Self::Kind(kind)),
            Self::Branch(index, _) => Some(Self::Item(index)),
            Self::Element(index, branch, _) => Some(Self::Branch(index, branch)),
            Self::MissingObject(index) => plan
                .missing()
                .get(index)
                .map(MissingList::of)
                .map(Self::Missing),
            Self::Warning(_) => Some(Self::Warnings),
        }
    }

    /// Returns whether there can be nodes below it.
    pub(crate) fn has_children(self, plan: &Plan) -> bool {
        match self {
            Self::Kind(_) | Self::Missing(_) | Self::Warnings | Self::Branch(..) => true,
            Self::Item(index) => plan.entry(index).is_some_and(has_sets),
            Self::Element(..)
            | Self::TargetItem(..)
            | Self::MissingObject(_)
            | Self::Warning(_) => false,
        }
    }

    /// Returns the same node in another plan, or its parent if it is gone.
    pub(crate) fn carry(self, from: &Plan, to: &Plan) -> Option<Self> {
        let item = |index| {
            from.entry(index)
                .and_then(|entry| to.position(&entry.item.id))
        };
        match self {
            Self::Kind(_) | Self::Missing(_) | Self::Warnings => Some(self),
            Self::Item(index) => item(index).map(Self::Item),
            // They are read again.
            Self::TargetItem(kind, _) => Some(Self::Kind(kind)),
            // The sets of an item are the same in both plans; their elements
            // may have moved.
            Self::Branch(index, branch) | Self::Element(index, branch, _) => {
                item(index).map(|index| Self::Branch(index, branch))
            }
            Self::MissingObject(index) => {
                let missing = from.missing().get(index)?;
                let index = to
                    .missing()
                    .iter()
                    .position(|other| other.identity() == missing.identity());
                Some(index.map_or(Self::Missing(MissingList::of(missing)), Self::MissingObject))
            }
            Self::Warning(_) => Some(Self::Warnings),
        }
    }
}

/// Returns the index of an item's kind among the plan's kinds.
pub(crate) fn kind_of(plan: &Plan, index: usize) -> Option<usize> {
    let kind = &plan.entry(index)?.item.id.kind;
    plan.kinds().iter().position(|info| info.kind == *kind)
}

fn has_sets(entry: &Entry) -> bool {
    let any = |value: &Value| holds_set(value);
    any(&entry.item.value) || entry.base.as_ref().is_some_and(|base| any(&base.value))
}

fn holds_set(value: &Value) -> bool {
    match value {
        Value::Set(elements) | Value::Sequence(elements) => !elements.is_empty(),
        Value::Record(fields) => fields.iter().any(|field| holds_set(&field.value)),
        _ => false,
    }
}
