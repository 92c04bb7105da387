//! Writing a document.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::data::{
    AccessDocument, ElementDocument, FieldDocument, FindingDocument, GrantDocument, ItemDocument,
    MatchedDocument, MissingApiDocument, MissingDocument, PartyDocument, PlanDocument,
    QuotaDocument, ReasonDocument, ReferenceDocument, RequirementDocument, SecretDocument,
    SeverityDocument, ShiftDocument, UseDocument, ValueDocument,
};
use crate::engine::access::{Access, Party, Shift, Words};
use crate::engine::candidate::{Candidate, Matched, Quota};
use crate::engine::finding::{Finding, Severity};
use crate::engine::item::{Element, Value};
use crate::engine::missing::Missing;
use crate::engine::reference::Reference;
use crate::engine::signature::{Signature, SignatureKey, SignedPlan};
use crate::engine::verdict::Reason;

impl SignedPlan {
    /// Returns the plan as plain data.
    pub fn to_document(&self, key: &SignatureKey) -> PlanDocument {
        let plan = self.plan();
        PlanDocument {
            items: plan
                .entries()
                .iter()
                .map(|entry| item_document(entry.candidate(), key))
                .collect(),
            missing_apis: plan
                .missing_apis()
                .iter()
                .map(missing_api_document)
                .collect(),
            missing: plan.missing_others().iter().map(missing_document).collect(),
            only_in_target: plan.only_in_target().map(|counts| {
                let kinds = counts.kinds();
                let kinds = kinds.map(|(info, items)| (info.kind.as_str().to_owned(), items));
                kinds.collect()
            }),
            warnings: plan.warnings().iter().map(finding_document).collect(),
        }
    }
}

fn missing_api_document(missing: &Missing) -> MissingApiDocument {
    MissingApiDocument {
        module: Arc::clone(&missing.module),
        api: Arc::clone(&missing.key),
        used_by: missing.used_by.iter().map(ToString::to_string).collect(),
        unknown: missing.is_unknown,
    }
}

fn missing_document(missing: &Missing) -> MissingDocument {
    MissingDocument {
        kind: missing.kind.as_str().to_owned(),
        key: Arc::clone(&missing.key),
        module: Arc::clone(&missing.module),
        used_by: missing.used_by.iter().map(ToString::to_string).collect(),
    }
}

fn matched_document(matched: &Matched) -> MatchedDocument {
    MatchedDocument {
        by: matched.by.clone().into_owned(),
        id: Arc::clone(&matched.target),
    }
}

fn item_document(candidate: Candidate, key: &SignatureKey) -> ItemDocument {
    let marks = candidate.marks.map(|marks| *marks).unwrap_or_default();
    let base = candidate
        .base
        .as_ref()
        .map(|base| value_document(&base.value));
    let context = value_document(&candidate.context);
    // Plain data of our own always has a form.
    let described = serde_json::to_vec(&(&base, &context)).unwrap_or_default();
    ItemDocument {
        id: candidate.item.id.to_string(),
        name: candidate.item.name,
        path: candidate.item.path,
        value: value_document(&candidate.item.value),
        base_fingerprint: base.is_some().then(|| key.fingerprint("base", &described)),
        base,
        matched: candidate.matched.as_ref().map(matched_document),
        context,
        blocks: candidate.blocks.iter().map(reason_document).collect(),
        requires: candidate
            .requires
            .iter()
            .map(|requirement| RequirementDocument {
                on: requirement.on.to_string(),
                present: requirement.present,
            })
            .collect(),
        quota: candidate.quota.as_ref().map(quota_document),
        references: candidate
            .references
            .iter()
            .map(reference_document)
            .collect(),
        warnings: candidate.warnings.iter().map(finding_document).collect(),
        set_by_values: marks.set,
        ignored: marks.ignored,
    }
}

fn value_document(value: &Value) -> ValueDocument {
    match value {
        Value::Null => ValueDocument::Null,
        Value::Bool(truth) => ValueDocument::Bool(*truth),
        Value::Int(number) => ValueDocument::Int(*number),
        Value::Number(text) => ValueDocument::Number(Arc::clone(text)),
        Value::Text(text) => ValueDocument::Text(Arc::clone(text)),
        Value::Secret(secret) => ValueDocument::Secret(SecretDocument {
            fingerprint: secret.shared(),
            shown: secret.shown().map(Arc::from),
        }),
        Value::Record(fields) => {
            let fields = fields.iter().map(|field| FieldDocument {
                name: field.name.clone().into_owned(),
                value: value_document(&field.value),
                kept: field.kept,
                quiet: field.quiet,
                replaced: field.replaced,
            });
            ValueDocument::Record(fields.collect())
        }
        Value::Set(elements) => ValueDocument::Set(elements_document(elements)),
        Value::Sequence(elements) => ValueDocument::Sequence(elements_document(elements)),
        Value::List(values) => ValueDocument::List(values.iter().map(value_document).collect()),
    }
}

fn elements_document(elements: &[Element]) -> Vec<ElementDocument> {
    let documents = elements.iter().map(|element| ElementDocument {
        fingerprint: element.id.shared(),
        label: Arc::clone(&element.label),
        value: value_document(&element.value),
        needs: element.needs.as_ref().map(ToString::to_string),
        replaced: element.replaced,
    });
    documents.collect()
}

fn reason_document(reason: &Reason) -> ReasonDocument {
    ReasonDocument {
        code: reason.code.clone().into_owned(),
        message: reason.message.clone(),
        about: reason.about.iter().map(ToString::to_string).collect(),
    }
}

fn reference_document(reference: &Reference) -> ReferenceDocument {
    ReferenceDocument {
        path: reference.path.clone(),
        kind: reference.kind.as_str().to_owned(),
        key: Arc::clone(&reference.key),
        name: Arc::clone(&reference.name),
        how: reference.how,
    }
}

fn quota_document(quota: &Quota) -> QuotaDocument {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    QuotaDocument {
        code: quota.code.clone().into_owned(),
        of: quota.of.clone().into_owned(),
        max: number(quota.max),
        held: number(quota.held),
        uses: quota
            .uses
            .iter()
            .map(|part| UseDocument {
                on: part.on.to_string(),
                left: number(part.left),
                written: number(part.written),
            })
            .collect(),
    }
}

fn finding_document(finding: &Finding) -> FindingDocument {
    FindingDocument {
        severity: match finding.severity {
            Severity::Note => SeverityDocument::Note,
            Severity::Warning => SeverityDocument::Warning,
            Severity::Error => SeverityDocument::Error,
        },
        code: finding.code.clone().into_owned(),
        message: finding.message.clone(),
        path: finding.path.clone(),
        item: finding.item.as_ref().map(ToString::to_string),
        times: Some(finding.times).filter(|times| *times != 1),
        also_at: finding.also_at.clone(),
    }
}

impl Access {
    /// Returns the changes as plain data, without secrets.
    pub fn to_document(&self, key: &SignatureKey) -> AccessDocument {
        let mut places: HashMap<Arc<Party>, u32> = HashMap::new();
        let mut parties = Vec::new();
        let mut place = |party: &Arc<Party>| {
            *places.entry(Arc::clone(party)).or_insert_with(|| {
                let Party { id, name } = &**party;
                let (kind, key) = (id.kind.as_str().to_owned(), Arc::clone(&id.key));
                parties.push(PartyDocument {
                    kind,
                    key,
                    name: Arc::clone(name),
                });
                u32::try_from(parties.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let grants = self.grants().iter().map(|grant| {
            let signature = Signature::new(key, &grant.subject.id);
            let document = |value: &Value| value_document(&signature.value(value.clone()));
            let (change, before, after) = match &grant.shift {
                Shift::Gained(terms) => {
                    (ShiftDocument::Gained, ValueDocument::Null, document(terms))
                }
                Shift::Lost(terms) => (ShiftDocument::Lost, document(terms), ValueDocument::Null),
                Shift::Changed { before, after } => {
                    (ShiftDocument::Changed, document(before), document(after))
                }
            };
            GrantDocument {
                subject: place(&grant.subject),
                object: grant.object.as_ref().map(&mut place),
                change,
                before,
                after,
                by: grant.by.iter().map(&mut place).collect(),
            }
        });
        let grants = grants.collect();
        let words = |[one, many]: &[Cow<'static, str>; 2]| [one.to_string(), many.to_string()];
        let Words { subject, object } = self.words();
        AccessDocument {
            subject: words(subject),
            object: words(object),
            parties,
            grants,
        }
    }
}
