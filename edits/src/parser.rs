//! Splits a model's answer, as it streams in, into commentary and the parts of edit blocks.
//!
//! Owns the tags and what may be withheld: outside a block, and inside new text, only a line that
//! could still become a tag line. Knows nothing of files, of places or of operations; the page uses
//! it as it is to show commentary (see [`Outline`]).

mod outline;
mod state;
mod tag;

pub use outline::{Outline, Segment};

use crate::action::{Format, Kind, Malformed, Wanted};
use state::State;

/// One thing that the text said, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Text outside every block, never empty.
    Commentary(String),
    /// The opening line of a block.
    Open {
        /// Where its `<` is, in UTF-16 units of everything pushed.
        offset: u32,
        /// The path, `None` when the tag has none.
        path: Option<String>,
        /// The reason, empty when the tag has none.
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
    /// The current line as far as it is withheld: it could still be a tag line.
    held: String,
    /// The current line is known to be no tag line, and the rest of it is passed on as it comes.
    verbatim: bool,
    /// A `\r` came last: it goes if `\n` follows.
    carriage_return: bool,
    /// UTF-16 units read so far.
    read: u32,
    /// Where the current line began, in the same units.
    line_start: u32,
    tokens: Vec<Token>,
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

    /// The stream has ended. Withheld commentary comes out; withheld new text, which can only be
    /// blanks or the beginning of a tag, does not.
    pub fn finish(&mut self) -> Vec<Token> {
        if std::mem::take(&mut self.carriage_return) {
            self.fragment("\r");
        }
        self.last_line();
        std::mem::take(&mut self.tokens)
    }

    fn advance(&mut self, text: &str) {
        let units: usize = text.chars().map(char::len_utf16).sum();
        self.read = self.read.saturating_add(u32::try_from(units).unwrap_or(u32::MAX));
    }
}
