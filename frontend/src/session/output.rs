//! One turn's output: from text to the pieces that are shown.
//!
//! What is commentary and what a block is said by `edits`, as at the server: each segment of the output is a stream of
//! its own, outside every block at its beginning. A cut reads what is kept of its segment anew.

use edits::{Outline, Segment};
use leptos::prelude::*;
use protocol::view::{SegmentCause, SegmentView};

use crate::store::{Block, Piece, PieceKind, Turn};
use crate::utf16::{byte_at, units};

/// Where a text piece is ended at the next line, in bytes: what is appended to one text node stays small.
const PIECE_BYTES: usize = 2_000;

/// A turn's output beside its pieces.
#[derive(Debug)]
pub struct Output {
    /// The segments so far; the last one grows. Never empty.
    parts: Vec<Part>,
    /// What reads the last one.
    outline: Outline,
    /// UTF-16 units so far.
    length: u32,
    next_key: u32,
    /// From `turn/stopped` until the turn's end: output from here on is dropped.
    pub stop: Option<u32>,
}

/// The output of one segment: what a cut reads anew.
#[derive(Debug, Default)]
struct Part {
    /// Where it begins, in UTF-16 units of the turn's output.
    begins: u32,
    /// How many of the turn's pieces come before it.
    pieces: usize,
    /// What it said.
    text: String,
}

impl Default for Output {
    fn default() -> Self {
        Self { parts: vec![Part::default()], outline: Outline::new(), length: 0, next_key: 0, stop: None }
    }
}

impl Output {
    /// UTF-16 units so far.
    pub fn length(&self) -> u32 {
        self.length
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

    /// Takes back everything from `offset` on, and ends the segment there. Marks at the cut stay.
    pub fn truncate(&mut self, turn: &Turn, offset: u32) {
        if offset < self.length {
            while self.parts.len() > 1 && self.parts.last().is_some_and(|part| part.begins > offset) {
                self.parts.pop();
            }
            let Some(part) = self.parts.last_mut() else { return };
            part.text.truncate(byte_at(&part.text, offset.saturating_sub(part.begins)));
            self.length = part.begins + units(&part.text);
            self.read_anew(turn);
        }
        self.end_segment(turn);
    }

    /// The segment ended: a block that it left open is closed.
    pub fn end_segment(&mut self, turn: &Turn) {
        let said = std::mem::take(&mut self.outline).finish();
        self.show(turn.pieces, self.first(), said);
        let part = Part { begins: self.length, pieces: turn.pieces.with_untracked(Vec::len), text: String::new() };
        match self.parts.last_mut() {
            Some(last) if last.text.is_empty() => *last = part,
            _ => self.parts.push(part),
        }
    }

    /// A point where a person spoke: the next segment begins behind it.
    pub fn mark(&mut self, turn: &Turn, kind: PieceKind) {
        let piece = Piece { key: self.key(), offset: self.length(), kind };
        turn.pieces.update(|pieces| pieces.push(piece));
        if let Some(part) = self.parts.last_mut() {
            part.pieces = turn.pieces.with_untracked(Vec::len);
        }
    }

    fn push(&mut self, turn: &Turn, text: &str) {
        self.length += units(text);
        if let Some(part) = self.parts.last_mut() {
            part.text.push_str(text);
        }
        let said = self.outline.push(text);
        self.show(turn.pieces, self.first(), said);
        if let Some(lines) = self.outline.written() {
            turn.pieces.with_untracked(|pieces| {
                if let Some(Piece { kind: PieceKind::Block(block), .. }) = pieces.last()
                    && block.lines.get_untracked() != lines
                {
                    block.lines.set(lines);
                }
            });
        }
    }

    /// Reads what is left of the last segment anew, as the whole of it. What is as it was keeps its key, and so its
    /// place on the page.
    fn read_anew(&mut self, turn: &Turn) {
        let Some(part) = self.parts.last() else { return };
        let mut outline = Outline::new();
        let mut said = outline.push(&part.text);
        said.extend(outline.finish());
        self.outline = Outline::new();
        let (first, fresh) = (self.first(), RwSignal::new(Vec::new()));
        self.show(fresh, 0, said);
        turn.pieces.update(|pieces| {
            let old = pieces.split_off(first.min(pieces.len()));
            let mut old = old.into_iter();
            pieces.extend(
                fresh.get_untracked().into_iter().map(|new| old.next().map_or(new.clone(), |old| kept(old, new))),
            );
        });
    }

    /// The first of the turn's pieces that is of the last segment.
    fn first(&self) -> usize {
        self.parts.last().map_or(0, |part| part.pieces)
    }

    /// Adds what was said to pieces of which those from `first` on are of this segment.
    fn show(&mut self, pieces: RwSignal<Vec<Piece>>, first: usize, said: Vec<Segment>) {
        let begins = self.parts.last().map_or(0, |part| part.begins);
        for one in said {
            match one {
                // By lines, so that where a piece ends does not depend on how the text came.
                Segment::Commentary(text) => text.split_inclusive('\n').for_each(|line| self.text(pieces, first, line)),
                Segment::Open { offset, path, why, .. } => {
                    let kind =
                        PieceKind::Block(Block { path, why, open: RwSignal::new(true), lines: RwSignal::new(0) });
                    let piece = Piece { key: self.key(), offset: begins + offset, kind };
                    pieces.update(|pieces| pieces.push(piece));
                }
                Segment::Close { .. } => pieces.with_untracked(|pieces| {
                    if let Some(Piece { kind: PieceKind::Block(block), .. }) = pieces.last() {
                        block.open.set(false);
                    }
                }),
            }
        }
    }

    /// Text goes on in the last piece, unless that one is long enough or of another segment.
    fn text(&mut self, pieces: RwSignal<Vec<Piece>>, first: usize, text: &str) {
        let last =
            pieces.with_untracked(|pieces| match pieces.get(first..).and_then(<[Piece]>::last).map(|p| &p.kind) {
                Some(PieceKind::Text(last)) => {
                    let full = last.with_untracked(|last| last.len() >= PIECE_BYTES && last.ends_with('\n'));
                    (!full).then_some(*last)
                }
                _ => None,
            });
        match last {
            Some(last) => last.update(|last| last.push_str(text)),
            None => {
                let kind = PieceKind::Text(RwSignal::new(text.to_owned()));
                let piece = Piece { key: self.key(), offset: self.length, kind };
                pieces.update(|pieces| pieces.push(piece));
            }
        }
    }

    fn key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }
}

/// The old piece, made equal to the new one; the new one where they are different things.
fn kept(old: Piece, new: Piece) -> Piece {
    match (&old.kind, &new.kind) {
        (PieceKind::Text(was), PieceKind::Text(is)) => {
            let is = is.get_untracked();
            if was.with_untracked(|was| *was != is) {
                was.set(is);
            }
            old
        }
        (PieceKind::Block(was), PieceKind::Block(is))
            if (old.offset, &was.path, &was.why) == (new.offset, &is.path, &is.why) =>
        {
            was.open.set(is.open.get_untracked());
            old
        }
        _ => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The four syntaxes, mixed with prose, a character that is two units, and a line that only looks like a tag.
    const OUTPUT: &str = "I will 🙂 é\n\
        <edit path=\"a.py\" why=\"money\">\n<old_text>\nx\n</old_text>\n<new_text>\n</new_text>\n</edit>\n\
        And an <edit in prose.\n\
        b.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n\
        *** Begin Patch\n*** Update File: c.py\n@@\n-x\n+y\n*** End Patch\n\
        Done.\n<e";

    fn turn() -> (Turn, Owner) {
        let owner = Owner::new();
        owner.set();
        let view = crate::session::view("t".into(), "p".into(), "m".into(), "me".into());
        let turn = owner.with(|| crate::session::blank(&view));
        (turn, owner)
    }

    fn shown(turn: &Turn) -> Vec<String> {
        let said = |piece: &Piece| match &piece.kind {
            PieceKind::Text(text) => text.get_untracked(),
            PieceKind::Block(b) => {
                format!("[{} {}{} at {}]", b.path, b.why, if b.open.get_untracked() { " …" } else { "" }, piece.offset)
            }
            _ => "<mark>".to_owned(),
        };
        turn.pieces.with_untracked(|pieces| pieces.iter().map(said).collect())
    }

    /// As the text stands at its place in the output.
    fn at(text: &str) -> u32 {
        units(OUTPUT.split(text).next().unwrap())
    }

    #[test]
    fn every_syntax_is_told_from_commentary_however_it_is_cut_into_chunks() {
        let whole = {
            let (turn, _owner) = turn();
            let mut output = Output::default();
            output.delta(&turn, 0, OUTPUT);
            output.end_segment(&turn);
            shown(&turn)
        };
        assert_eq!(whole.len(), 6, "{whole:?}");
        assert_eq!(whole[0], "I will 🙂 é\n");
        assert_eq!(whole[1], format!("[a.py money at {}]", at("<edit path")));
        assert!(whole[3].starts_with("[b.py ") && whole[3].ends_with(&format!("at {}]", at("<<<<<<<"))), "{whole:?}");
        assert!(
            whole[4].starts_with("[c.py ") && whole[4].ends_with(&format!("at {}]", at("*** Update"))),
            "{whole:?}"
        );
        assert_eq!(whole[5], "Done.\n<e");
        for size in [1, 2, 3, 7, 40] {
            let (turn, _owner) = turn();
            let mut output = Output::default();
            for chunk in OUTPUT.chars().collect::<Vec<_>>().chunks(size) {
                let offset = output.length();
                output.delta(&turn, offset, &chunk.iter().collect::<String>());
            }
            output.end_segment(&turn);
            assert_eq!(shown(&turn), whole, "chunks of {size}");
        }
    }

    #[test]
    fn a_cut_shows_what_the_kept_output_alone_would_show_and_keeps_its_pieces() {
        let length = units(OUTPUT);
        for cut in 0..length {
            if byte_at(OUTPUT, cut) == byte_at(OUTPUT, cut.saturating_sub(1)) && cut > 0 {
                continue;
            }
            let kept = &OUTPUT[..byte_at(OUTPUT, cut)];
            let (alone, _owner) = turn();
            let mut output = Output::default();
            output.delta(&alone, 0, kept);
            output.end_segment(&alone);

            let (turn, _owner) = turn();
            let mut output = Output::default();
            output.delta(&turn, 0, OUTPUT);
            let keys = || turn.pieces.with_untracked(|pieces| pieces.iter().map(|p| p.key).collect::<Vec<_>>());
            let before: Vec<(u32, String)> = keys().into_iter().zip(shown(&turn)).collect();
            output.truncate(&turn, cut);
            assert_eq!(output.length(), cut);
            assert_eq!(shown(&turn), shown(&alone), "cut at {cut}");
            for (was, is) in before.iter().zip(keys().into_iter().zip(shown(&turn))) {
                assert!(was.1 != is.1 || was.0 == is.0, "cut at {cut}: what is as it was keeps its key");
            }
            output.delta(&turn, cut, "More.");
            assert_eq!(shown(&turn).last().unwrap(), "More.", "the next segment begins outside any block");
        }
    }

    #[test]
    fn a_cut_may_reach_into_an_earlier_segment_and_leaves_marks_at_its_place() {
        let (turn, _owner) = turn();
        let mut output = Output::default();
        output.delta(&turn, 0, "one two");
        output.truncate(&turn, 3);
        output.mark(&turn, PieceKind::Continued(None));
        output.delta(&turn, 3, " three");
        output.truncate(&turn, 3);
        assert_eq!(shown(&turn), ["one", "<mark>"]);
        output.truncate(&turn, 2);
        assert_eq!(shown(&turn), ["on"]);
    }
}
