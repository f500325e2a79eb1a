//! Files out of a session and into it: what goes out is what git and other tools take, what comes in is one step that
//! can be taken back, and what was made to do harm changes nothing.

mod hostile;
mod kept;
mod model;
mod random;

use anyhow::{Context, Result, ensure};
use parcel::{File, Tree};
use protocol::ServerFrame;
use protocol::files::ImportAnswer;
use protocol::http::CreatedSession;
use tests::client::Client;
use tests::server::TestServer;
use tests::transfer::Transfer;

fn tree(files: &[(&str, &[u8])]) -> Tree {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), File::plain(*bytes))).collect()
}

/// A project with all that is unusual in it.
fn project() -> Tree {
    let mut tree = tree(&[
        ("src/app.py", b"print(1)\nprint(2)\n"),
        ("windows.txt", b"one\r\ntwo\r\n"),
        ("mixed.txt", b"one\r\ntwo\nthree"),
        ("\u{fc}/\u{6587} with blanks.txt", "\u{feff}bom\n".as_bytes()),
        ("\"quoted\".md", b"no newline"),
        ("empty", b""),
        ("assets/logo.png", b"\x89PNG\r\n\x1a\n\0\0binary\xff"),
    ]);
    tree.insert("run.sh".into(), File { bytes: b"#!/bin/sh\n".as_slice().into(), executable: true });
    tree
}

fn unzip(bytes: &[u8]) -> Result<Tree> {
    Ok(parcel::zip::read(bytes)?.tree)
}

async fn begun(server: &TestServer, files: &Tree) -> Result<(CreatedSession, ImportAnswer)> {
    let session = server.create(None).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let answer = transfer.import("application/zip", parcel::zip::write(files)?).await?;
    Ok((session, answer))
}

#[tokio::test]
async fn a_zip_that_goes_in_comes_out_the_same() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, answer) = begun(&server, &project()).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let import = answer.import.context("nothing came")?;
    ensure!((import.added, answer.binary, import.name.as_str()) == (8, 1, "test"), "{import:?}");
    ensure!(unzip(&transfer.export("zip").await?)? == project());
    // In the session text has LF alone, and no mark in front.
    let mut ada = server.join(&session).await?;
    ensure!(ada.text("windows.txt").as_deref() == Some("one\ntwo\n"));
    ensure!(ada.text("mixed.txt").as_deref() == Some("one\ntwo\nthree"));
    ensure!(ada.text("\u{fc}/\u{6587} with blanks.txt").as_deref() == Some("bom\n"));
    ensure!(ada.text("assets/logo.png").is_none(), "it is kept, and not edited");
    // What is edited goes out with the endings of its file.
    ada.insert("windows.txt", 0, "zero\n").await?;
    ada.insert("mixed.txt", 4, "new\n").await?;
    ada.settle().await?;
    let out = unzip(&transfer.export("zip").await?)?;
    ensure!(&*out["windows.txt"].bytes == b"zero\r\none\r\ntwo\r\n");
    ensure!(&*out["mixed.txt"].bytes == b"one\r\nnew\r\ntwo\nthree", "{:?}", out["mixed.txt"]);
    let again = transfer.import("application/zip", parcel::zip::write(&out)?).await?;
    ensure!(again.import.is_none() && again.unchanged == 8, "{again:?}");
    server.stop().await
}

#[tokio::test]
async fn an_import_is_one_step_that_all_see_and_anyone_takes_back() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    let mut eve = server.join(&session).await?;
    ada.create_file("f1", "windows.txt", "mine\n").await?;
    ada.settle().await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let me = format!("{} {}", ada.welcome.participant.id, ada.welcome.resume_key);
    let request = transfer.request(reqwest::Method::POST, "import?name=shop.zip").header("midstream-participant", me);
    let answer: ImportAnswer = request.body(parcel::zip::write(&project())?).send().await?.json().await?;
    let import = answer.import.context("nothing came")?;
    ensure!(import.by.as_ref() == Some(&ada.welcome.participant.id), "{import:?}");
    ensure!((import.added, import.changed) == (7, 1), "{import:?}");
    for client in [&mut ada, &mut eve] {
        let frame = client.frame("the import", |f| matches!(f, ServerFrame::FilesImported { .. })).await?;
        ensure!(matches!(frame, ServerFrame::FilesImported { import: told, .. } if told == import));
        ensure!(client.text("windows.txt").as_deref() == Some("one\ntwo\n"), "the step has come with its frame");
    }
    // Who comes later is told of it, and what was written into it stays when it goes back.
    let late = server.join(&session).await?;
    ensure!(late.imports().len() == 1 && !late.imports()[0].taken_back);
    eve.insert("src/app.py", 0, "# eve\n").await?;
    eve.insert("windows.txt", 0, "eve\n").await?;
    eve.settle().await?;
    ensure!(transfer.take_back(&import).await? == 204);
    for client in [&mut ada, &mut eve] {
        client.frame("taking it back", |f| matches!(f, ServerFrame::ImportTakenBack { .. })).await?;
        ensure!(client.paths() == ["src/app.py", "windows.txt"], "{:?}", client.paths());
        // What comes back may stand on either side of what was typed where it had been.
        let mut lines: Vec<String> =
            client.text("windows.txt").unwrap_or_default().lines().map(str::to_owned).collect();
        lines.sort();
        ensure!(lines == ["eve", "mine"], "{lines:?}");
        ensure!(client.text("src/app.py").as_deref() == Some("# eve\n"));
    }
    ensure!(transfer.take_back(&import).await? == 204, "twice is once");
    let mut unknown = import.clone();
    unknown.id = "another".into();
    ensure!(transfer.take_back(&unknown).await? == 404);
    server.stop().await
}

#[tokio::test]
async fn a_patch_goes_out_between_any_two_points_and_comes_in() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, _) = begun(&server, &project()).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    ensure!(transfer.export("patch?from=now&to=now").await?.is_empty());
    let since_start = transfer.export("patch").await?;
    let patches = parcel::git::read(&since_start)?;
    let made = parcel::git::apply(&patches, &|_| None)?;
    ensure!(made.written == project(), "the session began with nothing");
    let mut after = project();
    let moved = after.remove("empty").context("no file")?;
    after.insert("moved".into(), moved);
    after.insert("windows.txt".into(), File::plain(b"one\r\n2\r\n".as_slice()));
    after.insert("assets/logo.png".into(), File::plain(b"\0other".as_slice()));
    after.remove("\"quoted\".md");
    after.insert("run.sh".into(), File::plain(b"#!/bin/sh\n".as_slice()));
    let patch = parcel::git::write(&project(), &after, &[("moved".to_owned(), "empty".to_owned())].into());
    let answer = transfer.import("text/x-patch", patch.clone()).await?;
    let import = answer.import.context("nothing came")?;
    ensure!((import.changed, import.moved, import.removed) == (3, 1, 1), "{import:?}");
    ensure!(unzip(&transfer.export("zip").await?)? == after);
    let (status, code, message) = transfer.refused("text/x-patch", patch).await?;
    ensure!(status == 422 && code == protocol::ErrorCode::BadImport, "{status} {code:?}");
    ensure!(message.starts_with("The patch does not fit: "), "{message}");
    ensure!(transfer.take_back(&import).await? == 204);
    ensure!(unzip(&transfer.export("zip").await?)? == project(), "all of it goes back, modes and bytes too");
    let (status, ..) =
        tests::transfer::refusal(transfer.request(reqwest::Method::GET, "export/patch?from=turn:t9:before")).await?;
    ensure!(status == 404);
    server.stop().await
}

#[tokio::test]
async fn one_file_and_a_page_go_out() -> Result<()> {
    let server = TestServer::practice().await?;
    let page = tree(&[
        ("index.html", b"<!doctype html><script type=module src=main.js></script><img src=logo.png>"),
        ("main.js", b"import { x } from './lib/x.js'; x()"),
        ("lib/x.js", b"export const x = () => document.title = 'run'"),
        ("logo.png", b"\x89PNG\0"),
    ]);
    let (session, _) = begun(&server, &page).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let html = String::from_utf8(transfer.export("page").await?)?;
    ensure!(html.contains("midstream:lib/x.js") && html.contains("data:image/png;base64,"), "{html}");
    let ada = server.join(&session).await?;
    let id = ada.ids().into_iter().find(|(_, path)| path == "logo.png").context("not listed")?.0;
    let answer = transfer.request(reqwest::Method::GET, &format!("export/file?file={id}")).send().await?;
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    ensure!(header("content-disposition").starts_with("attachment; filename=\"logo.png\""));
    ensure!(header("content-security-policy").contains("sandbox") && header("x-content-type-options") == "nosniff");
    ensure!(&answer.bytes().await?[..] == b"\x89PNG\0");
    let (status, ..) =
        tests::transfer::refusal(transfer.request(reqwest::Method::GET, "export/file?file=none")).await?;
    ensure!(status == 404);
    server.stop().await
}

#[tokio::test]
async fn files_come_in_as_a_page_sends_them() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let files: [(&str, &[u8]); 4] =
        [("a \"b\"/\u{fc}.py", b"x\r\n"), ("i.bin", b"\0\xff"), (".git/config", b"[core]"), ("e", b"")];
    let answer: ImportAnswer = transfer.files(&files)?.send().await?.json().await?;
    ensure!((answer.left_out, answer.binary) == (1, 1), "{answer:?}");
    let out = unzip(&transfer.export("zip").await?)?;
    ensure!(out == tree(&[files[0], files[1], files[3]]), "{out:?}");
    let one = transfer.request(reqwest::Method::POST, "import?path=src/one.py").body("1\n").send().await?;
    ensure!(one.status() == 200, "{}", one.text().await?);
    ensure!(unzip(&transfer.export("zip").await?)?.contains_key("src/one.py"));
    server.stop().await
}

#[tokio::test]
async fn what_came_is_there_after_a_restart_and_goes_back_after_it() -> Result<()> {
    use tests::binary::{Binary, Folder};
    let folder = Folder::new("imports")?;
    let server = Binary::start(&folder.0)?;
    let session = server.create(None).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let answer = transfer.import("application/zip", parcel::zip::write(&project())?).await?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    let head = ada.shown;
    ada.until("saved", |c| c.saved() >= head).await?;
    server.kill()?;

    let server = Binary::start(&folder.0)?;
    let transfer = Transfer { addr: server.addr, session: &session };
    ensure!(unzip(&transfer.export("zip").await?)? == project(), "bytes, endings and modes are there");
    let ada = Client::connect(server.addr, &session, 0).await?;
    ensure!(ada.imports().len() == 1);
    ensure!(transfer.take_back(&answer.import.context("nothing came")?).await? == 204);
    ensure!(unzip(&transfer.export("zip").await?)?.is_empty());
    server.stop()
}
