//! What the model sends: steps into the document, hunks into the turn, and its end.

use std::time::{Duration, Instant};

use models::{EndReason, FailureKind, UpstreamFailure};
use protocol::latency::Usage;
use protocol::server::Reason;
use protocol::view::{HunkStatus, SegmentCause, SteerStage, TurnStatus};
use protocol::{ErrorCode, ServerFrame};

use super::{Effect, OUTPUT_MAX, State};
use crate::session::command::{ModelStep, Seen, SegmentEnd, Stages};
use crate::session::entry::{Body, Delta, Entry};
use crate::session::history::Point;
use crate::session::path;
use crate::session::turn::{CutCause, CutNote, Turn, millis};

impl State {
    /// Whether what a segment's task sends under this number is still wanted.
    pub fn wants(&self, generation: u64) -> bool {
        self.running.is_some() && self.generation == generation
    }

    /// A file as it stands, for locating.
    pub fn look(&self, path: &str) -> Option<Seen> {
        let file = self.doc.find(path::normal(path))?;
        let (revision, text) = self.doc.sheet(&file)?;
        Some(Seen { file, revision, text })
    }

    /// Takes a piece of the running segment's output: one step.
    pub fn step(&mut self, step: ModelStep, now: Instant) {
        self.note_stages(step.stages);
        let base = self.turns.last().and_then(|t| t.segments.last()).map_or(0, |s| s.offset);
        let plan = self.plan(step.ops, base);
        let seq = self.advance();
        let applied = self.doc.apply(seq.0, &plan.ops);
        let counts = step.counts.and_then(|(hunk, counts)| Some((self.key(hunk)?, counts)));
        let Some(turn) = self.turns.last_mut() else { return };
        let offset = turn.units;
        turn.push(seq, &step.text, counts);
        if let Some((key, counts)) = counts
            && let Some(hunk) = turn.hunk_mut(key).filter(|hunk| hunk.draft.is_some())
            // What was taken back while it was written has been told of.
            && hunk.view.status != HunkStatus::Reverted
        {
            (hunk.view.added, hunk.view.removed) = (counts.added, counts.removed);
        }
        let has_text = !step.text.is_empty();
        let body = if has_text { Body::Delta(Delta::new(turn.id.clone(), offset, step.text)) } else { Body::Silent };
        let message = applied.message.map(Into::into);
        if has_text || message.is_some() {
            self.effects.push(Effect::Log(Entry::new(seq, None, message, body)));
        }
        self.announce(plan, applied.events, counts);
        if has_text {
            self.first_token(now);
        }
        if self.turns.last().is_some_and(|t| t.output.len() > OUTPUT_MAX) {
            self.stop(ErrorCode::OutputLimit, "The turn's output is past its limit.");
        }
        self.stop_at_held();
    }

    /// The running segment ended.
    pub fn end(&mut self, end: SegmentEnd, now: Instant) {
        self.note_stages(end.stages);
        let total = self.since_received(Some(now));
        self.running = None;
        self.generation += 1;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.latency.total_ms = total;
        if let Some(usage) = end.usage {
            let before = turn.usage.unwrap_or_default();
            turn.usage = Some(Usage {
                input_tokens: before.input_tokens + usage.input,
                cached_tokens: before.cached_tokens + usage.cached,
                output_tokens: before.output_tokens + usage.output,
                estimated: before.estimated,
            });
        }
        let cause = if end.outcome.is_ok() { CutCause::Limit } else { CutCause::Failure };
        let reason = match end.outcome {
            Ok(EndReason::Stop) => None,
            Ok(EndReason::Length) => Some(reason(ErrorCode::OutputLimit, "The model reached its output limit.", None)),
            Ok(EndReason::ContentFilter) => {
                Some(reason(ErrorCode::ContentFilter, "The provider withheld the rest of the answer.", None))
            }
            Err(failure) => {
                tracing::warn!(%failure, "a segment failed");
                Some(failure_reason(failure))
            }
        };
        turn.status = if reason.is_some() { TurnStatus::Failed } else { TurnStatus::Completed };
        turn.reason = reason;
        if turn.status == TurnStatus::Completed && self.mend(now) {
            return;
        }
        let Some(turn) = self.turns.last_mut() else { return };
        if turn.status == TurnStatus::Failed {
            let open_block =
                turn.hunks.last().filter(|h| h.view.status == HunkStatus::Partial).map(|h| h.view.path.clone());
            turn.next_note = CutNote { cause: Some(cause), open_block, ..turn.failed_blocks() };
        }
        let (status, latency) = (turn.status, turn.latency);
        let seq = self.advance();
        let Some(turn) = self.turns.last_mut() else { return };
        turn.ended = Some(seq);
        self.passed.push(Point::After(turn.id.clone()));
        let frame = turn.completed(seq);
        self.log(seq, frame);
        self.effects.push(Effect::TurnEnded(status, latency));
    }

    /// A turn that ended with blocks that could not be applied: the model is asked once, by itself, to mend them. One
    /// that follows a script could not.
    fn mend(&mut self, now: Instant) -> bool {
        let Some(turn) = self.turns.last_mut() else { return false };
        let note = turn.failed_blocks();
        let is_scripted = self.models.iter().any(|model| model.id == turn.model && model.scripted);
        let was_asked = turn.segments.iter().any(|segment| segment.cause == SegmentCause::Mend);
        if note.failed.is_empty() || was_asked || is_scripted {
            return false;
        }
        turn.status = TurnStatus::Running;
        let (turn_id, offset) = (turn.id.clone(), turn.units);
        let failed = u32::try_from(note.failed.len()).unwrap_or(u32::MAX);
        let seq = self.advance();
        self.log(seq, ServerFrame::TurnMending { seq, turn_id, offset, failed });
        self.begin_segment(SegmentCause::Mend, None, note, now);
        true
    }

    /// What the model must still be told of the turn before: blocks that were not applied.
    pub(super) fn failed_since_last_message(&self) -> CutNote {
        self.turns.iter().rev().nth(1).map(Turn::failed_blocks).unwrap_or_default()
    }

    /// The first output of a segment: receipts of the steers that it answers, and the relay's time.
    fn first_token(&mut self, now: Instant) {
        let relayed = self.since_received(Some(now));
        let Some(running) = self.running.as_mut().filter(|r| !r.relayed) else { return };
        running.relayed = true;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.latency.relayed_ms = relayed;
        let turn_id = turn.id.clone();
        let mut answered = Vec::new();
        for steer in turn.unanswered() {
            let took = millis(now.duration_since(steer.received));
            (steer.view.stage, steer.view.first_token_ms) = (SteerStage::Answered, Some(took));
            answered.push((steer.view.id.clone(), took));
        }
        if answered.is_empty() {
            return;
        }
        let peers = self.roster.peers();
        for (steer_id, first_token_ms) in answered {
            let frame = ServerFrame::SteerAnswered { turn_id: turn_id.clone(), steer_id, first_token_ms };
            for peer in &peers {
                self.tell(*peer, frame.clone());
            }
            self.effects.push(Effect::Told(Box::new(frame)));
        }
    }

    fn note_stages(&mut self, stages: Stages) {
        let setup = self.since_received(stages.setup);
        let connected = self.since_received(stages.connected);
        let first_byte = self.since_received(stages.first_byte);
        let first_token = self.since_received(stages.first_token);
        let Some(turn) = self.turns.last_mut() else { return };
        let latency = &mut turn.latency;
        latency.warm |= stages.warm;
        latency.setup_ms = latency.setup_ms.or(setup);
        latency.connected_ms = latency.connected_ms.or(connected);
        latency.first_byte_ms = latency.first_byte_ms.or(first_byte);
        latency.first_token_ms = latency.first_token_ms.or(first_token);
    }

    /// Milliseconds since the frame that asked for the running segment arrived.
    pub(super) fn since_received(&self, at: Option<Instant>) -> Option<f64> {
        let running = self.running.as_ref()?;
        Some(millis(at?.saturating_duration_since(running.received)))
    }
}

fn failure_reason(failure: UpstreamFailure) -> Reason {
    let code = match failure.kind {
        FailureKind::Unreachable => ErrorCode::UpstreamUnreachable,
        FailureKind::Unauthorized => ErrorCode::UpstreamUnauthorized,
        FailureKind::RateLimited => ErrorCode::UpstreamRateLimited,
        FailureKind::Rejected => ErrorCode::UpstreamRejected,
        FailureKind::Failed => ErrorCode::UpstreamFailed,
        FailureKind::Stalled => ErrorCode::UpstreamStalled,
        FailureKind::Truncated => ErrorCode::UpstreamTruncated,
    };
    reason(code, &failure.message, failure.retry_after)
}

fn reason(code: ErrorCode, message: &str, retry_after: Option<Duration>) -> Reason {
    let retry_after_ms = retry_after.and_then(|d| u64::try_from(d.as_millis()).ok());
    Reason { code, message: message.to_owned(), retry_after_ms }
}
