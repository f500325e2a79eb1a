//! What a segment asks of a model, before any family puts it on its wire.

/// One request: everything the model is to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentRequest {
    /// The system prompt; stays the same through a session, for the upstream's cache.
    pub instructions: String,
    /// The conversation, oldest first. Consecutive messages of one role are allowed here;
    /// a family merges them where its upstream needs it.
    pub messages: Vec<Message>,
    /// For the practice model alone: where its script stands.
    pub cue: Option<Cue>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What, byte for byte.
    pub text: String,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The person, or the server on a person's behalf.
    User,
    /// The model: for an interrupted segment exactly what was kept.
    Assistant,
}

/// Where a scripted turn stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cue {
    /// The session's lesson.
    pub lesson: Option<String>,
    /// The prompt that began the turn.
    pub prompt: String,
    /// The speed that the learner chose.
    pub tokens_per_second: u32,
    /// The turn's output so far, cuts applied; empty for its first segment.
    pub kept: String,
    /// What began each segment after the first, oldest first: the words of a steer or a continue, or `None`
    /// for a continue without words. Empty for the turn's first segment.
    pub replies: Vec<Option<String>>,
    /// The session's files as they stand.
    pub files: Vec<CueFile>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueFile {
    /// Its path.
    pub path: String,
    /// Its text, LF.
    pub text: String,
}
