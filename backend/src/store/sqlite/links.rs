//! The table of links. Knows hashes; nobody here has ever seen a token.

use protocol::SessionId;
use protocol::view::Role;
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::number;
use crate::secret::Hash;
use crate::store::{Link, StoreError};

/// The links of a session, in the order of making.
pub async fn all(pool: &SqlitePool, id: &SessionId) -> Result<Vec<Link>, StoreError> {
    let rows = sqlx::query(
        "SELECT hash, role, name, made, expiry, revoked FROM links WHERE session = ?1 ORDER BY made, rowid",
    );
    rows.bind(&id.0).fetch_all(pool).await?.iter().map(link).collect()
}

/// Writes a link as it is now, unless its session is gone.
pub async fn put(pool: &SqlitePool, id: &SessionId, link: &Link) -> Result<bool, sqlx::Error> {
    let put = sqlx::query(
        "INSERT INTO links (hash, session, role, name, made, expiry, revoked)
         SELECT ?1, id, ?3, ?4, ?5, ?6, ?7 FROM sessions WHERE id = ?2
         ON CONFLICT (hash) DO UPDATE SET revoked = excluded.revoked",
    )
    .bind(link.hash.as_bytes())
    .bind(&id.0)
    .bind(link.role.name())
    .bind(link.name.as_deref())
    .bind(number(link.made))
    .bind(link.expiry.map(number))
    .bind(link.revoked.map(number));
    Ok(put.execute(pool).await?.rows_affected() > 0)
}

/// Removes a link.
pub async fn forget(pool: &SqlitePool, id: &SessionId, hash: &Hash) -> Result<(), sqlx::Error> {
    let forget = sqlx::query("DELETE FROM links WHERE session = ?1 AND hash = ?2");
    forget.bind(&id.0).bind(hash.as_bytes()).execute(pool).await?;
    Ok(())
}

fn link(row: &SqliteRow) -> Result<Link, StoreError> {
    let hash: Vec<u8> = row.try_get("hash")?;
    let role: String = row.try_get("role")?;
    let time =
        |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(|at| at.max(0).cast_unsigned()));
    Ok(Link {
        hash: Hash::from_bytes(&hash).ok_or(StoreError::Damaged("a link's hash"))?,
        role: Role::from_name(&role).ok_or(StoreError::Damaged("a link's role"))?,
        name: row.try_get("name")?,
        made: time("made")?.unwrap_or_default(),
        expiry: time("expiry")?,
        revoked: time("revoked")?,
    })
}
