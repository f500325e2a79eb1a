//! Stop ends whatever runs. How long it took is measured in the page, from the key press to the end, and printed: on a
//! busy machine a figure gates nothing but by a generous bound.

use anyhow::Result;
use tests::browser::Page;

use super::super::stage::{PATIENCE, Stage};
use super::{opened, run, says, stands};

/// Far above what a person waits for, and what a busy machine may need.
const GENEROUS_MS: f64 = 3_000.0;

/// Runs a program until it has said that it began, and stops it. The page's own frames go on meanwhile.
async fn killed(path: &str, text: &str) -> Result<f64> {
    let stage = Stage::practice().await?;
    let (_, _client, page) = opened(&stage, &[(path, text)]).await?;
    run(&page).await?;
    says(&page, "begun").await?;
    stands(&page, "active").await?;
    // The page paints while the program does its worst.
    page.run("new Promise((done) => { let left = 20; const next = () => (left-- ? requestAnimationFrame(next) : done(0)); next(); })").await?;
    page.press("Control+Shift+Period").await?;
    page.wait("['stopped', 'failed'].includes(document.querySelector('.run-status')?.dataset.state)", PATIENCE).await?;
    let took = took(&page).await?;
    println!("{path}: stopped within {took:.0} ms");
    assert!(took < GENEROUS_MS, "{path}: {took} ms");
    // The next run works as if nothing had been.
    page.by_role("button", "Clear the console").click().await?;
    run(&page).await?;
    says(&page, "begun").await?;
    page.press("Control+Shift+Period").await?;
    page.wait("document.querySelector('.run-status')?.dataset.state !== 'active'", PATIENCE).await?;
    stage.assert_clean(&page).await?;
    Ok(took)
}

async fn took(page: &Page) -> Result<f64> {
    page.eval::<Option<f64>>("midstreamTest.run().stoppedMs").await.map(Option::unwrap_or_default)
}

#[tokio::test]
async fn stop_ends_an_endless_loop() -> Result<()> {
    killed("loop.js", "console.log(\"begun\");\nfor (;;) {}\n").await.map(drop)
}

#[tokio::test]
async fn stop_ends_an_endless_chain_of_promises() -> Result<()> {
    killed("chain.js", "console.log(\"begun\");\nconst again = () => Promise.resolve().then(again);\nawait again();\n")
        .await
        .map(drop)
}

#[tokio::test]
async fn stop_ends_a_memory_bomb() -> Result<()> {
    killed(
        "bomb.js",
        "console.log(\"begun\");\nconst held = [];\nfor (;;) held.push(new Array(1000).fill(held.length));\n",
    )
    .await
    .map(drop)
}

#[tokio::test]
async fn stop_ends_a_flood_of_words() -> Result<()> {
    killed(
        "flood.js",
        "console.log(\"begun\");\nfor (let n = 0; ; n++) console.log(n % 50 ? \"begun \" + n : \"begun\");\n",
    )
    .await
    .map(drop)
}

#[tokio::test]
async fn stop_ends_a_flood_of_messages() -> Result<()> {
    let text = "console.log(\"begun\");\nconst large = \"x\".repeat(1e6);\nsetInterval(() => { for (let n = 0; n < 100; n++) postMessage(large); }, 0);\n";
    killed("messages.js", text).await.map(drop)
}

#[tokio::test]
async fn stop_ends_a_loop_in_python_that_swallows_the_interrupt() -> Result<()> {
    let text = "print(\"begun\")\nwhile True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n";
    killed("stubborn.py", text).await.map(drop)
}

#[tokio::test]
async fn stop_ends_a_program_that_waits_for_a_line() -> Result<()> {
    killed("ask.py", "print(\"begun\")\ninput(\"more? \")\n").await.map(drop)
}

#[tokio::test]
async fn a_flood_keeps_its_end_and_says_what_was_dropped() -> Result<()> {
    let stage = Stage::practice().await?;
    let text = "for (let n = 0; n < 200000; n++) console.log(\"line\", n);\nconsole.log(\"the end\");\n";
    let (_, _client, page) = opened(&stage, &[("flood.js", text)]).await?;
    run(&page).await?;
    stands(&page, "done").await?;
    says(&page, "the end").await?;
    page.by_test_id("run-status").says("dropped").await?;
    let rows: usize = page.eval("document.querySelectorAll('.console > li').length").await?;
    assert!(rows <= 1_000, "{rows}");
    stage.assert_clean(&page).await
}
