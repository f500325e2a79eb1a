//! What each step of the model did, by ids; what people deleted; and which text came back under which new ids.
//!
//! The memory that a roll-back works from. Does not touch the document.

use std::collections::BTreeMap;

use yrs::{ClientID, ID, IdSet, StateVector};

use crate::document::is_own;
use crate::form::Form;
use crate::hunk::Mark;
use crate::op::{HunkKey, StepKey};
use crate::span::{self, Span};

/// What one step did in one hunk.
pub(crate) struct Entry {
    pub(crate) step: StepKey,
    pub(crate) hunk: HunkKey,
    pub(crate) file: String,
    /// What it inserted.
    pub(crate) inserted: Vec<Span>,
    /// What it really deleted: what was there before it.
    pub(crate) deleted: Vec<Span>,
    /// It made the file.
    pub(crate) created: bool,
    /// It gave the file other paths, less what was taken back.
    pub(crate) renamed: Vec<Renamed>,
    /// It took the file away, which had this text.
    pub(crate) removed: Option<ID>,
    /// It opened the hunk, when people had written this much.
    pub(crate) opened: Option<Clocks>,
    /// Where the hunk was before it.
    pub(crate) before: Mark,
    /// It has been rolled back.
    pub(crate) undone: bool,
}

/// A change of a file's path.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    pub(crate) before: String,
    pub(crate) after: String,
}

/// How far each person's client had written.
pub(crate) struct Clocks(pub(crate) Box<[(u64, u32)]>);

impl Clocks {
    pub(crate) fn of_people(known: &StateVector) -> Self {
        let clocks = known.iter().map(|(client, clock)| (client.get(), *clock));
        let mut people: Box<[_]> = clocks.filter(|(client, _)| !is_own(*client)).collect();
        people.sort_unstable();
        Self(people)
    }

    /// Whether anybody has written more than by then.
    pub(crate) fn beyond(&self, then: &Clocks) -> bool {
        self.0.iter().any(|(client, clock)| *clock > then.of(*client))
    }

    pub(crate) fn of(&self, client: u64) -> u32 {
        let found = self.0.binary_search_by_key(&client, |(client, _)| *client);
        found.ok().and_then(|at| self.0.get(at)).map_or(0, |(_, clock)| *clock)
    }
}

/// A file that was taken away.
#[derive(Clone)]
pub(crate) struct Removed {
    pub(crate) file: String,
    pub(crate) path: String,
    /// What it is beside its text.
    pub(crate) form: Form,
    /// Its text was brought over to the text that the file has since.
    pub(crate) returned: bool,
}

/// Which entry is meant.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) step: StepKey,
    pub(crate) hunk: HunkKey,
    pub(crate) file: &'a str,
    /// Where the hunk is now.
    pub(crate) before: Mark,
}

/// The ledger of a session.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) entries: Vec<Entry>,
    /// The ids that people deleted, whether or not the model had deleted them too.
    pub(crate) by_people: IdSet,
    pub(crate) restored: Restored,
    /// Files that the model, or a roll-back, took away, by the ids of their texts.
    pub(crate) removed: BTreeMap<ID, Removed>,
    pub(crate) unsaved: Unsaved,
}

/// What of the ledger was not written down yet.
#[derive(Default)]
pub(crate) struct Unsaved {
    /// So many entries, from the first one on, are as they were written down.
    pub(crate) entries_kept: usize,
    /// What came to `by_people` since.
    pub(crate) by_people: Vec<Span>,
    /// What came to `restored` since.
    pub(crate) copies: Vec<Copy>,
}

impl Ledger {
    /// Notes what people deleted.
    pub(crate) fn people_deleted(&mut self, ids: &IdSet) {
        let spans = span::from_set(ids);
        span::insert_all(&mut self.by_people, &spans);
        self.unsaved.by_people.extend(spans);
    }

    /// Notes under which new ids text came back.
    pub(crate) fn came_back(&mut self, copies: &[Copy]) {
        self.restored.add(copies);
        self.unsaved.copies.extend_from_slice(copies);
    }

    /// Any entry may change from this one on.
    pub(crate) fn rewrite_from(&mut self, first: usize) {
        self.unsaved.entries_kept = self.unsaved.entries_kept.min(first);
    }

    /// Writes into the entry of a step in a hunk, which is made when there is none.
    pub(crate) fn note(&mut self, place: Place<'_>, write: impl FnOnce(&mut Entry)) {
        let mut of_step = self.entries.iter_mut().enumerate().rev().take_while(|(_, entry)| entry.step == place.step);
        if let Some((at, entry)) = of_step.find(|(_, entry)| entry.hunk == place.hunk && !entry.undone) {
            self.unsaved.entries_kept = self.unsaved.entries_kept.min(at);
            return write(entry);
        }
        let mut entry = Entry {
            step: place.step,
            hunk: place.hunk,
            file: place.file.to_owned(),
            inserted: Vec::new(),
            deleted: Vec::new(),
            created: false,
            renamed: Vec::new(),
            removed: None,
            opened: None,
            before: place.before,
            undone: false,
        };
        write(&mut entry);
        self.entries.push(entry);
    }

    /// Notes a file that is taken away.
    pub(crate) fn remember(&mut self, text: ID, file: &str, path: String, form: Form) {
        self.comes_back_as(file, &path);
        self.removed.insert(text, Removed { file: file.to_owned(), path, form, returned: false });
    }

    /// Says which path a file would come back under.
    pub(crate) fn comes_back_as(&mut self, file: &str, path: &str) {
        for removed in self.removed.values_mut().filter(|removed| removed.file == file) {
            path.clone_into(&mut removed.path);
        }
    }

    /// Takes in text that came back: it is still of those who had inserted it.
    pub(crate) fn carry(&mut self, copies: &[Copy]) {
        if copies.is_empty() {
            return;
        }
        let mut fresh = Restored::default();
        fresh.add(copies);
        for entry in &mut self.entries {
            let renamed: Vec<Span> =
                entry.inserted.iter().flat_map(|span| fresh.parts(*span)).map(|(_, new)| new).collect();
            entry.inserted.extend(renamed);
        }
        self.rewrite_from(0);
        self.came_back(copies);
    }
}

/// A run of deleted ids, and the ids that its text came back under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copy {
    pub(crate) old: Span,
    pub(crate) new_client: u64,
    pub(crate) new_start: u32,
}

impl Copy {
    /// The new id of the old character at `clock`, or of the last one when that is before it.
    pub(crate) fn at_or_before(&self, clock: u32) -> ID {
        let offset = clock.saturating_sub(self.old.start).min(self.old.len.saturating_sub(1));
        span::id(self.new_client, self.new_start + offset)
    }

    /// All of its new ids.
    pub(crate) fn copied(&self) -> Span {
        Span { client: self.new_client, start: self.new_start, len: self.old.len }
    }

    /// The new ids of what of `span` this copy holds.
    pub(crate) fn of(&self, span: Span) -> Option<Span> {
        let part = self.old.overlap(span)?;
        let start = self.new_start + (part.start - self.old.start);
        Some(Span { client: self.new_client, start, len: part.len })
    }
}

/// All copies, by the first old id.
#[derive(Default)]
pub(crate) struct Restored(BTreeMap<(u64, u32), Copy>);

impl Restored {
    pub(crate) fn add(&mut self, copies: &[Copy]) {
        self.0.extend(copies.iter().map(|copy| ((copy.old.client, copy.old.start), *copy)));
    }

    /// The copies that hold some of `span`, in order. Runs of old ids do not overlap: text comes back once.
    fn within(&self, span: Span) -> impl Iterator<Item = &Copy> {
        let before = self.0.range(..(span.client, span.start)).next_back();
        let from = self.0.range((span.client, span.start)..(span.client, span.end()));
        before.into_iter().chain(from).map(|(_, copy)| copy).filter(move |copy| copy.old.overlap(span).is_some())
    }

    /// The ids that the text of `ids` came back under, copies of copies included, but `ids` themselves.
    pub(crate) fn copies_of(&self, ids: &IdSet) -> IdSet {
        let mut found = IdSet::new();
        let mut todo = span::from_set(ids);
        while let Some(next) = todo.pop() {
            for (_, new) in self.parts(next) {
                found.insert(new.id_at(0), new.len);
                todo.push(new);
            }
        }
        found.diff_with(ids);
        found
    }

    /// The newest id of a character.
    pub(crate) fn newest(&self, mut id: ID) -> ID {
        loop {
            let one = Span { client: id.client.get(), start: id.clock, len: 1 };
            match self.within(one).next().and_then(|copy| copy.of(one)) {
                Some(new) => id = ID::new(ClientID::new(new.client), new.start),
                None => return id,
            }
        }
    }

    /// What of `span` has a copy, and its new ids, in order.
    pub(crate) fn parts(&self, span: Span) -> impl Iterator<Item = (Span, Span)> {
        self.within(span).filter_map(move |copy| Some((copy.old.overlap(span)?, copy.of(span)?)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Copy> {
        self.0.values()
    }

    /// All ids that have copies.
    pub(crate) fn originals(&self) -> IdSet {
        span::to_set(self.0.values().map(|copy| &copy.old))
    }

    /// Runs under their newest ids, in the same order.
    pub(crate) fn newest_all(&self, spans: &[Span]) -> Vec<Span> {
        let mut out = Vec::new();
        let mut todo: Vec<Span> = spans.iter().rev().copied().collect();
        while let Some(next) = todo.pop() {
            let Some((old, new)) = self.parts(next).next() else {
                span::push(&mut out, next);
                continue;
            };
            if next.start < old.start {
                span::push(&mut out, Span { len: old.start - next.start, ..next });
            }
            if old.end() < next.end() {
                todo.push(Span { start: old.end(), len: next.end() - old.end(), ..next });
            }
            todo.push(new);
        }
        out
    }
}
