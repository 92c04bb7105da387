//! Which callers an item concerns: as one of them, as what they call or the
//! means by which they do, or because writing it changes what they can call.
//!
//! Steps are shared, so these are relations from step to step: their size is
//! that of the model, and not the number of callers of each item.

use super::model::Model;
use crate::engine::item::ItemId;
use crate::engine::relation::Relation;

/// Which subjects, nodes and pools of a model the items of a plan concern.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Concerns {
    /// From items.
    subjects: Relation,
    nodes: Relation,
    pools: Relation,
    /// From nodes: the subjects that hold them, the nodes that lead to them, the
    /// pools that they belong to.
    holders: Relation,
    above: Relation,
    pools_of: Relation,
    /// From pools: the nodes that are linked to one of them.
    drawing: Relation,
}

impl Concerns {
    /// Returns what the items concern, whose indices `position` returns.
    pub(in crate::engine) fn new(
        model: &Model,
        position: impl Fn(&ItemId) -> Option<usize>,
    ) -> Self {
        let objects: Vec<Option<usize>> = model
            .objects
            .iter()
            .map(|object| position(&object.id))
            .collect();
        let (mut subjects, mut nodes, mut pools) = (Vec::new(), Vec::new(), Vec::new());
        let (mut holders, mut above) = (Vec::new(), Vec::new());
        let (mut pools_of, mut drawing) = (Vec::new(), Vec::new());
        for (index, node) in model.nodes.iter().enumerate() {
            let mut concerns = |item: Option<usize>| nodes.extend(item.map(|item| (item, index)));
            concerns(node.by.as_ref().and_then(|party| position(&party.id)));
            if let Some((item, party)) = &node.renamed {
                concerns(Some(*item));
                concerns(position(&party.id));
            }
            for right in &node.rights {
                concerns(right.item);
                concerns(objects.get(right.object).copied().flatten());
            }
            for (below, when) in &node.nodes {
                concerns(when.item);
                above.push((*below, index));
            }
            for draw in &node.draws {
                concerns(Some(draw.item));
                drawing.push((draw.pool, index));
            }
        }
        for (index, pool) in model.pools.iter().enumerate() {
            for (node, when) in pool {
                pools.extend(when.item.map(|item| (item, index)));
                pools_of.push((*node, index));
            }
        }
        for (index, subject) in model.subjects.iter().enumerate() {
            let mut concerns =
                |item: Option<usize>| subjects.extend(item.map(|item| (item, index)));
            concerns(position(&subject.party.id));
            concerns(subject.is_there.item);
            concerns(subject.terms.as_ref().map(|(item, _)| *item));
            for (node, when) in &subject.nodes {
                concerns(when.item);
                holders.push((*node, index));
            }
        }
        Self {
            subjects: Relation::new(&subjects),
            nodes: Relation::new(&nodes),
            pools: Relation::new(&pools),
            holders: Relation::new(&holders),
            above: Relation::new(&above),
            pools_of: Relation::new(&pools_of),
            drawing: Relation::new(&drawing),
        }
    }

    /// Returns the subjects that an item concerns, in the model's order.
    pub(in crate::engine) fn of(&self, item: usize) -> Vec<usize> {
        let mut nodes = sorted(self.nodes.of(item).iter().copied());
        let drawn = nodes.iter().flat_map(|node| self.pools_of.of(*node));
        let pools = sorted(self.pools.of(item).iter().chain(drawn).copied());
        let above = nodes.iter().flat_map(|node| self.above.of(*node));
        let drawing = pools.iter().flat_map(|pool| self.drawing.of(*pool));
        let more: Vec<usize> = above.chain(drawing).copied().collect();
        nodes = sorted(nodes.into_iter().chain(more));
        let held = nodes.iter().flat_map(|node| self.holders.of(*node));
        sorted(self.subjects.of(item).iter().chain(held).copied())
    }
}

/// Returns each index once, in order.
fn sorted(indices: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut indices: Vec<usize> = indices.collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}
