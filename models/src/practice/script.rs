//! What the practice model says in one segment, from where its script stands.
//!
//! Composes the whole text of a segment at once, from the cue alone: which path the replies chose, what of it was
//! said already, and which lines of the files still differ. Knows nothing of tokens and speed.

mod free;
mod transcript;

use transcript::Transcript;

use super::hunk::{Origin, Typed};
use super::lesson::{Beat, Branch, Change, Lesson};
use super::{hunk, lesson};
use crate::request::Cue;

/// The text of the segment that the cue asks for; never empty.
pub(super) fn compose(cue: &Cue) -> String {
    match cue.lesson.as_deref().and_then(lesson) {
        Some(lesson) => play(lesson, cue),
        None => free::compose(cue),
    }
}

fn play(lesson: &Lesson, cue: &Cue) -> String {
    let mut script = Transcript::new(cue);
    if cue.replies.is_empty() && cue.kept.is_empty() && !same_words(&cue.prompt, lesson.prompt) {
        script.say(&format!(
            "I am the scripted practice model: whatever the prompt, in this session I play the lesson \"{}\".",
            lesson.title
        ));
    }
    let chosen = cue.replies.iter().rev().flatten().find_map(|words| branch_for(lesson, words));
    if let Some(Some(words)) = cue.replies.last() {
        script.say(&answer(lesson, cue, words));
    }
    // A learner who asked for the change wants it made; one who just goes on keeps what they typed.
    let typed = if chosen.is_some() { Typed::MayGo } else { Typed::Stays };
    for beat in chosen.map_or(lesson.flawed, |branch| branch.beats) {
        match beat {
            Beat::Say(text) => script.say_once(text),
            Beat::Change(change) => make(change, lesson, typed, &mut script),
        }
    }
    if chosen.is_none() {
        let confession = confess(lesson, &script);
        script.say_once(&confession);
    }
    script.finish()
}

/// Brings one file to its target, in as many blocks as it takes.
fn make(change: &Change, lesson: &Lesson, typed: Typed, script: &mut Transcript) {
    let plan = hunk::plan(script.file(change.path), change.to, &origin(lesson, change.path), typed);
    for hunk in &plan.hunks {
        let fits = |text: &str| text.is_empty() || hunk.new.iter().any(|line| line.contains(text));
        let why = change.whys.iter().find(|(text, _)| fits(text)).map_or("as asked", |(_, why)| *why);
        script.edit(change.path, why, hunk);
    }
    if !plan.hunks.is_empty() {
        script.set_file(change.path, plan.text);
    }
}

/// Every text that the script itself may have put into a file.
fn origin(lesson: &Lesson, path: &str) -> Origin<'static> {
    let beats = lesson.flawed.iter().chain(lesson.branches.iter().flat_map(|branch| branch.beats));
    let targets = beats.filter_map(|beat| match beat {
        Beat::Change(change) if change.path == path => Some(change.to),
        _ => None,
    });
    let start = lesson.files.iter().find(|file| file.path == path).map_or("", |file| file.text);
    Origin::new(start, targets)
}

/// What is said to a reply with words, before anything is done.
fn answer(lesson: &Lesson, cue: &Cue, words: &str) -> String {
    let Some(branch) = branch_for(lesson, words) else {
        return format!(
            "I am scripted, so I cannot act on that. In this lesson I understand a steer about {}. I go on as before.",
            lesson.understands
        );
    };
    let earlier = cue.replies.iter().rev().skip(1).flatten().any(|words| branch_for(lesson, words).is_some());
    if earlier { branch.answer.to_owned() } else { format!("{} {}", branch.answer, praise(lesson, &cue.kept)) }
}

/// When the learner caught the mistake, told by what was kept of the output.
fn praise(lesson: &Lesson, kept: &str) -> String {
    let Some((_, after)) = kept.split_once(lesson.mistake) else {
        return "You steered before it went wrong, the cheapest moment there is.".to_owned();
    };
    if after.contains("</edit>") {
        return "It was written already, so I change only the lines that it takes.".to_owned();
    }
    match after.matches('\n').count() {
        0 => "You caught it on the very line.".to_owned(),
        1 => "You caught it 1 line in.".to_owned(),
        lines => format!("You caught it {lines} lines in."),
    }
}

/// The end of the path on which nobody objected.
fn confess(lesson: &Lesson, script: &Transcript) -> String {
    match script.find(lesson.mistake) {
        Some((path, line)) => lesson.confession.replace("{path}", path).replace("{line}", &line.to_string()),
        None => "Done. You mended my mistake by hand before I could confess it: that works too.".to_owned(),
    }
}

fn branch_for(lesson: &Lesson, words: &str) -> Option<&'static Branch> {
    let words = words.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    lesson
        .branches
        .iter()
        .find(|branch| branch.keywords.iter().any(|keyword| words.iter().any(|word| matches_keyword(word, keyword))))
}

/// Short keywords have to be the word itself: `int` is not meant by "interesting".
fn matches_keyword(word: &str, keyword: &str) -> bool {
    const SHORT: usize = 3;
    word == keyword || (keyword.len() > SHORT && word.starts_with(keyword))
}

fn same_words(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words(a) == words(b)
}
