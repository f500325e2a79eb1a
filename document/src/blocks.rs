//! The blocks of a text in document order, with their ids. Lists; changes nothing.

use crate::span::{Span, units};
use yrs::types::text::YChange;
use yrs::{Any, IdSet, Out, ReadTxn, Snapshot, Text, TextRef, TransactionMut};

/// One block of text.
pub(crate) struct Block {
    pub(crate) span: Span,
    pub(crate) text: String,
}

/// What stands in the text now.
pub(crate) fn visible(text: &TextRef, txn: &mut TransactionMut<'_>) -> Vec<Block> {
    let snapshot = txn.snapshot();
    list(text, txn, snapshot)
}

/// Everything that ever stood in the text, deleted blocks at their places.
pub(crate) fn all(text: &TextRef, txn: &mut TransactionMut<'_>) -> Vec<Block> {
    let snapshot = Snapshot::new(txn.state_vector(), IdSet::new());
    list(text, txn, snapshot)
}

fn list(text: &TextRef, txn: &mut TransactionMut<'_>, mut upper: Snapshot) -> Vec<Block> {
    // A state vector stops at a client's first gap, but blocks behind it are there all the same.
    let clients: Vec<_> = upper.state_map.iter().map(|(client, _)| *client).collect();
    for client in clients {
        upper.state_map.set_max(client, u32::MAX);
    }
    let lower = Snapshot::default();
    text.diff_range(txn, Some(&upper), Some(&lower), YChange::identity)
        .into_iter()
        .filter_map(|chunk| match (chunk.ychange, chunk.insert) {
            (Some(change), Out::Any(Any::String(text))) => Some(Block {
                span: Span { client: change.id.client.get(), start: change.id.clock, len: units(&text) },
                text: text.to_string(),
            }),
            _ => None,
        })
        .collect()
}
