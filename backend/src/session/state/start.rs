//! Beginning a turn, and going on with one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use document::ModelOp;
use protocol::client::TurnStart;
use protocol::latency::Latency;
use protocol::limits::PROMPT_MAX;
use protocol::view::{SegmentCause, TurnStatus};
use protocol::{ErrorCode, SegmentId, ServerFrame, TurnId, ids::is_client_id};

use super::hunks::model_op;
use super::{Asker, Effect, Refusal, Running, State, TURNS_PER_MINUTE};
use crate::session::command::UrgentKind;
use crate::session::entry::{Body, Entry};
use crate::session::history::Point;
use crate::session::request::Sent;
use crate::session::turn::{CutNote, Segment, Turn, Written};

impl State {
    pub(super) fn start(&mut self, asker: &Asker, start: TurnStart, received: Instant, now: Instant) {
        if let Some(known) = self.turn(&start.turn_id) {
            return self.repeated(asker, known.by == asker.id, start.turn_id.as_str());
        }
        if let Err(refusal) = self.may_start(&start, now) {
            return self.refuse(asker.peer, Some(start.turn_id.as_str()), refusal.code, refusal.message);
        }
        self.recent_starts.push_back(now);
        let (id, scripted) = (start.turn_id.clone(), self.is_scripted(&start));
        self.open_turn(asker, start, received);
        if scripted {
            self.put_lesson_back();
        }
        let note = self.failed_since_last_message();
        self.begin_segment(SegmentCause::Prompt, None, note, received);
        self.meet_early(&id, now);
    }

    /// `turn/continue`: a new segment for an interrupted or failed turn.
    pub(super) fn go_on(
        &mut self,
        asker: &Asker,
        id: &TurnId,
        segment: SegmentId,
        text: Option<String>,
        received: Instant,
    ) {
        let text = text.filter(|t| !t.trim().is_empty());
        let repeated = self.turns.iter().flat_map(|t| &t.segments).any(|s| s.id.as_ref() == Some(&segment));
        if repeated {
            return self.repeated(asker, true, segment.as_str());
        }
        if let Err(refusal) = self.may_continue(id, &segment, text.as_deref()) {
            return self.refuse(asker.peer, Some(segment.as_str()), refusal.code, refusal.message);
        }
        let Some(turn) = self.turns.last_mut() else { return };
        turn.status = TurnStatus::Running;
        turn.ended = None;
        turn.reason = None;
        let (offset, note) = (turn.units, std::mem::take(&mut turn.next_note));
        let seq = self.advance();
        let by = asker.id.clone();
        self.log(seq, ServerFrame::TurnContinued { seq, turn_id: id.clone(), offset, by, text: text.clone() });
        self.begin_segment(SegmentCause::Continue(text), Some(segment), note, received);
    }

    /// Starts the newest turn's next segment at its output's end.
    pub(super) fn begin_segment(
        &mut self,
        cause: SegmentCause,
        id: Option<SegmentId>,
        note: CutNote,
        received: Instant,
    ) {
        let begun = self.seq;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.segments.push(Segment {
            offset: turn.units,
            byte: turn.output.len(),
            cause,
            id,
            begun,
            message: None,
            sent: Sent::default(),
            note,
        });
        (turn.latency, turn.changes) = (Latency::default(), None);
        self.passed.push(Point::Segment(turn.id.clone(), turn.segments.len() - 1));
        self.generation += 1;
        self.running = Some(Running { received, hunks: HashMap::new(), placed: HashSet::new(), relayed: false });
        let model = turn.model.clone();
        self.effects.push(Effect::Run { generation: self.generation, model });
    }

    fn open_turn(&mut self, asker: &Asker, start: TurnStart, received: Instant) {
        let seq = self.advance();
        let scope = start.scope.unwrap_or_else(|| self.scope.clone());
        self.log(
            seq,
            ServerFrame::TurnStarted {
                seq,
                turn_id: start.turn_id.clone(),
                prompt: start.prompt.clone(),
                model: start.model.clone(),
                by: asker.id.clone(),
                scope: scope.clone(),
            },
        );
        self.turns.push(Turn {
            id: start.turn_id,
            prompt: start.prompt,
            model: start.model,
            by: asker.id.clone(),
            status: TurnStatus::Running,
            tokens_per_second: start.tokens_per_second,
            open_file: start.open_file.map(|f| f.0),
            output: String::new(),
            units: 0,
            steps: Vec::new(),
            segments: Vec::new(),
            hunks: Vec::new(),
            steers: Vec::new(),
            started: seq,
            ended: None,
            next_note: CutNote::default(),
            reason: None,
            latency: Latency::default(),
            usage: None,
            reverted: false,
            inherited: false,
            context: None,
            scope,
            selection: start.selection,
            changes: None,
            asked: Some(received),
            cuts: None,
            written: Written::default(),
        });
    }

    /// Puts the lesson's files back as they were, in one step of the turn: reverting the turn takes it back too.
    fn put_lesson_back(&mut self) {
        let Some(lesson) = &self.lesson else { return };
        let files = lesson.files.clone();
        let mut ops = Vec::new();
        for file in &files {
            self.hunks += 1;
            let hunk = self.hunks;
            match self.doc.find(&file.path).and_then(|id| Some((self.doc.view(&id)?, id))) {
                Some(((_, text), _)) if *text == *file.text => continue,
                Some(((revision, text), id)) => {
                    let len = crate::session::entry::utf16_len(&text);
                    ops.push(ModelOp::Place { hunk, file: id, revision, start: 0, len });
                    ops.extend(edits::replace_ops(&text, &file.text).into_iter().map(|op| model_op(hunk, op)));
                }
                None => {
                    ops.push(ModelOp::Create { hunk, file: crate::secret::token(), path: file.path.clone() });
                    ops.push(ModelOp::Insert { hunk, text: file.text.clone() });
                }
            }
            ops.push(ModelOp::Close { hunk });
        }
        if ops.is_empty() {
            return;
        }
        let seq = self.advance();
        let applied = self.doc.apply(seq.0, &ops);
        let entry = Entry::new(seq, None, applied.message.map(Into::into), Body::Silent);
        self.effects.push(Effect::Log(entry));
    }

    /// Applies what came before the turn that it was for.
    fn meet_early(&mut self, id: &TurnId, now: Instant) {
        let (mine, others): (VecDeque<_>, _) =
            std::mem::take(&mut self.early).into_iter().partition(|e| e.kind.turn() == id);
        self.early = others;
        for early in mine {
            let Some(asker) = self.editor(early.peer, None) else { continue };
            let begun = match early.kind {
                UrgentKind::Interrupt { turn, shown } => self.interrupt(&asker, &turn, shown, early.received, now),
                UrgentKind::Steer(steering) => self.steer(&asker, steering, early.received, now),
            };
            if let Some(begun) = begun {
                self.finish(begun);
            }
        }
    }

    /// A retry is answered with what stands; an id of somebody else's, or for something else, is refused.
    pub(super) fn repeated(&mut self, asker: &Asker, same_maker: bool, id: &str) {
        if same_maker {
            let state = self.state_frame();
            self.tell(asker.peer, state);
        } else {
            self.refuse(asker.peer, Some(id), ErrorCode::IdTaken, "That id is in use.");
        }
    }

    fn may_start(&mut self, start: &TurnStart, now: Instant) -> Result<(), Refusal> {
        check_id(start.turn_id.as_str())?;
        check_words(&start.prompt)?;
        if start.prompt.trim().is_empty() {
            return Err(Refusal { code: ErrorCode::BadFrame, message: "The prompt is empty." });
        }
        if let Some(scope) = &start.scope {
            self.check_scope(scope)?;
        }
        if self.running_turn().is_some() {
            return Err(Refusal {
                code: ErrorCode::TurnActive,
                message: "A turn is running: steer it, or interrupt it first.",
            });
        }
        self.may_ask(&start.model)?;
        const MINUTE: Duration = Duration::from_secs(60);
        while self.recent_starts.front().is_some_and(|t| now.duration_since(*t) >= MINUTE) {
            self.recent_starts.pop_front();
        }
        if self.recent_starts.len() >= TURNS_PER_MINUTE {
            return Err(Refusal { code: ErrorCode::Limit, message: "Too many turns in a minute: wait a little." });
        }
        Ok(())
    }

    fn may_continue(&self, id: &TurnId, segment: &SegmentId, text: Option<&str>) -> Result<(), Refusal> {
        check_id(segment.as_str())?;
        check_words(text.unwrap_or_default())?;
        let Some(turn) = self.turn(id) else {
            return Err(Refusal { code: ErrorCode::NotFound, message: "There is no such turn." });
        };
        if self.turns.last().is_some_and(|last| last.id != *id) {
            return Err(Refusal { code: ErrorCode::Superseded, message: "A later turn has begun." });
        }
        if turn.reverted {
            return Err(Refusal { code: ErrorCode::Superseded, message: "The turn's changes were taken back." });
        }
        match turn.status {
            TurnStatus::Interrupted | TurnStatus::Failed => self.may_ask(&turn.model),
            TurnStatus::Running => Err(Refusal { code: ErrorCode::TurnActive, message: "The turn is running." }),
            TurnStatus::Completed => Err(Refusal { code: ErrorCode::TurnNotActive, message: "The turn is complete." }),
        }
    }

    fn is_scripted(&self, start: &TurnStart) -> bool {
        self.models.iter().any(|m| m.id == start.model && m.scripted)
    }
}

pub(super) fn check_id(id: &str) -> Result<(), Refusal> {
    if is_client_id(id) {
        return Ok(());
    }
    Err(Refusal { code: ErrorCode::BadId, message: "An id is 1 to 64 letters, digits, - or _." })
}

pub(super) fn check_words(text: &str) -> Result<(), Refusal> {
    if text.len() <= PROMPT_MAX {
        return Ok(());
    }
    Err(Refusal { code: ErrorCode::Limit, message: "That text is too long." })
}
