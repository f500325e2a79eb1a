//! One presents: everyone is told who, and what that one's screen shows.

use anyhow::{Context, Result};
use midstream::session::roster::LISTED_MAX;
use midstream::session::state::CURSOR_MAX;
use protocol::presence::{PAST_MAX, Viewport};
use protocol::view::{Cursor, Role};
use protocol::{ClientFrame, ErrorCode, ParticipantId, ServerFrame};
use tests::client::Client;
use tests::links::{link, revoke};

use super::Room;

fn id(client: &Client) -> ParticipantId {
    client.welcome.participant.id.clone()
}

async fn presents(client: &mut Client, on: bool) -> Result<()> {
    client.send(ClientFrame::PresenterSet { on }).await
}

/// What a screen shows whose first line begins at this offset of the room's file.
fn screen(client: &Client, at: u32, past: u8) -> Result<Viewport> {
    let top = client.region("calc.py", at..at + 1)?.range.context("a place")?.start;
    Ok(Viewport { file: "f1".into(), top, past, lines: 34 })
}

async fn shows(client: &mut Client, viewport: Viewport) -> Result<()> {
    let (name, cursor) = (None, None);
    client.send(ClientFrame::PresenceUpdate { name, cursor, viewport: Some(viewport) }).await
}

fn viewport<'a>(client: &'a Client, of: &ParticipantId) -> Option<&'a Viewport> {
    client.people.get(of)?.viewport.as_ref()
}

#[tokio::test]
async fn everyone_is_told_who_presents_and_what_is_shown_those_who_come_later_too() -> Result<()> {
    let mut room = Room::new().await?;
    let (_, by) = link(room.server.addr, &room.session, Role::Viewer).await?;
    let mut viewer = room.server.join(&by).await?;
    let ada = id(&room.client);
    presents(&mut room.client, true).await?;
    viewer.until("who presents", |c| c.presenter.as_ref() == Some(&ada)).await?;
    let first = screen(&room.client, 0, 0)?;
    shows(&mut room.client, first.clone()).await?;
    viewer.until("the screen", |c| viewport(c, &ada) == Some(&first)).await?;
    let second = Viewport { past: 45, ..screen(&room.client, 15, 0)? };
    let cursor = Some(Cursor { file: "f1".into(), anchor: second.top.clone(), head: first.top.clone() });
    let viewport_now = Some(second.clone());
    room.client
        .send(ClientFrame::PresenceUpdate { name: None, cursor: cursor.clone(), viewport: viewport_now })
        .await?;
    viewer.until("it moved", |c| viewport(c, &ada) == Some(&second)).await?;
    assert_eq!(viewer.people[&ada].cursor, cursor, "what is selected comes with it");

    let late = room.server.join(&by).await?;
    assert_eq!((late.presenter.as_ref(), viewport(&late, &ada)), (Some(&ada), Some(&second)), "in the state");

    presents(&mut room.client, false).await?;
    viewer.until("nobody presents", |c| c.presenter.is_none()).await?;
    assert_eq!(viewport(&viewer, &ada), None);
    Ok(())
}

#[tokio::test]
async fn an_editor_takes_the_place_of_another_and_a_viewer_is_refused() -> Result<()> {
    let mut room = Room::new().await?;
    let (_, by_editor) = link(room.server.addr, &room.session, Role::Editor).await?;
    let (_, by_viewer) = link(room.server.addr, &room.session, Role::Viewer).await?;
    let (mut editor, mut viewer) = (room.server.join(&by_editor).await?, room.server.join(&by_viewer).await?);
    let (ada, bob) = (id(&room.client), id(&editor));
    presents(&mut room.client, true).await?;
    presents(&mut viewer, true).await?;
    assert_eq!(viewer.error().await?, ErrorCode::Forbidden);
    viewer.until("the first one still", |c| c.presenter.as_ref() == Some(&ada)).await?;

    let screen_of_ada = screen(&room.client, 0, 0)?;
    shows(&mut room.client, screen_of_ada).await?;
    presents(&mut editor, true).await?;
    for client in [&mut room.client, &mut editor, &mut viewer] {
        client.until("the second one", |c| c.presenter.as_ref() == Some(&bob)).await?;
    }
    // What the first one still says, not knowing, shows and ends nothing.
    let late = screen(&room.client, 15, 0)?;
    shows(&mut room.client, late).await?;
    presents(&mut room.client, false).await?;
    room.client.insert("calc.py", 0, "# ").await?;
    room.client.until("all of it was taken in", |c| c.is_acknowledged()).await?;
    let theirs = screen(&editor, 15, 10)?;
    shows(&mut editor, theirs.clone()).await?;
    viewer.until("the second one's screen", |c| viewport(c, &bob) == Some(&theirs)).await?;
    assert_eq!((viewer.presenter.as_ref(), viewport(&viewer, &ada)), (Some(&bob), None));
    Ok(())
}

#[tokio::test]
async fn what_no_screen_shows_is_refused_whole_and_loses_nothing() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    let ada = id(&room.client);
    presents(&mut room.client, true).await?;
    let good = screen(&room.client, 15, PAST_MAX - 1)?;
    shows(&mut room.client, good.clone()).await?;
    other.until("the screen", |c| viewport(c, &ada) == Some(&good)).await?;
    for (bad, code) in [
        (Viewport { past: PAST_MAX, ..good.clone() }, ErrorCode::BadFrame),
        (Viewport { top: "no base64!".into(), ..good.clone() }, ErrorCode::BadFrame),
        (Viewport { top: "AQA=".into(), ..good.clone() }, ErrorCode::BadFrame),
        (Viewport { top: "A".repeat(CURSOR_MAX), ..good.clone() }, ErrorCode::Limit),
    ] {
        let frame = ClientFrame::PresenceUpdate { name: Some("Eve".into()), cursor: None, viewport: Some(bad) };
        room.client.send(frame).await?;
        assert_eq!(room.client.error().await?, code);
    }
    other.settle().await?;
    assert_eq!(viewport(&other, &ada), Some(&good));
    assert_ne!(other.people[&ada].participant.name, "Eve", "nothing of a refused frame holds");
    let next = screen(&room.client, 0, 0)?;
    shows(&mut room.client, next.clone()).await?;
    other.until("the next one", |c| viewport(c, &ada) == Some(&next)).await
}

#[tokio::test]
async fn one_who_presents_and_comes_back_still_does_and_one_who_stays_away_does_not() -> Result<()> {
    let mut room = Room::new().await?;
    let (_, by_editor) = link(room.server.addr, &room.session, Role::Editor).await?;
    let mut editor = room.server.join(&by_editor).await?;
    let bob = id(&editor);
    presents(&mut editor, true).await?;
    room.client.until("who presents", |c| c.presenter.as_ref() == Some(&bob)).await?;
    let resume = editor.resume_point();
    drop(editor);
    room.client.until("it left", |c| !c.people.contains_key(&bob)).await?;
    assert_eq!(room.client.presenter.as_ref(), Some(&bob), "it is waited for");
    let back = Client::resume(room.server.addr, &by_editor, resume).await?;
    assert_eq!((id(&back), back.presenter.as_ref()), (bob.clone(), Some(&bob)));
    room.client.until("it is back", |c| c.people.contains_key(&bob)).await?;
    drop(back);
    room.client.until("it stayed away", |c| c.presenter.is_none()).await
}

#[tokio::test]
async fn whose_link_is_taken_back_does_not_present_any_more() -> Result<()> {
    let mut room = Room::new().await?;
    let (by_link, by_editor) = link(room.server.addr, &room.session, Role::Editor).await?;
    let mut editor = room.server.join(&by_editor).await?;
    let bob = id(&editor);
    presents(&mut editor, true).await?;
    room.client.until("who presents", |c| c.presenter.as_ref() == Some(&bob)).await?;
    revoke(room.server.addr, &room.session, &by_link.id).await?;
    room.client.until("it was sent away", |c| !c.people.contains_key(&bob)).await?;
    assert_eq!(room.client.presenter, None, "and nobody waits for it");
    Ok(())
}

#[tokio::test]
async fn in_a_room_past_the_limit_the_presenter_is_listed_and_who_reads_late_gets_the_newest_screen() -> Result<()> {
    const MOVES: u32 = 2_000;
    let mut room = Room::new().await?;
    let mut others = Vec::new();
    for _ in 0..LISTED_MAX + 1 {
        others.push(room.join().await?);
    }
    let last = others.last_mut().context("the last one")?;
    let it = id(last);
    room.client.until("all but the last are listed", |c| c.people.len() == LISTED_MAX).await?;
    assert!(!room.client.people.contains_key(&it));
    presents(last, true).await?;
    let newest = screen(last, 15, (MOVES % u32::from(PAST_MAX)) as u8)?;
    let began = std::time::Instant::now();
    for n in 0..=MOVES {
        shows(last, Viewport { past: (n % u32::from(PAST_MAX)) as u8, ..newest.clone() }).await?;
    }
    last.settle().await?;
    let slow = &mut others[0];
    let seen = slow.frames.len();
    slow.until("the newest screen", |c| viewport(c, &it) == Some(&newest)).await?;
    assert_eq!((slow.presenter.as_ref(), slow.people.len()), (Some(&it), LISTED_MAX));
    let told = slow.frames[seen..].iter().filter(|f| matches!(f, ServerFrame::Presence(_))).count() as u128;
    // Of one announcement there are a few frames where many have changed: those who came before.
    let paces = began.elapsed().as_millis() / midstream::session::presence::PACE.as_millis();
    assert!(told <= paces + 2 + LISTED_MAX as u128, "{told} frames in {paces} paces");
    Ok(())
}
