//! The bytes of y-protocols messages and of Yjs updates (version 1), walked without trusting a count in them.
//!
//! The CRDT's decoder reserves memory by counts that it has not checked: five bytes make it allocate hundreds of
//! megabytes. Everything that comes from outside is walked here first. Knows the format, not the document.

use crate::craft;
use crate::op::Refused;
use crate::span::Span;
use yrs::{Assoc, ClientID, ID};

const SYNC: u64 = 0;
const STEP_1: u64 = 0;
const STEP_2: u64 = 1;
const UPDATE: u64 = 2;
/// Client ids have 53 bits, as JavaScript's integers do.
pub(crate) const CLIENT_MAX: u64 = (1 << 53) - 1;

/// One y-protocols sync message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    /// A state vector: what the other side has.
    Step1(&'a [u8]),
    /// An update that answers a state vector.
    Step2(&'a [u8]),
    /// An update as it was made.
    Update(&'a [u8]),
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Message<'_>, Refused> {
    let mut reader = Reader(bytes);
    if reader.var()? != SYNC {
        return Err(Refused::Malformed("not a sync message"));
    }
    let kind = reader.var()?;
    let payload = reader.bytes()?;
    reader.end()?;
    match kind {
        STEP_1 => Ok(Message::Step1(payload)),
        STEP_2 => Ok(Message::Step2(payload)),
        UPDATE => Ok(Message::Update(payload)),
        _ => Err(Refused::Malformed("unknown sync message")),
    }
}

pub(crate) fn step_1(state_vector: &[u8]) -> Vec<u8> {
    frame(STEP_1, state_vector)
}

pub(crate) fn step_2(update: &[u8]) -> Vec<u8> {
    frame(STEP_2, update)
}

pub(crate) fn update(update: &[u8]) -> Vec<u8> {
    frame(UPDATE, update)
}

fn frame(kind: u64, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 8);
    craft::var(&mut out, SYNC);
    craft::var(&mut out, kind);
    craft::bytes_of(&mut out, payload);
    out
}

/// Checks a state vector's form.
pub(crate) fn check_state_vector(bytes: &[u8]) -> Result<(), Refused> {
    let mut reader = Reader(bytes);
    for _ in 0..reader.count(2)? {
        reader.client()?;
        reader.clock()?;
    }
    reader.end()
}

/// What a relative position holds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// A character.
    Character(ID),
    /// The start or the end of a nested type.
    Nested(ID),
    /// The same of a type at the document's root, which is no file's text.
    Root,
}

/// Reads a relative position (`StickyIndex`, v1).
pub(crate) fn anchor(bytes: &[u8]) -> Result<(Anchor, Assoc), Refused> {
    /// The sign of lib0's signed integers; six bits of value are in the same byte.
    const NEGATIVE: u8 = 0x40;
    let mut reader = Reader(bytes);
    let anchor = match reader.var()? {
        0 => Anchor::Character(reader.id()?),
        1 => reader.string().map(|_| Anchor::Root)?,
        2 => Anchor::Nested(reader.id()?),
        _ => return Err(Refused::Malformed("not a relative position")),
    };
    // Older encoders leave the side out.
    let side = if reader.0.is_empty() { 0 } else { reader.byte()? };
    reader.end()?;
    let before = side & NEGATIVE != 0 && side != NEGATIVE;
    Ok((anchor, if before { Assoc::Before } else { Assoc::After }))
}

/// What an update holds.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    pub(crate) structs: Vec<Struct<'a>>,
    pub(crate) deletes: Vec<Span>,
}

/// One struct of an update.
#[derive(Debug)]
pub(crate) struct Struct<'a> {
    pub(crate) span: Span,
    pub(crate) origin: Option<ID>,
    pub(crate) right_origin: Option<ID>,
    pub(crate) parent: Parent<'a>,
    /// The key in the parent, when the parent is a map and the struct names it.
    pub(crate) key: Option<&'a str>,
    pub(crate) content: Content<'a>,
}

/// Where a struct says that it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent<'a> {
    /// Its neighbours' parent.
    Neighbours,
    /// A type at the document's root.
    Root(&'a str),
    /// A nested type.
    Nested(ID),
}

/// What a struct is. Contents that files do not use are refused, which spares the CRDT's decoders of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// A gap.
    Skip,
    /// Collected with its parent.
    Collected,
    /// Deleted, its content collected.
    Deleted,
    /// Text.
    Text(&'a str),
    /// A nested map.
    Map,
    /// A nested text.
    TextType,
    /// A value of a map: files have no others than paths.
    Value(&'a str),
}

/// Walks an update.
pub(crate) fn walk(bytes: &[u8]) -> Result<Contents<'_>, Refused> {
    let mut reader = Reader(bytes);
    let mut contents = Contents::default();
    // A section takes a count, a client, a clock and a struct of two bytes; a struct takes two bytes at least.
    for _ in 0..reader.count(3)? {
        let structs = reader.count(2)?;
        let client = reader.client()?;
        let mut clock = reader.clock()?;
        for _ in 0..structs {
            let one = read_struct(&mut reader, client, clock)?;
            clock = clock.checked_add(one.span.len).ok_or(Refused::Malformed("clock overflow"))?;
            contents.structs.push(one);
        }
    }
    for _ in 0..reader.count(2)? {
        let client = reader.client()?;
        for _ in 0..reader.count(2)? {
            let span = Span { client, start: reader.clock()?, len: reader.clock()? };
            span.start.checked_add(span.len).ok_or(Refused::Malformed("clock overflow"))?;
            if span.len > 0 {
                contents.deletes.push(span);
            }
        }
    }
    reader.end()?;
    Ok(contents)
}

/// Reads one struct of `client` that begins at a clock.
pub(crate) fn read_struct<'a>(reader: &mut Reader<'a>, client: u64, start: u32) -> Result<Struct<'a>, Refused> {
    let info = reader.byte()?;
    let bare = |len, content| Struct {
        span: Span { client, start, len },
        origin: None,
        right_origin: None,
        parent: Parent::Neighbours,
        key: None,
        content,
    };
    match info {
        0 => return Ok(bare(reader.length()?, Content::Collected)),
        10 => return Ok(bare(reader.length()?, Content::Skip)),
        _ => {}
    }
    let origin = if info & 0x80 != 0 { Some(reader.id()?) } else { None };
    let right_origin = if info & 0x40 != 0 { Some(reader.id()?) } else { None };
    let (mut parent, mut key) = (Parent::Neighbours, None);
    if origin.is_none() && right_origin.is_none() {
        parent = match reader.var()? {
            1 => Parent::Root(reader.string()?),
            0 => Parent::Nested(reader.id()?),
            _ => return Err(Refused::Malformed("unknown parent")),
        };
        if info & 0x20 != 0 {
            key = Some(reader.string()?);
        }
    }
    let (len, content) = match info & 0x0f {
        1 => (reader.length()?, Content::Deleted),
        4 => {
            let text = reader.string()?;
            (crate::span::units(text), Content::Text(text))
        }
        7 => match reader.var()? {
            1 => (1, Content::Map),
            2 => (1, Content::TextType),
            _ => return Err(Refused::Malformed("a type that files do not use")),
        },
        8 => {
            let (len, value) = reader.string_values()?;
            (len, Content::Value(value))
        }
        _ => return Err(Refused::Malformed("a content that files do not use")),
    };
    if len == 0 {
        return Err(Refused::Malformed("an empty struct"));
    }
    Ok(Struct { origin, right_origin, parent, key, ..bare(len, content) })
}

/// A cursor over bytes from outside.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Result<u8, Refused> {
        let (first, rest) = self.0.split_first().ok_or(Refused::Malformed("ends early"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn var(&mut self) -> Result<u64, Refused> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Refused::Malformed("an integer too long"))
    }

    pub(crate) fn clock(&mut self) -> Result<u32, Refused> {
        u32::try_from(self.var()?).map_err(|_| Refused::Malformed("a clock too large"))
    }

    /// A length that stands for itself, without bytes behind it.
    pub(crate) fn length(&mut self) -> Result<u32, Refused> {
        match self.clock()? {
            0 => Err(Refused::Malformed("an empty struct")),
            len => Ok(len),
        }
    }

    pub(crate) fn client(&mut self) -> Result<u64, Refused> {
        match self.var()? {
            client if client <= CLIENT_MAX => Ok(client),
            _ => Err(Refused::Malformed("a client id too large")),
        }
    }

    pub(crate) fn id(&mut self) -> Result<ID, Refused> {
        Ok(ID::new(ClientID::new(self.client()?), self.clock()?))
    }

    /// A number of things of which each takes `least` bytes or more.
    pub(crate) fn count(&mut self, least: usize) -> Result<usize, Refused> {
        let count = usize::try_from(self.var()?).map_err(|_| Refused::Malformed("a count too large"))?;
        if count > self.0.len() / least {
            return Err(Refused::Malformed("a count past the bytes"));
        }
        Ok(count)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Refused> {
        let len = self.count(1)?;
        let (head, rest) = self.0.split_at_checked(len).ok_or(Refused::Malformed("ends early"))?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn string(&mut self) -> Result<&'a str, Refused> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Refused::Malformed("not UTF-8"))
    }

    /// Values that followed each other under one key: how many, and the last, which is the one that stands.
    pub(crate) fn string_values(&mut self) -> Result<(u32, &'a str), Refused> {
        /// lib0's tag of a string.
        const STRING: u8 = 119;
        let mut last = Err(Refused::Malformed("an empty struct"));
        let count = self.count(2)?;
        for _ in 0..count {
            if self.byte()? != STRING {
                return Err(Refused::Malformed("a value that files do not use"));
            }
            last = Ok(self.string()?);
        }
        Ok((u32::try_from(count).map_err(|_| Refused::Malformed("a count too large"))?, last?))
    }

    pub(crate) fn end(&self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused::Malformed("bytes left over")) }
    }
}
