//! What is said of a kind of objects beside their content: what they are known
//! by, whose they are, what they refer to.

use std::borrow::Cow;
use std::sync::Arc;

use super::{DocumentSchema, KindInfo, Patterns};
use crate::engine::json::Json;

/// What is said of objects of one kind.
///
/// Places are JSON pointers without the first `/`.
#[derive(Debug)]
pub struct KindSchema {
    /// Its word and its title.
    pub info: KindInfo,
    /// What its objects are known by: who matches by the first is matched.
    pub keys: &'static [Key],
    /// To whom its objects belong, if to anyone.
    pub owner: Option<OwnerRule>,
    /// What people call an object: the first place that holds text.
    pub name: &'static [&'static str],
    /// What it is called where others refer to it, likewise; as `name` where
    /// there is none.
    pub called: &'static [&'static str],
    /// What its objects refer to.
    pub references: Patterns<ReferenceRule>,
    /// Where nothing is a reference.
    pub computed: &'static [&'static str],
    /// Whether its objects can be imported; others are only exported and
    /// referred to.
    pub importable: bool,
    /// How it is signed, if it ever is.
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

/// That what is signed is never changed.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Its places: what has text in all of them is signed.
    pub at: &'static [&'static str],
    /// How it is compared where it differs: it is taken whole, so that every
    /// difference is one.
    pub whole: &'static DocumentSchema,
}

/// To whom objects belong.
#[derive(Clone, Copy, Debug)]
pub struct OwnerRule {
    /// The word for the kind of owners.
    pub word: &'static str,
    /// Where an object names its owner: the first place that holds text.
    pub at: &'static [&'static str],
}

/// Something that objects of a kind are known by.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// What it is called, where it is told how an object was matched.
    pub name: &'static str,
    /// Where it stands.
    pub at: Stands,
    /// What it is good for.
    pub role: Role,
    /// In which form two of them are compared.
    pub form: Form,
    /// Whether only objects of one owner are compared.
    pub per_owner: bool,
    /// Which columns of the object's row hold it.
    pub column: Column,
    /// Whether no two objects may have it.
    pub unique: Option<Unique>,
}

/// Where a key stands.
#[derive(Clone, Copy, Debug)]
pub enum Stands {
    /// At the first of these places that holds text.
    First(&'static [&'static str]),
    /// At each of these places: the first that holds text counts, and
    /// references may name any.
    Each(&'static [&'static str]),
    /// It follows from the object.
    Of(fn(&Json) -> Vec<String>),
}

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whoever has it is the object.
    Id,
    /// What no id matches is matched by it, if only one object of the file and
    /// only one of the target, which no other object is, have it.
    Name,
    /// Each target has one such object.
    Only,
    /// Objects are found by it and never matched.
    Alias,
}

/// The form in which keys are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Byte for byte.
    Exact,
    /// Without dashes and case, as ids are written in two ways.
    Plain,
    /// As it stands in an address: without case, and with `-` for what no
    /// address holds.
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
    /// The row's id; its second id, too, where the text has another one.
    Either,
}

/// That no two objects may have a key.
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// The code of the reason where another object of the target has it.
    pub code: &'static str,
    /// What it is called in messages, before its value in quotes; '' where the
    /// value says it all.
    pub what: &'static str,
    /// Whether two objects with it are in each other's way at all.
    pub clash: Option<fn(&Json, &Json) -> bool>,
    /// Whether a cover keeps the target's, whatever the file has.
    pub kept: bool,
    /// Whether two objects of a file are in each other's way, too.
    pub in_file: bool,
    /// What would happen, as the end of a message.
    pub because: &'static str,
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
    /// Returns the place where a key is looked for first.
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

/// What objects of a kind refer to from one sort of place.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceRule {
    /// Only where a member of the value has this text.
    pub when: Option<(&'static str, &'static str)>,
    /// Only in objects in which this place says nothing.
    pub unless: Option<&'static str>,
    /// Whether it is one only if the value says nothing else, and names a kind
    /// that is known.
    pub exact: bool,
    /// The kind of what it points to.
    pub to: To,
    /// Where the id stands.
    pub id: Part,
    /// Where the name stands.
    pub name: Part,
    /// What stands around an id within a text.
    pub within: Option<Within>,
    /// Says of an id or a name that it means nothing, or what every system has.
    pub is_none: fn(&str) -> bool,
    /// Which of the kind's keys it may name, beside those that match.
    pub aliases: &'static [&'static str],
    /// What becomes of an object whose reference resolves to nothing.
    pub if_missing: IfMissing,
    /// Whether what it points to comes along: has to be in the target for the
    /// object to be written, and is exported with it.
    pub along: bool,
    /// Whether it may point to what belongs to somebody else.
    pub others: Others,
    /// What the object does with what it points to, such as `grants`; '' for
    /// the place and `refers to`.
    pub verb: &'static str,
}

/// What stands around an id within a text.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    /// What stands before it.
    pub before: &'static str,
    /// Whether the text begins with that.
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
            .map_or(0, |at| at + self.before.len());
        let (head, rest) = text.split_at(begin);
        format!("{head}{by}{}", rest.strip_prefix(id).unwrap_or(rest))
    }
}

/// The kind of what a reference points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// This one.
    Kind(&'static str),
    /// What a member of the value says.
    Member(&'static str),
}

/// Where a part of a reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nowhere.
    None,
    /// It is the value itself.
    Itself,
    /// It is the name of the entry that the value is.
    Entry,
    /// It is the first of these members, or members of members, that is there.
    Member(&'static [&'static str]),
    /// It is a member of the object in which the value stands.
    Beside(&'static str),
}

/// What becomes of an object whose reference resolves to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It is of no use without: it is blocked.
    Blocks,
    /// The operator has to confirm it; and is warned with this code.
    Confirm(&'static str),
    /// The operator is warned with this code.
    Warns(&'static str),
    /// Nothing: what it points to is kept elsewhere.
    External,
}

/// Whether a reference may point to what belongs to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It may.
    Free,
    /// The operator is warned.
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

    /// Returns the same, with what becomes of the object without it.
    #[must_use]
    pub const fn if_missing(self, lacking: IfMissing, verb: &'static str) -> Self {
        Self {
            if_missing: lacking,
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
