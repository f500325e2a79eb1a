//! Identifiers as they stand on the wire: newtypes over strings and numbers, transparent to serde.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

text_id! {
    /// One shared room. Unguessable, made by the server.
    SessionId
}
text_id! {
    /// One piece of model work; made by the client, see [`is_client_id`].
    TurnId
}
text_id! {
    /// One steer; made by the client, see [`is_client_id`].
    SteerId
}
text_id! {
    /// The part of a turn that one upstream request produces; made by the client in `turn/continue`.
    SegmentId
}
text_id! {
    /// One hunk of a turn; made by the server.
    HunkId
}
text_id! {
    /// Files that came at once; made by the server.
    ImportId
}
text_id! {
    /// One locked region; made by the client, see [`is_client_id`].
    LockId
}
text_id! {
    /// One link to a session; made by the server. Opens nothing.
    LinkId
}
text_id! {
    /// One comment on a session's timeline; made by the server.
    CommentId
}
text_id! {
    /// One browser tab or program in a session; made by the server.
    ParticipantId
}
text_id! {
    /// One file of a session: the key in the document's root map `files`.
    FileId
}
text_id! {
    /// A model on offer, as `welcome` lists it.
    ModelId
}
text_id! {
    /// A lesson of the practice model.
    LessonId
}
text_id! {
    /// One load of a session into memory. A resume point of another epoch cannot be continued, only synced.
    Epoch
}

/// The place of a step in its session's one order. Gaps are normal; 0 is before the first step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first step.
    pub const ZERO: Seq = Seq(0);

    /// The next one.
    #[must_use]
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The longest client-made identifier, in bytes.
pub const CLIENT_ID_MAX: usize = 64;

/// Whether `text` may be a client-made identifier: 1 to 64 of `[A-Za-z0-9_-]`.
pub fn is_client_id(text: &str) -> bool {
    (1..=CLIENT_ID_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
