//! The arguments of `scope`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};

use super::shared::{ConsentArgs, ScreenArgs};
use crate::scopes::{ScopeFinding, SortKey};

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
    pub(super) const fn name(&self) -> &'static str {
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
    pub(super) const fn name(&self) -> &'static str {
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
    /// Only scopes that can be given to this client: of its level and not assigned to it yet
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
    /// Move counters of the target that are behind their rows, as after restoring a dump
    #[arg(long)]
    pub fix_counters: bool,
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
fn sort_key() -> impl TypedValueParser<Value = SortKey> {
    let words = PossibleValuesParser::new(SortKey::ALL.map(SortKey::word));
    words.map(|word| {
        SortKey::ALL
            .into_iter()
            .find(|key| key.word() == word)
            .unwrap_or_default()
    })
}
