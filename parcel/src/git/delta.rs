//! Binary patches that say how new bytes are made of old ones: copies and insertions, as git packs them.

/// Why a delta was not carried out: it is malformed, or was made for other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit;

/// Carries a delta out. `max` bounds the result.
pub(super) fn apply(old: &[u8], delta: &[u8], max: usize) -> Result<Vec<u8>, Unfit> {
    let mut rest = delta;
    let (from, to) = (size(&mut rest)?, size(&mut rest)?);
    if from != old.len() || to > max {
        return Err(Unfit);
    }
    let mut out = Vec::with_capacity(to);
    while let Some(op) = next(&mut rest) {
        let piece = if op & 0x80 == 0 {
            // Nought is reserved.
            let (piece, after) = rest.split_at_checked(usize::from(op)).filter(|_| op != 0).ok_or(Unfit)?;
            rest = after;
            piece
        } else {
            let (mut offset, mut length) = (0usize, 0usize);
            for bit in 0..4 {
                if op & (1 << bit) != 0 {
                    offset |= usize::from(next(&mut rest).ok_or(Unfit)?) << (8 * bit);
                }
            }
            for bit in 0..3 {
                if op & (0x10 << bit) != 0 {
                    length |= usize::from(next(&mut rest).ok_or(Unfit)?) << (8 * bit);
                }
            }
            /// What a length of nought stands for.
            const WHOLE: usize = 0x10000;
            let length = if length == 0 { WHOLE } else { length };
            old.get(offset..offset.checked_add(length).ok_or(Unfit)?).ok_or(Unfit)?
        };
        if out.len() + piece.len() > to {
            return Err(Unfit);
        }
        out.extend_from_slice(piece);
    }
    if out.len() == to { Ok(out) } else { Err(Unfit) }
}

fn size(rest: &mut &[u8]) -> Result<usize, Unfit> {
    let mut size = 0usize;
    for shift in (0..63).step_by(7) {
        let byte = next(rest).ok_or(Unfit)?;
        size |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(size);
        }
    }
    Err(Unfit)
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_insertions_make_the_new_bytes() {
        // 6 bytes become 7: copy 2..5, insert "xy", copy 0..2.
        let delta = [6, 7, 0x91, 2, 3, 2, b'x', b'y', 0x91, 0, 2];
        assert_eq!(apply(b"abcdef", &delta, 100), Ok(b"cdexyab".to_vec()));
        assert_eq!(apply(b"abcdef", &delta, 6), Err(Unfit), "past the limit");
        assert_eq!(apply(b"abcde", &delta, 100), Err(Unfit), "other bytes");
        for bad in [vec![6], vec![6, 7], vec![6, 1, 0], vec![6, 1, 0x91, 6, 1], vec![6, 1, 2, 1, 2], vec![0xff; 12]] {
            assert_eq!(apply(b"abcdef", &bad, 100), Err(Unfit), "{bad:?}");
        }
    }
}
