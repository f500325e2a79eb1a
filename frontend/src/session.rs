//! Folds the server's frames into the turns that the store shows.
//!
//! Owns what a frame means for turns, hunks and steers. No DOM, no socket, no document: signals in, signals changed.

mod fold;
mod output;
pub mod people;

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::latency::Latency;
use protocol::scope::Scope;
use protocol::view::{HunkView, SegmentView, SessionView, SteerView, TurnStatus, TurnView};
use protocol::{ModelId, ParticipantId, SteerId, TurnId};

use crate::store::{Hunk, Steer, SteerProgress, Turn};
use output::Output;

/// The turns, and what is known of their output beside the signals.
pub struct Session {
    turns: RwSignal<Vec<Turn>>,
    /// Signals are made under it, so that they live as long as the page and not as long as a callback.
    owner: Owner,
    outputs: HashMap<TurnId, Output>,
    /// Turns whose output is not in their pieces yet, the newest last.
    unread: Vec<Unread>,
}

/// A turn's output as the server says it.
struct Unread {
    turn: TurnId,
    output: String,
    segments: Vec<SegmentView>,
}

impl Session {
    /// Over the store's turns.
    pub fn new(turns: RwSignal<Vec<Turn>>, owner: Owner) -> Self {
        Self { turns, owner, outputs: HashMap::new(), unread: Vec::new() }
    }

    /// Replaces everything by what the server says. Turns that are known keep their signals. The last one's output is
    /// shown at once, that of the others with [`Session::read_next`]: they are folded away.
    /// Answers the ids of turns that were sent and that the server does not know.
    pub fn reset(&mut self, view: &SessionView) -> Vec<Turn> {
        let known = self.turns.get_untracked();
        self.outputs.clear();
        self.unread.clear();
        let turns = view.turns.iter().map(|view| {
            let turn = known.iter().find(|t| t.id == view.id).cloned();
            let turn = turn.unwrap_or_else(|| self.owner.with(|| blank(view)));
            self.fill(&turn, view);
            turn
        });
        let turns: Vec<Turn> = turns.collect::<Vec<_>>();
        self.turns.set(turns);
        self.read_next();
        known.into_iter().filter(|t| t.pending.get_untracked() && !view.turns.iter().any(|v| v.id == t.id)).collect()
    }

    /// A turn that was just sent: shown before the server has answered.
    pub fn begin(&mut self, id: TurnId, prompt: String, model: ModelId, by: ParticipantId) -> Turn {
        let turn = self.owner.with(|| blank(&view(id, prompt, model, by)));
        turn.pending.set(true);
        self.outputs.insert(turn.id.clone(), Output::default());
        self.turns.update(|turns| turns.push(turn.clone()));
        turn
    }

    /// A turn that the server refused: gone, and its prompt with it.
    pub fn forget(&mut self, id: &TurnId) -> Option<Turn> {
        let turn = self.find(id).filter(|t| t.pending.get_untracked())?;
        self.turns.update(|turns| turns.retain(|t| t.id != *id));
        self.outputs.remove(id);
        Some(turn)
    }

    /// A steer that was just sent.
    pub fn steer(&mut self, turn: &Turn, id: SteerId, text: String, by: ParticipantId) {
        let view = SteerView {
            id,
            text,
            by,
            stage: protocol::view::SteerStage::Accepted,
            offset: None,
            accept_ms: None,
            apply_ms: None,
            first_token_ms: None,
            failure: None,
        };
        let steer = self.owner.with(|| steer_of(view, SteerProgress::Sent));
        turn.steers.update(|steers| steers.push(steer));
    }

    /// Steers that were sent and that the server has not answered: their words must not be lost.
    pub fn unanswered_steers(&self) -> Vec<(Turn, Steer)> {
        let turns = self.turns.get_untracked();
        let steers = turns.into_iter().flat_map(|turn| {
            let steers = turn.steers.get_untracked();
            steers.into_iter().map(move |s| (turn.clone(), s))
        });
        steers.filter(|(_, s)| s.stage.get_untracked() == SteerProgress::Sent).collect()
    }

    /// A turn by id.
    pub fn find(&self, id: &TurnId) -> Option<Turn> {
        self.turns.with_untracked(|turns| turns.iter().rev().find(|t| t.id == *id).cloned())
    }

    /// The turn that runs, or is about to.
    pub fn running(&self) -> Option<Turn> {
        let last = self.turns.with_untracked(|turns| turns.last().cloned())?;
        (last.status.get_untracked() == TurnStatus::Running).then_some(last)
    }

    fn fill(&mut self, turn: &Turn, view: &TurnView) {
        turn.status.set(view.status);
        turn.reason.set(view.reason.clone());
        turn.latency.set(view.latency);
        turn.usage.set(view.usage);
        turn.reverted.set(view.reverted);
        turn.scope.set(view.scope.clone());
        turn.context.set(view.context.clone());
        turn.changes.set(view.changes);
        turn.cuts.set(view.cuts.clone());
        turn.pending.set(false);
        let (hunks, steers) = self.owner.with(|| {
            let hunks = view.hunks.iter().map(|h| hunk_of(&turn.id, h.clone())).collect::<Vec<_>>();
            let steers = view.steers.iter().map(|s| steer_of(s.clone(), SteerProgress::Server(s.stage)));
            (hunks, steers.collect::<Vec<_>>())
        });
        turn.hunks.set(hunks);
        turn.steers.set(steers);
        let (turn, output, segments) = (view.id.clone(), view.output.clone(), view.segments.clone());
        self.unread.push(Unread { turn, output, segments });
    }

    /// Shows the output of the newest turn whose output is not shown yet. Whether there may be more of them.
    pub fn read_next(&mut self) -> bool {
        match self.unread.pop() {
            Some(unread) => {
                self.show(&unread);
                true
            }
            None => false,
        }
    }

    /// The output of a turn that goes on is shown by then.
    fn read(&mut self, turn: &TurnId) {
        if let Some(at) = self.unread.iter().position(|unread| unread.turn == *turn) {
            let unread = self.unread.remove(at);
            self.show(&unread);
        }
    }

    fn show(&mut self, Unread { turn: id, output, segments }: &Unread) {
        let Some(turn) = self.find(id) else { return };
        let mut shown = Output::default();
        self.owner.with(|| shown.replay(&turn, output, segments));
        self.outputs.insert(turn.id, shown);
    }
}

fn view(id: TurnId, prompt: String, model: ModelId, by: ParticipantId) -> TurnView {
    TurnView {
        id,
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
        scope: Scope::default(),
        changes: None,
        cuts: None,
    }
}

fn blank(view: &TurnView) -> Turn {
    Turn {
        id: view.id.clone(),
        prompt: view.prompt.clone(),
        model: view.model.clone(),
        by: view.by.clone(),
        status: RwSignal::new(view.status),
        pieces: RwSignal::new(Vec::new()),
        hunks: RwSignal::new(Vec::new()),
        steers: RwSignal::new(Vec::new()),
        reason: RwSignal::new(None),
        latency: RwSignal::new(view.latency),
        paint_ms: RwSignal::new(None),
        usage: RwSignal::new(None),
        reverted: RwSignal::new(false),
        note: RwSignal::new(None),
        scope: RwSignal::new(view.scope.clone()),
        context: RwSignal::new(None),
        changes: RwSignal::new(None),
        cuts: RwSignal::new(None),
        pending: RwSignal::new(false),
    }
}

fn hunk_of(turn: &TurnId, view: HunkView) -> Hunk {
    Hunk { id: view.id.clone(), turn: turn.clone(), offset: view.offset, view: RwSignal::new(view) }
}

fn steer_of(view: SteerView, stage: SteerProgress) -> Steer {
    Steer { id: view.id.clone(), view: RwSignal::new(view), stage: RwSignal::new(stage) }
}
