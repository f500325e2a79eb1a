//! Random trees with odd names and endings, against the real git, both ways.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{git, patched};
use crate::{File, Tree, git::write, path};

/// Rounds here; the tests over HTTP play more.
const ROUNDS: u64 = 20;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(seed: u64) -> Folder {
        let folder = std::env::temp_dir().join(format!("midstream-parcel-{}-{seed}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        git(&folder, &["init", "-q"]);
        Folder(folder)
    }

    fn put(&self, tree: &Tree) {
        for (path, file) in tree {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &file.bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(if file.executable { 0o755 } else { 0o644 }))
                .unwrap();
        }
    }

    fn read(&self) -> Tree {
        fn walk(root: &Path, folder: &Path, tree: &mut Tree) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with(".git") {
                    continue;
                }
                if path.is_dir() {
                    walk(root, &path, tree);
                    continue;
                }
                let executable = fs::metadata(&path).unwrap().permissions().mode() & 0o100 != 0;
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                tree.insert(name, File { bytes: fs::read(&path).unwrap().into(), executable });
            }
        }
        let mut tree = Tree::new();
        walk(&self.0, &self.0, &mut tree);
        tree
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const PARTS: [&str; 14] =
    ["a", "b c", "ü", "日本", "q\"uote", "tab", "x y z", "-n", "🙂", "é\u{301}", "a.b", "'s", " lead", "trail "];
const LINES: [&str; 9] = ["one", "two", "", "  blank", "ü", "+plus", "-minus", "\\ No newline", "@@ -1 +1 @@"];
const ENDINGS: [&str; 3] = ["\n", "\r\n", "\n"];

fn name(rng: &mut fastrand::Rng) -> String {
    let parts: Vec<&str> = (0..rng.usize(1..4)).map(|_| PARTS[rng.usize(0..PARTS.len())]).collect();
    parts.join("/")
}

fn content(rng: &mut fastrand::Rng) -> Vec<u8> {
    if rng.u8(0..6) == 0 {
        return (0..rng.usize(0..300)).map(|_| rng.u8(..)).collect();
    }
    let mut text = if rng.u8(0..8) == 0 { "\u{feff}".to_owned() } else { String::new() };
    let ending = ENDINGS[rng.usize(0..3)];
    for _ in 0..rng.usize(0..30) {
        text.push_str(LINES[rng.usize(0..LINES.len())]);
        text.push_str(if rng.u8(0..12) == 0 { ENDINGS[rng.usize(0..3)] } else { ending });
    }
    if rng.bool() {
        text.push_str("last");
    }
    text.into_bytes()
}

fn edited(rng: &mut fastrand::Rng, bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..rng.usize(0..4) {
        let at = rng.usize(0..=lines.len());
        if rng.bool() || at == lines.len() {
            let line = format!("{}\n", LINES[rng.usize(0..LINES.len())]);
            // In front of a last line without a newline it would join it.
            lines.insert(at.min(lines.len().saturating_sub(1)), line.into_bytes());
        } else {
            lines.remove(at);
        }
    }
    lines.concat()
}

/// Names that can stand side by side.
fn fits(tree: &Tree, name: &str) -> bool {
    path::check(name).is_ok() && path::check_together(tree.keys().map(String::as_str).chain([name])).is_ok()
}

fn add(rng: &mut fastrand::Rng, tree: &mut Tree) {
    let name = name(rng);
    if fits(tree, &name) {
        let file = File { bytes: content(rng).into(), executable: rng.u8(0..5) == 0 };
        tree.insert(name, file);
    }
}

/// A tree, what became of it, and where its files were.
fn session(rng: &mut fastrand::Rng) -> (Tree, Tree, std::collections::BTreeMap<String, String>) {
    let mut before = Tree::new();
    for _ in 0..rng.usize(0..8) {
        add(rng, &mut before);
    }
    let (mut after, mut moved) = (before.clone(), std::collections::BTreeMap::new());
    for path in before.keys() {
        match rng.u8(0..6) {
            0 => drop(after.remove(path)),
            1 => {
                let Some(file) = after.remove(path) else { continue };
                let mut to = name(rng);
                if !fits(&after, &to) {
                    to.clone_from(path);
                }
                let bytes = if rng.bool() { edited(rng, &file.bytes) } else { file.bytes.to_vec() };
                if to != *path {
                    moved.insert(to.clone(), path.clone());
                }
                if fits(&after, &to) {
                    after.insert(to, File { bytes: bytes.into(), ..file });
                }
            }
            2 | 3 => {
                if let Some(file) = after.get_mut(path) {
                    file.bytes = edited(rng, &file.bytes).into();
                    file.executable ^= rng.u8(0..4) == 0;
                }
            }
            4 => {
                if let Some(file) = after.get_mut(path) {
                    file.bytes = content(rng).into();
                }
            }
            _ => {}
        }
    }
    for _ in 0..rng.usize(0..3) {
        add(rng, &mut after);
    }
    (before, after, moved)
}

#[test]
fn what_we_write_git_takes_and_what_git_writes_we_take() {
    let seed = std::env::var("MIDSTREAM_PATCH_SEED").ok().and_then(|seed| seed.parse().ok());
    let rounds = std::env::var("MIDSTREAM_PATCH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let first = seed.unwrap_or_else(|| fastrand::u64(..u64::from(u32::MAX)));
    for seed in first..first + rounds {
        println!("MIDSTREAM_PATCH_SEED={seed}");
        let rng = &mut fastrand::Rng::with_seed(seed);
        let (before, after, moved) = session(rng);
        let folder = Folder::new(seed);
        folder.put(&before);
        git(&folder.0, &["add", "-A", "-f"]);
        let me = ["-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "before"];
        git(&folder.0, &me);
        let ours = write(&before, &after, &moved);
        if before != after {
            let patch = folder.0.join(".git/ours.patch");
            fs::write(&patch, &ours).unwrap();
            git(&folder.0, &["apply", "--whitespace=nowarn", ".git/ours.patch"]);
            assert_eq!(folder.read(), after, "{}", String::from_utf8_lossy(&ours));
            assert_eq!(patched(&before, &ours).unwrap(), after);
        }
        git(&folder.0, &["add", "-A", "-f"]);
        let theirs = git(&folder.0, &["-c", "core.quotepath=off", "diff", "--cached", "--binary", "-M", "-C"]);
        if !theirs.is_empty() {
            assert_eq!(patched(&before, &theirs).unwrap(), after, "{}", String::from_utf8_lossy(&theirs));
        }
    }
}
