//! What a platform reports of one item of the file, before it is judged.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::effect::Effect;
use super::finding::Finding;
use super::item::{Item, ItemId, Value};
use super::marking::mark_differing;
use super::marks::Marks;
use super::reference::Reference;
use super::verdict::Reason;

/// What a platform reports of one item of the file: its identity, its
/// counterpart in the target, and what blocks it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The item in the file.
    pub item: Item,
    /// The same item in the target.
    pub base: Option<Item>,
    /// How it was matched, if not simply by the same key.
    pub matched: Option<Matched>,
    /// What covering it does, where that is known; else it is found out.
    pub effect: Option<Effect>,
    /// Its own blocking reasons.
    pub blocks: Vec<Reason>,
    /// What must be in the target before it can be written.
    pub requires: Vec<Requirement>,
    /// A limit that depends on which other items are written. None where it can not be exceeded.
    pub quota: Option<Quota>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// The findings for the operator.
    pub warnings: Vec<Finding>,
    /// What else it depends on in the target, which the file does not contain:
    /// never shown as a difference, and the item is stale once it changes.
    pub context: Value,
    /// What rules did to it.
    pub marks: Option<Box<Marks>>,
}

impl Candidate {
    /// Returns an item of the file, with the target's, and nothing else yet.
    /// Secrets that differ are shown as such.
    pub fn new(mut item: Item, base: Option<Item>) -> Self {
        if let Some(base) = base
            .as_ref()
            .filter(|base| !base.value.is_same(&item.value))
        {
            item.value.edit(|value| mark_differing(&base.value, value));
        }
        Self {
            effect: None,
            ..Self::compared(item, base, Effect::default())
        }
    }

    /// Returns an item of the file, with the target's, and what covering it does. Its content is
    /// [`marked`] already.
    pub const fn compared(item: Item, base: Option<Item>, effect: Effect) -> Self {
        Self {
            item,
            base,
            matched: None,
            effect: Some(effect),
            blocks: Vec::new(),
            requires: Vec::new(),
            quota: None,
            references: Vec::new(),
            warnings: Vec::new(),
            context: Value::Null,
            marks: None,
        }
    }
}

/// Returns the value of an item of the file as it is shown beside that of the target: secrets that
/// differ are shown as such.
pub fn marked(base: &Value, mut wanted: Value) -> Value {
    mark_differing(base, &mut wanted);
    wanted
}

/// An item that another one requires.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The required item.
    pub on: ItemId,
    /// Whether the target has it already.
    pub present: bool,
}

/// A limit on the number of an item's references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The reason's code when it is exceeded.
    pub code: Cow<'static, str>,
    /// What is counted, in the plural, such as "groups".
    pub of: Cow<'static, str>,
    /// The maximum.
    pub max: usize,
    /// How many the item has in the target already, regardless of what is written.
    pub held: usize,
    /// What writing the item would add.
    pub uses: Vec<QuotaUse>,
}

impl Quota {
    /// Returns whether it is exceeded whatever is written, or may be.
    pub fn may_be_exceeded(&self) -> bool {
        let most = self.uses.iter().map(|part| part.written.max(part.left));
        self.held + most.sum::<usize>() > self.max
    }
}

/// What one reference adds to a [`Quota`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    /// The referenced item.
    pub on: ItemId,
    /// How many it adds if that item is left as it is.
    pub left: usize,
    /// How many it adds if that item is written too.
    pub written: usize,
}

/// How an item's counterpart in the target was found, if not by the item's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// The means, such as `name`.
    pub by: Cow<'static, str>,
    /// The id that the object has in the target.
    #[serde(rename = "id")]
    pub target: Arc<str>,
}

/// Shown as `matched by name: the target's id is 2f…`. May hold data.
impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "matched by {}: the target's id is {}",
            self.by, self.target
        )
    }
}
