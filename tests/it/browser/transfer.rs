//! A project dropped on the page, taken away again, and taken back; and what was made to do harm.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use protocol::view::Role;
use serde_json::{Value, json};
use tests::binary::Folder;
use tests::browser::Page;
use tests::links::link;

use super::stage::{PATIENCE, Stage, picture, shows_exactly};

/// A picture of one pixel.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0x60, 0x60,
    0xf8, 0x0f, 0, 1, 4, 1, 0, 0x5f, 0xe5, 0xc3, 0x4b, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// A person's folder with a project in it.
fn shop(folder: &Path) -> Result<std::path::PathBuf> {
    let root = folder.join("shop");
    for (path, bytes) in [
        ("index.html", b"<!doctype html><title>Shop</title><img src=assets/logo.png>".as_slice()),
        ("src/\u{fc}ber \u{6587}.py", b"print(1)\r\nprint(2)\r\n"),
        ("assets/logo.png", PNG),
        ("node_modules/left/out.js", b"no"),
        (".git/config", b"[core]"),
    ] {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().context("a parent")?)?;
        std::fs::write(path, bytes)?;
    }
    Ok(root)
}

/// Drags something over the middle of the page, and drops it when `drops` says so.
async fn drag(page: &Page, paths: &[&Path], drops: bool) -> Result<()> {
    let files: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let steps: &[&str] = if drops { &["dragEnter", "dragOver", "drop"] } else { &["dragEnter", "dragOver"] };
    for step in steps {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        page.command("Input.dispatchDragEvent", json!({ "type": step, "x": 400, "y": 300, "data": data })).await?;
    }
    Ok(())
}

/// Waits for a download that is complete, and reads it.
async fn downloaded(folder: &Path, ending: &str) -> Result<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let mut look = tokio::time::interval(Duration::from_millis(50));
    loop {
        look.tick().await;
        let found = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
        if let Some(path) = found.filter(|path| path.extension().is_some_and(|found| found == ending)).last() {
            let bytes = std::fs::read(&path)?;
            if !bytes.is_empty() {
                std::fs::remove_file(path)?;
                return Ok(bytes);
            }
        }
        ensure!(Instant::now() < until, "nothing that ends in {ending} was downloaded");
    }
}

#[tokio::test]
async fn a_folder_is_dropped_and_taken_away_and_taken_back() -> Result<()> {
    let stage = Stage::practice().await?;
    let session = stage.server.create(None).await?;
    let mut client = stage.server.join(&session).await?;
    let page = stage.open(&session).await?;
    page.by_role("region", "Editor").says("drop a folder").await?;
    let (disk, downloads) = (Folder::new("drop")?, Folder::new("downloads")?);
    let root = shop(&disk.0)?;

    drag(&page, &[&root], false).await?;
    page.by_test_id("drop-layer").says("Drop files, a folder, a zip or a patch").await?;
    picture(&page, "drop").await?;
    drag(&page, &[&root], true).await?;
    page.wait(
        "[...document.querySelectorAll('.notice')].some((n) => n.innerText.includes('Brought in shop/: 3 new'))",
        PATIENCE,
    )
    .await?;
    page.by_test_id("drop-layer").gone().await?;
    client.until("the files", |c| c.paths() == ["assets/logo.png", "index.html", "src/\u{fc}ber \u{6587}.py"]).await?;

    // A picture is shown in the place of the editor; a text is edited as ever.
    page.by_role("button", "assets/ logo.png").click().await?;
    page.wait("document.querySelector('.kept-file img')?.naturalWidth === 1", PATIENCE).await?;
    page.by_test_id("kept-file").says("A picture: it is kept as it is.").await?;
    picture(&page, "kept").await?;
    page.by_role("button", "src/ \u{fc}ber \u{6587}.py").click().await?;
    page.by_test_id("kept-file").gone().await?;
    shows_exactly(&page, "print(1)\nprint(2)\n").await?;
    client.insert("src/\u{fc}ber \u{6587}.py", 0, "# new\n").await?;
    shows_exactly(&page, "# new\nprint(1)\nprint(2)\n").await?;

    // By keyboard: the zip, and the patch on the clipboard.
    let behaviour = json!({ "behavior": "allow", "downloadPath": downloads.0.display().to_string() });
    page.command("Browser.setDownloadBehavior", behaviour).await?;
    let origin = stage.server.url("");
    let permissions = json!({ "origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    page.command("Browser.grantPermissions", permissions).await?;
    page.press("Alt+x").await?;
    page.by_role("dialog", "Export and import").seen().await?;
    picture(&page, "export").await?;
    page.by_role("button", "Download zip").focus().await?;
    page.press("Enter").await?;
    let tree = parcel::zip::read(&downloaded(&downloads.0, "zip").await?)?.tree;
    ensure!(tree.len() == 3 && &*tree["assets/logo.png"].bytes == PNG);
    ensure!(&*tree["src/\u{fc}ber \u{6587}.py"].bytes == b"# new\r\nprint(1)\r\nprint(2)\r\n", "its own line endings");
    page.by_test_id("ship-status").says("is downloaded").await?;
    page.by_role("button", "Download page").click().await?;
    let html = String::from_utf8(downloaded(&downloads.0, "html").await?)?;
    ensure!(html.contains("data:image/png;base64,"), "{html}");
    page.by_role("button", "Download patch").click().await?;
    let patch = downloaded(&downloads.0, "patch").await?;
    let made = parcel::git::apply(&parcel::git::read(&patch)?, &|_| None)?;
    ensure!(made.written == tree, "the patch since the start makes the session");
    page.by_role("button", "Copy patch").click().await?;
    page.by_test_id("ship-status").says("The patch is on the clipboard").await?;
    let copied: String = page.eval("navigator.clipboard.readText()").await?;
    ensure!(copied.as_bytes() == patch, "what is copied is what is downloaded");

    // Back: what was written into it since stays.
    page.by_role("button", "Take shop/ back").click().await?;
    page.by_test_id("ship-status").says("taken back").await?;
    client.until("one file", |c| c.paths() == ["src/\u{fc}ber \u{6587}.py"]).await?;
    picture(&page, "taken-back").await?;
    page.press("Escape").await?;
    page.by_role("dialog", "Export and import").gone().await?;
    shows_exactly(&page, "# new\n").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_zip_and_a_patch_are_opened_and_hostile_ones_refused_with_words() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, mut client) = stage.session("a.py", "one\n").await?;
    let page = stage.open(&session).await?;
    shows_exactly(&page, "one\n").await?;
    let disk = Folder::new("choose")?;
    let write = |name: &str, bytes: &[u8]| -> Result<std::path::PathBuf> {
        let path = disk.0.join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    let patch = write("fix.patch", b"--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n one\n+two\n")?;
    drag(&page, &[&patch], true).await?;
    shows_exactly(&page, "one\ntwo\n").await?;
    page.wait("document.querySelector('.notice')?.innerText.includes('Brought in fix.patch: 1 changed.')", PATIENCE)
        .await?;

    // The same patch does not fit any more, and says so; a zip that leads out of the project, too.
    page.press("Alt+x").await?;
    page.by_role("dialog", "Export and import").seen().await?;
    let zip = parcel::zip::write(&[("nnnnnnnn.txt".to_owned(), parcel::File::plain(b"x".as_slice()))].into())?;
    let hostile: Vec<u8> = {
        let mut bytes = zip.clone();
        let places: Vec<usize> = (0..bytes.len() - 12).filter(|at| bytes[*at..].starts_with(b"nnnnnnnn.txt")).collect();
        places.into_iter().for_each(|at| bytes[at..at + 12].copy_from_slice(b"../../up.txt"));
        bytes
    };
    for (path, words) in [
        (&patch, "The patch does not fit: a.py"),
        (&write("evil.zip", &hostile)?, "../../up.txt leads out of the project"),
        (&write("none.zip", b"no zip")?, "cannot be read as a zip"),
    ] {
        choose(&page, path).await?;
        page.by_test_id("ship-status").says(words).await?;
    }
    picture(&page, "refused").await?;
    choose(&page, &write("good.zip", &zip)?).await?;
    page.by_test_id("ship-status").says("Brought in good.zip: 1 new.").await?;
    client.until("the file", |c| c.paths() == ["a.py", "nnnnnnnn.txt"]).await?;
    page.forget_errors();
    Ok(())
}

/// Chooses a file in the dialog, as the browser's own chooser does.
async fn choose(page: &Page, path: &Path) -> Result<()> {
    let found = page
        .command("Runtime.evaluate", json!({ "expression": "document.querySelector('[data-testid=choose-files]')" }))
        .await?;
    let object = found.pointer("/result/objectId").and_then(Value::as_str).context("no chooser")?.to_owned();
    let params = json!({ "files": [path.display().to_string()], "objectId": object });
    page.command("DOM.setFileInputFiles", params).await?;
    Ok(())
}

#[tokio::test]
async fn a_viewer_takes_away_and_brings_nothing_in() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, mut client) = stage.session("a.py", "one\n").await?;
    let (_, seen) = link(stage.server.addr, &session, Role::Viewer).await?;
    let page = stage.browser.private_page(&stage.server.url(&format!("/s/{}#{}", seen.id, seen.token))).await?;
    page.by_role("region", "Editor").says("one").await?;
    shows_exactly(&page, "one\n").await?;
    let disk = Folder::new("viewer")?;
    let path = disk.0.join("b.py");
    std::fs::write(&path, "b\n")?;
    drag(&page, &[&path], false).await?;
    page.by_test_id("drop-layer").says("This link lets you watch").await?;
    drag(&page, &[&path], true).await?;
    page.by_test_id("drop-layer").gone().await?;
    page.press("Alt+x").await?;
    page.by_role("button", "Download zip").seen().await?;
    ensure!(page.by_role("button", "Choose files…").count().await? == 0);
    client.settle().await?;
    ensure!(client.paths() == ["a.py"]);
    Ok(())
}
