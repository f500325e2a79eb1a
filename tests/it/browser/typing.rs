//! A person types with real keys in the very change that the model writes: nothing typed is lost.

use anyhow::{Context, Result};
use tests::browser::Page;
use tests::gated::{Call, gated};

use super::stage::{Stage, editor, into_the_editor, say, shows, shows_exactly, turn_is};

const FILE: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";
/// No digits, so that the person's can be told from it; two characters of it for each key, and some left.
const MODEL: &str = "    total is what both of them make together, and no more\n    return it to whoever asked\n";

/// Types key by key, while the model writes a few characters for each.
async fn type_beside(page: &Page, call: &Call, typed: &str, written: &mut impl Iterator<Item = char>) -> Result<()> {
    for key in typed.chars() {
        let piece: String = written.by_ref().take(2).collect();
        if !piece.is_empty() {
            call.text(&piece);
        }
        page.type_text(&key.to_string()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn promise_5_what_a_person_types_in_the_models_change_stays() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("calc.py", FILE).await?;
    let page = stage.open(&session).await?;
    let watching = stage.open(&session).await?;
    say(&page, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Now.\n<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    first line\n");
    shows(&page, "    first line\n").await?;

    // At the end of the line that the model has just written, then at its start, with the model writing below.
    into_the_editor(&page).await?;
    page.press("ArrowDown").await?;
    page.press("End").await?;
    let mut written = MODEL.chars();
    type_beside(&page, &call, " # 0123456789", &mut written).await?;
    shows(&page, "    first line # 0123456789\n").await?;
    page.press("Home").await?;
    type_beside(&page, &call, "13579 ", &mut written).await?;
    shows(&page, "    13579 first line # 0123456789\n").await?;

    // On the model's own line, right where it writes.
    page.press("ArrowDown").await?;
    page.press("End").await?;
    type_beside(&page, &call, "24680", &mut written).await?;
    call.text(&written.collect::<String>());
    call.tokens("</new_text>\n</edit>\nDone.\n");
    call.end();
    turn_is(&page, "completed").await?;

    // Everybody has the same text, with all that was typed and all that was written.
    client.until("the end", |c| c.turns.values().any(|t| t.output.ends_with("Done.\n"))).await?;
    let text = editor(&page).await?;
    client.until("what the page has", |c| c.text("calc.py").as_deref() == Some(text.as_str())).await?;
    shows_exactly(&watching, &text).await?;
    let above = "def add(a, b):\n    13579 first line # 0123456789\n";
    let below = text.strip_prefix(above).with_context(|| text.clone())?;
    let (typed, written): (String, String) = below.chars().partition(char::is_ascii_digit);
    assert_eq!(typed, "24680", "{text}");
    assert_eq!(written, format!("{MODEL}\n\ndef sub(a, b):\n    return a - b\n"), "{text}");

    // The person's own undo takes the person's characters, and none of the model's.
    page.press("Control+z").await?;
    page.wait(
        "!midstreamTest.text().includes('24680') && midstreamTest.text().includes('whoever asked')",
        super::stage::PATIENCE,
    )
    .await?;
    stage.assert_clean(&page).await?;
    stage.assert_clean(&watching).await
}
