//! Sessions in an SQLite file of the data folder.
//!
//! WAL, so that loading does not wait for writing; `synchronous=FULL`, since `saved` promises what a power cut must not
//! take back either: one sync for each group, which the session's persistence task makes as large as the disk is slow.

mod blobs;
mod comments;
mod links;
mod spent;
mod timeline;

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{CommentId, LessonId, Seq, SessionId};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};

use super::comments::Comment;
use super::timeline::{Chunk, Extent, Keyframe};
use super::{Batch, Blob, Link, Loaded, Past, Record, Spent, Store, StoreError};
use crate::secret::Hash;

/// The file in the data folder.
const FILE: &str = "midstream.db";
/// What is written to see whether anything can be.
const PROBE: &str = ".midstream-probe";
/// Only the operator may read what people write.
const FOLDER_MODE: u32 = 0o700;
/// Connections: SQLite writes one at a time, and a load or two may read beside it.
const CONNECTIONS: u32 = 4;
/// How long one waits for another's write: a large snapshot on a slow disk.
const BUSY: Duration = Duration::from_secs(5);
/// The most sessions that are named for deletion at once.
const UNTOUCHED_MAX: i64 = 100;
/// The two parts of a batch.
const STATE: &str = "state";
const DOCUMENT: &str = "document";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error("cannot use {path} as the data folder: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database {path}: {source}")]
    Database {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The schema is a newer one.
    #[error("the database {path} was written by a newer version of Midstream (schema {version}): update this one")]
    Newer {
        /// Its file.
        path: PathBuf,
        /// Its schema.
        version: i64,
    },
    /// The schema cannot be brought up to date.
    #[error("the database {path} cannot be brought up to date: {source}")]
    Migrate {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: MigrateError,
    },
}

/// Keeps sessions in a file.
pub struct SqliteStore {
    pool: SqlitePool,
    folder: PathBuf,
}

impl SqliteStore {
    /// Opens the database of a data folder; both are made if they are not there.
    ///
    /// # Errors
    ///
    /// When one of them cannot be used, with a message for the operator.
    pub async fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
        let folder_error = |source| OpenError::Folder { path: folder.to_owned(), source };
        if !folder.is_dir() {
            std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(folder_error)?;
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(FOLDER_MODE)).map_err(folder_error)?;
        }
        let path = folder.join(FILE);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await;
        let pool = pool.map_err(|source| OpenError::Database { path: path.clone(), source })?;
        match MIGRATIONS.run(&pool).await {
            Ok(()) => Ok(SqliteStore { pool, folder: folder.to_owned() }),
            Err(MigrateError::VersionMissing(version)) => Err(OpenError::Newer { path, version }),
            Err(source) => Err(OpenError::Migrate { path, source }),
        }
    }

    async fn append_to(&self, id: &SessionId, batch: &Batch) -> Result<(), sqlx::Error> {
        let mut write = self.pool.begin().await?;
        let bytes = i64::try_from(batch.state.len() + batch.document.len()).unwrap_or(i64::MAX);
        let touched = sqlx::query(
            "UPDATE sessions SET touched = ?2, size = CASE WHEN ?3 THEN ?4 ELSE size + ?4 END WHERE id = ?1",
        );
        let touched = touched.bind(&id.0).bind(now()).bind(batch.whole).bind(bytes).execute(&mut *write).await?;
        if touched.rows_affected() > 0 {
            self.write(&mut write, id, batch).await?;
        }
        write.commit().await
    }

    /// Whether the disk can only be read: it broke. To the database, which has its file open, that is any failure.
    async fn is_read_only(&self) -> bool {
        let probe = self.folder.join(PROBE);
        match tokio::fs::write(&probe, []).await {
            Ok(()) => {
                let _ = tokio::fs::remove_file(&probe).await;
                false
            }
            Err(error) => error.kind() == std::io::ErrorKind::ReadOnlyFilesystem,
        }
    }

    async fn write(
        &self,
        write: &mut Transaction<'_, Sqlite>,
        id: &SessionId,
        batch: &Batch,
    ) -> Result<(), sqlx::Error> {
        let (number, seq, at) = (number(batch.number), number(batch.seq.0), now());
        if let Some(chunk) = &batch.timeline {
            timeline::append(write, id, chunk).await?;
        }
        if batch.whole {
            sqlx::query("DELETE FROM events WHERE session = ?1 AND number <= ?2")
                .bind(&id.0)
                .bind(number)
                .execute(&mut **write)
                .await?;
            sqlx::query("INSERT OR REPLACE INTO snapshots (session, number, seq, at, state, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .bind(&id.0)
                .bind(number)
                .bind(seq)
                .bind(at)
                .bind(batch.state.as_slice())
                .bind(batch.document.as_slice())
                .execute(&mut **write)
                .await?;
            return Ok(());
        }
        for (kind, payload) in [(STATE, &batch.state), (DOCUMENT, &batch.document)] {
            sqlx::query("INSERT OR REPLACE INTO events (session, number, seq, at, kind, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .bind(&id.0)
                .bind(number)
                .bind(seq)
                .bind(at)
                .bind(kind)
                .bind(payload.as_slice())
                .execute(&mut **write)
                .await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, record: Record) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO sessions (id, owner, lesson, made, touched) VALUES (?1, ?2, ?3, ?4, ?4)")
            .bind(&record.id.0)
            .bind(record.owner.as_bytes())
            .bind(record.lesson.as_ref().map(|lesson| lesson.0.as_str()))
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn found(&self, record: Record, loads: u64, batch: &Batch, past: &Past) -> Result<(), StoreError> {
        let mut write = self.pool.begin().await?;
        let size = i64::try_from(batch.state.len() + batch.document.len()).unwrap_or(i64::MAX);
        sqlx::query(
            "INSERT INTO sessions (id, owner, lesson, made, touched, loads, size) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)",
        )
        .bind(&record.id.0)
        .bind(record.owner.as_bytes())
        .bind(record.lesson.as_ref().map(|lesson| lesson.0.as_str()))
        .bind(now())
        .bind(number(loads))
        .bind(size)
        .execute(&mut *write)
        .await?;
        for chunk in &past.timeline {
            timeline::append(&mut write, &record.id, chunk).await?;
        }
        for comment in &past.comments {
            comments::insert(&mut write, &record.id, comment).await?;
        }
        blobs::insert(&mut write, &record.id, &past.blobs).await?;
        if let Some(shared) = &past.shared {
            blobs::share(&mut write, &record.id, shared).await?;
        }
        self.write(&mut write, &record.id, batch).await?;
        Ok(write.commit().await?)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Record>, StoreError> {
        let row = sqlx::query("SELECT owner, lesson FROM sessions WHERE id = ?1").bind(&id.0);
        let row = row.fetch_optional(&self.pool).await?;
        row.map(|row| record(id, &row)).transpose()
    }

    async fn load(&self, id: &SessionId) -> Result<Option<Loaded>, StoreError> {
        // Counted first, and for good: what this load makes can be told from what any other made.
        let row =
            sqlx::query("UPDATE sessions SET loads = loads + 1 WHERE id = ?1 RETURNING owner, lesson, loads, unlocked");
        let Some(row) = row.bind(&id.0).fetch_optional(&self.pool).await? else { return Ok(None) };
        let load = u64::try_from(row.try_get::<i64, _>("loads")?).map_err(|_| StoreError::Damaged("loads"))?;
        let record = record(id, &row)?;
        let unlocked = row.try_get::<Option<Vec<u8>>, _>("unlocked")?.and_then(|seal| Hash::from_bytes(&seal));
        let mut batches = Vec::new();
        let mut after = -1;
        let snapshot = sqlx::query("SELECT number, seq, state, document FROM snapshots WHERE session = ?1");
        if let Some(row) = snapshot.bind(&id.0).fetch_optional(&self.pool).await? {
            after = row.try_get("number")?;
            let (state, document) = (row.try_get("state")?, row.try_get("document")?);
            let (number, seq) = (unsigned(&row, "number")?, Seq(unsigned(&row, "seq")?));
            batches.push(Batch { number, seq, whole: true, state, document, timeline: None });
        }
        let events = sqlx::query(
            "SELECT s.number, s.seq, s.payload AS state, d.payload AS document FROM events s
             JOIN events d ON d.session = s.session AND d.number = s.number AND d.kind = 'document'
             WHERE s.session = ?1 AND s.kind = 'state' AND s.number > ?2 ORDER BY s.number",
        );
        for row in events.bind(&id.0).bind(after).fetch_all(&self.pool).await? {
            let (state, document) = (row.try_get("state")?, row.try_get("document")?);
            let (number, seq) = (unsigned(&row, "number")?, Seq(unsigned(&row, "seq")?));
            batches.push(Batch { number, seq, whole: false, state, document, timeline: None });
        }
        let timeline = timeline::extent(&self.pool, id).await?;
        Ok(Some(Loaded { record, unlocked, load, batches, timeline }))
    }

    async fn append(&self, id: &SessionId, batch: &Batch) -> Result<(), StoreError> {
        match self.append_to(id, batch).await {
            Err(error @ sqlx::Error::Database(_)) if self.is_read_only().await => Err(StoreError::ReadOnly(error)),
            outcome => Ok(outcome?),
        }
    }

    async fn keep_blobs(&self, id: &SessionId, blobs: &[Blob]) -> Result<(), StoreError> {
        blobs::keep(&self.pool, id, blobs).await
    }

    async fn blob(&self, id: &SessionId, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        blobs::find(&self.pool, id, hash).await
    }

    async fn extent(&self, id: &SessionId) -> Result<Option<Extent>, StoreError> {
        timeline::extent(&self.pool, id).await
    }

    async fn chunks(&self, id: &SessionId, after: Option<u64>, bytes: u64) -> Result<Vec<Chunk>, StoreError> {
        timeline::chunks(&self.pool, id, after, bytes).await
    }

    async fn chunk_before(&self, id: &SessionId, seq: Seq) -> Result<Option<u64>, StoreError> {
        timeline::chunk_before(&self.pool, id, seq).await
    }

    async fn chunk_when(&self, id: &SessionId, ms: u64) -> Result<Option<Chunk>, StoreError> {
        timeline::chunk_when(&self.pool, id, ms).await
    }

    async fn marks(&self, id: &SessionId, after: Option<Seq>, most: u32) -> Result<Vec<String>, StoreError> {
        timeline::marks(&self.pool, id, after, most).await
    }

    async fn keyframe(&self, id: &SessionId, seq: Seq) -> Result<Option<Keyframe>, StoreError> {
        timeline::keyframe(&self.pool, id, seq).await
    }

    async fn keep(&self, id: &SessionId, keyframe: &Keyframe) -> Result<(), StoreError> {
        timeline::keep(&self.pool, id, keyframe).await
    }

    async fn shorten(&self, id: &SessionId, bytes: u64) -> Result<(), StoreError> {
        timeline::shorten(&self.pool, id, bytes).await
    }

    async fn comments(&self, id: &SessionId) -> Result<Vec<Comment>, StoreError> {
        comments::all(&self.pool, id).await
    }

    async fn pin(&self, id: &SessionId, comment: &Comment, most: u32) -> Result<bool, StoreError> {
        comments::pin(&self.pool, id, comment, most).await
    }

    async fn unpin(&self, id: &SessionId, comment: &CommentId) -> Result<bool, StoreError> {
        comments::forget(&self.pool, id, comment).await
    }

    async fn delete(&self, id: &SessionId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE id = ?1").bind(&id.0).execute(&self.pool).await?;
        Ok(spent::anonymous(&self.pool, id).await?)
    }

    async fn unlock(&self, id: &SessionId, seal: &Hash) -> Result<(), StoreError> {
        let unlock = sqlx::query("UPDATE sessions SET unlocked = ?2 WHERE id = ?1");
        unlock.bind(&id.0).bind(seal.as_bytes()).execute(&self.pool).await?;
        Ok(())
    }

    async fn spent(&self) -> Result<Vec<Spent>, StoreError> {
        spent::all(&self.pool).await
    }

    async fn spend(&self, spent: &[Spent]) -> Result<(), StoreError> {
        Ok(spent::add(&self.pool, spent).await?)
    }

    async fn links(&self, id: &SessionId) -> Result<Vec<Link>, StoreError> {
        links::all(&self.pool, id).await
    }

    async fn put_link(&self, id: &SessionId, link: &Link) -> Result<bool, StoreError> {
        Ok(links::put(&self.pool, id, link).await?)
    }

    async fn drop_link(&self, id: &SessionId, hash: &Hash) -> Result<(), StoreError> {
        Ok(links::forget(&self.pool, id, hash).await?)
    }

    async fn untouched(&self, for_ms: u64) -> Result<Vec<SessionId>, StoreError> {
        let before = now().saturating_sub(number(for_ms));
        let rows = sqlx::query("SELECT id FROM sessions WHERE touched < ?1 LIMIT ?2").bind(before).bind(UNTOUCHED_MAX);
        let rows = rows.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(SessionId(row.try_get("id")?))).collect()
    }
}

fn record(id: &SessionId, row: &SqliteRow) -> Result<Record, StoreError> {
    let owner: Vec<u8> = row.try_get("owner")?;
    let owner = Hash::from_bytes(&owner).ok_or(StoreError::Damaged("an owner"))?;
    let lesson: Option<String> = row.try_get("lesson")?;
    Ok(Record { id: id.clone(), owner, lesson: lesson.map(LessonId) })
}

fn unsigned(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Damaged("a number"))
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Milliseconds of the Unix epoch.
fn now() -> i64 {
    number(super::now())
}

#[cfg(test)]
mod tests;
