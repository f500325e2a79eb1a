//! What a page makes of the news of who presents. Pure.
//!
//! A page goes along by itself when somebody begins to present. One whose person is typing at that moment, or has taken
//! over since the presentation began, goes its own way: it is offered to go along, and is not pulled away, whoever takes
//! the presenter's place, until its person chooses to. The next presentation, after nobody has presented, begins anew.

use protocol::ParticipantId;

/// What a page makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is as it was.
    Nothing,
    /// This page's own person presents.
    Mine,
    /// Another does, and the page goes along.
    Along(ParticipantId),
    /// Another does, and the page goes its own way.
    OwnWay,
    /// Nobody presents any more.
    Over,
}

/// How it stands with the page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here<'a> {
    /// Its own person.
    pub me: Option<&'a ParticipantId>,
    /// The person took over since somebody has presented.
    pub own_way: bool,
    /// The person types into a file.
    pub types: bool,
}

/// What a page makes of who presents now, where it was another, or nobody, before.
pub fn hear(before: Option<&ParticipantId>, now: Option<&ParticipantId>, here: Here<'_>) -> Heard {
    match now {
        _ if now == before => Heard::Nothing,
        None => Heard::Over,
        Some(_) if now == here.me => Heard::Mine,
        Some(_) if here.own_way || here.types => Heard::OwnWay,
        Some(id) => Heard::Along(id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: Option<&str>, now: Option<&str>, (own_way, types): (bool, bool), expected: Heard) {
        let id = |name: &str| ParticipantId::from(name);
        let (before, now, me) = (before.map(id), now.map(id), id("me"));
        let heard = hear(before.as_ref(), now.as_ref(), Here { me: Some(&me), own_way, types });
        assert_eq!(heard, expected);
    }

    #[test]
    fn a_page_goes_along_unless_its_person_is_at_work() {
        let (idle, typing, taken_over) = ((false, false), (false, true), (true, false));
        check(None, Some("ada"), idle, Heard::Along("ada".into()));
        check(Some("ada"), Some("bob"), idle, Heard::Along("bob".into()));
        check(None, Some("ada"), typing, Heard::OwnWay);
        check(Some("ada"), Some("bob"), taken_over, Heard::OwnWay);
        check(Some("me"), Some("bob"), typing, Heard::OwnWay);
        check(Some("me"), Some("bob"), idle, Heard::Along("bob".into()));
    }

    #[test]
    fn what_is_known_is_no_news_and_ones_own_part_is_not_followed() {
        check(Some("ada"), Some("ada"), (false, false), Heard::Nothing);
        check(None, None, (true, true), Heard::Nothing);
        check(Some("ada"), Some("me"), (true, true), Heard::Mine);
        check(Some("ada"), None, (true, false), Heard::Over);
    }
}
