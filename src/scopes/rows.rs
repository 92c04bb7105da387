//! The rows around one scope: its own, those of its hidden groups, and those of
//! the affected clients.
//!
//! A constant number of statements, each reading only what is needed: an edit
//! holds locks while it reads.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sqlx::{PgConnection, Row as _};

use super::catalogue::{Catalogue, Parts};
use super::draft::Draft;
use super::edit::Edit;
use super::read::Reader;
use super::scope::{ApiName, ClientInfo, Scope, folded};
use crate::platform::digirunner::changes::key_of;
use crate::platform::digirunner::schema::{
    TableId, client, client_group, client_vgroup, group, group_api, group_authority, oauth, vgroup,
    vgroup_authority, vgroup_group, x_map,
};
use crate::platform::digirunner::snapshot::rows_of;
use crate::platform::digirunner::tables::{Cell, Row, Tables};
use crate::store::{Operation, Reading, StoreError};

/// The rows around one scope.
#[derive(Debug, Default)]
pub(super) struct ScopeRows {
    /// The rows that concern the edit; not all rows.
    pub(super) tables: Tables,
    /// The same as a catalogue: the scope, those with its names, the APIs that
    /// it will have, the affected clients.
    pub(super) catalogue: Catalogue,
}

impl ScopeRows {
    /// Reads the rows of an edit. The caller ensures that all statements see
    /// the same state.
    pub(super) async fn read(
        connection: &mut PgConnection,
        reading: Reading<'_>,
        edit: &Edit,
    ) -> Result<Self, StoreError> {
        let mut rows = Rows {
            connection,
            reading,
            tables: Tables::default(),
        };
        let about = About::of(edit);
        rows.scopes(&about).await?;
        rows.groups(&about.ids).await?;
        rows.clients(&about).await?;
        let Rows {
            connection,
            reading,
            tables,
        } = rows;
        let apis = apis(connection, &about.apis).await?;
        let mut reader = Reader::new(connection, reading);
        let (levels, authentications) = (reader.levels().await?, reader.authentications().await?);
        let catalogue = Catalogue::new(Parts {
            apis,
            levels,
            authentications,
            ..parts(&tables)
        });
        Ok(Self { tables, catalogue })
    }
}

/// The subject of an edit.
#[derive(Default)]
struct About {
    ids: Vec<Arc<str>>,
    names: Vec<Arc<str>>,
    aliases: Vec<Arc<str>>,
    clients: Vec<Arc<str>>,
    apis: Vec<ApiName>,
}

impl About {
    fn of(edit: &Edit) -> Self {
        let id = |id: &Arc<str>| vec![Arc::clone(id)];
        match edit {
            Edit::Create(draft) => Self::of_draft(draft),
            Edit::Update { id: of, draft, .. } => Self {
                ids: id(of),
                ..Self::of_draft(draft)
            },
            Edit::Delete { id: of, .. } => Self {
                ids: id(of),
                ..Self::default()
            },
            Edit::Give {
                id: of, clients, ..
            }
            | Edit::Take {
                id: of, clients, ..
            } => Self {
                ids: id(of),
                clients: clients.clone(),
                ..Self::default()
            },
            Edit::Repair { .. } => Self::default(),
        }
    }

    fn of_draft(draft: &Draft) -> Self {
        // Any number of scopes may have an empty alias.
        let alias = Some(draft.alias.as_str()).filter(|alias| !alias.is_empty());
        Self {
            names: vec![draft.name.as_str().into()],
            aliases: alias.map(Arc::from).into_iter().collect(),
            apis: draft.apis.iter().cloned().collect(),
            ..Self::default()
        }
    }
}

/// Reads rows into the tables, each once.
struct Rows<'a> {
    connection: &'a mut PgConnection,
    reading: Reading<'a>,
    tables: Tables,
}

impl Rows<'_> {
    /// The scope, and others that have its name or alias.
    async fn scopes(&mut self, about: &About) -> Result<(), StoreError> {
        self.take(TableId::Vgroup, vgroup::VGROUP_ID, &about.ids)
            .await?;
        self.take(TableId::Vgroup, vgroup::VGROUP_NAME, &about.names)
            .await?;
        self.take(TableId::Vgroup, vgroup::VGROUP_ALIAS, &about.aliases)
            .await?;
        self.take(
            TableId::VgroupAuthority,
            vgroup_authority::VGROUP_ID,
            &about.ids,
        )
        .await?;
        self.take(TableId::VgroupGroup, vgroup_group::VGROUP_ID, &about.ids)
            .await?;
        self.take(TableId::ClientVgroup, client_vgroup::VGROUP_ID, &about.ids)
            .await
    }

    /// The groups that it links or that name it as their scope, other links to
    /// them, and their dependent rows.
    async fn groups(&mut self, scopes: &[Arc<str>]) -> Result<(), StoreError> {
        let linked = self.column(TableId::VgroupGroup, vgroup_group::GROUP_ID);
        self.take(TableId::Group, group::GROUP_ID, &linked).await?;
        self.take(TableId::Group, group::VGROUP_ID, scopes).await?;
        let mut groups: BTreeSet<Arc<str>> = self
            .column(TableId::Group, group::GROUP_ID)
            .into_iter()
            .collect();
        groups.extend(linked);
        let groups: Vec<Arc<str>> = groups.into_iter().collect();
        self.take(TableId::VgroupGroup, vgroup_group::GROUP_ID, &groups)
            .await?;
        self.take(TableId::GroupApi, group_api::GROUP_ID, &groups)
            .await?;
        self.take(TableId::GroupAuthority, group_authority::GROUP_ID, &groups)
            .await?;
        self.take(TableId::XMap, x_map::GROUP_ID, &groups).await?;
        self.take(TableId::ClientGroup, client_group::GROUP_ID, &groups)
            .await
    }

    /// The clients that hold it, that have rows of its groups, or that the
    /// edit names; all of their groups, and the groups of all of their scopes.
    async fn clients(&mut self, about: &About) -> Result<(), StoreError> {
        let mut clients: BTreeSet<Arc<str>> = self
            .column(TableId::ClientVgroup, client_vgroup::CLIENT_ID)
            .into_iter()
            .collect();
        clients.extend(self.column(TableId::ClientGroup, client_group::CLIENT_ID));
        clients.extend(about.clients.iter().cloned());
        let clients: Vec<Arc<str>> = clients.into_iter().collect();
        self.take(TableId::Client, client::CLIENT_ID, &clients)
            .await?;
        self.take(TableId::Oauth, oauth::CLIENT_ID, &clients)
            .await?;
        self.take(TableId::ClientGroup, client_group::CLIENT_ID, &clients)
            .await?;
        self.take(TableId::ClientVgroup, client_vgroup::CLIENT_ID, &clients)
            .await?;
        let scopes = self.column(TableId::ClientVgroup, client_vgroup::VGROUP_ID);
        self.take(TableId::VgroupGroup, vgroup_group::VGROUP_ID, &scopes)
            .await
    }

    /// Returns the distinct texts of a column of the rows read so far.
    fn column(&self, table: TableId, column: usize) -> Vec<Arc<str>> {
        let texts: BTreeSet<Arc<str>> = self
            .tables
            .rows(table)
            .iter()
            .map(|row| row.shared(column))
            .filter(|text| !text.is_empty())
            .collect();
        texts.into_iter().collect()
    }

    /// Reads rows, if there is anything to look for; rows that were already
    /// read are kept.
    async fn take(
        &mut self,
        table: TableId,
        column: usize,
        texts: &[Arc<str>],
    ) -> Result<(), StoreError> {
        let texts: Vec<Arc<str>> = texts
            .iter()
            .filter(|text| is_storable(text))
            .cloned()
            .collect();
        if texts.is_empty() {
            return Ok(());
        }
        let described = table.table();
        (self.reading.report)(described.name, 0, 0);
        let mut found = rows_of(self.connection, described, column, &texts).await?;
        let key: Vec<usize> = described.key().map(|(index, _)| index).collect();
        let known: HashSet<_> = self
            .tables
            .rows(table)
            .iter()
            .map(|row| key_of(row, &key))
            .collect();
        found.retain(|row| !known.contains(&key_of(row, &key)));
        self.tables.add_rows(table, found);
        Ok(())
    }
}

/// Says whether the database can store a text; it rejects queries for others.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// Reads the existing APIs with these names.
async fn apis(
    connection: &mut PgConnection,
    names: &[ApiName],
) -> Result<Vec<(ApiName, Arc<str>)>, StoreError> {
    let is_possible = |name: &&ApiName| is_storable(&name.module) && is_storable(&name.key);
    let names: Vec<&ApiName> = names.iter().filter(is_possible).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, "tsmp_api", &error);
    let sql = "SELECT module_name::text, api_key::text, api_name::text FROM tsmp_api \
               WHERE (module_name, api_key) IN (SELECT * FROM UNNEST($1::text[], $2::text[]))";
    let modules: Vec<&str> = names.iter().map(|name| &*name.module).collect();
    let keys: Vec<&str> = names.iter().map(|name| &*name.key).collect();
    let found = sqlx::query(sql)
        .bind(modules)
        .bind(keys)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let api = |row: &sqlx::postgres::PgRow| -> Result<_, sqlx::Error> {
        let name = ApiName::new(row.try_get::<&str, _>(0)?, row.try_get::<&str, _>(1)?);
        Ok((
            name,
            row.try_get::<Option<&str>, _>(2)?
                .unwrap_or_default()
                .into(),
        ))
    };
    found.iter().map(|row| api(row).map_err(failed)).collect()
}

/// Returns the rows of a catalogue, as far as they were read.
pub(super) fn parts(tables: &Tables) -> Parts {
    let mut apis: HashMap<&str, Vec<ApiName>> = HashMap::new();
    for row in tables.rows(TableId::GroupApi) {
        let api = ApiName::new(
            row.shared(group_api::MODULE_NAME),
            row.shared(group_api::API_KEY),
        );
        apis.entry(row.text(group_api::GROUP_ID))
            .or_default()
            .push(api);
    }
    let links = tables.rows(TableId::VgroupGroup).iter().flat_map(|link| {
        let apis = apis
            .get(link.text(vgroup_group::GROUP_ID))
            .into_iter()
            .flatten();
        apis.map(|api| (link.shared(vgroup_group::VGROUP_ID), api.clone()))
    });
    let mut groups: HashMap<&str, usize> = HashMap::new();
    for row in tables.rows(TableId::ClientGroup) {
        *groups.entry(row.text(client_group::CLIENT_ID)).or_default() += 1;
    }
    let pairs = |table: TableId, one: usize, other: usize| {
        tables
            .rows(table)
            .iter()
            .map(|row| (row.shared(one), row.shared(other)))
            .collect()
    };
    Parts {
        scopes: tables.rows(TableId::Vgroup).iter().map(scope).collect(),
        links: links.collect(),
        scope_authentications: pairs(
            TableId::VgroupAuthority,
            vgroup_authority::VGROUP_ID,
            vgroup_authority::VGROUP_AUTHORITIE_ID,
        ),
        holders: pairs(
            TableId::ClientVgroup,
            client_vgroup::VGROUP_ID,
            client_vgroup::CLIENT_ID,
        ),
        clients: tables
            .rows(TableId::Client)
            .iter()
            .map(|row| ClientInfo {
                id: row.shared(client::CLIENT_ID),
                name: row.shared(client::CLIENT_NAME),
                alias: optional(row, client::CLIENT_ALIAS),
                level: optional(row, client::SECURITY_LEVEL_ID),
                groups: groups
                    .get(row.text(client::CLIENT_ID))
                    .copied()
                    .unwrap_or_default(),
                exists: true,
            })
            .collect(),
        ..Parts::default()
    }
}

fn scope(row: &Row) -> Scope {
    let (name, alias) = (
        row.shared(vgroup::VGROUP_NAME),
        optional(row, vgroup::VGROUP_ALIAS),
    );
    let description = optional(row, vgroup::VGROUP_DESC);
    let time = |index: usize| match row.cell(index) {
        Cell::Time(time) => Some(time),
        _ => None,
    };
    Scope {
        id: row.shared(vgroup::VGROUP_ID),
        folded: folded(&name, alias.as_deref(), description.as_deref()),
        name,
        alias,
        description,
        level: optional(row, vgroup::SECURITY_LEVEL_ID),
        seconds: row.int(vgroup::ALLOW_DAYS).unwrap_or_default(),
        times: row.int(vgroup::ALLOW_TIMES).unwrap_or_default(),
        authentications: Vec::new(),
        apis: Vec::new(),
        holders: Vec::new(),
        created_at: time(vgroup::CREATE_TIME),
        created_by: row.shared(vgroup::CREATE_USER),
        updated_at: time(vgroup::UPDATE_TIME),
        updated_by: optional(row, vgroup::UPDATE_USER),
    }
}

fn optional(row: &Row, index: usize) -> Option<Arc<str>> {
    Some(row.shared(index)).filter(|text| !text.is_empty())
}
