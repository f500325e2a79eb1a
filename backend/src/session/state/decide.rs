//! A person's decisions on what the model did: keep it, take it back.

use document::RolledBack;
use protocol::view::{HunkStatus, TurnStatus};
use protocol::{ErrorCode, HunkId, ServerFrame, TurnId};

use super::{Asker, Refusal, State, is_of};
use crate::session::command::Decision;

impl State {
    pub(super) fn decide(&mut self, asker: &Asker, turn: &TurnId, decision: Decision) {
        if let Err(refusal) = self.may_decide(turn, &decision) {
            return self.refuse(asker.peer, Some(turn.as_str()), refusal.code, refusal.message);
        }
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

    /// What came from another session is not to be taken back here: who wrote it is not known.
    fn may_decide(&self, id: &TurnId, decision: &Decision) -> Result<(), Refusal> {
        let Some(turn) = self.turn(id) else { return Ok(()) };
        let inherited = match decision {
            Decision::RevertTurn => turn.inherited,
            Decision::RevertHunk(hunk)
            | Decision::AcceptHunk(hunk)
            | Decision::ApplyHunk(hunk)
            | Decision::RefuseHunk(hunk) => turn.hunk(hunk).is_some_and(crate::session::turn::Hunk::is_inherited),
        };
        if inherited {
            let message = "That came with the fork: edit it by hand, or decide where it was made.";
            return Err(Refusal { code: ErrorCode::Superseded, message });
        }
        Ok(())
    }

    fn revert_turn(&mut self, asker: &Asker, id: &TurnId) -> Result<(), Refusal> {
        let turn = self.turns.iter().find(|t| t.id == *id).ok_or(NO_TURN)?;
        if turn.status == TurnStatus::Running {
            return Err(Refusal { code: ErrorCode::TurnRunning, message: "The turn is running: interrupt it first." });
        }
        if turn.reverted {
            return Ok(());
        }
        let rolled_back = self.doc.rollback(&|step, hunk| is_of(turn, &self.owners, step, hunk));
        let note = what_stayed(&rolled_back);
        let seq = self.advance();
        if let Some(turn) = self.turns.iter_mut().find(|t| t.id == *id) {
            turn.reverted = true;
            for hunk in &mut turn.hunks {
                if hunk.view.status.is_in_the_document() {
                    hunk.view.status = HunkStatus::Reverted;
                }
            }
        }
        let frame = ServerFrame::TurnReverted { seq, turn_id: id.clone(), by: asker.id.clone(), note };
        self.log_with(seq, rolled_back.message, frame);
        Ok(())
    }

    fn revert_hunk(&mut self, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let turn = self.turn(id).ok_or(NO_TURN)?;
        let hunk = turn.hunk(hunk_id).ok_or(NO_HUNK)?;
        match hunk.view.status {
            HunkStatus::Reverted | HunkStatus::Failed | HunkStatus::Held | HunkStatus::Refused => return Ok(()),
            HunkStatus::Open | HunkStatus::Applied | HunkStatus::Partial | HunkStatus::Accepted => {}
        }
        let key = hunk.key;
        let rolled_back = self.doc.rollback(&|_, hunk| hunk == key);
        let note = what_stayed(&rolled_back);
        let seq = self.advance();
        let Some(hunk) = self.hunk_mut(id, key) else { return Err(NO_HUNK) };
        // One that is still being written ends with it: what its block still says goes nowhere.
        (hunk.view.status, hunk.view.note, hunk.draft) = (HunkStatus::Reverted, note, None);
        let frame = hunk.closed_frame(seq, id.clone());
        self.log_with(seq, rolled_back.message, frame);
        Ok(())
    }

    fn accept_hunk(&mut self, asker: &Asker, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let hunk = self.turn(id).ok_or(NO_TURN)?.hunk(hunk_id).ok_or(NO_HUNK)?;
        match hunk.view.status {
            HunkStatus::Accepted => return Ok(()),
            HunkStatus::Applied | HunkStatus::Partial => {}
            HunkStatus::Open | HunkStatus::Failed | HunkStatus::Reverted | HunkStatus::Held | HunkStatus::Refused => {
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

    pub(super) fn hunk_mut(&mut self, turn: &TurnId, key: u64) -> Option<&mut crate::session::turn::Hunk> {
        self.turns.iter_mut().find(|t| t.id == *turn)?.hunk_mut(key)
    }
}

/// What a revert could not take back, for a person.
fn what_stayed(rolled_back: &RolledBack) -> Option<String> {
    let characters = |count: u32| if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
    match (rolled_back.kept, rolled_back.gone) {
        (0, 0) => None,
        (0, gone) => Some(format!("{} of it had been deleted before.", characters(gone))),
        (kept, 0) => Some(format!("What people wrote in it stays: {}.", characters(kept))),
        (kept, gone) => Some(format!(
            "What people wrote in it stays: {}. {} of it had been deleted before.",
            characters(kept),
            characters(gone)
        )),
    }
}

pub(super) const NO_TURN: Refusal = Refusal { code: ErrorCode::NotFound, message: "There is no such turn." };
pub(super) const NO_HUNK: Refusal = Refusal { code: ErrorCode::NotFound, message: "There is no such hunk." };
