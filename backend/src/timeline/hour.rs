//! An hour of work at once: any moment of it is near a keyframe.

use std::sync::Arc;
use std::time::{Duration, Instant};

use document::{Document, ModelOp};
use protocol::view::TurnStatus;
use protocol::{Seq, ServerFrame, SessionId, TurnId};
use tokio_util::task::TaskTracker;

use super::chunk::Writer;
use super::keeper::{KEYFRAME_EVERY, Keeper};
use super::reader;
use crate::secret::Hash;
use crate::store::timeline::Chunk;
use crate::store::{Batch, MemoryStore, Record, Store};

const TOKENS: usize = 200_000;
const TURNS: usize = 40;
/// One write a group of tokens, as while a fast model streams.
const GROUP: usize = 10;
const HOUR_MS: u64 = 60 * 60 * 1000;
const POINTS: usize = 20;

/// Takes frames and updates down, group by group.
struct Log {
    store: Arc<dyn Store>,
    id: SessionId,
    keeper: Keeper,
    writer: Writer,
    first: Option<(Seq, u64)>,
    last: (Seq, u64),
    steps: usize,
    number: u64,
    upto: u64,
}

impl Log {
    fn push(&mut self, (seq, at): (Seq, u64), message: Option<&[u8]>, frame: &ServerFrame) {
        let text = serde_json::to_vec(frame).unwrap();
        self.writer.push((at, seq), None, message, Some(&text), None);
        self.first.get_or_insert((seq, at));
        (self.last, self.steps) = ((seq, at), self.steps + 1);
    }

    async fn write(&mut self) {
        let Some((first, began)) = self.first.take() else { return };
        let payload = std::mem::take(&mut self.writer).finish();
        self.upto += payload.len() as u64;
        let (last, ended) = self.last;
        let (number, at, upto) = (self.number, (began, ended), self.upto);
        let chunk = Chunk { number, first, last, at, upto, payload, marks: None };
        self.number += 1;
        let empty = Batch {
            number,
            seq: last,
            whole: true,
            state: Vec::new(),
            document: Vec::new(),
            timeline: Some(chunk.clone()),
        };
        self.store.append(&self.id, &empty).await.unwrap();
        self.keeper.wrote(&chunk);
        while self.keeper.is_at_work() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn any_moment_of_an_hour_with_200_000_tokens_is_near_a_keyframe() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let id = SessionId("hour".into());
    store.create(Record { id: id.clone(), owner: Hash::of("t"), lesson: None }).await.unwrap();
    let keeper = Keeper::new(id.clone(), Arc::clone(&store), crate::timeline::TIMELINE_MAX, TaskTracker::new());
    let writer = Writer::default();
    let (first, last) = (None, (Seq(0), 0));
    let mut log =
        Log { store: Arc::clone(&store), id: id.clone(), keeper, writer, first, last, steps: 0, number: 0, upto: 0 };

    let mut doc = Document::new(1);
    let base = doc.seed_file("f0", "start.py", "# start\n");
    let mut seq = Seq(0);
    log.push((seq, 0), Some(&base), &ServerFrame::State { seq, session: Box::default() });
    for turn in 0..TURNS {
        let turn_id = TurnId(format!("t{turn}"));
        let (mut offset, hunk) = (0, turn as u64 + 1);
        seq = seq.next();
        let started = ServerFrame::TurnStarted {
            seq,
            turn_id: turn_id.clone(),
            prompt: "go on".to_owned(),
            model: "m".into(),
            by: "p1".into(),
            scope: Default::default(),
        };
        let at = |seq: Seq| seq.0 * HOUR_MS / TOKENS as u64;
        log.push((seq, at(seq)), None, &started);
        let file = format!("f{hunk}");
        let made = doc.apply(seq.0, &[ModelOp::Create { hunk, file, path: format!("src/file{turn}.py") }]);
        if let Some(message) = made.message {
            log.push((seq, at(seq)), Some(&message), &started_again());
        }
        for token in 0..TOKENS / TURNS {
            seq = seq.next();
            let text = if token % 12 == 0 { "\n    x".to_owned() } else { format!(" w{}", token % 97) };
            let applied = doc.apply(seq.0, &[ModelOp::Insert { hunk, text: text.clone() }]);
            let units = text.len() as u32;
            let delta = ServerFrame::TurnDelta { seq, turn_id: turn_id.clone(), offset, text };
            offset += units;
            log.push((seq, at(seq)), applied.message.as_deref(), &delta);
            if log.steps.is_multiple_of(GROUP) {
                log.write().await;
            }
        }
        seq = seq.next();
        let completed = ServerFrame::TurnCompleted {
            seq,
            turn_id,
            status: TurnStatus::Completed,
            kept_offset: offset,
            reason: None,
            latency: Default::default(),
            usage: None,
            cuts: None,
        };
        log.push((seq, at(seq)), None, &completed);
    }
    log.write().await;

    let mut rng = fastrand::Rng::with_seed(3);
    let mut took = Vec::new();
    for _ in 0..POINTS {
        let goal = Seq(rng.u64(0..=seq.0));
        let since = Instant::now();
        let scene = reader::scene(&store, &id, goal, None).await.unwrap();
        took.push(since.elapsed());
        assert_eq!(scene.moment.0, goal);
        // Nobody has to fold more than a keyframe's worth behind one.
        let chunk = store.chunk_before(&id, goal).await.unwrap().unwrap_or_default();
        let upto = store.chunks(&id, chunk.checked_sub(1), 0).await.unwrap()[0].upto;
        if let Some(keyframe) = store.keyframe(&id, goal).await.unwrap() {
            let size = (keyframe.state.len() + keyframe.document.len()) as u64;
            assert!(
                upto - keyframe.upto <= KEYFRAME_EVERY.max(size) + KEYFRAME_EVERY,
                "{goal}: {upto} {}",
                keyframe.upto
            );
        } else {
            assert!(upto <= 2 * KEYFRAME_EVERY);
        }
    }
    took.sort();
    println!("{} bytes; a moment took {:?} in the middle, {:?} at most", log.upto, took[POINTS / 2], took[POINTS - 1]);
}

/// A frame that changes nothing: its update is what matters.
fn started_again() -> ServerFrame {
    ServerFrame::Draining
}
