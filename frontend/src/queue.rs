//! Incoming frames between the socket and the screen: applied once per animation frame, in order, and held while the
//! screen stands still.
//!
//! Pure: knows the order and the freeze, and nothing of how a frame is applied.

use std::collections::VecDeque;

use protocol::{Seq, ServerFrame, SteerId, TurnId};

/// One sequenced frame that waits.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a box would be one allocation more for each token")]
pub enum Item {
    /// A text frame.
    Frame(ServerFrame),
    /// What a binary frame brought to the document.
    Update {
        /// The step that it belongs to.
        seq: Seq,
        /// The Yjs update.
        update: Vec<u8>,
    },
}

/// What the screen waits for while it stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Esc was pressed: until the turn's `turn/completed`.
    Interrupt(TurnId),
    /// A steer was sent: until its `turn/steer/applied`, or the turn's end.
    Steer(TurnId, SteerId),
}

/// What one animation frame applies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// In order.
    pub items: Vec<Item>,
    /// The frames that a freeze held back: all updates in one transaction, so that nothing of the roll-back flickers.
    pub held: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    items: VecDeque<Item>,
    hold: Option<Hold>,
    shown: Seq,
    /// The last item is an update that has waited one frame for its delta already.
    waited: bool,
}

impl Queue {
    /// Puts a frame at the end. One that the page has already, by `state`, is dropped.
    pub fn push(&mut self, item: Item) {
        self.items.push_back(item);
        self.waited = false;
    }

    /// The screen stands still from now on.
    pub fn freeze(&mut self, hold: Hold) {
        self.hold = Some(hold);
    }

    /// The screen moves again, whether or not the answer came.
    pub fn thaw(&mut self) {
        self.hold = None;
    }

    /// What it waits for.
    pub fn held_for(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// Whether something waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The last sequence number that is painted.
    pub fn shown(&self) -> Seq {
        self.shown
    }

    /// A new state of everything: what waits is part of it.
    pub fn restart(&mut self, seq: Seq) {
        *self = Self { shown: seq, ..Self::default() };
    }

    /// What this animation frame shows. While the screen stands still: nothing, until the answer has come.
    pub fn take(&mut self) -> Batch {
        let mut held = false;
        if let Some(hold) = &self.hold {
            if !self.items.iter().any(|item| answers(hold, item)) {
                return Batch::default();
            }
            self.hold = None;
            held = true;
        }
        // A step's update comes right before its delta: the two are shown in one frame, or `shown` would promise one
        // that is not painted. An update without a delta waits one frame for it, and no longer.
        let last = match self.items.back() {
            Some(Item::Update { .. }) if !held && !self.waited => {
                self.waited = true;
                self.items.pop_back()
            }
            _ => None,
        };
        let items: Vec<Item> = self.items.drain(..).collect();
        self.items.extend(last);
        if let Some(seq) = items.iter().filter_map(seq_of).max() {
            self.shown = self.shown.max(seq);
        }
        Batch { items, held }
    }
}

/// Whether an item is what the freeze waits for.
fn answers(hold: &Hold, item: &Item) -> bool {
    let Item::Frame(frame) = item else {
        return false;
    };
    match (hold, frame) {
        (Hold::Interrupt(turn) | Hold::Steer(turn, _), ServerFrame::TurnCompleted { turn_id, .. }) => turn == turn_id,
        (Hold::Steer(_, steer), ServerFrame::SteerApplied { steer_id, .. }) => steer == steer_id,
        (_, ServerFrame::State { .. }) => true,
        _ => false,
    }
}

/// Whether a frame has its place in the order. The others overtake the queue.
pub fn sequenced(frame: &ServerFrame) -> bool {
    frame_seq(frame).is_some()
}

fn seq_of(item: &Item) -> Option<Seq> {
    match item {
        Item::Update { seq, .. } => Some(*seq),
        Item::Frame(frame) => frame_seq(frame),
    }
}

fn frame_seq(frame: &ServerFrame) -> Option<Seq> {
    use ServerFrame as F;
    match frame {
        F::State { seq, .. }
        | F::TurnStarted { seq, .. }
        | F::TurnContinued { seq, .. }
        | F::TurnMending { seq, .. }
        | F::TurnMeasured { seq, .. }
        | F::TurnContext { seq, .. }
        | F::TurnDelta { seq, .. }
        | F::TurnCompleted { seq, .. }
        | F::TurnReverted { seq, .. }
        | F::SteerApplied { seq, .. }
        | F::HunkOpened { seq, .. }
        | F::HunkPlaced { seq, .. }
        | F::HunkClosed { seq, .. }
        | F::HunkHeld { seq, .. }
        | F::HunkFailed { seq, .. }
        | F::HunkDropped { seq, .. }
        | F::HunkAccepted { seq, .. }
        | F::ScopeChanged { seq, .. }
        | F::LockChanged { seq, .. }
        | F::RunReported { seq, .. }
        | F::FilesImported { seq, .. }
        | F::ImportTakenBack { seq, .. } => Some(*seq),
        F::Welcome(_)
        | F::DocumentOpening { .. }
        | F::DocumentFiles { .. }
        | F::DocumentOpened { .. }
        | F::TurnStopped { .. }
        | F::SteerAccepted { .. }
        | F::SteerAnswered { .. }
        | F::SteerFailed { .. }
        | F::EditAck { .. }
        | F::Saved { .. }
        | F::Presence(_)
        | F::Pong { .. }
        | F::Models { .. }
        | F::Draining
        | F::Error { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use protocol::latency::Latency;
    use protocol::view::TurnStatus;

    use super::*;

    fn update(seq: u64) -> Item {
        Item::Update { seq: Seq(seq), update: vec![] }
    }

    fn delta(seq: u64) -> Item {
        Item::Frame(ServerFrame::TurnDelta { seq: Seq(seq), turn_id: "t".into(), offset: 0, text: "x".into() })
    }

    fn completed(seq: u64) -> Item {
        Item::Frame(ServerFrame::TurnCompleted {
            seq: Seq(seq),
            turn_id: "t".into(),
            status: TurnStatus::Interrupted,
            kept_offset: 0,
            reason: None,
            latency: Latency::default(),
            usage: None,
            cuts: None,
        })
    }

    fn queue(items: impl IntoIterator<Item = Item>) -> Queue {
        let mut queue = Queue::default();
        items.into_iter().for_each(|item| queue.push(item));
        queue
    }

    #[test]
    fn an_update_and_its_delta_are_shown_in_one_frame() {
        let mut queue = queue([update(1), delta(1), update(2)]);
        assert_eq!(queue.take().items, [update(1), delta(1)]);
        assert_eq!(queue.shown(), Seq(1));
        queue.push(delta(2));
        assert_eq!(queue.take().items, [update(2), delta(2)]);
        assert_eq!(queue.shown(), Seq(2));
    }

    #[test]
    fn an_update_without_a_delta_waits_one_frame_only() {
        let mut queue = queue([update(7)]);
        assert_eq!(queue.take(), Batch::default());
        assert_eq!(queue.take().items, [update(7)]);
        assert_eq!(queue.shown(), Seq(7));
    }

    #[test]
    fn an_interrupt_freezes_until_its_answer_and_then_shows_all_at_once() {
        let mut queue = queue([update(1), delta(1)]);
        queue.take();
        queue.freeze(Hold::Interrupt("t".into()));
        for item in [update(2), delta(2), update(3)] {
            queue.push(item);
        }
        assert_eq!(queue.take(), Batch::default());
        assert_eq!(queue.shown(), Seq(1), "what is held is not shown");
        queue.push(completed(3));
        let batch = queue.take();
        assert_eq!((batch.items.len(), batch.held), (4, true));
        assert_eq!(queue.held_for(), None);
    }

    #[test]
    fn a_freeze_ends_without_an_answer_when_told() {
        let mut queue = queue([delta(1)]);
        queue.freeze(Hold::Steer("t".into(), "s".into()));
        assert!(queue.take().items.is_empty());
        queue.thaw();
        assert_eq!(queue.take().items, [delta(1)]);
    }

    #[test]
    fn a_new_state_replaces_what_waits() {
        let mut queue = queue([delta(1)]);
        queue.freeze(Hold::Interrupt("t".into()));
        queue.restart(Seq(9));
        assert!(queue.is_empty() && queue.held_for().is_none());
        assert_eq!(queue.shown(), Seq(9));
    }
}
