//! One server frame, folded into the turns.

use leptos::prelude::*;
use protocol::ServerFrame;
use protocol::view::{HunkStatus, HunkView, SteerStage, SteerView, TurnStatus};
use protocol::{HunkId, SteerId, TurnId};

use super::{Session, blank, hunk_of, view};
use crate::store::{PieceKind, SteerProgress, Turn};

impl Session {
    /// Applies one frame. Frames that are not about turns change nothing here.
    pub fn apply(&mut self, frame: &ServerFrame) {
        use ServerFrame as F;
        match frame {
            F::TurnStarted { turn_id, prompt, model, by, scope, .. } => {
                if let Some(turn) = self.find(turn_id) {
                    turn.pending.set(false);
                    turn.scope.set(scope.clone());
                } else {
                    let view = view(turn_id.clone(), prompt.clone(), model.clone(), by.clone());
                    let turn = self.owner.with(|| blank(&view));
                    turn.scope.set(scope.clone());
                    self.outputs.insert(turn_id.clone(), Default::default());
                    self.turns.update(|turns| turns.push(turn));
                }
            }
            F::TurnContinued { turn_id, offset, text, .. } => self.on(turn_id, |turn, output| {
                output.stop = None;
                output.truncate(turn, *offset);
                output.mark(turn, PieceKind::Continued(text.clone()));
                turn.status.set(TurnStatus::Running);
                turn.reason.set(None);
                turn.changes.set(None);
                turn.cuts.set(None);
                turn.pending.set(false);
            }),
            F::TurnMeasured { turn_id, changes, .. } => self.on(turn_id, |turn, _| turn.changes.set(Some(*changes))),
            F::TurnContext { turn_id, context, .. } => self.on(turn_id, |turn, _| {
                turn.context.set(Some((**context).clone()));
            }),
            F::TurnMending { turn_id, offset, failed, .. } => self.on(turn_id, |turn, output| {
                output.stop = None;
                output.truncate(turn, *offset);
                output.mark(turn, PieceKind::Mending(Some(*failed)));
                turn.status.set(TurnStatus::Running);
                turn.cuts.set(None);
            }),
            F::TurnDelta { turn_id, offset, text, .. } => {
                self.on(turn_id, |turn, output| output.delta(turn, *offset, text));
            }
            F::TurnStopped { turn_id, kept_offset } => self.on(turn_id, |turn, output| {
                output.stop = Some(*kept_offset);
                output.truncate(turn, *kept_offset);
            }),
            F::TurnCompleted { turn_id, status, kept_offset, reason, latency, usage, cuts, .. } => {
                self.on(turn_id, |turn, output| {
                    output.stop = None;
                    output.truncate(turn, *kept_offset);
                    turn.reason.set(reason.clone());
                    turn.latency.set(*latency);
                    turn.usage.set(*usage);
                    turn.cuts.set(cuts.clone());
                    turn.pending.set(false);
                    // What it changed is told anew.
                    turn.changes.set(None);
                    turn.status.set(*status);
                });
            }
            F::TurnReverted { turn_id, note, .. } => self.on(turn_id, |turn, _| {
                turn.reverted.set(true);
                turn.note.set(note.clone());
                for hunk in turn.hunks.get_untracked() {
                    hunk.view.update(|h| {
                        if h.status.is_in_the_document() {
                            h.status = HunkStatus::Reverted;
                        }
                    });
                }
            }),
            F::SteerAccepted { turn_id, steer_id, accept_ms } => {
                self.on_steer(turn_id, steer_id, SteerStage::Accepted, |s| s.accept_ms = Some(*accept_ms));
            }
            F::SteerApplied { turn_id, steer_id, text, by, offset, apply_ms, .. } => {
                self.know_steer(turn_id, steer_id, text, by);
                self.on(turn_id, |turn, output| {
                    output.truncate(turn, *offset);
                    output.mark(turn, PieceKind::Steer(steer_id.clone()));
                    // It may have crossed the turn's end.
                    turn.status.set(TurnStatus::Running);
                    turn.reason.set(None);
                    turn.changes.set(None);
                    turn.cuts.set(None);
                });
                self.on_steer(turn_id, steer_id, SteerStage::Applied, |s| {
                    s.offset = Some(*offset);
                    s.apply_ms = Some(*apply_ms);
                });
            }
            F::SteerAnswered { turn_id, steer_id, first_token_ms } => {
                self.on_steer(turn_id, steer_id, SteerStage::Answered, |s| s.first_token_ms = Some(*first_token_ms));
            }
            F::SteerFailed { turn_id, steer_id, code, .. } => {
                self.on_steer(turn_id, steer_id, SteerStage::Failed, |s| s.failure = Some(*code));
            }
            F::HunkOpened { turn_id, hunk, .. } => self.open_hunk(turn_id, hunk),
            F::HunkPlaced { turn_id, hunk_id, file_id, place, outcome, .. } => self.on_hunk(turn_id, hunk_id, |h| {
                h.file_id = Some(file_id.clone());
                h.place = Some(place.clone());
                h.learn(outcome.clone());
            }),
            F::HunkHeld { turn_id, hunk_id, reason, message, added, removed, proposal, outcome, .. } => {
                self.on_hunk(turn_id, hunk_id, |h| {
                    h.status = HunkStatus::Held;
                    h.hold = Some(*reason);
                    h.message = Some(message.clone());
                    (h.added, h.removed) = (*added, *removed);
                    h.proposal = proposal.clone();
                    h.learn(outcome.clone());
                });
            }
            F::HunkClosed { turn_id, hunk_id, status, added, removed, note, outcome, .. } => {
                self.on_hunk(turn_id, hunk_id, |h| {
                    h.note = note.clone();
                    (h.proposal, h.failure, h.message) = (None, None, None);
                    h.status = *status;
                    h.added = *added;
                    h.removed = *removed;
                    h.learn(outcome.clone());
                })
            }
            F::HunkFailed { turn_id, hunk_id, reason, message, outcome, .. } => self.on_hunk(turn_id, hunk_id, |h| {
                h.status = HunkStatus::Failed;
                h.failure = Some(*reason);
                h.message = Some(message.clone());
                h.proposal = None;
                h.learn(outcome.clone());
            }),
            F::HunkDropped { turn_id, hunk_id, .. } => {
                self.on(turn_id, |turn, _| turn.hunks.update(|hunks| hunks.retain(|h| h.id != *hunk_id)));
            }
            F::HunkAccepted { turn_id, hunk_id, .. } => {
                self.on_hunk(turn_id, hunk_id, |h| h.status = HunkStatus::Accepted);
            }
            // Of the session, not of a turn: the client takes them.
            F::ScopeChanged { .. }
            | F::LockChanged { .. }
            | F::RunReported { .. }
            | F::FilesImported { .. }
            | F::ImportTakenBack { .. }
            | F::Welcome(_)
            | F::DocumentOpening { .. }
            | F::DocumentFiles { .. }
            | F::DocumentOpened { .. }
            | F::State { .. }
            | F::EditAck { .. }
            | F::Saved { .. }
            | F::Presence(_)
            | F::Pong { .. }
            | F::Models { .. }
            | F::Draining
            | F::Error { .. } => {}
        }
    }

    fn on(&mut self, id: &TurnId, change: impl FnOnce(&Turn, &mut super::Output)) {
        let Some(turn) = self.find(id) else { return };
        self.read(id);
        let output = self.outputs.entry(id.clone()).or_default();
        self.owner.with(|| change(&turn, output));
    }

    fn open_hunk(&mut self, id: &TurnId, view: &HunkView) {
        let Some(turn) = self.find(id) else { return };
        let hunk = self.owner.with(|| hunk_of(id, view.clone()));
        turn.hunks.update(|hunks| hunks.push(hunk));
    }

    fn on_hunk(&mut self, turn: &TurnId, id: &HunkId, change: impl FnOnce(&mut HunkView)) {
        let hunks = self.find(turn).map(|t| t.hunks.get_untracked()).unwrap_or_default();
        if let Some(hunk) = hunks.into_iter().find(|h| h.id == *id) {
            hunk.view.update(change);
        }
    }

    /// Somebody else's steer is heard of first when it is applied.
    fn know_steer(&mut self, turn: &TurnId, id: &SteerId, text: &str, by: &protocol::ParticipantId) {
        let Some(turn) = self.find(turn) else { return };
        if turn.steers.with_untracked(|steers| steers.iter().all(|s| s.id != *id)) {
            self.steer(&turn, id.clone(), text.to_owned(), by.clone());
        }
    }

    fn on_steer(&mut self, turn: &TurnId, id: &SteerId, stage: SteerStage, change: impl FnOnce(&mut SteerView)) {
        let steers = self.find(turn).map(|t| t.steers.get_untracked()).unwrap_or_default();
        let Some(steer) = steers.into_iter().find(|s| s.id == *id) else {
            return;
        };
        // `answered` overtakes the queue in which `applied` waits for its animation frame.
        let answered = SteerProgress::Server(SteerStage::Answered);
        let late = stage == SteerStage::Applied && steer.stage.get_untracked() == answered;
        steer.view.update(|view| {
            change(view);
            if !late {
                view.stage = stage;
            }
        });
        if !late {
            steer.stage.set(SteerProgress::Server(stage));
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Seq;
    use protocol::scope::HoldReason;

    use super::*;

    fn frame(json: &str) -> ServerFrame {
        serde_json::from_str(json).unwrap()
    }

    fn session() -> (Session, Owner) {
        let owner = Owner::new();
        owner.set();
        let turns = owner.with(|| RwSignal::new(Vec::new()));
        (Session::new(turns, owner.clone()), owner)
    }

    fn started(session: &mut Session) -> Turn {
        session
            .apply(&frame(r#"{"type":"turn/started","seq":1,"turnId":"t","prompt":"do","model":"practice","by":"p"}"#));
        session.find(&"t".into()).unwrap()
    }

    fn delta(session: &mut Session, offset: u32, text: &str) {
        let turn_id = "t".into();
        session.apply(&ServerFrame::TurnDelta { seq: Seq(2), turn_id, offset, text: text.into() });
    }

    fn shown(turn: &Turn) -> Vec<String> {
        let pieces = turn.pieces.get_untracked();
        pieces
            .iter()
            .map(|p| match &p.kind {
                PieceKind::Text(text) => text.get_untracked(),
                PieceKind::Block(b) => {
                    format!("[{} {}{}]", b.path, b.why, if b.open.get_untracked() { " …" } else { "" })
                }
                PieceKind::Steer(id) => format!("<{id}>"),
                PieceKind::Mending(_) => "<mend>".to_owned(),
                PieceKind::Continued(text) => format!("<{}>", text.clone().unwrap_or_default()),
            })
            .collect()
    }

    #[test]
    fn deltas_become_commentary_and_blocks() {
        let (mut session, _owner) = session();
        let turn = started(&mut session);
        delta(&mut session, 0, "I will\n<edit path=\"a\" why=\"b\">\n");
        assert_eq!(shown(&turn), ["I will\n", "[a b …]"]);
        delta(&mut session, 33, "<old_text>\nx\n</old_text>\n<new_text>\n</new_text>\n</edit>\nDone");
        assert_eq!(shown(&turn), ["I will\n", "[a b]", "Done"]);
    }

    #[test]
    fn what_you_saw_is_what_stays() {
        let (mut session, _owner) = session();
        let turn = started(&mut session);
        delta(&mut session, 0, "one two three");
        session.apply(&frame(r#"{"type":"turn/stopped","turnId":"t","keptOffset":7}"#));
        assert_eq!(shown(&turn), ["one two"]);
        delta(&mut session, 13, " four");
        assert_eq!(shown(&turn), ["one two"], "a delta past the kept offset is dropped");
        session.apply(&frame(
            r#"{"type":"turn/completed","seq":5,"turnId":"t","status":"interrupted","keptOffset":7,"latency":{"queueMs":0}}"#,
        ));
        assert_eq!(turn.status.get_untracked(), TurnStatus::Interrupted);
        session.apply(&frame(r#"{"type":"turn/continued","seq":6,"turnId":"t","offset":7,"by":"p"}"#));
        delta(&mut session, 7, " more");
        assert_eq!(shown(&turn), ["one two", "<>", " more"]);
        assert_eq!(turn.status.get_untracked(), TurnStatus::Running);
    }

    #[test]
    fn a_steer_cuts_and_moves_through_its_receipt() {
        let (mut session, _owner) = session();
        let turn = started(&mut session);
        delta(&mut session, 0, "abcdef");
        session.steer(&turn, "s".into(), "only ints".into(), "p".into());
        assert_eq!(session.unanswered_steers().len(), 1);
        session.apply(&frame(r#"{"type":"turn/steer/accepted","turnId":"t","steerId":"s","acceptMs":0.1}"#));
        session.apply(&frame(
            r#"{"type":"turn/steer/applied","seq":3,"turnId":"t","steerId":"s","text":"only ints","by":"p","offset":3,"applyMs":0.2}"#,
        ));
        delta(&mut session, 3, "xyz");
        assert_eq!(shown(&turn), ["abc", "<s>", "xyz"]);
        let steer = turn.steer(&"s".into()).unwrap();
        assert_eq!(steer.stage.get_untracked(), SteerProgress::Server(SteerStage::Applied));
        assert_eq!(steer.view.get_untracked().apply_ms, Some(0.2));
    }

    #[test]
    fn a_steer_that_crossed_the_end_has_the_turn_run_again() {
        let (mut session, _owner) = session();
        let turn = started(&mut session);
        delta(&mut session, 0, "abcdef");
        session.apply(&frame(
            r#"{"type":"turn/completed","seq":3,"turnId":"t","status":"completed","keptOffset":6,"latency":{"queueMs":0}}"#,
        ));
        assert!(session.running().is_none());
        session.apply(&frame(
            r#"{"type":"turn/steer/applied","seq":4,"turnId":"t","steerId":"s","text":"no","by":"p","offset":3,"applyMs":0.2}"#,
        ));
        assert!(session.running().is_some());
        assert_eq!(shown(&turn), ["abc", "<s>"]);
    }

    #[test]
    fn a_held_hunk_waits_with_its_proposal_until_it_is_decided() {
        let (mut session, _owner) = session();
        let turn = started(&mut session);
        session.apply(&frame(
            r#"{"type":"hunk/opened","seq":2,"turnId":"t","hunk":{"id":"h","offset":0,"path":"a.py","why":"w","status":"open","added":0,"removed":0}}"#,
        ));
        let hunk = turn.hunks.get_untracked().remove(0);
        let stands = || hunk.view.with_untracked(|h| (h.status, h.hold, h.proposal.clone().map(|p| p.new)));
        let held = |proposal: &str| {
            format!(
                r#"{{"type":"hunk/held","seq":3,"turnId":"t","hunkId":"h","reason":"locked","message":"m","added":1,"removed":2{proposal}}}"#
            )
        };
        session.apply(&frame(&held("")));
        assert_eq!(stands(), (HunkStatus::Held, Some(HoldReason::Locked), None), "it is still being written");
        session.apply(&frame(&held(r#","proposal":{"old":"a\n","new":"b\n"}"#)));
        assert_eq!(stands(), (HunkStatus::Held, Some(HoldReason::Locked), Some("b\n".to_owned())));
        session.apply(&frame(
            r#"{"type":"hunk/closed","seq":4,"turnId":"t","hunkId":"h","status":"refused","added":1,"removed":2}"#,
        ));
        assert_eq!(stands(), (HunkStatus::Refused, Some(HoldReason::Locked), None), "why it was held stays known");
    }

    #[test]
    fn a_state_replays_the_output_with_its_segments() {
        let (mut session, _owner) = session();
        let lost = session.begin("mine".into(), "p".into(), "practice".into(), "me".into());
        let view = serde_json::from_str(
            r#"{"turns":[{"id":"t","prompt":"do","model":"practice","by":"p","status":"running","output":"abcxyz",
            "hunks":[],"steers":[{"id":"s","text":"no","by":"p","stage":"answered","offset":3}],
            "segments":[{"offset":0,"cause":"prompt"},{"offset":3,"cause":{"steer":"s"}}],
            "latency":{"queueMs":1},"reverted":false}],"participants":[]}"#,
        )
        .unwrap();
        let unknown = session.reset(&view);
        assert_eq!(unknown.len(), 1);
        assert_eq!(unknown[0].id, lost.id);
        let turn = session.running().unwrap();
        assert_eq!(shown(&turn), ["abc", "<s>", "xyz"]);
        delta(&mut session, 6, "!");
        assert_eq!(shown(&turn), ["abc", "<s>", "xyz!"]);
    }

    #[test]
    fn earlier_turns_are_read_one_by_one_or_when_they_go_on() {
        let (mut session, _owner) = session();
        let turn = |id: &str| {
            format!(
                r#"{{"id":"{id}","prompt":"do","model":"practice","by":"p","status":"interrupted","output":"{id} says",
                "hunks":[],"steers":[],"segments":[],"latency":{{"queueMs":1}},"reverted":false}}"#
            )
        };
        let all = ["a", "b", "c", "d"].map(turn).join(",");
        session.reset(&serde_json::from_str(&format!(r#"{{"turns":[{all}],"participants":[]}}"#)).unwrap());
        let shown =
            |session: &Session| ["a", "b", "c", "d"].map(|id| shown(&session.find(&id.into()).unwrap()).concat());
        assert_eq!(shown(&session), ["", "", "", "d says"]);
        session.apply(&ServerFrame::TurnDelta { seq: Seq(2), turn_id: "b".into(), offset: 6, text: "!".into() });
        assert_eq!(shown(&session), ["", "b says!", "", "d says"]);
        assert!(session.read_next());
        assert_eq!(shown(&session), ["", "b says!", "c says", "d says"]);
        assert!(session.read_next() && !session.read_next());
        assert_eq!(shown(&session), ["a says", "b says!", "c says", "d says"]);
    }
}
