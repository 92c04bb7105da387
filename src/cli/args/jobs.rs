//! The arguments of the commands on a file, a target and its jobs.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};

use super::shared::{
    AgainstArgs, ChoiceArgs, ConsentArgs, EmitContent, FileArgs, ImportArgs, OutArgs, ScreenArgs,
    SelectionArgs, TargetArgs,
};
use crate::job::Sample;

/// The default demo.
const USUAL_DEMO: &str = "digirunner";

/// Options of `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Product to demonstrate
    #[arg(value_name = "PRODUCT", value_parser = PossibleValuesParser::new(Sample::names()), default_value = USUAL_DEMO)]
    pub product: String,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// Keep the demo database between runs
    #[arg(long)]
    pub keep: bool,
    /// Compare two files instead of a file with PostgreSQL; so is done where PostgreSQL's programs are
    /// missing and cannot be fetched
    #[arg(long, conflicts_with_all = ["keep", "print_url"])]
    pub files: bool,
    /// Print the database's URL and serve it until interrupted
    #[arg(long)]
    pub print_url: bool,
}

/// Options of `review`.
#[derive(Clone, Debug, Args)]
pub struct ReviewArgs {
    /// Import file, or a directory of files if the format supports it; - for standard input.
    /// Without it, both sides are chosen on the screen
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: Option<String>,
    /// Format of the file, if it cannot be detected
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// How it is read.
    #[command(flatten)]
    pub import: ImportArgs,
    /// What it is compared with.
    #[command(flatten)]
    pub against: AgainstArgs,
    /// The targets.
    #[command(flatten)]
    pub targets: TargetArgs,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// Options of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// What it is compared with.
    #[command(flatten)]
    pub against: AgainstArgs,
    /// The targets.
    #[command(flatten)]
    pub targets: TargetArgs,
    /// Also list unchanged items and resolved references
    #[arg(long)]
    pub unchanged: bool,
    /// Also list the items that only the target has; an import never deletes them
    #[arg(long)]
    pub both: bool,
    /// Save the plan with its choices, to apply later; - for standard output
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub out: Option<String>,
    /// Overwrite an existing file
    #[arg(long, requires = "out")]
    pub force: bool,
    /// The choices that are saved.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Name to record as the operator; default: the OS user
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

/// Options of `diff`.
#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// First side: a file, - for standard input, a database URL, or the name of a profile. A name
    /// that is both: ./NAME is the file, profile:NAME the profile
    #[arg(value_name = "A", value_hint = ValueHint::AnyPath)]
    pub a: String,
    /// Second side, given as the first one
    #[arg(value_name = "B", value_hint = ValueHint::AnyPath)]
    pub b: String,
    /// Format of both sides, if it cannot be detected
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Also list equal items
    #[arg(long)]
    pub unchanged: bool,
}

/// Options of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// Saved plan; - for standard input
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub plan: String,
    /// Also list unchanged items and resolved references
    #[arg(long)]
    pub unchanged: bool,
}

/// Options of `apply`.
#[derive(Clone, Debug, Args)]
pub struct ApplyArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// What it is applied to.
    #[command(flatten)]
    pub against: AgainstArgs,
    /// Where the result is written, if that is a file.
    #[command(flatten)]
    pub to: OutArgs,
    /// What the file of --out holds: import, what was chosen, for the product's own import; state,
    /// everything after the import
    #[arg(long, value_enum, value_name = "CONTENT", requires = "out", default_value_t = EmitContent::Import, hide_possible_values = true)]
    pub emit: EmitContent,
    /// The targets.
    #[command(flatten)]
    pub targets: TargetArgs,
    /// With several targets: go on with the next one if one fails
    #[arg(long, requires = "target")]
    pub keep_going: bool,
    /// Current path of a saved plan's import file, if it was moved
    #[arg(long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub import_file: Option<String>,
    /// What is written.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Run the import on the target, report what would be refused, and roll back
    #[arg(long)]
    pub rehearse: bool,
    /// Write nothing, and exit with 4, if any item is blocked
    #[arg(long)]
    pub strict: bool,
    /// Do not keep a backup; the journal used by undo is always kept
    #[arg(long)]
    pub no_backup: bool,
    /// Move counters of the target that are behind their rows, as after restoring a dump, in the same
    /// transaction (sequences: outside of it)
    #[arg(long)]
    pub fix_counters: bool,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `init`.
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// Name of the target database, to confirm without being asked (asked in production only)
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
}

/// Options of `export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Export this item and exactly what it requires; repeatable. Default: everything
    #[arg(long, value_name = "KIND:KEY")]
    pub item: Vec<String>,
    /// Export this client and exactly what it requires; repeatable (digirunner)
    #[arg(long, value_name = "ID")]
    pub client: Vec<String>,
    /// Which objects (tyk, sp-config).
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Output path: a file, or a directory to use the product's own file name; - for standard
    /// output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub out: Option<String>,
    /// Product, if it cannot be detected from the target
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Overwrite an existing file
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Options of `history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryArgs {
    /// Show only this job, in detail
    #[arg(value_name = "JOB")]
    pub job: Option<i64>,
    /// Maximum number of jobs, newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Whose jobs.
    #[command(flatten)]
    pub against: AgainstArgs,
}

/// Options of `undo`.
#[derive(Clone, Debug, Args)]
pub struct UndoArgs {
    /// Job number, from `history`
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// Undo only these items: KIND, or KIND:KEY (KEY may contain *); repeatable
    #[arg(long, value_name = "WHICH")]
    pub only: Vec<String>,
    /// Whose job.
    #[command(flatten)]
    pub against: AgainstArgs,
    /// Where the former file is written, if that is a file.
    #[command(flatten)]
    pub to: OutArgs,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// Job number, from `history`
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// Output file; default, or -: standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    /// Whose job.
    #[command(flatten)]
    pub against: AgainstArgs,
}

/// Options of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
