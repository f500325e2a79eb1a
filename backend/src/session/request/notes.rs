//! What the model is told in brackets: how its answer was cut, what became of its blocks since, what this turn may
//! change. A person's words are never among them.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

use protocol::scope::HoldReason;

use super::failure::{Failure, failures};
use super::text::{Lines, floor_char};
use crate::session::turn::{CutCause, CutNote};

/// The most news that one message tells; older ones are not news.
const NEWS_MAX: usize = 24;
/// The most files, and the most locks, that a scope names one by one.
pub const SCOPE_NAMED_MAX: usize = 24;

/// What is said when the limits that a turn was told of are gone.
pub const NO_LIMITS: &str = "[You may change anything now.]\n\n";

/// Something that happened to what the model did, told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The turn that it is about, by its place in the conversation.
    pub turn: usize,
    /// What was told already is known by this.
    pub key: u64,
    /// In words, without brackets.
    pub words: String,
}

/// What became of a held block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nobody has decided.
    Undecided,
    /// It was not wanted.
    Refused,
    /// It was let through.
    Applied,
}

/// What a turn may change, as far as that is limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeNote {
    /// Only these files, by path; empty: all.
    pub files: Vec<String>,
    /// Only these lines.
    pub lines: Vec<LineRange>,
    /// The most lines that it may change.
    pub budget: Option<u32>,
    /// What it must not change.
    pub locks: Vec<LineRange>,
}

/// Some lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// The file's path.
    pub path: String,
    /// First and last, from 1; nothing: the whole file.
    pub lines: Option<(u32, u32)>,
    /// How the first of them begins, for a model that counts badly.
    pub hint: String,
}

impl LineRange {
    /// A whole file.
    pub fn whole(path: &str) -> LineRange {
        LineRange { path: path.to_owned(), lines: None, hint: String::new() }
    }
}

/// How the answer before was cut, and which of its blocks were not applied.
pub fn cut(note: &CutNote, had_output: bool) -> String {
    let mut text = String::from(match note.cause {
        Some(CutCause::Person) if had_output => {
            "[I stopped you: your answer above was cut after exactly its last character, and I saw nothing past it."
        }
        Some(CutCause::Person) => "[I stopped you before you had written anything.",
        Some(CutCause::Failure) => {
            "[The connection to you failed: your answer above ends after exactly its last character."
        }
        Some(CutCause::Limit) => "[Your answer above was ended early, after exactly its last character.",
        None => "[Your answer above is whole.",
    });
    if let Some(path) = &note.open_block {
        let _ = write!(
            text,
            " The block for {path} was left open: the new text that you had written is applied, the rest of its old text stands."
        );
    }
    text.push_str("]\n\n");
    text + &failed(note)
}

/// Which blocks were not applied.
pub fn failed(note: &CutNote) -> String {
    failures(note.failed.iter().map(|(path, reason)| Failure { path, reason }))
}

/// What became of a held block, for [`News::words`].
pub fn held(path: &str, reason: HoldReason, outcome: Held) -> String {
    let why = match reason {
        HoldReason::Locked => "it changes locked lines",
        HoldReason::OutOfScope => "it is outside what this turn may change",
        HoldReason::OverBudget => "with it this turn would change too many lines",
    };
    match outcome {
        Held::Undecided => format!("Your block for {path} was held: {why}. I have not decided."),
        Held::Refused => format!("Your block for {path} was held: {why}. I refused it."),
        Held::Applied => format!("Your block for {path} was held: {why}. I applied it."),
    }
}

/// A block that was taken back, for [`News::words`].
pub fn reverted(path: &str) -> String {
    format!("I took your block for {path} back.")
}

/// A turn that was taken back, for [`News::words`].
pub fn turn_reverted(prompt: &str) -> String {
    /// Enough to know the prompt again, in bytes.
    const KNOWN_BY: usize = 60;
    let line = prompt.lines().next().unwrap_or_default();
    let part = floor_char(line, KNOWN_BY);
    format!("I took all changes of the turn \"{part}{}\" back.", if part.len() < prompt.len() { "…" } else { "" })
}

/// The news that were not told yet, of turns that are still carried, and their keys.
pub fn news(all: &[News], first_turn: usize, told: &HashSet<u64>) -> (String, Vec<u64>) {
    let fresh: Vec<&News> = all.iter().filter(|n| n.turn >= first_turn && !told.contains(&n.key)).collect();
    let newest = fresh.get(fresh.len().saturating_sub(NEWS_MAX)..).unwrap_or_default();
    let mut text = newest.iter().fold(String::new(), |mut text, news| {
        let _ = writeln!(text, "[{}]", news.words);
        text
    });
    if !text.is_empty() {
        text.push('\n');
    }
    (text, fresh.iter().map(|n| n.key).collect())
}

/// What the turn may change, if that is limited.
pub fn scope(note: &ScopeNote) -> String {
    let mut text = String::new();
    if !note.lines.is_empty() {
        let lines: Vec<String> = note.lines.iter().map(|l| named(l, false)).collect();
        let _ = writeln!(text, "[Change only the selected {}.]", list(&lines, ", "));
    } else if !note.files.is_empty() {
        let _ = writeln!(text, "[Change only: {}.]", list(&note.files, ", "));
    }
    if let Some(budget) = note.budget {
        let _ = writeln!(text, "[Change at most {budget} lines in all.]");
    }
    if !note.locks.is_empty() {
        let locks: Vec<String> = note.locks.iter().map(|l| named(l, true)).collect();
        let _ = writeln!(text, "[Locked, do not change: {}.]", list(&locks, "; "));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The lines that a range of a file's bytes touches.
pub fn lines(path: &str, lines: &Lines<'_>, bytes: &Range<usize>) -> LineRange {
    /// Enough to know a line again, in bytes.
    const HINT_MAX: usize = 40;
    let touched = lines.touched(bytes);
    let first = lines.slice(&(touched.start..touched.start + 1));
    let hint = floor_char(first.trim(), HINT_MAX).to_owned();
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let (first, last) = (touched.start + 1, touched.end.max(touched.start + 1));
    LineRange { path: path.to_owned(), lines: Some((number(first), number(last))), hint }
}

/// What is selected, quoted with its place, as far as `room` bytes go.
pub fn selection(path: &str, lines: (u32, u32), text: &str, room: usize) -> String {
    let part = floor_char(text, room);
    let newline = if part.ends_with('\n') { "" } else { "\n" };
    let more = if part.len() < text.len() { "[and so on]\n" } else { "" };
    let (first, last) = lines;
    format!("[I have selected lines {first}-{last} of {path}:]\n<selection>\n{part}{newline}{more}</selection>\n\n")
}

fn named(range: &LineRange, with_hint: bool) -> String {
    let hint = range.hint.trim();
    let hint = if with_hint && !hint.is_empty() { format!(" ({hint}…)") } else { String::new() };
    match range.lines {
        Some((first, last)) => format!("lines {first}-{last} of {}{hint}", range.path),
        None => range.path.clone(),
    }
}

fn list(all: &[String], comma: &str) -> String {
    let named = all.get(..all.len().min(SCOPE_NAMED_MAX)).unwrap_or_default().join(comma);
    match all.len().saturating_sub(SCOPE_NAMED_MAX) {
        0 => named,
        more => format!("{named}{comma}and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn line_range(path: &str, lines: Option<(u32, u32)>, hint: &str) -> LineRange {
        LineRange { path: path.into(), lines, hint: hint.into() }
    }

    #[test]
    fn a_scope_is_told_in_a_line_each() {
        let note = ScopeNote {
            files: vec!["a.py".into()],
            lines: vec![line_range("src/a.py", Some((10, 20)), "")],
            budget: Some(10),
            locks: vec![line_range("src/a.py", Some((4, 20)), "def total"), line_range("b.py", None, "")],
        };
        expect![[r#"
            [Change only the selected lines 10-20 of src/a.py.]
            [Change at most 10 lines in all.]
            [Locked, do not change: lines 4-20 of src/a.py (def total…); b.py.]

        "#]]
        .assert_eq(&scope(&note));
        let files = ScopeNote { files: vec!["a.py".into(), "b.py".into()], ..ScopeNote::default() };
        assert_eq!(scope(&files), "[Change only: a.py, b.py.]\n\n");
        assert_eq!(scope(&ScopeNote::default()), "");
        let many = ScopeNote { files: (0..256).map(|i| format!("f{i}")).collect(), ..ScopeNote::default() };
        assert!(scope(&many).ends_with("f23, and 232 more.]\n\n"));
    }

    #[test]
    fn lines_are_those_that_a_range_touches() {
        let text = "import os\n\ndef total(x):\n    return x\n";
        let named = |text: &str, bytes| lines("a.py", &Lines::of(&text.into()), &bytes);
        assert_eq!(named(text, 11..30), line_range("a.py", Some((3, 4)), "def total(x):"));
        assert_eq!(named("", 0..0).lines, Some((1, 1)));
        assert_eq!(LineRange::whole("a.py"), line_range("a.py", None, ""));
    }

    #[test]
    fn what_became_of_a_held_block() {
        let all = [Held::Refused, Held::Undecided, Held::Applied]
            .map(|outcome| held("a.py", HoldReason::OutOfScope, outcome));
        expect![[r#"
            Your block for a.py was held: it is outside what this turn may change. I refused it.
            Your block for a.py was held: it is outside what this turn may change. I have not decided.
            Your block for a.py was held: it is outside what this turn may change. I applied it."#]]
        .assert_eq(&all.join("\n"));
    }

    #[test]
    fn news_are_told_once_and_only_of_what_is_carried() {
        let all: Vec<News> = (0..4u64).map(|key| News { turn: key as usize, key, words: reverted("a") }).collect();
        let (text, keys) = news(&all, 1, &HashSet::from([2]));
        assert_eq!((text.lines().count(), keys), (3, vec![1, 3]));
        assert_eq!(news(&all, 9, &HashSet::new()).0, "");
        let many: Vec<News> = (0..99).map(|key| News { turn: 0, key, words: "x".into() }).collect();
        let (text, keys) = news(&many, 0, &HashSet::new());
        assert_eq!((text.lines().count(), keys.len()), (NEWS_MAX + 1, 99));
        assert_eq!(turn_reverted("do\nthis"), "I took all changes of the turn \"do…\" back.");
    }
}
