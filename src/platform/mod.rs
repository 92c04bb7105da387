//! One folder per product, each behind the same doors.
//!
//! A platform reads its file into a [`Bundle`], reads the target into a
//! [`Ground`], turns both into the engine's candidates, and writes what was
//! approved. The engine and the faces know none of them by name.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDateTime;
use futures_util::future::BoxFuture;

use self::parse::{Root, RootKey};
use crate::engine::{Approved, Finding, ItemId, Kind, KindInfo, Plan, Unpromised};
use crate::store::restore::TableInfo;
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

mod foreign;
mod parse;
pub mod selection;

pub mod digirunner;
pub mod document;
pub mod sp_config;
pub mod tyk;

pub use foreign::Foreign;
pub use parse::{ParseError, ParseErrorKind, Position};
pub use selection::{
    DefaultReference, ExportOptions, ImportOptions, Mapping, ObjectFilter, OrganisationError,
    Selection, organisations,
};

/// A product whose configuration can be imported and exported.
pub trait Platform: Send + Sync {
    /// Returns the word for `--format` and JSON, such as `digirunner`.
    fn name(&self) -> &'static str;

    /// Returns its kinds in the order in which they are shown and written.
    fn kinds(&self) -> &'static [KindInfo];

    /// Says whether a file whose root object has this key is one of its files;
    /// of a list its first object counts.
    fn recognises(&self, root_key: &str) -> bool;

    /// Returns what operators should know after an import.
    fn after_apply(&self) -> &'static [&'static str];

    /// Describes the tables that it writes, for undoing.
    fn tables(&self) -> Vec<TableInfo>;

    /// Returns its sample.
    fn demo(&self) -> &'static DemoData;

    /// Says whether its objects belong to organisations, which can be mapped.
    fn takes_organisations(&self) -> bool {
        false
    }

    /// Says whether it heeds [`ImportOptions`]; whoever gives some to another
    /// one is told.
    fn takes_options(&self) -> bool {
        false
    }

    /// Says whether several files make one bundle.
    fn takes_directories(&self) -> bool {
        false
    }

    /// Says whether its objects are kept in our own schema, which then has to be
    /// there before an import.
    fn keeps_documents(&self) -> bool {
        false
    }

    /// Says whether a target holds any of its objects.
    fn stands_in<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Syntax and type errors, with line, column and JSON path.
    fn parse(&self, bytes: &[u8], options: &ImportOptions) -> Result<Arc<dyn Bundle>, ParseError>;

    /// Reads the files of a directory as one bundle; `unread` tells what else
    /// stands there. Only asked where it
    /// [`takes_directories`](Self::takes_directories).
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), with the file that it is about.
    fn parse_directory(
        &self,
        files: &[SourceFile<'_>],
        unread: Vec<Finding>,
        options: &ImportOptions,
    ) -> Result<Arc<dyn Bundle>, FileError> {
        drop(unread);
        match files {
            [file] => self
                .parse(file.bytes, options)
                .map_err(|error| FileError { file: 0, error }),
            _ => Err(FileError {
                file: 0,
                error: ParseError::several_files(),
            }),
        }
    }

    /// Reads what stands in a target, a constant number of statements per
    /// table. The caller sets the transaction's isolation.
    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>>;

    /// Returns the kind of which single items can be exported, each with what
    /// it needs.
    fn export_root(&self) -> Kind;

    /// Says whether the product has scopes, which can be edited one by one.
    fn has_scopes(&self) -> bool;

    /// Returns what the product calls a file that it exports now.
    fn export_name(&self, now: NaiveDateTime) -> String;
}

/// What stands in a target, as the platform reads it.
pub trait Snapshot: Send + Sync {
    /// Returns the file that the product itself would export: of everything,
    /// or of what the options say.
    ///
    /// The file holds secrets in the clear, as the product's own does.
    ///
    /// # Errors
    ///
    /// Fails if the target does not have one of the roots, or one is not of
    /// the [`export_root`](Platform::export_root) kind.
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots>;
}

/// One of several files.
#[derive(Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its name in the directory.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// Why one of several files cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Which one, counted from 0.
    pub file: usize,
    /// Why.
    pub error: ParseError,
}

/// A file in the product's own format.
pub struct Export {
    /// The file. It holds secrets.
    pub bytes: Vec<u8>,
    /// How many items of each kind it holds.
    pub counts: Vec<(Kind, usize)>,
    /// What was left out, and what an import is going to refuse.
    pub findings: Vec<Finding>,
}

/// Items that were to be exported and cannot: the target does not have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRoots(pub Vec<ItemId>);

/// A file that was read; only [`Platform::parse`] makes one.
pub trait Bundle: Send + Sync {
    /// Returns what was noticed about the file by itself.
    fn findings(&self) -> &[Finding];

    /// Returns what stands in the way of its items whatever the target holds,
    /// each about its item. A plan tells the same with each item.
    fn blocking_findings(&self) -> Vec<Finding>;

    /// Returns how many items of each kind the file holds.
    fn counts(&self) -> Vec<(Kind, usize)>;

    /// Reads what stands in the target, a constant number of statements per
    /// table. The caller sets the transaction's isolation.
    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>>;
}

/// A file together with what stands in the target.
pub trait Comparison: Send + Sync {
    /// Compares and judges.
    fn plan(&self) -> Plan;

    /// Returns what stands in the target, as it was read for the comparison.
    fn snapshot(&self) -> &dyn Snapshot;

    /// Writes the approved items, a constant number of statements per table.
    /// The caller holds the transaction in which this ground was read.
    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Returns every difference between what was shown of the approved items
    /// and the rows that were written.
    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised>;
}

/// A platform's sample: a target of its own, and a file to import into it.
#[derive(Debug)]
pub struct DemoData {
    /// What the database is called.
    pub database: &'static str,
    /// What stands in it.
    pub target: DemoTarget,
    /// What the file is called.
    pub file_name: &'static str,
    /// The file.
    pub file: &'static str,
}

/// How a sample's target comes by what it holds.
#[derive(Debug)]
pub enum DemoTarget {
    /// By SQL.
    Sql {
        /// The product's tables.
        schema: &'static str,
        /// What stands in them.
        seed: &'static str,
    },
    /// By importing a file, as an operator would.
    Import {
        /// What the file is called.
        file_name: &'static str,
        /// The file.
        file: &'static str,
    },
}

/// The platforms that gatediff comes with.
pub static PLATFORMS: [&dyn Platform; 3] =
    [&digirunner::Digirunner, &tyk::TYK, &sp_config::SP_CONFIG];

/// Those that somebody else declared.
static ADDED: RwLock<Vec<&'static dyn Platform>> = RwLock::new(Vec::new());

/// Adds a platform for the rest of the process; one whose name is known
/// already is left out.
pub fn add(platform: &'static dyn Platform) {
    let mut added = ADDED.write().unwrap_or_else(PoisonError::into_inner);
    let mut known = PLATFORMS.iter().chain(added.iter());
    if !known.any(|known| known.name() == platform.name()) {
        added.push(platform);
    }
}

/// Returns every platform there is.
pub fn all() -> impl Iterator<Item = &'static dyn Platform> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner).clone();
    PLATFORMS.into_iter().chain(added)
}

/// Returns the platform of that name.
pub fn named(name: &str) -> Option<&'static dyn Platform> {
    all().find(|platform| platform.name() == name)
}

/// Recognises whose file this is, from its content.
///
/// # Errors
///
/// Fails if it is not JSON, if its root is neither an object nor a list of
/// them, or if no platform knows any of its keys.
pub fn detect(bytes: &[u8]) -> Result<&'static dyn Platform, ParseError> {
    let found = parse::find_root_key(bytes, Root::ObjectOrList, |key| {
        all().find(|platform| platform.recognises(key))
    })?;
    match found {
        RootKey::Known(platform) => Ok(platform),
        RootKey::Unknown(keys) => Err(ParseError::unknown_format(&keys, all().map(Platform::name))),
    }
}

/// Keeps the first of equal values, in order. For short lists.
fn unique<V: PartialEq>(values: Vec<V>) -> Vec<V> {
    let mut kept: Vec<V> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
