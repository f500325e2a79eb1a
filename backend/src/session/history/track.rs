//! One file through the points: the whole text of its newest version, and what makes the older ones of it. Pure; knows
//! points by number alone, and neither the session's start nor the document.

use std::sync::Arc;

use document::Sheet;

use super::delta::Delta;
use super::{Kind, Saved};
use crate::session::parts::Parts;

/// The versions of a file that points know.
#[derive(Debug, Default)]
pub struct Track {
    /// Oldest first.
    versions: Vec<Version>,
    /// The text of the newest version that has one; empty where none has.
    text: Sheet,
}

/// What a file has been from a point on, up to the next version.
#[derive(Debug)]
struct Version {
    /// The point's number.
    since: u64,
    /// Nothing: it is not there.
    file: Option<Held>,
}

/// A file, without its text.
#[derive(Debug)]
struct Held {
    path: Arc<str>,
    kind: Kind,
    /// What makes its text of that of the next newer version that has one; nothing where it is the newest that has one,
    /// or has none.
    older: Option<Delta>,
}

impl Track {
    /// Adds a version at a point newer than all.
    pub fn push(&mut self, since: u64, saved: Option<Saved>) {
        let file = saved.map(|Saved { path, text, kind }| {
            if matches!(kind, Kind::Text(_)) {
                let before = std::mem::replace(&mut self.text, text);
                if let Some(last) = last_text(&mut self.versions) {
                    last.older = Some(Delta::between(&before, &self.text));
                }
            }
            Held { path, kind, older: None }
        });
        self.versions.push(Version { since, file });
    }

    /// The file at a point; nothing when all versions are newer.
    pub fn at(&self, point: u64) -> Option<Option<Saved>> {
        let version = self.version_at(point)?;
        let saved = self.versions.get(version)?.file.as_ref().map(|held| {
            let is_newest = held.older.is_none() && held.has_text();
            let text = if is_newest { self.text.clone() } else { self.parts(version).join().as_str().into() };
            Saved { path: Arc::clone(&held.path), text, kind: held.kind.clone() }
        });
        Some(saved)
    }

    /// Its text at a point, without joining it; nothing when all versions are newer.
    pub fn text_at(&self, point: u64) -> Option<Parts<'_>> {
        self.version_at(point).map(|version| self.parts(version))
    }

    /// Whether nothing has changed from one point to the other.
    pub fn is_same(&self, from: u64, to: u64) -> bool {
        self.version_at(from) == self.version_at(to)
    }

    /// What changed up to a point that is forgotten has changed up to the next one then; false when something else did
    /// up to that one, so that this is forgotten, too.
    pub fn pass(&mut self, forgotten: u64, next: u64) -> bool {
        let Ok(at) = self.versions.binary_search_by_key(&forgotten, |version| version.since) else { return false };
        if self.versions.get(at + 1).is_some_and(|newer| newer.since == next) {
            self.remove(at);
            return false;
        }
        if let Some(version) = self.versions.get_mut(at) {
            version.since = next;
        }
        true
    }

    /// What it holds, in bytes.
    pub fn weight(&self) -> usize {
        let held = |held: &Held| held.path.len() + held.older.as_ref().map_or(0, Delta::weight);
        let version = |version: &Version| size_of::<Version>() + version.file.as_ref().map_or(0, held);
        self.text.len() + self.versions.iter().map(version).sum::<usize>()
    }

    fn version_at(&self, point: u64) -> Option<usize> {
        self.versions.partition_point(|version| version.since <= point).checked_sub(1)
    }

    /// The text of a version; nothing is in it where the version has none.
    fn parts(&self, version: usize) -> Parts<'_> {
        let has_text = self.versions.get(version).and_then(|version| version.file.as_ref()).is_some_and(Held::has_text);
        if !has_text {
            return Parts::default();
        }
        let newer =
            self.versions.iter().skip(version).rev().filter_map(|version| version.file.as_ref()?.older.as_ref());
        newer.fold(Parts::from(&self.text), |parts, delta| delta.apply(&parts))
    }

    fn remove(&mut self, at: usize) {
        let Some(gone) = self.versions.remove(at).file.filter(Held::has_text) else { return };
        let before = self.versions.get_mut(..at).and_then(last_text);
        match (before, gone.older) {
            (Some(before), Some(older)) => before.older = before.older.take().map(|delta| delta.over(&older)),
            // It was the newest: the whole text is that of the one before it now.
            (Some(before), None) => {
                if let Some(delta) = before.older.take() {
                    self.text = delta.apply(&Parts::from(&self.text)).join().as_str().into();
                }
            }
            (None, Some(_)) => {}
            (None, None) => self.text = Sheet::default(),
        }
    }
}

impl Held {
    fn has_text(&self) -> bool {
        matches!(self.kind, Kind::Text(_))
    }
}

/// The newest of these versions that has a text.
fn last_text(versions: &mut [Version]) -> Option<&mut Held> {
    versions.iter_mut().rev().find_map(|version| version.file.as_mut().filter(|held| held.has_text()))
}
