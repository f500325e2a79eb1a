//! From a failing run to the model, and to the others in the session.

use anyhow::Result;
use protocol::ServerFrame;
use protocol::run::RunStatus;
use tests::gated::gated;

use super::super::stage::{Stage, say, shows, stands_behind, turn_is};
use super::{opened, run, says, stands};

const MAIN: &str = "const total = (list) => list.reduce((a, b) => a + b);\nconsole.log(\"total\", total([]));\n";
const BEGUN: &str = "I will look at the rest first. ";
const MENDED: &str = "Sorry.\n<edit path=\"main.js\" why=\"an empty list has a total\">\n<old_text>\nconst total = (list) => list.reduce((a, b) => a + b);\n</old_text>\n<new_text>\nconst total = (list) => list.reduce((a, b) => a + b, 0);\n</new_text>\n</edit>\n";

#[tokio::test]
async fn fix_this_steers_the_running_turn_which_mends_it() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (_, mut client, page) = opened(&stage, &[("main.js", MAIN)]).await?;
    say(&page, "look around", "Enter").await?;
    let call = gate.call().await;
    call.text(BEGUN);
    page.by_role("region", "Turn").says("look at the rest first").await?;

    run(&page).await?;
    stands(&page, "failed").await?;
    // Everyone in the session is told of the run.
    let told = client.frame("run/reported", |f| matches!(f, ServerFrame::RunReported { .. })).await?;
    let ServerFrame::RunReported { run: report, .. } = told else { unreachable!() };
    assert_eq!((report.report.entry.as_str(), report.report.status), ("main.js", RunStatus::Failed));
    assert_eq!(report.report.errors[0].line, Some(1));

    // What stands in the prompt box stays there.
    page.press("Control+k").await?;
    page.type_text("a thought").await?;
    page.by_role("button", "Fix this").click().await?;
    let call = gate.call().await;
    let asked = format!("{:?}", call.request);
    assert!(asked.contains("Running main.js fails at main.js, line 1: TypeError"), "{asked}");
    call.text(MENDED);
    call.end();
    turn_is(&page, "completed").await?;
    shows(&page, "a + b, 0").await?;
    page.by_role("textbox", "Prompt").says("a thought").await?;

    run(&page).await?;
    stands(&page, "done").await?;
    says(&page, "total 0").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_run_after_each_turn_may_steer_no_more_than_it_may() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (_, _client, page) = opened(&stage, &[("main.js", MAIN)]).await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    page.by_role("combobox", "Run by itself").focus().await?;
    page.press("ArrowDown").await?;
    page.press("ArrowDown").await?;
    page.by_role("checkbox", "Failing runs steer").click().await?;
    say(&page, "change something", "Enter").await?;
    let mut call = gate.call().await;
    let edit = |n: u32| {
        format!(
            "<edit path=\"main.js\" why=\"{n}\">\n<old_text>\nconsole.log(\"total\", total([]));\n</old_text>\n<new_text>\nconsole.log(\"total\", total([]));\n// {n}\n</new_text>\n</edit>\n"
        )
    };
    for n in 1..=3 {
        call.text(&edit(n));
        page.by_selector(".run-steered").says(&format!("{n} of 3")).await?;
        call = gate.call().await;
    }
    call.text(&edit(4));
    shows(&page, "// 4").await?;
    stands(&page, "failed").await?;
    assert!(gate.is_idle(), "a fourth run does not steer");
    call.end();
    turn_is(&page, "completed").await
}

#[tokio::test]
async fn those_who_watch_see_what_came_of_a_run() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, _client, page) = opened(&stage, &[("main.js", MAIN)]).await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    stands_behind(&page, ".run-failed-words", "list.reduce", "TypeError").await?;
    let other = stage.open(&session).await?;
    // The pane is open there, too: one browser keeps that for all its pages.
    other.by_role("region", "Run").says("ran main.js").await?;
    other.by_role("region", "Run").says("TypeError").await?;
    other.by_role("button", "main.js:1").click().await?;
    stage.assert_clean(&other).await
}
