//! The kill loop: people type while the model writes, over lines that are cut as well, and the real program is killed in
//! the middle of it, again and again.

use std::thread;
use std::time::Duration;

use fastrand::Rng;
use protocol::http::CreatedSession;
use tests::client::Steady;
use tests::cutting::{Aim, Cutter};

use super::*;

/// Rounds; `MIDSTREAM_KILL_ROUNDS` sets another number.
const ROUNDS: usize = 20;
/// Cuts of the lines for each round.
const CUTS: usize = 6;
/// The most that comes before a cut, in bytes: more than a hundred rounds add up to.
const DOWN_MAX: u64 = 512 * 1024;
/// The program is killed within this time of the round's first word, in microseconds.
const KILLED_WITHIN: u64 = 80_000;
/// Words that one types before another does, at most.
const BURST: usize = 6;
/// Every so many bursts a round pauses until all is saved, so that there is something that must be there.
const SAVES_EVERY: u8 = 8;
/// How long one whose line is gone tries to come back before the others go on.
const TRIES_FOR: Duration = Duration::from_millis(20);
/// A file of their own: each turn of a lesson first puts the lesson's files back.
const PATH: &str = "notes.md";

/// One who types.
struct Person {
    line: Steady,
    /// All that was typed.
    words: Vec<String>,
    /// How many of them the server has said to be on disk.
    saved: usize,
    /// Outputs that were shown and are on disk.
    outputs: Vec<(String, String)>,
}

impl Person {
    async fn types(&mut self, word: String) -> Result<()> {
        // The word is the replica's, whether it was sent or not.
        self.line.insert(PATH, 0, &word).await?;
        self.words.push(word);
        Ok(())
    }

    /// Waits until all that it shows is on disk, unless the line breaks.
    async fn saves(&mut self) -> Result<()> {
        let mut outputs = Vec::new();
        let saved = self.line.now(async |client| {
            client.until("all acks", Client::is_acknowledged).await?;
            let head = client.head();
            outputs = client.shown_outputs();
            client.until("saved", |c| c.saved() >= head).await
        });
        if saved.await? {
            self.saved = self.words.len();
            self.outputs = outputs.into_iter().map(|(turn, _, output)| (turn, output)).collect();
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promise_10_a_kill_loop_loses_nothing_that_was_saved_or_that_somebody_holds() -> Result<()> {
    let env = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let rounds = env("MIDSTREAM_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds as usize);
    let seed = env("MIDSTREAM_KILL_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("{rounds} rounds, MIDSTREAM_KILL_SEED={seed}");
    let folder = Folder::new("kills")?;
    let server = Binary::start(&folder.0)?;
    let (session, quiet) = (server.create(Some(LESSON)).await?, server.create(None).await?);
    let direct = Aim::at(server.addr);
    let cutter = Cutter::start(direct.clone(), seed, CUTS * rounds, DOWN_MAX).await?;
    let mut people = Vec::new();
    for aim in [direct.clone(), cutter.aim.clone(), cutter.aim.clone()] {
        let line = Steady::connect(aim, &session, 0).await?;
        people.push(Person { line, words: Vec::new(), saved: 0, outputs: Vec::new() });
    }
    let mut first = Client::connect(server.addr, &session, 0).await?;
    first.create_file("n1", PATH, "").await?;
    saved(&mut first).await?;
    for person in &mut people {
        person.line.until("the file", |c| c.text(PATH).is_some()).await?;
    }
    drop(first);

    let mut run = Kills { rng: Rng::with_seed(seed), people, session, quiet, direct };
    let mut server = Some(server);
    for round in 0..rounds {
        let killed = run.load(round, server.take().context("no server")?).await;
        killed.with_context(|| format!("round {round}, MIDSTREAM_KILL_SEED={seed}: under load"))?;
        let next = Binary::start(&folder.0)?;
        run.direct.set(next.addr);
        run.check().await.with_context(|| format!("round {round}, MIDSTREAM_KILL_SEED={seed}"))?;
        server = Some(next);
    }
    let (words, saved) = run.people.iter().fold((0, 0), |sum, p| (sum.0 + p.words.len(), sum.1 + p.saved));
    let returns: usize = run.people.iter().map(|person| person.line.returns).sum();
    println!("{words} words, {saved} of them known to be saved; {} cuts, {returns} returns", cutter.made());
    ensure!(saved > 0, "nothing was ever saved: the loop shows nothing");
    server.context("no server")?.stop()
}

/// The loop.
struct Kills {
    rng: Rng,
    people: Vec<Person>,
    session: CreatedSession,
    /// A session in which nothing happens.
    quiet: CreatedSession,
    /// Where the server is.
    direct: Aim,
}

impl Kills {
    /// A turn and typing, until the program is killed; and some typing after that.
    async fn load(&mut self, round: usize, server: Binary) -> Result<()> {
        let turn = format!("t{round}");
        self.people[0].line.attempt(async |client| client.start(&turn, "go").await).await?;
        let after = Duration::from_micros(self.rng.u64(0..KILLED_WITHIN));
        let killer = thread::spawn(move || {
            thread::sleep(after);
            server.kill()
        });
        let mut typed = 0;
        let mut word = || {
            typed += 1;
            // Every word is told from every other.
            format!("<{round}.{typed}>\n")
        };
        while !killer.is_finished() {
            let who = self.rng.usize(0..self.people.len());
            let person = &mut self.people[who];
            for _ in 0..self.rng.usize(1..=BURST) {
                person.types(word()).await?;
            }
            match self.rng.u8(0..SAVES_EVERY) {
                0 => person.saves().await?,
                1 => drop(person.line.now(async |client| client.settle().await).await?),
                _ => {}
            }
            if !person.line.is_in() && !killer.is_finished() {
                person.line.try_back(TRIES_FOR).await?;
            }
        }
        killer.join().map_err(|_| anyhow::anyhow!("the killer panicked"))??;
        for person in &mut self.people {
            for _ in 0..self.rng.usize(1..3) {
                person.types(word()).await?;
            }
        }
        Ok(())
    }

    /// What was saved is there before anybody brings anything; what was typed is there once everybody is back.
    async fn check(&mut self) -> Result<()> {
        let addr = self.direct.get();
        let disk = Client::connect(addr, &self.session, 0).await.context("it cannot be opened")?;
        let text = disk.text(PATH).context("the file is gone")?;
        for word in self.people.iter().flat_map(|person| person.words.iter().take(person.saved)) {
            ensure!(text.matches(word.as_str()).count() == 1, "saved, and lost: {word:?} in\n{text}");
        }
        for (turn, output) in self.people.iter().flat_map(|person| &person.outputs) {
            ensure!(disk.output(turn).starts_with(output.as_str()), "saved, and lost: {turn}: {output:?}");
        }
        drop(disk);
        Client::connect(addr, &self.quiet, 0).await.context("the quiet session cannot be opened")?;

        for person in &mut self.people {
            person.line.settle().await?;
        }
        let fresh = Client::connect(addr, &self.session, 0).await?;
        let all = fresh.text(PATH).context("the file is gone")?;
        for word in self.people.iter().flat_map(|person| &person.words) {
            let times = all.matches(word.as_str()).count();
            ensure!(times == 1, "typed, and there {times} times: {word:?} in\n{all}");
        }
        for person in &mut self.people {
            let same = |c: &Client| c.paths().iter().all(|path| c.text(path) == fresh.text(path));
            person.line.until("the same text as a fresh replica", same).await?;
            let refused = person.line.refused();
            ensure!(refused.is_empty(), "refused: {refused:?}");
        }
        Ok(())
    }
}
