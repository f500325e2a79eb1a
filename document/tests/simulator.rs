//! placeholder
use document::*;
#[test]
fn smoke() {
    let mut d = Document::new(1);
    d.seed_file("f", "a.py", "hello world\n");
    let (rev, text) = d.view("f").unwrap();
    assert_eq!(&*text, "hello world\n");
    let a = d.apply(
        1,
        &[
            ModelOp::Place {
                hunk: 1,
                file: "f".into(),
                revision: rev,
                start: 6,
                len: 5,
            },
            ModelOp::Delete { hunk: 1, len: 5 },
            ModelOp::Insert {
                hunk: 1,
                text: "the".into(),
            },
        ],
    );
    assert!(a.message.is_some());
    d.apply(
        2,
        &[ModelOp::Insert {
            hunk: 1,
            text: "re".into(),
        }],
    );
    d.apply(
        3,
        &[
            ModelOp::Create {
                hunk: 2,
                file: "g".into(),
                path: "b.py".into(),
            },
            ModelOp::Insert {
                hunk: 2,
                text: "x = 1".into(),
            },
        ],
    );
    assert_eq!(&*d.text("f").unwrap(), "hello there\n");
    assert_eq!(&*d.text("g").unwrap(), "x = 1");
    assert!(d.rollback(&|s, _| s > 1).message.is_some());
    assert_eq!(&*d.text("f").unwrap(), "hello the\n");
    assert_eq!(d.text("g"), None);
    assert!(d.rollback(&|_, _| true).message.is_some());
    assert_eq!(&*d.text("f").unwrap(), "hello world\n");
    assert_eq!(d.rollback(&|_, _| true).message, None);
    assert!(d.difference(None).is_ok());
    assert_eq!(d.files().len(), 1);
}
