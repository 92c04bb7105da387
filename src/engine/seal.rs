//! Plans without secrets: fit to be kept in a file, and to be compared later.

mod frozen;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::item::{Element, Field, Item, ItemId, Value};
use super::plan::{Candidate, Plan};
use super::secret::Secret;

pub use frozen::{Frozen, UnknownKind};

/// The block of HMAC-SHA256, which a key is padded to.
const BLOCK: usize = 64;

/// The key that seals plans. Never shown.
///
/// Whoever has it could guess a secret from its fingerprint; nobody else can.
#[derive(Clone)]
pub struct SealKey {
    mac: Hmac<Sha256>,
    id: String,
}

impl SealKey {
    /// Returns the key of 32 random bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        let labelled = Sha256::new().chain_update(b"gatediff plan key").chain_update(bytes);
        let mut id = hex(&labelled.finalize());
        id.truncate(8);
        Self { mac: Hmac::new(&block.into()), id }
    }

    /// Returns what the key is called: 8 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the keyed fingerprint of something: HMAC-SHA256 in hexadecimal.
    /// `label` keeps the fingerprints of different things apart.
    pub fn fingerprint(&self, label: &str, bytes: &[u8]) -> String {
        hex(&self.labelled(&[label]).chain_update(bytes).finalize().into_bytes())
    }

    /// Says whether a fingerprint is that of these bytes, in constant time.
    pub fn verify(&self, label: &str, bytes: &[u8], fingerprint: &str) -> bool {
        // Equal text has equal fingerprints; what leaks is a fingerprint of the fingerprint.
        let one = self.fingerprint("verify", self.fingerprint(label, bytes).as_bytes());
        one == self.fingerprint("verify", fingerprint.as_bytes())
    }

    /// Returns the state after some words, each with its length before it.
    fn labelled(&self, words: &[&str]) -> Hmac<Sha256> {
        words.iter().fold(self.mac.clone(), |mac, word| {
            mac.chain_update((word.len() as u64).to_be_bytes()).chain_update(word)
        })
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey {}", self.id)
    }
}

/// A plan in which a keyed fingerprint stands for each secret. Two plans
/// sealed with one key compare as the plans themselves do.
#[derive(Clone, Debug)]
pub struct SealedPlan(Arc<Plan>);

impl SealedPlan {
    /// Returns the plan.
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.0
    }
}

impl Plan {
    /// Returns the same plan without its secrets.
    pub fn sealed(&self, key: &SealKey) -> SealedPlan {
        let candidates = self.entries().iter().map(|entry| {
            let candidate = entry.candidate();
            let seal = Seal::new(key, &candidate.item.id);
            Candidate {
                item: seal.item(candidate.item),
                base: candidate.base.map(|base| seal.item(base)),
                facts: seal.value(candidate.facts),
                ..candidate
            }
        });
        let (lack, warnings) = (self.lack().to_vec(), self.warnings().to_vec());
        SealedPlan(Arc::new(Self::new(self.kinds(), candidates.collect(), lack, warnings)))
    }
}

/// Seals what belongs to one item: equal secrets of two items do not show as such.
struct Seal {
    mac: Hmac<Sha256>,
}

impl Seal {
    fn new(key: &SealKey, id: &ItemId) -> Self {
        Self { mac: key.labelled(&["secret", id.kind.as_str(), &id.key]) }
    }

    fn secret(&self, secret: &Secret) -> Secret {
        secret.replaced(hex(&self.mac.clone().chain_update(secret.key()).finalize().into_bytes()))
    }

    fn item(&self, item: Item) -> Item {
        Item { value: self.value(item.value), ..item }
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::Secret(secret) => Value::Secret(self.secret(&secret)),
            Value::Record(fields) => {
                let fields = fields.into_iter();
                Value::Record(fields.map(|field| Field { value: self.value(field.value), ..field }).collect())
            }
            Value::Set(elements) => {
                let elements = elements.into_iter().map(|element| Element {
                    id: self.secret(&element.id),
                    value: self.value(element.value),
                    ..element
                });
                Value::Set(elements.collect())
            }
            plain @ (Value::Null | Value::Int(_) | Value::Text(_)) => plain,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
