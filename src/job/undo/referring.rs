//! Stored objects that refer to removed ones inside of them.

use std::collections::BTreeSet;

use super::Undo;
use super::conflicts::required;
use crate::engine::Stale;
use crate::job::run::{JobError, JobTransaction};
use crate::platform::Referring;
use crate::store::ledger::JournalPart;

impl Undo {
    /// Refuses if an object that was written since the job, or by the part of it that remains,
    /// refers to one that the job added and this undo removed. What referred to it before the job
    /// does so again.
    pub(super) async fn check_referring(
        &self,
        open: &mut JobTransaction<'_>,
    ) -> Result<(), JobError> {
        let adds = |part: &JournalPart| !part.has_before && part.has_after;
        let adds = self.contents.parts.iter().any(adds);
        if !(adds && self.platform.keeps_documents()) {
            return Ok(());
        }
        let journal = self.journal(open).await?;
        let added = journal.iter().filter(|row| row.before.is_none());
        let removed = added.filter_map(|row| row.after.as_deref()).collect();
        let found = self.platform.referring(open.connection, removed).await;
        let found = open.step(found)?;
        if found.is_empty() {
            return Ok(());
        }
        let by: BTreeSet<String> = found.iter().map(|found| found.by.to_string()).collect();
        let by: Vec<String> = by.into_iter().collect();
        let mut since = self.written_since(open, &by).await?;
        let rest = self.contents.items.difference(&self.chosen);
        since.extend(rest.cloned());
        let is_new = |found: &Referring| since.contains(&found.by.to_string());
        let stale: Vec<Stale> = found
            .into_iter()
            .filter(is_new)
            .map(|Referring { to, by, path }| Stale {
                why: format!("{to} is required by {by} ({path})"),
                item: to,
                fields: Vec::new(),
            })
            .collect();
        match stale.is_empty() {
            true => Ok(()),
            false => Err(required(self.record.job, stale).into()),
        }
    }

    /// Returns those of some items that later jobs than the undone one wrote; this one does not
    /// count.
    async fn written_since(
        &self,
        open: &mut JobTransaction<'_>,
        items: &[String],
    ) -> Result<BTreeSet<String>, JobError> {
        // What this undo restored is as it was before the job, whatever came between.
        let items: Vec<String> = items
            .iter()
            .filter(|item| !self.chosen.contains(*item))
            .cloned()
            .collect();
        let Some(ledger) = open.ledger.as_deref_mut() else {
            return Ok(BTreeSet::new());
        };
        let since = ledger.written_since(open.connection, self.record.job, &items);
        let since = since.await;
        open.step(since)
    }
}
