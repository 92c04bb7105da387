//! What is compared: a file and a target, with their indices. The contents of a plan's items are made
//! of it when they are read.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::File;
use super::index::{ApiPlaces, Identity, Index, Places, Sides};
use super::item::{self, ClientItem};
use super::kinds::{CLIENT, GROUP, SCOPE};
use super::schema::vgroup;
use super::tables::{Row, Tables};
use crate::engine::content::{self, Content};
use crate::engine::{ItemId, Marks, Reason, Value, marked};

/// A file and a target, with their indices.
pub(super) struct Compared {
    pub(super) file: Arc<File>,
    pub(super) target: Tables,
    /// Where the rows of the file and of the target are.
    places: [Arc<Places>; 2],
    apis: Arc<ApiPlaces>,
    /// What rules ignore: the file has the target's values there.
    pub(super) ignored: Ignored,
}

/// What rules ignore.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// The paths of the differences, by item.
    pub(super) paths: HashMap<ItemId, Vec<String>>,
    /// What blocks items of which a rule names what cannot be ignored.
    pub(super) reasons: HashMap<ItemId, Vec<Reason>>,
}

impl Compared {
    /// Pairs a file with a target; `places` are those of the file.
    pub(super) fn new(file: &Arc<File>, places: &Arc<Places>, target: Tables) -> Arc<Self> {
        Arc::new(Self {
            file: Arc::clone(file),
            places: [Arc::clone(places), Arc::new(Places::new(&target))],
            apis: Arc::new(ApiPlaces::new(&file.tables, &target)),
            target,
            ignored: Ignored::default(),
        })
    }

    /// Returns the same target with another state of the file, in which differences are ignored.
    pub(super) fn ignoring(&self, tables: Option<Tables>, ignored: Ignored) -> Self {
        let [places, target] = self.places.each_ref().map(Arc::clone);
        let (file, places) = match tables {
            None => (Arc::clone(&self.file), places),
            Some(tables) => {
                let places = Arc::new(Places::new(&tables));
                let file = File {
                    tables,
                    ..File::clone(&self.file)
                };
                (Arc::new(file), places)
            }
        };
        Self {
            apis: Arc::new(ApiPlaces::new(&file.tables, &self.target)),
            file,
            places: [places, target],
            target: self.target.clone(),
            ignored,
        }
    }

    /// Returns the two sides.
    pub(super) fn sides(&self) -> Sides<'_> {
        let [file, target] = &self.places;
        Sides::of(
            Index::of(&self.file.tables, Arc::clone(file)),
            Index::of(&self.target, Arc::clone(target)),
            Arc::clone(&self.apis),
        )
    }

    /// Returns what rules did to an item.
    pub(super) fn marks(&self, id: &ItemId) -> Option<Box<Marks>> {
        let of = |paths: &HashMap<ItemId, Vec<String>>| paths.get(id).cloned().unwrap_or_default();
        Marks::new(of(&self.file.set), of(&self.ignored.paths))
    }

    /// Returns the same file with another target.
    pub(super) fn with_target(&self, target: Tables) -> Arc<Self> {
        let [file, _] = &self.places;
        Self::new(&self.file, file, target)
    }

    /// Returns what an item of the file is, made when it is read.
    pub(super) fn wanted(self: &Arc<Self>, of: Place) -> Content<Value> {
        let make = move |sides: &Sides<'_>| {
            let wanted = wanted(sides, of)?;
            Some(match stored(sides, &of.id(of.row(sides)?)) {
                Some(base) => marked(&base, wanted),
                None => wanted,
            })
        };
        self.content(of, true, make)
    }

    /// Returns what an item of the file is in the target, made when it is read.
    pub(super) fn stored(self: &Arc<Self>, of: Place) -> Content<Value> {
        self.content(of, false, move |sides| {
            stored(sides, &of.id(of.row(sides)?))
        })
    }

    fn content(
        self: &Arc<Self>,
        of: Place,
        is_file: bool,
        make: impl Fn(&Sides<'_>) -> Option<Value> + Send + Sync + 'static,
    ) -> Content<Value> {
        let origin = content::Origin {
            owner: Arc::as_ptr(self).addr(),
            index: of.index,
            // Numbered, not an address: which kind, and which side.
            rules: 2 * of.identity.table as usize + usize::from(is_file),
            is_cover: of.completes,
        };
        let compared = Arc::clone(self);
        Content::of(origin, move || make(&compared.sides()).unwrap_or_default())
    }
}

/// Which item of the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) identity: &'static Identity,
    /// Where its row is in its kind's table.
    pub(super) index: usize,
    /// Whether it is a client that has its scopes completely.
    pub(super) completes: bool,
}

impl Place {
    /// Returns the place of the item in a row of its kind's table.
    pub(super) const fn new(identity: &'static Identity, index: usize) -> Self {
        Self {
            identity,
            index,
            completes: false,
        }
    }

    fn row<'w>(self, sides: &Sides<'w>) -> Option<&'w Row> {
        sides.file.tables.row(self.identity.table, self.index)
    }

    fn id(self, row: &Row) -> ItemId {
        ItemId::new(self.identity.kind.clone(), row.text(self.identity.key))
    }
}

/// Returns an item as the file has it, before secrets are marked; none if it does not.
pub(super) fn wanted(sides: &Sides<'_>, of: Place) -> Option<Value> {
    let file = &sides.file;
    let row = of.row(sides)?;
    let value = match &of.identity.kind {
        kind if *kind == CLIENT => ClientItem {
            sides,
            from: item::Origin::File,
            id: row.text(of.identity.key),
            completes: of.completes,
        }
        .value(row),
        kind if *kind == GROUP => item::plain_group(sides, file, row),
        kind if *kind == SCOPE => {
            let apis = sides.importable_apis(row.text(vgroup::VGROUP_ID));
            item::scope(file, row, &apis)
        }
        _ => item::record(file, of.identity.table, row),
    };
    Some(value)
}

/// Returns an item as the target has it; none if it does not.
pub(super) fn stored(sides: &Sides<'_>, id: &ItemId) -> Option<Value> {
    let target = &sides.target;
    let row = target.item(&id.kind, &id.key)?;
    let value = match &id.kind {
        kind if *kind == CLIENT => ClientItem {
            sides,
            from: item::Origin::Target,
            id: &id.key,
            completes: false,
        }
        .value(row),
        kind if *kind == GROUP => item::plain_group(sides, target, row),
        kind if *kind == SCOPE => {
            let apis = target.scope_apis(row.text(vgroup::VGROUP_ID));
            item::scope(target, row, &apis)
        }
        kind => item::record(target, Identity::of(kind).table, row),
    };
    Some(value)
}
