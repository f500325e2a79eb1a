//! A turn as the page holds it: one signal for each thing that changes by itself, so that a token touches one text
//! node and not the whole list.

use leptos::prelude::*;
use protocol::context::ContextView;
use protocol::latency::{Latency, Usage};
use protocol::scope::Scope;
use protocol::server::Reason;
use protocol::view::{Changes, Cuts, HunkView, SteerStage, SteerView, TurnStatus};
use protocol::{HunkId, ModelId, ParticipantId, SteerId, TurnId};

/// One turn. Cheap to clone: the signals are handles.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The turn.
    pub id: TurnId,
    /// What was asked.
    pub prompt: String,
    /// Who writes.
    pub model: ModelId,
    /// Who asked.
    pub by: ParticipantId,
    /// Where it stands.
    pub status: RwSignal<TurnStatus>,
    /// The output in order: text, blocks, and the points where a person spoke. Key rows by [`Piece::key`].
    pub pieces: RwSignal<Vec<Piece>>,
    /// Its hunks in order. Key rows by [`Hunk::id`].
    pub hunks: RwSignal<Vec<Hunk>>,
    /// Its steers in order of sending. Key rows by [`Steer::id`].
    pub steers: RwSignal<Vec<Steer>>,
    /// Why it failed or was stopped by the server.
    pub reason: RwSignal<Option<Reason>>,
    /// What each stage of the last segment cost at the server.
    pub latency: RwSignal<Latency>,
    /// The page's own last stage: the first delta's arrival to its paint, in milliseconds.
    pub paint_ms: RwSignal<Option<f64>>,
    /// Tokens read and made, where known.
    pub usage: RwSignal<Option<Usage>>,
    /// Whether all its changes were taken back.
    pub reverted: RwSignal<bool>,
    /// What a revert of all its changes left standing.
    pub note: RwSignal<Option<String>>,
    /// What it may touch.
    pub scope: RwSignal<Scope>,
    /// What its newest request carried.
    pub context: RwSignal<Option<ContextView>>,
    /// Lines that it changed, once it ended.
    pub changes: RwSignal<Option<Changes>>,
    /// What people cut off it, once it ended.
    pub cuts: RwSignal<Option<Cuts>>,
    /// Sent, and not yet answered by the server.
    pub pending: RwSignal<bool>,
}

impl Turn {
    /// The hunk whose block begins at `offset`, once the server has opened it. Tracks `hunks`.
    pub fn hunk_at(&self, offset: u32) -> Option<Hunk> {
        self.hunks.with(|hunks| hunks.iter().find(|h| h.offset == offset).cloned())
    }

    /// A steer by id. Tracks `steers`.
    pub fn steer(&self, id: &SteerId) -> Option<Steer> {
        self.steers.with(|steers| steers.iter().find(|s| s.id == *id).cloned())
    }
}

/// One piece of a turn's output. Neighbouring texts are one flow: render them inline, `white-space: pre-wrap`.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Unique in its turn, and stable while the piece grows.
    pub key: u32,
    /// Where it begins in the output, in UTF-16 units.
    pub offset: u32,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece of output is.
#[derive(Clone, Debug)]
pub enum PieceKind {
    /// Commentary. Only the last one of a turn grows, once a frame.
    Text(RwSignal<String>),
    /// An edit block: show its hunk, see [`Turn::hunk_at`] with the piece's offset.
    Block(Block),
    /// A person steered here: see [`Turn::steer`].
    Steer(SteerId),
    /// A person had the turn go on here, perhaps with words.
    Continued(Option<String>),
    /// The model was asked here, by itself, to mend this many hunks; the number may be unknown.
    Mending(Option<u32>),
}

/// An edit block as it stands in the output: known before, or without, its hunk.
#[derive(Clone, Debug)]
pub struct Block {
    /// As the model wrote it.
    pub path: String,
    /// The model's reason, a line.
    pub why: String,
    /// Whether its end has not come yet.
    pub open: RwSignal<bool>,
    /// Lines of new text so far.
    pub lines: RwSignal<u32>,
}

/// One hunk.
#[derive(Clone, Debug)]
pub struct Hunk {
    /// The hunk.
    pub id: HunkId,
    /// Its turn.
    pub turn: TurnId,
    /// Where its block begins in the turn's output, in UTF-16 units.
    pub offset: u32,
    /// All that is shown of it. Its counts come when it closes.
    pub view: RwSignal<HunkView>,
}

/// One steer with its receipt.
#[derive(Clone, Debug)]
pub struct Steer {
    /// The steer.
    pub id: SteerId,
    /// What is shown of it.
    pub view: RwSignal<SteerView>,
    /// How far it has come, with the page's own first stage.
    pub stage: RwSignal<SteerProgress>,
}

/// How far a steer has come, as its author sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SteerProgress {
    /// On its way to the server.
    Sent,
    /// What the server says of it.
    Server(SteerStage),
}
