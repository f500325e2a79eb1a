//! Who wrote what of a file: found by place and by line, and said in words.
//!
//! Pure: runs of text in, words out. Where the runs come from is the client's affair.

use protocol::http::{Author, AuthorRun};
use protocol::{HunkId, ParticipantId, TurnId};

use crate::review::cut;

/// The most characters of a prompt or a reason in a hover: it is read at a glance.
const WORDS_SHOWN: usize = 120;

/// The most characters of a reason at the end of a line, where code should stay what is read.
const BRIEF_SHOWN: usize = 32;

/// A run of text and where it stands, in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// Its first unit.
    pub start: u32,
    /// After its last.
    pub end: u32,
    /// Who.
    pub by: &'a Author,
}

/// All runs with their places. Neighbours by the same author are one.
fn spans(runs: &[AuthorRun]) -> impl Iterator<Item = Span<'_>> {
    let mut at = 0u32;
    runs.iter().map(move |run| {
        let start = at;
        at = at.saturating_add(run.len);
        Span { start, end: at, by: &run.by }
    })
}

/// The run that an offset lies in.
pub fn at(runs: &[AuthorRun], offset: u32) -> Option<Span<'_>> {
    spans(runs).find(|span| span.start <= offset && offset < span.end)
}

/// Who wrote most of a line.
pub fn of_line(runs: &[AuthorRun], start: u32, end: u32) -> Option<&Author> {
    let mut shares: Vec<(&Author, u32)> = Vec::new();
    for span in spans(runs) {
        let share = span.end.min(end).saturating_sub(span.start.max(start));
        match shares.iter_mut().find(|(by, _)| *by == span.by) {
            Some((_, sum)) => *sum += share,
            None => shares.push((span.by, share)),
        }
    }
    // Of two with the same share, the one that comes first in the line.
    shares.into_iter().rev().filter(|(_, share)| *share > 0).max_by_key(|(_, share)| *share).map(|(by, _)| by)
}

/// How much text the runs are about.
pub fn total(runs: &[AuthorRun]) -> u32 {
    runs.iter().fold(0, |sum, run| sum.saturating_add(run.len))
}

/// What is known of a model's change: what was asked, and why it did it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The turn's prompt.
    pub prompt: Option<String>,
    /// The hunk's why.
    pub why: Option<String>,
}

/// An author in words: `Ada`, `the model, turn: … — why: …`, `there from the start`.
pub fn words(
    by: &Author,
    me: Option<&ParticipantId>,
    reason: impl FnOnce(&TurnId, Option<&HunkId>) -> Reason,
) -> String {
    match by {
        Author::Start => "there from the start".to_owned(),
        Author::Person { participant } if Some(&participant.id) == me => "You".to_owned(),
        Author::Person { participant } => participant.name.clone(),
        Author::Model { turn_id, hunk_id } => {
            let Reason { prompt, why } = reason(turn_id, hunk_id.as_ref());
            let mut words = "the model".to_owned();
            if let Some(prompt) = prompt.as_deref().map(one_line).filter(|prompt| !prompt.is_empty()) {
                words.push_str(&format!(", turn: {}", cut(&prompt, WORDS_SHOWN)));
            }
            if let Some(why) = why.as_deref().map(one_line).filter(|why| !why.is_empty()) {
                words.push_str(&format!(" — why: {}", cut(&why, WORDS_SHOWN)));
            }
            words
        }
    }
}

/// An author in the fewest words, for the end of a line: of a model's change its reason, or else what was asked.
pub fn brief(
    by: &Author,
    me: Option<&ParticipantId>,
    reason: impl FnOnce(&TurnId, Option<&HunkId>) -> Reason,
) -> String {
    let Author::Model { turn_id, hunk_id } = by else {
        return words(by, me, |_, _| Reason::default());
    };
    let Reason { prompt, why } = reason(turn_id, hunk_id.as_ref());
    match why.or(prompt).as_deref().map(one_line).filter(|words| !words.is_empty()) {
        Some(words) => format!("the model: {}", cut(&words, BRIEF_SHOWN)),
        None => "the model".to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use protocol::view::Participant;

    use super::*;

    fn person(id: &str, name: &str) -> Author {
        Author::Person { participant: Participant { id: id.into(), name: name.into(), color: 0 } }
    }

    fn model() -> Author {
        Author::Model { turn_id: "t".into(), hunk_id: Some("h".into()) }
    }

    fn runs() -> Vec<AuthorRun> {
        [(5, Author::Start), (3, model()), (4, person("p", "Ada"))].map(|(len, by)| AuthorRun { len, by }).to_vec()
    }

    #[test]
    fn a_place_lies_in_one_run() {
        let runs = runs();
        let found = at(&runs, 5).unwrap();
        assert_eq!((found.start, found.end, found.by), (5, 8, &model()));
        assert_eq!(at(&runs, 4).unwrap().by, &Author::Start);
        assert_eq!(at(&runs, 12), None);
        assert_eq!(total(&runs), 12);
    }

    #[test]
    fn a_line_is_by_who_wrote_most_of_it() {
        let runs = runs();
        assert_eq!(of_line(&runs, 0, 6), Some(&Author::Start));
        assert_eq!(of_line(&runs, 5, 11), Some(&model()), "of equal shares the first");
        assert_eq!(of_line(&runs, 7, 12), Some(&person("p", "Ada")));
        assert_eq!(of_line(&runs, 3, 3), None);
    }

    #[test]
    fn authors_are_said_in_words() {
        let me = ParticipantId::from("p");
        let reason = |_: &TurnId, _: Option<&HunkId>| Reason {
            prompt: Some("make add()\nhandle strings".into()),
            why: Some("a `str` has no sum".into()),
        };
        assert_eq!(
            words(&model(), None, reason),
            "the model, turn: make add() handle strings — why: a `str` has no sum"
        );
        assert_eq!(words(&model(), None, |_, _| Reason::default()), "the model");
        assert_eq!(brief(&model(), None, reason), "the model: a `str` has no sum");
        assert_eq!(brief(&Author::Start, None, reason), "there from the start");
        assert_eq!(words(&person("p", "Ada"), None, reason), "Ada");
        assert_eq!(words(&person("p", "Ada"), Some(&me), reason), "You");
        assert_eq!(words(&Author::Start, None, reason), "there from the start");
    }
}
