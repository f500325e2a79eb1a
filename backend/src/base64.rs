//! Bytes as text on the wire: standard base64 with padding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// As text.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Back to bytes.
pub fn decode(text: &str) -> Result<Vec<u8>, base64::DecodeError> {
    STANDARD.decode(text)
}
