//! One located hunk's new text on its way into the file: through the guard against left-out text, the fit to the
//! place, and the diff.
//!
//! Where the old text left text out (`...` between its lines), the place is in parts: the new text of each part is
//! compared with its own old text alone, and what was left out between them stays as it is.
//!
//! Knows nothing of hunks' numbers or of what comes after a failure.

use std::collections::{HashSet, VecDeque};

use crate::action::{Counts, Malformed, Place, Wanted};
use crate::diff::{DiffOp, StreamingDiff, utf16_len};
use crate::elision::{self, Piece, Watch};
use crate::fit::Fit;
use crate::locate;

/// New text in progress.
#[derive(Debug)]
pub struct Applying {
    fit: Fit,
    diff: StreamingDiff,
    /// Of the parts before the current one.
    counts: Counts,
    /// The parts to come, each behind the text that was left out before it.
    parts: VecDeque<Part>,
    /// Looks for left-out text. A chunk's lines say themselves what goes.
    watch: Option<Watch>,
    /// Lines of the old text that say so themselves, without the blanks around them.
    said: HashSet<String>,
    place: Place,
    /// For a chunk: the lines as they stand in the file, when they pair one by one.
    standing: Vec<String>,
}

/// One part of the place.
#[derive(Debug)]
struct Part {
    /// UTF-16 units in front of it that stay.
    skipped: u32,
    old: String,
}

impl Applying {
    /// New text for a place that was found for this.
    pub fn new(wanted: &Wanted, place: Place) -> Self {
        let mut parts: VecDeque<Part> = match wanted {
            Wanted::Text(old_text) => parts(old_text, &place.old).into(),
            _ => VecDeque::new(),
        };
        let first = parts.pop_front().map_or_else(|| place.old.clone(), |part| part.old);
        let is_chunk = matches!(wanted, Wanted::Chunk { .. });
        let guarded = !is_chunk && !place.old.is_empty();
        let standing = if is_chunk { standing(wanted, &place) } else { Vec::new() };
        let said = if guarded { elision::lines(&place.old) } else { HashSet::new() };
        let mut applying = Self {
            fit: Fit::new(&place, &first, wanted),
            diff: StreamingDiff::new(&first),
            counts: Counts::default(),
            watch: guarded.then(|| Watch::new(!parts.is_empty())),
            parts,
            said,
            place,
            standing,
        };
        applying.begin_insertion(wanted);
        applying
    }

    /// A chunk that only adds, at the end of a file without a final newline: the line it comes behind is typed
    /// again, as it stands.
    fn begin_insertion(&mut self, wanted: &Wanted) {
        if let Wanted::Chunk { old_text, .. } = wanted
            && old_text.is_empty()
            && !self.place.old.is_empty()
        {
            let line = self.fit.as_it_is(&format!("{}\n", self.place.old));
            // Nothing comes of it but what is kept, which the next operations come with.
            self.diff.feed(&line);
        }
    }

    /// A piece of the new text.
    pub fn push(&mut self, text: &str, ops: &mut Vec<DiffOp>) -> Result<(), Malformed> {
        let Some(mut watch) = self.watch.take() else {
            self.text(text, ops);
            return Ok(());
        };
        let outcome = watch.push(text, |piece| match piece {
            Piece::Text(text) => {
                self.text(text, ops);
                Ok(())
            }
            Piece::LeftOut(line) => self.left_out(line, ops),
        });
        self.watch = Some(watch);
        outcome
    }

    /// A line of the new text that is the old text's line of this number.
    pub fn same(&mut self, line: u32, text: &str, ops: &mut Vec<DiffOp>) {
        let standing = usize::try_from(line).ok().and_then(|line| self.standing.get(line));
        let text = match standing {
            Some(standing) => self.fit.as_it_is(&format!("{standing}\n")),
            None => self.fit.push(text),
        };
        ops.extend(self.diff.push(&text));
    }

    /// The new text is complete. With parts of the place left it has left more out than it said: they stay.
    pub fn finish(&mut self, ops: &mut Vec<DiffOp>) -> Result<(), Malformed> {
        if let Some(mut watch) = self.watch.take() {
            watch.finish(|text| self.text(text, ops));
        }
        if !self.parts.is_empty() {
            return Err(Malformed::Elided);
        }
        let rest = self.fit.finish();
        ops.extend(self.diff.push(&rest));
        ops.extend(self.diff.finish());
        Ok(())
    }

    /// Lines added and removed so far.
    pub fn counts(&self) -> Counts {
        let now = self.diff.counts();
        Counts {
            added: self.counts.added.saturating_add(now.added),
            removed: self.counts.removed.saturating_add(now.removed),
        }
    }

    fn text(&mut self, text: &str, ops: &mut Vec<DiffOp>) {
        let text = self.fit.push(text);
        ops.extend(self.diff.push(&text));
    }

    /// A line that stands for text which is not typed again.
    fn left_out(&mut self, line: &str, ops: &mut Vec<DiffOp>) -> Result<(), Malformed> {
        if let Some(next) = self.parts.pop_front() {
            let rest = self.fit.finish();
            ops.extend(self.diff.push(&rest));
            ops.extend(self.diff.finish());
            ops.extend((next.skipped > 0).then_some(DiffOp::Keep(next.skipped)));
            self.counts = self.counts();
            self.fit = Fit::behind(&self.place, &next.old);
            self.diff = StreamingDiff::new(&next.old);
            return Ok(());
        }
        if !self.said.contains(line.trim()) {
            return Err(Malformed::Elided);
        }
        self.text(line, ops);
        self.text("\n", ops);
        Ok(())
    }
}

/// The parts of a place whose old text leaves text out; none when it does not.
fn parts(old_text: &str, standing: &str) -> Vec<Part> {
    let spans = locate::parts(old_text, standing);
    let mut at = 0;
    spans
        .into_iter()
        .map(|span| {
            let skipped = utf16_len(standing.get(at..span.start).unwrap_or_default());
            at = span.end;
            Part { skipped, old: standing.get(span).unwrap_or_default().to_owned() }
        })
        .collect()
}

/// The file's own lines for a chunk's old lines, when there are as many.
fn standing(wanted: &Wanted, place: &Place) -> Vec<String> {
    let Wanted::Chunk { old_text, .. } = wanted else {
        return Vec::new();
    };
    let lines: Vec<String> = place.old.lines().map(str::to_owned).collect();
    if lines.len() == old_text.lines().count() { lines } else { Vec::new() }
}
