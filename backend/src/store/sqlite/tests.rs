//! The database on a real disk.

use protocol::server::Stall;
use protocol::view::Role;

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("midstream-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn id() -> SessionId {
    SessionId("s".into())
}

fn batch(number: u64, whole: bool, text: &str) -> Batch {
    Batch { number, seq: Seq(number * 10), whole, state: text.into(), document: vec![0, 255, 1], timeline: None }
}

async fn with_session(folder: &Folder) -> SqliteStore {
    let store = SqliteStore::open(&folder.0).await.unwrap();
    let record = Record { id: id(), owner: Hash::of("token"), lesson: Some(LessonId("add".into())) };
    store.create(record).await.unwrap();
    store
}

#[tokio::test]
async fn what_was_written_is_there_after_the_database_was_closed() {
    let folder = Folder::new("kept");
    let store = with_session(&folder).await;
    for batch in [batch(0, true, "all"), batch(1, false, "one"), batch(2, false, "two"), batch(2, false, "again")] {
        store.append(&id(), &batch).await.unwrap();
    }
    store.pool.close().await;
    let mode = std::fs::metadata(&folder.0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, FOLDER_MODE);

    let store = SqliteStore::open(&folder.0).await.unwrap();
    let loaded = store.load(&id()).await.unwrap().unwrap();
    assert!(loaded.record.owner.matches("token"));
    assert_eq!(loaded.record.lesson, Some(LessonId("add".into())));
    assert_eq!(loaded.batches, [batch(0, true, "all"), batch(1, false, "one"), batch(2, false, "again")]);
    assert_eq!((loaded.load, store.load(&id()).await.unwrap().unwrap().load), (1, 2));
    // A whole one replaces what came before it.
    store.append(&id(), &batch(3, true, "all of it")).await.unwrap();
    assert_eq!(store.load(&id()).await.unwrap().unwrap().batches, [batch(3, true, "all of it")]);
    assert!(store.load(&SessionId("other".into())).await.unwrap().is_none());
}

#[tokio::test]
async fn a_deleted_session_leaves_nothing_and_does_not_come_back() {
    let folder = Folder::new("deleted");
    let store = with_session(&folder).await;
    store.append(&id(), &batch(0, true, "secret")).await.unwrap();
    store.append(&id(), &batch(1, false, "secret")).await.unwrap();
    let link = Link { hash: Hash::of("l"), role: Role::Viewer, name: None, made: 1, expiry: None, revoked: None };
    assert!(store.put_link(&id(), &link).await.unwrap());
    assert_eq!(store.untouched(60_000).await.unwrap(), [], "it was touched this minute");
    sqlx::query("UPDATE sessions SET touched = 0").execute(&store.pool).await.unwrap();
    assert_eq!(store.untouched(60_000).await.unwrap(), [id()]);
    store.delete(&id()).await.unwrap();
    store.append(&id(), &batch(2, false, "late")).await.unwrap();
    for table in ["sessions", "events", "snapshots", "links"] {
        let rows: i64 =
            sqlx::query_scalar(&format!("SELECT count(*) FROM {table}")).fetch_one(&store.pool).await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    assert!(store.find(&id()).await.unwrap().is_none());
}

#[tokio::test]
async fn links_are_there_after_the_database_was_closed_and_go_with_their_session() {
    let folder = Folder::new("links");
    let store = with_session(&folder).await;
    let link = |token: &str, role| {
        let (hash, name) = (Hash::of(token), Some(token.to_owned()));
        Link { hash, role, name, made: 1, expiry: None, revoked: None }
    };
    let viewer = Link { expiry: Some(2), ..link("viewer", Role::Viewer) };
    let editor = Link { name: None, ..link("editor", Role::Editor) };
    let links = [viewer.clone(), editor.clone(), link("gone", Role::Owner)];
    for link in &links {
        assert!(store.put_link(&id(), link).await.unwrap());
        assert!(!store.put_link(&SessionId("other".into()), link).await.unwrap(), "there is no such session");
    }
    let revoked = Link { revoked: Some(3), ..editor };
    assert!(store.put_link(&id(), &revoked).await.unwrap());
    store.drop_link(&id(), &Hash::of("gone")).await.unwrap();
    store.pool.close().await;

    let store = SqliteStore::open(&folder.0).await.unwrap();
    assert_eq!(store.links(&id()).await.unwrap(), [viewer, revoked]);
    assert_eq!(store.links(&SessionId("other".into())).await.unwrap(), []);
    sqlx::query("UPDATE links SET role = 'god' WHERE role = 'viewer'").execute(&store.pool).await.unwrap();
    assert!(matches!(store.links(&id()).await, Err(StoreError::Damaged(_))), "nobody gets in by a role that is none");
    store.delete(&id()).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM links").fetch_one(&store.pool).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn comments_are_there_after_the_database_was_closed_and_go_with_their_session() {
    use protocol::timeline::Moment;

    let folder = Folder::new("comments");
    let store = with_session(&folder).await;
    let comment = |id: &str, seq, made| {
        let (moment, key) = (Moment { seq: Seq(seq), at_ms: seq * 10 }, Some(Hash::of(id)));
        Comment { id: id.into(), moment, name: "Ada".into(), color: Some(7), text: "so\nit is".into(), made, key }
    };
    let (late, early) = (comment("late", 9, 1), Comment { color: None, key: None, ..comment("early", 2, 3) });
    let (second, first) = (comment("second", 5, 8), comment("first", 5, 4));
    sqlx::query("UPDATE sessions SET touched = 0").execute(&store.pool).await.unwrap();
    for comment in [&late, &second, &early, &first] {
        assert!(store.pin(&id(), comment, 4).await.unwrap());
    }
    assert_eq!(store.untouched(60_000).await.unwrap(), [], "a session that is commented on is used");
    assert!(!store.pin(&id(), &comment("one more", 1, 1), 4).await.unwrap(), "past the limit");
    assert!(!store.pin(&SessionId("other".into()), &late, 4).await.unwrap(), "there is no such session");
    store.pool.close().await;

    let store = SqliteStore::open(&folder.0).await.unwrap();
    assert_eq!(store.comments(&id()).await.unwrap(), [early, first.clone(), second, late]);
    assert!(store.unpin(&id(), &first.id).await.unwrap());
    assert!(!store.unpin(&id(), &first.id).await.unwrap(), "it is gone already");
    assert!(!store.unpin(&SessionId("other".into()), &"late".into()).await.unwrap());
    assert!(store.pin(&id(), &first, 4).await.unwrap(), "there is room again");
    store.delete(&id()).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM comments").fetch_one(&store.pool).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn bytes_that_an_earlier_version_kept_are_there_after_the_migration() {
    /// The schema before contents stood once.
    const BEFORE: usize = 5;

    let folder = Folder::new("contents-before");
    std::fs::create_dir_all(&folder.0).unwrap();
    let options = SqliteConnectOptions::new().filename(folder.0.join(FILE)).create_if_missing(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
    let migrations = MIGRATIONS.migrations[..BEFORE].to_vec().into();
    Migrator { migrations, ..Migrator::DEFAULT }.run(&pool).await.unwrap();
    for session in ["s", "other"] {
        sqlx::query("INSERT INTO sessions (id, owner, made, touched) VALUES (?1, ?2, 1, 1)")
            .bind(session)
            .bind(Hash::of("token").as_bytes())
            .execute(&pool)
            .await
            .unwrap();
        let blob = sqlx::query("INSERT INTO blobs (session, hash, bytes) VALUES (?1, x'01', x'00ff')").bind(session);
        blob.execute(&pool).await.unwrap();
    }
    pool.close().await;

    let store = SqliteStore::open(&folder.0).await.unwrap();
    for session in [id(), SessionId("other".into())] {
        assert_eq!(store.blob(&session, &[1]).await.unwrap().as_deref(), Some([0, 255].as_slice()));
        store.delete(&session).await.unwrap();
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM contents").fetch_one(&store.pool).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn bytes_stand_once_however_many_sessions_have_them_and_go_with_the_last() {
    use crate::store::{Past, Shared};

    let folder = Folder::new("contents");
    let store = with_session(&folder).await;
    let blob = |name: &str, bytes: &str| Blob { hash: name.into(), bytes: bytes.as_bytes().into() };
    store.keep_blobs(&id(), &[blob("a", "one"), blob("b", "two")]).await.unwrap();
    store.keep_blobs(&id(), &[blob("a", "one")]).await.unwrap();
    let other = SessionId("other".into());
    let record = Record { id: other.clone(), owner: Hash::of("t"), lesson: None };
    let shared = Shared { from: id(), hashes: vec!["a".into(), "c".into()] };
    let past = Past { blobs: vec![blob("d", "four")], shared: Some(shared), ..Past::default() };
    store.found(record, 1, &batch(0, true, "all"), &past).await.unwrap();

    let has = async |session: &SessionId, hash: &str| store.blob(session, hash.as_bytes()).await.unwrap().is_some();
    let contents = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM contents").fetch_one(&store.pool);
        count.await.unwrap()
    };
    assert_eq!(store.blob(&other, b"a").await.unwrap().as_deref(), Some(b"one".as_slice()));
    assert!(has(&other, "d").await && !has(&other, "b").await && !has(&other, "c").await);
    assert!(!has(&id(), "d").await, "nobody has what only another has");
    assert_eq!(contents().await, 3, "a, b and d, each once");
    store.delete(&id()).await.unwrap();
    assert!(has(&other, "a").await && contents().await == 2, "b went with its last session");
    store.delete(&other).await.unwrap();
    assert_eq!(contents().await, 0);
}

#[tokio::test]
async fn what_was_used_adds_up_and_outlives_its_session() {
    let folder = Folder::new("spent");
    let store = with_session(&folder).await;
    let spent = |day, session: &str, tokens| Spent { day, session: session.into(), tokens };
    store.spend(&[spent(1, "s", 5), spent(2, "s", 7)]).await.unwrap();
    store.spend(&[spent(2, "s", 1), spent(2, "other", 10)]).await.unwrap();
    store.unlock(&id(), &Hash::of("seal")).await.unwrap();
    store.pool.close().await;

    let store = SqliteStore::open(&folder.0).await.unwrap();
    assert_eq!(store.load(&id()).await.unwrap().unwrap().unlocked, Some(Hash::of("seal")));
    let sorted = |mut all: Vec<Spent>| {
        all.sort_by_key(|spent| (spent.day, spent.session.0.clone()));
        all
    };
    let all = sorted(store.spent().await.unwrap());
    assert_eq!(all, [spent(1, "s", 5), spent(2, "other", 10), spent(2, "s", 8)]);
    store.delete(&id()).await.unwrap();
    let all = sorted(store.spent().await.unwrap());
    assert_eq!(all, [spent(1, "", 5), spent(2, "", 8), spent(2, "other", 10)]);
}

#[tokio::test]
async fn a_newer_schema_and_a_file_of_another_kind_are_refused_with_a_reason() {
    let folder = Folder::new("newer");
    let store = with_session(&folder).await;
    sqlx::query("INSERT INTO _sqlx_migrations VALUES (99, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)")
        .execute(&store.pool)
        .await
        .unwrap();
    store.pool.close().await;
    let error = SqliteStore::open(&folder.0).await.err().unwrap();
    assert!(matches!(error, OpenError::Newer { version: 99, .. }), "{error}");
    assert!(error.to_string().contains("newer version of Midstream"), "{error}");

    let folder = Folder::new("foreign");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(
        folder.0.join(FILE),
        "a letter to my aunt, which is long enough for a header of a database".repeat(20),
    )
    .unwrap();
    assert!(matches!(SqliteStore::open(&folder.0).await, Err(OpenError::Database { .. })));
    std::fs::write(folder.0.join("file"), "").unwrap();
    let error = SqliteStore::open(&folder.0.join("file/below")).await.err().unwrap();
    assert!(error.to_string().contains("as the data folder"), "{error}");
}

#[tokio::test]
async fn a_full_database_says_so_and_takes_the_same_batch_when_there_is_room() {
    let folder = Folder::new("full");
    let store = with_session(&folder).await;
    store.append(&id(), &batch(0, true, "all")).await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&store.pool).await.unwrap();
    let options = store.pool.connect_options();
    let limited = |pages: i64| {
        let options = (*options).clone().pragma("max_page_count", pages.to_string());
        async move {
            SqliteStore {
                pool: SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap(),
                folder: std::env::temp_dir(),
            }
        }
    };
    let large = batch(1, false, &"x".repeat(100_000));
    let error = limited(pages).await.append(&id(), &large).await.unwrap_err();
    assert_eq!(error.stall(), Stall::Full, "{error}");
    limited(pages + 100).await.append(&id(), &large).await.unwrap();
    assert_eq!(store.load(&id()).await.unwrap().unwrap().batches.len(), 2);
}

#[tokio::test]
async fn a_timeline_is_found_by_steps_and_shortened_at_a_keyframe() {
    use crate::store::timeline::{Chunk, Keyframe};

    let folder = Folder::new("timeline");
    let store = with_session(&folder).await;
    assert_eq!(store.extent(&id()).await.unwrap(), None);
    for number in 0..10 {
        let (first, last) = (Seq(number * 10), Seq(number * 10 + 9));
        let marks = (number % 2 == 0).then(|| format!("[{number}]"));
        let (at, payload) = ((number * 100, number * 100 + 99), vec![0; 10]);
        let chunk = Chunk { number, first, last, at, upto: (number + 1) * 10, payload, marks };
        let batch = Batch { timeline: Some(chunk), ..batch(number, false, "state") };
        store.append(&id(), &batch).await.unwrap();
        // Whoever does not know whether it arrived writes it again.
        store.append(&id(), &batch).await.unwrap();
    }
    let extent = store.extent(&id()).await.unwrap().unwrap();
    assert_eq!((extent.first, extent.last, extent.upto, extent.gone), ((0, Seq(0), 0), (9, Seq(99), 999), 100, 0));
    let numbers = |chunks: Vec<Chunk>| chunks.into_iter().map(|chunk| chunk.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.chunks(&id(), None, 25).await.unwrap()), [0, 1]);
    assert_eq!(numbers(store.chunks(&id(), Some(6), 0).await.unwrap()), [7], "at least one");
    assert_eq!(numbers(store.chunks(&id(), Some(9), 99).await.unwrap()), [0u64; 0]);
    assert_eq!(store.chunk_before(&id(), Seq(39)).await.unwrap(), Some(3));
    assert_eq!(store.chunk_before(&id(), Seq(8)).await.unwrap(), None);
    assert_eq!(store.marks(&id(), None, 2).await.unwrap(), ["[0]", "[2]"]);
    assert_eq!(store.marks(&id(), Some(Seq(29)), 9).await.unwrap(), ["[4]", "[6]", "[8]"]);

    let keyframe = |number: u64| {
        let (seq, at, upto) = (Seq(number * 10 + 9), number * 100 + 99, (number + 1) * 10);
        Keyframe { number, seq, at, upto, state: vec![1], document: vec![2] }
    };
    for number in [2, 5, 9] {
        store.keep(&id(), &keyframe(number)).await.unwrap();
    }
    assert_eq!(store.keyframe(&id(), Seq(58)).await.unwrap(), Some(keyframe(2)));
    assert_eq!(store.keyframe(&id(), Seq(59)).await.unwrap(), Some(keyframe(5)));
    assert_eq!(store.keyframe(&id(), Seq(28)).await.unwrap(), None);
    store.shorten(&id(), 40).await.unwrap();
    let extent = store.extent(&id()).await.unwrap().unwrap();
    assert_eq!((extent.first, extent.gone), ((6, Seq(59), 599), 60), "it begins with the keyframe");
    assert_eq!(store.keyframe(&id(), Seq(58)).await.unwrap(), None);
    store.shorten(&id(), 1).await.unwrap();
    assert_eq!(store.extent(&id()).await.unwrap().unwrap(), extent, "never to nothing");
    assert_eq!(store.load(&id()).await.unwrap().unwrap().batches.len(), 10, "a load reads none of it");
}

#[tokio::test]
async fn a_read_only_database_says_so_and_takes_the_same_batch_when_it_can_be_written() {
    let folder = Folder::new("read-only");
    let store = with_session(&folder).await;
    let options = (*store.pool.connect_options()).clone().pragma("query_only", "1");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let error = SqliteStore { pool, folder: folder.0.clone() }.append(&id(), &batch(0, true, "all")).await.unwrap_err();
    assert_eq!(error.stall(), Stall::ReadOnly, "{error}");
    store.append(&id(), &batch(0, true, "all")).await.unwrap();
    assert_eq!(store.load(&id()).await.unwrap().unwrap().batches.len(), 1);
}
