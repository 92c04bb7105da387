//! An object of the file as it will be in the target: its references point to
//! the target's objects, and it is aligned with its counterpart.

use std::borrow::Cow;
use std::sync::Arc;

use super::ignore::Ignoring;
use super::prepared::Prepared;
use super::product::Product;
use super::{Document, Json, Object, Sides};
use crate::engine::Finding;
use crate::engine::align::{Aligned, is_silent};
use crate::engine::object::{ResolvedReference, resolve, write};
use crate::engine::rule::Matcher;
use crate::engine::schema::{DocumentSchema, Form};
use crate::source::splice;

/// The number of objects that justifies a thread.
pub(super) const CHUNK: usize = 64;

/// Converts an object's resulting document into the form of another one,
/// where the two forms mean the same.
pub(super) fn prepared<'o>(
    product: &dyn Product,
    sides: &Sides<'o>,
    object: &'o Object,
    base: Option<&'o Object>,
    file: Cow<'o, Json>,
) -> Prepared<'o> {
    let target = base.map(|base| &*base.body);
    let whole = object
        .schema
        .signature
        .filter(|_| object.is_signed())
        .map(|signature| signature.whole);
    let mut prepared = Prepared {
        target,
        file,
        schema: object.schema.document,
        whole,
    };
    if whole.is_none() {
        product.prepare(&mut prepared, object, sides);
    }
    prepared
}

/// An object of the file with its resolved references and the findings so far.
pub struct Built<'o> {
    object: &'o Object,
    base: Option<&'o Object>,
    prepared: Prepared<'o>,
    /// What it refers to.
    pub found: Vec<ResolvedReference<'o>>,
    /// The findings for the operator.
    pub warnings: Vec<Finding>,
    /// The body with the resolved references, if it differs.
    pub(super) wanted: Option<Json>,
    /// The paths of the differences that are ignored.
    pub(super) ignored: Vec<String>,
}

impl<'o> Built<'o> {
    /// Builds the object at that index; differences that the rules name are ignored.
    pub fn new(
        product: &dyn Product,
        sides: &Sides<'o>,
        (index, object): (usize, &'o Object),
        ignore: &[Matcher],
    ) -> Self {
        let base = sides.base(index);
        let mut found = resolve(sides, object);
        let mut body = Cow::Borrowed(&*object.body);
        if !object.is_signed() {
            if found
                .iter()
                .any(|found| found.writes.iter().any(Option::is_some))
            {
                write(&found, body.to_mut());
            }
            write_ids_alike(&found, base, &mut body);
        }
        let mut wanted = match &body {
            Cow::Owned(body) if *body != *object.body => Some(body.clone()),
            _ => None,
        };
        let mut prepared = prepared(product, sides, object, base, body);
        let mut warnings = object.findings.clone();
        let mut ignoring = Ignoring::of(object, ignore);
        let references: Vec<&str> = found
            .iter()
            .map(|found| object.shown(&found.link.path))
            .collect();
        warnings.extend(ignoring.apply(&mut prepared, &references));
        if !ignoring.paths.is_empty() {
            wanted = Some(Json::clone(&prepared.file));
            // The target's references stay as they are.
            found.retain(|found| !ignoring.covers(object.shown(&found.link.path)));
        }
        let mut built = Self {
            object,
            base,
            prepared,
            found,
            warnings,
            wanted,
            ignored: ignoring.paths,
        };
        if object.is_signed() {
            built.note_signature();
        }
        built
    }

    /// Builds the object at that index again, from the document that was wanted
    /// the first time.
    pub(super) fn again(
        product: &dyn Product,
        sides: &Sides<'o>,
        (index, object): (usize, &'o Object),
        wanted: Option<&'o Json>,
    ) -> Self {
        let (base, body) = (sides.base(index), wanted.unwrap_or(&*object.body));
        let prepared = prepared(product, sides, object, base, Cow::Borrowed(body));
        let wanted = wanted.cloned();
        Self {
            object,
            base,
            prepared,
            found: Vec::new(),
            warnings: Vec::new(),
            wanted,
            ignored: Vec::new(),
        }
    }

    /// Warns of values in a signed text that differ from the target's.
    fn note_signature(&mut self) {
        if let Some(base) = self.base {
            let (here, there) = (
                self.object.id(),
                base.row.as_ref().unwrap_or_else(|| base.id()),
            );
            if Form::Plain.of(here) != Form::Plain.of(there) {
                let message = format!(
                    "the target keeps its id '{there}'; the text is signed and does not change, \
                     so it still contains the id '{here}'"
                );
                self.warnings
                    .push(Finding::warning("signed-other-id", message));
            }
        }
        for found in self
            .found
            .iter()
            .filter(|found| found.writes.iter().any(Option::is_some))
        {
            let path = self.object.shown(&found.link.path);
            let message = format!(
                "{path} would point to another object here: it is signed and does not change"
            );
            self.warnings
                .push(Finding::warning("signed-reference", message));
        }
    }

    /// Returns whether it is as the file has it, and not signed: then its
    /// content can be made again from the file.
    pub(super) fn is_of_file(&self) -> bool {
        matches!(self.prepared.file, Cow::Borrowed(_)) && self.prepared.whole.is_none()
    }

    /// Returns whether the target has the very same document, of which there is
    /// nothing to report.
    pub(super) fn is_same(&self) -> bool {
        let file = &*self.prepared.file;
        let is_file = |target: &Json| std::ptr::eq(target, file) || target == file;
        self.is_of_file()
            && self.prepared.target.is_some_and(is_file)
            && is_silent(&self.prepared.file)
    }

    /// Returns how it is compared.
    pub(super) const fn schema(&self) -> &'static DocumentSchema {
        self.prepared.schema
    }

    /// Aligns the object with its counterpart in the target.
    pub fn aligned(&self) -> Aligned<'_> {
        self.prepared.aligned()
    }

    /// Returns the resulting document.
    pub fn document(&self) -> Document {
        let (object, base) = (self.object, self.base);
        let (body, text): (Json, Arc<str>) = match base {
            _ if object.is_signed() => return object.document(base),
            None if self.wanted.is_none() => return object.document(None),
            None => {
                let body = object.raw(&self.prepared.file).clone();
                let text = splice(&object.text, object.raw(&object.body), &body);
                (body, text.into())
            }
            Some(base) => written(self.aligned().result(), base),
        };
        let wrapper = base
            .unwrap_or(object)
            .wrapper
            .filter(|name| body.get(name).is_none());
        Object::new(object.schema, body, wrapper, text, "").document(base)
    }
}

/// Writes the ids of references as the target writes them, where they mean the
/// same: dashes in an id do not count.
fn write_ids_alike<'o>(
    found: &[ResolvedReference<'o>],
    base: Option<&'o Object>,
    body: &mut Cow<'o, Json>,
) {
    let Some(base) = base else { return };
    for pointer in found.iter().filter_map(|found| found.link.id_at.as_deref()) {
        let there = base.body.pointer(pointer).and_then(Json::as_text);
        let here = body.pointer(pointer).and_then(Json::as_text);
        if let (Some(there), Some(here)) = (there, here)
            && here != there
            && Form::Plain.of(here) == Form::Plain.of(there)
            && let Some(slot) = body.to_mut().pointer_mut(pointer)
        {
            *slot = Json::text(there);
        }
    }
}

/// Returns the document that replaces the target's, and its text, in which
/// nothing else changes. A part of the compared form stays a part if nothing
/// has to be written next to it.
fn written(mut result: Json, base: &Object) -> (Json, Arc<str>) {
    let is_alone = result.as_object().is_some_and(|object| object.len() == 1);
    let body = match base.wrapper {
        None => result,
        Some(name) => {
            match result
                .as_object_mut()
                .filter(|_| is_alone)
                .and_then(|object| object.remove(name))
            {
                Some(inside) => inside,
                None => {
                    let text = result.print().into();
                    return (result, text);
                }
            }
        }
    };
    let text = splice(&base.text, base.raw(&base.body), &body).into();
    (body, text)
}
