//! What a client is shown of a session: turns, hunks, steers, people and models.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;
use crate::context::ContextView;
use crate::files::ImportView;
use crate::ids::{FileId, HunkId, LessonId, ModelId, ParticipantId, SteerId, TurnId};
use crate::latency::{Latency, Usage};
use crate::presence::Viewport;
use crate::run::RunView;
use crate::scope::{HoldReason, LockView, Proposal, Scope};
use crate::server::Reason;

/// What a link lets its holder do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees the timeline, and nothing live.
    #[default]
    Replay,
    /// Watches.
    Viewer,
    /// Types, prompts, steers, interrupts, decides.
    Editor,
    /// Also links, locks, deletes.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Role; 4] = [Role::Replay, Role::Viewer, Role::Editor, Role::Owner];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Role::Replay => "replay",
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Owner => "owner",
        }
    }

    /// The role that is written so.
    pub fn from_name(name: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Everything of a session that is not in its document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// The lesson whose files the session began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonView>,
    /// All turns, oldest first.
    pub turns: Vec<TurnView>,
    /// What the next turn may touch.
    #[serde(default)]
    pub scope: Scope,
    /// What people have locked.
    #[serde(default)]
    pub locks: Vec<LockView>,
    /// What came of the last runs of the session's code, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunView>,
    /// What people brought in at once, oldest first: the newest of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<ImportView>,
    /// Who is connected, in the order of arrival; of many the first ones, the others follow in `presence`.
    pub participants: Vec<Presence>,
    /// How many are connected, those who are not listed too.
    #[serde(default)]
    pub connected: u32,
    /// Who presents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presenter: Option<ParticipantId>,
    /// Those whom turns, steers and locks name, and who are not listed: most have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Participant>,
}

/// A lesson, as the list and the session show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LessonView {
    /// Names it in `POST /api/sessions`.
    pub id: LessonId,
    /// A few words.
    pub title: String,
    /// The main language of its files, as Monaco names it.
    pub language: String,
    /// What the learner will practise, in a sentence.
    pub goal: String,
    /// A prompt to start with.
    pub prompt: String,
    /// What the learner should watch for: shown on request.
    pub hint: String,
    /// The file to open first.
    pub opens: String,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnView {
    /// The turn.
    pub id: TurnId,
    /// What was asked.
    pub prompt: String,
    /// Who writes.
    pub model: ModelId,
    /// Who asked.
    pub by: ParticipantId,
    /// Where it stands.
    pub status: TurnStatus,
    /// The output so far, cuts applied.
    pub output: String,
    /// Its hunks, in the order of the output.
    pub hunks: Vec<HunkView>,
    /// Its steers, in the order of arrival.
    pub steers: Vec<SteerView>,
    /// Where each segment begins in the output, and why there is one; the first is the prompt's, at 0.
    pub segments: Vec<SegmentView>,
    /// Why it failed or was stopped by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What each stage of the last segment cost.
    pub latency: Latency,
    /// Tokens read and made, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Whether all its changes were taken back.
    pub reverted: bool,
    /// Whether it came from another session: nothing of it can be taken back here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
    /// What its newest request carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextView>,
    /// What it may touch.
    #[serde(default)]
    pub scope: Scope,
    /// Lines that it changed; nothing while it runs, and when it changed none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// What people cut off it, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuts: Option<Cuts>,
}

/// What people cut off a turn, by interrupts and steers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cuts {
    /// How many cuts.
    pub count: u32,
    /// Who made the last one.
    pub by: ParticipantId,
    /// From the prompt to the first one, in milliseconds; not known once the server began anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<f64>,
    /// Output that was taken back, in UTF-16 units: what came past what people had seen.
    pub discarded: u32,
}

/// Lines that a turn changed, beside the fewest that lead to the same text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Lines added and removed by the smallest line diff between the files before and after.
    pub smallest: u32,
}

/// Where a turn stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TurnStatus {
    /// The model writes, or is about to.
    Running,
    /// The model ended by itself.
    Completed,
    /// A person, or the server for a stated reason, stopped it.
    Interrupted,
    /// It could not go on.
    Failed,
}

/// One segment's beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentView {
    /// Where its output begins, in UTF-16 units of the turn's output.
    pub offset: u32,
    /// What began it.
    pub cause: SegmentCause,
}

/// What began a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SegmentCause {
    /// The prompt.
    Prompt,
    /// A steer.
    Steer(SteerId),
    /// `turn/continue`, with the words that came with it.
    Continue(Option<String>),
    /// The segment before it ended with hunks that could not be applied: the model was asked to mend them.
    Mend,
}

/// One hunk of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HunkView {
    /// The hunk.
    pub id: HunkId,
    /// Where its block begins in the turn's output, in UTF-16 units.
    pub offset: u32,
    /// The path as the model wrote it.
    pub path: String,
    /// The model's reason, in a line.
    pub why: String,
    /// Where it stands.
    pub status: HunkStatus,
    /// What it does to its file.
    #[serde(default, skip_serializing_if = "HunkKind::is_edit")]
    pub kind: HunkKind,
    /// The path that a move gives the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// The file, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
    /// The place in that file, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<HunkPlace>,
    /// Lines added so far.
    pub added: u32,
    /// Lines removed so far.
    pub removed: u32,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<HunkFailure>,
    /// Why it failed or is held, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why it is or was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldReason>,
    /// What it would do, while it is held and its block has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// What a revert kept or could not take back, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a hunk does to its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HunkKind {
    /// Changes its text.
    #[default]
    Edit,
    /// Makes it.
    Create,
    /// Removes it.
    Delete,
    /// Gives it another path.
    Move,
}

impl HunkKind {
    /// The usual kind, which the wire leaves out.
    pub fn is_edit(&self) -> bool {
        *self == HunkKind::Edit
    }
}

/// Where a hunk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HunkStatus {
    /// The model is writing it.
    Open,
    /// Applied whole.
    Applied,
    /// Cut inside: the part that was shown stays.
    Partial,
    /// Not applied.
    Failed,
    /// Taken back.
    Reverted,
    /// Applied, and a person said that it stays.
    Accepted,
    /// Not applied: it waits for a decision.
    Held,
    /// Held, and a person did not want it.
    Refused,
}

impl HunkStatus {
    /// Whether something of the hunk is in the document, or may be soon.
    pub fn is_in_the_document(self) -> bool {
        match self {
            HunkStatus::Open | HunkStatus::Applied | HunkStatus::Partial | HunkStatus::Accepted => true,
            HunkStatus::Failed | HunkStatus::Reverted | HunkStatus::Held | HunkStatus::Refused => false,
        }
    }
}

/// Why a hunk was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HunkFailure {
    /// The old text is not in the file.
    Unresolved,
    /// The old text is in the file more than once.
    Ambiguous,
    /// There is no such file, and the old text is not empty.
    NoSuchFile,
    /// The old text is empty but the file has content.
    FileNotEmpty,
    /// A person edited its place away.
    PlaceGone,
    /// The block was not in a form that can be read.
    Malformed,
    /// Past a limit of file size, files or path length.
    Limit,
}

/// A place that stays right whatever happens around and inside it: two Yjs relative positions (v1), base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HunkPlace {
    /// Holds to the character left of the hunk.
    pub start: String,
    /// Holds to the character right of the hunk.
    pub end: String,
}

/// One steer and its receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SteerView {
    /// The steer.
    pub id: SteerId,
    /// Its words.
    pub text: String,
    /// Who steered.
    pub by: ParticipantId,
    /// How far it has come.
    pub stage: SteerStage,
    /// Where in the output it was applied, in UTF-16 units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// Arrival to answer, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_ms: Option<f64>,
    /// Arrival to cut, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_ms: Option<f64>,
    /// Arrival to the first new token, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<f64>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ErrorCode>,
}

/// How far a steer has come. A page has one stage more, before any: sent, and not yet answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SteerStage {
    /// The session has it.
    Accepted,
    /// The turn was cut and its next segment carries it.
    Applied,
    /// The model's first token after it has come.
    Answered,
    /// It could not be applied; its words went back to its author.
    Failed,
}

/// A person or program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// Who.
    pub id: ParticipantId,
    /// A display name: text, never HTML.
    pub name: String,
    /// An index into the page's palette of participant colours.
    pub color: u8,
}

/// A file, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// Its id.
    pub id: FileId,
    /// Its path.
    pub path: String,
}

/// A file with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileText {
    /// Its id.
    pub id: FileId,
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A participant who is connected, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Who.
    #[serde(flatten)]
    pub participant: Participant,
    /// What it may do.
    pub role: Role,
    /// Where, if an editor is focused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// What of the files its screen shows; told of the one who presents alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewport: Option<Viewport>,
}

/// A cursor with its selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// The file.
    pub file: FileId,
    /// The selection's fixed end: a Yjs relative position (v1), base64.
    pub anchor: String,
    /// The selection's moving end, where the caret is.
    pub head: String,
}

impl Cursor {
    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.file.0.len() + self.anchor.len() + self.head.len()
    }
}

/// A model on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    /// Names it in `turn/start`.
    pub id: ModelId,
    /// For a person.
    pub label: String,
    /// Where it runs: `practice`, `local`, or the provider's name.
    pub provider: String,
    /// Whether it follows a script and needs no key.
    pub scripted: bool,
    /// Whether the session has to be unlocked first, with the server's access code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}
