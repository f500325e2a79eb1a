//! Looking back: what differs between two points, and who wrote what, over HTTP.

use anyhow::Result;
use protocol::http::{Author, Authors, FileChanges};
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::{FILE, Room, block};

impl Room {
    async fn get(&self, route: &str, token: &str) -> Result<reqwest::Response> {
        let url = self.server.url(&format!("/api/sessions/{}/{route}", self.session.id));
        Ok(reqwest::Client::new().get(url).bearer_auth(token).send().await?)
    }

    async fn look<T: DeserializeOwned>(&self, route: &str) -> Result<T> {
        Ok(self.get(route, &self.session.token).await?.error_for_status()?.json().await?)
    }
}

fn shown(changes: &FileChanges) -> Vec<(&str, Option<&str>, Option<&str>)> {
    changes.files.iter().map(|f| (f.path.as_str(), f.before.as_deref(), f.after.as_deref())).collect()
}

#[tokio::test]
async fn any_two_points_can_be_compared() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    return b + a"));
    let applied = FILE.replace("a + b", "b + a");
    room.client
        .until("the hunk", |c| c.text("calc.py").unwrap() == applied && c.output("t1").ends_with("</edit>\n"))
        .await?;
    room.client.steer("t1", "s1", "and a file").await?;
    let call = room.gate.call().await;
    call.tokens(
        "\n<edit path=\"new.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nx = 1\n</new_text>\n</edit>\n",
    );
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    room.client.insert("calc.py", 0, "# mine\n").await?;
    room.client.settle().await?;
    let mine = format!("# mine\n{applied}");

    let all: FileChanges = room.look("changes?from=start").await?;
    assert_eq!(shown(&all), [("calc.py", None, Some(mine.as_str())), ("new.py", None, Some("x = 1\n"))]);
    let turn: FileChanges = room.look("changes?from=turn:t1:before&to=turn:t1:after").await?;
    assert_eq!(shown(&turn), [("calc.py", Some(FILE), Some(applied.as_str())), ("new.py", None, Some("x = 1\n"))]);
    let steered: FileChanges = room.look("changes?from=segment:t1:1&to=turn:t1:after").await?;
    assert_eq!(shown(&steered), [("new.py", None, Some("x = 1\n"))]);
    let since: FileChanges = room.look("changes?from=turn:t1:after&to=now").await?;
    assert_eq!(shown(&since), [("calc.py", Some(applied.as_str()), Some(mine.as_str()))]);
    let changes = room.client.turn("t1").unwrap().changes.unwrap();
    assert_eq!((changes.added, changes.removed, changes.smallest), (2, 1, 3));

    assert_eq!(room.get("changes?from=turn:t9:after", &room.session.token).await?.status(), StatusCode::NOT_FOUND);
    assert_eq!(room.get("changes?from=tuesday", &room.session.token).await?.status(), StatusCode::BAD_REQUEST);
    assert_eq!(room.get("changes?from=start", "wrong").await?.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(room.get("authors?file=f1", "wrong").await?.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(room.get("authors?file=f9", &room.session.token).await?.status(), StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn a_turn_that_was_cut_after_its_end_is_measured_anew() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("Well.");
    room.client.until("a word", |c| c.output("t1") == "Well.").await?;
    let shown_seq = room.client.shown;
    call.tokens(&format!("\n{}", block("    return a + b", "    return b + a")));
    call.end();
    room.client.until("the measure", |c| c.turn("t1").unwrap().changes.is_some()).await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE);
    assert_eq!(room.client.turn("t1").unwrap().changes, None);
    assert_eq!(room.join().await?.turn("t1").unwrap().changes, None, "it changed nothing");
    Ok(())
}

#[tokio::test]
async fn every_line_has_its_author() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    total = a + b\n    return total"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let authors: Authors = room.look("authors?file=f1").await?;
    let text: Vec<u16> = room.client.text("calc.py").unwrap().encode_utf16().collect();
    assert_eq!(authors.runs.iter().map(|run| run.len as usize).sum::<usize>(), text.len());
    let mut at = 0;
    let mut by_model = String::new();
    for run in &authors.runs {
        let part = &text[at..at + run.len as usize];
        at += run.len as usize;
        match &run.by {
            Author::Model { turn_id, hunk_id: Some(_) } if turn_id.as_str() == "t1" => {
                by_model.push_str(&String::from_utf16_lossy(part));
            }
            Author::Person { participant } => assert_eq!(participant.id, room.client.welcome.participant.id),
            other => panic!("{other:?}"),
        }
    }
    assert!(by_model.contains("total"), "{by_model:?}");
    Ok(())
}

#[tokio::test]
async fn promise_7_a_revert_keeps_what_a_person_wrote_and_says_so() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    one = a\n    two = b\n    return one + two"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let at = room.client.text("calc.py").unwrap().find("two = b").unwrap() as u32;
    room.client.insert("calc.py", at, "mine; ").await?;
    room.client.settle().await?;
    let (turn_id, hunk_id) = ("t1".into(), room.client.hunk("t1", 0).unwrap().id.clone());
    room.client.send(ClientFrame::HunkRevert { turn_id, hunk_id }).await?;
    let closed =
        room.client.frame("the revert", |f| matches!(f, ServerFrame::HunkClosed { note: Some(_), .. })).await?;
    let ServerFrame::HunkClosed { note: Some(note), .. } = closed else { panic!() };
    assert!(note.contains("stays: 6 characters"), "{note}");
    let text = room.client.text("calc.py").unwrap();
    assert!(text.contains("mine; ") && text.contains("return a + b") && !text.contains("one = a"), "{text}");
    Ok(())
}
