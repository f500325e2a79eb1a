//! The smallest line diff between two whole texts: what a turn's changes are measured against, and what has the last
//! word on whether a hunk touches protected lines. Not for streams: see [`diff`](crate::diff) for those.

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::action::Counts;
use crate::diff::{DiffOp, utf16_len};

/// From this many lines on, a near-smallest diff has to do: the smallest one may take quadratic time.
const EXACT_LINES_MAX: usize = 20_000;

/// Lines added and removed by the smallest line diff.
pub fn smallest(old: &str, new: &str) -> Counts {
    let input = InternedInput::new(old, new);
    let diff = compute(&input);
    Counts { added: diff.count_additions(), removed: diff.count_removals() }
}

/// The smallest line diff as operations.
pub fn smallest_ops(old: &str, new: &str) -> Vec<DiffOp> {
    let input = InternedInput::new(old, new);
    let diff = compute(&input);
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let length = |lines: Option<&[&str]>| lines.unwrap_or_default().iter().map(|line| utf16_len(line)).sum::<u32>();
    let mut ops = Vec::new();
    let mut at = 0;
    for hunk in diff.hunks() {
        let (before, after) = (as_range(&hunk.before), as_range(&hunk.after));
        push(&mut ops, DiffOp::Keep(length(old.get(at..before.start))));
        push(&mut ops, DiffOp::Delete(length(old.get(before.clone()))));
        push(&mut ops, DiffOp::Insert(new.get(after).unwrap_or_default().concat()));
        at = before.end;
    }
    push(&mut ops, DiffOp::Keep(length(old.get(at..))));
    ops
}

fn compute(input: &InternedInput<&str>) -> Diff {
    let lines = input.before.len().max(input.after.len());
    let algorithm = if lines > EXACT_LINES_MAX { Algorithm::Myers } else { Algorithm::MyersMinimal };
    Diff::compute(algorithm, input)
}

fn as_range(range: &std::ops::Range<u32>) -> std::ops::Range<usize> {
    range.start as usize..range.end as usize
}

fn push(ops: &mut Vec<DiffOp>, op: DiffOp) {
    let empty = match &op {
        DiffOp::Keep(len) | DiffOp::Delete(len) => *len == 0,
        DiffOp::Insert(text) => text.is_empty(),
    };
    if !empty {
        ops.push(op);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Place;
    use crate::testing::Applier;

    #[test]
    fn it_is_smallest_and_right() {
        let (old, new) = ("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n");
        assert_eq!(smallest(old, new), Counts { added: 2, removed: 1 });
        for (old, new) in [(old, new), ("", "a\n"), ("a", ""), ("a", "a\n"), ("😀\nb", "b\n😀"), ("a\n", "a\n")] {
            let mut file = Applier::new(old);
            file.place(&Place { start: 0, old: old.to_owned(), reindent: None });
            for op in smallest_ops(old, new) {
                file.apply(&op).unwrap();
            }
            assert_eq!(file.text(), new);
        }
    }
}
