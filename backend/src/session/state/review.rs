//! What people look at afterwards: points to compare, what a turn changed, who wrote what.

use document::Author as By;
use edits::{Counts, smallest};
use protocol::http::{Author, AuthorRun, Authors};
use protocol::view::{Changes, HunkKind};
use protocol::{FileId, ServerFrame, TurnId};

use super::State;
use crate::session::history::{self, Difference, Files, Point};

impl State {
    /// Whether [`State::settle`] has something to do.
    pub fn is_unsettled(&self) -> bool {
        !self.passed.is_empty()
    }

    /// What can wait until the current input's effects are on their way, and must be done before the next input:
    /// remembers the files where a point was passed, and measures turns that ended.
    pub fn settle(&mut self) {
        for point in std::mem::take(&mut self.passed) {
            let ended = if let Point::After(turn) = &point { Some(turn.clone()) } else { None };
            self.history.mark(point, &self.doc);
            if let Some(turn) = ended {
                self.measure(&turn);
            }
        }
    }

    /// The files that differ between two points; nothing when one is not there.
    pub fn differences(&self, from: &Point, to: &Point) -> Option<Vec<Difference>> {
        if !self.is_now(from) && !self.is_now(to) {
            return self.history.differences(from, to);
        }
        Some(history::differences(&self.files_at(from)?, &self.files_at(to)?))
    }

    /// Who wrote what of a file.
    pub fn authors(&self, file: &str) -> Option<Authors> {
        let runs = self.doc.authors(file)?;
        let run = |(len, by)| AuthorRun { len, by: self.author(by) };
        Some(Authors { runs: runs.into_iter().map(run).collect() })
    }

    pub(super) fn files_at(&self, point: &Point) -> Option<Files> {
        if self.is_now(point) { Some(history::now(&self.doc)) } else { self.history.at(point) }
    }

    fn is_now(&self, point: &Point) -> bool {
        match point {
            Point::Now => true,
            // A turn that runs has not come to its end.
            Point::After(turn) => self.turn(turn).is_some_and(|turn| turn.ended.is_none()),
            Point::Start | Point::Segment(..) => false,
        }
    }

    fn author(&self, by: By) -> Author {
        match by {
            By::Seed => Author::Start,
            By::Client(client) => self
                .roster
                .by_client(client)
                .map_or(Author::Start, |participant| Author::Person { participant: participant.clone() }),
            By::Hunk(key) => {
                if let Some(import) = self.import_of(key) {
                    let by = import.view.by.as_ref().and_then(|by| self.roster.participant(by));
                    return by.map_or(Author::Start, |by| Author::Person { participant: by.clone() });
                }
                let Some(turn_id) = self.owners.get(&key).cloned() else { return Author::Start };
                let hunk = self.turn(&turn_id).and_then(|turn| turn.hunks.iter().find(|hunk| hunk.key == key));
                Author::Model { hunk_id: hunk.map(|hunk| hunk.view.id.clone()), turn_id }
            }
        }
    }

    /// Lines that a turn changed, beside the fewest between its files before and after.
    fn measure(&mut self, id: &TurnId) {
        let Some(turn) = self.turns.iter().rev().find(|turn| turn.id == *id) else { return };
        let hunks = || turn.hunks.iter().filter(|hunk| hunk.view.status.is_in_the_document());
        let (added, removed) =
            hunks().fold((0, 0), |(added, removed), hunk| (added + hunk.view.added, removed + hunk.view.removed));
        if hunks().all(|hunk| hunk.view.kind != HunkKind::Move) && added + removed == 0 {
            return;
        }
        let mut files: Vec<_> = hunks().filter_map(|hunk| hunk.view.file_id.as_ref()).collect();
        files.sort_unstable();
        files.dedup();
        let (before, after) = (Point::Segment(id.clone(), 0), Point::After(id.clone()));
        let between = |file: &FileId| {
            let changed = self.history.changed_between(&before, &after, &file.0)?;
            let counts = changed.iter().map(|(old, new)| smallest(old, new));
            Some(counts.map(|Counts { added, removed }| added + removed).sum::<u32>())
        };
        let between: Option<u32> = files.into_iter().map(between).sum();
        // What people changed meanwhile is between the two points as well: a turn never did less than it had to. Nor is
        // anything smaller known of one so long that the point before it is forgotten.
        let smallest = between.map_or(added + removed, |between| between.min(added + removed));
        let changes = Changes { added, removed, smallest };
        let seq = self.advance();
        if let Some(turn) = self.turns.iter_mut().rev().find(|turn| turn.id == *id) {
            turn.changes = Some(changes);
        }
        self.log(seq, ServerFrame::TurnMeasured { seq, turn_id: id.clone(), changes });
    }
}
