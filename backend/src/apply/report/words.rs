//! The report as people read it: one line per hunk, one for all.
//!
//! What a model wrote goes to a terminal here, so nothing unprintable of it does.

use std::fmt::{self, Display, Formatter, Write};

use edits::Malformed;

use super::{Hunk, Kind, Outcome, Place, Reason, Report};

/// The longest why in a line, in characters: longer ones are cut here and whole in the JSON.
const WHY_MAX: usize = 100;

/// What could not be read, in words.
pub(super) fn malformed(reason: Malformed) -> &'static str {
    match reason {
        Malformed::NoPath => "The block names no file.",
        Malformed::MissingOldText => "The block has no old text where it is due.",
        Malformed::MissingNewText => "The block has no new text where it is due.",
        Malformed::Unterminated => "The block has no end; nothing of it was applied.",
        Malformed::Elided => "The file came with parts left out; nothing of it was applied.",
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for hunk in &self.hunks {
            writeln!(out, "{hunk}")?;
        }
        let totals = &self.totals;
        let mut parts = Vec::new();
        for (count, word) in [(totals.applied, "applied"), (totals.unchanged, "unchanged"), (totals.failed, "failed")] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        if totals.applied > 0 {
            let files = self.touched();
            let plural = if files == 1 { "" } else { "s" };
            parts.push(format!("{files} file{plural}, +{} -{}", totals.added, totals.removed));
        }
        let dry = if self.dry_run { " (dry run: nothing was written)" } else { "" };
        write!(out, "{}{dry}", parts.join("; "))
    }
}

impl Display for Hunk {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Applied => "applied",
            Outcome::Unchanged => "unchanged",
            Outcome::Failed => "failed",
        };
        let kind = match self.kind {
            Kind::Edit => "edit",
            Kind::Create => "create",
            Kind::Delete => "delete",
            Kind::Move => "move",
        };
        write!(out, "{outcome:<9}  {kind:<6}  {}", printable(&self.file))?;
        // Where a person finds it now; a file that is gone, or empty, has no lines.
        let has_lines = |place: &Place| match self.kind {
            Kind::Edit => true,
            Kind::Create => place.after.count > 0,
            Kind::Delete | Kind::Move => false,
        };
        if let Some(place) = self.place.filter(has_lines) {
            write!(out, ":{}", place.after.line)?;
            if place.after.count > 1 {
                write!(out, "-{}", place.after.line.saturating_add(place.after.count - 1))?;
            }
        }
        if let Some(to) = &self.moved_to {
            write!(out, " -> {}", printable(to))?;
        }
        if self.added > 0 || self.removed > 0 {
            write!(out, "  +{} -{}", self.added, self.removed)?;
        }
        match (self.reason, &self.message) {
            (Some(reason), Some(message)) => write!(out, "  {}: {}", reason.word(), printable(message)),
            _ if self.why.is_empty() => Ok(()),
            _ => write!(out, "  {}", cut(&printable(&self.why))),
        }
    }
}

impl Reason {
    /// As in the JSON.
    fn word(self) -> &'static str {
        match self {
            Reason::Unresolved => "unresolved",
            Reason::Ambiguous => "ambiguous",
            Reason::NoSuchFile => "noSuchFile",
            Reason::FileNotEmpty => "fileNotEmpty",
            Reason::Malformed => "malformed",
            Reason::Limit => "limit",
            Reason::BadPath => "badPath",
            Reason::NotAFile => "notAFile",
            Reason::NotText => "notText",
            Reason::Io => "io",
        }
    }
}

/// Without what would steer a terminal, or turn the order of the text around.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

fn cut(why: &str) -> String {
    match why.char_indices().nth(WHY_MAX) {
        Some((end, _)) => format!("{}…", why.get(..end).unwrap_or_default().trim_end()),
        None => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_called_as_in_the_json() {
        use Reason::*;
        for reason in
            [Unresolved, Ambiguous, NoSuchFile, FileNotEmpty, Malformed, Limit, BadPath, NotAFile, NotText, Io]
        {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
            if let Some(failure) = Option::<protocol::view::HunkFailure>::from(reason) {
                assert_eq!(serde_json::to_value(failure).unwrap(), reason.word(), "the wire has the same word");
            }
        }
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(printable("a\x1b[2Jb\u{202E}c"), "a\\u{1b}[2Jb\\u{202e}c");
    }

    #[test]
    fn a_long_why_is_cut_in_view() {
        assert_eq!(cut(&"é".repeat(WHY_MAX)), "é".repeat(WHY_MAX));
        assert_eq!(cut(&"é".repeat(WHY_MAX + 1)), format!("{}…", "é".repeat(WHY_MAX)));
    }
}
