//! A patch carried out on files, in memory: whole or not at all.
//!
//! A hunk goes where its lines stand: at the line that it names, or else at the nearest place that has exactly those
//! lines. Nothing is guessed beyond that, but that a patch or a file that has lost its carriage returns is understood.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::delta;
use super::read::{Body, FilePatch, Hunk, LineKind};
use crate::limits::BINARY_MAX;
use crate::{File, Tree};

/// What a patch does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Files as they are afterwards.
    pub written: Tree,
    /// Paths that have no file afterwards.
    pub gone: BTreeSet<String>,
    /// Where files of `written` were before, by their paths now.
    pub moved: BTreeMap<String, String>,
}

/// Why a patch does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A file that it changes is not there.
    #[error("{0} is not there")]
    Missing(String),
    /// A file that it makes is there.
    #[error("{0} is there already")]
    Exists(String),
    /// The lines that it changes are not there.
    #[error("{0} does not have the lines that the patch changes around line {1}")]
    Lines(String, usize),
    /// The bytes that it changes are others.
    #[error("{0} is not the binary file that the patch was made for")]
    Bytes(String),
    /// A file that it deletes has more in it.
    #[error("{0} has other text than the patch deletes")]
    NotEmpty(String),
}

/// Carries a patch out. `find` gives the files as they are.
///
/// # Errors
///
/// Names the first file that it does not fit.
pub fn apply(patches: &[FilePatch], find: &dyn Fn(&str) -> Option<File>) -> Result<Applied, Misfit> {
    let mut done = Applied::default();
    let leaves = |patch: &&FilePatch| patch.old != patch.new && !patch.copy;
    let leaving: BTreeSet<&str> = patches.iter().filter(leaves).filter_map(|patch| patch.old.as_deref()).collect();
    for patch in patches {
        let renames = patch.old.is_some() && patch.new.is_some() && patch.old != patch.new;
        let before = match patch.old.as_deref() {
            // What moves is what was there before any of it; what is changed twice, what the first change left.
            Some(old) if renames => Some(find(old).ok_or_else(|| Misfit::Missing(old.to_owned()))?),
            Some(old) => {
                let known = done.written.get(old).cloned();
                let known = known.or_else(|| find(old).filter(|_| !done.gone.contains(old)));
                Some(known.ok_or_else(|| Misfit::Missing(old.to_owned()))?)
            }
            None => None,
        };
        if let Some(new) = patch.new.as_deref().filter(|_| patch.old != patch.new)
            && (done.written.contains_key(new) || (find(new).is_some() && !leaving.contains(new)))
        {
            return Err(Misfit::Exists(new.to_owned()));
        }
        let name = patch.new.as_deref().or(patch.old.as_deref()).unwrap_or_default();
        let bytes = before.as_ref().map(|file| file.bytes.clone()).unwrap_or_default();
        let after = change(&bytes, &patch.body, name)?;
        if let Some(old) = patch.old.as_deref().filter(|_| leaves(&patch)) {
            done.gone.insert(old.to_owned());
            // What an earlier patch wrote there goes too, unless this one only moved what was there before.
            if patch.new.is_none() {
                done.written.remove(old);
            }
        }
        let Some(new) = patch.new.as_deref() else {
            if !after.is_empty() && matches!(patch.body, Body::Hunks(_)) {
                return Err(Misfit::NotEmpty(name.to_owned()));
            }
            continue;
        };
        let executable = patch.executable.unwrap_or_else(|| before.is_some_and(|file| file.executable));
        done.written.insert(new.to_owned(), File { bytes: after.into_owned().into(), executable });
        if let Some(old) = patch.old.as_deref().filter(|_| renames && !patch.copy) {
            done.moved.insert(new.to_owned(), old.to_owned());
        }
    }
    done.gone.retain(|path| !done.written.contains_key(path));
    Ok(done)
}

fn change<'a>(before: &'a [u8], body: &Body, name: &str) -> Result<Cow<'a, [u8]>, Misfit> {
    match body {
        Body::Same => Ok(Cow::Borrowed(before)),
        Body::Literal(bytes) => Ok(Cow::Owned(bytes.clone())),
        Body::Delta(packed) => delta::apply(before, packed, BINARY_MAX)
            .map(Cow::Owned)
            .map_err(|delta::Unfit| Misfit::Bytes(name.to_owned())),
        Body::Hunks(hunks) => {
            let misfit = match carry_out(before, hunks) {
                Ok(after) => return Ok(Cow::Owned(after)),
                Err(line) => Misfit::Lines(name.to_owned(), line),
            };
            let endings = if before.windows(2).any(|pair| pair == b"\r\n") { b"\r\n".as_slice() } else { b"\n" };
            let hunks: Vec<Hunk> = hunks.iter().map(|hunk| with_endings(hunk, endings)).collect();
            carry_out(before, &hunks).map(Cow::Owned).map_err(|_| misfit)
        }
    }
}

/// The hunk as if its lines ended as the file's do.
fn with_endings(hunk: &Hunk, ending: &[u8]) -> Hunk {
    let mut hunk = hunk.clone();
    for line in &mut hunk.lines {
        if let Some(text) = line.bytes.strip_suffix(b"\n") {
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            line.bytes = [text, ending].concat();
        }
    }
    hunk
}

/// The bytes with all hunks carried out, or the line of the first that does not fit.
fn carry_out(before: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, usize> {
    let lines: Vec<&[u8]> = before.split_inclusive(|byte| *byte == b'\n').collect();
    let mut out = Vec::with_capacity(before.len());
    let mut at = 0;
    let mut shift = 0isize;
    for hunk in hunks {
        let old: Vec<&[u8]> = hunk.lines.iter().filter(|line| line.kind != LineKind::Added).map(bytes).collect();
        let named = if old.is_empty() { hunk.start } else { hunk.start.saturating_sub(1) };
        let wanted = named.saturating_add_signed(shift);
        let place = find_lines(&lines, &old, wanted, at, Ends::of(hunk)).ok_or(hunk.start)?;
        shift = isize::try_from(place).unwrap_or(0) - isize::try_from(named).unwrap_or(0);
        out.extend(lines.get(at..place).unwrap_or_default().concat());
        for line in hunk.lines.iter().filter(|line| line.kind != LineKind::Removed) {
            // Behind a line without a newline nothing can come.
            if !out.is_empty() && !out.ends_with(b"\n") {
                return Err(hunk.start);
            }
            out.extend_from_slice(&line.bytes);
        }
        at = place + old.len();
    }
    let rest = lines.get(at..).unwrap_or_default();
    if !rest.is_empty() && !out.is_empty() && !out.ends_with(b"\n") {
        return Err(hunks.last().map_or(1, |hunk| hunk.start));
    }
    out.extend(rest.concat());
    Ok(out)
}

fn bytes(line: &super::read::Line) -> &[u8] {
    &line.bytes
}

/// What of a file's ends a hunk stands at: one that has lines in front of its change and none behind was made at the end
/// of the file, and one at the first line with none in front was made there. Elsewhere it would be another change, most
/// often the same one for a second time. git reads hunks alike.
#[derive(Clone, Copy)]
struct Ends {
    first: bool,
    last: bool,
}

impl Ends {
    fn of(hunk: &Hunk) -> Self {
        let kept = |line: Option<&super::read::Line>| line.is_some_and(|line| line.kind == LineKind::Context);
        let (front, back) = (kept(hunk.lines.first()), kept(hunk.lines.last()));
        Self { first: hunk.start <= 1 && !front && back, last: front && !back }
    }
}

/// The place nearest to `wanted`, and not before `least`, that has these lines.
fn find_lines(lines: &[&[u8]], old: &[&[u8]], wanted: usize, least: usize, ends: Ends) -> Option<usize> {
    let last = lines.len().checked_sub(old.len()).filter(|last| *last >= least)?;
    let fits = |place: &usize| {
        (least..=last).contains(place)
            && lines.get(*place..*place + old.len()) == Some(old)
            && (!ends.first || *place == 0)
            && (!ends.last || *place == last)
    };
    if old.is_empty() {
        return fits(&wanted).then_some(wanted);
    }
    let reach = wanted.max(last.saturating_sub(wanted)) + wanted.saturating_sub(last);
    (0..=reach).flat_map(|by| [wanted.checked_sub(by), wanted.checked_add(by)]).flatten().find(fits)
}
