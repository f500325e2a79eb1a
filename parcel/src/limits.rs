//! From which size on something from outside is refused.

/// The largest body of an import, in bytes: a large project without its dependencies, several times over.
pub const BODY_MAX: usize = 64 * 1024 * 1024;
/// The largest zip's content, in bytes: what a session can hold in memory without its server noticing.
pub const UNPACKED_MAX: usize = 128 * 1024 * 1024;
/// The most files in one import: as many as a session holds.
pub const FILES_MAX: usize = 10_000;
/// The most entries of a zip, folders too: more than these belong to no project.
pub const ENTRIES_MAX: usize = 2 * FILES_MAX;
/// The largest text file, in bytes: what the editor still edits comfortably.
pub const TEXT_MAX: usize = 4 * 1024 * 1024;
/// The largest file that is kept and not edited, in bytes: pictures and fonts, no films.
pub const BINARY_MAX: usize = 16 * 1024 * 1024;
/// The longest path, in bytes: what common file systems still take as one name.
pub const PATH_MAX: usize = 255;
