//! The export file, read by streaming into rows.
//!
//! `{ "importClientRelated": { <25 lists> }, "analyzeClientRelated": null }`. Missing lists, nulls,
//! a byte-order mark and unknown properties are tolerated and reported; wrong types and duplicate
//! keys are errors with line, column and JSON path. No error and no finding contains a value.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::{FieldDef, Type};
use super::schema::{API_USE, API_USE_LIST, TABLES};
use super::tables::{ApiUse, Cell, Row, Tables, local_day};
use crate::engine::diff::push_segment;
use crate::engine::finding::Findings;
use crate::engine::{Finding, ItemId};
use crate::source::{self, ParseError, ParseErrorKind, brief, wrong};
use crate::store::Zone;

/// The property that contains the lists.
pub(crate) const ROOT: &str = "importClientRelated";

/// The product's other root property; always null in a file.
pub(crate) const ANALYSIS: &str = "analyzeClientRelated";

/// The content of a file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its rows.
    pub(crate) tables: Tables,
    /// The findings of reading.
    pub(crate) findings: Findings,
    /// The paths of the values that rules set, by item.
    pub(crate) set: SetPaths,
}

/// The paths of the values that rules set, by item.
pub(crate) type SetPaths = HashMap<ItemId, Vec<String>>;

/// Reads a file.
///
/// # Errors
///
/// See the module.
pub(crate) fn read(bytes: &[u8]) -> Result<File, ParseError> {
    let text = source::text(bytes)?;
    let mut reader = Reader::default();
    if source::bom(bytes) > 0 {
        reader.findings.push(Finding::note(
            "byte-order-mark",
            "the file starts with a byte-order mark",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let result = Root(&mut reader)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    match result {
        Ok(()) if reader.has_lists => Ok(reader.finish()),
        Ok(()) => Err(ParseError {
            kind: ParseErrorKind::Shape,
            position: None,
            path: format!("/{ROOT}"),
            message: format!(
                "{ROOT} is {}",
                if reader.has_null { "null" } else { "missing" }
            ),
        }),
        Err(error) => Err(ParseError::from_json(&error, reader.path(), text)),
    }
}

/// The path from the root to the value being read.
enum Segment {
    Key(&'static str),
    Index(usize),
    Unknown(String),
}

#[derive(Default)]
struct Reader {
    tables: Tables,
    findings: Findings,
    path: Vec<Segment>,
    /// The texts of the row being read.
    texts: String,
    has_lists: bool,
    has_null: bool,
    seen: Vec<&'static str>,
    /// The positions of null rows in the list being read.
    nulls: Vec<usize>,
    /// Unknown properties: how often, and where first.
    unknown: BTreeMap<String, (usize, String)>,
}

impl Reader {
    fn path(&self) -> String {
        let mut path = String::new();
        for segment in &self.path {
            path.push('/');
            match segment {
                Segment::Key(key) => push_segment(&mut path, key),
                Segment::Unknown(key) => push_segment(&mut path, key),
                Segment::Index(index) => path.push_str(&index.to_string()),
            }
        }
        path
    }

    fn within<R, E>(
        &mut self,
        segment: Segment,
        read: impl FnOnce(&mut Self) -> Result<R, E>,
    ) -> Result<R, E> {
        self.path.push(segment);
        // Kept on an error: it is the path of the error.
        let value = read(self)?;
        self.path.pop();
        Ok(value)
    }

    /// Records a property that the product does not have.
    fn note_unknown(&mut self, key: &str) {
        let key = &*brief(key);
        let mut place = String::new();
        for segment in &self.path {
            if let Segment::Key(name) = segment {
                place.push_str(name);
                place.push('.');
            }
        }
        place.push_str(key);
        let mut path = self.path();
        path.push('/');
        push_segment(&mut path, key);
        self.unknown.entry(place).or_insert((0, path)).0 += 1;
    }

    fn finish(mut self) -> File {
        // Until the target says which.
        self.tables.set_zone(Zone::UTC);
        for name in TABLES.iter().map(|table| table.list).chain([API_USE_LIST]) {
            if !self.seen.contains(&name) {
                self.findings.push(
                    Finding::note(
                        "missing-list",
                        format!("{name} is missing; treated as empty"),
                    )
                    .at(format!("/{ROOT}/{name}")),
                );
            }
        }
        for (place, (times, path)) in self.unknown {
            let times = if times == 1 {
                "once".to_owned()
            } else {
                format!("{times} times")
            };
            self.findings.push(
                Finding::warning(
                    "unknown-property",
                    format!("unknown property {place} ({times}); it is not imported"),
                )
                .at(path),
            );
        }
        File {
            tables: self.tables,
            findings: self.findings,
            set: SetPaths::new(),
        }
    }
}

/// Defines the visitor methods for the types that a value must not have.
macro_rules! refuse {
    ($expected:expr; $($method:ident $(($ty:ty))? => $found:literal),* $(,)?) => {
        $(refuse!(@ $expected; $method $(($ty))? => $found);)*
    };
    (@ $expected:expr; visit_unit => $found:literal) => {
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Err(wrong($expected, $found))
        }
    };
    (@ $expected:expr; visit_seq => $found:literal) => {
        fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(wrong($expected, $found))
        }
    };
    (@ $expected:expr; visit_map => $found:literal) => {
        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(wrong($expected, $found))
        }
    };
    (@ $expected:expr; $method:ident ($ty:ty) => $found:literal) => {
        fn $method<E: de::Error>(self, _: $ty) -> Result<Self::Value, E> {
            Err(wrong($expected, $found))
        }
    };
}

struct Root<'r>(&'r mut Reader);

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object at the root")
    }

    refuse!("an object at the root"; visit_unit => "null", visit_seq => "a list", visit_str(&str) => "text",
        visit_bool(bool) => "true or false", visit_i64(i64) => "a number", visit_u64(u64) => "a number",
        visit_f64(f64) => "a number");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reader = self.0;
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(duplicate(&key));
            }
            match key.as_str() {
                ROOT => reader.within(Segment::Key(ROOT), |reader| {
                    map.next_value_seed(Lists(reader))
                })?,
                ANALYSIS => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    reader.note_unknown(&key);
                    reader.within(Segment::Unknown(brief(&key).into_owned()), |_| {
                        map.next_value::<IgnoredAny>()
                    })?;
                }
            }
            seen.insert(key);
        }
        Ok(())
    }
}

fn duplicate<E: de::Error>(key: &str) -> E {
    E::custom(format_args!("duplicate property {}", brief(key)))
}

/// The object of the 25 lists.
struct Lists<'r>(&'r mut Reader);

impl<'de> DeserializeSeed<'de> for Lists<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lists<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of lists")
    }

    refuse!("an object of lists"; visit_seq => "a list", visit_str(&str) => "text", visit_bool(bool) => "true or false",
        visit_i64(i64) => "a number", visit_u64(u64) => "a number", visit_f64(f64) => "a number");

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.has_null = true;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reader = self.0;
        reader.has_lists = true;
        let mut others: HashSet<String> = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let table = TABLES.iter().find(|table| table.list == key);
            let known = table
                .map(|table| table.list)
                .or((key == API_USE_LIST).then_some(API_USE_LIST));
            let Some(list) = known else {
                if others.contains(&key) {
                    return Err(duplicate(&key));
                }
                reader.note_unknown(&key);
                reader.within(Segment::Unknown(brief(&key).into_owned()), |_| {
                    map.next_value::<IgnoredAny>()
                })?;
                others.insert(key);
                continue;
            };
            if reader.seen.contains(&list) {
                return Err(duplicate(list));
            }
            reader.seen.push(list);
            let fields = table.map_or(API_USE.as_slice(), |table| table.fields);
            let rows = reader.within(Segment::Key(list), |reader| {
                map.next_value_seed(Rows {
                    reader: &mut *reader,
                    fields,
                })
            })?;
            let nulls = std::mem::take(&mut reader.nulls);
            if let Some(table) = table {
                reader.tables.set_nulls(table.id, nulls);
            }
            match table {
                Some(table) => reader.tables.set_rows(table.id, rows),
                None => reader.tables.api_use = rows.iter().map(api_use).collect(),
            }
        }
        Ok(())
    }
}

fn api_use(row: &Row) -> ApiUse {
    ApiUse {
        uid: row.shared(0),
        module: row.shared(1),
        api: row.shared(2),
    }
}

/// A list of rows.
struct Rows<'r> {
    reader: &'r mut Reader,
    fields: &'static [FieldDef],
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<Row>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Row>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or null")
    }

    refuse!("a list or null"; visit_map => "an object", visit_str(&str) => "text", visit_bool(bool) => "true or false",
        visit_i64(i64) => "a number", visit_u64(u64) => "a number", visit_f64(f64) => "a number");

    fn visit_unit<E: de::Error>(self) -> Result<Vec<Row>, E> {
        let path = self.reader.path();
        self.reader
            .findings
            .push(Finding::note("null-list", "the list is null; treated as empty").at(path));
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Row>, A::Error> {
        let Self { reader, fields } = self;
        let mut rows = Vec::new();
        let mut index = 0;
        loop {
            let seed = |reader: &mut Reader| list.next_element_seed(RowOf { reader, fields });
            match reader.within(Segment::Index(index), seed)? {
                None => return Ok(rows),
                Some(Some(row)) => rows.push(row),
                Some(None) => {
                    reader.nulls.push(index);
                    let path = format!("{}/{index}", reader.path());
                    reader.findings.push(
                        Finding::warning("null-row", "a row is null; it is ignored").at(path),
                    );
                }
            }
            index += 1;
        }
    }
}

/// A row; `None` for null.
struct RowOf<'r> {
    reader: &'r mut Reader,
    fields: &'static [FieldDef],
}

impl<'de> DeserializeSeed<'de> for RowOf<'_> {
    type Value = Option<Row>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Row>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowOf<'_> {
    type Value = Option<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refuse!("an object"; visit_seq => "a list", visit_str(&str) => "text", visit_bool(bool) => "true or false",
        visit_i64(i64) => "a number", visit_u64(u64) => "a number", visit_f64(f64) => "a number");

    fn visit_unit<E: de::Error>(self) -> Result<Option<Row>, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Row>, A::Error> {
        let Self { reader, fields } = self;
        reader.texts.clear();
        let mut cells: Vec<Option<Read>> = vec![None; fields.len()];
        let mut others: HashSet<String> = HashSet::new();
        let mut next = 0;
        while let Some(name) = map.next_key_seed(Name { fields, next })? {
            match name {
                Named::Field(index, field) => {
                    let slot = cells.get_mut(index).filter(|slot| slot.is_none());
                    let Some(slot) = slot else {
                        return Err(duplicate(field.json));
                    };
                    let read = |reader: &mut Reader| {
                        let texts = &mut reader.texts;
                        map.next_value_seed(CellOf { field, texts })
                    };
                    *slot = Some(reader.within(Segment::Key(field.json), read)?);
                    next = index + 1;
                }
                Named::Unknown(key) if others.contains(&key) => return Err(duplicate(&key)),
                Named::Unknown(key) => {
                    reader.note_unknown(&key);
                    reader.within(Segment::Unknown(brief(&key).into_owned()), |_| {
                        map.next_value::<IgnoredAny>()
                    })?;
                    others.insert(key);
                }
            }
        }
        let cells = cells.into_iter().zip(fields).map(|(read, field)| {
            read.map_or_else(|| field.absent.into(), |read| read.cell(&reader.texts))
        });
        Ok(Some(Row::new(&cells.collect::<Vec<_>>())))
    }
}

/// A property's name: which field it is.
enum Named {
    Field(usize, &'static FieldDef),
    Unknown(String),
}

/// Finds the field of a property's name, first at its usual position: after the previous one.
struct Name {
    fields: &'static [FieldDef],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property's name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
        let expected = self
            .fields
            .get(self.next)
            .filter(|field| field.json == name);
        if let Some(field) = expected {
            return Ok(Named::Field(self.next, field));
        }
        let found = self
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.json == name);
        Ok(found.map_or_else(
            || Named::Unknown(name.to_owned()),
            |(index, field)| Named::Field(index, field),
        ))
    }
}

/// A cell of the row that is being read.
#[derive(Clone)]
enum Read {
    Null,
    Int(i64),
    /// Where it is in the reader's texts.
    Text(Range<usize>),
}

impl Read {
    fn cell(self, texts: &str) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(number) => Cell::Int(number),
            Self::Text(range) => texts.get(range).map_or(Cell::Null, Cell::Text),
        }
    }
}

/// A value of a field.
struct CellOf<'t> {
    field: &'static FieldDef,
    /// Where its text goes.
    texts: &'t mut String,
}

impl CellOf<'_> {
    fn text(self, text: &str) -> Read {
        let start = self.texts.len();
        self.texts.push_str(text);
        Read::Text(start..self.texts.len())
    }

    const fn expected(&self) -> &'static str {
        match self.field.ty {
            Type::Text(_) => "text or null",
            Type::Int => "a 32-bit whole number or null",
            Type::IntAsLong | Type::Long => "a 64-bit whole number or null",
            Type::Time => "a date or null",
            Type::Epoch => "epoch milliseconds as text, or null",
        }
    }

    fn number<E: de::Error>(self, number: Option<i64>) -> Result<Read, E> {
        match (self.field.ty, number) {
            (Type::Int, Some(number)) if i32::try_from(number).is_err() => {
                Err(wrong(self.expected(), "a number that does not fit"))
            }
            (Type::Int | Type::IntAsLong | Type::Long, Some(number)) => Ok(Read::Int(number)),
            (Type::Int | Type::IntAsLong | Type::Long, None) => {
                Err(wrong(self.expected(), "a number that does not fit"))
            }
            // A date of an audit column: the product would read it; we set our own.
            (Type::Time, _) => Ok(Read::Null),
            (Type::Text(_) | Type::Epoch, _) => Err(wrong(self.expected(), "a number")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for CellOf<'_> {
    type Value = Read;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellOf<'_> {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Read, E> {
        Ok(Read::Null)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Read, E> {
        match self.field.ty {
            Type::Text(_) => Ok(self.text(text)),
            Type::Time => Ok(Read::Null),
            Type::Epoch if text.is_empty() => Ok(Read::Null),
            Type::Epoch if local_day(text, Zone::UTC).is_some() => Ok(self.text(text)),
            Type::Epoch => Err(wrong(self.expected(), "other text")),
            Type::Int | Type::IntAsLong | Type::Long => Err(wrong(self.expected(), "text")),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Read, E> {
        self.number(Some(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Read, E> {
        self.number(i64::try_from(number).ok())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Read, E> {
        Err(wrong(
            self.expected(),
            "a fraction, or a number that is too large",
        ))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Read, E> {
        Err(wrong(self.expected(), "true or false"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Read, A::Error> {
        Err(wrong(self.expected(), "a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Read, A::Error> {
        Err(wrong(self.expected(), "an object"))
    }
}
