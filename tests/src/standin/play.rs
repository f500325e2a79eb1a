//! Plays one script: when which payload is due, what goes wrong, what is recorded.
//!
//! Owns the timing (absolute deadlines, so that it does not drift; what is due together goes out together) and the
//! record of a call. Where payloads go is an [`Out`]: an HTTP body or a lane of a WebSocket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::record::Call;
use super::script::{Fault, Pace, Script};
use super::wire::Wire;

/// Tokens that are written at once at most: what a flood puts into one packet.
const BATCH: usize = 256;

/// The client is gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gone;

/// Where an answer goes.
pub(super) trait Out: Send {
    /// Writes payloads.
    fn write(&mut self, payloads: &[String]) -> impl Future<Output = Result<(), Gone>> + Send;
    /// Writes a comment, or a ping.
    fn ping(&mut self) -> impl Future<Output = Result<(), Gone>> + Send;
    /// Resolves when the client is gone. Cancel-safe.
    fn gone(&mut self) -> impl Future<Output = ()> + Send;
}

/// How a played script left the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Everything was said.
    Whole,
    /// The answer is to end without its end.
    Eof,
    /// The connection is to be reset.
    Reset,
    /// The client left.
    Left,
}

/// The record of the call being played.
pub(super) struct Tally {
    shared: Arc<Shared>,
    at: usize,
}

impl Tally {
    pub fn begin(shared: &Arc<Shared>, connection: usize) -> Self {
        let at = shared.note(|record| {
            record.calls.push(Call {
                connection,
                started: Instant::now(),
                client_left_at: None,
                tokens_sent: 0,
                tokens_after_left: 0,
                over: false,
            });
            record.calls.len() - 1
        });
        Self { shared: Arc::clone(shared), at }
    }

    pub fn note(&self, change: impl FnOnce(&mut Call)) {
        self.shared.note(|record| {
            if let Some(call) = record.calls.get_mut(self.at) {
                change(call);
            }
        });
    }
}

/// Plays `script`.
pub(super) async fn play(
    script: &Script,
    wire: &mut Wire,
    out: &mut impl Out,
    tally: &Tally,
    over_socket: bool,
) -> Outcome {
    let outcome = match perform(script, wire, out, tally, over_socket).await {
        Ok(outcome) => outcome,
        Err(Gone) => {
            tally.note(|call| call.client_left_at = Some(Instant::now()));
            Outcome::Left
        }
    };
    if outcome == Outcome::Left && script.deaf {
        go_on(script, tally).await;
    }
    tally.note(|call| call.over = true);
    outcome
}

async fn perform(
    script: &Script,
    wire: &mut Wire,
    out: &mut impl Out,
    tally: &Tally,
    over_socket: bool,
) -> Result<Outcome, Gone> {
    if script.ping.is_some() {
        out.ping().await?;
    }
    let start = tokio::time::Instant::now() + script.first_token;
    let fault_at = script.fault.as_ref().and_then(Fault::position);
    if fault_at != Some(0) {
        out.write(&wire.opening(script)).await?;
    }
    wait(script, out, async { tokio::time::sleep_until(start).await }).await?;
    if !script.head.is_empty() {
        out.write(&[wire.token(&script.head)]).await?;
    }
    let total = fault_at.unwrap_or(usize::MAX).min(script.tokens.len());
    let mut sent = 0;
    let mut batch = Vec::new();
    while sent < total {
        let due = due(script, start, sent, total);
        if due == sent {
            match &script.pace {
                Pace::Gated(gate) => wait(script, out, gate.pass()).await?,
                Pace::Rate(rate) => {
                    wait(script, out, tokio::time::sleep_until(start + deadline(*rate, sent))).await?;
                    continue;
                }
                Pace::Flood => {}
            }
        }
        let until = due.max(sent + 1).min(sent + BATCH);
        batch.clear();
        batch.extend((sent..until).map(|at| wire.token(&script.tokens.get(at))));
        out.write(&batch).await?;
        tally.note(|call| call.tokens_sent = until);
        sent = until;
    }
    if sent == script.tokens.len() && !script.tail.is_empty() {
        out.write(&[wire.token(&script.tail)]).await?;
    }
    match &script.fault {
        Some(Fault::ErrorAt(_, error)) => {
            out.write(&[wire.error(error, over_socket)]).await?;
            Ok(Outcome::Whole)
        }
        Some(Fault::EofAt(_)) => Ok(Outcome::Eof),
        Some(Fault::ResetAt(_)) => Ok(Outcome::Reset),
        Some(Fault::StallAt(_)) => {
            wait(script, out, std::future::pending()).await?;
            Ok(Outcome::Eof)
        }
        Some(Fault::Status(..) | Fault::Silence) | None => {
            out.write(&wire.closing(script)).await?;
            Ok(Outcome::Whole)
        }
    }
}

/// How many tokens should be out by now.
fn due(script: &Script, start: tokio::time::Instant, sent: usize, total: usize) -> usize {
    match &script.pace {
        Pace::Flood => total,
        Pace::Gated(_) => sent,
        Pace::Rate(rate) => {
            let elapsed = start.elapsed().as_secs_f64();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
            let due = (elapsed * rate) as usize + 1;
            // Rounding must not let the deadline of a token lie behind us and the token yet not be due.
            if tokio::time::Instant::now() < start { sent } else { due.clamp(sent, total) }
        }
    }
}

fn deadline(rate: f64, token: usize) -> Duration {
    #[allow(clippy::cast_precision_loss, reason = "far fewer tokens than 2^52")]
    let token = token as f64;
    Duration::from_secs_f64(token / rate) + Duration::from_micros(1)
}

/// Waits for `event`, with pings meanwhile, as long as the client is there.
async fn wait(script: &Script, out: &mut impl Out, event: impl Future<Output = ()> + Send) -> Result<(), Gone> {
    tokio::pin!(event);
    let every = script.ping.unwrap_or(Duration::MAX);
    loop {
        let ping = async {
            match script.ping {
                Some(_) => tokio::time::sleep(every).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = out.gone() => return Err(Gone),
            () = &mut event => return Ok(()),
            () = ping => {}
        }
        out.ping().await?;
    }
}

/// What a deaf server does without its client.
async fn go_on(script: &Script, tally: &Tally) {
    let mut made = 0;
    tally.note(|call| made = call.tokens_sent);
    while made < script.tokens.len() {
        match &script.pace {
            Pace::Flood => {}
            Pace::Gated(gate) => gate.pass().await,
            Pace::Rate(rate) => tokio::time::sleep(Duration::from_secs_f64(1.0 / rate)).await,
        }
        made += 1;
        tally.note(|call| call.tokens_after_left += 1);
    }
}
