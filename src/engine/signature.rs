//! Plans without secrets: safe to store in a file, and to compare later.

mod document;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::candidate::Candidate;
use super::item::{Element, Field, Item, ItemId, Value};
use super::plan::Plan;
use super::secret::Secret;

pub use document::{AccessDocument, PlanDocument, UnknownKind};

/// The block size of HMAC-SHA256, to which a key is padded.
const BLOCK: usize = 64;

/// The key that signs plans. Never shown.
///
/// Only its owner could guess a secret from its fingerprint.
#[derive(Clone)]
pub struct SignatureKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl SignatureKey {
    /// Returns the key of 32 random bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut block = [0; BLOCK];
        block
            .iter_mut()
            .zip(bytes)
            .for_each(|(slot, byte)| *slot = *byte);
        let labelled = Sha256::new()
            .chain_update(b"gatediff plan key")
            .chain_update(bytes);
        let mut id = hex::encode(labelled.finalize());
        id.truncate(8);
        Self {
            mac: Hmac::new(&block.into()),
            id,
        }
    }

    /// Returns the id of the key: 8 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the keyed fingerprint of some bytes: HMAC-SHA256 in hexadecimal.
    /// `label` separates the fingerprints of different things.
    pub fn fingerprint(&self, label: &str, bytes: &[u8]) -> String {
        hex::encode(
            self.labelled(&[label])
                .chain_update(bytes)
                .finalize()
                .into_bytes(),
        )
    }

    /// Returns whether a fingerprint is that of these bytes, in constant time.
    pub fn verify(&self, label: &str, bytes: &[u8], fingerprint: &str) -> bool {
        // Equal text has equal fingerprints; what leaks is a fingerprint of the fingerprint.
        let one = self.fingerprint("verify", self.fingerprint(label, bytes).as_bytes());
        one == self.fingerprint("verify", fingerprint.as_bytes())
    }

    /// Returns the state after some words, each prefixed with its length.
    fn labelled(&self, words: &[&str]) -> Hmac<Sha256> {
        words.iter().fold(self.mac.clone(), |mac, word| {
            mac.chain_update((word.len() as u64).to_be_bytes())
                .chain_update(word)
        })
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureKey {}", self.id)
    }
}

/// A plan in which a keyed fingerprint replaces each secret. Two plans signed
/// with one key compare as the original plans do.
#[derive(Clone, Debug)]
pub struct SignedPlan(Arc<Plan>);

impl SignedPlan {
    /// Returns the plan.
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.0
    }
}

impl Plan {
    /// Returns the same plan without its secrets.
    pub fn signed(&self, key: &SignatureKey) -> SignedPlan {
        let candidates = self.entries().iter().map(|entry| {
            let candidate = entry.candidate();
            let signature = Signature::new(key, &candidate.item.id);
            Candidate {
                item: signature.item(candidate.item),
                base: candidate.base.map(|base| signature.item(base)),
                context: signature.value(candidate.context),
                ..candidate
            }
        });
        let (missing, warnings) = (self.missing().to_vec(), self.warnings().to_vec());
        let plan = Self::new(self.kinds(), candidates.collect(), missing, warnings);
        let counts = self.only_in_target().cloned();
        SignedPlan(Arc::new(plan.with_only_in_target(counts)))
    }
}

/// Signs what belongs to one item: equal secrets of two items have different fingerprints.
struct Signature {
    mac: Hmac<Sha256>,
}

impl Signature {
    fn new(key: &SignatureKey, id: &ItemId) -> Self {
        Self {
            mac: key.labelled(&["secret", id.kind.as_str(), &id.key]),
        }
    }

    fn secret(&self, secret: &Secret) -> Secret {
        secret.replaced(hex::encode(
            self.mac
                .clone()
                .chain_update(secret.key())
                .finalize()
                .into_bytes(),
        ))
    }

    fn item(&self, item: Item) -> Item {
        Item {
            value: self.value(item.value.into_value()).into(),
            ..item
        }
    }

    fn elements(&self, elements: Vec<Element>) -> Vec<Element> {
        let signed = elements.into_iter().map(|element| Element {
            id: self.secret(&element.id),
            value: self.value(element.value),
            ..element
        });
        signed.collect()
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::Secret(secret) => Value::Secret(self.secret(&secret)),
            Value::Record(fields) => {
                let fields = fields.into_iter();
                Value::Record(
                    fields
                        .map(|field| Field {
                            value: self.value(field.value),
                            ..field
                        })
                        .collect(),
                )
            }
            Value::Set(elements) => Value::Set(self.elements(elements)),
            Value::Sequence(elements) => Value::Sequence(self.elements(elements)),
            Value::List(values) => {
                Value::List(values.into_iter().map(|value| self.value(value)).collect())
            }
            plain @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number(_)
            | Value::Text(_)) => plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::diff::Show;
    use crate::engine::finding::Finding;
    use crate::engine::item::Kind;
    use crate::engine::schema::KindInfo;
    use crate::engine::verdict::Reason;
    use crate::engine::{Matched, Missing, Quota, QuotaUse, Requirement};

    const KIND: Kind = Kind::of("thing");
    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: KIND,
        title: "Things",
    }];

    fn key(byte: u8) -> SignatureKey {
        SignatureKey::from_bytes(&[byte; 32])
    }

    fn id(key: &str) -> ItemId {
        ItemId::new(KIND, key)
    }

    fn value(secret: &str) -> Value {
        let member = Element {
            needs: Some(id("b")),
            replaced: true,
            ..Element::matched(
                format!("id {secret}"),
                "label",
                Value::Secret(Secret::with_mask(secret, "x***")),
            )
        };
        Value::Record(vec![
            Field::kept("secret", Value::Secret(Secret::new(secret))),
            Field::new("plain", Value::Text("plain".into())),
            Field::new("number", Value::Int(i64::MIN)),
            Field::new("none", Value::Null),
            Field::new("set", Value::Set(vec![member])),
        ])
    }

    /// A plan with everything that a plan can contain.
    fn plan(before: &str, after: &str) -> Plan {
        let item = |key: &str, secret: &str| Item {
            id: id(key),
            name: "名".into(),
            value: value(secret).into(),
            path: "/1".into(),
        };
        let candidate = |key: &str, base: Option<&str>| Candidate {
            item: item(key, after),
            base: base.map(|secret| Item {
                path: "".into(),
                ..item(key, secret)
            }),
            matched: base.map(|_| Matched {
                by: "name".into(),
                target: "other".into(),
            }),
            effect: None,
            blocks: Vec::new(),
            requires: vec![Requirement {
                on: id("b"),
                present: base.is_some(),
            }],
            references: Vec::new(),
            quota: Some(Quota {
                code: "too-many".into(),
                of: "things".into(),
                max: 1,
                held: 0,
                uses: vec![QuotaUse {
                    on: id("b"),
                    left: 0,
                    written: 2,
                }],
            }),
            warnings: vec![Finding::warning("w", "warned").at("/1").about(&id(key))],
            marks: None,
            context: value(before),
        };
        let blocked = Candidate {
            blocks: vec![Reason::new("taken", "is taken").about(id("a"))],
            quota: None,
            ..candidate("b", None)
        };
        let api = Missing::api("m", "k", vec![id("a")]);
        let other = Missing {
            kind: KIND,
            key: "gone".into(),
            module: "".into(),
            used_by: vec![id("c")],
            is_unknown: false,
        };
        let candidates = vec![candidate("a", Some(before)), blocked, candidate("c", None)];
        Plan::new(
            &KINDS,
            candidates,
            vec![api, other],
            vec![Finding::note("n", "noted")],
        )
    }

    fn changes(plan: &Plan) -> Vec<String> {
        let all = (0..plan.entries().len()).flat_map(|index| plan.changes(index, Show::Everything));
        all.map(|change| serde_json::to_string(&change).unwrap())
            .collect()
    }

    #[test]
    fn signed_plans_compare_as_the_plans_do() {
        for (before, after) in [("one", "one"), ("one", "other")] {
            let plan = plan(before, after);
            let signed = plan.signed(&key(1));
            assert_eq!(changes(signed.plan()), changes(&plan));
            assert_eq!(signed.plan().summary(), plan.summary());
            let verdicts = |plan: &Plan| {
                plan.entries()
                    .iter()
                    .map(|entry| entry.verdict.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(verdicts(signed.plan()), verdicts(&plan));
        }
    }

    #[test]
    fn a_plan_is_the_same_after_freezing_and_thawing() {
        let signed = plan("one", "other").signed(&key(1));
        let document = signed.to_document(&key(1));
        let json = serde_json::to_string(&document).unwrap();
        let read: PlanDocument = serde_json::from_str(&json).unwrap();
        assert_eq!(read, document);
        let read_back = read.from_document(&KINDS).unwrap();
        assert_eq!(read_back.to_document(&key(1)), document);
        assert_eq!(changes(read_back.plan()), changes(signed.plan()));
    }

    #[test]
    fn no_secret_is_in_a_plan_document_and_each_item_and_key_has_its_own_fingerprints() {
        let document = |byte| {
            serde_json::to_string(
                &plan("canary-one", "canary-other")
                    .signed(&key(byte))
                    .to_document(&key(byte)),
            )
            .unwrap()
        };
        let json = document(1);
        assert!(!json.contains("canary") && json.contains("x***"), "{json}");
        let fingerprints = |json: &str| -> Vec<String> {
            json.split("fingerprint\":\"")
                .skip(1)
                .map(|rest| rest.chars().take(64).collect())
                .collect()
        };
        let (here, there) = (fingerprints(&json), fingerprints(&document(2)));
        assert!(here.len() > 10 && here.iter().all(|one| !there.contains(one)));
        let signature = |item: &str| Signature::new(&key(1), &id(item)).secret(&Secret::new("s"));
        assert_ne!(signature("a"), signature("b"));
        assert_eq!(signature("a"), signature("a"));
    }

    #[test]
    fn the_fingerprint_is_hmac_sha256_of_what_has_its_length_before_it() {
        // As by: printf '\0\0\0\0\0\0\0\1lx' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…
        let fingerprint = key(1).fingerprint("l", b"x");
        assert_eq!(
            fingerprint,
            "b395095caf115b95f8b8aba39afdd00f45d2be7afffdc903d249ad9ae1d0b6dc"
        );
        assert!(key(1).verify("l", b"x", &fingerprint));
        assert!(!key(1).verify("l", b"y", &fingerprint));
        assert!(!key(1).verify("lx", b"", &fingerprint));
        assert_eq!(
            format!("{:?}", key(1)),
            format!("SignatureKey {}", key(1).id())
        );
    }

    #[test]
    fn an_item_of_an_unknown_kind_is_refused() {
        let document = plan("one", "other").signed(&key(1)).to_document(&key(1));
        let other = serde_json::to_string(&document)
            .unwrap()
            .replacen("thing:a", "gadget:a", 1);
        let document: PlanDocument = serde_json::from_str(&other).unwrap();
        assert_eq!(
            document.from_document(&KINDS).unwrap_err().to_string(),
            "'gadget:a' does not name an item of a known kind"
        );
    }
}
