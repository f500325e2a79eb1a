//! What a request is made of: the session's turns, files and people, as the pure builder of requests takes them.

use std::collections::HashMap;
use std::time::Instant;

use models::{Cue, CueFile, SegmentRequest, Terms};
use protocol::scope::{Region, RegionRange, Scope, Within};
use protocol::view::{Cursor, HunkStatus, SegmentCause};
use protocol::{FileId, ServerFrame};

use super::{Effect, State};
use crate::base64;
use crate::session::request::notes::{self, Held, LineRange, News, ScopeNote};
use crate::session::request::{self, Ask, Exchange, Focus, Piece, Spot};
use crate::session::turn::{Segment, Turn};

/// The practice model's speed where the learner chose none, in tokens a second: fast, and still readable.
const DEFAULT_SPEED: u32 = 120;
/// Tells the news of turns from those of hunks, whose numbers count up from 1.
const OF_TURN: u64 = 1 << 63;
/// The most hunks that a request knows of, the newest.
const HUNKS_MAX: usize = 32;
/// Of how many in one file it looks up the places, the newest: a window shows no more of them.
const PLACES_MAX: usize = 4;

/// The most files that are read ahead of a request: a few people's.
const PREPARED_MAX: usize = 4;

impl State {
    /// What the running segment asks its model.
    pub fn request(&mut self, now: Instant) -> Option<SegmentRequest> {
        let queued = self.since_received(Some(now));
        if let Some(turn) = self.turns.last_mut() {
            turn.latency.queue_ms = queued.unwrap_or_default();
        }
        let turn = self.turns.last()?;
        let first = self.memory.first_turn(turn.model.as_str());
        let exchange = |(at, turn)| {
            let is_running = at + 1 == self.turns.len();
            if at >= first || is_running { exchange(turn, is_running) } else { Exchange::default() }
        };
        let ask = Ask {
            model: turn.model.as_str(),
            terms: self.terms(turn.model.as_str()),
            turns: self.turns.iter().enumerate().map(exchange).collect(),
            news: self.news(first),
            focus: self.focus(turn),
            scope: self.scope_note(turn),
        };
        let cue = self.cue(turn);
        let built = request::build(&mut self.memory, &self.doc, &ask)?;
        let turn = self.turns.last_mut()?;
        for (at, (segment, message)) in turn.segments.iter_mut().zip(built.messages).enumerate() {
            if segment.message.as_ref() != Some(&message) {
                let (turn, message) = (turn.id.clone(), message.clone());
                self.effects.push(Effect::Said { turn, segment: at, message });
            }
            segment.message = Some(message);
            if built.is_shortened {
                segment.sent = request::Sent::default();
            }
        }
        turn.segments.last_mut()?.sent = built.sent;
        turn.written.segments = 0;
        turn.context = Some(built.context.clone());
        let (turn_id, context) = (turn.id.clone(), Box::new(built.context));
        let seq = self.advance();
        self.log(seq, ServerFrame::TurnContext { seq, turn_id, context });
        Some(SegmentRequest { cue, ..built.request })
    }

    /// The system prompt for a model as it stands.
    pub fn instructions(&self, model: &str) -> String {
        request::instructions(&self.doc, &self.terms(model))
    }

    /// Reads some of what the next request wants to know of the project, in a quiet moment.
    pub fn survey(&mut self) {
        let is_known = self.surveyed == Some(self.seq);
        // While somebody types, the text that they are in is not read once a second.
        if self.running.is_none() && !is_known && !self.is_unprepared() && self.memory.survey(&self.doc) {
            self.surveyed = Some(self.seq);
        }
    }

    /// Whether [`State::prepare`] has something to do.
    pub fn is_unprepared(&self) -> bool {
        self.prepared != self.doc.last_revision()
    }

    /// Reads the files that the next request will be about, in a quiet moment: where people's carets are, and where
    /// the model was last.
    pub fn prepare(&mut self) {
        self.prepared = self.doc.last_revision();
        let carets = self.roster.presence().into_iter().filter_map(|person| Some(person.cursor?.file));
        let written = self.turns.last().and_then(|turn| turn.hunks.last()?.view.file_id.clone());
        let mut files: Vec<_> = carets.chain(written).collect();
        files.sort_unstable();
        files.dedup();
        for file in files.iter().take(PREPARED_MAX) {
            self.memory.prepare(&self.doc, file.as_str());
            self.doc.make_ready(file.as_str());
        }
    }

    fn terms(&self, model: &str) -> Terms {
        self.terms.get(model).copied().unwrap_or_default()
    }

    fn focus(&self, turn: &Turn) -> Focus {
        let hunks = self.turns.iter().rev().flat_map(|t| t.hunks.iter().rev());
        let mut looked_up: HashMap<FileId, usize> = HashMap::new();
        let hunks = hunks.filter_map(|hunk| {
            let file = hunk.view.file_id.clone()?;
            let of_file = looked_up.entry(file.clone()).or_default();
            *of_file += 1;
            let place = hunk.view.place.as_ref().filter(|_| *of_file <= PLACES_MAX);
            let range = place.map(|place| RegionRange { start: place.start.clone(), end: place.end.clone() });
            self.spot(&Region { file: file.clone(), range }).or(Some(Spot { file: file.0, range: None }))
        });
        let selection = turn.selection.as_ref().filter(|s| s.range.is_some()).and_then(|s| self.spot(s));
        let who = match turn.segments.last().map(|s| &s.cause) {
            Some(SegmentCause::Steer(id)) => turn.steer(id).map_or(&turn.by, |s| &s.view.by),
            _ => &turn.by,
        };
        let mut carets: Vec<Spot> = self.roster.cursor(who).and_then(|cursor| self.caret(cursor)).into_iter().collect();
        // Quoted with the words that it was selected for; afterwards it is a place like any other.
        let is_quoted = turn.segments.iter().any(|s| s.message.is_some());
        let (selections, again) = if is_quoted { (None, selection) } else { (selection, None) };
        let caret_file = carets.first().map(|spot| spot.file.clone());
        carets.extend(again);
        let open =
            if is_quoted { caret_file.or(turn.open_file.clone()) } else { turn.open_file.clone().or(caret_file) };
        Focus { open, selections: selections.into_iter().collect(), carets, hunks: hunks.take(HUNKS_MAX).collect() }
    }

    /// Where a region is now; nothing when it is nowhere, or cannot be read.
    fn spot(&self, region: &Region) -> Option<Spot> {
        let file = region.file.0.clone();
        let Some(range) = &region.range else { return Some(Spot { file, range: None }) };
        let (start, end) = (base64::decode(&range.start).ok()?, base64::decode(&range.end).ok()?);
        let range = self.doc.region(&file, &document::Region { start, end })?;
        Some(Spot { file, range: Some(range) })
    }

    fn caret(&self, cursor: &Cursor) -> Option<Spot> {
        let range = RegionRange { start: cursor.head.clone(), end: cursor.head.clone() };
        self.spot(&Region { file: cursor.file.clone(), range: Some(range) })
    }

    /// What a turn may change now, as far as that is limited.
    fn scope_note(&self, turn: &Turn) -> ScopeNote {
        let lines = |(at, region): (usize, &Region)| {
            let path = self.doc.display_path(&region.file.0)?;
            if at >= notes::SCOPE_NAMED_MAX {
                // Only counted: its place need not be looked up.
                return Some(LineRange::whole(&path));
            }
            self.memory.lines(&self.doc, &self.spot(region)?, &path)
        };
        let Scope { within, budget, .. } = &turn.scope;
        let mut note = ScopeNote { budget: *budget, ..ScopeNote::default() };
        match within {
            Within::Session => {}
            Within::Files(files) => note.files = files.iter().filter_map(|f| self.doc.display_path(&f.0)).collect(),
            Within::Selection(regions) => note.lines = regions.iter().enumerate().filter_map(lines).collect(),
        }
        note.locks = self.locks.iter().map(|lock| &lock.view.region).enumerate().filter_map(lines).collect();
        note
    }

    /// What people made of what the model did, from a turn on.
    fn news(&self, first: usize) -> Vec<News> {
        let mut news = Vec::new();
        for (at, turn) in self.turns.iter().enumerate().skip(first) {
            if turn.reverted {
                let key = OF_TURN | turn.started.0;
                news.push(News { turn: at, key, words: notes::turn_reverted(&turn.prompt) });
                continue;
            }
            for hunk in &turn.hunks {
                let path = &hunk.view.path;
                let held = |outcome| hunk.view.hold.map(|reason| notes::held(path, reason, outcome));
                let (kind, words) = match hunk.view.status {
                    HunkStatus::Reverted => (0, Some(notes::reverted(path))),
                    HunkStatus::Held => (1, held(Held::Undecided)),
                    HunkStatus::Refused => (2, held(Held::Refused)),
                    HunkStatus::Accepted => (3, held(Held::Applied)),
                    HunkStatus::Open | HunkStatus::Applied | HunkStatus::Partial | HunkStatus::Failed => (0, None),
                };
                news.extend(words.map(|words| News { turn: at, key: (hunk.key << 2) | kind, words }));
            }
        }
        news
    }

    /// Where the script of a scripted model stands. No other one reads it, and it holds the lesson's files.
    fn cue(&self, turn: &Turn) -> Option<Cue> {
        self.models.iter().find(|m| m.id == turn.model && m.scripted)?;
        let files = self.lesson.iter().flat_map(|_| self.doc.files());
        let files = files.filter_map(|f| {
            let (path, text) = (self.doc.display_path(&f.id)?, self.doc.text(&f.id)?.to_string());
            Some(CueFile { path, text })
        });
        let reply = |segment: &Segment| match &segment.cause {
            SegmentCause::Prompt | SegmentCause::Mend => None,
            SegmentCause::Steer(id) => turn.steer(id).map(|s| s.view.text.clone()),
            SegmentCause::Continue(words) => words.clone(),
        };
        Some(Cue {
            lesson: self.lesson.as_ref().map(|l| l.view.id.0.clone()),
            prompt: turn.prompt.clone(),
            tokens_per_second: turn.tokens_per_second.unwrap_or(DEFAULT_SPEED),
            kept: turn.output.clone(),
            replies: turn.segments.iter().skip(1).map(reply).collect(),
            files: files.collect(),
        })
    }
}

/// A turn as requests see it. Only the running one's words are still to be said.
fn exchange(turn: &Turn, is_running: bool) -> Exchange<'_> {
    let piece = |(segment, output)| {
        let (note, words) = if is_running { (note(turn, segment), words(turn, segment)) } else { (String::new(), "") };
        let message = segment.message.as_deref();
        Piece { message, sent: message.map(|_| &segment.sent), note, words, output }
    };
    Exchange { pieces: turn.pieces().map(piece).collect() }
}

fn note(turn: &Turn, segment: &Segment) -> String {
    match segment.cause {
        SegmentCause::Prompt => notes::failed(&segment.note),
        SegmentCause::Steer(_) | SegmentCause::Continue(_) | SegmentCause::Mend => {
            notes::cut(&segment.note, turn.output.len() > segment.byte || segment.offset > 0)
        }
    }
}

fn words<'a>(turn: &'a Turn, segment: &'a Segment) -> &'a str {
    match &segment.cause {
        SegmentCause::Prompt => turn.prompt.as_str(),
        SegmentCause::Steer(id) => turn.steer(id).map_or("", |s| s.view.text.as_str()),
        SegmentCause::Continue(Some(words)) => words.as_str(),
        SegmentCause::Mend => "Mend that, and nothing else.",
        SegmentCause::Continue(None) => "Go on from exactly there.",
    }
}
