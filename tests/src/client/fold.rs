//! A server's frame, folded into what the client knows; strict about the order.

use anyhow::{Context, Result, ensure};
use protocol::view::{HunkStatus, TurnStatus, TurnView};
use protocol::{Seq, ServerFrame};

use super::Client;

impl Client {
    pub(super) fn see(&mut self, seq: Seq) {
        self.shown = self.shown.max(seq);
    }

    pub(super) fn fold(&mut self, frame: &ServerFrame) -> Result<()> {
        match frame {
            ServerFrame::State { seq, session } => {
                let units = |t: &TurnView| t.output.encode_utf16().count() as u32;
                self.units = session.turns.iter().map(|t| (t.id.clone(), units(t))).collect();
                self.turns = session.turns.iter().map(|t| (t.id.clone(), t.clone())).collect();
                (self.scope, self.locks) = (session.scope.clone(), session.locks.clone());
                self.runs = session.runs.clone();
                self.people = session.participants.iter().map(|p| (p.participant.id.clone(), p.clone())).collect();
                (self.connected, self.presenter) = (session.connected, session.presenter.clone());
                self.see(*seq);
            }
            ServerFrame::Presence(change) => {
                if change.whole {
                    self.people.clear();
                }
                self.people.retain(|id, _| !change.gone.contains(id));
                self.people.extend(change.here.iter().map(|p| (p.participant.id.clone(), p.clone())));
                (self.connected, self.presenter) = (change.connected, change.presenter.clone());
            }
            ServerFrame::DocumentOpening { seq, .. } => self.begin_opening(*seq),
            ServerFrame::DocumentOpened { .. } => self.end_opening()?,
            ServerFrame::TurnStarted { seq, turn_id, prompt, model, by, scope } => {
                self.see(*seq);
                let turn = TurnView {
                    id: turn_id.clone(),
                    prompt: prompt.clone(),
                    model: model.clone(),
                    by: by.clone(),
                    status: TurnStatus::Running,
                    output: String::new(),
                    hunks: Vec::new(),
                    steers: Vec::new(),
                    segments: Vec::new(),
                    reason: None,
                    latency: Default::default(),
                    usage: None,
                    reverted: false,
                    inherited: false,
                    context: None,
                    scope: scope.clone(),
                    changes: None,
                    cuts: None,
                };
                self.turns.insert(turn_id.clone(), turn);
            }
            ServerFrame::TurnDelta { seq, turn_id, offset, text } => {
                ensure!(*seq > self.shown || self.updates.last() == Some(&seq.0), "delta {seq} out of order");
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a delta of an unknown turn")?;
                let units = self.units.entry(turn_id.clone()).or_default();
                ensure!(*units == *offset, "a delta at {offset}, but the output ends at {units}");
                *units += text.encode_utf16().count() as u32;
                turn.output.push_str(text);
            }
            ServerFrame::TurnCompleted { seq, turn_id, status, kept_offset, reason, latency, usage, cuts } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("the end of an unknown turn")?;
                truncate(&mut turn.output, *kept_offset);
                self.units.insert(turn_id.clone(), *kept_offset);
                (turn.status, turn.reason, turn.latency, turn.usage) = (*status, reason.clone(), *latency, *usage);
                (turn.changes, turn.cuts) = (None, cuts.clone());
            }
            ServerFrame::TurnContinued { seq, turn_id, .. } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("an unknown turn goes on")?;
                (turn.status, turn.reason, turn.changes, turn.cuts) = (TurnStatus::Running, None, None, None);
            }
            ServerFrame::TurnMending { seq, turn_id, .. } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("an unknown turn goes on")?;
                (turn.status, turn.cuts) = (TurnStatus::Running, None);
            }
            ServerFrame::TurnMeasured { seq, turn_id, changes } => {
                self.see(*seq);
                self.turns.get_mut(turn_id).context("an unknown turn is measured")?.changes = Some(*changes);
            }
            ServerFrame::TurnContext { seq, turn_id, context } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("the context of an unknown turn")?;
                turn.context = Some((**context).clone());
            }
            ServerFrame::ScopeChanged { seq, scope, .. } => {
                self.see(*seq);
                self.scope = scope.clone();
            }
            ServerFrame::RunReported { seq, run } => {
                self.see(*seq);
                self.runs.push(run.clone());
            }
            ServerFrame::LockChanged { seq, lock_id, lock, .. } => {
                self.see(*seq);
                self.locks.retain(|l| l.id != *lock_id);
                self.locks.extend(lock.clone());
            }
            ServerFrame::FilesImported { seq, .. } | ServerFrame::ImportTakenBack { seq, .. } => self.see(*seq),
            ServerFrame::HunkHeld { seq, turn_id, hunk_id, reason, message, added, removed, proposal, outcome } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                if let Some(hunk) = turn.hunks.iter_mut().find(|h| h.id == *hunk_id) {
                    (hunk.status, hunk.hold, hunk.message) = (HunkStatus::Held, Some(*reason), Some(message.clone()));
                    (hunk.added, hunk.removed, hunk.proposal) = (*added, *removed, proposal.clone());
                    hunk.learn(outcome.clone());
                }
            }
            ServerFrame::SteerApplied { seq, turn_id, offset, .. } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a steer of an unknown turn")?;
                truncate(&mut turn.output, *offset);
                self.units.insert(turn_id.clone(), *offset);
                (turn.status, turn.reason, turn.changes, turn.cuts) = (TurnStatus::Running, None, None, None);
            }
            ServerFrame::TurnReverted { seq, turn_id, .. } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("the revert of an unknown turn")?;
                turn.reverted = true;
                for hunk in turn.hunks.iter_mut().filter(|h| h.status.is_in_the_document()) {
                    hunk.status = HunkStatus::Reverted;
                }
            }
            ServerFrame::HunkOpened { seq, turn_id, hunk } => {
                self.see(*seq);
                self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?.hunks.push(hunk.clone());
            }
            ServerFrame::HunkDropped { seq, turn_id, hunk_id } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                turn.hunks.retain(|h| h.id != *hunk_id);
            }
            ServerFrame::HunkClosed { seq, turn_id, hunk_id, status, added, removed, note, outcome } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                if let Some(hunk) = turn.hunks.iter_mut().find(|h| h.id == *hunk_id) {
                    (hunk.status, hunk.added, hunk.removed) = (*status, *added, *removed);
                    (hunk.note, hunk.proposal) = (note.clone(), None);
                    (hunk.failure, hunk.message) = (None, None);
                    hunk.learn(outcome.clone());
                }
            }
            ServerFrame::HunkFailed { seq, turn_id, hunk_id, reason, message, outcome } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                if let Some(hunk) = turn.hunks.iter_mut().find(|h| h.id == *hunk_id) {
                    hunk.status = HunkStatus::Failed;
                    (hunk.failure, hunk.message) = (Some(*reason), Some(message.clone()));
                    hunk.proposal = None;
                    hunk.learn(outcome.clone());
                }
            }
            ServerFrame::HunkAccepted { seq, turn_id, hunk_id, .. } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                if let Some(hunk) = turn.hunks.iter_mut().find(|h| h.id == *hunk_id) {
                    hunk.status = HunkStatus::Accepted;
                }
            }
            ServerFrame::HunkPlaced { seq, turn_id, hunk_id, file_id, place, outcome } => {
                self.see(*seq);
                let turn = self.turns.get_mut(turn_id).context("a hunk of an unknown turn")?;
                if let Some(hunk) = turn.hunks.iter_mut().find(|h| h.id == *hunk_id) {
                    (hunk.file_id, hunk.place) = (Some(file_id.clone()), Some(place.clone()));
                    hunk.learn(outcome.clone());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Cuts a text at UTF-16 units.
fn truncate(text: &mut String, units: u32) {
    let kept: Vec<u16> = text.encode_utf16().take(units as usize).collect();
    *text = String::from_utf16_lossy(&kept);
}
