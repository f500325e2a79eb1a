//! The files as they stood at the points of a session that people compare. Pure.
//!
//! Texts are shared with the document's own views: a point costs what has changed since the one before it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use document::{BlobRef, Document, Form};
use protocol::TurnId;

/// The most points that are kept, beside the session's start: hours of steering.
pub const POINTS_MAX: usize = 256;
/// The most text that they hold, in bytes.
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
    pub text: Arc<str>,
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
    /// The others, oldest first.
    points: VecDeque<Marked>,
    /// The files at the newest point: revision, path, and what they are beside their text.
    known: HashMap<String, (u64, String, Kind)>,
    /// The document's number for which files there are, and its newest revision, at the newest point; nothing: every
    /// file has to be looked at.
    seen: Option<(u64, u64)>,
    /// What the points hold.
    bytes: usize,
}

/// A point, and what has changed since the one before it; nothing: the file is gone.
#[derive(Debug)]
struct Marked {
    point: Point,
    changed: BTreeMap<String, Option<Saved>>,
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
        // First, so that what it alone knew is looked at again.
        if let Some(at) = self.points.iter().position(|known| known.point == point) {
            self.forget(at);
        }
        let changed = self.look(doc);
        self.bytes += weight(&changed);
        self.points.push_back(Marked { point, changed });
        while self.points.len() > POINTS_MAX || (self.bytes > BYTES_MAX && self.points.len() > 1) {
            self.forget(0);
        }
    }

    /// All files at a point; nothing when it is not there any more, or is now.
    pub fn at(&self, point: &Point) -> Option<Files> {
        let mut files = self.base.clone();
        if *point == Point::Start {
            return Some(files);
        }
        let at = self.points.iter().position(|known| known.point == *point)?;
        for marked in self.points.iter().take(at + 1) {
            put(&mut files, &marked.changed);
        }
        Some(files)
    }

    /// One file at a point.
    pub fn file_at(&self, point: &Point, id: &str) -> Option<&Saved> {
        let at = self.points.iter().position(|known| known.point == *point)?;
        let changed = self.points.iter().take(at + 1).rev().find_map(|marked| marked.changed.get(id));
        changed.map_or_else(|| self.base.get(id), Option::as_ref)
    }

    /// What has changed since the newest point.
    fn look(&mut self, doc: &Document) -> BTreeMap<String, Option<Saved>> {
        let before = self.seen.replace((doc.table(), doc.last_revision()));
        if let Some((table, revision)) = before
            && table == doc.table()
        {
            return self.look_at(doc, doc.changed_since(revision));
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
            changed.insert(file.id.clone(), Some(Saved { path: path.as_str().into(), text, kind }));
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
            let Some((known, (revision, text))) = self.known.get_mut(id).zip(doc.view(id)) else { continue };
            known.0 = revision;
            let saved = Saved { path: known.1.as_str().into(), text, kind: known.2.clone() };
            changed.insert(id.to_owned(), Some(saved));
        }
        changed
    }

    /// Drops a point; what changed up to it has changed up to the next one then. The oldest goes into the base, but
    /// the session's start stays what it was: that is why the base keeps no later text.
    fn forget(&mut self, at: usize) {
        let Some(gone) = self.points.remove(at) else { return };
        self.bytes = self.bytes.saturating_sub(weight(&gone.changed));
        let Some(next) = self.points.get_mut(at) else {
            // It was the newest: what it knew is looked at again, under a revision that no file has.
            self.seen = None;
            self.known.extend(gone.changed.into_keys().map(|id| (id, (u64::MAX, String::new(), Kind::default()))));
            return;
        };
        for (id, saved) in gone.changed {
            if let std::collections::btree_map::Entry::Vacant(slot) = next.changed.entry(id) {
                self.bytes += size(slot.insert(saved).as_ref());
            }
        }
    }
}

/// The files as they stand.
pub fn now(doc: &Document) -> Files {
    let saved = |(file, path): (document::FileInfo, String)| {
        let (text, form) = (doc.text(&file.id)?, doc.form(&file.id).cloned().unwrap_or_default());
        Some((file.id, Saved { path: path.into(), text, kind: Kind::Text(form) }))
    };
    let kept = doc.kept_files().into_iter().map(|file| (file.id.clone(), kept_file(&file)));
    doc.listing().into_iter().filter_map(saved).chain(kept).collect()
}

fn kept_file(file: &document::BlobFile) -> Saved {
    let kind = Kind::Kept { blob: file.blob.clone(), executable: file.executable };
    Saved { path: file.path.as_str().into(), text: "".into(), kind }
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

fn put(files: &mut Files, changed: &BTreeMap<String, Option<Saved>>) {
    for (id, saved) in changed {
        match saved {
            Some(saved) => {
                files.insert(id.clone(), saved.clone());
            }
            None => {
                files.remove(id);
            }
        }
    }
}

fn weight(changed: &BTreeMap<String, Option<Saved>>) -> usize {
    changed.values().map(|saved| size(saved.as_ref())).sum()
}

fn size(saved: Option<&Saved>) -> usize {
    saved.map_or(0, |saved| saved.text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(files: &Files) -> Vec<(&str, &str)> {
        files.values().map(|saved| (saved.path.as_ref(), saved.text.as_ref())).collect()
    }

    fn write(doc: &mut Document, hunk: u64, file: &str, text: &str) {
        let (revision, old) = doc.view(file).unwrap();
        let len = old.encode_utf16().count() as u32;
        let mut ops = vec![document::ModelOp::Place { hunk, file: file.into(), revision, start: 0, len }];
        if len > 0 {
            ops.push(document::ModelOp::Delete { hunk, len });
        }
        ops.push(document::ModelOp::Insert { hunk, text: text.into() });
        ops.push(document::ModelOp::Close { hunk });
        doc.apply(hunk, &ops);
    }

    #[test]
    fn every_point_keeps_its_files() {
        let mut doc = Document::new(1);
        doc.seed_file("f", "a.py", "one\n");
        let mut history = History::new(&doc);
        history.mark(Point::Segment("t".into(), 0), &doc);
        write(&mut doc, 1, "f", "two\n");
        doc.seed_file("g", "b.py", "new\n");
        history.mark(Point::After("t".into()), &doc);
        write(&mut doc, 2, "f", "three\n");
        assert_eq!(texts(&history.at(&Point::Start).unwrap()), [("a.py", "one\n")]);
        assert_eq!(texts(&history.at(&Point::Segment("t".into(), 0)).unwrap()), [("a.py", "one\n")]);
        let after = history.at(&Point::After("t".into())).unwrap();
        assert_eq!(texts(&after), [("a.py", "two\n"), ("b.py", "new\n")]);
        assert_eq!(texts(&now(&doc)), [("a.py", "three\n"), ("b.py", "new\n")]);
        assert_eq!(history.at(&Point::After("u".into())), None);
        assert_eq!(differences(&after, &now(&doc)).len(), 1);
        assert_eq!(history.file_at(&Point::Segment("t".into(), 0), "g"), None);
    }

    #[test]
    fn old_points_go_and_the_others_stay_right() {
        let mut doc = Document::new(1);
        doc.seed_file("f", "a.py", "0");
        doc.seed_file("g", "b.py", "same");
        let mut history = History::new(&doc);
        for n in 1..=POINTS_MAX + 10 {
            write(&mut doc, n as u64, "f", &n.to_string());
            history.mark(Point::Segment("t".into(), n), &doc);
        }
        assert_eq!(history.at(&Point::Segment("t".into(), 10)), None);
        for n in [11, 12, POINTS_MAX + 10] {
            let files = history.at(&Point::Segment("t".into(), n)).unwrap();
            assert_eq!(texts(&files), [("a.py", n.to_string().as_str()), ("b.py", "same")]);
        }
        assert_eq!(texts(&history.at(&Point::Start).unwrap())[0], ("a.py", "0"));
    }

    #[test]
    fn a_point_of_the_same_name_is_the_last_one() {
        let mut doc = Document::new(1);
        doc.seed_file("f", "a.py", "1");
        doc.seed_file("g", "b.py", "same");
        let mut history = History::new(&doc);
        write(&mut doc, 1, "g", "written");
        history.mark(Point::After("t".into()), &doc);
        write(&mut doc, 2, "f", "2");
        history.mark(Point::After("t".into()), &doc);
        let after = history.at(&Point::After("t".into())).unwrap();
        assert_eq!(texts(&after), [("a.py", "2"), ("b.py", "written")], "what only the forgotten one knew, too");
        history.mark(Point::Segment("u".into(), 0), &doc);
        let next = history.at(&Point::Segment("u".into(), 0)).unwrap();
        assert_eq!(texts(&next), [("a.py", "2"), ("b.py", "written")]);
    }

    #[test]
    fn points_have_names() {
        assert_eq!(Point::parse("start"), Some(Point::Start));
        assert_eq!(Point::parse("turn:t1:before"), Some(Point::Segment("t1".into(), 0)));
        assert_eq!(Point::parse("segment:t1:3"), Some(Point::Segment("t1".into(), 3)));
        for bad in ["", "turn:t1", "turn:t1:x", "segment:t1:x", "start:", "turn:t1:after:x"] {
            assert_eq!(Point::parse(bad), None, "{bad}");
        }
    }
}
