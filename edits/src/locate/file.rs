//! A file by lines, each with a key that equal lines have in common.

use std::ops::Range;

use super::fold;

/// Mixes bits well enough for a table: the golden ratio's, as in Fibonacci hashing.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// A text and where its lines are.
#[derive(Debug)]
pub(super) struct File<'a> {
    text: &'a str,
    /// Each line without its newline.
    spans: Vec<Range<usize>>,
    /// The key of each line.
    keys: Vec<u64>,
}

impl<'a> File<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut file = Self { text, spans: Vec::new(), keys: Vec::new() };
        let mut folded = String::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            let line = line.strip_suffix('\n').unwrap_or(line);
            file.spans.push(start..start + line.len());
            file.keys.push(key(line, &mut folded));
            start = end;
        }
        file
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn count(&self) -> usize {
        self.spans.len()
    }

    /// A line, empty past the end.
    pub(super) fn line(&self, index: usize) -> &'a str {
        self.spans.get(index).and_then(|span| self.text.get(span.clone())).unwrap_or_default()
    }

    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// The byte where a line begins; past the last one, the end.
    pub(super) fn start_of(&self, index: usize) -> usize {
        self.spans.get(index).map_or(self.text.len(), |span| span.start)
    }
}

/// What lines have in common that are equal but for the blanks around them and for look-alikes; others rarely have.
pub(super) fn key(line: &str, folded: &mut String) -> u64 {
    let line = line.trim();
    if line.is_ascii() {
        return hash(line.as_bytes());
    }
    folded.clear();
    folded.extend(line.chars().map(fold::folded));
    // A folded blank at an end is one.
    hash(folded.trim().as_bytes())
}

fn hash(bytes: &[u8]) -> u64 {
    let mut state = MIX ^ u64::try_from(bytes.len()).unwrap_or_default();
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state = mixed(state, u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(words.remainder()) {
        *to = *from;
    }
    mixed(state, u64::from_le_bytes(last))
}

fn mixed(state: u64, word: u64) -> u64 {
    let product = (state ^ word).wrapping_mul(MIX);
    product ^ (product >> 29)
}
