//! The one model of the command line: parser, help, completions and man page.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::job::Sample;
use crate::job::scope::{ScopeFinding, SortKey};

/// The demo where none is named.
const USUAL_DEMO: &str = "digirunner";

/// Reviews an exported configuration against PostgreSQL and applies it in one
/// transaction.
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
Exit codes: 0 done, or nothing to do · 1 error · 2 plan found differences, or scope check something \
wrong · 3 the target changed meanwhile · 4 items are blocked and nothing was written · 5 another job holds the lock · \
64 usage · 130 interrupted";

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE,
    /// PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`
    #[arg(long, global = true, value_name = "URL", help_heading = "Target")]
    pub database_url: Option<String>,
    /// Use a profile of the configuration file; its address goes before the shell's
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
    /// Seconds to wait for a lock that somebody else holds
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Target")]
    pub lock_timeout: Option<Duration>,
    /// Seconds that one statement may take
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Target")]
    pub statement_timeout: Option<Duration>,
    /// Keep jobs, journal and backups in this local file, where the role may not create a schema in
    /// the target
    #[arg(long, global = true, value_name = "FILE", env = "GATEDIFF_LEDGER", value_hint = ValueHint::FilePath, help_heading = "Target")]
    pub ledger: Option<PathBuf>,
    /// What to print on stdout
    #[arg(long, global = true, value_enum, default_value_t = Output::Text, help_heading = "Output")]
    pub output: Output,
    /// When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    pub color: Color,
    /// Use ASCII only, as where the locale is not UTF-8
    #[arg(long, global = true, help_heading = "Output")]
    pub ascii: bool,
}

/// What to print on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// One JSON document, in every outcome.
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Where a terminal shows it.
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
    Demo(DemoArgs),
    /// Review an import file in the terminal, against the target
    Review(ReviewArgs),
    /// Compare an import file with the target and print it; change nothing
    Plan(PlanArgs),
    /// Print a saved plan, even one that the target has outrun; no database is asked
    Show(ShowArgs),
    /// Apply an import file: what is new, and what is chosen to be covered; or a saved plan
    #[command(mut_arg("file", |file| file.help("The import file, or a saved plan; - is standard input")))]
    Apply(ApplyArgs),
    /// Write what stands in the target as an export file of the product, secrets included
    Export(ExportArgs),
    /// Check an import file by itself, without a database
    Validate(FileArgs),
    /// List past jobs, or tell one in full
    History(HistoryArgs),
    /// Take a job back: restore every row that it touched, remove what it added
    Undo(UndoArgs),
    /// Write the backup that a job kept
    Backup(BackupArgs),
    /// API scopes: on a screen, or by the commands below
    Scope(Box<ScopeArgs>),
    /// Serve the import endpoints of Tyk's Dashboard and of SailPoint's sp-config over HTTP
    Serve(ServeArgs),
    /// Create or upgrade gatediff's own schema in the target
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

impl Command {
    /// Returns the word that was typed, or both of them.
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
    /// The import file, or a directory of them where the format has such; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: String,
    /// The file's format, where its content does not tell
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// How it is read.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// Which objects are meant; nothing said means all of them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Objects")]
pub struct SelectionArgs {
    /// Only objects of this kind; may be given several times, and goes before --exclude
    #[arg(long, value_name = "KIND")]
    pub include: Vec<String>,
    /// No objects of this kind; may be given several times
    #[arg(long, value_name = "KIND")]
    pub exclude: Vec<String>,
    /// Of this kind only the object with this id; may be given several times
    #[arg(long, value_name = "KIND:ID")]
    pub id: Vec<String>,
    /// Of this kind only the object with this name, exact in case; may be given several times
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
    /// What references of this kind fall back to that resolve to nothing else: this object, or the
    /// only one of its kind; may be given several times
    #[arg(long, value_name = "KIND[:ID[:NAME]]")]
    pub default_reference: Vec<String>,
    /// A JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace
    /// before references are resolved; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub mapping: Vec<PathBuf>,
    /// Take what the file has of one organisation for that of another, by their ids, as in
    /// 5e9d…20=64a0…01; may be given several times
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
    /// The theme: dark, light, mono, or one of your own
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// For screen readers: no borders, no spinner, the cursor on the selected row
    #[arg(long)]
    pub accessible: bool,
    /// Who is recorded as the operator; the OS user by default
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

impl ScreenArgs {
    /// Says whether any of the options was given.
    pub(super) const fn is_given(&self) -> bool {
        self.theme.is_some() || self.accessible || self.operator.is_some()
    }
}

/// Options of `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Whose demo
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
    /// Cover repeats: all, KIND, or KIND:KEY with * in KEY; may be given several times
    #[arg(long, value_name = "WHICH")]
    pub cover: Vec<String>,
    /// Leave items out: KIND, or KIND:KEY with * in KEY; may be given several times
    #[arg(long, value_name = "WHICH")]
    pub skip: Vec<String>,
    /// Import although objects are missing that the file refers to: digirunner leaves out links to
    /// missing APIs, tyk keeps what names a missing API or policy
    #[arg(long)]
    pub ignore_missing: bool,
    /// The same as --ignore-missing
    #[arg(long)]
    pub ignore_lack_api: bool,
}

/// Options of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// List unchanged items too, and references that were resolved
    #[arg(long)]
    pub unchanged: bool,
    /// Save the plan with its choices, to be applied later; - is standard output
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub out: Option<String>,
    /// Overwrite the file of --out
    #[arg(long, requires = "out")]
    pub force: bool,
    /// The choices that are saved.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Who is recorded as the operator; the OS user by default
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

/// Options of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The saved plan; - is standard input
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub plan: String,
    /// List unchanged items too, and references that were resolved
    #[arg(long)]
    pub unchanged: bool,
}

/// Options of `apply`.
#[derive(Clone, Debug, Args)]
pub struct ApplyArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Where the import file of a saved plan is now, if it was moved
    #[arg(long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub import_file: Option<String>,
    /// What is written.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Do everything on the target and roll it back: tells what would be refused
    #[arg(long)]
    pub rehearse: bool,
    /// Write nothing, and exit with 4, if any item is blocked
    #[arg(long)]
    pub strict: bool,
    /// Keep no backup. The journal, which undo works from, is kept all the same
    #[arg(long)]
    pub no_backup: bool,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// How to confirm what is about to be written, and in whose name.
#[derive(Clone, Debug, Args)]
pub struct ConsentArgs {
    /// Do not ask; not enough in production
    #[arg(long, short)]
    pub yes: bool,
    /// Confirm by the name of the target's database instead of being asked, in production too
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Go on where a trigger or rule of the target changes values that are not part of the plan,
    /// and list them in the receipt; else nothing is written
    #[arg(long)]
    pub accept_server_changes: bool,
    /// Who is recorded as the operator; the OS user by default
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

impl ConsentArgs {
    /// Says whether nobody is to be asked.
    pub(super) const fn is_given(&self) -> bool {
        self.yes || self.confirm.is_some()
    }

    /// Returns what confirms where nobody can be asked.
    pub(super) const fn without_asking(confirm: Option<String>) -> Self {
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
    /// Confirm by the name of the target's database instead of being asked, which is done in
    /// production only
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
}

/// Options of `export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Export this item and exactly what it needs; may be given several times. Without it, everything
    #[arg(long, value_name = "KIND:KEY")]
    pub item: Vec<String>,
    /// The same for a client (digirunner)
    #[arg(long, value_name = "ID")]
    pub client: Vec<String>,
    /// Which objects (tyk, sp-config).
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where to write: a file, or a directory for the product's own name; - is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub out: Option<String>,
    /// The product, where the target does not tell
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Overwrite the file if it is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Options of `history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryArgs {
    /// Only this job, in full
    #[arg(value_name = "JOB")]
    pub job: Option<i64>,
    /// At most so many jobs, the newest ones
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

/// Options of `undo`.
#[derive(Clone, Debug, Args)]
pub struct UndoArgs {
    /// The job, as `history` numbers it
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// Undo only these items: KIND, or KIND:KEY with * in KEY; may be given several times
    #[arg(long, value_name = "WHICH")]
    pub only: Vec<String>,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The job, as `history` numbers it
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// The file to write; - or nothing is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Overwrite a file that is there already
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
    /// The address and port to listen on; 127.0.0.1:3000, or what the configuration file says
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// The file that holds the administrator's secret, of 16 characters or more; else
    /// GATEDIFF_ADMIN_SECRET, or the configuration file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub admin_secret_file: Option<PathBuf>,
    /// The longest body of a request that is read, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = counted(1, 1024))]
    pub max_body: usize,
    /// Seconds that the body of a request may take to arrive
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub body_timeout: Duration,
    /// How many jobs run at once; of those that write, one does at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = counted(1, 64))]
    pub jobs: usize,
    /// How many more jobs wait for their turn before others are turned away
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = counted(0, 100_000))]
    pub queue: usize,
    /// Seconds that running jobs are given when the server is told to stop
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub grace: Duration,
    /// The name of the target's database; needed if that is production
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Go on where a trigger or rule of the target changes values that are not part of the plan,
    /// and list them in the receipt; else nothing is written
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
    /// Hash a client's secret, which is read from standard input, for the configuration file
    HashSecret,
}

/// Reads a count within bounds.
fn counted(least: u64, most: u64) -> impl clap::builder::TypedValueParser<Value = usize> {
    clap::value_parser!(u64)
        .range(least..=most)
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
    /// List scopes, or those that are searched for
    List(ScopeListArgs),
    /// Show all there is to know about a scope
    Show(ScopeShowArgs),
    /// Create a scope
    Create(ScopeCreateArgs),
    /// Change a scope; its holders follow
    Update(ScopeUpdateArgs),
    /// Delete a scope that no client holds
    Delete(ScopeDeleteArgs),
    /// Give a scope to clients
    Give(ScopeClientsArgs),
    /// Take a scope away from clients
    Take(ScopeClientsArgs),
    /// Look for what is wrong with the scopes of the target, and repair it
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
    /// Words of which one has to occur in name, alias, description or an API of the scope
    #[arg(value_name = "KEYWORD")]
    pub keyword: Vec<String>,
    /// Only scopes with this authentication type; may be given several times, one is enough
    #[arg(long, value_name = "ID")]
    pub authentication: Vec<String>,
    /// Only scopes of this security level
    #[arg(long, value_name = "ID")]
    pub level: Option<String>,
    /// Only scopes that this client can be given: of its level, and not held yet
    #[arg(long = "for", value_name = "CLIENT")]
    pub client: Option<String>,
    /// What to sort by
    #[arg(long, value_name = "BY", value_parser = sort_key(), default_value = SortKey::Name.word())]
    pub sort: SortKey,
    /// The largest first
    #[arg(long)]
    pub reverse: bool,
}

/// Options of `scope show`.
#[derive(Clone, Debug, Args)]
pub struct ScopeShowArgs {
    /// The scope's name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
}

/// What a scope is to be, as far as it is said.
#[derive(Clone, Debug, Args)]
pub struct ScopeFieldsArgs {
    /// Its alias; '' for none
    #[arg(long, value_name = "TEXT")]
    pub alias: Option<String>,
    /// What it is for; '' for nothing
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// How long it is valid: AMOUNT with a unit s, m, H or d, such as 30d; 0 is without limit
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// How often it may be authorized; 0 is without limit
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub times: Option<String>,
    /// The id of its security level
    #[arg(long, value_name = "ID")]
    pub level: Option<String>,
    /// The id of an authentication type; may be given several times; '' for none
    #[arg(long, value_name = "ID")]
    pub authentication: Vec<String>,
    /// An API, or MODULE/* for all of a module; may be given several times; '' for none
    #[arg(long, value_name = "MODULE/KEY")]
    pub api: Vec<String>,
    /// A JSON file with all of it, as `scope show --output json` prints it; - is standard input.
    /// Options win over the file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<String>,
}

/// Options of `scope create`.
#[derive(Clone, Debug, Args)]
pub struct ScopeCreateArgs {
    /// The scope's name; may be left to the file
    #[arg(value_name = "NAME", required_unless_present = "file")]
    pub name: Option<String>,
    /// What it is to be.
    #[command(flatten)]
    pub fields: ScopeFieldsArgs,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope update`.
#[derive(Clone, Debug, Args)]
pub struct ScopeUpdateArgs {
    /// The scope's name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// Its new name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// What it is to be.
    #[command(flatten)]
    pub fields: ScopeFieldsArgs,
    /// An API to add, or MODULE/* for all of a module; may be given several times
    #[arg(long, value_name = "MODULE/KEY")]
    pub add_api: Vec<String>,
    /// An API to remove, or MODULE/* for all of a module; may be given several times
    #[arg(long, value_name = "MODULE/KEY")]
    pub remove_api: Vec<String>,
    /// The id of an authentication type to add; may be given several times
    #[arg(long, value_name = "ID")]
    pub add_authentication: Vec<String>,
    /// The id of an authentication type to remove; may be given several times
    #[arg(long, value_name = "ID")]
    pub remove_authentication: Vec<String>,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope delete`.
#[derive(Clone, Debug, Args)]
pub struct ScopeDeleteArgs {
    /// The scope's name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope give` and `scope take`.
#[derive(Clone, Debug, Args)]
pub struct ScopeClientsArgs {
    /// The scope's name, or id:ID
    #[arg(value_name = "SCOPE")]
    pub scope: String,
    /// The ids of the clients
    #[arg(value_name = "CLIENT", required = true)]
    pub client: Vec<String>,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Options of `scope check`.
#[derive(Clone, Debug, Args)]
pub struct ScopeCheckArgs {
    /// Only findings of this code; may be given several times
    #[arg(long, value_name = "CODE", value_parser = PossibleValuesParser::new(ScopeFinding::codes()))]
    pub only: Vec<String>,
    /// Repair what can be repaired safely
    #[arg(long)]
    pub repair: bool,
    /// How to confirm.
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Returns what reads a word to sort scopes by.
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
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Says whether a command line that could not be parsed asked for JSON.
pub(super) fn asks_for_json(args: &[OsString]) -> bool {
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
pub(super) fn demo_directory() -> Option<PathBuf> {
    state_directory().map(|state| state.join("demo"))
}

/// Where what outlives a run is kept.
pub(super) fn state_directory() -> Option<PathBuf> {
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
