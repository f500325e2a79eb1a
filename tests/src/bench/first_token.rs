//! From a prompt's sending to its first token, once connections are warm: the second prompt of a session.

use std::time::Instant;

use anyhow::{Context, Result};

use super::Effort;
use super::lab::Lab;
use super::line::{Line, Way};
use super::report::{Report, Row, Unit};
use super::stats::{Spread, quantile};
use crate::standin::Script;

/// Prompts of one line: the first opens what has to be opened, the others are measured.
const PROMPTS: usize = 4;

/// Asks by each way in turn, on a machine that does nothing else.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let lab = Lab::new(Script::stamped(4, 0.0)).await?;
    let mut first = [Vec::new(), Vec::new(), Vec::new()];
    let mut later = [Vec::new(), Vec::new(), Vec::new()];
    eprintln!("  {} sessions of {PROMPTS} prompts each", effort.sessions);
    for _ in 0..effort.sessions {
        let mut lines = Vec::new();
        for way in Way::ALL {
            lines.push(lab.open(way).await?);
        }
        for prompt in 0..PROMPTS {
            let into = if prompt == 0 { &mut first } else { &mut later };
            for (line, samples) in lines.iter_mut().zip(into) {
                samples.push(ask(line).await?);
            }
        }
    }
    let section = "first token, nothing else going on";
    let row = |measure: &str, samples: &mut [Vec<f64>; 3], q: f64, minus_direct: bool| {
        let mut values = samples.iter_mut().map(|samples| quantile(samples, q));
        let [direct, relay, midstream] = [(); 3].map(|()| values.next().flatten());
        let base = if minus_direct { direct.unwrap_or_default() } else { 0.0 };
        let figure = |value: Option<f64>| Spread::of(value.map(|value| value - base));
        Row::new(section, measure, Unit::Micros)
            .direct(figure(direct).filter(|_| !minus_direct))
            .relay(figure(relay))
            .midstream(figure(midstream))
    };
    report.rows.push(row("first prompt, p50", &mut first, 0.5, false));
    report.rows.push(row("later prompts, p50", &mut later, 0.5, false));
    report.rows.push(row("later prompts, p99", &mut later, 0.99, false));
    report.rows.push(row("later prompts, added to direct, p50", &mut later, 0.5, true));
    Ok(())
}

/// Sends a prompt and plays it to its end; the time to its first text, in microseconds.
async fn ask(line: &mut Line) -> Result<f64> {
    let sent = Instant::now();
    let mut first = None;
    line.play("go", |_| {
        first.get_or_insert_with(Instant::now);
    })
    .await?;
    let first = first.context("an answer without text")?;
    Ok(first.duration_since(sent).as_secs_f64() * 1e6)
}
