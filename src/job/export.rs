//! Exporting what stands in a target. Nothing is written.

use chrono::{Local, Utc};
use sha2::{Digest as _, Sha256};

use super::failure::{Failure, FailureKind};
use super::file::{hex, unknown_format};
use super::progress::{Cancel, Phase, Reporter};
use super::watch::Watch;
use crate::engine::{Finding, Kind};
use crate::platform::{self, Export, ExportOptions, MissingRoots, Platform, Snapshot};
use crate::store::{Reading, Target, Timeouts, transaction};

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

/// Exports what the options say (its origin and time are set here), in one read-only transaction that ends before this returns.
///
/// `format` names the platform; without it, it is the only one there is.
///
/// # Errors
///
/// Fails if the target cannot be reached or read, or does not have a root.
pub async fn export(
    format: Option<&str>,
    options: &ExportOptions,
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Exported, Failure> {
    let platform = chosen(format)?;
    reporter.phase(Phase::Connect);
    let (mut connection, watch) = Watch::connect(target, timeouts, &Cancel::new()).await?;
    let report = |table: &str, done: usize, total: usize| reporter.step(Phase::Snapshot, table, done, total);
    let reading = async {
        transaction::begin_reading(&mut connection).await?;
        let snapshot = platform.snapshot(&mut connection, Reading { report: &report }).await?;
        transaction::commit(&mut connection).await.map(|()| snapshot)
    };
    let snapshot = watch.over(reading).await.flatten()?;
    transaction::close(connection).await;
    reporter.phase(Phase::Export);
    let options =
        ExportOptions { origin: target.database().to_owned(), now: Some(Utc::now()), ..options.clone() };
    let (export, sha256) = write(snapshot, options).await?;
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

fn chosen(format: Option<&str>) -> Result<&'static dyn Platform, Failure> {
    match format {
        Some(name) => platform::named(name).ok_or_else(|| unknown_format(name)),
        None => match &platform::PLATFORMS[..] {
            [first, ..] => Ok(*first),
            [] => Err(unknown_format("")),
        },
    }
}

/// Writes on a thread of its own: a large target takes its time.
async fn write(snapshot: Box<dyn Snapshot>, options: ExportOptions) -> Result<(Export, String), Failure> {
    let write = move || {
        let export = snapshot.export(&options).map_err(missing)?;
        let sha256 = hex(&Sha256::digest(&export.bytes));
        Ok((export, sha256))
    };
    tokio::task::spawn_blocking(write).await.map_err(|error| Failure::internal("exporting", error))?
}

fn missing(MissingRoots(missing): MissingRoots) -> Failure {
    let named: Vec<String> = missing.iter().map(|id| format!("{} '{}'", id.kind, id.key)).collect();
    Failure::new(FailureKind::Usage, format!("the target has no {}; nothing was exported", named.join(", ")))
        .hint("names are exact, in case too; export without choosing to have everything")
}
