//! JavaScript and TypeScript.

use anyhow::Result;

use super::super::stage::{PATIENCE, Stage, picture};
use super::{open, opened, run, says, stands};

#[tokio::test]
async fn javascript_runs_and_an_error_leads_to_its_line() -> Result<()> {
    let stage = Stage::practice().await?;
    let library = "export const add = (a, b) => a + b;\nexport function boom() {\n  throw new Error(\"at sea\");\n}\n";
    let main = "import { add, boom } from \"./lib/math.js\";\nconsole.log(\"sum\", add(1, 2), { deep: [1, { x: \"y\" }] });\nsetTimeout(() => boom(), 1);\n";
    let (_, _client, page) = opened(&stage, &[("main.js", main), ("lib/math.js", library)]).await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    says(&page, "sum").await?;
    says(&page, "Error: at sea").await?;

    // A value is looked into.
    page.by_selector(".console details summary").click().await?;
    page.by_selector(".console details details summary").click().await?;
    page.by_selector(".console details details details summary").click().await?;
    page.by_selector(".console details details details .key").says("x").await?;

    picture(&page, "run-failed").await?;
    // The error leads to its line, in the other file.
    page.by_role("button", "lib/math.js:3:9").click().await?;
    page.wait("midstreamTest.file() === 'lib/math.js' && midstreamTest.selection()?.line === 3", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn the_pane_is_there_before_it_is_needed_and_gives_the_keyboard_back() -> Result<()> {
    let stage = Stage::practice().await?;
    let (_, _client, page) = opened(&stage, &[("main.js", "console.log(\"ran\");\n")]).await?;
    page.wait("document.querySelector('.run-pane[hidden]')", PATIENCE).await?;
    assert_eq!(page.by_role("region", "Run").count().await?, 0);
    run(&page).await?;
    says(&page, "ran").await?;
    picture(&page, "run-done").await?;
    page.by_selector(".console").focus().await?;
    page.press("Control+Backquote").await?;
    page.by_role("region", "Run").gone().await?;
    page.by_selector(".monaco-editor textarea").until("element === document.activeElement").await?;
    // The keyboard's way through the panes leaves out what is not shown.
    for _ in 0..8 {
        page.press("F6").await?;
        assert!(!page.eval::<bool>("document.activeElement.closest('.run-pane') !== null").await?);
    }
    page.press("Control+Backquote").await?;
    says(&page, "ran").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn typescript_runs_and_its_errors_lead_to_what_was_written() -> Result<()> {
    let stage = Stage::practice().await?;
    let main = "interface Point {\n  x: number;\n}\n\nimport { length } from \"./length\";\nimport type { Unit } from \"./unit\";\n\nconst unit: Unit = \"m\";\nconst point: Point = { x: 3 };\nconsole.log(length(point), unit);\nthrow new Error(\"typed\");\n";
    let files = [
        ("main.ts", main),
        ("length.ts", "export const length = (point: { x: number }): number => point.x * 2;\n"),
        ("unit.ts", "export type Unit = \"m\" | \"km\";\n"),
    ];
    let (_, _client, page) = opened(&stage, &files).await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    says(&page, "6 m").await?;
    page.by_role("button", "main.ts:11:7").click().await?;
    page.wait("midstreamTest.selection()?.line === 11", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn what_cannot_be_linked_is_told_with_its_place() -> Result<()> {
    let stage = Stage::practice().await?;
    let files = [
        ("missing.js", "import \"./nowhere.js\";\n"),
        ("package.js", "import \"react\";\n"),
        ("a.js", "import \"./b.js\";\n"),
        ("b.js", "import \"./a.js\";\n"),
        ("broken.js", "const x = 1;\nconst y = ;\nimport \"./fine.js\";\n"),
        ("fine.js", "export {};\n"),
    ];
    let (_, _client, page) = opened(&stage, &files).await?;
    for (path, words) in [
        ("missing.js", "there is no file nowhere.js"),
        ("package.js", "packages cannot be"),
        ("a.js", "in a circle: a.js → b.js → a.js"),
        ("broken.js", "SyntaxError"),
    ] {
        open(&page, path).await?;
        run(&page).await?;
        says(&page, words).await?;
        stands(&page, "failed").await?;
    }
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn tests_are_reported_one_by_one() -> Result<()> {
    let stage = Stage::practice().await?;
    let sum = "export const sum = (list) => list.reduce((a, b) => a + b, 0);\n";
    let tests = "import { describe, it } from \"node:test\";\nimport assert from \"node:assert/strict\";\nimport { sum } from \"./sum.js\";\n\ndescribe(\"sum\", () => {\n  it(\"adds\", () => assert.equal(sum([1, 2]), 3));\n  it(\"is wrong\", async () => {\n    assert.deepEqual([sum([2])], [3]);\n  });\n  it.skip(\"waits\", () => {});\n});\n";
    let (_, _client, page) = opened(&stage, &[("sum.test.js", tests), ("sum.js", sum)]).await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    page.by_test_id("run-status").says("1 passed, 1 failed, 1 skipped").await?;
    says(&page, "sum › is wrong").await?;
    says(&page, "AssertionError: [2] does not deeply equal [3]").await?;
    page.by_role("button", "sum.test.js:8:12").click().await?;
    page.wait("midstreamTest.selection()?.line === 8", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn an_endless_loop_is_ended_by_the_keyboard() -> Result<()> {
    let stage = Stage::practice().await?;
    let (_, _client, page) = opened(&stage, &[("loop.js", "console.log(\"begun\");\nfor (;;) {}\n")]).await?;
    run(&page).await?;
    says(&page, "begun").await?;
    picture(&page, "run-active").await?;
    page.press("Control+Shift+Period").await?;
    stands(&page, "stopped").await?;
    // The next one runs as if nothing had been.
    run(&page).await?;
    says(&page, "begun").await?;
    page.press("Control+Shift+Period").await?;
    stands(&page, "stopped").await?;
    stage.assert_clean(&page).await
}
