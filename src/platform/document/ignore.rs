//! Differences of an object that the rules of an environment ignore.

use std::borrow::Cow;

use super::{Object, Prepared};
use crate::engine::Finding;
use crate::engine::align::{align_ignoring, locate};
use crate::engine::diff::segments;
use crate::engine::rule::{Matcher, PathPattern, Step};

/// The rules that are about an object, and the differences that they ignore.
#[derive(Default)]
pub(super) struct Ignoring<'r> {
    rules: Vec<&'r Matcher>,
    /// The paths of the differences.
    pub(super) paths: Vec<String>,
}

impl<'r> Ignoring<'r> {
    /// Returns the rules that are about an object.
    pub(super) fn of(object: &Object, rules: &'r [Matcher]) -> Self {
        let about = rules.iter().filter(|rule| rule.is_about(&object.item));
        Self {
            rules: about.collect(),
            paths: Vec::new(),
        }
    }

    /// Takes the target's values where differences are ignored. Those of a
    /// signed text are not: it changes as a whole or not at all. A reference,
    /// of which `references` are the paths, is ignored as a whole: the id of one
    /// object and the name of another one mean neither.
    pub(super) fn apply(
        &mut self,
        prepared: &mut Prepared<'_>,
        references: &[&str],
    ) -> Vec<Finding> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        for rule in &self.rules {
            let sides = prepared.target.into_iter().chain([&*prepared.file]);
            let has = |json| !locate(json, prepared.schema, &rule.path).is_empty();
            if sides.into_iter().any(has) {
                rule.met();
            }
        }
        if prepared.target.is_none() {
            return Vec::new();
        }
        let patterns: Vec<&PathPattern> = self.rules.iter().map(|rule| &rule.path).collect();
        let target = prepared.target;
        let aligned = align_ignoring(target, &prepared.file, prepared.schema, &patterns);
        let paths = aligned.ignored().paths.iter();
        let halves: Vec<PathPattern> = paths
            .flat_map(|path| references.iter().filter_map(|at| part_of(path, at)))
            .collect();
        let wider: Vec<&PathPattern> = patterns.iter().copied().chain(&halves).collect();
        let aligned = match halves.is_empty() {
            true => aligned,
            false => align_ignoring(target, &prepared.file, prepared.schema, &wider),
        };
        let ignored = aligned.ignored();
        let named = self.rules.iter().enumerate();
        let named = named.filter(|(index, _)| ignored.rules.contains(index));
        named.for_each(|(_, rule)| rule.met());
        if ignored.paths.is_empty() {
            return Vec::new();
        }
        if prepared.whole.is_some() {
            let paths = ignored.paths.join(", ");
            let message = format!("it is signed, so the differences at {paths} are not ignored");
            return vec![Finding::warning("signed-not-ignored", message)];
        }
        self.paths.clone_from(&ignored.paths);
        let file = aligned.file();
        prepared.file = Cow::Owned(file);
        Vec::new()
    }

    /// Returns whether a reference is ignored, or a value that contains it.
    pub(super) fn covers(&self, reference: &str) -> bool {
        let at: Vec<String> = segments(reference).collect();
        self.paths.iter().any(|path| {
            let path: Vec<String> = segments(path).collect();
            at.get(..path.len())
                .is_some_and(|at| is_same_place(at, &path))
        })
    }
}

/// Returns the reference that an ignored path is only a part of.
fn part_of(path: &str, reference: &str) -> Option<PathPattern> {
    let path: Vec<String> = segments(path).collect();
    let at: Vec<String> = segments(reference).collect();
    let whole = path.get(..at.len())?;
    let steps = whole.iter().cloned().map(Step::Name);
    (whole.len() < path.len() && is_same_place(&at, whole))
        .then(|| PathPattern::new(steps.collect()))
}

/// Returns whether a place in a document is that of a path as it is shown: elements of lists have
/// their position in one of them, and perhaps a name in the other.
fn is_same_place(at: &[String], path: &[String]) -> bool {
    let is_same = |(at, path): (&String, &String)| at == path || at.parse::<usize>().is_ok();
    at.len() == path.len() && at.iter().zip(path).all(is_same)
}
