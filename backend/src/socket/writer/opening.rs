//! The document on its way to one who has just come, part by part: each goes when nothing else waits.

use document::Parts;
use protocol::Seq;
use tokio::sync::oneshot;

/// What is left to send.
pub struct Opening {
    /// What the document is as of.
    pub seq: Seq,
    rest: Rest,
}

enum Rest {
    /// It is being encoded.
    Awaited(oneshot::Receiver<Parts>),
    /// The parts, and how many were sent.
    Sending(Parts, usize),
}

/// What is next.
pub enum Next {
    /// A part, as a y-protocols message.
    Part(Vec<u8>),
    /// All were sent.
    Done,
    /// Nobody will encode it.
    Lost,
}

impl Opening {
    /// A document that is being encoded.
    pub fn new(seq: Seq, document: oneshot::Receiver<Parts>) -> Opening {
        Opening { seq, rest: Rest::Awaited(document) }
    }

    /// What is next. Cancel-safe: nothing is awaited once a part is taken.
    pub async fn next(&mut self) -> Next {
        if let Rest::Awaited(document) = &mut self.rest {
            match document.await {
                Ok(parts) => self.rest = Rest::Sending(parts, 0),
                Err(_) => return Next::Lost,
            }
        }
        let Rest::Sending(parts, sent) = &mut self.rest else { return Next::Lost };
        let part = parts.get(*sent).cloned();
        *sent += 1;
        part.map_or(Next::Done, Next::Part)
    }
}

/// The same where there may be none: then for ever.
pub async fn next(opening: &mut Option<Box<Opening>>) -> Next {
    match opening {
        Some(opening) => opening.next().await,
        None => std::future::pending().await,
    }
}
