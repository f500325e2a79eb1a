//! Comments on a replay: pinned to a scrubbed moment by keys, read by whoever comes by a replay link, gone to, deleted.

use anyhow::{Context, Result, ensure};
use protocol::Seq;
use protocol::comments::NewComment;
use protocol::http::CreatedSession;
use protocol::view::Role;
use serde_json::json;
use tests::browser::Page;
use tests::comments::{ask, comments, pin};
use tests::gated::gated;
use tests::links::link;
use tests::timeline::Timeline;

use super::stage::{PATIENCE, Stage, picture, ready, shows, shows_exactly};

const FIRST: &str = "one\n";
/// Letters that are typed behind it, a step each.
const TYPED: &str = "two three four";
/// How long somebody writes elsewhere, in milliseconds: many frames of a busy machine.
const REST_MS: u64 = 700;
/// The length of the text at the step that comments are pinned to.
const MIDDLE: usize = FIRST.len() + 6;

/// A session in which somebody typed letter by letter, and the steps of its letters; behind some of them they wrote
/// elsewhere for as long as one sees when it is played.
async fn typed(rests: &[usize]) -> Result<(Stage, CreatedSession, Vec<Seq>)> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("notes.md", FIRST).await?;
    client.create_file("f2", "other.md", "").await?;
    let timeline = Timeline::of(stage.server.addr, &session);
    let mut steps = Vec::new();
    for (at, letter) in TYPED.chars().enumerate() {
        client.insert("notes.md", (FIRST.len() + at) as u32, &letter.to_string()).await?;
        client.until("the ack", tests::client::Client::is_acknowledged).await?;
        steps.push(client.head());
        if rests.contains(&at) {
            let began = timeline.until(client.head()).await?.to.at_ms;
            while timeline.until(client.head()).await?.to.at_ms - began < REST_MS {
                client.insert("other.md", 0, ".").await?;
                client.until("the ack", tests::client::Client::is_acknowledged).await?;
            }
        }
    }
    let head = client.head();
    drop(client);
    timeline.until(head).await?;
    Ok((stage, session, steps))
}

/// The page of a session's timeline, as whoever has this token opens it in a browser of their own.
async fn replay(stage: &Stage, session: &CreatedSession, name: &str) -> Result<Page> {
    let page = stage.browser.private_page(&stage.server.url("/")).await?;
    page.run(&format!("localStorage.setItem('midstream.name', {})", json!(name))).await?;
    page.goto(&stage.server.url(&format!("/s/{}/replay#{}", session.id, session.token))).await?;
    page.by_role("slider", "Moment").seen_within(PATIENCE).await?;
    Ok(page)
}

/// The text as of the step that comments are pinned to.
fn middle() -> String {
    format!("{FIRST}{TYPED}")[..MIDDLE].to_owned()
}

/// Presses an arrow until the middle is shown.
async fn step_back_to_the_middle(page: &Page) -> Result<()> {
    page.press("End").await?;
    let all = format!("{FIRST}{TYPED}");
    shows_exactly(page, &all).await?;
    for len in (MIDDLE..all.len()).rev() {
        page.press("ArrowLeft").await?;
        shows_exactly(page, &all[..len]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_comment_is_written_by_keys_at_a_scrubbed_moment_and_read_by_a_replay_link() -> Result<()> {
    let (stage, session, _) = typed(&[]).await?;
    let ada = replay(&stage, &session, "Ada").await?;
    ada.by_role("region", "Comments").says("None yet").await?;
    picture(&ada, "comments-empty").await?;
    step_back_to_the_middle(&ada).await?;
    ada.press("c").await?;
    ada.by_role("textbox", "Your name").until("element.value === 'Ada'").await?;
    ada.by_selector(".comment-composer textarea").until("element === document.activeElement").await?;
    // Letters are words there, and no keys of the replay.
    ada.type_text("c n k: <img src=x onerror=alert(1)>").await?;
    ada.press("Shift+Enter").await?;
    ada.type_text("it took the wrong list").await?;
    picture(&ada, "comments-writing").await?;
    shows_exactly(&ada, &middle()).await?;

    // Esc closes, and loses nothing.
    ada.press("Escape").await?;
    ada.by_selector(".comment-composer").gone().await?;
    ada.by_role("slider", "Moment").until("element === document.activeElement").await?;
    ada.press("c").await?;
    ada.by_selector(".comment-composer textarea").until("element.value.endsWith('wrong list')").await?;
    ada.press("Enter").await?;
    ada.by_test_id("comments-count").until("element.textContent === \'1\'").await?;
    ada.by_selector(".comment-composer").gone().await?;
    let kept = comments(stage.server.addr, &session).await?;
    let [comment] = kept.as_slice() else { anyhow::bail!("{kept:?}") };
    ensure!(comment.text == "c n k: <img src=x onerror=alert(1)>\nit took the wrong list" && comment.name == "Ada");
    ensure!(comment.moment.seq == Seq(ada.eval("Number(document.querySelector('.track').dataset.shown)").await?));

    // Who replays reads it, goes there, and is offered nothing else.
    let (_, by_link) = link(stage.server.addr, &session, Role::Replay).await?;
    let guest = replay(&stage, &by_link, "Grace").await?;
    let row = guest.by_selector(".comment-body");
    row.says("it took the wrong list").await?;
    ensure!(row.text().await?.contains("<img src=x onerror=alert(1)>"), "script stays text");
    ensure!(guest.by_selector(".comment-text img").count().await? == 0);
    for offered in ["Comment on this moment C", "Comment on this moment", "Open the session"] {
        guest.by_role("button", offered).gone().await?;
    }
    ensure!(guest.by_selector(".comment-begin, .comment-composer, .comment-delete").count().await? == 0);
    guest.press("c").await?;
    guest.by_test_id("spoken").says("does not let you comment").await?;
    guest.press("n").await?;
    shows_exactly(&guest, &middle()).await?;
    guest.by_test_id("comment").until("element.getAttribute('aria-current') === 'true'").await?;
    picture(&guest, "comments-read").await?;
    stage.assert_clean(&guest).await?;
    stage.assert_clean(&ada).await
}

#[tokio::test]
async fn comments_are_gone_through_with_mouse_and_keys_and_light_up_at_their_moments() -> Result<()> {
    let (stage, session, steps) = typed(&[2, 6, 12]).await?;
    let addr = stage.server.addr;
    for (at, text) in [(2, "first"), (6, "second"), (6, "beside it"), (12, "third")] {
        let color = Some(at as u8);
        let wanted = NewComment { seq: steps[at], text: text.to_owned(), name: Some(text.to_owned()), color };
        ensure!(ask(addr, &session, &wanted).await?.status() == 201);
    }
    let page = replay(&stage, &session, "Ada").await?;
    page.by_test_id("comments-count").until("element.textContent === \'4\'").await?;
    ensure!(page.by_test_id("comment-pin").count().await? == 4);
    let text = |at: usize| format!("{FIRST}{TYPED}")[..FIRST.len() + at + 1].to_owned();
    let lit = async |texts: &[&str]| {
        let lit =
            "[...document.querySelectorAll('.comment[data-current=true] .comment-text')].map((e) => e.textContent)";
        page.wait(&format!("JSON.stringify({lit}) === {}", json!(json!(texts).to_string())), PATIENCE).await
    };
    page.press("Home").await?;
    page.press("n").await?;
    shows_exactly(&page, &text(2)).await?;
    lit(&["first"]).await?;
    page.press("n").await?;
    shows_exactly(&page, &text(6)).await?;
    lit(&["second", "beside it"]).await?;
    page.press("n").await?;
    shows_exactly(&page, &text(12)).await?;
    page.press("n").await?;
    page.by_test_id("spoken").says("No comment behind").await?;
    page.press("Shift+N").await?;
    shows_exactly(&page, &text(6)).await?;
    picture(&page, "comments-list").await?;

    // By the list, by its buttons, by a pin.
    page.by_selector(".comment:last-child .comment-text").click().await?;
    shows_exactly(&page, &text(12)).await?;
    page.by_role("button", "Previous comment").click().await?;
    shows_exactly(&page, &text(6)).await?;
    page.by_selector(".comment:first-child .comment-time").focus().await?;
    page.press("Enter").await?;
    shows_exactly(&page, &text(2)).await?;
    lit(&["first"]).await?;
    page.by_selector(".pin[data-color='4']").click().await?;
    shows_exactly(&page, &text(12)).await?;
    lit(&["third"]).await?;

    // Playing may stand still where somebody said something, and goes on from there.
    page.by_role("checkbox", "Stop at comments").click().await?;
    page.by_role("slider", "Moment").focus().await?;
    page.press("Home").await?;
    for (at, said) in [(2, ["first"].as_slice()), (6, &["second", "beside it"]), (12, &["third"])] {
        page.press("Space").await?;
        shows_exactly(&page, &text(at)).await?;
        page.by_role("button", "Play").seen().await?;
        page.by_test_id("spoken").says(&format!("Stopped. {0}: {0}", said[0])).await?;
        lit(said).await?;
        shows_exactly(&page, &text(at)).await?;
    }
    page.press("Space").await?;
    shows_exactly(&page, &format!("{FIRST}{TYPED}")).await?;
    page.by_role("checkbox", "Stop at comments").click().await?;
    page.by_role("slider", "Moment").focus().await?;

    // While it plays, what is said lights up with what it is said of.
    page.run(
        "globalThis.lit = []; new MutationObserver(() => {
           for (const row of document.querySelectorAll('.comment[data-current=true] .comment-text')) {
             const shown = Number(document.querySelector('.track').dataset.shown);
             if (!lit.some((one) => one[0] === row.textContent)) lit.push([row.textContent, shown]);
           }
         }).observe(document.querySelector('.comments-list'), { subtree: true, attributes: true });",
    )
    .await?;
    page.press("Home").await?;
    page.press("Space").await?;
    page.wait("JSON.stringify(lit.map((one) => one[0])).includes('third')", PATIENCE).await?;
    let seen: Vec<(String, u64)> = page.eval("lit").await?;
    ensure!(seen.iter().map(|(text, _)| text.as_str()).eq(["first", "second", "beside it", "third"]), "{seen:?}");
    ensure!(seen.iter().zip([2, 6, 6, 12]).all(|((_, shown), at)| *shown >= steps[at].0), "{seen:?} before {steps:?}");
    page.set_viewport(390, 844).await?;
    page.wait("innerWidth === 390", PATIENCE).await?;
    picture(&page, "comments-narrow").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn who_wrote_a_comment_deletes_it_after_a_question_and_the_owner_any() -> Result<()> {
    let (stage, session, steps) = typed(&[]).await?;
    let addr = stage.server.addr;
    pin(addr, &session, steps[3], "the owner's").await?;
    let (_, by_editor) = link(addr, &session, Role::Editor).await?;
    let editor = replay(&stage, &by_editor, "Edgar").await?;
    editor.by_test_id("comments-count").until("element.textContent === \'1\'").await?;
    editor.press("End").await?;
    shows(&editor, TYPED).await?;
    editor.by_role("button", "Comment on this moment C").click().await?;
    editor.type_text("the editor's").await?;
    editor.by_role("button", "Save").click().await?;
    editor.by_test_id("comments-count").until("element.textContent === \'2\'").await?;
    ensure!(editor.by_selector(".comment-delete").count().await? == 1, "their own alone");

    // Its key is this browser's: it is there after a reload as well.
    editor.reload().await?;
    editor.by_test_id("comments-count").until("element.textContent === \'2\'").await?;
    let name: String = editor.by_selector(".comment-delete").attribute("aria-label").await?.context("no name")?;
    ensure!(name.starts_with("Delete Edgar’s comment at 0:0"), "{name}");
    editor.by_selector(".comment-delete").focus().await?;
    editor.press("Enter").await?;
    editor.by_role("button", "Delete comment").until("element === document.activeElement").await?;
    picture(&editor, "comments-deleting").await?;
    editor.press("Escape").await?;
    editor.by_role("button", "Delete comment").gone().await?;
    editor.by_selector(".comment-delete").focus().await?;
    editor.press("Enter").await?;
    editor.by_role("button", "Delete comment").until("element === document.activeElement").await?;
    editor.press("Enter").await?;
    editor.by_test_id("comments-count").until("element.textContent === \'1\'").await?;
    ensure!(editor.by_selector(".pin").count().await? == 1);

    // The way back to the session is there for who may come in.
    let owner = replay(&stage, &session, "Olivia").await?;
    owner.by_selector(".comment").hover().await?;
    owner.by_selector(".comment-delete").click().await?;
    owner.by_role("button", "Delete comment").click().await?;
    owner.by_test_id("comments-count").says("None yet").await?;
    ensure!(comments(addr, &session).await?.is_empty());
    owner.by_role("button", "Open the session").click().await?;
    ready(&owner).await?;
    stage.assert_clean(&owner).await?;
    stage.assert_clean(&editor).await
}
