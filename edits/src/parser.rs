//! Splits a model's answer, as it streams in, into commentary and the parts of edit blocks.
//!
//! Four syntaxes, recognised by themselves and mixed freely: the primary one (`edit`), SEARCH/REPLACE
//! (`search_replace`), the V4A envelope (`patch`), and a whole file in a fence (`whole`). Inside a block only
//! its own syntax counts, so that a block may carry any text that its own markers do not end.
//!
//! Owns the reading by lines and what may be withheld: outside a block, and inside new text, only a line that
//! could still become a marker. Knows nothing of files, of places or of operations; the page uses it as it is
//! to show commentary (see [`Outline`]).
//!
//! **What cannot be told.** A line of five to nine `=` in a SEARCH text ends it. A bare fence inside a whole file
//! in a fence of the same length ends the file, unless a fence with a language was opened in it before. A
//! product's or a method's name with a dot alone above a fence (`os.path`) is taken for a file's. Markers in
//! quoted examples are taken for markers: an answer that explains a syntax has to indent it.

mod above;
mod edit;
mod fence;
mod name;
mod outline;
mod outside;
mod patch;
mod search_replace;
mod tag;
mod whole;

pub use outline::{Outline, Segment};

use crate::action::{Format, Kind, Malformed, Wanted};
use crate::work;
use above::Above;

/// The longest front of a line that is looked at to tell whether it may be a marker, in bytes.
const MARKER_MAX: usize = 128;

/// One thing that the text said, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Text outside every block, never empty.
    Commentary(String),
    /// The opening line of a block.
    Open {
        /// Where the block begins, in UTF-16 units of everything pushed: its tag's `<`, or its line.
        offset: u32,
        /// The path, `None` when there is none.
        path: Option<String>,
        /// The reason, empty when there is none. Syntaxes without one take the last line of commentary.
        why: String,
        /// The syntax.
        format: Format,
        /// What the block does.
        kind: Kind,
    },
    /// What is to be changed. Old text is lines that each end in `\n`, or nothing.
    Wanted(Wanted),
    /// A piece of the new text, never empty; all pieces together are lines that each end in `\n`.
    New(String),
    /// A whole line of the new text that stands in the old text too, and is not to be typed anew.
    Same {
        /// Its number in the old text, counted from 0.
        line: u32,
        /// As the model wrote it, with its `\n`.
        text: String,
    },
    /// The new text is complete.
    NewEnd,
    /// The block is complete.
    Close,
    /// The block could not be read. What follows is outside every block.
    Fail(Malformed),
}

/// The streaming tokenizer.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    /// The one syntax to read, if not all.
    only: Option<Format>,
    /// What the commentary above says of the next block.
    above: Above,
    /// The current line as far as it is withheld: it could still be a marker.
    held: String,
    /// The current line is known to be no marker, and the rest of it is passed on as it comes.
    verbatim: bool,
    /// A `\r` came last: it goes if `\n` follows.
    carriage_return: bool,
    /// UTF-16 units read so far.
    read: u32,
    /// Where the current line began, in the same units.
    line_start: u32,
    tokens: Vec<Token>,
}

/// What the current line stands in.
#[derive(Debug, Default)]
enum State {
    /// Outside every block.
    #[default]
    Outside,
    /// In a fence with a file name, whose first lines tell what is in it.
    Named(whole::Named),
    Edit(edit::State),
    Search(search_replace::State),
    Patch(patch::State),
    Whole(whole::State),
}

/// How the stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The model had said all.
    Whole,
    /// In the middle.
    Cut,
}

impl Parser {
    /// A parser at the start of a stream, outside every block.
    pub fn new() -> Self {
        Self::default()
    }

    /// A parser that reads one syntax alone; `None`: all of them.
    pub fn with_format(format: Option<Format>) -> Self {
        Self { only: format, ..Self::default() }
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, text: &str) -> Vec<Token> {
        let mut rest = text;
        if self.carriage_return && !rest.is_empty() {
            self.carriage_return = false;
            if !rest.starts_with('\n') {
                self.fragment("\r");
            }
        }
        while let Some((line, after)) = rest.split_once('\n') {
            self.advance(line);
            self.read = self.read.saturating_add(1);
            self.fragment(line.strip_suffix('\r').unwrap_or(line));
            self.line_end();
            rest = after;
        }
        self.advance(rest);
        let whole = rest.strip_suffix('\r');
        self.carriage_return |= whole.is_some();
        self.fragment(whole.unwrap_or(rest));
        std::mem::take(&mut self.tokens)
    }

    /// The stream has ended by itself. Withheld commentary comes out; withheld new text, which can only be
    /// blanks or the beginning of a marker, does not. A V4A envelope needs no end of its own.
    pub fn finish(&mut self) -> Vec<Token> {
        self.end(End::Whole)
    }

    /// The stream was cut off: every block that has not ended fails.
    pub fn cut(&mut self) -> Vec<Token> {
        self.end(End::Cut)
    }

    fn advance(&mut self, text: &str) {
        self.read = self.read.saturating_add(crate::diff::utf16_len(text));
    }

    fn reads(&self, format: Format) -> bool {
        self.only.is_none_or(|only| only == format)
    }

    /// More of the current line.
    fn fragment(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.verbatim {
            return self.pass(text);
        }
        self.held.push_str(text);
        if !self.withholds() {
            self.release();
        }
    }

    /// Whether the line so far could still be a marker, or has to be read as a whole.
    fn withholds(&self) -> bool {
        // No marker is told by more than this many characters.
        work::count(self.held.len().min(MARKER_MAX));
        match &self.state {
            State::Outside => self.may_open(),
            State::Named(named) => named.withholds(&self.held),
            State::Edit(state) => state.withholds(&self.held),
            State::Search(state) => state.withholds(&self.held),
            State::Patch(state) => state.withholds(&self.held),
            State::Whole(state) => state.withholds(&self.held),
        }
    }

    /// The line so far is no marker.
    fn release(&mut self) {
        match &self.state {
            State::Edit(state) if state.is_behind_new() => return self.edit_end_early(),
            State::Named(_) => self.whole_begins(),
            _ => {}
        }
        if matches!(self.state, State::Patch(_)) && !self.patch_line_begins() {
            return;
        }
        self.verbatim = true;
        let line = std::mem::take(&mut self.held);
        self.pass(&line);
    }

    /// The current line is complete.
    fn line_end(&mut self) {
        let line = std::mem::take(&mut self.held);
        if std::mem::take(&mut self.verbatim) {
            self.pass("\n");
        } else {
            self.line(line);
        }
        self.line_start = self.read;
    }

    fn line(&mut self, line: String) {
        match std::mem::take(&mut self.state) {
            State::Outside => self.line_outside(&line),
            State::Named(named) => self.line_in_named(line, named),
            State::Edit(state) => self.line_in_edit(line, state),
            State::Search(state) => self.line_in_search(&line, state),
            State::Patch(state) => self.line_in_patch(&line, state),
            State::Whole(state) => self.line_in_whole(&line, state),
        }
    }

    fn end(&mut self, end: End) -> Vec<Token> {
        if std::mem::take(&mut self.carriage_return) && matches!(self.state, State::Outside | State::Named(_)) {
            self.fragment("\r");
        }
        let line = std::mem::take(&mut self.held);
        let verbatim = std::mem::take(&mut self.verbatim);
        if !verbatim && !line.is_empty() {
            self.last_line(line, end);
        } else if verbatim && end == End::Whole && matches!(self.state, State::Patch(_)) {
            self.pass("\n");
        }
        match std::mem::take(&mut self.state) {
            State::Outside => {}
            State::Named(named) => self.named_is_commentary(named),
            State::Edit(state) => self.edit_ends(state),
            State::Search(state) => self.search_ends(state),
            State::Patch(state) if state.ends_removed() => self.patch_ends(state, End::Cut),
            State::Patch(state) => self.patch_ends(state, end),
            State::Whole(_) => self.tokens.push(Token::Fail(Malformed::Unterminated)),
        }
        std::mem::take(&mut self.tokens)
    }

    /// The stream ends on a line that was withheld.
    fn last_line(&mut self, line: String, end: End) {
        match &self.state {
            State::Outside if self.opens(&line, end) => self.line(line),
            State::Outside => self.pass(&line),
            State::Named(_) => {
                if let State::Named(named) = std::mem::take(&mut self.state) {
                    self.named_is_commentary(named);
                }
                self.pass(&line);
            }
            State::Edit(state) if !state.is_behind_new() && tag::read(&line).is_none() => {}
            State::Search(state) if state.is_new() && search_replace::marker(&line).is_none() => {}
            State::Whole(state) if !state.closes(&line) => {}
            State::Patch(_) if end == End::Cut && patch::marker(&line) != Some(patch::Marker::EndPatch) => {}
            _ => self.line(line),
        }
    }

    /// A block begins.
    fn open(&mut self, offset: u32, path: Option<String>, why: String, format: Format, kind: Kind) {
        self.above.opened(path.as_deref());
        self.tokens.push(Token::Open { offset, path, why, format, kind });
    }

    /// Gives the block up. The line that broke it is read again outside: it may open the next one.
    fn fail(&mut self, reason: Malformed, line: &str) {
        self.tokens.push(Token::Fail(reason));
        self.state = State::Outside;
        self.line_outside(line);
    }

    /// Text that is no marker.
    fn pass(&mut self, text: &str) {
        match &mut self.state {
            State::Edit(state) => {
                let doubtful = state.take_doubtful();
                self.piece(&doubtful);
                self.piece(text);
            }
            State::Search(state) if state.is_dead() => {}
            State::Search(_) | State::Patch(_) | State::Whole(_) => self.piece(text),
            State::Outside | State::Named(_) => self.commentary(text),
        }
    }

    fn commentary(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.above.read(text);
        match self.tokens.last_mut() {
            Some(Token::Commentary(last)) => last.push_str(text),
            _ => self.tokens.push(Token::Commentary(text.to_owned())),
        }
    }

    fn piece(&mut self, text: &str) {
        match self.tokens.last_mut() {
            _ if text.is_empty() => {}
            Some(Token::New(last)) => last.push_str(text),
            _ => self.tokens.push(Token::New(text.to_owned())),
        }
    }
}
