//! The lessons through the real edit engine, cut at every token: what it leaves is what the script goes on from.

use edits::testing::Applier;
use edits::{Action, Engine, Located, Resolution, Wanted, locate};

use super::super::{lessons, script, tokens};
use super::applier::Files;
use super::{cue, flawed_files, good_files, right_words, start_files};
use crate::request::Cue;

/// The engine with the files that it works on.
#[derive(Default)]
struct Session {
    files: Files,
    engine: Engine,
    /// The file of the open hunk, as it stands.
    open: Option<(String, Applier)>,
}

impl Session {
    fn new(files: &Files) -> Self {
        Self { files: files.clone(), ..Self::default() }
    }

    fn push(&mut self, text: &str) {
        let mut actions = self.engine.push(text);
        while !actions.is_empty() {
            let mut next = Vec::new();
            for action in actions {
                next.extend(self.act(&action));
            }
            actions = next;
        }
    }

    fn act(&mut self, action: &Action) -> Vec<Action> {
        match action {
            Action::Locate { path, wanted: Wanted::Text(old_text), .. } => {
                let text = self.files.entry(path.clone()).or_default();
                let Located::Found(place) = locate(text, old_text) else {
                    unreachable!("{path} has the old text once:\n{old_text}");
                };
                assert_eq!(place.old.trim_end_matches('\n'), old_text.trim_end_matches('\n'), "letter by letter");
                let mut applier = Applier::new(text);
                applier.place(&place);
                self.open = Some((path.clone(), applier));
                return self.engine.resolve(Resolution::Placed(place));
            }
            Action::Fail { reason, .. } => unreachable!("a malformed block: {reason:?}"),
            other => {
                if let Some((path, applier)) = &mut self.open {
                    applier.act(other).expect("possible");
                    self.files.insert(path.clone(), applier.text());
                }
            }
        }
        Vec::new()
    }
}

#[test]
fn the_engine_applies_every_lesson_after_a_cut_at_every_token() {
    for lesson in lessons() {
        let start = start_files(lesson);
        let mut first = Session::new(&start);
        let mut kept = String::new();
        for token in tokens::split(&script::compose(&cue(lesson, &start))) {
            first.push(&token);
            kept.push_str(&token);
            for (reply, end) in [(None, flawed_files(lesson)), (Some(right_words(lesson)), good_files(lesson))] {
                let replies = vec![reply.map(str::to_owned)];
                let cue = Cue { kept: kept.clone(), replies, ..cue(lesson, &first.files) };
                let mut second = Session::new(&first.files);
                second.push(&script::compose(&cue));
                assert_eq!(second.files, end, "{} cut after {kept}", lesson.id);
            }
        }
        assert_eq!(first.files, flawed_files(lesson), "{}", lesson.id);
    }
}
