//! What is on offer, and how a session is unlocked for it.

use expect_test::expect;
use protocol::ServerFrame;
use protocol::http::Unlock;
use protocol::view::ModelView;

use crate::check;

#[test]
fn models() {
    let model =
        ModelView { id: "gpt".into(), label: "GPT".into(), provider: "OpenAI".into(), scripted: false, locked: true };
    check(
        ServerFrame::Models { models: vec![model.clone(), ModelView { locked: false, ..model }] },
        expect![[
            r#"{"type":"models","models":[{"id":"gpt","label":"GPT","provider":"OpenAI","scripted":false,"locked":true},{"id":"gpt","label":"GPT","provider":"OpenAI","scripted":false}]}"#
        ]],
    );
    check(Unlock { code: "c".into() }, expect![[r#"{"code":"c"}"#]]);
}
