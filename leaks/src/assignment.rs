//! A secret that is given to a name: `password = "…"`, `apiKey: '…'`, `DB_PASS=…`.
//!
//! The name has to say that it holds a secret, and the value has to be one that nobody writes for a human reader.

use std::ops::Range;

use crate::judge::{classes, entropy, is_placeholder, is_words};
use crate::path::Style;

/// The longest name that is looked at, in bytes.
const NAME_MAX: usize = 80;
/// The longest value: what is longer is data.
const VALUE_MAX: usize = 512;
/// The shortest password that is worth a warning.
const PASSWORD_MIN: usize = 8;
/// The shortest key or token.
const KEY_MIN: usize = 12;
/// The shortest value of an environment file.
const ENV_MIN: usize = 6;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// A password: people choose them, so they need not be random.
    Password,
    /// A key or a token: made by a machine.
    Key,
}

/// One assignment of a secret: the name, and where the value stands.
pub struct Assigned {
    /// In bytes of the line.
    pub name: Range<usize>,
    /// In bytes of the line, without quotes.
    pub value: Range<usize>,
}

/// The assignment at the `=` or `:` that stands at byte `at` of a line, if it gives a secret to a name.
pub fn at(line: &str, at: usize, style: Style) -> Option<Assigned> {
    let name = name_before(line, at)?;
    let named = named(line.get(name.clone())?);
    if style != Style::Env && named.is_none() {
        return None;
    }
    let (value, quoted) = value_after(line, at)?;
    let text = line.get(value.clone())?;
    let secret = match (style, named) {
        (Style::Env, named) => is_env_secret(text, named.is_some()),
        (_, Some(Named::Password)) => quoted && is_password(text),
        (_, Some(Named::Key)) => is_key(text, quoted),
        (_, None) => false,
    };
    secret.then_some(Assigned { name, value })
}

/// The name that ends before an operator: letters, digits, `_`, `-`, `.`, perhaps in quotes.
fn name_before(line: &str, at: usize) -> Option<Range<usize>> {
    let before = line.get(..at)?.trim_end_matches([' ', '\t', ':']);
    let before = before.strip_suffix(['"', '\'', '`', ']']).unwrap_or(before);
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let taken = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = before.bytes().rev().take(NAME_MAX + 1).take_while(taken).count();
    let start = before.len() - length;
    // `password: string = "…"`: the name stands before its type.
    if let Some(typed) = before.get(..start).and_then(|head| head.trim_end().strip_suffix(':'))
        && line.as_bytes().get(at) == Some(&b'=')
    {
        return name_before(line, typed.len());
    }
    (1..=NAME_MAX).contains(&length).then_some(start..before.len())
}

/// What stands behind an operator, without quotes and comments, and whether it was quoted.
fn value_after(line: &str, at: usize) -> Option<(Range<usize>, bool)> {
    let after = line.get(at + 1..)?;
    // `:=`, `=>`, `==`: a comparison gives nothing.
    if after.starts_with('=') || (line.as_bytes().get(at.wrapping_sub(1)).is_some_and(|b| b"!<>=".contains(b))) {
        return None;
    }
    let after = after.strip_prefix('>').unwrap_or(after);
    let start = line.len() - after.trim_start_matches([' ', '\t']).len();
    let rest = line.get(start..)?;
    // Prefixes of strings: Python's `b"…"`, `r"…"`, C#'s `@"…"`.
    let prefixed = rest.strip_prefix(['b', 'r', 'f', 'u', '@']).filter(|rest| rest.starts_with(['"', '\'']));
    let (start, rest) = prefixed.map_or((start, rest), |rest| (start + 1, rest));
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let range = match quote {
        Some(quote) => {
            let length = rest.get(1..)?.find(quote)?;
            start + 1..start + 1 + length
        }
        None => {
            let length = rest.find([' ', '\t', ';', ',', '#', '\r', ')', '}', ']']).unwrap_or(rest.len());
            start..start + length
        }
    };
    (!range.is_empty() && range.len() <= VALUE_MAX).then_some((range, quote.is_some()))
}

/// Whether a name says that it holds a secret: by its last words, so that `token_count` and `password_field` do not.
fn named(name: &str) -> Option<Named> {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [.., "password" | "passwd" | "passphrase" | "passwort"] => Some(Named::Password),
        [.., _, "pwd" | "pass" | "pw"] | ["pwd"] => Some(Named::Password),
        [.., "secret" | "token" | "apikey" | "secretkey" | "accesskey" | "credential" | "credentials"] => {
            Some(Named::Key)
        }
        [
            ..,
            "api" | "access" | "secret" | "private" | "auth" | "encryption" | "signing" | "master" | "account",
            "key",
        ] => Some(Named::Key),
        _ => None,
    }
}

/// A name's words in small letters: split at `_`, `-`, `.`, and where a capital begins a word; digits at the end go.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut small = false;
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && small;
        if (begins || matches!(c, '_' | '-' | '.')) && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        if !matches!(c, '_' | '-' | '.') {
            current.push(c.to_ascii_lowercase());
        }
        small = c.is_ascii_lowercase();
    }
    words.push(current);
    words.retain(|word| !word.chars().all(|c| c.is_ascii_digit()));
    words.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect()
}

fn is_password(value: &str) -> bool {
    value.chars().count() >= PASSWORD_MIN
        && !value.contains([' ', '\t', '(', ')'])
        && !is_placeholder(value)
        && !is_words(value)
        && classes(value) >= 2
        && entropy(value) >= 2.5
}

fn is_key(value: &str, quoted: bool) -> bool {
    // Without quotes it may be code: a name, a path, a call.
    let (marks, least): (&[u8], usize) = if quoted { (b"_-.+/:~", KEY_MIN) } else { (b"_-+/~", KEY_MIN + 4) };
    let body = value.trim_end_matches('=');
    let plain = body.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b));
    let digit = body.bytes().any(|b| b.is_ascii_digit());
    plain
        && (quoted || digit)
        && value.len() >= least
        && !is_placeholder(value)
        && !is_words(body)
        && classes(body) >= 2
        && entropy(body) >= 3.0
}

/// In an environment file a name that says so is enough; under any other name the value has to be random and long.
fn is_env_secret(value: &str, named: bool) -> bool {
    if value.contains([' ', '\t', '(']) || is_placeholder(value) {
        return false;
    }
    if named {
        return value.len() >= ENV_MIN;
    }
    value.len() >= 20 && !value.contains("://") && !is_words(value) && classes(value) >= 3 && entropy(value) >= 4.0
}
