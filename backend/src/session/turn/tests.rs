use protocol::latency::Latency;
use protocol::scope::Scope;
use protocol::view::{HunkKind, HunkStatus, HunkView, SegmentCause, TurnStatus};
use protocol::{HunkId, Seq};

use crate::session::request::Sent;

use super::{CutNote, CutPoint, Hunk, Segment, Turn, Written};

/// A turn that began with step 1 and whose steps brought these pieces.
fn turn(pieces: &[(u64, &str)]) -> Turn {
    let mut turn = Turn {
        id: "t".into(),
        prompt: "p".into(),
        model: "m".into(),
        by: "p1".into(),
        status: TurnStatus::Running,
        tokens_per_second: None,
        open_file: None,
        output: String::new(),
        units: 0,
        steps: Vec::new(),
        segments: Vec::new(),
        hunks: Vec::new(),
        steers: Vec::new(),
        started: Seq(1),
        ended: None,
        next_note: CutNote::default(),
        reason: None,
        latency: Latency::default(),
        usage: None,
        reverted: false,
        inherited: false,
        context: None,
        scope: Scope::default(),
        selection: None,
        changes: None,
        asked: None,
        cuts: None,
        written: Written::default(),
    };
    segment(&mut turn, 1);
    for (seq, text) in pieces {
        turn.push(Seq(*seq), text, None);
    }
    turn
}

fn segment(turn: &mut Turn, begun: u64) {
    turn.segments.push(Segment {
        offset: turn.units,
        byte: turn.output.len(),
        cause: SegmentCause::Prompt,
        id: None,
        begun: Seq(begun),
        message: None,
        sent: Sent::default(),
        note: CutNote::default(),
    });
}

#[test]
fn a_cut_falls_at_the_end_of_the_last_step_that_was_shown() {
    let turn = turn(&[(2, "ab"), (5, "c😀"), (9, "d")]);
    assert_eq!(turn.cut_at(Seq(2)), CutPoint { last: Seq(2), offset: 2 });
    assert_eq!(turn.cut_at(Seq(7)), CutPoint { last: Seq(7), offset: 5 });
    assert_eq!(turn.cut_at(Seq(99)).offset, 6);
    assert_eq!(turn.cut_at(Seq(0)), CutPoint { last: Seq(1), offset: 0 });
}

#[test]
fn a_cut_never_reaches_behind_its_segment() {
    let mut turn = turn(&[(2, "ab"), (3, "cd")]);
    segment(&mut turn, 4);
    turn.push(Seq(5), "ef", None);
    assert_eq!(turn.cut_at(Seq(2)), CutPoint { last: Seq(4), offset: 4 });
}

#[test]
fn a_cut_never_reaches_behind_what_a_person_accepted() {
    let mut turn = turn(&[(2, "ab"), (3, "cd"), (6, "ef")]);
    let view = HunkView {
        id: HunkId("h1".into()),
        offset: 0,
        path: "a".into(),
        why: String::new(),
        status: HunkStatus::Accepted,
        file_id: None,
        place: None,
        added: 0,
        removed: 0,
        failure: None,
        message: None,
        kind: HunkKind::Edit,
        moved_to: None,
        hold: None,
        proposal: None,
        note: None,
    };
    let (opened, placed, closed) = (Seq(2), Some(Seq(2)), Some(Seq(3)));
    turn.hunks.push(Hunk { opened, placed, closed, ..Hunk::new(1, view) });
    assert_eq!(turn.cut_at(Seq(2)), CutPoint { last: Seq(3), offset: 4 });
}

#[test]
fn truncating_keeps_bytes_and_units_in_step() {
    let mut turn = turn(&[(2, "é"), (3, "😀x"), (4, "yz")]);
    let point = turn.cut_at(Seq(3));
    turn.truncate(point);
    assert_eq!((turn.output.as_str(), turn.units, turn.steps.len()), ("é😀x", 4, 2));
    segment(&mut turn, 5);
    turn.push(Seq(6), "!", None);
    let pieces: Vec<&str> = turn.pieces().map(|(_, text)| text).collect();
    assert_eq!(pieces, ["é😀x", "!"]);
}

#[test]
fn a_turn_owns_the_steps_between_its_start_and_its_end() {
    let mut turn = turn(&[(2, "a")]);
    assert!(!turn.owns(1) && turn.owns(2) && turn.owns(99));
    turn.ended = Some(Seq(10));
    assert!(turn.owns(10) && !turn.owns(11));
}
