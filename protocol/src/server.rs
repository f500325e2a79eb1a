//! What the server says: one tagged JSON object per text frame.
//!
//! Frames with a `seq` stand in the session's one order; the others overtake whatever is queued.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;
use crate::context::ContextView;
use crate::files::ImportView;
use crate::hunk::HunkOutcome;
use crate::ids::{Epoch, FileId, HunkId, ImportId, LockId, ModelId, ParticipantId, Seq, SteerId, TurnId};
use crate::latency::{Latency, Usage};
use crate::limits::Limits;
use crate::presence::PresenceChange;
use crate::run::RunView;
use crate::scope::{HoldReason, LockView, Proposal, Scope};
use crate::view::{
    Changes, Cuts, FileText, FileView, HunkPlace, HunkStatus, HunkView, ModelView, Participant, Role, SessionView,
    TurnStatus,
};

/// A text frame from the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum ServerFrame {
    /// The server's half of the handshake.
    #[serde(rename = "welcome")]
    Welcome(Box<Welcome>),
    /// All that a client needs that is not in the document, as of `seq`. The document difference follows.
    #[serde(rename = "state")]
    State {
        /// The head of the session's order when this was taken; frames up to it are not sent again.
        seq: Seq,
        /// The session.
        session: Box<SessionView>,
    },
    /// The document as of `seq` follows in parts; sent to clients that asked for it. Of a large one the file that is
    /// shown first comes right here.
    #[serde(rename = "document/opening")]
    DocumentOpening {
        /// What all parts are as of.
        seq: Seq,
        /// The file that is shown first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileText>,
    },
    /// The files of a large document, ahead of its parts.
    #[serde(rename = "document/files")]
    DocumentFiles {
        /// All of them, as of what is opened, by path.
        files: Vec<FileView>,
    },
    /// All parts have come: the document is whole.
    #[serde(rename = "document/opened")]
    DocumentOpened {
        /// What it is as of.
        seq: Seq,
    },
    /// A turn began.
    #[serde(rename = "turn/started")]
    TurnStarted {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The prompt.
        prompt: String,
        /// The model that writes.
        model: ModelId,
        /// Who asked.
        by: ParticipantId,
        /// What it may touch.
        #[serde(default)]
        scope: Scope,
    },
    /// A turn that had been interrupted or had failed goes on.
    #[serde(rename = "turn/continued")]
    TurnContinued {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// Output kept so far: the offset at which the new segment begins, in UTF-16 units.
        offset: u32,
        /// Who asked.
        by: ParticipantId,
        /// The words that came with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The model ended with hunks that could not be applied, and is asked once, by itself, to mend them: a new
    /// segment of the same turn.
    #[serde(rename = "turn/mending")]
    TurnMending {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The offset at which the new segment begins, in UTF-16 units.
        offset: u32,
        /// How many hunks failed.
        failed: u32,
    },
    /// What the request of the turn's newest segment carries.
    #[serde(rename = "turn/context")]
    TurnContext {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// What the model was sent.
        context: Box<ContextView>,
    },
    /// A piece of the model's output as it came: commentary and edit blocks alike.
    #[serde(rename = "turn/delta")]
    TurnDelta {
        /// The last step merged in here.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// Where `text` begins in the turn's output, in UTF-16 units.
        offset: u32,
        /// The output.
        text: String,
    },
    /// A turn ended.
    #[serde(rename = "turn/completed")]
    TurnCompleted {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// How.
        status: TurnStatus,
        /// Truncate the turn's output here, in UTF-16 units.
        kept_offset: u32,
        /// Why, when it failed or the server stopped it: a code and words for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What each stage of the last segment cost.
        latency: Latency,
        /// Tokens read and made, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// What people cut off it, if they did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cuts: Option<Cuts>,
    },
    /// What a turn that ended has changed; not sent when it changed nothing.
    #[serde(rename = "turn/measured")]
    TurnMeasured {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// Lines, beside the fewest that lead to the same text.
        changes: Changes,
    },
    /// Sent at once when a turn is interrupted, ahead of everything queued.
    #[serde(rename = "turn/stopped")]
    TurnStopped {
        /// The turn.
        turn_id: TurnId,
        /// Truncate the turn's output here, in UTF-16 units.
        kept_offset: u32,
    },
    /// All of a turn's changes were taken back.
    #[serde(rename = "turn/reverted")]
    TurnReverted {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// Who asked.
        by: ParticipantId,
        /// What stayed or could not be taken back, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A steer has reached the session and the old segment is being cut.
    #[serde(rename = "turn/steer/accepted")]
    SteerAccepted {
        /// The turn.
        turn_id: TurnId,
        /// The steer.
        steer_id: SteerId,
        /// From the frame's arrival at the server to this answer, in milliseconds.
        accept_ms: f64,
    },
    /// The turn was cut and its next segment carries the steer.
    #[serde(rename = "turn/steer/applied")]
    SteerApplied {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The steer.
        steer_id: SteerId,
        /// Its words.
        text: String,
        /// Who steered.
        by: ParticipantId,
        /// Truncate the turn's output here, in UTF-16 units; the new segment begins here.
        offset: u32,
        /// From the frame's arrival at the server to the cut, in milliseconds.
        apply_ms: f64,
    },
    /// The first token after a steer.
    #[serde(rename = "turn/steer/answered")]
    SteerAnswered {
        /// The turn.
        turn_id: TurnId,
        /// The steer.
        steer_id: SteerId,
        /// From the frame's arrival at the server to the first new token, in milliseconds.
        first_token_ms: f64,
    },
    /// A steer that cannot be applied: its words go back to the composer.
    #[serde(rename = "turn/steer/failed")]
    SteerFailed {
        /// The turn.
        turn_id: TurnId,
        /// The steer.
        steer_id: SteerId,
        /// Why.
        code: ErrorCode,
        /// Why, for a person.
        message: String,
        /// What the person wrote.
        text: String,
    },
    /// The model began a change in one file.
    #[serde(rename = "hunk/opened")]
    HunkOpened {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk: HunkView,
    },
    /// A hunk's place was found: it streams from now on.
    #[serde(rename = "hunk/placed")]
    HunkPlaced {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// The file.
        file_id: FileId,
        /// Where.
        place: HunkPlace,
        /// What it turned out to do, where that was not known when it opened.
        #[serde(flatten)]
        outcome: HunkOutcome,
    },
    /// A hunk reached its end, whole, cut, failed or taken back.
    #[serde(rename = "hunk/closed")]
    HunkClosed {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// How it ended; `Failed` comes as [`ServerFrame::HunkFailed`].
        status: HunkStatus,
        /// Lines added.
        added: u32,
        /// Lines removed.
        removed: u32,
        /// What a revert kept or could not take back, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// What it turned out to do, where that was not known when it opened.
        #[serde(flatten)]
        outcome: HunkOutcome,
    },
    /// A hunk that would touch what it must not: nothing of it is in the document, and the rest of the turn goes on.
    /// Comes once when that shows, and once more, with the proposal, when the block has ended.
    #[serde(rename = "hunk/held")]
    HunkHeld {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// Why.
        reason: HoldReason,
        /// Why, for a person.
        message: String,
        /// Lines that it would add.
        added: u32,
        /// Lines that it would remove.
        removed: u32,
        /// What it would do, once its block has ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposal: Option<Proposal>,
        /// What it turned out to do, where that was not known when it opened.
        #[serde(flatten)]
        outcome: HunkOutcome,
    },
    /// A hunk that could not be applied; the rest of the turn goes on.
    #[serde(rename = "hunk/failed")]
    HunkFailed {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// Why.
        reason: crate::view::HunkFailure,
        /// Why, for a person.
        message: String,
        /// What it turned out to do, where that was not known when it opened.
        #[serde(flatten)]
        outcome: HunkOutcome,
    },
    /// A hunk that opened past the cut is gone.
    #[serde(rename = "hunk/dropped")]
    HunkDropped {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
    },
    /// A person kept a hunk.
    #[serde(rename = "hunk/accepted")]
    HunkAccepted {
        /// Its place in the order.
        seq: Seq,
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// Who.
        by: ParticipantId,
    },
    /// What turns may touch, from the next one on.
    #[serde(rename = "scope/changed")]
    ScopeChanged {
        /// Its place in the order.
        seq: Seq,
        /// The scope.
        scope: Scope,
        /// Who set it.
        by: ParticipantId,
    },
    /// A region was locked, or given free.
    #[serde(rename = "lock/changed")]
    LockChanged {
        /// Its place in the order.
        seq: Seq,
        /// The lock.
        lock_id: LockId,
        /// What is locked now; nothing: the lock is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock: Option<LockView>,
        /// Who did it.
        by: ParticipantId,
    },
    /// A participant ran the session's code.
    #[serde(rename = "run/reported")]
    RunReported {
        /// Its place in the order.
        seq: Seq,
        /// What came of it.
        run: RunView,
    },
    /// Files came into the session at once.
    #[serde(rename = "files/imported")]
    FilesImported {
        /// Its place in the order; the document changed with it.
        seq: Seq,
        /// What came.
        import: ImportView,
    },
    /// An import was taken back: what people wrote into it since stays.
    #[serde(rename = "files/takenBack")]
    ImportTakenBack {
        /// Its place in the order; the document changed with it.
        seq: Seq,
        /// The import.
        import_id: ImportId,
        /// Who did it, where the server was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ParticipantId>,
    },
    /// One of the sender's binary frames became a step.
    #[serde(rename = "edit/ack")]
    EditAck {
        /// The client's counter from that frame.
        counter: u64,
        /// The step's place in the order.
        seq: Seq,
    },
    /// Everything up to `seq` is on disk.
    #[serde(rename = "saved")]
    Saved {
        /// The last step that is safe.
        seq: Seq,
        /// Why nothing more is being saved at the moment; the session goes on, and what follows is saved when it can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stalled: Option<Stall>,
    },
    /// How those who are here differ from what the viewer was last told.
    #[serde(rename = "presence")]
    Presence(PresenceChange),
    /// Answers `ping`.
    #[serde(rename = "pong")]
    Pong {
        /// The client's clock, echoed.
        clock: f64,
    },
    /// What is on offer from now on.
    #[serde(rename = "models")]
    Models {
        /// As in [`Welcome::models`], which it replaces.
        models: Vec<ModelView>,
    },
    /// The server is about to stop; the socket closes with [`crate::CloseCode::Draining`].
    #[serde(rename = "draining")]
    Draining,
    /// Something was refused; nothing was lost.
    #[serde(rename = "error")]
    Error {
        /// From a closed list.
        code: ErrorCode,
        /// For a person.
        message: String,
        /// The id of the turn, steer, segment or hunk that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<String>,
    },
}

/// The server's half of the handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The protocol version that the server speaks.
    pub version: u32,
    /// This load of the session.
    pub epoch: Epoch,
    /// Who the client is.
    pub participant: Participant,
    /// The key with which the client can come back as the same participant.
    pub resume_key: String,
    /// The Yjs client id that the replica must use: unique in the session, small on purpose.
    pub client_id: u64,
    /// What the client may do.
    pub role: Role,
    /// The head of the session's order.
    pub seq: Seq,
    /// The models on offer, the default first.
    pub models: Vec<ModelView>,
    /// What is refused, and from which size.
    pub limits: Limits,
}

/// Why something ended that should not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// From a closed list.
    pub code: ErrorCode,
    /// For a person.
    pub message: String,
    /// When a retry makes sense, in milliseconds from now, if the upstream said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Why nothing can be saved at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stall {
    /// The disk is full.
    Full,
    /// It can only be read.
    ReadOnly,
    /// Something else; the server's log says what.
    Failed,
}
