//! Arguments of several commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use crate::job::Emit;

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Target database: a URL or libpq keywords. Default: the address of --profile, else
    /// DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql,
    /// else the profile `default`
    #[arg(long, global = true, value_name = "URL", help_heading = "Target")]
    pub database_url: Option<String>,
    /// Use a profile of the configuration file; its address takes precedence over the environment
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "GATEDIFF_PROFILE",
        help_heading = "Target"
    )]
    pub profile: Option<String>,
    /// Seconds to wait for the connection
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Target")]
    pub connect_timeout: Option<Duration>,
    /// Seconds to wait for a lock held by another session
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Target")]
    pub lock_timeout: Option<Duration>,
    /// Seconds one statement may take
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Target")]
    pub statement_timeout: Option<Duration>,
    /// Keep jobs, journal and backups in this local file instead of a schema in the target
    #[arg(long, global = true, value_name = "FILE", env = "GATEDIFF_LEDGER", value_hint = ValueHint::FilePath, help_heading = "Target")]
    pub ledger: Option<PathBuf>,
    /// What to print on stdout
    #[arg(long, global = true, value_enum, default_value_t = Output::Text, help_heading = "Output")]
    pub output: Output,
    /// When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    pub color: Color,
    /// Use ASCII only; automatic if the locale is not UTF-8
    #[arg(long, global = true, help_heading = "Output")]
    pub ascii: bool,
}

impl Global {
    /// Returns whether a profile is named, and not only by the environment.
    pub(crate) fn names_profile(&self) -> bool {
        self.profile.is_some() && self.profile != std::env::var("GATEDIFF_PROFILE").ok()
    }
}

/// What to print on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Human-readable.
    Text,
    /// One JSON document, whatever the outcome.
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the terminal supports it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A file, its format, and how it is read.
#[derive(Clone, Debug, Args)]
pub struct FileArgs {
    /// Import file, or a directory of files if the format supports it; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: String,
    /// Format of the file, if it cannot be detected
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// How it is read.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// Which objects are selected; all of them by default.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Objects")]
pub struct SelectionArgs {
    /// Only objects of this kind; repeatable, takes precedence over --exclude
    #[arg(long, value_name = "KIND")]
    pub include: Vec<String>,
    /// Exclude objects of this kind; repeatable
    #[arg(long, value_name = "KIND")]
    pub exclude: Vec<String>,
    /// For this kind, only the object with this id; repeatable
    #[arg(long, value_name = "KIND:ID")]
    pub id: Vec<String>,
    /// For this kind, only the object with this name (case-sensitive); repeatable
    #[arg(long, value_name = "KIND:NAME")]
    pub name: Vec<String>,
}

/// Which targets, instead of the one of the options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// Target: a profile's name (may contain *) or a database URL, instead of --profile and
    /// --database-url; repeatable
    #[arg(long, value_name = "TARGET")]
    pub target: Vec<String>,
}

/// How an import file is read, for formats that have such options (sp-config).
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Objects of the file (sp-config)")]
pub struct ImportArgs {
    /// Which of its objects.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Fallback for unresolved references of this kind: this object, or the only one of its kind;
    /// repeatable
    #[arg(long, value_name = "KIND[:ID[:NAME]]")]
    pub default_reference: Vec<String>,
    /// JSON file with a list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values
    /// to replace before references are resolved; - for standard input; repeatable
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub mapping: Vec<PathBuf>,
    /// TOML file with [[values]]: values of the file to replace before it is compared, by kind, key
    /// and path, in addition to those of the profile; repeatable
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Values of this environment"
    )]
    pub values: Vec<PathBuf>,
    /// Map an organisation id in the file to another one, as in 5e9d…20=64a0…01; repeatable
    #[arg(
        long,
        value_name = "FROM=TO",
        help_heading = "Organisations of the file (tyk)"
    )]
    pub organisation: Vec<String>,
}

/// What takes the place of the target.
#[derive(Clone, Debug, Default, Args)]
pub struct AgainstArgs {
    /// Use this side as the target: a file in place of a database, - for standard input, a database
    /// URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the
    /// profile
    #[arg(long, value_name = "SIDE", value_hint = ValueHint::AnyPath)]
    pub against: Option<String>,
}

/// Where a file is written in place of a target that is a file.
#[derive(Clone, Debug, Default, Args)]
pub struct OutArgs {
    /// Write the result to this file; required if the target is a file, which stays as it is; - for
    /// standard output
    #[arg(long, value_name = "OUT", requires = "against", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// What a file that is written in place of a target holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmitContent {
    /// What was chosen and what the product's reader needs beside it, for the product's own import.
    Import,
    /// Everything that the target has after the import.
    State,
}

impl From<EmitContent> for Emit {
    fn from(content: EmitContent) -> Self {
        match content {
            EmitContent::Import => Self::Import,
            EmitContent::State => Self::State,
        }
    }
}

/// How the terminal interface looks.
#[derive(Clone, Debug, Default, Args)]
pub struct ScreenArgs {
    /// Theme: dark, light, mono, or a custom one
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// For screen readers: no borders, no spinner, the cursor on the selected row
    #[arg(long)]
    pub accessible: bool,
    /// Name to record as the operator; default: the OS user
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

impl ScreenArgs {
    /// Returns whether any of the options was given.
    pub(crate) const fn is_given(&self) -> bool {
        self.theme.is_some() || self.accessible || self.operator.is_some()
    }
}

/// Which items are written.
#[derive(Clone, Debug, Args)]
pub struct ChoiceArgs {
    /// Items to cover (overwrite): all, KIND, or KIND:KEY (KEY may contain *); repeatable
    #[arg(long, value_name = "WHICH")]
    pub cover: Vec<String>,
    /// Items to leave out: KIND, or KIND:KEY (KEY may contain *); repeatable
    #[arg(long, value_name = "WHICH")]
    pub skip: Vec<String>,
    /// Import even if objects that the file refers to are missing: digirunner leaves out links to
    /// missing APIs, tyk keeps references to missing APIs and policies
    #[arg(long)]
    pub ignore_missing: bool,
    /// Same as --ignore-missing
    #[arg(long)]
    pub ignore_lack_api: bool,
}

/// How to confirm a write, and the operator's name.
#[derive(Clone, Debug, Args)]
pub struct ConsentArgs {
    /// Do not ask for confirmation; not sufficient in production
    #[arg(long, short)]
    pub yes: bool,
    /// Name of the target database, to confirm without being asked, also in production; repeatable
    /// for several targets
    #[arg(long, value_name = "NAME")]
    pub confirm: Vec<String>,
    /// Continue if a trigger or rule of the target changes values outside the plan, and list them
    /// in the receipt; otherwise nothing is written
    #[arg(long)]
    pub accept_server_changes: bool,
    /// Name to record as the operator; default: the OS user
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

impl ConsentArgs {
    /// Returns whether confirmation was given by options.
    pub(crate) const fn is_given(&self) -> bool {
        self.yes || !self.confirm.is_empty()
    }

    /// Returns the consent to one of several targets: a name confirms the database that it names.
    pub(crate) fn to_database(&self, database: &str) -> Self {
        let mut own = self.clone();
        own.confirm.retain(|name| name == database);
        own
    }

    /// Returns the consent of a command that cannot ask.
    pub(crate) fn without_asking(confirm: Option<String>) -> Self {
        Self {
            yes: true,
            confirm: confirm.into_iter().collect(),
            accept_server_changes: false,
            operator: None,
        }
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "not a number of seconds".to_owned())
}
