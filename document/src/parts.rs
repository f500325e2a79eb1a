//! An update as several: each holds a bounded piece of the document, and builds on nothing but those before it. Pure.
//!
//! Who takes them in one by one has a document after each, and need not take in all of a large one at once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::craft;
use crate::op::Refused;
use crate::span::{self, Span, units};
use crate::wire::{self, Content, Parent, Reader};

/// What a piece of a long text takes besides the text, in bytes, at most.
const PIECE_HEAD: usize = 48;

/// A struct, and its bytes.
struct Raw<'a> {
    one: wire::Struct<'a>,
    bytes: &'a [u8],
}

/// The structs of one client, in order, and how many have gone into parts.
struct Section<'a> {
    client: u64,
    structs: Vec<Raw<'a>>,
    next: usize,
}

/// The parts of an update, of about `most` bytes each. What is not divisible is larger.
///
/// # Errors
///
/// When it is not an update, or not one that stands for itself.
pub(crate) fn parts(update: &[u8], most: usize) -> Result<Vec<Vec<u8>>, Refused> {
    let (sections, deletes) = read(update)?;
    let mut order = Order { sections, known: BTreeMap::new() };
    for (at, section) in order.sections.iter().enumerate() {
        let first = section.structs.first().map_or(0, |raw| raw.one.span.start);
        order.known.insert(section.client, (at, first));
    }
    let mut parts = Vec::new();
    let mut part = Part::default();
    order.each(|raw| {
        for piece in pieces(raw, most) {
            if part.bytes + piece.len() > most && part.bytes > 0 {
                parts.push(std::mem::take(&mut part).finish(&[0]));
            }
            part.add(piece);
        }
    })?;
    parts.push(part.finish(deletes));
    Ok(parts)
}

/// The structs of an update, and the bytes of what it deletes.
fn read(update: &[u8]) -> Result<(Vec<Section<'_>>, &[u8]), Refused> {
    // Checked as a whole first: what follows then only looks for where structs begin.
    wire::walk(update)?;
    let mut reader = Reader(update);
    let mut sections = Vec::new();
    for _ in 0..reader.count(3)? {
        let count = reader.count(2)?;
        let client = reader.client()?;
        let mut clock = reader.clock()?;
        let mut structs = Vec::with_capacity(count);
        for _ in 0..count {
            let before = reader.0;
            let one = wire::read_struct(&mut reader, client, clock)?;
            let bytes = before.get(..before.len() - reader.0.len()).unwrap_or_default();
            clock = one.span.end();
            structs.push(Raw { one, bytes });
        }
        sections.push(Section { client, structs, next: 0 });
    }
    Ok((sections, reader.0))
}

/// The order in which structs build on nothing that comes later.
struct Order<'a> {
    sections: Vec<Section<'a>>,
    /// By client: its section, and the clock up to which its structs have had their turn.
    known: BTreeMap<u64, (usize, u32)>,
}

impl<'a> Order<'a> {
    fn each(&mut self, mut take: impl FnMut(&Raw<'a>)) -> Result<(), Refused> {
        for section in 0..self.sections.len() {
            // A client's next struct may have to wait for others', which may have to wait in their turn.
            let mut waiting = vec![section];
            while let Some(at) = waiting.last().copied() {
                if let Some(first) = self.waits_for(at) {
                    if waiting.contains(&first) {
                        return Err(Refused::Malformed("structs that build on each other"));
                    }
                    waiting.push(first);
                    continue;
                }
                let Some(section) = self.sections.get_mut(at) else { break };
                if let Some(raw) = section.structs.get(section.next) {
                    section.next += 1;
                    self.known.insert(section.client, (at, raw.one.span.end()));
                    take(raw);
                }
                let is_done = section.next >= section.structs.len();
                if waiting.len() > 1 || is_done {
                    waiting.pop();
                }
            }
        }
        Ok(())
    }

    /// The section whose turn it is before the next struct of this one.
    fn waits_for(&self, at: usize) -> Option<usize> {
        let section = self.sections.get(at)?;
        let one = &section.structs.get(section.next)?.one;
        let parent = match one.parent {
            Parent::Nested(id) => Some(id),
            Parent::Root(_) | Parent::Neighbours => None,
        };
        let needed = [one.origin, one.right_origin, parent].into_iter().flatten();
        needed.filter(|id| id.client.get() != section.client).find_map(|id| {
            // A client that is not in the update is one that the receiver has already.
            let (other, clock) = *self.known.get(&id.client.get())?;
            let has_more = self.sections.get(other).is_some_and(|other| other.next < other.structs.len());
            (id.clock >= clock && has_more).then_some(other)
        })
    }
}

/// Bytes of one or more structs of a client, from a clock on.
enum Piece<'a> {
    Whole(Span, &'a [u8]),
    Cut(Span, Vec<u8>),
}

impl Piece<'_> {
    fn span(&self) -> Span {
        match self {
            Piece::Whole(span, _) | Piece::Cut(span, _) => *span,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Piece::Whole(_, bytes) => bytes,
            Piece::Cut(_, bytes) => bytes,
        }
    }

    fn len(&self) -> usize {
        self.bytes().len()
    }
}

/// A struct as it is; a text that is too long as several that follow each other, as the CRDT itself would split it.
fn pieces<'a>(raw: &Raw<'a>, most: usize) -> Vec<Piece<'a>> {
    let Content::Text(text) = raw.one.content else { return vec![Piece::Whole(raw.one.span, raw.bytes)] };
    let room = most.saturating_sub(PIECE_HEAD).max(PIECE_HEAD);
    if text.len() <= room || raw.one.key.is_some() {
        return vec![Piece::Whole(raw.one.span, raw.bytes)];
    }
    let span = raw.one.span;
    let mut pieces = Vec::new();
    let mut clock = span.start;
    for range in cuts(text, room) {
        let part = text.get(range).unwrap_or_default();
        let mine = Span { start: clock, len: units(part), ..span };
        let bytes = if clock == span.start {
            // The head as it is: everything up to the text and its length.
            let behind = raw.bytes.len() - text.len() - length_of_var(text.len());
            let mut bytes = raw.bytes.get(..behind).unwrap_or_default().to_vec();
            craft::bytes_of(&mut bytes, part.as_bytes());
            bytes
        } else {
            let left = Some(span::id(span.client, clock - 1));
            let mut bytes = Vec::with_capacity(part.len() + PIECE_HEAD);
            craft::text(&mut bytes, &craft::Piece { left, right: raw.one.right_origin, text: part });
            bytes
        };
        clock = mine.end();
        pieces.push(Piece::Cut(mine, bytes));
    }
    pieces
}

/// Ranges of at most `room` bytes, between characters.
fn cuts(text: &str, room: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let most = from + room;
        let end = if most >= text.len() {
            text.len()
        } else {
            (from + 1..=most).rev().find(|at| text.is_char_boundary(*at))?
        };
        let range = from..end;
        from = end;
        (!range.is_empty()).then_some(range)
    })
}

fn length_of_var(value: usize) -> usize {
    let mut out = Vec::with_capacity(10);
    craft::var(&mut out, value as u64);
    out.len()
}

/// A part that is being filled.
#[derive(Default)]
struct Part {
    /// By client: where it begins, how many structs, and their bytes.
    clients: BTreeMap<u64, (u32, u64, Vec<u8>)>,
    bytes: usize,
}

impl Part {
    fn add(&mut self, piece: Piece<'_>) {
        let span = piece.span();
        let (_, count, bytes) = self.clients.entry(span.client).or_insert((span.start, 0, Vec::new()));
        *count += 1;
        bytes.extend_from_slice(piece.bytes());
        self.bytes += piece.len();
    }

    fn finish(self, deletes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes + deletes.len() + 32 * (self.clients.len() + 1));
        craft::var(&mut out, self.clients.len() as u64);
        for (client, (clock, count, bytes)) in self.clients.iter().rev() {
            craft::var(&mut out, *count);
            craft::var(&mut out, *client);
            craft::var(&mut out, u64::from(*clock));
            out.extend_from_slice(bytes);
        }
        out.extend_from_slice(deletes);
        out
    }
}
