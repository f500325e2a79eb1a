//! The blocks of a text in document order, with their ids. Lists; changes nothing.

use std::sync::Arc;

use crate::span::{Span, units};
use yrs::types::text::YChange;
use yrs::{Any, IdSet, Out, ReadTxn, Snapshot, Text, TextRef, TransactionMut};

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

/// What stands in the text now.
pub(crate) fn visible(text: &TextRef, txn: &mut TransactionMut<'_>, deleted: &IdSet) -> Vec<Block> {
    let mut blocks = all(text, txn, deleted);
    blocks.retain(|block| !block.deleted);
    blocks
}
