//! Looking at a timeline: what is in it, the session as of a step, and the steps from there on.
//!
//! Reads what is written down; asks no session. Work that may take a while is done on a thread for it.

use std::sync::Arc;
use std::time::Duration;

use protocol::timeline::{Mark, Moment, TimelineIndex, TimelineStep, TimelineSteps};
use protocol::view::Role;
use protocol::{Seq, ServerFrame, SessionId};

use super::chunk::{self, ChunkError};
use super::scene::{Scene, SceneError};
use super::{Note, Step};
use crate::backstage::{self, Lost};
use crate::base64;
use crate::store::timeline::{Chunk, Extent};
use crate::store::{Store, StoreError};

/// How often, and how many times, it is looked whether a timeline has begun: a disk takes no longer.
const BEGIN_EVERY: Duration = Duration::from_millis(20);
const BEGIN_TRIES: u32 = 100;
/// Marks in one answer: more than a session of hours has.
pub const MARKS_MAX: usize = 10_000;
/// Chunks that one answer's marks are read from.
const MARKED_MAX: u32 = 10_000;
/// What is read of a timeline at once, in bytes.
const READ_AT_ONCE: u64 = 4 * 1024 * 1024;
/// What one answer's steps take in the timeline, in bytes: a minute and more of a fast model.
pub const STEPS_MAX: u64 = 512 * 1024;

/// Why a timeline cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The moment is not in it: before its beginning or behind its end.
    #[error("that moment is not in the timeline")]
    NotThere,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it holds cannot be followed.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// Its marks cannot be read.
    #[error("the timeline's marks are damaged: {0}")]
    Marks(#[from] serde_json::Error),
    /// Following it panicked.
    #[error("following the timeline panicked")]
    Panicked(#[from] tokio::task::JoinError),
    /// The same, or there was no thread for it.
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl From<ChunkError> for ReadError {
    fn from(error: ChunkError) -> ReadError {
        ReadError::Scene(error.into())
    }
}

/// Where a timeline begins and ends. That of a session which was just made begins with its first write, which is on its
/// way.
pub async fn extent(store: &Arc<dyn Store>, id: &SessionId) -> Result<Extent, ReadError> {
    for _ in 0..BEGIN_TRIES {
        if let Some(extent) = store.extent(id).await? {
            return Ok(extent);
        }
        tokio::time::sleep(BEGIN_EVERY).await;
    }
    Err(ReadError::NotThere)
}

/// What is in a timeline, with the marks behind `after`.
pub async fn index(store: &Arc<dyn Store>, id: &SessionId, after: Option<Seq>) -> Result<TimelineIndex, ReadError> {
    let extent = extent(store, id).await?;
    let texts = store.marks(id, after, MARKED_MAX).await?;
    let mut more = texts.len() == MARKED_MAX as usize;
    let mut marks: Vec<Mark> = Vec::new();
    for text in texts {
        let here: Vec<Mark> = serde_json::from_str(&text)?;
        marks.extend(here.into_iter().filter(|mark| after.is_none_or(|after| mark.moment.seq > after)));
    }
    if marks.len() > MARKS_MAX {
        more = true;
        // Marks of one step stay together: the next question names the last number.
        let last = marks.get(MARKS_MAX).map(|mark| mark.moment.seq);
        marks.truncate(MARKS_MAX);
        if marks.first().map(|mark| mark.moment.seq) != last {
            marks.retain(|mark| Some(mark.moment.seq) != last);
        }
    }
    let moment = |(_, seq, at_ms): (u64, Seq, u64)| Moment { seq, at_ms };
    let is_shortened = extent.gone > 0;
    // Whoever answers knows who asks.
    let role = Role::default();
    Ok(TimelineIndex { from: moment(extent.first), to: moment(extent.last), is_shortened, marks, more, role })
}

/// Who waits for what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody.
    Asked,
    /// Nobody.
    Backstage,
}

impl Lane {
    /// Has something done on a thread where work may take a while.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ReadError> {
        match self {
            Lane::Asked => Ok(tokio::task::spawn_blocking(work).await?),
            Lane::Backstage => Ok(backstage::run(work).await?),
        }
    }
}

/// The session as of a step; `until` names the last chunk that is looked at.
pub async fn scene(store: &Arc<dyn Store>, id: &SessionId, seq: Seq, until: Option<u64>) -> Result<Scene, ReadError> {
    scene_in(Lane::Asked, store, id, seq, until).await
}

/// The same in a lane.
pub async fn scene_in(
    lane: Lane,
    store: &Arc<dyn Store>,
    id: &SessionId,
    seq: Seq,
    until: Option<u64>,
) -> Result<Scene, ReadError> {
    let extent = extent(store, id).await?;
    if seq < extent.first.1 || seq > extent.last.1 {
        return Err(ReadError::NotThere);
    }
    let keyframe = store.keyframe(id, seq).await?.filter(|kept| until.is_none_or(|until| kept.number <= until));
    let mut after = keyframe.as_ref().map(|kept| kept.number);
    let mut scene = Scene::default();
    if let Some(kept) = keyframe {
        let restored = move || Scene::restore((kept.seq, kept.at), &kept.state, &kept.document);
        scene = lane.run(restored).await??;
    }
    loop {
        let chunks = store.chunks(id, after, READ_AT_ONCE).await?;
        let Some(last) = chunks.last() else { break };
        let is_past = |chunk: &Chunk| chunk.first > seq || until.is_some_and(|until| chunk.number > until);
        let done = is_past(last);
        after = Some(last.number);
        let taken: Vec<Chunk> = chunks.into_iter().take_while(|chunk| !is_past(chunk)).collect();
        let fold = move || {
            let mut scene = scene;
            for chunk in taken {
                for step in chunk::read(chunk.payload)?.iter().take_while(|step| step.seq <= seq) {
                    scene.step(step)?;
                }
            }
            scene.settle()?;
            Ok::<_, ReadError>(scene)
        };
        scene = lane.run(fold).await??;
        if done {
            break;
        }
    }
    Ok(scene)
}

/// The last step at or before a time, in milliseconds on the session's clock; the first one for a time before all.
pub async fn when(store: &Arc<dyn Store>, id: &SessionId, ms: u64) -> Result<Seq, ReadError> {
    let extent = extent(store, id).await?;
    let Some(chunk) = store.chunk_when(id, ms).await? else { return Ok(extent.first.1) };
    let steps = chunk::read(chunk.payload)?;
    let last = steps.iter().take_while(|step| step.at <= ms).last();
    Ok(last.map_or(chunk.first, |step| step.seq))
}

/// The last step at or before a number, with its time: as it is shown there.
pub async fn moment(store: &Arc<dyn Store>, id: &SessionId, seq: Seq) -> Result<Moment, ReadError> {
    let extent = extent(store, id).await?;
    if seq < extent.first.1 || seq > extent.last.1 {
        return Err(ReadError::NotThere);
    }
    let mut moment = Moment { seq: extent.first.1, at_ms: extent.first.2 };
    // The last chunk that ends before it has the step, unless a later one begins in time.
    let mut after = store.chunk_before(id, seq).await?.and_then(|number| number.checked_sub(1));
    while let Some(chunk) = store.chunks(id, after, 0).await?.into_iter().next().filter(|chunk| chunk.first <= seq) {
        after = Some(chunk.number);
        let steps = chunk::read(chunk.payload)?;
        if let Some(step) = steps.iter().take_while(|step| step.seq <= seq).last() {
            moment = Moment { seq: step.seq, at_ms: step.at };
        }
        if chunk.last > seq {
            break;
        }
    }
    Ok(moment)
}

/// What came after a step: as many steps as an answer takes, and all that share the last one's number.
pub async fn steps(store: &Arc<dyn Store>, id: &SessionId, from: Seq) -> Result<TimelineSteps, ReadError> {
    let extent = extent(store, id).await?;
    if from < extent.first.1 || from > extent.last.1 {
        return Err(ReadError::NotThere);
    }
    let mut after = store.chunk_before(id, from).await?;
    let mut steps: Vec<Step> = Vec::new();
    let (mut bytes, mut more) = (0, true);
    while bytes < STEPS_MAX {
        let chunks = store.chunks(id, after, STEPS_MAX - bytes).await?;
        let Some(last) = chunks.last() else {
            more = false;
            break;
        };
        after = Some(last.number);
        bytes += chunks.iter().map(|chunk| chunk.payload.len() as u64).sum::<u64>();
        for chunk in chunks {
            steps.extend(chunk::read(chunk.payload)?.into_iter().filter(|step| step.seq > from));
        }
    }
    // What shares the last one's number may be in the next chunk.
    while more && let Some(last) = steps.last().map(|step| step.seq) {
        let next = store.chunks(id, after, 0).await?.into_iter().next();
        more = next.is_some();
        let Some(chunk) = next.filter(|chunk| chunk.first == last) else { break };
        after = Some(chunk.number);
        steps.extend(chunk::read(chunk.payload)?);
    }
    let steps = tokio::task::spawn_blocking(move || steps.iter().filter_map(view).collect::<Result<_, _>>());
    Ok(TimelineSteps { steps: steps.await??, more })
}

/// A step as viewers are shown it; nothing for what is not theirs.
fn view(step: &Step) -> Option<Result<TimelineStep, ReadError>> {
    let people = match &step.note {
        Some(Note::People(change)) => Some(change.clone()),
        Some(Note::Said { .. }) => return None,
        Some(Note::Gap) | None => None,
    };
    let view = || {
        let update = step.message.as_deref().map(document::update_of).transpose().map_err(SceneError::Update)?;
        let frame = step.frame.as_deref().map(serde_json::from_slice::<ServerFrame>);
        let frame = frame.transpose().map_err(SceneError::Frame)?;
        let moment = Moment { seq: step.seq, at_ms: step.at };
        Ok(TimelineStep { moment, update: update.map(base64::encode), frame, people })
    };
    Some(view())
}
