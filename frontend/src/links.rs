//! Links as their owner thinks of them: how long they open, in which words, and which of them can be copied here.
//!
//! Pure. A link's token is told once, to the page that made it: that page keeps it, so that it can be copied again.

use std::collections::BTreeMap;

use protocol::LinkId;
use protocol::links::{LinkState, LinkView};
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// For how long a new link may open the session: seconds, and what a person calls that.
pub const LASTING: [(Option<u32>, &str); 6] = [
    (None, "Until it is revoked"),
    (Some(HOUR as u32), "1 hour"),
    (Some(8 * HOUR as u32), "8 hours"),
    (Some(DAY as u32), "1 day"),
    (Some(7 * DAY as u32), "1 week"),
    (Some(30 * DAY as u32), "30 days"),
];

/// When a link ends, in words.
pub fn ends(link: &LinkView) -> String {
    match (link.state, link.expires_in_s) {
        (LinkState::Revoked, _) => "Revoked".to_owned(),
        (LinkState::Expired, _) => "Expired".to_owned(),
        (LinkState::Active, None) => "Until revoked".to_owned(),
        (LinkState::Active, Some(left)) => format!("{} left", span(left)),
    }
}

/// How many are here by it, in words.
pub fn here(count: usize) -> String {
    match count {
        0 => "Nobody here".to_owned(),
        1 => "1 here".to_owned(),
        count => format!("{count} here"),
    }
}

/// A span of time in its largest unit, rounded to the nearest: `under a minute`, `5 minutes`, `3 days`.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..MINUTE => return "under a minute".to_owned(),
        MINUTE..HOUR => (round(seconds, MINUTE), "minute"),
        HOUR..DAY => (round(seconds, HOUR), "hour"),
        _ => (round(seconds, DAY), "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn round(seconds: u64, unit: u64) -> u64 {
    (seconds + unit / 2) / unit
}

/// Links in the order of the list: those that open the session, the newest first; then those that ended.
pub fn sorted(mut links: Vec<LinkView>) -> Vec<LinkView> {
    links.sort_by_key(|link| (link.state != LinkState::Active, link.age_s));
    links
}

/// The tokens that this browser was told, by link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens(BTreeMap<LinkId, String>);

impl Tokens {
    /// As they were kept; none when that cannot be read.
    pub fn read(kept: Option<&str>) -> Self {
        kept.and_then(|kept| serde_json::from_str(kept).ok()).unwrap_or_default()
    }

    /// As they are kept.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Keeps one.
    pub fn put(&mut self, link: LinkId, token: String) {
        self.0.insert(link, token);
    }

    /// The token of a link, if it is known here.
    pub fn get(&self, link: &LinkId) -> Option<&str> {
        self.0.get(link).map(String::as_str)
    }

    /// Forgets those that open nothing any more. Whether there were any.
    pub fn tidy(&mut self, links: &[LinkView]) -> bool {
        let before = self.0.len();
        self.0.retain(|id, _| links.iter().any(|link| link.id == *id && link.state == LinkState::Active));
        self.0.len() != before
    }
}

#[cfg(test)]
mod tests {
    use protocol::view::Role;

    use super::*;

    fn link(id: &str, state: LinkState, age_s: u64, expires_in_s: Option<u64>) -> LinkView {
        LinkView { id: LinkId(id.to_owned()), role: Role::Viewer, name: None, age_s, expires_in_s, state, here: 0 }
    }

    #[test]
    fn what_is_left_is_said_in_its_largest_unit() {
        for (left, words) in [
            (Some(5), "under a minute left"),
            (Some(60), "1 minute left"),
            (Some(59 * 60), "59 minutes left"),
            (Some(3_600), "1 hour left"),
            (Some(7 * 86_400 - 3), "7 days left"),
            (None, "Until revoked"),
        ] {
            assert_eq!(ends(&link("l", LinkState::Active, 0, left)), words);
        }
        assert_eq!(ends(&link("l", LinkState::Revoked, 0, None)), "Revoked");
    }

    #[test]
    fn the_newest_that_opens_comes_first_and_what_ended_last() {
        let links = sorted(vec![
            link("old", LinkState::Active, 90, None),
            link("gone", LinkState::Revoked, 5, None),
            link("new", LinkState::Active, 1, None),
        ]);
        assert_eq!(links.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["new", "old", "gone"]);
    }

    #[test]
    fn tokens_are_kept_for_as_long_as_they_open_something() {
        let mut tokens = Tokens::default();
        tokens.put(LinkId("a".to_owned()), "secret-a".to_owned());
        tokens.put(LinkId("b".to_owned()), "secret-b".to_owned());
        let mut again = Tokens::read(Some(&tokens.written()));
        assert_eq!(again, tokens);
        assert!(again.tidy(&[link("a", LinkState::Active, 0, None), link("b", LinkState::Revoked, 0, None)]));
        assert_eq!((again.get(&LinkId("a".to_owned())), again.get(&LinkId("b".to_owned()))), (Some("secret-a"), None));
        assert_eq!(Tokens::read(Some("not json")), Tokens::default());
    }
}
