//! What keeps its order, shared by the alignments of lists and of lines.

/// Returns the indices of a longest increasing subsequence of distinct numbers.
pub(crate) fn rising(numbers: &[usize]) -> Vec<usize> {
    // For each length, the subsequence with the lowest end.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    let number = |index: &usize| numbers.get(*index).copied().unwrap_or_default();
    for (index, value) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| number(end) < *value);
        before.push(
            length
                .checked_sub(1)
                .and_then(|last| ends.get(last).copied()),
        );
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut rising = Vec::with_capacity(ends.len());
    let mut last = ends.last().copied();
    while let Some(index) = last {
        rising.push(index);
        last = before.get(index).copied().flatten();
    }
    rising.reverse();
    rising
}
