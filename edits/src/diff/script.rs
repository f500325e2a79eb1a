//! The operations written so far, and the place in the old text that they have come to.
//!
//! Knows nothing of lines or of why.

use super::DiffOp;

/// Writes operations.
#[derive(Debug)]
pub(super) struct Script {
    /// The first byte of the old text that no operation has passed.
    at: usize,
    ops: Vec<DiffOp>,
}

impl Script {
    pub(super) fn new() -> Self {
        Self { at: 0, ops: Vec::new() }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn take(&mut self) -> Vec<DiffOp> {
        std::mem::take(&mut self.ops)
    }

    /// Keeps the old text up to a byte.
    pub(super) fn keep_to(&mut self, old: &str, end: usize) {
        let len = self.pass(old, end);
        match self.ops.last_mut() {
            _ if len == 0 => {}
            Some(DiffOp::Keep(last)) => *last = last.saturating_add(len),
            _ => self.ops.push(DiffOp::Keep(len)),
        }
    }

    /// Deletes the old text up to a byte, in an operation of its own.
    pub(super) fn delete_to(&mut self, old: &str, end: usize) {
        let len = self.pass(old, end);
        if len > 0 {
            self.ops.push(DiffOp::Delete(len));
        }
    }

    /// Inserts text.
    pub(super) fn insert(&mut self, text: &str) {
        match self.ops.last_mut() {
            _ if text.is_empty() => {}
            Some(DiffOp::Insert(last)) => last.push_str(text),
            _ => self.ops.push(DiffOp::Insert(text.to_owned())),
        }
    }

    fn pass(&mut self, old: &str, end: usize) -> u32 {
        let len = utf16_len(old.get(self.at..end).unwrap_or_default());
        self.at = self.at.max(end);
        len
    }
}

/// The length of a text in UTF-16 units: characters, and one more for each of four bytes.
pub(crate) fn utf16_len(text: &str) -> u32 {
    /// So many bytes are counted in a byte each, which the compiler does many at a time.
    const STRIDE: usize = 127;
    let count = |bytes: &[u8]| {
        bytes.iter().map(|byte| u8::from((*byte as i8) >= -0x40) + u8::from(*byte >= 0xF0)).fold(0u8, u8::wrapping_add)
    };
    let len: usize = text.as_bytes().chunks(STRIDE).map(|bytes| usize::from(count(bytes))).sum();
    u32::try_from(len).unwrap_or(u32::MAX)
}
