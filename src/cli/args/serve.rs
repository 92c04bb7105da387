//! The arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::{Args, Subcommand, ValueHint};

use super::shared::seconds;

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
    /// File with the administrator's secret, at least 16 characters, - for standard input; default:
    /// GATEDIFF_ADMIN_SECRET, else the configuration file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub admin_secret_file: Option<PathBuf>,
    /// File with the keys that sign bearer tokens, one on each line: the first signs, all are
    /// accepted; default: the configuration file, else keys in the target
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_key_file: Option<PathBuf>,
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
    /// Seconds until the server has ended on shutdown, whatever runs; jobs that do not finish in
    /// time are rolled back, at least a second is given
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
    pub(super) const fn name(&self) -> &'static str {
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
fn counted(min: u64, max: u64) -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u64)
        .range(min..=max)
        .try_map(usize::try_from)
}
