//! Prints objects as a file in the format of the imports.

use std::collections::VecDeque;

use super::file::LISTS;
use super::object_kind::Sort;
use crate::platform::Selection;
use crate::platform::document::{Object, Printed, Printer};

/// Prints objects: of a single kind in the format of that kind's import, of
/// several in all their formats together.
pub(super) struct Lists {
    /// The lists that are not closed yet.
    open: VecDeque<(&'static str, Sort)>,
    /// Whether organisations are all there is.
    is_single: bool,
    /// Whether the first list that is open is begun, and has objects.
    is_begun: bool,
    has_objects: bool,
    /// What comes before the next list.
    before: &'static str,
}

impl Lists {
    pub(super) fn new(selection: &Selection) -> Self {
        let open: VecDeque<_> = LISTS
            .into_iter()
            .filter(|(_, sort)| selection.takes_kind(sort.word()))
            .collect();
        Self {
            is_single: matches!(
                open.iter().collect::<Vec<_>>()[..],
                [(_, Sort::Organisation)]
            ),
            open,
            is_begun: false,
            has_objects: false,
            before: "{",
        }
    }

    /// Begins the first list that is open.
    fn begin(&mut self, file: &mut Vec<u8>) {
        if let Some((name, _)) = self.open.front().filter(|_| !self.is_begun) {
            file.extend(format!("{}\"{name}\":[", self.before).into_bytes());
            (self.is_begun, self.before) = (true, ",");
        }
    }

    /// Closes it.
    fn close(&mut self, file: &mut Vec<u8>) {
        self.begin(file);
        let Some((_, sort)) = self.open.pop_front() else {
            return;
        };
        let end = if self.has_objects { "\n]" } else { "]" };
        file.extend(end.bytes().chain(self.pages(sort).bytes()));
        (self.is_begun, self.has_objects) = (false, false);
    }

    /// Returns the number of pages of a list: all is on one.
    const fn pages(&self, sort: Sort) -> &'static str {
        match sort {
            Sort::Organisation if self.is_single => ",\"pages\":0",
            Sort::Organisation => "",
            Sort::Api => ",\"pages\":1",
            Sort::Policy => ",\"Pages\":1",
        }
    }
}

impl Printer for Lists {
    fn print(&mut self, object: Printed<'_>, file: &mut Vec<u8>) {
        let Some(own) = Sort::of_kind(object.kind) else {
            return;
        };
        while self.open.front().is_some_and(|(_, sort)| *sort < own) {
            self.close(file);
        }
        if self.open.front().is_none_or(|(_, sort)| *sort != own) {
            return;
        }
        self.begin(file);
        file.extend_from_slice(if self.has_objects { b",\n" } else { b"\n" });
        self.has_objects = true;
        text(object, file);
    }

    fn end(&mut self, file: &mut Vec<u8>) {
        while !self.open.is_empty() {
            self.close(file);
        }
        if self.before == "{" {
            file.push(b'{');
        }
        file.extend_from_slice(b"}\n");
    }
}

/// Prints the only organisation of a file of organisations: it is the whole
/// file; `None` for other files.
pub(super) fn only(objects: &[&Object], selection: &Selection) -> Option<Vec<u8>> {
    if !Lists::new(selection).is_single {
        return None;
    }
    let mut own = objects
        .iter()
        .filter(|object| Sort::of(object) == Sort::Organisation);
    let (Some(only), None) = (own.next(), own.next()) else {
        return None;
    };
    let mut file = Vec::new();
    text(Printed::from(*only), &mut file);
    file.push(b'\n');
    Some(file)
}

/// Appends an object as it was received; a bare definition in the wrapper that
/// the import requires.
fn text(object: Printed<'_>, file: &mut Vec<u8>) {
    match object.wrapper {
        None => file.extend_from_slice(object.text.as_bytes()),
        Some(name) => file.extend(format!("{{\"{name}\":{}}}", object.text).into_bytes()),
    }
}
