//! Writing a session as a file, piece by piece, from what is in the store.

use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;
use protocol::{LessonId, ServerFrame, SessionId};

use super::Note;
use super::reader::{self, ReadError};
use super::recording::RecordingWriter;
use super::scene::Scene;
use super::{chunk, comments};
use crate::store::Store;

/// What is read at once, in bytes.
const AT_ONCE: u64 = 1024 * 1024;

/// Where the writing stands.
struct Export {
    store: Arc<dyn Store>,
    id: SessionId,
    writer: Option<RecordingWriter>,
    /// What goes out behind the last chunk.
    comments: Vec<u8>,
    /// What goes out next, before any chunk of the store.
    ahead: Option<Vec<u8>>,
    /// The last chunk that went out, and the last one that will.
    after: Option<u64>,
    last: u64,
}

/// A session's file, as it stands now.
///
/// # Errors
///
/// When there is no timeline, or its beginning cannot be read.
pub async fn write(
    store: &Arc<dyn Store>,
    id: &SessionId,
    lesson: Option<LessonId>,
) -> Result<impl Stream<Item = Result<Vec<u8>, ReadError>> + use<>, ReadError> {
    let extent = reader::extent(store, id).await?;
    // What was pinned behind the end that is written is not in the file.
    let comments = store.comments(id).await?.into_iter().filter(|comment| comment.moment.seq <= extent.last.1);
    let comments = comments::write(comments.collect())?;
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
        comments,
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
    if piece.is_empty() {
        let mut end = writer.comments(&export.comments);
        end.extend(writer.finish());
        return Ok(Some((end, export)));
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
