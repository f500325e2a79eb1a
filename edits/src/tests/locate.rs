//! Locating by example.

use crate::action::{FileView, Place, Reindent, Tabs, Wanted};
use crate::fit::replacement;
use crate::locate::{Hint, Located, find, locate};

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

#[test]
fn tabs_for_spaces_and_spaces_for_tabs() {
    let tabbed = "class A:\n\tdef f():\n\t\tx\n\n\t\ty\n";
    let place = found(tabbed, "    def f():\n        x\n\n        y\n");
    let tabs = |tabs| Some(Reindent { tabs: Some(tabs), ..Reindent::default() });
    assert_eq!(place.reindent, tabs(Tabs::ToTabs { width: 4 }));
    assert_eq!(replacement(&place, "    def f():\n        z\n            w  v\n"), "\tdef f():\n\t\tz\n\t\t\tw  v\n");
    assert_eq!(found(tabbed, "  def f():\n    x\n\n    y\n").reindent, tabs(Tabs::ToTabs { width: 2 }));
    let shifted = found(tabbed, "def f():\n    x\n\n    y\n");
    assert_eq!(replacement(&shifted, "def f():\n    z\n"), "\tdef f():\n\t\tz\n");
    let spaced = "class A:\n    def f():\n        x\n";
    let place = found(spaced, "\tdef f():\n\t\tx\n");
    assert_eq!(place.reindent, tabs(Tabs::ToSpaces { width: 4 }));
    assert_eq!(replacement(&place, "\tdef f():\n\t\t\tz\n"), "    def f():\n            z\n");
}

#[test]
fn carriage_returns_are_blanks_at_the_end() {
    assert_eq!(found("a\nb\n", "a\r\nb\r\n").old, "a\nb\n");
}

#[test]
fn a_first_blank_line_too_many_is_ignored() {
    let place = found("a\nb\n", "\n\na\nb\n");
    assert_eq!((place.start, place.old.as_str()), (0, "a\nb\n"));
    assert_eq!(found("x\n\na\n", "\na\n").old, "\na\n", "the file has one");
}

#[test]
fn text_that_is_left_out_belongs_to_the_place() {
    let file = "fn a() {\n    one();\n    two();\n    three();\n}\nfn b() {\n}\n";
    let whole = "fn a() {\n    one();\n    two();\n    three();\n}\n";
    for dots in ["...", "    ...", "// ...", "    // ... existing code ...", "…"] {
        assert_eq!(
            found(file, &format!("fn a() {{\n    one();\n{dots}\n}}\nfn b() {{\n")).old,
            whole.to_owned() + "fn b() {\n"
        );
    }
    assert_eq!(found(file, "...\n    two();\n...\n    three();\n...\n").old, "    two();\n    three();\n");
    assert_eq!(locate(file, "fn a() {\n...\n}\n"), Located::Absent { closest_line: None }, "two such ends");
    assert_eq!(locate(file, "fn c() {\n...\n}\n"), Located::Absent { closest_line: None });
    assert_eq!(locate(file, "...\n"), Located::Absent { closest_line: None });
    assert_eq!(
        found("class P:\n    ...\nx\n", "class P:\n    ...\n").old,
        "class P:\n    ...\n",
        "as it is, comes first"
    );
}

#[test]
fn a_hint_decides_between_equal_places() {
    let file = FileView { text: "é\na\nb\na\n" };
    let wanted = Wanted::Text("a\n".into());
    let start = |after| match find(&file, &wanted, Hint { after }) {
        Located::Found(place) => Some(place.start),
        Located::Ambiguous { count: 2 } => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        [None, Some(0), Some(2), Some(3), Some(6), Some(7)].map(start),
        [None, Some(2), Some(2), Some(6), Some(6), None]
    );
}

#[test]
fn beyond_the_bound_rare_lines_lead_to_a_fuzzy_match() {
    let file: String = (0..50_000).map(|n| format!("    let value_{n} = compute_from({n});\n    }}\n")).collect();
    let near: String = (20_000..20_200)
        .map(|n| {
            let name = if n % 10 == 5 { "valeu" } else { "value" };
            format!("let {name}_{n} = compute_from({n});\n}}\n")
        })
        .collect();
    let place = found(&file, &near);
    assert!(place.old.starts_with("    let value_20000 ") && place.old.lines().count() == 400, "{:?}", place.start);
    assert_eq!(place.reindent, Some(Reindent { add: "    ".into(), ..Reindent::default() }));
}
