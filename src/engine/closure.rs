//! The transitive closure of a relation.

use std::collections::HashSet;
use std::hash::Hash;

/// Returns the roots and everything reachable from them. `leads` is called once
/// for each item, so cycles end.
pub fn closure<T: Clone + Eq + Hash>(
    roots: impl IntoIterator<Item = T>,
    leads: impl Fn(&T) -> Vec<T>,
) -> HashSet<T> {
    let mut open: Vec<T> = roots.into_iter().collect();
    let mut found: HashSet<T> = HashSet::new();
    while let Some(one) = open.pop() {
        if found.insert(one.clone()) {
            open.extend(leads(&one));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_end_and_what_nothing_leads_to_is_not_found() {
        let found = closure([1], |n| match n {
            1 => vec![2, 3],
            3 => vec![1, 4],
            _ => vec![],
        });
        assert_eq!(found, HashSet::from([1, 2, 3, 4]));
    }
}
