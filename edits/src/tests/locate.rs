//! Locating by example.

use crate::action::{Place, Reindent};
use crate::locate::{Located, locate};

fn found(file: &str, old: &str) -> Place {
    match locate(file, old) {
        Located::Found(place) => place,
        other => panic!("{other:?}"),
    }
}

#[test]
fn exact_lines_come_first() {
    let file = "  a();\na();\nb();\n";
    assert_eq!(found(file, "a();\n"), Place { start: 7, old: "a();\n".into(), reindent: None });
    assert_eq!(found(file, "a();\nb();").old, "a();\nb();\n");
}

#[test]
fn a_part_of_a_line_is_no_match() {
    assert_eq!(locate("abcdefgh\n", "bcd\n"), Located::Absent { closest_line: None });
}

#[test]
fn offsets_are_utf16_units() {
    assert_eq!(found("é😀\nx\n", "x\n").start, 4);
}

#[test]
fn the_last_line_needs_no_newline() {
    assert_eq!(found("a\nb", "b\n"), Place { start: 2, old: "b".into(), reindent: None });
}

#[test]
fn trailing_blanks_are_ignored_next() {
    assert_eq!(found("a  \n b\n", "a\n b \n").old, "a  \n b\n");
}

#[test]
fn another_indentation_throughout_shifts_the_new_text() {
    let file = "class A:\n    def f():\n        x\n\n        y\n";
    let place = found(file, "def f():\n    x\n\n    y\n");
    assert_eq!(place.start, 9);
    assert_eq!(place.reindent, Some(Reindent { add: "    ".into(), ..Reindent::default() }));
    let place = found("f\n  g\n", "    f\n      g\n");
    assert_eq!(place.reindent, Some(Reindent { strip: "    ".into(), ..Reindent::default() }));
}

#[test]
fn another_indentation_in_part_does_not() {
    assert_eq!(found("  a\nb\n", "a\nb\n").reindent, None);
}

#[test]
fn look_alikes_are_folded() {
    assert_eq!(found("x = “a” – ‘b’\u{a0}c\n", "x = \"a\" - 'b' c\n").start, 0);
}

#[test]
fn several_places_are_ambiguous_in_every_step() {
    assert_eq!(locate("a\nb\na\n", "a\n"), Located::Ambiguous { count: 2 });
    assert_eq!(locate("a \nb\na\t\n", "a\n"), Located::Ambiguous { count: 2 });
    let file = "let total = compute(a);\nx\nlet total = compute(a);\n";
    assert_eq!(locate(file, "let totals = compute(a);\n"), Located::Ambiguous { count: 2 });
}

#[test]
fn a_fuzzy_match_bears_a_changed_and_an_extra_line() {
    let file = "start\nfn total(items: &[Item]) -> f64 {\n    // sum\n    let mut sum = 0.0;\n    for item in items {\n        sum += item.price;\n    }\n    sum\n}\nend\n";
    let old = "fn total(items: &[Item]) -> f32 {\n    let mut sum = 0.0;\n    for item in items {\n        sum += item.price;\n    }\n    sum\n}\n";
    let place = found(file, old);
    assert!(place.old.starts_with("fn total") && place.old.ends_with("sum\n}\n"), "{place:?}");
}

#[test]
fn absence_names_the_closest_line() {
    let file = "one\ntwo words here\nthree\n";
    assert_eq!(locate(file, "two words here\nand nothing else\nat all\n"), Located::Absent { closest_line: Some(2) });
    assert_eq!(locate(file, "nowhere to be seen\n"), Located::Absent { closest_line: None });
}

#[test]
fn empty_old_text_is_a_blank_file() {
    assert_eq!(found("", "").old, "");
    assert_eq!(found("\n \n", "").old, "\n \n");
    assert_eq!(locate("x\n", ""), Located::Absent { closest_line: None });
}

#[test]
fn past_the_bound_nothing_fuzzy_is_searched() {
    let file: String = (0..50_000).map(|n| format!("line number {n} of many\n")).collect();
    let near: String = (100..200).map(|n| format!("line number {n} of manny\n")).collect();
    assert_eq!(locate(&file, &near), Located::Absent { closest_line: None });
    let exact: String = (100..200).map(|n| format!("line number {n} of many\n")).collect();
    assert_eq!(found(&file, &exact).old, exact);
}

#[test]
fn repetitive_text_is_searched_in_linear_time() {
    let file = "\n".repeat(100_000);
    assert!(matches!(locate(&file, &("\n".repeat(50_000) + "x\n")), Located::Absent { .. }));
}
