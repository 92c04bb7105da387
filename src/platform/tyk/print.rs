//! Prints objects as a file in the format of the imports.

use std::borrow::Cow;

use super::file::LISTS;
use super::object_kind::Sort;
use crate::platform::Selection;
use crate::platform::document::Object;

/// Prints objects: of a single kind in the format of that kind's import, of
/// several in all their formats together.
pub(super) fn print(objects: &[&Object], selection: &Selection) -> Vec<u8> {
    let of = |sort: Sort| -> Vec<Cow<'_, str>> {
        objects
            .iter()
            .filter(|object| Sort::of(object) == sort)
            .map(|object| text(object))
            .collect()
    };
    let lists: Vec<&(&str, Sort)> = LISTS
        .iter()
        .filter(|(_, sort)| selection.takes_kind(sort.word()))
        .collect();
    let text = match lists.as_slice() {
        [(_, Sort::Organisation)] => match of(Sort::Organisation).as_slice() {
            [only] => only.clone().into_owned(),
            several => format!("{{{},\"pages\":0}}", list("organisations", several)),
        },
        lists => {
            let lists = lists
                .iter()
                .map(|(name, sort)| format!("{}{}", list(name, &of(*sort)), pages(*sort)));
            format!("{{{}}}", lists.collect::<Vec<_>>().join(","))
        }
    };
    format!("{text}\n").into_bytes()
}

/// Returns an object as it was received; a bare definition in the wrapper that
/// the import requires.
fn text(object: &Object) -> Cow<'_, str> {
    match object.wrapper {
        None => Cow::Borrowed(&object.text),
        Some(name) => Cow::Owned(format!("{{\"{name}\":{}}}", object.text)),
    }
}

/// Returns the number of pages of a list: all is on one.
const fn pages(sort: Sort) -> &'static str {
    match sort {
        Sort::Organisation => "",
        Sort::Api => ",\"pages\":1",
        Sort::Policy => ",\"Pages\":1",
    }
}

fn list(name: &str, texts: &[Cow<'_, str>]) -> String {
    let inside = if texts.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", texts.join(",\n"))
    };
    format!("\"{name}\":[{inside}]")
}
