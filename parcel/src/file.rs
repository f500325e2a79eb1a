//! A file outside a session: bytes and whether it can be run.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What is in it.
    pub bytes: Arc<[u8]>,
    /// Whether it may be run as a program: all that is kept of permissions, as git does.
    pub executable: bool,
}

/// Files by their paths.
pub type Tree = BTreeMap<String, File>;

impl File {
    /// A file that is not a program.
    pub fn plain(bytes: impl Into<Arc<[u8]>>) -> File {
        File { bytes: bytes.into(), executable: false }
    }

    /// Whether tools treat it as bytes and not as lines of text.
    pub fn is_binary(&self) -> bool {
        crate::text::is_binary(&self.bytes)
    }
}
