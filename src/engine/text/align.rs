//! What two sequences have in common, in bounded time.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::engine::increasing::rising;

/// The maximum total length of two sequences that are compared minimally:
/// Myers' algorithm takes quadratic time in the worst case, however short one
/// of them is.
const MAX_LENGTH: usize = 1 << 10;

/// A stretch that both sequences have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) length: usize,
}

/// Where two long sequences are cut into shorter ones.
#[derive(Clone, Copy)]
enum Anchors {
    /// At elements that occur once in both.
    Unique,
    /// The first of a kind with the first, the second with the second.
    Ordinal,
}

/// Returns what two sequences have in common, in order.
///
/// Equal ends are found first. The rest is compared minimally if it is short;
/// otherwise it is cut at elements that are unique in both, then at those that
/// occur equally often in both. Parts that are still too long have nothing in
/// common, so that the time is linear in the lengths.
pub(super) fn runs(before: &[u32], after: &[u32]) -> Vec<Run> {
    let mut runs = Runs { found: Vec::new() };
    runs.between(before, after, (0, 0), &[Anchors::Unique, Anchors::Ordinal]);
    runs.found
}

struct Runs {
    found: Vec<Run>,
}

impl Runs {
    fn push(&mut self, before: usize, after: usize, length: usize) {
        match self.found.last_mut() {
            _ if length == 0 => {}
            Some(last)
                if last.before + last.length == before && last.after + last.length == after =>
            {
                last.length += length;
            }
            _ => self.found.push(Run {
                before,
                after,
                length,
            }),
        }
    }

    /// Compares two stretches that start at these positions.
    fn between(
        &mut self,
        before: &[u32],
        after: &[u32],
        offset: (usize, usize),
        anchors: &[Anchors],
    ) {
        let head = before
            .iter()
            .zip(after)
            .take_while(|(old, new)| old == new)
            .count();
        let (old, new) = (rest(before, head), rest(after, head));
        let tail = old
            .iter()
            .rev()
            .zip(new.iter().rev())
            .take_while(|(old, new)| old == new)
            .count();
        let old = old.get(..old.len() - tail).unwrap_or_default();
        let new = new.get(..new.len() - tail).unwrap_or_default();
        self.push(offset.0, offset.1, head);
        let offset = (offset.0 + head, offset.1 + head);
        self.middle(old, new, offset, anchors);
        self.push(offset.0 + old.len(), offset.1 + new.len(), tail);
    }

    fn middle(
        &mut self,
        before: &[u32],
        after: &[u32],
        offset: (usize, usize),
        anchors: &[Anchors],
    ) {
        if before.is_empty() || after.is_empty() {
            return;
        }
        if before.len() + after.len() <= MAX_LENGTH {
            for op in capture_diff_slices(Algorithm::Myers, before, after) {
                if let DiffOp::Equal {
                    old_index,
                    new_index,
                    len,
                } = op
                {
                    self.push(offset.0 + old_index, offset.1 + new_index, len);
                }
            }
            return;
        }
        let Some((kind, others)) = anchors.split_first() else {
            return;
        };
        let (mut old, mut new) = (0, 0);
        for (to_old, to_new) in kind
            .common(before, after)
            .into_iter()
            .chain([(before.len(), after.len())])
        {
            let stretches = (
                before.get(old..to_old).unwrap_or_default(),
                after.get(new..to_new).unwrap_or_default(),
            );
            self.between(
                stretches.0,
                stretches.1,
                (offset.0 + old, offset.1 + new),
                others,
            );
            if to_old < before.len() {
                self.push(offset.0 + to_old, offset.1 + to_new, 1);
            }
            (old, new) = (to_old + 1, to_new + 1);
        }
    }
}

impl Anchors {
    /// Returns the positions of common elements, increasing in both.
    fn common(self, before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
        let pairs = match self {
            Self::Unique => unique(before, after),
            Self::Ordinal => ordinal(before, after),
        };
        let order: Vec<usize> = pairs.iter().map(|(_, new)| *new).collect();
        rising(&order)
            .into_iter()
            .filter_map(|index| pairs.get(index).copied())
            .collect()
    }
}

fn unique(before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
    let (old, new) = (once(before), once(after));
    let mut pairs: Vec<(usize, usize)> = old
        .iter()
        .filter_map(|(what, place)| Some(((*place)?, new.get(what).copied().flatten()?)))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// Returns the positions of the elements that occur once.
fn once(sequence: &[u32]) -> HashMap<u32, Option<usize>> {
    let mut places = HashMap::with_capacity(sequence.len());
    for (index, what) in sequence.iter().enumerate() {
        places
            .entry(*what)
            .and_modify(|place| *place = None)
            .or_insert(Some(index));
    }
    places
}

fn ordinal(before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
    let mut places: HashMap<u32, std::collections::VecDeque<usize>> = HashMap::new();
    for (index, what) in after.iter().enumerate() {
        places.entry(*what).or_default().push_back(index);
    }
    let pairs = before.iter().enumerate();
    pairs
        .filter_map(|(index, what)| Some((index, places.get_mut(what)?.pop_front()?)))
        .collect()
}

fn rest(sequence: &[u32], from: usize) -> &[u32] {
    sequence.get(from..).unwrap_or_default()
}

/// Numbers equal elements equally.
#[derive(Default)]
pub(super) struct Numbers<'t> {
    known: HashMap<&'t str, u32>,
}

impl<'t> Numbers<'t> {
    /// Returns the numbers of texts.
    pub(super) fn of(&mut self, texts: &[&'t str]) -> Vec<u32> {
        let number = |text: &&'t str| {
            let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
            *self.known.entry(text).or_insert(next)
        };
        texts.iter().map(number).collect()
    }
}

/// Returns the stretches between runs: removed ones, and their replacements.
pub(super) fn gaps(
    runs: &[Run],
    lengths: (usize, usize),
) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let end = Run {
        before: lengths.0,
        after: lengths.1,
        length: 0,
    };
    let mut offset = (0, 0);
    let mut gaps = Vec::new();
    for run in runs.iter().chain([&end]) {
        if offset.0 < run.before || offset.1 < run.after {
            gaps.push((offset.0..run.before, offset.1..run.after));
        }
        offset = (run.before + run.length, run.after + run.length);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::config;
    use proptest::prelude::*;

    fn common(before: &[u32], after: &[u32]) -> usize {
        let runs = runs(before, after);
        let mut index = (0, 0);
        for run in &runs {
            assert!(run.before >= index.0 && run.after >= index.1, "{runs:?}");
            let old = &before[run.before..run.before + run.length];
            assert_eq!(old, &after[run.after..run.after + run.length]);
            index = (run.before + run.length, run.after + run.length);
        }
        runs.iter().map(|run| run.length).sum()
    }

    #[test]
    fn a_few_changes_among_many_lines_are_found_whether_lines_are_unique_or_all_alike() {
        for line in [(|index| index) as fn(u32) -> u32, |_| 7, |index| index % 3] {
            let before: Vec<u32> = (0..10_000).map(line).collect();
            let mut after = before.clone();
            for index in [100, 5_000, 9_900] {
                after[index] = 1_000_000 + u32::try_from(index).unwrap();
            }
            assert!(
                common(&before, &after) >= 9_990,
                "{}",
                common(&before, &after)
            );
            after.insert(2_000, 2_000_000);
            after.remove(7_000);
            assert!(
                common(&before, &after) >= 9_900,
                "{}",
                common(&before, &after)
            );
        }
    }

    #[test]
    fn a_short_sequence_and_a_very_long_one_take_no_square() {
        let long: Vec<u32> = (0..300_000).map(|index| index % 7).collect();
        assert_eq!(common(&[8, 3], &long), 1);
    }

    #[test]
    fn long_sequences_without_anything_in_common_are_left_whole() {
        let (before, after): (Vec<u32>, Vec<u32>) =
            ((0..50_000).collect(), (50_000..100_000).collect());
        assert_eq!(common(&before, &after), 0);
    }

    proptest! {
        #![proptest_config(config(64))]
        #[test]
        fn runs_rise_and_are_equal(
            before in proptest::collection::vec(0_u32..30, 0..700),
            edits in proptest::collection::vec((0_usize..700, 0_u32..30, any::<bool>()), 0..20),
            others in proptest::collection::vec(0_u32..30, 0..700),
        ) {
            common(&before, &others);
            let mut after = before.clone();
            for (index, what, is_new) in edits {
                let index = index.min(after.len());
                if is_new || index == after.len() { after.insert(index, what) } else { after[index] = what }
            }
            common(&before, &after);
        }
    }
}
