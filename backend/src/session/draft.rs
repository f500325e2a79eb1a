//! What one hunk does to its old text: kept while it may still be held, and as a proposal once it is. Pure.

use edits::{Counts, DiffOp, Guard, Zone, smallest, smallest_ops};
use protocol::Seq;
use protocol::scope::{HoldReason, Proposal};
use serde::{Deserialize, Serialize};

/// A hunk's operations over its old text, as they came.
#[derive(Debug)]
pub struct Draft {
    /// Where it goes.
    pub target: Target,
    /// The text at its place, as it was located.
    pub old: String,
    /// What happens to the file itself when the text is done.
    pub ending: Option<Ending>,
    /// Neighbours of one kind are one.
    ops: Vec<DiffOp>,
    /// How far the operations had come with each step that brought some: what a cut goes back to.
    marks: Vec<Mark>,
    /// What the hunk must not change.
    zones: Vec<Zone<HoldReason>>,
    guard: Guard<HoldReason>,
    /// The first operation that would change what it must not has come: from then on all is only written down.
    breached: bool,
}

/// Where a hunk goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file that is there, by its id.
    File(String),
    /// A file that it makes, by its path.
    New(String),
}

/// What happens to the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It goes.
    Remove,
    /// It gets this path.
    Rename(String),
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    seq: Seq,
    ops: usize,
    /// The size of the last one: a length, or bytes.
    last: usize,
}

impl Draft {
    /// A hunk that begins over this old text.
    pub fn new(target: Target, old: String, zones: Vec<Zone<HoldReason>>) -> Self {
        let guard = Guard::new(zones.clone());
        Self { target, old, ending: None, ops: Vec::new(), marks: Vec::new(), zones, guard, breached: false }
    }

    /// Takes the next operation, of step `seq`.
    ///
    /// # Errors
    ///
    /// Why the hunk has to be held: once, at the first operation that would change what it must not.
    pub fn push(&mut self, seq: Seq, op: &DiffOp) -> Result<(), HoldReason> {
        let checked = if self.breached { Ok(()) } else { self.guard.check(op) };
        self.breached |= checked.is_err();
        match (self.ops.last_mut(), op) {
            (Some(DiffOp::Keep(last)), DiffOp::Keep(len)) | (Some(DiffOp::Delete(last)), DiffOp::Delete(len)) => {
                *last = last.saturating_add(*len);
            }
            (Some(DiffOp::Insert(last)), DiffOp::Insert(text)) => last.push_str(text),
            _ => self.ops.push(op.clone()),
        }
        let last = self.ops.last().map_or(0, size);
        let mark = Mark { seq, ops: self.ops.len(), last };
        match self.marks.last_mut() {
            Some(newest) if newest.seq == seq => *newest = mark,
            _ => self.marks.push(mark),
        }
        checked
    }

    /// The file itself goes, or moves: that changes every line that is protected.
    ///
    /// # Errors
    ///
    /// Why the hunk has to be held.
    pub fn end_with(&mut self, ending: Ending) -> Result<(), HoldReason> {
        self.ending = Some(ending);
        let first = self.zones.first().filter(|_| !self.breached);
        self.breached |= first.is_some();
        first.map_or(Ok(()), |zone| Err(zone.reason))
    }

    /// The text is done.
    ///
    /// # Errors
    ///
    /// Why the hunk has to be held.
    pub fn finish(&mut self) -> Result<(), HoldReason> {
        let checked = if self.breached { Ok(()) } else { self.guard.finish() };
        self.breached |= checked.is_err();
        checked
    }

    /// The hunk breaks off behind a step.
    ///
    /// # Errors
    ///
    /// Why what it has written by then cannot stay: it stands in the first of the protected lines, and the newline that
    /// was to come between does not.
    pub fn break_off(&mut self, last: Seq) -> Result<(), HoldReason> {
        self.truncate(last);
        let lens = self.ops.iter().map(|op| if let DiffOp::Keep(len) | DiffOp::Delete(len) = op { *len } else { 0 });
        let walked = lens.sum::<u32>();
        let ahead = |zone: &&Zone<HoldReason>| zone.range.start >= walked && !zone.range.is_empty();
        let mut guard = Guard::new(self.zones.iter().filter(ahead).cloned().collect());
        self.ops.iter().try_for_each(|op| guard.check(op))?;
        guard.finish()
    }

    /// Other lines are protected from now on, in units of the old text.
    pub fn protect(&mut self, zones: Vec<Zone<HoldReason>>) {
        self.guard = self.guard.with_zones(zones.clone());
        self.zones = zones;
    }

    /// Forgets what came after a step.
    pub fn truncate(&mut self, last: Seq) {
        let kept = self.marks.partition_point(|mark| mark.seq <= last);
        self.marks.truncate(kept);
        let Some(mark) = self.marks.last() else {
            self.ops.clear();
            self.ending = None;
            return;
        };
        self.ops.truncate(mark.ops);
        match self.ops.last_mut() {
            Some(DiffOp::Keep(len) | DiffOp::Delete(len)) => *len = u32::try_from(mark.last).unwrap_or(*len),
            Some(DiffOp::Insert(text)) => text.truncate(mark.last),
            None => {}
        }
    }

    /// Whether it changes nothing.
    pub fn is_idle(&self) -> bool {
        self.ending.is_none() && self.ops.iter().all(|op| matches!(op, DiffOp::Keep(_)))
    }

    /// What it would do, as far as it has come: what it has not reached of the old text stays.
    pub fn proposal(&self) -> Proposal {
        let mut new = String::with_capacity(self.old.len());
        let mut rest = self.old.as_str();
        for op in &self.ops {
            match op {
                DiffOp::Keep(len) => {
                    let kept = super::entry::prefix_utf16(rest, *len);
                    new.push_str(kept);
                    rest = rest.get(kept.len()..).unwrap_or_default();
                }
                DiffOp::Delete(len) => {
                    rest = rest.get(super::entry::prefix_utf16(rest, *len).len()..).unwrap_or_default();
                }
                DiffOp::Insert(text) => new.push_str(text),
            }
        }
        new.push_str(rest);
        Proposal { old: self.old.clone(), new }
    }

    /// The last word on a hunk whose text is done: the smallest diff may leave alone what the streamed one, which
    /// cannot see what follows, had touched.
    ///
    /// # Errors
    ///
    /// Why it stays held.
    pub fn settle(&self) -> Result<Counts, HoldReason> {
        let Proposal { old, new } = self.proposal();
        let mut guard = Guard::new(self.zones.clone());
        smallest_ops(&old, &new).iter().try_for_each(|op| guard.check(op))?;
        guard.finish()?;
        match self.zones.first().filter(|_| self.ending.is_some()) {
            Some(zone) => Err(zone.reason),
            None => Ok(smallest(&old, &new)),
        }
    }
}

/// A held draft as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// The path of the file that it makes, or the id of the one that is there.
    target: (bool, String),
    old: String,
    /// What happens to the file itself: the path that it gets; nothing when it goes.
    ending: Option<Option<String>>,
    ops: Vec<SavedOp>,
    /// Number, operations, size of the last one.
    marks: Vec<(Seq, usize, usize)>,
    /// From, to, above, below, and why.
    zones: Vec<(u32, u32, bool, bool, HoldReason)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum SavedOp {
    Keep(u32),
    Delete(u32),
    Insert(String),
}

impl Draft {
    /// As it is written down.
    pub fn save(&self) -> SavedDraft {
        let op = |op: &DiffOp| match op {
            DiffOp::Keep(len) => SavedOp::Keep(*len),
            DiffOp::Delete(len) => SavedOp::Delete(*len),
            DiffOp::Insert(text) => SavedOp::Insert(text.clone()),
        };
        let ending = self.ending.as_ref().map(|ending| match ending {
            Ending::Remove => None,
            Ending::Rename(path) => Some(path.clone()),
        });
        SavedDraft {
            target: match &self.target {
                Target::File(file) => (false, file.clone()),
                Target::New(path) => (true, path.clone()),
            },
            old: self.old.clone(),
            ending,
            ops: self.ops.iter().map(op).collect(),
            marks: self.marks.iter().map(|mark| (mark.seq, mark.ops, mark.last)).collect(),
            zones: self.zones.iter().map(|z| (z.range.start, z.range.end, z.above, z.below, z.reason)).collect(),
        }
    }

    /// From how it was written down: it is held, and only written down further.
    pub fn load(saved: SavedDraft) -> Draft {
        let op = |op| match op {
            SavedOp::Keep(len) => DiffOp::Keep(len),
            SavedOp::Delete(len) => DiffOp::Delete(len),
            SavedOp::Insert(text) => DiffOp::Insert(text),
        };
        let zone = |(start, end, above, below, reason)| Zone { range: start..end, above, below, reason };
        let target = match saved.target {
            (false, file) => Target::File(file),
            (true, path) => Target::New(path),
        };
        let zones = saved.zones.into_iter().map(zone).collect();
        Draft {
            ending: saved.ending.map(|path| path.map_or(Ending::Remove, Ending::Rename)),
            ops: saved.ops.into_iter().map(op).collect(),
            marks: saved.marks.into_iter().map(|(seq, ops, last)| Mark { seq, ops, last }).collect(),
            breached: true,
            ..Draft::new(target, saved.old, zones)
        }
    }
}

fn size(op: &DiffOp) -> usize {
    match op {
        DiffOp::Keep(len) | DiffOp::Delete(len) => *len as usize,
        DiffOp::Insert(text) => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(range: std::ops::Range<u32>) -> Vec<Zone<HoldReason>> {
        vec![Zone { range, above: true, below: true, reason: HoldReason::Locked }]
    }

    #[test]
    fn what_was_written_is_a_proposal_and_a_cut_goes_back_in_it() {
        let mut draft = Draft::new(Target::File("f".into()), "a\nb\nc\n".into(), Vec::new());
        for (seq, op) in [
            (1, DiffOp::Keep(2)),
            (2, DiffOp::Delete(2)),
            (3, DiffOp::Insert("x".into())),
            (4, DiffOp::Insert("y\n".into())),
        ] {
            assert_eq!(draft.push(Seq(seq), &op), Ok(()));
        }
        assert_eq!(draft.proposal(), Proposal { old: "a\nb\nc\n".into(), new: "a\nxy\nc\n".into() });
        draft.truncate(Seq(3));
        assert_eq!(draft.proposal().new, "a\nxc\n");
        draft.truncate(Seq(1));
        assert!(draft.is_idle());
        assert_eq!(draft.proposal().new, "a\nb\nc\n");
    }

    #[test]
    fn a_breach_is_said_once_and_the_rest_is_written_down() {
        let mut draft = Draft::new(Target::File("f".into()), "a\nb\n".into(), locked(0..1));
        assert_eq!(draft.push(Seq(1), &DiffOp::Delete(2)), Err(HoldReason::Locked));
        assert_eq!(draft.push(Seq(2), &DiffOp::Insert("A\n".into())), Ok(()));
        assert_eq!(draft.finish(), Ok(()));
        assert_eq!(draft.proposal().new, "A\nb\n");
        assert_eq!(draft.settle(), Err(HoldReason::Locked));
    }

    #[test]
    fn what_only_looked_like_a_breach_is_let_through_in_the_end() {
        // A line like the locked one, above it: streamed, it begins as a change of the locked line.
        let mut draft = Draft::new(Target::File("f".into()), "def a():\n".into(), locked(0..8));
        assert_eq!(draft.push(Seq(1), &DiffOp::Keep(5)), Ok(()));
        assert_eq!(draft.push(Seq(1), &DiffOp::Insert("2():\ndef a".into())), Err(HoldReason::Locked));
        assert_eq!(draft.settle(), Ok(Counts { added: 1, removed: 0 }));
    }

    #[test]
    fn a_file_with_protected_lines_neither_goes_nor_moves() {
        let mut draft = Draft::new(Target::File("f".into()), "a\n".into(), locked(0..1));
        assert_eq!(draft.end_with(Ending::Rename("b".into())), Err(HoldReason::Locked));
        assert_eq!(draft.settle(), Err(HoldReason::Locked));
        let mut free = Draft::new(Target::File("f".into()), "a\n".into(), Vec::new());
        assert_eq!(free.end_with(Ending::Remove), Ok(()));
    }
}
