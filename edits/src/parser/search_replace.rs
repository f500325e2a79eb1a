//! SEARCH/REPLACE blocks, as aider and others have them.
//!
//! Markers stand at the front of their line, five to nine characters each, not necessarily as many. The file's
//! name stands above (see `above`); a block without one belongs to the file of the block before it.
//!
//! A divider ends the old text, unless a merge conflict is open in it: then it is the conflict's own.

use super::{Parser, State as Outer, Token};
use crate::action::{Format, Kind, Malformed, Wanted};

/// How many characters a marker has.
const MARKS: std::ops::RangeInclusive<usize> = 5..=9;
/// The longest marker line, in bytes: the word and some trailing blanks.
const LINE_MAX: usize = 128;

/// Where in a block the next line stands.
#[derive(Debug)]
pub(super) struct State {
    part: Part,
    /// The block has no file: it has failed, and is swallowed.
    dead: bool,
}

#[derive(Debug)]
enum Part {
    /// The old text so far, and whether a conflict is open in it: its divider is text.
    Old(String, bool),
    New,
}

/// A marker line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Search,
    Divider,
    Replace,
}

/// The marker that this whole line is.
pub(super) fn marker(line: &str) -> Option<Marker> {
    if line.len() > LINE_MAX {
        return None;
    }
    let line = line.trim_end_matches([' ', '\t']);
    let mark = line.chars().next()?;
    let rest = line.trim_start_matches(mark);
    if !MARKS.contains(&(line.len() - rest.len())) {
        return None;
    }
    match (mark, rest) {
        // Models that write much XML close the marker.
        ('<', " SEARCH" | " SEARCH>") => Some(Marker::Search),
        ('=', "") => Some(Marker::Divider),
        ('>', " REPLACE") => Some(Marker::Replace),
        _ => None,
    }
}

/// Whether a conflict of the old text is open after this line. Git's markers have seven characters and a name.
fn conflict_after(line: &str, open: bool) -> bool {
    let is = |marks: &str| line.strip_prefix(marks).is_some_and(|rest| rest.starts_with(' '));
    if open { !is(">>>>>>>") } else { is("<<<<<<<") }
}

/// Whether a line that begins so could still become the opening marker.
pub(super) fn may_open(start: &str) -> bool {
    may_be(start, '<', " SEARCH>")
}

fn may_be(start: &str, mark: char, word: &str) -> bool {
    if start.len() > LINE_MAX || start.starts_with([' ', '\t']) {
        return false;
    }
    let rest = start.trim_start_matches(mark);
    let marks = start.len() - rest.len();
    if rest.is_empty() {
        return marks <= *MARKS.end();
    }
    let rest = rest.trim_end_matches([' ', '\t']);
    MARKS.contains(&marks) && (word.starts_with(rest) || rest.is_empty())
}

impl State {
    pub(super) fn withholds(&self, start: &str) -> bool {
        match self.part {
            Part::Old(..) => true,
            Part::New => may_be(start, '>', " REPLACE") || may_open(start),
        }
    }

    pub(super) fn is_new(&self) -> bool {
        matches!(self.part, Part::New)
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }
}

impl Parser {
    pub(super) fn search_begins(&mut self) {
        let path = self.above.file_of_block();
        let dead = path.is_none();
        let why = self.above.why();
        self.open(self.line_start, path, why, Format::SearchReplace, Kind::Edit);
        if dead {
            self.tokens.push(Token::Fail(Malformed::NoPath));
        }
        self.state = Outer::Search(State { part: Part::Old(String::new(), false), dead });
    }

    pub(super) fn line_in_search(&mut self, line: &str, mut state: State) {
        let dead = state.dead;
        match (state.part, marker(line)) {
            (Part::Old(text, false), Some(Marker::Divider)) => {
                self.say(dead, Token::Wanted(Wanted::Text(text)));
                state.part = Part::New;
            }
            (Part::New, Some(Marker::Replace)) => {
                self.say(dead, Token::NewEnd);
                self.say(dead, Token::Close);
                return;
            }
            (Part::Old(..), Some(Marker::Replace)) => {
                return self.say(dead, Token::Fail(Malformed::MissingNewText));
            }
            (_, Some(Marker::Search)) => {
                self.say(dead, Token::Fail(Malformed::Unterminated));
                return self.search_begins();
            }
            (Part::Old(mut text, conflict), None | Some(Marker::Divider)) => {
                text.push_str(line);
                text.push('\n');
                state.part = Part::Old(text, conflict_after(line, conflict));
            }
            (Part::New, None | Some(Marker::Divider)) => {
                if !dead {
                    self.piece(line);
                    self.piece("\n");
                }
                state.part = Part::New;
            }
        }
        self.state = Outer::Search(state);
    }

    /// The stream ends in a block.
    pub(super) fn search_ends(&mut self, state: State) {
        self.say(state.dead, Token::Fail(Malformed::Unterminated));
    }

    fn say(&mut self, dead: bool, token: Token) {
        if !dead {
            self.tokens.push(token);
        }
    }
}
