//! The conversation as a request carries it, and from which turn on.

use std::collections::{HashMap, HashSet};

use models::{Message, Role};

use super::budget::MESSAGE_OVERHEAD;
use super::{Exchange, Piece, Sent, SentFile};

/// What of the conversation a request carries, its newest message apart.
#[derive(Debug, Default)]
pub struct Carried<'a> {
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
    /// The messages of the running turn's earlier segments.
    pub own: Vec<String>,
    /// What it all takes, the newest message's note and words included.
    pub bytes: usize,
    /// What the turns before the running one take of that.
    pub older_bytes: usize,
    /// What the running turn's own output takes of that.
    pub output_bytes: usize,
    /// What was last shown of each file, by id.
    pub before: HashMap<&'a str, &'a SentFile>,
    /// News that were told.
    pub told: HashSet<u64>,
    /// What the running turn was last told of what it may change.
    pub scope: Option<&'a str>,
    /// The newest message that laid out the project as a whole.
    pub base: Option<&'a Sent>,
    /// Whether the running turn's earlier messages could do without their files.
    pub can_be_shortened: bool,
}

impl<'a> Carried<'a> {
    /// The conversation from turn `first` on. `is_shortened`: the running turn's earlier messages say only what they
    /// said beside files.
    pub fn of(turns: &'a [Exchange<'a>], first: usize, is_shortened: bool) -> Option<Carried<'a>> {
        let (newest, older) = turns.split_last()?;
        let (asked, earlier) = newest.pieces.split_last()?;
        let mut carried = Carried::default();
        for piece in older.iter().skip(first).flat_map(|turn| &turn.pieces) {
            if let Some(message) = piece.message {
                carried.say(message.to_owned());
            }
            carried.know(piece.sent);
            carried.answer(piece.output);
        }
        carried.older_bytes = carried.bytes;
        for piece in earlier {
            let words = || [piece.note.as_str(), piece.words].concat();
            // Steered or stopped before its request was built: what was said is still said.
            let message = match piece.message {
                Some(message) if !is_shortened => message.to_owned(),
                _ => words(),
            };
            carried.can_be_shortened |= message.len() > piece.note.len() + piece.words.len();
            carried.own.push(message.clone());
            carried.say(message);
            if !is_shortened {
                carried.know(piece.sent);
                carried.scope = piece.sent.map(|sent| sent.scope.as_str()).or(carried.scope);
            }
            carried.answer(piece.output);
            carried.output_bytes += piece.output.len();
        }
        carried.bytes += asked.note.len() + asked.words.len() + MESSAGE_OVERHEAD;
        Some(carried)
    }

    fn say(&mut self, text: String) {
        self.bytes += text.len() + MESSAGE_OVERHEAD;
        self.messages.push(said(text));
    }

    fn answer(&mut self, output: &str) {
        if !output.is_empty() {
            self.bytes += output.len() + MESSAGE_OVERHEAD;
            self.messages.push(Message { role: Role::Assistant, text: output.to_owned() });
        }
    }

    fn know(&mut self, sent: Option<&'a Sent>) {
        let Some(sent) = sent else { return };
        for file in &sent.files {
            self.before.insert(&file.id, file);
        }
        self.told.extend(&sent.news);
        if sent.base.is_some() {
            self.base = Some(sent);
        }
    }
}

/// A message of ours.
pub fn said(text: String) -> Message {
    Message { role: Role::User, text }
}

/// The first turn that is carried when those from `first` on are too much: as many of the newest as `room` bytes
/// take, and at least one less than before.
pub fn shortened(older: &[Exchange<'_>], first: usize, room: usize) -> usize {
    let mut left = room;
    let fitting = older.iter().skip(first + 1).rev().take_while(|turn| {
        let rest = left.checked_sub(turn.pieces.iter().map(size).sum());
        left = rest.unwrap_or_default();
        rest.is_some()
    });
    older.len() - fitting.count()
}

fn size(piece: &Piece<'_>) -> usize {
    let message = piece.message.map_or(0, |m| m.len() + MESSAGE_OVERHEAD);
    let output = if piece.output.is_empty() { 0 } else { piece.output.len() + MESSAGE_OVERHEAD };
    message + output
}
