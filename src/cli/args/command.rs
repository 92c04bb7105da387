//! The command line and its commands.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::jobs::{
    ApplyArgs, BackupArgs, CompletionsArgs, DemoArgs, DiffArgs, ExportArgs, HistoryArgs, InitArgs,
    PlanArgs, ReviewArgs, ShowArgs, UndoArgs,
};
use super::scope::ScopeArgs;
use super::serve::ServeArgs;
use super::shared::{FileArgs, Global};

/// Review an exported configuration against PostgreSQL and apply it in one transaction.
#[derive(Debug, Parser)]
#[command(
    name = "gatediff",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without a command, the screen asks what to compare.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 success, or nothing to do · 1 error · 2 plan or diff found differences, or scope check found \
problems · 3 the target changed · 4 items are blocked and nothing was written · 5 another job holds \
the lock · 64 usage error · 130 interrupted";

const PLAN_EXAMPLES: &str = "\
Examples:
  gatediff plan export.json --out plan.json --cover all
  gatediff plan export.json --target uat --target 'prod-*'";

const APPLY_EXAMPLES: &str = "\
Examples:
  gatediff apply export.json --cover 'client:crm-*'
  gatediff apply export.json --target uat --target 'prod-*' --yes --confirm dgr";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a private PostgreSQL with sample data and review a sample export on it
    #[command(after_help = "Example: gatediff demo tyk")]
    Demo(DemoArgs),
    /// Review an import file against the target in the terminal; `gatediff` alone asks for both
    #[command(after_help = "Example: gatediff review export.json")]
    Review(ReviewArgs),
    /// Compare an import file with the target and print the plan; change nothing
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),
    /// Compare two sides both ways, files or databases, and print what differs; change nothing
    #[command(after_help = "Example: gatediff diff dev.json profile:uat")]
    Diff(DiffArgs),
    /// Print a saved plan, even a stale one, without a database
    #[command(after_help = "Example: gatediff show plan.json")]
    Show(ShowArgs),
    /// Apply an import file (new items, and those chosen with --cover) or a saved plan
    #[command(mut_arg("file", |file| file.help("Import file, or a saved plan; - for standard input")))]
    #[command(after_help = APPLY_EXAMPLES)]
    Apply(ApplyArgs),
    /// Export the target in the product's own format, secrets included
    #[command(after_help = "Example: gatediff export --client crm --out crm.json")]
    Export(ExportArgs),
    /// Validate an import file without a database
    #[command(after_help = "Example: gatediff validate export.json")]
    Validate(FileArgs),
    /// List past jobs, or show one in detail
    #[command(after_help = "Example: gatediff history 7")]
    History(HistoryArgs),
    /// List the profiles: order, location, production mark, and the last job of each
    #[command(after_help = "Example: gatediff targets --output json")]
    Targets,
    /// Undo a job: restore every row it changed, remove what it added
    #[command(after_help = "Example: gatediff undo 7 --only 'client:crm-*'")]
    Undo(UndoArgs),
    /// Write the backup of a job
    #[command(after_help = "Example: gatediff backup 7 --out before.json")]
    Backup(BackupArgs),
    /// Manage API scopes, on a screen or with the commands below
    #[command(after_help = "Example: gatediff scope list --level SYSTEM")]
    Scope(Box<ScopeArgs>),
    /// Serve the import endpoints of Tyk's Dashboard and of SailPoint's sp-config over HTTP
    #[command(after_help = "Example: gatediff serve --admin-secret-file secret")]
    Serve(ServeArgs),
    /// Create or upgrade gatediff's own schema in the target
    #[command(after_help = "Example: gatediff init --profile live")]
    Init(InitArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example: gatediff completions bash > gatediff.bash")]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(after_help = "Example: gatediff man > gatediff.1")]
    Man,
}

impl Command {
    /// Returns the name of the command, with its subcommand if any.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Review(_) => "review",
            Self::Plan(_) => "plan",
            Self::Diff(_) => "diff",
            Self::Show(_) => "show",
            Self::Apply(_) => "apply",
            Self::Export(_) => "export",
            Self::Validate(_) => "validate",
            Self::History(_) => "history",
            Self::Targets => "targets",
            Self::Undo(_) => "undo",
            Self::Backup(_) => "backup",
            Self::Scope(args) => args.name(),
            Self::Serve(args) => args.name(),
            Self::Init(_) => "init",
            Self::Completions(_) => "completions",
            Self::Man => "man",
        }
    }
}

/// Returns the error of a command line without a command.
pub(crate) fn no_command(args: &[OsString]) -> Option<clap::Error> {
    let required = Cli::command()
        .subcommand_required(true)
        .arg_required_else_help(true);
    required.try_get_matches_from(args).err()
}

/// Returns whether a command line that could not be parsed asked for JSON.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    let joined = args.iter().any(|arg| arg == "--output=json");
    joined
        || args
            .windows(2)
            .any(|pair| matches!(pair, [name, value] if name == "--output" && value == "json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
