//! What the operator may set, and within which bounds.

use protocol::limits::{CLIENT_FRAME_MAX, FILE_MAX, FILES_MAX, Limits, PROMPT_MAX};
use protocol::links::LINKS_MAX;
use serde::{Deserialize, Serialize};

use crate::timeline::TIMELINE_MAX;

/// The smallest frame that may be set as the largest: a prompt and its escapes fit in.
const FRAME_LEAST: usize = 2 * PROMPT_MAX;
/// The largest one: it is held in memory by every connection that sends it.
const FRAME_MOST: usize = 16 * 1024 * 1024;
/// The most links that may be allowed: they are listed whole.
const LINKS_MOST: usize = 10_000;
/// Bytes of a session's document: many times a large project, and little enough that it is loaded within seconds.
const SESSION_BYTES: usize = 256 * 1024 * 1024;
/// The least that may be set: a lesson and some work on it.
const SESSION_LEAST: usize = 1024 * 1024;
/// The most: it is held in memory.
const SESSION_MOST: usize = 4 * SESSION_BYTES;
/// The least that may be kept of a timeline: a few keyframes.
const TIMELINE_LEAST: u64 = 1024 * 1024;

/// The table `[limits]` of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Sessions that one address may make in an hour: a class behind one router, and no flood.
    pub sessions_per_hour: u32,
    /// Connections to one session at once: what the fan-out is measured with, and some room.
    pub sockets_per_session: u32,
    /// Connections of one address at once, to whatever sessions: a class with a few tabs each.
    pub sockets_per_address: u32,
    /// Messages that one connection may send in a second, for long: a person's keys and cursor make a tenth of it.
    pub messages_per_second: u32,
    /// Messages that it may send at once on top: what was typed while the connection was away, or a large paste.
    pub messages_at_once: u32,
    /// Wrong tokens that one address may show in a minute.
    pub guesses_per_minute: u32,
    /// Wrong access codes that one address may show in an hour.
    pub codes_per_hour: u32,
    /// Bytes of one frame of a client.
    pub frame_bytes: usize,
    /// UTF-16 units of one file.
    pub file_units: usize,
    /// Files of one session.
    pub files_per_session: usize,
    /// Bytes that the document of one session may take, with what is remembered of deleted text.
    pub session_bytes: usize,
    /// Links of one session, ended ones with them.
    pub links_per_session: usize,
    /// Bytes of one session's timeline: past it the oldest goes.
    pub timeline_bytes: u64,
}

impl Default for LimitsConfig {
    fn default() -> LimitsConfig {
        LimitsConfig {
            sessions_per_hour: 100,
            sockets_per_session: 2_000,
            sockets_per_address: 500,
            messages_per_second: 500,
            messages_at_once: 5_000,
            guesses_per_minute: 60,
            codes_per_hour: 20,
            frame_bytes: CLIENT_FRAME_MAX,
            file_units: FILE_MAX,
            files_per_session: FILES_MAX,
            session_bytes: SESSION_BYTES,
            links_per_session: LINKS_MAX,
            timeline_bytes: TIMELINE_MAX,
        }
    }
}

/// A limit that cannot be set so.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("[limits] {key} = {value}: it may be {least} to {most}")]
pub struct OutOfBounds {
    key: &'static str,
    value: u64,
    least: u64,
    most: u64,
}

impl LimitsConfig {
    /// Whether what is set can be kept to.
    ///
    /// # Errors
    ///
    /// Names the first key that is out of its bounds.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        let size = |size: usize| size as u64;
        let bounds = [
            ("frame_bytes", size(self.frame_bytes), size(FRAME_LEAST), size(FRAME_MOST)),
            ("file_units", size(self.file_units), 1, size(FILE_MAX)),
            ("files_per_session", size(self.files_per_session), 1, size(FILES_MAX)),
            ("session_bytes", size(self.session_bytes), size(SESSION_LEAST), size(SESSION_MOST)),
            ("links_per_session", size(self.links_per_session), 1, size(LINKS_MOST)),
            ("timeline_bytes", self.timeline_bytes, TIMELINE_LEAST, u64::from(u32::MAX)),
        ];
        match bounds.into_iter().find(|(_, value, least, most)| value < least || value > most) {
            None => Ok(()),
            Some((key, value, least, most)) => Err(OutOfBounds { key, value, least, most }),
        }
    }

    /// Those that clients are told.
    pub fn told(&self) -> Limits {
        Limits {
            client_frame_max: self.frame_bytes,
            file_max: self.file_units,
            files_max: self.files_per_session,
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_to_is_named_with_its_bounds() {
        assert_eq!(LimitsConfig::default().check(), Ok(()));
        let bad = [
            (LimitsConfig { frame_bytes: 1024, ..LimitsConfig::default() }, "frame_bytes = 1024: it may be 131072 to"),
            (LimitsConfig { file_units: FILE_MAX + 1, ..LimitsConfig::default() }, "file_units = 4194305"),
            (LimitsConfig { files_per_session: 0, ..LimitsConfig::default() }, "files_per_session = 0: it may be 1 to"),
            (LimitsConfig { session_bytes: 1, ..LimitsConfig::default() }, "session_bytes = 1: it may be 1048576 to"),
            (LimitsConfig { links_per_session: 0, ..LimitsConfig::default() }, "links_per_session = 0"),
            (LimitsConfig { timeline_bytes: 1, ..LimitsConfig::default() }, "timeline_bytes = 1"),
        ];
        for (config, words) in bad {
            let said = config.check().expect_err(words).to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
