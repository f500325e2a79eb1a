//! The formats by example: a stream in, hunks and files out.

mod patch;
mod search_replace;
mod whole;

use expect_test::{Expect, expect};

use crate::action::{Action, Malformed};
use crate::parser::{Outline, Segment};
use crate::testing::{Folder, Outcome};

/// Runs a stream over files, whole and letter by letter, and tells what became of it.
fn check(files: &[(&str, &str)], stream: &str, expected: Expect) {
    let mut whole = Folder::new(files.iter().copied(), None);
    whole.push(stream).unwrap();
    whole.finish().unwrap();
    let mut split = Folder::new(files.iter().copied(), None);
    let mut letter = [0; 4];
    for c in stream.chars() {
        split.push(c.encode_utf8(&mut letter)).unwrap();
    }
    split.finish().unwrap();
    assert_eq!((&split.hunks, &split.files), (&whole.hunks, &whole.files), "letter by letter");
    let commentary = commentary(stream);
    expected.assert_eq(&(told(&whole) + &format!("said {commentary:?}\n")));
}

fn told(folder: &Folder) -> String {
    let mut out = String::new();
    for hunk in &folder.hunks {
        let (format, kind, path, why) = (hunk.format, hunk.kind, &hunk.path, &hunk.why);
        let outcome = match hunk.outcome {
            Outcome::Applied(counts) => format!("+{} -{}", counts.added, counts.removed),
            other => format!("{other:?}"),
        };
        out += &format!("{format:?} {kind:?} {path} {why:?}: {outcome}\n");
    }
    for (path, text) in &folder.files {
        out += &format!("--- {path}\n{text}");
        if !text.ends_with('\n') {
            out += "<no newline>\n";
        }
    }
    out
}

fn commentary(stream: &str) -> String {
    let mut outline = Outline::new();
    let mut segments = outline.push(stream);
    segments.extend(outline.finish());
    let said = |segment| if let Segment::Commentary(text) = segment { Some(text) } else { None };
    segments.into_iter().filter_map(said).collect()
}

#[test]
fn all_formats_in_one_stream() {
    check(
        &[("a.py", "one\n"), ("b.py", "two\n"), ("c.py", "three\n"), ("d.py", "four\n")],
        "I change all.\n\
         <edit path=\"a.py\" why=\"first\">\n<old_text>\none\n</old_text>\n<new_text>\n1\n</new_text>\n</edit>\n\
         Then this.\nb.py\n```python\n<<<<<<< SEARCH\ntwo\n=======\n2\n>>>>>>> REPLACE\n```\n\
         *** Begin Patch\n*** Update File: c.py\n@@\n-three\n+3\n*** End Patch\n\
         And all of it:\n\n**d.py**\n```python\n4\n```\nDone.\n",
        expect![[r#"
            Edit Edit a.py "first": +1 -1
            SearchReplace Edit b.py "Then this.": +1 -1
            Patch Edit c.py "Then this.": +1 -1
            WholeFile Edit d.py "And all of it:": +1 -1
            --- a.py
            1
            --- b.py
            2
            --- c.py
            3
            --- d.py
            4
            said "I change all.\nThen this.\nb.py\n```python\n```\nAnd all of it:\n\n**d.py**\nDone.\n"
        "#]],
    );
}
