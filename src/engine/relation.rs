//! A relation between indices, in two vectors: of millions of pairs it stays
//! small, and is quick to follow.

/// Which indices each index leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    /// Where the targets of each index start; one more than there are indices.
    starts: Vec<usize>,
    targets: Vec<usize>,
}

impl Relation {
    /// Returns the relation of these pairs. The targets of an index stay in
    /// order.
    pub(super) fn new(pairs: &[(usize, usize)]) -> Self {
        let len = pairs.iter().map(|(from, _)| from + 1).max().unwrap_or(0);
        let mut starts = vec![0; len + 1];
        for (from, _) in pairs {
            if let Some(next) = starts.get_mut(from + 1) {
                *next += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut free = starts.clone();
        let mut targets = vec![0; pairs.len()];
        for (from, to) in pairs {
            if let Some(slot) = free.get_mut(*from) {
                if let Some(target) = targets.get_mut(*slot) {
                    *target = *to;
                }
                *slot += 1;
            }
        }
        Self { starts, targets }
    }

    /// Returns what an index leads to.
    pub(super) fn of(&self, index: usize) -> &[usize] {
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(start), Some(end)) => self.targets.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_leads_to_its_targets_in_order() {
        let relation = Relation::new(&[(3, 1), (0, 7), (3, 0), (1, 2)]);
        let all: Vec<&[usize]> = (0..5).map(|index| relation.of(index)).collect();
        assert_eq!(all, [&[7][..], &[2], &[], &[1, 0], &[]]);
        assert!(Relation::new(&[]).of(0).is_empty());
    }
}
