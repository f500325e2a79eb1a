//! What the server says: sequenced frames go to the queue, the others are applied at once.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::server::Stall;
use protocol::view::{Role, SessionView};
use protocol::{ErrorCode, Seq, ServerFrame, SessionId, SteerId, TurnId, binary};

use yrs::StateVector;

use super::Client;
use crate::browser;
use crate::document::{Incoming, Unreadable};
use crate::queue::{Hold, Item, sequenced};
use crate::session::people;
use crate::store::{RecentSession, Saving};

impl Client {
    /// A text frame.
    pub(super) fn text(self: &Rc<Self>, text: &str) {
        self.alive();
        let frame = match serde_json::from_str::<ServerFrame>(text) {
            Ok(frame) => frame,
            Err(error) => {
                leptos::logging::warn!("a frame could not be read: {error}");
                return;
            }
        };
        if let ServerFrame::State { seq, session } = frame {
            self.state(seq, *session);
        } else if sequenced(&frame) {
            self.meter.borrow_mut().arrived(&frame, browser::now());
            self.queue.borrow_mut().push(Item::Frame(frame));
            self.ask_for_frame();
        } else {
            self.overtaking(frame);
        }
    }

    /// A binary frame.
    pub(super) fn bytes(self: &Rc<Self>, bytes: &[u8]) {
        self.alive();
        let Some((seq, message)) = binary::decode(bytes) else {
            return;
        };
        let received = self.replica.borrow().as_ref().map(|r| r.receive(message));
        match received {
            Some(Ok(Some(Incoming::Update(update)))) => {
                let seq = Seq(seq);
                self.queue.borrow_mut().push(Item::Update { seq, update });
                self.ask_for_frame();
            }
            Some(Ok(Some(Incoming::Part(update)))) => self.part(Seq(seq), update),
            Some(Ok(Some(Incoming::Question(vector)))) => self.answer(&vector),
            Some(Ok(None)) | None => {}
            Some(Err(Unreadable)) => self.damaged(),
        }
    }

    /// What the server lacks goes out at once: text typed into a file that the difference, which comes next, takes
    /// away is still in the replica.
    fn answer(self: &Rc<Self>, vector: &StateVector) {
        if self.store.role.get_untracked() < Role::Editor {
            return;
        }
        let answer = self.replica.borrow().as_ref().map(|r| r.answer(vector));
        let limit = self.store.limits.get_untracked().client_frame_max;
        if let Some(answer) = answer {
            self.link.borrow_mut().answer(&answer, limit);
        }
    }

    /// The page's copy of the document cannot be gone on with.
    pub(super) fn damaged(self: &Rc<Self>) {
        self.notify(None, "This page's copy of the files was damaged; it takes the server's.");
        self.rebuild();
    }

    fn overtaking(self: &Rc<Self>, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome(*welcome),
            ServerFrame::DocumentOpening { file, .. } => self.opening(file),
            ServerFrame::DocumentFiles { files } => self.files_to_come(files),
            ServerFrame::DocumentOpened { .. } => self.all_came(),
            ServerFrame::Presence(change) => {
                self.store.connected.set(change.connected);
                let presenter = change.presenter.clone();
                let is_moved = change.whole || !change.here.is_empty() || !change.gone.is_empty();
                if is_moved {
                    self.store.presence.update(|people| people::fold(people, change));
                }
                self.heard_presenter(presenter);
                if is_moved {
                    self.people_changed();
                }
            }
            ServerFrame::Pong { clock } => {
                self.store.strip.update(|s| s.round_trip_ms = Some(browser::now() - clock));
            }
            ServerFrame::SteerFailed { ref turn_id, ref steer_id, ref message, ref text, code } => {
                self.session.borrow_mut().apply(&frame);
                self.steer_came_back(turn_id, steer_id, text);
                self.notify(Some(code), message.clone());
            }
            ServerFrame::Error { code, message, answers } => self.refused(code, message, answers),
            ServerFrame::TurnStopped { ref turn_id, .. } => {
                self.stopped(turn_id);
                self.session.borrow_mut().apply(&frame);
            }
            ServerFrame::SteerAccepted { .. } | ServerFrame::SteerAnswered { .. } => {
                self.session.borrow_mut().apply(&frame);
            }
            ServerFrame::EditAck { counter, seq } => {
                let mut link = self.link.borrow_mut();
                link.outbox.acknowledged(counter);
                link.acknowledged = seq;
            }
            ServerFrame::Models { models } => self.store.models.set(models),
            ServerFrame::Saved { seq, stalled } => self.saved(seq, stalled),
            // Draining ends in a close code.
            _ => {}
        }
    }

    /// How far the server has written. What is not saved comes back by the sync.
    fn saved(&self, seq: Seq, stalled: Option<Stall>) {
        let has_all = !self.keeps_back() && {
            let link = self.link.borrow();
            link.outbox.is_empty() && link.acknowledged <= seq
        };
        let saving = match stalled {
            Some(why) => Saving::Stalled(why),
            None if has_all => Saving::Saved,
            None => Saving::OnItsWay,
        };
        if self.store.saving.get_untracked() != saving {
            self.store.saving.set(saving);
        }
    }

    /// Somebody else's interrupt: what comes until the turn's end nets to the roll-back, and is shown at once.
    fn stopped(self: &Rc<Self>, turn: &TurnId) {
        let running = self.session.borrow().running();
        let held = self.queue.borrow().held_for().is_some();
        if !held && running.is_some_and(|running| running.id == *turn) {
            self.freeze(Hold::Interrupt(turn.clone()));
        }
    }

    /// All that is not in the document. What waits in the queue is older, but holds document updates: it goes first.
    pub(super) fn state(self: &Rc<Self>, seq: Seq, view: SessionView) {
        self.thaw();
        // What waits for parts that have not come is in those that come now.
        if self.whole.get() {
            self.paint_all();
        }
        self.queue.borrow_mut().restart(seq);
        let steers = self.session.borrow().unanswered_steers();
        let lost = self.session.borrow_mut().reset(&view);
        for turn in lost.iter().filter(|turn| !self.is_waiting(&turn.id)) {
            self.give_back(&turn.prompt);
        }
        self.read_earlier_turns();
        self.show_waiting();
        for (turn, steer) in steers {
            let known = view.turns.iter().any(|t| t.id == turn.id && t.steers.iter().any(|s| s.id == steer.id));
            if !known {
                self.give_back(&steer.view.get_untracked().text);
            }
        }
        self.store.ship.reset(&view);
        self.store.guard.reset(&view);
        self.store.running.reported.set(view.runs.clone());
        self.show_run_marks();
        self.store.presence.set(view.participants);
        self.store.connected.set(view.connected);
        self.store.together.meet(&view.named);
        self.heard_presenter(view.presenter);
        self.people_changed();
        self.report_again();
        self.show_guard();
        if view.lesson.is_some() && view.turns.is_empty() {
            self.choose_teacher();
        }
        self.store.lesson.set(view.lesson);
        self.remember();
        self.ask_for_frame();
    }

    /// A lesson that was not begun is the scripted model's: nobody else goes wrong at the known token.
    fn choose_teacher(&self) {
        let teacher = self.store.models.with_untracked(|all| all.iter().find(|m| m.scripted).map(|m| m.id.clone()));
        if teacher.is_some() {
            self.store.model.set(teacher);
        }
    }

    fn refused(self: &Rc<Self>, code: ErrorCode, message: String, answers: Option<String>) {
        // A control that was turned shows again what is so.
        self.store.guard.scope.notify();
        if code == ErrorCode::BadUpdate {
            self.notify(Some(code), "The server refused a change of yours; the page now shows what the server has.");
            self.rebuild();
            return;
        }
        if let Some(id) = answers {
            let turn = self.session.borrow_mut().forget(&TurnId(id.clone()));
            if let Some(turn) = turn {
                self.give_back(&turn.prompt);
            }
            let waits = match self.queue.borrow().held_for() {
                Some(Hold::Interrupt(turn)) => turn.as_str() == id,
                Some(Hold::Steer(turn, steer)) => turn.as_str() == id || steer.as_str() == id,
                None => false,
            };
            if waits {
                self.thaw();
            }
        }
        self.notify(Some(code), message);
    }

    fn steer_came_back(self: &Rc<Self>, turn: &TurnId, steer: &SteerId, text: &str) {
        let waits = self.queue.borrow().held_for() == Some(&Hold::Steer(turn.clone(), steer.clone()));
        if waits {
            self.thaw();
        }
        self.give_back(text);
    }

    /// Words that could not be used go back to where they were typed, before what was typed since.
    pub(super) fn give_back(&self, text: &str) {
        self.store.composer.update(|composer| {
            *composer = if composer.trim().is_empty() { text.to_owned() } else { format!("{text}\n{composer}") };
        });
    }

    /// Puts this session first among the recent ones.
    fn remember(&self) {
        let Some(id) = browser::session_in_address() else {
            return;
        };
        if browser::replay_in_address() {
            return;
        }
        let lesson = self.store.lesson.get_untracked().map(|l| l.title);
        let prompt = self.store.turns.with_untracked(|turns| turns.first().map(|t| t.prompt.clone()));
        let title = lesson.or(prompt).unwrap_or_else(|| "Untitled session".to_owned());
        let entry = RecentSession { id: id.into(), title, last_opened: browser::date() };
        self.store.recent.update(|recent| {
            recent.retain(|r| r.id != entry.id);
            recent.insert(0, entry);
            recent.truncate(super::start::RECENT_MAX);
        });
        self.keep_recent();
    }

    /// A session is gone: it is not among the recent ones any more.
    pub(super) fn forget_recent(&self, session: &SessionId) {
        self.store.recent.update(|recent| recent.retain(|r| r.id != *session));
        self.keep_recent();
    }

    fn keep_recent(&self) {
        if let Ok(text) = serde_json::to_string(&self.store.recent.get_untracked()) {
            browser::keep("recent", &text);
        }
    }
}
