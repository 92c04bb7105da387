//! A sealed plan as plain data, to be written to a file and read again.
//!
//! Only a sealed plan can be frozen: there is no way from a secret to a file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Seal, SealKey, SealedPlan};
use crate::engine::access::{Access, Grant, Party, Shift, Words};
use crate::engine::finding::{Finding, Severity};
use crate::engine::item::{Element, Field, Item, ItemId, Kind, Value};
use crate::engine::plan::{Candidate, Matched, Missing, Plan, Quota, QuotaUse, Requirement};
use crate::engine::reference::{Reference, Resolved};
use crate::engine::schema::KindInfo;
use crate::engine::secret::Secret;
use crate::engine::verdict::Reason;

/// What a sealed plan is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    items: Vec<FrozenItem>,
    lack: Vec<FrozenLack>,
    /// What is missing beside APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing: Vec<FrozenMissing>,
    warnings: Vec<FrozenFinding>,
}

/// What changes of who can call what, as plain data: each party once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenAccess {
    subject: [String; 2],
    object: [String; 2],
    parties: Vec<FrozenParty>,
    grants: Vec<FrozenGrant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenParty {
    kind: String,
    key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    name: Arc<str>,
}

/// A change of access: places of parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenGrant {
    subject: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<u32>,
    change: FrozenShift,
    #[serde(default, skip_serializing_if = "FrozenValue::is_null")]
    before: FrozenValue,
    #[serde(default, skip_serializing_if = "FrozenValue::is_null")]
    after: FrozenValue,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    by: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrozenShift {
    Gained,
    Lost,
    Changed,
}

/// An item of a kind that the platform does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no item of a known kind")]
pub struct UnknownKind(String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenItem {
    id: String,
    name: Arc<str>,
    path: Arc<str>,
    value: FrozenValue,
    /// Tells at a glance whether two plans saw the same in the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<FrozenValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    matched: Option<FrozenMatched>,
    #[serde(default, skip_serializing_if = "FrozenValue::is_null")]
    facts: FrozenValue,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<FrozenReason>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    requires: Vec<FrozenRequirement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quota: Option<FrozenQuota>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    references: Vec<FrozenReference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FrozenFinding>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrozenValue {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Number(Arc<str>),
    Text(Arc<str>),
    Secret(FrozenSecret),
    Record(Vec<FrozenField>),
    Set(Vec<FrozenElement>),
    Sequence(Vec<FrozenElement>),
    List(Vec<Self>),
}

impl FrozenValue {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenSecret {
    fingerprint: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenField {
    name: String,
    value: FrozenValue,
    #[serde(default, skip_serializing_if = "is_false")]
    kept: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    quiet: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenElement {
    fingerprint: Arc<str>,
    label: Arc<str>,
    #[serde(default, skip_serializing_if = "FrozenValue::is_null")]
    value: FrozenValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    needs: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    replaced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenReason {
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    about: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenRequirement {
    on: String,
    present: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenReference {
    path: String,
    kind: String,
    key: Arc<str>,
    name: Arc<str>,
    how: Resolved,
}

/// Numbers are of 32 bits, so that no sum of them overflows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenQuota {
    code: String,
    of: String,
    max: u32,
    held: u32,
    uses: Vec<FrozenUse>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenUse {
    on: String,
    left: u32,
    written: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenFinding {
    severity: FrozenSeverity,
    code: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrozenSeverity {
    Note,
    Warning,
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenLack {
    module: Arc<str>,
    api: Arc<str>,
    used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenMissing {
    kind: String,
    key: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    module: Arc<str>,
    used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrozenMatched {
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

impl SealedPlan {
    /// Returns the plan as plain data.
    pub fn freeze(&self, key: &SealKey) -> Frozen {
        let plan = self.plan();
        Frozen {
            items: plan
                .entries()
                .iter()
                .map(|entry| freeze_item(entry.candidate(), key))
                .collect(),
            lack: plan.missing_apis().iter().map(freeze_lack).collect(),
            missing: plan.missing_others().iter().map(freeze_missing).collect(),
            warnings: plan.warnings().iter().map(freeze_finding).collect(),
        }
    }
}

fn freeze_lack(missing: &Missing) -> FrozenLack {
    FrozenLack {
        module: Arc::clone(&missing.module),
        api: Arc::clone(&missing.key),
        used_by: missing.used_by.iter().map(ToString::to_string).collect(),
    }
}

fn freeze_missing(missing: &Missing) -> FrozenMissing {
    FrozenMissing {
        kind: missing.kind.as_str().to_owned(),
        key: Arc::clone(&missing.key),
        module: Arc::clone(&missing.module),
        used_by: missing.used_by.iter().map(ToString::to_string).collect(),
    }
}

fn freeze_matched(matched: &Matched) -> FrozenMatched {
    FrozenMatched {
        by: matched.by.clone().into_owned(),
        id: Arc::clone(&matched.target),
    }
}

fn freeze_item(candidate: Candidate, key: &SealKey) -> FrozenItem {
    let base = candidate.base.as_ref().map(|base| freeze(&base.value));
    let facts = freeze(&candidate.facts);
    // Plain data of our own always has a form.
    let described = serde_json::to_vec(&(&base, &facts)).unwrap_or_default();
    FrozenItem {
        id: candidate.item.id.to_string(),
        name: candidate.item.name,
        path: candidate.item.path,
        value: freeze(&candidate.item.value),
        base_fingerprint: base.is_some().then(|| key.fingerprint("base", &described)),
        base,
        matched: candidate.matched.as_ref().map(freeze_matched),
        facts,
        blocks: candidate.blocks.iter().map(freeze_reason).collect(),
        requires: candidate
            .requires
            .iter()
            .map(|requirement| FrozenRequirement {
                on: requirement.on.to_string(),
                present: requirement.present,
            })
            .collect(),
        quota: candidate.quota.as_ref().map(freeze_quota),
        references: candidate.references.iter().map(freeze_reference).collect(),
        warnings: candidate.warnings.iter().map(freeze_finding).collect(),
    }
}

fn freeze(value: &Value) -> FrozenValue {
    match value {
        Value::Null => FrozenValue::Null,
        Value::Bool(truth) => FrozenValue::Bool(*truth),
        Value::Int(number) => FrozenValue::Int(*number),
        Value::Number(text) => FrozenValue::Number(Arc::clone(text)),
        Value::Text(text) => FrozenValue::Text(Arc::clone(text)),
        Value::Secret(secret) => FrozenValue::Secret(FrozenSecret {
            fingerprint: secret.shared(),
            shown: secret.shown().map(Arc::from),
        }),
        Value::Record(fields) => {
            let fields = fields.iter().map(|field| FrozenField {
                name: field.name.clone().into_owned(),
                value: freeze(&field.value),
                kept: field.kept,
                quiet: field.quiet,
                replaced: field.replaced,
            });
            FrozenValue::Record(fields.collect())
        }
        Value::Set(elements) => FrozenValue::Set(freeze_elements(elements)),
        Value::Sequence(elements) => FrozenValue::Sequence(freeze_elements(elements)),
        Value::List(values) => FrozenValue::List(values.iter().map(freeze).collect()),
    }
}

fn freeze_elements(elements: &[Element]) -> Vec<FrozenElement> {
    let frozen = elements.iter().map(|element| FrozenElement {
        fingerprint: element.id.shared(),
        label: Arc::clone(&element.label),
        value: freeze(&element.value),
        needs: element.needs.as_ref().map(ToString::to_string),
        replaced: element.replaced,
    });
    frozen.collect()
}

fn freeze_reason(reason: &Reason) -> FrozenReason {
    FrozenReason {
        code: reason.code.clone().into_owned(),
        message: reason.message.clone(),
        about: reason.about.iter().map(ToString::to_string).collect(),
    }
}

fn freeze_reference(reference: &Reference) -> FrozenReference {
    FrozenReference {
        path: reference.path.clone(),
        kind: reference.kind.as_str().to_owned(),
        key: Arc::clone(&reference.key),
        name: Arc::clone(&reference.name),
        how: reference.how,
    }
}

fn thaw_reference(reference: FrozenReference) -> Reference {
    Reference {
        path: reference.path,
        // It may be none of the platform's.
        kind: Kind::named(reference.kind),
        key: reference.key,
        name: reference.name,
        how: reference.how,
    }
}

fn freeze_quota(quota: &Quota) -> FrozenQuota {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    FrozenQuota {
        code: quota.code.clone().into_owned(),
        of: quota.of.clone().into_owned(),
        max: number(quota.max),
        held: number(quota.held),
        uses: quota
            .uses
            .iter()
            .map(|part| FrozenUse {
                on: part.on.to_string(),
                left: number(part.left),
                written: number(part.written),
            })
            .collect(),
    }
}

fn freeze_finding(finding: &Finding) -> FrozenFinding {
    FrozenFinding {
        severity: match finding.severity {
            Severity::Note => FrozenSeverity::Note,
            Severity::Warning => FrozenSeverity::Warning,
            Severity::Error => FrozenSeverity::Error,
        },
        code: finding.code.clone().into_owned(),
        message: finding.message.clone(),
        path: finding.path.clone(),
        item: finding.item.as_ref().map(ToString::to_string),
    }
}

impl Access {
    /// Returns the changes as plain data, without secrets.
    pub fn freeze(&self, key: &SealKey) -> FrozenAccess {
        let mut places: HashMap<Arc<Party>, u32> = HashMap::new();
        let mut parties = Vec::new();
        let mut place = |party: &Arc<Party>| {
            *places.entry(Arc::clone(party)).or_insert_with(|| {
                let Party { id, name } = &**party;
                let (kind, key) = (id.kind.as_str().to_owned(), Arc::clone(&id.key));
                parties.push(FrozenParty {
                    kind,
                    key,
                    name: Arc::clone(name),
                });
                u32::try_from(parties.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let grants = self.grants().iter().map(|grant| {
            let seal = Seal::new(key, &grant.subject.id);
            let frozen = |value: &Value| freeze(&seal.value(value.clone()));
            let (change, before, after) = match &grant.shift {
                Shift::Gained(terms) => (FrozenShift::Gained, FrozenValue::Null, frozen(terms)),
                Shift::Lost(terms) => (FrozenShift::Lost, frozen(terms), FrozenValue::Null),
                Shift::Changed { before, after } => {
                    (FrozenShift::Changed, frozen(before), frozen(after))
                }
            };
            FrozenGrant {
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
        FrozenAccess {
            subject: words(subject),
            object: words(object),
            parties,
            grants,
        }
    }
}

impl FrozenAccess {
    /// Returns the changes again; `kinds` are those of their platform.
    ///
    /// # Errors
    ///
    /// Fails where a party is missing, or a term needs an item of another kind.
    pub fn thaw(self, kinds: &'static [KindInfo]) -> Result<Access, UnknownKind> {
        let thaw = Thaw { kinds };
        let parties = self
            .parties
            .into_iter()
            .map(|FrozenParty { kind, key, name }| {
                // It may be none of the platform's.
                Arc::new(Party::new(ItemId::new(Kind::named(kind), key), name))
            });
        let parties: Vec<Arc<Party>> = parties.collect();
        let party = |at: u32| {
            let found = usize::try_from(at)
                .ok()
                .and_then(|at| parties.get(at))
                .cloned();
            found.ok_or_else(|| UnknownKind(format!("party {at}")))
        };
        let grants = self.grants.into_iter().map(|grant| {
            let terms = |value| thaw.value(value).map(Arc::new);
            Ok(Grant {
                subject: party(grant.subject)?,
                object: grant.object.map(party).transpose()?,
                shift: match grant.change {
                    FrozenShift::Gained => Shift::Gained(terms(grant.after)?),
                    FrozenShift::Lost => Shift::Lost(terms(grant.before)?),
                    FrozenShift::Changed => Shift::Changed {
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

impl Frozen {
    /// Returns the plan again; `kinds` are those of its platform.
    ///
    /// # Errors
    ///
    /// Fails on an item of another kind.
    pub fn thaw(self, kinds: &'static [KindInfo]) -> Result<SealedPlan, UnknownKind> {
        let thaw = Thaw { kinds };
        let candidates: Result<Vec<_>, _> =
            self.items.into_iter().map(|item| thaw.item(item)).collect();
        let apis = self.lack.into_iter().map(|lack| thaw.lack(lack));
        let others = self
            .missing
            .into_iter()
            .map(|missing| thaw.missing(missing));
        let missing: Result<Vec<_>, _> = apis.chain(others).collect();
        let warnings = thaw.findings(self.warnings)?;
        Ok(SealedPlan(Arc::new(Plan::new(
            kinds,
            candidates?,
            missing?,
            warnings,
        ))))
    }
}

struct Thaw {
    kinds: &'static [KindInfo],
}

impl Thaw {
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

    fn item(&self, item: FrozenItem) -> Result<Candidate, UnknownKind> {
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
            references: item.references.into_iter().map(thaw_reference).collect(),
            warnings: self.findings(item.warnings)?,
            facts: self.value(item.facts)?,
        })
    }

    fn value(&self, value: FrozenValue) -> Result<Value, UnknownKind> {
        Ok(match value {
            FrozenValue::Null => Value::Null,
            FrozenValue::Bool(truth) => Value::Bool(truth),
            FrozenValue::Int(number) => Value::Int(number),
            FrozenValue::Number(text) => Value::Number(text),
            FrozenValue::Text(text) => Value::text(Some(&text)),
            FrozenValue::Secret(FrozenSecret { fingerprint, shown }) => {
                Value::Secret(match shown {
                    Some(shown) => Secret::with_mask(fingerprint, shown),
                    None => Secret::new(fingerprint),
                })
            }
            FrozenValue::Record(fields) => {
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
            FrozenValue::Set(elements) => Value::Set(self.elements(elements)?),
            FrozenValue::Sequence(elements) => Value::Sequence(self.elements(elements)?),
            FrozenValue::List(values) => {
                let values = values.into_iter().map(|value| self.value(value));
                Value::List(values.collect::<Result<_, _>>()?)
            }
        })
    }

    fn elements(&self, elements: Vec<FrozenElement>) -> Result<Vec<Element>, UnknownKind> {
        elements
            .into_iter()
            .map(|element| self.element(element))
            .collect()
    }

    fn element(&self, element: FrozenElement) -> Result<Element, UnknownKind> {
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

    fn reason(&self, reason: FrozenReason) -> Result<Reason, UnknownKind> {
        Ok(Reason {
            about: self.ids(&reason.about)?,
            ..Reason::new(reason.code, reason.message)
        })
    }

    fn quota(&self, quota: FrozenQuota) -> Result<Quota, UnknownKind> {
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

    fn findings(&self, findings: Vec<FrozenFinding>) -> Result<Vec<Finding>, UnknownKind> {
        findings
            .into_iter()
            .map(|finding| self.finding(finding))
            .collect()
    }

    fn finding(&self, finding: FrozenFinding) -> Result<Finding, UnknownKind> {
        Ok(Finding {
            severity: match finding.severity {
                FrozenSeverity::Note => Severity::Note,
                FrozenSeverity::Warning => Severity::Warning,
                FrozenSeverity::Error => Severity::Error,
            },
            code: finding.code.into(),
            message: finding.message,
            path: finding.path,
            item: finding.item.map(|item| self.id(&item)).transpose()?,
        })
    }

    fn lack(&self, lack: FrozenLack) -> Result<Missing, UnknownKind> {
        Ok(Missing::api(
            lack.module,
            lack.api,
            self.ids(&lack.used_by)?,
        ))
    }

    fn missing(&self, missing: FrozenMissing) -> Result<Missing, UnknownKind> {
        let FrozenMissing {
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
