use std::collections::HashMap;
use std::sync::Arc;

use protocol::presence::PresenceChange;
use protocol::view::{Cursor, Participant, Presence, Role};
use protocol::{ParticipantId, ServerFrame};
use tokio::time::advance;

use super::{Board, GONE_MAX, Onlooker, PACE, TOLD_AT_ONCE};

fn person(id: &str, at: &str) -> Presence {
    let cursor = Cursor { file: "f".into(), anchor: at.to_owned(), head: at.to_owned() };
    let participant = Participant { id: id.into(), name: id.to_owned(), color: 0 };
    Presence { participant, role: Role::Editor, cursor: Some(cursor), viewport: None }
}

fn moved(id: &str, at: &str) -> PresenceChange {
    PresenceChange { here: vec![person(id, at)], connected: 2, ..PresenceChange::default() }
}

fn left(id: &str) -> PresenceChange {
    PresenceChange { gone: vec![id.into()], connected: 1, ..PresenceChange::default() }
}

fn told(look: &mut Onlooker) -> Option<PresenceChange> {
    let frame = serde_json::from_str(&look.take()?).unwrap();
    let ServerFrame::Presence(change) = frame else { panic!("{frame:?}") };
    Some(change)
}

fn places(change: &PresenceChange) -> Vec<&str> {
    change.here.iter().filter_map(|p| p.cursor.as_ref()).map(|c| c.head.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_first_change_is_told_at_once_and_the_next_ones_merged_the_newest_alone() {
    let board = Board::new();
    let mut pacer = tokio::task::JoinSet::new();
    pacer.spawn(Arc::clone(&board).run_pacer());
    let mut look = board.watch();
    board.put(moved("p1", "1"));
    look.ready().await;
    assert_eq!(told(&mut look).as_ref().map(places), Some(vec!["1"]));
    for at in ["2", "3", "4"] {
        board.put(moved("p1", at));
    }
    board.put(moved("p2", "9"));
    assert_eq!(told(&mut look), None, "it waits for its pace");
    look.ready().await;
    assert_eq!(told(&mut look).as_ref().map(places), Some(vec!["4", "9"]));
    assert_eq!(told(&mut look), None);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_did_not_look_for_long_gets_the_newest_of_everyone_once() {
    let board = Board::new();
    let (mut slow, mut quick) = (board.watch(), board.watch());
    for at in 0..50 {
        board.put(moved("p1", &at.to_string()));
        advance(PACE / 25).await;
        told(&mut quick);
    }
    board.put(moved("p2", "0"));
    advance(PACE).await;
    board.put(left("p2"));
    slow.ready().await;
    let change = told(&mut slow).unwrap();
    assert_eq!((places(&change), change.gone.as_slice()), (vec!["49"], [ParticipantId::from("p2")].as_slice()));
    assert_eq!(change.connected, 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_went_and_came_back_is_here() {
    let board = Board::new();
    let mut look = board.watch();
    for change in [moved("p1", "1"), left("p1"), moved("p1", "2")] {
        board.put(change);
    }
    advance(PACE).await;
    board.put(moved("p3", "3"));
    look.ready().await;
    let change = told(&mut look).unwrap();
    assert_eq!((places(&change), change.gone.len(), change.whole), (vec!["2", "3"], 0, false));
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_missed_more_than_is_remembered_is_told_of_everyone() {
    let board = Board::new();
    let mut look = board.watch();
    board.put(moved("p0", "0"));
    for n in 0..=GONE_MAX {
        board.put(moved(&format!("q{n}"), "1"));
        board.put(left(&format!("q{n}")));
    }
    advance(PACE).await;
    board.put(moved("p1", "1"));
    look.ready().await;
    let change = told(&mut look).unwrap();
    assert_eq!((change.whole, places(&change)), (true, vec!["0", "1"]));
}

#[tokio::test(start_paused = true)]
async fn one_that_begins_to_look_is_told_nothing_from_before() {
    let board = Board::new();
    board.put(moved("p1", "1"));
    board.put(moved("p1", "2"));
    let mut look = board.watch();
    advance(PACE).await;
    board.put(moved("p2", "3"));
    look.ready().await;
    // It is as good to be told again of what it knows: what it must not be told is anything older.
    assert_eq!(told(&mut look).as_ref().map(places), Some(vec!["2", "3"]));
}

#[tokio::test(start_paused = true)]
async fn many_are_told_a_few_at_a_time_and_nobody_is_left_out() {
    const ALL: usize = TOLD_AT_ONCE * 3 + 1;
    let board = Board::new();
    let mut early = board.watch();
    for n in 0..ALL {
        board.put(moved(&format!("p{n}"), "1"));
    }
    board.put(left("p3"));
    advance(PACE).await;
    board.put(moved("p4", "2"));
    let mut late = board.watch();
    for (who, look) in [("the early one", &mut early), ("the late one", &mut late)] {
        let mut known = HashMap::new();
        while let Some(change) = told(look) {
            assert!(change.here.len() + change.gone.len() <= TOLD_AT_ONCE, "{who}");
            for id in change.gone {
                known.remove(&id);
            }
            known.extend(change.here.into_iter().map(|p| (p.participant.id, p.cursor.unwrap().head)));
        }
        assert_eq!(known.len(), ALL - 1, "{who}");
        assert_eq!(known[&ParticipantId::from("p4")], "2", "{who}");
    }
}
