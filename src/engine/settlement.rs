//! Which of the items that are to be written block each other.

use super::item::ItemId;
use super::plan::{Entry, Plan};
use super::verdict::Reason;

/// What blocks each item, given which items are written.
///
/// It is found in rounds: first all items are taken to be written, and each
/// round removes those that what is left does not suffice for. So items that
/// require each other can be written together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settlement {
    /// The items that were removed.
    falls: Vec<Option<Box<Fall>>>,
}

/// Why an item was removed, and in which round.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fall {
    round: usize,
    reason: Reason,
}

impl Settlement {
    /// Returns what blocks an item.
    pub(super) fn reason(&self, index: usize) -> Option<&Reason> {
        self.fall(index).map(|fall| &fall.reason)
    }

    /// Returns what blocks each item.
    pub(super) fn into_reasons(self) -> impl Iterator<Item = Option<Reason>> {
        let falls = self.falls.into_iter();
        falls.map(|fall| fall.map(|fall| fall.reason))
    }

    fn fall(&self, index: usize) -> Option<&Fall> {
        self.falls.get(index)?.as_deref()
    }

    /// Returns why an item was removed before a round.
    fn before(&self, index: usize, round: usize) -> Option<&Reason> {
        let fall = self.fall(index).filter(|fall| fall.round < round);
        fall.map(|fall| &fall.reason)
    }
}

impl Plan {
    /// Finds what blocks the `chosen` items, given that only they are written,
    /// and the `judged` ones, as if they were written too.
    pub(super) fn settle(
        &self,
        chosen: impl Fn(usize) -> bool,
        judged: impl Fn(usize) -> bool,
    ) -> Settlement {
        let mut settlement = Settlement {
            falls: vec![None; self.entries().len()],
        };
        let considered = |index: &usize| (chosen(*index) || judged(*index)) && self.is_free(*index);
        let open = (0..self.entries().len()).filter(considered).collect();
        self.remove(&mut settlement, open, chosen, None);
        settlement
    }

    /// Finds again what blocks these items, given that only the `chosen` ones are
    /// written. No item beside them may depend on one of them, directly or not:
    /// what blocks the others stays.
    pub(super) fn settle_again(
        &self,
        settlement: &mut Settlement,
        items: &[usize],
        chosen: impl Fn(usize) -> bool,
    ) {
        for index in items {
            if let Some(fall) = settlement.falls.get_mut(*index) {
                *fall = None;
            }
        }
        let needed = items
            .iter()
            .filter_map(|index| self.entry(*index))
            .flat_map(Entry::depends_on)
            .filter_map(|id| settlement.fall(self.position(id)?));
        let last = needed.map(|fall| fall.round).max();
        let is_open = |index: &usize| chosen(*index) && self.is_free(*index);
        let open = items.iter().copied().filter(is_open).collect();
        self.remove(settlement, open, chosen, last);
    }

    /// Removes open items round by round until none is removed any more, and
    /// those that were removed before, the last ones in the round `last`, have
    /// all been.
    fn remove(
        &self,
        settlement: &mut Settlement,
        mut open: Vec<usize>,
        chosen: impl Fn(usize) -> bool,
        last: Option<usize>,
    ) {
        for round in 0.. {
            let fallen: Vec<(usize, Reason)> = open
                .iter()
                .filter_map(|index| {
                    let entry = self.entry(*index)?;
                    let reason = self.blocking_reason(entry, settlement, round, &chosen)?;
                    Some((*index, reason))
                })
                .collect();
            if fallen.is_empty() && last.is_none_or(|last| round > last) {
                return;
            }
            for (index, reason) in fallen {
                if let Some(fall) = settlement.falls.get_mut(index) {
                    *fall = Some(Box::new(Fall { round, reason }));
                }
            }
            open.retain(|index| settlement.fall(*index).is_none());
        }
    }

    /// Returns whether no reason of its own blocks an item.
    pub(super) fn is_free(&self, index: usize) -> bool {
        self.entry(index)
            .is_some_and(|entry| !entry.verdict.status.is_blocked())
    }

    fn blocking_reason(
        &self,
        entry: &Entry,
        settlement: &Settlement,
        round: usize,
        chosen: impl Fn(usize) -> bool,
    ) -> Option<Reason> {
        let is_written = |index: usize| {
            chosen(index) && self.is_free(index) && settlement.before(index, round).is_none()
        };
        let missing = entry
            .requires
            .iter()
            .filter(|requirement| !requirement.present)
            .find_map(|requirement| {
                let index = self.position(&requirement.on);
                match index.and_then(|index| Some((index, self.entry(index)?))) {
                    Some((index, _)) if is_written(index) => None,
                    Some((index, needed)) => {
                        Some(unwritten(needed, settlement.before(index, round)))
                    }
                    None => Some(absent(&requirement.on)),
                }
            });
        missing.or_else(|| self.over_quota(entry, is_written))
    }

    fn over_quota(&self, entry: &Entry, is_written: impl Fn(usize) -> bool) -> Option<Reason> {
        let quota = entry.quota.as_ref()?;
        let added: usize = quota
            .uses
            .iter()
            .map(|part| {
                if self.position(&part.on).is_some_and(&is_written) {
                    part.written
                } else {
                    part.left
                }
            })
            .sum();
        let total = quota.held + added;
        (total > quota.max).then(|| {
            Reason::new(
                quota.code.clone(),
                format!(
                    "would have {total} {of}; the limit is {max} ({held} in the target, {added} more)",
                    of = quota.of,
                    max = quota.max,
                    held = quota.held
                ),
            )
        })
    }
}

fn absent(id: &ItemId) -> Reason {
    Reason::new(
        "prerequisite-missing",
        format!(
            "requires {} '{}', which is neither in the target nor in the file",
            id.kind, id.key
        ),
    )
    .about(id.clone())
}

fn unwritten(needed: &Entry, why: Option<&Reason>) -> Reason {
    let id = &needed.item.id;
    let Some(why) = needed.verdict.reasons.first().or(why) else {
        return Reason::new(
            "prerequisite-left-out",
            format!("requires {} '{}', which is left out", id.kind, id.key),
        )
        .about(id.clone());
    };
    Reason::new(
        "prerequisite-blocked",
        format!(
            "requires {} '{}', which cannot be added: {}",
            id.kind, id.key, why.message
        ),
    )
    .about(id.clone())
}
