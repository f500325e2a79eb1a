//! What a token costs on its way: added latency, throughput and processor time, by all three ways in turn.

use anyhow::Result;

use super::Effort;
use super::lab::Lab;
use super::line::Way;
use super::report::{Report, Row, Unit};
use super::round::{Round, Shape, play};
use super::stats::{Spread, quantile};
use crate::standin::Script;

/// Added latency at 100 x 100 tok/s, to that of the bare relay.
const AIM_RATIO: f64 = 1.5;

/// What is streamed, and what is aimed at there.
struct Case {
    shape: Shape,
    aim: Aim,
}

#[derive(PartialEq, Eq)]
enum Aim {
    None,
    Latency,
    NoLoss,
}

fn cases(seconds: f64) -> [Case; 4] {
    let shape = |streams, rate, code| Shape { streams, rate, seconds, code };
    [
        Case { shape: shape(1, 1000.0, false), aim: Aim::None },
        Case { shape: shape(100, 100.0, false), aim: Aim::Latency },
        Case { shape: shape(100, 100.0, true), aim: Aim::None },
        Case { shape: shape(100, 1000.0, false), aim: Aim::NoLoss },
    ]
}

/// Runs all cases.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    for case in cases(effort.seconds) {
        let lab = Lab::new(Script::stamped(1, 0.0)).await?;
        let mut rounds = Rounds::default();
        for number in 0..effort.rounds {
            // Ways take turns at being first: what the machine does meanwhile hits all alike.
            for at in 0..Way::ALL.len() {
                let Some(way) = Way::ALL.get((at + number) % Way::ALL.len()).copied() else {
                    continue;
                };
                eprintln!("  {}, round {} of {}, {way:?}", case.shape.name(), number + 1, effort.rounds);
                let round = play(&lab, way, case.shape).await?;
                rounds.of(way).push(Figures::of(round));
            }
        }
        tell(&case, &rounds, report);
    }
    Ok(())
}

/// The figures of all rounds of a case, by way, in the order of the rounds.
#[derive(Default)]
struct Rounds {
    direct: Vec<Figures>,
    relay: Vec<Figures>,
    midstream: Vec<Figures>,
}

impl Rounds {
    fn of(&mut self, way: Way) -> &mut Vec<Figures> {
        match way {
            Way::Direct => &mut self.direct,
            Way::Relay => &mut self.relay,
            Way::Midstream => &mut self.midstream,
        }
    }
}

/// One round in a few numbers.
struct Figures {
    p50: f64,
    p99: f64,
    throughput: f64,
    lost: f64,
    cpu: Option<f64>,
}

impl Figures {
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn of(mut round: Round) -> Figures {
        Figures {
            p50: quantile(&mut round.latencies, 0.5).unwrap_or(f64::NAN),
            p99: quantile(&mut round.latencies, 0.99).unwrap_or(f64::NAN),
            throughput: round.throughput(),
            lost: round.expected as f64 - round.arrived as f64,
            cpu: round.cpu_per_million(),
        }
    }
}

fn tell(case: &Case, rounds: &Rounds, report: &mut Report) {
    let section = case.shape.name();
    let spread = |figures: &[Figures], of: &dyn Fn(&Figures) -> f64| Spread::of(figures.iter().map(of));
    let row = |measure: &str, unit, of: &dyn Fn(&Figures) -> f64| {
        Row::new(&section, measure, unit)
            .direct(spread(&rounds.direct, of))
            .relay(spread(&rounds.relay, of))
            .midstream(spread(&rounds.midstream, of))
    };
    // Pairs of one round: what the machine did meanwhile is in both.
    let added = |measure: &str, of: &dyn Fn(&Figures) -> f64| {
        let pairs = |figures: &[Figures]| {
            Spread::of(figures.iter().zip(&rounds.direct).map(|(ours, direct)| of(ours) - of(direct)))
        };
        Row::new(&section, measure, Unit::Micros).relay(pairs(&rounds.relay)).midstream(pairs(&rounds.midstream))
    };
    report.rows.push(row("token made to arrived, p50", Unit::Micros, &|f| f.p50));
    report.rows.push(row("token made to arrived, p99", Unit::Micros, &|f| f.p99));
    let median = added("added to direct, p50", &|f| f.p50);
    report.rows.push(if case.aim == Aim::Latency { median.aim_ratio(AIM_RATIO) } else { median });
    report.rows.push(added("added to direct, p99", &|f| f.p99));
    report.rows.push(row("text that arrived", Unit::TokensPerSecond, &|f| f.throughput));
    let lost = row("tokens lost", Unit::Count, &|f| f.lost);
    report.rows.push(if case.aim == Aim::NoLoss { lost.aim_at_most(0.0) } else { lost });
    let cpu = |figures: &[Figures]| Spread::of(figures.iter().filter_map(|f| f.cpu));
    report.rows.push(
        Row::new(&section, "server CPU per million tokens", Unit::Seconds)
            .relay(cpu(&rounds.relay))
            .midstream(cpu(&rounds.midstream)),
    );
}
