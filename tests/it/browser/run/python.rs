//! Python.

use anyhow::Result;

use super::super::stage::{PATIENCE, Stage};
use super::{open, opened, run, says, stands};

#[tokio::test]
async fn python_runs_asks_and_leads_to_its_errors() -> Result<()> {
    let stage = Stage::practice().await?;
    let files = [
        (
            "main.py",
            "import json\nfrom lib.shop import total\n\nname = input(\"Who? \")\nprint(json.dumps({\"for\": name}), total([1, 2]))\ntotal([])\n",
        ),
        (
            "lib/shop.py",
            "def total(items):\n    if not items:\n        raise ValueError(\"nothing to add\")\n    return sum(items)\n",
        ),
        (
            "picture.py",
            "open(\"dot.svg\", \"w\").write(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\")\n",
        ),
        (
            "test_shop.py",
            "import unittest\nfrom lib.shop import total\n\n\nclass Totals(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(total([1, 2]), 3)\n\n\ndef test_none():\n    assert total([]) == 0\n",
        ),
    ];
    let (_, _client, page) = opened(&stage, &files).await?;
    run(&page).await?;
    page.by_role("textbox", "Who?").until("element === document.activeElement").await?;
    page.type_text("Ada").await?;
    page.press("Enter").await?;
    stands(&page, "failed").await?;
    says(&page, "{\"for\": \"Ada\"} 3").await?;
    says(&page, "ValueError: nothing to add").await?;
    page.by_role("button", "File \"lib/shop.py\", line 3").click().await?;
    page.wait("midstreamTest.file() === 'lib/shop.py' && midstreamTest.selection()?.line === 3", PATIENCE).await?;

    open(&page, "picture.py").await?;
    run(&page).await?;
    stands(&page, "done").await?;
    page.by_role("img", "dot.svg").seen().await?;

    open(&page, "test_shop.py").await?;
    run(&page).await?;
    stands(&page, "failed").await?;
    page.by_test_id("run-status").says("1 passed, 1 failed").await?;
    says(&page, "Totals › test_adds").await?;
    page.by_role("button", "File \"test_shop.py\", line 11").seen().await?;
    stage.assert_clean(&page).await
}
