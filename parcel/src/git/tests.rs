//! Patches against git itself: what we write it takes, what it writes we take.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::path::BadPath;
use crate::{File, Tree};

mod random;

fn tree(files: &[(&str, &[u8])]) -> Tree {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), File::plain(*bytes))).collect()
}

fn patched(before: &Tree, patch: &[u8]) -> Result<Tree, Misfit> {
    let applied = apply(&read(patch).unwrap(), &|path| before.get(path).cloned())?;
    let mut after: Tree = before.clone();
    after.retain(|path, _| !applied.gone.contains(path));
    after.extend(applied.written);
    Ok(after)
}

fn round(before: &Tree, after: &Tree, moved: &[(&str, &str)]) -> String {
    let moved: BTreeMap<String, String> = moved.iter().map(|(new, old)| ((*new).into(), (*old).into())).collect();
    let patch = write(before, after, &moved);
    if before != after {
        assert_eq!(&patched(before, &patch).unwrap(), after, "{}", String::from_utf8_lossy(&patch));
    }
    String::from_utf8_lossy(&patch).into_owned()
}

#[test]
fn a_change_at_an_end_of_a_file_does_not_come_twice() {
    let patch = b"--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n one\n+two\n";
    let once = patched(&tree(&[("a", b"one\n")]), patch).unwrap();
    assert_eq!(once, tree(&[("a", b"one\ntwo\n")]));
    assert!(patched(&once, patch).is_err(), "it has come already");
    let front = b"--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n+zero\n one\n two\n";
    let thrice = patched(&once, front).unwrap();
    assert_eq!(thrice, tree(&[("a", b"zero\none\ntwo\n")]));
    assert!(patched(&thrice, front).is_err(), "it has come already");
}

#[test]
fn a_patch_says_what_git_would() {
    let before = tree(&[("a.txt", b"one\ntwo\n"), ("gone", b""), ("old name", b"x\n"), ("\u{fc}", b"1\r\n")]);
    let mut after = tree(&[("a.txt", b"one\n2\n"), ("new name", b"x\n"), ("\u{fc}", b"2\r\n")]);
    after.insert("run".into(), File { bytes: b"#!\n".as_slice().into(), executable: true });
    let patch = round(&before, &after, &[("new name", "old name")]);
    let wanted = "\
diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,2 @@
 one
-two
+2
diff --git a/gone b/gone
deleted file mode 100644
diff --git a/old name b/new name
similarity index 100%
rename from old name
rename to new name
diff --git a/run b/run
new file mode 100755
--- /dev/null
+++ b/run
@@ -0,0 +1 @@
+#!
diff --git \"a/\\303\\274\" \"b/\\303\\274\"
--- \"a/\\303\\274\"
+++ \"b/\\303\\274\"
@@ -1 +1 @@
-1\r
+2\r
";
    let plain = |text: &str| text.lines().filter(|line| !line.starts_with("index ")).collect::<Vec<_>>().join("\n");
    assert_eq!(plain(&patch), plain(wanted));
}

#[test]
fn files_that_trade_places_are_told_path_by_path() {
    let before = tree(&[("a", b"A\n"), ("b", b"B\n")]);
    let after = tree(&[("a", b"B\n"), ("b", b"A\n")]);
    assert!(!round(&before, &after, &[("a", "b"), ("b", "a")]).contains("rename"));
}

#[test]
fn a_hunk_finds_its_lines_nearby_and_nowhere_else() {
    let patch = b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
    let with = |text: &str| patched(&tree(&[("f", text.as_bytes())]), patch).map(|tree| tree["f"].bytes.to_vec());
    assert_eq!(with("a\nb\nc\n"), Ok(b"a\nB\nc\n".to_vec()));
    assert_eq!(with("x\ny\na\nb\nc\n"), Ok(b"x\ny\na\nB\nc\n".to_vec()));
    assert_eq!(with("a\r\nb\r\nc\r\n"), Ok(b"a\r\nB\r\nc\r\n".to_vec()), "its returns were lost on the way");
    assert_eq!(with("a\nc\n"), Err(Misfit::Lines("f".into(), 1)));
    assert_eq!(patched(&Tree::new(), patch), Err(Misfit::Missing("f".into())));
    let creates = b"diff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n";
    assert_eq!(patched(&tree(&[("f", b"")]), creates), Err(Misfit::Exists("f".into())));
}

#[test]
fn a_patch_from_a_mail_or_another_tool_is_read() {
    let mail = b"From 123 Mon Sep 17\nSubject: [PATCH] x\n\n---\n f | 2 +-\n\ndiff --git a/f b/f\nindex 1..2 100644\n\
--- a/f\n+++ b/f\n@@ -1 +1 @@ fn \xfc()\n-a\n+b\n-- \n2.47.3\n";
    let plain = b"--- f\t2026-11-26 10:00:00\n+++ f\t2026-11-26 10:01:00\n@@ -1 +1 @@\n-a\n+b\n";
    let windows = b"--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n";
    for patch in [mail.as_slice(), plain, windows] {
        let after = patched(&tree(&[("f", b"a\n")]), patch).unwrap();
        assert_eq!(&*after["f"].bytes, b"b\n");
    }
}

#[test]
fn hostile_patches_are_refused_with_a_reason() {
    let file = |name: &str| format!("--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-a\n+b\n");
    let path = |path: &str, why| BadPatch::Path(path.into(), why);
    let cases: Vec<(String, BadPatch)> = vec![
        (String::new(), BadPatch::None),
        ("nothing of the kind\n".into(), BadPatch::None),
        (file("../x"), path("../x", BadPath::Leaves)),
        (file("/etc/passwd"), path("/etc/passwd", BadPath::Absolute)),
        (file(".git/hooks/pre-commit"), path(".git/hooks/pre-commit", BadPath::Git)),
        (format!("diff --git a/l b/l\nnew file mode 120000\n{}", file("l")), BadPatch::Link("l".into())),
        (
            "diff --git a/s b/s\nindex 1..2 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-a\n+b\n".into(),
            BadPatch::Link("s".into()),
        ),
        ("diff --git a/i b/i\nindex 1..2\nBinary files a/i and b/i differ\n".into(), BadPatch::NoBytes("i".into())),
        ("--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n-a\n".into(), BadPatch::Line(5, "is missing: the patch ends inside a hunk")),
        ("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n-b\n".into(), BadPatch::Line(5, "is more than the head of its hunk says")),
        ("--- a/f\n+++ b/f\n@@ -x +1 @@\n-a\n".into(), BadPatch::Line(3, "is no head of a hunk")),
        (
            "diff --git a/b b/b\nindex 1..2\nGIT binary patch\nliteral 999999999999\n".into(),
            BadPatch::Limit("a binary file in the patch is too large"),
        ),
        (
            "diff --git a/b b/b\nGIT binary patch\nliteral 5\nzzz\n".into(),
            BadPatch::Line(4, "is no line of a binary patch"),
        ),
        ("diff --git a/b b/b\nGIT binary patch\nliteral 9\nHcmV?d00001\n\n".into(), BadPatch::NoBytes("b".into())),
    ];
    for (patch, why) in cases {
        assert_eq!(read(patch.as_bytes()), Err(why), "{patch}");
    }
    let many: String = (0..=crate::limits::FILES_MAX).map(|n| file(&n.to_string())).collect();
    assert_eq!(read(many.as_bytes()), Err(BadPatch::Limit("the patch changes too many files")));
}

/// Runs git in a folder, away from anybody's settings.
fn git(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
