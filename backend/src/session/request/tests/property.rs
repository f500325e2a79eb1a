//! Random projects and conversations: whatever they are, a request fits, and grows at its end only.

use super::*;

/// More than it takes to meet every kind of step in every kind of project.
const CASES: u64 = 100;

fn text(rng: &mut fastrand::Rng, most: usize) -> String {
    let line = |rng: &mut fastrand::Rng| match rng.u8(..10) {
        0 => format!("def name_{}(x):\n", rng.u16(..)),
        1 => "    文字 😀 é\n".to_owned(),
        2 => "\n".to_owned(),
        3 => "x".repeat(rng.usize(..400)) + "\n",
        _ => format!("    value = {}\n", rng.u32(..)),
    };
    let mut out = String::new();
    let len = rng.usize(..most.max(1));
    while out.len() < len {
        out.push_str(&line(rng));
    }
    if rng.bool() { out.trim_end().to_owned() } else { out }
}

fn spot(rng: &mut fastrand::Rng, files: &[String]) -> Vec<Spot> {
    let Some(file) = rng.choice(files) else { return Vec::new() };
    let start = rng.u32(..3000);
    vec![Spot { file: file.clone(), range: rng.bool().then(|| start..start + rng.u32(..200)) }]
}

fn run(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut room = Room::new(&[], rng.u32(4_000..40_000));
    let mut files: Vec<String> = Vec::new();
    for i in 0..rng.usize(..40) {
        let path = format!("{}f{i}.py", ["", "src/", "src/deep/", "lib/"][rng.usize(..4)]);
        let most = if rng.u8(..10) == 0 { 200_000 } else { 3_000 };
        room.disk.write(&path, &text(&mut rng, most));
        files.push(path);
    }
    let mut before: Option<Built> = None;
    for step in 0..25 {
        match rng.u8(..8) {
            0 | 1 if !files.is_empty() => {
                let path = files[rng.usize(..files.len())].clone();
                room.disk.write(&path, &text(&mut rng, 5_000));
            }
            2 if !files.is_empty() => room.disk.remove(&files.swap_remove(rng.usize(..files.len()))),
            3 => {
                let path = format!("new/f{step}.py");
                room.disk.write(&path, &text(&mut rng, 5_000));
                files.push(path);
            }
            4 if rng.u8(..4) == 0 => room.disk.write("AGENTS.md", &text(&mut rng, 30_000)),
            _ => {}
        }
        room.focus.open = rng.choice(&files).cloned();
        room.focus.selections = spot(&mut rng, &files);
        room.focus.carets = spot(&mut rng, &files);
        room.focus.hunks.extend(spot(&mut rng, &files));
        room.scope.budget = (rng.u8(..4) == 0).then_some(step);
        let words = format!("step {step} @{}", rng.choice(&files).map_or("nothing", |f| f));
        let built = if before.is_none() || rng.bool() {
            room.ask(&words)
        } else {
            if rng.u8(..5) == 0 {
                room.mumble("never mind");
            }
            room.steer(&words)
        };
        let (limit, own) = (Budget::of(&room.terms).limit, room.own());
        let used: usize = built.request.instructions.len()
            + built.request.messages.iter().map(|m| m.text.len() + budget::MESSAGE_OVERHEAD).sum::<usize>();
        assert!(used <= limit.max(limit + own), "seed {seed}, step {step}: {used} of {limit}, own {own}");
        assert!(used <= limit || own > limit / 4, "seed {seed}, step {step}: {used} of {limit}, own {own}");
        assert!(budget::tokens(used).abs_diff(built.context.used_tokens) <= 1, "seed {seed}, step {step}");
        assert!(last(&built).ends_with(&words));
        if let Some(before) = &before {
            let grew = built.request.messages.starts_with(&before.request.messages);
            let dropped = built.context.dropped_turns > before.context.dropped_turns || built.is_shortened;
            assert!(grew || dropped, "seed {seed}, step {step}: the prefix is another");
        }
        let all = room.disk.list().len() - usize::from(room.disk.read("AGENTS.md").is_some());
        assert!(built.context.files.len() + built.context.more_files as usize <= all + 1);
        before = Some(built);
        let answer = text(&mut rng, 3_000);
        room.answer(&answer);
    }
}

#[test]
fn a_request_fits_and_grows_at_its_end_only() {
    for seed in 0..CASES {
        run(seed);
    }
}
