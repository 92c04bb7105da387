//! The fields of rows, and how tables declare them.

use crate::store::row::Cell;

/// One property of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldDef {
    /// The property's name in the file.
    pub(crate) json: &'static str,
    /// The column's name; empty if the property is not a column.
    pub(crate) column: &'static str,
    /// Its type.
    pub(crate) ty: Type,
    /// Its role.
    pub(crate) role: Role,
    /// Whether its values are never shown.
    pub(crate) is_secret: bool,
    /// Whether it is made to hold addresses, whose passwords are never shown.
    pub(crate) is_url: bool,
    /// Whether a cover keeps the target's value although it is compared.
    pub(crate) is_kept: bool,
    /// Whether it follows the file, uncompared, in the hidden group of a
    /// scope's API.
    pub(crate) follows: bool,
    /// Whether it belongs to the primary key.
    pub(crate) is_key: bool,
    /// Whether the column refuses NULL.
    pub(crate) required: bool,
    /// The value of an absent property; the product's own default.
    pub(crate) absent: Absent,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text of at most so many characters.
    Text(usize),
    /// A 32-bit number, in the file and in the database.
    Int,
    /// A 64-bit number in the file, 32 bits in the database.
    IntAsLong,
    /// A 64-bit number.
    Long,
    /// A local date and time. The product exports none: audit columns are
    /// nulled and the only exported date is an `Epoch`.
    Time,
    /// Epoch milliseconds as text, for the exported date.
    Epoch,
}

/// The role of a field in comparing and writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Compared and shown; a cover writes it where it differs.
    Compared,
    /// The identity or parent of the row: from the file on an add, the same on
    /// both sides of a cover.
    Identity,
    /// Set when writing: operator, time, version.
    Stamped,
    /// A local id of the environment: never compared, never copied.
    Local,
    /// A count of the running system: from the file on an add, kept on a cover.
    Counter,
    /// Recomputed when writing.
    Derived,
}

/// The value of an absent property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// NULL.
    Null,
    /// A number.
    Int(i64),
    /// Text.
    Text(&'static str),
}

impl From<Absent> for Cell<'static> {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Null => Self::Null,
            Absent::Int(number) => Self::Int(number),
            Absent::Text(text) => Self::Text(text),
        }
    }
}

/// The mini-language of the tables.
impl FieldDef {
    const fn new(ty: Type) -> Self {
        Self {
            json: "",
            column: "",
            ty,
            role: Role::Compared,
            is_secret: false,
            is_url: false,
            is_kept: false,
            follows: false,
            is_key: false,
            required: false,
            absent: Absent::Null,
        }
    }

    pub(super) const fn named(mut self, json: &'static str, column: &'static str) -> Self {
        self.json = json;
        self.column = column;
        self
    }

    pub(super) const fn key(mut self) -> Self {
        self.is_key = true;
        self.role = Role::Identity;
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    pub(super) const fn url(mut self) -> Self {
        self.is_url = true;
        self
    }

    pub(super) const fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    pub(super) const fn follows(mut self) -> Self {
        self.follows = true;
        self
    }

    pub(super) const fn identity(mut self) -> Self {
        self.role = Role::Identity;
        self
    }

    pub(super) const fn stamped(mut self) -> Self {
        self.role = Role::Stamped;
        self
    }

    pub(super) const fn local(mut self) -> Self {
        self.role = Role::Local;
        self
    }

    pub(super) const fn counter(mut self) -> Self {
        self.role = Role::Counter;
        self
    }

    pub(super) const fn derived(mut self) -> Self {
        self.role = Role::Derived;
        self
    }

    pub(super) const fn or_int(mut self, number: i64) -> Self {
        self.absent = Absent::Int(number);
        self
    }

    pub(super) const fn or_text(mut self, text: &'static str) -> Self {
        self.absent = Absent::Text(text);
        self
    }
}

pub(super) const fn text(max: usize) -> FieldDef {
    FieldDef::new(Type::Text(max))
}

pub(super) const fn int() -> FieldDef {
    FieldDef::new(Type::Int)
}

pub(super) const fn int_as_long() -> FieldDef {
    FieldDef::new(Type::IntAsLong)
}

pub(super) const fn long() -> FieldDef {
    FieldDef::new(Type::Long)
}

pub(super) const fn time() -> FieldDef {
    FieldDef::new(Type::Time)
}

pub(super) const fn epoch() -> FieldDef {
    FieldDef::new(Type::Epoch)
}
