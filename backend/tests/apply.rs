//! `midstream apply` as a person runs it: the real program, a real folder, links, permissions, exit codes.
//!
//! What the engine makes of outputs is the corpus' matter (`tests/corpus`); a few of its cases come through here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "all of it is test code")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use midstream::apply::Change;
use serde_json::Value;

/// A folder of its own; gone when dropped. The test's files are in `in/`.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("midstream-apply-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(path.join("in")).unwrap();
        Folder(path)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join("in").join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn apply(&self, output: &str, options: &[&str]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_midstream"))
            .arg("apply")
            .arg(self.path(""))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(output.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Applies, and gives the exit code and every hunk's outcome or reason.
    fn outcomes(&self, output: &str) -> (i32, Vec<String>) {
        let done = self.apply(output, &["--json"]);
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        let word = |hunk: &Value| hunk["reason"].as_str().or(hunk["outcome"].as_str()).unwrap().to_owned();
        (done.status.code().unwrap(), report["hunks"].as_array().unwrap().iter().map(word).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn edit(path: &str, old: &str, new: &str) -> String {
    format!("<edit path=\"{path}\" why=\"w\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn cases_of_the_corpus_through_the_program() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    for (case, code) in [
        ("edit-plain", 0),
        ("edit-unchanged", 0),
        ("edit-crlf-file", 0),
        ("edit-one-fails-others-apply", 1),
        ("edit-dot-dot-path", 1),
        ("edit-none", 2),
    ] {
        let (folder, case_folder) = (Folder::new(), corpus.join(case));
        let copy = |part: &str| -> Vec<(String, Vec<u8>)> {
            let Ok(entries) = fs::read_dir(case_folder.join(part)) else { return Vec::new() };
            let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
            files.map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(p).unwrap())).collect()
        };
        copy("before").into_iter().for_each(|(name, bytes)| folder.write(&name, bytes));
        let output = fs::read_to_string(case_folder.join("output.md")).unwrap();
        let done = folder.apply(&output, &["--json"]);
        assert_eq!(done.status.code(), Some(code), "{case}");
        for (name, bytes) in copy("after") {
            assert_eq!(folder.read(&name), text(&bytes), "{case}: {name}");
        }
        let (report, expected): (Value, Value) = (
            serde_json::from_slice(&done.stdout).unwrap(),
            serde_json::from_slice(&fs::read(case_folder.join("report.json")).unwrap()).unwrap(),
        );
        let outcomes =
            |all: &Value| all["hunks"].as_array().unwrap().iter().map(|h| h["outcome"].clone()).collect::<Vec<_>>();
        assert_eq!(outcomes(&report), outcomes(&expected), "{case}");
    }
}

#[test]
fn a_line_for_each_hunk_and_one_for_all() {
    let folder = Folder::new();
    folder.write("a.py", "x = 1\ny = 1\n");
    let output = edit("a.py", "y = 1\n", "y = 2\nz = 2\n") + &edit("b.py", "q\n", "r\n") + &edit("n/c.py", "", "c\n");
    let dry = folder.apply(&output, &["--dry-run"]);
    assert_eq!(folder.names(), ["a.py"], "a dry run writes nothing");
    let done = folder.apply(&output, &[]);
    let lines = "\
applied    edit    a.py:2-3  +2 -1  w
failed     edit    b.py  noSuchFile: There is no file b.py.
applied    create  n/c.py:1  +1 -0  w
2 applied; 1 failed; 2 files, +3 -1";
    assert_eq!(text(&done.stdout), format!("{lines}\n"));
    assert_eq!(text(&dry.stdout), format!("{lines} (dry run: nothing was written)\n"));
    assert_eq!((done.status.code(), dry.status.code()), (Some(1), Some(1)));
    assert_eq!(text(&done.stderr), "");
    assert_eq!((folder.read("a.py"), folder.read("n/c.py")), ("x = 1\ny = 2\nz = 2\n".into(), "c\n".into()));
}

#[test]
fn one_syntax_alone() {
    let folder = Folder::new();
    folder.write("a", "a\n");
    folder.write("b.py", "b\n");
    let output = edit("a", "a\n", "x\n") + "b.py\n<<<<<<< SEARCH\nb\n=======\nx\n>>>>>>> REPLACE\n";
    let done = folder.apply(&output, &["--format", "search-replace", "--json"]);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["files"], serde_json::json!(["b.py"]));
    assert_eq!((folder.read("a"), folder.read("b.py")), ("a\n".into(), "x\n".into()));
}

#[test]
fn no_link_is_followed_out_of_the_folder_or_inside_it() {
    let folder = Folder::new();
    fs::write(folder.0.join("secret"), "s\n").unwrap();
    folder.write("real/a", "s\n");
    symlink("../secret", folder.path("file-link")).unwrap();
    symlink("..", folder.path("up")).unwrap();
    symlink("real", folder.path("inside")).unwrap();
    symlink("/nowhere/at/all", folder.path("dangling")).unwrap();
    let output = edit("file-link", "s\n", "t\n")
        + &edit("up/secret", "s\n", "t\n")
        + &edit("up/made", "", "t\n")
        + &edit("inside/a", "s\n", "t\n")
        + &edit("dangling", "", "t\n")
        + &edit("dangling/b", "", "t\n");
    assert_eq!(folder.outcomes(&output), (1, vec!["notAFile".to_owned(); 6]));
    assert_eq!(fs::read_to_string(folder.0.join("secret")).unwrap(), "s\n");
    assert!(!folder.0.join("made").exists());
    assert_eq!(folder.read("real/a"), "s\n");
}

#[test]
fn only_regular_files_are_touched() {
    let folder = Folder::new();
    folder.write("folder/a", "a\n");
    let _socket = UnixListener::bind(folder.path("socket")).unwrap();
    let output = edit("folder", "", "x\n") + &edit("socket", "", "x\n") + &edit("folder/a/b", "", "x\n");
    assert_eq!(folder.outcomes(&output), (1, vec!["notAFile".to_owned(); 3]));
}

#[test]
fn permissions_stay_and_nothing_is_left_behind() {
    let folder = Folder::new();
    folder.write("run.sh", "echo 1\n");
    fs::set_permissions(folder.path("run.sh"), Permissions::from_mode(0o751)).unwrap();
    assert_eq!(folder.outcomes(&edit("run.sh", "echo 1\n", "echo 2\n")).0, 0);
    let mode = fs::metadata(folder.path("run.sh")).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, folder.names()), (0o751, vec!["run.sh".to_owned()]));
}

#[test]
fn a_file_that_cannot_be_written_fails_its_hunks_alone() {
    let folder = Folder::new();
    folder.write("b", "b\n");
    // The first hunk makes a file where the second needs a folder: that shows when they are written.
    let output = edit("a", "", "a\n") + &edit("a/deeper", "", "x\n") + &edit("b", "b\n", "c\n");
    assert_eq!(folder.outcomes(&output), (1, vec!["applied".into(), "io".into(), "applied".into()]));
    assert_eq!((folder.read("a"), folder.read("b"), folder.names().len()), ("a\n".into(), "c\n".into(), 2));
}

#[test]
fn a_file_that_cannot_be_moved_stays_as_it_was() {
    let folder = Folder::new();
    folder.write("b", "b\n");
    let changes = [
        Change::Write { path: "n/b".into(), bytes: b"c\n".to_vec(), like: Some("b".into()) },
        Change::Remove { path: "b".into(), went_to: Some("n/b".into()) },
    ];
    folder.write("n", "in the way\n");
    let failed = midstream::apply::Folder::open(&folder.path("")).unwrap().write(&changes);
    assert_eq!(failed.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["n/b", "b"]);
    assert_eq!((folder.read("b"), folder.read("n")), ("b\n".into(), "in the way\n".into()));
}

#[test]
fn a_file_past_the_limit_is_left_alone() {
    let folder = Folder::new();
    let large = fs::File::create(folder.path("large")).unwrap();
    large.set_len(midstream::apply::FILE_MAX as u64 + 1).unwrap();
    assert_eq!(folder.outcomes(&edit("large", "x\n", "y\n")), (1, vec!["limit".into()]));
}

#[test]
fn what_cannot_be_used_exits_with_2() {
    let folder = Folder::new();
    let nothing = folder.apply("Nothing to do.\n", &[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert_eq!(
        (text(&nothing.stdout), text(&nothing.stderr)),
        ("", "midstream apply: there is no edit in the output\n")
    );
    assert_eq!(folder.apply("", &["--format", "yaml"]).status.code(), Some(2));
    let file = Command::new(env!("CARGO_BIN_EXE_midstream")).args(["apply", file!()]).stdin(Stdio::null()).output();
    assert_eq!(file.unwrap().status.code(), Some(2));
}

#[test]
fn without_a_command_it_serves() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_midstream"))
        .args(["--addr", "127.0.0.1:0", "--no-discover", "--data", ":memory:"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(line.starts_with("Midstream is at http://127.0.0.1:"), "{line}");
}
