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
pub struct Outline {
    parser: Parser,
    /// See [`Outline::written`].
    written: Option<u32>,
}

impl Outline {
    /// At the start of a stream, outside every block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, text: &str) -> Vec<Segment> {
        let tokens = self.parser.push(text);
        self.shown(tokens)
    }

    /// The stream has ended: what was withheld comes out.
    pub fn finish(&mut self) -> Vec<Segment> {
        let tokens = self.parser.finish();
        self.shown(tokens)
    }

    /// Whole lines of the open block's new text so far; `None` outside every block, and before the new text begins.
    pub fn written(&self) -> Option<u32> {
        self.written
    }

    fn shown(&mut self, tokens: Vec<Token>) -> Vec<Segment> {
        for token in &tokens {
            match token {
                Token::Open { .. } | Token::Close | Token::Fail(_) => self.written = None,
                Token::New(text) => *self.written.get_or_insert(0) += lines(text),
                Token::Same { .. } => *self.written.get_or_insert(0) += 1,
                Token::Commentary(_) | Token::Wanted(_) | Token::NewEnd => {}
            }
        }
        tokens.into_iter().filter_map(segment).collect()
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_new_text_are_counted_while_they_come() {
        let mut outline = Outline::new();
        outline.push("<edit path=\"a\" why=\"b\">\n<old_text>\nx\n</old_text>\n");
        assert_eq!(outline.written(), None);
        outline.push("<new_text>\none\ntw");
        assert_eq!(outline.written(), Some(1));
        outline.push("o\n</new_text>\n");
        assert_eq!(outline.written(), Some(2));
        outline.push("</edit>\n");
        assert_eq!(outline.written(), None);
        outline.push("b.py\n<<<<<<< SEARCH\nx\n=======\ny\n");
        assert_eq!(outline.written(), Some(1));
        outline.finish();
        assert_eq!(outline.written(), None);
    }
}
