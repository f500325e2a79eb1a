//! The diff by example.

use expect_test::{Expect, expect};

use super::{applied, show};
use crate::diff::{StreamingDiff, replace_ops};

fn check(old: &str, new: &str, expected: Expect) {
    let ops = replace_ops(old, new);
    assert_eq!(applied(old, &ops), new);
    expected.assert_eq(&show(old, &ops));
}

#[test]
fn one_changed_character() {
    check(
        "let x = 1;\nlet y = 2;\n",
        "let x = 1;\nlet z = 2;\n",
        expect![[r#"
             "let x = 1;\nlet "
            +"z"
            -"y"
             " = 2;\n"
        "#]],
    );
}

#[test]
fn an_inserted_line_stands_alone_while_it_is_typed() {
    check(
        "fn a() {}\nfn c() {}\n",
        "fn a() {}\nuse b;\nfn c() {}\n",
        expect![[r#"
             "fn a() {}"
            +"\nuse b;"
             "\nfn c() {}"
             "\n"
        "#]],
    );
}

#[test]
fn a_line_like_the_next_one_is_inserted_above_it() {
    check(
        "match x {\n    Foo(b) => 1,\n}\n",
        "match x {\n    Foo(a) => 0,\n    Foo(b) => 1,\n}\n",
        expect![[r#"
             "match x {\n    Foo("
            +"a) => 0,\n    Foo("
             "b) => 1,\n}"
             "\n"
        "#]],
    );
}

#[test]
fn two_lines_like_the_next_one_are_inserted_above_it() {
    check(
        "    Foo(c) => 1,\n}\n",
        "    Foo(a) => 0,\n    Foo(bb) => 0,\n    Foo(c) => 1,\n}\n",
        expect![[r#"
             "    Foo("
            +"a) => 0,\n    Foo(bb) => 0,\n    Foo("
             "c) => 1,\n}"
             "\n"
        "#]],
    );
}

#[test]
fn deleted_lines_go_one_by_one() {
    check(
        "alpha\nbeta\ngamma\ndelta\n",
        "alpha\ndelta\n",
        expect![[r#"
             "alpha"
            -"\nbeta"
            -"\ngamma"
             "\ndelta"
             "\n"
        "#]],
    );
}

#[test]
fn a_line_that_proves_nothing_waits_for_the_next() {
    check(
        "fn old() {\n    body();\n}\n",
        "fn new() {\n    other();\n}\n\nfn old() {\n    body();\n}\n",
        expect![[r#"
            +"fn new() {\n    other();\n}\n\n"
             "fn old() {\n    body();\n}"
             "\n"
        "#]],
    );
}

#[test]
fn a_rewritten_block() {
    check(
        "if x {\n    a();\n}\nend();\n",
        "while ready {\n    b();\n}\nend();\n",
        expect![[r#"
            +"while ready {\n    b();\n"
            -"if x {\n"
            -"    a();\n"
             "}\nend();\n"
        "#]],
    );
}

#[test]
fn final_newlines() {
    check(
        "a\nb",
        "a\nb\n",
        expect![[r#"
         "a\nb"
        +"\n"
    "#]],
    );
    check(
        "a\nb\n",
        "a\nb",
        expect![[r#"
         "a"
         "\nb"
        -"\n"
    "#]],
    );
    check(
        "a\n",
        "",
        expect![[r#"
        -"a\n"
    "#]],
    );
    check(
        "",
        "a\nb\n",
        expect![[r#"
        +"a\nb\n"
    "#]],
    );
}

#[test]
fn text_appears_as_it_comes() {
    let mut diff = StreamingDiff::new("def f():\n    return 1\n");
    let mut out = String::new();
    for piece in ["def f():\n", "    x", " = ", "2\n    ret", "urn x\n"] {
        out += &format!("{piece:?}: {:?}\n", diff.push(piece));
    }
    out += &format!("end: {:?} {:?}\n", diff.finish(), diff.counts());
    expect![[r#"
        "def f():\n": [Keep(8)]
        "    x": [Insert("\n    x")]
        " = ": [Insert(" = ")]
        "2\n    ret": [Insert("2")]
        "urn x\n": [Keep(12), Insert("x")]
        end: [Delete(1), Keep(1)] Counts { added: 2, removed: 1 }
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_megabyte_against_lines_that_all_begin_alike_costs_a_bounded_number_of_comparisons() {
    let old: String = (0..2_000).map(|n| format!("    let value{n} = 1;\n")).collect();
    let repeated = |line: &str| line.repeat(1_000_000 / line.len());
    let (cross, blank, brace) = (repeated("    let valuf = 1;\n"), repeated("\n"), repeated("    let value"));
    for new in [cross, blank, brace] {
        let mut diff = StreamingDiff::new(&old);
        diff.push(&new);
        diff.finish();
        let bound = new.len() * super::WINDOW_LINES;
        assert!(diff.compared() <= bound, "{} > {bound}", diff.compared());
    }
}

#[test]
fn past_the_window_dropped_lines_are_typed_anew_and_the_text_is_still_right() {
    let lines = |from: usize, to: usize| (from..to).map(|n| format!("line number {n}\n")).collect::<String>();
    let dropped = |count: usize| {
        let (old, new) = (lines(0, 300), lines(0, 10) + &lines(10 + count, 300));
        let ops = replace_ops(&old, &new);
        assert_eq!(applied(&old, &ops), new);
        ops.iter().any(|op| matches!(op, crate::diff::DiffOp::Insert(_)))
    };
    assert!(!dropped(super::WINDOW_LINES - 1));
    assert!(dropped(super::WINDOW_LINES + 1));
}
