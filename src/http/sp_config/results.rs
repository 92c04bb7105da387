//! The results of an import for every object: the service's messages and, as
//! our extension, every field that would change.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::wire::{Imported, Message};
use crate::engine::diff::Show;
use crate::engine::plan::Entry;
use crate::engine::{
    Change, Choices, Finding, Kind, Matched, Outcome, Plan, Reason, Reference, Resolution,
    Resolved, Severity,
};
use crate::job::sp_config::is_importable;
use crate::job::task::TaskId;

/// The type under which messages about the whole file are reported.
const FILE: &str = "FILE";

/// Why objects are skipped that cannot be imported: not an error, since full
/// exports contain them. Reported per type, instead of the finding about the
/// file.
const NOT_IMPORTABLE: &str = "not-importable";

/// The results of an import.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Results {
    results: BTreeMap<String, OfType>,
    /// The task that exported everything before.
    #[serde(skip_serializing_if = "Option::is_none")]
    export_job_id: Option<String>,
}

/// The results for the objects of one type.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfType {
    infos: Vec<Message>,
    warnings: Vec<Message>,
    errors: Vec<Message>,
    imported_objects: Vec<Imported>,
}

/// The status of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Action {
    Create,
    Update,
    Unchanged,
    Blocked,
}

impl Action {
    const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Added => Self::Create,
            Outcome::Covered => Self::Update,
            Outcome::Unchanged | Outcome::Skipped => Self::Unchanged,
            Outcome::Blocked => Self::Blocked,
        }
    }
}

impl Results {
    /// Returns the results before anything is written, for a file with this
    /// many objects of each type.
    pub(super) fn new(
        plan: &Plan,
        counts: &[(Kind, usize)],
        choices: &Choices,
        backup: Option<&TaskId>,
    ) -> Self {
        let mut results = Self::of_backup(backup);
        for (kind, count) in counts.iter().filter(|(_, count)| *count > 0) {
            if !is_importable(kind.as_str()) {
                let text = format!(
                    "skipped {count} of type {kind}: objects of this type can only be exported"
                );
                let detail = Map::from_iter([("objects".to_owned(), json!(count))]);
                results.of(kind.as_str()).warnings.push(Message::new(
                    NOT_IMPORTABLE,
                    &text,
                    detail,
                ));
            }
        }
        for finding in plan
            .warnings()
            .iter()
            .filter(|finding| finding.code != NOT_IMPORTABLE)
        {
            let kind = finding
                .item
                .as_ref()
                .map_or(FILE, |item| item.kind.as_str());
            results.of(kind).notice(finding);
        }
        let resolution = plan.resolve(choices);
        for index in 0..plan.entries().len() {
            results.describe(plan, &resolution, index);
        }
        results
    }

    /// Returns the results when there is nothing to report about any object.
    pub(super) fn of_backup(backup: Option<&TaskId>) -> Self {
        Self {
            export_job_id: backup.map(ToString::to_string),
            ..Self::default()
        }
    }

    fn of(&mut self, kind: &str) -> &mut OfType {
        self.results.entry(kind.to_owned()).or_default()
    }

    fn describe(&mut self, plan: &Plan, resolution: &Resolution, index: usize) {
        let (Some(entry), Some(state)) = (plan.entry(index), resolution.state(index)) else {
            return;
        };
        let of = self.of(entry.item.id.kind.as_str());
        let action = Action::of(state.outcome);
        let changes = plan.changes(index, Show::Differences);
        let changes = changes
            .iter()
            .filter(|change| change.op.is_effective())
            .count();
        let mut detail = detail(
            entry,
            [("action", json!(action)), ("changes", json!(changes))],
        );
        detail.extend(
            entry
                .matched
                .iter()
                .map(|matched| ("matched".to_owned(), json!(matched))),
        );
        if action == Action::Blocked {
            for reason in entry.verdict.reasons.iter().chain(&state.blocked_by) {
                of.refuse(entry, reason, detail.clone());
            }
        } else {
            let text = format!(
                "Object to be imported: [{}, {}]",
                entry.item.id.key, entry.item.name
            );
            of.infos.push(Message::new("IMPORT_PREVIEW", &text, detail));
        }
        entry
            .references
            .iter()
            .for_each(|reference| of.refer(entry, reference));
        entry.warnings.iter().for_each(|finding| of.notice(finding));
    }

    /// Says whether anything blocks the import.
    pub(super) fn has_errors(&self) -> bool {
        self.results.values().any(|of| !of.errors.is_empty())
    }

    /// Records what was written, in place of what was planned.
    pub(super) fn written(mut self, plan: &Plan, outcomes: &[Outcome]) -> Self {
        for of in self.results.values_mut() {
            of.infos.retain(|message| !message.is("IMPORT_PREVIEW"));
        }
        for (entry, outcome) in plan.entries().iter().zip(outcomes) {
            let of = self.of(entry.item.id.kind.as_str());
            // The target keeps the id that it has.
            let key = entry
                .base
                .as_ref()
                .map_or(&entry.item.id.key, |base| &base.id.key);
            let name = &entry.item.name;
            match outcome {
                Outcome::Added | Outcome::Covered => of.imported_objects.push(Imported {
                    r#type: entry.item.id.kind.to_string(),
                    id: key.to_string(),
                    name: name.to_string(),
                }),
                Outcome::Unchanged => {
                    let text = format!("Object is already identical: [{key}, {name}]");
                    of.infos
                        .push(Message::new("OBJECT_UNCHANGED", &text, Map::new()));
                }
                Outcome::Skipped | Outcome::Blocked => {}
            }
        }
        self
    }
}

impl OfType {
    fn refuse(&mut self, entry: &Entry, reason: &Reason, mut detail: Map<String, Value>) {
        let id = &entry.item.id;
        detail.insert("exceptionMessage".to_owned(), json!(reason.message));
        let text = format!(
            "There was an error importing '{}' with name '{}' and id '{}': {}",
            id.kind, entry.item.name, id.key, reason.message
        );
        self.errors.push(Message::new(&reason.code, &text, detail));
    }

    fn refer(&mut self, entry: &Entry, reference: &Reference) {
        let to = format!(
            "[type: {}, id: {}, name: {}]",
            reference.kind, reference.key, reference.name
        );
        let more = [
            ("path", json!(reference.path)),
            ("how", json!(reference.how)),
        ];
        let detail = detail(entry, more);
        match reference.how {
            Resolved::Unresolved => {
                let text = format!("Unable to resolve reference for object {to}");
                self.warnings
                    .push(Message::new("UNKNOWN_REFERENCE_RESOLVER", &text, detail));
            }
            how => {
                let text = match how {
                    Resolved::External => format!("Reference is kept unchanged: {to}"),
                    how => format!("Resolved reference {} for object {to}", how.words()),
                };
                self.infos
                    .push(Message::new("REFERENCE_RESOLVER", &text, detail));
            }
        }
    }

    fn notice(&mut self, finding: &Finding) {
        let mut detail = Map::new();
        if let Some(path) = &finding.path {
            detail.insert("path".to_owned(), json!(path));
        }
        if let Some(item) = &finding.item {
            detail.insert("id".to_owned(), json!(item.key));
        }
        let message = Message::new(&finding.code, &finding.message, detail);
        match finding.severity {
            Severity::Note => self.infos.push(message),
            Severity::Warning => self.warnings.push(message),
            Severity::Error => self.errors.push(message),
        }
    }
}

fn detail<const N: usize>(entry: &Entry, more: [(&str, Value); N]) -> Map<String, Value> {
    let mut detail = Map::new();
    detail.insert("id".to_owned(), json!(entry.item.id.key));
    detail.extend(
        more.into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    detail
}

/// Every field that an import changes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Differences<'p> {
    objects: Vec<Difference<'p>>,
}

/// Of one object. Secrets are reported only as different.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Difference<'p> {
    r#type: &'p str,
    id: &'p str,
    name: &'p str,
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<&'p Matched>,
    changes: Vec<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: &'p Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<&'p Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: &'p Vec<Finding>,
}

impl<'p> Differences<'p> {
    pub(super) fn new(plan: &'p Plan, choices: &Choices) -> Self {
        let resolution = plan.resolve(choices);
        let states = resolution.states().iter();
        let objects =
            plan.entries()
                .iter()
                .zip(states)
                .enumerate()
                .map(|(index, (entry, state))| Difference {
                    r#type: entry.item.id.kind.as_str(),
                    id: &entry.item.id.key,
                    name: &entry.item.name,
                    action: Action::of(state.outcome),
                    matched: entry.matched.as_ref(),
                    changes: plan.changes(index, Show::Differences),
                    references: &entry.references,
                    reasons: entry.verdict.reasons.iter().collect(),
                    warnings: &entry.warnings,
                });
        Self {
            objects: objects.collect(),
        }
    }
}
