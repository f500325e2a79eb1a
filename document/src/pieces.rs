//! Long texts are put in as pieces. Whoever changes a block has it cut, and all of it is copied; so that no block is long,
//! the pieces come last one first: the CRDT joins blocks in the order in which they came, and these stay apart.

use yrs::{Text, TextRef, TransactionMut};

/// A piece's length in bytes, as far as characters allow.
pub(crate) const PIECE: usize = 16 * 1024;

/// Puts a text into an empty one.
pub(crate) fn put_in(txn: &mut TransactionMut<'_>, place: &TextRef, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (front, last) = rest.split_at(rest.floor_char_boundary(rest.len().saturating_sub(1) / PIECE * PIECE));
        place.insert(txn, 0, last);
        rest = front;
    }
}
