//! Anything at all: bytes, and texts spliced from the formats' own markers.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::stream::{joined, outlined};
use super::{config, cuts, pieces, text};
use crate::action::{Action, FileView, Format, Place, Wanted};
use crate::elision::{Piece, Watch};
use crate::locate::{Hint, Located, find, locate};
use crate::parser::Segment;
use crate::testing::{Folder, Hunk};

const FILES: [(&str, &str); 3] = [("a", "a\nb\n"), ("b.py", "    x\n\n    y\n    x"), ("c.py", "")];

/// Markers, whole and in part, and what may stand around them.
const FRAGMENTS: [&str; 68] = [
    "<edit path=\"a\">\n",
    "<edit path=\"b.py\" why='x'>\n",
    "<edit",
    ">",
    "<old_text>\n",
    "</old_text>\n",
    "<new_text>\n",
    "</new_text>\n",
    "</edit>\n",
    "</old>\n",
    "<old_text/>",
    "b.py\n",
    "**c.py**\n",
    "### `b.py`:\n",
    "a",
    "a\n",
    "b\n",
    "    x\n",
    "    y\n",
    "\ty\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "é😀",
    "```\n",
    "```python\n",
    "````\n",
    "~~~\n",
    "```b.py\n",
    "```py title=\"c.py\"\n",
    "`",
    "<<<<<<< SEARCH\n",
    "<<<<< SEARCH",
    "<<<",
    "=======\n",
    "=====",
    ">>>>>>> REPLACE\n",
    ">>>>> REPLACE",
    "*** Begin Patch\n",
    "*** End Patch\n",
    "*** Update File: b.py\n",
    "*** Update File: a\n",
    "*** Add File: d\n",
    "*** Add File: c.py\n",
    "*** Delete File: a\n",
    "*** Move to: e\n",
    "*** End of File\n",
    "*** Upd",
    "***",
    "@@\n",
    "@@ a\n",
    "@@ -1 +1 @@\n",
    "+new\n",
    "-a\n",
    " b\n",
    "-    x\n",
    "+",
    "-",
    " ",
    "...\n",
    "# ... rest ...\n",
    "# ...",
    "Said.\n",
    "- one\n",
    "EOF\n",
];

fn spliced() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(FRAGMENTS.to_vec()), 0..60).prop_map(|fragments| fragments.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    let bytes =
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![4 => spliced(), 1 => bytes]
}

fn format() -> impl Strategy<Value = Option<Format>> {
    let formats = [Format::Edit, Format::SearchReplace, Format::Patch, Format::WholeFile].map(Some);
    prop_oneof![3 => Just(None), 1 => prop::sample::select(formats.to_vec())]
}

type Ran = (Vec<Hunk>, BTreeMap<String, String>, Vec<Action>);

fn run(pieces: &[&str], format: Option<Format>, cut: bool) -> Ran {
    let mut folder = Folder::new(FILES, format);
    for piece in pieces {
        folder.push(piece).unwrap();
    }
    if cut {
        folder.cut().unwrap()
    } else {
        folder.finish().unwrap()
    }
    (folder.hunks, folder.files, joined(folder.actions))
}

/// New text with what is left out in brackets.
fn watched(pieces: &[&str]) -> String {
    let mut watch = Watch::new(true);
    let mut out = String::new();
    for piece in pieces {
        let told = watch.push(piece, |piece| {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::LeftOut(line) => out = format!("{out}[{line}]"),
            }
            Ok::<(), ()>(())
        });
        assert_eq!(told, Ok(()));
    }
    watch.finish(|text| out.push_str(text));
    out
}

/// Comments that stand for left-out text, and others that almost do.
const DOTS: &str = r"[ ]{0,3}(#|//|--|/\*|<!--|\{/\*)?[ (\[]{0,2}(\.\.\.|…)?[ ]?(rest of the code|Existing|remaining code|unchanged|x)?[ ]?(\.\.\.|…)?[ )\]]{0,2}(\*/|-->)?";

proptest! {
    #![proptest_config(config())]

    #[test]
    fn anything_runs_in_any_chunks(stream in any_text(), cuts in cuts(), format in format(), cut in any::<bool>()) {
        let split = pieces(&stream, &cuts);
        let whole = run(&[&stream], format, cut);
        prop_assert_eq!(run(&split, format, cut), whole.clone());
        let letters: Vec<&str> = stream.split_inclusive(|_| true).collect();
        prop_assert_eq!(run(&letters, format, cut), whole);
        prop_assert_eq!(outlined(&split), outlined(&[&stream]));
    }

    #[test]
    fn the_outline_and_the_engine_agree_on_hunks(stream in any_text()) {
        let opened = outlined(&[&stream]).iter().filter(|segment| matches!(segment, Segment::Open { .. })).count();
        prop_assert_eq!(run(&[&stream], None, false).0.len(), opened);
    }

    #[test]
    fn a_place_is_in_its_file(
        (file, old) in prop_oneof![(any_text(), any_text()), super::variation(), (text(), text())],
        anchors in prop::collection::vec("[abx ]{0,3}", 0..3),
        end_of_file in any::<bool>(),
        after in prop::option::of(0..40u32),
    ) {
        let chunk = Wanted::Chunk { anchors, old_text: old.clone(), end_of_file, follows: true };
        for located in [locate(&file, &old), find(&FileView { text: &file }, &chunk, Hint { after })] {
            if let Located::Found(Place { start, old, .. }) = located {
                let units: Vec<u16> = file.encode_utf16().skip(start as usize).collect();
                let text = String::from_utf16(&units);
                prop_assert!(text.is_ok_and(|text| text.starts_with(&old)), "{} {:?}", start, old);
            }
        }
    }

    #[test]
    fn left_out_text_is_told_in_any_chunks(line in DOTS, cuts in cuts()) {
        let text = format!("a\n{line}\nb");
        prop_assert_eq!(watched(&pieces(&text, &cuts)), watched(&[&text]));
    }
}
