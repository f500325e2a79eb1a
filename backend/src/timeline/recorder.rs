//! The session's end of its timeline: what has happened since the saver last took it, with its times.
//!
//! On the path of a token it costs a clock's reading and a shared pointer: what viewers are sent is shared with them
//! and encoded by whoever needs it first, the rest by the saver's task.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use protocol::presence::PresenceChange;
use protocol::timeline::People;
use protocol::view::{Participant, Presence, Role};
use protocol::{ParticipantId, Seq, ServerFrame};

use super::Note;
use super::chunk;
use super::marks::Marker;
use crate::session::Entry;
use crate::store::timeline::{Chunk, Extent};

/// What waits to be written down, in bytes, roughly. Past it the timeline has a gap: a disk that is full for hours must
/// not fill the memory too.
const PENDING_MAX: usize = 8 * 1024 * 1024;
/// What something takes beside its words.
const OVERHEAD: usize = 128;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Milliseconds on the session's clock.
    at: u64,
    /// The head of the order then.
    seq: Seq,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// A step, shared with the viewers.
    Step(Arc<Entry>),
    /// Something that overtook the order.
    Told(Arc<ServerFrame>),
    /// What no frame says.
    Note(Note),
    /// All of the session: the state, and the document as a sync message.
    Base(Arc<ServerFrame>, Bytes),
}

/// Takes down what happens.
pub struct Recorder {
    /// The session's clock when this load began.
    began: (u64, Instant),
    /// The last step.
    head: Seq,
    pending: Vec<Recorded>,
    weight: usize,
    /// The timeline does not lead to what the session is: all of it has to be written down first.
    wants_base: Option<WantsBase>,
    /// Who is there.
    here: HashMap<ParticipantId, (Participant, Role)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WantsBase {
    /// It begins.
    Start,
    /// More happened than could be kept.
    Gap,
}

impl Recorder {
    /// Goes on from where the timeline ended, if there is one.
    pub fn new(extent: Option<&Extent>) -> Recorder {
        Recorder {
            began: (extent.map_or(0, |extent| extent.last.2), Instant::now()),
            head: extent.map_or(Seq::ZERO, |extent| extent.last.1),
            pending: Vec::new(),
            weight: 0,
            wants_base: extent.is_none().then_some(WantsBase::Start),
            here: HashMap::new(),
        }
    }

    /// A step.
    pub fn step(&mut self, entry: Arc<Entry>) {
        self.head = entry.seq;
        self.push(entry.weight(), What::Step(entry));
    }

    /// Something that overtakes the order.
    pub fn told(&mut self, frame: ServerFrame) {
        self.push(OVERHEAD, What::Told(Arc::new(frame)));
    }

    /// What the model was sent.
    pub fn said(&mut self, said: Note) {
        let words = if let Note::Said { message, .. } = &said { message.len() } else { 0 };
        self.push(OVERHEAD + words, What::Note(said));
    }

    /// Who came, left, or has another name; moves of cursors are not kept.
    pub fn people(&mut self, change: &PresenceChange) {
        for Presence { participant, role, .. } in &change.here {
            let known = self.here.get(&participant.id);
            if known.is_none_or(|(known, was)| known != participant || was != role) {
                self.here.insert(participant.id.clone(), (participant.clone(), *role));
                let (participant, role) = (participant.clone(), *role);
                self.push(OVERHEAD, What::Note(Note::People(People::Joined { participant, role })));
            }
        }
        for id in &change.gone {
            if self.here.remove(id).is_some() {
                self.push(OVERHEAD, What::Note(Note::People(People::Left { id: id.clone() })));
            }
        }
    }

    /// Whether there is anything to write down.
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty() || self.wants_base.is_some()
    }

    /// Whether [`Recorder::base`] has to be called before anything can be taken.
    pub fn wants_base(&self) -> bool {
        self.wants_base.is_some()
    }

    /// All of the session as it is now: the state, the document as a sync message, and what models were sent so far.
    pub fn base(&mut self, seq: Seq, state: ServerFrame, document: Bytes, said: impl IntoIterator<Item = Note>) {
        let Some(why) = self.wants_base.take() else { return };
        self.head = seq;
        // What is pending already is in it.
        (self.pending, self.weight) = (Vec::new(), 0);
        if let ServerFrame::State { session, .. } = &state {
            let here = session.participants.iter();
            self.here = here.map(|one| (one.participant.id.clone(), (one.participant.clone(), one.role))).collect();
        }
        let at = self.now();
        if why == WantsBase::Gap {
            self.pending.push(Recorded { at, seq, what: What::Note(Note::Gap) });
        }
        self.pending.push(Recorded { at, seq, what: What::Base(Arc::new(state), document) });
        self.pending.extend(said.into_iter().map(|note| Recorded { at, seq, what: What::Note(note) }));
    }

    /// What has happened since the last call.
    pub fn take(&mut self) -> Vec<Recorded> {
        self.weight = 0;
        std::mem::take(&mut self.pending)
    }

    fn push(&mut self, weight: usize, what: What) {
        if self.wants_base.is_some() {
            return;
        }
        self.weight += weight;
        if self.weight > PENDING_MAX {
            (self.pending, self.weight) = (Vec::new(), 0);
            self.wants_base = Some(WantsBase::Gap);
            return;
        }
        self.pending.push(Recorded { at: self.now(), seq: self.head, what });
    }

    fn now(&self) -> u64 {
        let since = u64::try_from(self.began.1.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began.0.saturating_add(since)
    }
}

/// Makes chunks of what was recorded. The saver's task has it.
pub struct Encoder {
    next: u64,
    upto: u64,
    marker: Marker,
}

impl Encoder {
    /// Goes on from where the timeline ended, if there is one.
    pub fn new(extent: Option<&Extent>) -> Encoder {
        let (next, upto) = extent.map_or((0, 0), |extent| (extent.last.0 + 1, extent.upto));
        Encoder { next, upto, marker: Marker::default() }
    }

    /// What was recorded as one chunk; nothing for nothing.
    pub fn encode(&mut self, recorded: &[Recorded]) -> Option<Chunk> {
        let (first, last) = (recorded.first()?, recorded.last()?);
        let (mut writer, mut marks) = (chunk::Writer::default(), Vec::new());
        for Recorded { at, seq, what } in recorded {
            let when = (*at, *seq);
            match what {
                What::Step(entry) => {
                    let author = entry.author.as_ref().map(ParticipantId::as_str);
                    let text = entry.wire().text.as_ref().map(|text| text.as_bytes());
                    writer.push(when, author, entry.message.as_deref(), text, None);
                    marks.extend(self.marker.step(*at, entry));
                }
                What::Told(frame) => {
                    let Ok(text) = serde_json::to_vec(&**frame) else { continue };
                    writer.push(when, None, None, Some(&text), None);
                    marks.extend(self.marker.told(when, frame));
                }
                What::Base(state, document) => {
                    let Ok(text) = serde_json::to_vec(&**state) else { continue };
                    writer.push(when, None, Some(document), Some(&text), None);
                }
                What::Note(note) => {
                    let Ok(text) = serde_json::to_vec(note) else { continue };
                    writer.push(when, None, None, None, Some(&text));
                    marks.extend(self.marker.note(when, note));
                }
            }
        }
        let payload = writer.finish();
        self.upto += payload.len() as u64;
        let number = self.next;
        self.next += 1;
        let marks = if marks.is_empty() { None } else { serde_json::to_string(&marks).ok() };
        let (first, at, last) = (first.seq, (first.at, last.at), last.seq);
        Some(Chunk { number, first, last, at, upto: self.upto, payload, marks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Body;

    fn edit(seq: u64, len: usize) -> Arc<Entry> {
        Arc::new(Entry::new(Seq(seq), Some("p1".into()), Some(vec![0; len].into()), Body::Silent))
    }

    fn state(seq: u64) -> ServerFrame {
        ServerFrame::State { seq: Seq(seq), session: Box::default() }
    }

    #[test]
    fn a_new_timeline_begins_with_all_that_there_is() {
        let mut recorder = Recorder::new(None);
        recorder.step(edit(1, 1));
        assert!(recorder.wants_base() && recorder.is_pending());
        recorder.base(Seq(1), state(1), Bytes::new(), []);
        recorder.step(edit(2, 1));
        let chunk = Encoder::new(None).encode(&recorder.take()).unwrap();
        let steps = chunk::read(chunk.payload).unwrap();
        assert_eq!(steps.iter().map(|step| step.seq.0).collect::<Vec<_>>(), [1, 2]);
        assert!(!recorder.is_pending());
    }

    #[test]
    fn what_waits_past_its_limit_becomes_a_gap_that_is_told() {
        let mut recorder = Recorder::new(Some(&Extent { last: (4, Seq(9), 50), ..Extent::default() }));
        assert!(!recorder.is_pending());
        recorder.step(edit(10, PENDING_MAX / 2));
        assert!(!recorder.wants_base());
        recorder.step(edit(11, PENDING_MAX / 2));
        recorder.step(edit(12, 1));
        assert!(recorder.wants_base());
        recorder.base(Seq(12), state(12), Bytes::new(), []);
        let mut encoder = Encoder::new(Some(&Extent { last: (4, Seq(9), 50), upto: 7, ..Extent::default() }));
        let chunk = encoder.encode(&recorder.take()).unwrap();
        assert_eq!((chunk.number, chunk.first, chunk.last), (5, Seq(12), Seq(12)));
        assert_eq!(chunk.upto, 7 + chunk.payload.len() as u64);
        assert!(chunk.at.0 >= 50, "the clock goes on");
        assert!(chunk.marks.unwrap().contains("gap"));
        assert_eq!(chunk::read(chunk.payload).unwrap()[0].note, Some(Note::Gap));
    }
}
