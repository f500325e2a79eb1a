//! Steps as bytes: what one write appends to a timeline. Checked, since a file may bring them.
//!
//! A version, then one step behind the other: the time, the number, which parts there are, and each part with its
//! length. Integers are LEB128.

use bytes::Bytes;
use protocol::Seq;

use super::Step;

/// The version of the form.
const VERSION: u8 = 1;
const AUTHOR: u8 = 1;
const MESSAGE: u8 = 2;
const FRAME: u8 = 4;
const NOTE: u8 = 8;

/// Why bytes are no chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Written by a newer version.
    #[error("a part of version {0}, which is newer than this program")]
    Newer(u8),
    /// Cut short, or damaged.
    #[error("a part is damaged: {0}")]
    Damaged(&'static str),
}

/// Steps on their way into a chunk.
pub struct Writer(Vec<u8>);

impl Default for Writer {
    fn default() -> Self {
        Writer(vec![VERSION])
    }
}

impl Writer {
    /// Appends a step of these parts.
    pub fn push(
        &mut self,
        (at, seq): (u64, Seq),
        author: Option<&str>,
        message: Option<&[u8]>,
        frame: Option<&[u8]>,
        note: Option<&[u8]>,
    ) {
        let parts = [(AUTHOR, author.map(str::as_bytes)), (MESSAGE, message), (FRAME, frame), (NOTE, note)];
        let flags = parts.iter().filter(|(_, part)| part.is_some()).fold(0, |flags, (flag, _)| flags | flag);
        put(&mut self.0, at);
        put(&mut self.0, seq.0);
        self.0.push(flags);
        for part in parts.into_iter().filter_map(|(_, part)| part) {
            put(&mut self.0, part.len() as u64);
            self.0.extend_from_slice(part);
        }
    }

    /// The chunk.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// The steps of a chunk, in order.
///
/// # Errors
///
/// When it is none. No count in it is trusted.
pub fn read(chunk: impl Into<Bytes>) -> Result<Vec<Step>, ChunkError> {
    let mut reader = Reader(chunk.into());
    match reader.byte()? {
        VERSION => {}
        newer => return Err(ChunkError::Newer(newer)),
    }
    let mut steps = Vec::new();
    while !reader.0.is_empty() {
        let (at, seq, flags) = (reader.integer()?, Seq(reader.integer()?), reader.byte()?);
        if flags & !(AUTHOR | MESSAGE | FRAME | NOTE) != 0 {
            return Err(ChunkError::Damaged("an unknown part of a step"));
        }
        let mut part = |flag| if flags & flag != 0 { reader.part().map(Some) } else { Ok(None) };
        let author = part(AUTHOR)?.map(|bytes| String::from_utf8(bytes.to_vec()));
        let author = author.transpose().map_err(|_| ChunkError::Damaged("a name that is no text"))?;
        let (message, frame) = (part(MESSAGE)?, part(FRAME)?);
        let note = part(NOTE)?.map(|bytes| serde_json::from_slice(&bytes));
        let note = note.transpose().map_err(|_| ChunkError::Damaged("a note that cannot be read"))?;
        steps.push(Step { at, seq, author: author.map(Into::into), message, frame, note });
    }
    Ok(steps)
}

/// A LEB128 integer.
pub fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what [`put`] and [`Writer`] wrote.
pub struct Reader(pub Bytes);

impl Reader {
    fn byte(&mut self) -> Result<u8, ChunkError> {
        let byte = self.0.first().copied().ok_or(ChunkError::Damaged("it is cut short"))?;
        self.0 = self.0.slice(1..);
        Ok(byte)
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<u64, ChunkError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits);
            value |= shifted.ok_or(ChunkError::Damaged("an integer that is too large"))?;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ChunkError::Damaged("an integer that is too large"))
    }

    /// A length, and as many bytes.
    pub fn part(&mut self) -> Result<Bytes, ChunkError> {
        let len = usize::try_from(self.integer()?).ok().filter(|len| *len <= self.0.len());
        Ok(self.0.split_to(len.ok_or(ChunkError::Damaged("it is cut short"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Note;

    fn chunk() -> Vec<u8> {
        let mut writer = Writer::default();
        let note = serde_json::to_vec(&Note::Gap).unwrap();
        writer.push((1, Seq(300)), Some("p1"), Some(&[0, 2, 1]), None, None);
        writer.push((90_000, Seq(301)), None, None, Some(b"{}"), Some(&note));
        writer.finish()
    }

    #[test]
    fn a_chunk_is_read_as_it_was_written() {
        let steps = read(chunk()).unwrap();
        let [first, second] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!((first.at, first.seq, first.author.as_ref().unwrap().as_str()), (1, Seq(300), "p1"));
        assert_eq!(first.message.as_deref(), Some([0, 2, 1].as_slice()));
        assert_eq!((second.at, second.seq, second.note.clone()), (90_000, Seq(301), Some(Note::Gap)));
        assert_eq!(second.frame.as_deref(), Some(b"{}".as_slice()));
    }

    #[test]
    fn whatever_the_bytes_are_nothing_panics_and_no_count_is_trusted() {
        let whole = chunk();
        let boundaries: Vec<usize> =
            (0..whole.len()).filter(|end| read(Bytes::copy_from_slice(&whole[..*end])).is_ok()).collect();
        assert!(boundaries.len() == 2, "only between steps: {boundaries:?}");
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let _ = read(damaged);
            }
        }
        assert_eq!(read(vec![9]), Err(ChunkError::Newer(9)));
        let endless = [vec![VERSION, 1, 1, MESSAGE], vec![0xff; 9], vec![1]].concat();
        assert!(read(endless).is_err());
        assert!(read(Vec::new()).is_err());
    }
}
