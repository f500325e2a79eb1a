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
