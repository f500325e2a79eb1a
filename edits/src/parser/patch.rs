//! The V4A envelope, as OpenAI's models write it: files to add, update, move and delete.
//!
//! Every chunk of an update is a hunk of its own, told when it is complete, and so is a move, behind the chunks of
//! its file. An added file streams. Lenient: the envelope's own lines may be missing, so may the space in front
//! of a blank line; the first line that can belong to nothing here ends the envelope. What stands in a file
//! never looks like a marker, since every such line has a sign in front.
//!
//! Where the stream ends by itself inside a chunk the chunk counts, unless its last line is removed: what replaces
//! it seems to be missing.

mod chunk;
mod marker;

pub(super) use marker::{Marker, marker, may_open};

use super::{End, Parser, State as Outer, Token};
use crate::action::{Format, Kind, Malformed, Wanted};
use chunk::{Chunk, Line};

/// What the next line stands in.
#[derive(Debug)]
pub(super) enum State {
    /// No file's section.
    Between,
    /// An update.
    Update(Update),
    /// The text of a new file.
    Add {
        /// Blank lines without a sign: they count when more of the text follows.
        blanks: u32,
        /// A line of it has come.
        begun: bool,
    },
}

/// An update of one file.
#[derive(Debug)]
pub(super) struct Update {
    path: Option<String>,
    /// Where its first line begins, until a hunk has opened.
    offset: Option<u32>,
    /// The new path, and where it is said.
    to: Option<(String, u32)>,
    chunk: Option<Chunk>,
}

impl State {
    /// Whether what replaces a removed line seems to be missing.
    pub(super) fn ends_removed(&self) -> bool {
        matches!(self, State::Update(Update { chunk: Some(chunk), .. }) if chunk.ends_removed())
    }

    pub(super) fn withholds(&self, start: &str) -> bool {
        match (self, start.as_bytes().first()) {
            (_, None) => true,
            (State::Add { .. }, Some(b'+')) => false,
            (State::Between | State::Add { .. }, _) => marker::is_blank(start) || marker::may_be(start),
            (State::Update(_), Some(b'*')) => marker::may_be(start),
            (State::Update(_), Some(b' ' | b'\t' | b'+' | b'-' | b'@' | b'\\')) => true,
            (State::Update(_), _) => marker::is_blank(start),
        }
    }
}

impl Parser {
    /// A line that was not withheld begins. Whether the rest of it streams on in the envelope, or outside; if
    /// not, it is still withheld.
    pub(super) fn patch_line_begins(&mut self) -> bool {
        if let Outer::Patch(State::Add { blanks, begun }) = &mut self.state
            && self.held.starts_with('+')
        {
            let (blanks, begun) = (std::mem::take(blanks), std::mem::replace(begun, true));
            self.held.remove(0);
            if !begun {
                self.tokens.push(Token::Wanted(Wanted::Text(String::new())));
            }
            self.blank_lines(blanks);
            return true;
        }
        if let Outer::Patch(state) = std::mem::take(&mut self.state) {
            self.patch_breaks(state);
        }
        if !self.may_open() {
            return true;
        }
        false
    }

    pub(super) fn line_in_patch(&mut self, line: &str, state: State) {
        if let Some(marker) = marker(line) {
            return self.marker_in_patch(marker, line, state);
        }
        let blank = line.trim().is_empty();
        match state {
            State::Between if blank => self.state = Outer::Patch(State::Between),
            State::Add { blanks, begun } if blank => {
                self.state = Outer::Patch(State::Add { blanks: blanks.saturating_add(1), begun });
            }
            State::Update(update) => self.line_in_update(line, update),
            state => {
                self.patch_breaks(state);
                self.line_outside(line);
            }
        }
    }

    /// An envelope's line, in the envelope or outside.
    pub(super) fn patch_marker(&mut self, marker: Marker, offset: u32) {
        self.state = match marker {
            Marker::Begin => Outer::Patch(State::Between),
            Marker::Update(path) => {
                Outer::Patch(State::Update(Update { path, offset: Some(offset), to: None, chunk: None }))
            }
            Marker::Add(path) => {
                if self.patch_hunk(offset, path, Kind::Create) {
                    Outer::Patch(State::Add { blanks: 0, begun: false })
                } else {
                    Outer::Patch(State::Between)
                }
            }
            Marker::Delete(path) => {
                if self.patch_hunk(offset, path, Kind::Delete) {
                    self.tokens.push(Token::Wanted(Wanted::Delete));
                    self.tokens.push(Token::Close);
                }
                Outer::Patch(State::Between)
            }
            Marker::EndPatch | Marker::MoveTo(_) | Marker::EndOfFile => Outer::Outside,
        };
    }

    fn marker_in_patch(&mut self, marker: Marker, line: &str, state: State) {
        match (marker, state) {
            (Marker::MoveTo(to), State::Update(mut update)) => {
                update.to = to.map(|to| (to, self.line_start));
                self.state = Outer::Patch(State::Update(update));
            }
            (Marker::EndOfFile, State::Update(mut update)) => {
                if let Some(chunk) = update.chunk.take() {
                    self.chunk_ends(chunk.ending_file());
                }
                self.state = Outer::Patch(State::Update(update));
            }
            (Marker::EndPatch, state) => self.patch_ends(state, End::Whole),
            (Marker::MoveTo(_) | Marker::EndOfFile, state) => {
                self.patch_ends(state, End::Whole);
                self.line_outside(line);
            }
            (marker, state) => {
                self.patch_ends(state, End::Whole);
                self.patch_marker(marker, self.line_start);
            }
        }
    }

    fn line_in_update(&mut self, line: &str, mut update: Update) {
        let has_lines = update.chunk.as_ref().is_some_and(Chunk::has_lines);
        match chunk::read(line) {
            Some(Line::Anchor(anchor)) => {
                if has_lines && let Some(chunk) = update.chunk.take() {
                    self.chunk_ends(chunk);
                }
                self.chunk(&mut update).anchor(anchor);
            }
            // The head of a unified diff.
            Some(_) if update.chunk.is_none() && ["--- ", "+++ "].iter().any(|head| line.starts_with(head)) => {}
            Some(Line::NoFinalNewline) => {}
            Some(Line::Blank) => {
                if let Some(chunk) = &mut update.chunk {
                    chunk.blank(line);
                }
            }
            Some(Line::Same(text)) => self.chunk(&mut update).same(text),
            Some(Line::Removed(text)) => self.chunk(&mut update).removed(text),
            Some(Line::Added(text)) => self.chunk(&mut update).added(text),
            None => {
                self.patch_ends(State::Update(update), End::Whole);
                return self.line_outside(line);
            }
        }
        self.state = Outer::Patch(State::Update(update));
    }

    /// The chunk of the current line; a hunk opens with it.
    fn chunk<'a>(&mut self, update: &'a mut Update) -> &'a mut Chunk {
        if update.chunk.is_none() {
            let follows = update.offset.is_none();
            let offset = update.offset.take().unwrap_or(self.line_start);
            let readable = self.patch_hunk(offset, update.path.clone(), Kind::Edit);
            update.chunk = Some(Chunk::new(readable, follows));
        }
        update.chunk.get_or_insert_default()
    }

    /// Opens a hunk; whether it has a file.
    fn patch_hunk(&mut self, offset: u32, path: Option<String>, kind: Kind) -> bool {
        let readable = path.is_some();
        let why = self.above.why();
        self.open(offset, path, why, Format::Patch, kind);
        if !readable {
            self.tokens.push(Token::Fail(Malformed::NoPath));
        }
        readable
    }

    fn chunk_ends(&mut self, chunk: Chunk) {
        self.tokens.extend(chunk.tokens());
    }

    /// A line that is none of the envelope's: it ends there. A new file of which only such lines have come was meant
    /// to have a text.
    fn patch_breaks(&mut self, state: State) {
        if matches!(state, State::Add { begun: false, .. }) {
            self.tokens.push(Token::Fail(Malformed::MissingNewText));
        } else {
            self.patch_ends(state, End::Whole);
        }
    }

    /// The section ends, and the envelope, as far as it is open.
    pub(super) fn patch_ends(&mut self, state: State, end: End) {
        match state {
            State::Between => {}
            State::Add { .. } if end == End::Cut => self.tokens.push(Token::Fail(Malformed::Unterminated)),
            State::Add { begun, .. } => {
                let wanted = (!begun).then(|| Token::Wanted(Wanted::Text(String::new())));
                self.tokens.extend(wanted.into_iter().chain([Token::NewEnd, Token::Close]));
            }
            State::Update(update) => self.update_ends(update, end),
        }
    }

    fn update_ends(&mut self, mut update: Update, end: End) {
        let is_empty = update.offset.is_some() && update.to.is_none();
        if let Some(offset) = update.offset.filter(|_| is_empty) {
            // Nothing to update.
            if self.patch_hunk(offset, update.path.clone(), Kind::Edit) {
                let whole = end == End::Whole;
                let reason = if whole { Malformed::MissingOldText } else { Malformed::Unterminated };
                self.tokens.push(Token::Fail(reason));
            }
        }
        if let Some(chunk) = update.chunk.take() {
            if end == End::Cut {
                self.tokens.extend(chunk.cut());
            } else {
                self.chunk_ends(chunk);
            }
        }
        if let Some((to, offset)) = update.to.filter(|_| end == End::Whole)
            && self.patch_hunk(offset, update.path, Kind::Move)
        {
            self.tokens.extend([Token::Wanted(Wanted::Move { to }), Token::Close]);
        }
    }

    fn blank_lines(&mut self, count: u32) {
        for _ in 0..count {
            self.piece("\n");
        }
    }
}
