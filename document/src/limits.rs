//! From which size on a participant's update is refused. The caller may set other limits than these defaults.

/// The largest file, in UTF-16 units: what Monaco still edits comfortably.
const FILE_MAX: u32 = 4 * 1024 * 1024;
/// The most files in a session.
const FILES_MAX: usize = 10_000;
/// The longest path, in bytes: what common file systems still take as one name.
pub(crate) const PATH_MAX: usize = 255;

/// The limits that a participant's update can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in UTF-16 units.
    pub file_max: u32,
    /// The most files in the document.
    pub files_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_max: FILE_MAX, files_max: FILES_MAX }
    }
}
