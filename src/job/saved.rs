//! Saved plans: a comparison and the choices made on it, to be reviewed and applied later.
//!
//! The file is JSON of our own format. It contains no secret, only keyed fingerprints, and is
//! signed with the same key: an edited plan is not applied.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::apply::used;
use super::failure::{Failure, FailureKind};
use super::file::{FileInfo, is_directory, read};
use super::history::history;
use super::plan::Review;
use crate::engine::{
    Access, AccessDocument, Approved, Choices, ItemId, MissingCount, Plan, PlanDocument, Refusal,
    SignatureKey, SignedPlan, Stale, Verb,
};
use crate::platform::{self, ImportOptions};
use crate::store::{LedgerPlace, Target, Timeouts};

/// The word that the file starts with.
const FORMAT: &str = "gatediff-plan";

/// The version of the format. The second adds booleans, fractions, lists, references, and the
/// import options; the third missing objects other than APIs, how items were matched, and mapped
/// organisations; the fourth access changes.
const VERSION: u32 = 4;

/// The oldest version that can still be read.
const OLDEST: u32 = 1;

/// The text before the signature, which is the last field of the file.
const SIGNATURE: &[u8] = b",\"seal\":";

/// What the signature is computed over.
const LABEL: &str = "saved plan";

const PROGRAM: &str = concat!("gatediff ", env!("CARGO_PKG_VERSION"));

/// The file, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    id: String,
    created_at: DateTime<Utc>,
    operator: String,
    host: String,
    program: String,
    platform: String,
    target: String,
    database: String,
    file: DocumentFile,
    key_id: String,
    plan: PlanDocument,
    choices: DocumentChoices,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<AccessDocument>,
    #[serde(rename = "seal")]
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentFile {
    path: String,
    sha256: String,
    bytes: u64,
    #[serde(default, skip_serializing_if = "ImportOptions::is_none")]
    options: ImportOptions,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentChoices {
    chosen: Vec<String>,
    /// Whether missing objects are ignored, of whatever kind.
    ignore_lack_api: bool,
}

/// The common header of all versions of the file.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// Returns a plan with its choices as a file. It contains no secret.
///
/// # Errors
///
/// Fails if the machine provides no random numbers, or the current directory does not exist.
pub fn save(
    review: &Review,
    choices: &Choices,
    key: &SignatureKey,
    operator: &str,
) -> Result<Vec<u8>, Failure> {
    let doing = "saving the plan";
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|error| Failure::internal(doing, error))?;
    let document = Document {
        format: FORMAT.to_owned(),
        version: VERSION,
        id: hex::encode(id),
        created_at: Utc::now(),
        operator: operator.to_owned(),
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
        program: PROGRAM.to_owned(),
        platform: review.file.platform.to_owned(),
        target: review.target.clone(),
        database: review.database.clone(),
        file: DocumentFile {
            path: absolute(&review.file.path)?,
            sha256: review.file.sha256.clone(),
            bytes: review.file.bytes,
            options: review.file.options.clone(),
        },
        key_id: key.id().to_owned(),
        plan: review.plan.signed(key).to_document(key),
        choices: DocumentChoices {
            chosen: choices
                .chosen(&review.plan)
                .map(ToString::to_string)
                .collect(),
            ignore_lack_api: choices.missing_confirmed,
        },
        access: review.access(choices).map(|access| access.to_document(key)),
        signature: String::new(),
    };
    let mut bytes =
        serde_json::to_vec(&document).map_err(|error| Failure::internal(doing, error))?;
    let body = body(&bytes).len();
    let signature = key.fingerprint(LABEL, &digest(&bytes));
    bytes.truncate(body);
    bytes.extend_from_slice(SIGNATURE);
    bytes.extend_from_slice(format!("\"{signature}\"}}\n").as_bytes());
    Ok(bytes)
}

/// Returns an absolute path; standard input is unchanged.
fn absolute(path: &str) -> Result<String, Failure> {
    if path == "-" {
        return Ok(path.to_owned());
    }
    let absolute = std::path::absolute(path).map_err(|error| {
        Failure::new(FailureKind::File, "cannot determine the path of the file")
            .at(path)
            .because(error)
            .hint("change to an existing directory")
    })?;
    Ok(absolute.to_string_lossy().into_owned())
}

/// Returns everything before the signature.
fn body(bytes: &[u8]) -> &[u8] {
    let offset = bytes
        .windows(SIGNATURE.len())
        .rposition(|part| part == SIGNATURE);
    offset
        .and_then(|offset| bytes.get(..offset))
        .unwrap_or(bytes)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(body(bytes)).into()
}

/// Says whether a file is a saved plan, from its first bytes.
pub fn is_plan(bytes: &[u8]) -> bool {
    let words = [&b"{"[..], b"\"format\"", b":", b"\"gatediff-plan\""];
    let rest = words.iter().try_fold(bytes, |rest, word| {
        rest.trim_ascii_start().strip_prefix(*word)
    });
    rest.is_some()
}

/// A plan that was saved.
#[derive(Clone)]
pub struct SavedPlan {
    /// Its id, unique for every saved plan.
    pub id: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// Who saved it.
    pub operator: String,
    /// The machine.
    pub host: String,
    /// With which program.
    pub program: String,
    /// The target, as `user@host:port/database`.
    pub target: String,
    /// The target's database.
    pub database: String,
    /// The file it was made from; its path is absolute.
    pub file: FileInfo,
    /// The key that signed it.
    pub key_id: String,
    plan: SignedPlan,
    choices: Choices,
    access: Option<Access>,
    digest: [u8; 32],
    signature: String,
}

/// Reads a saved plan (`-` is standard input). Blocks.
///
/// # Errors
///
/// As [`parse`], or if the file cannot be read.
pub fn load(path: &str) -> Result<SavedPlan, Failure> {
    parse(path, &read(path)?)
}

/// Reads the bytes of a saved plan; `path` is the name of the file. [`SavedPlan::verify`] finds
/// whether it was changed since.
///
/// # Errors
///
/// Fails with line and column if it is not a saved plan of a supported version.
pub fn parse(path: &str, bytes: &[u8]) -> Result<SavedPlan, Failure> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| explain(path, &error))?;
    if head.format != FORMAT {
        return Err(
            Failure::new(FailureKind::Format, "not a gatediff plan file")
                .at(path)
                .hint("save one with `gatediff plan FILE --out PLAN.json`"),
        );
    }
    if !(OLDEST..=VERSION).contains(&head.version) {
        let known = format!("this program supports {OLDEST} to {VERSION}");
        return Err(Failure::new(
            FailureKind::Format,
            "the plan was saved by another version of gatediff",
        )
        .at(path)
        .because(format!("its format has version {}, {known}", head.version))
        .hint("save it again with this program, or use the one that saved it"));
    }
    let document: Document =
        serde_json::from_slice(bytes).map_err(|error| explain(path, &error))?;
    let Some(platform) = platform::named(&document.platform) else {
        return Err(Failure::new(
            FailureKind::Format,
            "the plan is for a product that this program does not support",
        )
        .at(path)
        .because(format!("it names '{}'", document.platform))
        .hint("use the program that saved it"));
    };
    let unknown = |error| {
        Failure::new(
            FailureKind::Parse,
            "not a gatediff plan file of this version",
        )
        .at(path)
        .because(error)
        .hint("save the plan again")
    };
    let plan = document
        .plan
        .from_document(platform.kinds())
        .map_err(unknown)?;
    let access = document
        .access
        .map(|access| access.from_document(platform.kinds()))
        .transpose()
        .map_err(unknown)?;
    let chosen: HashSet<String> = document.choices.chosen.into_iter().collect();
    let choices = Choices::of(
        plan.plan(),
        |id| chosen.contains(&id.to_string()),
        document.choices.ignore_lack_api,
    );
    Ok(SavedPlan {
        id: document.id,
        created_at: document.created_at,
        operator: document.operator,
        host: document.host,
        program: document.program,
        target: document.target,
        database: document.database,
        file: FileInfo {
            path: document.file.path,
            sha256: document.file.sha256,
            bytes: document.file.bytes,
            platform: platform.name(),
            options: document.file.options,
        },
        key_id: document.key_id,
        plan,
        choices,
        access,
        digest: digest(bytes),
        signature: document.signature,
    })
}

fn explain(path: &str, error: &serde_json::Error) -> Failure {
    let (what, hint) = if error.is_eof() {
        (
            "the saved plan ends too early",
            "copy it again in full, or save it again",
        )
    } else {
        (
            "not a gatediff plan file of this version",
            "save the plan again",
        )
    };
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Failure::new(FailureKind::Parse, what)
        .at(format!("{path}:{}:{}", error.line(), error.column()))
        .because(text.strip_suffix(&place).unwrap_or(&text))
        .hint(hint)
}

impl SavedPlan {
    /// Returns the plan, with fingerprints in place of secrets.
    pub const fn plan(&self) -> &Arc<Plan> {
        self.plan.plan()
    }

    /// Returns the choices that were made on it.
    pub const fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Returns the access changes of its choices, based on the target when it was saved. None in
    /// plans of older versions, and for products that grant no access.
    pub const fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// Verifies that the plan is unchanged since it was saved.
    ///
    /// # Errors
    ///
    /// Fails if it was signed with another key, or changed since.
    pub fn verify(&self, key: &SignatureKey) -> Result<(), Failure> {
        if key.id() != self.key_id {
            return Err(self.other_key());
        }
        if key.verify(LABEL, &self.digest, &self.signature) {
            return Ok(());
        }
        Err(
            Failure::new(FailureKind::File, "the plan was changed after it was saved")
                .because("its signature does not match its content")
                .hint("save the plan again; choices are made when it is saved"),
        )
    }

    /// Returns the failure of a machine that does not have the plan's key.
    pub fn other_key(&self) -> Failure {
        Failure::new(
            FailureKind::File,
            "the plan was signed with a key that is not available here",
        )
        .because(format!(
            "it was saved by {} on {} with key {}",
            self.operator, self.host, self.key_id
        ))
        .hint("apply it there as the same user, or save it again here")
    }

    /// Checks that a file is the one that the plan was made from, read with the same options.
    ///
    /// # Errors
    ///
    /// Fails if it is another file, was changed, or was read with different options.
    pub fn check_file(&self, file: &FileInfo) -> Result<(), Failure> {
        let same = file.sha256 == self.file.sha256 && file.platform == self.file.platform;
        if same && file.options == self.file.options {
            return Ok(());
        }
        if same {
            return Err(Failure::new(
                FailureKind::Usage,
                "the import file was read with different options",
            )
            .at(&file.path)
            .hint("omit them: the plan has its own"));
        }
        let short = |sha256: &str| sha256.chars().take(12).collect::<String>();
        Err(Failure::new(
            FailureKind::File,
            "the import file is not the one that the plan was made from",
        )
        .at(&file.path)
        .because(format!(
            "its sha256 starts with {}, the plan's with {}",
            short(&file.sha256),
            short(&self.file.sha256)
        ))
        .hint("name the right file with --file, or save the plan again"))
    }

    /// Checks that a target (`user@host:port/database`) is the plan's; another user is fine.
    ///
    /// # Errors
    ///
    /// Fails if it is another.
    pub fn check_target(&self, target: &str) -> Result<(), Failure> {
        if place(target) == place(&self.target) {
            return Ok(());
        }
        Err(
            Failure::new(FailureKind::Usage, "the plan is for another target")
                .because(format!(
                    "it was made against {}, this is {}",
                    place(&self.target),
                    place(target)
                ))
                .hint("name the plan's target with --database-url, or save a plan for this one"),
        )
    }

    /// Checks that the plan may still be applied: a plan is used once.
    ///
    /// The apply checks this too; here it is reported first, since an applied plan has changed its
    /// own target.
    ///
    /// # Errors
    ///
    /// Fails if a job already applied it, or the ledger cannot be read.
    pub async fn check_unused(
        &self,
        target: &Target,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
    ) -> Result<(), Failure> {
        let jobs = history(target, timeouts, ledger).await?;
        used(&jobs, &self.id).map_or(Ok(()), Err)
    }

    /// Compares with the current target, and returns the same choices for the fresh comparison.
    ///
    /// # Errors
    ///
    /// Fails as [`verify`](Self::verify), [`check_file`](Self::check_file) and
    /// [`check_target`](Self::check_target) do, if the plan has unconfirmed missing objects, and,
    /// with the items and their fields, if an item that the plan writes or relies on has changed.
    pub fn check(&self, fresh: &Review, key: &SignatureKey) -> Result<Choices, Failure> {
        self.verify(key)?;
        self.check_target(&fresh.target)?;
        self.check_file(&fresh.file)?;
        let approved = match self.plan().approve(&self.choices) {
            Ok(approved) => approved,
            Err(Refusal::MissingUnconfirmed(missing)) => return Err(missing_unconfirmed(missing)),
            // Nothing can be stale: the fresh plan has nothing to write either.
            Err(Refusal::NothingToWrite { .. }) => {
                return Ok(Choices::of(
                    &fresh.plan,
                    |_| false,
                    self.choices.missing_confirmed,
                ));
            }
        };
        let mut changed = approved.stale(fresh.plan.signed(key).plan());
        let verbs = verbs(&approved);
        // No written item uses a newly missing object: that would be stale.
        let missing_confirmed = self.choices.missing_confirmed || self.plan().missing().is_empty();
        let choices = self.choices_for(&fresh.plan, &verbs, missing_confirmed);
        if changed.is_empty() {
            changed = otherwise(&verbs, fresh.plan.approve(&choices).ok().as_ref());
        }
        if changed.is_empty() {
            Ok(choices)
        } else {
            Err(stale(changed))
        }
    }
}

impl SavedPlan {
    /// Returns the choices for a fresh comparison: what the plan writes, and what was chosen and is
    /// blocked, so that both are reported alike. Items that can be written only now were not shown,
    /// and are not chosen.
    fn choices_for(
        &self,
        fresh: &Plan,
        verbs: &HashMap<&ItemId, Verb>,
        missing_confirmed: bool,
    ) -> Choices {
        let entries = self.plan().entries().iter().enumerate();
        let chosen: HashSet<&ItemId> = entries
            .filter(|(index, _)| self.choices.is_chosen(*index))
            .map(|(_, entry)| &entry.item.id)
            .collect();
        let all = Choices::of(fresh, |id| chosen.contains(id), missing_confirmed);
        let resolution = fresh.resolve(&all);
        let entries = fresh.entries().iter().enumerate();
        let written: HashSet<&ItemId> = entries
            .filter(|(index, _)| resolution.is_written(*index))
            .map(|(_, entry)| &entry.item.id)
            .collect();
        let is_kept =
            |id: &ItemId| verbs.contains_key(id) || (chosen.contains(id) && !written.contains(id));
        Choices::of(fresh, is_kept, missing_confirmed)
    }
}

/// Returns a target without its user.
fn place(target: &str) -> &str {
    target.rsplit_once('@').map_or(target, |(_, place)| place)
}

fn verbs(approved: &Approved) -> HashMap<&ItemId, Verb> {
    let steps = approved.steps().iter();
    steps
        .filter_map(|step| Some((&approved.plan().entry(step.index)?.item.id, step.verb)))
        .collect()
}

/// Returns the items that would be written differently from the plan.
fn otherwise(then: &HashMap<&ItemId, Verb>, now: Option<&Approved>) -> Vec<Stale> {
    let now = now.map(verbs).unwrap_or_default();
    let done = |verb: Option<&Verb>| match verb {
        Some(Verb::Add) => "be added",
        Some(Verb::Cover) => "be covered",
        None => "not be written",
    };
    let mut ids: Vec<&ItemId> = then.keys().chain(now.keys()).copied().collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .filter(|id| then.get(id) != now.get(id))
        .map(|id| {
            let why = format!(
                "would {} now, but the plan was to {}",
                done(now.get(id)),
                done(then.get(id))
            );
            Stale::new(id.clone(), why)
        })
        .collect()
}

fn missing_unconfirmed(missing: MissingCount) -> Failure {
    let noun = missing.noun();
    let what = format!(
        "the target is missing {noun}, and the plan does not ignore them; nothing was written"
    );
    Failure::new(FailureKind::Blocked, what)
        .because(format!("{missing} missing when the plan was saved"))
        .hint(format!(
            "save the plan again with {}, or add the missing {noun}",
            missing.flag()
        ))
}

fn stale(changed: Vec<Stale>) -> Failure {
    let mut failure =
        Failure::new(FailureKind::Stale, "the target changed since the plan was saved; nothing was written")
            .hint(
                "compare again with `gatediff plan FILE --out PLAN.json`, review what is new, and apply that",
            );
    failure.stale = changed;
    failure
}

impl fmt::Debug for SavedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SavedPlan {}", self.id)
    }
}

/// The kind of a file to apply.
pub enum Opened {
    /// An import file.
    Import(Box<super::file::Loaded>),
    /// A saved plan.
    Plan(Box<SavedPlan>),
}

/// Reads a file (`-` is standard input) and recognises it from its content: an
/// import file, unless it is a saved plan. With a `format` it is an import
/// file of that format. Blocks.
///
/// # Errors
///
/// As [`load`](super::load) and [`parse`].
pub fn open(path: &str, format: Option<&str>, options: &ImportOptions) -> Result<Opened, Failure> {
    if is_directory(path) {
        return super::file::load(path, format, options).map(import);
    }
    let bytes = read(path)?;
    if format.is_none() && is_plan(&bytes) {
        return parse(path, &bytes).map(|plan| Opened::Plan(Box::new(plan)));
    }
    super::file::load_bytes(path, &bytes, format, options).map(import)
}

fn import(loaded: super::file::Loaded) -> Opened {
    Opened::Import(Box::new(loaded))
}
