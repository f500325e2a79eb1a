//! What a request carries, as it is shown.

use expect_test::expect;
use protocol::context::{ContextConventions, ContextFile, ContextHow, ContextView};

use crate::check;

#[test]
fn a_context_with_everything() {
    let file = |path: &str, how| ContextFile { path: path.into(), tokens: 9, how };
    check(
        ContextView {
            limit_tokens: 98_000,
            used_tokens: 1200,
            conventions: Some(ContextConventions { tokens: 40, lines: 12, cut: true }),
            files: vec![
                file("a.py", ContextHow::Whole),
                file("b.py", ContextHow::Window),
                file("c.py", ContextHow::Selection),
                file("d.py", ContextHow::Changed),
            ],
            more_files: 2,
            outlined: 300,
            left_out: 4000,
            history_turns: 3,
            dropped_turns: 5,
            missing: vec!["nope.py".into()],
        },
        expect![[
            r#"{"limitTokens":98000,"usedTokens":1200,"conventions":{"tokens":40,"lines":12,"cut":true},"files":[{"path":"a.py","tokens":9,"how":"whole"},{"path":"b.py","tokens":9,"how":"window"},{"path":"c.py","tokens":9,"how":"selection"},{"path":"d.py","tokens":9,"how":"changed"}],"moreFiles":2,"outlined":300,"leftOut":4000,"historyTurns":3,"droppedTurns":5,"missing":["nope.py"]}"#
        ]],
    );
}

#[test]
fn a_context_with_nothing() {
    check(
        ContextView::default(),
        expect![[
            r#"{"limitTokens":0,"usedTokens":0,"files":[],"moreFiles":0,"outlined":0,"leftOut":0,"historyTurns":0,"droppedTurns":0}"#
        ]],
    );
}
