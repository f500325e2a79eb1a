//! Chat Completions.

use std::time::Duration;

use futures_util::StreamExt;
use models::chat::dialect;
use models::{ChatConfig, ChatProvider, EndReason, FailureKind, Provider, Role, Secret, Timers, Upstream, Usage};
use tests::standin::{Fault, Gate, Script, Standin, UsagePlace};

use super::{Answer, ask, hello, short_timers};

const KEY: &str = "sk-very-secret";

async fn start(script: Script) -> (Standin, std::sync::Arc<dyn Upstream>) {
    start_with(script, short_timers()).await
}

async fn start_with(script: Script, timers: Timers) -> (Standin, std::sync::Arc<dyn Upstream>) {
    let standin = Standin::start(script).await.unwrap();
    let provider = ChatProvider::new(ChatConfig {
        dialect: *dialect::find("openai").unwrap(),
        name: "OpenAI".to_owned(),
        base_url: standin.base_url(),
        model: "m".to_owned(),
        key: Some(Secret::new(KEY)),
        key_env: Some("OPENAI_API_KEY".to_owned()),
        max_output_tokens: Some(1000),
        timers,
    });
    let upstream = provider.open();
    (standin, upstream)
}

#[tokio::test]
async fn a_whole_answer() {
    let (standin, upstream) = start(Script::say(["fn ", "naïve", "() 🦀\n"])).await;
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!(answer.text, "fn naïve() 🦀\n");
    assert_eq!(answer.end, Some(EndReason::Stop));
    assert_eq!(answer.usage, Some(Usage { input: 9, cached: 4, output: 3 }));
    assert_eq!(answer.warm, Some(false));
    let request = &standin.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer sk-very-secret"));
    assert_eq!(request.body["stream_options"]["include_obfuscation"], false);
    assert_eq!(request.body["max_completion_tokens"], 1000);
}

#[tokio::test]
async fn the_second_prompt_opens_no_connection() {
    let (standin, upstream) = start(Script::say(["a", "b"])).await;
    upstream.warm("").await;
    assert_eq!(standin.connections(), 1);
    for _ in 0..5 {
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!((answer.text.as_str(), answer.warm), ("ab", Some(true)));
    }
    assert_eq!(standin.connections(), 1);
}

#[tokio::test]
async fn the_kept_text_goes_out_byte_for_byte() {
    let (standin, upstream) = start(Script::say(["x"])).await;
    let kept = "I will\r\n<edit path=\"a\" wh\t ";
    let request = ask(&[(Role::User, "go"), (Role::Assistant, kept), (Role::User, "only ints")]);
    Answer::whole(upstream.start(request)).await;
    let record = standin.record();
    assert_eq!(record.bodies()[0]["messages"][2]["content"], kept);
}

#[tokio::test]
async fn dropping_the_stream_ends_the_call() {
    let (standin, upstream) = start_with(Script::stamped(100_000, 200.0), Timers::default()).await;
    let mut stream = upstream.start(hello());
    let mut tokens = 0;
    while tokens < 5 {
        if let Some(models::SegmentEvent::Text(text)) = stream.next().await {
            tokens += tests::standin::stamp::parse(&text).count();
        }
    }
    let dropped = std::time::Instant::now();
    drop(stream);
    let record = standin.until(|record| record.calls[0].over).await.unwrap();
    let call = &record.calls[0];
    let left = call.client_left_at.unwrap();
    assert!(left.saturating_duration_since(dropped) < Duration::from_secs(1), "seen soon");
    assert_eq!(call.tokens_after_left, 0);
    assert!(call.tokens_sent < 1000, "{call:?}");
}

#[tokio::test]
async fn a_drop_before_the_first_token_ends_the_call_too() {
    let (standin, upstream) = start_with(Script::say(["a"]).fault(Fault::Silence), Timers::default()).await;
    let mut stream = upstream.start(hello());
    let read = stream.next().await;
    assert!(matches!(read, Some(models::SegmentEvent::Stage(_))), "{read:?}");
    tokio::select! {
        event = stream.next() => panic!("no headers yet: {event:?}"),
        asked = standin.until(|record| record.calls.len() == 1) => { asked.unwrap(); }
    };
    drop(stream);
    standin.until(|record| record.calls[0].client_left_at.is_some()).await.unwrap();
}

#[tokio::test]
async fn a_deaf_server_harms_nobody() {
    let gate = Gate::default();
    let (standin, upstream) =
        start_with(Script::say(["old ", "stale", "stale"]).gated(&gate).deaf(), Timers::default()).await;
    gate.release(1);
    let mut stream = upstream.start(hello());
    Answer::until(&mut stream, "old ").await;
    drop(stream);
    standin.until(|record| record.calls[0].client_left_at.is_some()).await.unwrap();
    standin.queue(Script::say(["new"]));
    assert_eq!(Answer::whole(upstream.start(hello())).await.text, "new");
    gate.open();
    let record = standin.until(|record| record.calls[0].over).await.unwrap();
    assert_eq!(record.calls[0].tokens_after_left, 2);
}

#[tokio::test]
async fn every_split_gives_the_same_text() {
    let text = "naïve 🦀 \"quoted\"\r\n<edit>\u{2028}é";
    let (standin, upstream) = start(Script::text(text)).await;
    for size in 1..=40 {
        for crlf in [false, true] {
            let script = Script::text(text).split(size);
            standin.queue(if crlf { script.crlf() } else { script });
            let answer = Answer::whole(upstream.start(hello())).await;
            assert_eq!((answer.text.as_str(), answer.end), (text, Some(EndReason::Stop)), "chunks of {size}");
        }
    }
    assert_eq!(standin.connections(), 1);
}

#[tokio::test]
async fn dialects_are_read_alike() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    for (reasoning, usage, done) in [
        (Some("reasoning"), UsagePlace::Groq, false),
        (Some("reasoning_content"), UsagePlace::LastChunk, true),
        (None, UsagePlace::Nowhere, false),
    ] {
        standin.queue(Script { reasoning, usage, done, finish: "length", ..Script::say(["a", "b"]) });
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!((answer.text.as_str(), answer.end), ("ab", Some(EndReason::Length)));
        assert_eq!(answer.thought, reasoning.is_some());
        assert_eq!(answer.usage.is_some(), usage != UsagePlace::Nowhere);
    }
}

#[tokio::test]
async fn each_fault_has_its_failure_and_keeps_what_came() {
    let (standin, upstream) = start(Script::say(["a", "b", "c"])).await;
    let name = "OpenAI";
    let cases = [
        (Fault::unauthorized(), "", FailureKind::Unauthorized, "refused the key (401). Check OPENAI_API_KEY."),
        (Fault::rate_limited(7), "", FailureKind::RateLimited, "asks to slow down (429). Try again in 7 s."),
        (Fault::server_error(), "", FailureKind::Failed, "failed (500). It said: The server had an error"),
        (Fault::error_at(0), "", FailureKind::Failed, "failed. It said: The model broke"),
        (Fault::error_at(2), "ab", FailureKind::Failed, "failed. It said: The model broke"),
        (Fault::EofAt(2), "ab", FailureKind::Truncated, "broke off before the end of its answer."),
        (Fault::StallAt(1), "a", FailureKind::Stalled, "sent nothing for 1 s."),
        (Fault::StallAt(0), "", FailureKind::Stalled, "sent nothing for 1 s."),
        (Fault::Silence, "", FailureKind::Stalled, "sent nothing for 1 s."),
    ];
    for (fault, text, kind, message) in cases {
        // Pings all the while: they are no sign of life.
        standin.queue(Script::say(["a", "b", "c"]).ping(Duration::from_millis(20)).fault(fault.clone()));
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!(answer.text, text, "{fault:?}");
        assert_eq!(answer.failed(), (kind, format!("{name} {message}").as_str()), "{fault:?}");
        assert!(!format!("{:?}", answer.failure).contains(KEY));
    }
    let healthy = Answer::whole(upstream.start(hello())).await;
    assert_eq!((healthy.text.as_str(), healthy.end), ("abc", Some(EndReason::Stop)));
}

#[tokio::test]
async fn a_reset_keeps_what_was_read() {
    let gate = Gate::default();
    let (_standin, upstream) = start(Script::say(["a", "b"]).gated(&gate).fault(Fault::ResetAt(2))).await;
    gate.release(1);
    let mut stream = upstream.start(hello());
    assert_eq!(Answer::until(&mut stream, "a").await.text, "a");
    gate.release(1);
    // The reset may overtake the second token in the kernel: what was read stays, and the failure is the same.
    let mut rest = Answer { warm: Some(false), first_byte: true, ..Answer::default() };
    while let Some(event) = stream.next().await {
        rest.take(event);
    }
    assert_eq!(rest.failed().0, FailureKind::Truncated);
}

#[tokio::test]
async fn retry_after_is_passed_on() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    standin.queue(Script::say(["a"]).fault(Fault::rate_limited(7)));
    let failure = Answer::whole(upstream.start(hello())).await.failure.unwrap();
    assert_eq!(failure.retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn nobody_there() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    drop(standin);
    upstream.warm("").await;
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!(answer.failed(), (FailureKind::Unreachable, "OpenAI cannot be reached."));
}
