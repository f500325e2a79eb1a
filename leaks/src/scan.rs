//! One pass over a text: at each place, the forms that can begin there.

use std::ops::Range;

use crate::assignment;
use crate::finding::{Finding, Kind};
use crate::judge::{entropy, is_placeholder};
use crate::path::{Style, style};
use crate::shape;

/// The most findings of one text: who has more has a file of nothing else, and needs no list of it.
pub const FINDINGS_MAX: usize = 100;

/// How the head of a private key begins and ends.
const PEM: (&str, &str) = ("-----BEGIN ", "PRIVATE KEY");
/// The length of a session's token.
const SESSION_TOKEN: usize = 32;
/// How much of a secret with a form of its own is shown behind its prefix.
const SHOWN: usize = 4;
/// No prefix that tells what a key is for is longer.
const PREFIX_MAX: usize = 12;
/// What stands for a secret that is not shown at all: as long for all of them.
const MASK: &str = "••••••••";

/// What looks like a secret in a text without a name, such as a prompt.
pub fn scan(text: &str) -> Vec<Finding> {
    with_style(text, Style::Plain)
}

/// What looks like a secret in a file.
pub fn scan_file(path: &str, text: &str) -> Vec<Finding> {
    with_style(text, style(path))
}

fn with_style(text: &str, style: Style) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut start = 0;
    for (number, line) in (1u32..).zip(text.split_inclusive('\n')) {
        let from = findings.len();
        let comment = style == Style::Env && line.trim_start().starts_with('#');
        Line { text: line, number, start, style }.scan(comment, &mut findings);
        // A value that has a form of its own is named by that.
        findings.get_mut(from..).into_iter().for_each(|found| found.sort_by_key(|f: &Finding| f.range.start));
        if findings.len() >= FINDINGS_MAX {
            findings.truncate(FINDINGS_MAX);
            return findings;
        }
        start += line.len();
    }
    findings
}

/// One line of the text.
struct Line<'a> {
    text: &'a str,
    number: u32,
    /// Where it begins, in bytes of the text.
    start: usize,
    style: Style,
}

impl Line<'_> {
    fn scan(&self, comment: bool, findings: &mut Vec<Finding>) {
        let bytes = self.text.as_bytes();
        let mut covered = 0;
        let from = findings.len();
        let mut before = None;
        for (at, byte) in bytes.iter().copied().enumerate() {
            let whole = shape::may_precede(before);
            if at >= covered
                && let Some((range, kind)) = self.begins(at, byte, whole)
            {
                covered = range.end;
                let preview = self.preview(kind, &range);
                findings.push(self.finding(kind, range, preview));
            }
            before = Some(byte);
        }
        if comment || matches!(self.style, Style::Lock) {
            return;
        }
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| matches!(**byte, b'=' | b':')) {
            let assigned = match self.style {
                Style::Example => None,
                style => assignment::at(self.text, at, style),
            };
            let Some(assigned) = assigned else { continue };
            let inside = self.start + assigned.value.start..self.start + assigned.value.end;
            let known = findings.get(from..).unwrap_or_default();
            if known.iter().any(|f| f.range.start < inside.end && inside.start < f.range.end) {
                continue;
            }
            let kind = if self.style == Style::Env { Kind::EnvValue } else { Kind::Assigned };
            let name = self.text.get(assigned.name).unwrap_or_default();
            findings.push(self.finding(kind, assigned.value, format!("{name} = {MASK}")));
        }
    }

    /// What has a form of its own and begins here. `whole`: not inside of a longer word.
    fn begins(&self, at: usize, byte: u8, whole: bool) -> Option<(Range<usize>, Kind)> {
        match byte {
            b'/' => link(self.text, at),
            b':' => address(self.text, at),
            _ if !whole => None,
            b'-' => private_key(self.text, at).map(|range| (range, Kind::PrivateKey)),
            b'h' => hook(self.text, at).or_else(|| shape::at(self.text, at)),
            _ if byte.is_ascii_alphabetic() => shape::at(self.text, at),
            _ if byte.is_ascii_digit() => telegram(self.text, at),
            _ => None,
        }
    }

    /// How a secret with a form of its own begins. A password, which may be short, is not shown at all.
    fn preview(&self, kind: Kind, range: &Range<usize>) -> String {
        let secret = self.text.get(range.clone()).unwrap_or_default();
        match kind {
            Kind::PrivateKey => secret.to_owned(),
            Kind::AddressPassword => format!("://…:{MASK}@"),
            Kind::SessionLink => format!("/s/…#{MASK}"),
            _ => {
                let prefix = secret.rfind(['_', '-', '.']).filter(|at| *at < PREFIX_MAX).map_or(0, |at| at + 1);
                let shown: String = secret.chars().take(prefix + SHOWN).collect();
                format!("{shown}…")
            }
        }
    }

    fn finding(&self, kind: Kind, range: Range<usize>, preview: String) -> Finding {
        let range = self.start + range.start..self.start + range.end;
        Finding { kind, line: self.number, range, preview }
    }
}

/// The head of a private key. What is a public one, or a certificate, is no secret.
fn private_key(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let head = rest.strip_prefix(PEM.0)?;
    let end = head.find("-----")?;
    head.get(..end)?.ends_with(PEM.1).then(|| at..at + PEM.0.len() + end + 5)
}

/// An address that whoever has it may post to: Slack's and Discord's hooks.
fn hook(line: &str, at: usize) -> Option<(Range<usize>, Kind)> {
    const HOOKS: [&str; 2] = ["https://hooks.slack.com/services/", "https://discord.com/api/webhooks/"];
    let rest = line.get(at..)?;
    let hook = HOOKS.iter().find(|hook| rest.starts_with(**hook))?;
    let path = rest.get(hook.len()..)?;
    let length = path.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"/_-".contains(b)).count();
    let real = length >= 30 && !is_placeholder(path.get(..length)?);
    real.then(|| (at..at + hook.len() + length, Kind::ChatToken))
}

/// `://user:password@host`: the password.
fn address(line: &str, at: usize) -> Option<(Range<usize>, Kind)> {
    /// Passwords of examples, which open nothing.
    const COMMON: [&str; 8] = ["password", "pass", "secret", "postgres", "root", "admin", "user", "pwd"];
    let after = line.get(at..)?.strip_prefix("://")?;
    let end =
        after.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '<' | '>' | '?' | '#' | '['));
    let (user, _host) = after.get(..end.unwrap_or(after.len()))?.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let from = at + "://".len() + name.len() + 1;
    let common = COMMON.contains(&password.to_ascii_lowercase().as_str());
    let real = password.len() >= 6 && !common && password != name && !is_placeholder(password);
    real.then(|| (from..from + password.len(), Kind::AddressPassword))
}

/// A Telegram bot's token: its number, a colon, 35 characters.
fn telegram(line: &str, at: usize) -> Option<(Range<usize>, Kind)> {
    let rest = line.get(at..)?;
    let number = rest.bytes().take(11).take_while(u8::is_ascii_digit).count();
    let token = rest.get(number..)?.strip_prefix(':')?;
    let length = token.bytes().take(36).take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)).count();
    let real = (8..=10).contains(&number) && length == 35 && entropy(token.get(..length)?) > 4.0;
    real.then(|| (at..at + number + 1 + length, Kind::ChatToken))
}

/// `/s/{id}#{token}`: who has it is in.
fn link(line: &str, at: usize) -> Option<(Range<usize>, Kind)> {
    let rest = line.get(at..)?;
    let id = rest.strip_prefix("/s/")?;
    let (id, token) = id.split_once('#')?;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let real = !id.is_empty() && digits(id) == id.len() && digits(token) == SESSION_TOKEN;
    real.then(|| {
        let from = at + "/s/".len() + id.len() + 1;
        (from..from + SESSION_TOKEN, Kind::SessionLink)
    })
}
