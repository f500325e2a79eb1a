//! The timeline of a session over HTTP: where it begins and ends, what is worth jumping to, and its steps with their
//! times.

use serde::{Deserialize, Serialize};

use crate::ids::{HunkId, ParticipantId, Seq, SteerId, TurnId};
use crate::server::ServerFrame;
use crate::view::{Participant, Role, SessionView, TurnStatus};

/// A point of a session's order, and of its clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The step.
    pub seq: Seq,
    /// Milliseconds since the session's start, on its own clock: time in which it was not in memory does not count.
    pub at_ms: u64,
}

/// Answer of `GET /api/sessions/{id}/timeline`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineIndex {
    /// The first moment that can be shown. Past the session's start where the oldest steps were let go.
    pub from: Moment,
    /// The last one that is written down.
    pub to: Moment,
    /// Whether it begins later than the session did.
    pub is_shortened: bool,
    /// What is worth jumping to, in order.
    pub marks: Vec<Mark>,
    /// Where there are more marks: ask again with `after`, the number of the last one here.
    #[serde(default)]
    pub more: bool,
    /// What whoever asks may do in the session.
    #[serde(default)]
    pub role: Role,
}

/// Something worth jumping to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// When.
    #[serde(flatten)]
    pub moment: Moment,
    /// What.
    #[serde(flatten)]
    pub kind: MarkKind,
}

/// What happened there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MarkKind {
    /// A turn began, or went on.
    Prompt {
        /// The turn.
        turn_id: TurnId,
        /// The words, their beginning.
        text: String,
        /// Who asked.
        by: ParticipantId,
    },
    /// A steer was applied.
    Steer {
        /// The turn.
        turn_id: TurnId,
        /// The steer.
        steer_id: SteerId,
        /// The words, their beginning.
        text: String,
        /// Who steered.
        by: ParticipantId,
    },
    /// A turn was stopped by a person or the server.
    Interrupt {
        /// The turn.
        turn_id: TurnId,
    },
    /// A hunk began.
    Hunk {
        /// The turn.
        turn_id: TurnId,
        /// The hunk.
        hunk_id: HunkId,
        /// Its file's path, as the model wrote it.
        path: String,
        /// The model's reason.
        why: String,
    },
    /// A person decided: kept, or took back.
    Decision {
        /// The turn.
        turn_id: TurnId,
        /// In words.
        text: String,
    },
    /// A turn ended.
    End {
        /// The turn.
        turn_id: TurnId,
        /// How.
        status: TurnStatus,
    },
    /// A person began to type.
    Edit {
        /// Who.
        by: ParticipantId,
    },
    /// Somebody came.
    Joined {
        /// Who.
        by: ParticipantId,
        /// The display name.
        name: String,
    },
    /// Somebody left.
    Left {
        /// Who.
        by: ParticipantId,
    },
    /// What happened right before is not in the timeline: the disk could not take it.
    Gap,
}

/// Answer of `GET /api/sessions/{id}/timeline/at/{seq}`: the session as a viewer without lag saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineState {
    /// The last step at or before the one that was asked for.
    #[serde(flatten)]
    pub moment: Moment,
    /// Everything that is not in the document.
    pub session: SessionView,
    /// The document: a Yjs update (version 1), base64.
    pub document: String,
}

/// Answer of `GET /api/sessions/{id}/timeline/steps?from={seq}`: what came after a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineSteps {
    /// In order.
    pub steps: Vec<TimelineStep>,
    /// Whether the timeline goes on behind them.
    pub more: bool,
}

/// One step, or something that was said ahead of the order right after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineStep {
    /// When. Several may share a number.
    #[serde(flatten)]
    pub moment: Moment,
    /// What it did to the document: a Yjs update (version 1), base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<String>,
    /// The frame that clients were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<ServerFrame>,
    /// Who came or left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
}

/// A change of who is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum People {
    /// Somebody came, or has another name or role.
    Joined {
        /// Who.
        #[serde(flatten)]
        participant: Participant,
        /// What they may do.
        role: Role,
    },
    /// Somebody left.
    Left {
        /// Who.
        id: ParticipantId,
    },
}

/// Answer of `GET /api/sessions/{id}/timeline/secrets`: what looks like a secret anywhere in the timeline, deleted text
/// included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leaks {
    /// In order, each once.
    pub found: Vec<Leak>,
    /// Whether there may be more.
    pub more: bool,
}

/// Something that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leak {
    /// When it was written.
    #[serde(flatten)]
    pub moment: Moment,
    /// Where.
    pub place: LeakPlace,
    /// What it looks like, for a person.
    pub what: String,
    /// What may be shown of it, and never enough to be used.
    pub preview: String,
}

/// Where something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LeakPlace {
    /// In a file, by whomever.
    File,
    /// In the model's output.
    Output,
    /// In a prompt or a steer.
    Words,
    /// In a comment on the timeline.
    Comment,
}

/// Body of `POST /api/sessions/{id}/fork`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fork {
    /// The last step that the new session has.
    pub seq: Seq,
}
