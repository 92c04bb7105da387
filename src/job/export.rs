//! Exporting the objects of a target. Nothing is written.

use chrono::{Local, Utc};
use sha2::{Digest as _, Sha256};

use super::failure::{Failure, FailureKind};
use super::file::{check_kinds, known_kinds, unknown_format};
use super::monitor::ConnectionMonitor;
use super::progress::{Phase, Reporter};
use crate::engine::{Finding, ItemId, Kind};
use crate::platform::{self, Export, ExportOptions, MissingRoots, Platform, Snapshot};
use crate::store::{Connection, Reading, StoreError, Target, Timeouts, Zone};

/// What was exported. The bytes hold secrets; nothing else does.
pub struct Exported {
    /// The file, in the product's own format.
    pub bytes: Vec<u8>,
    /// How many items of each kind it contains.
    pub counts: Vec<(Kind, usize)>,
    /// What was left out, and what an import will refuse.
    pub findings: Vec<Finding>,
    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The target, as `user@host:port/database`.
    pub target: String,
    /// The platform.
    pub platform: &'static str,
    /// The name that the product would give the file.
    pub name: String,
}

/// Exports what the options say (origin and time are set here), in one read-only
/// transaction that ends before this returns.
///
/// `format` names the platform; without it, the only one whose objects the
/// target has is used.
///
/// # Errors
///
/// Fails if the target cannot be reached or read, if its platform is ambiguous,
/// if it does not have a root, or if the platform does not support the
/// selection.
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
    let report = reporter.steps(Phase::Snapshot);
    let reading = async |connection: &mut Connection, zone: Zone| {
        let platform = match named {
            Some(platform) => platform,
            None => match found(connection).await?[..] {
                [platform] => platform,
                ref several => return Ok(Err(unclear(several))),
            },
        };
        if let Err(failure) = check(platform, options) {
            return Ok(Err(failure));
        }
        let reading = Reading {
            report: &report,
            zone,
        };
        let snapshot = platform.snapshot(connection, reading).await?;
        Ok(Ok((platform, snapshot)))
    };
    let (platform, snapshot) =
        ConnectionMonitor::read(target, timeouts, reporter, reading).await??;
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

/// Returns the platforms whose objects a target has.
async fn found(connection: &mut Connection) -> Result<Vec<&'static dyn Platform>, StoreError> {
    let mut found = Vec::new();
    for platform in platform::all() {
        if platform.stands_in(connection).await? {
            found.push(platform);
        }
    }
    Ok(found)
}

/// Returns the failure of a target that does not determine what to export.
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
            "the target has no objects of any known product",
        )
        .because(format!("known products: {known}"))
        .hint("check the target, or name the product with --format");
    }
    Failure::new(
        FailureKind::Usage,
        "the target has objects of several products",
    )
    .because(format!("found: {}", names(found)))
    .hint("name the product with --format")
}

/// Refuses a selection that a platform does not support.
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

/// Writes on its own thread: a large target takes a while.
async fn write(
    platform: &'static dyn Platform,
    snapshot: Box<dyn Snapshot>,
    options: ExportOptions,
) -> Result<(Export, String), Failure> {
    let write = move || {
        let export = snapshot
            .export(&options)
            .map_err(|roots| missing(platform, &roots))?;
        let sha256 = hex::encode(Sha256::digest(&export.bytes));
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
    .hint("names are case-sensitive; export without a selection to export everything")
}
