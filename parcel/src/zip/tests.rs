//! Zips there and back, and zips that were made to do harm.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::limits::{BINARY_MAX, ENTRIES_MAX, FILES_MAX, TEXT_MAX, UNPACKED_MAX};
use crate::path::{BadPath, Clash};
use crate::{File, Tree};

#[test]
fn a_tree_comes_back() {
    let mut tree = Tree::new();
    for path in ["a.py", "src/ü/文 🙂.txt", "with blank", "\"q\"", "empty"] {
        let executable = path.len() % 2 == 0;
        tree.insert(path.into(), File { bytes: format!("{path}\r\n").into_bytes().into(), executable });
    }
    tree.insert("image.png".into(), File::plain((0..=255).collect::<Vec<u8>>()));
    let zipped = write(&tree).unwrap();
    assert_eq!(read(&zipped).unwrap().tree, tree);
    assert_eq!(write(&tree).unwrap(), zipped, "the same files make the same bytes");
}

/// A zip of files with these names, each one byte.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(*name, options).unwrap();
        zip.write_all(b"x").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same with another name in the place of one as long: writers refuse what readers must not take.
fn forged(name: &[u8]) -> Vec<u8> {
    let place = "n".repeat(name.len());
    replaced(zip(&["ok.txt", &place]), place.as_bytes(), name)
}

fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + from.len()].copy_from_slice(to);
        at += found + from.len();
    }
    bytes
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, why) in [
        ("../../etc/passwd", BadPath::Leaves),
        ("a/../../b", BadPath::Leaves),
        ("/etc/passwd", BadPath::Absolute),
        ("C:/windows", BadPath::Absolute),
        ("..\\..\\x", BadPath::Leaves),
        ("a\\b", BadPath::Backslash),
        ("a\0b", BadPath::Control),
        ("a//b", BadPath::EmptyPart),
        ("../x/", BadPath::Leaves),
    ] {
        match read(&forged(name.as_bytes())) {
            Err(BadZip::Path(_, found)) => assert_eq!(found, why, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(matches!(read(&forged(b"bad \xff\xfe utf-8")), Err(BadZip::Name(_))));
}

#[test]
fn names_that_clash_are_refused() {
    assert!(matches!(read(&zip(&["README", "readme"])), Err(BadZip::Clash(Clash::Case(..)))));
    assert!(matches!(read(&zip(&["a", "a/b"])), Err(BadZip::Clash(Clash::FileAndFolder(_)))));
    let twice = replaced(zip(&["one.txt", "two.txt"]), b"two.txt", b"one.txt");
    assert!(matches!(read(&twice), Err(BadZip::Clash(Clash::Twice(_)))), "{:?}", read(&twice));
}

#[test]
fn links_devices_and_locked_files_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert!(matches!(read(&zip.finish().unwrap().into_inner()), Err(BadZip::NotAFile(_))));
    for kind in [0o060_000u32, 0o020_000, 0o010_000, 0o140_000] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().external_attributes((kind | 0o644) << 16);
        zip.start_file("device", options).unwrap();
        assert!(matches!(read(&zip.finish().unwrap().into_inner()), Err(BadZip::NotAFile(_))), "{kind:o}");
    }
    // The flag alone tells, in both headers: a local one begins PK 3 4, a central one PK 1 2.
    let mut locked = self::zip(&["secret"]);
    for (mark, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = locked.windows(4).position(|window| window == mark).unwrap();
        locked[at + offset] |= 1;
    }
    assert!(matches!(read(&locked), Err(BadZip::Encrypted(_))), "{:?}", read(&locked));
}

#[test]
fn what_is_too_large_or_too_many_is_refused() {
    let packed = |files: &[(&str, usize, u8)]| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, size, byte) in files {
            zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))
                .unwrap();
            zip.write_all(&vec![*byte; *size]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    assert!(read(&packed(&[("at the bound", BINARY_MAX, 0)])).is_ok());
    assert!(matches!(read(&packed(&[("over", BINARY_MAX + 1, 0)])), Err(BadZip::TooLarge(_))));
    assert!(read(&packed(&[("text at the bound", TEXT_MAX, b'a')])).is_ok());
    assert!(matches!(read(&packed(&[("text", TEXT_MAX + 1, b'a')])), Err(BadZip::TooLarge(_))));
    let names: Vec<String> = (0..=UNPACKED_MAX / BINARY_MAX).map(|n| format!("{n}.bin")).collect();
    let bomb = packed(&names.iter().map(|name| (name.as_str(), BINARY_MAX, 0)).collect::<Vec<_>>());
    assert!(bomb.len() < 1024 * 1024 && matches!(read(&bomb), Err(BadZip::Bomb)), "{}", bomb.len());
    // A directory that lies about a size is not believed.
    let honest = packed(&[("lies", BINARY_MAX + 1, 0)]);
    let size = u32::try_from(BINARY_MAX + 1).unwrap().to_le_bytes();
    assert!(read(&replaced(honest, &size, &5u32.to_le_bytes())).is_err());
    let names: Vec<String> = (0..=FILES_MAX).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(matches!(read(&zip(&names)), Err(BadZip::TooMany)));
    assert!(read(&zip(&names[1..])).is_ok());
    let folders: Vec<String> = (0..=ENTRIES_MAX).map(|n| format!("{n}/")).collect();
    assert!(matches!(read(&zip(&folders.iter().map(String::as_str).collect::<Vec<_>>())), Err(BadZip::TooMany)));
}

#[test]
fn damage_is_told() {
    assert!(matches!(read(b"no zip at all"), Err(BadZip::Damaged(_))));
    let whole = zip(&["a", "b"]);
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "cut at {end}");
    }
    let at = whole.iter().position(|byte| *byte == b'x').unwrap();
    let mut other = whole.clone();
    other[at] = b'y';
    assert!(matches!(read(&other), Err(BadZip::Damaged(_))), "its checksum is another one");
}

#[test]
fn what_tools_put_beside_a_project_is_left_out() {
    let unzipped = read(&zip(&["a", ".git/config", "__MACOSX/._a", "sub/.DS_Store"])).unwrap();
    assert_eq!((unzipped.tree.len(), unzipped.left_out), (1, 3));
}

#[test]
fn entries_that_share_bytes_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("one", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"the same bytes").unwrap();
    zip.shallow_copy_file("one", "two").unwrap();
    assert!(matches!(read(&zip.finish().unwrap().into_inner()), Err(BadZip::Overlap)));
}
