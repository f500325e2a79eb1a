//! What came of a run of the session's code. The code itself runs in a participant's browser, never on the server.

use serde::{Deserialize, Serialize};

use crate::ids::ParticipantId;

/// A run as its participant reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// The path of the file that it began with.
    pub entry: String,
    /// How it ended.
    pub status: RunStatus,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// What failed, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<RunError>,
    /// The tests, where the run was one of tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<RunTests>,
    /// The last words of the console.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunStatus {
    /// By itself, without an error.
    Passed,
    /// With an error or a failed test.
    Failed,
    /// By a person.
    Stopped,
    /// By the browser.
    Crashed,
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// What it is, in a line.
    pub message: String,
    /// The path of the file that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line there, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The test that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// How many tests there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunTests {
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Not run.
    pub skipped: u32,
}

/// A run as everyone is shown it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Who ran it.
    pub by: ParticipantId,
    /// What came of it.
    #[serde(flatten)]
    pub report: RunReport,
}
