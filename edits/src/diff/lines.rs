//! The old text by lines, and the questions that the alignment asks about them.
//!
//! Decides nothing and writes no operations.

use std::ops::Range;

/// How many old lines ahead a new line is looked for. Bounds the work for each new line; a model
/// that drops more lines than this in one go has the text behind them typed anew.
pub const WINDOW_LINES: usize = 128;
/// A line with fewer letters and digits (`}`, `end`, a blank one) stands in too many places to prove by
/// itself that lines before it were dropped.
const STRONG_LETTERS: usize = 4;
/// A new line counts as a change of an old one from this part of it in common at the front: a third,
/// which `let x = 1;` and `let y = 1;` have and two lines that only begin with the same word have not.
const IN_PLACE_DIVISOR: usize = 3;

/// A text and where its lines are.
#[derive(Debug)]
pub(super) struct Lines {
    text: String,
    /// Each line without its newline.
    spans: Vec<Range<usize>>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let mut spans = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            spans.push(start..start + line.strip_suffix('\n').unwrap_or(line).len());
            start += line.len();
        }
        Self { text: text.to_owned(), spans }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn count(&self) -> usize {
        self.spans.len()
    }

    /// A line, empty past the end.
    pub(super) fn line(&self, index: usize) -> &str {
        self.text.get(self.span(index)).unwrap_or_default()
    }

    /// Its bytes without the newline; past the end, the end.
    pub(super) fn span(&self, index: usize) -> Range<usize> {
        self.spans.get(index).cloned().unwrap_or(self.text.len()..self.text.len())
    }

    /// The lines after `current` in the window that begin with `start`.
    pub(super) fn ahead(&self, current: usize, start: &str) -> Vec<usize> {
        self.window(current).filter(|index| *index > current && self.line(*index).starts_with(start)).collect()
    }

    /// The first line from `current` on in the window that is this one.
    pub(super) fn find(&self, current: usize, line: &str) -> Option<usize> {
        self.window(current).find(|index| self.is_line(*index, line))
    }

    /// Whether a line is this one.
    pub(super) fn is_line(&self, index: usize, line: &str) -> bool {
        self.spans.get(index).is_some_and(|span| span.len() == line.len()) && self.line(index) == line
    }

    /// Whether the line proves by itself that lines before it were dropped.
    pub(super) fn is_strong(&self, current: usize, line: &str) -> bool {
        line.chars().filter(|c| c.is_alphanumeric()).nth(STRONG_LETTERS - 1).is_some()
            && self.window(current).filter(|index| self.line(*index) == line).nth(1).is_none()
    }

    /// How many bytes a new line has in common with the front of an old one.
    pub(super) fn common_prefix(&self, index: usize, line: &str) -> usize {
        let pairs = self.line(index).chars().zip(line.chars());
        pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
    }

    /// Whether that much in common makes the new line a change of the old one.
    pub(super) fn is_in_place(&self, index: usize, common: usize) -> bool {
        let line = self.line(index);
        let indent = line.len() - line.trim_start().len();
        let shared = common.saturating_sub(indent);
        index < self.count() && shared > 0 && shared * IN_PLACE_DIVISOR >= line.trim().len()
    }

    fn window(&self, current: usize) -> Range<usize> {
        current..self.count().min(current.saturating_add(WINDOW_LINES))
    }
}
