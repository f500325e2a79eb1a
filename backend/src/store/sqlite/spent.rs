//! The table of tokens that were used.

use protocol::SessionId;
use sqlx::Row;
use sqlx::sqlite::SqlitePool;

use super::{number, unsigned};
use crate::store::{Spent, StoreError};

/// All that was used.
pub async fn all(pool: &SqlitePool) -> Result<Vec<Spent>, StoreError> {
    let rows = sqlx::query("SELECT day, session, tokens FROM spent").fetch_all(pool).await?;
    let spent = rows.iter().map(|row| {
        let (day, tokens) = (unsigned(row, "day")?, unsigned(row, "tokens")?);
        Ok(Spent { day, session: SessionId(row.try_get("session")?), tokens })
    });
    spent.collect()
}

/// Adds to it: all of it or nothing.
pub async fn add(pool: &SqlitePool, spent: &[Spent]) -> Result<(), sqlx::Error> {
    let mut write = pool.begin().await?;
    for Spent { day, session, tokens } in spent {
        let add = sqlx::query(
            "INSERT INTO spent (day, session, tokens) VALUES (?1, ?2, ?3)
             ON CONFLICT (day, session) DO UPDATE SET tokens = tokens + excluded.tokens",
        );
        add.bind(number(*day)).bind(&session.0).bind(number(*tokens)).execute(&mut *write).await?;
    }
    write.commit().await
}

/// What a session that is deleted has used stays used, and is nobody's.
pub async fn anonymous(pool: &SqlitePool, id: &SessionId) -> Result<(), sqlx::Error> {
    let mut write = pool.begin().await?;
    let add = "INSERT INTO spent (day, session, tokens) SELECT day, '', tokens FROM spent WHERE session = ?1
         ON CONFLICT (day, session) DO UPDATE SET tokens = tokens + excluded.tokens";
    for query in [add, "DELETE FROM spent WHERE session = ?1"] {
        sqlx::query(query).bind(&id.0).execute(&mut *write).await?;
    }
    write.commit().await
}
