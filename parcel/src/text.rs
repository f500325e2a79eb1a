//! A file's bytes as text with LF inside, and back: line endings, a byte order mark and a missing final newline are the
//! file's own and come back.
//!
//! A file that mixes line endings keeps its original beside it: lines that are still there get their own ending back,
//! new lines the one that is most frequent.

use std::borrow::Cow;

use imara_diff::{Algorithm, Diff, InternedInput};

/// The byte order mark.
const BOM: &str = "\u{FEFF}";

/// How a text becomes bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// It begins with a byte order mark.
    pub bom: bool,
    /// How its lines end.
    pub endings: Endings,
}

/// How the lines of a file end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Endings {
    /// By LF.
    #[default]
    Lf,
    /// By CR LF.
    CrLf,
    /// Each as it did in the original.
    Mixed,
}

/// A file's bytes, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its text, LF inside.
    pub text: String,
    /// How it becomes bytes again. Where the endings are mixed, the bytes themselves have to be kept.
    pub form: Form,
}

/// Whether bytes are no text: not UTF-8, or with a NUL, which editors and git take as a sign of the same.
pub fn is_binary(bytes: &[u8]) -> bool {
    bytes.contains(&0) || std::str::from_utf8(bytes).is_err()
}

/// Reads bytes as text; nothing when they are none.
pub fn read(bytes: &[u8]) -> Option<Read> {
    if bytes.contains(&0) {
        return None;
    }
    let all = std::str::from_utf8(bytes).ok()?;
    let (bom, raw) = without_bom(all);
    let (newlines, windows) = (raw.matches('\n').count(), raw.matches("\r\n").count());
    let alone = raw.matches('\r').count() > windows;
    let endings = match windows {
        _ if alone => Endings::Mixed,
        0 => Endings::Lf,
        all if all == newlines => Endings::CrLf,
        _ => Endings::Mixed,
    };
    Some(Read { text: normal(raw), form: Form { bom, endings } })
}

/// A text as bytes. `original` are the bytes that it was read from, where its endings are mixed.
pub fn write(text: &str, form: &Form, original: Option<&[u8]>) -> Vec<u8> {
    // A text may have come by an editor that knows no rule for it.
    let text = normal(text);
    let mut out = String::with_capacity(text.len() + BOM.len());
    if form.bom {
        out.push_str(BOM);
    }
    match (form.endings, original.and_then(|bytes| std::str::from_utf8(bytes).ok())) {
        (Endings::Lf, _) | (Endings::Mixed, None) => out.push_str(&text),
        (Endings::CrLf, _) => out.push_str(&text.replace('\n', "\r\n")),
        (Endings::Mixed, Some(original)) => write_mixed(&mut out, &text, without_bom(original).1),
    }
    out.into_bytes()
}

fn without_bom(text: &str) -> (bool, &str) {
    text.strip_prefix(BOM).map_or((false, text), |rest| (true, rest))
}

fn normal(raw: &str) -> String {
    if raw.contains('\r') { raw.replace("\r\n", "\n").replace('\r', "\n") } else { raw.to_owned() }
}

/// Gives the lines that the original has their endings back.
fn write_mixed(out: &mut String, text: &str, original: &str) {
    let (before, endings) = lines(original);
    let usual = ["\n", "\r\n", "\r"]
        .into_iter()
        .max_by_key(|ending| endings.iter().filter(|one| *one == ending).count())
        .unwrap_or("\n");
    let joined = before.concat();
    let input = InternedInput::new(joined.as_str(), text);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let after: Vec<&str> = text.split_inclusive('\n').collect();
    let mut own: Vec<Option<&str>> = vec![None; after.len()];
    let (mut old, mut new) = (0, 0);
    let last = diff.hunks().map(|hunk| (as_range(&hunk.before), as_range(&hunk.after)));
    for (gone, come) in last.chain([(before.len()..before.len(), after.len()..after.len())]) {
        for (old, new) in (old..gone.start).zip(new..come.start) {
            if let Some(slot) = own.get_mut(new) {
                *slot = endings.get(old).copied();
            }
        }
        // A line that was changed in its place keeps how it ended.
        if gone.len() == come.len() {
            for (old, new) in gone.clone().zip(come.clone()) {
                if let Some(slot) = own.get_mut(new) {
                    *slot = endings.get(old).copied();
                }
            }
        }
        (old, new) = (gone.end, come.end);
    }
    for (line, own) in after.iter().zip(own) {
        match line.strip_suffix('\n') {
            Some(text) => {
                out.push_str(text);
                out.push_str(own.unwrap_or(usual));
            }
            None => out.push_str(line),
        }
    }
}

/// The lines of a text with LF at their ends, and how each really ended.
fn lines(raw: &str) -> (Vec<Cow<'_, str>>, Vec<&'static str>) {
    let (mut lines, mut endings) = (Vec::new(), Vec::new());
    let mut rest = raw;
    while !rest.is_empty() {
        let Some(at) = rest.find(['\n', '\r']) else {
            lines.push(Cow::Borrowed(rest));
            break;
        };
        let (line, end) = rest.split_at(at);
        let ending = match end {
            end if end.starts_with("\r\n") => "\r\n",
            end if end.starts_with('\r') => "\r",
            _ => "\n",
        };
        lines.push(Cow::Owned(format!("{line}\n")));
        endings.push(ending);
        rest = end.get(ending.len()..).unwrap_or_default();
    }
    (lines, endings)
}

fn as_range(range: &std::ops::Range<u32>) -> std::ops::Range<usize> {
    range.start as usize..range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(bytes: &[u8]) -> Vec<u8> {
        let Read { text, form } = read(bytes).unwrap();
        assert!(!text.contains('\r'));
        write(&text, &form, Some(bytes))
    }

    #[test]
    fn any_text_comes_back_byte_for_byte() {
        let whole: [&[u8]; 12] = [
            b"",
            b"\n",
            b"\r",
            b"a",
            b"a\n",
            b"a\r\nb\r\n",
            b"a\r\nb",
            b"a\nb\r\nc",
            b"a\rb\rc\r",
            b"\r\r\n\n\r",
            "\u{feff}a\r\n".as_bytes(),
            "\u{feff}é\n文\r".as_bytes(),
        ];
        for bytes in whole {
            assert_eq!(again(bytes), bytes, "{:?}", String::from_utf8_lossy(bytes));
        }
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let text: String =
                (0..rng.usize(0..40)).map(|_| ["a", "b", "\n", "\r\n", "\r", "ü"][rng.usize(0..6)]).collect();
            assert_eq!(again(text.as_bytes()), text.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn lines_keep_their_endings_where_others_change() {
        let original = b"one\r\ntwo\nthree\r\nfour\r\n";
        let form = read(original).unwrap().form;
        assert_eq!(form.endings, Endings::Mixed);
        let out = write("zero\none\ntwo\n3\nfour", &form, Some(original));
        assert_eq!(String::from_utf8(out).unwrap(), "zero\r\none\r\ntwo\n3\r\nfour");
        assert_eq!(write("a\nb\n", &form, None), b"a\nb\n", "without the original there is nothing to go by");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        for bytes in [b"a\0b".as_slice(), b"\xff\xfe", b"\x80"] {
            assert!(is_binary(bytes) && read(bytes).is_none());
        }
        assert!(!is_binary("ü\r\n".as_bytes()));
    }
}
