//! Lengths and places in UTF-16 units, as the wire and the editor count. Pure.

/// UTF-16 units of a text.
pub fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The byte at which `units` UTF-16 units end; inside a surrogate pair, the byte before it.
pub fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_by_utf16_units() {
        assert_eq!(byte_at("a🙂b", 1), 1);
        assert_eq!(byte_at("a🙂b", 2), 1);
        assert_eq!(byte_at("a🙂b", 3), 5);
        assert_eq!(byte_at("a", 9), 1);
    }
}
