//! Random runs over real sockets: people type, steer, interrupt, decide and come back while the model writes; what they
//! send comes twice now and then; and the server ends, and loads the session from disk.
//!
//! What is drawn depends on the seed alone; how it interleaves is the machine's. A failure prints its seed:
//! `MIDSTREAM_RANDOM_SEED=… MIDSTREAM_RANDOM_CASES=1` runs it again.

mod view;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use models::{FailureKind, Provider, Role, UpstreamFailure};
use protocol::client::Resume;
use protocol::view::{HunkStatus, TurnStatus};
use protocol::{ClientFrame, HunkId, Seq, ServerFrame};
use tests::binary::Folder;
use tests::client::Client;
use tests::gated::{Call, gated};
use tests::server::TestServer;
use tokio::time::timeout;

use self::view::{carries, conversation, newest, prefix, seen};
use super::Room;

/// Runs without a seed of one's own: some twenty seconds on a small machine.
const CASES: u64 = 120;
/// What happens between two quiet points, at most.
const STEPS: usize = 30;
/// Quiet points in a run.
const ROUNDS: usize = 4;
/// The file through which clients wait for each other.
const BARRIER: &str = "barrier.txt";
/// The files that people and the model write.
const FILES: [&str; 2] = ["calc.py", "more.py"];
/// How long a request may take to be asked for.
const ASKED_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn random_runs_keep_the_promises_of_the_cut() -> Result<()> {
    let env = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let first = env("MIDSTREAM_RANDOM_SEED").unwrap_or(1);
    for seed in first..first + env("MIDSTREAM_RANDOM_CASES").unwrap_or(CASES) {
        let mut run = Run::new(seed).await?;
        let outcome = run.run().await;
        if let Err(error) = outcome {
            bail!("MIDSTREAM_RANDOM_SEED={seed}: {error:#}\n{}", run.log.join("\n"));
        }
    }
    Ok(())
}

struct Run {
    room: Room,
    /// The model that every server of the run has.
    model: Arc<dyn Provider>,
    folder: Folder,
    rng: Rng,
    /// The others beside the room's own client.
    others: Vec<Client>,
    /// The newest segment that was asked for.
    call: Option<Live>,
    /// Characters that people typed and that nobody had a right to delete.
    typed: BTreeSet<char>,
    /// Makes the next unique character.
    next_char: u32,
    turns: usize,
    ids: usize,
    /// What was done, for the report of a failure.
    log: Vec<String>,
}

/// A segment that is being written.
struct Live {
    call: Call,
    /// What it will say next.
    script: Vec<char>,
    /// The *why* of the newest block: until its place is found, what is typed may be part of that place.
    newest: Option<String>,
    /// What it has said.
    said: String,
    ended: bool,
}

impl Run {
    async fn new(seed: u64) -> Result<Run> {
        let (folder, (model, gate)) = (Folder::new("random")?, gated());
        let server = TestServer::kept_in(&folder.0, Arc::clone(&model)).await?;
        let mut room = Room::on(server, gate).await?;
        room.client.create_file("f2", FILES[1], "alpha = 1\nbeta = 2\ngamma = 3\n").await?;
        room.client.create_file("f3", BARRIER, "").await?;
        room.client.frame("the ack", |f| matches!(f, ServerFrame::EditAck { counter: 3, .. })).await?;
        let mut rng = Rng::with_seed(seed);
        let mut others = vec![Client::connect(room.server.addr, &room.session, 16).await?];
        if rng.bool() {
            others.push(room.join().await?);
        }
        let (typed, log) = (BTreeSet::new(), Vec::new());
        Ok(Run { room, model, folder, rng, others, call: None, typed, next_char: 0x4e00, turns: 0, ids: 0, log })
    }

    async fn run(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            for _ in 0..self.rng.usize(5..=STEPS) {
                self.take_calls().await;
                self.step().await?;
            }
            self.quiet().await?;
        }
        Ok(())
    }

    fn client(&mut self, index: usize) -> &mut Client {
        match index.checked_sub(1).and_then(|i| self.others.get_mut(i)) {
            Some(other) => other,
            None => &mut self.room.client,
        }
    }

    fn clients(&mut self) -> impl Iterator<Item = &mut Client> {
        std::iter::once(&mut self.room.client).chain(&mut self.others)
    }

    fn id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}{}", self.ids)
    }

    async fn take_calls(&mut self) {
        while !self.room.gate.is_idle() {
            let call = self.room.gate.call().await;
            self.answer(call);
        }
    }

    fn answer(&mut self, call: Call) {
        self.call = Some(Live { call, script: Vec::new(), newest: None, said: String::new(), ended: false });
    }

    /// One thing that somebody does.
    async fn step(&mut self) -> Result<()> {
        let who = self.rng.usize(0..=self.others.len());
        let turn = format!("t{}", self.turns);
        match self.rng.u32(0..100) {
            0..35 => self.say(),
            35..50 => self.client(who).settle().await?,
            50..60 => self.type_something(who).await?,
            60..65 => self.delete_something(who).await?,
            65..75 => self.begin(who).await?,
            75..81 => {
                let shown_seq = self.shown(who);
                self.log.push(format!("{who} interrupts {turn} at {shown_seq}"));
                self.client(who).send(ClientFrame::TurnInterrupt { turn_id: turn.as_str().into(), shown_seq }).await?;
                if self.rng.bool() {
                    let other = self.rng.usize(0..=self.others.len());
                    let shown_seq = self.shown(other);
                    self.log.push(format!("{other} interrupts too, at {shown_seq}"));
                    self.client(other)
                        .send(ClientFrame::TurnInterrupt { turn_id: turn.as_str().into(), shown_seq })
                        .await?;
                }
            }
            81..88 => {
                for _ in 0..self.rng.usize(1..=2) {
                    let (shown_seq, steer) = (self.shown(who), self.id("s"));
                    self.log.push(format!("{who} steers {turn} by {steer} at {shown_seq}"));
                    let text = format!("words-of-{steer}.");
                    let frame = ClientFrame::TurnSteer {
                        turn_id: turn.as_str().into(),
                        steer_id: steer.as_str().into(),
                        shown_seq,
                        text,
                    };
                    self.client(who).send(frame).await?;
                }
            }
            88..92 => self.decide_hunk(who).await?,
            92..94 => {
                let any = format!("t{}", self.rng.usize(0..=self.turns));
                self.log.push(format!("{who} reverts {any}"));
                self.client(who).send(ClientFrame::TurnRevert { turn_id: any.as_str().into() }).await?;
            }
            94..96 => self.end(),
            96 => Box::pin(self.restart()).await?,
            _ => Box::pin(self.come_back()).await?,
        }
        if self.rng.u32(0..8) == 0 {
            self.log.push(format!("{who}'s last message comes once more"));
            self.client(who).send_again().await?;
        }
        Ok(())
    }

    /// What a client was shown, or something older.
    fn shown(&mut self, who: usize) -> Seq {
        let Seq(shown) = self.client(who).shown;
        if self.rng.u32(0..4) == 0 { Seq(self.rng.u64(shown.saturating_sub(40)..=shown)) } else { Seq(shown) }
    }

    fn say(&mut self) {
        let pieces = self.rng.usize(1..6);
        if self.call.as_ref().is_some_and(|live| live.script.is_empty() && !live.ended) {
            let (why, script) = self.script();
            if let Some(live) = &mut self.call {
                (live.newest, live.script) = (Some(why), script.chars().collect());
            }
        }
        let Some(live) = self.call.as_mut().filter(|live| !live.ended) else { return };
        for _ in 0..pieces {
            let len = self.rng.usize(1..20).min(live.script.len());
            let piece: String = live.script.drain(..len).collect();
            if piece.is_empty() {
                return;
            }
            self.log.push(format!("the model says {piece:?}"));
            live.said.push_str(&piece);
            live.call.text(&piece);
        }
    }

    fn end(&mut self) {
        let fails = self.rng.u32(0..4) == 0;
        let Some(live) = self.call.as_mut().filter(|live| !live.ended) else { return };
        live.ended = true;
        self.log.push(format!("the model ends; fails: {fails}"));
        if fails {
            let (message, detail) = ("It failed.".to_owned(), "on purpose".to_owned());
            live.call.fail(UpstreamFailure { kind: FailureKind::Failed, message, detail, retry_after: None });
        } else {
            live.call.end();
        }
    }

    /// Starts a turn, or goes on with the last one.
    async fn begin(&mut self, who: usize) -> Result<()> {
        let turn = format!("t{}", self.turns);
        match self.client(who).status(&turn) {
            Some(TurnStatus::Running) => {}
            Some(TurnStatus::Interrupted | TurnStatus::Failed) if self.rng.bool() => {
                let segment = self.id("g");
                let text = self.rng.bool().then(|| format!("words-of-{segment}."));
                self.log.push(format!("{who} goes on with {turn} by {segment}: {text:?}"));
                let frame = ClientFrame::TurnContinue {
                    turn_id: turn.as_str().into(),
                    segment_id: segment.as_str().into(),
                    text,
                };
                self.client(who).send(frame).await?;
            }
            _ => {
                self.turns += 1;
                let turn = format!("t{}", self.turns);
                self.log.push(format!("{who} starts {turn}"));
                self.client(who).start(&turn, &format!("words-of-{turn}.")).await?;
            }
        }
        Ok(())
    }

    async fn type_something(&mut self, who: usize) -> Result<()> {
        let path = self.rng.choice(FILES).context("no files")?;
        let len = self.client(who).text(path).unwrap_or_default().encode_utf16().count();
        let at = self.rng.usize(0..=len) as u32;
        let text: String = (0..self.rng.usize(1..4)).map(|_| self.unique()).collect();
        // What was there when a hunk was located is the model's to replace; what came after is not.
        let newest = self.call.as_ref().and_then(|live| live.newest.clone());
        let placed = |why: &String, c: &Client| {
            let mut hunks = c.turns.values().flat_map(|t| &t.hunks);
            hunks.any(|h| h.why == *why && (h.place.is_some() || h.status != HunkStatus::Open))
        };
        if newest.is_some_and(|why| !placed(&why, self.client(who))) {
            self.typed.retain(|c| !text.contains(*c));
        }
        self.log.push(format!("{who} types {text} into {path} at {at}"));
        self.client(who).insert(path, at, &text).await?;
        Ok(())
    }

    fn unique(&mut self) -> char {
        let c = char::from_u32(self.next_char).unwrap_or_else(|| panic!("out of characters"));
        self.next_char += 1;
        self.typed.insert(c);
        c
    }

    async fn delete_something(&mut self, who: usize) -> Result<()> {
        let path = self.rng.choice(FILES).context("no files")?;
        let text: Vec<char> = self.client(who).text(path).unwrap_or_default().chars().collect();
        if text.is_empty() {
            return Ok(());
        }
        let at = self.rng.usize(0..text.len());
        let gone: String = text.iter().skip(at).take(self.rng.usize(1..8)).collect();
        for c in gone.chars() {
            self.typed.remove(&c);
        }
        self.log.push(format!("{who} deletes {gone:?} from {path} at {at}"));
        self.client(who).remove(path, at as u32, gone.chars().count() as u32).await?;
        Ok(())
    }

    async fn decide_hunk(&mut self, who: usize) -> Result<()> {
        let turn = format!("t{}", self.rng.usize(0..=self.turns));
        let hunks: Vec<HunkId> =
            self.client(who).turn(&turn).map(|t| t.hunks.iter().map(|h| h.id.clone()).collect()).unwrap_or_default();
        let Some(hunk_id) = self.rng.choice(hunks) else { return Ok(()) };
        let turn_id = turn.as_str().into();
        let frame = if self.rng.bool() {
            ClientFrame::HunkAccept { turn_id, hunk_id }
        } else {
            ClientFrame::HunkRevert { turn_id, hunk_id }
        };
        self.log.push(format!("{who} decides {frame:?}"));
        self.client(who).send(frame).await
    }

    /// The server ends, and another one loads the session; everyone comes back with what they have.
    async fn restart(&mut self) -> Result<()> {
        self.log.push("the server ends, and another one begins".to_owned());
        let clients = std::iter::once(&mut self.room.client).chain(&mut self.others);
        let hang_up = futures_util::future::join_all(clients.map(Client::closed));
        let (ended, _) = tokio::join!(self.room.server.end(), hang_up);
        ended?;
        self.room.server = TestServer::kept_in(&self.folder.0, Arc::clone(&self.model)).await?;
        let (addr, session) = (self.room.server.addr, self.room.session.clone());
        for client in std::iter::once(&mut self.room.client).chain(&mut self.others) {
            client.return_to(addr, &session).await?;
            client.answer().await?;
        }
        Ok(())
    }

    /// A client loses its connection and comes back, with its replica or with nothing.
    async fn come_back(&mut self) -> Result<()> {
        let Some(mut client) = self.others.pop() else { return Ok(()) };
        let (addr, session) = (self.room.server.addr, &self.room.session);
        let client = if self.rng.bool() {
            self.log.push("the last client comes back".to_owned());
            let mut client = client.reconnect(addr, session).await?;
            client.send_all().await?;
            client
        } else {
            self.log.push("the last client comes back with nothing".to_owned());
            acked(&mut client).await?;
            let resume = Resume {
                participant: client.welcome.participant.id.clone(),
                key: client.welcome.resume_key.clone(),
                epoch: client.welcome.epoch.clone(),
                seq: client.shown,
                state_vector: "AA==".to_owned(),
            };
            Client::resume(addr, session, resume).await?
        };
        self.others.push(client);
        Ok(())
    }

    /// What the model says next: commentary, or a block, good or bad, over a file as one client sees it.
    fn script(&mut self) -> (String, String) {
        let path = self.rng.choice(FILES).unwrap_or(FILES[0]);
        let text = self.room.client.text(path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = self.rng.usize(0..=lines.len().saturating_sub(1));
        let old: Vec<&str> = lines.iter().skip(from).take(self.rng.usize(1..4)).copied().collect();
        let old = old.join("\n");
        let why = self.id("why");
        let new: String = match self.rng.u32(0..5) {
            0 => String::new(),
            1 => format!("{old}\nadded_{why}\n"),
            2 => format!("added_{why}\n{old}\n"),
            _ => (0..self.rng.usize(1..4)).map(|n| format!("    value_{why} = {n}\n")).collect(),
        };
        // The old text is the model's to replace, and so is what that client has not seen yet of it.
        self.typed.retain(|c| {
            !old.contains(*c) && (text.contains(*c) || self.room.client.text(BARRIER).is_some_and(|t| t.contains(*c)))
        });
        let open = format!("<edit path=\"{path}\" why=\"{why}\">\n<old_text>\n");
        let script = match self.rng.u32(0..10) {
            0 => format!("Words {why}, and 😀 more.\n"),
            1 => format!("{open}nothing like {why}\n</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"),
            2 => format!("{open}{old}\n</old_text>\nlost {why}\n</edit>\n"),
            3 => {
                let path = format!("new{}.py", self.rng.u32(0..3));
                format!(
                    "<edit path=\"{path}\" why=\"{why}\">\n<old_text>\n</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"
                )
            }
            4 => format!("{open}{old}\n</old_text>\n<new_text>\n{new}"),
            _ => format!("{open}{old}\n</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"),
        };
        (why, script)
    }

    /// Waits until everything that was done has arrived everywhere, and checks it.
    async fn quiet(&mut self) -> Result<()> {
        self.barrier().await?;
        self.model_arrives().await?;
        self.barrier().await?;
        self.log.push("quiet".to_owned());
        let fresh = self.room.join().await?;
        crate::timeline::agrees(&self.room.server, &self.room.session, &fresh).await?;
        let paths: BTreeSet<String> = fresh.paths().into_iter().collect();
        for (who, client) in std::iter::once(&self.room.client).chain(&self.others).enumerate() {
            ensure!(client.paths() == fresh.paths(), "client {who} has {:?}, not {:?}", client.paths(), fresh.paths());
            for path in &paths {
                let (text, expected) = (client.text(path), fresh.text(path));
                ensure!(text == expected, "client {who} has {path} as {text:?}, not {expected:?}");
            }
            ensure!(client.turns.len() == fresh.turns.len(), "client {who} knows other turns");
            for (id, expected) in &fresh.turns {
                let turn = client.turns.get(id).with_context(|| format!("client {who} does not know {id}"))?;
                ensure!(seen(turn) == seen(expected), "client {who}: {:#?}\nnot {:#?}", seen(turn), seen(expected));
            }
        }
        let all: String = paths.iter().filter_map(|path| fresh.text(path)).collect();
        let lost: Vec<char> = self.typed.iter().copied().filter(|c| !all.contains(*c)).collect();
        ensure!(lost.is_empty(), "typing was lost: {lost:?}");
        let twice: Vec<char> = self.typed.iter().copied().filter(|c| all.matches(*c).count() > 1).collect();
        ensure!(twice.is_empty(), "typing came twice: {twice:?}");
        Ok(())
    }

    /// Everyone waits for an edit of everyone: what was in flight before has arrived then.
    async fn barrier(&mut self) -> Result<()> {
        let mut marks = Vec::new();
        for who in 0..=self.others.len() {
            let mark = self.unique();
            marks.push(mark);
            self.client(who).insert(BARRIER, 0, &mark.to_string()).await?;
        }
        for client in self.clients() {
            acked(client).await?;
            client
                .until("everyone's mark", |c| c.text(BARRIER).is_some_and(|t| marks.iter().all(|m| t.contains(*m))))
                .await?;
        }
        Ok(())
    }

    /// While a turn runs: its request is right, and all that its model said arrives.
    async fn model_arrives(&mut self) -> Result<()> {
        let mut fresh = self.room.join().await?;
        let Some(turn) = newest(&fresh).filter(|t| t.status == TurnStatus::Running).cloned() else { return Ok(()) };
        let begin = turn.segments.last().context("a turn without a segment")?.offset;
        let expected = conversation(&fresh);
        loop {
            let said: Option<Vec<String>> = self.call.as_ref().map(|live| {
                let messages = live.call.request.messages.iter();
                messages.filter(|m| m.role == Role::Assistant).map(|m| m.text.clone()).collect()
            });
            let is_its = |live: &Live| !live.call.dropped.is_cancelled() && carries(&live.call, &turn);
            if said.as_ref() == Some(&expected) && self.call.as_ref().is_some_and(is_its) {
                break;
            }
            let Ok(call) = timeout(ASKED_WITHIN, self.room.gate.call()).await else {
                let sent = self.call.as_ref().map(|live| &live.call.request.messages);
                bail!("the request has {sent:#?}, not {expected:#?} and the words of {:?}", turn.segments);
            };
            self.answer(call);
        }
        let Some(live) = &self.call else { return Ok(()) };
        let (id, ended) = (turn.id.clone(), live.ended);
        let output = format!("{}{}", prefix(&turn.output, begin), live.said);
        fresh
            .until("all that the model said", |c| {
                c.turns.get(&id).is_some_and(|t| t.output == output && (!ended || t.status != TurnStatus::Running))
            })
            .await
            .with_context(|| format!("expected {output:?}"))
    }
}

/// Reads until all edits that were sent are acknowledged.
async fn acked(client: &mut Client) -> Result<()> {
    let counter = client.send_all().await?;
    client
        .until("the ack", |c| {
            c.frames.iter().rev().any(|f| matches!(f, ServerFrame::EditAck { counter: n, .. } if *n == counter))
        })
        .await
}
