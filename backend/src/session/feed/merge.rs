//! Consecutive model steps of one turn, on their way to becoming one paced entry.

use std::sync::Arc;

use bytes::Bytes;
use protocol::Seq;

use crate::session::entry::{Body, Delta, Entry};

/// Steps that leave together.
pub struct Merge {
    seq: Seq,
    delta: Option<Delta>,
    messages: Vec<Bytes>,
    /// Kept as it is while it is alone: nothing to encode anew.
    only: Option<Arc<Entry>>,
}

impl Merge {
    /// Whether an entry without text is the model's, so that it may be merged: nobody is its author and it
    /// changes the document. A roll-back looks the same and merges as well: its place in the order is kept.
    pub fn takes_silent(entry: &Entry) -> bool {
        matches!(entry.body, Body::Silent) && entry.author.is_none() && entry.message.is_some()
    }

    /// Begins with one step.
    pub fn new(entry: Arc<Entry>) -> Merge {
        let delta = match &entry.body {
            Body::Delta(delta) => Some(delta.clone()),
            _ => None,
        };
        Merge { seq: entry.seq, delta, messages: entry.message.iter().cloned().collect(), only: Some(entry) }
    }

    /// Whether a step continues these: the same turn, and no gap in its output.
    pub fn takes(&self, entry: &Entry) -> bool {
        match (&self.delta, &entry.body) {
            (Some(ours), Body::Delta(next)) => ours.turn == next.turn && ours.end() == next.offset,
            (None, Body::Delta(_)) => true,
            _ => Self::takes_silent(entry),
        }
    }

    /// Adds a step that [`Merge::takes`].
    pub fn add(&mut self, entry: &Entry) {
        self.only = None;
        self.seq = entry.seq;
        self.messages.extend(entry.message.iter().cloned());
        let Body::Delta(next) = &entry.body else { return };
        match &mut self.delta {
            Some(ours) => {
                ours.text.push_str(&next.text);
                ours.units += next.units;
            }
            None => self.delta = Some(next.clone()),
        }
    }

    /// The one entry that stands for all of them.
    pub fn finish(self) -> Arc<Entry> {
        if let Some(only) = self.only {
            return only;
        }
        let message = document::merge(&self.messages).map(Bytes::from);
        let body = self.delta.map_or(Body::Silent, Body::Delta);
        Arc::new(Entry::new(self.seq, None, message, body))
    }
}
