//! The V4A envelope.

use super::*;

const FILE: &str = "class A:\n    def f(self):\n        x = 1\n        return x\n\nclass B:\n    def f(self):\n        x = 1\n        return x\n";

#[test]
fn add_update_move_delete() {
    check(
        &[("a.py", "one\ntwo\nthree\nfour\nfive\nsix\n"), ("gone.py", "x\n")],
        "Moving.\n*** Begin Patch\n*** Add File: new.py\n+import a\n+\n+a.go()\n*** Update File: a.py\n*** Move to: b.py\n@@\n one\n-two\n+2\n three\n@@\n five\n-six\n+6\n+seven\n*** End of File\n*** Delete File: gone.py\n*** End Patch\nDone.\n",
        expect![[r#"
            Patch Create new.py "Moving.": +3 -0
            Patch Edit a.py "Moving.": +1 -1
            Patch Edit a.py "Moving.": +2 -1
            Patch Move a.py "Moving.": +0 -0
            Patch Delete gone.py "Moving.": +0 -1
            --- b.py
            one
            2
            three
            four
            five
            6
            seven
            --- new.py
            import a

            a.go()
            said "Moving.\nDone.\n"
        "#]],
    );
}

#[test]
fn the_envelope_may_be_incomplete_or_wrapped() {
    let update = "*** Update File: x.py\n@@\n-a\n+b\n";
    for stream in [
        format!("*** Begin Patch\n{update}*** End Patch\n"),
        format!("*** Begin Patch\n{update}*** End Patch"),
        format!("*** Begin Patch\n{update}"),
        format!("*** Begin Patch\n{}", update.trim_end()),
        update.to_owned(),
        format!("{update}\nI hope this helps.\n"),
        format!("{update}Done.\n"),
        format!("```\n*** Begin Patch\n{update}*** End Patch\n```\n"),
        format!("```patch\n{update}```\nDone."),
        format!("```bash\napply_patch <<'EOF'\n*** Begin Patch\n{update}*** End Patch\nEOF\n```\n"),
        format!("apply_patch <<EOF\n{update}EOF\n"),
        format!("*** Begin Patch\n\n{update}\n\n*** End Patch\n").replace('\n', "\r\n"),
        "*** Update File: x.py\n-a\n+b\n*** End Patch\n".to_owned(),
        "*** Update File: `x.py`\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-a\n+b\n*** End Patch\n".to_owned(),
        "x.py\n```\n*** Begin Patch\n*** Update File: x.py\n@@\n-a\n+b\n*** End Patch\n```\n".to_owned(),
    ] {
        let mut folder = Folder::new([("x.py", "a\nc\n")], None);
        folder.push(&stream).unwrap();
        folder.finish().unwrap();
        assert_eq!(folder.files["x.py"], "b\nc\n", "{stream}");
        assert_eq!((folder.files.len(), folder.hunks.len()), (1, 1), "{stream}");
    }
}

#[test]
fn anchors_tell_equal_places_apart() {
    check(
        &[("x.py", FILE)],
        "*** Begin Patch\n*** Update File: x.py\n@@ class B\n@@ def f(self):\n-        x = 1\n+        x = 2\n         return x\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": +1 -1
            --- x.py
            class A:
                def f(self):
                    x = 1
                    return x

            class B:
                def f(self):
                    x = 2
                    return x
            said ""
        "#]],
    );
    check(
        &[("x.py", FILE)],
        "*** Begin Patch\n*** Update File: x.py\n@@ class A:\n     def f(self):\n-        x = 1\n+        x = 2\n@@\n-        x = 1\n+        x = 3\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": +1 -1
            Patch Edit x.py "": +1 -1
            --- x.py
            class A:
                def f(self):
                    x = 2
                    return x

            class B:
                def f(self):
                    x = 3
                    return x
            said ""
        "#]],
    );
    check(
        &[("x.py", FILE)],
        "*** Update File: x.py\n@@\n-        x = 1\n+        x = 2\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": Ambiguous(2)
            --- x.py
            class A:
                def f(self):
                    x = 1
                    return x

            class B:
                def f(self):
                    x = 1
                    return x
            said ""
        "#]],
    );
}

#[test]
fn a_chunk_that_only_adds() {
    check(
        &[("x.py", FILE), ("y.py", "a\nlast")],
        "*** Update File: x.py\n@@ class B:\n+    \"\"\"B.\"\"\"\n*** Update File: y.py\n@@\n+new\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": +1 -0
            Patch Edit y.py "": +1 -0
            --- x.py
            class A:
                def f(self):
                    x = 1
                    return x

            class B:
                """B."""
                def f(self):
                    x = 1
                    return x
            --- y.py
            a
            last
            new<no newline>
            said ""
        "#]],
    );
}

#[test]
fn the_end_of_the_file_is_meant() {
    check(
        &[("x.py", "}\na\n}\n")],
        "*** Update File: x.py\n@@\n-}\n+} // end\n*** End of File\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": +1 -1
            --- x.py
            }
            a
            } // end
            said ""
        "#]],
    );
}

#[test]
fn blank_context_lines_need_no_space_and_context_is_not_typed_anew() {
    check(
        &[("x.py", "a  \n\nb\t\nc\n")],
        "*** Update File: x.py\n@@\n a\n\n b\n-c\n+C\n\n*** End Patch\n",
        expect![[r#"
            Patch Edit x.py "": +1 -1
            --- x.py
            a  

            b	
            C
            said ""
        "#]],
    );
}

#[test]
fn broken_envelopes() {
    check(
        &[("x.py", "a\n")],
        "*** Begin Patch\n*** Update File:\n@@\n-a\n+b\n*** Delete File: \n*** Update File: x.py\n*** Update File: x.py\n@@ a\n*** End Patch\n",
        expect![[r#"
            Patch Edit  "": Failed(NoPath)
            Patch Delete  "": Failed(NoPath)
            Patch Edit x.py "": Failed(MissingOldText)
            Patch Edit x.py "": Failed(MissingOldText)
            --- x.py
            a
            said ""
        "#]],
    );
    check(
        &[("x.py", "a\n")],
        "*** Begin Patch\n*** Update File: x.py\n@@\n-a\n",
        expect![[r#"
        Patch Edit x.py "": Failed(Unterminated)
        --- x.py
        a
        said ""
    "#]],
    );
    check(
        &[("x.py", "a\n")],
        "*** Begin Patch\nSo.\n*** Add File: x.py\n+b\n*** End Patch\n*** End Patch\n",
        expect![[r#"
            Patch Create x.py "So.": NotEmpty
            --- x.py
            a
            said "So.\n*** End Patch\n"
        "#]],
    );
    check(
        &[("x.py", "a\n")],
        "*** Add File: empty.py\n*** End Patch\n",
        expect![[r#"
        Patch Create empty.py "": +0 -0
        --- empty.py
        <no newline>
        --- x.py
        a
        said ""
    "#]],
    );
}

#[test]
fn a_cut_applies_no_chunk_and_deletes_nothing() {
    let stream = "*** Begin Patch\n*** Update File: x.py\n*** Move to: y.py\n@@\n-a\n+b\n*** Delete File: x.py\n*** Add File: n.py\n+one\n+two\n*** End Patch\n";
    for (at, _) in stream.char_indices() {
        let mut folder = Folder::new([("x.py", "a\n")], None);
        folder.push(&stream[..at]).unwrap();
        folder.cut().unwrap();
        let changed = stream.find("*** Delete File").unwrap() + "*** D".len();
        if at < changed - 1 {
            assert_eq!(folder.files["x.py"], "a\n", "{}", &stream[..at]);
        }
    }
}
