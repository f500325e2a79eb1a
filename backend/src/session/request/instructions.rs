//! The system prompt: what every request asks for, in the edit format that the model is asked for, and the project's
//! conventions. Kept short: each token here is read before the first one is written.

use std::fmt::Write as _;

use models::Format;
use protocol::context::ContextConventions;

use super::budget::tokens;
use super::text::floor_char;

const ROLE: &str = "\
You are the coding model in Midstream. A person watches you write, token by token, and may interrupt or steer you at any moment.

";

const EDIT: &str = "\
Answer with a sentence or two of plain commentary and edit blocks. Change files only by edit blocks of exactly this form, each tag alone on its line:

<edit path=\"src/lib.py\" why=\"avoid float money\">
<old_text>
the whole lines to replace, exactly as they stand in the file
</old_text>
<new_text>
the whole lines that take their place
</new_text>
</edit>
";

const SEARCH_REPLACE: &str = "\
Answer with a sentence or two of plain commentary and SEARCH/REPLACE blocks. Change files only by blocks of exactly this form, the path alone on the line above:

avoid float money
src/lib.py
<<<<<<< SEARCH
the whole lines to replace, exactly as they stand in the file
=======
the whole lines that take their place
>>>>>>> REPLACE
";

const PATCH: &str = "\
Answer with a sentence or two of plain commentary and patches. Change files only by patches of exactly this form:

avoid float money
*** Begin Patch
*** Update File: src/lib.py
@@ def total(items):
 a line that stays
-a line that goes, exactly as it stands in the file
+a line that comes
*** End Patch

`*** Add File: path` with `+` lines creates a file, `*** Delete File: path` deletes one.
";

const WHOLE_FILE: &str = "\
Answer with a sentence or two of plain commentary and whole files. Change a file only by writing all of it anew, in exactly this form, the path alone on the line above:

avoid float money
src/lib.py
```
the whole file as it shall be, no line left out
```
";

const RULES: &str = "
Rules:
- Do what was asked and nothing else: no refactoring, renaming, reformatting or extra features.
";

const EDIT_RULES: &str = "\
- Keep each block minimal: as few old lines as make the place unique in the file.
- `why` is one short line that says the reason, not the change.
- An empty <new_text> deletes the old lines. An empty <old_text> creates the file, or fills an empty one.
";

const SEARCH_REPLACE_RULES: &str = "\
- Keep each block minimal: as few old lines as make the place unique in the file.
- One line of commentary before each block says why: the reason, not the change.
- An empty lower part deletes the old lines. An empty upper part creates the file, or fills an empty one.
";

const PATCH_RULES: &str = "\
- Keep each patch minimal: as few lines that stay as make the place unique in the file.
- One line of commentary before each patch says why: the reason, not the change.
";

const WHOLE_FILE_RULES: &str = "\
- Leave every line that need not change exactly as it is.
- One line of commentary before each file says why: the reason, not the change.
";

const MORE_RULES: &str = "\
- Follow the project's conventions.
- Never repeat a file or a block that is already applied. No code outside them unless you are asked for it.
- When you were cut off, go on from the files as they now stand; a block that was left open is closed: begin a new one.";

/// The system prompt with as much of the conventions as `room` bytes take, and how much that is.
pub fn instructions(format: Format, conventions: Option<&str>, room: usize) -> (String, Option<ContextConventions>) {
    let (form, rules) = match format {
        Format::Edit => (EDIT, EDIT_RULES),
        Format::SearchReplace => (SEARCH_REPLACE, SEARCH_REPLACE_RULES),
        Format::Patch => (PATCH, PATCH_RULES),
        Format::WholeFile => (WHOLE_FILE, WHOLE_FILE_RULES),
    };
    let mut text = [ROLE, form, RULES, rules, MORE_RULES].concat();
    let Some(all) = conventions.map(str::trim_end).filter(|all| !all.is_empty()) else { return (text, None) };
    let (carried, is_cut) = whole_lines(all, room);
    let (lines, of) = (carried.lines().count(), all.lines().count());
    let _ = write!(text, "\n\nThe project's conventions ({}):\n\n{carried}", super::CONVENTIONS);
    if is_cut {
        let _ = write!(text, "\n[The rest of its {of} lines is too long to be shown.]");
    }
    let lines = u32::try_from(lines).unwrap_or(u32::MAX);
    (text, Some(ContextConventions { tokens: tokens(carried.len()), lines, cut: is_cut }))
}

/// The front of a text in whole lines, if it has more than one; whether that is less than all.
fn whole_lines(text: &str, room: usize) -> (&str, bool) {
    if text.len() <= room {
        return (text, false);
    }
    let part = floor_char(text, room);
    (part.rsplit_once('\n').map_or(part, |(lines, _)| lines).trim_end(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: [Format; 4] = [Format::Edit, Format::SearchReplace, Format::Patch, Format::WholeFile];

    #[test]
    fn every_format_has_a_short_prompt_with_the_same_rules() {
        for format in FORMATS {
            let (text, view) = instructions(format, None, 100);
            assert!(text.len() < 2200, "{format:?}: {}", text.len());
            assert_eq!(view, None);
            for rule in ["Do what was asked and nothing else", "says why", "begin a new one."] {
                let rule = if format == Format::Edit && rule == "says why" { "`why` is one short line" } else { rule };
                assert!(text.contains(rule), "{format:?}: {rule}");
            }
        }
    }

    #[test]
    fn every_example_is_one_that_the_engine_reads() {
        for (format, read) in FORMATS.iter().zip([
            edits::Format::Edit,
            edits::Format::SearchReplace,
            edits::Format::Patch,
            edits::Format::WholeFile,
        ]) {
            let (text, _) = instructions(*format, None, 100);
            let mut engine = edits::Engine::new();
            let mut actions = engine.push(&text);
            actions.extend(engine.resolve(edits::Resolution::Skip));
            actions.extend(engine.finish());
            let opened: Vec<_> = actions
                .iter()
                .filter_map(|action| match action {
                    edits::Action::Open { path, why, format, .. } => Some((path.as_str(), why.as_str(), *format)),
                    _ => None,
                })
                .collect();
            assert_eq!(opened, [("src/lib.py", "avoid float money", read)], "{format:?}");
        }
    }

    #[test]
    fn conventions_ride_along_as_far_as_there_is_room_and_the_cut_is_told() {
        let (text, view) = instructions(Format::Edit, Some("Use cents.\nNo globals.\n"), 100);
        assert!(text.ends_with("(AGENTS.md):\n\nUse cents.\nNo globals."), "{text}");
        assert_eq!(view, Some(ContextConventions { tokens: 6, lines: 2, cut: false }));
        let (text, view) = instructions(Format::Edit, Some("Use cents.\nNo globals.\n"), 15);
        assert!(text.ends_with("Use cents.\n[The rest of its 2 lines is too long to be shown.]"), "{text}");
        assert_eq!(view, Some(ContextConventions { tokens: 3, lines: 1, cut: true }));
        assert_eq!(instructions(Format::Edit, Some(" \n"), 15).1, None);
        assert_eq!(instructions(Format::Edit, Some(&"é".repeat(50)), 15).1.map(|c| c.tokens), Some(4));
    }
}
