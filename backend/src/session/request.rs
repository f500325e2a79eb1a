//! What the model is told: the system prompt, and the message that begins each segment. Pure.
//!
//! The conversation only ever grows at its end, byte for byte, so that an upstream's cache and its incremental
//! input stay valid: files and notes ride in the newest message, never in an older one.

use std::fmt::Write as _;

use models::{Message, Role, SegmentRequest};
use protocol::view::SegmentCause;

use super::turn::{CutCause, CutNote, Segment, Turn};

/// What every request asks for. Kept short: each token here is read before the first one is written.
const INSTRUCTIONS: &str = "\
You are the coding model in Midstream. A person watches you write, token by token, and may interrupt or steer you at any moment.

Answer with a sentence or two of plain commentary and edit blocks. Change files only by edit blocks of exactly this form, each tag alone on its line:

<edit path=\"src/lib.py\" why=\"avoid float money\">
<old_text>
the whole lines to replace, exactly as they stand in the file
</old_text>
<new_text>
the whole lines that take their place
</new_text>
</edit>

Rules:
- Do what was asked and nothing else: no refactoring, renaming, reformatting or extra features.
- Keep each block minimal: as few old lines as make the place unique in the file.
- `why` is one short line that says the reason, not the change.
- An empty <new_text> deletes the old lines. An empty <old_text> creates the file, or fills an empty one.
- Follow the project's conventions.
- Never repeat a file or a block that is already applied. No code outside edit blocks unless you are asked for it.
- When you were cut off, go on from the files as they now stand; a block that was left open is closed: begin a new one.";

/// The file that holds a session's conventions.
pub const CONVENTIONS: &str = "AGENTS.md";
/// The most of the conventions that a request carries, in bytes.
pub const CONVENTIONS_MAX: usize = 16 * 1024;
/// The most file text that one message carries, in bytes: about 60,000 tokens.
pub const FILES_MAX: usize = 256 * 1024;
/// The most conversation that a request carries, in bytes, beside its newest turn.
pub const HISTORY_MAX: usize = 384 * 1024;

/// A file as a request sees it.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// The system prompt with the session's conventions.
pub fn instructions(files: &[File<'_>]) -> String {
    let Some(conventions) = files.iter().find(|f| f.path == CONVENTIONS) else {
        return INSTRUCTIONS.to_owned();
    };
    let text = floor_char(conventions.text, CONVENTIONS_MAX);
    format!("{INSTRUCTIONS}\n\nThe project's conventions ({CONVENTIONS}):\n\n{}", text.trim_end())
}

/// The message that begins a turn's newest segment. `lead` is the open file's path; it comes first.
pub fn message(turn: &Turn, segment: &Segment, files: &[File<'_>], lead: Option<&str>) -> String {
    let mut text = preamble(turn, segment);
    list(&mut text, files, lead);
    text.push_str(words(turn, segment));
    text
}

/// The message of a segment that was over before its request was built, without the files: its words were said all
/// the same, and a later message brings the files.
pub fn unsent(turn: &Turn, segment: &Segment) -> String {
    preamble(turn, segment) + words(turn, segment)
}

/// The whole request: earlier turns as far as they fit, then the newest one.
pub fn request(instructions: String, turns: &[Turn]) -> SegmentRequest {
    let mut groups: Vec<Vec<Message>> = Vec::new();
    let mut size = 0;
    for (age, turn) in turns.iter().rev().enumerate() {
        let group = conversation(turn);
        size += if age == 0 { 0 } else { group.iter().map(|m| m.text.len()).sum() };
        if size > HISTORY_MAX {
            break;
        }
        groups.push(group);
    }
    SegmentRequest { instructions, messages: groups.into_iter().rev().flatten().collect(), cue: None }
}

/// One turn's messages: what each segment was sent, and exactly what of its answer stands.
fn conversation(turn: &Turn) -> Vec<Message> {
    let mut messages = Vec::new();
    for (segment, output) in turn.pieces() {
        if let Some(sent) = &segment.message {
            messages.push(Message { role: Role::User, text: sent.clone() });
        }
        if !output.is_empty() {
            messages.push(Message { role: Role::Assistant, text: output.to_owned() });
        }
    }
    if turn.reverted {
        messages.push(Message { role: Role::User, text: "(I took all changes of that turn back.)".to_owned() });
    }
    messages
}

fn preamble(turn: &Turn, segment: &Segment) -> String {
    let mut text = String::new();
    if segment.cause != SegmentCause::Prompt {
        note(&mut text, &segment.note, turn.output.len() > segment.byte || segment.offset > 0);
    } else {
        failures(&mut text, &segment.note.failed);
    }
    text
}

fn words<'a>(turn: &'a Turn, segment: &'a Segment) -> &'a str {
    match &segment.cause {
        SegmentCause::Prompt => turn.prompt.as_str(),
        SegmentCause::Steer(id) => turn.steer(id).map_or("", |s| s.view.text.as_str()),
        SegmentCause::Continue(Some(words)) => words.as_str(),
        SegmentCause::Mend => "Mend that, and nothing else.",
        SegmentCause::Continue(None) => "Go on from exactly there.",
    }
}

fn note(text: &mut String, note: &CutNote, had_output: bool) {
    match note.cause {
        Some(CutCause::Person) if had_output => text.push_str(
            "[I stopped you: your answer above was cut after exactly its last character, and I saw nothing past it.",
        ),
        Some(CutCause::Person) => text.push_str("[I stopped you before you had written anything."),
        Some(CutCause::Failure) => {
            text.push_str("[The connection to you failed: your answer above ends after exactly its last character.")
        }
        Some(CutCause::Limit) => text.push_str("[Your answer above was ended early, after exactly its last character."),
        None => text.push_str("[Your answer above is whole."),
    }
    if let Some(path) = &note.open_block {
        let _ = write!(
            text,
            " The block for {path} was left open: the new text that you had written is applied, the rest of its old text stands."
        );
    }
    text.push_str("]\n\n");
    failures(text, &note.failed);
}

fn failures(text: &mut String, failed: &[(String, String)]) {
    for (path, reason) in failed {
        let _ = writeln!(text, "[Your block for {path} was not applied: {reason}]");
    }
    if !failed.is_empty() {
        text.push('\n');
    }
}

/// The files as they stand, the open one first, small ones before large ones, as far as they fit.
fn list(text: &mut String, files: &[File<'_>], lead: Option<&str>) {
    let mut files: Vec<&File<'_>> = files.iter().filter(|f| f.path != CONVENTIONS).collect();
    if files.is_empty() {
        text.push_str("[There are no files yet.]\n\n");
        return;
    }
    files.sort_by_key(|f| (Some(f.path) != lead, f.path));
    text.push_str("The files as they stand now:\n\n");
    let mut left = FILES_MAX;
    let mut omitted = Vec::new();
    for file in files {
        let Some(rest) = left.checked_sub(file.text.len()) else {
            omitted.push(file.path);
            continue;
        };
        left = rest;
        let newline = if file.text.is_empty() || file.text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(text, "<file path=\"{}\">\n{}{newline}</file>\n\n", file.path, file.text);
    }
    if !omitted.is_empty() {
        let _ = write!(text, "[Not shown, for their size: {}]\n\n", omitted.join(", "));
    }
}

fn floor_char(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
