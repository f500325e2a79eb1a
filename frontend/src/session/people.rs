//! Those who are here, kept up to date by differences.

use protocol::presence::PresenceChange;
use protocol::view::Presence;

/// Brings the list up to date. Who is on it stays where they are; who comes is added at the end.
pub fn fold(people: &mut Vec<Presence>, change: PresenceChange) {
    if change.whole {
        people.clear();
    }
    people.retain(|person| !change.gone.contains(&person.participant.id));
    for person in change.here {
        match people.iter_mut().find(|known| known.participant.id == person.participant.id) {
            Some(known) => *known = person,
            None => people.push(person),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::view::{Participant, Role};

    use super::*;

    fn person(id: &str, name: &str) -> Presence {
        let participant = Participant { id: id.into(), name: name.into(), color: 0 };
        Presence { participant, role: Role::Editor, cursor: None, viewport: None }
    }

    fn names(people: &[Presence]) -> Vec<&str> {
        people.iter().map(|p| p.participant.name.as_str()).collect()
    }

    #[test]
    fn who_comes_goes_or_changes_is_folded_in_and_the_others_stay() {
        let mut people = vec![person("p1", "Ada"), person("p2", "Bob")];
        let here = vec![person("p1", "Ada L."), person("p3", "Cy")];
        fold(&mut people, PresenceChange { here, connected: 3, ..PresenceChange::default() });
        assert_eq!(names(&people), ["Ada L.", "Bob", "Cy"]);
        let gone = vec!["p1".into(), "p9".into()];
        fold(&mut people, PresenceChange { gone, connected: 2, ..PresenceChange::default() });
        assert_eq!(names(&people), ["Bob", "Cy"]);
        let here = vec![person("p4", "Dee")];
        fold(&mut people, PresenceChange { whole: true, here, connected: 1, ..PresenceChange::default() });
        assert_eq!(names(&people), ["Dee"]);
    }
}
