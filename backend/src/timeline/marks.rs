//! What of a timeline is worth jumping to.

use std::collections::HashMap;

use protocol::timeline::{Mark, MarkKind, Moment, People};
use protocol::view::TurnStatus;
use protocol::{ParticipantId, Seq, ServerFrame};

use super::Note;
use crate::session::{Body, Entry};

/// How much of a person's words a mark shows, in characters: a tooltip's worth.
const WORDS_MAX: usize = 120;
/// A person who has not typed for this long begins to type, in milliseconds.
const TYPING_MS: u64 = 3_000;

/// Finds marks. Knows when each person last typed.
#[derive(Default)]
pub struct Marker {
    typed: HashMap<ParticipantId, u64>,
}

impl Marker {
    /// The mark of a step, if it is one.
    pub fn step(&mut self, at: u64, entry: &Entry) -> Option<Mark> {
        let moment = Moment { seq: entry.seq, at_ms: at };
        match &entry.body {
            Body::Frame(frame) => of_frame(frame).map(|kind| Mark { moment, kind }),
            Body::Delta(_) => None,
            Body::Silent => {
                let by = entry.author.as_ref()?;
                let before = self.typed.insert(by.clone(), at);
                let begins = before.is_none_or(|before| at.saturating_sub(before) >= TYPING_MS);
                begins.then(|| Mark { moment, kind: MarkKind::Edit { by: by.clone() } })
            }
        }
    }

    /// The mark of something that overtook the order.
    pub fn told(&mut self, (at_ms, seq): (u64, Seq), frame: &ServerFrame) -> Option<Mark> {
        let ServerFrame::TurnStopped { turn_id, .. } = frame else { return None };
        let kind = MarkKind::Interrupt { turn_id: turn_id.clone() };
        Some(Mark { moment: Moment { seq, at_ms }, kind })
    }

    /// The mark of what no frame says.
    pub fn note(&mut self, (at_ms, seq): (u64, Seq), note: &Note) -> Option<Mark> {
        let kind = match note {
            Note::People(People::Joined { participant, .. }) => {
                MarkKind::Joined { by: participant.id.clone(), name: participant.name.clone() }
            }
            Note::People(People::Left { id }) => {
                self.typed.remove(id);
                MarkKind::Left { by: id.clone() }
            }
            Note::Gap => MarkKind::Gap,
            Note::Said { .. } => return None,
        };
        Some(Mark { moment: Moment { seq, at_ms }, kind })
    }
}

fn of_frame(frame: &ServerFrame) -> Option<MarkKind> {
    use ServerFrame as F;
    Some(match frame {
        F::TurnStarted { turn_id, prompt, by, .. } => {
            MarkKind::Prompt { turn_id: turn_id.clone(), text: words(prompt), by: by.clone() }
        }
        F::TurnContinued { turn_id, by, text, .. } => {
            let text = text.as_deref().map_or_else(|| "Go on".to_owned(), words);
            MarkKind::Prompt { turn_id: turn_id.clone(), text, by: by.clone() }
        }
        F::SteerApplied { turn_id, steer_id, text, by, .. } => {
            MarkKind::Steer { turn_id: turn_id.clone(), steer_id: steer_id.clone(), text: words(text), by: by.clone() }
        }
        F::HunkOpened { turn_id, hunk, .. } => MarkKind::Hunk {
            turn_id: turn_id.clone(),
            hunk_id: hunk.id.clone(),
            path: hunk.path.clone(),
            why: words(&hunk.why),
        },
        F::HunkAccepted { turn_id, .. } => {
            MarkKind::Decision { turn_id: turn_id.clone(), text: "Kept a change".to_owned() }
        }
        F::TurnReverted { turn_id, .. } => {
            MarkKind::Decision { turn_id: turn_id.clone(), text: "Took a turn back".to_owned() }
        }
        F::HunkClosed { turn_id, status: protocol::view::HunkStatus::Reverted, .. } => {
            MarkKind::Decision { turn_id: turn_id.clone(), text: "Took a change back".to_owned() }
        }
        // Its interrupt is a mark already.
        F::TurnCompleted { status: TurnStatus::Interrupted, .. } => return None,
        F::TurnCompleted { turn_id, status, .. } => MarkKind::End { turn_id: turn_id.clone(), status: *status },
        _ => return None,
    })
}

fn words(text: &str) -> String {
    let mut short: String = text.chars().take(WORDS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_one_mark_until_it_rests() {
        let mut marker = Marker::default();
        let edit = |seq| Entry::new(Seq(seq), Some("p1".into()), None, Body::Silent);
        assert!(marker.step(0, &edit(1)).is_some());
        assert!(marker.step(TYPING_MS - 1, &edit(2)).is_none());
        assert!(marker.step(2 * TYPING_MS - 2, &edit(3)).is_none(), "it went on meanwhile");
        assert!(marker.step(4 * TYPING_MS, &edit(4)).is_some());
        assert!(marker.step(4 * TYPING_MS, &Entry::new(Seq(5), None, None, Body::Silent)).is_none(), "the model's");
    }

    #[test]
    fn long_words_are_cut_where_a_character_ends() {
        assert_eq!(words("short"), "short");
        let long = words(&"ö".repeat(WORDS_MAX + 1));
        assert_eq!(long.chars().count(), WORDS_MAX + 1);
        assert!(long.ends_with('…'));
    }
}
