//! The file of a saved plan: writing and reading it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::plan::{LABEL, SavedPlan};
use crate::engine::{AccessDocument, Choices, PlanDocument, SignatureKey};
use crate::job::failure::{Failure, FailureKind};
use crate::job::file::{FileInfo, read};
use crate::job::output::STANDARD;
use crate::job::plan::Review;
use crate::platform::{self, ImportOptions};

/// The word that the file starts with.
const FORMAT: &str = "gatediff-plan";

/// The version of the format. The second adds booleans, fractions, lists, references, and the
/// import options; the third missing objects other than APIs, how items were matched, and mapped
/// organisations; the fourth access changes; the fifth rules for values and for differences to
/// ignore, and what they did.
const VERSION: u32 = 5;

/// The oldest version that can still be read.
const OLDEST: u32 = 1;

/// The text before the signature, which is the last field of the file.
const SIGNATURE: &[u8] = b",\"seal\":";

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
    if path == STANDARD {
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
        let known = format!("this version supports {OLDEST} to {VERSION}");
        return Err(Failure::new(
            FailureKind::Format,
            "the plan was saved by another version of gatediff",
        )
        .at(path)
        .because(format!("its format version is {}; {known}", head.version))
        .hint("save it again with this version, or use the version that saved it"));
    }
    let document: Document =
        serde_json::from_slice(bytes).map_err(|error| explain(path, &error))?;
    let Some(platform) = platform::named(&document.platform) else {
        return Err(Failure::new(
            FailureKind::Format,
            "the plan is for a product that this version of gatediff does not support",
        )
        .at(path)
        .because(format!("it names '{}'", document.platform))
        .hint("use the version that saved it"));
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
