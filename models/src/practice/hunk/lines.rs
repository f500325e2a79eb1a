//! Which lines of two texts differ, told so that a person would agree.
//!
//! Pure; knows nothing of edit blocks or of who wrote a line.

use std::ops::Range;

/// The largest comparison table, in cells: a lesson's file takes some ten thousand. Past it (a learner pasted
/// something huge) the differing middle is replaced as one block.
const MAX_CELLS: usize = 4_000_000;

/// Blocks with no more unchanged lines than this between them become one.
const MAX_GAP: usize = 2;

/// A run of lines that differ: `old` in the file, `new` in the target. One of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// The runs of differing lines, from the heaviest common subsequence.
pub(super) fn changes(old: &[&str], new: &[&str]) -> Vec<Difference> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let a = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let b = new_rest.get(..new_rest.len() - tail).unwrap_or_default();

    let mut found = Vec::new();
    let mut open = Difference { old: head..head, new: head..head };
    for (i, j) in common(a, b).into_iter().chain([(a.len(), b.len())]) {
        open.old.end = head + i;
        open.new.end = head + j;
        let next = Difference { old: head + i + 1..head + i + 1, new: head + j + 1..head + j + 1 };
        let done = std::mem::replace(&mut open, next);
        if !(done.old.is_empty() && done.new.is_empty()) {
            found.push(done);
        }
    }
    found
}

/// Pairs of places of the heaviest common subsequence, in order.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let cells = (a.len() + 1).saturating_mul(b.len() + 1);
    if cells > MAX_CELLS {
        return Vec::new();
    }
    // weights[i][j]: of the heaviest common subsequence of a[i..] and b[j..]. Filled from the end, row by row.
    let mut weights = vec![vec![0u32; b.len() + 1]];
    for left in a.iter().rev() {
        let below = weights.last().map(Vec::as_slice).unwrap_or_default();
        let worth = weight(left);
        let mut row = vec![0u32; b.len() + 1];
        let mut right_of_it = 0;
        let cells = row.iter_mut().zip(below).zip(below.iter().skip(1)).zip(b).rev();
        for (((cell, &under), &under_right), right) in cells {
            *cell = if left == right { under_right + worth } else { under.max(right_of_it) };
            right_of_it = *cell;
        }
        weights.push(row);
    }
    weights.reverse();
    let at = |i: usize, j: usize| weights.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        if left == right {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if at(i + 1, j) >= at(i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// What it is worth to keep a line: its text. By their number alone, braces and blank lines would lead the comparison.
fn weight(line: &str) -> u32 {
    u32::try_from(line.trim().len()).unwrap_or(u32::MAX / 2).saturating_add(1)
}

/// Joins differences that only a few unchanged lines part: one readable block instead of crumbs.
pub(super) fn merge_near(changes: Vec<Difference>, lines: &[&str]) -> Vec<Difference> {
    let mut merged: Vec<Difference> = Vec::new();
    for change in changes {
        if let Some(last) = merged.last_mut() {
            let gap = lines.get(last.old.end..change.old.start).unwrap_or_default();
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
