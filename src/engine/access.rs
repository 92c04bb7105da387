//! Who can call what after the choices are applied, and which grants change.
//!
//! A platform that grants access describes, as a [`Model`] in the plan, what
//! its target grants and how writing each item of the file changes that. Given
//! the set of written items, [`Model::evaluate`] returns every pair of a
//! subject (a client, a policy) and an object (an API) that gains or loses
//! access, by which means, and the terms that change.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::diff::{Op, Show, compare};
use super::item::{ItemId, Value};
use super::{Change, display::safe};

mod concerns;
mod model;
#[cfg(test)]
mod tests;

pub(super) use concerns::Concerns;
pub(super) use model::Step;
pub use model::{Draw, Model, Node, PoolMember, Right, Subject, Terms, When};

/// A party to access: a client, an API, or the group, scope or key by which one
/// calls the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party {
    /// Its identity. The kind may be none of the platform's item kinds. May be hostile.
    pub id: ItemId,
    /// Its display name; may be empty or hostile.
    pub name: Arc<str>,
}

impl Party {
    /// Returns a party.
    pub fn new(id: ItemId, name: impl Into<Arc<str>>) -> Self {
        Self {
            id,
            name: name.into(),
        }
    }

    /// Returns its key, with its name where that adds something: `crm (CRM
    /// system)`. May be hostile.
    pub fn called(&self) -> Cow<'_, str> {
        match &*self.name {
            "" => Cow::Borrowed(&self.id.key),
            name if *name == *self.id.key => Cow::Borrowed(name),
            name => Cow::Owned(format!("{} ({name})", self.id.key)),
        }
    }
}

/// The words for subjects and objects, each in the singular and the plural.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Words {
    /// Callers, such as `client` and `clients`.
    pub subject: [Cow<'static, str>; 2],
    /// What is called, such as `API` and `APIs`.
    pub object: [Cow<'static, str>; 2],
}

impl Words {
    /// Returns words known at compile time.
    pub const fn of(subject: [&'static str; 2], object: [&'static str; 2]) -> Self {
        let [one, many] = subject;
        let subject = [Cow::Borrowed(one), Cow::Borrowed(many)];
        let [one, many] = object;
        Self {
            subject,
            object: [Cow::Borrowed(one), Cow::Borrowed(many)],
        }
    }

    fn subjects(&self, n: usize) -> String {
        counted(n, &self.subject)
    }

    fn objects(&self, n: usize) -> String {
        counted(n, &self.object)
    }
}

fn counted(n: usize, [one, many]: &[Cow<'static, str>; 2]) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// How the access of a subject to an object changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shift {
    /// The subject gains access, under these terms.
    Gained(Terms),
    /// The subject loses access, which it had under these terms.
    Lost(Terms),
    /// The subject keeps access, under other terms.
    Changed {
        /// The terms in the target.
        before: Terms,
        /// The terms after the import.
        after: Terms,
    },
}

impl Shift {
    /// Returns the word for scripts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Gained(_) => "gained",
            Self::Lost(_) => "lost",
            Self::Changed { .. } => "changed",
        }
    }

    /// Returns the sign for people.
    pub const fn sign(&self) -> char {
        match self {
            Self::Gained(_) => '+',
            Self::Lost(_) => '-',
            Self::Changed { .. } => '~',
        }
    }

    /// Returns how the terms differ, or the terms of an access that is gained or lost.
    pub fn terms(&self) -> Vec<Change> {
        match self {
            Self::Gained(terms) => compare(None, terms, Show::Differences),
            Self::Lost(terms) => {
                let mut changes = compare(None, terms, Show::Differences);
                for change in &mut changes {
                    change.op = Op::Remove;
                    std::mem::swap(&mut change.before, &mut change.after);
                }
                changes
            }
            Self::Changed { before, after } => compare(Some(before), after, Show::Differences),
        }
    }
}

/// One change of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The caller.
    pub subject: Arc<Party>,
    /// What is called; `None` where the terms of everything that the subject
    /// calls change.
    pub object: Option<Arc<Party>>,
    /// How the access changes.
    pub shift: Shift,
    /// The means by which the object is or was called. Empty where the subject
    /// grants it directly.
    pub by: Vec<Arc<Party>>,
}

impl Grant {
    /// Returns whether it concerns an item, as its subject, its object or its means.
    pub fn is_about(&self, id: &ItemId) -> bool {
        let is_it = |party: &Arc<Party>| party.id == *id;
        is_it(&self.subject) || self.object.as_ref().is_some_and(is_it) || self.by.iter().any(is_it)
    }

    /// Returns the means: `by scope pay and group core`; '' where the subject
    /// grants it directly. Safe to show.
    pub fn means(&self) -> String {
        let shown = |by: &Arc<Party>| {
            let key = if by.id.key.is_empty() {
                "(no name)"
            } else {
                &by.id.key
            };
            safe(&format!("{} {key}", by.id.kind)).into_owned()
        };
        match self.by.split_last() {
            None => String::new(),
            Some((only, [])) => format!("by {}", shown(only)),
            Some((last, rest)) => {
                let rest: Vec<String> = rest.iter().map(shown).collect();
                format!("by {} and {}", rest.join(", "), shown(last))
            }
        }
    }

    /// Returns the object's label in a list of the subject's.
    pub fn what(&self) -> Cow<'_, str> {
        self.object
            .as_ref()
            .map_or(Cow::Borrowed("limits"), |object| safe_cow(object.called()))
    }
}

fn safe_cow(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => safe(text),
        Cow::Owned(text) => Cow::Owned(safe(&text).into_owned()),
    }
}

/// JSON: `{"subject","object","change","by"}`, with `subject_name`,
/// `object_name`, `before` and `after` where present.
impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut party = |[id, name]: [&'static str; 2], party: &Party| {
            map.serialize_entry(id, &party.id)?;
            match &*party.name {
                "" => Ok(()),
                called => map.serialize_entry(name, called),
            }
        };
        party(["subject", "subject_name"], &self.subject)?;
        if let Some(object) = &self.object {
            party(["object", "object_name"], object)?;
        }
        map.serialize_entry("change", self.shift.word())?;
        if !self.by.is_empty() {
            map.serialize_entry("by", &self.by.iter().map(|by| &by.id).collect::<Vec<_>>())?;
        }
        let (before, after) = match &self.shift {
            Shift::Gained(terms) => (None, Some(terms)),
            Shift::Lost(terms) => (Some(terms), None),
            Shift::Changed { before, after } => (Some(before), Some(after)),
        };
        for (name, terms) in [("before", before), ("after", after)] {
            if let Some(terms) = terms.filter(|terms| ***terms != Value::Null) {
                map.serialize_entry(name, &**terms)?;
            }
        }
        map.end()
    }
}

/// The number of pairs that change in one way, and of their subjects and objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Subjects.
    pub subjects: usize,
    /// Objects.
    pub objects: usize,
    /// Pairs of a subject and an object.
    pub pairs: usize,
}

/// The counts of all changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccessSummary {
    /// Gained.
    pub gained: Tally,
    /// Lost.
    pub lost: Tally,
    /// Called under other terms. A subject whose terms all change is counted
    /// without a pair.
    pub changed: Tally,
}

/// Every change of access, by subject and object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    words: Words,
    grants: Vec<Grant>,
}

impl Access {
    /// Returns the changes, sorted by subject and object.
    pub fn new(words: Words, mut grants: Vec<Grant>) -> Self {
        // Most are in order already, which makes the sort cheap.
        grants.sort_by(|a, b| (&a.subject, &a.object).cmp(&(&b.subject, &b.object)));
        Self { words, grants }
    }

    /// Returns the words for subjects and objects.
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// Returns every change, sorted by subject and object.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    /// Returns the changes of each subject, in order.
    pub fn by_subject(&self) -> impl Iterator<Item = (&Arc<Party>, &[Grant])> {
        let same = |a: &Grant, b: &Grant| a.subject.id == b.subject.id;
        self.grants
            .chunk_by(same)
            .filter_map(|chunk| Some((&chunk.first()?.subject, chunk)))
    }

    /// Returns the changes of each object, in order. A change of all that a
    /// subject calls belongs to no object.
    pub fn by_object(&self) -> Vec<(&Arc<Party>, Vec<&Grant>)> {
        let of = |grant: &'_ Grant| grant.object.clone();
        let mut sorted: Vec<&Grant> = self
            .grants
            .iter()
            .filter(|grant| grant.object.is_some())
            .collect();
        sorted.sort_by_cached_key(|grant| (of(grant), Arc::clone(&grant.subject)));
        let chunks = sorted.chunk_by(|a, b| a.object == b.object);
        chunks
            .filter_map(|chunk| Some((chunk.first()?.object.as_ref()?, chunk.to_vec())))
            .collect()
    }

    /// Returns the changes that concern an item: as a subject, as an object or as a means.
    pub fn about<'a>(&'a self, id: &'a ItemId) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(|grant| grant.is_about(id))
    }

    /// Returns the sentence and the counts.
    pub fn counted(&self) -> Counted {
        Counted {
            sentence: self.to_string(),
            counts: self.summary(),
        }
    }

    /// Counts.
    pub fn summary(&self) -> AccessSummary {
        let tally = |word: &str| {
            let of = || {
                self.grants
                    .iter()
                    .filter(move |grant| grant.shift.word() == word)
            };
            // A new subject has terms too, but calls nothing by them alone.
            let counts = |grant: &&Grant| grant.object.is_some() || word == "changed";
            let mut subjects = 0;
            let mut last = None;
            for grant in of().filter(counts) {
                if last != Some(&grant.subject.id) {
                    subjects += 1;
                    last = Some(&grant.subject.id);
                }
            }
            let objects: std::collections::HashSet<&ItemId> = of()
                .filter_map(|grant| Some(&grant.object.as_ref()?.id))
                .collect();
            Tally {
                subjects,
                objects: objects.len(),
                pairs: of().filter(|grant| grant.object.is_some()).count(),
            }
        };
        AccessSummary {
            gained: tally("gained"),
            lost: tally("lost"),
            changed: tally("changed"),
        }
    }
}

/// Shown as `4 clients gain 9 APIs, none loses any`.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccessSummary {
            gained,
            lost,
            changed,
        } = self.summary();
        let Words {
            subject: [one, _],
            object: [object, _],
        } = &self.words;
        let part = |tally: Tally, verbs: [&str; 2]| {
            let verb = if tally.subjects == 1 {
                verbs[0]
            } else {
                verbs[1]
            };
            format!(
                "{} {verb} {}",
                self.words.subjects(tally.subjects),
                self.words.objects(tally.objects)
            )
        };
        let (gain, lose) = (["gains", "gain"], ["loses", "lose"]);
        match (gained.pairs, lost.pairs) {
            (0, 0) => write!(f, "no {one} gains or loses any {object}")?,
            (_, 0) => write!(f, "{}, none loses any", part(gained, gain))?,
            (0, _) => write!(f, "{}, none gains any", part(lost, lose))?,
            (_, _) => write!(f, "{}, {}", part(gained, gain), part(lost, lose))?,
        }
        match changed.subjects {
            0 => Ok(()),
            n => write!(f, "; the terms of {} change", self.words.subjects(n)),
        }
    }
}

/// The sentence and the counts of the changes, as in JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    /// The summary sentence.
    pub sentence: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: AccessSummary,
}

/// JSON: `{"summary":{"sentence","gained","lost","changed"},"list":[…]}`.
impl Serialize for Access {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("summary", &self.counted())?;
        map.serialize_entry("list", &self.grants)?;
        map.end()
    }
}
