//! Lines that stand for text which a model leaves out: `...`, `# ... rest of the code unchanged ...`.
//!
//! Works on new text as it streams; withholds only a line that may still be such a one. Knows no file.
//!
//! A lone `...` is Python too, so it counts only where the old text leaves text out as well. A comment counts when
//! it is dots alone, or dots and a word that speaks of what is not shown, or begins with words that only such a
//! comment begins with. "Loading..." and "the rest of the arguments" are no such comments.

use std::collections::HashSet;

use crate::work;

/// The longest such line, in bytes.
const LINE_MAX: usize = 160;
/// What comments begin with.
const LEADERS: [&str; 8] = ["//", "/*", "#", "--", "<!--", ";", "%", "{/*"];
/// What they end with.
const ENDS: [&str; 3] = ["*/}", "*/", "-->"];
/// Words that speak of what is not shown, behind dots.
const WORDS: [&str; 16] = [
    "rest",
    "existing",
    "unchanged",
    "remain",
    "same",
    "omitted",
    "previous",
    "other",
    "keep",
    "as before",
    "elided",
    "code",
    "unmodified",
    "as is",
    "before",
    "above",
];
/// How such a comment begins when dots end it.
const FRONTS: [&str; 6] = ["rest of", "existing", "remaining", "unchanged", "same as", "omitted"];
/// How such a comment begins when it has no dots.
const PHRASES: [&str; 13] = [
    "rest of the code",
    "rest of code",
    "rest of the file",
    "rest of file",
    "rest of the class",
    "rest of the function",
    "rest of the method",
    "rest of the module",
    "rest of the implementation",
    "remaining code",
    "existing code",
    "unchanged code",
    "code unchanged",
];
/// How much of a comment's front tells whether it may be one, in bytes: the longest phrase.
const FRONT: usize = 32;

/// Whether the line stands for text that is left out; `lone` counts `...` as well.
pub fn is_one(line: &str, lone: bool) -> bool {
    work::count(line.len().min(LINE_MAX));
    if line.len() > LINE_MAX {
        return false;
    }
    let line = line.trim();
    if matches!(line, "..." | "…") {
        return lone;
    }
    let Some(said) = comment(line) else {
        return false;
    };
    let said = said.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '{' | '}'));
    let bare = said.trim_matches(is_dot).trim().to_ascii_lowercase();
    if said.starts_with("...") || said.starts_with('…') {
        return bare.is_empty() || WORDS.iter().any(|word| bare.contains(word));
    }
    let ends_dotted = said.ends_with("...") || said.ends_with('…');
    (ends_dotted && FRONTS.iter().any(|front| bare.starts_with(front)))
        || PHRASES.iter().any(|phrase| bare.starts_with(phrase))
}

/// The lines of a text that are such lines, without the blanks around them.
pub fn lines(text: &str) -> HashSet<String> {
    text.lines().filter(|line| is_one(line, true)).map(|line| line.trim().to_owned()).collect()
}

/// Whether a line that begins so could still be one.
fn may_be(start: &str) -> bool {
    work::count(start.len().min(LINE_MAX));
    let start_of_line = start.trim_start();
    if start.len() > LINE_MAX {
        return false;
    }
    if start_of_line.is_empty() || LEADERS.iter().any(|leader| leader.starts_with(start_of_line)) {
        return true;
    }
    if start_of_line.chars().all(|c| is_dot(c) || c.is_whitespace()) {
        return true;
    }
    let Some(said) = comment(start_of_line) else {
        return false;
    };
    let said = said
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '*' | '/'));
    if said.is_empty() || said.starts_with(is_dot) {
        return true;
    }
    let said = said.get(..said.floor_char_boundary(FRONT)).unwrap_or_default().to_ascii_lowercase();
    PHRASES.iter().chain(&FRONTS).any(|known| known.starts_with(&said) || said.starts_with(known))
}

fn comment(line: &str) -> Option<&str> {
    let said = LEADERS.iter().find_map(|leader| line.strip_prefix(leader).filter(|_| *leader != "..."))?;
    let said = said.trim_start_matches(['#', '/', '-', '*', ';', '%']);
    Some(ENDS.iter().find_map(|end| said.strip_suffix(end)).unwrap_or(said).trim())
}

fn is_dot(c: char) -> bool {
    matches!(c, '.' | '…')
}

/// A piece of new text.
#[derive(Debug)]
pub enum Piece<'a> {
    /// As it is to be typed.
    Text(&'a str),
    /// A line, without its newline, that stands for other text.
    LeftOut(&'a str),
}

/// Splits new text into [`Piece`]s.
#[derive(Debug)]
pub struct Watch {
    /// `...` alone counts.
    lone: bool,
    /// The current line, while it may still be one.
    held: String,
    /// It is none.
    verbatim: bool,
}

impl Watch {
    /// At the front of a line.
    pub fn new(lone: bool) -> Self {
        Self { lone, held: String::new(), verbatim: false }
    }

    /// Takes a piece; stops where `tell` fails.
    pub fn push<E>(&mut self, text: &str, mut tell: impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut rest = text;
        // What needs no look goes on in one piece.
        let mut plain = 0;
        while let Some(newline) = rest.get(plain..).and_then(|rest| rest.find('\n')) {
            let (line, end) = (rest.get(plain..plain + newline).unwrap_or_default(), plain + newline + 1);
            if self.held.is_empty() && (self.verbatim || !is_one(line, self.lone)) {
                self.verbatim = false;
                plain = end;
                continue;
            }
            self.flush(rest.get(..plain).unwrap_or_default(), &mut tell)?;
            self.held.push_str(line);
            let whole = std::mem::take(&mut self.held);
            if is_one(&whole, self.lone) {
                tell(Piece::LeftOut(&whole))?;
            } else {
                tell(Piece::Text(&whole))?;
                tell(Piece::Text("\n"))?;
            }
            rest = rest.get(end..).unwrap_or_default();
            plain = 0;
        }
        let (front, last) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        if self.verbatim || last.is_empty() {
            return self.flush(rest, &mut tell);
        }
        self.flush(front, &mut tell)?;
        self.held.push_str(last);
        if !may_be(&self.held) {
            self.verbatim = true;
            let held = std::mem::take(&mut self.held);
            return tell(Piece::Text(&held));
        }
        Ok(())
    }

    /// The new text is complete.
    pub fn finish(&mut self, mut tell: impl FnMut(&str)) {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            tell(&held);
        }
    }

    fn flush<E>(&self, text: &str, tell: &mut impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        if text.is_empty() { Ok(()) } else { tell(Piece::Text(text)) }
    }
}
