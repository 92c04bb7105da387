//! Comparing two sides both ways. Nothing is written, and none of them is imported into the other.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use super::export::export;
use super::failure::{Failure, FailureKind};
use super::file::{FileInfo, Loaded, load_bytes};
use super::progress::{Phase, Reporter};
use crate::engine::diff::{Show, compare};
use crate::engine::{Change, Entry, ItemId, Kind, KindInfo, Matched, Plan};
use crate::platform::{Bundle, ExportOptions, ImportOptions};
use crate::store::{Target, Timeouts};

/// One of two sides that are compared: a file, or what a target would export.
#[derive(Clone)]
pub struct Side {
    /// What it is.
    pub origin: Origin,
    loaded: Loaded,
}

/// What a side is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(FileInfo),
    /// A target, as `user@host:port/database`.
    Target(String),
}

impl Origin {
    /// Returns the path or the target.
    pub fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Target(target) => target,
        }
    }
}

impl From<Loaded> for Side {
    fn from(loaded: Loaded) -> Self {
        Self {
            origin: Origin::File(loaded.file.clone()),
            loaded,
        }
    }
}

impl Side {
    /// Returns the name of its platform.
    pub fn platform(&self) -> &'static str {
        self.loaded.platform.name()
    }

    /// Reads what a target would export, in one read-only transaction; `format` names the platform,
    /// if it is known.
    ///
    /// # Errors
    ///
    /// As [`export`].
    pub async fn of_target(
        target: &Target,
        format: Option<&str>,
        timeouts: Timeouts,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let options = ExportOptions::default();
        let exported = export(format, &options, target, timeouts, reporter).await?;
        let name = exported.target.clone();
        let read = move || {
            let format = Some(exported.platform);
            load_bytes(
                &exported.target,
                &exported.bytes,
                format,
                &ImportOptions::default(),
            )
        };
        let loaded = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| Failure::internal("reading an export", error))??;
        Ok(Self {
            origin: Origin::Target(name),
            loaded,
        })
    }
}

/// Which sides have an item, and whether alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Only the first side has it.
    OnlyA,
    /// Only the second side has it.
    OnlyB,
    /// Both have it, with differences.
    Different,
    /// Both have it, without any.
    Equal,
}

/// An item of either side.
#[derive(Clone, Debug)]
pub struct DiffItem {
    /// Its identity, of the second side where both have it.
    pub id: ItemId,
    /// Its display name; may be empty or hostile.
    pub name: Arc<str>,
    /// Which sides have it.
    pub presence: Presence,
    /// How it was matched, if not simply by the same key.
    pub matched: Option<Matched>,
    /// What differs: `before` is the first side's, `after` the second's. Empty for an item that only
    /// one side has.
    pub changes: Vec<Change>,
}

/// Two sides that were compared.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The first side.
    pub a: Origin,
    /// The second side.
    pub b: Origin,
    /// Their platform.
    pub platform: &'static str,
    /// The platform's kinds in their order.
    pub kinds: &'static [KindInfo],
    /// The items of both, kind by kind in the product's order: those of the second side as they
    /// are in it, then those that only the first side has.
    pub items: Vec<DiffItem>,
}

impl Diff {
    /// Counts the items of a presence.
    pub fn count(&self, presence: Presence) -> usize {
        let items = self.items.iter();
        items.filter(|item| item.presence == presence).count()
    }

    /// Says whether the sides differ.
    pub fn is_different(&self) -> bool {
        self.count(Presence::Equal) < self.items.len()
    }
}

/// Compares two sides.
///
/// # Errors
///
/// Fails if they are not of the same product.
pub async fn diff(a: &Side, b: &Side, reporter: &Reporter) -> Result<Diff, Failure> {
    reporter.phase(Phase::Compare);
    let platforms = [a.platform(), b.platform()];
    let bundles = [&a.loaded.bundle, &b.loaded.bundle].map(Arc::clone);
    let comparing = move || {
        let [a, b] = bundles;
        let differing = against(&b, &*a)?;
        let only_a = against(&a, &*b)?;
        Some(items(&differing, &only_a))
    };
    let items = tokio::task::spawn_blocking(comparing)
        .await
        .map_err(|error| Failure::internal("comparing", error))?;
    let items = items.ok_or_else(|| different_products(platforms))?;
    Ok(Diff {
        a: a.origin.clone(),
        b: b.origin.clone(),
        platform: a.platform(),
        kinds: a.loaded.platform.kinds(),
        items,
    })
}

/// Returns the failure of two sides that cannot be compared.
pub(super) fn different_products([one, other]: [&str; 2]) -> Failure {
    let what = format!("the two sides are of different products: {one} and {other}");
    Failure::new(FailureKind::Format, what).hint("compare two exports of the same product")
}

fn against(file: &Arc<dyn Bundle>, target: &dyn Bundle) -> Option<Plan> {
    Some(Arc::clone(file).against(target)?.plan())
}

/// Returns the items of two plans: of the second side against the first, and the other way round.
fn items(plan: &Plan, back: &Plan) -> Vec<DiffItem> {
    // Those of the first side that are not met yet, by id.
    let mut rest: HashMap<&ItemId, VecDeque<usize>> = HashMap::new();
    for (index, entry) in back.entries().iter().enumerate() {
        rest.entry(&entry.item.id).or_default().push_back(index);
    }
    let mut met = vec![false; back.entries().len()];
    let mut by_kind: HashMap<&Kind, [Vec<DiffItem>; 2]> = HashMap::new();
    for (index, entry) in plan.entries().iter().enumerate() {
        let same = rest.get_mut(&entry.item.id).and_then(VecDeque::pop_front);
        if let Some(met) = same.and_then(|same| met.get_mut(same)) {
            *met = true;
        }
        let same = same.and_then(|same| back.entry(same));
        let [found, _] = by_kind.entry(&entry.item.id.kind).or_default();
        found.push(item(plan, index, entry, same));
    }
    for (entry, met) in back.entries().iter().zip(met) {
        // What the other side matched by something else than its id is there already.
        if met || (entry.base.is_some() && entry.matched.is_some()) {
            continue;
        }
        let [_, only] = by_kind.entry(&entry.item.id.kind).or_default();
        only.push(DiffItem {
            id: entry.item.id.clone(),
            name: Arc::clone(&entry.item.name),
            presence: Presence::OnlyA,
            matched: None,
            changes: Vec::new(),
        });
    }
    let kinds = plan.kinds().iter();
    let of_kind = kinds.filter_map(|info| by_kind.remove(&info.kind));
    of_kind.flatten().flatten().collect()
}

/// Returns an item of the second side; `same` is the one of the first that has the same id.
fn item(plan: &Plan, index: usize, entry: &Entry, same: Option<&Entry>) -> DiffItem {
    let is_by_id = same.is_some();
    let is_usual = entry.matched.is_none() && plan.position(&entry.item.id) == Some(index);
    let changes = match (same, &entry.base) {
        // A file may have an id twice, and what it has at an id is nearer than what has its name.
        (Some(same), _) if !is_usual || entry.base.is_none() => Some(compare(
            Some(&same.item.value.read()),
            &entry.item.value.read(),
            Show::BothSides,
        )),
        (_, Some(_)) => Some(plan.changes(index, Show::BothSides)),
        (_, None) => None,
    };
    DiffItem {
        id: entry.item.id.clone(),
        name: Arc::clone(&entry.item.name),
        presence: match &changes {
            None => Presence::OnlyB,
            Some(changes) if changes.is_empty() => Presence::Equal,
            Some(_) => Presence::Different,
        },
        matched: entry.matched.clone().filter(|_| !is_by_id),
        changes: changes.unwrap_or_default(),
    }
}
