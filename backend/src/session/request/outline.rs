//! The files whose text a request has no room for: by folder, with their lines and what they declare.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::fmt::Write as _;

use super::project::{Folder, Known, Project, Size};

/// The most that the outline of a project takes, in bytes: about 8,000 tokens.
pub const OUTLINE_MAX: usize = 32 * 1024;
/// What is said when folders are left out takes less, in bytes.
const LINE: usize = 48;
/// What stands before a file in its folder.
const INDENT: &str = "  ";

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

/// The outline of all files but some, in at most `room` bytes: in full where that fits, else by name, else by number;
/// the folders nearest to `near` fare best.
pub fn outline(project: &Project, but: &HashSet<usize>, near: Option<&str>, room: usize) -> Outline {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let all = project.files().len().saturating_sub(but.len());
    if all == 0 || room < 2 * LINE {
        return Outline { counted: count(all), ..Outline::default() };
    }
    let home = near.and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let mut order = listed(project, but);
    order.sort_by_cached_key(|listed| (Reverse(shared(&listed.folder.path, home)), depth(&listed.folder.path)));
    // Half of the room is for every folder's own line, as far as that goes; what is left of it is for names too.
    let mut left = room.saturating_sub(LINE);
    let floor = left / 2;
    let with_line = order.iter().take_while(|listed| {
        let rest = left.checked_sub(listed.line()).filter(|rest| *rest >= floor);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    let lines = with_line.count();
    let mut out = Outline::default();
    let mut shown: Vec<(&str, String)> = Vec::new();
    for listed in order.iter().take(lines) {
        let most = left + listed.line();
        let text = if let Some(names) = [true, false].into_iter().find(|names| listed.named(*names) <= most) {
            out.named += count(listed.count);
            named(project, listed, but, names)
        } else {
            out.counted += count(listed.count);
            counted(listed)
        };
        left = most - text.len();
        shown.push((&listed.folder.path, text));
    }
    shown.sort_by_key(|(folder, _)| *folder);
    out.text = shown.into_iter().map(|(_, text)| text).collect();
    let more: usize = order.iter().skip(lines).map(|listed| listed.count).sum();
    if more > 0 {
        out.counted += count(more);
        let _ = writeln!(out.text, "({more} files in {} more folders)", order.len() - lines);
    }
    out
}

/// A folder as far as its files are listed.
struct Listed<'a> {
    folder: &'a Folder,
    /// How many.
    count: usize,
    /// What they take.
    size: Size,
}

/// All folders that have files beside some, by path.
fn listed<'a>(project: &'a Project, but: &HashSet<usize>) -> Vec<Listed<'a>> {
    let folders = project.folders();
    let listed = |folder: &'a Folder| Listed { folder, count: folder.files.len(), size: folder.size };
    let mut all: Vec<Listed<'_>> = folders.all.iter().map(listed).collect();
    for at in but {
        let Some(listed) = folders.of(*at).and_then(|folder| all.get_mut(folder)) else { continue };
        listed.count -= 1;
        listed.size = listed.size - project.get(*at).map(Known::size).unwrap_or_default();
    }
    all.retain(|listed| listed.count > 0);
    all
}

impl Listed<'_> {
    /// The length of its own line.
    fn line(&self) -> usize {
        let words = if self.count == 1 { " ( file)\n" } else { " ( files)\n" };
        title(&self.folder.path).len() + words.len() + digits(self.count)
    }

    /// Its length with its files by name.
    fn named(&self, with_names: bool) -> usize {
        let files = if with_names { self.size.full } else { self.size.bare };
        let path = &self.folder.path;
        match (self.count, path.is_empty()) {
            // A file that is alone is a line of its own, under its path.
            (1, true) => files - INDENT.len(),
            (1, false) => files - INDENT.len() + path.len() + 1,
            _ => files + title(path).len() + 1,
        }
    }
}

impl Known {
    /// What its line takes in its folder.
    pub fn size(&self) -> Size {
        let lines = self.facts.as_ref().map_or(0, |facts| 1 + digits(facts.lines as usize));
        let names =
            self.facts.as_ref().filter(|facts| !facts.names.is_empty()).map_or(0, |facts| 2 + facts.names.len());
        let bare = INDENT.len() + self.name().len() + lines + 1;
        Size { full: bare + names, bare }
    }
}

/// A folder with its files by name; one file is a line of its own.
fn named(project: &Project, listed: &Listed<'_>, but: &HashSet<usize>, with_names: bool) -> String {
    let is_alone = listed.count == 1;
    let mut text = if is_alone { String::new() } else { format!("{}\n", title(&listed.folder.path)) };
    for file in listed.folder.files.iter().filter(|at| !but.contains(at)).filter_map(|at| project.get(*at)) {
        let _ = if is_alone { write!(text, "{}", file.path) } else { write!(text, "{INDENT}{}", file.name()) };
        if let Some(facts) = &file.facts {
            let _ = write!(text, " {}", facts.lines);
            if with_names && !facts.names.is_empty() {
                let _ = write!(text, ": {}", facts.names);
            }
        }
        text.push('\n');
    }
    debug_assert_eq!(text.len(), listed.named(with_names), "{text}");
    text
}

/// A folder's own line.
fn counted(listed: &Listed<'_>) -> String {
    let files = if listed.count == 1 { "file" } else { "files" };
    let line = format!("{} ({} {files})\n", title(&listed.folder.path), listed.count);
    debug_assert_eq!(line.len(), listed.line(), "{line}");
    line
}

fn title(folder: &str) -> Cow<'_, str> {
    if folder.is_empty() { "./".into() } else { format!("{folder}/").into() }
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
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
        let out = outline(&project, &HashSet::new(), Some(near), room);
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
    fn what_files_take_is_known_as_they_change() {
        let mut disk = Disk::of(FILES);
        let mut project = Project::default();
        let mut random = fastrand::Rng::with_seed(1);
        for round in 0..200 {
            let path = FILES[random.usize(..FILES.len())].0;
            disk.write(path, &"def f(): pass\nclass C:\n".repeat(random.usize(..8)));
            project.visit(&disk);
            project.read(&disk, random.usize(..100), random.bool());
            let mut anew = Project::default();
            anew.visit(&disk);
            anew.read(&disk, usize::MAX, true);
            let is_known = project.read(&disk, usize::MAX, true);
            let but: HashSet<usize> = (0..FILES.len()).filter(|_| random.u8(..4) == 0).collect();
            for room in [100, 130, 200, 330, 1000] {
                assert!(is_known);
                let [one, other] = [&project, &anew].map(|project| outline(project, &but, Some("src/a.py"), room));
                assert_eq!(one, other, "round {round}, room {room}");
                assert!(one.text.len() <= room);
            }
            assert!(project.by_size().eq(anew.by_size()));
        }
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
