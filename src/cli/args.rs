//! The one model of the command line: parser, help, completions and man page.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::job::Sample;
use crate::scopes::{ScopeFinding, SortKey};

/// The default demo.
const USUAL_DEMO: &str = "digirunner";

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
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 success, or nothing to do · 1 error · 2 plan found differences, or scope check found \
problems · 3 the target changed · 4 items are blocked and nothing was written · 5 another job holds \
the lock · 64 usage error · 130 interrupted";

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Target database: a URL or libpq keywords. Default: the address of --profile, else
    /// DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as for psql,
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

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a private PostgreSQL with sample data and review a sample export on it
    #[command(after_help = "Example: gatediff demo tyk")]
    Demo(DemoArgs),
    /// Review an import file in the terminal, against the target
    #[command(after_help = "Example: gatediff review export.json")]
    Review(ReviewArgs),
    /// Compare an import file with the target and print the plan; change nothing
    #[command(after_help = "Example: gatediff plan export.json --out plan.json --cover all")]
    Plan(PlanArgs),
    /// Print a saved plan, even a stale one, without a database
    #[command(after_help = "Example: gatediff show plan.json")]
    Show(ShowArgs),
    /// Apply an import file (new items, and those chosen with --cover) or a saved plan
    #[command(mut_arg("file", |file| file.help("Import file, or a saved plan; - for standard input")))]
    #[command(after_help = "Example: gatediff apply export.json --cover 'client:crm-*'")]
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
            Self::Show(_) => "show",
            Self::Apply(_) => "apply",
            Self::Export(_) => "export",
            Self::Validate(_) => "validate",
            Self::History(_) => "history",
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
    /// No objects of this kind; repeatable
    #[arg(long, value_name = "KIND")]
    pub exclude: Vec<String>,
    /// Of this kind, only the object with this id; repeatable
    #[arg(long, value_name = "KIND:ID")]
    pub id: Vec<String>,
    /// Of this kind, only the object with this name (case-sensitive); repeatable
    #[arg(long, value_name = "KIND:NAME")]
    pub name: Vec<String>,
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
    /// to replace before references are resolved; repeatable
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub mapping: Vec<PathBuf>,
    /// Map an organisation id of the file to another one, as in 5e9d…20=64a0…01; repeatable
    #[arg(
        long,
        value_name = "FROM=TO",
        help_heading = "Organisations of the file (tyk)"
    )]
    pub organisation: Vec<String>,
}

/// How the terminal interface looks.
#[derive(Clone, Debug, Args)]
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

/// Options of `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Product to demonstrate
    #[arg(value_name = "PRODUCT", value_parser = PossibleValuesParser::new(Sample::names()), default_value = USUAL_DEMO)]
    pub product: String,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// Keep the demo's database between runs
    #[arg(long)]
    pub keep: bool,
    /// Print the database's URL and serve it until interrupted
    #[arg(long)]
    pub print_url: bool,
}

/// Options of `review`.
#[derive(Clone, Debug, Args)]
pub struct ReviewArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// Which items are written.
#[derive(Clone, Debug, Args)]
pub struct ChoiceArgs {
    /// Items to cover (overwrite): all, KIND, or KIND:KEY with * in KEY; repeatable
    #[arg(long, value_name = "WHICH")]
    pub cover: Vec<String>,
    /// Items to leave out: KIND, or KIND:KEY with * in KEY; repeatable
    #[arg(long, value_name = "WHICH")]
    pub skip: Vec<String>,
    /// Import although objects that the file refers to are missing: digirunner leaves out links to
    /// missing APIs, tyk keeps references to missing APIs and policies
    #[arg(long)]
    pub ignore_missing: bool,
    /// Same as --ignore-missing
    #[arg(long)]
    pub ignore_lack_api: bool,
}

/// Options of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Also list unchanged items and resolved references
    #[arg(long)]
    pub unchanged: bool,
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
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// How to confirm a write, and the operator's name.
#[derive(Clone, Debug, Args)]
pub struct ConsentArgs {
    /// Do not ask for confirmation; not sufficient in production
    #[arg(long, short)]
    pub yes: bool,
    /// Confirm with the name of the target database instead of being asked, also in production
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
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
        self.yes || self.confirm.is_some()
    }

    /// Returns the consent of a command that cannot ask.
    pub(crate) const fn without_asking(confirm: Option<String>) -> Self {
        Self {
            yes: true,
            confirm,
            accept_server_changes: false,
            operator: None,
        }
    }
}

/// Options of `init`.
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// Confirm with the name of the target database instead of being asked, which only happens in
    /// production
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
}

/// Options of `export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Export this item and exactly what it requires; repeatable. Default: everything
    #[arg(long, value_name = "KIND:KEY")]
    pub item: Vec<String>,
    /// Same for a client (digirunner)
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
}

/// Options of `undo`.
#[derive(Clone, Debug, Args)]
pub struct UndoArgs {
    /// Job number, from `history`
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// Undo only these items: KIND, or KIND:KEY with * in KEY; repeatable
    #[arg(long, value_name = "WHICH")]
    pub only: Vec<String>,
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
}

/// Options of `serve`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ServeArgs {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<ServeCommand>,
    /// Address and port to listen on; default: the configuration file, else 127.0.0.1:3000
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// File with the administrator's secret, at least 16 characters; default:
    /// GATEDIFF_ADMIN_SECRET, else the configuration file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub admin_secret_file: Option<PathBuf>,
    /// Maximum size of a request body, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = counted(1, 1024))]
    pub max_body: usize,
    /// Seconds to wait for a request body
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub body_timeout: Duration,
    /// Maximum number of concurrent jobs; only one writes at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = counted(1, 64))]
    pub jobs: usize,
    /// Maximum number of queued jobs; further ones are rejected
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = counted(0, 100_000))]
    pub queue: usize,
    /// Seconds to let running jobs finish on shutdown
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub grace: Duration,
    /// Name of the target database; required in production
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Continue if a trigger or rule of the target changes values outside the plan, and list them
    /// in the receipt; otherwise nothing is written
    #[arg(long)]
    pub accept_server_changes: bool,
}

impl ServeArgs {
    const fn name(&self) -> &'static str {
        match &self.command {
            None => "serve",
            Some(ServeCommand::HashSecret) => "serve hash-secret",
        }
    }
}

/// What to do instead of serving.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ServeCommand {
    /// Read a client's secret from standard input and print its hash for the configuration file
    #[command(after_help = "Example: gatediff serve hash-secret < secret")]
    HashSecret,
}

/// Reads a count within bounds.
fn counted(min: u64, max: u64) -> impl clap::builder::TypedValueParser<Value = usize> {
    clap::value_parser!(u64)
        .range(min..=max)
        .try_map(usize::try_from)
}

/// Options of `scope`.
#[derive(Debug, Args)]
pub struct ScopeArgs {
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// What to do; the screen without it.
    #[command(subcommand)]
    pub command: Option<ScopeCommand>,
}

impl ScopeArgs {
    const fn name(&self) -> &'static str {
        match &self.command {
            None => "scope",
            Some(command) => command.name(),
        }
    }
}

/// What to do with scopes.
#[derive(Debug, Subcommand)]
pub enum ScopeCommand {
    /// List scopes, optionally filtered
    #[command(after_help = "Example: gatediff scope list --for mobile-banking")]
    List(ScopeListArgs),
    /// Show a scope in detail
    #[command(after_help = "Example: gatediff scope show accounts")]
    Show(ScopeShowArgs),
    /// Create a scope
    #[command(
        after_help = "Example: gatediff scope create accounts --level SYSTEM --api 'accounts/*'"
    )]
    Create(ScopeCreateArgs),
    /// Update a scope, and with it the clients it is assigned to
    #[command(after_help = "Example: gatediff scope update accounts --add-api cards/listCards")]
    Update(ScopeUpdateArgs),
    /// Delete a scope that is not assigned to any client
    #[command(after_help = "Example: gatediff scope delete accounts")]
    Delete(ScopeDeleteArgs),
    /// Give a scope to clients
    #[command(after_help = "Example: gatediff scope give accounts mobile-banking")]
    Give(ScopeClientsArgs),
    /// Take a scope away from clients
    #[command(after_help = "Example: gatediff scope take accounts mobile-banking")]
    Take(ScopeClientsArgs),
    /// Check the scopes of the target for problems, and repair them
    #[command(after_help = "Example: gatediff scope check --repair")]
    Check(ScopeCheckArgs),
}

impl ScopeCommand {
    const fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "scope list",
            Self::Show(_) => "scope show",
            Self::Create(_) => "scope create",
            Self::Update(_) => "scope update",
            Self::Delete(_) => "scope delete",
            Self::Give(_) => "scope give",
            Self::Take(_) => "scope take",
            Self::Check(_) => "scope check",
        }
    }
}

/// Options of `scope list`.
#[derive(Clone, Debug, Args)]
pub struct ScopeListArgs {
    /// Words to search for in name, alias, description and APIs; one match is enough
    #[arg(value_name = "KEYWORD")]
    pub keyword: Vec<String>,
    /// Only scopes with this authentication type; repeatable, one match is enough
    #[arg(long, value_name = "ID")]
    pub authentication: Vec<String>,
    /// Only scopes of this security level
    #[arg(long, value_name = "ID")]
    pub level: Option<String>,
    /// Only scopes that can be given to this client: of its level, and not assigned to it yet
    #[arg(long = "for", value_name = "CLIENT")]
    pub client: Option<String>,
    /// Column to sort by
    #[arg(long, value_name = "BY", value_parser = sort_key(), default_value = SortKey::Name.word())]
    pub sort: SortKey,
    /// Reverse the order
    #[arg(long)]
    pub reverse: bool,
}

/// Options of `scope show`.
#[derive(Clone, Debug, Args)]
pub struct ScopeShowArgs {
    /// Scope name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
}

/// The wanted fields of a scope, as far as given.
#[derive(Clone, Debug, Args)]
pub struct ScopeFieldsArgs {
    /// Alias; '' for none
    #[arg(long, value_name = "TEXT")]
    pub alias: Option<String>,
    /// Description; '' for none
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Validity period: AMOUNT with a unit s, m, H or d, such as 30d; 0 for no limit
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Number of authorizations allowed; 0 for no limit
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub times: Option<String>,
    /// Security level id
    #[arg(long, value_name = "ID")]
    pub level: Option<String>,
    /// Authentication type id; repeatable; '' for none
    #[arg(long, value_name = "ID")]
    pub authentication: Vec<String>,
    /// API, or MODULE/* for all APIs of a module; repeatable; '' for none
    #[arg(long, value_name = "MODULE/KEY")]
    pub api: Vec<String>,
    /// JSON file with the whole scope, as printed by `scope show --output json`; - for standard
    /// input. Options override the file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<String>,
}

/// Options of `scope create`.
#[derive(Clone, Debug, Args)]
pub struct ScopeCreateArgs {
    /// Scope name; optional with --file
    #[arg(value_name = "NAME", required_unless_present = "file")]
    pub name: Option<String>,
    /// The wanted fields.
    #[command(flatten)]
    pub fields: ScopeFieldsArgs,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope update`.
#[derive(Clone, Debug, Args)]
pub struct ScopeUpdateArgs {
    /// Scope name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// New name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// The wanted fields.
    #[command(flatten)]
    pub fields: ScopeFieldsArgs,
    /// API to add, or MODULE/* for all APIs of a module; repeatable
    #[arg(long, value_name = "MODULE/KEY")]
    pub add_api: Vec<String>,
    /// API to remove, or MODULE/* for all APIs of a module; repeatable
    #[arg(long, value_name = "MODULE/KEY")]
    pub remove_api: Vec<String>,
    /// Authentication type id to add; repeatable
    #[arg(long, value_name = "ID")]
    pub add_authentication: Vec<String>,
    /// Authentication type id to remove; repeatable
    #[arg(long, value_name = "ID")]
    pub remove_authentication: Vec<String>,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope delete`.
#[derive(Clone, Debug, Args)]
pub struct ScopeDeleteArgs {
    /// Scope name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope give` and `scope take`.
#[derive(Clone, Debug, Args)]
pub struct ScopeClientsArgs {
    /// Scope name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// Client ids
    #[arg(value_name = "CLIENT", required = true)]
    pub client: Vec<String>,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope check`.
#[derive(Clone, Debug, Args)]
pub struct ScopeCheckArgs {
    /// Only findings of this code; repeatable
    #[arg(long, value_name = "CODE", value_parser = PossibleValuesParser::new(ScopeFinding::codes()))]
    pub only: Vec<String>,
    /// Repair what can be repaired safely
    #[arg(long)]
    pub repair: bool,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Returns the parser of a column to sort scopes by.
fn sort_key() -> impl clap::builder::TypedValueParser<Value = SortKey> {
    let words = PossibleValuesParser::new(SortKey::ALL.map(SortKey::word));
    words.map(|word| {
        SortKey::ALL
            .into_iter()
            .find(|key| key.word() == word)
            .unwrap_or_default()
    })
}

/// Options of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Returns whether a command line that could not be parsed asked for JSON.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    let joined = args.iter().any(|arg| arg == "--output=json");
    joined
        || args
            .windows(2)
            .any(|pair| matches!(pair, [name, value] if name == "--output" && value == "json"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "not a number of seconds".to_owned())
}

/// Where the demo keeps its database with `--keep`.
pub(crate) fn demo_directory() -> Option<PathBuf> {
    state_directory().map(|state| state.join("demo"))
}

/// The state directory.
pub(crate) fn state_directory() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.state_dir()?.join("gatediff"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
