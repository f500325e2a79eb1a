//! Unguessable text, and comparing it without telling how far it matched.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of randomness in an id or a token: 160 bits, more than any link needs.
const RANDOM_BYTES: usize = 20;
/// What tokens are written in: safe in a URL, and without a letter that is easily misread.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A fresh token: 32 characters.
pub fn token() -> String {
    let mut bytes = [0u8; RANDOM_BYTES];
    fill(&mut bytes);
    // 160 bits make exactly 32 digits of 5 bits.
    let mut text = String::with_capacity(RANDOM_BYTES * 8 / 5);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let digit = (bits >> held) & 31;
            text.push(char::from(ALPHABET.get(digit as usize).copied().unwrap_or(b'a')));
        }
    }
    text
}

/// Any number.
pub fn number() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A token as it is kept at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of a token.
    pub fn of(token: &str) -> Hash {
        Hash(Sha256::digest(token.as_bytes()).into())
    }

    /// As it is kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// From how it is kept.
    pub fn from_bytes(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }

    /// Whether `token` is the one.
    pub fn matches(&self, token: &str) -> bool {
        self.is(&Hash::of(token))
    }

    /// Whether both are of one token, without telling how far they are alike.
    pub fn is(&self, other: &Hash) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Random bytes from the system. Without them nothing here is safe, so there is no going on.
#[allow(clippy::expect_used)]
fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives no randomness");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_match_only_themselves() {
        let (one, other) = (token(), token());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
        assert!(Hash::of(&one).matches(&one));
        assert!(!Hash::of(&one).matches(&other));
        assert_eq!(Hash::from_bytes(Hash::of(&one).as_bytes()), Some(Hash::of(&one)));
        assert_eq!(Hash::from_bytes(b"short"), None);
    }
}
