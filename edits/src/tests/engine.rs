//! The engine by example: a stream in, a script of actions and the file out.

use expect_test::{Expect, expect};

use crate::action::{Action, Counts, FileView, Malformed, Resolution};
use crate::engine::Engine;
use crate::locate::{Hint, Located, find, locate};
use crate::testing::Applier;

/// Runs a stream over one file and tells what happened.
pub(super) fn run<'a>(file: &str, pieces: impl IntoIterator<Item = &'a str>) -> (Vec<Action>, String) {
    let mut engine = Engine::new();
    let mut file = Applier::new(file);
    let mut all = Vec::new();
    for piece in pieces {
        let actions = engine.push(piece);
        follow(&mut engine, &mut file, actions, &mut all);
    }
    let actions = engine.finish();
    follow(&mut engine, &mut file, actions, &mut all);
    (all, file.text())
}

fn follow(engine: &mut Engine, file: &mut Applier, mut actions: Vec<Action>, all: &mut Vec<Action>) {
    loop {
        for action in &actions {
            file.act(action).unwrap();
        }
        all.append(&mut actions);
        let Some(Action::Locate { wanted, .. }) = all.last().filter(|_| engine.waiting()) else {
            return;
        };
        let resolution = match find(&FileView { text: &file.text() }, wanted, Hint::default()) {
            Located::Found(place) => {
                file.place(&place);
                Resolution::Placed(place)
            }
            Located::Ambiguous { .. } | Located::Absent { .. } => Resolution::Skip,
        };
        actions = engine.resolve(resolution);
    }
}

fn check(file: &str, stream: &str, expected: Expect) {
    let (actions, text) = run(file, [stream]);
    let actions: String = actions.iter().map(|action| format!("{action:?}\n")).collect();
    expected.assert_eq(&format!("{actions}{text}"));
}

#[test]
fn a_block_changes_its_lines() {
    check(
        "a = 1\nb = 1\n",
        "I will.\n<edit path=\"x.py\" why=\"two\">\n<old_text>\nb = 1\n</old_text>\n<new_text>\nb = 2\n</new_text>\n</edit>\nDone.",
        expect![[r#"
            Open { hunk: 0, offset: 8, path: "x.py", why: "two", format: Edit, kind: Edit }
            Locate { hunk: 0, path: "x.py", wanted: Text("b = 1\n") }
            Keep { hunk: 0, len: 4 }
            Insert { hunk: 0, text: "2" }
            Delete { hunk: 0, len: 1 }
            Keep { hunk: 0, len: 1 }
            Close { hunk: 0, counts: Counts { added: 1, removed: 1 } }
            a = 1
            b = 2
        "#]],
    );
}

#[test]
fn an_empty_old_text_fills_a_file_and_an_empty_new_text_deletes() {
    check(
        "",
        "<edit path='n'>\n<old_text>\n</old_text>\n<new_text>\nx\n</new_text>\n</edit>",
        expect![[r#"
            Open { hunk: 0, offset: 0, path: "n", why: "", format: Edit, kind: Edit }
            Locate { hunk: 0, path: "n", wanted: Text("") }
            Insert { hunk: 0, text: "x\n" }
            Close { hunk: 0, counts: Counts { added: 1, removed: 0 } }
            x
        "#]],
    );
    check(
        "a\nb\nc\n",
        "<edit path=n>\n<old_text>\nb\n</old_text>\n<new_text></new_text>\n</edit>",
        expect![[r#"
            Open { hunk: 0, offset: 0, path: "n", why: "", format: Edit, kind: Edit }
            Locate { hunk: 0, path: "n", wanted: Text("b\n") }
            Delete { hunk: 0, len: 2 }
            Close { hunk: 0, counts: Counts { added: 0, removed: 1 } }
            a
            c
        "#]],
    );
}

#[test]
fn a_file_without_a_final_newline() {
    let edit = |new: &str| {
        let stream = format!("<edit path=n>\n<old_text>\nb\n</old_text>\n<new_text>\n{new}</new_text>\n</edit>");
        run("a\nb", [stream.as_str()]).1
    };
    assert_eq!(edit("c\n"), "a\nc");
    assert_eq!(edit("b\nc\n"), "a\nb\nc");
    assert_eq!(edit(""), "a\n");
}

#[test]
fn new_text_takes_the_indentation_of_its_place() {
    let stream = "<edit path=n>\n<old_text>\nx\n  y\n</old_text>\n<new_text>\nx\n  z\n\nw\n</new_text>\n</edit>\n";
    assert_eq!(run("f:\n    x\n      y\n", [stream]).1, "f:\n    x\n      z\n\n    w\n");
}

#[test]
fn what_is_pushed_while_waiting_is_processed_on_resolve() {
    let mut engine = Engine::new();
    let actions = engine.push("<edit path=n>\n<old_text>\na\n</old_text>\n<new_text>\nb\n");
    assert!(matches!(actions.last(), Some(Action::Locate { .. })) && engine.waiting());
    assert_eq!(engine.push("c\n</new_text>\n</edit>\n"), []);
    assert_eq!(engine.finish(), []);
    let Located::Found(place) = locate("a\n", "a\n") else { panic!() };
    let actions = engine.resolve(Resolution::Placed(place));
    let counts = Counts { added: 2, removed: 1 };
    assert_eq!(actions.last(), Some(&Action::Close { hunk: 0, counts }));
}

#[test]
fn a_skipped_block_is_swallowed_and_the_next_one_read() {
    let block =
        |old: &str| format!("<edit path=n>\n<old_text>\n{old}\n</old_text>\n<new_text>\nx\n</new_text>\n</edit>\n");
    let (actions, text) = run("a\n", [(block("absent") + &block("a")).as_str()]);
    assert_eq!(text, "x\n");
    let ends: Vec<_> = actions.iter().filter(|a| matches!(a, Action::Close { .. } | Action::Fail { .. })).collect();
    assert!(matches!(ends.as_slice(), [Action::Close { hunk: 1, .. }]), "{ends:?}");
}

#[test]
fn malformed_blocks_fail_and_the_next_one_is_read() {
    let good = "<edit path=n>\n<old_text>\na\n</old_text>\n<new_text>\nx\n</new_text>\n</edit>\n";
    for (bad, reason) in [
        ("<edit why=\"none\">\n", Malformed::NoPath),
        ("<edit path=n>\n<new_text>\n", Malformed::MissingOldText),
        ("<edit path=n>\n<old_text>\na\n</old_text>\nso\n", Malformed::MissingNewText),
        ("<edit path=n>\n<old_text>\nb\n</edit>\n", Malformed::MissingNewText),
        ("<edit path=n>\n<old_text>\nb\n", Malformed::Unterminated),
    ] {
        let (actions, text) = run("a\n", [bad, good]);
        assert!(actions.contains(&Action::Fail { hunk: 0, reason }), "{bad}: {actions:?}");
        assert_eq!(text, "x\n", "{bad}");
    }
}

#[test]
fn a_stream_that_ends_inside_new_text_leaves_the_rest_of_the_old() {
    let stream = "<edit path=n>\n<old_text>\nalpha\nbeta\ngamma\n</old_text>\n<new_text>\nalpha\nnew line\nhal";
    let (actions, text) = run("alpha\nbeta\ngamma\n", [stream]);
    assert_eq!(text, "alpha\nnew line\nhal\nbeta\ngamma\n");
    assert_eq!(actions.last(), Some(&Action::Fail { hunk: 0, reason: Malformed::Unterminated }));
}

#[test]
fn the_counts_of_an_open_hunk_are_right_in_the_middle() {
    let mut engine = Engine::new();
    engine.push("<edit path=n>\n<old_text>\nalpha\nbeta\n</old_text>\n<new_text>\n");
    let Located::Found(place) = locate("alpha\nbeta\n", "alpha\nbeta\n") else { panic!() };
    engine.resolve(Resolution::Placed(place));
    assert_eq!(engine.open_counts(), Some((0, Counts::default())));
    engine.push("one\ntw");
    assert_eq!(engine.open_counts(), Some((0, Counts { added: 2, removed: 0 })));
    engine.push("o\nbeta\n");
    assert_eq!(engine.open_counts(), Some((0, Counts { added: 2, removed: 1 })));
    engine.push("</new_text>\n</edit>\n");
    assert_eq!(engine.open_counts(), None);
}
