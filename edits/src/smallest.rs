//! The smallest line diff between two whole texts: what a turn's changes are measured against, and what has the last
//! word on whether a hunk touches protected lines. Not for streams: see [`diff`](crate::diff) for those.

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::action::Counts;
use crate::alike;
use crate::diff::{DiffOp, utf16_len};

/// From this many lines on, a near-smallest diff has to do: the smallest one may take quadratic time.
const EXACT_LINES_MAX: usize = 20_000;

/// Lines added and removed by the smallest line diff.
pub fn smallest(old: &str, new: &str) -> Counts {
    let (old, new) = differing(old, new);
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

/// The texts without the whole lines that both begin or end with: a few lines change in files of tens of thousands.
fn differing<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    let same = alike::front(old.as_bytes(), new.as_bytes());
    let front = old.as_bytes().get(..same).and_then(|bytes| bytes.iter().rposition(|byte| *byte == b'\n'));
    let front = front.map_or(0, |newline| newline + 1);
    let (old, new) = (old.get(front..).unwrap_or_default(), new.get(front..).unwrap_or_default());
    let same = alike::back(old.as_bytes(), new.as_bytes());
    // A line is whole from behind a newline on: its own, so that the one before it stays where it is.
    let back = old.as_bytes().get(old.len() - same..).and_then(|bytes| bytes.iter().position(|byte| *byte == b'\n'));
    let back = back.map_or(0, |newline| same - newline - 1);
    (old.get(..old.len() - back).unwrap_or_default(), new.get(..new.len() - back).unwrap_or_default())
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
    fn what_both_begin_and_end_with_changes_no_count() {
        let lines = |from: usize, to: usize| (from..to).map(|n| format!("line {n} é\n")).collect::<String>();
        let whole = |old: &str, new: &str| {
            let diff = compute(&InternedInput::new(old, new));
            Counts { added: diff.count_additions(), removed: diff.count_removals() }
        };
        let long = lines(0, 2000);
        let swapped = long.replace("line 1000 é\n", "x\ny\n");
        let repeated = long.replace("line 1000 é\n", "line 1000 é\nline 1000 é\n");
        let texts = ["", "\n", "a", "a\n", "a\na\n", "b\na\na", &long, &swapped, &repeated, long.trim_end()];
        for old in texts {
            for new in texts {
                assert_eq!(smallest(old, new), whole(old, new));
            }
        }
        let (old, new) = differing(&long, &swapped);
        assert_eq!((old, new), ("line 1000 é\n", "x\ny\n"));
    }

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
