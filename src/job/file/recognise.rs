//! Which platform a file belongs to, whether it takes the options, and what is wrong with it.

use crate::job::failure::{Failure, FailureKind};
use crate::job::saved::is_plan;
use crate::platform::{self, ImportOptions, Platform, Selection};
use crate::source::{ParseError, ParseErrorKind};

/// Returns the platform of a file.
pub(super) fn recognise(
    path: &str,
    bytes: &[u8],
    format: Option<&str>,
) -> Result<&'static dyn Platform, Failure> {
    if format.is_none() && is_plan(bytes) {
        return Err(Failure::new(
            FailureKind::Format,
            "the file is a saved plan, not an import file",
        )
        .at(path)
        .hint("print it with `gatediff show`, or apply it with `gatediff apply`"));
    }
    match format {
        Some(name) => platform::named(name).ok_or_else(|| unknown_format(name)),
        None => platform::detect(bytes).map_err(|error| explain(path, &error)),
    }
}

pub(super) fn check_options(
    path: &str,
    platform: &dyn Platform,
    options: &ImportOptions,
) -> Result<(), Failure> {
    if !options.organisations.is_empty() && !platform.takes_organisations() {
        let what = format!("{} has no organisations to map", platform.name());
        return Err(Failure::new(FailureKind::Usage, what)
            .at(path)
            .hint("remove the mapping"));
    }
    if options.has_no_object_options() {
        return Ok(());
    }
    if !platform.takes_options() {
        let what = format!("{} files have no import options", platform.name());
        return Err(Failure::new(FailureKind::Usage, what)
            .at(path)
            .hint("choose with --cover and --skip instead"));
    }
    check_kinds(platform, &options.selection)
}

/// Refuses kinds that a platform does not have: they would match nothing.
pub(crate) fn check_kinds(platform: &dyn Platform, selection: &Selection) -> Result<(), Failure> {
    let mut words = selection
        .include
        .iter()
        .chain(&selection.exclude)
        .chain(selection.objects.keys());
    let is_known = |word: &str| {
        platform
            .kinds()
            .iter()
            .any(|info| info.kind.as_str() == word)
    };
    match words.find(|word| !is_known(word)) {
        None => Ok(()),
        Some(word) => {
            let what = format!("{} has no items of kind '{word}'", platform.name());
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("known: {}", known_kinds(platform))))
        }
    }
}

pub(crate) fn known_kinds(platform: &dyn Platform) -> String {
    platform
        .kinds()
        .iter()
        .map(|info| info.kind.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn unknown_format(name: &str) -> Failure {
    let known: Vec<&str> = platform::all().map(Platform::name).collect();
    Failure::new(FailureKind::Usage, format!("unknown format '{name}'"))
        .hint(format!("known: {}", known.join(", ")))
}

/// Returns where in a file an error is.
pub(crate) fn place(path: &str, error: &ParseError) -> String {
    let mut place = path.to_owned();
    if let Some(position) = error.position {
        place.push_str(&format!(":{}:{}", position.line, position.column));
    }
    if !error.path.is_empty() {
        place.push_str(&format!(" ({})", error.path));
    }
    place
}

pub(super) fn explain(path: &str, error: &ParseError) -> Failure {
    let place = place(path, error);
    let (kind, what, hint) = match error.kind {
        ParseErrorKind::Foreign(foreign) => {
            return Failure::new(FailureKind::Format, foreign.what())
                .at(place)
                .because("an export is JSON text in UTF-8")
                .hint(foreign.hint());
        }
        ParseErrorKind::Syntax => (
            FailureKind::Parse,
            "the file is not valid JSON",
            "export it again, unedited, or correct the error",
        ),
        ParseErrorKind::Encoding => (
            FailureKind::Parse,
            "the file is not UTF-8 text",
            "convert it from its encoding, for example: iconv -f BIG5 -t UTF-8",
        ),
        ParseErrorKind::Truncated => (
            FailureKind::Parse,
            "the file ends too early",
            "copy it again in full, or export it again",
        ),
        ParseErrorKind::Trailing => (
            FailureKind::Parse,
            "unexpected data after the end of the export",
            "a file must contain exactly one export: export it again, or split the file",
        ),
        ParseErrorKind::Shape => (
            FailureKind::Parse,
            "the file does not match its format",
            "export it again, unedited, or correct the error",
        ),
        ParseErrorKind::UnknownFormat => (
            FailureKind::Format,
            "the file's format is not recognised",
            "check that it is an export file, or name its format with --format",
        ),
    };
    Failure::new(kind, what)
        .at(place)
        .because(&error.message)
        .hint(hint)
}
