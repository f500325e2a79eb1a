//! The line-by-line state machine of the parser: which tag is due, and what becomes of a line.
//!
//! Does not know what tags look like (see `tag`).

use super::{Parser, Token, tag};
use crate::action::{Format, Kind, Malformed, Wanted};
use tag::Tag;

/// Where in a block the next line stands.
#[derive(Debug, Default)]
pub(super) enum State {
    /// Outside every block.
    #[default]
    Outside,
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

impl Parser {
    /// More of the current line.
    pub(super) fn fragment(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.verbatim {
            return self.pass(text);
        }
        self.held.push_str(text);
        match self.state {
            State::Outside => self.release_unless(tag::may_open(&self.held)),
            State::New { .. } => self.release_unless(tag::may_end(&self.held) || tag::may_open(&self.held)),
            State::BeforeEnd => self.end_early(),
            State::AfterEnd => self.end_of_closing_line(),
            State::BeforeOld | State::Old { .. } | State::BeforeNew => {}
        }
    }

    /// The current line is complete.
    pub(super) fn line_end(&mut self) {
        let line = std::mem::take(&mut self.held);
        if std::mem::take(&mut self.verbatim) {
            self.pass("\n");
        } else {
            self.line(line);
        }
        self.line_start = self.read;
    }

    /// The stream ends on the current line.
    pub(super) fn last_line(&mut self) {
        let line = std::mem::take(&mut self.held);
        let verbatim = std::mem::take(&mut self.verbatim);
        match &self.state {
            State::Outside if verbatim || line.is_empty() => {}
            State::Outside if tag::open(&line).is_some() => self.line(line),
            State::Outside => self.pass(&line),
            State::New { .. } if verbatim || tag::read(&line).is_none() => {}
            _ => self.line(line),
        }
        match std::mem::take(&mut self.state) {
            State::Outside | State::AfterEnd => {}
            State::BeforeEnd => self.tokens.push(Token::Close),
            _ => self.tokens.push(Token::Fail(Malformed::Unterminated)),
        }
    }

    fn line(&mut self, line: String) {
        let blank = line.chars().all(char::is_whitespace);
        match std::mem::take(&mut self.state) {
            State::Outside => self.line_outside(&line),
            State::BeforeOld => match tag::read(&line) {
                Some(Tag::OldText) => {
                    self.state = State::Old { text: String::new(), doubtful: String::new() };
                }
                Some(Tag::EmptyOldText) => self.old_text(String::new()),
                None if blank => self.state = State::BeforeOld,
                _ => self.fail(Malformed::MissingOldText, &line),
            },
            State::Old { text, doubtful } => self.line_in_old(&line, text, doubtful, blank),
            State::BeforeNew if blank => self.state = State::BeforeNew,
            State::BeforeNew => self.new_text(&line),
            State::New { doubtful } => self.line_in_new(&line, doubtful, blank),
            State::BeforeEnd if blank => self.state = State::BeforeEnd,
            State::BeforeEnd => {
                // The new text was closed by its own tag: the block is whole without its `</edit>`.
                self.tokens.push(Token::Close);
                self.line_outside(&line);
            }
            State::AfterEnd => {}
        }
    }

    fn line_outside(&mut self, line: &str) {
        let Some(opening) = tag::open(line) else {
            self.pass(line);
            return self.pass("\n");
        };
        let indent = u32::try_from(tag::indent(line)).unwrap_or_default();
        let offset = self.line_start.saturating_add(indent);
        let readable = opening.path.is_some();
        self.tokens.push(Token::Open {
            offset,
            path: opening.path,
            why: opening.why,
            format: Format::Edit,
            kind: Kind::Edit,
        });
        if readable {
            self.state = State::BeforeOld;
        } else {
            self.tokens.push(Token::Fail(Malformed::NoPath));
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
        self.state = State::Old { text, doubtful };
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
                self.state = State::Outside;
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
        self.state = State::New { doubtful };
    }

    fn old_text(&mut self, text: String) {
        self.tokens.push(Token::Wanted(Wanted::Text(text)));
        self.state = State::BeforeNew;
    }

    fn new_text(&mut self, line: &str) {
        match tag::read(line) {
            Some(Tag::NewText) => self.state = State::New { doubtful: String::new() },
            Some(Tag::EmptyNewText) => self.new_end(),
            _ => self.fail(Malformed::MissingNewText, line),
        }
    }

    fn new_end(&mut self) {
        self.tokens.push(Token::NewEnd);
        self.state = State::BeforeEnd;
    }

    /// Gives the block up. The line that broke it is read again outside: it may open the next one.
    fn fail(&mut self, reason: Malformed, line: &str) {
        self.tokens.push(Token::Fail(reason));
        self.state = State::Outside;
        self.line_outside(line);
    }

    /// After the new text only `</edit>` is due: it need not wait for the end of its line.
    fn end_early(&mut self) {
        let start = self.held.trim_start_matches([' ', '\t']);
        if let Some(rest) = start.strip_prefix("</edit>") {
            self.tokens.push(Token::Close);
            self.state = State::AfterEnd;
            self.held = rest.to_owned();
            self.end_of_closing_line();
        }
    }

    /// Blanks behind a closing tag go; anything else is commentary.
    fn end_of_closing_line(&mut self) {
        if self.held.chars().all(|c| matches!(c, ' ' | '\t')) {
            self.held.clear();
        } else {
            self.state = State::Outside;
            self.release_unless(false);
        }
    }

    fn release_unless(&mut self, withhold: bool) {
        if !withhold {
            self.verbatim = true;
            let line = std::mem::take(&mut self.held);
            self.pass(&line);
        }
    }

    /// Text that is no tag.
    fn pass(&mut self, text: &str) {
        match &mut self.state {
            State::New { doubtful } => {
                let doubtful = std::mem::take(doubtful);
                self.piece(&doubtful);
                self.piece(text);
            }
            _ if text.is_empty() => {}
            _ => match self.tokens.last_mut() {
                Some(Token::Commentary(last)) => last.push_str(text),
                _ => self.tokens.push(Token::Commentary(text.to_owned())),
            },
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

/// Whether the line opens another block. Inside a block the path is required: text may well
/// contain a bare `<edit>`.
fn opens_block(line: &str) -> bool {
    tag::open(line).is_some_and(|opening| opening.path.is_some())
}
