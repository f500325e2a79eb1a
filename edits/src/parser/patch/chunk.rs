//! One chunk of an update: its lines, and the hunk they make.

use crate::action::{Malformed, Wanted};
use crate::parser::Token;

/// A line of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// `@@` and what stands behind it.
    Anchor(&'a str),
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
    /// Nothing, not even a sign: context when more of the chunk follows.
    Blank,
    /// `\ No newline at end of file`.
    NoFinalNewline,
}

/// What the line is, if it can be anything here.
pub(super) fn read(line: &str) -> Option<Line<'_>> {
    if line.trim().is_empty() && !line.starts_with(' ') {
        return Some(Line::Blank);
    }
    let signed = |sign: char| line.strip_prefix(sign);
    if let Some(rest) = line.strip_prefix("@@") {
        return Some(Line::Anchor(anchor(rest)));
    }
    // A tab in front is a line whose space was forgotten.
    let same = signed(' ').or_else(|| line.starts_with('\t').then_some(line));
    (signed('+').map(Line::Added))
        .or_else(|| signed('-').map(Line::Removed))
        .or_else(|| same.map(Line::Same))
        .or_else(|| signed('\\').map(|_| Line::NoFinalNewline))
}

/// What an `@@` line says: without the closing `@@`, and without a unified diff's line numbers.
fn anchor(rest: &str) -> &str {
    let numbers = |text: &str| {
        let mut words = text.split_whitespace();
        let is_range = |word: Option<&str>, sign: char| {
            word.and_then(|word| word.strip_prefix(sign)).is_some_and(|range| {
                !range.is_empty() && range.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
            })
        };
        is_range(words.next(), '-') && is_range(words.next(), '+') && words.next().is_none()
    };
    let rest = rest.trim_end();
    match rest.split_once("@@") {
        Some((front, behind)) if numbers(front) => behind.trim(),
        _ if numbers(rest) => "",
        _ => {
            let rest = rest.strip_suffix("@@").unwrap_or(rest).trim_end();
            rest.strip_prefix(' ').unwrap_or(rest)
        }
    }
}

/// A chunk in progress.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Its hunk has a file, and has not failed.
    readable: bool,
    follows: bool,
    anchors: Vec<String>,
    old: String,
    /// How many lines that is.
    old_lines: u32,
    new: Vec<Token>,
    /// Blank lines that count when more of the chunk follows.
    blanks: Vec<String>,
    ends_removed: bool,
    end_of_file: bool,
}

impl Chunk {
    pub(super) fn new(readable: bool, follows: bool) -> Self {
        Self { readable, follows, ..Self::default() }
    }

    /// Whether it has more than anchors.
    pub(super) fn has_lines(&self) -> bool {
        self.old_lines > 0 || !self.new.is_empty()
    }

    /// It ends the file.
    pub(super) fn ending_file(mut self) -> Self {
        (self.end_of_file, self.ends_removed) = (true, false);
        self
    }

    pub(super) fn anchor(&mut self, anchor: &str) {
        self.blanks.clear();
        if !anchor.trim().is_empty() {
            self.anchors.push(anchor.to_owned());
        }
    }

    pub(super) fn blank(&mut self, line: &str) {
        self.blanks.push(line.to_owned());
    }

    pub(super) fn same(&mut self, text: &str) {
        self.flush();
        self.context(text);
    }

    pub(super) fn removed(&mut self, text: &str) {
        self.flush();
        self.old_line(text);
        self.ends_removed = true;
    }

    pub(super) fn added(&mut self, text: &str) {
        self.flush();
        self.ends_removed = false;
        match self.new.last_mut() {
            Some(Token::New(last)) => {
                last.push_str(text);
                last.push('\n');
            }
            _ => self.new.push(Token::New(format!("{text}\n"))),
        }
    }

    /// The hunk, whole.
    pub(super) fn tokens(mut self) -> Vec<Token> {
        if !self.readable {
            return Vec::new();
        }
        if !self.has_lines() {
            return vec![Token::Fail(Malformed::MissingOldText)];
        }
        let mut tokens = vec![Token::Wanted(Wanted::Chunk {
            anchors: self.anchors,
            old_text: self.old,
            end_of_file: self.end_of_file,
            follows: self.follows,
        })];
        tokens.append(&mut self.new);
        tokens.extend([Token::NewEnd, Token::Close]);
        tokens
    }

    /// The hunk, cut off.
    pub(super) fn cut(self) -> Vec<Token> {
        if self.readable { vec![Token::Fail(Malformed::Unterminated)] } else { Vec::new() }
    }

    /// Whether its last line is removed.
    pub(super) fn ends_removed(&self) -> bool {
        self.ends_removed
    }

    fn flush(&mut self) {
        for text in std::mem::take(&mut self.blanks) {
            self.context(&text);
        }
    }

    fn context(&mut self, text: &str) {
        self.ends_removed = false;
        self.new.push(Token::Same { line: self.old_lines, text: format!("{text}\n") });
        self.old_line(text);
    }

    fn old_line(&mut self, text: &str) {
        self.old.push_str(text);
        self.old.push('\n');
        self.old_lines = self.old_lines.saturating_add(1);
    }
}
