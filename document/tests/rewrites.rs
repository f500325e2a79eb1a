//! Whole-file and patch-like rewrites, as the streaming diff makes them, against people who type and delete in the same
//! lines, with cuts and reverts: no character of a person is lost, and around them stands exactly what the model wrote.
//!
//! `MIDSTREAM_SIM_CASES` sets the number of cases (10,000 by default), `MIDSTREAM_SIM_SEED` the first seed. A failure
//! names its seed: `MIDSTREAM_SIM_SEED=<seed> MIDSTREAM_SIM_CASES=1` runs it alone. The simulator beside this covers
//! lost connections, and files that come, go and move.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "clippy knows test functions as tests, but not the modules that they share, of which each uses a part"
)]

#[path = "simulator/person.rs"]
mod person;
#[path = "rewrites/scene.rs"]
mod scene;

use document::ModelOp;
use edits::DiffOp;
use scene::{FILE, Scene, strip};

const CASES: u64 = 10_000;

#[test]
fn promise_5_rewrites_lose_nothing_that_people_typed() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let cases = number("MIDSTREAM_SIM_CASES").unwrap_or(CASES);
    let first = number("MIDSTREAM_SIM_SEED").unwrap_or(1);
    let mut retyped = 0;
    for seed in first..first + cases {
        match std::panic::catch_unwind(|| case(seed)) {
            Ok(again) => retyped += u64::from(again),
            Err(panic) => {
                eprintln!("failed at MIDSTREAM_SIM_SEED={seed} MIDSTREAM_SIM_CASES=1");
                std::panic::resume_unwind(panic);
            }
        }
    }
    println!("{cases} cases from seed {first}, {retyped} in which the diff re-typed a character of a person");
    // The diff keeps lines that stay, nearly always.
    assert!(retyped <= 10 + cases / 100, "{retyped}");
}

/// Whether the model deleted what it then typed again of a person's.
fn case(seed: u64) -> bool {
    let mut scene = Scene::new(seed);
    let base = scene.text();
    let whole = scene.rng.u8(0..3) == 0;
    // A cut ends the run, as it ends a segment.
    let cut = (scene.rng.u8(0..2) == 0).then(|| scene.rng.u64(1..30));
    let mut hunks = 0;
    'run: for hunk in 1..=if whole { 1 } else { scene.rng.u64(1..5) } {
        hunks = hunk;
        for (number, step) in steps(&mut scene, hunk, whole).into_iter().enumerate() {
            // A place is as of a revision.
            if number > 0 {
                scene.life();
            }
            scene.step(&step);
            if cut == Some(scene.step) {
                break 'run;
            }
        }
        scene.check_hunk(hunk);
    }
    scene.life();
    match scene.rng.u8(0..4) {
        _ if cut.is_some() => {
            let from = scene.rng.u64(1..=scene.step);
            let shown = scene.before[from as usize - 1].clone();
            scene.take_back(|step, _| step >= from);
            scene.expect(&shown);
        }
        0 => {
            let hunk = scene.rng.u64(1..=hunks);
            scene.take_back(|_, other| other == hunk);
            if hunks == 1 {
                scene.expect(&base);
            }
        }
        1 => {
            scene.take_back(|_, _| true);
            scene.expect(&base);
        }
        _ => {}
    }
    scene.life();
    scene.settle();
    scene.check();
    !scene.retyped.is_empty()
}

/// The operations of a hunk, in steps.
fn steps(scene: &mut Scene, hunk: u64, whole: bool) -> Vec<Vec<ModelOp>> {
    let text = scene.text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (from, to) = if whole {
        (0, lines.len())
    } else {
        let from = scene.rng.usize(0..=lines.len());
        (from, scene.rng.usize(from..=lines.len().min(from + 8)))
    };
    let (before, old, after) = (lines[..from].concat(), lines[from..to].concat(), lines[to..].concat());
    let new = scene.rewritten(&lines[from..to]);
    scene.expected = strip(&format!("{before}{new}{after}"));
    let revision = scene.document.revision(FILE).unwrap();
    let (start, len) = (units(&before), units(&old));
    let mut ops = vec![ModelOp::Place { hunk, file: FILE.to_owned(), revision, start, len }];
    let mut rest: Vec<u16> = old.encode_utf16().collect();
    for op in edits::replace_ops(&old, &new) {
        match op {
            DiffOp::Keep(len) => {
                rest.drain(..len as usize);
                ops.push(ModelOp::Keep { hunk, len });
            }
            DiffOp::Delete(len) => {
                let gone: Vec<u16> = rest.drain(..len as usize).collect();
                scene.retyped(&String::from_utf16(&gone).unwrap());
                ops.push(ModelOp::Delete { hunk, len });
            }
            DiffOp::Insert(text) => ops.extend(tokens(scene, hunk, &text)),
        }
    }
    ops.push(ModelOp::Close { hunk });
    let mut steps = vec![ops.drain(..1).collect::<Vec<_>>()];
    while !ops.is_empty() {
        let count = scene.rng.usize(1..4).min(ops.len());
        steps.push(ops.drain(..count).collect());
    }
    steps
}

/// New text as a model streams it.
fn tokens(scene: &mut Scene, hunk: u64, text: &str) -> Vec<ModelOp> {
    let chars: Vec<char> = text.chars().collect();
    let size = scene.rng.usize(1..12);
    chars.chunks(size).map(|token| ModelOp::Insert { hunk, text: token.iter().collect() }).collect()
}

fn units(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}
