//! The files as they stood at the points of a session that people compare. Pure.
//!
//! The newest text of a file is shared with the document's own view, and older ones are kept as what differs from the
//! next newer one: a point costs what has changed since the one before it, whatever the size of the files.

mod delta;
mod track;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use document::{BlobRef, Document, Form, Sheet};
use protocol::TurnId;

use self::track::Track;
use super::parts::{self, Parts};

/// The most points that are kept, beside the session's start: hours of steering.
pub const POINTS_MAX: usize = 256;
/// The most that they hold, in bytes: what the files were at the session's start aside.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;

/// A point of a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// The session's start.
    Start,
    /// Before a turn's n-th segment, from 0.
    Segment(TurnId, usize),
    /// A turn's end, the last one if it went on.
    After(TurnId),
    /// As it stands.
    Now,
}

impl Point {
    /// From its name on the wire.
    pub fn parse(name: &str) -> Option<Point> {
        let mut parts = name.split(':');
        let point = match (parts.next()?, parts.next(), parts.next()) {
            ("start", None, None) => Point::Start,
            ("now", None, None) => Point::Now,
            ("turn", Some(turn), Some("before")) => Point::Segment(turn.into(), 0),
            ("turn", Some(turn), Some("after")) => Point::After(turn.into()),
            ("segment", Some(turn), Some(number)) => Point::Segment(turn.into(), number.parse().ok()?),
            _ => return None,
        };
        parts.next().is_none().then_some(point)
    }
}

/// A file at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The path that it was shown under.
    pub path: Arc<str>,
    /// Its text; empty where it is kept and not edited.
    pub text: Sheet,
    /// What it is beside that.
    pub kind: Kind,
}

/// What a file is beside its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, and how it becomes bytes.
    Text(Form),
    /// Bytes that are kept and not edited.
    Kept {
        /// Which.
        blob: BlobRef,
        /// It can be run as a program.
        executable: bool,
    },
}

impl Default for Kind {
    fn default() -> Self {
        Kind::Text(Form::default())
    }
}

/// All files at a point, by id.
pub type Files = BTreeMap<String, Saved>;

/// One file that differs between two points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// At the earlier point.
    pub before: Option<Saved>,
    /// At the later one.
    pub after: Option<Saved>,
}

/// The points so far.
#[derive(Debug, Default)]
pub struct History {
    /// Everything at the first point.
    base: Files,
    /// The files that have changed since, by id.
    tracks: BTreeMap<String, Track>,
    /// The other points, oldest first.
    points: VecDeque<Marked>,
    /// Points ever marked: the newest one's number.
    marked: u64,
    /// The files at the newest point: revision, path, and what they are beside their text.
    known: HashMap<String, (u64, String, Kind)>,
    /// The document's number for which files there are, and its newest revision, at the newest point; nothing: there
    /// is none yet.
    seen: Option<(u64, u64)>,
    /// What the tracks hold.
    bytes: usize,
    /// Smaller ones than usual under test.
    limits: Limits,
}

/// How much is kept.
#[derive(Debug)]
struct Limits {
    /// Of points, beside the session's start.
    points: usize,
    /// By what the tracks hold.
    bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { points: POINTS_MAX, bytes: BYTES_MAX }
    }
}

/// A point, and the files that have changed since the one before it.
#[derive(Debug)]
struct Marked {
    point: Point,
    number: u64,
    changed: Vec<String>,
}

impl History {
    /// A history that begins with the document as it stands.
    pub fn new(doc: &Document) -> Self {
        let mut history = Self::default();
        for (id, saved) in history.look(doc) {
            history.base.extend(saved.map(|saved| (id, saved)));
        }
        history
    }

    /// Adds a point. One of the same name is forgotten.
    pub fn mark(&mut self, point: Point, doc: &Document) {
        let namesake = self.points.iter().position(|known| known.point == point);
        self.marked += 1;
        let number = self.marked;
        let mut changed = Vec::new();
        for (id, saved) in self.look(doc) {
            self.change(&id, |track| track.push(number, saved));
            changed.push(id);
        }
        self.points.push_back(Marked { point, number, changed });
        if let Some(at) = namesake {
            self.forget(at);
        }
        while self.points.len() > 1 && (self.points.len() > self.limits.points || self.bytes > self.limits.bytes) {
            self.forget(0);
        }
    }

    /// All files at a point; nothing when it is not there any more, or is now.
    pub fn at(&self, point: &Point) -> Option<Files> {
        Some(self.files(self.number(point)?, |_| true))
    }

    /// The files that differ between two points; nothing when one is not there any more, or is now.
    pub fn differences(&self, from: &Point, to: &Point) -> Option<Vec<Difference>> {
        let (from, to) = (self.number(from)?, self.number(to)?);
        let differs = |track: &Track| !track.is_same(from, to);
        Some(differences(&self.files(from, differs), &self.files(to, differs)))
    }

    /// The files at a point; those whose track is not wanted, at the start.
    fn files(&self, number: u64, wanted: impl Fn(&Track) -> bool) -> Files {
        let mut files = self.base.clone();
        for (id, track) in self.tracks.iter().filter(|(_, track)| wanted(track)) {
            match track.at(number) {
                Some(Some(saved)) => {
                    files.insert(id.clone(), saved);
                }
                Some(None) => {
                    files.remove(id);
                }
                None => {}
            }
        }
        files
    }

    /// The whole lines of a file that differ between two points, before and after, in order; nothing when one of the
    /// points is not there any more, or is now. A file that is not there, or is kept and not edited, has an empty text.
    pub fn changed_between(&self, from: &Point, to: &Point, id: &str) -> Option<Vec<(String, String)>> {
        Some(parts::differing(&self.text_at(from, id)?, &self.text_at(to, id)?))
    }

    fn text_at(&self, point: &Point, id: &str) -> Option<Parts<'_>> {
        let later = self.number(point).map(|number| self.tracks.get(id)?.text_at(number))?;
        Some(later.unwrap_or_else(|| self.base.get(id).map_or_else(Parts::default, |saved| Parts::from(&saved.text))))
    }

    /// A point's number: that of the start is 0.
    fn number(&self, point: &Point) -> Option<u64> {
        if *point == Point::Start {
            return Some(0);
        }
        self.points.iter().find(|known| known.point == *point).map(|known| known.number)
    }

    /// What has changed since the newest point.
    fn look(&mut self, doc: &Document) -> BTreeMap<String, Option<Saved>> {
        let before = self.seen.replace((doc.table(), doc.last_revision()));
        if let Some((table, revision)) = before
            && table == doc.table()
        {
            return self.look_at(doc, doc.changed_since(revision).map(|(id, _)| id).collect());
        }
        let mut changed = BTreeMap::new();
        let (listing, kept) = (doc.listing(), doc.kept_files());
        for (file, path) in &listing {
            let kind = Kind::Text(doc.form(&file.id).cloned().unwrap_or_default());
            let same = |(revision, known, was): &(u64, String, Kind)| {
                *revision == file.revision && known == path && *was == kind
            };
            if self.known.get(&file.id).is_some_and(same) {
                continue;
            }
            let Some(text) = doc.text(&file.id) else { continue };
            changed.insert(file.id.clone(), Some(Saved { path: path.as_str().into(), text: text.into(), kind }));
        }
        for file in &kept {
            let saved = kept_file(file);
            let same = |(_, path, kind): &(u64, String, Kind)| *path == file.path && *kind == saved.kind;
            if !self.known.get(&file.id).is_some_and(same) {
                changed.insert(file.id.clone(), Some(saved));
            }
        }
        if listing.len() + kept.len() < self.known.len() + changed.len() {
            let there =
                listing.iter().map(|(file, _)| file.id.as_str()).chain(kept.iter().map(|file| file.id.as_str()));
            let there: std::collections::HashSet<&str> = there.collect();
            let gone = self.known.keys().filter(|id| !there.contains(id.as_str()));
            changed.extend(gone.map(|id| (id.clone(), None)));
        }
        for (id, saved) in &changed {
            match saved {
                Some(saved) => {
                    let revision = doc.revision(id).unwrap_or_default();
                    self.known.insert(id.clone(), (revision, saved.path.to_string(), saved.kind.clone()));
                }
                None => {
                    self.known.remove(id);
                }
            }
        }
        changed
    }

    /// What has changed in files of which only the text has.
    fn look_at(&mut self, doc: &Document, files: Vec<&str>) -> BTreeMap<String, Option<Saved>> {
        let mut changed = BTreeMap::new();
        for id in files {
            let Some((known, (revision, text))) = self.known.get_mut(id).zip(doc.sheet(id)) else { continue };
            known.0 = revision;
            let saved = Saved { path: known.1.as_str().into(), text, kind: known.2.clone() };
            changed.insert(id.to_owned(), Some(saved));
        }
        changed
    }

    /// Drops a point that is not the newest; what changed up to it has changed up to the next one then. The session's
    /// start stays what it was.
    fn forget(&mut self, at: usize) {
        let Some(next) = self.points.get(at + 1).map(|next| next.number) else { return };
        let Some(gone) = self.points.remove(at) else { return };
        for id in gone.changed {
            let passed = self.change(&id, |track| track.pass(gone.number, next));
            if passed && let Some(next) = self.points.get_mut(at) {
                next.changed.push(id);
            }
        }
    }

    /// Changes a file's track, and keeps count of what it holds.
    fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut Track) -> T) -> T {
        let track = self.tracks.entry(id.to_owned()).or_default();
        let before = track.weight();
        let done = change(track);
        self.bytes = self.bytes - before + track.weight();
        done
    }
}

/// The files as they stand.
pub fn now(doc: &Document) -> Files {
    let saved = |(file, path): (document::FileInfo, String)| {
        let (text, form) = (doc.text(&file.id)?, doc.form(&file.id).cloned().unwrap_or_default());
        Some((file.id, Saved { path: path.into(), text: text.into(), kind: Kind::Text(form) }))
    };
    let kept = doc.kept_files().into_iter().map(|file| (file.id.clone(), kept_file(&file)));
    doc.listing().into_iter().filter_map(saved).chain(kept).collect()
}

fn kept_file(file: &document::BlobFile) -> Saved {
    let kind = Kind::Kept { blob: file.blob.clone(), executable: file.executable };
    Saved { path: file.path.as_str().into(), text: Sheet::default(), kind }
}

/// What differs between two points, by path.
pub fn differences(from: &Files, to: &Files) -> Vec<Difference> {
    let gone = from.iter().filter(|(id, _)| !to.contains_key(*id));
    let gone = gone.map(|(_, before)| Difference { before: Some(before.clone()), after: None });
    let others = to.iter().filter_map(|(id, after)| {
        let before = from.get(id);
        (before != Some(after)).then(|| Difference { before: before.cloned(), after: Some(after.clone()) })
    });
    let mut all: Vec<Difference> = gone.chain(others).collect();
    all.sort_by(|a, b| a.path().cmp(b.path()));
    all
}

impl Difference {
    fn path(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |saved| &saved.path)
    }
}

#[cfg(test)]
mod tests;
