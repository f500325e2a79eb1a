//! A whole file in a fence.

use super::*;

/// What a stream leaves of `src/x.py`, which has one line.
fn left(stream: &str) -> String {
    let mut folder = Folder::new([("src/x.py", "old\n")], None);
    folder.push(stream).unwrap();
    folder.finish().unwrap();
    let paths: Vec<&str> = folder.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["src/x.py"], "{stream}");
    folder.files["src/x.py"].clone()
}

#[test]
fn the_file_name_stands_above_or_in_the_info_line() {
    for head in [
        "src/x.py\n```python",
        "**src/x.py**\n```python",
        "### `src/x.py`\n\n```python",
        "src/x.py:\n```",
        "Text.\n\nFile: src/x.py\n~~~",
        "```python src/x.py",
        "```src/x.py",
        "```python:src/x.py",
        "```py title=\"src/x.py\"",
        "```py filename=src/x.py",
        "```{.py file='src/x.py'}",
    ] {
        assert_eq!(
            left(&format!("{head}\nnew\n{}\nDone.\n", if head.ends_with("~~~") { "~~~" } else { "```" })),
            "new\n",
            "{head}"
        );
    }
}

#[test]
fn other_fences_are_commentary() {
    for head in [
        "```python",
        "Look at `src/x.py`, it says:\n```python",
        "src/x.py\n\n```python",
        "src/x.py\n```diff",
        "src/x.py\n```console",
        "### Node.js\n```js",
        "```12:15:src/x.py",
        "v1.2:\n```",
        "src/x.py\nsays\n```",
        "src/x.py\n  ```python",
        "src/x.py\n```x``` is",
        "````markdown\nsrc/x.py\n```python",
    ] {
        assert_eq!(left(&format!("{head}\nnew\n```\nDone.\n")), "old\n", "{head}");
    }
    assert_eq!(left("src/x.py\n```\n```\n"), "old\n", "nothing in it");
}

#[test]
fn a_whole_file_touches_what_it_changes() {
    let old: String = (0..400).map(|n| format!("line {n} of the file\n")).collect();
    let new =
        old.replace("line 7 ", "line seven ").replace("line 200 ", "row 200 ").replace("399 of the", "399, of the");
    let mut folder = Folder::new([("x.py", old.as_str())], None);
    folder.push(&format!("x.py\n```python\n{new}```\n")).unwrap();
    assert_eq!(folder.files["x.py"], new);
    assert_eq!(told(&folder).lines().next().unwrap(), "WholeFile Edit x.py \"\": +3 -3");
    let gone: u32 = folder.actions.iter().map(|a| if let Action::Delete { len, .. } = a { *len } else { 0 }).sum();
    assert!(gone < 60, "{gone}");
}

#[test]
fn fences_with_a_language_in_a_file_are_the_files() {
    check(
        &[],
        "README.md\n```markdown\n# Title\n```bash\nls\n```\nend\n```\nDone.\n",
        expect![[r#"
        WholeFile Edit README.md "": +5 -0
        --- README.md
        # Title
        ```bash
        ls
        ```
        end
        said "README.md\nDone.\n"
    "#]],
    );
    check(
        &[],
        "README.md\n````markdown\n```\nls\n```\n````\nDone.\n",
        expect![[r#"
        WholeFile Edit README.md "": +3 -0
        --- README.md
        ```
        ls
        ```
        said "README.md\nDone.\n"
    "#]],
    );
}

#[test]
fn markers_of_other_formats_are_text() {
    check(
        &[],
        "x.txt\n```\nfirst\n<edit path=\"y\">\n<<<<<<< SEARCH\n*** Begin Patch\n~~~\n  ```\n```\n",
        expect![[r#"
            WholeFile Edit x.txt "": +6 -0
            --- x.txt
            first
            <edit path="y">
            <<<<<<< SEARCH
            *** Begin Patch
            ~~~
              ```
            said "x.txt\n"
        "#]],
    );
}

#[test]
fn a_block_at_the_front_makes_the_fence_its_wrapping() {
    check(
        &[("x.txt", "a\n")],
        "x.txt\n```\n*** Begin Patch\n*** Update File: x.txt\n@@\n-a\n+b\n*** End Patch\n```\nx.txt\n```xml\n<edit path=\"x.txt\">\n<old_text>\nb\n</old_text>\n<new_text>\nc\n</new_text>\n</edit>\n```\nok",
        expect![[r#"
            Patch Edit x.txt "": +1 -1
            Edit Edit x.txt "": +1 -1
            --- x.txt
            c
            said "x.txt\n```\n```\nx.txt\n```xml\n```\nok"
        "#]],
    );
}

#[test]
fn text_that_is_left_out_stays() {
    let old = "import a\n\ndef f():\n    return 1\n\ndef g():\n    return 2\n";
    for line in [
        "# ... rest of the code unchanged ...",
        "# ...",
        "// ... existing code ...",
        "    # Rest of the file remains the same",
        "# existing functions ...",
        "/* … the rest … */",
        "<!-- ... other code ... -->",
    ] {
        let mut folder = Folder::new([("x.py", old)], None);
        folder
            .push(&format!("x.py\n```python\nimport a\nimport b\n\ndef f():\n    return 3\n\n{line}\n```\nSo.\n"))
            .unwrap();
        folder.finish().unwrap();
        assert_eq!(folder.hunks[0].outcome, Outcome::Failed(Malformed::Elided), "{line}");
        assert_eq!(
            folder.files["x.py"], "import a\nimport b\n\ndef f():\n    return 3\n\ndef g():\n    return 2\n",
            "{line}"
        );
    }
    for line in ["# Loading...", "# the rest of the arguments", "...", "# ... and so on", "x = 1  # ... rest"] {
        let mut folder = Folder::new([("x.py", old)], None);
        folder.push(&format!("x.py\n```python\nimport a\n{line}\n```\nSo.\n")).unwrap();
        folder.finish().unwrap();
        assert_eq!(folder.files["x.py"], format!("import a\n{line}\n"));
    }
    let mut folder = Folder::new([("x.py", "# ... rest of the code\na\n")], None);
    folder.push("x.py\n```python\n# ... rest of the code\nb\n```\n").unwrap();
    assert_eq!(folder.files["x.py"], "# ... rest of the code\nb\n", "the file says so itself");
    let mut folder = Folder::new([], None);
    folder.push("x.py\n```python\na\n# ... rest of the code\n```\n").unwrap();
    assert_eq!(folder.files["x.py"], "a\n# ... rest of the code\n", "nothing is lost in a new file");
}

#[test]
fn a_file_that_breaks_off_keeps_the_rest_of_the_old_text() {
    check(
        &[("x.py", "one\ntwo\nthree\n")],
        "x.py\n```\none\nzwei\n",
        expect![[r#"
        WholeFile Edit x.py "": Failed(Unterminated)
        --- x.py
        one
        zwei
        two
        three
        said "x.py\n"
    "#]],
    );
}
