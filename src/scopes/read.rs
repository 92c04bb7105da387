//! Reading scopes from the product's tables: a constant number of statements,
//! and only the columns that are needed.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::catalogue::{Catalogue, Parts};
use super::scope::{ApiName, ClientInfo, Label, Scope, folded};
use crate::store::{Operation, Reading, StoreError};

/// How many statements a catalogue takes.
const STEPS: usize = 8;

/// Reads every scope, and everything that a scope can refer to. The caller
/// ensures that all statements see the same state (REPEATABLE READ).
///
/// # Errors
///
/// Fails if a table cannot be read.
pub(crate) async fn catalogue(
    connection: &mut PgConnection,
    reading: Reading<'_>,
) -> Result<Catalogue, StoreError> {
    let mut reader = Reader::new(connection, reading);
    Ok(Catalogue::new(Parts {
        scopes: reader.rows("tsmp_vgroup", SCOPES, scope).await?,
        links: reader.rows("tsmp_vgroup_group", LINKS, link).await?,
        scope_authentications: reader
            .rows("tsmp_vgroup_authorities_map", SCOPE_AUTHENTICATIONS, sides)
            .await?,
        holders: reader.rows("tsmp_client_vgroup", HOLDERS, sides).await?,
        apis: reader.rows("tsmp_api", APIS, api).await?,
        levels: reader.levels().await?,
        authentications: reader.authentications().await?,
        clients: reader.rows("tsmp_client", CLIENTS, client).await?,
    }))
}

const SCOPES: &str = "SELECT vgroup_id::text, vgroup_name::text, vgroup_alias::text, vgroup_desc::text, \
     security_level_id::text, allow_days::int8, allow_times::int8, create_time::timestamp, \
     create_user::text, update_time::timestamp, update_user::text FROM tsmp_vgroup";

/// The join by which the product finds the APIs of a scope.
const LINKS: &str = "SELECT l.vgroup_id::text, a.module_name::text, a.api_key::text \
     FROM tsmp_vgroup_group AS l JOIN tsmp_group_api AS a ON a.group_id = l.group_id";

const SCOPE_AUTHENTICATIONS: &str =
    "SELECT vgroup_id::text, vgroup_authoritie_id::text FROM tsmp_vgroup_authorities_map";

const HOLDERS: &str = "SELECT vgroup_id::text, client_id::text FROM tsmp_client_vgroup";

const APIS: &str = "SELECT module_name::text, api_key::text, api_name::text FROM tsmp_api";

const LEVELS: &str = "SELECT security_level_id::text, security_level_name::text, security_level_desc::text FROM tsmp_security_level";

const AUTHENTICATIONS: &str = "SELECT group_authoritie_id::text, group_authoritie_name::text, \
     group_authoritie_desc::text FROM tsmp_group_authorities";

const CLIENTS: &str = "SELECT c.client_id::text, c.client_name::text, c.client_alias::text, \
     c.security_level_id::text, coalesce(g.groups, 0) FROM tsmp_client AS c LEFT JOIN \
     (SELECT client_id, count(*) AS groups FROM tsmp_client_group GROUP BY client_id) AS g \
     ON g.client_id = c.client_id";

/// Reads tables, one statement each.
pub(super) struct Reader<'a> {
    connection: &'a mut PgConnection,
    reading: Reading<'a>,
    done: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(connection: &'a mut PgConnection, reading: Reading<'a>) -> Self {
        Self {
            connection,
            reading,
            done: 0,
        }
    }

    /// Reads the security levels.
    pub(super) async fn levels(&mut self) -> Result<Vec<Label>, StoreError> {
        self.rows("tsmp_security_level", LEVELS, label).await
    }

    /// Reads the authentication types.
    pub(super) async fn authentications(&mut self) -> Result<Vec<Label>, StoreError> {
        self.rows("tsmp_group_authorities", AUTHENTICATIONS, label)
            .await
    }

    async fn rows<R>(
        &mut self,
        table: &'static str,
        sql: &'static str,
        decode: fn(&PgRow) -> Result<R, sqlx::Error>,
    ) -> Result<Vec<R>, StoreError> {
        (self.reading.report)(table, self.done, STEPS);
        self.done += 1;
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table, &error);
        let mut stream = sqlx::query(sql).fetch(&mut *self.connection);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            rows.push(decode(&row).map_err(failed)?);
        }
        Ok(rows)
    }
}

fn text(row: &PgRow, index: usize) -> Result<Arc<str>, sqlx::Error> {
    row.try_get::<Option<&str>, _>(index)
        .map(|text| Arc::from(text.unwrap_or_default()))
}

fn optional(row: &PgRow, index: usize) -> Result<Option<Arc<str>>, sqlx::Error> {
    let text = row.try_get::<Option<&str>, _>(index)?;
    Ok(text.filter(|text| !text.is_empty()).map(Arc::from))
}

fn scope(row: &PgRow) -> Result<Scope, sqlx::Error> {
    let (name, alias, description) = (text(row, 1)?, optional(row, 2)?, optional(row, 3)?);
    Ok(Scope {
        id: text(row, 0)?,
        folded: folded(&name, alias.as_deref(), description.as_deref()),
        name,
        alias,
        description,
        level: optional(row, 4)?,
        seconds: row.try_get::<Option<i64>, _>(5)?.unwrap_or_default(),
        times: row.try_get::<Option<i64>, _>(6)?.unwrap_or_default(),
        authentications: Vec::new(),
        apis: Vec::new(),
        holders: Vec::new(),
        created_at: row.try_get(7)?,
        created_by: text(row, 8)?,
        updated_at: row.try_get(9)?,
        updated_by: optional(row, 10)?,
    })
}

fn link(row: &PgRow) -> Result<(Arc<str>, ApiName), sqlx::Error> {
    Ok((
        text(row, 0)?,
        ApiName {
            module: text(row, 1)?,
            key: text(row, 2)?,
        },
    ))
}

fn sides(row: &PgRow) -> Result<(Arc<str>, Arc<str>), sqlx::Error> {
    Ok((text(row, 0)?, text(row, 1)?))
}

fn api(row: &PgRow) -> Result<(ApiName, Arc<str>), sqlx::Error> {
    Ok((
        ApiName {
            module: text(row, 0)?,
            key: text(row, 1)?,
        },
        text(row, 2)?,
    ))
}

fn label(row: &PgRow) -> Result<Label, sqlx::Error> {
    Ok(Label {
        id: text(row, 0)?,
        name: text(row, 1)?,
        description: optional(row, 2)?,
    })
}

fn client(row: &PgRow) -> Result<ClientInfo, sqlx::Error> {
    Ok(ClientInfo {
        id: text(row, 0)?,
        name: text(row, 1)?,
        alias: optional(row, 2)?,
        level: optional(row, 3)?,
        groups: usize::try_from(row.try_get::<i64, _>(4)?).unwrap_or_default(),
        exists: true,
    })
}
