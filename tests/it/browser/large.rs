//! A file of more than a million characters: what is said and shown in a small one is said and shown there.

use anyhow::{Result, ensure};
use protocol::ClientFrame;
use protocol::http::CreatedSession;
use protocol::view::Cursor;
use serde_json::json;
use tests::browser::Page;
use tests::gated::{Gate, gated};
use tests::transfer::Transfer;

use super::stage::{PATIENCE, Stage, into_the_editor, picture, say, shows, stands_behind, turn_is};

/// Functions of the large file: together some two million characters.
const FUNCTIONS: usize = 20_000;
/// Of them, the one that is far from the first ones.
const FAR: usize = 15_000;
/// Lines of one, the blank one included.
const LINES: usize = 4;
/// The file that is shown first, and what the other one knows of it.
const ABOUT: &str = "export const subtotalOfAbout = 1;\n";

fn function(number: usize) -> String {
    format!(
        "export function book{number}(amount: number): number {{\n  return amount + {number}; // entry {number} of the book\n}}\n\n"
    )
}

/// What a function does, with a reason to do it otherwise; the new line is still to be written.
fn begin(number: usize, why: &str) -> String {
    let body = format!("  return amount + {number}; // entry {number} of the book\n");
    format!("<edit path=\"ledger.ts\" why=\"{why}\">\n<old_text>\n{body}</old_text>\n<new_text>\n")
}

const END: &str = "\n</new_text>\n</edit>\n";

/// A session with a small file and a large one, and its page with the small one open.
async fn opened() -> Result<(Stage, CreatedSession, Page, Gate)> {
    let (model, gate) = gated();
    let stage = Stage::with_model(model).await?;
    let session = stage.server.create(None).await?;
    let ledger: String = (0..FUNCTIONS).map(function).collect();
    ensure!(ledger.len() > 1 << 20, "it is large");
    let files: [(&str, &[u8]); 2] = [("about.ts", ABOUT.as_bytes()), ("ledger.ts", ledger.as_bytes())];
    let answer = Transfer { addr: stage.server.addr, session: &session }.files(&files)?.send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    let page = stage.open(&session).await?;
    shows(&page, ABOUT).await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    Ok((stage, session, page, gate))
}

async fn choose(page: &Page, path: &str) -> Result<()> {
    page.by_selector(&format!("button.file-name[title={path:?}]")).click().await?;
    page.wait(&format!("midstreamTest.file() === {path:?}"), PATIENCE).await
}

/// Waits until a line with that text is on the screen.
async fn in_view(page: &Page, text: &str) -> Result<()> {
    let lines = "[...document.querySelectorAll('.editor-host .view-line')]";
    page.wait(
        &format!("{lines}.some((line) => line.innerText.replaceAll('\\u00a0', ' ').includes({text:?}))"),
        PATIENCE,
    )
    .await
}

async fn hunk_is(page: &Page, nth: usize, status: &str) -> Result<()> {
    let hunk = format!("document.querySelectorAll('[data-testid=hunk]')[{nth}]");
    page.wait(&format!("{hunk}?.dataset.status === {status:?}"), PATIENCE).await
}

#[tokio::test]
async fn promise_6_the_reason_stands_behind_the_line_in_a_large_file_too() -> Result<()> {
    let (stage, _session, page, mut gate) = Box::pin(opened()).await?;
    choose(&page, "ledger.ts").await?;
    in_view(&page, "entry 3 of the book").await?;
    // Its colours are those of any other.
    page.wait(
        "new Set([...document.querySelectorAll('.view-line [class^=mtk]')].map((e) => e.className)).size > 3",
        PATIENCE,
    )
    .await?;

    say(&page, "round them", "Enter").await?;
    let call = gate.call().await;
    call.tokens(&begin(3, "it’s \"money\" \\ not a number"));
    call.tokens("  return Math.round(amount) + 3;");
    stands_behind(&page, ".mark-why", "return Math.round(amount) + 3;", "it’s \"money\" \\ not a number").await?;
    picture(&page, "large-why").await?;
    // It goes along with its line, and the caret at that line's end stands before it.
    into_the_editor(&page).await?;
    page.type_text("// mine").await?;
    page.press("Enter").await?;
    shows(&page, "// mine\nexport function book0").await?;
    stands_behind(&page, ".mark-why", "return Math.round(amount) + 3;", "it’s \"money\"").await?;
    for _ in 0..(3 * LINES + 1) {
        page.press("ArrowDown").await?;
    }
    page.press("End").await?;
    page.wait(
        "midstreamTest.selection().column > 20
         && document.querySelector('.cursor').getBoundingClientRect().left <= document.querySelector('.mark-why').getBoundingClientRect().left",
        PATIENCE,
    )
    .await?;
    // Once it is written, the reason is the card's to say.
    call.tokens(END);
    hunk_is(&page, 0, "applied").await?;
    page.wait("document.querySelector('.mark-hunk.mark-done') && !document.querySelector('.mark-why')", PATIENCE)
        .await?;

    call.tokens(&begin(FAR, "the other one"));
    call.tokens(&format!("  return Math.round(amount) + {FAR};"));
    call.tokens(END);
    call.end();
    turn_is(&page, "completed").await?;
    // Both are gone through and decided, however far apart they are.
    page.press("F7").await?;
    in_view(&page, "return Math.round(amount) + 3;").await?;
    page.press("Alt+Enter").await?;
    page.wait("document.querySelector('.mark-hunk.mark-accepted')", PATIENCE).await?;
    page.press("F7").await?;
    in_view(&page, &format!("return Math.round(amount) + {FAR};")).await?;
    page.press("Alt+Backspace").await?;
    in_view(&page, &format!("entry {FAR} of the book")).await?;
    hunk_is(&page, 1, "reverted").await?;
    page.wait("!document.querySelector('.mark-hunk.mark-done') && !document.querySelector('.mark-why')", PATIENCE)
        .await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn locks_held_changes_people_and_finding_are_in_a_large_file_as_in_a_small_one() -> Result<()> {
    let (stage, session, page, mut gate) = Box::pin(opened()).await?;
    choose(&page, "ledger.ts").await?;
    in_view(&page, "entry 3 of the book").await?;

    // A line goes by its number, a text is found, and what folds in a small file is left alone.
    page.by_selector(".monaco-editor textarea").focus().await?;
    let far = FAR * LINES + 2;
    page.press("Control+g").await?;
    page.wait("document.activeElement?.closest('.quick-input-widget')", PATIENCE).await?;
    page.type_text(&far.to_string()).await?;
    page.press("Enter").await?;
    page.wait(&format!("midstreamTest.selection()?.line === {far}"), PATIENCE).await?;
    in_view(&page, &format!("entry {FAR} of the book")).await?;
    page.press("Control+Shift+[").await?;
    page.wait("!document.querySelector('.cldr[class*=folding]')", PATIENCE).await?;
    page.press("Control+Home").await?;
    page.press("Control+f").await?;
    page.wait("document.activeElement?.closest('.find-widget')", PATIENCE).await?;
    page.type_text("entry 19999 of").await?;
    page.press("Enter").await?;
    in_view(&page, "entry 19999 of the book").await?;
    page.press("Escape").await?;
    page.wait("!document.querySelector('.find-widget.visible')", PATIENCE).await?;

    // Somebody else is there, in colour.
    let mut client = stage.server.join(&session).await?;
    client.settle().await?;
    let place = client.region("ledger.ts", 0..6)?;
    let range = place.range.clone().expect("a range");
    let cursor = Some(Cursor { file: place.file, anchor: range.start, head: range.end });
    client.send(ClientFrame::PresenceUpdate { name: Some("Edgar".into()), cursor, viewport: None }).await?;
    page.wait("midstreamTest.people().some((person) => person.lineNumber === 1 && person.column === 7)", PATIENCE)
        .await?;
    page.press("Control+Home").await?;
    page.wait("document.querySelector('.person-caret') && document.querySelector('.person-selection')", PATIENCE)
        .await?;

    // The first function is locked: what would change it is held, and shown above it.
    for _ in 0..3 {
        page.press("Shift+ArrowDown").await?;
    }
    page.press("Control+Alt+l").await?;
    page.wait("document.querySelector('.lock-glyph') && document.querySelector('.locked-lines')", PATIENCE).await?;
    page.press("ArrowRight").await?;
    say(&page, "round the first", "Enter").await?;
    let call = gate.call().await;
    call.tokens(&begin(0, "whole numbers"));
    call.tokens("  return Math.round(amount);");
    call.tokens(END);
    page.by_test_id("held-zone").says("Locked").await?;
    page.by_test_id("proposal").says("return Math.round(amount);").await?;
    // It stands between the lines, not over them.
    page.wait(
        "((zone, lines) => [...lines].every((line) => {
            const [a, b] = [zone.getBoundingClientRect(), line.getBoundingClientRect()];
            return b.bottom <= a.top + 1 || b.top >= a.bottom - 1;
         }))(document.querySelector('[data-testid=held-zone]'), document.querySelectorAll('.editor-host .view-line'))",
        PATIENCE,
    )
    .await?;
    picture(&page, "large-held").await?;
    page.by_selector(".held-zone .held-apply").click().await?;
    page.by_test_id("held-zone").gone().await?;
    in_view(&page, "return Math.round(amount);").await?;
    call.end();
    turn_is(&page, "completed").await?;
    stage.assert_clean(&page).await
}

/// From now on the page remembers which texts were handed to a worker whole.
const WATCH_WORKERS: &str = "{
    globalThis.handed = [];
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
        for (const each of message?.args ?? []) if (Array.isArray(each?.lines)) handed.push(each.url);
        return postMessage.call(this, message, ...rest);
    };
}";

#[tokio::test]
async fn a_large_file_is_handed_to_no_worker_until_somebody_asks() -> Result<()> {
    let (stage, _session, page, _gate) = Box::pin(opened()).await?;
    // Small ones are known to their language's worker as soon as they are open: others that use them know what they hold.
    page.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH_WORKERS })).await?;
    page.reload().await?;
    page.wait("globalThis.midstreamTest?.whole?.() && handed.includes('file:///about.ts')", PATIENCE).await?;
    choose(&page, "ledger.ts").await?;
    in_view(&page, "entry 3 of the book").await?;
    into_the_editor(&page).await?;
    page.type_text("book1").await?;
    shows(&page, "book1export").await?;
    ensure!(!page.eval::<bool>("handed.includes('file:///ledger.ts')").await?, "nobody asked");
    page.press("Control+Space").await?;
    page.wait("handed.includes('file:///ledger.ts')", PATIENCE).await?;
    page.by_selector(".suggest-widget.visible").says("book1").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_large_file_is_ready_before_somebody_opens_it() -> Result<()> {
    let (stage, session, page, _gate) = Box::pin(opened()).await?;
    page.wait("midstreamTest.known().includes('/ledger.ts')", PATIENCE).await?;
    ensure!(page.eval::<String>("midstreamTest.file()").await? == "about.ts", "nobody opened it");
    // It follows from then on like one that was seen.
    let mut client = stage.server.join(&session).await?;
    client.settle().await?;
    client.insert("ledger.ts", 0, "// by another hand\n").await?;
    choose(&page, "ledger.ts").await?;
    in_view(&page, "by another hand").await?;
    page.wait("midstreamTest.text().startsWith('// by another hand\\nexport')", PATIENCE).await?;
    // And it is written in by the person, and undone.
    into_the_editor(&page).await?;
    page.press("Control+Home").await?;
    page.type_text("mine ").await?;
    shows(&page, "mine // by another hand\nexport").await?;
    page.press("Control+z").await?;
    page.wait("midstreamTest.text().startsWith('// by another hand\\nexport')", PATIENCE).await?;
    stage.assert_clean(&page).await
}
