//! The blocks of a text in document order, with their ids. Lists; changes nothing.

use std::sync::{Arc, PoisonError};

use crate::document::Document;
use crate::span::{Span, units};
use yrs::types::text::YChange;
use yrs::{Any, ID, IdSet, Nested, Out, ReadTxn, Snapshot, Text, TextRef, TransactionMut};

/// One block of text.
pub(crate) struct Block {
    pub(crate) span: Span,
    pub(crate) text: Arc<str>,
    /// It does not stand in the text any more.
    pub(crate) deleted: bool,
}

/// Everything that ever stood in the text, deleted blocks at their places. `deleted` is what was deleted before this
/// transaction: the CRDT's own snapshot would be gathered from every block of every file.
pub(crate) fn all(text: &TextRef, txn: &mut TransactionMut<'_>, deleted: &IdSet) -> Vec<Block> {
    let mut upper = Snapshot::new(txn.state_vector(), IdSet::new());
    // A state vector stops at a client's first gap, but blocks behind it are there all the same.
    let clients: Vec<_> = upper.state_map.iter().map(|(client, _)| *client).collect();
    for client in clients {
        upper.state_map.set_max(client, u32::MAX);
    }
    let lower = Snapshot::default();
    let chunks = text.diff_range(txn, Some(&upper), Some(&lower), YChange::identity);
    let now = txn.delete_set();
    chunks
        .into_iter()
        .filter_map(|chunk| match (chunk.ychange, chunk.insert) {
            (Some(change), Out::Any(Any::String(text))) => Some(Block {
                span: Span { client: change.id.client.get(), start: change.id.clock, len: units(&text) },
                text,
                // A block is deleted whole.
                deleted: deleted.contains(&change.id) || now.contains(&change.id),
            }),
            _ => None,
        })
        .collect()
}

/// The ids of a text in their order, without what they say.
pub(crate) struct Layout {
    text: ID,
    revision: u64,
    pub(crate) blocks: Vec<Laid>,
}

/// Consecutive ids that all stand in the text, or are all deleted.
#[derive(Clone, Copy)]
pub(crate) struct Laid {
    pub(crate) span: Span,
    pub(crate) deleted: bool,
}

impl Document {
    /// The layout of a file's text. The last one is remembered: one step asks for the same several times, and listing
    /// the blocks is the dearest thing in a messy file.
    pub(crate) fn layout(&self, txn: &mut TransactionMut<'_>, file: &str) -> Option<Arc<Layout>> {
        let (id, revision) = self.files.get(file).map(|file| (file.text, file.revision))?;
        let mut last = self.layout.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layout) = last.as_ref().filter(|layout| layout.text == id && layout.revision == revision) {
            return Some(Arc::clone(layout));
        }
        let text = Nested::<TextRef>::new(id).get(txn)?;
        let mut blocks: Vec<Laid> = Vec::new();
        for Block { span, deleted, .. } in all(&text, txn, &self.deleted) {
            match blocks.last_mut() {
                Some(last) if last.deleted == deleted && last.span.goes_on_with(span) => last.span.len += span.len,
                _ => blocks.push(Laid { span, deleted }),
            }
        }
        Some(Arc::clone(last.insert(Arc::new(Layout { text: id, revision, blocks }))))
    }
}
