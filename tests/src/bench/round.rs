//! One round: so many streams at such a rate, by one way; what arrived, and how late.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::lab::Lab;
use super::line::{Line, Way};
use crate::standin::{Script, stamp};

/// What a stream's beginning costs is another measure's business: tokens of this first time are left out.
const WARM_UP: Duration = Duration::from_millis(500);
/// A round that takes longer than this many times its length has lost its end.
const PATIENCE_FACTOR: f64 = 6.0;

/// What streams.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many streams.
    pub streams: usize,
    /// Tokens a second of each.
    pub rate: f64,
    /// For how long.
    pub seconds: f64,
    /// Whether the tokens write a file, in an edit block, or are commentary.
    pub code: bool,
}

/// The opening of the block that the stand-in writes.
pub const BLOCK: &str = "<edit path=\"src/stamps.ts\" why=\"measure\">\n<old_text>\n</old_text>\n<new_text>\n";

impl Shape {
    /// As `100 x 100 tok/s`.
    pub fn name(&self) -> String {
        let kind = if self.code { ", writing a file" } else { "" };
        format!("{} x {} tok/s{kind}", self.streams, self.rate)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
    fn tokens(&self) -> usize {
        (self.rate * self.seconds) as usize
    }

    fn script(&self) -> Script {
        let head = if self.code { BLOCK } else { "" };
        Script::stamped(self.tokens(), self.rate).after(head)
    }
}

/// What came of a round.
#[derive(Debug)]
pub struct Round {
    /// From the making of a token to its arrival, in microseconds; the warm-up left out.
    pub latencies: Vec<f64>,
    /// Tokens that should have come.
    pub expected: usize,
    /// Tokens whose text came.
    pub arrived: usize,
    /// From the first prompt to the last end.
    pub took: Duration,
    /// Processor seconds of the server on the way, if there is one.
    pub cpu: Option<f64>,
}

impl Round {
    /// Tokens a second, by the text that arrived.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub fn throughput(&self) -> f64 {
        self.arrived as f64 / self.took.as_secs_f64()
    }

    /// Processor seconds of the server for a million tokens.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub fn cpu_per_million(&self) -> Option<f64> {
        Some(self.cpu? / self.arrived as f64 * 1e6)
    }
}

/// Plays one round over fresh lines.
pub async fn play(lab: &Lab, way: Way, shape: Shape) -> Result<Round> {
    lab.standin.set_default(shape.script());
    let mut lines = Vec::new();
    for _ in 0..shape.streams {
        lines.push(lab.open(way).await?);
    }
    let before = lab.server(way).map(|server| server.cpu_seconds()).transpose()?;
    let begun = stamp::epoch().elapsed();
    let mut streams = JoinSet::new();
    for line in lines {
        // Real streams are not in step with each other.
        let offset = Duration::from_secs_f64(fastrand::f64() / shape.rate);
        streams.spawn(stream(line, shape, offset, begun + WARM_UP));
    }
    let mut round = Round {
        latencies: Vec::new(),
        expected: shape.tokens() * shape.streams,
        arrived: 0,
        took: Duration::ZERO,
        cpu: None,
    };
    let patience = Duration::from_secs_f64(shape.seconds * PATIENCE_FACTOR);
    let all = async {
        while let Some(ended) = streams.join_next().await {
            let (latencies, arrived) = ended??;
            round.latencies.extend(latencies);
            round.arrived += arrived;
        }
        anyhow::Ok(())
    };
    let name = shape.name();
    timeout(patience, all).await.with_context(|| format!("{name}, {way:?}: no end"))??;
    round.took = stamp::epoch().elapsed() - begun;
    let after = lab.server(way).map(|server| server.cpu_seconds()).transpose()?;
    round.cpu = after.zip(before).map(|(after, before)| after - before);
    Ok(round)
}

/// Plays one stream: the latencies of its tokens made after `from`, and how many came in all.
async fn stream(mut line: Line, shape: Shape, offset: Duration, from: Duration) -> Result<(Vec<f64>, usize)> {
    tokio::time::sleep(offset).await;
    let mut latencies = Vec::with_capacity(shape.tokens());
    let mut arrived = 0;
    let mut text = String::new();
    let mut head = if shape.code { BLOCK.len() } else { 0 };
    line.play("go", |piece| {
        let now = stamp::epoch().elapsed();
        text.push_str(piece);
        if head > 0 {
            if text.len() < head {
                return;
            }
            text.drain(..head);
            head = 0;
        }
        let whole = text.len() - text.len() % stamp::WIDTH;
        for made in stamp::parse(text.get(..whole).unwrap_or_default()) {
            arrived += 1;
            if made >= from {
                latencies.push((now.saturating_sub(made)).as_secs_f64() * 1e6);
            }
        }
        text.drain(..whole);
    })
    .await?;
    Ok((latencies, arrived))
}
