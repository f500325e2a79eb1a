//! What is refused, and from which size. The server sends the ones that a client can run into.

use serde::{Deserialize, Serialize};

/// The largest frame that a client may send, in bytes. Typing and pasting stay far below; imports go by HTTP.
pub const CLIENT_FRAME_MAX: usize = 256 * 1024;
/// The longest prompt or steer, in bytes.
pub const PROMPT_MAX: usize = 64 * 1024;
/// The longest display name, in characters.
pub const NAME_MAX: usize = 40;
/// The longest path, in bytes.
pub const PATH_MAX: usize = 255;
/// The largest file, in UTF-16 units: what Monaco still edits comfortably.
pub const FILE_MAX: usize = 4 * 1024 * 1024;
/// The most files in a session.
pub const FILES_MAX: usize = 10_000;

/// The most locked regions in a session: far more than a person keeps in mind.
pub const LOCKS_MAX: usize = 256;
/// The most files or regions that one scope names.
pub const SCOPE_MAX: usize = 256;

/// The most runs of a session's code that are kept for those who come later: the last few are what one talks about.
pub const RUNS_KEPT: usize = 5;
/// The most failures that a run reports: the first ones are what is mended.
pub const RUN_ERRORS_MAX: usize = 10;
/// The longest path, name or message in a run's report, in bytes: a line.
pub const RUN_MESSAGE_MAX: usize = 512;
/// The longest console text in a run's report, in bytes: what a person reads of somebody else's run.
pub const RUN_OUTPUT_MAX: usize = 4 * 1024;

/// The limits that a client can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// See [`CLIENT_FRAME_MAX`].
    pub client_frame_max: usize,
    /// See [`PROMPT_MAX`].
    pub prompt_max: usize,
    /// See [`NAME_MAX`].
    pub name_max: usize,
    /// See [`PATH_MAX`].
    pub path_max: usize,
    /// See [`FILE_MAX`].
    pub file_max: usize,
    /// See [`FILES_MAX`].
    pub files_max: usize,
    /// See [`LOCKS_MAX`].
    pub locks_max: usize,
    /// See [`SCOPE_MAX`].
    pub scope_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            client_frame_max: CLIENT_FRAME_MAX,
            prompt_max: PROMPT_MAX,
            name_max: NAME_MAX,
            path_max: PATH_MAX,
            file_max: FILE_MAX,
            files_max: FILES_MAX,
            locks_max: LOCKS_MAX,
            scope_max: SCOPE_MAX,
        }
    }
}
