//! Source maps (revision 3), as far as a stack trace needs them: from a place in compiled code to the one that a person
//! wrote.

use serde::Deserialize;

/// A map of one file.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// By line of the compiled code: column, and the line and column that it was written at; all from 0.
    lines: Vec<Vec<(u32, u32, u32)>>,
}

#[derive(Deserialize)]
struct Json {
    mappings: String,
}

impl SourceMap {
    /// Reads one. What cannot be read maps nothing.
    pub fn parse(json: &str) -> SourceMap {
        let Ok(Json { mappings }) = serde_json::from_str(json) else {
            return SourceMap::default();
        };
        // Columns begin anew with each line; lines and columns of the source run through.
        let (mut line, mut column) = (0_i64, 0_i64);
        let lines = mappings.split(';').map(|segments| {
            let mut made = 0_i64;
            let segments = segments.split(',').filter_map(|segment| {
                let numbers = numbers(segment)?;
                made += numbers.first()?;
                let (down, across) = (numbers.get(2)?, numbers.get(3)?);
                line += down;
                column += across;
                Some((u32::try_from(made).ok()?, u32::try_from(line).ok()?, u32::try_from(column).ok()?))
            });
            segments.collect()
        });
        SourceMap { lines: lines.collect() }
    }

    /// Where a place was written. Lines and columns count from 1.
    pub fn written(&self, line: u32, column: u32) -> Option<(u32, u32)> {
        let segments = self.lines.get(line.checked_sub(1)? as usize)?;
        let column = column.saturating_sub(1);
        let after = segments.partition_point(|(made, _, _)| *made <= column);
        let (_, line, column) = segments.get(after.saturating_sub(1))?;
        Some((line + 1, column + 1))
    }
}

/// The numbers of a segment: base 64, least digit first, five bits of each digit, the sign in the lowest bit.
fn numbers(segment: &str) -> Option<Vec<i64>> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0_i64, 0_u32);
    for byte in segment.bytes() {
        let digit = i64::try_from(DIGITS.iter().position(|known| *known == byte)?).ok()?;
        value |= (digit & 31).checked_shl(shift)?;
        if digit & 32 == 0 {
            numbers.push(if value & 1 == 1 { -(value >> 1) } else { value >> 1 });
            (value, shift) = (0, 0);
        } else {
            shift += 5;
            if shift > 40 {
                return None;
            }
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read() {
        assert_eq!(numbers("AAAA"), Some(vec![0, 0, 0, 0]));
        assert_eq!(numbers("IAEM"), Some(vec![4, 0, 2, 6]));
        assert_eq!(numbers("gBD"), Some(vec![16, -1]));
        assert_eq!(numbers("!"), None);
        assert_eq!(numbers("ggggggggggggggA"), None);
    }

    #[test]
    fn places_lead_back() {
        // `interface A {}` and an empty line are gone; `f(1)` stands on line 3 of the source, and `g()` behind it.
        let map = SourceMap::parse(r#"{"version":3,"mappings":"AAEA,IAAI,CAAC;AAAE;"}"#);
        assert_eq!(map.written(1, 1), Some((3, 1)));
        assert_eq!(map.written(1, 6), Some((3, 6)));
        assert_eq!(map.written(9, 1), None);
        assert_eq!(SourceMap::parse("no").written(1, 1), None);
    }
}
