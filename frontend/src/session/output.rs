//! One turn's output: from text to the pieces that are shown.

use leptos::prelude::*;
use protocol::view::{SegmentCause, SegmentView};

use crate::store::{Block, Piece, PieceKind, Turn};
use crate::transcript::{Said, Transcript, byte_at, units};

/// Where a text piece is ended at the next line, in bytes: what is appended to one text node stays small.
const PIECE_BYTES: usize = 2_000;

/// A turn's output beside its pieces.
#[derive(Debug, Default)]
pub struct Output {
    transcript: Transcript,
    next_key: u32,
    /// From `turn/stopped` until the turn's end: output from here on is dropped.
    pub stop: Option<u32>,
}

impl Output {
    /// UTF-16 units so far.
    pub fn length(&self) -> u32 {
        self.transcript.length()
    }

    /// Shows a whole output anew.
    pub fn replay(&mut self, turn: &Turn, output: &str, segments: &[SegmentView]) {
        turn.pieces.set(Vec::new());
        let mut rest = output;
        for segment in segments {
            let ahead = segment.offset.saturating_sub(self.length());
            let (before, after) = rest.split_at(byte_at(rest, ahead));
            self.push(turn, before);
            self.end_segment(turn);
            match &segment.cause {
                SegmentCause::Prompt => {}
                SegmentCause::Steer(id) => self.mark(turn, PieceKind::Steer(id.clone())),
                SegmentCause::Mend => self.mark(turn, PieceKind::Mending(None)),
                SegmentCause::Continue(text) => self.mark(turn, PieceKind::Continued(text.clone())),
            }
            rest = after;
        }
        self.push(turn, rest);
    }

    /// The next delta. What the page has already, or has been told to drop, is left out.
    pub fn delta(&mut self, turn: &Turn, offset: u32, text: &str) {
        let known = self.length().saturating_sub(offset);
        let mut text = text.get(byte_at(text, known)..).unwrap_or_default();
        if let Some(stop) = self.stop {
            let room = stop.saturating_sub(self.length());
            text = text.get(..byte_at(text, room)).unwrap_or_default();
        }
        self.push(turn, text);
    }

    /// Takes back everything from `offset` on.
    pub fn truncate(&mut self, turn: &Turn, offset: u32) {
        if offset >= self.length() {
            self.end_segment(turn);
            return;
        }
        turn.pieces.update(|pieces| {
            while pieces.last().is_some_and(|p| p.offset >= offset && !is_mark(&p.kind, p.offset, offset)) {
                pieces.pop();
            }
            match pieces.last() {
                Some(Piece { offset: start, kind: PieceKind::Text(text), .. }) => {
                    text.update(|text| text.truncate(byte_at(text, offset - start)));
                }
                Some(Piece { kind: PieceKind::Block(block), .. }) => block.open.set(false),
                _ => {}
            }
        });
        self.transcript.truncate(offset);
    }

    /// The segment ended: a block that it left open is closed.
    pub fn end_segment(&mut self, turn: &Turn) {
        let said = self.transcript.end_segment();
        self.show(turn, said);
    }

    /// A point where a person spoke.
    pub fn mark(&mut self, turn: &Turn, kind: PieceKind) {
        let offset = self.length();
        let key = self.key();
        turn.pieces.update(|pieces| pieces.push(Piece { key, offset, kind }));
    }

    fn push(&mut self, turn: &Turn, text: &str) {
        let said = self.transcript.push(text);
        self.show(turn, said);
        if let Some(lines) = self.transcript.written() {
            turn.pieces.with_untracked(|pieces| {
                if let Some(Piece { kind: PieceKind::Block(block), .. }) = pieces.last()
                    && block.lines.get_untracked() != lines
                {
                    block.lines.set(lines);
                }
            });
        }
    }

    fn show(&mut self, turn: &Turn, said: Vec<Said>) {
        for one in said {
            match one {
                Said::Text { offset, text } => self.text(turn, offset, text),
                Said::Open { offset, path, why } => {
                    let kind =
                        PieceKind::Block(Block { path, why, open: RwSignal::new(true), lines: RwSignal::new(0) });
                    let key = self.key();
                    turn.pieces.update(|pieces| pieces.push(Piece { key, offset, kind }));
                }
                Said::Close => turn.pieces.with_untracked(|pieces| {
                    if let Some(Piece { kind: PieceKind::Block(block), .. }) = pieces.last() {
                        block.open.set(false);
                    }
                }),
            }
        }
    }

    /// Text goes on in the last piece, unless that one is long enough.
    fn text(&mut self, turn: &Turn, offset: u32, text: String) {
        let last = turn.pieces.with_untracked(|pieces| match pieces.last() {
            Some(Piece { offset: start, kind: PieceKind::Text(last), .. }) => {
                let fits = last
                    .with_untracked(|l| (l.len() < PIECE_BYTES || !l.ends_with('\n')) && start + units(l) == offset);
                fits.then_some(*last)
            }
            _ => None,
        });
        match last {
            Some(last) => last.update(|l| l.push_str(&text)),
            None => {
                let key = self.key();
                let kind = PieceKind::Text(RwSignal::new(text));
                turn.pieces.update(|pieces| pieces.push(Piece { key, offset, kind }));
            }
        }
    }

    fn key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }
}

/// A mark that stands exactly at the cut began what is kept before it: it stays.
fn is_mark(kind: &PieceKind, at: u32, cut: u32) -> bool {
    at == cut && matches!(kind, PieceKind::Steer(_) | PieceKind::Continued(_) | PieceKind::Mending(_))
}
