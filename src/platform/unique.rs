//! Lists without repetitions.

use std::collections::HashSet;
use std::hash::Hash;

/// Keeps the first of equal values, in order.
pub(super) fn unique<V: Eq + Hash>(mut values: Vec<V>) -> Vec<V> {
    // Most lists have one value, or none.
    if values.len() > 1 {
        let mut seen = HashSet::with_capacity(values.len());
        let mut is_first: Vec<bool> = values.iter().map(|value| seen.insert(value)).collect();
        if is_first.contains(&false) {
            let mut is_first = is_first.drain(..);
            values.retain(|_| is_first.next().unwrap_or(true));
        }
    }
    values
}
