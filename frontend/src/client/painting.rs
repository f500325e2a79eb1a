//! Once per animation frame: what has come is applied to the turns, the replica and the editor.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use protocol::view::TurnStatus;
use protocol::{FileId, Seq, ServerFrame, TurnId};

use super::Client;
use crate::browser;
use crate::document::{Changes, TextChange};
use crate::monaco;
use crate::queue::{Batch, Item};
use crate::utf16::units;

/// A hidden page gets no animation frames: it is caught up this often instead.
const HIDDEN_EVERY: Duration = Duration::from_millis(500);
/// A composition that is left open holds nothing back for longer than this, in milliseconds.
const COMPOSING_MAX_MS: f64 = 5_000.0;
/// No server's answer freezes the screen for longer than this.
const FREEZE_MAX: Duration = Duration::from_secs(2);

impl Client {
    /// Has [`Self::paint`] called before the next paint.
    pub(super) fn ask_for_frame(self: &Rc<Self>) {
        if self.awaiting_frame.replace(true) {
            return;
        }
        let client = Rc::clone(self);
        let hidden = document().hidden();
        let run = move || {
            if client.awaiting_frame.replace(false) {
                client.paint();
            }
        };
        if hidden {
            set_timeout(run, HIDDEN_EVERY);
        } else {
            request_animation_frame(run);
        }
    }

    /// The page was shown or hidden: a frame that was asked for the other way may never come.
    pub fn visibility_changed(self: &Rc<Self>) {
        if self.awaiting_frame.replace(false) {
            self.ask_for_frame();
        }
    }

    /// The screen stands still from now on, until the answer or for [`FREEZE_MAX`].
    pub(super) fn freeze(self: &Rc<Self>, hold: crate::queue::Hold) {
        self.queue.borrow_mut().freeze(hold);
        self.store.frozen.set(true);
        let this = self.freezes.get() + 1;
        self.freezes.set(this);
        let client = Rc::clone(self);
        let end = move || {
            if client.freezes.get() == this {
                client.thaw();
            }
        };
        set_timeout(end, FREEZE_MAX);
    }

    /// The screen moves again.
    pub(super) fn thaw(self: &Rc<Self>) {
        self.queue.borrow_mut().thaw();
        self.store.frozen.set(false);
        self.ask_for_frame();
    }

    /// Input-method composition began or ended.
    pub fn composing(self: &Rc<Self>, composing: bool) {
        self.composing.set(composing.then(browser::now));
        self.ask_for_frame();
    }

    /// A change in the line that is being composed would tear the composition. It is known only once it is applied:
    /// so nothing is applied while the model or somebody else was last seen in that line.
    fn composition_waits(&self) -> bool {
        self.composing
            .get()
            .is_some_and(|since| browser::now() - since < COMPOSING_MAX_MS && monaco::others_in_my_line())
    }

    fn paint(self: &Rc<Self>) {
        if self.composition_waits() {
            self.ask_for_frame();
            return;
        }
        // What builds on parts of the document that have not come waits for them.
        if self.opening.borrow().is_some() {
            return;
        }
        let batch = self.queue.borrow_mut().take();
        self.apply(batch);
        let queue = self.queue.borrow();
        if queue.held_for().is_none() {
            if self.store.frozen.get_untracked() {
                self.store.frozen.set(false);
            }
            if !queue.is_empty() {
                drop(queue);
                self.ask_for_frame();
            }
        }
    }

    /// Everything that waits, now: before a new state.
    pub(super) fn paint_all(self: &Rc<Self>) {
        while !self.queue.borrow().is_empty() {
            let batch = self.queue.borrow_mut().take();
            self.apply(batch);
        }
    }

    fn apply(self: &Rc<Self>, batch: Batch) {
        if batch.items.is_empty() {
            return;
        }
        let from_model: HashSet<Seq> = batch.items.iter().filter_map(delta_seq).collect();
        let mut run = Run::default();
        let mut hunks = false;
        let mut placed = None;
        let mut painted = false;
        let mut ended = false;
        let mut guarded = false;
        let (mut well, mut reported, mut closed) = (false, false, false);
        for item in batch.items {
            match item {
                Item::Update { seq, update } => {
                    // What a freeze held back nets to the roll-back: none of it is fresh, and all of it is one change.
                    let model = !batch.held && from_model.contains(&seq);
                    if model != run.model && !batch.held {
                        self.finish(std::mem::take(&mut run));
                    }
                    (run.model, run.last) = (model, seq);
                    run.updates.push(update);
                }
                Item::Frame(frame) => {
                    painted |= self.meter.borrow_mut().applied(&frame);
                    if let ServerFrame::TurnStarted { .. } = frame {
                        self.turn_began();
                    }
                    if let ServerFrame::RunReported { run, .. } = &frame {
                        self.store.running.report(run.clone());
                        reported = true;
                    }
                    if let ServerFrame::TurnCompleted { status, .. } = frame {
                        ended = true;
                        well = status == TurnStatus::Completed;
                        self.rest();
                    }
                    hunks |= touches_hunks(&frame);
                    if let ServerFrame::HunkPlaced { file_id, .. } = &frame {
                        placed = Some(file_id.clone());
                        if !batch.held {
                            self.finish(std::mem::take(&mut run));
                        }
                    }
                    if !batch.held {
                        self.claim(&frame);
                    }
                    closed |= matches!(frame, ServerFrame::HunkClosed { .. });
                    self.session.borrow_mut().apply(&frame);
                    if let Some(turn) = spoken_into(&frame) {
                        self.heard(turn);
                    }
                    self.store.ship.apply(&frame);
                    guarded |= self.store.guard.apply(&frame).is_some() || changes_scope(&frame);
                }
            }
        }
        self.finish(run);
        // Its last change was shown just now, and the caret with it.
        if ended {
            monaco::hide_model_caret();
        }
        // A place may be told of with nothing written yet: it says where to look.
        if let Some(file) = placed.filter(|_| !batch.held) {
            self.follow(&file);
        }
        if hunks {
            self.show_hunks();
        }
        if guarded {
            self.show_guard();
        }
        if reported {
            self.show_run_marks();
        }
        // What a hunk's end writes comes without output of its own, too.
        if closed {
            self.model_wrote();
        }
        if well {
            self.turn_completed();
        }
        self.after_paint(painted);
    }

    /// Applies updates of one author in one transaction, and shows them.
    fn finish(self: &Rc<Self>, run: Run) {
        let applied = match self.replica.borrow().as_ref() {
            Some(replica) if !run.updates.is_empty() => replica.apply(run.updates.iter().map(Vec::as_slice)),
            _ => Ok(()),
        };
        if applied.is_err() {
            self.damaged();
            return;
        }
        let change = self.pump(run.model);
        self.pointing.borrow_mut().unclaimed = change.filter(|_| !run.model).map(|change| (run.last, change));
    }

    /// A hunk's frame stands right behind the step that it tells of, or behind another such frame. When a place was found,
    /// what waited for it is written in that step, which has no output of its own: only here it shows that it is the
    /// model's.
    fn claim(self: &Rc<Self>, frame: &ServerFrame) {
        let Some(seq) = hunk_seq(frame) else { return };
        let mut pointing = self.pointing.borrow_mut();
        let Some((step, _)) = pointing.unclaimed.as_mut().filter(|(step, _)| step.next() == seq) else { return };
        *step = seq;
        if let ServerFrame::HunkPlaced { .. } = frame
            && let Some((_, change)) = pointing.unclaimed.take()
        {
            drop(pointing);
            self.follow(&change.file);
            self.show_caret(&change);
        }
    }

    /// Carries what has happened in the replica to the socket, the list and the editor.
    ///
    /// Returns the last change of a text.
    pub(super) fn pump(self: &Rc<Self>, model: bool) -> Option<TextChange> {
        let Changes { texts, listing, outgoing } = self.replica.borrow().as_ref().map(|r| r.take())?;
        let mut link = self.link.borrow_mut();
        for message in outgoing {
            link.send_message(message);
        }
        drop(link);
        let made = if listing { self.list_files() } else { None };
        // Texts first: a file that is opened below comes with all that has happened to it.
        for change in &texts {
            self.show_change(change, model);
            self.text_changed(&change.file);
        }
        if listing || texts.iter().any(|change| self.conventions_file().as_ref() == Some(&change.file)) {
            self.count_conventions();
        }
        // A file that came with its text is a change of the listing alone.
        let written = texts.last().map(|last| last.file.clone()).or(made);
        if let Some(file) = written.filter(|_| model) {
            self.follow(&file);
        }
        if let Some(last) = texts.last().filter(|_| model) {
            self.show_caret(last);
        }
        if listing || !texts.is_empty() {
            self.refresh_page();
            if model {
                self.model_wrote();
            }
            self.keep_abreast();
        }
        texts.into_iter().next_back()
    }

    fn show_change(&self, change: &TextChange, model: bool) {
        let mut edits = Vec::with_capacity(change.edits.len());
        for edit in &change.edits {
            edits.push((edit.offset, edit.removed, edit.text.as_str()));
        }
        monaco::apply(&change.file, &edits, model);
    }

    /// The model's caret: at the last edit's end, moved by those left of it.
    fn show_caret(&self, change: &TextChange) {
        let mut shift = 0i64;
        let mut at = 0i64;
        for edit in &change.edits {
            at = i64::from(edit.offset) + shift + i64::from(units(&edit.text));
            shift += i64::from(units(&edit.text)) - i64::from(edit.removed);
        }
        let following = self.store.following.get_untracked();
        monaco::show_model_caret(&change.file, u32::try_from(at).unwrap_or(0), following);
    }

    /// Goes where the model writes, unless the person is elsewhere.
    fn follow(self: &Rc<Self>, file: &FileId) {
        let store = self.store;
        if store.following.get_untracked() && store.open_file.get_untracked().as_ref() != Some(file) {
            self.show_file(file.clone());
        }
        self.pointing.borrow_mut().model_in = Some(file.clone());
    }

    /// Measures what can only be known once the frame is on the screen.
    fn after_paint(self: &Rc<Self>, painted: bool) {
        if !painted {
            return;
        }
        let client = Rc::clone(self);
        set_timeout(move || client.measured(browser::now()), Duration::ZERO);
    }

    /// A turn ended: the speed that stays is that of all its output.
    fn rest(&self) {
        let average = self.meter.borrow_mut().rested();
        self.store.strip.update(|strip| strip.tokens_per_second = average.or(strip.tokens_per_second));
    }

    fn measured(&self, now: f64) {
        let seen = self.meter.borrow_mut().painted(now);
        if let Some(turn) = seen.turn.and_then(|id| self.session.borrow().find(&id)) {
            turn.paint_ms.set(seen.paint_ms);
        }
        self.store.strip.update(|strip| {
            strip.first_token_ms = seen.first_token_ms.or(strip.first_token_ms);
            strip.steer_to_token_ms = seen.steer_to_token_ms.or(strip.steer_to_token_ms);
            strip.tokens_per_second = seen.tokens_per_second.or(strip.tokens_per_second);
        });
    }
}

/// Updates of one author, to be applied together.
#[derive(Default)]
struct Run {
    updates: Vec<Vec<u8>>,
    model: bool,
    /// The number of the last one.
    last: Seq,
}

fn delta_seq(item: &Item) -> Option<Seq> {
    match item {
        Item::Frame(ServerFrame::TurnDelta { seq, .. }) => Some(*seq),
        _ => None,
    }
}

/// A running turn's own scope counts, not that of the next one.
fn changes_scope(frame: &ServerFrame) -> bool {
    use ServerFrame as F;
    matches!(frame, F::TurnStarted { .. } | F::TurnContinued { .. } | F::TurnCompleted { .. })
}

/// The turn that a person has just said something into.
fn spoken_into(frame: &ServerFrame) -> Option<&TurnId> {
    match frame {
        ServerFrame::SteerApplied { turn_id, .. } | ServerFrame::TurnContinued { turn_id, .. } => Some(turn_id),
        _ => None,
    }
}

/// The number of a frame that tells of a hunk.
fn hunk_seq(frame: &ServerFrame) -> Option<Seq> {
    use ServerFrame as F;
    match frame {
        F::HunkOpened { seq, .. }
        | F::HunkPlaced { seq, .. }
        | F::HunkClosed { seq, .. }
        | F::HunkHeld { seq, .. }
        | F::HunkFailed { seq, .. } => Some(*seq),
        _ => None,
    }
}

fn touches_hunks(frame: &ServerFrame) -> bool {
    matches!(
        frame,
        ServerFrame::HunkPlaced { .. }
            | ServerFrame::HunkClosed { .. }
            | ServerFrame::HunkHeld { .. }
            | ServerFrame::HunkFailed { .. }
            | ServerFrame::HunkDropped { .. }
            | ServerFrame::HunkAccepted { .. }
            | ServerFrame::TurnReverted { .. }
    )
}
