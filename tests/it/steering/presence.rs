//! Who is here, told by differences.

use anyhow::Result;
use midstream::session::roster::{LISTED_MAX, TOLD_AT_ONCE};
use midstream::session::state::CURSOR_MAX;
use protocol::presence::PresenceChange;
use protocol::view::Cursor;
use protocol::{ClientFrame, ErrorCode, ParticipantId, ServerFrame};
use tests::client::Client;

use super::Room;

fn cursor(at: &str) -> Cursor {
    Cursor { file: "f1".into(), anchor: at.to_owned(), head: at.to_owned() }
}

async fn moves(client: &mut Client, at: &str) -> Result<()> {
    client.send(ClientFrame::PresenceUpdate { name: None, cursor: Some(cursor(at)), viewport: None }).await
}

fn id(client: &Client) -> ParticipantId {
    client.welcome.participant.id.clone()
}

fn place<'a>(client: &'a Client, of: &ParticipantId) -> Option<&'a str> {
    client.people.get(of)?.cursor.as_ref().map(|c| c.head.as_str())
}

fn changes(client: &Client) -> impl Iterator<Item = &PresenceChange> {
    client.frames.iter().filter_map(|frame| if let ServerFrame::Presence(change) = frame { Some(change) } else { None })
}

#[tokio::test]
async fn everyone_learns_who_comes_moves_and_goes_and_is_told_nothing_twice() -> Result<()> {
    let mut room = Room::new().await?;
    let mut others = Vec::new();
    for n in 2..=5 {
        others.push(room.join().await?);
        room.client.until("one more", |c| c.people.len() == n).await?;
    }
    let mut last = others.pop().unwrap();
    assert_eq!((last.people.len(), last.connected), (5, 5), "the state had everyone");
    assert!(changes(&room.client).all(|change| change.here.len() == 1), "one came at a time");

    let (moving, watched) = (id(&last), room.client.frames.len());
    moves(&mut last, "AAE=").await?;
    room.client.until("the cursor", |c| place(c, &moving) == Some("AAE=")).await?;
    let (name, cursor) = (Some("Ada".to_owned()), Some(cursor("AAE=")));
    last.send(ClientFrame::PresenceUpdate { name, cursor, viewport: None }).await?;
    room.client.until("the name", |c| c.people[&moving].participant.name == "Ada").await?;
    assert_eq!(place(&room.client, &moving), Some("AAE="));
    drop(last);
    room.client.until("it left", |c| !c.people.contains_key(&moving)).await?;
    assert_eq!(room.client.connected, 4);
    let told = room.client.frames[watched..].iter().filter(|f| matches!(f, ServerFrame::Presence(_))).count();
    assert_eq!(told, 3, "a step each, and nothing of those who did nothing");
    Ok(())
}

#[tokio::test]
async fn who_reads_late_gets_the_newest_of_everyone_and_no_queue() -> Result<()> {
    const MOVES: u32 = 3_000;
    let mut room = Room::new().await?;
    let mut late = room.join().await?;
    let began = std::time::Instant::now();
    for n in 0..MOVES {
        moves(&mut room.client, &format!("place {n}")).await?;
    }
    room.client.settle().await?;
    let mover = id(&room.client);
    let newest = format!("place {}", MOVES - 1);
    late.until("the newest", |c| place(c, &mover) == Some(newest.as_str())).await?;
    let paces = began.elapsed().as_millis() / midstream::session::presence::PACE.as_millis();
    let told = changes(&late).count();
    assert!(told as u128 <= paces + 2, "{told} announcements in {paces} paces");
    Ok(())
}

#[tokio::test]
async fn of_a_room_past_the_limit_a_part_is_listed_and_all_are_counted() -> Result<()> {
    let mut room = Room::new().await?;
    let mut others = Vec::new();
    for _ in 0..LISTED_MAX + 1 {
        others.push(room.join().await?);
    }
    let all = LISTED_MAX as u32 + 2;
    room.client.until("all are counted", |c| c.connected == all).await?;
    room.client.until("as many as fit are listed", |c| c.people.len() == LISTED_MAX).await?;
    let last = others.last_mut().unwrap();
    last.until("the list", |c| c.people.len() == LISTED_MAX).await?;
    last.until("the count", |c| c.connected == all).await?;
    assert!(changes(last).all(|change| change.here.len() <= TOLD_AT_ONCE), "a few at a time");
    // One of those who are listed goes: the next one takes the place.
    let first = id(&others.remove(0));
    room.client.until("it left", |c| !c.people.contains_key(&first)).await?;
    room.client.until("another is listed", |c| c.people.len() == LISTED_MAX).await?;
    room.client.until("one less is counted", |c| c.connected == all - 1).await?;
    Ok(())
}

#[tokio::test]
async fn a_cursor_past_its_limit_is_refused_and_goes_to_nobody() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    moves(&mut other, &"A".repeat(CURSOR_MAX)).await?;
    assert_eq!(other.error().await?, ErrorCode::Limit);
    moves(&mut other, "AAE=").await?;
    let mover = id(&other);
    room.client.until("the next one", |c| place(c, &mover).is_some()).await?;
    assert_eq!(place(&room.client, &mover), Some("AAE="));
    Ok(())
}
