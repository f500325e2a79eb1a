//! The page's view of the answer: commentary, and where blocks begin and end.

use super::{Parser, Token};
use crate::action::{Format, Kind, Malformed};

/// One thing to show, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text outside every block, never empty. Consecutive pieces belong together.
    Commentary(String),
    /// An edit block began. The blocks of one stream come in the engine's order of hunks.
    Open {
        /// Where its tag begins, in UTF-16 units of everything pushed; the same as in `Action::Open`.
        offset: u32,
        /// As the model wrote it, empty when the tag has none.
        path: String,
        /// The model's reason, one line.
        why: String,
        /// The syntax.
        format: Format,
        /// What the block does.
        kind: Kind,
    },
    /// The block ended.
    Close {
        /// Why it could not be read, when it could not.
        failed: Option<Malformed>,
    },
}

/// Splits a streaming answer into [`Segment`]s.
#[derive(Debug, Default)]
pub struct Outline(Parser);

impl Outline {
    /// At the start of a stream, outside every block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, text: &str) -> Vec<Segment> {
        self.0.push(text).into_iter().filter_map(segment).collect()
    }

    /// The stream has ended: what was withheld comes out.
    pub fn finish(&mut self) -> Vec<Segment> {
        self.0.finish().into_iter().filter_map(segment).collect()
    }
}

fn segment(token: Token) -> Option<Segment> {
    match token {
        Token::Commentary(text) => Some(Segment::Commentary(text)),
        Token::Open { offset, path, why, format, kind } => {
            Some(Segment::Open { offset, path: path.unwrap_or_default(), why, format, kind })
        }
        Token::Close => Some(Segment::Close { failed: None }),
        Token::Fail(reason) => Some(Segment::Close { failed: Some(reason) }),
        Token::Wanted(_) | Token::New(_) | Token::Same { .. } | Token::NewEnd => None,
    }
}
