//! Binary frames: a little-endian u64, then one standard y-protocols message.
//!
//! From the server the number is the step's sequence number; from a client it is the client's own counter,
//! which `edit/ack` answers.

/// Bytes of the number in front.
pub const HEADER: usize = 8;

/// Puts the number in front of a message.
pub fn encode(number: u64, message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER + message.len());
    frame.extend_from_slice(&number.to_le_bytes());
    frame.extend_from_slice(message);
    frame
}

/// Splits a frame into its number and its message; `None` when it is too short to have one.
pub fn decode(frame: &[u8]) -> Option<(u64, &[u8])> {
    let (head, message) = frame.split_first_chunk::<HEADER>()?;
    Some((u64::from_le_bytes(*head), message))
}
