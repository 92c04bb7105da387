//! Searching items by key and name.

use tui_input::Input;

use super::node::Node;
use crate::tui::layout::Pane;
use crate::tui::screen::review::Review;

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// The words, lower case; empty for none.
    pub(crate) query: String,
    /// The line that is typed, while it is.
    pub(crate) prompt: Option<Prompt>,
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

/// Returns the nodes that a query finds, in the order of rows.
pub(crate) fn hits(review: &Review, query: &str) -> Vec<Node> {
    if query.is_empty() {
        return Vec::new();
    }
    let entries = review.plan().entries().iter().enumerate();
    let items = entries
        .filter(|(index, _)| review.admits(*index))
        .filter(|(_, entry)| {
            contains(&entry.item.id.key, query) || contains(&entry.item.name, query)
        })
        .map(|(index, _)| Node::Item(index));
    let missing = review.plan().missing().iter().enumerate();
    let missing = missing
        .filter(|(_, missing)| contains(&missing.key, query) || contains(&missing.module, query))
        .map(|(index, _)| Node::MissingObject(index));
    items.chain(missing).collect()
}

fn contains(text: &str, query: &str) -> bool {
    if text.is_ascii() && query.is_ascii() {
        // By far the most frequent case, without a copy.
        return query.len() <= text.len()
            && text
                .as_bytes()
                .windows(query.len())
                .any(|part| part.eq_ignore_ascii_case(query.as_bytes()));
    }
    text.to_lowercase().contains(query)
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
}
