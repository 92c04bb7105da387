//! What only the target has, while it is listed below its kinds.

use super::Review;
use crate::engine::TargetItem;

impl Review {
    /// Returns whether what only the target has is listed.
    pub(crate) const fn lists_target_items(&self) -> bool {
        self.target_items.is_some()
    }

    /// Lists these items below their kinds, or none any more.
    pub(crate) fn list_target_items(&mut self, items: Option<Vec<TargetItem>>) {
        self.target_items = items.map(|items| {
            let mut by_kind = vec![Vec::new(); self.plan().kinds().len()];
            for item in items {
                let kinds = self.plan().kinds().iter();
                let kind = kinds
                    .enumerate()
                    .find(|(_, info)| info.kind == item.id.kind);
                if let Some(of_kind) = kind.and_then(|(kind, _)| by_kind.get_mut(kind)) {
                    of_kind.push(item);
                }
            }
            by_kind
        });
        self.rebuild();
    }

    /// Returns the items of a kind that only the target has, if they are listed.
    pub(crate) fn target_items(&self, kind: usize) -> &[TargetItem] {
        let by_kind = self.target_items.as_ref();
        by_kind
            .and_then(|by_kind| by_kind.get(kind))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns one of them.
    pub(crate) fn target_item(&self, kind: usize, index: usize) -> Option<&TargetItem> {
        self.target_items(kind).get(index)
    }
}
