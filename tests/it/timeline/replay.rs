//! Replaying: the state and the document at any step, and the steps themselves.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use protocol::http::CreatedSession;
use protocol::timeline::MarkKind;
use protocol::view::{SessionView, TurnStatus};
use protocol::{Seq, ServerFrame};
use tests::client::Client;
use tests::server::TestServer;
use tests::timeline::{Timeline, texts};
use yrs::updates::decoder::Decode;
use yrs::{Transact, Update};

use super::record;

/// Points that are looked at.
const POINTS: usize = 50;

/// What the server tells one who comes now.
fn told(client: &Client) -> Result<SessionView> {
    let state = client.frames.iter().find_map(|frame| match frame {
        ServerFrame::State { session, .. } => Some((**session).clone()),
        _ => None,
    });
    state.context("no state came")
}

/// But for who is there.
fn comparable(mut session: SessionView) -> SessionView {
    session.participants.clear();
    session.connected = 0;
    for turn in &mut session.turns {
        // A session from a file tells it of its turns, and their timeline was another session's.
        turn.inherited = false;
    }
    session
}

/// What a timeline shows at its end is what the session is, where nothing goes on.
pub async fn agrees(server: &TestServer, session: &CreatedSession, fresh: &Client) -> Result<()> {
    if fresh.turns.values().any(|turn| turn.status == TurnStatus::Running) {
        return Ok(());
    }
    let timeline = Timeline::of(server.addr, session);
    timeline.until(fresh.shown).await?;
    let shown = timeline.at(fresh.shown).await?;
    ensure!(texts(&shown.document)? == fresh.texts(), "the documents differ at {}", fresh.shown);
    let (session, told) = (comparable(shown.session), comparable(told(fresh)?));
    ensure!(session == told, "the timeline has {session:#?}\nnot {told:#?}");
    Ok(())
}

#[tokio::test]
async fn the_state_at_any_step_is_what_a_viewer_without_lag_saw() -> Result<()> {
    let recorded = record().await?;
    let timeline = recorded.timeline();
    let index = timeline.until(recorded.head).await?;
    ensure!(index.from.seq == Seq(0) && !index.is_shortened);
    let history = recorded.watcher.history.as_ref().context("nobody wrote it down")?;
    let mut rng = Rng::with_seed(7);
    for _ in 0..POINTS {
        let seq = Seq(rng.u64(0..=recorded.head.0));
        let (_, expected) = history.range(..=seq).next_back().context("no history")?;
        let shown = timeline.at(seq).await?;
        let seen = texts(&shown.document)?;
        ensure!(seen == *expected, "at {seq}: {seen:?}\nnot {expected:?}");
        ensure!(shown.moment.seq <= seq && shown.moment.at_ms <= index.to.at_ms);
    }
    // Text that was taken back later was there.
    let wrong = history.iter().find(|(_, texts)| texts.values().any(|text| text.contains("wrong wrong")));
    let (seq, _) = wrong.context("the mistake was never seen")?;
    ensure!(texts(&timeline.at(*seq).await?.document)?["calc.py"].contains("wrong wrong"));
    let fresh = recorded.server.join(&recorded.session).await?;
    agrees(&recorded.server, &recorded.session, &fresh).await?;

    ensure!(timeline.ask("timeline/at/999999").await?.status() == 404);
    ensure!(timeline.ask("timeline/steps?from=999999").await?.status() == 404);
    recorded.server.stop().await
}

#[tokio::test]
async fn the_steps_played_one_by_one_lead_through_the_same_documents() -> Result<()> {
    let recorded = record().await?;
    let timeline = recorded.timeline();
    timeline.until(recorded.head).await?;
    let history = recorded.watcher.history.as_ref().context("nobody wrote it down")?;
    let start = timeline.at(Seq(0)).await?;
    let doc = yrs::Doc::with_options(yrs::Options { offset_kind: yrs::OffsetKind::Utf16, ..Default::default() });
    let apply = |update: &str| -> Result<()> {
        Ok(doc.transact_mut().apply_update(Update::decode_v1(&STANDARD.decode(update)?)?)?)
    };
    apply(&start.document)?;
    let steps = timeline.steps(Seq(0)).await?;
    let mut played: BTreeMap<Seq, String> = BTreeMap::new();
    let mut time = 0;
    for step in &steps {
        ensure!(step.moment.at_ms >= time, "time runs backwards");
        time = step.moment.at_ms;
        if let Some(update) = &step.update {
            apply(update)?;
        }
        let all = yrs::ReadTxn::encode_state_as_update_v1(&doc.transact(), &yrs::StateVector::default());
        played.insert(step.moment.seq, STANDARD.encode(all));
    }
    ensure!(start.session.participants.len() == 2, "two came before anything happened");
    for (seq, document) in &played {
        let (_, expected) = history.range(..=*seq).next_back().context("no history")?;
        ensure!(texts(document)? == *expected, "at {seq}");
    }
    let told =
        |frame: &ServerFrame| matches!(frame, ServerFrame::SteerAnswered { .. } | ServerFrame::TurnStopped { .. });
    ensure!(steps.iter().filter_map(|step| step.frame.as_ref()).filter(|frame| told(frame)).count() == 2);
    let text = serde_json::to_string(&steps)?;
    ensure!(!text.contains("You are"), "what the model was sent is nobody's to see");
    recorded.server.stop().await
}

#[tokio::test]
async fn what_is_worth_jumping_to_is_marked_in_order() -> Result<()> {
    let recorded = record().await?;
    let index = recorded.timeline().until(recorded.head).await?;
    let kind = |kind: &MarkKind| match kind {
        MarkKind::Prompt { text, .. } => format!("prompt {text}"),
        MarkKind::Steer { text, .. } => format!("steer {text}"),
        MarkKind::Interrupt { .. } => "interrupt".to_owned(),
        MarkKind::Hunk { why, .. } => format!("hunk {why}"),
        MarkKind::Decision { text, .. } => text.clone(),
        MarkKind::End { .. } => "end".to_owned(),
        MarkKind::Edit { .. } | MarkKind::Joined { .. } | MarkKind::Left { .. } => String::new(),
        MarkKind::Gap => "gap".to_owned(),
    };
    let marks: Vec<String> = index.marks.iter().map(|mark| kind(&mark.kind)).filter(|mark| !mark.is_empty()).collect();
    let expected = [
        "prompt change both",
        "hunk floats",
        "hunk a mistake",
        "steer not that one",
        "hunk the steer",
        "hunk too much",
        "interrupt",
        "prompt a new file",
        "hunk w",
        "end",
        "Took a turn back",
    ];
    ensure!(marks == expected, "{marks:?}\n{}", serde_json::to_string(&index.marks)?);
    ensure!(index.marks.iter().any(|mark| matches!(mark.kind, MarkKind::Edit { .. })));
    ensure!(index.marks.is_sorted_by_key(|mark| (mark.moment.seq, mark.moment.at_ms)));
    recorded.server.stop().await
}
