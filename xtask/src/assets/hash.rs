//! Content hashes, as lower-case hex.

use sha2::{Digest, Sha256};

/// How much of a hash goes into a file's name: 64 bits, far past any accident.
const NAME_DIGITS: usize = 16;

/// The whole SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file name that changes with its content: `name-0123456789abcdef.ext`.
pub fn hashed_name(stem: &str, extension: &str, bytes: &[u8]) -> String {
    let hash: String = sha256(bytes).chars().take(NAME_DIGITS).collect();
    format!("{stem}-{hash}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(hashed_name("a", "js", b""), "a-e3b0c44298fc1c14.js");
        assert_ne!(hashed_name("a", "js", b"1"), hashed_name("a", "js", b"2"));
    }
}
