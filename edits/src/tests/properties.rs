//! Properties that hold for every input. Failing seeds are printed and kept by proptest; the number
//! of cases is `PROPTEST_CASES` when that is set.

use proptest::prelude::*;

use super::{applied, joined};
use crate::diff::{DiffOp, StreamingDiff, replace_ops};

mod bytes;
mod formats;
mod stream;

/// How many cases each property runs through when the environment does not say.
const CASES: u32 = 10_000;

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    ProptestConfig { cases, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// Lines that resemble each other: what alignment goes wrong on.
fn line() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "",
        "",
        "}",
        "    }",
        "a",
        "ab",
        "b",
        "let x = 1;",
        "  let x = 1;",
        "let y = 12;",
        "let xy = 1;",
        "    foo(a, 😀);",
        "    foo(b, 😀);",
        "    bar(a, );",
        "    foo(abc, 😁);",
        "é",
        "éü",
        "日日",
        "😀",
        "😀😁",
    ]);
    (words, prop::sample::select(vec!["", "", "", "x", " "])).prop_map(|(word, end)| format!("{word}{end}"))
}

fn text() -> impl Strategy<Value = String> {
    (prop::collection::vec(line(), 0..12), any::<bool>()).prop_map(|(lines, newline)| {
        let text = lines.join("\n");
        if newline && !lines.is_empty() { text + "\n" } else { text }
    })
}

/// A text and a variation of it: lines dropped, added, changed, moved.
fn variation() -> impl Strategy<Value = (String, String)> {
    let edit = (any::<prop::sample::Index>(), 0..4u8, line());
    (text(), prop::collection::vec(edit, 0..5)).prop_map(|(old, edits)| {
        let mut lines: Vec<String> = old.split('\n').map(str::to_owned).collect();
        for (index, kind, new) in edits {
            if lines.is_empty() {
                lines.push(String::new());
            }
            let at = index.index(lines.len());
            match kind {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, new),
                2 => lines[at] = new,
                _ => lines[at].push_str(&new),
            }
        }
        (old, lines.join("\n"))
    })
}

/// Cuts a text into pieces at character boundaries.
fn pieces<'a>(text: &'a str, cuts: &[prop::sample::Index]) -> Vec<&'a str> {
    let mut bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bounds.push(text.len());
    let mut at: Vec<usize> = cuts.iter().map(|cut| bounds[cut.index(bounds.len())]).collect();
    at.extend([0, text.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..20)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_diff_gives_the_new_text((old, new) in prop_oneof![variation(), (text(), text())]) {
        prop_assert_eq!(applied(&old, &replace_ops(&old, &new)), new);
    }

    #[test]
    fn a_diff_does_not_depend_on_chunking((old, new) in variation(), cuts in cuts()) {
        let mut diff = StreamingDiff::new(&old);
        let mut ops = Vec::new();
        for piece in pieces(&new, &cuts) {
            ops.extend(diff.push(piece));
        }
        ops.extend(diff.finish());
        let mut whole = StreamingDiff::new(&old);
        let mut expected = whole.push(&new);
        expected.extend(whole.finish());
        prop_assert_eq!(joined(&ops), joined(&expected));
        prop_assert_eq!(diff.counts(), whole.counts());
    }

    #[test]
    fn typing_the_same_again_changes_nothing(old in text()) {
        let ops = replace_ops(&old, &old);
        prop_assert!(ops.iter().all(|op| matches!(op, DiffOp::Keep(_))), "{:?}", ops);
    }

    #[test]
    fn one_changed_line_touches_only_itself(
        lines in 1..40usize, at in any::<prop::sample::Index>(), new in line(), body in line(),
    ) {
        let old: Vec<String> = (0..lines).map(|n| format!("    call_{n}({body});\n")).collect();
        let at = at.index(lines);
        let mut changed = old.clone();
        changed[at] = format!("changed {new}\n");
        let ops = joined(&replace_ops(&old.concat(), &changed.concat()));
        let sum = |lines: &[String]| lines.iter().map(|line| line.encode_utf16().count()).sum::<usize>();
        let kept: usize = ops.iter().map(|op| if let DiffOp::Keep(len) = op { *len as usize } else { 0 }).sum();
        let deleted: usize = ops.iter().map(|op| if let DiffOp::Delete(len) = op { *len as usize } else { 0 }).sum();
        prop_assert!(deleted <= sum(&old[at..=at]), "{:?}", ops);
        prop_assert!(kept >= sum(&old) - sum(&old[at..=at]), "{:?}", ops);
    }
}
