//! Matches the elements of two lists that are only identified by content and
//! order.
//!
//! Equal ends first, then elements that are equal and unique, then the best
//! pairs in order between those. The last part takes time proportional to the
//! product of two lengths, and is bounded.

use std::collections::HashMap;

use crate::engine::increasing::rising;

/// The maximum number of pairs examined between two matched elements.
const MAX_PAIRS: usize = 250_000;

/// The denominator of similarity, and the minimum for a pair.
const WHOLE: u32 = 1000;
const SIMILAR: u32 = 500;

/// The content of an element, without what does not count.
#[derive(Clone, Debug)]
pub(super) struct Print {
    pub(super) whole: u64,
    /// Its members, sorted; none unless it is an object.
    pub(super) members: Vec<u64>,
}

/// An element of either list, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) target: Option<usize>,
    pub(super) file: Option<usize>,
    /// Whether it is certainly the same one, so that it may keep its own values.
    pub(super) sure: bool,
}

/// Aligns two lists: the file's elements in order, then the removed ones;
/// `None` if that would take too long.
pub(super) fn align(target: &[Print], file: &[Print]) -> Option<Vec<Match>> {
    let mut found: Vec<Option<usize>> = vec![None; file.len()];
    let is_equal = |(one, other): &(&Print, &Print)| one.whole == other.whole;
    let head = target.iter().zip(file).take_while(is_equal).count();
    let rest = target.len().min(file.len()) - head;
    let tail = target
        .iter()
        .rev()
        .zip(file.iter().rev())
        .take_while(is_equal)
        .count()
        .min(rest);
    for index in 0..head {
        set(&mut found, index, index);
    }
    for back in 1..=tail {
        set(&mut found, file.len() - back, target.len() - back);
    }
    let (targets, files) = (head..target.len() - tail, head..file.len() - tail);
    let anchors = anchors(target, file, targets.clone(), files.clone());
    let (mut target_from, mut file_from) = (targets.start, files.start);
    for (there, here) in anchors.into_iter().chain([(targets.end, files.end)]) {
        between(
            target,
            file,
            target_from..there,
            file_from..here,
            &mut found,
        )?;
        if here < files.end {
            set(&mut found, here, there);
        }
        (target_from, file_from) = (there + 1, here + 1);
    }
    moved(target, file, &mut found);
    Some(pairs(target, file, &found))
}

fn set(found: &mut [Option<usize>], file: usize, target: usize) {
    if let Some(slot) = found.get_mut(file) {
        *slot = Some(target);
    }
}

/// Returns pairs of elements that are equal and unique, as many as are in the
/// same order on both sides.
fn anchors(
    target: &[Print],
    file: &[Print],
    targets: std::ops::Range<usize>,
    files: std::ops::Range<usize>,
) -> Vec<(usize, usize)> {
    let alone = |list: &[Print], range: std::ops::Range<usize>| {
        let mut places: HashMap<u64, Option<usize>> = HashMap::new();
        for index in range {
            let Some(print) = list.get(index) else {
                continue;
            };
            places
                .entry(print.whole)
                .and_modify(|place| *place = None)
                .or_insert(Some(index));
        }
        places
    };
    let (there, here) = (alone(target, targets.clone()), alone(file, files));
    let pairs: Vec<(usize, usize)> = targets
        .filter_map(|index| {
            let whole = target.get(index)?.whole;
            there.get(&whole).copied().flatten()?;
            Some((index, here.get(&whole).copied().flatten()?))
        })
        .collect();
    let places: Vec<usize> = pairs.iter().map(|(_, file)| *file).collect();
    rising(&places)
        .into_iter()
        .filter_map(|index| pairs.get(index).copied())
        .collect()
}

/// Pairs the rest between two matched elements, in order, with maximum total
/// similarity.
fn between(
    target: &[Print],
    file: &[Print],
    targets: std::ops::Range<usize>,
    files: std::ops::Range<usize>,
    found: &mut [Option<usize>],
) -> Option<()> {
    if targets.is_empty() || files.is_empty() {
        return Some(());
    }
    let (rows, columns) = (targets.len(), files.len());
    if rows
        .checked_mul(columns)
        .is_none_or(|pairs| pairs > MAX_PAIRS)
    {
        return None;
    }
    let alike: Vec<u32> = targets
        .clone()
        .flat_map(|there| files.clone().map(move |here| (there, here)))
        .map(|(there, here)| similarity(target.get(there), file.get(here)))
        .collect();
    let alike = |row: usize, column: usize| {
        alike
            .get(row * columns + column)
            .copied()
            .unwrap_or_default()
    };
    // The best pairing of the rest from a row and a column on.
    let mut best = vec![0_u32; (rows + 1) * (columns + 1)];
    let place = |row: usize, column: usize| row * (columns + 1) + column;
    let at = |best: &[u32], row, column| best.get(place(row, column)).copied().unwrap_or_default();
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let pair = match alike(row, column) {
                0 => 0,
                alike => alike + at(&best, row + 1, column + 1),
            };
            let value = pair
                .max(at(&best, row + 1, column))
                .max(at(&best, row, column + 1));
            if let Some(slot) = best.get_mut(place(row, column)) {
                *slot = value;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let here = at(&best, row, column);
        let pair = alike(row, column);
        if pair > 0 && here == pair + at(&best, row + 1, column + 1) {
            set(found, files.start + column, targets.start + row);
            (row, column) = (row + 1, column + 1);
        } else if here == at(&best, row + 1, column) {
            row += 1;
        } else {
            column += 1;
        }
    }
    Some(())
}

/// Returns the similarity of two elements; 0 if it is too low for a pair.
fn similarity(target: Option<&Print>, file: Option<&Print>) -> u32 {
    let (Some(target), Some(file)) = (target, file) else {
        return 0;
    };
    if target.whole == file.whole {
        return WHOLE;
    }
    let (mut one, mut other) = (
        target.members.iter().peekable(),
        file.members.iter().peekable(),
    );
    let mut common = 0_u32;
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => drop(one.next()),
            std::cmp::Ordering::Greater => drop(other.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                one.next();
                other.next();
            }
        }
    }
    let max = u32::try_from(target.members.len().max(file.members.len())).unwrap_or(u32::MAX);
    let share = common.saturating_mul(WHOLE) / max.max(1);
    // Equal elements are always better.
    if share >= SIMILAR {
        share.min(WHOLE - 1)
    } else {
        0
    }
}

/// Pairs equal elements at other positions.
fn moved(target: &[Print], file: &[Print], found: &mut [Option<usize>]) {
    let mut taken = vec![false; target.len()];
    for index in found.iter().flatten() {
        if let Some(slot) = taken.get_mut(*index) {
            *slot = true;
        }
    }
    let mut free: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, print) in target
        .iter()
        .enumerate()
        .rev()
        .filter(|(index, _)| taken.get(*index) == Some(&false))
    {
        free.entry(print.whole).or_default().push(index);
    }
    for (slot, print) in found
        .iter_mut()
        .zip(file)
        .filter(|(slot, _)| slot.is_none())
    {
        *slot = free.get_mut(&print.whole).and_then(Vec::pop);
    }
}

fn pairs(target: &[Print], file: &[Print], found: &[Option<usize>]) -> Vec<Match> {
    let count = |list: &[Print]| {
        let mut counts: HashMap<u64, usize> = HashMap::with_capacity(list.len());
        for print in list {
            *counts.entry(print.whole).or_default() += 1;
        }
        counts
    };
    let (there, here) = (count(target), count(file));
    let mut gone = vec![true; target.len()];
    let mut pairs: Vec<Match> = Vec::with_capacity(file.len());
    for ((index, print), place) in file.iter().enumerate().zip(found) {
        let same = place
            .and_then(|place| target.get(place))
            .is_some_and(|other| other.whole == print.whole);
        // Equally many on either side: they are matched by position among themselves.
        // An element with only credentials and ids could match any.
        let sure =
            same && !print.members.is_empty() && there.get(&print.whole) == here.get(&print.whole);
        if let Some(slot) = place.and_then(|place| gone.get_mut(place)) {
            *slot = false;
        }
        pairs.push(Match {
            target: *place,
            file: Some(index),
            sure,
        });
    }
    let left = gone.into_iter().enumerate().filter(|(_, gone)| *gone);
    pairs.extend(left.map(|(index, _)| Match {
        target: Some(index),
        file: None,
        sure: true,
    }));
    pairs
}
