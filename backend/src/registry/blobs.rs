//! Bytes of files that are kept beside their sessions.

use std::collections::HashMap;
use std::sync::Arc;

use document::BlobRef;
use protocol::SessionId;
use sha2::{Digest, Sha256};

use super::Registry;
use crate::store::{Blob, StoreError};

/// Bytes at hand, by what they are.
pub type Blobs = HashMap<BlobRef, Arc<[u8]>>;

/// How bytes are named.
pub fn name(bytes: &[u8]) -> BlobRef {
    let hash = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    BlobRef { hash, size: bytes.len() as u64 }
}

impl Registry {
    /// Keeps bytes beside a session: before it names them.
    pub async fn keep_blobs(&self, id: &SessionId, blobs: &Blobs) -> Result<(), StoreError> {
        let one = |(name, bytes): (&BlobRef, &Arc<[u8]>)| Blob { hash: digest(name), bytes: Arc::clone(bytes) };
        let blobs: Vec<Blob> = blobs.iter().map(one).collect();
        if blobs.is_empty() { Ok(()) } else { self.store.keep_blobs(id, &blobs).await }
    }

    /// The bytes that have these names. One that is named and not there is a defect, which is told.
    pub async fn blobs(&self, id: &SessionId, names: impl IntoIterator<Item = BlobRef>) -> Result<Blobs, StoreError> {
        let mut found = Blobs::new();
        for name in names {
            if found.contains_key(&name) {
                continue;
            }
            match self.store.blob(id, &digest(&name)).await? {
                Some(bytes) => {
                    found.insert(name, bytes.into());
                }
                None => tracing::error!(session = %id, blob = %name, "bytes that a file names are not there"),
            }
        }
        Ok(found)
    }
}

/// The hash as bytes, from its digits.
pub fn digest(name: &BlobRef) -> Vec<u8> {
    let digits: Vec<u8> =
        name.hash.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_the_hash_of_the_bytes() {
        let name = super::name(b"abc");
        assert_eq!(name.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((name.size, super::digest(&name)[0], super::digest(&name).len()), (3, 0xba, 32));
    }
}
