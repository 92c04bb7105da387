//! A fourth product that exists only here: depots and the vans that belong to
//! them. What is below is all that there is to say of a product.

use std::sync::LazyLock;

use gatediff::engine::object::Kinds;
use gatediff::engine::schema::{
    Column, Cover, Empty, IfMissing, Key, KindSchema, Part, Patterns, ReferenceRule, Role, Rule,
    Rules, Stands,
};
use gatediff::engine::{DocumentSchema, Kind, KindInfo};
use gatediff::platform::document::{
    About, Documents, File, Json, Object, Printed, Printer, Product,
};
use gatediff::platform::{DemoData, DemoTarget, ExportOptions, ImportOptions};
use gatediff::source::{ParseError, Source};

/// The fourth product as a platform.
pub(crate) static FOURTH: Documents = Documents(&Fleet);

/// What stands in a target: one environment of the product.
pub(crate) const TARGET: &str = r#"{"fleet": 1,
 "depots": [
  {"id": "d-7f", "name": "North", "pin": "canary-north", "opened": "2021-04-01", "tags": ["cold", "24h"],
   "doors": [{"code": "A", "width": 3.0, "pin": "canary-a"}, {"code": "B", "width": 4, "pin": "canary-b"}]},
  {"id": "d-80", "name": "South 南", "pin": "canary-south", "opened": "2022-01-31", "tags": [], "doors": []}],
 "vans": [
  {"id": "v-01", "name": "Van 1", "depot": {"id": "d-7f", "name": "North"}, "km": 120500, "seats": 3},
  {"id": "v-02", "name": "Van 2", "depot": {"id": "d-80", "name": "South 南"}, "km": 80, "seats": 2}]}"#;

/// An export of another environment: other ids, other order, no secrets, one
/// door more, a van that is new, and one whose depot nobody has.
pub(crate) const EXPORT: &str = r#"{"fleet": 1,
 "vans": [
  {"seats": 2, "name": "Van 2", "id": "w-22", "depot": {"name": "North", "id": "e-01"}, "km": 5},
  {"seats": 9, "name": "Van 9", "id": "w-99", "depot": {"name": "North", "id": "e-01"}, "km": 0},
  {"seats": 1, "name": "Lost", "id": "w-00", "depot": {"name": "East", "id": "e-09"}, "km": 0}],
 "depots": [
  {"name": "North", "id": "e-01", "opened": "2026-10-10", "tags": ["24h", "cold"],
   "doors": [{"code": "C", "width": 5}, {"code": "B", "width": 4.5}, {"code": "A", "width": 3}]},
  {"name": "South 南", "id": "e-02", "opened": "2026-10-11"}]}"#;

/// Where the file keeps each kind.
const LISTS: [(&str, &str); 2] = [("depot", "depots"), ("van", "vans")];

static KINDS: [KindInfo; 2] = [
    KindInfo {
        kind: Kind::of("depot"),
        title: "Depots",
    },
    KindInfo {
        kind: Kind::of("van"),
        title: "Vans",
    },
];

/// An id is one environment's own; a name goes along.
const KEYS: &[Key] = &[
    Key {
        column: Column::Id,
        ..Key::new("id", Role::Id, Stands::First(&["id"]))
    },
    Key::new("name", Role::Name, Stands::First(&["name"])),
];

const RULES: &[(&str, Rule)] = &[
    ("id", Rule::Local),
    ("opened", Rule::Local),
    ("km", Rule::Volatile),
    ("**/pin", Rule::Secret),
    ("tags", Rule::Set),
    ("doors", Rule::Map(&["code"])),
];

static DOCUMENT: LazyLock<DocumentSchema> = LazyLock::new(|| DocumentSchema {
    cover: Cover::Replace,
    empty: Empty::Nothing,
    inner: "",
    list_keys: &[],
    rules: Rules::new([RULES]),
});

/// A van without its depot is of no use.
const DEPOT: ReferenceRule = ReferenceRule::to("depot")
    .by(Part::Member(&["id"]), Part::Member(&["name"]))
    .if_missing(IfMissing::Blocks, "belongs to");

static SCHEMAS: LazyLock<[KindSchema; 2]> = LazyLock::new(|| {
    [vec![], vec![("depot", DEPOT)]].map(|references| {
        let index = usize::from(!references.is_empty());
        KindSchema {
            info: KINDS[index].clone(),
            keys: KEYS,
            owner: None,
            name: &["name"],
            called: &[],
            references: Patterns::new(references),
            computed: &[],
            importable: true,
            signature: None,
            document: &DOCUMENT,
        }
    })
});

static DEMO: DemoData = DemoData {
    database: "fleet",
    target: DemoTarget::Import {
        file_name: "target.json",
        file: TARGET,
    },
    file_name: "export.json",
    file: EXPORT,
};

static ABOUT: About = About {
    name: "fleet",
    after_apply: &[],
    demo: &DEMO,
    root: "van",
    takes_options: false,
    takes_organisations: false,
    takes_directories: false,
};

struct Fleet;

impl Kinds for Fleet {
    fn schema(&self, kind: &str) -> Option<&'static KindSchema> {
        SCHEMAS
            .iter()
            .find(|schema| schema.info.kind.as_str() == kind)
    }
}

impl Product for Fleet {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn kinds(&self) -> &'static [KindInfo] {
        &KINDS
    }

    fn recognises(&self, root_key: &str) -> bool {
        root_key == "fleet"
    }

    fn read(&self, bytes: &[u8], _: &ImportOptions) -> Result<File, ParseError> {
        let source = Source::read(bytes)?;
        let mut file = File::default();
        for (kind, list) in LISTS {
            let schema = self.schema(kind).unwrap();
            let found = source
                .root
                .get(list)
                .map(Json::elements)
                .unwrap_or_default();
            for (index, json) in found.iter().enumerate() {
                let path = format!("/{list}/{index}");
                let Some(object) = json.as_object() else {
                    let root = source.root.as_object().unwrap().span();
                    return Err(source.wrong(root, &path, "an object", json.type_word()));
                };
                let text = source.slice(object.span());
                file.objects
                    .push(Object::new(schema, json.clone(), None, text, path));
            }
        }
        Ok(file)
    }

    fn printer(&self, _: &ExportOptions) -> Box<dyn Printer> {
        Box::new(Lists::default())
    }
}

/// The objects of each list that were printed.
#[derive(Default)]
struct Lists([Vec<String>; 2]);

impl Printer for Lists {
    fn print(&mut self, object: Printed<'_>, _: &mut Vec<u8>) {
        let list = LISTS.iter().position(|(kind, _)| *kind == object.kind);
        self.0[list.unwrap()].push(object.text.to_owned());
    }

    fn end(&mut self, file: &mut Vec<u8>) {
        let lists = LISTS.iter().zip(&self.0);
        let lists: Vec<String> = lists
            .map(|((_, list), texts)| format!("\"{list}\":[{}]", texts.join(",")))
            .collect();
        file.extend(format!("{{\"fleet\":1,{}}}", lists.join(",")).into_bytes());
    }
}
