//! Connection errors and what to do about them. They never contain a password.

use std::path::PathBuf;

pub use super::conninfo::Malformed;
pub use super::tls::TlsError;

/// Why a target is invalid or unreachable.
///
/// A `target` is the text of [`Target::display`](super::Target::display), without a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address of the database cannot be read.
    #[error("cannot read the database address in {origin}: {problem}")]
    Address {
        /// Where it was given.
        origin: String,
        /// What is wrong with it.
        problem: Malformed,
    },

    /// The service is not in any of the service files.
    #[error("service `{name}` not found in {}", listed(.files))]
    NoService {
        /// The name of the service.
        name: String,
        /// The files that were searched.
        files: Vec<PathBuf>,
    },

    /// A file of connection settings cannot be read.
    #[error("cannot read {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },

    /// The server is unreachable.
    #[error("cannot reach the database server at {target}: {source}")]
    Unreachable {
        /// The target.
        target: String,
        /// Whether it is a Unix socket.
        socket: bool,
        /// The operating system's reason.
        source: std::io::Error,
    },

    /// The server took too long to answer.
    #[error("the database server at {target} did not answer within {seconds} s")]
    TooSlow {
        /// The target.
        target: String,
        /// The timeout.
        seconds: u64,
    },

    /// The server does not speak PostgreSQL's protocol, or not ours.
    #[error("the server at {target} does not speak the PostgreSQL protocol: {what}")]
    NotPostgres {
        /// The target.
        target: String,
        /// Its answer.
        what: String,
    },

    /// The password is wrong or missing.
    #[error("{target} refused the password: {message}")]
    WrongPassword {
        /// The target.
        target: String,
        /// The server's message.
        message: String,
        /// Whether a password was sent.
        had_password: bool,
        /// A password file that was skipped because other users can read it.
        open_passfile: Option<PathBuf>,
    },

    /// The role may not connect.
    #[error("{target} denied access: {message}")]
    Denied {
        /// The target.
        target: String,
        /// The server's message.
        message: String,
    },

    /// The database does not exist.
    #[error("database `{database}` not found on the server of {target}")]
    NoDatabase {
        /// The target.
        target: String,
        /// The name of the database.
        database: String,
    },

    /// Encryption could not be agreed on.
    #[error("no encrypted connection to {target}: {source}")]
    Tls {
        /// The target.
        target: String,
        /// The reason, and what to do.
        source: TlsError,
    },

    /// A parameter of the connection forbids what the server is or asks for.
    #[error("no connection to {target}: {what}")]
    Forbidden {
        /// The target.
        target: String,
        /// What it is or asks for.
        what: String,
        /// What to do.
        remedy: String,
    },

    /// The server is not such a one as `target_session_attrs` asks for.
    #[error(
        "no connection to {target}: the server {what}, and target_session_attrs asks for another"
    )]
    OtherServer {
        /// The target.
        target: String,
        /// What it is.
        what: &'static str,
    },

    /// A proxy gives each transaction, or each statement, of a connection another session.
    #[error(
        "a connection pooler at {target} gives each transaction another session: locks and settings of a session are not kept"
    )]
    Pooled {
        /// The target.
        target: String,
    },

    /// None of several hosts could be connected to.
    #[error("cannot connect to any host of {target}: {}", .failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NoHost {
        /// The target.
        target: String,
        /// Why each of them could not; never empty.
        failures: Vec<Self>,
    },

    /// This machine cannot pass a connection on.
    #[error("cannot open a socket for the connection to {target}: {source}")]
    NoRelay {
        /// The target.
        target: String,
        /// The operating system's reason.
        source: std::io::Error,
    },

    /// The server accepts no connections now.
    #[error("{target} is not accepting connections: {message}")]
    Busy {
        /// The target.
        target: String,
        /// The server's message.
        message: String,
    },

    /// The server is older than the oldest supported version.
    #[error("{target} is PostgreSQL {major}; version {oldest} or newer is required")]
    TooOld {
        /// The target.
        target: String,
        /// The major version of the server.
        major: u32,
        /// The oldest supported major version.
        oldest: u32,
    },

    /// The server refused for another reason.
    #[error("cannot connect to {target}: {message}")]
    Other {
        /// The target.
        target: String,
        /// The reason.
        message: String,
    },
}

impl ConnectError {
    /// Says what to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Address { problem, .. } => address_hint(problem).to_owned(),
            Self::NoService { name, .. } => format!(
                "add a section [{name}] to ~/.pg_service.conf, name another file in PGSERVICEFILE, or unset PGSERVICE"
            ),
            Self::File { .. } => "check that the file exists and that you may read it".to_owned(),
            Self::Unreachable { socket: true, .. } => "check that a server is running and that its socket is in this directory, or name a host: --database-url postgresql://USER@HOST/DATABASE".to_owned(),
            Self::Unreachable { socket: false, .. } => "check the host name and the port, that the server is running and listens on this address, and that no firewall is in between".to_owned(),
            Self::TooSlow { .. } => "check the host name, the port and any firewall in between; PGCONNECT_TIMEOUT allows more seconds".to_owned(),
            Self::NotPostgres { .. } => "check the port: another service may be listening there".to_owned(),
            Self::WrongPassword { open_passfile: Some(file), .. } => format!(
                "{} was ignored because other users can read it: run `chmod 600 {}`",
                file.display(),
                file.display()
            ),
            Self::WrongPassword { had_password: false, .. } => "no password was given: put one in ~/.pgpass (mode 0600) or PGPASSWORD".to_owned(),
            Self::WrongPassword { .. } => "check the user and the password in the address, PGPASSWORD or ~/.pgpass".to_owned(),
            Self::Denied { .. } => "check the user name, the role's CONNECT privilege on the database, and the server's pg_hba.conf".to_owned(),
            Self::NoDatabase { .. } => "check the name after the last slash of the address, or PGDATABASE; `psql --list` lists the databases".to_owned(),
            Self::Tls { source, .. } => source.hint().to_owned(),
            Self::Forbidden { remedy, .. } => remedy.clone(),
            Self::OtherServer { .. } => "name the other servers too, host=FIRST,SECOND, or change target_session_attrs (PGTARGETSESSIONATTRS)".to_owned(),
            Self::Pooled { .. } => "connect to the server itself, or to a database of the pooler with pool_mode=session".to_owned(),
            Self::NoHost { failures, .. } => failures.last().map(Self::hint).unwrap_or_default(),
            Self::NoRelay { .. } => "gatediff needs a directory for a socket that it can write: name one in TMPDIR".to_owned(),
            Self::Busy { .. } => "try again in a moment: the server is starting or stopping, or the connection limit of the server, the database or the role is reached".to_owned(),
            Self::TooOld { oldest, .. } => format!("upgrade the server to PostgreSQL {oldest} or newer"),
            Self::Other { .. } => "see the server's log".to_owned(),
        }
    }
}

fn address_hint(problem: &Malformed) -> &'static str {
    match problem {
        Malformed::StrayAt | Malformed::Percent | Malformed::Port => {
            "in a URL, write the characters @ : / ? # % of a user name or password as %40 %3A %2F %3F %23 %25"
        }
        Malformed::UnknownParameter => {
            "remove parameters that belong to another program; the names are those of psql, as in postgresql://USER@HOST:5432/DATABASE?sslmode=require"
        }
        Malformed::Refused { remedy, .. } => remedy,
        Malformed::Unequal { .. } => {
            "give one value for each host, separated by commas; one port is that of all hosts"
        }
        Malformed::Contradiction(_) => "leave out one of them, or change it",
        Malformed::NeitherForm
        | Malformed::NoValue
        | Malformed::OpenQuote
        | Malformed::Value(_) => {
            "write it as postgresql://USER@HOST:5432/DATABASE, or as host=HOST dbname=DATABASE user=USER"
        }
    }
}

fn listed(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(", ")
}
