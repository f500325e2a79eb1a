//! What a file is beside its text: how it becomes bytes again, whether it can be run, and, where it is no text at all,
//! which bytes it is. Fields of the file's map, beside `path` and `text`, that are left out where nothing is unusual.

use std::fmt;
use std::str::FromStr;

use yrs::{Any, Map, MapRef, Out, ReadTxn};

use crate::op::Refused;

/// The field that says how a text becomes bytes: words apart by blanks.
pub(crate) const EOL: &str = "eol";
/// The field that says that the file can be run.
pub(crate) const MODE: &str = "mode";
/// The field that stands in the place of `text` where the file is kept and not edited.
pub(crate) const BLOB: &str = "blob";

const BOM_WORD: &str = "bom";
const CRLF_WORD: &str = "crlf";
const MIXED_WORD: &str = "mixed:";
const EXECUTABLE: &str = "executable";
/// Hex digits of SHA-256.
const HASH_DIGITS: usize = 64;

/// Bytes that are kept beside the document, by what they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobRef {
    /// SHA-256, in small hex.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
}

/// What a file is beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// It begins with a byte order mark.
    pub bom: bool,
    /// How its lines end.
    pub endings: Endings,
    /// It can be run as a program.
    pub executable: bool,
}

/// How the lines of a file end, outside the session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Endings {
    /// By LF.
    #[default]
    Lf,
    /// By CR LF.
    CrLf,
    /// Each as in these bytes.
    Mixed(BlobRef),
}

impl fmt::Display for BlobRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.hash, self.size)
    }
}

impl FromStr for BlobRef {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        const WRONG: Refused = Refused::Malformed("a blob that is none");
        let (hash, size) = text.split_once(':').ok_or(WRONG)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if hash.len() != HASH_DIGITS || !hash.bytes().all(hex) {
            return Err(WRONG);
        }
        Ok(Self { hash: hash.to_owned(), size: size.parse().map_err(|_| WRONG)? })
    }
}

impl Form {
    /// The bytes that it needs to be written.
    pub fn original(&self) -> Option<&BlobRef> {
        match &self.endings {
            Endings::Mixed(original) => Some(original),
            Endings::Lf | Endings::CrLf => None,
        }
    }

    /// Its fields, with what they say; nothing where a field is left out.
    pub(crate) fn fields(&self) -> [(&'static str, Option<String>); 2] {
        let ending = match &self.endings {
            Endings::Lf => None,
            Endings::CrLf => Some(CRLF_WORD.to_owned()),
            Endings::Mixed(original) => Some(format!("{MIXED_WORD}{original}")),
        };
        let words: Vec<String> = self.bom.then(|| BOM_WORD.to_owned()).into_iter().chain(ending).collect();
        let eol = (!words.is_empty()).then(|| words.join(" "));
        [(EOL, eol), (MODE, self.executable.then(|| EXECUTABLE.to_owned()))]
    }

    /// From what its fields say.
    pub(crate) fn parse(eol: Option<&str>, mode: Option<&str>) -> Result<Self, Refused> {
        let mut form = Self::default();
        for word in eol.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            match word.strip_prefix(MIXED_WORD) {
                Some(original) => form.endings = Endings::Mixed(original.parse()?),
                None if word == CRLF_WORD => form.endings = Endings::CrLf,
                None if word == BOM_WORD => form.bom = true,
                None => return Err(Refused::Malformed("line endings that are none")),
            }
        }
        form.executable = match mode {
            None | Some("") => false,
            Some(EXECUTABLE) => true,
            Some(_) => return Err(Refused::Malformed("a mode that is none")),
        };
        Ok(form)
    }

    pub(crate) fn read<T: ReadTxn>(file: &MapRef, txn: &T) -> Result<Self, Refused> {
        let (eol, mode) = (field(file, txn, EOL)?, field(file, txn, MODE)?);
        Self::parse(eol.as_deref(), mode.as_deref())
    }
}

/// A field of a file that is a text value, if it is there.
pub(crate) fn field<T: ReadTxn>(file: &MapRef, txn: &T, name: &str) -> Result<Option<std::sync::Arc<str>>, Refused> {
    match file.get(txn, name) {
        None => Ok(None),
        Some(Out::Any(Any::String(value))) => Ok(Some(value)),
        Some(_) => Err(Refused::Malformed("a field of a file that is no text")),
    }
}

/// The blobs that a field's value names, whatever field it is.
pub(crate) fn blobs_in(value: &str) -> impl Iterator<Item = BlobRef> + '_ {
    value.split(' ').filter_map(|word| word.strip_prefix(MIXED_WORD).unwrap_or(word).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_what_its_fields_say() {
        let blob = BlobRef { hash: "a1".repeat(32), size: 12 };
        for endings in [Endings::Lf, Endings::CrLf, Endings::Mixed(blob.clone())] {
            for (bom, executable) in [(false, false), (true, false), (false, true), (true, true)] {
                let form = Form { bom, endings: endings.clone(), executable };
                let [(_, eol), (_, mode)] = form.fields();
                assert_eq!(Form::parse(eol.as_deref(), mode.as_deref()), Ok(form));
            }
        }
        assert_eq!(Form::default().fields(), [(EOL, None), (MODE, None)]);
        assert_eq!(blobs_in(&format!("bom mixed:{blob}")).collect::<Vec<_>>(), std::slice::from_ref(&blob));
        assert_eq!(blobs_in(&blob.to_string()).collect::<Vec<_>>(), [blob]);
        for bad in ["cr", "mixed:", "mixed:a:1", "crlf lf"] {
            assert!(Form::parse(Some(bad), None).is_err(), "{bad}");
        }
        assert!(Form::parse(None, Some("777")).is_err());
    }
}
