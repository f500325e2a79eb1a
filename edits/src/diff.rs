//! The streaming diff: old text is known, new text comes in pieces, operations come out at once.
//!
//! Lines first: a new line that stands in the old text, next or within a bounded window, is kept and
//! not typed again. Characters only inside a line that is changed in place. The operations applied
//! to the old text give the new text, whatever the alignment; the alignment only decides how much is
//! left alone. Everything is decided character by character, so chunking cannot change it.
//!
//! **How late text can be.** New text that no old line begins with is inserted as it comes; inside a
//! changed line it lags by a few bytes at most (see `in_line`). Text that an old line ahead begins
//! with is withheld until it differs or its line ends. A line that stands ahead but proves nothing
//! (`}`) waits for the next line, and for [`CONFIRM_LINES`] at most. Old lines go when a line behind
//! them has been met or the new text is complete, never earlier.
//!
//! Between kept lines, typed ones stand on lines of their own: the newline of the kept line above
//! stays behind the cursor's right, so a half-typed line is not glued to the old line under it.
//!
//! Knows nothing of hunks, indentation or final newlines.

mod in_line;
mod lines;
mod script;

use crate::action::Counts;
use crate::work;
use in_line::InLine;
use lines::Lines;
pub use lines::WINDOW_LINES;
use script::Script;
pub(crate) use script::utf16_len;

/// This many lines in a row that prove nothing one by one prove together that the lines before
/// them were dropped.
pub const CONFIRM_LINES: usize = 3;

/// One operation over the old text, in its order. Lengths are UTF-16 units and never split a
/// surrogate pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffOp {
    /// The next units stay.
    Keep(u32),
    /// The next units go. A whole old line goes in one operation.
    Delete(u32),
    /// Text comes, never empty.
    Insert(String),
}

/// The operations that turn one text into another.
pub fn replace_ops(old: &str, new: &str) -> Vec<DiffOp> {
    let mut diff = StreamingDiff::new(old);
    let mut ops = diff.push(new);
    ops.extend(diff.finish());
    ops
}

/// A diff in progress.
#[derive(Debug)]
pub struct StreamingDiff {
    old: Lines,
    script: Script,
    counts: Counts,
    /// The first old line that nothing is decided about. The script stands at the end of the line
    /// before it, in front of its newline; at its start, while no line has been kept; or inside
    /// it (see `changed`).
    current: usize,
    /// The script stands in front of the newline of the line before `current`.
    behind: bool,
    /// A newline has come that is not written yet: the old one under the script may do.
    newline: bool,
    /// The line `current` was kept up to here, and new text was typed in its middle: whether the rest
    /// of it goes depends on the next line, which may be the old line itself.
    changed: Option<Changed>,
    /// New lines that stand ahead, and prove nothing yet.
    doubt: Option<Doubt>,
    /// The new line so far, while it is withheld.
    line: String,
    mode: Mode,
    /// Lines compared so far, beyond the one next line: what tests of the cost count.
    compared: usize,
}

#[derive(Debug)]
struct Changed {
    /// The bytes at its end that the new line has too. They are withheld.
    tail: usize,
}

#[derive(Debug)]
struct Doubt {
    /// The old line that the first one equals.
    first: usize,
    /// How many.
    count: usize,
    /// A newline was owed before them.
    newline: bool,
}

/// What the current new line is.
#[derive(Debug)]
enum Mode {
    /// The front of the next old line, as far as it has come.
    Next,
    /// The front of these old lines ahead.
    Ahead(Vec<usize>),
    /// A change of the next old line.
    InPlace(InLine),
    /// New.
    Typed,
}

impl StreamingDiff {
    /// A diff over this old text.
    pub fn new(old: &str) -> Self {
        Self {
            old: Lines::new(old),
            script: Script::new(),
            counts: Counts::default(),
            current: 0,
            behind: false,
            newline: false,
            changed: None,
            doubt: None,
            line: String::new(),
            mode: Mode::Next,
            compared: 0,
        }
    }

    /// Takes the next piece of the new text.
    pub fn push(&mut self, text: &str) -> Vec<DiffOp> {
        self.feed(text);
        self.script.take()
    }

    /// Takes the next piece of the new text; its operations come out with the next piece's.
    pub fn feed(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' {
                self.end_line();
                self.owe_newline();
            } else {
                self.character(c);
            }
        }
    }

    /// The new text is complete: what is left of the old text goes, or stays where the end of the
    /// new text is the same.
    pub fn finish(&mut self) -> Vec<DiffOp> {
        if !self.line.is_empty() || !matches!(self.mode, Mode::Next) {
            self.end_line();
        }
        self.accept_doubt();
        self.give_up_changed();
        if std::mem::take(&mut self.newline) && !self.pass_old_newline() {
            self.script.insert("\n");
        }
        self.drop_lines(self.old.count());
        let end = self.old.text().len();
        self.script.delete_to(self.old.text(), end);
        self.script.take()
    }

    /// Lines added and removed so far: a changed line is one of each.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    #[cfg(test)]
    pub(crate) fn compared(&self) -> usize {
        self.compared
    }

    fn character(&mut self, c: char) {
        match &mut self.mode {
            Mode::Typed => {
                let mut buffer = [0; 4];
                self.script.insert(c.encode_utf8(&mut buffer));
            }
            Mode::InPlace(in_line) => in_line.push(self.old.text(), c, &mut self.script),
            Mode::Next => {
                let expected = self.old.line(self.expected());
                let goes_on = expected.get(self.line.len()..).is_some_and(|rest| rest.starts_with(c));
                self.line.push(c);
                if !goes_on {
                    self.leave_next();
                }
            }
            Mode::Ahead(lines) => {
                let at = self.line.len();
                self.compared += lines.len();
                work::count(lines.len());
                let old = &self.old;
                lines.retain(|index| old.line(*index).get(at..).is_some_and(|rest| rest.starts_with(c)));
                let none = lines.is_empty();
                self.line.push(c);
                if none {
                    self.differ();
                }
            }
        }
    }

    /// The old line that a new one is compared with first.
    fn expected(&self) -> usize {
        self.doubt.as_ref().map_or(self.current, |doubt| doubt.first + doubt.count)
    }

    /// The withheld line is not the expected one.
    fn leave_next(&mut self) {
        if self.doubt.is_some() {
            self.reject_doubt();
            if self.current < self.old.count() && self.old.line(self.current).starts_with(&self.line) {
                return;
            }
        }
        self.compared += WINDOW_LINES;
        work::count(WINDOW_LINES);
        let ahead = self.old.ahead(self.current, &self.line);
        if ahead.is_empty() {
            self.differ();
        } else {
            self.mode = Mode::Ahead(ahead);
        }
    }

    /// The withheld line stands nowhere ahead: it is a change of the next line, or new.
    fn differ(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.changed.is_some() && !self.repeats_changed(&line) {
            self.give_up_changed();
        }
        let common = self.old.common_prefix(self.current, &line);
        self.counts.added = self.counts.added.saturating_add(1);
        if self.changed.is_some() || self.old.is_in_place(self.current, common) {
            self.begin_current_line();
            let span = self.old.span(self.current);
            self.script.keep_to(self.old.text(), span.start + common);
            self.mode = Mode::InPlace(InLine::new(span));
            for c in line.get(common..).unwrap_or_default().chars() {
                self.character(c);
            }
        } else {
            if std::mem::take(&mut self.newline) {
                self.script.insert("\n");
            }
            self.script.insert(&line);
            self.mode = Mode::Typed;
        }
    }

    /// Whether the new line is one more variation of the line that was changed above it, rather
    /// than of the line after that.
    fn repeats_changed(&self, line: &str) -> bool {
        let kept = self.script.at().saturating_sub(self.old.span(self.current).start);
        let common = self.old.common_prefix(self.current, line);
        let with_next = self.old.common_prefix(self.current + 1, line);
        common >= kept && common > with_next && self.old.is_in_place(self.current, common)
    }

    /// The new line is complete, its newline apart.
    fn end_line(&mut self) {
        if matches!(self.mode, Mode::Next) {
            if self.old.is_line(self.expected(), &self.line) {
                return self.meet(self.expected());
            }
            self.reject_doubt();
            self.compared += WINDOW_LINES;
            work::count(WINDOW_LINES);
            match self.old.find(self.current, &self.line) {
                Some(index) => return self.meet(index),
                None => self.differ(),
            }
        }
        if let Mode::Ahead(lines) = &self.mode {
            let met = lines.iter().copied().find(|index| self.old.is_line(*index, &self.line));
            match met {
                Some(index) => return self.meet(index),
                None => self.differ(),
            }
        }
        if let Mode::InPlace(in_line) = &mut self.mode {
            let tail = in_line.finish(self.old.text(), &mut self.script);
            let cut_into = in_line.cut_into;
            self.changed = Some(Changed { tail });
            if cut_into {
                self.give_up_changed();
            }
        }
        self.mode = Mode::Next;
    }

    /// A newline of the new text.
    fn owe_newline(&mut self) {
        if self.behind || self.changed.is_some() || self.doubt.is_some() {
            self.newline = true;
        } else {
            // No kept line above has a newline to lend: the typed line ends here.
            self.script.insert("\n");
        }
    }

    /// The new line equals an old one.
    fn meet(&mut self, index: usize) {
        let line = std::mem::take(&mut self.line);
        self.mode = Mode::Next;
        if let Some(doubt) = &mut self.doubt {
            doubt.count += 1;
            self.newline = false;
            if doubt.count >= CONFIRM_LINES || self.old.is_strong(self.current, &line) {
                self.accept_doubt();
            }
            return;
        }
        if index == self.current {
            return self.keep_line(index);
        }
        self.give_up_changed();
        if index == self.current || self.old.is_strong(self.current, &line) {
            self.keep_line(index);
        } else {
            let newline = std::mem::take(&mut self.newline);
            self.doubt = Some(Doubt { first: index, count: 1, newline });
        }
    }

    fn accept_doubt(&mut self) {
        let Some(doubt) = self.doubt.take() else {
            return;
        };
        let last = std::mem::replace(&mut self.newline, doubt.newline);
        for index in doubt.first..doubt.first + doubt.count {
            self.keep_line(index);
            self.newline = true;
        }
        self.newline = last;
    }

    fn reject_doubt(&mut self) {
        let Some(doubt) = self.doubt.take() else {
            return;
        };
        let last = std::mem::replace(&mut self.newline, doubt.newline);
        for index in doubt.first..doubt.first + doubt.count {
            if std::mem::replace(&mut self.newline, true) {
                self.script.insert("\n");
            }
            self.script.insert(self.old.line(index));
            self.counts.added = self.counts.added.saturating_add(1);
        }
        self.newline = false;
        if last {
            self.owe_newline();
        }
    }

    /// Drops the undecided lines before an old line, and keeps it.
    fn keep_line(&mut self, index: usize) {
        if self.changed.is_none() {
            self.drop_lines(index);
            self.current = index;
        }
        self.begin_current_line();
        self.current = index + 1;
        self.behind = true;
        self.script.keep_to(self.old.text(), self.old.span(index).end);
    }

    /// Brings the script to the front of the line `current`, or back to where it was in it.
    fn begin_current_line(&mut self) {
        let span = self.old.span(self.current);
        if let Some(changed) = self.changed.take() {
            // What looked like a change of this line was a line above it.
            let tail = self.old.text().get(span.end - changed.tail..span.end).unwrap_or_default();
            self.script.insert(tail);
            self.script.insert("\n");
            self.script.insert(self.old.text().get(span.start..self.script.at()).unwrap_or_default());
            self.newline = false;
        } else if std::mem::take(&mut self.newline) && !self.pass_old_newline() {
            self.script.insert("\n");
        }
    }

    /// The rest of a changed line goes, but the end that it has in common with the new one.
    fn give_up_changed(&mut self) {
        let Some(changed) = self.changed.take() else {
            return;
        };
        let span = self.old.span(self.current);
        self.script.delete_to(self.old.text(), span.end - changed.tail);
        self.script.keep_to(self.old.text(), span.end);
        self.counts.removed = self.counts.removed.saturating_add(1);
        self.current += 1;
        self.behind = true;
    }

    /// Deletes the undecided lines before an old line.
    fn drop_lines(&mut self, end: usize) {
        for index in self.current..end {
            let next = if self.behind { self.old.span(index).end } else { self.old.span(index + 1).start };
            self.script.delete_to(self.old.text(), next);
            self.counts.removed = self.counts.removed.saturating_add(1);
        }
        self.current = self.current.max(end);
    }

    /// Keeps the newline under the script, if there is one.
    fn pass_old_newline(&mut self) -> bool {
        let at = self.script.at();
        let found = self.behind && self.old.text().get(at..).is_some_and(|rest| rest.starts_with('\n'));
        if found {
            self.script.keep_to(self.old.text(), at + 1);
            self.behind = false;
        }
        found
    }
}
