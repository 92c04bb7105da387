//! `serve`: the HTTP API, until the process receives a signal to stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::args::{ConsentArgs, Global, Output, ServeArgs, ServeCommand};
use super::consent;
use super::document::Document;
use super::exit::Exit;
use super::print::Printer;
use super::session::{Session, cancel_on_signals, explain, survive_hangup};
use crate::config::{Config, Serve};
use crate::engine::display::safe;
use crate::http::{self, Access, AdminSecret, Ended, Limits, Options, Secrets, Server};
use crate::job::{self, Failure, FailureKind};
use crate::store::{LedgerPlace, Timeouts};

/// The default address to listen on: for this machine only.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// The variable that may hold the administrator's secret.
const SECRET: &str = "GATEDIFF_ADMIN_SECRET";

/// The maximum size of the file with that secret.
const MAX_SECRET: u64 = 1 << 20;

/// How long a job waits for another program's, unless --lock-timeout says
/// otherwise: a client over the network should not have to retry at once.
const WAIT: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ServeArgs,
) -> Result<Exit, Failure> {
    if let Some(ServeCommand::HashSecret) = args.command {
        return hash_secret(printer);
    }
    survive_hangup();
    let session = Session::new(global).await?;
    if let LedgerPlace::File(path) = &session.settings.ledger {
        return Err(Failure::new(
            FailureKind::Usage,
            "serve requires its ledger in the target",
        )
        .at(path.display().to_string())
        .because("the objects it serves are stored in gatediff's own schema there")
        .hint("remove --ledger, GATEDIFF_LEDGER and the profile's ledger"));
    }
    // It writes for any client, without asking: production is confirmed once, at the start.
    let asked = ConsentArgs::without_asking(args.confirm.clone());
    consent::can_ask(&asked, &session.target)?;
    consent::ask(
        printer,
        &session.policy().await?,
        &asked,
        ("", false),
        &session.target,
    )?;
    let serve = &session.settings.serve;
    let file = args.admin_secret_file.as_deref();
    let access = access(admin(file, serve)?, serve)?;
    // Standard input can be read only once.
    let is_given = file == Some(Path::new("-"));
    let given = access.admin.clone().filter(|_| is_given);
    let listener = listen(printer, args.listen.or(serve.listen).unwrap_or(LISTEN)).await?;
    let address = listener.local_addr().map_err(|error| {
        Failure::new(FailureKind::Internal, "cannot determine the port").because(error)
    })?;
    let wait = session.settings.timeouts.wait.or(Some(WAIT));
    let options = Options {
        target: session.target.clone(),
        timeouts: Timeouts {
            wait,
            ..session.settings.timeouts
        },
        access,
        token_key_file: args
            .token_key_file
            .clone()
            .or_else(|| serve.token_key_file.clone()),
        limits: limits(&args),
        accept_server_changes: args.accept_server_changes,
        keep: serve.keep,
    };
    let server = Server::start(options, listener).await?;
    reload_on_signal(server.secrets(), args.admin_secret_file.clone(), given)?;
    let cancel = cancel_on_signals()?;
    let target = session.target.display();
    match printer.output {
        Output::Json => printer.json(&Document::serve(&target, &format!("http://{address}"))),
        Output::Text => printer.line(format!("http://{address} serves {}", safe(&target))),
    }
    let ended = server.run(&cancel).await?;
    let why = cancel.why().unwrap_or_default();
    Ok(match ended {
        Ended::Done => {
            printer.message(format!("stopped: {why}; all running jobs finished"));
            Exit::Done
        }
        Ended::Cut => {
            printer.message(format!(
                "stopped: {why}; jobs that did not finish in time were rolled back"
            ));
            Exit::Interrupted
        }
    })
}

/// Says who may use the server.
///
/// # Errors
///
/// Fails if nobody may.
fn access(admin: Option<AdminSecret>, serve: &Serve) -> Result<Access, Failure> {
    let access = Access {
        admin,
        clients: serve.clients.clone(),
    };
    if access.admin.is_none() && access.clients.is_empty() {
        return Err(nobody());
    }
    Ok(access)
}

/// Reads the secrets again whenever the process receives SIGHUP. What cannot be
/// used is reported in the log, and the secrets stay as they are. The administrator's
/// secret that was `given` on standard input stays in any case.
fn reload_on_signal(
    secrets: Secrets,
    file: Option<PathBuf>,
    given: Option<AdminSecret>,
) -> Result<(), Failure> {
    let mut signals = signal(SignalKind::hangup()).map_err(|error| {
        Failure::new(FailureKind::Internal, "cannot watch for signals").because(error)
    })?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            let access = Config::load().map_err(explain).and_then(|config| {
                let admin = match &given {
                    Some(given) => Some(given.clone()),
                    None => admin(file.as_deref(), &config.serve)?,
                };
                access(admin, &config.serve)
            });
            let replaced = match access {
                Ok(access) => secrets.replace(access).await,
                Err(failure) => Err(failure),
            };
            match replaced {
                Ok(()) => tracing::info!("the secrets were read again"),
                Err(failure) => {
                    tracing::error!(%failure, "the secrets stay as they were");
                }
            }
        }
    });
    Ok(())
}

/// Prints the hash of a client's secret.
fn hash_secret(printer: &mut Printer) -> Result<Exit, Failure> {
    let secret = std::io::read_to_string(std::io::stdin()).map_err(|error| {
        Failure::new(
            FailureKind::File,
            "cannot read the secret from standard input",
        )
        .because(error)
    })?;
    let hash = http::hash_secret(secret.trim())?;
    match printer.output {
        Output::Json => printer.json(&Document::hashed(&hash)),
        Output::Text => printer.line(hash),
    }
    Ok(Exit::Done)
}

fn limits(args: &ServeArgs) -> Limits {
    Limits {
        body: args.max_body.saturating_mul(1 << 20),
        read: args.body_timeout,
        jobs: args.jobs,
        waiting: args.queue,
        grace: args.grace,
        ..Limits::default()
    }
}

/// Finds the administrator's secret: in a file, in the environment, in a file
/// that the configuration names, or in the configuration itself.
fn admin(file: Option<&Path>, serve: &Serve) -> Result<Option<AdminSecret>, Failure> {
    if let Some(path) = file {
        return read(path).map(Some);
    }
    if let Some(text) = std::env::var_os(SECRET) {
        let text = text.into_string().map_err(|_| {
            Failure::new(
                FailureKind::Usage,
                "the administrator's secret is not valid UTF-8",
            )
            .at(SECRET)
        })?;
        return AdminSecret::new(&text)
            .map(Some)
            .map_err(|failure| failure.at(SECRET));
    }
    match (&serve.admin_secret_file, &serve.admin_secret) {
        (Some(path), _) => read(path).map(Some),
        (None, Some(text)) => {
            if let Some(path) = crate::config::path() {
                http::check_secret_file(&path, WHAT)?;
            }
            AdminSecret::new(text.reveal()).map(Some)
        }
        (None, None) => Ok(None),
    }
}

/// What the file has that only its owner may read.
const WHAT: &str = "the administrator's secret";

fn read(path: &Path) -> Result<AdminSecret, Failure> {
    let place = path.display().to_string();
    let text = match &*place {
        "-" => String::from_utf8(job::read_file(&place, MAX_SECRET)?.to_vec()).map_err(|_| {
            Failure::new(FailureKind::File, format!("{WHAT} is not valid UTF-8")).at(&*place)
        })?,
        _ => http::read_secret_file(path, WHAT)?,
    };
    AdminSecret::new(&text).map_err(|failure| failure.at(place))
}

/// Returns the failure of a server that no client could use.
fn nobody() -> Failure {
    let config = crate::config::path().unwrap_or_else(|| PathBuf::from("config.toml"));
    Failure::new(
        FailureKind::Usage,
        "nobody could use the server: it has no administrator's secret",
    )
    .because("the configuration file has no clients either")
    .hint("generate a secret with: openssl rand -hex 32")
    .hint(format!(
        "then pass it in a file with --admin-secret-file, or in {SECRET}"
    ))
    .hint(format!(
        "or configure clients as [[serve.clients]] in {}",
        config.display()
    ))
}

/// Listens. Warns about an address that other machines can reach: the traffic
/// is not encrypted.
async fn listen(printer: &mut Printer, address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::new(FailureKind::Usage, "cannot listen on the address")
            .at(address.to_string())
            .because(error)
            .hint("use another address and port with --listen")
    })?;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "serving other machines without encryption");
        printer.message(format!(
            "warning: {address} can be reached from other machines, and requests carry secrets unencrypted; put a TLS proxy in front of it"
        ));
    }
    Ok(listener)
}
