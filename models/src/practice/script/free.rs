//! What the practice model says to a prompt outside any lesson: what it is, and where to find a real model.
//!
//! No edit, and no pretence that the prompt was understood.

use super::transcript::Transcript;
use crate::practice::lessons;
use crate::request::Cue;

/// The text of a segment of a turn without a lesson.
pub(super) fn compose(cue: &Cue) -> String {
    let mut script = Transcript::new(cue);
    if let Some(Some(_)) = cue.replies.last() {
        script.say("I am scripted, so your words do not change what I say; a real model would take them up from here.");
    }
    for paragraph in paragraphs() {
        script.say_once(&paragraph);
    }
    script.finish()
}

fn paragraphs() -> Vec<String> {
    let titles = lessons().iter().map(|lesson| format!("- {}: {}", lesson.title, lesson.goal));
    vec![
        "I am the practice model: a scripted teacher, not an AI. I did not understand your prompt, and I changed nothing."
            .to_owned(),
        "What I can do is play a lesson on a small project. I write, I go wrong, and you stop me, say what to change, \
         and watch me go on from exactly there:"
            .to_owned(),
        titles.collect::<Vec<_>>().join("\n"),
        "You find the lessons on the first screen. To have your prompts answered, connect a real model: set \
         OPENAI_API_KEY, or run Ollama, LM Studio or llama.cpp on this machine; restart Midstream, and pick the model \
         above the prompt box."
            .to_owned(),
    ]
}
