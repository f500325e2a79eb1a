//! Every fault of an upstream: its code and words, what came stays, the turn can go on, and nothing hangs.

use std::time::Duration;

use anyhow::{Context, Result};
use models::Timers;
use protocol::ErrorCode;
use protocol::view::TurnStatus;
use serde_json::json;
use tests::api::{Api, KEY};
use tests::server::TestServer;
use tests::standin::{Fault, Gate, Script, Standin};

use super::{ENDING, FILE, OPENING, Room};

/// What a fault must come to.
struct Case {
    script: Script,
    code: ErrorCode,
    /// A part of what the person reads.
    words: &'static str,
    /// Whether the opening had come.
    partial: bool,
}

fn cases() -> Vec<Case> {
    // One token, so that all or nothing of it has come.
    let script = |fault| Script::say([OPENING, ENDING]).fault(fault);
    let case = |fault, code, words, partial| Case { script: script(fault), code, words, partial };
    let mut cases = vec![
        case(Fault::unauthorized(), ErrorCode::UpstreamUnauthorized, "refused the key (401)", false),
        case(Fault::rate_limited(7), ErrorCode::UpstreamRateLimited, "Try again in 7 s", false),
        case(Fault::server_error(), ErrorCode::UpstreamFailed, "failed (500)", false),
        case(Fault::error_at(0), ErrorCode::UpstreamFailed, "The model broke", false),
        case(Fault::error_at(1), ErrorCode::UpstreamFailed, "The model broke", true),
        case(Fault::EofAt(1), ErrorCode::UpstreamTruncated, "broke off", true),
        case(Fault::StallAt(1), ErrorCode::UpstreamStalled, "sent nothing for 1 s", true),
        case(Fault::StallAt(0), ErrorCode::UpstreamStalled, "sent nothing for", false),
        case(Fault::Silence, ErrorCode::UpstreamStalled, "sent nothing for 2 s", false),
        case(
            Fault::Status(404, Vec::new(), json!({"error": {"message": "no such model", "code": "model_not_found"}})),
            ErrorCode::UpstreamRejected,
            "does not know the model",
            false,
        ),
    ];
    // Pings are no sign of life.
    let pinging = script(Fault::StallAt(1)).ping(Duration::from_millis(50));
    cases.push(Case { script: pinging, code: ErrorCode::UpstreamStalled, words: "sent nothing", partial: true });
    // An end that is no good end.
    for (finish, code) in [("length", ErrorCode::OutputLimit), ("content_filter", ErrorCode::ContentFilter)] {
        let script = Script { finish, ..Script::say([OPENING]) };
        cases.push(Case { script, code, words: "", partial: true });
    }
    cases
}

async fn check(api: Api) -> Result<()> {
    let mut room = Room::impatient(api).await?;
    for (at, case) in cases().into_iter().enumerate() {
        let turn = format!("t{at}");
        let what = format!("{api:?}, {:?}, {:?}", case.script.fault, case.script.finish);
        room.standin.queue(case.script);
        room.client.start(&turn, "add a total").await?;
        room.ended(&turn, TurnStatus::Failed).await.with_context(|| what.clone())?;
        let reason = room.client.turn(&turn).and_then(|t| t.reason.clone()).context("a reason")?;
        assert_eq!(reason.code, case.code, "{what}: {}", reason.message);
        assert!(reason.message.contains(case.words), "{what}: {}", reason.message);
        assert!(!reason.message.contains(KEY), "{what}: {}", reason.message);
        let wait = (reason.code == ErrorCode::UpstreamRateLimited).then_some(7_000);
        assert_eq!(reason.retry_after_ms, wait, "{what}");
        let kept = if case.partial { OPENING } else { "" };
        assert_eq!(room.client.output(&turn), kept, "{what}");
        let text = room.client.text("calc.py").context("the file")?;
        assert_eq!(text.contains("    total = a + b\n"), case.partial, "{what}: {text}");

        // It goes on: what came is known, and what follows is applied.
        let rest = "<edit path=\"calc.py\" why=\"w\">\n<old_text>\ndef add(a, b):\n</old_text>\n<new_text>\ndef plus(a, b):\n</new_text>\n</edit>\n";
        room.standin.queue(Script::text(rest));
        room.go_on(&turn, &format!("s{at}"), None).await.with_context(|| what.clone())?;
        room.ended(&turn, TurnStatus::Completed).await.with_context(|| what.clone())?;
        assert_eq!(room.client.output(&turn), format!("{kept}{rest}"), "{what}");
        assert!(room.client.text("calc.py").is_some_and(|t| t.contains("def plus(a, b):\n")), "{what}");
        let asked = room.asked()?;
        assert!(asked.last().is_some_and(|(role, text)| role == "user" && text.ends_with("Go on from exactly there.")));
        let told = asked.iter().any(|(role, text)| role == "assistant" && text == kept);
        // A Responses socket that ended its answer by itself remembers what it said.
        let remembered =
            api == Api::Responses && matches!(case.code, ErrorCode::OutputLimit | ErrorCode::ContentFilter);
        assert_eq!(told || remembered, case.partial, "{what}: {asked:?}");

        room.client.send(protocol::ClientFrame::TurnRevert { turn_id: turn.as_str().into() }).await?;
        room.client.until("the revert", |c| c.turn(&turn).is_some_and(|t| t.reverted)).await?;
        assert_eq!(room.client.text("calc.py").as_deref(), Some(FILE), "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn every_fault_over_chat_completions_keeps_what_came_and_can_go_on() -> Result<()> {
    Box::pin(check(Api::Chat)).await
}

#[tokio::test]
async fn every_fault_over_responses_keeps_what_came_and_can_go_on() -> Result<()> {
    Box::pin(check(Api::Responses)).await
}

#[tokio::test]
async fn a_reset_keeps_what_came_and_can_go_on() -> Result<()> {
    for api in [Api::Chat, Api::Responses] {
        let mut room = Room::new(api).await?;
        let gate = Gate::default();
        // The second token may be lost with the reset: the first has come before it.
        room.standin.queue(Script::say([OPENING, "lost"]).gated(&gate).fault(Fault::ResetAt(2)));
        room.client.start("t1", "add a total").await?;
        gate.release(1);
        room.client.until("the opening", |c| c.output("t1") == OPENING).await?;
        gate.release(1);
        room.ended("t1", TurnStatus::Failed).await?;
        let reason = room.client.turn("t1").and_then(|t| t.reason.clone()).context("a reason")?;
        assert_eq!(reason.code, ErrorCode::UpstreamTruncated, "{api:?}: {}", reason.message);
        assert!(room.client.output("t1").starts_with(OPENING), "{api:?}");
        room.standin.queue(Script::text("Fine."));
        room.go_on("t1", "s1", Some("go on")).await?;
        room.ended("t1", TurnStatus::Completed).await?;
        assert!(room.client.output("t1").ends_with("Fine."), "{api:?}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_told() -> Result<()> {
    for api in [Api::Chat, Api::Responses] {
        let standin = Standin::start(Script::say(["unasked"])).await?;
        // Its port is free again.
        let gone = Standin::start(Script::say(["unasked"])).await?;
        let base_url = gone.base_url();
        drop(gone);
        let server = TestServer::with_model(api.model_at(&base_url, Timers::default())).await?;
        let mut room = Room::on(api, standin, server).await?;
        room.client.start("t1", "hello").await?;
        room.ended("t1", TurnStatus::Failed).await?;
        let reason = room.client.turn("t1").and_then(|t| t.reason.clone()).context("a reason")?;
        assert_eq!(reason.code, ErrorCode::UpstreamUnreachable, "{api:?}: {}", reason.message);
        assert!(reason.message.contains("cannot be reached"), "{api:?}: {}", reason.message);
    }
    Ok(())
}
