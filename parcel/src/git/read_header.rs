//! What stands in front of a file's hunks in a patch: its names, and what becomes of it as a file.

use super::quote;
use super::read::{BadPatch, FilePatch, Lines};
use crate::path;

/// What a header says.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The one name that `diff --git` gives, if it is one.
    line: Option<String>,
    old: Name,
    new: Name,
    /// Of a rename or a copy.
    from: Option<String>,
    to: Option<String>,
    copy: bool,
    created: bool,
    deleted: bool,
    /// The file's kind, if a line says it.
    mode: Option<u32>,
    changes_mode: bool,
}

/// What a `---` or `+++` line names.
#[derive(Debug, Default, PartialEq, Eq)]
enum Name {
    #[default]
    Unsaid,
    Nothing,
    Path(String),
}

/// The bits of a mode that say what kind of thing it is.
const KIND: u32 = 0o170_000;
/// A file.
const REGULAR: u32 = 0o100_000;

impl Header {
    /// Goes to the next header, past whatever stands in front of it, and reads it.
    pub(super) fn next(lines: &mut Lines<'_>) -> Result<Option<Header>, BadPatch> {
        while let Some(line) = lines.ahead(0) {
            if let Some(names) = line.strip_prefix(b"diff --git ") {
                let mut header = Header { line: both(names), ..Header::default() };
                lines.step();
                header.extended(lines)?;
                return Ok(Some(header));
            }
            let next = |by, start: &[u8]| lines.ahead(by).is_some_and(|line| line.starts_with(start));
            if line.starts_with(b"--- ") && next(1, b"+++ ") && next(2, b"@@ -") {
                let mut header = Header::default();
                header.sides(lines)?;
                return Ok(Some(header));
            }
            lines.step();
        }
        Ok(None)
    }

    /// What people call the file.
    pub(super) fn name(&self) -> &str {
        let said = self.to.as_deref().or(self.line.as_deref());
        match (&self.new, &self.old) {
            _ if said.is_some() => said.unwrap_or_default(),
            (Name::Path(path), _) | (_, Name::Path(path)) => path,
            _ => "a file",
        }
    }

    /// As a patch without its body.
    pub(super) fn into_patch(self) -> Result<FilePatch, BadPatch> {
        let name = self.name().to_owned();
        if self.mode.is_some_and(|mode| mode & KIND != REGULAR) {
            return Err(BadPatch::Link(name));
        }
        let line = self.line;
        let side = |said: Name, moved: Option<String>, none: bool| match (moved, said) {
            (Some(moved), _) => Some(moved),
            (None, _) if none => None,
            (None, Name::Path(path)) => Some(path),
            (None, Name::Nothing) => None,
            (None, Name::Unsaid) => line.clone(),
        };
        let (old, new) = (side(self.old, self.from, self.created), side(self.new, self.to, self.deleted));
        for path in [&old, &new].into_iter().flatten() {
            path::check(path).map_err(|why| BadPatch::Path(path.clone(), why))?;
        }
        if old.is_none() && new.is_none() {
            return Err(BadPatch::Path(name, path::BadPath::Empty));
        }
        let said = self.created || self.changes_mode;
        let executable = self.mode.filter(|_| said).map(|mode| mode & 0o111 != 0);
        Ok(FilePatch { old, new, copy: self.copy, executable, ..FilePatch::default() })
    }

    /// The lines behind `diff --git`.
    fn extended(&mut self, lines: &mut Lines<'_>) -> Result<(), BadPatch> {
        while let Some(line) = lines.ahead(0) {
            let mode = |text: &[u8]| {
                let text = std::str::from_utf8(text).ok()?;
                u32::from_str_radix(text.trim(), 8).ok()
            };
            let mode = |text| mode(text).ok_or_else(|| lines.bad("has no mode"));
            let name = |text| bare_name(text).ok_or_else(|| lines.bad("has no name"));
            if let Some(text) = line.strip_prefix(b"old mode ") {
                mode(text)?;
            } else if let Some(text) = line.strip_prefix(b"new mode ") {
                (self.mode, self.changes_mode) = (Some(mode(text)?), true);
            } else if let Some(text) = line.strip_prefix(b"new file mode ") {
                (self.mode, self.created) = (Some(mode(text)?), true);
            } else if let Some(text) = line.strip_prefix(b"deleted file mode ") {
                (self.mode, self.deleted) = (Some(mode(text)?), true);
            } else if let Some(text) = line.strip_prefix(b"rename from ") {
                self.from = Some(name(text)?);
            } else if let Some(text) = line.strip_prefix(b"rename to ") {
                self.to = Some(name(text)?);
            } else if let Some(text) = line.strip_prefix(b"copy from ") {
                (self.from, self.copy) = (Some(name(text)?), true);
            } else if let Some(text) = line.strip_prefix(b"copy to ") {
                (self.to, self.copy) = (Some(name(text)?), true);
            } else if let Some(text) = line.strip_prefix(b"index ") {
                if let Some(at) = text.iter().position(|byte| *byte == b' ')
                    && self.mode.is_none()
                {
                    self.mode = Some(mode(text.get(at + 1..).unwrap_or_default())?);
                }
            } else if line.starts_with(b"--- ") {
                return self.sides(lines);
            } else if !line.starts_with(b"similarity index ") && !line.starts_with(b"dissimilarity index ") {
                return Ok(());
            }
            lines.step();
        }
        Ok(())
    }

    /// The lines `---` and `+++`.
    fn sides(&mut self, lines: &mut Lines<'_>) -> Result<(), BadPatch> {
        let old = lines.ahead(0).and_then(|line| side_name(line.strip_prefix(b"--- ")?));
        let old = old.ok_or_else(|| lines.bad("has no name"))?;
        let new = lines.ahead(1).and_then(|line| side_name(line.strip_prefix(b"+++ ")?));
        let new = new.ok_or_else(|| lines.bad("has no new name behind it"))?;
        (self.old, self.new) = stripped(old, new);
        lines.step();
        lines.step();
        Ok(())
    }
}

/// The prefixes of the two sides that git knows, in either direction.
const PREFIXES: [(&str, &str); 4] = [("a/", "b/"), ("i/", "w/"), ("c/", "i/"), ("c/", "w/")];

fn stripped(old: Name, new: Name) -> (Name, Name) {
    let has = |name: &Name, prefix: &str| match name {
        Name::Path(path) => path.starts_with(prefix),
        Name::Unsaid | Name::Nothing => true,
    };
    let strip = |name: Name| match name {
        Name::Path(path) => Name::Path(path.get(2..).unwrap_or_default().to_owned()),
        other => other,
    };
    let pair = |(a, b): &(&str, &str)| (has(&old, a) && has(&new, b)) || (has(&old, b) && has(&new, a));
    if PREFIXES.iter().any(pair) { (strip(old), strip(new)) } else { (old, new) }
}

fn side_name(text: &[u8]) -> Option<Name> {
    if let Some((name, _)) = quote::unquote(text) {
        return Some(Name::Path(String::from_utf8(name).ok()?));
    }
    // A time may follow behind a tab.
    let end = text.iter().position(|byte| *byte == b'\t').unwrap_or(text.len());
    let name = std::str::from_utf8(text.get(..end)?).ok()?;
    Some(if name == "/dev/null" { Name::Nothing } else { Name::Path(name.to_owned()) })
}

fn bare_name(text: &[u8]) -> Option<String> {
    let name = quote::unquote(text).map_or_else(|| text.to_vec(), |(name, _)| name);
    String::from_utf8(name).ok().filter(|name| !name.is_empty())
}

/// The name that both halves of `diff --git` agree on. It counts where no other line has a name, and then both are the
/// same.
fn both(names: &[u8]) -> Option<String> {
    let bare = |name: &[u8]| {
        let at = name.iter().position(|byte| *byte == b'/')?;
        String::from_utf8(name.get(at + 1..)?.to_vec()).ok()
    };
    if let Some((first, rest)) = quote::unquote(names) {
        let second = rest.strip_prefix(b" ")?;
        let second = quote::unquote(second).map_or_else(|| second.to_vec(), |(name, _)| name);
        return bare(&first).filter(|name| bare(&second).as_ref() == Some(name));
    }
    let blanks = names.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
    blanks.into_iter().find_map(|at| {
        let (first, second) = (bare(names.get(..at)?)?, bare(names.get(at + 1..)?)?);
        (first == second).then_some(first)
    })
}
