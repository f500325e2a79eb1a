//! No secret leaves the server: what it logs, answers and writes down in a real run is searched for all of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use protocol::ServerFrame;
use protocol::http::{CreatedSession, Unlock};
use protocol::view::{Role, TurnStatus};
use serde_json::json;
use sha2::{Digest, Sha256};
use tests::binary::{Binary, Folder};
use tests::client::Client;
use tests::links::{link, revoke};
use tests::standin::{Fault, Script, Standin};

const KEY: &str = "sk-upstream-0123456789abcdef";
const CODE: &str = "the code that nobody tells";
const GUESS: &str = "guessguessguessguessguessguess99";

/// All that a run has brought out, by where it came to light.
type Found = BTreeMap<String, Vec<u8>>;

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

#[tokio::test]
async fn promise_11_no_secret_is_in_logs_answers_the_database_or_the_page() -> Result<()> {
    let folder = Folder::new("secrets")?;
    let log = folder.0.join("log.txt");
    let data = folder.0.join("data");
    let standin = Standin::start(Script::text("Hello from the model.")).await?;
    let stderr: Stdio = std::fs::File::create(&log)?.into();
    let env = [
        ("OPENAI_BASE_URL", standin.base_url()),
        ("OPENAI_API_KEY", KEY.to_owned()),
        ("OPENAI_MODEL", "m".to_owned()),
        ("MIDSTREAM_ACCESS_CODE", CODE.to_owned()),
        // All that there is to tell, of the libraries too.
        ("MIDSTREAM_LOG", "trace".to_owned()),
    ];
    let server = Binary::start_with(&data, &env, stderr)?;
    let session = server.create(Some("invoice")).await?;
    let (editors, by_editor) = link(server.addr, &session, Role::Editor).await?;
    let (_, by_viewer) = link(server.addr, &session, Role::Viewer).await?;

    let mut owner = Client::connect(server.addr, &session, 0).await?;
    let mut editor = Client::connect(server.addr, &by_editor, 0).await?;
    let mut viewer = Client::connect(server.addr, &by_viewer, 16).await?;
    let model = owner.welcome.models.iter().find(|m| !m.scripted).context("no model")?.id.clone();
    let http = reqwest::Client::new();
    let url = |path: &str| format!("http://{}{path}", server.addr);
    let under = |path: &str| url(&format!("/api/sessions/{}{path}", session.id));
    for code in ["a wrong code of theirs", CODE] {
        http.post(under("/access")).bearer_auth(&session.token).json(&Unlock { code: code.into() }).send().await?;
    }
    owner.frame("the models", |f| matches!(f, ServerFrame::Models { .. })).await?;
    owner.start_with(model.as_str(), "t1", "go").await?;
    for client in [&mut owner, &mut editor, &mut viewer] {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    }
    ensure!(owner.output("t1").contains("Hello"), "{}", owner.output("t1"));
    // What goes wrong is told about, too: a bad token, a key that the upstream refuses, a revoke.
    let guess = CreatedSession { token: GUESS.into(), ..session.clone() };
    Client::refused(server.addr, &guess, None).await?;
    // The upstream repeats the key, as some do.
    let error =
        json!({"error": {"message": format!("Incorrect API key provided: {KEY}"), "type": "invalid_request_error"}});
    standin.set_default(Script::text("never said").fault(Fault::Status(401, Vec::new(), error)));
    owner.start_with(model.as_str(), "t2", "go").await?;
    owner.until("the failure", |c| c.status("t2") == Some(TurnStatus::Failed)).await?;
    ensure!(revoke(server.addr, &session, &editors.id).await? == 204);
    editor.closed().await?;
    let head = owner.head();
    owner.until("saved", |c| c.saved() >= head).await?;

    let mut found = Found::new();
    for path in ["/api/models", "/api/lessons", "/metrics", "/healthz", "/", "/s/x"] {
        let answer = http.get(url(path)).send().await?;
        found.insert(format!("headers of {path}"), format!("{:?}", answer.headers()).into_bytes());
        found.insert(path.to_owned(), answer.bytes().await?.to_vec());
    }
    owner.create_file("page", "index.html", "<h1>Hello</h1>").await?;
    owner.settle().await?;
    for path in [
        "/links",
        "/changes?from=start",
        "/authors?file=page",
        "/export/zip",
        "/export/patch?from=start",
        "/export/file?file=page",
        "/export/page",
        "/timeline",
        "/timeline/at/1",
        "/timeline/steps?from=0",
        "/file",
    ] {
        let answer = http.get(under(path)).bearer_auth(&session.token).send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        found.insert(format!("headers of {path}"), format!("{:?}", answer.headers()).into_bytes());
        found.insert(path.to_owned(), answer.bytes().await?.to_vec());
    }
    // What is packed is looked through as it is unpacked.
    let zip = parcel::zip::read(found.get("/export/zip").context("no zip")?)?;
    found.insert("the zip, unpacked".to_owned(), format!("{:?}", zip.tree).into_bytes());
    let bad = http.post(under("/access")).bearer_auth(&session.token).body(format!("{{\"code\":\"{CODE}\",}}"));
    found.insert("a body that cannot be read".to_owned(), bad.send().await?.bytes().await?.to_vec());
    for (name, client) in [("owner", &owner), ("editor", &editor), ("viewer", &viewer)] {
        found.insert(format!("frames to the {name}"), format!("{:?}", client.frames).into_bytes());
    }
    // A resume key is told in `welcome`, to its own participant alone.
    let keys = [&owner, &editor, &viewer].map(|client| client.welcome.resume_key.clone());
    server.stop()?;
    found.insert("log".to_owned(), std::fs::read(&log)?);
    // What was written last may still be in the log beside the database.
    let mut database = std::fs::read(data.join("midstream.db"))?;
    database.extend(std::fs::read(data.join("midstream.db-wal")).unwrap_or_default());
    found.insert("database".to_owned(), database);

    // The search finds what is there: what is not secret is in all the places that matter.
    let text = |place: &str| found.get(place).map(Vec::as_slice).unwrap_or_default();
    ensure!(holds(text("log"), session.id.as_str().as_bytes()), "the log tells nothing of the session");
    ensure!(holds(text("database"), &Sha256::digest(session.token.as_bytes())), "the hash is in the database");
    ensure!(holds(text("database"), &Sha256::digest(by_editor.token.as_bytes())), "and the link's");
    ensure!(holds(text("/links"), editors.id.as_str().as_bytes()));
    let secrets = [
        ("the upstream's key", KEY),
        ("the access code", CODE),
        ("the owner's token", &session.token),
        ("the editor's token", &by_editor.token),
        ("the viewer's token", &by_viewer.token),
        ("a wrong token", GUESS),
        ("a resume key", &keys[0]),
        ("a resume key", &keys[1]),
        ("a resume key", &keys[2]),
    ];
    for (place, bytes) in &found {
        for (what, secret) in secrets {
            ensure!(!holds(bytes, secret.as_bytes()), "{what} is in {place}");
        }
        ensure!(!holds(bytes, &Sha256::digest(CODE.as_bytes())), "the bare hash of the access code is in {place}");
    }
    ensure!(mode(&data)? == 0o700, "others may read the data");
    Ok(())
}

fn mode(folder: &Path) -> Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(folder)?.permissions().mode() & 0o777)
}
