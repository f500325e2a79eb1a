//! What reaches a session's actor, and what it answers.

use std::time::Instant;

use bytes::Bytes;
use document::{Parts, Position, Sheet};
use edits::{Action, Counts, HunkIndex, Place};
use models::{EndReason, SegmentRequest, UpstreamFailure, Usage};
use protocol::client::{Opening, Resume, TurnStart};
use protocol::files::ImportView;
use protocol::http::Authors;
use protocol::presence::Viewport;
use protocol::run::RunReport;
use protocol::scope::{Region, Scope};
use protocol::view::{Cursor, ModelView};
use protocol::view::{HunkFailure, Role};
use protocol::{
    CloseCode, HunkId, ImportId, LockId, ModelId, ParticipantId, SegmentId, Seq, ServerFrame, SteerId, TurnId,
};
use tokio::sync::{mpsc, oneshot};

use super::feed::{Pace, Subscription};
use super::history::{Difference, Files, Point};
use super::presence::Onlooker;
use super::roster::PeerId;
use super::state::{ImportRefusal, Preview};
use crate::transfer::{Plan, Snapshot};

/// What must overtake everything: its own channel, polled first.
#[derive(Debug)]
pub struct Urgent {
    /// Whose connection it came by.
    pub peer: PeerId,
    /// When its frame arrived.
    pub received: Instant,
    /// What.
    pub kind: UrgentKind,
}

/// Sorts of urgent command.
#[derive(Clone, Debug, PartialEq)]
pub enum UrgentKind {
    /// Stop.
    Interrupt {
        /// The turn.
        turn: TurnId,
        /// What the sender had been shown.
        shown: Seq,
    },
    /// Change course.
    Steer(Steering),
}

/// A steer as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// The turn.
    pub turn: TurnId,
    /// The steer.
    pub steer: SteerId,
    /// What the sender had been shown.
    pub shown: Seq,
    /// Its words.
    pub text: String,
    /// The held hunk that is refused with it.
    pub refuses: Option<HunkId>,
}

/// Everything else from a connection.
pub enum Command {
    /// A connection said hello.
    Join(Box<Join>),
    /// A connection ended.
    Leave {
        /// Which.
        peer: PeerId,
        /// What it came in by opens nothing any more: it does not come back.
        for_good: bool,
    },
    /// A viewer fell off the log.
    CatchUp {
        /// Whose connection.
        peer: PeerId,
        /// Its pace.
        pace: Pace,
        /// Whether it takes the document in parts.
        in_parts: bool,
        /// Where the answer goes.
        reply: oneshot::Sender<CaughtUp>,
    },
    /// A document message.
    Edit {
        /// Whose connection.
        peer: PeerId,
        /// The client's number for it.
        counter: u64,
        /// The y-protocols message.
        message: Bytes,
    },
    /// A prompt.
    Start {
        /// Whose connection.
        peer: PeerId,
        /// When its frame arrived.
        received: Instant,
        /// The prompt.
        start: TurnStart,
    },
    /// Go on with an interrupted or failed turn.
    Continue {
        /// Whose connection.
        peer: PeerId,
        /// When its frame arrived.
        received: Instant,
        /// The turn.
        turn: TurnId,
        /// The client's id for the new segment.
        segment: SegmentId,
        /// Words that come with it.
        text: Option<String>,
    },
    /// A decision on what the model did.
    Decide {
        /// Whose connection.
        peer: PeerId,
        /// The turn.
        turn: TurnId,
        /// Which decision.
        decision: Decision,
    },
    /// What turns may touch from now on.
    Scope {
        /// Whose connection.
        peer: PeerId,
        /// The scope.
        scope: Scope,
    },
    /// A region is locked, or given free.
    Lock {
        /// Whose connection.
        peer: PeerId,
        /// The lock.
        lock: LockId,
        /// What is locked; nothing: the lock goes.
        region: Option<Region>,
    },
    /// What came of a run.
    Run {
        /// Whose connection.
        peer: PeerId,
        /// What came of it.
        report: Box<RunReport>,
    },
    /// An editor is about to prompt.
    Warm {
        /// Whose connection.
        peer: PeerId,
        /// The model.
        model: ModelId,
    },
    /// This is on offer from now on.
    Offer(Vec<ModelView>),
    /// A stock editor says who and where it is.
    Visit {
        /// Whose connection.
        peer: PeerId,
        /// What it says.
        said: Box<Said>,
    },
    /// Somebody looks back.
    LookBack(LookBack),
    /// Somebody brings files in, or takes them back.
    Import(Import),
    /// A participant moved.
    Presence {
        /// Whose connection.
        peer: PeerId,
        /// A new name.
        name: Option<String>,
        /// Its cursor.
        cursor: Option<Cursor>,
        /// What its screen shows.
        viewport: Option<Viewport>,
    },
    /// A participant presents, or does not any more.
    Present {
        /// Whose connection.
        peer: PeerId,
        /// Whether it presents.
        on: bool,
    },
}

/// What a stock editor is known again by, together with its Yjs client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What its keys are made of: a hash of its token, and of the key that it brought.
    pub seed: String,
    /// It brought a key: nobody else makes the same.
    pub is_own: bool,
}

/// What a stock editor says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its Yjs client id.
    pub client: u64,
    /// Its name.
    pub name: Option<String>,
    /// Its colour, as an index.
    pub color: Option<u8>,
    /// Its selection's two ends: the anchor, and where the caret is.
    pub places: Option<(Position, Position)>,
}

/// A person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Take the whole turn back.
    RevertTurn,
    /// Take one hunk back.
    RevertHunk(HunkId),
    /// Keep one hunk.
    AcceptHunk(HunkId),
    /// Let one held hunk through.
    ApplyHunk(HunkId),
    /// Do not want one held hunk.
    RefuseHunk(HunkId),
}

/// Files that come at once.
pub enum Import {
    /// They come.
    Do {
        /// What is to be done.
        plan: Box<Plan>,
        /// What people call it.
        name: String,
        /// Who: a participant and its key.
        by: Option<(ParticipantId, String)>,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<Option<ImportView>, ImportRefusal>>,
    },
    /// They are taken back.
    TakeBack {
        /// Which import.
        id: ImportId,
        /// Who: a participant and its key.
        by: Option<(ParticipantId, String)>,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<(), ImportRefusal>>,
    },
}

/// A question about how the session came to be as it is.
pub enum LookBack {
    /// What differs between two points.
    Changes {
        /// The earlier one.
        from: Point,
        /// The later one.
        to: Point,
        /// Where the answer goes; nothing: a point is not there.
        reply: oneshot::Sender<Option<Vec<Difference>>>,
    },
    /// All files at a point.
    Files {
        /// The point.
        point: Point,
        /// Where the answer goes; nothing: it is not there.
        reply: oneshot::Sender<Option<Files>>,
    },
    /// The files as an import finds them.
    Snapshot {
        /// Where the answer goes.
        reply: oneshot::Sender<Snapshot>,
    },
    /// Who wrote what of a file.
    Authors {
        /// The file's id.
        file: String,
        /// Where the answer goes; nothing: there is no such file.
        reply: oneshot::Sender<Option<Authors>>,
    },
}

/// A hello that was authorized.
pub struct Join {
    /// The connection.
    pub peer: PeerId,
    /// What its token gives.
    pub role: Role,
    /// A display name.
    pub name: Option<String>,
    /// Its pace.
    pub pace: Pace,
    /// Where it was.
    pub resume: Option<Resume>,
    /// How the document is to be opened; nothing: at once.
    pub opening: Option<Opening>,
    /// It is a stock editor's, which comes with a Yjs client id of its own.
    pub visitor: Option<Mark>,
    /// The connection's own queue.
    pub control: mpsc::Sender<Control>,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<Joined, CloseCode>>,
}

/// What a connection begins with.
pub struct Joined {
    /// The handshake.
    pub welcome: ServerFrame,
    /// The session and its document.
    pub caught_up: CaughtUp,
    /// For one that has the document opened in parts.
    pub preview: Option<Preview>,
    /// The server's own question for what the client has and it has not.
    pub ask: Bytes,
}

/// The session as of one number, and the cursor right behind it.
pub struct CaughtUp {
    /// The number.
    pub seq: Seq,
    /// The session, right behind the rest: nobody waits for a long conversation to be told.
    pub state: oneshot::Receiver<ServerFrame>,
    /// What it lacks of the document, as y-protocols messages, once they are encoded. Dropped: it has to come again.
    pub document: oneshot::Receiver<Parts>,
    /// Everything after.
    pub subscription: Subscription,
    /// Who comes, moves and goes after.
    pub presence: Onlooker,
}

/// What goes to one connection ahead of the log.
#[derive(Clone, Debug)]
pub enum Control {
    /// An unsequenced frame.
    Frame(Box<ServerFrame>),
    /// A document message for this connection alone. It overtakes steps that the connection has not been shown, so
    /// it goes under number 0: it says nothing of what was shown.
    Message(Bytes),
    /// Who a stock editor turned out to be.
    You(ParticipantId),
    /// The end.
    Close(CloseCode),
}

/// What a turn's task sends its session. The channel holds one: it is where backpressure begins.
#[derive(Debug)]
pub struct FromModel {
    /// The generation that the task was started with: an older one's words are dropped.
    pub generation: u64,
    /// What.
    pub kind: ModelEvent,
}

/// What a turn's task says.
#[derive(Debug)]
pub enum ModelEvent {
    /// It is ready to ask the upstream: what shall it ask?
    Request(oneshot::Sender<SegmentRequest>),
    /// A piece of output with what follows from it.
    Step(Box<ModelStep>),
    /// The segment ended.
    End(Box<SegmentEnd>),
}

/// A piece of output.
#[derive(Debug, Default)]
pub struct ModelStep {
    /// The output; empty when only operations follow from a place that was found.
    pub text: String,
    /// What follows from it, in order.
    pub ops: Vec<StepOp>,
    /// Lines of the open hunk.
    pub counts: Option<(HunkIndex, Counts)>,
    /// Where the answer goes when the last operation asks for a file.
    pub look: Option<Look>,
    /// Stages that were passed since the last step.
    pub stages: Stages,
}

/// What follows from a piece of output.
#[derive(Debug)]
pub enum StepOp {
    /// From the engine as it is.
    Edit(Action),
    /// The hunk's place in its file.
    Place {
        /// The hunk.
        hunk: HunkIndex,
        /// The file.
        file: String,
        /// The revision in which the place was found.
        revision: u64,
        /// The place.
        place: Place,
    },
    /// The hunk creates its file.
    Create {
        /// The hunk.
        hunk: HunkIndex,
        /// The path.
        path: String,
    },
    /// The hunk cannot be applied.
    Fail {
        /// The hunk.
        hunk: HunkIndex,
        /// Why.
        failure: HunkFailure,
        /// Why, in words.
        message: String,
    },
}

/// A question for a file.
#[derive(Debug)]
pub struct Look {
    /// The path.
    pub path: String,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Option<Seen>>,
}

/// A file as it stands.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub file: String,
    /// Its revision.
    pub revision: u64,
    /// Its text.
    pub text: Sheet,
}

/// When a segment passed what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    /// The request was handed to the upstream.
    pub setup: Option<Instant>,
    /// The upstream connection stood.
    pub connected: Option<Instant>,
    /// It had been open before.
    pub warm: bool,
    /// The first byte came.
    pub first_byte: Option<Instant>,
    /// The first token came.
    pub first_token: Option<Instant>,
}

/// How a segment ended.
#[derive(Debug)]
pub struct SegmentEnd {
    /// By itself, or by a failure.
    pub outcome: Result<EndReason, UpstreamFailure>,
    /// Tokens, if the upstream said.
    pub usage: Option<Usage>,
    /// Stages that were passed since the last step.
    pub stages: Stages,
}
