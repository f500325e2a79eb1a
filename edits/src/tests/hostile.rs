//! A megabyte of the worst, whole and in small pieces: the work for each byte is bounded, whatever comes.

use std::time::Instant;

use crate::action::{Action, FileView, Place, Resolution, Wanted};
use crate::engine::Engine;
use crate::locate::{Hint, find, locate};
use crate::work;

const SIZE: usize = 1_000_000;
/// Enough to show work that grows with the square: it would be thousands of steps a byte.
const PART: usize = 50_000;
/// The most steps for a byte of the stream or of the file: a window of lines ([`crate::diff::WINDOW_LINES`]), and what
/// one line is looked at for.
const STEPS_PER_BYTE: u64 = 400;

fn repeated(text: &str) -> String {
    text.repeat(SIZE / text.len())
}

fn part(text: &str) -> String {
    text.repeat(PART / text.len())
}

/// Runs a stream over a file that the first hunks replace as a whole; the operations are not applied.
fn run(stream: &str, piece: usize, file: &str) -> u64 {
    work::take();
    let started = Instant::now();
    let mut engine = Engine::new();
    let mut files = vec!["old\n"; stream.len() / 16];
    files.push(file);
    let mut actions = 0;
    let mut rest = stream;
    while !rest.is_empty() {
        let (front, after) = rest.split_at(rest.ceil_char_boundary(piece));
        actions += follow(&mut engine, |engine| engine.push(front), &mut files);
        rest = after;
    }
    actions += follow(&mut engine, Engine::finish, &mut files);
    let steps = work::take();
    println!("{:>12} steps {actions:>8} actions {:>8.1?} in pieces of {piece}", steps, started.elapsed());
    steps
}

fn follow(engine: &mut Engine, act: impl FnOnce(&mut Engine) -> Vec<Action>, files: &mut Vec<&str>) -> usize {
    let mut count = 0;
    let mut actions = act(engine);
    loop {
        count += actions.len();
        if !engine.waiting() {
            return count;
        }
        let old = files.pop().unwrap_or_default().to_owned();
        actions = engine.resolve(Resolution::Placed(Place { start: 0, old, reindent: None }));
    }
}

fn check(name: &str, stream: &str, file: &str) {
    println!("{name}");
    for piece in [SIZE, 4, 1] {
        let steps = run(stream, piece, file);
        let most = STEPS_PER_BYTE * (stream.len() + file.len()) as u64;
        assert!(steps <= most, "{name}: {steps} steps are more than {most}");
    }
}

#[test]
fn long_lines_and_many_lines() {
    for piece in [
        "<", "`", "=", ">", "~", "*", "#", "-", "+", "@", " ", "\t", "\u{a0}", "\n", "\r", ".", "\r\n", "*** ", "...\n",
    ] {
        let text = part(piece);
        for front in [
            "",
            "x.py\n```\n",
            "x.py\n<<<<<<< SEARCH\n",
            "x.py\n<<<<<<< SEARCH\nold\n=======\n",
            "<edit path=\"x\">\n<old_text>\na\n</old_text>\n<new_text>\n",
            "*** Begin Patch\n",
            "*** Update File: x\n@@\n",
            "*** Add File: x\n",
        ] {
            check(&format!("{piece:?} behind {front:?}"), &format!("{front}{text}"), "old\ntext\n");
        }
    }
}

#[test]
fn lines_that_almost_are_markers() {
    for line in [
        "<<<<<<< SEARC\n",
        "<<<<<<< SEARCH\n",
        ">>>>>>> REPLAC\n",
        "=======\n",
        "*** Update File:\n",
        "*** Update File: x\n",
        "*** Delete File: x\n",
        "*** Begin Patch\n",
        "@@ x\n",
        "+\n",
        "-x\n",
        "<edit path=\"x\">\n",
        "<edit path=\"x' y' z' x' y' z' x' y' z' x' y' z' x' y' z'\n",
        "<edit a=b a=b a=b a=b a=b a=b a=b path=x>\n<old_text>\n",
        "</new_text>\n",
        "</old>\n\n",
        "```\n",
        "x.py\n```python\n",
        "x.py\n```\nx.py\n",
        "```x.py\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n",
        "# ... rest\n",
        "**`x.py`**:\n",
        ":::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::\n",
        "# # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # # #\n",
    ] {
        check(&format!("{line:?}"), &part(line), "old\n");
        check(&format!("{line:?} in a file"), &format!("x.py\n~~~\n{}", part(line)), &part(line));
    }
}

#[test]
fn a_megabyte_of_each_marker_character() {
    for piece in ["<", "`", "=", "\n", "<edit path=\"x\">\n", "x.py\n```\n<<<<<<< SEARCH\n=======\n"] {
        check(&format!("{piece:?}"), &repeated(piece), "old\n");
        check(&format!("{piece:?} in a file"), &format!("x.py\n~~~\n{}", repeated(piece)), "old\n");
    }
}

#[test]
fn new_text_against_a_hostile_old_one() {
    let head = "x.py\n~~~\n";
    for (name, old, new) in [
        ("one long line", repeated("a") + "b\n", "x".to_owned() + &repeated("a") + "\n"),
        ("one long line again", repeated("ab") + "\n", repeated("ba") + "\n"),
        ("blank lines", repeated("\n"), repeated("\n") + "x\n"),
        ("equal lines", repeated("    }\n"), repeated("    }\n    {\n")),
        ("fronts", repeated("abcabcabcabcabcabc\n"), repeated("abcabcabcabcabcabx\n")),
        ("short runs", repeated("abcdeabcdfabcdgabcdh\n"), repeated("abcdeabcdxabcdeabcdh\n")),
        (
            "long lines in place",
            repeated(&("a".repeat(250) + "\n")),
            repeated(&("a".repeat(90) + &"ba".repeat(80) + "\n")),
        ),
        ("left out", repeated("# ...\n"), repeated("# ...\n")),
    ] {
        check(name, &(head.to_owned() + &new), &old);
    }
}

#[test]
fn locating_in_a_hostile_file() {
    let line = |n: usize| format!("let value_{n} = compute_from({n});\n");
    let numbered: String = (0..SIZE / 40).map(line).collect();
    let near = |lines: std::ops::Range<usize>| -> String { lines.map(|n| line(n).replace("let", "lte")).collect() };
    let spaced: String = repeated("a \n");
    for (name, file, old) in [
        ("equal lines", repeated("a\n"), "a\n".repeat(SIZE / 4) + "b\n"),
        ("equal but for blanks", spaced.clone(), "a\n".repeat(SIZE / 6)),
        ("equal but for the last", spaced, "a\n".repeat(SIZE / 6) + "  b\n"),
        ("one long line", repeated("a"), repeated("a").replacen('a', "b", 9)),
        ("one long line of others", repeated("é"), repeated("é").replacen('é', "e", 9)),
        ("near lines", numbered.clone(), near(0..1_500)),
        ("one near line", numbered.clone(), "lte valeu_77 = compute_from(77);\n".to_owned()),
        ("forty near lines", numbered.clone(), near(70..110)),
        ("many dots", numbered.clone(), repeated("let value_7 = compute_from(7);\n...\n")),
        ("many short lines", "x\n".to_owned(), repeated("y\n")),
        ("blank lines", repeated("\n"), "\n".repeat(SIZE / 2) + "x\n"),
    ] {
        work::take();
        let started = Instant::now();
        let located = locate(&file, &old);
        let steps = work::take();
        let took = started.elapsed();
        let shown: String = format!("{located:?}").chars().take(60).collect();
        println!("{name}: {steps} steps {took:.1?} {shown}");
        // The fuzzy match has a bound of its own, of cells and of steps.
        let most = 60 * (file.len() + old.len()) as u64 + 25_000_000;
        assert!(steps <= most, "{name}: {steps} steps are more than {most}");
    }
    let anchors = vec!["nowhere".to_owned(); SIZE / 10];
    let wanted = Wanted::Chunk { anchors, old_text: "a\n".into(), end_of_file: false, follows: true };
    let started = Instant::now();
    find(&FileView { text: &numbered }, &wanted, Hint { after: Some(9) });
    println!("many anchors: {:.1?}", started.elapsed());
}
