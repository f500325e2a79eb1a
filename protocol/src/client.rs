//! What a client says: one tagged JSON object per text frame.

use serde::{Deserialize, Serialize};

use crate::ids::{Epoch, FileId, HunkId, LockId, ModelId, ParticipantId, SegmentId, Seq, SteerId, TurnId};
use crate::presence::Viewport;
use crate::run::RunReport;
use crate::scope::{Region, Scope};
use crate::view::Cursor;

/// A text frame from a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum ClientFrame {
    /// The first frame, and only the first.
    #[serde(rename = "hello")]
    Hello(Hello),
    /// Begins a turn; fails with `turnActive` while another runs.
    #[serde(rename = "turn/start")]
    TurnStart(TurnStart),
    /// Words for the running turn, applied at what the sender had been shown.
    #[serde(rename = "turn/steer")]
    TurnSteer {
        /// The turn that is meant.
        turn_id: TurnId,
        /// Made by the client; the receipt carries it.
        steer_id: SteerId,
        /// The last sequence number that the sender's screen had painted.
        shown_seq: Seq,
        /// What to change.
        text: String,
    },
    /// Stops a turn at what the sender had been shown.
    #[serde(rename = "turn/interrupt")]
    TurnInterrupt {
        /// The turn that is meant; one not yet known is kept for a few seconds.
        turn_id: TurnId,
        /// The last sequence number that the sender's screen had painted.
        shown_seq: Seq,
    },
    /// Reopens an interrupted or failed turn with a new segment.
    #[serde(rename = "turn/continue")]
    TurnContinue {
        /// The turn that is meant; fails with `superseded` after a later one.
        turn_id: TurnId,
        /// Made by the client: a repeat is a retry, not a second segment.
        segment_id: SegmentId,
        /// What to change, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Takes all of a finished turn's changes back.
    #[serde(rename = "turn/revert")]
    TurnRevert {
        /// The turn that is meant.
        turn_id: TurnId,
    },
    /// A person keeps a hunk: no later cut takes it back.
    #[serde(rename = "hunk/accept")]
    HunkAccept {
        /// The hunk's turn.
        turn_id: TurnId,
        /// The hunk that is meant.
        hunk_id: HunkId,
    },
    /// Takes one hunk back; one that is still being written ends with it.
    #[serde(rename = "hunk/revert")]
    HunkRevert {
        /// The hunk's turn.
        turn_id: TurnId,
        /// The hunk that is meant.
        hunk_id: HunkId,
    },
    /// A person lets a held hunk through.
    #[serde(rename = "hunk/apply")]
    HunkApply {
        /// The hunk's turn.
        turn_id: TurnId,
        /// The hunk that is meant.
        hunk_id: HunkId,
    },
    /// A person does not want a held hunk.
    #[serde(rename = "hunk/refuse")]
    HunkRefuse {
        /// The hunk's turn.
        turn_id: TurnId,
        /// The hunk that is meant.
        hunk_id: HunkId,
        /// Steers the running turn with the reason, in the same step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        steer: Option<RefusalSteer>,
    },
    /// What turns may touch from the next one on, whoever starts it.
    #[serde(rename = "scope/set")]
    ScopeSet {
        /// The scope.
        scope: Scope,
    },
    /// Locks a region, or gives it free. Holds at once, for the running turn too.
    #[serde(rename = "lock/set")]
    LockSet {
        /// Made by the client.
        lock_id: LockId,
        /// What is locked; nothing: the lock goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<Region>,
    },
    /// What came of a run of the session's code in the sender's browser.
    #[serde(rename = "run/report")]
    RunReport(Box<RunReport>),
    /// An editor is about to prompt: have the upstream connection ready.
    #[serde(rename = "model/warm")]
    ModelWarm {
        /// The model that the prompt box has chosen.
        model: ModelId,
    },
    /// Where the sender is and what it is called.
    #[serde(rename = "presence/update")]
    PresenceUpdate {
        /// A new display name, if it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The cursor, or nothing when the editor has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<Cursor>,
        /// What its screen shows; kept of the one who presents alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        viewport: Option<Viewport>,
    },
    /// The sender presents from now on, in the place of whoever did; or does not any more.
    #[serde(rename = "presenter/set")]
    PresenterSet {
        /// Whether it presents.
        on: bool,
    },
    /// Measures the round trip.
    #[serde(rename = "ping")]
    Ping {
        /// The client's own clock, echoed; milliseconds, meaningful to the client alone.
        clock: f64,
    },
}

/// The client's half of the handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The protocol version that the client speaks.
    pub version: u32,
    /// The link's token: the capability that says which role the sender has.
    pub token: String,
    /// How often at most the client wants merged steps, in milliseconds: 16 for a page, 0 for a program.
    #[serde(default)]
    pub pace_ms: u32,
    /// A display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Given by a client that comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
    /// Given by a client that wants the document opened in parts, and of a large one first the file that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
}

/// How a client wants the document to be opened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// The file that it wants to see first; nothing, or one that is not there: the one that the session begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
}

/// Where a returning client was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    /// Who it was.
    pub participant: ParticipantId,
    /// The key that `welcome` gave with that participant.
    pub key: String,
    /// The load of the session that it saw.
    pub epoch: Epoch,
    /// The last sequence number that it has.
    pub seq: Seq,
    /// Its replica's Yjs state vector (v1), base64.
    pub state_vector: String,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnStart {
    /// Made by the client: a repeat is a retry, not a second turn.
    pub turn_id: TurnId,
    /// What the person wants.
    pub prompt: String,
    /// Which of the offered models writes.
    pub model: ModelId,
    /// The file that is open in the sender's editor; it leads the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_file: Option<FileId>,
    /// What is selected there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Region>,
    /// What this turn may touch; nothing: the session's scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The practice model's speed, in tokens a second; real models ignore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<u32>,
}

/// The steer that comes with a refusal; it is answered like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalSteer {
    /// Made by the client; the receipt carries it.
    pub steer_id: SteerId,
    /// The last sequence number that the sender's screen had painted.
    pub shown_seq: Seq,
    /// Why, and what to do instead.
    pub text: String,
}
