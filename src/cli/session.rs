//! What most commands begin with: configuration, target, limits, operator.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::args::{Global, state_directory};
use crate::config::{Binding, Config, ConfigError, Profile, Serve, seconds};
use crate::job::{Cancel, Failure, FailureKind, PlanKeys};
use crate::store::{LedgerPlace, Target, Timeouts};

/// A target and how to treat it.
pub(super) struct Session {
    /// The target.
    pub(super) target: Target,
    /// How to treat it.
    pub(super) manner: Manner,
}

/// How to treat a target.
pub(super) struct Manner {
    /// How long to wait for what.
    pub(super) timeouts: Timeouts,
    /// Where jobs are recorded.
    pub(super) ledger: LedgerPlace,
    /// Whether every apply asks for the database's name.
    pub(super) production: bool,
    /// The theme that the configuration asks for.
    pub(super) theme: Option<String>,
    /// The keys that the configuration asks for.
    pub(super) keys: Vec<Binding>,
    /// What the configuration says of the HTTP API.
    pub(super) serve: Serve,
}

impl Session {
    /// Resolves options, profile and environment.
    pub(super) fn new(global: &Global) -> Result<Self, Failure> {
        let config = Config::load().map_err(explain)?;
        let profile = config.profile(global.profile.as_deref()).map_err(explain)?;
        let url = global.database_url.as_deref().or(profile.database_url.as_deref());
        let target = Target::resolve(url, |name| std::env::var(name).ok())?;
        let manner = Manner {
            timeouts: timeouts(global, &profile),
            ledger: ledger(global, profile.ledger),
            production: profile.production,
            theme: profile.theme.or(config.theme),
            keys: config.keys,
            serve: config.serve,
        };
        Ok(Self { target, manner })
    }
}

impl Session {
    /// Returns where the keys of saved plans are.
    pub(super) fn plan_keys(&self) -> Result<PlanKeys, Failure> {
        Ok(PlanKeys {
            target: self.target.clone(),
            timeouts: self.manner.timeouts,
            ledger: self.manner.ledger.clone(),
            directory: state()?,
        })
    }
}

impl Manner {
    /// Returns how to treat the demo's target: options count, profiles do not.
    pub(super) fn demo(global: &Global) -> Result<Self, Failure> {
        let config = Config::load().map_err(explain)?;
        let timeouts = timeouts(global, &Profile::default());
        let ledger = ledger(global, None);
        let Config { theme, keys, serve, .. } = config;
        Ok(Self { timeouts, ledger, production: false, theme, keys, serve })
    }
}

fn ledger(global: &Global, profile: Option<PathBuf>) -> LedgerPlace {
    global.ledger.clone().or(profile).map_or(LedgerPlace::Target, LedgerPlace::File)
}

fn timeouts(global: &Global, profile: &Profile) -> Timeouts {
    let default = Timeouts::default();
    let lock = global.lock_timeout.or_else(|| seconds(profile.lock_timeout));
    Timeouts {
        connect: global.connect_timeout.or_else(|| seconds(profile.connect_timeout)).or(default.connect),
        lock: lock.or(default.lock),
        // Rows that are locked for a moment are always waited for, another job only if asked to.
        wait: lock,
        statement: global
            .statement_timeout
            .or_else(|| seconds(profile.statement_timeout))
            .or(default.statement),
        ..default
    }
}

fn explain(error: ConfigError) -> Failure {
    let failure = Failure::new(FailureKind::Usage, error.to_string());
    match error {
        ConfigError::Read { path, source } => {
            failure.at(path.display().to_string()).because(source).hint("check that you may read it")
        }
        ConfigError::Parse { place, .. } => failure.at(place).hint("correct the configuration file"),
        ConfigError::NoProfile { known, .. } if known.is_empty() => {
            failure.hint("the configuration file has no profiles")
        }
        ConfigError::NoProfile { known, .. } => failure.hint(format!("known: {}", known.join(", "))),
    }
}

/// Returns who is recorded as the operator.
pub(super) fn operator(given: Option<String>) -> Result<String, Failure> {
    let named = given.or_else(|| whoami::username().ok()).filter(|name| !name.trim().is_empty());
    named.ok_or_else(|| {
        Failure::new(FailureKind::Usage, "the operating system does not say who you are")
            .hint("name yourself with --operator")
    })
}

/// Returns where what outlives a run is kept.
pub(super) fn state() -> Result<PathBuf, Failure> {
    state_directory().ok_or_else(|| {
        Failure::new(FailureKind::Usage, "there is no home directory to keep anything in")
            .hint("set HOME or XDG_STATE_HOME")
    })
}

/// What stops when the process is told to: signals are the whole process's.
static CANCEL: OnceLock<Cancel> = OnceLock::new();

/// Cancels jobs when the process is told to stop, from the first call on: until
/// then, a signal ends it. Whoever waits for anything has to look at the handle.
pub(super) fn cancel_on_signals() -> Result<Cancel, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    if let Some(cancel) = CANCEL.get() {
        return Ok(cancel.clone());
    }
    let cancel = CANCEL.get_or_init(Cancel::new);
    for (kind, why) in [
        (SignalKind::interrupt(), "interrupted"),
        (SignalKind::terminate(), "told to stop (SIGTERM)"),
        (SignalKind::hangup(), "the terminal is gone (SIGHUP)"),
    ] {
        let mut signals = signal(kind).map_err(|error| {
            Failure::new(FailureKind::Internal, "cannot watch for signals").because(error)
        })?;
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                cancel.cancel(why);
            }
        });
    }
    Ok(cancel.clone())
}

/// Does what writes nothing, unless the process is told to stop meanwhile.
pub(super) async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let cancel = cancel_on_signals()?;
    tokio::select! {
        biased;
        () = cancel.asked() => Err(Failure::cancelled(&cancel)),
        done = work => done,
    }
}

/// Says whether the process was told to stop and did not end by that.
pub(super) fn is_interrupted() -> bool {
    CANCEL.get().is_some_and(Cancel::is_cancelled)
}
