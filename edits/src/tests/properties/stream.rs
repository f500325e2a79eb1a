//! Properties of whole streams through parser and engine.

use proptest::prelude::*;

use super::super::engine::run;
use super::{config, cuts, pieces, variation};
use crate::action::Action;
use crate::fit::replacement;
use crate::locate::{Located, locate};
use crate::parser::{Outline, Segment};

fn block(old: &str, new: &str) -> String {
    let lines = |text: &str| {
        if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
    };
    format!(
        "Look:\n<edit path=\"a\" why=\"b\">\n<old_text>\n{}</old_text>\n<new_text>\n{}</new_text>\n</edit>\nDone <now",
        lines(old),
        lines(new)
    )
}

/// Joins what chunking may split.
pub(super) fn joined(actions: Vec<Action>) -> Vec<Action> {
    let mut out: Vec<Action> = Vec::new();
    for action in actions {
        match (out.last_mut(), &action) {
            (Some(Action::Keep { len: a, .. }), Action::Keep { len: b, .. }) => *a += b,
            (Some(Action::Insert { text: a, .. }), Action::Insert { text: b, .. }) => a.push_str(b),
            _ => out.push(action),
        }
    }
    out
}

pub(super) fn outlined(pieces: &[&str]) -> Vec<Segment> {
    let mut outline = Outline::new();
    let mut all: Vec<Segment> = pieces.iter().flat_map(|piece| outline.push(piece)).collect();
    all.extend(outline.finish());
    let mut out: Vec<Segment> = Vec::new();
    for segment in all {
        match (out.last_mut(), &segment) {
            (Some(Segment::Commentary(a)), Segment::Commentary(b)) => a.push_str(b),
            _ => out.push(segment),
        }
    }
    out
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "<edit path=\"a\">",
        "<edit",
        " why='x'",
        ">",
        "<old_text>",
        "</old_text>",
        "<new_text>",
        "</new_text>",
        "</new>",
        "</old>",
        "</edit>",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "a",
        "b\n",
        "é😀",
        "<",
        "</",
        "<old_text/>",
        "```",
    ]);
    prop::collection::vec(fragment, 0..60).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_uninterrupted_stream_equals_the_naive_replacement((old, new) in variation(), cuts in cuts()) {
        let file = format!("// the first line\n{old}");
        if let Located::Found(place) = locate(&file, &(if old.is_empty() { String::new() } else { format!("{}\n", old.strip_suffix('\n').unwrap_or(&old)) })) {
            let stream = block(&old, &new);
            let lines = if new.is_empty() || new.ends_with('\n') { new } else { new + "\n" };
            let start: String = file.encode_utf16().take(place.start as usize).map(|unit| char::from(unit as u8)).collect();
            let after: String = String::from_utf16(&file.encode_utf16().skip(start.len() + place.old.encode_utf16().count()).collect::<Vec<_>>()).unwrap();
            let before: String = String::from_utf16(&file.encode_utf16().take(start.len()).collect::<Vec<_>>()).unwrap();
            let expected = before + &replacement(&place, &lines) + &after;
            prop_assert_eq!(run(&file, pieces(&stream, &cuts)).1, expected);
        }
    }

    #[test]
    fn actions_do_not_depend_on_chunking((old, new) in variation(), cuts in cuts()) {
        let stream = block(&old, &new);
        let (whole, text) = run(&old, [stream.as_str()]);
        let (split, split_text) = run(&old, pieces(&stream, &cuts));
        prop_assert_eq!(joined(split), joined(whole));
        prop_assert_eq!(split_text, text);
    }

    #[test]
    fn garbage_neither_panics_nor_depends_on_chunking(stream in fragments(), cuts in cuts()) {
        let split = pieces(&stream, &cuts);
        let (actions, text) = run("a\nb\n", [stream.as_str()]);
        let (others, other_text) = run("a\nb\n", split.iter().copied());
        prop_assert_eq!(joined(others), joined(actions));
        prop_assert_eq!(other_text, text);
        prop_assert_eq!(outlined(&split), outlined(&[&stream]));
    }

    #[test]
    fn a_cut_leaves_closed_hunks_and_the_rest_of_the_old_text((old, new) in variation(), at in any::<prop::sample::Index>()) {
        let stream = block(&old, &new);
        let bounds: Vec<usize> = stream.char_indices().map(|(at, _)| at).collect();
        let cut = bounds[at.index(bounds.len())];
        let (actions, text) = run(&old, [&stream[..cut]]);
        let closed = actions.iter().any(|action| matches!(action, Action::Close { .. }));
        let (whole, whole_text) = run(&old, [stream.as_str()]);
        if closed {
            prop_assert_eq!(text, whole_text);
        } else {
            let is_op = |action: &&Action| matches!(action, Action::Keep { .. } | Action::Delete { .. } | Action::Insert { .. });
            let applied: Vec<Action> = joined(actions.iter().filter(is_op).cloned().collect());
            let all: Vec<Action> = joined(whole.iter().filter(is_op).cloned().collect());
            let rest = old_left(&old, &applied);
            prop_assert!(text.ends_with(&rest), "{:?} does not end in {:?}", text, rest);
            prop_assert!(is_front(&applied, &all), "{:?} is no front of {:?}", applied, all);
        }
    }
}

/// What of the old text no operation has passed.
fn old_left(old: &str, ops: &[Action]) -> String {
    let passed: u32 = ops
        .iter()
        .map(|op| if let Action::Keep { len, .. } | Action::Delete { len, .. } = op { *len } else { 0 })
        .sum();
    String::from_utf16(&old.encode_utf16().skip(passed as usize).collect::<Vec<_>>()).unwrap()
}

pub(super) fn is_front(front: &[Action], all: &[Action]) -> bool {
    let Some((last, before)) = front.split_last() else {
        return true;
    };
    let same = all.get(..before.len()) == Some(before);
    same && match (last, all.get(before.len())) {
        (Action::Keep { len: a, .. }, Some(Action::Keep { len: b, .. })) => a <= b,
        (Action::Insert { text: a, .. }, Some(Action::Insert { text: b, .. })) => b.starts_with(a.as_str()),
        (a, b) => Some(a) == b,
    }
}
