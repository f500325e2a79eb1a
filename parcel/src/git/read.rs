//! Reads patches: git's own, as `git diff` and `git format-patch` write them, and plain unified ones.
//!
//! Whole or not at all. Nothing is looked up in any file yet: see [`apply`](super::apply).

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::base85;
use super::read_header::Header;
use crate::limits::{BINARY_MAX, FILES_MAX};
use crate::path::BadPath;

/// What a patch does to one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePatch {
    /// The file that it begins with; nothing: it makes one.
    pub old: Option<String>,
    /// The file that it ends with; nothing: it deletes one.
    pub new: Option<String>,
    /// The old file stays as well.
    pub copy: bool,
    /// Whether the file can be run from now on; nothing: as before.
    pub executable: Option<bool>,
    /// What changes in it.
    pub body: Body,
}

/// What changes in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    #[default]
    Same,
    /// Some of its lines.
    Hunks(Vec<Hunk>),
    /// All of it: these are the bytes.
    Literal(Vec<u8>),
    /// How the new bytes are made of the old.
    Delta(Vec<u8>),
}

/// Lines that change in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// The first of the old lines, from 1; the line in front where there are none.
    pub start: usize,
    /// In order.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub kind: LineKind,
    /// With its newline, if it has one.
    pub bytes: Vec<u8>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// It stays.
    Context,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

/// Why a patch cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPatch {
    /// There is none in it.
    #[error("there is no patch in it")]
    None,
    /// A line is not what it should be.
    #[error("line {0} {1}")]
    Line(usize, &'static str),
    /// A file's path.
    #[error("{0} {1}")]
    Path(String, BadPath),
    /// A link or a submodule.
    #[error("{0} is a link, and links are not taken")]
    Link(String),
    /// A binary file of which it only says that it differs.
    #[error("{0} is a binary file, and its bytes are not in the patch: make it with git diff --binary")]
    NoBytes(String),
    /// Past a limit.
    #[error("{0}")]
    Limit(&'static str),
}

/// Reads a patch.
///
/// # Errors
///
/// Says what is wrong with it, and where.
pub fn read(bytes: &[u8]) -> Result<Vec<FilePatch>, BadPatch> {
    let mut lines = Lines { lines: bytes.split_inclusive(|byte| *byte == b'\n').collect(), at: 0 };
    let mut patches = Vec::new();
    while let Some(header) = Header::next(&mut lines)? {
        if patches.len() >= FILES_MAX {
            return Err(BadPatch::Limit("the patch changes too many files"));
        }
        let name = header.name().to_owned();
        let mut patch = header.into_patch()?;
        patch.body = body(&mut lines, &name)?;
        patches.push(patch);
    }
    if patches.is_empty() { Err(BadPatch::None) } else { Ok(patches) }
}

/// The lines of a patch.
pub(super) struct Lines<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The line at hand, with its newline.
    pub(super) fn raw(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    /// The one so many lines on, without its end.
    pub(super) fn ahead(&self, by: usize) -> Option<&'a [u8]> {
        self.lines.get(self.at + by).map(|line| bare(line))
    }

    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    pub(super) fn bad(&self, why: &'static str) -> BadPatch {
        BadPatch::Line(self.at + 1, why)
    }
}

/// A line without its newline, and without what a mail program put in front of it.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn body(lines: &mut Lines<'_>, name: &str) -> Result<Body, BadPatch> {
    match lines.ahead(0) {
        Some(line) if line.starts_with(b"@@ -") => {}
        Some(b"GIT binary patch") => {
            lines.step();
            return binary(lines, name);
        }
        Some(line) if line.starts_with(b"Binary files ") => return Err(BadPatch::NoBytes(name.to_owned())),
        _ => return Ok(Body::Same),
    }
    let mut hunks = Vec::new();
    while let Some(line) = lines.ahead(0).filter(|line| line.starts_with(b"@@ -")) {
        let (start, old, new) = hunk_header(line).ok_or_else(|| lines.bad("is no head of a hunk"))?;
        lines.step();
        hunks.push(Hunk { start, lines: hunk_lines(lines, old, new)? });
    }
    Ok(Body::Hunks(hunks))
}

/// The first old line, and how many there are of the old and of the new.
fn hunk_header(line: &[u8]) -> Option<(usize, usize, usize)> {
    let mut parts = std::str::from_utf8(line).ok().or_else(|| ascii_part(line))?.split(' ');
    let (at, old, new, end) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let range = |text: &str| -> Option<(usize, usize)> {
        let (start, len) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, len.parse().ok()?))
    };
    let (start, old) = range(old.strip_prefix('-')?)?;
    let (_, new) = range(new.strip_prefix('+')?)?;
    (at == "@@" && end == "@@").then_some((start, old, new))
}

/// What stands behind a hunk's head is a line of the file, in whatever encoding.
fn ascii_part(line: &[u8]) -> Option<&str> {
    let end = line.iter().position(|byte| !byte.is_ascii()).unwrap_or(line.len());
    std::str::from_utf8(line.get(..end)?).ok()
}

fn hunk_lines(lines: &mut Lines<'_>, mut old: usize, mut new: usize) -> Result<Vec<Line>, BadPatch> {
    let mut found: Vec<Line> = Vec::new();
    loop {
        let raw = lines.raw();
        if raw.is_some_and(|line| line.starts_with(b"\\ ")) {
            let last = found.last_mut().ok_or_else(|| lines.bad("stands behind no line"))?;
            if last.bytes.pop() == Some(b'\n') && last.bytes.last() == Some(&b'\r') && carries(raw) {
                last.bytes.pop();
            }
            lines.step();
            continue;
        }
        if old == 0 && new == 0 {
            return Ok(found);
        }
        let raw = raw.ok_or_else(|| lines.bad("is missing: the patch ends inside a hunk"))?;
        let (kind, bytes) = match raw.split_first() {
            Some((b' ', rest)) => (LineKind::Context, rest),
            Some((b'-', rest)) => (LineKind::Removed, rest),
            Some((b'+', rest)) => (LineKind::Added, rest),
            // Some tools cut the blank of a blank line.
            Some((b'\n', _)) => (LineKind::Context, raw),
            Some((b'\r', b"\n")) => (LineKind::Context, raw),
            _ => return Err(lines.bad("does not belong into a hunk")),
        };
        let (takes, gives) = (kind != LineKind::Added, kind != LineKind::Removed);
        let room = (!takes || old > 0) && (!gives || new > 0);
        if !room {
            return Err(lines.bad("is more than the head of its hunk says"));
        }
        old -= usize::from(takes);
        new -= usize::from(gives);
        found.push(Line { kind, bytes: bytes.to_vec() });
        lines.step();
    }
}

/// Whether the patch itself has CR LF at its lines' ends.
fn carries(line: Option<&[u8]>) -> bool {
    line.is_some_and(|line| line.ends_with(b"\r\n"))
}

fn binary(lines: &mut Lines<'_>, name: &str) -> Result<Body, BadPatch> {
    let forward = binary_hunk(lines, name)?.ok_or_else(|| lines.bad("should be literal or delta"))?;
    // The way back is for those who want it.
    binary_hunk(lines, name)?;
    Ok(forward)
}

fn binary_hunk(lines: &mut Lines<'_>, name: &str) -> Result<Option<Body>, BadPatch> {
    let Some(head) = lines.ahead(0).and_then(|line| std::str::from_utf8(line).ok()) else { return Ok(None) };
    let literal = head.strip_prefix("literal ");
    let Some(size) = literal.or(head.strip_prefix("delta ")) else { return Ok(None) };
    let size: usize = size.parse().map_err(|_| lines.bad("has no size"))?;
    if size > BINARY_MAX {
        return Err(BadPatch::Limit("a binary file in the patch is too large"));
    }
    lines.step();
    let mut packed = Vec::new();
    while let Some(line) = lines.ahead(0).filter(|line| !line.is_empty()) {
        packed.extend(base85::read(line).ok_or_else(|| lines.bad("is no line of a binary patch"))?);
        lines.step();
    }
    lines.step();
    let mut bytes = Vec::new();
    // Bounded by what it says, and by one more, to see whether it lies.
    let bound = u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1);
    let unpacked = ZlibDecoder::new(packed.as_slice()).take(bound).read_to_end(&mut bytes);
    if unpacked.is_err() || bytes.len() != size {
        return Err(BadPatch::NoBytes(name.to_owned()));
    }
    Ok(Some(if literal.is_some() { Body::Literal(bytes) } else { Body::Delta(bytes) }))
}
