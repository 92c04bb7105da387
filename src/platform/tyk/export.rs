//! From what stands in the target to a file in the format of the imports.

use std::borrow::Cow;
use std::collections::HashSet;

use super::compare::{Pair, dangling};
use super::file::LISTS;
use super::object::{API, KINDS, Object, Sort};
use super::resolve::resolve;
use super::schema::prefix;
use crate::engine::{Finding, ItemId, Kind, Resolved};
use crate::platform::{Export, ExportOptions, MissingRoots};

/// Exports everything, or some APIs with what they need, or what is selected.
///
/// Of one kind alone it is the format of that kind's own import; of several,
/// their formats side by side.
///
/// # Errors
///
/// Fails if a root is no API of the target.
pub(super) fn export(target: &[Object], options: &ExportOptions) -> Result<Export, MissingRoots> {
    let pair = Pair::new(&[], target);
    let is_there = |root: &ItemId| root.kind == API && pair.target.get(Sort::Api, &root.key).is_some();
    let missing: Vec<ItemId> = options.roots.iter().filter(|root| !is_there(root)).cloned().collect();
    if !missing.is_empty() {
        return Err(MissingRoots(missing));
    }
    let wanted = (!options.roots.is_empty()).then(|| needed(&pair, &options.roots));
    let is_kept = |object: &&Object| {
        wanted.as_ref().is_none_or(|wanted| wanted.contains(&object.id()))
            && options.selection.takes(object.sort.kind().as_str(), &object.key, &object.name)
    };
    let mut kept: Vec<&Object> = target.iter().filter(is_kept).collect();
    kept.sort_by_key(|object| (object.sort, &object.key));
    let sorts: Vec<Sort> =
        Sort::ALL.into_iter().filter(|sort| options.selection.takes_kind(sort.kind().as_str())).collect();
    let ids: HashSet<ItemId> = kept.iter().map(|object| object.id()).collect();
    let is_about = |finding: &Finding| finding.item.as_ref().is_some_and(|id| ids.contains(id));
    Ok(Export {
        bytes: write(&kept, &sorts),
        counts: counts(kept.iter().copied()),
        findings: dangling(target).into_iter().filter(is_about).collect(),
    })
}

/// Returns how many objects of each kind there are.
pub(super) fn counts<'o>(objects: impl Iterator<Item = &'o Object>) -> Vec<(Kind, usize)> {
    let mut counts: Vec<(Kind, usize)> = KINDS.iter().map(|info| (info.kind.clone(), 0)).collect();
    for object in objects {
        let kind = object.sort.kind();
        counts.iter_mut().filter(|(other, _)| *other == kind).for_each(|(_, count)| *count += 1);
    }
    counts
}

/// Returns some objects, and everything that they point to, and so on.
fn needed(pair: &Pair<'_>, roots: &[ItemId]) -> HashSet<ItemId> {
    let mut needed: HashSet<ItemId> = roots.iter().cloned().collect();
    let mut open: Vec<ItemId> = roots.to_vec();
    while let Some(id) = open.pop() {
        let object = Sort::of_kind(id.kind.as_str()).and_then(|sort| pair.target.get(sort, &id.key));
        // What an organisation lists does not belong to an API that it lists.
        for found in object
            .filter(|object| object.sort != Sort::Organisation)
            .into_iter()
            .flat_map(|object| resolve(object, pair))
        {
            let is_there = !matches!(found.reference.how, Resolved::External | Resolved::Unresolved);
            let to = found.reference.to();
            if is_there && needed.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    needed
}

fn write(objects: &[&Object], sorts: &[Sort]) -> Vec<u8> {
    let of = |sort: Sort| -> Vec<Cow<'_, str>> {
        objects.iter().filter(|object| object.sort == sort).map(|object| text(object)).collect()
    };
    let text = match sorts {
        [Sort::Organisation] => match of(Sort::Organisation).as_slice() {
            [only] => only.clone().into_owned(),
            several => format!("{{{},\"pages\":0}}", list("organisations", several)),
        },
        sorts => {
            let lists: Vec<String> = LISTS
                .iter()
                .filter(|(_, sort)| sorts.contains(sort))
                .map(|(name, sort)| format!("{}{}", list(name, &of(*sort)), pages(*sort)))
                .collect();
            format!("{{{}}}", lists.join(","))
        }
    };
    format!("{text}\n").into_bytes()
}

/// Returns an object as it was received; a bare definition in the wrapper that
/// the import wants.
fn text(object: &Object) -> Cow<'_, str> {
    match prefix(object) {
        None => Cow::Borrowed(&object.text),
        Some(name) => Cow::Owned(format!("{{\"{name}\":{}}}", object.text)),
    }
}

/// Returns how many pages there are of a list: all is on one.
const fn pages(sort: Sort) -> &'static str {
    match sort {
        Sort::Organisation => "",
        Sort::Api => ",\"pages\":1",
        Sort::Policy => ",\"Pages\":1",
    }
}

fn list(name: &str, texts: &[Cow<'_, str>]) -> String {
    let inside = if texts.is_empty() { String::new() } else { format!("\n{}\n", texts.join(",\n")) };
    format!("\"{name}\":[{inside}]")
}
