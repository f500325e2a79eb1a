//! Applying by example, on files in memory.

use std::collections::BTreeMap;

use edits::testing::{Applier, Impossible};

use super::draft::Draft;
use super::report::Failure;
use super::{Change, FILE_MAX, FileText, OUTPUT_MAX, Outcome, Reason, Source, plan};

/// Files in memory.
struct Memory(BTreeMap<&'static str, Vec<u8>>);

impl Source for Memory {
    fn load(&self, path: &str) -> Result<Option<FileText>, Failure> {
        Ok(self.0.get(path).and_then(|bytes| FileText::decode(bytes.clone())))
    }
}

fn edit(path: &str, old: &str, new: &str) -> String {
    format!("<edit path=\"{path}\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n")
}

#[test]
fn bytes_come_back_as_they_were() {
    for text in
        ["", "\n", "a", "a\r\nb\r\n", "a\nb\r\nc", "\u{FEFF}a\r\n", "\u{FEFF}", "a\rb\r\r\nc\n\n", "\r\n", "é\n"]
    {
        let file = FileText::decode(text.into()).unwrap();
        assert_eq!(file.encode(), text.as_bytes(), "{text:?}");
        assert!(!file.text().contains("\r\n") || text.contains("\r\r\n"), "LF inside: {text:?}");
    }
    assert_eq!(FileText::decode(b"caf\xe9\n".to_vec()), None);
}

#[test]
fn each_line_keeps_its_ending_when_others_change() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    for _ in 0..2_000 {
        let lines: Vec<String> = (0..rng.usize(1..8))
            .map(|at| format!("{at}{}{}", ["", "é", "👋"][rng.usize(..3)], ["\n", "\r\n"][rng.usize(..2)]))
            .collect();
        let mut file = FileText::decode(lines.concat().into()).unwrap();
        let (from, to) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
        let (from, to) = (from.min(to), from.max(to));
        let units = |lines: &[String]| lines.concat().replace("\r\n", "\n").encode_utf16().count() as u32;
        let place = edits::Place {
            start: units(&lines[..from]),
            old: lines[from..to].concat().replace("\r\n", "\n"),
            reindent: None,
        };
        let mut reference = Applier::new(file.text());
        reference.place(&place);
        let mut draft = Draft::new(&file, &place).unwrap();
        // What a line ends in shows which line it is: new ones are told by their text.
        let mut expected: Vec<String> = lines[..from].to_vec();
        for line in &lines[from..to] {
            let len = units(std::slice::from_ref(line));
            if rng.bool() {
                draft.insert("new\n");
                reference.apply(&edits::DiffOp::Insert("new\n".into())).unwrap();
                expected.push("new".into());
            }
            if rng.bool() {
                draft.keep(len).unwrap();
                reference.apply(&edits::DiffOp::Keep(len)).unwrap();
                expected.push(line.clone());
            } else {
                draft.delete(len).unwrap();
                reference.apply(&edits::DiffOp::Delete(len)).unwrap();
            }
        }
        draft.finish();
        expected.extend_from_slice(&lines[to..]);
        file.splice(&draft);
        assert_eq!(file.text(), reference.text());
        let bytes = String::from_utf8(file.encode()).unwrap();
        for (line, expected) in bytes.split_inclusive('\n').zip(&expected) {
            assert!(line == expected || expected == "new", "{line:?} {expected:?} in {bytes:?}");
        }
    }
}

#[test]
fn an_operation_that_cannot_be_is_refused() {
    let file = FileText::decode("a👋\n".into()).unwrap();
    let place = edits::Place { start: 1, old: "👋\n".into(), reindent: None };
    assert_eq!(Draft::new(&file, &place).unwrap().keep(1), Err(Impossible::SplitPair));
    assert_eq!(Draft::new(&file, &place).unwrap().keep(4), Err(Impossible::PastEnd));
    assert_eq!(Draft::new(&file, &place).unwrap().delete(0), Err(Impossible::Empty));
    let elsewhere = edits::Place { start: 0, ..place };
    assert!(Draft::new(&file, &elsewhere).is_err());
}

#[test]
fn a_file_may_not_grow_past_the_limit() {
    let line = "x".repeat(FILE_MAX - 2);
    let memory = Memory(BTreeMap::from([("a", format!("y\n{line}").into_bytes())]));
    let (report, files) = plan(&memory, [edit("a", "y\n", "z\n").as_str()], None).unwrap();
    assert_eq!((report.hunks[0].outcome, files.changes().len()), (Outcome::Applied, 1));
    let (report, files) = plan(&memory, [edit("a", "y\n", "zz\n").as_str()], None).unwrap();
    assert_eq!((report.hunks[0].reason, files.changes().len()), (Some(Reason::Limit), 0));
}

#[test]
fn an_output_past_the_limit_is_refused_however_it_comes() {
    let memory = Memory(BTreeMap::new());
    let longest = "a".repeat(OUTPUT_MAX);
    assert!(plan(&memory, [longest.as_str()], None).is_ok());
    assert!(matches!(plan(&memory, [longest.as_str(), "a"], None), Err(super::ApplyError::TooLong)));
}

#[test]
fn what_is_made_and_taken_away_again_is_no_change() {
    let memory = Memory(BTreeMap::from([("a", b"1\n".to_vec())]));
    let output = edit("a", "1\n", "2\n") + &edit("a", "2\n", "1\n");
    let (report, files) = plan(&memory, [output.as_str()], None).unwrap();
    assert_eq!((report.totals.applied, files.changes()), (2, Vec::<Change>::new()));
}
