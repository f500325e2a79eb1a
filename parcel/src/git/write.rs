//! Two trees as the patch between them.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{base85, hunks, oid, quote};
use crate::{File, Tree};

/// One file's part of a patch.
struct Change<'a> {
    old: Option<(&'a str, &'a File)>,
    new: Option<(&'a str, &'a File)>,
}

/// The patch from `before` to `after`. `moved` says, by their paths afterwards, where files were before, as far as they
/// are told apart by more than their paths.
pub fn write(before: &Tree, after: &Tree, moved: &BTreeMap<String, String>) -> Vec<u8> {
    let mut out = Vec::new();
    for change in changes(before, after, moved) {
        change.write(&mut out);
    }
    out
}

/// What changes, by path. A file that moved onto a path where another was, or away from one where another is now, is
/// told as what becomes of each path: every tool takes that in any order.
fn changes<'a>(before: &'a Tree, after: &'a Tree, moved: &'a BTreeMap<String, String>) -> Vec<Change<'a>> {
    let came_from = |new: &str| {
        let old = moved.get(new).filter(|old| !after.contains_key(*old) && !before.contains_key(new))?;
        before.get_key_value(old)
    };
    let gone_to: BTreeMap<&str, &str> =
        after.keys().filter_map(|new| Some((came_from(new)?.0.as_str(), new.as_str()))).collect();
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path) && !gone_to.contains_key(path.as_str()));
    let gone = gone.map(|(path, file)| Change { old: Some((path, file)), new: None });
    let others = after.iter().filter_map(|(path, file)| {
        let known = before.get_key_value(path).or_else(|| came_from(path));
        let old = known.map(|(path, file)| (path.as_str(), file));
        (old != Some((path, file))).then_some(Change { old, new: Some((path, file)) })
    });
    let mut all: Vec<Change<'_>> = gone.chain(others).collect();
    all.sort_by_key(|change| change.new.or(change.old).map(|(path, _)| path));
    all
}

impl Change<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let Some((path, _)) = self.old.or(self.new) else { return };
        let (old, new) = (self.old.map_or(path, |(path, _)| path), self.new.map_or(path, |(path, _)| path));
        line(out, &[b"diff --git ", &quote::quote("a/", old), b" ", &quote::quote("b/", new)]);
        let mode = |file: &File| if file.executable { "100755" } else { "100644" };
        let mut kept = None;
        match (self.old, self.new) {
            (None, Some((_, file))) => line(out, &[b"new file mode ", mode(file).as_bytes()]),
            (Some((_, file)), None) => line(out, &[b"deleted file mode ", mode(file).as_bytes()]),
            (Some((_, before)), Some((_, after))) if before.executable != after.executable => {
                line(out, &[b"old mode ", mode(before).as_bytes()]);
                line(out, &[b"new mode ", mode(after).as_bytes()]);
            }
            (Some((_, file)), Some(_)) => kept = Some(mode(file)),
            (None, None) => {}
        }
        let bytes = |side: Option<(&str, &File)>| side.map(|(_, file)| file.bytes.clone()).unwrap_or_default();
        let (before, after) = (bytes(self.old), bytes(self.new));
        if old != new {
            line(out, &[b"similarity index ", similarity(&before, &after).to_string().as_bytes(), b"%"]);
            line(out, &[b"rename from ", &quote::quote("", old)]);
            line(out, &[b"rename to ", &quote::quote("", new)]);
        }
        if self.old.is_some() && self.new.is_some() && before == after {
            return;
        }
        let name = |side: Option<(&str, &File)>| side.map_or(oid::NONE.to_owned(), |(_, file)| oid::of(&file.bytes));
        let ids = format!("{}..{}", name(self.old), name(self.new));
        line(out, &[b"index ", ids.as_bytes(), kept.map_or(String::new(), |mode| format!(" {mode}")).as_bytes()]);
        match (text(&before), text(&after)) {
            // An empty file that comes or goes has no lines to tell of.
            (Some(before), Some(after)) if before != after => {
                side(out, b"--- ", self.old.map(|_| quote::quote("a/", old)), old);
                side(out, b"+++ ", self.new.map(|_| quote::quote("b/", new)), new);
                hunks::write(out, before, after);
            }
            (Some(_), Some(_)) => {}
            _ => {
                line(out, &[b"GIT binary patch"]);
                literal(out, &after);
                literal(out, &before);
            }
        }
    }
}

/// How alike two contents are, in percent: by what both begin and end with, since it is for people alone.
fn similarity(before: &[u8], after: &[u8]) -> usize {
    let longer = before.len().max(after.len());
    if before == after || longer == 0 {
        return 100;
    }
    let front = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - front;
    let back = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    ((front + back) * 100 / longer).min(99)
}

fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

fn side(out: &mut Vec<u8>, mark: &[u8], name: Option<Vec<u8>>, path: &str) {
    match name {
        // Tools that stop at a blank are told by the tab where the name ends.
        Some(name) => line(out, &[mark, &name, if path.contains(' ') { b"\t" } else { b"" }]),
        None => line(out, &[mark, b"/dev/null"]),
    }
}

fn literal(out: &mut Vec<u8>, bytes: &[u8]) {
    line(out, &[b"literal ", bytes.len().to_string().as_bytes()]);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    // A vector takes everything.
    let _ = packed.write_all(bytes);
    base85::write(out, &packed.finish().unwrap_or_default());
    out.push(b'\n');
}

fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}
