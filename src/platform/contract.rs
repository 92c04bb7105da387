//! What a product has to do to be imported and exported.

use std::any::Any;
use std::sync::Arc;

use chrono::NaiveDateTime;
use futures_util::future::{BoxFuture, FutureExt as _};

use super::demo::DemoData;
use super::export::{Export, MissingRoots};
use super::selection::{ExportOptions, ImportOptions};
use crate::engine::rule::{RuleError, Scope};
use crate::engine::{Approved, Finding, ItemId, Kind, KindInfo, Plan, TargetItem, Unpromised};
use crate::source::ParseError;
use crate::store::ledger::{BackupWriter, JournalRow};
use crate::store::restore::TableInfo;
use crate::store::{
    Connection, Holds, Queued, Reading, Stamp, StoreError, TableRows, Touched, Writer,
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
        read_only_file(files, |bytes| self.parse(bytes, options))
    }

    /// Finds the objects whose references, inside of them, point to removed ones, of which these
    /// are the rows, as JSON. Tables say the rest in [`tables`](Self::tables).
    fn referring<'a>(
        &'a self,
        connection: &'a mut Connection,
        removed: Vec<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<Referring>, StoreError>> {
        let _ = (connection, removed);
        std::future::ready(Ok(Vec::new())).boxed()
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

/// A stored object that refers to a removed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referring {
    /// The removed object.
    pub to: ItemId,
    /// The object that refers to it.
    pub by: ItemId,
    /// JSON pointer to the reference.
    pub path: String,
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

/// Reads the files of a directory where only one is allowed.
pub(crate) fn read_only_file<R>(
    files: &[SourceFile<'_>],
    read: impl FnOnce(&[u8]) -> Result<R, ParseError>,
) -> Result<R, FileError> {
    let read = match files {
        [file] => read(file.bytes),
        _ => Err(ParseError::several_files()),
    };
    read.map_err(|error| FileError { file: 0, error })
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

/// A file that was read; only [`Platform::parse`] makes one.
pub trait Bundle: Send + Sync + 'static {
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

    /// Compares with another file, as if a target had exactly what that one has; `None` if it is not
    /// one of the same product. What a file cannot say of a target is taken to be there.
    fn against(self: Arc<Self>, target: &dyn Bundle) -> Option<Box<dyn Comparison>>;

    /// Returns itself, for comparing it with another one of the same product.
    fn as_any(&self) -> &dyn Any;

    /// Returns the rules of its options whose values could not be set: they match nothing, or the
    /// values do not fit.
    fn rule_errors(&self) -> Vec<RuleError>;

    /// Returns the same file, compared with these rules for differences to ignore instead of those
    /// of its options.
    fn ignoring(self: Arc<Self>, rules: &[Scope]) -> Arc<dyn Bundle>;

    /// Reads the target's objects again; `None` if they are those that `planned` was made from, so
    /// that its plan is still the plan. What only a plan's warnings come from need not be read
    /// again.
    fn read_again<'a>(
        self: Arc<Self>,
        connection: &'a mut Connection,
        reading: Reading<'a>,
        planned: &'a dyn Comparison,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Comparison>>, StoreError>> {
        async move {
            let read = self.read_target(connection, reading).await?;
            Ok(Some(read).filter(|read| !read.is_same(planned)))
        }
        .boxed()
    }
}

/// What is made of a file that stands for a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emit {
    /// What was approved and what the product's reader needs beside it, for its own import.
    #[default]
    Import,
    /// All of it, as it is after the import.
    State,
}

/// A file that is made instead of writing to a target. It contains secrets.
pub struct Emitted {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was left out of it.
    pub findings: Vec<Finding>,
    /// The changes of each table that a target would have got.
    pub tables: Vec<TableRows>,
    /// The rows that would have been written, before and after.
    pub journal: Vec<JournalRow>,
}

/// A file together with the target's objects.
pub trait Comparison: Send + Sync {
    /// Compares, and returns the candidates.
    fn plan(&self) -> Plan;

    /// Returns the rules for differences to ignore that match nothing on either side, or cannot be
    /// followed.
    fn rule_errors(&self) -> Vec<RuleError> {
        Vec::new()
    }

    /// Says whether all of the target's objects were read, and not only those that decide about
    /// the file.
    fn is_whole(&self) -> bool {
        true
    }

    /// Returns the items that only the target has, kind by kind in the product's order; `None` if
    /// not all of them were read.
    fn only_in_target(&self) -> Option<Vec<TargetItem>>;

    /// Returns the same, and reads what was not read for the comparison. The caller sets the
    /// transaction's isolation.
    fn read_only_in_target<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<Vec<TargetItem>, StoreError>> {
        let _ = connection;
        std::future::ready(Ok(self.only_in_target().unwrap_or_default())).boxed()
    }

    /// Writes the file that [exporting](Snapshot::export) everything gives, of the target as it
    /// was read for the comparison; what was not read then is read now. The caller holds the
    /// transaction in which it was compared.
    fn back_up<'a>(
        &'a self,
        connection: &'a mut Connection,
        reading: Reading<'a>,
        options: &'a ExportOptions,
        backup: &'a mut BackupWriter,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Returns the tables that nobody else may write while the approved items are: what they rely
    /// on there is a name that nobody has, or a row that cannot be locked.
    fn holds(&self, approved: &Approved) -> Holds {
        let _ = approved;
        Holds::default()
    }

    /// Writes the approved items, a constant number of statements per table.
    /// The caller holds the transaction in which this comparison was read.
    fn write<'a>(
        &'a self,
        writer: &'a mut Writer<'_>,
        approved: &'a Approved,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Writes the approved items into the file that stands for the target; `None` if that would not be
    /// exactly what was shown. Only of a comparison with [another file](Bundle::against).
    fn emit(&self, approved: &Approved, stamp: &Stamp, emit: Emit) -> Option<Emitted> {
        let _ = (approved, stamp, emit);
        None
    }

    /// Says whether this is the same file and a target with the same objects, so that a plan of one
    /// is the plan of the other. May be false for want of an answer.
    fn is_same(&self, other: &dyn Comparison) -> bool {
        let _ = other;
        false
    }

    /// Returns itself, for comparing it with another one of the same product.
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }

    /// Says whether it can check queued writes, so that the server may do them all at once.
    fn checks_queued(&self) -> bool {
        false
    }

    /// Says whether queued writes do exactly what was shown of the approved items. If not,
    /// [`verify`](Self::verify) says what differs, once they are done one by one. Only called if
    /// it [`checks_queued`](Self::checks_queued).
    fn is_shown(&self, approved: &Approved, writes: &[Queued]) -> bool {
        let _ = (approved, writes);
        false
    }

    /// Returns every difference between the approved items as shown and the
    /// written rows.
    fn verify(&self, approved: &Approved, touched: Touched<'_>) -> Vec<Unpromised>;
}
