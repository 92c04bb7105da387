//! Searching items by key and name.

use std::vec;

use tui_input::Input;

use super::node::Node;
use crate::engine::Plan;
use crate::tui::layout::Pane;

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// The words, lower case; empty for none.
    pub(crate) query: String,
    /// The line that is typed, while it is.
    pub(crate) prompt: Option<Prompt>,
    /// What is still looked for.
    pub(crate) looking: Option<Looking>,
}

/// What a search that goes on looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looking {
    /// The first match, to go there.
    ForFirst,
    /// The others.
    ForRest,
}

/// The line that is typed, and what Esc goes back to.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub(crate) input: Input,
    pub(crate) before: String,
    pub(crate) tree: Node,
    pub(crate) items: Option<Node>,
    pub(crate) lead: Pane,
}

/// The matches of a query, as far as they were looked for: a part at a time,
/// since there may be very many places to look at.
///
/// Places are the items of a plan, then its missing objects. They are looked at
/// from one of them on, and round the end; matches are in that order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    query: String,
    origin: usize,
    matches: Vec<usize>,
    /// The matches of a shorter query among which there may be some.
    before: vec::IntoIter<usize>,
    /// How many places were looked at.
    looked: usize,
}

impl Found {
    /// Looks for a query in some more places, from `origin` on for one that no
    /// match was found for yet; returns whether all matches were found.
    ///
    /// A query that contains the last one matches nowhere else than that did.
    pub(crate) fn look(&mut self, plan: &Plan, query: &str, origin: usize, limit: usize) -> bool {
        if self.query != query {
            if self.query.is_empty() || !query.contains(&self.query) {
                *self = Self {
                    origin,
                    ..Self::default()
                };
            }
            query.clone_into(&mut self.query);
            let before = std::mem::take(&mut self.matches).into_iter();
            self.before = before
                .chain(self.before.by_ref())
                .collect::<Vec<_>>()
                .into_iter();
        }
        let total = places(plan);
        for _ in 0..limit {
            let place = match self.before.next() {
                Some(place) => place,
                None if self.looked < total => {
                    self.looked += 1;
                    (self.origin + self.looked - 1) % total
                }
                None => return true,
            };
            if is_match(plan, place, query) {
                self.matches.push(place);
            }
        }
        self.before.len() == 0 && self.looked == total
    }

    /// Returns the matches found so far from a place on, and round the end.
    pub(crate) fn from(&self, plan: &Plan, place: usize) -> impl DoubleEndedIterator<Item = usize> {
        let total = places(plan).max(1);
        let order = |place: usize| (place + total - self.origin) % total;
        let cut = self
            .matches
            .partition_point(|other| order(*other) < order(place));
        let (before, after) = self.matches.split_at_checked(cut).unwrap_or_default();
        after.iter().chain(before).copied()
    }
}

/// Returns how many places a search looks at.
pub(crate) fn places(plan: &Plan) -> usize {
    plan.entries().len() + plan.missing().len()
}

/// Returns the node of a place.
pub(crate) fn node_at(plan: &Plan, place: usize) -> Node {
    match place.checked_sub(plan.entries().len()) {
        None => Node::Item(place),
        Some(missing) => Node::MissingObject(missing),
    }
}

fn is_match(plan: &Plan, place: usize, query: &str) -> bool {
    let of = match node_at(plan, place) {
        Node::MissingObject(index) => {
            let missing = plan.missing().get(index);
            missing.map(|missing| (&missing.key, &missing.module))
        }
        _ => plan
            .entry(place)
            .map(|entry| (&entry.item.id.key, &entry.item.name)),
    };
    of.is_some_and(|(key, name)| contains(key, query) || contains(name, query))
}

fn contains(text: &str, query: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(query);
    }
    // By far the most frequent case, without a copy.
    let Some((first, rest)) = query.as_bytes().split_first() else {
        return true;
    };
    let mut tail = text.as_bytes();
    while let Some(at) = tail
        .iter()
        .position(|byte| byte.to_ascii_lowercase() == *first)
    {
        tail = tail.get(at + 1..).unwrap_or_default();
        let next = tail.get(..rest.len());
        if next.is_some_and(|next| next.eq_ignore_ascii_case(rest)) {
            return true;
        }
    }
    false
}

/// Returns the matches of the query in a text, as byte offsets.
pub(crate) fn find(text: &str, query: &str) -> Option<(usize, usize)> {
    if query.is_empty() {
        return None;
    }
    let starts = text.char_indices().map(|(offset, _)| offset);
    starts.into_iter().find_map(|start| {
        let mut rest = query;
        let tail = text.get(start..)?;
        for (offset, c) in tail.char_indices() {
            if rest.is_empty() {
                return Some((start, start + offset));
            }
            let lower: String = c.to_lowercase().collect();
            rest = rest.strip_prefix(lower.as_str())?;
        }
        rest.is_empty().then_some((start, text.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Missing;
    use crate::tui::tests::support::{item, plan as plan_of};

    #[test]
    fn finds_whatever_the_case_and_the_script() {
        assert_eq!(
            find("Billing", "ILL"),
            None,
            "the query is lower case already"
        );
        assert_eq!(find("BILLing", "ill"), Some((1, 4)));
        assert_eq!(find("信用卡", "用"), Some((3, 6)));
        assert_eq!(find("abc", "cd"), None);
        assert!(contains("É 客戶", "é"));
        assert!(contains("CRM", "crm"));
        assert!(!contains("a", "aa"));
    }
    fn plan() -> std::sync::Arc<Plan> {
        let names = ["pay-1", "Card-2", "PAY-3", "card-pay-4", "pa", "x"];
        let drafts = names.map(|name| item("client", name, "客戶"));
        plan_of(
            drafts.into(),
            vec![Missing::api("pay", "x", Vec::new())],
            Vec::new(),
        )
    }

    #[test]
    fn matches_are_in_order_from_the_origin_and_the_same_by_parts_and_from_the_last_ones() {
        let plan = plan();
        for origin in 0..places(&plan) {
            let mut by_letter = Found::default();
            for query in ["p", "pa", "pay"] {
                while !by_letter.look(&plan, query, origin, 2) {}
                let mut whole = Found::default();
                assert!(whole.look(&plan, query, origin, 100));
                assert_eq!(by_letter.matches, whole.matches, "{query} from {origin}");
            }
            // A letter before the last search had ended.
            let mut hasty = Found::default();
            assert!(!hasty.look(&plan, "p", origin, 3));
            assert!(!hasty.look(&plan, "pa", origin, 1));
            while !hasty.look(&plan, "pay", origin, 1) {}
            assert_eq!(hasty.matches, by_letter.matches);
            let mut all: Vec<usize> = hasty.from(&plan, 3).collect();
            assert_eq!(all, [3, 6, 0, 2]);
            all = hasty.from(&plan, 7).collect();
            assert_eq!(all, [0, 2, 3, 6]);
        }
    }
}
