//! Bytes beside sessions, by their hashes.

use protocol::SessionId;
use sqlx::{Row, SqlitePool};

use crate::store::{BLOBS_MAX, Blob, StoreError};

pub(super) async fn keep(pool: &SqlitePool, id: &SessionId, blobs: &[Blob]) -> Result<(), StoreError> {
    let mut write = pool.begin().await?;
    for blob in blobs {
        sqlx::query("INSERT OR IGNORE INTO blobs (session, hash, bytes) VALUES (?1, ?2, ?3)")
            .bind(&id.0)
            .bind(blob.hash.as_slice())
            .bind(&*blob.bytes)
            .execute(&mut *write)
            .await?;
    }
    // Asked with the new ones in: of two imports at once, one sees what the other has written.
    let row = sqlx::query("SELECT coalesce(sum(length(bytes)), 0) AS size FROM blobs WHERE session = ?1");
    let size: i64 = row.bind(&id.0).fetch_one(&mut *write).await?.try_get("size")?;
    if usize::try_from(size).unwrap_or(usize::MAX) > BLOBS_MAX {
        write.rollback().await?;
        return Err(StoreError::Full);
    }
    Ok(write.commit().await?)
}

pub(super) async fn find(pool: &SqlitePool, id: &SessionId, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT bytes FROM blobs WHERE session = ?1 AND hash = ?2").bind(&id.0).bind(hash);
    Ok(row.fetch_optional(pool).await?.map(|row| row.try_get("bytes")).transpose()?)
}
