//! The session's presence as stock editors know it, and theirs as the session does: y-protocols' awareness.
//!
//! Pure. States are JSON: `user` with a name and a colour, `cursor` and `selection` with two relative positions, as the
//! bindings of stock editors write and read them.

use std::collections::HashMap;

use document::Position;
use protocol::ParticipantId;
use protocol::presence::PresenceChange;
use protocol::view::{Cursor, Presence};
use serde_json::{Value, json};

use crate::base64;
use crate::session::command::Said;

/// The kinds of y-protocols messages that are not document messages.
pub const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
/// Asks for everyone's states.
pub const QUERY: u8 = 3;
/// The largest state of a client that is read, in bytes: a name, a colour and two places.
const STATE_MAX: usize = 16 * 1024;
/// States are told under ids above those of all clients, so that nobody takes one for its own: a block of so many to a
/// connection.
const BLOCK: u64 = 1 << 32;
/// How many blocks there are: ids are below 2^53.
const BLOCKS: u64 = (1 << 21) - 1;
/// What the page draws people in, by their index: see `static/css/tokens.css`.
const COLORS: [&str; 8] = ["#0a64ad", "#96369b", "#18744a", "#a34a08", "#5a4fcf", "#0d7377", "#ab2f5f", "#6a6310"];

/// Everyone else, as told to one stock editor.
#[derive(Debug)]
pub struct Others {
    /// Whom it is told of, each with what was told last; nothing: they went.
    told: HashMap<ParticipantId, (u64, Option<Presence>)>,
    /// The first id of this connection's block.
    first: u64,
    /// The highest clock of anybody who is not remembered.
    forgotten: u64,
}

impl Others {
    /// Nobody yet. A stock editor remembers the clocks of its last connection, and takes only higher ones for news: so
    /// each connection has a block of ids, by a number that is drawn for it.
    pub fn new(drawn: u64) -> Others {
        Others { told: HashMap::new(), first: (1 + drawn % BLOCKS) * BLOCK, forgotten: 0 }
    }

    /// Takes a change, and says what to send; `me` is left out.
    pub fn change(&mut self, change: PresenceChange, me: Option<&ParticipantId>) -> Vec<u8> {
        let mut changed = Vec::new();
        if change.whole {
            let gone = self.told.iter().filter(|(id, (_, state))| {
                state.is_some() && change.here.iter().all(|person| person.participant.id != **id)
            });
            changed.extend(gone.map(|(id, _)| (id.clone(), None)));
        }
        changed.extend(change.gone.into_iter().map(|id| (id, None)));
        changed.extend(change.here.into_iter().map(|person| (person.participant.id.clone(), Some(person))));
        changed.retain(|(id, _)| Some(id) != me);
        for (id, state) in &changed {
            let told = self.told.entry(id.clone()).or_insert((self.forgotten, None));
            *told = (told.0 + 1, state.clone());
        }
        let ids: Vec<&ParticipantId> = changed.iter().map(|(id, _)| id).collect();
        self.encode(&ids)
    }

    /// Everyone anew: a stock editor forgets whom it has not heard of for half a minute.
    pub fn again(&mut self) -> Vec<u8> {
        // Who came back would begin with a lower clock than when they went, but for this.
        let gone = self.told.values().filter(|(_, state)| state.is_none()).map(|(clock, _)| *clock);
        self.forgotten = gone.fold(self.forgotten, u64::max);
        self.told.retain(|_, (_, state)| state.is_some());
        for (clock, _) in self.told.values_mut() {
            *clock += 1;
        }
        let ids: Vec<ParticipantId> = self.told.keys().cloned().collect();
        self.encode(&ids.iter().collect::<Vec<_>>())
    }

    fn encode(&self, ids: &[&ParticipantId]) -> Vec<u8> {
        let mut body = Vec::new();
        var(&mut body, ids.len() as u64);
        for id in ids {
            let Some((clock, state)) = self.told.get(*id) else { continue };
            var(&mut body, self.first + number(id));
            var(&mut body, *clock);
            let state = state.as_ref().map_or(Value::Null, state_of);
            bytes(&mut body, state.to_string().as_bytes());
        }
        let mut message = vec![AWARENESS];
        bytes(&mut message, &body);
        message
    }
}

/// That the session does not take what was sent, as stock editors show it.
pub fn denied(reason: &str) -> Vec<u8> {
    let mut message = vec![AUTH, 0];
    bytes(&mut message, reason.as_bytes());
    message
}

/// What an awareness message says of its sender, who is `me`, or else the first that was not told to it. Nothing when
/// it says nothing of it, or cannot be read.
pub fn read(message: &[u8], me: Option<u64>) -> Option<Said> {
    let mut rest = message.strip_prefix(&[AWARENESS])?;
    let mut body = take(&mut rest)?;
    let mut left = take_var(&mut body)?;
    let (client, state) = loop {
        left = left.checked_sub(1)?;
        let (client, _clock, state) = (take_var(&mut body)?, take_var(&mut body)?, take(&mut body)?);
        if me.map_or(client < BLOCK, |me| client == me) {
            break (client, state);
        }
    };
    if state.len() > STATE_MAX {
        return None;
    }
    let state: Value = serde_json::from_slice(state).ok()?;
    let user = state.get("user");
    let text = |field: &str| user?.get(field)?.as_str();
    let range = [state.get("cursor"), state.get("selection")].into_iter().flatten().find(|range| range.is_object());
    let place = |end: &str| place(range?.get(end)?);
    Some(Said {
        client,
        name: text("name").map(str::to_owned),
        color: text("color").and_then(nearest),
        places: place("anchor").zip(place("head")),
    })
}

/// The place of a participant in a block.
fn number(id: &ParticipantId) -> u64 {
    let digits = id.as_str().bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |n, digit| (n * 10 + u64::from(digit - b'0')) % BLOCK)
}

fn state_of(person: &Presence) -> Value {
    let color = COLORS.get(usize::from(person.participant.color)).copied().unwrap_or("#0a64ad");
    let mut state = json!({
        "user": { "name": person.participant.name, "color": color, "colorLight": format!("{color}33") },
        "participant": person.participant.id,
        "role": person.role,
    });
    let ends =
        person.cursor.as_ref().and_then(|Cursor { anchor, head, .. }| Some((position(anchor)?, position(head)?)));
    if let Some(((anchor, head), state)) = ends.zip(state.as_object_mut()) {
        let range = json!({ "anchor": anchor, "head": head });
        state.insert("cursor".to_owned(), range.clone());
        state.insert("selection".to_owned(), range);
    }
    state
}

/// A position as Yjs writes it into JSON.
fn position(encoded: &str) -> Option<Value> {
    let Position { id: (client, clock), whole, before } = Position::read(&base64::decode(encoded).ok()?)?;
    let kind = if whole { "type" } else { "item" };
    Some(json!({ kind: { "client": client, "clock": clock }, "assoc": if before { -1 } else { 0 } }))
}

fn place(value: &Value) -> Option<Position> {
    let id = |field: &str| {
        let id = value.get(field).filter(|id| id.is_object())?;
        Some((id.get("client")?.as_u64()?, u32::try_from(id.get("clock")?.as_u64()?).ok()?))
    };
    let before = value.get("assoc").and_then(Value::as_i64).is_some_and(|assoc| assoc < 0);
    let item = id("item").map(|id| Position { id, whole: false, before });
    item.or_else(|| id("type").map(|id| Position { id, whole: true, before }))
}

/// The colour of ours that is nearest to theirs.
fn nearest(color: &str) -> Option<u8> {
    let rgb = |color: &str| -> Option<[i32; 3]> {
        let digits = color.strip_prefix('#').filter(|digits| digits.len() >= 6)?;
        let part = |at: usize| i32::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some([part(0)?, part(2)?, part(4)?])
    };
    let wanted = rgb(color)?;
    let far =
        |ours: &str| rgb(ours).map_or(i32::MAX, |ours| ours.iter().zip(wanted).map(|(a, b)| (a - b).pow(2)).sum());
    let at = (0..COLORS.len()).min_by_key(|at| COLORS.get(*at).map_or(i32::MAX, |ours| far(ours)))?;
    u8::try_from(at).ok()
}

fn var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    var(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn take_var(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (first, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(take_var(rest)?).ok()?;
    let (head, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::view::{Participant, Role};

    fn person(id: &str, name: &str, cursor: Option<Cursor>) -> Presence {
        Presence {
            participant: Participant { id: id.into(), name: name.into(), color: 2 },
            role: Role::Editor,
            cursor,
            viewport: None,
        }
    }

    fn states(message: &[u8]) -> Vec<(u64, u64, Value)> {
        let mut rest = message.strip_prefix(&[AWARENESS]).unwrap();
        let mut body = take(&mut rest).unwrap();
        let count = take_var(&mut body).unwrap();
        (0..count)
            .map(|_| {
                let (id, clock) = (take_var(&mut body).unwrap(), take_var(&mut body).unwrap());
                (id, clock, serde_json::from_slice(take(&mut body).unwrap()).unwrap())
            })
            .collect()
    }

    fn change(here: Vec<Presence>, gone: &[&str], whole: bool) -> PresenceChange {
        PresenceChange {
            whole,
            here,
            gone: gone.iter().map(|id| (*id).into()).collect(),
            connected: 2,
            presenter: None,
        }
    }

    #[test]
    fn people_are_told_with_name_colour_and_cursor_and_that_they_went() {
        let position = Position { id: (7, 3), whole: false, before: true };
        let end = base64::encode(&position.write());
        let cursor = Cursor { file: "f".into(), anchor: end.clone(), head: end };
        let mut others = Others::new(7);
        let me = ParticipantId::from("p2");
        let here = vec![person("p1", "Ada", Some(cursor)), person("p2", "I", None)];
        let told = states(&others.change(change(here, &[], true), Some(&me)));
        let [(id, 1, state)] = &told[..] else { panic!("{told:?}") };
        assert_eq!(*id, 8 * BLOCK + 1, "in the block of this connection");
        assert_eq!(state["user"], json!({ "name": "Ada", "color": "#18744a", "colorLight": "#18744a33" }));
        assert_eq!(state["cursor"]["anchor"], json!({ "item": { "client": 7, "clock": 3 }, "assoc": -1 }));
        assert_eq!(states(&others.again())[0].1, 2, "a higher clock: it counts as news");
        let told = states(&others.change(change(Vec::new(), &["p1"], false), Some(&me)));
        assert_eq!(told, [(8 * BLOCK + 1, 3, Value::Null)]);
        assert!(states(&others.again()).is_empty());
        let back = states(&others.change(change(vec![person("p1", "Ada", None)], &[], false), Some(&me)));
        assert!(back[0].1 > 3, "whoever comes back is news: {back:?}");
    }

    #[test]
    fn of_all_that_a_stock_editor_tells_its_own_state_is_read() {
        let mut body = Vec::new();
        var(&mut body, 3);
        for (id, name) in [(BLOCK + 7, "Ada"), (12, "One"), (13, "Two")] {
            var(&mut body, id);
            var(&mut body, 1);
            bytes(&mut body, json!({ "user": { "name": name } }).to_string().as_bytes());
        }
        let mut message = vec![AWARENESS];
        bytes(&mut message, &body);
        let named = |me| read(&message, me).and_then(|said| said.name);
        assert_eq!(named(None).as_deref(), Some("One"), "the first that it was not told");
        assert_eq!((named(Some(13)).as_deref(), named(Some(14))), (Some("Two"), None));
    }

    #[test]
    fn what_a_stock_editor_says_is_read_without_trust() {
        let said = |state: &str| {
            let mut body = Vec::new();
            for value in [1, 3_000_000_000, 4] {
                var(&mut body, value);
            }
            bytes(&mut body, state.as_bytes());
            let mut message = vec![AWARENESS];
            bytes(&mut message, &body);
            read(&message, None)
        };
        let state = r##"{"user":{"name":"Eve","color":"#1a7048"},"cursor":{"anchor":{"item":{"client":1,"clock":2}},"head":{"type":{"client":9,"clock":0},"assoc":-1}}}"##;
        let ends =
            (Position { id: (1, 2), whole: false, before: false }, Position { id: (9, 0), whole: true, before: true });
        let wanted = Said { client: 3_000_000_000, name: Some("Eve".into()), color: Some(2), places: Some(ends) };
        assert_eq!(said(state), Some(wanted));
        assert_eq!(said("null").map(|said| (said.client, said.name)), Some((3_000_000_000, None)));
        assert_eq!(said("{").or(said(&format!("\"{}\"", "x".repeat(STATE_MAX)))), None);
        for bad in [
            b"".as_slice(),
            &[AWARENESS],
            &[AWARENESS, 200, 1],
            &[AWARENESS, 1, 0],
            &[AWARENESS, 5, 255, 255, 255, 255, 255],
        ] {
            assert_eq!(read(bad, None), None, "{bad:?}");
        }
    }
}
