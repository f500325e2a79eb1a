//! What the page has told the server about the document, until the server has acknowledged it.
//!
//! Owns the counters of the page's binary frames. Pure: bytes in, frames out; knows no socket.

use std::collections::VecDeque;

use protocol::binary;

/// Messages on their way.
#[derive(Debug, Default)]
pub struct Outbox {
    /// The number of the last frame.
    counter: u64,
    /// Not acknowledged yet, oldest first: the number of its last frame, and the message.
    waiting: VecDeque<(u64, Vec<u8>)>,
}

impl Outbox {
    /// The next message, as a frame.
    pub fn push(&mut self, message: Vec<u8>) -> Vec<u8> {
        self.counter += 1;
        let frame = binary::encode(self.counter, &message);
        self.waiting.push_back((self.counter, message));
        frame
    }

    /// The server has everything up to this frame.
    pub fn acknowledged(&mut self, counter: u64) {
        while self.waiting.front().is_some_and(|(at, _)| *at <= counter) {
            self.waiting.pop_front();
        }
    }

    /// Whether the server has everything.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Nothing of it is wanted any more.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The frames that bring a server that asked what it lacks: the answer, where it is no larger than `limit`; else
    /// every message that was not acknowledged, each of which fits by itself.
    pub fn answer(&mut self, answer: &[u8], limit: usize) -> Vec<Vec<u8>> {
        if answer.len() + binary::HEADER <= limit {
            self.counter += 1;
            for (at, _) in &mut self.waiting {
                *at = self.counter;
            }
            return vec![binary::encode(self.counter, answer)];
        }
        let mut frames = Vec::with_capacity(self.waiting.len());
        for (at, message) in &mut self.waiting {
            self.counter += 1;
            *at = self.counter;
            frames.push(binary::encode(self.counter, message));
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(frames: &[Vec<u8>]) -> Vec<(u64, &[u8])> {
        frames.iter().filter_map(|f| binary::decode(f)).collect()
    }

    #[test]
    fn an_answer_that_fits_covers_everything() {
        let mut outbox = Outbox::default();
        outbox.push(b"one".to_vec());
        outbox.push(b"two".to_vec());
        let frames = outbox.answer(b"both", 100);
        assert_eq!(messages(&frames), [(3, b"both".as_slice())]);
        outbox.acknowledged(2);
        assert_eq!(outbox.waiting.len(), 2, "an old acknowledgement is of an old frame");
        outbox.acknowledged(3);
        assert!(outbox.waiting.is_empty());
    }

    #[test]
    fn an_answer_past_the_frame_limit_is_brought_message_by_message() {
        let mut outbox = Outbox::default();
        for message in ["one", "two", "three"] {
            outbox.push(message.into());
        }
        outbox.acknowledged(1);
        let frames = outbox.answer(&[0; 200], 100);
        assert_eq!(messages(&frames), [(4, b"two".as_slice()), (5, b"three".as_slice())]);
        outbox.acknowledged(4);
        assert_eq!(outbox.waiting, [(5, b"three".to_vec())]);
    }
}
