//! Rows as canonical items: names instead of ids, and nothing that is specific
//! to an environment.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::cells::CellRef;
use super::field::{FieldDef, Role};
use super::hosts::{Hosts, host_over};
use super::index::{ApiName, Fields, IDPS, Index, ScopeApi, Sides, is_hidden};
use super::kinds::{GROUP, SCOPE};
use super::schema::{
    TABLES, TableId, group, idp_a, idp_jdbc, idp_l, idp_o, open_key, open_map, vgroup,
    vgroup_group, x_key, x_map,
};
use super::tables::{Cell, Row, Tables};
use crate::engine::secret::{is_masked, mask_addresses, mask_text, masks, masks_of_addresses};
use crate::engine::{Element, Field, ItemId, Secret, Value};

/// Returns the value of a field in canonical form.
pub(super) fn value(field: &FieldDef, cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Int(number),
        Cell::Text("") => Value::Null,
        Cell::Text(text) if field.is_secret => Value::Secret(Secret::new(text)),
        Cell::Text(text) => match credentials_masked(field, text) {
            Some(shown) => Value::Secret(Secret::with_mask(text, shown)),
            None => Value::Text(text.into()),
        },
        Cell::Time(time) => Value::Text(time.format("%Y-%m-%d").to_string().into()),
    }
}

/// Returns a text with the credentials in it masked; `None` if there are none. An address may be
/// in any text, such as a remark.
fn credentials_masked(field: &FieldDef, text: &str) -> Option<String> {
    match field.is_url {
        true => mask_text(field.json, text),
        false => mask_addresses(field.json, text),
    }
}

/// Returns whether any row of a file has a mask in place of a secret: most files have none.
pub(super) fn has_masks(file: &Tables) -> bool {
    TABLES.iter().any(|table| {
        let rows = file.rows(table.id).par_iter();
        rows.any(|row| {
            let mut columns = table.columns();
            columns.any(|(index, field)| holds_mask(field, row.cell(index)))
        })
    })
}

/// Returns whether a value has a mask in place of a secret.
pub(super) fn holds_mask(field: &FieldDef, cell: Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) if field.is_secret => is_masked(text) || masks("", text) > 0,
        Cell::Text(text) if field.is_url => masks(field.json, text) > 0,
        Cell::Text(text) => masks_of_addresses(field.json, text) > 0,
        _ => false,
    }
}

/// Returns the requested fields of a row.
fn fields(
    side: &Index<'_>,
    table: TableId,
    row: &Row,
    wanted: impl Fn(&FieldDef) -> bool,
) -> Vec<Field> {
    let cell = |column| {
        let row = side.position(table, row)?;
        Some(CellRef { table, row, column }.value())
    };
    let held = |column: usize, field: &FieldDef| match side.fields {
        Fields::Values => value(field, row.cell(column)),
        Fields::Cells => cell(column).unwrap_or_default(),
    };
    let named = table.table().columns().filter(|(_, field)| wanted(field));
    let field = |(column, field): (usize, &'static FieldDef)| Field {
        kept: field.is_kept,
        ..Field::new(field.json, held(column, field))
    };
    named.map(field).collect()
}

/// Returns the compared fields of a row.
fn compared(side: &Index<'_>, table: TableId, row: &Row) -> Vec<Field> {
    fields(side, table, row, |field| field.role == Role::Compared)
}

/// Returns a row as a record.
pub(super) fn record(side: &Index<'_>, table: TableId, row: &Row) -> Value {
    Value::Record(compared(side, table, row))
}

/// Returns the name of an API in paths.
fn api_label(api: ApiName<'_>) -> String {
    format!("{}/{}", api.0, api.1)
}

/// Returns the identity of an API.
fn api_id(api: ApiName<'_>) -> String {
    format!("{}\u{1f}{}", api.0, api.1)
}

fn api_element(api: ApiName<'_>, value: Value) -> Element {
    Element::matched(api_id(api), api_label(api), value)
}

fn names<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Set(
        words
            .into_iter()
            .map(|word| Element::named(word, Value::Null))
            .collect(),
    )
}

/// Returns a plain group with its APIs and authentication types. On the file's
/// side the missing APIs are left out.
pub(super) fn plain_group(sides: &Sides<'_>, side: &Index<'_>, row: &Row) -> Value {
    let id = row.text(group::GROUP_ID);
    let is_file = std::ptr::eq(side, &raw const sides.file);
    let mut all = compared(side, TableId::Group, row);
    let apis = side
        .apis_of(id)
        .into_iter()
        .filter(|(_, api)| !is_file || !sides.is_missing(*api));
    let links = apis.map(|(link, api)| {
        let version = side
            .tables
            .row(TableId::GroupApi, link)
            .map_or(Value::Null, |row| record(side, TableId::GroupApi, row));
        api_element(api, version)
    });
    all.push(Field::new("apis", Value::set(links)));
    all.push(Field::new(
        "authentications",
        names(side.authorities_of_group(id)),
    ));
    Value::Record(all)
}

/// Returns a scope with its APIs and authentication types.
pub(super) fn scope(side: &Index<'_>, row: &Row, apis: &[ScopeApi<'_>]) -> Value {
    let id = row.text(vgroup::VGROUP_ID);
    let mut all = compared(side, TableId::Vgroup, row);
    let links = apis
        .iter()
        .map(|api| api_element(api.api, hidden_group(side, api)));
    all.push(Field::new("apis", Value::set(links)));
    all.push(Field::new(
        "authentications",
        names(side.authorities_of_scope(id)),
    ));
    Value::Record(all)
}

/// Returns the compared fields of an API's hidden group.
pub(super) fn hidden_group(side: &Index<'_>, api: &ScopeApi<'_>) -> Value {
    let Some(row) = side.tables.row(TableId::Group, api.group) else {
        return Value::Null;
    };
    let is_compared = |field: &FieldDef| field.role == Role::Compared && !field.follows;
    let mut all = fields(side, TableId::Group, row, is_compared);
    all.push(Field::new(
        "authentications",
        names(side.authorities_of_group(row.text(group::GROUP_ID))),
    ));
    Value::Record(all)
}

/// Returns the parts of a target's scope that are not compared with the file:
/// the local text of its hidden groups, and the groups it links.
pub(super) fn scope_context(target: &Index<'_>, scope: &Row, apis: &[ScopeApi<'_>]) -> Value {
    let hidden = apis.iter().filter_map(|api| {
        let row = target.tables.row(TableId::Group, api.group)?;
        let text = Value::Record(fields(target, TableId::Group, row, |field| field.follows));
        Some(Element::matched(
            row.shared(group::GROUP_ID),
            api_label(api.api),
            text,
        ))
    });
    let linked = target.rows_of(
        TableId::VgroupGroup,
        &target.vgroup_groups,
        scope.text(vgroup::VGROUP_ID),
    );
    let links = linked.map(|(_, link)| {
        let id = link.shared(vgroup_group::GROUP_ID);
        Element::matched(Arc::clone(&id), linked_group_label(target, id), Value::Null)
    });
    Value::Record(vec![
        Field::new("hiddenGroups", Value::set(hidden)),
        Field::new("linkedGroups", Value::set(links)),
    ])
}

/// Returns the name of a linked group in a scope: its first API, else its name,
/// else its id.
fn linked_group_label(target: &Index<'_>, id: Arc<str>) -> Arc<str> {
    match (target.apis_of(&id).first(), target.group(&id)) {
        (Some((_, api)), _) => api_label(*api).into(),
        (None, Some(row)) => row.shared(group::GROUP_NAME),
        (None, None) => id,
    }
}

/// The side from which an item is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The file.
    File,
    /// The target.
    Target,
}

/// Builds the parts of one client, from either side.
pub(super) struct ClientItem<'p, 'w> {
    pub(super) sides: &'p Sides<'w>,
    pub(super) from: Origin,
    pub(super) id: &'p str,
    /// Whether the file has the client's scopes completely: see
    /// [`is_partial`](Self::is_partial).
    pub(super) completes: bool,
}

impl<'p, 'w> ClientItem<'p, 'w> {
    const fn side(&self) -> &'p Index<'w> {
        match self.from {
            Origin::File => &self.sides.file,
            Origin::Target => &self.sides.target,
        }
    }

    /// Returns the client with everything that belongs to it.
    pub(super) fn value(&self, row: &Row) -> Value {
        let mut all = compared(self.side(), TableId::Client, row);
        all.extend(self.parts());
        Value::Record(all)
    }

    /// Returns what belongs to the client, whether it exists or not.
    pub(super) fn parts(&self) -> Vec<Field> {
        vec![
            Field::new("hosts", self.hosts()),
            Field::new("groups", self.groups()),
            Field::new("scopes", self.scopes()),
            Field::new("oauth", self.oauth()),
            Field::new("extension", self.extension()),
            Field::new("xApiKeys", self.x_keys()),
            Field::new("openApiKeys", self.open_keys()),
            Field::new("dpApp", self.dp_app()),
            Field::new("idpOAuth", self.idps(0)),
            Field::new("idpLdap", self.idps(1)),
            Field::new("idpApi", self.idps(2)),
            Field::new("idpJdbc", self.idps(3)),
        ]
    }

    /// Hosts of the two sides match by ip or name; a matching host is named by
    /// the file's ip on both sides. Other hosts of the target are identified by
    /// their own id, which does not depend on other hosts.
    fn hosts(&self) -> Value {
        use super::schema::host as h;
        let side = self.side();
        let (file, target) = (
            Hosts::of(&self.sides.file, self.id),
            Hosts::of(&self.sides.target, self.id),
        );
        let (own, others) = match self.from {
            Origin::File => (&file, &target),
            Origin::Target => (&target, &file),
        };
        let elements = own.rows().iter().enumerate().map(|(index, row)| {
            let partner = others.position(row);
            let id = match (self.from, partner) {
                (Origin::File, Some(other)) => host_id(target.rows(), other),
                (Origin::File, None) => format!("file {index}"),
                (Origin::Target, _) => host_id(target.rows(), index),
            };
            let called = match (self.from, partner) {
                (Origin::Target, Some(other)) => file.rows().get(other).copied().unwrap_or(row),
                _ => row,
            };
            let over = match (
                self.from,
                partner.and_then(|other| target.rows().get(other)),
            ) {
                (Origin::File, Some(other)) if side.fields == Fields::Values => {
                    &host_over(row, other)
                }
                _ => *row,
            };
            let label = called.shared(h::HOST_IP);
            let label = mask_addresses("", &label).map_or(label, Arc::from);
            Element::matched(id, label, record(side, TableId::Host, over))
        });
        // Two hosts of the file that match one of the target block the client;
        // the set shows the first.
        Value::set(elements)
    }

    fn groups(&self) -> Value {
        let side = self.side();
        let ids = side.groups_of_client(self.id);
        let plain = ids
            .into_iter()
            .filter_map(|id| side.group(id))
            .filter(|row| !is_hidden(row));
        names(plain.map(|row| row.text(group::GROUP_NAME)))
    }

    /// A scope's link lists which of the scope's APIs the client has, among
    /// those that the target's scope has or, when the scope is written, will
    /// have.
    fn scopes(&self) -> Value {
        let side = self.side();
        let held = side
            .scopes_of_client(self.id)
            .into_iter()
            .filter_map(|id| side.scope(id));
        let elements = held.map(|row| {
            let name = row.text(vgroup::VGROUP_NAME);
            let apis = match self.from {
                Origin::File => self.wanted_scope_apis(row),
                Origin::Target => self.held_scope_apis(row),
            };
            let apis = if apis.is_empty() {
                Value::Null
            } else {
                Value::Set(apis)
            };
            Element::named(name, Value::Record(vec![Field::new("apis", apis)]))
        });
        Value::set(elements)
    }

    /// Says whether the client holds a scope but, on neither side, all of its
    /// APIs. The product leaves clients in this state when a scope that they
    /// hold is covered. A cover completes them; that alone is not a difference.
    pub(super) fn is_partial(&self) -> bool {
        let file = &self.sides.file;
        let mut scopes = file
            .scopes_of_client(self.id)
            .into_iter()
            .filter_map(|id| file.scope(id));
        scopes.any(|row| !self.held_by_neither(row).is_empty())
    }

    /// Returns the APIs of the target's scope that the client holds on neither
    /// side, although it holds the scope on both.
    fn held_by_neither(&self, scope: &Row) -> HashSet<ApiName<'w>> {
        let (file, target) = (&self.sides.file, &self.sides.target);
        let there = target.scope_named(scope.text(vgroup::VGROUP_NAME));
        let there = there.map_or("", |row| row.text(vgroup::VGROUP_ID));
        if !target.scopes_of_client(self.id).contains(&there) {
            return HashSet::new();
        }
        let mut apis: HashSet<ApiName<'w>> =
            target.scope_apis(there).iter().map(|api| api.api).collect();
        for (side, id) in [(file, scope.text(vgroup::VGROUP_ID)), (target, there)] {
            for api in self.held_apis(side, id) {
                apis.remove(&api);
            }
        }
        apis
    }

    /// Returns the APIs of a scope that the client holds: it has their hidden
    /// groups.
    fn held_apis(&self, side: &Index<'w>, scope: &str) -> Vec<ApiName<'w>> {
        let groups: HashSet<&str> = side.groups_of_client(self.id).into_iter().collect();
        let is_held = |api: &ScopeApi<'w>| {
            let hidden = side.tables.row(TableId::Group, api.group);
            hidden.is_some_and(|row| groups.contains(row.text(group::GROUP_ID)))
        };
        side.scope_apis(scope)
            .into_iter()
            .filter(is_held)
            .map(|api| api.api)
            .collect()
    }

    fn held_scope_apis(&self, scope: &Row) -> Vec<Element> {
        let held = self.held_apis(&self.sides.target, scope.text(vgroup::VGROUP_ID));
        held.into_iter()
            .map(|api| api_element(api, Value::Null))
            .collect()
    }

    fn wanted_scope_apis(&self, scope: &Row) -> Vec<Element> {
        let name = scope.text(vgroup::VGROUP_NAME);
        let present = self.sides.target.scope_named(name);
        let there = present.map_or_else(Vec::new, |row| {
            self.sides.target.scope_apis(row.text(vgroup::VGROUP_ID))
        });
        let left = if self.completes {
            HashSet::new()
        } else {
            self.held_by_neither(scope)
        };
        let wanted = there.iter().filter(|api| !left.contains(&api.api));
        let mut elements: Vec<Element> = wanted
            .map(|api| api_element(api.api, Value::Null))
            .collect();
        let known: HashSet<ApiName<'_>> = there.iter().map(|api| api.api).collect();
        let new = self
            .sides
            .importable_apis(scope.text(vgroup::VGROUP_ID))
            .into_iter();
        elements.extend(new.filter(|api| !known.contains(&api.api)).map(|api| {
            let mut element = api_element(api.api, Value::Null);
            element.needs = Some(ItemId::new(SCOPE, name));
            element
        }));
        elements
    }

    fn oauth(&self) -> Value {
        let side = self.side();
        let found = side.oauth_of(self.id);
        found.map_or(Value::Null, |row| record(side, TableId::Oauth, row))
    }

    fn extension(&self) -> Value {
        let side = self.side();
        let found = side.clientext_of(self.id);
        found.map_or(Value::Null, |row| record(side, TableId::Clientext, row))
    }

    fn x_keys(&self) -> Value {
        let side = self.side();
        let elements = side.x_keys_with_maps(self.id).map(|(row, maps)| {
            let mut all = compared(side, TableId::XKey, row);
            let groups = self.x_key_groups(&maps);
            all.push(Field::new("groups", Value::set(groups)));
            Element::matched(
                row.shared(x_key::API_KEY_EN),
                row.shared(x_key::API_KEY_ALIAS),
                Value::Record(all),
            )
        });
        Value::set(elements)
    }

    fn x_key_groups(&self, maps: &[&Row]) -> Vec<Element> {
        let side = self.side();
        maps.iter()
            .filter_map(|map| side.group(map.text(x_map::GROUP_ID)))
            .filter_map(|row| match self.from {
                Origin::File => self.wanted_map_group(row),
                Origin::Target => Some(target_map_group(row)),
            })
            .collect()
    }

    /// A map names a plain group by its name. It names a hidden group by its
    /// name too, which a covered scope takes from the file.
    fn wanted_map_group(&self, row: &Row) -> Option<Element> {
        let name = row.text(group::GROUP_NAME);
        if !is_hidden(row) {
            let mut element = Element::matched(format!("0 {name}"), name, Value::Null);
            if self.sides.target.plain_named(name).is_none() {
                element.needs = Some(ItemId::new(GROUP, name));
            }
            return Some(element);
        }
        let element = Element::matched(format!("1 {name}"), name, Value::Null);
        let target = &self.sides.target;
        let mut there = target.rows_of(TableId::Group, &target.hidden_by_name, name);
        if there.next().is_some() {
            return Some(element);
        }
        // A missing API has no hidden group, whatever happens to the scope.
        let apis = self.sides.importable_apis(row.text(group::VGROUP_ID));
        let hidden = apis
            .iter()
            .filter_map(|api| self.sides.file.tables.row(TableId::Group, api.group));
        hidden
            .map(|other| other.text(group::GROUP_ID))
            .find(|id| *id == row.text(group::GROUP_ID))?;
        let scope = self.sides.file.scope(row.text(group::VGROUP_ID))?;
        Some(Element {
            needs: Some(ItemId::new(SCOPE, scope.text(vgroup::VGROUP_NAME))),
            ..element
        })
    }

    fn open_keys(&self) -> Value {
        let side = self.side();
        let elements = side.open_keys_with_maps(self.id).map(|(row, maps)| {
            let mut all = compared(side, TableId::OpenKey, row);
            all.push(Field::new("apis", Value::set(self.open_key_apis(&maps))));
            Element::matched(
                row.shared(open_key::OPEN_API_KEY),
                row.shared(open_key::OPEN_API_KEY_ALIAS),
                Value::Record(all),
            )
        });
        Value::set(elements)
    }

    fn open_key_apis(&self, maps: &[&Row]) -> Vec<Element> {
        maps.iter()
            .filter_map(|map| {
                let uid = map.text(open_map::REF_API_UID);
                match self.from {
                    Origin::File => {
                        let api = self.sides.used_api(uid)?;
                        self.sides.target_uid(api)?;
                        Some(api_element(api, Value::Null))
                    }
                    Origin::Target => Some(match self.sides.target_api(uid) {
                        Some(api) => api_element(api, Value::Null),
                        None => Element::named(uid, Value::Null),
                    }),
                }
            })
            .collect()
    }

    fn dp_app(&self) -> Value {
        let side = self.side();
        let found = side.dp_app_of(self.id);
        found.map_or(Value::Null, |row| record(side, TableId::DpApp, row))
    }

    /// The rows of identity providers of one kind. For a portal client (one
    /// with a `dpApp` in the file) the target's rows are replaced.
    fn idps(&self, sort: usize) -> Value {
        let Some((table, own_id, _)) = IDPS.get(sort).copied() else {
            return Value::Null;
        };
        let side = self.side();
        let Some(index) = side.idps.get(sort) else {
            return Value::Null;
        };
        let elements = side.rows_of(table, index, self.id).map(|(_, row)| {
            let id = row.int(own_id).unwrap_or_default();
            let mut element = Element::matched(
                id.to_string(),
                idp_label(table, row, id),
                record(side, table, row),
            );
            element.replaced =
                self.from == Origin::Target && gives_way(self.sides, self.id, sort, row);
            element
        });
        Value::set(elements)
    }
}

/// Returns the identity of a host of the target.
fn host_id(hosts: &[&Row], index: usize) -> String {
    let id = hosts
        .get(index)
        .and_then(|row| row.int(super::schema::host::HOST_SEQ));
    id.map_or_else(
        || format!("target, place {index}"),
        |id| format!("target {id}"),
    )
}

/// Returns the name of an identity provider's row: what it points to, and its
/// own id.
fn idp_label(table: TableId, row: &Row, id: i64) -> String {
    let text = match table {
        TableId::IdpO => row.text(idp_o::IDP_TYPE),
        TableId::IdpL => row.text(idp_l::PAGE_TITLE),
        TableId::IdpA => row.text(idp_a::PAGE_TITLE),
        _ => row.text(idp_jdbc::CONNECTION_NAME),
    };
    format!("{text} {id}")
}

/// Says whether covering a client removes this row of the target: the file
/// has a `dpApp` for the client, and rows of the same type (O) or sort.
pub(super) fn gives_way(sides: &Sides<'_>, client: &str, sort: usize, row: &Row) -> bool {
    let file = &sides.file;
    if file.dp_app_of(client).is_none() {
        return false;
    }
    let (Some((table, _, _)), Some(index)) = (IDPS.get(sort), file.idps.get(sort)) else {
        return false;
    };
    file.rows_of(*table, index, client).any(|(_, wanted)| {
        *table != TableId::IdpO || wanted.text(idp_o::IDP_TYPE) == row.text(idp_o::IDP_TYPE)
    })
}

fn target_map_group(row: &Row) -> Element {
    let name = row.text(group::GROUP_NAME);
    let flag = if is_hidden(row) { "1" } else { "0" };
    Element::matched(format!("{flag} {name}"), name, Value::Null)
}
