//! The table of comments.

use protocol::timeline::Moment;
use protocol::{CommentId, Seq, SessionId};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, Sqlite, Transaction};

use super::{now, number, unsigned};
use crate::secret::Hash;
use crate::store::StoreError;
use crate::store::comments::Comment;

/// Those of a session, in the order of their moments and then of making.
pub(super) async fn all(pool: &SqlitePool, id: &SessionId) -> Result<Vec<Comment>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, seq, at, name, color, text, made, key FROM comments WHERE session = ?1 ORDER BY seq, made, rowid",
    );
    rows.bind(&id.0).fetch_all(pool).await?.iter().map(comment).collect()
}

/// Writes one, unless its session is gone or has as many as it may. Whether it did. A session that people comment on is
/// one that is used.
pub(super) async fn pin(pool: &SqlitePool, id: &SessionId, comment: &Comment, most: u32) -> Result<bool, StoreError> {
    let mut write = pool.begin().await?;
    let touched = sqlx::query("UPDATE sessions SET touched = ?2 WHERE id = ?1").bind(&id.0).bind(now());
    let there = touched.execute(&mut *write).await?.rows_affected() > 0;
    // Counted with the lock that the write before took: of two at once, one sees what the other has written.
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM comments WHERE session = ?1").bind(&id.0);
    let fits = there && count.fetch_one(&mut *write).await? < i64::from(most);
    if fits {
        insert(&mut write, id, comment).await?;
    }
    write.commit().await?;
    Ok(fits)
}

pub(super) async fn insert(
    write: &mut Transaction<'_, Sqlite>,
    id: &SessionId,
    comment: &Comment,
) -> Result<(), sqlx::Error> {
    let insert = sqlx::query(
        "INSERT INTO comments (session, id, seq, at, name, color, text, made, key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    );
    let Moment { seq, at_ms } = comment.moment;
    let insert = insert.bind(&id.0).bind(&comment.id.0).bind(number(seq.0)).bind(number(at_ms)).bind(&comment.name);
    let insert = insert.bind(comment.color).bind(&comment.text).bind(number(comment.made));
    insert.bind(comment.key.as_ref().map(Hash::as_bytes)).execute(&mut **write).await?;
    Ok(())
}

/// Removes one. Whether it was there.
pub(super) async fn forget(pool: &SqlitePool, id: &SessionId, comment: &CommentId) -> Result<bool, StoreError> {
    let forget = sqlx::query("DELETE FROM comments WHERE session = ?1 AND id = ?2").bind(&id.0).bind(&comment.0);
    Ok(forget.execute(pool).await?.rows_affected() > 0)
}

fn comment(row: &SqliteRow) -> Result<Comment, StoreError> {
    let key = row.try_get::<Option<Vec<u8>>, _>("key")?;
    let key = key.map(|key| Hash::from_bytes(&key).ok_or(StoreError::Damaged("a comment's key"))).transpose()?;
    Ok(Comment {
        id: CommentId(row.try_get("id")?),
        moment: Moment { seq: Seq(unsigned(row, "seq")?), at_ms: unsigned(row, "at")? },
        name: row.try_get("name")?,
        color: row.try_get("color")?,
        text: row.try_get("text")?,
        made: unsigned(row, "made")?,
        key,
    })
}
