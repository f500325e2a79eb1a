//! Comments pinned to moments: who writes, reads and deletes them, where they stand, and where they go along.

use anyhow::{Context, Result, ensure};
use protocol::comments::{COMMENT_MAX, COMMENTS_MAX, Comment, NewComment};
use protocol::http::{CreatedSession, Problem};
use protocol::limits::NAME_MAX;
use protocol::timeline::{LeakPlace, Leaks};
use protocol::view::Role;
use protocol::{ErrorCode, Seq};
use tests::binary::{Binary, Folder};
use tests::client::Client;
use tests::comments::{ask, comments, pin, remove, said};
use tests::gated::gated;
use tests::links::link;
use tests::server::TestServer;
use tests::timeline::Timeline;

use super::file::{read, summed};
use super::record;

fn texts(all: &[Comment]) -> Vec<&str> {
    all.iter().map(|comment| comment.text.as_str()).collect()
}

/// But for what the clock makes of them.
fn ageless(all: Vec<Comment>) -> Vec<Comment> {
    all.into_iter().map(|comment| Comment { age_s: 0, ..comment }).collect()
}

/// All that a server wrote down.
fn on_disk(folder: &Folder) -> Result<String> {
    let mut database = std::fs::read(folder.0.join("midstream.db"))?;
    database.extend(std::fs::read(folder.0.join("midstream.db-wal")).unwrap_or_default());
    Ok(String::from_utf8_lossy(&database).into_owned())
}

#[tokio::test]
async fn a_comment_stands_at_its_moment_and_everyone_who_sees_the_timeline_reads_it() -> Result<()> {
    let recorded = record().await?;
    let (addr, session) = (recorded.server.addr, &recorded.session);
    let timeline = recorded.timeline();
    let index = timeline.until(recorded.head).await?;
    ensure!(index.role == Role::Owner);
    ensure!(comments(addr, session).await?.is_empty());
    let middle = Seq(recorded.head.0 / 2);
    let wanted = NewComment { color: Some(3), ..said(middle, "  <b>here</b>\r\nit took the wrong list\n") };
    let answer = ask(addr, session, &wanted).await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    pin(addr, session, index.to.seq, "the end").await?;
    pin(addr, session, index.from.seq, "the beginning").await?;
    pin(addr, session, middle, "the same moment, later").await?;

    for role in Role::ALL {
        let (_, by) = link(addr, session, role).await?;
        let all = comments(addr, &by).await?;
        let said = ["the beginning", "<b>here</b>\nit took the wrong list", "the same moment, later", "the end"];
        ensure!(texts(&all) == said, "{role:?} reads {:?}", texts(&all));
        for (comment, seq) in all.iter().zip([index.from.seq, middle, middle, index.to.seq]) {
            let shown = timeline.at(seq).await?.moment;
            ensure!(comment.moment == shown, "{comment:?} is not where the timeline shows it, at {shown:?}");
        }
        ensure!((all[1].name.as_str(), all[1].color, all[3].color) == ("Ada", Some(3), None));
        ensure!(Timeline::of(addr, &by).until(Seq(0)).await?.role == role);
    }
    recorded.server.stop().await
}

#[tokio::test]
async fn editors_write_and_only_the_author_and_the_owner_delete() -> Result<()> {
    let recorded = record().await?;
    let (addr, owner) = (recorded.server.addr, &recorded.session);
    recorded.timeline().until(recorded.head).await?;
    let (_, editor) = link(addr, owner, Role::Editor).await?;
    let (_, viewer) = link(addr, owner, Role::Viewer).await?;
    let mine = pin(addr, &editor, Seq(3), "mine").await?;
    let theirs = pin(addr, owner, Seq(3), "theirs").await?;
    for by in [&viewer, &link(addr, owner, Role::Replay).await?.1] {
        ensure!(ask(addr, by, &said(Seq(3), "no")).await?.status() == 403);
        ensure!(remove(addr, by, &mine.comment.id, &mine.key).await? == 403, "not even with the key");
    }
    // One link, many people: it is the key that tells an author.
    for wrong in ["", "a guess", theirs.comment.id.as_str(), mine.comment.id.as_str()] {
        ensure!(remove(addr, &editor, &mine.comment.id, wrong).await? == 403, "{wrong}");
    }
    ensure!(remove(addr, &editor, &theirs.comment.id, &mine.key).await? == 403);
    ensure!(remove(addr, &editor, &mine.comment.id, &mine.key).await? == 204);
    ensure!(remove(addr, &editor, &mine.comment.id, &mine.key).await? == 404);
    let other = pin(addr, &editor, Seq(3), "other").await?;
    ensure!(remove(addr, owner, &other.comment.id, "").await? == 204, "the owner needs no key");
    ensure!(texts(&comments(addr, owner).await?) == ["theirs"]);
    recorded.server.stop().await
}

#[tokio::test]
async fn what_is_past_a_limit_or_no_comment_is_refused_and_nothing_is_kept() -> Result<()> {
    let (model, _gate) = gated();
    let server = TestServer::with_model(model).await?;
    let (addr, session) = (server.addr, server.create(None).await?);
    Timeline::of(addr, &session).until(Seq(0)).await?;
    let named = |name: &str| NewComment { name: Some(name.to_owned()), ..said(Seq(0), "x") };
    let cases = [
        (said(Seq(0), ""), 400, ErrorCode::BadFrame),
        (said(Seq(0), " \n\t "), 400, ErrorCode::BadFrame),
        (said(Seq(0), &"ä".repeat(COMMENT_MAX + 1)), 400, ErrorCode::Limit),
        (named(&"n".repeat(NAME_MAX + 1)), 400, ErrorCode::Limit),
        (said(Seq(9_999), "later than all"), 404, ErrorCode::NotFound),
        (said(Seq(u64::MAX), "later than ever"), 404, ErrorCode::NotFound),
    ];
    for (wanted, status, code) in cases {
        let answer = ask(addr, &session, &wanted).await?;
        ensure!(answer.status() == status, "{wanted:?}: {}", answer.status());
        ensure!(answer.json::<Problem>().await?.code == code, "{wanted:?}");
    }
    let timeline = Timeline::of(addr, &session);
    for body in ["", "{}", r#"{"seq":0}"#, r#"{"seq":-1,"text":"x"}"#, r#"{"seq":0,"text":"x","key":"y"}"#] {
        ensure!(timeline.post("timeline/comments", body.to_owned()).await?.status() == 400, "{body}");
    }
    ensure!(comments(addr, &session).await?.is_empty());

    ensure!(ask(addr, &session, &named(&"n".repeat(NAME_MAX))).await?.status() == 201);
    ensure!(ask(addr, &session, &NewComment { name: None, ..named("") }).await?.status() == 201);
    ensure!(comments(addr, &session).await?[1].name == "Someone");
    pin(addr, &session, Seq(0), &"ä".repeat(COMMENT_MAX)).await?;
    for n in 3..COMMENTS_MAX {
        pin(addr, &session, Seq(0), &n.to_string()).await?;
    }
    let answer = ask(addr, &session, &said(Seq(0), "one too many")).await?;
    ensure!(answer.status() == 409 && answer.json::<Problem>().await?.code == ErrorCode::Limit);
    let all = comments(addr, &session).await?;
    ensure!(all.len() == COMMENTS_MAX && all[COMMENTS_MAX - 1].text == (COMMENTS_MAX - 1).to_string());
    remove(addr, &session, &all[0].id, "").await?;
    pin(addr, &session, Seq(0), "there is room again").await?;
    server.stop().await
}

#[tokio::test]
async fn a_file_carries_the_comments_and_a_fork_has_none() -> Result<()> {
    let recorded = record().await?;
    let (addr, session) = (recorded.server.addr, &recorded.session);
    let timeline = recorded.timeline();
    let index = timeline.until(recorded.head).await?;
    let made = pin(addr, session, index.from.seq, "the beginning").await?;
    pin(addr, session, Seq(recorded.head.0 / 2), "in the <i>middle</i> 😀").await?;
    pin(addr, session, index.to.seq, "the end").await?;
    let file = timeline.ask("file").await?.bytes().await?.to_vec();
    ensure!(!String::from_utf8_lossy(&file).contains(&made.key), "no key goes with it");

    let server = TestServer::practice().await?;
    let answer = reqwest::Client::new().post(server.url("/api/sessions/file")).body(file).send().await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    let came: CreatedSession = answer.json().await?;
    ensure!(Timeline::of(server.addr, &came).until(recorded.head).await? == index);
    let (ours, theirs) = (comments(server.addr, &came).await?, comments(addr, session).await?);
    ensure!(ageless(ours) == ageless(theirs), "the same comments at the same moments");
    // Whoever wrote one is not here: it is the new owner's to delete.
    let (_, editor) = link(server.addr, &came, Role::Editor).await?;
    ensure!(remove(server.addr, &editor, &made.comment.id, &made.key).await? == 403);
    ensure!(remove(server.addr, &came, &made.comment.id, "").await? == 204);
    server.stop().await?;

    let answer = timeline.post("fork", format!("{{\"seq\":{}}}", index.to.seq)).await?;
    let fork: CreatedSession = answer.json().await?;
    ensure!(comments(addr, &fork).await?.is_empty(), "its timeline begins where it was forked");
    recorded.server.stop().await
}

#[tokio::test]
async fn a_files_comments_that_cannot_be_are_told_and_nothing_is_made() -> Result<()> {
    let recorded = record().await?;
    let timeline = recorded.timeline();
    timeline.until(recorded.head).await?;
    let file = timeline.ask("file").await?.bytes().await?.to_vec();
    // A byte, a length, nothing but brackets, the end, and the sum: what stands behind the timeline.
    let rest = file.strip_suffix(&file[file.len() - 32..]).and_then(|body| body.strip_suffix(&[2, 2, b'[', b']', 0]));
    let rest = rest.context("no comments at the end")?;
    let part = |comments: &str| {
        let mut part = vec![2];
        let mut len = comments.len();
        while len >= 0x80 {
            part.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        part.push(len as u8);
        part.extend(comments.bytes());
        part
    };
    let with = |parts: &[&[u8]]| summed([rest, &parts.concat(), &[0]].concat());
    let comment = |id: &str, seq: u64, text: &str| {
        format!(r#"{{"id":"{id}","seq":{seq},"atMs":0,"name":"Ada","text":"{text}","made":1}}"#)
    };
    let list = |comments: &[String]| part(&format!("[{}]", comments.join(",")));
    let fine = list(&[comment("c1", 1, "fine")]);
    let chunk = [&[1u8][..], &[2, 1, 0, 0]].concat();
    let cases = [
        ("no JSON", with(&[&part("{")]), 400, "comments that cannot be read"),
        ("a form of its own", with(&[&part(r#"[{"id":"c1","script":"x"}]"#)]), 400, "comments that cannot be read"),
        ("no words", with(&[&list(&[comment("c1", 1, "")])]), 400, "a comment that cannot be"),
        ("a path", with(&[&list(&[comment("../c", 1, "x")])]), 400, "a comment that cannot be"),
        (
            "one id twice",
            with(&[&list(&[comment("c1", 1, "x"), comment("c1", 2, "y")])]),
            400,
            "a comment that cannot be",
        ),
        ("later than all", with(&[&list(&[comment("c1", 1 << 40, "x")])]), 400, "another timeline"),
        (
            "a long one",
            with(&[&list(&[comment("c1", 1, &"x".repeat(COMMENT_MAX + 1))])]),
            400,
            "a comment that cannot be",
        ),
        (
            "too many",
            with(&[&list(&(0..=COMMENTS_MAX).map(|n| comment(&format!("c{n}"), 1, "x")).collect::<Vec<_>>())]),
            413,
            "comments",
        ),
        ("two lists", with(&[&fine, &fine]), 400, "unknown part"),
        ("steps behind them", with(&[&fine, &chunk]), 400, "unknown part"),
        ("a length past the end", summed([rest, &[2, 0xff, 0x7f, 0]].concat()), 400, "cut short"),
    ];
    let folder = Folder::new("hostile")?;
    let (model, _gate) = gated();
    let server = TestServer::kept_in(&folder.0, model).await?;
    for (what, hostile, status, says) in cases {
        let answer = read(&server, hostile).await?;
        ensure!(answer.status() == status, "{what}: {}", answer.status());
        let problem: Problem = answer.json().await?;
        ensure!(problem.message.contains(says), "{what}: {}", problem.message);
    }
    ensure!(!on_disk(&folder)?.contains("change both"), "something was made");
    // What the cases were made of is fine, with its comment and without any.
    for (fine, count) in [(with(&[&fine]), 1), (with(&[]), 0)] {
        let answer = read(&server, fine).await?;
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        ensure!(comments(server.addr, &answer.json().await?).await?.len() == count);
    }
    ensure!(on_disk(&folder)?.contains("change both"), "what is made is found");
    server.stop().await?;
    recorded.server.stop().await
}

#[tokio::test]
async fn what_looks_like_a_secret_in_a_comment_is_told_before_a_link_is_made() -> Result<()> {
    let recorded = record().await?;
    let (addr, session) = (recorded.server.addr, &recorded.session);
    let timeline = recorded.timeline();
    timeline.until(recorded.head).await?;
    let leaks = || async { anyhow::Ok(timeline.ask("timeline/secrets").await?.json::<Leaks>().await?.found) };
    ensure!(leaks().await?.is_empty());
    let key = format!("ghp_{}", &"q7Rk2mZx9PvT4nLwB8sD".repeat(2)[..36]);
    let at = pin(addr, session, Seq(5), &format!("the key was {key}")).await?.comment.moment;
    let found = leaks().await?;
    let [leak] = found.as_slice() else { anyhow::bail!("{found:?}") };
    ensure!(leak.place == LeakPlace::Comment && leak.moment == at && !leak.preview.contains(&key), "{leak:?}");
    recorded.server.stop().await
}

#[tokio::test]
async fn comments_survive_a_kill_and_go_with_their_session() -> Result<()> {
    let folder = Folder::new("comments")?;
    let server = Binary::start(&folder.0)?;
    let session = server.create(None).await?;
    let mut client = Client::connect(server.addr, &session, 0).await?;
    client.create_file("f1", "a.txt", "a").await?;
    let head = client.head();
    client.until("saved", |c| c.saved() >= head).await?;
    Timeline::of(server.addr, &session).until(head).await?;
    let made = pin(server.addr, &session, head, "kept").await?;
    let before = ageless(comments(server.addr, &session).await?);
    drop(client);
    server.kill()?;

    let server = Binary::start(&folder.0)?;
    ensure!(ageless(comments(server.addr, &session).await?) == before && before.len() == 1);
    let (_, editor) = link(server.addr, &session, Role::Editor).await?;
    ensure!(remove(server.addr, &editor, &made.comment.id, &made.key).await? == 204, "its key holds as well");
    let last = pin(server.addr, &session, head, "goes with the session").await?;
    ensure!(last.comment.moment.seq == made.comment.moment.seq);
    let url = format!("http://{}/api/sessions/{}", server.addr, session.id);
    let gone = reqwest::Client::new().delete(url).bearer_auth(&session.token).send().await?;
    ensure!(gone.status() == 204);
    comments(server.addr, &session).await.err().context("they are still told")?;
    server.stop()?;
    let text = on_disk(&folder)?;
    ensure!(!text.contains(&last.key) && !text.contains(&made.key), "keys are hashed at rest");
    Ok(())
}
