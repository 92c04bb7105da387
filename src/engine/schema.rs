//! The declarations of a platform's kinds, as data.
//!
//! One declaration per kind. Matching, comparing, masking, writing, resolving
//! references and exporting all read it: what is shown and what is written
//! cannot diverge.

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

/// How a cover treats what only the target has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It is removed: the file's object replaces the target's.
    Replace,
    /// It stays: the file's object is merged into the target's.
    Merge,
}

/// Which values count as empty, that is, equal to an absent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// Null, '', [] and {}.
    Nothing,
    /// Those, false and 0, and objects that contain nothing else: the zero
    /// values of the product's own types.
    Zero,
}

/// The special treatment of a path in a document.
///
/// Without a rule, a value is compared and taken from the file, a list of plain
/// values is one value, and a list of objects is a sequence whose elements are
/// identified by the first of [`DocumentSchema::list_keys`] that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Belongs to the target, such as an id of its database: taken from the
    /// file on an add, kept on a cover.
    Local,
    /// Changes by itself, such as a counter: kept likewise.
    Volatile,
    /// The target's value is kept if the file has none.
    Kept,
    /// Derived from the rest of the object: not compared, and written as in the
    /// file whenever the object is written.
    Derived,
    /// The system refuses to change it: a difference blocks a cover.
    Immutable,
    /// A credential: compared, never shown, kept if the file has none.
    Secret,
    /// Each value below is a credential.
    SecretsBelow,
    /// Not a credential, whatever its name.
    Shown,
    /// A text that names the credentials next to it, separated by commas: kept
    /// if the file has none.
    NamesSecrets,
    /// A list of plain values whose order does not count.
    Set,
    /// A list of objects whose order does not count, identified by the first of
    /// these keys that fits. `a+b` is a key of two members.
    Map(&'static [&'static str]),
    /// A list of objects whose order counts, identified by the first of these
    /// keys that fits, else by their content.
    Sequence(&'static [&'static str]),
    /// From here on the order of objects in lists does not count, where a key fits.
    Unordered,
    /// A list that is compared as one value, whatever it contains.
    Atomic,
    /// An object whose members are entries: one counts even if it is empty.
    Entries,
    /// From here on only [`Empty::Nothing`] counts as empty: the content is free.
    Exact,
    /// From here on [`Empty::Zero`] counts as empty again.
    Zeroed,
    /// The meaning of an absent value, as JSON text.
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
    /// The target's value is kept.
    Local,
    /// The target's value is kept if the file has none.
    Kept,
    Derived,
    Immutable,
}

/// Whether a value may be shown, as far as its path determines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Secret,
    Below,
    Shown,
}

/// The rules for one path: of each aspect the first rule counts.
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

/// The rules for documents of one kind, by path.
#[derive(Debug)]
pub struct Rules {
    patterns: Patterns<Rule>,
    may_name_secrets: bool,
}

impl Rules {
    /// Returns rules; earlier ones take precedence.
    pub fn new<'r>(lists: impl IntoIterator<Item = &'r [(&'static str, Rule)]>) -> Self {
        let rules: Vec<(&'static str, Rule)> = lists.into_iter().flatten().copied().collect();
        let may_name_secrets = rules.iter().any(|(_, rule)| *rule == Rule::NamesSecrets);
        Self {
            patterns: Patterns::new(rules),
            may_name_secrets,
        }
    }

    /// Returns whether documents name credentials of their own.
    pub(super) const fn may_name_secrets(&self) -> bool {
        self.may_name_secrets
    }

    /// Returns whether the value at a path belongs to the target and is kept on
    /// a cover; list elements are `*` in its path.
    pub fn is_own(&self, path: &[&str]) -> bool {
        self.at(path).class == Class::Local
    }

    /// Returns whether the order of a list at a path does not count, whatever
    /// its elements are.
    pub fn is_unordered(&self, path: &[&str]) -> bool {
        matches!(self.at(path).list, Some(ListRule::Set | ListRule::Map(_)))
    }

    /// Returns the rules for a path; list elements are `*` in it.
    pub(super) fn at(&self, path: &[&str]) -> PlaceRules {
        let mut place = PlaceRules::default();
        if path.is_empty() {
            return place;
        }
        // The first one counts, so rules are applied from the last to the first.
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

/// How documents of one kind are compared.
#[derive(Debug)]
pub struct DocumentSchema {
    /// How a cover treats what only the target has.
    pub cover: Cover,
    /// Which values count as empty.
    pub empty: Empty,
    /// The member whose members are shown as the object's own; '' for none.
    pub inner: &'static str,
    /// What identifies elements of lists without a rule of their own, by the
    /// first key that fits.
    pub list_keys: &'static [&'static str],
    /// The rules for single paths.
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
