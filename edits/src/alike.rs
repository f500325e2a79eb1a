//! How many bytes two texts begin or end with alike, compared many at once: texts of megabytes differ in a line.
//!
//! Knows no characters: a text may part from another within one. Where both begin alike up to a byte, or end alike from
//! one on, it is a character's beginning in both or in neither.

/// Compared at once, in bytes: many enough for the comparison to be a copy's speed, few enough to search the last ones
/// one by one.
pub const STRIDE: usize = 4096;

/// How many bytes both begin with.
pub fn front(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE)).take_while(|(a, b)| a == b).count() * STRIDE;
    let (a, b) = (a.get(strides..).unwrap_or_default(), b.get(strides..).unwrap_or_default());
    strides + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// How many bytes both end with.
pub fn back(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE)).take_while(|(a, b)| a == b).count() * STRIDE;
    let rest = |bytes: &[u8]| bytes.len() - strides;
    let (a, b) = (a.get(..rest(a)).unwrap_or_default(), b.get(..rest(b)).unwrap_or_default());
    strides + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_differs_is_found_wherever_it_is() {
        let text = vec![b'a'; 3 * STRIDE];
        assert_eq!((front(&text, &text), back(&text, &text)), (text.len(), text.len()));
        for len in [0, 1, STRIDE - 1, STRIDE, STRIDE + 1] {
            assert_eq!((front(&text, &text[..len]), back(&text[..len], &text)), (len, len));
        }
        for at in [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE, text.len() - 1] {
            let mut other = text.clone();
            other[at] = b'b';
            assert_eq!((front(&text, &other), back(&text, &other)), (at, text.len() - at - 1));
        }
    }
}
