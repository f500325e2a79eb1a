//! Splits a byte stream of `text/event-stream` into the data of its events.
//!
//! Owns framing alone: any chunking (inside a character, inside a CRLF), all three line ends, comments skipped,
//! several `data:` lines joined, a bound on what one event may hold. Event names are skipped too: every API here
//! repeats them inside the data. Does not know JSON.

/// The most one event may hold. An OpenAI `response.completed` repeats the whole answer and the instructions,
/// which stays well below this; a server that never ends a line must not fill the memory.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// An event larger than [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than {MAX_EVENT_BYTES} bytes")]
pub struct EventTooLarge;

/// The state between two chunks.
#[derive(Debug, Default)]
pub struct Splitter {
    /// The part of a line that came with earlier chunks.
    line: Vec<u8>,
    /// The data lines of the event that is not yet ended.
    data: String,
    /// Whether `data` belongs to an event: an empty `data:` line counts.
    open: bool,
    /// The last chunk ended in CR: an LF at the head of the next one belongs to it.
    after_cr: bool,
}

impl Splitter {
    /// Takes a chunk and calls `on_data` with the data of every event that it completes.
    pub fn push(&mut self, mut chunk: &[u8], mut on_data: impl FnMut(&str)) -> Result<(), EventTooLarge> {
        if self.after_cr && !chunk.is_empty() {
            self.after_cr = false;
            chunk = chunk.strip_prefix(b"\n").unwrap_or(chunk);
        }
        while let Some(end) = chunk.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
            let (head, rest) = chunk.split_at(end);
            chunk = if rest.starts_with(b"\r\n") {
                rest.get(2..).unwrap_or_default()
            } else {
                self.after_cr = rest == b"\r";
                rest.get(1..).unwrap_or_default()
            };
            if self.line.is_empty() {
                self.take_line(head, &mut on_data)?;
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(head);
                self.take_line(&line, &mut on_data)?;
                line.clear();
                self.line = line;
            }
        }
        if self.line.len() + chunk.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        self.line.extend_from_slice(chunk);
        Ok(())
    }

    /// The stream has ended: an event whose lines are whole counts even without its blank line.
    pub fn finish(&mut self, mut on_data: impl FnMut(&str)) {
        self.dispatch(&mut on_data);
    }

    fn take_line(&mut self, line: &[u8], on_data: &mut impl FnMut(&str)) -> Result<(), EventTooLarge> {
        if line.is_empty() {
            self.dispatch(on_data);
            return Ok(());
        }
        let Some(value) = line.strip_prefix(b"data") else {
            return Ok(());
        };
        let value = match value.strip_prefix(b":") {
            Some(value) => value.strip_prefix(b" ").unwrap_or(value),
            None if value.is_empty() => value,
            None => return Ok(()),
        };
        if self.data.len() + value.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        if self.open {
            self.data.push('\n');
        }
        self.open = true;
        self.data.push_str(&String::from_utf8_lossy(value));
        Ok(())
    }

    fn dispatch(&mut self, on_data: &mut impl FnMut(&str)) {
        if std::mem::take(&mut self.open) {
            on_data(&self.data);
            self.data.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut found = Vec::new();
        for chunk in chunks {
            splitter.push(chunk, |data| found.push(data.to_owned())).unwrap();
        }
        splitter.finish(|data| found.push(data.to_owned()));
        found
    }

    const STREAM: &str = ": hello\r\ndata: {\"a\":\"né\"}\r\n\r\nevent: x\nid: 7\ndata:one\ndata: two\n\n\
                          :ping\n\ndata\n\ndatabase: no\n\ndata: 🦀\r\rdata: [DONE]\n";

    #[test]
    fn every_split_gives_the_same_events() {
        let whole = ["{\"a\":\"né\"}", "one\ntwo", "", "🦀", "[DONE]"];
        let bytes = STREAM.as_bytes();
        assert_eq!(split(&[bytes]), whole);
        for at in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(split(&[head, tail]), whole, "split at {at}");
        }
        for size in 1..9 {
            assert_eq!(split(&bytes.chunks(size).collect::<Vec<_>>()), whole, "chunks of {size}");
        }
    }

    #[test]
    fn a_half_line_at_the_end_is_no_event() {
        assert!(split(&[b"data: {\"half\":"]).is_empty());
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut splitter = Splitter::default();
        let megabyte = vec![b'x'; 1024 * 1024];
        let outcome = (0..5).try_for_each(|_| splitter.push(&megabyte, |_| {}));
        assert_eq!(outcome, Err(EventTooLarge));
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut splitter = Splitter::default();
        let mut line = vec![b'x'; 1024 * 1024];
        line.splice(..0, *b"data: ");
        line.push(b'\n');
        let outcome = (0..5).try_for_each(|_| splitter.push(&line, |_| {}));
        assert_eq!(outcome, Err(EventTooLarge));
    }
}
