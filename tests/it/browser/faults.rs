//! Every fault of an upstream, as the person sees it: a clear message, what came stays, and Continue works.

use anyhow::{Context, Result};
use tests::api::{Api, KEY};
use tests::standin::{Fault, Script, Standin};

use super::stage::{Stage, say, shows_exactly, turn_is};

/// A change that makes a file, cut before its end.
fn opening(path: &str) -> String {
    format!("I will.\n<edit path=\"{path}\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nfirst line\n")
}

async fn check(api: Api, faults: Vec<(Script, &str, bool)>) -> Result<()> {
    let standin = Standin::start(Script::say(["unasked"])).await?;
    let stage = Stage::with_model(api.impatient(&standin)).await?;
    let (session, mut client) = stage.session("calc.py", "x = 1\n").await?;
    let page = stage.open(&session).await?;
    let pane = page.by_role("region", "Turn");
    for (at, (script, words, partial)) in faults.into_iter().enumerate() {
        let what = format!("{api:?}, {:?}, {:?}", script.fault, script.finish);
        let path = format!("part{at}.py");
        let mut tokens = vec![opening(&path)];
        // What a fault keeps from coming.
        tokens.extend(script.fault.is_some().then(|| "never".to_owned()));
        standin.queue(Script { tokens: Script::say(tokens).tokens, ..script });
        say(&page, &format!("make {path}"), "Enter").await?;
        turn_is(&page, "failed").await.with_context(|| what.clone())?;
        pane.says(words).await.with_context(|| what.clone())?;
        assert!(!page.text().await?.contains(KEY), "{what}");
        if partial {
            page.wait(&format!("midstreamTest.file() === '{path}'"), super::stage::PATIENCE).await?;
            shows_exactly(&page, "first line\n").await.with_context(|| what.clone())?;
        }
        let rest = format!(
            "Now.\n<edit path=\"more{at}.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nsecond\n</new_text>\n</edit>\n"
        );
        standin.queue(Script::text(&rest));
        page.by_role("button", "Continue").click().await?;
        turn_is(&page, "completed").await.with_context(|| what.clone())?;
        page.by_role("button", "Continue").gone().await?;
        let (part, more) = (client_text(&mut client, &path).await?, format!("more{at}.py"));
        assert_eq!(part.as_deref(), partial.then_some("first line\n"), "{what}: what came stays");
        client
            .until("the rest", |c| c.text(&more).as_deref() == Some("second\n"))
            .await
            .with_context(|| what.clone())?;
    }
    stage.assert_clean(&page).await
}

/// A file's text at the server, as of now.
async fn client_text(client: &mut tests::client::Client, path: &str) -> Result<Option<String>> {
    client.settle().await?;
    Ok(client.text(path))
}

fn fault(fault: Fault) -> Script {
    Script::say([""]).fault(fault)
}

#[tokio::test]
async fn every_fault_over_chat_completions_is_told_and_can_go_on() -> Result<()> {
    let ends = |finish| Script { finish, ..Script::say([""]) };
    let faults = vec![
        (fault(Fault::unauthorized()), "Stand-in refused the key (401). Check STANDIN_API_KEY.", false),
        (fault(Fault::rate_limited(7)), "Stand-in asks to slow down (429). Try again in 7 s.", false),
        (fault(Fault::server_error()), "Stand-in failed (500). It said: The server had an error", false),
        (fault(Fault::error_at(0)), "Stand-in failed. It said: The model broke", false),
        (fault(Fault::error_at(1)), "Stand-in failed. It said: The model broke", true),
        (fault(Fault::EofAt(1)), "Stand-in broke off before the end of its answer.", true),
        (fault(Fault::StallAt(1)), "Stand-in sent nothing for 1 s.", true),
        (fault(Fault::StallAt(0)), "Stand-in sent nothing for", false),
        (fault(Fault::Silence), "Stand-in sent nothing for 2 s.", false),
        (ends("length"), "The model reached its output limit.", true),
        (ends("content_filter"), "The provider withheld the rest of the answer.", true),
    ];
    Box::pin(check(Api::Chat, faults)).await
}

#[tokio::test]
async fn faults_over_responses_are_told_and_can_go_on() -> Result<()> {
    let faults = vec![
        (fault(Fault::unauthorized()), "Stand-in refused the key (401). Check STANDIN_API_KEY.", false),
        (fault(Fault::rate_limited(7)), "Stand-in asks to slow down (429). Try again in 7 s.", false),
        (fault(Fault::error_at(1)), "It said: The model broke", true),
        (fault(Fault::EofAt(1)), "Stand-in broke off before the end of its answer.", true),
        (fault(Fault::StallAt(1)), "Stand-in sent nothing for 1 s.", true),
    ];
    Box::pin(check(Api::Responses, faults)).await
}
