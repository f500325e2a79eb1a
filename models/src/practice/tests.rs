//! The lessons, played.

use futures_util::StreamExt;

use super::PracticeProvider;
use crate::event::SegmentEvent;
use crate::request::{Cue, CueFile, SegmentRequest};
use crate::upstream::Provider;

#[tokio::test(start_paused = true)]
async fn dump() {
    for lesson in super::lessons() {
        let files = lesson
            .files
            .iter()
            .map(|f| CueFile {
                path: f.path.into(),
                text: f.text.into(),
            })
            .collect();
        let cue = Cue {
            lesson: Some(lesson.id.into()),
            prompt: lesson.prompt.into(),
            tokens_per_second: 100,
            files,
            ..Cue::default()
        };
        let mut stream = PracticeProvider::new().open().start(SegmentRequest {
            cue: Some(cue),
            ..Default::default()
        });
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            if let SegmentEvent::Text(token) = event {
                text.push_str(&token)
            }
        }
        println!("{text}");
    }
}
