//! A signed plan as plain data, to be written to a file and read again.
//!
//! Only a signed plan has a document: a secret cannot get into a file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Signature, SignatureKey, SignedPlan};
use crate::engine::access::{Access, Grant, Party, Shift, Words};
use crate::engine::finding::{Finding, Severity};
use crate::engine::item::{Element, Field, Item, ItemId, Kind, Value};
use crate::engine::plan::{Candidate, Matched, Missing, Plan, Quota, QuotaUse, Requirement};
use crate::engine::reference::{Reference, Resolved};
use crate::engine::schema::KindInfo;
use crate::engine::secret::Secret;
use crate::engine::verdict::Reason;

/// The content of a signed plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    items: Vec<ItemDocument>,
    #[serde(rename = "lack")]
    missing_apis: Vec<MissingApiDocument>,
    /// Missing objects other than APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingDocument>,
    warnings: Vec<FindingDocument>,
}

/// The access changes as plain data: each party once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessDocument {
    subject: [String; 2],
    object: [String; 2],
    parties: Vec<PartyDocument>,
    grants: Vec<GrantDocument>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyDocument {
    kind: String,
    key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    name: Arc<str>,
}

/// A change of access: places of parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantDocument {
    subject: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<u32>,
    change: ShiftDocument,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    before: ValueDocument,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    after: ValueDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    by: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ShiftDocument {
    Gained,
    Lost,
    Changed,
}

/// An item of a kind that the platform does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' does not name an item of a known kind")]
pub struct UnknownKind(String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemDocument {
    id: String,
    name: Arc<str>,
    path: Arc<str>,
    value: ValueDocument,
    /// Shows whether two plans saw the same in the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<ValueDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    matched: Option<MatchedDocument>,
    #[serde(
        rename = "facts",
        default,
        skip_serializing_if = "ValueDocument::is_null"
    )]
    context: ValueDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<ReasonDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    requires: Vec<RequirementDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    references: Vec<ReferenceDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FindingDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ValueDocument {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Number(Arc<str>),
    Text(Arc<str>),
    Secret(SecretDocument),
    Record(Vec<FieldDocument>),
    Set(Vec<ElementDocument>),
    Sequence(Vec<ElementDocument>),
    List(Vec<Self>),
}

impl ValueDocument {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretDocument {
    fingerprint: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldDocument {
    name: String,
    value: ValueDocument,
    #[serde(default, skip_serializing_if = "is_false")]
    kept: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    quiet: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementDocument {
    fingerprint: Arc<str>,
    label: Arc<str>,
    #[serde(default, skip_serializing_if = "ValueDocument::is_null")]
    value: ValueDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    needs: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonDocument {
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    about: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequirementDocument {
    on: String,
    present: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceDocument {
    path: String,
    kind: String,
    key: Arc<str>,
    name: Arc<str>,
    how: Resolved,
}

/// Numbers are of 32 bits, so that no sum of them overflows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaDocument {
    code: String,
    of: String,
    max: u32,
    held: u32,
    uses: Vec<UseDocument>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UseDocument {
    on: String,
    left: u32,
    written: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingDocument {
    severity: SeverityDocument,
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SeverityDocument {
    Note,
    Warning,
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MissingApiDocument {
    module: Arc<str>,
    api: Arc<str>,
    used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MissingDocument {
    kind: String,
    key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    module: Arc<str>,
    used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchedDocument {
    by: String,
    id: Arc<str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

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
            warnings: plan.warnings().iter().map(finding_document).collect(),
        }
    }
}

fn missing_api_document(missing: &Missing) -> MissingApiDocument {
    MissingApiDocument {
        module: Arc::clone(&missing.module),
        api: Arc::clone(&missing.key),
        used_by: missing.used_by.iter().map(ToString::to_string).collect(),
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

fn reference_from_document(reference: ReferenceDocument) -> Reference {
    Reference {
        path: reference.path,
        // It may be none of the platform's.
        kind: Kind::named(reference.kind),
        key: reference.key,
        name: reference.name,
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

impl AccessDocument {
    /// Returns the changes again; `kinds` are those of their platform.
    ///
    /// # Errors
    ///
    /// Fails where a party is missing, or a term needs an item of another kind.
    pub fn from_document(self, kinds: &'static [KindInfo]) -> Result<Access, UnknownKind> {
        let reader = DocumentReader { kinds };
        let parties = self
            .parties
            .into_iter()
            .map(|PartyDocument { kind, key, name }| {
                // It may be none of the platform's.
                Arc::new(Party::new(ItemId::new(Kind::named(kind), key), name))
            });
        let parties: Vec<Arc<Party>> = parties.collect();
        let party = |index: u32| {
            let found = usize::try_from(index)
                .ok()
                .and_then(|index| parties.get(index))
                .cloned();
            found.ok_or_else(|| UnknownKind(format!("party {index}")))
        };
        let grants = self.grants.into_iter().map(|grant| {
            let terms = |value| reader.value(value).map(Arc::new);
            Ok(Grant {
                subject: party(grant.subject)?,
                object: grant.object.map(party).transpose()?,
                shift: match grant.change {
                    ShiftDocument::Gained => Shift::Gained(terms(grant.after)?),
                    ShiftDocument::Lost => Shift::Lost(terms(grant.before)?),
                    ShiftDocument::Changed => Shift::Changed {
                        before: terms(grant.before)?,
                        after: terms(grant.after)?,
                    },
                },
                by: grant.by.into_iter().map(party).collect::<Result<_, _>>()?,
            })
        });
        let grants = grants.collect::<Result<Vec<_>, UnknownKind>>()?;
        let words = |words: [String; 2]| words.map(Cow::Owned);
        Ok(Access::new(
            Words {
                subject: words(self.subject),
                object: words(self.object),
            },
            grants,
        ))
    }
}

impl PlanDocument {
    /// Returns the plan again; `kinds` are those of its platform.
    ///
    /// # Errors
    ///
    /// Fails on an item of another kind.
    pub fn from_document(self, kinds: &'static [KindInfo]) -> Result<SignedPlan, UnknownKind> {
        let reader = DocumentReader { kinds };
        let candidates: Result<Vec<_>, _> = self
            .items
            .into_iter()
            .map(|item| reader.item(item))
            .collect();
        let apis = self
            .missing_apis
            .into_iter()
            .map(|missing| reader.missing_api(missing));
        let others = self
            .missing
            .into_iter()
            .map(|missing| reader.missing(missing));
        let missing: Result<Vec<_>, _> = apis.chain(others).collect();
        let warnings = reader.findings(self.warnings)?;
        Ok(SignedPlan(Arc::new(Plan::new(
            kinds,
            candidates?,
            missing?,
            warnings,
        ))))
    }
}

struct DocumentReader {
    kinds: &'static [KindInfo],
}

impl DocumentReader {
    fn id(&self, text: &str) -> Result<ItemId, UnknownKind> {
        let parts = text
            .split_once(':')
            .and_then(|(kind, key)| Some((self.kind(kind)?, key)));
        parts
            .map(|(kind, key)| ItemId::new(kind, key))
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }

    fn kind(&self, word: &str) -> Option<Kind> {
        self.kinds
            .iter()
            .find(|info| info.kind.as_str() == word)
            .map(|info| info.kind.clone())
    }

    fn ids(&self, all: &[String]) -> Result<Vec<ItemId>, UnknownKind> {
        all.iter().map(|text| self.id(text)).collect()
    }

    fn item(&self, item: ItemDocument) -> Result<Candidate, UnknownKind> {
        let id = self.id(&item.id)?;
        let base = match item.base {
            Some(value) => Some(Item {
                id: id.clone(),
                name: Arc::clone(&item.name),
                value: self.value(value)?,
                path: Arc::from(""),
            }),
            None => None,
        };
        let requires: Result<Vec<_>, _> = item
            .requires
            .into_iter()
            .map(|need| {
                Ok(Requirement {
                    on: self.id(&need.on)?,
                    present: need.present,
                })
            })
            .collect();
        Ok(Candidate {
            item: Item {
                id,
                name: item.name,
                value: self.value(item.value)?,
                path: item.path,
            },
            base,
            blocks: item
                .blocks
                .into_iter()
                .map(|reason| self.reason(reason))
                .collect::<Result<_, _>>()?,
            requires: requires?,
            matched: item.matched.map(|matched| Matched {
                by: matched.by.into(),
                target: matched.id,
            }),
            quota: item.quota.map(|quota| self.quota(quota)).transpose()?,
            references: item
                .references
                .into_iter()
                .map(reference_from_document)
                .collect(),
            warnings: self.findings(item.warnings)?,
            context: self.value(item.context)?,
        })
    }

    fn value(&self, value: ValueDocument) -> Result<Value, UnknownKind> {
        Ok(match value {
            ValueDocument::Null => Value::Null,
            ValueDocument::Bool(truth) => Value::Bool(truth),
            ValueDocument::Int(number) => Value::Int(number),
            ValueDocument::Number(text) => Value::Number(text),
            ValueDocument::Text(text) => Value::text(Some(&text)),
            ValueDocument::Secret(SecretDocument { fingerprint, shown }) => {
                Value::Secret(match shown {
                    Some(shown) => Secret::with_mask(fingerprint, shown),
                    None => Secret::new(fingerprint),
                })
            }
            ValueDocument::Record(fields) => {
                let fields = fields.into_iter().map(|field| {
                    let value = self.value(field.value)?;
                    let (kept, quiet, replaced) = (field.kept, field.quiet, field.replaced);
                    Ok(Field {
                        name: Cow::Owned(field.name),
                        value,
                        kept,
                        quiet,
                        replaced,
                    })
                });
                Value::Record(fields.collect::<Result<_, _>>()?)
            }
            ValueDocument::Set(elements) => Value::Set(self.elements(elements)?),
            ValueDocument::Sequence(elements) => Value::Sequence(self.elements(elements)?),
            ValueDocument::List(values) => {
                let values = values.into_iter().map(|value| self.value(value));
                Value::List(values.collect::<Result<_, _>>()?)
            }
        })
    }

    fn elements(&self, elements: Vec<ElementDocument>) -> Result<Vec<Element>, UnknownKind> {
        elements
            .into_iter()
            .map(|element| self.element(element))
            .collect()
    }

    fn element(&self, element: ElementDocument) -> Result<Element, UnknownKind> {
        Ok(Element {
            needs: element.needs.map(|needs| self.id(&needs)).transpose()?,
            replaced: element.replaced,
            ..Element::matched(
                element.fingerprint,
                element.label,
                self.value(element.value)?,
            )
        })
    }

    fn reason(&self, reason: ReasonDocument) -> Result<Reason, UnknownKind> {
        Ok(Reason {
            about: self.ids(&reason.about)?,
            ..Reason::new(reason.code, reason.message)
        })
    }

    fn quota(&self, quota: QuotaDocument) -> Result<Quota, UnknownKind> {
        let uses = quota.uses.into_iter().map(|part| {
            let on = self.id(&part.on)?;
            Ok(QuotaUse {
                on,
                left: part.left as usize,
                written: part.written as usize,
            })
        });
        Ok(Quota {
            code: quota.code.into(),
            of: quota.of.into(),
            max: quota.max as usize,
            held: quota.held as usize,
            uses: uses.collect::<Result<_, _>>()?,
        })
    }

    fn findings(&self, findings: Vec<FindingDocument>) -> Result<Vec<Finding>, UnknownKind> {
        findings
            .into_iter()
            .map(|finding| self.finding(finding))
            .collect()
    }

    fn finding(&self, finding: FindingDocument) -> Result<Finding, UnknownKind> {
        Ok(Finding {
            severity: match finding.severity {
                SeverityDocument::Note => Severity::Note,
                SeverityDocument::Warning => Severity::Warning,
                SeverityDocument::Error => Severity::Error,
            },
            code: finding.code.into(),
            message: finding.message,
            path: finding.path,
            item: finding.item.map(|item| self.id(&item)).transpose()?,
        })
    }

    fn missing_api(&self, missing: MissingApiDocument) -> Result<Missing, UnknownKind> {
        Ok(Missing::api(
            missing.module,
            missing.api,
            self.ids(&missing.used_by)?,
        ))
    }

    fn missing(&self, missing: MissingDocument) -> Result<Missing, UnknownKind> {
        let MissingDocument {
            kind,
            key,
            module,
            used_by,
        } = missing;
        // It may be none of the platform's.
        Ok(Missing {
            kind: Kind::named(kind),
            key,
            module,
            used_by: self.ids(&used_by)?,
        })
    }
}
