//! What looks like a secret anywhere in a timeline, deleted text and comments included: asked before others may replay
//! it.
//!
//! A secret is rarely written at once: what a person types comes letter by letter, and what a model writes token by
//! token. So each author's text is put together again as it was written, corrections and all, and read then.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use document::{Inserted, inserted};
use leaks::{Finding, scan};
use protocol::timeline::{Leak, LeakPlace, Leaks, Moment};
use protocol::{ServerFrame, SessionId, TurnId};

use super::reader::{self, ReadError};
use super::scene::SceneError;
use super::{Step, chunk};
use crate::store::Store;

/// The most that are told: who has more has a session of nothing else.
const LEAKS_MAX: usize = 100;
/// Written in one go and not read yet, in bytes: it is read then.
const RUN_MAX: usize = 64 * 1024;
/// A correction goes back this many characters at most; further back one writes somewhere else.
const BACK_MAX: usize = 256;
/// What is read of a timeline at once, in bytes.
const AT_ONCE: u64 = 4 * 1024 * 1024;

/// What looks like a secret in a session's timeline.
///
/// # Errors
///
/// When the timeline cannot be read.
pub async fn find(store: &Arc<dyn Store>, id: &SessionId) -> Result<Leaks, ReadError> {
    let extent = reader::extent(store, id).await?;
    let mut search = Search::default();
    if extent.gone > 0 {
        // What the first moment shows was written before it.
        let before = extent.first.0 - 1;
        let scene = reader::scene(store, id, extent.first.1, Some(before)).await?;
        let moment = Moment { seq: extent.first.1, at_ms: extent.first.2 };
        search = tokio::task::spawn_blocking(move || {
            for file in scene.document.files() {
                search.read(&file.text, LeakPlace::File, |_| moment);
            }
            for turn in &scene.session.turns {
                search.read(&turn.prompt, LeakPlace::Words, |_| moment);
                search.read(&turn.output, LeakPlace::Output, |_| moment);
            }
            search
        })
        .await?;
    }
    let mut after = extent.first.0.checked_sub(1);
    loop {
        let chunks = store.chunks(id, after, AT_ONCE).await?;
        let Some(last) = chunks.last() else { break };
        after = Some(last.number);
        search = tokio::task::spawn_blocking(move || {
            for chunk in chunks {
                for step in chunk::read(chunk.payload)? {
                    search.step(&step)?;
                }
            }
            Ok::<_, ReadError>(search)
        })
        .await??;
    }
    let comments = store.comments(id).await?;
    let leaks = tokio::task::spawn_blocking(move || {
        for comment in comments {
            search.read(&comment.text, LeakPlace::Comment, |_| comment.moment);
        }
        search.finish()
    });
    Ok(leaks.await?)
}

#[derive(Default)]
struct Search {
    /// What each client writes at the moment.
    runs: HashMap<u64, Run>,
    /// What each turn's model says.
    outputs: HashMap<TurnId, Run>,
    found: Vec<Leak>,
    known: HashSet<(&'static str, String)>,
}

/// Text that was written in one go.
#[derive(Default)]
struct Run {
    chars: Vec<(u32, char, Moment)>,
    bytes: usize,
    /// Something of it was not read yet.
    is_fresh: bool,
}

impl Run {
    fn push(&mut self, clock: u32, text: &str, moment: Moment) -> u32 {
        let mut at = clock;
        for c in text.chars() {
            self.chars.push((at, c, moment));
            at = at.wrapping_add(c.len_utf16() as u32);
        }
        self.bytes += text.len();
        self.is_fresh = true;
        at
    }

    /// Where in the run the character with this id stands, if that is close to its end.
    fn place_of(&self, clock: u32) -> Option<usize> {
        let mut back = self.chars.iter().rev().take(BACK_MAX);
        let at = back.position(|(start, c, _)| clock.wrapping_sub(*start) < c.len_utf16() as u32)?;
        Some(self.chars.len() - 1 - at)
    }
}

impl Search {
    fn step(&mut self, step: &Step) -> Result<(), ReadError> {
        let moment = Moment { seq: step.seq, at_ms: step.at };
        if let Some(message) = &step.message {
            for piece in inserted(message).map_err(SceneError::Update)? {
                self.inserted(&piece, moment);
            }
        }
        let Some(frame) = &step.frame else { return Ok(()) };
        let frame: ServerFrame = serde_json::from_slice(frame).map_err(SceneError::Frame)?;
        match frame {
            ServerFrame::TurnDelta { turn_id, text, .. } => {
                let run = self.outputs.entry(turn_id.clone()).or_default();
                let clock = run.chars.last().map_or(0, |(clock, ..)| clock + 2);
                run.push(clock, &text, moment);
                if run.bytes > RUN_MAX {
                    self.read_output(&turn_id);
                }
            }
            // What came before it may be taken back: it is read as it stands.
            ServerFrame::SteerApplied { turn_id, text, .. } => {
                self.read_output(&turn_id);
                self.read(&text, LeakPlace::Words, |_| moment);
            }
            ServerFrame::TurnCompleted { turn_id, .. } => self.read_output(&turn_id),
            ServerFrame::TurnStarted { prompt, .. } => self.read(&prompt, LeakPlace::Words, |_| moment),
            ServerFrame::TurnContinued { text: Some(text), .. } => self.read(&text, LeakPlace::Words, |_| moment),
            ServerFrame::State { session, .. } => {
                for turn in &session.turns {
                    self.read(&turn.prompt, LeakPlace::Words, |_| moment);
                    self.read(&turn.output, LeakPlace::Output, |_| moment);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A piece goes on where its author was, goes back a little, or begins somewhere else.
    fn inserted(&mut self, piece: &Inserted, moment: Moment) {
        let run = self.runs.entry(piece.client).or_default();
        let place = piece.behind.filter(|(client, _)| *client == piece.client).and_then(|(_, at)| run.place_of(at));
        let corrects = place.is_some_and(|place| place + 1 < run.chars.len());
        if place.is_none() || corrects || run.bytes > RUN_MAX {
            self.read_run(piece.client);
        }
        let run = self.runs.entry(piece.client).or_default();
        match place {
            Some(place) if run.bytes <= RUN_MAX => run.chars.truncate(place + 1),
            _ => *run = Run::default(),
        }
        run.push(piece.clock, &piece.text, moment);
    }

    fn read_run(&mut self, client: u64) {
        let Some(run) = self.runs.get_mut(&client).filter(|run| run.is_fresh) else { return };
        run.is_fresh = false;
        let text: String = run.chars.iter().map(|(_, c, _)| *c).collect();
        let moments = std::mem::take(&mut run.chars);
        self.read(&text, LeakPlace::File, |at| moment_at(&moments, at));
        if let Some(run) = self.runs.get_mut(&client) {
            run.chars = moments;
        }
    }

    fn read_output(&mut self, turn: &TurnId) {
        let Some(run) = self.outputs.remove(turn) else { return };
        let text: String = run.chars.iter().map(|(_, c, _)| *c).collect();
        self.read(&text, LeakPlace::Output, |at| moment_at(&run.chars, at));
    }

    fn read(&mut self, text: &str, place: LeakPlace, moment: impl Fn(usize) -> Moment) {
        for Finding { kind, range, preview, .. } in scan(text) {
            let words = kind.words();
            if self.found.len() < LEAKS_MAX && self.known.insert((words, preview.clone())) {
                let leak = Leak { moment: moment(range.start), place, what: words.to_owned(), preview };
                self.found.push(leak);
            }
        }
    }

    fn finish(mut self) -> Leaks {
        let clients: Vec<u64> = self.runs.keys().copied().collect();
        for client in clients {
            self.read_run(client);
        }
        let turns: Vec<TurnId> = self.outputs.keys().cloned().collect();
        for turn in turns {
            self.read_output(&turn);
        }
        let more = self.found.len() >= LEAKS_MAX;
        self.found.sort_by_key(|leak| leak.moment.seq);
        Leaks { found: self.found, more }
    }
}

/// When the character at a byte of the text came.
fn moment_at(chars: &[(u32, char, Moment)], byte: usize) -> Moment {
    let mut at = 0;
    for (_, c, moment) in chars {
        if at >= byte {
            return *moment;
        }
        at += c.len_utf8();
    }
    chars.last().map(|(.., moment)| *moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ghp_aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5";

    fn moment(seq: u64) -> Moment {
        Moment { seq: protocol::Seq(seq), at_ms: seq }
    }

    /// Types letter by letter, each behind the one before.
    fn typed(search: &mut Search, client: u64, from: u32, text: &str) {
        for (at, c) in (from..).zip(text.chars()) {
            let behind = at.checked_sub(1).map(|at| (client, at));
            search.inserted(&Inserted { client, clock: at, behind, text: c.to_string() }, moment(u64::from(at)));
        }
    }

    fn previews(search: Search) -> Vec<(u64, LeakPlace)> {
        search.finish().found.iter().map(|leak| (leak.moment.seq.0, leak.place)).collect()
    }

    #[test]
    fn a_secret_that_was_typed_letter_by_letter_is_found_at_its_moment() {
        let mut search = Search::default();
        typed(&mut search, 1, 0, &format!("token = {KEY}\n"));
        assert_eq!(previews(search), [(8, LeakPlace::File)]);
    }

    #[test]
    fn a_correction_in_the_middle_hides_nothing() {
        let mut search = Search::default();
        let (first, rest) = KEY.split_at(12);
        typed(&mut search, 1, 0, &format!("{first}xx"));
        // The two letters were taken back: what follows is behind the last good one.
        let behind = Some((1, first.len() as u32 - 1));
        let clock = first.len() as u32 + 2;
        let (next, end) = rest.split_at(1);
        search.inserted(&Inserted { client: 1, clock, behind, text: next.to_owned() }, moment(50));
        for (at, c) in (clock + 1..).zip(end.chars()) {
            let behind = Some((1, at - 1));
            search.inserted(&Inserted { client: 1, clock: at, behind, text: c.to_string() }, moment(60));
        }
        assert_eq!(previews(search), [(0, LeakPlace::File)]);
    }

    #[test]
    fn what_is_written_in_two_places_is_no_secret_together() {
        let mut search = Search::default();
        let (first, rest) = KEY.split_at(10);
        typed(&mut search, 1, 0, first);
        let piece = Inserted { client: 1, clock: 10, behind: Some((2, 7)), text: rest.to_owned() };
        search.inserted(&piece, moment(9));
        assert_eq!(previews(search), []);
    }
}
