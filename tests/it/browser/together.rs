//! Several people in one session, each with a browser of their own.

use std::time::Instant;

use anyhow::{Result, ensure};
use protocol::ErrorCode;
use protocol::view::Role;
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, editor, into_the_editor, named_link, picture, say, shows, shows_exactly, turn_is};

const FILE: &str = "def add(a, b):\n    return a + b\n";
const BEGINNING: &str = "Now.\n<edit path=\"calc.py\" why=\"a total\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    first line\n    second li";

/// Waits until a page draws somebody else's caret there.
async fn sees_caret(page: &Page, line: u32, column: u32) -> Result<()> {
    let there = format!("midstreamTest.people().some((p) => p.lineNumber === {line} && p.column === {column})");
    page.wait(&there, PATIENCE).await
}

/// From now on the page remembers the names that it flags: a flag fades.
async fn watch_the_flags(page: &Page) -> Result<()> {
    page.run(
        "globalThis.flags = new Set();
         new MutationObserver(() => {
            for (const flag of document.querySelectorAll('.flag')) flags.add(flag.textContent);
         }).observe(document.body, { subtree: true, childList: true })",
    )
    .await
}

/// What the server answers to a viewer's raw frames, sent past the page over a socket of their own: the codes.
async fn raw_answers(page: &Page, session: &str, frames: &[serde_json::Value]) -> Result<Vec<String>> {
    page.eval(&format!(
        "new Promise((resolve, reject) => {{
            const token = localStorage.getItem('midstream.token.{session}');
            const socket = new WebSocket(`ws://${{location.host}}/api/sessions/{session}/socket`);
            const frames = {frames};
            const codes = [];
            socket.onopen = () => socket.send(JSON.stringify({{ type: 'hello', version: 1, token, paceMs: 0 }}));
            socket.onclose = (event) => reject(new Error(`closed: ${{event.code}}`));
            socket.onmessage = (event) => {{
                if (typeof event.data !== 'string') return;
                const frame = JSON.parse(event.data);
                if (frame.type === 'welcome') frames.forEach((each) => socket.send(JSON.stringify(each)));
                if (frame.type === 'error' || frame.type === 'turn/steer/failed') codes.push(frame.code);
                if (codes.length === frames.length) {{
                    socket.onclose = null;
                    socket.close();
                    resolve(codes);
                }}
            }};
        }})",
        frames = serde_json::Value::from(frames.to_vec()),
    ))
    .await
}

#[tokio::test]
async fn owner_editor_and_viewer_share_a_session_in_three_browsers() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut program) = stage.session("calc.py", FILE).await?;
    let by_editor = named_link(&stage, &session, Role::Editor, "The team").await?;
    let by_viewer = named_link(&stage, &session, Role::Viewer, "The guests").await?;
    let owner = stage.person("Olivia", &session).await?;
    let editor_page = stage.person("Edgar", &by_editor).await?;
    let viewer = stage.person("Vera", &by_viewer).await?;
    for (page, role) in [(&owner, "Owner"), (&editor_page, "Editor"), (&viewer, "Watching")] {
        page.by_test_id("role").says(role).await?;
        shows_exactly(page, FILE).await?;
        watch_the_flags(page).await?;
    }

    // Live cursors, with names.
    into_the_editor(&owner).await?;
    owner.press("ArrowDown").await?;
    owner.press("End").await?;
    for page in [&editor_page, &viewer] {
        sees_caret(page, 2, 17).await?;
        page.wait("flags.has('Olivia')", PATIENCE).await?;
    }
    into_the_editor(&editor_page).await?;
    editor_page.press("Shift+End").await?;
    for page in [&owner, &viewer] {
        sees_caret(page, 1, 15).await?;
        page.wait("document.querySelector('.person-selection')?.getBoundingClientRect().width > 0", PATIENCE).await?;
    }
    // A viewer is somewhere, too.
    into_the_editor(&viewer).await?;
    sees_caret(&owner, 1, 1).await?;
    picture(&owner, "together-owner").await?;

    // The owner asks; the editor stops it where the editor's screen is, for everyone.
    say(&owner, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens(BEGINNING);
    for page in [&owner, &editor_page, &viewer] {
        shows(page, "    second li").await?;
    }
    picture(&viewer, "together-viewer").await?;
    editor_page.press("Escape").await?;
    for page in [&owner, &editor_page, &viewer] {
        turn_is(page, "interrupted").await?;
    }
    call.dropped.cancelled().await;
    let kept = editor(&editor_page).await?;
    ensure!(kept.contains("    first line\n"), "{kept}");
    for page in [&owner, &viewer] {
        shows_exactly(page, &kept).await?;
    }
    owner.by_role("button", "Continue").seen().await?;
    viewer.by_role("region", "Turn").says("Olivia").await?;

    // The viewer cannot type or prompt, and is told so calmly.
    into_the_editor(&viewer).await?;
    viewer.type_text("x").await?;
    viewer
        .wait(
            "document.querySelector('.monaco-editor-overlaymessage')?.innerText.includes('You are watching')",
            PATIENCE,
        )
        .await?;
    ensure!(viewer.by_role("textbox", "Prompt").count().await? == 0, "a viewer has no prompt box");
    for name in ["Interrupt", "Send", "Continue", "Revert turn", "New file", "Share"] {
        ensure!(viewer.by_role("button", name).count().await? == 0, "a viewer has the button {name}");
    }
    ensure!(editor_page.by_role("button", "Share").count().await? == 0, "sharing is the owner's");
    picture(&viewer, "together-read-only").await?;

    // Nor has a raw frame of theirs an effect, whether from the page or from a program.
    let turn: serde_json::Value = owner.eval("midstreamTest.turn()").await?;
    let id = turn.get("id").cloned().unwrap_or_default();
    let frames = [
        serde_json::json!({ "type": "turn/start", "turnId": "forged", "prompt": "x", "model": "practice" }),
        serde_json::json!({ "type": "turn/steer", "turnId": id, "steerId": "forged", "shownSeq": 1, "text": "x" }),
        serde_json::json!({ "type": "turn/interrupt", "turnId": id, "shownSeq": 1 }),
        serde_json::json!({ "type": "turn/continue", "turnId": id, "segmentId": "forged" }),
        serde_json::json!({ "type": "turn/revert", "turnId": id }),
        serde_json::json!({ "type": "scope/set", "scope": { "within": "session", "budget": 1, "stopWhenHeld": true } }),
        serde_json::json!({ "type": "lock/set", "lockId": "forged", "region": { "file": "f1" } }),
    ];
    let codes = raw_answers(&viewer, session.id.as_str(), &frames).await?;
    ensure!(codes.iter().all(|code| code == "forbidden"), "{codes:?}");
    let mut forger = stage.server.join(&by_viewer).await?;
    forger.insert("calc.py", 0, "forged").await?;
    ensure!(forger.error().await? == ErrorCode::Forbidden);
    program.settle().await?;
    ensure!(program.text("calc.py").as_deref() == Some(kept.as_str()), "nothing was written");
    ensure!(program.locks.is_empty() && program.scope == protocol::scope::Scope::default());
    let after: serde_json::Value = owner.eval("midstreamTest.turn()").await?;
    ensure!(after == turn && gate.is_idle(), "no turn came of it: {after}");
    drop(forger);

    // Taking the guests' link back closes their page at once, and nobody else's.
    owner.press("Control+Alt+s").await?;
    owner.by_role("button", "Revoke The guests").click().await?;
    owner.by_role("button", "Revoke link").seen().await?;
    let clicked = Instant::now();
    owner.by_role("button", "Revoke link").click().await?;
    viewer.by_role("heading", "This link was taken back").seen_within(PATIENCE).await?;
    eprintln!("from the click to the viewer's closed page: {:?}", clicked.elapsed());
    picture(&viewer, "together-revoked").await?;
    owner.by_role("button", "Revoke The guests").gone().await?;
    picture(&owner, "together-links").await?;
    viewer.reload().await?;
    viewer.by_role("heading", "This link was taken back").seen_within(PATIENCE).await?;
    editor_page.by_role("img", "Connected").seen().await?;
    for page in [&owner, &editor_page] {
        stage.assert_clean(page).await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_people_steer_at_once_and_both_are_heard_in_order() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let by_editor = named_link(&stage, &session, Role::Editor, "The team").await?;
    let (owner, other) = (stage.person("Olivia", &session).await?, stage.person("Edgar", &by_editor).await?);
    say(&owner, "add a total", "Enter").await?;
    let first = gate.call().await;
    first.tokens(BEGINNING);
    for page in [&owner, &other] {
        shows(page, "    second li").await?;
    }
    // Both are typed before either is sent.
    for (page, words) in [(&owner, "integers only"), (&other, "and name it sum")] {
        page.press("Control+k").await?;
        page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
        page.type_text(words).await?;
    }
    owner.press("Enter").await?;
    other.press("Enter").await?;
    for page in [&owner, &other] {
        page.wait("document.querySelectorAll('[data-testid=steer]').length === 2", PATIENCE).await?;
    }
    // The request after the later one carries both, in the order in which everybody sees them.
    let call = loop {
        let call = gate.call().await;
        if format!("{:?}", call.request).contains("integers only")
            && format!("{:?}", call.request).contains("name it sum")
        {
            break call;
        }
    };
    call.tokens("Both.");
    call.end();
    let order = "[...document.querySelectorAll('[data-testid=steer] .steer-text')].map((each) => each.innerText)";
    for page in [&owner, &other] {
        turn_is(page, "completed").await?;
    }
    let (seen, seen_by_other): (Vec<String>, Vec<String>) = (owner.eval(order).await?, other.eval(order).await?);
    ensure!(seen.len() == 2 && seen == seen_by_other, "{seen:?} and {seen_by_other:?}");
    for (page, names) in [(&owner, ["You", "Edgar"]), (&other, ["Olivia", "You"])] {
        let by: Vec<String> = page
            .eval("[...document.querySelectorAll('[data-testid=steer-by] b')].map((each) => each.innerText)")
            .await?;
        ensure!(names.iter().all(|name| by.iter().any(|by| by == name)), "{by:?}");
    }
    picture(&owner, "together-steers").await?;
    for page in [&owner, &other] {
        stage.assert_clean(page).await?;
    }
    Ok(())
}

#[tokio::test]
async fn one_goes_along_with_somebody_until_one_moves() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut program) = stage.session("calc.py", FILE).await?;
    program.create_file("f2", "notes.md", "# Notes\n\nOne.\n").await?;
    program.settle().await?;
    drop(program);
    let by_viewer = named_link(&stage, &session, Role::Viewer, "The guests").await?;
    let (owner, viewer) = (stage.person("Olivia", &session).await?, stage.person("Vera", &by_viewer).await?);
    let file = |path: &str| format!("midstreamTest.file() === {path:?}");
    for page in [&owner, &viewer] {
        page.by_role("button", "calc.py").click().await?;
        page.wait(&file("calc.py"), PATIENCE).await?;
    }

    viewer.by_role("button", "Olivia: follow").click().await?;
    viewer.by_test_id("following").says("Olivia").await?;
    owner.by_role("button", "notes.md").click().await?;
    into_the_editor(&owner).await?;
    owner.press("ArrowDown").await?;
    viewer.wait(&file("notes.md"), PATIENCE).await?;
    sees_caret(&viewer, 2, 1).await?;
    picture(&viewer, "following").await?;

    // Esc stays there; the person that was followed goes on alone.
    viewer.press("Escape").await?;
    viewer.by_test_id("following").gone().await?;
    owner.by_role("button", "calc.py").click().await?;
    into_the_editor(&owner).await?;
    owner.press("End").await?;
    viewer.by_role("button", "2 people are here").click().await?;
    viewer.by_role("dialog", "People here").says("in calc.py").await?;
    picture(&viewer, "people").await?;
    viewer.wait(&file("notes.md"), PATIENCE).await?;

    // By key; and moving in the editor ends it.
    viewer.press("Escape").await?;
    viewer.press("Control+Alt+j").await?;
    viewer.by_test_id("following").seen().await?;
    into_the_editor(&viewer).await?;
    viewer.press("ArrowDown").await?;
    viewer.by_test_id("following").gone().await?;
    for page in [&owner, &viewer] {
        stage.assert_clean(page).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_model_is_flagged_by_its_name_in_every_page_while_it_writes() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let by_viewer = named_link(&stage, &session, Role::Viewer, "The guests").await?;
    let (owner, viewer) = (stage.person("Olivia", &session).await?, stage.person("Vera", &by_viewer).await?);
    for page in [&owner, &viewer] {
        shows_exactly(page, FILE).await?;
        watch_the_flags(page).await?;
    }
    // To a page that paints nothing for a while the turn and its first text come in one.
    let hold = "globalThis.held = []; globalThis.frame = requestAnimationFrame; globalThis.requestAnimationFrame = (then) => held.push(then);";
    viewer.run(hold).await?;
    say(&owner, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens(BEGINNING);
    shows(&owner, "    second li").await?;
    viewer.run("globalThis.requestAnimationFrame = frame; held.splice(0).forEach((then) => frame(then));").await?;
    for page in [&owner, &viewer] {
        shows(page, "    second li").await?;
    }
    // Nothing more comes: what it has written so far was kept until its place was known.
    for page in [&owner, &viewer] {
        page.wait("flags.has('Practice (scripted)') && document.querySelector('.model-caret')", PATIENCE).await?;
    }
    picture(&viewer, "together-model").await?;
    call.end();
    for page in [&owner, &viewer] {
        turn_is(page, "completed").await?;
        stage.assert_clean(page).await?;
    }
    Ok(())
}
