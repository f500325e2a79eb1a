//! Frames of a server's WebSocket, taken out of what was read. Pure.

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// Words.
    Text,
    /// Bytes.
    Binary,
    /// The end.
    Close,
    /// A question whether one is there.
    Ping,
    /// Its answer.
    Pong,
    /// Anything else.
    Other,
}

/// What was read and is not a whole frame yet.
#[derive(Default)]
pub struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    /// Takes what was read, and hands on the frames that are whole.
    pub fn feed(&mut self, read: &[u8], take: &mut impl FnMut(Opcode, &[u8])) {
        if self.rest.is_empty() {
            let left = split(read, take);
            self.rest.extend_from_slice(left);
            return;
        }
        self.rest.extend_from_slice(read);
        let whole = self.rest.len() - split(&self.rest, take).len();
        self.rest.drain(..whole);
        if self.rest.is_empty() {
            // A state may be large, and there are ten thousand of these.
            self.rest = Vec::new();
        }
    }
}

/// Hands on the whole frames, and returns the rest.
fn split<'a>(mut bytes: &'a [u8], take: &mut impl FnMut(Opcode, &[u8])) -> &'a [u8] {
    while let Some((opcode, payload, rest)) = first(bytes) {
        take(opcode, payload);
        bytes = rest;
    }
    bytes
}

fn first(bytes: &[u8]) -> Option<(Opcode, &[u8], &[u8])> {
    let (kind, short) = (*bytes.first()?, *bytes.get(1)? & 0x7f);
    let (header, length): (usize, usize) = match short {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let payload = bytes.get(header..header.checked_add(length)?)?;
    let opcode = match kind & 0x0f {
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => Opcode::Other,
    };
    Some((opcode, payload, bytes.get(header + length..)?))
}

/// A client's frame. Masked with zeroes, which the protocol allows and which cost nothing.
pub fn masked(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let kind = match opcode {
        Opcode::Binary => 2,
        Opcode::Close => 8,
        Opcode::Ping => 9,
        Opcode::Pong => 10,
        Opcode::Text | Opcode::Other => 1,
    };
    let mut frame = vec![0x80 | kind];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..126), _) => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_whole_however_they_were_read() {
        let mut bytes = vec![0x81, 3, b'a', b'b', b'c', 0x89, 0];
        bytes.extend([0x82, 126, 0, 200]);
        bytes.extend([7; 200]);
        bytes.extend([0x81, 1, b'z']);
        for step in 1..bytes.len() {
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            for piece in bytes.chunks(step) {
                frames.feed(piece, &mut |opcode, payload| seen.push((opcode, payload.len())));
            }
            let expected = [(Opcode::Text, 3), (Opcode::Ping, 0), (Opcode::Binary, 200), (Opcode::Text, 1)];
            assert_eq!(seen, expected, "{step} bytes at once");
        }
    }

    #[test]
    fn a_client_frame_says_its_length_and_that_it_is_masked() {
        assert_eq!(masked(Opcode::Text, b"hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(masked(Opcode::Pong, &[0; 300])[..4], [0x8a, 0xfe, 1, 44]);
    }
}
