//! Replaying: what the socket brings to a live page comes from the timeline, at its own times, and is shown by the
//! same folding. Nothing here changes the session.

use std::rc::Rc;

use gloo_net::http::Request;
use leptos::prelude::*;
use protocol::http::{CreatedSession, Problem};
use protocol::presence::PresenceChange;
use protocol::timeline::{Fork, Moment, People, TimelineIndex, TimelineState, TimelineStep, TimelineSteps};
use protocol::view::{Presence, Role};
use protocol::{FileId, Seq, ServerFrame, SessionId};
use wasm_bindgen_futures::spawn_local;

use super::connection::undo_clock;
use super::{Client, tokens};
use crate::browser;
use crate::document::Replica;
use crate::monaco;
use crate::queue::Item;
use crate::replay::Player;
use crate::session::people;
use crate::store::{Connection, Ending, Route};
use crate::utf16::units;

/// The replica only follows: nobody else has this id.
const WATCHER: u64 = 1;
/// The longest time that one animation frame may stand for, in milliseconds: a page that was hidden goes on from where
/// it was.
const FRAME_MAX_MS: f64 = 250.0;

/// What the page keeps of a replay beside its signals.
#[derive(Default)]
pub struct Replaying {
    player: Option<Player>,
    /// When the last animation frame was, while time passes.
    last_frame: Option<f64>,
    /// A question for further steps is on its way.
    asking: bool,
    /// A question for a state is on its way, and where to go when its answer has come.
    going: bool,
    next: Option<Goal>,
    /// The next step was asked for, and is not here yet.
    wants_step: bool,
    /// Counts jumps: an answer for the place before one is not wanted any more.
    jumps: u32,
}

/// Where a person wants to go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Goal {
    /// To a step.
    Step(Seq),
    /// To a time.
    Time(f64),
}

impl Client {
    /// Opens a session's timeline.
    pub fn enter_replay(self: &Rc<Self>, session: SessionId, token: String) {
        self.link.borrow_mut().set_address(session, token);
        self.store.route.set(Route::Replay);
        self.store.role.set(Role::Viewer);
        // A timeline's documents come at once.
        self.whole.set(true);
        let client = Rc::clone(self);
        let asked = self.ask::<TimelineIndex>("timeline");
        spawn_local(async move {
            match asked.await {
                Ok(index) => client.opened(index),
                Err(problem) => {
                    client.store.connection.set(Connection::Ended(Ending::WrongLink));
                    client.notify(None, problem);
                }
            }
        });
    }

    fn opened(self: &Rc<Self>, index: TimelineIndex) {
        let (from, to) = (index.from, index.to);
        self.replaying.borrow_mut().player = Some(Player::new(from, to));
        self.store.replay.role.set(index.role);
        if let Some((session, token)) = self.link.borrow().address() {
            tokens::opened(&session, &token, index.role);
        }
        self.store.replay.index.set(Some(index));
        self.store.connection.set(Connection::Online);
        self.go(Goal::Step(from.seq));
        self.more_marks();
        self.fetch_comments();
    }

    /// A timeline with very many marks brings them in parts.
    fn more_marks(self: &Rc<Self>) {
        let replay = self.store.replay;
        let after = replay.index.with_untracked(|index| {
            index.as_ref().filter(|index| index.more).and_then(|index| Some(index.marks.last()?.moment.seq))
        });
        let Some(after) = after else { return };
        let client = Rc::clone(self);
        let asked = self.ask::<TimelineIndex>(&format!("timeline?after={after}"));
        spawn_local(async move {
            let Ok(next) = asked.await else { return };
            replay.index.update(|index| {
                if let Some(index) = index {
                    index.marks.extend(next.marks);
                    index.more = next.more;
                }
            });
            client.more_marks();
        });
    }

    /// Plays, or stands still. From the end it begins anew.
    pub fn replay_toggle(self: &Rc<Self>) {
        let at_end = self.with_player(|player| (player.is_at_end(), player.ends().0));
        match at_end {
            Some((true, from)) => {
                self.store.replay.starts_over.set(true);
                self.go(Goal::Step(from.seq));
            }
            Some((false, _)) => {
                let playing = self.with_player(|player| {
                    player.play(!player.is_playing());
                    player.is_playing()
                });
                self.tell_player();
                if playing == Some(true) {
                    self.replaying.borrow_mut().last_frame = None;
                    self.ask_for_time();
                }
            }
            None => {}
        }
    }

    /// How fast time passes.
    pub fn replay_speed(self: &Rc<Self>, speed: f64) {
        self.store.replay.speed.set(speed);
        self.with_player(|player| player.set_speed(speed));
        self.fetch_ahead();
    }

    /// Whether pauses are passed over.
    pub fn replay_skip_idle(&self, skips: bool) {
        self.store.replay.skips_idle.set(skips);
        self.with_player(|player| player.set_skips_idle(skips));
    }

    /// One step on, or back.
    pub fn replay_step(self: &Rc<Self>, forward: bool) {
        self.pause();
        if !forward {
            let before = self.with_player(|player| player.shown().0.checked_sub(1).map(Seq)).flatten();
            let from = self.with_player(|player| player.ends().0.seq);
            if let Some(before) = before.filter(|before| Some(*before) >= from) {
                self.go(Goal::Step(before));
            }
            return;
        }
        let steps = self.with_player(Player::step).unwrap_or_default();
        self.replaying.borrow_mut().wants_step = steps.is_empty();
        self.take_steps(steps);
    }

    /// To a moment: a mark, or an end.
    pub fn replay_to(self: &Rc<Self>, moment: Moment) {
        self.go(Goal::Step(moment.seq));
    }

    /// To a time, in milliseconds of the session's clock.
    pub fn replay_to_time(self: &Rc<Self>, at_ms: f64) {
        let here = self.with_player(|player| player.skip_to(at_ms)).flatten();
        match here.filter(|_| !self.replaying.borrow().going) {
            Some(steps) => self.take_steps(steps),
            None => self.go(Goal::Time(at_ms)),
        }
    }

    /// A session of one's own that goes on from what is shown.
    pub fn fork_here(self: &Rc<Self>) {
        let replay = self.store.replay;
        let shown = self.with_player(|player| player.shown());
        let (Some(seq), Some((session, token))) = (shown, self.link.borrow().address()) else { return };
        if replay.forking.get_untracked() {
            return;
        }
        replay.forking.set(true);
        let client = Rc::clone(self);
        spawn_local(async move {
            match fork(&session, &token, seq).await {
                Ok(made) => {
                    tokens::keep_own(&made.id, &made.token);
                    browser::go(&format!("/s/{}", made.id));
                }
                Err(problem) => client.notify(None, problem),
            }
            replay.forking.set(false);
        });
    }

    pub(super) fn pause(&self) {
        self.with_player(|player| player.play(false));
        self.tell_player();
    }

    /// Shows the session as of a goal. While one is on its way the newest goal waits: of a drag the last one counts.
    fn go(self: &Rc<Self>, goal: Goal) {
        {
            let mut replaying = self.replaying.borrow_mut();
            (replaying.jumps, replaying.wants_step) = (replaying.jumps + 1, false);
            if replaying.going {
                replaying.next = Some(goal);
                return;
            }
            replaying.going = true;
        }
        let route = match goal {
            Goal::Step(seq) => format!("timeline/at/{seq}"),
            Goal::Time(at_ms) => format!("timeline/when/{}", at_ms.max(0.0).round()),
        };
        let replay = self.store.replay;
        replay.loading.set(true);
        let client = Rc::clone(self);
        let asked = self.ask::<TimelineState>(&route);
        spawn_local(async move {
            let answer = asked.await;
            let next = {
                let mut replaying = client.replaying.borrow_mut();
                replaying.going = false;
                replaying.next.take()
            };
            replay.loading.set(false);
            match answer {
                Ok(state) => client.jumped(goal, state),
                Err(problem) => client.notify(None, problem),
            }
            if let Some(next) = next {
                client.go(next);
            }
        });
    }

    fn jumped(self: &Rc<Self>, goal: Goal, state: TimelineState) {
        let moment = state.moment;
        let now = if let Goal::Time(at_ms) = goal { at_ms } else { moment.at_ms as f64 };
        self.with_player(|player| player.jumped(moment, now));
        self.replaying.borrow_mut().last_frame = None;
        monaco::hide_model_caret();
        self.show_state(state);
        self.show_hunks();
        self.tell_player();
        if self.store.replay.starts_over.get_untracked() {
            self.store.replay.starts_over.set(false);
            self.replay_toggle();
        }
        self.fetch_ahead();
    }

    /// What the editor may have of each file.
    fn shown_texts(&self) -> Vec<(FileId, String)> {
        let replica = self.replica.borrow();
        let files = self.store.files.get_untracked();
        let text = |file: FileId| Some((file.clone(), replica.as_ref()?.text(&file)?));
        files.into_iter().filter_map(|file| text(file.id)).collect()
    }

    /// Texts in the editor become those of another moment, by what differs: the view stays where it is.
    pub(super) fn correct(&self, before: Vec<(FileId, String)>) {
        for (file, old) in before {
            let Some(new) = self.replica.borrow().as_ref().and_then(|replica| replica.text(&file)) else { continue };
            if let Some((offset, removed, text)) = difference(&old, &new) {
                monaco::apply(&file, &[(offset, removed, text)], false);
            }
        }
    }

    fn ask_for_time(self: &Rc<Self>) {
        let client = Rc::clone(self);
        request_animation_frame(move || client.pass_time());
    }

    /// An animation frame: what is due is shown in it.
    fn pass_time(self: &Rc<Self>) {
        let now = browser::now();
        let was_playing = self.with_player(|player| player.is_playing()) == Some(true);
        let due = {
            let mut replaying = self.replaying.borrow_mut();
            if replaying.going {
                replaying.last_frame = Some(now);
                drop(replaying);
                return self.ask_for_time();
            }
            let elapsed = replaying.last_frame.replace(now).map_or(0.0, |last| (now - last).min(FRAME_MAX_MS));
            replaying.player.as_mut().map(|player| player.advance(elapsed)).unwrap_or_default()
        };
        self.take_steps(due);
        match self.with_player(|player| (player.is_playing(), player.is_at_end())) {
            Some((true, _)) => self.ask_for_time(),
            // Nothing else stops it by itself before the end.
            Some((false, false)) if was_playing => self.say_comments(),
            _ => {}
        }
    }

    /// Shows steps, as if they had just come.
    fn take_steps(self: &Rc<Self>, steps: Vec<TimelineStep>) {
        for TimelineStep { moment, update, frame, people: change } in steps {
            if let Some(ServerFrame::State { session, .. }) = frame {
                // All of it anew: the timeline goes on behind a gap.
                let state = TimelineState { moment, session: *session, document: update.unwrap_or_default() };
                self.paint_all();
                self.show_state(state);
                continue;
            }
            if let Some(update) = update.and_then(|update| crate::document::decode(&update).ok()) {
                self.queue.borrow_mut().push(Item::Update { seq: moment.seq, update });
            }
            match frame {
                Some(frame) if crate::queue::sequenced(&frame) => self.queue.borrow_mut().push(Item::Frame(frame)),
                Some(frame) => {
                    self.paint_all();
                    self.session.borrow_mut().apply(&frame);
                }
                None => {}
            }
            if let Some(change) = change {
                self.store.presence.update(|here| people::fold(here, difference_of(change)));
            }
        }
        self.paint_all();
        self.tell_player();
        self.fetch_ahead();
    }

    /// Everything anew: where a person jumped to, or a new beginning in the middle of the timeline.
    fn show_state(self: &Rc<Self>, state: TimelineState) {
        let before = self.shown_texts();
        let replica = Replica::new(WATCHER, undo_clock);
        let update = crate::document::decode(&state.document).ok();
        if update.is_none_or(|update| replica.apply([update.as_slice()]).is_err()) {
            return self.notify(None, "This moment cannot be shown: the timeline is damaged.");
        }
        *self.replica.borrow_mut() = Some(replica);
        self.state(state.moment.seq, state.session);
        self.pump(false);
        // A replica without files has no change to tell of.
        self.list_files();
        self.correct(before);
    }

    /// Asks for what comes next, before it is due.
    fn fetch_ahead(self: &Rc<Self>) {
        let (behind, jumps) = {
            let mut replaying = self.replaying.borrow_mut();
            let behind = replaying.player.as_ref().and_then(Player::wants);
            let Some(behind) = behind.filter(|_| !replaying.asking && !replaying.going) else { return };
            replaying.asking = true;
            (behind, replaying.jumps)
        };
        let client = Rc::clone(self);
        let asked = self.ask::<TimelineSteps>(&format!("timeline/steps?from={behind}"));
        spawn_local(async move {
            let answer = asked.await;
            client.replaying.borrow_mut().asking = false;
            match answer {
                Ok(TimelineSteps { steps, more }) => {
                    if client.replaying.borrow().jumps == jumps {
                        client.with_player(|player| player.loaded(behind, steps, more));
                        if std::mem::take(&mut client.replaying.borrow_mut().wants_step) {
                            client.replay_step(true);
                        }
                    }
                    client.fetch_ahead();
                }
                Err(problem) => {
                    client.pause();
                    client.notify(None, problem);
                }
            }
        });
    }

    pub(super) fn with_player<T>(&self, act: impl FnOnce(&mut Player) -> T) -> Option<T> {
        self.replaying.borrow_mut().player.as_mut().map(act)
    }

    /// The signals follow the player.
    fn tell_player(&self) {
        let Some((now, shown, playing)) = self.with_player(|p| (p.now(), p.shown(), p.is_playing())) else { return };
        let replay = self.store.replay;
        replay.now.set(now);
        if replay.shown.get_untracked() != shown {
            replay.shown.set(shown);
        }
        if replay.playing.get_untracked() != playing {
            replay.playing.set(playing);
        }
    }
}

async fn fork(session: &SessionId, token: &str, seq: Seq) -> Result<CreatedSession, String> {
    const SILENT: &str = "The server did not answer. Is it still running?";
    let request = Request::post(&format!("/api/sessions/{session}/fork"));
    let request =
        request.header("Authorization", &format!("Bearer {token}")).json(&Fork { seq }).map_err(|_| SILENT)?;
    let answer = request.send().await.map_err(|_| SILENT)?;
    if answer.ok() {
        return answer.json().await.map_err(|_| "The server's answer could not be read.".to_owned());
    }
    let problem = answer.json::<Problem>().await;
    Err(problem.map_or_else(|_| format!("The server refused: {}", answer.status()), |p| p.message))
}

fn difference_of(change: People) -> PresenceChange {
    match change {
        People::Joined { participant, role } => PresenceChange {
            here: vec![Presence { participant, role, cursor: None, viewport: None }],
            ..PresenceChange::default()
        },
        People::Left { id } => PresenceChange { gone: vec![id], ..PresenceChange::default() },
    }
}

/// The one replacement that makes a text of another: where, how many units go, and what comes.
fn difference<'a>(old: &str, new: &'a str) -> Option<(u32, u32, &'a str)> {
    if old == new {
        return None;
    }
    let start: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let both = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = both.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let removed = old_rest.get(..old_rest.len() - end)?;
    Some((units(old.get(..start)?), units(removed), new_rest.get(..new_rest.len() - end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_another_by_one_replacement() {
        assert_eq!(difference("same", "same"), None);
        assert_eq!(difference("a🦀c", "a🦀bc"), Some((3, 0, "b")));
        assert_eq!(difference("one two three", "one 2 three"), Some((4, 3, "2")));
        assert_eq!(difference("", "new"), Some((0, 0, "new")));
        assert_eq!(difference("aaa", "aa"), Some((2, 1, "")));
    }
}
