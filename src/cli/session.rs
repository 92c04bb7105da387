//! What most commands start with: configuration, target, limits, operator.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::Global;
use super::rules::ProfileRules;
use crate::config::{
    Binding, Config, ConfigError, Given, Profile, Serve, seconds, state_directory,
};
use crate::job::{self, Cancel, Failure, FailureKind, KnownTarget, TargetPolicy};
use crate::store::{ConnectError, LedgerPlace, PolicyProfile, Target, Timeouts, Zone};

/// A target and how to treat it.
pub(crate) struct Session {
    /// The target.
    pub(crate) target: Target,
    /// How to treat it.
    pub(crate) settings: TargetSettings,
}

/// How to treat a target.
pub(crate) struct TargetSettings {
    /// How long to wait for what.
    pub(crate) timeouts: Timeouts,
    /// Where jobs are recorded.
    pub(crate) ledger: LedgerPlace,
    /// The configured theme.
    pub(crate) theme: Option<String>,
    /// The configured keys.
    pub(crate) keys: Vec<Binding>,
    /// The configuration of the HTTP API.
    pub(crate) serve: Serve,
    /// The profile that is used.
    pub(crate) profile: Option<String>,
    /// The rules of its profile.
    pub(crate) rules: ProfileRules,
}

impl Session {
    /// Resolves options, profiles and environment.
    ///
    /// The address is that of --database-url, else of the profile that is asked for, else of the
    /// shell, else of the profile `default`.
    pub(crate) async fn new(global: &Global) -> Result<Self, Failure> {
        let config = Config::load().map_err(explain)?;
        let given = Given {
            profile: global.profile.as_deref(),
            database_url: global.database_url.is_some(),
            shell: Target::is_named_by(environment),
        };
        let used = config.select(given).map_err(explain)?;
        let used_name = used.map(|(name, _)| name);
        let profile = used.map(|(_, profile)| profile.clone()).unwrap_or_default();
        let target = match (&global.database_url, &profile.database_url, used_name) {
            (None, Some(url), Some(name)) => {
                Target::resolve(Some(url), environment).map_err(|error| in_profile(error, name))
            }
            (option, _, _) => Target::resolve(option.as_deref(), environment),
        }?;
        let target = target.in_zone(time_zone(&profile, used_name)?);
        let target = target
            .with_profiles(policy_profiles(&config, used_name), state_directory())
            .await;
        let settings = TargetSettings {
            profile: used_name.map(ToOwned::to_owned),
            rules: ProfileRules::of(&profile),
            timeouts: timeouts(global, &profile),
            ledger: ledger(global, profile.ledger),
            theme: profile.theme.or(config.theme),
            keys: config.keys,
            serve: config.serve,
        };
        Ok(Self { target, settings })
    }

    /// Returns what the profiles say about the target; connects if not done before.
    pub(crate) async fn policy(&self) -> Result<TargetPolicy, Failure> {
        policy(&self.target, self.settings.timeouts).await
    }
}

/// Returns what the profiles say about a target; connects if not done before.
pub(crate) async fn policy(target: &Target, timeouts: Timeouts) -> Result<TargetPolicy, Failure> {
    let reading = job::policy(target, timeouts);
    // Signals are handled from the first call on; before that they end the process.
    if CANCEL.get().is_some() {
        unless_interrupted(reading).await
    } else {
        reading.await
    }
}

/// Returns what the profiles say about a location, `user@host:port/database`, without connecting:
/// it is known by its text only.
pub(crate) fn policy_of_text(target: &str) -> Result<TargetPolicy, Failure> {
    let config = Config::load().map_err(explain)?;
    Ok(TargetPolicy::of_text(
        target,
        &policy_profiles(&config, None),
    ))
}

/// The profiles of the configuration file.
pub(crate) struct Profiles(Config);

impl From<Config> for Profiles {
    fn from(config: Config) -> Self {
        Self(config)
    }
}

impl Profiles {
    /// Reads the configuration file.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read.
    pub(crate) fn load() -> Result<Self, Failure> {
        Config::load().map_err(explain).map(Self)
    }

    /// Returns the profiles in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Profile)> {
        self.0.ordered().into_iter()
    }

    /// Returns their names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all().map(|(name, _)| name)
    }

    /// Returns the names of those that have an address, in their order.
    pub(crate) fn addressed(&self) -> impl Iterator<Item = &str> {
        let all = self.all();
        let addressed = all.filter(|(_, profile)| profile.database_url.is_some());
        addressed.map(|(name, _)| name)
    }
}

/// Returns the profiles as targets, each with its name as its notation; nothing is resolved, and nothing is connected to.
pub(crate) fn known_profiles() -> Result<Vec<KnownTarget>, Failure> {
    let config = Config::load().map_err(explain)?;
    let known = config.profile.iter().map(|(name, profile)| {
        let url = profile.database_url.as_deref();
        let target = Target::resolve(url, environment).map_err(|error| in_profile(error, name));
        let place = target.as_ref().map(Target::display).unwrap_or_default();
        let policy = TargetPolicy::of_text(&place, &policy_profiles(&config, Some(name)));
        KnownTarget {
            notation: Some(name.clone()),
            name: name.clone(),
            production: profile.production || policy.production.is_some(),
            read_only: profile.read_only || policy.read_only.is_some(),
            problem: target.err().map(|error| error.to_string()),
            place,
        }
    });
    Ok(known.collect())
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Returns the profiles that set a policy for the database that they name.
fn policy_profiles(config: &Config, used: Option<&str>) -> Vec<PolicyProfile> {
    let named = config
        .profile
        .iter()
        .filter(|(_, profile)| profile.production || profile.read_only);
    let profiles = named.map(|(name, profile)| PolicyProfile {
        name: name.clone(),
        production: profile.production,
        read_only: profile.read_only,
        is_used: used == Some(name),
        named: profile
            .database_url
            .as_deref()
            .map_or(Ok(Vec::new()), |url| {
                Target::all_named(url, environment)
                    .map_err(|error| in_profile(error, name).to_string())
            }),
    });
    profiles.collect()
}

/// Adds the profile whose address cannot be parsed.
fn in_profile(error: ConnectError, name: &str) -> ConnectError {
    match error {
        ConnectError::Address { problem, .. } => ConnectError::Address {
            origin: format!("profile '{name}'"),
            problem,
        },
        other => other,
    }
}

impl TargetSettings {
    /// Returns how to treat the demo's target, or a file: options count, profiles do not.
    pub(crate) fn without_profile(global: &Global) -> Result<Self, Failure> {
        let config = Config::load().map_err(explain)?;
        let timeouts = timeouts(global, &Profile::default());
        let ledger = ledger(global, None);
        let Config {
            theme, keys, serve, ..
        } = config;
        Ok(Self {
            timeouts,
            ledger,
            theme,
            keys,
            serve,
            profile: None,
            rules: ProfileRules::default(),
        })
    }
}

fn ledger(global: &Global, profile: Option<PathBuf>) -> LedgerPlace {
    global
        .ledger
        .clone()
        .or(profile)
        .map_or(LedgerPlace::Target, LedgerPlace::File)
}

/// Returns the time zone of a profile.
fn time_zone(profile: &Profile, name: Option<&str>) -> Result<Option<Zone>, Failure> {
    let Some(zone) = &profile.time_zone else {
        return Ok(None);
    };
    let name = name.unwrap_or_default();
    Zone::named(zone).map(Some).ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            format!("profile '{name}': unknown time_zone"),
        )
        .hint("name it as PostgreSQL does, such as Asia/Taipei or UTC")
    })
}

fn timeouts(global: &Global, profile: &Profile) -> Timeouts {
    let default = Timeouts::default();
    let lock = global
        .lock_timeout
        .or_else(|| seconds(profile.lock_timeout));
    Timeouts {
        connect: global
            .connect_timeout
            .or_else(|| seconds(profile.connect_timeout))
            .or(default.connect),
        lock: lock.or(default.lock),
        // Locked rows are always waited for, another job only with --lock-timeout.
        wait: lock,
        statement: global
            .statement_timeout
            .or_else(|| seconds(profile.statement_timeout))
            .or(default.statement),
        ..default
    }
}

pub(crate) fn explain(error: ConfigError) -> Failure {
    let failure = Failure::new(FailureKind::Usage, error.to_string());
    match error {
        ConfigError::Read { path, source } => failure
            .at(path.display().to_string())
            .because(source)
            .hint("check its permissions"),
        ConfigError::Parse { place, .. } => {
            failure.at(place).hint("correct the configuration file")
        }
        ConfigError::NoProfile { known, .. } if known.is_empty() => {
            failure.hint("the configuration file has no profiles")
        }
        ConfigError::NoProfile { known, .. } => {
            failure.hint(format!("known: {}", known.join(", ")))
        }
    }
}

/// Returns who is recorded as the operator.
pub(crate) fn operator(given: Option<String>) -> Result<String, Failure> {
    let named = given
        .or_else(|| whoami::username().ok())
        .filter(|name| !name.trim().is_empty());
    named.ok_or_else(|| {
        Failure::new(FailureKind::Usage, "cannot determine the OS user")
            .hint("name the operator with --operator")
    })
}

/// Returns the state directory.
pub(crate) fn state() -> Result<PathBuf, Failure> {
    state_directory().ok_or_else(|| {
        Failure::new(FailureKind::Usage, "no home directory to keep state in")
            .hint("set HOME or XDG_STATE_HOME")
    })
}

/// Cancelled by a signal to stop: signals are process-wide.
static CANCEL: OnceLock<Cancel> = OnceLock::new();

/// Whether SIGHUP means something else than the end of the terminal.
static SURVIVES_HANGUP: AtomicBool = AtomicBool::new(false);

/// Makes SIGHUP stop nothing: to a server it says to read its secrets again.
pub(crate) fn survive_hangup() {
    SURVIVES_HANGUP.store(true, Ordering::Relaxed);
}

/// Cancels jobs on a signal to stop, from the first call on: until then, a
/// signal ends the process. Every wait has to watch the handle.
pub(crate) fn cancel_on_signals() -> Result<Cancel, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    if let Some(cancel) = CANCEL.get() {
        return Ok(cancel.clone());
    }
    let cancel = CANCEL.get_or_init(Cancel::new);
    for (kind, why) in [
        (SignalKind::interrupt(), "interrupted"),
        (SignalKind::terminate(), "terminated (SIGTERM)"),
        (SignalKind::hangup(), "terminal closed (SIGHUP)"),
    ] {
        let mut signals = signal(kind).map_err(|error| {
            Failure::new(FailureKind::Internal, "cannot watch for signals").because(error)
        })?;
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if kind == SignalKind::hangup() && SURVIVES_HANGUP.load(Ordering::Relaxed) {
                    continue;
                }
                cancel.cancel(why);
            }
        });
    }
    Ok(cancel.clone())
}

/// Awaits work that writes nothing, unless a signal to stop arrives meanwhile.
pub(crate) async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let cancel = cancel_on_signals()?;
    tokio::select! {
        biased;
        () = cancel.asked() => Err(Failure::cancelled(&cancel)),
        done = work => done,
    }
}

/// Returns whether a signal to stop arrived and was handled.
pub(crate) fn is_interrupted() -> bool {
    CANCEL.get().is_some_and(Cancel::is_cancelled)
}
