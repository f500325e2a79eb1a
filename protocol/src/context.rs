//! What a model's request carries, and how much room it has: shown beside the turn, so that nobody has to guess what
//! the model knows.

use serde::{Deserialize, Serialize};

/// The most files that a view names; the others are counted.
pub const CONTEXT_FILES_MAX: usize = 100;

/// What the newest request of a turn carries. Tokens are estimates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextView {
    /// What a request to this model may take.
    pub limit_tokens: u32,
    /// What this one takes, conversation and system prompt included.
    pub used_tokens: u32,
    /// The project's conventions, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conventions: Option<ContextConventions>,
    /// Files of which the model has seen text as it stands now, the most telling first.
    pub files: Vec<ContextFile>,
    /// Further such files, past [`CONTEXT_FILES_MAX`].
    #[serde(default)]
    pub more_files: u32,
    /// Files that it knows by name only.
    pub outlined: u32,
    /// Files that it knows nothing of but that they are there.
    pub left_out: u32,
    /// Earlier turns that the request carries.
    pub history_turns: u32,
    /// Earlier turns that it no longer carries.
    pub dropped_turns: u32,
    /// What the words name with `@` and is not there, or is there more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// The conventions in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextConventions {
    /// What they take.
    pub tokens: u32,
    /// Lines that are carried.
    pub lines: u32,
    /// Whether there are more lines than that.
    pub cut: bool,
}

/// One file in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextFile {
    /// Its path.
    pub path: String,
    /// What it takes.
    pub tokens: u32,
    /// How much of it there is.
    pub how: ContextHow,
}

/// How a file is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContextHow {
    /// All of it.
    Whole,
    /// The parts that matter, with an outline.
    Window,
    /// What is selected in it, and nothing more.
    Selection,
    /// Again, because it has changed since it was last carried.
    Changed,
}
