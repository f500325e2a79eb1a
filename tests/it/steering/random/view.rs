//! What a run's clients know, as the checks need it.

use models::Role;
use protocol::HunkId;
use protocol::view::{HunkStatus, SteerStage, TurnStatus, TurnView};
use tests::client::Client;
use tests::gated::Call;

/// The turn that began last.
pub fn newest(client: &Client) -> Option<&TurnView> {
    client.turns.values().max_by_key(|t| number(t))
}

fn number(turn: &TurnView) -> usize {
    turn.id.as_str().trim_start_matches('t').parse().unwrap_or(0)
}

/// The first UTF-16 units of a text.
pub fn prefix(text: &str, units: u32) -> String {
    String::from_utf16_lossy(&text.encode_utf16().take(units as usize).collect::<Vec<_>>())
}

/// What the model must know of its own answers: each segment's output as it stands, but the newest one's.
pub fn conversation(client: &Client) -> Vec<String> {
    let mut turns: Vec<&TurnView> = client.turns.values().collect();
    turns.sort_by_key(|t| number(t));
    let running = turns.last().map(|t| t.id.clone());
    let mut messages = Vec::new();
    for turn in turns {
        let units: Vec<u16> = turn.output.encode_utf16().collect();
        let mut offsets: Vec<usize> = turn.segments.iter().map(|s| s.offset as usize).collect();
        if Some(&turn.id) != running.as_ref() {
            offsets.push(units.len());
        }
        for pair in offsets.windows(2) {
            let piece = units.get(pair[0]..pair[1]).unwrap_or_default();
            if !piece.is_empty() {
                messages.push(String::from_utf16_lossy(piece));
            }
        }
    }
    messages
}

/// Whether a request carries every word that people said to the turn and that stands.
pub fn carries(call: &Call, turn: &TurnView) -> bool {
    let said: String = call.request.messages.iter().filter(|m| m.role == Role::User).map(|m| m.text.as_str()).collect();
    let steers = turn.steers.iter().filter(|s| s.stage != SteerStage::Failed).map(|s| s.text.as_str());
    let go_on = turn.segments.iter().filter_map(|s| match &s.cause {
        protocol::view::SegmentCause::Continue(words) => words.as_deref(),
        _ => None,
    });
    std::iter::once(turn.prompt.as_str()).chain(steers).chain(go_on).all(|words| said.contains(words))
}

/// What all must agree on.
pub fn seen(turn: &TurnView) -> (TurnStatus, &str, bool, Vec<(&HunkId, HunkStatus)>) {
    let hunks = turn.hunks.iter().map(|h| (&h.id, h.status)).collect();
    (turn.status, &turn.output, turn.reverted, hunks)
}
