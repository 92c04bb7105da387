//! Lists without repetitions.

/// Keeps the first of equal values, in order. For short lists.
pub(super) fn unique<V: PartialEq>(values: Vec<V>) -> Vec<V> {
    let mut kept: Vec<V> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
