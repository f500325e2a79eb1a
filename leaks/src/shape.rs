//! Secrets with a form of their own: what one sees of them is enough, wherever they stand.
//!
//! The prefixes and lengths are those that the providers document, or that their keys have had for years. A provider may
//! lengthen its keys: only where a fixed length keeps other text out is the length fixed.

use std::ops::Range;

use crate::finding::Kind;
use crate::judge::{classes, entropy, is_placeholder};

/// A form: how it begins, and how many characters of its alphabet follow.
struct Form {
    prefix: &'static str,
    least: usize,
    most: usize,
    of: Alphabet,
    kind: Kind,
}

/// What follows a prefix.
#[derive(Clone, Copy)]
enum Alphabet {
    /// Letters, digits, `_` and `-`.
    Url,
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Digits and `a` to `f`.
    Hex,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Alphabet::Url => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Alphabet::Alnum => byte.is_ascii_alphanumeric(),
            Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        }
    }
}

/// Longer than any key: what goes on for longer is data.
const LONG: usize = 400;

const fn form(prefix: &'static str, least: usize, most: usize, of: Alphabet, kind: Kind) -> Form {
    Form { prefix, least, most, of, kind }
}

/// The longer prefix of two stands first.
const FORMS: [Form; 40] = [
    form("sk-ant-", 20, LONG, Alphabet::Url, Kind::ModelKey),
    form("sk-proj-", 20, LONG, Alphabet::Url, Kind::ModelKey),
    form("sk-svcacct-", 20, LONG, Alphabet::Url, Kind::ModelKey),
    form("sk-or-v1-", 32, 80, Alphabet::Hex, Kind::ModelKey),
    form("sk-", 20, LONG, Alphabet::Alnum, Kind::ModelKey),
    form("csk-", 20, LONG, Alphabet::Alnum, Kind::ModelKey),
    form("gsk_", 20, LONG, Alphabet::Alnum, Kind::ModelKey),
    form("xai-", 32, LONG, Alphabet::Alnum, Kind::ModelKey),
    form("hf_", 30, 60, Alphabet::Alnum, Kind::ModelKey),
    form("fw_", 20, 60, Alphabet::Alnum, Kind::ModelKey),
    form("pplx-", 32, 80, Alphabet::Alnum, Kind::ModelKey),
    form("r8_", 37, 37, Alphabet::Alnum, Kind::ModelKey),
    form("AKIA", 16, 16, Alphabet::Upper, Kind::CloudKey),
    form("ASIA", 16, 16, Alphabet::Upper, Kind::CloudKey),
    form("AIza", 35, 35, Alphabet::Url, Kind::CloudKey),
    form("GOCSPX-", 28, 28, Alphabet::Url, Kind::CloudKey),
    form("ya29.", 30, LONG, Alphabet::Url, Kind::CloudKey),
    form("dop_v1_", 64, 64, Alphabet::Hex, Kind::CloudKey),
    form("github_pat_", 22, 120, Alphabet::Url, Kind::CodeToken),
    form("ghp_", 36, 80, Alphabet::Alnum, Kind::CodeToken),
    form("gho_", 36, 80, Alphabet::Alnum, Kind::CodeToken),
    form("ghu_", 36, 80, Alphabet::Alnum, Kind::CodeToken),
    form("ghs_", 36, 80, Alphabet::Alnum, Kind::CodeToken),
    form("ghr_", 36, 80, Alphabet::Alnum, Kind::CodeToken),
    form("glpat-", 20, 60, Alphabet::Url, Kind::CodeToken),
    form("npm_", 36, 36, Alphabet::Alnum, Kind::CodeToken),
    form("pypi-AgEI", 50, LONG, Alphabet::Url, Kind::CodeToken),
    form("xoxb-", 20, 100, Alphabet::Url, Kind::ChatToken),
    form("xoxp-", 20, 100, Alphabet::Url, Kind::ChatToken),
    form("xoxa-", 20, 100, Alphabet::Url, Kind::ChatToken),
    form("xoxr-", 20, 100, Alphabet::Url, Kind::ChatToken),
    form("xoxs-", 20, 100, Alphabet::Url, Kind::ChatToken),
    form("xapp-", 20, 140, Alphabet::Url, Kind::ChatToken),
    form("sk_live_", 16, 120, Alphabet::Alnum, Kind::ServiceKey),
    form("rk_live_", 16, 120, Alphabet::Alnum, Kind::ServiceKey),
    form("sk_test_", 16, 120, Alphabet::Alnum, Kind::ServiceKey),
    form("whsec_", 24, 80, Alphabet::Alnum, Kind::ServiceKey),
    form("shpat_", 32, 32, Alphabet::Hex, Kind::ServiceKey),
    form("lin_api_", 32, 60, Alphabet::Alnum, Kind::ServiceKey),
    form("SG.", 22, 22, Alphabet::Url, Kind::ServiceKey),
];

/// How a web token's header begins: `{"` in base64.
const JWT: &str = "eyJ";
/// The least of each part of a web token: `{"alg":"none"}` has more.
const JWT_PART: usize = 10;

/// The shaped secret that begins at a byte of a line, if one does: its end in bytes of the line, and what it is.
pub fn at(line: &str, start: usize) -> Option<(Range<usize>, Kind)> {
    let rest = line.get(start..)?;
    if let Some(end) = jwt(rest) {
        return Some((start..start + end, Kind::Jwt));
    }
    let form = FORMS.iter().find(|form| rest.starts_with(form.prefix))?;
    let body = rest.get(form.prefix.len()..)?;
    let length = body.bytes().take_while(|byte| form.of.has(*byte)).count();
    let ends = body.as_bytes().get(length).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let body = body.get(..length)?;
    let fits = ends && (form.least..=form.most).contains(&length);
    // Capitals alone happen by chance in a key of 16; small letters alone are words.
    let mixed = matches!(form.of, Alphabet::Upper) || classes(body) > 1;
    let real = fits && mixed && !is_placeholder(body) && entropy(body) > 2.8;
    real.then(|| (start..start + form.prefix.len() + length, form.kind))
}

/// Whether a byte may stand before a shaped secret: not inside of a longer word.
pub fn may_precede(byte: Option<u8>) -> bool {
    byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"_-+/".contains(&byte))
}

/// Three parts of base64, of which the first two are JSON objects.
fn jwt(rest: &str) -> Option<usize> {
    let whole = rest.strip_prefix(JWT)?;
    let length = whole.bytes().take_while(|byte| Alphabet::Url.has(*byte) || *byte == b'.').count();
    let text = rest.get(..JWT.len() + length)?.trim_end_matches('.');
    let parts: Vec<&str> = text.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return None };
    let long = [header, claims, signature].iter().all(|part| part.len() >= JWT_PART);
    (long && claims.starts_with(JWT) && !is_placeholder(signature)).then_some(text.len())
}
