//! A content's name in a repository: `git apply` wants it in front of a binary patch.

use sha1::{Digest, Sha1};

/// What stands for no content.
pub(super) const NONE: &str = "0000000000000000000000000000000000000000";

/// SHA-1 over the kind, the length and the bytes, in hex.
pub(super) fn of(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_git_hash_object_says() {
        assert_eq!(super::of(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(super::of(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
