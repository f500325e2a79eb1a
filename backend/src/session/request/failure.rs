//! What helps a model to mend a block that could not be applied, in the fewest words: the lines that are nearest to
//! what it looked for as they stand, or where its old text stands more than once.

use std::fmt::Write as _;

use super::text::floor_char;

/// The most lines of a file that a failure quotes.
const QUOTED_LINES: usize = 5;
/// The most of a quoted line, in bytes.
const QUOTED_LINE: usize = 160;
/// The most places that a failure names.
const PLACES_MAX: usize = 6;
/// The most failures that one message tells of: a model that misses more has misread the file.
const FAILURES_MAX: usize = 12;

/// A block that was not applied.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The path as the model wrote it.
    pub path: &'a str,
    /// Why, in words; may go on with quoted lines.
    pub reason: &'a str,
}

/// Tells the model.
pub fn failures<'a>(failed: impl IntoIterator<Item = Failure<'a>>) -> String {
    let mut text = String::new();
    let mut failed = failed.into_iter();
    for Failure { path, reason } in failed.by_ref().take(FAILURES_MAX) {
        let _ = writeln!(text, "[Your block for {path} was not applied: {}]", reason.trim_end());
    }
    match failed.count() {
        0 => {}
        more => {
            let _ = writeln!(text, "[{more} more blocks were not applied.]");
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The lines of a file from `line` (from 1) on, as many as `old_text` has and a few at most, to go behind a reason.
pub fn quoted(file_text: &str, line: u32, old_text: &str) -> String {
    let wanted = old_text.lines().count().clamp(1, QUOTED_LINES);
    let skip = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    file_text.lines().skip(skip).take(wanted).fold(String::new(), |mut out, line| {
        let part = floor_char(line, QUOTED_LINE);
        let _ = write!(out, "\n{part}{}", if part.len() < line.len() { " …" } else { "" });
        out
    })
}

/// The lines (from 1) at which `old_text` stands in a file, blanks around its lines apart, in words: `lines 3, 9`.
pub fn places(file_text: &str, old_text: &str) -> String {
    let old: Vec<&str> = old_text.lines().map(str::trim).collect();
    let lines: Vec<&str> = file_text.lines().map(str::trim).collect();
    if old.is_empty() {
        return String::new();
    }
    let mut found = lines.windows(old.len()).zip(1u32..).filter(|(lines, _)| *lines == old).map(|(_, line)| line);
    let named: Vec<String> = found.by_ref().take(PLACES_MAX).map(|line| line.to_string()).collect();
    match named.as_slice() {
        [] => String::new(),
        _ => format!("lines {}{}", named.join(", "), if found.next().is_some() { ", …" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_mends_it() {
        let file = "a\n  b\nc\n\n b \nc\n";
        assert_eq!(places(file, "b\nc\n"), "lines 2, 5");
        assert_eq!((places(file, ""), places(file, "zzz")), (String::new(), String::new()));
        assert_eq!(places(&"x\n".repeat(20), "x"), "lines 1, 2, 3, 4, 5, 6, …");
        assert_eq!(quoted(file, 2, "x\ny"), "\n  b\nc");
        assert_eq!(quoted(file, 99, "x"), "");
        let reason = format!("The old text is not in a.py; the closest is at line 2:{}", quoted(file, 2, "x"));
        assert_eq!(
            failures([Failure { path: "a.py", reason: &reason }]),
            "[Your block for a.py was not applied: The old text is not in a.py; the closest is at line 2:\n  b]\n\n"
        );
    }

    #[test]
    fn what_is_told_is_bounded() {
        let long = "y".repeat(100_000);
        assert!(quoted(&format!("{long}\n").repeat(10), 1, &"z\n".repeat(50)).len() < QUOTED_LINES * (QUOTED_LINE + 8));
        let many = failures(std::iter::repeat_n(Failure { path: "p", reason: "r" }, 100));
        assert!(many.ends_with("[88 more blocks were not applied.]\n\n") && many.lines().count() == FAILURES_MAX + 2);
        assert_eq!(failures([]), "");
    }
}
