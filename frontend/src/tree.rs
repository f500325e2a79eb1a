//! The list of files as rows: folders that fold, files in them, and which rows are in view. Pure.

use std::collections::HashSet;
use std::ops::Range;

use protocol::FileId;

use crate::store::FileRow;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TreeRow {
    /// A folder with two files or more; a chain of folders with nothing else in them is one.
    Folder {
        /// Its whole path, with the slash at its end.
        path: String,
        /// What is shown of it: without the folders above it.
        label: String,
        /// How deep it lies.
        depth: usize,
        /// Files in it and below.
        files: usize,
        /// Whether it is folded.
        folded: bool,
    },
    /// A file. One alone in its folder shows that folder, too.
    File {
        /// The file.
        file: FileRow,
        /// Of the row's text, what is its folder.
        folder: String,
        /// The name.
        name: String,
        /// How deep it lies.
        depth: usize,
    },
}

/// Which row is meant, whatever comes and goes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A folder, by its path.
    Folder(String),
    /// A file.
    File(FileId),
}

impl TreeRow {
    /// Which row it is.
    pub fn spot(&self) -> Spot {
        match self {
            TreeRow::Folder { path, .. } => Spot::Folder(path.clone()),
            TreeRow::File { file, .. } => Spot::File(file.id.clone()),
        }
    }

    /// How deep it lies.
    pub fn depth(&self) -> usize {
        match self {
            TreeRow::Folder { depth, .. } | TreeRow::File { depth, .. } => *depth,
        }
    }
}

/// The rows of a list of files that is sorted by path.
pub fn rows(files: &[FileRow], folded: &HashSet<String>) -> Vec<TreeRow> {
    let mut rows = Vec::new();
    fill(files, "", 0, folded, &mut rows);
    rows
}

/// The rows of what lies in the folder `above`.
fn fill(files: &[FileRow], above: &str, depth: usize, folded: &HashSet<String>, rows: &mut Vec<TreeRow>) {
    let mut rest = files;
    while let Some(first) = rest.first() {
        let inner = first.display.get(above.len()..).unwrap_or_default();
        let Some(folder) = inner.find('/').and_then(|at| inner.get(..=at)) else {
            rows.push(file(first, above, depth));
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        let prefix = format!("{above}{folder}");
        let count = rest.iter().take_while(|file| file.display.starts_with(&prefix)).count();
        let (inside, after) = rest.split_at(count);
        rest = after;
        if let [alone] = inside {
            rows.push(file(alone, above, depth));
            continue;
        }
        let path = chain(inside, prefix);
        let label = path.get(above.len()..).unwrap_or_default().to_owned();
        let is_folded = folded.contains(&path);
        rows.push(TreeRow::Folder { label, depth, files: count, folded: is_folded, path: path.clone() });
        if !is_folded {
            fill(inside, &path, depth + 1, folded, rows);
        }
    }
}

/// The deepest folder that holds all of these files.
fn chain(files: &[FileRow], mut prefix: String) -> String {
    while let Some(first) = files.first() {
        let inner = first.display.get(prefix.len()..).unwrap_or_default();
        let Some(folder) = inner.find('/').and_then(|at| inner.get(..=at)) else {
            break;
        };
        let longer = format!("{prefix}{folder}");
        if !files.iter().all(|file| file.display.starts_with(&longer)) {
            break;
        }
        prefix = longer;
    }
    prefix
}

fn file(file: &FileRow, above: &str, depth: usize) -> TreeRow {
    let shown = file.display.get(above.len()..).unwrap_or(&file.display);
    let at = shown.rfind('/').map_or(0, |at| at + 1);
    let (folder, name) = shown.split_at_checked(at).unwrap_or(("", shown));
    TreeRow::File { folder: folder.to_owned(), name: name.to_owned(), depth, file: file.clone() }
}

/// The folders that a path lies in, so that they can be opened.
pub fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..=at))
}

/// Rows above and below those in view that are kept: what a fast scroll shows before the next frame.
const SPARE: usize = 12;

/// The rows to be drawn, of `count` rows of one height.
pub fn in_view(count: usize, row: f64, top: f64, height: f64) -> Range<usize> {
    let first = (top.max(0.0) / row) as usize;
    let last = first + (height.max(0.0) / row) as usize + 1;
    first.saturating_sub(SPARE).min(count)..(last + SPARE).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<FileRow> {
        let row =
            |path: &&str| FileRow { id: (*path).into(), path: (*path).into(), display: (*path).into(), kept: None };
        paths.iter().map(row).collect()
    }

    fn shown(paths: &[&str], folded: &[&str]) -> Vec<String> {
        let folded = folded.iter().map(|f| (*f).to_owned()).collect();
        rows(&files(paths), &folded)
            .into_iter()
            .map(|row| match row {
                TreeRow::Folder { label, depth, files, folded, .. } => {
                    format!("{}{label} {files}{}", " ".repeat(depth), if folded { " …" } else { "" })
                }
                TreeRow::File { folder, name, depth, .. } => format!("{}[{folder}]{name}", " ".repeat(depth)),
            })
            .collect()
    }

    #[test]
    fn a_small_project_is_a_flat_list() {
        assert_eq!(shown(&["calc.py", "src/notes.md"], &[]), ["[]calc.py", "[src/]notes.md"]);
    }

    #[test]
    fn folders_with_several_files_fold() {
        let paths = ["a/b/c/one.rs", "a/b/c/two.rs", "a/b/d/three.rs", "x/y/z.rs", "z.md"];
        let open = ["a/b/ 3", " c/ 2", "  []one.rs", "  []two.rs", " [d/]three.rs", "[x/y/]z.rs", "[]z.md"];
        assert_eq!(shown(&paths, &[]), open);
        assert_eq!(shown(&paths, &["a/b/c/"])[1], " c/ 2 …");
        assert_eq!(shown(&paths, &["a/b/"]), ["a/b/ 3 …", "[x/y/]z.rs", "[]z.md"]);
    }

    #[test]
    fn folders_are_named_from_the_outside_in() {
        assert_eq!(folders_of("a/b/c.rs").collect::<Vec<_>>(), ["a/", "a/b/"]);
        assert_eq!(folders_of("c.rs").count(), 0);
    }

    #[test]
    fn five_thousand_files_make_few_rows() {
        let paths: Vec<String> = (0..5_000).map(|n| format!("src/m{:02}/file_{n:04}.rs", n % 50)).collect();
        let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        paths.sort_unstable();
        let all = rows(&files(&paths), &HashSet::new());
        assert_eq!(all.len(), 5_000 + 51);
        let seen = in_view(all.len(), 30.0, 3_000.0, 600.0);
        assert_eq!(seen, 88..133);
        assert_eq!(in_view(3, 30.0, 0.0, 600.0), 0..3);
        assert_eq!(in_view(0, 30.0, 0.0, 600.0), 0..0);
    }
}
