//! The files whose text a request has no room for: by folder, with their lines and what they declare.

use std::fmt::Write as _;

use super::project::{Folder, Known, Project};

/// The most that the outline of a project takes, in bytes: about 8,000 tokens.
pub const OUTLINE_MAX: usize = 32 * 1024;
/// What is said when folders are left out takes less, in bytes.
const LINE: usize = 48;

/// An outline.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its text.
    pub text: String,
    /// Files that it names.
    pub named: u32,
    /// Files that it only counts.
    pub counted: u32,
}

/// The outline of some files in at most `room` bytes: in full where that fits, else by name, else by number; the
/// folders nearest to `near` fare best.
pub fn outline<'a>(project: &'a Project, files: &[usize], near: Option<&str>, room: usize) -> Outline {
    let all = u32::try_from(files.len()).unwrap_or(u32::MAX);
    if files.is_empty() || room < 2 * LINE {
        return Outline { counted: all, ..Outline::default() };
    }
    let mut is_wanted = vec![false; project.files().len()];
    for at in files {
        if let Some(wanted) = is_wanted.get_mut(*at) {
            *wanted = true;
        }
    }
    let in_folder = |folder: &'a Folder| {
        let files = folder.files.iter().filter(|at| is_wanted.get(**at) == Some(&true));
        let files: Vec<&Known> = files.filter_map(|at| project.get(*at)).collect();
        (!files.is_empty()).then_some((folder.path.as_str(), files))
    };
    let home = near.and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let mut order: Vec<(&str, Vec<&Known>)> = project.folders().iter().filter_map(in_folder).collect();
    order.sort_by_key(|(folder, _)| (std::cmp::Reverse(shared(folder, home)), depth(folder)));
    // Half of the room is for every folder's own line, as far as that goes; what is left of it is for names too.
    let mut left = room.saturating_sub(LINE);
    let floor = left / 2;
    let with_line = order.iter().take_while(|(folder, files)| {
        let rest = left.checked_sub(counted(folder, files).len()).filter(|rest| *rest >= floor);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    let lines = with_line.count();
    let mut out = Outline::default();
    let mut shown: Vec<(&str, String)> = Vec::new();
    for (folder, files) in order.iter().take(lines) {
        let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
        let line = counted(folder, files);
        let fits = |text: &String| text.len() <= left + line.len();
        let least: usize = files.iter().map(|file| file.path.len() - folder.len()).sum();
        let forms: &[bool] = if least <= left + line.len() { &[true, false] } else { &[] };
        if let Some(text) = forms.iter().map(|names| named(folder, files, *names)).find(fits) {
            left = left + line.len() - text.len();
            out.named += count;
            shown.push((folder, text));
        } else {
            out.counted += count;
            shown.push((folder, line));
        }
    }
    shown.sort_by_key(|(folder, _)| *folder);
    out.text = shown.into_iter().map(|(_, text)| text).collect();
    let more: usize = order.iter().skip(lines).map(|(_, files)| files.len()).sum();
    if more > 0 {
        out.counted += u32::try_from(more).unwrap_or(u32::MAX);
        let _ = writeln!(out.text, "({more} files in {} more folders)", order.len() - lines);
    }
    out
}

/// A folder with its files by name; one file is a line of its own.
fn named(folder: &str, files: &[&Known], with_names: bool) -> String {
    let is_alone = files.len() == 1;
    let mut text = if is_alone { String::new() } else { format!("{}\n", title(folder)) };
    for file in files {
        let name = if is_alone { &file.path } else { file.path.rsplit('/').next().unwrap_or(&file.path) };
        let _ = write!(text, "{}{name}", if is_alone { "" } else { "  " });
        if let Some(facts) = &file.facts {
            let _ = write!(text, " {}", facts.lines);
            if with_names && !facts.names.is_empty() {
                let _ = write!(text, ": {}", facts.names);
            }
        }
        text.push('\n');
    }
    text
}

/// A folder's own line.
fn counted(folder: &str, files: &[&Known]) -> String {
    format!("{} ({} {})\n", title(folder), files.len(), if files.len() == 1 { "file" } else { "files" })
}

fn title(folder: &str) -> String {
    if folder.is_empty() { "./".to_owned() } else { format!("{folder}/") }
}

/// How many folders two paths have in common from the top.
fn shared(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

fn depth(folder: &str) -> usize {
    folder.split('/').filter(|part| !part.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::Disk;
    use super::*;

    fn check(files: &[(&str, &str)], near: &str, room: usize, expect: Expect) {
        let disk = Disk::of(files);
        let mut project = Project::default();
        project.visit(&disk);
        project.read(&disk, usize::MAX, true);
        let all: Vec<usize> = (0..files.len()).collect();
        let out = outline(&project, &all, Some(near), room);
        assert!(out.text.len() <= room, "{} in {room}", out.text.len());
        assert_eq!(out.named + out.counted, u32::try_from(files.len()).unwrap());
        expect.assert_eq(&out.text);
    }

    const FILES: &[(&str, &str)] = &[
        ("README.md", "# x\n"),
        ("src/a.py", "def main():\n    pass\nclass App:\n"),
        ("src/deep/b.py", "def b(): pass\n"),
        ("src/deep/empty.py", ""),
        ("tests/long_name_of_a_test.py", "def test_one(): pass\ndef test_two(): pass\n"),
    ];

    #[test]
    fn folders_with_files_lines_and_names() {
        check(
            FILES,
            "src/a.py",
            1000,
            expect![[r#"
                README.md 1
                src/a.py 3: def main, class App
                src/deep/
                  b.py 1: def b
                  empty.py 0
                tests/long_name_of_a_test.py 2: def test_one, def test_two
            "#]],
        );
    }

    #[test]
    fn with_less_room_the_nearest_fare_best() {
        check(
            FILES,
            "src/deep/b.py",
            330,
            expect![[r#"
                README.md 1
                src/a.py 3: def main, class App
                src/deep/
                  b.py 1: def b
                  empty.py 0
                tests/long_name_of_a_test.py 2: def test_one, def test_two
            "#]],
        );
        check(
            FILES,
            "src/deep/b.py",
            130,
            expect![[r#"
            src/a.py 3: def main, class App
            src/deep/
              b.py 1: def b
              empty.py 0
            (2 files in 2 more folders)
        "#]],
        );
        check(FILES, "", 60, expect![""]);
    }
}
