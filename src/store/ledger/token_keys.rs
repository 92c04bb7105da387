//! The keys that sign the bearer tokens of every server on a target.

use std::fmt;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, Row as _};

use crate::store::error::{Operation, StoreError};

const KEYS: &str = "gatediff.token_keys";

/// A key. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// Its name, in the header of a token.
    pub kid: String,
    /// The key.
    pub key: Vec<u8>,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenKey").field(&self.kid).finish()
    }
}

/// Returns the newest key and the one before it. If the newest is older than
/// `rotation`, or there is none, `new` becomes the newest first; older ones are
/// removed.
///
/// # Errors
///
/// Fails if the ledger cannot be read or written.
pub async fn current(
    connection: &mut PgConnection,
    rotation: Duration,
    new: &TokenKey,
) -> Result<Vec<TokenKey>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, KEYS, &error);
    let is_fresh = "SELECT EXISTS (SELECT FROM gatediff.token_keys \
                    WHERE created_at > clock_timestamp() - make_interval(secs => $1))";
    let is_fresh: bool = sqlx::query_scalar(is_fresh)
        .bind(rotation.as_secs_f64())
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !is_fresh {
        let mut transaction = connection.begin().await.map_err(failed)?;
        // Two servers that find the key old make one new key.
        sqlx::query("LOCK TABLE gatediff.token_keys IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let insert = "INSERT INTO gatediff.token_keys (kid, key) SELECT $1, $2 \
                      WHERE NOT EXISTS (SELECT FROM gatediff.token_keys \
                      WHERE created_at > clock_timestamp() - make_interval(secs => $3))";
        sqlx::query(insert)
            .bind(&new.kid)
            .bind(&new.key)
            .bind(rotation.as_secs_f64())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let remove = "DELETE FROM gatediff.token_keys WHERE kid NOT IN \
                      (SELECT kid FROM gatediff.token_keys ORDER BY created_at DESC LIMIT 2)";
        sqlx::query(remove)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    let rows =
        sqlx::query("SELECT kid, key FROM gatediff.token_keys ORDER BY created_at DESC LIMIT 2")
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok(TokenKey {
                kid: row.try_get(0)?,
                key: row.try_get(1)?,
            })
        })
        .collect::<Result<_, _>>()
        .map_err(failed)
}
