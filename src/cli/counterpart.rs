//! What a file is compared with and applied to: the target, or what `--against` names.

use super::args::{AgainstArgs, Global, OutArgs};
use super::print::Printer;
use super::session::{Session, TargetSettings, state};
use super::side::{Place, place};
use crate::engine::display::safe;
use crate::job::{
    Against, Emit, Failure, FailureKind, FileTarget, Output, PlanKeys, TargetPolicy, WrittenFile,
};
use crate::store::Target;

/// A database or a file, and how to treat it.
pub(crate) struct Counterpart {
    /// What it is.
    pub(crate) against: Against,
    /// How to treat it.
    pub(crate) settings: TargetSettings,
}

impl Counterpart {
    /// Finds the target, or what `--against` names; reads it if it is a file, of which `format` names
    /// the product if that is known. Blocks while it reads.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be found, or the file cannot be read.
    pub(crate) async fn new(
        global: &Global,
        args: &AgainstArgs,
        format: Option<&str>,
    ) -> Result<Self, Failure> {
        let Some(side) = &args.against else {
            return Session::new(global).await.map(Self::from);
        };
        let named = [
            ("--database-url", global.database_url.is_some()),
            ("--profile", global.names_profile()),
        ];
        if let Some((option, _)) = named.into_iter().find(|(_, is_given)| *is_given) {
            let what = format!("--against names the target, and {option} does so, too");
            return Err(Failure::new(FailureKind::Usage, what).hint("omit one of them"));
        }
        match place(global, side)? {
            Place::Database(global) => Session::new(&global).await.map(Self::from),
            Place::File(path) => {
                let against = Against::from(FileTarget::load(path, format)?);
                let mut settings = TargetSettings::without_profile(global)?;
                settings.ledger = against.ledger(settings.ledger, Some(state()?));
                Ok(Self { against, settings })
            }
        }
    }

    /// Returns the database; none if it is a file.
    pub(crate) fn target(&self) -> Option<&Target> {
        match &self.against {
            Against::Database(target) => Some(target),
            Against::File(_) => None,
        }
    }

    /// Returns what the profiles say about it; connects to a database if not done before.
    ///
    /// # Errors
    ///
    /// Fails if the database cannot be reached.
    pub(crate) async fn policy(&self) -> Result<TargetPolicy, Failure> {
        match self.target() {
            Some(target) => super::session::policy(target, self.settings.timeouts).await,
            None => Ok(TargetPolicy::NONE),
        }
    }

    /// Returns where the keys of saved plans are.
    ///
    /// # Errors
    ///
    /// Fails if there is no state directory.
    pub(crate) fn plan_keys(&self) -> Result<PlanKeys, Failure> {
        Ok(PlanKeys {
            target: self.against.clone(),
            timeouts: self.settings.timeouts,
            ledger: self.settings.ledger.clone(),
            directory: state()?,
        })
    }

    /// Returns the file that is written instead of the target; none if that is a database.
    ///
    /// # Errors
    ///
    /// Fails if no file is named for a target that is one, or one for a database.
    pub(crate) fn output(&self, args: &OutArgs, emit: Emit) -> Result<Option<Output>, Failure> {
        match (&self.against, &args.out) {
            (Against::Database(_), None) => Ok(None),
            (Against::Database(target), Some(_)) => Err(Failure::new(
                FailureKind::Usage,
                "--out writes a file, and the target is a database",
            )
            .at(safe(&target.display()))
            .hint("omit --out to write to the database, or name a file with --against")),
            (Against::File(file), None) => Err(Failure::new(
                FailureKind::Usage,
                "the target is a file, which is never written to",
            )
            .at(file.display())
            .hint("name the file to write with --out")),
            (Against::File(_), Some(path)) => Ok(Some(Output {
                path: path.clone(),
                emit,
                overwrite: args.force,
            })),
        }
    }
}

impl From<Session> for Counterpart {
    fn from(Session { target, settings }: Session) -> Self {
        Self {
            against: target.into(),
            settings,
        }
    }
}

/// Prints a file that was written to standard output, which then holds nothing else; returns whether
/// it was.
pub(crate) fn is_printed(printer: &mut Printer, file: Option<&WrittenFile>) -> bool {
    match file.and_then(|file| file.printed.as_ref()) {
        Some(bytes) => {
            printer.raw(bytes);
            true
        }
        None => false,
    }
}

/// Says which file was written instead of the target.
pub(crate) fn written(printer: &mut Printer, file: &WrittenFile) {
    printer.line(format!("written: {}", safe(&file.path)));
    printer.message("note: the file contains secrets; only you can read it");
}
