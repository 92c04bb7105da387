//! The product as a platform.

use super::{file, kinds, print, rules, types};
use crate::engine::object::Known;
use crate::engine::schema::{Key, KindSchema};
use crate::engine::{Finding, KindInfo, Reason};
use crate::platform::document::{
    About, Documents, File, Json, Kinds, Object, Prepared, Printer, Product, Search, SearchIndex,
    Sides,
};
use crate::platform::{DemoData, DemoTarget, ExportOptions, ImportOptions};
use crate::source::ParseError;

/// A bank's production tenant, and an export of its sandbox.
pub static DEMO: DemoData = DemoData {
    database: "haiyan",
    target: DemoTarget::Import {
        file_name: "fixtures/sp-config/target.json",
        file: include_str!("../../../fixtures/sp-config/target.json"),
    },
    file_name: "fixtures/sp-config/export.json",
    file: include_str!("../../../fixtures/sp-config/export.json"),
};

/// SailPoint's configuration objects, as a platform.
pub static SP_CONFIG: Documents = Documents(&SpConfig);

/// SailPoint's configuration objects, version 1 of their files.
#[derive(Clone, Copy, Debug)]
pub struct SpConfig;

static ABOUT: About = About {
    name: "sp-config",
    after_apply: &[
        "exports contain no secrets: set those of new sources and subscriptions",
        "test the connection of every source that was added or covered, and aggregate it",
    ],
    demo: &DEMO,
    root: types::SOURCE,
    takes_options: true,
    takes_organisations: false,
    takes_directories: false,
};

impl Kinds for SpConfig {
    fn schema(&self, kind: &str) -> Option<&'static KindSchema> {
        kinds::of_kind(kind)
    }

    fn is_referred_to(&self, kind: &str) -> bool {
        types::is_referred_to(kind)
    }

    fn outside(&self) -> &'static Known {
        &Known {
            kinds: &types::OUTSIDE,
            kind: "type",
            id: "id",
            name: "name",
        }
    }

    fn blocks_alone(&self, object: &Object) -> Vec<Reason> {
        rules::blocks(object).into_iter().collect()
    }
}

impl Product for SpConfig {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn kinds(&self) -> &'static [KindInfo] {
        kinds::kinds()
    }

    fn recognises(&self, root_key: &str) -> bool {
        root_key == file::OBJECTS || root_key == "self"
    }

    fn read(&self, bytes: &[u8], options: &ImportOptions) -> Result<File, ParseError> {
        file::read(&Self, bytes, options)
    }

    fn printer(&self, options: &ExportOptions) -> Box<dyn Printer> {
        Box::new(print::Entries::new(options))
    }

    fn wrapper_of(&self, _: &KindSchema, _: &str) -> Option<&'static str> {
        None
    }

    fn only_exported(&self, object: &Object) -> Option<String> {
        rules::only_exported(object)
    }

    fn indexes(&self, key: &Key) -> &'static [SearchIndex] {
        kinds::indexes(key)
    }

    fn searches(&self, object: &Object) -> Option<Vec<Search>> {
        // Profiles fill the attributes that the tenant's only configuration declares.
        (object.kind().as_str() != types::IDENTITY_PROFILE).then(Vec::new)
    }

    fn prepare<'o>(&self, prepared: &mut Prepared<'o>, object: &'o Object, _: &Sides<'o>) {
        if object.kind().as_str() == types::SOURCE {
            rules::point_to_schemas(prepared);
        }
    }

    fn findings(&self, _: usize, object: &Object, sides: &Sides<'_>) -> Vec<Finding> {
        rules::unknown_attributes(object, sides)
            .into_iter()
            .collect()
    }

    fn missing_secrets(&self, _: &Object, result: &dyn Fn() -> Json) -> Vec<String> {
        rules::missing_secrets(&result())
    }
}
