//! Comments on a timeline.

use expect_test::expect;
use protocol::Seq;
use protocol::comments::{Comment, Comments, CreatedComment, NewComment};
use protocol::timeline::Moment;

use super::check;

fn comment() -> Comment {
    Comment {
        id: "c1".into(),
        moment: Moment { seq: Seq(7), at_ms: 1200 },
        name: "Ada".to_owned(),
        color: Some(3),
        text: "Here it took the wrong list.".to_owned(),
        age_s: 60,
    }
}

#[test]
fn comments() {
    let without = Comment { color: None, ..comment() };
    check(
        Comments { comments: vec![comment(), without] },
        expect![[
            r#"{"comments":[{"id":"c1","seq":7,"atMs":1200,"name":"Ada","color":3,"text":"Here it took the wrong list.","ageS":60},{"id":"c1","seq":7,"atMs":1200,"name":"Ada","text":"Here it took the wrong list.","ageS":60}]}"#
        ]],
    );
}

#[test]
fn new() {
    let value = NewComment { seq: Seq(7), text: "Here.".to_owned(), name: Some("Ada".to_owned()), color: Some(3) };
    check(value.clone(), expect![[r#"{"seq":7,"text":"Here.","name":"Ada","color":3}"#]]);
    check(NewComment { name: None, color: None, ..value }, expect![[r#"{"seq":7,"text":"Here."}"#]]);
}

#[test]
fn created() {
    check(
        CreatedComment { comment: comment(), key: "only once".to_owned() },
        expect![[
            r#"{"comment":{"id":"c1","seq":7,"atMs":1200,"name":"Ada","color":3,"text":"Here it took the wrong list.","ageS":60},"key":"only once"}"#
        ]],
    );
}
