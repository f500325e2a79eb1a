//! What holds for all frames: what may be left out, what is ignored, what is refused; binary frames and ids.

use protocol::binary;
use protocol::client::ClientFrame;
use protocol::ids::{CLIENT_ID_MAX, is_client_id};
use protocol::server::ServerFrame;

#[test]
fn a_hello_needs_only_a_version_and_a_token() {
    let frame = serde_json::from_str(r#"{"type":"hello","version":1,"token":"t"}"#).unwrap();
    let ClientFrame::Hello(hello) = frame else {
        panic!("{frame:?}");
    };
    assert_eq!((hello.pace_ms, hello.name, hello.resume), (0, None, None));
}

#[test]
fn fields_may_come_in_any_order_and_unknown_ones_are_ignored() {
    let frame = r#"{"shownSeq":9,"turnId":"t1","later":[1],"type":"turn/interrupt"}"#;
    assert!(matches!(serde_json::from_str(frame).unwrap(), ClientFrame::TurnInterrupt { .. }));
    let frame = r#"{"type":"draining","later":{}}"#;
    assert_eq!(serde_json::from_str::<ServerFrame>(frame).unwrap(), ServerFrame::Draining);
}

#[test]
fn what_is_no_frame_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"type":"turn/begin"}"#,
        r#"{"type":"turn/interrupt","turnId":"t1"}"#,
        r#"{"type":"turn/interrupt","turnId":"t1","shownSeq":-1}"#,
        r#"{"type":"turn/interrupt","turn_id":"t1","shown_seq":1}"#,
        r#"{"type":"ping","clock":1} "x""#,
    ] {
        assert!(serde_json::from_str::<ClientFrame>(text).is_err(), "{text}");
    }
}

#[test]
fn binary_frames() {
    let frame = binary::encode(0x0102, &[0, 2, 1, 9]);
    assert_eq!(frame, [2, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 9]);
    assert_eq!(binary::decode(&frame), Some((0x0102, [0u8, 2, 1, 9].as_slice())));
    assert_eq!(binary::decode(&frame[..8]), Some((0x0102, [].as_slice())));
    assert_eq!(binary::decode(&frame[..7]), None);
}

#[test]
fn client_made_ids() {
    for good in ["t", "T-1_z", &"x".repeat(CLIENT_ID_MAX)] {
        assert!(is_client_id(good), "{good}");
    }
    for bad in ["", "a b", "a/b", "é", "a\n", &"x".repeat(CLIENT_ID_MAX + 1)] {
        assert!(!is_client_id(bad), "{bad}");
    }
}
