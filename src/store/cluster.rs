//! A database as the server identifies it, and those that are known.

use serde::{Deserialize, Serialize};

use super::error::{Operation, StoreError, StoreErrorKind};
use super::transaction::Connection;

/// A database as the server identifies it, independent of the network in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// PostgreSQL's system identifier. Copies of a cluster share it.
    pub(super) system_identifier: String,
    pub(super) database: String,
}

impl Cluster {
    /// Asks the server; none if the role may not read it. Must not be called inside a transaction.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost.
    pub async fn read(connection: &mut Connection) -> Result<Option<Self>, StoreError> {
        // Checked first: a refusal would appear in the server's log.
        let allowed = "SELECT pg_catalog.has_function_privilege(\
                       pg_catalog.to_regprocedure('pg_catalog.pg_control_system()'), 'EXECUTE')";
        let failed = |error| StoreError::new(Operation::Read, "pg_control_system", &error);
        let allowed: Result<Option<bool>, _> = sqlx::query_scalar(allowed)
            .fetch_one(&mut *connection)
            .await;
        if allowed.map_err(failed)? != Some(true) {
            tracing::info!("the role may not read the system identifier of the cluster");
            return Ok(None);
        }
        let sql = "SELECT system_identifier::text, pg_catalog.current_database()::text \
                   FROM pg_catalog.pg_control_system()";
        match sqlx::query_as(sql)
            .fetch_one(connection)
            .await
            .map_err(failed)
        {
            Ok((system_identifier, database)) => Ok(Some(Self {
                system_identifier,
                database,
            })),
            Err(error) if error.kind == StoreErrorKind::Denied => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The known clusters behind the addresses of profiles, as saved in a file. Contains no user and no
/// password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetClusters {
    pub(super) clusters: Vec<MetCluster>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MetCluster {
    /// The address, `host:port/database`.
    place: String,
    /// The database, as the server calls it.
    database: String,
    system_identifier: String,
}

impl MetClusters {
    /// How many clusters are kept for one address, the most recent ones.
    pub(super) const MAX_OF_A_PLACE: usize = 16;

    pub(super) fn has(&self, place: &str, cluster: &Cluster) -> bool {
        let same = |met: &MetCluster| {
            met.place == place
                && met.database == cluster.database
                && met.system_identifier == cluster.system_identifier
        };
        self.clusters.iter().any(same)
    }

    pub(super) fn add(&mut self, place: &str, cluster: &Cluster) {
        self.clusters.push(MetCluster {
            place: place.to_owned(),
            database: cluster.database.clone(),
            system_identifier: cluster.system_identifier.clone(),
        });
        let of_place = |met: &MetCluster| met.place == place;
        while self.clusters.iter().filter(|met| of_place(met)).count() > Self::MAX_OF_A_PLACE
            && let Some(oldest) = self.clusters.iter().position(of_place)
        {
            self.clusters.remove(oldest);
        }
    }
}
