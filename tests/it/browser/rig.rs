//! The rig itself, against a page of a few lines: what it reports must be true before other tests rely on it.

use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tests::browser::Browser;
use tokio::task::JoinSet;

const PAGE: &str = r#"<!doctype html><title>Rig</title>
<link rel="icon" href="data:,">
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<section aria-label="Turn"><h1>Hello</h1></section>
<label>Prompt <textarea></textarea></label>
<button>Send</button><button hidden>Hidden</button><button disabled>Later</button>
<div data-testid="keys"></div><div role="status"></div>
<script>
  const status = document.querySelector("[role=status]");
  document.addEventListener("keydown", (event) => {
    const held = (event.ctrlKey ? "Control+" : "") + (event.shiftKey ? "Shift+" : "");
    document.querySelector("[data-testid=keys]").textContent += `${held}${event.code}:${event.key} `;
  });
  document.querySelector("button").addEventListener("click", (event) => {
    status.textContent = `sent ${document.querySelector("textarea").value} ${event.isTrusted}`;
  });
</script>"#;

/// Serves the page on a port of its own for as long as the set lives.
async fn serve() -> Result<(String, JoinSet<std::io::Result<()>>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/", get(|| async { Html(PAGE) }));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, router).await });
    Ok((origin, tasks))
}

#[tokio::test]
async fn a_person_can_find_type_and_click() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let page = browser.page(&origin).await?;

    page.by_role("region", "Turn").says("Hello").await?;
    page.by_role("textbox", "Prompt").click().await?;
    page.type_text("a B,é\nend").await?;
    page.by_role("button", "Send").click().await?;
    page.by_any_name("status").says("sent a B,é end true").await?;
    page.press("Control+Period").await?;
    page.press("Escape").await?;
    page.press("Shift+Tab").await?;
    let keys = page.by_test_id("keys").text().await?;
    for key in ["KeyA:a", "Shift+KeyB:B", "Enter:Enter", "Control+Period:.", "Escape:Escape", "Shift+Tab:Tab"] {
        assert!(keys.contains(key), "{key} in {keys}");
    }
    assert_eq!(page.by_role("button", "Hidden").count().await?, 0);
    page.assert_no_errors().await?;
    page.assert_only_requests_to(&origin).await?;
    page.screenshot("rig").await
}

#[tokio::test]
async fn what_is_missing_or_cannot_be_clicked_is_told() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let page = browser.page(&origin).await?;
    let missing = page.by_role("button", "Nowhere").seen_within(Duration::from_millis(50)).await;
    let told = missing.unwrap_err().to_string();
    assert!(told.contains("Nowhere") && told.contains("button \"Send\""), "{told}");
    assert!(page.wait("midstreamFind.clickable(document.querySelector(':disabled'))", Duration::ZERO).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_click_reaches_what_it_is_meant_for_or_nothing() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let page = browser.page(&origin).await?;
    // Twice the page moves the button away while the mouse is on its way, and the other one comes there.
    page.run(
        "document.body.innerHTML = '<button>Other</button><button>Runner</button>';
        window.clicks = [];
        const [other, runner] = document.querySelectorAll('button');
        for (const each of [other, runner]) each.onclick = () => clicks.push(each.textContent);
        let left = 2;
        runner.onmousemove = () => { if (left-- > 0) document.body.append(document.querySelector('button')); };",
    )
    .await?;
    page.by_role("button", "Runner").click().await?;
    assert_eq!(page.eval::<Vec<String>>("clicks").await?, ["Runner"]);
    page.by_role("button", "Other").click().await?;
    assert_eq!(page.eval::<Vec<String>>("clicks").await?, ["Runner", "Other"]);
    Ok(())
}

#[tokio::test]
async fn errors_and_foreign_requests_are_noticed() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let page = browser.page(&origin).await?;
    page.run("console.error('first'); setTimeout(() => { throw new Error('second') })").await?;
    page.run("new Promise((done) => setTimeout(done))").await?;
    let errors = page.errors().await?.join("\n");
    assert!(errors.contains("first") && errors.contains("second"), "{errors}");
    assert!(page.assert_no_errors().await.is_err());
    page.forget_errors();
    page.assert_no_errors().await?;

    page.run("fetch('http://127.0.0.1:9/elsewhere').catch(() => {})").await?;
    let error = page.assert_only_requests_to(&origin).await.unwrap_err();
    assert!(error.to_string().contains("elsewhere"));
    Ok(())
}

#[tokio::test]
async fn pages_share_storage_unless_private_and_both_paint() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let first = browser.page(&origin).await?;
    first.run("localStorage.setItem('name', 'one')").await?;
    let second = browser.page(&origin).await?;
    let private = browser.private_page(&origin).await?;
    assert_eq!(second.eval::<Option<String>>("localStorage.getItem('name')").await?.as_deref(), Some("one"));
    assert_eq!(private.eval::<Option<String>>("localStorage.getItem('name')").await?, None);
    for page in [&first, &second, &private] {
        page.run("new Promise((painted) => requestAnimationFrame(painted)).then(() => 0)").await?;
        assert_eq!(page.eval::<String>("document.visibilityState").await?, "visible");
    }
    Ok(())
}

#[tokio::test]
async fn colours_size_and_reload_are_under_control() -> Result<()> {
    let (origin, _server) = serve().await?;
    let browser = Browser::launch().await?;
    let page = browser.page(&origin).await?;
    for (dark, colour) in [(true, "rgb(0, 0, 0)"), (false, "rgb(255, 255, 255)")] {
        page.set_dark(dark).await?;
        page.wait(&format!("getComputedStyle(document.body).backgroundColor === '{colour}'"), Duration::from_secs(5))
            .await?;
    }
    page.set_viewport(800, 600).await?;
    page.wait("innerWidth === 800 && innerHeight === 600", Duration::from_secs(5)).await?;
    page.run("document.body.dataset.old = '1'").await?;
    page.reload().await?;
    assert_eq!(page.eval::<Option<String>>("document.body.dataset.old").await?, None);
    Ok(())
}
