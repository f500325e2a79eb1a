//! Points of a session between which files are compared, as the wire names them and as a person reads them. Pure.

use std::fmt;

use protocol::TurnId;

use crate::review::cut;

/// The most characters of a prompt or a steer in the name of a point.
const WORDS_SHOWN: usize = 40;

/// A point of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// Before anything happened.
    Start,
    /// What stands now.
    Now,
    /// Before a turn.
    Before(TurnId),
    /// After a turn.
    After(TurnId),
    /// Before a turn's n-th segment; the first one is 0.
    Segment(TurnId, usize),
}

impl fmt::Display for Point {
    /// As the wire names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Start => write!(f, "start"),
            Point::Now => write!(f, "now"),
            Point::Before(turn) => write!(f, "turn:{turn}:before"),
            Point::After(turn) => write!(f, "turn:{turn}:after"),
            Point::Segment(turn, nth) => write!(f, "segment:{turn}:{nth}"),
        }
    }
}

/// What is known of a turn for its points.
pub struct TurnPoints {
    /// The turn.
    pub id: TurnId,
    /// What was asked.
    pub prompt: String,
    /// Why each further segment began, in order: a person's words, or what happened.
    pub segments: Vec<String>,
}

/// A point with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The point.
    pub point: Point,
    /// For a person.
    pub name: String,
}

/// All points of a session, in their order.
pub fn points(turns: &[TurnPoints]) -> Vec<Named> {
    let named = |point, name| Named { point, name };
    let mut all = vec![named(Point::Start, "The session’s start".to_owned())];
    for (at, turn) in turns.iter().enumerate() {
        let words = quoted(&turn.prompt);
        all.push(named(Point::Before(turn.id.clone()), format!("Before turn {}: {words}", at + 1)));
        for (nth, cause) in turn.segments.iter().enumerate() {
            all.push(named(Point::Segment(turn.id.clone(), nth + 1), format!("Before {}", quoted(cause))));
        }
        all.push(named(Point::After(turn.id.clone()), format!("After turn {}", at + 1)));
    }
    all.push(named(Point::Now, "Now".to_owned()));
    all
}

fn quoted(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("“{}”", cut(&line, WORDS_SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_names_for_people_and_for_the_wire() {
        let turn = TurnPoints { id: "t1".into(), prompt: "add\ntotals".into(), segments: vec!["only ints".into()] };
        let all = points(&[turn]);
        let told: Vec<_> = all.iter().map(|named| (named.point.to_string(), named.name.as_str())).collect();
        let expected = [
            ("start", "The session’s start"),
            ("turn:t1:before", "Before turn 1: “add totals”"),
            ("segment:t1:1", "Before “only ints”"),
            ("turn:t1:after", "After turn 1"),
            ("now", "Now"),
        ];
        assert_eq!(told, expected.map(|(wire, name)| (wire.to_owned(), name)));
    }
}
