//! Plans the edit blocks that bring a file from the text it has to the text it should have.
//!
//! Lines are compared, so the plan is right whatever state a cut or the learner's typing left the file in. Each block
//! has as few lines as make its old text unique. Pure; knows nothing of lessons or of what was said before.

use std::collections::HashSet;
use std::ops::Range;

/// The largest comparison table, in cells: a lesson's file takes some ten thousand. Past it (a learner pasted
/// something huge) the differing middle is replaced as one block.
const MAX_CELLS: usize = 4_000_000;

/// Blocks with no more unchanged lines than this between them become one.
const MAX_GAP: usize = 2;

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

/// Plans the way from `from` to `to`. Lines that are in none of the `known` texts are the learner's; they stay where
/// they stand by themselves, and comments stay in any place.
pub(super) fn plan(from: &str, to: &str, known: &[&str]) -> Plan {
    let mut lines: Vec<&str> = from.lines().collect();
    let target: Vec<&str> = to.lines().collect();
    if lines.iter().all(|line| line.is_empty()) && !target.is_empty() {
        return fill(&lines, &target);
    }
    let target = keep_foreign(&lines, &target, known);
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
    Plan {
        hunks,
        text: joined(&lines),
    }
}

/// The block that fills a file of which nothing but blank lines is there.
fn fill(lines: &[&str], target: &[&str]) -> Plan {
    // A file of one or more newlines is not empty to an applier: its blank lines cannot be named uniquely, so they stay.
    let mut all = target.to_vec();
    all.extend_from_slice(lines);
    let text = if lines.is_empty() {
        joined(target)
    } else {
        joined(&all)
    };
    Plan {
        hunks: vec![Hunk {
            old: Vec::new(),
            new: owned(target),
        }],
        text,
    }
}

/// A run of lines that differ: `old` in the file, `new` in the target. One of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Difference {
    old: Range<usize>,
    new: Range<usize>,
}

/// The target with the learner's own lines put in.
fn keep_foreign<'a>(lines: &[&'a str], target: &[&'a str], known: &[&str]) -> Vec<&'a str> {
    let known: HashSet<&str> = known
        .iter()
        .flat_map(|text| text.lines())
        .chain(target.iter().copied())
        .collect();
    // A line cut short by an interrupt is the model's too.
    let is_foreign =
        |line: &str| !line.trim().is_empty() && !known.iter().any(|known| known.starts_with(line));
    let mut kept = Vec::new();
    let mut done = 0;
    for change in changes(lines, target) {
        kept.extend_from_slice(target.get(done..change.new.end).unwrap_or_default());
        done = change.new.end;
        let old = lines.get(change.old).unwrap_or_default();
        let alone = change.new.is_empty()
            && old
                .iter()
                .all(|line| line.trim().is_empty() || is_foreign(line));
        kept.extend(
            old.iter()
                .filter(|line| is_foreign(line) && (alone || is_comment(line))),
        );
    }
    kept.extend_from_slice(target.get(done..).unwrap_or_default());
    kept
}

fn is_comment(line: &str) -> bool {
    ["#", "//", "/*", "<!--"]
        .iter()
        .any(|mark| line.trim_start().starts_with(mark))
}

/// The runs of differing lines, from a longest common subsequence.
fn changes(old: &[&str], new: &[&str]) -> Vec<Difference> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let a = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let b = new_rest.get(..new_rest.len() - tail).unwrap_or_default();

    let mut found = Vec::new();
    let mut open = Difference {
        old: head..head,
        new: head..head,
    };
    for (i, j) in common(a, b).into_iter().chain([(a.len(), b.len())]) {
        open.old.end = head + i;
        open.new.end = head + j;
        let next = Difference {
            old: head + i + 1..head + i + 1,
            new: head + j + 1..head + j + 1,
        };
        let done = std::mem::replace(&mut open, next);
        if !(done.old.is_empty() && done.new.is_empty()) {
            found.push(done);
        }
    }
    found
}

/// Pairs of places of a longest common subsequence, in order.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let cells = (a.len() + 1).saturating_mul(width);
    if cells > MAX_CELLS {
        return Vec::new();
    }
    // lengths[i * width + j]: of the longest common subsequence of a[i..] and b[j..].
    let mut lengths = vec![0u32; cells];
    let at = |lengths: &[u32], i: usize, j: usize| {
        lengths.get(i * width + j).copied().unwrap_or_default()
    };
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let length = if left == right {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        if left == right {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Joins differences that only a few unchanged lines part: one readable block instead of crumbs.
fn merge_near(changes: Vec<Difference>, lines: &[&str]) -> Vec<Difference> {
    let mut merged: Vec<Difference> = Vec::new();
    for change in changes {
        if let Some(last) = merged.last_mut() {
            let gap = lines
                .get(last.old.end..change.old.start)
                .unwrap_or_default();
            if gap.len() <= MAX_GAP || gap.iter().all(|line| line.trim().len() <= 1) {
                last.old.end = change.old.end;
                last.new.end = change.new.end;
                continue;
            }
        }
        merged.push(change);
    }
    merged
}

/// The replacement of the lines at `place`, with as many lines around it as make its old text unique.
fn unique_hunk(lines: &[&str], place: Range<usize>, insert: &[&str]) -> Hunk {
    let text = joined(lines);
    let (mut start, mut end) = (place.start, place.end);
    loop {
        let old = lines.get(start..end).unwrap_or_default();
        let whole = start == 0 && end == lines.len();
        if whole
            || (old.iter().any(|line| !line.trim().is_empty())
                && occurs_once(&text, &old.join("\n")))
        {
            let before = lines.get(start..place.start).unwrap_or_default();
            let after = lines.get(place.end..end).unwrap_or_default();
            return Hunk {
                old: owned(old),
                new: owned(&[before, insert, after].concat()),
            };
        }
        // The line above says best where an insertion goes, but a blank line says nothing.
        let blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
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
