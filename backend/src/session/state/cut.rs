//! The cut: interrupt and steer. What the sender had been shown stays, everything past it goes, for everyone alike.
//!
//! A cut has two parts: its point is announced, and then what lies past it is taken back. In between, whoever waits for
//! the announcement gets it.

use std::time::Instant;

use bytes::Bytes;
use document::ModelOp;
use edits::Counts;
use protocol::latency::Usage;
use protocol::server::Reason;
use protocol::view::{HunkStatus, SegmentCause, SteerStage, SteerView, TurnStatus};
use protocol::{ErrorCode, ParticipantId, Seq, ServerFrame, SteerId, TurnId};

use super::hold::words;
use super::start::{check_id, check_words};
use super::{Asker, EARLY_MAX, Early, Effect, Refusal, State, is_of};
use crate::session::command::{Steering, UrgentKind};
use crate::session::entry::{Body, Entry};
use crate::session::history::Point;
use crate::session::roster::PeerId;
use crate::session::signal::Cut;
use crate::session::turn::{CutCause, CutNote, CutPoint, Steer, Turn, millis};

/// Characters in a token, about: what an estimate of a cut segment's tokens is made with.
const UNITS_PER_TOKEN: u64 = 4;

/// A cut whose point is announced: [`State::finish`] does the rest, before any other input.
#[derive(Debug)]
#[must_use = "what lies past the cut is still there"]
pub struct Begun {
    point: CutPoint,
    then: Then,
}

/// How a turn goes on where it was cut.
#[derive(Debug)]
enum Then {
    /// It ends, for the server's reason if it has one.
    Stop(Option<Reason>),
    /// It takes these words.
    Steer(SteerView, Instant),
}

impl State {
    pub(super) fn interrupt(
        &mut self,
        asker: &Asker,
        id: &TurnId,
        shown: Seq,
        received: Instant,
        now: Instant,
    ) -> Option<Begun> {
        if self.turn(id).is_none() {
            let kind = UrgentKind::Interrupt { turn: id.clone(), shown };
            self.keep_early(asker.peer, received, kind);
            return None;
        }
        if self.may_cut(id, shown) {
            let point = self.begin_cut(shown, true, Some((&asker.id, received)))?;
            self.effects.push(Effect::InterruptTook(now.duration_since(received)));
            return Some(Begun { point, then: Then::Stop(None) });
        }
        // It crossed the turn's end, or somebody was faster: the answer is what stands.
        let turn = self.turn(id)?;
        let answer = match turn.status {
            TurnStatus::Interrupted => ServerFrame::TurnStopped { turn_id: id.clone(), kept_offset: turn.units },
            _ => turn.completed(turn.ended.unwrap_or(self.seq)),
        };
        self.tell(asker.peer, answer);
        None
    }

    pub(super) fn steer(
        &mut self,
        asker: &Asker,
        steering: Steering,
        received: Instant,
        now: Instant,
    ) -> Option<Begun> {
        let Steering { turn: id, steer, shown, text, refuses } = steering;
        if let Some(hunk) = refuses.as_ref()
            && let Err(refusal) = self.refuse_hunk(&id, hunk)
        {
            self.refuse(asker.peer, Some(id.as_str()), refusal.code, refusal.message);
        }
        if let Some(known) = self.turns.iter().find_map(|t| t.steer(&steer)) {
            let same_maker = known.view.by == asker.id;
            self.repeated(asker, same_maker, steer.as_str());
            return None;
        }
        if let Err(refusal) = check_id(steer.as_str()).and_then(|()| check_steer(&text)) {
            self.steer_failed(asker.peer, id, steer, text, refusal.code, refusal.message);
            return None;
        }
        if self.turn(&id).is_none() {
            let kind = UrgentKind::Steer(Steering { turn: id, steer, shown, text, refuses: None });
            self.keep_early(asker.peer, received, kind);
            return None;
        }
        if let Err(refusal) = self.may_steer(&id, shown) {
            self.steer_failed(asker.peer, id, steer, text, refusal.code, refusal.message);
            return None;
        }
        let took = millis(now.duration_since(received));
        let accepted = ServerFrame::SteerAccepted { turn_id: id, steer_id: steer.clone(), accept_ms: took };
        self.effects.push(Effect::Told(Box::new(accepted.clone())));
        self.tell(asker.peer, accepted);
        let point = self.begin_cut(shown, false, Some((&asker.id, received)))?;
        let view = SteerView {
            id: steer,
            text,
            by: asker.id.clone(),
            stage: SteerStage::Applied,
            offset: Some(point.offset),
            accept_ms: Some(took),
            apply_ms: Some(took),
            first_token_ms: None,
            failure: None,
        };
        Some(Begun { point, then: Then::Steer(view, received) })
    }

    /// Ends the newest turn's segment at what `shown` had painted, and says so: nothing is taken back yet.
    fn begin_cut(&mut self, shown: Seq, stopped: bool, by: Option<(&ParticipantId, Instant)>) -> Option<CutPoint> {
        let turn = self.turns.last_mut()?;
        let point = turn.cut_at(shown);
        if let Some((by, received)) = by {
            turn.note_cut(by, received, turn.units - point.offset);
        }
        self.generation += 1;
        self.running = None;
        self.cuts += 1;
        let (serial, before) = (self.cuts, self.seq.next());
        self.effects.push(Effect::Cancel);
        self.effects.push(Effect::Cut(Cut { serial, turn: turn.id.clone(), kept: point.offset, before, stopped }));
        Some(point)
    }

    /// Takes back what lies past a cut, in one step with how the turn goes on.
    pub fn finish(&mut self, begun: Begun) {
        let Begun { point, then } = begun;
        let broken = self.hold_broken(point);
        let rolled_back = self.roll_back(point, &broken);
        self.cut_hunks(point);
        match then {
            Then::Stop(reason) => self.end_cut(reason, rolled_back),
            Then::Steer(view, received) => self.take_steer(view, received, rolled_back),
        }
    }

    /// Stops the newest turn at the last applied step, for the server's own reason.
    pub(super) fn cut_off(&mut self, reason: Reason) {
        if let Some(point) = self.begin_cut(self.seq, true, None) {
            self.finish(Begun { point, then: Then::Stop(Some(reason)) });
        }
    }

    fn take_steer(&mut self, view: SteerView, received: Instant, rolled_back: Option<Bytes>) {
        let Some(turn) = self.turns.last_mut() else { return };
        let (turn_id, offset, note) = (turn.id.clone(), turn.units, std::mem::take(&mut turn.next_note));
        (turn.status, turn.ended, turn.reason) = (TurnStatus::Running, None, None);
        let SteerView { id: steer_id, text, by, .. } = view.clone();
        let apply_ms = view.apply_ms.unwrap_or_default();
        turn.steers.push(Steer { view, received });
        let seq = self.advance();
        let cause = SegmentCause::Steer(steer_id.clone());
        let frame = ServerFrame::SteerApplied { seq, turn_id, steer_id, text, by, offset, apply_ms };
        self.effects.push(Effect::Log(Entry::new(seq, None, rolled_back, Body::Frame(Box::new(frame)))));
        self.begin_segment(cause, None, note, received);
    }

    fn end_cut(&mut self, reason: Option<Reason>, rolled_back: Option<Bytes>) {
        self.give_back_unanswered();
        let seq = self.advance();
        let Some(turn) = self.turns.last_mut() else { return };
        turn.status = TurnStatus::Interrupted;
        (turn.ended, turn.changes) = (Some(seq), None);
        self.passed.push(Point::After(turn.id.clone()));
        turn.reason = reason;
        turn.usage.get_or_insert_with(|| Usage {
            output_tokens: u64::from(turn.units) / UNITS_PER_TOKEN,
            estimated: true,
            ..Usage::default()
        });
        let frame = turn.completed(seq);
        let latency = turn.latency;
        self.effects.push(Effect::Log(Entry::new(seq, None, rolled_back, Body::Frame(Box::new(frame)))));
        self.effects.push(Effect::TurnEnded(TurnStatus::Interrupted, latency));
    }

    fn may_steer(&self, id: &TurnId, shown: Seq) -> Result<(), Refusal> {
        if !self.may_cut(id, shown) {
            return Err(Refusal { code: ErrorCode::TurnNotActive, message: "The turn has ended." });
        }
        self.turn(id).map_or(Ok(()), |turn| self.may_ask(&turn.model))
    }

    /// Whether what the sender had been shown lies in a turn that can still be cut: it runs, or it ended by itself
    /// after that, and nothing has begun since.
    fn may_cut(&self, id: &TurnId, shown: Seq) -> bool {
        let Some(turn) = self.turns.last().filter(|t| t.id == *id) else { return false };
        match turn.status {
            TurnStatus::Running => true,
            TurnStatus::Interrupted => false,
            TurnStatus::Completed | TurnStatus::Failed => !turn.reverted && turn.ended.is_some_and(|end| shown < end),
        }
    }

    /// An open hunk of which the cut leaves a piece of a line right in front of protected lines is held: they would
    /// not stand there as they were.
    fn hold_broken(&mut self, point: CutPoint) -> Vec<u64> {
        let Some(turn) = self.turns.last_mut() else { return Vec::new() };
        let budget = turn.scope.budget;
        let open = turn.hunks.iter_mut().filter(|hunk| hunk.view.status == HunkStatus::Open);
        let broken = open.filter_map(|hunk| {
            let reason = hunk.draft.as_mut()?.break_off(point.last).err()?;
            let view = &mut hunk.view;
            (view.status, view.hold, view.message) = (HunkStatus::Held, Some(reason), Some(words(reason, budget)));
            Some(hunk.key)
        });
        broken.collect()
    }

    fn roll_back(&mut self, point: CutPoint, broken: &[u64]) -> Option<Bytes> {
        let turn = self.turns.last()?;
        let decided = |hunk: u64| turn.hunks.iter().any(|h| h.key == hunk && h.decided);
        let gone = |step: u64, hunk: u64| {
            broken.contains(&hunk) || step > point.last.0 && is_of(turn, &self.owners, step, hunk) && !decided(hunk)
        };
        let rolled_back = self.doc.rollback(&gone);
        // What the hunk still held open is given up: its applied part stays, and so does the rest of its old text.
        let close: Vec<ModelOp> = turn
            .hunks
            .iter()
            .filter(|h| h.view.status == HunkStatus::Open)
            .map(|h| ModelOp::Close { hunk: h.key })
            .collect();
        self.doc.apply(self.seq.0, &close);
        rolled_back.message.map(Bytes::from)
    }

    /// Hunks opened past the cut disappear; one that spans it closes as partial.
    fn cut_hunks(&mut self, point: CutPoint) {
        let Some(turn) = self.turns.last_mut() else { return };
        let id = turn.id.clone();
        let (kept, dropped): (Vec<_>, Vec<_>) = turn.hunks.drain(..).partition(|h| h.opened <= point.last);
        turn.hunks = kept;
        let spanning: Vec<u64> = turn
            .hunks
            .iter()
            .filter(|h| h.closed.is_none_or(|closed| closed > point.last) && !h.decided)
            .filter(|h| !matches!(h.view.status, HunkStatus::Reverted | HunkStatus::Refused))
            .map(|h| h.key)
            .collect();
        let mut note = CutNote { cause: Some(CutCause::Person), ..turn.failed_blocks() };
        let (mut frames, mut held) = (Vec::new(), Vec::new());
        for key in spanning {
            let counts = turn.counts_at(key, point.last);
            let Some(hunk) = turn.hunk_mut(key) else { continue };
            if let Some(draft) = hunk.draft.as_mut().filter(|_| hunk.view.status == HunkStatus::Held) {
                // Held it stays, even where the cut falls before that showed: what it would touch is protected.
                draft.truncate(point.last);
                if !draft.is_idle() {
                    hunk.closed = Some(point.last);
                    held.push(key);
                    continue;
                }
            }
            hunk.draft = None;
            let counts = if hunk.view.hold.is_some() { Counts::default() } else { counts };
            let view = &mut hunk.view;
            note.failed.retain(|(path, _)| *path != view.path);
            if hunk.placed.is_some_and(|placed| placed <= point.last) {
                note.open_block = Some(view.path.clone());
            } else {
                note.failed.push((view.path.clone(), "you were stopped before it could be".to_owned()));
            }
            (view.status, view.failure, view.message) = (HunkStatus::Partial, None, None);
            (view.added, view.removed) = (counts.added, counts.removed);
            frames.push((key, view.id.clone(), counts));
        }
        turn.truncate(point);
        turn.next_note = note;
        for key in held {
            self.propose(&id, key);
        }
        for hunk in dropped {
            let seq = self.advance();
            self.log(seq, ServerFrame::HunkDropped { seq, turn_id: id.clone(), hunk_id: hunk.view.id });
        }
        for (key, hunk_id, counts) in frames {
            let seq = self.advance();
            let Some(hunk) = self.turns.last_mut().and_then(|t: &mut Turn| t.hunk_mut(key)) else { continue };
            hunk.closed = Some(seq);
            let (added, removed, outcome) = (counts.added, counts.removed, hunk.view.outcome());
            let (turn_id, status, note) = (id.clone(), HunkStatus::Partial, None);
            self.log(seq, ServerFrame::HunkClosed { seq, turn_id, hunk_id, status, added, removed, note, outcome });
        }
    }

    /// Steers that no token has answered go back to their authors with their words.
    fn give_back_unanswered(&mut self) {
        let Some(turn) = self.turns.last_mut() else { return };
        let id = turn.id.clone();
        let mut back = Vec::new();
        for steer in turn.unanswered() {
            steer.view.stage = SteerStage::Failed;
            steer.view.failure = Some(ErrorCode::Interrupted);
            back.push(steer.view.clone());
        }
        // Their segments produced nothing: the conversation goes on as if they had not been.
        while turn.segments.last().is_some_and(|s| {
            s.byte == turn.output.len() && back.iter().any(|b| s.cause == SegmentCause::Steer(b.id.clone()))
        }) {
            let Some(segment) = turn.segments.pop() else { break };
            turn.next_note = segment.note;
            turn.written.segments = turn.written.segments.min(turn.segments.len());
        }
        let everyone = self.roster.peers();
        for steer in back {
            for peer in &everyone {
                let (turn, text) = (id.clone(), steer.text.clone());
                self.steer_failed(
                    *peer,
                    turn,
                    steer.id.clone(),
                    text,
                    ErrorCode::Interrupted,
                    "The turn was interrupted.",
                );
            }
        }
    }

    pub(super) fn steer_failed(
        &mut self,
        peer: PeerId,
        turn_id: TurnId,
        steer_id: SteerId,
        text: String,
        code: ErrorCode,
        message: &str,
    ) {
        let message = message.to_owned();
        self.tell(peer, ServerFrame::SteerFailed { turn_id, steer_id, code, message, text });
    }

    fn keep_early(&mut self, peer: PeerId, received: Instant, kind: UrgentKind) {
        self.early.push_back(Early { peer, received, kind });
        if self.early.len() > EARLY_MAX {
            // The oldest goes as if its time were up.
            let oldest = self.early.front().map_or(received, |e| e.received);
            self.expire(oldest + super::EARLY_KEPT);
        }
    }
}

fn check_steer(text: &str) -> Result<(), Refusal> {
    check_words(text)?;
    if text.trim().is_empty() {
        return Err(Refusal { code: ErrorCode::BadFrame, message: "The steer is empty." });
    }
    Ok(())
}
