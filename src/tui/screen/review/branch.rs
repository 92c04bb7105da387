//! The sets of an item (groups, hosts, keys …) and the status of each of their
//! elements.

use std::collections::HashMap;

use crate::engine::diff::{Show, compare, push_segment, segments};
use crate::engine::{Change, Entry, ItemId, Op, Value};

/// A set of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// Its name, with those of the records around it: `oauth/redirects`.
    pub(crate) title: String,
    pub(crate) members: Vec<Member>,
}

/// An element of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) label: String,
    /// The prefix of its changes, as a JSON pointer.
    pub(crate) pointer: String,
    pub(crate) status: ElementStatus,
    /// The item that has to be written for it to be written.
    pub(crate) needs: Option<ItemId>,
}

/// What covering or adding the item does to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ElementStatus {
    Add,
    Change,
    Same,
    Keep,
    Remove,
}

/// Returns the sets of an item that have elements on either side.
pub(crate) fn branches(entry: &Entry) -> Vec<Branch> {
    let base = entry.base.as_ref().map(|base| &*base.value);
    let mut pointers = Vec::new();
    find_sets(&entry.item.value, &mut String::new(), &mut pointers);
    if let Some(base) = base {
        find_sets(base, &mut String::new(), &mut pointers);
    }
    let mut growing: Vec<Growing> = pointers.into_iter().map(Growing::new).collect();
    for change in compare(base, &entry.item.value, Show::Everything) {
        let owner = growing.iter_mut().find(|branch| branch.owns(&change.path));
        if let Some(branch) = owner {
            branch.take(&change);
        }
    }
    growing.retain(|branch| !branch.members.is_empty());
    growing.into_iter().map(Growing::finish).collect()
}

/// Collects the pointers of sets, through records and not into elements.
fn find_sets(value: &Value, path: &mut String, found: &mut Vec<String>) {
    match value {
        Value::Set(_) | Value::Sequence(_) if !found.contains(path) => found.push(path.clone()),
        Value::Record(fields) => {
            for field in fields {
                let length = path.len();
                path.push('/');
                push_segment(path, &field.name);
                find_sets(&field.value, path, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

struct Growing {
    pointer: String,
    members: Vec<Member>,
    index: HashMap<String, usize>,
}

impl Growing {
    fn new(pointer: String) -> Self {
        Self {
            pointer,
            members: Vec::new(),
            index: HashMap::new(),
        }
    }

    fn owns(&self, path: &str) -> bool {
        path.strip_prefix(self.pointer.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }

    fn take(&mut self, change: &Change) {
        let rest = change
            .path
            .get(self.pointer.len() + 1..)
            .unwrap_or_default();
        let (segment, below) = rest
            .split_once('/')
            .map_or((rest, false), |(segment, _)| (segment, true));
        let status = status(change.op, below);
        if let Some(member) = self
            .index
            .get(segment)
            .and_then(|index| self.members.get_mut(*index))
        {
            if status == ElementStatus::Change {
                member.status = ElementStatus::Change;
            }
            return;
        }
        let pointer = format!("{}/{segment}", self.pointer);
        self.index.insert(segment.to_owned(), self.members.len());
        self.members.push(Member {
            label: segments(&pointer).last().unwrap_or_default(),
            pointer,
            status,
            needs: change.needs.clone(),
        });
    }

    fn finish(self) -> Branch {
        let names: Vec<String> = segments(&self.pointer).collect();
        Branch {
            title: names.join("/"),
            members: self.members,
        }
    }
}

/// Returns what a change of an element, or below it, means for the element.
const fn status(op: Op, below: bool) -> ElementStatus {
    match (op, below) {
        (Op::Same, _) | (Op::Keep, true) => ElementStatus::Same,
        (Op::Add, false) => ElementStatus::Add,
        (Op::Keep, false) => ElementStatus::Keep,
        (Op::Remove, false) => ElementStatus::Remove,
        (Op::Replace | Op::Move, _) | (Op::Add | Op::Remove, true) => ElementStatus::Change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Element, Field, Plan};
    use crate::tui::tests::support::{id, item, plan, set, text};

    fn describe(plan: &Plan) -> Vec<(String, Vec<(String, ElementStatus)>)> {
        let branches = branches(plan.entry(0).unwrap());
        let member = |member: Member| (member.label, member.status);
        branches
            .into_iter()
            .map(|branch| {
                (
                    branch.title,
                    branch.members.into_iter().map(member).collect(),
                )
            })
            .collect()
    }

    fn statuses_of(before: Value, after: Value) -> Vec<(String, Vec<(String, ElementStatus)>)> {
        describe(&plan(
            vec![item("client", "a", "").both("x", before, after)],
            Vec::new(),
            Vec::new(),
        ))
    }

    fn own(
        title: &str,
        members: &[(&str, ElementStatus)],
    ) -> Vec<(String, Vec<(String, ElementStatus)>)> {
        vec![(
            title.to_owned(),
            members
                .iter()
                .map(|(label, status)| ((*label).to_owned(), *status))
                .collect(),
        )]
    }

    #[test]
    fn elements_of_both_sides_are_listed_with_their_status() {
        assert_eq!(
            statuses_of(set(&["10.0.0.1", "a/b"]), set(&["a/b", "c"])),
            own(
                "x",
                &[
                    ("a/b", ElementStatus::Same),
                    ("c", ElementStatus::Add),
                    ("10.0.0.1", ElementStatus::Keep)
                ]
            )
        );
    }

    #[test]
    fn an_element_that_differs_within_differs() {
        let keys = |alias: &str, status: &str| {
            let fields = vec![
                Field::new("alias", text(alias)),
                Field::new("status", text(status)),
            ];
            Value::Set(vec![Element::named("k", Value::Record(fields))])
        };
        assert_eq!(
            statuses_of(keys("a", "1"), keys("b", "1")),
            own("x", &[("k", ElementStatus::Change)])
        );
        assert_eq!(
            statuses_of(keys("a", "1"), keys("a", "1")),
            own("x", &[("k", ElementStatus::Same)])
        );
    }

    #[test]
    fn a_set_in_a_record_is_found_and_an_empty_one_is_not_shown() {
        let record = |labels: &[&str]| {
            Value::Record(vec![
                Field::new("redirects", set(labels)),
                Field::new("none", set(&[])),
            ])
        };
        assert_eq!(
            statuses_of(record(&[]), record(&["u"])),
            own("x/redirects", &[("u", ElementStatus::Add)])
        );
    }

    #[test]
    fn what_is_replaced_is_removed() {
        let mut gone = Element::named("GOOGLE", Value::Null);
        gone.replaced = true;
        assert_eq!(
            statuses_of(Value::Set(vec![gone]), set(&[])),
            own("x", &[("GOOGLE", ElementStatus::Remove)])
        );
    }

    #[test]
    fn an_element_names_what_it_comes_with() {
        let mut element = Element::named("api", Value::Null);
        element.needs = Some(id("scope", "s"));
        let plan = plan(
            vec![item("client", "a", "").both("x", set(&[]), Value::Set(vec![element]))],
            Vec::new(),
            Vec::new(),
        );
        assert_eq!(
            branches(plan.entry(0).unwrap())[0].members[0].needs,
            Some(id("scope", "s"))
        );
    }
}
