//! Timelines in the database: chunks, and the keyframes that were made of them.

use protocol::{Seq, SessionId};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, Sqlite, Transaction};

use super::{number, unsigned};
use crate::store::StoreError;
use crate::store::timeline::{Chunk, Extent, Keyframe};

/// The most chunks that are read at once: they may be small.
const CHUNKS_MAX: i64 = 4_096;

pub(super) async fn append(
    write: &mut Transaction<'_, Sqlite>,
    id: &SessionId,
    chunk: &Chunk,
) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(
        "INSERT OR REPLACE INTO timeline (session, number, first, last, began, ended, upto, payload, marks)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    );
    let insert = insert.bind(&id.0).bind(number(chunk.number)).bind(number(chunk.first.0)).bind(number(chunk.last.0));
    let insert = insert.bind(number(chunk.at.0)).bind(number(chunk.at.1)).bind(number(chunk.upto));
    insert.bind(chunk.payload.as_slice()).bind(chunk.marks.as_deref()).execute(&mut **write).await?;
    Ok(())
}

pub(super) async fn extent(pool: &SqlitePool, id: &SessionId) -> Result<Option<Extent>, StoreError> {
    let first = sqlx::query(
        "SELECT t.number, coalesce(k.seq, t.first) AS seq, coalesce(k.at, t.began) AS at,
                t.upto - length(t.payload) AS gone
         FROM timeline t LEFT JOIN keyframes k ON k.session = t.session AND k.number = t.number - 1
         WHERE t.session = ?1 ORDER BY t.number LIMIT 1",
    );
    let last = sqlx::query(
        "SELECT number, last AS seq, ended AS at, upto FROM timeline WHERE session = ?1 ORDER BY number DESC LIMIT 1",
    );
    let first = first.bind(&id.0).fetch_optional(pool).await?;
    let last = last.bind(&id.0).fetch_optional(pool).await?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    let ends = |row: &SqliteRow| {
        Ok::<_, StoreError>((unsigned(row, "number")?, Seq(unsigned(row, "seq")?), unsigned(row, "at")?))
    };
    let (upto, gone) = (unsigned(&last, "upto")?, unsigned(&first, "gone")?);
    Ok(Some(Extent { first: ends(&first)?, last: ends(&last)?, upto, gone }))
}

pub(super) async fn chunks(
    pool: &SqlitePool,
    id: &SessionId,
    after: Option<u64>,
    bytes: u64,
) -> Result<Vec<Chunk>, StoreError> {
    let after = after.map_or(-1, number);
    // What the first one begins with is where the count of bytes begins.
    let rows = sqlx::query(
        "WITH begin AS (SELECT upto - length(payload) AS upto FROM timeline
                        WHERE session = ?1 AND number > ?2 ORDER BY number LIMIT 1)
         SELECT t.number, first, last, began, ended, t.upto, payload, marks FROM timeline t, begin
         WHERE session = ?1 AND t.number > ?2
           AND (t.upto - length(payload) = begin.upto OR t.upto <= begin.upto + ?3)
         ORDER BY t.number LIMIT ?4",
    );
    let rows = rows.bind(&id.0).bind(after).bind(number(bytes)).bind(CHUNKS_MAX).fetch_all(pool).await?;
    rows.iter().map(chunk).collect()
}

pub(super) async fn chunk_before(pool: &SqlitePool, id: &SessionId, seq: Seq) -> Result<Option<u64>, StoreError> {
    let row = sqlx::query(
        "SELECT number FROM timeline WHERE session = ?1 AND last <= ?2 ORDER BY last DESC, number DESC LIMIT 1",
    );
    let row = row.bind(&id.0).bind(number(seq.0)).fetch_optional(pool).await?;
    row.map(|row| unsigned(&row, "number")).transpose()
}

pub(super) async fn chunk_when(pool: &SqlitePool, id: &SessionId, ms: u64) -> Result<Option<Chunk>, StoreError> {
    let row = sqlx::query(
        "SELECT number, first, last, began, ended, upto, payload, marks FROM timeline
         WHERE session = ?1 AND began <= ?2 ORDER BY began DESC, number DESC LIMIT 1",
    );
    let row = row.bind(&id.0).bind(number(ms)).fetch_optional(pool).await?;
    row.as_ref().map(chunk).transpose()
}

pub(super) async fn marks(
    pool: &SqlitePool,
    id: &SessionId,
    after: Option<Seq>,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT marks FROM timeline WHERE session = ?1 AND marks IS NOT NULL AND last > ?2 ORDER BY last, number LIMIT ?3",
    );
    let rows = rows.bind(&id.0).bind(after.map_or(-1, |after| number(after.0))).bind(most).fetch_all(pool).await?;
    rows.iter().map(|row| Ok(row.try_get("marks")?)).collect()
}

pub(super) async fn keyframe(pool: &SqlitePool, id: &SessionId, seq: Seq) -> Result<Option<Keyframe>, StoreError> {
    let row = sqlx::query(
        "SELECT number, seq, at, upto, state, document FROM keyframes
         WHERE session = ?1 AND seq <= ?2 ORDER BY number DESC LIMIT 1",
    );
    let Some(row) = row.bind(&id.0).bind(number(seq.0)).fetch_optional(pool).await? else { return Ok(None) };
    Ok(Some(Keyframe {
        number: unsigned(&row, "number")?,
        seq: Seq(unsigned(&row, "seq")?),
        at: unsigned(&row, "at")?,
        upto: unsigned(&row, "upto")?,
        state: row.try_get("state")?,
        document: row.try_get("document")?,
    }))
}

pub(super) async fn keep(pool: &SqlitePool, id: &SessionId, keyframe: &Keyframe) -> Result<(), StoreError> {
    // A session that is gone meanwhile is not made again.
    let insert = sqlx::query(
        "INSERT OR REPLACE INTO keyframes (session, number, seq, at, upto, state, document)
         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM sessions WHERE id = ?1",
    );
    let insert = insert.bind(&id.0).bind(number(keyframe.number)).bind(number(keyframe.seq.0));
    let insert = insert.bind(number(keyframe.at)).bind(number(keyframe.upto));
    insert.bind(keyframe.state.as_slice()).bind(keyframe.document.as_slice()).execute(pool).await?;
    Ok(())
}

pub(super) async fn shorten(pool: &SqlitePool, id: &SessionId, bytes: u64) -> Result<(), StoreError> {
    let mut write = pool.begin().await?;
    let first = sqlx::query_scalar::<_, Option<i64>>(
        "SELECT min(k.number) FROM keyframes k,
                (SELECT number, upto FROM timeline WHERE session = ?1 ORDER BY number DESC LIMIT 1) t
         WHERE k.session = ?1 AND k.number < t.number AND t.upto - k.upto <= ?2",
    );
    let Some(first) = first.bind(&id.0).bind(number(bytes)).fetch_one(&mut *write).await? else { return Ok(()) };
    for goes in [
        "DELETE FROM timeline WHERE session = ?1 AND number <= ?2",
        "DELETE FROM keyframes WHERE session = ?1 AND number < ?2",
    ] {
        sqlx::query(goes).bind(&id.0).bind(first).execute(&mut *write).await?;
    }
    Ok(write.commit().await?)
}

fn chunk(row: &SqliteRow) -> Result<Chunk, StoreError> {
    Ok(Chunk {
        number: unsigned(row, "number")?,
        first: Seq(unsigned(row, "first")?),
        last: Seq(unsigned(row, "last")?),
        at: (unsigned(row, "began")?, unsigned(row, "ended")?),
        upto: unsigned(row, "upto")?,
        payload: row.try_get("payload")?,
        marks: row.try_get("marks")?,
    })
}
