//! Bytes beside sessions, by their hashes: each stands once, and `kept` says who has it.

use protocol::SessionId;
use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use crate::store::{BLOBS_MAX, Blob, Shared, StoreError};

pub(super) async fn keep(pool: &SqlitePool, id: &SessionId, blobs: &[Blob]) -> Result<(), StoreError> {
    let mut write = pool.begin().await?;
    insert(&mut write, id, blobs).await?;
    // Asked with the new ones in: of two imports at once, one sees what the other has written.
    let row = sqlx::query(
        "SELECT coalesce(sum(length(c.bytes)), 0) AS size FROM kept k JOIN contents c ON c.hash = k.hash
         WHERE k.session = ?1",
    );
    let size: i64 = row.bind(&id.0).fetch_one(&mut *write).await?.try_get("size")?;
    if usize::try_from(size).unwrap_or(usize::MAX) > BLOBS_MAX {
        write.rollback().await?;
        return Err(StoreError::Full);
    }
    Ok(write.commit().await?)
}

pub(super) async fn insert(
    write: &mut Transaction<'_, Sqlite>,
    id: &SessionId,
    blobs: &[Blob],
) -> Result<(), sqlx::Error> {
    for blob in blobs {
        let content = sqlx::query("INSERT OR IGNORE INTO contents (hash, bytes) VALUES (?1, ?2)");
        content.bind(blob.hash.as_slice()).bind(&*blob.bytes).execute(&mut **write).await?;
        let kept = sqlx::query("INSERT OR IGNORE INTO kept (session, hash) VALUES (?1, ?2)");
        kept.bind(&id.0).bind(blob.hash.as_slice()).execute(&mut **write).await?;
    }
    Ok(())
}

/// Lets a session have what another one has. What that one has not, it has not either.
pub(super) async fn share(
    write: &mut Transaction<'_, Sqlite>,
    id: &SessionId,
    Shared { from, hashes }: &Shared,
) -> Result<(), sqlx::Error> {
    for hash in hashes {
        let share = sqlx::query(
            "INSERT OR IGNORE INTO kept (session, hash) SELECT ?1, hash FROM kept WHERE session = ?2 AND hash = ?3",
        );
        share.bind(&id.0).bind(&from.0).bind(hash.as_slice()).execute(&mut **write).await?;
    }
    Ok(())
}

pub(super) async fn find(pool: &SqlitePool, id: &SessionId, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query(
        "SELECT c.bytes FROM kept k JOIN contents c ON c.hash = k.hash WHERE k.session = ?1 AND k.hash = ?2",
    );
    let row = row.bind(&id.0).bind(hash).fetch_optional(pool).await?;
    Ok(row.map(|row| row.try_get("bytes")).transpose()?)
}
