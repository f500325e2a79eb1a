//! Finding a hunk's place in a file, off the session's actor.

use document::Sheet;
use edits::{FileView, Hint, Located, Place, Wanted};
use protocol::view::HunkFailure;

use super::failure_words;
use crate::session::command::Seen;
use crate::session::path;
use crate::session::request::failure;

/// From this size on, in bytes, locating moves to a blocking thread: below, it takes less than the move.
const BLOCKING_FROM: usize = 128 * 1024;

/// What became of the search.
pub enum Found {
    /// There it is.
    Place {
        /// The file.
        file: String,
        /// The revision in which it was found.
        revision: u64,
        /// Where.
        place: Place,
    },
    /// The hunk creates the file.
    Create {
        /// Its path.
        path: String,
    },
    /// It cannot be applied.
    Nowhere {
        /// Why.
        failure: HunkFailure,
        /// Why, in words.
        message: String,
    },
}

/// Finds what a hunk wants in the file that the session showed, if it has one by that path. `hint` says where the hunk
/// before it ended.
pub async fn locate(path: String, wanted: Wanted, seen: Option<Seen>, hint: Hint) -> Found {
    let creates = match &wanted {
        Wanted::Text(old_text) => old_text.is_empty(),
        Wanted::Whole => true,
        Wanted::Chunk { .. } | Wanted::Delete | Wanted::Move { .. } => false,
    };
    let Some(seen) = seen else {
        return match (creates, path::check(&path)) {
            (true, Ok(())) => Found::Create { path: path::normal(&path).to_owned() },
            (true, Err(reason)) => nowhere(HunkFailure::Limit, reason.to_owned()),
            (false, _) => nowhere(HunkFailure::NoSuchFile, format!("There is no file {path}.")),
        };
    };
    if creates && wanted != Wanted::Whole {
        let text = seen.text.text();
        if text.trim().is_empty() {
            let place = Place { start: 0, old: text.into_owned(), reindent: None };
            return Found::Place { file: seen.file, revision: seen.revision, place };
        }
        return nowhere(HunkFailure::FileNotEmpty, format!("{path} has text already, and the old text is empty."));
    }
    let old_text = match &wanted {
        Wanted::Text(old_text) | Wanted::Chunk { old_text, .. } => old_text.clone(),
        Wanted::Whole | Wanted::Delete | Wanted::Move { .. } => String::new(),
    };
    let text = seen.text.clone();
    let located = if text.len() < BLOCKING_FROM {
        Ok(find(&text, &wanted, hint))
    } else {
        tokio::task::spawn_blocking(move || find(&text, &wanted, hint)).await
    };
    match located {
        Ok(Located::Found(place)) => Found::Place { file: seen.file, revision: seen.revision, place },
        Ok(Located::Ambiguous { count }) => {
            let lines = failure::places(&seen.text.text(), &old_text);
            let lines = if lines.is_empty() { lines } else { format!(" ({lines})") };
            let message = format!("The old text is in {path} {count} times{lines}; more lines would tell which.");
            nowhere(HunkFailure::Ambiguous, message)
        }
        Ok(Located::Absent { closest_line: Some(line) }) => {
            let quoted = failure::quoted(&seen.text.text(), line, &old_text);
            let message = format!("The old text is not in {path}; the closest is at line {line}:{quoted}");
            nowhere(HunkFailure::Unresolved, message)
        }
        Ok(Located::Absent { closest_line: None }) => {
            nowhere(HunkFailure::Unresolved, format!("The old text is not in {path}."))
        }
        Err(error) => {
            tracing::error!(%error, "locating failed");
            nowhere(HunkFailure::Unresolved, failure_words(HunkFailure::Unresolved).to_owned())
        }
    }
}

fn find(text: &Sheet, wanted: &Wanted, hint: Hint) -> Located {
    edits::find(&FileView { text: &text.text() }, wanted, hint)
}

fn nowhere(failure: HunkFailure, message: String) -> Found {
    Found::Nowhere { failure, message }
}
