//! What a platform says of its kinds, as data.
//!
//! One declaration per kind. Matching, comparing, masking, writing, looking up
//! references and exporting all read it: what is shown and what is written
//! cannot drift apart.

pub use kinds::{
    Column, Form, IfMissing, Key, KindSchema, Others, OwnerRule, Part, ReferenceRule, Role,
    Signature, Stands, To, Unique, Within, text_at,
};
pub use patterns::Patterns;

use super::item::Kind;

mod kinds;
mod patterns;

/// One kind of a platform's objects, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// The kind's own word, as typed in `--cover client` and printed in JSON.
    pub kind: Kind,
    /// The heading over a list of them, such as "Clients".
    pub title: &'static str,
}

/// What covering does with what only the target has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It is removed: the file's object takes the place of the target's.
    Replace,
    /// It stays: the file's object is merged into the target's.
    Merge,
}

/// Which values say nothing, so that they equal an absent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// Null, '', [] and {}.
    Nothing,
    /// Those, false and 0, and objects of nothing else: the zero values of the
    /// product's own types.
    Zero,
}

/// What is special about a place in a document.
///
/// Where nothing is said, a value is compared and taken from the file, a list
/// of plain values is one value, and a list of objects is a sequence whose
/// elements are known by the first of [`DocumentSchema::list_keys`] that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The target's own, such as an id of its database: taken from the file on
    /// an add, kept on a cover.
    Local,
    /// Changes by itself, such as a counter: kept likewise.
    Volatile,
    /// The target's is kept where the file has none.
    Kept,
    /// Follows from the rest of the object: not compared, and written as the
    /// file has it whenever the object is written.
    Derived,
    /// The system refuses to change it: a difference blocks a cover.
    Immutable,
    /// A credential: compared, never shown, kept where the file has none.
    Secret,
    /// Each value below is a credential.
    SecretsBelow,
    /// No credential, whatever its name.
    Shown,
    /// A text that names the credentials beside it, separated by commas: kept
    /// where the file has none.
    NamesSecrets,
    /// A list of plain values whose order means nothing.
    Set,
    /// A list of objects whose order means nothing, known by the first of these
    /// keys that fits. `a+b` is a key of two members.
    Map(&'static [&'static str]),
    /// A list of objects whose order counts, known by the first of these keys
    /// that fits, else by what they hold.
    Sequence(&'static [&'static str]),
    /// From here on the order of objects in lists means nothing, where a key fits.
    Unordered,
    /// A list that is compared as one value, whatever it holds.
    Atomic,
    /// An object whose members are entries: one counts even if it says nothing.
    Entries,
    /// From here on only [`Empty::Nothing`] says nothing: the content is free.
    Exact,
    /// From here on [`Empty::Zero`] says nothing again.
    Zeroed,
    /// What an absent value means, as JSON text.
    Default(&'static str),
}

/// How a list is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListRule {
    Set,
    Map(&'static [&'static str]),
    Sequence(&'static [&'static str]),
    Atomic,
}

/// Whether a value is written from the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Class {
    #[default]
    Compared,
    /// The target's own is kept.
    Local,
    /// The target's is kept where the file has none.
    Kept,
    Derived,
    Immutable,
}

/// Whether a value may be shown, where its place says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Secret,
    Below,
    Shown,
}

/// All that is said of one place: of each aspect the first rule counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlaceRules {
    pub(super) class: Class,
    pub(super) list: Option<ListRule>,
    pub(super) entries: bool,
    pub(super) unordered: bool,
    pub(super) secrecy: Option<Secrecy>,
    pub(super) names_secrets: bool,
    pub(super) empty: Option<Empty>,
    pub(super) default: Option<&'static str>,
}

/// The rules for documents of one kind: what is said of which places.
#[derive(Debug)]
pub struct Rules {
    patterns: Patterns<Rule>,
    may_name_secrets: bool,
}

impl Rules {
    /// Returns rules, those that go before others first.
    pub fn new<'r>(lists: impl IntoIterator<Item = &'r [(&'static str, Rule)]>) -> Self {
        let rules: Vec<(&'static str, Rule)> = lists.into_iter().flatten().copied().collect();
        let may_name_secrets = rules.iter().any(|(_, rule)| *rule == Rule::NamesSecrets);
        Self {
            patterns: Patterns::new(rules),
            may_name_secrets,
        }
    }

    /// Says whether documents name credentials of their own.
    pub(super) const fn may_name_secrets(&self) -> bool {
        self.may_name_secrets
    }

    /// Says whether a place holds what is the target's own, and kept on a cover;
    /// list elements are `*` in its path.
    pub fn is_own(&self, path: &[&str]) -> bool {
        self.at(path).class == Class::Local
    }

    /// Says whether the order of a list at a place means nothing, whatever its
    /// elements are.
    pub fn is_unordered(&self, path: &[&str]) -> bool {
        matches!(self.at(path).list, Some(ListRule::Set | ListRule::Map(_)))
    }

    /// Returns what is said of a place; list elements are `*` in its path.
    pub(super) fn at(&self, path: &[&str]) -> PlaceRules {
        let mut place = PlaceRules::default();
        if path.is_empty() {
            return place;
        }
        // The first one counts: the last one to be written is the first one.
        for rule in self.patterns.at(path).rev() {
            place.take(*rule);
        }
        place
    }
}

impl PlaceRules {
    const fn take(&mut self, rule: Rule) {
        match rule {
            Rule::Local | Rule::Volatile => self.class = Class::Local,
            Rule::Kept => self.class = Class::Kept,
            Rule::Derived => self.class = Class::Derived,
            Rule::Immutable => self.class = Class::Immutable,
            Rule::Secret => self.secrecy = Some(Secrecy::Secret),
            Rule::SecretsBelow => self.secrecy = Some(Secrecy::Below),
            Rule::Shown => self.secrecy = Some(Secrecy::Shown),
            Rule::NamesSecrets => self.names_secrets = true,
            Rule::Set => self.list = Some(ListRule::Set),
            Rule::Map(keys) => self.list = Some(ListRule::Map(keys)),
            Rule::Sequence(keys) => self.list = Some(ListRule::Sequence(keys)),
            Rule::Unordered => self.unordered = true,
            Rule::Atomic => self.list = Some(ListRule::Atomic),
            Rule::Entries => self.entries = true,
            Rule::Exact => self.empty = Some(Empty::Nothing),
            Rule::Zeroed => self.empty = Some(Empty::Zero),
            Rule::Default(text) => self.default = Some(text),
        }
    }
}

/// What is said of documents of one kind.
#[derive(Debug)]
pub struct DocumentSchema {
    /// What covering does with what only the target has.
    pub cover: Cover,
    /// Which values say nothing.
    pub empty: Empty,
    /// The member whose members are shown as the object's own; '' for none.
    pub inner: &'static str,
    /// What elements of lists are known by where no rule says so, the first key
    /// that fits.
    pub list_keys: &'static [&'static str],
    /// What is special about single places.
    pub rules: Rules,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_aspect_the_first_rule_counts() {
        let rules = Rules::new([
            &[("a/b", Rule::Local), ("**/b", Rule::Secret)][..],
            &[
                ("**/b", Rule::Immutable),
                ("**/*Token", Rule::Volatile),
                ("x/*/y", Rule::Set),
            ],
        ]);
        let place = rules.at(&["a", "b"]);
        assert_eq!(
            (place.class, place.secrecy),
            (Class::Local, Some(Secrecy::Secret))
        );
        let place = rules.at(&["z", "b"]);
        assert_eq!(
            (place.class, place.secrecy),
            (Class::Immutable, Some(Secrecy::Secret))
        );
        assert_eq!(rules.at(&["q", "deltaToken"]).class, Class::Local);
        assert_eq!(rules.at(&["x", "*", "y"]).list, Some(ListRule::Set));
        assert_eq!(rules.at(&["x", "y"]).list, None);
        assert_eq!(rules.at(&[]).class, Class::Compared);
    }
}
