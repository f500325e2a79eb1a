//! Responses over a WebSocket, and over server-sent events where there is none.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use models::{
    EndReason, FailureKind, Provider, ResponsesConfig, ResponsesProvider, Role, Secret, Timers, Upstream, Usage,
};
use serde_json::Value;
use tests::standin::{Fault, Gate, Record, Script, SocketQuirks, Standin};

use super::{Answer, ask, hello, short_timers};

const KEY: &str = "sk-very-secret";

async fn start(script: Script) -> (Standin, Arc<dyn Upstream>) {
    start_with(script, SocketQuirks::default(), short_timers()).await
}

async fn start_with(script: Script, quirks: SocketQuirks, timers: Timers) -> (Standin, Arc<dyn Upstream>) {
    let standin = Standin::start(script).await.unwrap();
    standin.set_quirks(quirks);
    let provider = ResponsesProvider::new(ResponsesConfig {
        name: "OpenAI".to_owned(),
        base_url: standin.base_url(),
        model: "m".to_owned(),
        key: Some(Secret::new(KEY)),
        key_env: Some("OPENAI_API_KEY".to_owned()),
        max_output_tokens: None,
        timers,
    });
    let upstream = provider.open();
    (standin, upstream)
}

/// The texts of a create's input.
fn input(body: &Value) -> Vec<&str> {
    let items = body["input"].as_array().unwrap();
    items.iter().map(|item| item["content"][0]["text"].as_str().unwrap()).collect()
}

fn last_body(record: &Record) -> &Value {
    record.bodies().last().copied().unwrap()
}

#[tokio::test]
async fn a_whole_answer() {
    let (standin, upstream) = start(Script { reasoning: Some("yes"), ..Script::say(["fn ", "naïve", " 🦀\n"]) }).await;
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!((answer.text.as_str(), answer.end), ("fn naïve 🦀\n", Some(EndReason::Stop)));
    assert_eq!(answer.usage, Some(Usage { input: 9, cached: 4, output: 3 }));
    assert!(answer.thought && answer.first_byte);
    assert_eq!(answer.warm, Some(false));
    let record = standin.record();
    let request = &record.requests[0];
    assert_eq!((request.method.as_str(), request.header("authorization")), ("GET", Some("Bearer sk-very-secret")));
    let body = last_body(&record);
    assert_eq!((&body["type"], &body["store"]), (&Value::from("response.create"), &Value::from(false)));
    assert_eq!((&body["instructions"], input(body)), (&Value::from("Be brief."), vec!["hello"]));
}

#[tokio::test]
async fn the_second_prompt_opens_no_connection_and_sends_only_what_is_new() {
    let (standin, upstream) = start(Script::say(["a", "b"])).await;
    upstream.warm("Be brief.").await;
    assert_eq!((standin.connections(), standin.record().upgrades), (1, 1));
    let mut messages = vec![(Role::User, "one")];
    let first = Answer::whole(upstream.start(ask(&messages))).await;
    assert_eq!((first.text.as_str(), first.warm), ("ab", Some(true)));
    messages.extend([(Role::Assistant, "ab"), (Role::User, "two")]);
    let second = Answer::whole(upstream.start(ask(&messages))).await;
    assert_eq!((second.text.as_str(), second.warm), ("ab", Some(true)));
    // Something that was said is now said otherwise: everything goes again.
    messages[0].1 = "1";
    messages.extend([(Role::Assistant, "ab"), (Role::User, "three")]);
    Answer::whole(upstream.start(ask(&messages))).await;
    assert_eq!(standin.connections(), 1);
    let record = standin.record();
    let bodies = record.bodies();
    let parents: Vec<bool> = bodies.iter().map(|body| body["previous_response_id"].is_string()).collect();
    assert_eq!(parents, [true, true, false]);
    assert_eq!(input(bodies[1]), ["two"]);
    assert_eq!(input(bodies[2]), ["1", "ab", "two", "ab", "three"]);
    let lanes: Vec<&str> = bodies.iter().map(|body| body["stream_id"].as_str().unwrap()).collect();
    assert!(lanes[0] != lanes[1] && lanes[1] != lanes[2], "{lanes:?}");
}

#[tokio::test]
async fn dropping_the_stream_closes_the_socket_and_opens_a_spare() {
    let gate = Gate::default();
    let script = Script::say(["kept ", "lost ", "lost "]).gated(&gate);
    let (standin, upstream) = start_with(script, SocketQuirks::default(), Timers::default()).await;
    gate.release(1);
    let mut stream = upstream.start(ask(&[(Role::User, "go")]));
    Answer::until(&mut stream, "kept ").await;
    let dropped = std::time::Instant::now();
    drop(stream);
    let record = standin.until(|record| record.calls[0].over).await.unwrap();
    let left = record.calls[0].client_left_at.unwrap();
    assert!(left.saturating_duration_since(dropped) < Duration::from_secs(1), "seen soon");
    assert_eq!((record.calls[0].tokens_sent, record.calls[0].tokens_after_left), (1, 0));
    // The spare stands and is warm before anybody asks.
    upstream.warm("Be brief.").await;
    assert_eq!(standin.connections(), 2);
    standin.set_default(Script::say(["fresh"]));
    let request = ask(&[(Role::User, "go"), (Role::Assistant, "kept "), (Role::User, "only ints")]);
    let answer = Answer::whole(upstream.start(request)).await;
    assert_eq!((answer.text.as_str(), answer.warm), ("fresh", Some(true)));
    assert_eq!(standin.connections(), 2);
    let record = standin.record();
    assert_eq!(input(last_body(&record)), ["go", "kept ", "only ints"]);
}

#[tokio::test]
async fn a_stale_tail_is_never_read_as_a_new_answer() {
    for hides_lanes in [false, true] {
        let quirks = SocketQuirks { hides_lanes, ..SocketQuirks::default() };
        let script = Script::say(["new ", "answer"]);
        let (standin, upstream) = start_with(script, quirks, Timers::default()).await;
        let mut gates = Vec::new();
        for round in 0..3 {
            // A gate each: the deaf ones before wait at theirs.
            let gate = Gate::default();
            gate.release(1);
            standin.queue(Script::say(["old", "stale", "stale"]).gated(&gate).deaf());
            gates.push(gate);
            let mut stream = upstream.start(hello());
            Answer::until(&mut stream, "old").await;
            drop(stream);
            standin.until(|record| record.calls[round].client_left_at.is_some()).await.unwrap();
        }
        gates.iter().for_each(Gate::open);
        for _ in 0..3 {
            assert_eq!(Answer::whole(upstream.start(hello())).await.text, "new answer");
        }
    }
}

#[tokio::test]
async fn dropping_the_upstream_closes_everything() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    upstream.warm("Be brief.").await;
    standin.until(|record| record.open == 1).await.unwrap();
    drop(upstream);
    standin.until(|record| record.open == 0).await.unwrap();
}

#[tokio::test]
async fn an_unused_socket_is_closed() {
    let timers = Timers { unused: Duration::from_millis(50), ..short_timers() };
    let (standin, upstream) = start_with(Script::say(["a"]), SocketQuirks::default(), timers).await;
    upstream.warm("Be brief.").await;
    standin.until(|record| record.upgrades == 1 && record.open == 0).await.unwrap();
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!((answer.text.as_str(), answer.warm), ("a", Some(false)));
}

#[tokio::test]
async fn warming_twice_opens_one() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    tokio::join!(upstream.warm("Be brief."), upstream.warm("Be brief."));
    upstream.warm("Be brief.").await;
    assert_eq!(standin.record().upgrades, 1);
}

#[tokio::test]
async fn each_fault_has_its_failure_and_keeps_what_came() {
    let (standin, upstream) = start(Script::say(["a", "b", "c"])).await;
    let cases = [
        (Fault::unauthorized(), "", FailureKind::Unauthorized, "refused the key (401). Check OPENAI_API_KEY."),
        (Fault::rate_limited(7), "", FailureKind::RateLimited, "asks to slow down (429). Try again in 7 s."),
        (Fault::server_error(), "", FailureKind::Failed, "failed (500). It said: The server had an error"),
        (Fault::error_at(0), "", FailureKind::Failed, "failed (500). It said: The model broke"),
        (Fault::error_at(2), "ab", FailureKind::Failed, "failed (500). It said: The model broke"),
        (Fault::EofAt(2), "ab", FailureKind::Truncated, "broke off before the end of its answer."),
        (Fault::StallAt(1), "a", FailureKind::Stalled, "sent nothing for 1 s."),
        (Fault::Silence, "", FailureKind::Stalled, "sent nothing for 1 s."),
    ];
    for (fault, text, kind, message) in cases {
        standin.queue(Script::say(["a", "b", "c"]).ping(Duration::from_millis(20)).fault(fault.clone()));
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!(answer.text, text, "{fault:?}");
        assert_eq!(answer.failed(), (kind, format!("OpenAI {message}").as_str()), "{fault:?}");
        let healthy = Answer::whole(upstream.start(hello())).await;
        assert_eq!((healthy.text.as_str(), healthy.end), ("abc", Some(EndReason::Stop)), "after {fault:?}");
    }
}

#[tokio::test]
async fn what_asking_again_mends_is_mended() {
    let forgets = SocketQuirks { forgets: true, ..SocketQuirks::default() };
    let spent = SocketQuirks { creates_per_socket: Some(2), ..SocketQuirks::default() };
    let no_lanes = SocketQuirks { rejects_lanes: true, ..SocketQuirks::default() };
    let no_warm_up = SocketQuirks { rejects_warm_up: true, ..SocketQuirks::default() };
    for quirks in [forgets, spent, no_lanes, no_warm_up] {
        let (standin, upstream) = start_with(Script::say(["a"]), quirks.clone(), short_timers()).await;
        upstream.warm("Be brief.").await;
        let mut messages = vec![(Role::User, "one")];
        for _ in 0..3 {
            let answer = Answer::whole(upstream.start(ask(&messages))).await;
            assert_eq!((answer.text.as_str(), answer.end), ("a", Some(EndReason::Stop)), "{quirks:?}");
            messages.extend([(Role::Assistant, "a"), (Role::User, "more")]);
        }
        let record = standin.record();
        if quirks.rejects_lanes {
            assert!(last_body(&record)["stream_id"].is_null());
        }
        if quirks.forgets {
            assert_eq!(input(last_body(&record)), ["one", "a", "more", "a", "more"]);
        }
    }
}

#[tokio::test]
async fn a_server_without_sockets_is_asked_over_http() {
    for status in [404, 405, 426] {
        let quirks = SocketQuirks { upgrade_status: Some(status), ..SocketQuirks::default() };
        let (standin, upstream) = start_with(Script::say(["a", "é"]).split(1), quirks, short_timers()).await;
        upstream.warm("Be brief.").await;
        for _ in 0..3 {
            let answer = Answer::whole(upstream.start(hello())).await;
            assert_eq!((answer.text.as_str(), answer.end), ("aé", Some(EndReason::Stop)));
            assert!(answer.usage.is_some());
        }
        let record = standin.record();
        let upgrades = record.requests.iter().filter(|request| request.header("upgrade").is_some()).count();
        assert_eq!((upgrades, record.calls.len()), (1, 3), "asked once, then HTTP for good");
        assert_eq!(last_body(&record)["stream"], true);
        let connections: Vec<usize> = record.calls.iter().map(|call| call.connection).collect();
        assert!(connections.iter().all(|number| *number == connections[0]), "{connections:?}");
    }
}

#[tokio::test]
async fn faults_over_http_are_told_alike() {
    let quirks = SocketQuirks { upgrade_status: Some(426), ..SocketQuirks::default() };
    let (standin, upstream) = start_with(Script::say(["a", "b"]), quirks, short_timers()).await;
    for (fault, text, kind) in [
        (Fault::rate_limited(3), "", FailureKind::RateLimited),
        (Fault::error_at(1), "a", FailureKind::Failed),
        (Fault::EofAt(1), "a", FailureKind::Truncated),
        (Fault::StallAt(1), "a", FailureKind::Stalled),
    ] {
        standin.queue(Script::say(["a", "b"]).fault(fault));
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!((answer.text.as_str(), answer.failed().0), (text, kind));
    }
}

#[tokio::test]
async fn a_key_refused_at_the_upgrade_is_told() {
    let quirks = SocketQuirks { upgrade_status: Some(401), ..SocketQuirks::default() };
    let (_standin, upstream) = start_with(Script::say(["a"]), quirks, short_timers()).await;
    upstream.warm("Be brief.").await;
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!(answer.failed(), (FailureKind::Unauthorized, "OpenAI refused the key (401). Check OPENAI_API_KEY."));
}

#[tokio::test]
async fn nobody_there() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    drop(standin);
    upstream.warm("").await;
    for _ in 0..5 {
        let answer = Answer::whole(upstream.start(hello())).await;
        assert_eq!(answer.failed(), (FailureKind::Unreachable, "OpenAI cannot be reached."));
    }
}

#[tokio::test]
async fn a_drop_at_any_event_leaves_a_working_upstream() {
    let (standin, upstream) = start(Script::say(["a", "b", "c"])).await;
    for events in 0..8 {
        let mut stream = upstream.start(hello());
        for _ in 0..events {
            stream.next().await;
        }
        drop(stream);
        assert_eq!(Answer::whole(upstream.start(hello())).await.text, "abc", "dropped after {events}");
    }
    drop(upstream);
    standin.until(|record| record.open == 0).await.unwrap();
}

#[tokio::test]
async fn a_drop_while_dialling_leaves_a_spare() {
    let (standin, upstream) = start(Script::say(["a"])).await;
    let mut stream = upstream.start(hello());
    assert!(stream.next().now_or_never().is_none(), "it dials");
    drop(stream);
    upstream.warm("Be brief.").await;
    let upgrades = standin.record().upgrades;
    let answer = Answer::whole(upstream.start(hello())).await;
    assert_eq!((answer.text.as_str(), answer.warm), ("a", Some(true)));
    assert_eq!(standin.record().upgrades, upgrades);
}
