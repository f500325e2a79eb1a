//! The primary format: which tag is due, and what becomes of a line.
//!
//! Does not know what tags look like (see `tag`).

use super::{Parser, State as Outer, Token, tag};
use crate::action::{Format, Kind, Malformed, Wanted};
use tag::Tag;

/// Where in a block the next line stands.
#[derive(Debug)]
pub(super) enum State {
    /// After the opening tag.
    BeforeOld,
    /// In the old text.
    Old {
        /// Its lines so far.
        text: String,
        /// A wrong closing tag and the blank lines after it: the next line tells what they are.
        doubtful: String,
    },
    /// After the old text.
    BeforeNew,
    /// In the new text, with the same doubt.
    New { doubtful: String },
    /// After the new text.
    BeforeEnd,
    /// On the rest of a closing line: it says nothing.
    AfterEnd,
}

impl State {
    pub(super) fn withholds(&self, start: &str) -> bool {
        match self {
            State::BeforeOld | State::Old { .. } | State::BeforeNew => true,
            State::New { .. } => tag::may_end(start) || tag::may_open(start),
            State::BeforeEnd | State::AfterEnd => false,
        }
    }

    pub(super) fn is_behind_new(&self) -> bool {
        matches!(self, State::BeforeEnd | State::AfterEnd)
    }

    /// What turned out to be new text.
    pub(super) fn take_doubtful(&mut self) -> String {
        match self {
            State::New { doubtful } => std::mem::take(doubtful),
            _ => String::new(),
        }
    }
}

impl Parser {
    /// An opening tag.
    pub(super) fn edit_begins(&mut self, line: &str, opening: tag::Opening) {
        let indent = u32::try_from(tag::indent(line)).unwrap_or_default();
        let offset = self.line_start.saturating_add(indent);
        let readable = opening.path.is_some();
        self.open(offset, opening.path, opening.why, Format::Edit, Kind::Edit);
        if readable {
            self.state = Outer::Edit(State::BeforeOld);
        } else {
            self.tokens.push(Token::Fail(Malformed::NoPath));
        }
    }

    pub(super) fn line_in_edit(&mut self, line: String, state: State) {
        let blank = line.chars().all(char::is_whitespace);
        match state {
            State::BeforeOld => match tag::read(&line) {
                Some(Tag::OldText) => {
                    self.state = Outer::Edit(State::Old { text: String::new(), doubtful: String::new() });
                }
                Some(Tag::EmptyOldText) => self.old_text(String::new()),
                None if blank => self.state = Outer::Edit(State::BeforeOld),
                _ => self.fail(Malformed::MissingOldText, &line),
            },
            State::Old { text, doubtful } => self.line_in_old(&line, text, doubtful, blank),
            State::BeforeNew if blank => self.state = Outer::Edit(State::BeforeNew),
            State::BeforeNew => self.new_text(&line),
            State::New { doubtful } => self.line_in_new(&line, doubtful, blank),
            State::BeforeEnd if blank => self.state = Outer::Edit(State::BeforeEnd),
            State::BeforeEnd => {
                // The new text was closed by its own tag: the block is whole without its `</edit>`.
                self.tokens.push(Token::Close);
                self.line_outside(&line);
            }
            State::AfterEnd => {}
        }
    }

    /// The stream ends in a block.
    pub(super) fn edit_ends(&mut self, state: State) {
        match state {
            State::AfterEnd => {}
            State::BeforeEnd => self.tokens.push(Token::Close),
            _ => self.tokens.push(Token::Fail(Malformed::Unterminated)),
        }
    }

    fn line_in_old(&mut self, line: &str, mut text: String, mut doubtful: String, blank: bool) {
        let found = tag::read(line);
        if !doubtful.is_empty() && matches!(found, Some(Tag::NewText | Tag::EmptyNewText)) {
            self.old_text(text);
            return self.new_text(line);
        }
        match found {
            Some(Tag::OldTextEnd) => {
                text.push_str(&doubtful);
                return self.old_text(text);
            }
            Some(Tag::EditEnd) => return self.fail(Malformed::MissingNewText, line),
            _ if opens_block(line) => return self.fail(Malformed::Unterminated, line),
            Some(Tag::NewTextEnd | Tag::WrongEnd) if doubtful.is_empty() => {
                doubtful.push_str(line);
                doubtful.push('\n');
            }
            _ if blank && !doubtful.is_empty() => {
                doubtful.push_str(line);
                doubtful.push('\n');
            }
            _ => {
                text.push_str(&std::mem::take(&mut doubtful));
                text.push_str(line);
                text.push('\n');
            }
        }
        self.state = Outer::Edit(State::Old { text, doubtful });
    }

    fn line_in_new(&mut self, line: &str, mut doubtful: String, blank: bool) {
        match tag::read(line) {
            Some(Tag::NewTextEnd) => {
                self.piece(&doubtful);
                return self.new_end();
            }
            Some(Tag::EditEnd) => {
                self.new_end();
                self.tokens.push(Token::Close);
                self.state = Outer::Outside;
                return;
            }
            _ if opens_block(line) => {
                self.piece(&doubtful);
                return self.fail(Malformed::Unterminated, line);
            }
            Some(Tag::OldTextEnd | Tag::WrongEnd) if doubtful.is_empty() => {
                doubtful.push_str(line);
                doubtful.push('\n');
            }
            _ if blank && !doubtful.is_empty() => {
                doubtful.push_str(line);
                doubtful.push('\n');
            }
            _ => {
                self.piece(&std::mem::take(&mut doubtful));
                self.piece(line);
                self.piece("\n");
            }
        }
        self.state = Outer::Edit(State::New { doubtful });
    }

    fn old_text(&mut self, text: String) {
        self.tokens.push(Token::Wanted(Wanted::Text(text)));
        self.state = Outer::Edit(State::BeforeNew);
    }

    fn new_text(&mut self, line: &str) {
        match tag::read(line) {
            Some(Tag::NewText) => self.state = Outer::Edit(State::New { doubtful: String::new() }),
            Some(Tag::EmptyNewText) => self.new_end(),
            _ => self.fail(Malformed::MissingNewText, line),
        }
    }

    fn new_end(&mut self) {
        self.tokens.push(Token::NewEnd);
        self.state = Outer::Edit(State::BeforeEnd);
    }

    /// After the new text only `</edit>` is due: it need not wait for the end of its line.
    pub(super) fn edit_end_early(&mut self) {
        if matches!(self.state, Outer::Edit(State::AfterEnd)) {
            return self.end_of_closing_line();
        }
        let start = self.held.trim_start_matches([' ', '\t']);
        if let Some(rest) = start.strip_prefix("</edit>") {
            self.tokens.push(Token::Close);
            self.state = Outer::Edit(State::AfterEnd);
            self.held = rest.to_owned();
            self.end_of_closing_line();
        }
    }

    /// Blanks behind a closing tag go; anything else is commentary.
    fn end_of_closing_line(&mut self) {
        if self.held.chars().all(|c| matches!(c, ' ' | '\t')) {
            self.held.clear();
        } else {
            self.state = Outer::Outside;
            self.release();
        }
    }
}

/// Whether the line opens another block. Inside a block the path is required: text may well
/// contain a bare `<edit>`.
fn opens_block(line: &str) -> bool {
    tag::open(line).is_some_and(|opening| opening.path.is_some())
}
