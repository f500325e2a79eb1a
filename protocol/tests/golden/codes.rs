//! The closed lists of codes: what can be refused, and why a socket closes.

use expect_test::expect;
use protocol::http::{CreatedSession, NewSession, Problem};
use protocol::{CloseCode, ErrorCode};

use crate::check;

#[test]
fn error_codes() {
    check(
        [
            ErrorCode::BadFrame,
            ErrorCode::VersionMismatch,
            ErrorCode::Unauthorized,
            ErrorCode::Forbidden,
            ErrorCode::NotFound,
            ErrorCode::TurnActive,
            ErrorCode::TurnNotActive,
            ErrorCode::TurnRunning,
            ErrorCode::Superseded,
            ErrorCode::IdTaken,
            ErrorCode::BadId,
            ErrorCode::BadUpdate,
            ErrorCode::BadImport,
            ErrorCode::Limit,
            ErrorCode::Interrupted,
            ErrorCode::Locked,
            ErrorCode::Held,
            ErrorCode::Abandoned,
            ErrorCode::Shutdown,
            ErrorCode::UpstreamUnreachable,
            ErrorCode::UpstreamUnauthorized,
            ErrorCode::UpstreamRateLimited,
            ErrorCode::UpstreamRejected,
            ErrorCode::UpstreamFailed,
            ErrorCode::UpstreamStalled,
            ErrorCode::UpstreamTruncated,
            ErrorCode::OutputLimit,
            ErrorCode::ContentFilter,
            ErrorCode::Internal,
        ],
        expect![[
            r#"["badFrame","versionMismatch","unauthorized","forbidden","notFound","turnActive","turnNotActive","turnRunning","superseded","idTaken","badId","badUpdate","badImport","limit","interrupted","locked","held","abandoned","shutdown","upstreamUnreachable","upstreamUnauthorized","upstreamRateLimited","upstreamRejected","upstreamFailed","upstreamStalled","upstreamTruncated","outputLimit","contentFilter","internal"]"#
        ]],
    );
}

/// A new code does not compile here until it is pinned above.
#[allow(dead_code, reason = "only its exhaustiveness matters")]
fn all_are_pinned(code: ErrorCode) {
    match code {
        ErrorCode::BadFrame
        | ErrorCode::VersionMismatch
        | ErrorCode::Unauthorized
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::TurnActive
        | ErrorCode::TurnNotActive
        | ErrorCode::TurnRunning
        | ErrorCode::Superseded
        | ErrorCode::IdTaken
        | ErrorCode::BadId
        | ErrorCode::BadUpdate
        | ErrorCode::BadImport
        | ErrorCode::Limit
        | ErrorCode::Interrupted
        | ErrorCode::Locked
        | ErrorCode::Held
        | ErrorCode::Abandoned
        | ErrorCode::Shutdown
        | ErrorCode::UpstreamUnreachable
        | ErrorCode::UpstreamUnauthorized
        | ErrorCode::UpstreamRateLimited
        | ErrorCode::UpstreamRejected
        | ErrorCode::UpstreamFailed
        | ErrorCode::UpstreamStalled
        | ErrorCode::UpstreamTruncated
        | ErrorCode::OutputLimit
        | ErrorCode::ContentFilter
        | ErrorCode::Internal => {}
    }
}

#[test]
fn close_codes() {
    let mut list = String::new();
    for code in CloseCode::ALL {
        let retry = if code.retry() { "retry" } else { "stay away" };
        list += &format!("{} {retry}: {}\n", code.code(), code.reason());
        assert_eq!(CloseCode::from_code(code.code()), Some(code));
    }
    expect![[r#"
        4400 stay away: bad frame
        4401 stay away: unauthorized
        4403 stay away: the link was revoked
        4404 stay away: no such session
        4408 retry: hello did not come in time
        4409 stay away: version mismatch: reload
        4410 stay away: opened elsewhere
        4411 stay away: the link has expired
        4413 stay away: frame too large
        4429 retry: sending too fast: retry
        4430 retry: reading too slowly: retry
        4431 retry: session is full
        4432 retry: too much from your address: retry later
        4503 retry: server is stopping: retry
        4500 retry: internal error: retry
    "#]]
    .assert_eq(&list);
    assert_eq!(CloseCode::from_code(1000), None);
}

#[test]
fn close_reasons_fit_into_a_close_frame() {
    // RFC 6455: a control frame holds 125 bytes, two of them are the code.
    assert!(CloseCode::ALL.iter().all(|code| code.reason().len() <= 123));
}

#[test]
fn bodies_of_the_routes() {
    check(NewSession { lesson: None }, expect!["{}"]);
    check(NewSession { lesson: Some("invoice".into()) }, expect![[r#"{"lesson":"invoice"}"#]]);
    check(CreatedSession { id: "s".into(), token: "secret".into() }, expect![[r#"{"id":"s","token":"secret"}"#]]);
    check(
        Problem { code: ErrorCode::NotFound, message: "There is no lesson x.".into() },
        expect![[r#"{"code":"notFound","message":"There is no lesson x."}"#]],
    );
    assert!(serde_json::from_str::<NewSession>(r#"{"leson":"invoice"}"#).is_err(), "a typo is told");
}
