//! Long texts beside the CRDT, kept in step with it, so that reading one after a change costs the change. Short ones
//! are read faster than they are kept.
//!
//! Each listens to its text. What a change did is asked of the CRDT, which looks at all of the text's blocks for it,
//! unless whoever makes the change has said it before: a hint. A mirror that is not what the CRDT has is read anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yrs::types::Delta;
use yrs::types::text::TextEvent;
use yrs::{
    Any, Assoc, BranchID, GetString, ID, IndexScope, Nested, Observable, Out, ReadTxn, StickyIndex, Text, TextRef,
    TransactionMut,
};

use crate::sheet::Sheet;
use crate::span::{self, Span};
use crate::wire::{Content, Contents};

/// A text of fewer UTF-16 units is short.
#[cfg(not(test))]
pub(crate) const LONG: u32 = 64 * 1024;
/// Under test most texts are long.
#[cfg(test)]
pub(crate) const LONG: u32 = 4;
/// Texts that are kept: those that people and the model are in.
const KEPT: usize = 4;
/// The most changes that wait to be taken in, and the most text that they put in, in bytes: more is read anew.
const WAITING_MAX: usize = 4096;
const WAITING_BYTES_MAX: usize = 1024 * 1024;
/// Under which a mirror listens.
const LISTENER: &str = "mirror";

/// The mirrors, the one that was read last first. A handle: transactions hold another.
#[derive(Clone, Default)]
pub(crate) struct Mirrors(Arc<Mutex<Vec<Mirror>>>);

/// A text's mirror.
struct Mirror {
    text: ID,
    sheet: Sheet,
    /// The ids of what stands in the text, in its order, if they were asked for.
    ids: Option<Vec<Span>>,
    news: Arc<Mutex<News>>,
}

/// What has happened in a text since it was last read.
#[derive(Default)]
struct News {
    /// In order, each in the text that the ones before it left.
    changes: Vec<Change>,
    /// Text in them, in bytes.
    bytes: usize,
    /// What the transaction that runs will turn out to have done.
    hint: Option<Hint>,
    /// What happened is not known.
    is_lost: bool,
}

/// What is known of a transaction before it is over.
enum Hint {
    /// All of it.
    All(Change),
    /// The ids of the one text that it puts in.
    Ids(Span),
}

/// Some UTF-16 units replaced by a text.
#[derive(Debug)]
struct Change {
    at: u32,
    removed: u32,
    text: String,
    /// How long that is, in units.
    units: u32,
    /// Its ids, if they are known.
    ids: Option<Span>,
}

impl Mirrors {
    /// A long text as it stands.
    pub(crate) fn read<T: ReadTxn>(&self, id: ID, text: &TextRef, txn: &T) -> Sheet {
        let mut all = lock(&self.0);
        let mirror = take(&mut all, id, text, txn);
        let sheet = mirror.sheet.clone();
        put_first(&mut all, mirror, txn);
        debug_assert!(sheet.text() == text.get_string(txn), "a mirror that shows something else");
        sheet
    }

    /// The same if it is kept.
    pub(crate) fn read_known<T: ReadTxn>(&self, id: ID, text: &TextRef, txn: &T) -> Option<Sheet> {
        let is_known = lock(&self.0).iter().any(|mirror| mirror.text == id);
        is_known.then(|| self.read(id, text, txn))
    }

    /// Has something done with the ids of what stands in a long text, in its order. `list` lists them all. Not to be
    /// called in a transaction that has changed anything: it is told of when it is over.
    pub(crate) fn with_ids<T>(
        &self,
        (id, text): (ID, &TextRef),
        txn: &mut TransactionMut<'_>,
        list: impl Fn(&mut TransactionMut<'_>) -> Option<Vec<Span>>,
        act: impl FnOnce(&[Span]) -> T,
    ) -> Option<T> {
        let mut all = lock(&self.0);
        let mut mirror = take(&mut all, id, text, txn);
        let ids = mirror.ids.take().or_else(|| list(txn));
        debug_assert!(ids.as_deref().map(joined) == list(txn).as_deref().map(joined), "ids of something else");
        let done = ids.as_deref().map(act);
        mirror.ids = ids;
        put_first(&mut all, mirror, txn);
        done
    }

    /// Says what the running transaction does. To be taken back when it is over.
    pub(crate) fn hint<T: ReadTxn>(&self, txn: &T, only: Only<'_>) {
        let all = lock(&self.0);
        if all.is_empty() {
            return;
        }
        let (id, removed, text, ids) = match only {
            Only::Inserted(span, text) => (span.id_at(0), 0, text, Some(span)),
            Only::Among(span) => (span.id_at(0), 0, "", Some(span)),
            Only::Deleted(id) => (id, 1, "", None),
        };
        let Some(place) = StickyIndex::new(IndexScope::Relative(id), Assoc::After).get_offset(txn) else { return };
        if let BranchID::Nested(branch) = place.branch.id()
            && let Some(mirror) = all.iter().find(|mirror| mirror.text == branch)
        {
            let units = ids.map_or(0, |span| span.len);
            lock(&mirror.news).hint = Some(match only {
                Only::Among(span) => Hint::Ids(span),
                _ => Hint::All(Change { at: place.index, removed, text: text.to_owned(), units, ids }),
            });
        }
    }

    /// What was said of a transaction holds for no other.
    pub(crate) fn take_hint_back(&self) {
        for mirror in lock(&self.0).iter() {
            lock(&mirror.news).hint = None;
        }
    }

    /// Whether a text's ids are known as it stands, without listing them.
    #[cfg(test)]
    pub(crate) fn knows_ids<T: ReadTxn>(&self, id: ID, text: &TextRef, txn: &T) -> bool {
        let mut all = lock(&self.0);
        let mirror = take(&mut all, id, text, txn);
        let is_known = mirror.ids.is_some();
        put_first(&mut all, mirror, txn);
        is_known
    }

    /// Forgets all: the CRDT is another one.
    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}

/// What a transaction does.
#[derive(Clone, Copy)]
pub(crate) enum Only<'a> {
    /// It puts this in, and does nothing else.
    Inserted(Span, &'a str),
    /// It takes this away, and does nothing else.
    Deleted(ID),
    /// Of all that it does, this is the one text that it puts in.
    Among(Span),
}

impl Mirror {
    /// Not read yet.
    fn listen(id: ID, text: &TextRef) -> Mirror {
        let news = Arc::new(Mutex::new(News { is_lost: true, ..News::default() }));
        let told = Arc::clone(&news);
        text.observe(LISTENER, move |txn: &TransactionMut<'_>, event: &TextEvent| lock(&told).tell(txn, event));
        Mirror { text: id, sheet: Sheet::default(), ids: None, news }
    }

    /// Brings it up to date; false when that cannot be done.
    fn take_in(&mut self) -> bool {
        let News { changes, is_lost, .. } = std::mem::take(&mut *lock(&self.news));
        !is_lost && changes.iter().all(|change| self.change(change))
    }

    fn change(&mut self, change: &Change) -> bool {
        let is_known = change.text.is_empty() || change.ids.is_some();
        if let Some(ids) = self.ids.as_mut().filter(|_| is_known) {
            splice(ids, change.at, change.removed, change.ids);
        } else {
            self.ids = None;
        }
        self.sheet.splice(change.at, change.removed, &change.text)
    }
}

impl News {
    fn tell(&mut self, txn: &TransactionMut<'_>, event: &TextEvent) {
        let mut known = match self.hint.take() {
            Some(Hint::All(change)) => return self.push(change),
            Some(Hint::Ids(span)) => Some(span),
            None => None,
        };
        let mut at = 0;
        for one in event.delta(txn) {
            match one {
                Delta::Retain(len, _) => at += len,
                Delta::Deleted(removed) => {
                    self.push(Change { at, removed: *removed, text: String::new(), units: 0, ids: None });
                }
                Delta::Inserted(Out::Any(Any::String(text)), _) => {
                    let units = span::units(text);
                    let ids = known.take().filter(|span| span.len == units);
                    self.push(Change { at, removed: 0, text: text.to_string(), units, ids });
                    at += units;
                }
                Delta::Inserted(..) => self.is_lost = true,
            }
        }
    }

    fn push(&mut self, change: Change) {
        if self.is_lost {
            return;
        }
        self.bytes += change.text.len();
        match self.changes.last_mut() {
            // A model writes on, and so does a person.
            Some(last) if last.goes_on_with(&change) => {
                last.text.push_str(&change.text);
                last.units += change.units;
                match &mut last.ids {
                    Some(ids) => ids.len += change.units,
                    None => last.ids = change.ids,
                }
            }
            _ => self.changes.push(change),
        }
        if self.changes.len() > WAITING_MAX || self.bytes > WAITING_BYTES_MAX {
            *self = News { is_lost: true, ..News::default() };
        }
    }
}

impl Change {
    fn goes_on_with(&self, next: &Change) -> bool {
        let have_ids_in_common = match (self.ids, next.ids) {
            (Some(mine), Some(theirs)) => mine.goes_on_with(theirs),
            (None, None) => true,
            (None, Some(_)) => self.text.is_empty(),
            (Some(_), None) => false,
        };
        next.removed == 0 && next.at == self.at + self.units && have_ids_in_common
    }
}

impl Only<'_> {
    /// What a participant's update does, where that is as simple.
    pub(crate) fn of<'a>(contents: &Contents<'a>, known: impl Fn(u64) -> u32) -> Option<Only<'a>> {
        match (contents.structs.as_slice(), contents.deletes.as_slice()) {
            ([one], deletes) if known(one.span.client) == one.span.start => match one.content {
                Content::Text(text) if one.key.is_none() && deletes.is_empty() => Some(Only::Inserted(one.span, text)),
                Content::Text(_) if one.key.is_none() => Some(Only::Among(one.span)),
                _ => None,
            },
            ([], [span]) if span.len == 1 => Some(Only::Deleted(span::id(span.client, span.start))),
            _ => None,
        }
    }
}

/// A text's mirror, as the text stands.
fn take<T: ReadTxn>(all: &mut Vec<Mirror>, id: ID, text: &TextRef, txn: &T) -> Mirror {
    let known = all.iter().position(|mirror| mirror.text == id).map(|at| all.remove(at));
    let mut mirror = known.unwrap_or_else(|| Mirror::listen(id, text));
    if !mirror.take_in() || mirror.sheet.units() != text.len(txn) {
        (mirror.sheet, mirror.ids) = (Sheet::from(text.get_string(txn).as_str()), None);
    }
    mirror
}

/// Keeps a mirror as the one that was read last.
fn put_first<T: ReadTxn>(all: &mut Vec<Mirror>, mirror: Mirror, txn: &T) {
    while all.len() >= KEPT
        && let Some(gone) = all.pop()
    {
        if let Some(text) = Nested::<TextRef>::new(gone.text).get(txn) {
            text.unobserve(LISTENER);
        }
    }
    all.insert(0, mirror);
}

/// Puts a run of ids in place of `removed` ids from one on.
fn splice(ids: &mut Vec<Span>, at: u32, removed: u32, new: Option<Span>) {
    let (first, head) = block_of(ids, at);
    let (last, tail) = block_of(ids, at + removed);
    let mut parts: Vec<Span> = Vec::with_capacity(3);
    parts.extend(ids.get(first).filter(|_| head > 0).map(|block| Span { len: head, ..*block }));
    parts.extend(new);
    let rest = ids.get(last).filter(|_| tail > 0);
    parts.extend(rest.map(|block| Span { start: block.start + tail, len: block.len - tail, ..*block }));
    let until = last + usize::from(tail > 0);
    ids.splice(first..until, parts);
}

/// The block in which a unit is, and how many of its units are before that; behind all, the end.
fn block_of(ids: &[Span], at: u32) -> (usize, u32) {
    let mut before = 0;
    for (number, block) in ids.iter().enumerate() {
        if at < before + block.len {
            return (number, at - before);
        }
        before += block.len;
    }
    (ids.len(), 0)
}

/// The same ids in as few runs as possible.
fn joined(ids: &[Span]) -> Vec<Span> {
    let mut all = Vec::new();
    ids.iter().for_each(|block| span::push(&mut all, *block));
    all
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
