//! Reading a document: the plan again.

use std::borrow::Cow;
use std::sync::Arc;

use super::data::{
    AccessDocument, ElementDocument, FindingDocument, ItemDocument, MissingApiDocument,
    MissingDocument, PartyDocument, PlanDocument, QuotaDocument, ReasonDocument, ReferenceDocument,
    SecretDocument, SeverityDocument, ShiftDocument, ValueDocument,
};
use crate::engine::access::{Access, Grant, Party, Shift, Words};
use crate::engine::candidate::{Candidate, Matched, Quota, QuotaUse, Requirement};
use crate::engine::finding::{Finding, Severity};
use crate::engine::item::{Element, Field, Item, ItemId, Kind, Value};
use crate::engine::marks::Marks;
use crate::engine::missing::Missing;
use crate::engine::only_in_target::OnlyInTarget;
use crate::engine::plan::Plan;
use crate::engine::reference::Reference;
use crate::engine::schema::KindInfo;
use crate::engine::secret::Secret;
use crate::engine::signature::SignedPlan;
use crate::engine::verdict::Reason;

/// An item of a kind that the platform does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' does not name an item of a known kind")]
pub struct UnknownKind(String);

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
        let counts = self.only_in_target.map(|counts| {
            let count = |kind: &Kind| counts.get(kind.as_str()).copied().unwrap_or_default();
            OnlyInTarget::new(kinds, count)
        });
        let plan = Plan::new(kinds, candidates?, missing?, warnings);
        Ok(SignedPlan(Arc::new(plan.with_only_in_target(counts))))
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
                value: self.value(value)?.into(),
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
                value: self.value(item.value)?.into(),
                path: item.path,
            },
            base,
            effect: None,
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
            marks: Marks::new(item.set_by_values, item.ignored),
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
            times: finding.times.unwrap_or(1),
            also_at: finding.also_at,
        })
    }

    fn missing_api(&self, missing: MissingApiDocument) -> Result<Missing, UnknownKind> {
        let used_by = self.ids(&missing.used_by)?;
        Ok(Missing {
            is_unknown: missing.unknown,
            ..Missing::api(missing.module, missing.api, used_by)
        })
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
            is_unknown: false,
        })
    }
}
