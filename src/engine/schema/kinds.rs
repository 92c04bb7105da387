//! The declaration of a kind of objects beyond their content: identifiers,
//! owners, references.

use std::borrow::Cow;
use std::sync::Arc;

use super::{DocumentSchema, KindInfo, Patterns};
use crate::engine::json::Json;

/// The declaration of one kind of objects.
///
/// Paths are JSON pointers without the first `/`.
#[derive(Debug)]
pub struct KindSchema {
    /// Its word and its title.
    pub info: KindInfo,
    /// The identifiers of its objects: the first match counts.
    pub keys: &'static [Key],
    /// The owner of its objects, if any.
    pub owner: Option<OwnerRule>,
    /// The display name of an object: the first path with a text.
    pub name: &'static [&'static str],
    /// The name in references to it, likewise; as `name` if empty.
    pub called: &'static [&'static str],
    /// What its objects refer to.
    pub references: Patterns<ReferenceRule>,
    /// Paths without references.
    pub computed: &'static [&'static str],
    /// Whether its objects can be imported; others are only exported and
    /// referred to.
    pub importable: bool,
    /// How it is signed, if it can be.
    pub signature: Option<Signature>,
    /// How its content is compared.
    pub document: &'static DocumentSchema,
}

impl KindSchema {
    /// Returns the form in which ids of its objects are compared.
    pub fn id_form(&self) -> Form {
        self.keys.first().map_or(Form::Exact, |key| key.form)
    }
}

/// Signed text is never changed.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Its paths: an object with text at all of them is signed.
    pub at: &'static [&'static str],
    /// How it is compared if it differs: it is taken as a whole, so every
    /// difference counts.
    pub whole: &'static DocumentSchema,
}

/// The owner of objects.
#[derive(Clone, Copy, Debug)]
pub struct OwnerRule {
    /// The word for the kind of owners.
    pub word: &'static str,
    /// The owner's paths in an object: the first with a text counts.
    pub at: &'static [&'static str],
}

/// An identifier of objects of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in messages about how an object was matched.
    pub name: &'static str,
    /// Its location.
    pub at: Stands,
    /// Its role.
    pub role: Role,
    /// The form in which two of them are compared.
    pub form: Form,
    /// Whether only objects of one owner are compared.
    pub per_owner: bool,
    /// Which columns of the object's row store it.
    pub column: Column,
    /// Whether no two objects may have it.
    pub unique: Option<Unique>,
}

/// The location of a key.
#[derive(Clone, Copy, Debug)]
pub enum Stands {
    /// The first of these paths with a text.
    First(&'static [&'static str]),
    /// Each of these paths: the first with a text counts, and references may
    /// name any.
    Each(&'static [&'static str]),
    /// Derived from the object.
    Of(fn(&Json) -> Vec<String>),
}

/// The role of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It identifies the object.
    Id,
    /// Matches objects without a matching id, if only one object of the file
    /// and only one unmatched object of the target have it.
    Name,
    /// Each target has exactly one such object.
    Only,
    /// Objects are found by it but never matched.
    Alias,
}

/// The form in which keys are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Byte for byte.
    Exact,
    /// Ignoring dashes and case, as ids are written in two ways.
    Plain,
    /// As in an address: ignoring case, and with `-` for other characters.
    Address,
}

/// Which columns of a row hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// None.
    None,
    /// The row's id.
    Id,
    /// The row's second id.
    Second,
    /// The row's id; also its second id, if the text has another one.
    Either,
}

/// A key must be unique.
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// The code of the reason if another object of the target has it.
    pub code: &'static str,
    /// Its name in messages, before its value in quotes; '' if the value is
    /// self-explanatory.
    pub what: &'static str,
    /// The groups among which it must be unique, if not among all: two objects
    /// with it conflict if one of them has no group, or both have one group.
    pub among: Option<for<'j> fn(&'j Json) -> Vec<&'j str>>,
    /// Whether a cover keeps the target's, whatever the file has.
    pub kept: bool,
    /// Whether two objects of a file conflict, too.
    pub in_file: bool,
    /// The consequence, as the end of a message.
    pub because: &'static str,
}

impl Unique {
    /// Returns the groups of an object; none if it conflicts with all others.
    pub fn groups<'j>(&self, body: &'j Json) -> Vec<&'j str> {
        self.among.map_or_else(Vec::new, |among| among(body))
    }

    /// Says whether two objects with it conflict.
    pub fn conflict(&self, one: &Json, other: &Json) -> bool {
        let (here, there) = (self.groups(one), self.groups(other));
        here.is_empty() || there.is_empty() || here.iter().any(|group| there.contains(group))
    }
}

impl Key {
    /// Returns a key of one role.
    pub const fn new(name: &'static str, role: Role, at: Stands) -> Self {
        Self {
            name,
            at,
            role,
            form: Form::Exact,
            per_owner: false,
            column: Column::None,
            unique: None,
        }
    }

    /// Returns its values in an object.
    pub fn values(&self, body: &Json) -> Vec<Arc<str>> {
        match self.at {
            Stands::First(places) => places
                .iter()
                .find_map(|place| text_at(body, place))
                .cloned()
                .into_iter()
                .collect(),
            Stands::Each(places) => {
                let mut values: Vec<Arc<str>> = Vec::new();
                for text in places.iter().filter_map(|place| text_at(body, place)) {
                    if !values.contains(text) {
                        values.push(Arc::clone(text));
                    }
                }
                values
            }
            Stands::Of(of) => of(body).into_iter().map(Arc::from).collect(),
        }
    }
}

impl Stands {
    /// Returns the path where a key is looked up first.
    pub fn first(&self) -> Option<&'static str> {
        match self {
            Self::First(places) | Self::Each(places) => places.first().copied(),
            Self::Of(_) => None,
        }
    }
}

impl Form {
    /// Returns a key in this form.
    pub fn of<'t>(self, text: &'t str) -> Cow<'t, str> {
        let is_plain = |c: char| c != '-' && !c.is_uppercase();
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::Plain if text.chars().all(is_plain) => Cow::Borrowed(text),
            Self::Plain => text
                .chars()
                .filter(|c| *c != '-')
                .flat_map(char::to_lowercase)
                .collect(),
            Self::Address => text
                .to_lowercase()
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { '-' })
                .collect(),
        }
    }
}

/// Returns the text at a place; '' is none.
pub fn text_at<'j>(json: &'j Json, place: &str) -> Option<&'j Arc<str>> {
    let found = place.split('/').try_fold(json, |json, name| json.get(name));
    match found {
        Some(Json::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The references of a kind from one set of paths.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceRule {
    /// Only if a member of the value has this text.
    pub when: Option<(&'static str, &'static str)>,
    /// Only in objects in which this path is empty.
    pub unless: Option<&'static str>,
    /// Whether it is one only if the value contains nothing else, and names a
    /// known kind.
    pub exact: bool,
    /// The kind of the referenced object.
    pub to: To,
    /// The path of the id.
    pub id: Part,
    /// The path of the name.
    pub name: Part,
    /// The surroundings of an id within a text.
    pub within: Option<Within>,
    /// Returns whether an id or a name has no meaning, or exists in every system.
    pub is_none: fn(&str) -> bool,
    /// Which of the kind's keys it may name, in addition to those that match.
    pub aliases: &'static [&'static str],
    /// The consequence for an object whose reference resolves to nothing.
    pub if_missing: IfMissing,
    /// Whether the referenced object is included: it must be in the target for
    /// the object to be written, and is exported with it.
    pub along: bool,
    /// Whether the referenced object may have another owner.
    pub others: Others,
    /// The verb for messages, such as `grants`; '' for the path and `refers
    /// to`.
    pub verb: &'static str,
}

/// The surroundings of an id within a text.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    /// The text before it.
    pub before: &'static str,
    /// Whether the text starts with that.
    pub at_start: bool,
    /// The characters that end it.
    pub ends: &'static [char],
}

impl Within {
    /// Returns the id in a text; '' where there is none.
    pub fn find<'t>(&self, text: &'t str) -> &'t str {
        let rest = match self.at_start {
            true => text.strip_prefix(self.before),
            false => text.split_once(self.before).map(|(_, rest)| rest),
        };
        rest.and_then(|rest| rest.split(self.ends).next())
            .unwrap_or_default()
    }

    /// Returns a text with another id in the place of the one in it.
    pub fn replace(&self, text: &str, by: &str) -> String {
        let id = self.find(text);
        let begin = text
            .find(self.before)
            .map_or(0, |offset| offset + self.before.len());
        let (head, rest) = text.split_at(begin);
        format!("{head}{by}{}", rest.strip_prefix(id).unwrap_or(rest))
    }
}

/// The kind of the referenced object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// This one.
    Kind(&'static str),
    /// The kind that a member of the value names.
    Member(&'static str),
}

/// The location of a part of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nowhere.
    None,
    /// The value itself.
    Itself,
    /// The name of the entry that is the value.
    Entry,
    /// The first of these members, or nested members, that exists.
    Member(&'static [&'static str]),
    /// A member of the object that contains the value.
    Beside(&'static str),
}

/// The consequence for an object whose reference resolves to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It is useless without: it is blocked.
    Blocks,
    /// The operator must confirm it, and gets a warning with this code.
    Confirm(&'static str),
    /// The operator gets a warning with this code.
    Warns(&'static str),
    /// None: the referenced object is managed elsewhere.
    External,
}

/// Whether a reference may point to an object of another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It may.
    Free,
    /// The operator gets a warning.
    Warn,
    /// The object is blocked.
    Block,
}

impl ReferenceRule {
    /// Returns a reference to objects of a kind by a value that is their id.
    pub const fn to(kind: &'static str) -> Self {
        Self {
            when: None,
            unless: None,
            exact: false,
            to: To::Kind(kind),
            id: Part::Itself,
            name: Part::None,
            within: None,
            is_none: str::is_empty,
            aliases: &[],
            if_missing: IfMissing::Blocks,
            along: true,
            others: Others::Free,
            verb: "",
        }
    }

    /// Returns the same, with the id and the name at these places.
    #[must_use]
    pub const fn by(self, id: Part, name: Part) -> Self {
        Self { id, name, ..self }
    }

    /// Returns the same, with the consequence if the object is missing.
    #[must_use]
    pub const fn if_missing(self, if_missing: IfMissing, verb: &'static str) -> Self {
        Self {
            if_missing,
            verb,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_within_a_text_is_replaced_and_nothing_around_it() {
        let host = Within {
            before: "tyk://",
            at_start: true,
            ends: &['/', '?', '#'],
        };
        assert_eq!(host.find("tyk://ab/ab?ab"), "ab");
        assert_eq!(host.replace("tyk://ab/ab?ab", "c"), "tyk://c/ab?ab");
        assert_eq!(host.find("see tyk://ab"), "");
        let form = Within {
            before: "== '",
            at_start: false,
            ends: &['\''],
        };
        assert_eq!(
            form.replace("$[?(@.f == 'f') && f]", "g"),
            "$[?(@.f == 'g') && f]"
        );
    }

    #[test]
    fn keys_are_compared_in_their_form() {
        assert_eq!(Form::Exact.of("A-b"), "A-b");
        assert_eq!(Form::Plain.of("2C91-80A"), "2c9180a");
        assert!(matches!(Form::Plain.of("2c9180a"), Cow::Borrowed(_)));
        assert_eq!(Form::Address.of("My API (v2)"), "my-api--v2-");
    }
}
