//! What a frame means for the turns, scope and locks of a scene.

use protocol::latency::Latency;
use protocol::limits::RUNS_KEPT;
use protocol::view::{HunkStatus, HunkView, SegmentCause, SegmentView, SteerStage, SteerView, TurnStatus, TurnView};
use protocol::{ErrorCode, HunkId, ServerFrame, SteerId, TurnId};

use super::{Scene, SceneError};
use crate::session::{prefix_utf16, utf16_len};

impl Scene {
    pub(super) fn fold(&mut self, frame: ServerFrame) -> Result<(), SceneError> {
        use ServerFrame as F;
        match frame {
            F::TurnStarted { turn_id, prompt, model, by, scope, .. } => {
                let turn = TurnView {
                    id: turn_id,
                    prompt,
                    model,
                    by,
                    status: TurnStatus::Running,
                    output: String::new(),
                    hunks: Vec::new(),
                    steers: Vec::new(),
                    segments: Vec::new(),
                    reason: None,
                    latency: Latency::default(),
                    usage: None,
                    reverted: false,
                    inherited: false,
                    context: None,
                    scope,
                    changes: None,
                    cuts: None,
                };
                self.session.turns.push(turn);
                self.begin(0, SegmentCause::Prompt);
            }
            F::TurnContinued { turn_id, offset, text, .. } => {
                self.turn(&turn_id)?.reason = None;
                self.begin(offset, SegmentCause::Continue(text));
            }
            F::TurnMending { turn_id, offset, .. } => {
                self.turn(&turn_id)?;
                self.begin(offset, SegmentCause::Mend);
            }
            F::TurnContext { turn_id, context, .. } => self.turn(&turn_id)?.context = Some(*context),
            F::TurnDelta { turn_id, text, .. } => self.turn(&turn_id)?.output.push_str(&text),
            F::TurnCompleted { turn_id, status, kept_offset, reason, latency, usage, cuts, .. } => {
                let turn = self.turn(&turn_id)?;
                truncate(turn, kept_offset);
                (turn.status, turn.reason, turn.latency, turn.usage) = (status, reason, latency, usage);
                (turn.changes, turn.cuts) = (None, cuts);
                if status == TurnStatus::Interrupted {
                    give_back(turn);
                }
            }
            F::TurnMeasured { turn_id, changes, .. } => self.turn(&turn_id)?.changes = Some(changes),
            F::TurnStopped { turn_id, kept_offset } => truncate(self.turn(&turn_id)?, kept_offset),
            F::TurnReverted { turn_id, .. } => {
                let turn = self.turn(&turn_id)?;
                turn.reverted = true;
                for hunk in turn.hunks.iter_mut().filter(|hunk| hunk.status.is_in_the_document()) {
                    hunk.status = HunkStatus::Reverted;
                }
            }
            F::SteerAccepted { steer_id, accept_ms, .. } => {
                self.accepted.insert(steer_id, accept_ms);
            }
            F::SteerApplied { turn_id, steer_id, text, by, offset, apply_ms, .. } => {
                let accept_ms = self.accepted.remove(&steer_id);
                let turn = self.turn(&turn_id)?;
                truncate(turn, offset);
                turn.reason = None;
                turn.steers.push(SteerView {
                    id: steer_id.clone(),
                    text,
                    by,
                    stage: SteerStage::Applied,
                    offset: Some(offset),
                    accept_ms,
                    apply_ms: Some(apply_ms),
                    first_token_ms: None,
                    failure: None,
                });
                self.begin(offset, SegmentCause::Steer(steer_id));
            }
            F::SteerAnswered { turn_id, steer_id, first_token_ms } => {
                let steer = steer(self.turn(&turn_id)?, &steer_id)?;
                (steer.stage, steer.first_token_ms) = (SteerStage::Answered, Some(first_token_ms));
            }
            F::HunkOpened { turn_id, hunk, .. } => self.turn(&turn_id)?.hunks.push(hunk),
            F::HunkPlaced { turn_id, hunk_id, file_id, place, outcome, .. } => {
                let hunk = self.hunk(&turn_id, &hunk_id)?;
                (hunk.file_id, hunk.place) = (Some(file_id), Some(place));
                hunk.learn(outcome);
            }
            F::HunkClosed { turn_id, hunk_id, status, added, removed, note, outcome, .. } => {
                let hunk = self.hunk(&turn_id, &hunk_id)?;
                (hunk.status, hunk.added, hunk.removed, hunk.note) = (status, added, removed, note);
                (hunk.failure, hunk.message, hunk.proposal) = (None, None, None);
                hunk.learn(outcome);
            }
            F::HunkHeld { turn_id, hunk_id, reason, message, added, removed, proposal, outcome, .. } => {
                let hunk = self.hunk(&turn_id, &hunk_id)?;
                (hunk.status, hunk.hold, hunk.message) = (HunkStatus::Held, Some(reason), Some(message));
                (hunk.added, hunk.removed, hunk.proposal) = (added, removed, proposal);
                hunk.learn(outcome);
            }
            F::HunkFailed { turn_id, hunk_id, reason, message, outcome, .. } => {
                let hunk = self.hunk(&turn_id, &hunk_id)?;
                (hunk.status, hunk.failure, hunk.message) = (HunkStatus::Failed, Some(reason), Some(message));
                hunk.proposal = None;
                hunk.learn(outcome);
            }
            F::HunkDropped { turn_id, hunk_id, .. } => self.turn(&turn_id)?.hunks.retain(|hunk| hunk.id != hunk_id),
            F::HunkAccepted { turn_id, hunk_id, .. } => {
                self.hunk(&turn_id, &hunk_id)?.status = HunkStatus::Accepted;
            }
            F::RunReported { run, .. } => {
                let runs = &mut self.session.runs;
                let surplus = (runs.len() + 1).saturating_sub(RUNS_KEPT);
                runs.drain(..surplus);
                runs.push(run);
            }
            F::FilesImported { import, .. } => self.session.imports.push(import),
            F::ImportTakenBack { import_id, .. } => {
                let imports = self.session.imports.iter_mut().filter(|import| import.id == import_id);
                imports.for_each(|import| import.taken_back = true);
            }
            F::ScopeChanged { scope, .. } => self.session.scope = scope,
            F::LockChanged { lock_id, lock, .. } => {
                let locks = &mut self.session.locks;
                match (locks.iter_mut().find(|known| known.id == lock_id), lock) {
                    (Some(known), Some(lock)) => *known = lock,
                    (None, Some(lock)) => locks.push(lock),
                    (_, None) => locks.retain(|known| known.id != lock_id),
                }
            }
            // Its words went back to one person; the turn's end tells what became of it.
            F::SteerFailed { .. } => {}
            // Of one connection, or of this moment only.
            F::State { .. }
            | F::Welcome(_)
            | F::EditAck { .. }
            | F::Saved { .. }
            | F::Presence { .. }
            | F::DocumentOpening { .. }
            | F::DocumentFiles { .. }
            | F::DocumentOpened { .. }
            | F::Pong { .. }
            | F::Draining
            | F::Models { .. }
            | F::Error { .. } => {}
        }
        Ok(())
    }

    /// A segment of the newest turn begins: what was measured of the one before is void.
    fn begin(&mut self, offset: u32, cause: SegmentCause) {
        let Some(turn) = self.session.turns.last_mut() else { return };
        turn.segments.push(SegmentView { offset, cause });
        (turn.status, turn.latency) = (TurnStatus::Running, Latency::default());
        (turn.changes, turn.cuts) = (None, None);
        let said = (turn.id.clone(), turn.segments.len() - 1);
        self.said.remove(&said);
    }

    fn turn(&mut self, id: &TurnId) -> Result<&mut TurnView, SceneError> {
        self.session.turns.iter_mut().rev().find(|turn| turn.id == *id).ok_or(SceneError::Unknown("a turn"))
    }

    fn hunk(&mut self, turn: &TurnId, id: &HunkId) -> Result<&mut HunkView, SceneError> {
        let hunk = self.turn(turn)?.hunks.iter_mut().find(|hunk| hunk.id == *id);
        hunk.ok_or(SceneError::Unknown("a hunk"))
    }
}

fn steer<'a>(turn: &'a mut TurnView, id: &SteerId) -> Result<&'a mut SteerView, SceneError> {
    turn.steers.iter_mut().find(|steer| steer.id == *id).ok_or(SceneError::Unknown("a steer"))
}

/// Steers that no token has answered were ended by the interrupt, and their segments with them.
fn give_back(turn: &mut TurnView) {
    let units = utf16_len(&turn.output);
    let unanswered = turn.steers.iter_mut().filter(|steer| steer.stage == SteerStage::Applied);
    let mut back = Vec::new();
    for steer in unanswered {
        (steer.stage, steer.failure) = (SteerStage::Failed, Some(ErrorCode::Interrupted));
        back.push(SegmentCause::Steer(steer.id.clone()));
    }
    while turn.segments.last().is_some_and(|last| last.offset == units && back.contains(&last.cause)) {
        turn.segments.pop();
    }
}

fn truncate(turn: &mut TurnView, units: u32) {
    let kept = prefix_utf16(&turn.output, units).len();
    turn.output.truncate(kept);
}
