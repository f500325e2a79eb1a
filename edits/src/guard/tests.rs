//! What a guard lets through, by example and by property.

use std::ops::Range;

use proptest::prelude::*;

use super::{Guard, Zone, outside};
use crate::diff::{DiffOp, replace_ops, utf16_len};
use crate::smallest::smallest_ops;

/// The zone over these lines of a text, from 0.
fn lines(text: &str, lines: Range<usize>) -> Zone<&'static str> {
    let start: usize = text.split_inclusive('\n').take(lines.start).map(str::len).sum();
    let end: usize = text.split_inclusive('\n').take(lines.end).map(str::len).sum();
    let end = if text[..end].ends_with('\n') { end - 1 } else { end };
    let units = |at: usize| utf16_len(&text[..at]);
    Zone { range: units(start)..units(end), above: true, below: true, reason: "locked" }
}

fn passes(zones: Vec<Zone<&'static str>>, ops: &[DiffOp]) -> bool {
    let mut guard = Guard::new(zones);
    ops.iter().all(|op| guard.check(op).is_ok()) && guard.finish().is_ok()
}

#[track_caller]
fn check(old: &str, locked: Range<usize>, new: &str, passed: bool) {
    // A last line without a newline is another line to the line diff: there the streamed one has to see it.
    let either = |zone: Zone<_>| {
        [replace_ops(old, new), smallest_ops(old, new)].iter().any(|ops| passes(vec![zone.clone()], ops))
    };
    assert_eq!(either(lines(old, locked)), passed, "{old:?} -> {new:?}");
}

#[test]
fn quoting_locked_lines_is_no_change() {
    check("a\nb\nc\n", 1..2, "A\nb\nC\n", true);
    check("a\nb\nc\n", 1..2, "a\nB\nc\n", false);
    check("a\nb\nc\n", 1..2, "a\nc\n", false);
}

#[test]
fn lines_may_come_and_go_above_and_below() {
    check("a\nb\nc\n", 1..2, "a\nx\nb\ny\nc\n", true);
    check("a\nb\nc\n", 1..2, "b\n", true);
    check("a\nb\n", 0..1, "x\na\nb\n", true);
    check("a\nb", 1..2, "a\nb\nx", true);
    check("a\nb", 1..2, "a\nbx", false);
}

#[test]
fn nothing_is_glued_to_a_locked_line() {
    let zone = || vec![lines("a\nb\n", 1..2)];
    assert!(!passes(zone(), &[DiffOp::Keep(2), DiffOp::Insert("x".into()), DiffOp::Keep(2)]));
    assert!(!passes(zone(), &[DiffOp::Keep(2), DiffOp::Insert("x".into())]));
    assert!(passes(zone(), &[DiffOp::Keep(2), DiffOp::Insert("x".into()), DiffOp::Insert("\n".into())]));
    assert!(!passes(zone(), &[DiffOp::Keep(3), DiffOp::Insert("x".into())]));
    assert!(passes(zone(), &[DiffOp::Keep(3), DiffOp::Insert("\n".into()), DiffOp::Insert("x".into())]));
}

#[test]
fn outside_of_a_selection_nothing_changes() {
    let old = "a\nb\nc\nd\n";
    let selected = lines(old, 1..3).range;
    let check = |new: &str, passed: bool| {
        let zones = outside(old, std::slice::from_ref(&selected), "outside");
        assert_eq!(passes(zones, &smallest_ops(old, new)), passed, "{new:?}");
    };
    check("a\nB\nc\nd\n", true);
    check("a\nd\n", true);
    check("a\nb\nx\nc\ny\nd\n", true);
    check("a\nx\nb\nc\nd\n", true);
    check("A\nb\nc\nd\n", false);
    check("a\nb\nc\nD\n", false);
    check("x\na\nb\nc\nd\n", false);
    check("a\nb\nc\nd\nx\n", false);
    let zones = || outside(old, &[], "outside");
    assert!(passes(zones(), &[DiffOp::Keep(8)]) && !passes(zones(), &smallest_ops(old, "a\n")));
    assert!(!passes(outside("", &[], "outside"), &[DiffOp::Insert("x\n".into())]));
}

#[test]
fn what_is_selected_twice_is_selected() {
    let old = "a\nb\nc\nd\n";
    let selected = [lines(old, 0..3).range, lines(old, 1..2).range];
    let zones = || outside(old, &selected, "outside");
    assert!(passes(zones(), &smallest_ops(old, "a\nb\nC\nd\n")));
    assert!(!passes(zones(), &smallest_ops(old, "a\nb\nc\nD\n")));
}

fn text() -> impl Strategy<Value = String> {
    (prop::collection::vec(prop_oneof!["[ab]{0,3}", "😀x", "def [ab]\\(\\)"], 0..12), any::<bool>()).prop_map(
        |(lines, newline)| {
            let mut text = lines.join("\n");
            if newline && !text.is_empty() {
                text.push('\n');
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever operations pass, streamed or smallest: the locked lines stand in the result as whole lines.
    #[test]
    fn locked_lines_survive(old in text(), new in text(), from in 0usize..12, count in 1usize..4) {
        let total = old.split_inclusive('\n').count();
        if total == 0 {
            return Ok(());
        }
        let from = from % total;
        let range = from..(from + count).min(total);
        let zone = lines(&old, range.clone());
        for ops in [replace_ops(&old, &new), smallest_ops(&old, &new)] {
            if !passes(vec![zone.clone()], &ops) {
                continue;
            }
            let locked: Vec<&str> = old.split('\n').skip(range.start).take(range.len()).collect();
            // Blank lines at the edges of a zone have no width.
            let first = locked.iter().take_while(|line| line.is_empty()).count();
            let last = locked.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
            let locked = &locked[first..last];
            if locked.is_empty() {
                continue;
            }
            let result: Vec<&str> = new.split('\n').collect();
            prop_assert!(result.windows(locked.len()).any(|lines| lines == locked), "{locked:?} not in {new:?}");
        }
    }
}
