//! What a fence line looks like, and which file its info line names. Knows single lines only.

use super::name;

/// How many characters a fence has at least.
const MARKS_MIN: usize = 3;
/// How many at most. A longer row of them is a line of text.
const MARKS_MAX: usize = 32;
/// The longest fence line, in bytes: its language, a path and some attributes. A longer line is text.
const LINE_MAX: usize = 512;
/// What is in a fence of these languages is no file, even under a file's name: a difference, or a dialogue.
const NO_FILE: [&str; 8] = ["diff", "patch", "udiff", "console", "output", "terminal", "shellsession", "shell-session"];

/// An open fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: char,
    len: usize,
}

/// Reads a line that opens a fence: it stands at the front of its line. Gives the info line too.
pub(super) fn open(line: &str) -> Option<(Fence, &str)> {
    if line.len() > LINE_MAX {
        return None;
    }
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let len = line.len() - info.len();
    // ```` ```x``` ```` is code within a line.
    ((MARKS_MIN..=MARKS_MAX).contains(&len) && !(mark == '`' && info.contains('`')))
        .then(|| (Fence { mark, len }, info.trim()))
}

/// Whether a line that begins so could still become a fence line.
pub(super) fn may_be(start: &str) -> bool {
    let Some(mark) = start.chars().next().filter(|mark| matches!(mark, '`' | '~')) else {
        return start.is_empty();
    };
    if start.len() > LINE_MAX {
        return false;
    }
    let len = start.bytes().take(MARKS_MAX + 1).take_while(|byte| char::from(*byte) == mark).count();
    let info = start.get(len..).unwrap_or_default();
    len <= MARKS_MAX && (info.is_empty() || (len >= MARKS_MIN && !(mark == '`' && info.contains('`'))))
}

impl Fence {
    /// Whether the line closes this fence: the same character, at least as often, and nothing else.
    pub(super) fn closes(self, line: &str) -> bool {
        open(line).is_some_and(|(fence, info)| self.is_held_by(fence) && info.is_empty())
    }

    /// Whether the line opens a fence within this one that needs a closing line like this one's.
    pub(super) fn nests(self, line: &str) -> bool {
        open(line).is_some_and(|(fence, info)| self.is_held_by(fence) && !info.is_empty())
    }

    fn is_held_by(self, other: Fence) -> bool {
        self.mark == other.mark && other.len >= self.len
    }
}

/// Whether a fence with this info line may hold a file.
pub(super) fn may_hold_file(info: &str) -> bool {
    let language = info.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    !NO_FILE.iter().any(|name| name.eq_ignore_ascii_case(language))
}

/// The file that an info line names: `python src/x.py`, `src/x.py`, `python:src/x.py`, `js title="src/x.js"`.
pub(super) fn file(info: &str) -> Option<String> {
    const KEYS: [&str; 5] = ["title=", "filename=", "file=", "path=", "name="];
    let mut words = info.split_whitespace();
    for key in KEYS {
        let value = info.split_once(key).filter(|(before, _)| !before.ends_with(|c: char| c.is_alphanumeric()));
        if let Some((_, value)) = value {
            return name::bare(attribute(value)).map(str::to_owned);
        }
    }
    let found = match (words.next(), words.next(), words.next()) {
        (Some(one), None, None) => match one.split_once(':') {
            Some((language, path)) if is_language(language) => name::bare(path),
            Some(_) => None,
            None => name::bare(one).filter(|path| path.contains(['.', '/'])),
        },
        (Some(language), Some(path), None) if is_language(language) => name::bare(path),
        _ => None,
    };
    found.map(str::to_owned)
}

fn attribute(value: &str) -> &str {
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default(),
        _ => value.split([' ', '\t', '}', ',']).next().unwrap_or_default(),
    }
}

/// A language's name, not the line numbers of a citation (`12:15:src/x.py`) nor a drive.
fn is_language(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'))
}
