//! Bytes in a binary patch: lines of base 85, each with its length in front.

/// The digits, in git's order.
const DIGITS: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
/// Bytes in a line.
const LINE: usize = 52;
/// Lengths up to this one are capital letters, longer ones small.
const CAPITALS: u8 = 26;

/// Writes bytes as lines.
pub(super) fn write(out: &mut Vec<u8>, bytes: &[u8]) {
    for line in bytes.chunks(LINE) {
        let length = u8::try_from(line.len()).unwrap_or(0);
        out.push(if length <= CAPITALS { b'A' + length - 1 } else { b'a' + length - CAPITALS - 1 });
        for group in line.chunks(4) {
            let mut word = group.iter().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
            word <<= 8 * (4 - group.len());
            let mut digits = [0u8; 5];
            for digit in digits.iter_mut().rev() {
                *digit = DIGITS.get((word % 85) as usize).copied().unwrap_or(b'0');
                word /= 85;
            }
            out.extend(digits);
        }
        out.push(b'\n');
    }
}

/// Reads one line, its newline left out.
pub(super) fn read(line: &[u8]) -> Option<Vec<u8>> {
    let (length, digits) = line.split_first()?;
    let length = match length {
        b'A'..=b'Z' => length - b'A' + 1,
        b'a'..=b'z' => length - b'a' + 1 + CAPITALS,
        _ => return None,
    };
    let length = usize::from(length);
    if digits.len() != length.div_ceil(4) * 5 {
        return None;
    }
    let mut bytes = Vec::with_capacity(length + 3);
    for group in digits.chunks(5) {
        let mut word = 0u32;
        for digit in group {
            let value = DIGITS.iter().position(|known| known == digit)?;
            word = word.checked_mul(85)?.checked_add(u32::try_from(value).ok()?)?;
        }
        bytes.extend(word.to_be_bytes());
    }
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        let mut rng = fastrand::Rng::with_seed(3);
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length).map(|_| rng.u8(..)).collect();
            let mut out = Vec::new();
            write(&mut out, &bytes);
            let lines = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let read: Vec<u8> = lines.flat_map(|line| read(line).unwrap()).collect();
            assert_eq!(read, bytes);
        }
        for bad in [b"".as_slice(), b"A", b"A0000", b"A~~~~~", b"?00000", b"A0000 "] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
