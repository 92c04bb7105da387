//! `--cover`, `--skip`, `--ignore-missing`: from options to choices.

use super::args::ChoiceArgs;
use crate::engine::selector::{Selector, SelectorError};
use crate::engine::{Choices, Outcome, Plan, Resolution};
use crate::job::{Failure, FailureKind};

impl ChoiceArgs {
    /// Returns whether any of the options was given.
    pub(super) const fn is_given(&self) -> bool {
        !self.cover.is_empty() || !self.skip.is_empty() || self.ignores_missing()
    }

    /// Returns whether missing objects are ignored: the older of the two options
    /// was about APIs only, and means the same today.
    const fn ignores_missing(&self) -> bool {
        self.ignore_missing || self.ignore_lack_api
    }
}

/// Turns the options into choices: Adds are chosen, `--cover` adds repeats,
/// `--skip` takes away.
pub(super) fn choose(plan: &Plan, args: &ChoiceArgs) -> Result<Choices, Failure> {
    let cover = selectors(plan, "--cover", &args.cover)?;
    let skip = selectors(plan, "--skip", &args.skip)?;
    let mut choices = Choices::new(plan);
    choices.missing_confirmed = args.ignores_missing();
    for (index, entry) in plan.entries().iter().enumerate() {
        let id = &entry.item.id;
        if entry.base.is_some() && cover.iter().any(|selector| selector.matches(id)) {
            choices.set(plan, index, true);
        }
        if skip.iter().any(|selector| selector.matches(id)) {
            choices.set(plan, index, false);
        }
    }
    Ok(choices)
}

fn selectors(plan: &Plan, option: &str, words: &[String]) -> Result<Vec<Selector>, Failure> {
    let ids = plan.entries().iter().map(|entry| &entry.item.id);
    Selector::parse_all(words, plan.kinds(), &ids).map_err(|error| {
        let hint = match error {
            SelectorError::NoMatch { .. } => "see `gatediff plan` for the items in the file",
            _ => "use all, KIND, or KIND:KEY; KEY may contain *",
        };
        Failure::new(FailureKind::Usage, format!("{option}: {error}")).hint(hint)
    })
}

/// Fails if `--cover` names a single item that is blocked: it was expected to be
/// written.
pub(super) fn blocked_by_name(
    plan: &Plan,
    resolution: &Resolution,
    args: &ChoiceArgs,
) -> Result<Option<Failure>, Failure> {
    for selector in selectors(plan, "--cover", &args.cover)?
        .iter()
        .filter(|selector| selector.is_exact())
    {
        let mut met = plan
            .entries()
            .iter()
            .zip(resolution.states())
            .filter(|(entry, _)| selector.matches(&entry.item.id));
        let Some((entry, state)) = met.next() else {
            continue;
        };
        if state.outcome == Outcome::Blocked {
            let reason = entry.verdict.reasons.first().or(state.blocked_by.as_ref());
            let why = reason.map_or_else(String::new, |reason| reason.message.clone());
            return Ok(Some(
                Failure::new(
                    FailureKind::Blocked,
                    format!("{} cannot be covered; nothing was written", entry.item.id),
                )
                .because(why)
                .hint("leave it out, or resolve the conflict"),
            ));
        }
    }
    Ok(None)
}
