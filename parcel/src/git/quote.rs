//! Names in patches: plain, or quoted as C strings are when a byte in them is odd.

/// A name with its prefix, quoted where git quotes it by default.
pub(super) fn quote(prefix: &str, name: &str) -> Vec<u8> {
    let odd = |byte: u8| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\';
    let mut out = Vec::with_capacity(prefix.len() + name.len() + 2);
    if !name.bytes().any(odd) {
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(name.as_bytes());
        return out;
    }
    out.push(b'"');
    for byte in prefix.bytes().chain(name.bytes()) {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            0x07 => out.extend(b"\\a"),
            0x08 => out.extend(b"\\b"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            0x0b => out.extend(b"\\v"),
            0x0c => out.extend(b"\\f"),
            b'\r' => out.extend(b"\\r"),
            byte if odd(byte) => {
                out.extend([b'\\', b'0' + (byte >> 6), b'0' + ((byte >> 3) & 7), b'0' + (byte & 7)]);
            }
            byte => out.push(byte),
        }
    }
    out.push(b'"');
    out
}

/// Reads a quoted name that `bytes` begin with, and says what follows it.
pub(super) fn unquote(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = bytes.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (first, after) = rest.split_first()?;
        rest = after;
        match first {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (escaped, after) = rest.split_first()?;
                rest = after;
                name.push(match escaped {
                    b'a' => 0x07,
                    b'b' => 0x08,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    b'r' => b'\r',
                    b'"' | b'\\' => *escaped,
                    b'0'..=b'3' => {
                        let (digits, after) = rest.split_at_checked(2)?;
                        rest = after;
                        digits.iter().try_fold(escaped - b'0', |value, digit| {
                            (b'0'..=b'7').contains(digit).then(|| (value << 3) | (digit - b'0'))
                        })?
                    }
                    _ => return None,
                });
            }
            byte => name.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_quoted_and_read_again() {
        assert_eq!(quote("a/", "plain name.txt"), b"a/plain name.txt");
        assert_eq!(quote("a/", "tab\tand \"quote\""), b"\"a/tab\\tand \\\"quote\\\"\"");
        assert_eq!(quote("b/", "ü"), b"\"b/\\303\\274\"");
        for name in ["ü文🙂", "a\\b\"c", "x\u{7f}\u{1}y", "back\u{8}"] {
            let quoted = quote("a/", name);
            let (read, rest) = unquote(&quoted).unwrap();
            assert_eq!((read, rest), (format!("a/{name}").into_bytes(), b"".as_slice()), "{name}");
        }
        for bad in ["\"a", "\"\\", "\"\\9\"", "\"\\39x\"", "\"\\x\"", "a"] {
            assert_eq!(unquote(bad.as_bytes()), None, "{bad}");
        }
    }
}
