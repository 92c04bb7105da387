//! What a target grants, and how writing items changes it.
//!
//! Paths lead from a subject through a node (a group, a scope, a key), and
//! perhaps through a second one, to objects. Each step exists in the target, or
//! once some item is written; a pair has access if all steps of some path
//! exist. Nodes are shared, so a group of many clients with many APIs costs
//! their sum, not their product.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::{Access, Grant, Party, Shift, Words};
use crate::engine::item::Value;

/// The terms of a grant, as a record; [`Value::Null`] for a grant without
/// terms.
pub type Terms = Arc<Value>;

/// When a step exists: in the target, or once an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// Whether it exists in the target.
    pub(super) now: bool,
    /// The item that inverts that once it is written.
    pub(super) item: Option<usize>,
}

impl When {
    /// In the target, whatever is written.
    pub const ALWAYS: Self = Self {
        now: true,
        item: None,
    };

    /// Once the item at that index of the plan is written.
    pub const fn written(item: usize) -> Self {
        Self {
            now: false,
            item: Some(item),
        }
    }

    /// Unless that item is written.
    pub const fn unless(item: usize) -> Self {
        Self {
            now: true,
            item: Some(item),
        }
    }

    /// Returns whether it exists if these items are written.
    fn is_so(self, is_written: &dyn Fn(usize) -> bool) -> bool {
        self.now != self.item.is_some_and(is_written)
    }
}

/// A node's right to an object.
#[derive(Clone, Debug)]
pub struct Right {
    /// The object's index in the model.
    pub object: usize,
    /// The item whose writing replaces `before` with `after`.
    pub item: Option<usize>,
    /// The terms in the target; `None` if it is not granted.
    pub before: Option<Terms>,
    /// The terms once the item is written.
    pub after: Option<Terms>,
}

impl Right {
    /// Returns a right without terms.
    pub fn plain(object: usize, when: When) -> Self {
        // One for all: most rights have no terms.
        static NULL: LazyLock<Terms> = LazyLock::new(|| Arc::new(Value::Null));
        let null = || Some(Arc::clone(&NULL));
        let (before, after) = match when {
            When {
                now: true,
                item: None,
            } => (null(), null()),
            When {
                now: true,
                item: Some(_),
            } => (null(), None),
            When { now: false, .. } => (None, null()),
        };
        Self {
            object,
            item: when.item,
            before,
            after,
        }
    }

    /// Returns the terms if these items are written.
    fn terms(&self, is_written: &dyn Fn(usize) -> bool) -> Option<&Terms> {
        if self.item.is_some_and(is_written) {
            self.after.as_ref()
        } else {
            self.before.as_ref()
        }
    }
}

/// Writing an item links a node to the first existing node of a pool, unless it
/// is linked to one of the pool already.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The pool's index in the model.
    pub pool: usize,
    /// The item.
    pub item: usize,
    /// The nodes that it is linked to in the target.
    pub known: Arc<[usize]>,
}

/// A group, a scope or a key: the means by which objects are called.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its identity; `None` for what the subject grants directly.
    pub by: Option<Arc<Party>>,
    /// Its identity once an item is written, if that changes its name.
    pub renamed: Option<(usize, Arc<Party>)>,
    /// The objects that it grants.
    pub rights: Vec<Right>,
    /// Other nodes whose rights it has. Inheritance ends there.
    pub nodes: Vec<(usize, When)>,
    /// Nodes that it is linked to depending on what else exists.
    pub draws: Vec<Draw>,
}

impl Node {
    /// Returns a node without links.
    pub const fn new(by: Option<Arc<Party>>) -> Self {
        Self {
            by,
            renamed: None,
            rights: Vec::new(),
            nodes: Vec::new(),
            draws: Vec::new(),
        }
    }
}

/// A node of a pool, and when it belongs to it.
pub type PoolMember = (usize, When);

/// A caller.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its identity.
    pub party: Arc<Party>,
    /// When it exists. A subject that does not exist has no access.
    pub is_there: When,
    /// The nodes that it holds.
    pub nodes: Vec<(usize, When)>,
    /// The terms of everything that it calls, in the target and once an item is written.
    pub terms: Option<(usize, [Terms; 2])>,
}

impl Subject {
    /// Returns a subject that holds no nodes.
    pub const fn new(party: Arc<Party>, is_there: When) -> Self {
        Self {
            party,
            is_there,
            nodes: Vec::new(),
            terms: None,
        }
    }
}

/// What a target grants to those whom writing items may affect, and how it
/// changes.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The words for subjects and objects.
    pub words: Words,
    /// What can be called.
    pub objects: Vec<Arc<Party>>,
    /// The means.
    pub nodes: Vec<Node>,
    /// Pools of nodes, of which the first existing one counts.
    pub pools: Vec<Vec<PoolMember>>,
    /// The callers.
    pub subjects: Vec<Subject>,
}

impl Model {
    /// Adds a node and returns its index.
    pub fn add_node(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Returns a node.
    pub fn node(&mut self, index: usize) -> Option<&mut Node> {
        self.nodes.get_mut(index)
    }

    /// Returns the changes if items are written. The time depends on what the
    /// affected subjects hold, not on the target.
    pub fn evaluate(&self, is_written: impl Fn(usize) -> bool) -> Access {
        let all = 0..self.subjects.len();
        self.between_of(all, [&|_| false, &is_written], &|_| true, usize::MAX)
    }

    /// Returns the changes of these subjects that are meant, from one set of
    /// written items to another; of many subjects only as many as it takes for
    /// `max` changes.
    pub(in crate::engine) fn between_of(
        &self,
        subjects: impl IntoIterator<Item = usize>,
        written: Step<'_>,
        is_meant: &dyn Fn(&Grant) -> bool,
        max: usize,
    ) -> Access {
        let mut evaluation = Evaluation::new(self, written);
        let (mut grants, mut found) = (Vec::new(), Vec::new());
        for index in subjects {
            let Some(subject) = self.subjects.get(index) else {
                continue;
            };
            evaluation.subject(index, subject, &mut found);
            grants.extend(found.drain(..).filter(is_meant));
            if grants.len() >= max {
                break;
            }
        }
        Access::new(self.words.clone(), grants)
    }
}

/// The existing nodes of a pool, in order.
type Reached = (Vec<usize>, HashSet<usize>);

/// Whether a subject has access to an object, and the first terms found.
type Met<'m> = Vec<(usize, Option<&'m Terms>)>;

/// The written items.
type IsWritten<'w> = &'w dyn Fn(usize) -> bool;

/// The written items before, and after.
pub(in crate::engine) type Step<'w> = [IsWritten<'w>; 2];

/// The grants if some items are written.
struct Scenario<'m, 'w> {
    model: &'m Model,
    is_written: IsWritten<'w>,
    found: Vec<OnceCell<Reached>>,
    /// By object, the last subject that reached it, counted from 1.
    met: Met<'m>,
}

struct Evaluation<'m, 'w> {
    model: &'m Model,
    before: Scenario<'m, 'w>,
    after: Scenario<'m, 'w>,
    /// Whether the rights of a node change, and whether its links or rights do,
    /// of those that were asked about: of few subjects few nodes matter.
    own: Vec<Cell<Option<bool>>>,
    moved: Vec<Cell<Option<bool>>>,
    /// Changes cached by the held nodes: many subjects hold the same.
    alike: HashMap<Held<'m>, Rc<[Changed]>>,
}

/// Whether a subject exists, before and after, and the nodes that it holds.
type Held<'m> = (bool, bool, &'m [(usize, When)]);

/// An object, how the access to it changes, and by which means.
type Changed = (Arc<Party>, Shift, Vec<Arc<Party>>);

impl<'m, 'w> Evaluation<'m, 'w> {
    fn new(model: &'m Model, [from, to]: [IsWritten<'w>; 2]) -> Self {
        let unknown = || vec![Cell::new(None); model.nodes.len()];
        Self {
            model,
            before: Scenario::new(model, from),
            after: Scenario::new(model, to),
            own: unknown(),
            moved: unknown(),
            alike: HashMap::new(),
        }
    }

    /// Returns whether an item is written on one side only.
    fn turns(&self, item: Option<usize>) -> bool {
        item.is_some_and(|item| (self.before.is_written)(item) != (self.after.is_written)(item))
    }

    /// Returns whether rights of a node change.
    fn has_moved_rights(&self, index: usize) -> bool {
        known(&self.own, index, || {
            let node = self.model.nodes.get(index);
            let moves = |right: &Right| self.turns(right.item) && right.before != right.after;
            node.is_some_and(|node| node.rights.iter().any(moves))
        })
    }

    /// Returns whether links or rights of a node change.
    fn is_moved(&self, index: usize) -> bool {
        known(&self.moved, index, || {
            let Some(node) = self.model.nodes.get(index) else {
                return false;
            };
            let leads_elsewhere = |(index, when): &(usize, When)| {
                self.turns(when.item) || self.has_moved_rights(*index)
            };
            // A draw depends on more than the item that draws.
            let draws = |draw: &Draw| {
                (self.before.is_written)(draw.item) || (self.after.is_written)(draw.item)
            };
            self.has_moved_rights(index)
                || node.nodes.iter().any(leads_elsewhere)
                || node.draws.iter().any(draws)
        })
    }

    fn subject(&mut self, index: usize, subject: &'m Subject, grants: &mut Vec<Grant>) {
        let (was, is) = (
            self.before.is(subject.is_there),
            self.after.is(subject.is_there),
        );
        let holds_moved = |(node, when): &(usize, When)| {
            self.before.is(*when) != self.after.is(*when) || self.is_moved(*node)
        };
        self.terms(subject, (was, is), grants);
        if was == is && !(is && subject.nodes.iter().any(holds_moved)) {
            return;
        }
        let held = (was, is, subject.nodes.as_slice());
        let changed = match self.alike.get(&held) {
            Some(changed) => Rc::clone(changed),
            None => {
                let changed: Rc<[Changed]> = self.changed(index, subject, (was, is)).into();
                self.alike.insert(held, Rc::clone(&changed));
                changed
            }
        };
        grants.extend(changed.iter().map(|(object, shift, by)| Grant {
            subject: Arc::clone(&subject.party),
            object: Some(Arc::clone(object)),
            shift: shift.clone(),
            by: by.clone(),
        }));
    }

    /// Returns the changes of a subject, by object.
    fn changed(
        &mut self,
        index: usize,
        subject: &'m Subject,
        (was, is): (bool, bool),
    ) -> Vec<Changed> {
        let stamp = index + 1;
        let paths = |there: bool, side: &Scenario<'m, 'w>| {
            if there {
                side.paths(subject)
            } else {
                Vec::new()
            }
        };
        let (before, after) = (paths(was, &self.before), paths(is, &self.after));
        self.before.meet(stamp, &before);
        self.after.meet(stamp, &after);
        let shifts = self.shifts(stamp, &before, &after);
        let changed = shifts.into_iter().filter_map(|(object, (shift, by))| {
            let side = if matches!(shift, Shift::Lost(_)) {
                &self.before
            } else {
                &self.after
            };
            let by = by
                .into_iter()
                .filter_map(|node| side.called(self.model.nodes.get(node)?));
            Some((
                Arc::clone(self.model.objects.get(object)?),
                shift,
                by.collect(),
            ))
        });
        let mut changed: Vec<Changed> = changed.collect();
        changed.sort_by(|a, b| a.0.cmp(&b.0));
        changed
    }

    /// Returns the changes of a subject's objects, and by which nodes.
    fn shifts(&self, stamp: usize, before: &[Path<'m>], after: &[Path<'m>]) -> Shifts {
        let was = |object| self.before.terms(stamp, object);
        let is = |object| self.after.terms(stamp, object);
        // Most are the same on both sides under the same terms.
        let mut shifts = Shifts::new();
        let mut note = |path: &Path<'m>, shift: &dyn Fn() -> Option<Shift>| match shifts
            .get_mut(&path.object)
        {
            Some((_, by)) if by.last() != Some(&path.node) => by.push(path.node),
            Some(_) => {}
            None => drop(shift().map(|shift| shifts.insert(path.object, (shift, vec![path.node])))),
        };
        for path in after {
            note(path, &|| match (was(path.object), is(path.object)) {
                (None, Some(after)) => Some(Shift::Gained(Arc::clone(after))),
                (Some(before), Some(after)) if before != after => Some(Shift::Changed {
                    before: Arc::clone(before),
                    after: Arc::clone(after),
                }),
                _ => None,
            });
        }
        for path in before.iter().filter(|path| is(path.object).is_none()) {
            note(path, &|| Some(Shift::Lost(Arc::clone(was(path.object)?))));
        }
        shifts
    }

    /// Adds the terms of everything that a subject calls, if they change.
    fn terms(&self, subject: &'m Subject, (was, is): (bool, bool), grants: &mut Vec<Grant>) {
        let Some((item, [there, written])) = &subject.terms else {
            return;
        };
        let of = |side: &Scenario<'_, '_>| {
            if (side.is_written)(*item) {
                written
            } else {
                there
            }
        };
        let (before, after) = (of(&self.before), of(&self.after));
        let shift = match (was, is) {
            (true, true) if before != after => Shift::Changed {
                before: Arc::clone(before),
                after: Arc::clone(after),
            },
            (false, true) if **after != Value::Null => Shift::Gained(Arc::clone(after)),
            (true, false) if **before != Value::Null => Shift::Lost(Arc::clone(before)),
            _ => return,
        };
        grants.push(Grant {
            subject: Arc::clone(&subject.party),
            object: None,
            shift,
            by: Vec::new(),
        });
    }
}

/// What changes by object, and the nodes by which.
type Shifts = BTreeMap<usize, (Shift, Vec<usize>)>;

impl<'m, 'w> Scenario<'m, 'w> {
    fn new(model: &'m Model, is_written: IsWritten<'w>) -> Self {
        let found = model.pools.iter().map(|_| OnceCell::new()).collect();
        Self {
            model,
            is_written,
            found,
            met: vec![(0, None); model.objects.len()],
        }
    }

    fn is(&self, when: When) -> bool {
        when.is_so(self.is_written)
    }

    /// Returns the identity of a node.
    fn called(&self, node: &Node) -> Option<Arc<Party>> {
        let renamed = node
            .renamed
            .as_ref()
            .filter(|(item, _)| (self.is_written)(*item));
        renamed
            .map(|(_, party)| party)
            .or(node.by.as_ref())
            .cloned()
    }

    /// Records an object that a subject reaches.
    fn meet(&mut self, stamp: usize, paths: &[Path<'m>]) {
        for path in paths {
            if let Some(slot) = self.met.get_mut(path.object).filter(|slot| slot.0 != stamp) {
                *slot = (stamp, Some(path.terms));
            }
        }
    }

    /// Returns the terms under which a subject reached an object.
    fn terms(&self, stamp: usize, object: usize) -> Option<&'m Terms> {
        self.met
            .get(object)
            .filter(|(seen, _)| *seen == stamp)
            .and_then(|(_, terms)| *terms)
    }

    /// Returns everything that a subject calls, by each of its nodes.
    fn paths(&self, subject: &'m Subject) -> Vec<Path<'m>> {
        let mut paths = Vec::new();
        for (node, _) in subject.nodes.iter().filter(|(_, when)| self.is(*when)) {
            let Some(held) = self.model.nodes.get(*node) else {
                continue;
            };
            let below = held
                .nodes
                .iter()
                .filter(|(_, when)| self.is(*when))
                .map(|(index, _)| *index);
            let draws = held
                .draws
                .iter()
                .filter(|draw| (self.is_written)(draw.item));
            let below = below.chain(draws.filter_map(|draw| self.drawn(draw)));
            let below = below.filter_map(|index| self.model.nodes.get(index));
            for right in std::iter::once(held)
                .chain(below)
                .flat_map(|node| &node.rights)
            {
                let terms = right.terms(self.is_written);
                paths.extend(terms.map(|terms| Path {
                    object: right.object,
                    node: *node,
                    terms,
                }));
            }
        }
        paths
    }

    /// Returns the node that a draw links.
    fn drawn(&self, draw: &Draw) -> Option<usize> {
        let pool = self.model.pools.get(draw.pool)?;
        let (order, all) = self.found.get(draw.pool)?.get_or_init(|| {
            let there = pool.iter().filter(|(_, when)| self.is(*when));
            let order: Vec<usize> = there.map(|(node, _)| *node).collect();
            let all = order.iter().copied().collect();
            (order, all)
        });
        let is_known = draw.known.iter().any(|node| all.contains(node));
        order.first().copied().filter(|_| !is_known)
    }
}

/// Returns what is known of a node, once it was found out.
fn known(of: &[Cell<Option<bool>>], index: usize, find: impl FnOnce() -> bool) -> bool {
    let Some(slot) = of.get(index) else {
        return false;
    };
    slot.get().unwrap_or_else(|| {
        let found = find();
        slot.set(Some(found));
        found
    })
}

/// A path to an object, by a node that the subject holds.
struct Path<'m> {
    object: usize,
    node: usize,
    terms: &'m Terms,
}
