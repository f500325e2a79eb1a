//! The speed, on a clock that only the test moves.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, advance};

use super::super::{FASTEST, SLOWEST, lessons};
use super::{cue, start, start_files};
use crate::event::SegmentEvent;
use crate::request::Cue;
use crate::upstream::SegmentStream;

fn play_at(tokens_per_second: u32) -> SegmentStream {
    let lesson = &lessons()[0];
    start(Cue { tokens_per_second, ..cue(lesson, &start_files(lesson)) })
}

/// When each token came, from the first poll.
async fn arrivals(tokens_per_second: u32) -> Vec<Duration> {
    let began = Instant::now();
    let mut stream = play_at(tokens_per_second);
    let mut arrivals = Vec::new();
    while let Some(event) = stream.next().await {
        if matches!(event, SegmentEvent::Text(_)) {
            arrivals.push(began.elapsed());
        }
    }
    arrivals
}

#[tokio::test(start_paused = true)]
async fn every_token_comes_when_it_is_due() {
    // The timer's grain.
    const GRAIN: Duration = Duration::from_millis(2);
    for (asked, speed) in
        [(100, 100), (777, 777), (0, SLOWEST), (SLOWEST - 1, SLOWEST), (FASTEST, FASTEST), (FASTEST + 1, FASTEST)]
    {
        for (token, at) in arrivals(asked).await.into_iter().enumerate() {
            let due = Duration::from_secs_f64(token as f64 / f64::from(speed));
            assert!(at + GRAIN >= due && at <= due + GRAIN, "token {token} at {asked}/s: {at:?}, due {due:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_overdue_comes_at_once_token_by_token() {
    let mut stream = play_at(100);
    let ready = |stream: &mut SegmentStream| {
        std::iter::from_fn(|| stream.next().now_or_never().flatten())
            .filter(|event| matches!(event, SegmentEvent::Text(_)))
            .count()
    };
    assert_eq!(ready(&mut stream), 1);
    advance(Duration::from_millis(205)).await;
    assert_eq!(ready(&mut stream), 20);
    assert_eq!(ready(&mut stream), 0);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_leaves_nothing_running() {
    let mut stream = play_at(100);
    for _ in 0..10 {
        assert!(stream.next().await.is_some());
    }
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0, "nothing runs between polls");
    drop(stream);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}
