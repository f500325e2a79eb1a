//! The lessons, played through the seam and applied in the plainest way.

mod applier;
mod engine;
mod paths;
mod speed;

use futures_util::StreamExt;

use self::applier::{Files, Half, apply};
use super::lesson::{Beat, Lesson};
use super::{PracticeProvider, script};
use crate::event::{EndReason, SegmentEvent, Stage};
use crate::request::{Cue, CueFile, SegmentRequest};
use crate::upstream::{Provider, SegmentStream};

/// Words that each lesson's branch understands.
fn right_words(lesson: &Lesson) -> &'static str {
    match lesson.id {
        "invoice" => "Please use integer CENTS!",
        "query" => "no refactoring, only the bug",
        "reading" => "keep books:changed as it is",
        other => unreachable!("{other} has no words"),
    }
}

fn start_files(lesson: &Lesson) -> Files {
    lesson.files.iter().map(|file| (file.path.to_owned(), file.text.to_owned())).collect()
}

/// The files at the end of a path.
fn end_files(lesson: &Lesson, beats: &[Beat]) -> Files {
    let mut files = start_files(lesson);
    for beat in beats {
        if let Beat::Change(change) = beat {
            files.insert(change.path.to_owned(), change.to.to_owned());
        }
    }
    files
}

fn good_files(lesson: &Lesson) -> Files {
    end_files(lesson, lesson.branches[0].beats)
}

fn flawed_files(lesson: &Lesson) -> Files {
    end_files(lesson, lesson.flawed)
}

fn cue(lesson: &Lesson, files: &Files) -> Cue {
    let files = files.iter().map(|(path, text)| CueFile { path: path.clone(), text: text.clone() });
    Cue {
        lesson: Some(lesson.id.to_owned()),
        prompt: lesson.prompt.to_owned(),
        tokens_per_second: 100,
        files: files.collect(),
        ..Cue::default()
    }
}

fn start(cue: Cue) -> SegmentStream {
    PracticeProvider::new().open().start(SegmentRequest { cue: Some(cue), ..SegmentRequest::default() })
}

#[tokio::test(start_paused = true)]
async fn a_segment_has_its_stages_its_text_its_usage_and_its_end() {
    for lesson in super::lessons() {
        let cue = cue(lesson, &start_files(lesson));
        let whole = script::compose(&cue);
        let events: Vec<SegmentEvent> = start(cue).collect().await;
        let [connected, first, text @ .., usage, end] = events.as_slice() else { unreachable!("too few events") };
        assert_eq!(connected, &SegmentEvent::Stage(Stage::Connected { warm: true }));
        assert_eq!(first, &SegmentEvent::Stage(Stage::FirstByte));
        assert_eq!(end, &SegmentEvent::Ended(EndReason::Stop));
        let tokens: Vec<&str> = text
            .iter()
            .map(|event| match event {
                SegmentEvent::Text(token) => token.as_str(),
                other => unreachable!("{other:?} among the text"),
            })
            .collect();
        assert_eq!(tokens.concat(), whole);
        assert!(tokens.iter().all(|token| !token.is_empty()));
        assert!(matches!(usage, SegmentEvent::Usage(usage) if usage.output == tokens.len() as u64));
    }
}

#[test]
fn the_mistake_can_be_caught_in_the_middle_of_its_block() {
    for lesson in super::lessons() {
        let output = script::compose(&cue(lesson, &start_files(lesson)));
        let at = output.find(lesson.mistake).expect("the mistake is made");
        let began = output[..at].rfind("<new_text>\n").expect("inside a block's new text");
        assert!(!output[began..at].contains("</new_text>"), "inside a block's new text");
        let before = output[began..at].lines().count();
        let after = output[at..].split("</new_text>").next().map_or(0, |text| text.lines().count());
        assert!(before >= 3, "{}: not the first line of its block", lesson.id);
        assert!(after >= 20, "{}: {after} lines to catch it in", lesson.id);
        assert!(!good_files(lesson).values().any(|text| text.contains(lesson.mistake)));
        assert!(lesson.files.iter().any(|file| file.path == lesson.opens));
    }
}

#[test]
fn an_uninterrupted_lesson_applies_and_confesses() {
    for lesson in super::lessons() {
        let mut files = start_files(lesson);
        let output = script::compose(&cue(lesson, &files));
        apply(&mut files, &output, Half::Under);
        assert_eq!(files, flawed_files(lesson), "{}", lesson.id);
        let (path, line) = files
            .iter()
            .find_map(|(path, text)| Some((path, text.lines().position(|line| line.contains(lesson.mistake))? + 1)))
            .expect("the mistake stands in a file");
        assert!(output.contains(&format!("line {line} of {path}")), "{output}");
        assert!(output.contains("Revert the turn"));
    }
}

#[test]
fn outside_a_lesson_it_says_what_it_is_and_edits_nothing() {
    let mut cue = Cue { prompt: "write me a compiler".into(), tokens_per_second: 100, ..Cue::default() };
    let whole = script::compose(&cue);
    assert!(whole.contains("scripted") && whole.contains("OPENAI_API_KEY") && whole.contains("Ollama"));
    assert!(super::lessons().iter().all(|lesson| whole.contains(lesson.title)));
    assert!(!whole.contains("<edit"));

    cue.kept = whole[..60].to_owned();
    cue.replies = vec![None];
    assert_eq!(format!("{}{}", cue.kept, script::compose(&cue)), whole);
    cue.replies = vec![Some("in Rust".into())];
    assert!(script::compose(&cue).contains("I am scripted"));
}

#[test]
fn another_prompt_in_a_lesson_plays_the_lesson_and_says_so() {
    for lesson in super::lessons() {
        let files = start_files(lesson);
        let output = script::compose(&Cue { prompt: "do something else".into(), ..cue(lesson, &files) });
        assert!(output.starts_with("I am the scripted practice model"), "{output}");
        assert!(output.contains(lesson.mistake));
    }
}
