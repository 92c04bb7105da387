//! The product as a platform.

use super::object_kind::{KINDS, Sort};
use super::{access, api, file, kinds, listen, organisations, prepare, print, rules, schema};
use crate::engine::access::Model;
use crate::engine::schema::KindSchema;
use crate::engine::{Finding, KindInfo, Plan, Reason};
use crate::platform::document::{
    About, Documents, File, Json, Kinds, Object, Prepared, Printer, Product, ResolvedReference,
    Search, Sides, meaning, printed,
};
use crate::platform::tyk::recognise;
use crate::platform::{DemoData, DemoTarget, ExportOptions, FileError, ImportOptions, SourceFile};
use crate::source::{ParseError, has_member};

/// A bank's production Dashboard, and an export of its test Dashboard.
pub static DEMO: DemoData = DemoData {
    database: "tyk",
    target: DemoTarget::Import {
        file_name: "fixtures/tyk/target.json",
        file: include_str!("../../../fixtures/tyk/target.json"),
    },
    file_name: "fixtures/tyk/export.json",
    file: include_str!("../../../fixtures/tyk/export.json"),
};

/// Tyk API management, with its Dashboard, as a platform.
pub static TYK: Documents = Documents(&Tyk);

/// Tyk API management, with its Dashboard.
#[derive(Clone, Copy, Debug)]
pub struct Tyk;

static ABOUT: About = About {
    name: "tyk",
    after_apply: &[
        "the objects are stored in the schema gatediff, the system of record: no Tyk Dashboard is updated",
        "export them, then import the file there in this order: organisations, APIs, policies",
    ],
    demo: &DEMO,
    root: "api",
    takes_options: false,
    takes_organisations: true,
    takes_directories: true,
};

impl Kinds for Tyk {
    fn schema(&self, kind: &str) -> Option<&'static KindSchema> {
        Sort::of_kind(kind).map(kinds::schema)
    }
}

impl Product for Tyk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn kinds(&self) -> &'static [KindInfo] {
        &KINDS
    }

    fn recognises(&self, root_key: &str) -> bool {
        file::LISTS.iter().any(|(name, _)| *name == root_key) || recognise::is_telling(root_key)
    }

    fn read(&self, bytes: &[u8], options: &ImportOptions) -> Result<File, ParseError> {
        let mut file = file::read(bytes)?;
        organisations::map(&mut file, &options.organisations);
        Ok(file)
    }

    fn read_all(
        &self,
        files: &[SourceFile<'_>],
        options: &ImportOptions,
    ) -> Result<File, FileError> {
        let mut file = file::read_all(files)?;
        organisations::map(&mut file, &options.organisations);
        Ok(file)
    }

    fn printer(&self, options: &ExportOptions) -> Box<dyn Printer> {
        Box::new(print::Lists::new(&options.selection))
    }

    fn print(&self, objects: &[&Object], options: &ExportOptions) -> Vec<u8> {
        print::only(objects, &options.selection)
            .unwrap_or_else(|| printed(&mut *self.printer(options), objects))
    }

    fn wrapper(&self, schema: &KindSchema, body: &Json) -> Option<&'static str> {
        Sort::of_kind(schema.info.kind.as_str()).and_then(|sort| api::wrapper(sort, body))
    }

    fn wrapper_of(&self, schema: &KindSchema, text: &str) -> Option<&'static str> {
        let sort = Sort::of_kind(schema.info.kind.as_str())?;
        // Most texts say so themselves, long before they end.
        (sort == Sort::Api && !has_member(text, &api::PARTS))
            .then(|| self.wrapper(schema, &meaning(text)))
            .flatten()
    }

    fn derived(&self) -> &'static [&'static str] {
        &schema::DERIVED
    }

    fn prepare<'o>(&self, prepared: &mut Prepared<'o>, object: &'o Object, sides: &Sides<'o>) {
        prepare::prepare(prepared, object, sides);
    }

    fn searches(&self, object: &Object) -> Option<Vec<Search>> {
        match Sort::of(object) {
            // Its list is compared with all APIs that belong to it.
            Sort::Organisation => object
                .body
                .get("apis")
                .is_none_or(Json::is_empty)
                .then(Vec::new),
            Sort::Api => listen::searches(&object.body),
            Sort::Policy => Some(Vec::new()),
        }
    }

    fn blocks(&self, object: &Object) -> Vec<Reason> {
        rules::blocks(object)
    }

    fn findings(&self, index: usize, object: &Object, sides: &Sides<'_>) -> Vec<Finding> {
        rules::findings(index, object, sides)
    }

    fn access(&self, plan: &Plan) -> Option<Model> {
        Some(access::model(plan))
    }

    fn notice(&self, found: &mut ResolvedReference<'_>, object: &Object, sides: &Sides<'_>) {
        rules::notice(found, object, sides);
        rules::unknown_versions(found);
    }
}
