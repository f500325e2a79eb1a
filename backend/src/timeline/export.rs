//! Writing a session as a file, piece by piece, from what is in the store.

use std::collections::VecDeque;
use std::sync::Arc;

use document::BlobRef;
use futures_util::Stream;
use futures_util::stream;
use protocol::{LessonId, ServerFrame, SessionId};

use super::Note;
use super::reader::{self, ReadError};
use super::recording::RecordingWriter;
use super::scene::Scene;
use super::{chunk, comments};
use crate::registry::blobs;
use crate::store::Store;

/// What is read at once, in bytes.
const AT_ONCE: u64 = 1024 * 1024;

/// Where the writing stands.
struct Export {
    store: Arc<dyn Store>,
    id: SessionId,
    writer: Option<RecordingWriter>,
    /// What goes out behind the last chunk, once.
    comments: Option<Vec<u8>>,
    /// Bytes that go out behind that, the shortest first: as many files as there is room for.
    kept: VecDeque<BlobRef>,
    /// How long the file may be.
    most: usize,
    /// What goes out next, before any chunk of the store.
    ahead: Option<Vec<u8>>,
    /// The last chunk that went out, and the last one that will.
    after: Option<u64>,
    last: u64,
}

/// A session's file, as it stands now. Bytes that files name come with it as long as it is no longer than `most`.
///
/// # Errors
///
/// When there is no timeline, or its beginning cannot be read.
pub async fn write(
    store: &Arc<dyn Store>,
    id: &SessionId,
    lesson: Option<LessonId>,
    most: usize,
) -> Result<impl Stream<Item = Result<Vec<u8>, ReadError>> + use<>, ReadError> {
    let extent = reader::extent(store, id).await?;
    // What was pinned behind the end that is written is not in the file.
    let comments = store.comments(id).await?.into_iter().filter(|comment| comment.moment.seq <= extent.last.1);
    let comments = comments::write(comments.collect())?;
    let end = reader::scene(store, id, extent.last.1, Some(extent.last.0)).await?;
    let mut kept: Vec<BlobRef> = end.document.kept().into_iter().collect();
    kept.sort_by_key(|name| name.size);
    let (mut writer, mut ahead) = RecordingWriter::begin(lesson, extent.gone);
    let mut after = None;
    if extent.gone > 0 {
        // The oldest went: the file begins with what the session was then.
        let before = extent.first.0 - 1;
        let scene = reader::scene(store, id, extent.first.1, Some(before)).await?;
        ahead.extend(writer.chunk(&base(scene)?, None));
        after = Some(before);
    }
    let export = Export {
        store: Arc::clone(store),
        id: id.clone(),
        writer: Some(writer),
        comments: Some(comments),
        kept: kept.into(),
        most,
        ahead: Some(ahead),
        after,
        last: extent.last.0,
    };
    Ok(stream::try_unfold(export, next))
}

async fn next(mut export: Export) -> Result<Option<(Vec<u8>, Export)>, ReadError> {
    if let Some(ahead) = export.ahead.take() {
        return Ok(Some((ahead, export)));
    }
    let Some(mut writer) = export.writer.take() else { return Ok(None) };
    let mut piece = Vec::new();
    if export.after != Some(export.last) {
        for chunk in export.store.chunks(&export.id, export.after, AT_ONCE).await? {
            if chunk.number > export.last {
                break;
            }
            piece.extend(writer.chunk(&chunk.payload, chunk.marks.as_deref()));
            export.after = Some(chunk.number);
        }
    }
    if piece.is_empty()
        && let Some(comments) = export.comments.take()
    {
        piece = writer.comments(&comments);
    }
    while piece.is_empty()
        && let Some(name) = export.kept.pop_front()
    {
        let bytes = export.store.blob(&export.id, &blobs::digest(&name)).await?;
        if let Some(bytes) =
            bytes.filter(|bytes| bytes.len() as u64 == name.size && writer.fits(bytes.len(), export.most))
        {
            piece = writer.kept(&bytes);
        }
    }
    if piece.is_empty() {
        return Ok(Some((writer.finish(), export)));
    }
    export.writer = Some(writer);
    Ok(Some((piece, export)))
}

/// A chunk that holds all of a scene.
fn base(mut scene: Scene) -> Result<Vec<u8>, ReadError> {
    scene.settle()?;
    let (seq, at) = scene.moment;
    let state = serde_json::to_vec(&ServerFrame::State { seq, session: Box::new(scene.session) })?;
    let document = document::message_of(&scene.document.encode());
    let mut writer = chunk::Writer::default();
    writer.push((at, seq), None, Some(&document), Some(&state), None);
    for ((turn, segment), message) in scene.said {
        let said = serde_json::to_vec(&Note::Said { turn, segment, message })?;
        writer.push((at, seq), None, None, None, Some(&said));
    }
    Ok(writer.finish())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use document::{Document, FileChange};
    use futures_util::TryStreamExt;
    use protocol::Seq;
    use protocol::limits::Limits;

    use super::*;
    use crate::registry::blobs::{digest, name};
    use crate::secret::Hash;
    use crate::store::timeline::Chunk;
    use crate::store::{Batch, Blob, MemoryStore, Past, Record};
    use crate::timeline::recording;

    /// A session whose files are these bytes.
    async fn session(files: &[Vec<u8>]) -> (Arc<dyn Store>, SessionId) {
        let mut document = Document::new(1);
        let keep = |(at, bytes): (usize, &Vec<u8>)| {
            let id = format!("f{at}");
            FileChange::Keep { path: Some(format!("{id}.bin")), id, blob: name(bytes), executable: false }
        };
        let changes: Vec<FileChange> = files.iter().enumerate().map(keep).collect();
        let message = document.import(1, 1, &[], &[], &changes).message.unwrap();
        let mut scene = Scene::default();
        scene.document.apply([message.as_slice()]).unwrap();
        let payload = base(scene).unwrap();
        let upto = payload.len() as u64;
        let chunk = Chunk { number: 0, first: Seq(0), last: Seq(0), at: (0, 0), upto, payload, marks: None };
        let blob = |bytes: &Vec<u8>| Blob { hash: digest(&name(bytes)), bytes: bytes.as_slice().into() };
        let past = Past { timeline: vec![chunk], blobs: files.iter().map(blob).collect(), ..Past::default() };
        let (id, owner) = (SessionId("s".into()), Hash::of("t"));
        let (state, document) = (Vec::new(), Vec::new());
        let batch = Batch { number: 0, seq: Seq(0), whole: true, state, document, timeline: None };
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        store.found(Record { id: id.clone(), owner, lesson: None }, 1, &batch, &past).await.unwrap();
        (store, id)
    }

    async fn written(store: &Arc<dyn Store>, id: &SessionId, most: usize) -> Vec<u8> {
        let pieces = write(store, id, None, most).await.unwrap();
        pieces.try_collect::<Vec<_>>().await.unwrap().concat()
    }

    #[tokio::test]
    async fn as_many_files_as_there_is_room_for_have_their_bytes() {
        let files = [vec![0; 5_000], vec![1; 1_000], vec![2; 3_000]];
        let (store, id) = session(&files).await;
        let all = written(&store, &id, usize::MAX).await;
        let carried = |file: Vec<u8>| {
            let recording = recording::read(Bytes::from(file), &Limits::default()).unwrap();
            assert_eq!(recording.scene.document.kept().len(), 3, "all are named");
            recording.blobs.iter().map(|blob| blob.bytes.len()).collect::<Vec<_>>()
        };
        assert_eq!(carried(all.clone()), [1_000, 3_000, 5_000]);
        for (room, fit) in [(all.len() - 1_000, vec![1_000, 3_000]), (all.len() - 5_500, vec![1_000]), (0, vec![])] {
            let file = written(&store, &id, room).await;
            assert!(file.len() <= room.max(all.len() - 9_000), "{} past {room}", file.len());
            assert_eq!(carried(file), fit, "of {room}");
        }
    }
}
