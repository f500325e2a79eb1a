//! Plans the edit blocks that bring a file from the text it has to the text it should have.
//!
//! Lines are compared, so the plan is right whatever state a cut or the learner's typing left the file in. Each block
//! has as few lines as make its old text unique. Pure; knows nothing of lessons or of what was said before.

mod lines;
mod typed;

use std::ops::Range;

use lines::{changes, merge_near};
pub(super) use typed::{Origin, Typed};

/// One planned replacement of whole lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Lines that stand in the file now, exactly once; none for a file that is new or empty.
    pub old: Vec<String>,
    /// What stands there afterwards.
    pub new: Vec<String>,
}

/// A file that was brought to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The blocks, to be applied in this order.
    pub hunks: Vec<Hunk>,
    /// The file's text after all of them.
    pub text: String,
}

/// Plans the way from `from` to `to`. Lines that are not the script's are the learner's: [`Typed`] says what becomes
/// of them.
pub(super) fn plan(from: &str, to: &str, origin: &Origin<'_>, typed: Typed) -> Plan {
    let mut lines: Vec<&str> = from.lines().collect();
    let target: Vec<&str> = to.lines().collect();
    if lines.iter().all(|line| line.trim().is_empty()) && !target.is_empty() {
        return fill(&target);
    }
    let target = typed::put_in(&lines, &target, origin, typed);
    let mut hunks = Vec::new();
    // Bottom line first would keep the places valid, but a person reads from the top: later places are shifted.
    let mut shift = 0isize;
    for change in merge_near(changes(&lines, &target), &lines) {
        let place = shifted(&change.old, shift);
        let insert = target.get(change.new.clone()).unwrap_or_default();
        hunks.push(unique_hunk(&lines, place.clone(), insert));
        shift += signed(insert.len()) - signed(place.len());
        lines.splice(place, insert.iter().copied());
    }
    Plan { hunks, text: joined(&lines) }
}

/// The block that fills a file of which nothing but blank lines is there: an empty old text stands for all of them.
fn fill(target: &[&str]) -> Plan {
    Plan { hunks: vec![Hunk { old: Vec::new(), new: owned(target) }], text: joined(target) }
}

/// The replacement of the lines at `place`, with as many lines around it as make its old text unique.
fn unique_hunk(lines: &[&str], place: Range<usize>, insert: &[&str]) -> Hunk {
    let text = joined(lines);
    let (mut start, mut end) = (place.start, place.end);
    loop {
        let old = lines.get(start..end).unwrap_or_default();
        let whole = start == 0 && end == lines.len();
        let before = lines.get(start..place.start).unwrap_or_default();
        let after = lines.get(place.end..end).unwrap_or_default();
        let new = [before, insert, after].concat();
        // A new text of blank lines alone would read like an empty one.
        let is_clear = new.is_empty() || new.iter().any(|line| says_something(line));
        let is_found = old.iter().any(|line| says_something(line)) && occurs_once(&text, &old.join("\n"));
        if whole || (is_clear && is_found) {
            return Hunk { old: owned(old), new: owned(&new) };
        }
        // The line above says best where an insertion goes, but a blank line says nothing.
        let blank = |at: usize| !lines.get(at).is_some_and(|line| says_something(line));
        let above_first = match (start > 0, end < lines.len()) {
            (true, true) if blank(start - 1) != blank(end) => blank(end),
            (above, below) => above && (!below || place.start - start <= end - place.end),
        };
        if above_first {
            start -= 1;
        } else {
            end += 1;
        }
    }
}

/// A line of braces alone, or a blank one, tells a reader nothing about the place.
fn says_something(line: &str) -> bool {
    line.contains(char::is_alphanumeric)
}

fn occurs_once(text: &str, part: &str) -> bool {
    let first = text.find(part);
    first.is_some() && first == text.rfind(part)
}

fn shifted(range: &Range<usize>, by: isize) -> Range<usize> {
    range.start.saturating_add_signed(by)..range.end.saturating_add_signed(by)
}

fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}

fn joined(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Origin, Plan, Typed, plan};

    fn planned(from: &str, to: &str) -> Plan {
        plan(from, to, &Origin::new(from, [to].into_iter()), Typed::MayGo)
    }

    #[test]
    fn context_is_added_until_the_old_text_is_unique() {
        let plan = planned("x\nb\nx\nx\nb\n", "x\nb\nx\nnew\nx\nb\n");
        assert_eq!(plan.hunks.len(), 1);
        assert_eq!(plan.hunks[0].old, ["x", "x"]);
        assert_eq!(plan.text, "x\nb\nx\nnew\nx\nb\n");
    }

    #[test]
    fn an_empty_file_is_filled_and_an_equal_one_left() {
        let filled = planned("", "a\n");
        assert!(filled.hunks[0].old.is_empty());
        assert_eq!(filled.text, "a\n");
        assert!(planned("a\n", "a\n").hunks.is_empty());
    }

    #[test]
    fn a_file_past_the_comparison_limit_is_changed_in_one_block() {
        let numbers = |from: usize| (from..from + 2_100).map(|n| format!("{n}\n")).collect::<String>();
        let (from, to) = (format!("head\n{}", numbers(0)), format!("head\n{}", numbers(1)));
        let plan = planned(&from, &to);
        assert_eq!((plan.hunks.len(), plan.hunks[0].old.len()), (1, 2_100));
        assert_eq!(plan.text, to);
    }
}
