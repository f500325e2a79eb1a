//! A person's decisions on what the model did: keep it, take it back.

use bytes::Bytes;
use protocol::view::{HunkStatus, TurnStatus};
use protocol::{ErrorCode, HunkId, ServerFrame, TurnId};

use super::{Asker, Effect, Refusal, State};
use crate::session::command::Decision;
use crate::session::entry::{Body, Entry};

impl State {
    pub(super) fn decide(&mut self, asker: &Asker, turn: &TurnId, decision: Decision) {
        let done = match decision {
            Decision::RevertTurn => self.revert_turn(asker, turn),
            Decision::RevertHunk(hunk) => self.revert_hunk(turn, &hunk),
            Decision::AcceptHunk(hunk) => self.accept_hunk(asker, turn, &hunk),
            Decision::ApplyHunk(hunk) => self.apply_hunk(turn, &hunk),
            Decision::RefuseHunk(hunk) => self.refuse_hunk(turn, &hunk),
        };
        if let Err(refusal) = done {
            self.refuse(asker.peer, Some(turn.as_str()), refusal.code, refusal.message);
        }
    }

    fn revert_turn(&mut self, asker: &Asker, id: &TurnId) -> Result<(), Refusal> {
        let turn = self.turns.iter().find(|t| t.id == *id).ok_or(NO_TURN)?;
        if turn.status == TurnStatus::Running {
            return Err(Refusal { code: ErrorCode::TurnRunning, message: "The turn is running: interrupt it first." });
        }
        if turn.reverted {
            return Ok(());
        }
        let rolled_back = self.doc.rollback(&|step, _| turn.owns(step));
        let seq = self.advance();
        if let Some(turn) = self.turns.iter_mut().find(|t| t.id == *id) {
            turn.reverted = true;
            for hunk in &mut turn.hunks {
                if hunk.view.status != HunkStatus::Failed {
                    hunk.view.status = HunkStatus::Reverted;
                }
            }
        }
        let frame = ServerFrame::TurnReverted { seq, turn_id: id.clone(), by: asker.id.clone(), note: None };
        self.log_with(seq, rolled_back.message, frame);
        Ok(())
    }

    fn revert_hunk(&mut self, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let turn = self.turn(id).ok_or(NO_TURN)?;
        let hunk = turn.hunk(hunk_id).ok_or(NO_HUNK)?;
        match hunk.view.status {
            HunkStatus::Open => {
                return Err(Refusal { code: ErrorCode::TurnRunning, message: "The hunk is still being written." });
            }
            HunkStatus::Reverted | HunkStatus::Failed | HunkStatus::Held | HunkStatus::Refused => return Ok(()),
            HunkStatus::Applied | HunkStatus::Partial | HunkStatus::Accepted => {}
        }
        let key = hunk.key;
        let rolled_back = self.doc.rollback(&|_, hunk| hunk == key);
        let seq = self.advance();
        let Some(hunk) = self.hunk_mut(id, key) else { return Err(NO_HUNK) };
        hunk.view.status = HunkStatus::Reverted;
        let (added, removed) = (hunk.view.added, hunk.view.removed);
        let (turn_id, hunk_id, status) = (id.clone(), hunk_id.clone(), HunkStatus::Reverted);
        let frame = ServerFrame::HunkClosed { seq, turn_id, hunk_id, status, added, removed, note: None };
        self.log_with(seq, rolled_back.message, frame);
        Ok(())
    }

    fn accept_hunk(&mut self, asker: &Asker, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let hunk = self.turn(id).ok_or(NO_TURN)?.hunk(hunk_id).ok_or(NO_HUNK)?;
        match hunk.view.status {
            HunkStatus::Accepted => return Ok(()),
            HunkStatus::Applied | HunkStatus::Partial => {}
            HunkStatus::Open
            | HunkStatus::Failed
            | HunkStatus::Reverted
            | HunkStatus::Held
            | HunkStatus::Refused => {
                return Err(Refusal { code: ErrorCode::TurnNotActive, message: "Only an applied hunk can be kept." });
            }
        }
        let key = hunk.key;
        let seq = self.advance();
        if let Some(hunk) = self.hunk_mut(id, key) {
            hunk.view.status = HunkStatus::Accepted;
        }
        let (turn_id, hunk_id, by) = (id.clone(), hunk_id.clone(), asker.id.clone());
        self.log(seq, ServerFrame::HunkAccepted { seq, turn_id, hunk_id, by });
        Ok(())
    }

    fn apply_hunk(&mut self, _id: &TurnId, _hunk_id: &HunkId) -> Result<(), Refusal> {
        Err(NO_HUNK)
    }

    pub(super) fn refuse_hunk(&mut self, _id: &TurnId, _hunk_id: &HunkId) -> Result<(), Refusal> {
        Err(NO_HUNK)
    }

    fn hunk_mut(&mut self, turn: &TurnId, key: u64) -> Option<&mut crate::session::turn::Hunk> {
        self.turns.iter_mut().find(|t| t.id == *turn)?.hunk_mut(key)
    }

    fn log_with(&mut self, seq: protocol::Seq, message: Option<Vec<u8>>, frame: ServerFrame) {
        let entry = Entry::new(seq, None, message.map(Bytes::from), Body::Frame(Box::new(frame)));
        self.effects.push(Effect::Log(entry));
    }
}

const NO_TURN: Refusal = Refusal { code: ErrorCode::NotFound, message: "There is no such turn." };
const NO_HUNK: Refusal = Refusal { code: ErrorCode::NotFound, message: "There is no such hunk." };
