//! A messy project: thousands of files, one of tens of thousands of lines, a full context. The figures are for an
//! optimised build; here only what does not depend on one is asserted.

use std::time::Duration;

use super::*;

/// How often what is timed is done: the clock is coarse.
const ROUNDS: u32 = 8;

fn messy() -> Room {
    let mut room = Room::new(&[], 128_000);
    for i in 0..5_000 {
        let text = format!("def part_{i}(x):\n    return x\n\nclass Part{i}:\n    pass\n{}", numbered(200));
        room.disk.write(&format!("src/package{}/part_{i}.py", i / 50), &text);
    }
    room.disk.write("src/big.py", &format!("def first():\n{}", numbered(50_000)));
    room.open("src/big.py")
}

/// The thread's own time: what a busy machine does meanwhile is not counted. Nothing where the system does not say.
struct Cpu(Duration);

impl Cpu {
    fn now() -> Cpu {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let spent = stat.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or_default();
        Cpu(Duration::from_nanos(spent))
    }

    fn elapsed(&self) -> Duration {
        Cpu::now().0.saturating_sub(self.0)
    }
}

#[test]
fn a_messy_project_is_read_in_turn_and_never_twice() {
    let mut room = messy();
    let begun = Cpu::now();
    let cold = room.ask("go @part_4711.py");
    let cold_took = begun.elapsed();
    assert!(cold.context.used_tokens <= cold.context.limit_tokens);
    assert_eq!(cold.context.missing, Vec::<String>::new());
    let reads = room.disk.reads();
    assert!(reads < 400, "{reads} texts read for one request");
    let mut surveys = 0;
    while !room.memory.survey(&room.disk) {
        surveys += 1;
    }
    assert!(surveys > 10, "in turn");
    room.answer("ok");
    room.focus.hunks = vec![Spot { file: "src/big.py".into(), range: Some(5_000..5_100) }];
    room.disk.write("src/big.py", &format!("def second():\n{}", numbered(50_000)));
    let reads = room.disk.reads();
    let warm = room.steer("on");
    assert!(room.disk.reads() - reads < 5, "{} texts read again", room.disk.reads() - reads);
    assert!(warm.request.messages.starts_with(&cold.request.messages));
    let warm_took = {
        let texts: Vec<String> = (0..ROUNDS).map(|i| format!("def again_{i}():\n{}", numbered(50_000))).collect();
        let begun = Cpu::now();
        for text in &texts {
            room.disk.write("src/big.py", text);
            room.steer("on");
        }
        begun.elapsed() / ROUNDS
    };
    let begun = Cpu::now();
    for _ in 0..ROUNDS {
        room.memory.first.clear();
        room.turns.clear();
        room.ask("anew");
    }
    eprintln!("cold {cold_took:?}, steer {warm_took:?}, anew and known {:?}", begun.elapsed() / ROUNDS);
}
