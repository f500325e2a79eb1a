//! Runs of ids: the compact form that the ledger keeps, and its way to and from the CRDT's sets.

use yrs::{ClientID, ID, IdSet};

/// `len` consecutive clocks of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) client: u64,
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    pub(crate) fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    pub(crate) fn id_at(self, offset: u32) -> ID {
        id(self.client, self.start.saturating_add(offset))
    }

    pub(crate) fn last_id(self) -> ID {
        self.id_at(self.len.saturating_sub(1))
    }

    pub(crate) fn goes_on_with(self, next: Span) -> bool {
        self.client == next.client && self.end() == next.start
    }

    /// What both have in common.
    pub(crate) fn overlap(self, other: Span) -> Option<Span> {
        if self.client != other.client {
            return None;
        }
        let start = self.start.max(other.start);
        let end = self.end().min(other.end());
        (start < end).then(|| Span { client: self.client, start, len: end - start })
    }
}

/// Runs that do not overlap, to be looked up by id, each with something that is known of it.
pub(crate) struct Lookup<T>(Vec<(Span, T)>);

impl Lookup<()> {
    pub(crate) fn plain(spans: &[Span]) -> Self {
        Self::new(spans.iter().map(|span| (*span, ())).collect())
    }
}

impl<T: Copy> Lookup<T> {
    pub(crate) fn new(mut runs: Vec<(Span, T)>) -> Self {
        runs.sort_unstable_by_key(|(span, _)| (span.client, span.start));
        Self(runs)
    }

    /// The parts of a block that are in the runs, each with the number of units before it in its run, and what is
    /// known of that.
    pub(crate) fn parts(&self, block: Span) -> impl Iterator<Item = (Span, u32, T)> {
        let behind = self.0.partition_point(|(span, _)| (span.client, span.end()) <= (block.client, block.start));
        let rest = self.0.iter().skip(behind);
        rest.map_while(move |(span, known)| {
            let part = span.overlap(block)?;
            Some((part, part.start - span.start, *known))
        })
    }
}

pub(crate) fn id(client: u64, clock: u32) -> ID {
    ID::new(ClientID::new(client), clock)
}

/// Appends a run, lengthening the last one where it follows on.
pub(crate) fn push(spans: &mut Vec<Span>, next: Span) {
    match spans.last_mut() {
        Some(last) if last.goes_on_with(next) => last.len += next.len,
        _ => spans.push(next),
    }
}

pub(crate) fn to_set<'a>(spans: impl IntoIterator<Item = &'a Span>) -> IdSet {
    let mut set = IdSet::new();
    insert_all(&mut set, spans);
    set
}

pub(crate) fn insert_all<'a>(set: &mut IdSet, spans: impl IntoIterator<Item = &'a Span>) {
    for span in spans {
        set.insert(span.id_at(0), span.len);
    }
}

/// Adds a small set to a large one, which costs what the small one holds.
pub(crate) fn merge(set: &mut IdSet, news: &IdSet) {
    insert_all(set, &from_set(news));
}

pub(crate) fn from_set(set: &IdSet) -> Vec<Span> {
    let mut spans = Vec::new();
    for (client, ranges) in set.iter() {
        for range in ranges.iter() {
            spans.push(Span { client: client.get(), start: range.start, len: range.end - range.start });
        }
    }
    spans
}

/// The units of `text` as the CRDT counts clocks.
pub(crate) fn units(text: &str) -> u32 {
    let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    u32::try_from(units).unwrap_or(u32::MAX)
}
