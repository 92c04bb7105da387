//! One folder per product, each behind the same traits.
//!
//! A platform reads its file into a [`Bundle`], reads the target into a
//! [`Comparison`], turns both into the engine's candidates, and writes the
//! approved items. The engine and the front ends depend on none of them.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDateTime;
use futures_util::future::BoxFuture;

use crate::engine::{Approved, Finding, ItemId, Kind, KindInfo, Plan, Unpromised};
use crate::source::{self, ParseError, Root, RootKey};
use crate::store::restore::TableInfo;
use crate::store::{Connection, Reading, StoreError, Touched, Writer};

pub mod selection;

pub mod digirunner;
pub mod document;
pub mod sp_config;
pub mod tyk;

pub use selection::{
    DefaultReference, ExportOptions, ImportOptions, Mapping, ObjectFilter, OrganisationError,
    Selection, organisations,
};

/// A product whose configuration can be imported and exported.
pub trait Platform: Send + Sync {
    /// Returns its name for `--format` and JSON, such as `digirunner`.
    fn name(&self) -> &'static str;

    /// Returns its kinds in the order in which they are shown and written.
    fn kinds(&self) -> &'static [KindInfo];

    /// Says whether a file whose root object has this key is one of its files;
    /// for a list, the first object is used.
    fn recognises(&self, root_key: &str) -> bool;

    /// Returns messages for operators after an import.
    fn after_apply(&self) -> &'static [&'static str];

    /// Describes the tables that it writes, for undo.
    fn tables(&self) -> Vec<TableInfo>;

    /// Returns its sample.
    fn demo(&self) -> &'static DemoData;

    /// Says whether its objects belong to organisations, which can be mapped.
    fn takes_organisations(&self) -> bool {
        false
    }

    /// Says whether it supports [`ImportOptions`]; giving them to another
    /// platform is an error.
    fn takes_options(&self) -> bool {
        false
    }

    /// Says whether several files can form one bundle.
    fn takes_directories(&self) -> bool {
        false
    }

    /// Says whether its objects are stored in our own schema, which then must
    /// exist before an import.
    fn keeps_documents(&self) -> bool {
        false
    }

    /// Says whether a target has any of its objects.
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

    /// Reads the files of a directory as one bundle; `unread` reports what else
    /// is there. Only called if it
    /// [`takes_directories`](Self::takes_directories).
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), with the affected file.
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

    /// Reads a target's objects, with a constant number of statements per
    /// table. The caller sets the transaction's isolation.
    fn snapshot<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Snapshot>, StoreError>>;

    /// Returns the kind whose items can be exported individually, each with
    /// what it requires.
    fn export_root(&self) -> Kind;

    /// Says whether the product has scopes, which can be edited individually.
    fn has_scopes(&self) -> bool;

    /// Returns the product's name for a file that is exported now.
    fn export_name(&self, now: NaiveDateTime) -> String;
}

/// A target's objects, as the platform reads them.
pub trait Snapshot: Send + Sync {
    /// Returns the file that the product itself would export: everything, or
    /// the selection of the options.
    ///
    /// The file contains secrets in clear text, as the product's own does.
    ///
    /// # Errors
    ///
    /// Fails if the target does not have one of the roots, or if one is not of
    /// the [`export_root`](Platform::export_root) kind.
    fn export(&self, options: &ExportOptions) -> Result<Export, MissingRoots>;
}

/// One of several files.
#[derive(Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its name in the directory.
    pub name: &'a str,
    /// Its content.
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
    /// The file. It contains secrets.
    pub bytes: Vec<u8>,
    /// How many items of each kind it contains.
    pub counts: Vec<(Kind, usize)>,
    /// What was left out, and what an import will refuse.
    pub findings: Vec<Finding>,
}

/// Requested items that the target does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRoots(pub Vec<ItemId>);

/// A file that was read; only [`Platform::parse`] makes one.
pub trait Bundle: Send + Sync {
    /// Returns the findings about the file itself.
    fn findings(&self) -> &[Finding];

    /// Returns what blocks its items in any target, each about its item. A plan
    /// reports the same with each item.
    fn blocking_findings(&self) -> Vec<Finding>;

    /// Returns how many items of each kind the file contains.
    fn counts(&self) -> Vec<(Kind, usize)>;

    /// Reads the target's objects, with a constant number of statements per
    /// table. The caller sets the transaction's isolation.
    fn read_target<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
    ) -> BoxFuture<'a, Result<Box<dyn Comparison>, StoreError>>;
}

/// A file together with the target's objects.
pub trait Comparison: Send + Sync {
    /// Compares, and returns the candidates.
    fn plan(&self) -> Plan;

    /// Returns the target's objects, as they were read for the comparison.
    fn snapshot(&self) -> &dyn Snapshot;

    /// Writes the approved items, a constant number of statements per table.
    /// The caller holds the transaction in which this comparison was read.
    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Returns every difference between the approved items as shown and the
    /// written rows.
    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised>;
}

/// A platform's sample: a target, and a file to import into it.
#[derive(Debug)]
pub struct DemoData {
    /// The name of the database.
    pub database: &'static str,
    /// Its content.
    pub target: DemoTarget,
    /// The name of the file.
    pub file_name: &'static str,
    /// The file.
    pub file: &'static str,
}

/// How a sample's target is filled.
#[derive(Debug)]
pub enum DemoTarget {
    /// By SQL.
    Sql {
        /// The product's tables.
        schema: &'static str,
        /// Their rows.
        seed: &'static str,
    },
    /// By importing a file, as an operator would.
    Import {
        /// The name of the file.
        file_name: &'static str,
        /// The file.
        file: &'static str,
    },
}

/// The platforms that gatediff comes with.
pub static PLATFORMS: [&dyn Platform; 3] =
    [&digirunner::Digirunner, &tyk::TYK, &sp_config::SP_CONFIG];

/// Those that were registered at run time.
static ADDED: RwLock<Vec<&'static dyn Platform>> = RwLock::new(Vec::new());

/// Registers a platform for the rest of the process, unless its name is already
/// known.
pub fn add(platform: &'static dyn Platform) {
    let mut added = ADDED.write().unwrap_or_else(PoisonError::into_inner);
    let mut known = PLATFORMS.iter().chain(added.iter());
    if !known.any(|known| known.name() == platform.name()) {
        added.push(platform);
    }
}

/// Returns all platforms.
pub fn all() -> impl Iterator<Item = &'static dyn Platform> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner).clone();
    PLATFORMS.into_iter().chain(added)
}

/// Returns the platform of that name.
pub fn named(name: &str) -> Option<&'static dyn Platform> {
    all().find(|platform| platform.name() == name)
}

/// Recognises the platform of a file, from its content.
///
/// # Errors
///
/// Fails if it is not JSON, if its root is neither an object nor a list of
/// objects, or if no platform recognises any of its keys.
pub fn detect(bytes: &[u8]) -> Result<&'static dyn Platform, ParseError> {
    let found = source::find_root_key(bytes, Root::ObjectOrList, |key| {
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
