//! Losing the server and coming back: a calm page, nothing lost, the same session; and addresses that lead nowhere.

use std::net::SocketAddr;

use anyhow::Result;
use tests::gated::gated;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::stage::{PATIENCE, Stage, editor, into_the_editor, ready, say, shows, shows_exactly, turn_is};

const FILE: &str = "def add(a, b):\n    return a + b\n";

#[tokio::test]
async fn promise_10_a_lost_connection_comes_back_in_the_middle_of_a_turn() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("calc.py", FILE).await?;
    let wire = Wire::to(stage.server.addr).await?;
    let page = stage.browser.page(&format!("{}/s/{}#{}", wire.origin(), session.id, session.token)).await?;
    ready(&page).await?;
    say(&page, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Now.\n<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    first line\n");
    shows(&page, "    first line\n").await?;

    // The model goes on, and so does the person.
    wire.cut();
    page.wait("document.body.innerText.includes('Connection lost')", PATIENCE).await?;
    page.by_role("img", "Not connected").seen().await?;
    call.tokens("    second line\n");
    client.until("the second line", |c| c.text("calc.py").is_some_and(|t| t.contains("second line\n"))).await?;
    into_the_editor(&page).await?;
    page.type_text("# typed alone\n").await?;
    shows(&page, "# typed alone\n").await?;
    assert!(!editor(&page).await?.contains("second line"), "it is cut off");
    assert!(!client.text("calc.py").is_some_and(|t| t.contains("typed alone")), "it is cut off");

    // Back: what each missed is there, once, and the turn runs on.
    page.by_role("button", "Try now").seen().await?;
    page.run(
        "new MutationObserver(() => {
            if (document.querySelector('[data-testid=back]')?.innerText.includes('Connected again')) globalThis.returned = true;
         }).observe(document.body, { subtree: true, childList: true })",
    )
    .await?;
    wire.mend();
    // What a browser says when the network is back: the page does not wait until its next attempt is due.
    page.run("dispatchEvent(new Event('online'))").await?;
    page.wait("globalThis.returned", PATIENCE).await?;
    page.by_role("img", "Connected").seen_within(PATIENCE).await?;
    shows(&page, "    second line\n").await?;
    client.until("what was typed", |c| c.text("calc.py").is_some_and(|t| t.starts_with("# typed alone\n"))).await?;
    call.tokens("</new_text>\n</edit>\nDone.\n");
    call.end();
    turn_is(&page, "completed").await?;
    shows_exactly(&page, "# typed alone\ndef add(a, b):\n    first line\n    second line\n").await?;
    assert!(!page.text().await?.contains("Connection lost"));
    let flow = page.by_test_id("turn-flow").text().await?;
    assert_eq!((flow.matches("Now.").count(), flow.matches("Done.").count()), (1, 1), "{flow}");

    // Being cut off is an error for the browser's console, not for the person.
    page.forget_errors();
    page.by_role("button", "Revert turn").click().await?;
    shows_exactly(&page, &format!("# typed alone\n{FILE}")).await?;
    page.assert_no_errors().await
}

#[tokio::test]
async fn a_reload_returns_to_the_same_session() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _client) = stage.session("calc.py", FILE).await?;
    let page = stage.open(&session).await?;
    let address: String = page.eval("location.href").await?;
    assert_eq!(address, stage.server.url(&format!("/s/{}", session.id)), "copying the address shares nothing");
    say(&page, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Now.\n<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    first line\n");
    shows(&page, "    first line\n").await?;

    page.reload().await?;
    ready(&page).await?;
    turn_is(&page, "running").await?;
    shows_exactly(&page, "def add(a, b):\n    first line\n    return a + b\n").await?;
    page.by_role("region", "Turn").says("add a total").await?;
    page.by_role("region", "Turn").says("Now.").await?;
    call.tokens("    second line\n");
    shows(&page, "    second line\n").await?;

    // It is the same turn that is stopped there.
    page.press("Control+Period").await?;
    turn_is(&page, "interrupted").await?;
    page.reload().await?;
    ready(&page).await?;
    turn_is(&page, "interrupted").await?;
    page.by_role("button", "Continue").seen().await?;
    page.goto(&stage.server.url("/")).await?;
    page.by_selector(".recent button").focus().await?;
    page.press("Enter").await?;
    ready(&page).await?;
    page.by_role("region", "Turn").says("Now.").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so() -> Result<()> {
    let stage = Stage::practice().await?;
    let session = stage.server.create(None).await?;
    let page = stage.browser.page(&stage.server.url("/s/nowhere#token")).await?;
    page.by_role("heading", "There is no such session").seen().await?;
    page.goto(&stage.server.url(&format!("/s/{}", session.id))).await?;
    page.by_role("heading", "This address needs its link").seen().await?;
    page.goto(&stage.server.url(&format!("/s/{}#guess", session.id))).await?;
    page.wait("location.hash === ''", PATIENCE).await?;
    page.by_role("heading", "This link opens nothing").seen().await?;
    page.by_role("button", "New session").click().await?;
    ready(&page).await?;
    stage.assert_clean(&page).await
}

/// The network between a page and the server: it can be cut, which drops every connection and refuses new ones.
struct Wire {
    addr: SocketAddr,
    whole: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl Wire {
    async fn to(server: SocketAddr) -> Result<Wire> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let whole = watch::Sender::new(true);
        let seen = whole.subscribe();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                connections.spawn(join(near, server, seen.clone()));
            }
        });
        Ok(Wire { addr, whole, _tasks: tasks })
    }

    fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    fn cut(&self) {
        self.whole.send_replace(false);
    }

    fn mend(&self) {
        self.whole.send_replace(true);
    }
}

/// Carries bytes both ways until one side ends or the wire is cut.
async fn join(mut near: TcpStream, server: SocketAddr, mut whole: watch::Receiver<bool>) {
    if !*whole.borrow() {
        return;
    }
    let Ok(mut far) = TcpStream::connect(server).await else {
        return;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = whole.wait_for(|whole| !*whole) => {}
    }
}
