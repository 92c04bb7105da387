//! `apply --target … --target …`: one target after the other, each with its own transaction, job
//! and confirmation.

use anstyle::Style;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::apply::{Ended, check, to_one};
use super::args::{ApplyArgs, Global, Output};
use super::document::{Document, FORMAT, FileDocument};
use super::exit::Exit;
use super::print::{Printer, cells, padded};
use super::progress_line::ProgressLine;
use super::session::is_interrupted;
use super::target::{Named, Targets, targets};
use crate::engine::display::safe;
use crate::job::saved::{self, Opened};
use crate::job::{Failure, FailureKind, Loaded, Phase};

/// How each target ended; none for those after one that failed.
type Ends = Vec<Option<Ended>>;

/// Applies to the target, or to each of several.
pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ApplyArgs,
) -> Result<Exit, Failure> {
    let format = args.file.format.as_deref();
    match targets(global, (&args.targets, &args.against), format).await? {
        Targets::One(session) => {
            let ended = to_one(printer, &session, &args, None).await?;
            Ok(ended.exit)
        }
        Targets::Several(named) => to_several(printer, &named, &args).await,
    }
}

async fn to_several(
    printer: &mut Printer,
    named: &[Named],
    args: &ApplyArgs,
) -> Result<Exit, Failure> {
    let own = args_of(named, args)?;
    // Nothing is written anywhere if it is known that something cannot be written or confirmed.
    for (named, args) in named.iter().zip(&own) {
        check(args, &named.counterpart)?;
    }
    let loaded = load(args).await?;
    let is_json = printer.output == Output::Json;
    let mut ends: Ends = named.iter().map(|_| None).collect();
    let mut documents = Vec::new();
    for (index, ((named, args), end)) in named.iter().zip(&own).zip(&mut ends).enumerate() {
        if is_json {
            printer.gather();
        } else {
            heading(printer, index, &named.name);
        }
        let ended = apply(printer, named, args, &loaded).await;
        if is_json {
            documents.push(part(named, printer.gathered()));
        }
        *end = Some(ended);
        if ended.exit != Exit::Done && (!args.keep_going || is_interrupted()) {
            break;
        }
    }
    let (status, exit) = outcome(&ends);
    if is_json {
        let rest = named.get(documents.len()..).unwrap_or_default();
        documents.extend(rest.iter().map(not_run));
        printer.json(&SeveralDocument {
            format_version: FORMAT,
            command: "apply",
            status,
            platform: loaded.file.platform,
            file: FileDocument::new(&loaded.file),
            targets: documents,
        });
    } else {
        summary(printer, named, &ends);
    }
    Ok(exit)
}

/// Applies to one target; a failure is printed as its end.
async fn apply(printer: &mut Printer, named: &Named, args: &ApplyArgs, loaded: &Loaded) -> Ended {
    // It is read again under the rules of the target's profile, if it has any.
    let loaded = named.counterpart.settings.rules.is_none().then_some(loaded);
    match to_one(printer, &named.counterpart, args, loaded).await {
        Ok(ended) => ended,
        Err(failure) => {
            match printer.output {
                Output::Json => printer.json(&Document::failure("apply", &failure)),
                Output::Text => printer.failure(&failure),
            }
            Ended::failed(failure.kind)
        }
    }
}

/// Returns the arguments for each target: of the names that confirm those of its database.
fn args_of(named: &[Named], args: &ApplyArgs) -> Result<Vec<ApplyArgs>, Failure> {
    let databases = || named.iter().map(|named| named.target.database());
    let mut names = args.consent.confirm.iter();
    // The input is not repeated: it may be anything.
    if names.any(|name| databases().all(|database| database != name)) {
        let what = "--confirm names the database of no target; nothing was written";
        return Err(Failure::new(FailureKind::Usage, what).hint(format!(
            "check the targets; their databases: {}",
            databases().collect::<Vec<_>>().join(", ")
        )));
    }
    let own = databases().map(|database| ApplyArgs {
        consent: args.consent.to_database(database),
        ..args.clone()
    });
    Ok(own.collect())
}

/// Reads the import file once, for all targets.
async fn load(args: &ApplyArgs) -> Result<Loaded, Failure> {
    let usage = |what: &str, hint: &str| Err(Failure::new(FailureKind::Usage, what).hint(hint));
    if args.import_file.is_some() {
        let what = "--file names the import file of a saved plan, which has one target";
        return usage(what, "omit --file, or apply the plan to its target");
    }
    let progress_line = ProgressLine::begin();
    progress_line.reporter().phase(Phase::File);
    let file = &args.file;
    let options = file.import.options();
    let opened =
        options.and_then(|options| saved::open(&file.file, file.format.as_deref(), &options));
    progress_line.end().await;
    match opened? {
        Opened::Import(loaded) => Ok(*loaded),
        Opened::Plan(_) => usage(
            "a saved plan is for the one target that it was made for",
            "apply it without --target, or apply the import file",
        ),
    }
}

/// The document of applying to several targets.
#[derive(Serialize)]
struct SeveralDocument<'a> {
    format_version: &'static str,
    command: &'static str,
    status: &'static str,
    platform: &'a str,
    file: FileDocument<'a>,
    /// As the document of applying to one, each with its name.
    targets: Vec<Value>,
}

/// Returns the result of one target: its document without what all have.
fn part(named: &Named, documents: Vec<Value>) -> Value {
    let mut part = Map::from_iter([
        ("name".to_owned(), json!(named.name)),
        ("target".to_owned(), json!(named.target.display())),
    ]);
    let fields = documents.into_iter().filter_map(|document| match document {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    let shared = ["format_version", "command", "platform", "file"];
    let own = fields.flatten();
    part.extend(own.filter(|(name, _)| !shared.contains(&name.as_str())));
    Value::Object(part)
}

fn not_run(named: &Named) -> Value {
    json!({
        "name": named.name,
        "target": named.target.display(),
        "status": "not-run",
    })
}

/// Returns the status of all, and how the command ends: once one has committed, a failure of
/// another is an error of a partial apply.
fn outcome(ends: &Ends) -> (&'static str, Exit) {
    let ran = || ends.iter().flatten();
    let has_committed = ran().any(|ended| ended.job.is_some());
    let mut failed = ran().filter(|ended| ended.exit != Exit::Done);
    match (failed.next(), has_committed) {
        (None, _) if ran().any(|ended| ended.status == "partial") => ("partial", Exit::Done),
        (None, _) => ("ok", Exit::Done),
        (Some(_), true) => ("partial", Exit::Error),
        (Some(first), false) if failed.all(|other| other.exit == first.exit) => {
            (first.status, first.exit)
        }
        (Some(_), false) => ("error", Exit::Error),
    }
}

fn heading(printer: &mut Printer, index: usize, name: &str) {
    let bold = Style::new().bold();
    if index > 0 {
        printer.line("");
    }
    printer.line(format!("{bold}{}{bold:#}", safe(name)));
}

/// Prints how each target ended.
fn summary(printer: &mut Printer, named: &[Named], ends: &Ends) {
    let bold = Style::new().bold();
    printer.line(format!("\n{bold}Targets{bold:#}"));
    let widest = named.iter().map(|named| cells(&safe(&named.name))).max();
    for (named, ended) in named.iter().zip(ends) {
        let name = padded(&named.name, widest.unwrap_or_default());
        printer.folded(&format!("  {name}  {}", described(*ended)), 4);
    }
}

fn described(ended: Option<Ended>) -> String {
    match ended {
        None => "not run".to_owned(),
        Some(Ended {
            job: Some(job),
            status,
            ..
        }) => format!("{status}: job {job}"),
        Some(Ended {
            exit: Exit::Done,
            status,
            ..
        }) => {
            format!("{status}: nothing written")
        }
        Some(Ended { status, .. }) => format!("failed: {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(exit: Exit, status: &'static str, job: Option<i64>) -> Option<Ended> {
        Some(Ended { exit, status, job })
    }

    #[test]
    fn a_failure_after_a_commit_is_partial_and_an_error() {
        let done = ended(Exit::Done, "ok", Some(7));
        let idle = ended(Exit::Done, "ok", None);
        let some = ended(Exit::Done, "partial", Some(8));
        let locked = ended(Exit::Locked, "locked", None);
        let blocked = ended(Exit::Blocked, "blocked", None);
        for (ends, wanted) in [
            (vec![done, idle], ("ok", Exit::Done)),
            (vec![done, some], ("partial", Exit::Done)),
            (vec![done, locked, None], ("partial", Exit::Error)),
            (vec![locked, done], ("partial", Exit::Error)),
            (vec![locked, None, None], ("locked", Exit::Locked)),
            (vec![idle, blocked], ("blocked", Exit::Blocked)),
            (vec![locked, blocked], ("error", Exit::Error)),
        ] {
            assert_eq!(outcome(&ends), wanted);
        }
    }
}
