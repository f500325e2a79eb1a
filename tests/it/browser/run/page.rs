//! Pages of the session, shown live.

use anyhow::Result;
use tests::browser::Page;
use tests::gated::gated;

use super::super::stage::{PATIENCE, Stage, say, shows, turn_is};
use super::{opened, run, says, stands};

const HTML: &str = "<!doctype html>\n<html>\n<head>\n<link rel=\"stylesheet\" href=\"css/style.css\">\n</head>\n<body>\n<h1>Hello</h1>\n<script type=\"module\" src=\"app.js\"></script>\n</body>\n</html>\n";
const CSS: &str = "h1 {\n  width: 120px;\n}\n";
const APP: &str = "import { greet } from \"./lib.js\";\nconst title = document.querySelector(\"h1\");\nconsole.log(greet(title.textContent), title.getBoundingClientRect().width);\n";
const LIB: &str = "export const greet = (name) => \"page says \" + name;\n";

const EDIT: &str = "<edit path=\"css/style.css\" why=\"wider\">\n<old_text>\n  width: 120px;\n</old_text>\n<new_text>\n  width: 240px;\n  color: teal;\n";
const EDIT_END: &str = "}\n\nh2 {\n  color: red;\n</new_text>\n</edit>\n";

async fn frames(page: &Page) -> Result<usize> {
    page.eval("document.querySelectorAll('.preview iframe[data-state=seen]').length").await
}

#[tokio::test]
async fn a_page_is_shown_and_follows_the_model_where_it_parses() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let files = [("index.html", HTML), ("css/style.css", CSS), ("app.js", APP), ("lib.js", LIB)];
    let (_, _client, page) = opened(&stage, &files).await?;
    run(&page).await?;
    says(&page, "page says Hello 120").await?;
    stands(&page, "active").await?;
    assert_eq!(frames(&page).await?, 1);

    say(&page, "wider, please", "Enter").await?;
    let call = gate.call().await;
    call.tokens(EDIT);
    // The sheet parses with what came: the page is shown anew.
    shows_in_css(&page, "color: teal").await?;
    says(&page, "page says Hello 240").await?;
    // A block is open now: the last whole state stays.
    call.tokens(EDIT_END);
    call.end();
    turn_is(&page, "completed").await?;
    says(&page, "page says Hello 240").await?;
    assert_eq!(frames(&page).await?, 1);

    page.press("Control+Shift+Period").await?;
    stands(&page, "stopped").await?;
    assert_eq!(frames(&page).await?, 0);
    stage.assert_clean(&page).await
}

/// The editor follows the model into the sheet.
async fn shows_in_css(page: &Page, text: &str) -> Result<()> {
    page.wait("midstreamTest.file() === 'css/style.css'", PATIENCE).await?;
    shows(page, text).await
}

#[tokio::test]
async fn an_error_of_a_page_leads_to_its_line() -> Result<()> {
    let stage = Stage::practice().await?;
    let html = "<!doctype html>\n<html><body>\n<script>\nfunction fail() {\n  throw new Error(\"in the page\");\n}\nfail();\n</script>\n</body></html>\n";
    let (_, _client, page) = opened(&stage, &[("index.html", html)]).await?;
    run(&page).await?;
    says(&page, "Error: in the page").await?;
    page.by_role("button", "index.html:5:9").click().await?;
    page.wait("midstreamTest.selection()?.line === 5", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_page_that_never_ends_is_ended_by_stop() -> Result<()> {
    let stage = Stage::practice().await?;
    let html = "<!doctype html>\n<html><body><script>console.log('begun'); setTimeout(() => { for (;;) {} }, 50)</script></body></html>\n";
    let (_, _client, page) = opened(&stage, &[("index.html", html)]).await?;
    run(&page).await?;
    says(&page, "begun").await?;
    page.press("Control+Shift+Period").await?;
    stands(&page, "stopped").await?;
    assert_eq!(frames(&page).await?, 0);
    stage.assert_clean(&page).await
}
