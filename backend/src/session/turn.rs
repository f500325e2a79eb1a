//! One turn as its session keeps it: output, steps, segments, hunks and steers. Pure.

use std::time::{Duration, Instant};

use edits::Counts;
use protocol::context::ContextView;
use protocol::latency::{Latency, Usage};
use protocol::scope::{HoldReason, Region, Scope};
use protocol::server::Reason;
use protocol::view::{
    Changes, Cuts, HunkStatus, HunkView, SegmentCause, SegmentView, SteerStage, SteerView, TurnStatus, TurnView,
};
use protocol::{HunkId, ModelId, ParticipantId, SegmentId, Seq, ServerFrame, SteerId, TurnId};

use super::draft::Draft;
use super::entry::{prefix_utf16, utf16_len};
use super::request::Sent;

/// One piece of model work.
#[derive(Debug)]
pub struct Turn {
    /// Made by the client.
    pub id: TurnId,
    /// What was asked.
    pub prompt: String,
    /// Who writes.
    pub model: ModelId,
    /// Who asked.
    pub by: ParticipantId,
    /// Where it stands.
    pub status: TurnStatus,
    /// The practice model's speed.
    pub tokens_per_second: Option<u32>,
    /// The file that was open where it was asked.
    pub open_file: Option<String>,
    /// The output so far, cuts applied.
    pub output: String,
    /// Its length in UTF-16 units.
    pub units: u32,
    /// The model's steps that stand, oldest first.
    pub steps: Vec<Step>,
    /// Never empty once the turn began.
    pub segments: Vec<Segment>,
    /// In the order of the output.
    pub hunks: Vec<Hunk>,
    /// In the order of arrival.
    pub steers: Vec<Steer>,
    /// The number of `turn/started`: every step of the turn comes after it.
    pub started: Seq,
    /// The number of the frame that ended it last, once it ended.
    pub ended: Option<Seq>,
    /// What the next segment's message has to say of the cut before it.
    pub next_note: CutNote,
    /// Why it failed or was stopped by the server.
    pub reason: Option<Reason>,
    /// What the last segment cost.
    pub latency: Latency,
    /// Tokens of all segments.
    pub usage: Option<Usage>,
    /// Whether all its changes were taken back.
    pub reverted: bool,
    /// It came from another session: nothing of it can be taken back here.
    pub inherited: bool,
    /// What its newest request carried.
    pub context: Option<ContextView>,
    /// What it may touch.
    pub scope: Scope,
    /// What was selected in the open file where it was asked.
    pub selection: Option<Region>,
    /// Lines that it changed, once it ended.
    pub changes: Option<Changes>,
    /// When its prompt came, if that was in this life of the server.
    pub asked: Option<Instant>,
    /// What people cut off it.
    pub cuts: Option<Cuts>,
    /// How much of it is written down as it is.
    pub written: Written,
}

/// How much of a turn is written down as it is: what grows is written once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Bytes of its output.
    pub output: usize,
    /// Its steps.
    pub steps: usize,
    /// Its segments.
    pub segments: usize,
}

/// One step of the model.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its number.
    pub seq: Seq,
    /// Where the output ended with it, in UTF-16 units.
    pub end: u32,
    /// Lines of the hunk that was open at its end.
    pub counts: Option<(u64, Counts)>,
}

/// The part of a turn that one request produced.
#[derive(Debug)]
pub struct Segment {
    /// Where its output begins, in UTF-16 units.
    pub offset: u32,
    /// The same place in bytes.
    pub byte: usize,
    /// What began it.
    pub cause: SegmentCause,
    /// The client's id for it, when `turn/continue` began it.
    pub id: Option<SegmentId>,
    /// Steps up to this one are older: no cut reaches behind it.
    pub begun: Seq,
    /// The message that the model was sent for it, byte for byte, once it was built.
    pub message: Option<String>,
    /// What that message has shown of the project.
    pub sent: Sent,
    /// What the model must be told of what was cut before it.
    pub note: CutNote,
}

/// What a segment's message says of the cut before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutNote {
    /// Why the output ends where it ends.
    pub cause: Option<CutCause>,
    /// The path of the block that was left open.
    pub open_block: Option<String>,
    /// Blocks that were not applied since the last message: path and reason.
    pub failed: Vec<(String, String)>,
}

/// Why an output was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutCause {
    /// A person stopped it.
    Person,
    /// The upstream failed.
    Failure,
    /// The model's own limits ended it.
    Limit,
}

/// One hunk.
#[derive(Debug)]
pub struct Hunk {
    /// Its number in the session: the document's key for it.
    pub key: u64,
    /// What clients see.
    pub view: HunkView,
    /// The step that opened it.
    pub opened: Seq,
    /// The step that found its place: what it wrote is in the document from there on.
    pub placed: Option<Seq>,
    /// The step that closed it.
    pub closed: Option<Seq>,
    /// What it does, while it is open or held.
    pub draft: Option<Draft>,
    /// A person let it through: no cut takes it back.
    pub decided: bool,
}

impl Hunk {
    /// A hunk whose number follows when it is announced.
    pub fn new(key: u64, view: HunkView) -> Self {
        Self { key, view, opened: Seq::ZERO, placed: None, closed: None, draft: None, decided: false }
    }

    /// Whether it came from another session.
    pub fn is_inherited(&self) -> bool {
        self.opened == Seq::ZERO && self.closed.is_some()
    }

    /// The frame that says how it stands, now that it has ended.
    pub fn closed_frame(&self, seq: Seq, turn_id: TurnId) -> ServerFrame {
        let HunkView { id, status, added, removed, note, .. } = &self.view;
        let (hunk_id, note, outcome) = (id.clone(), note.clone(), self.view.outcome());
        let (status, added, removed) = (*status, *added, *removed);
        ServerFrame::HunkClosed { seq, turn_id, hunk_id, status, added, removed, note, outcome }
    }

    /// The frame that says that it is held.
    pub fn held_frame(&self, seq: Seq, turn_id: TurnId, reason: HoldReason) -> ServerFrame {
        let HunkView { id, message, added, removed, proposal, .. } = &self.view;
        ServerFrame::HunkHeld {
            seq,
            turn_id,
            hunk_id: id.clone(),
            reason,
            message: message.clone().unwrap_or_default(),
            added: *added,
            removed: *removed,
            proposal: proposal.clone(),
            outcome: self.view.outcome(),
        }
    }
}

/// One steer.
#[derive(Debug)]
pub struct Steer {
    /// What clients see.
    pub view: SteerView,
    /// When its frame arrived.
    pub received: Instant,
}

impl Turn {
    /// Where a cut at what `shown` had painted falls: the last step that stays, and where the output ends then.
    pub fn cut_at(&self, shown: Seq) -> CutPoint {
        let floor = self.segments.last().map_or((Seq::ZERO, 0), |s| (s.begun, s.offset));
        let accepted = self
            .hunks
            .iter()
            .filter(|h| h.view.status == HunkStatus::Accepted)
            .filter_map(|h| h.closed)
            .max()
            .unwrap_or(Seq::ZERO);
        let last = shown.max(floor.0).max(accepted);
        let kept = self.steps.partition_point(|s| s.seq <= last);
        let offset = kept.checked_sub(1).and_then(|i| self.steps.get(i)).map_or(0, |s| s.end);
        CutPoint { last, offset: offset.max(floor.1).min(self.units) }
    }

    /// Truncates the output and its steps at a cut.
    pub fn truncate(&mut self, cut: CutPoint) {
        self.steps.retain(|s| s.seq <= cut.last);
        let kept = prefix_utf16(&self.output, cut.offset).len();
        self.output.truncate(kept);
        self.units = cut.offset;
        self.written.output = self.written.output.min(kept);
        self.written.steps = self.written.steps.min(self.steps.len());
    }

    /// Adds a step with the output that it brought.
    pub fn push(&mut self, seq: Seq, text: &str, counts: Option<(u64, Counts)>) {
        self.output.push_str(text);
        self.units += utf16_len(text);
        self.steps.push(Step { seq, end: self.units, counts });
    }

    /// What a hunk had added and removed at a cut.
    pub fn counts_at(&self, key: u64, last: Seq) -> Counts {
        self.steps
            .iter()
            .rev()
            .skip_while(|s| s.seq > last)
            .find_map(|s| s.counts.filter(|(k, _)| *k == key).map(|(_, c)| c))
            .unwrap_or_default()
    }

    /// Whether a step, by its number, is one of this turn's.
    pub fn owns(&self, step: u64) -> bool {
        step > self.started.0 && self.ended.is_none_or(|end| step <= end.0)
    }

    /// A hunk by its id.
    pub fn hunk(&self, id: &HunkId) -> Option<&Hunk> {
        self.hunks.iter().find(|h| h.view.id == *id)
    }

    /// A hunk by its key.
    pub fn hunk_mut(&mut self, key: u64) -> Option<&mut Hunk> {
        self.hunks.iter_mut().rev().find(|h| h.key == key)
    }

    /// A steer by its id.
    pub fn steer(&self, id: &SteerId) -> Option<&Steer> {
        self.steers.iter().find(|s| s.view.id == *id)
    }

    /// Steers that were applied and have not yet been answered by a token.
    pub fn unanswered(&mut self) -> impl Iterator<Item = &mut Steer> {
        self.steers.iter_mut().filter(|s| s.view.stage == SteerStage::Applied)
    }

    /// The output that each segment produced, beside the segment.
    pub fn pieces(&self) -> impl Iterator<Item = (&Segment, &str)> {
        let ends = self.segments.iter().skip(1).map(|s| s.byte).chain([self.output.len()]);
        self.segments
            .iter()
            .zip(ends)
            .map(|(segment, end)| (segment, self.output.get(segment.byte..end).unwrap_or_default()))
    }

    /// Blocks of the newest segment that were not applied, as a note for the model.
    pub fn failed_blocks(&self) -> CutNote {
        let begun = self.segments.last().map_or(Seq::ZERO, |s| s.begun);
        let failed = self
            .hunks
            .iter()
            .filter(|h| h.view.status == HunkStatus::Failed && h.opened > begun)
            .map(|h| (h.view.path.clone(), h.view.message.clone().unwrap_or_default()))
            .collect();
        CutNote { failed, ..CutNote::default() }
    }

    /// The frame that says how it ended.
    pub fn completed(&self, seq: Seq) -> ServerFrame {
        ServerFrame::TurnCompleted {
            seq,
            turn_id: self.id.clone(),
            status: self.status,
            kept_offset: self.units,
            reason: self.reason.clone(),
            latency: self.latency,
            usage: self.usage,
            cuts: self.cuts.clone(),
        }
    }

    /// A person cut it: what that takes back comes to what earlier ones took.
    pub fn note_cut(&mut self, by: &ParticipantId, received: Instant, discarded: u32) {
        let first_ms = self.asked.map(|asked| millis(received.saturating_duration_since(asked)));
        let cuts = self.cuts.get_or_insert_with(|| Cuts { count: 0, by: by.clone(), first_ms, discarded: 0 });
        (cuts.count, cuts.by) = (cuts.count + 1, by.clone());
        cuts.discarded = cuts.discarded.saturating_add(discarded);
    }

    /// What clients see.
    pub fn view(&self) -> TurnView {
        TurnView {
            id: self.id.clone(),
            prompt: self.prompt.clone(),
            model: self.model.clone(),
            by: self.by.clone(),
            status: self.status,
            output: self.output.clone(),
            hunks: self.hunks.iter().map(|h| h.view.clone()).collect(),
            steers: self.steers.iter().map(|s| s.view.clone()).collect(),
            segments: self.segments.iter().map(|s| SegmentView { offset: s.offset, cause: s.cause.clone() }).collect(),
            reason: self.reason.clone(),
            latency: self.latency,
            usage: self.usage,
            reverted: self.reverted,
            inherited: self.inherited,
            context: self.context.clone(),
            scope: self.scope.clone(),
            changes: self.changes,
            // Told with the end, like what it changed.
            cuts: self.cuts.clone().filter(|_| self.status != TurnStatus::Running),
        }
    }
}

/// Where a turn is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutPoint {
    /// Steps up to this one stay.
    pub last: Seq,
    /// The output ends here, in UTF-16 units.
    pub offset: u32,
}

/// A duration as the wire has it.
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests;
