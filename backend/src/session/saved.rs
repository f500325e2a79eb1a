//! A turn as it is written down, and back. Knows nothing of where.

use std::time::Instant;

use edits::Counts;
use protocol::context::ContextView;
use protocol::latency::{Latency, Usage};
use protocol::scope::{Region, Scope};
use protocol::server::Reason;
use protocol::view::{Changes, Cuts, HunkStatus, HunkView, SegmentCause, SteerView, TurnStatus};
use protocol::{ModelId, ParticipantId, SegmentId, Seq, TurnId};
use serde::{Deserialize, Serialize};

use super::draft::{Draft, SavedDraft};
use super::entry::utf16_len;
use super::request::Sent;
use super::turn::{CutCause, CutNote, Hunk, Segment, Steer, Step, Turn, Written};

/// A turn: what grows in it from where it was written down before, the rest whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedTurn {
    id: TurnId,
    prompt: String,
    model: ModelId,
    by: ParticipantId,
    status: TurnStatus,
    tokens_per_second: Option<u32>,
    open_file: Option<String>,
    started: Seq,
    ended: Option<Seq>,
    next_note: SavedNote,
    reason: Option<Reason>,
    latency: Latency,
    usage: Option<Usage>,
    reverted: bool,
    #[serde(default)]
    inherited: bool,
    context: Option<ContextView>,
    scope: Scope,
    selection: Option<Region>,
    changes: Option<Changes>,
    #[serde(default)]
    cuts: Option<Cuts>,
    /// The output's bytes that stay as they are known.
    output_kept: usize,
    /// What follows them.
    output: String,
    steps_kept: usize,
    steps: Vec<SavedStep>,
    segments_kept: usize,
    segments: Vec<SavedSegment>,
    hunks: Vec<SavedHunk>,
    steers: Vec<SteerView>,
}

/// Number, end, and the open hunk's key with its lines added and removed.
type SavedStep = (Seq, u32, Option<(u64, u32, u32)>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedNote {
    cause: Option<SavedCause>,
    open_block: Option<String>,
    failed: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum SavedCause {
    Person,
    Failure,
    Limit,
}

/// What the messages have shown of the project is not in it: the next message after a load shows it anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedSegment {
    offset: u32,
    byte: usize,
    cause: SegmentCause,
    id: Option<SegmentId>,
    begun: Seq,
    message: Option<String>,
    note: SavedNote,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedHunk {
    key: u64,
    view: HunkView,
    opened: Seq,
    placed: Option<Seq>,
    closed: Option<Seq>,
    /// While it is held; an open one is partial after a load.
    draft: Option<SavedDraft>,
    decided: bool,
}

impl SavedTurn {
    /// Which turn it is.
    pub fn id(&self) -> &TurnId {
        &self.id
    }

    /// What of a turn is not written down yet; from now on it counts as written.
    pub fn of(turn: &mut Turn) -> SavedTurn {
        let Written { output, steps, segments } = turn.written;
        let saved = SavedTurn {
            id: turn.id.clone(),
            prompt: turn.prompt.clone(),
            model: turn.model.clone(),
            by: turn.by.clone(),
            status: turn.status,
            tokens_per_second: turn.tokens_per_second,
            open_file: turn.open_file.clone(),
            started: turn.started,
            ended: turn.ended,
            next_note: (&turn.next_note).into(),
            reason: turn.reason.clone(),
            latency: turn.latency,
            usage: turn.usage,
            reverted: turn.reverted,
            inherited: turn.inherited,
            context: turn.context.clone(),
            scope: turn.scope.clone(),
            selection: turn.selection.clone(),
            changes: turn.changes,
            cuts: turn.cuts.clone(),
            output_kept: output,
            output: turn.output.get(output..).unwrap_or_default().to_owned(),
            steps_kept: steps,
            steps: turn.steps.iter().skip(steps).map(save_step).collect(),
            segments_kept: segments,
            segments: turn.segments.iter().skip(segments).map(SavedSegment::of).collect(),
            hunks: turn.hunks.iter().map(SavedHunk::of).collect(),
            steers: turn.steers.iter().map(|steer| steer.view.clone()).collect(),
        };
        turn.written = Written { output: turn.output.len(), steps: turn.steps.len(), segments: turn.segments.len() };
        saved
    }

    /// The turn, where `before` is as it was; nothing when there is a gap between the two.
    pub fn over(self, before: Option<Turn>, now: Instant) -> Option<Turn> {
        let (mut output, mut steps, mut segments) =
            before.map(|turn| (turn.output, turn.steps, turn.segments)).unwrap_or_default();
        output.get(..self.output_kept)?;
        output.truncate(self.output_kept);
        output.push_str(&self.output);
        if self.steps_kept > steps.len() || self.segments_kept > segments.len() {
            return None;
        }
        steps.truncate(self.steps_kept);
        steps.extend(self.steps.into_iter().map(load_step));
        segments.truncate(self.segments_kept);
        segments.extend(self.segments.into_iter().map(SavedSegment::load));
        let written = Written { output: output.len(), steps: steps.len(), segments: segments.len() };
        Some(Turn {
            id: self.id,
            prompt: self.prompt,
            model: self.model,
            by: self.by,
            status: self.status,
            tokens_per_second: self.tokens_per_second,
            open_file: self.open_file,
            units: utf16_len(&output),
            output,
            steps,
            segments,
            hunks: self.hunks.into_iter().map(SavedHunk::load).collect(),
            steers: self.steers.into_iter().map(|view| Steer { view, received: now }).collect(),
            started: self.started,
            ended: self.ended,
            next_note: self.next_note.into(),
            reason: self.reason,
            latency: self.latency,
            usage: self.usage,
            reverted: self.reverted,
            inherited: self.inherited,
            context: self.context,
            scope: self.scope,
            selection: self.selection,
            changes: self.changes,
            asked: None,
            cuts: self.cuts,
            written,
        })
    }
}

fn save_step(step: &Step) -> SavedStep {
    (step.seq, step.end, step.counts.map(|(key, counts)| (key, counts.added, counts.removed)))
}

fn load_step((seq, end, counts): SavedStep) -> Step {
    Step { seq, end, counts: counts.map(|(key, added, removed)| (key, Counts { added, removed })) }
}

impl SavedSegment {
    fn of(segment: &Segment) -> SavedSegment {
        SavedSegment {
            offset: segment.offset,
            byte: segment.byte,
            cause: segment.cause.clone(),
            id: segment.id.clone(),
            begun: segment.begun,
            message: segment.message.clone(),
            note: (&segment.note).into(),
        }
    }

    fn load(self) -> Segment {
        let SavedSegment { offset, byte, cause, id, begun, message, note } = self;
        Segment { offset, byte, cause, id, begun, message, sent: Sent::default(), note: note.into() }
    }
}

impl SavedHunk {
    fn of(hunk: &Hunk) -> SavedHunk {
        let is_held = hunk.view.status == HunkStatus::Held;
        SavedHunk {
            key: hunk.key,
            view: hunk.view.clone(),
            opened: hunk.opened,
            placed: hunk.placed,
            closed: hunk.closed,
            draft: hunk.draft.as_ref().filter(|_| is_held).map(Draft::save),
            decided: hunk.decided,
        }
    }

    fn load(self) -> Hunk {
        let SavedHunk { key, view, opened, placed, closed, draft, decided } = self;
        Hunk { key, view, opened, placed, closed, draft: draft.map(Draft::load), decided }
    }
}

impl From<&CutNote> for SavedNote {
    fn from(note: &CutNote) -> SavedNote {
        let cause = note.cause.map(|cause| match cause {
            CutCause::Person => SavedCause::Person,
            CutCause::Failure => SavedCause::Failure,
            CutCause::Limit => SavedCause::Limit,
        });
        SavedNote { cause, open_block: note.open_block.clone(), failed: note.failed.clone() }
    }
}

impl From<SavedNote> for CutNote {
    fn from(note: SavedNote) -> CutNote {
        let cause = note.cause.map(|cause| match cause {
            SavedCause::Person => CutCause::Person,
            SavedCause::Failure => CutCause::Failure,
            SavedCause::Limit => CutCause::Limit,
        });
        CutNote { cause, open_block: note.open_block, failed: note.failed }
    }
}
