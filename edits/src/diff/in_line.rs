//! The diff inside one changed line, character by character.
//!
//! New characters that are also ahead in the old line are withheld while they go on matching: what
//! they say stands on the screen already. Once enough of them have matched, the old characters
//! before them go; when they stop matching before that, they are inserted.

use std::ops::Range;

use super::script::Script;
use crate::work;

/// How many bytes have to match in the middle of a line before old characters go for their sake:
/// fewer match by chance. Also the bound on how far typing inside a line lags behind the stream.
const RESYNC_MIN: usize = 6;
/// The longest old line that is searched, in bytes; changes in a longer one are kept to its front.
const SEARCHED_MAX: usize = 256;

/// A line that is being changed in place. The script stands behind what it has in common with the
/// new line's front.
#[derive(Debug)]
pub(super) struct InLine {
    /// The old line.
    span: Range<usize>,
    /// New characters that are withheld.
    run: String,
    /// Where in the old text they stand too.
    run_at: usize,
    /// Old characters of the line have gone.
    pub(super) cut_into: bool,
}

impl InLine {
    pub(super) fn new(span: Range<usize>) -> Self {
        Self { run_at: span.start, span, run: String::new(), cut_into: false }
    }

    /// The next new character, no newline.
    pub(super) fn push(&mut self, old: &str, c: char, script: &mut Script) {
        let goes_on = old.get(self.run_at + self.run.len()..self.span.end).is_some_and(|rest| rest.starts_with(c));
        if !self.run.is_empty() && goes_on {
            return self.run.push(c);
        }
        if self.run.len() >= RESYNC_MIN {
            self.cut_into |= script.at() < self.run_at;
            script.delete_to(old, self.run_at);
            script.keep_to(old, self.run_at + self.run.len());
            self.run.clear();
        }
        self.run.push(c);
        let searched = self.span.len() <= SEARCHED_MAX;
        let end = self.span.end;
        self.drop_until(script, |run, at| {
            let rest = old.get(at..end).filter(|_| searched)?;
            work::count(rest.len());
            rest.find(run).map(|found| at + found)
        });
    }

    /// The new line is complete: how many bytes at the end of the old line it ends with. They are
    /// withheld still.
    pub(super) fn finish(&mut self, old: &str, script: &mut Script) -> usize {
        let rest = old.get(script.at()..self.span.end).unwrap_or_default();
        let pairs = rest.chars().rev().zip(self.run.chars().rev());
        let tail: usize = pairs.take_while(|(old, new)| old == new).map(|(_, new)| new.len_utf8()).sum();
        let typed = self.run.len() - tail;
        script.insert(self.run.get(..typed).unwrap_or_default());
        self.run.drain(..typed);
        self.run_at = self.span.end - tail;
        tail
    }

    /// Inserts the withheld characters from the front until the rest stands in the old line.
    fn drop_until(&mut self, script: &mut Script, find: impl Fn(&str, usize) -> Option<usize>) {
        let mut run = self.run.as_str();
        let mut run_at = self.run_at;
        while let Some(first) = run.chars().next() {
            if let Some(found) = find(run, script.at()) {
                run_at = found;
                break;
            }
            let mut buffer = [0; 4];
            script.insert(first.encode_utf8(&mut buffer));
            run = run.get(first.len_utf8()..).unwrap_or_default();
        }
        let dropped = self.run.len() - run.len();
        self.run.drain(..dropped);
        self.run_at = run_at;
    }
}
