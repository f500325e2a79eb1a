//! Every cut, every kind of reply.

use super::super::lesson::Lesson;
use super::super::{lessons, script, tokens};
use super::applier::{Files, HALVES, Half, apply, differing};
use super::{cue, flawed_files, good_files, right_words, start_files};
use crate::request::Cue;

/// A turn as a session would drive it.
struct Turn<'a> {
    lesson: &'a Lesson,
    cue: Cue,
    files: Files,
}

impl<'a> Turn<'a> {
    fn new(lesson: &'a Lesson) -> Self {
        let files = start_files(lesson);
        Self { lesson, cue: cue(lesson, &files), files }
    }

    fn next_segment(&self) -> Vec<String> {
        tokens::split(&script::compose(&self.cue))
    }

    /// Keeps what came up to a cut, and goes on with a reply.
    fn cut(&self, came: &[String], half: Half, reply: Option<&str>) -> Self {
        let came = came.concat();
        let mut files = self.files.clone();
        apply(&mut files, &came, half);
        let replies = self.cue.replies.iter().cloned().chain([reply.map(str::to_owned)]).collect();
        let kept = format!("{}{came}", self.cue.kept);
        Self { lesson: self.lesson, cue: Cue { kept, replies, ..cue(self.lesson, &files) }, files }
    }

    /// The last segment's output, and the files after it.
    fn finish(&self) -> (String, Files) {
        let output = self.next_segment().concat();
        let mut files = self.files.clone();
        apply(&mut files, &output, Half::Under);
        (output, files)
    }
}

/// Calls `then` with the turn after a cut at every `step`th token.
fn at_every_cut(lesson: &Lesson, step: usize, reply: Option<&str>, then: impl Fn(&Turn<'_>, &str)) {
    let turn = Turn::new(lesson);
    let segment = turn.next_segment();
    for cut in (0..=segment.len()).step_by(step) {
        let mut seen = Vec::new();
        for half in HALVES {
            let place = format!("{} cut at {cut}, {half:?}", lesson.id);
            let turn = turn.cut(&segment[..cut], half, reply);
            if !seen.contains(&turn.files) {
                then(&turn, &place);
                seen.push(turn.files);
            }
        }
    }
}

fn assert_same(files: &Files, expected: &Files, place: &str) {
    let differing = differing(files, expected);
    assert!(differing.is_empty(), "{place}\n{differing}");
}

#[test]
fn the_right_words_lead_to_the_good_end_from_every_cut() {
    for lesson in lessons() {
        at_every_cut(lesson, 1, Some(right_words(lesson)), |turn, place| {
            let (output, files) = turn.finish();
            assert!(output.trim_start().starts_with("Right: "), "{place}: {output}");
            assert_same(&files, &good_files(lesson), place);
        });
    }
}

#[test]
fn a_continue_without_words_goes_on_with_the_flawed_path_from_every_cut() {
    for lesson in lessons() {
        at_every_cut(lesson, 1, None, |turn, place| {
            assert_same(&turn.finish().1, &flawed_files(lesson), place);
        });
    }
}

#[test]
fn other_words_get_an_honest_answer_and_the_flawed_path_from_every_cut() {
    for lesson in lessons() {
        at_every_cut(lesson, 1, Some("sing me a song"), |turn, place| {
            let (output, files) = turn.finish();
            assert!(output.contains("I am scripted") && output.contains(lesson.understands), "{place}");
            assert_same(&files, &flawed_files(lesson), place);
        });
    }
}

#[test]
fn a_broken_sentence_is_taken_up_where_it_broke() {
    for lesson in lessons() {
        let turn = Turn::new(lesson);
        let segment = turn.next_segment();
        let after = turn.cut(&segment[..5], Half::Under, None);
        assert_eq!(format!("{}{}", after.cue.kept, after.finish().0), segment.concat());
    }
}

#[test]
fn the_praise_tells_when_the_mistake_was_caught() {
    for lesson in lessons() {
        let turn = Turn::new(lesson);
        let whole = turn.next_segment().concat();
        let at = whole.find(lesson.mistake).expect("the mistake is made") + lesson.mistake.len();
        let praise = |kept: &str| turn.cut(&[kept.to_owned()], Half::Matched, Some(right_words(lesson))).finish().0;

        assert!(praise(&whole[..at - 1]).contains("before it went wrong"));
        assert!(praise(&whole[..at]).contains("on the very line"));
        let third = whole[at..].match_indices('\n').nth(2).map_or(0, |(newline, _)| at + newline + 1);
        assert!(praise(&whole[..third]).contains("3 lines in"));
        assert!(praise(&whole).contains("written already"));
    }
}

#[test]
fn a_late_steer_changes_less_than_the_mistake_did() {
    for lesson in lessons() {
        let turn = Turn::new(lesson);
        let segment = turn.next_segment();
        let (mending, _) = turn.cut(&segment, Half::Under, Some(right_words(lesson))).finish();
        assert!(mending.len() < segment.concat().len(), "{}", lesson.id);
    }
}

#[test]
fn a_chosen_branch_goes_on_after_further_cuts() {
    // No line run together twice: no applier leaves that.
    const TIDY_HALVES: [Half; 3] = [Half::Under, Half::Replaced, Half::Matched];
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % limit as u64).unwrap_or_default()
    };
    for round in 0..100 {
        for lesson in lessons() {
            let words = right_words(lesson);
            let replies = [None, Some("sing me a song"), Some(words)];
            let mut turn = Turn::new(lesson);
            let mut steered = false;
            for _ in 0..3 {
                let segment = turn.next_segment();
                let reply = replies[below(replies.len())];
                steered |= reply == Some(words);
                turn = turn.cut(&segment[..=below(segment.len())], TIDY_HALVES[below(TIDY_HALVES.len())], reply);
            }
            let end = if steered { good_files(lesson) } else { flawed_files(lesson) };
            assert_same(&turn.finish().1, &end, &format!("{} in round {round}: {:?}", lesson.id, turn.cue.replies));
        }
    }
}

#[test]
fn what_the_learner_typed_stays() {
    const TYPED: &str = "zz = \"typed by the learner\"\n";
    for lesson in lessons() {
        for (reply, end) in [(None, flawed_files(lesson)), (Some(right_words(lesson)), good_files(lesson))] {
            at_every_cut(lesson, 7, reply, |turn, place| {
                let mut files = turn.files.clone();
                for text in files.values_mut() {
                    text.insert_str(text.find('\n').map_or(0, |newline| newline + 1), TYPED);
                }
                let cue = Cue { kept: turn.cue.kept.clone(), replies: turn.cue.replies.clone(), ..cue(lesson, &files) };
                let (_, files) = Turn { lesson, cue, files }.finish();
                for (path, text) in &files {
                    assert!(text.contains(TYPED), "{place}: {path}\n{text}");
                    assert_eq!(text.replacen(TYPED, "", 1), end[path], "{place}: {path}");
                }
            });
        }
    }
}

#[test]
fn a_line_that_the_learner_mended_is_not_written_again() {
    for lesson in lessons() {
        let turn = Turn::new(lesson);
        let segment = turn.next_segment();
        let mut turn = turn.cut(&segment, Half::Under, None);
        turn.cue.kept.truncate(turn.cue.kept.find("Done, and").unwrap_or_default());
        for text in turn.files.values_mut() {
            *text = text.replace(lesson.mistake, &format!("{}Qx", &lesson.mistake[..lesson.mistake.len() - 2]));
        }
        turn.cue = Cue { kept: turn.cue.kept, replies: turn.cue.replies, ..cue(lesson, &turn.files) };
        let (output, files) = turn.finish();
        assert_eq!(files, turn.files, "{output}");
        assert!(output.contains("mended my mistake by hand"), "{output}");
    }
}
