//! SEARCH/REPLACE.

use super::*;

const FILE: &str = "def f():\n    return 1\n";
const BLOCK: &str = "<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n";

/// Whether a stream changes `src/x.py`, and nothing else.
fn changes(stream: &str) {
    let mut folder = Folder::new([("src/x.py", FILE)], None);
    folder.push(stream).unwrap();
    folder.finish().unwrap();
    let paths: Vec<&str> = folder.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["src/x.py"], "{stream}");
    assert_eq!(folder.files["src/x.py"], "def f():\n    return 2\n", "{stream}\n{:?}", folder.hunks);
}

#[test]
fn the_file_name_stands_above_the_block_or_its_fence_or_in_it() {
    changes(&format!("src/x.py\n{BLOCK}"));
    changes(&format!("src/x.py\n```python\n{BLOCK}```\n"));
    changes(&format!("```python\nsrc/x.py\n{BLOCK}```\n"));
    changes(&format!("```src/x.py\n{BLOCK}```\n"));
    changes(&format!("```python src/x.py\n{BLOCK}```\n"));
    changes(&format!("```python:src/x.py\n{BLOCK}```\n"));
    changes(&format!("```python title=\"src/x.py\"\n{BLOCK}```\n"));
    changes(&format!("src/x.py\n```\nsrc/x.py\n{BLOCK}```\n"));
    changes(&format!("src/x.py\n\n{BLOCK}"));
    changes(&format!("~~~~py\nsrc/x.py\n{BLOCK}~~~~\n"));
}

#[test]
fn file_names_wear_dress() {
    for name in [
        "**src/x.py**",
        "`src/x.py`",
        "**`src/x.py`**",
        "### src/x.py",
        "#### `src/x.py`:",
        "src/x.py:",
        "File: src/x.py",
        "**File:** `src/x.py`",
        "**File: src/x.py**",
        "Filename: `src/x.py`",
        "# src/x.py",
        "// src/x.py",
        "1. **src/x.py**",
        "- `src/x.py` (updated)",
        "In `src/x.py`:",
        "<!-- src/x.py -->",
        "  src/x.py  ",
    ] {
        changes(&format!("{name}\n{BLOCK}"));
        changes(&format!("{name}\n```python\n{BLOCK}```\n"));
        changes(&format!("```python\n{name}\n{BLOCK}```\n"));
    }
}

#[test]
fn markers_have_five_to_nine_characters() {
    for (a, b, c) in [(5, 5, 5), (9, 9, 9), (7, 5, 9), (6, 8, 5)] {
        let (a, b, c) = ("<".repeat(a), "=".repeat(b), ">".repeat(c));
        changes(&format!("src/x.py\n{a} SEARCH \n    return 1\n{b}\t\n    return 2\n{c} REPLACE  \n"));
    }
    let mut folder = Folder::new([("src/x.py", FILE)], None);
    folder.push("src/x.py\n<<<< SEARCH\n    return 1\n====\n    return 2\n>>>> REPLACE\n").unwrap();
    folder.finish().unwrap();
    assert_eq!(folder.hunks, []);
}

#[test]
fn crlf_in_the_stream() {
    changes(&format!("src/x.py\n```python\n{BLOCK}```\n").replace('\n', "\r\n"));
}

#[test]
fn several_blocks_under_one_name() {
    check(
        &[("x.rs", "a\nb\nc\n")],
        "Twice.\n\nx.rs\n```rust\n<<<<<<< SEARCH\na\n=======\nA\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\nb\n=======\nB\n>>>>>>> REPLACE\n```\nand\n```rust\n<<<<<<< SEARCH\nc\n=======\nC\n>>>>>>> REPLACE\n```\n",
        expect![[r#"
            SearchReplace Edit x.rs "Twice.": +1 -1
            SearchReplace Edit x.rs "Twice.": +1 -1
            SearchReplace Edit x.rs "and": +1 -1
            --- x.rs
            A
            B
            C
            said "Twice.\n\nx.rs\n```rust\n\n```\nand\n```rust\n```\n"
        "#]],
    );
}

#[test]
fn an_empty_search_creates_and_an_empty_replacement_deletes() {
    check(
        &[("x.rs", "a\nb\n")],
        "new.rs\n<<<<<<< SEARCH\n=======\nfn main() {}\n>>>>>>> REPLACE\nx.rs\n<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n",
        expect![[r#"
            SearchReplace Edit new.rs "": +1 -0
            SearchReplace Edit x.rs "": +0 -1
            --- new.rs
            fn main() {}
            --- x.rs
            b
            said "new.rs\nx.rs\n"
        "#]],
    );
}

#[test]
fn a_block_without_a_file_is_swallowed() {
    check(
        &[("x.rs", "a\nb\n")],
        "Here:\n<<<<<<< SEARCH\na\n=======\n<edit path=\"x.rs\">\n>>>>>>> REPLACE\nSo.\nx.rs\n<<<<<<< SEARCH\nb\n=======\nB\n>>>>>>> REPLACE",
        expect![[r#"
            SearchReplace Edit  "Here:": Failed(NoPath)
            SearchReplace Edit x.rs "So.": +1 -1
            --- x.rs
            a
            B
            said "Here:\nSo.\nx.rs\n"
        "#]],
    );
}

#[test]
fn markers_of_other_formats_are_text() {
    check(
        &[("x.md", "a\n")],
        "x.md\n<<<<<<< SEARCH\na\n=======\n<edit path=\"y\">\n<old_text>\n```\n*** Begin Patch\n=======\n<<<<<<< HEAD\n>>>>>>> other\n</edit>\n>>>>>>> REPLACE\n",
        expect![[r#"
            SearchReplace Edit x.md "": +8 -1
            --- x.md
            <edit path="y">
            <old_text>
            ```
            *** Begin Patch
            =======
            <<<<<<< HEAD
            >>>>>>> other
            </edit>
            said "x.md\n"
        "#]],
    );
}

#[test]
fn broken_blocks_fail_and_the_next_one_is_read() {
    check(
        &[("x.md", "a\nb\n")],
        "x.md\n<<<<<<< SEARCH\na\n<<<<<<< SEARCH\na\n=======\nA\n<<<<<<< SEARCH\nb\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nb\n=======\nB\n>>>>>>> REPLA",
        expect![[r#"
            SearchReplace Edit x.md "": Failed(Unterminated)
            SearchReplace Edit x.md "": Failed(Unterminated)
            SearchReplace Edit x.md "": Failed(MissingNewText)
            SearchReplace Edit x.md "": Failed(Unterminated)
            --- x.md
            A
            a
            B
            b
            said "x.md\n"
        "#]],
    );
}

#[test]
fn new_text_streams_behind_the_divider() {
    let mut folder = Folder::new([("x.md", "a\n")], None);
    folder.push("x.md\n<<<<<<< SEARCH\na\n=======\nnew te").unwrap();
    assert_eq!(folder.files["x.md"], "new tea\n");
    folder.push("xt\n>>>>>").unwrap();
    assert_eq!(folder.files["x.md"], "new text\na\n");
    folder.push("> R").unwrap();
    assert_eq!(folder.files["x.md"], "new text\na\n");
    folder.push("x").unwrap();
    assert_eq!(folder.files["x.md"], "new text\n>>>>>> Rxa\n");
}

#[test]
fn old_text_that_leaves_lines_out_keeps_them() {
    let file = "fn a() {\n    one();\n    two();\n    three();\n    four();\n}\n";
    let edit = |search: &str, replace: &str| {
        let mut folder = Folder::new([("x.rs", file)], None);
        folder.push(&format!("x.rs\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n")).unwrap();
        (folder.hunks[0].outcome, folder.files["x.rs"].clone())
    };
    let (outcome, text) = edit("fn a() {\n    ...\n    four();\n", "fn b() {\n    // ...\n    five();\n    six();\n");
    assert_eq!(outcome, Outcome::Applied(crate::Counts { added: 3, removed: 2 }));
    assert_eq!(text, "fn b() {\n    one();\n    two();\n    three();\n    five();\n    six();\n}\n");
    let (outcome, text) = edit("fn a() {\n...\n    four();\n", "fn b() {\n    four();\n");
    assert_eq!(outcome, Outcome::Failed(Malformed::Elided), "what is left out is not deleted");
    assert!(text.contains("two();"), "{text}");
    let (outcome, text) = edit("fn a() {\n...\n    four();\n", "fn b() {\n...\n    four();\n...\n}\n");
    assert_eq!(outcome, Outcome::Failed(Malformed::Elided), "more is left out than was");
    assert_eq!(text, file.replace("fn a", "fn b"));
    let (outcome, text) = edit("    one();\n    two();\n    three();\n", "    one();\n    // ... rest unchanged ...\n");
    assert_eq!(outcome, Outcome::Failed(Malformed::Elided), "only the new text leaves something out");
    assert_eq!(text, file);
}

#[test]
fn a_first_blank_line_goes_from_both_texts() {
    check(
        &[("x.rs", "a\nb\n")],
        "x.rs\n<<<<<<< SEARCH\n\na\n=======\n\nA\n\n>>>>>>> REPLACE\n",
        expect![[r#"
        SearchReplace Edit x.rs "": +2 -1
        --- x.rs
        A

        b
        said "x.rs\n"
    "#]],
    );
}

#[test]
fn spaces_become_the_files_tabs() {
    check(
        &[("x.go", "func f() {\n\tif x {\n\t\ty()\n\t}\n}\n")],
        "x.go\n<<<<<<< SEARCH\n    if x {\n        y()\n=======\n    if x {\n        for {\n            y()\n        }\n>>>>>>> REPLACE\n",
        expect![[r#"
            SearchReplace Edit x.go "": +3 -1
            --- x.go
            func f() {
            	if x {
            		for {
            			y()
            		}
            	}
            }
            said "x.go\n"
        "#]],
    );
}

#[test]
fn a_wrapping_that_was_not_closed_hides_no_file() {
    check(
        &[("x.rs", "a\nb\n"), ("y.rs", "c\n")],
        "- First.\n```rust\nx.rs\n<<<<<<< SEARCH\na\n=======\nA\n>>>>>>> REPLACE\n\n> All of it.\n```rust y.rs\nC\n```\nDone.\n",
        expect![[r#"
            SearchReplace Edit x.rs "First.": +1 -1
            WholeFile Edit y.rs "All of it.": +1 -1
            --- x.rs
            A
            b
            --- y.rs
            C
            said "- First.\n```rust\nx.rs\n\n> All of it.\nDone.\n"
        "#]],
    );
}
