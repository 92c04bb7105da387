//! Texts for a job of the ledger.

use chrono::{DateTime, Utc};

use crate::job::{JobRecord, JobState};
use crate::tui::theme::{Glyphs, Role};

/// The counts of what was written, in order.
const WRITTEN: [&str; 4] = ["added", "covered", "restored", "removed"];

/// The counts of what was not written.
const LEFT: [&str; 3] = ["unchanged", "skipped", "blocked"];

/// Returns the sign of a state.
pub(crate) const fn glyph(state: JobState, glyphs: &Glyphs) -> &'static str {
    match state {
        JobState::Done => glyphs.done,
        JobState::PartlyUndone => glyphs.differs,
        JobState::Undone => glyphs.removed,
        JobState::Failed | JobState::Unknown => glyphs.blocked,
    }
}

/// Returns the word of a state.
pub(crate) const fn word(state: JobState) -> &'static str {
    match state {
        JobState::PartlyUndone => "partly undone",
        state => state.word(),
    }
}

/// Returns the role of a state.
pub(crate) const fn role(state: JobState) -> Role {
    match state {
        JobState::Done => Role::Text,
        JobState::PartlyUndone => Role::Warning,
        JobState::Undone => Role::LeftOut,
        JobState::Failed | JobState::Unknown => Role::Blocked,
    }
}

/// Formats a time in UTC.
pub(crate) fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Returns the counts of what was written.
pub(crate) fn written(record: &JobRecord) -> String {
    counts(record, |word| !LEFT.contains(&word))
}

/// Returns all counts that are not zero.
pub(crate) fn all_counts(record: &JobRecord) -> String {
    counts(record, |_| true)
}

fn counts(record: &JobRecord, admits: impl Fn(&str) -> bool) -> String {
    let known = WRITTEN.iter().chain(&LEFT).copied();
    let others = record.counts.keys().map(String::as_str);
    let others = others.filter(|word| !WRITTEN.contains(word) && !LEFT.contains(word));
    let described: Vec<String> = known
        .chain(others)
        .filter(|word| admits(word))
        .filter_map(|word| Some((record.counts.get(word).filter(|n| **n > 0)?, word)))
        .map(|(n, word)| format!("{n} {}", word.replace(['-', '_'], " ")))
        .collect();
    described.join(", ")
}

/// Checks whether a job can be undone.
///
/// # Errors
///
/// Returns the reason as a sentence.
pub(crate) fn can_undo(record: &JobRecord) -> Result<(), String> {
    let job = record.job;
    match (record.state, record.undone_by) {
        (JobState::Done | JobState::PartlyUndone, _) => Ok(()),
        (JobState::Failed, _) => Err(format!("job {job} failed and wrote nothing")),
        (JobState::Unknown, _) => Err(format!("the outcome of job {job} is unknown")),
        (JobState::Undone, Some(by)) => Err(format!("job {job} was already undone by job {by}")),
        (JobState::Undone, None) => Err(format!("job {job} was already undone")),
    }
}

/// Checks whether a job's backup can be saved.
///
/// # Errors
///
/// Returns the reason as a sentence.
pub(crate) fn can_save_backup(record: &JobRecord) -> Result<(), String> {
    if record.has_backup {
        return Ok(());
    }
    let job = record.job;
    Err(match record.state {
        JobState::Failed => format!("job {job} failed and kept no backup"),
        _ => format!("job {job} kept no backup"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::support::record;

    #[test]
    fn counts_come_in_one_order_without_noughts() {
        let mut record = record(12);
        for (word, n) in [
            ("blocked", 1),
            ("covered", 2),
            ("added", 4),
            ("removed", 0),
            ("re-keyed", 7),
        ] {
            record.counts.insert(word.to_owned(), n);
        }
        assert_eq!(written(&record), "4 added, 2 covered, 7 re keyed");
        assert_eq!(
            all_counts(&record),
            "4 added, 2 covered, 1 unchanged, 1 blocked, 7 re keyed"
        );
    }

    #[test]
    fn what_wrote_nothing_or_is_undone_cannot_be_undone() {
        let mut record = record(12);
        assert_eq!(can_undo(&record), Ok(()));
        record.state = JobState::PartlyUndone;
        assert_eq!(can_undo(&record), Ok(()));
        record.state = JobState::Failed;
        assert_eq!(
            can_undo(&record),
            Err("job 12 failed and wrote nothing".to_owned())
        );
        (record.state, record.undone_by) = (JobState::Undone, Some(15));
        assert_eq!(
            can_undo(&record),
            Err("job 12 was already undone by job 15".to_owned())
        );
    }

    #[test]
    fn a_backup_that_was_not_kept_cannot_be_saved() {
        let mut record = record(12);
        assert_eq!(can_save_backup(&record), Ok(()));
        record.has_backup = false;
        assert_eq!(
            can_save_backup(&record),
            Err("job 12 kept no backup".to_owned())
        );
        record.state = JobState::Failed;
        assert_eq!(
            can_save_backup(&record),
            Err("job 12 failed and kept no backup".to_owned())
        );
    }
}
