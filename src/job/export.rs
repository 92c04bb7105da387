//! Exporting what stands in a target. Nothing is written.

use chrono::{Local, Utc};
use sha2::{Digest as _, Sha256};

use super::failure::{Failure, FailureKind};
use super::file::{check_kinds, hex, known_kinds, unknown_format};
use super::monitor::ConnectionMonitor;
use super::progress::{Cancel, Phase, Reporter};
use crate::engine::{Finding, ItemId, Kind};
use crate::platform::{self, Export, ExportOptions, MissingRoots, Platform, Snapshot};
use crate::store::{Connection, Reading, StoreError, Target, Timeouts, transaction};

/// What was exported. The bytes hold secrets; nothing else does.
pub struct Exported {
    /// The file, in the product's own format.
    pub bytes: Vec<u8>,
    /// How many items of each kind it holds.
    pub counts: Vec<(Kind, usize)>,
    /// What was left out, and what an import is going to refuse.
    pub findings: Vec<Finding>,
    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The target, as `user@host:port/database`.
    pub target: String,
    /// The platform.
    pub platform: &'static str,
    /// What the product would call the file.
    pub name: String,
}

/// Exports what the options say (origin and time are set here), in one read-only
/// transaction that ends before this returns.
///
/// `format` names the platform; without it, it is the only one whose objects
/// stand in the target.
///
/// # Errors
///
/// Fails if the target cannot be reached or read, does not tell whose it is,
/// does not have a root, or if the platform cannot choose so.
pub async fn export(
    format: Option<&str>,
    options: &ExportOptions,
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Exported, Failure> {
    let named = format
        .map(|name| platform::named(name).ok_or_else(|| unknown_format(name)))
        .transpose()?;
    if let Some(platform) = named {
        check(platform, options)?;
    }
    reporter.phase(Phase::Connect);
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let report =
        |table: &str, done: usize, total: usize| reporter.step(Phase::Snapshot, table, done, total);
    let reading = async {
        transaction::begin_reading(&mut connection).await?;
        let platform = match named {
            Some(platform) => platform,
            None => match found(&mut connection).await?[..] {
                [platform] => platform,
                ref several => return Ok(Err(unclear(several))),
            },
        };
        if let Err(failure) = check(platform, options) {
            return Ok(Err(failure));
        }
        let snapshot = platform
            .snapshot(&mut connection, Reading { report: &report })
            .await?;
        transaction::commit(&mut connection)
            .await
            .map(|()| Ok((platform, snapshot)))
    };
    let (platform, snapshot) = monitor.run(reading).await.flatten()??;
    monitor.close(connection).await;
    reporter.phase(Phase::Export);
    let options = ExportOptions {
        origin: target.database().to_owned(),
        now: Some(Utc::now()),
        ..options.clone()
    };
    let (export, sha256) = write(platform, snapshot, options).await?;
    Ok(Exported {
        bytes: export.bytes,
        counts: export.counts,
        findings: export.findings,
        sha256,
        target: target.display(),
        platform: platform.name(),
        name: platform.export_name(Local::now().naive_local()),
    })
}

/// Returns the platforms whose objects stand in a target.
async fn found(connection: &mut Connection) -> Result<Vec<&'static dyn Platform>, StoreError> {
    let mut found = Vec::new();
    for platform in platform::all() {
        if platform.stands_in(connection).await? {
            found.push(platform);
        }
    }
    Ok(found)
}

/// Says that a target does not tell what to export.
fn unclear(found: &[&'static dyn Platform]) -> Failure {
    let names = |platforms: &[&'static dyn Platform]| {
        platforms
            .iter()
            .map(|platform| platform.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if found.is_empty() {
        let known = names(&platform::all().collect::<Vec<_>>());
        return Failure::new(
            FailureKind::Schema,
            "the target holds nothing of any product",
        )
        .because(format!("known are {known}"))
        .hint("check the target; --format exports of a product all the same");
    }
    Failure::new(
        FailureKind::Usage,
        "the target holds objects of several products",
    )
    .because(format!("they are of {}", names(found)))
    .hint("name the product with --format")
}

/// Refuses what a platform cannot choose by.
fn check(platform: &dyn Platform, options: &ExportOptions) -> Result<(), Failure> {
    check_kinds(platform, &options.selection)?;
    if !options.selection.is_all() && !platform.keeps_documents() {
        return Err(Failure::new(
            FailureKind::Usage,
            format!(
                "an export of {} cannot be restricted to kinds, ids or names",
                platform.name()
            ),
        )
        .hint(format!(
            "name single items of kind {} with --item",
            platform.export_root()
        )));
    }
    let is_known = |root: &&ItemId| platform.kinds().iter().any(|info| info.kind == root.kind);
    match options.roots.iter().find(|root| !is_known(root)) {
        None => Ok(()),
        Some(root) => {
            let what = format!("{} has no items of kind '{}'", platform.name(), root.kind);
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("known: {}", known_kinds(platform))))
        }
    }
}

/// Writes on a thread of its own: a large target takes its time.
async fn write(
    platform: &'static dyn Platform,
    snapshot: Box<dyn Snapshot>,
    options: ExportOptions,
) -> Result<(Export, String), Failure> {
    let write = move || {
        let export = snapshot
            .export(&options)
            .map_err(|roots| missing(platform, &roots))?;
        let sha256 = hex(&Sha256::digest(&export.bytes));
        Ok((export, sha256))
    };
    tokio::task::spawn_blocking(write)
        .await
        .map_err(|error| Failure::internal("exporting", error))?
}

fn missing(platform: &dyn Platform, MissingRoots(missing): &MissingRoots) -> Failure {
    let root = platform.export_root();
    if let Some(other) = missing.iter().find(|id| id.kind != root) {
        let what = format!("single items of kind {} cannot be exported", other.kind);
        return Failure::new(FailureKind::Usage, what).hint(format!("those of kind {root} can"));
    }
    let named: Vec<String> = missing
        .iter()
        .map(|id| format!("{} '{}'", id.kind, id.key))
        .collect();
    Failure::new(
        FailureKind::Usage,
        format!(
            "the target has no {}; nothing was exported",
            named.join(", ")
        ),
    )
    .hint("names are exact, in case too; export without choosing to have everything")
}
