//! Points, by name and by what they keep; see [`model`] for all of it at random.

mod model;

use super::*;

fn texts(files: &Files) -> Vec<(&str, &str)> {
    files.values().map(|saved| (&*saved.path, saved.text.pieces().next().unwrap_or_default())).collect()
}

/// Puts text in the place of the bytes of a file.
fn replace(doc: &mut Document, hunk: u64, file: &str, range: std::ops::Range<usize>, text: &str) {
    let old = doc.text(file).unwrap();
    let units = |text: &str| text.encode_utf16().count() as u32;
    replace_units(doc, hunk, file, (units(&old[..range.start]), units(&old[range])), text);
}

/// The same, of so many UTF-16 units from one on.
fn replace_units(doc: &mut Document, hunk: u64, file: &str, (start, len): (u32, u32), text: &str) {
    let revision = doc.revision(file).unwrap();
    let mut ops = vec![document::ModelOp::Place { hunk, file: file.into(), revision, start, len }];
    if len > 0 {
        ops.push(document::ModelOp::Delete { hunk, len });
    }
    ops.push(document::ModelOp::Insert { hunk, text: text.into() });
    ops.push(document::ModelOp::Close { hunk });
    doc.apply(hunk, &ops);
}

fn write(doc: &mut Document, hunk: u64, file: &str, text: &str) {
    let whole = 0..doc.text(file).unwrap().len();
    replace(doc, hunk, file, whole, text);
}

fn segment(number: usize) -> Point {
    Point::Segment("t".into(), number)
}

#[test]
fn every_point_keeps_its_files() {
    let mut doc = Document::new(1);
    doc.seed_file("f", "a.py", "one\n");
    let mut history = History::new(&doc);
    history.mark(Point::Segment("t".into(), 0), &doc);
    write(&mut doc, 1, "f", "two\n");
    doc.seed_file("g", "b.py", "new\n");
    history.mark(Point::After("t".into()), &doc);
    write(&mut doc, 2, "f", "three\n");
    assert_eq!(texts(&history.at(&Point::Start).unwrap()), [("a.py", "one\n")]);
    assert_eq!(texts(&history.at(&Point::Segment("t".into(), 0)).unwrap()), [("a.py", "one\n")]);
    let after = history.at(&Point::After("t".into())).unwrap();
    assert_eq!(texts(&after), [("a.py", "two\n"), ("b.py", "new\n")]);
    assert_eq!(texts(&now(&doc)), [("a.py", "three\n"), ("b.py", "new\n")]);
    assert_eq!(history.at(&Point::After("u".into())), None);
    assert_eq!(differences(&after, &now(&doc)).len(), 1);
    assert_eq!(
        history.differences(&Point::Start, &Point::After("t".into())),
        Some(differences(&history.at(&Point::Start).unwrap(), &after,))
    );
    assert_eq!(history.differences(&Point::Start, &Point::Now), None);
}

#[test]
fn old_points_go_and_the_others_stay_right() {
    let mut doc = Document::new(1);
    doc.seed_file("f", "a.py", "0");
    doc.seed_file("g", "b.py", "same");
    let mut history = History::new(&doc);
    for n in 1..=POINTS_MAX + 10 {
        write(&mut doc, n as u64, "f", &n.to_string());
        history.mark(Point::Segment("t".into(), n), &doc);
    }
    assert_eq!(history.at(&Point::Segment("t".into(), 10)), None);
    for n in [11, 12, POINTS_MAX + 10] {
        let files = history.at(&Point::Segment("t".into(), n)).unwrap();
        assert_eq!(texts(&files), [("a.py", n.to_string().as_str()), ("b.py", "same")]);
    }
    assert_eq!(texts(&history.at(&Point::Start).unwrap())[0], ("a.py", "0"));
}

#[test]
fn a_point_of_the_same_name_is_the_last_one() {
    let mut doc = Document::new(1);
    doc.seed_file("f", "a.py", "1");
    doc.seed_file("g", "b.py", "same");
    let mut history = History::new(&doc);
    write(&mut doc, 1, "g", "written");
    history.mark(Point::After("t".into()), &doc);
    write(&mut doc, 2, "f", "2");
    history.mark(Point::After("t".into()), &doc);
    let after = history.at(&Point::After("t".into())).unwrap();
    assert_eq!(texts(&after), [("a.py", "2"), ("b.py", "written")], "what only the forgotten one knew, too");
    history.mark(Point::Segment("u".into(), 0), &doc);
    let next = history.at(&Point::Segment("u".into(), 0)).unwrap();
    assert_eq!(texts(&next), [("a.py", "2"), ("b.py", "written")]);
}

#[test]
fn points_have_names() {
    assert_eq!(Point::parse("start"), Some(Point::Start));
    assert_eq!(Point::parse("turn:t1:before"), Some(Point::Segment("t1".into(), 0)));
    assert_eq!(Point::parse("segment:t1:3"), Some(Point::Segment("t1".into(), 3)));
    for bad in ["", "turn:t1", "turn:t1:x", "segment:t1:x", "start:", "turn:t1:after:x"] {
        assert_eq!(Point::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_line_of_a_large_file_costs_a_line() {
    const LINES: usize = 200_000;
    let line = |n: usize| format!("line {n:6}\n");
    let mut doc = Document::new(1);
    doc.seed_file("f", "large.txt", &(0..LINES).map(line).collect::<String>());
    let len = doc.text("f").unwrap().len();
    assert!(len > 2_000_000);
    let mut history = History::new(&doc);
    let mut whole = Vec::new();
    for n in 1..=POINTS_MAX {
        let at = len / LINES * (n * 7919 % LINES);
        replace_units(&mut doc, n as u64, "f", (at as u32, 4), "LINE");
        history.mark(segment(n), &doc);
        if n % 50 == 0 {
            whole.push((n, doc.text("f").unwrap()));
        }
    }
    assert_eq!(history.points.len(), POINTS_MAX);
    assert!(history.bytes < len + POINTS_MAX * 400, "{} bytes", history.bytes - len);
    for (n, text) in whole {
        assert!(history.at(&segment(n)).unwrap()["f"].text == text.into(), "{n}");
    }
    let changed = history.changed_between(&segment(100), &segment(101), "f").unwrap();
    let lines: Vec<_> = changed.iter().map(|(old, new)| (old.lines().count(), new.lines().count())).collect();
    assert_eq!(lines, [(1, 1)]);
}

#[test]
fn past_the_limit_in_bytes_the_oldest_go() {
    let mut doc = Document::new(1);
    doc.seed_file("f", "a.py", "");
    let mut history = History::new(&doc);
    history.limits.bytes = 10_000;
    for (n, letter) in ('a'..='z').enumerate() {
        write(&mut doc, n as u64 + 1, "f", &letter.to_string().repeat(1000));
        history.mark(segment(n), &doc);
        assert!(history.bytes <= 10_000);
    }
    assert!((7..10).contains(&history.points.len()), "{}", history.points.len());
    write(&mut doc, 100, "f", &"long".repeat(5000));
    history.mark(segment(100), &doc);
    assert_eq!(history.points.len(), 1, "the newest stays, whatever it takes");
    assert_eq!(history.at(&segment(25)), None);
    assert_eq!(history.at(&segment(100)), Some(now(&doc)));
}

#[test]
fn a_text_that_no_point_has_is_not_held() {
    let mut doc = Document::new(1);
    doc.seed_file("f", "a.py", "");
    let mut history = History::new(&doc);
    history.limits.points = 2;
    write(&mut doc, 1, "f", &"long".repeat(1000));
    history.mark(segment(0), &doc);
    let (hunk, len, revision) = (2, 4000, doc.revision("f").unwrap());
    let place = document::ModelOp::Place { hunk, file: "f".into(), revision, start: 0, len };
    let gone = [place, document::ModelOp::Delete { hunk, len }, document::ModelOp::Remove { hunk }];
    doc.apply(hunk, &gone);
    history.mark(segment(1), &doc);
    assert!(history.bytes > 4000 && history.at(&segment(0)).unwrap()["f"].text.len() == 4000);
    history.mark(segment(2), &doc);
    assert!(history.bytes < 400, "{}", history.bytes);
    assert_eq!(history.at(&segment(1)), Some(Files::new()));
}
