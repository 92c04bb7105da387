//! A plan that was saved, and whether it may still be applied.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::{
    Access, Approved, Choices, ItemId, MissingCount, Plan, Refusal, SignatureKey, SignedPlan,
    Stale, Verb,
};
use crate::job::against::Against;
use crate::job::failure::{Failure, FailureKind};
use crate::job::file::FileInfo;
use crate::job::history::used;
use crate::job::plan::Review;
use crate::store::{LedgerPlace, Timeouts};

/// What the signature is computed over.
pub(super) const LABEL: &str = "saved plan";

/// A plan that was saved.
#[derive(Clone)]
pub struct SavedPlan {
    /// Its id, unique for every saved plan.
    pub id: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// Who saved it.
    pub operator: String,
    /// The machine.
    pub host: String,
    /// With which program.
    pub program: String,
    /// The target, as `user@host:port/database`.
    pub target: String,
    /// The target's database.
    pub database: String,
    /// The file it was made from; its path is absolute.
    pub file: FileInfo,
    /// The key that signed it.
    pub key_id: String,
    pub(super) plan: SignedPlan,
    pub(super) choices: Choices,
    pub(super) access: Option<Access>,
    pub(super) digest: [u8; 32],
    pub(super) signature: String,
}

impl SavedPlan {
    /// Returns the plan, with fingerprints in place of secrets.
    pub const fn plan(&self) -> &Arc<Plan> {
        self.plan.plan()
    }

    /// Returns the choices that were made on it.
    pub const fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Returns the access changes of its choices, based on the target when it was saved. None in
    /// plans of older versions, and for products that grant no access.
    pub const fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// Verifies that the plan is unchanged since it was saved.
    ///
    /// # Errors
    ///
    /// Fails if it was signed with another key, or changed since.
    pub fn verify(&self, key: &SignatureKey) -> Result<(), Failure> {
        if key.id() != self.key_id {
            return Err(self.other_key());
        }
        if key.verify(LABEL, &self.digest, &self.signature) {
            return Ok(());
        }
        Err(
            Failure::new(FailureKind::File, "the plan was changed after it was saved")
                .because("its signature does not match its content")
                .hint("save the plan again; choices are made when it is saved"),
        )
    }

    /// Returns the failure of a machine that does not have the plan's key.
    pub fn other_key(&self) -> Failure {
        Failure::new(
            FailureKind::File,
            "the plan was signed with a key that is not available here",
        )
        .because(format!(
            "it was saved by {} on {} with key {}",
            self.operator, self.host, self.key_id
        ))
        .hint("apply it there as the same user, or save it again here")
    }

    /// Checks that a file is the one that the plan was made from, read with the same options.
    ///
    /// # Errors
    ///
    /// Fails if it is another file, was changed, or was read with different options.
    pub fn check_file(&self, file: &FileInfo) -> Result<(), Failure> {
        let same = file.sha256 == self.file.sha256 && file.platform == self.file.platform;
        if same && file.options == self.file.options {
            return Ok(());
        }
        if same {
            return Err(Failure::new(
                FailureKind::Usage,
                "the import file was read with different options",
            )
            .at(&file.path)
            .hint("omit them: the plan has its own"));
        }
        let short = |sha256: &str| sha256.chars().take(12).collect::<String>();
        Err(Failure::new(
            FailureKind::File,
            "the import file is not the one that the plan was made from",
        )
        .at(&file.path)
        .because(format!(
            "its sha256 starts with {}, the plan's with {}",
            short(&file.sha256),
            short(&self.file.sha256)
        ))
        .hint("name the right file with --file, or save the plan again"))
    }

    /// Checks that a target (`user@host:port/database`) is the plan's; another user is fine.
    ///
    /// # Errors
    ///
    /// Fails if it is another.
    pub fn check_target(&self, target: &str) -> Result<(), Failure> {
        if place(target) == place(&self.target) {
            return Ok(());
        }
        Err(
            Failure::new(FailureKind::Usage, "the plan is for another target")
                .because(format!(
                    "it was made for {}; this is {}",
                    place(&self.target),
                    place(target)
                ))
                .hint("name the plan's target with --database-url, or save a plan for this one"),
        )
    }

    /// Checks that the plan may still be applied: a plan is used once.
    ///
    /// The apply checks this too; here it is reported first, since an applied plan has changed its
    /// own target.
    ///
    /// # Errors
    ///
    /// Fails if a job already applied it, or the ledger cannot be read.
    pub async fn check_unused(
        &self,
        target: &Against,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
    ) -> Result<(), Failure> {
        let jobs = target.history(timeouts, ledger).await?;
        used(&jobs, &self.id).map_or(Ok(()), Err)
    }

    /// Compares with the current target, and returns the same choices for the fresh comparison.
    ///
    /// # Errors
    ///
    /// Fails as [`verify`](Self::verify), [`check_file`](Self::check_file) and
    /// [`check_target`](Self::check_target) do, if the plan has unconfirmed missing objects, and,
    /// with the items and their fields, if an item that the plan writes or relies on has changed.
    pub fn check(&self, fresh: &Review, key: &SignatureKey) -> Result<Choices, Failure> {
        self.verify(key)?;
        self.check_target(&fresh.target)?;
        self.check_file(&fresh.file)?;
        let approved = match self.plan().approve(&self.choices) {
            Ok(approved) => approved,
            Err(Refusal::MissingUnconfirmed(missing)) => return Err(missing_unconfirmed(missing)),
            // Nothing can be stale: the fresh plan has nothing to write either.
            Err(Refusal::NothingToWrite { .. }) => {
                return Ok(Choices::of(
                    &fresh.plan,
                    |_| false,
                    self.choices.missing_confirmed,
                ));
            }
        };
        let mut changed = approved.stale(fresh.plan.signed(key).plan());
        let verbs = verbs(&approved);
        // No written item uses a newly missing object: that would be stale.
        let missing_confirmed = self.choices.missing_confirmed || self.plan().missing().is_empty();
        let choices = self.choices_for(&fresh.plan, &verbs, missing_confirmed);
        if changed.is_empty() {
            changed = otherwise(&verbs, fresh.plan.approve(&choices).ok().as_ref());
        }
        if changed.is_empty() {
            Ok(choices)
        } else {
            Err(stale(changed))
        }
    }
}

impl SavedPlan {
    /// Returns the choices for a fresh comparison: what the plan writes, and what was chosen and is
    /// blocked, so that both are reported alike. Items that can be written only now were not shown,
    /// and are not chosen.
    fn choices_for(
        &self,
        fresh: &Plan,
        verbs: &HashMap<&ItemId, Verb>,
        missing_confirmed: bool,
    ) -> Choices {
        let entries = self.plan().entries().iter().enumerate();
        let chosen: HashSet<&ItemId> = entries
            .filter(|(index, _)| self.choices.is_chosen(*index))
            .map(|(_, entry)| &entry.item.id)
            .collect();
        let all = Choices::of(fresh, |id| chosen.contains(id), missing_confirmed);
        let resolution = fresh.resolve(&all);
        let entries = fresh.entries().iter().enumerate();
        let written: HashSet<&ItemId> = entries
            .filter(|(index, _)| resolution.is_written(*index))
            .map(|(_, entry)| &entry.item.id)
            .collect();
        let is_kept =
            |id: &ItemId| verbs.contains_key(id) || (chosen.contains(id) && !written.contains(id));
        Choices::of(fresh, is_kept, missing_confirmed)
    }
}

/// Returns a target without its user.
fn place(target: &str) -> &str {
    target.rsplit_once('@').map_or(target, |(_, place)| place)
}

fn verbs(approved: &Approved) -> HashMap<&ItemId, Verb> {
    let steps = approved.steps().iter();
    steps
        .filter_map(|step| Some((&approved.plan().entry(step.index)?.item.id, step.verb)))
        .collect()
}

/// Returns the items that would be written differently from the plan.
fn otherwise(then: &HashMap<&ItemId, Verb>, now: Option<&Approved>) -> Vec<Stale> {
    let now = now.map(verbs).unwrap_or_default();
    let done = |verb: Option<&Verb>| match verb {
        Some(Verb::Add) => "be added",
        Some(Verb::Cover) => "be covered",
        None => "not be written",
    };
    let mut ids: Vec<&ItemId> = then.keys().chain(now.keys()).copied().collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .filter(|id| then.get(id) != now.get(id))
        .map(|id| {
            let why = format!(
                "would {} now, but the plan was to {}",
                done(now.get(id)),
                done(then.get(id))
            );
            Stale::new(id.clone(), why)
        })
        .collect()
}

fn missing_unconfirmed(missing: MissingCount) -> Failure {
    let noun = missing.noun();
    let what =
        format!("the target lacks {noun}, and the plan does not ignore them; nothing was written");
    Failure::new(FailureKind::Blocked, what)
        .because(format!("{missing} missing when the plan was saved"))
        .hint(format!(
            "save the plan again with {}, or add the missing {noun}",
            missing.flag()
        ))
}

fn stale(changed: Vec<Stale>) -> Failure {
    let mut failure =
        Failure::new(FailureKind::Stale, "the target changed since the plan was saved; nothing was written")
            .hint(
                "compare again with `gatediff plan FILE --out PLAN.json`, review what is new, and apply that",
            );
    failure.stale = changed;
    failure
}

impl fmt::Debug for SavedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SavedPlan {}", self.id)
    }
}
