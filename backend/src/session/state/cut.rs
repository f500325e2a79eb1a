//! The cut: interrupt and steer. What the sender had been shown stays, everything past it goes, for everyone alike.

use std::time::Instant;

use bytes::Bytes;
use document::ModelOp;
use edits::Counts;
use protocol::latency::Usage;
use protocol::server::Reason;
use protocol::view::{HunkStatus, Role, SegmentCause, SteerStage, SteerView, TurnStatus};
use protocol::{ErrorCode, ParticipantId, Seq, ServerFrame, SteerId, TurnId};

use super::hold::words;
use super::start::{check_id, check_words};
use super::{Asker, EARLY_MAX, Early, Effect, State, is_of};
use crate::session::command::{Steering, UrgentKind};
use crate::session::entry::{Body, Entry};
use crate::session::history::Point;
use crate::session::roster::PeerId;
use crate::session::signal::Cut;
use crate::session::turn::{CutCause, CutNote, CutPoint, Steer, Turn, millis};

/// Characters in a token, about: what an estimate of a cut segment's tokens is made with.
const UNITS_PER_TOKEN: u64 = 4;

impl State {
    pub(super) fn interrupt(&mut self, asker: &Asker, id: &TurnId, shown: Seq, received: Instant, now: Instant) {
        if self.turn(id).is_none() {
            let kind = UrgentKind::Interrupt { turn: id.clone(), shown };
            return self.keep_early(asker.peer, received, kind);
        }
        if self.may_cut(id, shown) {
            self.cut_to(shown, None, Some((&asker.id, received)));
            self.effects.push(Effect::InterruptTook(now.duration_since(received)));
            return;
        }
        // It crossed the turn's end, or somebody was faster: the answer is what stands.
        let Some(turn) = self.turn(id) else { return };
        let answer = match turn.status {
            TurnStatus::Interrupted => ServerFrame::TurnStopped { turn_id: id.clone(), kept_offset: turn.units },
            _ => turn.completed(turn.ended.unwrap_or(self.seq)),
        };
        self.tell(asker.peer, answer);
    }

    /// Whether a command stops the running turn: its segment is of no more use, before anything is taken back.
    pub fn stops(&self, peer: PeerId, kind: &UrgentKind) -> bool {
        let UrgentKind::Interrupt { turn, shown } = kind else { return false };
        self.roster.member(peer).is_some_and(|member| member.role >= Role::Editor) && self.may_cut(turn, *shown)
    }

    pub(super) fn steer(&mut self, asker: &Asker, steering: Steering, received: Instant, now: Instant) {
        let Steering { turn: id, steer, shown, text, refuses } = steering;
        if let Some(hunk) = refuses.as_ref()
            && let Err(refusal) = self.refuse_hunk(&id, hunk)
        {
            self.refuse(asker.peer, Some(id.as_str()), refusal.code, refusal.message);
        }
        let id = &id;
        if let Some(known) = self.turns.iter().find_map(|t| t.steer(&steer)) {
            return self.repeated(asker, known.view.by == asker.id, steer.as_str());
        }
        if let Err(refusal) = check_id(steer.as_str()).and_then(|()| check_words(&text)) {
            return self.steer_failed(asker.peer, id.clone(), steer, text, refusal.code, refusal.message);
        }
        if text.trim().is_empty() {
            return self.steer_failed(asker.peer, id.clone(), steer, text, ErrorCode::BadFrame, "The steer is empty.");
        }
        if self.turn(id).is_none() {
            let kind = UrgentKind::Steer(Steering { turn: id.clone(), steer, shown, text, refuses: None });
            return self.keep_early(asker.peer, received, kind);
        }
        if !self.may_cut(id, shown) {
            return self.steer_failed(
                asker.peer,
                id.clone(),
                steer,
                text,
                ErrorCode::TurnNotActive,
                "The turn has ended.",
            );
        }
        if let Some(Err(refusal)) = self.turn(id).map(|turn| self.may_ask(&turn.model)) {
            return self.steer_failed(asker.peer, id.clone(), steer, text, refusal.code, refusal.message);
        }
        let took = millis(now.duration_since(received));
        let accepted = ServerFrame::SteerAccepted { turn_id: id.clone(), steer_id: steer.clone(), accept_ms: took };
        self.effects.push(Effect::Told(Box::new(accepted.clone())));
        self.tell(asker.peer, accepted);
        let rolled_back = self.cut(shown, false, Some((&asker.id, received)));
        let Some(turn) = self.turns.last_mut() else { return };
        let offset = turn.units;
        let note = std::mem::take(&mut turn.next_note);
        (turn.status, turn.ended, turn.reason) = (TurnStatus::Running, None, None);
        let by = asker.id.clone();
        turn.steers.push(Steer {
            view: SteerView {
                id: steer.clone(),
                text: text.clone(),
                by: by.clone(),
                stage: SteerStage::Applied,
                offset: Some(offset),
                accept_ms: Some(took),
                apply_ms: Some(took),
                first_token_ms: None,
                failure: None,
            },
            received,
        });
        let seq = self.advance();
        let cause = SegmentCause::Steer(steer.clone());
        let frame =
            ServerFrame::SteerApplied { seq, turn_id: id.clone(), steer_id: steer, text, by, offset, apply_ms: took };
        self.effects.push(Effect::Log(Entry::new(seq, None, rolled_back, Body::Frame(Box::new(frame)))));
        self.begin_segment(cause, None, note, received);
    }

    /// Stops the newest turn at what `shown` had painted. Its end, and the roll-back, are one step.
    pub(super) fn cut_to(&mut self, shown: Seq, reason: Option<Reason>, by: Option<(&ParticipantId, Instant)>) {
        let rolled_back = self.cut(shown, true, by);
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

    /// Ends the segment, announces the cut, and takes everything past it back. Returns the document message.
    fn cut(&mut self, shown: Seq, stopped: bool, by: Option<(&ParticipantId, Instant)>) -> Option<Bytes> {
        self.generation += 1;
        self.running = None;
        self.effects.push(Effect::Cancel);
        let (serial, before) = (self.cuts + 1, self.seq.next());
        self.cuts = serial;
        let turn = self.turns.last_mut()?;
        let point = turn.cut_at(shown);
        let cut = Cut { serial, turn: turn.id.clone(), kept: point.offset, before, stopped };
        if let Some((by, received)) = by {
            turn.note_cut(by, received, turn.units - point.offset);
        }
        self.effects.push(Effect::Cut(cut));
        let broken = self.hold_broken(point);
        let message = self.roll_back(point, &broken);
        self.cut_hunks(point);
        message
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
