//! Updates encoded by hand (Yjs update format, version 1), for what the CRDT's own interface cannot say: text at an
//! exact place between two ids, and the deletion of exactly these ids.

use yrs::updates::encoder::Encode;
use yrs::{ID, IdSet};

/// An item of string content.
const STRING: u8 = 4;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;

/// One piece of text to be put directly between two ids.
pub(crate) struct Piece<'a> {
    pub(crate) left: Option<ID>,
    pub(crate) right: Option<ID>,
    pub(crate) text: &'a str,
}

/// An update that deletes these ids, and nothing else: it cannot hit a neighbour.
pub(crate) fn deletion(ids: &IdSet) -> Vec<u8> {
    let mut out = vec![0];
    out.extend(ids.encode_v1());
    out
}

/// An update of `client` that inserts the pieces with consecutive clocks from `clock` on, and deletes `ids`.
/// A piece needs a left or a right neighbour: its parent is theirs.
pub(crate) fn insertion(client: u64, clock: u32, pieces: &[Piece<'_>], ids: &IdSet) -> Vec<u8> {
    if pieces.is_empty() {
        return deletion(ids);
    }
    let bytes: usize = pieces.iter().map(|piece| piece.text.len()).sum();
    let mut out = Vec::with_capacity(32 + bytes + pieces.len() * 24);
    var(&mut out, 1);
    var(&mut out, pieces.len() as u64);
    var(&mut out, client);
    var(&mut out, u64::from(clock));
    for piece in pieces {
        text(&mut out, piece);
    }
    out.extend(ids.encode_v1());
    out
}

/// The struct of one piece.
pub(crate) fn text(out: &mut Vec<u8>, piece: &Piece<'_>) {
    let left = if piece.left.is_some() { HAS_ORIGIN } else { 0 };
    let right = if piece.right.is_some() { HAS_RIGHT_ORIGIN } else { 0 };
    out.push(STRING | left | right);
    for id in [piece.left, piece.right].into_iter().flatten() {
        var(out, id.client.get());
        var(out, u64::from(id.clock));
    }
    bytes_of(out, piece.text.as_bytes());
}

/// An unsigned integer of seven bits a byte, lowest first.
pub(crate) fn var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A length, and the bytes.
pub(crate) fn bytes_of(out: &mut Vec<u8>, bytes: &[u8]) {
    var(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
