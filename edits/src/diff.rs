//! The streaming diff (first version: to be refined).

use crate::action::Counts;

/// One operation over the old text, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffOp {
    /// The next UTF-16 units stay.
    Keep(u32),
    /// The next UTF-16 units go.
    Delete(u32),
    /// Text comes.
    Insert(String),
}

/// The streaming diff.
#[derive(Debug)]
pub struct StreamingDiff {
    old: String,
    at: usize,
    counts: Counts,
}

impl StreamingDiff {
    /// Over this old text.
    pub fn new(old: &str) -> Self {
        Self {
            old: old.to_owned(),
            at: 0,
            counts: Counts::default(),
        }
    }

    /// More new text.
    pub fn push(&mut self, text: &str) -> Vec<DiffOp> {
        if text.is_empty() {
            return Vec::new();
        }
        self.counts.added += text.matches('\n').count() as u32;
        vec![DiffOp::Insert(text.to_owned())]
    }

    /// The new text is complete.
    pub fn finish(&mut self) -> Vec<DiffOp> {
        let rest = self.old.get(self.at..).unwrap_or_default();
        let ops = rest
            .split_inclusive('\n')
            .map(|line| DiffOp::Delete(line.encode_utf16().count() as u32))
            .collect();
        self.counts.removed += rest.lines().count() as u32;
        self.at = self.old.len();
        ops
    }

    /// The new text stops in the middle: what has come is put in, the rest of the old text stays.
    pub fn abandon(&mut self) -> Vec<DiffOp> {
        Vec::new()
    }

    /// Lines so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// The operations that turn `old` into `new`.
pub fn replace_ops(old: &str, new: &str) -> Vec<DiffOp> {
    let mut diff = StreamingDiff::new(old);
    let mut ops = diff.push(new);
    ops.extend(diff.finish());
    ops
}
